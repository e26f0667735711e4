//! The public tally of a case, and the receipt of a ballot: what anybody needs to count again, and a juror to see that the own
//! ballot was counted.
//!
//! Shape: both are JSON as `docs/jury/ballots.md` describes them. [`TallyFile::check`] opens each ballot with the released key,
//! counts, rules and computes the root again; [`TallyFile::find`] looks for the ballot of a receipt.
//!
//! Guarantees: what passes follows from sealed ballots and key in every number. What is no such file ends in a [`TallyFinding`]
//! that names the first thing that is wrong.
//!
//! Limits: that the root is the one on the log is shown by the log; in a jury drawn by lot, which ballots were cast by somebody who
//! sat is what the platform says (`counted`).

use huzhu_domain::digest::Digest;
use huzhu_domain::id::{BallotId, JuryCaseId};
use huzhu_domain::jury::{Choice, Count, Ruling};
use huzhu_log::{Hash, InnerTree};
use serde::{Deserialize, Serialize};

use super::seal::{CaseKeys, leaf};

/// What every tally begins with.
pub const TALLY_FORMAT: &str = "huzhu.org/tally@v1";
/// What every receipt begins with.
pub const RECEIPT_FORMAT: &str = "huzhu.org/ballot-receipt@v1";
/// Bytes of the longest tally: bounds what a checker reads from a stranger. A million ballots with reasons of a line.
pub const TALLY_BYTES_MAX: usize = 1 << 30;
/// Bytes of the longest receipt.
pub const RECEIPT_BYTES_MAX: usize = 4_096;

/// The receipt of a ballot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BallotReceipt {
    /// [`RECEIPT_FORMAT`].
    pub format: String,
    /// The case.
    pub case: String,
    /// The ballot.
    pub ballot: String,
    /// 32 hexadecimal digits that stand in the ballot, and that nobody but the juror can know before the close.
    pub nonce: String,
    /// The leaf of the ballot in the tree of the case, as hexadecimal digits.
    pub digest: String,
}

impl BallotReceipt {
    /// The receipt of a sealed ballot.
    pub fn of(case: JuryCaseId, ballot: BallotId, nonce: &[u8; 16], sealed: &str) -> Self {
        Self {
            format: RECEIPT_FORMAT.to_owned(),
            case: case.to_string(),
            ballot: ballot.to_string(),
            nonce: hex(nonce),
            digest: leaf(case, ballot, sealed).to_hex(),
        }
    }

    /// Reads a receipt that anybody may have written.
    ///
    /// # Errors
    /// [`TallyFinding::Unreadable`].
    pub fn read(bytes: &[u8]) -> Result<Self, TallyFinding> {
        if bytes.len() > RECEIPT_BYTES_MAX {
            return Err(TallyFinding::Unreadable(format!("a receipt has at most {RECEIPT_BYTES_MAX} bytes")));
        }
        let receipt: Self =
            serde_json::from_slice(bytes).map_err(|error| TallyFinding::Unreadable(error.to_string()))?;
        if receipt.format == RECEIPT_FORMAT {
            Ok(receipt)
        } else {
            Err(TallyFinding::Unreadable(format!("its format is not {RECEIPT_FORMAT}")))
        }
    }

    /// The receipt as it is handed out.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts only: nothing that has no JSON.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }
}

/// A ballot of a closed case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TallyBallot {
    /// The ballot.
    pub ballot: String,
    /// As it was cast.
    pub sealed: String,
    /// Whether it was counted: it can be read, and was cast by somebody who was called.
    pub counted: bool,
    /// What it says; nothing when it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub choice: Option<Choice>,
    /// The nonce in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// The reason in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// How the count was made to a ruling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TallyRules {
    /// Jurors drawn by lot; else every qualified juror could vote.
    pub by_lot: bool,
    /// Part in favour that is enough, in hundredths of a percent.
    pub threshold: u32,
    /// Least number of valid ballots.
    pub needed: u64,
}

