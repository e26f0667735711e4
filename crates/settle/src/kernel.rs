//! The two passes over a roster, and what comes of them.
//!
//! Shape: [`settle`] counts (pass 1), asks the domain what each cohort owes, writes shares and hashes pages (pass 2), compares
//! the sums with the equation, and commits the period folder with one rename. Threads take chunks of places in any order and
//! write at their own offsets.
//!
//! Broken off after the first pass, the same job goes on: a chunk whose bytes are durable is noted in `done.u64` and not made
//! again. A job with other inputs begins anew.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use huzhu_domain::settlement::{Excess, Input, Model, Rules, Settlement, close};
use huzhu_ledger::{Amount, Currency};
use huzhu_log::ShareNode;
use huzhu_log::share::root_of;

use crate::column::{Column, u16s, u32s};
use crate::hashing::{LeafMaker, PageTree};
use crate::histogram::{Buckets, Histogram, is_counted};
use crate::period::{Manifest, NODE_WIDTH, Named, node_bytes, node_of};
use crate::roster::{Places, Roster, sync_folder, write_whole};
use crate::{CHUNK, PAGE, SettleError, Watch};

/// What is to be settled.
#[derive(Clone, Copy, Debug)]
pub struct Job<'a> {
    /// Who is there.
    pub roster: &'a Roster,
    /// The rules of the terms in force.
    pub rules: &'a Rules,
    /// Aid of each cleared claim.
    pub claims: &'a [Amount],
    /// Surplus of the period before.
    pub surplus_before: Amount,
    /// Cost that the period before passed on.
    pub carried_before: Amount,
    /// The period's public name.
    pub period: &'a str,
    /// The plan's currency.
    pub currency: Currency,
    /// SHA-256 of the plan file's text, in hexadecimal.
    pub terms: &'a str,
    /// Makes the leaves of the share tree; without it no tree is made.
    pub leaves: Option<&'a LeafMaker>,
    /// The period folder to be made.
    pub folder: &'a Path,
    /// Threads that work.
    pub threads: NonZeroUsize,
}

/// A settled period.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The numbers. Dues are those of the cohorts of the first pass.
    pub settlement: Settlement,
    /// What the folder's manifest says.
    pub manifest: Manifest,
    /// The folder was there already, made of the same inputs: nothing was done.
    pub was_there: bool,
}

/// Settles a period. When its folder is there already, made of the same inputs, that is the answer.
///
/// # Errors
/// [`SettleError`]; nothing is half done, and what was begun goes on with the same job.
///
/// # Panics
/// When the shares that were written do not add up to the equation: a bug, after which no money may move.
pub fn settle(job: &Job<'_>, watch: &Watch) -> Result<Settled, SettleError> {
    settle_by(job, watch, CHUNK)
}

pub(crate) fn settle_by(job: &Job<'_>, watch: &Watch, chunk: usize) -> Result<Settled, SettleError> {
    check(job)?;
    let named = Named::of(job);
    let chunks = Chunks { places: job.roster.places(), chunk, threads: job.threads };
    let (cohorts_at, cohorts) = count(job, watch, chunks)?.cohorts()?;
    let mut settlement = close(&Input {
        rules: job.rules,
        claims: job.claims,
        cohorts: &cohorts,
        surplus_before: job.surplus_before,
        carried_before: job.carried_before,
    })?;
    if job.folder.exists() {
        return answer_again(job, &named, settlement);
    }
    let table = DueTable::new(job, &cohorts_at, &settlement)?;
    let work = Workplace::open(job, &named, &table, chunks)?;
    let totals = write_shares(job, watch, chunks, &table, &work)?;
    let wide = |amount: Amount| amount.wide();
    assert_eq!(totals.sum, wide(settlement.charged), "the written shares do not add up to the equation");
    assert_eq!(totals.count, u128::from(settlement.headcount), "the counted places are not the headcount");
    settlement.from_prepaid =
        Amount::from_wide(totals.from_prepaid).map_err(|_| SettleError::Unfit("too large".to_owned()))?;
    let head = work.root(chunks)?;
    if let Some(head) = &head {
        assert_eq!(u128::from(head.sum), totals.sum, "the tree does not carry the sum of all shares");
        assert_eq!(u128::from(head.count), totals.count, "the tree does not carry the headcount");
    }
    let manifest = Manifest::new(job, named, &settlement, table.width, head.as_ref());
    work.commit(job.folder, &manifest)?;
    Ok(Settled { settlement, manifest, was_there: false })
}

