//! Webhooks: endpoints, their secrets, their deliveries. For operators.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use huzhu_app::call::Done;
use huzhu_app::ports::Position;
use huzhu_app::webhooks::{
    ChangeWebhook, Delivery, RegisterWebhook, Registered, WebhookLine, WebhookVerb, WebhookView,
};
use huzhu_domain::id::WebhookId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::request::{Answer, Member, Of, Paging, Strict, done, make_cursor, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::wire::{Instant, WebhookRef};

/// Name of the list of deliveries in its cursors.
const LIST: &str = "deliveries";

/// A new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RegisterRequest {
    /// Its id, made by the caller.
    webhook: WebhookRef,
    /// Where requests go: `https`, or `http` to this machine itself.
    #[schema(max_length = 500)]
    url: String,
    /// Kinds of events that are told; none: all.
    #[serde(default)]
    #[schema(max_items = 100)]
    kinds: Vec<String>,
    /// Requests carry an Ed25519 signature too.
    #[serde(default)]
    asymmetric: bool,
}

/// What an endpoint is changed to.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ChangeRequest {
    /// Where requests go.
    #[schema(max_length = 500)]
    url: String,
    /// Kinds of events that are told; none: all.
    #[schema(max_items = 100)]
    kinds: Vec<String>,
}

/// Whether an endpoint is sent anything.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SendingRequest {
    /// It is; what happens while it is not waits.
    active: bool,
}

/// An endpoint with a new secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookSecret)]
struct SecretBody {
    /// The endpoint.
    webhook: WebhookRef,
    /// The secret, shown once; `null` when this request was answered before.
    secret: Option<String>,
}

/// An endpoint that was changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WebhookReceipt)]
struct ReceiptBody {
    /// The endpoint.
    webhook: WebhookRef,
}

/// A request that is on its way.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryReceipt)]
struct DeliveryReceiptBody {
    /// Its id, as the receiver sees it in `webhook-id`.
    delivery: String,
}

/// One endpoint.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Webhook)]
struct WebhookBody {
    /// The endpoint.
    webhook: WebhookRef,
    /// Where requests go.
    url: String,
    /// Kinds of events that are told; none: all.
    kinds: Vec<String>,
    /// `active`, `paused`, or `gone` when the receiver answered 410.
    #[schema(pattern = "^(active|paused|gone)$")]
    state: &'static str,
    /// Public key of the Ed25519 signatures.
    public_key: Option<String>,
    /// Until when an old secret signs beside the new one.
    overlap_until: Option<Instant>,
    /// Requests that wait.
    waiting: u64,
    /// Requests that were taken.
    taken: u64,
    /// Requests that were given up.
    given_up: u64,
    /// When it was registered.
    created: Instant,
    /// When it was last changed.
    changed: Instant,
}

/// All endpoints.
#[derive(Debug, Serialize, ToSchema)]
struct WebhookList {
    /// By id.
    webhooks: Vec<WebhookBody>,
}

/// One try.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = DeliveryAttempt)]
struct AttemptBody {
    /// When.
    at: Instant,
    /// Status of the answer.
    status: Option<u16>,
    /// Why it was not taken; empty when it was.
    why: String,
}

/// One request.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Delivery)]
struct DeliveryBody {
    /// Its id, as the receiver sees it in `webhook-id`.
    delivery: String,
    /// Kind of the event.
    kind: String,
    /// When the event happened.
    at: Instant,
    /// `waiting`, `taken` or `given-up`.
    #[schema(pattern = "^(waiting|taken|given-up)$")]
    state: &'static str,
    /// When it is sent, was taken or was given up.
    moment: Instant,
    /// The body.
    body: String,
    /// Tries so far, oldest first.
    attempts: Vec<AttemptBody>,
}

/// A page of requests.
#[derive(Debug, Serialize, ToSchema)]
struct DeliveryList {
    /// Newest first.
    deliveries: Vec<DeliveryBody>,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

impl WebhookBody {
    fn of(line: WebhookLine) -> Self {
        let endpoint = line.endpoint;
        Self {
            webhook: WebhookRef(endpoint.id),
            url: endpoint.url,
            kinds: endpoint.kinds.into_iter().collect(),
            state: endpoint.state.word(),
            public_key: line.public_key,
            overlap_until: line.overlap.map(Instant),
            waiting: line.counts.waiting,
            taken: line.counts.taken,
            given_up: line.counts.given_up,
            created: Instant(endpoint.created),
            changed: Instant(endpoint.changed),
        }
    }
}

impl DeliveryBody {
    fn of(delivery: Delivery) -> Self {
        let attempts = delivery.attempts.into_iter().map(|attempt| AttemptBody {
            at: Instant(attempt.at),
            status: attempt.status,
            why: attempt.why,
        });
        Self {
            delivery: delivery.id,
            kind: delivery.kind,
            at: Instant(delivery.at),
            state: delivery.state.word(),
            moment: Instant(delivery.state.moment()),
            body: delivery.body,
            attempts: attempts.collect(),
        }
    }
}

pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("webhooks", id, summary).role("operator");
    let (get, post, put, delete) = (Method::GET, Method::POST, Method::PUT, Method::DELETE);
    let change = json!({"url": "https://example.org/hook", "kinds": ["claim.paid"]});
    let table = table
        .add(&get, "/webhooks", list, op("listWebhooks", "All webhooks").answers::<WebhookList>(200))
        .add(
            &post,
            "/webhooks",
            register,
            op("registerWebhook", "Tell a program what happens from now on")
                .says("The secret is in this answer and nowhere else.")
                .verb()
                .takes::<RegisterRequest>(json!({
                    "webhook": "whk_01930000000070008000000000000006", "url": "https://example.org/hook",
                    "kinds": ["claim.paid"], "asymmetric": false,
                }))
                .answers::<SecretBody>(201),
        )
        .add(&get, "/webhooks/{webhook}", show, op("getWebhook", "One webhook").answers::<WebhookBody>(200))
        .add(
            &put,
            "/webhooks/{webhook}",
            change_webhook,
            op("changeWebhook", "Change address and kinds")
                .verb()
                .takes::<ChangeRequest>(change)
                .answers::<ReceiptBody>(200),
        )
        .add(
            &delete,
            "/webhooks/{webhook}",
            remove,
            op("removeWebhook", "Forget a webhook with its secrets and requests")
                .verb()
                .answers::<ReceiptBody>(200),
        );
    add_verbs(table)
}

