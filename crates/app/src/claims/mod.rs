//! Claims: what claimants and reviewers do, from the first draft to the decision.
//!
//! Shape: `filing` holds the verbs of claimants, `evidence` their files, `review` the verbs of the two people who decide,
//! `assessment` gathers the facts for the rules, `view` what either side reads.
//!
//! Guarantees: rules come from the terms in force on the event date; aid is computed and never typed; nobody acts on a claim of
//! their own, of somebody they pay for or of somebody who pays for them; a claim of somebody else looks like none.
//!
//! Limits: objections and juries have rooms of their own.

mod assessment;
mod conflicts;
mod desk;
mod evidence;
mod filing;
mod investigation;
mod items;
mod messages;
mod overrides;
pub(crate) mod refusal;
mod review;
mod second_review;
mod signals;
mod view;

use std::collections::BTreeSet;
use std::sync::Arc;

use huzhu_domain::claim::{Claim, ClaimEvent, Deadlines};
use huzhu_domain::id::{ClaimId, MemberId};
use huzhu_domain::plan::PlanTerms;
use huzhu_domain::time::{Day, Moment, TimeZone, day_of, midnight, plus_days};
use serde::{Deserialize, Serialize};

pub use assessment::{EligibilityView, FindingView};
pub use conflicts::{Conflict, Contacts, Declaration, Declare, GiveContacts};
pub use desk::{AssignClaim, ExamineClaim, Load};
pub use evidence::{
    AddEvidence, BeginUpload, ContinueUpload, EvidenceLimits, EvidenceOf, EvidenceReceipt, OpenedEvidence,
    ReceiveEvidence, RemoveEvidence, Swept, UploadState, sniff,
};
pub use filing::{CheckEligibility, DescribeClaim, DraftClaim, OwnClaim};
pub use investigation::{EndInvestigation, HandInFindings, InvestigationView, OrderInvestigation, Route};
pub use items::{AskedFor, EXTRA_DAYS_MAX, ITEM_CHARACTERS_MAX, ITEMS_MAX, RequestedItem, days_to_choose};
pub(crate) use messages::LANGUAGE;
pub use overrides::{
    AskOverride, ConflictDesk, DeclareConflict, OfOverride, OverrideReceipt, OverrideView, Related,
};
pub use review::{
    Advice, ConfirmClaim, ConfirmReceipt, RecommendClaim, RequestEvidence, SendBack, TakeClaim,
};
pub use second_review::{BlindView, GiveOpinion, MonthAgreement, OpinionReceipt, SecondReviewRow};
pub(crate) use view::age_in_days;
pub use view::{ClaimSummary, ClaimView, EvidenceView, Step};

use crate::App;
use crate::error::AppError;
use crate::load::{Loaded, LoadedPlan};
use crate::ports::{EnrolmentQuery, Page};
use crate::record::EnrolmentRecord;

/// Enrolments looked at when relations are computed: nobody pays for more people than that.
const RELATIONS_MAX: u32 = 200;

/// Where a claim stands after a verb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimReceipt {
    /// The claim.
    pub claim: ClaimId,
    /// Word of the state, see [`huzhu_domain::claim::State::WORDS`].
    pub state: String,
    /// Word for who has the ball, see [`huzhu_domain::claim::Holder::word`].
    pub holder: String,
    /// Until when.
    pub until: Option<Moment>,
}

impl ClaimReceipt {
    /// The receipt for a claim as it stands after `event`.
    fn after(claim: &Claim, event: &ClaimEvent) -> Self {
        let mut after = claim.clone();
        after.apply(event);
        let state = after.state();
        Self {
            claim: after.id(),
            state: state.word().to_owned(),
            holder: state.holder().word().to_owned(),
            until: state.until(),
        }
    }
}

/// A claim with its plan.
pub(crate) struct OpenClaim {
    /// The claim.
    pub(crate) loaded: Loaded<Claim>,
    /// Its plan.
    pub(crate) plan: Arc<LoadedPlan>,
}

impl OpenClaim {
    /// The claim.
    pub(crate) const fn claim(&self) -> &Claim {
        &self.loaded.state
    }

