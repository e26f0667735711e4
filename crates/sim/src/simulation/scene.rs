//! One step after the other: somebody does something, faults and others included, and the auditor looks at what came of it.

use std::collections::VecDeque;
use std::sync::Arc;

use huzhu_app::call::Call;
use huzhu_app::error::AppError;
use huzhu_app::log::ReceiptOf;
use huzhu_app::ports::{Clock as _, Store as _, Unit};
use huzhu_app::{App, World};
use huzhu_domain::event::StreamId;
use huzhu_domain::id::JuryCaseId;
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::{Day, Moment};
use sha2::{Digest as _, Sha256};

use super::deed::{Acknowledged, Deed};
use super::logbook::Logbook;
use super::probe::{Kept, Probe};
use super::sheet::PLAN;
use super::tape::{Played, TwoStreams};
use super::turns::{Attempt, alone, together};
use crate::auditor::{Auditor, Finding, ensure};
use crate::faults::FaultyStore;
use crate::memory::MemoryStore;
use crate::randomness::ScriptedRandomness;
use crate::vault::MemoryVault;
use crate::world::{Dice, HandClock, OpenSecrets, Providers, SeededIds};

/// Steps that a failure shows.
const TRACE: usize = 30;
/// How often somebody tries again when the platform does not answer.
const TRIES: u32 = 6;
/// What faults call themselves.
const ON_PURPOSE: &str = "a fault on purpose";

