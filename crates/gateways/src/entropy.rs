//! Ids and secrets: from the operating system, or from a seed so that a demo or a simulation can be repeated.
//!
//! Ids are of version 7 (RFC 9562): 48 bits of milliseconds, then 74 random bits. Within one source each id is greater than
//! the one before, so ids sort by creation: in the same millisecond, or when a caller's moment lies before an earlier
//! one, the next id is the last one plus a random step of 1 to 2^32 (method 2 of section 6.2 there).
//!
//! Limits: order holds within one source, not between processes. Moments before 1970 are stamped as 1970.

use std::sync::{Mutex, MutexGuard, PoisonError};

use huzhu_app::ports::Entropy;
use huzhu_domain::time::Moment;
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use uuid::Uuid;

/// Bits of an id that carry no milliseconds, version or variant.
const RANDOM_BITS: u32 = 74;

/// Randomness of the operating system.
#[derive(Debug, Default)]
pub struct SystemEntropy {
    sequence: Mutex<Sequence>,
}

impl SystemEntropy {
    /// A source whose first id may be anything.
    pub fn new() -> Self {
        Self::default()
    }

    /// # Panics
    /// When the operating system has no randomness: nothing safe can be done without it.
    fn random<const N: usize>() -> [u8; N] {
        let mut bytes = [0; N];
        getrandom::fill(&mut bytes).expect("the operating system gives random bytes");
        bytes
    }
}

impl Entropy for SystemEntropy {
    fn uuid(&self, now: Moment) -> Uuid {
        let random = Self::random();
        held(&self.sequence).next(now, u128::from_le_bytes(random))
    }

    fn secret(&self) -> [u8; 32] {
        Self::random()
    }

    fn below(&self, bound: u32) -> u32 {
        uniform(bound, || u32::from_le_bytes(Self::random()))
    }
}

/// A stream that follows from its seed alone: the same seed and the same order of calls give the same ids. For the demo
/// and the simulator only: whoever knows the seed knows every secret.
#[derive(Debug)]
pub struct SeededEntropy {
    state: Mutex<(ChaCha20Rng, Sequence)>,
}

impl SeededEntropy {
    /// The stream of `seed`.
    pub fn new(seed: u64) -> Self {
        Self { state: Mutex::new((ChaCha20Rng::seed_from_u64(seed), Sequence::default())) }
    }
}

impl Entropy for SeededEntropy {
    fn uuid(&self, now: Moment) -> Uuid {
        let (stream, sequence) = &mut *held(&self.state);
        let mut random = [0; 16];
        stream.fill_bytes(&mut random);
        sequence.next(now, u128::from_le_bytes(random))
    }

    fn secret(&self) -> [u8; 32] {
        let mut secret = [0; 32];
        held(&self.state).0.fill_bytes(&mut secret);
        secret
    }

    fn below(&self, bound: u32) -> u32 {
        let mut state = held(&self.state);
        uniform(bound, || state.0.next_u32())
    }
}

/// The id given last, as 122 bits: milliseconds before the random part. Zero before the first.
#[derive(Debug, Default)]
struct Sequence(u128);

impl Sequence {
    /// The next id; `random` is 128 random bits.
    fn next(&mut self, now: Moment, random: u128) -> Uuid {
        let millis = u128::try_from(now.as_millisecond()).unwrap_or(0);
        let fresh = (millis << RANDOM_BITS) | (random & ((1 << RANDOM_BITS) - 1));
        let same_millisecond = fresh >> RANDOM_BITS <= self.0 >> RANDOM_BITS;
        self.0 = if same_millisecond {
            // Steps are large enough that a neighbouring id cannot be guessed, small enough that 2^42 of them fit.
            self.0 + 1 + u128::from(u32::try_from(random >> 96).unwrap_or(0))
        } else {
            fresh
        };
        pack(self.0)
    }
}

/// Puts version and variant between the 122 bits.
fn pack(bits: u128) -> Uuid {
    let high = (bits >> 62) & ((1 << 60) - 1); // 48 bits of milliseconds, 12 of rand_a
    let low = bits & ((1 << 62) - 1); // rand_b
    let (millis, rand_a) = (high >> 12, high & 0xfff);
    Uuid::from_u128((millis << 80) | (0x7 << 76) | (rand_a << 64) | (0b10 << 62) | low)
}

