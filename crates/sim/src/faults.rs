//! A store that fails on purpose, to see that callers repeat safely.
//!
//! Shape: [`FaultyStore`] wraps any store and looks up each call of `commit`, counted from 1, in a script or in a seeded
//! lot. Reads pass through unchanged: a read that fails has no two outcomes to tell apart.
//!
//! Guarantees: the same script or seed gives the same faults at the same calls.

mod inbox;
mod webhooks;

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

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
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What goes wrong with one call of `commit`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The unit is not kept, and the caller hears that the store does not answer.
    NotKept,
    /// The unit is kept, but the caller hears that the store does not answer.
    ReplyLost,
    /// The unit is not kept, and the caller hears that somebody else was faster.
    Conflict,
}

impl Fault {
    /// Every fault.
    pub const ALL: [Self; 3] = [Self::NotKept, Self::ReplyLost, Self::Conflict];
}

/// Where faults come from.
#[derive(Debug)]
enum Source {
    Script(BTreeMap<u64, Fault>),
    Lot { random: Box<ChaCha8Rng>, one_in: u32 },
}

/// A store that fails on purpose.
#[derive(Debug)]
pub struct FaultyStore<S> {
    inner: S,
    state: Mutex<(u64, Source)>,
}

impl<S: Store> FaultyStore<S> {
    /// Fails at the calls of the script, counted from 1.
    pub fn scripted(inner: S, script: impl IntoIterator<Item = (u64, Fault)>) -> Self {
        Self::with(inner, Source::Script(script.into_iter().collect()))
    }

    /// Fails at about one call in `one_in`, drawn from `seed`; 0 never fails.
    pub fn seeded(inner: S, seed: u64, one_in: u32) -> Self {
        let random = Box::new(ChaCha8Rng::seed_from_u64(seed));
        Self::with(inner, Source::Lot { random, one_in })
    }

    const fn with(inner: S, source: Source) -> Self {
        let state = Mutex::new((0, source));
        Self { inner, state }
    }

    /// The store without faults.
    pub const fn inner(&self) -> &S {
        &self.inner
    }

    /// Calls of `commit` so far.
    pub fn commits(&self) -> u64 {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn next_fault(&self) -> Option<Fault> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (calls, source) = &mut *state;
        *calls += 1;
        match source {
            Source::Script(script) => script.get(calls).copied(),
            Source::Lot { one_in: 0, .. } => None,
            Source::Lot { random, one_in } => {
                // Both are drawn each time, so that one fault more or less does not shift all later ones.
                let (hit, which) = (random.random_range(0..*one_in), random.random_range(0..3_usize));
                Fault::ALL.get(which).copied().filter(|_| hit == 0)
            }
        }
    }
}

#[async_trait]
impl<S: Store> Store for FaultyStore<S> {
    async fn commit(&self, unit: Unit) -> Result<Position, StoreError> {
        let silence = || StoreError::Unavailable("a fault on purpose".to_owned());
        match self.next_fault() {
            None => self.inner.commit(unit).await,
            Some(Fault::NotKept) => Err(silence()),
            Some(Fault::ReplyLost) => {
                self.inner.commit(unit).await?;
                Err(silence())
            }
            Some(Fault::Conflict) => Err(StoreError::Conflict("a fault on purpose".to_owned())),
        }
    }

