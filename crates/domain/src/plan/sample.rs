//! A plan for the tests of this crate, after the main plan of 2019 (tests of other crates use the presets).

use huzhu_ledger::{Amount, Currency, Percent};
use jiff::civil::date;

use super::*;
use crate::time::TimeZone;

fn yuan(text: &str) -> Amount {
    Amount::parse(text, Currency::parse("CNY").expect("a currency")).expect("an amount")
}

fn percent(text: &str) -> Percent {
    Percent::parse(text).expect("a percentage")
}

fn words(text: &str) -> Localized {
    Localized::new(text, text)
}

/// Parts of a plan with two age rows for illness, one for accidents, half-month periods and both caps; `TermsParts`
/// are plain data, so a test changes what it is about.
#[expect(clippy::too_many_lines, reason = "one value: the terms of a whole plan")]
pub(crate) fn parts() -> TermsParts {
    let group = |code: &str| GroupCode::new(code).expect("a code");
    let row = |code: &str, from, to, amount| AidRow {
        group: group(code),
        severity: Severity::Severe,
        ages: AgeBand { from, to },
        amount: yuan(amount),
    };
    let same = |notice_day, sharing_day| PeriodDays { notice_day, sharing_day, shared_next_month: false };
    TermsParts {
        identity: Identity {
            id: PlanId::new("sample").expect("a code"),
            version: PlanVersion(1),
            name: words("Sample"),
            summary: words("A plan for tests"),
            currency: Currency::parse("CNY").expect("a currency"),
            zone: TimeZone::get("Asia/Shanghai").expect("a time zone"),
            effective: date(2019, 1, 1),
            last_day: None,
            change_notice_days: DEFAULT_CHANGE_NOTICE_DAYS,
        },
        joining: joining(),
        waiting: Waiting { days: 90, accident_exempt: true, illness_inside: IllnessInside::RefundAndEnd },
        cover: cover(),
        aid: Aid {
            kind: AidKind::LumpSum,
            frequency: Frequency::Once,
            table: vec![
                row("illness", 0, Some(39), "300000"),
                row("illness", 40, Some(59), "100000"),
                row("accident", 0, None, "100000"),
            ],
            tenure: vec![],
        },
        sharing: Sharing {
            model: Model::After,
            split: Split::Equal,
            fee: percent("8"),
            headcount: Headcount::Covered,
            cap_per_claim: Some(Cap { amount: yuan("0.10"), excess: Excess::Operator }),
            cap_per_year: Some(Cap { amount: yuan("188"), excess: Excess::Operator }),
            shortfall: Shortfall::Operator,
        },
        calendar: Calendar {
            periods: vec![same(7, 14), same(21, 28)],
            notice_length_days: 3,
            payout_days: 7,
            first_contact: Contact::WorkingDays(3),
            filing_deadline_days: 180,
            retry: Retry::UntilBeforeNext(2),
            reminder_days: Some(2),
        },
        review: Review {
            evidence: vec![EvidenceItem {
                code: ItemCode::new("diagnosis").expect("a code"),
                name: words("Diagnosis"),
                groups: vec![],
                required: true,
            }],
            four_eyes_from: yuan("0"),
            second_review: percent("5"),
            reasons: vec![],
            days: super::StepDays::USUAL,
        },
        jury: Some(jury()),
        leaving: Leaving {
            owes_noticed_period: true,
            rejoin_restarts_wait: true,
            end_at_age: Some(60),
            end_after_aid: true,
            end_when_unpaid: true,
            end_when_ineligible: true,
            move_to: None,
        },
        ending: Ending {
            notice_days: 30,
            last_periods: 3,
            last_periods_paid_by: LastPeriodsPayer::Operator,
            run_off_days: 180,
            refund: Refund::None,
            other_cover: None,
        },
    }
}

fn jury() -> Jury {
    Jury {
        mode: JuryMode::Open { quorum: 1000, quorum_percent_max: percent("10"), hours: 24 },
        threshold: percent("50"),
        asked_by: vec![Asker::Claimant],
        not_accepted: vec![],
        exam: true,
        standing_days: 30,
    }
}

fn joining() -> Joining {
    Joining {
        age_from: Age::Days(30),
        age_to: Age::Years(59),
        credit_score_min: Some(600),
        real_name: true,
        questions: vec![],
        dependants: vec![Relation::Spouse, Relation::Child, Relation::Parent],
        dependants_pay: DependantsPay::Payer,
        several_plans: true,
        only_members_of: None,
        givers: false,
        members_to_start: 0,
        members_to_go_on: 0,
        closed_from: None,
    }
}

fn cover() -> Cover {
    let condition = |code: &str, group: &str, icd10: &str| Condition {
        code: ConditionCode::new(code).expect("a code"),
        group: GroupCode::new(group).expect("a code"),
        severities: vec![Severity::Severe],
        name: words(code),
        definition: words(code),
        icd10: vec![IcdRange::parse(icd10, IcdEdition::Ten).expect("a range")],
        icd11: vec![],
        ages: AgeBand::ALL,
    };
    let group =
        |code: &str, cause| Group { code: GroupCode::new(code).expect("a code"), name: words(code), cause };
    Cover {
        groups: vec![group("illness", Cause::Either), group("accident", Cause::Accident)],
        conditions: vec![
            condition("malignant-tumour", "illness", "C00-C97"),
            condition("fall", "accident", "W00-W19"),
        ],
        exclusions: vec![],
    }
}

/// The parts, checked.
pub(crate) fn terms() -> PlanTerms {
    PlanTerms::new(parts()).expect("the sample has no mistakes")
}
