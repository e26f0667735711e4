//! The world of a simulation: a clock moved by hand, ids and secrets from a seed, providers that can be switched off.
//!
//! Guarantees: everything here follows from the seed and from the order of calls, so that a run can be repeated.

use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use huzhu_app::person::Person;
use huzhu_app::ports::{Clock, CreditProvider, Entropy, IdentityProvider, ProviderError, Secrets};
use huzhu_domain::digest::Digest;
use huzhu_domain::time::Moment;
use rand::{Rng as _, RngExt as _, SeedableRng as _};
use rand_chacha::ChaCha8Rng;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Chance in whole numbers, from a seed.
#[derive(Clone, Debug)]
pub struct Dice(ChaCha8Rng);

impl Dice {
    /// The dice of a seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// Dice of their own for one part of the run, so that one throw more elsewhere does not change this part.
    #[must_use]
    pub fn fork(&mut self) -> Self {
        Self::new(self.0.next_u64())
    }

    /// A number from `low` to `high`, both included; `low` when they are the wrong way round.
    pub fn range(&mut self, low: u64, high: u64) -> u64 {
        self.0.random_range(low..=high.max(low))
    }

    /// Like [`Dice::range`], for days.
    pub fn days(&mut self, low: i64, high: i64) -> i64 {
        self.0.random_range(low..=high.max(low))
    }

    /// `true` in so many of a thousand throws.
    pub fn chance(&mut self, of_thousand: u32) -> bool {
        self.0.random_range(0..1_000_u32) < of_thousand
    }

    /// One of a list; `None` when it is empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() {
            return None;
        }
        list.get(self.0.random_range(0..list.len()))
    }

    /// An index below `length`, which is at least 1.
    pub fn index(&mut self, length: usize) -> usize {
        self.0.random_range(0..length.max(1))
    }

    fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.0.fill_bytes(&mut bytes);
        bytes
    }

    /// An id that nobody has used, stamped with `now`.
    pub fn uuid(&mut self, now: Moment) -> Uuid {
        let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
        uuid::Builder::from_unix_timestamp_millis(millis, &self.bytes()).into_uuid()
    }
}

/// A clock that stands until it is moved, and never backwards.
#[derive(Debug)]
pub struct HandClock(AtomicI64);

impl HandClock {
    /// A clock standing at `start`.
    #[must_use]
    pub fn new(start: Moment) -> Self {
        Self(AtomicI64::new(start.as_microsecond()))
    }

    /// Moves on to `moment`; stays when that lies in the past.
    pub fn set(&self, moment: Moment) {
        self.0.fetch_max(moment.as_microsecond(), Ordering::AcqRel);
    }

    /// Moves on by so many seconds.
    pub fn tick(&self, seconds: i64) {
        self.0.fetch_add(seconds.max(0).saturating_mul(1_000_000), Ordering::AcqRel);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Moment {
        Moment::from_microsecond(self.0.load(Ordering::Acquire)).unwrap_or(Moment::MAX)
    }
}

/// Ids and secrets from a seed.
#[derive(Debug)]
pub struct SeededIds(Mutex<Dice>);

impl SeededIds {
    /// The stream of these dice.
    #[must_use]
    pub const fn new(dice: Dice) -> Self {
        Self(Mutex::new(dice))
    }
}

impl Entropy for SeededIds {
    fn uuid(&self, now: Moment) -> Uuid {
        held(&self.0).uuid(now)
    }

    fn secret(&self) -> [u8; 32] {
        held(&self.0).bytes()
    }

    fn below(&self, bound: u32) -> u32 {
        let drawn = held(&self.0).range(0, u64::from(bound.saturating_sub(1)));
        u32::try_from(drawn).unwrap_or(0)
    }
}

/// Hashes that everybody could compute: secrets do not matter in a simulation.
#[derive(Debug)]
pub struct OpenSecrets;

impl Secrets for OpenSecrets {
    fn keyed_hash(&self, purpose: &'static str, bytes: &[u8]) -> Digest {
        let mut hash = Sha256::new();
        hash.update(purpose.as_bytes());
        hash.update([0]);
        hash.update(bytes);
        Digest::from_bytes(hash.finalize().into())
    }
}

/// Identity and credit providers in one: they know people by their identity number, and can be switched off.
#[derive(Debug, Default)]
pub struct Providers(AtomicBool);

/// People whose number begins so are not confirmed.
pub const UNCONFIRMED: &str = "BAD";
/// People whose number begins so have a low score.
pub const POOR: &str = "LOW";

impl Providers {
    /// Switches both off or on.
    pub fn set_down(&self, down: bool) {
        self.0.store(down, Ordering::Release);
    }

    /// Whether both are off.
    pub fn are_down(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }

    fn check(&self, provider: &'static str) -> Result<(), ProviderError> {
        if self.are_down() {
            let why = "a fault on purpose: provider".to_owned();
            return Err(ProviderError { provider, why });
        }
        Ok(())
    }
}

#[async_trait]
impl IdentityProvider for Providers {
    async fn confirm(&self, person: &Person) -> Result<bool, ProviderError> {
        self.check("identity")?;
        Ok(!person.identity_number.starts_with(UNCONFIRMED))
    }
}

#[async_trait]
impl CreditProvider for Providers {
    async fn score(&self, person: &Person) -> Result<u32, ProviderError> {
        self.check("credit")?;
        Ok(if person.identity_number.starts_with(POOR) { 300 } else { 700 })
    }
}
