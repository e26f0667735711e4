//! My home: everything a member needs to know about the own cover, in one read.

use huzhu_domain::enrolment::Cover;
use huzhu_domain::id::EnrolmentId;
use huzhu_domain::plan::{PeriodKey, PlanId, PlanTerms};
use huzhu_domain::time::{Day, Moment, day_of};
use huzhu_ledger::{Amount, Currency};

use crate::App;
use crate::call::Call;
use crate::error::AppError;
use crate::leave::DEPENDANTS_MAX;
use crate::periods::{MemberShare, shares_of, year_to_date};
use crate::ports::{EnrolmentQuery, Page};
use crate::record::EnrolmentRecord;

/// Everything about the caller's own and paid-for enrolments.
#[derive(Clone, Debug)]
pub struct Home {
    /// When it was read.
    pub now: Moment,
    /// One card per enrolment: own first, then dependants in order of joining.
    pub enrolments: Vec<EnrolmentCard>,
}

/// One enrolment at a glance.
#[derive(Clone, Debug)]
pub struct EnrolmentCard {
    /// The enrolment's row.
    pub enrolment: EnrolmentRecord,
    /// Name of the person covered; empty when erased.
    pub name: String,
    /// The plan's name in each language.
    pub plan_name: huzhu_domain::plan::Localized,
    /// Currency of all amounts.
    pub currency: Currency,
    /// How it stands today.
    pub cover: Cover,
    /// Shares so far, newest first.
    pub shares: Vec<MemberShare>,
    /// Shares of the current calendar year, by sharing day.
    pub year_to_date: Amount,
    /// The yearly cap of the terms.
    pub year_cap: Option<Amount>,
    /// The next dates of the plan's calendar.
    pub next: NextDates,
}

/// The next dates of a plan's calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NextDates {
    /// The period that is on notice, or comes next.
    pub period: PeriodKey,
    /// First day of its notice.
    pub notice: Option<Day>,
    /// Day on which its shares are taken.
    pub sharing: Option<Day>,
}

impl App {
    /// The caller's home.
    pub async fn home(&self, call: &Call) -> Result<Home, AppError> {
        let member = Self::member_of(call)?;
        let now = self.clock.now();
        let page = Page::first(DEPENDANTS_MAX);
        let mut records = self.store.enrolments(&EnrolmentQuery::ByPayer(member), &page).await?;
        for other in self.store.enrolments(&EnrolmentQuery::ByMember(member), &page).await? {
            if records.iter().all(|record| record.id != other.id) {
                records.push(other);
            }
        }
        records.sort_by_key(|record| (record.member != member, record.id));
        let mut enrolments = Vec::new();
        for record in records {
            enrolments.push(self.enrolment_card(record, now).await?);
        }
        Ok(Home { now, enrolments })
    }

    /// One enrolment of the caller.
    pub async fn my_enrolment(&self, call: &Call, id: EnrolmentId) -> Result<EnrolmentCard, AppError> {
        let member = Self::member_of(call)?;
        let record = self.store.enrolment(id).await?;
        let record = record.filter(|record| record.payer == member || record.member == member);
        self.enrolment_card(record.ok_or(AppError::NotFound("enrolment"))?, self.clock.now()).await
    }

    async fn enrolment_card(
        &self,
        enrolment: EnrolmentRecord,
        now: Moment,
    ) -> Result<EnrolmentCard, AppError> {
        let plan = self.load_plan(&enrolment.plan).await?;
        let terms = plan.terms_at(now)?;
        let today = day_of(now, terms.zone());
        let periods = self.store.periods(&enrolment.plan).await?;
        let name = match self.person(enrolment.member).await {
            Ok(person) => person.name,
            Err(AppError::NotFound(_)) => String::new(),
            Err(other) => return Err(other),
        };
        Ok(EnrolmentCard {
            name,
            plan_name: terms.identity().name.clone(),
            currency: terms.currency(),
            cover: cover(&enrolment, today),
            year_to_date: year_to_date(&periods, &enrolment, today.year()),
            shares: shares_of(&periods, &enrolment).into_iter().rev().collect(),
            year_cap: terms.sharing().cap_per_year.map(|cap| cap.amount),
            next: next_dates(terms, today),
            enrolment,
        })
    }

    /// The next dates of a plan.
    pub async fn next_dates(&self, plan: &PlanId) -> Result<NextDates, AppError> {
        let now = self.clock.now();
        let plan = self.load_plan(plan).await?;
        let terms = plan.terms_at(now)?;
        Ok(next_dates(terms, day_of(now, terms.zone())))
    }
}

fn cover(enrolment: &EnrolmentRecord, today: Day) -> Cover {
    match enrolment.ended {
        Some((until, reason)) if today >= until => Cover::Ended(until, reason),
        Some(_) | None if today < enrolment.covered_from => Cover::WaitingUntil(enrolment.covered_from),
        Some(_) | None => Cover::Covered,
    }
}

fn next_dates(terms: &PlanTerms, today: Day) -> NextDates {
    let calendar = terms.calendar();
    let begun = calendar.last_notice_begun(today);
    let still_open = calendar.sharing_day(begun).is_some_and(|day| today <= day);
    let period = if still_open { begun } else { calendar.next(begun) };
    NextDates { period, notice: calendar.notice_first_day(period), sharing: calendar.sharing_day(period) }
}
