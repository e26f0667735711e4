//! Claims that wait for a reviewer or for a second person, the most urgent first.

use askama::Template;
use axum::extract::Query;
use huzhu_app::LoadedPlan;
use huzhu_app::plans::PlanSummary;
use huzhu_app::staff::{Queue, QueueRow};
use huzhu_domain::claim::Recommendation;
use huzhu_domain::plan::PlanId;
use serde::Deserialize;

use super::{console, due, words};
use crate::design::{NavItem, Page};
use crate::i18n::Locale;
use crate::pages::frame::{Answer, MemberVisit, Visit, encoded, plan_name};
use crate::problem::Problem;

/// Rows shown on one page of a queue: keeps the page small; the most urgent ones are first.
const ROWS_MAX: usize = 50;

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    plan: String,
    #[serde(default)]
    show: String,
}

#[derive(Template)]
#[template(path = "staff/queue.html")]
struct QueuePage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    plans: Vec<NavItem>,
    filters: Vec<NavItem>,
    title: String,
    lead: String,
    rows: Vec<Line>,
    /// Waiting claims that are not on this page.
    hidden: usize,
    is_review: bool,
    /// That claims wait for a blind second opinion; empty when none does.
    blind: String,
}

/// One claim of a queue.
struct Line {
    href: String,
    name: String,
    id: String,
    state: String,
    tone: &'static str,
    happened: String,
    age: String,
    due: String,
    overdue: bool,
    who: String,
    advice: String,
}

/// Claims that wait for a reviewer.
pub(super) async fn review(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let plans = visit.app().plan_list().await?;
    let plan = chosen(&plans, &wish.plan)?;
    let queue = visit.app().review_queue(&visit.call(), &plan.plan.id).await?;
    let blind = visit.app().second_reviews(&visit.call(), &plan.plan.id).await?.len();
    show(&visit, &plans, plan, &queue, &wish.show, Some(blind))
}

/// Recommendations that wait for a second person.
pub(super) async fn confirm(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let plans = visit.app().plan_list().await?;
    let plan = chosen(&plans, &wish.plan)?;
    let queue = visit.app().confirm_queue(&visit.call(), &plan.plan.id).await?;
    show(&visit, &plans, plan, &queue, "", None)
}

/// The plan of the address, or the first one there is.
fn chosen<'a>(plans: &'a [PlanSummary], wish: &str) -> Result<&'a LoadedPlan, Problem> {
    let found = match wish {
        "" => plans.first(),
        id => plans.iter().find(|one| one.plan.plan.id.as_str() == id),
    };
    found.map(|one| one.plan.as_ref()).ok_or_else(Problem::not_found)
}

fn show(
    visit: &Visit,
    plans: &[PlanSummary],
    plan: &LoadedPlan,
    queue: &Queue,
    wish: &str,
    // Claims that wait for a blind second opinion; `None` in the queue of confirmers.
    blind: Option<usize>,
) -> Answer {
    let (l, is_review) = (visit.l(), blind.is_some());
    let base = if is_review { "/staff/review" } else { "/staff/confirm" };
    let wanted = |row: &QueueRow| match wish {
        "mine" => row.mine,
        "new" => row.reviewer.is_none(),
        _ => true,
    };
    let filters = if is_review { filters(l, &plan.plan.id, queue, wish) } else { Vec::new() };
    let all: Vec<Line> =
        queue.rows.iter().filter(|row| wanted(row)).map(|row| line(visit, plan, row)).collect();
    let hidden = all.len().saturating_sub(ROWS_MAX);
    let title = l.t(if is_review { "staff-review-title" } else { "staff-confirm-title" });
    let shown = QueuePage {
        page: visit.page(title.clone()),
        l,
        ways: console(visit, base),
        plans: if plans.len() > 1 { other_plans(l, plans, plan, base) } else { Vec::new() },
        filters,
        title,
        lead: l.t(if is_review { "staff-review-lead" } else { "staff-confirm-lead" }),
        rows: all.into_iter().take(ROWS_MAX).collect(),
        hidden,
        is_review,
        blind: blind
            .filter(|count| *count > 0)
            .map_or_else(String::new, |n| l.t1("opinion-waits", "count", n)),
    };
    visit.render(&shown)
}

fn other_plans(l: Locale, plans: &[PlanSummary], here: &LoadedPlan, base: &str) -> Vec<NavItem> {
    plans
        .iter()
        .map(|one| {
            let id = &one.plan.plan.id;
            let address = format!("{base}?plan={}", encoded(id.as_str()));
            NavItem::new(plan_name(&one.plan, l), address, *id == here.plan.id)
        })
        .collect()
}

fn filters(l: Locale, plan: &PlanId, queue: &Queue, wish: &str) -> Vec<NavItem> {
    let count = |wanted: &dyn Fn(&QueueRow) -> bool| queue.rows.iter().filter(|row| wanted(row)).count();
    let item = |key: &str, show: &str, count: usize| NavItem {
        label: l.t(key),
        href: format!("/staff/review?plan={plan}&show={show}"),
        current: wish == show || (show == "all" && !["mine", "new"].contains(&wish)),
        count: l.count(u64::try_from(count).unwrap_or(u64::MAX)),
    };
    vec![
        item("staff-filter-all", "all", queue.rows.len()),
        item("staff-filter-mine", "mine", count(&|row| row.mine)),
        item("staff-filter-new", "new", count(&|row| row.reviewer.is_none())),
    ]
}

fn line(visit: &Visit, plan: &LoadedPlan, row: &QueueRow) -> Line {
    let l = visit.l();
    let newest = plan.plan.versions().last().map(|version| &version.terms);
    let terms = plan.plan.terms_on(row.event_date).or(newest);
    let condition = terms.and_then(|terms| terms.condition(&row.condition));
    let name = condition.map_or(row.condition.as_str(), |condition| condition.name.get(visit.language()));
    let who = match (row.mine, row.reviewer) {
        (true, _) => l.t("staff-with-me"),
        (false, Some(_)) => l.t("staff-with-colleague"),
        (false, None) => l.t("staff-with-nobody"),
    };
    let advice = match (&row.recommendation, terms) {
        (Some(Recommendation::Approve { aid }), Some(terms)) => {
            l.t1("staff-advice-approve", "aid", l.money_round(*aid, terms.currency()))
        }
        (Some(Recommendation::Refuse { .. }), _) => l.t("staff-advice-refuse"),
        _ => String::new(),
    };
    Line {
        href: format!("/staff/claims/{}", row.claim),
        name: name.to_owned(),
        id: words::short_id(&row.claim),
        state: words::claim_state(l, row.state),
        tone: words::claim_tone(row.state),
        happened: l.day_short(row.event_date),
        age: match u64::try_from(row.age_days) {
            Ok(0) | Err(_) => l.t("staff-age-new"),
            Ok(days) => l.days(days),
        },
        due: match (row.until, terms) {
            (Some(until), Some(terms)) => due(l, until, visit.now(), terms.zone()),
            _ => l.t("staff-no-deadline"),
        },
        overdue: row.overdue,
        who,
        advice,
    }
}
