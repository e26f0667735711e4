//! My page: cover, what comes next and when, what it cost this year; and one enrolment with its receipt.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse;
use axum::routing::get;
use huzhu_app::claims::ClaimSummary;
use huzhu_app::error::AppError;
use huzhu_app::home::EnrolmentCard;
use huzhu_domain::enrolment::Cover;
use huzhu_domain::id::EnrolmentId;
use huzhu_domain::plan::{PlanId, PlanTerms};
use huzhu_domain::time::{Day, age_days, day_of};

use super::super::frame::{Answer, MemberVisit, PageError};
use super::super::phrases;
use super::super::public::forecast_text;
use crate::design::{Fact, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

/// Shares shown on the home page; the rest is on the page of the enrolment.
const SHARES_SHOWN: usize = 3;
/// Shares shown on the page of an enrolment: five years of half-months.
const ALL_SHARES_SHOWN: usize = 120;
/// Claims shown on the home page.
const CLAIMS_SHOWN: usize = 3;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/me", get(home))
        .route("/me/enrolments/{id}", get(enrolment))
        .route("/me/enrolments/{id}/consent.json", get(consent))
}

/// An enrolment in the words of the page.
struct CoverView {
    id: String,
    name: String,
    plan: String,
    plan_href: String,
    status: String,
    tone: &'static str,
    sentence: String,
    relation: String,
    wait: Option<Meter>,
    year: Option<Meter>,
    year_sum: String,
    next: String,
    forecast: String,
    arrears: String,
    shares: Vec<ShareView>,
    more_shares: bool,
    live: bool,
    can_add: bool,
    plan_id: String,
}

/// A bar: how much of how much.
struct Meter {
    value: u64,
    max: u64,
    note: String,
    right: String,
}

struct ShareView {
    href: String,
    period: String,
    day: String,
    claims: String,
    share: String,
    /// Address of its receipt; empty where there is none.
    receipt: String,
}

/// A claim in a list.
pub(super) struct ClaimLine {
    pub(super) href: String,
    pub(super) condition: String,
    pub(super) status: String,
    pub(super) tone: &'static str,
    pub(super) who: String,
    pub(super) date: String,
}

#[derive(Template)]
#[template(path = "member/home.html")]
struct HomePage {
    page: Page,
    l: Locale,
    covers: Vec<CoverView>,
    claims: Vec<ClaimLine>,
    more_claims: bool,
}

async fn home(visit: MemberVisit) -> Answer {
    let l = visit.l();
    let home = visit.app().home(&visit.call()).await?;
    let mut covers = Vec::new();
    for card in &home.enrolments {
        covers.push(cover_view(&visit, card, SHARES_SHOWN).await?);
    }
    let claims = visit.app().my_claims(&visit.call()).await?;
    let more_claims = claims.len() > CLAIMS_SHOWN;
    let claims = claim_lines(&visit, claims.iter().take(CLAIMS_SHOWN)).await?;
    let page = visit.page(l.t("home-title"));
    visit.render(&HomePage { page, l, covers, claims, more_claims })
}

/// Claims as lines of a list.
pub(super) async fn claim_lines<'a>(
    visit: &MemberVisit,
    claims: impl Iterator<Item = &'a ClaimSummary>,
) -> Result<Vec<ClaimLine>, PageError> {
    let l = visit.l();
    let mut lines = Vec::new();
    for one in claims {
        let plan = visit.app().load_plan(&one.row.plan).await?;
        let terms = plan.terms_on(one.row.event_date)?;
        let (status, tone) = phrases::claim_state(l, one.row.state);
        lines.push(ClaimLine {
            href: format!("/me/claims/{}", one.row.id),
            condition: phrases::condition(l, terms, &one.row.condition),
            status,
            tone,
            who: phrases::holder(l, one.holder),
            date: l.day(one.row.event_date),
        });
    }
    Ok(lines)
}

async fn cover_view(visit: &MemberVisit, card: &EnrolmentCard, shown: usize) -> Result<CoverView, PageError> {
    let l = visit.l();
    let plan = visit.app().load_plan(&card.enrolment.plan).await?;
    let terms = plan.terms_at(visit.now())?;
    let today = day_of(visit.now(), terms.zone());
    let (status, tone, sentence) = cover_words(l, card, today);
    // Somebody who has left is still covered until the day ends, and has nothing left to leave.
    let live = card.enrolment.ended.is_none();
    let history = visit.app().price_history(&card.enrolment.plan).await?;
    let forecast = visit.app().plain_forecast(&plan, &history);
    let mine = card.enrolment.payer == visit.id && card.enrolment.member == visit.id;
    Ok(CoverView {
        id: card.enrolment.id.to_string(),
        name: if card.name.is_empty() { l.t("home-nameless") } else { card.name.clone() },
        plan: card.plan_name.get(visit.language()).to_owned(),
        plan_href: format!("/plans/{}", card.enrolment.plan),
        plan_id: card.enrolment.plan.to_string(),
        status,
        tone,
        sentence,
        relation: card.enrolment.relation.map_or_else(String::new, |one| phrases::relation(l, one)),
        wait: wait_meter(l, card, today),
        year: card.year_cap.map(|cap| Meter {
            value: card.year_to_date.minor(),
            max: cap.minor().max(1),
            note: l.t("home-year-note"),
            right: l.t2(
                "home-year-of",
                "sum",
                l.money(card.year_to_date, card.currency),
                "cap",
                l.money_round(cap, card.currency),
            ),
        }),
        year_sum: l.money(card.year_to_date, card.currency),
        next: if live { next_words(l, card, today) } else { String::new() },
        forecast: if live { forecast_text(l, terms, forecast.as_ref()) } else { String::new() },
        arrears: if card.enrolment.arrears.is_zero() {
            String::new()
        } else {
            l.money(card.enrolment.arrears, card.currency)
        },
        shares: shares(l, card, &card.enrolment.plan, shown),
        more_shares: card.shares.len() > shown,
        live,
        can_add: mine && live && can_add(terms),
    })
}

