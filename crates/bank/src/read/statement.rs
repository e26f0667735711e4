//! camt.053 and camt.054, statement and notification: what moved on an account. Any version.
//!
//! Shape: [`read`] tells one [`Part`] after the other: a statement's head, then for each booking its entry and behind it the
//! payments that the bank has put into that entry, then the statement's end.
//!
//! Guarantees: a statement with an opening and a closing balance whose booked entries do not lead from one to the other is
//! refused; so is an entry whose payments all carry amounts of its currency and do not add up to it. Sums are integers.

use std::io::BufRead;

use huzhu_ledger::{Amount, Currency};

use super::ReadError;
use super::xml::{Pull, Step};

/// Which way money moved, seen from the account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// Onto the account.
    In,
    /// Off the account.
    Out,
}

/// A payment within an entry.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct Payment {
    /// Message in which we asked for it.
    pub message: Option<String>,
    /// Batch.
    pub batch: Option<String>,
    /// Instruction.
    pub instruction: Option<String>,
    /// What stands on statements.
    pub end_to_end: Option<String>,
    /// Mandate.
    pub mandate: Option<String>,
    /// Amount in minor units of the account's currency, where the bank names it.
    pub minor: Option<u64>,
    /// Words of the payer.
    pub about: Option<String>,
    /// Why it came back, such as `MD06` (the payer wants it back).
    pub returned: Option<String>,
}

/// A part of a statement.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "part", rename_all = "snake_case")]
pub enum Part {
    /// A statement or notification begins.
    Begin {
        /// The bank's id.
        id: String,
        /// IBAN, or the bank's number of the account.
        account: String,
        /// ISO 4217 code.
        currency: String,
        /// Balance at the beginning in minor units, negative below zero.
        opening: Option<i128>,
    },
    /// A booking.
    Entry {
        /// The bank's reference; the same in every statement that shows it.
        reference: Option<String>,
        /// Amount in minor units.
        minor: u64,
        /// Which way.
        way: Way,
        /// It takes back an earlier one.
        reversal: bool,
        /// It is booked, not only announced.
        booked: bool,
        /// Day of booking as the bank wrote it.
        day: Option<String>,
    },
    /// A payment of the entry before.
    Payment(Payment),
    /// A statement ends.
    End {
        /// Entries.
        entries: u64,
        /// Balance at the end in minor units.
        closing: Option<i128>,
    },
}

#[derive(Default)]
struct Statement {
    id: String,
    account: String,
    currency: Option<Currency>,
    opening: Option<i128>,
    closing: Option<i128>,
    given: bool,
    entries: u64,
    moved: i128,
}

#[derive(Default)]
struct Balance {
    kind: String,
    amount: String,
    minus: bool,
}

#[derive(Default)]
struct Entry {
    reference: Option<String>,
    amount: String,
    way: Option<Way>,
    reversal: bool,
    status: String,
    day: Option<String>,
    minor: u64,
    given: bool,
    payments: u64,
    /// Sum of the payments, as long as each has an amount.
    inner: Option<u64>,
}

/// Reads statements, telling `tell` each part. Nothing may be taken from a statement before its [`Part::End`].
///
/// # Errors
/// [`ReadError`]; `tell` refuses a part by a reason of its own.
pub fn read(bytes: impl BufRead, tell: &mut dyn FnMut(Part) -> Result<(), String>) -> Result<(), ReadError> {
    let mut of =
        Reading { pull: Pull::new(bytes), tell, statement: None, balance: None, entry: None, payment: None };
    let mut seen = 0_u32;
    loop {
        match of.pull.next()? {
            Step::End if seen > 0 => return Ok(()),
            Step::End => {
                return Err(of.pull.refuse("this is no statement (camt.053) or notification (camt.054)"));
            }
            Step::Open => of.open()?,
            Step::Close => {
                if below(of.pull.path()) == Some("") {
                    seen = seen.saturating_add(1);
                }
                of.close()?;
            }
        }
    }
}

struct Reading<'t, R: BufRead> {
    pull: Pull<R>,
    tell: &'t mut dyn FnMut(Part) -> Result<(), String>,
    statement: Option<Statement>,
    balance: Option<Balance>,
    entry: Option<Entry>,
    payment: Option<Payment>,
}

/// The path within a statement.
fn below(path: &str) -> Option<&str> {
    let inner = path
        .strip_prefix("Document/BkToCstmrStmt/Stmt")
        .or_else(|| path.strip_prefix("Document/BkToCstmrDbtCdtNtfctn/Ntfctn"))?;
    if inner.is_empty() { Some("") } else { inner.strip_prefix('/') }
}

