//! The evidence vault: files that are encrypted piece by piece, in a folder or in the bucket of an object store.
//!
//! Shape: bytes come into a staging folder of the data folder (`intake`), in their final form (`chunk`), and a whole file moves to
//! where files stay (`place`). The key of a file has two halves: the caller keeps one under the key of a person, the vault the other
//! in its `index`, wrapped under a `master` key. `old` reads files of the first layout.
//!
//! Guarantees: [`Vault::save`](huzhu_app::ports::Intake::save) and every method of [`Vault`] are durable when they return; a changed,
//! cut or swapped file does not open; nothing touches a disk or a network unencrypted; memory does not grow with the file.
//! Destroying either half destroys the file; the vault's half is overwritten in the index, and after a rotation no older copy of
//! the index opens with the keys that remain ([decision 8](../../../../docs/decisions/0008-two-halves-of-a-file-key.md)).
//!
//! Limits: one process. Whether a disk overwrites its blocks is the disk's business, which is why halves are wrapped.

mod chunk;
mod index;
mod intake;
mod master;
mod old;
mod place;
mod reader;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use huzhu_app::ports::{FileId, Intake, OwnerHalf, Pieces, Staged, Vault, VaultError};
use huzhu_domain::time::Moment;

use crate::crypto::Key;
use crate::secret::InstanceSecret;
use index::{Entry, Index, IndexError, State};
use place::{Place, PlaceError};

/// Folder of files that stay, inside the data folder.
const EVIDENCE: &str = "evidence";
/// Folder of files on their way in, inside the data folder.
const STAGING: &str = "uploads";

/// Keeps evidence files.
#[derive(Clone, Debug)]
pub struct EvidenceVault {
    index: Arc<Index>,
    staging: Place,
    staging_folder: PathBuf,
    place: Place,
    old: old::OldFiles,
    writers: Arc<Mutex<BTreeSet<FileId>>>,
}

/// Why a vault does not open.
#[derive(Debug, thiserror::Error)]
#[error("the evidence vault cannot be used: {0}")]
pub struct VaultOpenError(String);

fn unavailable(error: impl std::fmt::Display) -> VaultError {
    VaultError::Unavailable(error.to_string())
}

/// Disk work goes to a thread for blocking work: a slow disk must not stop other requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    tokio::task::spawn_blocking(work).await.map_err(unavailable)?
}

/// Note and tail of a file on its way, encrypted under its half.
fn seal_note(file: FileId, half: &Key, note: &[u8], tail: &[u8]) -> Result<Vec<u8>, VaultError> {
    let length = u32::try_from(note.len()).map_err(unavailable)?;
    let clear = [length.to_be_bytes().as_slice(), note, tail].concat();
    chunk::note_key(file, half).seal(b"note", &clear).map_err(unavailable)
}

/// The reverse of [`seal_note`].
fn open_note(entry: &Entry, half: &Key) -> Result<(Vec<u8>, Vec<u8>), VaultError> {
    let key = chunk::note_key(entry.file, half);
    let clear = key.open(b"note", &entry.note).map_err(|_| VaultError::Tampered)?;
    let (length, rest) = clear.split_first_chunk::<4>().ok_or(VaultError::Tampered)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).unwrap_or(usize::MAX);
    let (note, tail) = rest.split_at_checked(length).ok_or(VaultError::Tampered)?;
    Ok((note.to_vec(), tail.to_vec()))
}

/// Says that one request writes a file, for as long as it lives.
struct Writing {
    writers: Arc<Mutex<BTreeSet<FileId>>>,
    file: FileId,
}

impl Drop for Writing {
    fn drop(&mut self) {
        self.writers.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.file);
    }
}

impl EvidenceVault {
    /// The vault of a data folder. Files stay in its folder `evidence`, or at an address such as `s3://bucket/prefix`.
    ///
    /// # Errors
    /// When a folder cannot be made, the address is not understood, or index and master keys do not fit together.
    pub fn open(data: &Path, address: Option<&str>, secret: &InstanceSecret) -> Result<Self, VaultOpenError> {
        let failed = |error: &dyn std::fmt::Display| VaultOpenError(error.to_string());
        std::fs::create_dir_all(data).map_err(|error| failed(&error))?;
        let staging_folder = data.join(STAGING);
        let staging = Place::folder(&staging_folder).map_err(|error| failed(&error))?;
        let folder = data.join(EVIDENCE);
        let place = address.map_or_else(|| Place::folder(&folder), Place::bucket);
        let index = Index::open(data, secret.key("vault master keys")).map_err(|error| failed(&error))?;
        Ok(Self {
            index: Arc::new(index),
            staging,
            staging_folder,
            place: place.map_err(|error| failed(&error))?,
            old: old::OldFiles { folder, key: secret.key("evidence vault") },
            writers: Arc::default(),
        })
    }

    /// Makes a new master key, wraps every half under it and destroys the old one: no older copy of the index opens any more with
    /// the keys that remain. Files themselves are not touched. Answers how many halves there are.
    ///
    /// # Errors
    /// When the disk fails; the rotation goes on at the next start.
    pub fn rotate(&self) -> Result<u64, VaultOpenError> {
        self.index.rotate().map_err(|error| VaultOpenError(error.to_string()))
    }

    /// A row, off the async threads.
    async fn find(&self, file: FileId) -> Result<(Entry, Key), VaultError> {
        let found = self.on_index(move |index| index.find(file)).await?;
        found.ok_or(VaultError::Missing)
    }

