use std::io::{BufReader, Read};

use super::statement::{self, Payment, Way};
use super::status::{self, Reason, Told};
use super::*;

fn report(inner: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:pain.002.001.10\"><CstmrPmtStsRpt>\n\
         <GrpHdr><MsgId>R1</MsgId><CreDtTm>2026-02-15T09:00:00</CreDtTm></GrpHdr>\n{inner}\n</CstmrPmtStsRpt></Document>"
    )
}

fn group(inner: &str) -> String {
    format!(
        "<OrgnlGrpInfAndSts><OrgnlMsgId>M1</OrgnlMsgId><OrgnlMsgNmId>pain.008.001.08</OrgnlMsgNmId>{inner}</OrgnlGrpInfAndSts>"
    )
}

fn parts(text: &str) -> Result<Vec<status::Part>, ReadError> {
    let mut told = Vec::new();
    status::read(text.as_bytes(), &mut |part| {
        told.push(part);
        Ok(())
    })?;
    Ok(told)
}

/// What a bank answers that took all but one debit: the file partly, the batch partly, one item refused.
const PARTLY: &str = "<OrgnlPmtInfAndSts><OrgnlPmtInfId>B1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
<TxInfAndSts><StsId>9</StsId><OrgnlInstrId>2026-02-1:000000002</OrgnlInstrId><OrgnlEndToEndId>E2</OrgnlEndToEndId>
<TxSts>RJCT</TxSts><StsRsnInf><Rsn><Cd>AM04</Cd></Rsn><AddtlInf>not enough money &amp; no overdraft</AddtlInf></StsRsnInf>
<OrgnlTxRef><InstdAmt Ccy=\"EUR\">0.03</InstdAmt></OrgnlTxRef></TxInfAndSts></OrgnlPmtInfAndSts>";

#[test]
fn a_report_that_took_a_part_names_what_it_refused() {
    let text = report(
        &(group("<OrgnlNbOfTxs>3</OrgnlNbOfTxs><OrgnlCtrlSum>0.09</OrgnlCtrlSum><GrpSts>PART</GrpSts>")
            + PARTLY),
    );
    let none = Reason::default();
    let refused = Reason { code: Some("AM04".into()), words: Some("not enough money & no overdraft".into()) };
    assert_eq!(
        parts(&text).unwrap(),
        [
            status::Part::File {
                report: "R1".into(),
                original: "M1".into(),
                kind: Some("pain.008.001.08".into()),
                items: Some(3),
                sum: Some("0.09".into()),
                told: Some(Told::Partly),
                reason: none.clone(),
            },
            status::Part::Batch { original: "B1".into(), told: Some(Told::Partly), reason: none },
            status::Part::Item {
                instruction: Some("2026-02-1:000000002".into()),
                end_to_end: Some("E2".into()),
                told: Some(Told::Rejected),
                reason: refused,
                amount: Some(("0.03".into(), "EUR".into())),
            },
        ]
    );
}

#[test]
fn what_is_said_of_the_smaller_thing_counts() {
    use Told::{Partly, Pending, Rejected, Settled, Taken};
    for (item, batch, file, expected) in [
        (Some(Rejected), Some(Taken), Some(Partly), Some(Rejected)),
        (None, Some(Rejected), Some(Partly), Some(Rejected)),
        (None, Some(Partly), Some(Partly), Some(Taken)),
        (None, None, Some(Settled), Some(Settled)),
        (None, None, Some(Rejected), Some(Rejected)),
        (Some(Pending), None, Some(Settled), Some(Pending)),
        (None, None, None, None),
    ] {
        assert_eq!(
            Told::or(item.clone(), batch.clone(), file.clone()),
            expected,
            "{item:?} {batch:?} {file:?}"
        );
    }
    assert_eq!(Told::of("XYZW"), Told::Unknown("XYZW".into()));
}

