//! `huzhu doctor`: checks a data folder at rest.

use std::path::PathBuf;

use clap::Args;
use huzhu_app::error::AppError;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output::{Ending, Failure, json as print_json, line};
use crate::wiring::{Folder, runtime};

/// Check a data folder: the database file, that every event stream is a history, that rows, cohorts and balances follow
/// from it, that the books balance, and that the log says what the events say and was signed. The platform must be stopped.
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
        let folder_log = folder.log();
        let (report, files) = runtime()?
            .block_on(async {
                let mut progress = |seen| bar.set_position(seen);
                let store = folder.store.as_ref();
                let report = huzhu_app::log::check::check(store, &folder_log, &mut progress).await?;
                let files = huzhu_store::log::check_log(folder.path());
                Ok::<_, AppError>((report, files))
            })
            .map_err(|error| Failure::broken("checking the log", error))?;
        let files = files.map_err(|error| Failure::broken("reading the log", error))?;
        bar.finish_and_clear();
        let mut texts: Vec<String> = findings.iter().map(ToString::to_string).collect();
        texts.extend(report.findings.iter().map(ToString::to_string));
        texts.extend(files.findings.iter().map(ToString::to_string));
        if json {
            print_json(&serde_json::json!({
                "data": folder.path(),
                "events": events,
                "log_entries": report.entries,
                "waiting_for_log": report.waiting,
                "findings": texts,
            }));
        } else {
            texts.iter().for_each(line);
            let (path, entries, found) = (folder.path().display(), report.entries, texts.len());
            line(format_args!("{path}: {events} events, {entries} entries on the log, {found} findings"));
        }
        Ok(if texts.is_empty() { Ending::Done } else { Ending::Refused })
    }
}
