//! The calendar: periods of a month with their notice, sharing and payout days, and the deadlines around them.
//!
//! Days of month run to 28 only, so that every period exists in every month; that makes the arithmetic total.

use std::fmt;
use std::str::FromStr;

use crate::time::{Day, plus_days};

/// The last day of month that a plan may name: the last one that every month has.
pub const LAST_DAY_OF_MONTH: i8 = 28;

/// The calendar of a plan.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Calendar {
    /// The periods of one month, by rising notice day; at least one, at most 28.
    pub periods: Vec<PeriodDays>,
    /// Length of the notice in days, the first day included.
    pub notice_length_days: u8,
    /// Days from the sharing day to the last day on which aid is paid.
    pub payout_days: u16,
    /// How soon somebody must get in touch with a person who reported an illness.
    pub first_contact: Contact,
    /// Days from the event (first diagnosis) to the last day of filing.
    pub filing_deadline_days: u16,
    /// How long failed debits are tried again.
    pub retry: Retry,
    /// Days before each debit on which the payer is reminded; `None`: no reminder.
    pub reminder_days: Option<u8>,
}

/// The days of one period within a month.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PeriodDays {
    /// First day of notice; headcount at its 0:00.
    pub notice_day: i8,
    /// Day on which shares are taken.
    pub sharing_day: i8,
    /// Whether the sharing day lies in the month after the notice.
    pub shared_next_month: bool,
}

/// How soon somebody gets in touch after a report.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Contact {
    /// Within so many calendar days.
    Days(u16),
    /// Within so many working days (Monday to Friday).
    WorkingDays(u16),
}

/// How long failed debits are tried again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Retry {
    /// On each of so many days after the sharing day.
    Days(u16),
    /// Until so many days before the next sharing day.
    UntilBeforeNext(u16),
}

/// Names a period: the year and month of its first day of notice and its number within that month, from 1.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(
    feature = "codec",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct PeriodKey {
    /// Year of the first day of notice.
    pub year: i16,
    /// Month of the first day of notice, 1 to 12.
    pub month: i8,
    /// Number within the month, from 1.
    pub ordinal: u8,
}

/// A text that names no period.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("expected a period like 2019-01-2 (year, month, number within the month), found {found:?}")]
pub struct PeriodKeyError {
    /// The text that was found, cut after 40 characters.
    pub found: String,
}

impl fmt::Display for PeriodKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{}", self.year, self.month, self.ordinal)
    }
}

impl FromStr for PeriodKey {
    type Err = PeriodKeyError;

    fn from_str(text: &str) -> Result<Self, PeriodKeyError> {
        let bad = || PeriodKeyError { found: text.chars().take(40).collect() };
        let digits = |part: &str| part.bytes().all(|b| b.is_ascii_digit());
        let mut parts = text.splitn(3, '-');
        let (Some(year), Some(month), Some(ordinal)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(bad());
        };
        let shape = year.len() == 4 && month.len() == 2 && (1..=2).contains(&ordinal.len());
        if !shape || !digits(year) || !digits(month) || !digits(ordinal) || ordinal.starts_with('0') {
            return Err(bad());
        }
        let key = Self {
            year: year.parse().map_err(|_| bad())?,
            month: month.parse().map_err(|_| bad())?,
            ordinal: ordinal.parse().map_err(|_| bad())?,
        };
        if (1..=12).contains(&key.month) { Ok(key) } else { Err(bad()) }
    }
}

impl TryFrom<String> for PeriodKey {
    type Error = PeriodKeyError;

    fn try_from(text: String) -> Result<Self, PeriodKeyError> {
        text.parse()
    }
}

impl From<PeriodKey> for String {
    fn from(key: PeriodKey) -> Self {
        key.to_string()
    }
}

/// The month after `(year, month)`.
const fn next_month(year: i16, month: i8) -> (i16, i8) {
    if month >= 12 { (year.saturating_add(1), 1) } else { (year, month.saturating_add(1)) }
}

/// The month before `(year, month)`.
const fn previous_month(year: i16, month: i8) -> (i16, i8) {
    if month <= 1 { (year.saturating_sub(1), 12) } else { (year, month.saturating_sub(1)) }
}

impl Calendar {
    fn days_of(&self, key: PeriodKey) -> Option<PeriodDays> {
        self.periods.get(usize::from(key.ordinal.checked_sub(1)?)).copied()
    }

    /// How many periods a month has.
    pub fn periods_in_month(&self) -> u8 {
        u8::try_from(self.periods.len()).unwrap_or(u8::MAX)
    }

    /// The first day of notice; the headcount is taken at its 0:00. `None` when the calendar has no such period.
    pub fn notice_first_day(&self, key: PeriodKey) -> Option<Day> {
        Day::new(key.year, key.month, self.days_of(key)?.notice_day).ok()
    }

    /// The last day of notice, included.
    pub fn notice_last_day(&self, key: PeriodKey) -> Option<Day> {
        let length = i64::from(self.notice_length_days).saturating_sub(1);
        Some(plus_days(self.notice_first_day(key)?, length))
    }

