//! `huzhu verify log`: full replay of a log and of the years before it.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use clap::Args;
use huzhu_log::entry::{Body, Entry, KeyChange};
use huzhu_log::replay::{Finding, Head, ReplayError, Replayed, replay};
use huzhu_log::tlog_policy::{TlogPolicy, Verified};
use huzhu_log::{Checkpoint, SignedCheckpoint};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};
use tokio::runtime::Runtime;

use super::{Report, refuse};
use crate::commands::trust::{Trust, milliseconds, signed_by, signed_by_json};
use crate::output::{Ending, Failure};
use crate::published::{LogFiles, LogPlace};
use crate::wiring::runtime;

/// Read a whole log again: every entry, every hash, the signatures, the checkpoints that were kept, and the years before.
#[derive(Debug, Args)]
pub(crate) struct Log {
    /// Address of a log, its folder, or the folder of all its years.
    #[arg(value_name = "URL|DIR")]
    place: String,
    /// A checkpoint or receipt kept from earlier: it must be the beginning of the log. May be given several times.
    #[arg(long, value_name = "CHECKPOINT")]
    since: Vec<PathBuf>,
    #[command(flatten)]
    trust: Trust,
}

/// Why the check ends before its end.
enum Stop {
    /// Nothing can be said.
    Failure(Failure),
    /// This log does not verify.
    Wrong { origin: String, why: String },
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Self::Failure(failure)
    }
}

/// One year's log that verifies.
struct Year {
    head: Checkpoint,
    /// Who signed its head; nothing for earlier years whose keys are not known.
    signed: Option<Verified>,
    seen: Replayed,
    content: Content,
}

/// What the entries say.
#[derive(Default)]
struct Content {
    kinds: BTreeMap<&'static str, u64>,
    /// Entries that this version cannot read, and the first of them.
    unread: u64,
    first_unread: Option<u64>,
    /// How the log before it ended.
    previous: Option<Checkpoint>,
    /// Log keys that it announced.
    keys: Vec<String>,
    latest: u64,
}

impl Content {
    fn add(&mut self, index: u64, bytes: &[u8]) {
        let Ok(entry) = Entry::decode(bytes) else {
            self.unread = self.unread.saturating_add(1);
            self.first_unread = self.first_unread.or(Some(index));
            return;
        };
        let count = self.kinds.entry(entry.body.kind().word()).or_default();
        *count = count.saturating_add(1);
        self.latest = self.latest.max(entry.at);
        match entry.body {
            Body::Previous { origin, size, root } if index == 0 => {
                self.previous = Checkpoint::new(&origin, size, root).ok();
            }
            Body::Key { change: KeyChange::LogKeyAdded, text } => self.keys.push(text),
            _ => {}
        }
    }
}

/// What is believed, and what was seen before.
struct Known {
    rules: Option<TlogPolicy>,
    since: Vec<SignedCheckpoint>,
}

impl Log {
    pub(super) fn run(self, json: bool) -> Result<Ending, Failure> {
        let place = LogPlace::parse(&self.place)?;
        let runtime = runtime()?;
        let known = Known { rules: self.trust.given()?, since: kept(&self.since)? };
        let bar = if json { ProgressBar::hidden() } else { quiet_bar() };
        let checked = check(&place, &known, &runtime, &bar, json);
        bar.finish_and_clear();
        match checked {
            Ok((years, gap)) => Ok(report(&place, &years, gap, &known).print("This log is in order.", json)),
            Err(Stop::Wrong { origin, why }) => Ok(refuse(&origin, &why, json)),
            Err(Stop::Failure(failure)) => Err(failure),
        }
    }
}

/// A bar that shows itself when the work takes longer than a second.
fn quiet_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::hidden());
    if let Ok(style) = ProgressStyle::with_template("{msg} {wide_bar} {pos}/{len} entries ({per_sec})") {
        bar.set_style(style);
    }
    bar
}

/// Checkpoints out of files: signed notes, or receipts that end with one.
fn kept(paths: &[PathBuf]) -> Result<Vec<SignedCheckpoint>, Failure> {
    paths.iter().map(|path| read_kept(path)).collect()
}

