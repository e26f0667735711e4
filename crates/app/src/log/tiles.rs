//! Reads one log as it was published: its checkpoint, its entries in order, paths to entries.
//!
//! Guarantees: everything is read as of one checkpoint, whatever is put on the log meanwhile.

use std::collections::BTreeMap;

use huzhu_log::{Bundle, Hash, SignedCheckpoint, Tile, TlogPolicy, Verified, tree};

use crate::ports::{LogReader, LogYear, SequencerError};

/// Entries in a full bundle.
const BUNDLE: u64 = 256;

/// One log as of one checkpoint.
pub(crate) struct Reader<'a> {
    log: &'a dyn LogReader,
    year: LogYear,
    checkpoint: Option<SignedCheckpoint>,
}

/// A log that does not say what it should.
fn broken(year: LogYear, why: impl std::fmt::Display) -> SequencerError {
    SequencerError::Broken(format!("log of {year}: {why}"))
}

impl<'a> Reader<'a> {
    /// The log of a year as of now; of no size when it was not begun.
    pub(crate) async fn open(log: &'a dyn LogReader, year: LogYear) -> Result<Self, SequencerError> {
        let text = log.checkpoint(year).await?;
        Self::of(log, year, text)
    }

    /// The log of a year as of a checkpoint that covers an entry and has its quorum; as of the newest one when no such
    /// checkpoint came in time.
    pub(crate) async fn open_cosigned(
        log: &'a dyn LogReader,
        year: LogYear,
        index: u64,
    ) -> Result<Self, SequencerError> {
        match log.cosigned(year, index).await? {
            Some(text) => Self::of(log, year, Some(text)),
            None => Self::open(log, year).await,
        }
    }

    fn of(log: &'a dyn LogReader, year: LogYear, text: Option<String>) -> Result<Self, SequencerError> {
        let parsed = text.map(|text| text.parse()).transpose();
        let checkpoint = parsed.map_err(|error| broken(year, format_args!("checkpoint: {error}")))?;
        Ok(Self { log, year, checkpoint })
    }

    /// Who cosigned the checkpoint, by the policy of the log; nothing if there is no policy or no checkpoint.
    pub(crate) async fn verified(&self) -> Result<Option<Verified>, SequencerError> {
        let (Some(text), Some(signed)) = (self.log.tlog_policy(self.year).await?, &self.checkpoint) else {
            return Ok(None);
        };
        let trusted = TlogPolicy::parse(text.as_bytes()).map_err(|error| broken(self.year, error))?;
        trusted.check(signed).map(Some).map_err(|error| broken(self.year, error))
    }

    /// The checkpoint.
    pub(crate) const fn checkpoint(&self) -> Option<&SignedCheckpoint> {
        self.checkpoint.as_ref()
    }

    /// Entries.
    pub(crate) fn size(&self) -> u64 {
        self.checkpoint.as_ref().map_or(0, |signed| signed.checkpoint().size())
    }

    /// The entries from an index on, in order.
    pub(crate) const fn entries(&self, from: u64) -> Entries<'_> {
        Entries { reader: self, next: from, held: Vec::new() }
    }

    /// One entry; `None` behind the end.
    pub(crate) async fn entry(&self, index: u64) -> Result<Option<Vec<u8>>, SequencerError> {
        Ok(self.entries(index).next().await?.map(|(_, bytes)| bytes))
    }

    /// The path from an entry to the root of the checkpoint.
    pub(crate) async fn prove(&self, index: u64) -> Result<Vec<Hash>, SequencerError> {
        let size = self.size();
        let wanted = tree::tiles_for_inclusion(size, index);
        let wanted = wanted.ok_or_else(|| broken(self.year, format_args!("no entry {index} of {size}")))?;
        let mut tiles: BTreeMap<Tile, Vec<u8>> = BTreeMap::new();
        for tile in wanted {
            tiles.insert(tile, self.file(&tile.path()).await?);
        }
        tree::prove_inclusion(size, index, &tiles).map_err(|error| match error {
            tree::TreeError::Read(tile) => broken(self.year, format_args!("{} is needed", tile.path())),
            tree::TreeError::Damaged(why) => broken(self.year, why),
            tree::TreeError::NoSuchEntry { .. } | tree::TreeError::NotOlder { .. } => {
                broken(self.year, "no such entry")
            }
        })
    }

    async fn file(&self, path: &str) -> Result<Vec<u8>, SequencerError> {
        let bytes = self.log.tile(self.year, path).await?;
        bytes.ok_or_else(|| broken(self.year, format_args!("{path} is missing")))
    }
}

/// Entries in order, read bundle by bundle.
pub(crate) struct Entries<'r> {
    reader: &'r Reader<'r>,
    next: u64,
    /// What is left of the bundle that was read last, its next entry at the end.
    held: Vec<Vec<u8>>,
}

impl Entries<'_> {
    /// The next entry with its index; `None` at the end.
    pub(crate) async fn next(&mut self) -> Result<Option<(u64, Vec<u8>)>, SequencerError> {
        let size = self.reader.size();
        if self.next >= size {
            return Ok(None);
        }
        if self.held.is_empty() {
            let number = self.next.div_euclid(BUNDLE);
            let year = self.reader.year;
            let bundle = Bundle::at(number, size).ok_or_else(|| broken(year, "no such bundle"))?;
            let bytes = self.reader.file(&bundle.path()).await?;
            let entries = bundle.entries(&bytes).map_err(|error| broken(year, error))?;
            let skipped = usize::try_from(self.next.rem_euclid(BUNDLE)).unwrap_or(usize::MAX);
            self.held = entries.into_iter().skip(skipped).rev().map(<[u8]>::to_vec).collect();
        }
        let entry = self.held.pop().ok_or_else(|| broken(self.reader.year, "a bundle is short"))?;
        let index = self.next;
        self.next = index.saturating_add(1);
        Ok(Some((index, entry)))
    }
}
