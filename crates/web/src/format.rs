//! Money, dates, counts and times as people read them, in each language.
//!
//! Shape: methods on [`Locale`], so that a template writes `{{ l.money(share, currency) }}` or `{{ l.day(date) }}`. Pure:
//! "today" and the time zone are arguments.
//!
//! Guarantees: money always names its currency without doubt (`¥0.03 CNY`, `0.03 元`) and has exactly the digits of the
//! currency; a date in full has its weekday; a number is never a float.
//!
//! Limits: symbols and Chinese names for the currencies of [`CURRENCY_NAMES`]; the others show their ISO 4217 code.

use crate::i18n::Locale;
use huzhu_ledger::{Amount, Currency, Percent};
use jiff::Timestamp;
use jiff::civil::{Date, Weekday};
use jiff::tz::TimeZone;

/// ISO code, symbol before the number in English, word after the number in Chinese.
pub const CURRENCY_NAMES: &[(&str, &str, &str)] = &[
    ("CNY", "¥", "元"),
    ("EUR", "€", "欧元"),
    ("GBP", "£", "英镑"),
    ("HKD", "$", "港元"),
    ("INR", "₹", "印度卢比"),
    ("JPY", "¥", "日元"),
    ("KRW", "₩", "韩元"),
    ("USD", "$", "美元"),
];

/// An amount in three pieces, for the big numerals of a page: symbol, number, unit; `before` or `after` may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MoneyParts {
    /// What stands before the number (`¥`).
    pub before: String,
    /// The grouped number with the digits of the currency.
    pub number: String,
    /// What stands after the number (`CNY`, `元`).
    pub after: String,
}

