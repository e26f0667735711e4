//! Plans: terms, versions and what they allow.
//!
//! Shape: one file for each group of terms (domain rules, section 3); [`PlanTerms`] holds them together and is valid by
//! construction; [`Plan`] is the history of versions. Terms are data: a plan that needs code of its own is a mistake.

pub mod age;
pub mod aid;
pub mod calendar;
pub mod check;
pub mod cover;
pub mod ending;
pub mod identity;
pub mod joining;
pub mod jury;
pub mod leaving;
pub mod mistake;
pub mod review;
#[cfg(test)]
pub(crate) mod sample;
pub mod sharing;
pub mod terms;
pub mod version;
pub mod waiting;

pub use age::{Age, AgeBand};
pub use aid::{Aid, AidKind, AidRow, Frequency, TenureStep};
pub use calendar::{Calendar, Contact, PeriodDays, PeriodKey, PeriodKeyError, Retry};
pub use cover::{Cause, Condition, Cover, Exclusion, Group, IcdEdition, IcdRange, Severity};
pub use ending::{Ending, LastPeriodsPayer, Refund};
pub use identity::{
    CodeError, ConditionCode, DEFAULT_CHANGE_NOTICE_DAYS, GroupCode, Identity, ItemCode, Language, Localized,
    PlanId, PlanVersion, ReasonCode,
};
pub use joining::{AgeRejection, DependantsPay, Joining, Question, Relation};
pub use jury::{Asker, Jury, JuryMode};
pub use leaving::Leaving;
pub use mistake::{Rule, TermsMistake};
pub use review::{EvidenceItem, Reason, Review, StepDays};
pub use sharing::{Band, Cap, Excess, Headcount, Model, Sharing, Shortfall, Split};
pub use terms::{PlanTerms, TermsParts};
pub use version::{Plan, PlanRejection, VersionRecord, VersionState};
pub use waiting::{IllnessInside, Waiting};
