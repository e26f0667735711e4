//! Pages for everybody: plans, rules, notice board, periods, the log, texts about the platform, and signing in.

mod board;
mod log;
mod log_words;
mod notice;
mod periods;
mod plan;
mod reasons;
mod rules;
mod sign_in;
mod statistics;
mod texts;
mod verify;

pub(super) use log_words::chain;
pub(crate) use log_words::kind_key;
pub(super) use plan::{forecast_text, share_chart};

use std::sync::Arc;

use axum::Router;
use huzhu_app::LoadedPlan;
use huzhu_app::error::AppError;
use huzhu_domain::plan::{PlanId, PlanTerms};
use huzhu_domain::time::{Day, day_of};

use super::frame::{PageError, Visit};
use crate::edge::Edge;

/// The routes of this group.
pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .merge(plan::routes())
        .merge(rules::routes())
        .merge(statistics::routes())
        .merge(reasons::routes())
        .merge(board::routes())
        .merge(notice::routes())
        .merge(periods::routes())
        .merge(log::routes())
        .merge(texts::routes())
        .merge(verify::routes())
        .merge(sign_in::routes())
}

/// A plan as a page speaks of it: the terms in force, or the first ones before they are.
pub(super) struct Shown {
    pub(super) plan: Arc<LoadedPlan>,
    pub(super) today: Day,
}

impl Shown {
    /// The plan of an address.
    pub(super) async fn of(visit: &Visit, id: &str) -> Result<Self, PageError> {
        let id = PlanId::new(id).map_err(|_| AppError::NotFound("plan"))?;
        let plan = visit.app().load_plan(&id).await?;
        let zone = plan.plan.versions().last().ok_or(AppError::NotFound("plan"))?.terms.zone();
        let today = day_of(visit.now(), zone);
        Ok(Self { plan, today })
    }

    /// The id.
    pub(super) fn id(&self) -> &PlanId {
        &self.plan.plan.id
    }

    /// The terms in force; before the first version is in force, those of the first version.
    pub(super) fn terms(&self) -> Result<&PlanTerms, PageError> {
        let first = || self.plan.plan.versions().first().map(|version| &version.terms);
        let terms = self.plan.plan.terms_on(self.today).or_else(first);
        terms.ok_or_else(|| AppError::NotFound("plan").into())
    }

    /// The newest terms that know a condition.
    pub(super) fn terms_with(
        &self,
        code: &huzhu_domain::plan::ConditionCode,
    ) -> Result<&PlanTerms, PageError> {
        let versions = self.plan.plan.versions().iter().rev();
        let found = versions.map(|version| &version.terms).find(|terms| terms.condition(code).is_some());
        found.map_or_else(|| self.terms(), Ok)
    }
}
