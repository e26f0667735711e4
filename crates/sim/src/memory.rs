//! A store in memory: the same port, the simplest possible code, for use-case tests and the simulator.
//!
//! Shape: ordered maps behind one lock. A unit is applied step by step like a transaction; `Table` remembers what it
//! overwrites, so that a refused unit is taken back as a whole.
//!
//! Limits: nothing is durable, nothing is encrypted, lists are scanned. It shares no code with the SQL stores, so that
//! the contract compares two independent answers.

mod inbox;
mod webhooks;

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use huzhu_app::inbox::Announcement;
use huzhu_app::matter::{MatterKind, MatterQuery, MatterRecord};
use huzhu_app::ports::{
    Actor, Answer, Append, CardPlace, CardQuery, ClaimQuery, Constraint, EnrolmentQuery, LogMark, LogYear,
    LoggedEntry, NewLogged, Page, Position, Recorded, ReliedOn, SignInChange, Store, StoreError, Trace, Unit,
};
use huzhu_app::record::{
    ClaimRecord, CohortDays, CohortMove, CohortRow, EnrolmentRecord, MemberRecord, Message, PeriodRecord,
    PlanRecord, Record, RefusedAct, Session, SignInCode,
};
use huzhu_app::webhooks::{Delivery, Endpoint};
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{EndReason, EnrolmentEvent};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, EnrolmentId, JuryCaseId, MemberId, WebhookId};
use huzhu_domain::plan::{PeriodKey, PlanId};
use huzhu_domain::time::{Day, Moment};
use huzhu_ledger::{Balances, Currency, JournalEntry};
use sha2::Digest as _;

/// An ordered map that can take back what was done since the last [`Table::keep`].
#[derive(Debug)]
struct Table<K, V> {
    rows: BTreeMap<K, V>,
    undo: Vec<(K, Option<V>)>,
}

impl<K: Ord + Clone, V: Clone> Default for Table<K, V> {
    fn default() -> Self {
        Self { rows: BTreeMap::new(), undo: Vec::new() }
    }
}

impl<K: Ord + Clone, V: Clone> Table<K, V> {
    fn get(&self, key: &K) -> Option<&V> {
        self.rows.get(key)
    }

    fn insert(&mut self, key: K, value: V) {
        let before = self.rows.insert(key.clone(), value);
        self.undo.push((key, before));
    }

    fn remove(&mut self, key: &K) {
        if let Some(before) = self.rows.remove(key) {
            self.undo.push((key.clone(), Some(before)));
        }
    }

    fn keep(&mut self) {
        self.undo.clear();
    }

    fn take_back(&mut self) {
        while let Some((key, before)) = self.undo.pop() {
            match before {
                Some(value) => self.rows.insert(key, value),
                None => self.rows.remove(&key),
            };
        }
    }
}

/// All tables. Sequences are the lengths of their tables: rows of those are never removed, messages excepted.
#[derive(Debug, Default)]
struct Tables {
    events: Table<u64, Recorded>,
    streams: Table<StreamId, Vec<u64>>,
    members: Table<MemberId, MemberRecord>,
    contacts: Table<Digest, MemberId>,
    plans: Table<PlanId, PlanRecord>,
    enrolments: Table<EnrolmentId, EnrolmentRecord>,
    /// Who paid for an enrolment, now or before.
    payers: Table<(MemberId, EnrolmentId), ()>,
    /// Rosters: who joined in which order.
    rosters: Table<(PlanId, u64), EnrolmentId>,
    places: Table<EnrolmentId, u64>,
    identities: Table<(PlanId, Digest), EnrolmentId>,
    cohorts: Table<(PlanId, CohortDays), u64>,
    claims: Table<ClaimId, ClaimRecord>,
    periods: Table<(PlanId, PeriodKey), PeriodRecord>,
    matters: Table<String, MatterRecord>,
    entries: Table<(PlanId, u64), JournalEntry>,
    entry_ids: Table<u128, (PlanId, u64)>,
    balances: Table<PlanId, Balances>,
    sealed: Table<(MemberId, String), Vec<u8>>,
    traces: Table<(ClaimId, String), Trace>,
    messages: Table<u64, Message>,
    /// What many are told, and whether everybody was.
    announcements: Table<uuid::Uuid, (Announcement, bool)>,
    webhooks: Table<WebhookId, Endpoint>,
    deliveries: Table<(WebhookId, String), Delivery>,
    message_ids: Table<uuid::Uuid, u64>,
    next_message: Table<(), u64>,
    codes: Table<Digest, SignInCode>,
    sessions: Table<Digest, Session>,
    answers: Table<(Actor, String), Answer>,
    refused: Table<u64, RefusedAct>,
    erased: std::collections::BTreeSet<MemberId>,
    logged: BTreeMap<(LogYear, u64), NewLogged>,
    log_mark: Option<LogMark>,
}

