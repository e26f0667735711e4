//! A log in memory: sequencer and reader in one, the simplest possible code, with faults on purpose.
//!
//! Shape: the entries of each year in a list; tiles are cut out of the list of leaf hashes when somebody asks, by the words of
//! RFC 6962 and not by the writer that the shipped log uses.
//!
//! Guarantees: the same calls give the same bytes, signatures included. Every checkpoint that was ever signed is kept, so
//! that an auditor can look for two of one size.
//!
//! Limits: nothing is durable; one key for all years, no witnesses.

use std::collections::{BTreeMap, btree_map};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use huzhu_app::ports::{LogName, LogReader, LogYear, Sequenced, Sequencer, SequencerError};
use huzhu_log::{
    Body, Checkpoint, Entry, Frontier, Hash, Resource, Signer, encode_bundle, leaf_hash, node_hash,
};

use crate::world::Dice;

/// What goes wrong with one submission.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFault {
    /// Nothing is kept, and the caller hears that the log does not answer.
    NotKept,
    /// Everything is kept, but the caller hears that the log does not answer.
    ReplyLost,
}

/// One year.
#[derive(Debug, Default)]
struct Year {
    entries: Vec<Vec<u8>>,
    leaves: Vec<Hash>,
    edge: Option<Frontier>,
    /// Every checkpoint that was signed, by size.
    checkpoints: BTreeMap<u64, Vec<String>>,
}

#[derive(Debug, Default)]
struct State {
    years: BTreeMap<LogYear, Year>,
    /// Faults by number of the submission, from 1.
    script: BTreeMap<u64, LogFault>,
    /// Faults by lot: dice and how many of a thousand.
    lot: Option<(Dice, u32)>,
    down: bool,
    submissions: u64,
}

/// See the module.
#[derive(Debug)]
pub struct MemoryLog {
    state: Mutex<State>,
    signers: Mutex<BTreeMap<LogYear, Signer>>,
}

impl Default for MemoryLog {
    fn default() -> Self {
        Self::new()
    }
}

/// The origin of a year's log.
#[must_use]
pub fn origin(year: LogYear) -> String {
    format!("village.example/log/{year}")
}

impl MemoryLog {
    /// No logs yet, no faults.
    #[must_use]
    pub fn new() -> Self {
        Self { state: Mutex::default(), signers: Mutex::default() }
    }

    /// Fails at these submissions, counted from 1.
    #[must_use]
    pub fn scripted(script: impl IntoIterator<Item = (u64, LogFault)>) -> Self {
        let log = Self::new();
        log.held().script = script.into_iter().collect();
        log
    }

    /// Fails at so many of a thousand submissions, half of them after keeping the entries.
    pub fn set_faults(&self, dice: Dice, of_thousand: u32) {
        self.held().lot = Some((dice, of_thousand));
    }

    /// No more faults by lot.
    pub fn heal(&self) {
        let mut state = self.held();
        state.lot = None;
        state.down = false;
    }

    /// Switches the log off or on.
    pub fn set_down(&self, down: bool) {
        self.held().down = down;
    }

    /// All entries of a year.
    #[must_use]
    pub fn entries(&self, year: LogYear) -> Vec<Vec<u8>> {
        self.held().years.get(&year).map_or_else(Vec::new, |year| year.entries.clone())
    }

    /// One entry of a year.
    #[must_use]
    pub fn entry(&self, year: LogYear, index: u64) -> Option<Vec<u8>> {
        let index = usize::try_from(index).ok()?;
        self.held().years.get(&year)?.entries.get(index).cloned()
    }

    /// Every checkpoint that was signed for a size.
    #[must_use]
    pub fn checkpoints(&self, year: LogYear) -> BTreeMap<u64, Vec<String>> {
        self.held().years.get(&year).map_or_else(BTreeMap::new, |year| year.checkpoints.clone())
    }

    /// Changes the bytes of an entry, as an operator with an editor might.
    pub fn tamper(&self, year: LogYear, index: usize, bytes: Vec<u8>) {
        if let Some(year) = self.held().years.get_mut(&year)
            && let Some(entry) = year.entries.get_mut(index)
        {
            *entry = bytes;
        }
    }

