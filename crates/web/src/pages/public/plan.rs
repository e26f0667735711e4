//! What a plan is, in one screen of plain words, and the list of plans.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use huzhu_app::plans::{PlainForecast, PlanSummary, PricePoint};
use huzhu_domain::plan::{Model, PlanTerms, Split};
use huzhu_domain::time::{Day, plus_days};
use huzhu_ledger::Amount;

use super::super::frame::{Answer, PageError, Visit, language, plan_name};
use super::super::phrases;
use super::Shown;
use crate::chart::{self, Frame, Point};
use crate::design::{Fact, Page};
use crate::edge::Edge;
use crate::i18n::{Locale, t_args};

/// Periods drawn in the chart of a page: one year of half-months.
pub(super) const DRAWN: usize = 24;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/", get(index)).route("/plans", get(index)).route("/plans/{id}", get(plan))
}

#[derive(Template)]
#[template(path = "public/plans.html")]
struct PlansPage {
    page: Page,
    l: Locale,
    rows: Vec<PlanRow>,
}

struct PlanRow {
    name: String,
    summary: String,
    href: String,
    members: String,
    open: bool,
}

/// The only plan, or all of them.
async fn index(visit: Visit) -> Answer {
    let plans = visit.app().plan_list().await?;
    if let [only] = plans.as_slice() {
        return show(&visit, only).await;
    }
    let l = visit.l();
    let rows = plans
        .iter()
        .map(|one| PlanRow {
            name: plan_name(&one.plan, l),
            summary: one
                .plan
                .plan
                .versions()
                .last()
                .map_or_else(String::new, |v| v.terms.identity().summary.get(language(l)).to_owned()),
            href: format!("/plans/{}", one.plan.plan.id),
            members: l.members(one.headcount),
            open: one.plan.open,
        })
        .collect();
    visit.render(&PlansPage { page: visit.page(l.t("plans-title")), l, rows })
}

#[derive(Template)]
#[template(path = "public/plan.html")]
struct PlanPage {
    page: Page,
    l: Locale,
    base: String,
    name: String,
    summary: String,
    open: bool,
    mine: bool,
    kicker: String,
    stats: Vec<(String, String, String)>,
    steps: Vec<(String, String)>,
    chart: String,
    forecast: String,
    facts: Vec<Fact>,
    next: String,
    may_rise: String,
    may_end: String,
}

async fn plan(visit: Visit, Path(id): Path<String>) -> Answer {
    let shown = Shown::of(&visit, &id).await?;
    let summary = visit.app().plan_summary(shown.id()).await?;
    show(&visit, &summary).await
}

async fn show(visit: &Visit, summary: &PlanSummary) -> Answer {
    let l = visit.l();
    let shown = Shown::of(visit, summary.plan.plan.id.as_str()).await?;
    let terms = shown.terms()?;
    let history = visit.app().price_history(shown.id()).await?;
    let forecast = visit.app().plain_forecast(&shown.plan, &history);
    let name = plan_name(&shown.plan, l);
    let joinable = shown.plan.open && terms.joining().open_on(shown.today);
    let page = Page {
        description: terms.identity().summary.get(visit.language()).to_owned(),
        plan_name: String::new(),
        ..visit.plan_page(name.clone(), &shown.plan)
    };
    let end_notice = l.days(u64::from(terms.ending().notice_days));
    visit.render(&PlanPage {
        page,
        l,
        base: format!("/plans/{}", shown.id()),
        name,
        summary: terms.identity().summary.get(visit.language()).to_owned(),
        open: joinable,
        mine: is_mine(visit, &shown).await?,
        kicker: l.t(if joinable { "plan-open" } else { "plan-closed" }),
        stats: stats(l, terms, summary, &history, shown.today),
        steps: steps(l, terms),
        chart: share_chart(l, terms, &history),
        forecast: forecast_text(l, terms, forecast.as_ref()),
        facts: facts(l, terms),
        next: next_text(visit, &shown).await?,
        may_rise: rise_text(l, terms, &history),
        may_end: l.t1("plan-not-end", "notice", end_notice),
    })
}

/// Whether the visitor is in the plan, or pays for somebody who is.
async fn is_mine(visit: &Visit, shown: &Shown) -> Result<bool, PageError> {
    if visit.member().is_none() {
        return Ok(false);
    }
    let home = visit.app().home(&visit.call()).await?;
    let mut cards = home.enrolments.iter();
    Ok(cards.any(|card| card.enrolment.plan == *shown.id() && card.enrolment.ended.is_none()))
}

/// What stands out in numbers: label, figure, note.
fn stats(
    l: Locale,
    terms: &PlanTerms,
    summary: &PlanSummary,
    history: &[PricePoint],
    today: Day,
) -> Vec<(String, String, String)> {
    let waiting = summary.enrolled.saturating_sub(summary.headcount);
    let note = if waiting == 0 { String::new() } else { l.t1("plan-stat-waiting", "count", waiting) };
    let mut stats =
        vec![(l.t1("plan-stat-members", "count", summary.headcount), l.count(summary.headcount), note)];
    let helped = history.iter().fold(0_u64, |sum, point| sum.saturating_add(u64::from(point.claims)));
    stats.push((l.t1("plan-stat-helped", "count", helped), l.count(helped), String::new()));
    if let Some(last) = history.last() {
        let note = l.t1("plan-stat-last-note", "period", phrases::period(l, last.period));
        stats.push((l.t("plan-stat-last"), l.money(last.share, terms.currency()), note));
        let from = plus_days(today, -365);
        let year = history.iter().filter(|point| point.sharing_day > from).map(|point| point.share);
        if let Ok(sum) = Amount::sum(year) {
            let sum = l.money(sum, terms.currency());
            stats.push((l.t("plan-stat-year"), sum, l.t("plan-stat-year-note")));
        }
    }
    stats
}

