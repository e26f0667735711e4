//! What one transaction of the writer does: job after job, sums once at the end.
//!
//! Shape: [`Batch::run`] applies one job inside a savepoint, [`Batch::run_bare`] without one; counters and sums (cohorts, balances) are kept in memory until
//! [`Batch::write_sums`], so that a thousand joins move one cohort row once.
//!
//! Guarantees: a refused job leaves no trace, neither in tables nor in counters or sums; positions have no gaps. Money
//! is added in Rust with checked operations, never in SQL.

use std::collections::BTreeMap;

use huzhu_app::codec;
use huzhu_app::ports::{
    Actor, Answer, Append, Constraint, InboxChange, Page, Position, ReliedOn, SignInChange, StoreError,
    Trace, Unit,
};
use huzhu_app::record::{CohortDays, CohortMove, Message, RefusedAct};
use huzhu_domain::event::Event;
use huzhu_domain::id::MemberId;
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::Moment;
use huzhu_ledger::{Balances, JournalEntry};
use rusqlite::{Connection, ErrorCode, Params, Transaction, params};

use crate::crypto::Key;
use crate::people::Keys;
use crate::reader::one;
use crate::rows::{self, Failure, broken, bytes, integer};
use crate::writer::Work;
use crate::{inbox, lists, logged, project, schema, webhooks};

/// The last number given in each sequence of the file.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Heads {
    /// Of events.
    pub(crate) position: u64,
    message: u64,
    refused: u64,
}

impl Heads {
    /// Reads them from the file.
    pub(crate) fn read(connection: &Connection) -> Result<Self, Failure> {
        let last = |sql| one(connection, sql, [], |row| rows::count(row, 0)).map(Option::unwrap_or_default);
        Ok(Self {
            position: last("SELECT position FROM event ORDER BY position DESC LIMIT 1")?,
            message: last("SELECT number FROM message ORDER BY number DESC LIMIT 1")?,
            refused: last("SELECT number FROM refused ORDER BY number DESC LIMIT 1")?,
        })
    }
}

/// Adds one to a counter and answers it.
fn next(counter: &mut u64) -> Result<i64, Failure> {
    *counter = counter.checked_add(1).ok_or_else(|| broken("a counter is full"))?;
    integer(*counter)
}

/// A transaction of the writer.
pub(crate) struct Batch<'t> {
    transaction: &'t Transaction<'t>,
    people: &'t Key,
    keys: Keys<'t>,
    heads: Heads,
    /// Sums that differ from their rows.
    cohorts: BTreeMap<(PlanId, CohortDays), u64>,
    balances: BTreeMap<PlanId, Balances>,
}

/// Sums of one job, taken over when the job has succeeded.
#[derive(Default)]
struct Staged {
    cohorts: BTreeMap<(PlanId, CohortDays), u64>,
    balances: BTreeMap<PlanId, Balances>,
}

impl<'t> Batch<'t> {
    pub(crate) fn new(transaction: &'t Transaction<'t>, people: &'t Key, heads: Heads) -> Self {
        let keys = Keys::new(transaction, people);
        Self { transaction, people, keys, heads, cohorts: BTreeMap::new(), balances: BTreeMap::new() }
    }

    /// Applies one job inside a savepoint. The outer error means that the whole transaction is lost, the inner one that
    /// this job was refused and has left no trace.
    pub(crate) fn run(&mut self, work: &Work) -> Result<Result<Position, StoreError>, Failure> {
        self.execute("SAVEPOINT job", [])?;
        let before = self.heads;
        let done = self.run_bare(work)?;
        if done.is_err() {
            self.heads = before;
            self.execute("ROLLBACK TO job", [])?;
        }
        self.execute("RELEASE job", [])?;
        Ok(done)
    }

