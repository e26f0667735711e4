//! The evidence log on disk, with one writer.
//!
//! Shape: below the data folder, `log/` is public as it stands: `log/<year>/checkpoint` and `log/<year>/tile/..` as C2SP
//! tlog-tiles says, `log/<year>/policy` and `log/keys`; any static file server may serve it. `sequencer/` is private: the lock,
//! the sealed keys, the journal. [`LocalSequencer`] is the port: a thread that gathers submissions and hands batches to a
//! [`LogWriter`]. [`LogFolder`] reads what is published and nothing else.
//!
//! A batch goes three steps. *Sequence*: its entries with the signed checkpoint that covers them go into the journal as one
//! record, made durable; this is the commit point. *Integrate*: tiles and bundles are written. *Publish*: the file
//! `checkpoint` is replaced. Recovery reads the journal and goes through the same last two steps.
//!
//! Guarantees: what was answered is on the log for ever; two checkpoints of one size are never different; after a call of the
//! disk has failed nothing goes on from memory: the journal is read again, and what it holds is written again.
//!
//! Limits: one machine. What the disk loses after it said that it was durable is lost; a published checkpoint that is ahead of
//! the journal is found at the next start, and the log then refuses to go on.

pub mod check;
pub mod disk;
mod growth;
mod journal;
pub mod keys;
mod outside;
mod reader;
mod recovery;
mod sequencer;
mod witness;
mod writer;

pub use check::{LogCheck, LogFinding, check_files, check_log};
pub use disk::{Disk, FolderDisk, FolderError};
pub use keys::{KeyRole, PublicKey};
pub use reader::LogFolder;
pub use sequencer::{LocalSequencer, Published, SequencerSettings};
pub use witness::{FollowedLog, WitnessFolder};
pub use writer::{Committed, LogSettings, LogWriter, MAX_BYTES, MAX_ENTRIES, Sweeping};

use std::io;

/// Folder of what is public, inside the data folder.
pub(crate) const PUBLIC: &str = "log";
/// Folder of the journal.
pub(crate) const JOURNAL: &str = "sequencer/journal";
/// The lock file.
pub(crate) const LOCK: &str = "sequencer/lock";

/// Path of a file of one year's log.
pub(crate) fn path_in(year: u16, file: impl std::fmt::Display) -> String {
    format!("{PUBLIC}/{year:04}/{file}")
}

/// Why the log does not take entries or does not open.
#[derive(Debug, thiserror::Error)]
pub enum LogError {
    /// A call of the disk failed. Whether it was kept is not known: the writer has to be opened again.
    #[error("{doing}: {source}")]
    Disk {
        /// What was being done.
        doing: String,
        /// What the system said.
        source: io::Error,
    },
    /// The folder is not ours to write.
    #[error(transparent)]
    Folder(#[from] FolderError),
    /// What is on disk contradicts itself; says what to do.
    #[error("{0}")]
    Damaged(String),
    /// A later year has begun. Nothing was kept.
    #[error("the log of {0} is closed, a later one has begun")]
    Closed(u16),
    /// Nothing was kept.
    #[error("{0}")]
    Refused(String),
}

impl LogError {
    /// Names what was being done when the disk failed.
    pub(crate) fn disk(doing: &str) -> impl Fn(io::Error) -> Self {
        move |source| Self::Disk { doing: doing.to_owned(), source }
    }

    /// True if nothing was kept and the writer may go on.
    #[must_use]
    pub const fn is_refusal(&self) -> bool {
        matches!(self, Self::Closed(_) | Self::Refused(_))
    }
}
