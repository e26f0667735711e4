//! Files of a claim: adding them without script, taking one back while drafting, opening one.

use askama::Template;
use axum::Router;
use axum::extract::multipart::{Multipart, MultipartRejection};
use axum::extract::{DefaultBodyLimit, Path};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use huzhu_app::claims::{AddEvidence, EVIDENCE_BYTES_MAX, RemoveEvidence};
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

/// Files of one upload: more are sent with the next one.
const FILES_AT_ONCE: u32 = 10;
/// Body of one upload in bytes: two of the largest files and the form around them. Protects memory.
const UPLOAD_BYTES_MAX: usize = 2 * EVIDENCE_BYTES_MAX + 64 * 1024;

pub(super) fn routes() -> Router<Edge> {
    let upload = get(show).post(add).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX));
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
    key: String,
    files: Vec<FileLine>,
    papers: Vec<String>,
    request: String,
    can_add: bool,
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
    let page = Page { path: format!("{base}/files"), ..visit.page(l.t("files-title")) };
    visit.render_as(
        status,
        &FilesPage {
            page,
            l,
            key: visit.fresh_key(),
            files: file_lines(l, &base, &view, terms),
            papers: papers(l, terms, &view.illness.condition),
            request: view.request.clone().unwrap_or_default(),
            can_add: can_add(view.state),
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
            Err(error) => {
                errors.push(broken_off(l, error.status()));
                break;
            }
        };
        match part.name() {
            Some("key") => {
                let text = part.text().await.unwrap_or_default();
                key = Some(text.parse::<Uuid>().map_err(|_| Problem::bad_key())?);
            }
            Some("file") if number < FILES_AT_ONCE => {
                let name = part.file_name().unwrap_or_default().to_owned();
                let bytes = match part.bytes().await {
                    Ok(bytes) => bytes,
                    Err(error) => {
                        errors.push(broken_off(l, error.status()));
                        break;
                    }
                };
                // A browser sends one empty part when no file was chosen.
                if name.is_empty() && bytes.is_empty() {
                    continue;
                }
                let key = key.ok_or_else(Problem::bad_key)?;
                number = number.saturating_add(1);
                errors.extend(keep(&visit, claim, key, number, &name, bytes.to_vec()).await?);
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
    bytes: Vec<u8>,
) -> Result<Vec<FieldError>, PageError> {
    let id = Uuid::from_u128(key.as_u128().wrapping_add(u128::from(number)));
    let command = AddEvidence { claim, evidence: EvidenceId::from_uuid(id), bytes };
    let call = visit.call_with(&id.to_string());
    match visit.app().add_evidence(&call, &command).await {
        Ok(_) => Ok(Vec::new()),
        Err(error) => {
            let l = visit.l();
            let errors = form_errors(l, error)?;
            let named =
                |one: FieldError| wrong("file", l.t2("files-named", "name", name, "message", one.message));
            Ok(errors.into_iter().map(named).collect())
        }
    }
}

fn broken_off(l: Locale, status: StatusCode) -> FieldError {
    let key = if status == StatusCode::PAYLOAD_TOO_LARGE { "files-too-large" } else { "files-broken-off" };
    wrong("file", l.t(key))
}

/// The file in clear. It is always downloaded and never shown inside the site: its content comes from outside.
async fn open(visit: MemberVisit, Path((id, file)): Path<(String, String)>) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let evidence: EvidenceId = file.parse().map_err(|_| AppError::NotFound("file"))?;
    let content = visit.app().evidence_file(&visit.call(), claim, evidence).await?;
    let ending = match content.kind.media_type().split_once('/') {
        Some((_, "jpeg")) => "jpg",
        Some((_, "dicom")) => "dcm",
        Some((_, other)) => other,
        None => "bin",
    };
    let headers = [
        (CONTENT_TYPE, content.kind.media_type().to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{evidence}.{ending}\"")),
    ];
    Ok((headers, content.bytes).into_response())
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