/// What somebody heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Heard {
    /// A receipt.
    Done(Acknowledged),
    /// A rule said no: its code, and the values as text.
    Refused(&'static str, String),
    /// Fix the input, ask somebody else, look elsewhere.
    Turned(&'static str),
    /// Reload.
    Stale,
    /// Try again.
    Silence,
}

impl Heard {
    pub(crate) const fn is_done(&self) -> bool {
        matches!(self, Self::Done(_))
    }
}

/// The platform with everything around it.
pub(crate) struct Scene {
    pub(crate) dice: Dice,
    pub(crate) clock: Arc<HandClock>,
    pub(crate) vault: Arc<MemoryVault>,
    pub(crate) providers: Arc<Providers>,
    pub(crate) auditor: Auditor,
    pub(crate) plan: PlanId,
    pub(crate) steps: u64,
    pub(crate) trace: VecDeque<String>,
    app: App,
    probe: Probe,
    logbook: Logbook,
    attempts: u64,
    digest: Sha256,
    /// In a quiet scene: everything that was done, in order.
    pub(crate) tape: Option<Vec<Played>>,
}

impl Scene {
    /// An empty platform at `start`. In a quiet one nothing fails, nobody acts at the same time, the worker comes before every
    /// step, and everything is put on a tape.
    pub(crate) fn new(mut dice: Dice, start: Moment, quiet: bool) -> Result<Self, Finding> {
        let clock = Arc::new(HandClock::new(start));
        let (vault, providers) = (Arc::new(MemoryVault::default()), Arc::new(Providers::default()));
        let read_faults = u32::from(dice.chance(500) && !quiet);
        let probe = Probe::new(dice.fork(), read_faults);
        let one_in = if dice.chance(150) || quiet { 0 } else { 25 };
        let store = FaultyStore::seeded(probe.clone(), dice.range(0, u64::MAX), one_in);
        let logbook = Logbook::new(dice.fork());
        if quiet {
            logbook.log().set_faults(dice.fork(), 0);
        }
        let ids = dice.fork();
        let entropy: Arc<dyn huzhu_app::ports::Entropy> =
            if quiet { Arc::new(TwoStreams::new(ids)) } else { Arc::new(SeededIds::new(ids)) };
        let app = App::new(World {
            store: Arc::new(store),
            vault: vault.clone(),
            sequencer: logbook.log().clone(),
            log: logbook.log().clone(),
            clock: clock.clone(),
            entropy,
            secrets: Arc::new(OpenSecrets),
            identity: Some(providers.clone()),
            credit: Some(providers.clone()),
            randomness: Arc::new(ScriptedRandomness::prompt([7; 32])),
        })
        .with_shares(Arc::new(crate::shares::MemoryShares::default()));
        let plan = PlanId::new(PLAN).map_err(|e| e.to_string())?;
        Ok(Self {
            dice,
            clock,
            vault,
            providers,
            auditor: Auditor::default(),
            plan,
            steps: 0,
            trace: VecDeque::new(),
            app,
            probe,
            logbook,
            attempts: 0,
            digest: Sha256::new(),
            tape: quiet.then(Vec::new),
        })
    }

    /// The store without faults, for looking only.
    pub(crate) fn store(&self) -> &MemoryStore {
        self.probe.store()
    }

    pub(crate) fn now(&self) -> Moment {
        self.clock.now()
    }

    pub(crate) fn today(&self) -> Day {
        self.auditor.today(self.now())
    }

    /// Somebody does something, once or twice at the same time, and tries again when nothing is heard.
    pub(crate) fn act(&mut self, call: &Call, deed: &Deed) -> Result<Heard, Finding> {
        self.steps += 1;
        let keyed = !deed.is_unkeyed() && self.dice.chance(700);
        let call = Call { key: keyed.then(|| format!("key-{}", self.steps)), ..call.clone() };
        if self.tape.is_some() {
            return self.one(&call, deed);
        }
        let twice = self.dice.chance(60);
        let mut heard = if twice {
            let both = self.at_once(&[(call.clone(), deed.clone()), (call.clone(), deed.clone())])?;
            self.auditor.count("requests sent twice at once");
            Self::check_twins(keyed, &both)?;
            both.into_iter().find(Heard::is_done).unwrap_or(Heard::Silence)
        } else {
            self.one(&call, deed)?
        };
        for _ in 0..TRIES {
            // Nobody calls again and again while a provider is down.
            if heard != Heard::Silence
                || self.dice.chance(100)
                || self.providers.are_down() && self.dice.chance(700)
            {
                break;
            }
            heard = self.one(&call, deed)?;
        }
        Ok(heard)
    }

    /// Several people act at the same time.
    pub(crate) fn race(&mut self, deeds: &[(Call, Deed)]) -> Result<Vec<Heard>, Finding> {
        self.steps += 1;
        self.auditor.count("races");
        let step = self.steps;
        let keyed = (0..).zip(deeds).map(|(number, (call, deed)): (u32, _)| {
            let key = (!deed.is_unkeyed()).then(|| format!("key-{step}-{number}"));
            (Call { key, ..call.clone() }, deed.clone())
        });
        let deeds: Vec<(Call, Deed)> = keyed.collect();
        if self.tape.is_some() {
            return deeds.iter().map(|(call, deed)| self.one(call, deed)).collect();
        }
        self.at_once(&deeds)
    }

    fn one(&mut self, call: &Call, deed: &Deed) -> Result<Heard, Finding> {
        if self.tape.is_some() && !matches!(deed, Deed::PassDeadlines) {
            self.at_once(&[(Call::system(), Deed::PassDeadlines)])?;
        }
        let heard = self.at_once(&[(call.clone(), deed.clone())])?;
        Ok(heard.into_iter().next().unwrap_or(Heard::Silence))
    }

    /// Under one key, whoever is answered hears the same: a receipt and never a refusal beside it.
    fn check_twins(keyed: bool, both: &[Heard]) -> Result<(), Finding> {
        let ([Heard::Done(first), second] | [second, Heard::Done(first)]) = both else {
            return Ok(());
        };
        match second {
            Heard::Done(other) if keyed => {
                ensure(other.receipt == first.receipt, || {
                    format!("two receipts under one key: {first:?}, {other:?}")
                })?;
                ensure(other.replayed != first.replayed, || "one key did its work twice".to_owned())
            }
            Heard::Refused(code, _) if keyed => {
                Err(format!("under one key one is done and one is refused: {code}"))
            }
            Heard::Turned(code) if keyed => {
                Err(format!("under one key one is done and one is turned away: {code}"))
            }
            _ => Ok(()),
        }
    }

    fn at_once(&mut self, deeds: &[(Call, Deed)]) -> Result<Vec<Heard>, Finding> {
        let is_race = deeds.len() > 1;
        let first = self.attempts + 1;
        self.attempts += u64::try_from(deeds.len()).unwrap_or(1);
        self.probe.set_turns(is_race);
        let mut dice = self.dice.fork();
        let answers = {
            let tasks: Vec<Attempt<'_, Result<Acknowledged, AppError>>> = (first..)
                .zip(deeds)
                .map(|(id, (call, deed))| (id, Box::pin(deed.perform(&self.app, call)) as _))
                .collect();
            together(tasks, &mut dice, |id| self.probe.turn(id))
        };
        self.probe.set_turns(false);
        let kept = self.probe.take_kept();
        let mut heard = Vec::new();
        for ((id, (call, deed)), answer) in (first..).zip(deeds).zip(answers) {
            let answer = answer.map_err(|panic| format!("{} panics: {panic}", deed.word()))?;
            self.note(call, deed, &answer);
            if let Some(tape) = &mut self.tape {
                tape.push(Played::new(self.clock.now(), call, deed, &answer));
            }
            heard.push((id, self.hear(deed, answer)?));
        }
        self.auditor.now = self.clock.now();
        for one in &kept {
            let at = usize::try_from(one.attempt.saturating_sub(first)).unwrap_or(usize::MAX);
            let (call, deed) = deeds.get(at).ok_or("a unit was kept out of turn")?;
            // What time has decided is done first, whoever comes along.
            let deed = if is_own(&one.unit, call, deed) { deed } else { &Deed::PassDeadlines };
            self.auditor.absorb(one, deed, is_race).map_err(|why| format!("after {}: {why}", deed.word()))?;
        }
        for ((id, heard), (call, deed)) in heard.iter().zip(deeds) {
            self.check_answer(*id, heard, call, deed, &kept)
                .map_err(|why| format!("{}: {why}", deed.word()))?;
        }
        self.auditor.quick(self.probe.store(), &self.plan)?;
        let seconds = self.dice.days(1, 60);
        self.clock.tick(seconds);
        Ok(heard.into_iter().map(|(_, heard)| heard).collect())
    }

    fn note(&mut self, call: &Call, deed: &Deed, answer: &Result<Acknowledged, AppError>) {
        let line = format!("{} {:?} {deed:?} -> {answer:?}", self.now(), call.caller);
        self.digest.update(line.as_bytes());
        let short: String = line.chars().take(900).collect();
        self.trace.push_back(short);
        if self.trace.len() > TRACE {
            self.trace.pop_front();
        }
    }

    fn hear(&mut self, deed: &Deed, answer: Result<Acknowledged, AppError>) -> Result<Heard, Finding> {
        let turned = |auditor: &mut Auditor, word| {
            auditor.count("acts turned away");
            Ok(Heard::Turned(word))
        };
        match answer {
            Ok(done) => {
                self.auditor.count_if(done.replayed, "receipts given again");
                Ok(Heard::Done(done))
            }
            Err(AppError::Refused(refusal)) => {
                self.auditor.count("acts refused by a rule");
                let values: Vec<String> =
                    refusal.values.iter().map(|(key, value)| format!("{key}={value}")).collect();
                Ok(Heard::Refused(refusal.code, values.join(" ")))
            }
            Err(AppError::Denied { .. }) => {
                self.auditor.count("acts denied for want of a role");
                Ok(Heard::Turned("denied"))
            }
            Err(AppError::Invalid(_)) => turned(&mut self.auditor, "invalid"),
            Err(AppError::NotFound(what)) => turned(&mut self.auditor, what),
            Err(AppError::SignInNeeded) => turned(&mut self.auditor, "sign in"),
            Err(AppError::Stale(_)) => {
                self.auditor.count("told to reload");
                Ok(Heard::Stale)
            }
            Err(AppError::Unavailable(why)) => {
                ensure(why.contains(ON_PURPOSE), || format!("{} hears nothing: {why}", deed.word()))?;
                self.auditor.count_if(why.ends_with("provider"), "providers did not answer");
                self.auditor.count_if(why.ends_with("vault"), "the vault did not answer");
                Ok(Heard::Silence)
            }
            Err(AppError::Broken(why)) => Err(format!("{} is broken: {why}", deed.word())),
        }
    }

    /// What was heard against what was kept.
    fn check_answer(
        &mut self,
        id: u64,
        heard: &Heard,
        call: &Call,
        deed: &Deed,
        kept: &[Kept],
    ) -> Result<(), Finding> {
        let writes = kept
            .iter()
            .filter(|one| one.attempt == id && is_substantial(&one.unit) && is_own(&one.unit, call, deed))
            .count();
        let batches = deed.in_batches();
        match heard {
            Heard::Done(done) if !batches => {
                let expected = usize::from(!done.replayed);
                let only_read = deed.may_write_nothing() && writes == 0;
                ensure(writes == expected || only_read, || {
                    format!("a receipt, but {writes} units were kept")
                })?;
            }
            Heard::Refused(..) | Heard::Turned(_) | Heard::Stale if !batches => {
                ensure(writes == 0, || format!("{heard:?}, but {writes} units were kept"))?;
            }
            Heard::Silence => {
                ensure(writes <= 1 || batches, || format!("silence, but {writes} units were kept"))?;
                self.auditor.count(if writes > 0 { "replies lost" } else { "acts not kept" });
            }
            Heard::Done(_) | Heard::Refused(..) | Heard::Turned(_) | Heard::Stale => {}
        }
        if let (Heard::Done(done), Some(key)) = (heard, &call.key) {
            let answer = alone(self.probe.store().answer(call.caller.actor(), key));
            Auditor::remembered(answer.ok().flatten().as_ref(), &done.receipt)?;
        }
        Ok(())
    }

    /// Whether the result of a vote can be seen before its close.
    pub(crate) fn peek(&self, case: JuryCaseId) -> bool {
        let seen = alone(self.app.tally_file(case)).is_ok() || alone(self.app.verdict(case)).is_ok();
        seen && !self.auditor.is_closed(case)
    }

    /// Compares everything after one step of a period in three: what is wrong then stays wrong.
    pub(crate) fn compare_now_and_then(&mut self) -> Result<(), Finding> {
        if self.dice.chance(333) { self.compare_all() } else { Ok(()) }
    }

    /// Compares everything.
    pub(crate) fn compare_all(&mut self) -> Result<(), Finding> {
        self.auditor.count("full comparisons");
        self.auditor.full(self.probe.store(), &self.plan)
    }

    /// The worker's part of a day: the log is fed under faults, and some of those who have something on it fetch a receipt.
    pub(crate) fn keep_log(&mut self, wishes: &[(Call, ReceiptOf)]) -> Result<(), Finding> {
        if self.tape.is_some() {
            return Ok(());
        }
        self.logbook.day(&self.app, &self.probe)?;
        for (call, of) in wishes {
            self.logbook.fetch(&self.app, call, *of)?;
        }
        for word in std::mem::take(&mut self.logbook.seen) {
            self.auditor.count(word);
        }
        Ok(())
    }

    /// Everything is put on the log, and the log compared with everything.
    pub(crate) fn close_log(&mut self) -> Result<(), Finding> {
        let entries = self.logbook.close(&self.app, &self.probe)?;
        for entry in &entries {
            self.digest.update(entry);
        }
        for word in std::mem::take(&mut self.logbook.seen) {
            self.auditor.count(word);
        }
        Ok(())
    }

    /// The digest of everything that happened, and the counts.
    pub(crate) fn finish(mut self) -> (String, std::collections::BTreeMap<&'static str, u64>) {
        let (conflicts, failed_reads) = self.probe.troubles();
        let digest: [u8; 32] = self.digest.finalize().into();
        for (word, times) in [("conflicts", conflicts), ("reads that failed", failed_reads)] {
            (0..times).for_each(|_| self.auditor.count(word));
        }
        (huzhu_domain::digest::Digest::from_bytes(digest).to_string(), self.auditor.seen().clone())
    }
}

/// Whether a unit is what somebody asked for, and not what the platform did on its own before.
fn is_own(unit: &Unit, call: &Call, deed: &Deed) -> bool {
    let ballot = unit.appends.iter().any(|append| matches!(append.stream, StreamId::Ballot(_)));
    if matches!(deed, Deed::Vote { .. }) { ballot } else { unit.actor == call.caller.actor() }
}

/// Whether a unit wrote more than a note that something was refused.
const fn is_substantial(unit: &Unit) -> bool {
    !unit.appends.is_empty()
        || !unit.entries.is_empty()
        || !unit.cohorts.is_empty()
        || !unit.sealed.is_empty()
        || !unit.messages.is_empty()
        || !unit.sign_in.is_empty()
        || unit.answer.is_some()
}
