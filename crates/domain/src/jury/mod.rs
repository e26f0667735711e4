//! The jury: who may judge, how they are drawn, how they vote, and what follows.
//!
//! Shape: a [`Juror`] is a member of a plan who passed the exam and is willing; a [`JuryCase`] is one judgment of one claim;
//! a [`BallotEvent`] is one vote, sealed until the case is closed. Of a draw, [`roster`] is who can be drawn, [`seed`] where the
//! chance comes from and how it is tied to one request, [`mod@draw`] the order that follows from both, and [`seating`] who sits
//! after those who cannot have been passed over; `docs/jury/draw.md` has the rules byte for byte, with test vectors.

mod ballot;
mod case;
pub mod draw;
mod juror;
pub mod roster;
pub mod seating;
pub mod seed;

pub use ballot::BallotEvent;
pub use case::{Count, JuryCase, JuryCaseEvent, Ruling};
pub use draw::{Order, draw};
pub use juror::{Juror, JurorEvent};
pub use roster::{MAX_ROSTER, Roster, RosterError};
pub use seating::{Exclusion, Seating, SeatingError, SkipReason};
pub use seed::{DrandRound, DrawRequest, SeedProof, SeedSource, SourceError, VRF_SUITE, subject};
