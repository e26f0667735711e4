//! Checks of proofs, after RFC 9162, sections 2.1.3.2 and 2.1.4.2.

use crate::hash::{Hash, node_hash};

/// Why a proof shows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The entry would lie behind the end of the tree.
    #[error("the tree has {size} entries, there is no entry {index}")]
    NoSuchEntry {
        /// Position of the entry, from 0.
        index: u64,
        /// Entries of the tree.
        size: u64,
    },
    /// The older tree is larger than the newer one: a log that forgot entries.
    #[error("the log went back from {old} to {new} entries")]
    WentBack {
        /// Entries that were seen before.
        old: u64,
        /// Entries that are said to be there now.
        new: u64,
    },
    /// The proof has more or fewer hashes than a tree of this size has levels.
    #[error("the proof has {0} hashes, which does not fit the size of the tree")]
    Length(usize),
    /// The hashes lead to another root.
    #[error("the proof leads to another root than the one that was signed")]
    OtherRoot,
}

/// The root to which a proof leads: of the tree of `size` entries in which `leaf` is entry `index`.
pub fn root_of_inclusion(leaf: &Hash, index: u64, size: u64, path: &[Hash]) -> Result<Hash, ProofError> {
    let Some(last) = size.checked_sub(1).filter(|last| index <= *last) else {
        return Err(ProofError::NoSuchEntry { index, size });
    };
    let (mut at, mut last) = (index, last);
    let mut root = *leaf;
    for beside in path {
        if last == 0 {
            return Err(ProofError::Length(path.len()));
        }
        if at & 1 == 1 || at == last {
            root = node_hash(beside, &root);
            // An odd last node rises without being hashed until it has a left neighbour.
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = node_hash(&root, beside);
        }
        at >>= 1;
        last >>= 1;
    }
    if last == 0 { Ok(root) } else { Err(ProofError::Length(path.len())) }
}

/// Checks that `leaf` is entry `index` of the tree with this size and root.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if root_of_inclusion(leaf, index, size, path)? == *root { Ok(()) } else { Err(ProofError::OtherRoot) }
}

/// Checks that the tree of `old` entries is the beginning of the tree of `new` entries. Both are given as size and root.
pub fn verify_consistency(old: (u64, &Hash), new: (u64, &Hash), proof: &[Hash]) -> Result<(), ProofError> {
    let ((old_size, old_root), (new_size, new_root)) = (old, new);
    if old_size > new_size {
        return Err(ProofError::WentBack { old: old_size, new: new_size });
    }
    if old_size == new_size || old_size == 0 {
        if !proof.is_empty() {
            return Err(ProofError::Length(proof.len()));
        }
        let is_same = old_size < new_size || old_root == new_root;
        return if is_same { Ok(()) } else { Err(ProofError::OtherRoot) };
    }
    let (mut at, mut last) = (old_size.saturating_sub(1), new_size.saturating_sub(1));
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    // A complete older tree is itself the node from which both ways begin.
    let (start, rest) = if old_size.is_power_of_two() {
        (*old_root, proof)
    } else {
        let (first, rest) = proof.split_first().ok_or(ProofError::Length(0))?;
        (*first, rest)
    };
    let (mut before, mut after) = (start, start);
    for hash in rest {
        if last == 0 {
            return Err(ProofError::Length(proof.len()));
        }
        if at & 1 == 1 || at == last {
            before = node_hash(hash, &before);
            after = node_hash(hash, &after);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            after = node_hash(&after, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    if last != 0 {
        return Err(ProofError::Length(proof.len()));
    }
    if before == *old_root && after == *new_root { Ok(()) } else { Err(ProofError::OtherRoot) }
}
