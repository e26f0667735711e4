//! How claims are reviewed: evidence asked for, four eyes, samples, reasons.

use huzhu_ledger::{Amount, Percent};

use super::identity::{GroupCode, ItemCode, Localized, ReasonCode};

/// How claims are reviewed.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Review {
    /// Evidence asked for.
    pub evidence: Vec<EvidenceItem>,
    /// Two different people decide always. From this aid on, and where aid is refused, the second one is a confirmer; below it
    /// another reviewer is enough. Zero: always a confirmer.
    pub four_eyes_from: Amount,
    /// The part of decided claims that is drawn for a second review.
    pub second_review: Percent,
    /// Reasons a refusal may cite besides the exclusions of the cover.
    pub reasons: Vec<Reason>,
    /// Days in which each step is due.
    pub days: StepDays,
}

/// Days, counted from the day after a step began, in which the next one is due; the last day is included.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StepDays {
    /// A recommendation, after a reviewer took the claim.
    pub review: u16,
    /// More evidence from the claimant.
    pub evidence: u16,
    /// Findings of an investigator.
    pub investigation: u16,
    /// The confirmation by a second person.
    pub confirmation: u16,
    /// The blind second opinion on a claim that was drawn for it.
    pub second_review: u16,
    /// The answer to an objection.
    pub objection: u16,
    /// The request for a jury, after a refusal or before a larger jury.
    pub jury_request: u16,
    /// The clerk's first step after such a request.
    pub clerk: u16,
}

impl StepDays {
    /// What holds where the terms say nothing. No plan that ran published such days: two weeks of review fit between two
    /// periods; hospitals take weeks to copy records; fifteen days is the usual time to appeal a decision in Chinese law.
    pub const USUAL: Self = Self {
        review: 14,
        evidence: 30,
        investigation: 21,
        confirmation: 5,
        second_review: 14,
        objection: 5,
        jury_request: 15,
        clerk: 3,
    };
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
    /// Whether only a confirmer can be the second person who decides on this aid; `None`: on a refusal.
    pub fn needs_confirmer(&self, aid: Option<Amount>) -> bool {
        aid.is_none_or(|aid| aid >= self.four_eyes_from)
    }

    /// The evidence asked for in claims of `group`.
    pub fn evidence_for<'a>(&'a self, group: &'a GroupCode) -> impl Iterator<Item = &'a EvidenceItem> {
        self.evidence.iter().filter(move |item| item.groups.is_empty() || item.groups.contains(group))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_and_large_aid_need_a_confirmer() {
        let review = |from| Review {
            evidence: Vec::new(),
            four_eyes_from: Amount::from_minor(from),
            second_review: Percent::from_hundredths(500).unwrap(),
            reasons: Vec::new(),
            days: StepDays::USUAL,
        };
        for (from, aid, expected) in [
            (0, Some(1), true),
            (0, None, true),
            (50_000, Some(49_999), false),
            (50_000, Some(50_000), true),
            (50_000, Some(50_001), true),
            (50_000, None, true),
        ] {
            assert_eq!(review(from).needs_confirmer(aid.map(Amount::from_minor)), expected, "{from} {aid:?}");
        }
    }
}
