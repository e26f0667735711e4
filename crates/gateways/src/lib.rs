//! The world outside: clock, ids, identity and credit providers, mail, randomness of draws, looks of pictures.
//!
//! Shape: each module holds the adapters of one port of `huzhu-app`. Nothing here knows a rule of mutual aid.
//!
//! Guarantees: a provider or mail server that is slow, wrong or hostile costs bounded time and memory and ends in a
//! [`ProviderError`](huzhu_app::ports::ProviderError), never in an invented answer; neither errors nor logs hold
//! personal data.

pub mod clock;
pub mod entropy;
mod loopback;
pub mod mail;
pub mod outbox;
pub mod picture;
pub mod provider;
pub mod published;
pub mod randomness;
pub mod timestamp;
pub mod webhook;
pub mod witness;
