//! Leaving a plan: what is still owed, and one button.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use huzhu_app::error::AppError;
use huzhu_domain::id::EnrolmentId;
use huzhu_domain::time::day_of;

use super::super::forms::{Fields, form_errors};
use super::super::frame::{Answer, MemberVisit, see_other};
use super::super::phrases;
use crate::design::{Fact, FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/me/enrolments/{id}/leave", get(ask).post(leave))
}

#[derive(Template)]
#[template(path = "member/leave.html")]
struct LeavePage {
    page: Page,
    l: Locale,
    id: String,
    key: String,
    plan: String,
    facts: Vec<Fact>,
    open_claims: usize,
    errors: Vec<FieldError>,
}

async fn ask(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    show(&visit, &id, visit.fresh_key(), Vec::new()).await
}

async fn show(visit: &MemberVisit, id: &str, key: String, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let enrolment: EnrolmentId = id.parse().map_err(|_| AppError::NotFound("enrolment"))?;
    let call = visit.call();
    let preview = visit.app().leave_preview(&call, enrolment).await?;
    let card = visit.app().my_enrolment(&call, enrolment).await?;
    let plan = visit.app().load_plan(&card.enrolment.plan).await?;
    let today = day_of(visit.now(), plan.terms_at(visit.now())?.zone());
    let mut names = Vec::new();
    for one in &preview.ending {
        names.push(visit.app().my_enrolment(&call, *one).await?.name);
    }
    let owed = preview.owed.map_or_else(
        || l.t("leave-owed-nothing"),
        |period| l.t1("leave-owed-period", "period", phrases::period(l, period)),
    );
    let mut facts = vec![
        Fact::new(l.t("leave-who"), names.join(l.t("list-comma").as_str())),
        Fact::new(l.t("leave-until"), l.day_in(preview.until, today)),
        Fact::new(l.t("leave-owed"), owed),
    ];
    if !card.enrolment.arrears.is_zero() {
        facts.push(Fact::new(l.t("home-arrears"), l.money(card.enrolment.arrears, card.currency)));
    }
    if preview.wait_restarts {
        facts.push(Fact::new(l.t("leave-again"), l.t("leave-again-wait")));
    }
    let claims = visit.app().my_claims(&call).await?;
    let is_open = |state: &str| !["paid", "refused", "withdrawn", "verdict"].contains(&state);
    let open_claims = claims
        .iter()
        .filter(|one| preview.ending.contains(&one.row.enrolment) && is_open(one.row.state))
        .count();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = visit.page(l.t("leave-title"));
    let plan = card.plan_name.get(visit.language()).to_owned();
    let id = id.to_owned();
    visit.render_as(status, &LeavePage { page, l, id, key, plan, facts, open_claims, errors })
}

async fn leave(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let enrolment: EnrolmentId = id.parse().map_err(|_| AppError::NotFound("enrolment"))?;
    let key = fields.text("key").to_owned();
    match visit.app().leave(&visit.call_with(&key), enrolment).await {
        Ok(_) => Ok(see_other(&format!("/me/enrolments/{id}?done=left"))),
        Err(error) => {
            let errors = form_errors(visit.l(), error)?;
            show(&visit, &id, key, errors).await
        }
    }
}
