//! The seed: a public value that nobody could know or steer when the roster was fixed.
//!
//! Shape: a [`DrawRequest`] names the subject, the root of the roster and the [`SeedSource`]; its digest goes on the log before
//! the source has answered. The answer is an output with a proof ([`SeedProof`]); the seed is a hash of request and output.
//!
//! Guarantees: subject, roster and source are in the seed, so an answer for one draw is none for another.
//!
//! Limits: proofs are checked at the edge (`huzhu-gateways`), which has the curves. Who holds the key of a verifiable random
//! function knows its outputs before others do; `docs/jury/draw.md` says what that is worth.

use std::fmt;
use std::str::FromStr;

use huzhu_log::Hash;

use crate::digest::Digest;
use crate::id::ClaimId;

/// What the digest of a request is hashed under.
const REQUEST: &[u8] = b"huzhu.org/draw-request@v1\n";
/// What a seed is hashed under.
const SEED: &[u8] = b"huzhu.org/draw-seed@v1\n";
/// First line of the message of a subject.
const SUBJECT: &str = "huzhu.org/draw-subject@v1";
/// The verifiable random function, by its name in RFC 9381.
pub const VRF_SUITE: &str = "ECVRF-EDWARDS25519-SHA512-TAI";

/// Where the chance comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedSource {
    /// The operator's verifiable random function (RFC 9381): one output for each input, provable with the public key.
    Vrf {
        /// The public key.
        key: Digest,
    },
    /// A round of a public beacon that has not been published yet.
    Drand(DrandRound),
}

/// One round of a drand beacon.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DrandRound {
    /// Which beacon: the hash of its parameters, as drand calls it the chain hash.
    pub beacon: Digest,
    /// Which round, from 1.
    pub round: u64,
}

impl fmt::Display for SeedSource {
    /// The text that requests and log entries state.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Vrf { key } => write!(f, "vrf {VRF_SUITE} {key}"),
            Self::Drand(DrandRound { beacon, round }) => write!(f, "drand {beacon} {round}"),
        }
    }
}

/// A text that names no source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a source is `vrf {VRF_SUITE} KEY` or `drand BEACON ROUND`, in lower-case hexadecimal digits")]
pub struct SourceError;

impl FromStr for SeedSource {
    type Err = SourceError;

    fn from_str(text: &str) -> Result<Self, SourceError> {
        let words: Vec<&str> = text.split(' ').collect();
        let source = match words.as_slice() {
            ["vrf", VRF_SUITE, key] => Self::Vrf { key: key.parse().map_err(|_| SourceError)? },
            ["drand", beacon, round] => Self::Drand(DrandRound {
                beacon: beacon.parse().map_err(|_| SourceError)?,
                round: round.parse().map_err(|_| SourceError)?,
            }),
            _ => return Err(SourceError),
        };
        // One spelling: no capitals, no plus sign, no leading zeros.
        if source.to_string() == text { Ok(source) } else { Err(SourceError) }
    }
}

#[cfg(feature = "codec")]
impl serde::Serialize for SeedSource {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

#[cfg(feature = "codec")]
impl<'de> serde::Deserialize<'de> for SeedSource {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// What is asked for, fixed before anybody has the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct DrawRequest {
    /// Salted digest of claim and jury, see [`subject`].
    pub subject: Digest,
    /// Root of the roster.
    pub roster: Digest,
    /// Where the chance comes from.
    pub source: SeedSource,
}

impl DrawRequest {
    /// What goes on the log before the answer exists, and what the operator's function is asked for: SHA-256 over domain tag, the
    /// source's text with a newline, subject and root.
    pub fn digest(&self) -> Digest {
        let source = format!("{}\n", self.source);
        hash(&[REQUEST, source.as_bytes(), self.subject.bytes(), self.roster.bytes()])
    }

    /// The seed that follows from the source's output: SHA-256 over domain tag, digest of the request, and output.
    pub fn seed(&self, output: &[u8]) -> Digest {
        hash(&[SEED, self.digest().bytes(), output])
    }
}

/// The source's answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct SeedProof {
    /// 64 bytes of the operator's function, or SHA-256 of the beacon's signature.
    #[cfg_attr(feature = "codec", serde(with = "hex"))]
    pub output: Vec<u8>,
    /// The proof of RFC 9381 (80 bytes), or the beacon's signature (48 bytes).
    #[cfg_attr(feature = "codec", serde(with = "hex"))]
    pub proof: Vec<u8>,
}

