//! The blind second review: who decided does not choose what is looked at again, and who looks again does not know what was
//! decided. It changes no decision; how far people agree is published.

use std::collections::BTreeMap;

use huzhu_domain::claim::{ClaimEvent, FindingKind, Illness, Judged};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, MemberId};
use huzhu_domain::plan::{PlanId, PlanTerms, PlanVersion, ReasonCode};
use huzhu_domain::second_review::{Agreement, Opinion, SecondReviewEvent, SecondReviewRejection};
use huzhu_domain::time::{Day, Moment, day_of, plus_days};
use serde::{Deserialize, Serialize};

use super::refusal::refused;
use super::{EligibilityView, EvidenceView, OpenClaim, end_of};
use crate::App;
use crate::call::{Call, Caller, Done};
use crate::error::AppError;
use crate::load::append_matter;
use crate::matter::{MatterKind, MatterQuery};
use crate::permission::Action;
use crate::ports::{Page, Unit};

/// Second reviews of a plan that a list or a statistic reads.
const REVIEWS_MAX: u32 = 10_000;
/// Parts of which [`huzhu_ledger::Percent`] counts hundredths.
const PARTS: u64 = 10_000;

/// Gives the second opinion on a claim.
#[derive(Clone, Debug, Serialize)]
pub struct GiveOpinion {
    /// The claim.
    pub claim: ClaimId,
    /// `None`: grant aid; else why not: a reason or exclusion of the terms, or the word of a rule.
    pub refuse: Option<ReasonCode>,
}

/// A second opinion was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpinionReceipt {
    /// The claim.
    pub claim: ClaimId,
    /// Both would grant aid, or neither would. Told only now.
    pub agreed: bool,
}

/// A claim that waits for a second opinion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondReviewRow {
    /// The claim.
    pub claim: ClaimId,
    /// When it is due.
    pub until: Moment,
}

/// A claim as the second reviewer sees it: facts and files, and nothing of what others made of them.
#[derive(Clone, Debug, PartialEq)]
pub struct BlindView {
    /// The claim.
    pub claim: ClaimId,
    /// The plan.
    pub plan: PlanId,
    /// The version whose terms rule it.
    pub version: PlanVersion,
    /// What happened.
    pub illness: Illness,
    /// Day of joining.
    pub joined: Day,
    /// When it was handed in.
    pub reported: Option<Moment>,
    /// What the rules say without anything that the first reviewer noted; `None` after erasure of the person.
    pub eligibility: Option<EligibilityView>,
    /// The files.
    pub evidence: Vec<EvidenceView>,
    /// When the opinion is due.
    pub until: Moment,
}

/// How far first and second reviewers agreed in a month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthAgreement {
    /// Year and month of the second opinions, in the time zone of the plan.
    pub month: (i16, i8),
    /// The counts; [`Agreement::kappa`] is the figure.
    pub counts: Agreement,
}

impl App {
    /// Draws a claim for a second review when it is decided, at the rate of its terms, by a keyed hash of its id.
    pub(super) fn draw_second_review(
        &self,
        unit: &mut Unit,
        open: &OpenClaim,
        event: &ClaimEvent,
    ) -> Result<(), AppError> {
        let terms = open.terms()?;
        let rate = u64::from(terms.review().second_review.hundredths());
        let lot = self.draws(open.claim().id(), "second-review").checked_rem(PARTS).unwrap_or(PARTS);
        let (confirmer, first) = match event {
            ClaimEvent::Approved { by, .. } => (*by, Opinion::Approve),
            ClaimEvent::Refused { by, reason, .. } => (*by, Opinion::Refuse { reason: reason.clone() }),
            _ => return Ok(()),
        };
        let (true, Some(recommender)) = (lot < rate, open.claim().recommender()) else { return Ok(()) };
        let due = plus_days(day_of(unit.at, terms.zone()), i64::from(terms.review().days.second_review));
        let (at, until) = (unit.at, end_of(due, terms.zone()));
        let plan = open.claim().claimed().plan.clone();
        let drawn = SecondReviewEvent::Drawn { plan, recommender, confirmer, first, at, until };
        let stream = StreamId::SecondReview(open.claim().id());
        unit.appends.push(append_matter(stream, Vec::new(), vec![Event::SecondReview(drawn)], at));
        Ok(())
    }

