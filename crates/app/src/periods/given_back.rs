//! Shares of somebody who fell ill inside the wait are given back, where the terms say so.
//!
//! Shape: when the claim is refused, what was taken is refunded and what is unpaid is given up. A period that is under way was
//! reckoned with this person among the members, and stays so; its share is given back when the bank has reported: what was taken is
//! refunded, what failed is given up, and whoever bore it for a while bears it for good.
//!
//! Guarantees: no share is refunded before it was taken. A refusal relies on the periods that are not collected yet, and a collection on
//! the list of those whose shares are given back, so that two at once never leave a share out or give it back twice.

use huzhu_domain::enrolment::Enrolment;
use huzhu_domain::event::StreamId;
use huzhu_domain::plan::{PeriodKey, PlanTerms};
use huzhu_domain::time::{Day, day_of};
use huzhu_ledger::{Account, Amount};

use super::collect::moved;
use super::kept_back::Touched;
use super::{Booking, period_reference, share_in, shares_of};
use crate::App;
use crate::error::AppError;
use crate::load::Loaded;
use crate::ports::{EnrolmentQuery, Page, ReliedOn, Unit};
use crate::record::{EnrolmentRecord, PeriodRecord};

/// People who fall ill inside the wait and whose claim is refused while one period is under way: protects the size of a unit.
const PEOPLE_MAX: u32 = 10_000;

/// What the books say when shares are refunded.
const REFUNDED: &str = "shares refunded, illness inside the wait";

impl App {
    /// Refunds what was taken and gives up what is unpaid; `cause` is what it is booked under. The enrolment ends with it.
    pub(crate) async fn give_back_shares(
        &self,
        unit: &mut Unit,
        terms: &PlanTerms,
        enrolment: &Enrolment,
        cause: &str,
    ) -> Result<(), AppError> {
        let periods = self.store.periods(terms.id()).await?;
        let (under_way, done): (Vec<&PeriodRecord>, Vec<&PeriodRecord>) =
            periods.iter().partition(|period| period.collection.is_none());
        for period in under_way {
            let stream = StreamId::Period(terms.id().clone(), period.key);
            let events = u64::try_from(self.store.stream(&stream).await?.len()).unwrap_or(u64::MAX);
            unit.relied_on.push(ReliedOn::Stream(stream, events));
        }
        let is_done = |key: PeriodKey| done.iter().any(|period| period.key == key);
        let shares = shares_of(&periods, &EnrolmentRecord::of(enrolment));
        let taken = Amount::sum(shares.iter().filter(|share| is_done(share.key)).map(|share| share.share));
        let owed = enrolment.owed();
        let paid = taken.ok().and_then(|taken| taken.checked_sub(owed));
        let paid =
            paid.ok_or_else(|| AppError::Broken(format!("{} owes more than its shares", enrolment.id())))?;
        let booking = Booking::new(terms, day_of(unit.at, terms.zone()), cause.to_owned());
        booking.push(
            unit,
            "refund",
            REFUNDED,
            moved(Account::SharesRefunded, Account::RefundsPayable, paid),
        )?;
        give_up(unit, &booking, "arrears-given-up", owed)
    }

    /// The enrolments that were counted on a day and whose shares may have to be given back. The unit relies on the list.
    pub(super) async fn giving_back(
        &self,
        unit: &mut Unit,
        terms: &PlanTerms,
        counted: Day,
    ) -> Result<Vec<Loaded<Enrolment>>, AppError> {
        let query = EnrolmentQuery::EndedIllInWait(terms.id().clone(), counted);
        let rows = self.store.enrolments(&query, &Page::first(PEOPLE_MAX)).await?;
        if u32::try_from(rows.len()).is_ok_and(|found| found >= PEOPLE_MAX) {
            return Err(AppError::Broken("too many people fell ill inside the wait at once".to_owned()));
        }
        unit.relied_on.push(ReliedOn::Enrolments(query, rows.iter().map(|row| row.id).collect()));
        let mut found = Vec::new();
        for row in rows {
            let loaded = self.load_enrolment(row.id).await?;
            if loaded.state.gives_back() {
                found.push(loaded);
            }
        }
        Ok(found)
    }
}

/// Gives back the shares of a period that was just collected; `failed` says whether the debit of an enrolment did.
pub(super) fn give_back(
    unit: &mut Unit,
    touched: &mut Touched,
    terms: &PlanTerms,
    periods: &[PeriodRecord],
    key: PeriodKey,
    people: Vec<Loaded<Enrolment>>,
) -> Result<(), AppError> {
    let booking = Booking::new(terms, day_of(unit.at, terms.zone()), period_reference(key));
    for person in people {
        let id = person.state.id();
        let share = share_in(periods, &EnrolmentRecord::of(&person.state), key);
        if touched.owes(id, key) {
            let event = touched.now(&person).give_up_arrears(key)?;
            touched.note(person, event);
            give_up(unit, &booking, &format!("arrears-given-up {id}"), share)?;
        } else {
            let lines = moved(Account::SharesRefunded, Account::RefundsPayable, share);
            booking.push(unit, &format!("refund {id}"), REFUNDED, lines)?;
        }
    }
    Ok(())
}

fn give_up(unit: &mut Unit, booking: &Booking<'_>, cause: &str, amount: Amount) -> Result<(), AppError> {
    let lines = moved(Account::ArrearsCovered, Account::Arrears, amount);
    booking.push(unit, cause, "arrears given up, illness inside the wait", lines)
}
