//! The tree of all shares of a period: one leaf for each place of the roster, sums and counts in every node.
//!
//! Shape: [`ShareLeaf`] is what one member is charged, [`ShareNode`] a hash with the sum and the count below it, [`SharePath`] the
//! way from a leaf to the root that stands in the `settlement` entry. The tree has the form of RFC 6962, section 2.1, so
//! that whole subtrees can be hashed apart from each other. How a hundred million leaves are hashed is in `crates/settle`.
//!
//! Guarantees: a node hashes both children's hashes, sums **and** counts, so that none of them can be moved from one side to
//! the other; no subtree counts more members than it has places; sums that do not fit are refused. A path that verifies
//! shows the own share, and that the same root carries the sum and the number of all shares.
//!
//! Limits: a leaf says nothing about who stands at its place of the roster; the roster's own root does.

use std::fmt;

use sha2::{Digest as _, Sha256};

use crate::entry::ShareTree;
use crate::hash::Hash;

/// First byte of a leaf; 0 and 1 are those of the log (RFC 6962).
pub const LEAF_TAG: u8 = 2;
/// First byte of an inner node.
pub const NODE_TAG: u8 = 3;
/// Bytes of a leaf: they fit into one block of SHA-256 with its padding.
pub const LEAF_BYTES: usize = 50;
/// Bytes of an inner node.
pub const NODE_BYTES: usize = 97;
/// Bytes of a salt.
pub const SALT_BYTES: usize = 16;
/// Nodes of the longest path: places of a roster are numbered with fewer bits than that.
pub const MAX_PATH: usize = 40;

/// Which period of which plan a leaf is of: the first 16 bytes of SHA-256 over name, plan and period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PeriodTag(pub [u8; 16]);

impl PeriodTag {
    /// The tag of a period as the `settlement` entry names it.
    pub fn new(plan: &str, period: &str) -> Self {
        let digest: [u8; 32] =
            Sha256::digest(format!("huzhu.org/shares@v1\n{plan}\n{period}\n").as_bytes()).into();
        let (tag, _) = digest.split_first_chunk().expect("32 bytes hold 16");
        Self(*tag)
    }
}

/// What one place of the roster is charged in one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareLeaf {
    /// The period.
    pub period: PeriodTag,
    /// 16 bytes that nobody else can guess: without them the hash of a neighbour would tell the neighbour's share.
    pub salt: [u8; SALT_BYTES],
    /// Place in the roster, from 0; never given to anybody else.
    pub index: u64,
    /// The share after the yearly cap, in minor units; 0 where nobody is counted.
    pub amount: u64,
    /// Whether this place was counted in the headcount. False for members who have left or do not share yet.
    pub counted: bool,
}

impl ShareLeaf {
    /// Its bytes: tag, period, salt, index and amount (big-endian), counted.
    pub fn bytes(&self) -> [u8; LEAF_BYTES] {
        let mut bytes = [0; LEAF_BYTES];
        let pieces: [&[u8]; 6] = [
            &[LEAF_TAG],
            &self.period.0,
            &self.salt,
            &self.index.to_be_bytes(),
            &self.amount.to_be_bytes(),
            &[u8::from(self.counted)],
        ];
        for (to, from) in bytes.iter_mut().zip(pieces.into_iter().flatten()) {
            *to = *from;
        }
        bytes
    }

    /// Its node.
    pub fn node(&self) -> ShareNode {
        let hash = Hash::digest(&self.bytes());
        ShareNode { hash, sum: self.amount, count: u64::from(self.counted) }
    }
}

/// A node: what lies below it, hashed and added up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareNode {
    /// SHA-256 of a leaf, or of both children.
    pub hash: Hash,
    /// All shares below, in minor units.
    pub sum: u64,
    /// All counted members below.
    pub count: u64,
}

impl ShareNode {
    /// The node above two others; nothing when a sum is too large.
    pub fn above(left: &Self, right: &Self) -> Option<Self> {
        let mut hash = Sha256::new().chain_update([NODE_TAG]);
        for node in [left, right] {
            hash.update(node.hash.as_bytes());
            hash.update(node.sum.to_be_bytes());
            hash.update(node.count.to_be_bytes());
        }
        Some(Self {
            hash: Hash::from_bytes(hash.finalize().into()),
            sum: left.sum.checked_add(right.sum)?,
            count: left.count.checked_add(right.count)?,
        })
    }

    /// The head of a tree with this root.
    pub const fn head(&self) -> ShareTree {
        ShareTree { root: self.hash, sum: self.sum, count: self.count }
    }
}

/// The root over nodes that each stand for `2^k` leaves, the last one for as many or fewer: RFC 6962 with sums. `None` for no
/// nodes, or a sum that is too large.
pub fn root_of(nodes: &[ShareNode]) -> Option<ShareNode> {
    let mut row = nodes.to_vec();
    while row.len() > 1 {
        row = row_above(&row)?;
    }
    row.first().copied()
}

