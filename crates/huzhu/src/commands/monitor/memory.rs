//! What a monitor remembers: for each place the head that was seen last, and whom it believes there.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use huzhu_log::SignedCheckpoint;
use huzhu_log::tlog_policy::TlogPolicy;
use serde::{Deserialize, Serialize};
use tempfile::NamedTempFile;

use crate::output::Failure;

/// The form of the file.
const VERSION: u32 = 1;

/// What was seen at one place.
pub(super) struct Remembered {
    /// Whom to believe there.
    pub(super) rules: TlogPolicy,
    /// The newest head that was shown to continue all before it.
    pub(super) signed: SignedCheckpoint,
    /// When a head was seen there for the first time.
    pub(super) first_seen: String,
    /// When this one was seen.
    pub(super) last_seen: String,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    places: BTreeMap<String, StoredPlace>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredPlace {
    #[serde(rename = "policy")]
    rules: String,
    checkpoint: String,
    first_seen: String,
    last_seen: String,
}

/// The file of a monitor.
pub(super) struct Memory {
    path: PathBuf,
    stored: Stored,
}

impl Memory {
    /// Reads the file; an absent one is an empty memory. A damaged one is refused: starting anew would forget what was seen.
    pub(super) fn open(path: &Path) -> Result<Self, Failure> {
        let shown = path.display();
        let stored = match std::fs::read(path) {
            Ok(bytes) => serde_json::from_slice::<Stored>(&bytes)
                .map_err(|error| Failure::Broken(format!("{shown} is damaged and not replaced: {error}")))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                Stored { version: VERSION, ..Stored::default() }
            }
            Err(error) => return Err(Failure::broken(&shown.to_string(), error)),
        };
        if stored.version != VERSION {
            return Err(Failure::Broken(format!("{shown} is of version {}, not {VERSION}", stored.version)));
        }
        Ok(Self { path: path.to_owned(), stored })
    }

    /// What was seen at a place.
    pub(super) fn at(&self, place: &str) -> Result<Option<Remembered>, Failure> {
        let Some(stored) = self.stored.places.get(place) else {
            return Ok(None);
        };
        let damaged = |error: huzhu_log::FormatError| {
            Failure::Broken(format!("{} is damaged and not replaced: {error}", self.path.display()))
        };
        Ok(Some(Remembered {
            rules: TlogPolicy::parse(stored.rules.as_bytes()).map_err(damaged)?,
            signed: stored.checkpoint.parse().map_err(damaged)?,
            first_seen: stored.first_seen.clone(),
            last_seen: stored.last_seen.clone(),
        }))
    }

    /// Keeps what was seen at a place: durable when it returns.
    pub(super) fn keep(&mut self, place: &str, seen: Remembered) -> Result<(), Failure> {
        let stored = StoredPlace {
            rules: String::from_utf8_lossy(seen.rules.text()).into_owned(),
            checkpoint: seen.signed.to_string(),
            first_seen: seen.first_seen,
            last_seen: seen.last_seen,
        };
        self.stored.places.insert(place.to_owned(), stored);
        let mut text = serde_json::to_vec_pretty(&self.stored)
            .map_err(|error| Failure::broken("writing the state", error))?;
        text.push(b'\n');
        write_whole(&self.path, &text)
    }

    /// Writes the note that was seen last and the one that is served now into files of their own beside the state. Files
    /// that are there already are not touched: the first evidence stays.
    pub(super) fn keep_evidence(
        &self,
        place: &str,
        what: &str,
        served: &str,
    ) -> Result<Vec<PathBuf>, Failure> {
        let mut kept = Vec::new();
        let before = self.stored.places.get(place).map(|stored| ("before", stored.checkpoint.as_str()));
        for (when, text) in before.into_iter().chain([("now", served)]) {
            let path = (0_u32..10_000).map(|number| self.evidence_path(what, number, when)).find(|path| {
                !path.exists() || std::fs::read(path).is_ok_and(|bytes| bytes == text.as_bytes())
            });
            let Some(path) = path else { continue };
            if !path.exists() {
                write_whole(&path, text.as_bytes())?;
            }
            kept.push(path);
        }
        Ok(kept)
    }

    fn evidence_path(&self, what: &str, number: u32, when: &str) -> PathBuf {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy();
        self.path.with_file_name(format!("{name}.{what}-{number}-{when}.note"))
    }
}

/// Replaces a file in one step, durably.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let broken = |error: std::io::Error| Failure::broken(&path.display().to_string(), error);
    let folder = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let mut file = NamedTempFile::new_in(folder).map_err(broken)?;
    file.write_all(bytes).map_err(broken)?;
    file.as_file().sync_all().map_err(broken)?;
    file.persist(path).map_err(|error| broken(error.error))?;
    // The name, too.
    std::fs::File::open(folder).and_then(|folder| folder.sync_all()).map_err(broken)
}
