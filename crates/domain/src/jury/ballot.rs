//! One vote. It names no juror: its id comes from a keyed hash of case and juror, so that nobody can vote twice and nobody can
//! see from the store who voted what.

use crate::id::JuryCaseId;
use crate::plan::PlanId;
use crate::time::Moment;

/// What happened to a ballot.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum BallotEvent {
    /// It was cast.
    Cast {
        /// The case.
        case: JuryCaseId,
        /// Its plan.
        plan: PlanId,
        /// The vote, encrypted to the key of the case, as hexadecimal digits; what it holds stands in `docs/jury/ballots.md`.
        sealed: String,
        /// When, cut to the minute, so that the order of arrival says nothing about who voted.
        at: Moment,
    },
}
