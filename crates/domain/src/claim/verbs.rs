//! The verbs of a claim: what may happen next, who may do it, and why not.

use huzhu_ledger::Amount;

use super::{Claim, ClaimEvent, EvidenceFile, HiddenField, Illness, Judged, Recommendation, State};
use crate::digest::Digest;
use crate::id::{EvidenceId, MemberId};
use crate::plan::PeriodKey;
use crate::time::Moment;

/// The deadlines of the states, computed by the use case from the frozen terms and the time of the command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deadlines {
    /// First contact after a report.
    pub contact: Moment,
    /// Recommendation after a reviewer took the claim.
    pub review: Moment,
    /// More evidence from the claimant.
    pub evidence: Moment,
    /// Confirmation by the second person.
    pub confirmation: Moment,
    /// Findings of an investigator.
    pub investigation: Moment,
    /// The answer to an objection.
    pub objection: Moment,
    /// The last moment in which a claimant may ask for a jury after a refusal; `None`: the terms give none.
    pub jury: Option<Moment>,
    /// The clerk's first step after a jury was asked for.
    pub clerk: Moment,
}

/// Why a verb was refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimRejection {
    /// Nobody acts on a claim of their own.
    #[error("nobody acts on a claim of their own")]
    OwnClaim,
    /// The claim is in a state that does not know this verb.
    #[error("a claim that is {state} cannot be {verb}")]
    WrongState {
        /// The state's word.
        state: &'static str,
        /// What was tried, as a past participle.
        verb: &'static str,
    },
    /// Somebody else has taken the claim.
    #[error("another reviewer examines this claim")]
    NotYours,
    /// Two different people decide.
    #[error("the person who recommended cannot confirm")]
    SamePerson,
    /// A claim needs at least one file.
    #[error("a claim needs at least one file of evidence")]
    NoEvidence,
    /// This file is not part of the claim.
    #[error("this file is not part of the claim")]
    UnknownEvidence,
    /// A claim takes a limited number of files.
    #[error("a claim takes at most {limit} files")]
    TooMuchEvidence {
        /// The limit.
        limit: usize,
    },
    /// One side hands in a limited number of files for a dispute.
    #[error("one side of a dispute hands in at most {limit} files")]
    TooMuchDisputeEvidence {
        /// The limit.
        limit: usize,
    },
    /// A file with this id was handed in before; files are never replaced.
    #[error("a file with this id was handed in before")]
    EvidenceAlreadyAdded,
    /// The claimant still has time to hand in evidence.
    #[error("the claimant has time until {until}")]
    EvidenceNotDue {
        /// When it is due.
        until: Moment,
    },
    /// Notice is still running.
    #[error("the notice runs until {until}")]
    NoticeRunning {
        /// Its end.
        until: Moment,
    },
    /// The claim is counted in another period.
    #[error("the claim belongs to period {period}")]
    OtherPeriod {
        /// The period it belongs to.
        period: PeriodKey,
    },
    /// Whoever gathers facts must not be part of the decision.
    #[error("an investigator must be independent of review and objections")]
    NotIndependent,
    /// Notice is over.
    #[error("the notice ended at {until}")]
    NoticeOver {
        /// Its end.
        until: Moment,
    },
    /// One objection per member and claim.
    #[error("this member objected to the claim before")]
    AlreadyObjected,
    /// There is no such open objection, or it is another member's.
    #[error("there is no such open objection")]
    ObjectionNotOpen,
    /// The terms give no jury against this decision.
    #[error("the terms give no jury against this decision")]
    NoJury,
    /// The time to ask for a jury is over.
    #[error("a jury could be asked for until {until}")]
    TooLate {
        /// Its end.
        until: Moment,
    },
    /// A jury has judged, and the terms give no other.
    #[error("a jury has judged this claim")]
    AlreadyJudged,
    /// A larger jury may still be asked for.
    #[error("a larger jury may be asked for until {until}")]
    VerdictOpen {
        /// Its end.
        until: Moment,
    },
    /// Nobody asked for it, or it was taken back.
    #[error("nobody asked for this exception")]
    NoOverride,
    /// It was asked for or agreed to before.
    #[error("this exception was asked for or agreed to before")]
    OverrideThere,
    /// Two different people make an exception, and neither for themselves.
    #[error("two different people make an exception, and neither for themselves")]
    OverrideAlone,
}

/// Files per claim: protects the reviewer's day and the vault; enough for a long hospital record.
const EVIDENCE_FILES_MAX: usize = 60;

