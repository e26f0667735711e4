//! The log's writer killed with SIGKILL under load, then opened again: everything acknowledged is on the log and verifies.
//!
//! A parent starts this test binary again as a child that submits from many tasks at once and prints each answer to a pipe;
//! after a random number of answers the child is killed. `HUZHU_KILLS` sets the number of rounds, 20 if it is not set.

#![expect(clippy::unwrap_used, reason = "steps of tests outside of test functions")]
#![expect(clippy::integer_division, reason = "a submission that is larger now and then")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use huzhu_app::ports::{LogYear, Sequencer};
use huzhu_log::entry::{Body, Entry};
use huzhu_log::tree::{Tiles, prove_consistency, prove_inclusion, verify_consistency, verify_inclusion};
use huzhu_log::{Hash, SignedCheckpoint, Tile, leaf_hash};
use huzhu_sim::world::{Dice, HandClock, SeededIds};
use huzhu_store::InstanceSecret;
use huzhu_store::log::check::PublicFolder;
use huzhu_store::log::{LocalSequencer, SequencerSettings, check_files};

const FOLDER: &str = "HUZHU_LOG_KILL_FOLDER";
const FIRST: &str = "HUZHU_LOG_KILL_FIRST";
/// Callers at once in the child.
const CALLERS: u64 = 32;
/// The year that begins half-way.
const YEARS: [u16; 2] = [2026, 2027];

#[expect(clippy::disallowed_methods, reason = "parent and child of this test talk through variables")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn open(folder: &Path) -> LocalSequencer {
    let start = "2026-06-01T00:00:00Z".parse().unwrap();
    let (clock, ids) = (HandClock::new(start), SeededIds::new(Dice::new(1)));
    let mut settings = SequencerSettings::new("aid.example.org");
    // Small segments, so that kills meet their beginning and their end.
    settings.log.segment_bytes = 20_000;
    settings.window = std::time::Duration::from_millis(2);
    let secret = InstanceSecret::from_bytes([3; 32]);
    LocalSequencer::open(folder, settings, &secret, Arc::new(clock), Arc::new(ids)).expect("the log opens")
}

/// What the caller `n` submits.
fn entries(n: u64) -> Vec<Vec<u8>> {
    let entry = |part: u64| Entry {
        at: n,
        body: Body::Evidence(Hash::digest(&[n, part].map(u64::to_be_bytes).concat())),
    };
    (0..=n % 40 / 39 * 300).map(|part| entry(part).encode().unwrap()).collect()
}

/// The child; without its variables this test has nothing to do.
#[test]
fn child_that_submits_until_it_is_killed() {
    let (Some(folder), Some(first)) = (variable(FOLDER), variable(FIRST)) else {
        return;
    };
    let first: u64 = first.parse().unwrap();
    let year = YEARS[usize::from(first > 10_000_000)];
    let log = Arc::new(open(Path::new(&folder)));
    let next = Arc::new(AtomicU64::new(first));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let mut callers = Vec::new();
        for _ in 0..CALLERS {
            let (log, next) = (Arc::clone(&log), Arc::clone(&next));
            callers.push(tokio::spawn(async move {
                let mut n = next.fetch_add(1, Ordering::Relaxed);
                // An error ends the caller and so the child, which the parent takes for a finding.
                while let Ok(done) = log.submit(LogYear(year), entries(n)).await {
                    // One write per line: a line is whole or not there.
                    let line = format!("\nlogged {n} {year} {} {:?}\n", done.first_index, done.checkpoint);
                    let mut out = std::io::stdout().lock();
                    out.write_all(line.as_bytes()).unwrap();
                    out.flush().unwrap();
                    drop(out);
                    n = next.fetch_add(1, Ordering::Relaxed);
                }
            }));
        }
        for caller in callers {
            caller.await.unwrap();
        }
    });
}

/// One answer that the child has got.
struct Answer {
    n: u64,
    year: u16,
    first_index: u64,
    checkpoint: SignedCheckpoint,
}

