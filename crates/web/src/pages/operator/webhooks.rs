//! Webhooks: the list of endpoints, one endpoint with its deliveries, and the forms that change it. A secret is shown on the
//! page that answers the form which made it, and never again.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use huzhu_app::call::Call;
use huzhu_app::error::AppError;
use huzhu_app::permission::Action;
use huzhu_app::ports::Position;
use huzhu_app::webhooks::{
    ChangeWebhook, Delivery, DeliveryState, EndpointState, KINDS, RegisterWebhook, WebhookLine, WebhookVerb,
};
use huzhu_domain::id::WebhookId;
use huzhu_domain::time::{Moment, TimeZone};
use serde::Deserialize;

use crate::design::{Choice, Fact, FieldError, NavItem, Page};
use crate::i18n::Locale;
use crate::pages::forms::{Fields, form_errors};
use crate::pages::frame::{Answer, MemberVisit, PageError, see_other};
use crate::pages::staff::{console, keyed, needs, status_of, words};

/// Deliveries on a page.
const ROWS: u32 = 25;

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    done: String,
    position: Option<u64>,
    #[serde(default)]
    id: String,
}

#[derive(Template)]
#[template(path = "operator/webhooks.html")]
struct ListPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    done: String,
    errors: Vec<FieldError>,
    rows: Vec<Line>,
    url: String,
    kinds: Vec<Choice>,
    asymmetric: bool,
    key: String,
}

struct Line {
    href: String,
    url: String,
    state: String,
    tone: &'static str,
    waiting: String,
    given_up: String,
}

#[derive(Template)]
#[template(path = "operator/webhook.html")]
struct DetailPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    done: String,
    errors: Vec<FieldError>,
    /// Shown once; empty otherwise.
    secret: String,
    /// The form that would have made a secret was sent twice.
    secret_gone: bool,
    id: String,
    state: String,
    tone: &'static str,
    is_active: bool,
    facts: Vec<Fact>,
    url: String,
    kinds: Vec<Choice>,
    deliveries: Vec<Row>,
    start: String,
    next: String,
    keys: Vec<String>,
}

struct Row {
    id: String,
    kind: String,
    at: String,
    state: String,
    tone: &'static str,
    tries: String,
    last: String,
    key: String,
}

/// All endpoints, and the form for another one.
pub(super) async fn list(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let done = if wish.done == "removed" { visit.l().t("hook-done-removed") } else { String::new() };
    show_list(&visit, StatusCode::OK, Vec::new(), &Fields::default(), done).await
}

async fn show_list(
    visit: &MemberVisit,
    status: StatusCode,
    errors: Vec<FieldError>,
    fields: &Fields,
    done: String,
) -> Result<Response, PageError> {
    let l = visit.l();
    let lines = visit.app().webhook_list(&visit.call()).await?;
    let shown = ListPage {
        page: visit.page(l.t("hook-title")),
        l,
        ways: console(visit, "/operator/webhooks"),
        done,
        errors,
        rows: lines.iter().map(|line| self::line(l, line)).collect(),
        url: fields.text("url").to_owned(),
        kinds: kinds(l, |kind| fields.all("kinds").any(|chosen| chosen == kind)),
        asymmetric: fields.has("asymmetric"),
        key: visit.fresh_key(),
    };
    visit.render_as(status, &shown)
}

fn line(l: Locale, line: &WebhookLine) -> Line {
    let (state, tone) = state_name(l, line.endpoint.state);
    Line {
        href: format!("/operator/webhooks/{}", line.endpoint.id),
        url: line.endpoint.url.clone(),
        state,
        tone,
        waiting: l.count(line.counts.waiting),
        given_up: l.count(line.counts.given_up),
    }
}

fn state_name(l: Locale, state: EndpointState) -> (String, &'static str) {
    match state {
        EndpointState::Active => (l.t("hook-state-active"), "good"),
        EndpointState::Paused => (l.t("hook-state-paused"), "wait"),
        EndpointState::Gone => (l.t("hook-state-gone"), "bad"),
    }
}

