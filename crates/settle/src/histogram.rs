//! The first pass: how many members were charged how much so far this year, by age band.
//!
//! The yearly cap is a whole number of minor units, so that a member's room below it takes few values (18,801 under a cap of
//! 188.00): all who share one are one cohort of the domain's arithmetic. Without a cap there is one cohort for each band.

use huzhu_domain::settlement::{Cohort, Rules};
use huzhu_ledger::Amount;

use crate::SettleError;
use crate::column::{u16s, u32s};
use crate::roster::{BAND, LIVE, Places};

/// Values of one band at most: protects memory from a cap that is no real one. 4 million are 32 MB for each band.
const VALUES_MAX: u64 = 4_000_000;

/// Which value of a histogram a member stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buckets {
    /// Age bands.
    bands: u32,
    /// The largest value told apart: the yearly cap, or 0.
    top: u32,
}

impl Buckets {
    /// The values that `rules` tell apart.
    ///
    /// # Errors
    /// [`SettleError::Unfit`] when there are too many.
    pub fn of(rules: &Rules) -> Result<Self, SettleError> {
        let top = rules.cap_per_year.map_or(0, |cap| cap.amount.minor());
        let top = u32::try_from(top).ok().filter(|top| u64::from(*top) < VALUES_MAX);
        let bands = u32::try_from(rules.weights.len()).ok().filter(|bands| *bands <= u32::from(BAND) + 1);
        match (top, bands) {
            (Some(top), Some(bands)) => Ok(Self { bands, top }),
            _ => Err(SettleError::Unfit(format!(
                "a yearly cap below {VALUES_MAX} minor units and at most 16 age bands are needed"
            ))),
        }
    }

    /// How many values there are.
    pub const fn len(self) -> usize {
        (self.bands as usize).saturating_mul(self.top as usize + 1)
    }

    /// Whether there are none; never.
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The value of a member, below [`Buckets::len`] when the band is one of the rules.
    pub const fn at(self, state: u8, charged: u32) -> usize {
        let value = if charged < self.top { charged } else { self.top };
        ((state & BAND) as usize).wrapping_mul(self.top as usize + 1).wrapping_add(value as usize)
    }

    /// Band and what was charged, of a value.
    fn member(self, at: usize) -> (u8, u32) {
        let row = self.top as usize + 1;
        let (band, charged) = (at.div_euclid(row), at.rem_euclid(row));
        (u8::try_from(band).unwrap_or(u8::MAX), u32::try_from(charged).unwrap_or(u32::MAX))
    }
}

/// Members by value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    buckets: Buckets,
    counts: Vec<u64>,
    /// Members in a band that the rules do not have.
    strangers: u64,
}

impl Histogram {
    /// Nobody yet.
    pub fn new(buckets: Buckets) -> Self {
        Self { buckets, counts: vec![0; buckets.len()], strangers: 0 }
    }

    /// Counts places: those that are live and share on `day` or earlier.
    pub(crate) fn count(&mut self, places: &Places, day: u16) {
        let rows = places.state.iter().zip(u16s(&places.from)).zip(u32s(&places.charged));
        for ((state, from), charged) in rows {
            let one = u64::from(is_counted(*state, from, day));
            match self.counts.get_mut(self.buckets.at(*state, charged)) {
                Some(count) => *count = count.wrapping_add(one),
                None => self.strangers = self.strangers.wrapping_add(one),
            }
        }
    }

    /// Adds what another thread has counted.
    pub fn merge(&mut self, other: &Self) {
        for (to, from) in self.counts.iter_mut().zip(&other.counts) {
            *to = to.wrapping_add(*from);
        }
        self.strangers = self.strangers.wrapping_add(other.strangers);
    }

    /// The cohorts, one for each value that somebody has, with its place among the values.
    ///
    /// # Errors
    /// [`SettleError::Unfit`] when somebody stands in a band that the rules do not have.
    pub fn cohorts(&self) -> Result<(Vec<usize>, Vec<Cohort>), SettleError> {
        if self.strangers > 0 {
            let what = format!(
                "{} members stand in an age band above the {} of the plan; make the roster with this plan file",
                self.strangers, self.buckets.bands
            );
            return Err(SettleError::Unfit(what));
        }
        let held = self.counts.iter().enumerate().filter(|(_, count)| **count > 0);
        Ok(held
            .map(|(at, count)| {
                let (band, charged) = self.buckets.member(at);
                let charged_this_year = Amount::from_minor(u64::from(charged));
                (at, Cohort { band, count: *count, charged_this_year, prepaid: Amount::ZERO })
            })
            .unzip())
    }
}

/// Whether a place counts on a day.
pub(crate) const fn is_counted(state: u8, from: u16, day: u16) -> bool {
    state & LIVE != 0 && from <= day
}
