//! Files for a bank and from it, by the command line: the examples of docs/bank, and everything that is refused.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::server::HUZHU;

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/bank")
}

/// Exit code and what was said on both outputs.
fn run(folder: &Path, line: &str) -> (i32, String) {
    let output = Command::new(HUZHU).args(line.split(' ')).current_dir(folder).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap(), String::from_utf8(said).unwrap())
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    for entry in std::fs::read_dir(docs()).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), folder.path().join(entry.file_name())).unwrap();
    }
    folder
}

#[test]
fn the_examples_of_the_document_are_written() {
    let folder = folder();
    let folder = folder.path();
    for (kind, expected) in [
        ("debits", "pain.008.001.08: 2 items, 12345.70 EUR in debits.xml\n"),
        ("transfers", "pain.001.001.09: 2 items, 400000.01 EUR in transfers.xml\n"),
        ("reversals", "pain.007.001.09: 1 items, 12345.64 EUR in reversals.xml\n"),
    ] {
        let line = format!("bank write {kind}.toml {kind}.csv --out {kind}.xml");
        assert_eq!(run(folder, &line), (0, expected.to_owned()), "{kind}");
        let before = std::fs::read(folder.join(format!("{kind}.xml"))).unwrap();
        // A message goes to a bank once.
        let (code, said) = run(folder, &line);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains("is there already"), "{said}");
        assert_eq!(std::fs::read(folder.join(format!("{kind}.xml"))).unwrap(), before);
    }
}

/// What is replaced in which file, and what is said of it.
const WRONG: [(&str, &str, &str, &str); 14] = [
    ("debits.csv", "0.03", "0.003", "debits.csv: line 2: amount: EUR has 2 decimals, not 3"),
    ("debits.csv", "0.03", "0.00", "debits.csv: item 1: its amount is zero; leave it out"),
    ("debits.csv", "0.03", "-1", "line 2: amount: an amount has no sign"),
    ("debits.csv", "GB29NWBK60161331926819", "GB28NWBK60161331926819", "line 2: iban: is no IBAN"),
    (
        "debits.csv",
        "2026-02-1:000000002",
        "2026-02-1:000000001",
        "item 2: its instruction is not above the one before",
    ),
    ("debits.csv", "2026-02-1:000000002", "互助", "line 3: instruction: holds '互'"),
    ("debits.csv", "2025-11-03", "2025-02-30", "line 2: mandate_given: is not a day"),
    ("debits.csv", ",iban,", ",konto,", "unknown field `konto`"),
    ("debits.csv", "mandate,", "", "(line: 2, byte: 60): found record with 8 fields"),
    ("debits.toml", "\"debit\"", "\"robbery\"", "unknown variant `robbery`"),
    (
        "debits.toml",
        "creditor_id = ",
        "#",
        "sender.creditor_id: is missing; an order of kind \"debit\" has it",
    ),
    ("debits.toml", "EUR", "EUX", "currency: "),
    ("debits.toml", "COBADEFF", "nobank", "sender: bic: is no BIC"),
    ("debits.toml", "created = \"2026-02-14T08:30:00Z\"", "created = \"today\"", "created: is not a moment"),
];

#[test]
fn what_is_wrong_is_named_and_nothing_is_written() {
    for (file, from, to, expected) in WRONG {
        let folder = folder();
        let folder = folder.path();
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        assert!(text.contains(from), "{from}");
        std::fs::write(folder.join(file), text.replacen(from, to, 1)).unwrap();
        let (code, said) = run(folder, "bank write debits.toml debits.csv --out debits.xml");
        assert_eq!(code, 2, "{expected}: {said}");
        assert!(said.contains(expected), "{expected}: {said}");
        // Neither the file nor a part of it.
        let left = std::fs::read_dir(folder).unwrap().count();
        assert_eq!(left, std::fs::read_dir(docs()).unwrap().count(), "{expected}");
    }
}