impl Claim {
    /// Changes the description while drafting.
    pub fn describe(&self, illness: Illness) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::Draft => Ok(ClaimEvent::Described(illness)),
            _ => self.wrong("described"),
        }
    }

    /// Adds a file: while drafting, later as long as nobody has recommended, and again where a decision is disputed.
    pub fn add_evidence(
        &self,
        evidence: EvidenceId,
        file: EvidenceFile,
    ) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::Draft
            | State::Reported { .. }
            | State::UnderReview { .. }
            | State::MoreEvidenceNeeded { .. }
            | State::Investigating { .. }
            | State::Objected { .. }
            | State::JuryRequested { .. } => {
                if self.has_file(evidence) {
                    return Err(ClaimRejection::EvidenceAlreadyAdded);
                }
                if self.evidence.len() >= EVIDENCE_FILES_MAX {
                    return Err(ClaimRejection::TooMuchEvidence { limit: EVIDENCE_FILES_MAX });
                }
                Ok(ClaimEvent::EvidenceAdded { evidence, file })
            }
            _ => self.wrong("given more evidence"),
        }
    }

    /// Takes a file back: only while drafting, since afterwards others may have relied on it.
    pub fn remove_evidence(&self, evidence: EvidenceId) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::Draft if self.evidence.contains_key(&evidence) => {
                Ok(ClaimEvent::EvidenceRemoved { evidence })
            }
            State::Draft => Err(ClaimRejection::UnknownEvidence),
            _ => self.wrong("robbed of evidence"),
        }
    }

    /// Notes that somebody who works for the plan opened a file; allowed once the claim was handed in, whatever became
    /// of it since.
    pub fn open_evidence(&self, evidence: EvidenceId, by: MemberId) -> Result<ClaimEvent, ClaimRejection> {
        match self.reported {
            None => self.wrong("read by others"),
            Some(_) if self.has_file(evidence) => Ok(ClaimEvent::EvidenceOpened { evidence, by }),
            Some(_) => Err(ClaimRejection::UnknownEvidence),
        }
    }

    /// Notes that somebody who works for the plan opened a hidden fact of the card; allowed from its first notice on, whatever
    /// became of the claim since. Whether it was on notice is known by who keeps the cards.
    pub fn open_card(&self, field: HiddenField, by: MemberId) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(by)?;
        match self.reported {
            None => self.wrong("read by others"),
            Some(_) => Ok(ClaimEvent::CardOpened { field, by }),
        }
    }

    /// A file of this id was handed in, for the claim or for a dispute about it.
    pub(super) fn has_file(&self, evidence: EvidenceId) -> bool {
        self.evidence.contains_key(&evidence) || self.dispute_evidence.contains_key(&evidence)
    }

    /// Hands the claim in.
    pub fn report(&self, at: Moment, deadlines: &Deadlines) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::Draft if self.evidence.is_empty() => Err(ClaimRejection::NoEvidence),
            State::Draft => Ok(ClaimEvent::Reported { at, until: deadlines.contact }),
            _ => self.wrong("handed in"),
        }
    }

    /// A reviewer takes the claim, from the pile or from a colleague. Taking it twice would only move the own deadline.
    pub fn take(&self, reviewer: MemberId, deadlines: &Deadlines) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(reviewer)?;
        match self.state {
            State::UnderReview { reviewer: own, .. } if own == reviewer => self.wrong("taken"),
            State::Reported { .. } | State::UnderReview { .. } => {
                Ok(ClaimEvent::Taken { reviewer, until: deadlines.review })
            }
            _ => self.wrong("taken"),
        }
    }

    /// Notes what the papers show.
    pub fn examine(&self, reviewer: MemberId, judged: Judged) -> Result<ClaimEvent, ClaimRejection> {
        self.check_reviewer(reviewer, "examined")?;
        if judged.shown.values().any(|file| !self.evidence.contains_key(file)) {
            return Err(ClaimRejection::UnknownEvidence);
        }
        Ok(ClaimEvent::Examined { reviewer, judged })
    }

    /// Asks the claimant for more evidence. `latest` is the last due date of what is asked for: the claimant has the time of the
    /// terms at least, and more where something takes longer.
    pub fn request_evidence(
        &self,
        reviewer: MemberId,
        latest: Option<Moment>,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_reviewer(reviewer, "asked for more evidence")?;
        let until = latest.map_or(deadlines.evidence, |latest| latest.max(deadlines.evidence));
        Ok(ClaimEvent::MoreEvidenceRequested { reviewer, until })
    }

    /// The claimant says that all is there now.
    pub fn complete_evidence(&self, deadlines: &Deadlines) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::MoreEvidenceNeeded { reviewer, .. } => {
                Ok(ClaimEvent::EvidenceCompleted { reviewer, until: deadlines.review })
            }
            _ => self.wrong("completed"),
        }
    }

    /// A reviewer goes on without the evidence asked for, once the claimant's time is over.
    pub fn stop_waiting(
        &self,
        reviewer: MemberId,
        now: Moment,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(reviewer)?;
        match self.state {
            State::MoreEvidenceNeeded { until, .. } if now < until => {
                Err(ClaimRejection::EvidenceNotDue { until })
            }
            State::MoreEvidenceNeeded { .. } => Ok(ClaimEvent::Taken { reviewer, until: deadlines.review }),
            _ => self.wrong("taken without the evidence asked for"),
        }
    }

    /// Recommends a decision.
    pub fn recommend(
        &self,
        reviewer: MemberId,
        recommendation: Recommendation,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_reviewer(reviewer, "recommended on")?;
        Ok(ClaimEvent::Recommended { reviewer, recommendation, until: deadlines.confirmation })
    }

    /// A second person confirms the recommendation, which decides the claim. From a refusal on, the claimant may ask for a jury
    /// until `jury`, where the terms give one and none has judged this claim yet.
    pub fn confirm(&self, by: MemberId, jury: Option<Moment>) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(by)?;
        match &self.state {
            State::Recommended { reviewer, .. } if *reviewer == by => Err(ClaimRejection::SamePerson),
            State::Recommended { recommendation: Recommendation::Approve { aid }, .. } => {
                Ok(ClaimEvent::Approved { by, aid: *aid })
            }
            State::Recommended { recommendation: Recommendation::Refuse { reason }, .. } => {
                let until = jury.filter(|_| self.verdicts.is_empty());
                Ok(ClaimEvent::Refused { by, reason: reason.clone(), until })
            }
            _ => self.wrong("confirmed"),
        }
    }

    /// A second person sends the claim back to review.
    pub fn send_back(&self, by: MemberId, deadlines: &Deadlines) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(by)?;
        match self.state {
            State::Recommended { reviewer, .. } if reviewer == by => Err(ClaimRejection::SamePerson),
            State::Recommended { reviewer, .. } => {
                Ok(ClaimEvent::Returned { by, reviewer, until: deadlines.review })
            }
            _ => self.wrong("sent back"),
        }
    }

    /// Notice begins.
    pub fn put_on_notice(&self, period: PeriodKey, until: Moment) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::Approved { aid } => Ok(ClaimEvent::PutOnNotice { period, aid, until }),
            _ => self.wrong("put on notice"),
        }
    }

    /// Notice passed without an open objection.
    pub fn clear(&self, period: PeriodKey, now: Moment) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::OnNotice { period: own, .. } if own != period => {
                Err(ClaimRejection::OtherPeriod { period: own })
            }
            State::OnNotice { until, .. } if now < until => Err(ClaimRejection::NoticeRunning { until }),
            State::OnNotice { aid, .. } => Ok(ClaimEvent::Cleared { period, aid }),
            _ => self.wrong("cleared"),
        }
    }

    /// The shares were collected; `aid` is what is left after cuts by caps and shortfall and after unpaid shares were kept
    /// back. From here on the claim cannot end without payment.
    ///
    /// # Panics
    /// When `aid` is more than was approved: a bug in the settlement, after which no money may move.
    pub fn become_payable(
        &self,
        period: PeriodKey,
        aid: Amount,
        until: Moment,
    ) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::Cleared { period: own, .. } if own != period => {
                Err(ClaimRejection::OtherPeriod { period: own })
            }
            State::Cleared { aid: granted, .. } => {
                assert!(aid <= granted, "{} is paid more than was approved", self.id);
                Ok(ClaimEvent::BecamePayable { period, aid, until })
            }
            _ => self.wrong("made payable"),
        }
    }

    /// The bank confirmed the payout.
    pub fn pay(&self, at: Moment, confirmation: Digest) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::Payable { period, aid, .. } => Ok(ClaimEvent::Paid { period, aid, at, confirmation }),
            _ => self.wrong("paid"),
        }
    }

    /// The claimant takes the claim back: from anywhere before the money is on its way.
    pub fn withdraw(&self) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::Draft
            | State::Reported { .. }
            | State::UnderReview { .. }
            | State::MoreEvidenceNeeded { .. }
            | State::Investigating { .. }
            | State::Recommended { .. }
            | State::Approved { .. }
            | State::OnNotice { .. }
            | State::Objected { .. }
            | State::JuryRequested { .. } => Ok(ClaimEvent::Withdrawn),
            // From the settlement on, members have been told a share that this claim is part of.
            State::Cleared { .. }
            | State::Payable { .. }
            | State::Paid { .. }
            | State::Refused { .. }
            | State::Verdict { .. }
            | State::Withdrawn => self.wrong("withdrawn"),
        }
    }

    pub(super) fn check_reviewer(
        &self,
        reviewer: MemberId,
        verb: &'static str,
    ) -> Result<(), ClaimRejection> {
        self.check_stranger(reviewer)?;
        match self.state {
            State::UnderReview { reviewer: own, .. } if own == reviewer => Ok(()),
            State::UnderReview { .. } => Err(ClaimRejection::NotYours),
            _ => self.wrong(verb),
        }
    }

    pub(super) fn check_stranger(&self, who: MemberId) -> Result<(), ClaimRejection> {
        if self.is_own(who) { Err(ClaimRejection::OwnClaim) } else { Ok(()) }
    }

    pub(super) fn wrong<T>(&self, verb: &'static str) -> Result<T, ClaimRejection> {
        Err(ClaimRejection::WrongState { state: self.state.word(), verb })
    }
}
