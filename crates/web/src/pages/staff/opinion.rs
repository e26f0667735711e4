//! Blind second opinions: the list, one claim without anything that others made of it, and the page of thanks.
//!
//! Guarantees: nothing of the first decision reaches these pages, since the use case does not hand it over. The checklist is the
//! reader's own: its boxes have no names and are sent nowhere.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use huzhu_app::claims::{BlindView, FindingView, GiveOpinion};
use huzhu_app::error::{AppError, FieldMistake};
use huzhu_domain::claim::FindingKind;
use huzhu_domain::id::ClaimId;
use huzhu_domain::plan::{PlanTerms, ReasonCode};
use huzhu_domain::time::{age_days, day_of};

use super::desk::{AskedItem, FindingLine, asked_items, finding_lines, reasons};
use super::viewer::{Looking, Viewer};
use super::{console, due, keyed, last_day, status_of, words};
use crate::design::{Choice, Fact, FieldError, NavItem, Page, Task};
use crate::i18n::Locale;
use crate::pages::forms::{Fields, form_errors};
use crate::pages::frame::{Answer, MemberVisit, PageError, plan_name, see_other};
use crate::problem::Problem;

/// Where the list is.
pub(super) const LIST: &str = "/staff/second-reviews";

#[derive(Template)]
#[template(path = "staff/opinions.html")]
struct ListPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    tasks: Vec<Task>,
}

/// Claims that wait for a second opinion of the visitor.
pub(super) async fn list(visit: MemberVisit) -> Answer {
    let l = visit.l();
    let mut tasks = Vec::new();
    for summary in visit.app().plan_list().await? {
        let plan = &summary.plan;
        let Some(newest) = plan.plan.versions().last() else { continue };
        for row in visit.app().second_reviews(&visit.call(), &plan.plan.id).await? {
            let late = row.until < visit.now();
            tasks.push(Task {
                name: l.t2("opinion-one", "plan", plan_name(plan, l), "claim", words::short_id(&row.claim)),
                href: format!("{LIST}/{}", row.claim),
                hint: l.t1("opinion-due", "due", due(l, row.until, visit.now(), newest.terms.zone())),
                status: l.t(if late { "staff-overdue" } else { "staff-in-time" }),
                tone: if late { "bad" } else { "wait" },
            });
        }
    }
    let shown = ListPage { page: visit.page(l.t("opinion-title")), l, ways: console(&visit, LIST), tasks };
    visit.render(&shown)
}

#[derive(Template)]
#[template(path = "staff/opinion.html")]
struct OpinionPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    trail: Vec<NavItem>,
    errors: Vec<FieldError>,
    kicker: String,
    title: String,
    until: String,
    facts: Vec<Fact>,
    definition: String,
    findings: Vec<FindingLine>,
    asked: Vec<AskedItem>,
    viewer: Viewer,
    exclusions: Vec<String>,
    address: String,
    claim_address: String,
    key: String,
    answers: Vec<Choice>,
    reasons: Vec<Choice>,
}

/// One claim, as somebody sees it who does not know what was decided.
pub(super) async fn page(
    visit: MemberVisit,
    Path(id): Path<String>,
    Query(looking): Query<Looking>,
) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    show(&visit, claim, &looking, &Fields::default(), Vec::new(), StatusCode::OK).await
}

async fn show(
    visit: &MemberVisit,
    claim: ClaimId,
    looking: &Looking,
    fields: &Fields,
    errors: Vec<FieldError>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let view = match visit.app().second_review(&visit.call(), claim).await {
        Err(AppError::Refused(_)) if visit.app().opinion_given(&visit.call(), claim).await.is_ok() => {
            return Ok(see_other(&format!("{LIST}/{claim}/thanks")));
        }
        other => other?,
    };
    let plan = visit.app().plan_summary(&view.plan).await?.plan;
    let terms = plan.plan.terms_of(view.version).ok_or_else(Problem::not_found)?;
    let (l, language) = (visit.l(), visit.language());
    let condition = terms.condition(&view.illness.condition);
    let name = condition.map_or(view.illness.condition.as_str(), |found| found.name.get(language));
    let title =
        l.t2("staff-desk-title", "condition", name, "severity", words::severity(l, view.illness.severity));
    let (last, today) = (last_day(view.until, terms.zone()), day_of(visit.now(), terms.zone()));
    let found = findings(&view);
    let address = format!("{LIST}/{claim}");
    let viewer = Viewer::of(visit, claim, &address, terms, &view.evidence, looking);
    let shown = OpinionPage {
        page: visit.page(title.clone()),
        l,
        ways: console(visit, ""),
        trail: vec![
            NavItem::new(l.t("opinion-title"), LIST, false),
            NavItem::new(words::short_id(&claim), "", true),
        ],
        errors,
        kicker: l.t3(
            "staff-desk-kicker",
            "plan",
            plan_name(&plan, l),
            "version",
            view.version.0,
            "claim",
            words::short_id(&claim),
        ),
        title,
        until: l.t1("staff-due-by", "day", l.day_in(last, today)),
        facts: facts(l, &view, terms),
        definition: condition.map_or_else(String::new, |found| found.definition.get(language).to_owned()),
        findings: finding_lines(l, found),
        asked: asked_items(language, &view.illness.condition, terms),
        viewer,
        exclusions: terms.cover().exclusions.iter().map(|one| one.text.get(language).to_owned()).collect(),
        key: visit.fresh_key(),
        answers: answers(l, fields.text("answer")),
        reasons: own_reasons(l, visit, found, terms, fields.text("reason")),
        address,
        claim_address: format!("/staff/claims/{claim}"),
    };
    Ok(shown.viewer.allowed(visit.render_as(status, &shown)?))
}

