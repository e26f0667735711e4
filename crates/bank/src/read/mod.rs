//! Messages from banks. The bytes are hostile: [`ELEMENT_MAX`] and [`DEPTH_MAX`] bound what is held, and nothing is expanded.

pub mod statement;
pub mod status;
mod xml;

pub use xml::{DEPTH_MAX, ELEMENT_MAX, ReadError};

#[cfg(test)]
mod tests;
