//! The sequencer of a single operator: a thread that gathers submissions into batches.
//!
//! Shape: submissions wait in a queue with a bounded number of places for entries. The thread takes what waits, up to
//! [`SequencerSettings::batch`] entries. If the batch before had more than one submission, others are coming: then a batch is
//! begun only a [`SequencerSettings::window`] after the one before, so that many small submissions share one checkpoint. One
//! submission alone does not wait.
//!
//! Guarantees: answers are given after commit and publication. After an error that leaves the state unknown the log is opened
//! again, which recovers it; everybody in the failed batch hears [`SequencerError::Unavailable`], since the batch may have been
//! kept or not. If the thread panics, waiting and later callers hear the same.
//!
//! Limits: one submission is one batch or part of one, never of two; its size is limited by [`super::writer::MAX_ENTRIES`].

use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use huzhu_app::ports::{Clock, Entropy, LogYear, Sequenced, Sequencer, SequencerError};
use huzhu_log::SignedNote;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot, watch};

use super::disk::{Disk, FolderDisk};
use super::keys::{KeyRole, PublicKey};
use super::writer::{LogSettings, LogWriter, MAX_BYTES, MAX_ENTRIES};
use super::{LOCK, LogError};
use crate::secret::InstanceSecret;

/// Entries that may wait; who brings more waits for a place.
const PLACES: u32 = 4 * 65_536;

/// How submissions become batches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SequencerSettings {
    /// What concerns the log itself.
    pub log: LogSettings,
    /// From one batch to the next while more than one submission comes at a time.
    pub window: Duration,
    /// Entries after which a batch is not filled further.
    pub batch: usize,
}

impl SequencerSettings {
    /// The settings of a platform with this public name, such as `aid.example.org`.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { log: LogSettings::new(name), window: Duration::from_millis(50), batch: 20_000 }
    }
}

/// A checkpoint that was published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// The year of the log.
    pub year: LogYear,
    /// The signed note.
    pub checkpoint: String,
}

/// The one writer of the logs of a data folder. Dropping it ends the thread after the submissions that wait.
#[derive(Debug)]
pub struct LocalSequencer {
    jobs: Option<mpsc::Sender<Job>>,
    places: Arc<Semaphore>,
    published: watch::Receiver<Option<Published>>,
    thread: Option<JoinHandle<()>>,
}

type Reply<T> = oneshot::Sender<Result<T, SequencerError>>;

struct Submission {
    year: LogYear,
    entries: Vec<Vec<u8>>,
    reply: Reply<Sequenced>,
    /// Its places in the queue, free again when it is taken.
    places: OwnedSemaphorePermit,
}

enum Job {
    Submit(Submission),
    AddSignatures(LogYear, Box<SignedNote>, Reply<bool>),
    Rotate(KeyRole, Reply<PublicKey>),
    PublicKeys(Reply<Vec<PublicKey>>),
}

/// What a writer is opened from, again after a failure.
struct Opening {
    disk: Arc<dyn Disk>,
    settings: LogSettings,
    secret: InstanceSecret,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
}

impl Opening {
    fn open(&self) -> Result<LogWriter, LogError> {
        let (disk, settings) = (Arc::clone(&self.disk), self.settings.clone());
        LogWriter::open(disk, settings, &self.secret, Arc::clone(&self.clock), Arc::clone(&self.entropy))
    }
}

