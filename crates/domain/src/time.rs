//! Time as the rules see it. `jiff` stands behind these names and nowhere else in signatures.
//!
//! Plan rules count in civil days of the plan's time zone; events and deadlines are instants in UTC.

pub use jiff::Timestamp as Moment;
pub use jiff::civil::Date as Day;
pub use jiff::tz::TimeZone;

/// The civil day that `moment` falls on in `zone`.
pub fn day_of(moment: Moment, zone: &TimeZone) -> Day {
    moment.to_zoned(zone.clone()).date()
}

/// 0:00 of `day` in `zone` as an instant. Where the clock was put forward over midnight, the first instant of that day.
///
/// # Errors
/// `None` when the day lies outside the range of instants (years -9999 to 9999).
pub fn midnight(day: Day, zone: &TimeZone) -> Option<Moment> {
    day.to_zoned(zone.clone())
        .ok()
        .map(|z| z.start_of_day().map_or_else(|_| z.timestamp(), |s| s.timestamp()))
}

/// `day` moved by `days` (negative: backwards), or the last representable day on overflow: a deadline that far away
/// never comes, which is what an overlong term means.
pub fn plus_days(day: Day, days: i64) -> Day {
    day.saturating_add(jiff::Span::new().try_days(days).unwrap_or_default())
}

/// Completed years between `birth` and `day`. A 29 February birthday turns a year older on 1 March in common years
/// (domain rules, section 4). Negative while `day` lies before `birth`.
pub fn age_years(birth: Day, day: Day) -> i16 {
    let years = day.year().saturating_sub(birth.year());
    let before_birthday = (day.month(), day.day()) < (birth.month(), birth.day());
    if before_birthday { years.saturating_sub(1) } else { years }
}

/// Whole days from `birth` to `day`; the age of infants is counted in these. Negative while `day` lies before `birth`.
pub fn age_days(birth: Day, day: Day) -> i32 {
    day.since(birth).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_leap_day_birthday_turns_a_year_older_on_the_first_of_march() {
        for (birth, day, age) in [
            (date(2000, 2, 29), date(2001, 2, 28), 0),
            (date(2000, 2, 29), date(2001, 3, 1), 1),
            (date(2000, 2, 29), date(2004, 2, 29), 4),
            (date(1960, 6, 15), date(2020, 6, 14), 59),
            (date(1960, 6, 15), date(2020, 6, 15), 60),
            (date(2020, 1, 1), date(2019, 12, 31), -1),
        ] {
            assert_eq!(age_years(birth, day), age, "{birth} on {day}");
        }
    }

    #[test]
    fn the_age_of_infants_is_counted_in_days() {
        assert_eq!(age_days(date(2020, 1, 31), date(2020, 3, 1)), 30);
        assert_eq!(age_days(date(2020, 1, 31), date(2020, 1, 30)), -1);
    }
}
