//! Reading single values: what is accepted and what is said when it is not.

use huzhu_domain::plan::{Age, Contact, IcdEdition, IcdRange, Rule};
use huzhu_domain::time::{Day, TimeZone};
use huzhu_ledger::{Amount, AmountError, Currency, CurrencyError, Percent, PercentError};

use crate::rules;

/// Why a value is not accepted.
pub(crate) struct Wrong {
    pub(crate) rule: Rule,
    pub(crate) message: String,
    pub(crate) remedy: String,
}

pub(crate) fn wrong<T>(
    rule: Rule,
    message: impl Into<String>,
    remedy: impl Into<String>,
) -> Result<T, Wrong> {
    Err(Wrong { rule, message: message.into(), remedy: remedy.into() })
}

/// At most 60 characters of a text, for messages.
pub(crate) fn cut(text: &str) -> String {
    if text.chars().count() <= 60 {
        text.to_owned()
    } else {
        format!("{}...", text.chars().take(57).collect::<String>())
    }
}

/// The known word nearest to `text`, when it is near enough to be meant.
pub(crate) fn nearest<'a>(text: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let text: String = text.chars().take(80).collect();
    let distance = |word: &str| strsim::damerau_levenshtein(&text, word);
    let best = known.into_iter().map(|word| (distance(word), word)).min_by_key(|(d, _)| *d)?;
    (best.0 <= best.1.len().div_euclid(3).max(1)).then_some(best.1)
}

pub(crate) fn choice(text: &str, known: &'static [&'static str]) -> Result<&'static str, Wrong> {
    if let Some(word) = known.iter().find(|word| **word == text) {
        return Ok(word);
    }
    let list = known.join(", ");
    let remedy = match nearest(text, known.iter().copied()) {
        Some(word) => format!("did you mean \"{word}\"? Known are: {list}"),
        None => format!("write one of: {list}"),
    };
    wrong(rules::NOT_A_CHOICE, format!("\"{}\" is not known here", cut(text)), remedy)
}

pub(crate) fn code(text: &str) -> Result<String, Wrong> {
    if huzhu_domain::plan::PlanId::new(text).is_ok() {
        return Ok(text.to_owned());
    }
    let mended: String = text
        .trim()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' })
        .collect();
    let mended = mended.trim_matches('-');
    let remedy = if huzhu_domain::plan::PlanId::new(mended).is_ok() {
        format!("write \"{mended}\": only a-z, 0-9 and inner hyphens")
    } else {
        "use 1 to 64 of a-z, 0-9 and inner hyphens".to_owned()
    };
    wrong(rules::NOT_A_CODE, format!("\"{}\" is not a code", cut(text)), remedy)
}

pub(crate) fn currency(text: &str) -> Result<Currency, Wrong> {
    Currency::parse(text).or_else(|error| match error {
        CurrencyError::NoMinorUnit(code) => wrong(
            rules::NO_MINOR_UNIT,
            format!("{code} has no minor unit: shares can not be counted in it"),
            "choose a currency that money is paid in, such as \"CNY\"",
        ),
        CurrencyError::Unknown(_) => wrong(
            rules::UNKNOWN_CURRENCY,
            format!("\"{}\" is not an active currency of ISO 4217", cut(text)),
            "write three capital letters, such as \"CNY\"",
        ),
    })
}

pub(crate) fn amount(text: &str, currency: Currency) -> Result<Amount, Wrong> {
    Amount::parse(text, currency).or_else(|error| {
        let rule = match error {
            AmountError::TooManyDecimals { .. } => rules::TOO_MANY_DECIMALS,
            _ => rules::BAD_AMOUNT,
        };
        let example = Amount::from_minor(123_456).decimal(currency);
        wrong(
            rule,
            format!("\"{}\": {error}", cut(text)),
            format!("write it like \"{example}\" ({currency})"),
        )
    })
}

pub(crate) fn percent(text: &str) -> Result<Percent, Wrong> {
    let number = text.strip_suffix('%').unwrap_or(text).trim_end();
    Percent::parse(number).or_else(|error| {
        let rule = match error {
            PercentError::AboveHundred { .. } => rules::ABOVE_HUNDRED,
            PercentError::NotANumber(_) => rules::BAD_PERCENT,
        };
        wrong(rule, format!("\"{}\": {error}", cut(text)), "write it like \"8\" or \"2.5 %\"")
    })
}

