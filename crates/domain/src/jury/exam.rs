//! The exam of jurors: a bank of questions about the rules of mutual aid and of the plan itself.
//!
//! Shape: [`bank`] gives the questions of some terms, always in the same order and each with one right answer; where the terms
//! say it, the right answer is computed from them. Texts stand in the message catalogues under `exam-` and the name.
//!
//! Limits: the bank is public, as the rules are: the exam makes people read them, it keeps nobody out who has.

use crate::plan::{Cap, Excess, JuryMode, PlanTerms, Shortfall};

/// Questions in one exam.
pub const QUESTIONS_ASKED: u16 = 10;
/// Right answers needed of that many. Four in five: one slip in a detail is human, two in the basics are too many.
pub const RIGHT_NEEDED: u16 = 8;
/// Hours before a failed exam can be taken again: time to read the rules, too long to guess one's way through.
pub const RETAKE_HOURS: i64 = 24;

/// One question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExamQuestion {
    /// Its name in message catalogues.
    pub name: &'static str,
    /// What can be answered.
    pub answers: [ExamAnswer; 3],
    /// Which of them is right, from 0.
    pub right: u8,
}

/// One answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExamAnswer {
    /// A sentence, under the question's name with this letter.
    Sentence(&'static str),
    /// A number of days.
    Days(u32),
    /// A number of hours.
    Hours(u32),
    /// A part in hundredths of a percent.
    Percent(u32),
    /// A number of people.
    People(u32),
    /// Yes.
    Yes,
    /// No.
    No,
    /// Only when the reviewer agrees; a wrong answer wherever it stands.
    Depends,
}

/// Questions whose right answer no plan changes: name, right answer.
const FIXED: [(&str, u8); 17] = [
    ("what-is-mutual-aid", 1),
    ("who-decides", 2),
    ("jury-is-bound-by", 0),
    ("frozen-terms", 1),
    ("knows-claimant", 2),
    ("no-pressure", 0),
    ("sympathy", 1),
    ("secret-until-close", 2),
    ("step-aside", 0),
    ("evidence-missing", 1),
    ("old-illness", 2),
    ("name-masked", 0),
    ("question-to-party", 1),
    ("one-ballot", 2),
    ("reason-is-published", 0),
    ("courts", 1),
    ("share-text", 2),
];

/// The question bank of these terms: at least 20 questions.
pub fn bank(terms: &PlanTerms) -> Vec<ExamQuestion> {
    let sentences = [ExamAnswer::Sentence("a"), ExamAnswer::Sentence("b"), ExamAnswer::Sentence("c")];
    let fixed = FIXED.iter().map(|(name, right)| ExamQuestion { name, answers: sentences, right: *right });
    fixed.chain(of_the_plan(terms)).collect()
}

fn of_the_plan(terms: &PlanTerms) -> Vec<ExamQuestion> {
    let (waiting, calendar, sharing) = (terms.waiting(), terms.calendar(), terms.sharing());
    let sentences = [ExamAnswer::Sentence("a"), ExamAnswer::Sentence("b"), ExamAnswer::Sentence("c")];
    let mut all = vec![
        number("wait-days", 0, u32::from(waiting.days), ExamAnswer::Days),
        yes_or_no("accident-exempt", waiting.accident_exempt),
        number("filing-deadline", 1, u32::from(calendar.filing_deadline_days), ExamAnswer::Days),
        number("notice-length", 2, u32::from(calendar.notice_length_days), ExamAnswer::Days),
        number("fee", 0, sharing.fee.hundredths(), ExamAnswer::Percent),
        yes_or_no("leaves-after-aid", terms.leaving().end_after_aid),
        yes_or_no("owes-noticed-period", terms.leaving().owes_noticed_period),
        ExamQuestion {
            name: "shortfall",
            answers: sentences,
            right: match sharing.shortfall {
                Shortfall::Operator => 0,
                Shortfall::NextPeriod => 1,
                Shortfall::CutAid => 2,
            },
        },
    ];
    // Who bears what is above a cap has four answers; the fourth one is not asked for.
    let excess = |cap: &Cap| match cap.excess {
        Excess::Operator => Some(0),
        Excess::NextPeriod => Some(1),
        Excess::CutAid => Some(2),
        Excess::OtherMembers => None,
    };
    if let Some(right) = sharing.cap_per_claim.as_ref().and_then(excess) {
        all.push(ExamQuestion { name: "cap-per-claim", answers: sentences, right });
    }
    let Some(jury) = terms.jury() else { return all };
    all.push(number("standing", 1, u32::from(jury.standing_days), ExamAnswer::Days));
    all.push(number("threshold", 2, jury.threshold.hundredths(), ExamAnswer::Percent));
    all.push(match jury.mode {
        JuryMode::Open { hours, .. } => number("vote-hours", 1, u32::from(hours), ExamAnswer::Hours),
        JuryMode::Drawn { size, .. } => number("jury-size", 1, u32::from(size), ExamAnswer::People),
    });
    all
}

