//! Opening the log, which is the same as recovering it: the journal is read, its records are integrated and published again.
//!
//! Shape: [`LogWriter::open`] reads the chain of segments that are needed, compares its end with what is published, replays it,
//! and begins a segment that needs the chain until the files it made are durable, which a sweep sees to as at any other turn of
//! a segment. Segments are read record by record, twice: once to look, once to replay.
//!
//! Guarantees: a record is believed only if its entries give the root of its signed checkpoint. Nothing is written before the
//! published log was found not to be ahead. What was read back is *written again* before it is relied on: a page whose sync
//! has failed reads well and may still be lost.
//!
//! Limits: full tiles that no record in the journal made are not looked at, but for the right edge; `check_log` does that.

use std::collections::BTreeMap;
use std::sync::Arc;

use huzhu_app::ports::{Clock, Entropy};
use huzhu_log::tree::{Tiles, TreeError, root_from_tiles};
use huzhu_log::writer::TileWriter;
use huzhu_log::{Bundle, Hash, Resource, SignedCheckpoint, SignedNote, Signer, Tile};

use super::disk::Disk;
use super::growth::{Files, grow};
use super::journal::{Part, Record, SegmentReader, Snapshot, State};
use super::writer::{LogSettings, LogWriter, segment_path, segments};
use super::{JOURNAL, LogError, PUBLIC, path_in};
use crate::secret::InstanceSecret;

/// What to do when journal and published log do not belong together.
const SAME_COPY: &str = "bring back the folders log and sequencer from the same, newest copy of the data folder; nothing was changed";

/// The needed part of the journal.
#[derive(Default)]
struct Chain {
    /// Numbers of its segments, oldest first.
    numbers: Vec<u64>,
    /// Every checkpoint in it, with its year.
    heads: Vec<Head>,
    /// Bytes of the newest segment up to the end of its last record.
    whole: u64,
}

/// What a checkpoint says.
struct Head {
    year: u16,
    size: u64,
    root: Hash,
}

/// What is published.
struct Published {
    /// The newest checkpoint that is ours, with its year.
    signed: Option<(u16, SignedCheckpoint)>,
    /// What is wrong with a newer one.
    damage: Option<LogError>,
}

/// The tiles of one year's log, for reading the right edge.
struct DiskTiles<'a> {
    disk: &'a dyn Disk,
    year: u16,
}

impl Tiles for DiskTiles<'_> {
    type Error = std::io::Error;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, std::io::Error> {
        self.file(Resource::Tile(tile), Resource::Tile(tile.full()))
    }
}

impl DiskTiles<'_> {
    fn file(&self, wanted: Resource, full: Resource) -> Result<Vec<u8>, std::io::Error> {
        for file in [wanted, full] {
            if let Some(bytes) = self.disk.read(&path_in(self.year, file))? {
                return Ok(bytes);
            }
        }
        Err(std::io::Error::new(std::io::ErrorKind::NotFound, format!("{wanted} is missing")))
    }
}

