//! What a bank says became of the debits of a settled period, applied to every place at once.
//!
//! Shape: everybody paid but those that are named ([`Failed`], a bit for each place). One pass over the columns writes what
//! each place was charged this year including this period, and the list of what is owed. The result is an immutable folder:
//!
//! | file | meaning |
//! | --- | --- |
//! | `collection.json` | [`Manifest`]: what it was made of, and the equation `charged = collected + failed` |
//! | `charged.u32` | what each place was charged this calendar year, this period included, paid or not; minor units, little-endian |
//! | `arrears.bin` | 8 bytes for each place that owes: place, and all that it owes, in minor units; both 4 bytes, little-endian; by place |
//!
//! Guarantees: a failed share stays owed, so that it counts towards the yearly cap like one that was paid; the sums are asserted
//! against the period; a folder is complete or is not there; the same input gives the same bytes.
//!
//! Limits: who lapses, and what is tried again, is for the rules: this is arithmetic. Memory: one bit for each place, 8 bytes for
//! each that owes.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use huzhu_ledger::{Amount, Currency};
use serde::{Deserialize, Serialize};

use crate::column::{Column, u16s, u32s};
use crate::kernel::Chunks;
use crate::roster::{Roster, sync_folder, write_whole};
use crate::{CHUNK, SettleError, Watch, period};

/// The format of the folder.
const FORMAT: &str = "huzhu.org/collection@v1";
/// Name of the manifest.
const MANIFEST: &str = "collection.json";
/// Name of the list of what is owed.
const ARREARS: &str = "arrears.bin";
/// Bytes of one of its records.
const OWED_WIDTH: usize = 8;

/// Places whose debit failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    places: u64,
    bits: Vec<u64>,
    many: u64,
}

impl Failed {
    /// Nobody yet, of so many places.
    pub fn none(places: u64) -> Self {
        let words = usize::try_from(places.div_ceil(64)).unwrap_or(usize::MAX);
        Self { places, bits: vec![0; words], many: 0 }
    }

    /// Names a place. `false`: it was named before, which changes nothing.
    ///
    /// # Errors
    /// [`SettleError::Unfit`] for a place that the roster does not have.
    pub fn name(&mut self, place: u64) -> Result<bool, SettleError> {
        let word = usize::try_from(place.div_euclid(64)).unwrap_or(usize::MAX);
        let bit = 1_u64 << place.rem_euclid(64);
        match self.bits.get_mut(word).filter(|_| place < self.places) {
            Some(word) if *word & bit == 0 => {
                *word |= bit;
                self.many = self.many.saturating_add(1);
                Ok(true)
            }
            Some(_) => Ok(false),
            None => {
                let what = format!("place {place} is named, the roster has {} places, from 0", self.places);
                Err(SettleError::Unfit(what))
            }
        }
    }

    /// How many.
    pub const fn many(&self) -> u64 {
        self.many
    }

    /// The places from `from`, rising, below `until`.
    fn between(&self, from: u64, until: u64) -> impl Iterator<Item = u64> + '_ {
        let word = |place: u64| usize::try_from(place).unwrap_or(usize::MAX);
        let first = from.div_euclid(64);
        let words = self.bits.get(word(first)..word(until.div_ceil(64)).min(self.bits.len()));
        let words = (first..).zip(words.unwrap_or_default());
        words
            .flat_map(|(at, word)| {
                let base = at.saturating_mul(64);
                (0..64).filter(move |bit| word >> bit & 1 == 1).map(move |bit| base.saturating_add(bit))
            })
            .filter(move |place| (from..until).contains(place))
    }
}

/// What a place owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Owed {
    /// The place.
    pub place: u32,
    /// All of it, in minor units.
    pub amount: u32,
}

/// What is to be applied.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// The folder of the settled period.
    pub period: &'a Path,
    /// The roster that it was settled with.
    pub roster: &'a Roster,
    /// Whose debit failed.
    pub failed: &'a Failed,
    /// What was owed before, by place.
    pub owed_before: &'a [Owed],
    /// The folder to be made.
    pub folder: &'a Path,
    /// Threads that work.
    pub threads: NonZeroUsize,
}

/// What `collection.json` says. Amounts are decimals in the plan's currency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// [`FORMAT`].
    format: String,
    /// The plan.
    pub plan: String,
    /// The period's public name.
    pub period: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Root of the roster, in hexadecimal.
    pub roster: String,
    /// Places of the roster.
    pub places: u64,
    /// All shares of the period.
    pub charged: String,
    /// What came in.
    pub collected: String,
    /// What did not.
    pub failed: String,
    /// Debits that failed.
    pub failures: u64,
    /// All that is owed now, with what was owed before.
    pub owed: String,
    /// Places that owe.
    pub debtors: u64,
}

/// A folder that was opened.
#[derive(Debug)]
pub struct Collection {
    folder: PathBuf,
    /// What its manifest says.
    pub manifest: Manifest,
}

