//! Pages: what people read and fill in. Each group of pages is a module with its own `routes()`.

mod card_opening;
mod demo;
pub mod forms;
pub mod frame;
mod jury;
mod member;
mod objections;
mod operator;
pub mod phrases;
mod public;
pub(crate) mod reasons;
mod receipts;
mod staff;
mod upload;

pub(crate) use member::rule_reason;
pub(crate) use public::kind_key;

use axum::Router;

use crate::edge::Edge;

/// All pages.
pub fn routes() -> Router<Edge> {
    Router::new()
        .merge(public::routes())
        .merge(member::routes())
        .merge(objections::routes())
        .merge(jury::routes())
        .merge(receipts::routes())
        .merge(staff::routes())
        .merge(operator::routes())
        .merge(demo::routes())
}
