//! Runs the router on a socket until it is told to stop.

use std::future::Future;
use std::io;
use std::net::SocketAddr;

use tokio::net::TcpListener;

use crate::edge::Edge;

/// Answers requests on `listener` until `shutdown` completes; requests that have begun are finished first.
///
/// # Errors
/// When the socket breaks.
pub async fn serve<F>(edge: Edge, listener: TcpListener, shutdown: F) -> io::Result<()>
where
    F: Future<Output = ()> + Send + 'static,
{
    let service = crate::router(edge).into_make_service_with_connect_info::<SocketAddr>();
    axum::serve(listener, service).with_graceful_shutdown(shutdown).await
}
