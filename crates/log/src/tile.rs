//! The static files of a log: tiles of 256 hashes and bundles of 256 entries, with their paths (C2SP tlog-tiles).
//!
//! Guarantees: a path has one spelling, so two paths never name the same file; a path that is read has no part that could
//! leave the log's folder.
//!
//! Limits: tiles of height 8 only, as C2SP asks; sizes below 2^64.

use std::fmt;

use crate::format::{FormatError, decimal};
use crate::hash::Hash;

/// Hashes in a full tile, entries in a full bundle.
pub const TILE_WIDTH: u16 = 256;

/// Bytes of the longest entry: the length in a bundle has 16 bits.
pub const MAX_ENTRY: usize = 65_535;

/// Names a tile: up to 256 hashes side by side on one level of tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tile {
    level: u8,
    index: u64,
    width: u16,
}

/// Names a bundle: up to 256 entries with their lengths.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bundle {
    index: u64,
    width: u16,
}

/// A file below the prefix of a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// The signed head, the one file that changes.
    Checkpoint,
    /// Hashes.
    Tile(Tile),
    /// Entries.
    Bundle(Bundle),
}

impl Tile {
    /// The tile of `width` hashes (1 to 256) at `index` of `level` (0 to 63; level 0 holds hashes of leaves).
    pub fn new(level: u8, index: u64, width: u16) -> Option<Self> {
        (level < 64 && is_width(width)).then_some(Self { level, index, width })
    }

    /// Level of tiles: 0 holds hashes of leaves, each level above hashes of full tiles below.
    pub const fn level(self) -> u8 {
        self.level
    }

    /// Position on its level.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// How many hashes it has, 1 to 256.
    pub const fn width(self) -> u16 {
        self.width
    }

    /// True if it has all 256 hashes and will never change.
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The full tile of the same place: what a reader may try when the partial one is gone.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// The tile at `index` of `level` in a tree of `size` leaves, as wide as it is there; nothing if the tree has none.
    pub fn at(level: u8, index: u64, size: u64) -> Option<Self> {
        let hashes = size.checked_shr(u32::from(level).checked_mul(8)?).unwrap_or(0);
        Self::new(level, index, width_at(index, hashes)?)
    }

    /// All tiles that a tree of `size` leaves has, level by level.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        (0_u8..8).flat_map(move |level| {
            let hashes = size >> (u32::from(level) * 8);
            (0..hashes.div_ceil(256)).filter_map(move |index| Self::at(level, index, size))
        })
    }

    /// Path below the log's prefix: `tile/<level>/<index>[.p/<width>]`.
    pub fn path(self) -> String {
        Resource::Tile(self).to_string()
    }

    /// The hashes in the bytes of this tile. More bytes than the width asks for are allowed, because a reader may have
    /// fetched the full tile in place of a partial one.
    pub fn hashes(self, bytes: &[u8]) -> Result<Vec<Hash>, FormatError> {
        let wanted = usize::from(self.width) * Hash::LEN;
        let most = usize::from(TILE_WIDTH) * Hash::LEN;
        if bytes.len() < wanted || bytes.len() > most || !bytes.len().is_multiple_of(Hash::LEN) {
            let what = format!("{} has {} bytes, {wanted} are expected", self.path(), bytes.len());
            return Err(FormatError::byte(bytes.len().min(wanted), what));
        }
        let hashes = bytes.chunks_exact(Hash::LEN).take(usize::from(self.width));
        Ok(hashes.filter_map(Hash::from_slice).collect())
    }
}

impl Bundle {
    /// The bundle of `width` entries (1 to 256) whose first entry is `256 * index`.
    pub fn new(index: u64, width: u16) -> Option<Self> {
        is_width(width).then_some(Self { index, width })
    }

    /// Its position: the first entry is `256 * index`.
    pub const fn index(self) -> u64 {
        self.index
    }

    /// How many entries it has, 1 to 256.
    pub const fn width(self) -> u16 {
        self.width
    }

    /// True if it has all 256 entries and will never change.
    pub const fn is_full(self) -> bool {
        self.width == TILE_WIDTH
    }

    /// The full bundle of the same place.
    #[must_use]
    pub const fn full(self) -> Self {
        Self { width: TILE_WIDTH, ..self }
    }

    /// The bundle at `index` in a tree of `size` leaves, as wide as it is there; nothing if the tree has none.
    pub fn at(index: u64, size: u64) -> Option<Self> {
        Self::new(index, width_at(index, size)?)
    }

    /// All bundles that a tree of `size` leaves has.
    pub fn all(size: u64) -> impl Iterator<Item = Self> {
        (0..size.div_ceil(256)).filter_map(move |index| Self::at(index, size))
    }

    /// Path below the log's prefix: `tile/entries/<index>[.p/<width>]`.
    pub fn path(self) -> String {
        Resource::Bundle(self).to_string()
    }

    /// The entries in the bytes of this bundle; as with [`Tile::hashes`], the bytes may be those of a wider one.
    pub fn entries(self, bytes: &[u8]) -> Result<Vec<&[u8]>, FormatError> {
        let mut entries = decode_bundle(bytes)?;
        if entries.len() < usize::from(self.width) {
            let what = format!("{} has {} entries, {} are expected", self.path(), entries.len(), self.width);
            return Err(FormatError::byte(bytes.len(), what));
        }
        entries.truncate(usize::from(self.width));
        Ok(entries)
    }
}

fn is_width(width: u16) -> bool {
    (1..=TILE_WIDTH).contains(&width)
}

