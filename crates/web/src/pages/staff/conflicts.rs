//! Conflicts with a claim: a form for people who work on it to step aside, and the desk of those who may make an exception.
//!
//! Guarantees: whoever steps aside sees the claim no more, so that the form leads away from it. An exception is asked for by one
//! person and agreed to by another; the use cases see to that, and this page only shows the buttons that would work.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use huzhu_app::claims::{Conflict, ConflictDesk, DeclareConflict, OverrideView};
use huzhu_app::permission::Action;
use huzhu_domain::id::{ClaimId, MemberId};
use huzhu_domain::member::Role;
use serde::Deserialize;

use super::{console, keyed, needs, status_of, words};
use crate::design::{Choice, FieldError, NavItem, Page};
use crate::i18n::Locale;
use crate::pages::forms::{Fields, form_errors, wrong};
use crate::pages::frame::{Answer, MemberVisit, PageError, see_other};
use crate::problem::Problem;

/// Where exceptions of all claims are listed.
pub(super) const LIST: &str = "/staff/conflicts";

/// Somebody steps aside: from the desk, from a second opinion, or from an investigation.
pub(super) async fn declare(visit: MemberVisit, Path(id): Path<String>, fields: Fields) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    let call = keyed(&visit, &fields)?;
    let command = DeclareConflict { claim, reason: fields.text("close").to_owned() };
    match visit.app().declare_conflict(&call, &command).await {
        Ok(_) => Ok(see_other("/staff?done=conflict")),
        Err(error) => {
            let status = status_of(&error);
            let errors = renamed(form_errors(visit.l(), error)?, "close");
            show_declare(&visit, claim, &fields, errors, status)
        }
    }
}

#[derive(Template)]
#[template(path = "staff/close.html")]
struct ClosePage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    errors: Vec<FieldError>,
    claim_address: String,
    key: String,
    close: String,
}

/// The form by itself: when it comes back with a mistake.
fn show_declare(
    visit: &MemberVisit,
    claim: ClaimId,
    fields: &Fields,
    errors: Vec<FieldError>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let l = visit.l();
    let shown = ClosePage {
        page: visit.page(l.t("close-title")),
        l,
        ways: console(visit, ""),
        errors,
        claim_address: format!("/staff/claims/{claim}"),
        key: fields.text("key").trim_end_matches('c').to_owned(),
        close: fields.text("close").to_owned(),
    };
    visit.render_as(status, &shown)
}

/// Mistakes of the text of a use case, at the field of this page.
pub(super) fn renamed(mut errors: Vec<FieldError>, field: &str) -> Vec<FieldError> {
    for error in &mut errors {
        if error.field == "text" {
            field.clone_into(&mut error.field);
        }
    }
    errors
}

/// What the address asks for.
#[derive(Default, Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    claim: String,
    #[serde(default)]
    done: String,
}

/// Somebody for whom there is an exception.
struct OverrideLine {
    claim: String,
    href: String,
    member: String,
    name: String,
    reason: String,
    state: String,
    tone: &'static str,
    may_confirm: bool,
    key: String,
}

#[derive(Template)]
#[template(path = "staff/overrides.html")]
struct ListPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    errors: Vec<FieldError>,
    typed: String,
    lines: Vec<OverrideLine>,
}

/// Exceptions of all open claims, and a way to the desk of one claim.
pub(super) async fn list(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    needs(&visit, Action::ConfirmOverride)?;
    let l = visit.l();
    let typed = wish.claim.trim();
    let mut errors = Vec::new();
    if !typed.is_empty() {
        match typed.parse::<ClaimId>() {
            Ok(claim) => return Ok(see_other(&format!("/staff/claims/{claim}/conflicts"))),
            Err(_) => errors.push(wrong("claim", l.t("conflict-claim-wrong"))),
        }
    }
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let open = visit.app().open_overrides(&visit.call()).await?;
    let shown = ListPage {
        page: visit.page(l.t("conflict-title")),
        l,
        ways: console(&visit, LIST),
        errors,
        typed: typed.to_owned(),
        lines: open.into_iter().map(|(claim, view)| line(&visit, claim, view)).collect(),
    };
    visit.render_as(status, &shown)
}