impl LogWriter {
    /// Opens the logs of a platform, and recovers what a crash has left. The disk must be held by this process only.
    ///
    /// # Errors
    /// [`LogError::Damaged`] says what does not fit and what to do; [`LogError::Disk`] when a call failed, and nothing is lost.
    pub fn open(
        disk: Arc<dyn Disk>,
        settings: LogSettings,
        secret: &InstanceSecret,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, LogError> {
        Signer::new(&format!("{}/cosigner", settings.name), &[1; 32])
            .map_err(|error| LogError::Refused(format!("`{}` names no platform: {error}", settings.name)))?;
        let mut writer = Self::unopened(disk, settings, secret.key("log"), clock, entropy)?;
        writer.guarded(Self::recover)?;
        Ok(writer)
    }

    fn recover(&mut self) -> Result<(), LogError> {
        let published = self.published()?;
        let chain = self.read_chain()?;
        let mut touched = BTreeMap::new();
        if chain.numbers.is_empty() {
            if let Some(damage) = published.damage {
                // Without a journal nobody knows what a damaged checkpoint has said.
                return Err(damage);
            }
            self.state = published.signed.map(|(year, signed)| self.load(year, &signed)).transpose()?;
            // No journal will write these files again.
            self.disk.sync_all().map_err(LogError::disk("making the tiles of the log durable"))?;
        } else {
            refuse_if_ahead(published.signed.as_ref(), &chain)?;
            touched = self.replay(&chain)?;
            // A record that was read may be one whose sync has failed; and a torn end would be damage once a segment follows.
            let kept = self.disk.keep_beginning(&segment_path(self.segment), chain.whole);
            kept.map_err(LogError::disk("writing the journal of the log again"))?;
        }
        self.check_edge()?;
        for (year, checkpoint) in touched {
            self.publish_merged(year, &checkpoint)?;
        }
        // Dead before this line: the journal says what it said. Dead after it: the new segment goes on from there, and the ones
        // before it are replayed once more unless the sweep was done.
        let snapshot = Snapshot { needs_previous: !chain.numbers.is_empty(), state: self.state.clone() };
        let before = self.segment;
        self.begin_segment(&snapshot)?;
        self.begin_sweep(before)?;
        self.finish_rotation()?;
        self.say_outside()?;
        self.publish_keys()
    }

    /// The newest published checkpoint that a key of ours has signed. After the power has failed the file may be torn.
    fn published(&self) -> Result<Published, LogError> {
        let mut found = Published { signed: None, damage: None };
        let names = self.disk.list(PUBLIC).map_err(LogError::disk("reading the log"))?;
        let years = names.iter().rev().filter_map(|name| name.parse::<u16>().ok());
        for year in years {
            let path = path_in(year, Resource::Checkpoint);
            let read = self.disk.read(&path).map_err(LogError::disk("reading a checkpoint of the log"))?;
            let Some(bytes) = read else { continue };
            let text = std::str::from_utf8(&bytes).ok();
            let signed = text.and_then(|text| text.parse::<SignedCheckpoint>().ok());
            let checked = signed.map(|signed| self.check_signed(&signed).map(|()| signed));
            match checked
                .unwrap_or_else(|| Err(LogError::Damaged(format!("{path} is no checkpoint; {SAME_COPY}"))))
            {
                Ok(signed) => {
                    found.signed = Some((year, signed));
                    break;
                }
                Err(damage) => {
                    tracing::warn!(year, %damage, "a published checkpoint of the log cannot be believed");
                    found.damage = found.damage.or(Some(damage));
                }
            }
        }
        Ok(found)
    }

    /// Refuses a checkpoint that no key of ours has signed.
    fn check_signed(&self, signed: &SignedCheckpoint) -> Result<(), LogError> {
        let origin = signed.checkpoint().origin();
        let vkeys = self.keys.vkeys(origin);
        signed.note().verify(&vkeys).map(|_| ()).map_err(|error| {
            LogError::Damaged(format!("the checkpoint of {origin} is not ours: {error}; {SAME_COPY}"))
        })
    }

    /// The last segment and those before it that it needs; empty if there is no journal.
    fn read_chain(&mut self) -> Result<Chain, LogError> {
        let numbers: Vec<u64> =
            segments(self.disk.as_ref())?.into_iter().filter_map(|(number, _)| number).collect();
        self.segment = numbers.last().copied().unwrap_or(0);
        let mut chain = Chain::default();
        for number in numbers.iter().rev().copied() {
            let (snapshot, mut segment) = self.begin_reading(number)?;
            if let Some(state) = &snapshot.state {
                chain.heads.push(head_of(state.year, &state.checkpoint)?);
            }
            while let Some(Record { parts }) = segment.record().map_err(unread_journal)? {
                for part in parts {
                    chain.heads.push(head_of(part.year, &part.checkpoint)?);
                }
            }
            // Only the end of the newest segment may be torn: before the next one began, all records were durable.
            match (number == self.segment, segment.is_torn()) {
                (true, _) => chain.whole = segment.whole(),
                (false, true) => return Err(damaged_segment(number)),
                (false, false) => {}
            }
            chain.numbers.push(number);
            let previous = number.checked_sub(1);
            if !snapshot.needs_previous || !previous.is_some_and(|previous| numbers.contains(&previous)) {
                break;
            }
        }
        chain.numbers.reverse();
        Ok(chain)
    }

    fn begin_reading(&self, number: u64) -> Result<(Snapshot, SegmentReader), LogError> {
        let bytes = self.disk.stream(&segment_path(number)).map_err(unread_journal)?;
        let begun = bytes.map(SegmentReader::begin).transpose().map_err(unread_journal)?;
        begun.flatten().ok_or_else(|| damaged_segment(number))
    }

    /// Integrates the records of the journal again. Answers the newest checkpoint of each log that is in it.
    fn replay(&mut self, chain: &Chain) -> Result<BTreeMap<u16, String>, LogError> {
        let mut touched = BTreeMap::new();
        let mut state: Option<State> = None;
        for (at, number) in chain.numbers.iter().copied().enumerate() {
            let (snapshot, mut segment) = self.begin_reading(number)?;
            let follows = |before: &State, now: &State| {
                before.origin == now.origin && before.edge == now.edge && before.year == now.year
            };
            let fits = match (&state, &snapshot.state) {
                (Some(before), Some(now)) => follows(before, now),
                (None, None) => true,
                _ => false,
            };
            if at > 0 && !fits {
                return Err(damaged_segment(number));
            }
            state = snapshot.state;
            if let Some(state) = &state {
                self.check_signed(&parse(&state.checkpoint)?)?;
                touched.insert(state.year, state.checkpoint.clone());
            }
            while let Some(Record { parts }) = segment.record().map_err(unread_journal)? {
                for part in parts {
                    let files = grow_again(&mut state, &part).ok_or_else(|| damaged_segment(number))?;
                    self.check_signed(&parse(&part.checkpoint)?)?;
                    self.integrate(part.year, &files)?;
                    self.clear(part.year, &files)?;
                    touched.insert(part.year, part.checkpoint);
                }
            }
        }
        // The partial files of the snapshot itself may have gone with a power failure, too.
        if let Some(state) = &state {
            let files = Files { made: state.edge.partials(), outgrown: Vec::new() };
            self.integrate(state.year, &files)?;
        }
        self.state = state;
        Ok(touched)
    }

    /// The state of a log of which there are only the published files, as after they alone were brought back.
    fn load(&self, year: u16, signed: &SignedCheckpoint) -> Result<State, LogError> {
        let checkpoint = signed.checkpoint();
        let (origin, size) = (checkpoint.origin().to_owned(), checkpoint.size());
        tracing::warn!(%origin, size, "the log has no journal and goes on from its published files");
        let tiles = DiskTiles { disk: self.disk.as_ref(), year };
        let damaged = |why: &dyn std::fmt::Display| {
            LogError::Damaged(format!(
                "the right edge of {origin} cannot be read: {why}; bring back the folder log from a copy"
            ))
        };
        let partial = Bundle::at(size >> 8, size)
            .map(|bundle| tiles.file(Resource::Bundle(bundle), Resource::Bundle(bundle.full())));
        let bundle = partial.transpose().map_err(|error| unreadable(TreeError::Read(error), &damaged))?;
        let edge = TileWriter::load(size, &tiles, &bundle.unwrap_or_default());
        let edge = edge.map_err(|error| unreadable(error, &damaged))?;
        if edge.root() != checkpoint.root() {
            return Err(damaged(&"its tiles do not give the root of its checkpoint"));
        }
        Ok(State { year, origin: origin.clone(), edge, checkpoint: signed.to_string() })
    }

    /// Compares the tiles at the right edge, as they are on disk, with the root.
    fn check_edge(&self) -> Result<(), LogError> {
        let Some(state) = &self.state else { return Ok(()) };
        let tiles = DiskTiles { disk: self.disk.as_ref(), year: state.year };
        let damaged = |why: &dyn std::fmt::Display| {
            LogError::Damaged(format!(
                "the tiles at the right edge of {} were changed: {why}; bring back the folder log from a copy",
                state.origin
            ))
        };
        match root_from_tiles(state.edge.size(), &tiles) {
            Ok(root) if root == state.edge.root() => Ok(()),
            Ok(_) => Err(damaged(&"they give another root")),
            Err(error) => Err(unreadable(error, &damaged)),
        }
    }

    /// Publishes a checkpoint durably; cosignatures that others have added to the published one are kept.
    fn publish_merged(&mut self, year: u16, checkpoint: &str) -> Result<(), LogError> {
        let path = path_in(year, Resource::Checkpoint);
        let read = self.disk.read(&path).map_err(LogError::disk("reading a checkpoint of the log"))?;
        let published = read.and_then(|bytes| SignedNote::parse(&String::from_utf8(bytes).ok()?).ok());
        let mut signed = parse(checkpoint)?;
        if let Some(published) = published.filter(|published| published.text() == signed.note().text()) {
            let own = signed.note().signatures().to_vec();
            for line in published.signatures() {
                if !own.iter().any(|own| own.id() == line.id() && own.name() == line.name()) {
                    signed.add(line.clone());
                }
            }
        }
        let text = signed.to_string();
        if let Some(state) = self.state.as_mut().filter(|state| state.year == year) {
            state.checkpoint.clone_from(&text);
        }
        let kept = self.disk.keep(&path, text.as_bytes());
        kept.map_err(LogError::disk("publishing a checkpoint of the log"))
    }
}

/// Refuses to go on when somebody may hold a receipt for entries that the journal does not know.
fn refuse_if_ahead(published: Option<&(u16, SignedCheckpoint)>, chain: &Chain) -> Result<(), LogError> {
    let Some((year, published)) = published else { return Ok(()) };
    let published = published.checkpoint();
    let mut last = None;
    for head in chain.heads.iter().filter(|head| head.year >= *year) {
        if head.year == *year && head.size == published.size() && head.root != published.root() {
            let (origin, size) = (published.origin(), published.size());
            let what = format!("{origin} has two histories of {size} entries");
            return Err(LogError::Damaged(format!("{what}; {SAME_COPY}")));
        }
        last = last.max(Some((head.year, head.size)));
    }
    if last >= Some((*year, published.size())) {
        return Ok(());
    }
    let (origin, size) = (published.origin(), published.size());
    let what = format!("{origin} was published with {size} entries, which the journal does not know");
    Err(LogError::Damaged(format!("{what}; {SAME_COPY}")))
}

/// Adds the entries of a part to the state; `None` if they do not continue it or do not give the root that was signed.
fn grow_again(state: &mut Option<State>, part: &Part) -> Option<Files> {
    if state.as_ref().is_none_or(|state| state.year < part.year) {
        let (year, origin) = (part.year, part.origin.clone());
        *state = Some(State { year, origin, edge: TileWriter::new(), checkpoint: String::new() });
    }
    let state = state.as_mut()?;
    if (state.year, &state.origin, state.edge.size()) != (part.year, &part.origin, part.start) {
        return None;
    }
    let files = grow(&mut state.edge, part.entries())?;
    let signed: SignedCheckpoint = part.checkpoint.parse().ok()?;
    let stated = signed.checkpoint();
    let fits = stated.origin() == state.origin
        && stated.size() == state.edge.size()
        && stated.root() == state.edge.root();
    state.checkpoint.clone_from(&part.checkpoint);
    fits.then_some(files)
}

fn parse(checkpoint: &str) -> Result<SignedCheckpoint, LogError> {
    checkpoint.parse().map_err(|error| {
        LogError::Damaged(format!("a checkpoint in the journal of the log is damaged: {error}; {SAME_COPY}"))
    })
}

fn head_of(year: u16, checkpoint: &str) -> Result<Head, LogError> {
    let checkpoint = parse(checkpoint)?;
    let checkpoint = checkpoint.checkpoint();
    Ok(Head { year, size: checkpoint.size(), root: checkpoint.root() })
}

fn unread_journal(source: std::io::Error) -> LogError {
    LogError::disk("reading the journal of the log")(source)
}

/// A tile that is missing or torn is damage; a disk that does not answer is not.
fn unreadable(
    error: TreeError<std::io::Error>,
    damaged: &dyn Fn(&dyn std::fmt::Display) -> LogError,
) -> LogError {
    match error {
        TreeError::Read(source) if source.kind() != std::io::ErrorKind::NotFound => {
            LogError::Disk { doing: "reading the tiles of the log".to_owned(), source }
        }
        error => damaged(&error),
    }
}

fn damaged_segment(number: u64) -> LogError {
    LogError::Damaged(format!("{JOURNAL}/{number:012}.seg is damaged; {SAME_COPY}"))
}
