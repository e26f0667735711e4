//! Headers of uploads and downloads of evidence, read: the numbers, the check sum and the media type of tus 1.0.0, and ranges.
//!
//! Guarantees: whatever bytes come, the answer is a value or a refusal; a number is what its digits say, or refused; a range lies in
//! the file. `fuzz/targets/upload_headers.rs` holds this against bytes that nobody thought of.
//!
//! Limits: one range per request, as RFC 9110 lets a server decide; with several it is the whole file. `Upload-Metadata` is read by
//! nobody: names of files are no facts.

use std::ops::Range;

use axum::http::header::{CONTENT_TYPE, IF_RANGE, RANGE};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha1::Sha1;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// The version of the protocol that is spoken.
pub const TUS: &str = "1.0.0";
/// The media type of bytes at an offset.
pub const PART_MEDIA: &str = "application/offset+octet-stream";
/// The version that a client speaks, and the answer.
pub const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
/// Bytes of the whole file.
pub const LENGTH: HeaderName = HeaderName::from_static("upload-length");
/// Bytes that are kept.
pub const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
/// The check sum of the bytes of a request.
pub const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");

/// Refuses a client that speaks another version.
///
/// # Errors
/// With the version that is spoken.
pub fn speaks_tus(headers: &HeaderMap) -> Result<(), Problem> {
    match headers.get(RESUMABLE) {
        Some(version) if version == TUS => Ok(()),
        _ => Err(Problem::other_tus_version()),
    }
}

/// The number of bytes in a header, such as [`LENGTH`].
///
/// # Errors
/// When it is missing, has something else than digits, or is larger than any file.
pub fn bytes_in(headers: &HeaderMap, name: &HeaderName) -> Result<u64, Problem> {
    let text = headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|_| digits);
    number.ok_or_else(|| Problem::malformed(name.as_str(), "unreadable", "a whole number".to_owned()))
}

/// Refuses a body that does not say that it is bytes at an offset.
///
/// # Errors
/// With what is expected.
pub fn is_part(headers: &HeaderMap) -> Result<(), Problem> {
    let media = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    if media.eq_ignore_ascii_case(PART_MEDIA) { Ok(()) } else { Err(Problem::wrong_media_type()) }
}

/// The part of a file of `length` bytes that is asked for (RFC 9110, section 14.2); `None`: the whole file, also for what is not
/// understood. A condition on a validator cannot hold, since no validator is ever sent.
///
/// # Errors
/// When the part lies beyond the end.
pub fn asked_range(headers: &HeaderMap, length: u64) -> Result<Option<Range<u64>>, Problem> {
    let text = headers.get(RANGE).and_then(|value| value.to_str().ok());
    let Some(text) = text.and_then(|text| text.trim().strip_prefix("bytes=")) else {
        return Ok(None);
    };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let Some((from, to)) = text.split_once('-').filter(|_| !headers.contains_key(IF_RANGE)) else {
        return Ok(None);
    };
    let range = match (number(from), number(to), from.is_empty(), to.is_empty()) {
        (Some(from), Some(to), ..) if from <= to => from..to.saturating_add(1).min(length),
        (Some(from), None, _, true) => from..length,
        (None, Some(last), true, _) => length.saturating_sub(last)..length,
        _ => return Ok(None),
    };
    if range.is_empty() { Err(Problem::bad_range(length)) } else { Ok(Some(range)) }
}

/// A check sum over the bytes of a request, as announced before them.
pub struct Checksum {
    hash: Hash,
    expected: Vec<u8>,
}

enum Hash {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Checksum {
    /// The sum that the headers announce, if they do.
    ///
    /// # Errors
    /// When it is of another kind or has not the length of its kind.
    pub fn announced(headers: &HeaderMap) -> Result<Option<Self>, Problem> {
        headers.get(CHECKSUM).map(Self::read).transpose()
    }