fn check(job: &Job<'_>) -> Result<(), SettleError> {
    let unfit = |what: &str| Err(SettleError::Unfit(what.to_owned()));
    if matches!(job.rules.model, Model::Pool) && job.roster.prepaid.is_none() {
        return unfit("a plan with a pool needs the column `prepaid` in its roster");
    }
    if job.rules.cap_per_claim.is_some_and(|cap| cap.excess == Excess::OtherMembers) {
        return unfit("what is above the cap per claim cannot be borne by other members");
    }
    Ok(())
}

/// The folder is there: the answer when it was made of the same inputs.
fn answer_again(job: &Job<'_>, named: &Named, mut settlement: Settlement) -> Result<Settled, SettleError> {
    let manifest = Manifest::read(job.folder)?;
    if manifest.named != *named {
        let what =
            "there is a settled period made of other inputs, and periods never change; choose another folder";
        return Err(SettleError::damaged(job.folder, what));
    }
    settlement.from_prepaid = manifest.drawn(job.currency).unwrap_or_default();
    Ok(Settled { settlement, manifest, was_there: true })
}

/// How places are cut into pieces of work.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Chunks {
    pub(crate) places: u64,
    pub(crate) chunk: usize,
    pub(crate) threads: NonZeroUsize,
}

impl Chunks {
    fn many(self) -> u64 {
        self.places.div_ceil(self.chunk as u64)
    }

    /// Works on every chunk, by as many threads as wanted; `work` gets the thread's own state and the number of the chunk.
    pub(crate) fn each<S: Send>(
        self,
        begin: impl Fn() -> S + Sync,
        work: impl Fn(&mut S, u64) -> Result<(), SettleError> + Sync,
    ) -> Result<Vec<S>, SettleError> {
        let next = AtomicU64::new(0);
        let worker = || {
            let mut state = begin();
            loop {
                let chunk = next.fetch_add(1, Ordering::Relaxed);
                if chunk >= self.many() {
                    return Ok(state);
                }
                if let Err(error) = work(&mut state, chunk) {
                    // Nobody begins another chunk.
                    next.store(self.many(), Ordering::Relaxed);
                    return Err(error);
                }
            }
        };
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..self.threads.get()).map(|_| scope.spawn(worker)).collect();
            let joined = threads.into_iter().map(|thread| match thread.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.collect()
        })
    }

    pub(crate) const fn from(self, chunk: u64) -> u64 {
        chunk.saturating_mul(self.chunk as u64)
    }
}

/// Pass 1.
fn count(job: &Job<'_>, watch: &Watch, chunks: Chunks) -> Result<Histogram, SettleError> {
    let buckets = Buckets::of(job.rules)?;
    let begin = || (Histogram::new(buckets), Places::default());
    let counted = chunks.each(begin, |(histogram, places), chunk| {
        let many = job.roster.read(chunks.from(chunk), chunks.chunk, places)?;
        histogram.count(places, job.roster.manifest.day);
        watch.add(many as u64)
    })?;
    let mut all = Histogram::new(buckets);
    for (histogram, _) in &counted {
        all.merge(histogram);
    }
    Ok(all)
}

/// What each value of the histogram owes.
struct DueTable {
    buckets: Buckets,
    shares: Vec<u32>,
    /// Bytes of a share in the column.
    width: usize,
}

impl DueTable {
    fn new(job: &Job<'_>, at: &[usize], settlement: &Settlement) -> Result<Self, SettleError> {
        let buckets = Buckets::of(job.rules)?;
        let mut shares = vec![0; buckets.len()];
        for (at, due) in at.iter().zip(&settlement.dues) {
            let share = u32::try_from(due.share.minor()).map_err(|_| {
                SettleError::Unfit(
                    "a share above 4,294,967,295 minor units does not fit into a column".to_owned(),
                )
            })?;
            if let Some(to) = shares.get_mut(*at) {
                *to = share;
            }
        }
        let most = shares.iter().max().copied().unwrap_or(0);
        Ok(Self { buckets, shares, width: if u16::try_from(most).is_ok() { 2 } else { 4 } })
    }

