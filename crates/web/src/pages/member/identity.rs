//! Who I am: given once, sealed under a key of one's own.

use askama::Template;
use axum::Router;
use axum::extract::Query;
use axum::http::StatusCode;
use axum::routing::get;
use huzhu_app::identity::GiveIdentity;

use super::super::forms::{Fields, form_errors};
use super::super::frame::{Answer, MemberVisit, Visit, safe_back, see_other};
use super::person::{PersonForm, facts};
use crate::design::{Choice, Fact, FieldError, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/me/identity", get(show).post(give))
}

#[derive(serde::Deserialize)]
struct Back {
    #[serde(default)]
    back: String,
}

#[derive(Template)]
#[template(path = "member/identity.html")]
struct IdentityPage {
    page: Page,
    l: Locale,
    key: String,
    back: String,
    typed: PersonForm,
    sexes: Vec<Choice>,
    known: Vec<Fact>,
    errors: Vec<FieldError>,
}

async fn show(visit: MemberVisit, Query(back): Query<Back>) -> Answer {
    let known = visit.app().my_person(&visit.call()).await?;
    let known = known.map_or_else(Vec::new, |person| facts(visit.l(), &person));
    form(&visit, PersonForm::default(), back.back, visit.fresh_key(), known, Vec::new())
}

fn form(
    visit: &Visit,
    typed: PersonForm,
    back: String,
    key: String,
    known: Vec<Fact>,
    errors: Vec<FieldError>,
) -> Answer {
    let l = visit.l();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let page = visit.page(l.t("identity-title"));
    let sexes = typed.sexes(l);
    visit.render_as(status, &IdentityPage { page, l, key, back, typed, sexes, known, errors })
}

async fn give(visit: MemberVisit, fields: Fields) -> Answer {
    let typed = PersonForm::of(&fields);
    let (key, back) = (fields.text("key").to_owned(), fields.text("back").to_owned());
    let person = match typed.person(visit.l()) {
        Ok(person) => person,
        Err(errors) => return form(&visit, typed, back, key, Vec::new(), errors),
    };
    match visit.app().give_identity(&visit.call_with(&key), GiveIdentity { person }).await {
        Ok(_) => Ok(see_other(safe_back(&back))),
        Err(error) => {
            let errors = form_errors(visit.l(), error)?;
            form(&visit, typed, back, key, Vec::new(), errors)
        }
    }
}