const STATUS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.10"><CstmrPmtStsRpt>
<GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-02-15T09:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>town-2026-02-1-a</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>
<OrgnlNbOfTxs>2</OrgnlNbOfTxs><OrgnlCtrlSum>12345.70</OrgnlCtrlSum><GrpSts>PART</GrpSts></OrgnlGrpInfAndSts>
<OrgnlPmtInfAndSts><OrgnlPmtInfId>town-2026-02-1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
<TxInfAndSts><OrgnlInstrId>2026-02-1:000000002</OrgnlInstrId><TxSts>RJCT</TxSts>
<StsRsnInf><Rsn><Cd>AM04</Cd></Rsn></StsRsnInf></TxInfAndSts></OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>
"#;

#[test]
fn a_report_is_shown_to_people_and_told_to_programs() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    std::fs::write(folder.join("status.xml"), STATUS).unwrap();
    let (code, said) = run(folder, "bank read status.xml");
    assert_eq!(code, 0, "{said}");
    assert_eq!(
        said,
        "report R1 about town-2026-02-1-a, 2 items, 12345.70: taken but for the items that are named\n\
         batch town-2026-02-1: taken but for the items that are named\n\
         1 items: refused (AM04)\n  2026-02-1:000000002: refused (AM04)\n"
    );
    let (code, said) = run(folder, "--json bank read status.xml");
    assert_eq!(code, 0, "{said}");
    let lines: Vec<serde_json::Value> =
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let parts: Vec<&str> = lines.iter().map(|line| line["part"].as_str().unwrap()).collect();
    assert_eq!(parts, ["file", "batch", "item", "whole"]);
    assert_eq!(lines[2]["reason"]["code"], "AM04");
    // Cut off: refused, and the last line is missing.
    std::fs::write(folder.join("status.xml"), STATUS.split("</OrgnlPmtInfAndSts>").next().unwrap()).unwrap();
    let (code, said) = run(folder, "--json bank read status.xml");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("the file breaks off within") && !said.contains("whole\""), "{said}");
}

#[test]
fn a_statement_that_does_not_add_up_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let statement = |closing: &str| {
        format!(
            r#"<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt><Stmt><Id>S1</Id>
<Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">10.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{closing}</Amt><CdtDbtInd>CRDT</CdtDbtInd></Bal>
<Ntry><Amt Ccy="EUR">2.50</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts></Ntry>
</Stmt></BkToCstmrStmt></Document>"#
        )
    };
    std::fs::write(folder.join("s.xml"), statement("12.50")).unwrap();
    let (code, said) = run(folder, "bank read s.xml");
    assert_eq!(code, 0, "{said}");
    assert!(
        said.starts_with("statement S1 of DE89370400440532013000 in EUR\n  1 booked in: 2.50\n"),
        "{said}"
    );
    std::fs::write(folder.join("s.xml"), statement("12.51")).unwrap();
    let (code, said) = run(folder, "bank read s.xml");
    assert_eq!(code, 1, "{said}");
    assert!(said.contains("line 6: the balances do not agree"), "{said}");
}

/// Six places of a burial society whose first period took 0.40: who pays, with what is wrong in it replaced.
fn settled(folder: &Path, change: (&str, &str)) {
    let plan = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../plans/xiang-hu-bao-2019.toml");
    let members = "id,from,charged,live\na,2019-01-01,0,yes\nb,2019-01-16,12.34,yes\nc,2019-01-17,0,yes\nd,2019-01-01,0,no\n\
        e,2019-01-01,0,yes\nf,2018-12-01,0,yes\n";
    std::fs::write(folder.join("members.csv"), members).unwrap();
    // Over a, b, e and f, none of whom pays more than 0.10 for one claim.
    let settle = format!(
        "settle --plan {} --roster members.csv --day 2019-01-16 --period 2019-01-b --claim 1.00 --out period",
        plan.display()
    );
    let (code, said) = run(folder, &settle);
    assert_eq!(code, 0, "{said}");
    let payers = "mandate,mandate_given,name,account,about\nM-a,2018-12-24,王小明,6222000000000001,\n\
        M-b,2018-12-24,Li Hua,6222000000000002,Li Hua and child\n,,,,\n,,,,\nM-b,2018-12-24,Li Hua,6222000000000002,\n\
        M-f,2018-11-30,\"O'Neil & <Sons>\",6222000000000006,\n";
    std::fs::write(folder.join("payers.csv"), payers.replacen(change.0, change.1, 1)).unwrap();
    let order = std::fs::read_to_string(folder.join("debits.toml")).unwrap();
    let order = order.replace("EUR", "CNY").replace("sepa-core", "agreed");
    std::fs::write(folder.join("order.toml"), order).unwrap();
}

