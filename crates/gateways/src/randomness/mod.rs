//! Where the seeds of draws come from: the operator's verifiable random function, or a public beacon.
//!
//! Shape: [`OperatorVrf`] and [`drand::Drand`] are the port; [`check`] is what everybody else does with an answer, without the
//! port, a network or a secret.
//!
//! Guarantees: an adapter hands on only what [`check`] takes.
//!
//! Limits: the operator knows the outputs of the own function beforehand, and is bound by what is on the log: subject and roster
//! were fixed before. With a beacon nobody knows; that is worth more where members do not trust the operator.

pub mod drand;
pub mod vrf;

use async_trait::async_trait;
use huzhu_app::ports::{Randomness, RandomnessError};
use huzhu_domain::digest::Digest;
use huzhu_domain::jury::{DrawRequest, SeedProof, SeedSource};
use huzhu_domain::time::Moment;

use drand::QUICKNET;
use vrf::{VrfError, VrfKey};

/// Why an answer is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The proof of the operator's function.
    #[error("the operator's proof: {0}")]
    Vrf(#[from] VrfError),
    /// A beacon that this version has no key of.
    #[error("the beacon {0} is not known here: this version knows quicknet of the League of Entropy")]
    UnknownBeacon(Digest),
    /// The beacon's key did not make the signature for this round.
    #[error("the beacon's key did not make this signature for this round")]
    Signature,
    /// The proof is good and shows another output.
    #[error("the proof is good, but shows another output than the one that is stated")]
    Output,
}

/// Checks that the source gave this output for this request.
///
/// # Errors
/// [`ProofError`]; nothing is shown then.
pub fn check(request: &DrawRequest, answer: &SeedProof) -> Result<(), ProofError> {
    let is_shown = match request.source {
        SeedSource::Vrf { key } => {
            vrf::verify(key.bytes(), request.digest().bytes(), &answer.proof)?.as_slice() == answer.output
        }
        SeedSource::Drand(at) if at.beacon == QUICKNET.hash => {
            QUICKNET.verify(at.round, &answer.proof)?.as_slice() == answer.output
        }
        SeedSource::Drand(at) => return Err(ProofError::UnknownBeacon(at.beacon)),
    };
    if is_shown { Ok(()) } else { Err(ProofError::Output) }
}

/// The operator's verifiable random function.
#[derive(Debug)]
pub struct OperatorVrf {
    key: VrfKey,
}

impl OperatorVrf {
    /// The function under this key.
    #[must_use]
    pub const fn new(key: VrfKey) -> Self {
        Self { key }
    }

    /// What others check with.
    #[must_use]
    pub const fn public(&self) -> Digest {
        Digest::from_bytes(*self.key.public())
    }
}

#[async_trait]
impl Randomness for OperatorVrf {
    fn source(&self, _now: Moment) -> SeedSource {
        SeedSource::Vrf { key: self.public() }
    }

    async fn reveal(&self, request: &DrawRequest, now: Moment) -> Result<SeedProof, RandomnessError> {
        if request.source != self.source(now) {
            return Err(RandomnessError::OtherSource(request.source));
        }
        let proved = self.key.prove(request.digest().bytes());
        let (output, proof) = proved.map_err(|error| RandomnessError::Unavailable(error.to_string()))?;
        Ok(SeedProof { output: output.to_vec(), proof: proof.to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use huzhu_domain::jury::DrandRound;

    fn digest(byte: u8) -> Digest {
        Digest::from_bytes([byte; 32])
    }

    #[tokio::test]
    async fn the_operator_s_function_answers_the_same_for_ever_and_only_for_its_own_key() {
        let own = OperatorVrf::new(VrfKey::from_seed(&[1; 32]));
        let other = OperatorVrf::new(VrfKey::from_seed(&[2; 32]));
        let now = Moment::UNIX_EPOCH;
        let request = DrawRequest { subject: digest(1), roster: digest(2), source: own.source(now) };
        let answer = own.reveal(&request, now).await.unwrap();
        assert_eq!(own.reveal(&request, Moment::MAX).await.as_ref(), Ok(&answer));
        assert_eq!(check(&request, &answer), Ok(()));
        assert_eq!(
            other.reveal(&request, now).await,
            Err(RandomnessError::OtherSource(SeedSource::Vrf { key: own.public() }))
        );
        for changed in [
            DrawRequest { subject: digest(3), ..request },
            DrawRequest { roster: digest(3), ..request },
            DrawRequest { source: other.source(now), ..request },
        ] {
            assert_eq!(check(&changed, &answer), Err(ProofError::Vrf(VrfError::Proof)));
        }
        let mut stated = answer.clone();
        stated.output[63] ^= 1;
        assert_eq!(check(&request, &stated), Err(ProofError::Output));
        let unknown = SeedSource::Drand(DrandRound { beacon: digest(9), round: 1 });
        let request = DrawRequest { source: unknown, ..request };
        assert_eq!(check(&request, &answer), Err(ProofError::UnknownBeacon(digest(9))));
    }
}
