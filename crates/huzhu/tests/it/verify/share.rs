//! `huzhu verify share` and `verify receipt` on a share that is on the log: share, equation and log from one file.

use std::path::PathBuf;
use std::process::Command;

use huzhu_log::Hash;
use huzhu_log::entry::{Body, Entry, Equation};
use huzhu_log::receipt::ShareProof;
use huzhu_log::share::{PeriodTag, ShareLeaf, ShareNode, SharePath, path_of, root_of};
use serde_json::{Value, json};
use tempfile::TempDir;

use super::super::log_folder::{Log, texts};
use super::super::server::HUZHU;
use super::{run, text};

/// Shares in fen, and whether the place was counted.
const SHARES: [(u64, bool); 5] = [(130, true), (130, true), (50, true), (0, false), (130, true)];

/// 4.75 + 0.38 - 0.02 = 5.11; four members pay 4.40 and the operator 0.71.
fn equation() -> Equation {
    Equation {
        aid: 475,
        fee: 38,
        carried_in: 0,
        surplus_before: 2,
        cost: 511,
        headcount: 4,
        share: 130,
        shares_total: 440,
        surplus: 0,
        borne_by_operator: 71,
        borne_by_sponsor: 0,
        carried_out: 0,
    }
}

struct Settled {
    folder: TempDir,
    log: Log,
    entry: Entry,
    leaves: Vec<ShareLeaf>,
}

impl Settled {
    /// A log of thirty files and one settlement in this currency.
    fn in_currency(code: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut log = Log::begin(folder.path(), "2026");
        log.hand_in(texts(0..30));
        let period = PeriodTag::new("town", "2026-03-1");
        let leaf = |(index, (amount, counted))| ShareLeaf { period, salt: [6; 16], index, amount, counted };
        let leaves: Vec<ShareLeaf> = (0..).zip(SHARES).map(leaf).collect();
        let nodes: Vec<ShareNode> = leaves.iter().map(ShareLeaf::node).collect();
        let body = Body::Settlement {
            plan: "town".to_owned(),
            period: "2026-03-1".to_owned(),
            currency: code.to_owned(),
            equation: equation(),
            statement: Hash::digest(b"statement"),
            shares: root_of(&nodes).map(|root| root.head()),
        };
        let entry = Entry { at: 1_790_000_000_000, body };
        log.append(std::slice::from_ref(&entry));
        Self { folder, log, entry, leaves }
    }

    fn receipt(&self, place: usize) -> String {
        let nodes: Vec<ShareNode> = self.leaves.iter().map(ShareLeaf::node).collect();
        let path = SharePath { size: 5, nodes: path_of(&nodes, place).unwrap() };
        self.log.share_receipt(30, &self.entry, ShareProof { leaf: self.leaves[place], path }).to_string()
    }

    fn write(&self, name: &str, receipt: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, receipt).unwrap();
        path
    }
}

/// The receipt with one piece of its extra data replaced, as a forger would.
fn forged(receipt: &str, from: &str, to: &str) -> String {
    let lines: Vec<&str> = receipt.lines().collect();
    let proof: huzhu_log::TlogProof = receipt.parse().unwrap();
    let extra = String::from_utf8(proof.extra.clone().unwrap()).unwrap();
    assert!(extra.contains(from), "{from:?} in {extra}");
    let extra = Some(extra.replacen(from, to, 1).into_bytes());
    assert!(lines[1].starts_with("extra "));
    huzhu_log::TlogProof { extra, ..proof }.to_string()
}

fn all_of(value: &Value) -> String {
    value.as_array().unwrap().iter().map(|line| line.as_str().unwrap().to_owned() + "\n").collect()
}

#[test]
fn a_share_on_the_log_verifies_from_one_file() {
    let settled = Settled::in_currency("CNY");
    let rules = settled.log.path("policy");
    for (place, share, counted) in [(0, "1.30", true), (2, "0.50", true), (3, "0.00", false)] {
        let path = settled.write("own.tlog-proof", &settled.receipt(place));
        let seen = run(&["verify", "share", text(&path), "--policy", text(&rules)]);
        assert_eq!(seen.code, Some(0), "{:#} {}", seen.out, seen.err);
        for (field, expected) in [
            ("plan", json!("town")),
            ("period", json!("2026-03-1")),
            ("place", json!(place)),
            ("share", json!(share)),
            ("counted", json!(counted)),
            ("currency", json!("CNY")),
            ("headcount", json!(4)),
            ("charged", json!("4.40")),
            ("verified", json!(true)),
        ] {
            assert_eq!(seen.out[field], expected, "{field}");
        }
        assert_eq!(seen.out["equation"]["borne_by_operator"], "0.71");
        assert_eq!((&seen.out["log"]["index"], &seen.out["log"]["size"]), (&json!(30), &json!(31)));
        assert_eq!(seen.out["log"]["signed"]["cosigned"][0]["witness"], "w");
        let receipt = run(&["verify", "receipt", text(&path), "--policy", text(&rules)]);
        assert_eq!(receipt.code, Some(0), "{:#} {}", receipt.out, receipt.err);
        assert_eq!(
            (&receipt.out["share"]["share"], &receipt.out["kind"]),
            (&json!(share), &json!("settlement"))
        );
        assert!(
            all_of(&receipt.out["proved"]).contains(&format!("charged {share} CNY")),
            "{:#}",
            receipt.out
        );
    }
    let path = settled.write("own.tlog-proof", &settled.receipt(2));
    let (own, stranger) = (settled.log.vkey(), Log::begin(settled.folder.path(), "2024").vkey());
    let alone = run(&["verify", "share", text(&path), "--vkey", &own]);
    assert_eq!(alone.code, Some(0), "{:#} {}", alone.out, alone.err);
    assert!(all_of(&alone.out["not_proved"]).contains("nobody but the log itself"), "{:#}", alone.out);
    assert_eq!(run(&["verify", "share", text(&path), "--vkey", &stranger]).code, Some(1));
}