    fn read(value: &HeaderValue) -> Result<Self, Problem> {
        let wrong =
            || Problem::malformed("Upload-Checksum", "unreadable", "sha1 or sha256, and base64".to_owned());
        let (name, text) = value.to_str().ok().and_then(|text| text.split_once(' ')).ok_or_else(wrong)?;
        let expected = STANDARD.decode(text).map_err(|_| wrong())?;
        let (hash, length) = match name {
            "sha1" => (Hash::Sha1(Sha1::default()), 20),
            "sha256" => (Hash::Sha256(Sha256::default()), 32),
            _ => return Err(wrong()),
        };
        if expected.len() == length { Ok(Self { hash, expected }) } else { Err(wrong()) }
    }

    /// More bytes of the request.
    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.hash {
            Hash::Sha1(hash) => hash.update(bytes),
            Hash::Sha256(hash) => hash.update(bytes),
        }
    }

    /// Whether the bytes are those that were announced.
    #[must_use]
    pub fn holds(self) -> bool {
        match self.hash {
            Hash::Sha1(hash) => hash.finalize().as_slice() == self.expected,
            Hash::Sha256(hash) => hash.finalize().as_slice() == self.expected,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(name: HeaderName, text: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(text))])
    }

    #[test]
    fn a_check_sum_is_of_a_known_kind_and_of_its_length() {
        let announced = |text| Checksum::announced(&with(CHECKSUM, text)).is_ok_and(|sum| sum.is_some());
        assert!(announced("sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0="));
        assert!(announced("sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek="));
        for wrong in ["", "sha1", "sha1 ", "sha1 AAAA", "md5 XrY7u+Ae7tCTyyK7j1rNww==", "sha1 !!!!"] {
            assert!(!announced(wrong), "{wrong}");
        }
        let headers = with(CHECKSUM, "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=");
        let mut sum = Checksum::announced(&headers).ok().flatten().unwrap();
        sum.update(b"hello ");
        sum.update(b"world");
        assert!(sum.holds(), "the sum of the example in the specification");
        assert!(Checksum::announced(&HeaderMap::new()).is_ok_and(|sum| sum.is_none()));
    }

    #[test]
    fn a_number_is_digits_and_fits() {
        for (text, expected) in [
            ("0", Some(0)),
            ("007", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("+1", None),
            ("-1", None),
            ("1.0", None),
            ("1 ", None),
            ("0x10", None),
        ] {
            assert_eq!(bytes_in(&with(LENGTH, text), &LENGTH).ok(), expected, "{text}");
        }
        assert!(bytes_in(&HeaderMap::new(), &LENGTH).is_err());
    }

    #[test]
    fn one_range_is_understood_and_everything_else_is_the_whole_file() {
        let asked = |headers: &HeaderMap| asked_range(headers, 100).map_err(|_| ());
        for (text, expected) in [
            ("bytes=0-0", Ok(Some(0..1))),
            ("bytes=10-19", Ok(Some(10..20))),
            ("bytes=90-", Ok(Some(90..100))),
            ("bytes=-10", Ok(Some(90..100))),
            ("bytes=-1000", Ok(Some(0..100))),
            ("bytes=90-1000", Ok(Some(90..100))),
            ("bytes=99-99999999999999999999999", Ok(Some(99..100))),
            ("bytes=100-", Err(())),
            ("bytes=100-200", Err(())),
            ("bytes=-0", Err(())),
            ("bytes=0-1,5-6", Ok(None)),
            ("bytes=5-4", Ok(None)),
            ("bytes=-", Ok(None)),
            ("bytes=a-b", Ok(None)),
            ("bytes=+1-2", Ok(None)),
            ("pages=1-2", Ok(None)),
            ("", Ok(None)),
        ] {
            assert_eq!(asked(&with(RANGE, text)), expected, "{text}");
        }
        assert_eq!(asked(&HeaderMap::new()), Ok(None));
        let range = (RANGE, HeaderValue::from_static("bytes=0-0"));
        let conditional = HeaderMap::from_iter([range, (IF_RANGE, HeaderValue::from_static("\"x\""))]);
        assert_eq!(asked(&conditional), Ok(None));
    }
}
