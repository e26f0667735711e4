//! The order of a file for a bank: who sends what, as TOML.

use std::path::Path;

use huzhu_bank::write::debit::{Scheme, Sequence};
use huzhu_bank::write::{Head, debit, reversal, transfer};
use huzhu_bank::{Account, Agent, Party, Reference, Words};
use huzhu_ledger::Currency;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;

use crate::output::Failure;

/// Bytes of an order at most.
const ORDER_MAX: u64 = 65_536;

/// What to write.
pub(super) struct Order {
    pub(super) head: Head,
    pub(super) kind: Kind,
}

/// The kind of file with its batch.
pub(super) enum Kind {
    Debit(debit::Batch),
    Transfer(transfer::Batch),
    Reversal(reversal::Batch),
}

impl Kind {
    /// Name of the message.
    pub(super) const fn message(&self) -> &'static str {
        match self {
            Self::Debit(_) => "pain.008.001.08",
            Self::Transfer(_) => "pain.001.001.09",
            Self::Reversal(_) => "pain.007.001.09",
        }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Text {
    kind: Word,
    message: String,
    batch: String,
    created: String,
    currency: String,
    on: Option<String>,
    scheme: Option<SchemeWord>,
    sequence: Option<SequenceWord>,
    sender: Sender,
    original: Option<Original>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Debit,
    Transfer,
    Reversal,
}

#[derive(Clone, Copy, Deserialize, PartialEq)]
#[serde(rename_all = "kebab-case")]
enum SchemeWord {
    SepaCore,
    Agreed,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum SequenceWord {
    First,
    Recurring,
    Final,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sender {
    name: String,
    iban: Option<String>,
    account: Option<String>,
    bic: Option<String>,
    creditor_id: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Original {
    message: String,
    batch: String,
}

impl Order {
    pub(super) fn read(file: &Path) -> Result<Self, Failure> {
        let wrong = |what: String| Failure::WrongUse(format!("{}: {what}", file.display()));
        let bytes = std::fs::metadata(file).map_err(|error| wrong(error.to_string()))?.len();
        if bytes > ORDER_MAX {
            return Err(wrong(format!("has {bytes} bytes, an order has at most {ORDER_MAX}")));
        }
        let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
        let text: Text = toml_edit::de::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        text.order().map_err(wrong)
    }
}

/// `what` of a field, with its name in front.
pub(super) fn field<T, E: std::fmt::Display>(name: &str, value: Result<T, E>) -> Result<T, String> {
    value.map_err(|error| format!("{name}: {error}"))
}

/// A field that must be there.
fn given<T>(name: &str, value: Option<T>, kind: &str) -> Result<T, String> {
    value.ok_or_else(|| format!("{name}: is missing; an order of kind {kind:?} has it"))
}

fn day(name: &str, text: &str) -> Result<Date, String> {
    field(name, text.parse().map_err(|_| "is not a day; write it as 2026-02-14"))
}

/// An account by one of two columns.
pub(super) fn party(
    name: &str,
    iban: Option<&str>,
    account: Option<&str>,
    bic: Option<&str>,
) -> Result<Party, String> {
    let account = match (iban, account) {
        (Some(iban), None) => field("iban", Account::iban(iban))?,
        (None, Some(account)) => field("account", Account::other(account))?,
        (None, None) => return Err("iban: is missing; write `iban`, or `account` for another number".into()),
        (Some(_), Some(_)) => return Err("account: there is an `iban` already; leave one of them out".into()),
    };
    let agent = bic.map(|bic| field("bic", Agent::new(bic))).transpose()?;
    Ok(Party { name: field("name", Words::new(name))?, account, agent })
}

impl Text {
    fn order(self) -> Result<Order, String> {
        let created: Timestamp = field(
            "created",
            self.created.parse().map_err(|_| "is not a moment; write it as 2026-02-14T08:30:00Z"),
        )?;
        let head = Head {
            message: field("message", Reference::new(&*self.message))?,
            created,
            sender: field("sender.name", Words::new(&*self.sender.name))?,
            currency: field("currency", Currency::parse(&self.currency))?,
        };
        let id = field("batch", Reference::new(&*self.batch))?;
        let on = |kind| given("on", self.on.as_deref(), kind).and_then(|text| day("on", text));
        let sender = || {
            let Sender { name, iban, account, bic, .. } = &self.sender;
            field("sender", party(name, iban.as_deref(), account.as_deref(), bic.as_deref()))
        };
        let kind = match self.kind {
            Word::Debit => Kind::Debit(debit::Batch {
                id,
                scheme: match given("scheme", self.scheme, "debit")? {
                    SchemeWord::SepaCore => Scheme::SepaCore,
                    SchemeWord::Agreed => Scheme::Agreed,
                },
                sequence: match given("sequence", self.sequence.as_ref(), "debit")? {
                    SequenceWord::First => Sequence::First,
                    SequenceWord::Recurring => Sequence::Recurring,
                    SequenceWord::Final => Sequence::Final,
                },
                on: on("debit")?,
                creditor: sender()?,
                creditor_id: {
                    let id = given("sender.creditor_id", self.sender.creditor_id.as_deref(), "debit")?;
                    field("sender.creditor_id", Reference::new(id))?
                },
            }),
            Word::Transfer => Kind::Transfer(transfer::Batch {
                id,
                sepa: given("scheme", self.scheme, "transfer")? == SchemeWord::SepaCore,
                on: on("transfer")?,
                debtor: sender()?,
            }),
            Word::Reversal => {
                let original = given("original", self.original.as_ref(), "reversal")?;
                Kind::Reversal(reversal::Batch {
                    id,
                    original_message: field("original.message", Reference::new(&*original.message))?,
                    original_batch: field("original.batch", Reference::new(&*original.batch))?,
                })
            }
        };
        Ok(Order { head, kind })
    }
}
