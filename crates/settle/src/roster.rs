//! The roster: who stands where, as columns by dense place, as of one headcount.
//!
//! Shape: a folder with `roster.json` and one file for each column. A place is given to an enrolment once and never again, so
//! that a place names an enrolment for ever and results come back as places.
//!
//! | file | bytes | meaning |
//! | --- | --- | --- |
//! | `charged.u32` | 4 | shares of this calendar year before this period, in minor units |
//! | `from.u16` | 2 | first day counted for sharing, in days since 1970-01-01; 65535 for never |
//! | `state.u8` | 1 | bits 0 to 3 the age band; bit 4 set while the enrolment is live |
//! | `prepaid.u32` | 4 | prepaid balance in minor units; in plans with a pool only |
//!
//! Guarantees: the root commits to every byte of every column: RFC 6962 over pages of 1,024 places, a page being the bytes of
//! its columns one after the other in the order of this table.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use huzhu_log::{Hash, InnerTree, leaf_hash};
use serde::{Deserialize, Serialize};

use crate::column::Column;
use crate::{CHUNK, PAGE, SettleError, Watch};

/// The format of the folder.
const FORMAT: &str = "huzhu.org/roster@v1";
/// Name of the manifest.
const MANIFEST: &str = "roster.json";
/// Places of a roster at most: what a `u32` can number, and 30 times the largest plan that ran.
pub const MAX_PLACES: u64 = 1 << 32;
/// The bit of a live enrolment.
pub const LIVE: u8 = 0b1_0000;
/// The bits of the age band.
pub const BAND: u8 = 0b1111;
/// [`Row::from`] of somebody who never shares.
pub const NEVER: u16 = u16::MAX;

/// One place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row {
    /// Shares of this calendar year so far, in minor units.
    pub charged: u32,
    /// First day counted for sharing, in days since 1970-01-01; [`NEVER`].
    pub from: u16,
    /// Age band, from 0.
    pub band: u8,
    /// The enrolment is live.
    pub live: bool,
    /// Prepaid balance in minor units.
    pub prepaid: u32,
}

/// What `roster.json` says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RosterManifest {
    /// [`FORMAT`].
    format: String,
    /// The plan.
    pub plan: String,
    /// Places.
    pub places: u64,
    /// Day of the headcount, in days since 1970-01-01: whoever shares from this day or earlier and is live is counted.
    pub day: u16,
    /// There is a column of prepaid balances.
    pub prepaid: bool,
    /// Root of the columns, in hexadecimal.
    pub root: String,
}

/// A roster that was opened.
#[derive(Debug)]
pub struct Roster {
    folder: PathBuf,
    /// What its manifest says.
    pub manifest: RosterManifest,
    pub(crate) charged: Column,
    pub(crate) from: Column,
    pub(crate) state: Column,
    pub(crate) prepaid: Option<Column>,
}

/// The bytes of a range of places of all columns.
#[derive(Debug, Default)]
pub(crate) struct Places {
    pub(crate) charged: Vec<u8>,
    pub(crate) from: Vec<u8>,
    pub(crate) state: Vec<u8>,
    pub(crate) prepaid: Vec<u8>,
}

