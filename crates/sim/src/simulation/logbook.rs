//! The log of a village: fed under faults, cut off in the middle, asked for receipts, and compared at the end.
//!
//! Guarantees: a receipt that was handed out must verify at the end of the run, whatever went wrong after it; no two
//! checkpoints of one size may differ; the whole log must be what the events say, each once.

use std::future::Future as _;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};

use huzhu_app::App;
use huzhu_app::call::Call;
use huzhu_app::error::AppError;
use huzhu_app::log::{LogPlace, LogReceipt, ReceiptAnswer, ReceiptOf, check};
use huzhu_app::ports::LogReader as _;
use huzhu_log::receipt::Receipt;
use huzhu_log::tlog_policy::TlogPolicy;

use super::probe::Probe;
use super::turns::alone;
use crate::auditor::{Finding, ensure};
use crate::log::MemoryLog;
use crate::world::Dice;

/// What faults on purpose say.
const ON_PURPOSE: &str = "a fault on purpose";
/// Rounds after which everything must be on the log once faults have stopped; read faults of the store go on.
const ROUNDS: u32 = 1_000;

/// See the module.
#[derive(Debug)]
pub(crate) struct Logbook {
    log: Arc<MemoryLog>,
    dice: Dice,
    receipts: Vec<LogReceipt>,
    /// What happened, by word.
    pub(crate) seen: Vec<&'static str>,
}

impl Logbook {
    /// A log with faults as the dice say.
    pub(crate) fn new(mut dice: Dice) -> Self {
        let log = Arc::new(MemoryLog::new());
        let rate = if dice.chance(200) { 0 } else { u32::try_from(dice.range(1, 250)).unwrap_or(0) };
        log.set_faults(dice.fork(), rate);
        Self { log, dice, receipts: Vec::new(), seen: Vec::new() }
    }

    /// The log itself.
    pub(crate) const fn log(&self) -> &Arc<MemoryLog> {
        &self.log
    }

    /// The worker's part of a day: some rounds, one of them perhaps cut off in the middle.
    pub(crate) fn day(&mut self, app: &App, probe: &Probe) -> Result<(), Finding> {
        let down = self.dice.chance(60);
        self.log.set_down(down);
        while self.dice.chance(600) {
            let limit = u32::try_from(self.dice.range(1, 400)).unwrap_or(1);
            if self.dice.chance(150) {
                self.cut_off(app, probe, limit);
            } else {
                self.round(app, limit)?;
            }
        }
        Ok(())
    }

    fn round(&mut self, app: &App, limit: u32) -> Result<bool, Finding> {
        match alone(app.feed_log(limit)) {
            Ok(fed) => {
                self.seen.push("rounds of the log");
                Ok(fed.more)
            }
            Err(AppError::Unavailable(why)) if why.contains(ON_PURPOSE) => {
                self.seen.push("rounds of the log that failed");
                Ok(true)
            }
            Err(other) => Err(format!("the log is not fed: {other}")),
        }
    }

    /// A round whose caller goes away.
    fn cut_off(&mut self, app: &App, probe: &Probe, limit: u32) {
        probe.set_turns(true);
        {
            let mut round = pin!(app.feed_log(limit));
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..self.dice.range(1, 40) {
                if round.as_mut().poll(&mut context).is_ready() {
                    break;
                }
            }
        }
        probe.set_turns(false);
        self.seen.push("rounds of the log cut off");
    }

    /// Somebody fetches a receipt and keeps it.
    pub(crate) fn fetch(&mut self, app: &App, call: &Call, of: ReceiptOf) -> Result<(), Finding> {
        match alone(app.receipt(call, of)) {
            Ok(ReceiptAnswer::Ready(receipt)) => {
                self.seen.push("receipts of the log");
                self.receipts.push(receipt);
            }
            Ok(ReceiptAnswer::NotYet { .. }) => self.seen.push("receipts that were not there yet"),
            Err(AppError::Unavailable(why)) if why.contains(ON_PURPOSE) => {}
            Err(AppError::NotFound(_) | AppError::Refused(_)) => {}
            Err(other) => return Err(format!("a receipt: {other}")),
        }
        Ok(())
    }

    /// Faults stop, everything is fed, and everything is compared. Answers all entries, for the digest of the run.
    pub(crate) fn close(&mut self, app: &App, probe: &Probe) -> Result<Vec<Vec<u8>>, Finding> {
        self.log.heal();
        let mut rounds = 0;
        while self.round(app, 400)? {
            rounds += 1;
            ensure(rounds < ROUNDS, || "the log is never fed to the end".to_owned())?;
        }
        let report = alone(check::check(probe.store(), self.log.as_ref(), &mut |_| {}));
        let report = report.map_err(|error| format!("the log cannot be checked: {error}"))?;
        ensure(report.findings.is_empty(), || format!("the log and the events: {:?}", report.findings))?;
        let names = alone(self.log.logs()).map_err(|error| error.to_string())?;
        if names.len() > 1 {
            self.seen.push("logs of two years");
        }
        let mut all = Vec::new();
        for name in names {
            for (size, signed) in self.log.checkpoints(name.year) {
                let same = signed.iter().all(|other| Some(other) == signed.first());
                ensure(same, || format!("two checkpoints of size {size} in {}", name.year))?;
            }
            all.extend(self.log.entries(name.year));
        }
        self.verify()?;
        Ok(all)
    }

    fn verify(&self) -> Result<(), Finding> {
        for kept in &self.receipts {
            let LogPlace { year, index } = kept.place;
            let wrong = |why: String| format!("the receipt for {year}, {index}: {why}");
            let rules = alone(self.log.tlog_policy(year)).map_err(|error| wrong(error.to_string()))?;
            let rules = rules.ok_or_else(|| wrong("no rules".to_owned()))?;
            let trusted = TlogPolicy::parse(rules.as_bytes()).map_err(|error| wrong(error.to_string()))?;
            let receipt: Receipt = kept.text.parse().map_err(|error| wrong(format!("{error}")))?;
            let shown = receipt.verify(&trusted, None).map_err(|error| wrong(error.to_string()))?;
            let there = self.log.entry(year, index).ok_or_else(|| wrong("no such entry".to_owned()))?;
            let same = shown.entry.encode().is_ok_and(|bytes| bytes == there);
            ensure(same, || wrong("the log holds another entry there".to_owned()))?;
        }
        Ok(())
    }
}
