//! Writing a file in the staging folder: full records go to disk, the rest waits in memory and, once saved, in the index.
//!
//! Guarantees: [`Intake::save`] makes bytes and note durable in one step: records are forced to disk first, then the index says how
//! many of them count. What a crash leaves behind them is cut off when the file is opened again.

use std::fs::{File, OpenOptions};
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use huzhu_app::ports::{FileId, Intake, OwnerHalf, VaultError};

use super::chunk::{self, CHUNK_BYTES};
use super::index::{Entry, Index, State};
use super::{Writing, blocking, open_note, seal_note, unavailable};
use crate::crypto::Key;

/// Bytes that wait in memory before records are written.
const WAITING_BYTES: usize = 4 * CHUNK_BYTES;

/// What stands on disk and what waits.
struct Body {
    disk: File,
    /// Full records on disk.
    records: u64,
    /// Content after them: 1 to [`CHUNK_BYTES`] bytes when saved, since only the end tells whether a record is the last one.
    waiting: Vec<u8>,
}

impl Body {
    /// Opens the staged file of a row at the place up to which it counts.
    fn open(path: &Path, entry: &Entry, half: &Key) -> Result<Self, VaultError> {
        let (_, waiting) = open_note(entry, half)?;
        let before = u64::try_from(waiting.len()).ok().and_then(|tail| entry.bytes.checked_sub(tail));
        let records = before.and_then(chunk::full_records).ok_or(VaultError::Tampered)?;
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut disk = options.open(path).map_err(unavailable)?;
        let there = disk.metadata().map_err(unavailable)?.len();
        if records > 0 && there < chunk::bytes_of_full(records) {
            return Err(VaultError::Tampered);
        }
        let body = (|| {
            if records == 0 {
                disk.set_len(0)?;
                disk.write_all(&chunk::MAGIC)?;
            }
            disk.set_len(chunk::bytes_of_full(records))?;
            disk.seek(SeekFrom::End(0))?;
            Ok::<_, std::io::Error>(Self { disk, records, waiting })
        })();
        body.map_err(unavailable)
    }

    /// Writes full records, as long as something is left after them.
    fn write_full(&mut self, key: &Key, file: FileId) -> Result<(), VaultError> {
        let mut written = 0_usize;
        while self.waiting.len().saturating_sub(written) > CHUNK_BYTES {
            let end = written.saturating_add(CHUNK_BYTES);
            let clear = self.waiting.get(written..end).unwrap_or_default();
            let record = chunk::seal(key, file, self.records, false, clear).map_err(unavailable)?;
            self.disk.write_all(&record).map_err(unavailable)?;
            self.records = self.records.saturating_add(1);
            written = end;
        }
        self.waiting.drain(..written);
        Ok(())
    }

    fn content(&self) -> u64 {
        let waiting = u64::try_from(self.waiting.len()).unwrap_or(u64::MAX);
        chunk::start_of(self.records).saturating_add(waiting)
    }
}

/// Adds bytes to a file on its way in.
pub(super) struct FileIntake {
    index: Arc<Index>,
    file: FileId,
    key: Key,
    half: Key,
    /// `None` while a thread works on it, after a failure, and for a file that is finished.
    body: Option<Body>,
    finished: bool,
    _writing: Writing,
}

impl FileIntake {
    pub(super) async fn open(
        index: Arc<Index>,
        path: PathBuf,
        found: (Entry, Key),
        owner: &OwnerHalf,
        writing: Writing,
    ) -> Result<Self, VaultError> {
        let (entry, half) = found;
        let (file, finished) = (entry.file, entry.state != State::Open);
        let key = chunk::content_key(file, &half, owner);
        let (body, half) = blocking(move || {
            let body = if finished { None } else { Some(Body::open(&path, &entry, &half)?) };
            Ok((body, half))
        })
        .await?;
        Ok(Self { index, file, key, half, body, finished, _writing: writing })
    }

    fn take(&mut self) -> Result<Body, VaultError> {
        self.body.take().ok_or_else(|| unavailable("the file is finished, or writing it failed before"))
    }
}

#[async_trait]
impl Intake for FileIntake {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        let mut body = self.take()?;
        body.waiting.extend_from_slice(bytes);
        if body.waiting.len() > WAITING_BYTES {
            let (key, file) = (self.key.clone(), self.file);
            body = blocking(move || {
                body.write_full(&key, file)?;
                Ok(body)
            })
            .await?;
        }
        self.body = Some(body);
        Ok(())
    }

    async fn save(&mut self, note: &[u8]) -> Result<(), VaultError> {
        if self.finished {
            return Ok(());
        }
        let mut body = self.take()?;
        let (index, file, note) = (Arc::clone(&self.index), self.file, note.to_vec());
        let (key, half) = (self.key.clone(), self.half.clone());
        let body = blocking(move || {
            body.write_full(&key, file)?;
            body.disk.sync_data().map_err(unavailable)?;
            let sealed = seal_note(file, &half, &note, &body.waiting)?;
            index.save(file, State::Open, body.content(), &sealed).map_err(unavailable)?;
            Ok(body)
        })
        .await?;
        self.body = Some(body);
        Ok(())
    }
}

/// Ends a file: its last record goes to disk, and the index says that it is whole.
pub(super) fn finish(
    index: &Index,
    path: &Path,
    entry: &Entry,
    half: &Key,
    owner: &OwnerHalf,
) -> Result<(), VaultError> {
    let (file, key) = (entry.file, chunk::content_key(entry.file, half, owner));
    let mut body = Body::open(path, entry, half)?;
    let record = chunk::seal(&key, file, body.records, true, &body.waiting).map_err(unavailable)?;
    body.disk.write_all(&record).map_err(unavailable)?;
    body.disk.sync_all().map_err(unavailable)?;
    let folder = File::open(path.parent().unwrap_or(Path::new("."))).map_err(unavailable)?;
    folder.sync_all().map_err(unavailable)?;
    let (note, _) = open_note(entry, half)?;
    let sealed = seal_note(file, half, &note, &[])?;
    index.save(file, State::Finished, entry.bytes, &sealed).map_err(unavailable)
}
