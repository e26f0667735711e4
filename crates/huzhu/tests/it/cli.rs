//! The command line: what each command prints and with which code it ends (0 ok, 1 refused, 2 wrong use, 3 broken).

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};

use super::doctor;
use super::server::HUZHU;

/// How a command ended and what it printed.
struct Run {
    code: Option<i32>,
    out: String,
    err: String,
}

fn plans() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans")
}

/// Runs `huzhu` in the folder of the presets; `line` is split at spaces.
fn run(line: &str) -> Run {
    run_with(&line.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>())
}

fn run_with(arguments: &[&str]) -> Run {
    let output = Command::new(HUZHU).args(arguments).current_dir(plans()).output().unwrap();
    Run {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn run_json(line: &str) -> Value {
    let run = run(line);
    assert_eq!(run.code, Some(0), "{line}\n{}", run.err);
    serde_json::from_str(&run.out).unwrap()
}

#[test]
fn each_kind_of_ending_has_its_exit_code() {
    let folder = tempfile::tempdir().unwrap();
    let wrong = folder.path().join("wrong.toml");
    std::fs::write(&wrong, "[plan]\nid = \"Wrong Name\"\n").unwrap();
    let wrong = wrong.to_str().unwrap();
    let broken = folder.path().join("broken");
    std::fs::create_dir(&broken).unwrap();
    std::fs::write(broken.join("instance.secret"), "not a secret").unwrap();
    let broken = broken.to_str().unwrap();
    let missing = folder.path().join("missing");
    let missing = missing.to_str().unwrap();
    for (arguments, expected) in [
        (vec!["--version"], 0),
        (vec!["--help"], 0),
        (vec!["plan", "schema"], 0),
        (vec!["plan", "check", "demo-town.toml", "fosun.toml"], 0),
        (vec!["plan", "check", wrong], 1),
        (vec!["plan", "check", "demo-town.toml", wrong], 1),
        (vec!["plan", "show", wrong], 1),
        (vec!["plan", "diff", wrong, "demo-town.toml"], 1),
        (vec!["settle", "--plan", wrong, "--headcount", "1"], 1),
        (vec![], 2),
        (vec!["plant"], 2),
        (vec!["plan", "check"], 2),
        (vec!["plan", "check", missing], 2),
        (vec!["demo", "--members", "5"], 2),
        (vec!["demo", "--listen", "192.0.2.1:80"], 2),
        (vec!["serve", "--data", missing, "--listen", "192.0.2.1:80"], 2),
        (vec!["doctor", "--data", missing], 2),
        (vec!["export", "--data", missing], 2),
        (vec!["admin", "grant-role", "--data", missing, "ann@example.org", "king"], 2),
        (vec!["completions", "tcsh"], 2),
        (vec!["doctor", "--data", broken], 3),
        (vec!["export", "--data", broken], 3),
    ] {
        let run = run_with(&arguments);
        assert_eq!(run.code, Some(expected), "{arguments:?}\n{}{}", run.out, run.err);
        // What went wrong is never on standard output, and never silent.
        assert_eq!(run.err.is_empty(), expected == 0, "{arguments:?}\n{}", run.err);
    }
    assert!(!Path::new(missing).exists(), "looking at a folder does not make it");
}

#[test]
fn failures_are_json_where_json_was_asked_for() {
    let run = run("--json doctor --data no-such-folder");
    let error: Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!(error["error"], "wrong-use");
    assert_eq!(error["detail"], "no-such-folder is no data folder of huzhu: it has no instance.secret");
    assert_eq!(run.out, "");
}

#[test]
fn checking_names_every_mistake_with_line_and_column() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("plan.toml");
    let text = std::fs::read_to_string(plans().join("demo-town.toml")).unwrap();
    let text = text.replace("fee = \"8\"", "fee = \"eight\"").replace("retry_days = 5", "retry_dais = 5");
    std::fs::write(&file, text).unwrap();
    let run = run_with(&["--json", "plan", "check", file.to_str().unwrap()]);
    assert_eq!(run.code, Some(1));
    let reports: Value = serde_json::from_str(&run.out).unwrap();
    let mistakes = reports[0]["mistakes"].as_array().unwrap();
    for word in ["eight", "retry_dais"] {
        let found = mistakes.iter().find(|mistake| mistake.to_string().contains(word));
        let mistake = found.unwrap_or_else(|| panic!("{word}: {reports:#}"));
        assert!(
            mistake["line"].as_u64().unwrap() > 1 && mistake["column"].as_u64().unwrap() >= 1,
            "{mistake}"
        );
    }
    let human = run_with(&["plan", "check", file.to_str().unwrap()]);
    assert!(human.err.contains("retry_dais") && human.err.contains("retry_days"), "{}", human.err);
}

#[test]
fn plans_are_shown_and_compared_in_both_languages() {
    for (line, words) in [
        (
            "plan check burial-society.toml",
            "burial-society.toml: ok (burial-society version 1, in force from 2026-01-01)",
        ),
        ("plan show demo-town.toml", "Demo Town Mutual Aid"),
        ("plan show demo-town.toml --lang zh", "互助"),
        ("plan diff demo-town.toml demo-town.toml", "Nothing changes for members."),
        ("plan diff demo-town.toml demo-town.toml --lang zh", "对成员没有任何变化。"),
        ("plan diff xiang-hu-bao-2018.toml xiang-hu-bao-2019.toml", "gains"),
    ] {
        let run = run(line);
        assert!(run.code == Some(0) && run.out.contains(words), "{line}\n{}{}", run.out, run.err);
    }
    let changes = run_json("--json plan diff xiang-hu-bao-2018.toml xiang-hu-bao-2020.toml");
    let changes = changes.as_array().unwrap();
    assert!(!changes.is_empty());
    for change in changes {
        let who = change["who"].as_str().unwrap();
        assert!(["gains", "loses", "both", "neutral"].contains(&who), "{change}");
    }
}

#[test]
fn the_first_published_period_of_xiang_hu_bao_comes_out_as_published() {
    let settled = run_json(
        "--json settle --plan xiang-hu-bao-2018.toml --headcount 23000000 --claim 300000.00 --claim 300000.00",
    );
    for (field, expected) in [
        ("aid", json!("600000.00")),
        ("fee", json!("48000.00")),
        ("cost", json!("648000.00")),
        ("headcount", json!(23_000_000)),
        ("share", json!("0.03")),
        ("shares_total", json!("690000.00")),
        ("surplus", json!("42000.00")),
        ("borne_by_operator", json!("0.00")),
    ] {
        assert_eq!(settled[field], expected, "{field}\n{settled:#}");
    }
}

#[test]
fn claims_come_from_a_file_too_and_a_surplus_pays_first() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("claims.csv");
    std::fs::write(&file, "name,aid\na,300000.00\nb, 300000 \n").unwrap();
    let file = file.to_str().unwrap();
    let settle = |more: &[&str]| -> Value {
        let own = ["--json", "settle", "--plan", "xiang-hu-bao-2018.toml", "--headcount", "23000000"];
        let run = run_with(&[&own, more].concat());
        assert_eq!(run.code, Some(0), "{}", run.err);
        serde_json::from_str(&run.out).unwrap()
    };
    let first = settle(&["--claims", file]);
    assert_eq!((&first["share"], &first["surplus"]), (&json!("0.03"), &json!("42000.00")));
    let second = settle(&["--surplus", "42000.00"]);
    assert_eq!((&second["share"], &second["surplus"]), (&json!("0.00"), &json!("42000.00")));
    let third = settle(&["--claims", file, "--claim", "300000", "--surplus", "42000.00"]);
    assert_eq!((&third["cost"], &third["share"]), (&json!("930000.00"), &json!("0.05")));
}

