//! `huzhu collect`: applies what a bank says became of the debits of a period that was settled over a roster.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::Args;
use huzhu_bank::read::status::{self, Part, Told};
use huzhu_settle::collection::{self, Job};
use huzhu_settle::{Collection, Failed, Manifest, Roster, SettleError, Watch, collect};

use crate::output::{Ending, Failure, json as print_json, line};

/// Bytes of a line of a list at most.
const LINE_MAX: usize = 64;

/// Apply what a bank says became of the debits of a period.
///
/// Everybody paid but those that the answers name as refused. The folder that is made holds what each place was charged this year,
/// for `huzhu settle --charged-from`, and what is owed.
#[derive(Debug, Args)]
pub(crate) struct Collect {
    /// The period folder that `huzhu settle --roster` made.
    #[arg(long, value_name = "DIR")]
    period: PathBuf,
    /// The roster folder that it was settled with.
    #[arg(long, value_name = "DIR")]
    roster: PathBuf,
    /// What the bank answered: status reports (pain.002) whose instructions are PERIOD:PLACE, or lists of places, one a line.
    #[arg(long, value_name = "FILE", required = true)]
    answer: Vec<PathBuf>,
    /// The collection of the period before: what was owed then is owed still.
    #[arg(long, value_name = "DIR")]
    before: Option<PathBuf>,
    /// The folder to be made.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

impl Collect {
    /// Runs the command.
    pub(crate) fn run(&self, json: bool) -> Result<Ending, Failure> {
        let wrong = |error: SettleError| match error {
            SettleError::File { .. } => Failure::Broken(error.to_string()),
            other => Failure::WrongUse(other.to_string()),
        };
        let opened = |error: SettleError| Failure::WrongUse(error.to_string());
        let period = Manifest::read(&self.period).map_err(opened)?;
        let roster = Roster::open(&self.roster).map_err(opened)?;
        let before = self.before.as_deref().map(Collection::open).transpose().map_err(opened)?;
        let owed_before = match &before {
            Some(before) if before.manifest.plan != period.named.plan => {
                let (one, other) = (&before.manifest.plan, &period.named.plan);
                return Err(Failure::WrongUse(format!("--before: it is of {one}, the period of {other}")));
            }
            Some(before) => before.owed().map_err(opened)?,
            None => Vec::new(),
        };
        let mut failed = Failed::none(roster.places());
        for file in &self.answer {
            let read = answer(file, &period.named.period, &mut failed);
            read.map_err(|what| Failure::WrongUse(format!("{}: {what}", file.display())))?;
        }
        let job = Job {
            period: &self.period,
            roster: &roster,
            failed: &failed,
            owed_before: &owed_before,
            folder: &self.out,
            threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
        };
        let made = collect(&job, &Watch::default()).map_err(wrong)?;
        print(&made.manifest, json)
    }
}

fn print(manifest: &collection::Manifest, json: bool) -> Result<Ending, Failure> {
    if json {
        let value = serde_json::to_value(manifest);
        print_json(&value.map_err(|error| Failure::broken("writing the numbers", error))?);
        return Ok(Ending::Done);
    }
    for (name, value) in [
        ("charged", manifest.charged.clone()),
        ("collected", manifest.collected.clone()),
        ("failed", format!("{} ({} debits)", manifest.failed, manifest.failures)),
        ("owed now", format!("{} ({} places)", manifest.owed, manifest.debtors)),
    ] {
        line(format_args!("{name:>18}  {value}"));
    }
    Ok(Ending::Done)
}

/// Reads one answer into `failed`.
fn answer(file: &Path, period: &str, failed: &mut Failed) -> Result<(), String> {
    let mut bytes = BufReader::new(File::open(file).map_err(|error| error.to_string())?);
    let begin = bytes.fill_buf().map_err(|error| error.to_string())?;
    let begin = begin.strip_prefix(b"\xef\xbb\xbf").unwrap_or(begin);
    if begin.trim_ascii_start().starts_with(b"<") {
        status::read(bytes, &mut |part| take(&part, period, failed)).map_err(|error| error.to_string())
    } else {
        list(bytes, failed)
    }
}

fn take(part: &Part, period: &str, failed: &mut Failed) -> Result<(), String> {
    let (Part::File { told, .. } | Part::Batch { told, .. } | Part::Item { told, .. }) = part;
    let name = match part {
        Part::Item { instruction, .. } => instruction.as_deref(),
        Part::File { original, .. } | Part::Batch { original, .. } => Some(original.as_str()),
    };
    let name = name.ok_or("an item is named by its end-to-end id only; ask the bank for the instruction")?;
    match (told, part) {
        (Some(Told::Rejected), Part::Item { .. }) => {
            let place = name.strip_prefix(period).and_then(|rest| rest.strip_prefix(':'));
            let place = place.and_then(|place| place.parse().ok());
            let place = place.ok_or_else(|| format!("{name:?} is no instruction {period}:PLACE"))?;
            failed.name(place).map(|_| ()).map_err(|error| error.to_string())
        }
        (Some(Told::Rejected), _) => {
            let remedy = "send it again, or list its places, one a line, as an answer of its own";
            Err(format!("the whole of {name} was refused; {remedy}"))
        }
        (Some(Told::Taken | Told::Settled), _)
        | (Some(Told::Partly) | None, Part::File { .. } | Part::Batch { .. }) => Ok(()),
        (Some(Told::Pending | Told::Partly) | None, _) => {
            Err(format!("{name} is not decided yet; apply the bank's last word"))
        }
        (Some(Told::Unknown(code)), _) => Err(format!("{name}: the code {code} is not known; ask the bank")),
    }
}

fn list(mut bytes: impl BufRead, failed: &mut Failed) -> Result<(), String> {
    let mut text = String::new();
    for number in 1_u64.. {
        text.clear();
        let limit = u64::try_from(LINE_MAX).unwrap_or(u64::MAX);
        let read = std::io::Read::take(bytes.by_ref(), limit).read_line(&mut text);
        if read.map_err(|error| format!("line {number}: {error}"))? == 0 {
            break;
        }
        let place = text.trim();
        let place =
            place.parse().map_err(|_| format!("line {number}: {place:?} is no place, a number from 0"))?;
        failed.name(place).map_err(|error| format!("line {number}: {error}"))?;
    }
    Ok(())
}
