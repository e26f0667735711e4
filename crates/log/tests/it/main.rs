//! The log against code that others wrote, against properties, and against its published vectors.

#![expect(clippy::unwrap_used, reason = "a test that cannot begin should stop")]

mod foreign;
mod properties;
mod vectors;
