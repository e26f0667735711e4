//! Joining a plan, one thing per page: what you agree to, who you are, health, check and send.
//!
//! Health answers travel in the bodies of posts only, never in an address. The version that was shown travels along; when
//! another one has come into force meanwhile, the member starts again with the new one.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::{get, post};
use huzhu_app::join::Join;
use huzhu_domain::id::EnrolmentId;
use huzhu_domain::plan::PlanTerms;

use super::super::forms::{Fields, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, PageError, Visit, language, plan_name, see_other};
use super::super::phrases;
use super::super::public::{Shown, forecast_text, share_chart};
use super::person::facts;
use crate::design::{Choice, Fact, FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/plans/{id}/join", get(offer))
        .route("/plans/{id}/join/health", get(health).post(health_again))
        .route("/plans/{id}/join/check", post(check).get(start_again))
        .route("/plans/{id}/join/send", post(send).get(start_again))
}

/// A question of the health declaration as radio buttons.
pub(super) struct Question {
    pub(super) name: String,
    pub(super) text: String,
    pub(super) options: Vec<Choice>,
    pub(super) error: String,
}

/// What a plan costs and asks, shown before anybody agrees.
pub(super) struct Offer {
    pub(super) chart: String,
    pub(super) forecast: String,
    pub(super) facts: Vec<Fact>,
}

#[derive(Template)]
#[template(path = "member/join_offer.html")]
struct OfferPage {
    page: Page,
    l: Locale,
    base: String,
    plan: String,
    version: u32,
    offer: Offer,
    open: bool,
    next: String,
    signed_in: bool,
}

/// Steps 1: readable by everybody, also before signing in.
async fn offer(visit: Visit, Path(id): Path<String>) -> Answer {
    let l = visit.l();
    let shown = Shown::of(&visit, &id).await?;
    let terms = shown.terms()?;
    let base = format!("/plans/{}", shown.id());
    let health = format!("{base}/join/health?seen={}", terms.version());
    let signed_in = visit.member().is_some();
    let known = signed_in && visit.app().my_person(&visit.call()).await?.is_some();
    // Signing in and saying who one is come in between only where they are missing.
    let next = if known || !signed_in {
        health
    } else {
        format!("/me/identity?back={}", super::super::frame::encoded(&health))
    };
    visit.render(&OfferPage {
        page: visit.plan_page(l.t1("join-title", "plan", plan_name(&shown.plan, l)), &shown.plan),
        l,
        plan: plan_name(&shown.plan, l),
        version: terms.version().0,
        offer: offer_of(&visit, &shown).await?,
        open: shown.plan.open && terms.joining().open_on(shown.today) && terms.effective() <= shown.today,
        next,
        signed_in,
        base,
    })
}

/// Price history, forecast and what is agreed to.
pub(super) async fn offer_of(visit: &Visit, shown: &Shown) -> Result<Offer, PageError> {
    let l = visit.l();
    let terms = shown.terms()?;
    let history = visit.app().price_history(shown.id()).await?;
    let forecast = visit.app().plain_forecast(&shown.plan, &history);
    let joining = terms.joining();
    let mut facts = vec![
        Fact::new(l.t("fact-ages"), {
            let (from, to) = (phrases::age(l, joining.age_from), phrases::age(l, joining.age_to));
            l.t2("fact-ages-value", "from", from, "to", to)
        }),
        Fact::new(l.t("join-cover-from"), l.day_in(terms.covered_from(shown.today), shown.today)),
        Fact::new(l.t("join-shares-from"), l.day_in(terms.shares_from(shown.today), shown.today)),
        Fact::new(l.t("fact-fee"), l.t1("fact-fee-value", "fee", l.percent(terms.fee()))),
    ];
    if let Some(cap) = terms.sharing().cap_per_year {
        facts.push(Fact::new(l.t("fact-cap"), l.money_round(cap.amount, terms.currency())));
    }
    let owes = if terms.leaving().owes_noticed_period { "join-leave-owes" } else { "join-leave-free" };
    facts.push(Fact::new(l.t("join-leave"), l.t(owes)));
    Ok(Offer {
        chart: share_chart(l, terms, &history),
        forecast: forecast_text(l, terms, forecast.as_ref()),
        facts,
    })
}

