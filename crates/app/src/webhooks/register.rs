//! What operators do with endpoints: register, change, pause, resume, rotate the secret, test, send again, remove.
//!
//! Guarantees: a secret is shown once, to whoever made it, and stands in no stored answer: a repeated request is answered
//! without it. After a rotation the old secret signs beside the new one for a day, so that a receiver can change over.

use std::collections::BTreeSet;

use huzhu_domain::id::WebhookId;
use huzhu_domain::time::Moment;
use jiff::SignedDuration;
use serde::Serialize;
use serde_json::json;
use url::Url;

use super::outgoing::{KINDS, body};
use super::record::{Delivery, DeliveryState, Endpoint, EndpointState, SigningKey, WebhookSecret};
use super::signature::secret_text;
use crate::App;
use crate::call::{Call, Done};
use crate::claims::refusal::refused;
use crate::error::AppError;
use crate::permission::Action;
use crate::ports::{Unit, WebhookChange};
use crate::sign_in::invalid;

/// Endpoints of a platform at most: each event is looked at once for each of them.
const ENDPOINTS_MAX: usize = 20;
/// Longest address.
const URL_MAX: usize = 500;
/// Hours for which the old secret signs beside the new one.
const OVERLAP_HOURS: i64 = 24;
/// Secrets in use at once: more rotations within a day push the oldest out.
const KEYS_MAX: usize = 3;

/// Registers an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RegisterWebhook {
    /// Its id, made by the caller.
    pub id: WebhookId,
    /// The address.
    pub url: String,
    /// Kinds of events that are told; empty: all.
    pub kinds: BTreeSet<String>,
    /// Requests are signed with an Ed25519 key too.
    pub asymmetric: bool,
}

/// Changes an endpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ChangeWebhook {
    /// The address.
    pub url: String,
    /// Kinds of events that are told; empty: all.
    pub kinds: BTreeSet<String>,
}

/// What can be done with an endpoint at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WebhookVerb {
    /// Deliveries wait.
    Pause,
    /// Deliveries go on.
    Resume,
}

/// An endpoint with a new secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The endpoint.
    pub id: WebhookId,
    /// The secret; `None` when the request was answered before.
    pub secret: Option<String>,
}

impl App {
    /// Registers an endpoint. It is told what happens from now on.
    pub async fn register_webhook(
        &self,
        call: &Call,
        command: RegisterWebhook,
    ) -> Result<Done<Registered>, AppError> {
        self.authorise(call, Action::RunWebhooks, self.clock.now()).await?;
        let url = checked_url(&command.url)?;
        check_kinds(&command.kinds)?;
        let secret = WebhookSecret(self.entropy.secret());
        let seed = command.asymmetric.then(|| WebhookSecret(self.entropy.secret()));
        let (command, url) = (&command, &url);
        let done = self
            .transact(call, Action::RunWebhooks, command, |now| async move {
                let me = Self::member_of(call)?;
                if self.store.webhook(command.id).await?.is_some() {
                    return Err(refused("webhook-id-used", Vec::new()));
                }
                if self.store.webhooks().await?.len() >= ENDPOINTS_MAX {
                    return Err(refused("webhook-too-many", vec![("most", ENDPOINTS_MAX.to_string())]));
                }
                let mut unit = Unit::new(now, call.caller.actor());
                unit.webhooks.push(WebhookChange::Endpoint(Box::new(Endpoint {
                    id: command.id,
                    version: 1,
                    url: url.clone(),
                    kinds: command.kinds.clone(),
                    state: EndpointState::Active,
                    keys: vec![SigningKey { secret, until: None }],
                    seed,
                    position: self.newest_position().await?,
                    created: now,
                    created_by: me,
                    changed: now,
                    changed_by: Some(me),
                })));
                Ok((unit, command.id))
            })
            .await?;
        Ok(with_secret(&done, secret))
    }

