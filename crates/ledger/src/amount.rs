//! Money as a count of minor units.
//!
//! Shape: one newtype over `u64` with checked operations only. Text goes in and out through a [`Currency`], because only
//! the currency knows how many digits a minor unit has.
//!
//! Guarantees: no sign (a direction is a debit or a credit, never a minus), no float, no rounding, no wrap-around.
//!
//! Limits: the largest amount is `u64::MAX` minor units, 184 quadrillion yuan: no plan comes near it, and reaching it is an
//! error, not a number.

use crate::currency::Currency;

/// A sum of money in minor units of a currency that the context knows (fen, cents, whole yen, fils). Never negative.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(transparent))]
pub struct Amount(u64);

/// Why a text or a calculation gives no [`Amount`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AmountError {
    /// The text has no characters.
    #[error("an amount is missing: write a number such as 12 or 12.50")]
    Empty,
    /// The text begins with a plus or minus. Direction is said by debit and credit, never by a sign.
    #[error("an amount has no sign: write the number without `{0}`")]
    Sign(char),
    /// The text holds a comma, apostrophe, underscore or the like between digits.
    #[error("an amount has no grouping marks: remove `{0}`")]
    Grouping(char),
    /// The text holds white space.
    #[error("an amount has no spaces")]
    Space,
    /// The text uses scientific notation.
    #[error("an amount is written out, without an exponent")]
    Exponent,
    /// Any other character that is neither 0-9 nor the one decimal point.
    #[error("`{0}` is not part of an amount: only the digits 0-9 and one point are")]
    NotADigit(char),
    /// The decimal point has no digit before or after it, or there are two points.
    #[error("the decimal point needs digits on both sides, and there is only one")]
    Point,
    /// More decimals than the currency has.
    #[error("{currency} has {allowed} decimals, not {found}")]
    TooManyDecimals {
        /// ISO 4217 code.
        currency: &'static str,
        /// Digits of the currency's minor unit.
        allowed: u8,
        /// Digits found after the point.
        found: usize,
    },
    /// The result is above `u64::MAX` minor units.
    #[error("the amount is too large to be kept: the limit is 18446744073709551615 minor units")]
    Overflow,
    /// A larger amount was to be taken from a smaller one.
    #[error("the amount would be negative")]
    Negative,
}

impl Amount {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount that can be kept.
    pub const MAX: Self = Self(u64::MAX);

    /// An amount of that many minor units.
    #[must_use]
    pub const fn from_minor(minor: u64) -> Self {
        Self(minor)
    }

    /// The number of minor units.
    #[must_use]
    pub const fn minor(self) -> u64 {
        self.0
    }

    /// Whether this is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.0 == 0
    }

    /// An amount from a sum kept in `u128` minor units; [`AmountError::Overflow`] when it does not fit.
    pub fn from_wide(minor: u128) -> Result<Self, AmountError> {
        u64::try_from(minor).map(Self).map_err(|_| AmountError::Overflow)
    }

    /// The minor units widened, for products and sums that may pass `u64` in between.
    #[must_use]
    pub const fn wide(self) -> u128 {
        self.0 as u128
    }

    /// The sum, or nothing above the limit.
    #[must_use]
    pub fn checked_add(self, other: Self) -> Option<Self> {
        self.0.checked_add(other.0).map(Self)
    }

    /// The difference, or nothing when `other` is larger.
    #[must_use]
    pub fn checked_sub(self, other: Self) -> Option<Self> {
        self.0.checked_sub(other.0).map(Self)
    }

    /// That many times the amount, or nothing above the limit.
    #[must_use]
    pub fn checked_mul(self, times: u64) -> Option<Self> {
        self.0.checked_mul(times).map(Self)
    }

    /// The sum of many amounts, added in `u128`; [`AmountError::Overflow`] when the total does not fit.
    pub fn sum(amounts: impl IntoIterator<Item = Self>) -> Result<Self, AmountError> {
        // 2^64 amounts of 2^64 each still fit a u128, so that this addition cannot wrap.
        Self::from_wide(amounts.into_iter().map(Self::wide).sum())
    }

    /// Reads a decimal text such as `300000`, `12.5` or `0.03` with at most the digits of the currency.
    ///
    /// Refuses sign, exponent, spaces, grouping marks and further decimals: a reader that guesses is how a thousand
    /// becomes a million. The first thing wrong is reported.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, AmountError> {
        let minor = parse_decimal(text, currency.digits()).map_err(|e| match e {
            AmountError::TooManyDecimals { found, allowed, .. } => {
                AmountError::TooManyDecimals { currency: currency.code(), allowed, found }
            }
            other => other,
        })?;
        Ok(Self(minor))
    }

    /// The amount as a decimal text with exactly the digits of the currency: `0.03`, in yen `5`, in Kuwaiti dinar `1.234`.
    #[must_use]
    pub fn decimal(self, currency: Currency) -> String {
        decimal(self.wide(), currency)
    }
}

