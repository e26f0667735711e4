//! Webhooks: who may run them, what is sent, in which order, how often, and what a receiver can do about it.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::time::Duration;

use async_trait::async_trait;
use huzhu_app::error::AppError;
use huzhu_app::ports::{Store, WebhookReply, WebhookRequest, WebhookSender, WebhookStore};
use huzhu_app::webhooks::{
    ChangeWebhook, Delivered, DeliveryState, EndpointState, RegisterWebhook, WebhookVerb,
};
use huzhu_domain::id::WebhookId;
use huzhu_domain::time::Moment;
use jiff::civil::date;

use crate::world::*;

fn webhook(n: u128) -> WebhookId {
    WebhookId::from_uuid(uuid::Uuid::from_u128((5 << 100) + n))
}

fn register(n: u128, kinds: &[&str]) -> RegisterWebhook {
    RegisterWebhook {
        id: webhook(n),
        url: "https://example.org/hook".to_owned(),
        kinds: kinds.iter().map(|kind| (*kind).to_owned()).collect(),
        asymmetric: false,
    }
}

/// A receiver that answers by a script, last answer for ever, and keeps what it was sent.
struct Receiver {
    script: Mutex<Vec<WebhookReply>>,
    seen: Mutex<Vec<WebhookRequest>>,
}

impl Receiver {
    fn new(script: &[WebhookReply]) -> Self {
        let script = script.iter().rev().copied().collect();
        Self { script: Mutex::new(script), seen: Mutex::default() }
    }

    fn seen(&self) -> Vec<WebhookRequest> {
        self.seen.lock().expect("requests").clone()
    }

    /// Kinds and ids of what came.
    fn kinds(&self) -> Vec<String> {
        let kind = |request: &WebhookRequest| {
            let body: serde_json::Value = serde_json::from_str(&request.body).expect("JSON");
            body["type"].as_str().expect("a type").to_owned()
        };
        self.seen().iter().map(kind).collect()
    }
}

#[async_trait]
impl WebhookSender for Receiver {
    async fn send(&self, request: &WebhookRequest) -> WebhookReply {
        self.seen.lock().expect("requests").push(request.clone());
        let mut script = self.script.lock().expect("a script");
        let last = script.len() == 1;
        let next = script.last().copied().expect("an answer");
        if !last {
            script.pop();
        }
        next
    }
}

const OK: WebhookReply = WebhookReply::Answered(204, None);
const DOWN: WebhookReply = WebhookReply::Failed("connection");

/// Everything that is due is sent, until nothing is.
async fn deliver(town: &Town, n: u128, receiver: &Receiver) -> Delivered {
    town.app.queue_webhooks().await.expect("queued");
    let mut sum = Delivered::default();
    loop {
        let done = town.app.deliver_webhook(webhook(n), receiver).await.expect("delivered");
        sum.taken += done.taken;
        sum.failed += done.failed;
        sum.given_up += done.given_up;
        if done.taken == 0 || done.failed > 0 {
            return sum;
        }
    }
}

async fn town() -> Town {
    let town = Town::new(&[]).await;
    for n in 1..=2 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    town.on(date(2026, 3, 2));
    town
}

#[tokio::test]
async fn operators_alone_run_webhooks_and_a_secret_is_shown_once() {
    let town = town().await;
    let app = &town.app;
    for call in [as_member(1), reviewer(), confirmer(), auditor()] {
        let denied = Err(AppError::Denied { action: "run-webhooks" });
        assert_eq!(app.register_webhook(&call, register(1, &[])).await.map(drop), denied.clone());
        assert_eq!(app.webhook_list(&call).await.map(drop), denied.clone());
        assert_eq!(app.webhook_view(&call, webhook(1), None, 9).await.map(drop), denied);
    }
    let mut call = operator();
    call.key = Some("k1".to_owned());
    let made = app.register_webhook(&call, register(1, &[])).await.expect("registered");
    let secret = made.receipt.secret.expect("a secret");
    assert!(secret.starts_with("whsec_") && secret.len() == 50, "{secret}");
    let again = app.register_webhook(&call, register(1, &[])).await.expect("answered");
    assert!(again.replayed && again.receipt.secret.is_none());
    let kept = town.store.answer(operator().caller.actor(), "k1").await.expect("an answer").expect("kept");
    assert!(!kept.receipt.contains("whsec_"), "{}", kept.receipt);
    assert_eq!(code(app.register_webhook(&operator(), register(1, &[])).await), "webhook-id-used");
    let listed = app.webhook_list(&operator()).await.expect("a list");
    assert!(listed[0].endpoint.keys.is_empty() && listed[0].endpoint.seed.is_none(), "no view has secrets");
    for n in 2..=20 {
        app.register_webhook(&operator(), register(n, &[])).await.expect("registered");
    }
    assert_eq!(code(app.register_webhook(&operator(), register(21, &[])).await), "webhook-too-many");
    for wrong in [register(30, &["claim.unheard-of"]), register(30, &["member.registered", "claim.drafted"])]
    {
        assert!(matches!(app.register_webhook(&operator(), wrong).await, Err(AppError::Invalid(_))));
    }
}

