//! The Merkle tree of RFC 6962: roots, proofs that an entry is in, proofs that an older tree is the beginning of a newer one.
//!
//! Shape: [`Frontier`] appends with a few hundred bytes of memory; [`prove_inclusion`], [`prove_consistency`] and
//! [`root_from_tiles`] read tiles through [`Tiles`]; [`InnerTree`] is a small tree in memory; `verify_*` check proofs with
//! nothing but the proof. Writing tiles is in [`crate::writer`].
//!
//! Guarantees: a proof that verifies shows what it says unless SHA-256 is broken; no input makes a check panic or loop.
//!
//! Limits: a proof made from tiles is as good as the tiles: who hands it on verifies it first.

use std::collections::BTreeMap;

use crate::format::FormatError;
use crate::hash::{Hash, empty_root, node_hash};
use crate::tile::Tile;

mod frontier;
mod inner;
mod verify;

pub use frontier::Frontier;
pub use inner::InnerTree;
pub use verify::{ProofError, root_of_inclusion, verify_consistency, verify_inclusion};

/// Where tiles are read from: files, a cache, the network, memory.
pub trait Tiles {
    /// Why a tile could not be read.
    type Error;

    /// The bytes of a tile, or those of the full tile at its place.
    fn tile(&self, tile: Tile) -> Result<Vec<u8>, Self::Error>;
}

/// Tiles in memory, such as those that were fetched after asking [`tiles_for_inclusion`].
impl Tiles for BTreeMap<Tile, Vec<u8>> {
    type Error = Tile;

    /// Fails with the tile that is not there.
    fn tile(&self, tile: Tile) -> Result<Vec<u8>, Tile> {
        self.get(&tile).or_else(|| self.get(&tile.full())).cloned().ok_or(tile)
    }
}

/// Why no proof or root could be made from tiles.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TreeError<E> {
    /// The tree has no such entry.
    #[error("the tree has {size} entries, there is no entry {index}")]
    NoSuchEntry {
        /// Position that was asked for, from 0.
        index: u64,
        /// Entries of the tree.
        size: u64,
    },
    /// The older tree is larger than the newer one.
    #[error("a tree of {old} entries is not older than one of {new}")]
    NotOlder {
        /// Entries of the tree that should be older.
        old: u64,
        /// Entries of the tree that should be newer.
        new: u64,
    },
    /// A tile could not be read.
    #[error("a tile cannot be read: {0}")]
    Read(E),
    /// A tile has the wrong length.
    #[error("a tile is damaged: {0}")]
    Damaged(FormatError),
}

/// The hashes beside the way from entry `index` up to the root of a tree of `size` entries (RFC 6962, section 2.1.1).
pub fn prove_inclusion<T: Tiles>(size: u64, index: u64, tiles: &T) -> Result<Vec<Hash>, TreeError<T::Error>> {
    let ranges = inclusion_ranges(size, index).ok_or(TreeError::NoSuchEntry { index, size })?;
    Reader::new(size, tiles).roots(&ranges)
}

/// The hashes that show that the first `old` of `new` entries are the older tree (RFC 6962, section 2.1.2). Empty if the sizes
/// are equal or the older tree is empty.
pub fn prove_consistency<T: Tiles>(old: u64, new: u64, tiles: &T) -> Result<Vec<Hash>, TreeError<T::Error>> {
    let ranges = consistency_ranges(old, new).ok_or(TreeError::NotOlder { old, new })?;
    Reader::new(new, tiles).roots(&ranges)
}

/// The root of the first `size` entries.
pub fn root_from_tiles<T: Tiles>(size: u64, tiles: &T) -> Result<Hash, TreeError<T::Error>> {
    if size == 0 {
        return Ok(empty_root());
    }
    Reader::new(size, tiles).root(Range { from: 0, to: size })
}

/// The tiles that [`prove_inclusion`] reads; nothing if the tree has no such entry.
pub fn tiles_for_inclusion(size: u64, index: u64) -> Option<Vec<Tile>> {
    Some(tiles_for(size, &inclusion_ranges(size, index)?))
}

/// The tiles that [`prove_consistency`] reads; nothing if `old` is larger than `new`.
pub fn tiles_for_consistency(old: u64, new: u64) -> Option<Vec<Tile>> {
    Some(tiles_for(new, &consistency_ranges(old, new)?))
}

/// The tiles that [`root_from_tiles`] reads: those at the right edge.
pub fn tiles_for_root(size: u64) -> Vec<Tile> {
    tiles_for(size, &[Range { from: 0, to: size }])
}

/// Entries `from..to` of the tree: a node of the tree, whole or at the right edge.
#[derive(Clone, Copy, Debug)]
struct Range {
    from: u64,
    to: u64,
}

impl Range {
    /// Entries in it.
    const fn len(self) -> u64 {
        self.to.saturating_sub(self.from)
    }

    /// Where RFC 6962 splits it: at the largest power of two below its length. Its length must be 2 or more.
    fn split(self) -> (Self, Self) {
        let half = self.len().saturating_sub(1).checked_ilog2().map_or(0, |level| 1_u64 << level);
        let middle = self.from.saturating_add(half);
        (Self { to: middle, ..self }, Self { from: middle, ..self })
    }

