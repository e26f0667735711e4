//! One signed call to one provider, with everything that can go wrong on the way.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use huzhu_app::ports::{Clock, Entropy, ProviderError};
use huzhu_domain::digest::Digest;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use reqwest::{Response, Url};
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout_at};
use zeroize::Zeroizing;

use super::backoff::Backoff;
use super::circuit::Circuit;
use super::config::{ConfigError, ProviderConfig};
use super::fault::Fault;
use super::signature::{AnswerLines, RequestLines};

/// Header with the id of the key.
pub(crate) const KEY: &str = "huzhu-key";
/// Header with seconds since 1970.
pub(crate) const TIMESTAMP: &str = "huzhu-timestamp";
/// Header with the nonce of the request.
pub(crate) const NONCE: &str = "huzhu-nonce";
/// Header with the signature.
pub(crate) const SIGNATURE: &str = "huzhu-signature";

/// Asks one provider.
pub(crate) struct Client {
    provider: &'static str,
    config: ProviderConfig,
    http: reqwest::Client,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    circuit: Mutex<Circuit>,
    places: Semaphore,
}

impl std::fmt::Debug for Client {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Client({}, {:?})", self.provider, self.config)
    }
}

impl Client {
    pub(crate) fn new(
        provider: &'static str,
        config: ProviderConfig,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, ConfigError> {
        // Mail has set it already when this fails: both use ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder()
            .connect_timeout(config.limits.connect)
            .redirect(reqwest::redirect::Policy::none())
            // A proxy of the environment would see whom we ask about, and could be set by accident.
            .no_proxy()
            .referer(false);
        let builder = if config.is_plain() {
            // Nothing to verify on loopback, so a machine without certificates of authorities will do.
            builder.tls_certs_only([])
        } else {
            builder.https_only(true)
        };
        let http = builder.build().map_err(|error| ConfigError::Client(error.without_url().to_string()))?;
        Ok(Self {
            provider,
            circuit: Mutex::new(Circuit::new(config.limits.circuit)),
            places: Semaphore::new(config.limits.at_once),
            config,
            http,
            clock,
            entropy,
        })
    }

    /// Asks `question` at `path` and lets `read` understand the answer. Repeatable; the provider sees several requests
    /// when the first brought no answer.
    pub(crate) async fn ask<T>(
        &self,
        path: &str,
        question: &impl Serialize,
        read: impl Fn(&[u8]) -> Result<T, Fault> + Sync,
    ) -> Result<T, ProviderError> {
        let deadline = Instant::now() + self.config.limits.budget;
        let answer = self.ask_until(path, question, read, deadline).await;
        answer.map_err(|fault| {
            tracing::warn!(provider = self.provider, %fault, "no answer");
            ProviderError { provider: self.provider, why: fault.to_string() }
        })
    }

    async fn ask_until<T>(
        &self,
        path: &str,
        question: &impl Serialize,
        read: impl Fn(&[u8]) -> Result<T, Fault> + Sync,
        deadline: Instant,
    ) -> Result<T, Fault> {
        let address = self.config.address(path).map_err(|_| Fault::Unwritable)?;
        let body = Zeroizing::new(serde_json::to_vec(question).map_err(|_| Fault::Unwritable)?);
        // A call that has no time left for a whole attempt is not begun: it would fail and be held against the provider.
        let last_start = deadline.checked_sub(self.config.limits.attempt).unwrap_or_else(Instant::now);
        let place = timeout_at(last_start, self.places.acquire()).await;
        let _place = place.map_err(|_| Fault::Busy)?.map_err(|_| Fault::Busy)?;
        let trial = Trial::begin(self)?;
        let attempts = self.attempts(&address, &body, read, deadline);
        let answer = timeout_at(deadline, attempts).await.unwrap_or(Err(Fault::Budget));
        trial.end(answer.as_ref().err());
        answer
    }

    async fn attempts<T>(
        &self,
        address: &Url,
        body: &[u8],
        read: impl Fn(&[u8]) -> Result<T, Fault> + Sync,
        deadline: Instant,
    ) -> Result<T, Fault> {
        let limits = &self.config.limits;
        let backoff =
            Backoff { attempts: limits.attempts, first: limits.first_pause, longest: limits.longest_pause };
        for attempt in 1_u32.. {
            let until = deadline.min(Instant::now() + limits.attempt);
            let answer = timeout_at(until, self.attempt(address, body)).await.unwrap_or(Err(Fault::Timeout));
            let fault = match answer.and_then(|bytes| read(&bytes)) {
                Ok(answer) => return Ok(answer),
                Err(fault) => fault,
            };
            let left = deadline.saturating_duration_since(Instant::now());
            let Some(pause) = backoff.pause(attempt, fault.remedy(), left, self.entropy.below(1_001)) else {
                return Err(fault);
            };
            tracing::info!(provider = self.provider, attempt, %fault, ?pause, "asked again");
            tokio::time::sleep(pause).await;
        }
        Err(Fault::Budget)
    }

    /// One request and its verified answer.
    async fn attempt(&self, address: &Url, body: &[u8]) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let timestamp = self.clock.now().as_second();
        let nonce = self.nonce();
        let lines = RequestLines { timestamp, nonce: &nonce, method: "POST", path: address.path(), body };
        let request = self
            .http
            .post(address.clone())
            .header(CONTENT_TYPE, "application/json")
            .header(KEY, &self.config.key_id)
            .header(TIMESTAMP, timestamp)
            .header(NONCE, &nonce)
            .header(SIGNATURE, lines.sign(&self.config.key))
            .body(body.to_vec());
        let response = request.send().await.map_err(|error| fault_of(&error))?;
        self.check_head(&response)?;
        let headers = response.headers().clone();
        let answer = self.read_body(response).await?;
        self.check_signature(&headers, &nonce, &answer)?;
        Ok(answer)
    }

