//! The states of a claim: what each one knows, who has the ball and until when.

use huzhu_ledger::Amount;

use super::{AfterObjection, ClaimEvent, JuryOrigin, Recommendation, VerdictOutcome};
use crate::id::{JuryCaseId, MemberId};
use crate::plan::{PeriodKey, ReasonCode};
use crate::time::Moment;

/// Where a claim stands, with the data that only this state has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written by the claimant; nobody else sees it.
    Draft,
    /// Handed in; waits for a reviewer to take it.
    Reported {
        /// When the first contact is due.
        until: Moment,
    },
    /// A reviewer is examining it.
    UnderReview {
        /// Who examines it.
        reviewer: MemberId,
        /// When a recommendation is due.
        until: Moment,
    },
    /// The claimant was asked for more evidence.
    MoreEvidenceNeeded {
        /// Who asked.
        reviewer: MemberId,
        /// When the evidence is due.
        until: Moment,
    },
    /// An independent person is gathering facts.
    Investigating {
        /// The reviewer who ordered it.
        reviewer: MemberId,
        /// Who gathers the facts.
        investigator: MemberId,
        /// When the findings are due.
        until: Moment,
    },
    /// Waits for a second person to confirm.
    Recommended {
        /// Who recommended.
        reviewer: MemberId,
        /// What was recommended.
        recommendation: Recommendation,
        /// When the confirmation is due.
        until: Moment,
    },
    /// Approved; waits for the next notice.
    Approved {
        /// Aid in minor units.
        aid: Amount,
    },
    /// Refused.
    Refused {
        /// Reason code of the plan terms.
        reason: ReasonCode,
        /// Until when the claimant may ask for a jury; `None`: nobody may.
        until: Option<Moment>,
    },
    /// On public display.
    OnNotice {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
        /// End of the notice.
        until: Moment,
    },
    /// A member objected, and has no answer yet.
    Objected {
        /// The period it was on notice in.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
        /// End of the notice.
        notice_ends: Moment,
        /// When the answer is due.
        until: Moment,
    },
    /// A jury was asked for.
    JuryRequested {
        /// The case.
        case: JuryCaseId,
        /// Where the claim stood.
        origin: JuryOrigin,
        /// When the next step of the case is due.
        until: Moment,
    },
    /// The jury has judged, and the verdict has not taken effect yet.
    Verdict {
        /// The case.
        case: JuryCaseId,
        /// Where the claim stood.
        origin: JuryOrigin,
        /// `true` when the jury found for the claimant.
        for_claimant: bool,
        /// Until when a larger jury may be asked for; `None`: the verdict is final.
        until: Option<Moment>,
    },
    /// Notice passed; counted in the settlement of the period.
    Cleared {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
    },
    /// The money was collected; the payout is due.
    Payable {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units; less than what was approved where a cap or a shortfall cut it.
        aid: Amount,
        /// When the payout is due.
        until: Moment,
    },
    /// Paid.
    Paid {
        /// The period.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
        /// When.
        at: Moment,
    },
    /// Taken back by the claimant.
    Withdrawn,
}

impl State {
    /// All states' words, in the order of the life of a claim.
    pub const WORDS: [&'static str; 16] = [
        "draft",
        "reported",
        "under-review",
        "more-evidence-needed",
        "investigating",
        "recommended",
        "approved",
        "refused",
        "on-notice",
        "objected",
        "jury-requested",
        "verdict",
        "cleared",
        "payable",
        "paid",
        "withdrawn",
    ];

