//! Arrears: unpaid shares that come in after all, and enrolments that lapse because they do not.

use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent};
use huzhu_domain::id::EnrolmentId;
use huzhu_domain::plan::{PeriodKey, PlanId, PlanTerms};
use huzhu_domain::time::{Day, Moment, day_of};
use huzhu_ledger::{Account, Amount};
use serde::{Deserialize, Serialize};

use super::collect::{distinct, moved};
use super::kept_back::bearer;
use super::notice::{BATCH, BATCH_RETRIES};
use super::{Booking, period_reference, push_enrolment};
use crate::App;
use crate::call::{Call, Done};
use crate::error::AppError;
use crate::load::Loaded;
use crate::permission::Action;
use crate::ports::{EnrolmentQuery, Page, StoreError, Unit};
use crate::transact::digest_bytes;

/// Records that arrears were paid after all.
#[derive(Clone, Debug, Serialize)]
pub struct RetryArrears {
    /// The plan.
    pub plan: PlanId,
    /// The period of the unpaid shares.
    pub key: PeriodKey,
    /// Enrolments that have paid, at most [`super::FAILURES_MAX`].
    pub paid: Vec<EnrolmentId>,
    /// The bank's report; its digest goes into the books.
    pub report: Vec<u8>,
}

/// Arrears were paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ArrearsReceipt {
    /// The period.
    pub key: PeriodKey,
    /// Enrolments that have paid.
    pub paid: u64,
    /// How much, in minor units.
    pub amount: Amount,
}

/// Ends the enrolments whose share stayed unpaid past the retry window.
#[derive(Clone, Debug, Serialize)]
pub struct LapseUnpaid {
    /// The plan.
    pub plan: PlanId,
}

/// Enrolments lapsed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LapseReceipt {
    /// How many.
    pub lapsed: u64,
}

impl App {
    /// Records that arrears were paid after all, also after the enrolment has ended.
    pub async fn retry_arrears(
        &self,
        call: &Call,
        command: &RetryArrears,
    ) -> Result<Done<ArrearsReceipt>, AppError> {
        let ids = distinct(&command.paid, "paid")?;
        let ids = &ids;
        let report = digest_bytes(&command.report);
        let request = ("retry", &command.plan, command.key, ids, report);
        self.transact(call, Action::RunPeriod, &request, |now| async move {
            let plan = self.load_plan(&command.plan).await?;
            let (_, terms) = self.noticed_period(&plan, command.key).await?;
            let mut unit = Unit::new(now, call.caller.actor());
            let mut amounts = Vec::with_capacity(ids.len());
            for id in ids {
                let loaded = self.load_enrolment(*id).await?;
                if loaded.state.agreed().plan != command.plan {
                    return Err(AppError::NotFound("enrolment"));
                }
                let event = loaded.state.pay_arrears(command.key)?;
                amounts.push(loaded.state.arrears().get(&command.key).map_or(Amount::ZERO, |a| a.amount));
                push_enrolment(&mut unit, &loaded, vec![event]);
            }
            let amount = Amount::sum(amounts).map_err(|e| AppError::Broken(format!("arrears: {e}")))?;
            let booking = Booking::new(terms, day_of(now, terms.zone()), period_reference(command.key));
            // Who has paid makes the cause: nobody pays the same arrears twice.
            let cause = |step: &str| format!("{step} {}", list_digest(ids));
            booking.push(
                &mut unit,
                &cause("arrears-taken"),
                "arrears taken",
                moved(Account::CollectionsClearing, Account::Arrears, amount),
            )?;
            booking.push(
                &mut unit,
                &cause("arrears-arrived"),
                "arrears arrived at the bank",
                moved(Account::Bank, Account::CollectionsClearing, amount),
            )?;
            booking.push(
                &mut unit,
                &cause("arrears-given-back"),
                "arrears given back to who bore them",
                moved(Account::ArrearsCovered, bearer(terms), amount),
            )?;
            let paid = u64::try_from(ids.len()).unwrap_or(u64::MAX);
            Ok((unit, ArrearsReceipt { key: command.key, paid, amount }))
        })
        .await
    }

    /// Ends the enrolments whose oldest unpaid share is past its retry window, when the terms say so; in batches, so that a
    /// call that was cut off is simply repeated. What is owed stays owed.
    pub async fn lapse_unpaid(&self, call: &Call, command: &LapseUnpaid) -> Result<LapseReceipt, AppError> {
        let now = self.clock.now();
        self.authorise(call, Action::RunPeriod, now).await?;
        let plan = self.load_plan(&command.plan).await?;
        let terms = plan.terms_at(now)?;
        let mut lapsed: u64 = 0;
        if !terms.leaving().end_when_unpaid {
            return Ok(LapseReceipt { lapsed });
        }
        let today = day_of(now, terms.zone());
        let query = EnrolmentQuery::InArrears(command.plan.clone());
        let mut page = Page::first(BATCH);
        loop {
            let rows = self.store.enrolments(&query, &page).await?;
            let Some(last) = rows.last().map(|row| row.id.to_string()) else {
                return Ok(LapseReceipt { lapsed });
            };
            let live: Vec<EnrolmentId> =
                rows.iter().filter(|row| row.ended.is_none()).map(|row| row.id).collect();
            lapsed = lapsed.saturating_add(self.lapse_batch(call, terms, &live, today, now).await?);
            page.after = Some(last);
        }
    }

    async fn lapse_batch(
        &self,
        call: &Call,
        terms: &PlanTerms,
        ids: &[EnrolmentId],
        today: Day,
        now: Moment,
    ) -> Result<u64, AppError> {
        for _ in 0..BATCH_RETRIES {
            let mut unit = Unit::new(now, call.caller.actor());
            for id in ids {
                let loaded = self.load_enrolment(*id).await?;
                let Some(event) = lapse_event(&loaded, today)? else {
                    continue;
                };
                push_enrolment(&mut unit, &loaded, vec![event]);
                let values = vec![("plan", terms.id().to_string()), ("enrolment", id.to_string())];
                self.write_to(&mut unit, loaded.state.payer(), "mail-enrolment-lapsed", values).await?;
            }
            let count = u64::try_from(unit.appends.len()).unwrap_or(u64::MAX);
            if count == 0 {
                return Ok(0);
            }
            // One batch is whole or nothing; ended enrolments do not come back.
            match self.store.commit(unit).await {
                Ok(_) => return Ok(count),
                Err(StoreError::Conflict(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(AppError::Stale("changed-meanwhile"))
    }
}

/// The lapse of an enrolment whose oldest unpaid share is past its window.
fn lapse_event(loaded: &Loaded<Enrolment>, today: Day) -> Result<Option<EnrolmentEvent>, AppError> {
    if loaded.state.ended().is_some() {
        return Ok(None);
    }
    let oldest = loaded.state.arrears().iter().min_by_key(|(_, arrears)| arrears.retry_until);
    match oldest {
        Some((period, arrears)) if arrears.retry_until < today => {
            Ok(Some(loaded.state.lapse(*period, today)?))
        }
        Some(_) | None => Ok(None),
    }
}

fn list_digest(ids: &[EnrolmentId]) -> Digest {
    let bytes: Vec<u8> = ids.iter().flat_map(|id| *id.uuid().as_bytes()).collect();
    digest_bytes(&bytes)
}
