//! The two languages of the pages.
//!
//! Shape: [`Locale`] is a small `Copy` value that every page carries as `l`; texts live in `locales/en/*.ftl` and
//! `locales/zh/*.ftl` (Fluent) and are read with [`Locale::t`] and its relatives. A template says `{{ l.t("join-title") }}`,
//! `{{ l.t1("home-hello", "name", name) }}`; Rust says [`t`] and [`t_args`].
//!
//! Guarantees: both languages have the same keys with the same variables, each key that a template or a source of this
//! crate asks for exists, and no key is left over: the tests at the end read the sources. Plural forms follow CLDR, and a
//! number given as an argument is shown with grouping.
//!
//! Limits: a message is plain text, never markup. Money and dates are formatted by `format.rs` and passed as text. A key put
//! together at run time must be written out as a whole somewhere in the sources, or the tests call it unused.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::borrow::Cow;
use std::sync::LazyLock;
use unic_langid::LanguageIdentifier;

/// The catalogues: name of the file in both folders, English text, Chinese text. A new file needs a line here.
const CATALOGUES: &[(&str, &str, &str)] = &[
    ("site", include_str!("../locales/en/site.ftl"), include_str!("../locales/zh/site.ftl")),
    ("forms", include_str!("../locales/en/forms.ftl"), include_str!("../locales/zh/forms.ftl")),
    ("formats", include_str!("../locales/en/formats.ftl"), include_str!("../locales/zh/formats.ftl")),
    ("jury", include_str!("../locales/en/jury.ftl"), include_str!("../locales/zh/jury.ftl")),
    ("log", include_str!("../locales/en/log.ftl"), include_str!("../locales/zh/log.ftl")),
    ("mail", include_str!("../locales/en/mail.ftl"), include_str!("../locales/zh/mail.ftl")),
    ("member", include_str!("../locales/en/member.ftl"), include_str!("../locales/zh/member.ftl")),
    ("public", include_str!("../locales/en/public.ftl"), include_str!("../locales/zh/public.ftl")),
    ("problems", include_str!("../locales/en/problems.ftl"), include_str!("../locales/zh/problems.ftl")),
    ("review", include_str!("../locales/en/review.ftl"), include_str!("../locales/zh/review.ftl")),
    ("refusals", include_str!("../locales/en/refusals.ftl"), include_str!("../locales/zh/refusals.ftl")),
    ("errors", include_str!("../locales/en/errors.ftl"), include_str!("../locales/zh/errors.ftl")),
    ("staff", include_str!("../locales/en/staff.ftl"), include_str!("../locales/zh/staff.ftl")),
    (
        "objections",
        include_str!("../locales/en/objections.ftl"),
        include_str!("../locales/zh/objections.ftl"),
    ),
    ("operator", include_str!("../locales/en/operator.ftl"), include_str!("../locales/zh/operator.ftl")),
    ("inbox", include_str!("../locales/en/inbox.ftl"), include_str!("../locales/zh/inbox.ftl")),
    ("desk", include_str!("../locales/en/desk.ftl"), include_str!("../locales/zh/desk.ftl")),
    ("webhooks", include_str!("../locales/en/webhooks.ftl"), include_str!("../locales/zh/webhooks.ftl")),
    (
        "statistics",
        include_str!("../locales/en/statistics.ftl"),
        include_str!("../locales/zh/statistics.ftl"),
    ),
    ("demo", include_str!("../locales/en/demo.ftl"), include_str!("../locales/zh/demo.ftl")),
];

/// A language that pages are written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Locale {
    /// English.
    #[default]
    En,
    /// Chinese in simplified characters.
    Zh,
}

impl Locale {
    /// Both languages, in the order in which the language switch names them.
    pub const ALL: [Self; 2] = [Self::En, Self::Zh];

