//! How fast the sequencer is, beside the same files written without hashing; how long one submission waits; memory by size; how
//! long a start takes.
//!
//! `cargo run --release -p huzhu-store --example log -- [SECONDS] [ENTRIES_OF_THE_LARGEST_LOG]`
//!
//! *Bare* means: the files that the sequencer has written in the turn before (journal records, tiles, bundles, checkpoints) are
//! written again in the same order into another folder by the same calls: a journal record with `fdatasync` for each batch,
//! tiles and checkpoint by writing beside and renaming, all made durable and the old journal removed at each new segment. No hashing, no
//! signing, no queue. The two take turns, so that a busy machine slows both. *Entries only* means: the entries of a batch
//! appended to one file with `fdatasync`, which is the least that anybody could do; it keeps no tree that could be read.

#![expect(clippy::float_arithmetic, reason = "rates and ratios of a measurement")]

use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use huzhu_app::ports::{LogYear, Sequencer};
use huzhu_log::entry::{Body, Entry};
use huzhu_log::{Hash, SignedCheckpoint};
use huzhu_sim::world::{Dice, HandClock, SeededIds};
use huzhu_store::InstanceSecret;
use huzhu_store::log::{Disk, FolderDisk, LocalSequencer, SequencerSettings};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

const YEAR: LogYear = LogYear(2026);
/// Entries of one submission when batches are measured.
const BATCH: u64 = 20_000;
/// Submissions that wait while one is worked on.
const AHEAD: usize = 2;
/// Single submissions a second.
const SINGLE_RATE: u32 = 1_000;

#[expect(clippy::disallowed_methods, reason = "an example that measures time")]
fn now() -> Instant {
    Instant::now()
}

#[expect(clippy::print_stdout, reason = "an example that prints what it measured")]
fn print(line: &str) {
    println!("{line}");
}

fn settings() -> SequencerSettings {
    SequencerSettings::new("aid.example.org")
}

fn open_on(disk: Arc<dyn Disk>) -> Outcome<LocalSequencer> {
    let (clock, ids) = (HandClock::new("2026-06-01T00:00:00Z".parse()?), SeededIds::new(Dice::new(1)));
    let secret = InstanceSecret::from_bytes([3; 32]);
    Ok(LocalSequencer::on_disk(disk, settings(), &secret, Arc::new(clock), Arc::new(ids))?)
}

fn open(folder: &Path) -> Outcome<LocalSequencer> {
    open_on(Arc::new(FolderDisk::open(folder, "sequencer/lock")?))
}

/// Entries as evidence makes them: a salted digest with its time.
fn entries(from: u64, count: u64) -> Outcome<Vec<Vec<u8>>> {
    let entry = |n: u64| {
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = n
                .wrapping_mul(0x9e37_79b9_7f4a_7c15)
                .rotate_left(u32::try_from(at).unwrap_or(0))
                .to_le_bytes()[0];
        }
        Entry { at: n, body: Body::Evidence(Hash::from_bytes(bytes)) }.encode()
    };
    Ok((from..from.saturating_add(count)).map(entry).collect::<Result<_, _>>()?)
}

fn per_second(done: u64, time: Duration) -> Outcome<f64> {
    Ok(f64::from(u32::try_from(done)?) / time.as_secs_f64())
}

/// A call that changes the disk.
enum Call {
    Replace(String, Vec<u8>),
    Keep(String, Vec<u8>),
    Append(String, u64, Vec<u8>),
    Remove(String),
    SyncAll,
}

/// A folder that remembers what was done with it.
#[derive(Debug)]
struct Recorder {
    disk: FolderDisk,
    calls: Mutex<Vec<Call>>,
}

impl std::fmt::Debug for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Call")
    }
}

impl Recorder {
    fn note(&self, call: Call) {
        if let Ok(mut calls) = self.calls.lock() {
            calls.push(call);
        }
    }
}

