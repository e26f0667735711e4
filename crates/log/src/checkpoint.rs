//! Checkpoints: the head of a log as text, and as a signed note (C2SP tlog-checkpoint).
//!
//! Guarantees: one spelling for each value; an empty tree has the empty root and nothing else.
//!
//! Limits: sizes up to 2^63 - 1, which is what readers in other languages hold. Whether two checkpoints of one log agree is
//! shown by [`crate::tree::verify_consistency`], never by looking at one of them.

use std::fmt;
use std::str::FromStr;

use crate::format::{FormatError, Lines, decimal};
use crate::hash::{Hash, empty_root};
use crate::note::{SignedNote, Signer};

/// The largest size that a checkpoint may state.
pub const MAX_SIZE: u64 = i64::MAX.unsigned_abs();

/// Origin, size and root of a log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: String,
    size: u64,
    root: Hash,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// A checkpoint without extension lines. Refuses an empty origin or one with control characters, a size above
    /// [`MAX_SIZE`], and an empty tree with another root than the empty one.
    pub fn new(origin: &str, size: u64, root: Hash) -> Result<Self, FormatError> {
        let line = FormatError::line;
        if origin.is_empty() {
            return Err(line(1, "the origin is empty"));
        }
        if origin.contains(|c: char| c < ' ') {
            return Err(line(1, "the origin has control characters"));
        }
        if size > MAX_SIZE {
            return Err(line(2, "the size is above 2^63 - 1"));
        }
        if size == 0 && root != empty_root() {
            return Err(line(3, "the root of an empty tree is the hash of nothing"));
        }
        Ok(Self { origin: origin.to_owned(), size, root, extensions: Vec::new() })
    }

    /// Which log this is the head of.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Number of entries.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Root of the tree of that size.
    pub const fn root(&self) -> Hash {
        self.root
    }

    /// Lines of no agreed meaning that other logs may add. Ours has none.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    /// The checkpoint as a note signed by the log.
    pub fn sign(&self, signer: &Signer) -> SignedCheckpoint {
        let mut note = SignedNote::from_checked(self.to_string());
        note.sign(signer);
        SignedCheckpoint { checkpoint: self.clone(), note }
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, self.root)?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

impl FromStr for Checkpoint {
    type Err = FormatError;

    /// Reads the text of a note: origin, size, root, extension lines.
    fn from_str(text: &str) -> Result<Self, FormatError> {
        let mut lines = Lines::new(text);
        let origin = lines.expect("the origin")?;
        let size = decimal(lines.expect("the size")?);
        let size =
            size.ok_or_else(|| lines.wrong("the size is not a decimal number without leading zeros"))?;
        let root: Result<Hash, FormatError> = lines.expect("the root")?.parse();
        let root = root.map_err(|error| lines.wrong(format!("the root: {error}")))?;
        let mut checkpoint = Self::new(origin, size, root)?;
        while let Some(line) = lines.next()? {
            if line.is_empty() {
                return Err(lines.wrong("an extension line is empty"));
            }
            checkpoint.extensions.push(line.to_owned());
        }
        Ok(checkpoint)
    }
}

/// A checkpoint in its note: what is served as `checkpoint` and what ends a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: SignedNote,
}

impl SignedCheckpoint {
    /// What it says. Believe it only after its signatures were checked: [`crate::tlog_policy::TlogPolicy::check`].
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The checkpoint that a note holds. Signatures are not checked here.
    ///
    /// # Errors
    /// The text is no checkpoint.
    pub fn of(note: SignedNote) -> Result<Self, FormatError> {
        let checkpoint = note.text().parse()?;
        Ok(Self { checkpoint, note })
    }

    /// The note with all signatures.
    pub const fn note(&self) -> &SignedNote {
        &self.note
    }

    /// Adds a signature, such as a cosignature that a witness sent.
    pub fn add(&mut self, signature: crate::note::Signature) {
        self.note.add(signature);
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.note.fmt(f)
    }
}

impl FromStr for SignedCheckpoint {
    type Err = FormatError;

    /// Reads a note whose text is a checkpoint. Signatures are not checked here.
    fn from_str(text: &str) -> Result<Self, FormatError> {
        SignedNote::parse(text).and_then(Self::of)
    }
}

#[cfg(test)]
mod tests;
