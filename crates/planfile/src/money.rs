//! Money and lists in sentences for people.

use huzhu_domain::plan::Language;
use huzhu_ledger::{Amount, Currency};

/// An amount in words: `300,000 yuan`, `0.10 yuan`, `EUR 1,000.50`; decimals are left out when they are zero and the
/// amount is a whole one.
pub(crate) fn money(amount: Amount, currency: Currency, language: Language) -> String {
    let text = amount.decimal(currency);
    let (whole, decimals) = text.split_once('.').unwrap_or((&text, ""));
    let mut number = grouped(whole);
    if decimals.bytes().any(|b| b != b'0') {
        number.push('.');
        number.push_str(decimals);
    }
    match (currency.code(), language) {
        ("CNY", Language::En) => format!("{number} yuan"),
        ("CNY", Language::Zh) => format!("{number} 元"),
        (code, _) => format!("{code} {number}"),
    }
}

/// A whole number with commas between groups of three digits.
fn grouped(digits: &str) -> String {
    let length = digits.len();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && length.saturating_sub(i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// A number of people with commas between groups of three digits.
pub(crate) fn count(number: u64) -> String {
    grouped(&number.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_read_as_people_write_them() {
        for (minor, code, en, zh) in [
            (30_000_000, "CNY", "300,000 yuan", "300,000 元"),
            (10, "CNY", "0.10 yuan", "0.10 元"),
            (123_456_789, "CNY", "1,234,567.89 yuan", "1,234,567.89 元"),
            (100, "CNY", "1 yuan", "1 元"),
            (100_050, "EUR", "EUR 1,000.50", "EUR 1,000.50"),
            (1000, "JPY", "JPY 1,000", "JPY 1,000"),
        ] {
            let currency = Currency::parse(code).expect("a currency");
            let amount = Amount::from_minor(minor);
            assert_eq!(money(amount, currency, Language::En), en);
            assert_eq!(money(amount, currency, Language::Zh), zh);
        }
    }
}
