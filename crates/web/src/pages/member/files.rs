//! Files of a claim: adding them without script, taking one back while drafting, opening one. The page for files of a dispute is the
//! same.

use askama::Template;
use axum::Router;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use huzhu_app::claims::{EvidenceView, RemoveEvidence};
use huzhu_app::error::AppError;
use huzhu_domain::id::{ClaimId, EvidenceId};
use huzhu_domain::time::TimeZone;

use super::super::forms::{Fields, form_errors};
use super::super::frame::{Answer, MemberVisit, see_other};
use super::super::phrases;
use super::super::public::Shown;
use super::super::upload::keep_all;
use super::claim::{FileLine, can_add, file_lines, numbered};
use super::claim_new::papers;
use crate::design::{FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::transfer::{Taking, send_file};

/// One million bytes, as people count them.
const MB: u64 = 1_000_000;

pub(super) fn routes() -> Router<Edge> {
    let upload = get(show).post(add).layer(DefaultBodyLimit::disable());
    Router::new()
        .route("/me/claims/{id}/files", upload)
        .route("/me/claims/{id}/files/{file}", get(open))
        .route("/me/claims/{id}/files/{file}/remove", post(remove))
}

#[derive(Template)]
#[template(path = "member/files.html")]
struct FilesPage {
    page: Page,
    l: Locale,
    /// What the files belong to, and how one goes back there.
    base: String,
    back: String,
    /// Who will see them; empty where everybody knows.
    seen_by: String,
    uploads: String,
    key: String,
    files: Vec<FileLine>,
    papers: Vec<String>,
    request: String,
    /// The things that are asked for: what, until when.
    requested: Vec<(String, String)>,
    can_add: bool,
    file_mb: u64,
    picture_mb: u64,
    errors: Vec<FieldError>,
}

/// Files that belong to a dispute, on a page of their own.
pub(in super::super) struct DisputeFiles<'a> {
    /// Address of the page of the dispute.
    pub(in super::super) base: String,
    /// Words of the way back.
    pub(in super::super) back: String,
    /// Who will see them.
    pub(in super::super) seen_by: String,
    /// Where uploads with script go.
    pub(in super::super) uploads: String,
    /// The caller's own files.
    pub(in super::super) files: &'a [EvidenceView],
    /// More are taken now.
    pub(in super::super) can_add: bool,
    /// The zone of the times.
    pub(in super::super) zone: &'a TimeZone,
}

/// The page for files of a dispute.
pub(in super::super) fn of_dispute(
    visit: &MemberVisit,
    of: DisputeFiles<'_>,
    errors: Vec<FieldError>,
) -> Answer {
    let l = visit.l();
    let files = numbered(l, &of.base, of.files, of.zone, false);
    render(visit, errors, |page, errors| FilesPage {
        base: of.base,
        back: of.back,
        seen_by: of.seen_by,
        uploads: of.uploads,
        files,
        can_add: of.can_add,
        ..empty(visit, page, errors)
    })
}

/// A page that says nothing yet of what the files belong to.
fn empty(visit: &MemberVisit, page: Page, errors: Vec<FieldError>) -> FilesPage {
    let limits = visit.app().evidence_limits();
    FilesPage {
        page,
        l: visit.l(),
        base: String::new(),
        back: String::new(),
        seen_by: String::new(),
        uploads: String::new(),
        key: visit.fresh_key(),
        files: Vec::new(),
        papers: Vec::new(),
        request: String::new(),
        requested: Vec::new(),
        can_add: false,
        file_mb: limits.file_bytes.div_euclid(MB),
        picture_mb: limits.picture_bytes.min(limits.file_bytes).div_euclid(MB),
        errors,
    }
}

fn render(
    visit: &MemberVisit,
    errors: Vec<FieldError>,
    fill: impl FnOnce(Page, Vec<FieldError>) -> FilesPage,
) -> Answer {
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = fill(visit.page(visit.l().t("files-title")), errors);
    let path = format!("{}/files", page.base);
    visit.render_as(status, &FilesPage { page: Page { path, ..page.page }, ..page })
}

async fn show(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    page(&visit, &id, Vec::new()).await
}

async fn page(visit: &MemberVisit, id: &str, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let view = visit.app().claim_view(&visit.call(), claim).await?;
    if !view.own {
        return Err(AppError::NotFound("claim").into());
    }
    let shown = Shown::of(visit, view.plan.as_str()).await?;
    let terms = shown.terms_with(&view.illness.condition)?;
    let base = format!("/me/claims/{claim}");
    render(visit, errors, |page, errors| FilesPage {
        uploads: format!("/api/v1/claims/{claim}/uploads"),
        back: l.t("files-back"),
        files: file_lines(l, &base, &view, terms),
        papers: papers(l, terms, &view.illness.condition),
        request: view.request.clone().unwrap_or_default(),
        requested: phrases::requested(l, &view.request_items),
        can_add: can_add(view.state),
        base,
        ..empty(visit, page, errors)
    })
}

async fn add(
    visit: MemberVisit,
    Path(id): Path<String>,
    body: Result<Multipart, MultipartRejection>,
) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let errors = keep_all(&visit, claim.into(), body).await?;
    if errors.is_empty() {
        return Ok(see_other(&format!("/me/claims/{claim}/files")));
    }
    page(&visit, &id, errors).await
}

/// The file in clear. It is always downloaded and never shown inside the site: its content comes from outside.
async fn open(visit: MemberVisit, Path((id, file)): Path<(String, String)>, headers: HeaderMap) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let evidence: EvidenceId = file.parse().map_err(|_| AppError::NotFound("file"))?;
    let opened = visit.app().evidence_file(&visit.call(), claim.into(), evidence).await?;
    Ok(send_file(visit.app(), &opened, evidence, &headers, Taking::Saved).await?)
}

async fn remove(visit: MemberVisit, Path((id, file)): Path<(String, String)>, fields: Fields) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let evidence: EvidenceId = file.parse().map_err(|_| AppError::NotFound("file"))?;
    let call = visit.call_with(fields.text("key"));
    match visit.app().remove_evidence(&call, RemoveEvidence { claim, evidence }).await {
        Ok(_) => Ok(see_other(&format!("/me/claims/{claim}/files"))),
        Err(error) => {
            let errors = form_errors(visit.l(), error)?;
            page(&visit, &id, errors).await
        }
    }
}
