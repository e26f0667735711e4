//! Eligibility: from facts to a list of findings, in order of precedence. Computed, never typed in.
//!
//! Shape: the use case gathers [`Facts`], [`assess`] answers one [`Finding`] per rule and the aid. The same function
//! answers the reviewer at the desk and the member who asks "what would happen if I filed this".
//!
//! Limits: whether a definition of the terms is met and whether an exclusion applies is for people to judge, since terms
//! say both in sentences. What a reviewer found in the papers comes in as facts ([`Judged`]); before anybody has looked,
//! these rules count as kept.

mod citation;
mod judged;

use huzhu_ledger::Amount;

pub use citation::{Citation, cite};
pub use judged::{Judged, Undisclosed};

use super::Illness;
use crate::enrolment::{EndReason, Enrolment};
use crate::plan::{AidKind, Cause, Condition, PlanTerms};
use crate::time::{Day, age_days, plus_days};

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
    /// Why the enrolment has ended, if it has.
    pub ended_for: Option<EndReason>,
    /// Day of the report (or today, before it).
    pub reported: Day,
    /// Sum of unpaid shares in minor units.
    pub arrears: Amount,
    /// Last day of the retry window of the oldest unpaid share.
    pub retry_until: Option<Day>,
    /// Aid already paid to this person by this plan, in minor units.
    pub paid_before: Amount,
    /// Payouts already made to this person by this plan for the same severity.
    pub payouts_before: u16,
    /// Proven cost of the treatment in minor units; only reimbursing plans ask for it, and pay nothing without.
    pub cost: Option<Amount>,
    /// What a reviewer found in the papers.
    pub judged: Judged,
}

impl<'a> Facts<'a> {
    /// The facts of an enrolment, with nothing paid before, no proven cost and nothing judged; set the last four fields
    /// where it is otherwise. `terms` are those in force on the event date, `reported` is the day of the report, or today before it.
    pub fn of(
        terms: &'a PlanTerms,
        illness: &'a Illness,
        birth: Day,
        enrolment: &Enrolment,
        reported: Day,
    ) -> Self {
        Self {
            terms,
            illness,
            birth,
            joined: enrolment.agreed().joined,
            covered_from: enrolment.agreed().covered_from,
            covered_until: enrolment.ends().map(|(until, _)| until),
            ended_for: enrolment.ends().map(|(_, reason)| reason),
            reported,
            arrears: enrolment.owed(),
            retry_until: enrolment.retry_until(),
            paid_before: Amount::ZERO,
            payouts_before: 0,
            cost: None,
            judged: Judged::default(),
        }
    }

    /// What the waiting period does with the event, whether or not the enrolment had ended by then.
    pub fn wait(&self) -> WaitOutcome {
        if self.began() >= self.covered_from {
            WaitOutcome::Over
        } else if self.began() >= self.wait_over_from() {
            WaitOutcome::AccidentExempt
        } else {
            WaitOutcome::Inside
        }
    }

    /// The day that the wait looks at: the event date, or the first diagnosis where papers show an earlier one.
    fn began(&self) -> Day {
        self.judged
            .first_diagnosed
            .map_or(self.illness.event_date, |first| first.min(self.illness.event_date))
    }

    /// First day on which an event of this cause is covered. The wait for illness is the one agreed when joining.
    fn wait_over_from(&self) -> Day {
        let cause = self.condition().and_then(|c| self.terms.cover().group(&c.group)).map(|g| g.cause);
        let accident = match cause {
            Some(Cause::Accident) => true,
            // A condition that the terms do not know is refused anyway; the wait is told as the claimant described it.
            Some(Cause::Either) | None => self.illness.accident,
            Some(Cause::Illness) => false,
        };
        if accident && self.terms.waiting().accident_exempt {
            plus_days(self.joined, 1).min(self.covered_from)
        } else {
            self.covered_from
        }
    }

