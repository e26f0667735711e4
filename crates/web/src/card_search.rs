//! What somebody looks for on the notice board, as it stands in an address: the same for pages and programs.

use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use huzhu_app::error::FieldMistake;
use huzhu_app::periods::{CardSearch, CardStage};
use huzhu_domain::plan::GroupCode;
use huzhu_ledger::{Amount, Currency};

use crate::api::request::Paging;
use crate::problem::Problem;
use crate::wire::DayText;

/// Names of the parameters, with what they mean and how they look.
pub(crate) const PARAMETERS: [(&str, &str, &str); 8] = [
    (
        "stage",
        "`on-display` (usual), `objected`, `over` (the notice has ended) or `all`.",
        "^(on-display|objected|over|all)$",
    ),
    ("words", "Words in the name or the codes of the condition, or the id of a claim.", r"^[\s\S]{0,100}$"),
    ("group", "Code of a group of conditions in the plan.", "^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$"),
    ("aid_from", "Aid of at least so much, in the currency of the plan.", r"^[0-9]{1,15}(?:\.[0-9]{1,4})?$"),
    ("aid_to", "Aid of at most so much.", r"^[0-9]{1,15}(?:\.[0-9]{1,4})?$"),
    ("from", "The notice ends on this day or later.", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    ("to", "The notice ends on this day or earlier.", "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"),
    ("period", "One period only.", "^[0-9]{4}-(?:0[1-9]|1[0-2])-[1-9][0-9]?$"),
];
/// Characters of the words that are read; no name of a condition is longer.
const WORDS_MAX: usize = 100;

/// The parameters of an address, as typed. Those that nobody knows are an error in the API and nothing on pages.
pub(crate) struct Asked(Vec<(String, String)>);

impl<S: Send + Sync> FromRequestParts<S> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let query = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
        let unreadable = |why: String| Problem::malformed("query", "unreadable", why);
        query.map(|Query(pairs)| Self(pairs)).map_err(|rejection| unreadable(rejection.body_text()))
    }
}

impl Asked {
    /// A parameter as typed; empty when it is not there.
    pub(crate) fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.trim())
    }

    /// Something is asked for.
    pub(crate) fn any(&self) -> bool {
        PARAMETERS.iter().any(|(name, ..)| !self.text(name).is_empty())
    }

    /// Which page.
    pub(crate) fn paging(&self) -> Result<Paging, Problem> {
        let given = |name: &str| Some(self.text(name)).filter(|text| !text.is_empty()).map(str::to_owned);
        Paging::of(given("limit"), given("cursor"))
    }

    /// The address of the same search without a page mark.
    pub(crate) fn kept(&self) -> Vec<(&'static str, &str)> {
        let pairs = PARAMETERS.iter().map(|(name, ..)| (*name, self.text(name)));
        pairs.filter(|(_, value)| !value.is_empty()).collect()
    }

    /// Refuses parameters that nobody knows, that come twice or are empty: a filter that is misspelt must not look like one that found
    /// everything.
    pub(crate) fn strictly(self, more: &[&str]) -> Result<Self, Problem> {
        let known = |name: &str| more.contains(&name) || PARAMETERS.iter().any(|(own, ..)| *own == name);
        let twice = |name: &str| self.0.iter().filter(|(own, _)| own == name).count() > 1;
        // Forms send what was left empty; programs leave it out.
        let empty = |(name, value): &(String, String)| name != "words" && value.trim().is_empty();
        match self.0.iter().find(|one| !known(&one.0) || twice(&one.0) || empty(one)) {
            Some((name, _)) => Err(Problem::malformed("query", "unreadable", name.clone())),
            None => Ok(self),
        }
    }

    /// What is looked for, and what of it cannot be read.
    pub(crate) fn search(&self, currency: Currency) -> (CardSearch, Vec<FieldMistake>) {
        let mut mistakes = Vec::new();
        let search = CardSearch {
            stage: self.read("stage", "not-on-list", &mut mistakes, CardStage::from_word).unwrap_or_default(),
            words: self.text("words").chars().take(WORDS_MAX).collect(),
            group: self.read("group", "not-on-list", &mut mistakes, |text| GroupCode::new(text).ok()),
            aid_from: self.amount("aid_from", currency, &mut mistakes),
            aid_to: self.amount("aid_to", currency, &mut mistakes),
            from: self
                .read("from", "not-a-day", &mut mistakes, |text| text.parse().ok())
                .map(|DayText(day)| day),
            to: self.read("to", "not-a-day", &mut mistakes, |text| text.parse().ok()).map(|DayText(day)| day),
            period: self.read("period", "not-on-list", &mut mistakes, |text| text.parse().ok()),
        };
        (search, mistakes)
    }

    fn amount(&self, name: &str, currency: Currency, mistakes: &mut Vec<FieldMistake>) -> Option<Amount> {
        self.read(name, "not-an-amount", mistakes, |text| Amount::parse(text, currency).ok())
    }

    fn read<T>(
        &self,
        name: &str,
        code: &'static str,
        mistakes: &mut Vec<FieldMistake>,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.text(name);
        if text.is_empty() {
            return None;
        }
        let value = parse(text);
        if value.is_none() {
            mistakes.push(FieldMistake { field: name.to_owned(), code, values: Vec::new() });
        }
        value
    }
}
