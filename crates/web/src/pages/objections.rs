//! Objections: the list of one's own, the queue of those who answer, and one objection with both sides.
//!
//! Shape: one page shows an objection to whoever is concerned; the use case says from which side it is read, and so which form
//! stands under it. Guarantees: nobody but staff learns who objected, and staff do not need it; nothing is shown that the use
//! case does not answer.

use askama::Template;
use axum::Router;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use huzhu_app::error::AppError;
use huzhu_app::objections::{
    AnswerObjection, ObjectionLine, ObjectionView, PublicObjection, Side, WithdrawObjection,
};
use huzhu_domain::id::{EvidenceId, ObjectionId};
use huzhu_domain::objection::{Answer as Answered, Ground};
use huzhu_domain::time::TimeZone;
use serde::Deserialize;

use super::forms::{Fields, form_errors, wrong};
use super::frame::{Answer, MemberVisit, Visit, see_other};
use super::member::{DisputeFiles, FileLine, numbered, of_dispute};
use super::phrases;
use super::public::Shown;
use super::staff::{LookWish, console, due, keyed, look, status_of};
use super::upload::keep_all;
use crate::design::{Choice, Fact, FieldError, NavItem, Page};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::transfer::{Taking, send_file};

/// Rows of one page; a page stays below 60 kB.
const ROWS_MAX: usize = 50;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/me/objections", get(mine))
        .route("/me/objections/{id}", get(own_page))
        .route("/me/objections/{id}/withdraw", post(withdraw))
        .route("/me/objections/{id}/files", get(files).post(add_files).layer(DefaultBodyLimit::disable()))
        .route("/me/objections/{id}/files/{file}", get(own_file))
        .route("/staff/objections/{id}/files/{file}", get(staff_file))
        .route("/staff/objections", get(queue))
        .route("/staff/objections/{id}", get(staff_page))
        .route("/staff/objections/{id}/answer", post(answer))
}

/// Why somebody objects, as people read it.
pub(super) fn ground(l: Locale, ground: Ground) -> String {
    l.t(match ground {
        Ground::NotAsStated => "objection-ground-not-as-stated",
        Ground::BeforeCover => "objection-ground-before-cover",
        Ground::Undisclosed => "objection-ground-undisclosed",
        Ground::OtherPerson => "objection-ground-other-person",
        Ground::Other => "objection-ground-other",
    })
}

/// The grounds as options of a form.
pub(super) fn grounds(l: Locale, chosen: &str) -> Vec<Choice> {
    Ground::ALL.map(|one| Choice::new(one.word(), ground(l, one), one.word() == chosen)).to_vec()
}

/// The state of an objection, with the tone of its tag.
pub(super) fn state(l: Locale, word: &str) -> (String, &'static str) {
    let (key, tone) = match word {
        "open" => ("objection-state-open", "wait"),
        "upheld" => ("objection-state-upheld", "good"),
        "dismissed" => ("objection-state-dismissed", ""),
        "abusive" => ("objection-state-abusive", ""),
        "withdrawn" => ("objection-state-withdrawn", ""),
        "moot" => ("objection-state-moot", ""),
        other => return (other.to_owned(), ""),
    };
    (l.t(key), tone)
}

/// An objection in a table.
pub(super) struct Line {
    pub(super) href: String,
    pub(super) ground: String,
    pub(super) state: String,
    pub(super) tone: &'static str,
    pub(super) raised: String,
    pub(super) due: String,
    pub(super) overdue: bool,
}

/// A line as everybody may read it.
pub(super) fn line(visit: &Visit, seen: &PublicObjection, zone: &TimeZone, href: String) -> Line {
    let l = visit.l();
    let (state, tone) = state(l, seen.state);
    Line {
        href,
        ground: ground(l, seen.ground),
        state,
        tone,
        raised: l.day_short(huzhu_domain::time::day_of(seen.raised, zone)),
        due: seen.until.map_or_else(String::new, |until| due(l, until, visit.now(), zone)),
        overdue: seen.until.is_some_and(|until| until <= visit.now()),
    }
}