#[test]
fn hostile_and_broken_reports_are_refused_with_the_line() {
    let deep = "<a>".repeat(40);
    let long = "x".repeat(ELEMENT_MAX + 1);
    let cases: Vec<(String, &str)> = vec![
        (String::new(), "this is no status report"),
        ("<Document/>".into(), "this is no status report"),
        ("<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><Document>&x;</Document>".into(),
            "a document type is not taken"),
        (report(&group("<GrpSts>&lol;</GrpSts>")), "the entity `&lol;` is not one of XML itself"),
        (report(&deep), "more than 32 elements"),
        (report(&group(&format!("<GrpSts>{long}</GrpSts>"))), "a t"),
        (report(&group(&format!("<GrpSts a=\"{long}\">RJCT</GrpSts>"))), "a tag or text has more than"),
        (report(&format!("<!--{long}{long}-->")), "a tag or text has more than"),
        (report(&group("<OrgnlNbOfTxs>many</OrgnlNbOfTxs>")), "OrgnlNbOfTxs is not a number"),
        (report("<OrgnlGrpInfAndSts></OrgnlGrpInfAndSts>"), "the report does not say its own id"),
        (report(&(group("") + "<OrgnlPmtInfAndSts><TxInfAndSts></TxInfAndSts></OrgnlPmtInfAndSts>")), "an item is named by neither"),
        (report(&group("")).replace("UTF-8", "ISO-8859-1"), "the file is in ISO-8859-1"),
        (report(&group("<GrpSts>RJCT</Other>")), "this is not well-formed XML"),
        (report(&group("")).replace("</CstmrPmtStsRpt></Document>", ""), "the file breaks off within Document/CstmrPmtStsRpt"),
        (report("<OrgnlGrpInfAndSts><OrgnlMsgId>M</OrgnlMsgId></OrgnlGrpInfAndSts>").replace("<MsgId>R1</MsgId>", ""),
            "the report does not say its own id"),
        (report(&(group("") + &group(""))), "the report is about more than one file"),
        ("words before <Document/>".into(), "text stands outside"),
    ];
    for (text, expected) in cases {
        let error = parts(&text).unwrap_err();
        assert!(error.what.starts_with(expected), "{expected}: {error}");
        assert!(error.line >= 1);
    }
    let error = parts(&report("\n\n\n<OrgnlGrpInfAndSts></OrgnlGrpInfAndSts>")).unwrap_err();
    assert_eq!(error.line, 7, "{error}");
    let error = status::read(&b"<Document>\xff\xfe</Document>"[..], &mut |_| Ok(())).unwrap_err();
    assert_eq!(error.what, "there are bytes that are not UTF-8");
}

#[test]
fn the_caller_may_refuse_a_part() {
    let text = report(&group("<GrpSts>ACCP</GrpSts>"));
    let error = status::read(text.as_bytes(), &mut |_| Err("it is about a file that we never sent".into()));
    assert_eq!(error.unwrap_err().what, "it is about a file that we never sent");
}

fn account(opening: &str, closing: &str, entries: &str) -> String {
    let balance = |kind: &str, amount: &str| {
        let (amount, way) = amount.strip_prefix('-').map_or((amount, "CRDT"), |amount| (amount, "DBIT"));
        format!(
            "<Bal><Tp><CdOrPrtry><Cd>{kind}</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd></Bal>"
        )
    };
    format!(
        "<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:camt.053.001.08\"><BkToCstmrStmt><GrpHdr><MsgId>S</MsgId></GrpHdr>\n\
         <Stmt><Id>2026-02-15</Id><Acct><Id><IBAN>DE89370400440532013000</IBAN></Id><Ccy>EUR</Ccy></Acct>\n{}{}\n{entries}\n\
         </Stmt></BkToCstmrStmt></Document>",
        balance("OPBD", opening),
        balance("CLBD", closing)
    )
}

fn entry(amount: &str, way: &str, status: &str, inner: &str) -> String {
    format!(
        "<Ntry><NtryRef>1</NtryRef><Amt Ccy=\"EUR\">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>\
         <BookgDt><Dt>2026-02-15</Dt></BookgDt><AcctSvcrRef>K7</AcctSvcrRef><NtryDtls>{inner}</NtryDtls></Ntry>\n"
    )
}

fn moved(text: &str) -> Result<Vec<statement::Part>, ReadError> {
    let mut told = Vec::new();
    statement::read(text.as_bytes(), &mut |part| {
        told.push(part);
        Ok(())
    })?;
    Ok(told)
}

