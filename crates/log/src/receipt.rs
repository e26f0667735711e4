//! Receipts: what a member keeps. A `.tlog-proof` file whose `extra` data says what the entry is made of.
//!
//! Shape: the data is a small text (`huzhu.org/receipt@v1`, then kind, time, and what the entry's digest is made of). From it the
//! bytes of the entry are computed again, hashed as a leaf, and followed up to the signed root.
//!
//! Guarantees: a receipt that verifies shows that exactly this kind, time and digest were logged; every byte of its text matters,
//! apart from signatures by keys that are not known. Nobody but the holder of file or message can say what the digest was of.
//! The receipt of a settlement may carry one's own share ([`ShareProof`]): then it is under the head of the share tree that was
//! logged with the equation of the period, or the receipt is not believed.
//!
//! Limits: the file itself is not in the receipt: without it a receipt shows that some file with this digest was handed in.

use std::fmt;
use std::str::FromStr;

use crate::entry::{Body, Entry, EntryKind};
use crate::format::FormatError;
use crate::hash::{Hash, SaltedHasher, leaf_hash, salted_digest};
use crate::proof::TlogProof;
use crate::tlog_policy::{TlogPolicy, TrustError, Verified};
use crate::tree::{ProofError, root_of_inclusion};

mod extra;
mod share;

use extra::Extra;
pub use share::ShareProof;

/// First line of the extra data.
pub const HEADER: &str = "huzhu.org/receipt@v1";

/// What the entry is made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// A file: the salt, and SHA-256 of salt and file. Of evidence only.
    File {
        /// 32 bytes nobody can guess.
        salt: [u8; 32],
        /// SHA-256 of salt and file.
        digest: Hash,
    },
    /// A message that is in the receipt, with its salt. Of decisions, objections, payouts and consents.
    Message {
        /// 32 bytes nobody can guess.
        salt: [u8; 32],
        /// Canonical bytes of what happened.
        message: Vec<u8>,
    },
    /// The payload of an entry that is public. Of all other kinds.
    Public(Vec<u8>),
}

/// The way from a leaf to the root of an inner tree. Of consents only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InnerPath {
    /// Position in the inner tree, from 0.
    pub index: u64,
    /// Leaves of the inner tree.
    pub size: u64,
    /// Hashes beside the way, from the leaf upwards.
    pub path: Vec<Hash>,
}

/// A receipt as it was read or made; believed only after [`Receipt::verify`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    extra: Extra,
    proof: TlogProof,
}

/// What a receipt that verifies shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The entry that is in the log.
    pub entry: Entry,
    /// Its position in the log, from 0.
    pub index: u64,
    /// The head of the log that has it, and who cosigned that.
    pub verified: Verified,
    /// True if the original file was given and is the one that was logged.
    pub is_file_checked: bool,
}

