//! The notice board: redacted cards of claims that are about to be paid, and of all that were, for everybody to read and search.
//!
//! Shape: the search is a form that sends itself by address, so that it works without script, can be sent to a friend, and the
//! way back is the browser's. A page mark is opaque; it goes with the search it was given for.

use std::collections::BTreeMap;

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::http::StatusCode;
use axum::routing::get;
use huzhu_app::periods::{CardOnBoard, CardPage, CardSearch, CardStage, PeriodView};
use huzhu_domain::claim::Card;
use huzhu_domain::plan::PeriodKey;
use huzhu_domain::time::Moment;
use huzhu_ledger::Currency;

use super::super::forms::wrong;
use super::super::frame::{Answer, PageError, Visit, encoded, plan_name};
use super::super::phrases;
use super::notice::{Clock, clock, gave, person, since};
use super::{Shown, chain};
use crate::api::notices::{LIST, place};
use crate::api::request::make_cursor;
use crate::card_search::Asked;
use crate::design::{Choice, FieldError, NoticeCard, Page};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::problem::field_text;

/// Cards on one page; a page stays below 60 kB.
const CARDS_SHOWN_MAX: u32 = 30;
/// Periods that can be chosen from the list: two years of half months. Older ones are found by their dates.
const PERIODS_LISTED_MAX: usize = 48;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/plans/{id}/notice", get(board))
}

#[derive(Template)]
#[template(path = "public/notice.html")]
struct BoardPage {
    page: Page,
    l: Locale,
    base: String,
    cards: Vec<NoticeCard>,
    clock: Option<Clock>,
    /// What the empty board says of the next notice.
    next: String,
    period_href: String,
    form: SearchForm,
    /// Address of the first page of the same search; empty on it.
    start_href: String,
    next_href: String,
}

/// The form above the board, with what was typed.
struct SearchForm {
    errors: Vec<FieldError>,
    /// Something is looked for.
    used: bool,
    words: String,
    stages: Vec<Choice>,
    groups: Vec<Choice>,
    periods: Vec<Choice>,
    aid_from: String,
    aid_to: String,
    from: String,
    to: String,
    unit: String,
}

impl SearchForm {
    fn of(l: Locale, shown: &Shown, asked: &Asked, periods: &[PeriodView], errors: Vec<FieldError>) -> Self {
        let any = |label: &str, name: &str| Choice::new("", l.t(label), asked.text(name).is_empty());
        let stages = CardStage::ALL.map(|stage| {
            let chosen = CardStage::from_word(asked.text("stage")).unwrap_or_default() == stage;
            Choice::new(stage.word(), l.t(stage_key(stage)), chosen)
        });
        let versions = shown.plan.plan.versions().iter().flat_map(|version| &version.terms.cover().groups);
        let language = super::super::frame::language(l);
        // A later version's name replaces an earlier one's.
        let names: BTreeMap<&str, &str> =
            versions.map(|group| (group.code.as_str(), group.name.get(language))).collect();
        let groups =
            names.into_iter().map(|(code, name)| Choice::new(code, name, asked.text("group") == code));
        let listed = periods.iter().take(PERIODS_LISTED_MAX).map(|period| {
            let key = period.key.to_string();
            let chosen = asked.text("period") == key;
            Choice::new(key, phrases::period(l, period.key), chosen)
        });
        let currency = periods.first().map(|period| period.currency);
        let currency = currency.or_else(|| shown.terms().ok().map(huzhu_domain::plan::PlanTerms::currency));
        Self {
            used: asked.any(),
            words: asked.text("words").to_owned(),
            stages: stages.into_iter().collect(),
            groups: std::iter::once(any("notice-any-group", "group")).chain(groups).collect(),
            periods: std::iter::once(any("notice-any-period", "period")).chain(listed).collect(),
            aid_from: asked.text("aid_from").to_owned(),
            aid_to: asked.text("aid_to").to_owned(),
            from: asked.text("from").to_owned(),
            to: asked.text("to").to_owned(),
            unit: currency.map_or_else(String::new, |currency| currency.code().to_owned()),
            errors,
        }
    }

    /// What is wrong with a field; empty when nothing is.
    fn error(&self, name: &str) -> String {
        let found = self.errors.iter().find(|error| error.field == name);
        found.map_or_else(String::new, |error| error.message.clone())
    }
}

/// Key of the words of a stage.
const fn stage_key(stage: CardStage) -> &'static str {
    match stage {
        CardStage::OnDisplay => "notice-stage-on-display",
        CardStage::Objected => "notice-stage-objected",
        CardStage::Over => "notice-stage-over",
        CardStage::All => "notice-stage-all",
    }
}

