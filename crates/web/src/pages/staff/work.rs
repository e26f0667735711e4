//! The papers of a claim: what they show, who else looks at it, and what an investigator is asked to find out.
//!
//! Shape: [`page`] has the forms of a reviewer, whose verbs are those of [`super::verbs`]; what an investigator sees is
//! [`super::field`]. A form that comes back without its claim shows nothing.

use std::collections::{BTreeMap, BTreeSet};

use askama::Template;
use axum::extract::Path;
use axum::http::StatusCode;
use huzhu_app::claims::{ClaimView, ExamineClaim, Load, OrderInvestigation};
use huzhu_app::error::{AppError, FieldMistake};
use huzhu_app::permission::Action;
use huzhu_domain::claim::Undisclosed;
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId};
use huzhu_domain::plan::{ItemCode, PlanTerms, ReasonCode};

use super::{console, needs, words};
use crate::design::{Choice, DateInput, NavItem, Page};
use crate::i18n::Locale;
use crate::pages::forms::Fields;
use crate::pages::frame::{Answer, MemberVisit, see_other};
use crate::problem::Problem;
use crate::transfer::shape;

/// Something that is ticked or chosen by its code.
struct Line {
    code: String,
    name: String,
    chosen: bool,
}

/// An item of evidence with the files that could show it.
struct Item {
    field: String,
    name: String,
    files: Vec<Choice>,
}

#[derive(Template)]
#[template(path = "staff/work.html")]
struct WorkPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    trail: Vec<NavItem>,
    address: String,
    key: String,
    /// The visitor examines this claim now.
    examines: bool,
    /// Somebody investigates, whom the visitor asked.
    waits: bool,
    /// The visitor may give it to somebody.
    assigns: bool,
    route: String,
    definition_text: String,
    definition: Vec<Choice>,
    exclusions: Vec<Line>,
    first: DateInput,
    undisclosed: Vec<Choice>,
    items: Vec<Item>,
    reviewers: Vec<Choice>,
    investigators: Vec<Choice>,
    files: Vec<Line>,
}

/// The forms of a reviewer.
pub(super) async fn page(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    needs(&visit, Action::AssignClaim)?;
    let l = visit.l();
    let view = match visit.app().claim_view(&visit.call(), claim).await {
        Ok(view) if view.own => return Err(AppError::NotFound("claim").into()),
        Err(AppError::Refused(refusal)) if super::desk::is_blind(&refusal) => {
            return Ok(see_other(&format!("{}/{claim}", super::opinion::LIST)));
        }
        other => other?,
    };
    let plan = visit.app().plan_summary(&view.plan).await?.plan;
    let terms = plan.plan.terms_of(view.version).ok_or_else(Problem::not_found)?;
    let mine = view.reviewer == Some(visit.id);
    let examines = mine && view.state == "under-review";
    let assigns = ["reported", "under-review"].contains(&view.state);
    let reviewers = if assigns { visit.app().reviewers_for(&visit.call(), claim).await? } else { Vec::new() };
    let investigators =
        if examines { visit.app().investigators_for(&visit.call(), claim).await? } else { Vec::new() };
    let language = visit.language();
    let condition = terms.condition(&view.illness.condition);
    let first = view.judged.first_diagnosed;
    let shown = WorkPage {
        page: visit.page(l.t("work-title")),
        l,
        ways: console(&visit, ""),
        trail: vec![
            NavItem::new(words::short_id(&claim), format!("/staff/claims/{claim}"), false),
            NavItem::new(l.t("work-title"), "", true),
        ],
        address: format!("/staff/claims/{claim}"),
        key: visit.fresh_key(),
        examines,
        waits: mine && view.state == "investigating",
        assigns,
        route: view.route.map_or_else(String::new, |route| match route.word() {
            "amount" => l.t("work-route-amount"),
            _ => l.t("work-route-sample"),
        }),
        definition_text: condition
            .map_or_else(String::new, |known| known.definition.get(language).to_owned()),
        definition: definition(l, view.judged.definition_met),
        exclusions: exclusions(&visit, &view, terms),
        first: DateInput {
            year: first.map_or_else(String::new, |day| day.year().to_string()),
            month: first.map_or_else(String::new, |day| day.month().to_string()),
            day: first.map_or_else(String::new, |day| day.day().to_string()),
        },
        undisclosed: undisclosed(l, view.judged.undisclosed),
        items: items(&visit, &view, terms),
        reviewers: people(l, reviewers),
        investigators: people(l, investigators),
        files: view.evidence.iter().map(|file| file_line(l, file)).collect(),
    };
    visit.render_as(StatusCode::OK, &shown)
}

