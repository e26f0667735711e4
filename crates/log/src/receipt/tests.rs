//! Receipts of each shape, and every way to falsify one.

use super::*;
use crate::checkpoint::Checkpoint;
use crate::cosignature::Cosigner;
use crate::note::{NoteError, Signer};
use crate::tree::InnerTree;

mod share;

const ORIGIN: &str = "log.example/2026";
const AT: u64 = 1_767_225_600_000;
const SALT: [u8; 32] = [0x5a; 32];
const FILE: &[u8] = b"%PDF-1.7 a diagnosis";
const MESSAGE: &[u8] = b"the event";

fn trusted() -> TlogPolicy {
    let log = Signer::new(ORIGIN, &[1; 32]).unwrap();
    let witness = Cosigner::new("witness.example", &[2; 32]).unwrap();
    TlogPolicy::of(&[log.vkey()], &[("w", witness.vkey())], 1).unwrap()
}

/// A log of seven entries, cosigned by one witness, that has `entry` at 4.
fn proof_of(entry: &Entry) -> TlogProof {
    let mut leaves: Vec<Hash> = (0..7_u8).map(|n| leaf_hash(&[n])).collect();
    leaves[4] = leaf_hash(&entry.encode().unwrap());
    let tree = InnerTree::new(leaves);
    let log = Signer::new(ORIGIN, &[1; 32]).unwrap();
    let mut checkpoint = Checkpoint::new(ORIGIN, 7, tree.root()).unwrap().sign(&log);
    let witness = Cosigner::new("witness.example", &[2; 32]).unwrap();
    let cosignature = witness.cosign(&checkpoint, 1_767_225_601);
    checkpoint.add(cosignature);
    TlogProof { extra: None, index: 4, path: tree.prove(4).unwrap(), checkpoint }
}

fn evidence() -> Receipt {
    let digest = salted_digest(&SALT, FILE);
    let proof = proof_of(&Entry { at: AT, body: Body::Evidence(digest) });
    Receipt::new(EntryKind::Evidence, AT, Content::File { salt: SALT, digest }, None, proof).unwrap()
}

fn message(kind: EntryKind) -> Receipt {
    let body = Body::salted(kind, salted_digest(&SALT, MESSAGE)).unwrap();
    let content = Content::Message { salt: SALT, message: MESSAGE.to_vec() };
    Receipt::new(kind, AT, content, None, proof_of(&Entry { at: AT, body })).unwrap()
}

fn consent() -> Receipt {
    let digests = (0..5_u8).map(|n| salted_digest(&[n; 32], &[n]));
    let tree = InnerTree::new(digests.map(|digest| leaf_hash(digest.as_bytes())).collect());
    let inner = InnerPath { index: 3, size: 5, path: tree.prove(3).unwrap() };
    let proof = proof_of(&Entry { at: AT, body: Body::Consents { root: tree.root(), count: 5 } });
    let content = Content::Message { salt: [3; 32], message: vec![3] };
    Receipt::new(EntryKind::Consents, AT, content, Some(inner), proof).unwrap()
}

fn public() -> Receipt {
    let body = Body::Notice {
        plan: "plan".to_owned(),
        period: "2026-01-1".to_owned(),
        cards: Hash::digest(b"cards"),
        count: 3,
    };
    let entry = Entry { at: AT, body };
    let content = Content::Public(entry.payload().unwrap());
    Receipt::new(EntryKind::Notice, AT, content, None, proof_of(&entry)).unwrap()
}

fn all() -> Vec<Receipt> {
    let messages = [EntryKind::Decision, EntryKind::Objection, EntryKind::Payout].map(message);
    [vec![evidence(), consent(), public()], messages.to_vec()].concat()
}

/// Reads and checks a text as a court expert would, with the original file where there is one.
fn check(text: &str) -> Result<Shown, ReceiptError> {
    check_with(&trusted(), text)
}

fn check_with(trusted: &TlogPolicy, text: &str) -> Result<Shown, ReceiptError> {
    let receipt: Receipt = text.parse()?;
    let file = receipt.file_hasher().map(|mut hasher| {
        hasher.update(FILE);
        hasher.finish()
    });
    receipt.verify(trusted, file.as_ref())
}

