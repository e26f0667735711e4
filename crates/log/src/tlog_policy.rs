//! Which keys suffice: logs, witnesses, groups and the quorum (C2SP tlog-policy).
//!
//! Shape: [`TlogPolicy::parse`] takes every file that C2SP allows; [`TlogPolicy::require_overlap`] is the stricter rule of a
//! house that hands receipts out; [`TlogPolicy::check`] checks a checkpoint and says who cosigned it.
//!
//! Guarantees: a checkpoint passes only with a good signature by a key of its own origin; a false signature by any known key
//! refuses the whole checkpoint; a witness counts once, whatever groups there are.
//!
//! Limits: Ed25519 keys only; a file with post-quantum keys is refused with the line that has one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::cosignature;
use crate::format::{FormatError, decimal};
use crate::note::{KeyKind, NoteError, Vkey};
use crate::tree::ProofError;

mod parse;

/// Bytes of the longest file that is read.
pub const MAX_FILE: usize = 256 * 1024;

/// A log that is accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogKey {
    /// Its key; the name is the origin.
    pub vkey: Vkey,
    /// Where it is served, if the file says.
    pub url: Option<String>,
}

/// A witness that counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Witness {
    /// Its name in the file.
    pub name: String,
    /// Its key.
    pub vkey: Vkey,
    /// Where checkpoints are handed to it, if the file says.
    pub url: Option<String>,
}

/// A name that quorum and groups may use.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Party {
    /// Position among the witnesses.
    Witness(usize),
    /// So many of these parties, all defined before.
    Group { threshold: usize, members: Vec<usize> },
}

/// A file that says whom to believe.
#[derive(Clone, PartialEq, Eq)]
pub struct TlogPolicy {
    text: Vec<u8>,
    logs: Vec<LogKey>,
    witnesses: Vec<Witness>,
    parties: Vec<Party>,
    quorum: Quorum,
}

/// Who must have cosigned.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Quorum {
    Nobody,
    /// Position among the parties.
    Party(usize),
}

/// A checkpoint whose signatures were checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verified {
    /// What the log and its witnesses said.
    pub checkpoint: Checkpoint,
    /// The key of the log that signed.
    pub log: Vkey,
    /// Known witnesses that cosigned, in the order of the file.
    pub cosigned: Vec<Cosigned>,
    /// How many witnesses are known.
    pub known: usize,
    /// True if those who cosigned are a quorum.
    pub is_satisfied: bool,
}

/// One witness that cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cosigned {
    /// Name of the witness in the file.
    pub name: String,
    /// When, in seconds since 1970-01-01 UTC, by the witness's clock.
    pub at: u64,
}

/// Why a checkpoint, a proof or a receipt is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// The origin is of no known log.
    #[error("the log `{0}` is not known")]
    UnknownLog(String),
    /// The log did not sign, or a signature is false.
    #[error("the checkpoint is not to be believed: {0}")]
    Note(#[from] NoteError),
    /// Too few witnesses, or not the right ones.
    #[error("{cosigned} of {known} known witnesses cosigned, which is no quorum")]
    NoQuorum {
        /// Known witnesses that cosigned.
        cosigned: usize,
        /// Witnesses that are known.
        known: usize,
    },
    /// The proof does not lead to the signed root.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

impl Verified {
    /// The same if the quorum is there, an error if not.
    pub fn require_quorum(self) -> Result<Self, TrustError> {
        if self.is_satisfied {
            Ok(self)
        } else {
            Err(TrustError::NoQuorum { cosigned: self.cosigned.len(), known: self.known })
        }
    }
}

/// A quorum that could be met twice without an honest witness who would have noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "of {witnesses} witnesses, {smallest} can be a quorum and two quorums can share only {shared}; with {faulty} faulty ones \
     a quorum needs {floor} and two quorums must share {}", faulty.saturating_add(1)
)]
pub struct OverlapError {
    /// Witnesses that the quorum is made of.
    pub witnesses: usize,
    /// Witnesses in the smallest quorum.
    pub smallest: usize,
    /// Witnesses that any two quorums have in common at least.
    pub shared: usize,
    /// Witnesses that may be faulty: the largest number below a third.
    pub faulty: usize,
    /// Two thirds of the witnesses, rounded down, and one more.
    pub floor: usize,
}

impl TlogPolicy {
    /// Reads a file. Everything that C2SP allows is taken, also `quorum none`.
    pub fn parse(text: &[u8]) -> Result<Self, FormatError> {
        parse::parse(text)
    }

    /// The file for these logs and witnesses with a quorum of any `quorum` of the witnesses; 0 asks for none. Names must have no
    /// blanks, and none is `enough`. Fails as [`TlogPolicy::parse`] does.
    pub fn of(logs: &[&Vkey], witnesses: &[(&str, &Vkey)], quorum: usize) -> Result<Self, FormatError> {
        let mut lines: Vec<String> = logs.iter().map(|vkey| format!("log {vkey}\n")).collect();
        lines.extend(witnesses.iter().map(|(name, vkey)| format!("witness {name} {vkey}\n")));
        lines.push(if quorum == 0 {
            "quorum none\n".to_owned()
        } else {
            let names: Vec<&str> = witnesses.iter().map(|(name, _)| *name).collect();
            format!("group enough {quorum} {}\nquorum enough\n", names.join(" "))
        });
        let text = lines.concat();
        Self::parse(text.as_bytes())
    }

