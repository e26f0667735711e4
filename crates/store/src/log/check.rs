//! Checks published logs from their files alone, as a stranger would.
//!
//! Shape: [`check_log`] reads the folder `log` of a platform, each year in turn, every byte that its newest checkpoint covers.
//! The tree is replayed by [`huzhu_log::replay`]; here are the signatures, the kinds of the entries, and the way from one year
//! to the next.
//!
//! Guarantees: no finding means that each year's checkpoint is signed by a key that the log itself names, that every entry,
//! tile and bundle is there and gives that root, and that each year begins with the root of the one before.
//!
//! Limits: nothing here knows what was published before; `earlier` checkpoints have to be kept by who wants to see a rollback.

use std::io;
use std::path::{Path, PathBuf};

use huzhu_log::entry::{Body, Entry, KeyChange};
use huzhu_log::replay::{Files, Head, ReplayError, replay};
use huzhu_log::{Resource, SignedCheckpoint, Vkey};

use super::disk;

/// Something that is wrong with a published log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFinding {
    /// The year of the log.
    pub year: u16,
    /// What is wrong.
    pub what: String,
}

impl std::fmt::Display for LogFinding {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "log of {:04}: {}", self.year, self.what)
    }
}

/// What a check has read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogCheck {
    /// What is wrong; empty if nothing is.
    pub findings: Vec<LogFinding>,
    /// Entries of each year, oldest first.
    pub years: Vec<(u16, u64)>,
}

/// Reads files of a log; `None` if there is none at this path below the folder of all logs.
pub trait LogFiles {
    /// Names in the folder of all logs: years, and files about keys.
    fn names(&mut self) -> io::Result<Vec<String>>;
    /// A file.
    fn read(&mut self, path: &str) -> io::Result<Option<Vec<u8>>>;
}

/// The folder of all logs.
#[derive(Clone, Debug)]
pub struct PublicFolder(pub PathBuf);

impl LogFiles for PublicFolder {
    fn names(&mut self) -> io::Result<Vec<String>> {
        disk::list(&self.0)
    }

    fn read(&mut self, path: &str) -> io::Result<Option<Vec<u8>>> {
        disk::read(&self.0.join(path))
    }
}

/// [`check_files`] for the folder `log` inside a data folder.
///
/// # Errors
/// When the files cannot be read.
pub fn check_log(data: &Path) -> io::Result<LogCheck> {
    check_files(&mut PublicFolder(data.join(super::PUBLIC)), &[])
}

/// Checks all logs, oldest first, and that `earlier` checkpoints (as signed notes of any of the years) are their beginnings.
///
/// # Errors
/// When the files cannot be read.
pub fn check_files(files: &mut impl LogFiles, earlier: &[SignedCheckpoint]) -> io::Result<LogCheck> {
    let names = files.names()?;
    let mut check = LogCheck::default();
    let mut before: Option<Year> = None;
    for year in names.iter().filter(|name| name.len() == 4).filter_map(|name| name.parse::<u16>().ok()) {
        match check_year(files, year, earlier)? {
            Ok(now) => {
                if let Some(what) = broken_turn(before.as_ref(), &now) {
                    check.findings.push(LogFinding { year, what });
                }
                check.years.push((year, now.head.size));
                before = Some(now);
            }
            Err(what) => check.findings.push(LogFinding { year, what }),
        }
    }
    Ok(check)
}

/// One year's log that is in order by itself.
struct Year {
    origin: String,
    head: Head,
    first: Option<Entry>,
    /// Keys that it names, in their order.
    keys: Vec<String>,
}

struct YearFiles<'a, F> {
    files: &'a mut F,
    year: u16,
}

