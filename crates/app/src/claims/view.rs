//! What claimants and staff read of a claim.

use huzhu_domain::claim::{
    Claim, ClaimEvent, EvidenceFile, FileKind, Illness, Judged, Recommendation, State,
};
use huzhu_domain::digest::Digest;
use huzhu_domain::event::Event;
use huzhu_domain::id::{ClaimId, EnrolmentId, EvidenceId, MemberId};
use huzhu_domain::plan::{ItemCode, PeriodKey, PlanId, PlanVersion, ReasonCode};
use huzhu_domain::time::{Day, Moment, day_of};
use huzhu_ledger::{Amount, Currency};
use huzhu_log::EntryKind;

use super::desk::missing_items;
use super::evidence::salt_name;
use super::review::remark_name;
use super::{EligibilityView, OpenClaim, RequestedItem, Route};
use crate::App;
use crate::call::{Call, Caller};
use crate::codec;
use crate::error::AppError;
use crate::event_role::role_of;
use crate::load::Loaded;
use crate::log::LogPlace;
use crate::permission::Action;
use crate::person::Person;
use crate::ports::{Actor, ClaimQuery, Page, Recorded};
use crate::record::ClaimRecord;

/// Claims of one member that a page lists.
const MY_CLAIMS_MAX: u32 = 200;

/// A claim in a list of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimSummary {
    /// The row.
    pub row: ClaimRecord,
    /// Word for who has the ball.
    pub holder: &'static str,
    /// Currency of the aid.
    pub currency: Currency,
}

/// One file of a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceView {
    /// The file.
    pub id: EvidenceId,
    /// Type read from the content.
    pub kind: FileKind,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of salt and content.
    pub digest: Digest,
    /// The salt, for claimants only; `None` for staff and after erasure.
    pub salt: Option<Digest>,
    /// When it was handed in.
    pub at: Moment,
    /// Where its entry stands on the log; `None` until it is there.
    pub logged: Option<LogPlace>,
}

/// One step of a claim, from its events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Step {
    /// Number in the claim's stream, from 1.
    pub number: u64,
    /// When.
    pub at: Moment,
    /// Kind of the event, such as `claim.taken`, see [`crate::codec::kind`].
    pub kind: &'static str,
    /// Who did it: `claimant`, `reviewer`, `confirmer`, `staff`, `operator` or `system`.
    pub role: &'static str,
    /// Word of the state afterwards.
    pub state: &'static str,
    /// Word for who has the ball afterwards.
    pub holder: &'static str,
    /// Until when.
    pub until: Option<Moment>,
    /// What was asked for; for staff only: why it was sent back, what an investigator found.
    pub text: Option<String>,
    /// Where its entry stands on the log, when there is a receipt for it that the reader may have.
    pub logged: Option<LogPlace>,
}

/// Everything that either side reads of a claim.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimView {
    /// The claim.
    pub id: ClaimId,
    /// The plan.
    pub plan: PlanId,
    /// The version whose terms rule it: in force on the event date.
    pub version: PlanVersion,
    /// Currency of all amounts.
    pub currency: Currency,
    /// The enrolment.
    pub enrolment: EnrolmentId,
    /// The person who fell ill.
    pub member: MemberId,
    /// Who filed it.
    pub filed_by: MemberId,
    /// The caller is a claimant here, not staff.
    pub own: bool,
    /// Who the person is; `None` after erasure.
    pub person: Option<Person>,
    /// Day of joining.
    pub joined: Day,
    /// What happened.
    pub illness: Illness,
    /// Word of the state.
    pub state: &'static str,
    /// Word for who has the ball.
    pub holder: &'static str,
    /// Until when.
    pub until: Option<Moment>,
    /// When it was handed in.
    pub reported: Option<Moment>,
    /// Who is examining it, or recommended.
    pub reviewer: Option<MemberId>,
    /// What was recommended, while it waits for confirmation; for staff only.
    pub recommendation: Option<Recommendation>,
    /// Aid in minor units, as it stands now.
    pub aid: Option<Amount>,
    /// Reason code, when refused.
    pub reason: Option<ReasonCode>,
    /// The period in which it is displayed and shared.
    pub period: Option<PeriodKey>,
    /// Digest of the bank's confirmation, once paid.
    pub payout: Option<Digest>,
    /// What the rules say now; `None` after erasure of the person.
    pub eligibility: Option<EligibilityView>,
    /// What the reviewer found in the papers; nothing for claimants.
    pub judged: Judged,
    /// Required items of evidence that nobody has found yet, once the reviewer has begun to look; for staff only.
    pub missing: Vec<ItemCode>,
    /// Why it must be investigated, and nobody was asked yet; for staff only, and only while it is under review.
    pub route: Option<Route>,
    /// The files, oldest first.
    pub evidence: Vec<EvidenceView>,
    /// What the claimant is asked for, while that is open.
    pub request: Option<String>,
    /// The same thing by thing, the first due first; empty where the request named none.
    pub request_items: Vec<RequestedItem>,
    /// Every step so far, oldest first.
    pub timeline: Vec<Step>,
}

