//! The list of my claims, and beginning one: for whom, what happened, what the rules would say.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::{get, post};
use huzhu_app::claims::{CheckEligibility, DescribeClaim, DraftClaim};
use huzhu_app::error::AppError;
use huzhu_app::home::EnrolmentCard;
use huzhu_domain::claim::Illness;
use huzhu_domain::id::{ClaimId, EnrolmentId};
use huzhu_domain::plan::{ConditionCode, PlanTerms, Severity};

use super::super::forms::{Fields, WHOLE_FORM, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, PageError, see_other};
use super::super::phrases;
use super::super::public::Shown;
use super::claim_words::{RuleLine, appeal, rules};
use super::home::{ClaimLine, claim_lines};
use crate::design::{Choice, DateInput, Fact, FieldError, Page};
use crate::edge::Edge;
use crate::format::MoneyParts;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/me/claims", get(list))
        .route("/me/claims/new", get(ask).post(ask_again))
        .route("/me/claims/check", post(check).get(start_again))
        .route("/me/claims/begin", post(begin).get(start_again))
        .route("/me/claims/{id}/describe", get(describe).post(describe_save))
}

#[derive(Template)]
#[template(path = "member/claims.html")]
struct ListPage {
    page: Page,
    l: Locale,
    claims: Vec<ClaimLine>,
}

async fn list(visit: MemberVisit) -> Answer {
    let claims = visit.app().my_claims(&visit.call()).await?;
    let claims = claim_lines(&visit, claims.iter()).await?;
    visit.render(&ListPage { page: visit.page(visit.l().t("claims-title")), l: visit.l(), claims })
}

#[derive(serde::Deserialize)]
struct Of {
    #[serde(default)]
    enrolment: String,
}

#[derive(Template)]
#[template(path = "member/claim_who.html")]
struct WhoPage {
    page: Page,
    l: Locale,
    people: Vec<(String, String, String)>,
}

async fn ask(visit: MemberVisit, Query(of): Query<Of>) -> Answer {
    if !of.enrolment.is_empty() {
        return form(
            &visit,
            &Fields::of(vec![("enrolment".to_owned(), of.enrolment)]),
            Target::New,
            Vec::new(),
        )
        .await;
    }
    let home = visit.app().home(&visit.call()).await?;
    let link = |card: &EnrolmentCard| format!("/me/claims/new?enrolment={}", card.enrolment.id);
    if let [only] = home.enrolments.as_slice() {
        return Ok(see_other(&link(only)));
    }
    let plan = |card: &EnrolmentCard| card.plan_name.get(visit.language()).to_owned();
    let people = home.enrolments.iter().map(|card| (card.name.clone(), plan(card), link(card))).collect();
    visit.render(&WhoPage { page: visit.page(visit.l().t("claim-who-title")), l: visit.l(), people })
}

/// From the answer of the rules back to the form, with everything kept.
async fn ask_again(visit: MemberVisit, fields: Fields) -> Answer {
    form(&visit, &fields, Target::New, Vec::new()).await
}

/// Where the form leads.
enum Target {
    /// To the answer of the rules, for a new claim.
    New,
    /// Back to a draft.
    Draft(ClaimId),
}

#[derive(Template)]
#[template(path = "member/claim_form.html")]
struct FormPage {
    page: Page,
    l: Locale,
    action: String,
    is_draft: bool,
    enrolment: String,
    key: String,
    who: String,
    conditions: Vec<Choice>,
    date: DateInput,
    accident: Vec<Choice>,
    rules: String,
    errors: Vec<FieldError>,
}

async fn form(visit: &MemberVisit, fields: &Fields, target: Target, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let card = card_of(visit, fields.text("enrolment")).await?;
    let shown = Shown::of(visit, card.enrolment.plan.as_str()).await?;
    let answer = fields.yes_or_no("accident");
    let (action, path, is_draft) = match &target {
        Target::New => {
            let path = format!("/me/claims/new?enrolment={}", card.enrolment.id);
            ("/me/claims/check".to_owned(), path, false)
        }
        Target::Draft(claim) => {
            let path = format!("/me/claims/{claim}/describe");
            (path.clone(), path, true)
        }
    };
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page { path, ..visit.page(l.t("claim-new-title")) };
    visit.render_as(
        status,
        &FormPage {
            page,
            l,
            action,
            is_draft,
            enrolment: card.enrolment.id.to_string(),
            key: visit.fresh_key(),
            who: card.name.clone(),
            conditions: conditions(l, shown.terms()?, fields.text("condition")),
            date: fields.date("event_date"),
            accident: vec![
                Choice::new("no", l.t("claim-illness"), answer == Some(false)),
                Choice::new("yes", l.t("claim-accident"), answer == Some(true)),
            ],
            rules: format!("/plans/{}/rules", card.enrolment.plan),
            errors,
        },
    )
}

