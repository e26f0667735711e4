//! The simulator: one seed is a village that lives for a year of periods with faults, races and clock jumps, while an auditor
//! with its own simpler idea of the truth looks at every step.
//!
//! Shape: [`run`] throws a plan and people from the seed, lets `workload` live through the days over the use cases
//! of `huzhu-app`, and answers an [`Outcome`] or the first [`Failure`].
//!
//! Guarantees: the same seed gives the same digest on every machine; a failure names its seed, its step and how to run it
//! again.
//!
//! Limits: one plan; time stands still within a step; no kill of a process (the store's own tests do that); sign-in by mail
//! is not simulated.

pub(crate) mod deed;
pub(crate) mod jury_terms;
pub(crate) mod logbook;
pub(crate) mod probe;
mod scene;
pub(crate) mod sheet;
mod tape;
pub(crate) mod turns;

use std::collections::BTreeMap;
use std::fmt;

pub(crate) use scene::{Heard, Scene};
pub use tape::{Again, Worker, again};

use crate::workload::Village;

/// A seed that was lived through without a finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// SHA-256 over every step with its answer, as 64 hexadecimal digits.
    pub digest: String,
    /// Steps taken.
    pub steps: u64,
    /// How often things happened: what the run has reached.
    pub seen: BTreeMap<&'static str, u64>,
}

/// The first thing that was wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The step after which it was found.
    pub step: u64,
    /// The day in the village.
    pub day: String,
    /// What is wrong.
    pub finding: String,
    /// The last steps, oldest first.
    pub trace: Vec<String>,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.trace {
            writeln!(f, "  {line}")?;
        }
        writeln!(f, "seed {}, step {}, {}: {}", self.seed, self.step, self.day, self.finding)?;
        write!(f, "again: cargo run -p huzhu-sim --example seeds -- --first {} --count 1", self.seed)
    }
}

/// Lives through one seed.
///
/// # Errors
/// The first finding.
pub fn run(seed: u64) -> Result<Outcome, Box<Failure>> {
    let failed = |step, day, finding, trace| Box::new(Failure { seed, step, day, finding, trace });
    let mut village =
        Village::new(seed, false).map_err(|why| failed(0, "the first day".to_owned(), why, Vec::new()))?;
    match village.live() {
        Ok(()) => {
            let steps = village.scene.steps;
            let (digest, seen) = village.scene.finish();
            Ok(Outcome { seed, digest, steps, seen })
        }
        Err(finding) => {
            let scene = village.scene;
            let trace = scene.trace.iter().cloned().collect();
            Err(failed(scene.steps, scene.today().to_string(), finding, trace))
        }
    }
}
