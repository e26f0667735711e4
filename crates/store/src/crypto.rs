//! Sealing: XChaCha20-Poly1305 (RFC 8439 with a 24-byte nonce) and random keys.
//!
//! Shape: sealed bytes are the nonce, then ciphertext and tag. What the bytes belong to goes in as associated data, so
//! that a row copied to another place does not open.
//!
//! Limits: nonces are random; 24 bytes make a repetition out of reach for any number of messages.

use chacha20poly1305::aead::{Aead, KeyInit, Payload};
use chacha20poly1305::{XChaCha20Poly1305, XNonce};
use zeroize::Zeroize;

/// Bytes of a nonce.
pub(crate) const NONCE_BYTES: usize = 24;

/// A key, wiped from memory when it is dropped.
#[derive(Clone)]
pub(crate) struct Key(pub(crate) [u8; 32]);

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl std::fmt::Debug for Key {
    /// Shows nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(secret)")
    }
}

/// The operating system gives no randomness: nothing may be sealed then.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[error("the operating system gives no randomness")]
pub(crate) struct NoRandomness;

/// Why sealed bytes do not open: another key, another place, or changed bytes. Which one cannot be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sealed bytes do not open")]
pub(crate) struct DoesNotOpen;

/// Random bytes of the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

impl Key {
    /// A new random key.
    pub(crate) fn random() -> Result<Self, NoRandomness> {
        random().map(Self)
    }

    /// Encrypts `clear`; `place` must be given again to open it.
    pub(crate) fn seal(&self, place: &[u8], clear: &[u8]) -> Result<Vec<u8>, NoRandomness> {
        let nonce: [u8; NONCE_BYTES] = random()?;
        let payload = Payload { msg: clear, aad: place };
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        let sealed = cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.expect("only 256 GB and more are too long to seal");
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// Decrypts what [`Key::seal`] made.
    pub(crate) fn open(&self, place: &[u8], sealed: &[u8]) -> Result<Vec<u8>, DoesNotOpen> {
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or(DoesNotOpen)?;
        let payload = Payload { msg: sealed, aad: place };
        let cipher = XChaCha20Poly1305::new(&self.0.into());
        cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| DoesNotOpen)
    }

    /// Encrypts another key.
    pub(crate) fn wrap(&self, place: &[u8], key: &Self) -> Result<Vec<u8>, NoRandomness> {
        self.seal(place, &key.0)
    }

    /// Decrypts what [`Key::wrap`] made.
    pub(crate) fn unwrap_key(&self, place: &[u8], wrapped: &[u8]) -> Result<Self, DoesNotOpen> {
        let mut clear = self.open(place, wrapped)?;
        let key = <[u8; 32]>::try_from(clear.as_slice());
        clear.zeroize();
        key.map(Self).map_err(|_| DoesNotOpen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sealed_bytes_open_with_the_same_key_at_the_same_place_and_unchanged_only() {
        let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
        let sealed = key.seal(b"here", b"text").unwrap();
        assert!(!sealed.windows(4).any(|w| w == b"text"));
        assert_eq!(key.open(b"here", &sealed).unwrap(), b"text");
        assert_eq!(key.open(b"there", &sealed), Err(DoesNotOpen));
        assert_eq!(other.open(b"here", &sealed), Err(DoesNotOpen));
        assert_eq!(key.open(b"here", &sealed[..20]), Err(DoesNotOpen));
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(key.open(b"here", &changed), Err(DoesNotOpen), "byte {at}");
        }
    }

    #[test]
    fn the_cipher_is_the_one_of_the_draft() {
        // draft-irtf-cfrg-xchacha-03, A.3.1: key 80..9f, nonce 40..57, aad, plaintext of the sunscreen text.
        let key = Key(std::array::from_fn(|i| 0x80 + u8::try_from(i).unwrap()));
        let nonce: [u8; 24] = std::array::from_fn(|i| 0x40 + u8::try_from(i).unwrap());
        let aad = [0x50, 0x51, 0x52, 0x53, 0xc0, 0xc1, 0xc2, 0xc3, 0xc4, 0xc5, 0xc6, 0xc7];
        let clear: &[u8] =
            b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the \
            future, sunscreen would be it.";
        let cipher = XChaCha20Poly1305::new(&key.0.into());
        let sealed = cipher.encrypt(&XNonce::from(nonce), Payload { msg: clear, aad: &aad }).unwrap();
        assert_eq!(sealed[..8], [0xbd, 0x6d, 0x17, 0x9d, 0x3e, 0x83, 0xd4, 0x3b]);
        let tag = &sealed[sealed.len() - 16..];
        assert_eq!(tag[..4], [0xc0, 0x87, 0x59, 0x24]);
        assert_eq!(key.open(&aad, &[&nonce[..], &sealed].concat()).unwrap(), clear);
    }
}
