//! Currencies by their ISO 4217 code and the digits of their minor unit.
//!
//! Shape: one sorted table, one `Copy` type. The table holds every active code that has a minor unit (ISO 4217 list one,
//! state of 2026: the Caribbean guilder and the Zimbabwe gold are in; the Bulgarian lev, replaced by the euro, is out).
//! Gold, special drawing rights, test codes and the like have no minor unit; a plan cannot be kept in them, and the error
//! says why.

use core::fmt;

/// A currency with a minor unit. Two currencies are equal when their codes are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[cfg_attr(
    feature = "codec",
    derive(serde::Serialize, serde::Deserialize),
    serde(try_from = "String", into = "String")
)]
pub struct Currency {
    code: &'static str,
    digits: u8,
}

/// Why a text is no [`Currency`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CurrencyError {
    /// Not three capital letters of an active ISO 4217 code.
    #[error("`{0}` is not an active ISO 4217 currency code such as CNY, EUR or JPY")]
    Unknown(String),
    /// An ISO 4217 code that names no money with a minor unit, such as gold (XAU) or the test code (XTS).
    #[error("{0} has no minor unit: amounts cannot be counted in it")]
    NoMinorUnit(&'static str),
}

/// Codes of ISO 4217 whose minor unit is "not applicable". Sorted.
const WITHOUT_MINOR_UNIT: [&str; 13] =
    ["XAG", "XAU", "XBA", "XBB", "XBC", "XBD", "XDR", "XPD", "XPT", "XSU", "XTS", "XUA", "XXX"];

/// Code and digits. Sorted by code, because it is searched by halving.
#[rustfmt::skip]
const TABLE: [(&str, u8); 165] = [
    ("AED", 2), ("AFN", 2), ("ALL", 2), ("AMD", 2), ("AOA", 2), ("ARS", 2), ("AUD", 2), ("AWG", 2),
    ("AZN", 2), ("BAM", 2), ("BBD", 2), ("BDT", 2), ("BHD", 3), ("BIF", 0), ("BMD", 2), ("BND", 2),
    ("BOB", 2), ("BOV", 2), ("BRL", 2), ("BSD", 2), ("BTN", 2), ("BWP", 2), ("BYN", 2), ("BZD", 2),
    ("CAD", 2), ("CDF", 2), ("CHE", 2), ("CHF", 2), ("CHW", 2), ("CLF", 4), ("CLP", 0), ("CNY", 2),
    ("COP", 2), ("COU", 2), ("CRC", 2), ("CUP", 2), ("CVE", 2), ("CZK", 2), ("DJF", 0), ("DKK", 2),
    ("DOP", 2), ("DZD", 2), ("EGP", 2), ("ERN", 2), ("ETB", 2), ("EUR", 2), ("FJD", 2), ("FKP", 2),
    ("GBP", 2), ("GEL", 2), ("GHS", 2), ("GIP", 2), ("GMD", 2), ("GNF", 0), ("GTQ", 2), ("GYD", 2),
    ("HKD", 2), ("HNL", 2), ("HTG", 2), ("HUF", 2), ("IDR", 2), ("ILS", 2), ("INR", 2), ("IQD", 3),
    ("IRR", 2), ("ISK", 0), ("JMD", 2), ("JOD", 3), ("JPY", 0), ("KES", 2), ("KGS", 2), ("KHR", 2),
    ("KMF", 0), ("KPW", 2), ("KRW", 0), ("KWD", 3), ("KYD", 2), ("KZT", 2), ("LAK", 2), ("LBP", 2),
    ("LKR", 2), ("LRD", 2), ("LSL", 2), ("LYD", 3), ("MAD", 2), ("MDL", 2), ("MGA", 2), ("MKD", 2),
    ("MMK", 2), ("MNT", 2), ("MOP", 2), ("MRU", 2), ("MUR", 2), ("MVR", 2), ("MWK", 2), ("MXN", 2),
    ("MXV", 2), ("MYR", 2), ("MZN", 2), ("NAD", 2), ("NGN", 2), ("NIO", 2), ("NOK", 2), ("NPR", 2),
    ("NZD", 2), ("OMR", 3), ("PAB", 2), ("PEN", 2), ("PGK", 2), ("PHP", 2), ("PKR", 2), ("PLN", 2),
    ("PYG", 0), ("QAR", 2), ("RON", 2), ("RSD", 2), ("RUB", 2), ("RWF", 0), ("SAR", 2), ("SBD", 2),
    ("SCR", 2), ("SDG", 2), ("SEK", 2), ("SGD", 2), ("SHP", 2), ("SLE", 2), ("SOS", 2), ("SRD", 2),
    ("SSP", 2), ("STN", 2), ("SVC", 2), ("SYP", 2), ("SZL", 2), ("THB", 2), ("TJS", 2), ("TMT", 2),
    ("TND", 3), ("TOP", 2), ("TRY", 2), ("TTD", 2), ("TWD", 2), ("TZS", 2), ("UAH", 2), ("UGX", 0),
    ("USD", 2), ("USN", 2), ("UYI", 0), ("UYU", 2), ("UYW", 4), ("UZS", 2), ("VED", 2), ("VES", 2),
    ("VND", 0), ("VUV", 0), ("WST", 2), ("XAD", 2), ("XAF", 0), ("XCD", 2), ("XCG", 2), ("XOF", 0),
    ("XPF", 0), ("YER", 2), ("ZAR", 2), ("ZMW", 2), ("ZWG", 2),
];