/// Puts a comma between each three digits of the whole part of a decimal text.
#[must_use]
pub fn grouped(decimal: &str) -> String {
    let (whole, rest) = decimal.find('.').map_or((decimal, ""), |at| decimal.split_at(at));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    let mut text = String::from(sign);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && digits.len().saturating_sub(at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text.push_str(rest);
    text
}

impl Locale {
    /// An amount with its currency: `¥300,000.00 CNY`, `300,000.00 元`.
    #[must_use]
    pub fn money(self, amount: Amount, currency: Currency) -> String {
        joined(self.money_parts(amount, currency))
    }

    /// The same without decimals when they are all zero, for sums that are read and not added up: `¥300,000 CNY`, `30 万元`.
    #[must_use]
    pub fn money_round(self, amount: Amount, currency: Currency) -> String {
        let decimal = amount.decimal(currency);
        let Some(whole) = without_zero_decimals(&decimal) else {
            return self.money(amount, currency);
        };
        let number = match whole.strip_suffix("0000") {
            Some(myriads) if self.is_zh() && !myriads.is_empty() => format!("{} 万", grouped(myriads)),
            _ => grouped(whole),
        };
        let glue = number.ends_with('万');
        let parts = MoneyParts { number, ..self.money_parts(amount, currency) };
        if glue { joined(parts).replace("万\u{a0}", "万") } else { joined(parts) }
    }

    /// An amount in pieces, for big numerals.
    #[must_use]
    pub fn money_parts(self, amount: Amount, currency: Currency) -> MoneyParts {
        let number = grouped(&amount.decimal(currency));
        let code = currency.code();
        let named = CURRENCY_NAMES.iter().find(|row| row.0 == code);
        let (before, after) = match (self, named) {
            (Self::En, Some((_, symbol, _))) => (*symbol, code),
            (Self::Zh, Some((_, _, word))) => ("", *word),
            (_, None) => ("", code),
        };
        MoneyParts { before: before.to_owned(), number, after: after.to_owned() }
    }

    /// A number of anything, grouped: `23,000,000`.
    #[must_use]
    pub fn count(self, number: u64) -> String {
        grouped(&number.to_string())
    }

    /// A headcount: `1 member`, `23,000,000 members`, `23,000,000 位成员`.
    #[must_use]
    pub fn members(self, number: u64) -> String {
        self.t1("n-members", "count", number)
    }

    /// A rate: `8%`, `8.25%`.
    #[must_use]
    pub fn percent(self, rate: Percent) -> String {
        self.percent_hundredths(rate.hundredths().into())
    }

    /// Hundredths of a percent that may pass 100 %: 12,550 is `125.5%`.
    #[must_use]
    pub fn percent_hundredths(self, hundredths: u64) -> String {
        let (whole, part) = (hundredths.div_euclid(100), hundredths.rem_euclid(100));
        let text = format!("{}.{part:02}", self.count(whole));
        format!("{}%", text.trim_end_matches('0').trim_end_matches('.'))
    }

    /// A date in full with its weekday: `Friday 7 February 2020`, `2020年2月7日 星期五`.
    #[must_use]
    pub fn day(self, date: Date) -> String {
        let weekday = self.weekday(date.weekday());
        match self {
            Self::En => format!("{weekday} {} {} {}", date.day(), month_name(date.month()), date.year()),
            Self::Zh => format!("{}年{}月{}日 {weekday}", date.year(), date.month(), date.day()),
        }
    }

    /// A date for tables: `7 Feb 2020`, `2020年2月7日`.
    #[must_use]
    pub fn day_short(self, date: Date) -> String {
        match self {
            Self::En => {
                let month: String = month_name(date.month()).chars().take(3).collect();
                format!("{} {month} {}", date.day(), date.year())
            }
            Self::Zh => format!("{}年{}月{}日", date.year(), date.month(), date.day()),
        }
    }

    /// A month: `February 2020`, `2020年2月`.
    #[must_use]
    pub fn month_of(self, date: Date) -> String {
        match self {
            Self::En => format!("{} {}", month_name(date.month()), date.year()),
            Self::Zh => format!("{}年{}月", date.year(), date.month()),
        }
    }

    /// How far a day is from today: `today`, `tomorrow`, `in 3 days`, `3 days ago`; `3天后`.
    #[must_use]
    pub fn relative(self, date: Date, today: Date) -> String {
        let days = today.until(date).map_or(0, |span| span.get_days());
        match days {
            0 => self.t("rel-today"),
            1 => self.t("rel-tomorrow"),
            -1 => self.t("rel-yesterday"),
            2.. => self.t1("rel-in-days", "days", days),
            _ => self.t1("rel-days-ago", "days", days.saturating_abs()),
        }
    }

    /// Date in full and its distance: `Friday 7 February 2020, in 3 days`; `2020年2月7日 星期五，3天后`.
    #[must_use]
    pub fn day_in(self, date: Date, today: Date) -> String {
        self.t2("rel-with-day", "day", self.day(date), "distance", self.relative(date, today))
    }

    /// A moment in the plan's time zone to the minute: `Friday 7 February 2020, 14:05`.
    #[must_use]
    pub fn moment(self, at: Timestamp, zone: &TimeZone) -> String {
        let local = at.to_zoned(zone.clone());
        let clock = format!("{:02}:{:02}", local.hour(), local.minute());
        match self {
            Self::En => format!("{}, {clock}", self.day(local.date())),
            Self::Zh => format!("{} {clock}", self.day(local.date())),
        }
    }

    /// A number of days: `1 day`, `90 days`, `90 天`.
    #[must_use]
    pub fn days(self, days: u64) -> String {
        self.t1("n-days", "count", days)
    }

    /// A length of time in its two largest units: `2 days 4 hours`, `35 minutes`; under a minute is `less than a minute`.
    #[must_use]
    pub fn duration(self, seconds: u64) -> String {
        let minutes = seconds.div_euclid(60);
        let (days, hours) = (minutes.div_euclid(1440), minutes.rem_euclid(1440).div_euclid(60));
        let pieces = [
            (days > 0).then(|| self.days(days)),
            (hours > 0).then(|| self.t1("n-hours", "count", hours)),
            (days == 0 && minutes.rem_euclid(60) > 0)
                .then(|| self.t1("n-minutes", "count", minutes.rem_euclid(60))),
        ];
        let text = pieces.into_iter().flatten().collect::<Vec<_>>().join(" ");
        if text.is_empty() { self.t("n-under-a-minute") } else { text }
    }

    /// An age in completed years: `34 years old`, `34 岁`.
    #[must_use]
    pub fn age(self, years: u16) -> String {
        self.t1("n-years-old", "count", years)
    }

    /// The age of an infant in days: `45 days old`, `出生 45 天`.
    #[must_use]
    pub fn age_in_days(self, days: u32) -> String {
        self.t1("n-days-old", "count", days)
    }

    fn weekday(self, weekday: Weekday) -> String {
        self.t(match weekday {
            Weekday::Monday => "day-monday",
            Weekday::Tuesday => "day-tuesday",
            Weekday::Wednesday => "day-wednesday",
            Weekday::Thursday => "day-thursday",
            Weekday::Friday => "day-friday",
            Weekday::Saturday => "day-saturday",
            Weekday::Sunday => "day-sunday",
        })
    }
}

/// The English name of a month 1-12; Chinese dates write the number.
fn month_name(month: i8) -> &'static str {
    const NAMES: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    usize::try_from(month).ok().and_then(|at| NAMES.get(at.saturating_sub(1))).copied().unwrap_or_default()
}