    /// Claims of a plan that wait for a second opinion of somebody who had no part in the decision, the most urgent first.
    pub async fn second_reviews(&self, call: &Call, plan: &PlanId) -> Result<Vec<SecondReviewRow>, AppError> {
        self.authorise(call, Action::ReviewClaim, self.clock.now()).await?;
        let caller = Self::member_of(call)?;
        let query = MatterQuery::InStates(MatterKind::SecondReview, plan.clone(), vec!["waiting"]);
        let mut rows = Vec::new();
        for row in self.store.matters(&query, &Page::first(REVIEWS_MAX)).await? {
            let StreamId::SecondReview(claim) = row.stream else { continue };
            match self.open_for_opinion(claim, caller).await {
                Ok(_) => rows.push(SecondReviewRow { claim, until: row.until.unwrap_or(Moment::MAX) }),
                Err(AppError::Refused(_) | AppError::NotFound(_)) => {}
                Err(other) => return Err(other),
            }
        }
        rows.sort_by_key(|row| (row.until, row.claim));
        Ok(rows)
    }

    /// A drawn claim, without what was decided.
    pub async fn second_review(&self, call: &Call, claim: ClaimId) -> Result<BlindView, AppError> {
        self.authorise(call, Action::ReviewClaim, self.clock.now()).await?;
        let open = self.open_for_opinion(claim, Self::member_of(call)?).await?;
        let review = self.load_second_review(claim).await?.state;
        let recorded = self.store.stream(&StreamId::Claim(claim)).await?;
        let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?.state;
        let (plan, version) = (open.claim().claimed().plan.clone(), open.terms()?.version());
        // What the first reviewer noted would tell what was decided.
        let mut unread = open.claim().clone();
        unread.apply(&ClaimEvent::Examined { reviewer: Self::member_of(call)?, judged: Judged::NOTHING });
        let day = day_of(unread.reported().unwrap_or(review.drawn()), open.terms()?.zone());
        let (terms, illness) = (open.terms()?, unread.illness());
        let found = self.assess_illness(terms, illness, &enrolment, day, Some(&unread), None).await;
        let eligibility = match found {
            Ok(found) => Some(EligibilityView::of(&found, terms)),
            Err(AppError::NotFound(_)) => None,
            Err(other) => return Err(other),
        };
        Ok(BlindView {
            claim,
            plan,
            version,
            illness: open.claim().illness().clone(),
            joined: enrolment.agreed().joined,
            reported: open.claim().reported(),
            eligibility,
            evidence: self.evidence_views(open.claim(), &recorded, false).await?,
            until: review.until(),
        })
    }

