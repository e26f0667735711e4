//! One claim of mine: a task list while it is a draft, afterwards where it stands and who has the ball until when.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::{get, post};
use huzhu_app::claims::{ClaimView, EvidenceView, OwnClaim};
use huzhu_app::error::AppError;
use huzhu_domain::id::ClaimId;
use huzhu_domain::plan::PlanTerms;
use huzhu_domain::time::TimeZone;

use super::super::card_opening;
use super::super::forms::{Fields, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, see_other};
use super::super::phrases;
use super::super::public::Shown;
use super::claim_new::illness_facts;
use super::claim_words::{Refusal, RuleLine, receipts, refusal, rules, timeline};
use crate::design::{Fact, FieldError, Page, Step, Task};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/me/claims/{id}", get(show))
        .route("/me/claims/{id}/card/{field}", get(card_opening::file))
        .route("/me/claims/{id}/report", post(report).get(back))
        .route("/me/claims/{id}/complete", post(complete).get(back))
        .route("/me/claims/{id}/withdraw", post(withdraw).get(back))
}

/// A file of a claim, or of a dispute about one, in the words of the page.
pub(in super::super) struct FileLine {
    pub(in super::super) href: String,
    pub(in super::super) name: String,
    pub(in super::super) detail: String,
    pub(in super::super) digest: String,
    pub(in super::super) salt: String,
    /// Address of its receipt.
    pub(in super::super) receipt: String,
    /// Words of the link to it.
    pub(in super::super) receipt_label: String,
    pub(in super::super) remove: String,
}

/// A clock: number, unit.
struct Clock {
    left: String,
    unit: String,
    what: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "member/claim.html")]
#[expect(
    clippy::struct_excessive_bools,
    reason = "the page shows or hides parts; no two of them exclude each other"
)]
struct ClaimPage {
    page: Page,
    l: Locale,
    base: String,
    key: String,
    title: String,
    status: String,
    tone: &'static str,
    is_draft: bool,
    tasks: Vec<Task>,
    holder: String,
    clock: Option<Clock>,
    late: bool,
    request: String,
    /// The things that are asked for: what, until when.
    requested: Vec<(String, String)>,
    refused: Option<Refusal>,
    /// What can be done about a refusal.
    appeal: String,
    /// All reasons of the plan, at this one.
    reasons: String,
    aid: String,
    facts: Vec<Fact>,
    eligible: bool,
    rules: Vec<RuleLine>,
    files: Vec<FileLine>,
    can_add: bool,
    can_withdraw: bool,
    timeline: Vec<Step>,
    /// Steps that are on the log: words, address of the receipt.
    receipts: Vec<(String, String)>,
    card: String,
    /// Facts behind the card that can be opened: words, address of the file.
    hidden: Vec<(String, String)>,
    /// A jury can be asked for now.
    may_ask_jury: bool,
    /// A jury has the claim, or had it.
    has_jury: bool,
    errors: Vec<FieldError>,
}

async fn show(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    page(&visit, &id, visit.fresh_key(), Vec::new()).await
}

async fn page(visit: &MemberVisit, id: &str, key: String, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let view = visit.app().claim_view(&visit.call(), claim).await?;
    if !view.own {
        // Staff have a desk of their own, where each look is written down.
        return Err(AppError::NotFound("claim").into());
    }
    let shown = Shown::of(visit, view.plan.as_str()).await?;
    let terms = shown.terms_with(&view.illness.condition)?;
    let who = view.person.as_ref().map_or_else(String::new, |person| person.name.clone());
    let (status, tone) = phrases::claim_state(l, view.state);
    let base = format!("/me/claims/{claim}");
    let condition = phrases::condition(l, terms, &view.illness.condition);
    let reason_code = view.reason.as_ref();
    let status_code = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let left = view.until.and_then(|until| phrases::left(l, until, visit.now(), terms.zone()));
    let may_ask_jury = view.state == "refused" && view.holder == "claimant" && left.is_some();
    let until = view.until.map(|until| l.t1("claim-due", "until", phrases::deadline(l, until, terms.zone())));
    let shown_page = ClaimPage {
        page: Page { path: base.clone(), ..visit.page(condition.clone()) },
        l,
        key,
        title: condition,
        status,
        tone,
        is_draft: view.state == "draft",
        tasks: tasks(l, &base, &view),
        holder: phrases::holder(
            l,
            if left.is_none() && view.state == "refused" { "nobody" } else { view.holder },
        ),
        late: view.until.is_some() && left.is_none() && !ends_by_time(view.state),
        clock: left.map(|(left, unit)| Clock {
            left,
            unit,
            what: until.unwrap_or_default(),
            tone: if view.request.is_some() { "wait" } else { "" },
        }),
        request: view.request.clone().unwrap_or_default(),
        requested: phrases::requested(l, &view.request_items),
        may_ask_jury,
        appeal: l.t(if may_ask_jury { "claim-refused-jury" } else { "claim-refused-appeal" }),
        has_jury: view.timeline.iter().any(|step| step.kind == "claim.jury-requested"),
        refused: refusal(l, &view, terms),
        reasons: reason_code.map_or_else(String::new, |code| format!("/plans/{}/reasons#{code}", view.plan)),
        aid: view.aid.map_or_else(String::new, |aid| l.money(aid, view.currency)),
        facts: illness_facts(l, terms, &who, &view.illness),
        eligible: view.eligibility.as_ref().is_some_and(|found| found.eligible),
        rules: view.eligibility.as_ref().map_or_else(Vec::new, |found| rules(l, found)),
        files: file_lines(l, &base, &view, terms),
        can_add: can_add(view.state),
        can_withdraw: can_withdraw(view.state),
        timeline: timeline(l, &view, terms),
        receipts: receipts(l, &base, &view),
        card: if is_public(view.state) {
            format!("/plans/{}/notice/{claim}", view.plan)
        } else {
            String::new()
        },
        hidden: card_opening::links(l, &base, &view),
        base,
        errors,
    };
    visit.render_as(status_code, &shown_page)
}