impl Collection {
    /// Opens a folder.
    ///
    /// # Errors
    /// [`SettleError`] when there is none, or it is none of ours.
    pub fn open(folder: &Path) -> Result<Self, SettleError> {
        let path = folder.join(MANIFEST);
        let text = std::fs::read(&path).map_err(SettleError::file(&path))?;
        let manifest: Manifest =
            serde_json::from_slice(&text).map_err(|e| SettleError::damaged(&path, e.to_string()))?;
        if manifest.format != FORMAT {
            let what = format!("`format` is {:?}, this program reads {FORMAT}", manifest.format);
            return Err(SettleError::damaged(&path, what));
        }
        Ok(Self { folder: folder.to_owned(), manifest })
    }

    /// What each place from `from` was charged this year, this period included.
    ///
    /// # Errors
    /// [`SettleError`] when the column is damaged.
    pub fn charged(&self, from: u64, many: usize) -> Result<Vec<u32>, SettleError> {
        let column = Column::open(self.folder.join("charged.u32"), 4, self.manifest.places)?;
        let mut bytes = Vec::new();
        column.read(from, many, &mut bytes)?;
        Ok(u32s(&bytes).collect())
    }

    /// All that is owed, by place.
    ///
    /// # Errors
    /// [`SettleError`] when the list is damaged.
    pub fn owed(&self) -> Result<Vec<Owed>, SettleError> {
        let path = self.folder.join(ARREARS);
        let bytes = std::fs::read(&path).map_err(SettleError::file(&path))?;
        let (records, rest) = bytes.as_chunks::<OWED_WIDTH>();
        let owed: Vec<Owed> = records.iter().copied().map(owed_of).collect();
        let rising = owed.is_sorted_by(|one, next| one.place < next.place);
        if !rest.is_empty() || records.len() as u64 != self.manifest.debtors || !rising {
            return Err(SettleError::damaged(&path, "is not the list that the manifest tells of"));
        }
        Ok(owed)
    }
}

fn owed_of(record: [u8; OWED_WIDTH]) -> Owed {
    let (numbers, _) = record.as_chunks::<4>();
    let number = |at: usize| numbers.get(at).copied().map_or(0, u32::from_le_bytes);
    Owed { place: number(0), amount: number(1) }
}

/// What a thread has done.
#[derive(Default)]
struct Writer {
    charged: Vec<u8>,
    shares: Vec<u8>,
    after: Vec<u8>,
    owed: Vec<Owed>,
    sum: u64,
    failed: u64,
}

/// Applies an answer.
///
/// # Errors
/// [`SettleError`]: roster and period do not belong together, a place is named that has no share in the period, the folder is
/// there already. Nothing is half done.
///
/// # Panics
/// When the sums are not those of the period: the columns were changed, and no money may move.
pub fn collect(job: &Job<'_>, watch: &Watch) -> Result<Collection, SettleError> {
    let settled = period::Manifest::read(job.period)?;
    let named = &settled.named;
    let roster = &job.roster.manifest;
    if roster.root != named.roster || roster.places != named.places {
        return Err(SettleError::Unfit("this is not the roster that the period was settled with".to_owned()));
    }
    let currency = Currency::parse(&named.currency)
        .map_err(|error| SettleError::damaged(job.period, error.to_string()))?;
    if settled.drawn(currency) != Some(Amount::ZERO) {
        let what =
            "a part of the shares was drawn from prepaid balances; only debits of whole shares can fail here";
        return Err(SettleError::Unfit(what.to_owned()));
    }
    if job.folder.exists() {
        let what = "is there already, and what was collected never changes; choose another folder";
        return Err(SettleError::damaged(job.folder, what));
    }
    let name = job.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let partial = job.folder.with_file_name(format!("{name}.partial"));
    if partial.exists() {
        std::fs::remove_dir_all(&partial).map_err(SettleError::file(&partial))?;
    }
    std::fs::create_dir_all(&partial).map_err(SettleError::file(&partial))?;
    let (sum, failed, newly) = apply(job, watch, &settled, &partial)?;
    let text = |minor: u64| Amount::from_minor(minor).decimal(currency);
    assert_eq!(text(sum), settled.numbers.charged, "the shares are not those of the period");
    let owed = merged(job.owed_before, &newly)?;
    write_owed(&partial.join(ARREARS), &owed)?;
    let total: u64 = owed.iter().map(|owed| u64::from(owed.amount)).fold(0, u64::saturating_add);
    let manifest = Manifest {
        format: FORMAT.to_owned(),
        plan: named.plan.clone(),
        period: named.period.clone(),
        currency: named.currency.clone(),
        roster: named.roster.clone(),
        places: named.places,
        charged: settled.numbers.charged.clone(),
        collected: text(sum.saturating_sub(failed)),
        failed: text(failed),
        failures: job.failed.many(),
        owed: text(total),
        debtors: owed.len() as u64,
    };
    write_whole(&partial.join(MANIFEST), &manifest)?;
    // The commit point: with the rename the collection is there, whole and durable.
    std::fs::rename(&partial, job.folder).map_err(SettleError::file(job.folder))?;
    sync_folder(
        job.folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")),
    )?;
    Collection::open(job.folder)
}

