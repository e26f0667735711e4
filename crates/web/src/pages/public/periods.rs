//! Periods: what each one cost, and its statement with the equation spelled out in words and numbers.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::get;
use huzhu_app::error::AppError;
use huzhu_app::periods::{CardSearch, CardStage, PeriodView};
use huzhu_app::plans::PricePoint;
use huzhu_domain::period::Statement;
use huzhu_domain::plan::{PeriodKey, PlanTerms};
use huzhu_ledger::{Amount, Currency};

use super::super::frame::{Answer, PageError, Visit, plan_name};
use super::super::phrases;
use super::plan::{DRAWN, share_chart};
use super::{Shown, chain};
use crate::chart::{self, Frame, Point};
use crate::design::{EquationTerm, Fact, Page};
use crate::edge::Edge;
use crate::i18n::{Locale, t_args};

/// Periods on one page of the list: one year of half-months.
const ROWS: usize = 24;
/// Claims that a statement lists; a page stays below 60 kB.
const CLAIMS_SHOWN_MAX: u32 = 60;
/// Groups of members that a statement lists where shares differ.
const GROUPS_SHOWN_MAX: usize = 40;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/plans/{id}/periods", get(list)).route("/plans/{id}/periods/{key}", get(statement))
}

#[derive(serde::Deserialize)]
struct Paging {
    page: Option<usize>,
}

struct Row {
    href: String,
    name: String,
    sharing: String,
    headcount: String,
    claims: String,
    aid: String,
    share: String,
    state: String,
    tone: &'static str,
}

#[derive(Template)]
#[template(path = "public/periods.html")]
struct ListPage {
    page: Page,
    l: Locale,
    base: String,
    rows: Vec<Row>,
    charts: Vec<String>,
    next: String,
    newer: String,
    older: String,
    note: String,
}

async fn list(visit: Visit, Path(id): Path<String>, Query(paging): Query<Paging>) -> Answer {
    let l = visit.l();
    let shown = Shown::of(&visit, &id).await?;
    let terms = shown.terms()?;
    let periods = visit.app().period_list(shown.id()).await?;
    let base = format!("/plans/{}", shown.id());
    let number = paging.page.unwrap_or(1).clamp(1, periods.len().div_ceil(ROWS).max(1));
    let from = number.saturating_sub(1).saturating_mul(ROWS);
    let rows: Vec<Row> = periods.iter().skip(from).take(ROWS).map(|period| row(l, &base, period)).collect();
    let history = visit.app().price_history(shown.id()).await?;
    let charts = if number == 1 && !history.is_empty() { charts(l, terms, &history) } else { Vec::new() };
    let next = visit.app().next_dates(shown.id()).await.ok().and_then(|next| next.notice);
    let next = next.map_or_else(String::new, |day| l.t1("periods-next", "day", l.day_in(day, shown.today)));
    let title = l.t("periods-title");
    let pages = periods.len().div_ceil(ROWS);
    let link = |page: usize| format!("{base}/periods?page={page}");
    visit.render(&ListPage {
        page: visit.plan_page(format!("{title} · {}", plan_name(&shown.plan, l)), &shown.plan),
        l,
        rows,
        charts,
        next,
        newer: if number > 1 { link(number.saturating_sub(1)) } else { String::new() },
        older: if number < pages { link(number.saturating_add(1)) } else { String::new() },
        note: if pages > 1 { l.t2("page-of", "page", number, "pages", pages) } else { String::new() },
        base,
    })
}

fn row(l: Locale, base: &str, period: &PeriodView) -> Row {
    let (state, tone) = phrases::period_state(l, period.state);
    let statement = period.statement.as_ref();
    Row {
        href: format!("{base}/periods/{}", period.key),
        name: phrases::period(l, period.key),
        sharing: l.day_short(period.sharing_day),
        headcount: l.count(period.headcount),
        claims: l.count(statement.map_or(period.claims, |one| u64::from(one.claims))),
        aid: l.money_round(statement.map_or(period.aid, |one| one.aid), period.currency),
        share: statement.map_or_else(|| l.t("not-yet"), |one| l.money(one.share, period.currency)),
        state,
        tone,
    }
}

/// Share, headcount and claims over time.
fn charts(l: Locale, terms: &PlanTerms, history: &[PricePoint]) -> Vec<String> {
    let recent = history.get(history.len().saturating_sub(DRAWN)..).unwrap_or_default();
    let points = |value: fn(&PricePoint) -> u64| -> Vec<Point> {
        recent
            .iter()
            .map(|point| Point::new(point.period.to_string(), value(point), l.count(value(point))))
            .collect()
    };
    let plain = |number: u64| l.count(number);
    let frame = Frame {
        id: "headcount",
        l,
        title: &l.t("chart-headcount-title"),
        desc: &l.t("chart-headcount-desc"),
        x_name: &l.t("chart-period"),
        y_name: &l.t("chart-headcount-axis"),
        tick: &plain,
        cap: None,
    };
    let claims = Frame {
        id: "claims",
        title: &l.t("chart-claims-title"),
        desc: &l.t("chart-claims-desc"),
        y_name: &l.t("chart-claims-axis"),
        ..frame
    };
    vec![
        share_chart(l, terms, history),
        chart::area(&frame, &points(|point| point.headcount)),
        chart::bars(&claims, &points(|point| u64::from(point.claims))),
    ]
}

