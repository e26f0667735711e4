//! The jury: who may judge, how they are drawn, how they vote, and what follows.
//!
//! Shape: a [`Juror`] is a member of a plan who passed the exam and is willing; a [`JuryCase`] is one judgment of one claim;
//! a [`BallotEvent`] is one vote, sealed until the case is closed.

mod ballot;
mod case;
mod juror;

pub use ballot::BallotEvent;
pub use case::{Count, JuryCase, JuryCaseEvent, Ruling};
pub use juror::{Juror, JurorEvent};
