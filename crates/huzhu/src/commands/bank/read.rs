//! What a bank sent, checked and shown part by part.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use huzhu_bank::read::status::{Reason, Told};
use huzhu_bank::read::{statement, status};
use huzhu_ledger::Currency;
use huzhu_ledger::amount::decimal;
use serde::Serialize;

use crate::output::{Ending, Failure, line, note};

/// Bytes that are held to see what kind of file it is.
const LOOK: usize = 16_384;
/// Refused items that are named to people; the others are counted.
const NAMED_MAX: u64 = 20;

pub(super) fn run(file: &Path, json: bool) -> Result<Ending, Failure> {
    let failed = |error: std::io::Error| Failure::WrongUse(format!("{}: {error}", file.display()));
    let mut bytes = BufReader::with_capacity(LOOK, File::open(file).map_err(failed)?);
    let begin = bytes.fill_buf().map_err(failed)?;
    let is_statement = begin.windows(9).any(|word| word == b"BkToCstmr");
    let read = if is_statement { of_statement(bytes, json) } else { of_status(bytes, json) };
    match read {
        Ok(()) => {
            if json {
                line(r#"{"part":"whole"}"#);
            }
            Ok(Ending::Done)
        }
        Err(error) => {
            note(format_args!("{}: {error}", file.display()));
            Ok(Ending::Refused)
        }
    }
}

fn print(part: &impl Serialize) -> Result<(), String> {
    line(serde_json::to_string(part).map_err(|error| error.to_string())?);
    Ok(())
}

fn of_status(bytes: impl BufRead, json: bool) -> Result<(), huzhu_bank::read::ReadError> {
    let mut summary = Summary::default();
    status::read(bytes, &mut |part| {
        if json {
            return print(&part);
        }
        summary.take(part);
        Ok(())
    })?;
    if !json {
        summary.show();
    }
    Ok(())
}

/// A report in a few lines. Nothing is said before the whole was read.
#[derive(Default)]
struct Summary {
    head: Vec<String>,
    items: BTreeMap<String, u64>,
    named: Vec<String>,
    refused: u64,
}

impl Summary {
    fn take(&mut self, part: status::Part) {
        match part {
            status::Part::File { report, original, items, sum, told, reason, .. } => {
                let count = items.map(|items| format!(", {items} items")).unwrap_or_default();
                let sum = sum.map(|sum| format!(", {sum}")).unwrap_or_default();
                self.head.push(format!(
                    "report {report} about {original}{count}{sum}: {}",
                    said(told.as_ref(), &reason)
                ));
            }
            status::Part::Batch { original, told, reason } => {
                self.head.push(format!("batch {original}: {}", said(told.as_ref(), &reason)));
            }
            status::Part::Item { instruction, end_to_end, told, reason, .. } => {
                let count = self.items.entry(said(told.as_ref(), &reason)).or_default();
                *count = count.saturating_add(1);
                if told != Some(Told::Settled) && told != Some(Told::Taken) {
                    self.refused = self.refused.saturating_add(1);
                    if self.refused <= NAMED_MAX {
                        let name = instruction.or(end_to_end).unwrap_or_default();
                        self.named.push(format!("  {name}: {}", said(told.as_ref(), &reason)));
                    }
                }
            }
        }
    }

    fn show(&self) {
        self.head.iter().for_each(line);
        for (what, count) in &self.items {
            line(format_args!("{count} items: {what}"));
        }
        self.named.iter().for_each(line);
        if self.refused > NAMED_MAX {
            line(format_args!("  and {} more; --json names all", self.refused.saturating_sub(NAMED_MAX)));
        }
    }
}

fn said(told: Option<&Told>, reason: &Reason) -> String {
    let word = match told {
        None => "nothing is said",
        Some(Told::Taken) => "taken, not yet paid",
        Some(Told::Settled) => "paid",
        Some(Told::Rejected) => "refused",
        Some(Told::Pending) => "waits",
        Some(Told::Partly) => "taken but for the items that are named",
        Some(Told::Unknown(code)) => return format!("code {code} is not known; ask the bank"),
    };
    match &reason.code {
        Some(code) => format!("{word} ({code})"),
        None => word.to_owned(),
    }
}

fn of_statement(bytes: impl BufRead, json: bool) -> Result<(), huzhu_bank::read::ReadError> {
    let (mut lines, mut currency) = (Vec::new(), None);
    let mut moved: BTreeMap<(bool, &'static str), (u64, u128)> = BTreeMap::new();
    statement::read(bytes, &mut |part| {
        if json {
            return print(&part);
        }
        match part {
            statement::Part::Begin { id, account, currency: code, .. } => {
                currency = Some(Currency::parse(&code).map_err(|error| error.to_string())?);
                lines.push(format!("statement {id} of {account} in {code}"));
            }
            statement::Part::Entry { minor, way, booked, .. } => {
                let way = if way == statement::Way::In { "in" } else { "out" };
                let sum = moved.entry((booked, way)).or_default();
                *sum = (sum.0.saturating_add(1), sum.1.saturating_add(u128::from(minor)));
            }
            statement::Part::Payment(_) => {}
            statement::Part::End { entries, .. } => {
                for ((booked, way), (count, minor)) in std::mem::take(&mut moved) {
                    let sum = currency.map(|currency| decimal(minor, currency)).unwrap_or_default();
                    let booked = if booked { "booked" } else { "announced" };
                    lines.push(format!("  {count} {booked} {way}: {sum}"));
                }
                lines.push(format!(
                    "  {entries} entries; the balances agree with them, where the bank gives both"
                ));
            }
        }
        Ok(())
    })?;
    lines.iter().for_each(line);
    Ok(())
}