#[derive(Template)]
#[template(path = "public/statement.html")]
struct StatementPage {
    page: Page,
    l: Locale,
    base: String,
    name: String,
    state: String,
    tone: &'static str,
    words: String,
    dates: Vec<Fact>,
    equation: Vec<EquationTerm>,
    borne: Vec<EquationTerm>,
    adds_up: bool,
    groups: Vec<(String, String, String)>,
    claims: Vec<ClaimRow>,
    /// Where the claims that are not listed here can be read; empty when all are.
    more_claims: String,
    bank: Vec<Fact>,
    chain: String,
    /// Each share has a receipt.
    has_receipts: bool,
}

struct ClaimRow {
    href: String,
    name: String,
    condition: String,
    aid: String,
}

async fn statement(visit: Visit, Path((id, key)): Path<(String, String)>) -> Answer {
    let l = visit.l();
    let shown = Shown::of(&visit, &id).await?;
    let key: PeriodKey = key.parse().map_err(|_| AppError::NotFound("period"))?;
    let period = visit.app().period_statement(shown.id(), key).await?;
    let terms = shown.plan.plan.terms_of(period.version).ok_or(AppError::NotFound("plan version"))?;
    let name = phrases::period(l, key);
    let (state, tone) = phrases::period_state(l, period.state);
    let (claims, more_claims) = claim_rows(&visit, &shown, &period).await?;
    let settled = period.statement.as_ref();
    let places = visit.app().log_places_of_period(shown.id(), key).await?;
    visit.render(&StatementPage {
        page: visit.plan_page(format!("{name} · {}", plan_name(&shown.plan, l)), &shown.plan),
        l,
        base: format!("/plans/{}", shown.id()),
        name,
        state,
        tone,
        words: words(l, &period),
        dates: vec![
            Fact::new(l.t("statement-counted"), l.day_in(period.headcount_day, shown.today)),
            Fact::new(l.t("statement-notice"), phrases::deadline(l, period.notice_until, terms.zone())),
            Fact::new(l.t("statement-sharing"), l.day_in(period.sharing_day, shown.today)),
            Fact::new(l.t("statement-version"), period.version.to_string()),
        ],
        equation: settled.map_or_else(Vec::new, |one| equation(l, terms, one, period.currency)),
        borne: settled.map_or_else(Vec::new, |one| borne(l, one, period.currency)),
        adds_up: settled.is_some_and(Statement::adds_up),
        groups: settled.map_or_else(Vec::new, |one| groups(l, one, period.currency)),
        claims,
        more_claims,
        chain: chain(places.settlement.or(places.notice)),
        has_receipts: settled.is_some_and(|one| one.shares.is_some()),
        bank: bank(l, &period),
    })
}

/// The period as one or two sentences.
fn words(l: Locale, period: &PeriodView) -> String {
    let money = |amount: Amount| l.money(amount, period.currency);
    let Some(one) = &period.statement else {
        return t_args(
            l,
            "statement-words-notice",
            &[
                ("claims", &period.claims),
                ("aid", &money(period.aid)),
                ("members", &l.members(period.headcount)),
            ],
        );
    };
    if one.claims == 0 {
        return l.t("statement-words-none");
    }
    let mut sentences = vec![t_args(
        l,
        "statement-words",
        &[("claims", &one.claims), ("aid", &money(one.aid)), ("fee", &money(one.fee))],
    )];
    if let Some(others) = by_others(one).filter(|others| !others.is_zero()) {
        sentences.push(l.t1("statement-words-others", "amount", money(others)));
    }
    let members = l.members(one.headcount);
    sentences.push(l.t2("statement-words-share", "members", members, "share", money(one.share)));
    if !one.surplus.is_zero() {
        sentences.push(l.t1("statement-words-surplus", "amount", money(one.surplus)));
    }
    sentences.join(if l.is_zh() { "" } else { " " })
}

/// What the members of this period do not pay: above a limit, or paid by a sponsor.
fn by_others(one: &Statement) -> Option<Amount> {
    one.borne_by_operator.checked_add(one.borne_by_sponsor)?.checked_add(one.carried_out)
}

fn term(name: String, note: String, value: String, total: bool) -> EquationTerm {
    EquationTerm { name, note, value, total }
}

