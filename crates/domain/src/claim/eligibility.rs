//! Eligibility: from facts to a list of findings, in order of precedence. Computed, never typed in.
//!
//! Shape: the use case gathers [`Facts`], [`assess`] answers one [`Finding`] per rule and the aid. The same function
//! answers the reviewer at the desk and the member who asks "what would happen if I filed this".
//!
//! Limits: whether a definition of the terms is met and whether an exclusion applies is for people to judge; terms say
//! both in sentences. A refusal for an exclusion comes from the reviewer's recommendation, not from here.

use huzhu_ledger::Amount;

use super::Illness;
use crate::enrolment::Enrolment;
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
}

impl<'a> Facts<'a> {
    /// The facts of an enrolment, with nothing paid before and no proven cost; set the last three fields where it is
    /// otherwise. `terms` are those in force on the event date, `reported` is the day of the report, or today before it.
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
            reported,
            arrears: enrolment.owed(),
            retry_until: enrolment.retry_until(),
            paid_before: Amount::ZERO,
            payouts_before: 0,
            cost: None,
        }
    }

    /// What the waiting period does with the event, whether or not the enrolment had ended by then.
    pub fn wait(&self) -> WaitOutcome {
        if self.illness.event_date >= self.covered_from {
            WaitOutcome::Over
        } else if self.illness.event_date >= self.wait_over_from() {
            WaitOutcome::AccidentExempt
        } else {
            WaitOutcome::Inside
        }
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

    /// The amount of the table at the age on the event date, when condition, severity, age and cause are in cover.
    fn table_amount(&self) -> Option<Amount> {
        let Illness { severity, event_date, accident, .. } = self.illness;
        let condition = self.condition()?;
        let age = self.terms.age_on(self.birth, *event_date);
        let cause = self.terms.cover().group(&condition.group).map(|g| g.cause);
        let covered = condition.severities.contains(severity)
            && condition.ages.contains(age)
            && (cause != Some(Cause::Accident) || *accident);
        if covered { self.terms.aid_for(&condition.group, *severity, age) } else { None }
    }

    /// The most that tenure lets this claim be paid.
    fn grown(&self, amount: Amount) -> Amount {
        let days = u32::try_from(age_days(self.joined, self.illness.event_date)).unwrap_or(0);
        self.terms.aid().tenure_percent(days).map_or(amount, |percent| percent.of(amount))
    }

    /// Whether the plan still pays for this severity, and what is left below its ceiling (`None`: no ceiling).
    fn ceiling(&self) -> (bool, Option<Amount>) {
        let frequency = &self.terms.aid().frequency;
        let left = frequency.ceiling().map(|all| all.checked_sub(self.paid_before).unwrap_or(Amount::ZERO));
        let times_left =
            frequency.times_for(self.illness.severity).is_none_or(|times| self.payouts_before < times);
        let once_over = frequency.ceiling().is_none() && !self.paid_before.is_zero();
        (times_left && !once_over && left != Some(Amount::ZERO), left)
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
    /// The waiting period was over, or the event is an exempt accident.
    WaitOver,
    /// The condition is in cover at this severity, age, cause and time since joining.
    InCover,
    /// The claim was filed in time: not after the deadline, and not before the event.
    FiledInTime,
    /// No share was unpaid past its retry window when the event happened.
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
    /// The day that decided, `None` where none does. Enrolment: the first day enrolled, or the first day without cover
    /// (then not after the event). Wait: the first day of cover. Cover: the day from which tenure lets the plan pay,
    /// where only that is missing. Filing: the last day. Shares: the last day of the retry window.
    pub day: Option<Day>,
}

/// All findings, and the aid that the terms give when every rule is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Eligibility {
    /// One finding per rule, in order of precedence.
    pub findings: Vec<Finding>,
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
    Eligibility { findings, aid }
}

/// The aid of a claim that a jury granted: what the table gives for group, severity and age, whatever rule stood against it, at
/// most what is left below the ceiling. Zero where the table has no amount.
pub fn granted(facts: &Facts<'_>) -> Amount {
    let age = facts.terms.age_on(facts.birth, facts.illness.event_date);
    let amount = facts
        .condition()
        .and_then(|condition| facts.terms.aid_for(&condition.group, facts.illness.severity, age));
    amount.map_or(Amount::ZERO, |amount| aid_of(facts, amount))
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
        FindingKind::WaitOver => (facts.wait() != WaitOutcome::Inside, Some(facts.wait_over_from())),
        FindingKind::InCover => match facts.table_amount() {
            Some(amount) if !amount.is_zero() && facts.grown(amount).is_zero() => {
                (false, first_tenure_day(facts))
            }
            amount => (amount.is_some_and(|amount| !amount.is_zero()), None),
        },
        FindingKind::FiledInTime => {
            let last = facts.terms.calendar().filing_last_day(event);
            ((event..=last).contains(&facts.reported), Some(last))
        }
        FindingKind::SharesPaid => {
            let inside = facts.retry_until.is_some_and(|until| event <= until);
            (facts.arrears.is_zero() || inside, facts.retry_until)
        }
        FindingKind::CeilingLeft => (facts.ceiling().0, None),
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
    let (_, left) = facts.ceiling();
    left.map_or(granted, |left| left.min(granted))
}

#[cfg(test)]
mod tests;