    /// The short code of cookies and of `?lang=`: `en` or `zh`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh",
        }
    }

    /// The BCP 47 tag for the `lang` attribute: `en` or `zh-Hans`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Zh => "zh-Hans",
        }
    }

    /// What the language calls itself.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::En => "English",
            Self::Zh => "中文",
        }
    }

    /// The language that the switch offers on a page in this one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::En => Self::Zh,
            Self::Zh => Self::En,
        }
    }

    /// Whether this is Chinese; for the few places where the order of things on a page differs.
    #[must_use]
    pub const fn is_zh(self) -> bool {
        matches!(self, Self::Zh)
    }

    /// The language of a short code or tag (`en`, `zh`, `zh-CN`, `EN-gb`), or nothing for another language.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let primary = code.trim().split(['-', '_']).next().unwrap_or_default();
        Self::ALL.into_iter().find(|locale| locale.code().eq_ignore_ascii_case(primary))
    }

    /// The best language for an `Accept-Language` header (RFC 9110, section 12.5.4): the highest quality wins, the first
    /// of equals; English when the header is missing, broken or names only other languages.
    #[must_use]
    pub fn negotiate(header: Option<&str>) -> Self {
        let mut best = (0, Self::default());
        for part in header.unwrap_or_default().split(',').take(MAX_LANGUAGE_RANGES) {
            let mut pieces = part.split(';');
            let range = pieces.next().unwrap_or_default().trim();
            let locale = if range == "*" { Some(Self::default()) } else { Self::from_code(range) };
            let quality = pieces
                .find_map(|piece| piece.trim().strip_prefix("q=").map(thousandths))
                .unwrap_or(Some(1000));
            if let (Some(locale), Some(quality)) = (locale, quality)
                && quality > best.0
            {
                best = (quality, locale);
            }
        }
        best.1
    }

    /// The text of a key without variables.
    #[must_use]
    pub fn t(self, key: &str) -> String {
        self.message(key, &FluentArgs::new())
    }

    /// The text of a key with one variable.
    #[must_use]
    pub fn t1(self, key: &str, name: &str, value: impl Arg) -> String {
        self.message(key, &FluentArgs::from_iter([(name.to_owned(), value.value())]))
    }

    /// The text of a key with two variables.
    #[must_use]
    pub fn t2(self, key: &str, name1: &str, value1: impl Arg, name2: &str, value2: impl Arg) -> String {
        let args = [(name1.to_owned(), value1.value()), (name2.to_owned(), value2.value())];
        self.message(key, &FluentArgs::from_iter(args))
    }

    /// The text of a key with three variables.
    #[must_use]
    #[expect(clippy::too_many_arguments, reason = "three pairs of name and value read well in a template")]
    pub fn t3(
        self,
        key: &str,
        name1: &str,
        value1: impl Arg,
        name2: &str,
        value2: impl Arg,
        name3: &str,
        value3: impl Arg,
    ) -> String {
        let args = [
            (name1.to_owned(), value1.value()),
            (name2.to_owned(), value2.value()),
            (name3.to_owned(), value3.value()),
        ];
        self.message(key, &FluentArgs::from_iter(args))
    }

    fn message(self, key: &str, args: &FluentArgs<'_>) -> String {
        let bundle = match self {
            Self::En => &*ENGLISH,
            Self::Zh => &*CHINESE,
        };
        let Some(pattern) = bundle.get_message(key).and_then(|message| message.value()) else {
            // A page with a key in brackets is ugly and readable; a page that fails is neither. The tests keep it from
            // ever happening.
            return format!("[{key}]");
        };
        let mut errors = Vec::new();
        bundle.format_pattern(pattern, Some(args), &mut errors).into_owned()
    }
}

/// How many ranges of an `Accept-Language` header are looked at: time, which a long header could waste.
const MAX_LANGUAGE_RANGES: usize = 16;

/// The text of `key` without variables; the same as [`Locale::t`].
#[must_use]
pub fn t(locale: Locale, key: &str) -> String {
    locale.t(key)
}

/// The text of `key` with any number of variables: `t_args(l, "share-of", &[("share", &share), ("count", &n)])`.
#[must_use]
pub fn t_args(locale: Locale, key: &str, args: &[(&str, &dyn Arg)]) -> String {
    let args = args.iter().map(|(name, value)| ((*name).to_owned(), value.value()));
    locale.message(key, &args.collect::<FluentArgs<'_>>())
}

/// A value that a message can be given: texts, and whole numbers, which choose the plural form and are shown grouped.
pub trait Arg {
    /// The value as the message formatter takes it.
    fn value(&self) -> FluentValue<'static>;
}

impl Arg for str {
    fn value(&self) -> FluentValue<'static> {
        FluentValue::String(Cow::Owned(self.to_owned()))
    }
}

impl Arg for String {
    fn value(&self) -> FluentValue<'static> {
        self.as_str().value()
    }
}

impl<T: Arg + ?Sized> Arg for &T {
    fn value(&self) -> FluentValue<'static> {
        (**self).value()
    }
}

