//! Receipts: what a member keeps. A `.tlog-proof` file whose `extra` data says what the entry is made of.
//!
//! Shape: the data is a small text (`huzhu.org/receipt@v1`, then kind, time, and what the entry's digest is made of). From it the
//! bytes of the entry are computed again, hashed as a leaf, and followed up to the signed root.
//!
//! Guarantees: a receipt that verifies shows that exactly this kind, time and digest were logged; every byte of its text matters,
//! apart from signatures by keys that are not known. Nobody but the holder of file or message can say what the digest was of.
//!
//! Limits: the file itself is not in the receipt: without it a receipt shows that some file with this digest was handed in.

use std::fmt;
use std::str::FromStr;

use crate::entry::{Body, Entry, EntryKind};
use crate::format::{FormatError, Lines, decimal, from_base64, from_hex, to_base64, to_hex};
use crate::hash::{Hash, SaltedHasher, leaf_hash, salted_digest};
use crate::proof::{MAX_PATH, TlogProof};
use crate::tlog_policy::{TlogPolicy, TrustError, Verified};
use crate::tree::{ProofError, root_of_inclusion};

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
    kind: EntryKind,
    at: u64,
    content: Content,
    inner: Option<InnerPath>,
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
        mut proof: TlogProof,
    ) -> Result<Self, FormatError> {
        check_fit(kind, &content, inner.as_ref())?;
        proof.extra = Some(write_extra(kind, at, &content, inner.as_ref()).into_bytes());
        let receipt = Self { kind, at, content, inner, proof };
        receipt.entry()?.encode()?;
        Ok(receipt)
    }

    /// Kind of the entry.
    pub const fn kind(&self) -> EntryKind {
        self.kind
    }

    /// Time of the entry, in milliseconds since 1970-01-01 UTC. Of consents that of their batch.
    pub const fn at(&self) -> u64 {
        self.at
    }

    /// What the entry is made of.
    pub const fn content(&self) -> &Content {
        &self.content
    }

    /// The way through an inner tree.
    pub const fn inner(&self) -> Option<&InnerPath> {
        self.inner.as_ref()
    }

    /// The proof that carries it.
    pub const fn proof(&self) -> &TlogProof {
        &self.proof
    }

    /// For receipts of files: feed it the file, and give what comes out to [`Receipt::verify`].
    pub fn file_hasher(&self) -> Option<SaltedHasher> {
        match &self.content {
            Content::File { salt, .. } => Some(SaltedHasher::new(salt)),
            Content::Message { .. } | Content::Public(_) => None,
        }
    }

    /// The entry that must be in the log if the receipt is true.
    pub fn entry(&self) -> Result<Entry, FormatError> {
        let digest = match &self.content {
            Content::Public(payload) => return Entry::from_parts(self.kind, self.at, payload),
            Content::File { digest, .. } => *digest,
            Content::Message { salt, message } => salted_digest(salt, message),
        };
        let body = match &self.inner {
            None => Body::salted(self.kind, digest),
            Some(InnerPath { index, size, path }) => {
                let leaf = leaf_hash(digest.as_bytes());
                let root = root_of_inclusion(&leaf, *index, *size, path)
                    .map_err(|error: ProofError| FormatError::whole(format!("the inner path: {error}")))?;
                Some(Body::Consents { root, count: *size })
            }
        };
        let body = body.ok_or_else(|| FormatError::whole("this kind is not made of a salted digest"))?;
        Ok(Entry { at: self.at, body })
    }

    /// Checks everything: the entry made from the receipt is in a log that `trusted` accepts, cosigned by a quorum. `file` is what
    /// [`Receipt::file_hasher`] gave for the original; without it the digest in the receipt is taken as it is.
    pub fn verify(&self, trusted: &TlogPolicy, file: Option<&Hash>) -> Result<Shown, ReceiptError> {
        let entry = self.entry()?;
        let verified = self.proof.verify(&leaf_hash(&entry.encode()?), trusted)?;
        match (&self.content, file) {
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
        let (kind, at, content, inner) = read_extra(extra).map_err(inside)?;
        check_fit(kind, &content, inner.as_ref()).map_err(inside)?;
        Ok(Self { kind, at, content, inner, proof })
    }
}

