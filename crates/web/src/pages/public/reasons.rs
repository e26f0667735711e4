//! Every reason for which a claim can be refused: what it says, which rule it comes from, and what would change it.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;

use super::super::frame::{Answer, Visit, plan_name};
use super::super::reasons::{Entry, entries};
use super::Shown;
use crate::design::Page;
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/plans/{id}/reasons", get(page))
}

#[derive(Template)]
#[template(path = "public/reasons.html")]
struct ReasonsPage {
    page: Page,
    l: Locale,
    base: String,
    entries: Vec<Entry>,
    jury: String,
}

async fn page(visit: Visit, Path(id): Path<String>) -> Answer {
    let l = visit.l();
    let shown = Shown::of(&visit, &id).await?;
    let terms = shown.terms()?;
    let title = l.t("reasons-title");
    visit.render(&ReasonsPage {
        page: visit.plan_page(format!("{title} · {}", plan_name(&shown.plan, l)), &shown.plan),
        l,
        base: format!("/plans/{}", shown.id()),
        entries: entries(l, terms),
        jury: super::super::member::appeal_text(l, terms),
    })
}