/// The pass: sum of all shares, of the failed ones, and what these owe, by place.
fn apply(
    job: &Job<'_>,
    watch: &Watch,
    settled: &period::Manifest,
    folder: &Path,
) -> Result<(u64, u64, Vec<Owed>), SettleError> {
    let places = settled.named.places;
    let chunks = Chunks { places, chunk: CHUNK, threads: job.threads };
    let shares = settled.share_column(job.period)?;
    let after = Column::make(folder.join("charged.u32"), 4, places)?;
    let writers = chunks.each(Writer::default, |writer, chunk| {
        let from = chunks.from(chunk);
        let left = usize::try_from(places.saturating_sub(from)).unwrap_or(usize::MAX);
        let many = left.min(CHUNK);
        job.roster.charged.read(from, many, &mut writer.charged)?;
        shares.read(from, many, &mut writer.shares)?;
        writer.add(settled.width);
        writer.fail(job.failed, settled.width, from, many)?;
        after.write(from, &writer.after)?;
        watch.add(many as u64)
    })?;
    after.sync()?;
    let (mut sum, mut failed) = (0_u64, 0_u64);
    let mut owed = Vec::new();
    for writer in writers {
        sum = sum.saturating_add(writer.sum);
        failed = failed.saturating_add(writer.failed);
        owed.extend(writer.owed);
    }
    owed.sort_unstable_by_key(|owed: &Owed| owed.place);
    Ok((sum, failed, owed))
}

impl Writer {
    /// What each place was charged, with this period. A place that no year of shares fills stays at the largest number.
    fn add(&mut self, width: usize) {
        self.after.clear();
        let charged = u32s(&self.charged);
        // The chunk has at most a million places, so that sums of 32 bits fit 64.
        let mut sum = 0_u64;
        if width == 2 {
            self.after.extend(charged.zip(u16s(&self.shares)).flat_map(|(charged, share)| {
                sum = sum.wrapping_add(u64::from(share));
                charged.saturating_add(u32::from(share)).to_le_bytes()
            }));
        } else {
            self.after.extend(charged.zip(u32s(&self.shares)).flat_map(|(charged, share)| {
                sum = sum.wrapping_add(u64::from(share));
                charged.saturating_add(share).to_le_bytes()
            }));
        }
        self.sum = self.sum.wrapping_add(sum);
    }

    fn fail(&mut self, failed: &Failed, width: usize, from: u64, many: usize) -> Result<(), SettleError> {
        for place in failed.between(from, from.saturating_add(many as u64)) {
            let within = usize::try_from(place.saturating_sub(from)).unwrap_or(usize::MAX);
            let bytes = self.shares.get(within.saturating_mul(width)..).unwrap_or_default();
            let share = if width == 2 { u16s(bytes).next().map(u32::from) } else { u32s(bytes).next() };
            let share = share.filter(|share| *share > 0).ok_or_else(|| {
                let what = "the answer belongs to another period";
                SettleError::Unfit(format!("place {place} is named, but has no share in this period; {what}"))
            })?;
            self.failed = self.failed.saturating_add(u64::from(share));
            // A roster has at most 2^32 places.
            self.owed.push(Owed { place: u32::try_from(place).unwrap_or(u32::MAX), amount: share });
        }
        Ok(())
    }
}

/// Two lists by place as one.
fn merged(before: &[Owed], newly: &[Owed]) -> Result<Vec<Owed>, SettleError> {
    let mut all: Vec<Owed> = Vec::with_capacity(before.len().saturating_add(newly.len()));
    let (mut before, mut newly) = (before.iter().peekable(), newly.iter().peekable());
    loop {
        let earlier = match (before.peek(), newly.peek()) {
            (Some(old), Some(new)) => old.place <= new.place,
            (Some(_), None) => true,
            (None, Some(_)) => false,
            (None, None) => return Ok(all),
        };
        let next = if earlier { before.next() } else { newly.next() };
        let Some(next) = next else { return Ok(all) };
        match all.last_mut().filter(|last| last.place == next.place) {
            Some(last) => {
                let amount = last.amount.checked_add(next.amount);
                let what = format!("place {} owes more than 4,294,967,295 minor units", next.place);
                last.amount = amount.ok_or(SettleError::Unfit(what))?;
            }
            None => all.push(*next),
        }
    }
}

fn write_owed(path: &Path, owed: &[Owed]) -> Result<(), SettleError> {
    let mut bytes = Vec::with_capacity(owed.len().saturating_mul(OWED_WIDTH));
    for owed in owed {
        bytes.extend(owed.place.to_le_bytes());
        bytes.extend(owed.amount.to_le_bytes());
    }
    std::fs::write(path, &bytes).map_err(SettleError::file(path))?;
    let file = std::fs::File::open(path).map_err(SettleError::file(path))?;
    file.sync_all().map_err(SettleError::file(path))
}

#[cfg(test)]
mod tests;
