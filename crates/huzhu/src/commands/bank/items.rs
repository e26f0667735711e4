//! The items of a file for a bank, as CSV.

use std::path::Path;

use huzhu_bank::write::ITEMS_MAX;
use huzhu_bank::write::debit::Debit;
use huzhu_bank::write::reversal::{Reversal, Why};
use huzhu_bank::write::transfer::Transfer;
use huzhu_bank::{Reference, Words};
use huzhu_ledger::{Amount, Currency};
use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::order::{field, party};
use crate::output::Failure;

/// All items of a file, or the first mistake with its line.
pub(super) fn read<R: DeserializeOwned, T>(
    file: &Path,
    item: impl Fn(R) -> Result<T, String>,
) -> Result<Vec<T>, Failure> {
    let wrong = |what: String| Failure::WrongUse(format!("{}: {what}", file.display()));
    let reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_path(file);
    let mut reader = reader.map_err(|error| wrong(error.to_string()))?;
    let head = reader.headers().map_err(|error| wrong(error.to_string()))?.clone();
    let (mut items, mut row) = (Vec::new(), csv::StringRecord::new());
    while reader.read_record(&mut row).map_err(|error| wrong(error.to_string()))? {
        if items.len() as u64 >= ITEMS_MAX {
            return Err(wrong(format!("more than {ITEMS_MAX} items; cut the table into several files")));
        }
        let line = row.position().map_or(0, csv::Position::line);
        let at = |what: String| wrong(format!("line {line}: {what}"));
        let of_row = row.deserialize(Some(&head)).map_err(|error| at(error.to_string()))?;
        items.push(item(of_row).map_err(at)?);
    }
    Ok(items)
}

fn reference(name: &str, text: &str) -> Result<Reference, String> {
    field(name, Reference::new(text))
}

fn amount(name: &str, text: &str, currency: Currency) -> Result<Amount, String> {
    field(name, Amount::parse(text, currency))
}

/// A row of debits.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct DebitRow {
    instruction: String,
    end_to_end: String,
    amount: String,
    mandate: String,
    mandate_given: String,
    name: String,
    iban: Option<String>,
    account: Option<String>,
    bic: Option<String>,
    about: String,
}

pub(super) fn debit(row: DebitRow, currency: Currency) -> Result<Debit, String> {
    let given: Result<Date, _> = row.mandate_given.parse();
    Ok(Debit {
        instruction: reference("instruction", &row.instruction)?,
        end_to_end: reference("end_to_end", &row.end_to_end)?,
        amount: amount("amount", &row.amount, currency)?,
        mandate: reference("mandate", &row.mandate)?,
        mandate_given: field("mandate_given", given.map_err(|_| "is not a day; write it as 2026-02-14"))?,
        debtor: party(&row.name, row.iban.as_deref(), row.account.as_deref(), row.bic.as_deref())?,
        about: field("about", Words::new(row.about))?,
    })
}

/// A row of transfers.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TransferRow {
    instruction: String,
    end_to_end: String,
    amount: String,
    name: String,
    iban: Option<String>,
    account: Option<String>,
    bic: Option<String>,
    about: String,
}

pub(super) fn transfer(row: TransferRow, currency: Currency) -> Result<Transfer, String> {
    Ok(Transfer {
        instruction: reference("instruction", &row.instruction)?,
        end_to_end: reference("end_to_end", &row.end_to_end)?,
        amount: amount("amount", &row.amount, currency)?,
        creditor: party(&row.name, row.iban.as_deref(), row.account.as_deref(), row.bic.as_deref())?,
        about: field("about", Words::new(row.about))?,
    })
}

/// A row of reversals.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReversalRow {
    id: String,
    instruction: String,
    end_to_end: String,
    taken: String,
    given_back: String,
    why: WhyWord,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
enum WhyWord {
    Duplicate,
    NoMandate,
    WronglyCharged,
}

pub(super) fn reversal(row: &ReversalRow, currency: Currency) -> Result<Reversal, String> {
    let (taken, given_back) =
        (amount("taken", &row.taken, currency)?, amount("given_back", &row.given_back, currency)?);
    if given_back > taken {
        return Err("given_back: is more than was taken".into());
    }
    Ok(Reversal {
        id: reference("id", &row.id)?,
        original_instruction: reference("instruction", &row.instruction)?,
        original_end_to_end: reference("end_to_end", &row.end_to_end)?,
        taken,
        given_back,
        why: match row.why {
            WhyWord::Duplicate => Why::Duplicate,
            WhyWord::NoMandate => Why::NoMandate,
            WhyWord::WronglyCharged => Why::AtRequestOfCreditor,
        },
    })
}