/// Which content belongs to which kind.
fn check_fit(kind: EntryKind, content: &Content, inner: Option<&InnerPath>) -> Result<(), FormatError> {
    let is_message = (kind.is_salted() && kind != EntryKind::Evidence) || kind == EntryKind::Consents;
    let fits = match content {
        Content::File { .. } => kind == EntryKind::Evidence,
        Content::Message { .. } => is_message,
        Content::Public(_) => kind != EntryKind::Evidence && !is_message,
    };
    if !fits {
        return Err(FormatError::whole(format!("the content does not belong to an entry of kind {kind}")));
    }
    if inner.is_some() != (kind == EntryKind::Consents) {
        return Err(FormatError::whole("an inner path belongs to consents, and to nothing else"));
    }
    Ok(())
}

fn write_extra(kind: EntryKind, at: u64, content: &Content, inner: Option<&InnerPath>) -> String {
    let head = format!("{HEADER}\nkind {kind}\nat {at}\n");
    let made_of = match content {
        Content::File { salt, digest } => format!("salt {}\ndigest {}\n", to_hex(salt), digest.to_hex()),
        Content::Message { salt, message } => {
            format!("salt {}\nmessage {}\n", to_hex(salt), to_base64(message))
        }
        Content::Public(payload) => format!("payload {}\n", to_base64(payload)),
    };
    let Some(InnerPath { index, size, path }) = inner else {
        return head + &made_of;
    };
    let path: Vec<String> = path.iter().map(|hash| format!("{hash}\n")).collect();
    format!("{head}{made_of}inner {index} {size}\n{}", path.concat())
}

type Extra = (EntryKind, u64, Content, Option<InnerPath>);

fn read_extra(text: &str) -> Result<Extra, FormatError> {
    let mut lines = Lines::new(text);
    if lines.expect("the first line")? != HEADER {
        return Err(lines.wrong(format!("the first line is `{HEADER}`")));
    }
    let kind: Result<EntryKind, FormatError> = lines.field("kind")?.parse();
    let kind = kind.map_err(|error| lines.wrong(error.what))?;
    let at = decimal(lines.field("at")?).ok_or_else(|| lines.wrong("the time is not a decimal number"))?;
    let content = read_content(&mut lines)?;
    let inner = read_inner(&mut lines)?;
    Ok((kind, at, content, inner))
}

fn read_content(lines: &mut Lines<'_>) -> Result<Content, FormatError> {
    let line = lines.expect("`salt ...` or `payload ...`")?;
    if let Some(payload) = line.strip_prefix("payload ") {
        let payload = from_base64(payload);
        return payload.map(Content::Public).ok_or_else(|| lines.wrong("the payload is not padded base64"));
    }
    let salt = line.strip_prefix("salt ").and_then(from_hex).and_then(|salt| salt.try_into().ok());
    let salt = salt.ok_or_else(|| lines.wrong("`salt` and 64 lower-case hexadecimal digits are expected"))?;
    let line = lines.expect("`digest ...` or `message ...`")?;
    if let Some(digest) = line.strip_prefix("digest ") {
        let digest = Hash::from_hex(digest).map_err(|error| lines.wrong(error.what))?;
        return Ok(Content::File { salt, digest });
    }
    let message = line.strip_prefix("message ").and_then(from_base64);
    let message =
        message.ok_or_else(|| lines.wrong("`digest` in hexadecimal or `message` in base64 is expected"))?;
    Ok(Content::Message { salt, message })
}

fn read_inner(lines: &mut Lines<'_>) -> Result<Option<InnerPath>, FormatError> {
    let Some(line) = lines.next()? else {
        return Ok(None);
    };
    let numbers = line.strip_prefix("inner ").and_then(|rest| rest.split_once(' '));
    let numbers = numbers.and_then(|(index, size)| Some((decimal(index)?, decimal(size)?)));
    let (index, size) = numbers.ok_or_else(|| lines.wrong("`inner` and two numbers are expected"))?;
    let mut path = Vec::new();
    while let Some(line) = lines.next()? {
        if path.len() == MAX_PATH {
            return Err(lines.wrong(format!("an inner path has at most {MAX_PATH} hashes")));
        }
        let hash: Result<Hash, FormatError> = line.parse();
        path.push(hash.map_err(|error| lines.wrong(error.what))?);
    }
    Ok(Some(InnerPath { index, size, path }))
}

#[cfg(test)]
mod tests;
