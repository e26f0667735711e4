//! What operators see of webhooks. Secrets are not among it.

use huzhu_domain::id::WebhookId;
use huzhu_domain::time::Moment;

use super::record::{Delivery, Endpoint};
use super::signature::public_key;
use crate::App;
use crate::call::Call;
use crate::error::AppError;
use crate::permission::Action;
use crate::ports::{DeliveryCounts, Position};

/// Deliveries on one page at most.
const PAGE_MAX: u32 = 200;

/// An endpoint in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookLine {
    /// The endpoint, without its secrets.
    pub endpoint: Endpoint,
    /// The public key that requests are signed for, if they are.
    pub public_key: Option<String>,
    /// Until when an old secret signs beside the new one.
    pub overlap: Option<Moment>,
    /// How its deliveries stand.
    pub counts: DeliveryCounts,
}

/// An endpoint with a page of its deliveries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookView {
    /// The endpoint.
    pub line: WebhookLine,
    /// Newest first.
    pub deliveries: Vec<Delivery>,
    /// Where the next page begins.
    pub next: Option<(Position, String)>,
}

impl App {
    /// All endpoints.
    pub async fn webhook_list(&self, call: &Call) -> Result<Vec<WebhookLine>, AppError> {
        self.authorise(call, Action::RunWebhooks, self.clock.now()).await?;
        let mut lines = Vec::new();
        for endpoint in self.store.webhooks().await? {
            lines.push(self.webhook_line(endpoint).await?);
        }
        Ok(lines)
    }

    /// One endpoint with its deliveries before a place.
    pub async fn webhook_view(
        &self,
        call: &Call,
        id: WebhookId,
        before: Option<(Position, String)>,
        limit: u32,
    ) -> Result<WebhookView, AppError> {
        self.authorise(call, Action::RunWebhooks, self.clock.now()).await?;
        let endpoint = self.store.webhook(id).await?.ok_or(AppError::NotFound("webhook"))?;
        let line = self.webhook_line(endpoint).await?;
        let limit = limit.clamp(1, PAGE_MAX);
        let mut deliveries = self.store.deliveries(id, before, limit.saturating_add(1)).await?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = deliveries.len() > wanted;
        deliveries.truncate(wanted);
        let next = deliveries.last().filter(|_| more).map(|last| (last.position, last.id.clone()));
        Ok(WebhookView { line, deliveries, next })
    }

    async fn webhook_line(&self, endpoint: Endpoint) -> Result<WebhookLine, AppError> {
        let now = self.clock.now();
        let counts = self.store.delivery_counts(endpoint.id).await?;
        let overlap = endpoint.keys.iter().filter_map(|key| key.until).filter(|until| now < *until).max();
        let public_key = endpoint.seed.as_ref().map(public_key);
        Ok(WebhookLine {
            endpoint: Endpoint { keys: Vec::new(), seed: None, ..endpoint },
            public_key,
            overlap,
            counts,
        })
    }
}
