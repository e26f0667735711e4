//! The keys of the platform's logs and of its own cosigner.
//!
//! Shape: one file, sealed under the instance secret, holds 32-byte seeds, oldest first. Each log (each year) has a key of its
//! own, named like the log; the cosigner has one for all logs. The newest key of a name signs; older ones stay in the list, so
//! that what they signed can be checked for ever. What others check with is public: the list `keys` and a policy for each log.
//!
//! Guarantees: a key is on disk before it signs; seeds are wiped from memory when they are dropped and never shown.
//!
//! Limits: a key that was stolen stays in the list and in the policies: who it may have betrayed is for people to say. A key
//! that is being changed is marked so until the log says it, see [`super::writer::LogWriter::rotate`].

use std::fmt::Write as _;
use std::str::FromStr;

use huzhu_domain::time::Moment;
use huzhu_log::{Cosigner, FormatError, Hash, Signer, Vkey};
use zeroize::Zeroize;

use super::LogError;
use super::disk::Disk;
use crate::crypto::Key;

/// The sealed file.
const FILE: &str = "sequencer/keys";
/// What the sealed bytes belong to.
const PLACE: &[u8] = b"keys of the log";

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyRole {
    /// Signs the checkpoints of one log.
    Log,
    /// Cosigns the checkpoints of all logs of the platform.
    Cosigner,
}

impl KeyRole {
    /// The word in lists and on the command line.
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Cosigner => "cosigner",
        }
    }
}

impl FromStr for KeyRole {
    type Err = ();

    fn from_str(word: &str) -> Result<Self, ()> {
        [Self::Log, Self::Cosigner].into_iter().find(|role| role.word() == word).ok_or(())
    }
}

/// One key with its secret.
#[derive(Clone, Debug)]
struct Stored {
    role: KeyRole,
    name: String,
    made: Moment,
    /// True until the log says that this key is used from now on.
    is_pending: bool,
    seed: Key,
    /// What others check with; follows from role, name and seed.
    vkey: Vkey,
}

impl Stored {
    fn new(
        role: KeyRole,
        name: &str,
        made: Moment,
        seed: Key,
        is_pending: bool,
    ) -> Result<Self, FormatError> {
        let vkey = match role {
            KeyRole::Log => Signer::new(name, &seed.0)?.vkey().clone(),
            KeyRole::Cosigner => Cosigner::new(name, &seed.0)?.vkey().clone(),
        };
        Ok(Self { role, name: name.to_owned(), made, is_pending, seed, vkey })
    }
}

/// A key as the public may see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// What it is for.
    pub role: KeyRole,
    /// Name, id and public key.
    pub vkey: Vkey,
    /// When it was made.
    pub made: Moment,
    /// True if it signs now; false if a newer one does or its log is closed.
    pub signs: bool,
}

/// All keys of the platform's logs, oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogKeys(Vec<Stored>);

/// A stored key is always a usable one; this says what if not.
fn unusable(error: &FormatError) -> LogError {
    LogError::Damaged(format!("a key of the log cannot be used: {error}"))
}

impl LogKeys {
    /// Reads the sealed file; no keys if there is none.
    pub(crate) fn read(disk: &dyn Disk, sealing: &Key) -> Result<Self, LogError> {
        let read = disk.read(FILE).map_err(LogError::disk("reading the keys of the log"))?;
        let Some(sealed) = read else { return Ok(Self::default()) };
        let damaged = |why: &str| {
            LogError::Damaged(format!(
                "{FILE} {why}; bring back this file and instance.secret from the same copy of the data folder"
            ))
        };
        let mut clear = sealing
            .open(PLACE, &sealed)
            .map_err(|_| damaged("was changed or belongs to another instance secret"))?;
        let list = std::str::from_utf8(&clear).ok().and_then(read_list);
        clear.zeroize();
        list.map(Self).ok_or_else(|| damaged("is of another version of this program"))
    }

    /// Seals and keeps the list. Durable when it returns.
    pub(crate) fn keep(&self, disk: &dyn Disk, sealing: &Key) -> Result<(), LogError> {
        let mut clear = write_list(&self.0);
        let sealed = sealing.seal(PLACE, clear.as_bytes());
        clear.zeroize();
        let sealed = sealed.map_err(|error| LogError::Disk {
            doing: "sealing the keys of the log".to_owned(),
            source: std::io::Error::other(error),
        })?;
        disk.keep(FILE, &sealed).map_err(LogError::disk("keeping the keys of the log"))
    }

    /// True before the first key was made.
    pub(crate) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Adds a key that signs at once (`is_pending` false) or once the log says so. Refuses a name that no key can have.
    pub(crate) fn add(
        &mut self,
        role: KeyRole,
        name: &str,
        made: Moment,
        seed: [u8; 32],
        is_pending: bool,
    ) -> Result<(), FormatError> {
        self.0.push(Stored::new(role, name, made, Key(seed), is_pending)?);
        Ok(())
    }

