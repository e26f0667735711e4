//! Notice: who is counted, which claims are on display, and what the period would cost.

use std::collections::BTreeMap;

use huzhu_domain::id::EnrolmentId;
use huzhu_domain::period::{ClaimAid, CohortCount, CohortKey, Noticed};
use huzhu_domain::plan::{PeriodKey, PlanId, PlanTerms};
use huzhu_domain::time::{Day, Moment, day_of, plus_days};
use huzhu_ledger::{Amount, Currency};
use serde::{Deserialize, Serialize};

use super::settle::{settlement_of, stands_in};
use super::{OfPeriod, earlier_in_year, push_enrolment, terms_of_period};
use crate::App;
use crate::call::{Call, Done};
use crate::claims::{OpenClaim, end_of, refusal::refused};
use crate::error::AppError;
use crate::load::{LoadedPlan, append_claim, append_period};
use crate::permission::Action;
use crate::ports::{ClaimQuery, EnrolmentQuery, Page, StoreError, Unit};
use crate::record::{CohortRow, PeriodRecord};

/// Enrolments ended in one unit: keeps a unit small enough to commit in milliseconds.
pub(super) const BATCH: u32 = 500;
/// Claims read at once while a period gathers them.
const CLAIMS_PAGE: u32 = 1_000;
/// How often a batch is tried again when others write to the same enrolments.
pub(super) const BATCH_RETRIES: u32 = 20;

/// What a period would look like if its notice began or its settlement ran now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeriodPreview {
    /// The period.
    pub key: PeriodKey,
    /// Word of its state.
    pub state: &'static str,
    /// Currency of all amounts.
    pub currency: Currency,
    /// First day of notice; the headcount is taken at its 0:00.
    pub headcount_day: Day,
    /// Last day of notice.
    pub notice_last_day: Option<Day>,
    /// The day on which shares are taken.
    pub sharing_day: Day,
    /// Members counted, or who would be as things stand.
    pub headcount: u64,
    /// Claims on display, or approved and waiting.
    pub claims: Vec<ClaimAid>,
    /// Sum of aid in minor units.
    pub aid: Amount,
    /// Fee on it.
    pub fee: Amount,
    /// The share that this would give; in banded or capped plans the largest one.
    pub share: Amount,
    /// What the operator would bear.
    pub borne_by_operator: Amount,
}

/// Notice has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoticeReceipt {
    /// The period.
    pub key: PeriodKey,
    /// Members counted at 0:00 of the first day of notice.
    pub headcount: u64,
    /// Claims on display.
    pub claims: u64,
    /// Sum of their aid in minor units.
    pub aid: Amount,
    /// End of the notice.
    pub until: Moment,
    /// The day on which shares are taken.
    pub sharing_day: Day,
    /// Enrolments that ended because the age limit was reached.
    pub over_age: u64,
}

impl App {
    /// What a period would cost as things stand. Writes nothing.
    pub async fn preview_period(
        &self,
        call: &Call,
        plan: &PlanId,
        key: PeriodKey,
    ) -> Result<PeriodPreview, AppError> {
        let now = self.clock.now();
        self.authorise(call, Action::RunPeriod, now).await?;
        let loaded = self.load_plan(plan).await?;
        let period = self.load_period(plan, key).await?;
        let periods = self.store.periods(plan).await?;
        let (terms, noticed) = if let Some(noticed) = period.state.noticed() {
            let (_, terms) = self.noticed_period(&loaded, key).await?;
            let mut noticed = noticed.clone();
            if period.state.state().word() == "on-notice" {
                noticed.claims = self.still_standing(&noticed.claims, key).await?;
            }
            (terms, noticed)
        } else {
            let (terms, day) = terms_of_period(&loaded, key)?;
            let claims = self.approved_claims(plan).await?;
            let cohorts = self.store.cohorts(plan).await?;
            (terms, noticed(terms, key, day, now, &cohorts, &periods, aids(&claims)?)?)
        };
        let settlement = self.settlement_now(terms, key, &noticed, &periods, &noticed.claims).await?;
        Ok(PeriodPreview {
            key,
            state: period.state.state().word(),
            currency: terms.currency(),
            headcount_day: noticed.headcount_day,
            notice_last_day: terms.calendar().notice_last_day(key),
            sharing_day: noticed.sharing_day,
            headcount: noticed.headcount(),
            claims: noticed.claims.clone(),
            aid: settlement.aid,
            fee: settlement.fee,
            share: settlement.dues.iter().map(|member| member.share).max().unwrap_or_default(),
            borne_by_operator: settlement.borne_by_operator,
        })
    }

