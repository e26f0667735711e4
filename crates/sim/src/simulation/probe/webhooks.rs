//! Webhooks behind the probe.

use async_trait::async_trait;
use huzhu_app::ports::{DeliveryCounts, Position, StoreError, WebhookStore};
use huzhu_app::webhooks::{Delivery, Endpoint};
use huzhu_domain::id::WebhookId;
use huzhu_domain::time::Moment;

use super::Probe;

#[async_trait]
impl WebhookStore for Probe {
    async fn webhooks(&self) -> Result<Vec<Endpoint>, StoreError> {
        self.pause(true).await?;
        self.store.webhooks().await
    }
    async fn webhook(&self, id: WebhookId) -> Result<Option<Endpoint>, StoreError> {
        self.pause(true).await?;
        self.store.webhook(id).await
    }
    async fn deliveries(
        &self,
        webhook: WebhookId,
        before: Option<(Position, String)>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.pause(true).await?;
        self.store.deliveries(webhook, before, limit).await
    }
    async fn delivery(&self, webhook: WebhookId, id: &str) -> Result<Option<Delivery>, StoreError> {
        self.pause(true).await?;
        self.store.delivery(webhook, id).await
    }
    async fn deliveries_due(
        &self,
        webhook: WebhookId,
        now: Moment,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.pause(true).await?;
        self.store.deliveries_due(webhook, now, limit).await
    }
    async fn delivery_counts(&self, webhook: WebhookId) -> Result<DeliveryCounts, StoreError> {
        self.pause(true).await?;
        self.store.delivery_counts(webhook).await
    }
}
