//! Webhooks in memory.

use std::collections::BTreeSet;

use async_trait::async_trait;
use huzhu_app::ports::{DeliveryCounts, Position, StoreError, WebhookChange, WebhookStore};
use huzhu_app::webhooks::{Delivery, DeliveryState, Endpoint};
use huzhu_domain::id::WebhookId;
use huzhu_domain::time::Moment;

use super::{MemoryStore, Tables, limit};

const fn waits(delivery: &Delivery) -> bool {
    matches!(delivery.state, DeliveryState::Waiting(_))
}

impl Tables {
    pub(super) fn change_webhooks(&mut self, change: WebhookChange) -> Result<(), StoreError> {
        match change {
            WebhookChange::Endpoint(endpoint) => self.put_webhook(*endpoint)?,
            WebhookChange::Forgotten(id) => {
                self.webhooks.remove(&id);
                let gone = self.deliveries.rows.keys().filter(|(of, _)| *of == id);
                for key in gone.cloned().collect::<Vec<_>>() {
                    self.deliveries.remove(&key);
                }
            }
            WebhookChange::Queued { endpoint, until, deliveries } => {
                let Some(known) = self.webhooks.get(&endpoint).cloned() else { return Ok(()) };
                for delivery in deliveries {
                    let key = (delivery.endpoint, delivery.id.clone());
                    if self.deliveries.get(&key).is_none() {
                        self.deliveries.insert(key, delivery);
                    }
                }
                let position = until.unwrap_or(known.position).max(known.position);
                self.webhooks.insert(endpoint, Endpoint { position, ..known });
            }
            WebhookChange::Tried(delivery) => {
                let key = (delivery.endpoint, delivery.id.clone());
                if let Some(known) = self.deliveries.get(&key).cloned() {
                    let Delivery { state, attempts, .. } = *delivery;
                    self.deliveries.insert(key, Delivery { state, attempts, ..known });
                }
            }
            WebhookChange::Swept(before) => {
                let rows = self.deliveries.rows.iter();
                let over = rows.filter(|(_, row)| !waits(row) && row.state.moment() < before);
                for key in over.map(|(key, _)| key.clone()).collect::<Vec<_>>() {
                    self.deliveries.remove(&key);
                }
            }
        }
        Ok(())
    }

    fn put_webhook(&mut self, endpoint: Endpoint) -> Result<(), StoreError> {
        let known = self.webhooks.get(&endpoint.id);
        if known.map_or(0, |known| known.version) + 1 != endpoint.version {
            return Err(StoreError::Conflict(endpoint.id.to_string()));
        }
        let (position, created, by) = known
            .map_or((endpoint.position, endpoint.created, endpoint.created_by), |known| {
                (known.position, known.created, known.created_by)
            });
        self.webhooks.insert(endpoint.id, Endpoint { position, created, created_by: by, ..endpoint });
        Ok(())
    }

    fn deliveries_of(&self, webhook: WebhookId) -> Vec<Delivery> {
        let rows = self.deliveries.rows.values().filter(|row| row.endpoint == webhook);
        let mut rows: Vec<Delivery> = rows.cloned().collect();
        rows.sort_by(|a, b| (a.position, &a.id).cmp(&(b.position, &b.id)));
        rows
    }
}

#[async_trait]
impl WebhookStore for MemoryStore {
    async fn webhooks(&self) -> Result<Vec<Endpoint>, StoreError> {
        Ok(self.tables().webhooks.rows.values().cloned().collect())
    }

    async fn webhook(&self, id: WebhookId) -> Result<Option<Endpoint>, StoreError> {
        Ok(self.tables().webhooks.get(&id).cloned())
    }

    async fn deliveries(
        &self,
        webhook: WebhookId,
        before: Option<(Position, String)>,
        most: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut rows = self.tables().deliveries_of(webhook);
        rows.reverse();
        rows.retain(|row| {
            before.as_ref().is_none_or(|before| (row.position, &row.id) < (before.0, &before.1))
        });
        rows.truncate(limit(most));
        Ok(rows)
    }

    async fn delivery(&self, webhook: WebhookId, id: &str) -> Result<Option<Delivery>, StoreError> {
        Ok(self.tables().deliveries.get(&(webhook, id.to_owned())).cloned())
    }

    async fn deliveries_due(
        &self,
        webhook: WebhookId,
        now: Moment,
        most: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        let mut held_up = BTreeSet::new();
        let mut due = Vec::new();
        for row in self.tables().deliveries_of(webhook).into_iter().filter(waits) {
            if row.state.moment() > now {
                held_up.insert(row.about);
            } else if !held_up.contains(&row.about) {
                due.push(row);
            }
        }
        due.truncate(limit(most));
        Ok(due)
    }

    async fn delivery_counts(&self, webhook: WebhookId) -> Result<DeliveryCounts, StoreError> {
        let mut counts = DeliveryCounts::default();
        for row in self.tables().deliveries_of(webhook) {
            match row.state {
                DeliveryState::Waiting(_) => counts.waiting += 1,
                DeliveryState::Taken(_) => counts.taken += 1,
                DeliveryState::GivenUp(_) => counts.given_up += 1,
            }
        }
        Ok(counts)
    }
}