fn line(visit: &MemberVisit, claim: ClaimId, view: OverrideView) -> OverrideLine {
    let l = visit.l();
    let in_force = view.confirmed_by.is_some();
    OverrideLine {
        claim: words::short_id(&claim),
        href: format!("/staff/claims/{claim}/conflicts"),
        member: view.member.to_string(),
        name: named(&view.name, view.member),
        reason: view.reason,
        state: l.t(if in_force { "conflict-in-force" } else { "conflict-waits" }),
        tone: if in_force { "good" } else { "wait" },
        may_confirm: view.may_confirm,
        key: visit.fresh_key(),
    }
}

fn named(name: &str, member: MemberId) -> String {
    if name.is_empty() { words::short_id(&member) } else { format!("{name} ({})", words::short_id(&member)) }
}

/// Somebody who keeps away from the claim.
struct RelatedLine {
    name: String,
    why: String,
    reason: String,
}

#[derive(Template)]
#[template(path = "staff/conflicts.html")]
struct DeskPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    trail: Vec<NavItem>,
    errors: Vec<FieldError>,
    done: String,
    related: Vec<RelatedLine>,
    lines: Vec<OverrideLine>,
    people: Vec<Choice>,
    may_ask: bool,
    address: String,
    key: String,
    reason: String,
}

/// Who is in conflict with one claim, and the exceptions.
pub(super) async fn desk(visit: MemberVisit, Path(id): Path<String>, Query(wish): Query<Wish>) -> Answer {
    let claim: ClaimId = id.parse().map_err(|_| Problem::not_found())?;
    let done = match wish.done.as_str() {
        "ask" => visit.l().t("conflict-done-ask"),
        "confirm" => visit.l().t("conflict-done-confirm"),
        "withdraw" => visit.l().t("conflict-done-withdraw"),
        _ => String::new(),
    };
    show_desk(&visit, claim, done, &Fields::default(), Vec::new(), StatusCode::OK).await
}

pub(super) async fn show_desk(
    visit: &MemberVisit,
    claim: ClaimId,
    done: String,
    fields: &Fields,
    errors: Vec<FieldError>,
    status: StatusCode,
) -> Result<Response, PageError> {
    let l = visit.l();
    let desk = visit.app().conflict_desk(&visit.call(), claim).await?;
    let shown = DeskPage {
        page: visit.page(l.t1("conflict-desk-title", "claim", words::short_id(&claim))),
        l,
        ways: console(visit, ""),
        trail: vec![
            NavItem::new(l.t("conflict-title"), LIST, false),
            NavItem::new(words::short_id(&claim), "", true),
        ],
        errors,
        done,
        related: related(l, &desk),
        people: people(l, &desk, fields.text("member")),
        may_ask: visit.has(Role::Operator),
        lines: desk.overrides.into_iter().map(|view| line(visit, claim, view)).collect(),
        address: format!("/staff/claims/{claim}/conflicts"),
        key: visit.fresh_key(),
        reason: fields.text("reason").to_owned(),
    };
    visit.render_as(status, &shown)
}

fn related(l: Locale, desk: &ConflictDesk) -> Vec<RelatedLine> {
    let line = |one: &huzhu_app::claims::Related| RelatedLine {
        name: named(&one.name, one.member),
        why: one.conflicts.iter().map(|conflict| told(l, *conflict)).collect::<Vec<_>>().join(" "),
        reason: one.reason.clone(),
    };
    desk.related.iter().map(line).collect()
}

/// People for whom an exception can be asked: in conflict, not the claimant, and none asked for yet.
fn people(l: Locale, desk: &ConflictDesk, typed: &str) -> Vec<Choice> {
    let free = desk.related.iter().filter(|one| {
        !one.conflicts.contains(&Conflict::Own) && desk.overrides.iter().all(|view| view.member != one.member)
    });
    let choice = |one: &huzhu_app::claims::Related| {
        let value = one.member.to_string();
        let chosen = value == typed;
        Choice::new(value, named(&one.name, one.member), chosen)
    };
    let mut list: Vec<Choice> = free.map(choice).collect();
    if !list.is_empty() {
        list.insert(0, Choice::new("", l.t("conflict-choose"), typed.is_empty()));
    }
    list
}

/// Why somebody keeps away, as a sentence.
fn told(l: Locale, conflict: Conflict) -> String {
    l.t(match conflict {
        Conflict::Own => "conflict-why-own",
        Conflict::Relative => "conflict-why-relative",
        Conflict::Household => "conflict-why-household",
        Conflict::Hospital => "conflict-why-hospital",
        Conflict::Employer => "conflict-why-employer",
        Conflict::Payee => "conflict-why-payee",
        Conflict::Declared => "conflict-why-declared",
    })
}
