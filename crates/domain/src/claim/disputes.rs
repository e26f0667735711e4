//! What happens to a decision: investigation before it, objections and juries after it.
//!
//! Shape: objection and jury case are aggregates of their own, with what was said in them; the claim only knows that they are
//! there, where it stood, and where it goes. A use case writes both sides in one commit.
//!
//! Guarantees: a claim with an open objection or an open case is never cleared; a verdict takes effect once, and the same
//! whenever somebody applies it.

use huzhu_ledger::Amount;

use super::{
    AfterObjection, Claim, ClaimEvent, ClaimRejection, Deadlines, Dispute, EvidenceFile, JuryOrigin, State,
    VerdictOutcome,
};
use crate::id::{EvidenceId, JuryCaseId, MemberId, ObjectionId};
use crate::plan::ReasonCode;
use crate::time::Moment;

/// In which capacity somebody asks for a jury.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum JuryAsker {
    /// The claimant whose claim was refused, or who lost before a smaller jury.
    Claimant,
    /// A member whose objection was dismissed.
    Objector,
    /// The operator, before a hard case is decided.
    Operator,
}

/// Files that one side hands in for a dispute: protects those who read them all before they decide, and the vault from a member
/// who objects to everything.
const DISPUTE_FILES_MAX: usize = 10;

impl Claim {
    /// Gives the claim to a reviewer, from the pile or from a colleague.
    pub fn assign(
        &self,
        reviewer: MemberId,
        by: MemberId,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(reviewer)?;
        self.check_stranger(by)?;
        match self.state {
            State::UnderReview { reviewer: own, .. } if own == reviewer => self.wrong("assigned"),
            State::Reported { .. } | State::UnderReview { .. } => {
                Ok(ClaimEvent::Assigned { reviewer, by, until: deadlines.review })
            }
            _ => self.wrong("assigned"),
        }
    }

    /// Asks an independent person to gather facts. Whoever reviews, recommended or objected is not independent.
    pub fn order_investigation(
        &self,
        reviewer: MemberId,
        investigator: MemberId,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_reviewer(reviewer, "investigated")?;
        self.check_stranger(investigator)?;
        if investigator == reviewer || self.objectors.values().any(|who| *who == investigator) {
            return Err(ClaimRejection::NotIndependent);
        }
        Ok(ClaimEvent::InvestigationOrdered { reviewer, investigator, until: deadlines.investigation })
    }

    /// The investigator hands in what was found. An investigator has no say in the result.
    pub fn hand_in_findings(
        &self,
        investigator: MemberId,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        match self.state {
            State::Investigating { investigator: own, .. } if own != investigator => {
                Err(ClaimRejection::NotYours)
            }
            State::Investigating { reviewer, .. } => {
                Ok(ClaimEvent::FindingsHandedIn { investigator, reviewer, until: deadlines.review })
            }
            _ => self.wrong("given findings"),
        }
    }

    /// The reviewer goes on without findings: at any time, since who ordered them may do without.
    pub fn end_investigation(
        &self,
        reviewer: MemberId,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(reviewer)?;
        match self.state {
            State::Investigating { reviewer: own, .. } if own != reviewer => Err(ClaimRejection::NotYours),
            State::Investigating { .. } => {
                Ok(ClaimEvent::InvestigationEnded { reviewer, until: deadlines.review })
            }
            _ => self.wrong("taken back from the investigator"),
        }
    }

    /// A member objects while the notice runs, once. Claimants cannot object to their own claim.
    pub fn object(
        &self,
        objection: ObjectionId,
        by: MemberId,
        now: Moment,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(by)?;
        let (period, aid, notice_ends) = match self.state {
            State::OnNotice { period, aid, until } => (period, aid, until),
            State::Objected { period, aid, notice_ends, .. } => (period, aid, notice_ends),
            _ => return self.wrong("objected to"),
        };
        if notice_ends <= now {
            return Err(ClaimRejection::NoticeOver { until: notice_ends });
        }
        if self.objectors.values().any(|who| *who == by) {
            return Err(ClaimRejection::AlreadyObjected);
        }
        let until = deadlines.objection;
        Ok(ClaimEvent::Objected { objection, by, period, aid, notice_ends, until })
    }

    /// Adds a file to the own open objection.
    pub fn add_dispute_evidence(
        &self,
        dispute: Dispute,
        by: MemberId,
        evidence: EvidenceId,
        file: EvidenceFile,
    ) -> Result<ClaimEvent, ClaimRejection> {
        let Dispute::Objection(objection) = dispute;
        if !self.open_objections.contains(&objection) || self.objectors.get(&objection) != Some(&by) {
            return Err(ClaimRejection::ObjectionNotOpen);
        }
        if self.has_file(evidence) {
            return Err(ClaimRejection::EvidenceAlreadyAdded);
        }
        if self.files_of(dispute).count() >= DISPUTE_FILES_MAX {
            return Err(ClaimRejection::TooMuchDisputeEvidence { limit: DISPUTE_FILES_MAX });
        }
        Ok(ClaimEvent::DisputeEvidenceAdded { dispute, by, evidence, file })
    }

