//! A card of the notice board: one redacted claim that is about to be paid, for everybody to read, and for members to object.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use huzhu_app::error::AppError;
use huzhu_app::objections::RaiseObjection;
use huzhu_app::periods::PeriodView;
use huzhu_domain::claim::Card;
use huzhu_domain::id::{ClaimId, ObjectionId};
use huzhu_domain::objection::Ground;
use huzhu_domain::time::Moment;
use huzhu_ledger::Currency;

use super::super::forms::{Fields, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, PageError, Visit, see_other};
use super::super::objections::{self, Line};
use super::super::phrases;
use super::super::staff::status_of;
use super::{Shown, chain};
use crate::design::{Choice, Fact, FieldError, Page};
use crate::edge::Edge;
use crate::i18n::{Locale, t_args};

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/plans/{id}/notice/{claim}", get(card).post(object))
}

/// A clock: how much time is left, in which unit, whose turn it is, until when.
pub(super) struct Clock {
    pub(super) left: String,
    pub(super) unit: String,
    pub(super) who: String,
    pub(super) until: String,
}

/// The clock of a notice; `None` once it has ended.
pub(super) fn clock(visit: &Visit, shown: &Shown, until: Moment) -> Result<Option<Clock>, PageError> {
    let l = visit.l();
    let zone = shown.terms()?.zone();
    Ok(phrases::left(l, until, visit.now(), zone).map(|(left, unit)| Clock {
        left,
        unit,
        who: l.t("notice-clock-who"),
        until: l.t1("notice-clock-until", "until", phrases::deadline(l, until, zone)),
    }))
}

/// Age, sex and region, as far as they are known.
pub(super) fn person(l: Locale, card: &Card) -> String {
    let mut parts = Vec::new();
    if let Some(years) =
        u16::try_from(card.age).ok().filter(|_| card.sex.is_some() || !card.region.is_empty())
    {
        parts.push(l.age(years));
    }
    parts.extend(card.sex.map(|sex| phrases::sex(l, sex)));
    parts.extend(Some(card.region.clone()).filter(|region| !region.is_empty()));
    parts.join(" · ")
}

pub(super) fn since(l: Locale, card: &Card) -> String {
    let days = u64::try_from(card.days_in_plan).unwrap_or(0);
    l.t1("notice-since", "days", l.days(days))
}

pub(super) fn gave(l: Locale, card: &Card, currency: Currency) -> String {
    if card.helped == 0 {
        return l.t("notice-gave-nothing");
    }
    let shared = l.money(card.shared, currency);
    t_args(l, "notice-gave", &[("count", &card.helped), ("amount", &shared)])
}

#[derive(Template)]
#[template(path = "public/card.html")]
struct CardPage {
    page: Page,
    l: Locale,
    base: String,
    name: String,
    condition: String,
    definition: String,
    aid: crate::format::MoneyParts,
    facts: Vec<Fact>,
    clock: Option<Clock>,
    period: String,
    period_href: String,
    status: String,
    tone: &'static str,
    chain: String,
    objections: Vec<Line>,
    /// Objecting is possible now, for members who may.
    may_object: bool,
    signed_in: bool,
    here: String,
    form: ObjectForm,
}

/// The form under a card, with what was typed.
#[derive(Default)]
struct ObjectForm {
    errors: Vec<FieldError>,
    key: String,
    grounds: Vec<Choice>,
    text: String,
    ground_error: String,
    text_error: String,
}

async fn card(visit: Visit, Path((id, claim)): Path<(String, String)>) -> Answer {
    show(&visit, &id, &claim, StatusCode::OK, Vec::new(), &Fields::default()).await
}