    /// Gives the second opinion.
    pub async fn give_opinion(
        &self,
        call: &Call,
        command: &GiveOpinion,
    ) -> Result<Done<OpinionReceipt>, AppError> {
        self.transact(call, Action::ReviewClaim, &("opinion", command), |now| async move {
            let by = Self::member_of(call)?;
            let open = self.open_for_opinion(command.claim, by).await?;
            if let Some(reason) = command.refuse.as_ref().filter(|reason| !is_known(open.terms(), reason)) {
                return Err(refused("claim-reason-unknown", vec![("reason", reason.to_string())]));
            }
            let review = self.load_second_review(command.claim).await?.state;
            let second = match &command.refuse {
                None => Opinion::Approve,
                Some(reason) => Opinion::Refuse { reason: reason.clone() },
            };
            let agreed = second.approves() == review.first().approves();
            let event = review.give(by, second, now).map_err(refuse)?;
            let stream = StreamId::SecondReview(command.claim);
            let before = self.store.stream(&stream).await?;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_matter(stream, before, vec![Event::SecondReview(event)], now));
            Ok((unit, OpinionReceipt { claim: command.claim, agreed }))
        })
        .await
    }

    /// When the caller gave the second opinion on a claim. To anybody else it looks like none.
    pub async fn opinion_given(&self, call: &Call, claim: ClaimId) -> Result<Moment, AppError> {
        self.authorise(call, Action::ReviewClaim, self.clock.now()).await?;
        let caller = Self::member_of(call)?;
        let review = self.load_second_review(claim).await?.state;
        let own = review.second().filter(|(by, ..)| *by == caller).map(|(_, _, at)| *at);
        own.ok_or(AppError::NotFound("second-review"))
    }

    /// Since when somebody who may still give the second opinion on a claim must not learn what was decided; `None`: they may.
    pub(crate) async fn blind_since(&self, call: &Call, claim: ClaimId) -> Result<Option<Moment>, AppError> {
        let Caller::Member { id, roles } = &call.caller else { return Ok(None) };
        if !Action::ReviewClaim.allows(roles) {
            return Ok(None);
        }
        let row = self.store.matter(&StreamId::SecondReview(claim)).await?;
        if row.is_none_or(|row| row.state != "waiting") {
            return Ok(None);
        }
        let review = self.load_second_review(claim).await?.state;
        Ok(review.may_give(*id).is_ok().then(|| review.drawn()))
    }

    /// A claim whose decision somebody who works for the plan may read.
    ///
    /// # Errors
    /// As [`App::strangers_claim`]; a refusal while the caller may still give a blind second opinion on it.
    pub(crate) async fn readable_claim(&self, call: &Call, claim: ClaimId) -> Result<OpenClaim, AppError> {
        let open = self.strangers_claim(claim, Self::member_of(call)?).await?;
        match self.blind_since(call, claim).await? {
            None => Ok(open),
            Some(_) => Err(refused("claim-opinion-first", Vec::new())),
        }
    }

    /// How far first and second reviewers of a plan agreed, month by month, oldest first. Public.
    pub async fn agreement(&self, plan: &PlanId) -> Result<Vec<MonthAgreement>, AppError> {
        let loaded = self.load_plan(plan).await?;
        let zone = loaded.plan.versions().last().ok_or(AppError::NotFound("plan"))?.terms.zone();
        let states = vec!["agreed", "disagreed"];
        let query = MatterQuery::InStates(MatterKind::SecondReview, plan.clone(), states);
        let mut months: BTreeMap<(i16, i8), Agreement> = BTreeMap::new();
        for row in self.store.matters(&query, &Page::first(REVIEWS_MAX)).await? {
            let StreamId::SecondReview(claim) = row.stream else { continue };
            let review = self.load_second_review(claim).await?.state;
            if let Some((_, second, at)) = review.second() {
                let day = day_of(*at, zone);
                months.entry((day.year(), day.month())).or_default().add(review.first(), second);
            }
        }
        Ok(months.into_iter().map(|(month, counts)| MonthAgreement { month, counts }).collect())
    }

    /// A drawn claim for somebody who may give the opinion. To whoever took part in the decision it looks like none.
    async fn open_for_opinion(&self, claim: ClaimId, caller: MemberId) -> Result<OpenClaim, AppError> {
        let open = self.strangers_claim(claim, caller).await?;
        let review = self.load_second_review(claim).await?.state;
        review.may_give(caller).map_err(refuse)?;
        Ok(open)
    }
}

/// Whether an opinion may give this reason: of the terms, or the word of a rule.
fn is_known(terms: Result<&PlanTerms, AppError>, reason: &ReasonCode) -> bool {
    let of_terms = terms.is_ok_and(|terms| {
        terms.review().reasons.iter().any(|known| known.code == *reason)
            || terms.cover().exclusions.iter().any(|known| known.code == *reason)
    });
    of_terms || FindingKind::ALL.iter().any(|kind| kind.word() == reason.as_str())
}

fn refuse(rejection: SecondReviewRejection) -> AppError {
    match rejection {
        SecondReviewRejection::AlreadyGiven => refused("opinion-already-given", Vec::new()),
        SecondReviewRejection::TookPart => AppError::NotFound("second-review"),
    }
}
