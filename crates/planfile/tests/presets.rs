//! The presets: no mistakes, the facts that are known of the plans that ran, and what changed between versions.

use std::path::PathBuf;

use huzhu_domain::plan::*;
use huzhu_domain::time::Day;
use huzhu_planfile::{Who, diff, outline, show};
use jiff::civil::date;

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plans")
}

fn names() -> Vec<String> {
    let entries = std::fs::read_dir(folder()).expect("the folder of presets");
    let files = entries.map(|entry| entry.expect("an entry").file_name().into_string().expect("a name"));
    let mut names: Vec<String> = files.filter_map(|f| f.strip_suffix(".toml").map(str::to_owned)).collect();
    names.sort();
    names
}

fn source(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.toml"))).expect("a preset")
}

fn plan(name: &str) -> PlanTerms {
    huzhu_planfile::check(source(name), &format!("{name}.toml")).expect(name)
}

fn yuan(terms: &PlanTerms, amount: huzhu_ledger::Amount) -> String {
    amount.decimal(terms.currency())
}

fn aid(terms: &PlanTerms, group: &str, severity: Severity, age: u8) -> Option<String> {
    terms.aid_for(&GroupCode::new(group).expect("a code"), severity, age).map(|a| yuan(terms, a))
}

#[test]
fn every_preset_checks_without_mistakes_and_marks_its_guesses() {
    let names = names();
    let expected = [
        "360",
        "burial-society",
        "covid-cover-2020",
        "demo-town",
        "fosun",
        "meituan",
        "senior-cancer-60-70",
        "waterdrop",
        "xiang-hu-bao-2018",
        "xiang-hu-bao-2019",
        "xiang-hu-bao-2020",
    ];
    assert_eq!(names, expected);
    for name in names {
        plan(&name);
        assert!(source(&name).contains("assumption"), "{name} marks what is guessed");
    }
}

#[test]
fn xiang_hu_bao_has_the_facts_of_the_plan_that_ran() {
    for (name, version, credit, retry) in [
        ("xiang-hu-bao-2018", 1, 650, Retry::Days(5)),
        ("xiang-hu-bao-2019", 2, 600, Retry::UntilBeforeNext(2)),
        ("xiang-hu-bao-2020", 3, 600, Retry::UntilBeforeNext(2)),
    ] {
        let terms = plan(name);
        assert_eq!(terms.id().as_str(), "xiang-hu-bao");
        assert_eq!(terms.version(), PlanVersion(version));
        assert_eq!(terms.currency().code(), "CNY");
        assert_eq!(terms.zone().iana_name(), Some("Asia/Shanghai"));
        let joining = terms.joining();
        assert_eq!((joining.age_from, joining.age_to), (Age::Days(30), Age::Years(59)));
        assert_eq!(joining.credit_score_min, Some(credit));
        assert!(joining.real_name && !joining.questions.is_empty());
        let waiting = terms.waiting();
        assert_eq!((waiting.days, waiting.accident_exempt), (90, true));
        assert_eq!(waiting.illness_inside, IllnessInside::RefundAndEnd);
        assert_eq!(terms.wait_last_day(date(2019, 1, 1)), date(2019, 4, 1));
        assert_eq!(aid(&terms, "illness", Severity::Severe, 0).as_deref(), Some("300000.00"));
        assert_eq!(aid(&terms, "illness", Severity::Severe, 39).as_deref(), Some("300000.00"));
        assert_eq!(aid(&terms, "illness", Severity::Severe, 40).as_deref(), Some("100000.00"));
        assert_eq!(aid(&terms, "illness", Severity::Severe, 59).as_deref(), Some("100000.00"));
        assert_eq!(aid(&terms, "illness", Severity::Severe, 60), None);
        shares_like_xiang_hu_bao(&terms);
        keeps_the_calendar_of_xiang_hu_bao(&terms, retry);
        ends_like_xiang_hu_bao(&terms);
    }
}

fn shares_like_xiang_hu_bao(terms: &PlanTerms) {
    let sharing = terms.sharing();
    assert_eq!((sharing.model.clone(), sharing.split.clone()), (Model::After, Split::Equal));
    assert_eq!(terms.fee().hundredths(), 800);
    assert_eq!(sharing.headcount, Headcount::Covered);
    let caps = [sharing.cap_per_claim, sharing.cap_per_year].map(|cap| cap.expect("a cap"));
    assert_eq!(caps.map(|cap| yuan(terms, cap.amount)), ["0.10", "188.00"]);
    assert_eq!(caps.map(|cap| cap.excess), [Excess::Operator, Excess::Operator]);
}

