//! Public randomness by drand: rounds of the League of Entropy's `quicknet`, verified offline against the pinned key.
//!
//! Shape: a [`Beacon`] says when which round comes and checks a round's signature; [`Drand`] is the port: the request names a
//! round that does not exist yet, the answer is fetched from the first relay that has it.
//!
//! Guarantees: no relay is believed: a signature that the pinned key did not make is no answer. Answers are bounded in bytes and
//! time.
//!
//! Limits: a round is known to more than a threshold of the league's members a moment before everybody; when all relays are out
//! of reach, the draw waits and nothing else happens.

use std::time::Duration;

use async_trait::async_trait;
use drand_verify::{G2PubkeyRfc, Pubkey as _};
use huzhu_app::ports::{Randomness, RandomnessError};
use huzhu_domain::digest::Digest;
use huzhu_domain::jury::{DrandRound, DrawRequest, SeedProof, SeedSource};
use huzhu_domain::time::Moment;
use serde::Deserialize;
use sha2::{Digest as _, Sha256};

use super::ProofError;
use crate::published::PublishedLog;

/// Bytes of the longest answer of a relay.
const ANSWER: usize = 4_096;
/// Bytes of a signature.
const SIGNATURE: usize = 48;
/// How long before its round a request is made, if nothing else is configured: time to log it and to have it witnessed.
pub const LEAD: Duration = Duration::from_mins(1);
/// The shortest time that may be configured: the log's own batches and the clock's error.
pub const SHORTEST_LEAD: Duration = Duration::from_secs(10);

/// A drand network of the scheme `bls-unchained-g1-rfc9380`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beacon {
    /// Hash of its parameters, which names it.
    pub hash: Digest,
    /// The key that all rounds are signed with.
    key: [u8; 96],
    /// Seconds since 1970 of round 1.
    genesis: i64,
    /// Seconds from one round to the next.
    period: i64,
}

/// `quicknet` of the League of Entropy, as it was announced on 2023-10-16.
pub const QUICKNET: Beacon = Beacon {
    hash: Digest::from_bytes(hex(b"52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971")),
    key: hex(
        b"83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d1064510d\
        1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
    ),
    genesis: 1_692_803_367,
    period: 3,
};

impl Beacon {
    /// The first round that is published at `at` or later.
    #[must_use]
    pub fn round_from(&self, at: Moment) -> u64 {
        let late = at.as_millisecond().saturating_sub(self.genesis.saturating_mul(1_000)).max(0);
        let period = self.period.saturating_mul(1_000).max(1);
        let periods = late.saturating_add(period).saturating_sub(1).div_euclid(period);
        u64::try_from(periods).unwrap_or(0).saturating_add(1)
    }

    /// When a round is published; nothing beyond the calendar.
    #[must_use]
    pub fn time_of(&self, round: u64) -> Option<Moment> {
        let periods = i64::try_from(round.checked_sub(1)?).ok()?;
        Moment::from_second(periods.checked_mul(self.period)?.checked_add(self.genesis)?).ok()
    }

    /// The output of a round, if the beacon's key made this signature for it.
    ///
    /// # Errors
    /// [`ProofError::Signature`].
    pub fn verify(&self, round: u64, signature: &[u8]) -> Result<[u8; 32], ProofError> {
        let key = G2PubkeyRfc::from_fixed(self.key).map_err(|_| ProofError::Signature)?;
        let is_good = signature.len() == SIGNATURE && key.verify(round, b"", signature).unwrap_or(false);
        if is_good { Ok(Sha256::digest(signature).into()) } else { Err(ProofError::Signature) }
    }
}

/// The port, over relays that serve drand's HTTP API.
#[derive(Clone, Debug)]
pub struct Drand {
    beacon: Beacon,
    relays: Vec<PublishedLog>,
    lead: Duration,
}

/// What a relay answers; what else it says is not looked at.
#[derive(Deserialize)]
struct Answer {
    round: u64,
    signature: String,
}

