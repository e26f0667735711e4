//! Pages of operators and auditors: what is due, the period desk, plans and their versions, people, money paid in, the books
//! and the audit trail.
//!
//! Shape: one module for each page. Each verb is a form that carries its own key and comes back with `?done=`; before it,
//! the page shows what would happen, and after it what did. Guarantees: use cases decide who may do what; amounts are those
//! of the use cases.

pub(crate) mod agenda;
mod books;
mod pay_in;
mod people;
mod period;
mod plans;
mod steps;
mod today;
mod trail;
mod upload;
mod webhooks;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};

use crate::edge::Edge;

/// Largest upload of these pages in bytes: a bank's report on [`huzhu_app::periods::FAILURES_MAX`] debits fits.
const UPLOAD_BYTES_MAX: usize = 4 * 1024 * 1024;

/// The routes of operators and auditors.
pub(crate) fn routes() -> Router<Edge> {
    let uploads = Router::new()
        .route("/operator/periods/{plan}/{key}/{step}", post(steps::act))
        .route("/operator/plans/check", post(plans::check))
        .layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
    Router::new()
        .route("/operator", get(today::page))
        .route("/operator/periods/{plan}/{key}", get(period::page))
        .route("/operator/plans", get(plans::page))
        .route("/operator/plans/publish", post(plans::publish))
        .route("/operator/plans/{plan}/open", post(plans::open))
        .route("/operator/plans/{plan}/withdraw", post(plans::withdraw))
        .route("/operator/people", get(people::page))
        .route("/operator/people/{verb}", post(people::act))
        .route("/operator/webhooks", get(webhooks::list).post(webhooks::register))
        .route("/operator/webhooks/{id}", get(webhooks::page))
        .route("/operator/webhooks/{id}/{verb}", post(webhooks::act))
        .route("/operator/pay-in", get(pay_in::page).post(pay_in::act))
        .route("/books", get(books::list))
        .route("/books/{plan}", get(books::page))
        .route("/books/{plan}/hledger", get(books::hledger))
        .route("/audit", get(trail::page))
        .merge(uploads)
}
