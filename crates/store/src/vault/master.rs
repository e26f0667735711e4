//! Master keys of the vault: the newest wraps the vault's halves of file keys; older ones live only as long as a rotation does.
//!
//! Shape: one small file, `vault.keys`: a first line that says what it is, then one line for each key: its id and the key, encrypted
//! under the instance secret, both in hexadecimal. The last line is the newest key.
//!
//! Guarantees: the file is replaced as a whole and is durable before the new key is used; readable by its owner only.
//!
//! Limits: losing the file loses all evidence for good. Old copies of it open what was destroyed after they were made: keep the
//! newest copy only, apart from copies of the data.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};

use crate::crypto::{self, Key};

/// Name of the file in the data folder.
const FILE: &str = "vault.keys";
/// First line of the file.
const TITLE: &str = "huzhu vault keys 1";

/// Id of a master key; random, so that no two installations share one.
pub(super) type MasterId = [u8; 8];

/// The master keys.
#[derive(Debug)]
pub(super) struct Masters {
    path: PathBuf,
    /// Key under which the file is encrypted.
    secret: Key,
    keys: Vec<(MasterId, Key)>,
}

impl Masters {
    /// Reads the file, or begins with one key when there is none and none is needed.
    pub(super) fn open(folder: &Path, secret: Key, needed: bool) -> std::io::Result<Self> {
        let path = folder.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let keys = read(&text, &secret).filter(|keys| !keys.is_empty());
                let keys =
                    keys.ok_or_else(|| broken("it is damaged, or belongs to another instance secret"))?;
                Ok(Self { path, secret, keys })
            }
            Err(error) if error.kind() == ErrorKind::NotFound && !needed => {
                let mut masters = Self { path, secret, keys: Vec::new() };
                masters.add()?;
                Ok(masters)
            }
            Err(error) if error.kind() == ErrorKind::NotFound => {
                Err(broken("it is missing, and evidence is there that only it opens; bring back your copy"))
            }
            Err(error) => Err(error),
        }
    }

    /// The key for what is wrapped from now on.
    pub(super) fn newest(&self) -> std::io::Result<(MasterId, &Key)> {
        self.keys.last().map(|(id, key)| (*id, key)).ok_or_else(|| broken("it has no key"))
    }

    /// A key by its id.
    pub(super) fn key(&self, id: MasterId) -> Option<&Key> {
        self.keys.iter().find(|(own, _)| *own == id).map(|(_, key)| key)
    }

    /// Makes a new key, which is the newest from now on. Durable.
    pub(super) fn add(&mut self) -> std::io::Result<()> {
        let no_randomness = |error: crypto::NoRandomness| std::io::Error::other(error.to_string());
        let id = crypto::random().map_err(no_randomness)?;
        self.keys.push((id, Key::random().map_err(no_randomness)?));
        self.write()
    }

    /// Destroys all keys but the newest. Durable.
    pub(super) fn keep_newest(&mut self) -> std::io::Result<()> {
        self.keys = self.keys.split_off(self.keys.len().saturating_sub(1));
        self.write()
    }

    /// How many keys there are; more than one after a rotation that a crash cut off.
    pub(super) const fn len(&self) -> usize {
        self.keys.len()
    }

    /// Writes the file under another name and puts it in place. The old file is overwritten with zeros, as far as the disk does so.
    fn write(&self) -> std::io::Result<()> {
        let mut text = format!("{TITLE}\n");
        for (id, key) in &self.keys {
            let sealed = self.secret.wrap(&place(*id), key);
            let sealed = sealed.map_err(|error| std::io::Error::other(error.to_string()))?;
            writeln!(text, "{} {}", hex(id), hex(&sealed)).map_err(std::io::Error::other)?;
        }
        let folder = self.path.parent().unwrap_or(Path::new("."));
        let temporary = self.path.with_extension("keys.new");
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&temporary)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        let old = OpenOptions::new().write(true).open(&self.path).ok();
        std::fs::rename(&temporary, &self.path)?;
        File::open(folder)?.sync_all()?;
        if let Some(mut old) = old {
            let bytes = usize::try_from(old.metadata()?.len()).unwrap_or(0);
            old.write_all(&vec![0; bytes])?;
            old.sync_all()?;
        }
        Ok(())
    }
}

fn broken(why: &str) -> std::io::Error {
    std::io::Error::other(format!("the file {FILE} cannot be used: {why}"))
}

fn place(id: MasterId) -> Vec<u8> {
    [b"vault master key ".as_slice(), &id].concat()
}

fn read(text: &str, secret: &Key) -> Option<Vec<(MasterId, Key)>> {
    let mut lines = text.lines();
    if lines.next() != Some(TITLE) {
        return None;
    }
    let key = |line: &str| {
        let (id, sealed) = line.split_once(' ')?;
        let id = MasterId::try_from(unhex(id)?).ok()?;
        Some((id, secret.unwrap_key(&place(id), &unhex(sealed)?).ok()?))
    };
    lines.map(key).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        write!(text, "{byte:02x}").ok();
        text
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let pair = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    if text.len().rem_euclid(2) == 0 { text.as_bytes().chunks(2).map(pair).collect() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rotation_destroys_the_old_key_and_a_cut_one_keeps_both() {
        let folder = tempfile::tempdir().unwrap();
        let open = |secret: u8, needed| Masters::open(folder.path(), Key([secret; 32]), needed);
        assert!(open(1, true).is_err(), "a missing file is not made anew when evidence needs it");
        let mut masters = open(1, false).unwrap();
        let (first, _) = masters.newest().unwrap();
        masters.add().unwrap();
        let (second, _) = masters.newest().unwrap();
        let mut again = open(1, true).unwrap();
        assert_eq!(again.len(), 2);
        assert_eq!(again.newest().unwrap().0, second);
        assert_eq!(again.key(first).unwrap().0, masters.key(first).unwrap().0);
        again.keep_newest().unwrap();
        let last = open(1, true).unwrap();
        assert!(last.key(first).is_none() && last.key(second).is_some());
        assert!(open(2, true).is_err(), "another instance secret");
        let names = std::fs::read_dir(folder.path()).unwrap().count();
        assert_eq!(names, 1, "no other file is left");
    }
}
