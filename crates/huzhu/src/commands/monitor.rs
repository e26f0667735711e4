//! `huzhu monitor`: for strangers, who keep what a log showed them and compare it with what it shows later.
//!
//! Guarantees: a head is kept only after it was shown to continue the one before; the file is replaced in one step, so a crash
//! leaves the old or the new one; when the log contradicts itself both signed notes are kept as evidence and the exit code is 1.
//!
//! Limits: the first visit believes what it finds. It compares heads and not entries: `huzhu verify log` reads those.

mod memory;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use huzhu_app::ports::Clock as _;
use huzhu_gateways::clock::SystemClock;
use huzhu_log::tlog_policy::{TlogPolicy, TrustError};
use huzhu_log::tree::{
    TreeError, prove_consistency, root_from_tiles, tiles_for_consistency, tiles_for_root, verify_consistency,
};
use huzhu_log::{Resource, SignedCheckpoint, Tile};
use serde_json::json;
use tokio::task::JoinSet;

use super::trust::Trust;
use crate::output::{Ending, Failure, json as print_json, line, note};
use crate::published::LogPlace;
use crate::wiring::runtime;
use memory::{Memory, Remembered};

/// Watch a log: keep its head, and cry out when a later one does not continue it. Exit code 1 means that the log was caught.
#[derive(Debug, Args)]
pub(crate) struct Monitor {
    /// Address or folder of a log.
    #[arg(value_name = "URL|DIR")]
    place: String,
    /// File that keeps what was seen. Evidence goes beside it.
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    /// Look once, for a job that runs by the clock.
    #[arg(long)]
    once: bool,
    /// Seconds between two looks.
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..))]
    interval: u64,
    #[command(flatten)]
    trust: Trust,
}

/// What a look at the log showed.
enum Look {
    /// The head of this size was seen for the first time.
    First(u64),
    /// Nothing new.
    Same(u64),
    /// The log has grown, and what was there is still there.
    Grown { from: u64, to: u64 },
    /// The log was caught.
    Caught(Caught),
}

/// What the log was caught at.
struct Caught {
    /// One word for programs: `signature`, `rollback`, `fork`, `origin`, `damage`.
    what: &'static str,
    why: String,
    /// What is served now, as it came.
    served: String,
}

impl Monitor {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        let place = LogPlace::parse(&self.place)?;
        let given = self.trust.given()?;
        let mut memory = Memory::open(&self.state)?;
        runtime()?.block_on(async {
            loop {
                let looked = look(&place, given.as_ref(), &mut memory).await;
                match looked {
                    Ok(Look::Caught(caught)) => return cry(&place, &caught, &memory, json),
                    Ok(look) => tell(&place, &look, json),
                    Err(failure) if self.once || matches!(failure, Failure::WrongUse(_)) => {
                        return Err(failure);
                    }
                    // The network comes and goes; what was seen stays.
                    Err(failure) => note(format_args!("not checked: {failure}")),
                }
                if self.once {
                    return Ok(Ending::Done);
                }
                tokio::select! {
                    () = tokio::time::sleep(Duration::from_secs(self.interval)) => {}
                    _ = tokio::signal::ctrl_c() => return Ok(Ending::Done),
                }
            }
        })
    }
}

/// Looks at the log once and keeps what it shows, if it continues what is kept.
async fn look(place: &LogPlace, given: Option<&TlogPolicy>, memory: &mut Memory) -> Result<Look, Failure> {
    let name = place.to_string();
    let Some(served) = place.text("checkpoint").await? else {
        return Err(Failure::Broken(format!("{name}: there is no checkpoint")));
    };
    let caught = |what: &'static str, why: String| Look::Caught(Caught { what, why, served: served.clone() });
    let signed: SignedCheckpoint = match served.parse() {
        Ok(signed) => signed,
        Err(error) => return Ok(caught("signature", format!("what is served is no checkpoint: {error}"))),
    };
    let head = signed.checkpoint();
    let before = memory.at(&name)?;
    if let Some(before) = &before
        && before.signed.checkpoint().origin() != head.origin()
    {
        let was = before.signed.checkpoint().origin();
        return Ok(caught("origin", format!("the log was {was} and calls itself {} now", head.origin())));
    }
    let rules = rules(place, given, before.as_ref()).await?;
    if let Err(error) = rules.check(&signed) {
        return Ok(match (&error, &before) {
            // The keys of a first visit were chosen by whom the caller believes, not by this log.
            (TrustError::UnknownLog(_), None) => return Err(Failure::WrongUse(format!("{name}: {error}"))),
            _ => caught("signature", error.to_string()),
        });
    }
    let shown = match &before {
        None => backed(place, &signed).await?,
        Some(before) => continued(place, &before.signed, &signed).await?,
    };
    if let Err((what, why)) = shown {
        return Ok(caught(what, why));
    }
    let size = head.size();
    let look = match &before {
        None => Look::First(size),
        Some(before) if before.signed.checkpoint().size() == size => Look::Same(size),
        Some(before) => Look::Grown { from: before.signed.checkpoint().size(), to: size },
    };
    let now = SystemClock::new().now();
    let first = before.map_or_else(|| now.to_string(), |before| before.first_seen);
    memory.keep(&name, Remembered { rules, signed, first_seen: first, last_seen: now.to_string() })?;
    Ok(look)
}

