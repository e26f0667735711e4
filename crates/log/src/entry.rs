//! Entries: what the leaves of the log are, byte for byte.
//!
//! Shape: every entry is `0x01` (version), one byte of kind, eight bytes of time (milliseconds since 1970-01-01 UTC, big-endian)
//! and the payload of its kind. Numbers are big-endian; a text has its length in two bytes in front. [`Body`] lists the kinds.
//!
//! Guarantees: an entry has one spelling: what [`Entry::decode`] takes, [`Entry::encode`] gives back byte for byte. Nothing about
//! a person is in an entry: salted digests, roots and sums only.
//!
//! Limits: texts name plans, periods and keys, which are public; that callers put nothing else there is their business. A new
//! kind gets a new byte; a change of a kind gets a new version; neither is ever used again.

use std::fmt;
use std::str::FromStr;

use crate::checkpoint::MAX_SIZE;
use crate::format::FormatError;
use crate::hash::Hash;

mod codec;

/// First byte of every entry.
pub const VERSION: u8 = 0x01;

/// The latest time an entry may state, in milliseconds: what other languages hold in a signed number.
pub const MAX_MILLIS: u64 = MAX_SIZE;

/// What an entry is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A file was handed in.
    Evidence,
    /// Something was decided about a claim.
    Decision,
    /// A plan version came into force or was announced.
    PlanVersion,
    /// Who shares, or who may be drawn, was fixed.
    Roster,
    /// Claims went on notice.
    Notice,
    /// A member objected.
    Objection,
    /// Jurors were drawn.
    Draw,
    /// A jury decided.
    Verdict,
    /// A period was settled.
    Settlement,
    /// Aid was paid.
    Payout,
    /// Keys of the log or its witnesses changed.
    Key,
    /// Members consented, many at once.
    Consents,
    /// A file and its salt were destroyed.
    Tombstone,
    /// The log of the year before ended like this.
    Previous,
    /// A draw of jurors was asked for, before anybody knew its seed.
    DrawRequest,
}

impl EntryKind {
    /// All kinds, in the order of their bytes.
    pub const ALL: [Self; 15] = [
        Self::Evidence,
        Self::Decision,
        Self::PlanVersion,
        Self::Roster,
        Self::Notice,
        Self::Objection,
        Self::Draw,
        Self::Verdict,
        Self::Settlement,
        Self::Payout,
        Self::Key,
        Self::Consents,
        Self::Tombstone,
        Self::Previous,
        Self::DrawRequest,
    ];

    /// The byte that stands for it in entries.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Evidence => 0x01,
            Self::Decision => 0x02,
            Self::PlanVersion => 0x03,
            Self::Roster => 0x04,
            Self::Notice => 0x05,
            Self::Objection => 0x06,
            Self::Draw => 0x07,
            Self::Verdict => 0x08,
            Self::Settlement => 0x09,
            Self::Payout => 0x0a,
            Self::Key => 0x0b,
            Self::Consents => 0x0c,
            Self::Tombstone => 0x0d,
            Self::Previous => 0x0e,
            Self::DrawRequest => 0x0f,
        }
    }

    /// The kind that a byte stands for.
    pub fn from_byte(byte: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.byte() == byte)
    }

    /// The stable word in receipts, addresses and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Evidence => "evidence",
            Self::Decision => "decision",
            Self::PlanVersion => "plan-version",
            Self::Roster => "roster",
            Self::Notice => "notice",
            Self::Objection => "objection",
            Self::Draw => "draw",
            Self::Verdict => "verdict",
            Self::Settlement => "settlement",
            Self::Payout => "payout",
            Self::Key => "key",
            Self::Consents => "consents",
            Self::Tombstone => "tombstone",
            Self::Previous => "previous",
            Self::DrawRequest => "draw-request",
        }
    }

    /// True for the kinds whose payload is one salted digest and nothing else.
    pub const fn is_salted(self) -> bool {
        matches!(self, Self::Evidence | Self::Decision | Self::Objection | Self::Payout)
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

impl FromStr for EntryKind {
    type Err = FormatError;

    fn from_str(word: &str) -> Result<Self, FormatError> {
        let found = Self::ALL.into_iter().find(|kind| kind.word() == word);
        found.ok_or_else(|| FormatError::whole(format!("`{word}` is no kind of entry")))
    }
}

/// What changed about keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyChange {
    /// This key signs the log from now on, beside those before it.
    LogKeyAdded,
    /// This key signs the log no longer.
    LogKeyRetired,
    /// This witness is asked from now on.
    WitnessAdded,
    /// This witness is asked no longer.
    WitnessRetired,
    /// The file that says which keys suffice was replaced; the text is the base64 of the new file's SHA-256.
    RulesReplaced,
}

