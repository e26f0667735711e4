//! Values of webhooks: endpoints, their keys, deliveries.

use std::collections::BTreeSet;

use huzhu_domain::id::{MemberId, WebhookId};
use huzhu_domain::time::Moment;
use serde::{Deserialize, Serialize};

use crate::ports::Position;

/// 32 secret bytes. Stores encrypt them before they touch a disk.
#[derive(Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct WebhookSecret(pub [u8; 32]);

impl std::fmt::Debug for WebhookSecret {
    /// Shows nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebhookSecret")
    }
}

/// A secret that requests are signed with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SigningKey {
    /// The secret.
    pub secret: WebhookSecret,
    /// Until when requests are signed with it; `None`: until it is replaced.
    pub until: Option<Moment>,
}

/// Whether an endpoint is sent anything.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EndpointState {
    /// Deliveries are made.
    Active,
    /// Deliveries wait, none is lost.
    Paused,
    /// The receiver answered 410: it wants no more. Deliveries wait as if paused.
    Gone,
}

impl EndpointState {
    /// All states.
    pub const ALL: [Self; 3] = [Self::Active, Self::Paused, Self::Gone];

    /// The stable word in JSON and stores.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Paused => "paused",
            Self::Gone => "gone",
        }
    }

    /// The state that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }
}

/// Where requests go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its id.
    pub id: WebhookId,
    /// Counted up with each change; tells two changes at once apart.
    pub version: u64,
    /// The address.
    pub url: String,
    /// Kinds of events that are told; empty: all.
    pub kinds: BTreeSet<String>,
    /// Whether it is sent anything.
    pub state: EndpointState,
    /// Secrets, newest first.
    pub keys: Vec<SigningKey>,
    /// Seed of the Ed25519 key that requests are signed with too.
    pub seed: Option<WebhookSecret>,
    /// Events up to here were turned into deliveries. Changes of the endpoint leave it alone.
    pub position: Position,
    /// When it was registered.
    pub created: Moment,
    /// By whom.
    pub created_by: MemberId,
    /// When it was last changed.
    pub changed: Moment,
    /// By whom; `None`: by the platform, since the receiver wants no more.
    pub changed_by: Option<MemberId>,
}

/// How a delivery stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// It is sent from then on.
    Waiting(Moment),
    /// The receiver took it.
    Taken(Moment),
    /// It was tried as often as it is tried.
    GivenUp(Moment),
}

impl DeliveryState {
    /// The stable word in JSON and stores.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting(_) => "waiting",
            Self::Taken(_) => "taken",
            Self::GivenUp(_) => "given-up",
        }
    }

    /// The moment that belongs to it.
    pub const fn moment(self) -> Moment {
        match self {
            Self::Waiting(at) | Self::Taken(at) | Self::GivenUp(at) => at,
        }
    }

    /// The state of a word and its moment.
    pub fn from_word(word: &str, at: Moment) -> Option<Self> {
        [Self::Waiting(at), Self::Taken(at), Self::GivenUp(at)].into_iter().find(|state| state.word() == word)
    }
}

/// One try.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attempt {
    /// When.
    pub at: Moment,
    /// The status of the answer; `None` when there was none.
    pub status: Option<u16>,
    /// Word for what went wrong; empty when it was taken.
    pub why: String,
}

/// One request to one endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// To which endpoint.
    pub endpoint: WebhookId,
    /// The id that the receiver sees in `webhook-id`; unique within the endpoint.
    pub id: String,
    /// Place of its event in the order of all events; that of the newest event for a test.
    pub position: Position,
    /// The thing it is about; deliveries about one thing are made in their order.
    pub about: String,
    /// Kind of the event.
    pub kind: String,
    /// The body, as it is signed and sent.
    pub body: String,
    /// When the event happened.
    pub at: Moment,
    /// How it stands.
    pub state: DeliveryState,
    /// Tries so far, oldest first.
    pub attempts: Vec<Attempt>,
}
