//! Holds a log against the events it was made from, entry by entry.
//!
//! Shape: [`Matcher`] takes entries of the log in order and pulls events as it needs them. Consents wait in a queue of their
//! own, since a batch of them comes after the other entries of its round. The feeder uses it after a crash on the entries
//! that nobody noted, the doctor on whole logs.
//!
//! Guarantees: an entry matches only the next event that can have made it; one that matches none is a [`Mismatch`] with
//! its place.
//!
//! Limits: where a person was erased, the salts are gone: of their entries only kind and time are compared.

use std::collections::VecDeque;

use huzhu_log::{Body, Entry, EntryKind};

use super::item::{Consent, Item, Single, consents_entry, is_from_events};
use super::source::Source;
use crate::error::AppError;
use crate::ports::{LogReader, LogYear, LoggedEntry, NewLogged, Position, Store, StoreError};

/// Events read at once.
const CHUNK: u32 = 1_000;

/// An entry that the events do not explain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("log of {year}, entry {index}: {why}")]
pub struct Mismatch {
    /// Which log.
    pub year: LogYear,
    /// Index of the entry.
    pub index: u64,
    /// What is wrong.
    pub why: String,
}

/// What stops a comparison.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum TailError {
    /// Store or log do not answer, or are broken.
    #[error("{0}")]
    World(AppError),
    /// The log and the events disagree.
    #[error(transparent)]
    Mismatch(Mismatch),
}

impl From<Mismatch> for TailError {
    fn from(error: Mismatch) -> Self {
        Self::Mismatch(error)
    }
}

impl From<AppError> for TailError {
    fn from(error: AppError) -> Self {
        Self::World(error)
    }
}

impl From<StoreError> for TailError {
    fn from(error: StoreError) -> Self {
        Self::World(error.into())
    }
}

/// See the module.
pub(crate) struct Matcher<'a> {
    store: &'a dyn Store,
    source: Source<'a>,
    /// The last event that was pulled.
    pulled: Position,
    waiting: VecDeque<crate::ports::Recorded>,
    consents: VecDeque<Consent>,
    singles: VecDeque<Single>,
    /// The last event that an entry was matched with.
    matched: Position,
}

impl<'a> Matcher<'a> {
    /// Begins after an event.
    pub(crate) const fn new(store: &'a dyn Store, log: &'a dyn LogReader, after: Position) -> Self {
        Self {
            store,
            source: Source::new(store, log),
            pulled: after,
            waiting: VecDeque::new(),
            consents: VecDeque::new(),
            singles: VecDeque::new(),
            matched: after,
        }
    }

    /// The event up to which everything is on the log, once no more entries come. Events that are pulled but unmatched
    /// before it are missing on the log.
    pub(crate) fn end(&self, year: LogYear, size: u64) -> Result<Position, Mismatch> {
        let consent = self.consents.front().map(|consent| consent.position);
        let single = self.singles.front().map(|single| single.position);
        match [consent, single].into_iter().flatten().min() {
            Some(missing) if missing <= self.matched => {
                let why = format!("event {} is not on the log, later ones are", missing.0);
                Err(Mismatch { year, index: size, why })
            }
            _ => Ok(self.matched),
        }
    }

    /// Matches the next entry of the log; `None` for entries that no event makes.
    pub(crate) async fn next(
        &mut self,
        year: LogYear,
        index: u64,
        bytes: &[u8],
    ) -> Result<Option<NewLogged>, TailError> {
        let wrong = |why: String| Mismatch { year, index, why };
        let entry = Entry::decode(bytes).map_err(|error| wrong(error.to_string()))?;
        let kind = entry.body.kind();
        if !is_from_events(kind) {
            return Ok(None);
        }
        let noted = |kind: EntryKind, at, first, last, leaves: Vec<[u8; 32]>| NewLogged {
            entry: LoggedEntry { year, index, kind: kind.byte(), at, first, last },
            leaves,
        };
        if let Body::Consents { count, .. } = entry.body {
            let batch = self.take_consents(count).await?;
            let (Some(first), Some(last)) = (batch.first(), batch.last()) else {
                return Err(wrong("a batch without consents".to_owned()).into());
            };
            if u64::try_from(batch.len()) != Ok(count) {
                return Err(
                    wrong(format!("{count} consents, of which the events know {}", batch.len())).into()
                );
            }
            let (first, last, at) = (first.position, last.position, last.at);
            self.matched = self.matched.max(last);
            let noted_leaves = self.store.logged_leaves(year, index).await?;
            let (batch, provable) = with_noted_leaves(batch, &noted_leaves);
            let (made, leaves) = consents_entry(&batch).map_err(|why| wrong(why.to_string()))?;
            check(&made, bytes, provable).map_err(wrong)?;
            return Ok(Some(noted(kind, at, first, last, leaves)));
        }
        let Some(single) = self.take_single().await? else {
            return Err(wrong("no event has made it".to_owned()).into());
        };
        self.matched = self.matched.max(single.position);
        check(&single.bytes, bytes, single.provable)
            .map_err(|why| wrong(format!("event {}: {why}", single.position.0)))?;
        Ok(Some(noted(kind, single.at, single.position, single.position, Vec::new())))
    }

    async fn take_consents(&mut self, count: u64) -> Result<Vec<Consent>, AppError> {
        let wanted = usize::try_from(count).unwrap_or(usize::MAX);
        while self.consents.len() < wanted && self.pull().await? {}
        let there = wanted.min(self.consents.len());
        Ok(self.consents.drain(..there).collect())
    }

    async fn take_single(&mut self) -> Result<Option<Single>, AppError> {
        while self.singles.is_empty() && self.pull().await? {}
        Ok(self.singles.pop_front())
    }

    /// Sorts the items of one more event; `false` when there is none that could be on the log yet.
    async fn pull(&mut self) -> Result<bool, AppError> {
        if self.waiting.is_empty() {
            self.waiting = self.store.events(self.pulled, CHUNK).await?.into();
        }
        let Some(recorded) = self.waiting.pop_front() else { return Ok(false) };
        let fact = self.source.fact(&recorded).await?;
        if fact.waits {
            self.waiting.push_front(recorded);
            return Ok(false);
        }
        self.pulled = fact.position;
        for item in fact.items {
            match item {
                Item::Consent(consent) => self.consents.push_back(consent),
                Item::Single(single) => self.singles.push_back(single),
            }
        }
        Ok(true)
    }
}

/// Consents of which some salts are gone, with the leaves that were noted when they were there. The answer is not provable
/// when a leaf is known from nowhere.
fn with_noted_leaves(mut batch: Vec<Consent>, noted: &[[u8; 32]]) -> (Vec<Consent>, bool) {
    let mut provable = true;
    for (at, consent) in batch.iter_mut().enumerate().filter(|(_, consent)| !consent.provable) {
        match noted.get(at) {
            Some(leaf) => consent.leaf = *leaf,
            None => provable = false,
        }
    }
    (batch, provable)
}

/// Bytes of kind and time at the beginning of each entry.
const HEADER: usize = 10;

fn check(made: &[u8], found: &[u8], provable: bool) -> Result<(), String> {
    let (made, found) = if provable {
        (made, found)
    } else {
        (made.get(..HEADER).unwrap_or(made), found.get(..HEADER).unwrap_or(found))
    };
    if made == found { Ok(()) } else { Err("the events say something else than the entry".to_owned()) }
}