#[test]
fn receipts_of_every_shape_verify_and_read_back() {
    for receipt in all() {
        let text = receipt.to_string();
        assert_eq!(text.parse().as_ref(), Ok(&receipt));
        let shown = check(&text).unwrap();
        assert_eq!((shown.index, shown.entry.at), (4, AT));
        assert_eq!(shown.entry.body.kind(), receipt.kind());
        assert_eq!(shown.verified.cosigned.len(), 1);
        assert_eq!(shown.is_file_checked, receipt.kind() == EntryKind::Evidence);
    }
}

#[test]
fn the_extra_data_is_the_text_that_the_document_shows() {
    let text = String::from_utf8(evidence().proof().extra.clone().unwrap()).unwrap();
    let digest = salted_digest(&SALT, FILE).to_hex();
    let expected =
        format!("huzhu.org/receipt@v1\nkind evidence\nat {AT}\nsalt {}\ndigest {digest}\n", "5a".repeat(32));
    assert_eq!(text, expected);
    let text = String::from_utf8(consent().proof().extra.clone().unwrap()).unwrap();
    let inner = consent().inner().cloned().unwrap();
    let path: Vec<String> = inner.path.iter().map(ToString::to_string).collect();
    let expected = format!(
        "huzhu.org/receipt@v1\nkind consents\nat {AT}\nsalt {}\nmessage Aw==\ninner 3 5\n{}\n",
        "03".repeat(32),
        path.join("\n")
    );
    assert_eq!(text, expected);
}

#[test]
fn no_byte_of_a_receipt_can_be_changed() {
    let trusted = trusted();
    for receipt in all() {
        let text = receipt.to_string();
        for at in 0..text.len() {
            for flip in [0x01_u8, 0x02, 0x20, 0x80] {
                let mut bytes = text.clone().into_bytes();
                bytes[at] ^= flip;
                // A receipt is text: what is no UTF-8 is refused before it is read.
                let Ok(changed) = String::from_utf8(bytes) else { continue };
                assert!(check_with(&trusted, &changed).is_err(), "byte {at} of\n{changed}");
            }
        }
    }
}

#[test]
fn no_byte_of_the_extra_data_can_be_changed_whoever_encodes_it_again() {
    let trusted = trusted();
    for receipt in all() {
        let extra = receipt.proof().extra.clone().unwrap();
        for at in 0..extra.len() {
            for flip in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80, 0xff] {
                let mut changed = receipt.proof().clone();
                let mut bytes = extra.clone();
                bytes[at] ^= flip;
                changed.extra = Some(bytes);
                assert!(check_with(&trusted, &changed.to_string()).is_err(), "byte {at} ^ {flip:#04x}");
            }
        }
        for length in 0..extra.len() {
            let mut cut = receipt.proof().clone();
            cut.extra = Some(extra[..length].to_vec());
            assert!(check_with(&trusted, &cut.to_string()).is_err(), "cut to {length}");
        }
        let without = TlogProof { extra: None, ..receipt.proof().clone() };
        assert!(check(&without.to_string()).is_err());
    }
}

#[test]
fn a_dropped_cosignature_and_lines_in_another_order_are_refused() {
    let text = evidence().to_string();
    let lines: Vec<&str> = text.lines().collect();
    for dropped in 0..lines.len() {
        let rest: Vec<&str> =
            lines.iter().enumerate().filter(|(at, _)| *at != dropped).map(|(_, line)| *line).collect();
        assert!(check(&format!("{}\n", rest.join("\n"))).is_err(), "without line {dropped}");
    }
    let last = lines.len() - 1;
    let no_witness = check(&format!("{}\n", lines[..last].join("\n"))).unwrap_err();
    assert_eq!(no_witness.to_string(), "0 of 1 known witnesses cosigned, which is no quorum");
    let mut signatures_swapped = lines.clone();
    signatures_swapped.swap(last, last - 1);
    // The order of signatures has no meaning: this is the same statement.
    assert!(check(&format!("{}\n", signatures_swapped.join("\n"))).is_ok());
    let mut hashes_swapped = lines;
    hashes_swapped.swap(3, 4);
    assert!(check(&format!("{}\n", hashes_swapped.join("\n"))).is_err());
}

