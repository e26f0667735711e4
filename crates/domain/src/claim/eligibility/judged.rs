//! What a reviewer found in the papers and no computer can know.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::EvidenceId;
use crate::plan::{ItemCode, ReasonCode};
use crate::time::Day;

/// Something that should have been said in the health declaration, and was not.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum Undisclosed {
    /// Nothing is known of.
    #[default]
    Nothing,
    /// There is something, and it has nothing to do with this illness: that refuses no claim.
    Unrelated,
    /// There is something, and this illness comes from it.
    Related,
}

impl Undisclosed {
    /// All answers.
    pub const ALL: [Self; 3] = [Self::Nothing, Self::Unrelated, Self::Related];

    /// The stable word in JSON and forms.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Unrelated => "unrelated",
            Self::Related => "related",
        }
    }
}

/// What a reviewer found in the papers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Judged {
    /// Whether the definition of the condition is met; `None`: not looked at yet.
    pub definition_met: Option<bool>,
    /// Exclusions of the terms that apply.
    pub exclusions: BTreeSet<ReasonCode>,
    /// Day of the first diagnosis, where papers show one.
    pub first_diagnosed: Option<Day>,
    /// Something that was not said when joining.
    pub undisclosed: Undisclosed,
    /// Items of evidence that are there, each with the file that shows it.
    pub shown: BTreeMap<ItemCode, EvidenceId>,
}

impl Judged {
    /// Before anybody has looked.
    pub const NOTHING: Self = Self {
        definition_met: None,
        exclusions: BTreeSet::new(),
        first_diagnosed: None,
        undisclosed: Undisclosed::Nothing,
        shown: BTreeMap::new(),
    };
}
