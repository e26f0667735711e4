//! The data plane of a settlement: who owes what, for a hundred million members, on one machine.
//!
//! Shape: a [`roster`] is a folder of columns by dense place; [`kernel`] reads it twice. The first pass counts members by what
//! they were charged so far ([`histogram`]); the rules of the domain ([`huzhu_domain::settlement::close`]) say what each such
//! group owes; the second pass writes each share and hashes it into the share tree ([`hashing`], [`huzhu_log::share`]). The
//! result is an immutable [`period`] folder. What a bank answers is applied in one more pass ([`collection`]).
//!
//! Guarantees: only integers; the equation of the period is asserted, and so is that the written shares add up to it; the
//! same input gives the same bytes, however many threads worked and however often the work was broken off and resumed; a
//! period folder is complete or is not there.
//!
//! Limits: no clock, no randomness, no network. Memory does not grow with members but for one node of 48 bytes for each 1,024.

pub mod collection;
pub mod column;
pub mod hashing;
pub mod histogram;
pub mod kernel;
pub mod period;
pub mod receipt;
pub mod roster;
pub mod watch;

pub use collection::{Collection, Failed, collect};
pub use kernel::{Job, Settled, settle};
pub use period::{Manifest, Period, Shares};
pub use receipt::ShareFile;
pub use roster::{Roster, RosterWriter};
pub use watch::Watch;

/// Places hashed as one page: of the roster's root, and the subtrees of the share tree that are kept.
pub const PAGE: usize = 1_024;
/// Places that one thread works on at a time: 7 MB of columns.
pub const CHUNK: usize = 1_024 * PAGE;

/// Why a settlement was not made. Nothing is half done after any of these.
#[derive(Debug, thiserror::Error)]
pub enum SettleError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// Which one.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file is not what it should be.
    #[error("{path}: {what}")]
    Damaged {
        /// Which one.
        path: std::path::PathBuf,
        /// What is wrong, and what to do.
        what: String,
    },
    /// The rules refuse the input.
    #[error(transparent)]
    Input(#[from] huzhu_domain::settlement::InputError),
    /// The plan cannot be settled from columns.
    #[error("{0}")]
    Unfit(String),
    /// The caller stopped it.
    #[error("stopped before the end; the same command goes on where it stopped")]
    Stopped,
}

impl SettleError {
    pub(crate) fn file(path: &std::path::Path) -> impl FnOnce(std::io::Error) -> Self + '_ {
        |source| Self::File { path: path.to_owned(), source }
    }

    pub(crate) fn damaged(path: &std::path::Path, what: impl Into<String>) -> Self {
        Self::Damaged { path: path.to_owned(), what: what.into() }
    }
}