/// Calls one method on every table.
macro_rules! each_table {
    ($tables:expr, $method:ident) => {
        $tables.events.$method();
        $tables.streams.$method();
        $tables.members.$method();
        $tables.contacts.$method();
        $tables.plans.$method();
        $tables.enrolments.$method();
        $tables.payers.$method();
        $tables.rosters.$method();
        $tables.places.$method();
        $tables.identities.$method();
        $tables.cohorts.$method();
        $tables.claims.$method();
        $tables.periods.$method();
        $tables.matters.$method();
        $tables.entries.$method();
        $tables.entry_ids.$method();
        $tables.balances.$method();
        $tables.sealed.$method();
        $tables.traces.$method();
        $tables.messages.$method();
        $tables.announcements.$method();
        $tables.webhooks.$method();
        $tables.deliveries.$method();
        $tables.message_ids.$method();
        $tables.next_message.$method();
        $tables.codes.$method();
        $tables.sessions.$method();
        $tables.answers.$method();
        $tables.refused.$method();
    };
}

fn count<K, V>(table: &Table<K, V>) -> u64 {
    u64::try_from(table.rows.len()).unwrap_or(u64::MAX)
}

fn broken(why: impl Into<String>) -> StoreError {
    StoreError::Broken(why.into())
}

impl Tables {
    fn apply(&mut self, unit: Unit) -> Result<Position, StoreError> {
        if let Some(answer) = unit.answer {
            let key = (answer.actor, answer.key.clone());
            if self.answers.get(&key).is_some() {
                return Err(StoreError::Taken(Constraint::AnswerKey));
            }
            self.answers.insert(key, answer);
        }
        for relied in unit.relied_on {
            self.check_still(relied)?;
        }
        for append in unit.appends {
            self.append(append, unit.at, unit.actor)?;
        }
        for (plan, entry) in unit.entries {
            self.book(plan, entry)?;
        }
        for moved in unit.cohorts {
            self.move_cohort(moved)?;
        }
        for sealed in unit.sealed.into_iter().filter(|sealed| !self.erased.contains(&sealed.owner)) {
            self.sealed.insert((sealed.owner, sealed.name), sealed.bytes);
        }
        for trace in unit.traces.into_iter().filter(|trace| !self.erased.contains(&trace.owner)) {
            let key = (trace.claim, trace.name.clone());
            match trace.print {
                Some(_) => self.traces.insert(key, trace),
                None => self.traces.remove(&key),
            }
        }
        for message in unit.messages {
            self.write(message);
        }
        for change in unit.inbox {
            self.change_inbox(change, unit.at);
        }
        for change in unit.webhooks {
            self.change_webhooks(change)?;
        }
        for change in unit.sign_in {
            match change {
                SignInChange::CodeSent(code) => self.codes.insert(code.contact, code),
                SignInChange::CodeSpent(contact) => self.codes.remove(&contact),
                SignInChange::SessionBegun(session) => self.sessions.insert(session.token, session),
                SignInChange::SessionEnded(token) => self.sessions.remove(&token),
            }
        }
        for act in unit.refused {
            self.refused.insert(count(&self.refused) + 1, act);
        }
        Ok(Position(count(&self.events)))
    }

    fn fits(&self, query: &EnrolmentQuery, row: &EnrolmentRecord) -> bool {
        match query {
            EnrolmentQuery::ByPayer(payer) => self.payers.get(&(*payer, row.id)).is_some(),
            EnrolmentQuery::ByMember(member) => row.member == *member,
            EnrolmentQuery::ByIdentity(plan, identity) => row.plan == *plan && row.identity == *identity,
            EnrolmentQuery::OverAge(plan, day) => {
                let over = row.over_age_from.is_some_and(|from| from <= *day);
                row.plan == *plan && over && row.ended.is_none()
            }
            EnrolmentQuery::InArrears(plan) => row.plan == *plan && !row.arrears.is_zero(),
            EnrolmentQuery::EndedIllInWait(plan, day) => {
                let ill = row.ended.is_some_and(|(_, reason)| reason == EndReason::IllnessInWait);
                row.plan == *plan && ill && row.is_counted(*day)
            }
            EnrolmentQuery::ByPlan(plan) => row.plan == *plan,
        }
    }

