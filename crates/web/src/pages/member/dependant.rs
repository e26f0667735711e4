//! Taking in somebody whom the member pays for: who, health, check and send.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::routing::{get, post};
use huzhu_app::error::AppError;
use huzhu_app::join::{Dependant, Join};
use huzhu_domain::id::{EnrolmentId, MemberId};
use huzhu_domain::plan::{DependantsPay, Relation};
use uuid::Uuid;

use super::super::forms::{Fields, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, PageError, encoded, plan_name, see_other};
use super::super::phrases;
use super::super::public::Shown;
use super::join::{Offer, Question, answer_facts, answers, offer_of, plan_facts, questions};
use super::person::{PersonForm, facts};
use crate::design::{Choice, Fact, FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/me/dependants/new", get(ask).post(ask_again))
        .route("/me/dependants/check", post(check).get(start_again))
        .route("/me/dependants/send", post(send).get(start_again))
}

#[derive(serde::Deserialize)]
struct Of {
    #[serde(default)]
    plan: String,
}

#[derive(Template)]
#[template(path = "member/dependant.html")]
struct AskPage {
    page: Page,
    l: Locale,
    plan_id: String,
    plan: String,
    pays: bool,
    offer: Offer,
    typed: PersonForm,
    sexes: Vec<Choice>,
    relations: Vec<Choice>,
    questions: Vec<Question>,
    errors: Vec<FieldError>,
}

async fn ask(visit: MemberVisit, Query(of): Query<Of>) -> Answer {
    if of.plan.is_empty() {
        return Ok(see_other("/me"));
    }
    ask_page(&visit, &Fields::of(vec![("plan".to_owned(), of.plan)]), Vec::new()).await
}

/// From the check page back, with everything kept.
async fn ask_again(visit: MemberVisit, fields: Fields) -> Answer {
    ask_page(&visit, &fields, Vec::new()).await
}

async fn ask_page(visit: &MemberVisit, fields: &Fields, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let shown = Shown::of(visit, fields.text("plan")).await?;
    let terms = shown.terms()?;
    if terms.joining().dependants.is_empty() {
        return Err(AppError::NotFound("relation").into());
    }
    let typed = PersonForm::of(fields);
    let chosen = fields.text("relation");
    let relations = terms.joining().dependants.iter();
    let relations = relations
        .map(|one| {
            Choice::new(
                phrases::relation_word(*one),
                phrases::relation(l, *one),
                phrases::relation_word(*one) == chosen,
            )
        })
        .collect();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        path: format!("/me/dependants/new?plan={}", shown.id()),
        ..visit.page(l.t("dependant-title"))
    };
    visit.render_as(
        status,
        &AskPage {
            page,
            l,
            plan_id: shown.id().to_string(),
            plan: plan_name(&shown.plan, l),
            pays: terms.joining().dependants_pay == DependantsPay::Payer,
            offer: offer_of(visit, &shown).await?,
            sexes: typed.sexes(l),
            typed,
            relations,
            questions: questions(l, terms, fields, &errors),
            errors,
        },
    )
}

/// What was typed, or every mistake that can be seen without asking the use case.
fn read(l: Locale, shown: &Shown, fields: &Fields) -> Result<Result<Typed, Vec<FieldError>>, PageError> {
    let terms = shown.terms()?;
    let mut errors = Vec::new();
    let relation = terms.joining().dependants.iter().copied();
    let relation = relation.into_iter().find(|one| phrases::relation_word(*one) == fields.text("relation"));
    if relation.is_none() {
        errors.push(wrong("relation", l.t("dependant-relation-missing")));
    }
    if fields.text("name").trim().is_empty() {
        errors.push(wrong("name", l.t("error-name-missing")));
    }
    let person = PersonForm::of(fields).person(l).map_err(|mut found| errors.append(&mut found)).ok();
    let answers = answers(l, terms, fields).map_err(|mut found| errors.append(&mut found)).ok();
    Ok(match (relation, person, answers) {
        (Some(relation), Some(person), Some(answers)) if errors.is_empty() => {
            Ok(Typed { relation, person, answers })
        }
        _ => Err(errors),
    })
}

