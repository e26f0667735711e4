//! The design system: what the layout and the component macros of `templates/components.html` are given.
//!
//! Shape: [`Page`] is the frame around each page (language, theme, title, navigation, who is signed in); the small structs
//! are the rows of the components, with texts ready to show. A page of its own is a struct with the fields `page: Page` and
//! `l: Locale` and a template that extends `layout.html`. [`gallery::page`] renders `/design`, every component in every state.
//!
//! Guarantees: no markup is built from strings here; the templates escape what they are given. The addresses of stylesheet,
//! script and icon change with their content, so that they may be cached for ever. A test measures the contrast of the colours.
//!
//! Limits: the module knows no use case and no session: handlers fill in what they found out.

#[cfg(test)]
mod contrast;
pub mod gallery;

use crate::i18n::Locale;
use std::sync::LazyLock;

/// The stylesheet as it is served: the source without comments and indentation.
static STYLE: LazyLock<String> = LazyLock::new(|| squeezed(include_str!("../assets/huzhu.css")));
/// The script as it is served.
const SCRIPT: &str = include_str!("../assets/huzhu.js");
/// The stylesheet of the desk as it is served: what no other page needs.
static DESK_STYLE: LazyLock<String> = LazyLock::new(|| squeezed(include_str!("../assets/desk.css")));
/// The script of the desk as it is served.
const DESK_SCRIPT: &str = include_str!("../assets/desk.js");
/// The script of investigators as it is served.
const FIELD_SCRIPT: &str = include_str!("../assets/field.js");
/// The icon of the site.
const ICON: &str = include_str!("../assets/mark.svg");

/// The file behind an address that [`style_href`], [`script_href`] or [`icon_href`] gave: content type and content.
/// `name` is what follows `/assets/`. To be sent with a cache life of a year, since the name carries a digest.
#[must_use]
pub fn asset(name: &str) -> Option<(&'static str, &'static str)> {
    let known = [
        (style_href(), "text/css; charset=utf-8", STYLE.as_str()),
        (script_href(), "text/javascript; charset=utf-8", SCRIPT),
        (desk_style_href(), "text/css; charset=utf-8", DESK_STYLE.as_str()),
        (desk_script_href(), "text/javascript; charset=utf-8", DESK_SCRIPT),
        (field_script_href(), "text/javascript; charset=utf-8", FIELD_SCRIPT),
        (icon_href(), "image/svg+xml", ICON),
    ];
    known
        .into_iter()
        .find(|(href, ..)| href.strip_prefix("/assets/") == Some(name))
        .map(|(_, kind, text)| (kind, text))
}

/// The stylesheet itself, for a page that must stand alone.
pub(crate) fn style() -> &'static str {
    STYLE.as_str()
}

/// The address of the stylesheet.
#[must_use]
pub fn style_href() -> String {
    static HREF: LazyLock<String> = LazyLock::new(|| format!("/assets/huzhu-{:016x}.css", digest(&STYLE)));
    HREF.clone()
}

/// The address of the script.
#[must_use]
pub fn script_href() -> String {
    static HREF: LazyLock<String> = LazyLock::new(|| format!("/assets/huzhu-{:016x}.js", digest(SCRIPT)));
    HREF.clone()
}

/// The address of the stylesheet of the desk.
#[must_use]
pub fn desk_style_href() -> String {
    static HREF: LazyLock<String> =
        LazyLock::new(|| format!("/assets/desk-{:016x}.css", digest(&DESK_STYLE)));
    HREF.clone()
}

/// The address of the script of the desk.
#[must_use]
pub fn desk_script_href() -> String {
    static HREF: LazyLock<String> = LazyLock::new(|| format!("/assets/desk-{:016x}.js", digest(DESK_SCRIPT)));
    HREF.clone()
}

/// The address of the script of investigators.
#[must_use]
pub fn field_script_href() -> String {
    static HREF: LazyLock<String> =
        LazyLock::new(|| format!("/assets/field-{:016x}.js", digest(FIELD_SCRIPT)));
    HREF.clone()
}

/// The address of the icon.
#[must_use]
pub fn icon_href() -> String {
    static HREF: LazyLock<String> = LazyLock::new(|| format!("/assets/mark-{:016x}.svg", digest(ICON)));
    HREF.clone()
}

/// Light or dark, as the reader chose.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Theme {
    /// What the device asks for.
    #[default]
    Auto,
    /// Always light.
    Light,
    /// Always dark.
    Dark,
}

impl Theme {
    /// The theme of a cookie or of `?theme=`; anything unknown is [`Theme::Auto`].
    #[must_use]
    pub fn from_code(code: &str) -> Self {
        match code {
            "light" => Self::Light,
            "dark" => Self::Dark,
            _ => Self::Auto,
        }
    }

