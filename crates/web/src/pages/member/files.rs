//! Files of a claim: adding them without script, taking one back while drafting, opening one.

use askama::Template;
use axum::Router;
use axum::extract::multipart::{Field, Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::{HeaderMap, StatusCode};
use axum::routing::{get, post};
use huzhu_app::claims::{ReceiveEvidence, RemoveEvidence};
use huzhu_app::error::AppError;
use huzhu_domain::id::{ClaimId, EvidenceId};
use uuid::Uuid;

use super::super::forms::{Fields, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, PageError, see_other};
use super::super::public::Shown;
use super::claim::{FileLine, can_add, file_lines};
use super::claim_new::papers;
use crate::design::{FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::problem::Problem;
use crate::transfer::{FieldPieces, Taking, send_file};

/// Files of one upload: more are sent with the next one.
const FILES_AT_ONCE: u32 = 10;
/// One million bytes, as people count them.
const MB: u64 = 1_000_000;
/// Bytes of the key of a form, at most.
const KEY_BYTES_MAX: usize = 64;

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
    base: String,
    uploads: String,
    key: String,
    files: Vec<FileLine>,
    papers: Vec<String>,
    request: String,
    can_add: bool,
    file_mb: u64,
    picture_mb: u64,
    errors: Vec<FieldError>,
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
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let limits = visit.app().evidence_limits();
    let page = Page { path: format!("{base}/files"), ..visit.page(l.t("files-title")) };
    visit.render_as(
        status,
        &FilesPage {
            page,
            l,
            uploads: format!("/api/v1/claims/{claim}/uploads"),
            key: visit.fresh_key(),
            files: file_lines(l, &base, &view, terms),
            papers: papers(l, terms, &view.illness.condition),
            request: view.request.clone().unwrap_or_default(),
            can_add: can_add(view.state),
            file_mb: limits.file_bytes.div_euclid(MB),
            picture_mb: limits.picture_bytes.min(limits.file_bytes).div_euclid(MB),
            base,
            errors,
        },
    )
}

async fn add(
    visit: MemberVisit,
    Path(id): Path<String>,
    body: Result<Multipart, MultipartRejection>,
) -> Answer {
    let l = visit.l();
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let mut body = body.map_err(|_| Problem::wrong_media_type())?;
    let mut key = None;
    let (mut number, mut errors) = (0_u32, Vec::new());
    loop {
        let part = match body.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => break,
            Err(_) => {
                errors.push(broken_off(l));
                break;
            }
        };
        match part.name() {
            Some("key") => key = Some(form_key(part).await?),
            Some("file") if number < FILES_AT_ONCE => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let mut field = part;
                let Ok(first) = field.chunk().await else {
                    errors.push(broken_off(l));
                    break;
                };
                // A browser sends one empty part when no file was chosen.
                if name.is_empty() && first.is_none() {
                    continue;
                }
                let key = key.ok_or_else(Problem::bad_key)?;
                number = number.saturating_add(1);
                let mut pieces = FieldPieces { first, field };
                // The rest of a refused file is read and dropped, since a browser reads no answer before it has sent all.
                errors.extend(keep(&visit, claim, key, number, &name, &mut pieces).await?);
            }
            _ => {}
        }
    }
    if number == 0 && errors.is_empty() {
        errors.push(wrong("file", l.t("files-none-chosen")));
    }
    if errors.is_empty() {
        return Ok(see_other(&format!("/me/claims/{claim}/files")));
    }
    page(&visit, &id, errors).await
}

/// Keeps one file; its id follows from the key of the form and its number, so that a repeated upload adds nothing.
async fn keep(
    visit: &MemberVisit,
    claim: ClaimId,
    key: Uuid,
    number: u32,
    name: &str,
    pieces: &mut FieldPieces<'_>,
) -> Result<Vec<FieldError>, PageError> {
    let id = Uuid::from_u128(key.as_u128().wrapping_add(u128::from(number)));
    let command = ReceiveEvidence { claim, evidence: EvidenceId::from_uuid(id), length: None };
    let call = visit.call_with(&id.to_string());
    match visit.app().receive_evidence(&call, command, pieces).await {
        Ok(_) => Ok(Vec::new()),
        Err(AppError::Stale("upload-broken-off")) => Ok(vec![broken_off(visit.l())]),
        Err(error) => {
            let l = visit.l();
            let errors = form_errors(l, error)?;
            let named =
                |one: FieldError| wrong("file", l.t2("files-named", "name", name, "message", one.message));
            Ok(errors.into_iter().map(named).collect())
        }
    }
}

fn broken_off(l: Locale) -> FieldError {
    wrong("file", l.t("files-broken-off"))
}

/// The key of the form: a short field, read up to its limit.
async fn form_key(mut part: Field<'_>) -> Result<Uuid, Problem> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| Problem::broken_off())? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > KEY_BYTES_MAX {
            return Err(Problem::bad_key());
        }
    }
    std::str::from_utf8(&bytes).ok().and_then(|text| text.parse().ok()).ok_or_else(Problem::bad_key)
}

/// The file in clear. It is always downloaded and never shown inside the site: its content comes from outside.
async fn open(visit: MemberVisit, Path((id, file)): Path<(String, String)>, headers: HeaderMap) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let evidence: EvidenceId = file.parse().map_err(|_| AppError::NotFound("file"))?;
    let opened = visit.app().evidence_file(&visit.call(), claim, evidence).await?;
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
