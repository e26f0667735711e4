//! Published logs, wherever they lie: in a folder or behind an address.
//!
//! Guarantees: nothing that is read here is believed. Limits: of an address, the files ahead are fetched in groups, so that a
//! long log is not read at one round trip for each file.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use huzhu_gateways::published::PublishedLog;
use huzhu_log::replay::Files;
use huzhu_log::{Bundle, Resource, Tile};
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::output::Failure;

/// Bytes of the longest checkpoint, list of keys or file of rules.
const TEXT_LIMIT: usize = 256 * 1024;
/// Bytes of the longest bundle: 256 entries with their lengths.
const BUNDLE_LIMIT: usize = 256 * (65_535 + 2);
/// Bytes of a full tile.
const TILE_LIMIT: usize = 256 * 32;
/// Bundles that are fetched at once.
const AHEAD: u64 = 8;

/// Where one log is published.
#[derive(Clone, Debug)]
pub(crate) enum LogPlace {
    /// A folder with `checkpoint` and `tile`.
    Folder(PathBuf),
    /// An address below which they are served.
    Web(PublishedLog),
}

impl LogPlace {
    /// A place as it is written on the command line: `http(s)://...` or a folder. A folder of several years stands for the
    /// newest of them.
    pub(crate) fn parse(text: &str) -> Result<Self, Failure> {
        if text.starts_with("http://") || text.starts_with("https://") {
            let log = PublishedLog::new(text).map_err(|error| Failure::WrongUse(error.to_string()))?;
            return Ok(Self::Web(log));
        }
        let folder = Path::new(text);
        if folder.join("checkpoint").is_file() {
            return Ok(Self::Folder(folder.to_owned()));
        }
        let newest = years(folder).into_iter().next_back();
        newest.map(Self::Folder).ok_or_else(|| {
            Failure::WrongUse(format!("{text} is no folder of a log: it has no file `checkpoint`"))
        })
    }

    /// The place of the log with this origin beside this one: the same place with another last name.
    pub(crate) fn beside(&self, origin: &str) -> Option<Self> {
        let name = origin.rsplit('/').next().filter(|name| is_plain(name))?;
        match self {
            Self::Folder(folder) => {
                // `.` and the like have no name to replace.
                let folder = folder.canonicalize().ok()?.with_file_name(name);
                folder.join("checkpoint").is_file().then_some(Self::Folder(folder))
            }
            Self::Web(log) => {
                let (above, _) = log.prefix().trim_end_matches('/').rsplit_once('/')?;
                PublishedLog::new(&format!("{above}/{name}")).ok().map(Self::Web)
            }
        }
    }

    /// A text of this log, such as `checkpoint`; nothing if there is none.
    pub(crate) async fn text(&self, path: &str) -> Result<Option<String>, Failure> {
        let bytes = self.bytes(path, TEXT_LIMIT).await?;
        let text = bytes.map(String::from_utf8).transpose();
        text.map_err(|_| Failure::Broken(format!("{self}: {path} is no text")))
    }

    /// A tile or bundle, or a wider one in its place; nothing if there is none.
    pub(crate) async fn file(&self, file: Resource) -> Result<Option<Vec<u8>>, Failure> {
        let limit = if matches!(file, Resource::Bundle(_)) { BUNDLE_LIMIT } else { TILE_LIMIT };
        if let Some(bytes) = self.bytes(&file.to_string(), limit).await? {
            return Ok(Some(bytes));
        }
        for other in self.wider(file) {
            if let Some(bytes) = self.bytes(&other, limit).await? {
                return Ok(Some(bytes));
            }
        }
        Ok(None)
    }

