//! Notice cards opened field by field.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::http::Method;
use huzhu_app::card_file::CardOpening;
use huzhu_app::log::OpenCard;
use huzhu_domain::claim::HiddenField;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::{Answer, Member, Of, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::wire::ClaimRef;

/// Names of hidden facts with commas between, each once.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "String")]
struct Fields(BTreeSet<HiddenField>);

/// How [`Fields`] are written.
pub(super) const FIELDS: &str =
    "^(name|birth|event-date|joined|hospital)(,(name|birth|event-date|joined|hospital)){0,4}$";

impl TryFrom<String> for Fields {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let mut fields = BTreeSet::new();
        for word in text.split(',') {
            let field = HiddenField::from_word(word).ok_or_else(|| format!("`{word}` is no hidden fact"))?;
            if !fields.insert(field) {
                return Err(format!("`{word}` stands there twice"));
            }
        }
        Ok(Self(fields))
    }
}

/// Hidden facts of one card with everything that proves them: what `huzhu verify card` reads.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CardOpening)]
struct OpeningBody {
    /// Always `huzhu.org/card-opening@v1`.
    format: String,
    /// The facts that were asked for.
    fields: Vec<FieldBody>,
    /// The card as it was on display, with the digests of all hidden facts.
    card: String,
    /// The salt of the card: 64 hexadecimal digits.
    card_salt: String,
    /// Number of the card in its notice, from 0.
    index: u64,
    /// Cards of that notice.
    size: u64,
    /// Hashes beside the way from the card to the root.
    path: Vec<String>,
    /// The receipt of the notice entry, as c2sp.org/tlog-proof.
    receipt: String,
}

/// A hidden fact.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpenField)]
struct FieldBody {
    /// Which.
    field: String,
    /// What it says; an empty hospital: none was named.
    value: String,
    /// Its salt: 64 hexadecimal digits.
    salt: String,
}

impl From<CardOpening> for OpeningBody {
    fn from(opening: CardOpening) -> Self {
        let fields = opening.fields.into_iter();
        Self {
            format: opening.format,
            fields: fields
                .map(|one| FieldBody { field: one.field, value: one.value, salt: one.salt })
                .collect(),
            card: opening.card,
            card_salt: opening.card_salt,
            index: opening.index,
            size: opening.size,
            path: opening.path,
            receipt: opening.receipt,
        }
    }
}

pub(super) fn add(table: Table) -> Table {
    table.add(
        &Method::GET,
        "/claims/{claim}/card/{fields}",
        opening,
        Op::new("cards", "openCard", "Hidden facts of a notice card, with their proof")
            .says("For claimants, and for an auditor who is a stranger to the claim; each fact that the auditor opens is written down, and the claimant sees it. 503 while the notice is not on the log yet.")
            .answers::<OpeningBody>(200),
    )
}

async fn opening(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((claim, fields)): Of<(ClaimRef, Fields)>,
) -> Answer {
    let opening = edge.app.open_card(&call, &OpenCard { claim: claim.0, fields: fields.0 }).await?;
    ok(OpeningBody::from(opening))
}