    /// The day on which shares are taken.
    pub fn sharing_day(&self, key: PeriodKey) -> Option<Day> {
        let days = self.days_of(key)?;
        let (year, month) =
            if days.shared_next_month { next_month(key.year, key.month) } else { (key.year, key.month) };
        Day::new(year, month, days.sharing_day).ok()
    }

    /// The last day on which the aid of the period is paid.
    pub fn payout_deadline(&self, key: PeriodKey) -> Option<Day> {
        Some(plus_days(self.sharing_day(key)?, i64::from(self.payout_days)))
    }

    /// The last day on which a failed debit of the period is tried again.
    pub fn retry_last_day(&self, key: PeriodKey) -> Option<Day> {
        match self.retry {
            Retry::Days(days) => Some(plus_days(self.sharing_day(key)?, i64::from(days))),
            Retry::UntilBeforeNext(days) => {
                Some(plus_days(self.sharing_day(self.next(key))?, i64::from(days).saturating_neg()))
            }
        }
    }

    /// The day of the reminder before the debit; `None` when the plan has none or no such period.
    pub fn reminder_day(&self, key: PeriodKey) -> Option<Day> {
        let days = self.reminder_days?;
        Some(plus_days(self.sharing_day(key)?, i64::from(days).saturating_neg()))
    }

    /// The period after `key`.
    #[must_use]
    pub fn next(&self, key: PeriodKey) -> PeriodKey {
        if key.ordinal < self.periods_in_month() {
            return PeriodKey { ordinal: key.ordinal.saturating_add(1), ..key };
        }
        let (year, month) = next_month(key.year, key.month);
        PeriodKey { year, month, ordinal: 1 }
    }

    /// The period before `key`.
    #[must_use]
    pub fn previous(&self, key: PeriodKey) -> PeriodKey {
        if key.ordinal > 1 {
            return PeriodKey { ordinal: key.ordinal.saturating_sub(1), ..key };
        }
        let (year, month) = previous_month(key.year, key.month);
        PeriodKey { year, month, ordinal: self.periods_in_month() }
    }

    /// The first period whose notice begins on `day` or later.
    pub fn period_on_or_after(&self, day: Day) -> PeriodKey {
        for (ordinal, days) in (1_u8..).zip(&self.periods) {
            if days.notice_day >= day.day() {
                return PeriodKey { year: day.year(), month: day.month(), ordinal };
            }
        }
        let (year, month) = next_month(day.year(), day.month());
        PeriodKey { year, month, ordinal: 1 }
    }

    /// The period whose notice begins on `day`.
    pub fn period_starting_on(&self, day: Day) -> Option<PeriodKey> {
        let key = self.period_on_or_after(day);
        (self.notice_first_day(key) == Some(day)).then_some(key)
    }

    /// The period that is on notice on `day`, first and last day included.
    pub fn period_of_notice_day(&self, day: Day) -> Option<PeriodKey> {
        let candidate = self.last_notice_begun(day);
        (self.notice_last_day(candidate)? >= day).then_some(candidate)
    }

    /// The last period whose notice began on `day` or before: what somebody who leaves on `day` may still owe.
    pub fn last_notice_begun(&self, day: Day) -> PeriodKey {
        let upcoming = self.period_on_or_after(day);
        if self.notice_first_day(upcoming) == Some(day) { upcoming } else { self.previous(upcoming) }
    }

    /// The last day of filing a claim whose event was on `event`.
    pub fn filing_last_day(&self, event: Day) -> Day {
        plus_days(event, i64::from(self.filing_deadline_days))
    }

    /// The last day of the first contact with somebody who reported on `reported`.
    pub fn first_contact_last_day(&self, reported: Day) -> Day {
        match self.first_contact {
            Contact::Days(days) => plus_days(reported, i64::from(days)),
            Contact::WorkingDays(days) => working_days_after(reported, days),
        }
    }
}

