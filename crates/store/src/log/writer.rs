//! The one writer of a platform's logs: batches in, signed and published checkpoints out.
//!
//! Shape: a [`LogWriter`] is the state of the newest log and the open segment of the journal. [`LogWriter::commit`] is the
//! whole happy path, without threads and without a clock of its own, so that tests can fail it at each call of the disk.
//! Opening, which is recovery, is in [`super::recovery`]; both go through [`integrate`](LogWriter::integrate) and
//! [`publish`](LogWriter::publish).
//!
//! Guarantees: an error that is no [refusal](LogError::is_refusal) means that nobody knows what was kept: the writer then
//! refuses everything, and has to be dropped and opened again.
//!
//! Limits: the memory of one batch, see [`MAX_ENTRIES`]; everything else is of constant size.

use std::fmt;
use std::sync::Arc;
use std::thread::JoinHandle;

use huzhu_app::ports::{Clock, Entropy};
use huzhu_domain::time::Moment;
use huzhu_log::entry::{Body, KeyChange};
use huzhu_log::tile::push_entry;
use huzhu_log::writer::TileWriter;
use huzhu_log::{Checkpoint, Cosigner, FormatError, Resource, SignedCheckpoint, SignedNote, Signer, Vkey};

use super::disk::Disk;
use super::growth::{Files, grow};
use super::journal::{self, Part, Record, Snapshot, State};
use super::keys::{self, KeyRole, LogKeys, PublicKey};
use super::{JOURNAL, LogError, PUBLIC, path_in};
use crate::crypto::Key;

/// Entries of one commit at most.
pub const MAX_ENTRIES: usize = 65_536;
/// Bytes of one commit's entries at most.
pub const MAX_BYTES: usize = 64 << 20;

/// Bytes after which a new segment of the journal begins, if nothing else is set. A start reads two segments at most, and writes again
/// the tiles that they have made: some tenths of a second.
const SEGMENT_BYTES: u64 = 8 << 20;

/// What a platform settles once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogSettings {
    /// Public name of the platform, such as `aid.example.org`: a log's origin is `<name>/log/<year>`, the cosigner is called
    /// `<name>/cosigner`. A log and a cosigner that exist keep their names.
    pub name: String,
    /// Bytes after which a new segment of the journal begins.
    pub segment_bytes: u64,
    /// When tiles are made durable.
    pub sweeping: Sweeping,
    /// Outside witnesses and their quorum, which the log names when they change: lines of tlog-policy that go below those of the log's keys. `None`: the platform's
    /// own cosigner is the quorum.
    pub outside: Option<String>,
}

/// When the tiles that earlier segments of the journal have made are forced to disk, so that those segments can go. Until then
/// the journal says it all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sweeping {
    /// On a thread beside the writer.
    Beside,
    /// Before the new segment is written to: for tests that repeat themselves.
    AtOnce,
    /// When the next segment begins, never at the end: what a disk does that is slow and then dies, for tests.
    Late,
}

impl LogSettings {
    /// The settings of a platform with this public name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            segment_bytes: SEGMENT_BYTES,
            sweeping: Sweeping::Beside,
            outside: None,
        }
    }
}

/// What a commit answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Committed {
    /// The year of the log.
    pub year: u16,
    /// Its name.
    pub origin: String,
    /// Index of the first entry that was handed in.
    pub first_index: u64,
    /// The signed checkpoint that covers the entries, as published.
    pub checkpoint: String,
}

/// Secret keys ready to sign with.
#[derive(Debug)]
struct Signing {
    signer: Signer,
    cosigner: Cosigner,
}

/// A sweep that was begun, or is due.
enum Sweep {
    Running(JoinHandle<Result<(), LogError>>),
    Due { last: u64 },
}

/// The one writer. See the module.
pub struct LogWriter {
    pub(super) disk: Arc<dyn Disk>,
    pub(super) sealing: Key,
    pub(super) settings: LogSettings,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) entropy: Arc<dyn Entropy>,
    pub(super) keys: LogKeys,
    /// `None` until the keys of the log in [`LogWriter::state`] were looked up.
    signing: Option<Signing>,
    /// The log that takes entries; `None` before the first one.
    pub(super) state: Option<State>,
    /// Number of the open segment.
    pub(super) segment: u64,
    /// Where the next record goes in it.
    pub(super) offset: u64,
    /// Makes earlier segments superfluous.
    sweep: Option<Sweep>,
    /// True after an error that left the state unknown.
    is_lost: bool,
}