macro_rules! whole_number {
    ($($kind:ty)*) => {$(
        impl Arg for $kind {
            fn value(&self) -> FluentValue<'static> {
                FluentValue::from(*self)
            }
        }
    )*};
}
whole_number!(u8 u16 u32 u64 i16 i32 i64 usize);

static ENGLISH: LazyLock<FluentBundle<FluentResource>> =
    LazyLock::new(|| bundle(Locale::En, CATALOGUES.iter().map(|(name, en, _)| (*name, *en))));
static CHINESE: LazyLock<FluentBundle<FluentResource>> =
    LazyLock::new(|| bundle(Locale::Zh, CATALOGUES.iter().map(|(name, _, zh)| (*name, *zh))));

fn bundle<'a>(
    locale: Locale,
    texts: impl Iterator<Item = (&'a str, &'a str)>,
) -> FluentBundle<FluentResource> {
    // Both tags are well formed; the root language, which `default` means, would only lose the plural forms.
    let language: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![language]);
    // The marks around variables are for mixed writing directions; both languages run left to right, and the marks
    // would end up in what people copy.
    bundle.set_use_isolating(false);
    bundle.set_formatter(Some(|value, _| match value {
        FluentValue::Number(number) => Some(crate::format::grouped(&number.as_string())),
        _ => None,
    }));
    for (_, text) in texts {
        let resource = match FluentResource::try_new(text.to_owned()) {
            // A catalogue with a mistake still gives the messages that could be read; the tests refuse it.
            Ok(resource) | Err((resource, _)) => resource,
        };
        bundle.add_resource_overriding(resource);
    }
    bundle
}