    /// The stable word for the state in URLs, JSON, stores and message keys.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Reported { .. } => "reported",
            Self::UnderReview { .. } => "under-review",
            Self::MoreEvidenceNeeded { .. } => "more-evidence-needed",
            Self::Investigating { .. } => "investigating",
            Self::Recommended { .. } => "recommended",
            Self::Approved { .. } => "approved",
            Self::Refused { .. } => "refused",
            Self::OnNotice { .. } => "on-notice",
            Self::Objected { .. } => "objected",
            Self::JuryRequested { .. } => "jury-requested",
            Self::Verdict { .. } => "verdict",
            Self::Cleared { .. } => "cleared",
            Self::Payable { .. } => "payable",
            Self::Paid { .. } => "paid",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// The state that `event` leads to; `None` where a claim stays where it is.
    pub(super) fn after(event: &ClaimEvent) -> Option<Self> {
        Some(match event.clone() {
            ClaimEvent::Drafted(_)
            | ClaimEvent::Described(_)
            | ClaimEvent::EvidenceAdded { .. }
            | ClaimEvent::DisputeEvidenceAdded { .. }
            | ClaimEvent::EvidenceRemoved { .. }
            | ClaimEvent::EvidenceOpened { .. }
            | ClaimEvent::CardOpened { .. }
            | ClaimEvent::Examined { .. }
            | ClaimEvent::ConflictDeclared { until: None, .. }
            | ClaimEvent::OverrideAsked { .. }
            | ClaimEvent::OverrideConfirmed { .. }
            | ClaimEvent::OverrideWithdrawn { .. }
            | ClaimEvent::DeadlinePassed { .. } => return None,
            ClaimEvent::Reported { until, at: _ }
            | ClaimEvent::ConflictDeclared { until: Some(until), by: _ } => Self::Reported { until },
            ClaimEvent::Taken { reviewer, until }
            | ClaimEvent::Assigned { reviewer, until, by: _ }
            | ClaimEvent::EvidenceCompleted { reviewer, until }
            | ClaimEvent::FindingsHandedIn { reviewer, until, investigator: _ }
            | ClaimEvent::InvestigationEnded { reviewer, until }
            | ClaimEvent::ObjectionUpheld { reviewer, until, objection: _, by: _ }
            | ClaimEvent::Returned { reviewer, until, by: _ } => Self::UnderReview { reviewer, until },
            ClaimEvent::InvestigationOrdered { reviewer, investigator, until } => {
                Self::Investigating { reviewer, investigator, until }
            }
            ClaimEvent::MoreEvidenceRequested { reviewer, until } => {
                Self::MoreEvidenceNeeded { reviewer, until }
            }
            ClaimEvent::Recommended { reviewer, recommendation, until } => {
                Self::Recommended { reviewer, recommendation, until }
            }
            ClaimEvent::Approved { aid, by: _ } => Self::Approved { aid },
            ClaimEvent::Refused { reason, until, by: _ } => Self::Refused { reason, until },
            ClaimEvent::PutOnNotice { period, aid, until } => Self::OnNotice { period, aid, until },
            ClaimEvent::Objected { period, aid, notice_ends, until, objection: _, by: _ } => {
                Self::Objected { period, aid, notice_ends, until }
            }
            ClaimEvent::ObjectionDismissed { then, objection: _, by: _ }
            | ClaimEvent::ObjectionWithdrawn { then, objection: _ } => match then {
                AfterObjection::Others => return None,
                AfterObjection::Notice { period, aid, until } => Self::OnNotice { period, aid, until },
                AfterObjection::NextNotice { aid } => Self::Approved { aid },
            },
            ClaimEvent::JuryRequested { case, origin, until, by: _ }
            | ClaimEvent::JuryDue { case, origin, until } => Self::JuryRequested { case, origin, until },
            ClaimEvent::JuryDeclined { origin, until, settled, case: _, by: _, ground: _ } => match origin {
                JuryOrigin::OnNotice { aid, .. } if settled => Self::Approved { aid },
                origin => Self::back_at(origin, until),
            },
            ClaimEvent::VerdictReached { case, origin, for_claimant, until } => {
                Self::Verdict { case, origin, for_claimant, until }
            }
            ClaimEvent::VerdictApplied { outcome, case: _ } => match outcome {
                VerdictOutcome::Approve { aid } => Self::Approved { aid },
                VerdictOutcome::Refuse { reason } => Self::Refused { reason, until: None },
                VerdictOutcome::Notice { period, aid, until } => Self::OnNotice { period, aid, until },
                VerdictOutcome::Review { reviewer, until } => Self::UnderReview { reviewer, until },
            },
            ClaimEvent::Cleared { period, aid } => Self::Cleared { period, aid },
            ClaimEvent::BecamePayable { period, aid, until } => Self::Payable { period, aid, until },
            ClaimEvent::Paid { period, aid, at, confirmation: _ } => Self::Paid { period, aid, at },
            ClaimEvent::Withdrawn => Self::Withdrawn,
        })
    }

    /// Where a claim stands again when a jury was not granted. A claim under review gets its reviewer's clock anew.
    fn back_at(origin: JuryOrigin, until: Option<Moment>) -> Self {
        match origin {
            JuryOrigin::Refused { reason } => Self::Refused { reason, until },
            JuryOrigin::OnNotice { period, aid, until } => Self::OnNotice { period, aid, until },
            JuryOrigin::UnderReview { reviewer } => {
                Self::UnderReview { reviewer, until: until.unwrap_or(Moment::MAX) }
            }
        }
    }

    /// Whether nothing can happen to the claim any more but that its files are read. A refusal is final once nobody may ask
    /// for a jury any more: with a date in the future it is not.
    pub fn is_final(&self, now: Moment) -> bool {
        match self {
            Self::Refused { until, .. } => until.is_none_or(|until| until <= now),
            Self::Paid { .. } | Self::Withdrawn => true,
            _ => false,
        }
    }