    /// Applies one job. After a refusal the transaction holds a part of the job and must not be committed.
    pub(crate) fn run_bare(&mut self, work: &Work) -> Result<Result<Position, StoreError>, Failure> {
        self.keys = Keys::new(self.transaction, self.people);
        let mut staged = Staged::default();
        match self.apply(work, &mut staged) {
            Ok(()) => {
                self.cohorts.append(&mut staged.cohorts);
                self.balances.append(&mut staged.balances);
                Ok(Ok(Position(self.heads.position)))
            }
            Err(failure) => refusal(failure).map(Err),
        }
    }

    /// Writes the sums that have changed; the last thing before COMMIT.
    pub(crate) fn write_sums(self) -> Result<Heads, Failure> {
        for ((plan, days), members) in &self.cohorts {
            self.execute(
                "INSERT INTO cohort (plan, class, since, until, members) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (plan, class, since, until) DO UPDATE SET members = excluded.members",
                params![
                    plan.as_str(),
                    days.class,
                    codec::day(days.from),
                    rows::until(days),
                    integer(*members)?
                ],
            )?;
        }
        for (plan, balances) in &self.balances {
            for (account, _) in balances.iter() {
                let totals = balances.totals(account);
                self.execute(
                    "INSERT INTO balance (plan, account, currency, debits, credits) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT (plan, account) DO UPDATE SET debits = excluded.debits, credits = excluded.credits",
                    params![
                        plan.as_str(),
                        account.code(),
                        balances.currency().code(),
                        totals.debits.to_string(),
                        totals.credits.to_string()
                    ],
                )?;
            }
        }
        Ok(self.heads)
    }

    fn execute(&self, sql: &str, params: impl Params) -> Result<(), Failure> {
        self.transaction.prepare_cached(sql)?.execute(params)?;
        Ok(())
    }

    fn apply(&mut self, work: &Work, staged: &mut Staged) -> Result<(), Failure> {
        match work {
            Work::Commit(unit) => self.unit(unit, staged),
            Work::Erase(owner) => self.erase(*owner),
            Work::MarkSent(ids, at) => self.mark_sent(ids, *at),
            Work::NoteLogged(entries, mark) => logged::note(self.transaction, entries, *mark),
        }
    }

    /// The answer comes first: a repeated request must hear that it was answered, not that somebody else was faster.
    fn unit(&mut self, unit: &Unit, staged: &mut Staged) -> Result<(), Failure> {
        if let Some(answer) = &unit.answer {
            self.answer(answer)?;
        }
        for relied in &unit.relied_on {
            self.check_still(relied)?;
        }
        for append in &unit.appends {
            self.append(append, unit.at, unit.actor)?;
        }
        for (plan, entry) in &unit.entries {
            self.book(plan, entry, staged)?;
        }
        for moved in &unit.cohorts {
            self.move_cohort(moved, staged)?;
        }
        for sealed in &unit.sealed {
            self.keys.seal(sealed)?;
        }
        for trace in &unit.traces {
            self.trace(trace)?;
        }
        for message in &unit.messages {
            self.message(message)?;
        }
        for change in &unit.inbox {
            self.inbox(change, unit.at)?;
        }
        for change in &unit.webhooks {
            webhooks::change(self.transaction, self.people, change)?;
        }
        for change in &unit.sign_in {
            self.sign_in(change, unit.at)?;
        }
        for act in &unit.refused {
            self.refused(act)?;
        }
        Ok(())
    }

