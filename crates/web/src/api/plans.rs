//! What everybody may read of a plan: texts of its versions, prices, and periods.

use axum::extract::State;
use axum::http::Method;
use huzhu_app::LoadedPlan;
use huzhu_app::periods::PeriodView;
use huzhu_app::plans::{PlainForecast, PlanSummary, PricePoint};
use huzhu_domain::period::{ClaimAid, Statement};
use huzhu_domain::plan::{Localized, PlanId, PlanVersion, VersionState};
use huzhu_ledger::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::me::NextBody;
use super::request::{Answer, Of, Paging, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::wire::{
    ClaimRef, ConditionRef, DayText, DigestText, Instant, Money, PeriodRef, PlanRef, Severity,
};

/// A text in both languages.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Localized)]
pub(crate) struct LocalizedBody {
    /// English.
    pub(super) en: String,
    /// Chinese.
    pub(super) zh: String,
}

impl LocalizedBody {
    fn of(text: &Localized) -> Self {
        use huzhu_domain::plan::Language;
        Self { en: text.get(Language::En).to_owned(), zh: text.get(Language::Zh).to_owned() }
    }
}

/// A plan in one line.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanSummary)]
struct SummaryBody {
    /// The plan.
    plan: PlanRef,
    /// Its name.
    name: LocalizedBody,
    /// What it is, in plain words.
    summary: LocalizedBody,
    /// Currency of all amounts.
    #[schema(pattern = "^[A-Z]{3}$")]
    currency: String,
    /// The newest version that was published.
    newest_version: u32,
    /// The plan takes new members.
    open: bool,
    /// Members counted today.
    headcount: u64,
    /// Everybody enrolled today, also people still waiting.
    enrolled: u64,
}

/// All plans.
#[derive(Debug, Serialize, ToSchema)]
struct PlanList {
    /// The plans, by id.
    plans: Vec<SummaryBody>,
}

/// A plan with the terms in force today.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Plan)]
struct PlanBody {
    /// In one line.
    summary: SummaryBody,
    /// The version in force today; `null` before the first one is.
    version_in_force: Option<u32>,
    /// Conditions that the plan covers, by the newest version.
    conditions: Vec<ConditionBody>,
    /// Questions of the health declaration.
    questions: Vec<QuestionBody>,
    /// Days of waiting for illness.
    wait_days: u16,
    /// Next dates; `null` before the first version is in force.
    next: Option<NextBody>,
}

/// A condition of the cover.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Condition)]
struct ConditionBody {
    /// Its code.
    code: ConditionRef,
    /// Its name.
    name: LocalizedBody,
    /// What it means; this decides.
    definition: LocalizedBody,
    /// Grades that are covered.
    severities: Vec<Severity>,
}

/// A question of the health declaration.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Question)]
struct QuestionBody {
    /// Its code, the key of the answer.
    code: String,
    /// The question.
    text: LocalizedBody,
    /// The answer with which nobody can join.
    refuse_if: bool,
}

/// A version of a plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanVersion)]
struct VersionBody {
    /// The version.
    version: u32,
    /// When it was published.
    published: Instant,
    /// First day in force.
    effective: DayText,
    /// `draft`, `scheduled`, `in-force`, `superseded` or `withdrawn`.
    #[schema(pattern = "^(draft|scheduled|in-force|superseded|withdrawn)$")]
    state: &'static str,
}

/// The versions of a plan.
#[derive(Debug, Serialize, ToSchema)]
struct VersionList {
    /// Newest first.
    versions: Vec<VersionBody>,
}

/// The text of a version.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PlanText)]
struct TextBody {
    /// The plan.
    plan: PlanRef,
    /// The version.
    version: u32,
    /// SHA-256 of the text: what consents name.
    digest: DigestText,
    /// The plan file.
    text: String,
}

/// The price of one period.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Price)]
struct PriceBody {
    /// The period.
    period: PeriodRef,
    /// The day on which shares were taken.
    sharing_day: DayText,
    /// Members counted.
    headcount: u64,
    /// Claims shared.
    claims: u32,
    /// Aid.
    aid: Money,
    /// The share; in banded or capped plans the largest one.
    share: Money,
}

/// A price history.
#[derive(Debug, Serialize, ToSchema)]
struct PriceHistory {
    /// Oldest first.
    prices: Vec<PriceBody>,
}

/// The plainest forecast there is.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Forecast)]
struct ForecastBody {
    /// Periods looked at, at most 24.
    periods: u32,
    /// Mean share per period, rounded up.
    mean: Money,
    /// Largest share of a period.
    largest: Money,
    /// Mean times the periods of a year, or the yearly cap where that is less.
    year: Money,
}

/// What a share may be like in the next year.
#[derive(Debug, Serialize, ToSchema)]
struct ForecastAnswer {
    /// `null` before the first settled period.
    forecast: Option<ForecastBody>,
}

/// A claim with an amount.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClaimAid)]
pub(crate) struct ClaimAidBody {
    /// The claim.
    claim: ClaimRef,
    /// Aid.
    aid: Money,
}

impl ClaimAidBody {
    /// Shows claims with their amounts.
    pub(crate) fn list(claims: &[ClaimAid], currency: Currency) -> Vec<Self> {
        let one = |one: &ClaimAid| Self { claim: ClaimRef(one.claim), aid: Money::of(one.aid, currency) };
        claims.iter().map(one).collect()
    }
}

/// The equation of a period:
/// `aid + fee + surplus = shares_total + surplus_before + borne_by_operator + borne_by_sponsor + carried_out - carried_in`.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Statement)]
pub(crate) struct StatementBody {
    /// Claims shared.
    claims: u32,
    /// Sum of aid.
    aid: Money,
    /// Fee on it.
    fee: Money,
    /// Cost carried in.
    carried_in: Money,
    /// What was left to share.
    cost: Money,
    /// Members counted.
    headcount: u64,
    /// The share; in banded or capped plans the largest one.
    share: Money,
    /// Sum of what all members owe.
    shares_total: Money,
    /// Rounding excess of the period before.
    surplus_before: Money,
    /// Rounding excess carried on.
    surplus: Money,
    /// What the operator pays.
    borne_by_operator: Money,
    /// What the sponsor pays.
    borne_by_sponsor: Money,
    /// Cost carried on.
    carried_out: Money,
    /// What members owe, by cohort.
    cohorts: Vec<CohortBody>,
    /// What each claim is paid.
    payable: Vec<ClaimAidBody>,
}

/// Members who owe the same.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Cohort)]
struct CohortBody {
    /// Age class; 0 in plans without age bands.
    class: i16,
    /// First period of the year in which they were counted.
    first: PeriodRef,
    /// How many.
    count: u64,
    /// What each of them owes.
    share: Money,
}

impl StatementBody {
    /// Shows an equation.
    pub(crate) fn of(statement: &Statement, currency: Currency) -> Self {
        let money = |amount| Money::of(amount, currency);
        Self {
            claims: statement.claims,
            aid: money(statement.aid),
            fee: money(statement.fee),
            carried_in: money(statement.carried_in),
            cost: money(statement.cost),
            headcount: statement.headcount,
            share: money(statement.share),
            shares_total: money(statement.shares_total),
            surplus_before: money(statement.surplus_before),
            surplus: money(statement.surplus),
            borne_by_operator: money(statement.borne_by_operator),
            borne_by_sponsor: money(statement.borne_by_sponsor),
            carried_out: money(statement.carried_out),
            cohorts: statement
                .cohorts
                .iter()
                .map(|cohort| CohortBody {
                    class: cohort.key.class,
                    first: PeriodRef(cohort.key.first),
                    count: cohort.count,
                    share: money(cohort.share),
                })
                .collect(),
            payable: ClaimAidBody::list(&statement.payable, currency),
        }
    }
}

/// A period as the public sees it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Period)]
struct PeriodBody {
    /// The plan.
    plan: PlanRef,
    /// The period.
    period: PeriodRef,
    /// The version whose terms rule it.
    version: u32,
    /// `on-notice`, `settled`, `collected` or `closed`.
    #[schema(pattern = "^(gathering|on-notice|settled|collected|closed)$")]
    state: &'static str,
    /// The day at whose 0:00 members were counted.
    headcount_day: DayText,
    /// End of the notice.
    notice_until: Instant,
    /// The day on which shares are taken.
    sharing_day: DayText,
    /// Members counted.
    headcount: u64,
    /// Claims on display.
    claims: u64,
    /// Sum of their aid.
    aid: Money,
    /// The equation, once settled.
    statement: Option<StatementBody>,
    /// Taken from members, once collected.
    collected: Option<Money>,
    /// Not taken and in arrears, once collected.
    uncollected: Option<Money>,
}

/// A page of periods.
#[derive(Debug, Serialize, ToSchema)]
struct PeriodList {
    /// Newest first.
    periods: Vec<PeriodBody>,
    /// Cursor of the next page; `null` at the end.
    next: Option<String>,
}

pub(super) fn add(table: Table) -> Table {
    let get = Method::GET;
    let op = |id, summary| Op::new("plans", id, summary).public();
    add_periods(table)
        .add(&get, "/plans", list, op("listPlans", "All plans").answers::<PlanList>(200))
        .add(&get, "/plans/{plan}", plan, op("getPlan", "One plan").answers::<PlanBody>(200))
        .add(
            &get,
            "/plans/{plan}/versions",
            versions,
            op("listVersions", "The versions of a plan").answers::<VersionList>(200),
        )
        .add(
            &get,
            "/plans/{plan}/versions/{version}",
            text,
            op("getVersion", "The text of a version").answers::<TextBody>(200),
        )
        .add(
            &get,
            "/plans/{plan}/prices",
            prices,
            op("getPrices", "What it has cost").answers::<PriceHistory>(200),
        )
        .add(
            &get,
            "/plans/{plan}/forecast",
            forecast,
            op("getForecast", "What it may cost: the plainest forecast there is")
                .answers::<ForecastAnswer>(200),
        )
}

/// Periods.
fn add_periods(table: Table) -> Table {
    let get = Method::GET;
    let op = |id, summary| Op::new("plans", id, summary).public();
    table
        .add(
            &get,
            "/plans/{plan}/periods",
            periods,
            op("listPeriods", "Periods that have begun their notice").paged().answers::<PeriodList>(200),
        )
        .add(
            &get,
            "/plans/{plan}/periods/{period}",
            period,
            op("getPeriod", "One period with its equation").answers::<PeriodBody>(200),
        )
}

fn summary_body(summary: &PlanSummary) -> Result<SummaryBody, Problem> {
    let newest = summary.plan.plan.versions().last().ok_or_else(Problem::not_found)?;
    let identity = newest.terms.identity();
    Ok(SummaryBody {
        plan: PlanRef(identity.id.clone()),
        name: LocalizedBody::of(&identity.name),
        summary: LocalizedBody::of(&identity.summary),
        currency: identity.currency.code().to_owned(),
        newest_version: newest.version.0,
        open: summary.plan.open,
        headcount: summary.headcount,
        enrolled: summary.enrolled,
    })
}

async fn list(State(edge): State<Edge>) -> Answer {
    let plans = edge.app.plan_list().await?;
    ok(PlanList { plans: plans.iter().map(summary_body).collect::<Result<_, _>>()? })
}

async fn plan(State(edge): State<Edge>, Of(id): Of<PlanRef>) -> Answer {
    let summary = edge.app.plan_summary(&id.0).await?;
    let loaded: &LoadedPlan = &summary.plan;
    let in_force = loaded.terms_at(edge.app.clock().now()).ok();
    let newest = &loaded.plan.versions().last().ok_or_else(Problem::not_found)?.terms;
    let terms = in_force.unwrap_or(newest);
    let next = match in_force {
        Some(_) => Some(NextBody::of(edge.app.next_dates(&id.0).await?)),
        None => None,
    };
    ok(PlanBody {
        summary: summary_body(&summary)?,
        version_in_force: in_force.map(|terms| terms.version().0),
        conditions: terms
            .cover()
            .conditions
            .iter()
            .map(|condition| ConditionBody {
                code: ConditionRef(condition.code.clone()),
                name: LocalizedBody::of(&condition.name),
                definition: LocalizedBody::of(&condition.definition),
                severities: condition.severities.iter().copied().map(Into::into).collect(),
            })
            .collect(),
        questions: terms
            .joining()
            .questions
            .iter()
            .map(|question| QuestionBody {
                code: question.code.to_string(),
                text: LocalizedBody::of(&question.text),
                refuse_if: question.refuse_if,
            })
            .collect(),
        wait_days: terms.waiting().days,
        next,
    })
}

async fn versions(State(edge): State<Edge>, Of(id): Of<PlanRef>) -> Answer {
    let summary = edge.app.plan_summary(&id.0).await?;
    let states = edge.app.version_states(&summary.plan);
    let published =
        |version| summary.plan.plan.versions().iter().find(|v| v.version == version).map(|v| v.published);
    let rows = states.into_iter().filter_map(|(version, effective, state)| {
        Some(VersionBody {
            version: version.0,
            published: Instant(published(version)?),
            effective: DayText(effective),
            state: version_word(state),
        })
    });
    ok(VersionList { versions: rows.collect() })
}

const fn version_word(state: VersionState) -> &'static str {
    match state {
        VersionState::Draft => "draft",
        VersionState::Scheduled => "scheduled",
        VersionState::InForce => "in-force",
        VersionState::Superseded => "superseded",
        VersionState::Withdrawn => "withdrawn",
    }
}

