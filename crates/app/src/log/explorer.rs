//! What everybody can look up on the log: heads, entries by day and kind, one entry with its fields.
//!
//! Limits: everything here is public, and nothing here is personal: entries hold salted digests, roots and sums only.

use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::id::ClaimId;
use huzhu_domain::period::PeriodEvent;
use huzhu_domain::plan::{PeriodKey, PlanId, PlanVersion};
use huzhu_domain::time::{Day, Moment, TimeZone, midnight, plus_days};
use huzhu_log::{Entry, EntryKind, Hash, leaf_hash};

use super::receipt::LogPlace;
use super::tiles::Reader;
use crate::App;
use crate::error::AppError;
use crate::ports::{LogYear, LoggedEntry, Position, Recorded};

/// Entries on one page at most: protects memory.
pub const ENTRIES_MAX: u32 = 200;

/// The head of one year's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogHead {
    /// The year.
    pub year: LogYear,
    /// Its name.
    pub origin: String,
    /// Entries.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
    /// The checkpoint as it is served.
    pub checkpoint: String,
    /// Names of the keys that signed it, in the order of their lines.
    pub signed_by: Vec<String>,
    /// The policy by which receipts of this log are checked.
    pub tlog_policy: String,
}

/// One entry in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryRow {
    /// Where it stands.
    pub place: LogPlace,
    /// Its kind.
    pub kind: EntryKind,
    /// The time in it.
    pub at: Moment,
}

/// One entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryView {
    /// Where it stands.
    pub place: LogPlace,
    /// Name of its log.
    pub origin: String,
    /// Its canonical bytes.
    pub bytes: Vec<u8>,
    /// What they say.
    pub entry: Entry,
    /// The time in it.
    pub at: Moment,
    /// Its hash as a leaf.
    pub leaf: Hash,
    /// Entries of the log now.
    pub size: u64,
    /// Root of the log now.
    pub root: Hash,
    /// The way from the leaf to the root.
    pub path: Vec<Hash>,
}

/// Where the entries of a period stand, as far as they are on the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PeriodPlaces {
    /// Who was counted.
    pub roster: Option<LogPlace>,
    /// Which cards were on display.
    pub notice: Option<LogPlace>,
    /// The equation.
    pub settlement: Option<LogPlace>,
}

impl App {
    /// The heads of all logs, newest year first.
    pub async fn log_heads(&self) -> Result<Vec<LogHead>, AppError> {
        let mut heads = Vec::new();
        for name in self.log.logs().await?.into_iter().rev() {
            let reader = Reader::open(self.log.as_ref(), name.year).await?;
            let Some(signed) = reader.checkpoint() else { continue };
            let names = signed.note().signatures().iter().map(|signature| signature.name().to_owned());
            heads.push(LogHead {
                year: name.year,
                origin: name.origin,
                size: reader.size(),
                root: signed.checkpoint().root(),
                checkpoint: signed.to_string(),
                signed_by: names.collect(),
                tlog_policy: self.log.tlog_policy(name.year).await?.unwrap_or_default(),
            });
        }
        Ok(heads)
    }

    /// Entries of a day (UTC), of one kind or of all, newest first; at most [`ENTRIES_MAX`].
    pub async fn log_entries_of(&self, day: Day, kind: Option<EntryKind>) -> Result<Vec<EntryRow>, AppError> {
        let start = |day| midnight(day, &TimeZone::UTC).unwrap_or(Moment::MAX);
        let (from, until) = (start(day), start(plus_days(day, 1)));
        let rows = self.store.logged_entries(kind.map(EntryKind::byte), from, until, ENTRIES_MAX).await?;
        rows.iter().map(row).collect()
    }

    /// How many entries each day (UTC) in `[from, until)` has by kind, newest day first.
    pub async fn log_counts(&self, from: Day, until: Day) -> Result<Vec<(Day, EntryKind, u64)>, AppError> {
        let counts = self.store.logged_counts(from, until).await?;
        counts.into_iter().map(|(day, byte, count)| Ok((day, kind_of(byte)?, count))).collect()
    }

