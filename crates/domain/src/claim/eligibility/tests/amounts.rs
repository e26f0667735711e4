//! What is granted: arrears, ceilings, tenure, reimbursement.

use huzhu_ledger::{Amount, Percent};
use jiff::civil::date;

use super::{Case, check, yuan};
use crate::plan::{AgeBand, AidKind, AidRow, Frequency, GroupCode, Severity, TenureStep};

#[test]
fn an_event_inside_the_retry_window_is_granted_in_full() {
    check(&[
        (
            "on the last day of the window",
            |c| {
                c.arrears = Amount::from_minor(305);
                c.retry_until = Some(date(2019, 6, 1));
            },
            "300000.00",
        ),
        (
            "on the day after it",
            |c| {
                c.arrears = Amount::from_minor(305);
                c.retry_until = Some(date(2019, 5, 31));
            },
            "shares-unpaid",
        ),
        (
            "the enrolment has lapsed since",
            |c| {
                c.arrears = Amount::from_minor(305);
                c.retry_until = Some(date(2019, 6, 1));
                c.covered_until = Some(date(2019, 6, 2));
            },
            "300000.00",
        ),
        ("unpaid and never retried", |c| c.arrears = yuan(1), "shares-unpaid"),
        (
            "arrears above the aid",
            |c| {
                c.arrears = yuan(300_001);
                c.retry_until = Some(date(2019, 6, 1));
            },
            "300000.00",
        ),
    ]);
}

/// Pays several times: mild twice, severe any number of times, up to 400,000 together.
fn several(case: &mut Case) {
    case.terms.aid.frequency =
        Frequency::Several { times: vec![(Severity::Mild, 2)], ceiling: yuan(400_000) };
    case.terms.leaving.end_after_aid = false;
    case.terms.cover.conditions[0].severities = vec![Severity::Mild, Severity::Severe];
    case.terms.aid.table.push(AidRow {
        group: GroupCode::new("illness").unwrap(),
        severity: Severity::Mild,
        ages: AgeBand { from: 0, to: Some(59) },
        amount: yuan(50_000),
    });
}

#[test]
fn what_was_paid_before_leaves_less_or_nothing() {
    check(&[
        (
            "a plan that pays once has paid",
            |c| {
                c.paid_before = yuan(1);
                c.payouts_before = 1;
            },
            "paid-before",
        ),
        ("a plan that pays once has paid for another severity", |c| c.paid_before = yuan(1), "paid-before"),
        (
            "a second severe claim gets what is left",
            |c| {
                several(c);
                c.paid_before = yuan(300_000);
                c.payouts_before = 1;
            },
            "100000.00",
        ),
        (
            "nothing is left",
            |c| {
                several(c);
                c.paid_before = yuan(400_000);
            },
            "ceiling-reached",
        ),
        (
            "a second mild claim",
            |c| {
                several(c);
                c.illness.severity = Severity::Mild;
                c.paid_before = yuan(50_000);
                c.payouts_before = 1;
            },
            "50000.00",
        ),
        (
            "a third mild claim",
            |c| {
                several(c);
                c.illness.severity = Severity::Mild;
                c.paid_before = yuan(100_000);
                c.payouts_before = 2;
            },
            "paid-before",
        ),
        (
            "arrears leave what is left below the ceiling as it is",
            |c| {
                several(c);
                c.paid_before = yuan(300_000);
                c.arrears = yuan(1);
                c.retry_until = Some(date(2019, 6, 1));
            },
            "100000.00",
        ),
    ]);
}

/// Half of the table from day 100 after joining, all of it from day 200.
fn growing(case: &mut Case) {
    let step = |from_days, hundredths| TenureStep {
        from_days,
        percent: Percent::from_hundredths(hundredths).unwrap(),
    };
    case.terms.aid.tenure = vec![step(100, 5_000), step(200, 10_000)];
}

#[test]
fn aid_grows_with_tenure_on_the_day_of_the_step() {
    check(&[
        (
            "99 days",
            |c| {
                growing(c);
                c.happened(date(2019, 4, 10));
            },
            "not-in-cover",
        ),
        (
            "100 days",
            |c| {
                growing(c);
                c.happened(date(2019, 4, 11));
            },
            "150000.00",
        ),
        (
            "199 days",
            |c| {
                growing(c);
                c.happened(date(2019, 7, 19));
            },
            "150000.00",
        ),
        (
            "200 days",
            |c| {
                growing(c);
                c.happened(date(2019, 7, 20));
            },
            "300000.00",
        ),
    ]);
    let mut case = Case::new();
    growing(&mut case);
    case.happened(date(2019, 4, 10));
    let day = case.assess().first_broken().unwrap().day;
    assert_eq!(day, Some(date(2019, 4, 11)), "the day from which the plan would have paid");
}

/// Reimburses 80 % of the cost above 10,000, up to the table.
fn reimbursing(case: &mut Case) {
    case.terms.aid.kind = AidKind::Reimbursement {
        percent: Percent::from_hundredths(8_000).unwrap(),
        deductible: yuan(10_000),
    };
}

#[test]
fn a_reimbursing_plan_pays_a_part_of_the_proven_cost_up_to_the_table() {
    check(&[
        (
            "below the deductible",
            |c| {
                reimbursing(c);
                c.cost = Some(yuan(9_999));
            },
            "0.00",
        ),
        (
            "above it",
            |c| {
                reimbursing(c);
                c.cost = Some(yuan(60_000));
            },
            "40000.00",
        ),
        (
            "above the table",
            |c| {
                reimbursing(c);
                c.cost = Some(yuan(900_000));
            },
            "300000.00",
        ),
        ("no cost proven", reimbursing, "0.00"),
    ]);
}
