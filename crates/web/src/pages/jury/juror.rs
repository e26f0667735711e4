//! Pages of jurors: the way to be one, the calendar, the docket with the ballot, receipts.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use huzhu_app::error::AppError;
use huzhu_app::jury::{AskQuestion, CastBallot, Docket, JurorCase, JurorStatus, OnList};
use huzhu_domain::jury::{Choice as Vote, Side};
use huzhu_domain::plan::PlanId;
use serde::Deserialize;

use super::super::forms::{Fields, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, PageError, plan_name, see_other};
use super::super::phrases;
use super::super::staff::words as staff_words;
use super::words::{self, Clock, QuestionLine};
use crate::design::{Choice, Fact, FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/me/juror", get(home))
        .route("/me/juror/{plan}/list", post(on_list))
        .route("/me/juror/cases/{id}", get(docket_page))
        .route("/me/juror/cases/{id}/ballot", post(cast))
        .route("/me/juror/cases/{id}/question", post(question))
        .route("/me/juror/cases/{id}/receipt", get(receipt))
}

#[derive(Template)]
#[template(path = "jury/juror.html")]
struct JurorPage {
    page: Page,
    l: Locale,
    key: String,
    done: String,
    plans: Vec<PlanLine>,
    cases: Vec<CaseLine>,
    errors: Vec<FieldError>,
}

/// A plan in which the visitor is or may become a juror.
struct PlanLine {
    id: String,
    name: String,
    state: String,
    note: String,
    /// `exam`, `go-on`, `join`, `leave` or nothing.
    act: &'static str,
}

struct CaseLine {
    href: String,
    name: String,
    plan: String,
    state: String,
    tone: &'static str,
    receipt: String,
    verdict: String,
}

async fn home(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let done = if wish.done == "aside" { visit.l().t("juror-aside-done") } else { String::new() };
    show_home(&visit, done, Vec::new()).await
}

async fn show_home(visit: &MemberVisit, done: String, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let mut plans = Vec::new();
    let mine = visit.app().home(&visit.call()).await?.enrolments;
    let mut ids: Vec<PlanId> = mine.iter().map(|card| card.enrolment.plan.clone()).collect();
    ids.sort();
    ids.dedup();
    for id in ids {
        let status = visit.app().juror_status(&visit.call(), &id).await?;
        if status.has_jury {
            let plan = words::plan(visit, &id).await?;
            plans.push(plan_line(visit, &status, plan_name(&plan, l))?);
        }
    }
    let mut cases = Vec::new();
    for case in visit.app().juror_calendar(&visit.call()).await? {
        cases.push(case_line(visit, &case).await?);
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let (page, key) = (visit.page(l.t("juror-title")), visit.fresh_key());
    visit.render_as(status, &JurorPage { page, l, key, done, plans, cases, errors })
}

fn plan_line(visit: &MemberVisit, status: &JurorStatus, name: String) -> Result<PlanLine, PageError> {
    let l = visit.l();
    let (state, act) = match status.word {
        "willing" => (l.t("juror-state-willing"), "leave"),
        "in-exam" => (l.t("juror-state-exam"), "go-on"),
        "resigned" => (l.t("juror-state-resigned"), "join"),
        "failed" => (l.t("juror-state-failed"), "exam"),
        "struck-off" => (l.t("juror-state-struck"), ""),
        _ => (l.t("juror-state-new"), if status.exam_needed { "exam" } else { "join" }),
    };
    let note = match (status.again_from, status.missing) {
        (Some(again), _) => l.t1("juror-again", "until", l.moment(again, &jiff::tz::TimeZone::UTC)),
        (None, Some(missing)) if status.word == "willing" => match AppError::from(missing) {
            AppError::Refused(refusal) => super::super::forms::refusal_text(l, &refusal),
            other => return Err(other.into()),
        },
        _ => String::new(),
    };
    let act = if status.again_from.is_some() { "" } else { act };
    Ok(PlanLine { id: status.plan.to_string(), name, state, note, act })
}

async fn case_line(visit: &MemberVisit, case: &JurorCase) -> Result<CaseLine, PageError> {
    let l = visit.l();
    let plan = words::plan(visit, &case.plan).await?;
    let zone = plan.terms_at(visit.now())?.zone();
    let (state, tone) = match (case.until, case.voted, case.ruling) {
        (_, _, Some(ruling)) => (words::ruling(l, ruling), ""),
        (_, true, None) => (l.t("juror-voted"), "good"),
        (Some(until), false, None) => {
            (l.t1("juror-to-judge", "until", phrases::deadline(l, until, zone)), "wait")
        }
        (None, false, None) => (l.t("jury-state-counting"), ""),
    };
    Ok(CaseLine {
        href: if case.until.is_some() { format!("/me/juror/cases/{}", case.case) } else { String::new() },
        name: l.t1("juror-case", "id", words::short(case.case)),
        plan: plan_name(&plan, l),
        state,
        tone,
        receipt: if case.voted { format!("/me/juror/cases/{}/receipt", case.case) } else { String::new() },
        verdict: if case.ruling.is_some() { format!("/verdicts/{}", case.case) } else { String::new() },
    })
}

async fn on_list(visit: MemberVisit, Path(plan): Path<String>, fields: Fields) -> Answer {
    let plan = PlanId::new(&plan).map_err(|_| AppError::NotFound("plan"))?;
    let command = OnList { plan, willing: fields.text("willing") == "yes" };
    match visit.app().set_on_list(&visit.call_with(fields.text("key")), &command).await {
        Ok(_) => Ok(see_other("/me/juror")),
        Err(error) => show_home(&visit, String::new(), form_errors(visit.l(), error)?).await,
    }
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "jury/docket.html")]
struct DocketPage {
    page: Page,
    l: Locale,
    base: String,
    key: String,
    rules_href: String,
    cast: bool,
    ball: String,
    clock: Option<Clock>,
    facts: Vec<Fact>,
    claimant_says: String,
    plan_says: String,
    questions: Vec<QuestionLine>,
    may_ask: bool,
    options: Vec<Choice>,
    sides: Vec<Choice>,
    reason: String,
    text: String,
    errors: Vec<FieldError>,
}