    /// Answers an objection that changes nothing. `settled`: the period of the notice was settled without this claim.
    pub fn dismiss_objection(
        &self,
        objection: ObjectionId,
        by: MemberId,
        settled: bool,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_answering(objection, by)?;
        let then = self.after_objection(objection, settled)?;
        Ok(ClaimEvent::ObjectionDismissed { objection, by, then })
    }

    /// The objector takes the objection back.
    pub fn withdraw_objection(
        &self,
        objection: ObjectionId,
        by: MemberId,
        settled: bool,
    ) -> Result<ClaimEvent, ClaimRejection> {
        if !self.open_objections.contains(&objection) || self.objectors.get(&objection) != Some(&by) {
            return Err(ClaimRejection::ObjectionNotOpen);
        }
        let then = self.after_objection(objection, settled)?;
        Ok(ClaimEvent::ObjectionWithdrawn { objection, then })
    }

    /// Answers an objection that is right: the claim goes back to review, by somebody who did not recommend it.
    pub fn uphold_objection(
        &self,
        objection: ObjectionId,
        by: MemberId,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_answering(objection, by)?;
        Ok(ClaimEvent::ObjectionUpheld { objection, by, reviewer: by, until: deadlines.review })
    }

    /// Asks for a jury. Whether the terms have one, and who may ask by them, is looked at by the jury case.
    #[expect(clippy::match_same_arms, reason = "each pair of state and asker stands for itself")]
    pub fn request_jury(
        &self,
        case: JuryCaseId,
        asker: JuryAsker,
        by: MemberId,
        now: Moment,
        deadlines: &Deadlines,
    ) -> Result<ClaimEvent, ClaimRejection> {
        let origin = match (&self.state, asker) {
            (State::Refused { until: None, .. }, JuryAsker::Claimant) if !self.verdicts.is_empty() => {
                return Err(ClaimRejection::AlreadyJudged);
            }
            (State::Refused { until: None, .. }, JuryAsker::Claimant) => {
                return Err(ClaimRejection::NoJury);
            }
            (State::Refused { until: Some(until), .. } | State::Verdict { until: Some(until), .. }, _)
                if *until <= now =>
            {
                return Err(ClaimRejection::TooLate { until: *until });
            }
            (State::Refused { reason, .. }, JuryAsker::Claimant) => {
                JuryOrigin::Refused { reason: reason.clone() }
            }
            (State::OnNotice { until, .. }, JuryAsker::Objector) if *until <= now => {
                return Err(ClaimRejection::NoticeOver { until: *until });
            }
            (State::OnNotice { period, aid, until }, JuryAsker::Objector) => {
                if !self.objectors.values().any(|who| *who == by) {
                    return Err(ClaimRejection::ObjectionNotOpen);
                }
                if !self.verdicts.is_empty() {
                    return Err(ClaimRejection::AlreadyJudged);
                }
                JuryOrigin::OnNotice { period: *period, aid: *aid, until: *until }
            }
            (State::UnderReview { .. }, JuryAsker::Operator) if !self.verdicts.is_empty() => {
                return Err(ClaimRejection::AlreadyJudged);
            }
            (State::UnderReview { reviewer, .. }, JuryAsker::Operator) => {
                JuryOrigin::UnderReview { reviewer: *reviewer }
            }
            // Either side may go before a larger jury: the one that lost.
            (State::Verdict { until: Some(_), origin, for_claimant, .. }, JuryAsker::Claimant)
                if !for_claimant =>
            {
                origin.clone()
            }
            (
                State::Verdict { until: Some(_), origin, for_claimant: true, .. },
                JuryAsker::Objector | JuryAsker::Operator,
            ) => origin.clone(),
            (State::Verdict { until: None, .. }, _) => return Err(ClaimRejection::AlreadyJudged),
            _ => return self.wrong("brought before a jury"),
        };
        match asker {
            JuryAsker::Claimant if !self.is_own(by) => return Err(ClaimRejection::NotYours),
            JuryAsker::Operator | JuryAsker::Objector => self.check_stranger(by)?,
            JuryAsker::Claimant => {}
        }
        Ok(ClaimEvent::JuryRequested { case, by, origin, until: deadlines.clerk })
    }

    /// The jury case went a step on, and its next step is due.
    pub fn jury_due(&self, case: JuryCaseId, until: Moment) -> Result<ClaimEvent, ClaimRejection> {
        let origin = self.in_case(case)?.clone();
        Ok(ClaimEvent::JuryDue { case, origin, until })
    }

    /// The request for a jury was not accepted. `until`: where the claim was refused, until when a jury may still be asked
    /// for; where it was under review, when a recommendation is due. `settled`: the period of the notice was settled without
    /// this claim.
    pub fn decline_jury(
        &self,
        case: JuryCaseId,
        by: MemberId,
        ground: ReasonCode,
        until: Option<Moment>,
        settled: bool,
    ) -> Result<ClaimEvent, ClaimRejection> {
        self.check_stranger(by)?;
        let origin = self.in_case(case)?.clone();
        Ok(ClaimEvent::JuryDeclined { case, by, origin, ground, until, settled })
    }