impl KeyChange {
    /// All changes, in the order of their bytes.
    pub const ALL: [Self; 5] = [
        Self::LogKeyAdded,
        Self::LogKeyRetired,
        Self::WitnessAdded,
        Self::WitnessRetired,
        Self::RulesReplaced,
    ];

    /// The byte that stands for it.
    pub const fn byte(self) -> u8 {
        match self {
            Self::LogKeyAdded => 0x01,
            Self::LogKeyRetired => 0x02,
            Self::WitnessAdded => 0x03,
            Self::WitnessRetired => 0x04,
            Self::RulesReplaced => 0x05,
        }
    }
}

/// The equation of a period, in minor units of the currency: aid + fee + carried in - surplus before = cost, and aid + fee +
/// carried in + surplus = shares + surplus before + borne by the operator + borne by the sponsor + carried out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Equation {
    /// Sum of the aid granted.
    pub aid: u64,
    /// Fee on that sum.
    pub fee: u64,
    /// Cost that the period before passed on.
    pub carried_in: u64,
    /// Surplus that the period before left.
    pub surplus_before: u64,
    /// Aid + fee + carried in - surplus before.
    pub cost: u64,
    /// Enrolments that share.
    pub headcount: u64,
    /// The share of one enrolment before caps, of the first band.
    pub share: u64,
    /// All shares together.
    pub shares_total: u64,
    /// Rounding excess carried to the next period.
    pub surplus: u64,
    /// What the operator bears.
    pub borne_by_operator: u64,
    /// What the sponsor bears.
    pub borne_by_sponsor: u64,
    /// Cost that the next period takes over.
    pub carried_out: u64,
}

impl Equation {
    /// Checks that both sides are the same, and that the cost is what it says: aid + fee + carried in - surplus before, or nothing
    /// where more was left than is needed.
    ///
    /// # Errors
    /// Which of the two does not hold, with both numbers in minor units.
    pub fn check(&self) -> Result<(), FormatError> {
        let sum = |terms: &[u64]| terms.iter().map(|term| u128::from(*term)).sum::<u128>();
        let owed = sum(&[self.aid, self.fee, self.carried_in]);
        let cost = owed.saturating_sub(u128::from(self.surplus_before));
        if cost != u128::from(self.cost) {
            let what = format!(
                "the equation of the period does not hold: the cost is {cost}, it says {}",
                self.cost
            );
            return Err(FormatError::whole(what));
        }
        let uses = owed.saturating_add(u128::from(self.surplus));
        let borne = [self.borne_by_operator, self.borne_by_sponsor, self.carried_out];
        let sources = sum(&[self.shares_total, self.surplus_before]).saturating_add(sum(&borne));
        if uses != sources {
            let what = format!(
                "the equation of the period does not hold: {uses} minor units are used, {sources} come in"
            );
            return Err(FormatError::whole(what));
        }
        Ok(())
    }
}

/// Head of the tree of all shares of a period, whose nodes carry sums and counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShareTree {
    /// Its root.
    pub root: Hash,
    /// All shares together, in minor units.
    pub sum: u64,
    /// How many shares.
    pub count: u64,
}

/// The payload of an entry. Fields stand in the order of their bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// A file was handed in: SHA-256 of salt and file.
    Evidence(Hash),
    /// Something was decided about a claim: SHA-256 of salt and the event.
    Decision(Hash),
    /// A plan version.
    PlanVersion {
        /// Public name of the plan.
        plan: String,
        /// Its number, from 1.
        version: u32,
        /// SHA-256 of the canonical bytes of its terms, which are public.
        terms: Hash,
    },
    /// Who shares, or who may be drawn.
    Roster {
        /// Public name of the plan.
        plan: String,
        /// The period it is for.
        period: String,
        /// Root of the tree of pseudonyms, or the digest of the public counts by cohort.
        root: Hash,
        /// How many enrolments.
        count: u64,
        /// The moment of the headcount, in milliseconds since 1970-01-01 UTC.
        counted_at: u64,
    },
    /// Claims went on notice.
    Notice {
        /// Public name of the plan.
        plan: String,
        /// The period it is for.
        period: String,
        /// Root of the tree of notice cards.
        cards: Hash,
        /// How many cards.
        count: u64,
    },
    /// A member objected: SHA-256 of salt and the event.
    Objection(Hash),
    /// Jurors were drawn.
    Draw {
        /// SHA-256 of salt and the claim's id.
        subject: Hash,
        /// Root of the roster that was drawn from.
        roster: Hash,
        /// Where the randomness came from, so that anybody can look it up.
        source: String,
        /// SHA-256 of the canonical list of those drawn.
        result: Hash,
    },
    /// A jury decided.
    Verdict {
        /// SHA-256 of salt and the claim's id.
        subject: Hash,
        /// Root of the tree of ballots.
        tally: Hash,
        /// How many ballots.
        count: u64,
    },
    /// A period was settled.
    Settlement {
        /// Public name of the plan.
        plan: String,
        /// The period.
        period: String,
        /// ISO 4217 code.
        currency: String,
        /// The numbers, so that anybody can recompute them.
        equation: Equation,
        /// SHA-256 of the canonical bytes of the whole statement.
        statement: Hash,
        /// The tree of all shares, where the plan keeps one.
        shares: Option<ShareTree>,
    },
    /// Aid was paid: SHA-256 of salt and the event with the bank's confirmation.
    Payout(Hash),
    /// Keys changed.
    Key {
        /// What changed.
        change: KeyChange,
        /// The key as `name+id+base64`, or the digest of a file.
        text: String,
    },
    /// Members consented.
    Consents {
        /// Root of the RFC 6962 tree whose leaves are the 32 bytes of SHA-256 over salt and consent.
        root: Hash,
        /// How many, 1 or more.
        count: u64,
    },
    /// File and salt of an entry were destroyed.
    Tombstone {
        /// Origin of the log that has the entry.
        origin: String,
        /// Position of the entry, from 0.
        index: u64,
    },
    /// How the log before this one ended. The first entry of a log that has one before it.
    Previous {
        /// Origin of that log.
        origin: String,
        /// Its entries.
        size: u64,
        /// Its root.
        root: Hash,
    },
    /// A draw of jurors was asked for. Stands before the seed is known, and after the roster's entry.
    DrawRequest {
        /// SHA-256 of salt and what the jury is for.
        subject: Hash,
        /// Root of the roster to draw from.
        roster: Hash,
        /// Where the randomness will come from.
        source: String,
    },
}