fn keeps_the_calendar_of_xiang_hu_bao(terms: &PlanTerms, retry: Retry) {
    let calendar = terms.calendar();
    let days: Vec<_> =
        calendar.periods.iter().map(|p| (p.notice_day, p.sharing_day, p.shared_next_month)).collect();
    assert_eq!(days, [(7, 14, false), (21, 28, false)]);
    assert_eq!((calendar.notice_length_days, calendar.payout_days), (3, 7));
    assert_eq!(calendar.first_contact, Contact::WorkingDays(3));
    assert_eq!(calendar.filing_deadline_days, 180);
    assert_eq!(calendar.retry, retry);
    assert_eq!(calendar.reminder_days, None);
}

fn ends_like_xiang_hu_bao(terms: &PlanTerms) {
    let jury = terms.jury().expect("a jury");
    assert!(matches!(jury.mode, JuryMode::Open { quorum: 1000, hours: 24, .. }));
    assert_eq!((jury.threshold.hundredths(), jury.exam, jury.standing_days), (5000, true, 30));
    assert_eq!(terms.leaving().end_at_age, Some(60));
    assert_eq!(terms.leaving().move_to.as_ref().map(PlanId::as_str), Some("senior-cancer-60-70"));
    let ending = terms.ending();
    assert_eq!((ending.notice_days, ending.last_periods, ending.run_off_days), (30, 3, 180));
    assert_eq!((ending.last_periods_paid_by, ending.refund), (LastPeriodsPayer::Operator, Refund::None));
}

#[test]
fn the_three_versions_follow_one_another_as_one_plan() {
    let mut history = Plan::new(PlanId::new("xiang-hu-bao").expect("a code"));
    for (name, published) in [
        ("xiang-hu-bao-2018", date(2018, 11, 1)),
        ("xiang-hu-bao-2019", date(2019, 4, 1)),
        ("xiang-hu-bao-2020", date(2019, 12, 1)),
    ] {
        let terms = plan(name);
        let moment = huzhu_domain::time::midnight(published, terms.zone()).expect("an instant");
        history.publish(terms, moment).expect("a version");
    }
    let thyroid = |day: Day| -> Option<String> {
        let terms = history.terms_on(day)?;
        let condition = terms.condition(&ConditionCode::new("thyroid-cancer-mild").expect("a code"))?;
        aid(terms, condition.group.as_str(), *condition.severities.first()?, 30)
    };
    for (day, expected) in [
        (date(2018, 11, 26), None),
        (date(2019, 4, 30), Some("300000.00")),
        (date(2019, 5, 1), Some("50000.00")),
        (date(2019, 12, 31), Some("50000.00")),
        (date(2020, 1, 1), None),
    ] {
        assert_eq!(thyroid(day).as_deref(), expected, "mild thyroid cancer found on {day}");
    }
}

#[test]
fn each_other_preset_has_what_its_plan_is_known_for() {
    let senior = plan("senior-cancer-60-70");
    assert_eq!((senior.joining().age_from, senior.joining().age_to), (Age::Years(60), Age::Years(70)));
    assert_eq!(aid(&senior, "cancer", Severity::Severe, 65).as_deref(), Some("100000.00"));
    assert_eq!(aid(&senior, "cancer", Severity::Mild, 65).as_deref(), Some("50000.00"));
    assert_eq!(senior.sharing().cap_per_claim.map(|cap| cap.amount.minor()), Some(100));

    let covid = plan("covid-cover-2020");
    assert!(matches!(covid.sharing().model, Model::Sponsor { .. }));
    assert_eq!(covid.joining().dependants_pay, DependantsPay::Nobody);
    assert_eq!(aid(&covid, "death", Severity::Severe, 40).as_deref(), Some("100000.00"));

    let waterdrop = plan("waterdrop");
    assert!(matches!(&waterdrop.sharing().model, Model::Pool { deposit, .. } if deposit.minor() == 900));
    assert!(matches!(waterdrop.aid().kind, AidKind::Reimbursement { .. }));
    assert_eq!((waterdrop.waiting().days, waterdrop.ending().refund), (180, Refund::Balance));

    let meituan = plan("meituan");
    let times = [Severity::Mild, Severity::Severe].map(|s| meituan.aid().frequency.times_for(s));
    assert_eq!(times, [Some(1), Some(3)]);
    assert_eq!(meituan.aid().frequency.ceiling().map(huzhu_ledger::Amount::minor), Some(100_000_000));
    assert_eq!((meituan.waiting().days, meituan.ending().refund), (180, Refund::AllShares));
}

