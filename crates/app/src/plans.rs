//! Plans: publishing and withdrawing versions, opening and closing to new members, and what everybody may read.

use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::plan::{PlanId, PlanRejection, PlanVersion, VersionState};
use huzhu_domain::time::{Day, Moment, day_of};
use huzhu_ledger::{Amount, Currency};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::call::{Call, Done};
use crate::error::{AppError, FieldMistake, Refusal};
use crate::inbox::{Audience, Telling};
use crate::load::{LoadedPlan, fold_plan};
use crate::permission::Action;
use crate::ports::{Append, Recorded, Unit};
use crate::record::{CohortRow, PlanRecord, PlanVersionRecord, Record};
use crate::sign_in::refused;
use crate::transact::digest_bytes;

/// Publishes the next version of a plan, or the first one of a new plan.
#[derive(Clone, Debug, Serialize)]
pub struct PublishPlan {
    /// The plan file as text.
    pub text: String,
}

/// A version was published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// The plan.
    pub plan: PlanId,
    /// The version.
    pub version: PlanVersion,
    /// First day in force.
    pub effective: Day,
}

/// A plan in one line.
#[derive(Clone, Debug)]
pub struct PlanSummary {
    /// The plan with its versions.
    pub plan: std::sync::Arc<LoadedPlan>,
    /// Members counted if today were the first day of notice.
    pub headcount: u64,
    /// Everybody enrolled today, also people still waiting.
    pub enrolled: u64,
}

/// One step of a price history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricePoint {
    /// The period.
    pub period: huzhu_domain::plan::PeriodKey,
    /// The day on which shares were taken.
    pub sharing_day: Day,
    /// Members counted.
    pub headcount: u64,
    /// Claims shared.
    pub claims: u32,
    /// Aid in minor units.
    pub aid: Amount,
    /// The largest share in minor units.
    pub share: Amount,
}

/// What a share may be like in the next year: the plainest forecast there is, and shown as such. It takes the mean of
/// the last periods and the largest of them, times the periods of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlainForecast {
    /// Periods looked at, at most 24.
    pub periods: u32,
    /// Mean share per period, rounded up, in minor units.
    pub mean: Amount,
    /// Largest share of a period, in minor units.
    pub largest: Amount,
    /// Mean times the periods of a year, or the yearly cap where that is less.
    pub year: Amount,
}

impl App {
    /// Publishes a version.
    pub async fn publish_plan(&self, call: &Call, command: PublishPlan) -> Result<Done<Published>, AppError> {
        // Before the text is read: reading costs time, and who may not publish learns nothing about it.
        self.authorise(call, Action::RunPlan, self.clock.now()).await?;
        let terms = huzhu_planfile::check(&command.text, "plan").map_err(|report| {
            AppError::Invalid(
                report
                    .mistakes()
                    .iter()
                    .map(|mistake| FieldMistake {
                        field: "text".to_owned(),
                        code: "plan-file-mistake",
                        values: vec![
                            ("line", mistake.line.to_string()),
                            ("column", mistake.column.to_string()),
                            ("rule", mistake.rule.code.to_string()),
                            ("message", mistake.message.clone()),
                            ("remedy", mistake.remedy.clone()),
                        ],
                    })
                    .collect(),
            )
        })?;
        self.transact(call, Action::RunPlan, &command, |now| {
            let (terms, text) = (terms.clone(), command.text.clone());
            async move {
                let id = terms.id().clone();
                let recorded = self.store.stream(&StreamId::Plan(id.clone())).await?;
                let before = fold_plan(&id, &recorded)?;
                before.plan.check_publish(&terms, now).map_err(plan_refusal)?;
                let published =
                    Published { plan: id.clone(), version: terms.version(), effective: terms.effective() };
                let event = PlanEvent::Published {
                    version: terms.version(),
                    digest: digest_bytes(text.as_bytes()),
                    text,
                    effective: terms.effective(),
                };
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(append_plan(&id, recorded, event, now, call)?);
                // Who pays for somebody in the plan hears of new rules before they are in force.
                if !before.texts.is_empty() {
                    let telling = Telling::new("mail-plan-changed")
                        .about(StreamId::Plan(id.clone()))
                        .with("plan", &id)
                        .with("version", published.version)
                        .with("effective", published.effective);
                    self.tell_all(&mut unit, Audience::Payers(id), &telling).await?;
                }
                Ok((unit, published))
            }
        })
        .await
    }

