//! `huzhu verify ballot`: the ballots of a jury, opened, hashed and counted again, and one's own among them.

use std::path::PathBuf;

use clap::Args;
use huzhu_app::jury::tally_file::{
    BallotReceipt, RECEIPT_BYTES_MAX, TALLY_BYTES_MAX, TallyBallot, TallyFile,
};
use serde_json::json;

use super::draw::{Place, read};
use super::{Report, refuse};
use crate::output::{Ending, Failure};

/// Open, hash and count the ballots of a jury again from its public tally, and look for the ballot of a receipt.
#[derive(Debug, Args)]
pub(crate) struct Ballot {
    /// The receipt that the juror got; it stays on this machine.
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// The tally, or its address.
    #[arg(value_name = "TALLY|URL")]
    tally: String,
}

impl Ballot {
    pub(super) fn run(self, json: bool) -> Result<Ending, Failure> {
        let name = self.receipt.display().to_string();
        let receipt = match BallotReceipt::read(&read(&self.receipt, RECEIPT_BYTES_MAX)?) {
            Ok(receipt) => receipt,
            Err(finding) => return Ok(refuse(&name, &finding.to_string(), json)),
        };
        let tally = match TallyFile::read(&Place::parse(&self.tally)?.bytes(TALLY_BYTES_MAX)?) {
            Ok(tally) => tally,
            Err(finding) => return Ok(refuse(&self.tally, &finding.to_string(), json)),
        };
        if let Err(finding) = tally.check() {
            return Ok(refuse(&self.tally, &finding.to_string(), json));
        }
        match tally.find(&receipt) {
            Ok(ballot) => {
                Ok(report(&tally, ballot).print(&format!("{name}: this ballot was counted."), json))
            }
            Err(finding) => Ok(refuse(&name, &finding.to_string(), json)),
        }
    }
}

fn report(tally: &TallyFile, ballot: &TallyBallot) -> Report {
    let count = tally.count;
    let said = ballot.choice.map_or("", huzhu_domain::jury::Choice::word);
    let reason = ballot.reason.clone().unwrap_or_default();
    let mut proved = vec![
        format!("ballot {} is in the tally as it was cast, and says `{said}`: {reason}", ballot.ballot),
        format!(
            "all {} ballots open with the released key, which is that of the public key",
            tally.ballots.len()
        ),
        format!("their tree has the root {}", tally.root),
        format!(
            "they are {} for the claimant and {} against, {} invalid, of {} who could vote",
            count.for_claimant, count.against, count.invalid, count.electorate
        ),
        format!("by the rules in the tally that is `{}`", tally.ruling.word()),
    ];
    if tally.rules.by_lot {
        proved.push(
            "seats that stayed empty are counted against the bar, not against the claimant alone".to_owned(),
        );
    }
    let not_proved = vec![
        "that this root is the one on the log: compare it with the entry `verdict` of `huzhu verify log`"
            .to_owned(),
        "that the rules in the tally are those of the plan: compare them with the plan's text".to_owned(),
        "that each ballot was cast by a juror: other jurors see that with their own receipts".to_owned(),
    ];
    let facts = json!({
        "case": tally.case,
        "plan": tally.plan,
        "subject": tally.subject.to_string(),
        "ballot": ballot.ballot,
        "choice": said,
        "reason": reason,
        "root": tally.root.to_string(),
        "for_claimant": count.for_claimant,
        "against": count.against,
        "invalid": count.invalid,
        "electorate": count.electorate,
        "ruling": tally.ruling.word(),
    });
    Report { proved, not_proved, facts }
}
