//! Signatures of requests and answers: HMAC-SHA-256 over a few lines of text, see `docs/providers.md`. Pure.
//!
//! The first line tells requests and answers apart, so that neither can pass for the other under the same key; the
//! answer's lines hold the nonce of the request, so that an old answer cannot be played again.

use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::config::SharedKey;

/// What a request is signed over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RequestLines<'a> {
    /// Seconds since 1970.
    pub(crate) timestamp: i64,
    /// 32 hexadecimal digits, new for each attempt.
    pub(crate) nonce: &'a str,
    /// Upper case.
    pub(crate) method: &'a str,
    /// From the first slash, without query.
    pub(crate) path: &'a str,
    /// As sent.
    pub(crate) body: &'a [u8],
}

/// What an answer is signed over.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AnswerLines<'a> {
    /// Seconds since 1970, by the provider's clock.
    pub(crate) timestamp: i64,
    /// The nonce of the request that is answered.
    pub(crate) nonce: &'a str,
    /// HTTP status.
    pub(crate) status: u16,
    /// As received.
    pub(crate) body: &'a [u8],
}

impl RequestLines<'_> {
    /// The text that is signed.
    fn text(&self) -> String {
        let Self { timestamp, nonce, method, path, body } = *self;
        format!("huzhu-request-v1\n{timestamp}\n{nonce}\n{method}\n{path}\n{}", sha256(body))
    }

    /// The value of the signature header.
    pub(crate) fn sign(&self, key: &SharedKey) -> String {
        signature(key, &self.text())
    }
}

impl AnswerLines<'_> {
    fn text(&self) -> String {
        let Self { timestamp, nonce, status, body } = *self;
        format!("huzhu-answer-v1\n{timestamp}\n{nonce}\n{status}\n{}", sha256(body))
    }

    /// The value of the signature header, as a provider makes it.
    #[cfg(test)]
    pub(crate) fn sign(&self, key: &SharedKey) -> String {
        signature(key, &self.text())
    }

    /// Whether `value` is the signature header of these lines; compared in constant time.
    pub(crate) fn is_signed(&self, key: &SharedKey, value: &str) -> bool {
        value
            .strip_prefix("v1=")
            .and_then(|digits| digits.parse::<huzhu_domain::digest::Digest>().ok())
            .is_some_and(|tag| mac(key, &self.text()).verify_slice(tag.bytes()).is_ok())
    }
}

fn mac(key: &SharedKey, text: &str) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.bytes()).expect("HMAC takes keys of any length");
    mac.update(text.as_bytes());
    mac
}

fn signature(key: &SharedKey, text: &str) -> String {
    let tag: [u8; 32] = mac(key, text).finalize().into_bytes().into();
    format!("v1={}", huzhu_domain::digest::Digest::from_bytes(tag))
}

fn sha256(bytes: &[u8]) -> huzhu_domain::digest::Digest {
    huzhu_domain::digest::Digest::from_bytes(Sha256::digest(bytes).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SharedKey {
        SharedKey::new((0..32).collect()).unwrap()
    }

    const REQUEST: RequestLines<'_> = RequestLines {
        timestamp: 1_547_596_800,
        nonce: "00112233445566778899aabbccddeeff",
        method: "POST",
        path: "/v1/identity/confirm",
        body: b"{}",
    };
    const ANSWER: AnswerLines<'_> = AnswerLines {
        timestamp: 1_547_596_801,
        nonce: "00112233445566778899aabbccddeeff",
        status: 200,
        body: b"{\"status\":\"confirmed\"}",
    };

    #[test]
    fn the_examples_of_the_format_are_right() {
        assert_eq!(
            REQUEST.sign(&key()),
            "v1=4bf0d11603ed5c304a657950c1ffc888cd293b9ce874290774df54bfc48191c2"
        );
        assert_eq!(
            ANSWER.sign(&key()),
            "v1=7d4843bedc36aa839f5692b7d6f99a64e09c771f60529b839048bb1c38e5c59d"
        );
    }

    #[test]
    fn any_change_spoils_the_signature_of_an_answer() {
        let value = ANSWER.sign(&key());
        assert!(ANSWER.is_signed(&key(), &value));
        let other = SharedKey::new((1..33).collect()).unwrap();
        assert!(!ANSWER.is_signed(&other, &value), "another key");
        for (what, changed) in [
            ("timestamp", AnswerLines { timestamp: 1, ..ANSWER }),
            ("nonce", AnswerLines { nonce: "ff", ..ANSWER }),
            ("status", AnswerLines { status: 201, ..ANSWER }),
            ("body", AnswerLines { body: b"{\"status\":\"not_confirmed\"}", ..ANSWER }),
        ] {
            assert!(!changed.is_signed(&key(), &value), "{what}");
        }
        for value in ["", "v1=", "v1=00", &value[3..], &value[..value.len() - 1], &value.replace("v1", "v2")]
        {
            assert!(!ANSWER.is_signed(&key(), value), "{value}");
        }
        assert!(!ANSWER.is_signed(&key(), &REQUEST.sign(&key())), "a request's signature");
    }
}
