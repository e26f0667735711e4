//! Webhooks: endpoints with their secrets, deliveries in their order.

use std::sync::Arc;

use huzhu_app::ports::{Actor, DeliveryCounts, Position, Store, StoreError, Unit, WebhookChange};
use huzhu_app::webhooks::{
    Attempt, Delivery, DeliveryState, Endpoint, EndpointState, SigningKey, WebhookSecret,
};
use huzhu_domain::id::WebhookId;

use super::fixture::{at, member, uuid};

const fn webhook(n: u64) -> WebhookId {
    WebhookId::from_uuid(uuid(n))
}

fn endpoint(n: u64) -> Endpoint {
    Endpoint {
        id: webhook(n),
        version: 1,
        url: format!("https://example.org/{n}"),
        kinds: ["claim.paid", "plan.published"].map(str::to_owned).into(),
        state: EndpointState::Active,
        keys: vec![
            SigningKey { secret: WebhookSecret([7; 32]), until: None },
            SigningKey { secret: WebhookSecret([8; 32]), until: Some(at(90)) },
        ],
        seed: Some(WebhookSecret([9; 32])),
        position: Position(3),
        created: at(1),
        created_by: member(1),
        changed: at(2),
        changed_by: Some(member(2)),
    }
}

fn delivery(n: u64, position: u64, about: &str) -> Delivery {
    Delivery {
        endpoint: webhook(n),
        id: format!("evt_{position}"),
        position: Position(position),
        about: about.to_owned(),
        kind: "claim.paid".to_owned(),
        body: "{\"type\":\"claim.paid\"}".to_owned(),
        at: at(position),
        state: DeliveryState::Waiting(at(position)),
        attempts: Vec::new(),
    }
}

async fn change(store: &Arc<dyn Store>, changes: Vec<WebhookChange>) -> Result<Position, StoreError> {
    store.commit(Unit { webhooks: changes, ..Unit::new(at(1), Actor::System) }).await
}

fn put(endpoint: &Endpoint) -> WebhookChange {
    WebhookChange::Endpoint(Box::new(endpoint.clone()))
}

fn queued(n: u64, until: Option<u64>, deliveries: &[Delivery]) -> WebhookChange {
    WebhookChange::Queued {
        endpoint: webhook(n),
        until: until.map(Position),
        deliveries: deliveries.to_vec(),
    }
}

pub(super) async fn endpoints_are_changed_by_one_at_a_time_and_keep_their_place(store: &Arc<dyn Store>) {
    assert_eq!(store.webhooks().await, Ok(Vec::new()));
    let bare = Endpoint { kinds: [].into(), keys: Vec::new(), seed: None, changed_by: None, ..endpoint(2) };
    change(store, vec![put(&bare), put(&endpoint(1))]).await.expect("kept");
    assert_eq!(store.webhooks().await, Ok(vec![endpoint(1), bare.clone()]), "by id");
    assert_eq!(store.webhook(webhook(1)).await, Ok(Some(endpoint(1))));
    assert_eq!(store.webhook(webhook(3)).await, Ok(None));
    change(store, vec![queued(1, Some(9), &[])]).await.expect("kept");
    change(store, vec![queued(1, Some(5), &[]), queued(3, Some(5), &[])]).await.expect("kept");
    let moved = Endpoint { position: Position(9), ..endpoint(1) };
    assert_eq!(store.webhook(webhook(1)).await, Ok(Some(moved.clone())), "it never goes back");
    let paused = Endpoint { version: 2, state: EndpointState::Paused, keys: Vec::new(), ..endpoint(1) };
    change(store, vec![put(&paused)]).await.expect("kept");
    let expected = Endpoint { position: Position(9), ..paused.clone() };
    assert_eq!(
        store.webhook(webhook(1)).await,
        Ok(Some(expected.clone())),
        "a change leaves the place alone"
    );
    for version in [1, 2, 4] {
        let other = Endpoint { version, state: EndpointState::Gone, ..endpoint(1) };
        let heard = change(store, vec![put(&other)]).await;
        assert!(matches!(heard, Err(StoreError::Conflict(_))), "{version}: {heard:?}");
    }
    assert_eq!(store.webhook(webhook(1)).await, Ok(Some(expected)));
    change(store, vec![WebhookChange::Forgotten(webhook(1)), WebhookChange::Forgotten(webhook(7))])
        .await
        .expect("kept");
    assert_eq!(store.webhooks().await, Ok(vec![bare]));
}

pub(super) async fn deliveries_wait_in_the_order_of_each_thing(store: &Arc<dyn Store>) {
    change(store, vec![put(&endpoint(1)), put(&endpoint(2))]).await.expect("kept");
    let first = [delivery(1, 10, "a"), delivery(1, 11, "b"), delivery(1, 12, "a"), delivery(1, 13, "c")];
    change(store, vec![queued(1, Some(13), &first), queued(2, None, &[delivery(2, 10, "a")])])
        .await
        .expect("kept");
    // The same events again, as after a lost reply; and for an endpoint that is not there.
    change(store, vec![queued(1, Some(13), &first), queued(9, None, &[delivery(9, 1, "a")])])
        .await
        .expect("kept");
    let due = async |now, limit| {
        let due = store.deliveries_due(webhook(1), at(now), limit).await.expect("deliveries");
        due.iter().map(|one| one.position.0).collect::<Vec<_>>()
    };
    assert_eq!(due(50, 9).await, [10, 11, 12, 13]);
    assert_eq!(due(50, 2).await, [10, 11]);
    assert_eq!(due(11, 9).await, [10, 11], "not before its time");
    let state = async |position: usize, state| {
        let attempts = vec![Attempt { at: at(60), status: Some(500), why: "status".to_owned() }];
        let tried = Delivery { state, attempts, ..first[position].clone() };
        change(store, vec![WebhookChange::Tried(Box::new(tried.clone()))]).await.expect("kept");
        tried
    };
    let later = state(0, DeliveryState::Waiting(at(100))).await;
    assert_eq!(due(50, 9).await, [11, 13], "what failed holds up its own thing only");
    assert_eq!(due(100, 9).await, [10, 11, 12, 13]);
    assert_eq!(store.delivery(webhook(1), "evt_10").await, Ok(Some(later)));
    assert_eq!(store.delivery(webhook(1), "evt_77").await, Ok(None));
    let taken = state(0, DeliveryState::Taken(at(70))).await;
    let given_up = state(1, DeliveryState::GivenUp(at(80))).await;
    assert_eq!(due(50, 9).await, [12, 13]);
    let counts = DeliveryCounts { waiting: 2, taken: 1, given_up: 1 };
    assert_eq!(store.delivery_counts(webhook(1)).await, Ok(counts));
    let newest = async |before, limit| store.deliveries(webhook(1), before, limit).await.expect("deliveries");
    let all = [first[3].clone(), first[2].clone(), given_up, taken];
    assert_eq!(newest(None, 9).await, all);
    assert_eq!(newest(Some((Position(12), "evt_12".to_owned())), 1).await, all[2..3]);
    change(store, vec![WebhookChange::Swept(at(80))]).await.expect("kept");
    assert_eq!(newest(None, 9).await, all[..3], "only what was over before");
    assert_eq!(store.delivery_counts(webhook(2)).await.map(|counts| counts.waiting), Ok(1));
    change(store, vec![WebhookChange::Forgotten(webhook(1))]).await.expect("kept");
    assert_eq!(newest(None, 9).await, []);
    assert_eq!(store.delivery_counts(webhook(2)).await.map(|counts| counts.waiting), Ok(1));
}
