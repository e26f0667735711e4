//! The staff console: what waits for whom, the queues of reviewers and confirmers, and the claim desk.
//!
//! Shape: each page asks one or two use cases and renders; each verb is a form that posts to an address of its own and comes
//! back with `?done=`. Operators and auditors have their pages in [`super::operator`].
//!
//! Guarantees: use cases decide who may see and do what; what is shown here grants nothing. A claim that the visitor is in
//! conflict with looks like none.

mod conflicts;
pub(crate) mod desk;
mod evidence;
mod field;
mod opinion;
mod queue;
mod today;
mod verbs;
mod viewer;
pub(crate) mod words;
mod work;

pub(super) use evidence::{Wish as LookWish, look};

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use huzhu_app::call::{Call, Caller};
use huzhu_app::error::AppError;
use huzhu_app::permission::Action;
use huzhu_domain::member::Role;
use huzhu_domain::time::{Day, Moment, TimeZone, day_of};

use super::forms::Fields;
use super::frame::{PageError, Visit};
use crate::design::NavItem;
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::problem::Problem;

/// Pages of the console with the roles that see a link to them: key of the label, address, roles.
const CONSOLE: &[(&str, &str, &[Role])] = &[
    ("staff-nav-today", "/staff", &Role::ALL),
    ("staff-nav-review", "/staff/review", &[Role::Reviewer]),
    ("opinion-nav", opinion::LIST, &[Role::Reviewer]),
    ("staff-nav-confirm", "/staff/confirm", &[Role::Confirmer]),
    ("staff-nav-objections", "/staff/objections", &[Role::Reviewer, Role::Confirmer]),
    ("staff-nav-investigations", "/staff/investigations", &[Role::Investigator]),
    ("staff-nav-jury", "/staff/jury", &[Role::Clerk]),
    ("staff-nav-run", "/operator", &[Role::Operator]),
    ("staff-nav-plans", "/operator/plans", &[Role::Operator]),
    ("staff-nav-people", "/operator/people", &[Role::Operator, Role::Auditor]),
    ("staff-nav-pay-in", "/operator/pay-in", &[Role::Operator]),
    ("staff-nav-webhooks", "/operator/webhooks", &[Role::Operator]),
    ("conflict-nav", conflicts::LIST, &[Role::Operator, Role::Auditor]),
    ("staff-nav-books", "/books", &[Role::Operator, Role::Auditor]),
    ("staff-nav-audit", "/audit", &[Role::Operator, Role::Auditor]),
];

/// The routes of reviewers and confirmers.
pub(crate) fn routes() -> Router<Edge> {
    Router::new()
        .route("/staff", get(today::page))
        .route("/staff/review", get(queue::review))
        .route("/staff/confirm", get(queue::confirm))
        .route("/staff/claims/{id}", get(desk::page))
        .route("/staff/claims/{id}/work", get(work::page))
        .route("/staff/second-reviews", get(opinion::list))
        .route("/staff/second-reviews/{id}", get(opinion::page).post(opinion::give))
        .route("/staff/second-reviews/{id}/thanks", get(opinion::thanks))
        .merge(field::routes())
        .route("/staff/claims/{id}/card/{field}", get(super::card_opening::file))
        .route("/staff/claims/{id}/next", get(queue::next))
        .route("/staff/claims/{id}/previous", get(queue::previous))
        .route("/staff/conflicts", get(conflicts::list))
        .route("/staff/claims/{id}/conflict", post(conflicts::declare))
        .route("/staff/claims/{id}/conflicts", get(conflicts::desk))
        .route("/staff/claims/{id}/conflicts/{verb}", post(verbs::act_on_conflicts))
        .route("/staff/claims/{id}/{verb}", post(verbs::act))
        .route("/staff/claims/{id}/files/{file}", get(evidence::file))
}

/// The ways through the console for the roles of the visitor; `here` is the address of the page.
pub(crate) fn console(visit: &Visit, here: &str) -> Vec<NavItem> {
    CONSOLE
        .iter()
        .filter(|(_, _, roles)| roles.iter().any(|role| visit.has(*role)))
        .map(|(key, href, _)| NavItem::new(visit.l().t(key), *href, *href == here))
        .collect()
}

/// Refuses a page whose use case does not ask for a role by itself, such as a form before it is posted.
pub(crate) fn needs(visit: &Visit, action: Action) -> Result<(), PageError> {
    match &visit.visitor.caller {
        Caller::Member { roles, .. } if action.allows(roles) => Ok(()),
        Caller::Member { .. } => Err(AppError::Denied { action: action.word() }.into()),
        Caller::Anonymous | Caller::System => Err(AppError::SignInNeeded.into()),
    }
}

/// The call of a form under the key that it carries: a double click does its work once.
///
/// # Errors
/// A problem when the form came without its key.
pub(crate) fn keyed(visit: &Visit, fields: &Fields) -> Result<Call, PageError> {
    match fields.text("key") {
        "" => Err(Problem::bad_key().into()),
        key => Ok(visit.call_with(key)),
    }
}

/// The status of a form that comes back: a rule said no, or the input is wrong.
pub(crate) const fn status_of(error: &AppError) -> StatusCode {
    match error {
        AppError::Refused(_) => StatusCode::CONFLICT,
        AppError::Unavailable(_) => StatusCode::SERVICE_UNAVAILABLE,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    }
}

/// A deadline in a table: the day and how far it is.
pub(crate) fn due(l: Locale, until: Moment, now: Moment, zone: &TimeZone) -> String {
    let (day, today) = (last_day(until, zone), day_of(now, zone));
    l.t2("staff-due", "day", l.day_short(day), "distance", l.relative(day, today))
}

/// The last day on which something is in time: deadlines end at 0:00 of the day after.
pub(crate) fn last_day(until: Moment, zone: &TimeZone) -> Day {
    day_of(until.saturating_sub(jiff::SignedDuration::from_secs(1)).unwrap_or(until), zone)
}
