//! `huzhu verify share`: one's own share, checked against the settlement of the period: that of a folder, or that on the log.

mod logged;

use std::path::PathBuf;

use clap::Args;
use huzhu_log::proof::{self, MAX_PROOF};
use huzhu_settle::{Manifest, ShareFile};
use serde_json::json;

use super::draw::read;
use super::receipt::believed;
use super::{Report, refuse};
use crate::commands::trust::Trust;
use crate::output::{Ending, Failure};

pub(super) use logged::OwnShare;

/// Check one's own share against the settlement of its period, without any network.
///
/// A receipt that ends in `.tlog-proof` carries the settlement with it: it needs no folder, and asks whom to believe about the log.
/// A receipt in JSON, as `huzhu share` cuts it, needs the folder of its period.
#[derive(Debug, Args)]
pub(crate) struct Share {
    /// The receipt of the share: `.tlog-proof` or JSON.
    #[arg(value_name = "RECEIPT")]
    receipt: PathBuf,
    /// The period's public folder, with its `period.json`. For receipts in JSON only.
    #[arg(value_name = "DIR")]
    period: Option<PathBuf>,
    #[command(flatten)]
    trust: Trust,
}

impl Share {
    pub(super) fn run(self, json: bool) -> Result<Ending, Failure> {
        let name = self.receipt.display().to_string();
        let bytes = read(&self.receipt, MAX_PROOF)?;
        if bytes.starts_with(proof::HEADER.as_bytes()) {
            if self.period.is_some() {
                let what = format!("{name} carries its settlement: leave the folder out");
                return Err(Failure::WrongUse(what));
            }
            return Ok(logged::check(&name, &bytes, &believed(&self.trust)?, json));
        }
        let (Some(period), None) = (&self.period, self.trust.given()?) else {
            return Err(Failure::WrongUse(format!(
                "{name} is no .tlog-proof: give the public folder of its period behind it, and no keys"
            )));
        };
        let file = match ShareFile::read(&bytes) {
            Ok(file) => file,
            Err(finding) => return Ok(refuse(&name, &finding, json)),
        };
        let manifest = Manifest::read(period).map_err(|error| Failure::Broken(error.to_string()))?;
        if let Err(finding) = manifest.check() {
            return Ok(refuse(&period.display().to_string(), &finding, json));
        }
        match file.verify(&manifest) {
            Ok(()) => {
                Ok(report(&file, &manifest).print(&format!("{name}: this share is in the settlement."), json))
            }
            Err(finding) => Ok(refuse(&name, &finding, json)),
        }
    }
}

fn report(file: &ShareFile, manifest: &Manifest) -> Report {
    let (named, numbers) = (&manifest.named, &manifest.numbers);
    let currency = &named.currency;
    let counted = if file.counted { "counted" } else { "not counted" };
    let proved = vec![
        format!(
            "place {} was {counted} and charged {} {currency} in {}",
            file.place, file.share, named.period
        ),
        format!(
            "the same root carries all {} shares, which add up to {} {currency}",
            numbers.headcount, numbers.charged
        ),
        equation(manifest),
    ];
    let not_proved = vec![
        "that this root is the one on the log: compare it with the entry `settlement` of `huzhu verify log`".to_owned(),
        "that everybody in the roster is a real member: the roster's root and the auditors' samples are for that"
            .to_owned(),
        "that the illnesses were real: review, notice and jury are for that".to_owned(),
    ];
    let facts = json!({
        "plan": named.plan,
        "period": named.period,
        "place": file.place,
        "share": file.share,
        "currency": currency,
        "counted": file.counted,
        "headcount": numbers.headcount,
        "charged": numbers.charged,
        "root": manifest.head.as_ref().map(|head| &head.root),
    });
    Report { proved, not_proved, facts }
}

/// The equation of a period in one line.
pub(super) fn equation(manifest: &Manifest) -> String {
    let (named, numbers) = (&manifest.named, &manifest.numbers);
    format!(
        "aid {} + fee {} + carried in {} + surplus {} = shares {} + surplus before {} + operator {} + sponsor {} + carried on {}",
        numbers.aid,
        numbers.fee,
        named.carried_before,
        numbers.surplus,
        numbers.charged,
        named.surplus_before,
        numbers.borne_by_operator,
        numbers.borne_by_sponsor,
        numbers.carried_to_next
    )
}
