//! Use cases: what people can do with a mutual aid plan, who may do it, and what the world must provide.
//!
//! Shape: a command passes through one method of [`App`]: authorise, read, call the domain, write, commit, receipt.
//! Portal, JSON API, CLI and workers call the same methods. Queries go from the edge to `queries` and answer views.

pub mod error;
pub mod person;
pub mod ports;
pub mod record;
