//! A disk in memory that fails on purpose: calls are refused, torn, done without an answer; the process is killed; the power
//! fails.
//!
//! For each file it knows what processes see and what a power failure leaves. What is in between may be lost, kept or torn,
//! each file on its own, whatever the order of writing was. After a failed sync the contents are seen, and no later sync makes
//! them last: only writing them again does.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::{Mutex, MutexGuard};

use huzhu_log::{Hash, SignedCheckpoint};
use huzhu_sim::world::Dice;
use huzhu_store::log::Disk;
use huzhu_store::log::check::LogFiles;
use sha2::{Digest, Sha256};

/// What happens to a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Nothing is done, as on a full disk.
    Refused,
    /// A part is done.
    Torn,
    /// All is done, and seen, but not made to last; later syncs do not help.
    NotSynced,
    /// All is done and lasts, and the answer is lost.
    ReplyLost,
    /// The process is killed before, in the middle or after.
    Killed(Moment),
    /// The power fails before, in the middle or after.
    PowerFails(Moment),
}

/// When, seen from the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    Before,
    During,
    After,
}

impl Fault {
    /// Those that differ from each other for a kind of call.
    pub(crate) fn of(call: &str) -> &'static [Self] {
        const READ: &[Fault] = &[Fault::Refused, Fault::PowerFails(Moment::Before)];
        // Under another name first, so there is no half file.
        const PLACE: &[Fault] = &[
            Fault::Refused,
            Fault::NotSynced,
            Fault::ReplyLost,
            Fault::Killed(Moment::Before),
            Fault::PowerFails(Moment::Before),
            Fault::PowerFails(Moment::After),
        ];
        match call {
            "read" | "list" => READ,
            "replace" | "keep" | "remove" => PLACE,
            _ => &Self::ALL,
        }
    }

    pub(crate) const ALL: [Self; 10] = [
        Self::Refused,
        Self::Torn,
        Self::NotSynced,
        Self::ReplyLost,
        Self::Killed(Moment::Before),
        Self::Killed(Moment::During),
        Self::Killed(Moment::After),
        Self::PowerFails(Moment::Before),
        Self::PowerFails(Moment::During),
        Self::PowerFails(Moment::After),
    ];
}

#[derive(Debug, Default)]
struct File {
    /// What processes see.
    seen: Option<Vec<u8>>,
    /// What a power failure leaves for sure.
    lasting: Option<Vec<u8>>,
    /// Contents since then, any of which may be left, too.
    between: Vec<Option<Vec<u8>>>,
    /// A sync has failed: what is seen does not last, whatever is synced later.
    is_stuck: bool,
    /// What is seen was durable under another name before it got this one: a power failure leaves it whole or not at all.
    is_whole: bool,
}

impl File {
    fn put(&mut self, bytes: Option<Vec<u8>>) {
        self.between.push(bytes.clone());
        self.seen = bytes;
        self.is_stuck = false;
        self.is_whole = false;
    }

    fn sync(&mut self) {
        if !self.is_stuck {
            self.lasting.clone_from(&self.seen);
            self.between.clear();
        }
    }
}

#[derive(Debug)]
struct Inner {
    files: BTreeMap<String, File>,
    dice: Dice,
    /// Calls until the fault, counted down.
    planned: Option<(u64, Fault)>,
    /// True from the death of the process to its next start.
    is_dead: bool,
    /// Whether that was a power failure.
    is_dark: bool,
    calls: Vec<&'static str>,
    faults: u64,
    trace: Sha256,
    /// Root of each published checkpoint, by origin and size.
    published: BTreeMap<(String, u64), Hash>,
    heads: Vec<SignedCheckpoint>,
}

/// The disk.
#[derive(Debug)]
pub(crate) struct FaultyDisk(Mutex<Inner>);

