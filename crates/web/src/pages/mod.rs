//! Pages: what people read and fill in. Each group of pages is a module with its own `routes()`.

pub mod forms;
pub mod frame;

use axum::Router;

use crate::edge::Edge;

/// All pages.
pub fn routes() -> Router<Edge> {
    Router::new()
}