/// Bytes in events: hexadecimal digits.
#[cfg(feature = "codec")]
mod hex {
    use std::borrow::Cow;
    use std::fmt;

    use serde::de::Error as _;
    use serde::{Deserialize as _, Deserializer, Serializer};

    struct Digits<'a>(&'a [u8]);

    impl fmt::Display for Digits<'_> {
        fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
        }
    }

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&Digits(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<u8>, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        let byte = |pair: &[u8]| {
            let digits = std::str::from_utf8(pair).ok().filter(|pair| pair.len() == 2)?;
            u8::from_str_radix(digits, 16).ok()
        };
        let bytes: Option<Vec<u8>> = text.as_bytes().chunks(2).map(byte).collect();
        bytes.ok_or_else(|| D::Error::custom("hexadecimal digits are expected"))
    }
}

/// The salted digest of what a jury is drawn for. `round` is 0 for the first jury of the claim and 1 for its first appeal. The
/// salt must be one that was fixed before the roster was.
pub fn subject(salt: &[u8; 32], claim: ClaimId, round: u8) -> Digest {
    let message = format!("{SUBJECT}\nclaim {claim}\nround {round}\n");
    hash(&[salt, message.as_bytes()])
}

fn hash(parts: &[&[u8]]) -> Digest {
    Digest::from_bytes(*Hash::digest(&parts.concat()).as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(byte: u8) -> Digest {
        Digest::from_bytes([byte; 32])
    }

    #[test]
    fn a_source_has_one_spelling() {
        let (key, beacon) = (digest(0xab), digest(0xcd));
        for (source, text) in [
            (SeedSource::Vrf { key }, format!("vrf ECVRF-EDWARDS25519-SHA512-TAI {key}")),
            (SeedSource::Drand(DrandRound { beacon, round: 123 }), format!("drand {beacon} 123")),
        ] {
            assert_eq!(source.to_string(), text);
            assert_eq!(text.parse(), Ok(source));
            for bad in [text.to_uppercase(), format!("{text} "), format!(" {text}"), text.replace(' ', "  ")]
            {
                assert_eq!(bad.parse::<SeedSource>(), Err(SourceError), "{bad:?}");
            }
        }
        let bad =
            [String::new(), format!("drand {beacon} 0123"), format!("drand {beacon} +1"), "vrf".to_owned()];
        for bad in bad {
            assert_eq!(bad.parse::<SeedSource>(), Err(SourceError), "{bad:?}");
        }
    }

    #[test]
    fn everything_that_was_asked_for_is_in_the_seed() {
        let request =
            DrawRequest { subject: digest(1), roster: digest(2), source: SeedSource::Vrf { key: digest(3) } };
        let others = [
            DrawRequest { subject: digest(4), ..request },
            DrawRequest { roster: digest(4), ..request },
            DrawRequest { source: SeedSource::Vrf { key: digest(4) }, ..request },
            DrawRequest { source: SeedSource::Drand(DrandRound { beacon: digest(3), round: 1 }), ..request },
            DrawRequest { subject: digest(2), roster: digest(1), ..request },
        ];
        for other in others {
            assert_ne!(other.digest(), request.digest());
            assert_ne!(other.seed(b"output"), request.seed(b"output"));
        }
        assert_ne!(request.seed(b"output"), request.seed(b"outpus"));
    }

    #[test]
    fn a_subject_says_nothing_without_its_salt_and_tells_juries_of_one_claim_apart() {
        let claim = |number| ClaimId::from_uuid(uuid::Uuid::from_u128(number));
        let one = subject(&[7; 32], claim(1), 1);
        for other in
            [subject(&[8; 32], claim(1), 1), subject(&[7; 32], claim(2), 1), subject(&[7; 32], claim(1), 2)]
        {
            assert_ne!(one, other);
        }
    }
}
