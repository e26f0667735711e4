//! Searching the notice board.
//!
//! Shape: what a reader chose becomes a [`CardQuery`] of what the store keeps in clear: words become conditions, days become
//! periods. A page of cards is read, and only those are opened.
//!
//! Guarantees: nothing is searched that a card does not show. The day an illness began, the day a claim was filed and everything
//! that is sealed cannot be asked for, so that no narrowing of a search tells them. Pages follow one another without a gap while
//! claims come and go.

use std::collections::BTreeSet;

use huzhu_domain::claim::Card;
use huzhu_domain::id::ClaimId;
use huzhu_domain::plan::{Condition, ConditionCode, GroupCode, Language, PeriodKey, PlanId};
use huzhu_domain::time::{Day, Moment, day_of};
use huzhu_ledger::{Amount, Currency};

use crate::App;
use crate::error::AppError;
use crate::load::LoadedPlan;
use crate::ports::{CardPlace, CardQuery, DISPLAY_STATES, PUBLIC_STATES};
use crate::record::{ClaimRecord, PeriodRecord};

/// How far the cards have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CardStage {
    /// On display now, with or without an objection.
    #[default]
    OnDisplay,
    /// On display, and an objection is being answered.
    Objected,
    /// The notice is over.
    Over,
    /// All that were ever public and were not withdrawn.
    All,
}

impl CardStage {
    /// All stages with their words.
    pub const ALL: [Self; 4] = [Self::OnDisplay, Self::Objected, Self::Over, Self::All];

    /// The word of addresses.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OnDisplay => "on-display",
            Self::Objected => "objected",
            Self::Over => "over",
            Self::All => "all",
        }
    }

    /// The stage of a word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.word() == word)
    }

    fn states(self) -> &'static [&'static str] {
        match self {
            Self::OnDisplay => &DISPLAY_STATES,
            Self::Objected => &["objected"],
            // What of it is paid is the claimant's business.
            Self::Over => &["cleared", "payable", "paid"],
            Self::All => &PUBLIC_STATES,
        }
    }
}

/// What a reader of the board looks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CardSearch {
    /// How far they have come.
    pub stage: CardStage,
    /// Words in the name or the codes of the condition, in any language; or the id of a claim.
    pub words: String,
    /// The group of the condition, in any version of the plan.
    pub group: Option<GroupCode>,
    /// Aid of at least so much.
    pub aid_from: Option<Amount>,
    /// Aid of at most so much.
    pub aid_to: Option<Amount>,
    /// The notice ends on this day or later, in the plan's time zone.
    pub from: Option<Day>,
    /// The notice ends on this day or earlier.
    pub to: Option<Day>,
    /// One period only.
    pub period: Option<PeriodKey>,
}

/// A card with what stands around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardOnBoard {
    /// The card.
    pub card: Card,
    /// The period it was counted in.
    pub period: PeriodKey,
    /// When the notice ends or ended.
    pub until: Moment,
    /// Its shares are not settled yet.
    pub open: bool,
}

/// A page of the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardPage {
    /// Currency of all amounts.
    pub currency: Currency,
    /// The cards, newest period first.
    pub cards: Vec<CardOnBoard>,
    /// The place after which the next page begins; `None` on the last.
    pub next: Option<CardPlace>,
}

