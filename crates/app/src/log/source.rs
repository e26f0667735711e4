//! What the log is made of: events in order, each with the items that it puts on the log.
//!
//! Shape: [`Source`] reads a store and asks for each event the facts that [`super::item::items_of`] needs: the salt of its
//! owner, and for tombstones the places of the entries whose file or salt was destroyed.

use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{EvidenceId, MemberId};
use huzhu_domain::member::MemberEvent;

use std::collections::BTreeMap;

use huzhu_domain::event::PlanEvent;
use huzhu_domain::period::PeriodEvent;
use huzhu_domain::plan::PlanId;
use huzhu_ledger::Currency;

use super::item::{Facts, Item, entry_kind, items_of, salt_label, salt_owner, salted_kind};
use crate::error::AppError;
use crate::matter::{MatterKind, MatterQuery};
use crate::ports::{ClaimQuery, LogReader, LoggedEntry, Page, Position, Recorded, Store, StoreError};

/// Claims of one person that are looked at when the person was erased: nobody files more.
const CLAIMS_MAX: u32 = 1_000;

/// Events and what they put on the log.
#[derive(Clone, Copy)]
pub(crate) struct Source<'a> {
    store: &'a dyn Store,
    log: &'a dyn LogReader,
}

/// An event with what it puts on the log.
pub(crate) struct Fact {
    /// Place of the event.
    pub(crate) position: Position,
    /// What it puts on the log, in order.
    pub(crate) items: Vec<Item>,
    /// It destroys something whose entry is not on the log yet: nothing can be said about it before that is there.
    pub(crate) waits: bool,
}

impl<'a> Source<'a> {
    /// Over a store, and the log for the names of its years.
    pub(crate) const fn new(store: &'a dyn Store, log: &'a dyn LogReader) -> Self {
        Self { store, log }
    }

    /// What an event puts on the log.
    pub(crate) async fn fact(&self, recorded: &Recorded) -> Result<Fact, AppError> {
        let salt = match self.owner(recorded).await? {
            Some(owner) => self.store.salt(owner, &salt_label(&recorded.stream, recorded.number)).await?,
            None => None,
        };
        let (destroyed, waits) = match &recorded.event {
            Event::Claim(ClaimEvent::EvidenceRemoved { evidence }) => {
                let place = self.removed(recorded, *evidence).await?;
                let waits = place.is_none();
                (place.into_iter().collect(), waits)
            }
            Event::Member(MemberEvent::Erased) => self.erased(recorded).await?,
            _ => (Vec::new(), false),
        };
        let mut fact = Fact { position: recorded.position, items: Vec::new(), waits };
        if !waits {
            let destroyed = self.with_names(destroyed).await?;
            let currency = match (&recorded.stream, &recorded.event) {
                (StreamId::Period(plan, _), Event::Period(PeriodEvent::Settled(_))) => {
                    self.currency(plan).await?
                }
                _ => None,
            };
            let items = items_of(recorded, &Facts { salt, destroyed, currency });
            fact.items = items.map_err(|why| {
                AppError::Broken(format!("event {} cannot be an entry: {why}", recorded.position.0))
            })?;
        }
        Ok(fact)
    }

    /// The leaf of a consent, while its salt is there.
    pub(crate) async fn consent_leaf(&self, recorded: &Recorded) -> Result<Option<[u8; 32]>, AppError> {
        let items = self.fact(recorded).await?.items;
        Ok(items.into_iter().find_map(|item| match item {
            Item::Consent(consent) if consent.provable => Some(consent.leaf),
            _ => None,
        }))
    }

    /// Under whose key the salt of an event stands.
    pub(crate) async fn owner(&self, recorded: &Recorded) -> Result<Option<MemberId>, StoreError> {
        let claimant = match (&recorded.stream, &recorded.event) {
            (StreamId::Claim(id), Event::Claim(event)) if salted_kind(event).is_some() => {
                self.store.claim(*id).await?.map(|row| row.member)
            }
            _ => None,
        };
        Ok(salt_owner(&recorded.event, claimant))
    }

