//! Hidden facts of a notice card, opened one by one: the files to hand on, for claimants and for auditors.
//!
//! Shape: a page that may open facts has [`links`]; each leads to [`file`], which asks one use case.
//!
//! Guarantees: who may open is decided by the use case; what an auditor opens is written down before it is sent. Nothing of an
//! answer is kept on its way.

use axum::extract::Path;
use axum::http::HeaderValue;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use huzhu_app::claims::ClaimView;
use huzhu_app::log::OpenCard;
use huzhu_domain::claim::HiddenField;
use huzhu_domain::id::ClaimId;

use super::frame::{Answer, MemberVisit};
use crate::i18n::Locale;
use crate::problem::Problem;

/// What can be opened: words and address. Nothing if the claim was never on notice, or its person was erased.
pub(super) fn links(l: Locale, base: &str, view: &ClaimView) -> Vec<(String, String)> {
    let noticed = view.timeline.iter().any(|step| step.kind == "claim.put-on-notice");
    if !noticed || view.person.is_none() {
        return Vec::new();
    }
    HiddenField::ALL.map(|field| (l.t(word_key(field)), format!("{base}/card/{}", field.word()))).to_vec()
}

const fn word_key(field: HiddenField) -> &'static str {
    match field {
        HiddenField::Name => "card-hidden-name",
        HiddenField::Birth => "card-hidden-birth",
        HiddenField::EventDate => "card-hidden-event-date",
        HiddenField::Joined => "card-hidden-joined",
        HiddenField::Hospital => "card-hidden-hospital",
    }
}

/// One fact with its proof, as a file for `huzhu verify card`.
pub(super) async fn file(visit: MemberVisit, Path((claim, field)): Path<(String, String)>) -> Answer {
    let claim: ClaimId = claim.parse().map_err(|_| Problem::not_found())?;
    let field = HiddenField::from_word(&field).ok_or_else(Problem::not_found)?;
    let opening = visit.app().open_card(&visit.call(), &OpenCard { claim, fields: [field].into() }).await?;
    let name = format!("attachment; filename=\"card-{}-{claim}.json\"", field.word());
    let name = HeaderValue::from_str(&name).unwrap_or(HeaderValue::from_static("attachment"));
    let head = [
        (CONTENT_TYPE, HeaderValue::from_static("application/json")),
        (CONTENT_DISPOSITION, name),
        (CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((head, opening.to_json()).into_response())
}
