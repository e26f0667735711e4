//! `huzhu verify`: checks receipts, logs, draws, ballots and opened cards, offline and without an account.
//!
//! Exit codes: 0 it verifies, 1 it does not, 2 wrong use, 3 what should be checked cannot be read.

mod ballot;
mod card;
mod draw;
mod log;
mod period;
mod receipt;
mod share;

use clap::Subcommand;
use serde_json::{Value, json};

use crate::output::{Ending, Failure, json as print_json, line, note};

/// Check receipts, logs, draws, ballots and opened cards.
#[derive(Debug, Subcommand)]
pub(crate) enum Verify {
    /// Check a receipt, and the file it was given for, without any network.
    Receipt(receipt::Receipt),
    /// Check one's own share against the settlement of its period, without any network.
    Share(share::Share),
    /// Check a settled period from its public folder, or again from its roster.
    Period(period::PeriodCheck),
    /// Read a whole log again and check every entry, hash and signature.
    Log(log::Log),
    /// Draw a jury again from its public file, and see whether the same jurors come out.
    Draw(draw::Draw),
    /// Count the ballots of a jury again from its public tally, and see whether one's own was counted.
    Ballot(ballot::Ballot),
    /// Check one hidden fact of a notice card that was opened, without any network.
    Card(card::Card),
}

impl Verify {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        match self {
            Self::Receipt(receipt) => receipt.run(json),
            Self::Share(share) => share.run(json),
            Self::Period(period) => period.run(json),
            Self::Log(log) => log.run(json),
            Self::Draw(draw) => draw.run(json),
            Self::Ballot(ballot) => ballot.run(json),
            Self::Card(card) => card.run(json),
        }
    }
}

/// What a check showed, for people and for programs.
#[derive(Debug, Default)]
struct Report {
    /// What was shown.
    proved: Vec<String>,
    /// What a reader might think was shown and was not.
    not_proved: Vec<String>,
    /// The facts, for programs.
    facts: Value,
}

impl Report {
    /// Prints what was shown: everything verifies.
    fn print(self, heading: &str, json: bool) -> Ending {
        if json {
            let mut facts = self.facts;
            facts["verified"] = json!(true);
            facts["proved"] = json!(self.proved);
            facts["not_proved"] = json!(self.not_proved);
            print_json(&facts);
            return Ending::Done;
        }
        line(heading);
        line("Shown:");
        self.proved.iter().for_each(|sentence| line(format_args!("  + {sentence}")));
        if !self.not_proved.is_empty() {
            line("Not shown:");
            self.not_proved.iter().for_each(|sentence| line(format_args!("  - {sentence}")));
        }
        Ending::Done
    }
}

/// Prints that something does not verify, and why.
fn refuse(what: &str, why: &str, json: bool) -> Ending {
    if json {
        print_json(&json!({ "verified": false, "what": what, "finding": why }));
    } else {
        note(format_args!("DOES NOT VERIFY: {what}"));
        note(format_args!("  ! {why}"));
    }
    Ending::Refused
}
