//! SHA-256 as the log uses it: leaves, inner nodes, and digests with a salt.
//!
//! Guarantees: a leaf can never pass for an inner node or the other way round (RFC 6962, section 2.1: one byte in front says
//! which it is).

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};

use crate::format::{FormatError, from_base64, from_hex, to_base64, to_hex};

/// 32 bytes of SHA-256. Shown as base64, as all C2SP formats do.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Hash([u8; 32]);

impl Hash {
    /// Bytes in a hash.
    pub const LEN: usize = 32;

    /// A hash from its bytes.
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// A hash from exactly 32 bytes; nothing for any other length.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        bytes.try_into().ok().map(Self)
    }

    /// Its bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Plain SHA-256 of bytes, as `sha256sum` computes it.
    pub fn digest(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// 64 lower-case hexadecimal digits, as `sha256sum` prints them.
    pub fn to_hex(&self) -> String {
        to_hex(&self.0)
    }

    /// A hash from 64 lower-case hexadecimal digits.
    pub fn from_hex(text: &str) -> Result<Self, FormatError> {
        from_hex(text)
            .and_then(|bytes| Self::from_slice(&bytes))
            .ok_or_else(|| FormatError::whole("64 lower-case hexadecimal digits are expected"))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&to_base64(&self.0))
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = FormatError;

    /// Reads the base64 that [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, FormatError> {
        from_base64(text)
            .and_then(|bytes| Self::from_slice(&bytes))
            .ok_or_else(|| FormatError::whole("32 bytes in padded base64 are expected"))
    }
}

/// The hash of an entry in the tree: SHA-256 of `0x00` and the entry's bytes (RFC 6962, section 2.1).
pub fn leaf_hash(entry: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0]).chain_update(entry).finalize().into())
}

/// The hash of an inner node: SHA-256 of `0x01` and both children (RFC 6962, section 2.1).
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut bytes = [1_u8; 65];
    let (_, children) = bytes.split_at_mut(1);
    let (first, second) = children.split_at_mut(Hash::LEN);
    first.copy_from_slice(&left.0);
    second.copy_from_slice(&right.0);
    Hash(Sha256::digest(bytes).into())
}

/// The root of a tree without leaves: SHA-256 of nothing (RFC 6962, section 2.1).
pub fn empty_root() -> Hash {
    Hash::digest(b"")
}

/// SHA-256 of 32 bytes of salt and a message. The salt keeps the digest from being guessed, and its destruction makes the
/// digest meaningless. By hand: `(xxd -r -p salt.hex; cat file) | sha256sum`.
pub fn salted_digest(salt: &[u8; 32], message: &[u8]) -> Hash {
    let mut hasher = SaltedHasher::new(salt);
    hasher.update(message);
    hasher.finish()
}

/// [`salted_digest`] for files that come in pieces.
#[derive(Clone, Debug)]
pub struct SaltedHasher(Sha256);

impl SaltedHasher {
    /// Begins with the salt.
    pub fn new(salt: &[u8; 32]) -> Self {
        Self(Sha256::new().chain_update(salt))
    }

    /// Adds the next piece of the message.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// The digest of everything that was added.
    pub fn finish(self) -> Hash {
        Hash(self.0.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn leaves_and_nodes_hash_as_in_certificate_transparency() {
        // From the test data of certificate-transparency-go, `testonly/reference_merkle_tree_test`.
        assert_eq!(empty_root().to_hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert_eq!(
            leaf_hash(b"").to_hex(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            node_hash(&leaf_hash(b""), &leaf_hash(&[0])).to_hex(),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }

    #[test]
    fn a_digest_in_pieces_is_the_digest_of_the_whole() {
        let salt = [7; 32];
        let mut hasher = SaltedHasher::new(&salt);
        hasher.update(b"one ");
        hasher.update(b"two");
        assert_eq!(hasher.finish(), salted_digest(&salt, b"one two"));
        assert_eq!(salted_digest(&salt, b""), Hash::digest(&salt));
    }

    #[test]
    fn a_hash_has_one_spelling_in_base64_and_one_in_hexadecimal() {
        let hash = Hash::digest(b"a");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(Hash::from_hex(&hash.to_hex()), Ok(hash));
        for bad in ["", "AA==", &hash.to_hex(), &hash.to_string().replace('=', ""), &format!("{hash}\n")] {
            assert!(bad.parse::<Hash>().is_err(), "{bad:?}");
        }
        assert!(Hash::from_hex(&hash.to_hex().to_uppercase()).is_err());
    }
}
