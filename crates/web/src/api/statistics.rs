//! Public figures of a plan, and the reasons of its refusals.

use axum::extract::State;
use axum::http::Method;
use huzhu_app::statistics::{self, Days, MonthFigures, Statistics};
use serde::Serialize;
use utoipa::ToSchema;

use super::plans::LocalizedBody;
use super::request::{Answer, Of, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::pages::reasons::{Entry, entries};
use crate::problem::Problem;
use crate::wire::{PlanRef, ReasonRef};

/// How long a stage took.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = StageFigures)]
struct StageBody {
    /// The stage.
    #[schema(pattern = "^[a-z-]+$")]
    stage: &'static str,
    /// How many went through; `null`: fewer than five.
    count: Option<u64>,
    /// Half of them took so many whole days at most.
    median_days: Option<u64>,
}

/// A reason and how often it was given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ReasonFigures)]
struct ReasonCountBody {
    /// The reason.
    reason: ReasonRef,
    /// How often; `null`: hidden.
    count: Option<u64>,
}

/// How second opinions agree with first ones.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = AgreementFigures)]
struct AgreementBody {
    /// Second opinions; `null`: hidden.
    given: Option<u64>,
    /// Hundredths of a percent that agree.
    agree: Option<u64>,
    /// Cohen's kappa in thousandths: 1,000 is full agreement, 0 what chance would give.
    kappa: Option<i64>,
}

impl AgreementBody {
    const fn of(found: statistics::Agreement) -> Self {
        Self { given: found.given, agree: found.agree, kappa: found.kappa }
    }
}

/// Figures of a month; `null` is a number that is hidden.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonthFigures)]
struct MonthBody {
    /// The month, in the time zone of the plan.
    #[schema(pattern = "^[0-9]{4}-[0-9]{2}$")]
    month: String,
    /// Claims handed in.
    reported: Option<u64>,
    /// Claims approved.
    approved: Option<u64>,
    /// Claims refused.
    refused: Option<u64>,
    /// Objections raised.
    objections: Option<u64>,
    /// Second opinions.
    agreement: AgreementBody,
}

/// Public figures of a plan. `null` is a number that is hidden because it speaks of fewer than five people, or would give such a
/// number away.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statistics)]
struct StatisticsBody {
    /// The plan.
    plan: PlanRef,
    /// Days by stage.
    stages: Vec<StageBody>,
    /// Claims approved.
    approved: Option<u64>,
    /// Claims refused.
    refused: Option<u64>,
    /// Refusals by reason, the most frequent first.
    reasons: Vec<ReasonCountBody>,
    /// Objections answered.
    objections_answered: Option<u64>,
    /// Those of them that were right.
    objections_upheld: Option<u64>,
    /// Verdicts of juries.
    verdicts: Option<u64>,
    /// Those of them for the claimant.
    verdicts_for_claimant: Option<u64>,
    /// Jurors who could vote, over all juries that were counted.
    electorate: Option<u64>,
    /// Ballots that they cast.
    ballots: Option<u64>,
    /// Second opinions.
    agreement: AgreementBody,
    /// Open claims by whole weeks since they were handed in: less than 1, 2, 4, 8, and longer.
    #[schema(min_items = 5, max_items = 5)]
    open: Vec<Option<u64>>,
    /// Deadlines that passed.
    deadlines_missed: Option<u64>,
    /// By month, the newest last; at most 24.
    months: Vec<MonthBody>,
}

/// A reason for which a claim can be refused.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Reason)]
struct ReasonBody {
    /// The code that stands in decisions.
    reason: ReasonRef,
    /// What it says.
    text: LocalizedBody,
    /// Part of the plan file that it comes from.
    rule: &'static str,
    /// What would change it: `evidence`, `correction` or `nothing`.
    #[schema(pattern = "^(evidence|correction|nothing)$")]
    remedy: &'static str,
    /// The same as a sentence.
    change: LocalizedBody,
}

/// The reasons of a plan.
#[derive(Debug, Serialize, ToSchema)]
struct ReasonList {
    /// Rules in order of precedence, then exclusions, then the plan's own reasons.
    reasons: Vec<ReasonBody>,
}

pub(super) fn add(table: Table) -> Table {
    let get = Method::GET;
    let op = |id, summary| Op::new("plans", id, summary).public();
    table
        .add(
            &get,
            "/plans/{plan}/statistics",
            figures,
            op("getStatistics", "How long claims take, how they end, how often a decision does not hold")
                .answers::<StatisticsBody>(200),
        )
        .add(
            &get,
            "/plans/{plan}/reasons",
            reasons,
            op("listReasons", "Why a claim can be refused, and what would change it")
                .answers::<ReasonList>(200),
        )
}

async fn figures(State(edge): State<Edge>, Of(plan): Of<PlanRef>) -> Answer {
    let found = edge.app.statistics(&plan.0).await?;
    ok(body(plan, found))
}

fn body(plan: PlanRef, found: Statistics) -> StatisticsBody {
    let stage = |(stage, days): (statistics::Stage, Days)| StageBody {
        stage: stage.word(),
        count: days.count,
        median_days: days.median,
    };
    let month = |one: MonthFigures| MonthBody {
        month: one.month.to_string(),
        reported: one.reported,
        approved: one.approved,
        refused: one.refused,
        objections: one.objections,
        agreement: AgreementBody::of(one.agreement),
    };
    StatisticsBody {
        plan,
        stages: found.stages.into_iter().map(stage).collect(),
        approved: found.approved,
        refused: found.refusals,
        reasons: found
            .refused
            .into_iter()
            .map(|(reason, count)| ReasonCountBody { reason: ReasonRef(reason), count })
            .collect(),
        objections_answered: found.objections_answered,
        objections_upheld: found.objections_upheld,
        verdicts: found.verdicts,
        verdicts_for_claimant: found.verdicts_for,
        electorate: found.turnout.electorate,
        ballots: found.turnout.ballots,
        agreement: AgreementBody::of(found.agreement),
        open: found.open.to_vec(),
        deadlines_missed: found.missed,
        months: found.months.into_iter().map(month).collect(),
    }
}

async fn reasons(State(edge): State<Edge>, Of(plan): Of<PlanRef>) -> Answer {
    let loaded = edge.app.load_plan(&plan.0).await?;
    let first = || loaded.plan.versions().first().map(|version| &version.terms);
    let in_force = loaded.terms_at(edge.app.clock().now()).ok();
    let terms = in_force.or_else(first).ok_or_else(Problem::not_found)?;
    let both = entries(Locale::En, terms).into_iter().zip(entries(Locale::Zh, terms));
    let reason = |(en, zh): (Entry, Entry)| ReasonBody {
        reason: ReasonRef(en.code),
        text: LocalizedBody { en: en.text, zh: zh.text },
        rule: en.rule,
        remedy: en.remedy,
        change: LocalizedBody { en: en.change, zh: zh.change },
    };
    ok(ReasonList { reasons: both.map(reason).collect() })
}