fn findings(view: &BlindView) -> &[FindingView] {
    view.eligibility.as_ref().map(|found| found.findings.as_slice()).unwrap_or_default()
}

fn facts(l: Locale, view: &BlindView, terms: &PlanTerms) -> Vec<Fact> {
    let event = view.illness.event_date;
    let cause = if view.illness.accident { "staff-cause-accident" } else { "staff-cause-illness" };
    let days = u64::try_from(age_days(view.joined, event)).unwrap_or(0);
    let mut facts = vec![
        Fact::new(l.t("staff-fact-event"), l.day(event)),
        Fact::new(l.t("staff-fact-cause"), l.t(cause)),
        Fact::new(l.t("staff-fact-joined"), l.day(view.joined)),
        Fact::new(l.t("staff-fact-days"), l.days(days)),
    ];
    if let Some(at) = view.reported {
        facts.push(Fact::new(l.t("staff-fact-reported"), l.moment(at, terms.zone())));
    }
    facts
}

fn answers(l: Locale, typed: &str) -> Vec<Choice> {
    let choice = |value: &str, key: &str| Choice::new(value, l.t(key), typed == value);
    vec![choice("approve", "opinion-approve"), choice("refuse", "opinion-refuse")]
}

/// Reasons of the terms and broken rules, and the rules that look at papers, which nobody has noted for this reader.
fn own_reasons(
    l: Locale,
    visit: &MemberVisit,
    found: &[FindingView],
    terms: &PlanTerms,
    typed: &str,
) -> Vec<Choice> {
    let mut list = reasons(l, visit.language(), found, terms, typed);
    for kind in [FindingKind::DefinitionMet, FindingKind::Declared] {
        let rule = kind.word().to_owned();
        let (term, remedy) = (String::new(), String::new());
        let broken = FindingView { rule: rule.clone(), kept: false, day: None, term, remedy };
        list.push(Choice::new(rule.clone(), words::finding(l, &broken), typed == rule));
    }
    list
}

/// The opinion comes in.
pub(super) async fn give(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    let call = keyed(&visit, &fields)?;
    let given = match opinion(claim, &fields) {
        Ok(command) => visit.app().give_opinion(&call, &command).await.map(drop),
        Err(error) => Err(error),
    };
    match given {
        Ok(()) => Ok(see_other(&format!("{LIST}/{claim}/thanks"))),
        Err(error) => {
            let status = status_of(&error);
            let errors = form_errors(visit.l(), error)?;
            show(&visit, claim, &Looking::default(), &fields, errors, status).await
        }
    }
}

fn opinion(claim: ClaimId, fields: &Fields) -> Result<GiveOpinion, AppError> {
    let refuse = match fields.text("answer") {
        "approve" => None,
        "refuse" => Some(ReasonCode::new(fields.text("reason")).map_err(|_| missing("reason"))?),
        _ => return Err(missing("answer")),
    };
    Ok(GiveOpinion { claim, refuse })
}

fn missing(field: &str) -> AppError {
    AppError::Invalid(vec![FieldMistake { field: field.to_owned(), code: "missing", values: Vec::new() }])
}

#[derive(Template)]
#[template(path = "staff/thanks.html")]
struct ThanksPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    given: String,
    desk: String,
}

/// Says thank you, and that nothing else is expected.
pub(super) async fn thanks(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    let at = visit.app().opinion_given(&visit.call(), claim).await?;
    let l = visit.l();
    let shown = ThanksPage {
        page: visit.page(l.t("opinion-thanks-title")),
        l,
        ways: console(&visit, LIST),
        given: l.t1("opinion-thanks-given", "day", l.day(day_of(at, &huzhu_domain::time::TimeZone::UTC))),
        desk: format!("/staff/claims/{claim}"),
    };
    visit.render(&shown)
}
