//! What one enrolment owes: read off the statements of the periods, since shares are no rows.
//!
//! Everybody with the same age class who was first counted in the same period of a calendar year (by sharing day) owes the
//! same. So the share of one enrolment is that of the cohort it stands in, and nothing when it was not counted.

use huzhu_domain::period::CohortKey;
use huzhu_domain::plan::PeriodKey;
use huzhu_domain::time::Day;
use huzhu_ledger::Amount;

use crate::record::{EnrolmentRecord, PeriodRecord};

/// What one enrolment owes for one period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberShare {
    /// The period.
    pub key: PeriodKey,
    /// The day on which shares are taken.
    pub sharing_day: Day,
    /// The share in minor units; zero in a period that cost nothing.
    pub share: Amount,
    /// Claims shared in the period.
    pub claims: u32,
    /// There is a tree of all shares, and a receipt out of it.
    pub has_receipt: bool,
}

/// The first period of the calendar year of `of` (by sharing day) at whose headcount somebody counted from `from` on was
/// counted; `periods` may hold all periods of the plan in any order.
pub fn first_counted(periods: &[PeriodRecord], of: &PeriodRecord, from: Day) -> Option<PeriodKey> {
    periods
        .iter()
        .filter(|period| period.noticed.sharing_day.year() == of.noticed.sharing_day.year())
        .filter(|period| period.noticed.headcount_day >= from)
        .min_by_key(|period| period.noticed.headcount_day)
        .map(|period| period.key)
}

/// What an enrolment owes for a period, in minor units: zero before settlement, and when it was not counted at 0:00 of the
/// first day of notice. `periods` must hold all periods of that calendar year.
pub fn share_in(periods: &[PeriodRecord], enrolment: &EnrolmentRecord, key: PeriodKey) -> Amount {
    let Some(period) = periods.iter().find(|period| period.key == key) else {
        return Amount::ZERO;
    };
    share_of(periods, enrolment, period).unwrap_or(Amount::ZERO)
}

/// What an enrolment owes for every settled period at which it was counted, oldest first.
pub fn shares_of(periods: &[PeriodRecord], enrolment: &EnrolmentRecord) -> Vec<MemberShare> {
    let mut list: Vec<MemberShare> = periods
        .iter()
        .filter_map(|period| {
            Some(MemberShare {
                key: period.key,
                sharing_day: period.noticed.sharing_day,
                share: share_of(periods, enrolment, period)?,
                claims: period.statement.as_ref()?.claims,
                has_receipt: period.statement.as_ref()?.shares.is_some(),
            })
        })
        .collect();
    list.sort_by_key(|share| share.sharing_day);
    list
}

/// Shares of an enrolment in a calendar year (by sharing day), in minor units: what the yearly cap is about.
///
/// # Panics
/// When the sum does not fit an amount, which the caps and the headcount rule out.
pub fn year_to_date(periods: &[PeriodRecord], enrolment: &EnrolmentRecord, year: i16) -> Amount {
    sum(shares_of(periods, enrolment).into_iter().filter(|share| share.sharing_day.year() == year))
}

/// All shares of an enrolment so far, in minor units; what is in arrears included.
///
/// # Panics
/// As [`year_to_date`].
pub fn shared_total(periods: &[PeriodRecord], enrolment: &EnrolmentRecord) -> Amount {
    sum(shares_of(periods, enrolment).into_iter())
}

/// People this enrolment has helped: claims shared while it was counted.
pub fn helped_by(periods: &[PeriodRecord], enrolment: &EnrolmentRecord) -> u64 {
    shares_of(periods, enrolment).iter().fold(0, |sum, share| sum.saturating_add(u64::from(share.claims)))
}

/// `None` before settlement and when the enrolment was not counted.
fn share_of(periods: &[PeriodRecord], enrolment: &EnrolmentRecord, period: &PeriodRecord) -> Option<Amount> {
    let statement = period.statement.as_ref()?;
    if !enrolment.is_counted(period.noticed.headcount_day) {
        return None;
    }
    let first = first_counted(periods, period, enrolment.shares_from)?;
    Some(statement.share_of(CohortKey { class: enrolment.band_class, first }))
}

fn sum(shares: impl Iterator<Item = MemberShare>) -> Amount {
    Amount::sum(shares.map(|share| share.share)).expect("shares of one person fit an amount")
}
