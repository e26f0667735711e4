//! Makes the tree of all shares of a period, and the way from one share to its root.

use async_trait::async_trait;
use huzhu_domain::digest::Digest;
use huzhu_domain::plan::{PeriodKey, PlanId};
use huzhu_domain::settlement::Rules;
use huzhu_domain::time::Day;
use huzhu_ledger::{Amount, Currency};
use huzhu_log::receipt::ShareProof;

use super::StoreError;

/// What the shares of a period are made of; the same for the same period of the same claims and books.
#[derive(Clone, Debug, PartialEq)]
pub struct ShareJob {
    /// The plan.
    pub plan: PlanId,
    /// The period.
    pub period: PeriodKey,
    /// The plan's currency.
    pub currency: Currency,
    /// Members are counted at 0:00 of this day.
    pub day: Day,
    /// The rules of sharing.
    pub rules: Rules,
    /// Aid of each cleared claim, in minor units.
    pub claims: Vec<Amount>,
    /// Surplus of the period before.
    pub surplus_before: Amount,
    /// Cost that the period before passed on.
    pub carried_before: Amount,
    /// Digest of the plan file.
    pub terms: Digest,
    /// Key of the salts of this period, which is used for nothing else.
    pub key: [u8; 32],
}

/// Somebody in the roster of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RosterPlace {
    /// Shares of this calendar year before this period, in minor units.
    pub charged: Amount,
    /// First day counted for sharing.
    pub from: Day,
    /// Age band, from 0.
    pub band: u8,
    /// Has not ended at 0:00 of the day on which members are counted.
    pub live: bool,
    /// The share in this period, in minor units.
    pub share: Amount,
}

/// The places of a roster, from 0.
#[async_trait]
pub trait Roster: Send {
    /// The next places; none at the end.
    async fn next(&mut self) -> Result<Vec<RosterPlace>, StoreError>;
}

/// What came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ShareHead {
    /// Root of the tree.
    pub root: Digest,
    /// Places of the roster.
    pub places: u64,
    /// All shares, in minor units.
    pub sum: u64,
    /// All members who share.
    pub count: u64,
}

/// Keeps share trees.
#[async_trait]
pub trait ShareTrees: Send + Sync {
    /// Makes the tree of a period. Durable when it returns, repeatable: the same job over the same roster has the same head, and a
    /// job with other inputs leaves the trees that are there alone. `None` for a roster without places: a tree has a leaf.
    async fn settle(&self, job: &ShareJob, roster: &mut dyn Roster) -> Result<Option<ShareHead>, StoreError>;
    /// A share with the way to the root of its tree; `None` when the tree is not there or has no such place.
    async fn prove(
        &self,
        plan: &PlanId,
        period: PeriodKey,
        root: &Digest,
        key: &[u8; 32],
        place: u64,
    ) -> Result<Option<ShareProof>, StoreError>;
}
