//! The instance secret: 32 random bytes that every key of this installation comes from.
//!
//! Shape: one file, `instance.secret`, readable by its owner only, made at the first start. Keys are derived from it by
//! HKDF-SHA-256 (RFC 5869), one for each purpose.
//!
//! Guarantees: wiped from memory when dropped, never shown, never logged. Losing the file loses all personal data and
//! evidence for good; whoever has both file and database can read everything. Keep copies of the two apart.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::path::Path;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use huzhu_app::ports::Secrets;
use huzhu_domain::digest::Digest;
use sha2::Sha256;
use zeroize::Zeroize;

use crate::crypto::{self, Key};

/// Name of the file in the data folder.
const FILE: &str = "instance.secret";

/// The one secret of an installation.
#[derive(Clone)]
pub struct InstanceSecret {
    root: Key,
}

impl std::fmt::Debug for InstanceSecret {
    /// Shows nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("InstanceSecret")
    }
}

/// Why there is no secret.
#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    /// The file cannot be read or written.
    #[error("the file {FILE} cannot be used: {0}")]
    File(#[from] std::io::Error),
    /// The file has another length than 32 bytes.
    #[error("the file {FILE} holds {found} bytes instead of 32; bring back the one from your copy")]
    WrongLength {
        /// Bytes found.
        found: usize,
    },
    /// Other people on this machine can read the file.
    #[error("the file {FILE} can be read by others (mode {mode:o}); allow its owner only (chmod 600)")]
    ReadableByOthers {
        /// Permission bits found.
        mode: u32,
    },
    /// No randomness for a new secret.
    #[error("the operating system gives no randomness")]
    NoRandomness,
}

impl InstanceSecret {
    /// A secret from bytes: for tests and for installations that keep it elsewhere.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { root: Key(bytes) }
    }

    /// Reads the secret of a data folder; at the first start makes folder and file. Durable when it returns.
    ///
    /// # Errors
    /// [`SecretError`]; nothing is ever overwritten.
    pub fn open_or_create(folder: &Path) -> Result<Self, SecretError> {
        std::fs::create_dir_all(folder)?;
        let path = folder.join(FILE);
        match File::open(&path) {
            Ok(file) => Self::read(file),
            Err(error) if error.kind() == ErrorKind::NotFound => match Self::create(folder, &path) {
                // Another process was faster: its secret is as good as ours.
                Err(SecretError::File(error)) if error.kind() == ErrorKind::AlreadyExists => {
                    Self::read(File::open(&path)?)
                }
                done => done,
            },
            Err(error) => Err(error.into()),
        }
    }

    fn read(mut file: File) -> Result<Self, SecretError> {
        check_mode(&file)?;
        let mut bytes = Vec::new();
        Read::by_ref(&mut file).take(1_024).read_to_end(&mut bytes)?;
        let key = <[u8; 32]>::try_from(bytes.as_slice());
        let found = bytes.len();
        bytes.zeroize();
        key.map(Self::from_bytes).map_err(|_| SecretError::WrongLength { found })
    }

    /// Writes under another name first and links it in place, so that a crash leaves a whole file or none.
    fn create(folder: &Path, path: &Path) -> Result<Self, SecretError> {
        let key = Key::random().map_err(|_| SecretError::NoRandomness)?;
        let suffix: [u8; 8] = crypto::random().map_err(|_| SecretError::NoRandomness)?;
        let temporary = folder.join(format!("{FILE}.{:016x}", u64::from_be_bytes(suffix)));
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        let linked = file
            .write_all(&key.0)
            .and_then(|()| file.sync_all())
            .and_then(|()| std::fs::hard_link(&temporary, path));
        std::fs::remove_file(&temporary)?;
        linked?;
        File::open(folder)?.sync_all()?;
        Ok(Self { root: key })
    }

    /// The secret half of the operator's verifiable random function, which draws get their seeds from. It follows from the
    /// instance secret, so an installation has one for ever: nobody can try several and keep the one whose draw pleases.
    #[must_use]
    pub fn seed_of_draws(&self) -> [u8; 32] {
        self.key("verifiable random function of draws").0
    }

    /// The key for a purpose; the same one each time.
    pub(crate) fn key(&self, purpose: &str) -> Key {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(Some(b"huzhu instance secret"), &self.root.0)
            .expand(purpose.as_bytes(), &mut key)
            .expect("32 bytes are within the limit of HKDF");
        Key(key)
    }
}

#[cfg(unix)]
fn check_mode(file: &File) -> Result<(), SecretError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata()?.permissions().mode() & 0o777;
    let others = mode & 0o077;
    if others == 0 { Ok(()) } else { Err(SecretError::ReadableByOthers { mode }) }
}

#[cfg(not(unix))]
fn check_mode(_: &File) -> Result<(), SecretError> {
    Ok(())
}

impl Secrets for InstanceSecret {
    fn keyed_hash(&self, purpose: &'static str, bytes: &[u8]) -> Digest {
        let key = self.key(&format!("keyed hash: {purpose}"));
        let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("HMAC takes keys of any length");
        mac.update(bytes);
        Digest::from_bytes(mac.finalize().into_bytes().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_secret_is_made_once_and_is_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let first = InstanceSecret::open_or_create(folder.path()).unwrap();
        let again = InstanceSecret::open_or_create(folder.path()).unwrap();
        let hash = |secret: &InstanceSecret| secret.keyed_hash("contact", b"ann@example.org");
        assert_eq!(hash(&first), hash(&again));
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no other file is left");
        let other = tempfile::tempdir().unwrap();
        assert_ne!(hash(&first), hash(&InstanceSecret::open_or_create(other.path()).unwrap()));
        assert_eq!(format!("{first:?}"), "InstanceSecret");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let path = folder.path().join(FILE);
            let mode = std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
            assert_eq!(mode, 0o600);
            std::fs::set_permissions(&path, PermissionsExt::from_mode(0o644)).unwrap();
            let refused = InstanceSecret::open_or_create(folder.path());
            assert!(matches!(refused, Err(SecretError::ReadableByOthers { mode: 0o644 })));
        }
    }

    #[test]
    fn a_cut_secret_is_refused_and_not_replaced() {
        let folder = tempfile::tempdir().unwrap();
        InstanceSecret::open_or_create(folder.path()).unwrap();
        let path = folder.path().join(FILE);
        let bytes = std::fs::read(&path).unwrap();
        std::fs::write(&path, &bytes[..31]).unwrap();
        let refused = InstanceSecret::open_or_create(folder.path());
        assert!(matches!(refused, Err(SecretError::WrongLength { found: 31 })));
        assert_eq!(std::fs::read(&path).unwrap(), bytes[..31]);
    }

    #[test]
    fn the_seed_of_draws_is_the_same_for_ever_and_another_one_elsewhere() {
        let seed = |byte| InstanceSecret::from_bytes([byte; 32]).seed_of_draws();
        assert_eq!(seed(7), seed(7));
        assert_ne!(seed(7), seed(8));
        assert_ne!(seed(7), [7; 32]);
    }

    #[test]
    fn hashes_differ_by_purpose() {
        let secret = InstanceSecret::from_bytes([7; 32]);
        assert_ne!(secret.keyed_hash("contact", b"x"), secret.keyed_hash("code", b"x"));
        assert_ne!(secret.keyed_hash("contact", b"x"), secret.keyed_hash("contact", b"y"));
    }
}
