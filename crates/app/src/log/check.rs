//! Holds whole logs against all events: an operator who alters one byte of either is caught.
//!
//! Shape: [`check`] reads every log from its first entry, makes each entry again from the events, compares bytes, the noted
//! rows and the root of the checkpoint. `huzhu doctor`, the simulator and tests call it.
//!
//! Limits: signatures and tiles are checked by whoever reads the files (`huzhu verify log`); entries whose salt was destroyed
//! are compared by kind and time. Run it on a store at rest.

use huzhu_log::{Frontier, leaf_hash};

use super::tail::{Matcher, Mismatch, TailError};
use super::tiles::Reader;
use crate::error::AppError;
use crate::ports::{LogMark, LogName, LogReader, LogYear, LoggedEntry, NewLogged, Position, Store};

/// Findings at most: one cut in the middle would give one for each entry behind it.
const FINDINGS_MAX: usize = 50;

/// Something that must not be in a sound log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LogFinding {
    /// An entry is not what the events say.
    #[error("{0}")]
    Mismatch(#[from] Mismatch),
    /// The row that was noted for an entry says something else.
    #[error("log of {year}, entry {index}: the noted row differs from it")]
    RowDiffers {
        /// Which log.
        year: LogYear,
        /// Index of the entry.
        index: u64,
    },
    /// The signed root is not the root of the entries.
    #[error("log of {year}: the root of its {size} entries is not the one of its checkpoint")]
    RootDiffers {
        /// Which log.
        year: LogYear,
        /// Entries.
        size: u64,
    },
    /// More was noted than the log holds.
    #[error("log of {year}: {noted} entries were noted, {there} are there")]
    Lost {
        /// Which log.
        year: LogYear,
        /// Entries that were noted.
        noted: u64,
        /// Entries that are there.
        there: u64,
    },
    /// Log or rows cannot be read at all.
    #[error("unreadable: {0}")]
    Unreadable(String),
}

/// What was looked at and found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LogReport {
    /// Entries of all years.
    pub entries: u64,
    /// Events that came after the last one on the log; they wait for the feeder.
    pub waiting: u64,
    /// What is wrong.
    pub findings: Vec<LogFinding>,
}

/// Checks all logs. `progress` is told how many entries were looked at.
///
/// # Errors
/// When store or log do not answer. What they hold and should not is a [`LogFinding`].
pub async fn check(
    store: &dyn Store,
    log: &dyn LogReader,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<LogReport, AppError> {
    let mut report = LogReport::default();
    let done = Check { store, log, report: &mut report }.run(progress).await;
    match done {
        Err(AppError::Broken(why)) => report.findings.push(LogFinding::Unreadable(why)),
        other => other?,
    }
    Ok(report)
}

struct Check<'a> {
    store: &'a dyn Store,
    log: &'a dyn LogReader,
    report: &'a mut LogReport,
}

impl Check<'_> {
    async fn run(&mut self, progress: &mut (dyn FnMut(u64) + Send)) -> Result<(), AppError> {
        let mark = self.store.log_mark().await?;
        let mut matcher = Matcher::new(self.store, self.log, Position(0));
        let mut last = None;
        for LogName { year, .. } in self.log.logs().await? {
            let size = self.one(year, &mut matcher, mark, progress).await?;
            last = Some((year, size));
        }
        if let Some(mark) = mark
            && last.is_none_or(|(year, _)| year < mark.year)
        {
            self.found(LogFinding::Lost { year: mark.year, noted: mark.size, there: 0 });
        }
        let (year, size) = last.unwrap_or((LogYear(0), 0));
        match matcher.end(year, size) {
            Ok(end) => self.report.waiting = self.waiting_after(end).await?,
            Err(mismatch) => self.found(mismatch.into()),
        }
        Ok(())
    }

    /// One log; answers its size.
    async fn one(
        &mut self,
        year: LogYear,
        matcher: &mut Matcher<'_>,
        mark: Option<LogMark>,
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<u64, AppError> {
        let reader = Reader::open(self.log, year).await?;
        let size = reader.size();
        if let Some(mark) = mark.filter(|mark| mark.year == year && mark.size > size) {
            self.found(LogFinding::Lost { year, noted: mark.size, there: size });
        }
        let mut edge = Frontier::new();
        let mut entries = reader.entries(0);
        while let Some((index, bytes)) = entries.next().await? {
            edge.append(leaf_hash(&bytes));
            self.report.entries = self.report.entries.saturating_add(1);
            if self.report.entries.is_multiple_of(1_000) {
                progress(self.report.entries);
            }
            if self.report.findings.len() >= FINDINGS_MAX {
                continue;
            }
            match matcher.next(year, index, &bytes).await {
                Ok(Some(made)) => {
                    let noted = mark.is_some_and(|mark| (year, index) < (mark.year, mark.size));
                    if noted && !self.is_noted(&made).await? {
                        self.found(LogFinding::RowDiffers { year, index });
                    }
                }
                Ok(None) => {}
                Err(TailError::Mismatch(mismatch)) => self.found(mismatch.into()),
                Err(TailError::World(error)) => return Err(error),
            }
        }
        progress(self.report.entries);
        if reader.checkpoint().is_some_and(|signed| signed.checkpoint().root() != edge.root()) {
            self.found(LogFinding::RootDiffers { year, size });
        }
        Ok(size)
    }

    async fn is_noted(&self, made: &NewLogged) -> Result<bool, AppError> {
        let LoggedEntry { kind, last, .. } = made.entry;
        let row = self.store.logged_entry(kind, last).await?;
        // Several tombstones come from one event: any row of it will do.
        let same = row.is_some_and(|row| {
            (row.first, row.last, row.at) == (made.entry.first, last, made.entry.at)
                && (row.index == made.entry.index || kind == huzhu_log::EntryKind::Tombstone.byte())
        });
        let leaves = self.store.logged_leaves(made.entry.year, made.entry.index).await?;
        Ok(same && leaves == made.leaves)
    }

    async fn waiting_after(&self, end: Position) -> Result<u64, AppError> {
        let newest = self.store.newest_events(None, 1).await?;
        let newest = newest.first().map_or(0, |newest| newest.position.0);
        Ok(newest.saturating_sub(end.0))
    }

    fn found(&mut self, finding: LogFinding) {
        self.report.findings.push(finding);
    }
}