async fn board(visit: Visit, Path(id): Path<String>, asked: Asked) -> Answer {
    let l = visit.l();
    let shown = Shown::of(&visit, &id).await?;
    let periods = visit.app().period_list(shown.id()).await?;
    let paging = asked.paging()?;
    let currency = visit.app().plan_currency(shown.id()).await?;
    let (search, mistakes) = asked.search(currency);
    let errors: Vec<FieldError> =
        mistakes.iter().map(|mistake| wrong(mistake.field.clone(), field_text(l, mistake))).collect();
    let status = if errors.is_empty() { StatusCode::OK } else { StatusCode::UNPROCESSABLE_ENTITY };
    let found = if errors.is_empty() {
        visit.app().search_cards(shown.id(), &search, place(&paging)?, CARDS_SHOWN_MAX).await?
    } else {
        CardPage { currency, cards: Vec::new(), next: None }
    };
    let base = format!("/plans/{}", shown.id());
    let first = address(&base, &asked, "");
    let title = l.t("notice-title");
    let running = periods.iter().find(|period| period.statement.is_none());
    let until = running.map(|period| period.notice_until);
    visit.render_as(
        status,
        &BoardPage {
            page: visit.plan_page(format!("{title} · {}", plan_name(&shown.plan, l)), &shown.plan),
            l,
            clock: match until {
                Some(until) if !found.cards.is_empty() && search == CardSearch::default() => {
                    clock(&visit, &shown, until)?
                }
                _ => None,
            },
            cards: cards(&visit, &shown, &found).await?,
            next: next_notice(&visit, &shown).await,
            period_href: running.map_or_else(String::new, |one| format!("{base}/periods/{}", one.key)),
            form: SearchForm::of(l, &shown, &asked, &periods, errors),
            start_href: if asked.text("cursor").is_empty() { String::new() } else { first },
            next_href: found.next.map_or_else(String::new, |next| {
                address(&base, &asked, &make_cursor(LIST, &next.to_string()))
            }),
            base,
        },
    )
}

/// The address of a page of the same search.
fn address(base: &str, asked: &Asked, cursor: &str) -> String {
    let mark = Some(("cursor", cursor)).filter(|(_, cursor)| !cursor.is_empty());
    let pairs = asked.kept().into_iter().chain(mark);
    let pairs: Vec<String> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if pairs.is_empty() { format!("{base}/notice") } else { format!("{base}/notice?{}", pairs.join("&")) }
}

/// When the next notice begins.
async fn next_notice(visit: &Visit, shown: &Shown) -> String {
    let l = visit.l();
    let next = visit.app().next_dates(shown.id()).await.ok().and_then(|next| next.notice);
    next.filter(|day| *day > shown.today).map_or_else(
        || l.t("notice-none-text"),
        |day| l.t1("notice-none-next", "day", l.day_in(day, shown.today)),
    )
}

async fn cards(visit: &Visit, shown: &Shown, found: &CardPage) -> Result<Vec<NoticeCard>, PageError> {
    // All cards of a notice are in one entry.
    let mut entries: BTreeMap<PeriodKey, String> = BTreeMap::new();
    let mut cards = Vec::with_capacity(found.cards.len());
    for one in &found.cards {
        let chained = if let Some(known) = entries.get(&one.period) {
            known.clone()
        } else {
            let places = visit.app().log_places_of_period(shown.id(), one.period).await?;
            let found = chain(places.notice);
            entries.insert(one.period, found.clone());
            found
        };
        cards.push(notice_card(visit.l(), shown, one, found.currency, visit.now(), chained)?);
    }
    Ok(cards)
}

/// A card in the words of the page.
fn notice_card(
    l: Locale,
    shown: &Shown,
    one: &CardOnBoard,
    currency: Currency,
    now: Moment,
    chain: String,
) -> Result<NoticeCard, PageError> {
    let card: &Card = &one.card;
    let terms = shown.terms_with(&card.condition)?;
    let open = now < one.until;
    Ok(NoticeCard {
        id: card.claim.to_string(),
        name: card.name.clone(),
        person: person(l, card),
        condition: phrases::condition(l, terms, &card.condition),
        since: since(l, card),
        aid: l.money_round(card.aid, currency),
        gave: gave(l, card, currency),
        until: if open {
            l.t1("notice-until", "until", phrases::deadline(l, one.until, terms.zone()))
        } else {
            l.t1("notice-over-in", "period", phrases::period(l, one.period))
        },
        href: format!("/plans/{}/notice/{}", shown.id(), card.claim),
        status: l.t(if open { "state-on-notice" } else { "notice-over-tag" }),
        tone: if open { "wait" } else { "" },
        chain,
    })
}