#[test]
fn presets_with_many_guesses_have_their_point() {
    let by_age = plan("360");
    assert_eq!(by_age.sharing().weights().first(), Some(&1));
    assert!(by_age.sharing().weights().windows(2).all(|w| w[0] < w[1]), "the young pay less");
    assert!(aid(&by_age, "death", Severity::Severe, 30).is_some());

    assert_eq!(plan("fosun").joining().members_to_start, 300_000);

    let burial = plan("burial-society");
    assert_eq!(burial.calendar().sharing_day("2026-12-1".parse().expect("a period")), Some(date(2027, 1, 5)));

    let demo = plan("demo-town");
    for (group, severity, age, amount) in [
        ("illness", Severity::Severe, 39, "60000.00"),
        ("illness", Severity::Severe, 40, "30000.00"),
        ("early", Severity::Mild, 50, "6000.00"),
        ("accident", Severity::Mild, 0, "6000.00"),
    ] {
        assert_eq!(aid(&demo, group, severity, age).as_deref(), Some(amount));
    }
    assert_eq!((demo.waiting().days, demo.sharing().headcount), (30, Headcount::Enrolled));
    assert!(demo.cover().conditions.len() >= 28);
}

#[test]
fn a_plan_is_shown_in_both_languages_without_a_gap() {
    for name in names() {
        let terms = plan(&name);
        for language in Language::ALL {
            let sections = outline(&terms, language);
            assert_eq!(sections.len(), 11, "{name}");
            let lines = sections.iter().flat_map(|s| s.lines.iter().chain([&s.title]));
            assert!(lines.clone().all(|line| !line.trim().is_empty()), "{name} in {}", language.tag());
            let chinese = |line: &String| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
            for line in lines {
                assert_eq!(chinese(line), language == Language::Zh, "{name} in {}: {line}", language.tag());
            }
        }
    }
    insta::assert_snapshot!(show(&plan("burial-society"), Language::En));
    insta::assert_snapshot!(show(&plan("xiang-hu-bao-2019"), Language::Zh));
}

#[test]
fn a_diff_says_who_gains_and_who_loses() {
    let (a, b, c) = (plan("xiang-hu-bao-2018"), plan("xiang-hu-bao-2019"), plan("xiang-hu-bao-2020"));
    let text = |old: &PlanTerms, new: &PlanTerms, language| {
        diff(old, new, language).iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
    };
    insta::assert_snapshot!(text(&a, &b, Language::En));
    insta::assert_snapshot!(text(&b, &c, Language::Zh));
    for name in names() {
        let terms = plan(&name);
        assert_eq!(diff(&terms, &terms, Language::En), [], "{name} against itself");
    }
    for (old, new, who) in [(&a, &b, Who::Loses), (&b, &a, Who::Gains)] {
        let thyroid =
            diff(old, new, Language::En).into_iter().find(|c| c.sentence.contains("thyroid cancer"));
        assert_eq!(thyroid.map(|c| c.who), Some(who), "and the other way round");
    }
}

#[test]
fn days_of_steps_may_be_said_and_a_diff_says_whom_other_days_help() {
    let text = source("burial-society");
    let with = |days: &str| {
        let changed = text.replacen("[review]\n", &format!("[review]\ndays = {{ {days} }}\n"), 1);
        assert_ne!(changed, text);
        huzhu_planfile::check(changed, "changed.toml").expect("a plan")
    };
    let (old, new) =
        (plan("burial-society"), with("review = 3, evidence = 60, clerk = 9, second_review = 14"));
    let days = new.review().days;
    assert_eq!((days.review, days.evidence, days.clerk, days.second_review), (3, 60, 9, 14));
    assert_eq!((days.objection, days.jury_request), (5, 15), "what is not said stays usual");
    let lines: Vec<String> = diff(&old, &new, Language::En).iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "+ Days for a reviewer to recommend: 3 instead of 14.",
            "+ Days for claimants to hand in what is missing: 60 instead of 30.",
            "- Days for the clerk of the jury: 9 instead of 3.",
        ]
    );
}