fn read_kept(path: &Path) -> Result<SignedCheckpoint, Failure> {
    let wrong = |why: String| Failure::WrongUse(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let proof: Result<huzhu_log::proof::TlogProof, _> = text.parse();
    if let Ok(proof) = proof {
        return Ok(proof.checkpoint);
    }
    let signed: Result<SignedCheckpoint, _> = text.parse();
    signed.map_err(|error| wrong(error.to_string()))
}

/// Checks a log and those before it, newest first. Also says which earlier log could not be found.
fn check(
    place: &LogPlace,
    known: &Known,
    runtime: &Runtime,
    bar: &ProgressBar,
    json: bool,
) -> Result<(Vec<Year>, Option<String>), Stop> {
    let mut years: Vec<Year> = Vec::new();
    let mut origins = BTreeSet::new();
    let mut next = Some((place.clone(), None::<Checkpoint>));
    let mut gap = None;
    while let Some((place, stated)) = next.take() {
        let year = check_year(&place, stated.as_ref(), known, runtime, (bar, json))?;
        if !origins.insert(year.head.origin().to_owned()) {
            let origin = year.head.origin().to_owned();
            return Err(Stop::Wrong { origin, why: "the log names itself as the one before it".to_owned() });
        }
        if let Some(before) = &year.content.previous {
            match place.beside(before.origin()) {
                Some(beside) => next = Some((beside, Some(before.clone()))),
                None => gap = Some(before.origin().to_owned()),
            }
        }
        years.push(year);
    }
    let unseen =
        known.since.iter().map(SignedCheckpoint::checkpoint).find(|kept| !origins.contains(kept.origin()));
    match unseen {
        Some(kept) => {
            Err(Failure::WrongUse(format!("--since: a checkpoint of another log: {}", kept.origin())).into())
        }
        None => Ok((years, gap)),
    }
}

/// Checks one log. `stated` is how a later log says that it ended.
fn check_year(
    place: &LogPlace,
    stated: Option<&Checkpoint>,
    known: &Known,
    runtime: &Runtime,
    (bar, json): (&ProgressBar, bool),
) -> Result<Year, Stop> {
    let signed = read_head(place, stated, runtime)?;
    let head = signed.checkpoint().clone();
    let origin = head.origin().to_owned();
    let wrong = |why: String| Stop::Wrong { origin: origin.clone(), why };
    let rules = match &known.rules {
        Some(rules) => rules.clone(),
        None => published_rules(place, runtime)?.map_err(&wrong)?,
    };
    // An earlier year may be signed by keys that are not known: its head was compared with what the later log says.
    let is_known = stated.is_none() || rules.logs().iter().any(|log| log.vkey.name() == origin);
    let verified = if is_known {
        let verified = rules.check(&signed).and_then(Verified::require_quorum);
        Some(verified.map_err(|error| wrong(error.to_string()))?)
    } else {
        None
    };
    let earlier = earlier_heads(known, &origin, is_known.then_some(&rules))?;
    let mut content = Content::default();
    bar.set_length(head.size());
    bar.set_message(origin.clone());
    let mut each = |index: u64, entry: &[u8]| {
        content.add(index, entry);
        if index.trailing_zeros() >= 8 {
            advance(bar, index, json);
        }
    };
    let mut files = LogFiles::new(place, runtime, head.size());
    let whole = Head { size: head.size(), root: head.root() };
    let seen = match replay(&mut files, whole, &earlier, &mut each) {
        Ok(seen) => seen,
        Err(ReplayError::Read(failure)) => return Err(failure.into()),
        Err(ReplayError::Wrong(finding)) => return Err(wrong(say(&finding))),
    };
    check_announced(&content, verified.as_ref()).map_err(&wrong)?;
    Ok(Year { head, signed: verified, seen, content })
}

/// The published head of a log, which must be the one that a later log states.
fn read_head(
    place: &LogPlace,
    stated: Option<&Checkpoint>,
    runtime: &Runtime,
) -> Result<SignedCheckpoint, Stop> {
    let named = stated.map_or_else(|| place.to_string(), |stated| stated.origin().to_owned());
    let wrong = |why: String| Stop::Wrong { origin: named.clone(), why };
    let text = match (runtime.block_on(place.text("checkpoint"))?, stated) {
        (Some(text), _) => text,
        (None, None) => return Err(Failure::Broken(format!("{place}: there is no checkpoint")).into()),
        (None, Some(_)) => return Err(wrong(format!("{place} has no checkpoint"))),
    };
    let signed: SignedCheckpoint =
        text.parse().map_err(|error| wrong(format!("the checkpoint cannot be read: {error}")))?;
    let head = signed.checkpoint();
    match stated {
        Some(stated) if stated != head => Err(wrong(format!(
            "the next log says that it ended with {} entries and the root {}, but its head says {} and {}",
            stated.size(),
            stated.root(),
            head.size(),
            head.root()
        ))),
        _ => Ok(signed),
    }
}

/// The rules that the log publishes itself, or what is wrong with them.
fn published_rules(place: &LogPlace, runtime: &Runtime) -> Result<Result<TlogPolicy, String>, Failure> {
    let Some(text) = runtime.block_on(place.text("policy"))? else {
        return Err(Failure::WrongUse(format!(
            "{place} publishes no keys: say whom to believe with --policy FILE or --vkey KEY"
        )));
    };
    let rules = TlogPolicy::parse(text.as_bytes());
    Ok(rules.map_err(|error| format!("the published keys cannot be read: {error}")))
}

/// The kept checkpoints of this log. One that the log did not sign accuses nobody, so it is refused where keys are known.
fn earlier_heads(known: &Known, origin: &str, rules: Option<&TlogPolicy>) -> Result<Vec<Head>, Failure> {
    let mut heads = Vec::new();
    for kept in known.since.iter().filter(|kept| kept.checkpoint().origin() == origin) {
        if let Some(Err(error)) = rules.map(|rules| rules.check(kept)) {
            let size = kept.checkpoint().size();
            return Err(Failure::WrongUse(format!("--since: the checkpoint of {size} entries: {error}")));
        }
        heads.push(Head { size: kept.checkpoint().size(), root: kept.checkpoint().root() });
    }
    Ok(heads)
}

fn advance(bar: &ProgressBar, index: u64, json: bool) {
    if !json && bar.is_hidden() && bar.elapsed().as_secs() >= 1 {
        bar.set_draw_target(ProgressDrawTarget::stderr());
    }
    bar.set_position(index);
}

fn say(finding: &Finding) -> String {
    match finding {
        Finding::Missing(file) => format!("a gap: {file} is missing"),
        other => other.to_string(),
    }
}

/// A log that announces its keys must be signed by one of them.
fn check_announced(content: &Content, signed: Option<&Verified>) -> Result<(), String> {
    match signed {
        Some(verified) if !content.keys.is_empty() && !content.keys.contains(&verified.log.to_string()) => {
            Err(format!("its head is signed with a key that it never announced: {}", verified.log))
        }
        _ => Ok(()),
    }
}

fn report(place: &LogPlace, years: &[Year], gap: Option<String>, known: &Known) -> Report {
    let (mut proved, mut not_proved) = (Vec::new(), Vec::new());
    for year in years {
        let Head { size, root } = Head { size: year.head.size(), root: year.head.root() };
        proved.push(format!("{}: {size} entries with the root {root}", year.head.origin()));
        proved.push(format!(
            "all {} entries are there, and all {} tiles follow from them",
            year.seen.entries, year.seen.tiles
        ));
        match &year.signed {
            Some(verified) => proved.extend(signed_by(verified)),
            None => proved.push("its end is the one that the next log names in its first entry".to_owned()),
        }
        if year.seen.earlier > 0 {
            proved.push(format!("{} earlier checkpoints are its beginning", year.seen.earlier));
        }
        if let Some(first) = year.content.first_unread {
            not_proved.push(format!(
                "what {} entries say: this version cannot read them (the first is {first})",
                year.content.unread
            ));
        }
    }
    if let Some(origin) = gap {
        not_proved.push(format!("anything about the log before, {origin}: it is not beside this one"));
    }
    if known.rules.is_none() {
        not_proved.push(format!(
            "whose log this is: the keys were taken from {place} itself; give --policy or --vkey"
        ));
    }
    if known.since.is_empty() {
        not_proved.push(
            "that nothing was changed before today: give a checkpoint or receipt you kept with --since"
                .to_owned(),
        );
    }
    not_proved.push(
        "that others are shown the same log: compare the root with somebody, or ask for witnesses".to_owned(),
    );
    let facts =
        json!({ "place": place.to_string(), "logs": years.iter().map(facts).collect::<Vec<Value>>() });
    Report { proved, not_proved, facts }
}

fn facts(year: &Year) -> Value {
    json!({
        "origin": year.head.origin(),
        "size": year.head.size(),
        "root": year.head.root().to_string(),
        "signed": year.signed.as_ref().map(signed_by_json),
        "bundles": year.seen.bundles,
        "tiles": year.seen.tiles,
        "earlier": year.seen.earlier,
        "kinds": year.content.kinds,
        "unread": year.content.unread,
        "latest": (year.content.latest > 0).then(|| milliseconds(year.content.latest)),
        "previous": year.content.previous.as_ref().map(Checkpoint::origin),
    })
}
