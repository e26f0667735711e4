//! Webhooks: programs of others hear of events as signed requests, in the manner of Standard Webhooks 1.0.0.
//!
//! Shape: operators register endpoints (`register`); a worker turns events into deliveries (`queue`) and sends them
//! (`deliver`) through the port [`crate::ports::WebhookSender`]; [`outgoing()`] alone says which events are told and what is
//! said. Requests are signed in `signature`.
//!
//! Guarantees: the place in the order of all events is where an endpoint goes on, and the id of a request follows from it: a
//! process that dies loses nothing and tells nothing twice under two ids. Deliveries about one thing are made in their order.
//! Bodies hold ids, words and days, never anything personal.
//!
//! Limits: at least once: a lost answer brings the same request with the same id again.

mod deliver;
mod look;
mod outgoing;
mod queue;
mod record;
mod register;
mod signature;

pub use deliver::Delivered;
pub use look::{WebhookLine, WebhookView};
pub use outgoing::{KINDS, Outgoing, outgoing};
pub use queue::Queued;
pub use record::{Attempt, Delivery, DeliveryState, Endpoint, EndpointState, SigningKey, WebhookSecret};
pub use register::{ChangeWebhook, RegisterWebhook, Registered, WebhookVerb};
pub use signature::{public_key, secret_text, signatures};