    /// The file as it was read.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// Logs that are accepted.
    pub fn logs(&self) -> &[LogKey] {
        &self.logs
    }

    /// Witnesses that count.
    pub fn witnesses(&self) -> &[Witness] {
        &self.witnesses
    }

    /// True if a checkpoint without cosignatures passes.
    pub const fn needs_no_witness(&self) -> bool {
        matches!(self.quorum, Quorum::Nobody)
    }

    /// Refuses quorums smaller than two thirds of the witnesses and one more, and groups of groups where two quorums need not
    /// share an honest witness when fewer than a third are faulty. `quorum none` passes: it promises nothing.
    pub fn require_overlap(&self) -> Result<(), OverlapError> {
        let Quorum::Party(quorum) = self.quorum else {
            return Ok(());
        };
        // Parties name only parties before them, so one pass from the first to the last suffices.
        let mut facts: Vec<Size> = Vec::with_capacity(self.parties.len());
        for party in &self.parties {
            facts.push(Size::of(party, &facts));
        }
        let Some(size) = facts.get(quorum) else {
            return Ok(());
        };
        let faulty = size.witnesses.saturating_sub(1).div_euclid(3);
        let floor = size.witnesses.saturating_mul(2).div_euclid(3).saturating_add(1);
        if size.smallest >= floor && size.shared > faulty {
            return Ok(());
        }
        let Size { witnesses, smallest, shared } = *size;
        Err(OverlapError { witnesses, smallest, shared, faulty, floor })
    }

    /// Checks the signatures of a checkpoint and says who cosigned. Whether that is a quorum is in the answer; see
    /// [`Verified::require_quorum`].
    pub fn check(&self, signed: &SignedCheckpoint) -> Result<Verified, TrustError> {
        let origin = signed.checkpoint().origin();
        if !self.logs.iter().any(|log| log.vkey.name() == origin) {
            return Err(TrustError::UnknownLog(origin.to_owned()));
        }
        let keys: Vec<Vkey> = self.logs.iter().map(|log| log.vkey.clone()).collect();
        let by = signed.note().verify(&keys)?;
        let log = by.into_iter().find(|key| key.name() == origin).ok_or(NoteError::Unsigned)?;
        let mut cosigned = Vec::new();
        let mut present = BTreeSet::new();
        for (index, witness) in self.witnesses.iter().enumerate() {
            let own = signed.note().signatures().iter().filter(|one| witness.vkey.claims(one));
            for signature in own {
                let at = cosignature::verify(signed.note().text(), signature, &witness.vkey)?;
                if present.insert(index) {
                    cosigned.push(Cosigned { name: witness.name.clone(), at });
                }
            }
        }
        let is_satisfied = self.is_quorum(&present);
        let known = self.witnesses.len();
        Ok(Verified {
            checkpoint: signed.checkpoint().clone(),
            log: log.clone(),
            cosigned,
            known,
            is_satisfied,
        })
    }

    fn is_quorum(&self, present: &BTreeSet<usize>) -> bool {
        let Quorum::Party(quorum) = self.quorum else {
            return true;
        };
        let mut met: Vec<bool> = Vec::with_capacity(self.parties.len());
        for party in &self.parties {
            met.push(match party {
                Party::Witness(index) => present.contains(index),
                Party::Group { threshold, members } => {
                    members.iter().filter(|member| met.get(**member) == Some(&true)).count() >= *threshold
                }
            });
        }
        met.get(quorum) == Some(&true)
    }
}

impl fmt::Debug for TlogPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.text))
    }
}

/// What can be said about a party without knowing who cosigned.
#[derive(Clone, Copy)]
struct Size {
    /// Witnesses below it. A name is a member of one group at most, so none is counted twice.
    witnesses: usize,
    /// Witnesses that suffice at least.
    smallest: usize,
    /// Witnesses that any two sufficient sets share at least.
    shared: usize,
}

impl Size {
    fn of(party: &Party, before: &[Self]) -> Self {
        let Party::Group { threshold, members } = party else {
            return Self { witnesses: 1, smallest: 1, shared: 1 };
        };
        let members: Vec<Self> = members.iter().filter_map(|member| before.get(*member).copied()).collect();
        let sum_of_least = |mut values: Vec<usize>, count: usize| -> usize {
            values.sort_unstable();
            values.into_iter().take(count).sum()
        };
        // Two sets of `threshold` members out of all have so many members in common at least.
        let common = threshold.saturating_mul(2).saturating_sub(members.len());
        Self {
            witnesses: members.iter().map(|member| member.witnesses).sum(),
            smallest: sum_of_least(members.iter().map(|member| member.smallest).collect(), *threshold),
            shared: sum_of_least(members.iter().map(|member| member.shared).collect(), common),
        }
    }
}

#[cfg(test)]
mod tests;
