//! Killed with SIGKILL under load, then opened again: nothing acknowledged is lost, nothing is there twice.
//!
//! A parent starts this test binary again as a child that commits units from many tasks at once and prints each
//! acknowledgement; after a random number of them the child is killed. `HUZHU_KILLS` sets the number of rounds.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use huzhu_app::ports::{Actor, Constraint, Store, StoreError, Unit};
use huzhu_sim::contract::fixture::{enrolment_stream, entry, join_unit, member, plan};
use huzhu_store::{InstanceSecret, SqliteStore};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const FOLDER: &str = "HUZHU_KILL_FOLDER";
const FIRST: &str = "HUZHU_KILL_FIRST";
/// Callers at once in the child.
const CALLERS: u64 = 32;
/// Rounds on one database before another one is begun: later rounds also start on a file that was killed before.
const ROUNDS_PER_FOLDER: u64 = 5;

#[expect(clippy::disallowed_methods, reason = "parent and child of this test talk through variables")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder, &InstanceSecret::from_bytes([3; 32])).expect("a store")
}

fn unit(n: u64) -> Unit {
    Unit { entries: vec![(plan(), entry(u128::from(n), n))], ..join_unit(n) }
}

/// The child; without its variables this test has nothing to do.
#[test]
fn child_that_commits_until_it_is_killed() {
    let (Some(folder), Some(first)) = (variable(FOLDER), variable(FIRST)) else {
        return;
    };
    let store = Arc::new(open(Path::new(&folder)));
    let next = Arc::new(AtomicU64::new(first.parse().unwrap()));
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    runtime.block_on(async {
        let mut callers = Vec::new();
        for _ in 0..CALLERS {
            let (store, next) = (Arc::clone(&store), Arc::clone(&next));
            callers.push(tokio::spawn(async move {
                let mut n = next.fetch_add(1, Ordering::Relaxed);
                // An error ends the caller and so the child, which the parent takes for a finding.
                while let Ok(position) = store.commit(unit(n)).await {
                    // One write per line: a line is whole or not there.
                    let line = format!("\nkept {n} {}\n", position.0);
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

/// Runs a child, kills it after `acknowledgements`, answers what it acknowledged: number and position.
fn run_and_kill(folder: &Path, first: u64, acknowledgements: u64) -> Vec<(u64, u64)> {
    let mut child = Command::new(std::env::current_exe().expect("the child"))
        .args(["--exact", "child_that_commits_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder)
        .env(FIRST, first.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the child");
    let mut kept = Vec::new();
    let mut killed = false;
    let kill = |child: &mut std::process::Child| child.kill().expect("the child");
    if acknowledgements == 0 {
        kill(&mut child);
        killed = true;
    }
    let out = BufReader::new(child.stdout.take().expect("the child"));
    for line in out.lines() {
        let line = line.expect("the child");
        let mut words = line.split(' ');
        if let (Some("kept"), Some(n), Some(position)) = (words.next(), words.next(), words.next()) {
            kept.push((n.parse().expect("a number"), position.parse().expect("a number")));
        }
        if !killed && u64::try_from(kept.len()).expect("the child") >= acknowledgements {
            kill(&mut child);
            killed = true;
        }
    }
    let status = child.wait().expect("the child");
    assert_eq!(status.code(), None, "the child was killed and did not end by itself");
    kept
}

#[tokio::test]
async fn nothing_acknowledged_is_lost_and_nothing_is_there_twice_after_kills() {
    let rounds = variable("HUZHU_KILLS").map_or(20, |rounds| rounds.parse().unwrap());
    let mut random = ChaCha8Rng::seed_from_u64(rounds);
    let mut folder = tempfile::tempdir().unwrap();
    let mut all: Vec<(u64, u64)> = Vec::new();
    let mut total = 0;
    for round in 0..rounds {
        if round % ROUNDS_PER_FOLDER == 0 {
            folder = tempfile::tempdir().unwrap();
            all.clear();
        }
        let first = (round + 1) * 1_000_000;
        let kept = run_and_kill(folder.path(), first, random.random_range(0..400));
        total += kept.len();
        all.extend(kept);
        let store = open(folder.path());
        assert_eq!(store.check(&mut |_| {}).await.unwrap(), [], "round {round}");
        for (n, position) in &all {
            let stream = store.stream(&enrolment_stream(*n)).await.unwrap();
            let positions: Vec<u64> = stream.iter().map(|event| event.position.0).collect();
            assert_eq!(positions, [*position], "unit {n} of round {round}");
        }
        if let Some((n, _)) = all.last() {
            let person = store.unseal(member(*n), "person").await.unwrap();
            assert!(person.is_some(), "unit {n} of round {round}");
            let answer = store.answer(Actor::Member(member(*n)), "join").await.unwrap();
            assert!(answer.is_some(), "unit {n} of round {round}");
            let again = store.commit(unit(*n)).await;
            assert_eq!(again, Err(StoreError::Taken(Constraint::AnswerKey)));
        }
    }
    println!("{rounds} kills, {total} acknowledged units, none lost, none twice");
    assert!(total > 0, "the children had acknowledged something");
}
