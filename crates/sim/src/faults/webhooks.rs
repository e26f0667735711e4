//! Webhooks of a store that fails on purpose: reads pass through.

use async_trait::async_trait;
use huzhu_app::ports::{DeliveryCounts, Position, Store, StoreError, WebhookStore};
use huzhu_app::webhooks::{Delivery, Endpoint};
use huzhu_domain::id::WebhookId;
use huzhu_domain::time::Moment;

use super::FaultyStore;

#[async_trait]
impl<S: Store> WebhookStore for FaultyStore<S> {
    async fn webhooks(&self) -> Result<Vec<Endpoint>, StoreError> {
        self.inner.webhooks().await
    }
    async fn webhook(&self, id: WebhookId) -> Result<Option<Endpoint>, StoreError> {
        self.inner.webhook(id).await
    }
    async fn deliveries(
        &self,
        webhook: WebhookId,
        before: Option<(Position, String)>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.inner.deliveries(webhook, before, limit).await
    }
    async fn delivery(&self, webhook: WebhookId, id: &str) -> Result<Option<Delivery>, StoreError> {
        self.inner.delivery(webhook, id).await
    }
    async fn deliveries_due(
        &self,
        webhook: WebhookId,
        now: Moment,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError> {
        self.inner.deliveries_due(webhook, now, limit).await
    }
    async fn delivery_counts(&self, webhook: WebhookId) -> Result<DeliveryCounts, StoreError> {
        self.inner.delivery_counts(webhook).await
    }
}