    /// Other paths that begin with what a partial file would hold.
    fn wider(&self, file: Resource) -> Vec<String> {
        let (full, width) = match file {
            Resource::Tile(tile) if !tile.is_full() => (tile.full().path(), tile.width()),
            Resource::Bundle(bundle) if !bundle.is_full() => (bundle.full().path(), bundle.width()),
            _ => return Vec::new(),
        };
        let mut paths = Vec::new();
        if let Self::Folder(folder) = self {
            // A log that is being written replaces partial files by wider ones.
            let names = names(&folder.join(format!("{full}.p")));
            let widths = names.iter().filter_map(|name| name.parse::<u16>().ok());
            paths.extend(widths.filter(|other| *other > width).map(|other| format!("{full}.p/{other}")));
        }
        paths.push(full);
        paths
    }

    async fn bytes(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>, Failure> {
        match self {
            Self::Folder(folder) => read(&folder.join(path), limit),
            Self::Web(log) => {
                log.get(path, limit).await.map_err(|error| Failure::broken(&self.to_string(), error))
            }
        }
    }
}

impl fmt::Display for LogPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => folder.display().fmt(f),
            Self::Web(log) => f.write_str(log.prefix().trim_end_matches('/')),
        }
    }
}

/// A name that stays where it is.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

fn read(path: &Path, limit: usize) -> Result<Option<Vec<u8>>, Failure> {
    match std::fs::read(path) {
        Ok(bytes) if bytes.len() > limit => {
            Err(Failure::Broken(format!("{}: more than {limit} bytes", path.display())))
        }
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(Failure::broken(&path.display().to_string(), error)),
    }
}

/// Names in a folder; none if there is no such folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter_map(|entry| entry.file_name().into_string().ok()).collect()
}

/// Folders of logs in a folder, oldest first: their names are years.
fn years(folder: &Path) -> Vec<PathBuf> {
    let mut names = names(folder);
    names.retain(|name| name.len() == 4 && name.bytes().all(|byte| byte.is_ascii_digit()));
    names.sort_unstable();
    let folders = names.into_iter().map(|name| folder.join(name));
    folders.filter(|folder| folder.join("checkpoint").is_file()).collect()
}

/// The files of a log of known size, for a replay.
pub(crate) struct LogFiles<'a> {
    place: &'a LogPlace,
    runtime: &'a Runtime,
    size: u64,
    /// Files that were fetched and not yet asked for.
    fetched: BTreeMap<Resource, Option<Vec<u8>>>,
}

impl<'a> LogFiles<'a> {
    pub(crate) const fn new(place: &'a LogPlace, runtime: &'a Runtime, size: u64) -> Self {
        Self { place, runtime, size, fetched: BTreeMap::new() }
    }

    /// Fetches the bundle with those behind it, and the tiles of their leaves.
    fn fetch(&mut self, first: u64) -> Result<(), Failure> {
        let indexes = first..first.saturating_add(AHEAD);
        let wanted: Vec<Resource> = indexes
            .flat_map(|index| {
                let bundle = Bundle::at(index, self.size).map(Resource::Bundle);
                [bundle, Tile::at(0, index, self.size).map(Resource::Tile)]
            })
            .flatten()
            .collect();
        let place = self.place.clone();
        let fetched = self.runtime.block_on(async move {
            let mut tasks = JoinSet::new();
            for resource in wanted {
                let place = place.clone();
                tasks.spawn(async move { (resource, place.file(resource).await) });
            }
            tasks.join_all().await
        });
        for (resource, bytes) in fetched {
            self.fetched.insert(resource, bytes?);
        }
        Ok(())
    }
}

impl Files for LogFiles<'_> {
    type Error = Failure;

    fn file(&mut self, resource: Resource) -> Result<Option<Vec<u8>>, Failure> {
        if let (LogPlace::Web(_), Resource::Bundle(bundle)) = (self.place, resource)
            && !self.fetched.contains_key(&resource)
        {
            self.fetch(bundle.index())?;
        }
        match self.fetched.remove(&resource) {
            Some(bytes) => Ok(bytes),
            None => self.runtime.block_on(self.place.file(resource)),
        }
    }
}
