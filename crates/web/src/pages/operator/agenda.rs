//! What the calendar of a plan and its periods ask of the operator now.
//!
//! Shape: [`stage`] tells where one period stands, [`next_period`] which one comes next, [`due_tasks`] makes lines of a task
//! list of them. Computed each time from calendar, clock and periods; nothing is kept.

use huzhu_app::error::AppError;
use huzhu_app::periods::{OfPeriod, PeriodView};
use huzhu_app::plans::PlanSummary;
use huzhu_app::ports::Page;
use huzhu_domain::plan::{PeriodKey, PlanTerms};
use huzhu_domain::time::{Day, Moment, day_of};

use crate::design::Task;
use crate::i18n::Locale;
use crate::pages::frame::{MemberVisit, plan_name};
use crate::pages::staff::last_day;

/// Where a period stands, and what it needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The notice may begin from this day on.
    Gathering(Day),
    /// Claims are on display until then.
    OnNotice(Moment),
    /// The notice is over; the share is to be fixed.
    ToSettle,
    /// Shares are taken from this day on.
    Settled(Day),
    /// So many payouts are outstanding.
    ToPay(usize),
    /// Everything is paid; the books are to be checked.
    ToClose,
    /// Done.
    Closed,
}

/// Where a period that has begun its notice stands at `now`, with so many payouts outstanding.
pub(crate) fn stage(period: &PeriodView, now: Moment, outstanding: usize) -> Stage {
    match period.state {
        "on-notice" if now < period.notice_until => Stage::OnNotice(period.notice_until),
        "on-notice" => Stage::ToSettle,
        "settled" => Stage::Settled(period.sharing_day),
        "collected" if outstanding > 0 => Stage::ToPay(outstanding),
        "collected" => Stage::ToClose,
        _ => Stage::Closed,
    }
}

/// The period whose notice comes next. `newest` is the last one that has begun; a plan without periods begins with the one
/// whose notice began last, when the plan was in force by then, else with the coming one.
pub(crate) fn next_period(
    terms: &PlanTerms,
    first_day: Day,
    newest: Option<PeriodKey>,
    today: Day,
) -> PeriodKey {
    let calendar = terms.calendar();
    if let Some(newest) = newest {
        return calendar.next(newest);
    }
    let last = calendar.last_notice_begun(today);
    match calendar.notice_first_day(last) {
        Some(day) if day >= first_day => last,
        _ => calendar.period_on_or_after(first_day.max(today)),
    }
}

/// Lines of a task list: what one plan needs, the most urgent first.
///
/// `named`: each line says which plan it is about.
pub(crate) async fn due_tasks(
    visit: &MemberVisit,
    summary: &PlanSummary,
    named: bool,
) -> Result<Vec<Task>, AppError> {
    let (app, call, l) = (visit.app(), visit.call(), visit.l());
    let plan = &summary.plan;
    let (Some(first), Some(newest)) = (plan.plan.versions().first(), plan.plan.versions().last()) else {
        return Ok(Vec::new());
    };
    let id = &plan.plan.id;
    let name = if named { l.t1("op-task-of", "plan", plan_name(plan, l)) } else { String::new() };
    let terms = plan.terms_at(visit.now()).unwrap_or(&newest.terms);
    let today = day_of(visit.now(), terms.zone());
    let periods = app.period_list(id).await?;
    let mut tasks = Vec::new();
    for period in periods.iter().rev().filter(|period| period.state != "closed") {
        let of = OfPeriod { plan: id.clone(), key: period.key };
        let payouts = app.payouts(&call, &of).await?;
        let outstanding = payouts.iter().filter(|one| one.state == "payable").count();
        tasks.push(task(
            l,
            stage(period, visit.now(), outstanding),
            period.key,
            (id.as_str(), &name),
            terms,
            today,
        ));
    }
    let key = next_period(terms, first.effective, periods.first().map(|period| period.key), today);
    if let Some(day) = terms.calendar().notice_first_day(key) {
        tasks.push(task(l, Stage::Gathering(day), key, (id.as_str(), &name), terms, today));
    }
    let books = app.books(&call, id, &Page::first(1)).await?;
    let due = [books.due_from_operator, books.due_from_sponsor];
    for (amount, key) in due.into_iter().zip(["op-task-operator-owes", "op-task-sponsor-owes"]) {
        if !amount.is_zero() {
            let text = l.t2(key, "amount", l.money(amount, terms.currency()), "plan", &name);
            tasks.push(now_task(l, text, format!("/operator/pay-in?plan={id}"), String::new()));
        }
    }
    let unpaid = app.unpaid_shares(&call, id).await?;
    let past = |period: &&PeriodView| {
        let failed = period.collection.is_some_and(|collection| !collection.failed.is_zero());
        failed && terms.calendar().retry_last_day(period.key).is_some_and(|last| last < today)
    };
    if let Some(period) =
        periods.iter().find(past).filter(|_| unpaid.enrolled > 0 && terms.leaving().end_when_unpaid)
    {
        let text = l.t2("op-task-lapse", "count", unpaid.enrolled, "plan", &name);
        let href = format!("/operator/periods/{id}/{}#arrears", period.key);
        tasks.push(now_task(l, text, href, l.t("op-task-lapse-hint")));
    }
    // Stable: what can be done now first, what has to wait for its day after it.
    tasks.sort_by_key(|task| task.tone.is_empty());
    Ok(tasks)
}

