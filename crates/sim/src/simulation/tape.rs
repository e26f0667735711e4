//! The same life again with another worker: a tape of everything that people did is played over a fresh platform whose worker
//! is punctual, stops for days, or is dead until the end.
//!
//! Shape: [`again`] lives through a seed quietly, with a worker before every step, and plays the tape with each [`Worker`].
//!
//! Guarantees: what people hear, and the end of every claim, objection, jury case and period, is the same. Somebody who comes
//! after a deadline that no worker has noticed is refused by the same rule.
//!
//! Limits: a seed that comes late is not played, since a jury cannot be drawn before its seed is there; that somebody was late is
//! written down only by a worker that runs while they are.

use std::collections::BTreeMap;
use std::sync::Arc;

use huzhu_app::call::Call;
use huzhu_app::error::AppError;
use huzhu_app::matter::{MatterKind, MatterQuery};
use huzhu_app::ports::{ClaimQuery, Clock as _, Entropy, Page, Store as _};
use huzhu_app::{App, World};
use huzhu_domain::claim::State;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::jury::{CaseState, JuryCaseEvent};
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::Moment;
use uuid::Uuid;

use super::deed::{Acknowledged, Deed};
use super::turns::alone;
use crate::auditor::{Finding, ensure};
use crate::log::MemoryLog;
use crate::memory::MemoryStore;
use crate::randomness::ScriptedRandomness;
use crate::vault::MemoryVault;
use crate::workload::Village;
use crate::world::{Dice, HandClock, OpenSecrets, Providers, SeededIds};

/// Rows of a list; a village has fewer.
const ALL: u32 = 10_000;
/// Rounds after which the last worker has done everything.
const ROUNDS: u32 = 50;
/// All states of an objection.
const OBJECTIONS: [&str; 6] = ["open", "upheld", "dismissed", "abusive", "withdrawn", "moot"];
const SECONDS_OF_A_DAY: i64 = 86_400;

/// Ids and chances in streams of their own, so that a message more changes no throw.
#[derive(Debug)]
pub(crate) struct TwoStreams {
    ids: SeededIds,
    chances: SeededIds,
}

impl TwoStreams {
    pub(crate) fn new(mut dice: Dice) -> Self {
        Self { ids: SeededIds::new(dice.fork()), chances: SeededIds::new(dice) }
    }
}

impl Entropy for TwoStreams {
    fn uuid(&self, now: Moment) -> Uuid {
        self.ids.uuid(now)
    }

    fn secret(&self) -> [u8; 32] {
        self.ids.secret()
    }

    fn below(&self, bound: u32) -> u32 {
        self.chances.below(bound)
    }
}

/// Something that was done, and what was heard.
#[derive(Clone, Debug)]
pub(crate) struct Played {
    at: Moment,
    call: Call,
    deed: Deed,
    heard: String,
}

impl Played {
    pub(crate) fn new(at: Moment, call: &Call, deed: &Deed, answer: &Result<Acknowledged, AppError>) -> Self {
        Self { at, call: call.clone(), deed: deed.clone(), heard: heard(deed, answer) }
    }
}

/// What was heard, without what is thrown anew each time: salts of files.
fn heard(deed: &Deed, answer: &Result<Acknowledged, AppError>) -> String {
    match answer {
        Ok(_) if matches!(deed, Deed::AddEvidence(_)) => "done".to_owned(),
        Ok(done) => done.receipt.clone(),
        Err(error) => format!("{error:?}"),
    }
}

/// When the worker comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Worker {
    /// Before every step, as in the first life.
    Punctual,
    /// On every second day only: it stops for a day, and the clock has jumped when it is back.
    StopsForDays,
    /// Never before the end.
    Dead,
}

impl Worker {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Punctual, Self::StopsForDays, Self::Dead];

    fn comes(self, at: Moment) -> bool {
        match self {
            Self::Punctual => true,
            Self::StopsForDays => at.as_second().div_euclid(SECONDS_OF_A_DAY).rem_euclid(2) == 0,
            Self::Dead => false,
        }
    }
}

/// How a life ended, by thing; and how often words occurred, so that a life in which nothing was disputed is noticed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Again {
    /// The end of each claim, objection, jury case and period.
    pub ends: BTreeMap<String, String>,
    /// How many things ended so.
    pub words: BTreeMap<String, u64>,
}

impl Again {
    fn end(&mut self, thing: String, word: &str, more: &str) {
        let kind = thing.split('_').next().unwrap_or_default();
        let count = self.words.entry(format!("{kind} {word}")).or_default();
        *count = count.saturating_add(1);
        self.ends.insert(thing, format!("{word} {more}"));
    }
}