    /// 32 hexadecimal digits that were never used before.
    fn nonce(&self) -> String {
        Digest::from_bytes(self.entropy.secret()).to_string().chars().take(32).collect()
    }

    /// Status, type and announced length. Nothing but a 200 is read at all.
    fn check_head(&self, response: &Response) -> Result<(), Fault> {
        let status = response.status().as_u16();
        match status {
            200 => {}
            429 => {
                return Err(Fault::TooMany { retry_after: retry_after(response.headers()) });
            }
            300..=399 => return Err(Fault::Redirected(status)),
            400..=499 => return Err(Fault::Refused(status)),
            500..=599 => return Err(Fault::ServerError(status)),
            _ => return Err(Fault::UnknownAnswer),
        }
        let kind = text(response.headers(), CONTENT_TYPE.as_str()).unwrap_or_default();
        let essence = kind.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Fault::ContentType);
        }
        let limit = self.config.limits.answer_bytes;
        let announced = response.content_length().unwrap_or(0);
        if usize::try_from(announced).is_ok_and(|length| length <= limit) {
            Ok(())
        } else {
            Err(Fault::TooLong { limit })
        }
    }

    async fn read_body(&self, mut response: Response) -> Result<Zeroizing<Vec<u8>>, Fault> {
        let limit = self.config.limits.answer_bytes;
        let mut body = Zeroizing::new(Vec::new());
        while let Some(chunk) = response.chunk().await.map_err(|error| fault_of(&error))? {
            if body.len() + chunk.len() > limit {
                return Err(Fault::TooLong { limit });
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body)
    }

    fn check_signature(&self, headers: &HeaderMap, nonce: &str, body: &[u8]) -> Result<(), Fault> {
        if text(headers, NONCE) != Some(nonce) {
            return Err(Fault::Nonce);
        }
        let timestamp: i64 = text(headers, TIMESTAMP).and_then(|t| t.parse().ok()).ok_or(Fault::Signature)?;
        let signature = text(headers, SIGNATURE).ok_or(Fault::Signature)?;
        let lines = AnswerLines { timestamp, nonce, status: 200, body };
        if !lines.is_signed(&self.config.key, signature) {
            return Err(Fault::Signature);
        }
        let allowed = self.config.limits.clock_seconds;
        let apart = self.clock.now().as_second().abs_diff(timestamp);
        if i64::try_from(apart).is_ok_and(|apart| apart <= allowed) {
            Ok(())
        } else {
            Err(Fault::Stale(allowed))
        }
    }

    /// Locks, also after a panic elsewhere: the circuit is valid after every step.
    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A call that the circuit admitted. When its future is dropped (the member went away), the circuit is told so, else a
/// circuit that was half open would wait for ever.
struct Trial<'a> {
    client: &'a Client,
    told: bool,
}

impl<'a> Trial<'a> {
    fn begin(client: &'a Client) -> Result<Self, Fault> {
        let admitted = client.circuit().admit(client.clock.now());
        match admitted {
            Ok(()) => Ok(Self { client, told: false }),
            Err(rest) => Err(Fault::CircuitOpen(rest.as_secs().max(1))),
        }
    }

    fn end(mut self, fault: Option<&Fault>) {
        self.told = true;
        let now = self.client.clock.now();
        if fault.is_some_and(|fault| fault.is_unhealthy()) {
            self.client.circuit().fail(now);
        } else {
            self.client.circuit().succeed();
        }
    }
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        if !self.told {
            let now = self.client.clock.now();
            self.client.circuit().abandon(now);
        }
    }
}

/// The kind of a transport error; its text may hold an address and is dropped.
fn fault_of(error: &reqwest::Error) -> Fault {
    if error.is_connect() {
        Fault::Connect
    } else if error.is_timeout() {
        Fault::Timeout
    } else {
        Fault::Interrupted
    }
}

/// The value of a header that occurs exactly once; two signatures or nonces are none.
fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    match (values.next(), values.next()) {
        (Some(value), None) => value.to_str().ok(),
        _ => None,
    }
}

/// `Retry-After` in seconds. The form with a date is not read: it would trust two clocks to agree.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    text(headers, RETRY_AFTER.as_str())?.trim().parse().ok().map(Duration::from_secs)
}