async fn docket_page(visit: MemberVisit, Path(id): Path<String>, Query(wish): Query<Wish>) -> Answer {
    show_docket(&visit, &id, &Fields::default(), wish.done == "cast", Vec::new()).await
}

async fn show_docket(
    visit: &MemberVisit,
    id: &str,
    fields: &Fields,
    just_cast: bool,
    errors: Vec<FieldError>,
) -> Answer {
    let l = visit.l();
    let case = words::jury_case_id(id)?;
    let docket = visit.app().docket(&visit.call(), case).await?;
    let cast = match visit.app().ballot_receipt(&visit.call(), case).await {
        Ok(_) => true,
        Err(AppError::NotFound(_)) => false,
        Err(other) => return Err(other.into()),
    };
    let plan = words::plan(visit, &docket.plan).await?;
    let terms = words::terms(&plan, docket.version)?;
    let chosen = fields.text("choice");
    let option = |vote: Vote, key: &str| Choice::new(vote.word(), l.t(key), chosen == vote.word());
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let shown = DocketPage {
        page: visit.page(l.t("docket-title")),
        l,
        base: format!("/me/juror/cases/{case}"),
        key: visit.fresh_key(),
        rules_href: format!("/plans/{}/rules", docket.plan),
        cast: cast || just_cast,
        ball: words::ball(l, docket.phase, terms.zone()),
        clock: words::clock(l, Some(docket.until), visit.now(), terms.zone()),
        facts: docket_facts(l, &docket, terms),
        claimant_says: words::said(l, &docket.claimant_says),
        plan_says: words::said(l, &docket.plan_says),
        may_ask: docket.may_ask,
        options: vec![option(Vote::ForClaimant, "docket-for"), option(Vote::Against, "docket-against")],
        sides: vec![
            Choice::new("claimant", l.t("jury-question-to-claimant"), fields.text("to") != "plan"),
            Choice::new("plan", l.t("jury-question-to-plan"), fields.text("to") == "plan"),
        ],
        reason: fields.text("reason").to_owned(),
        text: fields.text("text").to_owned(),
        questions: docket.questions.into_iter().map(|one| words::question(l, one, false, false)).collect(),
        errors,
    };
    visit.render_as(status, &shown)
}

fn docket_facts(l: Locale, docket: &Docket, terms: &huzhu_domain::plan::PlanTerms) -> Vec<Fact> {
    let mut facts = vec![
        Fact::new(
            l.t("docket-condition"),
            format!(
                "{} · {}",
                phrases::condition(l, terms, &docket.condition),
                staff_words::severity(l, docket.severity)
            ),
        ),
        Fact::new(l.t("docket-event"), l.day(docket.event_date)),
        Fact::new(l.t("docket-accident"), l.t(if docket.accident { "exam-yes" } else { "exam-no" })),
        Fact::new(l.t("docket-days"), docket.days_in_plan.to_string()),
        Fact::new(l.t("docket-files"), docket.files.to_string()),
    ];
    if let Some(age) = docket.age {
        facts.insert(1, Fact::new(l.t("docket-age"), age.to_string()));
    }
    if let Some(code) = &docket.refused {
        facts.push(Fact::new(l.t("docket-refused"), super::super::member::reason_text(l, terms, code)));
    }
    facts.push(Fact::new(l.t("jury-turnout"), l.count(docket.turnout)));
    facts.push(Fact::new(l.t("jury-electorate"), l.count(docket.electorate)));
    facts.push(Fact::new(l.t("jury-needed"), l.count(docket.needed)));
    facts
}

async fn cast(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let l = visit.l();
    let choice = Vote::ALL.into_iter().find(|vote| vote.word() == fields.text("choice"));
    let Some(choice) = choice else {
        let errors = vec![wrong("choice", l.t("docket-choice-missing"))];
        return show_docket(&visit, &id, &fields, false, errors).await;
    };
    let command =
        CastBallot { case: words::jury_case_id(&id)?, choice, reason: fields.text("reason").to_owned() };
    match visit.app().cast_ballot(&visit.call(), &command).await {
        Ok(_) => Ok(see_other(&format!("/me/juror/cases/{id}?done=cast"))),
        Err(error) => show_docket(&visit, &id, &fields, false, form_errors(l, error)?).await,
    }
}

async fn question(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let to = if fields.text("to") == "plan" { Side::Plan } else { Side::Claimant };
    let command = AskQuestion { case: words::jury_case_id(&id)?, to, text: fields.text("text").to_owned() };
    match visit.app().ask_question(&visit.call_with(fields.text("key")), &command).await {
        Ok(_) => Ok(see_other(&format!("/me/juror/cases/{id}"))),
        Err(error) => show_docket(&visit, &id, &fields, false, form_errors(visit.l(), error)?).await,
    }
}

async fn receipt(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    let receipt = visit.app().ballot_receipt(&visit.call(), words::jury_case_id(&id)?).await?;
    let name = format!("attachment; filename=\"ballot-{id}.json\"");
    let headers = [(CONTENT_TYPE, "application/json".to_owned()), (CONTENT_DISPOSITION, name)];
    Ok((headers, receipt.to_json()).into_response())
}