    /// Answers whether it is new.
    fn write(&mut self, message: Message) -> bool {
        let is_new = !self.erased.contains(&message.to) && self.message_ids.get(&message.id).is_none();
        if is_new {
            let number = self.next_message.get(&()).copied().unwrap_or(0) + 1;
            self.next_message.insert((), number);
            self.message_ids.insert(message.id, number);
            self.messages.insert(number, message);
        }
        is_new
    }

    fn check_still(&self, relied: ReliedOn) -> Result<(), StoreError> {
        let (still, what) = match relied {
            ReliedOn::Stream(stream, events) => {
                let there = self.streams.get(&stream).map_or(0, Vec::len);
                (u64::try_from(there) == Ok(events), stream.to_string())
            }
            ReliedOn::Books(plan, balances) => {
                let empty = Balances::new(balances.currency());
                (*self.balances.get(&plan).unwrap_or(&empty) == balances, format!("books:{plan}"))
            }
            ReliedOn::Enrolments(query, ids) => {
                let now =
                    self.enrolments.rows.values().filter(|row| self.fits(&query, row)).map(|row| row.id);
                (now.eq(ids), format!("enrolments:{query:?}"))
            }
        };
        if still { Ok(()) } else { Err(StoreError::Conflict(what)) }
    }

    fn append(&mut self, append: Append, at: Moment, actor: Actor) -> Result<(), StoreError> {
        let Append { stream, expected, events, record } = append;
        let mut positions = self.streams.get(&stream).cloned().unwrap_or_default();
        if u64::try_from(positions.len()) != Ok(expected) {
            return Err(StoreError::Conflict(stream.to_string()));
        }
        if events.is_empty() {
            return Err(broken(format!("nothing is appended to {stream}")));
        }
        self.note_payers(&stream, &events);
        for event in events {
            let position = count(&self.events) + 1;
            positions.push(position);
            let recorded = Recorded {
                position: Position(position),
                stream: stream.clone(),
                number: u64::try_from(positions.len()).unwrap_or(u64::MAX),
                at,
                actor,
                event,
            };
            self.events.insert(position, recorded);
        }
        self.streams.insert(stream.clone(), positions);
        self.project(stream, record)
    }

    fn note_payers(&mut self, stream: &StreamId, events: &[Event]) {
        let StreamId::Enrolment(id) = stream else { return };
        for event in events {
            match event {
                Event::Enrolment(EnrolmentEvent::Joined(joined)) => {
                    self.payers.insert((joined.payer, *id), ());
                }
                Event::Enrolment(EnrolmentEvent::PayerChanged { payer, .. }) => {
                    self.payers.insert((*payer, *id), ());
                }
                _ => {}
            }
        }
    }

    fn project(&mut self, stream: StreamId, record: Record) -> Result<(), StoreError> {
        match (stream, record) {
            (StreamId::Member(id), Record::Member(row)) if id == row.id => {
                let before = self.members.get(&id).and_then(|row| row.contact);
                if let Some(contact) = before {
                    self.contacts.remove(&contact);
                }
                if let Some(contact) = row.contact {
                    if self.contacts.get(&contact).is_some() {
                        return Err(StoreError::Taken(Constraint::MemberContact));
                    }
                    self.contacts.insert(contact, id);
                }
                self.members.insert(id, row);
            }
            (StreamId::Plan(id), Record::Plan(row)) if id == row.id => self.plans.insert(id, row),
            (StreamId::Enrolment(id), Record::Enrolment(row)) if id == row.id => {
                if let Some(before) = self.enrolments.get(&id).filter(|row| row.ended.is_none()) {
                    let key = (before.plan.clone(), before.identity);
                    self.identities.remove(&key);
                }
                if row.ended.is_none() {
                    let key = (row.plan.clone(), row.identity);
                    if self.identities.get(&key).is_some() {
                        return Err(StoreError::Taken(Constraint::EnrolmentIdentity));
                    }
                    self.identities.insert(key, id);
                }
                if self.places.get(&id).is_none() {
                    let plan = row.plan.clone();
                    let last =
                        self.rosters.rows.range((plan.clone(), 0)..=(plan.clone(), u64::MAX)).next_back();
                    let place = last.map_or(0, |((_, place), _)| place + 1);
                    self.rosters.insert((plan, place), id);
                    self.places.insert(id, place);
                }
                self.enrolments.insert(id, row);
            }
            (StreamId::Claim(id), Record::Claim(row)) if id == row.id => self.claims.insert(id, row),
            (StreamId::Period(plan, key), Record::Period(row)) if plan == row.plan && key == row.key => {
                self.periods.insert((plan, key), *row);
            }
            (stream, Record::Matter(row)) if stream == row.stream && MatterKind::of(&stream).is_some() => {
                self.matters.insert(stream.to_string(), row);
            }
            (stream, _) => return Err(broken(format!("the row of {stream} is another one's"))),
        }
        Ok(())
    }