    /// Entries of a year, newest first, those before an index (`None`: from the end); at most `limit` and [`ENTRIES_MAX`].
    /// Read from the log itself, with the entries that no event makes.
    pub async fn log_page(
        &self,
        year: LogYear,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<EntryRow>, AppError> {
        let reader = Reader::open(self.log.as_ref(), year).await?;
        let end = before.unwrap_or(u64::MAX).min(reader.size());
        let mut entries = reader.entries(end.saturating_sub(u64::from(limit.min(ENTRIES_MAX))));
        let mut rows = Vec::new();
        while let Some((index, bytes)) = entries.next().await?.filter(|(index, _)| *index < end) {
            let place = LogPlace { year, index };
            let entry = decoded(place, &bytes)?;
            rows.push(EntryRow { place, kind: entry.body.kind(), at: moment(&entry) });
        }
        rows.reverse();
        Ok(rows)
    }

    /// One entry with its path.
    pub async fn log_entry(&self, place: LogPlace) -> Result<EntryView, AppError> {
        let reader = Reader::open(self.log.as_ref(), place.year).await?;
        let bytes = reader.entry(place.index).await?.ok_or(AppError::NotFound("entry"))?;
        let signed = reader.checkpoint().ok_or(AppError::NotFound("entry"))?;
        let entry = decoded(place, &bytes)?;
        Ok(EntryView {
            place,
            origin: signed.checkpoint().origin().to_owned(),
            at: moment(&entry),
            leaf: leaf_hash(&bytes),
            size: reader.size(),
            root: signed.checkpoint().root(),
            path: reader.prove(place.index).await?,
            entry,
            bytes,
        })
    }

    /// Where the entries of a period stand.
    pub async fn log_places_of_period(
        &self,
        plan: &PlanId,
        key: PeriodKey,
    ) -> Result<PeriodPlaces, AppError> {
        let mut places = PeriodPlaces::default();
        for recorded in self.store.stream(&StreamId::Period(plan.clone(), key)).await? {
            let at = recorded.position;
            match &recorded.event {
                Event::Period(PeriodEvent::NoticeOpened(_)) => {
                    places.roster = self.place(EntryKind::Roster, at).await?;
                    places.notice = self.place(EntryKind::Notice, at).await?;
                }
                Event::Period(PeriodEvent::Settled(_)) => {
                    places.settlement = self.place(EntryKind::Settlement, at).await?;
                }
                _ => {}
            }
        }
        Ok(places)
    }

    /// Where the notice stands in which the card of a claim was on display.
    pub async fn log_place_of_card(&self, claim: ClaimId) -> Result<Option<LogPlace>, AppError> {
        let row = self.store.claim(claim).await?.ok_or(AppError::NotFound("claim"))?;
        let events = self.store.stream(&StreamId::Claim(claim)).await?;
        let period = events.iter().rev().find_map(|recorded| match &recorded.event {
            Event::Claim(ClaimEvent::PutOnNotice { period, .. }) => Some(*period),
            _ => None,
        });
        match period {
            Some(period) => Ok(self.log_places_of_period(&row.plan, period).await?.notice),
            None => Ok(None),
        }
    }

    /// Where a plan version stands.
    pub async fn log_place_of_version(
        &self,
        plan: &PlanId,
        version: PlanVersion,
    ) -> Result<Option<LogPlace>, AppError> {
        let events = self.store.stream(&StreamId::Plan(plan.clone())).await?;
        let is_it = |recorded: &&Recorded| matches!(&recorded.event, Event::Plan(PlanEvent::Published { version: of, .. }) if *of == version);
        match events.iter().find(is_it) {
            Some(recorded) => self.place(EntryKind::PlanVersion, recorded.position).await,
            None => Err(AppError::NotFound("version")),
        }
    }

    /// Where the entry of a kind stands that an event has made.
    pub(crate) async fn place(
        &self,
        kind: EntryKind,
        position: Position,
    ) -> Result<Option<LogPlace>, AppError> {
        let noted = self.store.logged_entry(kind.byte(), position).await?;
        Ok(noted.as_ref().map(LogPlace::from))
    }
}

fn kind_of(byte: u8) -> Result<EntryKind, AppError> {
    let kind = EntryKind::from_byte(byte);
    kind.ok_or_else(|| AppError::Broken(format!("no kind of entry has the number {byte}")))
}

fn row(entry: &LoggedEntry) -> Result<EntryRow, AppError> {
    Ok(EntryRow { place: entry.into(), kind: kind_of(entry.kind)?, at: entry.at })
}

fn decoded(place: LogPlace, bytes: &[u8]) -> Result<Entry, AppError> {
    Entry::decode(bytes)
        .map_err(|why| AppError::Broken(format!("log of {}, entry {}: {why}", place.year, place.index)))
}

/// The time in an entry; the far end of time for what no calendar holds.
fn moment(entry: &Entry) -> Moment {
    i64::try_from(entry.at).ok().and_then(|at| Moment::from_millisecond(at).ok()).unwrap_or(Moment::MAX)
}