impl Disk for Recorder {
    fn read(&self, path: &str) -> io::Result<Option<Vec<u8>>> {
        self.disk.read(path)
    }
    fn list(&self, folder: &str) -> io::Result<Vec<String>> {
        self.disk.list(folder)
    }
    fn replace(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.note(Call::Replace(path.to_owned(), bytes.to_vec()));
        self.disk.replace(path, bytes)
    }
    fn keep(&self, path: &str, bytes: &[u8]) -> io::Result<()> {
        self.note(Call::Keep(path.to_owned(), bytes.to_vec()));
        self.disk.keep(path, bytes)
    }
    fn append(&self, path: &str, at: u64, bytes: &[u8]) -> io::Result<()> {
        self.note(Call::Append(path.to_owned(), at, bytes.to_vec()));
        self.disk.append(path, at, bytes)
    }
    fn sync_all(&self) -> io::Result<()> {
        self.note(Call::SyncAll);
        self.disk.sync_all()
    }
    fn remove(&self, path: &str) -> io::Result<()> {
        self.note(Call::Remove(path.to_owned()));
        self.disk.remove(path)
    }
}

/// Submits batches for `length`, always a few ahead; answers entries and time.
async fn submit_batches(log: &Arc<LocalSequencer>, length: Duration) -> Outcome<(u64, Duration)> {
    // Made before, so that making them is not measured.
    let prepared: Vec<Vec<Vec<u8>>> = (0..32).map(|n| entries(n * BATCH, BATCH)).collect::<Outcome<_>>()?;
    let (begin, mut done) = (now(), 0_u64);
    let mut waiting = std::collections::VecDeque::new();
    let mut turns = prepared.iter().cycle();
    while begin.elapsed() < length || !waiting.is_empty() {
        while waiting.len() < AHEAD && begin.elapsed() < length {
            let (log, batch) = (Arc::clone(log), turns.next().cloned().unwrap_or_default());
            waiting.push_back(tokio::spawn(async move { log.submit(YEAR, batch).await }));
        }
        if let Some(first) = waiting.pop_front() {
            first.await??;
            done = done.saturating_add(BATCH);
        }
    }
    Ok((done, begin.elapsed()))
}

/// One turn: the sequencer, then the same files bare, then the same entries in one file. Entries a second of each.
fn turn(runtime: &tokio::runtime::Runtime, length: Duration) -> Outcome<[f64; 3]> {
    let (ours, theirs) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let disk = FolderDisk::open(ours.path(), "sequencer/lock")?;
    let recorder = Arc::new(Recorder { disk, calls: Mutex::new(Vec::new()) });
    let log = Arc::new(open_on(Arc::clone(&recorder) as Arc<dyn Disk>)?);
    let (done, time) = runtime.block_on(submit_batches(&log, length))?;
    drop(log);
    let calls = std::mem::take(&mut *recorder.calls.lock().map_err(|_| "the recorder is broken")?);
    let bare = Arc::new(FolderDisk::open(theirs.path(), "sequencer/lock")?);
    let begin = now();
    let mut syncing: Option<std::thread::JoinHandle<io::Result<()>>> = None;
    for call in &calls {
        match call {
            Call::Replace(path, bytes) => bare.replace(path, bytes)?,
            Call::Keep(path, bytes) => bare.keep(path, bytes)?,
            Call::Append(path, at, bytes) => bare.append(path, *at, bytes)?,
            Call::Remove(path) => bare.remove(path)?,
            // Beside the writer, as ours.
            Call::SyncAll => {
                if let Some(before) = syncing.take() {
                    before.join().map_err(|_| "the sync has panicked")??;
                }
                let bare = Arc::clone(&bare);
                syncing = Some(std::thread::spawn(move || bare.sync_all()));
            }
        }
    }
    if let Some(last) = syncing.take() {
        last.join().map_err(|_| "the sync has panicked")??;
    }
    let bare_time = begin.elapsed();
    bare.keep("entries", &[])?;
    let batch: Vec<u8> = entries(0, BATCH)?.concat();
    let (begin, mut at) = (now(), 0);
    for _ in 0..done.div_ceil(BATCH) {
        bare.append("entries", at, &batch)?;
        at = at.saturating_add(u64::try_from(batch.len())?);
    }
    Ok([per_second(done, time)?, per_second(done, bare_time)?, per_second(done, begin.elapsed())?])
}