    /// Withdraws a version that is not yet in force.
    pub async fn withdraw_plan_version(
        &self,
        call: &Call,
        plan: &PlanId,
        version: PlanVersion,
    ) -> Result<Done<PlanVersion>, AppError> {
        self.change_plan(call, plan, &("withdraw", version), PlanEvent::Withdrawn { version }, version).await
    }

    /// Opens or closes a plan to new members, from its first day on if need be.
    pub async fn open_plan(&self, call: &Call, plan: &PlanId, open: bool) -> Result<Done<bool>, AppError> {
        let event = if open { PlanEvent::OpenedToJoining } else { PlanEvent::ClosedToJoining };
        self.change_plan(call, plan, &("open", open), event, open).await
    }

    async fn change_plan<C, R>(
        &self,
        call: &Call,
        plan: &PlanId,
        command: &C,
        event: PlanEvent,
        receipt: R,
    ) -> Result<Done<R>, AppError>
    where
        C: Serialize + Sync,
        R: Serialize + serde::de::DeserializeOwned + Send + Sync + Copy,
    {
        self.transact(call, Action::RunPlan, &(plan, command), |now| {
            let event = event.clone();
            async move {
                let recorded = self.store.stream(&StreamId::Plan(plan.clone())).await?;
                if recorded.is_empty() {
                    return Err(AppError::NotFound("plan"));
                }
                let before = fold_plan(plan, &recorded)?;
                check_change(&before, &event, now)?;
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(append_plan(plan, recorded, event, now, call)?);
                Ok((unit, receipt))
            }
        })
        .await
    }

    /// All plans with their headcount today.
    pub async fn plan_list(&self) -> Result<Vec<PlanSummary>, AppError> {
        let mut list = Vec::new();
        for record in self.store.plans().await? {
            list.push(self.plan_summary(&record.id).await?);
        }
        Ok(list)
    }

    /// One plan with its headcount today.
    pub async fn plan_summary(&self, id: &PlanId) -> Result<PlanSummary, AppError> {
        let plan = self.load_plan(id).await?;
        let newest = plan.plan.versions().last().ok_or(AppError::NotFound("plan"))?;
        let today = day_of(self.clock.now(), newest.terms.zone());
        let cohorts = self.store.cohorts(id).await?;
        let headcount = count_on(&cohorts, today);
        let enrolled = cohorts
            .iter()
            .filter(|row| row.days.until.is_none_or(|until| today < until))
            .fold(0_u64, |sum, row| sum.saturating_add(row.count));
        Ok(PlanSummary { plan, headcount, enrolled })
    }

    /// The share of each settled period, oldest first.
    pub async fn price_history(&self, id: &PlanId) -> Result<Vec<PricePoint>, AppError> {
        let periods = self.store.periods(id).await?;
        Ok(periods
            .into_iter()
            .filter_map(|period| {
                let statement = period.statement?;
                Some(PricePoint {
                    period: period.key,
                    sharing_day: period.noticed.sharing_day,
                    headcount: statement.headcount,
                    claims: statement.claims,
                    aid: statement.aid,
                    share: statement.share,
                })
            })
            .collect())
    }

    /// The plainest forecast from a price history; `None` before the first settled period.
    pub fn plain_forecast(&self, plan: &LoadedPlan, history: &[PricePoint]) -> Option<PlainForecast> {
        let terms = &plan.plan.versions().last()?.terms;
        let recent: Vec<u64> = history.iter().rev().take(24).map(|point| point.share.minor()).collect();
        let periods = u32::try_from(recent.len()).ok().filter(|n| *n > 0)?;
        let sum: u64 = recent.iter().try_fold(0_u64, |sum, share| sum.checked_add(*share))?;
        let mean = sum.div_ceil(u64::from(periods));
        let in_year = u64::from(terms.calendar().periods_in_month()).checked_mul(12)?;
        let year = Amount::from_minor(mean.checked_mul(in_year)?);
        let year = terms.sharing().cap_per_year.map_or(year, |cap| cap.amount.min(year));
        let largest = Amount::from_minor(recent.iter().copied().max()?);
        Some(PlainForecast { periods, mean: Amount::from_minor(mean), largest, year })
    }

