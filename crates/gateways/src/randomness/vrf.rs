//! The operator's verifiable random function: ECVRF-EDWARDS25519-SHA512-TAI of RFC 9381, on the curve that the log signs with.
//!
//! Shape: [`VrfKey::prove`] gives a proof for an input, [`verify`] checks it with the public key and gives the output. An input
//! has one output under one key, and nobody without the key can tell it from chance before the proof is shown.
//!
//! Guarantees: the vectors of the RFC; readers take one spelling of keys and proofs (section 5.4.4 and the decoding of RFC 8032),
//! and refuse keys of small order (`validate_key` is true). Secrets are wiped from memory. See decision 0009 for why it is ours.
//!
//! Limits: try-and-increment takes a time that follows from the input, so inputs must be public. Here they are digests on the log.

use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::scalar::clamp_integer;
use curve25519_dalek::traits::IsIdentity;
use curve25519_dalek::{EdwardsPoint, Scalar};
use sha2::{Digest, Sha512};
use zeroize::Zeroize;

/// Bytes of a proof: a point, a challenge, a scalar.
pub const PROOF_BYTES: usize = 32 + CHALLENGE_BYTES + 32;
const CHALLENGE_BYTES: usize = 16;
/// What every hash begins with (section 5.5).
const SUITE: u8 = 0x03;
/// Separators of the hashes (sections 5.4.1.1, 5.4.3 and 5.2).
const ENCODE: u8 = 0x01;
const CHALLENGE: u8 = 0x02;
const OUTPUT: u8 = 0x03;
const END: u8 = 0x00;

/// Why a proof is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VrfError {
    /// The public key is no point, one in another spelling, or one of small order.
    #[error("this is no public key of the function")]
    Key,
    /// The proof is not 80 bytes, or a part of it is out of range or in another spelling.
    #[error("this has not the form of a proof")]
    Form,
    /// No point belongs to the input. Nobody will ever find such an input.
    #[error("the function has no value for this input")]
    Input,
    /// The proof is for another input or by another key.
    #[error("the proof is for another request, or by another key")]
    Proof,
}

/// A secret key, wiped from memory when it is dropped.
pub struct VrfKey {
    scalar: Scalar,
    /// What nonces are hashed under.
    prefix: [u8; 32],
    public: [u8; 32],
}

impl Drop for VrfKey {
    fn drop(&mut self) {
        self.scalar.zeroize();
        self.prefix.zeroize();
    }
}

impl std::fmt::Debug for VrfKey {
    /// Shows the public half.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "VrfKey({:02x?})", self.public)
    }
}

impl VrfKey {
    /// The key of 32 secret bytes, as RFC 8032 derives one (section 5.1.5).
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let mut hashed: [u8; 64] = Sha512::digest(seed).into();
        let (mut low, mut prefix) = ([0; 32], [0; 32]);
        low.copy_from_slice(hashed.split_at(32).0);
        prefix.copy_from_slice(hashed.split_at(32).1);
        // All points it multiplies are of prime order, so the remainder gives the same products.
        let scalar = Scalar::from_bytes_mod_order(clamp_integer(low));
        hashed.zeroize();
        low.zeroize();
        let public = EdwardsPoint::mul_base(&scalar).compress().to_bytes();
        Self { scalar, prefix, public }
    }

    /// What others check with.
    #[must_use]
    pub const fn public(&self) -> &[u8; 32] {
        &self.public
    }

    /// The output for an input, with its proof (section 5.1).
    ///
    /// # Errors
    /// [`VrfError::Input`], which never happens.
    pub fn prove(&self, input: &[u8]) -> Result<([u8; 64], [u8; PROOF_BYTES]), VrfError> {
        let h = encode_to_curve(&self.public, input)?;
        let h_string = h.compress();
        let gamma = self.scalar * h;
        // Section 5.4.2.2.
        let nonce = Sha512::new().chain_update(self.prefix).chain_update(h_string.as_bytes()).finalize();
        let mut k = Scalar::from_bytes_mod_order_wide(&nonce.into());
        let c = challenge(&self.public, &h, &gamma, &EdwardsPoint::mul_base(&k), &(k * h));
        let s = k + scalar(&c) * self.scalar;
        k.zeroize();
        let mut proof = [0; PROOF_BYTES];
        let (point, rest) = proof.split_at_mut(32);
        point.copy_from_slice(gamma.compress().as_bytes());
        let (c_string, s_string) = rest.split_at_mut(CHALLENGE_BYTES);
        c_string.copy_from_slice(&c);
        s_string.copy_from_slice(s.as_bytes());
        Ok((output(&gamma), proof))
    }
}