    /// The jury has judged. `until`: until when a larger jury may be asked for.
    pub fn reach_verdict(
        &self,
        case: JuryCaseId,
        for_claimant: bool,
        until: Option<Moment>,
    ) -> Result<ClaimEvent, ClaimRejection> {
        let origin = self.in_case(case)?.clone();
        Ok(ClaimEvent::VerdictReached { case, origin, for_claimant, until })
    }

    /// The verdict takes effect, once nobody may ask for a larger jury any more. `aid` is what the terms give for the facts of
    /// now, asked for where the jury granted what nobody had approved; `reason` is what a refusal by the jury cites where there
    /// was none before; `settled`: the period of the notice was settled without this claim.
    ///
    /// A jury judges whether a refusal stands, and makes no amounts. Where the terms have none (`aid` is nothing or zero), the
    /// claim goes back to its reviewer until `review`.
    pub fn apply_verdict(
        &self,
        now: Moment,
        aid: Option<Amount>,
        reason: ReasonCode,
        settled: bool,
        review: Moment,
    ) -> Result<ClaimEvent, ClaimRejection> {
        let State::Verdict { case, origin, for_claimant, until } = &self.state else {
            return self.wrong("decided by its verdict");
        };
        if let Some(until) = until.filter(|until| now < *until) {
            return Err(ClaimRejection::VerdictOpen { until });
        }
        let outcome = match (for_claimant, origin) {
            (true, JuryOrigin::Refused { .. } | JuryOrigin::UnderReview { .. }) => {
                match (aid.filter(|aid| !aid.is_zero()), self.reviewer_again(origin)) {
                    (Some(aid), _) => VerdictOutcome::Approve { aid },
                    (None, Some(reviewer)) => VerdictOutcome::Review { reviewer, until: review },
                    (None, None) => VerdictOutcome::Refuse { reason },
                }
            }
            (true, JuryOrigin::OnNotice { aid, .. }) if settled => VerdictOutcome::Approve { aid: *aid },
            (true, JuryOrigin::OnNotice { period, aid, until }) => {
                VerdictOutcome::Notice { period: *period, aid: *aid, until: *until }
            }
            (false, JuryOrigin::Refused { reason }) => VerdictOutcome::Refuse { reason: reason.clone() },
            (false, JuryOrigin::OnNotice { .. } | JuryOrigin::UnderReview { .. }) => {
                VerdictOutcome::Refuse { reason }
            }
        };
        Ok(ClaimEvent::VerdictApplied { case: *case, outcome })
    }

    /// Who looks at a claim again that a jury granted and the terms have no amount for.
    const fn reviewer_again(&self, origin: &JuryOrigin) -> Option<MemberId> {
        match origin {
            JuryOrigin::UnderReview { reviewer } => Some(*reviewer),
            JuryOrigin::Refused { .. } | JuryOrigin::OnNotice { .. } => self.recommender,
        }
    }

    /// Notes that whoever has the ball let the deadline pass, once for each deadline. Refusals and verdicts that become final
    /// miss nothing.
    pub fn miss_deadline(&self, now: Moment) -> Result<ClaimEvent, ClaimRejection> {
        let waits = !matches!(
            self.state,
            State::OnNotice { .. } | State::Refused { .. } | State::Verdict { .. } | State::Withdrawn
        );
        match self.state.until() {
            Some(until) if waits && until <= now && !self.missed.contains(&until) => {
                Ok(ClaimEvent::DeadlinePassed { until })
            }
            _ => self.wrong("found late"),
        }
    }

    fn in_case(&self, wanted: JuryCaseId) -> Result<&JuryOrigin, ClaimRejection> {
        match &self.state {
            State::JuryRequested { case, origin, .. } if *case == wanted => Ok(origin),
            _ => self.wrong("judged"),
        }
    }

    fn check_answering(&self, objection: ObjectionId, by: MemberId) -> Result<(), ClaimRejection> {
        self.check_stranger(by)?;
        if !self.open_objections.contains(&objection) {
            return Err(ClaimRejection::ObjectionNotOpen);
        }
        if self.recommender == Some(by) || self.objectors.get(&objection) == Some(&by) {
            return Err(ClaimRejection::SamePerson);
        }
        Ok(())
    }

    fn after_objection(
        &self,
        objection: ObjectionId,
        settled: bool,
    ) -> Result<AfterObjection, ClaimRejection> {
        let State::Objected { period, aid, notice_ends, .. } = self.state else {
            return self.wrong("freed of an objection");
        };
        Ok(if self.open_objections.iter().any(|other| *other != objection) {
            AfterObjection::Others
        } else if settled {
            AfterObjection::NextNotice { aid }
        } else {
            AfterObjection::Notice { period, aid, until: notice_ends }
        })
    }
}
