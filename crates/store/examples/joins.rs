//! How many joins a second the store makes durable, beside the same rows put into the same engine bare.
//!
//! `cargo run --release -p huzhu-store --example joins -- [SECONDS] [MEMBERS_BEFORE]`
//!
//! A join is what consent stores: two events of a member and the member's row, the event and the row of the enrolment,
//! its cohort, the sealed person, the stored answer. *Bare* means: the rows that the store has written, read back from
//! its file, inserted into the same tables and indexes with prepared statements, in transactions of as many joins as
//! were in flight, with the same durability; no checks, no encoding, no sealing, no threads. The two take turns, so that
//! a busy machine slows both.

#![expect(clippy::float_arithmetic, reason = "rates and ratios of a measurement")]

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use huzhu_app::ports::{Store, Unit};
use huzhu_sim::contract::fixture::join_unit;
use huzhu_store::{InstanceSecret, SqliteStore};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

type Outcome<T> = Result<T, Box<dyn std::error::Error + Send + Sync>>;

/// The tables that a join writes a row to.
const TABLES: [&str; 6] = ["event", "member", "enrolment", "owner_key", "sealed", "answer"];

fn unit(n: u64) -> Unit {
    Unit { messages: Vec::new(), ..join_unit(n) }
}

fn open(folder: &Path) -> Outcome<SqliteStore> {
    Ok(SqliteStore::open(folder, &InstanceSecret::from_bytes([3; 32]))?)
}

#[expect(clippy::disallowed_methods, reason = "an example that measures time")]
fn now() -> Instant {
    Instant::now()
}

/// Joins a second with `in_flight` callers for `length`; `next` gives the numbers.
async fn joins(
    store: &Arc<SqliteStore>,
    next: &Arc<AtomicU64>,
    in_flight: u64,
    length: Duration,
) -> Outcome<f64> {
    let (begin, first) = (now(), next.load(Ordering::Relaxed));
    let mut callers = Vec::new();
    for _ in 0..in_flight {
        let (store, next) = (Arc::clone(store), Arc::clone(next));
        callers.push(tokio::spawn(async move {
            while begin.elapsed() < length {
                store.commit(unit(next.fetch_add(1, Ordering::Relaxed))).await?;
            }
            Outcome::Ok(())
        }));
    }
    for caller in callers {
        caller.await??;
    }
    rate(next.load(Ordering::Relaxed).saturating_sub(first), begin.elapsed())
}

fn rate(done: u64, time: Duration) -> Outcome<f64> {
    Ok(f64::from(u32::try_from(done)?) / time.as_secs_f64())
}

/// Rows of one table as the store has written them.
struct Table {
    insert: String,
    rows: Vec<Vec<Value>>,
}

fn copy(db: &Connection, table: &str) -> Outcome<Table> {
    let mut select = db.prepare(&format!("SELECT * FROM {table} ORDER BY rowid"))?;
    let columns = select.column_count();
    let rows = select
        .query_map([], |row| (0..columns).map(|at| row.get(at)).collect())?
        .collect::<Result<Vec<Vec<Value>>, _>>()?;
    let marks = vec!["?"; columns].join(", ");
    let insert = format!("INSERT INTO {table} VALUES ({marks})");
    Ok(Table { insert, rows })
}

/// Joins a second when the rows of `tables` go in bare, `in_flight` joins in each transaction.
fn bare(file: &Path, tables: &[Table], joins: usize, in_flight: usize) -> Outcome<f64> {
    let mut db = Connection::open(file)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384",
    )?;
    db.set_prepared_statement_cache_capacity(32);
    let begin = now();
    let mut done = 0;
    while done < joins {
        let until = joins.min(done + in_flight);
        let transaction = db.transaction()?;
        for join in done..until {
            for table in tables {
                // Three events a join, one row in each other table.
                let each = table.rows.len().checked_div(joins).unwrap_or(0);
                let mut insert = transaction.prepare_cached(&table.insert)?;
                for row in table.rows.iter().skip(join * each).take(each) {
                    insert.execute(params_from_iter(row))?;
                }
            }
        }
        let cohort = "UPDATE cohort SET members = ?1 WHERE rowid = 1";
        transaction.prepare_cached(cohort)?.execute([i64::try_from(until)?])?;
        transaction.commit()?;
        done = until;
    }
    rate(u64::try_from(joins)?, begin.elapsed())
}

/// One turn: the store for `length`, then its rows bare into an empty database of the same schema.
async fn turn(in_flight: u64, length: Duration, before: u64) -> Outcome<(f64, f64)> {
    let (ours, theirs) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let store = Arc::new(open(ours.path())?);
    let next = Arc::new(AtomicU64::new(1));
    if before > 0 {
        while next.load(Ordering::Relaxed) < before {
            joins(&store, &next, 1_024, Duration::from_secs(1)).await?;
        }
        let ours = joins(&store, &next, in_flight, length).await?;
        return Ok((ours, f64::NAN));
    }
    let ours_rate = joins(&store, &next, in_flight, length).await?;
    drop(store);
    drop(open(theirs.path())?);
    let db = Connection::open(ours.path().join("huzhu.db"))?;
    let tables = TABLES.iter().map(|table| copy(&db, table)).collect::<Outcome<Vec<_>>>()?;
    let joins: u32 = db.query_row("SELECT count(*) FROM member", [], |row| row.get(0))?;
    drop(db);
    let file = theirs.path().join("huzhu.db");
    let bare_rate = bare(&file, &tables, usize::try_from(joins)?, usize::try_from(in_flight)?)?;
    Ok((ours_rate, bare_rate))
}

fn main() -> Outcome<()> {
    let mut arguments = std::env::args().skip(1);
    let seconds: u64 = arguments.next().map_or(Ok(3), |text| text.parse())?;
    let before: u64 = arguments.next().map_or(Ok(0), |text| text.parse())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build()?;
    for in_flight in [1, 32, 64, 256, 1_024] {
        let mut turns = Vec::new();
        for _ in 0..3 {
            turns.push(runtime.block_on(turn(in_flight, Duration::from_secs(seconds), before))?);
        }
        // The median of three by the ratio.
        turns.sort_by(|(a, b), (c, d)| (a / b).total_cmp(&(c / d)));
        if let Some((ours, bare)) = turns.get(1) {
            let ratio = ours / bare;
            print(&format!(
                "{in_flight:>5} in flight: store {ours:>8.0} joins/s, bare {bare:>8.0} joins/s, ratio {ratio:.2}"
            ));
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "an example that prints what it measured")]
fn print(line: &str) {
    println!("{line}");
}
