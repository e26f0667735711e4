//! How reports look: for people, for programs, and on one line each.

fn report(source: &str) -> huzhu_planfile::Report {
    huzhu_planfile::check(source, "town.toml").expect_err("a wrong plan file")
}

fn base(changes: &[(&str, &str)]) -> String {
    let path = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/wrong/base.toml");
    let mut text = std::fs::read_to_string(path).expect("the base plan");
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replacen(from, to, 1);
    }
    text
}

#[test]
fn a_report_shows_the_lines_the_rule_and_the_remedy() {
    let source = base(&[
        ("days = 90", "dais = 90"),
        ("age_from = 40", "age_from = 42"),
        ("{ amount = \"0.10\"", "{ amount = 0.001"),
        ("sharing_day = 14", "sharing_day = 9"),
        ("zh = \"肿瘤\"", "zh = \"\""),
    ]);
    insta::assert_snapshot!(report(&source).render(false));
}

#[test]
fn a_report_of_syntax_names_several_mistakes() {
    let source = base(&[
        ("id = \"base\"", "id = base"),
        ("real_name = true", "real_name = yes"),
        ("days = 90", "days ="),
    ]);
    insta::assert_snapshot!(report(&source).render(false));
}

#[test]
fn a_report_in_json_has_stable_fields() {
    let source =
        base(&[("currency = \"CNY\"", "currency = \"XAU\""), ("run_off_days = 180", "run_off_days = 30")]);
    let json = serde_json::to_string_pretty(&report(&source).to_json()).expect("text");
    insta::assert_snapshot!(json);
}

#[test]
fn a_report_on_one_line_each_can_be_followed_by_editors() {
    let source =
        base(&[("fee = \"8\"", "fee = \"108\""), ("headcount = \"covered\"", "headcount = \"coverd\"")]);
    insta::assert_snapshot!(report(&source).to_string());
}

#[test]
fn colours_are_used_only_when_asked_for() {
    let report = report("plan = 1\n");
    assert!(!report.render(false).contains('\u{1b}'));
    assert!(report.render(true).contains('\u{1b}'));
}

#[test]
fn a_report_stops_after_two_hundred_mistakes() {
    let source: String = (0..1000).fold(String::new(), |text, i| text + &format!("key{i} = 1\n"));
    let report = report(&source);
    assert_eq!(report.mistakes().len(), 200);
    let last = report.mistakes().last().expect("the last one");
    assert_eq!(last.rule.code, "P009");
    // 1,000 unknown keys and eleven missing groups.
    assert_eq!(last.message, "812 more mistakes are not shown");
}
