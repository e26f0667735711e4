//! A source of seeds that misbehaves on purpose: late, silent, or replaced by another one.
//!
//! Shape: [`ScriptedRandomness`] answers from a seed of its own. Its outputs are hashes and its proofs prove nothing: use cases
//! trust the port, and real adapters are tested where they are.
//!
//! Guarantees: the same seed gives the same answer to the same request, whatever went wrong in between.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use huzhu_app::ports::{Randomness, RandomnessError};
use huzhu_domain::digest::Digest;
use huzhu_domain::jury::{DrandRound, DrawRequest, SeedProof, SeedSource};
use huzhu_domain::time::Moment;
use huzhu_log::Hash;

/// A source that does what its script says.
#[derive(Debug)]
pub struct ScriptedRandomness {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Stands for key or beacon.
    name: Digest,
    /// How long after a request it answers; `None`: at once, like the operator's function.
    delay: Option<Duration>,
    /// Calls of `reveal`, counted from 1, to which nobody answers.
    silent: BTreeSet<u64>,
    calls: u64,
}

impl ScriptedRandomness {
    /// Answers at once, as the operator's function does.
    #[must_use]
    pub const fn prompt(seed: [u8; 32]) -> Self {
        Self::with(seed, None)
    }

    /// Answers `delay` after a request, as a beacon does.
    #[must_use]
    pub const fn delayed(seed: [u8; 32], delay: Duration) -> Self {
        Self::with(seed, Some(delay))
    }

    const fn with(seed: [u8; 32], delay: Option<Duration>) -> Self {
        let name = Digest::from_bytes(seed);
        Self { state: Mutex::new(State { name, delay, silent: BTreeSet::new(), calls: 0 }) }
    }

    /// Does not answer these calls of `reveal`, counted from 1 over the whole life.
    #[must_use]
    pub fn silent_at(self, calls: impl IntoIterator<Item = u64>) -> Self {
        self.lock().silent.extend(calls);
        self
    }

    /// Puts another source in its place, as an operator does who loses the key or the beacon: open requests are not answered.
    pub fn replace(&self, seed: [u8; 32]) {
        self.lock().name = Digest::from_bytes(seed);
    }

    /// Calls of `reveal` so far.
    pub fn calls(&self) -> u64 {
        self.lock().calls
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Randomness for ScriptedRandomness {
    fn source(&self, now: Moment) -> SeedSource {
        let state = self.lock();
        match state.delay {
            None => SeedSource::Vrf { key: state.name },
            Some(delay) => {
                let at = now.saturating_add(delay).unwrap_or(Moment::MAX);
                // A round a millisecond: the round is the time.
                let round = u64::try_from(at.as_millisecond()).unwrap_or(0);
                SeedSource::Drand(DrandRound { beacon: state.name, round })
            }
        }
    }

    async fn reveal(&self, request: &DrawRequest, now: Moment) -> Result<SeedProof, RandomnessError> {
        let mut state = self.lock();
        state.calls += 1;
        let name = match request.source {
            SeedSource::Vrf { key } => key,
            SeedSource::Drand(at) => {
                let until = i64::try_from(at.round).ok().and_then(|at| Moment::from_millisecond(at).ok());
                let until = until.unwrap_or(Moment::MAX);
                if now < until {
                    return Err(RandomnessError::NotYet { until });
                }
                at.beacon
            }
        };
        if name != state.name {
            return Err(RandomnessError::OtherSource(request.source));
        }
        if state.silent.contains(&state.calls) {
            return Err(RandomnessError::Unavailable("silent on purpose".to_owned()));
        }
        let answer = Hash::digest(&[state.name.bytes().as_slice(), request.digest().bytes()].concat());
        Ok(SeedProof { output: answer.as_bytes().to_vec(), proof: answer.as_bytes().to_vec() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(source: SeedSource) -> DrawRequest {
        DrawRequest { subject: Digest::from_bytes([1; 32]), roster: Digest::from_bytes([2; 32]), source }
    }

    #[tokio::test]
    async fn it_is_late_silent_and_replaced_as_the_script_says_and_never_changes_its_answer() {
        let now = Moment::UNIX_EPOCH;
        let minute = Duration::from_mins(1);
        let late = ScriptedRandomness::delayed([7; 32], minute).silent_at([2]);
        let asked = request(late.source(now));
        let then = now.checked_add(minute).unwrap();
        assert_eq!(late.reveal(&asked, now).await, Err(RandomnessError::NotYet { until: then }));
        assert!(matches!(late.reveal(&asked, then).await, Err(RandomnessError::Unavailable(_))));
        let answer = late.reveal(&asked, then).await.unwrap();
        late.replace([8; 32]);
        assert_eq!(late.reveal(&asked, then).await, Err(RandomnessError::OtherSource(asked.source)));
        late.replace([7; 32]);
        assert_eq!(late.reveal(&asked, Moment::MAX).await, Ok(answer));
        assert_eq!(late.calls(), 5);
        let prompt = ScriptedRandomness::prompt([7; 32]);
        assert!(prompt.reveal(&request(prompt.source(now)), now).await.is_ok());
    }
}
