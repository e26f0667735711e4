//! `huzhu bank debits`: the debits of a whole settled period, cut into files that a bank takes.
//!
//! Shape: one thread reads shares and payers side by side and cuts them into files; the others check, write and make durable. All
//! files and a list of them are made in a folder beside the wanted one, which takes its place with one rename.
//!
//! Guarantees: the debits of all files add up to what the period charged, or there are no files.

use std::io::{BufWriter, Write as _};
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use clap::Args;
use csv::StringRecord;
use huzhu_bank::write::debit::{Batch, Debit, write};
use huzhu_bank::write::{Head, ITEMS_MAX};
use huzhu_bank::{Reference, Words};
use huzhu_ledger::{Amount, Currency};
use huzhu_settle::{Manifest, Shares};
use indicatif::{ProgressBar, ProgressStyle};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::order::{Kind, Order, field, party};
use crate::output::{Ending, Failure, json as print_json, line};

/// The format of the list of files.
const FORMAT: &str = "huzhu.org/debits@v1";
/// Name of the list.
const LIST: &str = "debits.json";
/// Shares that are read at once.
const CHUNK: usize = 65_536;

/// Write the debits of a settled period as pain.008 files of so many debits each.
///
/// Everybody who owes a share is debited once. The instruction of each debit is PERIOD:PLACE, so that the bank's answers can be given to
/// `huzhu collect`.
#[derive(Debug, Args)]
pub(crate) struct Debits {
    /// Who collects: TOML of kind `debit`. Message and batch of each file get its number behind theirs.
    #[arg(value_name = "ORDER.toml")]
    order: PathBuf,
    /// The period folder that `huzhu settle --roster` made.
    #[arg(long, value_name = "DIR")]
    period: PathBuf,
    /// Who pays for each place, in the order of the roster: CSV with the columns `mandate`, `mandate_given`, `name`, `iban` or
    /// `account`, `bic` if any, and `about` if the words for the payer shall differ.
    #[arg(long, value_name = "FILE.csv")]
    payers: PathBuf,
    /// Debits in a file at most.
    #[arg(long, value_name = "N", default_value = "50000")]
    per_file: NonZeroU32,
    /// The folder to be made.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// A payer as the table has it.
#[derive(Deserialize)]
struct Payer<'a> {
    mandate: &'a str,
    mandate_given: &'a str,
    name: &'a str,
    iban: Option<&'a str>,
    account: Option<&'a str>,
    bic: Option<&'a str>,
    about: Option<&'a str>,
}

/// Somebody who owes a share.
struct Owing {
    place: u64,
    share: u32,
    row: StringRecord,
}

/// What is to be one file.
struct Cut {
    number: u64,
    owing: Vec<Owing>,
}

/// A file that was written.
#[derive(Serialize)]
struct Written {
    file: String,
    message: String,
    items: u64,
    sum: String,
    first_place: u64,
    last_place: u64,
    #[serde(skip)]
    minor: u64,
}

/// The list of all files.
#[derive(Serialize)]
struct List {
    format: &'static str,
    plan: String,
    period: String,
    currency: String,
    items: u64,
    sum: String,
    files: Vec<Written>,
}

/// What all files have in common.
struct Common<'a> {
    head: &'a Head,
    batch: &'a Batch,
    columns: &'a StringRecord,
    period: &'a str,
    about: String,
    folder: &'a Path,
    /// Somebody found a mistake.
    stop: AtomicBool,
}

