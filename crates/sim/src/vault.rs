//! Evidence in memory; can be switched off.
//!
//! Guarantees: the states of a file are those of the port, told by an enum and not by where bytes are; a file read with another
//! half of its key is as changed as it is on disk.
//!
//! Limits: no ranges are encrypted, nothing survives the process.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use huzhu_app::ports::{FileId, Intake, OwnerHalf, Pieces, Staged, Vault, VaultError};
use huzhu_domain::time::Moment;

/// Bytes of a piece when a file is read.
const PIECE_BYTES: usize = 64 * 1024;

/// Evidence in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryVault {
    files: Arc<Mutex<BTreeMap<FileId, Held>>>,
    writers: Arc<Mutex<BTreeSet<FileId>>>,
    down: Arc<AtomicBool>,
}

#[derive(Clone, Debug)]
struct Held {
    bytes: Vec<u8>,
    half: Option<OwnerHalf>,
    finished: bool,
    published: bool,
    /// `None` once it is accepted.
    note: Option<(Vec<u8>, Moment)>,
}

impl MemoryVault {
    /// Switches the vault off or on.
    pub fn set_down(&self, down: bool) {
        self.down.store(down, Ordering::Release);
    }

    /// How many files are there, in whatever state.
    pub fn len(&self) -> usize {
        held(&self.files).len()
    }

    /// There is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many files are on their way in.
    pub fn on_their_way(&self) -> usize {
        held(&self.files).values().filter(|held| held.note.is_some()).count()
    }

    fn check(&self) -> Result<(), VaultError> {
        if self.down.load(Ordering::Acquire) {
            Err(VaultError::Unavailable("a fault on purpose: vault".to_owned()))
        } else {
            Ok(())
        }
    }

    fn change(
        &self,
        file: FileId,
        change: impl FnOnce(&mut Held) -> Result<(), VaultError>,
    ) -> Result<(), VaultError> {
        self.check()?;
        change(held(&self.files).get_mut(&file).ok_or(VaultError::Missing)?)
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn staged(file: FileId, held: &Held) -> Option<Staged> {
    let (note, until) = held.note.clone()?;
    Some(Staged { file, bytes: u64::try_from(held.bytes.len()).unwrap_or(u64::MAX), note, until })
}

/// Adds bytes to a file in memory.
struct MemoryIntake {
    vault: MemoryVault,
    file: FileId,
    half: OwnerHalf,
    waiting: Vec<u8>,
}

impl Drop for MemoryIntake {
    fn drop(&mut self) {
        held(&self.vault.writers).remove(&self.file);
    }
}

#[async_trait]
impl Intake for MemoryIntake {
    async fn write(&mut self, bytes: &[u8]) -> Result<(), VaultError> {
        self.vault.check()?;
        self.waiting.extend_from_slice(bytes);
        Ok(())
    }

    async fn save(&mut self, note: &[u8]) -> Result<(), VaultError> {
        let (waiting, half) = (std::mem::take(&mut self.waiting), self.half.clone());
        self.vault.change(self.file, |held| {
            held.bytes.extend_from_slice(&waiting);
            held.half = Some(half);
            if let Some((there, _)) = &mut held.note {
                note.clone_into(there);
            }
            Ok(())
        })
    }
}

/// Pieces of bytes in memory.
struct MemoryPieces(Vec<u8>);

#[async_trait]
impl Pieces for MemoryPieces {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        let rest = self.0.split_off(self.0.len().min(PIECE_BYTES));
        let piece = std::mem::replace(&mut self.0, rest);
        Ok((!piece.is_empty()).then_some(piece))
    }
}

#[async_trait]
impl Vault for MemoryVault {
    async fn begin(&self, file: FileId, note: &[u8], until: Moment) -> Result<(), VaultError> {
        self.check()?;
        let note = Some((note.to_vec(), until));
        let fresh = Held { bytes: Vec::new(), half: None, finished: false, published: false, note };
        held(&self.files).insert(file, fresh);
        Ok(())
    }

    async fn staged(&self, file: FileId) -> Result<Option<Staged>, VaultError> {
        self.check()?;
        Ok(held(&self.files).get(&file).and_then(|held| staged(file, held)))
    }

    async fn all_staged(&self) -> Result<Vec<Staged>, VaultError> {
        self.check()?;
        Ok(held(&self.files).iter().filter_map(|(file, held)| staged(*file, held)).collect())
    }

    async fn append(&self, file: FileId, half: &OwnerHalf) -> Result<Box<dyn Intake>, VaultError> {
        self.change(file, |held| if held.note.is_some() { Ok(()) } else { Err(VaultError::Missing) })?;
        if !held(&self.writers).insert(file) {
            return Err(VaultError::Busy);
        }
        let (vault, half) = (self.clone(), half.clone());
        Ok(Box::new(MemoryIntake { vault, file, half, waiting: Vec::new() }))
    }

    async fn finish(&self, file: FileId, half: &OwnerHalf) -> Result<(), VaultError> {
        self.change(file, |held| {
            held.finished = true;
            held.half = Some(half.clone());
            Ok(())
        })
    }

    async fn annotate(&self, file: FileId, note: &[u8]) -> Result<(), VaultError> {
        self.change(file, |held| {
            let (there, _) = held.note.as_mut().ok_or(VaultError::Missing)?;
            note.clone_into(there);
            Ok(())
        })
    }

    async fn publish(&self, file: FileId) -> Result<(), VaultError> {
        self.change(file, |held| {
            held.published = held.finished;
            if held.finished { Ok(()) } else { Err(VaultError::Missing) }
        })
    }

    async fn accept(&self, file: FileId) -> Result<(), VaultError> {
        self.change(file, |held| {
            held.note = None;
            Ok(())
        })
    }

    async fn read(
        &self,
        file: FileId,
        half: Option<&OwnerHalf>,
        range: Range<u64>,
    ) -> Result<Box<dyn Pieces>, VaultError> {
        self.check()?;
        let files = held(&self.files);
        let held = files.get(&file).filter(|held| held.finished).ok_or(VaultError::Missing)?;
        if held.half.as_ref() != half {
            return Err(VaultError::Tampered);
        }
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(held.bytes.len());
        Ok(Box::new(MemoryPieces(
            held.bytes.get(at(range.start)..at(range.end)).unwrap_or_default().to_vec(),
        )))
    }

    async fn destroy(&self, file: FileId) -> Result<(), VaultError> {
        self.check()?;
        held(&self.files).remove(&file);
        Ok(())
    }

    async fn sweep(&self) -> Result<(), VaultError> {
        self.check()
    }
}
