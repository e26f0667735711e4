//! What is paid: the aid table, how often it pays, lump sum or reimbursement, growth with tenure.

use huzhu_ledger::{Amount, Percent};

use super::age::AgeBand;
use super::cover::Severity;
use super::identity::GroupCode;

/// What the plan pays.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Aid {
    /// Lump sum or reimbursement.
    pub kind: AidKind,
    /// How often it pays.
    pub frequency: Frequency,
    /// Group x severity x age band -> amount. Bands of the same group and severity do not overlap and leave no gap.
    pub table: Vec<AidRow>,
    /// Growth with tenure, by rising days; empty: the full amount from the first covered day.
    pub tenure: Vec<TenureStep>,
}

/// Lump sum or reimbursement.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AidKind {
    /// The amount of the table, whatever the treatment cost.
    LumpSum,
    /// A part of the proven cost; the amount of the table is the ceiling of one claim.
    Reimbursement {
        /// The part of the cost above the deductible that is paid.
        percent: Percent,
        /// Cost that the member bears.
        deductible: Amount,
    },
}

/// How often the plan pays for one enrolment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Frequency {
    /// Once; the enrolment ends with the payout.
    Once,
    /// Several times, until either ceiling is reached.
    Several {
        /// Payouts allowed for each severity; a severity that is not named pays any number of times.
        times: Vec<(Severity, u16)>,
        /// All payouts to one enrolment together.
        ceiling: Amount,
    },
}

/// One row of the aid table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AidRow {
    /// The group.
    pub group: GroupCode,
    /// The severity.
    pub severity: Severity,
    /// Ages in completed years on the event date.
    pub ages: AgeBand,
    /// Aid in minor units.
    pub amount: Amount,
}

/// From so many days after joining, this part of the table's amount is paid.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct TenureStep {
    /// Days since the day of joining.
    pub from_days: u32,
    /// The part of the table's amount.
    pub percent: Percent,
}

impl Aid {
    /// The amount of the table, before tenure, cost and ceilings; `None` when that combination is not covered.
    pub fn amount_for(&self, group: &GroupCode, severity: Severity, age: u8) -> Option<Amount> {
        let fits = |row: &&AidRow| row.group == *group && row.severity == severity && row.ages.contains(age);
        self.table.iter().find(fits).map(|row| row.amount)
    }

    /// The highest amount of the table, `None` when it is empty.
    pub fn highest(&self) -> Option<Amount> {
        self.table.iter().map(|row| row.amount).max()
    }

    /// The part of the table's amount that is paid `days` after joining; `None` means all of it. Below the first step
    /// nothing is paid.
    pub fn tenure_percent(&self, days: u32) -> Option<Percent> {
        if self.tenure.is_empty() {
            return None;
        }
        let step = self.tenure.iter().rev().find(|step| step.from_days <= days);
        Some(step.map_or(Percent::ZERO, |step| step.percent))
    }
}

impl Frequency {
    /// How often `severity` pays; `None`: any number of times below the ceiling.
    pub fn times_for(&self, severity: Severity) -> Option<u16> {
        match self {
            Self::Once => Some(1),
            Self::Several { times, .. } => times.iter().find(|(s, _)| *s == severity).map(|(_, n)| *n),
        }
    }

    /// The ceiling of all payouts to one enrolment, when there is one besides the single payout.
    pub const fn ceiling(&self) -> Option<Amount> {
        match self {
            Self::Once => None,
            Self::Several { ceiling, .. } => Some(*ceiling),
        }
    }
}
