//! Lives through many seeds: `cargo run -p huzhu-sim --release --example seeds -- --count 1000 [--first N]`.
//!
//! Prints progress, every failure with its trace, and what was reached how often. Ends with 1 when there was a finding.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program for the terminal")]

use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use huzhu_sim::simulation::{Failure, run};

/// Seeds between two lines of progress.
const PROGRESS: u64 = 50;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().collect();
    let number = |name: &str, otherwise: u64| {
        let at = arguments.iter().position(|argument| argument == name);
        at.and_then(|at| arguments.get(at + 1)).and_then(|text| text.parse().ok()).unwrap_or(otherwise)
    };
    let (first, count) = (number("--first", 1), number("--count", 100));
    let next = AtomicU64::new(first);
    let done = AtomicU64::new(0);
    let seen: Mutex<BTreeMap<&'static str, u64>> = Mutex::default();
    let failures: Mutex<Vec<Box<Failure>>> = Mutex::default();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first.saturating_add(count) {
                        break;
                    }
                    match run(seed) {
                        Ok(outcome) => {
                            let mut seen = seen.lock().expect("no thread panics while it counts");
                            for (word, times) in outcome.seen {
                                *seen.entry(word).or_default() += times;
                            }
                        }
                        Err(failure) => {
                            eprintln!("seed {}: {}", failure.seed, failure.finding);
                            failures.lock().expect("no thread panics while it notes").push(failure);
                        }
                    }
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    if done.is_multiple_of(PROGRESS) {
                        eprintln!("{done} of {count} seeds");
                    }
                }
            });
        }
    });
    for (word, times) in seen.into_inner().expect("all threads have ended") {
        println!("{times:>9}  {word}");
    }
    let failures = failures.into_inner().expect("all threads have ended");
    println!("{count} seeds from {first}: {} with a finding", failures.len());
    if let Some(failure) = failures.first() {
        println!("{failure}");
        return ExitCode::FAILURE;
    }
    ExitCode::SUCCESS
}
