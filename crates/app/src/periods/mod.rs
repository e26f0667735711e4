//! Periods: notice, settlement, collection, payout, close, and what the public reads of them.
//!
//! Shape: `notice` counts members and puts claims on display, `settle` turns claims and cohorts into shares, `collect` records
//! what the bank reports, `arrears` what comes in late, `payout` pays and closes, `share` says what one enrolment owes, `tree` proves it, `board` answers the public,
//! `search` finds its cards.
//!
//! Guarantees: nothing here walks over all members but the making of the share tree; only exceptions (failed debits, arrears, people over age) are touched one
//! by one. Journal entries have ids that follow from what caused them, so that no cause is booked twice.
//!
//! Limits: prepaid balances of the model `pool` are not yet taken when joining, so that its members owe their shares like
//! those of `after`; who pays the last periods of a plan that ends comes with ending a plan.

mod arrears;
mod board;
mod collect;
mod given_back;
mod kept_back;
mod notice;
mod payout;
pub(crate) mod refusal;
mod search;
mod settle;
pub mod share;
mod tree;

use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent};
use huzhu_domain::event::StreamId;
use huzhu_domain::period::Period;
use huzhu_domain::plan::{PeriodKey, PlanId, PlanTerms};
use huzhu_domain::time::Day;
use huzhu_ledger::{EntryId, JournalEntry, Line};
use serde::Serialize;

pub use arrears::{ArrearsReceipt, LapseReceipt, LapseUnpaid, RetryArrears};
pub use board::PeriodView;
pub use collect::{CollectPeriod, CollectReceipt, CollectionPreview, FAILURES_MAX};
pub use notice::{NoticeReceipt, PeriodPreview};
pub use payout::{CloseReceipt, PayClaim, PayIn, PayInReceipt, PayReceipt, PaySource, Payout, UnpaidShares};
pub use search::{CardOnBoard, CardPage, CardSearch, CardStage};
pub use settle::SettleReceipt;
pub use share::{MemberShare, first_counted, helped_by, share_in, shared_total, shares_of, year_to_date};

use crate::App;
use crate::error::AppError;
use crate::load::{Loaded, LoadedPlan, append_enrolment};
use crate::ports::{ReliedOn, Unit};
use crate::record::{CohortMove, EnrolmentRecord, PeriodRecord, Record};
use crate::transact::digest_json;

/// Names a period of a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OfPeriod {
    /// The plan.
    pub plan: PlanId,
    /// Which period.
    pub key: PeriodKey,
}

impl App {
    /// A period that has begun its notice, with the terms that rule it.
    pub(crate) async fn noticed_period<'a>(
        &self,
        plan: &'a LoadedPlan,
        key: PeriodKey,
    ) -> Result<(Loaded<Period>, &'a PlanTerms), AppError> {
        let loaded = self.load_period(&plan.plan.id, key).await?;
        let noticed = loaded.state.noticed().ok_or(AppError::NotFound("period"))?;
        let terms = plan.plan.terms_of(noticed.version);
        let terms = terms.ok_or_else(|| AppError::Broken(format!("period {key} has no terms")))?;
        Ok((loaded, terms))
    }

    /// Whether a period is settled, so that a claim of its notice that comes free now waits for the next notice. The unit
    /// relies on the answer: a settlement at the same time makes one of the two read again.
    pub(crate) async fn is_settled(
        &self,
        unit: &mut Unit,
        plan: &PlanId,
        key: PeriodKey,
    ) -> Result<bool, AppError> {
        let period = self.load_period(plan, key).await?;
        unit.relied_on.push(ReliedOn::Stream(StreamId::Period(plan.clone(), key), period.events));
        Ok(!matches!(period.state.state().word(), "gathering" | "on-notice"))
    }
}

/// The terms that rule a period: those in force on its first day of notice, by the calendar they have themselves.
pub(crate) fn terms_of_period(plan: &LoadedPlan, key: PeriodKey) -> Result<(&PlanTerms, Day), AppError> {
    let versions = plan.plan.versions().iter().rev().filter(|version| !version.withdrawn);
    for version in versions {
        let Some(day) = version.terms.calendar().notice_first_day(key) else {
            continue;
        };
        let in_force = plan.plan.record_on(day).map(|record| record.version);
        if in_force == Some(version.version) {
            return Ok((&version.terms, day));
        }
    }
    Err(AppError::NotFound("period"))
}

/// Earlier periods of the plan whose shares are taken in the same calendar year, by headcount day.
pub(crate) fn earlier_in_year(
    periods: &[PeriodRecord],
    key: PeriodKey,
    sharing_day: Day,
) -> Vec<&PeriodRecord> {
    let mut list: Vec<&PeriodRecord> = periods
        .iter()
        .filter(|period| period.key < key && period.noticed.sharing_day.year() == sharing_day.year())
        .collect();
    list.sort_by_key(|period| period.noticed.headcount_day);
    list
}

/// Adds events of an enrolment to a unit, with the move between cohorts that follows from them.
pub(crate) fn push_enrolment(unit: &mut Unit, loaded: &Loaded<Enrolment>, events: Vec<EnrolmentEvent>) {
    let before = EnrolmentRecord::of(&loaded.state);
    let append = append_enrolment(loaded, events);
    if let Record::Enrolment(after) = &append.record
        && after.cohort() != before.cohort()
    {
        unit.cohorts.push(CohortMove {
            plan: before.plan.clone(),
            from: Some(before.cohort()),
            to: after.cohort(),
        });
    }
    unit.appends.push(append);
}

/// Writes journal entries that one cause makes on one day.
pub(crate) struct Booking<'a> {
    terms: &'a PlanTerms,
    day: Day,
    reference: String,
}

impl<'a> Booking<'a> {
    /// Entries of `terms`' plan for `reference` (a claim's id, `period:...`), taking effect on `day`.
    pub(crate) const fn new(terms: &'a PlanTerms, day: Day, reference: String) -> Self {
        Self { terms, day, reference }
    }

    /// Adds an entry without its empty lines; nothing when no line moves anything. `cause` tells the entries of one
    /// reference apart; with plan and reference it makes the id, so that a cause is booked once.
    ///
    /// # Errors
    /// [`AppError::Broken`] when the lines do not balance: a bug, after which no money may move.
    pub(crate) fn push(
        &self,
        unit: &mut Unit,
        cause: &str,
        description: &str,
        mut lines: Vec<Line>,
    ) -> Result<(), AppError> {
        lines.retain(|line| !line.amount.is_zero());
        if lines.is_empty() {
            return Ok(());
        }
        let plan = self.terms.id();
        let digest = digest_json(&("journal-entry", plan, &self.reference, cause))?;
        let mut id = [0_u8; 16];
        id.iter_mut().zip(digest.bytes()).for_each(|(to, from)| *to = *from);
        let currency = self.terms.currency();
        let entry = JournalEntry::new(EntryId::from_bytes(id), self.day, currency, description, lines)
            .map_err(|e| AppError::Broken(format!("{} {cause}: {e}", self.reference)))?;
        unit.entries.push((plan.clone(), entry.with_reference(self.reference.clone())));
        Ok(())
    }
}

/// The reference of a period in the books.
pub(crate) fn period_reference(key: PeriodKey) -> String {
    format!("period:{key}")
}
