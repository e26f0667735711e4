//! What went wrong, for programs: `application/problem+json` (RFC 9457) with stable codes. The one mapping from
//! [`AppError`] to status codes; pages use the same mapping and show the same code.

pub mod codes;

use axum::http::header::CONTENT_RANGE;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use huzhu_app::error::{AppError, FieldMistake, Refusal};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::Serialize;

use crate::i18n::{Arg, Locale, t_args};

/// A problem as the API shows it.
#[derive(Clone, Debug)]
pub struct Problem {
    status: StatusCode,
    code: String,
    detail: Detail,
    errors: Vec<FieldMistake>,
    /// Length of the file of which a part beyond the end was asked for.
    beyond: Option<u64>,
}

#[derive(Clone, Debug)]
enum Detail {
    /// A text of the message catalogue.
    Text(&'static str),
    /// A rule that said no.
    Refusal(Refusal),
}

/// The JSON of a problem.
#[derive(Serialize, utoipa::ToSchema)]
#[schema(as = Problem, title = "Problem")]
pub struct ProblemBody {
    /// Stable address of this kind of problem; its last part is `code`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Short text of the HTTP status.
    pub title: String,
    /// HTTP status.
    #[schema(minimum = 400, maximum = 599)]
    pub status: u16,
    /// Stable code that programs branch on.
    pub code: String,
    /// What happened and what helps, in plain words.
    pub detail: String,
    /// What is wrong field by field.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<ProblemField>,
}

/// One wrong field.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ProblemField {
    /// The field of the request.
    pub field: String,
    /// Line within the field, from 1, where the field is a plan file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Character within the line, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Stable code.
    pub code: String,
    /// What is wrong and what helps.
    pub message: String,
}

impl Problem {
    fn new(status: StatusCode, code: &str, detail: &'static str) -> Self {
        Self { status, code: code.to_owned(), detail: Detail::Text(detail), errors: Vec::new(), beyond: None }
    }

