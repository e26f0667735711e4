//! The reasons of refusals in words, for the public page and the API: code, what it says, rule, what would change it.

use huzhu_domain::claim::{FindingKind, Remedy};
use huzhu_domain::plan::{PlanTerms, ReasonCode};

use super::member::{reason_text, remedy_text};
use crate::i18n::Locale;

/// A reason of the catalogue.
pub(crate) struct Entry {
    /// The code that stands in decisions.
    pub(crate) code: ReasonCode,
    /// What it says.
    pub(crate) text: String,
    /// Part of the plan file that it comes from.
    pub(crate) rule: &'static str,
    /// What would change it, as a sentence.
    pub(crate) change: String,
    /// The same as a word: `evidence`, `correction` or `nothing`.
    pub(crate) remedy: &'static str,
}

/// The part of the plan file that a rule reads.
const fn part(kind: FindingKind) -> &'static str {
    match kind {
        FindingKind::EnrolledOnEventDate | FindingKind::FirstDiagnosed | FindingKind::Declared => "joining",
        FindingKind::WaitOver => "waiting",
        FindingKind::InCover
        | FindingKind::CauseFits
        | FindingKind::SeverityCovered
        | FindingKind::AgeCovered
        | FindingKind::DefinitionMet
        | FindingKind::NotExcluded => "cover",
        FindingKind::FiledInTime | FindingKind::SharesPaid => "calendar",
        FindingKind::NotPaidBefore | FindingKind::CeilingLeft => "aid",
    }
}

/// All reasons of a plan: the rules in order of precedence, then exclusions, then the plan's own.
pub(crate) fn entries(l: Locale, terms: &PlanTerms) -> Vec<Entry> {
    let rules = FindingKind::ALL
        .into_iter()
        .filter_map(|kind| Some((ReasonCode::new(kind.word()).ok()?, part(kind), kind.remedy())));
    let excluded =
        terms.cover().exclusions.iter().map(|one| (one.code.clone(), "cover.exclusions", Remedy::Evidence));
    let own = terms.review().reasons.iter().map(|one| (one.code.clone(), "review.reasons", Remedy::Evidence));
    // A jury that finds against a claim which nobody had refused gives its own reasons.
    let judged = terms.jury().and_then(|_| ReasonCode::new("by-jury").ok());
    let judged = judged.map(|code| (code, "jury", Remedy::Nothing));
    let mut seen = std::collections::BTreeSet::new();
    rules
        .chain(excluded)
        .chain(own)
        .chain(judged)
        .filter(|(code, ..)| seen.insert(code.clone()))
        .map(|(code, rule, remedy)| Entry {
            text: reason_text(l, terms, &code),
            rule,
            change: remedy_text(l, &code),
            remedy: remedy.word(),
            code,
        })
        .collect()
}
