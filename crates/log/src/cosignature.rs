//! Cosignatures: a witness states that at this time this was the largest consistent head of a log that it had seen (C2SP
//! tlog-cosignature, the Ed25519 form).
//!
//! Guarantees: the time is signed together with the checkpoint; a cosignature cannot pass for a log's signature, because the
//! message begins with a line of its own.
//!
//! Limits: whether a checkpoint may be cosigned (consistent, never two roots for one size) is the witness's business. Times are
//! not compared with a clock here.

use std::fmt;

use ed25519_dalek::{Signer as _, SigningKey};

use crate::checkpoint::{MAX_SIZE, SignedCheckpoint};
use crate::format::FormatError;
use crate::note::{KeyKind, NoteError, Signature, Vkey};

/// The secret key of a witness: makes signatures of type 0x04.
pub struct Cosigner {
    key: SigningKey,
    vkey: Vkey,
}

impl Cosigner {
    /// The key with this name made from 32 secret bytes. Two cosigners need two keys: the message does not name the cosigner.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, FormatError> {
        let key = SigningKey::from_bytes(seed);
        let vkey = Vkey::new(name, KeyKind::Cosignature, key.verifying_key().as_bytes())?;
        Ok(Self { key, vkey })
    }

    /// The key that others check with.
    pub const fn vkey(&self) -> &Vkey {
        &self.vkey
    }

    /// Cosigns a checkpoint at a time in whole seconds since 1970-01-01 UTC. Times above 2^63 - 1 become that number, which
    /// the format sets as its limit.
    pub fn cosign(&self, checkpoint: &SignedCheckpoint, at: u64) -> Signature {
        let at = at.min(MAX_TIME);
        let signature = self.key.sign(message(checkpoint.note().text(), at).as_bytes());
        let mut bytes = at.to_be_bytes().to_vec();
        bytes.extend_from_slice(&signature.to_bytes());
        Signature::by(&self.vkey, bytes)
    }
}

impl fmt::Debug for Cosigner {
    /// The secret is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cosigner({})", self.vkey)
    }
}

/// The latest time that a cosignature may state, in seconds.
const MAX_TIME: u64 = MAX_SIZE;

/// Checks one cosignature over the text of a checkpoint and answers its time in seconds since 1970-01-01 UTC.
pub fn verify(text: &str, signature: &Signature, vkey: &Vkey) -> Result<u64, NoteError> {
    let bad = || NoteError::FalseSignature { name: vkey.name().to_owned(), id: vkey.id() };
    if vkey.kind() != KeyKind::Cosignature || !vkey.claims(signature) {
        return Err(bad());
    }
    let (at, rest) = signature.bytes().split_first_chunk::<8>().ok_or_else(bad)?;
    let at = u64::from_be_bytes(*at);
    let ed25519 = <&[u8; 64]>::try_from(rest).map_err(|_| bad())?;
    if at > MAX_TIME || !vkey.is_signed(message(text, at).as_bytes(), ed25519) {
        return Err(bad());
    }
    Ok(at)
}

fn message(text: &str, at: u64) -> String {
    format!("cosignature/v1\ntime {at}\n{text}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::checkpoint::Checkpoint;
    use crate::hash::Hash;
    use crate::note::Signer;

    const AT: u64 = 1_679_315_147;

    fn signed(size: u64) -> SignedCheckpoint {
        let checkpoint = Checkpoint::new("log.example", size, Hash::digest(b"a")).unwrap();
        checkpoint.sign(&Signer::new("log.example", &[1; 32]).unwrap())
    }

    #[test]
    fn the_message_is_the_one_of_c2sp() {
        let text = "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let expected = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n20852163\n\
                        CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        assert_eq!(message(text, AT), expected);
    }

    #[test]
    fn a_cosignature_holds_for_its_checkpoint_time_and_key_only() {
        let witness = Cosigner::new("witness.example", &[2; 32]).unwrap();
        let other = Cosigner::new("witness.example", &[3; 32]).unwrap();
        let signature = witness.cosign(&signed(5), AT);
        assert_eq!(signature.bytes().len(), 72);
        let text = signed(5).note().text().to_owned();
        assert_eq!(verify(&text, &signature, witness.vkey()), Ok(AT));
        assert!(verify(signed(6).note().text(), &signature, witness.vkey()).is_err());
        assert!(verify(&text, &signature, other.vkey()).is_err());
        for at in 0..72 {
            let mut bytes = signature.bytes().to_vec();
            bytes[at] ^= 1;
            let changed = Signature::by(witness.vkey(), bytes);
            assert!(verify(&text, &changed, witness.vkey()).is_err(), "byte {at}");
        }
        for length in [0, 7, 8, 64, 71] {
            let cut = Signature::by(witness.vkey(), signature.bytes()[..length].to_vec());
            assert!(verify(&text, &cut, witness.vkey()).is_err(), "{length} bytes");
        }
    }

    #[test]
    fn a_time_above_the_limit_is_refused_even_when_it_is_signed() {
        let witness = Cosigner::new("witness.example", &[2; 32]).unwrap();
        let text = signed(5).note().text().to_owned();
        let too_late = MAX_TIME + 1;
        let mut bytes = too_late.to_be_bytes().to_vec();
        bytes.extend_from_slice(&witness.key.sign(message(&text, too_late).as_bytes()).to_bytes());
        assert!(verify(&text, &Signature::by(witness.vkey(), bytes), witness.vkey()).is_err());
        assert_eq!(verify(&text, &witness.cosign(&signed(5), u64::MAX), witness.vkey()), Ok(MAX_TIME));
    }

    #[test]
    fn a_signature_of_the_log_is_no_cosignature() {
        let log = Signer::new("log.example", &[1; 32]).unwrap();
        let text = signed(5).note().text().to_owned();
        let signature = log.sign(&text);
        assert!(verify(&text, &signature, log.vkey()).is_err());
        let same_key = Cosigner::new("log.example", &[1; 32]).unwrap();
        assert!(verify(&text, &signature, same_key.vkey()).is_err());
    }
}
