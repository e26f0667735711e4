//! What is covered: groups of conditions with codes and plain definitions, exclusions, severity.

use super::age::AgeBand;
use super::identity::{ConditionCode, GroupCode, Localized, ReasonCode};

/// What the plan covers.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cover {
    /// Groups that the aid table pays alike.
    pub groups: Vec<Group>,
    /// Conditions, each in one group.
    pub conditions: Vec<Condition>,
    /// What is not covered although it looks like a condition.
    pub exclusions: Vec<Exclusion>,
}

/// A group of conditions.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Group {
    /// The code that conditions and the aid table refer to.
    pub code: GroupCode,
    /// What people call it.
    pub name: Localized,
    /// What brings claims of this group about.
    pub cause: Cause,
}

/// What brings a claim about; decides with the accident exemption whether the wait applies.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Cause {
    /// Illness: the wait applies.
    Illness,
    /// Accident: the wait does not apply where accidents are exempt.
    Accident,
    /// Either: decided by the facts of the claim.
    Either,
}

/// How severe a condition is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "lowercase"))]
pub enum Severity {
    /// Early or mild.
    Mild,
    /// In between.
    Moderate,
    /// Serious; what most plans mean by a critical illness.
    Severe,
}

impl Severity {
    /// All grades, mildest first.
    pub const ALL: [Self; 3] = [Self::Mild, Self::Moderate, Self::Severe];

    /// The word used in plan files.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Mild => "mild",
            Self::Moderate => "moderate",
            Self::Severe => "severe",
        }
    }
}

/// One condition. Its definition decides; the codes only help to find it, because critical-illness definitions are
/// narrower than ICD codes.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Condition {
    /// The code that claims refer to.
    pub code: ConditionCode,
    /// The group it is paid as.
    pub group: GroupCode,
    /// Severities in which it is covered, mildest first.
    pub severities: Vec<Severity>,
    /// What people call it.
    pub name: Localized,
    /// When it counts, in plain words.
    pub definition: Localized,
    /// ICD-10 codes and ranges.
    pub icd10: Vec<IcdRange>,
    /// ICD-11 codes and ranges.
    pub icd11: Vec<IcdRange>,
    /// Ages (completed years at the event) at which it is covered.
    pub ages: AgeBand,
}

/// Which edition of the International Classification of Diseases a code belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum IcdEdition {
    /// ICD-10: a letter, two digits or digit and letter, and up to four after a dot: `C73`, `I21.9`.
    Ten,
    /// ICD-11 (MMS): four characters with a letter in second place, and up to three after a dot: `2D10`, `BA41.Z`.
    Eleven,
}

/// A code or a range of codes of one ICD edition, both ends included.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct IcdRange {
    /// First code.
    pub from: String,
    /// Last code; equal to the first for a single code.
    pub to: String,
}

impl IcdRange {
    /// Reads `C73` or `C00-C97`.
    ///
    /// # Errors
    /// `None` when an end has not the shape of that edition's codes or the range runs backwards. Whether a code of the
    /// right shape exists is not known here: the classification itself is not shipped.
    pub fn parse(text: &str, edition: IcdEdition) -> Option<Self> {
        let (from, to) = text.split_once('-').unwrap_or((text, text));
        let good = |code: &str| match edition {
            IcdEdition::Ten => is_icd10(code),
            IcdEdition::Eleven => is_icd11(code),
        };
        (good(from) && good(to) && from <= to).then(|| Self { from: from.to_owned(), to: to.to_owned() })
    }

    /// Whether `code` (of the same edition) lies in the range. A shorter end takes its subdivisions in: `C73` contains
    /// `C73.9`.
    pub fn contains(&self, code: &str) -> bool {
        self.from.as_str() <= code && (code <= self.to.as_str() || code.starts_with(self.to.as_str()))
    }
}

impl std::fmt::Display for IcdRange {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.from == self.to { f.write_str(&self.from) } else { write!(f, "{}-{}", self.from, self.to) }
    }
}

/// The shape of an ICD-10 code.
fn is_icd10(code: &str) -> bool {
    let (stem, detail) = code.split_once('.').map_or((code, None), |(s, d)| (s, Some(d)));
    let stem: Vec<u8> = stem.bytes().collect();
    let stem_good = matches!(stem.as_slice(), [a, b, c]
        if a.is_ascii_uppercase() && b.is_ascii_digit() && (c.is_ascii_digit() || c.is_ascii_uppercase()));
    stem_good && detail.is_none_or(|d| (1..=4).contains(&d.len()) && is_upper_alphanumeric(d))
}

/// The shape of an ICD-11 code: chapter, letter, digit, letter or digit; the letters I and O do not occur there.
fn is_icd11(code: &str) -> bool {
    let (stem, detail) = code.split_once('.').map_or((code, None), |(s, d)| (s, Some(d)));
    let letter = |b: u8| b.is_ascii_uppercase() && b != b'I' && b != b'O';
    let stem: Vec<u8> = stem.bytes().collect();
    let stem_good = matches!(stem.as_slice(), [a, b, c, d]
        if (a.is_ascii_digit() || letter(*a)) && letter(*b) && c.is_ascii_digit() && (d.is_ascii_digit() || letter(*d)));
    stem_good && detail.is_none_or(|d| (1..=3).contains(&d.len()) && is_upper_alphanumeric(d))
}

fn is_upper_alphanumeric(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// Something that is not covered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Exclusion {
    /// The reason code a refusal cites.
    pub code: ReasonCode,
    /// What is excluded, in plain words.
    pub text: Localized,
}

impl Cover {
    /// The condition with `code`.
    pub fn condition(&self, code: &ConditionCode) -> Option<&Condition> {
        self.conditions.iter().find(|c| c.code == *code)
    }

    /// The group with `code`.
    pub fn group(&self, code: &GroupCode) -> Option<&Group> {
        self.groups.iter().find(|g| g.code == *code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_have_the_shape_of_their_edition() {
        use IcdEdition::{Eleven, Ten};
        for (text, edition, good) in [
            ("C73", Ten, true),
            ("C00-C97", Ten, true),
            ("I21.9", Ten, true),
            ("C7A", Ten, true),
            ("C97-C00", Ten, false),
            ("c73", Ten, false),
            ("C7", Ten, false),
            ("C73.", Ten, false),
            ("C73-", Ten, false),
            ("2D10", Ten, false),
            ("2D10", Eleven, true),
            ("2A00-2F9Z", Eleven, true),
            ("BA41.Z", Eleven, true),
            ("8B11.5Z", Eleven, true),
            ("BI41", Eleven, false),
            ("C73", Eleven, false),
            ("", Eleven, false),
        ] {
            assert_eq!(IcdRange::parse(text, edition).is_some(), good, "{text} in {edition:?}");
        }
    }

    #[test]
    fn a_range_takes_in_the_subdivisions_of_its_last_code() {
        let range = IcdRange::parse("C00-C73", IcdEdition::Ten).expect("a range");
        for (code, inside) in
            [("C00", true), ("C50.9", true), ("C73.9", true), ("C74", false), ("B99", false)]
        {
            assert_eq!(range.contains(code), inside, "{code}");
        }
    }
}