fn kinds(l: Locale, chosen: impl Fn(&str) -> bool) -> Vec<Choice> {
    KINDS
        .iter()
        .map(|kind| Choice::new(*kind, format!("{} ({kind})", words::event(l, kind)), chosen(kind)))
        .collect()
}

fn chosen_kinds(fields: &Fields) -> std::collections::BTreeSet<String> {
    fields.all("kinds").map(str::to_owned).collect()
}

/// Registers an endpoint and shows its secret.
pub(super) async fn register(visit: MemberVisit, fields: Fields) -> Answer {
    needs(&visit, Action::RunWebhooks)?;
    let call = keyed(&visit, &fields)?;
    let command = RegisterWebhook {
        id: WebhookId::from_uuid(fields.key()?),
        url: fields.text("url").to_owned(),
        kinds: chosen_kinds(&fields),
        asymmetric: fields.has("asymmetric"),
    };
    match visit.app().register_webhook(&call, command).await {
        Ok(done) => {
            let secret = done.receipt.secret;
            let told =
                Told { done: visit.l().t("hook-done-registered"), made: true, secret, errors: Vec::new() };
            show(&visit, StatusCode::OK, done.receipt.id, None, told).await
        }
        Err(error) => {
            let status = status_of(&error);
            let errors = form_errors(visit.l(), error)?;
            show_list(&visit, status, errors, &fields, String::new()).await
        }
    }
}

/// What the page of an endpoint says at its top.
#[derive(Default)]
struct Told {
    done: String,
    /// The form made a secret.
    made: bool,
    secret: Option<String>,
    errors: Vec<FieldError>,
}

/// One endpoint.
pub(super) async fn page(visit: MemberVisit, Path(id): Path<String>, Query(wish): Query<Wish>) -> Answer {
    let l = visit.l();
    let done = match wish.done.as_str() {
        "change" => l.t("hook-done-changed"),
        "pause" => l.t("hook-done-paused"),
        "resume" => l.t("hook-done-resumed"),
        "test" => l.t("hook-done-test"),
        "resend" => l.t("hook-done-resend"),
        _ => String::new(),
    };
    let before = wish.position.map(|position| (Position(position), wish.id.clone()));
    show(&visit, StatusCode::OK, webhook(&id)?, before, Told { done, ..Told::default() }).await
}

fn webhook(text: &str) -> Result<WebhookId, AppError> {
    text.parse().map_err(|_| AppError::NotFound("webhook"))
}

async fn show(
    visit: &MemberVisit,
    status: StatusCode,
    id: WebhookId,
    before: Option<(Position, String)>,
    told: Told,
) -> Result<Response, PageError> {
    let l = visit.l();
    let is_first = before.is_none();
    let view = visit.app().webhook_view(&visit.call(), id, before, ROWS).await?;
    let endpoint = &view.line.endpoint;
    let (state, tone) = state_name(l, endpoint.state);
    let base = format!("/operator/webhooks/{id}");
    let shown = DetailPage {
        page: visit.page(l.t("hook-one-title")),
        l,
        ways: console(visit, "/operator/webhooks"),
        done: told.done,
        errors: told.errors,
        secret_gone: told.made && told.secret.is_none(),
        secret: told.secret.unwrap_or_default(),
        id: id.to_string(),
        state,
        tone,
        is_active: endpoint.state == EndpointState::Active,
        facts: facts(l, &view.line),
        url: endpoint.url.clone(),
        kinds: kinds(l, |kind| endpoint.kinds.contains(kind)),
        deliveries: view.deliveries.iter().map(|one| row(l, one, visit.fresh_key())).collect(),
        start: if is_first { String::new() } else { base.clone() },
        next: view
            .next
            .map_or_else(String::new, |(position, id)| format!("{base}?position={}&id={id}", position.0)),
        keys: (0..5).map(|_| visit.fresh_key()).collect(),
    };
    visit.render_as(status, &shown)
}

fn at(l: Locale, moment: Moment) -> String {
    l.t1("mail-utc", "moment", l.moment(moment, &TimeZone::UTC))
}

