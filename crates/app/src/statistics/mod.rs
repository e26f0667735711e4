//! Public figures of a plan: how long each stage takes, what is decided and why, how often a decision does not hold.
//!
//! Shape: `tally` folds the events of the platform, each once; [`App::statistics`] folds what is new and answers figures.
//! `hide` takes out what is so small that it speaks of somebody.
//!
//! Guarantees: nothing is stored, so that the figures are always those of the events; a page costs what happened since the
//! last one. Numbers of one to four people are not shown, nor any that gives such a number away by subtraction.
//!
//! Limits: after a start the first page reads all events once. Claims that ended keep no memory but counts.

mod hide;
mod tally;

use huzhu_domain::plan::{PlanId, ReasonCode};
use huzhu_domain::time::Moment;

pub use hide::{SMALL, hidden};
pub(crate) use tally::Tally;
pub use tally::{Month, Stage};

use crate::App;
use crate::error::AppError;

/// Events read at once.
const BATCH: u32 = 5_000;
/// Months that are answered, the newest ones.
const MONTHS_MAX: usize = 24;

/// A count, or `None` where it is too small to be shown.
pub type Count = Option<u64>;

/// Days that something took.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// How many went through; `None`: too few to show.
    pub count: Count,
    /// Half of them took so many whole days at most; `None`: too few to show, or none.
    pub median: Option<u64>,
}

/// Figures of one month.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MonthFigures {
    /// The month, in the time zone of the plan.
    pub month: Month,
    /// Claims handed in.
    pub reported: Count,
    /// Claims approved.
    pub approved: Count,
    /// Claims refused.
    pub refused: Count,
    /// Objections raised.
    pub objections: Count,
    /// Second opinions given.
    pub agreement: Agreement,
}

/// How second opinions agree with decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Agreement {
    /// Second opinions given.
    pub given: Count,
    /// Hundredths of a percent that agree.
    pub agree: Option<u64>,
    /// Cohen's kappa in thousandths: 1,000 is full agreement, 0 is what chance would give. `None`: too few, or all on one side.
    pub kappa: Option<i64>,
}

/// How many of those who could vote did, over all juries that were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Turnout {
    /// Who could: seats of juries drawn by lot, qualified jurors of open votes.
    pub electorate: Count,
    /// Ballots.
    pub ballots: Count,
}

/// The public figures of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statistics {
    /// Days by stage, in the order of the stages.
    pub stages: Vec<(Stage, Days)>,
    /// Claims approved.
    pub approved: Count,
    /// Claims refused.
    pub refusals: Count,
    /// Refusals by reason, the most frequent first.
    pub refused: Vec<(ReasonCode, Count)>,
    /// Objections answered.
    pub objections_answered: Count,
    /// Those of them that were right.
    pub objections_upheld: Count,
    /// Verdicts of juries.
    pub verdicts: Count,
    /// Those of them for the claimant.
    pub verdicts_for: Count,
    /// How many jurors voted.
    pub turnout: Turnout,
    /// Second opinions.
    pub agreement: Agreement,
    /// Open claims by whole weeks since they were handed in: up to 1, 2, 4, 8, and longer.
    pub open: [Count; 5],
    /// Deadlines that passed.
    pub missed: Count,
    /// By month, the newest last.
    pub months: Vec<MonthFigures>,
}

impl App {
    /// The public figures of a plan.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such plan.
    pub async fn statistics(&self, plan: &PlanId) -> Result<Statistics, AppError> {
        self.load_plan(plan).await?;
        let now: Moment = self.clock.now();
        let mut tally = self.tally.lock().await;
        loop {
            let events = self.store.events(tally.position(), BATCH).await?;
            for recorded in &events {
                if let Some(unknown) = tally.unknown_plan(recorded) {
                    let zone = self.load_plan(&unknown).await?;
                    let zone = zone.plan.versions().last().map(|version| version.terms.zone().clone());
                    tally.learn(unknown, zone.unwrap_or(huzhu_domain::time::TimeZone::UTC));
                }
                tally.take(recorded);
            }
            if u32::try_from(events.len()).is_ok_and(|n| n < BATCH) {
                break;
            }
        }
        Ok(tally.figures(plan, now, MONTHS_MAX))
    }
}
