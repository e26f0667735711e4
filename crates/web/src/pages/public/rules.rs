//! Rules in plain words beside the exact text, and every version with what it changed for whom.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use huzhu_app::error::AppError;
use huzhu_domain::plan::{PlanTerms, PlanVersion};
use huzhu_planfile::{Section, Who};

use super::super::frame::{Answer, PageError, Visit, plan_name, see_other};
use super::super::phrases;
use super::{Shown, chain};
use crate::design::Page;
use crate::edge::Edge;
use crate::i18n::Locale;

/// Longest text of a plan file that is shown inside the page, in bytes: a page stays below 60 kB. Longer ones are a file.
const TEXT_SHOWN_MAX: usize = 22_000;
/// Changes of one version that the page lists; a plan file can change everything at once.
const CHANGES_SHOWN_MAX: usize = 40;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/plans/{id}/rules", get(rules))
        .route("/plans/{id}/rules/{file}", get(file))
        .route("/terms", get(terms))
}

#[derive(serde::Deserialize)]
struct Chosen {
    version: Option<u32>,
}

#[derive(Template)]
#[template(path = "public/rules.html")]
struct RulesPage {
    page: Page,
    l: Locale,
    version: u32,
    effective: String,
    state: String,
    tone: &'static str,
    sections: Vec<Section>,
    text: String,
    file: String,
    versions: Vec<VersionRow>,
    chain: String,
}

struct VersionRow {
    version: u32,
    href: String,
    effective: String,
    state: String,
    tone: &'static str,
    changes: Vec<(String, &'static str, String)>,
    more: usize,
    first: bool,
}

async fn rules(visit: Visit, Path(id): Path<String>, Query(chosen): Query<Chosen>) -> Answer {
    let l = visit.l();
    let shown = Shown::of(&visit, &id).await?;
    let terms = chosen_terms(&shown, chosen.version)?;
    let version = terms.version();
    let text = shown.plan.texts.get(&version).cloned().unwrap_or_default();
    let states = visit.app().version_states(&shown.plan);
    let state = states.iter().find(|(own, ..)| *own == version).map(|(.., state)| *state);
    let (state, tone) = state.map_or_else(Default::default, |state| phrases::version_state(l, state));
    let title = l.t("rules-title");
    visit.render(&RulesPage {
        page: visit.plan_page(format!("{title} · {}", plan_name(&shown.plan, l)), &shown.plan),
        l,
        version: version.0,
        effective: l.day_in(terms.effective(), shown.today),
        state,
        tone,
        sections: huzhu_planfile::outline(terms, visit.language())
            .into_iter()
            .filter(|section| !section.lines.is_empty())
            .collect(),
        file: format!("/plans/{}/rules/{version}.toml", shown.id()),
        text: if text.len() > TEXT_SHOWN_MAX { String::new() } else { text },
        versions: version_rows(&visit, &shown),
        chain: chain(visit.app().log_place_of_version(shown.id(), version).await?),
    })
}

fn chosen_terms(shown: &Shown, version: Option<u32>) -> Result<&PlanTerms, PageError> {
    match version {
        None => shown.terms(),
        Some(version) => {
            let found = shown.plan.plan.terms_of(PlanVersion(version));
            found.ok_or_else(|| AppError::NotFound("plan version").into())
        }
    }
}

fn version_rows(visit: &Visit, shown: &Shown) -> Vec<VersionRow> {
    let l = visit.l();
    let versions = shown.plan.plan.versions();
    let rows = visit.app().version_states(&shown.plan).into_iter();
    rows.map(|(version, effective, state)| {
        let new = versions.iter().find(|one| one.version == version);
        let old = versions.iter().rev().find(|one| one.version < version && !one.withdrawn);
        let changes = match (old, new) {
            (Some(old), Some(new)) => huzhu_planfile::diff(&old.terms, &new.terms, visit.language()),
            _ => Vec::new(),
        };
        let (state, tone) = phrases::version_state(l, state);
        VersionRow {
            version: version.0,
            href: format!("/plans/{}/rules?version={version}", shown.id()),
            effective: l.day(effective),
            state,
            tone,
            more: changes.len().saturating_sub(CHANGES_SHOWN_MAX),
            first: old.is_none(),
            changes: changes
                .into_iter()
                .take(CHANGES_SHOWN_MAX)
                .map(|change| {
                    let (key, tone) = match change.who {
                        Who::Gains => ("change-gains", "good"),
                        Who::Loses => ("change-loses", "wait"),
                        Who::Both => ("change-both", "wait"),
                        Who::Neutral => ("change-neutral", ""),
                    };
                    (l.t(key), tone, change.sentence)
                })
                .collect(),
        }
    })
    .collect()
}

/// The exact text of a version, as it was published.
async fn file(visit: Visit, Path((id, file)): Path<(String, String)>) -> Answer {
    let shown = Shown::of(&visit, &id).await?;
    let version = file.strip_suffix(".toml").and_then(|number| number.parse().ok());
    let version = PlanVersion(version.ok_or(AppError::NotFound("plan version"))?);
    let text = shown.plan.texts.get(&version).ok_or(AppError::NotFound("plan version"))?;
    let headers = [
        (CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (CONTENT_DISPOSITION, format!("inline; filename=\"{}-{version}.toml\"", shown.id())),
    ];
    Ok((headers, text.clone()).into_response())
}

/// The rules of the only plan, or the list of plans.
async fn terms(visit: Visit) -> Answer {
    let plans = visit.app().plan_list().await?;
    Ok(match plans.as_slice() {
        [only] => see_other(&format!("/plans/{}/rules", only.plan.plan.id)),
        _ => see_other("/plans"),
    })
}
