use super::*;
use crate::checkpoint::Checkpoint;
use crate::cosignature::Cosigner;
use crate::hash::empty_root;
use crate::note::Signer;
use crate::tree::InnerTree;

const ORIGIN: &str = "log.example/2026";

fn log() -> Signer {
    Signer::new(ORIGIN, &[1; 32]).unwrap()
}

fn leaf(index: u64, fork: u8) -> Hash {
    crate::hash::leaf_hash(&[&index.to_be_bytes()[..], &[fork]].concat())
}

/// The log's tree; with `fork` above 0 another history from entry 5 on.
fn tree(size: u64, fork: u8) -> InnerTree {
    InnerTree::new((0..size).map(|index| leaf(index, if index < 5 { 0 } else { fork })).collect())
}

fn signed(size: u64, fork: u8) -> SignedCheckpoint {
    Checkpoint::new(ORIGIN, size, tree(size, fork).root()).unwrap().sign(&log())
}

/// A proof from `old` to `new`, straight from the definition in RFC 6962.
fn proof(old: u64, new: u64, fork: u8) -> Vec<Hash> {
    fn root(from: u64, to: u64, fork: u8) -> Hash {
        let all = tree(to, fork);
        let leaves: Vec<Hash> = (from..to).map(|at| leaf(at, if at < 5 { 0 } else { fork })).collect();
        if from == 0 { all.root() } else { InnerTree::new(leaves).root() }
    }
    fn sub(old: u64, from: u64, to: u64, whole: bool, fork: u8) -> Vec<Hash> {
        let size = to - from;
        if old == size {
            return if whole { Vec::new() } else { vec![root(from, to, fork)] };
        }
        let half = 1 << (size - 1).ilog2();
        if old <= half {
            let mut path = sub(old, from, from + half, whole, fork);
            path.push(root(from + half, to, fork));
            path
        } else {
            let mut path = sub(old - half, from + half, to, false, fork);
            path.push(root(from, from + half, fork));
            path
        }
    }
    if old == 0 || old == new { Vec::new() } else { sub(old, 0, new, true, fork) }
}

fn asked(old: u64, new: u64, fork: u8) -> AddCheckpoint {
    AddCheckpoint { old, proof: proof(old, new, fork), note: signed(new, fork).note().clone() }
}

fn seen(size: u64) -> Option<Seen> {
    (size > 0).then(|| Seen { size, root: tree(size, 0).root() })
}

#[test]
fn a_request_is_read_as_it_is_written() {
    let request = asked(3, 7, 0);
    let text = request.to_string();
    assert!(text.starts_with("old 3\n"));
    assert_eq!(text.parse(), Ok(request.clone()));
    let first = asked(0, 7, 0);
    assert!(first.to_string().starts_with("old 0\n\nlog.example/2026\n7\n"));
    assert_eq!(first.to_string().parse(), Ok(first));
    assert!(text.len() < MAX_REQUEST);
}

#[test]
fn other_spellings_of_a_request_are_refused() {
    let note = signed(7, 0).to_string();
    let hash = Hash::digest(b"x").to_string();
    let long = format!("{hash}\n").repeat(64);
    for (body, line) in [
        (format!("old 03\n\n{note}"), "line 1"),
        (format!("old -1\n\n{note}"), "line 1"),
        (format!("old  3\n\n{note}"), "line 1"),
        (format!("old\n\n{note}"), "line 1"),
        (format!("new 3\n\n{note}"), "line 1"),
        (format!("old 18446744073709551616\n\n{note}"), "line 1"),
        (format!("old 3\nAAAA\n\n{note}"), "line 2"),
        (format!("old 3\n{hash} \n\n{note}"), "line 2"),
        (format!("old 3\r\n\n{note}"), "line 1"),
        (format!("old 3\n{long}\n{note}"), "line 65"),
        ("old 3\n".to_owned(), "line 2"),
        ("old 3\n\n".to_owned(), "line 3"),
        ("old 3\n\nlog.example/2026\n7\n".to_owned(), "line 3"),
        (String::new(), "line 1"),
    ] {
        let error = body.parse::<AddCheckpoint>().expect_err(&body);
        assert!(error.to_string().starts_with(line), "{body:?}: {error}");
    }
    let longest = format!("{hash}\n").repeat(63);
    assert!(format!("old 3\n{longest}\n{note}").parse::<AddCheckpoint>().is_ok());
}