impl Debits {
    /// Runs the command.
    pub(super) fn run(&self, json: bool) -> Result<Ending, Failure> {
        let wrong = |path: &Path, what: String| Failure::WrongUse(format!("{}: {what}", path.display()));
        let order = Order::read(&self.order)?;
        let Kind::Debit(batch) = &order.kind else {
            return Err(wrong(&self.order, "kind: an order of kind \"debit\" is wanted".into()));
        };
        if u64::from(self.per_file.get()) > ITEMS_MAX {
            return Err(Failure::WrongUse(format!("--per-file: a file has at most {ITEMS_MAX} debits")));
        }
        let manifest = Manifest::read(&self.period).map_err(|error| Failure::WrongUse(error.to_string()))?;
        let currency = order.head.currency;
        if manifest.named.currency != currency.code() {
            let (one, other) = (currency.code(), &manifest.named.currency);
            return Err(wrong(&self.order, format!("currency: is {one}, the period is in {other}")));
        }
        if Amount::parse(&manifest.numbers.from_prepaid, currency).is_ok_and(|drawn| !drawn.is_zero()) {
            let why = "shares of this plan come out of prepaid balances; nothing is debited".to_owned();
            return Err(wrong(&self.period, why));
        }
        if self.out.exists() {
            let why =
                "is there already; a message goes to a bank once: take another folder and another `message`";
            return Err(wrong(&self.out, why.into()));
        }
        let beside = self.out.parent().filter(|folder| !folder.as_os_str().is_empty());
        let folder = tempfile::Builder::new()
            .prefix(".debits-")
            .tempdir_in(beside.unwrap_or_else(|| Path::new(".")))
            .map_err(|error| wrong(&self.out, error.to_string()))?;
        let files = self.write(&order.head, batch, &manifest, folder.path(), json)?;
        let list = listed(files, &manifest, currency)?;
        let text = serde_json::to_vec_pretty(&list).map_err(|e| Failure::broken("writing the list", e))?;
        let durable = || {
            let mut file = std::fs::File::create(folder.path().join(LIST))?;
            file.write_all(&text)?;
            file.sync_all()?;
            std::fs::File::open(folder.path())?.sync_all()?;
            std::fs::rename(folder.path(), &self.out)?;
            std::fs::File::open(beside.unwrap_or_else(|| Path::new(".")))?.sync_all()
        };
        durable().map_err(|error: std::io::Error| wrong(&self.out, error.to_string()))?;
        // It has another name now, and stays.
        let _ = folder.keep();
        said(&list, &self.out, json)
    }

