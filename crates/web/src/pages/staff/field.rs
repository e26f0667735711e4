//! What an investigator sees of a claim, on a phone, with or without a network.
//!
//! Shape: [`task`] is a plain form for the findings and one for files, which work without script. With the script of the page
//! (`assets/field.js`) both go through a queue in the browser: what is handed in without a network is kept there and sent later,
//! each file and the findings under a key of their own, so that a lost answer doubles nothing. [`offline`] is the page that a
//! service worker (`assets/field-worker.js`) shows when no other can be had; it holds no word about anybody and is filled from
//! what the browser kept.
//!
//! Guarantees: the phone keeps the questions and the day they are due only where the investigator asked for it, and never the
//! name or the illness; what was sent is deleted there at once; signing out deletes the rest (`Clear-Site-Data`).

use askama::Template;
use axum::Router;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path, Query};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use huzhu_app::claims::{HandInFindings, InvestigationView};
use huzhu_app::error::AppError;
use huzhu_domain::id::{ClaimId, EvidenceId};
use serde::Deserialize;

use super::{console, keyed, last_day, status_of, words};
use crate::design::{Account, FieldError, NavItem, Page};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::pages::forms::{Fields, form_errors};
use crate::pages::frame::{Answer, MemberVisit, Visit, see_other};
use crate::pages::upload::keep_all;
use crate::problem::Problem;

/// Where tasks are; the service worker sees to nothing outside.
const TASKS: &str = "/staff/investigations";
/// The service worker.
const WORKER: &str = include_str!("../../../assets/field-worker.js");

/// The routes of investigators.
pub(super) fn routes() -> Router<Edge> {
    let upload = post(files).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/staff/investigations", get(tasks))
        .route("/staff/investigations/offline", get(offline))
        .route("/staff/investigations/worker.js", get(worker))
        .route("/staff/investigations/{id}", get(task).post(findings))
        .route("/staff/investigations/{id}/files", upload)
}

/// A task in the list.
struct TaskLine {
    claim: String,
    href: String,
    name: String,
    due: String,
}

#[derive(Template)]
#[template(path = "staff/tasks.html")]
struct TasksPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    tasks: Vec<TaskLine>,
    done: String,
    /// Who looks, for the queue of the browser: what another person left there is deleted.
    member: String,
    /// Bytes of the largest file.
    limit: u64,
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    done: String,
}

/// What an investigator was asked to find out.
async fn tasks(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let l = visit.l();
    let mut tasks = Vec::new();
    for task in visit.app().my_investigations(&visit.call()).await? {
        let (condition, due) = told(&visit, &task).await?;
        let href = format!("{TASKS}/{}", task.claim);
        let claim = task.claim.to_string();
        tasks.push(TaskLine { claim, href, name: format!("{} · {condition}", task.name), due });
    }
    visit.render(&TasksPage {
        page: visit.page(l.t("probe-title")),
        l,
        ways: console(&visit, TASKS),
        tasks,
        done: if wish.done == "findings" { l.t("probe-done") } else { String::new() },
        member: visit.id.to_string(),
        limit: visit.app().evidence_limits().file_bytes,
    })
}

#[derive(Template)]
#[template(path = "staff/task.html")]
struct TaskPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    name: String,
    condition: String,
    happened: String,
    due: String,
    questions: String,
    files: Vec<(String, String)>,
    /// Files of the investigator that are in the vault, as people see them.
    handed_in: Vec<String>,
    claim: String,
    address: String,
    claim_address: String,
    key: String,
    files_key: String,
    text: String,
    errors: Vec<FieldError>,
    member: String,
    /// Bytes of the largest file.
    limit: u64,
}

/// One task.
async fn task(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    show(&visit, claim, visit.fresh_key(), String::new(), Vec::new(), StatusCode::OK).await
}

