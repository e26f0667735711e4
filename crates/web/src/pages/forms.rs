//! Forms: what was typed, kept as it was, and what is wrong with it.
//!
//! Shape: [`Fields`] is the body of a posted form; [`form_errors`] turns what a use case said into lines of the error summary.
//!
//! Guarantees: a form never fails on what somebody typed: unknown and missing fields are empty texts. Limits: [`FIELDS_MAX`]
//! fields are read, since no form of the site has more.

use axum::Form;
use axum::extract::{FromRequest, Request};
use huzhu_app::error::{AppError, Refusal};
use uuid::Uuid;

use super::frame::PageError;
use crate::design::{DateInput, FieldError};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::problem::{Problem, field_text};

/// Most fields of one form: protects memory.
pub const FIELDS_MAX: usize = 200;
/// The field that errors of the whole form point at: the id of the form itself.
pub const WHOLE_FORM: &str = "form";

/// The fields of a posted form, in the order in which they were sent.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl FromRequest<Edge> for Fields {
    type Rejection = PageError;

    async fn from_request(request: Request, edge: &Edge) -> Result<Self, PageError> {
        match Form::<Vec<(String, String)>>::from_request(request, edge).await {
            Ok(Form(mut fields)) => {
                fields.truncate(FIELDS_MAX);
                Ok(Self(fields))
            }
            Err(error) => Err(Problem::unreadable(WHOLE_FORM, error.to_string()).into()),
        }
    }
}

impl Fields {
    /// Fields that did not come from a form, such as those of a multipart body or of a test.
    pub const fn of(fields: Vec<(String, String)>) -> Self {
        Self(fields)
    }

    /// The first value of a field, as typed; empty when it is not there.
    pub fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(own, _)| own == name).map_or("", |(_, value)| value.as_str())
    }

    /// All values of a field that may be there several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    /// Fields whose names begin with `prefix`: the rest of the name, and the value.
    pub fn with_prefix<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.0.iter().filter_map(move |(own, value)| Some((own.strip_prefix(prefix)?, value.as_str())))
    }

    /// Whether a box was ticked or a button of that name pressed.
    pub fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(own, _)| own == name)
    }

    /// A yes-or-no answer; `None` when neither was chosen.
    pub fn yes_or_no(&self, name: &str) -> Option<bool> {
        match self.text(name) {
            "yes" => Some(true),
            "no" => Some(false),
            _ => None,
        }
    }

    /// The three fields of a date, as typed.
    pub fn date(&self, name: &str) -> DateInput {
        let part = |part: &str| self.text(&format!("{name}-{part}")).to_owned();
        DateInput { year: part("year"), month: part("month"), day: part("day") }
    }

    /// The key that the page made for this form; also the id of what the form makes.
    ///
    /// # Errors
    /// A problem when the form was changed on its way.
    pub fn key(&self) -> Result<Uuid, PageError> {
        let bad = |_| PageError::from(Problem::bad_key());
        self.text("key").parse().map_err(bad)
    }
}

/// A line of the error summary.
pub fn wrong(field: impl Into<String>, message: impl Into<String>) -> FieldError {
    FieldError { field: field.into(), message: message.into() }
}

/// What the form shows: mistakes at their fields, a rule that said no at the form. Anything else is a page of its own.
///
/// # Errors
/// What cannot be mended in the form.
pub fn form_errors(l: Locale, error: AppError) -> Result<Vec<FieldError>, PageError> {
    match error {
        AppError::Invalid(mistakes) => {
            Ok(mistakes.iter().map(|mistake| wrong(mistake.field.clone(), field_text(l, mistake))).collect())
        }
        AppError::Refused(refusal) => Ok(vec![wrong(WHOLE_FORM, refusal_text(l, &refusal))]),
        AppError::Unavailable(why) => {
            tracing::warn!(why, "unavailable");
            Ok(vec![wrong(WHOLE_FORM, l.t("form-try-again"))])
        }
        other => Err(other.into()),
    }
}

/// The sentence of a rule that said no.
pub fn refusal_text(l: Locale, refusal: &Refusal) -> String {
    Problem::from(AppError::Refused(refusal.clone())).detail(l)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_empty_and_what_was_typed_is_kept() {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let fields = Fields::of(vec![
            pair("birth-day", " 31 "),
            pair("birth-month", "2"),
            pair("q-hospital", "no"),
            pair("agree", "yes"),
        ]);
        assert_eq!(fields.text("name"), "");
        assert_eq!(fields.date("birth").day, " 31 ");
        assert_eq!(fields.date("birth").date(), None);
        assert_eq!(fields.yes_or_no("q-hospital"), Some(false));
        assert_eq!(fields.yes_or_no("q-other"), None);
        assert!(fields.has("agree") && !fields.has("agreed"));
        assert!(fields.key().is_err());
    }
}