#[derive(Template)]
#[template(path = "objections.html")]
struct ListPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    title: String,
    lead: String,
    empty: String,
    rows: Vec<Line>,
    hidden: usize,
}

async fn mine(visit: MemberVisit) -> Answer {
    let lines = visit.app().my_objections(&visit.call()).await?;
    let l = visit.l();
    let title = l.t("objections-mine-title");
    list(&visit, &lines, "/me/objections", Vec::new(), (title, l.t("objections-mine-lead"))).await
}

async fn queue(visit: MemberVisit) -> Answer {
    super::staff::needs(&visit, huzhu_app::permission::Action::AnswerObjection)?;
    let mut lines = Vec::new();
    for plan in visit.app().plan_list().await? {
        lines.extend(visit.app().objection_queue(&visit.call(), &plan.plan.plan.id).await?);
    }
    lines.sort_by_key(|line| (line.seen.until, line.id));
    let l = visit.l();
    let title = l.t("objections-queue-title");
    let ways = console(&visit, "/staff/objections");
    list(&visit, &lines, "/staff/objections", ways, (title, l.t("objections-queue-lead"))).await
}

async fn list(
    visit: &Visit,
    lines: &[ObjectionLine],
    base: &str,
    ways: Vec<NavItem>,
    (title, lead): (String, String),
) -> Answer {
    let mut rows = Vec::new();
    for one in lines.iter().take(ROWS_MAX) {
        let shown = Shown::of(visit, one.plan.as_str()).await?;
        let zone = shown.terms()?.zone().clone();
        rows.push(line(visit, &one.seen, &zone, format!("{base}/{}", one.id)));
    }
    visit.render(&ListPage {
        page: visit.page(title.clone()),
        l: visit.l(),
        ways,
        title,
        lead,
        empty: visit.l().t("objections-none"),
        hidden: lines.len().saturating_sub(rows.len()),
        rows,
    })
}

#[derive(Template)]
#[template(path = "objection.html")]
struct ObjectionPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    errors: Vec<FieldError>,
    done: bool,
    facts: Vec<Fact>,
    state: String,
    tone: &'static str,
    card: String,
    text: String,
    /// Files that the reader may open, with their receipts for the objector.
    files: Vec<FileLine>,
    /// What is said of files instead.
    files_told: String,
    /// Where the objector adds files.
    files_at: String,
    answer: String,
    /// Address of the form under it: empty, or where the answer or the withdrawal goes.
    answer_to: String,
    withdraw_at: String,
    /// Page of the claim, for claimants and staff.
    claim: String,
    key: String,
    answers: Vec<Choice>,
    typed: String,
    text_error: String,
    answer_error: String,
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    done: String,
}

/// What comes back when a form was not accepted.
#[derive(Default)]
struct Given {
    errors: Vec<FieldError>,
    fields: Fields,
    status: StatusCode,
    done: bool,
}

async fn own_page(visit: MemberVisit, Path(id): Path<String>, Query(wish): Query<Wish>) -> Answer {
    show(&visit, &id, Given { done: !wish.done.is_empty(), ..Given::default() }).await
}

async fn staff_page(visit: MemberVisit, Path(id): Path<String>, Query(wish): Query<Wish>) -> Answer {
    show(&visit, &id, Given { done: !wish.done.is_empty(), ..Given::default() }).await
}