    fn held(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn sign(&self, year: LogYear, checkpoint: &Checkpoint) -> Result<String, SequencerError> {
        let mut signers = self.signers.lock().unwrap_or_else(PoisonError::into_inner);
        let signer = match signers.entry(year) {
            btree_map::Entry::Occupied(there) => there.into_mut(),
            btree_map::Entry::Vacant(free) => {
                free.insert(Signer::new(&origin(year), &[42; 32]).map_err(broken)?)
            }
        };
        Ok(checkpoint.sign(signer).to_string())
    }

    fn append(
        &self,
        state: &mut State,
        year: LogYear,
        entries: Vec<Vec<u8>>,
    ) -> Result<Sequenced, SequencerError> {
        let last = state.years.last_key_value();
        if last.is_some_and(|(last, _)| *last > year) {
            return Err(SequencerError::Closed(year));
        }
        let first_of_year = last.filter(|(last, _)| **last < year).map(|(last, log)| {
            let root = log.edge.as_ref().map_or_else(huzhu_log::empty_root, Frontier::root);
            let size = u64::try_from(log.entries.len()).unwrap_or(u64::MAX);
            let at = entries.first().and_then(|bytes| Entry::decode(bytes).ok()).map_or(0, |entry| entry.at);
            Entry { at, body: Body::Previous { origin: origin(*last), size, root } }
        });
        let log = state.years.entry(year).or_default();
        let mut edge = log.edge.take().unwrap_or_default();
        let mut all = Vec::with_capacity(entries.len() + 1);
        if let Some(entry) = first_of_year {
            all.push(entry.encode().map_err(broken)?);
        }
        let before = u64::try_from(log.entries.len() + all.len()).unwrap_or(u64::MAX);
        all.extend(entries);
        for bytes in all {
            let leaf = leaf_hash(&bytes);
            edge.append(leaf);
            log.leaves.push(leaf);
            log.entries.push(bytes);
        }
        let checkpoint = Checkpoint::new(&origin(year), edge.size(), edge.root()).map_err(broken)?;
        let checkpoint = self.sign(year, &checkpoint)?;
        log.checkpoints.entry(edge.size()).or_default().push(checkpoint.clone());
        log.edge = Some(edge);
        Ok(Sequenced { origin: origin(year), first_index: before, checkpoint })
    }
}

fn broken(why: impl std::fmt::Display) -> SequencerError {
    SequencerError::Broken(why.to_string())
}

fn silence() -> SequencerError {
    SequencerError::Unavailable("a fault on purpose: log".to_owned())
}

#[async_trait]
impl Sequencer for MemoryLog {
    async fn submit(&self, year: LogYear, entries: Vec<Vec<u8>>) -> Result<Sequenced, SequencerError> {
        let mut state = self.held();
        state.submissions += 1;
        let number = state.submissions;
        let by_lot = match &mut state.lot {
            // Both are drawn each time, so that one fault more or less does not shift all later ones.
            Some((dice, rate)) => {
                let (hit, kept) = (dice.chance(*rate), dice.chance(500));
                hit.then_some(if kept { LogFault::ReplyLost } else { LogFault::NotKept })
            }
            None => None,
        };
        let fault = if state.down { Some(LogFault::NotKept) } else { state.script.get(&number).copied() };
        match fault.or(by_lot) {
            None => self.append(&mut state, year, entries),
            Some(LogFault::NotKept) => Err(silence()),
            Some(LogFault::ReplyLost) => {
                self.append(&mut state, year, entries)?;
                Err(silence())
            }
        }
    }
}

/// MTH of RFC 6962, section 2.1, over hashes of leaves.
fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => huzhu_log::empty_root(),
        [alone] => *alone,
        _ => {
            let half = leaves.len().next_power_of_two().div_euclid(2);
            let (left, right) = leaves.split_at(half);
            node_hash(&root(left), &root(right))
        }
    }
}

fn file(year: &Year, path: &str) -> Option<Vec<u8>> {
    let width = |width: u16| usize::from(width);
    match Resource::parse(path).ok()? {
        Resource::Tile(tile) => {
            let span = 256_usize.checked_pow(u32::from(tile.level()))?;
            let first = usize::try_from(tile.index()).ok()?.checked_mul(256)?;
            let hash = |at: usize| {
                let from = at.checked_mul(span)?;
                Some(*root(year.leaves.get(from..from.checked_add(span)?)?).as_bytes())
            };
            let hashes: Option<Vec<[u8; 32]>> = (first..first + width(tile.width())).map(hash).collect();
            Some(hashes?.concat())
        }
        Resource::Bundle(bundle) => {
            let first = usize::try_from(bundle.index()).ok()?.checked_mul(256)?;
            let entries = year.entries.get(first..first + width(bundle.width()))?;
            encode_bundle(entries.iter().map(Vec::as_slice))
        }
        Resource::Checkpoint => None,
    }
}

#[async_trait]
impl LogReader for MemoryLog {
    async fn logs(&self) -> Result<Vec<LogName>, SequencerError> {
        let state = self.held();
        Ok(state.years.keys().map(|year| LogName { year: *year, origin: origin(*year) }).collect())
    }

    async fn checkpoint(&self, year: LogYear) -> Result<Option<String>, SequencerError> {
        let state = self.held();
        let newest = state.years.get(&year).and_then(|year| year.checkpoints.last_key_value());
        Ok(newest.and_then(|(_, signed)| signed.last().cloned()))
    }

    async fn tile(&self, year: LogYear, path: &str) -> Result<Option<Vec<u8>>, SequencerError> {
        Ok(self.held().years.get(&year).and_then(|year| file(year, path)))
    }

    async fn tlog_policy(&self, year: LogYear) -> Result<Option<String>, SequencerError> {
        if !self.held().years.contains_key(&year) {
            return Ok(None);
        }
        let signers = self.signers.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(signers.get(&year).map(|signer| format!("log {}\nquorum none\n", signer.vkey())))
    }
}