/// What a call does with a file.
enum Change<'a> {
    Replace(&'a [u8]),
    Keep(&'a [u8]),
    Append(u64, &'a [u8]),
    Remove,
}

impl FaultyDisk {
    pub(crate) fn new(dice: Dice) -> Self {
        Self(Mutex::new(Inner {
            files: BTreeMap::new(),
            dice,
            planned: None,
            is_dead: false,
            is_dark: false,
            calls: Vec::new(),
            faults: 0,
            trace: Sha256::new(),
            published: BTreeMap::new(),
            heads: Vec::new(),
        }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().expect("no call has panicked")
    }

    /// Fails the call after so many others.
    pub(crate) fn plan(&self, calls: u64, fault: Fault) {
        self.inner().planned = Some((calls, fault));
    }

    /// No fault any more.
    pub(crate) fn heal(&self) {
        self.inner().planned = None;
    }

    /// Calls so far, in their order.
    pub(crate) fn calls(&self) -> Vec<&'static str> {
        self.inner().calls.clone()
    }

    /// Faults so far.
    pub(crate) fn faults(&self) -> u64 {
        self.inner().faults
    }

    /// What was called and what came of it, as one number; sealed bytes are random and count by their length.
    pub(crate) fn trace(&self) -> Hash {
        Hash::from_bytes(self.inner().trace.clone().finalize().into())
    }

    /// Every checkpoint that was ever published, also by a process that died in the middle of it.
    pub(crate) fn heads(&self) -> Vec<SignedCheckpoint> {
        self.inner().heads.clone()
    }

    /// A new process starts; if the power has failed, files are what it has left.
    pub(crate) fn start(&self) {
        let mut inner = self.inner();
        let inner = &mut *inner;
        if inner.is_dark {
            for file in inner.files.values_mut() {
                let left = left_by_power_failure(file, &mut inner.dice);
                *file = File { seen: left.clone(), lasting: left, between: Vec::new(), ..File::default() };
            }
        }
        inner.is_dead = false;
        inner.is_dark = false;
    }

    /// What anybody can read below the folder of all logs.
    pub(crate) fn public(&self) -> Public {
        let inner = self.inner();
        let files = inner
            .files
            .iter()
            .filter_map(|(path, file)| Some((path.strip_prefix("log/")?.to_owned(), file.seen.clone()?)));
        Public(files.collect())
    }

    fn change(&self, name: &'static str, path: &str, change: &Change<'_>) -> io::Result<()> {
        let mut inner = self.inner();
        let fault = inner.next_fault(name, path)?;
        let mut torn = None;
        let done = match fault {
            None
            | Some(
                Fault::ReplyLost
                | Fault::NotSynced
                | Fault::Killed(Moment::After)
                | Fault::PowerFails(Moment::After),
            ) => true,
            Some(Fault::Refused | Fault::Killed(Moment::Before) | Fault::PowerFails(Moment::Before)) => false,
            Some(Fault::Torn | Fault::Killed(Moment::During) | Fault::PowerFails(Moment::During)) => {
                torn = Some(inner.dice.range(0, 1_000));
                matches!(change, Change::Append(..))
            }
        };
        let is_synced = torn.is_none() && fault != Some(Fault::NotSynced);
        if done {
            inner.apply(path, change, torn, is_synced, fault == Some(Fault::NotSynced));
        }
        inner.end(fault)
    }
}

/// One of the contents since the last sync, whole or torn, or the one before it.
fn left_by_power_failure(file: &File, dice: &mut Dice) -> Option<Vec<u8>> {
    let mut choices = vec![file.lasting.clone()];
    if !file.is_stuck {
        choices.extend(file.between.iter().cloned());
    }
    let mut left = dice.pick(&choices).cloned().flatten();
    if file.is_whole || file.between.is_empty() || !dice.chance(400) {
        return left;
    }
    // Blocks reach the disk in any order: bytes that differ from the lasting ones may be there or not.
    if let (Some(Some(newest)), false) = (file.between.last(), left.is_none()) {
        let old = file.lasting.clone().unwrap_or_default();
        let length = u64::try_from(newest.len()).expect("small");
        let (a, b) = (dice.range(0, length), dice.range(0, length));
        let bytes = newest.iter().enumerate().map(|(at, new)| {
            let at_ = u64::try_from(at).expect("small");
            let is_there = (a.min(b)..a.max(b)).contains(&at_);
            if is_there { *new } else { old.get(at).copied().unwrap_or(0) }
        });
        let bytes: Vec<u8> = bytes.collect();
        let is_longer = dice.chance(500);
        left = Some(if is_longer { bytes } else { bytes[..old.len().min(bytes.len())].to_vec() });
    }
    left
}

impl Inner {
    fn next_fault(&mut self, name: &'static str, path: &str) -> io::Result<Option<Fault>> {
        if self.is_dead {
            return Err(io::Error::other("the process is dead"));
        }
        self.calls.push(name);
        self.trace.update(name);
        self.trace.update(path);
        let fault = match &mut self.planned {
            Some((0, fault)) => Some(*fault),
            Some((calls, _)) => {
                *calls -= 1;
                None
            }
            None => None,
        };
        if let Some(fault) = fault {
            self.planned = None;
            self.faults += 1;
            self.trace.update(format!("{fault:?}"));
        }
        Ok(fault)
    }

    /// The answer; the process may die before it hears it.
    fn end(&mut self, fault: Option<Fault>) -> io::Result<()> {
        match fault {
            None => Ok(()),
            Some(Fault::Refused | Fault::Torn) => Err(io::ErrorKind::StorageFull.into()),
            Some(Fault::NotSynced) => Err(io::Error::other("input/output error")),
            Some(Fault::ReplyLost) => Err(io::ErrorKind::TimedOut.into()),
            Some(Fault::Killed(_)) => {
                self.is_dead = true;
                Err(io::Error::other("killed"))
            }
            Some(Fault::PowerFails(_)) => {
                self.is_dead = true;
                self.is_dark = true;
                Err(io::Error::other("no power"))
            }
        }
    }

    fn apply(&mut self, path: &str, change: &Change<'_>, torn: Option<u64>, is_synced: bool, is_stuck: bool) {
        if path.ends_with("/checkpoint")
            && let Change::Replace(bytes) | Change::Keep(bytes) = change
        {
            self.note_published(bytes);
        }
        if let Change::Remove = change {
            let inside = format!("{path}/");
            let gone = self.files.iter_mut().filter(|(name, _)| *name == path || name.starts_with(&inside));
            gone.for_each(|(_, file)| file.put(None));
            return;
        }
        let file = self.files.entry(path.to_owned()).or_default();
        match change {
            Change::Replace(bytes) => {
                file.put(Some(bytes.to_vec()));
                file.is_stuck = is_stuck;
                return;
            }
            Change::Keep(bytes) => {
                file.put(Some(bytes.to_vec()));
                file.is_whole = true;
            }
            Change::Append(at, bytes) => {
                let mut whole = file.seen.clone().expect("a file that is there");
                let at = usize::try_from(*at).expect("small");
                assert!(whole.len() >= at, "{path}: nothing is written behind the end");
                let length = u64::try_from(bytes.len()).expect("small");
                let part = torn.map_or(length, |torn| (length * torn).div_euclid(1_000));
                let part = usize::try_from(part).expect("small");
                whole.truncate(at);
                whole.extend_from_slice(&bytes[..part]);
                file.put(Some(whole));
            }
            Change::Remove => {}
        }
        file.is_stuck = is_stuck;
        if is_synced {
            file.sync();
        }
    }

    /// Two checkpoints of one size never differ.
    fn note_published(&mut self, bytes: &[u8]) {
        let text = std::str::from_utf8(bytes).expect("a checkpoint is text");
        let signed: SignedCheckpoint = text.parse().expect("a checkpoint");
        let checkpoint = signed.checkpoint();
        let key = (checkpoint.origin().to_owned(), checkpoint.size());
        let root = self.published.entry(key).or_insert_with(|| checkpoint.root());
        assert_eq!(*root, checkpoint.root(), "two checkpoints of one size differ: {text}");
        self.heads.push(signed);
    }
}

impl Disk for FaultyDisk {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        let mut inner = self.inner();
        let fault = inner.next_fault("read", path)?;
        inner.end(fault)?;
        Ok(inner.files.get(path).and_then(|file| file.seen.clone()))
    }

    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        let mut inner = self.inner();
        let fault = inner.next_fault("list", folder)?;
        inner.end(fault)?;
        let inside = format!("{folder}/");
        let files = inner.files.iter().filter(|(_, file)| file.seen.is_some());
        let names = files.filter_map(|(path, _)| path.strip_prefix(&inside)?.split('/').next());
        let names: BTreeSet<String> = names.map(str::to_owned).collect();
        Ok(names.into_iter().collect())
    }

    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.change("replace", path, &Change::Replace(bytes))
    }

    fn keep(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.change("keep", path, &Change::Keep(bytes))
    }

    fn append(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.change("append", path, &Change::Append(at, bytes))
    }

    fn sync_all(&self) -> io::Result<()> {
        let mut inner = self.inner();
        let fault = inner.next_fault("sync_all", "")?;
        let Inner { files, dice, .. } = &mut *inner;
        match fault {
            None
            | Some(Fault::ReplyLost | Fault::Killed(Moment::After) | Fault::PowerFails(Moment::After)) => {
                files.values_mut().for_each(File::sync);
            }
            Some(Fault::Refused | Fault::Killed(Moment::Before) | Fault::PowerFails(Moment::Before)) => {}
            Some(Fault::Killed(Moment::During) | Fault::PowerFails(Moment::During)) => {
                files.values_mut().filter(|_| dice.chance(500)).for_each(File::sync);
            }
            Some(Fault::Torn | Fault::NotSynced) => {
                for file in files.values_mut() {
                    if dice.chance(500) {
                        file.sync();
                    } else {
                        file.is_stuck = !file.between.is_empty();
                    }
                }
            }
        }
        inner.end(fault)
    }

    fn remove(&self, path: &str) -> io::Result<()> {
        self.change("remove", path, &Change::Remove)
    }
}

/// The public files at a moment.
pub(crate) struct Public(BTreeMap<String, Vec<u8>>);

impl LogFiles for Public {
    fn names(&mut self) -> io::Result<Vec<String>> {
        let names: BTreeSet<&str> = self.0.keys().filter_map(|path| path.split('/').next()).collect();
        Ok(names.into_iter().map(str::to_owned).collect())
    }

    fn read(&mut self, path: &str) -> io::Result<Option<Vec<u8>>> {
        Ok(self.0.get(path).cloned())
    }
}
