//! What everybody may read: periods with their equations, and the notice board.

use huzhu_domain::claim::{Card, Claim, mask_name};
use huzhu_domain::id::ClaimId;
use huzhu_domain::period::{Collection, Statement};
use huzhu_domain::plan::{PeriodKey, PlanId, PlanVersion};
use huzhu_domain::time::{Day, Moment, age_days, age_years};
use huzhu_ledger::{Amount, Currency};

use super::share::{helped_by, shared_total};
use crate::App;
use crate::error::AppError;
use crate::ports::PUBLIC_STATES;
use crate::record::{EnrolmentRecord, PeriodRecord};

/// A period as the public sees it. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodView {
    /// The plan.
    pub plan: PlanId,
    /// Which period.
    pub key: PeriodKey,
    /// The version whose terms rule it.
    pub version: PlanVersion,
    /// Currency of all amounts.
    pub currency: Currency,
    /// Word of its state.
    pub state: &'static str,
    /// The day at whose 0:00 members were counted.
    pub headcount_day: Day,
    /// End of the notice.
    pub notice_until: Moment,
    /// The day on which shares are taken.
    pub sharing_day: Day,
    /// Members counted.
    pub headcount: u64,
    /// Claims on display.
    pub claims: u64,
    /// Sum of their aid.
    pub aid: Amount,
    /// The equation, once settled.
    pub statement: Option<Statement>,
    /// What the bank reported, once collected.
    pub collection: Option<Collection>,
}

impl App {
    /// The periods of a plan, newest first.
    pub async fn period_list(&self, plan: &PlanId) -> Result<Vec<PeriodView>, AppError> {
        let currency = self.plan_currency(plan).await?;
        let periods = self.store.periods(plan).await?;
        periods.into_iter().rev().map(|period| view(period, currency)).collect()
    }

    /// One period with its equation.
    pub async fn period_statement(&self, plan: &PlanId, key: PeriodKey) -> Result<PeriodView, AppError> {
        let currency = self.plan_currency(plan).await?;
        let periods = self.store.periods(plan).await?;
        let period = periods.into_iter().find(|period| period.key == key);
        view(period.ok_or(AppError::NotFound("period"))?, currency)
    }

    /// The card of a claim, from its notice on.
    pub async fn card(&self, claim: ClaimId) -> Result<Card, AppError> {
        let row = self.store.claim(claim).await?;
        let row = row.filter(|row| PUBLIC_STATES.contains(&row.state)).ok_or(AppError::NotFound("card"))?;
        let periods = self.store.periods(&row.plan).await?;
        self.card_of(&periods, row.id).await
    }

    /// The period in which the card of a claim is displayed or was shared.
    ///
    /// # Errors
    /// [`AppError::NotFound`] while the card is not public.
    pub async fn period_of_card(&self, claim: ClaimId) -> Result<PeriodView, AppError> {
        let row = self.store.claim(claim).await?;
        let row = row.filter(|row| PUBLIC_STATES.contains(&row.state)).ok_or(AppError::NotFound("card"))?;
        self.period_statement(&row.plan, row.period.ok_or(AppError::NotFound("card"))?).await
    }

    /// The card of a claim as things stand.
    pub(crate) async fn card_of(&self, periods: &[PeriodRecord], id: ClaimId) -> Result<Card, AppError> {
        let claim: Claim = self.load_claim(id).await?.state;
        let claimed = claim.claimed();
        let enrolment = self.store.enrolment(claimed.enrolment).await?;
        let enrolment: EnrolmentRecord = enrolment.ok_or(AppError::NotFound("enrolment"))?;
        let event_date = claim.illness().event_date;
        let person = match self.person(claimed.member).await {
            Ok(person) => Some(person),
            // Erased: the card stays, the person does not.
            Err(AppError::NotFound(_)) => None,
            Err(other) => return Err(other),
        };
        let aid = claim.state().aid().or(claim.approved_aid()).unwrap_or(Amount::ZERO);
        let name = person.as_ref().map_or_else(String::new, |person| person.name.clone());
        Ok(Card {
            claim: id,
            name: mask_name(&name),
            age: person.as_ref().map_or(0, |person| age_years(person.birth, event_date)),
            sex: person.as_ref().and_then(|person| person.sex),
            region: person.map_or_else(String::new, |person| person.region),
            condition: claim.illness().condition.clone(),
            severity: claim.illness().severity,
            days_in_plan: age_days(enrolment.joined, event_date),
            aid,
            helped: helped_by(periods, &enrolment),
            shared: shared_total(periods, &enrolment),
        })
    }
}

fn view(period: PeriodRecord, currency: Currency) -> Result<PeriodView, AppError> {
    let aid = super::notice::total(&period.noticed.claims)?;
    Ok(PeriodView {
        plan: period.plan,
        key: period.key,
        version: period.noticed.version,
        currency,
        state: period.state,
        headcount_day: period.noticed.headcount_day,
        notice_until: period.noticed.until,
        sharing_day: period.noticed.sharing_day,
        headcount: period.noticed.headcount(),
        claims: u64::try_from(period.noticed.claims.len()).unwrap_or(u64::MAX),
        aid,
        statement: period.statement,
        collection: period.collection,
    })
}
