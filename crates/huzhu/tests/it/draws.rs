//! `huzhu verify draw` and the published vectors of draws.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::log_folder::serve;
use super::server::HUZHU;

mod make;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/jury/vectors")
}

fn vector(name: &str) -> String {
    folder().join(name).to_str().unwrap().to_owned()
}

/// How a command ended, with what it printed as JSON.
fn run(arguments: &[&str]) -> (Option<i32>, Value, String) {
    let output = Command::new(HUZHU).args(["--json", "verify", "draw"]).args(arguments).output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let error = String::from_utf8(output.stderr).unwrap();
    (output.status.code(), text.parse().unwrap_or(Value::Null), error)
}

fn read_all(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_str().unwrap());
        if entry.file_type().unwrap().is_dir() {
            read_all(&entry.path(), &format!("{name}/"), files);
        } else {
            files.insert(name, std::fs::read(entry.path()).unwrap());
        }
    }
}

#[test]
fn the_published_vectors_are_the_ones_that_are_made_now() {
    let mut published = BTreeMap::new();
    read_all(&folder(), "", &mut published);
    let made = make::all();
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    let again = "`cargo run -p huzhu --example draws -- vectors` writes them again";
    assert_eq!(names(&published), names(&made), "{again}");
    for (name, bytes) in &made {
        assert!(
            published.get(name) == Some(bytes),
            "{name} differs; a draw never changes without a new format"
        );
    }
}

#[test]
fn the_published_draws_verify_from_files_and_over_http() {
    let address = serve(&folder());
    for (name, seats, source) in
        [("operator.json", 3, "vrf "), ("roster-beside.json", 31, "vrf "), ("drand.json", 5, "drand ")]
    {
        for place in [vector(name), format!("{address}/{name}")] {
            let (code, out, error) = run(&[&place]);
            assert_eq!(code, Some(0), "{place} {out:#} {error}");
            assert_eq!(out["verified"], true);
            assert_eq!(out["jurors"].as_array().unwrap().len(), seats);
            assert!(out["source"].as_str().unwrap().starts_with(source));
        }
    }
    let roster = vector("many.roster");
    assert_eq!(run(&[&vector("roster-beside.json"), "--roster", &roster]).0, Some(0));
    assert_eq!(run(&[&vector("roster-beside.json"), "--roster", &vector("policy")]).0, Some(1));
    assert_eq!(run(&[&format!("{address}/no-such-draw.json")]).0, Some(3));
    assert_eq!(run(&["no-such-draw.json"]).0, Some(3));
    assert_eq!(run(&["http://"]).0, Some(2));
}

#[test]
fn the_published_forgeries_are_refused_each_for_its_reason() {
    let expected = [
        ("a-key-twice", "duplicate field `seats`"),
        ("excluded-twice", "is excluded twice"),
        ("fewer-jurors", "the root of the roster is"),
        ("other-juror", "the root of the roster is"),
        ("other-jurors", "the jurors are not those"),
        ("other-order", "number 1 of the order is"),
        ("other-output", "shows another output"),
        ("other-request", "the digest of the request is"),
        ("other-root", "the root of the roster is"),
        ("other-seed", "the seed is"),
        ("other-subject", "the digest of the request is"),
        ("unordered-roster", "out of order"),
    ];
    assert_eq!(std::fs::read_dir(folder().join("refused")).unwrap().count(), expected.len());
    for (name, reason) in expected {
        let (code, out, error) = run(&[&vector(&format!("refused/{name}.json"))]);
        assert_eq!((code, &out["verified"]), (Some(1), &Value::Bool(false)), "{name} {out:#} {error}");
        let finding = out["finding"].as_str().unwrap();
        assert!(finding.contains(reason), "{name}: {finding}");
    }
    let scratch = tempfile::tempdir().unwrap();
    let good = std::fs::read_to_string(vector("operator.json")).unwrap();
    for (name, text) in make::unproven(&good) {
        let path = scratch.path().join(name);
        std::fs::write(&path, text).unwrap();
        let (code, out, _) = run(&[path.to_str().unwrap()]);
        assert_eq!(code, Some(1), "{out:#}");
        assert!(out["finding"].as_str().unwrap().contains("the seed is not from its source"), "{out:#}");
    }
}

