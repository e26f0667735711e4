//! Hidden facts behind a notice card, opened: what somebody needs to see that they were committed to when the notice began.
//!
//! Shape: JSON as `docs/verify.md` describes it, made by [`crate::App::open_card`]. [`CardOpening::check`] goes the whole way:
//! salt and value of each field give the digest that stands on the card, salt and card give a leaf, leaf and path give the root in
//! the notice entry, and the receipt in the file proves that entry.
//!
//! Guarantees: what passes was fixed when the notice began, before anybody objected or judged. What is no such file ends in a
//! [`CardFinding`] that names the first thing that is wrong. Nothing in the file is believed that is not checked.
//!
//! Limits: the other hidden facts stay hidden; that a fact is true is shown by the papers, not by the log.

use std::collections::{BTreeMap, BTreeSet};

use huzhu_log::receipt::{Receipt, ReceiptError};
use huzhu_log::tlog_policy::{TlogPolicy, Verified};
use huzhu_log::tree::root_of_inclusion;
use huzhu_log::{Body, Hash, leaf_hash, salted_digest};
use serde::{Deserialize, Serialize};

/// What every opening begins with.
pub const OPENING_FORMAT: &str = "huzhu.org/card-opening@v1";
/// First line of a card that commits to hidden facts.
pub(crate) const CARD_HEAD: &str = "huzhu.org/card@v2\n";
/// Bytes of the longest opening: bounds what a checker reads from a stranger. Card, path and receipt take some kilobytes.
pub const OPENING_BYTES_MAX: usize = 1 << 18;

/// Hidden facts of one card with everything that proves them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardOpening {
    /// [`OPENING_FORMAT`].
    pub format: String,
    /// The facts that are opened, each once.
    pub fields: Vec<OpenField>,
    /// The card as it was on display, with the digests of all hidden facts.
    pub card: String,
    /// The salt of the card: 64 hexadecimal digits.
    pub card_salt: String,
    /// Number of the card in its notice, from 0.
    pub index: u64,
    /// Cards of that notice.
    pub size: u64,
    /// Hashes beside the way from the card to the root, from the leaf upwards.
    pub path: Vec<String>,
    /// The receipt of the notice entry (`.tlog-proof`).
    pub receipt: String,
}

/// One hidden fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenField {
    /// Which: `name`, `birth`, `event-date`, `joined` or `hospital`.
    pub field: String,
    /// What it says.
    pub value: String,
    /// Its salt: 64 hexadecimal digits.
    pub salt: String,
}

/// What a card shows, in the order of its text; `hidden` are the digests of what it does not show.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CardText {
    pub(crate) plan: String,
    pub(crate) period: String,
    pub(crate) claim: String,
    pub(crate) name: String,
    pub(crate) age: i16,
    pub(crate) sex: Option<String>,
    pub(crate) region: String,
    pub(crate) condition: String,
    pub(crate) severity: String,
    pub(crate) days_in_plan: i32,
    pub(crate) aid: u64,
    pub(crate) helped: u64,
    pub(crate) shared: u64,
    pub(crate) hidden: BTreeMap<String, String>,
}

impl CardText {
    /// The canonical text.
    pub(crate) fn to_text(&self) -> String {
        format!("{CARD_HEAD}{}\n", crate::codec::column(self))
    }

    /// Reads a text that is canonical: every other way to write the same card is none, so that a name stands in it once.
    fn read(text: &str) -> Result<Self, CardFinding> {
        let fields = text.strip_prefix(CARD_HEAD);
        let fields = fields.ok_or_else(|| unreadable("its card is none that commits to hidden facts"))?;
        let card: Self =
            serde_json::from_str(fields).map_err(|error| unreadable(format!("its card: {error}")))?;
        if card.to_text() == text {
            Ok(card)
        } else {
            Err(unreadable("its card is not written as cards are"))
        }
    }
}

/// What an opening shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    /// The plan.
    pub plan: String,
    /// The period of the notice.
    pub period: String,
    /// The claim.
    pub claim: String,
    /// Hidden facts that the card commits to and that the file leaves shut.
    pub shut: Vec<String>,
    /// Root of the cards in the notice entry.
    pub root: Hash,
    /// Index of that entry on the log.
    pub entry: u64,
    /// When the notice began, by the log's own time, in milliseconds since 1970.
    pub at: u64,
    /// Who signed.
    pub verified: Verified,
}