    /// The code for the cookie: `auto`, `light` or `dark`.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The value of `data-theme`, empty for [`Theme::Auto`].
    #[must_use]
    pub const fn attribute(self) -> &'static str {
        match self {
            Self::Auto => "",
            Self::Light | Self::Dark => self.code(),
        }
    }
}

/// Who is looking at the page, for the corner of the header.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Account {
    /// Nobody; a link to sign in is shown.
    #[default]
    SignedOut,
    /// A member or staff.
    SignedIn {
        /// What the link says, such as the member's name.
        name: String,
        /// Where it leads.
        home: String,
    },
    /// Neither link; for the sign-in pages themselves.
    Hidden,
}

/// The frame of a page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    /// Language of the page.
    pub l: Locale,
    /// Theme that was chosen.
    pub theme: Theme,
    /// Title of the page without the name of the site.
    pub title: String,
    /// One sentence for search engines and link previews; may be empty.
    pub description: String,
    /// Name of the plan under the name of the site; empty where no plan is meant.
    pub plan_name: String,
    /// Main navigation, at most six entries; may be empty.
    pub nav: Vec<NavItem>,
    /// Who is signed in.
    pub account: Account,
    /// Path and query of this page without `lang` and `theme`, such as `/notices?page=2`.
    pub path: String,
    /// Token for the forms of the page.
    pub csrf: String,
    /// Persons of the demo that can be switched to; empty in every other mode, and then no bar is shown.
    pub personas: Vec<Choice>,
    /// Where the demo shows the mail it would have sent; empty for none.
    pub mailbox_href: String,
}

impl Page {
    /// The name of the site in the language of the page.
    #[must_use]
    pub fn site_name(&self) -> String {
        self.l.t("site-name")
    }

    /// The address of this same page with a language or theme chosen.
    #[must_use]
    pub fn switched(&self, name: &str, value: &str) -> String {
        let glue = if self.path.contains('?') { '&' } else { '?' };
        format!("{}{glue}{name}={value}", self.path)
    }
}

/// A link of a navigation, a trail or tabs.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NavItem {
    /// What it says.
    pub label: String,
    /// Where it leads.
    pub href: String,
    /// Whether this is where the reader is.
    pub current: bool,
    /// A number beside it, already formatted; empty for none.
    pub count: String,
}

impl NavItem {
    /// A link without a number.
    #[must_use]
    pub fn new(label: impl Into<String>, href: impl Into<String>, current: bool) -> Self {
        Self { label: label.into(), href: href.into(), current, count: String::new() }
    }
}

/// One option of radio buttons, checkboxes or a list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Choice {
    /// What is sent.
    pub value: String,
    /// What is read.
    pub label: String,
    /// One line of explanation; empty for none.
    pub hint: String,
    /// Whether it is chosen.
    pub chosen: bool,
}

impl Choice {
    /// An option without a hint.
    #[must_use]
    pub fn new(value: impl Into<String>, label: impl Into<String>, chosen: bool) -> Self {
        Self { value: value.into(), label: label.into(), hint: String::new(), chosen }
    }
}

/// What was typed into the three fields of a date, kept as it was.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DateInput {
    /// Year as typed.
    pub year: String,
    /// Month as typed.
    pub month: String,
    /// Day as typed.
    pub day: String,
}

impl DateInput {
    /// The day, when the three fields name one; blanks around the digits are forgiven.
    #[must_use]
    pub fn date(&self) -> Option<jiff::civil::Date> {
        let year = self.year.trim().parse().ok()?;
        jiff::civil::Date::new(year, self.month.trim().parse().ok()?, self.day.trim().parse().ok()?).ok()
    }

    /// Whether nothing was typed at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        [&self.year, &self.month, &self.day].iter().all(|text| text.trim().is_empty())
    }
}

/// One line of the error summary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldError {
    /// Id of the field, which is its `name`.
    pub field: String,
    /// What is wrong and what to do.
    pub message: String,
}

/// The message for one field, or an empty text; for the `error` argument of a field macro.
#[must_use]
pub fn error_of<'a>(errors: &'a [FieldError], field: &str) -> &'a str {
    errors.iter().find(|error| error.field == field).map_or("", |error| error.message.as_str())
}

/// One row of a summary list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fact {
    /// What it is.
    pub name: String,
    /// What it says.
    pub value: String,
    /// Where it can be changed; empty when it cannot.
    pub href: String,
    /// Text of that link, such as "Change".
    pub action: String,
}

impl Fact {
    /// A row that cannot be changed.
    #[must_use]
    pub fn new(name: impl Into<String>, value: impl Into<String>) -> Self {
        Self { name: name.into(), value: value.into(), ..Self::default() }
    }
}