/// A total of minor units as decimal text, as [`Amount::decimal`] does; for sums that are kept in `u128`.
#[must_use]
pub fn decimal(minor: u128, currency: Currency) -> String {
    let digits = usize::from(currency.digits());
    if digits == 0 {
        return minor.to_string();
    }
    let text = format!("{minor:0>width$}", width = digits + 1);
    let (whole, fraction) = text.split_at(text.len() - digits);
    format!("{whole}.{fraction}")
}

/// Reads `whole[.fraction]` as a count of units of 10^-digits. Used by amounts and by percents.
pub(crate) fn parse_decimal(text: &str, digits: u8) -> Result<u64, AmountError> {
    if text.is_empty() {
        return Err(AmountError::Empty);
    }
    if let Some(wrong) = text.chars().find(|c| !c.is_ascii_digit() && *c != '.') {
        return Err(match wrong {
            '+' | '-' | '\u{2212}' => AmountError::Sign(wrong),
            ',' | '\'' | '_' | '\u{2019}' | '\u{ff0c}' => AmountError::Grouping(wrong),
            'e' | 'E' => AmountError::Exponent,
            c if c.is_whitespace() => AmountError::Space,
            c => AmountError::NotADigit(c),
        });
    }
    let (whole, fraction) = match text.split_once('.') {
        None => (text, ""),
        Some((whole, fraction)) if whole.is_empty() || fraction.is_empty() || fraction.contains('.') => {
            return Err(AmountError::Point);
        }
        Some(parts) => parts,
    };
    if fraction.len() > usize::from(digits) {
        let found = fraction.len();
        return Err(AmountError::TooManyDecimals { currency: "this number", allowed: digits, found });
    }
    let padded = format!("{whole}{fraction:0<width$}", width = usize::from(digits));
    padded.parse().map_err(|_| AmountError::Overflow)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[expect(clippy::needless_pass_by_value, reason = "a table row reads better without borrows")]
    fn check(text: &str, code: &str, expected: Result<u64, AmountError>) {
        let currency = Currency::parse(code).unwrap();
        assert_eq!(Amount::parse(text, currency).map(Amount::minor), expected, "{text:?} {code}");
    }

    #[test]
    fn decimal_texts_are_read_or_refused_with_the_reason() {
        use AmountError as E;
        let many = |currency, allowed, found| Err(E::TooManyDecimals { currency, allowed, found });
        check("0.03", "CNY", Ok(3));
        check("300000", "CNY", Ok(30_000_000));
        check("12.5", "CNY", Ok(1_250));
        check("0", "CNY", Ok(0));
        check("007.10", "CNY", Ok(710));
        check("5", "JPY", Ok(5));
        check("1.234", "KWD", Ok(1_234));
        check("0.0001", "CLF", Ok(1));
        check("184467440737095516.15", "CNY", Ok(u64::MAX));
        check("184467440737095516.16", "CNY", Err(E::Overflow));
        check("99999999999999999999999", "JPY", Err(E::Overflow));
        check("0.031", "CNY", many("CNY", 2, 3));
        check("0.030", "CNY", many("CNY", 2, 3));
        check("5.0", "JPY", many("JPY", 0, 1));
        check("1.2345", "KWD", many("KWD", 3, 4));
        check("", "CNY", Err(E::Empty));
        check("-1", "CNY", Err(E::Sign('-')));
        check("+1", "CNY", Err(E::Sign('+')));
        check("1-", "CNY", Err(E::Sign('-')));
        check("\u{2212}1", "CNY", Err(E::Sign('\u{2212}')));
        check("1e3", "CNY", Err(E::Exponent));
        check("1E3", "CNY", Err(E::Exponent));
        check(" 1", "CNY", Err(E::Space));
        check("1\n", "CNY", Err(E::Space));
        check("1\u{a0}000", "CNY", Err(E::Space));
        check("1,000.00", "CNY", Err(E::Grouping(',')));
        check("1_000", "CNY", Err(E::Grouping('_')));
        check("1'000", "CNY", Err(E::Grouping('\'')));
        check("1.0.0", "CNY", Err(E::Point));
        check(".5", "CNY", Err(E::Point));
        check("5.", "CNY", Err(E::Point));
        check(".", "CNY", Err(E::Point));
        check("¥5", "CNY", Err(E::NotADigit('¥')));
        check("５", "CNY", Err(E::NotADigit('５')));
        check("0x10", "CNY", Err(E::NotADigit('x')));
        check("NaN", "CNY", Err(E::NotADigit('N')));
        check("1\0", "CNY", Err(E::NotADigit('\0')));
    }

    #[test]
    fn decimals_are_written_with_exactly_the_digits_of_the_currency() {
        let check = |minor: u64, code: &str, expected: &str| {
            assert_eq!(Amount::from_minor(minor).decimal(Currency::parse(code).unwrap()), expected);
        };
        check(3, "CNY", "0.03");
        check(0, "CNY", "0.00");
        check(100, "CNY", "1.00");
        check(64_800_000, "CNY", "648000.00");
        check(5, "JPY", "5");
        check(1_234, "KWD", "1.234");
        check(7, "KWD", "0.007");
        check(u64::MAX, "UYW", "1844674407370955.1615");
    }

    #[test]
    fn operations_are_checked() {
        let (one, two) = (Amount::from_minor(1), Amount::from_minor(2));
        assert_eq!(one.checked_add(two), Some(Amount::from_minor(3)));
        assert_eq!(Amount::MAX.checked_add(one), None);
        assert_eq!(two.checked_sub(one), Some(one));
        assert_eq!(one.checked_sub(two), None);
        assert_eq!(two.checked_mul(3), Some(Amount::from_minor(6)));
        assert_eq!(Amount::MAX.checked_mul(2), None);
        assert_eq!(Amount::sum([one, two, two]), Ok(Amount::from_minor(5)));
        assert_eq!(Amount::sum([]), Ok(Amount::ZERO));
        assert_eq!(Amount::sum([Amount::MAX, one]), Err(AmountError::Overflow));
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(minor: u64, pick in 0_usize..200) {
            let all: Vec<Currency> = Currency::all().collect();
            let currency = all[pick % all.len()];
            let amount = Amount::from_minor(minor);
            prop_assert_eq!(Amount::parse(&amount.decimal(currency), currency), Ok(amount));
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,40}") {
            for currency in [Currency::CNY, Currency::JPY, Currency::KWD] {
                if let Ok(amount) = Amount::parse(&text, currency) {
                    prop_assert_eq!(Amount::parse(&amount.decimal(currency), currency), Ok(amount));
                }
            }
        }
    }
}