impl App {
    /// Cards that a reader looks for, after a place.
    pub async fn search_cards(
        &self,
        id: &PlanId,
        search: &CardSearch,
        after: Option<CardPlace>,
        limit: u32,
    ) -> Result<CardPage, AppError> {
        let plan = self.load_plan(id).await?;
        let currency = self.plan_currency(id).await?;
        let periods = self.store.periods(id).await?;
        let (rows, next) = match search.words.trim().parse::<ClaimId>() {
            Ok(claim) => (self.one_card(id, claim).await?, None),
            Err(_) => match query_of(&plan, &periods, search)? {
                Some(query) => self.page_of_cards(&query, after, limit).await?,
                None => (Vec::new(), None),
            },
        };
        let mut cards = Vec::with_capacity(rows.len());
        for row in &rows {
            let of_row = periods.iter().find(|period| Some(period.key) == row.period);
            let period = of_row.ok_or_else(|| AppError::Broken(format!("{} has no period", row.id)))?;
            cards.push(CardOnBoard {
                card: self.card_of(&periods, row.id).await?,
                period: period.key,
                until: period.noticed.until,
                open: period.statement.is_none(),
            });
        }
        Ok(CardPage { currency, cards, next })
    }

    /// The card of a claim whose id somebody knows, wherever it stands.
    async fn one_card(&self, plan: &PlanId, claim: ClaimId) -> Result<Vec<ClaimRecord>, AppError> {
        let row = self.store.claim(claim).await?;
        let all = CardQuery::of(plan.clone(), &PUBLIC_STATES);
        Ok(row.filter(|row| all.asks_for(row)).into_iter().collect())
    }

    /// One row more is read than is shown, to know whether there is another page.
    async fn page_of_cards(
        &self,
        query: &CardQuery,
        after: Option<CardPlace>,
        limit: u32,
    ) -> Result<(Vec<ClaimRecord>, Option<CardPlace>), AppError> {
        let mut rows = self.store.cards(query, after, limit.saturating_add(1)).await?;
        let shown = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = rows.len() > shown;
        rows.truncate(shown);
        let next = if more { rows.last().and_then(CardPlace::of) } else { None };
        Ok((rows, next))
    }
}

/// The query of a search; `None` when nothing can fit.
fn query_of(
    plan: &LoadedPlan,
    periods: &[PeriodRecord],
    search: &CardSearch,
) -> Result<Option<CardQuery>, AppError> {
    let newest = plan.plan.versions().last().ok_or(AppError::NotFound("plan"))?;
    let mut query = CardQuery::of(plan.plan.id.clone(), search.stage.states());
    (query.aid_from, query.aid_to) = (search.aid_from, search.aid_to);
    let words = search.words.trim().to_lowercase();
    if search.group.is_some() || !words.is_empty() {
        let versions = plan.plan.versions().iter();
        let all = versions.flat_map(|version| &version.terms.cover().conditions);
        let fits = |one: &&Condition| {
            search.group.as_ref().is_none_or(|group| one.group == *group) && says(one, &words)
        };
        let codes: BTreeSet<ConditionCode> = all.filter(fits).map(|one| one.code.clone()).collect();
        query.conditions = Some(codes.into_iter().collect());
    }
    if search.period.is_some() || search.from.is_some() || search.to.is_some() {
        let zone = newest.terms.zone();
        let fits = |one: &&PeriodRecord| {
            let ends = day_of(one.noticed.until, zone);
            search.period.is_none_or(|key| one.key == key)
                && search.from.is_none_or(|from| from <= ends)
                && search.to.is_none_or(|to| ends <= to)
        };
        // Notices begin and end in the order of their periods, so that the days between two are periods without a gap.
        let mut keys = periods.iter().filter(fits).map(|period| period.key);
        let Some(first) = keys.next() else {
            return Ok(None);
        };
        query.periods = Some((first, keys.next_back().unwrap_or(first)));
    }
    Ok(Some(query))
}

/// Whether the words stand in what people call a condition, or in its codes.
fn says(condition: &Condition, words: &str) -> bool {
    let codes = condition.icd10.iter().chain(&condition.icd11);
    let named = [Language::En, Language::Zh].map(|language| condition.name.get(language));
    words.is_empty()
        || named.iter().any(|name| name.to_lowercase().contains(words))
        || condition.code.as_str().contains(words)
        || codes
            .into_iter()
            .any(|range| range.from.to_lowercase() == words || range.to.to_lowercase() == words)
}
