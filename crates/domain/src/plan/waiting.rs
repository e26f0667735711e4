//! The wait: days after joining in which illness is not yet covered.

use crate::time::{Day, plus_days};

/// How long new members wait and what an illness inside the wait does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Waiting {
    /// Length in days, counted from 0:00 of the day after joining, last day included; 0: no wait.
    pub days: u16,
    /// Whether accidents are covered from the day after joining.
    pub accident_exempt: bool,
    /// What happens to the enrolment of somebody who falls ill inside the wait.
    pub illness_inside: IllnessInside,
}

/// What an illness inside the wait does. No aid is paid in any case.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IllnessInside {
    /// Shares paid are refunded without interest and the enrolment ends.
    RefundAndEnd,
    /// The enrolment ends; shares stay with the members.
    End,
    /// The enrolment goes on; only this illness stays without aid.
    NoAid,
}

impl Waiting {
    /// The last day of the wait of somebody who joined on `joined`; the day of joining itself when there is no wait.
    pub fn last_day(&self, joined: Day) -> Day {
        plus_days(joined, i64::from(self.days))
    }

    /// The first day on which illness is covered: 0:00 of the day after the last day of the wait.
    pub fn covered_from(&self, joined: Day) -> Day {
        plus_days(joined, i64::from(self.days).saturating_add(1))
    }

    /// The first day on which an event is covered, by its cause.
    pub fn covered_from_for(&self, joined: Day, by_accident: bool) -> Day {
        if by_accident && self.accident_exempt { plus_days(joined, 1) } else { self.covered_from(joined) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_wait_is_counted_from_the_day_after_joining_and_its_last_day_is_included() {
        for (days, joined, last, illness, accident) in [
            (90, date(2019, 1, 1), date(2019, 4, 1), date(2019, 4, 2), date(2019, 1, 2)),
            (180, date(2019, 12, 31), date(2020, 6, 28), date(2020, 6, 29), date(2020, 1, 1)),
            (30, date(2020, 1, 30), date(2020, 2, 29), date(2020, 3, 1), date(2020, 1, 31)),
            (0, date(2020, 2, 28), date(2020, 2, 28), date(2020, 2, 29), date(2020, 2, 29)),
        ] {
            let waiting =
                Waiting { days, accident_exempt: true, illness_inside: IllnessInside::RefundAndEnd };
            assert_eq!(waiting.last_day(joined), last, "{days} days after {joined}");
            assert_eq!(waiting.covered_from_for(joined, false), illness);
            assert_eq!(waiting.covered_from_for(joined, true), accident);
            let strict = Waiting { accident_exempt: false, ..waiting };
            assert_eq!(strict.covered_from_for(joined, true), illness, "accidents wait too when not exempt");
        }
    }
}
