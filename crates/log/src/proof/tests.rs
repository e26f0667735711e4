//! Form and check of proofs.

use super::*;
use crate::checkpoint::Checkpoint;
use crate::hash::leaf_hash;
use crate::note::{NoteError, Signer};
use crate::tree::{InnerTree, ProofError};

const ORIGIN: &str = "log.example/2026";

fn signer() -> Signer {
    Signer::new(ORIGIN, &[1; 32]).unwrap()
}

fn trusted() -> TlogPolicy {
    TlogPolicy::of(&[signer().vkey()], &[], 0).unwrap()
}

fn leaf(n: u64) -> Hash {
    leaf_hash(&n.to_be_bytes())
}

fn proof(size: u64, index: u64) -> TlogProof {
    let tree = InnerTree::new((0..size).map(leaf).collect());
    let checkpoint = Checkpoint::new(ORIGIN, size, tree.root()).unwrap().sign(&signer());
    TlogProof { extra: None, index, path: tree.prove(index).unwrap(), checkpoint }
}

#[test]
fn a_proof_prints_as_c2sp_says_and_reads_back() {
    let mut one = proof(3, 1);
    one.extra = Some(b"extra".to_vec());
    let [first, second] = one.path.as_slice() else { panic!("two hashes") };
    let expected = format!(
        "c2sp.org/tlog-proof@v1\nextra ZXh0cmE=\nindex 1\n{first}\n{second}\n\n{ORIGIN}\n3\n{}\n\n— {ORIGIN} ",
        one.checkpoint.checkpoint().root()
    );
    assert!(one.to_string().starts_with(&expected), "{one}");
    assert_eq!(one.to_string().parse(), Ok(one));
    // No hashes at all, and extra data of no bytes.
    let alone = TlogProof { extra: Some(Vec::new()), ..proof(1, 0) };
    assert_eq!(alone.to_string().parse(), Ok(alone));
}

#[test]
fn a_proof_holds_for_its_leaf_its_position_and_a_known_log() {
    for size in [1, 2, 5, 8] {
        for index in 0..size {
            let one = proof(size, index);
            assert!(one.verify(&leaf(index), &trusted()).is_ok());
            assert_eq!(
                one.verify(&leaf(99), &trusted()),
                Err(TrustError::Proof(ProofError::OtherRoot)),
                "{index} of {size}"
            );
            let moved = TlogProof { index: index + 1, ..one };
            assert!(moved.verify(&leaf(index), &trusted()).is_err());
        }
    }
    let stranger = Signer::new(ORIGIN, &[2; 32]).unwrap();
    let other = TlogPolicy::of(&[stranger.vkey()], &[], 0).unwrap();
    assert_eq!(proof(3, 1).verify(&leaf(1), &other), Err(TrustError::Note(NoteError::Unsigned)));
}

#[test]
fn bad_proofs_are_refused_with_a_reason_and_a_line() {
    let good = proof(3, 1).to_string();
    let hash = Hash::digest(b"x");
    let many = format!("{HEADER}\nindex 1\n{}\n", format!("{hash}\n").repeat(64));
    let rows = [
        (String::new(), "line 1: the first line is missing"),
        (good.replace("@v1", "@v2"), "line 1: the first line of a proof is `c2sp.org/tlog-proof@v1`"),
        (format!(" {good}"), "line 1: the first line of a proof is `c2sp.org/tlog-proof@v1`"),
        (format!("{HEADER}\n"), "line 2: `index ...` is missing"),
        (good.replace("index 1", "index 01"), "line 2: `index` and a number are expected here"),
        (good.replace("index 1", "index"), "line 2: `index` and a number are expected here"),
        (good.replace("index 1", "Index 1"), "line 2: `index` and a number are expected here"),
        (good.replace("index 1", "extra A\nindex 1"), "line 2: the extra data is not padded base64"),
        (good.replace("index 1", "extra AA==\nextra AA=="), "line 3: `index` and a number are expected here"),
        (good.replace("index 1", "index 1\nx"), "line 3: 32 bytes in padded base64 are expected"),
        (many, "line 66: a proof has at most 63 hashes"),
        (format!("{HEADER}\nindex 1\n{hash}\n"), "line 4: the empty line before the checkpoint is missing"),
        (good.replace("\n3\n", "\n03\n"), "line 7: the size is not a decimal number without leading zeros"),
        (good.trim_end().to_owned(), "line 10: the line does not end with a newline"),
        (format!("{good}x"), "line 11: the line does not end with a newline"),
        (format!("{good}x\n"), "line 11: a signature line begins with an em dash and a blank"),
        ("x".repeat(MAX_PROOF + 1), "a proof has at most 1048576 bytes"),
    ];
    for (text, expected) in rows {
        let error = text.parse::<TlogProof>().unwrap_err().to_string();
        assert_eq!(error, expected, "{}", text.chars().take(300).collect::<String>());
    }
}