impl fmt::Debug for LogWriter {
    /// Keys are not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = self.head();
        f.debug_struct("LogWriter")
            .field("head", &head)
            .field("segment", &self.segment)
            .finish_non_exhaustive()
    }
}

/// Where a segment of the journal is.
pub(super) fn segment_path(number: u64) -> String {
    format!("{JOURNAL}/{number:012}.seg")
}

/// An entry about keys cannot be written; names are checked before, so this is damage.
fn unusable(error: &FormatError) -> LogError {
    LogError::Damaged(format!("the log cannot say this about its keys: {error}"))
}

/// A batch that is ready to be committed.
pub(super) struct Planned {
    record: Record,
    state: State,
    files: Vec<(u16, Files)>,
    first_index: u64,
}

impl LogWriter {
    /// A writer before recovery has looked at the disk.
    pub(super) fn unopened(
        disk: Arc<dyn Disk>,
        settings: LogSettings,
        sealing: Key,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, LogError> {
        let keys = LogKeys::read(disk.as_ref(), &sealing)?;
        if !keys.is_empty() {
            // The sync of a file that reads back well may have failed; a key must not sign before it lasts.
            keys.keep(disk.as_ref(), &sealing)?;
        }
        Ok(Self {
            disk,
            sealing,
            settings,
            clock,
            entropy,
            keys,
            signing: None,
            state: None,
            segment: 0,
            offset: 0,
            sweep: None,
            is_lost: false,
        })
    }

    /// The newest checkpoint, with the year of its log.
    #[must_use]
    pub fn head(&self) -> Option<(u16, &str)> {
        self.state.as_ref().map(|state| (state.year, state.checkpoint.as_str()))
    }

    /// Puts entries on the log of `year`, in their order. Durable and published when it returns `Ok`.
    ///
    /// # Errors
    /// A [refusal](LogError::is_refusal) keeps nothing; after any other error the writer has to be opened again.
    pub fn commit(&mut self, year: u16, entries: &[&[u8]]) -> Result<Committed, LogError> {
        self.guarded(|writer| {
            check_batch(entries)?;
            let planned = writer.plan(year, entries)?;
            writer.carry_out(planned)
        })
    }

    /// Runs a step; an error that leaves the state unknown ends this writer.
    pub(super) fn guarded<T>(
        &mut self,
        step: impl FnOnce(&mut Self) -> Result<T, LogError>,
    ) -> Result<T, LogError> {
        if self.is_lost {
            let doing = "the log failed before and was not opened again".to_owned();
            return Err(LogError::Disk { doing, source: std::io::Error::other("state unknown") });
        }
        let done = self.finished_sweep().and_then(|()| step(self));
        self.is_lost = done.as_ref().is_err_and(|error| !error.is_refusal());
        done
    }

    /// Everything that can be known before something is written: order, files, root, signatures.
    fn plan(&mut self, year: u16, entries: &[&[u8]]) -> Result<Planned, LogError> {
        match self.state.clone() {
            Some(state) if year < state.year => Err(LogError::Closed(year)),
            Some(state) if year == state.year => self.plan_growth(state, entries),
            before => self.plan_new_log(before, year, entries),
        }
    }

    pub(super) fn plan_growth(&mut self, mut state: State, entries: &[&[u8]]) -> Result<Planned, LogError> {
        let first_index = state.edge.size();
        let (part, files) = self.add(&mut state, entries)?;
        let files = vec![(state.year, files)];
        Ok(Planned { record: Record { parts: vec![part] }, state, files, first_index })
    }

    /// The turn of a year, or the first log: the old log says the key of the new one, the new one begins with how the old one
    /// ended and with its keys. One record, so that both happen or none.
    fn plan_new_log(
        &mut self,
        before: Option<State>,
        year: u16,
        entries: &[&[u8]],
    ) -> Result<Planned, LogError> {
        let origin = format!("{}/log/{year:04}", self.settings.name);
        self.make_keys(&origin)?;
        let log_key = self.keys.vkey(KeyRole::Log, &origin, false);
        let cosigner = self.keys.vkey(KeyRole::Cosigner, &origin, false);
        let (mut parts, mut files, mut heads) = (Vec::new(), Vec::new(), Vec::new());
        if let Some(mut old) = before {
            let announced = self.key_entry(KeyChange::LogKeyAdded, log_key.as_ref())?;
            let (part, made) = self.add(&mut old, &[announced.as_slice()])?;
            parts.push(part);
            files.push((old.year, made));
            let (size, root) = (old.edge.size(), old.edge.root());
            heads.push(self.entry(Body::Previous { origin: old.origin, size, root })?);
        }
        heads.push(self.key_entry(KeyChange::LogKeyAdded, log_key.as_ref())?);
        heads.push(self.key_entry(KeyChange::WitnessAdded, cosigner.as_ref())?);
        heads.extend(self.outside_entries()?);
        let mut state = State { year, origin, edge: TileWriter::new(), checkpoint: String::new() };
        let all: Vec<&[u8]> = heads.iter().map(Vec::as_slice).chain(entries.iter().copied()).collect();
        let (part, made) = self.add(&mut state, &all)?;
        parts.push(part);
        files.push((year, made));
        let first_index = u64::try_from(heads.len()).unwrap_or(u64::MAX);
        Ok(Planned { record: Record { parts }, state, files, first_index })
    }

    /// Adds entries to a copy of a log's state and signs it.
    fn add(&mut self, state: &mut State, entries: &[&[u8]]) -> Result<(Part, Files), LogError> {
        let start = state.edge.size();
        let too_long = || LogError::Refused("an entry has more than 65,535 bytes".to_owned());
        let files = grow(&mut state.edge, entries.iter().copied()).ok_or_else(too_long)?;
        let signed = self.sign(&state.origin, state.edge.size(), state.edge.root())?;
        state.checkpoint = signed.to_string();
        let mut bytes = Vec::with_capacity(entries.iter().map(|entry| entry.len().saturating_add(2)).sum());
        if !entries.iter().all(|entry| push_entry(&mut bytes, entry)) {
            return Err(too_long());
        }
        let (year, origin, checkpoint) = (state.year, state.origin.clone(), state.checkpoint.clone());
        Ok((Part { year, origin, start, entries: bytes, checkpoint }, files))
    }

    fn sign(&mut self, origin: &str, size: u64, root: huzhu_log::Hash) -> Result<SignedCheckpoint, LogError> {
        let wrong = |error| LogError::Damaged(format!("the checkpoint of {origin} cannot be made: {error}"));
        let checkpoint = Checkpoint::new(origin, size, root).map_err(wrong)?;
        if self.signing.as_ref().is_none_or(|signing| signing.signer.vkey().name() != origin) {
            self.signing = Some(self.look_up_keys(origin)?);
        }
        let Some(signing) = &self.signing else { return Err(missing_keys(origin)) };
        let mut signed = checkpoint.sign(&signing.signer);
        // While a key is changed, the old one and the new one sign: the old one vouches for the new one.
        if let Some(next) = self.keys.signer(origin, true)? {
            signed.add(next.sign(signed.note().text()));
        }
        let at = seconds(self.clock.now());
        signed.add(signing.cosigner.cosign(&signed, at));
        if let Some(next) = self.keys.cosigner(true)? {
            signed.add(next.cosign(&signed, at));
        }
        Ok(signed)
    }

    fn look_up_keys(&self, origin: &str) -> Result<Signing, LogError> {
        match (self.keys.signer(origin, false)?, self.keys.cosigner(false)?) {
            (Some(signer), Some(cosigner)) => Ok(Signing { signer, cosigner }),
            _ => Err(missing_keys(origin)),
        }
    }

    /// The keys of a log that is about to begin. They are on disk when this returns, and used only then.
    fn make_keys(&mut self, origin: &str) -> Result<(), LogError> {
        let now = self.clock.now();
        let refused = |error: FormatError| LogError::Refused(format!("`{origin}` names no log: {error}"));
        let mut is_new = false;
        if self.keys.vkey(KeyRole::Log, origin, false).is_none() {
            self.keys.add(KeyRole::Log, origin, now, self.entropy.secret(), false).map_err(refused)?;
            is_new = true;
        }
        if self.keys.vkey(KeyRole::Cosigner, origin, false).is_none() {
            let name = format!("{}/cosigner", self.settings.name);
            self.keys.add(KeyRole::Cosigner, &name, now, self.entropy.secret(), false).map_err(refused)?;
            is_new = true;
        }
        if is_new { self.keys.keep(self.disk.as_ref(), &self.sealing) } else { Ok(()) }
    }

    fn entry(&self, body: Body) -> Result<Vec<u8>, LogError> {
        let at = u64::try_from(self.clock.now().as_millisecond()).unwrap_or(0);
        huzhu_log::entry::Entry { at, body }.encode().map_err(|error| unusable(&error))
    }

    pub(super) fn key_entry(&self, change: KeyChange, vkey: Option<&Vkey>) -> Result<Vec<u8>, LogError> {
        let vkey = vkey.ok_or_else(|| LogError::Damaged("a key of the log is missing".to_owned()))?;
        self.key_text_entry(change, vkey.to_string())
    }

    pub(super) fn key_text_entry(&self, change: KeyChange, text: String) -> Result<Vec<u8>, LogError> {
        self.entry(Body::Key { change, text })
    }

    /// Commits, integrates, publishes.
    pub(super) fn carry_out(&mut self, planned: Planned) -> Result<Committed, LogError> {
        let Planned { record, state, files, first_index } = planned;
        let is_new_log = self.state.as_ref().is_none_or(|before| before.year != state.year);
        let bytes = journal::encode_record(&record);
        let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        if self.offset.saturating_add(length) > self.settings.segment_bytes {
            self.next_segment()?;
        }
        // Dead before this line: the entries never were. Dead after it: recovery finds the record and goes on below. If the
        // call fails, either may be the case, and the caller must not submit again before it has looked.
        let appended = self.disk.append(&segment_path(self.segment), self.offset, &bytes);
        appended.map_err(LogError::disk("writing the journal of the log"))?;
        self.offset = self.offset.saturating_add(length);
        // Dead between here and the end: readers see the log as it was, with some files more; recovery writes them again.
        for (year, files) in &files {
            self.integrate(*year, files)?;
        }
        for part in &record.parts {
            self.publish(part.year, &part.checkpoint)?;
        }
        for (year, files) in &files {
            self.clear(*year, files)?;
        }
        let answer = Committed {
            year: state.year,
            origin: state.origin.clone(),
            first_index,
            checkpoint: state.checkpoint.clone(),
        };
        self.state = Some(state);
        if is_new_log {
            self.publish_keys()?;
        }
        Ok(answer)
    }

    /// Writes tiles and bundles. Nobody looks for them before the checkpoint is there.
    pub(super) fn integrate(&self, year: u16, files: &Files) -> Result<(), LogError> {
        files.made.iter().try_for_each(|(file, bytes)| {
            let written = self.disk.replace(&path_in(year, file), bytes);
            written.map_err(LogError::disk("writing the tiles of the log"))
        })
    }

    /// Replaces the file `checkpoint`.
    pub(super) fn publish(&self, year: u16, checkpoint: &str) -> Result<(), LogError> {
        let path = path_in(year, Resource::Checkpoint);
        let published = self.disk.replace(&path, checkpoint.as_bytes());
        published.map_err(LogError::disk("publishing a checkpoint of the log"))
    }

    /// Removes partial files that were outgrown.
    pub(super) fn clear(&self, year: u16, files: &Files) -> Result<(), LogError> {
        files.outgrown.iter().try_for_each(|folder| {
            let removed = self.disk.remove(&path_in(year, folder));
            removed.map_err(LogError::disk("removing partial tiles of the log"))
        })
    }

    /// Begins a segment; the ones before it go when the files that their records made are durable.
    fn next_segment(&mut self) -> Result<(), LogError> {
        // One sweep at a time: a writer that is faster than the disk waits here.
        self.wait_for_sweep()?;
        let snapshot = Snapshot { needs_previous: true, state: self.state.clone() };
        let last = self.segment;
        self.begin_segment(&snapshot)?;
        self.begin_sweep(last)
    }

    /// Lets the segments up to `last` go as soon as what they have made is durable.
    pub(super) fn begin_sweep(&mut self, last: u64) -> Result<(), LogError> {
        let disk = Arc::clone(&self.disk);
        match self.settings.sweeping {
            Sweeping::AtOnce => sweep(disk.as_ref(), last),
            Sweeping::Late => {
                self.sweep = Some(Sweep::Due { last });
                Ok(())
            }
            Sweeping::Beside => {
                let thread = std::thread::Builder::new().name("log sync".to_owned());
                let swept = thread.spawn(move || sweep(disk.as_ref(), last));
                let swept = swept.map_err(LogError::disk("starting a thread for the log"))?;
                self.sweep = Some(Sweep::Running(swept));
                Ok(())
            }
        }
    }

    /// Begins a segment. Durable when it returns.
    pub(super) fn begin_segment(&mut self, snapshot: &Snapshot) -> Result<(), LogError> {
        let bytes = journal::begin_segment(snapshot);
        let number = self.segment.saturating_add(1);
        let kept = self.disk.keep(&segment_path(number), &bytes);
        kept.map_err(LogError::disk("beginning a segment of the log's journal"))?;
        self.segment = number;
        self.offset = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
        Ok(())
    }

    fn finished_sweep(&mut self) -> Result<(), LogError> {
        match &self.sweep {
            Some(Sweep::Running(sweep)) if sweep.is_finished() => self.wait_for_sweep(),
            _ => Ok(()),
        }
    }

    fn wait_for_sweep(&mut self) -> Result<(), LogError> {
        let panicked = LogError::disk("making the tiles of the log durable");
        match self.sweep.take() {
            None => Ok(()),
            Some(Sweep::Due { last }) => sweep(self.disk.as_ref(), last),
            Some(Sweep::Running(sweep)) => sweep
                .join()
                .unwrap_or_else(|_| Err(panicked(std::io::Error::other("the thread has panicked")))),
        }
    }

    /// Makes a new key and puts it on the log. From the next checkpoint on it signs alone; the one that says so is signed by
    /// the old key, too.
    ///
    /// # Errors
    /// A refusal if there is no log yet; else as with [`LogWriter::commit`]. A change that was begun is completed at the next
    /// start.
    pub fn rotate(&mut self, role: KeyRole) -> Result<PublicKey, LogError> {
        self.guarded(|writer| {
            let Some(state) = &writer.state else {
                let why = "there is no log yet: keys are made with its first entry";
                return Err(LogError::Refused(why.to_owned()));
            };
            let name = match role {
                KeyRole::Log => state.origin.clone(),
                KeyRole::Cosigner => writer
                    .keys
                    .cosigner_name()
                    .map_or_else(|| format!("{}/cosigner", writer.settings.name), str::to_owned),
            };
            let (now, seed) = (writer.clock.now(), writer.entropy.secret());
            writer.keys.add(role, &name, now, seed, true).map_err(|error| unusable(&error))?;
            writer.keys.keep(writer.disk.as_ref(), &writer.sealing)?;
            writer.finish_rotation()?;
            let mut public = writer.public_keys();
            public.retain(|key| key.role == role && key.signs);
            public.pop().ok_or_else(|| missing_keys(&name))
        })
    }

    /// Puts a pending key on the log, unless the newest checkpoint shows that it is there, and lets it sign.
    pub(super) fn finish_rotation(&mut self) -> Result<(), LogError> {
        let (Some(role), Some(state)) = (self.keys.pending(), self.state.clone()) else {
            return Ok(());
        };
        let (added, retired) = match role {
            KeyRole::Log => (KeyChange::LogKeyAdded, KeyChange::LogKeyRetired),
            KeyRole::Cosigner => (KeyChange::WitnessAdded, KeyChange::WitnessRetired),
        };
        let new = self.keys.vkey(role, &state.origin, true);
        let old = self.keys.vkey(role, &state.origin, false);
        let is_said = new.as_ref().is_some_and(|new| signed_by(&state.checkpoint, new));
        if !is_said {
            let new = self.key_entry(added, new.as_ref())?;
            let old = self.key_entry(retired, old.as_ref())?;
            let planned = self.plan_growth(state, &[new.as_slice(), old.as_slice()])?;
            self.carry_out(planned)?;
        }
        self.keys.settle();
        self.signing = None;
        self.keys.keep(self.disk.as_ref(), &self.sealing)?;
        self.publish_keys()
    }

    /// All keys that signed or may have signed, oldest first.
    #[must_use]
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.public(self.state.as_ref().map(|state| state.origin.as_str()))
    }