impl Currency {
    /// Chinese yuan renminbi, 2 digits (fen).
    pub const CNY: Self = Self { code: "CNY", digits: 2 };
    /// Euro, 2 digits (cents).
    pub const EUR: Self = Self { code: "EUR", digits: 2 };
    /// Japanese yen, no digits.
    pub const JPY: Self = Self { code: "JPY", digits: 0 };
    /// Kuwaiti dinar, 3 digits (fils).
    pub const KWD: Self = Self { code: "KWD", digits: 3 };
    /// United States dollar, 2 digits (cents).
    pub const USD: Self = Self { code: "USD", digits: 2 };

    /// The currency of a code in capital letters.
    pub fn parse(code: &str) -> Result<Self, CurrencyError> {
        if let Ok(at) = TABLE.binary_search_by_key(&code, |row| row.0)
            && let Some(&(code, digits)) = TABLE.get(at)
        {
            return Ok(Self { code, digits });
        }
        match WITHOUT_MINOR_UNIT.iter().find(|known| **known == code) {
            Some(known) => Err(CurrencyError::NoMinorUnit(known)),
            None => Err(CurrencyError::Unknown(code.to_owned())),
        }
    }

    /// The ISO 4217 code, three capital letters.
    #[must_use]
    pub const fn code(self) -> &'static str {
        self.code
    }

    /// How many decimals the minor unit has: CNY 2, JPY 0, KWD 3.
    #[must_use]
    pub const fn digits(self) -> u8 {
        self.digits
    }

    /// Every currency with a minor unit, in order of code.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|&(code, digits)| Self { code, digits })
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code)
    }
}

impl core::str::FromStr for Currency {
    type Err = CurrencyError;
    fn from_str(code: &str) -> Result<Self, CurrencyError> {
        Self::parse(code)
    }
}

impl TryFrom<String> for Currency {
    type Error = CurrencyError;
    fn try_from(code: String) -> Result<Self, CurrencyError> {
        Self::parse(&code)
    }
}

impl From<Currency> for String {
    fn from(currency: Currency) -> Self {
        currency.code.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use iso_currency::IntoEnumIterator as _;
    use std::collections::BTreeMap;

    /// Where the foreign list lags behind the standard or goes beyond it: ours, theirs.
    const EXPLAINED: &[(&str, Option<u8>, Option<u8>)] = &[
        ("BGN", None, Some(2)), // Bulgaria took the euro on 1 January 2026
        ("CUC", None, Some(2)), // Cuba withdrew the convertible peso in 2021
        ("HRK", None, Some(2)), // Croatia took the euro in 2023
        ("SLL", None, Some(2)), // Sierra Leone's old leone, replaced by SLE
        ("ZWL", None, Some(2)), // Zimbabwe's dollar, replaced by ZWG in 2024
    ];

    #[test]
    fn the_table_agrees_with_a_list_not_written_by_us() {
        let ours: BTreeMap<&str, u8> = TABLE.into_iter().collect();
        let theirs: BTreeMap<&str, u8> = iso_currency::Currency::iter()
            .filter_map(|c| Some((c.code(), u8::try_from(c.exponent()?).unwrap())))
            .collect();
        let codes: std::collections::BTreeSet<&str> = ours.keys().chain(theirs.keys()).copied().collect();
        let differences: Vec<_> = codes
            .into_iter()
            .map(|code| (code, ours.get(code).copied(), theirs.get(code).copied()))
            .filter(|(_, ours, theirs)| ours != theirs)
            .collect();
        assert_eq!(differences, EXPLAINED);
    }

    #[test]
    fn the_tables_are_sorted_and_hold_no_code_twice() {
        assert!(TABLE.windows(2).all(|pair| pair[0].0 < pair[1].0));
        assert!(WITHOUT_MINOR_UNIT.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(WITHOUT_MINOR_UNIT.iter().all(|code| TABLE.iter().all(|row| row.0 != *code)));
    }

    #[test]
    fn every_code_is_found_and_the_named_ones_agree_with_the_table() {
        for currency in Currency::all() {
            assert_eq!(Currency::parse(currency.code()), Ok(currency));
        }
        for named in [Currency::CNY, Currency::EUR, Currency::JPY, Currency::KWD, Currency::USD] {
            assert_eq!(Currency::parse(named.code()).map(Currency::digits), Ok(named.digits()));
        }
    }

    #[test]
    fn what_is_no_money_is_refused_with_the_reason() {
        let check = |code: &str, message: &str| {
            assert_eq!(Currency::parse(code).unwrap_err().to_string(), message);
        };
        check("XAU", "XAU has no minor unit: amounts cannot be counted in it");
        check("XTS", "XTS has no minor unit: amounts cannot be counted in it");
        check("cny", "`cny` is not an active ISO 4217 currency code such as CNY, EUR or JPY");
        check("DEM", "`DEM` is not an active ISO 4217 currency code such as CNY, EUR or JPY");
        check("", "`` is not an active ISO 4217 currency code such as CNY, EUR or JPY");
    }
}
