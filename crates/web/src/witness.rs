//! A witness over HTTP (C2SP tlog-witness): logs hand in checkpoints, anybody reads what was cosigned.
//!
//! Shape: [`router`] has `POST /add-checkpoint` and `GET /<origin hash>/checkpoint`; both prefixes of the specification are the
//! root. What is decided and kept is behind [`Witness`].
//!
//! Guarantees: statuses are those of the specification; a body is bounded before it is read, and so is the time of a request.
//!
//! Limits: no TLS and no rate limits; both belong to the server in front. Nobody is asked who they are: a checkpoint is its own
//! pass.

use std::future::Future;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{DefaultBodyLimit, Path, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use huzhu_log::FormatError;
use huzhu_log::witness::{AddCheckpoint, MAX_REQUEST, Refusal, SIZE_TYPE, Witness};
use tokio::net::TcpListener;
use tower_http::timeout::TimeoutLayer;

const TEXT: &str = "text/plain; charset=utf-8";
/// How long one request may take, a slow sender included.
const REQUEST: Duration = Duration::from_secs(20);

/// Everything that a witness answers.
pub fn router(witness: Arc<dyn Witness>) -> Router {
    Router::new()
        .route("/add-checkpoint", post(add_checkpoint))
        .route("/{origin}/checkpoint", get(checkpoint))
        .route("/healthz", get(async || "live\n"))
        .layer(DefaultBodyLimit::max(MAX_REQUEST))
        .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST))
        .with_state(witness)
}

/// Answers requests on `listener` until `shutdown` completes; requests that have begun are finished first.
///
/// # Errors
/// When the socket breaks.
pub async fn serve<F>(witness: Arc<dyn Witness>, listener: TcpListener, shutdown: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    axum::serve(listener, router(witness)).with_graceful_shutdown(shutdown).await
}

async fn add_checkpoint(State(witness): State<Arc<dyn Witness>>, body: Bytes) -> Response {
    // Signatures and disks take their time, and the rest of the server goes on meanwhile.
    let judged = tokio::task::spawn_blocking(move || {
        let text = std::str::from_utf8(&body)
            .map_err(|_| Refusal::Malformed(FormatError::whole("the body is not UTF-8")))?;
        let request: AddCheckpoint = text.parse().map_err(Refusal::Malformed)?;
        let cosigned = witness.add_checkpoint(&request);
        if let Err(refusal) = &cosigned {
            let origin = huzhu_log::witness::origin(&request.note);
            tracing::warn!(origin, old = request.old, status = refusal.status(), %refusal, "not cosigned");
        }
        cosigned
    });
    match judged.await {
        Ok(Ok(signatures)) => {
            let lines: Vec<String> = signatures.iter().map(|signature| format!("{signature}\n")).collect();
            text(StatusCode::OK, lines.concat())
        }
        Ok(Err(Refusal::Conflict(size))) => {
            (StatusCode::CONFLICT, [(CONTENT_TYPE, SIZE_TYPE)], format!("{size}\n")).into_response()
        }
        Ok(Err(refusal)) => {
            let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
            text(status, format!("{refusal}\n"))
        }
        Err(_) => text(StatusCode::INTERNAL_SERVER_ERROR, "the witness failed\n".to_owned()),
    }
}

async fn checkpoint(State(witness): State<Arc<dyn Witness>>, Path(origin): Path<String>) -> Response {
    match witness.cosigned(&origin) {
        Some(note) => ([(CACHE_CONTROL, "no-cache")], text(StatusCode::OK, note)).into_response(),
        None => text(StatusCode::NOT_FOUND, "no checkpoint of this log was cosigned here\n".to_owned()),
    }
}

fn text(status: StatusCode, text: String) -> Response {
    const NO_SNIFF: (HeaderName, &str) = (HeaderName::from_static("x-content-type-options"), "nosniff");
    (status, [(CONTENT_TYPE, TEXT), NO_SNIFF], text).into_response()
}
