//! Notice cards on the log: what was on display stays provable, card by card, until the person is erased.
//!
//! Shape: when notice begins each card becomes a text ([`card_text`]), sealed under the key of the person on it; the salted
//! digests of all texts are the leaves of a tree whose root is in the period's notice entry. The text also has a digest of each
//! fact behind the card that is not shown, with a salt of its own: [`App::open_card`] opens some and leaves the others shut.

use std::collections::{BTreeMap, BTreeSet};

use huzhu_domain::claim::{Card, ClaimEvent, HiddenField, Sex};
use huzhu_domain::digest::Digest;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, MemberId};
use huzhu_domain::period::PeriodEvent;
use huzhu_domain::plan::{PeriodKey, PlanId};
use huzhu_log::receipt::InnerPath;
use huzhu_log::{Hash, salted_digest};
use serde::Serialize;

use super::item::inner_tree;
use super::receipt::{LogPlace, ReceiptAnswer, ReceiptOf};
use crate::App;
use crate::call::{Call, Caller};
use crate::card_file::{CardOpening, CardText, OPENING_FORMAT, OpenField, commitment};
use crate::claims::OpenClaim;
use crate::error::AppError;
use crate::load::append_claim;
use crate::permission::Action;
use crate::ports::{Sealed, Unit};

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

/// Facts behind a card, by field.
pub(crate) type Hidden = BTreeMap<HiddenField, String>;

/// The canonical text of a card; `hidden` are the digests of the facts that it does not show.
fn card_text(plan: &PlanId, key: PeriodKey, card: &Card, hidden: BTreeMap<String, String>) -> Vec<u8> {
    let text = CardText {
        plan: plan.to_string(),
        period: key.to_string(),
        claim: card.claim.to_string(),
        name: card.name.clone(),
        age: card.age,
        sex: card.sex.map(|sex| {
            let word = match sex {
                Sex::Female => "female",
                Sex::Male => "male",
            };
            word.to_owned()
        }),
        region: card.region.clone(),
        condition: card.condition.to_string(),
        severity: format!("{:?}", card.severity).to_lowercase(),
        days_in_plan: card.days_in_plan,
        aid: card.aid.minor(),
        helped: card.helped,
        shared: card.shared.minor(),
        hidden,
    };
    text.to_text().into_bytes()
}

/// Name of the sealed text, and label of its salt.
fn name(claim: ClaimId, key: PeriodKey) -> String {
    format!("card/{claim}/{key}")
}

/// Name of the sealed facts behind a card.
fn hidden_name(claim: ClaimId, key: PeriodKey) -> String {
    format!("card/{claim}/{key}/hidden")
}

/// Label of the salt of one of them.
fn field_label(claim: ClaimId, key: PeriodKey, field: HiddenField) -> String {
    format!("card/{claim}/{key}/{}", field.word())
}

/// Opens hidden facts of a card.
#[derive(Clone, Debug, Serialize)]
pub struct OpenCard {
    /// The claim.
    pub claim: ClaimId,
    /// Which facts; at least one.
    pub fields: BTreeSet<HiddenField>,
}

impl App {
    /// The facts behind a card that it does not show, as they are now.
    pub(crate) async fn hidden_of(&self, open: &OpenClaim) -> Result<Hidden, AppError> {
        let claim = open.claim();
        let member = claim.claimed().member;
        let mut hidden = Hidden::new();
        match self.person(member).await {
            Ok(person) => {
                hidden.insert(HiddenField::Name, person.name);
                hidden.insert(HiddenField::Birth, person.birth.to_string());
            }
            // Erased: nothing is left to commit to.
            Err(AppError::NotFound(_)) => return Ok(hidden),
            Err(other) => return Err(other),
        }
        let enrolment = self.load_enrolment(claim.claimed().enrolment).await?;
        hidden.insert(HiddenField::EventDate, claim.illness().event_date.to_string());
        hidden.insert(HiddenField::Joined, enrolment.state.agreed().joined.to_string());
        hidden.insert(HiddenField::Hospital, self.contacts_of(member, claim.id()).await?.hospital);
        Ok(hidden)
    }

