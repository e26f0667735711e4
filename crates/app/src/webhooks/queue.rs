//! From events to deliveries.

use std::collections::BTreeSet;

use huzhu_domain::id::WebhookId;

use super::outgoing::outgoing;
use super::record::{Delivery, DeliveryState, Endpoint};
use crate::App;
use crate::error::AppError;
use crate::ports::{Actor, Position, Recorded, Unit, WebhookChange};

/// Events looked at in one round: bounds memory.
const ROUND: u32 = 1_000;
/// Days for which deliveries that are over can be looked up and sent again.
const KEPT_DAYS: i64 = 30;

/// What a round has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Queued {
    /// Deliveries that were written, or were there already.
    pub deliveries: u64,
    /// There may be more events.
    pub more: bool,
}

impl App {
    /// Turns the next events of each endpoint into deliveries. For the worker; may be called again whatever happened.
    pub async fn queue_webhooks(&self) -> Result<Queued, AppError> {
        let mut done = Queued::default();
        for endpoint in self.store.webhooks().await? {
            let events = self.store.events(endpoint.position, ROUND).await?;
            let Some(last) = events.last() else { continue };
            done.more |= u32::try_from(events.len()).is_ok_and(|events| events >= ROUND);
            let until = Some(last.position);
            let deliveries: Vec<Delivery> =
                events.iter().filter_map(|event| delivery(&endpoint, event)).collect();
            done.deliveries =
                done.deliveries.saturating_add(u64::try_from(deliveries.len()).unwrap_or(u64::MAX));
            let mut unit = Unit::new(self.clock.now(), Actor::System);
            unit.webhooks.push(WebhookChange::Queued { endpoint: endpoint.id, until, deliveries });
            // Before this line the endpoint stands where it stood; after it behind these events. Either way each event has
            // one delivery, since its id follows from its place.
            self.store.commit(unit).await?;
        }
        Ok(done)
    }

    /// Forgets deliveries that were over long ago. For the worker.
    pub async fn sweep_webhooks(&self) -> Result<(), AppError> {
        let now = self.clock.now();
        let Ok(before) = now.checked_sub(jiff::SignedDuration::from_hours(KEPT_DAYS * 24)) else {
            return Ok(());
        };
        let mut unit = Unit::new(now, Actor::System);
        unit.webhooks.push(WebhookChange::Swept(before));
        self.store.commit(unit).await?;
        Ok(())
    }

    /// Place of the newest event.
    pub(super) async fn newest_position(&self) -> Result<Position, AppError> {
        let newest = self.store.newest_events(None, 1).await?;
        Ok(newest.first().map_or(Position(0), |newest| newest.position))
    }
}

/// Whether an endpoint is told of a kind.
pub(super) fn wants(kinds: &BTreeSet<String>, kind: &str) -> bool {
    kinds.is_empty() || kinds.contains(kind)
}

fn delivery(endpoint: &Endpoint, event: &Recorded) -> Option<Delivery> {
    let told = outgoing(event).filter(|told| wants(&endpoint.kinds, told.kind))?;
    Some(Delivery {
        endpoint: endpoint.id,
        id: event_id(endpoint.id, event.position),
        position: event.position,
        about: event.stream.to_string(),
        kind: told.kind.to_owned(),
        body: told.body,
        at: event.at,
        state: DeliveryState::Waiting(event.at),
        attempts: Vec::new(),
    })
}

/// The id of the request about an event. It names the endpoint too, so that two endpoints behind one address are told apart.
fn event_id(endpoint: WebhookId, position: Position) -> String {
    format!("evt_{}_{}", endpoint.uuid().simple(), position.0)
}
