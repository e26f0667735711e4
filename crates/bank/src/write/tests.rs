use proptest::prelude::*;

use super::debit::{Debit, Scheme, Sequence};
use super::reversal::{Reversal, Why};
use super::transfer::Transfer;
use super::*;

fn reference(text: &str) -> Reference {
    Reference::new(text).unwrap()
}

fn party(name: &str, iban: &str, bic: Option<&str>) -> Party {
    Party {
        name: Words::new(name).unwrap(),
        account: Account::iban(iban).unwrap(),
        agent: bic.map(|bic| Agent::new(bic).unwrap()),
    }
}

fn head() -> Head {
    Head {
        message: reference("town-2026-02-1-a"),
        created: "2026-02-14T08:30:00.5Z".parse().unwrap(),
        sender: Words::new("Neighbours' Aid").unwrap(),
        currency: Currency::parse("EUR").unwrap(),
    }
}

fn debit_batch() -> debit::Batch {
    debit::Batch {
        id: reference("town-2026-02-1"),
        scheme: Scheme::SepaCore,
        sequence: Sequence::Recurring,
        on: "2026-02-14".parse().unwrap(),
        creditor: party("Neighbours' Aid", "DE89370400440532013000", Some("COBADEFF")),
        creditor_id: reference("DE98ZZZ09999999999"),
    }
}

fn debit(number: u32, minor: u64, name: &str) -> Debit {
    Debit {
        instruction: reference(&format!("2026-02-1:{number:09}")),
        end_to_end: reference(&format!("share-2026-02-1-{number}")),
        amount: Amount::from_minor(minor),
        mandate: reference(&format!("M{number}")),
        mandate_given: "2025-11-03".parse().unwrap(),
        debtor: party(name, "GB29NWBK60161331926819", None),
        about: Words::new("Aid for 2 people, first period of February").unwrap(),
    }
}

/// The texts of all elements at `path` below the document, as a parser that is not ours reads them.
fn texts(text: &str, path: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(text).unwrap();
    let mut at = vec![document.root_element()];
    for name in path.split('/') {
        at = at
            .iter()
            .flat_map(roxmltree::Node::children)
            .filter(|node| node.has_tag_name(tag(text, name)))
            .collect();
    }
    at.iter().map(|node| node.text().unwrap_or_default().to_owned()).collect()
}

/// A name in the namespace of the message.
fn tag<'a>(text: &'a str, name: &'a str) -> (&'a str, &'a str) {
    let (_, rest) = text.split_once("xmlns=\"").unwrap();
    (rest.split_once('"').unwrap().0, name)
}

