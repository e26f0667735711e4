//! `huzhu settle --roster`: a period over a roster of members, with a receipt for each.

use std::io::{Read as _, Write as _};
use std::num::NonZeroUsize;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::time::Duration;

use huzhu_domain::plan::PlanTerms;
use huzhu_domain::settlement::Rules;
use huzhu_domain::time::Day;
use huzhu_ledger::Amount;
use huzhu_log::{Hash, PeriodTag};
use huzhu_settle::hashing::LeafMaker;
use huzhu_settle::{Collection, Job, Roster, SettleError, Settled, Watch, settle};
use indicatif::ProgressBar;

use super::{Settle, amount, bar_style, import};
use crate::output::Failure;

/// How often the bar moves.
const TICK: Duration = Duration::from_millis(100);

impl Settle {
    /// Settles over a roster; answers the numbers with those of the claims' aid.
    pub(super) fn over_roster(
        &self,
        roster: &Path,
        terms: &PlanTerms,
        claims: &[Amount],
        json: bool,
    ) -> Result<Settled, Failure> {
        let missing =
            |option: &str, why: &str| Failure::WrongUse(format!("{option} is needed with --roster: {why}"));
        let period =
            self.period.as_deref().ok_or_else(|| missing("--period", "the public name of the period"))?;
        let folder =
            self.out.as_deref().ok_or_else(|| missing("--out", "the folder of the period to be made"))?;
        let currency = terms.currency();
        let bar = if json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
        let roster = self.roster(roster, folder, terms, &bar)?;
        if roster.manifest.plan != terms.id().as_str() {
            let why = format!("--roster: it is of {}, the plan file of {}", roster.manifest.plan, terms.id());
            return Err(Failure::WrongUse(why));
        }
        let key = self.tree_key.as_deref().map(key).transpose()?;
        let leaves = key.map(|key| LeafMaker::new(PeriodTag::new(terms.id().as_str(), period), &key));
        let text = std::fs::read(&self.plan).map_err(|error| Failure::broken("reading the plan", error))?;
        let rules = Rules::of(terms, Amount::ZERO);
        let job = Job {
            roster: &roster,
            rules: &rules,
            claims,
            surplus_before: amount("--surplus", &self.surplus, currency)?,
            carried_before: amount("--carried", &self.carried, currency)?,
            period,
            currency,
            terms: &Hash::digest(&text).to_hex(),
            leaves: leaves.as_ref(),
            folder,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        };
        watched(&job, &bar).map_err(|error| match error {
            SettleError::File { .. } => Failure::Broken(error.to_string()),
            other => Failure::WrongUse(other.to_string()),
        })
    }

    /// The roster: a folder of columns, or a CSV file that is made into one beside the period.
    fn roster(
        &self,
        given: &Path,
        folder: &Path,
        terms: &PlanTerms,
        bar: &ProgressBar,
    ) -> Result<Roster, Failure> {
        let opened =
            |folder: &Path| Roster::open(folder).map_err(|error| Failure::WrongUse(error.to_string()));
        if given.is_dir() {
            if self.charged_from.is_some() {
                let why = "--charged-from is for CSV files: a roster folder says what was charged";
                return Err(Failure::WrongUse(why.to_owned()));
            }
            return opened(given);
        }
        let day = self.day.as_deref().ok_or_else(|| {
            Failure::WrongUse(
                "--day is needed with a CSV file: the first day of notice, such as 2020-01-31".to_owned(),
            )
        })?;
        let day: Day = day
            .parse()
            .map_err(|_| Failure::WrongUse(format!("--day: {day:?} is no day such as 2020-01-31")))?;
        let columns = columns_folder(folder);
        if columns.exists() {
            return opened(&columns);
        }
        let charged = self.charged_from.as_deref().map(|folder| charged(folder, terms)).transpose()?;
        import::import(given, &columns, terms, day, charged.as_deref(), bar)
    }
}

/// What each place was charged this year, after the period before.
fn charged(folder: &Path, terms: &PlanTerms) -> Result<Vec<u32>, Failure> {
    let wrong = |error: SettleError| Failure::WrongUse(error.to_string());
    let before = Collection::open(folder).map_err(wrong)?;
    if before.manifest.plan != terms.id().as_str() {
        let why =
            format!("--charged-from: it is of {}, the plan file of {}", before.manifest.plan, terms.id());
        return Err(Failure::WrongUse(why));
    }
    let places = usize::try_from(before.manifest.places).unwrap_or(usize::MAX);
    before.charged(0, places).map_err(wrong)
}

/// Where the columns of an imported roster go: beside the period.
fn columns_folder(period: &Path) -> PathBuf {
    let name = period.file_name().unwrap_or_default().to_string_lossy().into_owned();
    period.with_file_name(format!("{name}.roster"))
}

/// Settles while a bar moves.
fn watched(job: &Job<'_>, bar: &ProgressBar) -> Result<Settled, SettleError> {
    let watch = Watch::default();
    bar.set_style(bar_style("{bar:40} {human_pos} of {human_len} places, {elapsed} of about {duration}"));
    bar.set_length(job.roster.places().saturating_mul(2));
    let (done, ended) = mpsc::channel::<()>();
    let seen = &watch;
    std::thread::scope(|scope| {
        scope.spawn(move || {
            while ended.recv_timeout(TICK) == Err(mpsc::RecvTimeoutError::Timeout) {
                bar.set_position(seen.places());
            }
        });
        let settled = settle(job, &watch);
        drop(done);
        bar.finish_and_clear();
        settled
    })
}

/// The key of the salts: 64 hexadecimal digits in a file, made when there is none.
pub(crate) fn key(file: &Path) -> Result<[u8; 32], Failure> {
    let name = file.display();
    if !file.exists() {
        let key: [u8; 32] = rand::random();
        let made = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(file);
        let mut made = made.map_err(|error| Failure::broken(&format!("making {name}"), error))?;
        let text = format!("{}\n", Hash::from_bytes(key).to_hex());
        let kept = made.write_all(text.as_bytes()).and_then(|()| made.sync_all());
        kept.map_err(|error| Failure::broken(&format!("writing {name}"), error))?;
        return Ok(key);
    }
    let mut text = String::new();
    std::fs::File::open(file)
        .and_then(|opened| opened.take(100).read_to_string(&mut text))
        .map_err(|error| Failure::WrongUse(format!("{name}: {error}")))?;
    let hash = Hash::from_hex(text.trim_end())
        .map_err(|_| Failure::WrongUse(format!("{name}: a key is 64 lower-case hexadecimal digits")))?;
    Ok(*hash.as_bytes())
}
