//! Requests to webhooks over HTTP.
//!
//! Guarantees: a request goes to public addresses only, unless the configuration says otherwise or the address is this machine
//! itself and allowed for tests: each name is looked up anew for each connection, and the connection is made to the address
//! that was looked at, so that a name cannot lead elsewhere in between. No redirection is followed, no proxy of the
//! environment is used, and of the answer only the head is read. Errors are words of ours.
//!
//! Limits: one request per connection where the receiver does not keep it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use huzhu_app::ports::{WebhookReply, WebhookRequest, WebhookSender};
use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};

/// How long a receiver may take to answer: the standard asks for 15 to 30 seconds.
const LIMIT: Duration = Duration::from_secs(20);
/// How long it may take to connect.
const CONNECT: Duration = Duration::from_secs(5);

/// Which addresses requests may go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Addresses of private networks and of this machine too: for receivers in the operator's own network, and for tests.
    pub private: bool,
}

/// Sends requests to webhooks.
#[derive(Debug)]
pub struct HttpWebhooks {
    http: reqwest::Client,
    reach: Reach,
}

/// The sender cannot be made.
#[derive(Debug, thiserror::Error)]
#[error("the HTTP client of webhooks cannot be made: {0}")]
pub struct WebhookClientError(String);

impl HttpWebhooks {
    /// A sender.
    pub fn new(reach: Reach) -> Result<Self, WebhookClientError> {
        Self::with_limit(reach, LIMIT)
    }

    fn with_limit(reach: Reach, limit: Duration) -> Result<Self, WebhookClientError> {
        // Mail has set it already when this fails: both use ring.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .timeout(limit)
            .redirect(reqwest::redirect::Policy::none())
            .no_proxy()
            .referer(false)
            .dns_resolver(Arc::new(Names { reach }))
            .build()
            .map_err(|error| WebhookClientError(error.without_url().to_string()))?;
        Ok(Self { http, reach })
    }
}

#[async_trait]
impl WebhookSender for HttpWebhooks {
    async fn send(&self, request: &WebhookRequest) -> WebhookReply {
        let Ok(url) = request.url.parse::<Url>() else { return WebhookReply::Failed("address") };
        // An address in the place of a name is never looked up: it is judged here.
        if literal(&url).is_some_and(|address| !self.reach.allows(address)) {
            return WebhookReply::Failed("private-address");
        }
        let sent = self
            .http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, "huzhu-webhooks/1")
            .header("webhook-id", &request.id)
            .header("webhook-timestamp", request.timestamp.to_string())
            .header("webhook-signature", &request.signature)
            .body(request.body.clone())
            .send()
            .await;
        match sent {
            Ok(answer) => {
                let asked = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let asked = asked.and_then(|text| text.trim().parse().ok()).map(Duration::from_secs);
                WebhookReply::Answered(answer.status().as_u16(), asked)
            }
            Err(error) => WebhookReply::Failed(why(&error)),
        }
    }
}

/// A word for what went wrong.
fn why(error: &reqwest::Error) -> &'static str {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<PrivateAddress>() {
            return "private-address";
        }
        cause = error.source();
    }
    if error.is_timeout() {
        "timeout"
    } else if error.is_connect() {
        "connection"
    } else {
        "no-answer"
    }
}

fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

impl Reach {
    fn allows(self, address: IpAddr) -> bool {
        self.private || is_public(address)
    }
}

/// Looks names up and keeps the addresses that may be reached.
struct Names {
    reach: Reach,
}

/// A name leads to private addresses only.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the name leads to no public address")]
struct PrivateAddress;

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.reach;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let allowed: Vec<SocketAddr> =
                found.into_iter().filter(|address| reach.allows(address.ip())).collect();
            if allowed.is_empty() {
                return Err(PrivateAddress.into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to the public internet. Everything that the registries of special addresses (RFC 6890) keep for
/// other things does not.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => match embedded(address) {
            Some(inner) => is_public_v4(inner),
            None => is_public_v6(address),
        },
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let special = a == 0
        || a == 10
        || a == 127
        || (a == 100 && (64..128).contains(&b))
        || (a == 169 && b == 254)
        || (a == 172 && (16..32).contains(&b))
        || (a == 192 && b == 168)
        || (a == 192 && b == 0 && (c == 0 || c == 2))
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (b == 18 || b == 19))
        || (a == 198 && b == 51 && c == 100)
        || (a == 203 && b == 0 && c == 113)
        || a >= 224;
    !special
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    let [a, b, ..] = address.segments();
    // Only 2000::/3 is given out; of it, documentation (2001:db8::/32, 3fff::/20) and special purposes (2001::/23) are not.
    let special = (a == 0x2001 && (b == 0xdb8 || b < 0x200)) || (a == 0x3fff && b < 0x1000);
    (0x2000..0x4000).contains(&a) && !special
}

/// The IPv4 address inside a mapped, translated (`64:ff9b::/96`) or 6to4 (`2002::/16`) one: what is private stays so in
/// disguise.
fn embedded(address: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(inner) = address.to_ipv4_mapped() {
        return Some(inner);
    }
    let inner = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => Some(inner(high, low)),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