impl Body {
    /// The kind of entry that has this payload.
    pub const fn kind(&self) -> EntryKind {
        match self {
            Self::Evidence(_) => EntryKind::Evidence,
            Self::Decision(_) => EntryKind::Decision,
            Self::PlanVersion { .. } => EntryKind::PlanVersion,
            Self::Roster { .. } => EntryKind::Roster,
            Self::Notice { .. } => EntryKind::Notice,
            Self::Objection(_) => EntryKind::Objection,
            Self::Draw { .. } => EntryKind::Draw,
            Self::Verdict { .. } => EntryKind::Verdict,
            Self::Settlement { .. } => EntryKind::Settlement,
            Self::Payout(_) => EntryKind::Payout,
            Self::Key { .. } => EntryKind::Key,
            Self::Consents { .. } => EntryKind::Consents,
            Self::Tombstone { .. } => EntryKind::Tombstone,
            Self::Previous { .. } => EntryKind::Previous,
            Self::DrawRequest { .. } => EntryKind::DrawRequest,
        }
    }

    /// The payload of a kind that is one salted digest; nothing for the other kinds.
    pub const fn salted(kind: EntryKind, digest: Hash) -> Option<Self> {
        match kind {
            EntryKind::Evidence => Some(Self::Evidence(digest)),
            EntryKind::Decision => Some(Self::Decision(digest)),
            EntryKind::Objection => Some(Self::Objection(digest)),
            EntryKind::Payout => Some(Self::Payout(digest)),
            _ => None,
        }
    }

    /// The salted digest, of the kinds that are nothing else.
    pub const fn digest(&self) -> Option<&Hash> {
        match self {
            Self::Evidence(digest)
            | Self::Decision(digest)
            | Self::Objection(digest)
            | Self::Payout(digest) => Some(digest),
            _ => None,
        }
    }
}

/// One leaf of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When it happened, in milliseconds since 1970-01-01 UTC.
    pub at: u64,
    /// What happened.
    pub body: Body,
}

impl Entry {
    /// Its canonical bytes. Refuses what cannot be written: a time above [`MAX_MILLIS`], a text that is empty, has control
    /// characters or is longer than 65,535 bytes, consents without any, an entry longer than 65,535 bytes.
    pub fn encode(&self) -> Result<Vec<u8>, FormatError> {
        codec::encode(self)
    }

    /// Reads canonical bytes, all of them.
    pub fn decode(bytes: &[u8]) -> Result<Self, FormatError> {
        codec::decode(bytes)
    }

    /// Reads time and payload of an entry whose kind is known from elsewhere, as receipts state it.
    pub(crate) fn from_parts(kind: EntryKind, at: u64, payload: &[u8]) -> Result<Self, FormatError> {
        let mut bytes = codec::head(kind, at)?;
        bytes.extend_from_slice(payload);
        codec::decode(&bytes)
    }

    /// Its canonical bytes without version, kind and time.
    pub fn payload(&self) -> Result<Vec<u8>, FormatError> {
        let mut bytes = self.encode()?;
        Ok(bytes.split_off(codec::HEAD.min(bytes.len())))
    }
}

#[cfg(test)]
mod tests;