    fn book(&mut self, plan: PlanId, entry: JournalEntry) -> Result<(), StoreError> {
        let id = entry.id().number();
        if let Some(place) = self.entry_ids.get(&id) {
            let same = place.0 == plan && self.entries.get(place) == Some(&entry);
            return if same { Ok(()) } else { Err(StoreError::Taken(Constraint::EntryId)) };
        }
        let mut balances =
            self.balances.get(&plan).cloned().unwrap_or_else(|| Balances::new(entry.currency()));
        balances.apply(&entry).map_err(|why| broken(why.to_string()))?;
        self.balances.insert(plan.clone(), balances);
        let number = self.entries_of(&plan).count();
        let number = u64::try_from(number).unwrap_or(u64::MAX) + 1;
        self.entry_ids.insert(id, (plan.clone(), number));
        self.entries.insert((plan, number), entry);
        Ok(())
    }

    fn entries_of(&self, plan: &PlanId) -> impl Iterator<Item = &JournalEntry> {
        let range = (plan.clone(), 0)..=(plan.clone(), u64::MAX);
        self.entries.rows.range(range).map(|(_, entry)| entry)
    }

    fn move_cohort(&mut self, moved: CohortMove) -> Result<(), StoreError> {
        if let Some(from) = moved.from {
            let key = (moved.plan.clone(), from);
            let left = self.cohorts.get(&key).and_then(|count| count.checked_sub(1));
            let left = left.ok_or_else(|| broken(format!("nobody stands in cohort {from:?}")))?;
            self.cohorts.insert(key, left);
        }
        let key = (moved.plan, moved.to);
        let count = self.cohorts.get(&key).copied().unwrap_or(0);
        self.cohorts.insert(key, count + 1);
        Ok(())
    }
}

/// A store in memory.
#[derive(Debug, Default)]
pub struct MemoryStore {
    tables: Mutex<Tables>,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn tables(&self) -> MutexGuard<'_, Tables> {
        self.tables.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn limit(limit: u32) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// The rows of a page of a list that is ordered by id.
fn page_of<'a, K, V>(
    rows: impl Iterator<Item = (&'a K, &'a V)>,
    page: &Page,
    wanted: impl Fn(&V) -> bool,
) -> Result<Vec<V>, StoreError>
where
    K: Ord + std::str::FromStr<Err: std::fmt::Display> + 'a,
    V: Clone + 'a,
{
    let after = page.after.as_deref().map(str::parse::<K>).transpose();
    let after = after.map_err(|why| broken(format!("the cursor of a list: {why}")))?;
    Ok(rows
        .filter(|(id, row)| after.as_ref().is_none_or(|after| *id > after) && wanted(row))
        .take(limit(page.limit))
        .map(|(_, row)| row.clone())
        .collect())
}

#[async_trait]
impl Store for MemoryStore {
    async fn commit(&self, unit: Unit) -> Result<Position, StoreError> {
        let mut tables = self.tables();
        let done = tables.apply(unit);
        if done.is_ok() {
            each_table!(tables, keep);
        } else {
            each_table!(tables, take_back);
        }
        done
    }

    async fn stream(&self, stream: &StreamId) -> Result<Vec<Recorded>, StoreError> {
        let tables = self.tables();
        let positions = tables.streams.get(stream).cloned().unwrap_or_default();
        Ok(positions.iter().filter_map(|at| tables.events.get(at).cloned()).collect())
    }