#[tokio::test]
async fn events_from_then_on_are_told_in_order_once_and_only_those_that_were_asked_for() {
    let town = town().await;
    let app = &town.app;
    town.files(1, 1, date(2026, 3, 1)).await;
    app.register_webhook(&operator(), register(1, &[])).await.expect("registered");
    app.register_webhook(&operator(), register(2, &["claim.approved"])).await.expect("registered");
    town.approves(1).await;
    town.files(2, 2, date(2026, 3, 1)).await;
    let (all, some) = (Receiver::new(&[OK]), Receiver::new(&[OK]));
    for _ in 0..3 {
        deliver(&town, 1, &all).await;
        deliver(&town, 2, &some).await;
    }
    assert_eq!(all.kinds(), ["claim.taken", "claim.recommended", "claim.approved", "claim.reported"]);
    assert_eq!(some.kinds(), ["claim.approved"]);
    let ids: BTreeSet<String> = all.seen().into_iter().chain(some.seen()).map(|one| one.id).collect();
    assert_eq!(ids.len(), 5, "ids are unique, also between endpoints: {ids:?}");
    let text = all.seen().iter().map(|one| one.body.clone()).collect::<String>();
    for word in ["王小", "malignant", "浙江", "mem_", "example.org"] {
        assert!(!text.contains(word), "{word} in {text}");
    }
    town.check().await.expect("sound");
}

#[tokio::test]
async fn what_fails_is_tried_again_after_growing_waits_holds_up_its_own_thing_only_and_is_given_up_visibly() {
    let town = town().await;
    let app = &town.app;
    town.knows(OPERATOR).await;
    app.register_webhook(&operator(), register(1, &["claim.reported", "claim.taken"]))
        .await
        .expect("registered");
    town.files(1, 1, date(2026, 3, 1)).await;
    town.files(2, 2, date(2026, 3, 1)).await;
    app.take_claim(&reviewer(), huzhu_app::claims::TakeClaim { claim: claim(1) }).await.expect("taken");
    // The first request fails, the one about the other claim is taken, the second about the first claim waits behind it.
    let receiver = Receiver::new(&[DOWN, OK]);
    let done = deliver(&town, 1, &receiver).await;
    assert_eq!((done.taken, done.failed), (1, 1));
    assert_eq!(receiver.kinds(), ["claim.reported", "claim.reported"]);
    let silent = Receiver::new(&[DOWN]);
    let mut waits: Vec<i64> = Vec::new();
    let mut now = app.clock().now();
    let start = now;
    loop {
        let view = app.webhook_view(&operator(), webhook(1), None, 9).await.expect("a view");
        let first = view.deliveries.last().expect("the first request").clone();
        match first.state {
            DeliveryState::Waiting(until) => {
                waits.push(until.duration_since(now).as_secs());
                // A moment too early nothing happens.
                town.at(until - Duration::from_secs(1));
                assert_eq!(deliver(&town, 1, &silent).await, Delivered::default());
                now = until;
                town.at(now);
                deliver(&town, 1, &silent).await;
            }
            DeliveryState::GivenUp(_) => break,
            DeliveryState::Taken(_) => unreachable!("nobody took it"),
        }
    }
    assert!(waits[..4].windows(2).all(|pair| pair[0] < pair[1]), "{waits:?}");
    let hours = now.duration_since(start).as_hours();
    assert!((72..120).contains(&hours), "{hours} hours: {waits:?}");
    let ids: BTreeSet<String> = silent.seen().into_iter().map(|one| one.id).collect();
    assert!(ids.contains(&receiver.seen()[0].id), "always under the same id");
    let told = town.mail(OPERATOR).await;
    assert_eq!(told.iter().filter(|one| *one == "mail-work-webhook-given-up").count(), 1, "{told:?}");
    // Then what waited behind it has its turn, and what was given up can be sent again by hand.
    let back = Receiver::new(&[OK]);
    town.at(now + Duration::from_hours(25));
    deliver(&town, 1, &back).await;
    assert_eq!(back.kinds(), ["claim.taken"]);
    let first = receiver.seen()[0].id.clone();
    app.resend_webhook(&operator(), webhook(1), &first).await.expect("again");
    deliver(&town, 1, &back).await;
    assert_eq!(back.seen()[1].id, first);
    let view = app.webhook_view(&operator(), webhook(1), None, 9).await.expect("a view");
    assert_eq!((view.line.counts.waiting, view.line.counts.given_up), (0, 0));
}