    /// The idempotency key is empty or too long.
    pub fn bad_key() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-idempotency-key", "problem-bad-idempotency-key")
    }

    /// A browser sent the request from another site.
    pub fn forged() -> Self {
        Self::new(StatusCode::FORBIDDEN, "cross-site-request", "problem-cross-site-request")
    }

    /// Too many requests.
    pub fn too_many() -> Self {
        Self::new(StatusCode::TOO_MANY_REQUESTS, "too-many-requests", "problem-too-many-requests")
    }

    /// The body or a parameter cannot be read.
    pub fn unreadable(field: &str, why: String) -> Self {
        let errors =
            vec![FieldMistake { field: field.to_owned(), code: "unreadable", values: vec![("why", why)] }];
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "problem-invalid") }
    }

    /// The request is not of the form that the document of the interface says; `code` is one of [`codes::ERRORS`].
    pub fn malformed(field: &str, code: &'static str, why: String) -> Self {
        let errors = vec![FieldMistake { field: field.to_owned(), code, values: vec![("why", why)] }];
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "malformed", "problem-malformed") }
    }

    /// There is no such thing, or not for this caller: the two look alike.
    pub fn not_found() -> Self {
        Self::new(StatusCode::NOT_FOUND, "not-found", "problem-not-found")
    }

    /// The address exists, the method does not.
    pub fn method_not_allowed() -> Self {
        Self::new(StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed", "problem-method-not-allowed")
    }

    /// The body is of a kind that is not read here.
    pub fn wrong_media_type() -> Self {
        Self::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "wrong-media-type", "problem-wrong-media-type")
    }

    /// The body is larger than what is read here.
    pub fn too_large() -> Self {
        Self::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", "problem-too-large")
    }

    /// The body broke off on its way.
    pub fn broken_off() -> Self {
        Self::new(StatusCode::BAD_REQUEST, "broken-off", "problem-broken-off")
    }

    /// The body is no JSON at all.
    pub fn not_json(why: String) -> Self {
        let errors =
            vec![FieldMistake { field: String::new(), code: "unreadable", values: vec![("why", why)] }];
        Self { errors, ..Self::new(StatusCode::BAD_REQUEST, "not-json", "problem-not-json") }
    }

    /// The thing was changed since the caller read it (`If-Match`).
    pub fn changed() -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "changed-meanwhile", "problem-changed-meanwhile")
    }

    /// Nobody is signed in.
    pub fn sign_in_needed() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "sign-in-needed", "problem-sign-in-needed")
    }

    /// The answer took too long; the work may be done or not.
    pub fn took_too_long() -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "try-again", "problem-try-again")
    }

    /// A bug.
    pub fn broken() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "broken", "problem-broken")
    }

    /// The part that was asked for lies beyond the end of `length` bytes.
    pub fn bad_range(length: u64) -> Self {
        let status = StatusCode::RANGE_NOT_SATISFIABLE;
        Self { beyond: Some(length), ..Self::new(status, "range-beyond-end", "problem-range-beyond-end") }
    }

    /// The caller speaks another version of tus.
    pub fn other_tus_version() -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "other-tus-version", "problem-other-tus-version")
    }

    /// The same problem under the status that a protocol wants for it.
    #[must_use]
    pub fn with_status(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// A wrong field.
    pub fn field(field: &str, code: &'static str) -> Self {
        let errors = vec![FieldMistake { field: field.to_owned(), code, values: Vec::new() }];
        Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "problem-invalid") }
    }

    /// What happened, in a few words, for the heading of a page.
    pub fn title(&self, locale: Locale) -> String {
        locale.t(match self.status.as_u16() {
            401 => "problem-title-sign-in",
            403 => "problem-title-denied",
            404 => "problem-title-not-found",
            405 => "problem-title-method",
            409 | 412 => "problem-title-refused",
            400 | 413 | 415 | 416 | 422 | 460 => "problem-title-invalid",
            429 => "problem-title-too-many",
            503 => "problem-title-try-again",
            _ => "problem-title-broken",
        })
    }

    /// The HTTP status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The stable code.
    pub fn code(&self) -> &str {
        &self.code
    }

    /// What is wrong field by field.
    pub fn errors(&self) -> &[FieldMistake] {
        &self.errors
    }

    /// What happened and what helps, in plain words.
    pub fn detail(&self, locale: Locale) -> String {
        match &self.detail {
            Detail::Text(key) => locale.t(key),
            Detail::Refusal(refusal) => text(locale, "refusal-", refusal.code, &refusal.values),
        }
    }

    /// The JSON body.
    pub fn body(&self, locale: Locale) -> ProblemBody {
        ProblemBody {
            kind: format!("https://huzhu.dev/problems/{}", self.code),
            title: self.status.canonical_reason().unwrap_or("Error").to_owned(),
            status: self.status.as_u16(),
            code: self.code.clone(),
            detail: self.detail(locale),
            errors: self
                .errors
                .iter()
                .map(|mistake| ProblemField {
                    field: mistake.field.clone(),
                    line: number(mistake, "line"),
                    column: number(mistake, "column"),
                    code: mistake.code.to_owned(),
                    message: field_text(locale, mistake),
                })
                .collect(),
        }
    }
}

fn number(mistake: &FieldMistake, name: &str) -> Option<u32> {
    let (_, value) = mistake.values.iter().find(|(known, _)| *known == name)?;
    value.parse().ok()
}

/// The text of a wrong field.
pub fn field_text(locale: Locale, mistake: &FieldMistake) -> String {
    text(locale, "error-", mistake.code, &mistake.values)
}