    async fn on_index<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Index) -> Result<T, IndexError> + Send + 'static,
    ) -> Result<T, VaultError> {
        let index = Arc::clone(&self.index);
        blocking(move || work(&index).map_err(unavailable)).await
    }

    fn staged_path(&self, file: FileId) -> PathBuf {
        self.staging_folder.join(file.0.simple().to_string())
    }

    /// Removes the bytes of a file wherever they are, then its row, whose key is destroyed already.
    async fn remove_bytes(&self, file: FileId, parts: Option<&str>) -> Result<(), VaultError> {
        self.staging.remove(file).await.map_err(unavailable)?;
        if let Some(parts) = parts {
            self.place.abort(file, parts).await.map_err(unavailable)?;
        }
        self.place.remove(file).await.map_err(unavailable)?;
        self.on_index(move |index| index.forget(file)).await
    }
}

fn show(found: &(Entry, Key)) -> Result<Option<Staged>, VaultError> {
    let (entry, half) = found;
    let Some(until) = entry.until else { return Ok(None) };
    let (note, _) = open_note(entry, half)?;
    Ok(Some(Staged { file: entry.file, bytes: entry.bytes, note, until }))
}

#[async_trait]
impl Vault for EvidenceVault {
    async fn begin(&self, file: FileId, note: &[u8], until: Moment) -> Result<(), VaultError> {
        let note = note.to_vec();
        let seal = move |half: &Key| {
            seal_note(file, half, &note, &[]).map_err(|error| std::io::Error::other(error.to_string()).into())
        };
        self.on_index(move |index| index.begin(file, seal, until)).await
    }

    async fn staged(&self, file: FileId) -> Result<Option<Staged>, VaultError> {
        match self.find(file).await {
            Ok(found) => show(&found),
            Err(VaultError::Missing) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn all_staged(&self) -> Result<Vec<Staged>, VaultError> {
        let all = self.on_index(Index::staged).await?;
        Ok(all.iter().map(show).collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
    }

    async fn append(&self, file: FileId, half: &OwnerHalf) -> Result<Box<dyn Intake>, VaultError> {
        if !self.writers.lock().unwrap_or_else(PoisonError::into_inner).insert(file) {
            return Err(VaultError::Busy);
        }
        let writing = Writing { writers: Arc::clone(&self.writers), file };
        let found = self.find(file).await?;
        if found.0.until.is_none() {
            return Err(VaultError::Missing);
        }
        let (index, path) = (Arc::clone(&self.index), self.staged_path(file));
        Ok(Box::new(intake::FileIntake::open(index, path, found, half, writing).await?))
    }

    async fn finish(&self, file: FileId, half: &OwnerHalf) -> Result<(), VaultError> {
        let (entry, own) = self.find(file).await?;
        if entry.state != State::Open {
            return Ok(());
        }
        let (index, path, half) = (Arc::clone(&self.index), self.staged_path(file), half.clone());
        blocking(move || intake::finish(&index, &path, &entry, &own, &half)).await
    }

    async fn annotate(&self, file: FileId, note: &[u8]) -> Result<(), VaultError> {
        let (entry, half) = self.find(file).await?;
        if entry.until.is_none() {
            return Err(VaultError::Missing);
        }
        let (_, tail) = open_note(&entry, &half)?;
        let sealed = seal_note(file, &half, note, &tail)?;
        self.on_index(move |index| index.save(file, entry.state, entry.bytes, &sealed)).await
    }

    async fn publish(&self, file: FileId) -> Result<(), VaultError> {
        let (entry, _) = self.find(file).await?;
        match entry.state {
            State::Published => return Ok(()),
            State::Finished => {}
            State::Open | State::Destroyed => return Err(VaultError::Missing),
        }
        if let Some(parts) = &entry.parts {
            self.place.abort(file, parts).await.map_err(unavailable)?;
        }
        // A crash after the move and before the row: the bytes are there already.
        if self.staging.has(file).await.map_err(unavailable)? {
            let index = Arc::clone(&self.index);
            let note = move |parts: Option<&str>| {
                let noted = index.sending(file, parts);
                noted.map_err(|error| PlaceError::Disk(std::io::Error::other(error.to_string())))
            };
            self.place.publish(file, self.staged_path(file), note).await.map_err(unavailable)?;
        } else if !self.place.has(file).await.map_err(unavailable)? {
            return Err(VaultError::Missing);
        }
        self.on_index(move |index| index.published(file)).await
    }

    async fn accept(&self, file: FileId) -> Result<(), VaultError> {
        self.on_index(move |index| index.accept(file)).await
    }

    async fn read(
        &self,
        file: FileId,
        half: Option<&OwnerHalf>,
        range: Range<u64>,
    ) -> Result<Box<dyn Pieces>, VaultError> {
        let Some(half) = half else {
            return self.old.read(file, range).await;
        };
        let (entry, own) = self.find(file).await?;
        let key = chunk::content_key(file, &own, half);
        let staged = match entry.state {
            State::Published => false,
            State::Finished => self.staging.has(file).await.map_err(unavailable)?,
            State::Open | State::Destroyed => return Err(VaultError::Missing),
        };
        let place = if staged { &self.staging } else { &self.place };
        let (store, name) = (place.store(), place.name(file));
        Ok(Box::new(reader::Records::open(store.as_ref(), &name, file, key, range).await?))
    }

    async fn destroy(&self, file: FileId) -> Result<(), VaultError> {
        let parts = match self.find(file).await {
            Ok((entry, _)) => entry.parts,
            Err(VaultError::Missing) => None,
            Err(error) => return Err(error),
        };
        // The half goes first: from here on the bytes are noise.
        self.on_index(move |index| index.destroy(file)).await?;
        self.remove_bytes(file, parts.as_deref()).await?;
        self.old.remove(file).await
    }

    async fn sweep(&self) -> Result<(), VaultError> {
        for entry in self.on_index(Index::destroyed).await? {
            self.remove_bytes(entry.file, entry.parts.as_deref()).await?;
        }
        Ok(())
    }
}