    /// Makes a new secret; the old one signs beside it for a day.
    pub async fn rotate_webhook(&self, call: &Call, id: WebhookId) -> Result<Done<Registered>, AppError> {
        let secret = WebhookSecret(self.entropy.secret());
        let done = self
            .change_endpoint(call, id, &"rotate", |endpoint, now| {
                let end = now.saturating_add(SignedDuration::from_hours(OVERLAP_HOURS));
                let end = end.unwrap_or(Moment::MAX);
                let mut keys = vec![SigningKey { secret, until: None }];
                let old = endpoint.keys.iter().filter(|key| key.until.is_none_or(|until| now < until));
                keys.extend(old.map(|key| SigningKey {
                    until: Some(key.until.map_or(end, |own| own.min(end))),
                    ..*key
                }));
                keys.truncate(KEYS_MAX);
                endpoint.keys = keys;
            })
            .await?;
        Ok(with_secret(&done, secret))
    }

    /// Changes address and kinds. What waits already goes to the new address.
    pub async fn change_webhook(
        &self,
        call: &Call,
        id: WebhookId,
        command: ChangeWebhook,
    ) -> Result<Done<WebhookId>, AppError> {
        self.authorise(call, Action::RunWebhooks, self.clock.now()).await?;
        let url = checked_url(&command.url)?;
        check_kinds(&command.kinds)?;
        self.change_endpoint(call, id, &command, |endpoint, _| {
            endpoint.url.clone_from(&url);
            endpoint.kinds.clone_from(&command.kinds);
        })
        .await
    }

    /// Pauses or resumes an endpoint. Nothing that happens meanwhile is lost.
    pub async fn steer_webhook(
        &self,
        call: &Call,
        id: WebhookId,
        verb: WebhookVerb,
    ) -> Result<Done<WebhookId>, AppError> {
        self.change_endpoint(call, id, &verb, |endpoint, _| {
            endpoint.state = match verb {
                WebhookVerb::Pause => EndpointState::Paused,
                WebhookVerb::Resume => EndpointState::Active,
            };
        })
        .await
    }

    /// Forgets an endpoint with its secrets and deliveries. What happens later is not told to it.
    pub async fn remove_webhook(&self, call: &Call, id: WebhookId) -> Result<Done<WebhookId>, AppError> {
        self.transact(call, Action::RunWebhooks, &("remove", id.to_string()), |now| async move {
            self.store.webhook(id).await?.ok_or(AppError::NotFound("webhook"))?;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.webhooks.push(WebhookChange::Forgotten(id));
            Ok((unit, id))
        })
        .await
    }

    /// Queues a request that says nothing but that it is a test. Answers its id.
    pub async fn test_webhook(&self, call: &Call, id: WebhookId) -> Result<Done<String>, AppError> {
        self.transact(call, Action::RunWebhooks, &("test", id.to_string()), |now| async move {
            self.store.webhook(id).await?.ok_or(AppError::NotFound("webhook"))?;
            let test = format!("test_{}", self.entropy.uuid(now).simple());
            let delivery = Delivery {
                endpoint: id,
                id: test.clone(),
                position: self.newest_position().await?,
                about: test.clone(),
                kind: "webhook.test".to_owned(),
                body: body("webhook.test", now, json!({"webhook": id.to_string()})),
                at: now,
                state: DeliveryState::Waiting(now),
                attempts: Vec::new(),
            };
            let mut unit = Unit::new(now, call.caller.actor());
            unit.webhooks.push(WebhookChange::Queued {
                endpoint: id,
                until: None,
                deliveries: vec![delivery],
            });
            Ok((unit, test))
        })
        .await
    }

    /// Sends a delivery again as soon as may be, under the same id, also one that was taken or given up.
    pub async fn resend_webhook(
        &self,
        call: &Call,
        id: WebhookId,
        delivery: &str,
    ) -> Result<Done<String>, AppError> {
        self.transact(call, Action::RunWebhooks, &("resend", id.to_string(), delivery), |now| async move {
            let known = self.store.delivery(id, delivery).await?.ok_or(AppError::NotFound("delivery"))?;
            let again = Delivery { state: DeliveryState::Waiting(now), attempts: Vec::new(), ..known };
            let mut unit = Unit::new(now, call.caller.actor());
            unit.webhooks.push(WebhookChange::Tried(Box::new(again)));
            Ok((unit, delivery.to_owned()))
        })
        .await
    }

