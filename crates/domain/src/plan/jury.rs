//! The jury: who may ask for one, how it is composed, what it takes to overturn a decision.

use huzhu_ledger::Percent;

use super::review::Reason;

/// The jury of a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Jury {
    /// How it is composed.
    pub mode: JuryMode,
    /// The part of valid ballots in favour of the claimant that overturns a refusal; reaching it is enough.
    pub threshold: Percent,
    /// Who may ask for it; not empty.
    pub asked_by: Vec<Asker>,
    /// Grounds on which a request is not accepted.
    pub not_accepted: Vec<Reason>,
    /// Whether jurors must have passed the exam.
    pub exam: bool,
    /// Days a juror must have been a member.
    pub standing_days: u16,
}

/// How a jury is composed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum JuryMode {
    /// Every qualified juror may vote.
    Open {
        /// Valid ballots needed; fewer: the opinion stands.
        quorum: u32,
        /// The quorum is never more than this part of the qualified jurors, so that small plans can reach it.
        quorum_percent_max: Percent,
        /// Length of the vote in hours.
        hours: u16,
    },
    /// Some are drawn by lot.
    Drawn {
        /// Jurors of the first round; odd.
        size: u16,
        /// Reserves drawn with them.
        reserves: u16,
        /// Days to vote.
        deadline_days: u16,
        /// Appeal rounds, each with a jury of 2n + 1.
        appeals: u8,
    },
}

/// Who may ask for a jury.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Asker {
    /// The claimant whose claim was refused.
    Claimant,
    /// A member whose objection was answered.
    Objector,
    /// The operator, before deciding a hard case.
    Operator,
}
