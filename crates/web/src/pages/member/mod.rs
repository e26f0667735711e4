//! Pages of members: cover, joining, dependants, claims, settings.

mod claim;
mod claim_new;
mod claim_words;
mod dependant;
mod files;
mod home;
mod identity;
mod inbox;
mod join;
mod leave;
mod person;
mod settings;
mod telling;

pub(super) use claim::{FileLine, numbered};
pub(crate) use claim_words::rule_reason;
pub(super) use claim_words::{
    appeal as appeal_text, reason as reason_text, remedy as remedy_text, step_title,
};
pub(super) use files::{DisputeFiles, of_dispute};

use axum::Router;

use crate::edge::Edge;

/// The routes of this group.
pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .merge(home::routes())
        .merge(leave::routes())
        .merge(settings::routes())
        .merge(inbox::routes())
        .merge(telling::routes())
        .merge(identity::routes())
        .merge(join::routes())
        .merge(dependant::routes())
        .merge(claim_new::routes())
        .merge(claim::routes())
        .merge(files::routes())
}