struct Typed {
    relation: Relation,
    person: huzhu_app::person::Person,
    answers: std::collections::BTreeMap<String, bool>,
}

#[derive(Template)]
#[template(path = "member/join_check.html")]
struct CheckPage {
    page: Page,
    l: Locale,
    send: String,
    change: String,
    plan: String,
    plan_facts: Vec<Fact>,
    person: Vec<Fact>,
    answers: Vec<Fact>,
    carried: Vec<(String, String)>,
    key: String,
    errors: Vec<FieldError>,
}

async fn check(visit: MemberVisit, fields: Fields) -> Answer {
    let shown = Shown::of(&visit, fields.text("plan")).await?;
    match read(visit.l(), &shown, &fields)? {
        Ok(typed) => check_page(&visit, &shown, &fields, &typed, visit.fresh_key(), Vec::new()),
        Err(errors) => ask_page(&visit, &fields, errors).await,
    }
}

fn check_page(
    visit: &MemberVisit,
    shown: &Shown,
    fields: &Fields,
    typed: &Typed,
    key: String,
    errors: Vec<FieldError>,
) -> Answer {
    let l = visit.l();
    let word = |yes: &bool| if *yes { "yes" } else { "no" }.to_owned();
    let mut carried = PersonForm::of(fields).carried();
    carried.push(("plan".to_owned(), shown.id().to_string()));
    carried.push(("relation".to_owned(), phrases::relation_word(typed.relation).to_owned()));
    carried.extend(typed.answers.iter().map(|(code, yes)| (format!("q-{code}"), word(yes))));
    let mut person = vec![Fact::new(l.t("dependant-relation"), phrases::relation(l, typed.relation))];
    person.extend(facts(l, &typed.person));
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        path: format!("/me/dependants/new?plan={}", shown.id()),
        ..visit.page(l.t("join-check-title"))
    };
    visit.render_as(
        status,
        &CheckPage {
            page,
            l,
            send: "/me/dependants/send".to_owned(),
            change: "/me/dependants/new".to_owned(),
            plan: plan_name(&shown.plan, l),
            plan_facts: plan_facts(l, shown)?,
            person,
            answers: answer_facts(l, shown.terms()?, &typed.answers),
            carried,
            key,
            errors,
        },
    )
}

async fn send(visit: MemberVisit, fields: Fields) -> Answer {
    let l = visit.l();
    let shown = Shown::of(&visit, fields.text("plan")).await?;
    let typed = match read(l, &shown, &fields)? {
        Ok(typed) => typed,
        Err(errors) => return ask_page(&visit, &fields, errors).await,
    };
    let key = fields.key()?;
    if fields.text("mandate") != "yes" {
        let errors = vec![wrong("mandate", l.t("join-mandate-missing"))];
        return check_page(&visit, &shown, &fields, &typed, key.to_string(), errors);
    }
    let enrolment = EnrolmentId::from_uuid(key);
    let command = Join {
        enrolment,
        plan: shown.id().clone(),
        version: shown.terms()?.version(),
        // The form shows price history and forecast above its first field.
        history_shown: true,
        mandate: true,
        answers: typed.answers.clone(),
        dependant: Some(Dependant {
            member: beside(key),
            relation: typed.relation,
            person: typed.person.clone(),
        }),
    };
    match visit.app().join(&visit.call_with(&key.to_string()), command).await {
        Ok(_) => Ok(see_other(&format!("/me/enrolments/{enrolment}?done=joined"))),
        Err(AppError::Invalid(mistakes)) => {
            let errors = form_errors(l, AppError::Invalid(mistakes))?;
            ask_page(&visit, &fields, errors).await
        }
        Err(error) => {
            let errors = form_errors(l, error)?;
            check_page(&visit, &shown, &fields, &typed, key.to_string(), errors)
        }
    }
}

/// The id of the new member: follows from the key of the form, so that a retry names the same person.
fn beside(key: Uuid) -> MemberId {
    MemberId::from_uuid(Uuid::from_u128(key.as_u128() ^ 1))
}

async fn start_again(Query(of): Query<Of>) -> Answer {
    Ok(see_other(&format!("/me/dependants/new?plan={}", encoded(&of.plan))))
}
