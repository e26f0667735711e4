//! One wrong term at a time: the rule and the place it must be found at. (Wrong plan *files* are tested in the crate of
//! plan files; here stands what proves that terms are valid by construction.)

use std::collections::BTreeSet;

use huzhu_ledger::{Amount, Percent};
use jiff::civil::date;

use super::*;
use crate::plan::sample::parts;
use crate::plan::*;

/// The codes and places of all mistakes after `change`.
fn found(change: impl FnOnce(&mut TermsParts)) -> Vec<(&'static str, String)> {
    let mut parts = parts();
    change(&mut parts);
    match PlanTerms::new(parts) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.into_iter().map(|m| (m.rule.code, m.path)).collect(),
    }
}

#[test]
fn the_sample_has_no_mistakes() {
    assert_eq!(found(|_| {}), []);
}

#[test]
fn rule_codes_are_unique_and_in_order() {
    let codes: Vec<&str> = rules::ALL.iter().map(|rule| rule.code).collect();
    let unique: BTreeSet<&str> = codes.iter().copied().collect();
    assert_eq!(unique.into_iter().collect::<Vec<_>>(), codes);
}

#[test]
#[expect(clippy::type_complexity, reason = "a table of one change and what it must lead to")]
fn each_contradiction_is_named_with_its_place() {
    let one = || Amount::from_minor(1);
    let cases: Vec<(Box<dyn FnOnce(&mut TermsParts)>, &str, &str)> = vec![
        (Box::new(|p| p.identity.version = PlanVersion(0)), "P100", "plan.version"),
        (Box::new(|p| p.identity.last_day = Some(date(2018, 12, 31))), "P101", "plan.last_day"),
        (Box::new(|p| p.identity.change_notice_days = 0), "P102", "plan.change_notice_days"),
        (Box::new(|p| p.joining.age_to = Age::Days(29)), "P110", "joining.age_to"),
        (Box::new(|p| p.joining.real_name = false), "P113", "joining.credit_score_min"),
        (Box::new(|p| p.joining.closed_from = Some(date(2019, 1, 1))), "P114", "joining.closed_from"),
        (Box::new(|p| p.waiting.days = 731), "P120", "waiting.days"),
        (Box::new(|p| p.aid.table[1].ages.from = 41), "P143", "aid.table[1].age_from"),
        (Box::new(|p| p.aid.table[1].ages.from = 39), "P142", "aid.table[1].age_from"),
        (Box::new(|p| p.aid.table[1].ages.to = Some(58)), "P143", "aid.table[1].age_to"),
        (Box::new(|p| p.leaving.end_at_age = None), "P143", "aid.table[1].age_to"),
        (Box::new(|p| p.aid.table[1].amount = Amount::from_minor(0)), "P146", "aid.table[1].amount"),
        (Box::new(|p| p.aid.table[2].severity = Severity::Mild), "P144", "aid.table"),
        (Box::new(|p| p.cover.conditions[1].icd10.clear()), "P135", "cover.conditions[1]"),
        (
            Box::new(|p| {
                p.sharing.cap_per_claim =
                    Some(Cap { amount: Amount::from_minor(0), excess: Excess::Operator });
            }),
            "P160",
            "sharing.cap_per_claim.amount",
        ),
        (
            Box::new(move |p| {
                p.sharing.cap_per_year = Some(Cap { amount: one(), excess: Excess::Operator });
            }),
            "P161",
            "sharing.cap_per_claim.amount",
        ),
        (Box::new(|p| p.calendar.periods[0].sharing_day = 9), "P182", "calendar.periods[0].sharing_day"),
        (Box::new(|p| p.calendar.periods[1].sharing_day = 29), "P180", "calendar.periods[1].sharing_day"),
        (Box::new(|p| p.calendar.notice_length_days = 15), "P182", "calendar.periods[0].sharing_day"),
        (Box::new(|p| p.calendar.retry = Retry::Days(14)), "P185", "calendar.retry_days"),
        (Box::new(|p| p.review.evidence.clear()), "P192", "cover.groups[0].code"),
        (Box::new(|p| p.leaving.end_at_age = Some(59)), "P210", "leaving.end_at_age"),
        (Box::new(|p| p.leaving.end_after_aid = false), "P212", "leaving.end_after_aid"),
        (Box::new(|p| p.ending.refund = Refund::Balance), "P220", "ending.refund"),
        (Box::new(|p| p.ending.run_off_days = 179), "P223", "ending.run_off_days"),
    ];
    for (change, rule, path) in cases {
        let all = found(change);
        assert!(all.iter().any(|(r, p)| *r == rule && p == path), "expected {rule} at {path}, found {all:?}");
    }
}

#[test]
fn a_jury_needs_a_quorum_an_odd_size_and_a_threshold() {
    let drawn = |size| JuryMode::Drawn { size, reserves: 5, deadline_days: 7, appeals: 1 };
    let open = |quorum| JuryMode::Open { quorum, quorum_percent_max: Percent::HUNDRED, hours: 24 };
    for (mode, expected) in [
        (drawn(17), None),
        (drawn(16), Some(("P201", "jury.size"))),
        (drawn(1), Some(("P201", "jury.size"))),
        (open(0), Some(("P202", "jury.quorum"))),
    ] {
        let all = found(|p| p.jury.as_mut().expect("a jury").mode = mode);
        assert_eq!(all, expected.map(|(r, p)| (r, p.to_owned())).into_iter().collect::<Vec<_>>(), "{mode:?}");
    }
}

#[test]
fn empty_and_repeated_lists_are_refused() {
    type Change = fn(&mut TermsParts);
    let cases: [(Change, &str, &str); 5] = [
        (|p| p.cover.conditions.clear(), "P138", "cover"),
        (|p| p.cover.conditions[0].severities.clear(), "P137", "cover.conditions[0].severities"),
        (
            |p| p.cover.conditions[0].severities.push(Severity::Severe),
            "P137",
            "cover.conditions[0].severities",
        ),
        (|p| p.calendar.periods.clear(), "P187", "calendar.periods"),
        (|p| p.jury.iter_mut().for_each(|j| j.asked_by.clear()), "P204", "jury.asked_by"),
    ];
    for (change, rule, path) in cases {
        let all = found(change);
        assert!(all.iter().any(|(r, p)| *r == rule && p == path), "expected {rule} at {path}, found {all:?}");
    }
}

#[test]
fn all_mistakes_come_at_once_in_the_order_of_the_groups() {
    let all = found(|p| {
        p.ending.run_off_days = 1;
        p.waiting.days = 999;
        p.identity.version = PlanVersion(0);
    });
    assert_eq!(all.iter().map(|(rule, _)| *rule).collect::<Vec<_>>(), ["P100", "P120", "P223"]);
}