/// Lives through a seed and plays it again with each worker; answers how it ended.
///
/// # Errors
/// The first thing that somebody heard otherwise, or that ended otherwise.
pub fn again(seed: u64) -> Result<Again, String> {
    let mut village = Village::new(seed, true)?;
    let lived = village.live();
    let scene = village.scene;
    if let Err(finding) = lived {
        let trace: Vec<String> = scene.trace.iter().cloned().collect();
        return Err(format!("{}\nseed {seed}, step {}: {finding}", trace.join("\n"), scene.steps));
    }
    let first = ends(scene.store(), &scene.plan)?;
    let (now, plan) = (scene.now(), scene.plan.clone());
    let tape = scene.tape.unwrap_or_default();
    let start = tape.first().map_or(now, |played| played.at);
    for worker in Worker::ALL {
        let platform = Platform::new(seed, start);
        let second = platform
            .play(&tape, worker, now, &plan)
            .map_err(|why| format!("{worker:?}, seed {seed}: {why}"))?;
        for (thing, end) in &first.ends {
            let other = second.ends.get(thing);
            ensure(other == Some(end), || {
                format!("{worker:?}, seed {seed}: {thing} ended {end}, and with this worker {other:?}")
            })?;
        }
        ensure(first == second, || format!("{worker:?}, seed {seed}: more happened than before"))?;
    }
    Ok(first)
}

/// A platform on which nothing fails.
struct Platform {
    app: App,
    store: Arc<MemoryStore>,
    clock: Arc<HandClock>,
}

impl Platform {
    fn new(seed: u64, start: Moment) -> Self {
        let (store, clock) = (Arc::new(MemoryStore::new()), Arc::new(HandClock::new(start)));
        let (log, providers) = (Arc::new(MemoryLog::new()), Arc::new(Providers::default()));
        let app = App::new(World {
            store: store.clone(),
            vault: Arc::new(MemoryVault::default()),
            sequencer: log.clone(),
            log,
            clock: clock.clone(),
            entropy: Arc::new(TwoStreams::new(Dice::new(seed))),
            secrets: Arc::new(OpenSecrets),
            identity: Some(providers.clone()),
            credit: Some(providers),
            randomness: Arc::new(ScriptedRandomness::prompt([7; 32])),
        })
        .with_shares(Arc::new(crate::shares::MemoryShares::default()));
        Self { app, store, clock }
    }

    fn play(&self, tape: &[Played], worker: Worker, end: Moment, plan: &PlanId) -> Result<Again, Finding> {
        for (number, one) in tape.iter().enumerate() {
            self.clock.set(one.at);
            let is_worker = matches!(one.deed, Deed::PassDeadlines);
            if is_worker && !worker.comes(one.at) {
                continue;
            }
            let answer = alone(one.deed.perform(&self.app, &one.call));
            let now = heard(&one.deed, &answer);
            // What the worker found to do is what differs.
            ensure(is_worker || now == one.heard, || {
                format!("step {number}, {}: {:?} heard {now}, and before {}", one.at, one.deed, one.heard)
            })?;
        }
        self.clock.set(end);
        for _ in 0..ROUNDS {
            let passed = alone(self.app.pass_deadlines()).map_err(|error| error.to_string())?;
            ensure(passed.failed == 0, || format!("the last worker could not do everything: {passed:?}"))?;
            if passed == huzhu_app::clocks::Passed::default() {
                break;
            }
        }
        debug_assert!(self.clock.now() >= end, "the clock stands at the end");
        ends(&self.store, plan)
    }
}

/// How everything that can be disputed ended.
fn ends(store: &MemoryStore, plan: &PlanId) -> Result<Again, Finding> {
    let mut all = Again::default();
    let read = |error: huzhu_app::ports::StoreError| error.to_string();
    let query = ClaimQuery::InStates(plan.clone(), State::WORDS.to_vec());
    for row in alone(store.claims(&query, &Page::first(ALL))).map_err(read)? {
        let more = format!("{:?} {:?} {:?} {:?}", row.aid, row.period, row.until, row.reviewer);
        all.end(row.id.to_string(), row.state, &more);
    }
    for (kind, states) in
        [(MatterKind::Objection, &OBJECTIONS[..]), (MatterKind::JuryCase, &CaseState::WORDS[..])]
    {
        let query = MatterQuery::InStates(kind, plan.clone(), states.to_vec());
        for row in alone(store.matters(&query, &Page::first(ALL))).map_err(read)? {
            let judged = match &row.stream {
                StreamId::JuryCase(_) => judged(store, &row.stream)?,
                _ => String::new(),
            };
            all.end(row.stream.to_string(), &row.state, &format!("{:?} {judged}", row.until));
        }
    }
    for row in alone(store.periods(plan)).map_err(read)? {
        all.end(format!("period_{}", row.key), row.state, &format!("{:?}", row.statement));
    }
    Ok(all)
}

/// How a jury judged.
fn judged(store: &MemoryStore, stream: &StreamId) -> Result<String, Finding> {
    let events = alone(store.stream(stream)).map_err(|error| error.to_string())?;
    let ruling = events.iter().rev().find_map(|one| match &one.event {
        Event::JuryCase(JuryCaseEvent::Closed { ruling, count, appeal_until, .. }) => {
            Some(format!("{} {count:?} {appeal_until:?}", ruling.word()))
        }
        _ => None,
    });
    Ok(ruling.unwrap_or_default())
}