/// One line of a task list.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Task {
    /// What is to be done.
    pub name: String,
    /// Where; empty when it cannot be started yet.
    pub href: String,
    /// One line of explanation; empty for none.
    pub hint: String,
    /// How far it is.
    pub status: String,
    /// Tone of the status tag.
    pub tone: &'static str,
}

/// One line of an equation spelled out, such as the statement of a period.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct EquationTerm {
    /// What the figure is, with its sign in words ("plus fee of 8%").
    pub name: String,
    /// How it comes about; empty for none.
    pub note: String,
    /// The figure, formatted.
    pub value: String,
    /// Whether this is a result and gets the double line.
    pub total: bool,
}

/// Where a step of a timeline lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepState {
    /// Behind us.
    Done,
    /// What is going on.
    Now,
    /// To come.
    Next,
    /// It ended here, without the steps that would have followed.
    Ended,
}

impl StepState {
    /// Its class in the stylesheet.
    #[must_use]
    pub const fn class(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Next => "next",
            Self::Ended => "ended",
        }
    }

    /// Whether it is going on.
    #[must_use]
    pub const fn is_now(self) -> bool {
        matches!(self, Self::Now)
    }
}

/// One step of a timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Done, going on or to come.
    pub state: StepState,
    /// What happens.
    pub title: String,
    /// When, in full; empty when nobody knows yet.
    pub when: String,
    /// Who has the ball, why, what follows; empty for none.
    pub text: String,
}

/// A card of the notice board, as redacted by the domain: this struct adds nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NoticeCard {
    /// Unique on the page; letters, digits, `-` and `_`.
    pub id: String,
    /// Masked name.
    pub name: String,
    /// Age, sex, region in one line.
    pub person: String,
    /// Illness group or condition, with its stage.
    pub condition: String,
    /// How long this member has been in the plan.
    pub since: String,
    /// The aid, formatted.
    pub aid: String,
    /// What this member gave to others before.
    pub gave: String,
    /// Until when objections are taken.
    pub until: String,
    /// Where the full card is.
    pub href: String,
    /// Text of the status tag.
    pub status: String,
    /// Tone of the status tag.
    pub tone: &'static str,
    /// Address of the entry on the log that holds this card; empty when there is none yet.
    pub chain: String,
}

/// FNV-1a of a text, 64 bit: tells versions of our own files apart, nothing more.
fn digest(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash: u64, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// A stylesheet without comments, indentation and line ends.
fn squeezed(css: &str) -> String {
    let mut text = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        text.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    let mut lines = String::with_capacity(text.len());
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        lines.push_str(line);
        // A line may end inside a list of values or selectors, where the blank counts.
        if !line.ends_with(['{', '}', ';', ',']) {
            lines.push(' ');
        }
    }
    for (wide, narrow) in [
        (": ", ":"),
        ("; ", ";"),
        (" { ", "{"),
        (" {", "{"),
        (" }", "}"),
        (", ", ","),
        (";}", "}"),
        ("} ", "}"),
    ] {
        lines = lines.replace(wide, narrow);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stylesheet_is_under_25_kilobytes_and_keeps_its_braces() {
        assert!(STYLE.len() < 25_000, "{} bytes", STYLE.len());
        assert_eq!(STYLE.matches('{').count(), STYLE.matches('}').count());
        assert!(!STYLE.contains("/*"));
        assert_eq!(squeezed("/* a */\n a,\n b {\n  margin: 0 1px;\n }\n"), "a,b{margin:0 1px}");
    }

    #[test]
    fn assets_are_found_under_the_address_that_names_their_content() {
        let name = style_href().strip_prefix("/assets/").map(str::to_owned).expect("an asset");
        assert_eq!(asset(&name).map(|(kind, _)| kind), Some("text/css; charset=utf-8"));
        for wrong in ["huzhu.css", "huzhu-0000000000000000.css", "", "../Cargo.toml"] {
            assert_eq!(asset(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn the_switch_keeps_the_query_of_the_page() {
        for (path, expected) in [("/", "/?lang=zh"), ("/notices?page=2", "/notices?page=2&lang=zh")] {
            let page = Page { path: path.to_owned(), ..Page::default() };
            assert_eq!(page.switched("lang", "zh"), expected);
        }
    }

    #[test]
    fn three_fields_make_a_date_or_nothing() {
        for (year, month, day, expected) in [
            ("1986", "4", "07", Some(jiff::civil::date(1986, 4, 7))),
            (" 2020 ", "2", "29", Some(jiff::civil::date(2020, 2, 29))),
            ("2021", "2", "29", None),
            ("", "2", "29", None),
            ("1986", "April", "7", None),
        ] {
            let typed = DateInput { year: year.to_owned(), month: month.to_owned(), day: day.to_owned() };
            assert_eq!(typed.date(), expected, "{typed:?}");
        }
        assert!(DateInput::default().is_empty());
    }
}