    /// Begins the notice: people over age leave first, then members are counted as of 0:00 of the first day of notice, and
    /// every approved claim goes on display.
    ///
    /// Ends of enrolments are committed before the notice is, in batches; if the process dies in between, the next call goes
    /// on where it stopped.
    pub async fn open_notice(
        &self,
        call: &Call,
        command: &OfPeriod,
    ) -> Result<Done<NoticeReceipt>, AppError> {
        let now = self.clock.now();
        self.authorise(call, Action::RunPeriod, now).await?;
        let plan = self.load_plan(&command.plan).await?;
        let (terms, first_day) = terms_of_period(&plan, command.key)?;
        let over_age = if day_of(now, terms.zone()) < first_day {
            0
        } else {
            self.end_over_age(call, terms, now).await?
        };
        self.catch_up_plan(&command.plan).await?;
        let plan = &plan;
        self.transact(call, Action::RunPeriod, &("open", command), |now| async move {
            self.decide_notice(call, command, plan, now, over_age).await
        })
        .await
    }

    async fn decide_notice(
        &self,
        call: &Call,
        command: &OfPeriod,
        plan: &LoadedPlan,
        now: Moment,
        over_age: u64,
    ) -> Result<(Unit, NoticeReceipt), AppError> {
        let key = command.key;
        let (terms, day) = terms_of_period(plan, key)?;
        let period = self.load_period(&command.plan, key).await?;
        let periods = self.store.periods(&command.plan).await?;
        if let Some(later) = periods.iter().find(|other| other.key > key) {
            return Err(refused("period-later-one-open", vec![("period", later.key.to_string())]));
        }
        let claims = self.approved_claims(&command.plan).await?;
        let cohorts = self.store.cohorts(&command.plan).await?;
        let mut noticed = noticed(terms, key, day, now, &cohorts, &periods, aids(&claims)?)?;
        let mut unit = Unit::new(now, call.caller.actor());
        let receipt = NoticeReceipt {
            key,
            headcount: noticed.headcount(),
            claims: u64::try_from(noticed.claims.len()).unwrap_or(u64::MAX),
            aid: total(&noticed.claims)?,
            until: noticed.until,
            sharing_day: noticed.sharing_day,
            over_age,
        };
        let mut cards = Vec::with_capacity(claims.len());
        for open in &claims {
            let card = self.card_of(&periods, open.claim().id()).await?;
            let owner = open.claim().claimed().member;
            let hidden = self.hidden_of(open).await?;
            let (leaf, sealed) = self.card_leaf(&command.plan, key, &card, &hidden, owner).await?;
            cards.push(leaf);
            unit.sealed.extend(sealed);
            let event = open.claim().put_on_notice(key, noticed.until)?;
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            let values = vec![("period", key.to_string())];
            self.tell_claimant(&mut unit, open.claim(), "mail-claim-on-notice", Some(noticed.until), values)
                .await?;
        }
        noticed.cards = Some(cards);
        let event = period.state.open_notice(noticed, day_of(now, terms.zone()))?;
        unit.appends.push(append_period(&period, vec![event]));
        Ok((unit, receipt))
    }

    /// Those claims of a notice that a settlement now would clear.
    async fn still_standing(&self, claims: &[ClaimAid], key: PeriodKey) -> Result<Vec<ClaimAid>, AppError> {
        let mut standing = Vec::with_capacity(claims.len());
        for one in claims {
            if stands_in(self.load_claim(one.claim).await?.state.state(), key) {
                standing.push(*one);
            }
        }
        Ok(standing)
    }

    /// All approved claims of a plan, by id.
    async fn approved_claims(&self, plan: &PlanId) -> Result<Vec<OpenClaim>, AppError> {
        let query = ClaimQuery::InStates(plan.clone(), vec!["approved"]);
        let mut page = Page::first(CLAIMS_PAGE);
        let mut all = Vec::new();
        loop {
            let rows = self.store.claims(&query, &page).await?;
            for row in &rows {
                all.push(self.open_claim(row.id).await?);
            }
            match rows.last() {
                Some(last) if u32::try_from(rows.len()).is_ok_and(|n| n >= CLAIMS_PAGE) => {
                    page.after = Some(last.id.to_string());
                }
                _ => return Ok(all),
            }
        }
    }

