//! `huzhu bank`: files for a bank, and files from it, without a database.

mod debits;
mod items;
mod order;
mod read;

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use huzhu_bank::write::{Totals, WriteError, debit, reversal, transfer};
use huzhu_ledger::Currency;
use serde_json::json;

use self::order::{Kind, Order};
use crate::output::{Ending, Failure, json as print_json, line};

/// Write files for a bank, and read what it answers.
#[derive(Debug, Subcommand)]
pub(crate) enum Bank {
    /// Write an ISO 20022 file: debits (pain.008), transfers (pain.001) or reversals (pain.007).
    Write(Write),
    /// Write the debits of a whole settled period as files of so many debits each.
    Debits(debits::Debits),
    /// Check and show a status report (pain.002), a statement (camt.053) or a notification (camt.054).
    Read(Read),
}

/// Write an ISO 20022 file from an order and a table of items.
///
/// docs/bank.md shows both. Everything is checked before the first byte is written.
#[derive(Debug, Args)]
pub(crate) struct Write {
    /// Who sends what kind of file: TOML.
    #[arg(value_name = "ORDER.toml")]
    order: PathBuf,
    /// The items: CSV with a head line.
    #[arg(value_name = "ITEMS.csv")]
    items: PathBuf,
    /// The file to write; one that is there already stays.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

/// Check and show what a bank sent.
///
/// With --json: one JSON object a line for each part, and `{"part":"whole"}` as the last line. Without that line the file was
/// refused, and nothing of it counts.
#[derive(Debug, Args)]
pub(crate) struct Read {
    /// The file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

impl Bank {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        match self {
            Self::Write(write) => write.run(json),
            Self::Debits(debits) => debits.run(json),
            Self::Read(read) => read::run(&read.file, json),
        }
    }
}

impl Write {
    fn run(&self, json: bool) -> Result<Ending, Failure> {
        let order = Order::read(&self.order)?;
        let (currency, name) = (order.head.currency, order.kind.message());
        if self.out.exists() {
            let out = self.out.display();
            let why = "a message goes to a bank once; take another name, and another `message` in the order";
            return Err(Failure::WrongUse(format!("{out}: is there already; {why}")));
        }
        let totals = self.write(&order)?;
        said(json, name, totals, currency, &self.out);
        Ok(Ending::Done)
    }

    /// Writes beside the file and renames: it is whole or not there.
    fn write(&self, order: &Order) -> Result<Totals, Failure> {
        let beside = self.out.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = beside.unwrap_or_else(|| Path::new("."));
        let failed = |error: std::io::Error| Failure::WrongUse(format!("{}: {error}", self.out.display()));
        // Readable by nobody else: names and accounts of people stand in it.
        let file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        let mut out = BufWriter::new(file.as_file());
        let (head, items) = (&order.head, &self.items);
        let currency = head.currency;
        let written = match &order.kind {
            Kind::Debit(batch) => {
                let rows = items::read(items, |row| items::debit(row, currency))?;
                debit::write(&mut out, head, batch, rows.iter().cloned())
            }
            Kind::Transfer(batch) => {
                let rows = items::read(items, |row| items::transfer(row, currency))?;
                transfer::write(&mut out, head, batch, rows.iter().cloned())
            }
            Kind::Reversal(batch) => {
                let rows = items::read(items, |row| items::reversal(&row, currency))?;
                reversal::write(&mut out, head, batch, rows.iter().cloned())
            }
        };
        let totals = written.map_err(|error| match error {
            WriteError::Io(error) => failed(error),
            other => Failure::WrongUse(format!("{}: {other}", items.display())),
        })?;
        out.flush().map_err(failed)?;
        drop(out);
        file.as_file().sync_all().map_err(failed)?;
        file.persist_noclobber(&self.out).map_err(|error| failed(error.error))?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        Ok(totals)
    }
}

fn said(json: bool, message: &str, totals: Totals, currency: Currency, out: &Path) {
    let sum = totals.sum.decimal(currency);
    if json {
        let file = out.display().to_string();
        let (items, currency) = (totals.items, currency.code());
        print_json(
            &json!({ "message": message, "items": items, "sum": sum, "currency": currency, "file": file }),
        );
    } else {
        line(format_args!(
            "{message}: {} items, {sum} {} in {}",
            totals.items,
            currency.code(),
            out.display()
        ));
    }
}