    /// What the key that is being changed in is for, if there is one.
    pub(crate) fn pending(&self) -> Option<KeyRole> {
        self.0.iter().find(|key| key.is_pending).map(|key| key.role)
    }

    /// The log says it: pending keys sign from now on.
    pub(crate) fn settle(&mut self) {
        self.0.iter_mut().for_each(|key| key.is_pending = false);
    }

    fn newest(&self, role: KeyRole, name: Option<&str>, is_pending: bool) -> Option<&Stored> {
        let fits = |key: &&Stored| {
            key.role == role && key.is_pending == is_pending && name.is_none_or(|name| name == key.name)
        };
        self.0.iter().rfind(fits)
    }

    /// The key that signs a log; with `is_pending` the one that is to sign it.
    pub(crate) fn signer(&self, origin: &str, is_pending: bool) -> Result<Option<Signer>, LogError> {
        let key = self.newest(KeyRole::Log, Some(origin), is_pending);
        key.map(|key| Signer::new(&key.name, &key.seed.0).map_err(|error| unusable(&error))).transpose()
    }

    /// The key that cosigns; with `is_pending` the one that is to.
    pub(crate) fn cosigner(&self, is_pending: bool) -> Result<Option<Cosigner>, LogError> {
        let key = self.newest(KeyRole::Cosigner, None, is_pending);
        key.map(|key| Cosigner::new(&key.name, &key.seed.0).map_err(|error| unusable(&error))).transpose()
    }

    /// Name of the cosigner.
    pub(crate) fn cosigner_name(&self) -> Option<&str> {
        self.newest(KeyRole::Cosigner, None, false).map(|key| key.name.as_str())
    }

    /// All keys that signed or may have signed, oldest first; `open` is the log that takes entries now.
    pub(crate) fn public(&self, open: Option<&str>) -> Vec<PublicKey> {
        let mut list = Vec::new();
        for (at, key) in self.0.iter().enumerate() {
            let later = self.0.iter().skip(at.saturating_add(1)).filter(|later| !later.is_pending);
            let is_replaced = later.clone().any(|later| {
                later.role == key.role && (key.role == KeyRole::Cosigner || later.name == key.name)
            });
            let is_open = key.role == KeyRole::Cosigner || open == Some(key.name.as_str());
            let signs = !key.is_pending && !is_replaced && is_open;
            list.push(PublicKey { role: key.role, vkey: key.vkey.clone(), made: key.made, signs });
        }
        list
    }

    /// The keys that checkpoints of a log may be signed with.
    pub(crate) fn vkeys(&self, origin: &str) -> Vec<Vkey> {
        let of_log = self.0.iter().filter(|key| key.role == KeyRole::Log && key.name == origin);
        of_log.map(|key| key.vkey.clone()).collect()
    }

    /// The public half of the key that signs, or of the one that is to.
    pub(crate) fn vkey(&self, role: KeyRole, origin: &str, is_pending: bool) -> Option<Vkey> {
        let name = (role == KeyRole::Log).then_some(origin);
        self.newest(role, name, is_pending).map(|key| key.vkey.clone())
    }
}

/// The public list: one key a line, oldest first.
pub(crate) fn public_list(keys: &[PublicKey]) -> String {
    let mut text =
        "# Keys of this platform's logs and of its own cosigner: what for, key, when it was made. Oldest first.\n"
            .to_owned();
    for key in keys {
        let _infallible = writeln!(text, "{} {} {}", key.role.word(), key.vkey, key.made);
    }
    text
}

/// The policy of a log (C2SP tlog-policy): each key that signed it, and below them what `outside` says about witnesses. Without
/// outside witnesses the platform's own cosigner has to do, under each of its keys.
pub(crate) fn tlog_policy(keys: &[PublicKey], origin: &str, outside: Option<&str>) -> String {
    let mut text = String::new();
    for key in keys.iter().filter(|key| key.role == KeyRole::Log && key.vkey.name() == origin) {
        let _infallible = writeln!(text, "log {}", key.vkey);
    }
    if let Some(outside) = outside {
        text.push_str(outside);
        return text;
    }
    let mut names = Vec::new();
    for key in keys.iter().filter(|key| key.role == KeyRole::Cosigner) {
        let name = if names.is_empty() { "operator".to_owned() } else { format!("operator-{}", names.len()) };
        let _infallible = writeln!(text, "witness {name} {}", key.vkey);
        names.push(name);
    }
    if let [_, _, ..] = names.as_slice() {
        // One cosigner under several keys: any of them is its word.
        let _infallible = writeln!(text, "group operator-keys any {}", names.join(" "));
        text.push_str("quorum operator-keys\n");
    } else {
        text.push_str(if names.is_empty() { "quorum none\n" } else { "quorum operator\n" });
    }
    text
}

fn write_list(list: &[Stored]) -> String {
    // One key a line: role, `pending` or `signs`, milliseconds since 1970, seed in hexadecimal digits, name.
    let mut text = "huzhu log keys 1\n".to_owned();
    for key in list {
        let state = if key.is_pending { "pending" } else { "signs" };
        let mut seed = Hash::from_bytes(key.seed.0).to_hex();
        let (role, made) = (key.role.word(), key.made.as_millisecond());
        let _infallible = writeln!(text, "{role} {state} {made} {seed} {}", key.name);
        seed.zeroize();
    }
    text
}