    async fn stream(&self, stream: &StreamId) -> Result<Vec<Recorded>, StoreError> {
        self.inner.stream(stream).await
    }
    async fn events(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        self.inner.events(after, limit).await
    }
    async fn newest_events(&self, before: Option<Position>, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        self.inner.newest_events(before, limit).await
    }
    async fn member(&self, id: MemberId) -> Result<Option<MemberRecord>, StoreError> {
        self.inner.member(id).await
    }
    async fn member_by_contact(&self, contact: Digest) -> Result<Option<MemberRecord>, StoreError> {
        self.inner.member_by_contact(contact).await
    }
    async fn staff(&self) -> Result<Vec<MemberRecord>, StoreError> {
        self.inner.staff().await
    }
    async fn plans(&self) -> Result<Vec<PlanRecord>, StoreError> {
        self.inner.plans().await
    }
    async fn plan(&self, id: &PlanId) -> Result<Option<PlanRecord>, StoreError> {
        self.inner.plan(id).await
    }
    async fn plans_mark(&self) -> Result<u64, StoreError> {
        self.inner.plans_mark().await
    }
    async fn enrolment(&self, id: EnrolmentId) -> Result<Option<EnrolmentRecord>, StoreError> {
        self.inner.enrolment(id).await
    }
    async fn enrolments(
        &self,
        query: &EnrolmentQuery,
        page: &Page,
    ) -> Result<Vec<EnrolmentRecord>, StoreError> {
        self.inner.enrolments(query, page).await
    }
    async fn cohorts(&self, plan: &PlanId) -> Result<Vec<CohortRow>, StoreError> {
        self.inner.cohorts(plan).await
    }
    async fn claim(&self, id: ClaimId) -> Result<Option<ClaimRecord>, StoreError> {
        self.inner.claim(id).await
    }
    async fn claims(&self, query: &ClaimQuery, page: &Page) -> Result<Vec<ClaimRecord>, StoreError> {
        self.inner.claims(query, page).await
    }
    async fn place_of(&self, enrolment: EnrolmentId) -> Result<Option<u64>, StoreError> {
        self.inner.place_of(enrolment).await
    }
    async fn claims_with_trace(&self, print: &Digest, limit: u32) -> Result<Vec<ClaimId>, StoreError> {
        self.inner.claims_with_trace(print, limit).await
    }
    async fn cards(
        &self,
        query: &CardQuery,
        after: Option<CardPlace>,
        limit: u32,
    ) -> Result<Vec<ClaimRecord>, StoreError> {
        self.inner.cards(query, after, limit).await
    }
    async fn matter(&self, stream: &StreamId) -> Result<Option<MatterRecord>, StoreError> {
        self.inner.matter(stream).await
    }
    async fn matters(&self, query: &MatterQuery, page: &Page) -> Result<Vec<MatterRecord>, StoreError> {
        self.inner.matters(query, page).await
    }
    async fn count_ballots(&self, case: JuryCaseId) -> Result<u64, StoreError> {
        self.inner.count_ballots(case).await
    }
    async fn periods(&self, plan: &PlanId) -> Result<Vec<PeriodRecord>, StoreError> {
        self.inner.periods(plan).await
    }
    async fn entries(&self, plan: &PlanId, page: &Page) -> Result<Vec<JournalEntry>, StoreError> {
        self.inner.entries(plan, page).await
    }
    async fn balances(&self, plan: &PlanId) -> Result<Balances, StoreError> {
        self.inner.balances(plan).await
    }
    async fn unseal(&self, owner: MemberId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.unseal(owner, name).await
    }
    async fn erase(&self, owner: MemberId) -> Result<(), StoreError> {
        self.inner.erase(owner).await
    }
    async fn salt(&self, owner: MemberId, label: &str) -> Result<Option<[u8; 32]>, StoreError> {
        self.inner.salt(owner, label).await
    }
    async fn log_mark(&self) -> Result<Option<LogMark>, StoreError> {
        self.inner.log_mark().await
    }
    async fn note_logged(&self, entries: &[NewLogged], mark: LogMark) -> Result<(), StoreError> {
        self.inner.note_logged(entries, mark).await
    }
    async fn logged_leaves(&self, year: LogYear, index: u64) -> Result<Vec<[u8; 32]>, StoreError> {
        self.inner.logged_leaves(year, index).await
    }
    async fn logged_entry(&self, kind: u8, of: Position) -> Result<Option<LoggedEntry>, StoreError> {
        self.inner.logged_entry(kind, of).await
    }
    async fn logged_entries(
        &self,
        kind: Option<u8>,
        from: Moment,
        until: Moment,
        limit: u32,
    ) -> Result<Vec<LoggedEntry>, StoreError> {
        self.inner.logged_entries(kind, from, until, limit).await
    }
    async fn logged_counts(&self, from: Day, until: Day) -> Result<Vec<(Day, u8, u64)>, StoreError> {
        self.inner.logged_counts(from, until).await
    }
    async fn session(&self, token: Digest) -> Result<Option<Session>, StoreError> {
        self.inner.session(token).await
    }
    async fn sign_in_code(&self, contact: Digest) -> Result<Option<SignInCode>, StoreError> {
        self.inner.sign_in_code(contact).await
    }
    async fn answer(&self, actor: Actor, key: &str) -> Result<Option<Answer>, StoreError> {
        self.inner.answer(actor, key).await
    }
    async fn unsent(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.inner.unsent(limit).await
    }
    async fn mark_sent(&self, ids: &[uuid::Uuid], at: Moment) -> Result<(), StoreError> {
        self.inner.mark_sent(ids, at).await
    }
    async fn messages(&self, to: Option<MemberId>, limit: u32) -> Result<Vec<Message>, StoreError> {
        self.inner.messages(to, limit).await
    }
    async fn refused(&self, limit: u32) -> Result<Vec<RefusedAct>, StoreError> {
        self.inner.refused(limit).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contract::fixture::{join_unit, member};
    use crate::memory::MemoryStore;

    #[tokio::test]
    async fn scripted_faults_hit_their_call_and_keep_or_lose_the_unit_as_they_say() {
        for (fault, kept, conflict) in
            [(Fault::NotKept, false, false), (Fault::ReplyLost, true, false), (Fault::Conflict, false, true)]
        {
            let store = FaultyStore::scripted(MemoryStore::new(), [(2, fault)]);
            store.commit(join_unit(1)).await.expect("no fault at call 1");
            let heard = store.commit(join_unit(2)).await.expect_err("a fault at call 2");
            assert_eq!(matches!(heard, StoreError::Conflict(_)), conflict, "{fault:?}");
            assert_eq!(store.member(member(2)).await.unwrap().is_some(), kept, "{fault:?}");
            let again = store.commit(join_unit(2)).await;
            assert_eq!(again.is_ok(), !kept, "{fault:?}: the repetition");
            assert_eq!(store.commits(), 3);
        }
    }

    #[tokio::test]
    async fn a_seed_gives_the_same_faults_each_time() {
        let run = async |seed, one_in| {
            let store = FaultyStore::seeded(MemoryStore::new(), seed, one_in);
            let mut faults = Vec::new();
            for n in 0..200 {
                if store.commit(join_unit(n)).await.is_err() {
                    faults.push(n);
                }
            }
            faults
        };
        let faults = run(7, 10).await;
        assert!((8..40).contains(&faults.len()), "{}", faults.len());
        assert_eq!(run(7, 10).await, faults);
        assert_ne!(run(8, 10).await, faults);
        assert_eq!(run(7, 0).await, Vec::<u64>::new());
    }
}
