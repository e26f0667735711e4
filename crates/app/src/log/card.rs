//! Notice cards on the log: what was on display stays provable, card by card, until the person is erased.
//!
//! Shape: when notice begins each card becomes a text ([`card_text`]), sealed under the key of the person on it; the salted
//! digests of all texts are the leaves of a tree whose root is in the period's notice entry.

use huzhu_domain::claim::{Card, ClaimEvent};
use huzhu_domain::digest::Digest;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, MemberId};
use huzhu_domain::period::PeriodEvent;
use huzhu_domain::plan::{PeriodKey, PlanId};
use huzhu_log::receipt::InnerPath;
use huzhu_log::salted_digest;
use serde::Serialize;

use super::item::inner_tree;
use super::receipt::LogPlace;
use crate::App;
use crate::error::AppError;
use crate::ports::Sealed;

/// A card as it was put on display, with what proves it. Everybody may have it while the card is public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardOnLog {
    /// The notice entry; `None` until it is on the log.
    pub place: Option<LogPlace>,
    /// What was on display.
    pub text: Vec<u8>,
    /// SHA-256 of salt and text is the leaf.
    pub salt: [u8; 32],
    /// The way from the leaf to the root in the notice entry.
    pub inner: InnerPath,
}

/// The canonical text of a card: a first line, then its fields as JSON in this order.
#[derive(Serialize)]
struct CardText<'a> {
    plan: &'a PlanId,
    period: String,
    claim: ClaimId,
    name: &'a str,
    age: i16,
    sex: Option<&'static str>,
    region: &'a str,
    condition: String,
    severity: String,
    days_in_plan: i32,
    aid: u64,
    helped: u64,
    shared: u64,
}

/// The canonical text of a card.
fn card_text(plan: &PlanId, key: PeriodKey, card: &Card) -> Vec<u8> {
    use huzhu_domain::claim::Sex;
    let fields = CardText {
        plan,
        period: key.to_string(),
        claim: card.claim,
        name: &card.name,
        age: card.age,
        sex: card.sex.map(|sex| match sex {
            Sex::Female => "female",
            Sex::Male => "male",
        }),
        region: &card.region,
        condition: card.condition.to_string(),
        severity: format!("{:?}", card.severity).to_lowercase(),
        days_in_plan: card.days_in_plan,
        aid: card.aid.minor(),
        helped: card.helped,
        shared: card.shared.minor(),
    };
    format!("huzhu.org/card@v1\n{}\n", crate::codec::column(&fields)).into_bytes()
}

/// Name of the sealed text, and label of its salt.
fn name(claim: ClaimId, key: PeriodKey) -> String {
    format!("card/{claim}/{key}")
}

impl App {
    /// The leaf of a card that goes on display, and its text to be sealed with the notice.
    pub(crate) async fn card_leaf(
        &self,
        plan: &PlanId,
        key: PeriodKey,
        card: &Card,
        owner: MemberId,
    ) -> Result<(Digest, Sealed), AppError> {
        let (name, bytes) = (name(card.claim, key), card_text(plan, key, card));
        let salt = self.store.salt(owner, &name).await?;
        // Nobody can open the card of somebody erased; a leaf of zeros keeps the places of the others.
        let leaf = salt.map_or([0; 32], |salt| *salted_digest(&salt, &bytes).as_bytes());
        Ok((Digest::from_bytes(leaf), Sealed { owner, name, bytes }))
    }

    /// The card of a claim as it was last put on display.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it never was, or its person was erased.
    pub async fn card_on_log(&self, claim: ClaimId) -> Result<CardOnLog, AppError> {
        let missing = AppError::NotFound("card");
        let row = self.store.claim(claim).await?.ok_or_else(|| missing.clone())?;
        let events = self.store.stream(&StreamId::Claim(claim)).await?;
        let period = events.iter().rev().find_map(|recorded| match &recorded.event {
            Event::Claim(ClaimEvent::PutOnNotice { period, .. }) => Some(*period),
            _ => None,
        });
        let key = period.ok_or_else(|| missing.clone())?;
        let events = self.store.stream(&StreamId::Period(row.plan.clone(), key)).await?;
        let noticed = events.iter().find_map(|recorded| match &recorded.event {
            Event::Period(PeriodEvent::NoticeOpened(noticed)) => Some(noticed),
            _ => None,
        });
        let noticed = noticed.ok_or_else(|| missing.clone())?;
        let cards = noticed.cards.as_ref().ok_or_else(|| missing.clone())?;
        let at = noticed.claims.iter().position(|other| other.claim == claim);
        let index = at.and_then(|at| u64::try_from(at).ok()).ok_or_else(|| missing.clone())?;
        let leaves: Vec<[u8; 32]> = cards.iter().map(|leaf| *leaf.bytes()).collect();
        let tree = inner_tree(&leaves);
        let path = tree.prove(index).ok_or_else(|| missing.clone())?;
        let name = name(claim, key);
        let text = self.store.unseal(row.member, &name).await?.ok_or_else(|| missing.clone())?;
        let salt = self.store.salt(row.member, &name).await?.ok_or(missing)?;
        let place = self.log_places_of_period(&row.plan, key).await?.notice;
        Ok(CardOnLog { place, text, salt, inner: InnerPath { index, size: tree.size(), path } })
    }
}
