//! The feeder: puts on the log what events say, in their order, once.
//!
//! Shape: [`App::feed_log`] is one round: events after the mark, their items, one submission, one note. Whoever waits for an
//! event helps: [`App::await_logged`] runs rounds itself, or finds that somebody else has. So a lone file is on the log in
//! the time of one round, and a thousand at once share a few.
//!
//! Guarantees: one round at a time. A round that was cut off (lost reply, crash, a caller who went away) leaves no mark in
//! memory; the next one first holds the end of the log against the events ([`super::tail`]), notes what is there and goes
//! on behind it: nothing is put on the log twice, nothing is left out.
//!
//! Limits: where log and events disagree the feeder stops for good and says why, until somebody has looked.

use huzhu_domain::time::{Moment, TimeZone};
use huzhu_log::EntryKind;

use super::item::{Consent, Item, Single, consents_entry};
use super::source::{Fact, Source};
use super::tail::{Matcher, TailError};
use super::tiles::Reader;
use crate::App;
use crate::error::AppError;
use crate::ports::{LogMark, LogYear, LoggedEntry, NewLogged, Position, SequencerError};

/// Events in one round: bounds memory.
pub const ROUND: u32 = 20_000;
/// Entries in one round: what a log takes at once.
const ENTRIES_MAX: usize = 20_000;
/// Rounds that a caller runs before it gives up waiting: protects the caller's patience behind a long queue.
const ROUNDS_TO_WAIT: u32 = 8;

/// What the feeder knows between rounds.
#[derive(Debug, Default)]
pub(crate) struct Feed {
    /// Nothing: the next round looks at the log first.
    mark: Option<LogMark>,
    /// Why it has stopped for good.
    stopped: Option<String>,
}

/// What a round has done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fed {
    /// Everything up to here is on the log.
    pub position: Position,
    /// Entries that this round put on the log.
    pub entries: u64,
    /// There may be more events.
    pub more: bool,
}

impl App {
    /// One round of at most `limit` events. Durable when it returns; may be called again whatever happened.
    ///
    /// # Errors
    /// [`AppError::Unavailable`] when store or log do not answer; [`AppError::Broken`] when they disagree, then for ever.
    pub async fn feed_log(&self, limit: u32) -> Result<Fed, AppError> {
        let mut feed = self.feed.lock().await;
        if let Some(why) = &feed.stopped {
            return Err(AppError::Broken(why.clone()));
        }
        // Taken out until the round is whole: if it is cut off anywhere below, the next one begins by looking.
        let fed = match feed.mark.take() {
            Some(mark) => self.round(mark, limit).await,
            None => match self.recover().await {
                Ok(mark) => self.round(mark, limit).await,
                Err(error) => Err(error),
            },
        };
        match fed {
            Ok((mark, fed)) => {
                feed.mark = Some(mark);
                Ok(fed)
            }
            Err(AppError::Broken(why)) => {
                tracing::error!(why, "the log is not fed any more");
                feed.stopped = Some(why.clone());
                Err(AppError::Broken(why))
            }
            Err(other) => Err(other),
        }
    }

    /// Waits until a use case has committed something since the last call. For the worker that feeds what nobody waits for.
    pub async fn something_to_log(&self) {
        self.committed.notified().await;
    }

    /// Why the feeder has stopped for good, for the operator's page and the doctor.
    pub async fn log_stopped(&self) -> Option<String> {
        self.feed.lock().await.stopped.clone()
    }

    /// Waits until an event is on the log (`None`: until the newest is), helping with it. `false`: it will be there later,
    /// since the log does not answer now or too much waits before it; what was kept stays kept.
    pub(crate) async fn await_logged(&self, position: Option<Position>) -> bool {
        let position = match position {
            Some(position) => position,
            None => match self.store.newest_events(None, 1).await {
                Ok(newest) => newest.first().map_or(Position(0), |newest| newest.position),
                Err(_) => return false,
            },
        };
        for _ in 0..ROUNDS_TO_WAIT {
            match self.feed_log(ROUND).await {
                Ok(fed) if fed.position >= position => return true,
                Ok(fed) if fed.more => {}
                Ok(_) => return false,
                Err(error) => {
                    tracing::warn!(%error, "the log was not fed");
                    return false;
                }
            }
        }
        false
    }

    async fn round(&self, mark: LogMark, limit: u32) -> Result<(LogMark, Fed), AppError> {
        let events = self.store.events(mark.position, limit).await?;
        let more = u32::try_from(events.len()).is_ok_and(|found| found >= limit);
        let source = Source::new(self.store.as_ref(), self.log.as_ref());
        let mut round = Round::new(mark);
        for recorded in &events {
            let fact = source.fact(recorded).await?;
            if !round.take(fact) {
                break;
            }
        }
        if let Some(first) = events.first()
            && round.position == mark.position
        {
            // Everything before it is on the log, and noted: what it waits for never comes.
            let why = format!("event {} destroys what is not on the log", first.position.0);
            return Err(AppError::Broken(why));
        }
        let cut = events.last().is_some_and(|last| round.position < last.position);
        let more = more || (cut && round.position > mark.position);
        let year = round.year;
        let Some((bytes, entries)) = round.entries()? else {
            // Nothing to note: after a crash these events are looked at again and give nothing again.
            let mark = LogMark { position: round.position, ..mark };
            return Ok((mark, Fed { position: mark.position, entries: 0, more }));
        };
        let count = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        let answer = self.sequencer.submit(year, bytes).await?;
        let size = answer.first_index.saturating_add(count);
        let noted: Vec<NewLogged> = entries
            .into_iter()
            .zip(answer.first_index..)
            .map(|(mut new, index)| {
                new.entry.index = index;
                new
            })
            .collect();
        let mark = LogMark { position: round.position, year, size };
        self.store.note_logged(&noted, mark).await?;
        Ok((mark, Fed { position: mark.position, entries: count, more }))
    }

