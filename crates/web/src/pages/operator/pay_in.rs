//! Money that the operator or a sponsor has paid into the custody account of a plan.

use askama::Template;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::response::Response;
use huzhu_app::call::Call;
use huzhu_app::error::{AppError, FieldMistake};
use huzhu_app::periods::{PayIn, PaySource};
use huzhu_app::permission::Action;
use huzhu_app::ports::Page as Cut;
use huzhu_domain::plan::PlanId;
use huzhu_ledger::Amount;
use serde::Deserialize;

use crate::design::{Choice, Fact, FieldError, NavItem, Page};
use crate::i18n::Locale;
use crate::pages::forms::{Fields, form_errors, wrong};
use crate::pages::frame::{Answer, MemberVisit, PageError, plan_name, see_other};
use crate::pages::staff::{console, keyed, needs, status_of};

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    done: String,
    #[serde(default)]
    plan: String,
}

#[derive(Template)]
#[template(path = "operator/pay-in.html")]
struct PayInPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    done: bool,
    errors: Vec<FieldError>,
    due: Vec<Fact>,
    plans: Vec<Choice>,
    sources: Vec<Choice>,
    amount: String,
    confirmation: String,
    key: String,
}

/// The form, with what is still due.
pub(super) async fn page(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let fields = Fields::of(vec![("plan".to_owned(), wish.plan)]);
    show(&visit, StatusCode::OK, Vec::new(), &fields, wish.done == "pay-in").await
}

async fn show(
    visit: &MemberVisit,
    status: StatusCode,
    errors: Vec<FieldError>,
    fields: &Fields,
    done: bool,
) -> Result<Response, PageError> {
    needs(visit, Action::RunPeriod)?;
    let l = visit.l();
    let (mut due, mut plans) = (Vec::new(), Vec::new());
    for summary in visit.app().plan_list().await? {
        let id = &summary.plan.plan.id;
        let name = plan_name(&summary.plan, l);
        let currency = visit.app().plan_currency(id).await?;
        let books = visit.app().books(&visit.call(), id, &Cut::first(1)).await?;
        let owed = [(books.due_from_operator, "op-due-operator"), (books.due_from_sponsor, "op-due-sponsor")];
        for (amount, key) in owed.into_iter().filter(|(amount, _)| !amount.is_zero()) {
            due.push(Fact::new(l.t1(key, "plan", &name), l.money(amount, currency)));
        }
        let label = l.t2("op-plan-in", "plan", &name, "currency", currency.code());
        plans.push(Choice::new(id.as_str(), label, id.as_str() == fields.text("plan")));
    }
    let source = |word: &str, key: &str, usual: bool| {
        Choice::new(
            word,
            l.t(key),
            fields.text("source") == word || (usual && fields.text("source").is_empty()),
        )
    };
    let shown = PayInPage {
        page: visit.page(l.t("op-pay-in-title")),
        l,
        ways: console(visit, "/operator/pay-in"),
        done,
        errors,
        due,
        plans,
        sources: vec![
            source("operator", "op-source-operator", true),
            source("sponsor", "op-source-sponsor", false),
        ],
        amount: fields.text("amount").to_owned(),
        confirmation: fields.text("confirmation").to_owned(),
        key: visit.fresh_key(),
    };
    visit.render_as(status, &shown)
}

/// Records the money.
pub(super) async fn act(visit: MemberVisit, fields: Fields) -> Answer {
    let call = keyed(&visit, &fields)?;
    match run(&visit, &call, &fields).await {
        Ok(()) => Ok(see_other("/operator/pay-in?done=pay-in")),
        Err(error) => {
            let status = status_of(&error);
            let errors = match &error {
                AppError::Invalid(mistakes) if mistakes.iter().any(|one| one.code == "not-an-amount") => {
                    vec![wrong("amount", visit.l().t("op-amount-wrong"))]
                }
                _ => form_errors(visit.l(), error)?,
            };
            show(&visit, status, errors, &fields, false).await
        }
    }
}

async fn run(visit: &MemberVisit, call: &Call, fields: &Fields) -> Result<(), AppError> {
    let mistake = |field: &str, code| {
        AppError::Invalid(vec![FieldMistake { field: field.to_owned(), code, values: Vec::new() }])
    };
    let plan = PlanId::new(fields.text("plan")).map_err(|_| mistake("plan", "missing"))?;
    let currency = visit.app().plan_currency(&plan).await?;
    let amount = Amount::parse(fields.text("amount").trim(), currency)
        .map_err(|_| mistake("amount", "not-an-amount"))?;
    let source = if fields.text("source") == "sponsor" { PaySource::Sponsor } else { PaySource::Operator };
    let confirmation = fields.text("confirmation").trim();
    if confirmation.is_empty() {
        return Err(mistake("confirmation", "missing"));
    }
    let command = PayIn { plan, source, amount, confirmation: confirmation.as_bytes().to_vec() };
    visit.app().pay_in(call, &command).await.map(drop)
}