    async fn events(&self, after: Position, most: u32) -> Result<Vec<Recorded>, StoreError> {
        let tables = self.tables();
        let range = tables.events.rows.range(after.0.saturating_add(1)..);
        Ok(range.take(limit(most)).map(|(_, event)| event.clone()).collect())
    }

    async fn newest_events(&self, before: Option<Position>, most: u32) -> Result<Vec<Recorded>, StoreError> {
        let tables = self.tables();
        let range = tables.events.rows.range(..before.map_or(u64::MAX, |before| before.0));
        Ok(range.rev().take(limit(most)).map(|(_, event)| event.clone()).collect())
    }

    async fn member(&self, id: MemberId) -> Result<Option<MemberRecord>, StoreError> {
        Ok(self.tables().members.get(&id).cloned())
    }

    async fn member_by_contact(&self, contact: Digest) -> Result<Option<MemberRecord>, StoreError> {
        let tables = self.tables();
        let id = tables.contacts.get(&contact);
        Ok(id.and_then(|id| tables.members.get(id).cloned()))
    }

    async fn staff(&self) -> Result<Vec<MemberRecord>, StoreError> {
        let tables = self.tables();
        let staff = tables.members.rows.values().filter(|row| !row.roles.is_empty());
        Ok(staff.cloned().collect())
    }

    async fn plans(&self) -> Result<Vec<PlanRecord>, StoreError> {
        Ok(self.tables().plans.rows.values().cloned().collect())
    }

    async fn plan(&self, id: &PlanId) -> Result<Option<PlanRecord>, StoreError> {
        Ok(self.tables().plans.get(id).cloned())
    }

    async fn plans_mark(&self) -> Result<u64, StoreError> {
        Ok(self.tables().plans.rows.values().map(|plan| plan.events).sum())
    }

    async fn enrolment(&self, id: EnrolmentId) -> Result<Option<EnrolmentRecord>, StoreError> {
        Ok(self.tables().enrolments.get(&id).cloned())
    }

    async fn enrolments(
        &self,
        query: &EnrolmentQuery,
        page: &Page,
    ) -> Result<Vec<EnrolmentRecord>, StoreError> {
        let tables = self.tables();
        let EnrolmentQuery::ByPlan(plan) = query else {
            return page_of(tables.enrolments.rows.iter(), page, |row| tables.fits(query, row));
        };
        let after = page.after.as_deref().map(str::parse::<EnrolmentId>).transpose();
        let after = after.map_err(|why| broken(format!("the cursor of a list: {why}")))?;
        let from = after.and_then(|after| tables.places.get(&after)).map_or(0, |place| place + 1);
        let rows = tables.rosters.rows.range((plan.clone(), from)..=(plan.clone(), u64::MAX));
        let rows = rows.filter_map(|(_, id)| tables.enrolments.get(id)).take(limit(page.limit));
        Ok(rows.cloned().collect())
    }

    async fn cohorts(&self, plan: &PlanId) -> Result<Vec<CohortRow>, StoreError> {
        let tables = self.tables();
        let rows = tables.cohorts.rows.iter();
        Ok(rows
            .filter(|((of, _), count)| of == plan && **count > 0)
            .map(|((_, days), count)| CohortRow { days: *days, count: *count })
            .collect())
    }

    async fn claim(&self, id: ClaimId) -> Result<Option<ClaimRecord>, StoreError> {
        Ok(self.tables().claims.get(&id).cloned())
    }

    async fn claims(&self, query: &ClaimQuery, page: &Page) -> Result<Vec<ClaimRecord>, StoreError> {
        page_of(self.tables().claims.rows.iter(), page, |row| match query {
            ClaimQuery::ByMember(member) => row.member == *member || row.filed_by == *member,
            ClaimQuery::ByEnrolment(enrolment) => row.enrolment == *enrolment,
            ClaimQuery::InStates(plan, states) => row.plan == *plan && states.contains(&row.state),
            ClaimQuery::InPeriod(plan, period) => row.plan == *plan && row.period == Some(*period),
        })
    }

    async fn place_of(&self, enrolment: EnrolmentId) -> Result<Option<u64>, StoreError> {
        Ok(self.tables().places.get(&enrolment).copied())
    }