/// The output that a proof proves (section 5.3).
///
/// # Errors
/// [`VrfError`]; nothing is shown then.
#[expect(clippy::many_single_char_names, reason = "the letters of RFC 9381")]
pub fn verify(key: &[u8; 32], input: &[u8], proof: &[u8]) -> Result<[u8; 64], VrfError> {
    let y = point(key).filter(|y| !y.is_small_order()).ok_or(VrfError::Key)?;
    let (gamma, rest) = proof.split_first_chunk::<32>().ok_or(VrfError::Form)?;
    let (c, s) = rest.split_first_chunk::<CHALLENGE_BYTES>().ok_or(VrfError::Form)?;
    let gamma = point(gamma).ok_or(VrfError::Form)?;
    let s: [u8; 32] = s.try_into().map_err(|_| VrfError::Form)?;
    let s = Option::<Scalar>::from(Scalar::from_canonical_bytes(s)).ok_or(VrfError::Form)?;
    let h = encode_to_curve(key, input)?;
    let minus_c = -scalar(c);
    let u = EdwardsPoint::vartime_double_scalar_mul_basepoint(&minus_c, &y, &s);
    let v = s * h + minus_c * gamma;
    if challenge(key, &h, &gamma, &u, &v) == *c { Ok(output(&gamma)) } else { Err(VrfError::Proof) }
}

/// A point in its one spelling; the library itself takes several for a few points.
fn point(bytes: &[u8; 32]) -> Option<EdwardsPoint> {
    let compressed = CompressedEdwardsY(*bytes);
    compressed.decompress().filter(|point| point.compress() == compressed)
}

/// Try and increment (section 5.4.1.1); the salt is the public key.
fn encode_to_curve(key: &[u8; 32], input: &[u8]) -> Result<EdwardsPoint, VrfError> {
    for counter in 0..=u8::MAX {
        let hash = Sha512::new()
            .chain_update([SUITE, ENCODE])
            .chain_update(key)
            .chain_update(input)
            .chain_update([counter, END])
            .finalize();
        let first: Option<&[u8; 32]> = hash.first_chunk();
        let found = first.and_then(point).map(|found| found.mul_by_cofactor());
        if let Some(h) = found.filter(|h| !h.is_identity()) {
            return Ok(h);
        }
    }
    Err(VrfError::Input)
}

/// Section 5.4.3.
fn challenge(
    key: &[u8; 32],
    h: &EdwardsPoint,
    gamma: &EdwardsPoint,
    u: &EdwardsPoint,
    v: &EdwardsPoint,
) -> [u8; CHALLENGE_BYTES] {
    let mut hasher = Sha512::new().chain_update([SUITE, CHALLENGE]).chain_update(key);
    for point in [h, gamma, u, v] {
        hasher.update(point.compress().as_bytes());
    }
    let hash = hasher.chain_update([END]).finalize();
    let mut c = [0; CHALLENGE_BYTES];
    c.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    c
}

/// A challenge as a number, little-endian.
fn scalar(c: &[u8; CHALLENGE_BYTES]) -> Scalar {
    Scalar::from(u128::from_le_bytes(*c))
}

/// Section 5.2.
fn output(gamma: &EdwardsPoint) -> [u8; 64] {
    Sha512::new()
        .chain_update([SUITE, OUTPUT])
        .chain_update(gamma.mul_by_cofactor().compress().as_bytes())
        .chain_update([END])
        .finalize()
        .into()
}

#[cfg(test)]
mod tests;
