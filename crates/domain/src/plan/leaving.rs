//! How an enrolment ends.

use super::identity::PlanId;

/// How an enrolment ends. Leaving on or after the first day of notice still owes that period's share, and dependants
/// leave with their payer unless another payer takes them over (domain rules, section 4).
#[derive(Clone, PartialEq, Eq, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a term of its own, said with yes or no in the plan file"
)]
pub struct Leaving {
    /// Whether the share of a period on notice is still owed by somebody who leaves.
    pub owes_noticed_period: bool,
    /// Whether rejoining starts the wait anew.
    pub rejoin_restarts_wait: bool,
    /// The enrolment ends on the birthday on which this age is reached; `None`: for life.
    pub end_at_age: Option<u8>,
    /// Whether the enrolment ends with a payout (plans that pay once).
    pub end_after_aid: bool,
    /// Whether an enrolment ends when a share stays unpaid after the retry window.
    pub end_when_unpaid: bool,
    /// Whether an enrolment ends when the member is found not to have met the conditions of joining.
    pub end_when_ineligible: bool,
    /// The plan that people are offered when age ends their enrolment.
    pub move_to: Option<PlanId>,
}
