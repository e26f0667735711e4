//! Asking for a jury, and the case for its two sides.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use huzhu_app::error::AppError;
use huzhu_app::jury::{AnswerQuestion, CaseView, GiveStatement, RequestJury};
use huzhu_domain::id::{ClaimId, JuryCaseId};
use huzhu_domain::jury::{QuestionState, Ruling};

use super::super::forms::{Fields, form_errors};
use super::super::frame::{Answer, MemberVisit, see_other};
use super::super::phrases;
use super::words::{self, Clock, QuestionLine};
use crate::design::{Fact, FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/me/claims/{id}/jury", get(ask_page).post(ask))
        .route("/jury-cases/{id}", get(case_page))
        .route("/jury-cases/{id}/statement", post(statement))
        .route("/jury-cases/{id}/answer", post(answer))
}

#[derive(Template)]
#[template(path = "jury/ask.html")]
struct AskPage {
    page: Page,
    l: Locale,
    claim: String,
    key: String,
    text: String,
    /// Juries that were asked for before: words, address.
    cases: Vec<(String, String)>,
    errors: Vec<FieldError>,
}

async fn ask_page(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    show_ask(&visit, &id, visit.fresh_key(), String::new(), Vec::new()).await
}

async fn show_ask(
    visit: &MemberVisit,
    id: &str,
    key: String,
    text: String,
    errors: Vec<FieldError>,
) -> Answer {
    let l = visit.l();
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let cases = visit.app().cases_of_claim(&visit.call(), claim).await?;
    let line = |line: &huzhu_app::jury::CaseLine| {
        let (state, _) = words::state(l, &line.state);
        (
            format!("{} · {state}", l.t1("juror-case", "id", words::short(line.case))),
            format!("/jury-cases/{}", line.case),
        )
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = visit.page(l.t("jury-ask-title"));
    let cases = cases.iter().map(line).collect();
    visit.render_as(status, &AskPage { page, l, claim: id.to_owned(), key, text, cases, errors })
}

async fn ask(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let (key, text) = (fields.text("key").to_owned(), fields.text("statement").to_owned());
    // The key of the form is the id of the case too: a double click asks once.
    let case = JuryCaseId::from_uuid(fields.key()?);
    let command = RequestJury { case, claim, statement: text.clone() };
    match visit.app().request_jury(&visit.call_with(&key), &command).await {
        Ok(_) => Ok(see_other(&format!("/jury-cases/{case}"))),
        Err(error) => show_ask(&visit, &id, key, text, form_errors(visit.l(), error)?).await,
    }
}

#[derive(Template)]
#[template(path = "jury/case.html")]
struct CasePage {
    page: Page,
    l: Locale,
    base: String,
    claim_href: String,
    key: String,
    title: String,
    state: String,
    tone: &'static str,
    ball: String,
    clock: Option<Clock>,
    declined: String,
    verdict: Vec<String>,
    verdict_tone: &'static str,
    verdict_href: String,
    appeal: String,
    facts: Vec<Fact>,
    claimant_says: String,
    plan_says: String,
    can_state: bool,
    text: String,
    questions: Vec<QuestionLine>,
    errors: Vec<FieldError>,
}

async fn case_page(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    show_case(&visit, &id, visit.fresh_key(), String::new(), Vec::new()).await
}

async fn show_case(
    visit: &MemberVisit,
    id: &str,
    key: String,
    text: String,
    errors: Vec<FieldError>,
) -> Answer {
    let l = visit.l();
    let view = visit.app().jury_case(&visit.call(), words::jury_case_id(id)?).await?;
    let plan = words::plan(visit, &view.plan).await?;
    let terms = words::terms(&plan, view.version)?;
    let (state, tone) = words::state(l, view.state);
    let declined = view.declined.as_ref().map_or_else(String::new, |ground| {
        let known = terms.jury().and_then(|jury| jury.not_accepted.iter().find(|one| one.code == *ground));
        known.map_or_else(|| ground.to_string(), |one| one.text.get(visit.language()).to_owned())
    });
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let title = l.t(if view.round == 0 { "jury-case-title" } else { "jury-case-appeal" });
    let appeal = view.appeal_until.filter(|until| visit.now() < *until);
    let shown = CasePage {
        page: visit.page(title.clone()),
        l,
        base: format!("/jury-cases/{}", view.case),
        claim_href: claim_href(&view),
        key,
        title,
        state,
        tone,
        ball: words::ball(l, view.phase, terms.zone()),
        clock: words::clock(l, view.phase.until(), visit.now(), terms.zone()),
        declined,
        verdict: view
            .verdict
            .map_or_else(Vec::new, |(count, ruling)| vec![words::ruling(l, ruling), words::count(l, count)]),
        verdict_tone: match view.verdict {
            Some((_, Ruling::ForClaimant)) => "good",
            _ => "",
        },
        verdict_href: if view.verdict.is_some() { format!("/verdicts/{}", view.case) } else { String::new() },
        appeal: appeal.map_or_else(String::new, |until| {
            l.t1("jury-appeal-until", "until", phrases::deadline(l, until, terms.zone()))
        }),
        facts: facts(l, &view),
        claimant_says: words::said(l, &view.claimant_says),
        plan_says: words::said(l, &view.plan_says),
        can_state: view.can_state,
        text,
        questions: {
            let side = view.side;
            let line = |one: huzhu_app::jury::QuestionView| {
                let own = side == Some(one.to) && one.state == QuestionState::PassedOn;
                words::question(l, one, own, false)
            };
            view.questions.into_iter().map(line).collect()
        },
        errors,
    };
    visit.render_as(status, &shown)
}

/// Where the claim of a case is read: the claimant's own page, or the desk.
fn claim_href(view: &CaseView) -> String {
    match view.side {
        Some(huzhu_domain::jury::Side::Claimant) => format!("/me/claims/{}", view.claim),
        _ => format!("/staff/claims/{}", view.claim),
    }
}

fn facts(l: Locale, view: &CaseView) -> Vec<Fact> {
    let mut facts = Vec::new();
    if let (Some(electorate), Some(needed)) = (view.electorate, view.needed) {
        facts.push(Fact::new(l.t("jury-turnout"), l.count(view.turnout)));
        facts.push(Fact::new(l.t("jury-electorate"), l.count(electorate)));
        facts.push(Fact::new(l.t("jury-needed"), l.count(needed)));
    }
    facts
}

async fn statement(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let (key, text) = (fields.text("key").to_owned(), fields.text("text").to_owned());
    let command = GiveStatement { case: words::jury_case_id(&id)?, text: text.clone() };
    match visit.app().give_statement(&visit.call_with(&key), &command).await {
        Ok(_) => Ok(see_other(&format!("/jury-cases/{id}"))),
        Err(error) => show_case(&visit, &id, key, text, form_errors(visit.l(), error)?).await,
    }
}

async fn answer(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let key = fields.text("key").to_owned();
    let question = fields.text("question").parse().unwrap_or(0);
    let field = format!("answer-{question}");
    let command =
        AnswerQuestion { case: words::jury_case_id(&id)?, question, text: fields.text(&field).to_owned() };
    match visit.app().answer_question(&visit.call_with(&key), &command).await {
        Ok(_) => Ok(see_other(&format!("/jury-cases/{id}"))),
        Err(error) => {
            let mut errors = form_errors(visit.l(), error)?;
            errors.iter_mut().filter(|one| one.field == "text").for_each(|one| one.field.clone_from(&field));
            show_case(&visit, &id, key, String::new(), errors).await
        }
    }
}
