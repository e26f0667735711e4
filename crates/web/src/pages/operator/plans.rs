//! Plans and their versions: what is in force, publish the next one after seeing what changes, withdraw, open and close.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use huzhu_app::error::AppError;
use huzhu_app::permission::Action;
use huzhu_app::plans::PublishPlan;
use huzhu_domain::plan::{PlanId, PlanTerms, PlanVersion, VersionState};
use huzhu_domain::time::day_of;
use huzhu_planfile::{Report, Who};
use serde::Deserialize;

use super::upload::{Upload, plain_lines};
use crate::design::{FieldError, NavItem, Page};
use crate::i18n::Locale;
use crate::pages::forms::{Fields, form_errors, wrong};
use crate::pages::frame::{Answer, MemberVisit, PageError, plan_name, see_other};
use crate::pages::staff::{console, keyed, needs, status_of};
use crate::problem::Problem;

/// What a form brought back.
#[derive(Default)]
struct Given {
    status: StatusCode,
    errors: Vec<FieldError>,
    mistakes: Vec<MistakeLine>,
    text: String,
    done: String,
}

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "operator/plans.html")]
struct PlansPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    done: String,
    errors: Vec<FieldError>,
    mistakes: Vec<MistakeLine>,
    plans: Vec<PlanLine>,
    text: String,
}

struct PlanLine {
    id: String,
    name: String,
    open: bool,
    members: String,
    versions: Vec<VersionLine>,
    key: String,
}

struct VersionLine {
    number: u32,
    state: String,
    tone: &'static str,
    effective: String,
    withdraw: bool,
    key: String,
}

/// A mistake of a plan file.
struct MistakeLine {
    place: String,
    rule: String,
    message: String,
    remedy: String,
}

#[derive(Template)]
#[template(path = "operator/publish.html")]
struct PublishPage {
    page: Page,
    l: Locale,
    trail: Vec<NavItem>,
    errors: Vec<FieldError>,
    name: String,
    about: String,
    is_new: bool,
    changes: Vec<ChangeLine>,
    key: String,
    text: String,
}

struct ChangeLine {
    who: String,
    tone: &'static str,
    sentence: String,
}

/// The list of plans with the form for the next version.
pub(super) async fn page(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    show(&visit, Given { done: wish.done, ..Given::default() }).await
}

async fn show(visit: &MemberVisit, given: Given) -> Result<Response, PageError> {
    needs(visit, Action::RunPlan)?;
    let l = visit.l();
    let mut plans = Vec::new();
    for summary in visit.app().plan_list().await? {
        let plan = &summary.plan;
        let versions = visit.app().version_states(plan).into_iter().map(|(version, effective, state)| {
            let (key, tone) = version_words(state);
            VersionLine {
                number: version.0,
                state: l.t(key),
                tone,
                effective: l.day(effective),
                withdraw: matches!(state, VersionState::Draft | VersionState::Scheduled),
                key: visit.fresh_key(),
            }
        });
        plans.push(PlanLine {
            id: plan.plan.id.to_string(),
            name: plan_name(plan, l),
            open: plan.open,
            members: l.members(summary.enrolled),
            versions: versions.collect(),
            key: visit.fresh_key(),
        });
    }
    let shown = PlansPage {
        page: visit.page(l.t("op-plans-title")),
        l,
        ways: console(visit, "/operator/plans"),
        done: done_text(l, &given.done),
        errors: given.errors,
        mistakes: given.mistakes,
        plans,
        text: given.text,
    };
    visit.render_as(given.status, &shown)
}

const fn version_words(state: VersionState) -> (&'static str, &'static str) {
    match state {
        VersionState::Draft => ("op-version-draft", "wait"),
        VersionState::Scheduled => ("op-version-scheduled", "wait"),
        VersionState::InForce => ("op-version-in-force", "good"),
        VersionState::Superseded => ("op-version-superseded", ""),
        VersionState::Withdrawn => ("op-version-withdrawn", ""),
    }
}

fn done_text(l: Locale, done: &str) -> String {
    match done {
        "publish" => l.t("op-done-publish"),
        "withdraw" => l.t("op-done-withdraw"),
        "open" => l.t("op-done-open"),
        "closed" => l.t("op-done-closed"),
        _ => String::new(),
    }
}

/// Reads a plan file: all its mistakes, or what it would change.
pub(super) async fn check(visit: MemberVisit, upload: Upload) -> Answer {
    needs(&visit, Action::RunPlan)?;
    let l = visit.l();
    let typed = plain_lines(upload.fields.text("text"));
    let text =
        if upload.file.is_empty() { typed } else { String::from_utf8_lossy(&upload.file).into_owned() };
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    if text.trim().is_empty() {
        let errors = vec![wrong("text", l.t("op-plan-missing"))];
        return show(&visit, Given { status, errors, ..Given::default() }).await;
    }
    match huzhu_planfile::check(&text, "plan") {
        Ok(terms) => preview(&visit, &terms, text, StatusCode::OK, Vec::new()).await,
        Err(report) => {
            let count = report.mistakes().len();
            let errors = vec![wrong("text", l.t1("op-plan-mistakes", "count", count))];
            let mistakes = mistakes(l, &report);
            show(&visit, Given { status, errors, mistakes, text, ..Given::default() }).await
        }
    }
}

