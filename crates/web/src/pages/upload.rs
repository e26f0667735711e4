//! Files of evidence from a form without script: those of a member for a claim or a dispute, and those of an investigator.

use axum::extract::multipart::{Field, Multipart, MultipartRejection};
use huzhu_app::claims::{EvidenceOf, ReceiveEvidence};
use huzhu_app::error::AppError;
use huzhu_domain::id::EvidenceId;
use uuid::Uuid;

use super::forms::{form_errors, wrong};
use super::frame::{MemberVisit, PageError};
use crate::design::FieldError;
use crate::i18n::Locale;
use crate::problem::Problem;
use crate::transfer::FieldPieces;

/// Files of one upload: more are sent with the next one.
const FILES_AT_ONCE: u32 = 10;
/// Bytes of the key of a form, at most.
const KEY_BYTES_MAX: usize = 64;

/// Keeps the files of a form. Answers what is wrong with those that were not kept.
///
/// # Errors
/// What cannot be mended in the form.
pub(super) async fn keep_all(
    visit: &MemberVisit,
    of: EvidenceOf,
    body: Result<Multipart, MultipartRejection>,
) -> Result<Vec<FieldError>, PageError> {
    let l = visit.l();
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
                errors.extend(keep(visit, of, key, number, &name, &mut pieces).await?);
            }
            _ => {}
        }
    }
    if number == 0 && errors.is_empty() {
        errors.push(wrong("file", l.t("files-none-chosen")));
    }
    Ok(errors)
}

/// Keeps one file; its id follows from the key of the form and its number, so that a repeated upload adds nothing.
async fn keep(
    visit: &MemberVisit,
    of: EvidenceOf,
    key: Uuid,
    number: u32,
    name: &str,
    pieces: &mut FieldPieces<'_>,
) -> Result<Vec<FieldError>, PageError> {
    let id = Uuid::from_u128(key.as_u128().wrapping_add(u128::from(number)));
    let command = ReceiveEvidence { of, evidence: EvidenceId::from_uuid(id), length: None };
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