/// Why a receipt is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReceiptError {
    /// What the receipt states cannot be an entry.
    #[error("the receipt contradicts itself: {0}")]
    Form(#[from] FormatError),
    /// The log, its witnesses or the proof.
    #[error(transparent)]
    Trust(#[from] TrustError),
    /// The file that was given is not the one that was handed in.
    #[error("this is not the file that was handed in")]
    OtherFile,
    /// A file was given, and the receipt is about none.
    #[error("the receipt is about no file")]
    NoFile,
}

impl Receipt {
    /// A receipt for the entry at `index`, of a kind and time, made of `content`. Refuses what does not fit together: files of
    /// anything but evidence, an inner path of anything but consents, contents that are no entry.
    pub fn new(
        kind: EntryKind,
        at: u64,
        content: Content,
        inner: Option<InnerPath>,
        proof: TlogProof,
    ) -> Result<Self, FormatError> {
        Self::of(Extra { kind, at, content, inner, share: None }, proof)
    }

    /// A receipt for one's own share: `payload` is that of the `settlement` entry of the time `at`, which has the head of the share
    /// tree.
    ///
    /// # Errors
    /// What disagrees: a payload that is no settlement or one without a share tree, another period, a path that leads elsewhere, a
    /// share of a place that was not counted, an equation that does not hold.
    pub fn of_share(
        at: u64,
        payload: Vec<u8>,
        share: ShareProof,
        proof: TlogProof,
    ) -> Result<Self, FormatError> {
        let content = Content::Public(payload);
        Self::of(Extra { kind: EntryKind::Settlement, at, content, inner: None, share: Some(share) }, proof)
    }

    fn of(extra: Extra, mut proof: TlogProof) -> Result<Self, FormatError> {
        extra.check_fit()?;
        proof.extra = Some(extra.write().into_bytes());
        let receipt = Self { extra, proof };
        receipt.entry()?.encode()?;
        Ok(receipt)
    }

    /// Kind of the entry.
    pub const fn kind(&self) -> EntryKind {
        self.extra.kind
    }

    /// Time of the entry, in milliseconds since 1970-01-01 UTC. Of consents that of their batch.
    pub const fn at(&self) -> u64 {
        self.extra.at
    }

    /// What the entry is made of.
    pub const fn content(&self) -> &Content {
        &self.extra.content
    }

    /// The way through an inner tree.
    pub const fn inner(&self) -> Option<&InnerPath> {
        self.extra.inner.as_ref()
    }

    /// One's own share, and the way to the head of the share tree. Of settlements only, and not of all.
    pub const fn share(&self) -> Option<&ShareProof> {
        self.extra.share.as_ref()
    }

    /// The proof that carries it.
    pub const fn proof(&self) -> &TlogProof {
        &self.proof
    }

    /// For receipts of files: feed it the file, and give what comes out to [`Receipt::verify`].
    pub fn file_hasher(&self) -> Option<SaltedHasher> {
        match self.content() {
            Content::File { salt, .. } => Some(SaltedHasher::new(salt)),
            Content::Message { .. } | Content::Public(_) => None,
        }
    }

    /// The entry that must be in the log if the receipt is true.
    ///
    /// # Errors
    /// What the receipt states cannot be an entry, or its share is not in that entry.
    pub fn entry(&self) -> Result<Entry, FormatError> {
        let entry = self.stated()?;
        if let Some(share) = self.share() {
            share.check(&entry)?;
        }
        Ok(entry)
    }

    /// The entry, whatever share is said to be in it.
    fn stated(&self) -> Result<Entry, FormatError> {
        let Extra { kind, at, ref content, ref inner, .. } = self.extra;
        let digest = match content {
            Content::Public(payload) => return Entry::from_parts(kind, at, payload),
            Content::File { digest, .. } => *digest,
            Content::Message { salt, message } => salted_digest(salt, message),
        };
        let body = match inner {
            None => Body::salted(kind, digest),
            Some(InnerPath { index, size, path }) => {
                let leaf = leaf_hash(digest.as_bytes());
                let root = root_of_inclusion(&leaf, *index, *size, path)
                    .map_err(|error: ProofError| FormatError::whole(format!("the inner path: {error}")))?;
                Some(Body::Consents { root, count: *size })
            }
        };
        let body = body.ok_or_else(|| FormatError::whole("this kind is not made of a salted digest"))?;
        Ok(Entry { at, body })
    }

    /// Checks everything: the entry made from the receipt is in a log that `trusted` accepts, cosigned by a quorum; the share, if
    /// there is one, is in that entry. `file` is what
    /// [`Receipt::file_hasher`] gave for the original; without it the digest in the receipt is taken as it is.
    pub fn verify(&self, trusted: &TlogPolicy, file: Option<&Hash>) -> Result<Shown, ReceiptError> {
        let entry = self.entry()?;
        let verified = self.proof.verify(&leaf_hash(&entry.encode()?), trusted)?;
        match (self.content(), file) {
            (Content::File { digest, .. }, Some(file)) if digest != file => Err(ReceiptError::OtherFile),
            (Content::Message { .. } | Content::Public(_), Some(_)) => Err(ReceiptError::NoFile),
            _ => Ok(Shown { entry, index: self.proof.index, verified, is_file_checked: file.is_some() }),
        }
    }
}

impl fmt::Display for Receipt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.proof.fmt(f)
    }
}

impl FromStr for Receipt {
    type Err = FormatError;

    /// Reads a receipt. Nothing is checked but the form.
    fn from_str(text: &str) -> Result<Self, FormatError> {
        let proof: TlogProof = text.parse()?;
        let wrong = |what: &'static str| FormatError::line(2, what);
        let extra =
            proof.extra.as_deref().ok_or_else(|| wrong("the proof has no extra data: it is no receipt"))?;
        let extra = std::str::from_utf8(extra).map_err(|_| wrong("the extra data is no text"))?;
        let inside = |error: FormatError| FormatError::line(2, format!("in the extra data, {error}"));
        let extra = Extra::read(extra).map_err(inside)?;
        Ok(Self { extra, proof })
    }
}

#[cfg(test)]
mod tests;
