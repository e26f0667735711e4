//! SQLite behind the Store port, and the evidence vault.
//!
//! Shape: [`SqliteStore`] is one database file with one writer thread (group commit) and a few reading connections;
//! [`EvidenceVault`] keeps evidence as encrypted files, in a folder or a bucket; [`InstanceSecret`] is the one secret that all keys come from.
//!
//! Guarantees: what was acknowledged survives a crash; a unit is kept as a whole or not at all; personal data and
//! evidence touch the disk encrypted only; a second process cannot write to the same file.
//!
//! Limits: one machine. The SQL keeps to what PostgreSQL understands too, so that a second backend is a second file,
//! not a second design.

mod batch;
mod cards;
mod crypto;
mod doctor;
mod inbox;
mod lists;
pub mod log;
mod logged;
mod matters;
mod people;
mod project;
mod reader;
mod rows;
mod schema;
mod secret;
mod sqlite;
mod vault;
mod webhooks;
mod writer;

pub use secret::{InstanceSecret, SecretError};
pub use sqlite::{OpenError, SqliteStore};
pub use vault::{EvidenceVault, VaultOpenError};
