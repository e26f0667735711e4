//! Clocks: the machine's, one moved by hand, and one that runs on from a moment in the past or future.
//!
//! Guarantees: no clock here ever answers an earlier moment than before, whatever the machine's clock does. Moments are
//! cut to microseconds, the precision that every store keeps.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use huzhu_app::ports::Clock;
use huzhu_domain::time::Moment;

/// Microseconds since 1970 that only ever grow.
#[derive(Debug)]
struct Latest(AtomicI64);

impl Latest {
    fn new(start: Moment) -> Self {
        Self(AtomicI64::new(start.as_microsecond()))
    }

    /// Notes `moment` and answers the later of it and all noted before.
    fn note(&self, moment: Moment) -> Moment {
        let micros = moment.as_microsecond();
        let before = self.0.fetch_max(micros, Ordering::AcqRel);
        from_micros(before.max(micros))
    }

    fn read(&self) -> Moment {
        from_micros(self.0.load(Ordering::Acquire))
    }
}

/// Every value noted came from a moment, so it is in range.
fn from_micros(micros: i64) -> Moment {
    Moment::from_microsecond(micros).unwrap_or(Moment::MAX)
}

/// The clock of the machine. When the machine's clock is put back, this one stands still until it is reached again.
#[derive(Debug)]
pub struct SystemClock(Latest);

impl SystemClock {
    /// A clock that has not been asked yet.
    pub fn new() -> Self {
        Self(Latest::new(Moment::MIN))
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for the time")]
    fn now(&self) -> Moment {
        self.0.note(Moment::now())
    }
}

/// A clock that stands until it is moved: for the demo's fast months and for tests.
#[derive(Debug)]
pub struct ManualClock(Latest);

impl ManualClock {
    /// A clock standing at `start`.
    pub fn new(start: Moment) -> Self {
        Self(Latest::new(start))
    }

    /// Moves on to `moment`; one that lies in the past leaves the clock where it is. Answers where it stands then.
    pub fn set(&self, moment: Moment) -> Moment {
        self.0.note(moment)
    }

    /// Moves on by `step`, at most to the end of time. Answers where it stands then.
    pub fn advance(&self, step: Duration) -> Moment {
        self.0.note(later(self.0.read(), step))
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Moment {
        self.0.read()
    }
}

/// A clock that starts at a given moment and then ticks as another one does: after the demo has lived through its
/// periods, its portal runs on from there in real time.
pub struct OffsetClock {
    start: Moment,
    base: Arc<dyn Clock>,
    base_start: Moment,
    /// Microseconds by which it was put forward.
    ahead: AtomicU64,
}

impl OffsetClock {
    /// A clock that answers `start` now and moves on with `base`.
    pub fn new(start: Moment, base: Arc<dyn Clock>) -> Self {
        let base_start = base.now();
        Self { start: from_micros(start.as_microsecond()), base, base_start, ahead: AtomicU64::new(0) }
    }

    /// Puts it forward by `step`, at most to the end of time. Answers where it stands then.
    pub fn advance(&self, step: Duration) -> Moment {
        let step = u64::try_from(step.as_micros()).unwrap_or(u64::MAX);
        let more = |ahead: u64| Some(ahead.saturating_add(step));
        // The update always has a value, so it cannot fail.
        let _ = self.ahead.fetch_update(Ordering::AcqRel, Ordering::Acquire, more);
        self.now()
    }
}

impl std::fmt::Debug for OffsetClock {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OffsetClock({} at {})", self.start, self.base_start)
    }
}

impl Clock for OffsetClock {
    fn now(&self) -> Moment {
        // The base never goes backwards, so the difference is never negative and this clock inherits the promise.
        let passed = self.base.now().duration_since(self.base_start).unsigned_abs();
        let ahead = Duration::from_micros(self.ahead.load(Ordering::Acquire));
        later(self.start, passed.saturating_add(ahead))
    }
}

/// `moment` plus `step`, or the end of time.
fn later(moment: Moment, step: Duration) -> Moment {
    moment.saturating_add(step).unwrap_or(Moment::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Moment {
        text.parse().unwrap()
    }

    #[test]
    fn the_system_clock_stands_still_when_the_machine_is_put_back() {
        let clock = SystemClock::new();
        let first = clock.now();
        assert!(first > at("2024-01-01T00:00:00Z"));
        let ahead = at("2999-01-01T00:00:00Z");
        assert_eq!(clock.0.note(ahead), ahead);
        assert_eq!(clock.now(), ahead);
    }

    #[test]
    fn a_clock_moved_by_hand_only_moves_forward() {
        let clock = ManualClock::new(at("2019-01-01T00:00:00Z"));
        for (moved, expected) in [
            (clock.set(at("2019-01-02T00:00:00Z")), "2019-01-02T00:00:00Z"),
            (clock.set(at("2018-01-02T00:00:00Z")), "2019-01-02T00:00:00Z"),
            (clock.advance(Duration::from_mins(1)), "2019-01-02T00:01:00Z"),
        ] {
            assert_eq!(moved, at(expected));
        }
        assert_eq!(clock.now(), at("2019-01-02T00:01:00Z"));
        assert!(clock.advance(Duration::MAX) > at("9999-12-30T00:00:00Z"));
    }

    #[test]
    fn an_offset_clock_runs_on_from_its_start_as_its_base_does() {
        let base = Arc::new(ManualClock::new(at("2026-05-05T10:00:00Z")));
        let clock = OffsetClock::new(at("2019-04-01T00:00:00Z"), base.clone());
        for (step, expected) in [
            (0, "2019-04-01T00:00:00Z"),
            (1_500, "2019-04-01T00:00:01.5Z"),
            (0, "2019-04-01T00:00:01.5Z"),
            (86_400_000, "2019-04-02T00:00:01.5Z"),
        ] {
            base.advance(Duration::from_millis(step));
            assert_eq!(clock.now(), at(expected));
        }
        assert_eq!(clock.advance(Duration::from_hours(24)), at("2019-04-03T00:00:01.5Z"));
        base.advance(Duration::from_secs(1));
        assert_eq!(clock.now(), at("2019-04-03T00:00:02.5Z"));
        assert!(clock.advance(Duration::MAX) > at("9999-12-30T00:00:00Z"));
        assert!(clock.advance(Duration::MAX) > at("9999-12-30T00:00:00Z"), "and once more");
    }

    #[test]
    fn moments_are_cut_to_microseconds() {
        let clock = ManualClock::new(at("2019-01-01T00:00:00.123456789Z"));
        assert_eq!(clock.now(), at("2019-01-01T00:00:00.123456Z"));
        assert_eq!(SystemClock::new().now().subsec_nanosecond() % 1_000, 0);
    }
}