    fn condition(&self) -> Option<&'a Condition> {
        self.terms.condition(&self.illness.condition)
    }

    /// First day without cover: the end of the enrolment, the age limit or the end of a temporary plan, whichever
    /// comes first. Time decides, not whether somebody has recorded the end already.
    fn cover_ends(&self) -> Option<Day> {
        let plan_end = self.terms.identity().last_day.map(|last| plus_days(last, 1));
        let ends = [self.covered_until, self.terms.age_end_day(self.birth), plan_end];
        ends.into_iter().flatten().min()
    }

    /// The age on the event date.
    fn age(&self) -> u8 {
        self.terms.age_on(self.birth, self.illness.event_date)
    }

    /// The group of the condition asks for an accident.
    fn needs_accident(&self) -> bool {
        let group = self.condition().and_then(|condition| self.terms.cover().group(&condition.group));
        group.is_some_and(|group| group.cause == Cause::Accident)
    }

    /// The amount of the table at the age on the event date, when condition, severity and age have one.
    fn table_amount(&self) -> Option<Amount> {
        let condition = self.condition()?;
        self.terms.aid_for(&condition.group, self.illness.severity, self.age())
    }

    /// The table pays for this condition and severity at some age.
    fn severity_paid(&self) -> bool {
        self.condition().is_none_or(|condition| {
            let rows = &self.terms.aid().table;
            condition.severities.contains(&self.illness.severity)
                && rows.iter().any(|row| {
                    row.group == condition.group
                        && row.severity == self.illness.severity
                        && !row.amount.is_zero()
                })
        })
    }

    /// The condition is covered at this age, and the table pays something at it.
    fn age_paid(&self) -> bool {
        self.condition().is_none_or(|condition| {
            condition.ages.contains(self.age())
                && (!self.severity_paid() || self.table_amount().is_some_and(|amount| !amount.is_zero()))
        })
    }

    /// Days from joining to the event pay nothing yet.
    fn tenure_missing(&self) -> bool {
        self.table_amount().is_some_and(|amount| !amount.is_zero() && self.grown(amount).is_zero())
    }

    /// The most that tenure lets this claim be paid.
    fn grown(&self, amount: Amount) -> Amount {
        let days = u32::try_from(age_days(self.joined, self.illness.event_date)).unwrap_or(0);
        self.terms.aid().tenure_percent(days).map_or(amount, |percent| percent.of(amount))
    }

    /// Whether the terms pay once more after what was paid before.
    fn paid_times_left(&self) -> bool {
        let frequency = &self.terms.aid().frequency;
        let times_left =
            frequency.times_for(self.illness.severity).is_none_or(|times| self.payouts_before < times);
        times_left && (frequency.ceiling().is_some() || self.paid_before.is_zero())
    }

    /// What is left below the ceiling; `None`: no ceiling.
    fn left(&self) -> Option<Amount> {
        let ceiling = self.terms.aid().frequency.ceiling();
        ceiling.map(|all| all.checked_sub(self.paid_before).unwrap_or(Amount::ZERO))
    }
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
    /// The illness was first diagnosed after joining.
    FirstDiagnosed,
    /// Nothing that was kept back when joining is related to this illness.
    Declared,
    /// The waiting period was over, or the event is an exempt accident.
    WaitOver,
    /// The condition is in cover, at this time since joining.
    InCover,
    /// The cause fits: what is covered as an accident was one.
    CauseFits,
    /// The condition is in cover at this severity.
    SeverityCovered,
    /// The condition is in cover at this age.
    AgeCovered,
    /// The definition of the condition is met.
    DefinitionMet,
    /// No exclusion applies.
    NotExcluded,
    /// The claim was filed in time: not after the deadline, and not before the event.
    FiledInTime,
    /// No share was unpaid past its retry window when the event happened.
    SharesPaid,
    /// The terms pay once more after what was paid before.
    NotPaidBefore,
    /// There is something left below the ceiling.
    CeilingLeft,
}