impl TallyRules {
    fn ruling(self, count: &Count) -> Ruling {
        let valid = count.valid();
        if valid < self.needed || valid == 0 {
            return Ruling::NoQuorum;
        }
        let measured = if self.by_lot { valid.max(count.electorate) } else { valid };
        let product = u128::from(self.threshold).saturating_mul(u128::from(measured));
        if u128::from(count.for_claimant) >= product.div_ceil(10_000) {
            Ruling::ForClaimant
        } else {
            Ruling::AgainstClaimant
        }
    }
}

/// A tally as it is published; believed only after [`TallyFile::check`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TallyFile {
    /// [`TALLY_FORMAT`].
    pub format: String,
    /// Public name of the plan.
    pub plan: String,
    /// The version whose terms rule the case.
    pub version: u32,
    /// The case.
    pub case: String,
    /// 0 for the first jury of the claim, 1 for the first appeal.
    pub round: u8,
    /// Salted digest of claim and jury, as the log's entry states it.
    pub subject: Digest,
    /// The key that ballots were sealed to.
    pub public_key: Digest,
    /// The key that opens them.
    pub secret_key: Digest,
    /// How a count becomes a ruling.
    pub rules: TallyRules,
    /// The count.
    pub count: Count,
    /// What follows.
    pub ruling: Ruling,
    /// Root of the RFC 6962 tree whose leaves are the ballots in this order; stands in the log's entry.
    pub root: Digest,
    /// All ballots, by their ids.
    pub ballots: Vec<TallyBallot>,
}

/// What is wrong with a tally or a receipt.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TallyFinding {
    /// It is none.
    #[error("this is no such file: {0}")]
    Unreadable(String),
    /// The secret key does not belong to the public key.
    #[error("the secret key is not that of the public key")]
    Keys,
    /// The ballots are not in order, or one stands there twice.
    #[error("ballot {0} is out of order or stands there twice")]
    Order(String),
    /// What is said of a ballot is not what it holds.
    #[error("ballot {0} does not hold what is said of it")]
    Ballot(String),
    /// The root is another one.
    #[error("the root of these ballots is {found}, {stated} is stated")]
    Root {
        /// What the file says.
        stated: Digest,
        /// What was computed.
        found: Digest,
    },
    /// The count is another one.
    #[error("the ballots are {found:?}, {stated:?} is stated")]
    Count {
        /// What the file says.
        stated: Count,
        /// What was counted.
        found: Count,
    },
    /// The ruling is another one.
    #[error("the ruling of this count is {}, {} is stated", .found.word(), .stated.word())]
    Ruling {
        /// What the file says.
        stated: Ruling,
        /// What follows.
        found: Ruling,
    },
    /// The receipt is for another case.
    #[error("the receipt is for {receipt}, the tally is of {tally}")]
    OtherCase {
        /// Of the receipt.
        receipt: String,
        /// Of the tally.
        tally: String,
    },
    /// The ballot is not there.
    #[error("ballot {0} is not in the tally")]
    Missing(String),
    /// The ballot is not the one of the receipt.
    #[error("the tally has another ballot under {ballot}: its {what} is not that of the receipt")]
    Differs {
        /// Which.
        ballot: String,
        /// What differs.
        what: &'static str,
    },
    /// The ballot is there and was not counted.
    #[error("ballot {0} is in the tally and was not counted")]
    NotCounted(String),
}

impl TallyFile {
    /// Reads a tally that anybody may have written.
    ///
    /// # Errors
    /// [`TallyFinding::Unreadable`].
    pub fn read(bytes: &[u8]) -> Result<Self, TallyFinding> {
        if bytes.len() > TALLY_BYTES_MAX {
            return Err(TallyFinding::Unreadable(format!("a tally has at most {TALLY_BYTES_MAX} bytes")));
        }
        let tally: Self =
            serde_json::from_slice(bytes).map_err(|error| TallyFinding::Unreadable(error.to_string()))?;
        if tally.format == TALLY_FORMAT {
            Ok(tally)
        } else {
            Err(TallyFinding::Unreadable(format!("its format is not {TALLY_FORMAT}")))
        }
    }

