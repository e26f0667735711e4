//! Receipts that carry a share: one text for one statement, and each part of it refused with its reason when it is another.

use proptest::prelude::*;

use super::*;
use crate::entry::{Equation, ShareTree};
use crate::format::to_base64;
use crate::share::{PeriodTag, ShareLeaf, ShareNode, SharePath, path_of, root_of};

const PLAN: &str = "neighbours";
const PERIOD: &str = "2019-01-b";
/// The place whose receipt is changed in the tables.
const OWN: usize = 2;

fn leaf(place: u64, amount: u64, counted: bool) -> ShareLeaf {
    let salt = [0x20_u8.wrapping_add(u8::try_from(place % 256).unwrap()); 16];
    ShareLeaf { period: PeriodTag::new(PLAN, PERIOD), salt, index: place, amount, counted }
}

/// Five places, of which one is not counted and one is at the yearly cap.
fn five() -> Vec<ShareLeaf> {
    let shares = [(130, true), (130, true), (50, true), (0, false), (130, true)];
    (0..).zip(shares).map(|(place, (amount, counted))| leaf(place, amount, counted)).collect()
}

fn head_of(leaves: &[ShareLeaf]) -> ShareTree {
    root_of(&leaves.iter().map(ShareLeaf::node).collect::<Vec<_>>()).unwrap().head()
}

fn proof_at(leaves: &[ShareLeaf], place: usize) -> ShareProof {
    let nodes: Vec<ShareNode> = leaves.iter().map(ShareLeaf::node).collect();
    let path = SharePath { size: leaves.len() as u64, nodes: path_of(&nodes, place).unwrap() };
    ShareProof { leaf: leaves[place], path }
}

/// 300 + 24 - 4 = 320 for four members: 80 each would do, and 130 are taken, so that the surplus is not nothing.
fn equation() -> Equation {
    Equation {
        aid: 300,
        fee: 24,
        carried_in: 0,
        surplus_before: 4,
        cost: 320,
        headcount: 4,
        share: 130,
        shares_total: 440,
        surplus: 126,
        borne_by_operator: 3,
        borne_by_sponsor: 2,
        carried_out: 1,
    }
}

fn settlement(equation: Equation, shares: Option<ShareTree>) -> Entry {
    let (plan, period, currency) = (PLAN.to_owned(), PERIOD.to_owned(), "CNY".to_owned());
    let statement = Hash::from_bytes([9; 32]);
    Entry { at: AT, body: Body::Settlement { plan, period, currency, equation, statement, shares } }
}

/// An equation that holds for any sum and headcount: what comes in stays as a surplus.
fn equation_of(head: &ShareTree) -> Equation {
    let (headcount, shares_total) = (head.count, head.sum);
    Equation { aid: 0, fee: 0, cost: 0, headcount, shares_total, surplus: shares_total + 10, ..equation() }
}

fn receipt(entry: &Entry, share: ShareProof) -> Result<Receipt, FormatError> {
    Receipt::of_share(entry.at, entry.payload().unwrap(), share, proof_of(entry))
}

/// The receipt of place 2 of five.
fn own() -> Receipt {
    receipt(&settlement(equation(), Some(head_of(&five()))), proof_at(&five(), OWN)).unwrap()
}

fn extra_of(receipt: &Receipt) -> String {
    String::from_utf8(receipt.proof().extra.clone().unwrap()).unwrap()
}

/// What comes out when the extra data of the own receipt says this.
fn check_extra(extra: &str) -> Result<Shown, ReceiptError> {
    let extra = Some(extra.to_owned().into_bytes());
    check(&TlogProof { extra, ..own().proof().clone() }.to_string())
}