impl LocalSequencer {
    /// Opens the logs of a data folder, recovers what a crash has left, and takes the write lock.
    ///
    /// # Errors
    /// [`LogError`], each with what to do about it.
    pub fn open(
        data: &Path,
        settings: SequencerSettings,
        secret: &InstanceSecret,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, LogError> {
        let disk = Arc::new(FolderDisk::open(data, LOCK)?);
        Self::on_disk(disk, settings, secret, clock, entropy)
    }

    /// [`LocalSequencer::open`] for any disk that is held by nobody else.
    ///
    /// # Errors
    /// [`LogError`], each with what to do about it.
    pub fn on_disk(
        disk: Arc<dyn Disk>,
        settings: SequencerSettings,
        secret: &InstanceSecret,
        clock: Arc<dyn Clock>,
        entropy: Arc<dyn Entropy>,
    ) -> Result<Self, LogError> {
        let SequencerSettings { log, window, batch } = settings;
        let opening = Opening { disk, settings: log, secret: secret.clone(), clock, entropy };
        let writer = opening.open()?;
        let (jobs, waiting) = mpsc::channel();
        let (announce, published) = watch::channel(head(&writer));
        let worker = Worker {
            opening,
            writer: Some(writer),
            window,
            batch,
            next: None,
            begun: None,
            is_busy: false,
            announce,
        };
        let thread = std::thread::Builder::new().name("log writer".to_owned());
        let thread = thread.spawn(move || worker.run(&waiting));
        let thread = thread.map_err(LogError::disk("starting the thread of the log"))?;
        let places = Arc::new(Semaphore::new(usize::try_from(PLACES).unwrap_or(usize::MAX)));
        Ok(Self { jobs: Some(jobs), places, published, thread: Some(thread) })
    }

    /// Tells each newly published checkpoint; who is slow sees the newest only. Witnesses are asked from here.
    #[must_use]
    pub fn published(&self) -> watch::Receiver<Option<Published>> {
        self.published.clone()
    }

    /// Adds cosignatures of others to the published checkpoint of a log, if it still has the same text. The caller has checked
    /// them. False if the log has moved on.
    ///
    /// # Errors
    /// As with [`Sequencer::submit`].
    pub async fn add_signatures(&self, year: LogYear, note: SignedNote) -> Result<bool, SequencerError> {
        self.ask(|reply| Job::AddSignatures(year, Box::new(note), reply)).await
    }

    /// Makes a new key, puts it on the log, and signs with it from then on; see [`LogWriter::rotate`].
    ///
    /// # Errors
    /// As with [`Sequencer::submit`].
    pub async fn rotate(&self, role: KeyRole) -> Result<PublicKey, SequencerError> {
        self.ask(|reply| Job::Rotate(role, reply)).await
    }

    /// All keys that signed or may have signed, oldest first.
    ///
    /// # Errors
    /// As with [`Sequencer::submit`].
    pub async fn public_keys(&self) -> Result<Vec<PublicKey>, SequencerError> {
        self.ask(Job::PublicKeys).await
    }

    async fn ask<T>(&self, job: impl FnOnce(Reply<T>) -> Job) -> Result<T, SequencerError> {
        let (reply, answer) = oneshot::channel();
        let sent = self.jobs.as_ref().is_some_and(|jobs| jobs.send(job(reply)).is_ok());
        if !sent {
            return Err(stopped());
        }
        answer.await.unwrap_or_else(|_| Err(stopped()))
    }
}

#[async_trait]
impl Sequencer for LocalSequencer {
    async fn submit(&self, year: LogYear, entries: Vec<Vec<u8>>) -> Result<Sequenced, SequencerError> {
        check(&entries)?;
        let count = u32::try_from(entries.len()).unwrap_or(u32::MAX);
        let places = Arc::clone(&self.places).acquire_many_owned(count).await.map_err(|_| stopped())?;
        self.ask(|reply| Job::Submit(Submission { year, entries, reply, places })).await
    }
}

impl Drop for LocalSequencer {
    fn drop(&mut self) {
        drop(self.jobs.take());
        if let Some(thread) = self.thread.take() {
            thread.join().ok();
        }
    }
}

fn check(entries: &[Vec<u8>]) -> Result<(), SequencerError> {
    let refused = |why: &str| Err(SequencerError::TooMuch(why.to_owned()));
    let bytes = entries.iter().fold(0_usize, |sum, entry| sum.saturating_add(entry.len()));
    match () {
        () if entries.is_empty() => refused("there is nothing to put on it"),
        () if entries.len() > MAX_ENTRIES => refused("at most 65,536 entries at once"),
        () if bytes > MAX_BYTES => refused("at most 64 MiB at once"),
        () if entries.iter().any(|entry| entry.len() > huzhu_log::tile::MAX_ENTRY) => {
            refused("an entry has at most 65,535 bytes")
        }
        () => Ok(()),
    }
}

/// The thread.
struct Worker {
    opening: Opening,
    /// `None` after a failure, until the log is opened again.
    writer: Option<LogWriter>,
    window: Duration,
    batch: usize,
    /// A job that was taken and does not belong into the batch.
    next: Option<Job>,
    /// When the batch before was begun.
    begun: Option<Instant>,
    /// True if the batch before had more than one submission.
    is_busy: bool,
    announce: watch::Sender<Option<Published>>,
}

impl Worker {
    /// Works until the last sender is gone.
    fn run(mut self, jobs: &Receiver<Job>) {
        while let Some(job) = self.next.take().or_else(|| jobs.recv().ok()) {
            // A caller that went away does not matter: what was asked is done all the same.
            match job {
                Job::Submit(first) => {
                    let batch = self.gather(jobs, first);
                    self.commit(batch);
                }
                Job::AddSignatures(year, note, reply) => {
                    let added = self.with(|writer| writer.add_signatures(year.0, &note));
                    reply.send(added).ok();
                }
                Job::Rotate(role, reply) => {
                    let rotated = self.with(|writer| writer.rotate(role));
                    self.announce();
                    reply.send(rotated).ok();
                }
                Job::PublicKeys(reply) => {
                    let keys = self.with(|writer| Ok(writer.public_keys()));
                    reply.send(keys).ok();
                }
            }
        }
    }