/// A member objects.
async fn object(visit: MemberVisit, Path((id, claim)): Path<(String, String)>, fields: Fields) -> Answer {
    let key = fields.key()?;
    let Some(ground) = Ground::from_word(fields.text("ground")) else {
        let errors = vec![wrong("ground", visit.l().t("objection-ground-missing"))];
        return show(&visit, &id, &claim, StatusCode::UNPROCESSABLE_ENTITY, errors, &fields).await;
    };
    let command = RaiseObjection {
        objection: ObjectionId::from_uuid(key),
        claim: claim.parse().map_err(|_| AppError::NotFound("card"))?,
        ground,
        text: fields.text("text").to_owned(),
    };
    let call = visit.call_with(fields.text("key"));
    match visit.app().raise_objection(&call, &command).await {
        Ok(done) => Ok(see_other(&format!("/me/objections/{}", done.receipt.objection))),
        Err(error) => {
            let status = status_of(&error);
            let errors = form_errors(visit.l(), error)?;
            show(&visit, &id, &claim, status, errors, &fields).await
        }
    }
}

fn object_form(visit: &Visit, errors: Vec<FieldError>, fields: &Fields) -> ObjectForm {
    let error = |name: &str| {
        let found = errors.iter().find(|error| error.field == name);
        found.map_or_else(String::new, |error| error.message.clone())
    };
    let typed = fields.text("key");
    ObjectForm {
        key: if typed.is_empty() { visit.fresh_key() } else { typed.to_owned() },
        grounds: objections::grounds(visit.l(), fields.text("ground")),
        text: fields.text("text").to_owned(),
        ground_error: error("ground"),
        text_error: error("text"),
        errors,
    }
}

async fn show(
    visit: &Visit,
    id: &str,
    claim: &str,
    http: StatusCode,
    errors: Vec<FieldError>,
    fields: &Fields,
) -> Answer {
    let l = visit.l();
    let shown = Shown::of(visit, id).await?;
    let claim: ClaimId = claim.parse().map_err(|_| AppError::NotFound("card"))?;
    let card = visit.app().card(claim).await?;
    let period = period_of(visit, &shown, claim).await?;
    let seen = visit.app().objections_to(claim).await?;
    let zone = shown.terms()?.zone();
    let lines = seen.iter().map(|one| objections::line(visit, one, zone, String::new())).collect();
    let terms = shown.terms_with(&card.condition)?;
    let condition = phrases::condition(l, terms, &card.condition);
    let definition = terms.condition(&card.condition);
    let definition =
        definition.map_or_else(String::new, |one| one.definition.get(visit.language()).to_owned());
    let open = period.statement.is_none();
    let (status, tone) =
        if open { phrases::claim_state(l, "on-notice") } else { phrases::period_state(l, period.state) };
    let mut facts = vec![
        Fact::new(l.t("card-person"), person(l, &card)),
        Fact::new(l.t("card-condition"), condition.clone()),
        Fact::new(l.t("card-severity"), phrases::severity(l, card.severity)),
        Fact::new(l.t("card-since"), since(l, &card)),
        Fact::new(l.t("card-gave"), gave(l, &card, period.currency)),
    ];
    facts.retain(|fact| !fact.value.is_empty());
    let may_object = open && visit.now() < period.notice_until;
    visit.render_as(
        http,
        &CardPage {
            page: visit
                .plan_page(l.t2("card-title", "name", &card.name, "condition", &condition), &shown.plan),
            l,
            base: format!("/plans/{}", shown.id()),
            name: card.name.clone(),
            condition,
            definition,
            aid: l.money_parts(card.aid, period.currency),
            facts,
            clock: if open { clock(visit, &shown, period.notice_until)? } else { None },
            period: phrases::period(l, period.key),
            period_href: format!("/plans/{}/periods/{}", shown.id(), period.key),
            status,
            tone,
            chain: chain(visit.app().log_place_of_card(claim).await?),
            objections: lines,
            may_object,
            signed_in: visit.member().is_some(),
            here: format!("/plans/{}/notice/{claim}", shown.id()),
            form: object_form(visit, errors, fields),
        },
    )
}

/// The period of this plan in which a claim is displayed or was shared.
async fn period_of(visit: &Visit, shown: &Shown, claim: ClaimId) -> Result<PeriodView, PageError> {
    let period = visit.app().period_of_card(claim).await?;
    if period.plan == *shown.id() { Ok(period) } else { Err(AppError::NotFound("card").into()) }
}