async fn text(State(edge): State<Edge>, Of((id, version)): Of<(PlanRef, u32)>) -> Answer {
    let summary = edge.app.plan_summary(&id.0).await?;
    let record = edge.app.store().plan(&id.0).await.map_err(huzhu_app::error::AppError::from)?;
    let version = PlanVersion(version);
    let digest =
        record.and_then(|record| record.versions.iter().find(|v| v.version == version).map(|v| v.digest));
    let text = summary.plan.texts.get(&version);
    let (digest, text) = digest.zip(text).ok_or_else(Problem::not_found)?;
    ok(TextBody { plan: id, version: version.0, digest: DigestText(digest), text: text.clone() })
}

async fn history(edge: &Edge, id: &PlanId) -> Result<(Currency, Vec<PricePoint>), Problem> {
    let currency = edge.app.plan_currency(id).await?;
    Ok((currency, edge.app.price_history(id).await?))
}

async fn prices(State(edge): State<Edge>, Of(id): Of<PlanRef>) -> Answer {
    let (currency, points) = history(&edge, &id.0).await?;
    let prices = points.into_iter().map(|point| PriceBody {
        period: PeriodRef(point.period),
        sharing_day: DayText(point.sharing_day),
        headcount: point.headcount,
        claims: point.claims,
        aid: Money::of(point.aid, currency),
        share: Money::of(point.share, currency),
    });
    ok(PriceHistory { prices: prices.collect() })
}

