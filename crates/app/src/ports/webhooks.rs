//! What webhooks ask of the store, and of the network.

use std::time::Duration;

use async_trait::async_trait;
use huzhu_domain::id::WebhookId;
use huzhu_domain::time::Moment;

use super::{Position, StoreError};
use crate::webhooks::{Delivery, Endpoint};

/// A change of webhooks, kept with its unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WebhookChange {
    /// An endpoint as it is from now on. Its version is one more than the one that was read, else it is a
    /// [`StoreError::Conflict`]; the position of one that is known stays as it is.
    Endpoint(Box<Endpoint>),
    /// An endpoint is forgotten with its secrets and deliveries.
    Forgotten(WebhookId),
    /// Events up to a position were turned into deliveries; ids that are known are skipped, and a position never goes back.
    Queued {
        /// For which endpoint; nothing is done when there is none.
        endpoint: WebhookId,
        /// The last event that was looked at; `None`: these come from no event.
        until: Option<Position>,
        /// What is to be sent.
        deliveries: Vec<Delivery>,
    },
    /// A delivery as it is from now on; nothing is done when it is not known.
    Tried(Box<Delivery>),
    /// Deliveries that were over before a moment are forgotten.
    Swept(Moment),
}

/// How many deliveries of an endpoint stand how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct DeliveryCounts {
    /// To be sent.
    pub waiting: u64,
    /// Taken by the receiver.
    pub taken: u64,
    /// Given up.
    pub given_up: u64,
}

/// The part of the store that keeps webhooks.
#[async_trait]
pub trait WebhookStore: Send + Sync {
    /// All endpoints, by id.
    async fn webhooks(&self) -> Result<Vec<Endpoint>, StoreError>;
    /// One endpoint.
    async fn webhook(&self, id: WebhookId) -> Result<Option<Endpoint>, StoreError>;
    /// Deliveries of an endpoint before a place (position and id; `None`: from the end), newest first.
    async fn deliveries(
        &self,
        endpoint: WebhookId,
        before: Option<(Position, String)>,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError>;
    /// One delivery.
    async fn delivery(&self, endpoint: WebhookId, id: &str) -> Result<Option<Delivery>, StoreError>;
    /// Deliveries of an endpoint that are due, in the order of their events. One that waits for its time holds up the later ones
    /// about the same thing.
    async fn deliveries_due(
        &self,
        endpoint: WebhookId,
        now: Moment,
        limit: u32,
    ) -> Result<Vec<Delivery>, StoreError>;
    /// How deliveries of an endpoint stand.
    async fn delivery_counts(&self, endpoint: WebhookId) -> Result<DeliveryCounts, StoreError>;
}

/// A request that is ready to be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookRequest {
    /// The address.
    pub url: String,
    /// Value of `webhook-id`.
    pub id: String,
    /// Value of `webhook-timestamp`: seconds since 1970.
    pub timestamp: i64,
    /// Value of `webhook-signature`.
    pub signature: String,
    /// The body, JSON.
    pub body: String,
}

/// What came back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WebhookReply {
    /// An answer with this status, and for how long the receiver wants to be left alone.
    Answered(u16, Option<Duration>),
    /// No answer; a word for why, without address or words of others.
    Failed(&'static str),
}

/// Sends requests to webhooks.
#[async_trait]
pub trait WebhookSender: Send + Sync {
    /// Sends a request once, follows no redirection, and waits for the status only. At least once: a lost answer leaves open
    /// whether it arrived.
    async fn send(&self, request: &WebhookRequest) -> WebhookReply;
}
