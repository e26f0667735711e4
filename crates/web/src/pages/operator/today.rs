//! What the calendar asks of the operator today, plan by plan.

use askama::Template;
use huzhu_app::permission::Action;
use huzhu_app::ports::Page as Cut;
use huzhu_domain::time::day_of;
use huzhu_ledger::{Account, Amount};

use super::agenda;
use crate::design::{NavItem, Page, Task};
use crate::i18n::Locale;
use crate::pages::frame::{Answer, MemberVisit, plan_name};
use crate::pages::staff::{console, needs};

#[derive(Template)]
#[template(path = "operator/today.html")]
struct TodayPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    today: String,
    plans: Vec<PlanDay>,
}

/// One plan today.
struct PlanDay {
    name: String,
    tasks: Vec<Task>,
    headcount: String,
    enrolled: String,
    bank: String,
    periods: Vec<NavItem>,
    books: String,
}

/// Periods linked from a plan's day.
const PERIODS_SHOWN: usize = 4;

/// What is due today.
pub(super) async fn page(visit: MemberVisit) -> Answer {
    needs(&visit, Action::RunPeriod)?;
    let l = visit.l();
    let mut plans = Vec::new();
    let mut today = String::new();
    for summary in visit.app().plan_list().await? {
        let Some(newest) = summary.plan.plan.versions().last() else { continue };
        let id = summary.plan.plan.id.clone();
        let books = visit.app().books(&visit.call(), &id, &Cut::first(1)).await?;
        let bank = Amount::from_wide(books.balances.balance(Account::Bank).minor).unwrap_or_default();
        let periods = visit.app().period_list(&id).await?;
        today = l.day(day_of(visit.now(), newest.terms.zone()));
        plans.push(PlanDay {
            name: plan_name(&summary.plan, l),
            tasks: agenda::due_tasks(&visit, &summary, false).await?,
            headcount: l.count(summary.headcount),
            enrolled: l.count(summary.enrolled),
            bank: l.money_round(bank, newest.terms.currency()),
            periods: periods
                .iter()
                .take(PERIODS_SHOWN)
                .map(|one| {
                    NavItem::new(one.key.to_string(), format!("/operator/periods/{id}/{}", one.key), false)
                })
                .collect(),
            books: format!("/books/{id}"),
        });
    }
    let shown = TodayPage {
        page: visit.page(l.t("op-today-title")),
        l,
        ways: console(&visit, "/operator"),
        today,
        plans,
    };
    visit.render(&shown)
}