/// Whom to believe: what was given, else what was kept at the first visit, else what the log publishes.
async fn rules(
    place: &LogPlace,
    given: Option<&TlogPolicy>,
    before: Option<&Remembered>,
) -> Result<TlogPolicy, Failure> {
    if let Some(rules) = given.or(before.map(|before| &before.rules)) {
        return Ok(rules.clone());
    }
    let Some(text) = place.text("policy").await? else {
        return Err(Failure::WrongUse(format!(
            "{place} publishes no keys: say whom to believe with --policy FILE or --vkey KEY"
        )));
    };
    note(format_args!(
        "the keys of {place} are believed from now on, because nothing else was given; compare them: --policy, --vkey"
    ));
    TlogPolicy::parse(text.as_bytes())
        .map_err(|error| Failure::Broken(format!("{place}: the published keys cannot be read: {error}")))
}

type Shown = Result<(), (&'static str, String)>;

/// Whether the tiles give the root of the head.
async fn backed(place: &LogPlace, signed: &SignedCheckpoint) -> Result<Shown, Failure> {
    let head = signed.checkpoint();
    let tiles = fetch(place, tiles_for_root(head.size())).await?;
    Ok(match root_from_tiles(head.size(), &tiles) {
        Ok(root) if root == head.root() => Ok(()),
        Ok(root) => Err(("damage", format!("the tiles give the root {root}, the head says {}", head.root()))),
        Err(error) => Err(("damage", tile_error(&error))),
    })
}

/// Whether the later head continues the earlier one.
async fn continued(
    place: &LogPlace,
    before: &SignedCheckpoint,
    now: &SignedCheckpoint,
) -> Result<Shown, Failure> {
    let (old, new) = (before.checkpoint(), now.checkpoint());
    if new.size() < old.size() {
        let why = format!("it had {} entries and has {} now: it was rolled back", old.size(), new.size());
        return Ok(Err(("rollback", why)));
    }
    if new.size() == old.size() {
        let why =
            format!("it signed two roots for {} entries: {} and {}", new.size(), old.root(), new.root());
        return Ok(if new.root() == old.root() { Ok(()) } else { Err(("fork", why)) });
    }
    let wanted = tiles_for_consistency(old.size(), new.size()).unwrap_or_default();
    let tiles = fetch(place, wanted).await?;
    let proof = match prove_consistency(old.size(), new.size(), &tiles) {
        Ok(proof) => proof,
        Err(error) => return Ok(Err(("damage", tile_error(&error)))),
    };
    let shown = verify_consistency((old.size(), &old.root()), (new.size(), &new.root()), &proof);
    Ok(shown.map_err(|_| {
        let why = "the entries that were there are not the beginning of those there now";
        ("fork", format!("{why} ({} of {})", old.size(), new.size()))
    }))
}

fn tile_error(error: &TreeError<Tile>) -> String {
    match error {
        TreeError::Read(tile) => format!("{} was not fetched", tile.path()),
        TreeError::Damaged(why) => format!("a tile is damaged: {why}"),
        TreeError::NoSuchEntry { index, size } => format!("there is no entry {index} of {size}"),
        TreeError::NotOlder { old, new } => format!("{old} entries are not fewer than {new}"),
    }
}

/// Fetches tiles. A missing one ends the look: nothing can be said without it.
async fn fetch(place: &LogPlace, wanted: Vec<Tile>) -> Result<BTreeMap<Tile, Vec<u8>>, Failure> {
    let mut tasks = JoinSet::new();
    for tile in wanted {
        let place = place.clone();
        tasks.spawn(async move { (tile, place.file(Resource::Tile(tile)).await) });
    }
    let mut tiles = BTreeMap::new();
    for (tile, bytes) in tasks.join_all().await {
        let bytes = bytes?.ok_or_else(|| Failure::Broken(format!("{place}: {} is missing", tile.path())))?;
        tiles.insert(tile, bytes);
    }
    Ok(tiles)
}

fn tell(place: &LogPlace, look: &Look, json: bool) {
    let (word, from, size, sentence) = match look {
        Look::First(size) => ("first", None, *size, format!("{size} entries, seen for the first time")),
        Look::Same(size) => ("same", None, *size, format!("{size} entries, nothing new")),
        Look::Grown { from, to } => {
            ("grown", Some(*from), *to, format!("{to} entries; the {from} from before are still there"))
        }
        Look::Caught(_) => return,
    };
    if json {
        line(json!({ "place": place.to_string(), "look": word, "from": from, "size": size }));
    } else {
        line(format_args!("{place}: {sentence}"));
    }
}

/// Says loudly what the log was caught at, after both notes were kept.
fn cry(place: &LogPlace, caught: &Caught, memory: &Memory, json: bool) -> Result<Ending, Failure> {
    let kept = memory.keep_evidence(&place.to_string(), caught.what, &caught.served)?;
    if json {
        print_json(&json!({
            "place": place.to_string(),
            "look": "caught",
            "what": caught.what,
            "why": caught.why,
            "evidence": kept,
        }));
        return Ok(Ending::Refused);
    }
    let names: Vec<String> = kept.iter().map(|path| path.display().to_string()).collect();
    note("********************************************************************");
    note(format_args!("ALARM: the log at {place} was caught: {}", caught.what));
    note(format_args!("  {}", caught.why));
    note(format_args!("  kept as evidence: {}", names.join(" and ")));
    note("  Do not delete them. Show them to other members, to the witnesses and to the operator.");
    note("********************************************************************");
    Ok(Ending::Refused)
}