/// A uniform number below `bound`: draws outside the largest multiple of `bound` are thrown away, so that no number is
/// likelier than another.
fn uniform(bound: u32, mut draw: impl FnMut() -> u32) -> u32 {
    assert!(bound > 0, "no number lies below zero");
    let unusable = (1_u64 << 32).rem_euclid(u64::from(bound));
    let usable = (1_u64 << 32) - unusable;
    loop {
        let drawn = draw();
        if u64::from(drawn) < usable {
            return drawn.rem_euclid(bound);
        }
    }
}

/// Locks, also after a panic elsewhere: the state is valid after every step.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn an_id_is_a_uuidv7_stamped_with_the_moment() {
        for (moment, millis) in [
            ("2019-01-16T00:00:00.123456Z", 1_547_596_800_123),
            ("1970-01-01T00:00:00Z", 0),
            ("1960-01-01T00:00:00Z", 0),
            ("9999-12-30T00:00:00Z", 253_402_128_000_000),
        ] {
            for entropy in [&SystemEntropy::new() as &dyn Entropy, &SeededEntropy::new(7)] {
                let id = entropy.uuid(at(moment));
                assert_eq!(id.get_version_num(), 7);
                assert_eq!(id.get_variant(), uuid::Variant::RFC4122);
                let stamp = u64::try_from(id.as_u128() >> 80).unwrap();
                assert_eq!(stamp, millis, "{moment}");
            }
        }
    }

    #[test]
    fn ids_sort_by_creation_also_when_time_stands_or_goes_back() {
        let entropy = SystemEntropy::new();
        let moments = [
            "2020-01-01T00:00:00Z",
            "2020-01-01T00:00:00Z",
            "2019-01-01T00:00:00Z",
            "2020-01-01T00:00:00.002Z",
        ];
        let ids: Vec<Uuid> =
            moments.iter().flat_map(|moment| (0..1_000).map(|_| entropy.uuid(at(moment)))).collect();
        assert!(ids.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn threads_never_share_an_id() {
        let entropy = SystemEntropy::new();
        let now = at("2020-01-01T00:00:00Z");
        let ids = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..4)
                .map(|_| scope.spawn(|| (0..2_000).map(|_| entropy.uuid(now)).collect::<Vec<_>>()))
                .collect();
            threads.into_iter().flat_map(|t| t.join().unwrap()).collect::<BTreeSet<_>>()
        });
        assert_eq!(ids.len(), 8_000);
    }

    #[test]
    fn a_full_millisecond_runs_over_into_the_next() {
        let mut sequence = Sequence::default();
        let now = at("2020-01-01T00:00:00Z");
        let last = sequence.next(now, u128::MAX);
        let next = sequence.next(now, u128::MAX);
        assert!(last < next);
        assert_eq!(next.as_u128() >> 80, (last.as_u128() >> 80) + 1);
        assert_eq!((next.get_version_num(), next.get_variant()), (7, uuid::Variant::RFC4122));
    }

    #[test]
    fn the_same_seed_gives_the_same_stream_and_another_seed_another() {
        let stream = |seed| {
            let entropy = SeededEntropy::new(seed);
            let now = at("2019-01-16T00:00:00Z");
            (entropy.uuid(now), entropy.secret(), entropy.below(1_000_000), entropy.uuid(now))
        };
        assert_eq!(stream(1), stream(1));
        assert_ne!(stream(1), stream(2));
    }

    #[test]
    fn a_seed_gives_the_same_id_on_every_machine_and_in_every_release() {
        let id = SeededEntropy::new(1).uuid(at("2019-01-16T00:00:00Z"));
        assert_eq!(id.to_string(), "016853f5-2000-731a-9e63-60455044379a");
    }

    #[test]
    fn draws_that_would_favour_small_numbers_are_thrown_away() {
        for (bound, draws, expected) in [
            (1, vec![u32::MAX], 0),
            (10, vec![u32::MAX, 4_294_967_290, 4_294_967_289], 9),
            (1_000_000, vec![1_234_567], 234_567),
            (u32::MAX, vec![u32::MAX, 5], 5),
        ] {
            let mut draws = draws.into_iter();
            assert_eq!(uniform(bound, || draws.next().unwrap()), expected, "below {bound}");
            assert_eq!(draws.next(), None);
        }
    }

    #[test]
    #[should_panic(expected = "no number lies below zero")]
    fn nothing_is_drawn_below_zero() {
        SystemEntropy::new().below(0);
    }
}
