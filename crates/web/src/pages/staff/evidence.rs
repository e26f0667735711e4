//! A file of evidence for the claim desk. Each look becomes an event that the claimant sees.
//!
//! Guarantees: the type was read from the content when the file was handed in; the answer may run nothing, load nothing and
//! reach nothing of the site, whatever is in the file (`sandbox`), and is kept nowhere on its way.

use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use axum::response::IntoResponse;
use huzhu_domain::claim::FileKind;
use huzhu_domain::id::{ClaimId, EvidenceId};
use serde::Deserialize;

use crate::pages::frame::{Answer, MemberVisit};
use crate::problem::Problem;

/// What a file may do in a browser: nothing.
const NOTHING: &str = "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; \
                       base-uri 'none'; frame-ancestors 'none'; sandbox";

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    download: String,
}

/// The file, to be looked at in the browser where that can show it, else to be saved.
pub(super) async fn file(
    visit: MemberVisit,
    Path((claim, file)): Path<(String, String)>,
    Query(wish): Query<Wish>,
) -> Answer {
    let claim: ClaimId = claim.parse().map_err(|_| Problem::not_found())?;
    let evidence: EvidenceId = file.parse().map_err(|_| Problem::not_found())?;
    let content = visit.app().evidence_file(&visit.call(), claim, evidence).await?;
    let (ending, can_show) = shape(content.kind);
    let how = if can_show && wish.download.is_empty() { "inline" } else { "attachment" };
    let headers = [
        (CONTENT_TYPE, content.kind.media_type().to_owned()),
        (CONTENT_DISPOSITION, format!("{how}; filename=\"{evidence}.{ending}\"")),
        (CONTENT_SECURITY_POLICY, NOTHING.to_owned()),
    ];
    Ok((headers, content.bytes).into_response())
}

/// The ending of the file's name, and whether browsers show such files.
pub(super) const fn shape(kind: FileKind) -> (&'static str, bool) {
    match kind {
        FileKind::Pdf => ("pdf", true),
        FileKind::Jpeg => ("jpg", true),
        FileKind::Png => ("png", true),
        FileKind::Heic => ("heic", false),
        FileKind::Dicom => ("dcm", false),
    }
}