impl App {
    /// Claims that the caller filed or that are about the caller, newest first.
    pub async fn my_claims(&self, call: &Call) -> Result<Vec<ClaimSummary>, AppError> {
        let caller = Self::member_of(call)?;
        let query = ClaimQuery::ByMember(caller);
        let rows = self.store.claims(&query, &Page::first(MY_CLAIMS_MAX)).await?;
        let mut list = Vec::with_capacity(rows.len());
        for row in rows.into_iter().rev() {
            let claim = self.load_claim(row.id).await?.state;
            let currency = self.plan_currency(&row.plan).await?;
            list.push(ClaimSummary { holder: claim.state().holder().word(), row, currency });
        }
        Ok(list)
    }

    /// A claim for its claimants, or for staff who are not related to it. To anybody else it looks like none.
    pub async fn claim_view(&self, call: &Call, id: ClaimId) -> Result<ClaimView, AppError> {
        let caller = Self::member_of(call)?;
        let (open, own) = match self.own_claim(id, caller).await {
            Ok(open) => (open, true),
            Err(AppError::NotFound(what)) => match &call.caller {
                Caller::Member { roles, .. } if Action::ReadClaims.allows(roles) => {
                    (self.readable_claim(call, id).await?, false)
                }
                _ => return Err(AppError::NotFound(what)),
            },
            Err(other) => return Err(other),
        };
        let recorded = self.store.stream(&huzhu_domain::event::StreamId::Claim(id)).await?;
        let timeline = self.timeline(open.claim(), &recorded, own).await?;
        let asks = |step: &&Step| step.kind == "claim.more-evidence-requested";
        let asked = match open.claim().state() {
            State::MoreEvidenceNeeded { .. } => timeline.iter().rev().find(asks),
            _ => None,
        };
        let request = asked.and_then(|step| step.text.clone());
        let request_items = match asked {
            Some(step) => self.requested_items(open.claim(), step.number).await?,
            None => Vec::new(),
        };
        let evidence = self.evidence_views(open.claim(), &recorded, own).await?;
        let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?;
        let person = match self.person(open.claim().claimed().member).await {
            Ok(person) => Some(person),
            Err(AppError::NotFound(_)) => None,
            Err(other) => return Err(other),
        };
        let eligibility = match person {
            Some(_) => {
                let found = self.assess_claim(&open, &enrolment.state, None).await?;
                Some(EligibilityView::of(&found, open.terms()?))
            }
            None => None,
        };
        let mut view = plain_view(&open, &enrolment, own)?;
        view.person = person;
        if !own && open.claim().investigators().is_empty() && view.state == "under-review" {
            view.route = self.route(&open, eligibility.as_ref().map_or(Amount::ZERO, |found| found.aid))?;
        }
        view.eligibility = eligibility;
        view.evidence = evidence;
        view.request = request;
        view.request_items = request_items;
        view.timeline = timeline;
        Ok(view)
    }

    pub(super) async fn evidence_views(
        &self,
        claim: &Claim,
        recorded: &[Recorded],
        own: bool,
    ) -> Result<Vec<EvidenceView>, AppError> {
        let files = claim.evidence().iter().map(|(id, file)| (*id, file));
        self.file_views(claim.claimed().member, files.collect(), recorded, own).await
    }

    /// Files of a claim, or of a dispute about it, whose salts are sealed under the key of `owner`; `own`: the reader handed them in
    /// and may prove it.
    pub(crate) async fn file_views(
        &self,
        owner: MemberId,
        files: Vec<(EvidenceId, &EvidenceFile)>,
        recorded: &[Recorded],
        own: bool,
    ) -> Result<Vec<EvidenceView>, AppError> {
        let mut list = Vec::with_capacity(files.len());
        for (id, EvidenceFile { kind, bytes, digest, at }) in files {
            let salt = if own {
                let sealed = self.store.unseal(owner, &salt_name(id)).await?;
                sealed.and_then(|bytes| bytes.try_into().ok()).map(Digest::from_bytes)
            } else {
                None
            };
            let added = recorded.iter().find(|one| {
                matches!(&one.event, Event::Claim(event) if event.added().is_some_and(|(added, _)| added == id))
            });
            let logged = match added {
                Some(one) => self.place(EntryKind::Evidence, one.position).await?,
                None => None,
            };
            let (kind, bytes, digest, at) = (*kind, *bytes, *digest, *at);
            list.push(EvidenceView { id, kind, bytes, digest, salt, at, logged });
        }
        Ok(list)
    }