const RETURNED: &str = "<TxDtls><Refs><InstrId>2026-02-1:000000002</InstrId><EndToEndId>E2</EndToEndId><MndtId>M2</MndtId></Refs>\
    <Amt Ccy=\"EUR\">0.03</Amt><CdtDbtInd>DBIT</CdtDbtInd><RtrInf><Rsn><Cd>MD06</Cd></Rsn></RtrInf></TxDtls>";

#[test]
fn a_statement_is_told_entry_by_entry() {
    let all = entry("0.09000", "CRDT", "BOOK", "")
        + &entry("0.03", "DBIT", "BOOK", RETURNED)
        + &entry("5", "CRDT", "PDNG", "");
    let told = moved(&account("-1.00", "-0.94", &all)).unwrap();
    let entry = |minor, way, booked| statement::Part::Entry {
        reference: Some("K7".into()),
        minor,
        way,
        reversal: false,
        booked,
        day: Some("2026-02-15".into()),
    };
    assert_eq!(
        told,
        [
            statement::Part::Begin {
                id: "2026-02-15".into(),
                account: "DE89370400440532013000".into(),
                currency: "EUR".into(),
                opening: Some(-100),
            },
            entry(9, Way::In, true),
            entry(3, Way::Out, true),
            statement::Part::Payment(Payment {
                instruction: Some("2026-02-1:000000002".into()),
                end_to_end: Some("E2".into()),
                mandate: Some("M2".into()),
                minor: Some(3),
                returned: Some("MD06".into()),
                ..Payment::default()
            }),
            entry(500, Way::In, false),
            statement::Part::End { entries: 3, closing: Some(-94) },
        ]
    );
}

#[test]
fn a_statement_that_does_not_add_up_is_refused() {
    let good = entry("0.09", "CRDT", "BOOK", "");
    for (text, expected) in [
        (account("0.00", "0.10", &good), "the balances do not agree: 0 and what was booked (9) are not 10"),
        (
            account("0.00", "0.00", &entry("0.09", "CRDT", "BOOK", RETURNED)),
            "the payments of an entry are 3 together, the entry is 9",
        ),
        (
            account("0.00", "0.00", &entry("0.091", "CRDT", "BOOK", "")),
            "0.091 has more decimals than EUR has",
        ),
        (account("0.00", "0.00", &entry("-1", "CRDT", "BOOK", "")), "\"-1\": an amount has no sign"),
        (account("0.00", "0.00", &entry("1", "UP", "BOOK", "")), "CdtDbtInd is \"UP\""),
        (
            account("0.00", "0.00", &good.replace("Ccy=\"EUR\"", "Ccy=\"USD\"")),
            "an amount in USD stands in a statement in EUR",
        ),
        (
            account("0.00", "0.00", &good).replace("<Id>2026-02-15</Id>", ""),
            "a statement does not say its id",
        ),
        ("<Document><Other/></Document>".into(), "this is no statement"),
    ] {
        let error = moved(&text).unwrap_err();
        assert!(error.what.starts_with(expected), "{expected}: {error}");
    }
}

/// A report that goes on for ever and is made as it is read.
struct Endless {
    next: Vec<u8>,
    items: u64,
}

impl Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        if self.next.is_empty() && self.items > 0 {
            self.items -= 1;
            let number = self.items;
            self.next = format!(
                "<TxInfAndSts><OrgnlInstrId>p:{number}</OrgnlInstrId><TxSts>RJCT</TxSts></TxInfAndSts>\n{}",
                if number == 0 { "</OrgnlPmtInfAndSts></CstmrPmtStsRpt></Document>" } else { "" }
            )
            .into_bytes();
        }
        let count = buffer.len().min(self.next.len());
        buffer[..count].copy_from_slice(&self.next[..count]);
        self.next.drain(..count);
        Ok(count)
    }
}

#[test]
fn a_long_report_is_read_item_by_item() {
    let begin = report(&(group("") + "<OrgnlPmtInfAndSts><OrgnlPmtInfId>B</OrgnlPmtInfId>\u{1}"));
    let begin = begin.split('\u{1}').next().unwrap().as_bytes().to_vec();
    let mut items = 0_u64;
    let bytes = BufReader::new(Endless { next: begin, items: 100_000 });
    status::read(bytes, &mut |part| {
        items += u64::from(matches!(part, status::Part::Item { .. }));
        Ok(())
    })
    .unwrap();
    assert_eq!(items, 100_000);
}