    async fn change_endpoint<C: Serialize + Sync>(
        &self,
        call: &Call,
        id: WebhookId,
        command: &C,
        change: impl Fn(&mut Endpoint, Moment) + Send + Sync,
    ) -> Result<Done<WebhookId>, AppError> {
        let change = &change;
        self.transact(call, Action::RunWebhooks, &(id.to_string(), command), |now| async move {
            let mut endpoint = self.store.webhook(id).await?.ok_or(AppError::NotFound("webhook"))?;
            change(&mut endpoint, now);
            endpoint.version = endpoint.version.saturating_add(1);
            endpoint.changed = now;
            endpoint.changed_by = Some(Self::member_of(call)?);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.webhooks.push(WebhookChange::Endpoint(Box::new(endpoint)));
            Ok((unit, id))
        })
        .await
    }
}

fn with_secret(done: &Done<WebhookId>, secret: WebhookSecret) -> Done<Registered> {
    let shown = (!done.replayed).then(|| secret_text(&secret));
    let receipt = Registered { id: done.receipt, secret: shown };
    Done { receipt, replayed: done.replayed, position: done.position }
}

fn check_kinds(kinds: &BTreeSet<String>) -> Result<(), AppError> {
    let known = kinds.iter().all(|kind| KINDS.contains(&kind.as_str()));
    if known { Ok(()) } else { Err(invalid("kinds", "webhook-unknown-kind")) }
}

/// An address that requests may go to: TLS, or plain text to this machine itself. Whether its host leads to a private network
/// is looked at with each request, since names can change where they lead.
fn checked_url(text: &str) -> Result<String, AppError> {
    let bad = || invalid("url", "webhook-bad-url");
    let url: Url = text.trim().parse().map_err(|_| bad())?;
    let loopback = match url.host().ok_or_else(bad)? {
        url::Host::Ipv4(address) => address.is_loopback(),
        url::Host::Ipv6(address) => address.is_loopback(),
        url::Host::Domain(_) => false,
    };
    let named = !url.username().is_empty() || url.password().is_some() || url.fragment().is_some();
    if named || url.as_str().len() > URL_MAX {
        return Err(bad());
    }
    match url.scheme() {
        "https" => Ok(url.into()),
        "http" if loopback => Ok(url.into()),
        "http" => Err(invalid("url", "webhook-not-https")),
        _ => Err(bad()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_go_by_tls_or_to_this_machine_and_addresses_hold_no_password() {
        let code = |text: &str| match checked_url(text) {
            Ok(url) => url,
            Err(AppError::Invalid(mistakes)) => mistakes[0].code.to_owned(),
            Err(other) => other.to_string(),
        };
        for (text, expected) in [
            (" https://example.org/hook ", "https://example.org/hook"),
            ("https://EXAMPLE.org", "https://example.org/"),
            ("https://10.0.0.1/", "https://10.0.0.1/"),
            ("http://127.0.0.1:8080/x", "http://127.0.0.1:8080/x"),
            ("http://[::1]/", "http://[::1]/"),
            ("http://localhost/", "webhook-not-https"),
            ("http://example.org/", "webhook-not-https"),
            ("https://ann:secret@example.org/", "webhook-bad-url"),
            ("https://example.org/#part", "webhook-bad-url"),
            ("file:///etc/passwd", "webhook-bad-url"),
            ("mailto:ann@example.org", "webhook-bad-url"),
            ("example.org", "webhook-bad-url"),
            ("", "webhook-bad-url"),
        ] {
            assert_eq!(code(text), expected, "{text:?}");
        }
    }
}