#[test]
fn what_continues_is_cosigned_and_only_signatures_of_trusted_keys_are_kept() {
    let keys = [log().vkey().clone()];
    for old in 0..=9 {
        for new in old.max(1)..=9 {
            let done = judge(&asked(old, new, 0), &keys, seen(old));
            assert_eq!(done.map(|signed| signed.checkpoint().size()), Ok(new), "{old} to {new}");
        }
    }
    let mut request = asked(0, 7, 0);
    let stranger = Cosigner::new("stranger.example", &[9; 32]).unwrap();
    request.note.add(stranger.cosign(&signed(7, 0), 1));
    let kept = judge(&request, &keys, None).unwrap();
    assert_eq!(kept.to_string(), signed(7, 0).to_string());
}

#[test]
fn each_refusal_has_its_status_and_the_first_that_applies_is_given() {
    let keys = [log().vkey().clone()];
    let other = Signer::new(ORIGIN, &[2; 32]).unwrap();
    let with = |change: fn(&mut AddCheckpoint)| {
        let mut request = asked(5, 8, 0);
        change(&mut request);
        request
    };
    let by_other = {
        let mut request = asked(5, 8, 0);
        request.note = signed(8, 0).checkpoint().sign(&other).note().clone();
        request
    };
    let false_one = {
        let mut request = asked(5, 8, 0);
        request.note = SignedNote::new(signed(8, 0).note().text()).unwrap();
        request.note.add(signed(9, 0).note().signatures()[0].clone());
        request
    };
    let text = |text: &str| {
        let mut note = SignedNote::new(text).unwrap();
        note.sign(&log());
        AddCheckpoint { old: 0, proof: Vec::new(), note }
    };
    let none: &[Vkey] = &[];
    for (what, request, keys, seen, status) in [
        ("unknown log", asked(5, 8, 0), none, seen(5), 404),
        ("other key", by_other, &keys[..], seen(5), 403),
        ("false signature", false_one, &keys, seen(5), 403),
        ("old above new", with(|request| request.old = 9), &keys, seen(9), 400),
        ("no checkpoint", text("log.example/2026\nseven\n"), &keys, None, 400),
        ("rolled back", asked(5, 8, 0), &keys, seen(9), 409),
        ("never seen", asked(5, 8, 0), &keys, None, 409),
        ("seen less", asked(5, 8, 0), &keys, seen(4), 409),
        ("proof of the first", with(|request| request.old = 0), &keys, None, 422),
        ("no proof", with(|request| request.proof.clear()), &keys, seen(5), 422),
        ("long proof", with(|request| request.proof.push(Hash::digest(b"x"))), &keys, seen(5), 422),
        (
            "proof for the same size",
            AddCheckpoint { proof: proof(5, 8, 0), ..asked(8, 8, 0) },
            &keys,
            seen(8),
            422,
        ),
        ("same size, other root", asked(8, 8, 1), &keys, seen(8), 422),
        ("another history", asked(7, 9, 1), &keys, seen(7), 422),
        ("empty tree with a root", text(&format!("{ORIGIN}\n0\n{}\n", Hash::digest(b"x"))), &keys, None, 422),
    ] {
        let refused = judge(&request, keys, seen).expect_err(what);
        assert_eq!(refused.status(), status, "{what}: {refused}");
    }
    let empty = text(&format!("{ORIGIN}\n0\n{}\n", empty_root()));
    assert!(judge(&empty, &keys, None).is_ok());
    assert_eq!(judge(&asked(5, 8, 0), &keys, seen(7)), Err(Refusal::Conflict(7)));
}
