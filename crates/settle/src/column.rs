//! Columns: files of numbers of one width, little-endian, one for each place of the roster.
//!
//! Shape: a thread reads or writes a range of places with one call at its offset, so that threads need no order.

use std::fs::File;
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};

use crate::SettleError;

/// A file of numbers of `width` bytes each.
#[derive(Debug)]
pub struct Column {
    path: PathBuf,
    file: File,
    width: usize,
}

impl Column {
    /// Opens a column that must have exactly `places` numbers.
    ///
    /// # Errors
    /// [`SettleError`] when the file cannot be opened or has another length.
    pub fn open(path: PathBuf, width: usize, places: u64) -> Result<Self, SettleError> {
        let file = File::open(&path).map_err(SettleError::file(&path))?;
        let found = file.metadata().map_err(SettleError::file(&path))?.len();
        let wanted = places.saturating_mul(width as u64);
        if found != wanted {
            let what = format!(
                "has {found} bytes, {places} places of {width} bytes are {wanted}; bring back the whole file"
            );
            return Err(SettleError::damaged(&path, what));
        }
        Ok(Self { path, file, width })
    }

    /// Makes a column of `places` zeros, or opens one of that length that is there already (of work that was broken off).
    ///
    /// # Errors
    /// [`SettleError`] when the file cannot be made that long.
    pub fn make(path: PathBuf, width: usize, places: u64) -> Result<Self, SettleError> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(&path);
        let file = file.map_err(SettleError::file(&path))?;
        file.set_len(places.saturating_mul(width as u64)).map_err(SettleError::file(&path))?;
        Ok(Self { path, file, width })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes of one number.
    pub const fn width(&self) -> usize {
        self.width
    }

    /// Reads the bytes of `places` numbers from place `from`; `buffer` is reused.
    ///
    /// # Errors
    /// [`SettleError::File`].
    pub fn read(&self, from: u64, places: usize, buffer: &mut Vec<u8>) -> Result<(), SettleError> {
        buffer.resize(places.saturating_mul(self.width), 0);
        let offset = from.saturating_mul(self.width as u64);
        self.file.read_exact_at(buffer, offset).map_err(SettleError::file(&self.path))
    }

    /// Writes bytes of numbers from place `from`.
    ///
    /// # Errors
    /// [`SettleError::File`].
    pub fn write(&self, from: u64, bytes: &[u8]) -> Result<(), SettleError> {
        let offset = from.saturating_mul(self.width as u64);
        self.file.write_all_at(bytes, offset).map_err(SettleError::file(&self.path))
    }

    /// Makes what was written durable.
    ///
    /// # Errors
    /// [`SettleError::File`].
    pub fn sync(&self) -> Result<(), SettleError> {
        self.file.sync_data().map_err(SettleError::file(&self.path))
    }
}

/// The numbers of a column of 4 bytes.
pub fn u32s(bytes: &[u8]) -> impl Iterator<Item = u32> + '_ {
    bytes.as_chunks::<4>().0.iter().map(|four| u32::from_le_bytes(*four))
}

/// The numbers of a column of 2 bytes.
pub fn u16s(bytes: &[u8]) -> impl Iterator<Item = u16> + '_ {
    bytes.as_chunks::<2>().0.iter().map(|two| u16::from_le_bytes(*two))
}
