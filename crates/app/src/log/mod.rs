//! The evidence log as the use cases see it: what goes in, who gets which receipt, what everybody can look up.
//!
//! Shape: events are the truth; `item` says what each of them puts on the log, `feed` puts it there, `tail` holds the log
//! against the events. Receipts are computed on demand from the published tiles.
//!
//! Guarantees: everything on the log follows from events, so it can be compared with them at any time; nothing is on it
//! twice; nothing personal is on it.
//!
//! Limits: events that give no entry (see the file `item.rs` for which and why) are protected by the store alone.

mod card;
pub mod check;
mod explorer;
pub(crate) mod feed;
pub(crate) mod item;
mod none;
mod receipt;
pub(crate) mod source;
pub(crate) mod tail;
pub(crate) mod tiles;

pub use card::{CardOnLog, OpenCard};
pub use explorer::{ENTRIES_MAX, EntryRow, EntryView, LogHead, PeriodPlaces};
pub use feed::{Fed, ROUND};
pub use item::message;
pub use none::NoLog;
pub(crate) use receipt::step_kind;
pub use receipt::{LogPlace, LogReceipt, ReceiptAnswer, ReceiptOf, WitnessCount};
pub use tail::Mismatch;
