//! Files of the first layout, `hzv1`: still read and destroyed, never written.
//!
//! Shape: one file per piece of evidence, named by its id: four magic bytes, the key wrapped under a key of the instance, then nonce
//! and ciphertext of the whole file, of 20 MiB at most. Both seals name the id.
//!
//! Limits: whole files in memory; the key stands in the file itself, so that a copy of it is opened by the instance secret, whatever
//! was erased since. Handing the file in again gives it the present layout.

use std::io::ErrorKind;
use std::ops::Range;
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use huzhu_app::ports::{FileId, Pieces, VaultError};
use huzhu_domain::id::EvidenceId;

use super::{blocking, unavailable};
use crate::crypto::{self, DoesNotOpen, Key};

/// First bytes of every file.
const MAGIC: [u8; 4] = *b"hzv1";
/// Bytes of a wrapped key: nonce, key, tag.
const WRAPPED_BYTES: usize = crypto::NONCE_BYTES + 32 + 16;

/// Files of the first layout in a folder.
#[derive(Clone, Debug)]
pub(super) struct OldFiles {
    pub(super) folder: PathBuf,
    pub(super) key: Key,
}

/// A file in memory, as one piece.
struct AtOnce(Option<Vec<u8>>);

#[async_trait]
impl Pieces for AtOnce {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.0.take().filter(|bytes| !bytes.is_empty()))
    }
}

impl OldFiles {
    fn name(file: FileId) -> String {
        EvidenceId::from_uuid(file.0).to_string()
    }

    fn path(&self, file: FileId) -> PathBuf {
        self.folder.join(Self::name(file))
    }

    /// A part of a file.
    pub(super) async fn read(&self, file: FileId, range: Range<u64>) -> Result<Box<dyn Pieces>, VaultError> {
        let (path, key) = (self.path(file), self.key.clone());
        let bytes = blocking(move || {
            let sealed = std::fs::read(path).map_err(|error| match error.kind() {
                ErrorKind::NotFound => VaultError::Missing,
                _ => unavailable(error),
            })?;
            unseal(&key, file, &sealed).map_err(|DoesNotOpen| VaultError::Tampered)
        })
        .await?;
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(bytes.len());
        let part = bytes.get(at(range.start)..at(range.end)).unwrap_or_default().to_vec();
        Ok(Box::new(AtOnce(Some(part))))
    }

    /// Removes a file. Durable, repeatable.
    pub(super) async fn remove(&self, file: FileId) -> Result<(), VaultError> {
        let path = self.path(file);
        blocking(move || match std::fs::remove_file(&path) {
            Ok(()) => {
                let folder = std::fs::File::open(path.parent().unwrap_or(Path::new(".")));
                folder.and_then(|folder| folder.sync_all()).map_err(unavailable)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
            Err(error) => Err(unavailable(error)),
        })
        .await
    }
}

fn unseal(vault: &Key, file: FileId, sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
    let place = OldFiles::name(file);
    let rest = sealed.strip_prefix(&MAGIC).ok_or(DoesNotOpen)?;
    let (wrapped, content) = rest.split_at_checked(WRAPPED_BYTES).ok_or(DoesNotOpen)?;
    let key = vault.unwrap_key(place.as_bytes(), wrapped)?;
    key.open(place.as_bytes(), content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_file_of_the_first_layout_is_read_and_destroyed_and_does_not_open_when_it_was_changed() {
        let folder = tempfile::tempdir().unwrap();
        let old = OldFiles { folder: folder.path().to_owned(), key: Key([7; 32]) };
        let file = FileId(uuid::Uuid::from_u128(5));
        let name = OldFiles::name(file);
        assert!(name.starts_with("evd_"));
        // As the first program wrote it.
        let key = Key::random().unwrap();
        let wrapped = old.key.wrap(name.as_bytes(), &key).unwrap();
        let content = key.seal(name.as_bytes(), b"%PDF-1.4 old").unwrap();
        let sealed = [MAGIC.as_slice(), &wrapped, &content].concat();
        std::fs::write(folder.path().join(&name), &sealed).unwrap();
        let mut pieces = old.read(file, 0..u64::MAX).await.unwrap();
        assert_eq!(pieces.next().await.unwrap().unwrap(), b"%PDF-1.4 old");
        assert_eq!(pieces.next().await.unwrap(), None);
        let mut part = old.read(file, 1..4).await.unwrap();
        assert_eq!(part.next().await.unwrap().unwrap(), b"PDF");
        for at in [0, 4, 40, sealed.len() - 1] {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            std::fs::write(folder.path().join(&name), &changed).unwrap();
            assert_eq!(old.read(file, 0..9).await.err(), Some(VaultError::Tampered), "byte {at}");
        }
        old.remove(file).await.unwrap();
        old.remove(file).await.unwrap();
        assert_eq!(old.read(file, 0..9).await.err(), Some(VaultError::Missing));
    }
}
