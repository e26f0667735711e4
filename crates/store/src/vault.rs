//! Evidence files in a folder, each encrypted under a random key of its own.
//!
//! Shape: one file per piece of evidence, named by its id: four magic bytes, the length of the wrapped key, the wrapped
//! key, then nonce and ciphertext. The file's key is wrapped under the vault key of the instance; both seals name the id.
//!
//! Guarantees: [`Vault::keep`] is durable when it returns (file, then name, are forced to disk); a crash leaves a whole
//! file or none; a changed or swapped file does not open.
//!
//! Limits: whole files in memory, as evidence has a size limit. Destroying removes the file that holds the only copy of
//! its key; whether the disk overwrites the blocks is the disk's business, which is why the key is wrapped.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use async_trait::async_trait;
use huzhu_app::ports::{Vault, VaultError};
use huzhu_domain::id::EvidenceId;

use crate::crypto::{self, DoesNotOpen, Key};
use crate::secret::InstanceSecret;

/// First bytes of every file: what it is, and version 1 of the layout.
const MAGIC: [u8; 4] = *b"hzv1";
/// Bytes of a wrapped key: nonce, key, tag.
const WRAPPED_BYTES: usize = crypto::NONCE_BYTES + 32 + 16;

/// Keeps evidence files in a folder.
#[derive(Clone, Debug)]
pub struct FolderVault {
    folder: PathBuf,
    key: Key,
}

fn unavailable(error: impl std::fmt::Display) -> VaultError {
    VaultError::Unavailable(error.to_string())
}

impl FolderVault {
    /// A vault in `folder`, which is made if it is missing.
    ///
    /// # Errors
    /// When the folder cannot be made.
    pub fn open(folder: impl Into<PathBuf>, secret: &InstanceSecret) -> std::io::Result<Self> {
        let folder = folder.into();
        std::fs::create_dir_all(&folder)?;
        let key = secret.key("evidence vault");
        Ok(Self { folder, key })
    }

    fn path(&self, id: EvidenceId) -> PathBuf {
        self.folder.join(id.to_string())
    }

    fn seal(&self, id: EvidenceId, bytes: &[u8]) -> Result<Vec<u8>, VaultError> {
        let place = id.to_string();
        let key = Key::random().map_err(unavailable)?;
        let wrapped = self.key.wrap(place.as_bytes(), &key).map_err(unavailable)?;
        let sealed = key.seal(place.as_bytes(), bytes).map_err(unavailable)?;
        Ok([MAGIC.as_slice(), &wrapped, &sealed].concat())
    }

    fn unseal(&self, id: EvidenceId, file: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let place = id.to_string();
        let rest = file.strip_prefix(&MAGIC).ok_or(DoesNotOpen)?;
        let (wrapped, sealed) = rest.split_at_checked(WRAPPED_BYTES).ok_or(DoesNotOpen)?;
        let key = self.key.unwrap_key(place.as_bytes(), wrapped)?;
        key.open(place.as_bytes(), sealed)
    }

    fn keep_now(&self, id: EvidenceId, bytes: &[u8]) -> Result<(), VaultError> {
        match self.open_now(id) {
            Ok(there) if there == bytes => return Ok(()),
            Ok(_) => return Err(unavailable(format!("{id} is there with other bytes"))),
            Err(VaultError::Missing) => {}
            Err(error) => return Err(error),
        }
        let sealed = self.seal(id, bytes)?;
        let suffix: [u8; 8] = crypto::random().map_err(unavailable)?;
        let temporary = self.folder.join(format!("{id}.{:016x}.part", u64::from_be_bytes(suffix)));
        let written = write_durably(&temporary, &sealed)
            .and_then(|()| std::fs::rename(&temporary, self.path(id)))
            .and_then(|()| self.sync_folder());
        if written.is_err() {
            // A leftover is harmless noise without a name; the error that matters is the first one.
            std::fs::remove_file(&temporary).ok();
        }
        written.map_err(unavailable)
    }