fn add_verbs(table: Table) -> Table {
    let op = |id, summary| Op::new("webhooks", id, summary).role("operator");
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    table
        .add(
            &put,
            "/webhooks/{webhook}/sending",
            steer,
            op("setSending", "Pause a webhook, or let it go on")
                .verb()
                .takes::<SendingRequest>(json!({"active": true}))
                .answers::<ReceiptBody>(200),
        )
        .add(
            &post,
            "/webhooks/{webhook}/secret",
            rotate,
            op("rotateSecret", "Make a new secret")
                .says("The old one signs beside it for 24 hours.")
                .verb()
                .answers::<SecretBody>(200),
        )
        .add(
            &post,
            "/webhooks/{webhook}/test",
            test,
            op("testWebhook", "Send a request that says nothing but that it is a test")
                .verb()
                .answers::<DeliveryReceiptBody>(202),
        )
        .add(
            &get,
            "/webhooks/{webhook}/deliveries",
            deliveries,
            op("listDeliveries", "Requests of a webhook, newest first").paged().answers::<DeliveryList>(200),
        )
        .add(
            &post,
            "/webhooks/{webhook}/deliveries/{delivery}/resend",
            resend,
            op("resendDelivery", "Send a request again under the same id")
                .verb()
                .answers::<DeliveryReceiptBody>(202),
        )
}

fn secret(answer: Done<Registered>, status: StatusCode) -> Answer {
    done(status, answer, |made| SecretBody { webhook: WebhookRef(made.id), secret: made.secret })
}

fn receipt(answer: Done<WebhookId>) -> Answer {
    done(StatusCode::OK, answer, |id| ReceiptBody { webhook: WebhookRef(id) })
}

async fn list(State(edge): State<Edge>, Member(call): Member) -> Answer {
    let lines = edge.app.webhook_list(&call).await?;
    ok(WebhookList { webhooks: lines.into_iter().map(WebhookBody::of).collect() })
}

async fn register(
    State(edge): State<Edge>,
    Member(call): Member,
    Strict(body): Strict<RegisterRequest>,
) -> Answer {
    let command = RegisterWebhook {
        id: body.webhook.0,
        url: body.url,
        kinds: body.kinds.into_iter().collect(),
        asymmetric: body.asymmetric,
    };
    secret(edge.app.register_webhook(&call, command).await?, StatusCode::CREATED)
}

async fn show(State(edge): State<Edge>, Member(call): Member, Of(id): Of<WebhookRef>) -> Answer {
    let WebhookView { line, .. } = edge.app.webhook_view(&call, id.0, None, 1).await?;
    ok(WebhookBody::of(line))
}

async fn change_webhook(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<WebhookRef>,
    Strict(body): Strict<ChangeRequest>,
) -> Answer {
    let command = ChangeWebhook { url: body.url, kinds: body.kinds.into_iter().collect() };
    receipt(edge.app.change_webhook(&call, id.0, command).await?)
}

async fn remove(State(edge): State<Edge>, Member(call): Member, Of(id): Of<WebhookRef>) -> Answer {
    receipt(edge.app.remove_webhook(&call, id.0).await?)
}

async fn steer(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<WebhookRef>,
    Strict(body): Strict<SendingRequest>,
) -> Answer {
    let verb = if body.active { WebhookVerb::Resume } else { WebhookVerb::Pause };
    receipt(edge.app.steer_webhook(&call, id.0, verb).await?)
}

async fn rotate(State(edge): State<Edge>, Member(call): Member, Of(id): Of<WebhookRef>) -> Answer {
    secret(edge.app.rotate_webhook(&call, id.0).await?, StatusCode::OK)
}

async fn test(State(edge): State<Edge>, Member(call): Member, Of(id): Of<WebhookRef>) -> Answer {
    let answer = edge.app.test_webhook(&call, id.0).await?;
    done(StatusCode::ACCEPTED, answer, |delivery| DeliveryReceiptBody { delivery })
}

async fn deliveries(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<WebhookRef>,
    paging: Paging,
) -> Answer {
    let bad = || Problem::field("cursor", "bad-cursor");
    let before = match paging.after(LIST)? {
        None => None,
        Some(text) => {
            let (position, id) = text.split_once(' ').ok_or_else(bad)?;
            Some((Position(position.parse().map_err(|_| bad())?), id.to_owned()))
        }
    };
    let view = edge.app.webhook_view(&call, id.0, before, paging.limit).await?;
    ok(DeliveryList {
        deliveries: view.deliveries.into_iter().map(DeliveryBody::of).collect(),
        next: view.next.map(|(position, id)| make_cursor(LIST, &format!("{} {id}", position.0))),
    })
}

async fn resend(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, delivery)): Of<(WebhookRef, String)>,
) -> Answer {
    let answer = edge.app.resend_webhook(&call, id.0, &delivery).await?;
    done(StatusCode::ACCEPTED, answer, |delivery| DeliveryReceiptBody { delivery })
}