fn text(locale: Locale, prefix: &str, code: &str, values: &[(&'static str, String)]) -> String {
    let shown: Vec<(&str, String)> =
        values.iter().map(|(name, value)| (*name, shown(locale, value))).collect();
    let args: Vec<(&str, &dyn Arg)> = shown.iter().map(|(name, value)| (*name, value as &dyn Arg)).collect();
    t_args(locale, &format!("{prefix}{code}"), &args)
}

/// A value as people read it: days and instants in words, ages with their unit, nothing as `none`. Use cases write days
/// and instants as ISO texts, which nothing else looks like.
fn shown(locale: Locale, value: &str) -> String {
    if value.is_empty() {
        return "none".to_owned();
    }
    if value.len() == 10
        && let Ok(day) = value.parse::<Date>()
    {
        return locale.day(day);
    }
    if value.contains('T')
        && let Ok(at) = value.parse::<Timestamp>()
    {
        return format!("{} UTC", locale.moment(at, &TimeZone::UTC));
    }
    match value.split_once(' ').map(|(count, unit)| (count.parse::<u16>(), unit)) {
        Some((Ok(days), "day" | "days")) => locale.days(u64::from(days)),
        Some((Ok(years), "year" | "years")) if locale.is_zh() => locale.age(years),
        Some(_) | None => value.to_owned(),
    }
}

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        match error {
            AppError::Invalid(errors) => {
                Self { errors, ..Self::new(StatusCode::UNPROCESSABLE_ENTITY, "invalid", "problem-invalid") }
            }
            AppError::NotFound(_) => Self::not_found(),
            AppError::SignInNeeded => Self::sign_in_needed(),
            AppError::Denied { .. } => Self::new(StatusCode::FORBIDDEN, "denied", "problem-denied"),
            AppError::Refused(refusal) => Self {
                status: StatusCode::CONFLICT,
                code: refusal.code.to_owned(),
                detail: Detail::Refusal(refusal),
                errors: Vec::new(),
                beyond: None,
            },
            AppError::Stale("key-used-for-another-request") => Self::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency-key-reused",
                "problem-idempotency-key-reused",
            ),
            AppError::Stale("changed-since-read") => Self::changed(),
            AppError::Stale("key-in-use") => {
                Self::new(StatusCode::CONFLICT, "idempotency-key-in-use", "problem-idempotency-key-in-use")
            }
            AppError::Stale("upload-offset") => {
                Self::new(StatusCode::CONFLICT, "upload-offset", "problem-upload-offset")
            }
            AppError::Stale("upload-busy") => {
                Self::new(StatusCode::CONFLICT, "upload-busy", "problem-upload-busy")
            }
            AppError::Stale("upload-broken-off") => Self::broken_off(),
            AppError::Stale("upload-checksum") => {
                // The number is the protocol's (tus 1.0.0, extension checksum).
                let status = StatusCode::from_u16(460).unwrap_or(StatusCode::BAD_REQUEST);
                Self::new(status, "upload-checksum", "problem-upload-checksum")
            }
            AppError::Stale(_) => {
                Self::new(StatusCode::CONFLICT, "changed-meanwhile", "problem-changed-meanwhile")
            }
            AppError::Unavailable(why) => {
                tracing::warn!(why, "unavailable");
                Self::new(StatusCode::SERVICE_UNAVAILABLE, "try-again", "problem-try-again")
            }
            AppError::Broken(why) => {
                tracing::error!(why, "broken");
                Self::broken()
            }
        }
    }
}

impl IntoResponse for Problem {
    /// Without a body: the guard `show_problems` gives a problem its final form, JSON or page, in the caller's language.
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        if let Some(length) = self.beyond
            && let Ok(value) = HeaderValue::from_str(&format!("bytes */{length}"))
        {
            response.headers_mut().insert(CONTENT_RANGE, value);
        }
        if self.code == "other-tus-version" {
            response.headers_mut().insert("tus-version", HeaderValue::from_static("1.0.0"));
        }
        response.extensions_mut().insert(self);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(error: AppError, locale: Locale, expected: &str) {
        assert_eq!(Problem::from(error).detail(locale), expected);
    }

    #[test]
    fn a_refusal_is_a_sentence_with_days_and_ages_in_words() {
        let refused = |code, name, value: &str| {
            AppError::Refused(Refusal { code, values: vec![(name, value.to_owned())] })
        };
        for (error, locale, expected) in [
            (
                refused("too-young", "from", "28 days"),
                Locale::En,
                "The plan takes people from the age of 28 days.",
            ),
            (refused("too-old", "to", "59 years"), Locale::Zh, "这个计划接收的最大年龄是 59 岁。"),
            (
                refused("period-too-early-for-notice", "day", "2020-02-07"),
                Locale::En,
                "The notice of this period begins on Friday 7 February 2020, not before.",
            ),
            (
                refused("retry-window-open", "until", "2020-02-07T16:00:00Z"),
                Locale::Zh,
                "在 2020年2月7日 星期五 16:00 UTC 之前还会再次扣款，在那之前不会失去保障。",
            ),
        ] {
            check(error, locale, expected);
        }
    }

    #[test]
    fn unknown_and_forbidden_things_look_alike_and_bugs_tell_nothing() {
        let not_found = Problem::from(AppError::NotFound("claim")).body(Locale::En);
        assert_eq!((not_found.status, not_found.code.as_str()), (404, "not-found"));
        let broken = Problem::from(AppError::Broken("row 7 of table x".to_owned())).body(Locale::En);
        assert!(!broken.detail.contains("row 7"));
    }
}
