//! Who works for the platform, and in which role. Operators grant and revoke, never their own roles; auditors read.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use huzhu_app::call::Call;
use huzhu_app::error::{AppError, FieldMistake};
use huzhu_app::permission::Action;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::member::Role;
use serde::Deserialize;

use crate::design::{Choice, FieldError, NavItem, Page};
use crate::i18n::Locale;
use crate::pages::forms::{Fields, form_errors, wrong};
use crate::pages::frame::{Answer, MemberVisit, PageError, see_other};
use crate::pages::staff::{console, keyed, needs, status_of, words};

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "operator/people.html")]
struct PeoplePage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    done: String,
    errors: Vec<FieldError>,
    people: Vec<PersonLine>,
    may_change: bool,
    address: String,
    roles: Vec<Choice>,
    key: String,
}

struct PersonLine {
    id: String,
    address: String,
    is_me: bool,
    roles: Vec<RoleLine>,
}

struct RoleLine {
    word: &'static str,
    label: String,
    key: String,
}

/// Everybody with a role.
pub(super) async fn page(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let done = match wish.done.as_str() {
        "grant" => visit.l().t("op-done-grant"),
        "revoke" => visit.l().t("op-done-revoke"),
        _ => String::new(),
    };
    show(&visit, StatusCode::OK, Vec::new(), &Fields::default(), done).await
}

async fn show(
    visit: &MemberVisit,
    status: StatusCode,
    errors: Vec<FieldError>,
    fields: &Fields,
    done: String,
) -> Result<Response, PageError> {
    let l = visit.l();
    let staff = visit.app().staff_list(&visit.call()).await?;
    let line =
        |role: Role| RoleLine { word: role.word(), label: words::role(l, role), key: visit.fresh_key() };
    let people = staff
        .into_iter()
        .map(|one| PersonLine {
            id: one.member.id.to_string(),
            address: one.address,
            is_me: one.member.id == visit.id,
            roles: one.member.roles.iter().map(|role| line(*role)).collect(),
        })
        .collect();
    let chosen = fields.text("role");
    let shown = PeoplePage {
        page: visit.page(l.t("op-people-title")),
        l,
        ways: console(visit, "/operator/people"),
        done,
        errors,
        people,
        may_change: needs(visit, Action::GrantRoles).is_ok(),
        address: fields.text("address").to_owned(),
        roles: Role::ALL
            .map(|role| Choice::new(role.word(), words::role(l, role), role.word() == chosen))
            .to_vec(),
        key: visit.fresh_key(),
    };
    visit.render_as(status, &shown)
}

/// Grants or revokes a role.
pub(super) async fn act(visit: MemberVisit, Path(verb): Path<String>, fields: Fields) -> Answer {
    let call = keyed(&visit, &fields)?;
    match run(&visit, &call, &verb, &fields).await {
        Ok(()) => Ok(see_other(&format!("/operator/people?done={verb}"))),
        Err(AppError::NotFound("member")) => {
            let errors = vec![wrong("address", visit.l().t("op-people-unknown"))];
            show(&visit, StatusCode::UNPROCESSABLE_ENTITY, errors, &fields, String::new()).await
        }
        Err(error) => {
            let status = status_of(&error);
            let errors = form_errors(visit.l(), error)?;
            show(&visit, status, errors, &fields, String::new()).await
        }
    }
}

async fn run(visit: &MemberVisit, call: &Call, verb: &str, fields: &Fields) -> Result<(), AppError> {
    let app = visit.app();
    let role = Role::from_word(fields.text("role")).map(Role::word);
    let missing = |field: &str| {
        AppError::Invalid(vec![FieldMistake { field: field.to_owned(), code: "missing", values: Vec::new() }])
    };
    let (member, grant) = match verb {
        "grant" => (app.member_at(call, fields.text("address")).await?, true),
        "revoke" => (fields.text("member").parse().map_err(|_| AppError::NotFound("member"))?, false),
        _ => return Err(AppError::NotFound("verb")),
    };
    let role = role.ok_or_else(|| missing("role"))?;
    app.change_role(call, ChangeRole { member, role, grant }).await.map(drop)
}
