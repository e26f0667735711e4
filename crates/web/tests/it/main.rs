//! The edge in process: requests in, answers out, over the store in memory.

mod api;
mod api_document;
mod api_guards;
mod api_roles;
mod api_world;
