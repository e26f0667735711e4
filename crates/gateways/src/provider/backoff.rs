//! How long to wait before asking again, or not at all. Pure.

use std::time::Duration;

use super::fault::Remedy;

/// When a failed attempt is repeated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Backoff {
    /// Attempts at most, the first one included.
    pub(crate) attempts: u32,
    /// Longest pause after the first attempt; doubled after each further one.
    pub(crate) first: Duration,
    /// Longest pause of all.
    pub(crate) longest: Duration,
}

impl Backoff {
    /// The pause after attempt number `attempt` (from 1) failed with `remedy` while `left` of the time budget remains,
    /// or `None` to give up. `jitter` in 0..=1000 picks the pause between half and the whole of what has grown so far,
    /// so that callers who failed together do not come back together. A pause that the provider asked for is
    /// kept to the full; one that does not leave time for another attempt is not begun.
    pub(crate) fn pause(
        &self,
        attempt: u32,
        remedy: Remedy,
        left: Duration,
        jitter: u32,
    ) -> Option<Duration> {
        if attempt >= self.attempts {
            return None;
        }
        let grown = 1_u32
            .checked_shl(attempt.saturating_sub(1))
            .and_then(|factor| self.first.checked_mul(factor))
            .unwrap_or(self.longest)
            .min(self.longest);
        let half = grown.checked_div(2).unwrap_or_default();
        let spread = half.saturating_mul(jitter.min(1_000)).checked_div(1_000).unwrap_or_default();
        let pause = match remedy {
            Remedy::GiveUp => return None,
            Remedy::Again => half + spread,
            Remedy::AgainAfter(asked) => asked.saturating_add(spread),
        };
        (pause < left).then_some(pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BACKOFF: Backoff =
        Backoff { attempts: 4, first: Duration::from_millis(100), longest: Duration::from_millis(300) };

    #[test]
    fn pauses_double_up_to_the_longest_with_jitter_in_the_upper_half() {
        let again = Remedy::Again;
        let after = |ms| Remedy::AgainAfter(Duration::from_millis(ms));
        for (attempt, remedy, left, jitter, expected) in [
            (1, again, 5_000, 0, Some(50)),
            (1, again, 5_000, 1_000, Some(100)),
            (1, again, 5_000, 500, Some(75)),
            (1, again, 5_000, u32::MAX, Some(100)),
            (2, again, 5_000, 1_000, Some(200)),
            (3, again, 5_000, 1_000, Some(300)),
            (4, again, 5_000, 0, None),
            (1, again, 50, 0, None),
            (1, again, 51, 0, Some(50)),
            (1, Remedy::GiveUp, 5_000, 0, None),
            (1, after(2_000), 5_000, 0, Some(2_000)),
            (1, after(2_000), 5_000, 1_000, Some(2_050)),
            (1, after(0), 5_000, 0, Some(0)),
            (1, after(5_000), 5_000, 0, None),
            (4, after(0), 5_000, 0, None),
        ] {
            assert_eq!(
                BACKOFF.pause(attempt, remedy, Duration::from_millis(left), jitter),
                expected.map(Duration::from_millis),
                "attempt {attempt}, {remedy:?}, {left} ms left, jitter {jitter}"
            );
        }
    }

    #[test]
    fn no_number_of_attempts_overflows() {
        let patient = Backoff { attempts: u32::MAX, ..BACKOFF };
        for attempt in [31, 32, 33, 64, u32::MAX - 1] {
            assert_eq!(
                patient.pause(attempt, Remedy::Again, Duration::MAX, 1_000),
                Some(Duration::from_millis(300))
            );
        }
        assert_eq!(patient.pause(1, Remedy::AgainAfter(Duration::MAX), Duration::from_secs(1), 1_000), None);
    }
}
