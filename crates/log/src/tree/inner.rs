//! A small tree in memory, for batches whose root is one entry of the log.

use crate::hash::{Hash, empty_root, node_hash};

/// A tree of which all nodes are kept: 64 bytes for each leaf.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerTree {
    /// Leaves first; each row above has half as many, an odd last node moves up as it is.
    rows: Vec<Vec<Hash>>,
}

impl InnerTree {
    /// The tree over these hashes of leaves.
    pub fn new(leaves: Vec<Hash>) -> Self {
        let mut rows = vec![leaves];
        while let Some(row) = rows.last().filter(|row| row.len() > 1) {
            let above = row
                .chunks(2)
                .filter_map(|pair| match pair {
                    [left, right] => Some(node_hash(left, right)),
                    [alone] => Some(*alone),
                    _ => None,
                })
                .collect();
            rows.push(above);
        }
        Self { rows }
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.rows.first().map_or(0, |row| row.len() as u64)
    }

    /// The root, by RFC 6962.
    pub fn root(&self) -> Hash {
        self.rows.last().and_then(|row| row.first()).copied().unwrap_or_else(empty_root)
    }

    /// The hashes beside the way from a leaf to the root; nothing if there is no such leaf.
    pub fn prove(&self, index: u64) -> Option<Vec<Hash>> {
        let mut at = usize::try_from(index).ok().filter(|_| index < self.size())?;
        let mut path = Vec::new();
        for row in &self.rows {
            // An odd last node has nothing beside it and is not hashed on the way up.
            path.extend(row.get(at ^ 1).copied());
            at >>= 1;
        }
        Some(path)
    }
}
