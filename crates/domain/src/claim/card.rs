//! The notice card: what everybody may read about a claim before money moves. Nothing else is shown.

use huzhu_ledger::Amount;

use crate::id::ClaimId;
use crate::plan::{ConditionCode, Severity};

/// A redacted case on the notice board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Card {
    /// The claim.
    pub claim: ClaimId,
    /// The name with all but its first character hidden.
    pub name: String,
    /// Age in completed years on the event date.
    pub age: i16,
    /// Sex as on the identity document; `None` where the provider gave none.
    pub sex: Option<Sex>,
    /// Region (province or alike); empty where unknown.
    pub region: String,
    /// Id of the condition in the plan terms.
    pub condition: ConditionCode,
    /// Severity grade in the plan terms.
    pub severity: Severity,
    /// Whole days between joining and the event.
    pub days_in_plan: i32,
    /// Aid in minor units.
    pub aid: Amount,
    /// People this member has helped: claims shared while the member was counted.
    pub helped: u64,
    /// What this member has shared in total, in minor units.
    pub shared: Amount,
}

/// A fact behind a card that is not shown on it, and to which the card commits. Each can be opened by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "kebab-case"))]
pub enum HiddenField {
    /// The whole name.
    Name,
    /// The date of birth, behind the age.
    Birth,
    /// The day of the first diagnosis or of the accident.
    EventDate,
    /// The day of joining, behind the days in the plan.
    Joined,
    /// The hospital that treats; empty where none was given.
    Hospital,
}

impl HiddenField {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Name, Self::Birth, Self::EventDate, Self::Joined, Self::Hospital];

    /// The stable word on cards, in JSON and in message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Name => "name",
            Self::Birth => "birth",
            Self::EventDate => "event-date",
            Self::Joined => "joined",
            Self::Hospital => "hospital",
        }
    }

    /// The field of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.word() == word)
    }
}

/// Sex as on the identity document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Sex {
    /// Female.
    Female,
    /// Male.
    Male,
}

/// Hides all but the first character of a name: one star for each hidden character, at most three, so that the length of
/// a rare name does not give it away.
pub fn mask_name(name: &str) -> String {
    let mut characters = name.trim().chars();
    let first: String = characters.next().into_iter().collect();
    let hidden = characters.filter(|c| !c.is_whitespace()).count().clamp(1, 3);
    first + &"*".repeat(hidden)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_masked_name_shows_one_character_and_at_most_three_stars() {
        for (name, masked) in [
            ("王小明", "王**"),
            ("李", "李*"),
            ("Ann", "A**"),
            ("Bartholomew Quill", "B***"),
            (" 欧阳 娜娜 ", "欧***"),
            ("", "*"),
        ] {
            assert_eq!(mask_name(name), masked);
        }
    }
}