    /// Writes the public texts about keys.
    pub(super) fn publish_keys(&self) -> Result<(), LogError> {
        let doing = LogError::disk("publishing the keys of the log");
        let Some(state) = &self.state else { return Ok(()) };
        let public = self.public_keys();
        let list = keys::public_list(&public);
        self.disk.replace(&format!("{PUBLIC}/keys"), list.as_bytes()).map_err(&doing)?;
        let text = keys::tlog_policy(&public, &state.origin, self.settings.outside.as_deref());
        self.disk.replace(&path_in(state.year, "policy"), text.as_bytes()).map_err(&doing)
    }

    /// Adds cosignatures of others to the published checkpoint of a log that has the same text. False, and nothing changed, if
    /// the log has moved on. The signatures are not checked here.
    ///
    /// # Errors
    /// As with [`LogWriter::commit`].
    pub fn add_signatures(&mut self, year: u16, note: &SignedNote) -> Result<bool, LogError> {
        self.guarded(|writer| {
            let Some(state) = writer.state.as_mut().filter(|state| state.year == year) else {
                return Ok(false);
            };
            let damaged = |error: FormatError| LogError::Damaged(error.to_string());
            let mut current = SignedNote::parse(&state.checkpoint).map_err(damaged)?;
            if current.text() != note.text() {
                return Ok(false);
            }
            for signature in note.signatures() {
                let is_there =
                    |own: &huzhu_log::Signature| own.id() == signature.id() && own.name() == signature.name();
                if !current.signatures().iter().any(is_there) {
                    current.add(signature.clone());
                }
            }
            state.checkpoint = current.to_string();
            let text = state.checkpoint.clone();
            writer.publish(year, &text)?;
            Ok(true)
        })
    }
}

