//! Eligibility: from facts to a list of findings, in order of precedence. Computed, never typed in.
//!
//! The same function answers the reviewer at the desk and the member who asks "what would happen if I filed this".

use crate::plan::PlanTerms;
use crate::time::Day;
use huzhu_ledger::Amount;

use super::Illness;

/// The facts that the rules look at, gathered by the use case.
#[derive(Clone, Debug)]
pub struct Facts<'a> {
    /// The terms in force on the event date.
    pub terms: &'a PlanTerms,
    /// The illness as described.
    pub illness: &'a Illness,
    /// Birth date of the person who fell ill.
    pub birth: Day,
    /// Day of joining.
    pub joined: Day,
    /// First day of cover for illness.
    pub covered_from: Day,
    /// First day without cover, if the enrolment has ended.
    pub covered_until: Option<Day>,
    /// Day of the report (or today, before it).
    pub reported: Day,
    /// Sum of unpaid shares in minor units.
    pub arrears: Amount,
    /// Last day of the retry window of the oldest unpaid share.
    pub retry_until: Option<Day>,
    /// Aid already paid to this person by this plan, in minor units.
    pub paid_before: Amount,
}

/// What the waiting period does with the event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitOutcome {
    /// The wait was over.
    Over,
    /// An accident, and the terms exempt accidents.
    AccidentExempt,
    /// Inside the wait.
    Inside,
}

/// A rule that was looked at, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum FindingKind {
    /// The person was enrolled on the event date.
    EnrolledOnEventDate,
    /// The waiting period was over, or the event is an exempt accident.
    WaitOver,
    /// The condition is in cover at this severity and age.
    InCover,
    /// The claim was filed in time.
    FiledInTime,
    /// No share is unpaid past its retry window.
    SharesPaid,
    /// The plan has aid left for this person.
    CeilingLeft,
}

impl FindingKind {
    /// All rules, in order of precedence.
    pub const ALL: [Self; 6] = [
        Self::EnrolledOnEventDate,
        Self::WaitOver,
        Self::InCover,
        Self::FiledInTime,
        Self::SharesPaid,
        Self::CeilingLeft,
    ];

    /// The stable word in JSON and message keys; also the reason code a refusal takes from this rule.
    pub const fn word(self) -> &'static str {
        match self {
            Self::EnrolledOnEventDate => "not-enrolled",
            Self::WaitOver => "inside-wait",
            Self::InCover => "not-in-cover",
            Self::FiledInTime => "filed-late",
            Self::SharesPaid => "shares-unpaid",
            Self::CeilingLeft => "ceiling-reached",
        }
    }
}

/// What one rule says about the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub kind: FindingKind,
    /// `true` when the rule is kept.
    pub kept: bool,
    /// The day that decided: first day of cover, filing deadline, end of the enrolment; `None` where no day decides.
    pub day: Option<Day>,
}

/// All findings, and the aid that the terms give when every rule is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eligibility {
    /// One finding per rule, in order of precedence.
    pub findings: Vec<Finding>,
    /// Aid in minor units, less arrears where the terms say so; zero when a rule is broken.
    pub aid: Amount,
}

impl Eligibility {
    /// The broken rule with the highest precedence.
    pub fn first_broken(&self) -> Option<Finding> {
        self.findings.iter().copied().find(|finding| !finding.kept)
    }
}
