//! How claims are reviewed: evidence asked for, four eyes, samples, reasons.

use huzhu_ledger::{Amount, Percent};

use super::identity::{GroupCode, ItemCode, Localized, ReasonCode};

/// How claims are reviewed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Review {
    /// Evidence asked for.
    pub evidence: Vec<EvidenceItem>,
    /// From this aid on a second person must confirm the recommendation; zero: always.
    pub four_eyes_from: Amount,
    /// The part of decided claims that is drawn for a second review.
    pub second_review: Percent,
    /// Reasons a refusal may cite besides the exclusions of the cover.
    pub reasons: Vec<Reason>,
}

/// One item of evidence.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EvidenceItem {
    /// The code under which files are handed in.
    pub code: ItemCode,
    /// What to hand in.
    pub name: Localized,
    /// The groups it is asked for; empty: all.
    pub groups: Vec<GroupCode>,
    /// Whether a claim can not be recommended without it.
    pub required: bool,
}

/// A reason with its code.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Reason {
    /// The code that a decision cites.
    pub code: ReasonCode,
    /// The reason in plain words.
    pub text: Localized,
}

impl Review {
    /// The evidence asked for in claims of `group`.
    pub fn evidence_for<'a>(&'a self, group: &'a GroupCode) -> impl Iterator<Item = &'a EvidenceItem> {
        self.evidence.iter().filter(move |item| item.groups.is_empty() || item.groups.contains(group))
    }
}