    async fn timeline(&self, claim: &Claim, recorded: &[Recorded], own: bool) -> Result<Vec<Step>, AppError> {
        let mut replay: Option<Claim> = None;
        let mut steps = Vec::with_capacity(recorded.len());
        for one in recorded {
            let Event::Claim(event) = &one.event else {
                return Err(AppError::Broken(format!("stream {} holds a foreign event", one.stream)));
            };
            match (&mut replay, event) {
                (None, ClaimEvent::Drafted(claimed)) => {
                    replay = Some(Claim::begin(claim.id(), claimed.clone()));
                }
                (Some(before), event) => before.apply(event),
                (None, _) => {
                    return Err(AppError::Broken(format!("stream {} has no beginning", one.stream)));
                }
            }
            let Some(after) = &replay else { continue };
            // The one verb of two roles: what an investigator hands in while that is open.
            let role = match (event, after.state(), one.actor) {
                (
                    ClaimEvent::EvidenceAdded { .. },
                    State::Investigating { investigator, .. },
                    Actor::Member(by),
                ) if *investigator == by => "investigator",
                _ => role_of(&one.event, one.actor),
            };
            // What the second person writes to the reviewer is work in progress, not a message to the claimant.
            let readable = match event {
                ClaimEvent::MoreEvidenceRequested { .. } => true,
                ClaimEvent::Returned { .. } | ClaimEvent::FindingsHandedIn { .. } => !own,
                _ => false,
            };
            let text = if readable {
                let name = remark_name(claim.id(), one.number);
                let sealed = self.store.unseal(claim.claimed().member, &name).await?;
                sealed.and_then(|bytes| String::from_utf8(bytes).ok())
            } else {
                None
            };
            let logged = match crate::log::step_kind(event, own) {
                Some(kind) => self.place(kind, one.position).await?,
                None => None,
            };
            steps.push(Step {
                number: one.number,
                at: one.at,
                kind: codec::kind(&one.event),
                role,
                state: after.state().word(),
                holder: after.state().holder().word(),
                until: after.state().until(),
                text,
                logged,
            });
        }
        Ok(steps)
    }
}

/// What needs no further reading.
fn plain_view(
    open: &OpenClaim,
    enrolment: &Loaded<huzhu_domain::enrolment::Enrolment>,
    own: bool,
) -> Result<ClaimView, AppError> {
    let (claim, terms) = (open.claim(), open.terms()?);
    let row = ClaimRecord::of(claim);
    let state = claim.state();
    let recommendation = match state {
        State::Recommended { recommendation, .. } if !own => Some(recommendation.clone()),
        _ => None,
    };
    let reason = match state {
        State::Refused { reason, .. } => Some(reason.clone()),
        _ => None,
    };
    // Before the second person has confirmed, an amount would only be a hope or a fright.
    let aid = if own { row.aid } else { state.aid() };
    Ok(ClaimView {
        id: claim.id(),
        plan: claim.claimed().plan.clone(),
        version: terms.version(),
        currency: terms.currency(),
        enrolment: claim.claimed().enrolment,
        member: claim.claimed().member,
        filed_by: claim.claimed().filed_by,
        own,
        person: None,
        joined: enrolment.state.agreed().joined,
        illness: claim.illness().clone(),
        state: state.word(),
        holder: state.holder().word(),
        until: state.until(),
        reported: claim.reported(),
        reviewer: row.reviewer,
        recommendation,
        aid,
        reason,
        period: state.period(),
        payout: claim.payout(),
        eligibility: None,
        judged: if own { Judged::NOTHING } else { claim.judged().clone() },
        missing: if own { Vec::new() } else { missing_items(open)? },
        route: None,
        evidence: Vec::new(),
        request: None,
        request_items: Vec::new(),
        timeline: Vec::new(),
    })
}

/// Whole days between the report and now, as the queue shows them.
pub(crate) fn age_in_days(reported: Option<Moment>, now: Moment, zone: &huzhu_domain::time::TimeZone) -> i32 {
    reported.map_or(0, |at| huzhu_domain::time::age_days(day_of(at, zone), day_of(now, zone)))
}
