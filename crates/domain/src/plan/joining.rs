//! Who may join: age, credit, identity, health declaration, dependants, and how many members a plan needs.

use super::age::Age;
use super::identity::{ItemCode, Localized, PlanId};
use crate::time::Day;

/// Who may join and what is asked of them.
#[derive(Clone, Debug)]
pub struct Joining {
    /// Youngest age on the day of joining.
    pub age_from: Age,
    /// Oldest age on the day of joining, included: `Years(59)` means until the day before turning 60.
    pub age_to: Age,
    /// Lowest credit score of the payer; `None`: not asked.
    pub credit_score_min: Option<u32>,
    /// Whether the payer's identity must be confirmed by the identity provider.
    pub real_name: bool,
    /// The health declaration; empty: none, also people who are ill already may join.
    pub questions: Vec<Question>,
    /// Relations of people whom a payer may enrol; empty: nobody but the own person.
    pub dependants: Vec<Relation>,
    /// Who pays the shares of dependants.
    pub dependants_pay: DependantsPay,
    /// Whether a member of this plan may be enrolled in other plans of the platform too.
    pub several_plans: bool,
    /// Only members of this other plan may join.
    pub only_members_of: Option<PlanId>,
    /// Whether healthy people may share the cost without being covered themselves.
    pub givers: bool,
    /// Members needed before the plan takes effect; 0: takes effect at once.
    pub members_to_start: u64,
    /// Members needed for the plan to go on; below it the operator must announce its end. 0: no such rule.
    pub members_to_go_on: u64,
    /// First day on which nobody may join any more; `None`: open.
    pub closed_from: Option<Day>,
}

/// One question of the health declaration.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Question {
    /// The code under which the answer is stored.
    pub code: ItemCode,
    /// The question.
    pub text: Localized,
    /// The answer that refuses the enrolment: `true` is yes.
    pub refuse_if: bool,
}

/// How a dependant is related to the payer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Relation {
    /// Husband, wife or partner.
    Spouse,
    /// Own or adopted child.
    Child,
    /// Own, step or adoptive parent.
    Parent,
    /// Parent of the spouse.
    ParentInLaw,
    /// Brother or sister.
    Sibling,
    /// Parent's parent.
    Grandparent,
    /// Child's child.
    Grandchild,
}

/// Who pays the shares of dependants.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum DependantsPay {
    /// Their payer, own share first, then dependants in order of joining.
    Payer,
    /// The plan takes no share for dependants.
    Nobody,
}

/// Why an age is refused, with the facts that explain it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum AgeRejection {
    /// The day of joining lies before the day of birth.
    #[error("the day of birth {birth} lies after {on}")]
    NotBorn {
        /// Day of birth as given.
        birth: Day,
        /// Day of joining.
        on: Day,
    },
    /// Younger than the plan allows.
    #[error("the plan takes people from {from} of age; {birth} is later than that on {on}")]
    TooYoung {
        /// Youngest age allowed.
        from: Age,
        /// Day of birth.
        birth: Day,
        /// Day of joining.
        on: Day,
    },
    /// Older than the plan allows.
    #[error("the plan takes people to {to} of age; somebody born on {birth} is older on {on}")]
    TooOld {
        /// Oldest age allowed, included.
        to: Age,
        /// Day of birth.
        birth: Day,
        /// Day of joining.
        on: Day,
    },
}

impl Joining {
    /// Whether somebody born on `birth` may join on `on`, a day of the plan's time zone.
    ///
    /// # Errors
    /// [`AgeRejection`] with the limit that was missed.
    pub fn check_age(&self, birth: Day, on: Day) -> Result<(), AgeRejection> {
        if on < birth {
            return Err(AgeRejection::NotBorn { birth, on });
        }
        if !self.age_from.reached(birth, on) {
            return Err(AgeRejection::TooYoung { from: self.age_from, birth, on });
        }
        if self.age_to.exceeded(birth, on) {
            return Err(AgeRejection::TooOld { to: self.age_to, birth, on });
        }
        Ok(())
    }

    /// Whether the plan takes new enrolments on `on`.
    pub fn open_on(&self, on: Day) -> bool {
        self.closed_from.is_none_or(|closed| on < closed)
    }

    /// The question with `code`.
    pub fn question(&self, code: &ItemCode) -> Option<&Question> {
        self.questions.iter().find(|q| q.code == *code)
    }
}