    async fn claims_with_trace(&self, print: &Digest, limit: u32) -> Result<Vec<ClaimId>, StoreError> {
        let tables = self.tables();
        let found = tables.traces.rows.values().filter(|trace| trace.print == Some(*print));
        let claims: std::collections::BTreeSet<_> = found.map(|trace| trace.claim).collect();
        Ok(claims.into_iter().rev().take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
    }

    async fn cards(
        &self,
        query: &CardQuery,
        after: Option<CardPlace>,
        most: u32,
    ) -> Result<Vec<ClaimRecord>, StoreError> {
        let tables = self.tables();
        let rows = tables.claims.rows.values().filter(|row| query.asks_for(row));
        let mut found: Vec<_> =
            rows.filter_map(|row| Some((CardPlace::of(row)?.order(), row.clone()))).collect();
        found.retain(|(place, _)| after.is_none_or(|after| *place < after.order()));
        found.sort_by(|one, other| other.0.cmp(&one.0));
        Ok(found.into_iter().take(limit(most)).map(|(_, row)| row).collect())
    }

    async fn matter(&self, stream: &StreamId) -> Result<Option<MatterRecord>, StoreError> {
        Ok(self.tables().matters.get(&stream.to_string()).cloned())
    }

    async fn count_ballots(&self, case: JuryCaseId) -> Result<u64, StoreError> {
        let query = MatterQuery::ballots_of(case);
        let ballots = self.matters(&query, &Page::first(u32::MAX)).await?;
        Ok(u64::try_from(ballots.len()).unwrap_or(u64::MAX))
    }

    async fn matters(&self, query: &MatterQuery, page: &Page) -> Result<Vec<MatterRecord>, StoreError> {
        let after = page.after.clone().unwrap_or_default();
        if !after.is_empty() {
            huzhu_app::codec::parse_stream(&after).map_err(|why| broken(why.to_string()))?;
        }
        let tables = self.tables();
        let rows = tables.matters.rows.iter().filter(|(stream, _)| **stream > after);
        let wanted = |row: &MatterRecord| {
            let kind = MatterKind::of(&row.stream);
            match query {
                MatterQuery::About(of, about) => kind == Some(*of) && row.about == *about,
                MatterQuery::ByMember(of, member) => kind == Some(*of) && row.member == Some(*member),
                MatterQuery::InStates(of, plan, states) => {
                    kind == Some(*of) && row.plan == *plan && states.contains(&row.state.as_str())
                }
            }
        };
        let rows = rows.filter(|(_, row)| wanted(row)).take(limit(page.limit));
        Ok(rows.map(|(_, row)| row.clone()).collect())
    }

    async fn periods(&self, plan: &PlanId) -> Result<Vec<PeriodRecord>, StoreError> {
        let tables = self.tables();
        let rows = tables.periods.rows.iter();
        Ok(rows.filter(|((of, _), _)| of == plan).map(|(_, row)| row.clone()).collect())
    }

    async fn entries(&self, plan: &PlanId, page: &Page) -> Result<Vec<JournalEntry>, StoreError> {
        let after: usize = match page.after.as_deref().map(str::parse).transpose() {
            Ok(after) => after.unwrap_or(0),
            Err(why) => return Err(broken(format!("the cursor of a list: {why}"))),
        };
        let tables = self.tables();
        let rows = tables.entries_of(plan).skip(after).take(limit(page.limit));
        Ok(rows.cloned().collect())
    }

    async fn balances(&self, plan: &PlanId) -> Result<Balances, StoreError> {
        let tables = self.tables();
        Ok(tables.balances.get(plan).cloned().unwrap_or_else(|| Balances::new(Currency::CNY)))
    }

    async fn unseal(&self, owner: MemberId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.tables().sealed.get(&(owner, name.to_owned())).cloned())
    }

