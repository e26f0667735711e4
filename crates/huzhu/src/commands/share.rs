//! `huzhu share`: cuts the receipt of one share out of a settled period.

use std::path::PathBuf;

use clap::Args;
use huzhu_ledger::Currency;
use huzhu_log::PeriodTag;
use huzhu_settle::hashing::LeafMaker;
use huzhu_settle::{Period, Roster, ShareFile};

use super::settle::key;
use crate::output::{Ending, Failure, json as print_json};

/// Cut the receipt of one share out of a settled period, and print it.
///
/// Whoever gets it checks it with `huzhu verify share`.
#[derive(Debug, Args)]
pub(crate) struct Share {
    /// The period folder that `huzhu settle --roster` made.
    #[arg(long, value_name = "DIR")]
    period: PathBuf,
    /// The roster folder that it was settled with.
    #[arg(long, value_name = "DIR")]
    roster: PathBuf,
    /// The key of the period's salts.
    #[arg(long, value_name = "FILE")]
    tree_key: PathBuf,
    /// The place in the roster, from 0: the number of the line in the CSV file less two.
    #[arg(value_name = "PLACE")]
    place: u64,
}

impl Share {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Ending, Failure> {
        let wrong = |error: huzhu_settle::SettleError| Failure::WrongUse(error.to_string());
        if !self.tree_key.exists() {
            return Err(Failure::WrongUse(format!("{}: there is no such key", self.tree_key.display())));
        }
        let period = Period::open(&self.period).map_err(wrong)?;
        let roster = Roster::open(&self.roster).map_err(wrong)?;
        let named = &period.manifest.named;
        let maker = LeafMaker::new(PeriodTag::new(&named.plan, &named.period), &key(&self.tree_key)?);
        let (leaf, path) = period.receipt(&roster, &maker, self.place).map_err(wrong)?;
        let currency = Currency::parse(&named.currency).map_err(|e| Failure::WrongUse(e.to_string()))?;
        let file = ShareFile::new(&period.manifest, &leaf, &path, currency);
        let value =
            serde_json::to_value(&file).map_err(|error| Failure::broken("writing the receipt", error))?;
        print_json(&value);
        Ok(Ending::Done)
    }
}
