//! Leaving a plan in one step, with what is still owed shown first. Dependants leave with their payer.

use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent, EnrolmentRejection};
use huzhu_domain::id::{EnrolmentId, MemberId};
use huzhu_domain::plan::PeriodKey;
use huzhu_domain::time::{Day, Moment, day_of, plus_days};
use serde::{Deserialize, Serialize};

use crate::App;
use crate::call::{Call, Done};
use crate::error::{AppError, Refusal};
use crate::load::{Loaded, append_enrolment};
use crate::permission::Action;
use crate::ports::{EnrolmentQuery, Page, Unit};
use crate::record::{CohortMove, EnrolmentRecord, PeriodRecord};

/// Enrolments that one payer may have in one plan: protects the one unit in which all of them leave.
pub(crate) const DEPENDANTS_MAX: u32 = 50;

/// What leaving would mean, shown before the one step that does it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeavePreview {
    /// Enrolments that would end: the one asked about first, then dependants who leave with their payer.
    pub ending: Vec<EnrolmentId>,
    /// First day without cover.
    pub until: Day,
    /// The period whose share is still owed, because its notice has begun.
    pub owed: Option<PeriodKey>,
    /// Rejoining starts the waiting period anew.
    pub wait_restarts: bool,
}

/// The receipt of leaving.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeaveReceipt {
    /// Enrolments that ended.
    pub ended: Vec<EnrolmentId>,
    /// First day without cover.
    pub until: Day,
    /// The period whose share is still owed.
    pub owed: Option<PeriodKey>,
}

impl App {
    /// What leaving would mean.
    pub async fn leave_preview(&self, call: &Call, enrolment: EnrolmentId) -> Result<LeavePreview, AppError> {
        let (leaving, owed, today) =
            self.leaving(Self::member_of(call)?, enrolment, self.clock.now()).await?;
        let plan = self.load_plan(&leaving_plan(&leaving)?).await?;
        let terms = plan.terms_at(self.clock.now())?;
        Ok(LeavePreview {
            ending: leaving.iter().map(|one| one.state.id()).collect(),
            until: plus_days(today, 1),
            owed,
            wait_restarts: terms.leaving().rejoin_restarts_wait,
        })
    }

    /// Leaves: ends the enrolment and, where it is the payer's own, those of the dependants.
    pub async fn leave(&self, call: &Call, enrolment: EnrolmentId) -> Result<Done<LeaveReceipt>, AppError> {
        self.transact(call, Action::Leave, &enrolment, |now| async move {
            let payer = Self::member_of(call)?;
            let (leaving, owed, today) = self.leaving(payer, enrolment, now).await?;
            let mut unit = Unit::new(now, call.caller.actor());
            for one in &leaving {
                let event = one.state.leave(today).map_err(enrolment_refusal)?;
                push_end(&mut unit, one, event);
            }
            let values = vec![
                ("plan", leaving_plan(&leaving)?.to_string()),
                ("until", plus_days(today, 1).to_string()),
            ];
            self.write_to(&mut unit, payer, "mail-left", values).await?;
            let ended = leaving.iter().map(|one| one.state.id()).collect();
            Ok((unit, LeaveReceipt { ended, until: plus_days(today, 1), owed }))
        })
        .await
    }

    async fn leaving(
        &self,
        payer: MemberId,
        enrolment: EnrolmentId,
        now: Moment,
    ) -> Result<(Vec<Loaded<Enrolment>>, Option<PeriodKey>, Day), AppError> {
        let record = self.store.enrolment(enrolment).await?.filter(|record| record.payer == payer);
        let record = record.ok_or(AppError::NotFound("enrolment"))?;
        if let Some((until, _)) = record.ended {
            return Err(enrolment_refusal(EnrolmentRejection::Ended { until }));
        }
        let plan = self.load_plan(&record.plan).await?;
        let terms = plan.terms_at(now)?;
        let today = day_of(now, terms.zone());
        let mut leaving = vec![self.load_enrolment(record.id).await?];
        if record.member == payer {
            let paid_for =
                self.store.enrolments(&EnrolmentQuery::ByPayer(payer), &Page::first(DEPENDANTS_MAX)).await?;
            for other in paid_for {
                if other.plan == record.plan && other.id != record.id && other.ended.is_none() {
                    leaving.push(self.load_enrolment(other.id).await?);
                }
            }
        }
        let periods = self.store.periods(&record.plan).await?;
        let open = periods.iter().rev().find(|period| is_unsettled(period));
        let open = open.map(|period| (period.key, period.noticed.headcount_day));
        // A notice whose first day has come counts even if the operator is late in opening it.
        let key = terms.calendar().last_notice_begun(today);
        let begun = terms.calendar().notice_first_day(key).map(|first| (key, first));
        let begun = begun.filter(|(key, _)| periods.iter().all(|period| period.key != *key));
        let owed = if terms.leaving().owes_noticed_period {
            let owed = |notice| leaving.iter().find_map(|one| one.state.owed_on_leaving(today, notice));
            owed(open)
                .or_else(|| owed(begun.filter(|(key, _)| periods.last().is_none_or(|last| *key > last.key))))
        } else {
            None
        };
        Ok((leaving, owed, today))
    }
}

/// A period that is on display and whose share is not yet fixed.
fn is_unsettled(period: &PeriodRecord) -> bool {
    period.statement.is_none()
}

fn leaving_plan(leaving: &[Loaded<Enrolment>]) -> Result<huzhu_domain::plan::PlanId, AppError> {
    leaving.first().map(|one| one.state.agreed().plan.clone()).ok_or(AppError::NotFound("enrolment"))
}

/// Ends an enrolment within a unit and moves its member to the cohort row with an end.
pub(crate) fn push_end(unit: &mut Unit, loaded: &Loaded<Enrolment>, event: EnrolmentEvent) {
    let before = EnrolmentRecord::of(&loaded.state);
    let mut after = loaded.state.clone();
    after.apply(&event);
    unit.cohorts.push(CohortMove {
        plan: before.plan.clone(),
        from: Some(before.cohort()),
        to: EnrolmentRecord::of(&after).cohort(),
    });
    unit.appends.push(append_enrolment(loaded, vec![event]));
}

/// The code and values of a refused verb on an enrolment.
pub(crate) fn enrolment_refusal(rejection: EnrolmentRejection) -> AppError {
    let (code, values) = match rejection {
        EnrolmentRejection::Ended { until } => ("enrolment-ended", vec![("until", until.to_string())]),
        EnrolmentRejection::NothingOwed { period } => ("nothing-owed", vec![("period", period.to_string())]),
        EnrolmentRejection::AlreadyInArrears { period } => {
            ("already-in-arrears", vec![("period", period.to_string())])
        }
        EnrolmentRejection::RetryWindowOpen { until } => {
            ("retry-window-open", vec![("until", until.to_string())])
        }
        EnrolmentRejection::NotOverAge { from } => ("not-over-age", vec![("from", from.to_string())]),
        EnrolmentRejection::RelationDoesNotFit => ("relation-does-not-fit", Vec::new()),
        EnrolmentRejection::NoAgeLimit => ("no-age-limit", Vec::new()),
    };
    AppError::Refused(Refusal { code, values })
}