fn can_add(terms: &PlanTerms) -> bool {
    !terms.joining().dependants.is_empty()
}

/// Status tag with its tone, and one sentence.
fn cover_words(l: Locale, card: &EnrolmentCard, today: Day) -> (String, &'static str, String) {
    if let (Cover::Covered | Cover::WaitingUntil(_), Some((until, reason))) =
        (&card.cover, card.enrolment.ended)
    {
        let reason = phrases::end_reason(l, reason);
        let text = l.t2("cover-ending-text", "day", l.day_in(until, today), "reason", reason);
        return (l.t("cover-ending"), "wait", text);
    }
    match card.cover {
        Cover::Covered => {
            (l.t("cover-yes"), "good", l.t1("cover-yes-text", "day", l.day(card.enrolment.covered_from)))
        }
        Cover::WaitingUntil(day) => {
            (l.t("cover-wait"), "wait", l.t1("cover-wait-text", "day", l.day_in(day, today)))
        }
        Cover::Ended(until, reason) => {
            let text =
                l.t2("cover-ended-text", "day", l.day(until), "reason", phrases::end_reason(l, reason));
            (l.t("cover-ended"), "", text)
        }
    }
}

fn wait_meter(l: Locale, card: &EnrolmentCard, today: Day) -> Option<Meter> {
    let Cover::WaitingUntil(until) = card.cover else { return None };
    let all = u64::try_from(age_days(card.enrolment.joined, until)).unwrap_or(1).max(1);
    let gone = u64::try_from(age_days(card.enrolment.joined, today)).unwrap_or(0).min(all);
    Some(Meter {
        value: gone,
        max: all,
        note: l.t("cover-wait-accident"),
        right: l.t2("cover-wait-days", "gone", gone, "all", all),
    })
}

/// When the next notice begins and the next share is taken.
fn next_words(l: Locale, card: &EnrolmentCard, today: Day) -> String {
    match (card.next.notice, card.next.sharing) {
        (Some(notice), Some(sharing)) if notice > today => {
            l.t2("home-next-notice", "notice", l.day_in(notice, today), "sharing", l.day_in(sharing, today))
        }
        (_, Some(sharing)) => l.t1("home-next-sharing", "sharing", l.day_in(sharing, today)),
        (_, None) => String::new(),
    }
}

fn shares(l: Locale, card: &EnrolmentCard, plan: &PlanId, shown: usize) -> Vec<ShareView> {
    let enrolment = card.enrolment.id;
    let receipt = |key| format!("/me/enrolments/{enrolment}/shares/{key}/receipt");
    card.shares
        .iter()
        .take(shown)
        .map(|line| ShareView {
            href: format!("/plans/{plan}/periods/{}", line.key),
            period: phrases::period(l, line.key),
            day: l.day_short(line.sharing_day),
            claims: l.count(u64::from(line.claims)),
            share: l.money(line.share, card.currency),
            receipt: if line.has_receipt { receipt(line.key) } else { String::new() },
        })
        .collect()
}

#[derive(serde::Deserialize)]
struct Done {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "member/enrolment.html")]
struct EnrolmentPage {
    page: Page,
    l: Locale,
    cover: CoverView,
    joined: bool,
    left: bool,
    receipt: Vec<Fact>,
}

async fn enrolment(visit: MemberVisit, Path(id): Path<String>, Query(done): Query<Done>) -> Answer {
    let l = visit.l();
    let enrolment: EnrolmentId = id.parse().map_err(|_| AppError::NotFound("enrolment"))?;
    let card = visit.app().my_enrolment(&visit.call(), enrolment).await?;
    let cover = cover_view(&visit, &card, ALL_SHARES_SHOWN).await?;
    let receipt = match visit.app().consent(&visit.call(), enrolment).await {
        Ok((consent, digest)) => vec![
            Fact::new(l.t("receipt-enrolment"), enrolment.to_string()),
            Fact::new(l.t("receipt-version"), l.t1("rules-version", "version", consent.version.0)),
            Fact::new(l.t("receipt-joined"), l.day(card.enrolment.joined)),
            Fact::new(l.t("receipt-covered"), l.day(card.enrolment.covered_from)),
            Fact::new(l.t("receipt-text"), consent.plan_digest.to_string()),
            Fact::new(l.t("receipt-consent"), digest.to_string()),
        ],
        // Only the payer holds the receipt; the person covered sees the rest of the page.
        Err(AppError::NotFound(_)) => Vec::new(),
        Err(other) => return Err(other.into()),
    };
    visit.render(&EnrolmentPage {
        page: visit.page(format!("{} · {}", cover.name, cover.plan)),
        l,
        cover,
        joined: done.done == "joined",
        left: done.done == "left",
        receipt,
    })
}

/// The consent as a file: its SHA-256 is the digest in the receipt.
async fn consent(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    let enrolment: EnrolmentId = id.parse().map_err(|_| AppError::NotFound("enrolment"))?;
    let (consent, _) = visit.app().consent(&visit.call(), enrolment).await?;
    let bytes = serde_json::to_vec(&consent).map_err(|error| AppError::Broken(error.to_string()))?;
    let headers = [
        (CONTENT_TYPE, "application/json".to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"consent-{enrolment}.json\"")),
    ];
    Ok((headers, bytes).into_response())
}