/// Every condition of the terms with its plain definition; once for each grade where it has several.
fn conditions(l: Locale, terms: &PlanTerms, chosen: &str) -> Vec<Choice> {
    let language = super::super::frame::language(l);
    let mut list = Vec::new();
    for condition in &terms.cover().conditions {
        for severity in &condition.severities {
            let value = format!("{}/{}", condition.code, severity.code());
            let name = condition.name.get(language);
            let label = if condition.severities.len() > 1 {
                l.t2("claim-condition-grade", "name", name, "grade", phrases::severity(l, *severity))
            } else {
                name.to_owned()
            };
            list.push(Choice {
                chosen: value == chosen,
                value,
                label,
                hint: condition.definition.get(language).to_owned(),
            });
        }
    }
    list
}

async fn card_of(visit: &MemberVisit, enrolment: &str) -> Result<EnrolmentCard, PageError> {
    let id: EnrolmentId = enrolment.parse().map_err(|_| AppError::NotFound("enrolment"))?;
    Ok(visit.app().my_enrolment(&visit.call(), id).await?)
}

/// What was typed, as the terms know it.
fn illness(l: Locale, fields: &Fields) -> Result<Illness, Vec<FieldError>> {
    let mut errors = Vec::new();
    let chosen = fields.text("condition").split_once('/').and_then(|(condition, severity)| {
        let severity = Severity::ALL.into_iter().find(|one| one.code() == severity)?;
        Some((ConditionCode::new(condition).ok()?, severity))
    });
    if chosen.is_none() {
        errors.push(wrong("condition", l.t("claim-condition-missing")));
    }
    let typed = fields.date("event_date");
    let event_date = typed.date();
    if event_date.is_none() {
        let key = if typed.is_empty() { "form-date-missing" } else { "form-date-wrong" };
        errors.push(wrong("event_date", l.t(key)));
    }
    let accident = fields.yes_or_no("accident");
    if accident.is_none() {
        errors.push(wrong("accident", l.t("claim-accident-missing")));
    }
    match (chosen, event_date, accident) {
        (Some((condition, severity)), Some(event_date), Some(accident)) => {
            Ok(Illness { condition, severity, event_date, accident })
        }
        _ => Err(errors),
    }
}

#[derive(Template)]
#[template(path = "member/claim_check.html")]
struct CheckPage {
    page: Page,
    l: Locale,
    facts: Vec<Fact>,
    eligible: bool,
    aid: MoneyParts,
    rules: Vec<RuleLine>,
    appeal: String,
    papers: Vec<String>,
    carried: Vec<(String, String)>,
    key: String,
    errors: Vec<FieldError>,
}

async fn check(visit: MemberVisit, fields: Fields) -> Answer {
    check_page(&visit, &fields, visit.fresh_key(), Vec::new()).await
}

async fn check_page(visit: &MemberVisit, fields: &Fields, key: String, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let illness = match illness(l, fields) {
        Ok(illness) => illness,
        Err(errors) => return form(visit, fields, Target::New, errors).await,
    };
    let card = card_of(visit, fields.text("enrolment")).await?;
    let command = CheckEligibility { enrolment: card.enrolment.id, illness: illness.clone() };
    let found = match visit.app().check_eligibility(&visit.call(), &command).await {
        Ok(found) => found,
        Err(error) => return form(visit, fields, Target::New, form_errors(l, error)?).await,
    };
    let shown = Shown::of(visit, card.enrolment.plan.as_str()).await?;
    let terms = shown.terms_with(&illness.condition)?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        path: format!("/me/claims/new?enrolment={}", card.enrolment.id),
        ..visit.page(l.t("claim-check-title"))
    };
    visit.render_as(
        status,
        &CheckPage {
            page,
            l,
            facts: illness_facts(l, terms, &card.name, &illness),
            eligible: found.eligible,
            aid: l.money_parts(found.aid, card.currency),
            rules: rules(l, &found),
            appeal: appeal(l, terms),
            papers: papers(l, terms, &illness.condition),
            carried: carried(fields),
            key,
            errors,
        },
    )
}