/// Whether files can still be handed in: as long as nobody has recommended.
pub(super) fn can_add(state: &str) -> bool {
    ["draft", "reported", "under-review", "more-evidence-needed", "investigating"].contains(&state)
}

fn can_withdraw(state: &str) -> bool {
    !["cleared", "payable", "paid", "refused", "verdict", "withdrawn"].contains(&state)
}

/// Whether the end of the time in this state is nobody's delay: it decides by itself.
fn ends_by_time(state: &str) -> bool {
    ["on-notice", "refused", "verdict"].contains(&state)
}

fn is_public(state: &str) -> bool {
    ["on-notice", "objected", "cleared", "payable", "paid"].contains(&state)
}

/// What is left to do before handing in.
fn tasks(l: Locale, base: &str, view: &ClaimView) -> Vec<Task> {
    let count = view.evidence.len();
    let done = |done: bool| if done { (l.t("task-done"), "good") } else { (l.t("task-open"), "") };
    let (status, tone) = done(count > 0);
    let (ready, ready_tone) = if count > 0 { (l.t("task-ready"), "wait") } else { (l.t("task-later"), "") };
    vec![
        Task {
            name: l.t("task-describe"),
            href: format!("{base}/describe"),
            hint: String::new(),
            status: l.t("task-done"),
            tone: "good",
        },
        Task {
            name: l.t("task-files"),
            href: format!("{base}/files"),
            hint: l.t1("task-files-count", "count", count),
            status,
            tone,
        },
        Task {
            name: l.t("task-report"),
            href: if count > 0 { "#report".to_owned() } else { String::new() },
            hint: l.t("task-report-hint"),
            status: ready,
            tone: ready_tone,
        },
    ]
}

/// The files of a claim, numbered.
pub(super) fn file_lines(l: Locale, base: &str, view: &ClaimView, terms: &PlanTerms) -> Vec<FileLine> {
    numbered(l, base, &view.evidence, terms.zone(), view.state == "draft")
}

/// Files below `base`, numbered.
pub(in super::super) fn numbered(
    l: Locale,
    base: &str,
    files: &[EvidenceView],
    zone: &TimeZone,
    removable: bool,
) -> Vec<FileLine> {
    let line = |(at, file): (usize, &EvidenceView)| FileLine {
        href: format!("{base}/files/{}", file.id),
        name: l.t1("file-number", "number", at.saturating_add(1)),
        detail: format!(
            "{} · {} · {}",
            phrases::file_kind(l, file.kind),
            phrases::file_size(file.bytes),
            l.moment(file.at, zone)
        ),
        digest: file.digest.to_string(),
        salt: file.salt.map_or_else(String::new, |salt| salt.to_string()),
        receipt: format!("{base}/files/{}/receipt", file.id),
        receipt_label: l.t(if file.logged.is_some() { "sheet-link" } else { "sheet-link-wait" }),
        remove: if removable { format!("{base}/files/{}/remove", file.id) } else { String::new() },
    };
    files.iter().enumerate().map(line).collect()
}

async fn report(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let l = visit.l();
    let key = fields.text("key").to_owned();
    if fields.text("true") != "yes" {
        return page(&visit, &id, key, vec![wrong("true", l.t("claim-true-missing"))]).await;
    }
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    match visit.app().report_claim(&visit.call_with(&key), OwnClaim { claim }).await {
        Ok(_) => Ok(see_other(&format!("/me/claims/{claim}"))),
        Err(error) => page(&visit, &id, key, form_errors(l, error)?).await,
    }
}

async fn complete(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let key = fields.text("key").to_owned();
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    match visit.app().complete_evidence(&visit.call_with(&key), OwnClaim { claim }).await {
        Ok(_) => Ok(see_other(&format!("/me/claims/{claim}"))),
        Err(error) => page(&visit, &id, key, form_errors(visit.l(), error)?).await,
    }
}

async fn withdraw(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let key = fields.text("key").to_owned();
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    match visit.app().withdraw_claim(&visit.call_with(&key), OwnClaim { claim }).await {
        Ok(_) => Ok(see_other(&format!("/me/claims/{claim}"))),
        Err(error) => page(&visit, &id, key, form_errors(visit.l(), error)?).await,
    }
}

/// Somebody opened an address that only a form leads to.
async fn back(Path(id): Path<String>) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    Ok(see_other(&format!("/me/claims/{claim}")))
}
