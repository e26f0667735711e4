//! The published log as static files, for strangers and their programs (C2SP tlog-tiles).
//!
//! Shape: below `/log/<year>/` stand `checkpoint`, `tile/..` and `tile/entries/..` as C2SP names them, beside them `policy` (the
//! rules of trust as tlog-policy text) and `keys` (its verifier keys, one a line). Bytes come from the port of the published log.
//!
//! Guarantees: nobody is asked who they are, nothing is changed; a path that is no path of C2SP is 404, so no spelling of a
//! path reaches another file. Tiles may be kept for ever, the checkpoint for no time at all. Any site may read them.
//!
//! Limits: a stranger's copy costs as many requests as the log has files; the rate limits of the edge hold here too.

use axum::Router;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderName};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use huzhu_app::error::AppError;
use huzhu_app::ports::LogYear;
use huzhu_log::{Resource, TlogPolicy};
use tower_http::set_header::SetResponseHeaderLayer;

use crate::edge::Edge;
use crate::problem::Problem;

/// What never changes may be kept for a year.
const FOR_EVER: &str = "public, max-age=31536000, immutable";
/// What changes is asked for again each time.
const FRESH: &str = "no-cache";
/// Signed notes and rules of trust are text in UTF-8.
const TEXT: &str = "text/plain; charset=utf-8";
/// Tiles and bundles.
const BYTES: &str = "application/octet-stream";

/// The files of all logs. Answers 404 with the same headers, so that programs in browsers can tell it from a broken line.
pub(crate) fn routes() -> Router<Edge> {
    let any_site =
        SetResponseHeaderLayer::overriding(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let embeddable = SetResponseHeaderLayer::overriding(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
    Router::new()
        .route("/log/{year}/checkpoint", get(checkpoint))
        .route("/log/{year}/tile/{*path}", get(tile))
        .route("/log/{year}/policy", get(tlog_policy))
        .route("/log/{year}/keys", get(keys))
        .layer(any_site)
        .layer(embeddable)
}

/// The year of an address: four digits, no other spelling.
pub(crate) fn year(text: &str) -> Result<LogYear, Problem> {
    let is_year = text.len() == 4 && text.bytes().all(|byte| byte.is_ascii_digit());
    let year = text.parse().ok().filter(|_| is_year);
    year.map(LogYear).ok_or_else(Problem::not_found)
}

async fn checkpoint(State(edge): State<Edge>, Path(year_text): Path<String>) -> Result<Response, Problem> {
    let text = edge.app.log().checkpoint(year(&year_text)?).await.map_err(AppError::from)?;
    text.map(|text| file(TEXT, FRESH, text)).ok_or_else(Problem::not_found)
}

async fn tile(
    State(edge): State<Edge>,
    Path((year_text, path)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let year = year(&year_text)?;
    let path = format!("tile/{path}");
    let named = Resource::parse(&path).map_err(|_| Problem::not_found())?;
    let bytes = edge.app.log().tile(year, &named.to_string()).await.map_err(AppError::from)?;
    bytes.map(|bytes| file(BYTES, FOR_EVER, bytes)).ok_or_else(Problem::not_found)
}

async fn tlog_policy(State(edge): State<Edge>, Path(year_text): Path<String>) -> Result<Response, Problem> {
    let text = edge.app.log().tlog_policy(year(&year_text)?).await.map_err(AppError::from)?;
    text.map(|text| file(TEXT, FRESH, text)).ok_or_else(Problem::not_found)
}

/// Verifier keys of log and witnesses, in the order of the rules of trust.
async fn keys(State(edge): State<Edge>, Path(year_text): Path<String>) -> Result<Response, Problem> {
    let text = edge.app.log().tlog_policy(year(&year_text)?).await.map_err(AppError::from)?;
    let text = text.ok_or_else(Problem::not_found)?;
    let trusted = TlogPolicy::parse(text.as_bytes()).map_err(|error| {
        tracing::error!(%error, "the published rules of trust cannot be read");
        Problem::broken()
    })?;
    let logs = trusted.logs().iter().map(|log| &log.vkey);
    let witnesses = trusted.witnesses().iter().map(|witness| &witness.vkey);
    let lines: Vec<String> = logs.chain(witnesses).map(|vkey| format!("{vkey}\n")).collect();
    Ok(file(TEXT, FRESH, lines.concat()))
}

fn file(kind: &'static str, kept: &'static str, content: impl IntoResponse) -> Response {
    ([(CONTENT_TYPE, kind), (CACHE_CONTROL, kept)], content).into_response()
}
