//! The exam of jurors: ten questions on one page, and how it went.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use huzhu_app::error::AppError;
use huzhu_app::jury::{Answers, ExamResult};
use huzhu_domain::plan::PlanId;

use super::super::forms::{Fields, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, plan_name, see_other};
use super::{exam_words, words};
use crate::design::{Choice, FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/me/juror/{plan}/exam", get(sheet_page).post(hand_in))
        .route("/me/juror/{plan}/exam/begin", post(begin))
}

#[derive(Template)]
#[template(path = "jury/exam.html")]
struct ExamPage {
    page: Page,
    l: Locale,
    plan: String,
    name: String,
    key: String,
    questions: Vec<Asked>,
    errors: Vec<FieldError>,
}

struct Asked {
    field: String,
    text: String,
    options: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "jury/exam_result.html")]
struct ResultPage {
    page: Page,
    l: Locale,
    title: String,
    right: String,
    again: String,
    passed: bool,
}

fn plan_id(text: &str) -> Result<PlanId, AppError> {
    PlanId::new(text).map_err(|_| AppError::NotFound("plan"))
}

async fn begin(visit: MemberVisit, Path(plan): Path<String>, fields: Fields) -> Answer {
    let id = plan_id(&plan)?;
    visit.app().begin_exam(&visit.call_with(fields.text("key")), &id).await?;
    Ok(see_other(&format!("/me/juror/{plan}/exam")))
}

async fn sheet_page(visit: MemberVisit, Path(plan): Path<String>) -> Answer {
    show(&visit, &plan, &Fields::default(), Vec::new()).await
}

async fn show(visit: &MemberVisit, plan: &str, fields: &Fields, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let id = plan_id(plan)?;
    let sheet = match visit.app().exam_sheet(&visit.call(), &id).await {
        Ok(sheet) => sheet,
        // Nothing is going on any more: the page of the juror says what can be done.
        Err(AppError::Refused(_)) => return Ok(see_other("/me/juror")),
        Err(other) => return Err(other.into()),
    };
    let asked = |(at, question): (usize, &huzhu_domain::jury::exam::ExamQuestion)| {
        let field = format!("q{at}");
        let option = |n: usize| {
            Choice::new(
                n.to_string(),
                exam_words::answer(l, question, n),
                fields.text(&field) == n.to_string(),
            )
        };
        let options = (0..question.answers.len()).map(option).collect();
        Asked { text: exam_words::question(l, question), options, field }
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = ExamPage {
        page: visit.page(l.t("exam-title")),
        l,
        plan: plan.to_owned(),
        name: plan_name(&*words::plan(visit, &id).await?, l),
        key: visit.fresh_key(),
        questions: sheet.questions.iter().enumerate().map(asked).collect(),
        errors,
    };
    visit.render_as(status, &shown)
}

async fn hand_in(visit: MemberVisit, Path(plan): Path<String>, fields: Fields) -> Answer {
    let l = visit.l();
    let id = plan_id(&plan)?;
    let sheet = visit.app().exam_sheet(&visit.call(), &id).await?;
    let fields_of = || (0..sheet.questions.len()).map(|at| format!("q{at}"));
    let answers: Vec<Option<u8>> = fields_of().map(|field| fields.text(&field).parse().ok()).collect();
    if answers.iter().any(Option::is_none) {
        let open = fields_of().zip(&answers).filter(|(_, answer)| answer.is_none());
        let errors = open.map(|(field, _)| wrong(field, l.t("exam-open"))).collect();
        return show(&visit, &plan, &fields, errors).await;
    }
    let command = Answers { plan: id, answers };
    match visit.app().hand_in_exam(&visit.call_with(fields.text("key")), &command).await {
        Ok(done) => result(&visit, &done.receipt),
        Err(error) => show(&visit, &plan, &fields, form_errors(l, error)?).await,
    }
}

fn result(visit: &MemberVisit, result: &ExamResult) -> Answer {
    let l = visit.l();
    let title = l.t(if result.passed { "exam-passed-title" } else { "exam-failed-title" });
    let again = result.again_from.map_or_else(String::new, |again| {
        l.t1("juror-again", "until", l.moment(again, &jiff::tz::TimeZone::UTC))
    });
    visit.render(&ResultPage {
        page: visit.page(title.clone()),
        l,
        title,
        right: l.t2("exam-result", "right", u32::from(result.right), "asked", u32::from(result.asked)),
        again,
        passed: result.passed,
    })
}
