//! The page that members open most, on a platform with a million of them: how long it takes at a steady rate, and how much
//! memory the server has then.
//!
//! The load is open: requests leave by the clock, whether earlier ones were answered or not, and a wait counts from the moment
//! at which the request should have left. The same load on `/healthz`, which touches no data, is the yardstick.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::client::{Client, Request};
use super::seed::{self, Folder};
use super::server::Server;
use super::{Outcome, now, print, quantile};

/// Requests a second.
const RATE: u32 = 500;
/// Connections that share them.
const CONNECTIONS: usize = 64;
/// Members who look at their home.
const VISITORS: u64 = 20_000;
/// Milliseconds within which 99 of 100 answers are wanted.
const WANTED_MS: f64 = 20.0;
/// Megabytes of resident memory that the server may have.
const WANTED_MB: f64 = 200.0;

pub(crate) fn latency(members: u64, seconds: u64) -> Outcome<()> {
    let (server, tokens) = start(members)?;
    let count = usize::try_from(seconds * u64::from(RATE))?;
    let health = vec![Request::get("/healthz", "").bytes()];
    let homes: Vec<Vec<u8>> = tokens.iter().map(|token| Request::get("/me", token).bytes()).collect();
    let idle = load(&server, &health, count)?;
    let page = load(&server, &homes, count)?;
    let ratio = quantile(&page, 0.99) / quantile(&idle, 0.99);
    let line = |waits: &[Duration]| {
        let part = |part| quantile(waits, part);
        format!(
            "p50 {:.1}, p99 {:.1}, p99.9 {:.1}, longest {:.1} ms",
            part(0.5),
            part(0.99),
            part(0.999),
            part(1.0)
        )
    };
    print(&format!(
        "home: {members} members, {RATE} requests/s for {seconds} s: {} (wanted: p99 {WANTED_MS} ms)",
        line(&page)
    ));
    print(&format!("home: the same load on a page without data: {}; ratio of p99 {ratio:.1}", line(&idle)));
    report_memory(&server, members)
}

pub(crate) fn memory(members: u64) -> Outcome<()> {
    let (server, tokens) = start(members)?;
    let (begun, _) = server.memory()?;
    let mut client = Client::new(server.address);
    for path in
        ["/", "/plans/neighbours", "/plans/neighbours/periods", "/plans/neighbours/notice", "/api/v1/plans"]
    {
        client.send(&Request::get(path, ""))?;
    }
    for token in &tokens {
        client.send(&Request::get("/me", token))?;
    }
    print(&format!(
        "memory: {begun:.0} MB after the start; then {} members looked at their home",
        tokens.len()
    ));
    report_memory(&server, members)
}

fn report_memory(server: &Server, members: u64) -> Outcome<()> {
    let (now, most) = server.memory()?;
    let ratio = most / WANTED_MB;
    print(&format!(
        "memory: {now:.0} MB resident with {members} members, {most:.0} MB at most; {ratio:.2} of the {WANTED_MB:.0} MB it may have"
    ));
    Ok(())
}

fn start(members: u64) -> Outcome<(Server, Vec<String>)> {
    let path = seed::folder("home", members, true)?;
    let runtime = tokio::runtime::Runtime::new()?;
    let visitors = VISITORS.min(members);
    let tokens = runtime.block_on(async { Folder::open(&path, seed::today())?.sessions(visitors).await })?;
    drop(runtime);
    Ok((Server::start(&path)?, tokens))
}

/// Sends `count` requests by the clock; waits in ascending order.
fn load(server: &Server, requests: &[Vec<u8>], count: usize) -> Outcome<Vec<Duration>> {
    let next = AtomicUsize::new(0);
    let begin = now();
    let mut waits = Vec::new();
    std::thread::scope(|scope| -> Outcome<()> {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            clients.push(scope.spawn(|| -> Outcome<Vec<Duration>> {
                let mut client = Client::new(server.address);
                let mut waits = Vec::new();
                loop {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= count {
                        return Ok(waits);
                    }
                    let due = Duration::from_secs(1) * u32::try_from(at)? / RATE;
                    wait_until(begin, due);
                    let request =
                        at.checked_rem(requests.len()).and_then(|at| requests.get(at)).ok_or("no request")?;
                    let answer = client.exchange(request)?;
                    if answer.status != 200 {
                        return Err(
                            format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)).into()
                        );
                    }
                    waits.push(begin.elapsed().saturating_sub(due));
                }
            }));
        }
        for client in clients {
            waits.extend(client.join().map_err(|_| "a client failed")??);
        }
        Ok(())
    })?;
    waits.sort_unstable();
    Ok(waits)
}

/// A load by the clock waits for the clock; nobody unparks this thread.
fn wait_until(begin: std::time::Instant, due: Duration) {
    while let Some(left) = due.checked_sub(begin.elapsed()) {
        std::thread::park_timeout(left);
    }
}