/// Why something is no opening, or shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CardFinding {
    /// No such file.
    #[error("this is no opening of a card: {0}")]
    Unreadable(String),
    /// The card has no digest for it.
    #[error("the card does not commit to `{0}`")]
    NotCommitted(String),
    /// The card commits to something else.
    #[error("salt and value of `{field}` give {found}, and the card commits to {expected}")]
    OtherValue {
        /// The field.
        field: String,
        /// The digest on the card.
        expected: String,
        /// The digest of salt and value.
        found: String,
    },
    /// The card is not the one of the notice.
    #[error("the card leads to the root {found}, and the notice on the log has {expected}")]
    OtherCard {
        /// The root on the log.
        expected: Hash,
        /// The root that the card leads to.
        found: Hash,
    },
    /// The receipt is of something else.
    #[error("the receipt is of {0}, not of this card's notice")]
    OtherEntry(String),
    /// The receipt does not verify.
    #[error("the receipt of the notice: {0}")]
    Receipt(ReceiptError),
}

fn unreadable(why: impl Into<String>) -> CardFinding {
    CardFinding::Unreadable(why.into())
}

/// The digest by which a card commits to a hidden fact.
pub(crate) fn commitment(salt: &[u8; 32], field: &str, value: &str) -> Hash {
    salted_digest(salt, format!("huzhu.org/card-field@v1\n{field}\n{value}\n").as_bytes())
}

impl CardOpening {
    /// Reads a file that anybody may have written.
    ///
    /// # Errors
    /// [`CardFinding::Unreadable`].
    pub fn read(bytes: &[u8]) -> Result<Self, CardFinding> {
        if bytes.len() > OPENING_BYTES_MAX {
            return Err(unreadable(format!("it has more than {OPENING_BYTES_MAX} bytes")));
        }
        let opening: Self = serde_json::from_slice(bytes).map_err(|error| unreadable(error.to_string()))?;
        if opening.format == OPENING_FORMAT {
            Ok(opening)
        } else {
            Err(unreadable(format!("its format is not {OPENING_FORMAT}")))
        }
    }

    /// The file as it is handed out.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Texts and numbers only: nothing that has no JSON.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Goes the whole way from the facts to the log.
    ///
    /// # Errors
    /// The first thing that is wrong.
    pub fn check(&self, trusted: &TlogPolicy) -> Result<Opened, CardFinding> {
        let card = CardText::read(&self.card)?;
        let opened = self.check_fields(&card)?;
        let leaf =
            leaf_hash(salted_digest(&digits("card_salt", &self.card_salt)?, self.card.as_bytes()).as_bytes());
        let path: Result<Vec<Hash>, CardFinding> =
            self.path.iter().map(|one| digits("path", one).map(Hash::from_bytes)).collect();
        let root = root_of_inclusion(&leaf, self.index, self.size, &path?)
            .map_err(|error| unreadable(format!("its path leads nowhere: {error}")))?;
        let receipt: Receipt =
            self.receipt.parse().map_err(|error| unreadable(format!("its receipt: {error}")))?;
        let shown = receipt.verify(trusted, None).map_err(CardFinding::Receipt)?;
        let Body::Notice { plan, period, cards, count } = &shown.entry.body else {
            return Err(CardFinding::OtherEntry(format!("an entry of kind `{}`", receipt.kind())));
        };
        if (plan, period, *count) != (&card.plan, &card.period, self.size) {
            return Err(CardFinding::OtherEntry(format!("period {period} of {plan} with {count} cards")));
        }
        if *cards != root {
            return Err(CardFinding::OtherCard { expected: *cards, found: root });
        }
        let shut = card.hidden.into_keys().filter(|field| !opened.contains(field.as_str())).collect();
        Ok(Opened {
            plan: card.plan,
            period: card.period,
            claim: card.claim,
            shut,
            root,
            entry: shown.index,
            at: receipt.at(),
            verified: shown.verified,
        })
    }

