//! Claims that wait for a reviewer or for a second person, the most urgent first.

use std::collections::BTreeSet;

use askama::Template;
use axum::extract::{Path, Query};
use huzhu_app::LoadedPlan;
use huzhu_app::error::AppError;
use huzhu_app::plans::PlanSummary;
use huzhu_app::staff::{Queue, QueueRow};
use huzhu_domain::claim::Recommendation;
use huzhu_domain::id::ClaimId;
use huzhu_domain::member::Role;
use huzhu_domain::plan::PlanId;
use serde::Deserialize;

use super::{console, due, words};
use crate::design::{NavItem, Page};
use crate::i18n::Locale;
use crate::pages::frame::{Answer, MemberVisit, Visit, encoded, plan_name, see_other};
use crate::problem::Problem;

/// Rows shown on one page of a queue: keeps the page small; the most urgent ones are first.
const ROWS_MAX: usize = 50;

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    plan: String,
    /// `mine`, `new` or `overdue`; anything else is all.
    #[serde(default)]
    show: String,
    /// Word of a state; anything that no claim is in shows none.
    #[serde(default)]
    step: String,
    #[serde(default)]
    after: String,
    #[serde(default)]
    of: String,
}

#[derive(Template)]
#[template(path = "staff/queue.html")]
struct QueuePage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    plans: Vec<NavItem>,
    filters: Vec<NavItem>,
    steps: Vec<NavItem>,
    /// What was done to the claim that led here; empty for nothing.
    done: String,
    title: String,
    lead: String,
    rows: Vec<Line>,
    /// Waiting claims that are not on this page.
    hidden: usize,
    is_review: bool,
    /// That claims wait for a blind second opinion; empty when none does.
    blind: String,
    /// That small claims wait for another reviewer as the second person; empty when none does, and for confirmers.
    small: String,
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
    let small = if visit.has(Role::Confirmer) {
        0
    } else {
        visit.app().confirm_queue(&visit.call(), &plan.plan.id).await?.rows.len()
    };
    show(&visit, &plans, plan, &queue, &wish, Some((blind, small)))
}

/// Recommendations that wait for a second person.
pub(super) async fn confirm(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let plans = visit.app().plan_list().await?;
    let plan = chosen(&plans, &wish.plan)?;
    let queue = visit.app().confirm_queue(&visit.call(), &plan.plan.id).await?;
    show(&visit, &plans, plan, &queue, &wish, None)
}

