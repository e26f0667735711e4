//! Identity and credit providers: JSON over HTTPS, each message signed both ways. The format is in `docs/providers.md`.
//!
//! Shape: [`HttpIdentity`] and [`HttpCredit`] say what is asked and what an answer means; the client below them does the rest:
//! signature, time limits, repeats, circuit breaker, size limits. Its parts that decide (`backoff`, `circuit`,
//! `signature`) are pure and tested by tables; `tests` lets a server on loopback misbehave.
//!
//! Guarantees: an answer is believed only when it is signed over this very request. Whatever else comes back, or nothing,
//! ends within the time budget in a [`ProviderError`], so that joining is refused with "try again".
//! Neither errors nor logs hold personal data.
//!
//! Limits: one key per provider; proxies of the environment are not used, so that personal data goes where the
//! configuration says and nowhere else.

mod backoff;
mod circuit;
mod client;
mod config;
mod demo;
mod fault;
mod signature;
#[cfg(test)]
mod stub;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use async_trait::async_trait;
use huzhu_app::person::Person;
use huzhu_app::ports::{Clock, CreditProvider, Entropy, IdentityProvider, ProviderError};
use huzhu_domain::claim::Sex;
use serde::{Deserialize, Serialize};

use client::Client;
use fault::Fault;

pub use circuit::CircuitLimits;
pub use config::{ConfigError, ProviderConfig, ProviderLimits, SharedKey};
pub use demo::DemoRegister;

/// What an identity provider is asked.
#[derive(Serialize)]
struct ConfirmRequest<'a> {
    name: &'a str,
    identity_number: &'a str,
    birth: String,
    sex: Option<&'static str>,
}

/// What a credit provider is asked: no more than it needs.
#[derive(Serialize)]
struct ScoreRequest<'a> {
    name: &'a str,
    identity_number: &'a str,
}

/// What either answers. Unknown fields are an error: a provider that speaks another version is not guessed at.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Answer {
    status: String,
    score: Option<u32>,
}

impl Answer {
    fn read(body: &[u8]) -> Result<Self, Fault> {
        serde_json::from_slice(body).map_err(|_| Fault::Malformed)
    }
}

/// An identity provider behind HTTPS.
#[derive(Debug)]
pub struct HttpIdentity(Client);

impl HttpIdentity {
    /// An adapter that asks nobody yet.
    ///
    /// # Errors
    /// When the TLS library cannot be set up (no certificates of authorities on this machine, say).
    pub fn new(
        config: ProviderConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, ConfigError> {
        Client::new("identity", config, clock, entropy).map(Self)
    }
}

#[async_trait]
impl IdentityProvider for HttpIdentity {
    async fn confirm(&self, person: &Person) -> Result<bool, ProviderError> {
        let request = ConfirmRequest {
            name: &person.name,
            identity_number: &person.identity_number,
            birth: person.birth.to_string(),
            sex: person.sex.map(|sex| match sex {
                Sex::Female => "female",
                Sex::Male => "male",
            }),
        };
        self.0.ask("v1/identity/confirm", &request, read_confirmation).await
    }
}

fn read_confirmation(body: &[u8]) -> Result<bool, Fault> {
    let answer = Answer::read(body)?;
    match (answer.status.as_str(), answer.score) {
        ("confirmed", None) => Ok(true),
        ("not_confirmed", None) => Ok(false),
        _ => Err(Fault::UnknownAnswer),
    }
}

/// A credit provider behind HTTPS.
#[derive(Debug)]
pub struct HttpCredit(Client);

impl HttpCredit {
    /// An adapter that asks nobody yet.
    ///
    /// # Errors
    /// As [`HttpIdentity::new`].
    pub fn new(
        config: ProviderConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, ConfigError> {
        Client::new("credit", config, clock, entropy).map(Self)
    }
}

#[async_trait]
impl CreditProvider for HttpCredit {
    /// A person of whom the provider has no record has the score 0: a plan that asks for a minimum refuses them, which
    /// asking again would not change.
    async fn score(&self, person: &Person) -> Result<u32, ProviderError> {
        let request = ScoreRequest { name: &person.name, identity_number: &person.identity_number };
        self.0.ask("v1/credit/score", &request, read_score).await
    }
}

fn read_score(body: &[u8]) -> Result<u32, Fault> {
    let answer = Answer::read(body)?;
    match (answer.status.as_str(), answer.score) {
        ("scored", Some(score)) => Ok(score),
        ("no_record", None) => Ok(0),
        _ => Err(Fault::UnknownAnswer),
    }
}