async fn show(visit: &MemberVisit, id: &str, given: Given) -> Answer {
    let l = visit.l();
    let id: ObjectionId = id.parse().map_err(|_| AppError::NotFound("objection"))?;
    let view = visit.app().objection_view(&visit.call(), id).await?;
    let shown = Shown::of(visit, view.line.plan.as_str()).await?;
    let zone = shown.terms()?.zone().clone();
    let (state, tone) = state(l, view.line.seen.state);
    let error = |name: &str| {
        let found = given.errors.iter().find(|error| error.field == name);
        found.map_or_else(String::new, |error| error.message.clone())
    };
    let typed_key = given.fields.text("key");
    let base = match view.side {
        Side::Staff => format!("/staff/objections/{id}"),
        Side::Objector | Side::Claimant => format!("/me/objections/{id}"),
    };
    let page = ObjectionPage {
        page: visit.page(l.t("objection-title")),
        l,
        ways: if view.side == Side::Staff { console(visit, "/staff/objections") } else { Vec::new() },
        done: given.done,
        facts: facts(visit, &view, &zone),
        state,
        tone,
        card: format!("/plans/{}/notice/{}", view.line.plan, view.line.claim),
        text: view.text.clone().unwrap_or_else(|| l.t("objection-text-gone")),
        files: numbered(l, &base, &view.files, &zone, false),
        files_told: if view.files.is_empty() && view.file_count > 0 {
            l.t1("objection-files-told", "count", view.file_count)
        } else {
            String::new()
        },
        files_at: if view.side == Side::Objector && (view.may_add_files || view.file_count > 0) {
            format!("{base}/files")
        } else {
            String::new()
        },
        answer: view.answer.clone().unwrap_or_default(),
        answer_to: if view.may_answer { format!("/staff/objections/{id}/answer") } else { String::new() },
        withdraw_at: if view.side == Side::Objector && view.line.seen.until.is_some() {
            format!("/me/objections/{id}/withdraw")
        } else {
            String::new()
        },
        claim: claim_page(&view),
        key: if typed_key.is_empty() { visit.fresh_key() } else { typed_key.to_owned() },
        answers: answers(l, given.fields.text("answer")),
        typed: given.fields.text("text").to_owned(),
        text_error: error("text"),
        answer_error: error("answer"),
        errors: given.errors,
    };
    visit.render_as(given.status, &page)
}

/// Who has the ball, until when, and what then.
fn facts(visit: &Visit, view: &ObjectionView, zone: &TimeZone) -> Vec<Fact> {
    let l = visit.l();
    let seen = &view.line.seen;
    let day = |at| l.day(huzhu_domain::time::day_of(at, zone));
    let mut facts = vec![
        Fact::new(l.t("objection-fact-ground"), ground(l, seen.ground)),
        Fact::new(l.t("objection-fact-raised"), day(seen.raised)),
    ];
    if let Some(until) = seen.until {
        facts.push(Fact::new(l.t("objection-fact-turn"), l.t("objection-turn-staff")));
        facts.push(Fact::new(l.t("objection-fact-until"), phrases::deadline(l, until, zone)));
        let then = if until <= visit.now() { "objection-late" } else { "objection-then" };
        facts.push(Fact::new(l.t("objection-fact-then"), l.t(then)));
    }
    if let Some(ended) = seen.ended {
        facts.push(Fact::new(l.t("objection-fact-ended"), day(ended)));
    }
    facts.push(Fact::new(l.t("objection-fact-claim"), phrases::claim_state(l, view.claim_state).0));
    facts
}

fn claim_page(view: &ObjectionView) -> String {
    match view.side {
        Side::Objector => String::new(),
        Side::Claimant => format!("/me/claims/{}", view.line.claim),
        Side::Staff => format!("/staff/claims/{}", view.line.claim),
    }
}

fn answers(l: Locale, chosen: &str) -> Vec<Choice> {
    [
        ("upheld", "objection-answer-upheld", "objection-answer-upheld-hint"),
        ("dismissed", "objection-answer-dismissed", "objection-answer-dismissed-hint"),
        ("abusive", "objection-answer-abusive", "objection-answer-abusive-hint"),
    ]
    .map(|(word, label, hint)| Choice { hint: l.t(hint), ..Choice::new(word, l.t(label), word == chosen) })
    .to_vec()
}