impl<F: LogFiles> Files for YearFiles<'_, F> {
    type Error = io::Error;

    fn file(&mut self, resource: Resource) -> io::Result<Option<Vec<u8>>> {
        let full = match resource {
            Resource::Tile(tile) => Resource::Tile(tile.full()),
            Resource::Bundle(bundle) => Resource::Bundle(bundle.full()),
            Resource::Checkpoint => Resource::Checkpoint,
        };
        match self.files.read(&format!("{:04}/{resource}", self.year))? {
            None => self.files.read(&format!("{:04}/{full}", self.year)),
            found => Ok(found),
        }
    }
}

fn check_year<F: LogFiles>(
    files: &mut F,
    year: u16,
    earlier: &[SignedCheckpoint],
) -> io::Result<Result<Year, String>> {
    let bytes = files.read(&format!("{year:04}/checkpoint"))?;
    let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
    let signed = text.and_then(|text| text.parse::<SignedCheckpoint>().ok());
    let Some(signed) = signed else {
        return Ok(Err("the checkpoint is missing or damaged".to_owned()));
    };
    let checkpoint = signed.checkpoint();
    let head = Head { size: checkpoint.size(), root: checkpoint.root() };
    let of_this_log = earlier.iter().map(SignedCheckpoint::checkpoint);
    let of_this_log = of_this_log.filter(|earlier| earlier.origin() == checkpoint.origin());
    let heads: Vec<Head> =
        of_this_log.map(|earlier| Head { size: earlier.size(), root: earlier.root() }).collect();
    let mut found = Year { origin: checkpoint.origin().to_owned(), head, first: None, keys: Vec::new() };
    let mut undecoded = None;
    let replayed =
        replay(
            &mut YearFiles { files, year },
            head,
            &heads,
            &mut |index, bytes| match Entry::decode(bytes) {
                Ok(entry) => note(&mut found, index, entry),
                Err(error) => undecoded = undecoded.take().or(Some((index, error))),
            },
        );
    let wrong = match (replayed, undecoded) {
        (Err(ReplayError::Read(error)), _) => return Err(error),
        (Err(ReplayError::Wrong(finding)), _) => Some(finding.to_string()),
        (Ok(_), Some((index, error))) => Some(format!("entry {index} is no entry: {error}")),
        (Ok(_), None) => signature_finding(&found, &signed),
    };
    Ok(wrong.map_or(Ok(found), Err))
}

fn note(found: &mut Year, index: u64, entry: Entry) {
    if let Body::Key { change: KeyChange::LogKeyAdded, text } = &entry.body {
        found.keys.push(text.clone());
    }
    if index == 0 {
        found.first = Some(entry);
    }
}

/// The checkpoint must be signed by the newest key that the log itself names for its origin.
fn signature_finding(found: &Year, signed: &SignedCheckpoint) -> Option<String> {
    let named = found.keys.iter().filter_map(|text| text.parse::<Vkey>().ok());
    let named: Vec<Vkey> = named.filter(|vkey| vkey.name() == found.origin).collect();
    let Some(newest) = named.last() else {
        return Some("the log names no key that signs it".to_owned());
    };
    match signed.note().verify(&named) {
        Ok(signers) if signers.contains(&newest) => None,
        Ok(_) => Some("the checkpoint is signed by a key that was replaced".to_owned()),
        Err(error) => Some(format!("the checkpoint: {error}")),
    }
}

/// What is wrong between a year and the one before it.
fn broken_turn(before: Option<&Year>, now: &Year) -> Option<String> {
    let previous = match &now.first {
        Some(Entry { body: Body::Previous { origin, size, root }, .. }) => Some((origin, *size, *root)),
        _ => None,
    };
    match (before, previous) {
        (None, _) => None,
        (Some(_), None) => Some("the first entry does not name the log before".to_owned()),
        (Some(before), Some((origin, size, root))) => {
            let fits = (origin, size, root) == (&before.origin, before.head.size, before.head.root);
            let announced = now.keys.first().is_some_and(|key| before.keys.contains(key));
            match (fits, announced) {
                (false, _) => Some(format!("the first entry does not name the end of {}", before.origin)),
                (true, false) => Some(format!("{} does not announce its key", before.origin)),
                (true, true) => None,
            }
        }
    }
}