    /// Where each version of a plan stands today, newest first.
    pub fn version_states(&self, plan: &LoadedPlan) -> Vec<(PlanVersion, Day, VersionState)> {
        let now = self.clock.now();
        let state = |v: &huzhu_domain::plan::VersionRecord| {
            plan.plan
                .state(v.version, day_of(now, v.terms.zone()))
                .map(|state| (v.version, v.effective, state))
        };
        plan.plan.versions().iter().rev().filter_map(state).collect()
    }

    /// The currency of a plan.
    pub async fn plan_currency(&self, id: &PlanId) -> Result<Currency, AppError> {
        let plan = self.load_plan(id).await?;
        Ok(plan.plan.versions().last().ok_or(AppError::NotFound("plan"))?.terms.currency())
    }
}

/// Members counted at 0:00 of `day`.
pub fn count_on(cohorts: &[CohortRow], day: Day) -> u64 {
    cohorts
        .iter()
        .filter(|row| row.days.from <= day && row.days.until.is_none_or(|until| day < until))
        .fold(0_u64, |sum, row| sum.saturating_add(row.count))
}

fn check_change(before: &LoadedPlan, event: &PlanEvent, now: Moment) -> Result<(), AppError> {
    match event {
        PlanEvent::Withdrawn { version } => {
            let zone = before.plan.versions().last().ok_or(AppError::NotFound("plan"))?.terms.zone().clone();
            before.plan.clone().withdraw(*version, day_of(now, &zone)).map_err(plan_refusal)
        }
        PlanEvent::OpenedToJoining if before.open => Err(refused("plan-open-already")),
        PlanEvent::ClosedToJoining if !before.open => Err(refused("plan-closed-already")),
        PlanEvent::OpenedToJoining | PlanEvent::ClosedToJoining | PlanEvent::Published { .. } => Ok(()),
    }
}

fn append_plan(
    id: &PlanId,
    mut recorded: Vec<Recorded>,
    event: PlanEvent,
    at: Moment,
    call: &Call,
) -> Result<Append, AppError> {
    let expected = recorded.last().map_or(0, |one| one.number);
    recorded.push(Recorded {
        position: crate::ports::Position(u64::MAX),
        stream: StreamId::Plan(id.clone()),
        number: expected.saturating_add(1),
        at,
        actor: call.caller.actor(),
        event: Event::Plan(event.clone()),
    });
    let after = fold_plan(id, &recorded)?;
    Ok(Append {
        stream: StreamId::Plan(id.clone()),
        expected,
        events: vec![Event::Plan(event)],
        record: Record::Plan(plan_record(&after)),
    })
}

/// The row of a plan.
pub(crate) fn plan_record(plan: &LoadedPlan) -> PlanRecord {
    PlanRecord {
        id: plan.plan.id.clone(),
        events: plan.events,
        open: plan.open,
        versions: plan
            .plan
            .versions()
            .iter()
            .map(|v| PlanVersionRecord {
                version: v.version,
                published: v.published,
                effective: v.effective,
                withdrawn: v.withdrawn,
                digest: plan.digest(v.version),
            })
            .collect(),
    }
}

fn plan_refusal(rejection: PlanRejection) -> AppError {
    let (code, values) = match rejection {
        PlanRejection::OtherPlan { expected, found } => {
            ("plan-other", vec![("expected", expected.to_string()), ("found", found.to_string())])
        }
        PlanRejection::WrongVersion { expected, found } => {
            ("plan-wrong-version", vec![("expected", expected.to_string()), ("found", found.to_string())])
        }
        PlanRejection::CurrencyChanged => ("plan-currency-changed", Vec::new()),
        PlanRejection::BandsAfterEqual => ("plan-bands-after-equal", Vec::new()),
        PlanRejection::NoticeTooShort { earliest, notice_days, effective } => (
            "plan-notice-too-short",
            vec![
                ("earliest", earliest.to_string()),
                ("days", notice_days.to_string()),
                ("effective", effective.to_string()),
            ],
        ),
        PlanRejection::NotAfterPrevious { previous_effective, effective, .. } => (
            "plan-not-after-previous",
            vec![("previous", previous_effective.to_string()), ("effective", effective.to_string())],
        ),
        PlanRejection::NoSuchVersion(version) => {
            ("plan-no-such-version", vec![("version", version.to_string())])
        }
        PlanRejection::AlreadyInForce { version, effective } => (
            "plan-already-in-force",
            vec![("version", version.to_string()), ("effective", effective.to_string())],
        ),
    };
    AppError::Refused(Refusal { code, values })
}