impl Drand {
    /// Rounds of `quicknet` by these relays, such as `https://api.drand.sh`, `lead` after each request.
    ///
    /// # Errors
    /// What is wrong with the addresses or the time.
    pub fn new(relays: &[String], lead: Duration) -> Result<Self, String> {
        if relays.is_empty() {
            return Err("at least one relay is needed".to_owned());
        }
        if lead < SHORTEST_LEAD {
            return Err(format!("a round is asked for at least {} s ahead", SHORTEST_LEAD.as_secs()));
        }
        let relays: Result<_, _> = relays.iter().map(|relay| PublishedLog::new(relay)).collect();
        Ok(Self { beacon: QUICKNET, relays: relays.map_err(|error| error.to_string())?, lead })
    }

    /// One relay's answer for a round.
    async fn ask(&self, relay: &PublishedLog, round: u64) -> Result<SeedProof, String> {
        let path = format!("{}/public/{round}", self.beacon.hash);
        let bytes = relay.get(&path, ANSWER).await.map_err(|error| error.to_string())?;
        let bytes = bytes.ok_or_else(|| format!("{} has no round {round}", relay.prefix()))?;
        let answer: Answer = serde_json::from_slice(&bytes)
            .map_err(|error| format!("{}: the answer cannot be read: {error}", relay.prefix()))?;
        let signature = bytes_of(&answer.signature).filter(|_| answer.round == round);
        let signature = signature.ok_or_else(|| format!("{}: another round", relay.prefix()))?;
        let output = self.beacon.verify(round, &signature);
        let output = output.map_err(|error| format!("{}: {error}", relay.prefix()))?;
        Ok(SeedProof { output: output.to_vec(), proof: signature })
    }
}

#[async_trait]
impl Randomness for Drand {
    fn source(&self, now: Moment) -> SeedSource {
        let at = now.saturating_add(self.lead).unwrap_or(Moment::MAX);
        SeedSource::Drand(DrandRound { beacon: self.beacon.hash, round: self.beacon.round_from(at) })
    }

    async fn reveal(&self, request: &DrawRequest, now: Moment) -> Result<SeedProof, RandomnessError> {
        let SeedSource::Drand(DrandRound { beacon, round }) = request.source else {
            return Err(RandomnessError::OtherSource(request.source));
        };
        if beacon != self.beacon.hash {
            return Err(RandomnessError::OtherSource(request.source));
        }
        let until = self.beacon.time_of(round).unwrap_or(Moment::MAX);
        if now < until {
            return Err(RandomnessError::NotYet { until });
        }
        let mut reasons = Vec::new();
        for relay in &self.relays {
            match self.ask(relay, round).await {
                Ok(proof) => return Ok(proof),
                Err(why) => reasons.push(why),
            }
        }
        Err(RandomnessError::Unavailable(reasons.join("; ")))
    }
}

/// Bytes of lower-case hexadecimal digits.
fn bytes_of(text: &str) -> Option<Vec<u8>> {
    let digit = |digit: u8| match digit {
        b'0'..=b'9' => digit.checked_sub(b'0'),
        b'a'..=b'f' => digit.checked_sub(b'a').and_then(|value| value.checked_add(10)),
        _ => None,
    };
    let digits: Option<Vec<u8>> = text.bytes().map(digit).collect();
    let digits = digits.filter(|digits| digits.len().is_multiple_of(2))?;
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

/// Bytes of a constant; a wrong digit does not compile.
const fn hex<const N: usize>(text: &[u8]) -> [u8; N] {
    assert!(text.len() == 2 * N, "two digits for each byte");
    let mut bytes = [0; N];
    let mut at = 0;
    while at < N {
        bytes[at] = nibble(text[2 * at]) << 4 | nibble(text[2 * at + 1]);
        at += 1;
    }
    bytes
}

const fn nibble(digit: u8) -> u8 {
    assert!(digit.is_ascii_digit() || matches!(digit, b'a'..=b'f'), "a lower-case hexadecimal digit");
    if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 }
}

#[cfg(test)]
mod tests;
