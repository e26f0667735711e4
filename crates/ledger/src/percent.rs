//! Rates such as the fee of a plan.
//!
//! Shape: a count of hundredths of a percent, from 0 % to 100 %. The one place where money is rounded to the nearest minor
//! unit, half up; settlement shares are rounded up elsewhere, and both say so in their names.

use crate::amount::{Amount, AmountError, parse_decimal};
use core::fmt;

/// A rate between 0 % and 100 % in steps of 0.01 %.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "codec",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "u32", into = "u32")
)]
pub struct Percent(u32);

/// Why a text or a number is no [`Percent`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PercentError {
    /// The text is not a decimal number with at most two decimals.
    #[error("not a percentage: {0}")]
    NotANumber(#[from] AmountError),
    /// Above 100 %: a fee larger than the aid, or a cut of more than everything, is always a mistake.
    #[error("a percentage is at most 100, not {}", crate::percent::shown(*.hundredths))]
    AboveHundred {
        /// What was asked for, in hundredths of a percent.
        hundredths: u64,
    },
}

impl Percent {
    /// 0 %.
    pub const ZERO: Self = Self(0);
    /// 100 %.
    pub const HUNDRED: Self = Self(10_000);

    /// A rate from hundredths of a percent: 800 is 8 %. [`PercentError::AboveHundred`] above 10,000.
    pub fn from_hundredths(hundredths: u32) -> Result<Self, PercentError> {
        if hundredths > Self::HUNDRED.0 {
            return Err(PercentError::AboveHundred { hundredths: u64::from(hundredths) });
        }
        Ok(Self(hundredths))
    }

    /// The rate in hundredths of a percent, 0 to 10,000.
    #[must_use]
    pub const fn hundredths(self) -> u32 {
        self.0
    }

    /// Reads `8`, `8.5` or `8.25`: a number of percent with at most two decimals and no percent sign.
    pub fn parse(text: &str) -> Result<Self, PercentError> {
        let hundredths = parse_decimal(text, 2)?;
        u32::try_from(hundredths)
            .map_err(|_| PercentError::AboveHundred { hundredths })
            .and_then(Self::from_hundredths)
    }

    /// This rate of an amount, rounded to the nearest minor unit, half up (the fee of domain.md section 7).
    ///
    /// Never fails: at most 100 % of an amount is an amount.
    #[must_use]
    pub fn of(self, amount: Amount) -> Amount {
        let scale = u128::from(Self::HUNDRED.0);
        let product = amount.wide() * u128::from(self.0);
        let rounded = (product + scale.div_euclid(2)).div_euclid(scale);
        // The rate is at most 1, and rounding half up of a whole number does not pass it.
        Amount::from_wide(rounded).expect("a part of an amount fits an amount")
    }
}

impl fmt::Display for Percent {
    /// `8 %`, `8.5 %`, `8.25 %`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", shown(u64::from(self.0)))
    }
}

impl TryFrom<u32> for Percent {
    type Error = PercentError;
    fn try_from(hundredths: u32) -> Result<Self, PercentError> {
        Self::from_hundredths(hundredths)
    }
}

impl From<Percent> for u32 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

fn shown(hundredths: u64) -> String {
    let (whole, rest) = (hundredths.div_euclid(100), hundredths.rem_euclid(100));
    match (rest, rest.rem_euclid(10)) {
        (0, _) => whole.to_string(),
        (_, 0) => format!("{whole}.{}", rest.div_euclid(10)),
        _ => format!("{whole}.{rest:02}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn percents_are_read_and_shown() {
        let check = |text: &str, hundredths: u32, display: &str| {
            let percent = Percent::parse(text).unwrap();
            assert_eq!((percent.hundredths(), percent.to_string().as_str()), (hundredths, display));
        };
        check("8", 800, "8 %");
        check("8.5", 850, "8.5 %");
        check("8.25", 825, "8.25 %");
        check("8.05", 805, "8.05 %");
        check("0", 0, "0 %");
        check("100", 10_000, "100 %");
    }

    #[test]
    fn wrong_percents_are_refused_with_the_reason() {
        let check =
            |text: &str, message: &str| assert_eq!(Percent::parse(text).unwrap_err().to_string(), message);
        check("100.01", "a percentage is at most 100, not 100.01");
        check("99999999999", "a percentage is at most 100, not 99999999999");
        check("8 %", "not a percentage: an amount has no spaces");
        check("8%", "not a percentage: `%` is not part of an amount: only the digits 0-9 and one point are");
        check("8.255", "not a percentage: this number has 2 decimals, not 3");
        check("-8", "not a percentage: an amount has no sign: write the number without `-`");
    }

    #[test]
    fn a_rate_of_an_amount_is_rounded_half_up() {
        let check = |rate: &str, minor: u64, expected: u64| {
            let got = Percent::parse(rate).unwrap().of(Amount::from_minor(minor));
            assert_eq!(got, Amount::from_minor(expected), "{rate} of {minor}");
        };
        check("8", 60_000_000, 4_800_000);
        check("8", 6, 0); // 0.48
        check("8", 7, 1); // 0.56
        check("50", 1, 1); // exactly half goes up
        check("50", 3, 2);
        check("0", u64::MAX, 0);
        check("100", u64::MAX, u64::MAX);
    }

    proptest! {
        #[test]
        fn a_rate_is_within_half_a_unit_of_the_exact_value(minor: u64, hundredths in 0_u32..=10_000) {
            let got = Percent::from_hundredths(hundredths).unwrap().of(Amount::from_minor(minor));
            let exact = u128::from(minor) * u128::from(hundredths);
            let distance = (got.wide() * 10_000).abs_diff(exact);
            prop_assert!(distance <= 5_000);
            prop_assert!(got.minor() <= minor);
        }
    }
}
