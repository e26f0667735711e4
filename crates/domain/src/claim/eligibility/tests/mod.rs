//! The rules of eligibility, one line per case; what is paid is in [`amounts`].

mod amounts;

use jiff::civil::date;

use super::*;
use crate::plan::{AgeBand, ConditionCode, Severity, TermsParts, sample};

/// A case that is in order in every way: born 1990, joined on 1 January 2019, ill in June, filed nine days later.
struct Case {
    terms: TermsParts,
    illness: Illness,
    birth: Day,
    joined: Day,
    covered_from: Day,
    covered_until: Option<Day>,
    reported: Day,
    arrears: Amount,
    retry_until: Option<Day>,
    paid_before: Amount,
    payouts_before: u16,
    cost: Option<Amount>,
    judged: Judged,
}

fn yuan(whole: u64) -> Amount {
    Amount::from_minor(whole * 100)
}

fn condition(code: &str) -> ConditionCode {
    ConditionCode::new(code).unwrap()
}

impl Case {
    fn new() -> Self {
        Self {
            terms: sample::parts(),
            illness: Illness {
                condition: condition("malignant-tumour"),
                severity: Severity::Severe,
                event_date: date(2019, 6, 1),
                accident: false,
            },
            birth: date(1990, 6, 15),
            joined: date(2019, 1, 1),
            covered_from: date(2019, 4, 2),
            covered_until: None,
            reported: date(2019, 6, 10),
            arrears: Amount::ZERO,
            retry_until: None,
            paid_before: Amount::ZERO,
            payouts_before: 0,
            cost: None,
            judged: Judged::default(),
        }
    }

    fn happened(&mut self, event: Day) {
        self.illness.event_date = event;
        self.reported = event;
    }

    fn checked_terms(&self) -> PlanTerms {
        PlanTerms::new(self.terms.clone()).expect("terms without a mistake")
    }

    fn facts<'a>(&'a self, terms: &'a PlanTerms) -> Facts<'a> {
        Facts {
            terms,
            illness: &self.illness,
            birth: self.birth,
            joined: self.joined,
            covered_from: self.covered_from,
            covered_until: self.covered_until,
            ended_for: None,
            reported: self.reported,
            arrears: self.arrears,
            retry_until: self.retry_until,
            paid_before: self.paid_before,
            payouts_before: self.payouts_before,
            cost: self.cost,
            judged: self.judged.clone(),
        }
    }

    fn assess(&self) -> Eligibility {
        assess(&self.facts(&self.checked_terms()))
    }
}

/// The words of the broken rules in order of precedence, or the aid in whole minor units with two digits.
fn told(answer: &Eligibility) -> String {
    let broken: Vec<&str> =
        answer.findings.iter().filter(|finding| !finding.kept).map(|finding| finding.kind.word()).collect();
    assert_eq!(answer.is_eligible(), broken.is_empty());
    assert!(broken.is_empty() || answer.aid.is_zero(), "no aid when a rule is broken");
    if broken.is_empty() {
        let minor = answer.aid.minor();
        format!("{}.{:02}", minor.div_euclid(100), minor.rem_euclid(100))
    } else {
        broken.join(" ")
    }
}

type Row = (&'static str, fn(&mut Case), &'static str);

fn check(rows: &[Row]) {
    for (what, change, expected) in rows {
        let mut case = Case::new();
        change(&mut case);
        assert_eq!(told(&case.assess()), *expected, "{what}");
    }
}

#[test]
fn a_claim_in_order_is_granted_the_amount_of_the_table() {
    let answer = Case::new().assess();
    assert_eq!(told(&answer), "300000.00");
    let kinds: Vec<FindingKind> = answer.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, FindingKind::ALL, "every rule is looked at, in order of precedence");
    assert!(FindingKind::ALL.is_sorted());
}