#[test]
fn what_somebody_knows_from_elsewhere_is_held_against_the_draw() {
    let place = vector("operator.json");
    // RFC 8032 gives this key for the seed 01 01 01 ...
    let key = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c";
    let (claim, salt) = ("clm_01930000000070008000000000000001", "07".repeat(32));
    let (other_claim, other) = (claim.replace("01930", "01931"), "08".repeat(32));
    for (arguments, expected) in [
        (vec!["--key", key], 0),
        (vec!["--claim", claim, "--salt", &salt], 0),
        (vec!["--key", &other], 1),
        (vec!["--claim", claim, "--salt", &other], 1),
        (vec!["--claim", &other_claim, "--salt", &salt], 1),
        (vec!["--claim", claim, "--salt", &salt, "--round", "1"], 1),
        (vec!["--claim", claim], 2),
        (vec!["--key", "key"], 2),
    ] {
        let (code, out, error) = run(&[&[place.as_str()], arguments.as_slice()].concat());
        assert_eq!(code, Some(expected), "{arguments:?} {out:#} {error}");
    }
}

#[test]
fn the_receipts_in_a_draw_show_that_the_request_was_there_first() {
    let (place, rules) = (vector("drand.json"), vector("policy"));
    let (code, out, error) = run(&[&place, "--policy", &rules]);
    assert_eq!(code, Some(0), "{out:#} {error}");
    let proved = out["proved"].to_string();
    assert!(
        proved.contains("a witness saw the request at 2023-08-23T15:14:35Z, before the round"),
        "{proved}"
    );
    assert_eq!(out["log"]["request"]["index"], 1);
    let (_, out, _) = run(&[&place]);
    assert!(out["not_proved"].to_string().contains("say whom to believe"), "{out:#}");
    // Receipts of other entries, and of entries that say something else.
    let good: Value = std::fs::read_to_string(&place).unwrap().parse().unwrap();
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("draw.json");
    let path = path.to_str().unwrap();
    let changes: [&dyn Fn(&mut Value); 4] = [
        &|d| d["receipts"]["request"] = d["receipts"]["roster"].clone(),
        &|d| d["log"]["origin"] = "huzhu.example/log/2024".into(),
        &|d| d["log"]["draw"] = 3.into(),
        &|d| d["plan"] = "another-plan".into(),
    ];
    for (number, change) in changes.into_iter().enumerate() {
        let mut changed = good.clone();
        change(&mut changed);
        std::fs::write(path, changed.to_string()).unwrap();
        assert_eq!(run(&[path]).0, Some(0), "{number}: the draw itself is in order");
        let (code, out, error) = run(&[path, "--policy", &rules]);
        assert_eq!(code, Some(1), "{number} {out:#} {error}");
    }
}

#[test]
fn draws_of_every_size_verify() {
    // Few here; `e2e/draw.sh` takes a thousand and holds the Python script against them.
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("draw.json");
    for number in 0..5 {
        std::fs::write(&path, make::random(number)).unwrap();
        let (code, out, error) = run(&[path.to_str().unwrap()]);
        assert_eq!(code, Some(0), "{number} {out:#} {error}");
    }
}

#[test]
fn files_of_strangers_cost_little_and_end_in_a_finding() {
    let scratch = tempfile::tempdir().unwrap();
    let path = scratch.path().join("draw.json");
    let good = std::fs::read_to_string(vector("roster-beside.json")).unwrap();
    for (text, reason) in [
        (String::new(), "this is no draw file"),
        ("[".repeat(100_000), "this is no draw file"),
        (good.replace("draw@v1", "draw@v2"), "its format is not"),
        (good.replace("many.roster", "../many.roster"), "is one beside this one"),
        (good.replace("\"seats\": 31", "\"seats\": 4294967295"), "fewer positions than seats"),
        (good.replace("\"seats\": 31", "\"seats\": 0"), "at least one seat"),
        (good.replace("\"seats\": 31", "\"seats\": -1"), "this is no draw file"),
        (good.replace("\"plan\"", "\"note\": 1, \"plan\""), "unknown field"),
        (format!("{good}{}", " ".repeat(16 << 20)), "bytes of a draw file: more than"),
    ] {
        std::fs::write(&path, &text).unwrap();
        let (code, out, error) = run(&[path.to_str().unwrap()]);
        assert_eq!(code, Some(1), "{reason}: {out:#} {error}");
        let finding = out["finding"].as_str().unwrap();
        assert!(finding.contains(reason), "{finding}");
    }
}
