//! Guards that stand in front of every page and every call, beside those of [`crate::edge`]: log line, panics, time limit,
//! and the one place where a problem gets its final form.

use std::any::Any;
use std::time::Duration;

use askama::Template;
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Response};

use crate::design::{Account, Page, Theme};
use crate::edge::{Edge, Preferences};
use crate::i18n::Locale;
use crate::problem::Problem;

/// How long a request may take. Protects connections from a store that hangs.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);
/// How long a request that brings evidence may take: 50 MB at 16 kB/s. A sender who falls silent is hung up on much earlier.
const UPLOAD_LIMIT: Duration = Duration::from_hours(1);
/// Routes whose requests bring evidence.
const UPLOADS: &[&str] = &[
    "/me/claims/{id}/files",
    "/me/objections/{id}/files",
    "/staff/investigations/{id}/files",
    "/api/v1/claims/{claim}/evidence/{evidence}",
    "/api/v1/claims/{claim}/uploads/{upload}",
    "/api/v1/objections/{objection}/evidence/{evidence}",
    "/api/v1/objections/{objection}/uploads/{upload}",
];
/// When to ask again after a time-out, in seconds.
const RETRY_AFTER_SECONDS: u32 = 5;

/// One log line for each request: method, route template, status, milliseconds. Never the address itself, which holds ids.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let begun = tokio::time::Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let response = next.run(request).await;
    let status = response.status();
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    tracing::info!(%method, route = route.as_deref().unwrap_or("none"), status = status.as_u16(), milliseconds, "request");
    response
}

/// A bug stops one request and not the platform.
#[expect(clippy::needless_pass_by_value, reason = "the signature that the layer asks for")]
pub(crate) fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    let text = text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message");
    tracing::error!(text, "a request panicked");
    Problem::broken().into_response()
}

/// Stops waiting for a request that takes too long.
pub(crate) async fn time_limit(request: Request, next: Next) -> Response {
    let route = request.extensions().get::<MatchedPath>().map_or("", MatchedPath::as_str);
    let brings = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH);
    let limit = if brings && UPLOADS.contains(&route) { UPLOAD_LIMIT } else { REQUEST_LIMIT };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => Problem::took_too_long().into_response(),
    }
}

/// Gives a problem its final form: JSON in the language of the caller under `/api`, a page elsewhere.
pub(crate) async fn show_problems(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let asked = Preferences::of(request.headers(), request.uri());
    let is_api = request.uri().path().starts_with("/api/");
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str()).to_owned();
    let mut response = next.run(request).await;
    let Some(problem) = response.extensions_mut().remove::<Problem>() else {
        return response;
    };
    let shown = if is_api { as_json(&problem, asked.locale) } else { as_page(&problem, &asked, path, &edge) };
    let (mut parts, _) = response.into_parts();
    parts.headers.remove(CONTENT_LENGTH);
    let (shown_parts, body) = shown.into_parts();
    parts.headers.extend(shown_parts.headers);
    parts.headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(asked.locale.tag()));
    if parts.status == StatusCode::UNAUTHORIZED && is_api {
        parts.headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
    }
    if parts.status == StatusCode::SERVICE_UNAVAILABLE {
        parts.headers.entry(RETRY_AFTER).or_insert(HeaderValue::from(RETRY_AFTER_SECONDS));
    }
    Response::from_parts(parts, body)
}

fn as_json(problem: &Problem, locale: Locale) -> Response {
    let mut response = axum::Json(problem.body(locale)).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    response
}

#[derive(Template)]
#[template(path = "problem.html")]
struct ProblemPage {
    page: Page,
    l: Locale,
    status: u16,
    code: String,
    title: String,
    detail: String,
    errors: Vec<(String, String)>,
    sign_in: bool,
}

fn as_page(problem: &Problem, asked: &Preferences, path: String, edge: &Edge) -> Response {
    let l = asked.locale;
    let sign_in = problem.status() == StatusCode::UNAUTHORIZED;
    let title = problem.title(l);
    let page = Page {
        l,
        theme: Theme::from_code(asked.theme),
        title: title.clone(),
        account: if edge.config.demo { Account::Hidden } else { Account::SignedOut },
        path,
        ..Page::default()
    };
    let body = problem.body(l);
    let shown = ProblemPage {
        page,
        l,
        status: body.status,
        code: body.code,
        title,
        detail: body.detail,
        errors: body.errors.into_iter().map(|error| (error.field, error.message)).collect(),
        sign_in,
    };
    match shown.render() {
        Ok(html) => Html(html).into_response(),
        Err(error) => {
            tracing::error!(%error, "the page of a problem does not render");
            as_json(problem, l)
        }
    }
}
