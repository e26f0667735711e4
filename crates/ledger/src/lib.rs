//! Money and books: amounts, currencies, accounts, balanced journal entries, balances, audit and export to hledger.
//!
//! Shape: plain values. [`Amount`] is a count of minor units without a sign, [`Currency`] says how many digits a minor
//! unit has, [`JournalEntry`] moves amounts between [`Account`]s, [`Balances`] adds entries up, [`hledger`] writes them
//! down for another program to check.
//!
//! Guarantees: debits equal credits in every entry that exists; nothing is rounded silently, no sum wraps around, no
//! float is used; sums are kept in `u128`.
//!
//! Limits: no I/O, no clock, no ids of its own. Books are kept per plan and currency: which entries belong to one plan is
//! the caller's business, a second currency in the same books is refused here.

pub mod account;
pub mod amount;
pub mod balances;
pub mod currency;
pub mod entry;
pub mod hledger;
pub mod percent;

pub use account::{Account, Kind, Side};
pub use amount::{Amount, AmountError};
pub use balances::{Balance, Balances, Finding};
pub use currency::{Currency, CurrencyError};
pub use entry::{EntryError, EntryId, JournalEntry, Line};
pub use percent::{Percent, PercentError};
