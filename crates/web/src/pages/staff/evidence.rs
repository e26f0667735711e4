//! A file of evidence for the claim desk. Each look becomes an event that the claimant sees.
//!
//! Guarantees: the type was read from the content when the file was handed in; the answer may run nothing, load nothing and
//! reach nothing of the site, whatever is in the file (`sandbox`, also for a PDF in the viewer, which only a page of this site
//! may have in it), and is kept nowhere on its way.

use axum::extract::{Path, Query};
use axum::http::HeaderMap;
use huzhu_app::claims::EvidenceOf;
use huzhu_domain::id::{ClaimId, EvidenceId};
use serde::Deserialize;

use crate::pages::frame::{Answer, MemberVisit};
use crate::problem::Problem;
use crate::transfer::{Taking, send_file};

#[derive(Deserialize)]
pub(in super::super) struct Wish {
    #[serde(default)]
    download: String,
    #[serde(default)]
    embed: String,
}

/// The file, to be looked at in the browser where that can show it, else to be saved.
pub(super) async fn file(
    visit: MemberVisit,
    Path((claim, file)): Path<(String, String)>,
    Query(wish): Query<Wish>,
    headers: HeaderMap,
) -> Answer {
    let claim: ClaimId = claim.parse().map_err(|_| Problem::not_found())?;
    look(&visit, claim.into(), &file, &wish, &headers).await
}

/// A file of a claim or of a dispute about one.
pub(in super::super) async fn look(
    visit: &MemberVisit,
    of: EvidenceOf,
    file: &str,
    wish: &Wish,
    headers: &HeaderMap,
) -> Answer {
    let evidence: EvidenceId = file.parse().map_err(|_| Problem::not_found())?;
    let opened = visit.app().evidence_file(&visit.call(), of, evidence).await?;
    let taking = match (wish.download.as_str(), wish.embed.as_str()) {
        ("", "") => Taking::Shown,
        ("", _) => Taking::Embedded,
        _ => Taking::Saved,
    };
    Ok(send_file(visit.app(), &opened, evidence, headers, taking).await?)
}
