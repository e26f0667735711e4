//! Two periods of a roster of another system with what a bank answered between them, worked by hand.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

use super::server::HUZHU;

/// Exit code and what was said on both outputs.
fn run(folder: &Path, line: &str) -> (i32, String) {
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/xiang-hu-bao-2019.toml");
    let line = line.replace("CLAIMS", &["--claim 0.46"; 13].join(" "));
    let words = line.split(' ').map(|word| if word == "PLAN" { plan.to_str().unwrap() } else { word });
    let output = Command::new(HUZHU).args(words).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

fn ok(folder: &Path, line: &str) -> Value {
    let (code, said) = run(folder, line);
    assert_eq!(code, 0, "{line}\n{said}");
    serde_json::from_str(&said).unwrap()
}

const MEMBERS: &str = "id,from,charged,live\na,2019-01-01,0,yes\nb,2019-01-16,12.34,yes\nc,2019-01-17,0,yes\n\
    d,2019-01-01,0,no\ne,2019-01-01,187.50,yes\nf,2018-12-01,0,yes\ng,,0,yes\nh,2019-01-02,1.00,yes\n";

/// What the bank says of the first file: one debit was refused.
const STATUS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>R1</MsgId></GrpHdr><OrgnlGrpInfAndSts><OrgnlMsgId>m1</OrgnlMsgId><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>b1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
<TxInfAndSts><OrgnlInstrId>2019-01-b:000000001</OrgnlInstrId><TxSts>RJCT</TxSts></TxInfAndSts>
<TxInfAndSts><OrgnlInstrId>2019-01-b:000000000</OrgnlInstrId><TxSts>ACSC</TxSts></TxInfAndSts>
</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>"#;

const COLLECT: &str = "--json collect --period first --roster first.roster --answer status.xml --answer list.txt --out answered";

fn world() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in [("members.csv", MEMBERS), ("status.xml", STATUS), ("list.txt", "4\n4\n")] {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let settle = "--json settle --plan PLAN --roster members.csv --day 2019-01-16 --period 2019-01-b CLAIMS --out first";
    // As in shares.rs: a, b, f and h owe 1.30, e owes 0.50 and has reached the 188.00 of the year.
    assert_eq!(ok(folder.path(), settle)["shares_total"], "5.70");
    folder
}

/// First period: 5.70 is owed, b (1.30) and e (0.50) do not pay: 3.90 comes in, 1.80 is owed.
///
/// Second period: a, b, c, e, f, h and the new i share: 0.46 and a fee of 0.04 over 7 is 0.0714, rounded up 0.08. e has reached the cap although
/// the last share was not paid, and owes nothing: charged 6 x 0.08 = 0.48, the operator bears what is missing, 0.02, and nothing stays over.
/// Nobody pays: 0.48 fails; 1.80 + 0.48 = 2.28 is owed, by 7 places.
#[test]
fn what_was_not_paid_is_owed_and_counts_towards_the_year() {
    let folder = world();
    let folder = folder.path();
    let collected = ok(folder, COLLECT);
    for (field, expected) in [
        ("charged", Value::from("5.70")),
        ("collected", "3.90".into()),
        ("failed", "1.80".into()),
        ("failures", 2.into()),
        ("owed", "1.80".into()),
        ("debtors", 2.into()),
    ] {
        assert_eq!(collected[field], expected, "{field}\n{collected:#}");
    }
    let next = "id,from,live\na,2019-01-01,yes\nb,2019-01-16,yes\nc,2019-01-17,yes\nd,2019-01-01,no\n\
                e,2019-01-01,yes\nf,2018-12-01,yes\ng,,yes\nh,2019-01-02,yes\ni,2019-01-20,yes\n";
    std::fs::write(folder.join("next.csv"), next).unwrap();
    let second = ok(
        folder,
        "--json settle --plan PLAN --roster next.csv --charged-from answered --day 2019-02-01 --period 2019-02-a --claim 0.46 --out second",
    );
    for (field, expected) in [
        ("headcount", Value::from(7)),
        ("share", "0.08".into()),
        ("shares_total", "0.48".into()),
        ("borne_by_operator", "0.02".into()),
        ("surplus", "0.00".into()),
    ] {
        assert_eq!(second[field], expected, "{field}\n{second:#}");
    }
    std::fs::write(folder.join("all.txt"), "0\n1\n2\n5\n7\n8\n").unwrap();
    let collected = ok(
        folder,
        "--json collect --period second --roster second.roster --answer all.txt --before answered --out answered-2",
    );
    for (field, expected) in [
        ("collected", Value::from("0.00")),
        ("failed", "0.48".into()),
        ("owed", "2.28".into()),
        ("debtors", 7.into()),
    ] {
        assert_eq!(collected[field], expected, "{field}\n{collected:#}");
    }
}

#[test]
fn an_answer_that_does_not_fit_is_refused_and_nothing_is_made() {
    let folder = world();
    let folder = folder.path();
    for (file, text, expected) in [
        ("list.txt", "3\n", "place 3 is named, but has no share in this period"),
        ("list.txt", "0\n8\n", "list.txt: line 2: place 8 is named, the roster has 8 places, from 0"),
        ("list.txt", "0\nfive\n", "list.txt: line 2: \"five\" is no place, a number from 0"),
        (
            "status.xml",
            &STATUS.replace("01-b:000000001", "02-a:000000001"),
            "is no instruction 2019-01-b:PLACE",
        ),
        ("status.xml", &STATUS.replace("ACSC", "PDNG"), "2019-01-b:000000000 is not decided yet"),
        ("status.xml", &STATUS.replace("ACSC", "WHAT"), "the code WHAT is not known; ask the bank"),
        ("status.xml", &STATUS.replace("<GrpSts>PART", "<GrpSts>RJCT"), "the whole of m1 was refused"),
        (
            "status.xml",
            &STATUS.replace("</CstmrPmtStsRpt>", ""),
            "status.xml: line 7: this is not well-formed XML",
        ),
    ] {
        std::fs::write(folder.join("status.xml"), STATUS).unwrap();
        std::fs::write(folder.join("list.txt"), "4\n").unwrap();
        std::fs::write(folder.join(file), text).unwrap();
        let (code, said) = run(folder, &COLLECT.replace("--json ", ""));
        assert_eq!(code, 2, "{expected}: {said}");
        assert!(said.contains(expected), "{expected}: {said}");
        assert!(!folder.join("answered").exists(), "{expected}");
    }
    std::fs::write(folder.join("status.xml"), STATUS).unwrap();
    std::fs::write(folder.join("list.txt"), "4\n").unwrap();
    ok(folder, COLLECT);
    // What was collected never changes.
    let (code, said) = run(folder, COLLECT);
    assert!(code == 2 && said.contains("is there already"), "{said}");
    // A line that was left out would move everybody behind it to another place.
    std::fs::write(folder.join("short.csv"), "id,from\na,2019-01-01\n").unwrap();
    let short = "settle --plan PLAN --roster short.csv --charged-from answered --day 2019-02-01 --period 2019-02-a --claim 0.46 --out x";
    let (code, said) = run(folder, short);
    assert!(code == 2 && said.contains("keep the line of who has left"), "{said}");
}