/// One row up: pairs are hashed, an odd last node rises as it is.
fn row_above(row: &[ShareNode]) -> Option<Vec<ShareNode>> {
    let above = row.chunks(2).map(|pair| match pair {
        [left, right] => ShareNode::above(left, right),
        rest => rest.first().copied(),
    });
    above.collect()
}

/// The nodes beside the way from node `at` to the root over `nodes`, from below. `None` when there is no such node.
pub fn path_of(nodes: &[ShareNode], at: usize) -> Option<Vec<ShareNode>> {
    nodes.get(at)?;
    let (mut row, mut at) = (nodes.to_vec(), at);
    let mut path = Vec::new();
    while row.len() > 1 {
        // An odd last node has nothing beside it and rises as it is.
        path.extend(row.get(at ^ 1).copied());
        row = row_above(&row)?;
        at >>= 1;
    }
    Some(path)
}

/// The way from a leaf to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SharePath {
    /// Places of the roster.
    pub size: u64,
    /// Nodes beside the way, from the leaf upwards.
    pub nodes: Vec<ShareNode>,
}

/// Why a share is not shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ShareError {
    /// The place lies behind the end of the roster.
    #[error("the roster has {size} places, there is no place {index}")]
    NoSuchPlace {
        /// Place, from 0.
        index: u64,
        /// Places of the roster.
        size: u64,
    },
    /// The path has more or fewer nodes than a tree of this size has levels.
    #[error("the path has {0} nodes, which does not fit the size of the roster")]
    Length(usize),
    /// A part of the tree is said to count more members than it has places.
    #[error("a part of the tree counts {count} members on {places} places")]
    TooMany {
        /// Members said to be counted.
        count: u64,
        /// Places there are.
        places: u64,
    },
    /// Sums too large to be true.
    #[error("the sums of the path are too large")]
    TooLarge,
    /// A share without being counted.
    #[error("somebody who is not counted cannot be charged")]
    NotCounted,
    /// The path leads to another root.
    #[error("the path leads to another root than the one of the settlement")]
    OtherRoot,
    /// The path leads to the right root with another sum.
    #[error("the shares add up to {found} minor units, the settlement says {stated}")]
    OtherSum {
        /// What the path adds up to.
        found: u64,
        /// What the settlement says.
        stated: u64,
    },
    /// The path leads to the right root with another number of members.
    #[error("the path counts {found} members, the settlement says {stated}")]
    OtherCount {
        /// What the path counts.
        found: u64,
        /// What the settlement says.
        stated: u64,
    },
}

impl SharePath {
    /// The root to which the way from `leaf` leads.
    ///
    /// # Errors
    /// [`ShareError`]; nothing is compared with a root yet.
    pub fn root(&self, leaf: &ShareLeaf) -> Result<ShareNode, ShareError> {
        let (index, size) = (leaf.index, self.size);
        if index >= size || size >> MAX_PATH != 0 {
            return Err(ShareError::NoSuchPlace { index, size });
        }
        if leaf.amount > 0 && !leaf.counted {
            return Err(ShareError::NotCounted);
        }
        let mut node = leaf.node();
        // `at` and `last` number the nodes of one row; `width` is how many places a whole node of that row has.
        let (mut at, mut last, mut width) = (index, size.saturating_sub(1), 1_u64);
        let mut beside = self.nodes.iter();
        while last > 0 {
            let is_right = at & 1 == 1;
            if is_right || at < last {
                let other = beside.next().ok_or(ShareError::Length(self.nodes.len()))?;
                let neighbour = at ^ 1;
                let begin = neighbour.saturating_mul(width);
                let places = width.min(size.saturating_sub(begin));
                if other.count > places {
                    return Err(ShareError::TooMany { count: other.count, places });
                }
                let (left, right) = if is_right { (other, &node) } else { (&node, other) };
                node = ShareNode::above(left, right).ok_or(ShareError::TooLarge)?;
            }
            at >>= 1;
            last >>= 1;
            width = width.saturating_mul(2);
        }
        if beside.next().is_some() { Err(ShareError::Length(self.nodes.len())) } else { Ok(node) }
    }

    /// Checks that `leaf` is in the tree whose head the settlement states.
    ///
    /// # Errors
    /// [`ShareError`], with what does not agree.
    pub fn verify(&self, leaf: &ShareLeaf, head: &ShareTree) -> Result<(), ShareError> {
        let root = self.root(leaf)?;
        if root.hash != head.root {
            return Err(ShareError::OtherRoot);
        }
        if root.sum != head.sum {
            return Err(ShareError::OtherSum { found: root.sum, stated: head.sum });
        }
        if root.count != head.count {
            return Err(ShareError::OtherCount { found: root.count, stated: head.count });
        }
        Ok(())
    }
}

impl fmt::Display for PeriodTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests;
