//! How the whole plan ends.

use super::identity::Localized;

/// How the whole plan ends.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Ending {
    /// Days between the announcement and the last day of cover; 0 lets a plan close on its first day.
    pub notice_days: u16,
    /// How many of the last periods somebody other than the members pays.
    pub last_periods: u8,
    /// Who pays them.
    pub last_periods_paid_by: LastPeriodsPayer,
    /// Days after the last day of cover in which claims for earlier events may be filed.
    pub run_off_days: u16,
    /// What members get back.
    pub refund: Refund,
    /// Other cover that members are offered.
    pub other_cover: Option<Localized>,
}

/// Who pays the last periods.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LastPeriodsPayer {
    /// The members, as always.
    Members,
    /// The operator.
    Operator,
    /// The sponsor.
    Sponsor,
}

/// What members get back when the plan ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refund {
    /// Nothing; nobody holds a pot.
    None,
    /// Prepaid balances.
    Balance,
    /// All shares ever paid.
    AllShares,
}