#[test]
fn a_share_verifies_with_its_settlement_and_reads_back() {
    let entry = settlement(equation(), Some(head_of(&five())));
    for place in 0..5 {
        let share = proof_at(&five(), place);
        let receipt = receipt(&entry, share.clone()).unwrap();
        assert_eq!(receipt.share(), Some(&share));
        let text = receipt.to_string();
        assert_eq!(text.parse().as_ref(), Ok(&receipt));
        let shown = check(&text).unwrap();
        assert_eq!((shown.index, &shown.entry), (4, &entry), "place {place}");
    }
    let content = Content::Public(entry.payload().unwrap());
    let without = Receipt::new(EntryKind::Settlement, AT, content, None, proof_of(&entry)).unwrap();
    assert_eq!(without.share(), None);
    assert!(check(&without.to_string()).is_ok(), "a settlement needs no share");
}

/// Made by a script of forty lines in Python, from the texts of `docs/shares/README.md` and `docs/log.md`: `hashlib.sha256`,
/// `struct.pack(">Q", n)`, `base64.b64encode`; the tree of five places was put together by hand as ((0 1) (2 3)) 4.
#[test]
fn the_text_is_the_one_that_another_program_makes() {
    let expected = "huzhu.org/receipt@v1\n\
        kind settlement\n\
        at 1767225600000\n\
        payload AApuZWlnaGJvdXJzAAkyMDE5LTAxLWIAA0NOWQAAAAAAAAEsAAAAAAAAABgAAAAAAAAAAAAAAAAAAAAEAAAAAAAAAUAAAAAAAAAABAAA\
        AAAAAACCAAAAAAAAAbgAAAAAAAAAfgAAAAAAAAADAAAAAAAAAAIAAAAAAAAAAQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJAQ0i1B7u/xvX\
        DsDycUP6sNCrOrrk3RKdhcNLo7w5GofNAAAAAAAAAbgAAAAAAAAABA==\n\
        share 2 5 50 counted 22222222222222222222222222222222\n\
        rowSJGbURLeo3V4zcmdGsIUYcBz/BRywxiaeIDByXzw= 0 0\n\
        7hKrAlsapAznsyXlX9RA4vFGLMxF6iSaivH1h24vCYc= 260 2\n\
        o8STxxwahp8Qiex+MkCm7V3gXfE8uETtTCYpZl4rRnw= 130 1\n";
    assert_eq!(extra_of(&own()), expected);
    let leaf = leaf_hash(&own().entry().unwrap().encode().unwrap());
    assert_eq!(leaf.to_hex(), "b2928d58716670d7c3e1d01ccdfc81ac4028fc0088cda201d6f1d2a64218d776");
}

const OTHER_ROOT: &str = "the share: the path leads to another root than the one of the settlement";
const NOT_LOGGED: &str = "the proof leads to another root than the one that was signed";
const THREE: &str = "the share: the path has 3 nodes, which does not fit the size of the roster";
const TOO_LARGE: &str = "the share: the sums of the path are too large";
const NO_SETTLEMENT: &str = "a share belongs to a settlement, and to nothing else";
const SHARE_LINE: &str = "line 5: `share`, place, places, amount, `counted` or `uncounted`, and 32 hexadecimal digits are expected";
const NODE_LINE: &str = "line 7: a hash in base64, a sum and a count are expected";

