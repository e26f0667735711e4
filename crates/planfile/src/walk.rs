//! Checks every value of the TOML tree against the table of keys, and remembers what was read and where it stands.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use huzhu_domain::plan::{Age, Contact, IcdRange, Language, Localized, Rule};
use huzhu_domain::time::{Day, TimeZone};
use huzhu_ledger::{Amount, Currency, Percent};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::keys::{Key, Kind, ROOT};
use crate::scalar::{self, Wrong, cut, nearest};
use crate::{Fault, MAX_LIST, rules};

/// A fault and the path whose value it leaves unknown.
pub(crate) struct Located {
    pub(crate) path: Option<String>,
    pub(crate) fault: Fault,
}

/// A value that was read.
#[derive(Clone)]
pub(crate) enum Read {
    Words(Localized),
    Code(String),
    Codes(Vec<String>),
    Whole(i64),
    Flag(bool),
    Amount(Amount),
    Percent(Percent),
    Day(Day),
    Age(Age),
    Currency(Currency),
    Zone(TimeZone),
    Contact(Contact),
    Choice(&'static str),
    Choices(Vec<&'static str>),
    Icd(Vec<IcdRange>),
}

/// Everything that was read from a file, by path (`aid.table[2].amount`).
#[derive(Default)]
pub(crate) struct Form {
    values: BTreeMap<String, Read>,
    places: BTreeMap<String, Range<usize>>,
    counts: BTreeMap<String, usize>,
    /// Amounts that stand there but cannot be judged without a currency.
    unknown: BTreeSet<String>,
}

impl Form {
    pub(crate) fn value(&self, path: &str) -> Option<&Read> {
        self.values.get(path)
    }

    /// How many tables the array at `path` has.
    pub(crate) fn count(&self, path: &str) -> usize {
        self.counts.get(path).copied().unwrap_or(0)
    }

    /// Whether something stands at `path`, readable or not.
    pub(crate) fn has(&self, path: &str) -> bool {
        self.places.contains_key(path)
    }

    /// Where `path` stands, or the nearest table around it.
    pub(crate) fn place(&self, path: &str) -> Range<usize> {
        let mut path = path;
        loop {
            if let Some(span) = self.places.get(path) {
                return span.clone();
            }
            let cut =
                if path.ends_with(']') { path.rfind('[') } else { path.rfind('.').max(path.rfind('[')) };
            match cut {
                // `aid.table[2].amount` falls back to `aid.table[2]`, then to `aid.table`, then to `aid`.
                Some(at) => path = path.get(..at).unwrap_or_default(),
                None => return 0..0,
            }
        }
    }

    /// Every path whose value is unknown.
    pub(crate) fn broken_paths(&self, faults: &[Located]) -> BTreeSet<String> {
        let reported = faults.iter().filter_map(|located| located.path.clone());
        reported.chain(self.unknown.iter().cloned()).collect()
    }
}

/// The parts of a path: `aid.table[2].amount` has four.
fn components(path: &str) -> Vec<String> {
    path.replace('[', ".[").split('.').map(str::to_owned).collect()
}

/// Whether one of the two paths lies inside the other. An index `[]` stands for any.
pub(crate) fn touches(broken: &str, path: &str) -> bool {
    let (a, b) = (components(broken), components(path));
    let any = |part: &str| part == "[]";
    a.iter().zip(&b).all(|(x, y)| x == y || (any(y) && x.starts_with('[')) || (any(x) && y.starts_with('[')))
}

/// Whether `path` is `outer` or lies inside it.
pub(crate) fn inside(path: &str, outer: &str) -> bool {
    components(outer).len() <= components(path).len() && touches(outer, path)
}

/// Walks the whole file.
pub(crate) fn walk(text: &str, tree: &DeTable<'_>) -> (Form, Vec<Located>) {
    let mut walker = Walker { form: Form::default(), faults: Vec::new(), currency: currency_of(tree) };
    let start = text.len().saturating_sub(text.trim_start_matches('\u{feff}').len());
    walker.table("", ROOT, tree, start..start);
    (walker.form, walker.faults)
}

/// The currency has to be known before the first amount, wherever it stands.
fn currency_of(tree: &DeTable<'_>) -> Option<Currency> {
    let plan = tree.get("plan")?.get_ref().as_table()?;
    Currency::parse(plan.get("currency")?.get_ref().as_str()?).ok()
}

struct Walker {
    form: Form,
    faults: Vec<Located>,
    currency: Option<Currency>,
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

impl Walker {
    fn fault(&mut self, path: Option<String>, span: Range<usize>, wrong: Wrong) {
        let Wrong { rule, message, remedy } = wrong;
        self.faults.push(Located { path, fault: Fault { span, rule, message, remedy } });
    }

    fn say(&mut self, path: &str, span: Range<usize>, rule: Rule, message: String, remedy: String) {
        self.fault(Some(path.to_owned()), span, Wrong { rule, message, remedy });
    }

    fn table(&mut self, path: &str, keys: &'static [Key], table: &DeTable<'_>, header: Range<usize>) {
        self.form.places.insert(path.to_owned(), header.clone());
        let mut meant: BTreeSet<&str> = BTreeSet::new();
        for (name, value) in table {
            if let Some(key) = keys.iter().find(|key| key.name == name.get_ref().as_ref()) {
                self.entry(&join(path, key.name), key.kind, value);
            } else if let Some(near) = self.unknown(path, keys, table, name) {
                meant.insert(near);
            }
        }
        for key in keys.iter().filter(|key| key.required) {
            if !table.contains_key(key.name) && !meant.contains(key.name) {
                let place = if path.is_empty() { "the plan".to_owned() } else { format!("[{path}]") };
                let remedy = format!("add it: {}", key.about);
                let message = format!("{place} has no `{}`", key.name);
                self.say(&join(path, key.name), header.clone(), rules::MISSING_KEY, message, remedy);
            }
        }
    }

    /// Reports a key that plans do not have, and returns the one that was probably meant.
    fn unknown(
        &mut self,
        path: &str,
        keys: &'static [Key],
        table: &DeTable<'_>,
        name: &Spanned<std::borrow::Cow<'_, str>>,
    ) -> Option<&'static str> {
        let absent = keys.iter().map(|key| key.name).filter(|known| !table.contains_key(*known));
        let near = nearest(name.get_ref(), absent);
        let place =
            if path.is_empty() { "at the top of a plan file".to_owned() } else { format!("in [{path}]") };
        let remedy = if let Some(near) = near {
            format!("did you mean `{near}`?")
        } else {
            let known: Vec<&str> = keys.iter().map(|key| key.name).collect();
            format!("known are: {}", known.join(", "))
        };
        let message = format!("there is no key `{}` {place}", cut(name.get_ref()));
        let broken = near.map(|near| join(path, near));
        self.fault(broken, name.span(), Wrong { rule: rules::UNKNOWN_KEY, message, remedy });
        near
    }

    fn entry(&mut self, path: &str, kind: Kind, value: &Spanned<DeValue<'_>>) {
        let span = value.span();
        self.form.places.insert(path.to_owned(), span.clone());
        match (kind, value.get_ref()) {
            (Kind::Words(limit), DeValue::Table(table)) => self.words(path, limit, table, span),
            (Kind::Table(keys), DeValue::Table(table)) => self.table(path, keys, table, span),
            (Kind::Tables(keys), DeValue::Array(array)) => {
                if self.list_fits(path, array.len(), &span) {
                    self.form.counts.insert(path.to_owned(), array.len());
                    for (i, item) in array.iter().enumerate() {
                        let path = format!("{path}[{i}]");
                        match item.get_ref() {
                            DeValue::Table(table) => self.table(&path, keys, table, item.span()),
                            other => self.wrong_type(&path, Kind::Table(keys), other, item.span()),
                        }
                    }
                }
            }
            (Kind::Codes | Kind::Choices(_) | Kind::Icd(_), DeValue::Array(array)) => {
                if self.list_fits(path, array.len(), &span) {
                    self.list(path, kind, array.iter());
                }
            }
            (Kind::Whole(min, max), DeValue::Integer(number)) => {
                self.whole(path, (min, max), number, span);
            }
            (Kind::Flag, DeValue::Boolean(flag)) => {
                self.form.values.insert(path.to_owned(), Read::Flag(*flag));
            }
            (kind, value) => match scalar_text(kind, value) {
                Some(text) => match self.scalar(kind, &text) {
                    Ok(Some(read)) => {
                        self.form.values.insert(path.to_owned(), read);
                    }
                    Ok(None) => {
                        self.form.unknown.insert(path.to_owned());
                    }
                    Err(wrong) => self.fault(Some(path.to_owned()), span, wrong),
                },
                None => self.wrong_type(path, kind, value, span),
            },
        }
    }

    fn list_fits(&mut self, path: &str, length: usize, span: &Range<usize>) -> bool {
        let (rule, message, remedy) = if length == 0 {
            (
                rules::EMPTY_LIST,
                "this list is empty".to_owned(),
                "add an entry or leave the key out".to_owned(),
            )
        } else if length > MAX_LIST {
            let message = format!("this list has {length} entries; at most {MAX_LIST} are read");
            (rules::TOO_LONG_LIST, message, "shorten it; ranges of codes help".to_owned())
        } else {
            return true;
        };
        self.say(path, span.clone(), rule, message, remedy);
        false
    }

    fn words(&mut self, path: &str, limit: usize, table: &DeTable<'_>, span: Range<usize>) {
        let mut good = true;
        for (name, value) in table {
            let place = format!("{path}.{}", name.get_ref());
            self.form.places.insert(place.clone(), value.span());
            if !Language::ALL.iter().any(|language| language.tag() == name.get_ref().as_ref()) {
                let message = format!("there is no language `{}`", cut(name.get_ref()));
                let wrong = Wrong {
                    rule: rules::UNKNOWN_LANGUAGE,
                    message,
                    remedy: "texts are in: en, zh".to_owned(),
                };
                self.fault(None, name.span(), wrong);
            } else if let Some(text) = value.get_ref().as_str() {
                if let Err(wrong) = scalar::words(text, limit) {
                    good = false;
                    self.fault(Some(place), value.span(), wrong);
                }
            } else {
                good = false;
                self.wrong_type(&place, Kind::Words(limit), value.get_ref(), value.span());
            }
        }
        for language in Language::ALL {
            if !table.contains_key(language.tag()) {
                good = false;
                let message = format!("the text in `{}` is missing", language.tag());
                let remedy = format!("add {path}.{} = \"...\"", language.tag());
                self.say(
                    &format!("{path}.{}", language.tag()),
                    span.clone(),
                    rules::MISSING_TRANSLATION,
                    message,
                    remedy,
                );
            }
        }
        if good {
            let text = |language: Language| {
                table.get(language.tag()).and_then(|v| v.get_ref().as_str()).unwrap_or_default()
            };
            let words = Localized::new(text(Language::En), text(Language::Zh));
            self.form.values.insert(path.to_owned(), Read::Words(words));
        }
    }

    fn whole(
        &mut self,
        path: &str,
        (min, max): (i64, i64),
        number: &toml::de::DeInteger<'_>,
        span: Range<usize>,
    ) {
        let read = i64::from_str_radix(number.as_str(), number.radix()).ok();
        if let Some(n) = read.filter(|n| (min..=max).contains(n)) {
            self.form.values.insert(path.to_owned(), Read::Whole(n));
            return;
        }
        let message = format!("{} is out of bounds", cut(&number.to_string()));
        let remedy = if max == i64::MAX {
            format!("write a whole number of {min} or more")
        } else {
            format!("write a whole number from {min} to {max}")
        };
        self.say(path, span, rules::OUT_OF_RANGE, message, remedy);
    }

    fn list<'a, 'i: 'a>(
        &mut self,
        path: &str,
        kind: Kind,
        items: impl Iterator<Item = &'a Spanned<DeValue<'i>>>,
    ) {
        let mut seen: BTreeSet<String> = BTreeSet::new();
        let (mut codes, mut choices, mut ranges) = (Vec::new(), Vec::new(), Vec::new());
        let mut good = true;
        for (i, item) in items.enumerate() {
            let place = format!("{path}[{i}]");
            self.form.places.insert(place.clone(), item.span());
            let Some(text) = item.get_ref().as_str() else {
                good = false;
                self.wrong_type(&place, kind, item.get_ref(), item.span());
                continue;
            };
            if !seen.insert(text.to_owned()) {
                let (message, remedy) =
                    (format!("\"{}\" is listed twice", cut(text)), "remove one of them".to_owned());
                let wrong = Wrong { rule: rules::REPEATED, message, remedy };
                self.fault(None, item.span(), wrong);
                continue;
            }
            let read = match kind {
                Kind::Choices(known) => scalar::choice(text, known).map(|word| choices.push(word)),
                Kind::Icd(edition) => scalar::icd(text, edition).map(|range| ranges.push(range)),
                _ => scalar::code(text).map(|code| codes.push(code)),
            };
            if let Err(wrong) = read {
                good = false;
                self.fault(Some(place), item.span(), wrong);
            }
        }
        if good || !matches!(kind, Kind::Choices(_)) {
            let read = match kind {
                Kind::Choices(_) => Read::Choices(choices),
                Kind::Icd(_) => Read::Icd(ranges),
                _ => Read::Codes(codes),
            };
            self.form.values.insert(path.to_owned(), read);
        }
    }

    fn scalar(&self, kind: Kind, text: &str) -> Result<Option<Read>, Wrong> {
        let read = match kind {
            Kind::Code => Read::Code(scalar::code(text)?),
            Kind::Amount => match self.currency {
                Some(currency) => Read::Amount(scalar::amount(text, currency)?),
                // Without a currency nobody knows how many decimals are allowed; that mistake is reported elsewhere.
                None => return Ok(None),
            },
            Kind::Percent => Read::Percent(scalar::percent(text)?),
            Kind::Day => Read::Day(scalar::day(text)?),
            Kind::Age => Read::Age(scalar::age(text)?),
            Kind::Currency => Read::Currency(scalar::currency(text)?),
            Kind::Zone => Read::Zone(scalar::zone(text)?),
            Kind::Contact => Read::Contact(scalar::contact(text)?),
            Kind::Choice(known) => Read::Choice(scalar::choice(text, known)?),
            Kind::Words(_) | Kind::Codes | Kind::Whole(..) | Kind::Flag | Kind::Choices(_) | Kind::Icd(_) => {
                return Ok(None);
            }
            Kind::Table(_) | Kind::Tables(_) => return Ok(None),
        };
        Ok(Some(read))
    }

    fn wrong_type(&mut self, path: &str, kind: Kind, value: &DeValue<'_>, span: Range<usize>) {
        let message = format!("here stands {}, but {} is needed", found(value), needed(kind));
        let remedy = match (kind, value) {
            (Kind::Amount | Kind::Percent, DeValue::Float(number)) => {
                format!(
                    "put it in quotes: \"{}\"; numbers with a point are not exact",
                    cut(&number.to_string())
                )
            }
            (Kind::Whole(..) | Kind::Flag, DeValue::String(text)) => {
                format!("write it without quotes: {}", cut(text))
            }
            (Kind::Codes | Kind::Choices(_) | Kind::Icd(_), DeValue::String(text)) => {
                format!("write a list: [\"{}\"]", cut(text))
            }
            (Kind::Words(_), DeValue::String(text)) => {
                format!("write it in each language: {{ en = \"{}\", zh = \"...\" }}", cut(text))
            }
            _ => format!("write {}", needed(kind)),
        };
        self.say(path, span, rules::WRONG_TYPE, message, remedy);
    }
}

/// The text of a value that is read from text: a string, a whole number of money or percent, a date.
fn scalar_text(kind: Kind, value: &DeValue<'_>) -> Option<String> {
    match (kind, value) {
        (
            Kind::Words(_)
            | Kind::Codes
            | Kind::Choices(_)
            | Kind::Icd(_)
            | Kind::Whole(..)
            | Kind::Flag
            | Kind::Table(_)
            | Kind::Tables(_),
            _,
        ) => None,
        (_, DeValue::String(text)) => Some(text.to_string()),
        (Kind::Amount | Kind::Percent, DeValue::Integer(number)) if number.radix() == 10 => {
            Some(number.as_str().to_owned())
        }
        (Kind::Day, DeValue::Datetime(date)) => Some(date.to_string()),
        _ => None,
    }
}

fn found(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a text",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a number with a point",
        DeValue::Boolean(_) => "true or false",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "a list",
        DeValue::Table(_) => "a table",
    }
}

fn needed(kind: Kind) -> &'static str {
    match kind {
        Kind::Words(_) => "a text in each language",
        Kind::Code => "a code in quotes",
        Kind::Codes => "a list of codes",
        Kind::Whole(..) => "a whole number",
        Kind::Flag => "true or false",
        Kind::Amount => "an amount in quotes",
        Kind::Percent => "a percentage in quotes",
        Kind::Day => "a date",
        Kind::Age => "an age in quotes, such as \"59 years\"",
        Kind::Currency => "a currency in quotes",
        Kind::Zone => "a time zone in quotes",
        Kind::Contact => "a number of days in quotes, such as \"3 working days\"",
        Kind::Choice(_) => "one of a few words in quotes",
        Kind::Choices(_) => "a list of words",
        Kind::Icd(_) => "a list of ICD codes",
        Kind::Table(_) => "a table",
        Kind::Tables(_) => "a list of tables",
    }
}