fn now_task(l: Locale, name: String, href: String, hint: String) -> Task {
    Task { name, href, hint, status: l.t("op-due-now"), tone: "wait" }
}

fn task(
    l: Locale,
    stage: Stage,
    key: PeriodKey,
    (plan, name): (&str, &str),
    terms: &PlanTerms,
    today: Day,
) -> Task {
    let say = |text: &str| l.t2(text, "period", key.to_string(), "plan", name);
    let href = format!("/operator/periods/{plan}/{key}");
    let later = |text: &str, day: Day| Task {
        name: say(text),
        href: href.clone(),
        hint: l.day_in(day, today),
        status: l.t("op-later"),
        tone: "",
    };
    match stage {
        Stage::Gathering(day) if day > today => later("op-task-notice", day),
        Stage::Gathering(day) => {
            let hint = l.t1("op-since", "day", l.day_in(day, today));
            now_task(l, say("op-task-notice"), href, hint)
        }
        Stage::OnNotice(until) => {
            let last = last_day(until, terms.zone());
            Task { hint: l.t1("op-until", "day", l.day_in(last, today)), ..later("op-task-on-notice", last) }
        }
        Stage::ToSettle => now_task(l, say("op-task-settle"), href, String::new()),
        Stage::Settled(day) if day > today => later("op-task-collect", day),
        Stage::Settled(day) => {
            let hint = l.t1("op-since", "day", l.day_in(day, today));
            now_task(l, say("op-task-collect"), href, hint)
        }
        Stage::ToPay(count) => {
            now_task(l, say("op-task-pay"), href, l.t1("op-task-pay-hint", "count", count))
        }
        Stage::ToClose => now_task(l, say("op-task-close"), href, String::new()),
        Stage::Closed => later("op-task-closed", today),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn terms() -> PlanTerms {
        let text = include_str!("../../../../../plans/demo-town.toml");
        huzhu_planfile::check(text, "demo-town.toml").expect("a plan")
    }

    #[test]
    fn the_next_period_follows_the_newest_one_or_the_beginning_of_the_plan() {
        let terms = terms();
        let key = |text: &str| text.parse::<PeriodKey>().expect("a period");
        let first = date(2026, 1, 1);
        for (newest, today, expected) in [
            (None, date(2025, 12, 30), terms.calendar().period_on_or_after(first)),
            (None, date(2026, 1, 1), terms.calendar().period_on_or_after(first)),
            (None, date(2026, 5, 20), terms.calendar().last_notice_begun(date(2026, 5, 20))),
            (Some(key("2026-01-1")), date(2026, 5, 20), key("2026-01-2")),
            (Some(key("2026-12-2")), date(2026, 5, 20), key("2027-01-1")),
        ] {
            assert_eq!(next_period(&terms, first, newest, today), expected, "{newest:?} on {today}");
        }
    }
}
