//! A claim: a request for aid on its way from draft to payout.
//!
//! Shape: [`State`] holds the data of each state; a verb takes the time, who acts and values from the frozen terms and
//! answers an event or a [`ClaimRejection`]; [`Claim::apply`] is the only code that changes state. The rules of the
//! jury and of objections come with their own issue; their states exist so that stored claims need no migration.
//!
//! Guarantees: two different people decide; an amount is fixed when it is approved; nothing leaves a final state.

mod card;
mod eligibility;
mod event;
mod verbs;

pub use card::{Card, Sex, mask_name};
pub use eligibility::{Eligibility, Facts, Finding, FindingKind, WaitOutcome};
pub use event::{ClaimEvent, Claimed, EvidenceFile, FileKind, Illness, Recommendation};
pub use verbs::{ClaimRejection, Deadlines};

use std::collections::BTreeMap;

use huzhu_ledger::Amount;

use crate::digest::Digest;
use crate::id::{ClaimId, EvidenceId, MemberId};
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
    /// A member objected.
    Objected {
        /// The period it was on notice in.
        period: PeriodKey,
        /// Aid in minor units.
        aid: Amount,
    },
    /// A jury was asked for.
    JuryRequested,
    /// The jury has judged.
    Verdict {
        /// `true` when the jury found for the claimant.
        for_claimant: bool,
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
            Self::JuryRequested => "jury-requested",
            Self::Verdict { .. } => "verdict",
            Self::Cleared { .. } => "cleared",
            Self::Payable { .. } => "payable",
            Self::Paid { .. } => "paid",
            Self::Withdrawn => "withdrawn",
        }
    }

    /// Who has the ball.
    pub const fn holder(&self) -> Holder {
        match self {
            Self::Draft | Self::MoreEvidenceNeeded { .. } => Holder::Claimant,
            Self::Reported { .. } | Self::UnderReview { .. } | Self::Objected { .. } => Holder::Reviewer,
            Self::Investigating { .. } => Holder::Investigator,
            Self::Recommended { .. } => Holder::Confirmer,
            Self::Approved { .. } | Self::Cleared { .. } => Holder::Calendar,
            Self::OnNotice { .. } => Holder::Members,
            Self::JuryRequested | Self::Verdict { .. } => Holder::Jury,
            Self::Payable { .. } => Holder::Operator,
            Self::Refused { .. } | Self::Paid { .. } | Self::Withdrawn => Holder::Nobody,
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
            | Self::Payable { until, .. } => Some(*until),
            Self::Draft
            | Self::Approved { .. }
            | Self::Refused { .. }
            | Self::Objected { .. }
            | Self::JuryRequested
            | Self::Verdict { .. }
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

/// A request for aid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    id: ClaimId,
    claimed: Claimed,
    state: State,
    evidence: BTreeMap<EvidenceId, EvidenceFile>,
    reported: Option<Moment>,
    confirmer: Option<MemberId>,
    approved_aid: Option<Amount>,
    returned: u32,
    payout: Option<Digest>,
}

impl Claim {
    /// The state after the first event.
    pub const fn begin(id: ClaimId, claimed: Claimed) -> Self {
        Self {
            id,
            claimed,
            state: State::Draft,
            evidence: BTreeMap::new(),
            reported: None,
            confirmer: None,
            approved_aid: None,
            returned: 0,
            payout: None,
        }
    }

    /// The claim's id.
    pub const fn id(&self) -> ClaimId {
        self.id
    }

    /// What is claimed: plan, enrolment, illness, event date.
    pub const fn claimed(&self) -> &Claimed {
        &self.claimed
    }

    /// Where it stands.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The files handed in, by id (and so by time).
    pub const fn evidence(&self) -> &BTreeMap<EvidenceId, EvidenceFile> {
        &self.evidence
    }

    /// When it was handed in.
    pub const fn reported(&self) -> Option<Moment> {
        self.reported
    }

    /// The second person who decided.
    pub const fn confirmer(&self) -> Option<MemberId> {
        self.confirmer
    }

    /// Aid granted, in minor units, once approved; what is paid can be less where a cap or a shortfall cut it.
    pub const fn approved_aid(&self) -> Option<Amount> {
        self.approved_aid
    }

    /// How often the confirmer sent it back.
    pub const fn returned(&self) -> u32 {
        self.returned
    }

    /// Digest of the bank's confirmation, once paid.
    pub const fn payout(&self) -> Option<Digest> {
        self.payout
    }

    /// The only code that changes state.
    pub fn apply(&mut self, event: &ClaimEvent) {
        match event {
            ClaimEvent::Drafted(claimed) => assert!(self.claimed == *claimed, "drafted twice: {}", self.id),
            ClaimEvent::Described(illness) => self.claimed.illness = illness.clone(),
            ClaimEvent::EvidenceAdded { evidence, file } => {
                self.evidence.insert(*evidence, file.clone());
            }
            ClaimEvent::EvidenceRemoved { evidence } => {
                self.evidence.remove(evidence);
            }
            ClaimEvent::Reported { at, until } => {
                self.reported = Some(*at);
                self.state = State::Reported { until: *until };
            }
            ClaimEvent::Taken { reviewer, until } | ClaimEvent::EvidenceCompleted { reviewer, until } => {
                self.state = State::UnderReview {
                    reviewer: *reviewer,
                    until: *until,
                };
            }
            ClaimEvent::MoreEvidenceRequested { reviewer, until } => {
                self.state = State::MoreEvidenceNeeded {
                    reviewer: *reviewer,
                    until: *until,
                };
            }
            ClaimEvent::Recommended {
                reviewer,
                recommendation,
                until,
            } => {
                self.state = State::Recommended {
                    reviewer: *reviewer,
                    recommendation: recommendation.clone(),
                    until: *until,
                };
            }
            ClaimEvent::Returned {
                reviewer,
                until,
                by: _,
            } => {
                self.returned = self.returned.saturating_add(1);
                self.state = State::UnderReview {
                    reviewer: *reviewer,
                    until: *until,
                };
            }
            ClaimEvent::Approved { by, aid } => {
                self.confirmer = Some(*by);
                self.approved_aid = Some(*aid);
                self.state = State::Approved { aid: *aid };
            }
            ClaimEvent::Refused { by, reason } => {
                self.confirmer = Some(*by);
                self.state = State::Refused {
                    reason: reason.clone(),
                };
            }
            ClaimEvent::PutOnNotice { period, aid, until } => {
                self.state = State::OnNotice {
                    period: *period,
                    aid: *aid,
                    until: *until,
                };
            }
            ClaimEvent::Cleared { period, aid } => {
                self.state = State::Cleared {
                    period: *period,
                    aid: *aid,
                }
            }
            ClaimEvent::BecamePayable { period, aid, until } => {
                self.state = State::Payable {
                    period: *period,
                    aid: *aid,
                    until: *until,
                };
            }
            ClaimEvent::Paid {
                period,
                aid,
                at,
                confirmation,
            } => {
                self.payout = Some(*confirmation);
                self.state = State::Paid {
                    period: *period,
                    aid: *aid,
                    at: *at,
                };
            }
            ClaimEvent::Withdrawn => self.state = State::Withdrawn,
        }
    }
}
