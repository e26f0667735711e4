//! Which term of the plan a rule comes from, as it stands in the plan file.

use huzhu_ledger::Amount;

use super::{Facts, FindingKind};
use crate::enrolment::EndReason;
use crate::plan::{Frequency, IllnessInside, Retry};
use crate::time::plus_days;

/// A term of the plan file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Citation {
    /// Its key: `waiting.days`, `cover.conditions.coma.definition`.
    pub term: String,
    /// Its value where it is short; empty where it is a text, a list or was left out.
    pub value: String,
}

impl std::fmt::Display for Citation {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.value.is_empty() {
            f.write_str(&self.term)
        } else {
            write!(f, "{} = {}", self.term, self.value)
        }
    }
}

/// The term that a rule comes from, for these facts.
pub fn cite(kind: FindingKind, facts: &Facts<'_>) -> Citation {
    let terms = facts.terms;
    let condition = format!("cover.conditions.{}", facts.illness.condition);
    let (term, value) = match kind {
        FindingKind::EnrolledOnEventDate => enrolment(facts),
        FindingKind::FirstDiagnosed => {
            ("waiting.illness_inside".to_owned(), inside(terms.waiting().illness_inside))
        }
        FindingKind::Declared => ("joining.questions".to_owned(), String::new()),
        FindingKind::WaitOver
            if facts.wait_over_from() == plus_days(facts.joined, 1) && terms.waiting().days > 0 =>
        {
            ("waiting.accident_exempt".to_owned(), terms.waiting().accident_exempt.to_string())
        }
        FindingKind::WaitOver => ("waiting.days".to_owned(), terms.waiting().days.to_string()),
        FindingKind::InCover if facts.tenure_missing() => ("aid.tenure".to_owned(), String::new()),
        FindingKind::InCover if facts.condition().is_none() => ("cover.conditions".to_owned(), String::new()),
        FindingKind::InCover => (condition, String::new()),
        FindingKind::CauseFits => {
            let group = facts.condition().map_or_else(String::new, |known| format!(".{}.cause", known.group));
            let value = if facts.needs_accident() { "\"accident\"" } else { "" };
            (format!("cover.groups{group}"), value.to_owned())
        }
        FindingKind::SeverityCovered => {
            let grades = facts.condition().map_or_else(Vec::new, |known| known.severities.clone());
            let grades: Vec<String> = grades.iter().map(|grade| format!("\"{}\"", grade.code())).collect();
            (format!("{condition}.severities"), format!("[{}]", grades.join(", ")))
        }
        FindingKind::AgeCovered => match facts.condition() {
            Some(known) if !known.ages.contains(facts.age()) && facts.age() < known.ages.from => {
                (format!("{condition}.age_from"), known.ages.from.to_string())
            }
            Some(known) if !known.ages.contains(facts.age()) => {
                let to = known.ages.to.map_or_else(String::new, |to| to.to_string());
                (format!("{condition}.age_to"), to)
            }
            _ => ("aid.table".to_owned(), String::new()),
        },
        FindingKind::DefinitionMet => (format!("{condition}.definition"), String::new()),
        FindingKind::NotExcluded => {
            let first = facts.judged.exclusions.first().map_or_else(String::new, |code| format!(".{code}"));
            (format!("cover.exclusions{first}"), String::new())
        }
        FindingKind::FiledInTime => {
            ("calendar.filing_deadline_days".to_owned(), terms.calendar().filing_deadline_days.to_string())
        }
        FindingKind::SharesPaid => match terms.calendar().retry {
            Retry::Days(days) => ("calendar.retry_days".to_owned(), days.to_string()),
            Retry::UntilBeforeNext(days) => {
                ("calendar.retry_until_days_before_next".to_owned(), days.to_string())
            }
        },
        FindingKind::NotPaidBefore => match terms.aid().frequency.times_for(facts.illness.severity) {
            Some(times) if matches!(terms.aid().frequency, Frequency::Several { .. }) => {
                (format!("aid.times.{}", facts.illness.severity.code()), times.to_string())
            }
            _ => ("aid.frequency".to_owned(), frequency(&terms.aid().frequency)),
        },
        FindingKind::CeilingLeft => {
            let ceiling = terms.aid().frequency.ceiling();
            let money = |amount: Amount| format!("\"{}\"", amount.decimal(terms.currency()));
            ("aid.ceiling".to_owned(), ceiling.map_or_else(String::new, money))
        }
    };
    Citation { term, value }
}

/// Why somebody was not enrolled: before the first day, after the age limit or the end of the plan, or after leaving.
fn enrolment(facts: &Facts<'_>) -> (String, String) {
    let event = facts.illness.event_date;
    let limit = facts.terms.age_end_day(facts.birth).is_some_and(|end| event >= end);
    let last = facts.terms.identity().last_day.filter(|last| event > *last);
    match (limit, last) {
        _ if event <= facts.joined => ("waiting.days".to_owned(), facts.terms.waiting().days.to_string()),
        (true, _) => {
            let age = facts.terms.leaving().end_at_age.map_or_else(String::new, |age| age.to_string());
            ("leaving.end_at_age".to_owned(), age)
        }
        (false, Some(last)) => ("plan.last_day".to_owned(), last.to_string()),
        (false, None) => ended(facts),
    }
}

/// The term by which an enrolment ended.
fn ended(facts: &Facts<'_>) -> (String, String) {
    let yes = |term: &str| (term.to_owned(), true.to_string());
    match facts.ended_for {
        Some(EndReason::AidReceived) => yes("leaving.end_after_aid"),
        Some(EndReason::Unpaid) => yes("leaving.end_when_unpaid"),
        Some(EndReason::Ineligible) => yes("leaving.end_when_ineligible"),
        Some(EndReason::IllnessInWait) => {
            ("waiting.illness_inside".to_owned(), inside(facts.terms.waiting().illness_inside))
        }
        Some(EndReason::Left | EndReason::AgeReached) | None => ("leaving".to_owned(), String::new()),
    }
}

fn inside(rule: IllnessInside) -> String {
    let word = match rule {
        IllnessInside::RefundAndEnd => "refund-and-end",
        IllnessInside::End => "end",
        IllnessInside::NoAid => "no-aid",
    };
    format!("\"{word}\"")
}

fn frequency(frequency: &Frequency) -> String {
    let word = match frequency {
        Frequency::Once => "once",
        Frequency::Several { .. } => "several",
    };
    format!("\"{word}\"")
}
