//! Pages of disputes before a jury: asking for one, the case for its sides, what jurors do, the clerk's desk, and for everybody
//! how disputes were judged.
//!
//! Shape: one file for each group of readers; each form posts to an address of its own and comes back to the page. All of it works
//! without script.

mod aside;
mod clerk;
mod exam;
mod exam_words;
mod juror;
mod public;
mod side;
mod words;

use axum::Router;

use crate::edge::Edge;

/// The routes of this group.
pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .merge(side::routes())
        .merge(juror::routes())
        .merge(aside::routes())
        .merge(exam::routes())
        .merge(clerk::routes())
        .merge(public::routes())
}