fn facts(l: Locale, line: &WebhookLine) -> Vec<Fact> {
    let endpoint = &line.endpoint;
    let mut facts = vec![
        Fact::new(l.t("hook-url"), endpoint.url.clone()),
        Fact::new(l.t("hook-waiting"), l.count(line.counts.waiting)),
        Fact::new(l.t("hook-taken"), l.count(line.counts.taken)),
        Fact::new(l.t("hook-given-up"), l.count(line.counts.given_up)),
        Fact::new(l.t("hook-changed"), at(l, endpoint.changed)),
    ];
    facts.extend(line.public_key.clone().map(|key| Fact::new(l.t("hook-public-key"), key)));
    facts.extend(line.overlap.map(|until| Fact::new(l.t("hook-overlap"), at(l, until))));
    facts
}

fn row(l: Locale, delivery: &Delivery, key: String) -> Row {
    let (state, tone) = match delivery.state {
        DeliveryState::Waiting(until) => (l.t1("hook-delivery-waiting", "at", at(l, until)), "wait"),
        DeliveryState::Taken(when) => (l.t1("hook-delivery-taken", "at", at(l, when)), "good"),
        DeliveryState::GivenUp(when) => (l.t1("hook-delivery-given-up", "at", at(l, when)), "bad"),
    };
    let last = delivery.attempts.last().map_or_else(String::new, |last| match last.status {
        Some(status) => l.t1("hook-why-status", "status", status.to_string()),
        None => why(l, &last.why),
    });
    let kind = match delivery.kind.as_str() {
        "webhook.test" => l.t("hook-test-kind"),
        kind => words::event(l, kind),
    };
    Row {
        id: delivery.id.clone(),
        kind,
        at: at(l, delivery.at),
        state,
        tone,
        tries: l.count(u64::try_from(delivery.attempts.len()).unwrap_or(u64::MAX)),
        last,
        key,
    }
}

/// Why there was no answer.
fn why(l: Locale, word: &str) -> String {
    match word {
        "private-address" => l.t("hook-why-private-address"),
        "timeout" => l.t("hook-why-timeout"),
        "connection" => l.t("hook-why-connection"),
        _ => l.t("hook-why-no-answer"),
    }
}

/// A form of the page.
pub(super) async fn act(
    visit: MemberVisit,
    Path((id, verb)): Path<(String, String)>,
    fields: Fields,
) -> Answer {
    needs(&visit, Action::RunWebhooks)?;
    let call = keyed(&visit, &fields)?;
    let id = webhook(&id)?;
    if verb == "rotate" {
        let done = visit.app().rotate_webhook(&call, id).await?;
        let secret = done.receipt.secret;
        let told = Told { done: visit.l().t("hook-done-rotated"), made: true, secret, errors: Vec::new() };
        return show(&visit, StatusCode::OK, id, None, told).await;
    }
    match run(&visit, &call, id, &verb, &fields).await {
        Ok(()) if verb == "remove" => Ok(see_other("/operator/webhooks?done=removed")),
        Ok(()) => Ok(see_other(&format!("/operator/webhooks/{id}?done={verb}"))),
        Err(error) => {
            let status = status_of(&error);
            let errors = form_errors(visit.l(), error)?;
            show(&visit, status, id, None, Told { errors, ..Told::default() }).await
        }
    }
}

async fn run(
    visit: &MemberVisit,
    call: &Call,
    id: WebhookId,
    verb: &str,
    fields: &Fields,
) -> Result<(), AppError> {
    let app = visit.app();
    match verb {
        "change" => {
            let command = ChangeWebhook { url: fields.text("url").to_owned(), kinds: chosen_kinds(fields) };
            app.change_webhook(call, id, command).await.map(drop)
        }
        "pause" => app.steer_webhook(call, id, WebhookVerb::Pause).await.map(drop),
        "resume" => app.steer_webhook(call, id, WebhookVerb::Resume).await.map(drop),
        "remove" => app.remove_webhook(call, id).await.map(drop),
        "test" => app.test_webhook(call, id).await.map(drop),
        "resend" => app.resend_webhook(call, id, fields.text("delivery")).await.map(drop),
        _ => Err(AppError::NotFound("verb")),
    }
}