/// A quality such as `0.8` in thousandths, or nothing when it is not one.
fn thousandths(text: &str) -> Option<u16> {
    let (whole, rest) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    if rest.len() > 3 || !rest.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let part: u16 = format!("{rest:0<3}").parse().ok()?;
    match whole {
        "0" => Some(part),
        "1" if part == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};
    use std::path::{Path, PathBuf};

    #[test]
    fn the_browser_gets_the_language_it_prefers_among_ours() {
        for (header, expected) in [
            (None, Locale::En),
            (Some(""), Locale::En),
            (Some("zh"), Locale::Zh),
            (Some("zh-CN,zh;q=0.9,en;q=0.8"), Locale::Zh),
            (Some("ZH-hant-TW"), Locale::Zh),
            (Some("en-GB, zh;q=0.9"), Locale::En),
            (Some("en;q=0.3, zh;q=0.301"), Locale::Zh),
            (Some("zh;q=0, en;q=0.1"), Locale::En),
            (Some("fr, de;q=0.9, zh;q=0.1"), Locale::Zh),
            (Some("fr, de"), Locale::En),
            (Some("*;q=0.5, zh;q=0.6"), Locale::Zh),
            (Some("zh;q=2, en;q=0.1"), Locale::En),
            (Some("zh;q=0.1234"), Locale::En),
            (Some(";;;,,,=zh"), Locale::En),
        ] {
            assert_eq!(Locale::negotiate(header), expected, "{header:?}");
        }
    }

    #[test]
    fn numbers_choose_the_plural_and_are_grouped() {
        for (locale, count, expected) in [
            (Locale::En, 1, "1 member"),
            (Locale::En, 5000, "5,000 members"),
            (Locale::Zh, 1, "1 位成员"),
            (Locale::Zh, 23_000_000, "23,000,000 位成员"),
        ] {
            assert_eq!(locale.t1("n-members", "count", count), expected);
        }
    }

    #[test]
    fn an_unknown_key_shows_itself_instead_of_failing() {
        assert_eq!(t(Locale::En, "no-such-key"), "[no-such-key]");
    }

    /// Key -> names of its variables, for one language, and what could not be read.
    fn catalogue(pick: impl Fn(&(&str, &str, &str)) -> String) -> BTreeMap<String, BTreeSet<String>> {
        let mut keys = BTreeMap::new();
        for row in CATALOGUES {
            let resource =
                FluentResource::try_new(pick(row)).unwrap_or_else(|(_, e)| panic!("{}.ftl: {e:?}", row.0));
            drop(resource);
            let mut key = String::new();
            for line in pick(row).lines().filter(|line| !line.starts_with('#')) {
                if let Some((name, _)) = line.split_once('=')
                    && line.starts_with(|c: char| c.is_ascii_lowercase())
                {
                    name.trim().clone_into(&mut key);
                    assert!(keys.insert(key.clone(), BTreeSet::new()).is_none(), "{key} is there twice");
                }
                for after in line.split('$').skip(1) {
                    let name: String =
                        after.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '-').collect();
                    keys.get_mut(&key).expect("a variable stands in a message").insert(name);
                }
            }
        }
        keys
    }

    #[test]
    fn both_languages_have_the_same_keys_with_the_same_variables() {
        let (english, chinese) = (catalogue(|row| row.1.to_owned()), catalogue(|row| row.2.to_owned()));
        for (key, variables) in &english {
            assert_eq!(chinese.get(key), Some(variables), "{key}: zh differs from en");
        }
        for key in chinese.keys() {
            assert!(english.contains_key(key), "{key} is only in zh");
        }
        assert!(english.len() > 50, "the catalogues were read");
    }

    fn files(folder: &Path, endings: &[&str], found: &mut Vec<PathBuf>) {
        for item in std::fs::read_dir(folder)
            .expect("folder of this crate")
            .map(|item| item.expect("readable").path())
        {
            if item.is_dir() {
                files(&item, endings, found);
            } else if endings.iter().any(|ending| item.extension().is_some_and(|e| e == *ending)) {
                found.push(item);
            }
        }
    }

    fn sources() -> String {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut found = Vec::new();
        for folder in ["src", "templates"] {
            files(&root.join(folder), &["rs", "html", "txt"], &mut found);
        }
        found.sort();
        let read = |path: &PathBuf| std::fs::read_to_string(path).expect("readable source");
        // What stands behind the tests' line is not a page; this file's own examples are not keys either.
        found
            .iter()
            .map(read)
            .map(|text| text.split("#[cfg(test)]").next().unwrap_or_default().to_owned())
            .collect()
    }

    /// The keys that a text asks for by a call such as `l.t("key"` or `t_args(l, "key"`.
    fn asked(text: &str) -> BTreeSet<String> {
        let mut code = String::new();
        for (at, part) in text.split("{#").enumerate() {
            // What stands between `{#` and `#}` is a comment of a template.
            code.push_str(if at == 0 {
                part
            } else {
                part.split_once("#}").map_or(part, |(_, after)| after)
            });
        }
        let code: Vec<_> = code.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        let code = code.join("\n");
        let mut keys = BTreeSet::new();
        for call in [".t(", ".t1(", ".t2(", ".t3(", "t_args("] {
            for after in code.split(call).skip(1) {
                let argument = if call == "t_args(" {
                    after.split_once(',').map(|(_, rest)| rest).unwrap_or_default()
                } else {
                    after
                };
                if let Some(rest) = argument.trim_start().strip_prefix('"')
                    && let Some((key, _)) = rest.split_once('"')
                {
                    keys.insert(key.to_owned());
                }
            }
        }
        keys
    }

    #[test]
    fn every_key_that_a_page_asks_for_exists() {
        let english = catalogue(|row| row.1.to_owned());
        let asked = asked(&sources());
        assert!(asked.len() > 30, "the sources were read: {}", asked.len());
        let missing: Vec<_> = asked.iter().filter(|key| !english.contains_key(*key)).collect();
        assert!(missing.is_empty(), "missing in locales: {missing:?}");
    }

    #[test]
    fn no_key_is_left_over() {
        let text = sources();
        let english = catalogue(|row| row.1.to_owned());
        let unused: Vec<_> = english.keys().filter(|key| !text.contains(&format!("\"{key}\""))).collect();
        assert!(unused.is_empty(), "in locales, and nowhere asked for: {unused:?}");
    }

    #[test]
    fn every_catalogue_on_disk_is_listed() {
        for locale in Locale::ALL {
            let mut found = Vec::new();
            let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("locales").join(locale.code());
            files(&folder, &["ftl"], &mut found);
            let stems: BTreeSet<_> = found
                .iter()
                .map(|path| path.file_stem().expect("name").to_string_lossy().into_owned())
                .collect();
            let listed: BTreeSet<_> = CATALOGUES.iter().map(|row| row.0.to_owned()).collect();
            assert_eq!(stems, listed, "{}", locale.code());
        }
    }

    #[test]
    fn the_key_collector_sees_calls_in_templates_and_in_rust() {
        let text = "{{ l.t(\"a\") }} {{ page.l.t1(\n  \"b\", \"name\", x) }} t_args(locale, \"c\", &[])\n// .t(\"d\")";
        assert_eq!(asked(text), BTreeSet::from(["a".to_owned(), "b".to_owned(), "c".to_owned()]));
    }
}