/// That so many wait; empty when none does.
fn waits(l: Locale, key: &str, count: Option<usize>) -> String {
    count.filter(|count| *count > 0).map_or_else(String::new, |count| l.t1(key, "count", count))
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
    wish: &Wish,
    // Claims that wait for a blind second opinion, and small ones that wait for another reviewer; `None` in the queue of
    // confirmers.
    more: Option<(usize, usize)>,
) -> Answer {
    let (l, is_review) = (visit.l(), more.is_some());
    let base = if is_review { "/staff/review" } else { "/staff/confirm" };
    let in_step = |row: &QueueRow| wish.step.is_empty() || row.state == wish.step;
    let wanted = |row: &QueueRow| fits(row, &wish.show) && in_step(row);
    let filters = filters(l, base, &plan.plan.id, queue, wish, is_review);
    let steps = if is_review { steps(l, base, &plan.plan.id, queue, wish) } else { Vec::new() };
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
        steps,
        done: super::desk::after_text(l, &wish.after, &wish.of),
        title,
        lead: l.t(if is_review { "staff-review-lead" } else { "staff-confirm-lead" }),
        rows: all.into_iter().take(ROWS_MAX).collect(),
        hidden,
        is_review,
        blind: waits(l, "opinion-waits", more.map(|(blind, _)| blind)),
        small: waits(l, "staff-small-waits", more.map(|(_, small)| small)),
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

/// Whether a row is one of those that the address asks for.
fn fits(row: &QueueRow, show: &str) -> bool {
    match show {
        "mine" => row.mine,
        "new" => row.reviewer.is_none() && row.state == "reported",
        "overdue" => row.overdue,
        _ => true,
    }
}

/// Ways to a part of the queue; how many are there counts the chosen step.
fn filters(
    l: Locale,
    base: &str,
    plan: &PlanId,
    queue: &Queue,
    wish: &Wish,
    is_review: bool,
) -> Vec<NavItem> {
    const PARTS: [(&str, &str, bool); 4] = [
        ("staff-filter-all", "all", true),
        ("staff-filter-mine", "mine", false),
        ("staff-filter-new", "new", false),
        ("staff-filter-overdue", "overdue", true),
    ];
    let known = PARTS.iter().any(|(_, show, _)| *show == wish.show);
    let in_step = |row: &&QueueRow| wish.step.is_empty() || row.state == wish.step;
    let item = |(key, show, _): &(&str, &str, bool)| {
        let count = queue.rows.iter().filter(in_step).filter(|row| fits(row, show)).count();
        NavItem {
            label: l.t(key),
            href: address(base, plan, show, &wish.step),
            current: wish.show == *show || (*show == "all" && !known),
            count: l.count(u64::try_from(count).unwrap_or(u64::MAX)),
        }
    };
    PARTS.iter().filter(|(.., both)| *both || is_review).map(item).collect()
}

/// Ways to the claims in one step, of the steps that there are.
fn steps(l: Locale, base: &str, plan: &PlanId, queue: &Queue, wish: &Wish) -> Vec<NavItem> {
    let states: BTreeSet<&str> = queue.rows.iter().map(|row| row.state).collect();
    if states.len() < 2 && wish.step.is_empty() {
        return Vec::new();
    }
    let item = |state: &str, label: String| {
        let in_state = |row: &&QueueRow| state.is_empty() || row.state == state;
        let count = queue.rows.iter().filter(in_state).filter(|row| fits(row, &wish.show)).count();
        NavItem {
            label,
            href: address(base, plan, &wish.show, state),
            current: wish.step == state,
            count: l.count(u64::try_from(count).unwrap_or(u64::MAX)),
        }
    };
    let every = item("", l.t("staff-filter-every-step"));
    std::iter::once(every)
        .chain(states.into_iter().map(|state| item(state, words::claim_state(l, state))))
        .collect()
}

fn address(base: &str, plan: &PlanId, show: &str, step: &str) -> String {
    let mut address = format!("{base}?plan={plan}&show={}", encoded(show));
    if !step.is_empty() {
        address += "&step=";
        address += &encoded(step);
    }
    address
}

/// Which queue of the visitor the ways from claim to claim follow.
#[derive(Deserialize)]
pub(super) struct Which {
    #[serde(default, rename = "as")]
    queue: String,
}

/// The next claim of the own queue; behind the last one is the queue itself.
pub(super) async fn next(visit: MemberVisit, Path(id): Path<String>, Query(which): Query<Which>) -> Answer {
    step(&visit, &id, &which, |list, at| match at {
        Some(at) => at.checked_add(1).and_then(|next| list.get(next)),
        None => list.first(),
    })
    .await
}

/// The previous claim of the own queue; before the first one is the queue itself.
pub(super) async fn previous(
    visit: MemberVisit,
    Path(id): Path<String>,
    Query(which): Query<Which>,
) -> Answer {
    step(&visit, &id, &which, |list, at| match at {
        Some(at) => at.checked_sub(1).and_then(|before| list.get(before)),
        None => list.last(),
    })
    .await
}

async fn step(
    visit: &MemberVisit,
    id: &str,
    which: &Which,
    choose: impl Fn(&[ClaimId], Option<usize>) -> Option<&ClaimId> + Send,
) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    let plan = visit.app().claim_view(&visit.call(), claim).await?.plan;
    let confirms = which.queue == "confirm";
    let list = own_queue(visit, &plan, confirms).await?;
    let at = list.iter().position(|one| *one == claim);
    Ok(see_other(&match choose(&list, at) {
        Some(next) => format!("/staff/claims/{next}"),
        None => format!("{}?plan={plan}", base(confirms)),
    }))
}

const fn base(confirms: bool) -> &'static str {
    if confirms { "/staff/confirm" } else { "/staff/review" }
}

/// Claims that the visitor can do something about now, the most urgent first: their own, those that nobody has, and those whose
/// evidence is late; or those that wait for a second person.
async fn own_queue(visit: &MemberVisit, plan: &PlanId, confirms: bool) -> Result<Vec<ClaimId>, AppError> {
    let queue = if confirms {
        visit.app().confirm_queue(&visit.call(), plan).await?
    } else {
        visit.app().review_queue(&visit.call(), plan).await?
    };
    let open = |row: &&QueueRow| match row.state {
        "reported" | "recommended" => true,
        "under-review" => row.mine,
        "more-evidence-needed" => row.mine && row.overdue,
        _ => false,
    };
    Ok(queue.rows.iter().filter(open).map(|row| row.claim).collect())
}

/// Where a decision leads: to the next claim of the own queue, or to the empty queue.
pub(super) async fn onward(visit: &MemberVisit, claim: ClaimId, verb: &str) -> Result<String, AppError> {
    let confirms = matches!(verb, "confirm" | "return");
    let plan = visit.app().claim_view(&visit.call(), claim).await?.plan;
    let list = own_queue(visit, &plan, confirms).await?;
    Ok(match list.iter().find(|one| **one != claim) {
        Some(next) => format!("/staff/claims/{next}?after={verb}&of={claim}"),
        None => format!("{}?plan={plan}&after={verb}&of={claim}", base(confirms)),
    })
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