    fn write(
        &self,
        head: &Head,
        batch: &Batch,
        manifest: &Manifest,
        folder: &Path,
        json: bool,
    ) -> Result<Vec<Written>, Failure> {
        let wrong = |what: String| Failure::WrongUse(format!("{}: {what}", self.payers.display()));
        let mut table = csv::ReaderBuilder::new()
            .trim(csv::Trim::All)
            .buffer_capacity(1 << 18)
            .from_path(&self.payers)
            .map_err(|error| wrong(error.to_string()))?;
        let columns = table.headers().map_err(|error| wrong(error.to_string()))?.clone();
        check_columns(&columns).map_err(wrong)?;
        let named = &manifest.named;
        let about = format!("{} {}", named.plan, named.period);
        let common = Common {
            head,
            batch,
            columns: &columns,
            period: &named.period,
            about,
            folder,
            stop: AtomicBool::new(false),
        };
        let shares = Shares::open(&self.period).map_err(|error| Failure::WrongUse(error.to_string()))?;
        let bar = if json { ProgressBar::hidden() } else { ProgressBar::new(named.places) };
        bar.set_style(
            ProgressStyle::with_template("{bar:40} {pos}/{len} places, {eta} left")
                .unwrap_or_else(|_| ProgressStyle::default_bar()),
        );
        let writers = std::thread::available_parallelism().map_or(1, usize::from);
        let (to, from) = sync_channel::<Cut>(writers);
        let from = Mutex::new(from);
        std::thread::scope(|scope| {
            let threads: Vec<_> = (0..writers).map(|_| scope.spawn(|| write_cuts(&from, &common))).collect();
            let cut = self.cut(&mut table, &shares, &to, &common.stop, &bar);
            drop(to);
            let mut files = Vec::new();
            let mut first_mistake: Option<(u64, String)> = None;
            for thread in threads {
                match thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)) {
                    Ok(written) => files.extend(written),
                    Err(mistake) if first_mistake.as_ref().is_none_or(|first| mistake.0 < first.0) => {
                        first_mistake = Some(mistake);
                    }
                    Err(_) => {}
                }
            }
            bar.finish_and_clear();
            if let Some((_, what)) = first_mistake {
                return Err(wrong(what));
            }
            cut.map_err(wrong)?;
            files.sort_by_key(|file| file.first_place);
            Ok(files)
        })
    }

    /// Reads shares and payers side by side. Ends early when a writer found a mistake.
    fn cut(
        &self,
        table: &mut csv::Reader<std::fs::File>,
        shares: &Shares,
        to: &SyncSender<Cut>,
        stop: &AtomicBool,
        bar: &ProgressBar,
    ) -> Result<(), String> {
        let per_file = usize::try_from(self.per_file.get()).unwrap_or(usize::MAX);
        let (mut owing, mut number, mut place) = (Vec::new(), 1_u64, 0_u64);
        let mut row = StringRecord::new();
        while place < shares.places() && !stop.load(Ordering::Relaxed) {
            let chunk = shares.read(place, CHUNK).map_err(|error| error.to_string())?;
            for share in chunk {
                if !table.read_record(&mut row).map_err(|error| error.to_string())? {
                    let all = shares.places();
                    return Err(format!("has {place} payers, the roster of the period {all} places"));
                }
                if share > 0 {
                    owing.push(Owing { place, share, row: row.clone() });
                    if owing.len() == per_file {
                        let _ = to.send(Cut { number, owing: std::mem::take(&mut owing) });
                        number = number.saturating_add(1);
                    }
                }
                place = place.saturating_add(1);
            }
            bar.set_position(place);
        }
        if place == shares.places() && table.read_record(&mut row).map_err(|error| error.to_string())? {
            return Err(format!("has more payers than the {place} places of the period"));
        }
        if !owing.is_empty() {
            let _ = to.send(Cut { number, owing });
        }
        Ok(())
    }
}

fn check_columns(columns: &StringRecord) -> Result<(), String> {
    const KNOWN: [&str; 7] = ["mandate", "mandate_given", "name", "iban", "account", "bic", "about"];
    if let Some(unknown) = columns.iter().find(|column| !KNOWN.contains(column)) {
        return Err(format!("line 1: nobody knows the column {unknown:?}; there are {}", KNOWN.join(", ")));
    }
    match ["mandate", "mandate_given", "name"].iter().find(|wanted| columns.iter().all(|one| one != **wanted))
    {
        Some(missing) => Err(format!("line 1: the column {missing:?} is missing")),
        None => Ok(()),
    }
}

/// Writes cuts until there are no more. After a mistake, which comes with its place, it takes what comes and drops it, so that the
/// reader never waits for somebody who has gone.
fn write_cuts(from: &Mutex<Receiver<Cut>>, common: &Common<'_>) -> Result<Vec<Written>, (u64, String)> {
    let mut files = Ok(Vec::new());
    loop {
        let cut = from.lock().map_or(None, |from| from.recv().ok());
        let Some(cut) = cut else { return files };
        if common.stop.load(Ordering::Relaxed) {
            continue;
        }
        match (common.file(&cut), &mut files) {
            (Ok(file), Ok(files)) => files.push(file),
            (Err(mistake), _) => {
                common.stop.store(true, Ordering::Relaxed);
                files = Err(mistake);
            }
            (Ok(_), Err(_)) => {}
        }
    }
}