    /// Ends the enrolments of people who have reached the age limit, in batches. Answers how many.
    async fn end_over_age(&self, call: &Call, terms: &PlanTerms, now: Moment) -> Result<u64, AppError> {
        let today = day_of(now, terms.zone());
        let query = EnrolmentQuery::OverAge(terms.id().clone(), today);
        let mut ended: u64 = 0;
        let mut retries = 0_u32;
        loop {
            let rows = self.store.enrolments(&query, &Page::first(BATCH)).await?;
            let ids: Vec<EnrolmentId> =
                rows.iter().filter(|row| row.ended.is_none()).map(|row| row.id).collect();
            if ids.is_empty() {
                return Ok(ended);
            }
            let mut unit = Unit::new(now, call.caller.actor());
            for id in &ids {
                let loaded = self.load_enrolment(*id).await?;
                // Ended since the list was read, by another operator or by leaving.
                if loaded.state.ended().is_some() {
                    continue;
                }
                let event = loaded.state.end_over_age(today)?;
                push_enrolment(&mut unit, &loaded, vec![event]);
                let values = vec![("plan", terms.id().to_string()), ("enrolment", id.to_string())];
                self.write_to(&mut unit, loaded.state.payer(), "mail-age-reached", values).await?;
            }
            let count = u64::try_from(unit.appends.len()).unwrap_or(0);
            if count == 0 {
                continue;
            }
            // One batch is whole or nothing; a batch that is done does not come back.
            match self.store.commit(unit).await {
                Ok(_) => ended = ended.saturating_add(count),
                Err(StoreError::Conflict(_)) if retries < BATCH_RETRIES => {
                    retries = retries.saturating_add(1);
                }
                Err(other) => return Err(other.into()),
            }
        }
    }

    /// The settlement of a period with these claims, over the books as they stand.
    pub(super) async fn settlement_now(
        &self,
        terms: &PlanTerms,
        key: PeriodKey,
        noticed: &Noticed,
        periods: &[PeriodRecord],
        claims: &[ClaimAid],
    ) -> Result<huzhu_domain::settlement::Settlement, AppError> {
        let balances = self.store.balances(terms.id()).await?;
        settlement_of(terms, key, noticed, periods, claims, &balances)
    }
}

/// What is fixed when notice begins.
///
/// The notice always has its full length: begun late, it ends late, since members were promised those days. The headcount
/// stays that of 0:00 of the first day.
fn noticed(
    terms: &PlanTerms,
    key: PeriodKey,
    headcount_day: Day,
    now: Moment,
    cohorts: &[CohortRow],
    periods: &[PeriodRecord],
    claims: Vec<ClaimAid>,
) -> Result<Noticed, AppError> {
    let calendar = terms.calendar();
    let sharing_day = calendar.sharing_day(key).ok_or(AppError::NotFound("period"))?;
    let begins = day_of(now, terms.zone()).max(headcount_day);
    let length = i64::from(calendar.notice_length_days).saturating_sub(1);
    let earlier = earlier_in_year(periods, key, sharing_day);
    let mut counts: BTreeMap<CohortKey, u64> = BTreeMap::new();
    for row in cohorts {
        let days = row.days;
        let counted = days.from <= headcount_day && days.until.is_none_or(|until| headcount_day < until);
        if !counted {
            continue;
        }
        let first = earlier.iter().find(|period| period.noticed.headcount_day >= days.from);
        let cohort = CohortKey { class: days.class, first: first.map_or(key, |period| period.key) };
        let count = counts.entry(cohort).or_default();
        *count = count
            .checked_add(row.count)
            .ok_or_else(|| AppError::Broken("a headcount passes 64 bits".to_owned()))?;
    }
    Ok(Noticed {
        version: terms.version(),
        headcount_day,
        until: end_of(plus_days(begins, length), terms.zone()),
        sharing_day,
        cohorts: counts.into_iter().map(|(key, count)| CohortCount { key, count }).collect(),
        claims,
        cards: None,
    })
}

fn aids(claims: &[OpenClaim]) -> Result<Vec<ClaimAid>, AppError> {
    claims
        .iter()
        .map(|open| {
            let aid = open.claim().state().aid();
            let aid = aid.ok_or_else(|| AppError::Broken(format!("{} has no aid", open.claim().id())))?;
            Ok(ClaimAid { claim: open.claim().id(), aid })
        })
        .collect()
}

/// Sum of aid.
pub(super) fn total(claims: &[ClaimAid]) -> Result<Amount, AppError> {
    Amount::sum(claims.iter().map(|claim| claim.aid))
        .map_err(|e| AppError::Broken(format!("aid of a period: {e}")))
}
