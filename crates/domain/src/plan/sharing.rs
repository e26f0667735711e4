//! Who shares the cost and how: model, split, fee, caps, shortfall.

use huzhu_ledger::{Amount, Percent};

use super::age::AgeBand;
use super::identity::Localized;
use crate::time::{Day, age_years};

/// How the cost of a period is shared. Shares are always rounded up to the minor unit and the excess is carried to
/// the next period as surplus (domain rules, section 7).
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sharing {
    /// Where the money comes from.
    pub model: Model,
    /// Equal or by age band.
    pub split: Split,
    /// Fee on aid that is really paid.
    pub fee: Percent,
    /// Whether people still waiting share.
    pub headcount: Headcount,
    /// Cap on the cost of one claim per member.
    pub cap_per_claim: Option<Cap>,
    /// Cap on the shares of one member in a calendar year, counted by sharing day.
    pub cap_per_year: Option<Cap>,
    /// Who bears what could not be collected.
    pub shortfall: Shortfall,
}

/// Where the money comes from.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Model {
    /// Shared afterwards; nobody holds a pot in between.
    After,
    /// Drawn from prepaid balances.
    Pool {
        /// Paid in when joining.
        deposit: Amount,
        /// The member is asked to top up below this balance.
        minimum: Amount,
    },
    /// A sponsor pays everything.
    Sponsor {
        /// Who that is.
        name: Localized,
        /// The most the sponsor pays; `None`: no limit.
        limit: Option<Amount>,
    },
}

/// Equal shares or weights by age.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Split {
    /// The same share for everybody.
    Equal,
    /// Weights by age band; bands rise, do not overlap and leave no gap.
    Banded(Vec<Band>),
}

/// One age band of the split.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Band {
    /// Ages in completed years on 1 January of the sharing year.
    pub ages: AgeBand,
    /// The weight: a band of weight 2 pays twice the share of a band of weight 1.
    pub weight: u32,
}

/// Who is counted when a cost is shared.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Headcount {
    /// Only people whose wait is over at 0:00 of the first day of notice.
    Covered,
    /// Everybody enrolled then, also people still waiting.
    Enrolled,
}

/// A cap and who bears what is above it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cap {
    /// The most one member pays.
    pub amount: Amount,
    /// Who bears the rest.
    pub excess: Excess,
}

/// Who bears what is above a cap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Excess {
    /// The operator.
    Operator,
    /// The members who still have room below their cap (yearly cap only).
    OtherMembers,
    /// The next period.
    NextPeriod,
    /// The claims of the period, in proportion to their aid.
    CutAid,
}

/// Who bears what could not be collected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shortfall {
    /// The operator.
    Operator,
    /// The next period.
    NextPeriod,
    /// The claims: the fee is taken off at its rate, the rest is split in proportion to their aid.
    CutAid,
}

/// The weights of equal sharing: one band.
const EQUAL_WEIGHTS: [u32; 1] = [1];

impl Sharing {
    /// The band of somebody born on `birth` for a period shared on `sharing_day`, as an index into [`Self::weights`];
    /// 0 when the split is equal.
    ///
    /// The age that counts is the one reached on 1 January of the sharing year, so that a member's band (and with it
    /// the cohort) never changes within a calendar year. Somebody born later in that year counts as age 0. `None`
    /// when no band holds that age, which valid terms exclude for everybody who may be enrolled.
    pub fn band_of(&self, birth: Day, sharing_day: Day) -> Option<u8> {
        let Split::Banded(bands) = &self.split else {
            return Some(0);
        };
        let new_year = Day::new(sharing_day.year(), 1, 1).unwrap_or(sharing_day);
        let age = u8::try_from(age_years(birth, new_year).max(0)).unwrap_or(u8::MAX);
        let index = bands.iter().position(|band| band.ages.contains(age))?;
        u8::try_from(index).ok()
    }

    /// Whether shares differ by age.
    pub const fn is_banded(&self) -> bool {
        match self.split {
            Split::Banded(_) => true,
            Split::Equal => false,
        }
    }

    /// The weight of each band; `[1]` when the split is equal.
    pub fn weights(&self) -> Vec<u32> {
        match &self.split {
            Split::Equal => EQUAL_WEIGHTS.to_vec(),
            Split::Banded(bands) => bands.iter().map(|band| band.weight).collect(),
        }
    }
}
