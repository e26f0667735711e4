//! Proofs that an entry is in a log: one text that checks offline (C2SP tlog-proof).
//!
//! Guarantees: what is read prints the same bytes again; a proof that verifies binds an entry to a checkpoint that a known log
//! signed and a quorum of known witnesses cosigned.
//!
//! Limits: the `extra` data is not authenticated by itself; [`crate::receipt`] says what ours means and binds it to the entry.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::SignedCheckpoint;
use crate::format::{FormatError, Lines, decimal, from_base64, to_base64};
use crate::hash::Hash;
use crate::tlog_policy::{TlogPolicy, TrustError, Verified};
use crate::tree::verify_inclusion;

/// First line of every proof.
pub const HEADER: &str = "c2sp.org/tlog-proof@v1";

/// Bytes of the longest proof that is read.
pub const MAX_PROOF: usize = 1024 * 1024;

/// Hashes of the longest path: a tree of 2^63 entries has no more levels.
pub const MAX_PATH: usize = 63;

/// An entry's way to the root of a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TlogProof {
    /// Data with a meaning of its own.
    pub extra: Option<Vec<u8>>,
    /// Position of the entry, from 0.
    pub index: u64,
    /// Hashes beside the way, from the leaf upwards.
    pub path: Vec<Hash>,
    /// The checkpoint with its signatures.
    pub checkpoint: SignedCheckpoint,
}

impl TlogProof {
    /// Checks that the entry with this leaf hash is in a log that `trusted` accepts, cosigned by a quorum.
    pub fn verify(&self, leaf: &Hash, trusted: &TlogPolicy) -> Result<Verified, TrustError> {
        let verified = trusted.check(&self.checkpoint)?.require_quorum()?;
        let head = &verified.checkpoint;
        verify_inclusion(leaf, self.index, head.size(), &self.path, &head.root())?;
        Ok(verified)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{HEADER}")?;
        if let Some(extra) = &self.extra {
            writeln!(f, "extra {}", to_base64(extra))?;
        }
        writeln!(f, "index {}", self.index)?;
        self.path.iter().try_for_each(|hash| writeln!(f, "{hash}"))?;
        write!(f, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = FormatError;

    /// Reads a proof. Nothing is checked but the form.
    fn from_str(text: &str) -> Result<Self, FormatError> {
        if text.len() > MAX_PROOF {
            return Err(FormatError::whole(format!("a proof has at most {MAX_PROOF} bytes")));
        }
        let mut lines = Lines::new(text);
        if lines.expect("the first line")? != HEADER {
            return Err(lines.wrong(format!("the first line of a proof is `{HEADER}`")));
        }
        let mut line = lines.expect("`index ...`")?;
        let mut extra = None;
        if let Some(encoded) = line.strip_prefix("extra ") {
            let bytes = from_base64(encoded);
            extra = Some(bytes.ok_or_else(|| lines.wrong("the extra data is not padded base64"))?);
            line = lines.expect("`index ...`")?;
        }
        let index = line.strip_prefix("index ").and_then(decimal);
        let index = index.ok_or_else(|| lines.wrong("`index` and a number are expected here"))?;
        let path = read_path(&mut lines)?;
        let above = lines.read();
        let checkpoint = lines.rest().parse().map_err(|error: FormatError| error.below(above))?;
        Ok(Self { extra, index, path, checkpoint })
    }
}

/// Hashes up to an empty line.
fn read_path(lines: &mut Lines<'_>) -> Result<Vec<Hash>, FormatError> {
    let mut path = Vec::new();
    loop {
        let line = lines.expect("the empty line before the checkpoint")?;
        if line.is_empty() {
            return Ok(path);
        }
        if path.len() == MAX_PATH {
            return Err(lines.wrong(format!("a proof has at most {MAX_PATH} hashes")));
        }
        let hash: Result<Hash, FormatError> = line.parse();
        path.push(hash.map_err(|error| lines.wrong(error.what))?);
    }
}

#[cfg(test)]
mod tests;