/// What was described, as facts.
pub(super) fn illness_facts(l: Locale, terms: &PlanTerms, who: &str, illness: &Illness) -> Vec<Fact> {
    vec![
        Fact::new(l.t("claim-who"), who),
        Fact::new(l.t("card-condition"), phrases::condition(l, terms, &illness.condition)),
        Fact::new(l.t("card-severity"), phrases::severity(l, illness.severity)),
        Fact::new(l.t("claim-date"), l.day(illness.event_date)),
        Fact::new(l.t("claim-cause"), l.t(if illness.accident { "claim-accident" } else { "claim-illness" })),
    ]
}

/// The papers that the plan asks for, with a word on those that are not needed in every claim.
pub(super) fn papers(l: Locale, terms: &PlanTerms, condition: &ConditionCode) -> Vec<String> {
    let Some(condition) = terms.condition(condition) else { return Vec::new() };
    let language = super::super::frame::language(l);
    terms
        .review()
        .evidence_for(&condition.group)
        .map(|item| {
            let name = item.name.get(language);
            if item.required { name.to_owned() } else { l.t1("claim-paper-if-any", "name", name) }
        })
        .collect()
}

fn carried(fields: &Fields) -> Vec<(String, String)> {
    ["enrolment", "condition", "accident", "event_date-year", "event_date-month", "event_date-day"]
        .map(|name| (name.to_owned(), fields.text(name).to_owned()))
        .to_vec()
}

async fn begin(visit: MemberVisit, fields: Fields) -> Answer {
    let l = visit.l();
    let illness = match illness(l, &fields) {
        Ok(illness) => illness,
        Err(errors) => return form(&visit, &fields, Target::New, errors).await,
    };
    let key = fields.key()?;
    let card = card_of(&visit, fields.text("enrolment")).await?;
    let claim = ClaimId::from_uuid(key);
    let command = DraftClaim { claim, enrolment: card.enrolment.id, illness };
    match visit.app().draft_claim(&visit.call_with(&key.to_string()), &command).await {
        Ok(_) => Ok(see_other(&format!("/me/claims/{claim}"))),
        Err(error) => check_page(&visit, &fields, key.to_string(), form_errors(l, error)?).await,
    }
}

async fn start_again() -> Answer {
    Ok(see_other("/me/claims/new"))
}

/// The description of a draft, to change it.
async fn describe(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let view = visit.app().claim_view(&visit.call(), claim).await?;
    if view.state != "draft" {
        return Ok(see_other(&format!("/me/claims/{claim}")));
    }
    let illness = &view.illness;
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let fields = Fields::of(vec![
        pair("enrolment", view.enrolment.to_string()),
        pair("condition", format!("{}/{}", illness.condition, illness.severity.code())),
        pair("accident", if illness.accident { "yes" } else { "no" }.to_owned()),
        pair("event_date-year", illness.event_date.year().to_string()),
        pair("event_date-month", illness.event_date.month().to_string()),
        pair("event_date-day", illness.event_date.day().to_string()),
    ]);
    form(&visit, &fields, Target::Draft(claim), Vec::new()).await
}

async fn describe_save(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let l = visit.l();
    let claim: ClaimId = id.parse().map_err(|_| AppError::NotFound("claim"))?;
    let illness = match illness(l, &fields) {
        Ok(illness) => illness,
        Err(errors) => return form(&visit, &fields, Target::Draft(claim), errors).await,
    };
    let call = visit.call_with(fields.text("key"));
    match visit.app().describe_claim(&call, &DescribeClaim { claim, illness, expected: None }).await {
        Ok(_) => Ok(see_other(&format!("/me/claims/{claim}"))),
        Err(error) => {
            let mut errors = form_errors(l, error)?;
            if errors.is_empty() {
                errors.push(wrong(WHOLE_FORM, l.t("form-try-again")));
            }
            form(&visit, &fields, Target::Draft(claim), errors).await
        }
    }
}