    /// Share of each place, and whether it is counted.
    fn shares<'a>(&'a self, places: &'a Places, day: u16) -> impl Iterator<Item = (u32, bool)> + 'a {
        let rows = places.state.iter().zip(u16s(&places.from)).zip(u32s(&places.charged));
        rows.map(move |((state, from), charged)| {
            let counted = is_counted(*state, from, day);
            let share = self.shares.get(self.buckets.at(*state, charged)).copied().unwrap_or(0);
            (if counted { share } else { 0 }, counted)
        })
    }
}

/// Sums of what was written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Totals {
    sum: u128,
    count: u128,
    from_prepaid: u128,
}

/// The folder in which a period is being made.
struct Workplace {
    folder: PathBuf,
    shares: Column,
    nodes: Option<Column>,
    /// Four numbers for each chunk: a mark that it is durable, sum, count, taken from prepaid balances.
    done: Option<Column>,
}

/// What stands in `done.u64` beside the sums of a chunk that is durable.
const DONE: u64 = 0x646f_6e65_6368_756e;
/// Bytes of the record of a chunk.
const DONE_WIDTH: usize = 32;

impl Workplace {
    /// Goes on where the same job was broken off, or begins anew.
    fn open(job: &Job<'_>, named: &Named, table: &DueTable, chunks: Chunks) -> Result<Self, SettleError> {
        let name = job.folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = job.folder.with_file_name(format!("{name}.partial"));
        let inputs = folder.join("inputs.json");
        let begun = BTreeMap::from([
            ("job", serde_json::to_value(named).unwrap_or_default()),
            ("chunk", serde_json::Value::from(chunks.chunk)),
        ]);
        let text = serde_json::to_value(&begun).map_err(|e| SettleError::damaged(&inputs, e.to_string()))?;
        let before = std::fs::read(&inputs).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok());
        if before.as_ref() != Some(&text) {
            if folder.exists() {
                std::fs::remove_dir_all(&folder).map_err(SettleError::file(&folder))?;
            }
            std::fs::create_dir_all(&folder).map_err(SettleError::file(&folder))?;
            write_whole(&inputs, &text)?;
        }
        let places = chunks.places;
        let pages = places.div_ceil(PAGE as u64);
        let name = if table.width == 2 { "share.u16" } else { "share.u32" };
        let shares = Column::make(folder.join(name), table.width, places)?;
        let nodes =
            job.leaves.map(|_| Column::make(folder.join("nodes.bin"), NODE_WIDTH, pages)).transpose()?;
        // Without a tree the whole takes a second: noting what is durable would cost more than doing it again.
        let done = job.leaves.map(|_| Column::make(folder.join("done.u64"), DONE_WIDTH, chunks.many()));
        Ok(Self { shares, nodes, done: done.transpose()?, folder })
    }

    /// The sums of a chunk that is durable already.
    fn done(&self, chunk: u64) -> Result<Option<Totals>, SettleError> {
        let Some(done) = &self.done else { return Ok(None) };
        let mut record = Vec::new();
        done.read(chunk, 1, &mut record)?;
        let number = |at: usize| {
            let bytes = record.as_chunks::<8>().0.get(at).copied().unwrap_or_default();
            u64::from_le_bytes(bytes)
        };
        let totals =
            Totals { sum: number(1).into(), count: number(2).into(), from_prepaid: number(3).into() };
        Ok((number(0) == DONE).then_some(totals))
    }

    /// Makes a chunk durable, then notes it.
    fn note(&self, chunk: u64, totals: Totals) -> Result<(), SettleError> {
        let Some(done) = &self.done else { return Ok(()) };
        self.shares.sync()?;
        if let Some(nodes) = &self.nodes {
            nodes.sync()?;
        }
        let narrow = |wide: u128| u64::try_from(wide).unwrap_or(u64::MAX);
        let numbers = [DONE, narrow(totals.sum), narrow(totals.count), narrow(totals.from_prepaid)];
        done.write(chunk, &numbers.map(u64::to_le_bytes).concat())
    }

    /// The root of the tree.
    fn root(&self, chunks: Chunks) -> Result<Option<ShareNode>, SettleError> {
        let Some(nodes) = &self.nodes else { return Ok(None) };
        let pages = usize::try_from(chunks.places.div_ceil(PAGE as u64)).unwrap_or(usize::MAX);
        let mut bytes = Vec::new();
        nodes.read(0, pages, &mut bytes)?;
        Ok(root_of(&bytes.as_chunks::<NODE_WIDTH>().0.iter().map(node_of).collect::<Vec<_>>()))
    }

    /// The commit point: with the rename the period is there, whole and durable.
    fn commit(self, folder: &Path, manifest: &Manifest) -> Result<(), SettleError> {
        self.shares.sync()?;
        if let Some(nodes) = &self.nodes {
            nodes.sync()?;
        }
        for leftover in [self.done.map(|done| done.path().to_owned()), Some(self.folder.join("inputs.json"))]
        {
            let Some(path) = leftover else { continue };
            std::fs::remove_file(&path).map_err(SettleError::file(&path))?;
        }
        manifest.write(&self.folder)?;
        std::fs::rename(&self.folder, folder).map_err(SettleError::file(folder))?;
        sync_folder(folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new(".")))
    }
}

