//! Golden bytes of each kind, and what is refused.

use super::*;
use crate::format::to_hex;

/// 2026-01-01 00:00:00 UTC.
const AT: u64 = 1_767_225_600_000;

fn hash(byte: u8) -> Hash {
    Hash::from_bytes([byte; 32])
}

/// One entry of each kind, of settlements both forms.
pub(crate) fn samples() -> Vec<Entry> {
    let plan = || "xiang-hu-bao".to_owned();
    let period = || "2026-01-2".to_owned();
    let equation = Equation {
        aid: 30_000_000,
        fee: 2_400_000,
        carried_in: 5,
        surplus_before: 1_000,
        cost: 32_399_005,
        headcount: 91_234_567,
        share: 1,
        shares_total: 91_234_567,
        surplus: 58_835_562,
        borne_by_operator: 7,
        borne_by_sponsor: 8,
        carried_out: 9,
    };
    let settlement = |shares| Body::Settlement {
        plan: plan(),
        period: period(),
        currency: "CNY".to_owned(),
        equation: equation.clone(),
        statement: hash(9),
        shares,
    };
    let bodies = vec![
        Body::Evidence(hash(1)),
        Body::Decision(hash(2)),
        Body::PlanVersion { plan: plan(), version: 3, terms: hash(3) },
        Body::Roster { plan: plan(), period: period(), root: hash(4), count: 91_234_567, counted_at: AT },
        Body::Notice { plan: plan(), period: period(), cards: hash(5), count: 12 },
        Body::Objection(hash(6)),
        Body::Draw {
            subject: hash(7),
            roster: hash(4),
            source: "drand quicknet 42".to_owned(),
            result: hash(8),
        },
        Body::Verdict { subject: hash(7), tally: hash(10), count: 31 },
        settlement(None),
        settlement(Some(ShareTree { root: hash(11), sum: 91_234_567, count: 91_234_567 })),
        Body::Payout(hash(12)),
        Body::Key { change: KeyChange::LogKeyAdded, text: "log.example+00000000+AQ==".to_owned() },
        Body::Consents { root: hash(13), count: 20_000 },
        Body::Tombstone { origin: "huzhu.example/log/2025".to_owned(), index: 41 },
        Body::Previous { origin: "huzhu.example/log/2025".to_owned(), size: 1_000_000, root: hash(14) },
        Body::DrawRequest {
            subject: hash(7),
            roster: hash(4),
            source: "drand 52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971 123".to_owned(),
        },
    ];
    bodies.into_iter().map(|body| Entry { at: AT, body }).collect()
}

#[test]
fn every_kind_has_the_bytes_that_were_published() {
    let golden = include_str!("../../../../docs/log/vectors/entries.txt");
    let line = |entry: &Entry| format!("{} {}", entry.body.kind(), to_hex(&entry.encode().unwrap()));
    let now = samples().iter().map(line).collect::<Vec<_>>().join("\n") + "\n";
    assert_eq!(now, golden, "bytes of entries never change: a change needs a new version byte");
    let kinds: std::collections::BTreeSet<EntryKind> = samples().iter().map(|e| e.body.kind()).collect();
    assert_eq!(kinds.len(), EntryKind::ALL.len(), "a kind without golden bytes");
}

#[test]
fn what_is_written_is_read_back_and_every_cut_or_longer_form_is_refused() {
    for entry in samples() {
        let bytes = entry.encode().unwrap();
        assert_eq!(Entry::decode(&bytes).as_ref(), Ok(&entry));
        assert_eq!(
            Entry::from_parts(entry.body.kind(), entry.at, &entry.payload().unwrap()).as_ref(),
            Ok(&entry)
        );
        for length in 0..bytes.len() {
            assert!(Entry::decode(&bytes[..length]).is_err(), "{entry:?} cut to {length}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        let error = Entry::decode(&longer).unwrap_err().to_string();
        assert_eq!(error, format!("byte {}: 1 bytes too many", bytes.len()));
    }
}

#[test]
fn an_entry_that_decodes_encodes_to_the_same_bytes() {
    // Every single-byte change of every sample either is refused or is another entry with exactly these bytes.
    for entry in samples() {
        let bytes = entry.encode().unwrap();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                let mut changed = bytes.clone();
                changed[at] ^= flip;
                if let Ok(other) = Entry::decode(&changed) {
                    assert_ne!(other, entry);
                    assert_eq!(other.encode().as_ref(), Ok(&changed));
                }
            }
        }
    }
}

#[test]
fn bad_bytes_are_refused_with_a_reason_and_a_place() {
    let mut evidence = vec![1, 1, 0, 0, 0, 0, 0, 0, 0, 1];
    evidence.extend_from_slice(&[7; 32]);
    let changed = |at: usize, byte: u8| {
        let mut bytes = evidence.clone();
        bytes[at] = byte;
        bytes
    };
    let mut key = vec![1, 0x0b, 0, 0, 0, 0, 0, 0, 0, 1, 9, 0, 1, b'a'];
    let bad_change = key.clone();
    key[10] = 1;
    let mut empty_text = key.clone();
    empty_text[12] = 0;
    empty_text.truncate(13);
    let mut control = key.clone();
    control[13] = b'\n';
    let mut no_utf8 = key.clone();
    no_utf8[13] = 0xff;
    let mut consents = vec![1, 0x0c, 0, 0, 0, 0, 0, 0, 0, 1];
    consents.extend_from_slice(&[7; 32]);
    consents.extend_from_slice(&[0; 8]);
    let rows = [
        (vec![], "byte 0: cut off: 1 bytes are expected, 0 are there"),
        (changed(0, 2), "byte 0: version 0x02 is not known"),
        (changed(1, 0), "byte 1: kind 0x00 is not known"),
        (changed(1, 0x10), "byte 1: kind 0x10 is not known"),
        (changed(2, 0x80), "byte 2: the time is above 2^63 - 1 milliseconds"),
        (evidence[..41].to_vec(), "byte 10: cut off: 32 bytes are expected, 31 are there"),
        (bad_change, "byte 10: 0x09 is no known change of keys"),
        (empty_text, "byte 11: the text is empty or has control characters"),
        (control, "byte 11: the text is empty or has control characters"),
        (no_utf8, "byte 11: the text is not UTF-8"),
        (consents, "byte 42: the count is zero"),
        (vec![1; 65_536], "byte 65535: an entry has at most 65,535 bytes"),
    ];
    for (bytes, expected) in rows {
        assert_eq!(Entry::decode(&bytes).unwrap_err().to_string(), expected);
    }
}

#[test]
fn what_cannot_be_written_is_refused() {
    let long = "x".repeat(65_530);
    let rows = [
        Entry { at: MAX_MILLIS + 1, body: Body::Evidence(hash(1)) },
        Entry { at: 0, body: Body::Consents { root: hash(1), count: 0 } },
        Entry { at: 0, body: Body::Tombstone { origin: String::new(), index: 0 } },
        Entry { at: 0, body: Body::Tombstone { origin: "a\tb".to_owned(), index: 0 } },
        Entry { at: 0, body: Body::Tombstone { origin: "x".repeat(65_536), index: 0 } },
        Entry { at: 0, body: Body::Tombstone { origin: long, index: 0 } },
    ];
    for entry in rows {
        assert!(entry.encode().is_err(), "{entry:?}");
    }
}