#[tokio::test]
async fn a_receiver_can_ask_for_time_and_for_nothing_more() {
    let town = town().await;
    let app = &town.app;
    app.register_webhook(&operator(), register(1, &[])).await.expect("registered");
    town.files(1, 1, date(2026, 3, 1)).await;
    let busy = Receiver::new(&[WebhookReply::Answered(503, Some(Duration::from_hours(2))), OK]);
    let now = app.clock().now();
    deliver(&town, 1, &busy).await;
    let due =
        async |at: Moment| town.store.deliveries_due(webhook(1), at, 9).await.expect("deliveries").len();
    assert_eq!(due(now + Duration::from_mins(119)).await, 0);
    assert_eq!(due(now + Duration::from_hours(3)).await, 1);
    town.at(now + Duration::from_hours(3));
    let gone = Receiver::new(&[WebhookReply::Answered(410, None)]);
    deliver(&town, 1, &gone).await;
    let state = async || app.webhook_list(&operator()).await.expect("a list")[0].endpoint.state;
    assert_eq!(state().await, EndpointState::Gone);
    town.at(now + Duration::from_hours(99));
    assert_eq!(deliver(&town, 1, &gone).await, Delivered::default(), "it is left alone");
    app.steer_webhook(&operator(), webhook(1), WebhookVerb::Resume).await.expect("resumed");
    let back = Receiver::new(&[OK]);
    assert_eq!(deliver(&town, 1, &back).await.taken, 1, "nothing was lost");
}

#[tokio::test]
async fn what_happens_while_paused_waits_and_a_change_and_a_rotation_hold_at_once() {
    let town = town().await;
    let app = &town.app;
    let made = app.register_webhook(&operator(), register(1, &[])).await.expect("registered");
    app.steer_webhook(&operator(), webhook(1), WebhookVerb::Pause).await.expect("paused");
    town.files(1, 1, date(2026, 3, 1)).await;
    let receiver = Receiver::new(&[OK]);
    assert_eq!(deliver(&town, 1, &receiver).await, Delivered::default());
    let kinds = BTreeSet::new();
    let change = ChangeWebhook { url: "https://example.org/other".to_owned(), kinds };
    app.change_webhook(&operator(), webhook(1), change).await.expect("changed");
    app.steer_webhook(&operator(), webhook(1), WebhookVerb::Resume).await.expect("resumed");
    let rotated = app.rotate_webhook(&operator(), webhook(1)).await.expect("rotated");
    assert_ne!(rotated.receipt.secret, made.receipt.secret);
    deliver(&town, 1, &receiver).await;
    let seen = receiver.seen();
    assert_eq!(seen[0].url, "https://example.org/other");
    assert_eq!(seen[0].signature.split(' ').count(), 2, "both secrets sign");
    town.at(app.clock().now() + Duration::from_hours(24));
    app.test_webhook(&operator(), webhook(1)).await.expect("a test");
    deliver(&town, 1, &receiver).await;
    let seen = receiver.seen();
    assert_eq!(receiver.kinds()[1], "webhook.test");
    assert_eq!(seen[1].signature.split(' ').count(), 1, "the old secret has ended");
    app.remove_webhook(&operator(), webhook(1)).await.expect("removed");
    assert_eq!(app.webhook_list(&operator()).await, Ok(Vec::new()));
    let unknown = app.test_webhook(&operator(), webhook(1)).await;
    assert_eq!(unknown.map(drop), Err(AppError::NotFound("webhook")));
}
