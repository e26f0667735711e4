//! Messages to banks.
//!
//! Shape: each writer runs over its items twice, first to check them and add them up, then to write: a file begins with its sums.
//! Items are made anew by the caller's iterator each time, so that nothing is kept.

use std::io::{self, Write};

use huzhu_ledger::{Amount, Currency};
use jiff::Timestamp;

use crate::party::{Account, Agent, Party};
use crate::text::{Reference, Words};

pub mod debit;
pub mod reversal;
pub mod transfer;

/// Items in one file at most: what banks take.
pub const ITEMS_MAX: u64 = 100_000;
/// Digits of an amount at most (ISO 20022, `ActiveOrHistoricCurrencyAndAmount`).
const AMOUNT_MAX: u64 = 999_999_999_999_999_999;

/// Why a file was not written. But for [`WriteError::Io`] no byte was.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// No item.
    #[error("there is nothing to send: a file has at least one item")]
    Empty,
    /// See [`ITEMS_MAX`].
    #[error("more than {ITEMS_MAX} items: write several files")]
    TooMany,
    /// Nothing to take or to pay.
    #[error("item {0}: its amount is zero; leave it out")]
    Zero(u64),
    /// An amount or the sum has more digits than a file carries.
    #[error("item {0}: the amounts have more than 18 digits together; write several files")]
    TooMuch(u64),
    /// Two items under one reference could not be told apart when the bank answers.
    #[error("item {0}: its instruction is not above the one before; sort the items and leave out doubles")]
    Order(u64),
    /// The file could not be written.
    #[error("the file cannot be written: {0}")]
    Io(#[from] io::Error),
}

/// What every message begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// Unique for this sender for ever: a bank takes each message once, so sending again is harmless.
    pub message: Reference,
    /// When it was made.
    pub created: Timestamp,
    /// Who sends it.
    pub sender: Words<70>,
    /// Of all amounts.
    pub currency: Currency,
}

/// What stands in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Totals {
    /// Items.
    pub items: u64,
    /// Their sum.
    pub sum: Amount,
}

/// Checks items and adds them up. Instructions must rise, so that no two are the same.
fn totals(items: impl Iterator<Item = (Reference, Amount)>) -> Result<Totals, WriteError> {
    let (mut count, mut sum) = (0_u64, 0_u64);
    let mut before: Option<Reference> = None;
    for (instruction, amount) in items {
        count = count.saturating_add(1);
        if count > ITEMS_MAX {
            return Err(WriteError::TooMany);
        }
        if amount.is_zero() {
            return Err(WriteError::Zero(count));
        }
        if before.is_some_and(|before| before >= instruction) {
            return Err(WriteError::Order(count));
        }
        before = Some(instruction);
        sum = sum
            .checked_add(amount.minor())
            .filter(|sum| *sum <= AMOUNT_MAX)
            .ok_or(WriteError::TooMuch(count))?;
    }
    if count == 0 {
        Err(WriteError::Empty)
    } else {
        Ok(Totals { items: count, sum: Amount::from_minor(sum) })
    }
}

/// Writes elements. Tags come from this crate, texts are escaped.
struct Xml<W> {
    out: W,
    currency: Currency,
}

impl<W: Write> Xml<W> {
    fn begin(mut out: W, currency: Currency, name: &str) -> io::Result<Self> {
        write!(
            out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Document xmlns=\"urn:iso:std:iso:20022:tech:xsd:{name}\">"
        )?;
        Ok(Self { out, currency })
    }

    fn end(mut self) -> io::Result<()> {
        self.out.write_all(b"</Document>\n")?;
        self.out.flush()
    }

    fn raw(&mut self, markup: &str) -> io::Result<()> {
        self.out.write_all(markup.as_bytes())
    }

    fn leaf(&mut self, tag: &str, text: &str) -> io::Result<()> {
        self.raw("<")?;
        self.raw(tag)?;
        self.raw(">")?;
        self.raw(&quick_xml::escape::escape(text))?;
        self.raw("</")?;
        self.raw(tag)?;
        self.raw(">")
    }

    fn amount(&mut self, tag: &str, amount: Amount) -> io::Result<()> {
        self.raw("<")?;
        self.raw(tag)?;
        self.raw(" Ccy=\"")?;
        self.raw(self.currency.code())?;
        self.raw("\">")?;
        self.raw(&amount.decimal(self.currency))?;
        self.raw("</")?;
        self.raw(tag)?;
        self.raw(">")
    }

    /// The head of the file up to and without its sender.
    fn head(&mut self, head: &Head, totals: Totals) -> io::Result<()> {
        self.leaf("MsgId", head.message.as_str())?;
        self.leaf("CreDtTm", &created(head))?;
        self.sums(totals)
    }

    fn sums(&mut self, totals: Totals) -> io::Result<()> {
        self.leaf("NbOfTxs", &totals.items.to_string())?;
        self.leaf("CtrlSum", &totals.sum.decimal(self.currency))
    }

    fn sender(&mut self, head: &Head) -> io::Result<()> {
        self.raw("<InitgPty>")?;
        self.leaf("Nm", head.sender.as_str())?;
        self.raw("</InitgPty>")
    }

    fn named(&mut self, tag: &str, party: &Party) -> io::Result<()> {
        self.raw("<")?;
        self.raw(tag)?;
        self.raw(">")?;
        self.leaf("Nm", party.name.as_str())?;
        self.raw("</")?;
        self.raw(tag)?;
        self.raw(">")
    }

    fn account(&mut self, tag: &str, account: &Account) -> io::Result<()> {
        self.raw("<")?;
        self.raw(tag)?;
        self.raw("><Id>")?;
        if account.is_iban() {
            self.leaf("IBAN", account.number())?;
        } else {
            self.raw("<Othr>")?;
            self.leaf("Id", account.number())?;
            self.raw("</Othr>")?;
        }
        self.raw("</Id></")?;
        self.raw(tag)?;
        self.raw(">")
    }

    /// A bank; the schema wants one, and has a word for a bank that only the account says.
    fn agent(&mut self, tag: &str, agent: Option<&Agent>) -> io::Result<()> {
        self.raw("<")?;
        self.raw(tag)?;
        self.raw("><FinInstnId>")?;
        match agent {
            Some(agent) => self.leaf("BICFI", agent.bic())?,
            None => self.raw("<Othr><Id>NOTPROVIDED</Id></Othr>")?,
        }
        self.raw("</FinInstnId></")?;
        self.raw(tag)?;
        self.raw(">")
    }

    fn about(&mut self, about: &Words<140>) -> io::Result<()> {
        self.raw("<RmtInf>")?;
        self.leaf("Ustrd", about.as_str())?;
        self.raw("</RmtInf>")
    }
}

/// Whole seconds in UTC: what every bank reads.
fn created(head: &Head) -> String {
    head.created.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

#[cfg(test)]
mod tests;