fn written(items: &[Debit]) -> Result<String, WriteError> {
    let mut out = Vec::new();
    debit::write(&mut out, &head(), &debit_batch(), items.iter().cloned())?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn debits_are_read_back_equal() {
    let items = [debit(1, 3, "张伟 <&> \"Ann\""), debit(2, 1_234_567, "Bob")];
    let text = written(&items).unwrap();
    for (path, expected) in [
        ("GrpHdr/MsgId", "town-2026-02-1-a"),
        ("GrpHdr/CreDtTm", "2026-02-14T08:30:00Z"),
        ("GrpHdr/NbOfTxs", "2"),
        ("GrpHdr/CtrlSum", "12345.70"),
        ("PmtInf/CtrlSum", "12345.70"),
        ("PmtInf/ReqdColltnDt", "2026-02-14"),
        ("PmtInf/Cdtr/Nm", "Neighbours' Aid"),
        ("PmtInf/CdtrAgt/FinInstnId/BICFI", "COBADEFF"),
    ] {
        assert_eq!(texts(&text, &format!("CstmrDrctDbtInitn/{path}")), [expected], "{path}");
    }
    same(&items, &text);
    // Same input, same bytes.
    assert_eq!(text, written(&items).unwrap());
}

fn same(ours: &[Debit], text: &str) {
    let column = |path: &str| texts(text, &format!("CstmrDrctDbtInitn/PmtInf/DrctDbtTxInf/{path}"));
    let of = |field: fn(&Debit) -> &str| ours.iter().map(|debit| field(debit).to_owned()).collect::<Vec<_>>();
    assert_eq!(column("PmtId/InstrId"), of(|debit| debit.instruction.as_str()));
    assert_eq!(column("PmtId/EndToEndId"), of(|debit| debit.end_to_end.as_str()));
    assert_eq!(column("DrctDbtTx/MndtRltdInf/MndtId"), of(|debit| debit.mandate.as_str()));
    assert_eq!(column("Dbtr/Nm"), of(|debit| debit.debtor.name.as_str()));
    assert_eq!(column("DbtrAcct/Id/IBAN"), of(|debit| debit.debtor.account.number()));
    assert_eq!(column("RmtInf/Ustrd"), of(|debit| debit.about.as_str()));
    let amounts: Vec<String> = ours.iter().map(|debit| debit.amount.decimal(head().currency)).collect();
    assert_eq!(column("InstdAmt"), amounts);
}

#[test]
fn transfers_are_read_back_equal() {
    let batch = transfer::Batch {
        id: reference("aid-2026-02-1"),
        sepa: true,
        on: "2026-02-21".parse().unwrap(),
        debtor: party("Neighbours' Aid", "DE89370400440532013000", Some("COBADEFF")),
    };
    let wallet = Party {
        name: Words::new("李娜").unwrap(),
        account: Account::other("wallet-0001").unwrap(),
        agent: Some(Agent::new("BKCHCNBJ").unwrap()),
    };
    let items = [
        Transfer {
            instruction: reference("aid:1"),
            end_to_end: reference("clm-1"),
            amount: Amount::from_minor(30_000_000),
            creditor: party("Ann", "GB29NWBK60161331926819", None),
            about: Words::new("Aid").unwrap(),
        },
        Transfer {
            instruction: reference("aid:2"),
            end_to_end: reference("clm-2"),
            amount: Amount::from_minor(10_000_001),
            creditor: wallet,
            about: Words::new("Aid").unwrap(),
        },
    ];
    let mut out = Vec::new();
    let totals = transfer::write(&mut out, &head(), &batch, items.iter().cloned()).unwrap();
    assert_eq!(totals, Totals { items: 2, sum: Amount::from_minor(40_000_001) });
    let text = String::from_utf8(out).unwrap();
    let column = |path: &str| texts(&text, &format!("CstmrCdtTrfInitn/PmtInf/CdtTrfTxInf/{path}"));
    assert_eq!(texts(&text, "CstmrCdtTrfInitn/GrpHdr/CtrlSum"), ["400000.01"]);
    assert_eq!(column("Amt/InstdAmt"), ["300000.00", "100000.01"]);
    assert_eq!(column("CdtrAcct/Id/IBAN"), ["GB29NWBK60161331926819"]);
    assert_eq!(column("CdtrAcct/Id/Othr/Id"), ["wallet-0001"]);
    assert_eq!(column("CdtrAgt/FinInstnId/BICFI"), ["BKCHCNBJ"]);
    assert_eq!(column("Cdtr/Nm"), ["Ann", "李娜"]);
}

fn reversal(given_back: u64) -> Reversal {
    Reversal {
        id: reference("back:1"),
        original_instruction: reference("2026-02-1:000000001"),
        original_end_to_end: reference("share-2026-02-1-1"),
        taken: Amount::from_minor(300),
        given_back: Amount::from_minor(given_back),
        why: Why::Duplicate,
    }
}

fn reversed(given_back: u64) -> Result<String, WriteError> {
    let batch = reversal::Batch {
        id: reference("back-1"),
        original_message: reference("town-2026-02-1-a"),
        original_batch: reference("town-2026-02-1"),
    };
    let mut out = Vec::new();
    reversal::write(&mut out, &head(), &batch, [reversal(given_back)])?;
    Ok(String::from_utf8(out).unwrap())
}

#[test]
fn reversals_are_read_back_equal() {
    let text = reversed(300).unwrap();
    for (path, expected) in [
        ("GrpHdr/CtrlSum", "3.00"),
        ("OrgnlGrpInf/OrgnlMsgId", "town-2026-02-1-a"),
        ("OrgnlPmtInfAndRvsl/OrgnlPmtInfId", "town-2026-02-1"),
        ("OrgnlPmtInfAndRvsl/TxInf/OrgnlInstrId", "2026-02-1:000000001"),
        ("OrgnlPmtInfAndRvsl/TxInf/RvsdInstdAmt", "3.00"),
        ("OrgnlPmtInfAndRvsl/TxInf/RvslRsnInf/Rsn/Cd", "AM05"),
    ] {
        assert_eq!(texts(&text, &format!("CstmrPmtRvsl/{path}")), [expected], "{path}");
    }
    // Nobody gets back more than was taken.
    assert!(matches!(reversed(301), Err(WriteError::Zero(1))));
}

#[test]
fn what_no_bank_takes_is_refused_before_the_first_byte() {
    let huge = 999_999_999_999_999_999;
    let cases: [(Vec<Debit>, &str); 5] = [
        (vec![], "there is nothing to send"),
        (vec![debit(1, 0, "Ann")], "item 1: its amount is zero"),
        (vec![debit(1, 5, "Ann"), debit(1, 5, "Ann")], "item 2: its instruction is not above"),
        (vec![debit(2, 5, "Ann"), debit(1, 5, "Bob")], "item 2: its instruction is not above"),
        (vec![debit(1, huge, "Ann"), debit(2, 1, "Bob")], "item 2: the amounts have more than 18 digits"),
    ];
    for (items, expected) in cases {
        let mut out = Vec::new();
        let error = debit::write(&mut out, &head(), &debit_batch(), items).unwrap_err();
        assert!(error.to_string().starts_with(expected), "{error}");
        assert!(out.is_empty(), "{expected}");
    }
    let many = (0..=100_000).map(|number| debit(number, 1, "Ann"));
    let error = debit::write(std::io::sink(), &head(), &debit_batch(), many).unwrap_err();
    assert!(matches!(error, WriteError::TooMany), "{error}");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_names_and_amounts_survive(names in prop::collection::vec(("[^\\p{C}\\p{Z}]{1,40}", 1_u64..100_000_000_000), 1..6)) {
        let items: Vec<Debit> = (1..).zip(&names).map(|(number, (name, minor))| debit(number, *minor, name)).collect();
        let text = written(&items).unwrap();
        same(&items, &text);
    }
}