/// A question whose answer is a number, with two others that are near enough to be believed. `place`: where the right one
/// stands; small numbers always stand first.
fn number(name: &'static str, place: u8, right: u32, unit: fn(u32) -> ExamAnswer) -> ExamQuestion {
    let half = right.div_euclid(2);
    let (numbers, place) = match place {
        _ if right < 4 => ([right, right.saturating_add(7), right.saturating_add(30)], 0),
        0 => ([right, right.saturating_add(half), right.saturating_mul(2)], 0),
        1 => ([half, right, right.saturating_mul(2)], 1),
        _ => ([half.div_euclid(2), half, right], 2),
    };
    ExamQuestion { name, answers: numbers.map(unit), right: place }
}

const fn yes_or_no(name: &'static str, yes: bool) -> ExamQuestion {
    let right = if yes { 0 } else { 1 };
    ExamQuestion { name, answers: [ExamAnswer::Yes, ExamAnswer::No, ExamAnswer::Depends], right }
}

/// How many of the answers are right. `answers` are numbers of answers in the order of `questions`, which are numbers of the bank.
pub fn count_right(bank: &[ExamQuestion], questions: &[u16], answers: &[Option<u8>]) -> u16 {
    let right = |(question, answer): &(&u16, &Option<u8>)| {
        let found = bank.get(usize::from(**question));
        found.is_some_and(|found| **answer == Some(found.right))
    };
    u16::try_from(questions.iter().zip(answers).filter(right).count()).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::plan::{Jury, sample};

    #[test]
    fn every_plan_has_twenty_questions_each_with_three_different_answers() {
        let none = crate::plan::PlanTerms::new({
            let mut parts = sample::parts();
            parts.jury = None;
            parts
        });
        for terms in [sample::terms(), none.unwrap()] {
            let bank = bank(&terms);
            assert!(bank.len() >= 20, "{}", bank.len());
            let names: BTreeSet<&str> = bank.iter().map(|question| question.name).collect();
            assert_eq!(names.len(), bank.len());
            for question in &bank {
                let [a, b, c] = question.answers;
                assert!(a != b && b != c && a != c, "{question:?}");
                assert!(question.right < 3);
            }
        }
    }

    #[test]
    fn right_answers_follow_from_the_terms() {
        let right = |terms: &PlanTerms, name: &str| {
            let found = bank(terms).into_iter().find(|question| question.name == name).unwrap();
            found.answers[usize::from(found.right)]
        };
        let mut parts = sample::parts();
        for (days, exempt) in [(0, false), (1, true), (3, true), (4, false), (90, true)] {
            parts.waiting.days = days;
            parts.waiting.accident_exempt = exempt;
            let terms = PlanTerms::new(parts.clone()).unwrap();
            assert_eq!(right(&terms, "wait-days"), ExamAnswer::Days(u32::from(days)));
            let answer = if exempt { ExamAnswer::Yes } else { ExamAnswer::No };
            assert_eq!(right(&terms, "accident-exempt"), answer);
        }
        let drawn = JuryMode::Drawn { size: 17, reserves: 8, deadline_days: 5, appeals: 1 };
        parts.jury = parts.jury.map(|jury| Jury { mode: drawn, ..jury });
        let terms = PlanTerms::new(parts).unwrap();
        assert_eq!(right(&terms, "jury-size"), ExamAnswer::People(17));
        assert_eq!(right(&terms, "filing-deadline"), ExamAnswer::Days(180));
        assert_eq!(right(&terms, "fee"), ExamAnswer::Percent(800));
        assert_eq!(right(&terms, "threshold"), ExamAnswer::Percent(5_000));
        assert_eq!(right(&terms, "cap-per-claim"), ExamAnswer::Sentence("a"));
    }

    #[test]
    fn only_right_answers_count_whatever_else_was_handed_in() {
        let bank = bank(&sample::terms());
        let all: Vec<Option<u8>> = bank.iter().map(|question| Some(question.right)).collect();
        let numbers: Vec<u16> = (0..u16::try_from(bank.len()).unwrap()).collect();
        assert_eq!(usize::from(count_right(&bank, &numbers, &all)), bank.len());
        assert_eq!(count_right(&bank, &[0, 1, 2], &[Some(1), None, Some(7)]), 1);
        assert_eq!(count_right(&bank, &[0, 1, 999], &all[..1]), 1);
        assert_eq!(count_right(&bank, &[999], &[Some(0)]), 0);
    }
}
