//! What can be asked of the notice board. Only of what a card shows, and only of what is not sealed: names, regions and ages are
//! noise in the store, and nobody can search for them.

use huzhu_domain::id::ClaimId;
use huzhu_domain::plan::{ConditionCode, PeriodKey, PlanId};
use huzhu_ledger::Amount;

use crate::record::ClaimRecord;

/// States in which a claim stands on the notice board.
pub const DISPLAY_STATES: [&str; 2] = ["on-notice", "objected"];
/// States from which on a card is public. Withdrawn claims leave the board.
pub const PUBLIC_STATES: [&str; 5] = ["on-notice", "objected", "cleared", "payable", "paid"];

/// Which cards. What is not said is not asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardQuery {
    /// Of this plan.
    pub plan: PlanId,
    /// In one of these states, all of them among [`PUBLIC_STATES`].
    pub states: Vec<&'static str>,
    /// Of one of these conditions; `None`: of any.
    pub conditions: Option<Vec<ConditionCode>>,
    /// Aid of at least so much, in minor units.
    pub aid_from: Option<Amount>,
    /// Aid of at most so much.
    pub aid_to: Option<Amount>,
    /// Of a period between these two, both included; keys are in order by their text.
    pub periods: Option<(PeriodKey, PeriodKey)>,
}

impl CardQuery {
    /// All cards of a plan in these states.
    pub fn of(plan: PlanId, states: &[&'static str]) -> Self {
        Self { plan, states: states.to_vec(), conditions: None, aid_from: None, aid_to: None, periods: None }
    }

    /// Whether a claim is among them.
    pub fn asks_for(&self, row: &ClaimRecord) -> bool {
        let (Some(period), Some(aid)) = (row.period, row.aid) else {
            return false;
        };
        let key = period.to_string();
        row.plan == self.plan
            && self.states.contains(&row.state)
            && self.conditions.as_ref().is_none_or(|some| some.contains(&row.condition))
            && self.aid_from.is_none_or(|least| aid >= least)
            && self.aid_to.is_none_or(|most| aid <= most)
            && self.periods.is_none_or(|(from, to)| from.to_string() <= key && key <= to.to_string())
    }
}

/// A place in the order of the board.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CardPlace {
    /// The period of the card.
    pub period: PeriodKey,
    /// The claim.
    pub claim: ClaimId,
}

impl CardPlace {
    /// Where the card of a claim stands; `None` when it has none.
    pub fn of(row: &ClaimRecord) -> Option<Self> {
        Some(Self { period: row.period?, claim: row.id })
    }

    /// What the order of the board compares, the largest first.
    pub fn order(self) -> (String, ClaimId) {
        (self.period.to_string(), self.claim)
    }
}

impl std::fmt::Display for CardPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} {}", self.period, self.claim)
    }
}

impl std::str::FromStr for CardPlace {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let (period, claim) = text.split_once(' ').ok_or(())?;
        Ok(Self { period: period.parse().map_err(|_| ())?, claim: claim.parse().map_err(|_| ())? })
    }
}
