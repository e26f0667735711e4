//! `huzhu verify` and `huzhu monitor` on good logs and on altered ones.

mod card;
mod share;

use std::path::Path;
use std::process::Command;

use huzhu_log::SignedCheckpoint;
use huzhu_log::entry::{Body, Entry};
use serde_json::Value;
use tempfile::TempDir;

use super::log_folder::{Log, flip, serve, texts};
use super::server::HUZHU;

/// How a command ended, with what it printed as JSON.
struct Run {
    code: Option<i32>,
    out: Value,
    err: String,
}

fn run(arguments: &[&str]) -> Run {
    let output = Command::new(HUZHU).arg("--json").args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    Run {
        code: output.status.code(),
        out: text.parse().unwrap_or(Value::Null),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// A log of 600 entries that grew in two steps, with its first head.
fn grown() -> (TempDir, Log, SignedCheckpoint) {
    let folder = tempfile::tempdir().unwrap();
    let mut log = Log::begin(folder.path(), "2026");
    let first = log.hand_in(texts(0..300));
    log.hand_in(texts(300..600));
    (folder, log, first)
}

#[test]
fn a_receipt_verifies_with_its_file_and_with_nothing_else() {
    let (folder, log, _) = grown();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let receipt = log.receipt(17, "file 17").to_string();
    let good = file("good.tlog-proof", &receipt);
    let original = file("original", "file 17");
    let other = file("other", "file 18");
    let elsewhere = file("elsewhere.tlog-proof", &receipt.replace("\nindex 17\n", "\nindex 18\n"));
    let unsigned = file("unsigned.tlog-proof", &receipt.replace("\n— witness", "\n— stranger"));
    let prose = file("prose.tlog-proof", "This is to confirm that we have received your file.\n");
    let rules = log.path("policy");
    let stranger = Log::begin(folder.path(), "2024");
    let (own, foreign) = (log.vkey(), stranger.vkey());
    let rules = ["--policy", text(&rules)];
    for (receipt, rest, expected) in [
        (&good, vec![rules[0], rules[1]], 0),
        (&good, vec![rules[0], rules[1], "--file", text(&original)], 0),
        (&good, vec!["--vkey", &own], 0),
        (&good, vec![rules[0], rules[1], "--file", text(&other)], 1),
        (&good, vec!["--vkey", &foreign], 1),
        (&elsewhere, vec![rules[0], rules[1]], 1),
        (&unsigned, vec![rules[0], rules[1]], 1),
        (&unsigned, vec!["--vkey", &own], 0),
        (&prose, vec![rules[0], rules[1]], 1),
        (&good, vec![], 2),
        (&good, vec!["--vkey", "no key"], 2),
        (&good, vec!["--policy", text(&original)], 2),
        (&good, vec![rules[0], rules[1], "--file", "no-such-file"], 3),
        (&folder.path().join("no-such-receipt"), vec![rules[0], rules[1]], 3),
    ] {
        let arguments = [vec!["verify", "receipt", text(receipt)], rest.clone()].concat();
        let run = run(&arguments);
        assert_eq!(run.code, Some(expected), "{arguments:?} {:#} {}", run.out, run.err);
        if expected < 2 {
            assert_eq!(run.out["verified"], expected == 0);
        }
        if expected == 0 {
            assert_eq!(run.out["index"], 17);
            assert_eq!(run.out["file_checked"], rest.contains(&"--file"));
        }
    }
}

#[test]
fn every_byte_of_a_receipt_matters() {
    let (folder, log, _) = grown();
    let receipt = log.receipt(299, "file 299").to_string().into_bytes();
    let path = folder.path().join("altered.tlog-proof");
    let rules = log.path("policy");
    // All bytes would take minutes; the tests of the crate try them all.
    for at in (3..receipt.len()).step_by(53) {
        let mut altered = receipt.clone();
        altered[at] ^= 1;
        std::fs::write(&path, altered).unwrap();
        let run = run(&["verify", "receipt", text(&path), "--policy", text(&rules)]);
        assert_eq!(run.code, Some(1), "byte {at}: {:#} {}", run.out, run.err);
    }
}

#[test]
fn a_log_is_replayed_from_its_folder_and_over_http() {
    let (folder, log, first) = grown();
    let since = folder.path().join("first.note");
    std::fs::write(&since, first.to_string()).unwrap();
    let receipt = folder.path().join("kept.tlog-proof");
    std::fs::write(&receipt, log.receipt(3, "file 3").to_string()).unwrap();
    let rules = log.path("policy");
    let address = serve(folder.path());
    for place in [text(&log.folder).to_owned(), text(folder.path()).to_owned(), format!("{address}/2026/")] {
        let since = ["--since", text(&since), "--since", text(&receipt)];
        let run = run(&[&["verify", "log", &place, "--policy", text(&rules)], &since[..]].concat());
        assert_eq!(run.code, Some(0), "{place} {:#} {}", run.out, run.err);
        let seen = &run.out["logs"][0];
        assert_eq!(seen["size"], 600);
        assert_eq!(seen["earlier"], 2);
        assert_eq!(seen["kinds"]["evidence"], 600);
        assert_eq!(seen["signed"]["cosigned"][0]["witness"], "w");
    }
    // Keys that come from the log itself prove nothing about whose log it is, and the report says so.
    let own = run(&["verify", "log", text(&log.folder)]);
    assert_eq!(own.code, Some(0));
    assert!(own.out["not_proved"].to_string().contains("whose log this is"), "{:#}", own.out);
    for (arguments, expected) in [
        (vec!["verify", "log", "no-such-folder"], 2),
        (vec!["verify", "log", "http://127.0.0.1:1/log/2026"], 3),
        (vec!["verify", "log", text(&log.folder), "--since", "no-such-file"], 2),
    ] {
        let run = run(&arguments);
        assert_eq!(run.code, Some(expected), "{arguments:?} {}", run.err);
        assert!(!run.err.is_empty());
    }
}

#[test]
fn an_altered_log_does_not_verify() {
    type Change = fn(&Log);
    let changes: [(&str, Change); 7] = [
        ("an entry", |log| flip(&log.path("tile/entries/001"), 1000)),
        ("a leaf", |log| flip(&log.path("tile/0/000"), 99)),
        ("the right edge", |log| flip(&log.path("tile/1/000.p/2"), 40)),
        ("a gap", |log| std::fs::remove_file(log.path("tile/entries/000")).unwrap()),
        ("the signature", |log| flip(&log.path("checkpoint"), 200)),
        ("the size", |log| {
            let checkpoint = std::fs::read_to_string(log.path("checkpoint")).unwrap();
            std::fs::write(log.path("checkpoint"), checkpoint.replacen("\n600\n", "\n601\n", 1)).unwrap();
        }),
        ("nonsense", |log| std::fs::write(log.path("checkpoint"), "600 entries\n").unwrap()),
    ];
    for (what, change) in changes {
        let (_folder, log, _) = grown();
        change(&log);
        let run = run(&["verify", "log", text(&log.folder)]);
        assert_eq!(run.code, Some(1), "{what}: {:#} {}", run.out, run.err);
        assert!(run.out["finding"].as_str().is_some_and(|finding| !finding.is_empty()), "{what}");
    }
}

#[test]
fn a_kept_checkpoint_catches_a_rollback_and_a_changed_history() {
    let (folder, log, first) = grown();
    let newest = log.path("checkpoint");
    let since = folder.path().join("newest.note");
    std::fs::copy(&newest, &since).unwrap();
    let place = log.folder.clone();
    std::fs::write(&newest, first.to_string()).unwrap();
    let rolled_back = run(&["verify", "log", text(&place), "--since", text(&since)]);
    assert_eq!(rolled_back.code, Some(1), "{}", rolled_back.err);
    assert!(rolled_back.out["finding"].to_string().contains("rolled back"), "{:#}", rolled_back.out);

    std::fs::remove_dir_all(&place).unwrap();
    let mut other = Log::begin(folder.path(), "2026");
    other.hand_in(texts(0..299).chain(["another file".to_owned()]).chain(texts(300..700)));
    assert_eq!(run(&["verify", "log", text(&place)]).code, Some(0), "by itself it is in order");
    let forked = run(&["verify", "log", text(&place), "--since", text(&since)]);
    assert_eq!(forked.code, Some(1), "{}", forked.err);
    assert!(forked.out["finding"].to_string().contains("history was changed"), "{:#}", forked.out);

    // A checkpoint that the log did not sign accuses nobody.
    let lie = std::fs::read_to_string(&since).unwrap().replacen("\n600\n", "\n900\n", 1);
    std::fs::write(&since, lie).unwrap();
    assert_eq!(run(&["verify", "log", text(&place), "--since", text(&since)]).code, Some(2));
}

/// Logs of two years, the later one naming the end of the earlier one.
fn two_years() -> (TempDir, Log, Log) {
    let folder = tempfile::tempdir().unwrap();
    let mut old = Log::begin(folder.path(), "2025");
    let end = old.hand_in(texts(0..20));
    let (size, root) = (end.checkpoint().size(), end.checkpoint().root());
    let previous = Body::Previous { origin: old.origin.clone(), size, root };
    let mut new = Log::begin(folder.path(), "2026");
    new.append(&[Entry { at: 1_790_000_000_000, body: previous }]);
    new.hand_in(texts(20..40));
    (folder, old, new)
}

#[test]
fn the_years_before_are_followed_and_replayed() {
    let (_folder, old, new) = two_years();
    let run_log = || run(&["verify", "log", text(&new.folder), "--vkey", &new.vkey()]);
    let both = run_log();
    assert_eq!(both.code, Some(0), "{}", both.err);
    let origins: Vec<_> = both.out["logs"].as_array().unwrap().iter().map(|log| &log["origin"]).collect();
    assert_eq!(origins, [&new.origin, &old.origin]);
    assert_eq!(both.out["logs"][1]["signed"], Value::Null, "the key of 2025 was not given");

    flip(&old.path("tile/entries/000.p/20"), 5);
    assert_eq!(run_log().code, Some(1), "an altered byte of the year before");
    flip(&old.path("tile/entries/000.p/20"), 5);
    assert_eq!(run_log().code, Some(0));

    let mut grown = old;
    grown.hand_in(texts(50..51));
    let reopened = run_log();
    assert_eq!(reopened.code, Some(1), "{:#}", reopened.out);
    assert!(reopened.out["finding"].to_string().contains("the next log says"), "{:#}", reopened.out);

    std::fs::remove_dir_all(&grown.folder).unwrap();
    let alone = run_log();
    assert_eq!(alone.code, Some(0));
    assert!(alone.out["not_proved"].to_string().contains(&grown.origin), "{:#}", alone.out);
}

#[test]
fn a_monitor_remembers_and_cries_out() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("seen.json");
    let public = folder.path().join("public");
    let address = serve(&public);
    let place = format!("{address}/2026");
    let look = || run(&["monitor", &place, "--state", text(&state), "--once"]);
    let mut log = Log::begin(&public, "2026");
    let small = log.hand_in(texts(0..10));
    for (expected, size) in [("first", 10), ("same", 10)] {
        let run = look();
        assert_eq!(run.code, Some(0), "{}", run.err);
        assert_eq!((&run.out["look"], &run.out["size"]), (&Value::from(expected), &Value::from(size)));
    }
    log.hand_in(texts(10..700));
    let run = look();
    assert_eq!(
        (run.code, &run.out["look"], &run.out["from"]),
        (Some(0), &Value::from("grown"), &Value::from(10))
    );
    let kept = std::fs::read(&state).unwrap();
    let newest = std::fs::read(log.path("checkpoint")).unwrap();

    let caught = |expected: &str| {
        let run = look();
        assert_eq!(run.code, Some(1), "{expected}: {}", run.err);
        assert_eq!(run.out["what"], expected, "{:#}", run.out);
        let evidence: Vec<_> = run.out["evidence"].as_array().unwrap().iter().collect();
        let notes: Vec<_> =
            evidence.iter().map(|path| std::fs::read(path.as_str().unwrap()).unwrap()).collect();
        assert_eq!(notes, [newest.clone(), std::fs::read(log.path("checkpoint")).unwrap()], "{expected}");
        assert_eq!(std::fs::read(&state).unwrap(), kept, "{expected}: what was seen is not forgotten");
    };
    std::fs::write(log.path("checkpoint"), small.to_string()).unwrap();
    caught("rollback");
    caught("rollback");
    std::fs::write(log.path("checkpoint"), &newest).unwrap();
    flip(&log.path("checkpoint"), newest.len() - 200);
    caught("signature");
    let fork = |count: u32| {
        let mut fork = Log::begin(&public, "2026");
        fork.hand_in(texts(0..9).chain(["another file".to_owned()]).chain(texts(10..count)));
    };
    fork(700);
    caught("fork");
    fork(900);
    caught("fork");

    std::fs::write(&state, "{").unwrap();
    let damaged = look();
    assert_eq!(damaged.code, Some(3), "{}", damaged.err);
    assert_eq!(std::fs::read(&state).unwrap(), b"{", "a damaged memory is not replaced");
}

#[test]
fn a_monitor_waits_out_a_server_that_is_away() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("seen.json");
    let run = run(&["monitor", "http://127.0.0.1:1/log/2026", "--state", text(&state), "--once"]);
    assert_eq!(run.code, Some(3), "{}", run.err);
    assert!(!state.exists());
}
