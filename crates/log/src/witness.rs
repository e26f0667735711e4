//! What a log asks of a witness and what a witness makes of it (C2SP tlog-witness, `add-checkpoint`).
//!
//! Shape: [`AddCheckpoint`] is the request as text; [`judge`] is the witness's decision over it, given the keys it trusts and
//! the newest checkpoint it cosigned. [`Witness`] is what a server needs of whoever keeps that state. Keeping, signing and
//! HTTP are elsewhere.
//!
//! Guarantees: [`judge`] says yes only to a checkpoint that a trusted key of its log has signed and that continues what was
//! cosigned before; refusals come in the order that C2SP sets, so that every witness answers the same.
//!
//! Limits: `sign-subtree` is not offered; keys are Ed25519.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::SignedCheckpoint;
use crate::format::{FormatError, Lines, decimal};
use crate::hash::Hash;
use crate::note::{MAX_NOTE, Signature, SignedNote, Vkey};
use crate::tree::verify_consistency;

/// Hashes of the longest proof that a request may carry (C2SP tlog-witness).
pub const MAX_PROOF: usize = 63;

/// Bytes of the longest request: the longest note, the longest proof, and the line with the old size.
pub const MAX_REQUEST: usize = MAX_NOTE + MAX_PROOF * 45 + 64;

/// Media type of the size that a conflict answers with.
pub const SIZE_TYPE: &str = "text/x.tlog.size";

/// A request to cosign a checkpoint. The checkpoint is not checked yet, not even its form beyond that of a signed note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AddCheckpoint {
    /// Entries of the checkpoint that the witness is thought to have cosigned last; 0 if none.
    pub old: u64,
    /// The way from that size to the new one (RFC 6962, section 2.1.2).
    pub proof: Vec<Hash>,
    /// The new checkpoint in its note.
    pub note: SignedNote,
}

impl fmt::Display for AddCheckpoint {
    /// The body of the request.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        self.proof.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.note)
    }
}

impl FromStr for AddCheckpoint {
    type Err = FormatError;

    fn from_str(body: &str) -> Result<Self, FormatError> {
        let mut lines = Lines::new(body);
        let old = lines.field("old")?;
        let old = decimal(old).ok_or_else(|| lines.wrong("the old size is no plain decimal number"))?;
        let mut proof = Vec::new();
        loop {
            let line = lines.expect("the blank line before the checkpoint")?;
            if line.is_empty() {
                break;
            }
            if proof.len() == MAX_PROOF {
                return Err(lines.wrong("a proof has at most 63 hashes"));
            }
            let hash = line.parse().map_err(|error| lines.wrong(format!("a hash of the proof: {error}")))?;
            proof.push(hash);
        }
        let note = SignedNote::parse(lines.rest()).map_err(|error| error.below(lines.read()))?;
        Ok(Self { old, proof, note })
    }
}

/// What a witness cosigned last of one log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// Entries.
    pub size: u64,
    /// Root of the tree of that size.
    pub root: Hash,
}

/// Why a witness does not cosign. Each has its status in HTTP.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// 400: the request is not in the format, or its old size is above that of the checkpoint.
    #[error("the request cannot be read: {0}")]
    Malformed(FormatError),
    /// 404: no log of this origin is followed.
    #[error("the log `{0}` is not followed here")]
    UnknownLog(String),
    /// 403: no trusted key of the log signed, or one of them is said to have signed and did not.
    #[error("no trusted key of the log signed this checkpoint")]
    Unsigned,
    /// 409: the old size is not that of the checkpoint cosigned last, which is the number here.
    #[error("the checkpoint cosigned last has {0} entries")]
    Conflict(u64),
    /// 422: the checkpoint does not continue what was cosigned before.
    #[error("the checkpoint does not continue what was cosigned before: {0}")]
    Inconsistent(String),
    /// 500: the cosignature could not be kept, so it is not given away.
    #[error("the cosignature could not be kept: {0}")]
    NotKept(String),
}

impl Refusal {
    /// Status of HTTP as C2SP sets it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Malformed(_) => 400,
            Self::UnknownLog(_) => 404,
            Self::Unsigned => 403,
            Self::Conflict(_) => 409,
            Self::Inconsistent(_) => 422,
            Self::NotKept(_) => 500,
        }
    }
}

/// Who keeps what was cosigned, and cosigns. Calls may block on a disk.
pub trait Witness: Send + Sync {
    /// Judges a request, keeps what will be cosigned, and answers the signature lines. Kept for ever when it returns `Ok`.
    ///
    /// # Errors
    /// [`Refusal`]; nothing was given away.
    fn add_checkpoint(&self, request: &AddCheckpoint) -> Result<Vec<Signature>, Refusal>;

    /// The newest cosigned checkpoint of the log whose origin has this SHA-256 in hexadecimal digits; `None` before the first.
    fn cosigned(&self, origin_hash: &str) -> Option<String>;
}

/// The origin that a note claims: its first line.
pub fn origin(note: &SignedNote) -> &str {
    note.text().split('\n').next().unwrap_or_default()
}

/// Decides over a request. `trusted` are the keys of the log with the request's origin, none if it is not followed; `seen` is
/// what was cosigned of that log last. Answers the checkpoint to be cosigned, with the signatures of trusted keys only.
///
/// # Errors
/// [`Refusal`], never [`Refusal::NotKept`].
pub fn judge(
    request: &AddCheckpoint,
    trusted: &[Vkey],
    seen: Option<Seen>,
) -> Result<SignedCheckpoint, Refusal> {
    if trusted.is_empty() {
        return Err(Refusal::UnknownLog(origin(&request.note).to_owned()));
    }
    if request.note.verify(trusted).is_err() {
        return Err(Refusal::Unsigned);
    }
    let mut vouched = request.note.clone();
    vouched.keep(|signature| trusted.iter().any(|key| key.claims(signature)));
    let malformed = |error| {
        if is_empty_with_root(request.note.text()) {
            Refusal::Inconsistent("the root of an empty tree is the hash of nothing".to_owned())
        } else {
            Refusal::Malformed(error)
        }
    };
    let signed = SignedCheckpoint::of(vouched).map_err(malformed)?;
    let (size, root) = (signed.checkpoint().size(), signed.checkpoint().root());
    if request.old > size {
        let what = format!("the old size {} is above the size {size} of the checkpoint", request.old);
        return Err(Refusal::Malformed(FormatError::line(1, what)));
    }
    let before = seen.map_or((0, crate::hash::empty_root()), |seen| (seen.size, seen.root));
    if request.old != before.0 {
        return Err(Refusal::Conflict(before.0));
    }
    verify_consistency((before.0, &before.1), (size, &root), &request.proof)
        .map_err(|error| Refusal::Inconsistent(error.to_string()))?;
    Ok(signed)
}

/// True if a text would be a checkpoint of an empty tree, but for its root.
fn is_empty_with_root(text: &str) -> bool {
    let mut lines = text.split('\n').skip(1);
    lines.next() == Some("0") && lines.next().is_some_and(|root| root.parse::<Hash>().is_ok())
}

#[cfg(test)]
mod tests;