    fn open_now(&self, id: EvidenceId) -> Result<Vec<u8>, VaultError> {
        let file = std::fs::read(self.path(id)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => VaultError::Missing,
            _ => unavailable(error),
        })?;
        self.unseal(id, &file).map_err(|DoesNotOpen| VaultError::Tampered)
    }

    fn destroy_now(&self, id: EvidenceId) -> Result<(), VaultError> {
        match std::fs::remove_file(self.path(id)) {
            Err(error) if error.kind() != ErrorKind::NotFound => Err(unavailable(error)),
            _ => self.sync_folder().map_err(unavailable),
        }
    }

    /// Names are durable only once their folder is.
    fn sync_folder(&self) -> std::io::Result<()> {
        File::open(&self.folder)?.sync_all()
    }
}

fn write_durably(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Disk work goes to a thread for blocking work: files are megabytes, and a slow disk must not stop other requests.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, VaultError> + Send + 'static,
) -> Result<T, VaultError> {
    tokio::task::spawn_blocking(work).await.map_err(unavailable)?
}

#[async_trait]
impl Vault for FolderVault {
    async fn keep(&self, id: EvidenceId, bytes: Vec<u8>) -> Result<(), VaultError> {
        let vault = self.clone();
        blocking(move || vault.keep_now(id, &bytes)).await
    }

    async fn open(&self, id: EvidenceId) -> Result<Vec<u8>, VaultError> {
        let vault = self.clone();
        blocking(move || vault.open_now(id)).await
    }

    async fn destroy(&self, id: EvidenceId) -> Result<(), VaultError> {
        let vault = self.clone();
        blocking(move || vault.destroy_now(id)).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u128) -> EvidenceId {
        EvidenceId::from_uuid(uuid::Uuid::from_u128(n))
    }

    #[tokio::test]
    async fn a_file_comes_back_whole_until_it_is_destroyed() {
        let folder = tempfile::tempdir().unwrap();
        let secret = InstanceSecret::from_bytes([1; 32]);
        let vault = FolderVault::open(folder.path().join("evidence"), &secret).unwrap();
        let bytes = b"%PDF-1.7 a diagnosis".to_vec();
        assert_eq!(vault.open(id(1)).await, Err(VaultError::Missing));
        vault.keep(id(1), bytes.clone()).await.unwrap();
        vault.keep(id(1), bytes.clone()).await.unwrap();
        assert!(vault.keep(id(1), b"other".to_vec()).await.is_err());
        vault.keep(id(2), Vec::new()).await.unwrap();
        let again = FolderVault::open(folder.path().join("evidence"), &secret).unwrap();
        assert_eq!(again.open(id(1)).await.unwrap(), bytes);
        assert_eq!(again.open(id(2)).await.unwrap(), b"");
        again.destroy(id(1)).await.unwrap();
        again.destroy(id(1)).await.unwrap();
        assert_eq!(again.open(id(1)).await, Err(VaultError::Missing));
        let left = std::fs::read_dir(folder.path().join("evidence")).unwrap().count();
        assert_eq!(left, 1, "no temporary file is left");
    }

    #[tokio::test]
    async fn a_changed_or_swapped_file_does_not_open_and_shows_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let vault = FolderVault::open(folder.path(), &InstanceSecret::from_bytes([1; 32])).unwrap();
        vault.keep(id(1), b"diagnosis".to_vec()).await.unwrap();
        vault.keep(id(2), b"invoice".to_vec()).await.unwrap();
        let path = |n| folder.path().join(id(n).to_string());
        let file = std::fs::read(path(1)).unwrap();
        assert!(!file.windows(9).any(|w| w == b"diagnosis"));
        for at in 0..file.len() {
            let mut changed = file.clone();
            changed[at] ^= 0x10;
            std::fs::write(path(1), &changed).unwrap();
            assert_eq!(vault.open(id(1)).await, Err(VaultError::Tampered), "byte {at}");
        }
        std::fs::write(path(1), &file[..30]).unwrap();
        assert_eq!(vault.open(id(1)).await, Err(VaultError::Tampered));
        std::fs::copy(path(2), path(1)).unwrap();
        assert_eq!(vault.open(id(1)).await, Err(VaultError::Tampered));
        let other = FolderVault::open(folder.path(), &InstanceSecret::from_bytes([2; 32])).unwrap();
        assert_eq!(other.open(id(2)).await, Err(VaultError::Tampered));
    }
}