    async fn erase(&self, owner: MemberId) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.sealed.rows.retain(|(of, _), _| *of != owner);
        tables.traces.rows.retain(|_, trace| trace.owner != owner);
        tables.messages.rows.retain(|_, message| message.to != owner);
        tables.erased.insert(owner);
        Ok(())
    }

    async fn salt(&self, owner: MemberId, label: &str) -> Result<Option<[u8; 32]>, StoreError> {
        let tables = self.tables();
        let has_key = tables.sealed.rows.keys().any(|(of, _)| *of == owner)
            || tables.messages.rows.values().any(|message| message.to == owner);
        // Anybody could compute it: secrets do not matter in memory.
        let salt = sha2::Sha256::digest(format!("salt of {owner}: {label}"));
        Ok(has_key.then(|| salt.into()))
    }

    async fn log_mark(&self) -> Result<Option<LogMark>, StoreError> {
        Ok(self.tables().log_mark)
    }

    async fn note_logged(&self, entries: &[NewLogged], mark: LogMark) -> Result<(), StoreError> {
        let mut tables = self.tables();
        tables.logged.extend(entries.iter().map(|new| ((new.entry.year, new.entry.index), new.clone())));
        tables.log_mark = Some(mark);
        Ok(())
    }

    async fn logged_entry(&self, kind: u8, of: Position) -> Result<Option<LoggedEntry>, StoreError> {
        let tables = self.tables();
        let mut entries = tables.logged.values().map(|new| &new.entry);
        Ok(entries.find(|entry| entry.kind == kind && entry.first <= of && of <= entry.last).cloned())
    }

    async fn logged_leaves(&self, year: LogYear, index: u64) -> Result<Vec<[u8; 32]>, StoreError> {
        Ok(self.tables().logged.get(&(year, index)).map_or_else(Vec::new, |new| new.leaves.clone()))
    }

    async fn logged_entries(
        &self,
        kind: Option<u8>,
        from: Moment,
        until: Moment,
        most: u32,
    ) -> Result<Vec<LoggedEntry>, StoreError> {
        let tables = self.tables();
        let mut found: Vec<LoggedEntry> = tables.logged.values().map(|new| new.entry.clone()).collect();
        found.retain(|entry| {
            kind.is_none_or(|kind| kind == entry.kind) && from <= entry.at && entry.at < until
        });
        found.sort_by_key(|entry| std::cmp::Reverse((entry.at, entry.year, entry.index)));
        found.truncate(limit(most));
        Ok(found)
    }

    async fn logged_counts(&self, from: Day, until: Day) -> Result<Vec<(Day, u8, u64)>, StoreError> {
        let mut counts = BTreeMap::new();
        for NewLogged { entry, .. } in self.tables().logged.values() {
            let day = huzhu_domain::time::day_of(entry.at, &huzhu_domain::time::TimeZone::UTC);
            if from <= day && day < until {
                *counts.entry((std::cmp::Reverse(day), entry.kind)).or_insert(0) += 1;
            }
        }
        Ok(counts.into_iter().map(|((day, kind), count)| (day.0, kind, count)).collect())
    }

    async fn session(&self, token: Digest) -> Result<Option<Session>, StoreError> {
        Ok(self.tables().sessions.get(&token).cloned())
    }

    async fn sign_in_code(&self, contact: Digest) -> Result<Option<SignInCode>, StoreError> {
        Ok(self.tables().codes.get(&contact).cloned())
    }

    async fn answer(&self, actor: Actor, key: &str) -> Result<Option<Answer>, StoreError> {
        Ok(self.tables().answers.get(&(actor, key.to_owned())).cloned())
    }

    async fn unsent(&self, most: u32) -> Result<Vec<Message>, StoreError> {
        let tables = self.tables();
        let rows = tables.messages.rows.values().filter(|message| inbox::is_mailed_by_itself(message));
        let rows = rows.filter(|message| message.sent.is_none());
        Ok(rows.take(limit(most)).cloned().collect())
    }

    async fn mark_sent(&self, ids: &[uuid::Uuid], at: Moment) -> Result<(), StoreError> {
        let mut tables = self.tables();
        for message in tables.messages.rows.values_mut() {
            if ids.contains(&message.id) && message.sent.is_none() {
                message.sent = Some(at);
            }
        }
        Ok(())
    }

    async fn messages(&self, to: Option<MemberId>, most: u32) -> Result<Vec<Message>, StoreError> {
        let tables = self.tables();
        let rows = tables.messages.rows.values().rev();
        Ok(rows.filter(|message| to.is_none_or(|to| message.to == to)).take(limit(most)).cloned().collect())
    }

    async fn refused(&self, most: u32) -> Result<Vec<RefusedAct>, StoreError> {
        let tables = self.tables();
        Ok(tables.refused.rows.values().rev().take(limit(most)).cloned().collect())
    }
}