impl Common<'_> {
    fn file(&self, cut: &Cut) -> Result<Written, (u64, String)> {
        let ends = cut.owing.first().zip(cut.owing.last());
        let (first, last) = ends.map_or((0, 0), |(first, last)| (first.place, last.place));
        let at_first = |what: String| (first, what);
        let debits: Vec<Debit> = cut.owing.iter().map(|one| self.debit(one)).collect::<Result<_, _>>()?;
        let numbered = |name: &str, of: &Reference| {
            let text = format!("{}-{:05}", of.as_str(), cut.number);
            field(name, Reference::new(text)).map_err(at_first)
        };
        let head = Head { message: numbered("message", &self.head.message)?, ..self.head.clone() };
        let batch = Batch { id: numbered("batch", &self.batch.id)?, ..self.batch.clone() };
        let name = format!("{}.xml", head.message.as_str().replace(['/', ':', '?'], "-"));
        let path = self.folder.join(&name);
        let failed = |error: std::io::Error| (first, format!("{}: {error}", path.display()));
        let file = std::fs::File::create_new(&path).map_err(failed)?;
        let mut out = BufWriter::with_capacity(1 << 18, &file);
        let totals = write(&mut out, &head, &batch, debits.iter().cloned())
            .map_err(|error| at_first(format!("{name}: {error}")))?;
        out.flush().map_err(failed)?;
        drop(out);
        file.sync_data().map_err(failed)?;
        Ok(Written {
            file: name,
            message: head.message.as_str().to_owned(),
            items: totals.items,
            sum: totals.sum.decimal(head.currency),
            first_place: first,
            last_place: last,
            minor: totals.sum.minor(),
        })
    }

    fn debit(&self, owing: &Owing) -> Result<Debit, (u64, String)> {
        let at = |what: String| {
            let line = owing.row.position().map_or(0, csv::Position::line);
            (owing.place, format!("line {line}: {what}"))
        };
        let payer: Payer<'_> = owing.row.deserialize(Some(self.columns)).map_err(|e| at(e.to_string()))?;
        let given: Result<Date, _> = payer.mandate_given.parse();
        let instruction = format!("{}:{:010}", self.period, owing.place);
        let about = payer.about.unwrap_or(&self.about);
        let make = || {
            Ok::<_, String>(Debit {
                end_to_end: field("period", Reference::new(&*instruction))?,
                instruction: field("period", Reference::new(&*instruction))?,
                amount: Amount::from_minor(u64::from(owing.share)),
                mandate: field("mandate", Reference::new(payer.mandate))?,
                mandate_given: field(
                    "mandate_given",
                    given.map_err(|_| "is not a day; write it as 2026-02-14"),
                )?,
                debtor: party(payer.name, payer.iban, payer.account, payer.bic)?,
                about: field("about", Words::new(about))?,
            })
        };
        make().map_err(at)
    }
}

/// The list, if it adds up to what the period charged.
fn listed(files: Vec<Written>, manifest: &Manifest, currency: Currency) -> Result<List, Failure> {
    let minor = files.iter().fold(0_u128, |sum, file| sum.saturating_add(file.minor.into()));
    let sum = Amount::from_wide(minor).map_err(|error| Failure::broken("adding up the debits", error))?;
    let sum = sum.decimal(currency);
    if sum != manifest.numbers.charged {
        let why = format!("the debits make {sum}, the period charged {}", manifest.numbers.charged);
        return Err(Failure::Broken(why));
    }
    let named = &manifest.named;
    Ok(List {
        format: FORMAT,
        plan: named.plan.clone(),
        period: named.period.clone(),
        currency: named.currency.clone(),
        items: files.iter().fold(0, |sum, file| sum.saturating_add(file.items)),
        sum,
        files,
    })
}

fn said(list: &List, out: &Path, json: bool) -> Result<Ending, Failure> {
    if json {
        print_json(&serde_json::to_value(list).map_err(|e| Failure::broken("writing the list", e))?);
    } else {
        let (items, files) = (list.items, list.files.len());
        line(format_args!(
            "{items} debits, {} {} in {files} files in {}",
            list.sum,
            list.currency,
            out.display()
        ));
    }
    Ok(Ending::Done)
}