    /// Sums of jobs before this one in the transaction count: they are kept with it or before it.
    fn check_still(&self, relied: &ReliedOn) -> Result<(), Failure> {
        let (still, what) = match relied {
            ReliedOn::Stream(stream, events) => {
                let stream = stream.to_string();
                let length = "SELECT coalesce(max(number), 0) FROM event WHERE stream = ?1";
                let length = one(self.transaction, length, [&stream], |row| rows::count(row, 0))?;
                (length.unwrap_or_default() == *events, stream)
            }
            ReliedOn::Books(plan, balances) => {
                let kept = match self.balances.get(plan) {
                    Some(kept) => Some(kept.clone()),
                    None => project::balances(self.transaction, plan)?,
                };
                let kept = kept.unwrap_or_else(|| Balances::new(balances.currency()));
                (kept == *balances, format!("books:{plan}"))
            }
            ReliedOn::Enrolments(query, ids) => {
                let limit = u32::try_from(ids.len()).unwrap_or(u32::MAX).saturating_add(1);
                let rows = lists::enrolments(self.transaction, query, &Page::first(limit))?;
                (rows.iter().map(|row| row.id).eq(ids.iter().copied()), format!("enrolments:{query:?}"))
            }
        };
        if still { Ok(()) } else { Err(StoreError::Conflict(what).into()) }
    }

    fn answer(&self, answer: &Answer) -> Result<(), Failure> {
        self.execute(
            "INSERT INTO answer (actor, key, request, receipt, at) VALUES (?1, ?2, ?3, ?4, ?5)",
            params![
                codec::actor(answer.actor),
                answer.key,
                answer.request.bytes(),
                answer.receipt,
                codec::moment(answer.at)
            ],
        )
    }

    fn append(&mut self, append: &Append, at: Moment, actor: Actor) -> Result<(), Failure> {
        let stream = append.stream.to_string();
        // A stream that should be new is not looked up: its event 1 would break the unique index.
        if append.expected > 0 {
            let length = "SELECT coalesce(max(number), 0) FROM event WHERE stream = ?1";
            let length = one(self.transaction, length, [&stream], |row| rows::count(row, 0))?;
            if length != Some(append.expected) {
                return Err(StoreError::Conflict(stream).into());
            }
        }
        if append.events.is_empty() {
            return Err(broken(format!("nothing is appended to {stream}")));
        }
        let (at, actor) = (codec::moment(at), codec::actor(actor));
        let mut number = append.expected;
        for event in &append.events {
            let (position, number) = (next(&mut self.heads.position)?, next(&mut number)?);
            let kept = self.event(position, &stream, number, &at, &actor, event);
            kept.map_err(|failure| conflict(failure, &stream))?;
        }
        project::record(self.transaction, append)
    }

    fn event(
        &self,
        position: i64,
        stream: &str,
        number: i64,
        at: &str,
        actor: &str,
        event: &Event,
    ) -> Result<(), Failure> {
        self.execute(
            "INSERT INTO event (position, stream, number, at, actor, kind, bytes)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            params![position, stream, number, at, actor, codec::kind(event), codec::encode(event)],
        )
    }