fn parse(line: &str) -> Option<Answer> {
    let mut words = line.strip_prefix("logged ")?.splitn(4, ' ');
    let n = words.next()?.parse().ok()?;
    let year = words.next()?.parse().ok()?;
    let first_index = words.next()?.parse().ok()?;
    let text = words.next()?.strip_prefix('"')?.strip_suffix('"')?.replace("\\n", "\n");
    Some(Answer { n, year, first_index, checkpoint: text.parse().ok()? })
}

/// Runs a child, kills it after `answers`, hands back what it printed.
fn run_and_kill(folder: &Path, first: u64, answers: usize) -> Vec<Answer> {
    let mut child = Command::new(std::env::current_exe().expect("the child"))
        .args(["--exact", "child_that_submits_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child");
    let mut kept = Vec::new();
    let mut killed = false;
    let out = BufReader::new(child.stdout.take().expect("the child"));
    for line in out.lines() {
        let line = line.expect("the child");
        if line.starts_with("logged ") {
            kept.push(parse(&line).expect("a whole line"));
        }
        if !killed && kept.len() >= answers {
            child.kill().expect("the child");
            killed = true;
        }
    }
    let status = child.wait().expect("the child");
    assert_eq!(status.code(), None, "the child was killed and did not end by itself");
    kept
}

/// Tiles of one year, read as a stranger reads them.
struct YearTiles(std::path::PathBuf);

impl Tiles for YearTiles {
    type Error = String;

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, String> {
        let read = std::fs::read(self.0.join(tile.path()));
        read.or_else(|_| std::fs::read(self.0.join(tile.full().path()))).map_err(|error| error.to_string())
    }
}

/// Everything that the child was told verifies with proofs made from the files.
fn check(folder: &Path, answers: &[Answer], round: u64) {
    let earlier: Vec<SignedCheckpoint> = answers.iter().map(|answer| answer.checkpoint.clone()).collect();
    let found = check_files(&mut PublicFolder(folder.join("log")), &earlier).unwrap();
    assert_eq!(found.findings, [], "round {round}");
    let mut heads = BTreeMap::new();
    for (year, _) in found.years {
        let text = std::fs::read_to_string(folder.join(format!("log/{year}/checkpoint"))).unwrap();
        heads.insert(year, text.parse::<SignedCheckpoint>().unwrap());
    }
    for answer in answers.iter().rev().take(50).chain(answers.iter().step_by(97)) {
        let head = heads[&answer.year].checkpoint();
        let tiles = YearTiles(folder.join(format!("log/{}", answer.year)));
        let bytes = entries(answer.n);
        let last = u64::try_from(bytes.len()).unwrap() - 1;
        let (index, leaf) = (answer.first_index + last, leaf_hash(bytes.last().unwrap()));
        let proof = prove_inclusion(head.size(), index, &tiles).unwrap();
        verify_inclusion(&leaf, index, head.size(), &proof, &head.root()).unwrap();
        let was = answer.checkpoint.checkpoint();
        let proof = prove_consistency(was.size(), head.size(), &tiles).unwrap();
        verify_consistency((was.size(), &was.root()), (head.size(), &head.root()), &proof).unwrap();
    }
}

#[test]
fn everything_acknowledged_is_on_the_log_and_verifies_after_kills() {
    let rounds = variable("HUZHU_KILLS").map_or(20, |rounds| rounds.parse().unwrap());
    let mut dice = Dice::new(rounds);
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for round in 0..rounds {
        let first = (round + 1) * 20_000_000_u64.div_euclid(rounds);
        all.extend(run_and_kill(folder.path(), first, dice.index(400)));
        // What anybody may read between death and the next start is in order, too: nothing has to be repaired first.
        check(folder.path(), &[], round);
        drop(open(folder.path()));
        check(folder.path(), &all, round);
    }
    println!("{rounds} kills, {} answers, all on the log", all.len());
    assert!(all.len() > 100, "the children had answers");
}