/// Times from submission to answer, sorted, at a steady rate of single submissions.
async fn latencies(log: &Arc<LocalSequencer>, length: Duration) -> Outcome<Vec<Duration>> {
    let mut clock =
        tokio::time::interval(Duration::from_secs(1).checked_div(SINGLE_RATE).unwrap_or_default());
    clock.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Burst);
    let begin = now();
    let mut waiting = Vec::new();
    for n in 0.. {
        // The time is counted from when it should have been submitted, so that waiting in line counts, too.
        let due = clock.tick().await.into_std();
        if begin.elapsed() > length {
            break;
        }
        let (log, entry) = (Arc::clone(log), entries(n, 1)?);
        waiting.push(tokio::spawn(async move {
            log.submit(YEAR, entry).await?;
            Outcome::Ok(due.elapsed())
        }));
    }
    let mut times = Vec::new();
    for answer in waiting {
        times.push(answer.await??);
    }
    times.sort_unstable();
    Ok(times)
}

fn quantile(sorted: &[Duration], of_thousand: usize) -> Duration {
    let at = sorted.len().saturating_mul(of_thousand).div_ceil(1_000).saturating_sub(1);
    sorted.get(at).copied().unwrap_or_default()
}

/// Resident memory of this process in kibibytes, where the system tells.
fn resident() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// One process: starts on a log, says how long that takes, grows it to `goal` entries, says its memory.
fn grow_to(folder: &Path, goal: u64) -> Outcome<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let begin = now();
    let log = open(folder)?;
    let time = begin.elapsed().as_secs_f64();
    let head = log.published().borrow().clone();
    let size = head.map(|head| head.checkpoint.parse::<SignedCheckpoint>()).transpose()?;
    let mut size = size.map_or(0, |head| head.checkpoint().size());
    if size > 0 {
        print(&format!("{size:>11} entries: start takes {time:.3} s"));
    }
    let begin = size;
    while size < goal {
        runtime.block_on(log.submit(YEAR, entries(size, BATCH)?))?;
        size = size.saturating_add(BATCH);
    }
    if size > begin {
        print(&format!("{size:>11} entries: {:>6} KiB resident", resident()));
    }
    Ok(())
}

/// Grows one log by powers of ten, each in a process of its own, so that a start is a start and memory is that of one writer.
fn grow(largest: u64) -> Outcome<()> {
    let folder = tempfile::tempdir()?;
    let mut goal = 100_000_u64;
    while goal <= largest {
        process(folder.path(), goal)?;
        goal = goal.saturating_mul(10);
    }
    process(folder.path(), 0)
}

fn process(folder: &Path, goal: u64) -> Outcome<()> {
    let mut command = std::process::Command::new(std::env::current_exe()?);
    let ended = command.arg("grow").arg(folder).arg(goal.to_string()).status()?;
    if ended.success() { Ok(()) } else { Err("a process of the growth has failed".into()) }
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1).peekable();
    if arguments.peek().is_some_and(|first| first == "grow") {
        let (folder, goal) = (arguments.nth(1).ok_or("a folder")?, arguments.next().ok_or("a size")?);
        return grow_to(Path::new(&folder), goal.parse()?);
    }
    let length = Duration::from_secs(arguments.next().map_or(Ok(3), |text| text.parse())?);
    let largest: u64 = arguments.next().map_or(Ok(10_000_000), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    grow(largest)?;
    let mut turns = (0..3).map(|_| turn(&runtime, length)).collect::<Outcome<Vec<_>>>()?;
    // The median of three by the ratio.
    turns.sort_by(|[a, b, _], [c, d, _]| (a / b).total_cmp(&(c / d)));
    if let Some([ours, bare, only]) = turns.get(1) {
        let (ratio, least) = (ours / bare, ours / only);
        print(&format!(
            "batches of {BATCH}: {ours:.0} entries/s, the same files bare {bare:.0}/s, ratio {ratio:.2}"
        ));
        print(&format!("  entries only, in one file: {only:.0}/s, ratio {least:.2}"));
    }
    let folder = tempfile::tempdir()?;
    let log = Arc::new(open(folder.path())?);
    let times = runtime.block_on(latencies(&log, length.saturating_mul(3)))?;
    let [half, most, worst] = [500, 990, 1_000].map(|of| quantile(&times, of).as_secs_f64() * 1_000.0);
    print(&format!(
        "single submissions at {SINGLE_RATE}/s: {} answers, median {half:.0} ms, p99 {most:.0} ms, longest {worst:.0} ms",
        times.len()
    ));
    Ok(())
}