async fn files(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    files_page(&visit, &id, Vec::new()).await
}

/// The objector's page for files. To everybody else there is none.
async fn files_page(visit: &MemberVisit, id: &str, errors: Vec<FieldError>) -> Answer {
    let (l, id) = (visit.l(), objection_id(id)?);
    let view = visit.app().objection_view(&visit.call(), id).await?;
    if view.side != Side::Objector {
        return Err(AppError::NotFound("objection").into());
    }
    let shown = Shown::of(visit, view.line.plan.as_str()).await?;
    let of = DisputeFiles {
        base: format!("/me/objections/{id}"),
        back: l.t("objection-files-back"),
        seen_by: l.t("objection-files-seen-by"),
        uploads: format!("/api/v1/objections/{id}/uploads"),
        files: &view.files,
        can_add: view.may_add_files,
        zone: shown.terms()?.zone(),
    };
    of_dispute(visit, of, errors)
}

async fn add_files(
    visit: MemberVisit,
    Path(id): Path<String>,
    body: Result<Multipart, MultipartRejection>,
) -> Answer {
    let objection = objection_id(&id)?;
    let errors = keep_all(&visit, objection.into(), body).await?;
    if errors.is_empty() {
        return Ok(see_other(&format!("/me/objections/{objection}/files")));
    }
    files_page(&visit, &id, errors).await
}

/// The file in clear, always saved: its content comes from outside.
async fn own_file(
    visit: MemberVisit,
    Path((id, file)): Path<(String, String)>,
    headers: HeaderMap,
) -> Answer {
    let evidence: EvidenceId = file.parse().map_err(|_| AppError::NotFound("file"))?;
    let opened = visit.app().evidence_file(&visit.call(), objection_id(&id)?.into(), evidence).await?;
    Ok(send_file(visit.app(), &opened, evidence, &headers, Taking::Saved).await?)
}

/// The file for those who may answer; each look is on record.
async fn staff_file(
    visit: MemberVisit,
    Path((id, file)): Path<(String, String)>,
    Query(wish): Query<LookWish>,
    headers: HeaderMap,
) -> Answer {
    look(&visit, objection_id(&id)?.into(), &file, &wish, &headers).await
}

fn objection_id(id: &str) -> Result<ObjectionId, AppError> {
    id.parse().map_err(|_| AppError::NotFound("objection"))
}

async fn withdraw(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let objection: ObjectionId = id.parse().map_err(|_| AppError::NotFound("objection"))?;
    let call = keyed(&visit, &fields)?;
    match visit.app().withdraw_objection(&call, WithdrawObjection { objection }).await {
        Ok(_) => Ok(see_other(&format!("/me/objections/{id}?done=withdrawn"))),
        Err(error) => again(&visit, &id, error, fields).await,
    }
}

async fn answer(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let objection: ObjectionId = id.parse().map_err(|_| AppError::NotFound("objection"))?;
    let call = keyed(&visit, &fields)?;
    let answer = match fields.text("answer") {
        "upheld" => Answered::Upheld,
        "dismissed" => Answered::Dismissed,
        "abusive" => Answered::Abusive,
        _ => {
            let errors = vec![wrong("answer", visit.l().t("objection-answer-missing"))];
            let status = StatusCode::UNPROCESSABLE_ENTITY;
            return show(&visit, &id, Given { errors, fields, status, done: false }).await;
        }
    };
    let command = AnswerObjection { objection, answer, text: fields.text("text").to_owned() };
    match visit.app().answer_objection(&call, &command).await {
        Ok(_) => Ok(see_other(&format!("/staff/objections/{id}?done=answered"))),
        Err(error) => again(&visit, &id, error, fields).await,
    }
}

async fn again(visit: &MemberVisit, id: &str, error: AppError, fields: Fields) -> Answer {
    let status = status_of(&error);
    let errors = form_errors(visit.l(), error)?;
    show(visit, id, Given { errors, fields, status, done: false }).await
}