    /// The fields, each of which the card commits to.
    fn check_fields(&self, card: &CardText) -> Result<BTreeSet<&str>, CardFinding> {
        let mut opened = BTreeSet::new();
        for OpenField { field, value, salt } in &self.fields {
            if !opened.insert(field.as_str()) {
                return Err(unreadable(format!("it opens `{field}` twice")));
            }
            let expected = card.hidden.get(field).ok_or_else(|| CardFinding::NotCommitted(field.clone()))?;
            let found = commitment(&digits("salt", salt)?, field, value).to_hex();
            if found != *expected {
                let (field, expected) = (field.clone(), expected.clone());
                return Err(CardFinding::OtherValue { field, expected, found });
            }
        }
        if opened.is_empty() { Err(unreadable("it opens nothing")) } else { Ok(opened) }
    }
}

/// 32 bytes from 64 hexadecimal digits.
fn digits(what: &str, text: &str) -> Result<[u8; 32], CardFinding> {
    let hash = Hash::from_hex(text);
    hash.map(|hash| *hash.as_bytes())
        .map_err(|_| unreadable(format!("`{what}` is not 64 hexadecimal digits")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn card() -> CardText {
        CardText {
            plan: "town".to_owned(),
            period: "2026-03-1".to_owned(),
            claim: "clm_1".to_owned(),
            name: "王**".to_owned(),
            age: 35,
            sex: Some("female".to_owned()),
            region: "ZJ".to_owned(),
            condition: "cancer".to_owned(),
            severity: "severe".to_owned(),
            days_in_plan: 400,
            aid: 30_000_000,
            helped: 12,
            shared: 4_567,
            hidden: BTreeMap::from([("name".to_owned(), commitment(&[9; 32], "name", "王小明").to_hex())]),
        }
    }

    /// The digest was computed with another program (`docs/verify.md` says how); text and digest are pinned for ever, since
    /// openings that were handed out must stay good.
    #[test]
    fn the_bytes_of_a_card_and_of_its_commitments_never_change() {
        let digest = "2dea561d9b61db116a3278cedf4047cfd7629f4d102d5c041c111a5300c0742b";
        assert_eq!(commitment(&[9; 32], "name", "王小明").to_hex(), digest);
        let text = concat!(
            "huzhu.org/card@v2\n",
            r#"{"plan":"town","period":"2026-03-1","claim":"clm_1","name":"王**","age":35,"sex":"female","region":"ZJ","#,
            r#""condition":"cancer","severity":"severe","days_in_plan":400,"aid":30000000,"helped":12,"shared":4567,"#,
            r#""hidden":{"name":"2dea561d9b61db116a3278cedf4047cfd7629f4d102d5c041c111a5300c0742b"}}"#,
            "\n"
        );
        assert_eq!(card().to_text(), text);
        assert!(CardText::read(text).is_ok());
    }

    #[test]
    fn a_card_that_can_be_read_in_two_ways_is_none() {
        let good = card().to_text();
        for (from, to) in [
            ("\"hidden\":{", "\"hidden\":{\"name\":\"00\","),
            ("\"age\":35", "\"age\": 35"),
            ("\"age\":35", "\"age\":35,\"age\":36"),
            ("\"age\":35", "\"age\":35.0"),
            ("\"age\":35", "\"years\":35"),
            ("\"age\":35,", ""),
            ("王**", "\\u738b**"),
            ("}\n", "}\n\n"),
            ("}\n", "}"),
            ("card@v2", "card@v1"),
            ("card@v2", "card@v3"),
        ] {
            let other = good.replacen(from, to, 1);
            assert_ne!(other, good);
            assert!(matches!(CardText::read(&other), Err(CardFinding::Unreadable(_))), "{other}");
        }
    }

    #[test]
    fn what_is_no_opening_is_refused_in_words() {
        let deep = "[".repeat(100_000);
        let long = format!("\"{}\"", "x".repeat(OPENING_BYTES_MAX));
        for bytes in
            ["", "null", "[]", "{}", "{\"format\":1}", "\u{feff}{}", deep.as_str(), long.as_str(), "\0"]
        {
            let found = CardOpening::read(bytes.as_bytes());
            assert!(matches!(found, Err(CardFinding::Unreadable(_))), "{found:?}");
        }
        assert!(CardOpening::read(&[0xff, 0xfe, b'{', b'}']).is_err());
    }
}