/// The day `count` working days (Monday to Friday) after `day`; public holidays are not known here and count as
/// working days, which makes the promise the stricter one.
fn working_days_after(day: Day, count: u16) -> Day {
    let mut left = count;
    let mut current = day;
    while left > 0 {
        let following = plus_days(current, 1);
        if following == current {
            return current;
        }
        current = following;
        if current.weekday().to_monday_zero_offset() < 5 {
            left = left.saturating_sub(1);
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn half_months() -> Calendar {
        let same = |notice_day, sharing_day| PeriodDays { notice_day, sharing_day, shared_next_month: false };
        Calendar {
            periods: vec![same(7, 14), same(21, 28)],
            notice_length_days: 3,
            payout_days: 7,
            first_contact: Contact::WorkingDays(3),
            filing_deadline_days: 180,
            retry: Retry::UntilBeforeNext(2),
            reminder_days: Some(2),
        }
    }

    fn key(text: &str) -> PeriodKey {
        text.parse().expect("a period")
    }

    #[test]
    fn a_period_has_its_days() {
        for (period, first, last, shared, paid, retried) in [
            (
                "2019-01-2",
                date(2019, 1, 21),
                date(2019, 1, 23),
                date(2019, 1, 28),
                date(2019, 2, 4),
                date(2019, 2, 12),
            ),
            (
                "2019-12-1",
                date(2019, 12, 7),
                date(2019, 12, 9),
                date(2019, 12, 14),
                date(2019, 12, 21),
                date(2019, 12, 26),
            ),
            (
                "2019-12-2",
                date(2019, 12, 21),
                date(2019, 12, 23),
                date(2019, 12, 28),
                date(2020, 1, 4),
                date(2020, 1, 12),
            ),
        ] {
            let (calendar, key) = (half_months(), key(period));
            assert_eq!(calendar.notice_first_day(key), Some(first), "{period}");
            assert_eq!(calendar.notice_last_day(key), Some(last), "{period}");
            assert_eq!(calendar.sharing_day(key), Some(shared), "{period}");
            assert_eq!(calendar.payout_deadline(key), Some(paid), "{period}");
            assert_eq!(calendar.retry_last_day(key), Some(retried), "{period}");
        }
        assert_eq!(half_months().notice_first_day(key("2019-01-3")), None);
    }

    #[test]
    fn a_notice_late_in_the_month_may_be_shared_in_the_next_one() {
        let days = PeriodDays { notice_day: 25, sharing_day: 5, shared_next_month: true };
        let calendar = Calendar { periods: vec![days], retry: Retry::Days(5), ..half_months() };
        assert_eq!(calendar.sharing_day(key("2020-12-1")), Some(date(2021, 1, 5)));
        assert_eq!(calendar.retry_last_day(key("2020-12-1")), Some(date(2021, 1, 10)));
        assert_eq!(calendar.next(key("2020-12-1")), key("2021-01-1"));
        assert_eq!(calendar.period_of_notice_day(date(2021, 1, 1)), None);
    }

    #[test]
    fn periods_follow_one_another_and_are_found_by_day() {
        let calendar = half_months();
        for (day, upcoming, begun, on_notice) in [
            (date(2019, 1, 1), "2019-01-1", "2018-12-2", None),
            (date(2019, 1, 6), "2019-01-1", "2018-12-2", None),
            (date(2019, 1, 7), "2019-01-1", "2019-01-1", Some("2019-01-1")),
            (date(2019, 1, 9), "2019-01-2", "2019-01-1", Some("2019-01-1")),
            (date(2019, 1, 10), "2019-01-2", "2019-01-1", None),
            (date(2019, 1, 21), "2019-01-2", "2019-01-2", Some("2019-01-2")),
            (date(2019, 1, 31), "2019-02-1", "2019-01-2", None),
            (date(2019, 12, 22), "2020-01-1", "2019-12-2", Some("2019-12-2")),
        ] {
            assert_eq!(calendar.period_on_or_after(day), key(upcoming), "upcoming on {day}");
            assert_eq!(calendar.last_notice_begun(day), key(begun), "begun on {day}");
            assert_eq!(calendar.period_of_notice_day(day), on_notice.map(key), "on notice on {day}");
        }
        let mut current = key("2019-01-1");
        for _ in 0..100 {
            let next = calendar.next(current);
            assert!(next > current, "{next} follows {current}");
            assert_eq!(calendar.previous(next), current);
            current = next;
        }
        assert_eq!(current, key("2023-03-1"));
    }

    #[test]
    fn a_notice_that_runs_into_the_next_month_is_found_there() {
        let days = PeriodDays { notice_day: 28, sharing_day: 10, shared_next_month: true };
        let calendar = Calendar { periods: vec![days], notice_length_days: 7, ..half_months() };
        assert_eq!(calendar.period_of_notice_day(date(2019, 2, 3)), Some(key("2019-01-1")));
        assert_eq!(calendar.period_of_notice_day(date(2019, 2, 4)), None);
    }

    #[test]
    fn a_period_key_reads_back_what_it_shows_and_nothing_else() {
        assert_eq!(PeriodKey { year: 2019, month: 1, ordinal: 2 }.to_string(), "2019-01-2");
        assert_eq!(key("2019-01-2"), PeriodKey { year: 2019, month: 1, ordinal: 2 });
        for text in
            ["", "2019-1-2", "2019-13-1", "2019-01-0", "2019-01-02", "2019-01", "2019-01-2-3", "+019-01-2"]
        {
            assert!(text.parse::<PeriodKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn the_first_contact_counts_working_days() {
        let friday = date(2019, 1, 4);
        assert_eq!(half_months().first_contact_last_day(friday), date(2019, 1, 9));
        let calendar = Calendar { first_contact: Contact::Days(3), ..half_months() };
        assert_eq!(calendar.first_contact_last_day(friday), date(2019, 1, 7));
        assert_eq!(half_months().filing_last_day(friday), date(2019, 7, 3));
    }
}