    /// The period in which the claim is displayed and shared, from notice on.
    pub const fn period(&self) -> Option<PeriodKey> {
        match self {
            Self::OnNotice { period, .. }
            | Self::Objected { period, .. }
            | Self::Cleared { period, .. }
            | Self::Payable { period, .. }
            | Self::Paid { period, .. } => Some(*period),
            Self::Draft
            | Self::Reported { .. }
            | Self::UnderReview { .. }
            | Self::MoreEvidenceNeeded { .. }
            | Self::Investigating { .. }
            | Self::Recommended { .. }
            | Self::Approved { .. }
            | Self::Refused { .. }
            | Self::JuryRequested { .. }
            | Self::Verdict { .. }
            | Self::Withdrawn => None,
        }
    }

    /// Aid in minor units as it stands now: recommended, approved or, from the settlement on, after cuts. What was granted stays
    /// reserved while a jury judges a claim that came from notice, so that another claim of the person cannot use it up.
    pub const fn aid(&self) -> Option<Amount> {
        match self {
            Self::Recommended { recommendation: Recommendation::Approve { aid }, .. }
            | Self::Approved { aid }
            | Self::OnNotice { aid, .. }
            | Self::Objected { aid, .. }
            | Self::Cleared { aid, .. }
            | Self::Payable { aid, .. }
            | Self::Paid { aid, .. }
            | Self::JuryRequested { origin: JuryOrigin::OnNotice { aid, .. }, .. }
            | Self::Verdict { origin: JuryOrigin::OnNotice { aid, .. }, .. } => Some(*aid),
            Self::Draft
            | Self::Reported { .. }
            | Self::UnderReview { .. }
            | Self::MoreEvidenceNeeded { .. }
            | Self::Investigating { .. }
            | Self::Recommended { recommendation: Recommendation::Refuse { .. }, .. }
            | Self::Refused { .. }
            | Self::JuryRequested { .. }
            | Self::Verdict { .. }
            | Self::Withdrawn => None,
        }
    }

    /// Who has the ball.
    pub const fn holder(&self) -> Holder {
        match self {
            // Who was refused may ask for a jury; the clock says how long.
            Self::Draft | Self::MoreEvidenceNeeded { .. } | Self::Refused { until: Some(_), .. } => {
                Holder::Claimant
            }
            Self::Reported { .. } | Self::UnderReview { .. } | Self::Objected { .. } => Holder::Reviewer,
            Self::Investigating { .. } => Holder::Investigator,
            Self::Recommended { .. } => Holder::Confirmer,
            Self::Approved { .. } | Self::Cleared { .. } => Holder::Calendar,
            Self::OnNotice { .. } => Holder::Members,
            Self::JuryRequested { .. } | Self::Verdict { .. } => Holder::Jury,
            Self::Payable { .. } => Holder::Operator,
            Self::Refused { until: None, .. } | Self::Paid { .. } | Self::Withdrawn => Holder::Nobody,
        }
    }

    /// Until when the holder has the ball; `None` where no clock of the claim's own runs.
    pub const fn until(&self) -> Option<Moment> {
        match self {
            Self::Reported { until }
            | Self::UnderReview { until, .. }
            | Self::MoreEvidenceNeeded { until, .. }
            | Self::Investigating { until, .. }
            | Self::Recommended { until, .. }
            | Self::OnNotice { until, .. }
            | Self::Objected { until, .. }
            | Self::JuryRequested { until, .. }
            | Self::Payable { until, .. } => Some(*until),
            Self::Refused { until, .. } | Self::Verdict { until, .. } => *until,
            Self::Draft
            | Self::Approved { .. }
            | Self::Cleared { .. }
            | Self::Paid { .. }
            | Self::Withdrawn => None,
        }
    }
}

/// Who has to act next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holder {
    /// The claimant.
    Claimant,
    /// A reviewer.
    Reviewer,
    /// An investigator.
    Investigator,
    /// A second person.
    Confirmer,
    /// Nobody: the calendar of the plan brings the next step.
    Calendar,
    /// All members may read and object.
    Members,
    /// The jury.
    Jury,
    /// The operator pays.
    Operator,
    /// Nobody: the claim has ended.
    Nobody,
}

impl Holder {
    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Claimant => "claimant",
            Self::Reviewer => "reviewer",
            Self::Investigator => "investigator",
            Self::Confirmer => "confirmer",
            Self::Calendar => "calendar",
            Self::Members => "members",
            Self::Jury => "jury",
            Self::Operator => "operator",
            Self::Nobody => "nobody",
        }
    }
}