impl FindingKind {
    /// All rules, in order of precedence.
    pub const ALL: [Self; 14] = [
        Self::EnrolledOnEventDate,
        Self::FirstDiagnosed,
        Self::Declared,
        Self::WaitOver,
        Self::InCover,
        Self::CauseFits,
        Self::SeverityCovered,
        Self::AgeCovered,
        Self::DefinitionMet,
        Self::NotExcluded,
        Self::FiledInTime,
        Self::SharesPaid,
        Self::NotPaidBefore,
        Self::CeilingLeft,
    ];

    /// The stable word in JSON and message keys; also the reason code a refusal takes from this rule.
    pub const fn word(self) -> &'static str {
        match self {
            Self::EnrolledOnEventDate => "not-enrolled",
            Self::FirstDiagnosed => "diagnosed-before",
            Self::Declared => "undisclosed",
            Self::WaitOver => "inside-wait",
            Self::InCover => "not-in-cover",
            Self::CauseFits => "no-accident",
            Self::SeverityCovered => "severity-not-covered",
            Self::AgeCovered => "age-not-covered",
            Self::DefinitionMet => "definition-not-met",
            Self::NotExcluded => "excluded",
            Self::FiledInTime => "filed-late",
            Self::SharesPaid => "shares-unpaid",
            Self::NotPaidBefore => "paid-before",
            Self::CeilingLeft => "ceiling-reached",
        }
    }

    /// What would change a refusal for this rule.
    pub const fn remedy(self) -> Remedy {
        match self {
            Self::EnrolledOnEventDate
            | Self::FirstDiagnosed
            | Self::Declared
            | Self::WaitOver
            | Self::CauseFits
            | Self::SeverityCovered
            | Self::DefinitionMet
            | Self::NotExcluded
            | Self::FiledInTime
            | Self::SharesPaid => Remedy::Evidence,
            Self::AgeCovered | Self::InCover => Remedy::Correction,
            Self::NotPaidBefore | Self::CeilingLeft => Remedy::Nothing,
        }
    }
}

/// What would change what a rule says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Papers that show other facts; which ones, the rule's text says.
    Evidence,
    /// Only if the claim names the wrong condition, person or day.
    Correction,
    /// Nothing that anybody could hand in.
    Nothing,
}

impl Remedy {
    /// The stable word in JSON.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Correction => "correction",
            Self::Nothing => "nothing",
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
    /// The day that decided, `None` where none does. Enrolment: the first day enrolled, or the first day without cover
    /// (then not after the event). First diagnosis: its day. Wait: the first day of cover. Cover: the day from which
    /// tenure lets the plan pay, where only that is missing. Filing: the last day. Shares: the last day of the retry
    /// window.
    pub day: Option<Day>,
}

/// All findings, and the aid that the terms give when every rule is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eligibility {
    /// One finding per rule, in order of precedence.
    pub findings: Vec<Finding>,
    /// The term that each rule comes from, in the same order.
    pub cited: Vec<Citation>,
    /// Aid in minor units; zero when a rule is broken. Unpaid shares are kept back when it becomes payable, not here: see
    /// [`crate::enrolment::Enrolment::keep_back`].
    pub aid: Amount,
}

impl Eligibility {
    /// Whether every rule is kept.
    pub fn is_eligible(&self) -> bool {
        self.first_broken().is_none()
    }

    /// The broken rule with the highest precedence.
    pub fn first_broken(&self) -> Option<Finding> {
        self.findings.iter().copied().find(|finding| !finding.kept)
    }
}

/// Looks at every rule and computes the aid: the table by group, severity and age at the event, grown with tenure (or the
/// proven cost up to that), at most what is left below the ceiling. Rules: domain rules, sections 3 to 5.
pub fn assess(facts: &Facts<'_>) -> Eligibility {
    let findings: Vec<Finding> = FindingKind::ALL.into_iter().map(|kind| look_at(kind, facts)).collect();
    let aid = match facts.table_amount() {
        Some(amount) if findings.iter().all(|finding| finding.kept) => aid_of(facts, amount),
        _ => Amount::ZERO,
    };
    let cited = FindingKind::ALL.into_iter().map(|kind| cite(kind, facts)).collect();
    Eligibility { findings, cited, aid }
}

