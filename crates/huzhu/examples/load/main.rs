//! Loads the real server over HTTP and says what it carries. Run by `cargo xtask bench`, alone on the machine.
//!
//! `cargo run --release -p huzhu --example load -- ballots|joins|home|memory|demo [MEMBERS] [SECONDS]`
//!
//! The server is the release binary in a process of its own; clients and server share the processors of this machine. Data
//! folders are made through the store port and kept under the target folder for the next run.

#![expect(
    clippy::float_arithmetic,
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures of measurements, no money"
)]

mod ballots;
#[path = "../../tests/it/client.rs"]
mod client;
mod demo;
mod home;
mod joins;
mod seed;
mod server;

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let what = arguments.next().unwrap_or_default();
    let mut number = |otherwise: u64| arguments.next().map_or(Ok(otherwise), |text| text.parse::<u64>());
    match what.as_str() {
        "joins" => joins::measure(number(100_000)?, number(8)?),
        "home" => home::latency(number(1_000_000)?, number(20)?),
        "memory" => home::memory(number(1_000_000)?),
        "ballots" => ballots::measure(number(20_000)?, number(20)?),
        "demo" => demo::measure(),
        _ => Err("say what to measure: ballots, joins, home, memory or demo".into()),
    }
}

#[expect(clippy::print_stdout, reason = "an example that prints what it measured")]
fn print(line: &str) {
    println!("{line}");
}

#[expect(clippy::disallowed_methods, reason = "an example that measures time")]
fn now() -> std::time::Instant {
    std::time::Instant::now()
}

/// The value below which `part` of a sorted list lies, in milliseconds.
fn quantile(sorted: &[std::time::Duration], part: f64) -> f64 {
    let at = (sorted.len() as f64 * part).ceil() as usize;
    sorted
        .get(at.saturating_sub(1).min(sorted.len().saturating_sub(1)))
        .map_or(f64::NAN, |d| d.as_secs_f64() * 1e3)
}