#[test]
fn cover_begins_the_day_after_the_last_day_of_the_wait_and_accidents_do_not_wait() {
    check(&[
        ("the last day of the wait", |c| c.happened(date(2019, 4, 1)), "inside-wait"),
        ("the day after", |c| c.happened(date(2019, 4, 2)), "300000.00"),
        (
            "an accident on the last day of the wait",
            |c| {
                c.happened(date(2019, 4, 1));
                c.illness.accident = true;
            },
            "300000.00",
        ),
        (
            "an accident the day after joining",
            |c| {
                c.happened(date(2019, 1, 2));
                c.illness.accident = true;
            },
            "300000.00",
        ),
        (
            "an accident on the day of joining",
            |c| {
                c.happened(date(2019, 1, 1));
                c.illness.accident = true;
            },
            "not-enrolled inside-wait",
        ),
        (
            "an accident where accidents wait too",
            |c| {
                c.terms.waiting.accident_exempt = false;
                c.happened(date(2019, 4, 1));
                c.illness.accident = true;
            },
            "inside-wait",
        ),
        (
            "the wait agreed when joining counts, not that of later terms",
            |c| {
                c.terms.waiting.days = 180;
                c.happened(date(2019, 4, 2));
            },
            "300000.00",
        ),
        (
            "a group of accidents only, inside the wait",
            |c| {
                c.happened(date(2019, 1, 2));
                c.illness.condition = condition("fall");
                c.illness.accident = true;
            },
            "100000.00",
        ),
    ]);
}

#[test]
fn the_outcome_of_the_wait_is_told() {
    for (event, accident, outcome) in [
        (date(2019, 4, 2), false, WaitOutcome::Over),
        (date(2019, 4, 2), true, WaitOutcome::Over),
        (date(2019, 4, 1), true, WaitOutcome::AccidentExempt),
        (date(2019, 4, 1), false, WaitOutcome::Inside),
        (date(2019, 1, 1), true, WaitOutcome::Inside),
    ] {
        let mut case = Case::new();
        case.illness.accident = accident;
        case.happened(event);
        assert_eq!(case.facts(&case.checked_terms()).wait(), outcome, "{event}, accident: {accident}");
    }
}

#[test]
fn the_person_is_enrolled_from_the_day_after_joining_until_the_day_before_the_end() {
    check(&[
        ("before joining", |c| c.happened(date(2018, 12, 31)), "not-enrolled inside-wait"),
        ("the last day of cover", |c| c.covered_until = Some(date(2019, 6, 2)), "300000.00"),
        ("the first day without cover", |c| c.covered_until = Some(date(2019, 6, 1)), "not-enrolled"),
        (
            "the day before the age limit, which nobody has recorded yet",
            |c| {
                c.birth = date(1959, 6, 2);
                c.happened(date(2019, 6, 1));
            },
            "100000.00",
        ),
        (
            "the birthday of the age limit",
            |c| {
                c.birth = date(1959, 6, 1);
                c.happened(date(2019, 6, 1));
            },
            "not-enrolled age-not-covered",
        ),
        (
            "the last day of a temporary plan",
            |c| c.terms.identity.last_day = Some(date(2019, 6, 1)),
            "300000.00",
        ),
        (
            "the day after a temporary plan ended",
            |c| c.terms.identity.last_day = Some(date(2019, 5, 31)),
            "not-enrolled",
        ),
    ]);
}

#[test]
fn the_age_on_the_event_date_picks_the_row_of_the_table() {
    check(&[
        ("39 for one more day", |c| c.birth = date(1979, 6, 2), "300000.00"),
        ("40 on the day", |c| c.birth = date(1979, 6, 1), "100000.00"),
        (
            "born on 29 February, still 39 on 28 February of a common year",
            |c| {
                c.birth = date(1980, 2, 29);
                c.joined = date(2018, 11, 1);
                c.covered_from = date(2019, 1, 31);
                c.happened(date(2019, 2, 28));
            },
            "300000.00",
        ),
        (
            "born on 29 February, 40 on 29 February of a leap year",
            |c| {
                c.birth = date(1980, 2, 29);
                c.happened(date(2020, 2, 29));
            },
            "100000.00",
        ),
        (
            "born on 29 February, 39 on the day before",
            |c| {
                c.birth = date(1980, 2, 29);
                c.happened(date(2020, 2, 28));
            },
            "300000.00",
        ),
        (
            "born on 29 February, 41 from 1 March of a common year where the row ends at 40",
            |c| {
                c.birth = date(1980, 2, 29);
                c.terms.cover.conditions[0].ages = AgeBand { from: 0, to: Some(40) };
                c.terms.aid.table[0].ages = AgeBand { from: 0, to: Some(40) };
                c.terms.aid.table.remove(1);
                c.happened(date(2021, 3, 1));
            },
            "age-not-covered",
        ),
    ]);
}