/// The aid of a claim that a jury granted: what the table gives for group, severity and age, whatever rule stood against it, at
/// most what is left below the ceiling. Zero where the table has no amount.
pub fn granted_aid(facts: &Facts<'_>) -> Amount {
    let age = facts.terms.age_on(facts.birth, facts.illness.event_date);
    let amount = facts
        .condition()
        .and_then(|condition| facts.terms.aid_for(&condition.group, facts.illness.severity, age));
    // How often a plan pays is no matter of judgment either, or a plan that pays once would pay twice.
    amount.filter(|_| facts.paid_times_left()).map_or(Amount::ZERO, |amount| aid_of(facts, amount))
}

fn look_at(kind: FindingKind, facts: &Facts<'_>) -> Finding {
    let event = facts.illness.event_date;
    let (kept, day) = match kind {
        FindingKind::EnrolledOnEventDate => {
            let first = plus_days(facts.joined, 1);
            match facts.cover_ends() {
                _ if event < first => (false, Some(first)),
                Some(end) if event >= end => (false, Some(end)),
                _ => (true, Some(first)),
            }
        }
        FindingKind::FirstDiagnosed => {
            let first = facts.judged.first_diagnosed;
            (first.is_none_or(|day| day > facts.joined), first)
        }
        FindingKind::Declared => (facts.judged.undisclosed != Undisclosed::Related, None),
        FindingKind::WaitOver => (facts.wait() != WaitOutcome::Inside, Some(facts.wait_over_from())),
        FindingKind::InCover if facts.tenure_missing() => (false, first_tenure_day(facts)),
        FindingKind::InCover => (facts.condition().is_some(), None),
        FindingKind::CauseFits => (facts.illness.accident || !facts.needs_accident(), None),
        FindingKind::SeverityCovered => (facts.severity_paid(), None),
        FindingKind::AgeCovered => (facts.age_paid(), None),
        FindingKind::DefinitionMet => (facts.judged.definition_met != Some(false), None),
        FindingKind::NotExcluded => (facts.judged.exclusions.is_empty(), None),
        FindingKind::FiledInTime => {
            let last = facts.terms.calendar().filing_last_day(event);
            ((event..=last).contains(&facts.reported), Some(last))
        }
        FindingKind::SharesPaid => {
            let inside = facts.retry_until.is_some_and(|until| event <= until);
            (facts.arrears.is_zero() || inside, facts.retry_until)
        }
        FindingKind::NotPaidBefore => (facts.paid_times_left(), None),
        FindingKind::CeilingLeft => (facts.left() != Some(Amount::ZERO), None),
    };
    Finding { kind, kept, day }
}

/// The day from which tenure lets the plan pay something.
fn first_tenure_day(facts: &Facts<'_>) -> Option<Day> {
    let paying = facts.terms.aid().tenure.iter().find(|step| step.percent.hundredths() > 0)?;
    Some(plus_days(facts.joined, i64::from(paying.from_days)))
}

/// The aid of an eligible claim whose table amount is `amount`.
fn aid_of(facts: &Facts<'_>, amount: Amount) -> Amount {
    let grown = facts.grown(amount);
    let granted = match facts.terms.aid().kind {
        AidKind::LumpSum => grown,
        AidKind::Reimbursement { percent, deductible } => {
            let above = facts.cost.and_then(|cost| cost.checked_sub(deductible));
            above.map_or(Amount::ZERO, |above| percent.of(above)).min(grown)
        }
    };
    facts.left().map_or(granted, |left| left.min(granted))
}

#[cfg(test)]
mod tests;
