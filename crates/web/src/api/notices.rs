//! The notice board: what is on display, what was, and how to look for it.

use axum::extract::State;
use axum::http::Method;
use huzhu_app::error::AppError;
use huzhu_app::periods::{CardPage, CardSearch, CardStage};
use huzhu_app::ports::CardPlace;
use huzhu_domain::claim::Card;
use huzhu_domain::plan::PlanId;
use huzhu_ledger::Currency;
use serde::Serialize;
use utoipa::ToSchema;

use super::request::{Answer, Of, Paging, make_cursor, ok};
use super::table::{Op, Table};
use crate::card_search::{Asked, PARAMETERS};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::wire::{ClaimRef, ConditionRef, Instant, Money, PeriodRef, PlanRef, Severity, Sex};

/// Name of the list in its cursors.
pub(crate) const LIST: &str = "cards";

/// A redacted card of a claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Card)]
struct CardBody {
    /// The claim.
    claim: ClaimRef,
    /// Masked name.
    name: String,
    /// Age in years on the event date.
    age: i16,
    /// Sex.
    sex: Option<Sex>,
    /// Region.
    region: String,
    /// Condition.
    condition: ConditionRef,
    /// Grade.
    severity: Severity,
    /// Days in the plan before the event.
    days_in_plan: i32,
    /// Aid.
    aid: Money,
    /// People that this member has helped.
    helped: u64,
    /// What this member has shared so far.
    shared: Money,
}

impl CardBody {
    fn of(card: Card, currency: Currency) -> Self {
        Self {
            claim: ClaimRef(card.claim),
            name: card.name,
            age: card.age,
            sex: card.sex.map(Into::into),
            region: card.region,
            condition: ConditionRef(card.condition),
            severity: card.severity.into(),
            days_in_plan: card.days_in_plan,
            aid: Money::of(card.aid, currency),
            helped: card.helped,
            shared: Money::of(card.shared, currency),
        }
    }
}

/// A card with what stands around it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CardOnBoard)]
struct BoardCardBody {
    /// The card.
    card: CardBody,
    /// The period it was counted in.
    period: PeriodRef,
    /// When the notice ends or ended.
    notice_until: Instant,
    /// Its shares are not settled yet.
    open: bool,
}

/// A page of the notice board.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NoticeBoard)]
struct BoardBody {
    /// The plan.
    plan: PlanRef,
    /// The cards, newest period first.
    cards: Vec<BoardCardBody>,
    /// Cursor of the next page; `null` at the end.
    next: Option<String>,
}

pub(super) fn add(table: Table) -> Table {
    let get = Method::GET;
    let op = |id, summary| Op::new("plans", id, summary).public();
    let board = PARAMETERS.iter().fold(
        op("getNotices", "The notice board: the claims on display, or those that are looked for")
            .says("Only what a card shows can be looked for; names, regions and ages cannot.")
            .paged()
            .answers::<BoardBody>(200),
        |op, (name, text, pattern)| op.asks(name, text, pattern),
    );
    table
        .add(
            &get,
            "/plans/{plan}/periods/{period}/cards",
            of_period,
            op("listPeriodCards", "The claims of a period").paged().answers::<BoardBody>(200),
        )
        .add(&get, "/plans/{plan}/notices", search, board)
        .add(
            &get,
            "/plans/{plan}/notices/{claim}",
            card,
            op("getCard", "The card of a claim, from its notice on").answers::<CardBody>(200),
        )
}

/// Where a page of the board begins.
pub(crate) fn place(paging: &Paging) -> Result<Option<CardPlace>, Problem> {
    let after = paging.after(LIST)?.map(|text| text.parse::<CardPlace>());
    after.transpose().map_err(|()| Problem::field("cursor", "bad-cursor"))
}

async fn answer(edge: &Edge, plan: PlanRef, search: &CardSearch, paging: &Paging) -> Answer {
    let page = edge.app.search_cards(&plan.0, search, place(paging)?, paging.limit).await?;
    let CardPage { currency, cards, next } = page;
    let cards = cards.into_iter().map(|one| BoardCardBody {
        card: CardBody::of(one.card, currency),
        period: PeriodRef(one.period),
        notice_until: Instant(one.until),
        open: one.open,
    });
    let next = next.map(|place| make_cursor(LIST, &place.to_string()));
    ok(BoardBody { plan, cards: cards.collect(), next })
}

async fn of_period(
    State(edge): State<Edge>,
    Of((plan, key)): Of<(PlanRef, PeriodRef)>,
    paging: Paging,
) -> Answer {
    edge.app.period_statement(&plan.0, key.0).await?;
    let search = CardSearch { stage: CardStage::All, period: Some(key.0), ..CardSearch::default() };
    answer(&edge, plan, &search, &paging).await
}

async fn search(State(edge): State<Edge>, Of(plan): Of<PlanRef>, asked: Asked) -> Answer {
    let asked = asked.strictly(&["limit", "cursor"])?;
    let paging = asked.paging()?;
    let (search, mistakes) = asked.search(edge.app.plan_currency(&plan.0).await?);
    if !mistakes.is_empty() {
        return Err(AppError::Invalid(mistakes).into());
    }
    answer(&edge, plan, &search, &paging).await
}

async fn card(State(edge): State<Edge>, Of((id, claim)): Of<(PlanRef, ClaimRef)>) -> Answer {
    let row = edge.app.store().claim(claim.0).await.map_err(AppError::from)?;
    // A card of another plan is no card of this one.
    let of_plan = |plan: &PlanId| *plan == id.0;
    if row.is_none_or(|row| !of_plan(&row.plan)) {
        return Err(Problem::not_found());
    }
    let currency = edge.app.plan_currency(&id.0).await?;
    ok(CardBody::of(edge.app.card(claim.0).await?, currency))
}
