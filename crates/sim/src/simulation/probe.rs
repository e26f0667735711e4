//! The store as the simulator sees it: notes every unit that was really kept, lets calls take turns, and fails reads.
//!
//! Shape: the app talks to a [`crate::faults::FaultyStore`] around a [`Probe`] around the store in memory. A reply lost above
//! is still noted here, so that the auditor learns what happened and not what was heard.

mod inbox;
mod webhooks;

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};

use async_trait::async_trait;
use huzhu_app::matter::{MatterQuery, MatterRecord};
use huzhu_app::ports::{
    Actor, Answer, CardPlace, CardQuery, ClaimQuery, EnrolmentQuery, LogMark, LogYear, LoggedEntry,
    NewLogged, Page, Position, Recorded, Store, StoreError, Unit,
};
use huzhu_app::record::{
    ClaimRecord, CohortRow, EnrolmentRecord, MemberRecord, Message, PeriodRecord, PlanRecord, RefusedAct,
    Session, SignInCode,
};
use huzhu_domain::digest::Digest;
use huzhu_domain::event::StreamId;
use huzhu_domain::id::{ClaimId, EnrolmentId, JuryCaseId, MemberId};
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::{Day, Moment};
use huzhu_ledger::{Balances, JournalEntry};

use crate::memory::MemoryStore;
use crate::world::Dice;

/// A unit that was kept.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    /// The attempt in whose turn it was.
    pub(crate) attempt: u64,
    /// Place of its last event.
    pub(crate) position: Position,
    /// Everything it wrote.
    pub(crate) unit: Unit,
}

#[derive(Debug)]
struct State {
    dice: Dice,
    attempt: u64,
    /// Reads that fail, of a thousand.
    read_faults: u32,
    /// Calls give way to others.
    turns: bool,
    kept: Vec<Kept>,
    conflicts: u64,
    failed_reads: u64,
}

/// See the module.
#[derive(Clone, Debug)]
pub(crate) struct Probe {
    store: Arc<MemoryStore>,
    state: Arc<Mutex<State>>,
}

impl Probe {
    /// A probe around an empty store.
    pub(crate) fn new(dice: Dice, read_faults: u32) -> Self {
        let state = State {
            dice,
            attempt: 0,
            read_faults,
            turns: false,
            kept: Vec::new(),
            conflicts: 0,
            failed_reads: 0,
        };
        Self { store: Arc::new(MemoryStore::new()), state: Arc::new(Mutex::new(state)) }
    }

    /// The store itself, without faults.
    pub(crate) fn store(&self) -> &MemoryStore {
        &self.store
    }

    /// Whose turn it is.
    pub(crate) fn turn(&self, attempt: u64) {
        self.held().attempt = attempt;
    }

    /// Whether calls give way to others.
    pub(crate) fn set_turns(&self, turns: bool) {
        self.held().turns = turns;
    }

    /// What was kept since the last call.
    pub(crate) fn take_kept(&self) -> Vec<Kept> {
        std::mem::take(&mut self.held().kept)
    }

    /// Conflicts and failed reads so far.
    pub(crate) fn troubles(&self) -> (u64, u64) {
        let state = self.held();
        (state.conflicts, state.failed_reads)
    }

    fn held(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Before each call: gives way to others, and fails some reads.
    async fn pause(&self, is_read: bool) -> Result<(), StoreError> {
        let (gives_way, fails) = {
            let mut state = self.held();
            let gives_way = state.turns && state.dice.chance(700);
            let rate = state.read_faults;
            let fails = is_read && rate > 0 && state.dice.chance(rate);
            state.failed_reads += u64::from(fails);
            (gives_way, fails)
        };
        if gives_way {
            GiveWay(false).await;
        }
        if fails {
            return Err(StoreError::Unavailable("a fault on purpose: read".to_owned()));
        }
        Ok(())
    }
}

/// Is pending once.
struct GiveWay(bool);

impl Future for GiveWay {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<()> {
        if self.0 {
            return Poll::Ready(());
        }
        self.0 = true;
        Poll::Pending
    }
}

#[async_trait]
impl Store for Probe {
    async fn commit(&self, unit: Unit) -> Result<Position, StoreError> {
        self.pause(false).await?;
        let done = self.store.commit(unit.clone()).await;
        let mut state = self.held();
        match &done {
            Ok(position) => {
                let (attempt, position) = (state.attempt, *position);
                state.kept.push(Kept { attempt, position, unit });
            }
            Err(StoreError::Conflict(_)) => state.conflicts += 1,
            Err(_) => {}
        }
        done
    }