/// Line of the extra data, what stands there, what is put there, and why that is refused.
const CHANGES: [(usize, &str, &str, &str); 33] = [
    (4, "share 2 ", "share 3 ", OTHER_ROOT),
    (4, "share 2 ", "share 5 ", "the share: the roster has 5 places, there is no place 5"),
    (4, " 5 50", " 4 50", THREE),
    (4, " 5 50", " 9 50", THREE),
    (4, " 5 50", " 2199023255552 50", "the roster has 2199023255552 places, there is no place 2"),
    (4, " 50 ", " 51 ", OTHER_ROOT),
    (4, " 50 ", " 18446744073709551615 ", TOO_LARGE),
    (4, " 50 counted", " 50 uncounted", "the share: somebody who is not counted cannot be charged"),
    (4, " 50 counted", " 0 uncounted", OTHER_ROOT),
    (4, "2222", "2223", OTHER_ROOT),
    (5, "rowS", "rowT", OTHER_ROOT),
    (5, " 0 0", " 1 0", OTHER_ROOT),
    (5, " 0 0", " 0 1", OTHER_ROOT),
    (6, " 260 2", " 259 2", OTHER_ROOT),
    (6, " 260 2", " 260 3", "the share: a part of the tree counts 3 members on 2 places"),
    (6, " 260 2", " 18446744073709551615 2", TOO_LARGE),
    (7, " 130 1", " 130 0", OTHER_ROOT),
    // The form: one spelling, nothing missing, nothing behind the end.
    (4, "share 2 ", "share 02 ", SHARE_LINE),
    (4, " 50 ", " +50 ", SHARE_LINE),
    (4, " 50 ", " 0.50 ", SHARE_LINE),
    (4, " 50 ", "  50 ", SHARE_LINE),
    (4, "counted", "Counted", SHARE_LINE),
    (4, "counted", "true", SHARE_LINE),
    (4, "2222", "222A", SHARE_LINE),
    (4, "2222", "22", SHARE_LINE),
    (4, "2222", "222222", SHARE_LINE),
    (4, " counted 22222222222222222222222222222222", " counted", SHARE_LINE),
    (4, "22222222222222222222222222222222", "22222222222222222222222222222222 x", SHARE_LINE),
    (4, "share ", "Share ", "line 5: `inner` and two numbers are expected"),
    (6, " 260 2", " 260 02", NODE_LINE),
    (6, " 260 2", " 260", NODE_LINE),
    (6, " 260 2", " 260 2 ", NODE_LINE),
    (6, "Yc= ", "Yd= ", NODE_LINE),
];

#[test]
fn every_part_of_the_share_that_is_changed_is_refused_with_its_reason() {
    let extra = extra_of(&own());
    let lines: Vec<&str> = extra.lines().collect();
    for (line, from, to, expected) in CHANGES {
        let mut changed: Vec<String> = lines.iter().map(ToString::to_string).collect();
        assert!(changed[line].contains(from), "{from:?} in {}", changed[line]);
        changed[line] = changed[line].replacen(from, to, 1);
        let error = check_extra(&format!("{}\n", changed.join("\n"))).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{from:?} to {to:?}: {error}");
    }
}

#[test]
fn lines_too_many_too_few_or_of_another_kind_are_refused_with_the_reason() {
    let extra = extra_of(&own());
    let lines: Vec<&str> = extra.lines().collect();
    let without = |line: usize| {
        let rest = lines.iter().enumerate().filter(|(at, _)| *at != line);
        rest.fold(String::new(), |text, (_, line)| text + line + "\n")
    };
    let evidence = format!("{HEADER}\nkind evidence\nat 1\nsalt {0}\ndigest {0}\n", "5a".repeat(32));
    let behind = "line 9: a hash in base64, a sum and a count are expected";
    for (text, expected) in [
        (without(5), "the share: a part of the tree counts 2 members on 1 places"),
        (without(7), "the share: the path has 2 nodes, which does not fit the size of the roster"),
        (
            format!("{extra}{}\n", lines[7]),
            "the share: the path has 4 nodes, which does not fit the size of the roster",
        ),
        (format!("{extra}x\n"), behind),
        (format!("{extra}\n"), behind),
        (format!("{extra}inner 0 1\n"), behind),
        (extra.trim_end().to_owned(), "line 8: the line does not end with a newline"),
        (
            extra.clone() + &format!("{}\n", lines[7]).repeat(40),
            "line 46: the way of a share has at most 40 nodes",
        ),
        (extra.replacen("kind settlement", "kind notice", 1), NO_SETTLEMENT),
        (format!("{evidence}{}\n", lines[4]), NO_SETTLEMENT),
        (
            format!("{HEADER}\nkind settlement\nat 1\npayload AAAA\n{}\n", lines[4]),
            "the settlement: byte 10: the text is empty or has control characters",
        ),
    ] {
        let error = check_extra(&text).unwrap_err().to_string();
        assert!(error.ends_with(expected), "{error}\n{text}");
    }
}