impl Roster {
    /// Opens a roster.
    ///
    /// # Errors
    /// [`SettleError`] when a file is missing, has another length, or the manifest cannot be read. The root is not
    /// recomputed: [`Roster::root`] does that.
    pub fn open(folder: &Path) -> Result<Self, SettleError> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read(&path).map_err(SettleError::file(&path))?;
        let manifest: RosterManifest =
            serde_json::from_slice(&text).map_err(|e| SettleError::damaged(&path, e.to_string()))?;
        if manifest.format != FORMAT {
            let what = format!("`format` is {:?}, this program reads {FORMAT}", manifest.format);
            return Err(SettleError::damaged(&path, what));
        }
        if manifest.places > MAX_PLACES {
            return Err(SettleError::damaged(&path, format!("`places` is above {MAX_PLACES}")));
        }
        let places = manifest.places;
        let prepaid = manifest.prepaid.then(|| Column::open(folder.join("prepaid.u32"), 4, places));
        Ok(Self {
            charged: Column::open(folder.join("charged.u32"), 4, places)?,
            from: Column::open(folder.join("from.u16"), 2, places)?,
            state: Column::open(folder.join("state.u8"), 1, places)?,
            prepaid: prepaid.transpose()?,
            folder: folder.to_owned(),
            manifest,
        })
    }

    /// Where it is.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Number of places.
    pub const fn places(&self) -> u64 {
        self.manifest.places
    }

    /// The root computed anew from every byte of the columns.
    ///
    /// # Errors
    /// [`SettleError::File`], and [`SettleError::Stopped`].
    pub fn root(&self, watch: &Watch) -> Result<Hash, SettleError> {
        let mut pages = Vec::new();
        let mut places = Places::default();
        let mut from = 0;
        while from < self.places() {
            let many = self.read(from, CHUNK, &mut places)?;
            pages.extend(places.pages());
            from = from.saturating_add(many as u64);
            watch.add(many as u64)?;
        }
        Ok(InnerTree::new(pages).root())
    }

    /// Reads up to `many` places from `from`; answers how many there were.
    pub(crate) fn read(&self, from: u64, many: usize, places: &mut Places) -> Result<usize, SettleError> {
        let left = usize::try_from(self.places().saturating_sub(from)).unwrap_or(usize::MAX);
        let many = many.min(left);
        self.charged.read(from, many, &mut places.charged)?;
        self.from.read(from, many, &mut places.from)?;
        self.state.read(from, many, &mut places.state)?;
        if let Some(prepaid) = &self.prepaid {
            prepaid.read(from, many, &mut places.prepaid)?;
        }
        Ok(many)
    }
}

impl Places {
    /// The leaf of each page of 1,024 places.
    fn pages(&self) -> Vec<Hash> {
        let charged = self.charged.chunks(PAGE.saturating_mul(4));
        let columns = charged.zip(self.from.chunks(PAGE.saturating_mul(2))).zip(self.state.chunks(PAGE));
        let mut prepaid = self.prepaid.chunks(PAGE.saturating_mul(4));
        columns
            .map(|((charged, from), state)| {
                leaf_hash(&[charged, from, state, prepaid.next().unwrap_or_default()].concat())
            })
            .collect()
    }
}

/// Writes a roster place by place. What was not ended with [`RosterWriter::end`] has no manifest and does not open.
#[derive(Debug)]
pub struct RosterWriter {
    folder: PathBuf,
    plan: String,
    day: u16,
    prepaid: bool,
    places: u64,
    files: [BufWriter<File>; 4],
    page: Places,
    pages: Vec<Hash>,
}

/// Names of the columns, in the order of the root.
const COLUMNS: [&str; 4] = ["charged.u32", "from.u16", "state.u8", "prepaid.u32"];

impl RosterWriter {
    /// Begins a roster of `plan` for a headcount on `day` (days since 1970-01-01) in a folder that holds none yet.
    ///
    /// # Errors
    /// [`SettleError`] when there is a roster already, or the folder cannot be written.
    pub fn begin(folder: &Path, plan: &str, day: u16, prepaid: bool) -> Result<Self, SettleError> {
        std::fs::create_dir_all(folder).map_err(SettleError::file(folder))?;
        let manifest = folder.join(MANIFEST);
        if manifest.exists() {
            let what = "there is a roster already, and rosters never change; choose another folder";
            return Err(SettleError::damaged(&manifest, what));
        }
        let make = |name: &str| {
            let path = folder.join(name);
            File::create(&path)
                .map(|file| BufWriter::with_capacity(1 << 18, file))
                .map_err(SettleError::file(&path))
        };
        let [charged, from, state, balances] = COLUMNS;
        let files = [make(charged)?, make(from)?, make(state)?, make(balances)?];
        let (folder, plan) = (folder.to_owned(), plan.to_owned());
        Ok(Self { folder, plan, day, prepaid, places: 0, files, page: Places::default(), pages: Vec::new() })
    }