#[test]
fn wrong_amounts_counts_and_files_are_explained() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| -> String {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let no_column = file("no-column.csv", "amount\n1\n");
    let bad_row = file("bad-row.csv", "aid\n300000.00\n3.000\n");
    let ragged = file("ragged.csv", "aid,name\n1,a\n2\n");
    for (arguments, words) in [
        (vec!["--headcount", "10", "--claim", "-1"], "-1"),
        (vec!["--headcount", "10", "--claim", "1.000"], "--claim"),
        (vec!["--headcount", "10", "--claim", "1,000.00"], "--claim"),
        (vec!["--headcount", "10", "--claim", "1e3"], "--claim"),
        (vec!["--headcount", "10", "--claim", "99999999999999999999999"], "--claim"),
        (vec!["--headcount", "10", "--claim", "1:2"], "it has 1 to 1"),
        (vec!["--headcount", "10", "--surplus", "x"], "--surplus"),
        (vec!["--headcount", "ten"], "not a whole number"),
        (vec!["--headcount", "-1"], "-1"),
        (vec!["--headcount", "10", "--headcount", "10"], "given twice"),
        (vec!["--headcount", "10", "--claims", "no-such.csv"], "no-such.csv"),
        (vec!["--headcount", "10", "--claims", &no_column], "column \"aid\""),
        (vec!["--headcount", "10", "--claims", &bad_row], "line 3, aid"),
        (vec!["--headcount", "10", "--claims", &ragged], "ragged.csv"),
        (vec![], "--headcount"),
    ] {
        let own = ["settle", "--plan", "xiang-hu-bao-2018.toml"];
        let run = run_with(&[&own, arguments.as_slice()].concat());
        assert_eq!(run.code, Some(2), "{arguments:?}\n{}{}", run.out, run.err);
        assert!(run.err.contains(words), "{arguments:?}\n{}", run.err);
    }
}

