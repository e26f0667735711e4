//! The JSON API under `/api/v1`: parse, call one use case, show its receipt.
//!
//! Shape: one file per group of calls; each adds its rows to a `table`, which makes the routes and the `OpenAPI` document.
//!
//! Guarantees: bodies are read strictly; who may not is told so before what is wrong; each verb takes an `Idempotency-Key`
//! and says when an answer was given before. Sign-in calls take none: codes and tokens are given once.

mod audit;
mod cards;
mod claims;
mod conflicts;
mod desk;
mod enrolments;
mod inbox;
mod jurors;
mod jury;
mod me;
pub(crate) mod notices;
mod objections;
mod operator;
mod periods;
mod plans;
mod receipts;
pub(crate) mod request;
mod review;
mod sign_in;
mod statistics;
pub(crate) mod table;
pub(crate) mod tus;
mod webhooks;

use axum::Router;

use crate::edge::Edge;
use table::Table;

/// All routes.
pub fn routes() -> Router<Edge> {
    table().router
}

/// All calls with their descriptions.
pub(crate) fn table() -> Table {
    let mut table = Table::default();
    for add in [
        sign_in::add,
        me::add,
        inbox::add,
        plans::add,
        notices::add,
        statistics::add,
        enrolments::add,
        claims::add,
        receipts::add,
        tus::add,
        review::add,
        objections::add,
        cards::add,
        conflicts::add,
        desk::add,
        jury::add,
        jurors::add,
        periods::add,
        operator::add,
        audit::add,
        webhooks::add,
    ] {
        table = add(table);
    }
    table
}