fn definition(l: Locale, met: Option<bool>) -> Vec<Choice> {
    vec![
        Choice::new("yes", l.t("work-definition-yes"), met == Some(true)),
        Choice::new("no", l.t("work-definition-no"), met == Some(false)),
        Choice::new("unknown", l.t("work-definition-unknown"), met.is_none()),
    ]
}

fn undisclosed(l: Locale, found: Undisclosed) -> Vec<Choice> {
    vec![
        Choice::new("nothing", l.t("work-undisclosed-nothing"), found == Undisclosed::Nothing),
        Choice::new("unrelated", l.t("work-undisclosed-unrelated"), found == Undisclosed::Unrelated),
        Choice::new("related", l.t("work-undisclosed-related"), found == Undisclosed::Related),
    ]
}

fn exclusions(visit: &MemberVisit, view: &ClaimView, terms: &PlanTerms) -> Vec<Line> {
    let line = |one: &huzhu_domain::plan::Exclusion| Line {
        code: one.code.to_string(),
        name: one.text.get(visit.language()).to_owned(),
        chosen: view.judged.exclusions.contains(&one.code),
    };
    terms.cover().exclusions.iter().map(line).collect()
}

fn items(visit: &MemberVisit, view: &ClaimView, terms: &PlanTerms) -> Vec<Item> {
    let l = visit.l();
    let Some(condition) = terms.condition(&view.illness.condition) else { return Vec::new() };
    let item = |item: &huzhu_domain::plan::EvidenceItem| {
        let chosen = view.judged.shown.get(&item.code);
        let none = Choice::new("", l.t("work-item-none"), chosen.is_none());
        let files = view
            .evidence
            .iter()
            .map(|file| Choice::new(file.id.to_string(), file_line(l, file).name, chosen == Some(&file.id)));
        let name = item.name.get(visit.language());
        Item {
            field: format!("item-{}", item.code),
            name: if item.required { l.t1("work-item-required", "name", name) } else { name.to_owned() },
            files: std::iter::once(none).chain(files).collect(),
        }
    };
    terms.review().evidence_for(&condition.group).map(item).collect()
}

fn file_line(l: Locale, file: &huzhu_app::claims::EvidenceView) -> Line {
    let (ending, _) = shape(file.kind);
    let id = file.id.to_string();
    let name = l.t2("staff-file-name", "kind", ending.to_uppercase(), "id", words::short_id(&id));
    Line { code: id, name, chosen: false }
}

fn people(l: Locale, loads: Vec<Load>) -> Vec<Choice> {
    let choice = |(at, load): (usize, Load)| {
        let name = if load.name.is_empty() { words::short_id(&load.member) } else { load.name };
        Choice::new(
            load.member.to_string(),
            l.t3("work-load", "name", name, "open", load.open, "late", load.late),
            at == 0,
        )
    };
    loads.into_iter().enumerate().map(choice).collect()
}

/// What the form says about the papers.
pub(super) fn examination(claim: ClaimId, fields: &Fields) -> Result<ExamineClaim, AppError> {
    let typed = fields.date("first");
    let first_diagnosed = typed.date();
    if first_diagnosed.is_none() && !typed.is_empty() {
        return Err(mistake("first", "birth-impossible"));
    }
    let mut exclusions = BTreeSet::new();
    for code in fields.all("exclusion") {
        exclusions.insert(ReasonCode::new(code).map_err(|_| mistake("exclusions", "unknown-exclusion"))?);
    }
    let mut shown = BTreeMap::new();
    for (name, value) in fields.with_prefix("item-").filter(|(_, value)| !value.is_empty()) {
        let item = ItemCode::new(name).map_err(|_| mistake("shown", "unknown-item"))?;
        let file: EvidenceId = value.parse().map_err(|_| mistake("shown", "unknown-item"))?;
        shown.insert(item, file);
    }
    let undisclosed = Undisclosed::ALL.into_iter().find(|one| one.word() == fields.text("undisclosed"));
    Ok(ExamineClaim {
        claim,
        definition_met: fields.yes_or_no("definition"),
        exclusions,
        first_diagnosed,
        undisclosed: undisclosed.unwrap_or_default(),
        shown,
    })
}

/// What the form asks an investigator to find out.
pub(super) fn order(claim: ClaimId, fields: &Fields) -> Result<OrderInvestigation, AppError> {
    let files = fields.all("file").filter_map(|id| id.parse().ok()).collect();
    Ok(OrderInvestigation {
        claim,
        investigator: who(fields, "investigator")?,
        questions: fields.text("questions").to_owned(),
        files,
    })
}

/// The person chosen in a form.
pub(super) fn who(fields: &Fields, field: &str) -> Result<MemberId, AppError> {
    fields.text(field).parse().map_err(|_| mistake(field, "missing"))
}

fn mistake(field: &str, code: &'static str) -> AppError {
    AppError::Invalid(vec![FieldMistake { field: field.to_owned(), code, values: Vec::new() }])
}