impl<R: BufRead> Reading<'_, R> {
    fn open(&mut self) -> Result<(), ReadError> {
        match below(self.pull.path()) {
            Some("") => self.statement = Some(Statement::default()),
            Some("Bal") => self.balance = Some(Balance::default()),
            Some("Ntry") => {
                self.begin()?;
                self.entry = Some(Entry { inner: Some(0), ..Entry::default() });
            }
            Some("Ntry/NtryDtls/TxDtls") => {
                self.give_entry()?;
                self.payment = Some(Payment::default());
            }
            _ => {}
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), ReadError> {
        let Some(path) = below(self.pull.path()) else { return Ok(()) };
        match path {
            "" => self.end(),
            "Bal" => self.balance_ends(),
            "Ntry" => self.entry_ends(),
            "Ntry/NtryDtls/TxDtls" => self.payment_ends(),
            _ if self.pull.text().is_empty() => Ok(()),
            path => {
                let path = path.to_owned();
                let text = self.pull.text().to_owned();
                self.leaf(&path, text)
            }
        }
    }

    fn say(&mut self, part: Part) -> Result<(), ReadError> {
        (self.tell)(part).map_err(|why| self.pull.refuse(why))
    }

    fn statement(&mut self) -> Result<&mut Statement, ReadError> {
        let lost = self.pull.refuse("an element stands outside of a statement");
        self.statement.as_mut().ok_or(lost)
    }

    /// The head of the statement, once everything that stands before its entries was read.
    fn begin(&mut self) -> Result<(), ReadError> {
        let no_currency = self.pull.refuse("neither account nor amounts name a currency");
        let statement = self.statement()?;
        if std::mem::replace(&mut statement.given, true) {
            return Ok(());
        }
        let currency = statement.currency.ok_or(no_currency)?.code().to_owned();
        let (id, account) = (statement.id.clone(), statement.account.clone());
        let opening = statement.opening;
        if id.is_empty() || account.is_empty() {
            return Err(self.pull.refuse("a statement does not say its id or its account"));
        }
        self.say(Part::Begin { id, account, currency, opening })
    }

    fn end(&mut self) -> Result<(), ReadError> {
        self.begin()?;
        let statement = std::mem::take(self.statement()?);
        self.statement = None;
        if let (Some(opening), Some(closing)) = (statement.opening, statement.closing) {
            let led = opening.checked_add(statement.moved);
            if led != Some(closing) {
                let what = format!(
                    "the balances do not agree: {opening} and what was booked ({}) are not {closing} (minor units)",
                    statement.moved
                );
                return Err(self.pull.refuse(what));
            }
        }
        self.say(Part::End { entries: statement.entries, closing: statement.closing })
    }

    /// An amount in minor units; the first one decides the currency where the account does not.
    fn minor(&mut self, text: &str) -> Result<u64, ReadError> {
        let named = self.pull.currency().map(str::to_owned);
        let known = self.statement()?.currency;
        let currency = match (known, named) {
            (Some(known), Some(named)) if known.code() != named => {
                let what = format!("an amount in {named} stands in a statement in {}", known.code());
                return Err(self.pull.refuse(what));
            }
            (Some(known), _) => known,
            (None, named) => self.currency(&named.unwrap_or_default())?,
        };
        self.statement()?.currency = Some(currency);
        // ISO 20022 writes up to five decimals; zeros beyond the digits of the currency say nothing.
        let digits = usize::from(currency.digits());
        let shorter = match text.split_once('.') {
            Some((whole, part)) => {
                let (kept, rest) = part.split_at_checked(digits).unwrap_or((part, ""));
                if rest.bytes().any(|byte| byte != b'0') {
                    let what = format!("{text} has more decimals than {} has", currency.code());
                    return Err(self.pull.refuse(what));
                }
                if kept.is_empty() { whole.to_owned() } else { format!("{whole}.{kept}") }
            }
            None => text.to_owned(),
        };
        let amount = Amount::parse(&shorter, currency);
        amount.map(Amount::minor).map_err(|error| self.pull.refuse(format!("{text:?}: {error}")))
    }

    fn currency(&self, code: &str) -> Result<Currency, ReadError> {
        Currency::parse(code).map_err(|error| self.pull.refuse(error.to_string()))
    }

    fn balance_ends(&mut self) -> Result<(), ReadError> {
        let Some(balance) = self.balance.take() else { return Ok(()) };
        let minor = i128::from(self.minor(&balance.amount)?);
        let minor = if balance.minus { minor.saturating_neg() } else { minor };
        let statement = self.statement()?;
        match balance.kind.as_str() {
            "OPBD" | "PRCD" => statement.opening = Some(minor),
            "CLBD" => statement.closing = Some(minor),
            _ => {}
        }
        Ok(())
    }

    fn give_entry(&mut self) -> Result<(), ReadError> {
        let Some(mut entry) = self.entry.take() else { return Ok(()) };
        if !entry.given {
            entry.given = true;
            let missing = self.pull.refuse("an entry does not say whether it is a debit or a credit");
            let way = entry.way.ok_or(missing)?;
            entry.minor = self.minor(&entry.amount)?;
            let booked = entry.status == "BOOK";
            let minor = i128::from(entry.minor);
            let statement = self.statement()?;
            statement.entries = statement.entries.saturating_add(1);
            if booked {
                let signed = if way == Way::In { minor } else { minor.saturating_neg() };
                statement.moved = statement.moved.saturating_add(signed);
            }
            let (reference, day) = (entry.reference.clone(), entry.day.clone());
            let (minor, reversal) = (entry.minor, entry.reversal);
            self.say(Part::Entry { reference, minor, way, reversal, booked, day })?;
        }
        self.entry = Some(entry);
        Ok(())
    }

    fn entry_ends(&mut self) -> Result<(), ReadError> {
        self.give_entry()?;
        let Some(entry) = self.entry.take() else { return Ok(()) };
        match entry.inner {
            Some(inner) if entry.payments > 0 && inner != entry.minor => {
                let what =
                    format!("the payments of an entry are {inner} together, the entry is {}", entry.minor);
                Err(self.pull.refuse(what + " (minor units)"))
            }
            _ => Ok(()),
        }
    }

    fn payment_ends(&mut self) -> Result<(), ReadError> {
        let Some(payment) = self.payment.take() else { return Ok(()) };
        if let Some(entry) = &mut self.entry {
            entry.payments = entry.payments.saturating_add(1);
            entry.inner = entry.inner.zip(payment.minor).and_then(|(sum, minor)| sum.checked_add(minor));
        }
        self.say(Part::Payment(payment))
    }

    fn leaf(&mut self, path: &str, text: String) -> Result<(), ReadError> {
        if let Some(path) = path.strip_prefix("Ntry/NtryDtls/TxDtls/") {
            return self.of_payment(path, text);
        }
        if let Some(path) = path.strip_prefix("Ntry/") {
            return self.of_entry(path, text);
        }
        if let (Some(path), Some(balance)) = (path.strip_prefix("Bal/"), &mut self.balance) {
            match path {
                "Tp/CdOrPrtry/Cd" => balance.kind = text,
                "Amt" => balance.amount = text,
                "CdtDbtInd" => balance.minus = text == "DBIT",
                _ => {}
            }
            return Ok(());
        }
        match path {
            "Id" => self.statement()?.id = text,
            "Acct/Id/IBAN" | "Acct/Id/Othr/Id" => self.statement()?.account = text,
            "Acct/Ccy" => self.statement()?.currency = Some(self.currency(&text)?),
            _ => {}
        }
        Ok(())
    }

    fn of_entry(&mut self, path: &str, text: String) -> Result<(), ReadError> {
        let way = self.way(path, &text)?;
        let Some(entry) = &mut self.entry else { return Ok(()) };
        match path {
            "NtryRef" if entry.reference.is_none() => entry.reference = Some(text),
            // The bank's own reference is the one that stays the same.
            "AcctSvcrRef" => entry.reference = Some(text),
            "Amt" => entry.amount = text,
            "CdtDbtInd" => entry.way = way,
            "RvslInd" => entry.reversal = text == "true" || text == "1",
            "Sts" | "Sts/Cd" => entry.status = text,
            "BookgDt/Dt" | "BookgDt/DtTm" => entry.day = Some(text),
            _ => {}
        }
        Ok(())
    }

    fn way(&self, path: &str, text: &str) -> Result<Option<Way>, ReadError> {
        match (path, text) {
            ("CdtDbtInd", "CRDT") => Ok(Some(Way::In)),
            ("CdtDbtInd", "DBIT") => Ok(Some(Way::Out)),
            ("CdtDbtInd", other) => {
                Err(self.pull.refuse(format!("CdtDbtInd is {other:?}, not CRDT or DBIT")))
            }
            _ => Ok(None),
        }
    }

    fn of_payment(&mut self, path: &str, text: String) -> Result<(), ReadError> {
        let amount = match path {
            "Amt" | "AmtDtls/TxAmt/Amt" => Some(self.payment_amount(&text)?),
            _ => None,
        };
        let Some(payment) = &mut self.payment else { return Ok(()) };
        let place = match path {
            "Refs/MsgId" => &mut payment.message,
            "Refs/PmtInfId" => &mut payment.batch,
            "Refs/InstrId" => &mut payment.instruction,
            "Refs/EndToEndId" => &mut payment.end_to_end,
            "Refs/MndtId" => &mut payment.mandate,
            "RmtInf/Ustrd" => &mut payment.about,
            "RtrInf/Rsn/Cd" | "RtrInf/Rsn/Prtry" => &mut payment.returned,
            _ => {
                payment.minor = amount.flatten().or(payment.minor);
                return Ok(());
            }
        };
        if place.is_none() {
            *place = Some(text);
        }
        Ok(())
    }

    /// In another currency than the account's it says nothing about the entry.
    fn payment_amount(&mut self, text: &str) -> Result<Option<u64>, ReadError> {
        let named = self.pull.currency().map(str::to_owned);
        let known = self.statement()?.currency.map(Currency::code);
        if named.as_deref() != known {
            return Ok(None);
        }
        self.minor(text).map(Some)
    }
}