    /// The first submission with those of the same year that wait behind it or come within the window.
    fn gather(&mut self, jobs: &Receiver<Job>, first: Submission) -> Vec<Submission> {
        let year = first.year;
        let mut entries = first.entries.len();
        let mut batch = vec![first];
        while entries < self.batch {
            match jobs.try_recv().ok().or_else(|| jobs.recv_timeout(self.wait()?).ok()) {
                Some(Job::Submit(submission)) if submission.year == year => {
                    entries = entries.saturating_add(submission.entries.len());
                    batch.push(submission);
                }
                other => {
                    self.next = other;
                    break;
                }
            }
        }
        self.begun = Some(now());
        self.is_busy = batch.len() > 1;
        batch
    }

    /// How long to wait for one more submission; `None` if not at all.
    fn wait(&self) -> Option<Duration> {
        let begun = self.begun.filter(|_| self.is_busy)?;
        let rest = self.window.checked_sub(now().saturating_duration_since(begun))?;
        (!rest.is_zero()).then_some(rest)
    }

    fn commit(&mut self, batch: Vec<Submission>) {
        let Some(year) = batch.first().map(|first| first.year) else { return };
        let entries: Vec<&[u8]> =
            batch.iter().flat_map(|submission| &submission.entries).map(Vec::as_slice).collect();
        // One submission may be as large as a commit, so two together may be too large for one.
        let done = match (entries.len() <= MAX_ENTRIES, batch.len()) {
            (true, _) | (_, 1) => self.with(|writer| writer.commit(year.0, &entries)),
            _ => return self.commit_one_by_one(batch),
        };
        if matches!(done, Err(SequencerError::TooMuch(_))) && batch.len() > 1 {
            return self.commit_one_by_one(batch);
        }
        self.announce();
        let mut first_index = done.as_ref().map_or(0, |done| done.first_index);
        for Submission { entries, reply, places, .. } in batch {
            drop(places);
            let answer = done.clone().map(|done| Sequenced {
                origin: done.origin,
                first_index,
                checkpoint: done.checkpoint,
            });
            first_index = first_index.saturating_add(u64::try_from(entries.len()).unwrap_or(u64::MAX));
            reply.send(answer).ok();
        }
    }

    fn commit_one_by_one(&mut self, batch: Vec<Submission>) {
        for submission in batch {
            self.commit(vec![submission]);
        }
    }

    /// Does something with the writer, which is opened again if it failed before.
    fn with<T>(
        &mut self,
        step: impl FnOnce(&mut LogWriter) -> Result<T, LogError>,
    ) -> Result<T, SequencerError> {
        let writer = match &mut self.writer {
            Some(writer) => writer,
            closed => closed.insert(self.opening.open().map_err(answer_of)?),
        };
        let done = step(writer);
        if done.as_ref().is_err_and(|error| !error.is_refusal()) {
            // From here on only what is on disk counts.
            self.writer = None;
        }
        done.map_err(answer_of)
    }

    fn announce(&self) {
        let head = self.writer.as_ref().and_then(head);
        self.announce.send_if_modified(|before| {
            let is_new = head.is_some() && *before != head;
            if is_new {
                *before = head;
            }
            is_new
        });
    }
}

fn head(writer: &LogWriter) -> Option<Published> {
    let (year, checkpoint) = writer.head()?;
    Some(Published { year: LogYear(year), checkpoint: checkpoint.to_owned() })
}

fn answer_of(error: LogError) -> SequencerError {
    match error {
        LogError::Closed(year) => SequencerError::Closed(LogYear(year)),
        LogError::Refused(why) => SequencerError::TooMuch(why),
        LogError::Damaged(what) => {
            tracing::error!(%what, "the log does not go on");
            SequencerError::Broken(what)
        }
        error @ (LogError::Disk { .. } | LogError::Folder(_)) => {
            tracing::error!(%error, "the log is opened again with the next submission");
            SequencerError::Unavailable(error.to_string())
        }
    }
}

/// What callers hear when there is no thread any more.
fn stopped() -> SequencerError {
    SequencerError::Unavailable("the writer of the log has stopped".to_owned())
}

#[expect(clippy::disallowed_methods, reason = "how long a batch gathers is no fact of the log")]
fn now() -> Instant {
    Instant::now()
}