const DEBITS: &str = "bank debits order.toml --period period --payers payers.csv --per-file 2 --out out";

#[test]
fn the_debits_of_a_period_are_cut_into_files_that_add_up_to_what_it_charged() {
    let folder = folder();
    let folder = folder.path();
    settled(folder, ("", ""));
    let (code, said) = run(folder, DEBITS);
    assert_eq!((code, said.as_str()), (0, "4 debits, 0.40 CNY in 2 files in out\n"));
    let mut seen = Vec::new();
    let mut names: Vec<_> =
        std::fs::read_dir(folder.join("out")).unwrap().map(|e| e.unwrap().path()).collect();
    names.sort();
    for path in names.iter().filter(|path| path.extension().is_some_and(|end| end == "xml")) {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(text.contains("<NbOfTxs>2</NbOfTxs><CtrlSum>0.20</CtrlSum>"), "{text}");
        for part in text.split("<InstrId>").skip(1) {
            let amount = part.split_once("Ccy=\"CNY\">").unwrap().1.split_once('<').unwrap().0;
            let words = part.split_once("<Ustrd>").unwrap().1.split_once('<').unwrap().0;
            seen.push([part.split_once('<').unwrap().0, amount, words].map(str::to_owned));
        }
    }
    let usual = "xiang-hu-bao 2019-01-b";
    assert_eq!(
        seen,
        [
            ["2019-01-b:0000000000", "0.10", usual],
            ["2019-01-b:0000000001", "0.10", "Li Hua and child"],
            ["2019-01-b:0000000004", "0.10", usual],
            ["2019-01-b:0000000005", "0.10", usual],
        ]
    );
    let list: serde_json::Value =
        serde_json::from_slice(&std::fs::read(folder.join("out/debits.json")).unwrap()).unwrap();
    assert_eq!((list["items"].as_u64(), list["sum"].as_str()), (Some(4), Some("0.40")));
    assert_eq!(
        (list["files"][1]["first_place"].as_u64(), list["files"][1]["last_place"].as_u64()),
        (Some(4), Some(5))
    );
    // A message goes to a bank once.
    let (code, said) = run(folder, DEBITS);
    assert!(code == 2 && said.contains("is there already"), "{said}");
    // Another folder has the same bytes.
    let (code, _) = run(folder, &DEBITS.replace("--out out", "--out again"));
    assert_eq!(code, 0);
    for path in names {
        let again = folder.join("again").join(path.file_name().unwrap());
        assert_eq!(std::fs::read(&path).unwrap(), std::fs::read(again).unwrap(), "{}", path.display());
    }
}

#[test]
fn a_payer_that_cannot_be_debited_is_named_with_the_line_and_no_file_is_made() {
    for (change, options, expected) in [
        (("M-f,", ","), "", "payers.csv: line 7: mandate: "),
        (("2018-11-30", "yesterday"), "", "payers.csv: line 7: mandate_given: is not a day"),
        (("6222000000000001", ""), "", "payers.csv: line 2: iban: is missing"),
        (
            ("M-f,2018-11-30,\"O'Neil & <Sons>\",6222000000000006,\n", ""),
            "",
            "has 5 payers, the roster of the period 6 places",
        ),
        (("0006,\n", "0006,\n,,,,\n"), "", "has more payers than the 6 places"),
        (("account", "konto"), "", "line 1: nobody knows the column \"konto\""),
        (("mandate_given,", "about,"), "", "line 1: the column \"mandate_given\" is missing"),
        (("", ""), " --per-file 100001", "--per-file: a file has at most 100000 debits"),
    ] {
        let folder = folder();
        let folder = folder.path();
        settled(folder, change);
        let line =
            if options.is_empty() { DEBITS.to_owned() } else { DEBITS.replace(" --per-file 2", options) };
        let (code, said) = run(folder, &line);
        assert!(code == 2 && said.contains(expected), "{expected}: {code} {said}");
        let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().file_name()).collect();
        assert!(
            left.iter().all(|name| name != "out" && !name.to_string_lossy().starts_with(".debits")),
            "{left:?}"
        );
    }
}
