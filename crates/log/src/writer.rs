//! Writing a log: entries in, the bytes of tiles and bundles out.
//!
//! Shape: [`TileWriter`] holds the right edge: one growing tile for each level and one growing bundle. What is complete comes
//! out of [`TileWriter::append`] at once and never changes; what is not comes out of [`TileWriter::partials`] when a
//! checkpoint is made.
//!
//! Guarantees: memory is bounded by 8 tiles and one bundle, whatever the size; the same entries always give the same files.
//!
//! Limits: it writes nothing itself; the caller makes files durable before it signs a checkpoint.

use crate::format::FormatError;
use crate::hash::{Hash, empty_root, leaf_hash};
use crate::tile::{Bundle, MAX_ENTRY, Resource, TILE_WIDTH, Tile, push_entry};
use crate::tree::{Frontier, Tiles, TreeError, fold, fold_right};

/// A file to be written below the log's prefix.
pub type File = (Resource, Vec<u8>);

/// The right edge of a log that is being written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TileWriter {
    size: u64,
    /// For each level the hashes of its growing tile: fewer than 256.
    levels: Vec<Vec<Hash>>,
    /// Bytes of the growing bundle.
    bundle: Vec<u8>,
}

impl TileWriter {
    /// An empty log.
    pub const fn new() -> Self {
        Self { size: 0, levels: Vec::new(), bundle: Vec::new() }
    }

    /// The edge of a log of `size` entries, from its partial tiles and the bytes of its partial bundle (empty if the size is a
    /// multiple of 256). Reads at most 8 tiles. The root is not compared with anything: the caller does.
    pub fn load<T: Tiles>(size: u64, tiles: &T, bundle: &[u8]) -> Result<Self, TreeError<T::Error>> {
        let mut levels = Vec::new();
        for level in 0_u8..8 {
            let hashes = size >> (u32::from(level) * 8);
            if hashes == 0 {
                break;
            }
            let partial = Tile::at(level, hashes >> 8, size).filter(|tile| !tile.is_full());
            levels.push(match partial {
                None => Vec::new(),
                Some(tile) => {
                    let bytes = tiles.tile(tile).map_err(TreeError::Read)?;
                    tile.hashes(&bytes).map_err(TreeError::Damaged)?
                }
            });
        }
        let bundle = Self::load_bundle(size, levels.first(), bundle).map_err(TreeError::Damaged)?;
        Ok(Self { size, levels, bundle })
    }

    /// Compares the entries of the growing bundle with their hashes.
    fn load_bundle(size: u64, leaves: Option<&Vec<Hash>>, bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
        let Some(bundle) = Bundle::at(size >> 8, size) else {
            return Ok(Vec::new());
        };
        let mut checked = Vec::new();
        for (entry, leaf) in bundle.entries(bytes)?.into_iter().zip(leaves.into_iter().flatten()) {
            if leaf_hash(entry) != *leaf {
                return Err(FormatError::byte(checked.len(), format!("{} is not its tile", bundle.path())));
            }
            // An entry that was read has a length that fits.
            let _fits = push_entry(&mut checked, entry);
        }
        Ok(checked)
    }

    /// Number of entries.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends an entry. Files that became complete are added to `done`. False, and nothing appended, if the entry is longer
    /// than [`MAX_ENTRY`].
    #[must_use]
    pub fn append(&mut self, entry: &[u8], done: &mut Vec<File>) -> bool {
        if entry.len() > MAX_ENTRY || !push_entry(&mut self.bundle, entry) {
            return false;
        }
        let index = self.size >> 8;
        self.size = self.size.saturating_add(1);
        if self.size.trailing_zeros() >= 8 {
            let bytes = std::mem::take(&mut self.bundle);
            done.extend(Bundle::new(index, TILE_WIDTH).map(|bundle| (Resource::Bundle(bundle), bytes)));
        }
        self.push(leaf_hash(entry), done);
        true
    }

    /// Adds a hash to the growing tile of level 0 and lets full tiles rise.
    fn push(&mut self, leaf: Hash, done: &mut Vec<File>) {
        let mut rising = Some(leaf);
        let mut level = 0_u8;
        while let Some(hash) = rising {
            if self.levels.len() <= usize::from(level) {
                self.levels.push(Vec::with_capacity(usize::from(TILE_WIDTH)));
            }
            let Some(row) = self.levels.get_mut(usize::from(level)) else { return };
            row.push(hash);
            rising = if row.len() == usize::from(TILE_WIDTH) { fold(row) } else { None };
            if rising.is_some() {
                let shift = u32::from(level).saturating_add(1).saturating_mul(8);
                let index = self.size.checked_shr(shift).unwrap_or(0).saturating_sub(1);
                let tile = Tile::new(level, index, TILE_WIDTH);
                done.extend(tile.map(|tile| (Resource::Tile(tile), bytes_of(row))));
                row.clear();
            }
            level = level.saturating_add(1);
        }
    }

    /// The partial tiles and the partial bundle of the log as it is now: what a checkpoint of this size needs besides the
    /// complete files.
    pub fn partials(&self) -> Vec<File> {
        let mut files = Vec::new();
        for (level, row) in (0_u8..).zip(&self.levels) {
            let index = self.size.checked_shr(u32::from(level).saturating_add(1).saturating_mul(8));
            let width = u16::try_from(row.len()).unwrap_or(0);
            let tile = Tile::new(level, index.unwrap_or(0), width);
            files.extend(tile.map(|tile| (Resource::Tile(tile), bytes_of(row))));
        }
        let bundle = Bundle::at(self.size >> 8, self.size);
        files.extend(
            bundle.filter(|_| !self.bundle.is_empty()).map(|b| (Resource::Bundle(b), self.bundle.clone())),
        );
        files
    }

    /// The root of the tree.
    pub fn root(&self) -> Hash {
        fold_right(self.subtrees().into_iter()).unwrap_or_else(empty_root)
    }

    /// The same edge without its tiles.
    pub fn frontier(&self) -> Frontier {
        Frontier::from_parts(self.size, self.subtrees()).unwrap_or_default()
    }

    /// Roots of the complete subtrees, the largest first.
    fn subtrees(&self) -> Vec<Hash> {
        let mut subtrees = Vec::new();
        for row in self.levels.iter().rev() {
            let mut rest = row.as_slice();
            while let Some(height) = rest.len().checked_ilog2() {
                let Some((subtree, behind)) = rest.split_at_checked(1 << height) else { break };
                subtrees.extend(fold(subtree));
                rest = behind;
            }
        }
        subtrees
    }
}

fn bytes_of(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}