impl Drop for LogWriter {
    /// Waits for the thread that syncs: its end must not meet a new writer.
    fn drop(&mut self) {
        if matches!(self.sweep, Some(Sweep::Due { .. })) {
            return;
        }
        if let Err(error) = self.wait_for_sweep() {
            tracing::error!(%error, "the journal of the log is kept until the next start");
        }
    }
}

/// Makes all files durable, then removes the segments up to `last`.
fn sweep(disk: &dyn Disk, last: u64) -> Result<(), LogError> {
    disk.sync_all().map_err(LogError::disk("making the tiles of the log durable"))?;
    remove_segments(disk, last)
}

/// Removes the segments up to `last`.
fn remove_segments(disk: &dyn Disk, last: u64) -> Result<(), LogError> {
    let doing = LogError::disk("removing old segments of the log's journal");
    for (number, name) in segments(disk)? {
        if number.is_none_or(|number| number <= last) {
            disk.remove(&format!("{JOURNAL}/{name}")).map_err(&doing)?;
        }
    }
    Ok(())
}

/// The files in the journal's folder, oldest first, with the number of those that are segments.
pub(super) fn segments(disk: &dyn Disk) -> Result<Vec<(Option<u64>, String)>, LogError> {
    let names = disk.list(JOURNAL).map_err(LogError::disk("reading the journal of the log"))?;
    let number = |name: &str| name.strip_suffix(".seg").and_then(|number| number.parse().ok());
    Ok(names.into_iter().map(|name| (number(&name), name)).collect())
}