#[derive(serde::Deserialize)]
struct Seen {
    #[serde(default)]
    seen: String,
}

#[derive(Template)]
#[template(path = "member/join_health.html")]
struct HealthPage {
    page: Page,
    l: Locale,
    base: String,
    seen: String,
    questions: Vec<Question>,
    errors: Vec<FieldError>,
}

async fn health(visit: MemberVisit, Path(id): Path<String>, Query(seen): Query<Seen>) -> Answer {
    health_page(&visit, &id, &Fields::of(vec![("seen".to_owned(), seen.seen)]), Vec::new()).await
}

/// From the check page back to the questions, with the answers kept.
async fn health_again(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    health_page(&visit, &id, &fields, Vec::new()).await
}

async fn health_page(visit: &MemberVisit, id: &str, fields: &Fields, errors: Vec<FieldError>) -> Answer {
    let l = visit.l();
    let shown = Shown::of(visit, id).await?;
    let terms = shown.terms()?;
    let base = format!("/plans/{}", shown.id());
    if fields.text("seen") != terms.version().to_string() {
        return Ok(see_other(&format!("{base}/join")));
    }
    if visit.app().my_person(&visit.call()).await?.is_none() {
        let back = super::super::frame::encoded(&format!("{base}/join/health?seen={}", terms.version()));
        return Ok(see_other(&format!("/me/identity?back={back}")));
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        path: format!("{base}/join/health?seen={}", terms.version()),
        ..visit.plan_page(l.t("join-health-title"), &shown.plan)
    };
    let questions = questions(l, terms, fields, &errors);
    let seen = fields.text("seen").to_owned();
    visit.render_as(status, &HealthPage { page, l, base, seen, questions, errors })
}

/// The questions of a plan with the answers so far.
pub(super) fn questions(
    l: Locale,
    terms: &PlanTerms,
    fields: &Fields,
    errors: &[FieldError],
) -> Vec<Question> {
    terms
        .joining()
        .questions
        .iter()
        .map(|question| {
            let name = format!("q-{}", question.code);
            let answer = fields.yes_or_no(&name);
            Question {
                text: question.text.get(language(l)).to_owned(),
                options: vec![
                    Choice::new("no", l.t("answer-no"), answer == Some(false)),
                    Choice::new("yes", l.t("answer-yes"), answer == Some(true)),
                ],
                error: crate::design::error_of(errors, &name).to_owned(),
                name,
            }
        })
        .collect()
}

/// The answers, or a line for each question without one.
pub(super) fn answers(
    l: Locale,
    terms: &PlanTerms,
    fields: &Fields,
) -> Result<BTreeMap<String, bool>, Vec<FieldError>> {
    let mut answers = BTreeMap::new();
    let mut errors = Vec::new();
    for question in &terms.joining().questions {
        let name = format!("q-{}", question.code);
        match fields.yes_or_no(&name) {
            Some(answer) => {
                answers.insert(question.code.to_string(), answer);
            }
            None => errors.push(wrong(name, l.t("join-answer-missing"))),
        }
    }
    if errors.is_empty() { Ok(answers) } else { Err(errors) }
}