/// What a thread of the second pass keeps.
#[derive(Default)]
struct Writer {
    places: Places,
    page: PageTree,
    shares: Vec<u8>,
    nodes: Vec<u8>,
    totals: Totals,
}

/// Pass 2.
fn write_shares(
    job: &Job<'_>,
    watch: &Watch,
    chunks: Chunks,
    table: &DueTable,
    work: &Workplace,
) -> Result<Totals, SettleError> {
    let writers = chunks.each(Writer::default, |writer, chunk| {
        if let Some(totals) = work.done(chunk)? {
            writer.totals = writer.totals.and(totals);
            return watch.add(chunks.chunk as u64);
        }
        let from = chunks.from(chunk);
        let many = job.roster.read(from, chunks.chunk, &mut writer.places)?;
        let totals = writer.chunk(job, table, from);
        work.shares.write(from, &writer.shares)?;
        if let Some(nodes) = &work.nodes {
            nodes.write(from.div_euclid(PAGE as u64), &writer.nodes)?;
        }
        work.note(chunk, totals)?;
        writer.totals = writer.totals.and(totals);
        watch.add(many as u64)
    })?;
    Ok(writers.iter().fold(Totals::default(), |all, writer| all.and(writer.totals)))
}

impl Writer {
    /// Fills the buffers with the shares and nodes of the places that were read.
    fn chunk(&mut self, job: &Job<'_>, table: &DueTable, from: u64) -> Totals {
        let day = job.roster.manifest.day;
        self.shares.clear();
        self.nodes.clear();
        let (mut sum, mut count) = (0_u64, 0_u64);
        let shares = table.shares(&self.places, day);
        // The chunk has at most a million places, so that sums of 32 bits fit 64.
        if table.width == 2 {
            self.shares.extend(shares.flat_map(|(share, counted)| {
                sum = sum.wrapping_add(u64::from(share));
                count = count.wrapping_add(u64::from(counted));
                // The width was chosen so that every share fits.
                u16::try_from(share).unwrap_or(u16::MAX).to_le_bytes()
            }));
        } else {
            self.shares.extend(shares.flat_map(|(share, counted)| {
                sum = sum.wrapping_add(u64::from(share));
                count = count.wrapping_add(u64::from(counted));
                share.to_le_bytes()
            }));
        }
        let from_prepaid = match job.rules.model {
            Model::Pool => {
                let balances = u32s(&self.places.prepaid);
                let drawn = table.shares(&self.places, day).zip(balances);
                drawn.map(|((share, _), prepaid)| u64::from(share.min(prepaid))).sum::<u64>()
            }
            Model::After | Model::Sponsor { .. } => 0,
        };
        if let Some(leaves) = job.leaves {
            let mut shares = table.shares(&self.places, day);
            let mut page = from;
            while let Some(node) = self.page.node(leaves, page, shares.by_ref().take(PAGE)) {
                self.nodes.extend(node_bytes(&node));
                page = page.saturating_add(PAGE as u64);
            }
        }
        Totals { sum: sum.into(), count: count.into(), from_prepaid: from_prepaid.into() }
    }
}

impl Totals {
    fn and(self, other: Self) -> Self {
        Self {
            sum: self.sum.wrapping_add(other.sum),
            count: self.count.wrapping_add(other.count),
            from_prepaid: self.from_prepaid.wrapping_add(other.from_prepaid),
        }
    }
}

#[cfg(test)]
mod tests;
