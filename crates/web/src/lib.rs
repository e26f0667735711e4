//! HTTP edge: member portal, staff console, public pages and JSON API.
//!
//! Shape: [`router`] puts the pages and [`api`] behind the guards of [`edge`]; [`serve()`](serve::serve) runs it. Handlers
//! parse, call one use case of `huzhu_app`, and render; they decide nothing.
//!
//! Guarantees: whatever goes wrong is one [`problem::Problem`], shown as JSON under `/api` and as a page elsewhere; nothing
//! personal stands in logs; no handler runs for a request that the guards refuse.

pub mod api;
mod card_search;
pub mod chart;
pub mod design;
pub mod edge;
pub mod format;
mod guard;
pub mod i18n;
pub mod limit;
mod log_files;
pub mod mail;
pub mod openapi;
pub mod pages;
pub mod problem;
pub mod receipt;
pub mod serve;
mod transfer;
pub mod upload_headers;
pub mod wire;
pub mod witness;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};

use edge::Edge;
use problem::Problem;

/// Largest body of a request in bytes, evidence excepted: protects memory. A plan file of the longest plan that ran has
/// less than a tenth of it.
pub const BODY_BYTES_MAX: usize = 1024 * 1024;

/// Everything that the edge answers, behind its guards, outermost first: log line, panics, compression, security headers,
/// problems as JSON or page, requests forged by other sites, rate limits, time limit, body limit.
pub fn router(edge: Edge) -> Router {
    let guards = ServiceBuilder::new()
        .layer(middleware::from_fn(guard::trace))
        .layer(CompressionLayer::new().compress_when(compressible()))
        .layer(middleware::from_fn_with_state(edge.clone(), edge::security_headers))
        .layer(middleware::from_fn_with_state(edge.clone(), guard::show_problems))
        .layer(CatchPanicLayer::custom(guard::panicked))
        .layer(middleware::from_fn_with_state(edge.clone(), edge::same_site_only))
        .layer(middleware::from_fn_with_state(edge.clone(), edge::rate_limit))
        .layer(middleware::from_fn(guard::time_limit))
        .layer(DefaultBodyLimit::max(BODY_BYTES_MAX));
    Router::new()
        .merge(api::routes())
        .merge(openapi::routes())
        .merge(log_files::routes())
        .merge(pages::routes())
        .route("/assets/{name}", get(asset))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .fallback(not_found)
        .method_not_allowed_fallback(not_allowed)
        .layer(guards)
        .with_state(edge)
}

/// Texts of some length. Files of evidence go out as they are: their length and their parts are counted in bytes of the file.
fn compressible() -> impl Predicate {
    DefaultPredicate::new()
        .and(NotForContentType::const_new("application/pdf"))
        .and(NotForContentType::const_new("application/dicom"))
}

/// The process runs.
async fn healthz() -> &'static str {
    "live\n"
}

/// The store answers.
async fn readyz(axum::extract::State(edge): axum::extract::State<Edge>) -> Result<&'static str, Problem> {
    edge.app.plan_list().await?;
    Ok("ready\n")
}

/// Stylesheet, script and icons; their names carry a digest of their content, so they may be kept for a year.
async fn asset(Path(name): Path<String>) -> Result<Response, Problem> {
    let (kind, text) = design::asset(&name).ok_or_else(Problem::not_found)?;
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, text).into_response())
}

async fn not_found() -> Problem {
    Problem::not_found()
}

async fn not_allowed() -> Problem {
    Problem::method_not_allowed()
}
