//! `huzhu doctor`: checks a data folder at rest.

use std::path::PathBuf;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output::{Ending, Failure, json as print_json, line};
use crate::wiring::{Folder, runtime};

/// Check a data folder: the database file, that every event stream is a history, that rows, cohorts and balances follow
/// from it, and that the books balance. The platform must be stopped.
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

impl Doctor {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        let folder = Folder::open_existing(&self.data)?;
        let bar = if json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        if let Ok(style) = ProgressStyle::with_template("{spinner} {pos} events checked ({per_sec})") {
            bar.set_style(style);
        }
        let mut events = 0;
        let findings = runtime()?
            .block_on(folder.store.check(&mut |seen| {
                events = seen;
                bar.set_position(seen);
            }))
            .map_err(|error| Failure::broken("checking", error))?;
        bar.finish_and_clear();
        if json {
            let texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
            print_json(&serde_json::json!({ "data": folder.path(), "events": events, "findings": texts }));
        } else {
            findings.iter().for_each(line);
            line(format_args!("{}: {events} events, {} findings", folder.path().display(), findings.len()));
        }
        Ok(if findings.is_empty() { Ending::Done } else { Ending::Refused })
    }
}