    /// The file as it is published.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Numbers, texts and lists only: nothing that has no JSON.
        serde_json::to_string(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Opens, counts and hashes everything again.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self) -> Result<(), TallyFinding> {
        let case: JuryCaseId =
            self.case.parse().map_err(|_| TallyFinding::Unreadable("its case has no id".to_owned()))?;
        let keys = CaseKeys::released(self.secret_key).filter(|keys| keys.public() == self.public_key);
        let keys = keys.ok_or(TallyFinding::Keys)?;
        let mut count = Count { electorate: self.count.electorate, ..Count::default() };
        let mut leaves = Vec::with_capacity(self.ballots.len());
        let mut before: Option<BallotId> = None;
        for stated in &self.ballots {
            let id: Result<BallotId, _> = stated.ballot.parse();
            let id = id.map_err(|_| TallyFinding::Unreadable("a ballot has no id".to_owned()))?;
            if before.replace(id).is_some_and(|before| before >= id) {
                return Err(TallyFinding::Order(stated.ballot.clone()));
            }
            let vote = keys.open(case, id, &stated.sealed);
            let nonce = vote.as_ref().map(|vote| hex(&vote.nonce));
            let holds = vote.as_ref().map(|vote| vote.choice) == stated.choice
                && vote.as_ref().map(|vote| vote.reason.as_str()) == stated.reason.as_deref()
                && nonce == stated.nonce;
            let counts = stated.counted && vote.is_some();
            // In an open vote everything that can be read counts.
            if !holds || counts != stated.counted || (!self.rules.by_lot && counts != vote.is_some()) {
                return Err(TallyFinding::Ballot(stated.ballot.clone()));
            }
            count.add(vote.filter(|_| counts).map(|vote| vote.choice));
            leaves.push(leaf(case, id, &stated.sealed));
        }
        let found = root_of(leaves);
        if found != self.root {
            return Err(TallyFinding::Root { stated: self.root, found });
        }
        if count != self.count {
            return Err(TallyFinding::Count { stated: self.count, found: count });
        }
        let ruling = self.rules.ruling(&count);
        if ruling == self.ruling {
            Ok(())
        } else {
            Err(TallyFinding::Ruling { stated: self.ruling, found: ruling })
        }
    }

    /// The ballot of a receipt, of a tally that was checked.
    ///
    /// # Errors
    /// What differs.
    pub fn find(&self, receipt: &BallotReceipt) -> Result<&TallyBallot, TallyFinding> {
        if receipt.case != self.case {
            return Err(TallyFinding::OtherCase { receipt: receipt.case.clone(), tally: self.case.clone() });
        }
        let found = self.ballots.iter().find(|ballot| ballot.ballot == receipt.ballot);
        let found = found.ok_or_else(|| TallyFinding::Missing(receipt.ballot.clone()))?;
        let differs = |what| TallyFinding::Differs { ballot: receipt.ballot.clone(), what };
        let (Ok(case), Ok(id)) = (self.case.parse(), found.ballot.parse()) else {
            return Err(differs("id"));
        };
        if leaf(case, id, &found.sealed).to_hex() != receipt.digest {
            return Err(differs("digest"));
        }
        if found.nonce.as_ref() != Some(&receipt.nonce) {
            return Err(differs("nonce"));
        }
        if found.counted { Ok(found) } else { Err(TallyFinding::NotCounted(receipt.ballot.clone())) }
    }
}

/// Root of the tree of these leaves.
pub(super) fn root_of(leaves: Vec<Hash>) -> Digest {
    Digest::from_bytes(*InnerTree::new(leaves).root().as_bytes())
}

/// Lower-case hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests;
