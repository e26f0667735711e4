//! Clocks: for every wait who has the ball, until when, and what happens when that time passes.
//!
//! Shape: [`Clock`] is the one place that says so, for claims, objections, jury cases and second reviews; pages and messages
//! read it. `decided` does what time decides, `due` is the worker that notes what was missed.
//!
//! Guarantees: time decides by computation. Nothing here depends on whether a worker ran: what it does is the same work that
//! the next notice and the next settlement do before they begin, see `decided`.

mod decided;
mod due;

use huzhu_domain::claim::State;
use huzhu_domain::objection;
use huzhu_domain::time::Moment;

pub use due::Passed;

/// What happens when a deadline passes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Then {
    /// It is written down, shown, and told; the same person still has the ball.
    Noted,
    /// It is written down, and the reviewer may go on without what did not come.
    GoesOnWithout,
    /// The notice has ended: the next settlement counts the claim, unless a member objects before.
    Counted,
    /// Nobody can ask for a jury any more: the refusal is final.
    BecomesFinal,
    /// Nobody can ask for a larger jury any more: the verdict takes effect.
    TakesEffect,
    /// The calendar of the plan brings the next step, on a day that it names.
    Calendar,
    /// No clock runs.
    Nothing,
}

impl Then {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Noted,
        Self::GoesOnWithout,
        Self::Counted,
        Self::BecomesFinal,
        Self::TakesEffect,
        Self::Calendar,
        Self::Nothing,
    ];

    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Noted => "noted",
            Self::GoesOnWithout => "goes-on-without",
            Self::Counted => "counted",
            Self::BecomesFinal => "becomes-final",
            Self::TakesEffect => "takes-effect",
            Self::Calendar => "calendar",
            Self::Nothing => "nothing",
        }
    }
}

/// A wait: whose turn it is, until when, and what then.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Clock {
    /// Word of who has the ball, see [`huzhu_domain::claim::Holder::word`].
    pub holder: &'static str,
    /// Until when; `None`: no clock runs.
    pub until: Option<Moment>,
    /// That time has passed.
    pub passed: bool,
    /// What happens when it passes.
    pub then: Then,
}

impl Clock {
    /// The clock of a claim.
    pub fn of_claim(state: &State, now: Moment) -> Self {
        let then = match state {
            State::Draft | State::Refused { until: None, .. } | State::Paid { .. } | State::Withdrawn => {
                Then::Nothing
            }
            State::Approved { .. } | State::Cleared { .. } => Then::Calendar,
            State::MoreEvidenceNeeded { .. } | State::Investigating { .. } => Then::GoesOnWithout,
            State::OnNotice { .. } => Then::Counted,
            State::Refused { until: Some(_), .. } => Then::BecomesFinal,
            State::Verdict { .. } => Then::TakesEffect,
            State::Reported { .. }
            | State::UnderReview { .. }
            | State::Recommended { .. }
            | State::Objected { .. }
            | State::JuryRequested { .. }
            | State::Payable { .. } => Then::Noted,
        };
        let until = state.until();
        let passed = until.is_some_and(|until| until <= now);
        // Once nobody may ask for a jury any more, nobody has the ball.
        let holder = match state {
            State::Refused { .. } if passed => "nobody",
            _ => state.holder().word(),
        };
        Self { holder, until, passed, then }
    }

    /// The clock of an objection.
    pub fn of_objection(state: &objection::State, now: Moment) -> Self {
        Self::plain("reviewer", state.until(), now)
    }

    /// The clock of a step that a deadline does not end: whoever has the ball keeps it, and the delay is shown. Steps of jury
    /// cases (`jury`) and second reviews (`reviewer`) are such.
    pub fn plain(holder: &'static str, until: Option<Moment>, now: Moment) -> Self {
        let (holder, then) = if until.is_some() { (holder, Then::Noted) } else { ("nobody", Then::Nothing) };
        Self { holder, until, passed: until.is_some_and(|until| until <= now), then }
    }
}

#[cfg(test)]
mod tests {
    use huzhu_domain::id::MemberId;
    use huzhu_ledger::Amount;

    use super::*;

    #[test]
    fn each_wait_says_whose_turn_it_is_and_what_comes_then() {
        let until: Moment = "2026-03-01T00:00:00Z".parse().unwrap();
        let (before, at) = ("2026-02-28T23:59:59Z".parse().unwrap(), until);
        let (reviewer, investigator) =
            (MemberId::from_uuid(uuid::Uuid::nil()), MemberId::from_uuid(uuid::Uuid::max()));
        let (period, aid) = ("2026-03-1".parse().unwrap(), Amount::from_minor(1));
        let reason: huzhu_domain::plan::ReasonCode = "late".parse().unwrap();
        for (state, expected, after) in [
            (State::Draft, "claimant nothing", "claimant nothing"),
            (State::Reported { until }, "reviewer noted", "reviewer noted passed"),
            (State::UnderReview { reviewer, until }, "reviewer noted", "reviewer noted passed"),
            (
                State::MoreEvidenceNeeded { reviewer, until },
                "claimant goes-on-without",
                "claimant goes-on-without passed",
            ),
            (
                State::Investigating { reviewer, investigator, until },
                "investigator goes-on-without",
                "investigator goes-on-without passed",
            ),
            (State::Approved { aid }, "calendar calendar", "calendar calendar"),
            (State::OnNotice { period, aid, until }, "members counted", "members counted passed"),
            (
                State::Objected { period, aid, notice_ends: until, until },
                "reviewer noted",
                "reviewer noted passed",
            ),
            (
                State::Refused { reason: reason.clone(), until: Some(until) },
                "claimant becomes-final",
                "nobody becomes-final passed",
            ),
            (State::Refused { reason, until: None }, "nobody nothing", "nobody nothing"),
            (State::Payable { period, aid, until }, "operator noted", "operator noted passed"),
            (State::Withdrawn, "nobody nothing", "nobody nothing"),
        ] {
            for (now, expected) in [(before, expected), (at, after)] {
                let clock = Clock::of_claim(&state, now);
                let passed = if clock.passed { " passed" } else { "" };
                let seen = [clock.holder, " ", clock.then.word(), passed].concat();
                assert_eq!(seen, expected, "{state:?}");
                assert_eq!(clock.until.is_none(), matches!(clock.then, Then::Nothing | Then::Calendar));
            }
        }
    }
}
