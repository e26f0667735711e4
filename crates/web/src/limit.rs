//! Rate limits: few for what costs others something (mail, guesses), many for reading.
//!
//! Limits per client protect the machine; limits on codes protect people's mailboxes and accounts. The client is the
//! peer's address; behind a proxy the operator's proxy must limit too, since forwarded headers can be forged.

use std::net::{IpAddr, SocketAddr};
use std::num::NonZeroU32;

use axum::extract::{ConnectInfo, Request};
use axum::http::Method;
use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

/// Requests of one client per second over a long time, and at once. Protects the processor.
const REQUESTS_PER_SECOND: u32 = 200;
/// Burst of one client.
const REQUESTS_BURST: u32 = 1_000;
/// Sign-in posts of one client per minute. Protects mailboxes from floods and codes from guessing.
const SIGN_IN_PER_MINUTE: u32 = 10;

/// The limiters, or none for benches and the demo's own life.
pub struct Limits {
    requests: Option<DefaultKeyedRateLimiter<IpAddr>>,
    sign_in: Option<DefaultKeyedRateLimiter<IpAddr>>,
    clock: DefaultClock,
}

impl Limits {
    /// The limits of a real platform.
    pub fn standard() -> Self {
        let per_second =
            Quota::per_second(at_least_one(REQUESTS_PER_SECOND)).allow_burst(at_least_one(REQUESTS_BURST));
        Self {
            requests: Some(RateLimiter::keyed(per_second)),
            sign_in: Some(RateLimiter::keyed(Quota::per_minute(at_least_one(SIGN_IN_PER_MINUTE)))),
            clock: DefaultClock::default(),
        }
    }

    /// No limits: for load measurements from one address.
    pub fn none() -> Self {
        Self { requests: None, sign_in: None, clock: DefaultClock::default() }
    }

    /// Lets a request through, or answers the seconds after which the client may ask again.
    pub fn check(&self, method: &Method, path: &str, client: &IpAddr) -> Result<(), u64> {
        let is_sign_in =
            *method == Method::POST && (path.starts_with("/sign-in") || path.starts_with("/api/v1/sign-in"));
        let sign_in = self.sign_in.as_ref().filter(|_| is_sign_in);
        for limiter in [sign_in, self.requests.as_ref()].into_iter().flatten() {
            if let Err(not_until) = limiter.check_key(client) {
                return Err(not_until.wait_time_from(self.clock.now()).as_secs().saturating_add(1));
            }
        }
        Ok(())
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// The client's address; unknown peers share one limit.
pub(crate) fn client(request: &Request) -> IpAddr {
    request
        .extensions()
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([0, 0, 0, 0]), |ConnectInfo(peer)| peer.ip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_code_within_a_minute_has_to_wait_and_reading_goes_on() {
        let limits = Limits::standard();
        let client = IpAddr::from([192, 0, 2, 1]);
        for _ in 0..SIGN_IN_PER_MINUTE {
            assert_eq!(limits.check(&Method::POST, "/sign-in", &client), Ok(()));
        }
        let wait = limits.check(&Method::POST, "/sign-in", &client).unwrap_err();
        assert!((1..=7).contains(&wait), "{wait}");
        assert_eq!(limits.check(&Method::GET, "/", &client), Ok(()));
        assert_eq!(limits.check(&Method::POST, "/sign-in", &IpAddr::from([192, 0, 2, 2])), Ok(()));
    }
}