/// Answers as facts, in the order of the questions.
pub(super) fn answer_facts(l: Locale, terms: &PlanTerms, answers: &BTreeMap<String, bool>) -> Vec<Fact> {
    let shown = |yes: &bool| l.t(if *yes { "answer-yes" } else { "answer-no" });
    let questions = terms.joining().questions.iter();
    questions
        .filter_map(|question| {
            let answer = answers.get(question.code.as_str())?;
            Some(Fact::new(question.text.get(language(l)), shown(answer)))
        })
        .collect()
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

async fn check(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let shown = Shown::of(&visit, &id).await?;
    if let Err(errors) = answers(visit.l(), shown.terms()?, &fields) {
        return health_page(&visit, &id, &fields, errors).await;
    }
    check_page(&visit, &shown, &fields, visit.fresh_key(), Vec::new()).await
}

async fn check_page(
    visit: &MemberVisit,
    shown: &Shown,
    fields: &Fields,
    key: String,
    errors: Vec<FieldError>,
) -> Answer {
    let l = visit.l();
    let terms = shown.terms()?;
    let base = format!("/plans/{}", shown.id());
    if fields.text("seen") != terms.version().to_string() {
        return Ok(see_other(&format!("{base}/join")));
    }
    let answers = answers(l, terms, fields).unwrap_or_default();
    let word = |yes: &bool| if *yes { "yes" } else { "no" }.to_owned();
    let mut carried = vec![("seen".to_owned(), terms.version().to_string())];
    carried.extend(answers.iter().map(|(code, yes)| (format!("q-{code}"), word(yes))));
    let person = visit.app().my_person(&visit.call()).await?;
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = Page {
        path: format!("{base}/join/health?seen={}", terms.version()),
        ..visit.plan_page(l.t("join-check-title"), &shown.plan)
    };
    visit.render_as(
        status,
        &CheckPage {
            page,
            l,
            send: format!("{base}/join/send"),
            change: format!("{base}/join/health"),
            plan: plan_name(&shown.plan, l),
            plan_facts: plan_facts(l, shown)?,
            person: person.map_or_else(Vec::new, |person| facts(l, &person)),
            answers: answer_facts(l, terms, &answers),
            carried,
            key,
            errors,
        },
    )
}

/// Plan, version and the first days of cover and sharing.
pub(super) fn plan_facts(l: Locale, shown: &Shown) -> Result<Vec<Fact>, PageError> {
    let terms = shown.terms()?;
    let (today, version) = (shown.today, terms.version().0);
    Ok(vec![
        Fact::new(l.t("join-plan"), plan_name(&shown.plan, l)),
        Fact::new(l.t("receipt-version"), l.t1("rules-version", "version", version)),
        Fact::new(l.t("join-cover-from"), l.day_in(terms.covered_from(today), today)),
        Fact::new(l.t("join-shares-from"), l.day_in(terms.shares_from(today), today)),
    ])
}

async fn send(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let l = visit.l();
    let shown = Shown::of(&visit, &id).await?;
    let terms = shown.terms()?;
    let answers = match answers(l, terms, &fields) {
        Ok(answers) => answers,
        Err(errors) => return health_page(&visit, &id, &fields, errors).await,
    };
    let key = fields.key()?;
    if fields.text("mandate") != "yes" {
        let errors = vec![wrong("mandate", l.t("join-mandate-missing"))];
        return check_page(&visit, &shown, &fields, key.to_string(), errors).await;
    }
    let enrolment = EnrolmentId::from_uuid(key);
    let command = Join {
        enrolment,
        plan: shown.id().clone(),
        version: terms.version(),
        // The version that the offer page was shown for: that page holds price history and forecast.
        history_shown: fields.text("seen") == terms.version().to_string(),
        mandate: true,
        answers,
        dependant: None,
    };
    match visit.app().join(&visit.call_with(&key.to_string()), command).await {
        Ok(_) => Ok(see_other(&format!("/me/enrolments/{enrolment}?done=joined"))),
        Err(error) => {
            let errors = form_errors(l, error)?;
            check_page(&visit, &shown, &fields, key.to_string(), errors).await
        }
    }
}

/// Somebody opened an address that only a form leads to.
async fn start_again(Path(id): Path<String>) -> Answer {
    Ok(see_other(&format!("/plans/{}/join", super::super::frame::encoded(&id))))
}
