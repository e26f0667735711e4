//! The rules of mutual aid: members, plans, enrolments, claims, notice, periods and settlement arithmetic.
//!
//! Shape: values in, `Result<Event, Rejection>` out. Nothing here does I/O, asks a clock, makes an id or draws a random
//! number; the use cases in `huzhu-app` read everything first, call these rules, and write what they answer.

pub mod claim;
pub mod digest;
pub mod enrolment;
pub mod event;
pub mod id;
pub mod jury;
pub mod member;
pub mod objection;
pub mod period;
pub mod plan;
pub mod preference;
pub mod second_review;
pub mod settlement;
pub mod time;
