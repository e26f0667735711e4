//! A roster of another system: settled, a share cut out and checked, and everything that is changed refused.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

use super::server::HUZHU;

fn plan() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/xiang-hu-bao-2019.toml")
}

fn run(folder: &Path, line: &str) -> Output {
    let plan = plan();
    let line = line.replace("CLAIMS", &["--claim 0.46"; 13].join(" "));
    let words = line.split(' ').map(|word| if word == "PLAN" { plan.to_str().unwrap() } else { word });
    Command::new(HUZHU).args(words).current_dir(folder).output().unwrap()
}

fn ok(folder: &Path, line: &str) -> String {
    let output = run(folder, line);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{line}\n{text}{}", String::from_utf8_lossy(&output.stderr));
    text
}

/// Exit code and what was said on both outputs.
fn refused(folder: &Path, line: &str) -> (i32, String) {
    let output = run(folder, line);
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap().replace("\\\"", "\""))
}

const SETTLE: &str = "--json settle --plan PLAN --roster members.csv --day 2019-01-16 --period 2019-01-b CLAIMS \
                      --out period --tree-key key";

/// By hand: 5 live members share from the day or before. 13 claims of 0.46 are aid 5.98, fee 8 percent 0.4784, rounded 0.48; cost
/// 6.46 over 5: 1.292, rounded up 1.30. No claim is above the cap of 0.10 for each member (0.46 + 0.04 = 5 x 0.10). One was
/// charged 187.50 of 188.00 this year: 0.50 below the cap. Charged 4 x 1.30 + 0.50 = 5.70; the operator bears what is missing,
/// 0.76.
#[test]
fn a_roster_is_settled_and_each_member_can_check_the_own_share() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let members = "id,from,charged,live\n\
                   a,2019-01-01,0,yes\nb,2019-01-16,12.34,yes\nc,2019-01-17,0,yes\nd,2019-01-01,0,no\n\
                   e,2019-01-01,187.50,yes\nf,2018-12-01,0,\"yes\"\ng,,0,yes\nh,2019-01-02,1.00,yes\n";
    std::fs::write(folder.join("members.csv"), members).unwrap();
    let settled: Value = serde_json::from_str(&ok(folder, SETTLE)).unwrap();
    for (field, expected) in [
        ("headcount", Value::from(5)),
        ("share", "1.30".into()),
        ("fee", "0.48".into()),
        ("shares_total", "5.70".into()),
        ("borne_by_operator", "0.76".into()),
        ("surplus", "0.00".into()),
    ] {
        assert_eq!(settled[field], expected, "{field}\n{settled:#}");
    }
    assert_eq!(settled, serde_json::from_str::<Value>(&ok(folder, SETTLE)).unwrap(), "again");
    for (place, share, counted) in
        [(0, "1.30", true), (2, "0.00", false), (3, "0.00", false), (4, "0.50", true), (6, "0.00", false)]
    {
        let receipt =
            ok(folder, &format!("share --period period --roster period.roster --tree-key key {place}"));
        let file: Value = serde_json::from_str(&receipt).unwrap();
        assert_eq!((&file["share"], &file["counted"]), (&share.into(), &counted.into()), "{file:#}");
        std::fs::write(folder.join("receipt"), &receipt).unwrap();
        let checked: Value = serde_json::from_str(&ok(folder, "--json verify share receipt period")).unwrap();
        assert_eq!(checked["share"], share);
        std::fs::write(folder.join("changed"), receipt.replace(share, "9.99")).unwrap();
        let (code, said) = refused(folder, "verify share changed period");
        assert_eq!(code, 1, "{said}");
        assert!(said.contains("another root") || said.contains("not counted"), "{said}");
    }
    ok(folder, "verify period period");
    ok(folder, "verify period period --plan PLAN --roster period.roster --tree-key key");
    let numbers = std::fs::read_to_string(folder.join("period/period.json")).unwrap();
    std::fs::write(folder.join("period/period.json"), numbers.replace("\"5.70\"", "\"5.71\"")).unwrap();
    let (code, said) = refused(folder, "verify period period");
    assert_eq!((code, said.contains("equation does not hold")), (1, true), "{said}");
    std::fs::write(folder.join("period/period.json"), numbers).unwrap();
    let column = folder.join("period.roster/charged.u32");
    let mut bytes = std::fs::read(&column).unwrap();
    bytes[0] = 1;
    std::fs::write(&column, bytes).unwrap();
    let again = "verify period period --plan PLAN --roster period.roster --tree-key key";
    let (code, said) = refused(folder, again);
    assert_eq!((code, said.contains("do not lead to the root")), (1, true), "{said}");
}

#[test]
fn a_wrong_roster_is_refused_with_line_field_and_remedy_and_leaves_nothing() {
    for (text, why) in [
        ("", "must name a column \"id\""),
        ("id,from\na,2019-01-01\n", "must name a column \"charged\""),
        ("id,from,charged\n", "there is no enrolment"),
        ("id,from,charged,colour\n", "the column \"colour\" is unknown"),
        ("id,from,charged\na,2019-02-30,0\n", "line 2, from: \"2019-02-30\" is no day"),
        ("id,from,charged\na,2019-01-01,0\nb,2019-01-01,1.234\n", "line 3, charged"),
        ("id,from,charged\na,2019-01-01,-1\n", "line 2, charged"),
        ("id,from,charged\na,2019-01-01,99999999999\n", "line 2, charged: 99999999999 is too large"),
        ("id,from,charged\n,2019-01-01,0\n", "line 2, id: it is empty"),
        (
            "id,from,charged\na,2019-01-01,0\nb,2019-01-01,0\na,2019-01-02,0\n",
            "line 4, id: this enrolment stands in line 2",
        ),
        ("id,from,charged,live\na,2019-01-01,0,maybe\n", "line 2, live: \"maybe\""),
        ("id,from,charged\na,2019-01-01\n", "found record with 2 fields"),
        ("id,from,charged,band\na,2019-01-01,0,2\n", "line 2, band: \"2\" is no age band"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        std::fs::write(folder.join("members.csv"), text).unwrap();
        let (code, said) = refused(folder, SETTLE);
        assert_eq!(code, 2, "{text:?}\n{said}");
        assert!(said.contains(why), "{text:?}\n{said}");
        assert!(!folder.join("period").exists() && !folder.join("period.roster").exists(), "{text:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("members.csv"), "id,from,charged\na,2019-01-01,0\n").unwrap();
    for (option, why) in [
        (" --out period", "--out is needed"),
        (" --period 2019-01-b", "--period is needed"),
        (" --day 2019-01-16", "--day is needed"),
    ] {
        let (code, said) = refused(folder, &SETTLE.replace(option, ""));
        assert_eq!((code, said.contains(why)), (2, true), "{said}");
    }
}