    /// The terms in force on the event date, which the claim keeps.
    pub(crate) fn terms(&self) -> Result<&PlanTerms, AppError> {
        self.plan.terms_on(self.claim().illness().event_date)
    }

    /// The deadlines of a verb at `now`.
    pub(crate) fn deadlines(&self, now: Moment) -> Result<Deadlines, AppError> {
        let terms = self.terms()?;
        let zone = terms.zone();
        let today = day_of(now, zone);
        let days = terms.review().days;
        let after = |days: u16| end_of(plus_days(today, i64::from(days)), zone);
        Ok(Deadlines {
            contact: end_of(terms.calendar().first_contact_last_day(today), zone),
            review: after(days.review),
            evidence: after(days.evidence),
            confirmation: after(days.confirmation),
            investigation: after(days.investigation),
            objection: after(days.objection),
            jury: terms.jury().map(|_| after(days.jury_request)),
            clerk: after(days.clerk),
        })
    }

    /// Number that the next event of the claim's stream will have; names sealed texts.
    pub(crate) const fn next_number(&self) -> u64 {
        self.loaded.events.saturating_add(1)
    }
}

impl App {
    /// A claim with its plan, whoever asks.
    pub(crate) async fn open_claim(&self, id: ClaimId) -> Result<OpenClaim, AppError> {
        let loaded = self.load_claim(id).await?;
        let plan = self.load_plan(&loaded.state.claimed().plan).await?;
        Ok(OpenClaim { loaded, plan })
    }

    /// A claim of the caller: who fell ill, who filed it, or who pays now. To anybody else it looks like none.
    pub(crate) async fn own_claim(&self, id: ClaimId, caller: MemberId) -> Result<OpenClaim, AppError> {
        let open = self.open_claim(id).await?;
        if open.claim().is_own(caller) || self.payer_of(&open).await? == Some(caller) {
            Ok(open)
        } else {
            Err(AppError::NotFound("claim"))
        }
    }

    /// A claim that somebody who works for the plan may act on.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for drafts, and when the caller is in conflict with the claim: to them it looks like none.
    pub(crate) async fn strangers_claim(&self, id: ClaimId, caller: MemberId) -> Result<OpenClaim, AppError> {
        let open = self.open_claim(id).await?;
        if open.claim().state().word() == "draft" {
            return Err(AppError::NotFound("claim"));
        }
        let ties = self.ties_of(caller).await?;
        if self.is_barred(caller, &ties, &open).await? { Err(AppError::NotFound("claim")) } else { Ok(open) }
    }

    /// A claim that somebody else may be asked to work on.
    ///
    /// # Errors
    /// A refusal when that person is in conflict with it.
    pub(crate) async fn check_independent(&self, id: ClaimId, who: MemberId) -> Result<(), AppError> {
        match self.strangers_claim(id, who).await {
            Ok(_) => Ok(()),
            Err(AppError::NotFound(_)) => Err(refusal::refused("claim-conflict", Vec::new())),
            Err(other) => Err(other),
        }
    }

    /// Somebody with everybody they pay for and everybody who pays for them, now or before, in any plan.
    pub(crate) async fn relatives(&self, who: MemberId) -> Result<BTreeSet<MemberId>, AppError> {
        let page = Page::first(RELATIONS_MAX);
        let paid_for = self.store.enrolments(&EnrolmentQuery::ByPayer(who), &page).await?;
        let covered = self.store.enrolments(&EnrolmentQuery::ByMember(who), &page).await?;
        let both = |row: &EnrolmentRecord| [row.member, row.payer];
        Ok(std::iter::once(who).chain(paid_for.iter().chain(&covered).flat_map(both)).collect())
    }

    /// Who pays for the person who fell ill.
    pub(crate) async fn payer_of(&self, open: &OpenClaim) -> Result<Option<MemberId>, AppError> {
        let enrolment = self.store.enrolment(open.claim().claimed().enrolment).await?;
        Ok(enrolment.map(|row| row.payer))
    }
}

/// The first instant after `day` in `zone`; the far end of time where there is none.
pub(crate) fn end_of(day: Day, zone: &TimeZone) -> Moment {
    midnight(plus_days(day, 1), zone).unwrap_or(Moment::MAX)
}