fn joined(parts: MoneyParts) -> String {
    let MoneyParts { before, number, after } = parts;
    // A no-break space keeps number and unit on one line.
    format!("{before}{number}\u{a0}{after}")
}

/// The whole part of a decimal text whose decimals are all zero, or nothing.
fn without_zero_decimals(decimal: &str) -> Option<&str> {
    let (whole, part) = decimal.split_once('.').unwrap_or((decimal, ""));
    part.bytes().all(|digit| digit == b'0').then_some(whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    /// Spaces that do not break are written as plain ones in the tables below.
    fn plain(text: &str) -> String {
        text.replace('\u{a0}', " ")
    }

    #[test]
    fn money_names_its_currency_and_keeps_every_digit() {
        let kes = Currency::parse("KES").unwrap();
        for (minor, currency, en, zh) in [
            (3, Currency::CNY, "¥0.03 CNY", "0.03 元"),
            (0, Currency::CNY, "¥0.00 CNY", "0.00 元"),
            (30_000_000, Currency::CNY, "¥300,000.00 CNY", "300,000.00 元"),
            (5, Currency::JPY, "¥5 JPY", "5 日元"),
            (1_234_567, Currency::KWD, "1,234.567 KWD", "1,234.567 KWD"),
            (123_456, kes, "1,234.56 KES", "1,234.56 KES"),
            (1299, Currency::EUR, "€12.99 EUR", "12.99 欧元"),
            (u64::MAX, Currency::CNY, "¥184,467,440,737,095,516.15 CNY", "184,467,440,737,095,516.15 元"),
        ] {
            let amount = Amount::from_minor(minor);
            assert_eq!(plain(&Locale::En.money(amount, currency)), en);
            assert_eq!(plain(&Locale::Zh.money(amount, currency)), zh);
        }
    }

    #[test]
    fn round_money_drops_zero_decimals_and_nothing_else() {
        for (minor, currency, en, zh) in [
            (30_000_000, Currency::CNY, "¥300,000 CNY", "30 万元"),
            (1_000_000_000_000, Currency::CNY, "¥10,000,000,000 CNY", "1,000,000 万元"),
            (30_000_001, Currency::CNY, "¥300,000.01 CNY", "300,000.01 元"),
            (30_050_000, Currency::CNY, "¥300,500 CNY", "300,500 元"),
            (0, Currency::CNY, "¥0 CNY", "0 元"),
            (20_000, Currency::JPY, "¥20,000 JPY", "2 万日元"),
        ] {
            let amount = Amount::from_minor(minor);
            assert_eq!(plain(&Locale::En.money_round(amount, currency)), en);
            assert_eq!(plain(&Locale::Zh.money_round(amount, currency)), zh);
        }
    }

    #[test]
    fn digits_are_grouped_by_threes() {
        for (decimal, expected) in [
            ("0", "0"),
            ("999", "999"),
            ("1000", "1,000"),
            ("23000000", "23,000,000"),
            ("1234.5678", "1,234.5678"),
            ("-1234", "-1,234"),
            ("", ""),
        ] {
            assert_eq!(grouped(decimal), expected);
        }
    }

    #[test]
    fn dates_have_their_weekday_and_their_distance() {
        let today = date(2020, 2, 4);
        for (day, en, zh) in [
            (date(2020, 2, 7), "Friday 7 February 2020, in 3 days", "2020年2月7日 星期五，3天后"),
            (date(2020, 2, 4), "Tuesday 4 February 2020, today", "2020年2月4日 星期二，今天"),
            (date(2020, 2, 5), "Wednesday 5 February 2020, tomorrow", "2020年2月5日 星期三，明天"),
            (date(2020, 2, 3), "Monday 3 February 2020, yesterday", "2020年2月3日 星期一，昨天"),
            (date(2019, 2, 4), "Monday 4 February 2019, 365 days ago", "2019年2月4日 星期一，365天前"),
            (date(2023, 2, 4), "Saturday 4 February 2023, in 1,096 days", "2023年2月4日 星期六，1,096天后"),
        ] {
            assert_eq!(Locale::En.day_in(day, today), en);
            assert_eq!(Locale::Zh.day_in(day, today), zh);
        }
        assert_eq!(Locale::En.day_short(today), "4 Feb 2020");
        assert_eq!(Locale::Zh.month_of(today), "2020年2月");
        assert_eq!(Locale::En.month_of(today), "February 2020");
    }

    #[test]
    fn a_moment_is_told_in_the_time_zone_of_the_plan() {
        let at: Timestamp = "2020-02-06T16:05:00Z".parse().unwrap();
        let shanghai = TimeZone::get("Asia/Shanghai").unwrap();
        assert_eq!(Locale::En.moment(at, &shanghai), "Friday 7 February 2020, 00:05");
        assert_eq!(Locale::Zh.moment(at, &TimeZone::UTC), "2020年2月6日 星期四 16:05");
    }

    #[test]
    fn lengths_of_time_show_their_two_largest_units() {
        for (seconds, en, zh) in [
            (0, "less than a minute", "不到 1 分钟"),
            (60, "1 minute", "1 分钟"),
            (3600, "1 hour", "1 小时"),
            (3_660, "1 hour 1 minute", "1 小时 1 分钟"),
            (86_400, "1 day", "1 天"),
            (187_260, "2 days 4 hours", "2 天 4 小时"),
        ] {
            assert_eq!(Locale::En.duration(seconds), en);
            assert_eq!(Locale::Zh.duration(seconds), zh);
        }
    }

    #[test]
    fn rates_and_ages_are_written_as_people_say_them() {
        for (hundredths, text) in
            [(800, "8%"), (825, "8.25%"), (850, "8.5%"), (0, "0%"), (12_550, "125.5%"), (10_000, "100%")]
        {
            assert_eq!(Locale::En.percent_hundredths(hundredths), text);
        }
        assert_eq!(Locale::Zh.percent(Percent::parse("8").unwrap()), "8%");
        assert_eq!(Locale::En.age(1), "1 year old");
        assert_eq!(Locale::En.age(34), "34 years old");
        assert_eq!(Locale::Zh.age(34), "34 岁");
        assert_eq!(Locale::En.age_in_days(45), "45 days old");
        assert_eq!(Locale::Zh.age_in_days(45), "出生 45 天");
    }
}