    /// The complete subtrees that make it up, from left to right, as level (0 for leaves) and position on the level.
    fn subtrees(self) -> impl Iterator<Item = (u32, u64)> {
        let mut from = self.from;
        std::iter::from_fn(move || {
            let level = self.to.checked_sub(from)?.checked_ilog2()?;
            let index = from >> level;
            from = from.saturating_add(1 << level);
            Some((level, index))
        })
    }
}

/// Ranges whose roots are the inclusion proof, from the leaf upwards.
fn inclusion_ranges(size: u64, index: u64) -> Option<Vec<Range>> {
    if index >= size {
        return None;
    }
    let mut ranges = Vec::new();
    let mut range = Range { from: 0, to: size };
    while range.len() > 1 {
        let (left, right) = range.split();
        let (inside, beside) = if index < right.from { (left, right) } else { (right, left) };
        ranges.push(beside);
        range = inside;
    }
    ranges.reverse();
    Some(ranges)
}

/// Ranges whose roots are the consistency proof, from below upwards: SUBPROOF of RFC 6962, section 2.1.2.
fn consistency_ranges(old: u64, new: u64) -> Option<Vec<Range>> {
    if old > new {
        return None;
    }
    let mut ranges = Vec::new();
    let mut range = Range { from: 0, to: new };
    // An empty tree is the beginning of every tree; nothing needs to be shown.
    while old > 0 && range.to > old {
        let (left, right) = range.split();
        let (inside, beside) = if old <= right.from { (left, right) } else { (right, left) };
        ranges.push(beside);
        range = inside;
    }
    // The verifier knows the root of the whole older tree, so that one is left out.
    if old > 0 && range.from > 0 {
        ranges.push(range);
    }
    ranges.reverse();
    Some(ranges)
}

/// Where a complete subtree is found: the tile that holds its hashes, where they begin in it and how many they are.
fn place(level: u32, index: u64, size: u64) -> Option<(Tile, usize, usize)> {
    let tile_level = u8::try_from(level >> 3).ok()?;
    let height = level & 7;
    let first = index.checked_shl(height)?;
    let tile = Tile::at(tile_level, first >> 8, size)?;
    Some((tile, usize::try_from(first & 255).ok()?, 1 << height))
}

fn tiles_for(size: u64, ranges: &[Range]) -> Vec<Tile> {
    let subtrees = ranges.iter().flat_map(|range| range.subtrees());
    let mut tiles: Vec<Tile> =
        subtrees.filter_map(|(level, index)| place(level, index, size)).map(|(tile, _, _)| tile).collect();
    tiles.sort_unstable();
    tiles.dedup();
    tiles
}

/// The root over the hashes of complete subtrees of one size, whose number is a power of two or the right edge.
pub(crate) fn fold(hashes: &[Hash]) -> Option<Hash> {
    let mut row: Vec<Hash> = hashes.to_vec();
    while row.len() > 1 {
        row = row
            .chunks(2)
            .filter_map(|pair| match pair {
                [left, right] => Some(node_hash(left, right)),
                [alone] => Some(*alone),
                _ => None,
            })
            .collect();
    }
    row.first().copied()
}

/// The root over complete subtrees of falling size, from left to right.
pub(crate) fn fold_right(subtrees: impl DoubleEndedIterator<Item = Hash>) -> Option<Hash> {
    subtrees.rev().reduce(|right, left| node_hash(&left, &right))
}

/// Reads each tile once.
struct Reader<'a, T: Tiles> {
    size: u64,
    tiles: &'a T,
    read: BTreeMap<Tile, Vec<Hash>>,
}

impl<'a, T: Tiles> Reader<'a, T> {
    const fn new(size: u64, tiles: &'a T) -> Self {
        Self { size, tiles, read: BTreeMap::new() }
    }

    fn roots(&mut self, ranges: &[Range]) -> Result<Vec<Hash>, TreeError<T::Error>> {
        ranges.iter().map(|range| self.root(*range)).collect()
    }

    fn root(&mut self, range: Range) -> Result<Hash, TreeError<T::Error>> {
        let subtrees: Result<Vec<Hash>, _> =
            range.subtrees().map(|(level, index)| self.node(level, index)).collect();
        fold_right(subtrees?.into_iter()).ok_or_else(|| damaged("an empty range has no root"))
    }

    fn node(&mut self, level: u32, index: u64) -> Result<Hash, TreeError<T::Error>> {
        let place = place(level, index, self.size).ok_or_else(|| damaged("no tile has this node"))?;
        let (tile, first, count) = place;
        if !self.read.contains_key(&tile) {
            let bytes = self.tiles.tile(tile).map_err(TreeError::Read)?;
            self.read.insert(tile, tile.hashes(&bytes).map_err(TreeError::Damaged)?);
        }
        let hashes = self.read.get(&tile).and_then(|hashes| hashes.get(first..first.saturating_add(count)));
        hashes.and_then(fold).ok_or_else(|| damaged("the tile is too short for this node"))
    }
}

fn damaged<E>(what: &'static str) -> TreeError<E> {
    TreeError::Damaged(FormatError::whole(what))
}

#[cfg(test)]
mod tests;