/// The number of places gives the way its form and is in no hash: another one is refused, or says the same of the share.
#[test]
fn no_byte_of_a_share_can_be_changed_but_the_number_of_places_within_one_form() {
    let (receipt, trusted) = (own(), trusted());
    let shown = check(&receipt.to_string()).unwrap();
    let mut same = Vec::new();
    let mut try_text = |text: &str| {
        let Ok(found) = check_with(&trusted, text) else { return };
        let read: Receipt = text.parse().unwrap();
        let (share, own) = (read.share().unwrap(), receipt.share().unwrap());
        assert_eq!((&found.entry, share.leaf, &share.path.nodes), (&shown.entry, own.leaf, &own.path.nodes));
        same.push(share.path.size);
    };
    let extra = extra_of(&receipt).into_bytes();
    for at in 0..extra.len() {
        for flip in [0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80] {
            let mut bytes = extra.clone();
            bytes[at] ^= flip;
            try_text(&TlogProof { extra: Some(bytes), ..receipt.proof().clone() }.to_string());
        }
    }
    let text = receipt.to_string();
    for at in 0..text.len() {
        let mut bytes = text.clone().into_bytes();
        bytes[at] ^= 1;
        if let Ok(changed) = String::from_utf8(bytes) {
            try_text(&changed);
        }
    }
    assert_eq!(same, [7], "`5` with one bit changed is also `7`, a tree in which place 2 has the same way");
}