/// True if a key has signed a note, by the name and id of a line; who made the note is known already.
fn signed_by(note: &str, vkey: &Vkey) -> bool {
    SignedNote::parse(note).is_ok_and(|note| note.signatures().iter().any(|line| vkey.claims(line)))
}

fn missing_keys(origin: &str) -> LogError {
    LogError::Damaged(format!(
        "the keys of {origin} are missing; bring back the file sequencer/keys from your copy of the data folder"
    ))
}

fn check_batch(entries: &[&[u8]]) -> Result<(), LogError> {
    let bytes = entries.iter().fold(0_usize, |sum, entry| sum.saturating_add(entry.len()));
    let refused = |why: &str| Err(LogError::Refused(why.to_owned()));
    match () {
        () if entries.is_empty() => refused("there is no entry in the batch"),
        () if entries.len() > MAX_ENTRIES => refused("a batch has at most 65,536 entries"),
        () if bytes > MAX_BYTES => refused("a batch has at most 64 MiB"),
        () if entries.iter().any(|entry| entry.len() > huzhu_log::tile::MAX_ENTRY) => {
            refused("an entry has at most 65,535 bytes")
        }
        () => Ok(()),
    }
}

fn seconds(moment: Moment) -> u64 {
    u64::try_from(moment.as_second()).unwrap_or(0)
}