#[test]
fn completions_and_manual_pages_know_every_command() {
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().join("man");
    let run = run_with(&["man", pages.to_str().unwrap()]);
    assert_eq!(run.code, Some(0), "{}", run.err);
    for page in ["huzhu.1", "huzhu-demo.1", "huzhu-serve.1", "huzhu-settle.1", "huzhu-plan-check.1"] {
        let text = std::fs::read_to_string(pages.join(page)).unwrap();
        assert!(text.contains(".TH") && text.contains("NAME"), "{page}");
    }
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let run = run_with(&["completions", shell]);
        assert_eq!(run.code, Some(0), "{}", run.err);
        for command in ["demo", "serve", "settle", "doctor", "export"] {
            assert!(run.out.contains(command), "{shell} knows {command}");
        }
    }
}

#[test]
fn the_same_seed_lives_the_same_demo_and_its_folder_is_sound() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let data = data.to_str().unwrap();
    let demo = |seed: &str, data: Option<&str>| -> Value {
        let mut arguments = vec!["demo", "--once", "--members", "60", "--json", "--seed", seed];
        arguments.extend(data.map(|data| ["--data", data]).into_iter().flatten());
        let run = run_with(&arguments);
        assert_eq!(run.code, Some(0), "seed {seed}\n{}{}", run.out, run.err);
        serde_json::from_str(&run.out).unwrap()
    };
    let first = demo("7", Some(data));
    assert_eq!(first["books_balanced"], json!(true));
    assert_eq!(first["joined"], json!(60));
    assert_eq!(first["periods"].as_array().unwrap().len(), 6);
    assert_eq!(demo("7", None), first);
    assert_ne!(demo("8", None), first);
    // A folder that holds something is never written over.
    let again = run_with(&["demo", "--once", "--members", "60", "--data", data]);
    assert_eq!(again.code, Some(2), "{}", again.err);
    assert!(doctor::finds_nothing(Path::new(data)) > 120);
    let books = run_with(&["export", "--data", data]);
    assert!(
        books.code == Some(0) && books.out.starts_with("; Demo Town Mutual Aid\n"),
        "{}{}",
        books.out,
        books.err
    );
    let balances = run_with(&["export", "--data", data, "--format", "balances"]);
    assert!(balances.code == Some(0) && !balances.out.contains('{'), "{}{}", balances.out, balances.err);
    let missing = run_with(&["export", "--data", data, "--plan", "another"]);
    assert_eq!(missing.code, Some(2), "{}{}", missing.out, missing.err);
}