pub(crate) fn day(text: &str) -> Result<Day, Wrong> {
    let shape = text.len() == 10
        && text.bytes().enumerate().all(
            |(i, b)| {
                if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() }
            },
        );
    match text.parse::<Day>() {
        Ok(day) if shape => Ok(day),
        _ if shape => wrong(
            rules::BAD_DATE,
            format!("the day {text} does not exist"),
            "check month and day, and whether the year is a leap year",
        ),
        _ => wrong(
            rules::BAD_DATE,
            format!("\"{}\" is not a date", cut(text)),
            "write year-month-day: 2019-05-31",
        ),
    }
}

pub(crate) fn zone(text: &str) -> Result<TimeZone, Wrong> {
    let unknown = || {
        wrong(
            rules::UNKNOWN_ZONE,
            format!("there is no time zone \"{}\"", cut(text)),
            "write a name of the IANA database, such as \"Asia/Shanghai\"",
        )
    };
    // Only names of places: a zone given as a rule or a file name would not mean the same on every machine.
    let shape = text.len() <= 64 && text.chars().all(|c| c.is_ascii_alphanumeric() || "/_+-".contains(c));
    if !shape || text.starts_with('/') {
        return unknown();
    }
    TimeZone::get(text).or_else(|_| unknown())
}

/// A number and a word, such as `30 days`.
fn counted(text: &str) -> Option<(u16, &str)> {
    let (number, unit) = text.split_once(' ')?;
    let plain = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
    Some((number.parse().ok().filter(|_| plain)?, unit))
}

pub(crate) fn age(text: &str) -> Result<Age, Wrong> {
    let read = counted(text).and_then(|(number, unit)| match unit {
        "day" | "days" => Some(Age::Days(number)),
        "year" | "years" => u8::try_from(number).ok().filter(|n| *n <= 150).map(Age::Years),
        _ => None,
    });
    let message = || format!("\"{}\" is not an age", cut(text));
    read.map_or_else(
        || wrong(rules::BAD_AGE, message(), "write \"30 days\" or \"59 years\" (at most 150 years)"),
        Ok,
    )
}

pub(crate) fn contact(text: &str) -> Result<Contact, Wrong> {
    let read = counted(text).and_then(|(number, unit)| match unit {
        "day" | "days" => Some(Contact::Days(number)),
        "working day" | "working days" => Some(Contact::WorkingDays(number)),
        _ => None,
    });
    let message = || format!("\"{}\" is not a number of days", cut(text));
    read.map_or_else(|| wrong(rules::BAD_CONTACT, message(), "write \"3 days\" or \"3 working days\""), Ok)
}

pub(crate) fn icd(text: &str, edition: IcdEdition) -> Result<IcdRange, Wrong> {
    let (rule, name, example) = match edition {
        IcdEdition::Ten => (rules::BAD_ICD10, "ICD-10", "\"C73\", \"I21.9\" or \"C00-C97\""),
        IcdEdition::Eleven => (rules::BAD_ICD11, "ICD-11", "\"2D10\", \"BA41.Z\" or \"2A00-2F9Z\""),
    };
    IcdRange::parse(text, edition).map_or_else(
        || {
            wrong(
                rule,
                format!("\"{}\" is not an {name} code or range", cut(text)),
                format!("write it like {example}"),
            )
        },
        Ok,
    )
}

/// A text for people.
pub(crate) fn words(text: &str, limit: usize) -> Result<(), Wrong> {
    if text.trim().is_empty() {
        return wrong(rules::EMPTY_TEXT, "this text says nothing", "write what people should read here");
    }
    let length = text.chars().count();
    if length > limit {
        let remedy = format!("shorten it by {} characters", length.saturating_sub(limit));
        return wrong(
            rules::LONG_TEXT,
            format!("this text has {length} characters; at most {limit} are shown"),
            remedy,
        );
    }
    if let Some(c) = text.chars().find(|c| is_treacherous(*c)) {
        let message = format!("this text has an invisible character, U+{:04X}", u32::from(c));
        return wrong(
            rules::INVISIBLE,
            message,
            "delete it: it makes people read something else than what is stored",
        );
    }
    Ok(())
}

/// Characters that are not seen but change order or identity of what is read, and control characters by escape.
fn is_treacherous(c: char) -> bool {
    let direction =
        matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200e}' | '\u{200f}' | '\u{61c}');
    let zero_width = matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}' | '\u{ad}');
    direction || zero_width || (c.is_control() && !matches!(c, '\n' | '\t'))
}
