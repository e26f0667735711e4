//! Reads what is published: the port of pages, receipts and anybody who asks over HTTP.
//!
//! Guarantees: nothing is locked or changed; a path that is no path of tlog-tiles names no file.
//!
//! Limits: reads go to the page cache of the system, and nothing is kept here.

use std::path::{Path, PathBuf};

use async_trait::async_trait;
use huzhu_app::ports::{LogName, LogReader, LogYear, SequencerError};
use huzhu_log::{Bundle, Hash, Resource, SignedNote, Tile};

use super::disk::{list, read};
use super::{PUBLIC, path_in};

/// The published logs of a data folder.
#[derive(Clone, Debug)]
pub struct LogFolder {
    data: PathBuf,
}

fn unavailable(error: impl std::fmt::Display) -> SequencerError {
    SequencerError::Unavailable(error.to_string())
}

impl LogFolder {
    /// The logs of this data folder; nothing is read yet, and there need not be any.
    pub fn new(data: impl Into<PathBuf>) -> Self {
        Self { data: data.into() }
    }

    /// The public list of keys, as [`super::keys`] writes it; `None` before the first entry.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn keys(&self) -> Result<Option<String>, SequencerError> {
        self.text(&format!("{PUBLIC}/keys"))
    }

    /// Where the files are that may be served as they are.
    #[must_use]
    pub fn path(&self) -> PathBuf {
        self.data.join(PUBLIC)
    }

    fn bytes(&self, path: &str) -> Result<Option<Vec<u8>>, SequencerError> {
        read(&self.data.join(Path::new(path))).map_err(unavailable)
    }

    fn text(&self, path: &str) -> Result<Option<String>, SequencerError> {
        let bytes = self.bytes(path)?;
        let text = bytes.map(String::from_utf8).transpose();
        text.map_err(|_| SequencerError::Broken(format!("{path} is no text")))
    }

    fn checkpoint_text(&self, year: LogYear) -> Result<Option<String>, SequencerError> {
        self.text(&path_in(year.0, Resource::Checkpoint))
    }

    /// The file, or the beginning of the full one or of the newest partial one in its place.
    fn file(&self, year: LogYear, wanted: Resource) -> Result<Option<Vec<u8>>, SequencerError> {
        if let Some(bytes) = self.bytes(&path_in(year.0, wanted))? {
            return Ok(Some(bytes));
        }
        let full = full(wanted);
        if wanted == full {
            return Ok(None);
        }
        if let Some(bytes) = self.bytes(&path_in(year.0, full))? {
            return Ok(cut(wanted, &bytes));
        }
        let wider = list(&self.data.join(path_in(year.0, format!("{full}.p")))).map_err(unavailable)?;
        let widest = wider.iter().filter_map(|name| name.parse::<u16>().ok()).max();
        let Some(widest) = widest.and_then(|width| of_width(wanted, width)) else { return Ok(None) };
        Ok(self.bytes(&path_in(year.0, widest))?.and_then(|bytes| cut(wanted, &bytes)))
    }
}

fn full(file: Resource) -> Resource {
    of_width(file, 256).unwrap_or(file)
}

fn of_width(file: Resource, width: u16) -> Option<Resource> {
    match file {
        Resource::Tile(tile) => Tile::new(tile.level(), tile.index(), width).map(Resource::Tile),
        Resource::Bundle(bundle) => Bundle::new(bundle.index(), width).map(Resource::Bundle),
        Resource::Checkpoint => None,
    }
}

/// The beginning of a wider file; `None` if it is not wider.
fn cut(wanted: Resource, bytes: &[u8]) -> Option<Vec<u8>> {
    match wanted {
        Resource::Tile(tile) => {
            let length = usize::from(tile.width()).checked_mul(Hash::LEN)?;
            bytes.get(..length).map(<[u8]>::to_vec)
        }
        Resource::Bundle(bundle) => huzhu_log::encode_bundle(bundle.entries(bytes).ok()?),
        Resource::Checkpoint => None,
    }
}

#[async_trait]
impl LogReader for LogFolder {
    async fn logs(&self) -> Result<Vec<LogName>, SequencerError> {
        let names = list(&self.path()).map_err(unavailable)?;
        let mut logs = Vec::new();
        for year in names.iter().filter(|name| name.len() == 4).filter_map(|name| name.parse().ok()) {
            let year = LogYear(year);
            let text = self.checkpoint_text(year)?;
            let origin = text.as_deref().and_then(|text| text.lines().next());
            logs.extend(origin.map(|origin| LogName { year, origin: origin.to_owned() }));
        }
        Ok(logs)
    }

    async fn checkpoint(&self, year: LogYear) -> Result<Option<String>, SequencerError> {
        let text = self.checkpoint_text(year)?;
        match text.as_deref().map(SignedNote::parse) {
            Some(Err(error)) => Err(SequencerError::Broken(format!("the checkpoint of {year}: {error}"))),
            _ => Ok(text),
        }
    }

    async fn tile(&self, year: LogYear, path: &str) -> Result<Option<Vec<u8>>, SequencerError> {
        match Resource::parse(path) {
            Ok(Resource::Checkpoint) | Err(_) => Ok(None),
            Ok(file) => self.file(year, file),
        }
    }

    async fn tlog_policy(&self, year: LogYear) -> Result<Option<String>, SequencerError> {
        self.text(&path_in(year.0, "policy"))
    }
}