/// How many of `hashes` side by side fall into the tile at `index`.
fn width_at(index: u64, hashes: u64) -> Option<u16> {
    let before = index.checked_mul(u64::from(TILE_WIDTH))?;
    let width = hashes.checked_sub(before)?.min(u64::from(TILE_WIDTH));
    u16::try_from(width).ok()
}

impl Resource {
    /// Reads a path below the log's prefix, without a slash in front.
    pub fn parse(path: &str) -> Result<Self, FormatError> {
        if path == "checkpoint" {
            return Ok(Self::Checkpoint);
        }
        let wrong = |what: &'static str| FormatError::whole(what);
        let rest = path
            .strip_prefix("tile/")
            .ok_or_else(|| wrong("the path is neither `checkpoint` nor below `tile/`"))?;
        let (level, rest) = rest.split_once('/').ok_or_else(|| wrong("the path has no index"))?;
        let (number, width) = match rest.split_once(".p/") {
            Some((number, width)) => {
                let width = decimal(width).and_then(|width| u16::try_from(width).ok());
                let width = width.filter(|width| (1..TILE_WIDTH).contains(width));
                (number, width.ok_or_else(|| wrong("a partial width is a number from 1 to 255"))?)
            }
            None => (rest, TILE_WIDTH),
        };
        let index = parse_index(number)
            .ok_or_else(|| wrong("the index is not made of groups like `x001/x234/067`"))?;
        if level == "entries" {
            return Ok(Self::Bundle(Bundle { index, width }));
        }
        let level = decimal(level).and_then(|level| u8::try_from(level).ok()).filter(|level| *level < 64);
        let level = level.ok_or_else(|| wrong("the level is neither a number from 0 to 63 nor `entries`"))?;
        Ok(Self::Tile(Tile { level, index, width }))
    }

    /// True if the file never changes once it is there.
    pub const fn is_immutable(self) -> bool {
        !matches!(self, Self::Checkpoint)
    }
}

impl fmt::Display for Resource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (index, width) = match self {
            Self::Checkpoint => return f.write_str("checkpoint"),
            Self::Tile(tile) => {
                write!(f, "tile/{}/", tile.level)?;
                (tile.index, tile.width)
            }
            Self::Bundle(bundle) => {
                f.write_str("tile/entries/")?;
                (bundle.index, bundle.width)
            }
        };
        write_index(f, index)?;
        if width < TILE_WIDTH { write!(f, ".p/{width}") } else { Ok(()) }
    }
}

/// Groups of three digits, all but the last with an `x`.
fn write_index(f: &mut fmt::Formatter<'_>, index: u64) -> fmt::Result {
    let mut groups = vec![index.rem_euclid(1000)];
    let mut rest = index.div_euclid(1000);
    while rest > 0 {
        groups.push(rest.rem_euclid(1000));
        rest = rest.div_euclid(1000);
    }
    for (left, group) in groups.iter().enumerate().rev() {
        if left > 0 { write!(f, "x{group:03}/")? } else { write!(f, "{group:03}")? }
    }
    Ok(())
}

fn parse_index(text: &str) -> Option<u64> {
    let (head, last) = text.rsplit_once('/').map_or((None, text), |(head, last)| (Some(head), last));
    let mut index = 0_u64;
    let groups = head.into_iter().flat_map(|head| head.split('/'));
    for (position, group) in groups.enumerate() {
        let value = group_value(group.strip_prefix('x')?)?;
        // A first group of zeros would be a second spelling of the same number.
        if position == 0 && value == 0 {
            return None;
        }
        index = index.checked_mul(1000)?.checked_add(value)?;
    }
    index.checked_mul(1000)?.checked_add(group_value(last)?)
}

fn group_value(group: &str) -> Option<u64> {
    let is_group = group.len() == 3 && group.bytes().all(|b| b.is_ascii_digit());
    if is_group { group.parse().ok() } else { None }
}

/// Appends one entry to the bytes of a bundle: its length in two bytes, big-endian, then the entry. False, and nothing
/// appended, if the entry is longer than [`MAX_ENTRY`].
#[must_use]
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> bool {
    let Ok(length) = u16::try_from(entry.len()) else {
        return false;
    };
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    true
}

/// The bytes of a bundle: each entry with its length in front. Nothing if an entry is longer than [`MAX_ENTRY`].
pub fn encode_bundle<'a>(entries: impl IntoIterator<Item = &'a [u8]>) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    entries.into_iter().all(|entry| push_entry(&mut bytes, entry)).then_some(bytes)
}

/// The entries of a bundle: 1 to 256 of them, and nothing behind the last.
pub fn decode_bundle(bytes: &[u8]) -> Result<Vec<&[u8]>, FormatError> {
    let mut entries = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = bytes.len().saturating_sub(rest.len());
        if entries.len() == usize::from(TILE_WIDTH) {
            return Err(FormatError::byte(at, "a bundle has at most 256 entries"));
        }
        let Some((length, behind)) = rest.split_first_chunk::<2>() else {
            return Err(FormatError::byte(at, "the length of an entry is cut off"));
        };
        let length = usize::from(u16::from_be_bytes(*length));
        let Some((entry, behind)) = behind.split_at_checked(length) else {
            let what = format!("an entry of {length} bytes is cut off after {}", behind.len());
            return Err(FormatError::byte(at, what));
        };
        entries.push(entry);
        rest = behind;
    }
    if entries.is_empty() {
        return Err(FormatError::byte(0, "a bundle has at least one entry"));
    }
    Ok(entries)
}

#[cfg(test)]
mod tests;