#[test]
fn another_file_or_a_file_where_there_is_none_is_refused() {
    let other = salted_digest(&SALT, b"another file");
    assert_eq!(evidence().verify(&trusted(), Some(&other)), Err(ReceiptError::OtherFile));
    let shown = evidence().verify(&trusted(), None).unwrap();
    assert!(!shown.is_file_checked);
    assert_eq!(consent().verify(&trusted(), Some(&other)), Err(ReceiptError::NoFile));
    assert_eq!(public().verify(&trusted(), Some(&other)), Err(ReceiptError::NoFile));
    assert!(consent().file_hasher().is_none());
}

#[test]
fn a_receipt_of_a_log_nobody_knows_is_refused() {
    let stranger = Signer::new(ORIGIN, &[9; 32]).unwrap();
    let other = TlogPolicy::of(&[stranger.vkey()], &[], 0).unwrap();
    let error = evidence().verify(&other, None).unwrap_err();
    assert_eq!(error, ReceiptError::Trust(TrustError::Note(NoteError::Unsigned)));
}

#[test]
fn what_does_not_fit_together_cannot_be_made() {
    let digest = Hash::digest(b"a");
    let file = || Content::File { salt: SALT, digest };
    let message = || Content::Message { salt: SALT, message: MESSAGE.to_vec() };
    let inner = || Some(InnerPath { index: 0, size: 1, path: Vec::new() });
    let proof = evidence().proof().clone();
    let rows = [
        (EntryKind::Decision, AT, file(), None),
        (EntryKind::Evidence, AT, message(), None),
        (EntryKind::Notice, AT, message(), None),
        (EntryKind::Evidence, AT, Content::Public(vec![0; 32]), None),
        (EntryKind::Consents, AT, message(), None),
        (EntryKind::Decision, AT, message(), inner()),
        (EntryKind::Consents, AT, message(), Some(InnerPath { index: 1, size: 1, path: Vec::new() })),
        (EntryKind::Consents, AT, message(), Some(InnerPath { index: 0, size: 2, path: Vec::new() })),
        (EntryKind::Notice, AT, Content::Public(vec![]), None),
        (EntryKind::Evidence, u64::MAX, file(), None),
    ];
    for (kind, at, content, inner) in rows {
        let shape = format!("{kind} {content:?} {inner:?}");
        assert!(Receipt::new(kind, at, content, inner, proof.clone()).is_err(), "{shape}");
    }
}

#[test]
fn bad_extra_data_is_refused_with_a_reason_and_a_line() {
    let salt = "5a".repeat(32);
    let head = format!("{HEADER}\nkind evidence\nat 1\n");
    let rows = [
        (String::new(), "the first line is missing"),
        ("x\n".to_owned(), "line 1: the first line is `huzhu.org/receipt@v1`"),
        (format!("{HEADER}\nkind file\n"), "line 2: `file` is no kind of entry"),
        (format!("{HEADER}\nat 1\n"), "line 2: `kind ...` is expected here"),
        (format!("{HEADER}\nkind evidence\nat 01\n"), "line 3: the time is not a decimal number"),
        (format!("{head}salt 00\n"), "line 4: `salt` and 64 lower-case hexadecimal digits are expected"),
        (format!("{head}payload x\n"), "line 4: the payload is not padded base64"),
        (format!("{head}salt {salt}\n"), "line 5: `digest ...` or `message ...` is missing"),
        (format!("{head}salt {salt}\ndigest 00\n"), "line 5: 64 lower-case hexadecimal digits are expected"),
        (
            format!("{head}salt {salt}\nmessage x\n"),
            "line 5: `digest` in hexadecimal or `message` in base64 is expected",
        ),
        (format!("{head}salt {salt}\ndigest {salt}\nx\n"), "line 6: `inner` and two numbers are expected"),
        (
            format!("{head}salt {salt}\ndigest {salt}\ninner 1\n"),
            "line 6: `inner` and two numbers are expected",
        ),
        (
            format!("{head}salt {salt}\ndigest {salt}\ninner 0 1\n"),
            "an inner path belongs to consents, and to nothing else",
        ),
        (
            format!("{head}salt {salt}\nmessage AA==\n"),
            "the content does not belong to an entry of kind evidence",
        ),
    ];
    for (extra, expected) in rows {
        let proof = TlogProof { extra: Some(extra.clone().into_bytes()), ..evidence().proof().clone() };
        let error = proof.to_string().parse::<Receipt>().unwrap_err().to_string();
        assert!(error.starts_with("line 2: in the extra data, "), "{error}");
        assert!(error.ends_with(expected), "{error} of\n{extra}");
    }
}