#[test]
fn a_condition_is_in_cover_at_its_severity_and_cause_only() {
    check(&[
        ("unknown condition", |c| c.illness.condition = condition("gout"), "not-in-cover"),
        ("severity not covered", |c| c.illness.severity = Severity::Mild, "severity-not-covered"),
        ("an illness in a group of accidents", |c| c.illness.condition = condition("fall"), "no-accident"),
        ("an accident in a group that covers either cause", |c| c.illness.accident = true, "300000.00"),
    ]);
}

#[test]
fn a_claim_is_filed_between_the_event_and_the_deadline() {
    check(&[
        ("on the day of the event", |c| c.reported = date(2019, 6, 1), "300000.00"),
        ("before the event", |c| c.reported = date(2019, 5, 31), "filed-late"),
        ("on the last day", |c| c.reported = date(2019, 11, 28), "300000.00"),
        ("a day late", |c| c.reported = date(2019, 11, 29), "filed-late"),
    ]);
}

#[test]
fn several_broken_rules_are_told_in_order_of_precedence() {
    let mut case = Case::new();
    case.happened(date(2018, 6, 1));
    case.illness.condition = condition("gout");
    case.reported = date(2019, 6, 1);
    case.arrears = yuan(1);
    case.paid_before = yuan(1);
    let answer = case.assess();
    assert_eq!(told(&answer), "not-enrolled inside-wait not-in-cover filed-late shares-unpaid paid-before");
    assert_eq!(answer.first_broken().unwrap().kind, FindingKind::EnrolledOnEventDate);
}

#[test]
fn each_finding_names_the_day_that_decides() {
    let days =
        |case: &Case| case.assess().findings.into_iter().map(|finding| finding.day).collect::<Vec<_>>();
    let mut case = Case::new();
    case.retry_until = Some(date(2019, 6, 12));
    let found = case.assess().findings.into_iter().filter_map(|finding| Some((finding.kind, finding.day?)));
    assert_eq!(
        found.collect::<Vec<_>>(),
        [
            (FindingKind::EnrolledOnEventDate, date(2019, 1, 2)),
            (FindingKind::WaitOver, date(2019, 4, 2)),
            (FindingKind::FiledInTime, date(2019, 11, 28)),
            (FindingKind::SharesPaid, date(2019, 6, 12)),
        ]
    );
    let mut case = Case::new();
    case.covered_until = Some(date(2019, 5, 1));
    assert_eq!(days(&case)[0], Some(date(2019, 5, 1)));
}

#[test]
fn what_a_reviewer_found_in_the_papers_counts_as_a_fact() {
    check(&[
        ("nobody has looked yet", |c| c.judged.definition_met = None, "300000.00"),
        ("the definition is met", |c| c.judged.definition_met = Some(true), "300000.00"),
        // 95 hours and 10 minutes of ventilation where 96 are asked for: a person reads the chart and says no.
        (
            "the definition is missed by 50 minutes",
            |c| c.judged.definition_met = Some(false),
            "definition-not-met",
        ),
        (
            "an exclusion applies",
            |c| {
                c.judged.exclusions.insert("drunk-driving".parse().unwrap());
            },
            "excluded",
        ),
        ("undisclosed and unrelated", |c| c.judged.undisclosed = Undisclosed::Unrelated, "300000.00"),
        ("undisclosed and related", |c| c.judged.undisclosed = Undisclosed::Related, "undisclosed"),
        (
            "first diagnosed the day after the wait",
            |c| c.judged.first_diagnosed = Some(date(2019, 4, 2)),
            "300000.00",
        ),
        (
            "first diagnosed on the last day of the wait",
            |c| c.judged.first_diagnosed = Some(date(2019, 4, 1)),
            "inside-wait",
        ),
        (
            "first diagnosed on the day of joining",
            |c| c.judged.first_diagnosed = Some(date(2019, 1, 1)),
            "diagnosed-before inside-wait",
        ),
        (
            "found anew after the event date that was told",
            |c| c.judged.first_diagnosed = Some(date(2019, 7, 1)),
            "300000.00",
        ),
    ]);
}