    /// The leaf of a card that goes on display, and what is sealed with the notice: its text, and the facts behind it.
    pub(crate) async fn card_leaf(
        &self,
        plan: &PlanId,
        key: PeriodKey,
        card: &Card,
        hidden: &Hidden,
        owner: MemberId,
    ) -> Result<(Digest, Vec<Sealed>), AppError> {
        let mut digests = BTreeMap::new();
        for (field, value) in hidden {
            if let Some(salt) = self.store.salt(owner, &field_label(card.claim, key, *field)).await? {
                digests.insert(field.word().to_owned(), commitment(&salt, field.word(), value).to_hex());
            }
        }
        let facts: BTreeMap<&str, &String> =
            hidden.iter().map(|(field, value)| (field.word(), value)).collect();
        let facts = serde_json::to_vec(&facts).map_err(|error| AppError::Broken(error.to_string()))?;
        let facts = Sealed { owner, name: hidden_name(card.claim, key), bytes: facts };
        let (name, bytes) = (name(card.claim, key), card_text(plan, key, card, digests));
        let salt = self.store.salt(owner, &name).await?;
        // Nobody can open the card of somebody erased; a leaf of zeros keeps the places of the others.
        let leaf = salt.map_or([0; 32], |salt| *salted_digest(&salt, &bytes).as_bytes());
        Ok((Digest::from_bytes(leaf), vec![Sealed { owner, name, bytes }, facts]))
    }

    /// Opens hidden facts of a card, with everything that proves them: for claimants, and for an auditor who is a stranger to the
    /// claim. What somebody other than a claimant looks at is written down first, and the claimant sees it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the claim was never on notice, its card is from before facts were committed to, or its person
    /// was erased; [`AppError::Unavailable`] while the notice is not on the log yet.
    pub async fn open_card(&self, call: &Call, command: &OpenCard) -> Result<CardOpening, AppError> {
        let caller = Self::member_of(call)?;
        match self.own_claim(command.claim, caller).await {
            Ok(_) => return self.card_opening(command).await,
            Err(AppError::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
        // To everybody else it looks like no card at all.
        let may = matches!(&call.caller, Caller::Member { roles, .. } if Action::OpenCard.allows(roles));
        if !may {
            return Err(AppError::NotFound("card"));
        }
        match self.strangers_claim(command.claim, caller).await {
            Ok(_) => {}
            Err(AppError::NotFound(_)) => return Err(AppError::NotFound("card")),
            Err(other) => return Err(other),
        }
        let opening = self.card_opening(command).await?;
        // No idempotency key: every look counts, and an answer with a name in it is not kept.
        let look = Call { key: None, ..call.clone() };
        self.transact(&look, Action::OpenCard, command, |now| async move {
            let open = self.strangers_claim(command.claim, caller).await?;
            let seen: Result<Vec<ClaimEvent>, _> =
                command.fields.iter().map(|field| open.claim().open_card(*field, caller)).collect();
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, seen?));
            Ok((unit, command.claim))
        })
        .await?;
        Ok(opening)
    }

    async fn card_opening(&self, command: &OpenCard) -> Result<CardOpening, AppError> {
        let missing = || AppError::NotFound("card");
        let claim = command.claim;
        let (card, key) = self.card_with_period(claim).await?;
        let row = self.store.claim(claim).await?.ok_or_else(missing)?;
        let facts = self.store.unseal(row.member, &hidden_name(claim, key)).await?.ok_or_else(missing)?;
        let facts: BTreeMap<String, String> =
            serde_json::from_slice(&facts).map_err(|error| AppError::Broken(error.to_string()))?;
        let hex = |bytes: [u8; 32]| Hash::from_bytes(bytes).to_hex();
        let mut fields = Vec::with_capacity(command.fields.len());
        for field in &command.fields {
            let value = facts.get(field.word()).ok_or_else(missing)?.clone();
            let label = field_label(claim, key, *field);
            let salt = self.store.salt(row.member, &label).await?.ok_or_else(missing)?;
            fields.push(OpenField { field: field.word().to_owned(), value, salt: hex(salt) });
        }
        let waits = || AppError::Unavailable("the notice is not on the log yet".to_owned());
        let place = card.place.ok_or_else(waits)?;
        let of = ReceiptOf::Entry { year: place.year, index: place.index };
        let ReceiptAnswer::Ready(receipt) = self.receipt(&Call::system(), of).await? else {
            return Err(waits());
        };
        Ok(CardOpening {
            format: OPENING_FORMAT.to_owned(),
            fields,
            card: String::from_utf8(card.text).map_err(|error| AppError::Broken(error.to_string()))?,
            card_salt: hex(card.salt),
            index: card.inner.index,
            size: card.inner.size,
            path: card.inner.path.iter().map(Hash::to_hex).collect(),
            receipt: receipt.text,
        })
    }

    /// The card of a claim as it was last put on display.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when it never was, or its person was erased.
    pub async fn card_on_log(&self, claim: ClaimId) -> Result<CardOnLog, AppError> {
        Ok(self.card_with_period(claim).await?.0)
    }

    async fn card_with_period(&self, claim: ClaimId) -> Result<(CardOnLog, PeriodKey), AppError> {
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
        let inner = InnerPath { index, size: tree.size(), path };
        Ok((CardOnLog { place, text, salt, inner }, key))
    }
}
