//! `huzhu verify card`: hidden facts of a notice card, from their salts to the log.

use std::path::PathBuf;

use clap::Args;
use huzhu_app::card_file::{CardOpening, OPENING_BYTES_MAX, Opened};
use serde_json::{Value, json};

use super::draw::read;
use super::{Report, refuse};
use crate::commands::trust::{Trust, milliseconds, signed_by, signed_by_json};
use crate::output::{Ending, Failure};

/// Check hidden facts of a notice card that were opened: that the card committed to them, and that the card was in the notice on
/// the log. Needs no network. The keys must come from elsewhere, as for receipts.
#[derive(Debug, Args)]
pub(crate) struct Card {
    /// The opened facts, as the platform hands them out.
    #[arg(value_name = "FILE")]
    path: PathBuf,
    #[command(flatten)]
    trust: Trust,
}

impl Card {
    pub(super) fn run(self, json: bool) -> Result<Ending, Failure> {
        let rules = self.trust.given()?.ok_or_else(|| {
            Failure::WrongUse(
                "say whom to believe: --policy FILE or --vkey KEY; an opened card cannot vouch for itself"
                    .to_owned(),
            )
        })?;
        let name = self.path.display().to_string();
        let opening = match CardOpening::read(&read(&self.path, OPENING_BYTES_MAX)?) {
            Ok(opening) => opening,
            Err(finding) => return Ok(refuse(&name, &finding.to_string(), json)),
        };
        match opening.check(&rules) {
            Ok(opened) => {
                Ok(report(&opening, &opened).print(&format!("{name}: the card hid exactly this."), json))
            }
            Err(finding) => Ok(refuse(&name, &finding.to_string(), json)),
        }
    }
}

fn report(opening: &CardOpening, opened: &Opened) -> Report {
    let at = milliseconds(opened.at);
    let mut proved: Vec<String> = opening
        .fields
        .iter()
        .map(|one| {
            format!("the card of claim {} commits to the field `{}`: {}", opened.claim, one.field, one.value)
        })
        .collect();
    proved.push(format!(
        "the card is number {} of {} in the notice of period {} of plan {}, whose root is {}",
        opening.index.saturating_add(1),
        opening.size,
        opened.period,
        opened.plan,
        opened.root
    ));
    proved
        .push(format!("that notice is entry {} of the log; the log's own time for it is {at}", opened.entry));
    proved.extend(signed_by(&opened.verified));
    let mut not_proved = Vec::new();
    if !opened.shut.is_empty() {
        not_proved.push(format!("what the other hidden fields say: {} stay shut", opened.shut.join(", ")));
    }
    not_proved.push("that a fact is true: the papers show that, and people judge".to_owned());
    let fields: serde_json::Map<String, Value> =
        opening.fields.iter().map(|one| (one.field.clone(), json!(one.value))).collect();
    let facts = json!({
        "plan": opened.plan,
        "period": opened.period,
        "claim": opened.claim,
        "fields": fields,
        "shut": opened.shut,
        "root": opened.root.to_string(),
        "index": opened.entry,
        "at": at,
        "signed": signed_by_json(&opened.verified),
    });
    Report { proved, not_proved, facts }
}