    /// Adds the next place; answers its number.
    ///
    /// # Errors
    /// [`SettleError`] when the band does not fit, the roster is full, or a file cannot be written.
    pub fn push(&mut self, row: &Row) -> Result<u64, SettleError> {
        if row.band > BAND || self.places >= MAX_PLACES {
            let what = format!("at most 16 age bands and {MAX_PLACES} places fit into a roster");
            return Err(SettleError::Unfit(what));
        }
        let state = if row.live { row.band | LIVE } else { row.band };
        self.page.charged.extend(row.charged.to_le_bytes());
        self.page.from.extend(row.from.to_le_bytes());
        self.page.state.push(state);
        if self.prepaid {
            self.page.prepaid.extend(row.prepaid.to_le_bytes());
        }
        let place = self.places;
        self.places = place.saturating_add(1);
        if self.page.state.len() == PAGE {
            self.flush_page()?;
        }
        Ok(place)
    }

    fn flush_page(&mut self) -> Result<(), SettleError> {
        self.pages.extend(self.page.pages());
        let page = std::mem::take(&mut self.page);
        let bytes = [&page.charged, &page.from, &page.state, &page.prepaid];
        for ((file, bytes), name) in self.files.iter_mut().zip(bytes).zip(COLUMNS) {
            file.write_all(bytes).map_err(SettleError::file(&self.folder.join(name)))?;
        }
        Ok(())
    }

    /// Makes everything durable and writes the manifest, which makes the folder a roster.
    ///
    /// # Errors
    /// [`SettleError::File`].
    pub fn end(mut self) -> Result<Roster, SettleError> {
        if !self.page.state.is_empty() {
            self.flush_page()?;
        }
        let [charged, from, state, balances] = self.files;
        for (file, name) in [charged, from, state, balances].into_iter().zip(COLUMNS) {
            let path = self.folder.join(name);
            let file = file.into_inner().map_err(|e| SettleError::file(&path)(e.into_error()))?;
            file.sync_data().map_err(SettleError::file(&path))?;
        }
        if !self.prepaid {
            let path = self.folder.join("prepaid.u32");
            std::fs::remove_file(&path).map_err(SettleError::file(&path))?;
        }
        let manifest = RosterManifest {
            format: FORMAT.to_owned(),
            plan: self.plan,
            places: self.places,
            day: self.day,
            prepaid: self.prepaid,
            root: InnerTree::new(self.pages).root().to_hex(),
        };
        write_whole(&self.folder.join(MANIFEST), &manifest)?;
        Roster::open(&self.folder)
    }
}

/// Writes a JSON file so that it is there whole and durable, or not at all.
pub(crate) fn write_whole<T: Serialize>(path: &Path, value: &T) -> Result<(), SettleError> {
    let mut text = serde_json::to_vec_pretty(value).map_err(|e| SettleError::damaged(path, e.to_string()))?;
    text.push(b'\n');
    let beside = path.with_extension("json.new");
    let mut file = File::create(&beside).map_err(SettleError::file(&beside))?;
    file.write_all(&text).map_err(SettleError::file(&beside))?;
    file.sync_all().map_err(SettleError::file(&beside))?;
    std::fs::rename(&beside, path).map_err(SettleError::file(path))?;
    sync_folder(path.parent().unwrap_or(Path::new(".")))
}

/// Makes names in a folder durable.
pub(crate) fn sync_folder(folder: &Path) -> Result<(), SettleError> {
    let opened = File::open(folder).map_err(SettleError::file(folder))?;
    opened.sync_all().map_err(SettleError::file(folder))
}