/// The rule that decides, and the term of the plan it comes from.
#[test]
#[expect(clippy::type_complexity, clippy::too_many_lines, reason = "a table of changes")]
fn each_broken_rule_cites_the_term_it_comes_from() {
    let rows: &[(&str, fn(&mut Case), &str)] = &[
        ("inside the wait", |c| c.happened(date(2019, 4, 1)), "inside-wait: waiting.days = 90"),
        ("on the day of joining", |c| c.happened(date(2019, 1, 1)), "not-enrolled: waiting.days = 90"),
        (
            "over the age limit",
            |c| {
                c.birth = date(1959, 6, 1);
                c.happened(date(2019, 6, 1));
            },
            "not-enrolled: leaving.end_at_age = 60",
        ),
        (
            "the plan had ended",
            |c| c.terms.identity.last_day = Some(date(2019, 5, 31)),
            "not-enrolled: plan.last_day = 2019-05-31",
        ),
        ("left before", |c| c.covered_until = Some(date(2019, 6, 1)), "not-enrolled: leaving"),
        (
            "diagnosed before joining",
            |c| c.judged.first_diagnosed = Some(date(2018, 6, 1)),
            "diagnosed-before: waiting.illness_inside = \"refund-and-end\"",
        ),
        ("kept back", |c| c.judged.undisclosed = Undisclosed::Related, "undisclosed: joining.questions"),
        ("unknown", |c| c.illness.condition = condition("gout"), "not-in-cover: cover.conditions"),
        (
            "a fall that was none",
            |c| c.illness.condition = condition("fall"),
            "no-accident: cover.groups.accident.cause = \"accident\"",
        ),
        (
            "too mild",
            |c| c.illness.severity = Severity::Mild,
            "severity-not-covered: cover.conditions.malignant-tumour.severities = [\"severe\"]",
        ),
        (
            "too old for the condition",
            |c| {
                c.terms.cover.conditions[0].ages = AgeBand { from: 0, to: Some(20) };
                c.terms.aid.table[0].ages = AgeBand { from: 0, to: Some(20) };
                c.terms.aid.table.remove(1);
            },
            "age-not-covered: cover.conditions.malignant-tumour.age_to = 20",
        ),
        (
            "95 hours and 10 minutes",
            |c| c.judged.definition_met = Some(false),
            "definition-not-met: cover.conditions.malignant-tumour.definition",
        ),
        (
            "excluded",
            |c| {
                c.judged.exclusions.insert("drunk-driving".parse().unwrap());
            },
            "excluded: cover.exclusions.drunk-driving",
        ),
        ("late", |c| c.reported = date(2019, 11, 29), "filed-late: calendar.filing_deadline_days = 180"),
        ("second claim after aid", |c| c.paid_before = yuan(1), "paid-before: aid.frequency = \"once\""),
    ];
    for (what, change, expected) in rows {
        let mut case = Case::new();
        change(&mut case);
        let terms = case.checked_terms();
        let facts = case.facts(&terms);
        let broken = assess(&facts).first_broken().expect(what);
        assert_eq!(format!("{}: {}", broken.kind.word(), cite(broken.kind, &facts)), *expected, "{what}");
    }
    let mut case = Case::new();
    case.illness.accident = true;
    case.happened(date(2019, 1, 5));
    let terms = case.checked_terms();
    let cited = cite(FindingKind::WaitOver, &case.facts(&terms)).to_string();
    assert_eq!(cited, "waiting.accident_exempt = true", "an accident inside the wait");
}