fn read_list(text: &str) -> Option<Vec<Stored>> {
    text.strip_prefix("huzhu log keys 1\n")?.lines().map(read_key).collect()
}

fn read_key(line: &str) -> Option<Stored> {
    let mut words = line.splitn(5, ' ');
    let role = words.next()?.parse().ok()?;
    let is_pending = match words.next()? {
        "pending" => true,
        "signs" => false,
        _ => return None,
    };
    let made = Moment::from_millisecond(words.next()?.parse().ok()?).ok()?;
    let seed = Key(*Hash::from_hex(words.next()?).ok()?.as_bytes());
    Stored::new(role, words.next()?, made, seed, is_pending).ok()
}

#[cfg(test)]
mod tests {
    use super::super::disk::FolderDisk;
    use super::*;

    fn keys() -> LogKeys {
        let mut keys = LogKeys::default();
        let at = |ms| Moment::from_millisecond(ms).unwrap();
        keys.add(KeyRole::Log, "a.org/log/2026", at(1_000), [1; 32], false).unwrap();
        keys.add(KeyRole::Cosigner, "a.org/cosigner", at(1_000), [2; 32], false).unwrap();
        keys.add(KeyRole::Log, "a.org/log/2027", at(2_000), [3; 32], false).unwrap();
        keys
    }

    #[test]
    fn keys_are_sealed_and_read_back_with_the_same_secret_only() {
        let folder = tempfile::tempdir().unwrap();
        let disk = FolderDisk::open(folder.path(), "lock").unwrap();
        let (sealing, other) = (Key([7; 32]), Key([8; 32]));
        assert!(LogKeys::read(&disk, &sealing).unwrap().is_empty());
        keys().keep(&disk, &sealing).unwrap();
        let read = LogKeys::read(&disk, &sealing).unwrap();
        assert_eq!(read.public(None), keys().public(None));
        let why = LogKeys::read(&disk, &other).unwrap_err().to_string();
        assert!(why.contains("another instance secret; bring back"), "{why}");
        let sealed = std::fs::read(folder.path().join(FILE)).unwrap();
        let seed = "01".repeat(32);
        assert!(!sealed.windows(4).any(|w| w == b"a.or" || w == &seed.as_bytes()[..4]));
    }

    #[test]
    fn the_newest_key_signs_once_the_log_has_said_so_and_old_keys_stay_public() {
        let mut keys = keys();
        let signs = |keys: &LogKeys| -> Vec<bool> {
            keys.public(Some("a.org/log/2027")).iter().map(|key| key.signs).collect()
        };
        assert_eq!(signs(&keys), [false, true, true]);
        let before = keys.signer("a.org/log/2027", false).unwrap().unwrap().vkey().clone();
        keys.add(KeyRole::Log, "a.org/log/2027", Moment::from_millisecond(3_000).unwrap(), [4; 32], true)
            .unwrap();
        assert_eq!(signs(&keys), [false, true, true, false]);
        assert_eq!(keys.signer("a.org/log/2027", false).unwrap().unwrap().vkey(), &before);
        assert_eq!(keys.pending(), Some(KeyRole::Log));
        keys.settle();
        assert_eq!(signs(&keys), [false, true, false, true]);
        assert_ne!(keys.signer("a.org/log/2027", false).unwrap().unwrap().vkey(), &before);
        assert_eq!(keys.vkeys("a.org/log/2027").len(), 2);
        assert_eq!(keys.signer("a.org/log/2028", false).unwrap().map(|signer| signer.vkey().clone()), None);
    }

    #[test]
    fn the_public_texts_name_every_key_that_signed() {
        let mut keys = keys();
        let lines = |text: &str| -> Vec<String> {
            text.lines().map(|line| line.split('+').next().unwrap().to_owned()).collect()
        };
        let public = keys.public(None);
        let list = public_list(&public);
        assert_eq!(
            lines(&list)[1..],
            ["log a.org/log/2026", "cosigner a.org/cosigner", "log a.org/log/2027"]
        );
        assert!(list.ends_with(" 1970-01-01T00:00:02Z\n"), "{list}");
        let text = tlog_policy(&public, "a.org/log/2026", None);
        assert_eq!(
            lines(&text),
            ["log a.org/log/2026", "witness operator a.org/cosigner", "quorum operator"]
        );
        keys.add(KeyRole::Cosigner, "a.org/cosigner", Moment::UNIX_EPOCH, [5; 32], false).unwrap();
        let text = tlog_policy(&keys.public(None), "a.org/log/2027", None);
        let expected = [
            "log a.org/log/2027",
            "witness operator a.org/cosigner",
            "witness operator-1 a.org/cosigner",
            "group operator-keys any operator operator-1",
            "quorum operator-keys",
        ];
        assert_eq!(lines(&text), expected);
    }
}
