//! Messages to and from banks, as ISO 20022 has them.
//!
//! | out | message | in | message |
//! | --- | --- | --- | --- |
//! | [`write::debit`] | pain.008.001.08: take shares from members | [`read::status`] | pain.002: what became of a file |
//! | [`write::transfer`] | pain.001.001.09: pay aid and give back | [`read::statement`] | camt.053 and camt.054: what moved on an account |
//! | [`write::reversal`] | pain.007.001.09: give back debits that were wrong | | |
//!
//! Shape: a writer takes a head and items, checks all of them, then writes; it keeps no item. A reader is given bytes that
//! may be hostile and tells its caller one part after the other; it keeps one element.
//!
//! Guarantees: what is written fits the published schema; every amount has exactly the digits of its currency; the same input
//! gives the same bytes. A reader's memory does not grow with the file; document types and entities are refused, so nothing
//! expands and nothing outside is read.
//!
//! Limits: no clock, no files, no accounts of its own. Whether a bank takes a message also depends on its contract with the
//! creditor.

mod party;
pub mod read;
mod text;
pub mod write;

pub use party::{Account, Agent, Party, PartyError};
pub use text::{Reference, TextError, Words};