/// The whole report, as a member reads it.
#[test]
fn the_report_says_what_is_shown_and_what_is_not() {
    let settled = Settled::in_currency("CNY");
    settled.write("own.tlog-proof", &settled.receipt(2));
    let rules = settled.log.path("policy");
    let output = Command::new(HUZHU)
        .args(["verify", "share", "own.tlog-proof", "--policy", text(&rules)])
        .current_dir(settled.folder.path())
        .output()
        .unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> =
        said.lines().filter(|line| !line.contains("the root ") && !line.contains("key signed")).collect();
    let expected = [
        "own.tlog-proof: this share is in the settlement, and the settlement is on the log.",
        "Shown:",
        "  + place 2 was counted and charged 0.50 CNY in period 2026-03-1 of plan town",
        "  + the equation of the period holds, in CNY: aid 4.75 + fee 0.38 + carried in 0.00 + surplus 0.00 = \
         shares 4.40 + surplus before 0.02 + operator 0.71 + sponsor 0.00 + carried on 0.00",
        "  + 4 members were counted, and all shares together are 4.40 CNY: the same root carries own share, headcount and sum",
        "  + aid.example.org/log/2026 has this settlement as entry 30; the log's own time for it is 2026-09-21T14:13:20Z",
        "  + 1 of 1 known witnesses cosigned that head: w at 2026-09-21T14:15:00Z",
        "  + by that witness's clock the entry was in the log at 2026-09-21T14:15:00Z at the latest",
        "Not shown:",
        "  - that everybody in the roster is a real member: the auditors' samples are for that",
        "  - that the illnesses were real: review, notice and jury are for that",
        "  - that this share is all that its owner paid: other enrolments, prepaid money and what the bank took stand elsewhere",
        "  - whose place it is, and how many places the roster has: neither is in the log",
        "  - that others are shown the same log: `huzhu verify log` and `huzhu monitor` look at that",
    ];
    assert_eq!(lines, expected, "{said}");
}

#[test]
fn amounts_are_those_of_the_currency() {
    for (code, share, all) in
        [("JPY", "50", "440"), ("KWD", "0.050", "0.440"), ("XXX", "50 (minor units)", "440 (minor units)")]
    {
        let settled = Settled::in_currency(code);
        let path = settled.write("own.tlog-proof", &settled.receipt(2));
        let seen = run(&["verify", "share", text(&path), "--vkey", &settled.log.vkey()]);
        assert_eq!(seen.code, Some(0), "{:#} {}", seen.out, seen.err);
        assert_eq!((&seen.out["share"], &seen.out["charged"]), (&json!(share), &json!(all)), "{code}");
    }
}

#[test]
fn a_share_that_was_changed_or_is_not_there_is_refused_and_wrong_use_is_told() {
    let settled = Settled::in_currency("CNY");
    let good = settled.receipt(2);
    let (own, rules) = (settled.log.vkey(), settled.log.path("policy"));
    let no_share = settled.log.public_receipt(30, &settled.entry).to_string();
    let key: &[&str] = &["--vkey", &own];
    let folder = text(settled.folder.path());
    for (receipt, rest, code, why) in [
        (forged(&good, "share 2 5 50 ", "share 2 5 51 "), key, 1, "leads to another root"),
        (
            forged(&good, "share 2 5 50 counted", "share 2 5 50 uncounted"),
            key,
            1,
            "not counted cannot be charged",
        ),
        (forged(&good, " 260 2\n", " 259 2\n"), key, 1, "leads to another root"),
        (forged(&good, " 130 1\n", " 130 1\nx\n"), key, 1, "a hash in base64, a sum and a count"),
        (forged(&good, "share 2 5 50 ", "share 2 5 050 "), key, 1, "this is no receipt"),
        (good.replacen("\nindex 30\n", "\nindex 29\n", 1), key, 1, "does not fit the size of the tree"),
        (good.replacen("\n— witness", "\n— stranger", 1), &["--policy", text(&rules)], 1, "no quorum"),
        (no_share, key, 1, "kind `settlement` has no share in it"),
        (settled.log.receipt(17, "file 17").to_string(), key, 1, "kind `evidence` has no share in it"),
        (good.clone(), &[], 2, "say whom to believe"),
        (good.clone(), &[folder, "--vkey", &own], 2, "leave the folder out"),
        ("{}".to_owned(), &[], 2, "give the public folder"),
        ("{}".to_owned(), &[folder, "--vkey", &own], 2, "no keys"),
        ("{}".to_owned(), &[folder], 1, "missing field"),
    ] {
        let path = settled.write("changed.tlog-proof", &receipt);
        let seen = run(&[&["verify", "share", text(&path)], rest].concat());
        let said = format!("{:#} {}", seen.out, seen.err);
        assert_eq!(seen.code, Some(code), "{why}: {said}");
        assert!(said.contains(why), "{why}: {said}");
        if code == 1 {
            assert_eq!(seen.out["verified"], false);
        }
    }
    assert_eq!(run(&["verify", "share", "no-such-file", "--vkey", &own]).code, Some(3));
    let changed = settled.write("changed.tlog-proof", &forged(&good, "share 2 5 50 ", "share 2 5 51 "));
    assert_eq!(run(&["verify", "receipt", text(&changed), "--vkey", &own]).code, Some(1));
}
