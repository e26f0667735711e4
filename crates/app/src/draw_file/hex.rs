//! Bytes in the file: lower-case hexadecimal digits, one spelling.

use std::borrow::Cow;
use std::fmt;

use huzhu_domain::digest::Digest;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::DrawFinding;

/// Some bytes.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Hex(pub(super) Vec<u8>);

impl Hex {
    pub(super) fn of(digest: &Digest) -> Self {
        Self(digest.bytes().to_vec())
    }

    pub(super) fn parse(text: &str) -> Option<Self> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => byte.checked_sub(b'0'),
            b'a'..=b'f' => byte.checked_sub(b'a').and_then(|value| value.checked_add(10)),
            _ => None,
        };
        if !text.len().is_multiple_of(2) {
            return None;
        }
        let byte = |pair: &[u8]| pair.iter().try_fold(0, |byte: u8, next| Some(byte << 4 | digit(*next)?));
        text.as_bytes().chunks_exact(2).map(byte).collect::<Option<_>>().map(Self)
    }

    /// 32 bytes, or which field is not.
    pub(super) fn digest(&self, what: &'static str) -> Result<Digest, DrawFinding> {
        let bytes: Result<[u8; 32], _> = self.0.as_slice().try_into();
        let wrong = |_| DrawFinding::Form(format!("{what}: not 64 hexadecimal digits"));
        bytes.map(Digest::from_bytes).map_err(wrong)
    }
}

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Serialize for Hex {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Hex {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| D::Error::custom("lower-case hexadecimal digits are expected"))
    }
}