/// From the aid to the share.
fn equation(l: Locale, terms: &PlanTerms, one: &Statement, currency: Currency) -> Vec<EquationTerm> {
    let money = |amount: Amount| l.money(amount, currency);
    let fee = l.percent(terms.fee());
    let mut lines = vec![
        term(l.t1("equation-aid", "count", one.claims), l.t("equation-aid-note"), money(one.aid), false),
        term(l.t1("equation-fee", "fee", fee), l.t("equation-fee-note"), money(one.fee), false),
    ];
    if !one.carried_in.is_zero() {
        lines.push(term(l.t("equation-carried-in"), String::new(), money(one.carried_in), false));
    }
    lines.push(term(
        l.t("equation-surplus-before"),
        l.t("equation-surplus-before-note"),
        money(one.surplus_before),
        false,
    ));
    lines.push(term(l.t("equation-cost"), String::new(), money(one.cost), true));
    let others = by_others(one).filter(|others| !others.is_zero());
    if let Some(left) = others.and_then(|others| one.cost.checked_sub(others)) {
        for (key, amount) in [
            ("equation-minus-operator", one.borne_by_operator),
            ("equation-minus-sponsor", one.borne_by_sponsor),
            ("equation-minus-carried-out", one.carried_out),
        ] {
            if !amount.is_zero() {
                lines.push(term(l.t(key), String::new(), money(amount), false));
            }
        }
        lines.push(term(l.t("equation-left"), String::new(), money(left), true));
    }
    lines.push(term(l.t("equation-members"), l.t("equation-members-note"), l.count(one.headcount), false));
    let note = if is_equal(one) { l.t("equation-share-note") } else { l.t("equation-share-note-largest") };
    lines.push(term(l.t("equation-share"), note, money(one.share), true));
    lines
}

/// Where the money comes from and what is left over.
fn borne(l: Locale, one: &Statement, currency: Currency) -> Vec<EquationTerm> {
    let money = |amount: Amount| l.money(amount, currency);
    let mut lines = vec![term(l.t("equation-total"), String::new(), money(one.shares_total), false)];
    for (key, amount) in [
        ("equation-operator", one.borne_by_operator),
        ("equation-sponsor", one.borne_by_sponsor),
        ("equation-carried-out", one.carried_out),
    ] {
        if !amount.is_zero() {
            lines.push(term(l.t(key), String::new(), money(amount), false));
        }
    }
    lines.push(term(l.t("equation-surplus"), l.t("equation-surplus-note"), money(one.surplus), true));
    lines
}

/// Whether everybody owes the same.
fn is_equal(one: &Statement) -> bool {
    one.cohorts.iter().all(|cohort| cohort.share == one.share)
}

/// Groups of members who owe the same, where shares differ: who, how many, share.
fn groups(l: Locale, one: &Statement, currency: Currency) -> Vec<(String, String, String)> {
    if is_equal(one) {
        return Vec::new();
    }
    let mut sums: std::collections::BTreeMap<Amount, u64> = std::collections::BTreeMap::new();
    for cohort in &one.cohorts {
        let count = sums.entry(cohort.share).or_default();
        *count = count.saturating_add(cohort.count);
    }
    let rows = sums.into_iter().rev().take(GROUPS_SHOWN_MAX).enumerate();
    rows.map(|(at, (share, count))| {
        let name = l.t1("statement-group", "number", at.saturating_add(1));
        (name, l.count(count), l.money(share, currency))
    })
    .collect()
}

async fn claim_rows(
    visit: &Visit,
    shown: &Shown,
    period: &PeriodView,
) -> Result<(Vec<ClaimRow>, String), PageError> {
    let l = visit.l();
    let search = CardSearch { stage: CardStage::All, period: Some(period.key), ..CardSearch::default() };
    let board = visit.app().search_cards(shown.id(), &search, None, CLAIMS_SHOWN_MAX).await?;
    let mut rows = Vec::new();
    for card in board.cards.iter().map(|one| &one.card) {
        let terms = shown.terms_with(&card.condition)?;
        rows.push(ClaimRow {
            href: format!("/plans/{}/notice/{}", shown.id(), card.claim),
            name: card.name.clone(),
            condition: phrases::condition(l, terms, &card.condition),
            aid: l.money_round(card.aid, board.currency),
        });
    }
    let more = board.next.map_or_else(String::new, |_| {
        format!("/plans/{}/notice?stage={}&period={}", shown.id(), CardStage::All.word(), period.key)
    });
    Ok((rows, more))
}

/// What the bank reported, once it has.
fn bank(l: Locale, period: &PeriodView) -> Vec<Fact> {
    period.collection.as_ref().map_or_else(Vec::new, |one| {
        vec![
            Fact::new(l.t("bank-collected"), l.money(one.collected, period.currency)),
            Fact::new(
                l.t("bank-failed"),
                t_args(
                    l,
                    "bank-failed-value",
                    &[("count", &one.failures), ("amount", &l.money(one.failed, period.currency))],
                ),
            ),
            Fact::new(l.t("bank-report"), one.report.to_string()),
        ]
    })
}
