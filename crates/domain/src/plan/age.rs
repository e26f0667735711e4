//! Ages in days or completed years, and bands of them.

use std::fmt;

use crate::time::{Day, age_days, age_years};

/// The highest age a plan file may name, in completed years; the oldest person known reached 122.
pub const MAX_AGE_YEARS: u8 = 150;

/// An age: days for infants, completed years otherwise.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Age {
    /// Whole days since birth.
    Days(u16),
    /// Completed years.
    Years(u8),
}

impl Age {
    /// Whether somebody born on `birth` has reached this age on `day`.
    pub fn reached(self, birth: Day, day: Day) -> bool {
        match self {
            Self::Days(days) => age_days(birth, day) >= i32::from(days),
            Self::Years(years) => age_years(birth, day) >= i16::from(years),
        }
    }

    /// Whether somebody born on `birth` is older on `day` than this age: the day after the last day at that age.
    pub fn exceeded(self, birth: Day, day: Day) -> bool {
        match self {
            Self::Days(days) => age_days(birth, day) > i32::from(days),
            Self::Years(years) => age_years(birth, day) > i16::from(years),
        }
    }

    /// Completed years of somebody who has just reached this age (a year counted as 365 days).
    pub const fn years(self) -> u8 {
        match self {
            // 65,535 / 365 = 179 fits.
            Self::Days(days) => days.div_euclid(365).to_le_bytes()[0],
            Self::Years(years) => years,
        }
    }
}

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Days(1) => f.write_str("1 day"),
            Self::Days(days) => write!(f, "{days} days"),
            Self::Years(1) => f.write_str("1 year"),
            Self::Years(years) => write!(f, "{years} years"),
        }
    }
}

/// Ages in completed years, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AgeBand {
    /// Youngest age of the band.
    pub from: u8,
    /// Oldest age of the band; `None`: no upper end.
    pub to: Option<u8>,
}

impl AgeBand {
    /// Everybody.
    pub const ALL: Self = Self { from: 0, to: None };

    /// Whether `age` (completed years) lies in the band.
    pub const fn contains(self, age: u8) -> bool {
        match self.to {
            Some(to) => self.from <= age && age <= to,
            None => self.from <= age,
        }
    }

    /// The oldest age of the band, or the highest age there is.
    pub const fn last(self) -> u8 {
        match self.to {
            Some(to) => to,
            None => u8::MAX,
        }
    }
}

impl fmt::Display for AgeBand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to {
            Some(to) => write!(f, "{}-{to}", self.from),
            None => write!(f, "{}+", self.from),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn an_age_is_reached_on_the_birthday_and_exceeded_on_the_next_one() {
        let born = date(2018, 10, 16);
        for (age, day, reached, exceeded) in [
            (Age::Days(30), date(2018, 11, 14), false, false),
            (Age::Days(30), date(2018, 11, 15), true, false),
            (Age::Days(30), date(2018, 11, 16), true, true),
            (Age::Years(59), date(2077, 10, 15), false, false),
            (Age::Years(59), date(2077, 10, 16), true, false),
            (Age::Years(59), date(2078, 10, 15), true, false),
            (Age::Years(59), date(2078, 10, 16), true, true),
        ] {
            assert_eq!(
                (age.reached(born, day), age.exceeded(born, day)),
                (reached, exceeded),
                "{age} on {day}"
            );
        }
    }

    #[test]
    fn an_age_in_days_falls_into_its_completed_year() {
        for (age, years) in [
            (Age::Days(0), 0),
            (Age::Days(364), 0),
            (Age::Days(365), 1),
            (Age::Days(u16::MAX), 179),
            (Age::Years(60), 60),
        ] {
            assert_eq!(age.years(), years, "{age}");
        }
    }

    #[test]
    fn a_band_includes_both_of_its_ends() {
        let band = AgeBand { from: 40, to: Some(59) };
        for (age, inside) in [(39, false), (40, true), (59, true), (60, false)] {
            assert_eq!(band.contains(age), inside, "{age} in {band}");
        }
        assert!(AgeBand { from: 40, to: None }.contains(u8::MAX));
    }
}