    /// The mark to go on from: the noted one, moved behind what is on the log beyond it.
    async fn recover(&self) -> Result<LogMark, AppError> {
        let none = LogMark { position: Position(0), year: LogYear(0), size: 0 };
        let noted = self.store.log_mark().await?.unwrap_or(none);
        let mut matcher = Matcher::new(self.store.as_ref(), self.log.as_ref(), noted.position);
        let (mut mark, mut found) = (noted, Vec::new());
        for name in self.log.logs().await?.into_iter().filter(|name| name.year >= noted.year) {
            let reader = Reader::open(self.log.as_ref(), name.year).await?;
            let from = if name.year == noted.year { noted.size } else { 0 };
            if reader.size() < from {
                let why = format!("the log of {} has lost entries: {} of {from}", name.year, reader.size());
                return Err(AppError::Broken(why));
            }
            let mut entries = reader.entries(from);
            while let Some((index, bytes)) = entries.next().await? {
                found.extend(matcher.next(name.year, index, &bytes).await.map_err(disagree)?);
            }
            mark = LogMark { year: name.year, size: reader.size(), ..mark };
        }
        mark.position = matcher.end(mark.year, mark.size).map_err(|why| disagree(why.into()))?;
        if !found.is_empty() {
            self.store.note_logged(&found, mark).await?;
        }
        Ok(mark)
    }
}

fn disagree(error: TailError) -> AppError {
    match error {
        TailError::World(error) => error,
        TailError::Mismatch(why) => AppError::Broken(format!("log and events disagree: {why}")),
    }
}

impl From<SequencerError> for AppError {
    fn from(error: SequencerError) -> Self {
        match error {
            SequencerError::Unavailable(why) => Self::Unavailable(why),
            // Both would come again with the same entries: somebody has to look.
            SequencerError::Closed(_) | SequencerError::TooMuch(_) | SequencerError::Broken(_) => {
                Self::Broken(error.to_string())
            }
        }
    }
}

/// Bytes of entries, with their notes.
type Gathered = (Vec<Vec<u8>>, Vec<NewLogged>);

/// Items gathered for one submission.
struct Round {
    /// The last event taken.
    position: Position,
    year: LogYear,
    singles: Vec<Single>,
    consents: Vec<Consent>,
}

impl Round {
    const fn new(mark: LogMark) -> Self {
        Self { position: mark.position, year: mark.year, singles: Vec::new(), consents: Vec::new() }
    }

    /// Takes an event; `false` when it belongs to the next round: it waits for entries of this one, or a new year begins
    /// with it. The year never goes back, even if clocks do.
    fn take(&mut self, fact: Fact) -> bool {
        let full = self.singles.len().saturating_add(fact.items.len()) >= ENTRIES_MAX;
        let begun = !self.singles.is_empty() || !self.consents.is_empty();
        if fact.waits || (begun && full) {
            return false;
        }
        if let Some(at) = fact.items.first().map(Item::at) {
            let year = self.year.max(year_of(at));
            if begun && year > self.year {
                return false;
            }
            self.year = year;
        }
        self.position = fact.position;
        for item in fact.items {
            match item {
                Item::Consent(consent) => self.consents.push(consent),
                Item::Single(single) => self.singles.push(single),
            }
        }
        true
    }

    /// Bytes and notes of the entries, indexes still to be given; `None` when there are none.
    fn entries(&self) -> Result<Option<Gathered>, AppError> {
        let year = self.year;
        let note = |kind: EntryKind, at, first, last, leaves| NewLogged {
            entry: LoggedEntry { year, index: 0, kind: kind.byte(), at, first, last },
            leaves,
        };
        let mut bytes = Vec::with_capacity(self.singles.len().saturating_add(1));
        let mut notes = Vec::with_capacity(bytes.capacity());
        for single in &self.singles {
            bytes.push(single.bytes.clone());
            notes.push(note(single.kind, single.at, single.position, single.position, Vec::new()));
        }
        if let (Some(first), Some(last)) = (self.consents.first(), self.consents.last()) {
            let made = consents_entry(&self.consents);
            let (entry, leaves) =
                made.map_err(|why| AppError::Broken(format!("a batch of consents: {why}")))?;
            bytes.push(entry);
            notes.push(note(EntryKind::Consents, last.at, first.position, last.position, leaves));
        }
        Ok((!bytes.is_empty()).then_some((bytes, notes)))
    }
}

/// The year of a moment in UTC; years before 1 and after 9999 are none that a clock gives.
fn year_of(at: Moment) -> LogYear {
    let year = at.to_zoned(TimeZone::UTC).year();
    LogYear(u16::try_from(year).unwrap_or(0))
}