/// How it works, with the plan's own numbers: title and text of each step.
fn steps(l: Locale, terms: &PlanTerms) -> Vec<(String, String)> {
    let wait = l.days(u64::from(terms.waiting().days));
    let join = match (terms.waiting().days, terms.waiting().accident_exempt) {
        (0, _) => l.t("plan-step-join-no-wait"),
        (_, true) => l.t1("plan-step-join-accident", "wait", wait),
        (_, false) => l.t1("plan-step-join", "wait", wait),
    };
    let notice = l.days(u64::from(terms.calendar().notice_length_days));
    let fee = l.percent(terms.fee());
    let share = match (&terms.sharing().model, &terms.sharing().split) {
        (Model::Sponsor { .. }, _) => l.t1("plan-step-share-sponsor", "fee", fee),
        (_, Split::Banded(_)) => l.t1("plan-step-share-banded", "fee", fee),
        (_, Split::Equal) => l.t1("plan-step-share", "fee", fee),
    };
    vec![
        (l.t("plan-step-join-title"), join),
        (l.t("plan-step-claim-title"), l.t1("plan-step-claim", "count", terms.cover().conditions.len())),
        (l.t("plan-step-notice-title"), l.t1("plan-step-notice", "days", notice)),
        (l.t("plan-step-share-title"), share),
    ]
}

/// The share of each settled period, newest [`DRAWN`] ones.
pub(crate) fn share_chart(l: Locale, terms: &PlanTerms, history: &[PricePoint]) -> String {
    let currency = terms.currency();
    let recent = history.get(history.len().saturating_sub(DRAWN)..).unwrap_or_default();
    let points: Vec<Point> = recent
        .iter()
        .map(|point| {
            Point::new(point.period.to_string(), point.share.minor(), l.money(point.share, currency))
        })
        .collect();
    let shares = || recent.iter().map(|point| point.share);
    let desc = match (shares().min(), shares().max()) {
        (Some(least), Some(most)) => t_args(
            l,
            "chart-share-desc",
            &[
                ("least", &l.money(least, currency)),
                ("most", &l.money(most, currency)),
                ("count", &recent.len()),
            ],
        ),
        _ => String::new(),
    };
    let tick = |minor: u64| Amount::from_minor(minor).decimal(currency);
    let frame = Frame {
        id: "shares",
        l,
        title: &l.t("chart-share-title"),
        desc: &desc,
        x_name: &l.t("chart-period"),
        y_name: &l.t1("chart-share-axis", "currency", currency.to_string()),
        tick: &tick,
        cap: None,
    };
    chart::bars(&frame, &points)
}

/// The plainest forecast as a sentence; before the first period, that there is none.
pub(crate) fn forecast_text(l: Locale, terms: &PlanTerms, forecast: Option<&PlainForecast>) -> String {
    forecast.map_or_else(
        || l.t("forecast-none"),
        |forecast| {
            t_args(
                l,
                "forecast-text",
                &[
                    ("periods", &forecast.periods),
                    ("mean", &l.money(forecast.mean, terms.currency())),
                    ("year", &l.money(forecast.year, terms.currency())),
                    ("largest", &l.money(forecast.largest, terms.currency())),
                ],
            )
        },
    )
}

fn facts(l: Locale, terms: &PlanTerms) -> Vec<Fact> {
    let currency = terms.currency();
    let joining = terms.joining();
    let mut facts = vec![Fact::new(
        l.t("fact-ages"),
        l.t2(
            "fact-ages-value",
            "from",
            phrases::age(l, joining.age_from),
            "to",
            phrases::age(l, joining.age_to),
        ),
    )];
    if let Some(most) = terms.aid().highest() {
        facts.push(Fact::new(l.t("fact-aid"), l.money_round(most, currency)));
    }
    facts.push(Fact::new(l.t("fact-wait"), l.days(u64::from(terms.waiting().days))));
    facts.push(Fact::new(l.t("fact-fee"), l.t1("fact-fee-value", "fee", l.percent(terms.fee()))));
    let cap = terms.sharing().cap_per_year.map_or_else(
        || l.t("fact-cap-none"),
        |cap| l.t1("fact-cap-value", "amount", l.money_round(cap.amount, currency)),
    );
    facts.push(Fact::new(l.t("fact-cap"), cap));
    facts
}

async fn next_text(visit: &Visit, shown: &Shown) -> Result<String, PageError> {
    let l = visit.l();
    let terms = shown.terms()?;
    if terms.effective() > shown.today {
        return Ok(l.t1("plan-next-begins", "day", l.day_in(terms.effective(), shown.today)));
    }
    let next = visit.app().next_dates(shown.id()).await?;
    Ok(match (next.notice, next.sharing) {
        (Some(notice), Some(sharing)) if notice > shown.today => l.t2(
            "plan-next-notice",
            "notice",
            l.day_in(notice, shown.today),
            "sharing",
            l.day_in(sharing, shown.today),
        ),
        (_, Some(sharing)) => l.t1("plan-next-sharing", "sharing", l.day_in(sharing, shown.today)),
        (_, None) => String::new(),
    })
}

fn rise_text(l: Locale, terms: &PlanTerms, history: &[PricePoint]) -> String {
    let shares = || history.iter().map(|point| point.share);
    match (shares().min(), shares().max()) {
        (Some(least), Some(most)) if least < most => l.t2(
            "plan-not-rise-range",
            "least",
            l.money(least, terms.currency()),
            "most",
            l.money(most, terms.currency()),
        ),
        _ => l.t("plan-not-rise"),
    }
}
