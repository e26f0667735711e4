//! The jury: who may judge, how they are drawn, how they vote, and what follows.
//!
//! Shape: a [`Juror`] is a member of a plan who passed the exam ([`exam`]) and is willing; a [`JuryCase`] is one judgment of one
//! claim; a [`BallotEvent`] is one vote, sealed until the case is closed; [`tally`] has what the ballots add up to. Of a draw,
//! [`roster`] is who can be drawn, [`seed`] where the chance comes from and how it is tied to one request, [`mod@draw`] the order
//! that follows from both, [`seating`] who sits after those who cannot have been passed over, and [`Bench`] who sits at a moment;
//! `docs/jury/draw.md` has the rules byte for byte, with test vectors.

mod ballot;
mod bench;
mod case;
pub mod draw;
mod event;
pub mod exam;
mod juror;
pub mod roster;
pub mod seating;
pub mod seed;
pub mod tally;
#[cfg(test)]
mod tests;

pub use ballot::BallotEvent;
pub use bench::{Bench, CallEnd, Called};
pub use case::{CaseState, Counted, JuryCase, Phase, QUESTIONS_MAX, Question, QuestionState, Votes};
pub use draw::{Order, draw};
pub use event::{CaseHead, JuryCaseEvent, JuryRejection, Side};
pub use juror::{ADULT_YEARS, Juror, JurorEvent, JurorRejection, Standing};
pub use roster::{MAX_ROSTER, Roster, RosterError};
pub use seating::{Exclusion, Seating, SeatingError, SkipReason};
pub use seed::{DrandRound, DrawRequest, SeedProof, SeedSource, SourceError, VRF_SUITE, subject};
pub use tally::{Choice, Count, Ruling, needed, seats};
