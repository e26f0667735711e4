//! What needs the visitor today, for each role and plan.

use askama::Template;
use axum::extract::Query;
use huzhu_app::error::AppError;
use huzhu_app::plans::PlanSummary;
use huzhu_app::staff::Queue;
use huzhu_domain::member::Role;
use serde::Deserialize;

use super::{console, due};
use crate::design::{NavItem, Page, Task};
use crate::i18n::Locale;
use crate::pages::frame::{Answer, MemberVisit, plan_name};
use crate::pages::operator::agenda;

#[derive(Template)]
#[template(path = "staff/today.html")]
struct TodayPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    done: String,
    groups: Vec<Group>,
}

/// The tasks of one role.
struct Group {
    title: String,
    tasks: Vec<Task>,
}

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    done: String,
}

/// What needs the visitor today.
pub(super) async fn page(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let l = visit.l();
    let roles: Vec<Role> = Role::ALL.into_iter().filter(|role| visit.has(*role)).collect();
    if roles.is_empty() {
        return Err(AppError::Denied { action: "read-claims" }.into());
    }
    let mut groups = Vec::new();
    for role in roles {
        let (key, tasks) = match role {
            Role::Reviewer | Role::Confirmer => {
                let key = if role == Role::Reviewer { "staff-today-review" } else { "staff-today-confirm" };
                (key, queue_tasks(&visit, role).await?)
            }
            Role::Investigator => ("staff-today-investigate", Vec::new()),
            Role::Clerk => ("staff-today-jury", Vec::new()),
            Role::Operator => ("staff-today-run", run_tasks(&visit).await?),
            Role::Auditor => ("staff-today-audit", audit_tasks(l)),
        };
        groups.push(Group { title: l.t(key), tasks });
    }
    let shown = TodayPage {
        page: visit.page(l.t("staff-today-title")),
        l,
        ways: console(&visit, "/staff"),
        done: if wish.done == "conflict" { l.t("close-done") } else { String::new() },
        groups,
    };
    visit.render(&shown)
}

async fn queue_tasks(visit: &MemberVisit, role: Role) -> Result<Vec<Task>, AppError> {
    let (l, call) = (visit.l(), visit.call());
    let mut tasks = Vec::new();
    for summary in visit.app().plan_list().await? {
        let id = summary.plan.plan.id.clone();
        let (queue, base) = if role == Role::Reviewer {
            (visit.app().review_queue(&call, &id).await?, "/staff/review")
        } else {
            (visit.app().confirm_queue(&call, &id).await?, "/staff/confirm")
        };
        let Some(newest) = summary.plan.plan.versions().last() else { continue };
        let zone = newest.terms.zone();
        let hint = match queue.rows.first().and_then(|row| row.until) {
            Some(until) => l.t1("staff-today-next", "due", due(l, until, visit.now(), zone)),
            None => String::new(),
        };
        let (status, tone) = status(l, &queue);
        tasks.push(Task {
            name: l.t2(
                if role == Role::Reviewer { "staff-today-claims" } else { "staff-today-decisions" },
                "count",
                queue.rows.len(),
                "plan",
                plan_name(&summary.plan, l),
            ),
            href: format!("{base}?plan={id}"),
            hint,
            status,
            tone,
        });
        if role == Role::Reviewer {
            tasks.extend(blind_task(visit, &summary).await?);
        }
    }
    Ok(tasks)
}

/// Claims of a plan that wait for a blind second opinion, when there are any.
async fn blind_task(visit: &MemberVisit, summary: &PlanSummary) -> Result<Option<Task>, AppError> {
    let (l, plan) = (visit.l(), &summary.plan);
    let rows = visit.app().second_reviews(&visit.call(), &plan.plan.id).await?;
    let (Some(first), Some(newest)) = (rows.first(), plan.plan.versions().last()) else { return Ok(None) };
    let next = due(l, first.until, visit.now(), newest.terms.zone());
    let late = first.until < visit.now();
    Ok(Some(Task {
        name: l.t2("opinion-today", "count", rows.len(), "plan", plan_name(plan, l)),
        href: super::opinion::LIST.to_owned(),
        hint: l.t1("staff-today-next", "due", next),
        status: l.t(if late { "staff-overdue" } else { "staff-in-time" }),
        tone: if late { "bad" } else { "wait" },
    }))
}

fn status(l: Locale, queue: &Queue) -> (String, &'static str) {
    let overdue = queue.rows.iter().filter(|row| row.overdue).count();
    if overdue > 0 {
        (l.t1("staff-overdue-count", "count", overdue), "bad")
    } else if queue.rows.is_empty() {
        (l.t("staff-nothing-waits"), "good")
    } else {
        (l.t("staff-in-time"), "wait")
    }
}

async fn run_tasks(visit: &MemberVisit) -> Result<Vec<Task>, AppError> {
    let mut tasks = Vec::new();
    for summary in visit.app().plan_list().await? {
        tasks.extend(agenda::due_tasks(visit, &summary, true).await?);
    }
    Ok(tasks)
}

fn audit_tasks(l: Locale) -> Vec<Task> {
    let task = |key: &str, hint: &str, href: &str| Task {
        name: l.t(key),
        href: href.to_owned(),
        hint: l.t(hint),
        status: l.t("staff-read-only"),
        tone: "",
    };
    vec![
        task("staff-nav-audit", "staff-today-audit-hint", "/audit"),
        task("staff-nav-books", "staff-today-books-hint", "/books"),
        task("staff-nav-people", "staff-today-people-hint", "/operator/people"),
    ]
}