async fn forecast(State(edge): State<Edge>, Of(id): Of<PlanRef>) -> Answer {
    let (currency, points) = history(&edge, &id.0).await?;
    let summary = edge.app.plan_summary(&id.0).await?;
    let forecast = edge.app.plain_forecast(&summary.plan, &points);
    let forecast = forecast.map(|PlainForecast { periods, mean, largest, year }| ForecastBody {
        periods,
        mean: Money::of(mean, currency),
        largest: Money::of(largest, currency),
        year: Money::of(year, currency),
    });
    ok(ForecastAnswer { forecast })
}

fn period_body(view: PeriodView) -> PeriodBody {
    let currency = view.currency;
    PeriodBody {
        plan: PlanRef(view.plan),
        period: PeriodRef(view.key),
        version: view.version.0,
        state: view.state,
        headcount_day: DayText(view.headcount_day),
        notice_until: Instant(view.notice_until),
        sharing_day: DayText(view.sharing_day),
        headcount: view.headcount,
        claims: view.claims,
        aid: Money::of(view.aid, currency),
        statement: view.statement.as_ref().map(|statement| StatementBody::of(statement, currency)),
        collected: view.collection.map(|collection| Money::of(collection.collected, currency)),
        uncollected: view.collection.map(|collection| Money::of(collection.failed, currency)),
    }
}

async fn periods(State(edge): State<Edge>, Of(id): Of<PlanRef>, paging: Paging) -> Answer {
    let list = edge.app.period_list(&id.0).await?;
    let (page, next) = paging.cut("periods", list, |period| period.key.to_string())?;
    ok(PeriodList { periods: page.into_iter().map(period_body).collect(), next })
}

async fn period(State(edge): State<Edge>, Of((id, key)): Of<(PlanRef, PeriodRef)>) -> Answer {
    ok(period_body(edge.app.period_statement(&id.0, key.0).await?))
}
