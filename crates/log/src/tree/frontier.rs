//! The right edge of a tree: all that appending needs.

use crate::hash::{Hash, empty_root, node_hash};
use crate::tree::fold_right;

/// A tree of which only the roots of its complete subtrees are kept: at most 64 hashes, whatever its size.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// One for each bit that is set in the size, the largest subtree first.
    subtrees: Vec<Hash>,
}

impl Frontier {
    /// The empty tree.
    pub const fn new() -> Self {
        Self { size: 0, subtrees: Vec::new() }
    }

    /// A tree whose parts were kept: its size, and the roots of its complete subtrees, the largest first. Nothing if their
    /// number does not fit the size.
    pub fn from_parts(size: u64, subtrees: Vec<Hash>) -> Option<Self> {
        let wanted = usize::try_from(size.count_ones()).ok()?;
        (subtrees.len() == wanted).then_some(Self { size, subtrees })
    }

    /// Number of leaves.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Roots of the complete subtrees, the largest first.
    pub fn subtrees(&self) -> &[Hash] {
        &self.subtrees
    }

    /// Adds a leaf by its hash. One inner node is hashed on average.
    pub fn append(&mut self, leaf: Hash) {
        let mut node = leaf;
        let mut size = self.size;
        while size & 1 == 1 {
            if let Some(left) = self.subtrees.pop() {
                node = node_hash(&left, &node);
            }
            size >>= 1;
        }
        self.subtrees.push(node);
        self.size = self.size.saturating_add(1);
    }

    /// The root.
    pub fn root(&self) -> Hash {
        fold_right(self.subtrees.iter().copied()).unwrap_or_else(empty_root)
    }
}