/// How an entry is changed, and why the receipt with that entry is refused.
type Change = (fn(&mut Entry), &'static str);

fn equation_in(entry: &mut Entry) -> &mut Equation {
    let Body::Settlement { equation, .. } = &mut entry.body else { unreachable!() };
    equation
}

fn tree_in(entry: &mut Entry) -> &mut ShareTree {
    let Body::Settlement { shares: Some(shares), .. } = &mut entry.body else { unreachable!() };
    shares
}

const COST: &str = "the equation of the period does not hold: the cost is";
const SIDES: &str = "the equation of the period does not hold: 450 minor units are used, 451 come in";

/// What the tree and the equation do not know: only the log knows it.
const ONLY_LOGGED: [Change; 4] = [
    (|it| it.at += 1, NOT_LOGGED),
    (|it| equation_in(it).share += 1, NOT_LOGGED),
    (
        |it| {
            let Body::Settlement { currency, .. } = &mut it.body else { unreachable!() };
            "EUR".clone_into(currency);
        },
        NOT_LOGGED,
    ),
    (
        |it| {
            let Body::Settlement { statement, .. } = &mut it.body else { unreachable!() };
            *statement = Hash::digest(b"another");
        },
        NOT_LOGGED,
    ),
];

/// What contradicts the share or itself, whatever the log says.
const CONTRADICTIONS: [Change; 16] = [
    (|it| equation_in(it).aid += 1, COST),
    (|it| equation_in(it).fee += 1, COST),
    (|it| equation_in(it).carried_in += 1, COST),
    (|it| equation_in(it).surplus_before += 1, COST),
    (|it| equation_in(it).cost += 1, COST),
    (|it| equation_in(it).headcount += 1, "the tree counts 4 members, the equation of the period 5"),
    (
        |it| equation_in(it).shares_total += 1,
        "all shares of the tree are 440 minor units, those of the equation of the period 441",
    ),
    (|it| equation_in(it).surplus += 1, "does not hold: 451 minor units are used, 450 come in"),
    (|it| equation_in(it).borne_by_operator += 1, SIDES),
    (|it| equation_in(it).borne_by_sponsor += 1, SIDES),
    (|it| equation_in(it).carried_out += 1, SIDES),
    (|it| tree_in(it).root = Hash::digest(b"another"), OTHER_ROOT),
    (|it| tree_in(it).sum += 1, "the share: the shares add up to 440 minor units, the settlement says 441"),
    (|it| tree_in(it).count += 1, "the share: the path counts 4 members, the settlement says 5"),
    // Tree and equation changed together agree with each other, and not with the path.
    (
        |it| {
            tree_in(it).sum = 441;
            (equation_in(it).shares_total, equation_in(it).surplus) = (441, 127);
        },
        "the share: the shares add up to 440 minor units, the settlement says 441",
    ),
    (
        |it| {
            let Body::Settlement { shares, .. } = &mut it.body else { unreachable!() };
            *shares = None;
        },
        "this period was settled without a tree of shares",
    ),
];

/// What comes out when the own receipt states another settlement.
fn check_with_entry(entry: &Entry) -> String {
    let lines = extra_of(&own());
    let shares = &lines[lines.find("share ").unwrap()..];
    let payload = to_base64(&entry.payload().unwrap());
    let extra = format!("{HEADER}\nkind settlement\nat {}\npayload {payload}\n{shares}", entry.at);
    check_extra(&extra).unwrap_err().to_string()
}

#[test]
fn every_part_of_the_settlement_that_is_changed_is_refused_with_its_reason() {
    let good = settlement(equation(), Some(head_of(&five())));
    for (number, (change, expected)) in CONTRADICTIONS.into_iter().chain(ONLY_LOGGED).enumerate() {
        let mut entry = good.clone();
        change(&mut entry);
        let error = check_with_entry(&entry);
        assert!(error.contains(expected), "{number}: {error}, expected {expected}");
        // Whoever makes such a receipt is told the same, where it is not only the log that disagrees.
        match receipt(&entry, proof_at(&five(), OWN)) {
            Ok(_) => assert_eq!(expected, NOT_LOGGED, "{number}"),
            Err(error) => assert!(error.to_string().contains(expected), "{number}: {error}"),
        }
    }
    for which in 0..2 {
        let mut entry = good.clone();
        let Body::Settlement { plan, period, .. } = &mut entry.body else { unreachable!() };
        [plan, period][which].push('x');
        // The period is in each leaf: the same share of another period is another leaf.
        assert!(check_with_entry(&entry).ends_with(OTHER_ROOT));
        let error = receipt(&entry, proof_at(&five(), OWN)).unwrap_err().to_string();
        assert!(error.starts_with("the share is not of the period that was settled"), "{error}");
    }
}

#[test]
fn every_part_of_the_log_that_is_changed_is_refused_with_its_reason() {
    let text = own().to_string();
    let lines: Vec<&str> = text.lines().collect();
    let head = lines.iter().position(|line| line.is_empty()).unwrap() + 1;
    let other = Hash::digest(b"another").to_string();
    let rows = [
        (2, "index 5", "the proof leads to another root than the one that was signed"),
        (2, "index 7", "the tree has 7 entries, there is no entry 7"),
        (3, other.as_str(), "the proof leads to another root than the one that was signed"),
        (head, "log.example/2027", "the log `log.example/2027` is not known"),
        (head + 1, "8", "is false"),
        (head + 2, other.as_str(), "is false"),
        (head + 4, "— stranger.example AAAAAAAA", "no known key signed"),
        (head + 5, "— stranger.example AAAAAAAA", "0 of 1 known witnesses cosigned, which is no quorum"),
    ];
    for (line, put, expected) in rows {
        let mut changed = lines.clone();
        changed[line] = put;
        let error = check(&format!("{}\n", changed.join("\n"))).unwrap_err().to_string();
        assert!(error.contains(expected), "line {line}, {put:?}: {error}");
    }
    let fewer: Vec<&str> =
        lines.iter().enumerate().filter(|(at, _)| *at != 3).map(|(_, line)| *line).collect();
    let error = check(&format!("{}\n", fewer.join("\n"))).unwrap_err().to_string();
    assert_eq!(error, "the proof has 2 hashes, which does not fit the size of the tree");
}

#[test]
fn a_share_that_does_not_belong_to_the_settlement_cannot_be_made() {
    let head = head_of(&five());
    let good = settlement(equation(), Some(head.clone()));
    let share = proof_at(&five(), OWN);
    let notice = public().entry().unwrap().payload().unwrap();
    let made = |payload: Vec<u8>, share: ShareProof| {
        Receipt::of_share(AT, payload, share, own().proof().clone()).unwrap_err().to_string()
    };
    let error = made(notice, share.clone());
    assert!(error.contains("cut off") || error.contains("too many"), "{error}");
    let other_period = ShareProof {
        leaf: ShareLeaf { period: PeriodTag::new(PLAN, "2019-02-a"), ..share.leaf },
        ..share.clone()
    };
    let payload = good.payload().unwrap();
    assert_eq!(
        made(payload.clone(), other_period),
        "the share is not of the period that was settled (neighbours, 2019-01-b)"
    );
    let uncounted = ShareProof { leaf: ShareLeaf { counted: false, ..share.leaf }, ..share.clone() };
    assert_eq!(made(payload.clone(), uncounted), "the share: somebody who is not counted cannot be charged");
    let beside = ShareProof { leaf: five()[3], ..share.clone() };
    assert!(made(payload, beside).contains("another root"));
    let without = settlement(equation(), None).payload().unwrap();
    assert_eq!(made(without, share), "this period was settled without a tree of shares");
}

/// A way of 27 nodes to a place among a hundred million, in a log of a million entries: what a member of the largest plan keeps.
#[test]
fn a_receipt_out_of_a_hundred_million_places_is_small() {
    let places = 100_000_000_u64;
    let own = leaf(12_345_678, 3, true);
    let mut nodes = Vec::new();
    let mut width = 1_u64;
    while width < places {
        // The widest possible numbers: every place below is counted and pays 0.03 yuan.
        let hash = Hash::digest(&width.to_be_bytes());
        let below = width.min(places - width);
        nodes.push(ShareNode { hash, sum: 3 * below, count: below });
        width *= 2;
    }
    assert_eq!(nodes.len(), 27);
    let path = SharePath { size: places, nodes };
    let head = path.root(&own).unwrap().head();
    let entry = settlement(equation_of(&head), Some(head));
    let hashes = (0..20_u8).map(|n| Hash::digest(&[n])).collect();
    let proof = TlogProof { index: 1_000_000, path: hashes, ..proof_of(&entry) };
    let receipt =
        Receipt::of_share(AT, entry.payload().unwrap(), ShareProof { leaf: own, path }, proof).unwrap();
    let text = receipt.to_string();
    let cosignature = text.lines().last().unwrap().len() + 1;
    let size = text.len() - cosignature;
    assert!(size < 4096, "{size} bytes without cosignatures");
    assert_eq!(text.parse().as_ref(), Ok(&receipt));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    /// Any place of any tree: the receipt reads back and verifies; any other place's leaf, and any changed node, does not.
    #[test]
    fn any_place_of_any_tree_has_one_receipt(
        size in 1_usize..=3_000,
        at in any::<prop::sample::Index>(),
        other in any::<prop::sample::Index>(),
        seed in any::<u64>(),
    ) {
        let amount = |place: u64| place.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(seed) >> 50;
        let leaves: Vec<ShareLeaf> = (0..size as u64)
            .map(|place| {
                let counted = amount(place) % 7 != 0;
                leaf(place, if counted { amount(place) } else { 0 }, counted)
            })
            .collect();
        let head = head_of(&leaves);
        let entry = settlement(equation_of(&head), Some(head));
        let (at, other) = (at.index(size), other.index(size));
        let share = proof_at(&leaves, at);
        let made = receipt(&entry, share.clone()).unwrap();
        let text = made.to_string();
        prop_assert_eq!(&text.parse::<Receipt>().unwrap(), &made);
        prop_assert_eq!(check(&text).unwrap().entry, entry.clone());
        if other != at {
            let stranger = ShareProof { leaf: leaves[other], ..share.clone() };
            prop_assert!(receipt(&entry, stranger).is_err());
        }
        for level in 0..share.path.nodes.len() {
            let mut moved = share.clone();
            moved.path.nodes[level].sum += 1;
            prop_assert!(receipt(&entry, moved).is_err());
        }
    }
}
