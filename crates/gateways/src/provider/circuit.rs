//! A circuit breaker: after some failures in a row the provider is left alone for a while, then tried with one call.
//! Pure; the client holds it behind a lock and brings the time.

use std::time::Duration;

use huzhu_domain::time::Moment;

/// When the circuit opens and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CircuitLimits {
    /// Failed calls in a row that open it; at least 1.
    pub failures: u32,
    /// How long the provider is left alone.
    pub rest: Duration,
}

/// State of the circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// Calls go through; so many failed in a row.
    Closed { failures: u32 },
    /// No call goes through before the moment.
    Open { until: Moment },
    /// One call is trying whether the provider is back; the others wait as if open.
    HalfOpen,
}

/// The circuit of one provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Circuit {
    limits: CircuitLimits,
    state: State,
}

impl Circuit {
    pub(crate) const fn new(limits: CircuitLimits) -> Self {
        Self { limits, state: State::Closed { failures: 0 } }
    }

    /// Asks to make a call.
    ///
    /// # Errors
    /// How long to leave the provider alone. While one call is trying, that is the length of a rest: nobody knows yet.
    pub(crate) fn admit(&mut self, now: Moment) -> Result<(), Duration> {
        match self.state {
            State::Closed { .. } => Ok(()),
            State::Open { until } if now < until => Err(until.duration_since(now).unsigned_abs()),
            State::Open { .. } => {
                self.state = State::HalfOpen;
                Ok(())
            }
            State::HalfOpen => Err(self.limits.rest),
        }
    }

    /// An admitted call was answered.
    pub(crate) const fn succeed(&mut self) {
        match self.state {
            State::Closed { .. } | State::HalfOpen => self.state = State::Closed { failures: 0 },
            // A straggler from before the circuit opened; the rest goes on.
            State::Open { .. } => {}
        }
    }

    /// An admitted call failed.
    pub(crate) fn fail(&mut self, now: Moment) {
        let rest = State::Open { until: now.saturating_add(self.limits.rest).unwrap_or(Moment::MAX) };
        match self.state {
            State::Closed { failures } => {
                let failures = failures.saturating_add(1);
                self.state = if failures >= self.limits.failures { rest } else { State::Closed { failures } };
            }
            State::HalfOpen => self.state = rest,
            State::Open { .. } => {}
        }
    }

    /// An admitted call ended without telling anything: its caller went away. If it was the one trying, the next may try.
    pub(crate) const fn abandon(&mut self, now: Moment) {
        match self.state {
            State::HalfOpen => self.state = State::Open { until: now },
            State::Closed { .. } | State::Open { .. } => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Plays a story: each letter is one step one second after the last. `a` admitted, `x` not admitted, `s` succeeds,
    /// `f` fails, `d` is abandoned, `.` nothing happens. Answers whether the story is true.
    fn check(story: &str) {
        let limits = CircuitLimits { failures: 3, rest: Duration::from_secs(10) };
        let mut circuit = Circuit::new(limits);
        for (second, step) in (0_i64..).zip(story.chars()) {
            let now = Moment::from_second(second).unwrap();
            match step {
                'a' => assert_eq!(circuit.admit(now), Ok(()), "second {second} of {story}"),
                'x' => assert!(circuit.admit(now).is_err(), "second {second} of {story}"),
                's' => circuit.succeed(),
                'f' => circuit.fail(now),
                'd' => circuit.abandon(now),
                _ => {}
            }
        }
    }

    #[test]
    fn the_circuit_opens_after_failures_in_a_row_and_closes_after_one_success() {
        for story in [
            "asasas",                       // healthy
            "afafasafafa",                  // a success in between starts the count anew
            "afafafx",                      // three in a row open it
            "afafafx.......xa",             // ten seconds after the last failure one call may try
            "afafaf..........ax",           // only one
            "afafaf..........asafafa",      // it succeeds: closed, counting from nothing
            "afafaf..........afx",          // it fails: open again
            "afafaf..........afx.......xa", // ... for ten seconds
            "afafaf..........adaxs",        // its caller goes away: the next may try at once
            "aaafffx",                      // calls under way when it opens
            "aaaafff.s.x",                  // a late success does not close an open circuit
            "aaaaffff......xx.a",           // a late failure does not lengthen the rest
            "aaaaaaaa",                     // calls under way do not count
        ] {
            check(story);
        }
    }

    #[test]
    fn a_refused_call_is_told_how_long_to_wait() {
        let limits = CircuitLimits { failures: 1, rest: Duration::from_secs(10) };
        let mut circuit = Circuit::new(limits);
        let at = |second| Moment::from_second(second).unwrap();
        circuit.admit(at(0)).unwrap();
        circuit.fail(at(0));
        for (second, expected) in [(1, Err(9)), (9, Err(1)), (10, Ok(())), (11, Err(10))] {
            assert_eq!(circuit.admit(at(second)), expected.map_err(Duration::from_secs), "second {second}");
        }
    }
}