    async fn stream(&self, stream: &StreamId) -> Result<Vec<Recorded>, StoreError> {
        self.pause(true).await?;
        self.store.stream(stream).await
    }
    async fn events(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        self.pause(true).await?;
        self.store.events(after, limit).await
    }
    async fn newest_events(&self, before: Option<Position>, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        self.pause(true).await?;
        self.store.newest_events(before, limit).await
    }
    async fn member(&self, id: MemberId) -> Result<Option<MemberRecord>, StoreError> {
        self.pause(true).await?;
        self.store.member(id).await
    }
    async fn member_by_contact(&self, contact: Digest) -> Result<Option<MemberRecord>, StoreError> {
        self.pause(true).await?;
        self.store.member_by_contact(contact).await
    }
    async fn staff(&self) -> Result<Vec<MemberRecord>, StoreError> {
        self.pause(true).await?;
        self.store.staff().await
    }
    async fn plans(&self) -> Result<Vec<PlanRecord>, StoreError> {
        self.pause(true).await?;
        self.store.plans().await
    }
    async fn plan(&self, id: &PlanId) -> Result<Option<PlanRecord>, StoreError> {
        self.pause(true).await?;
        self.store.plan(id).await
    }
    async fn plans_mark(&self) -> Result<u64, StoreError> {
        self.pause(true).await?;
        self.store.plans_mark().await
    }
    async fn enrolment(&self, id: EnrolmentId) -> Result<Option<EnrolmentRecord>, StoreError> {
        self.pause(true).await?;
        self.store.enrolment(id).await
    }
    async fn enrolments(
        &self,
        query: &EnrolmentQuery,
        page: &Page,
    ) -> Result<Vec<EnrolmentRecord>, StoreError> {
        self.pause(true).await?;
        self.store.enrolments(query, page).await
    }
    async fn cohorts(&self, plan: &PlanId) -> Result<Vec<CohortRow>, StoreError> {
        self.pause(true).await?;
        self.store.cohorts(plan).await
    }
    async fn claim(&self, id: ClaimId) -> Result<Option<ClaimRecord>, StoreError> {
        self.pause(true).await?;
        self.store.claim(id).await
    }
    async fn claims(&self, query: &ClaimQuery, page: &Page) -> Result<Vec<ClaimRecord>, StoreError> {
        self.pause(true).await?;
        self.store.claims(query, page).await
    }
    async fn place_of(&self, enrolment: EnrolmentId) -> Result<Option<u64>, StoreError> {
        self.pause(true).await?;
        self.store.place_of(enrolment).await
    }
    async fn claims_with_trace(&self, print: &Digest, limit: u32) -> Result<Vec<ClaimId>, StoreError> {
        self.pause(true).await?;
        self.store.claims_with_trace(print, limit).await
    }
    async fn cards(
        &self,
        query: &CardQuery,
        after: Option<CardPlace>,
        limit: u32,
    ) -> Result<Vec<ClaimRecord>, StoreError> {
        self.pause(true).await?;
        self.store.cards(query, after, limit).await
    }
    async fn matter(&self, stream: &StreamId) -> Result<Option<MatterRecord>, StoreError> {
        self.pause(true).await?;
        self.store.matter(stream).await
    }
    async fn count_ballots(&self, case: JuryCaseId) -> Result<u64, StoreError> {
        self.pause(true).await?;
        self.store.count_ballots(case).await
    }
    async fn matters(&self, query: &MatterQuery, page: &Page) -> Result<Vec<MatterRecord>, StoreError> {
        self.pause(true).await?;
        self.store.matters(query, page).await
    }
    async fn periods(&self, plan: &PlanId) -> Result<Vec<PeriodRecord>, StoreError> {
        self.pause(true).await?;
        self.store.periods(plan).await
    }
    async fn entries(&self, plan: &PlanId, page: &Page) -> Result<Vec<JournalEntry>, StoreError> {
        self.pause(true).await?;
        self.store.entries(plan, page).await
    }
    async fn balances(&self, plan: &PlanId) -> Result<Balances, StoreError> {
        self.pause(true).await?;
        self.store.balances(plan).await
    }
    async fn unseal(&self, owner: MemberId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.pause(true).await?;
        self.store.unseal(owner, name).await
    }
    async fn erase(&self, owner: MemberId) -> Result<(), StoreError> {
        self.pause(false).await?;
        self.store.erase(owner).await
    }
    async fn salt(&self, owner: MemberId, label: &str) -> Result<Option<[u8; 32]>, StoreError> {
        self.pause(true).await?;
        self.store.salt(owner, label).await
    }
    async fn log_mark(&self) -> Result<Option<LogMark>, StoreError> {
        self.pause(true).await?;
        self.store.log_mark().await
    }
    async fn note_logged(&self, entries: &[NewLogged], mark: LogMark) -> Result<(), StoreError> {
        self.pause(false).await?;
        self.store.note_logged(entries, mark).await
    }
    async fn logged_leaves(&self, year: LogYear, index: u64) -> Result<Vec<[u8; 32]>, StoreError> {
        self.pause(true).await?;
        self.store.logged_leaves(year, index).await
    }
    async fn logged_entry(&self, kind: u8, of: Position) -> Result<Option<LoggedEntry>, StoreError> {
        self.pause(true).await?;
        self.store.logged_entry(kind, of).await
    }
    async fn logged_entries(
        &self,
        kind: Option<u8>,
        from: Moment,
        until: Moment,
        limit: u32,
    ) -> Result<Vec<LoggedEntry>, StoreError> {
        self.pause(true).await?;
        self.store.logged_entries(kind, from, until, limit).await
    }
    async fn logged_counts(&self, from: Day, until: Day) -> Result<Vec<(Day, u8, u64)>, StoreError> {
        self.pause(true).await?;
        self.store.logged_counts(from, until).await
    }
    async fn session(&self, token: Digest) -> Result<Option<Session>, StoreError> {
        self.pause(true).await?;
        self.store.session(token).await
    }
    async fn sign_in_code(&self, contact: Digest) -> Result<Option<SignInCode>, StoreError> {
        self.pause(true).await?;
        self.store.sign_in_code(contact).await
    }
    async fn answer(&self, actor: Actor, key: &str) -> Result<Option<Answer>, StoreError> {
        self.pause(true).await?;
        self.store.answer(actor, key).await
    }
    async fn unsent(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.pause(true).await?;
        self.store.unsent(limit).await
    }
    async fn mark_sent(&self, ids: &[uuid::Uuid], at: Moment) -> Result<(), StoreError> {
        self.pause(false).await?;
        self.store.mark_sent(ids, at).await
    }
    async fn messages(&self, to: Option<MemberId>, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.pause(true).await?;
        self.store.messages(to, limit).await
    }
    async fn refused(&self, limit: u32) -> Result<Vec<RefusedAct>, StoreError> {
        self.pause(true).await?;
        self.store.refused(limit).await
    }
}