    fn book(&self, plan: &PlanId, entry: &JournalEntry, staged: &mut Staged) -> Result<(), Failure> {
        let known = format!("SELECT {}, plan FROM entry WHERE id = ?1", rows::ENTRY);
        let known = one(self.transaction, &known, [entry.id().bytes()], |row| {
            Ok((rows::entry(row)?, row.get::<_, String>(7)?))
        })?;
        if let Some((known, of)) = known {
            let same = known == *entry && of == plan.as_str();
            return if same { Ok(()) } else { Err(StoreError::Taken(Constraint::EntryId).into()) };
        }
        let staged_before = staged.balances.get(plan).or_else(|| self.balances.get(plan));
        let mut balances = match staged_before {
            Some(balances) => balances.clone(),
            None => {
                project::balances(self.transaction, plan)?.unwrap_or_else(|| Balances::new(entry.currency()))
            }
        };
        balances.apply(entry).map_err(broken)?;
        staged.balances.insert(plan.clone(), balances);
        let last = "SELECT coalesce(max(number), 0) FROM entry WHERE plan = ?1";
        let mut number =
            one(self.transaction, last, [plan.as_str()], |row| rows::count(row, 0))?.unwrap_or_default();
        self.execute(
            "INSERT INTO entry (plan, number, id, date, currency, description, reference, reverses, lines)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            params![
                plan.as_str(),
                next(&mut number)?,
                entry.id().bytes(),
                codec::day(entry.date()),
                entry.currency().code(),
                entry.description(),
                entry.reference(),
                entry.reverses().map(huzhu_ledger::EntryId::bytes),
                codec::column(&entry.lines())
            ],
        )
    }

    fn move_cohort(&self, moved: &CohortMove, staged: &mut Staged) -> Result<(), Failure> {
        if let Some(from) = moved.from {
            let left = self.members(&moved.plan, from, staged)?.checked_sub(1);
            let left = left.ok_or_else(|| broken(format!("nobody stands in cohort {from:?}")))?;
            staged.cohorts.insert((moved.plan.clone(), from), left);
        }
        let members = self.members(&moved.plan, moved.to, staged)?.checked_add(1);
        let members = members.ok_or_else(|| broken("a cohort is full"))?;
        staged.cohorts.insert((moved.plan.clone(), moved.to), members);
        Ok(())
    }

    fn members(&self, plan: &PlanId, days: CohortDays, staged: &Staged) -> Result<u64, Failure> {
        let key = (plan.clone(), days);
        if let Some(members) = staged.cohorts.get(&key).or_else(|| self.cohorts.get(&key)) {
            return Ok(*members);
        }
        let sql = "SELECT members FROM cohort WHERE plan = ?1 AND class = ?2 AND since = ?3 AND until = ?4";
        let key = params![plan.as_str(), days.class, codec::day(days.from), rows::until(&days)];
        Ok(one(self.transaction, sql, key, |row| rows::count(row, 0))?.unwrap_or_default())
    }

    /// A digest comes with what it lists: when it is there already, nothing more is gathered into it.
    fn inbox(&mut self, change: &InboxChange, now: Moment) -> Result<(), Failure> {
        if let InboxChange::Gathered { digest, .. } = change
            && !self.message(digest)?
        {
            return Ok(());
        }
        inbox::change(self.transaction, change, now)
    }

    /// A message id that is known already is skipped: the same message twice is one message. Answers whether it is kept now.
    fn message(&mut self, message: &Message) -> Result<bool, Failure> {
        let sealed = self.keys.seal_message(message)?;
        // Whoever was erased gets no mail any more.
        let Some(sealed) = sealed else { return Ok(false) };
        let mut last = self.heads.message;
        let number = next(&mut last)?;
        let mut insert = self.transaction.prepare_cached(
            "INSERT INTO message (number, id, recipient, language, template, sealed, at, sent)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT (id) DO NOTHING",
        )?;
        let kept = insert.execute(params![
            number,
            bytes(message.id),
            bytes(message.to.uuid()),
            message.language,
            message.template,
            sealed,
            codec::moment(message.at),
            inbox::sent(message)
        ])?;
        if kept == 0 {
            return Ok(false);
        }
        self.heads.message = last;
        inbox::shelve(self.transaction, number, message)?;
        Ok(true)
    }

    fn sign_in(&self, change: &SignInChange, now: Moment) -> Result<(), Failure> {
        match change {
            SignInChange::CodeSent(code) => self.execute(
                "INSERT INTO sign_in_code (contact, member, code, until, tries) VALUES (?1, ?2, ?3, ?4, ?5)
                 ON CONFLICT (contact) DO UPDATE SET member = excluded.member, code = excluded.code,
                    until = excluded.until, tries = excluded.tries",
                params![
                    code.contact.bytes(),
                    bytes(code.member.uuid()),
                    code.code.bytes(),
                    codec::moment(code.until),
                    code.tries
                ],
            ),
            SignInChange::CodeSpent(contact) => {
                self.execute("DELETE FROM sign_in_code WHERE contact = ?1", [contact.bytes()])
            }
            SignInChange::SessionBegun(session) => {
                // Whoever begins a session sweeps those that are over, so that the table does not grow for ever.
                self.execute("DELETE FROM session WHERE until < ?1", [codec::moment(now)])?;
                self.execute(
                    "INSERT INTO session (token, member, until) VALUES (?1, ?2, ?3)
                     ON CONFLICT (token) DO UPDATE SET member = excluded.member, until = excluded.until",
                    params![
                        session.token.bytes(),
                        bytes(session.member.uuid()),
                        codec::moment(session.until)
                    ],
                )
            }
            SignInChange::SessionEnded(token) => {
                self.execute("DELETE FROM session WHERE token = ?1", [token.bytes()])
            }
        }
    }

    fn refused(&mut self, act: &RefusedAct) -> Result<(), Failure> {
        let number = next(&mut self.heads.refused)?;
        self.execute(
            "INSERT INTO refused (number, at, actor, action, subject, reason) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                number,
                codec::moment(act.at),
                codec::actor(act.actor),
                act.action,
                act.subject,
                act.reason
            ],
        )
    }

    /// The key goes, and with it everything that only it could open. An empty key stays in its place, so that nobody makes
    /// a new one for the same person.
    fn erase(&self, owner: MemberId) -> Result<(), Failure> {
        let owner = bytes(owner.uuid());
        self.execute(
            "INSERT INTO owner_key (owner, wrapped) VALUES (?1, x'')
             ON CONFLICT (owner) DO UPDATE SET wrapped = excluded.wrapped",
            [owner],
        )?;
        self.execute("DELETE FROM sealed WHERE owner = ?1", [owner])?;
        self.execute("DELETE FROM trace WHERE owner = ?1", [owner])?;
        self.execute("DELETE FROM inbox WHERE recipient = ?1", [owner])?;
        self.execute("DELETE FROM message WHERE recipient = ?1", [owner])
    }

    /// Like what is sealed: what comes for a person who was erased is dropped.
    fn trace(&mut self, trace: &Trace) -> Result<(), Failure> {
        let Trace { owner, claim, name, print } = trace;
        let claim = bytes(claim.uuid());
        let Some(print) = print else {
            return self.execute("DELETE FROM trace WHERE claim = ?1 AND name = ?2", params![claim, name]);
        };
        if self.keys.are_gone(*owner)? {
            return Ok(());
        }
        self.execute(
            "INSERT INTO trace (claim, name, owner, print) VALUES (?1, ?2, ?3, ?4)
             ON CONFLICT (claim, name) DO UPDATE SET print = excluded.print",
            params![claim, name, bytes(owner.uuid()), print.bytes()],
        )
    }

    fn mark_sent(&self, ids: &[uuid::Uuid], at: Moment) -> Result<(), Failure> {
        let at = codec::moment(at);
        for id in ids {
            self.execute(
                "UPDATE message SET sent = ?1 WHERE id = ?2 AND sent IS NULL",
                params![at, bytes(*id)],
            )?;
        }
        Ok(())
    }
}

/// An event number that is taken means that somebody else was faster.
fn conflict(failure: Failure, stream: &str) -> Failure {
    match failure {
        Failure::Engine(rusqlite::Error::SqliteFailure(error, Some(message)))
            if error.code == ErrorCode::ConstraintViolation && schema::is_event_number(&message) =>
        {
            StoreError::Conflict(stream.to_owned()).into()
        }
        other => other,
    }
}

/// The refusal that a failure of one job stands for, or the failure itself when it takes the whole transaction along.
fn refusal(failure: Failure) -> Result<StoreError, Failure> {
    match failure {
        Failure::Store(error) => Ok(error),
        Failure::Engine(rusqlite::Error::SqliteFailure(error, Some(message)))
            if error.code == ErrorCode::ConstraintViolation =>
        {
            Ok(schema::constraint(&message).map_or(StoreError::Broken(message), StoreError::Taken))
        }
        Failure::Engine(error) => Err(Failure::Engine(error)),
    }
}