async fn show(
    visit: &MemberVisit,
    claim: ClaimId,
    key: String,
    text: String,
    errors: Vec<FieldError>,
    status: StatusCode,
) -> Answer {
    let l = visit.l();
    let task = visit.app().investigation(&visit.call(), claim).await?;
    let (condition, due) = told(visit, &task).await?;
    let file = |file: &EvidenceId| (format!("/staff/claims/{claim}/files/{file}"), words::short_id(file));
    let address = format!("{TASKS}/{claim}");
    let shown = TaskPage {
        page: Page { path: address.clone(), ..visit.page(l.t1("probe-one-title", "name", &task.name)) },
        l,
        ways: console(visit, ""),
        name: task.name.clone(),
        condition,
        happened: l.day(task.event_date),
        due,
        questions: task.questions.clone(),
        files: task.files.iter().map(file).collect(),
        handed_in: task.handed_in.iter().map(words::short_id).collect(),
        claim: claim.to_string(),
        address,
        claim_address: format!("/staff/claims/{claim}"),
        key,
        files_key: visit.fresh_key(),
        text,
        errors,
        member: visit.id.to_string(),
        limit: visit.app().evidence_limits().file_bytes,
    };
    visit.render_as(status, &shown)
}

/// The condition in words, and when the findings are due.
async fn told(visit: &MemberVisit, task: &InvestigationView) -> Result<(String, String), AppError> {
    let plan = visit.app().plan_summary(&task.plan).await?.plan;
    let terms = plan.terms_on(task.event_date)?;
    let condition = terms.condition(&task.condition);
    let name = condition.map_or(task.condition.as_str(), |known| known.name.get(visit.language()));
    let due = visit.l().day(last_day(task.until, terms.zone()));
    Ok((name.to_owned(), due))
}

/// What was found comes back.
async fn findings(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    let call = keyed(&visit, &fields)?;
    let text = fields.text("findings").to_owned();
    let command = HandInFindings { claim, findings: text.clone() };
    match visit.app().hand_in_findings(&call, &command).await {
        Ok(_) => Ok(see_other(&format!("{TASKS}?done=findings"))),
        Err(error) => {
            let status = status_of(&error);
            let mut errors = form_errors(visit.l(), error)?;
            for error in &mut errors {
                if error.field == "text" {
                    "findings".clone_into(&mut error.field);
                }
            }
            show(&visit, claim, fields.text("key").to_owned(), text, errors, status).await
        }
    }
}

/// Files come without script.
async fn files(
    visit: MemberVisit,
    Path(id): Path<String>,
    body: Result<Multipart, MultipartRejection>,
) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    // Before a byte is read: whoever was not asked has no such page.
    visit.app().investigation(&visit.call(), claim).await?;
    let errors = keep_all(&visit, claim.into(), body).await?;
    if errors.is_empty() {
        return Ok(see_other(&format!("{TASKS}/{claim}")));
    }
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    show(&visit, claim, visit.fresh_key(), String::new(), errors, status).await
}

#[derive(Template)]
#[template(path = "staff/offline.html")]
struct OfflinePage {
    page: Page,
    l: Locale,
    limit: u64,
    address: &'static str,
    key: &'static str,
    files_key: &'static str,
    text: &'static str,
    errors: Vec<FieldError>,
}

/// The page without a network: the same for everybody, so that a browser may keep it.
async fn offline(visit: Visit) -> Answer {
    let l = visit.l();
    let here = visit.page(l.t("field-offline-title"));
    let page = Page {
        nav: vec![NavItem::new(l.t("staff-nav-investigations"), TASKS, false)],
        account: Account::Hidden,
        personas: Vec::new(),
        mailbox_href: String::new(),
        ..here
    };
    let limit = visit.app().evidence_limits().file_bytes;
    // The forms are filled by the script; without it nobody sees this page.
    let (address, key, files_key, text) = (TASKS, "", "", "");
    visit.render(&OfflinePage { page, l, limit, address, key, files_key, text, errors: Vec::new() })
}

/// The service worker: asked for anew each time, so that a mended one is taken at once.
async fn worker() -> Response {
    let headers = [
        (CONTENT_TYPE, "text/javascript; charset=utf-8"),
        (CACHE_CONTROL, "no-cache"),
        (HeaderName::from_static("service-worker-allowed"), TASKS),
    ];
    (headers, WORKER).into_response()
}