    /// Entries by origin instead of year.
    async fn with_names(&self, places: Vec<LoggedEntry>) -> Result<Vec<(String, u64)>, AppError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let names: BTreeMap<_, _> =
            self.log.logs().await?.into_iter().map(|name| (name.year, name.origin)).collect();
        places
            .into_iter()
            .map(|place| match names.get(&place.year) {
                Some(origin) => Ok((origin.clone(), place.index)),
                None => Err(AppError::Broken(format!("the log of {} is missing", place.year))),
            })
            .collect()
    }

    /// The currency of a plan, which never changes.
    async fn currency(&self, plan: &PlanId) -> Result<Option<Currency>, StoreError> {
        let events = self.store.stream(&StreamId::Plan(plan.clone())).await?;
        let text = events.iter().find_map(|recorded| match &recorded.event {
            Event::Plan(PlanEvent::Published { text, .. }) => Some(text),
            _ => None,
        });
        let terms = text.and_then(|text| huzhu_planfile::check(text, "stored").ok());
        Ok(terms.map(|terms| terms.currency()))
    }

    /// The entry of a file that was taken back.
    async fn removed(
        &self,
        recorded: &Recorded,
        evidence: EvidenceId,
    ) -> Result<Option<LoggedEntry>, StoreError> {
        for earlier in self.store.stream(&recorded.stream).await? {
            let is_it = matches!(&earlier.event,
                Event::Claim(ClaimEvent::EvidenceAdded { evidence: added, .. }) if *added == evidence);
            if is_it && earlier.position < recorded.position {
                return self.entry_of(&earlier).await;
            }
        }
        Ok(None)
    }

    /// The entries of a person who was erased, and whether one of them is still to come.
    async fn erased(&self, recorded: &Recorded) -> Result<(Vec<LoggedEntry>, bool), StoreError> {
        let StreamId::Member(member) = recorded.stream else { return Ok((Vec::new(), false)) };
        let claims = self.store.claims(&ClaimQuery::ByMember(member), &Page::first(CLAIMS_MAX)).await?;
        let mut places = Vec::new();
        for claim in claims.iter().filter(|claim| claim.member == member) {
            let events = self.store.stream(&StreamId::Claim(claim.id)).await?;
            let before = || events.iter().filter(|earlier| earlier.position < recorded.position);
            let removed: Vec<EvidenceId> = before().filter_map(removed_evidence).collect();
            for earlier in before() {
                let Event::Claim(event) = &earlier.event else { continue };
                let gone = matches!(event,
                    ClaimEvent::EvidenceAdded { evidence, .. } if removed.contains(evidence));
                if salted_kind(event).is_none() || gone {
                    continue;
                }
                match self.entry_of(earlier).await? {
                    Some(place) => places.push(place),
                    None => return Ok((Vec::new(), true)),
                }
            }
        }
        for raised in self.objections_of(member, recorded.position).await? {
            match self.entry_of(&raised).await? {
                Some(place) => places.push(place),
                None => return Ok((Vec::new(), true)),
            }
        }
        places.sort_by_key(|place| (place.year, place.index));
        Ok((places, false))
    }

    /// The objections that a member raised before a position.
    async fn objections_of(&self, member: MemberId, before: Position) -> Result<Vec<Recorded>, StoreError> {
        let query = MatterQuery::ByMember(MatterKind::Objection, member);
        let mut raised = Vec::new();
        for row in self.store.matters(&query, &Page::first(CLAIMS_MAX)).await? {
            let events = self.store.stream(&row.stream).await?;
            raised.extend(events.into_iter().next().filter(|first| first.position < before));
        }
        Ok(raised)
    }

    /// The entry of an event that has one of its own, if it has been noted.
    async fn entry_of(&self, recorded: &Recorded) -> Result<Option<LoggedEntry>, StoreError> {
        match entry_kind(&recorded.event) {
            Some(kind) => self.store.logged_entry(kind.byte(), recorded.position).await,
            None => Ok(None),
        }
    }
}

const fn removed_evidence(recorded: &Recorded) -> Option<EvidenceId> {
    match &recorded.event {
        Event::Claim(ClaimEvent::EvidenceRemoved { evidence }) => Some(*evidence),
        _ => None,
    }
}