fn mistakes(l: Locale, report: &Report) -> Vec<MistakeLine> {
    let line = |mistake: &huzhu_planfile::Mistake| MistakeLine {
        place: l.t2("op-plan-place", "line", mistake.line, "column", mistake.column),
        rule: mistake.rule.code.to_string(),
        message: mistake.message.clone(),
        remedy: mistake.remedy.clone(),
    };
    report.mistakes().iter().map(line).collect()
}

/// What a version would change, to be confirmed.
async fn preview(
    visit: &MemberVisit,
    terms: &PlanTerms,
    text: String,
    status: StatusCode,
    errors: Vec<FieldError>,
) -> Result<Response, PageError> {
    let l = visit.l();
    let before = match visit.app().plan_summary(terms.id()).await {
        Ok(summary) => Some(summary.plan),
        Err(AppError::NotFound(_)) => None,
        Err(other) => return Err(other.into()),
    };
    let today = day_of(visit.now(), terms.zone());
    let newest =
        |plan: &huzhu_app::LoadedPlan| plan.plan.versions().last().map(|version| version.terms.clone());
    let old = before.as_ref().and_then(|plan| plan.plan.terms_on(today).cloned().or_else(|| newest(plan)));
    let changes = old.as_ref().map_or_else(Vec::new, |old| {
        huzhu_planfile::diff(old, terms, visit.language())
            .into_iter()
            .map(|change| {
                let (key, tone) = match change.who {
                    Who::Gains => ("op-change-gains", "good"),
                    Who::Loses => ("op-change-loses", "bad"),
                    Who::Both => ("op-change-both", "wait"),
                    Who::Neutral => ("op-change-neutral", ""),
                };
                ChangeLine { who: l.t(key), tone, sentence: change.sentence }
            })
            .collect()
    });
    let title = l.t("op-publish-title");
    let shown = PublishPage {
        page: visit.page(title.clone()),
        l,
        trail: vec![
            NavItem::new(l.t("op-plans-title"), "/operator/plans", false),
            NavItem::new(title, "", true),
        ],
        errors,
        name: terms.identity().name.get(visit.language()).to_owned(),
        about: l.t2(
            "op-publish-about",
            "version",
            terms.version().0,
            "day",
            l.day_in(terms.effective(), today),
        ),
        is_new: old.is_none(),
        changes,
        key: visit.fresh_key(),
        text,
    };
    visit.render_as(status, &shown)
}

/// Publishes what was shown.
pub(super) async fn publish(visit: MemberVisit, fields: Fields) -> Answer {
    let call = keyed(&visit, &fields)?;
    let text = plain_lines(fields.text("text"));
    match visit.app().publish_plan(&call, PublishPlan { text: text.clone() }).await {
        Ok(_) => Ok(see_other("/operator/plans?done=publish")),
        Err(error) => {
            let status = status_of(&error);
            let errors = form_errors(visit.l(), error)?;
            match huzhu_planfile::check(&text, "plan") {
                Ok(terms) => preview(&visit, &terms, text, status, errors).await,
                Err(report) => {
                    let mistakes = mistakes(visit.l(), &report);
                    show(&visit, Given { status, mistakes, text, ..Given::default() }).await
                }
            }
        }
    }
}

/// Opens a plan to new members, or closes it.
pub(super) async fn open(visit: MemberVisit, Path(plan): Path<String>, fields: Fields) -> Answer {
    let call = keyed(&visit, &fields)?;
    let plan = PlanId::new(&plan).map_err(|_| Problem::not_found())?;
    let open = fields.text("open") == "yes";
    match visit.app().open_plan(&call, &plan, open).await {
        Ok(_) => {
            Ok(see_other(if open { "/operator/plans?done=open" } else { "/operator/plans?done=closed" }))
        }
        Err(error) => again(&visit, error).await,
    }
}

/// Withdraws a version that is not yet in force.
pub(super) async fn withdraw(visit: MemberVisit, Path(plan): Path<String>, fields: Fields) -> Answer {
    let call = keyed(&visit, &fields)?;
    let plan = PlanId::new(&plan).map_err(|_| Problem::not_found())?;
    let version = fields.text("version").parse().map(PlanVersion).map_err(|_| Problem::not_found())?;
    match visit.app().withdraw_plan_version(&call, &plan, version).await {
        Ok(_) => Ok(see_other("/operator/plans?done=withdraw")),
        Err(error) => again(&visit, error).await,
    }
}

async fn again(visit: &MemberVisit, error: AppError) -> Answer {
    let status = status_of(&error);
    let errors = form_errors(visit.l(), error)?;
    show(visit, Given { status, errors, ..Given::default() }).await
}
