//! Full replay of a published log: reads every bundle, makes every tile again from the entries, and compares.
//!
//! Shape: [`replay`] walks the log once from its first entry to its signed head; [`Files`] is where the files come from.
//!
//! Guarantees: if it returns `Ok`, each file that a checkpoint of this size needs is there and is the one that the entries
//! give, their root is the root that was asked for, and each earlier head is the beginning of the log. Memory is bounded by
//! one bundle and the right edge, whatever the size.
//!
//! Limits: signatures are the caller's business, before and not after. Partial tiles of older checkpoints are not looked at:
//! logs may delete them.

use std::fmt;

use crate::format::FormatError;
use crate::hash::Hash;
use crate::tile::{Bundle, Resource};
use crate::writer::{File, TileWriter};

/// Where the files of a published log are read from.
pub trait Files {
    /// Why a file could not be read at all: a broken disk, no network.
    type Error;

    /// The bytes of a tile or bundle, or those of the full one at its place; nothing if neither is there.
    fn file(&mut self, resource: Resource) -> Result<Option<Vec<u8>>, Self::Error>;
}

/// Size and root of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Head {
    /// Number of entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

/// What is wrong with a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Finding {
    /// A gap: the head needs this file and it is not there.
    #[error("{0} is missing")]
    Missing(Resource),
    /// The file cannot be taken apart.
    #[error("{resource} is damaged: {why}")]
    Damaged {
        /// Which file.
        resource: Resource,
        /// What is wrong with it.
        why: FormatError,
    },
    /// The hashes of a tile are not those of the entries.
    #[error("{0} does not follow from the entries: an entry or a hash was altered")]
    Altered(Resource),
    /// The log has other entries than the head says.
    #[error("the root of the first {size} entries is {computed}, but the head says {stated}")]
    OtherRoot {
        /// Entries counted.
        size: u64,
        /// Root of the entries that are there.
        computed: Hash,
        /// Root of the head.
        stated: Hash,
    },
    /// A rollback: the log was larger before.
    #[error("the log has {now} entries, but a checkpoint of {before} was seen before: it was rolled back")]
    RolledBack {
        /// Entries now.
        now: u64,
        /// Entries of the earlier head.
        before: u64,
    },
    /// A fork: entries that were under an earlier head are not those that are there now.
    #[error("the first {size} entries are not those of the earlier checkpoint: the history was changed")]
    Forked {
        /// Entries of the earlier head.
        size: u64,
    },
}

/// Why a replay did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReplayError<E> {
    /// Files could not be read, so nothing is known.
    Read(E),
    /// The log is wrong.
    Wrong(Finding),
}

impl<E: fmt::Display> fmt::Display for ReplayError<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read(error) => error.fmt(f),
            Self::Wrong(finding) => finding.fmt(f),
        }
    }
}

/// What a replay has read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Replayed {
    /// Entries, each of them hashed.
    pub entries: u64,
    /// Bundles.
    pub bundles: u64,
    /// Tiles of hashes, compared byte by byte.
    pub tiles: u64,
    /// Earlier heads that are the beginning of this log.
    pub earlier: u64,
}

/// Reads the whole log below `head` and compares it with the head and with `earlier` heads of the same log (in any order).
/// Each entry is handed to `each` with its index, in order, before its bundle's tiles are compared: what `each` makes of them
/// counts only if the replay ends well. Stops at the first thing that is wrong.
pub fn replay<F: Files>(
    files: &mut F,
    head: Head,
    earlier: &[Head],
    each: &mut impl FnMut(u64, &[u8]),
) -> Result<Replayed, ReplayError<F::Error>> {
    let mut heads = earlier.to_vec();
    heads.sort_unstable();
    heads.dedup();
    if let Some(beyond) = heads.iter().find(|earlier| earlier.size > head.size) {
        let finding = Finding::RolledBack { now: head.size, before: beyond.size };
        return Err(ReplayError::Wrong(finding));
    }
    let mut walk = Walk { writer: TileWriter::new(), heads: &heads, seen: Replayed::default() };
    walk.compare_heads().map_err(ReplayError::Wrong)?;
    for bundle in Bundle::all(head.size) {
        let resource = Resource::Bundle(bundle);
        let bytes = read(files, resource)?;
        let entries = bundle.entries(&bytes);
        let entries = entries.map_err(|why| ReplayError::Wrong(Finding::Damaged { resource, why }))?;
        walk.seen.bundles = walk.seen.bundles.saturating_add(1);
        let mut done = Vec::new();
        for entry in entries {
            each(walk.writer.size(), entry);
            walk.append(entry, &mut done).map_err(ReplayError::Wrong)?;
        }
        walk.compare_tiles(files, done)?;
    }
    let partials = walk.writer.partials();
    walk.compare_tiles(files, partials)?;
    let computed = walk.writer.root();
    if computed != head.root {
        let finding = Finding::OtherRoot { size: head.size, computed, stated: head.root };
        return Err(ReplayError::Wrong(finding));
    }
    Ok(walk.seen)
}

struct Walk<'a> {
    writer: TileWriter,
    /// Earlier heads that are still ahead, by size.
    heads: &'a [Head],
    seen: Replayed,
}

impl Walk<'_> {
    fn append(&mut self, entry: &[u8], done: &mut Vec<File>) -> Result<(), Finding> {
        // An entry that came out of a bundle has a length that fits into one.
        let _fits = self.writer.append(entry, done);
        self.seen.entries = self.seen.entries.saturating_add(1);
        self.compare_heads()
    }

    fn compare_heads(&mut self) -> Result<(), Finding> {
        while let Some((next, rest)) = self.heads.split_first() {
            if next.size != self.writer.size() {
                break;
            }
            if next.root != self.writer.root() {
                return Err(Finding::Forked { size: next.size });
            }
            self.seen.earlier = self.seen.earlier.saturating_add(1);
            self.heads = rest;
        }
        Ok(())
    }

    /// Compares tiles that follow from the entries with the published ones; bundles were read already.
    fn compare_tiles<F: Files>(
        &mut self,
        files: &mut F,
        expected: Vec<File>,
    ) -> Result<(), ReplayError<F::Error>> {
        for (resource, expected) in expected {
            let Resource::Tile(tile) = resource else { continue };
            let published = read(files, resource)?;
            let hashes = tile.hashes(&published);
            hashes.map_err(|why| ReplayError::Wrong(Finding::Damaged { resource, why }))?;
            if !published.starts_with(&expected) {
                return Err(ReplayError::Wrong(Finding::Altered(resource)));
            }
            self.seen.tiles = self.seen.tiles.saturating_add(1);
        }
        Ok(())
    }
}

fn read<F: Files>(files: &mut F, resource: Resource) -> Result<Vec<u8>, ReplayError<F::Error>> {
    let bytes = files.file(resource).map_err(ReplayError::Read)?;
    bytes.ok_or(ReplayError::Wrong(Finding::Missing(resource)))
}

#[cfg(test)]
mod tests;
