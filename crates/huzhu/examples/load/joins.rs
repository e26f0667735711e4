//! Joins through HTTP with consent stored durably, beside the same rows put into the same engine bare.
//!
//! *Bare* means: the rows that the joins have written, read back from the file, inserted into a copy of the folder as it was
//! before, in the same tables and indexes, with prepared statements, in transactions of as many joins as there were
//! connections, with the same durability; no HTTP, no rules, no encoding, no sealing.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::client::{Client, Request};
use super::seed::{self, Folder, PLAN};
use super::server::{Server, profile_folder};
use super::{Outcome, now, print, quantile};

/// Connections at once.
const CONNECTIONS: usize = 64;
/// Joins a second that are wanted, and the share of bare inserts.
const WANTED: (f64, f64) = (5_000.0, 0.4);
/// The tables that a join writes a row to, and what tells its rows from those of the seed.
const TABLES: [(&str, &str); 6] = [
    ("event", "kind LIKE 'enrolment%'"),
    ("enrolment", "1"),
    ("sealed", "name LIKE 'consent/%'"),
    ("message", "template = 'mail-joined'"),
    ("inbox", "1"),
    ("answer", "1"),
];

pub(crate) fn measure(members: u64, seconds: u64) -> Outcome<()> {
    let seeded = seed::folder("joins", members, false)?;
    let (ours, theirs) = (sibling("joins-run")?, sibling("joins-bare")?);
    copy_folder(&seeded, &ours)?;
    let requests = prepare(&ours, members)?;
    copy_folder(&ours, &theirs)?;
    let server = Server::start(&ours)?;
    let next = AtomicUsize::new(0);
    let begin = now();
    let mut waits = Vec::new();
    std::thread::scope(|scope| -> Outcome<()> {
        let mut clients = Vec::new();
        for _ in 0..CONNECTIONS {
            clients.push(scope.spawn(|| -> Outcome<Vec<std::time::Duration>> {
                let mut client = Client::new(server.address);
                let mut waits = Vec::new();
                while begin.elapsed().as_secs() < seconds {
                    let Some(request) = requests.get(next.fetch_add(1, Ordering::Relaxed)) else { break };
                    let sent = now();
                    let answer = client.exchange(request)?;
                    if answer.status != 201 {
                        return Err(
                            format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)).into()
                        );
                    }
                    waits.push(sent.elapsed());
                }
                Ok(waits)
            }));
        }
        for client in clients {
            waits.extend(client.join().map_err(|_| "a client failed")??);
        }
        Ok(())
    })?;
    let elapsed = begin.elapsed().as_secs_f64();
    drop(server);
    let joins = waits.len();
    waits.sort_unstable();
    let rate = joins as f64 / elapsed;
    let cohort = "INSERT INTO cohort VALUES ('neighbours', 0, '2026-01-01', '', ?1) \
                  ON CONFLICT DO UPDATE SET members = excluded.members";
    let (from, to) = (ours.join("huzhu.db"), theirs.join("huzhu.db"));
    let bare = bare_rows(&from, &to, joins, &TABLES, Some(cohort))?;
    let ratio = rate / bare;
    let (p50, p99) = (quantile(&waits, 0.5), quantile(&waits, 0.99));
    print(&format!(
        "joins: {rate:.0}/s through HTTP at {CONNECTIONS} connections ({joins} in {elapsed:.1} s, p50 {p50:.1} ms, p99 {p99:.1} ms); \
         the same rows bare {bare:.0}/s; ratio {ratio:.2} (wanted: {:.0}/s and {})",
        WANTED.0, WANTED.1
    ));
    for folder in [ours, theirs] {
        std::fs::remove_dir_all(folder)?;
    }
    Ok(())
}

pub(super) fn sibling(name: &str) -> Outcome<std::path::PathBuf> {
    Ok(profile_folder()?.join("bench-data").join(name))
}

/// Sessions and the bytes of every join.
fn prepare(folder: &Path, members: u64) -> Outcome<Vec<Vec<u8>>> {
    let runtime = tokio::runtime::Runtime::new()?;
    let tokens = runtime.block_on(async { Folder::open(folder, seed::today())?.sessions(members).await })?;
    let join = |(n, token): (u64, String)| {
        let enrolment = format!("enr_{}", seed::uuid(n).simple());
        let body = serde_json::json!({
            "enrolment": enrolment, "plan": PLAN, "version": 1, "history_shown": true, "mandate": true, "answers": {},
        });
        let request = Request {
            method: "POST",
            path: "/api/v1/enrolments".to_owned(),
            token: Some(token),
            key: Some(enrolment),
            body: Some(("application/json", body.to_string().into_bytes())),
        };
        request.bytes()
    };
    Ok((1..).zip(tokens).map(join).collect())
}

pub(super) fn copy_folder(from: &Path, to: &Path) -> Outcome<()> {
    if to.exists() {
        std::fs::remove_dir_all(to)?;
    }
    std::fs::create_dir_all(to)?;
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        if entry.file_type()?.is_file() {
            std::fs::copy(entry.path(), to.join(entry.file_name()))?;
        }
    }
    Ok(())
}

/// Things a second when their rows go in bare, as many in each transaction as there were connections. `count`: a statement that
/// each transaction runs with the number of things so far.
pub(super) fn bare_rows(
    from: &Path,
    to: &Path,
    joins: usize,
    rows_of: &[(&str, &str)],
    count: Option<&str>,
) -> Outcome<f64> {
    let source = Connection::open(from)?;
    let mut tables = Vec::new();
    for (table, which) in rows_of {
        let mut select = source.prepare(&format!("SELECT * FROM {table} WHERE {which} ORDER BY rowid"))?;
        let columns = select.column_count();
        let rows = select
            .query_map([], |row| (0..columns).map(|at| row.get(at)).collect())?
            .collect::<Result<Vec<Vec<Value>>, _>>()?;
        if rows.len() < joins {
            return Err(format!("{table} has {} rows for {joins} joins", rows.len()).into());
        }
        let marks = vec!["?"; columns].join(", ");
        tables.push((format!("INSERT INTO {table} VALUES ({marks})"), rows));
    }
    let mut db = Connection::open(to)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON;
         PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16384",
    )?;
    db.set_prepared_statement_cache_capacity(32);
    let begin = now();
    let mut done = 0;
    while done < joins {
        let until = joins.min(done + CONNECTIONS);
        let transaction = db.transaction()?;
        for join in done..until {
            for (insert, rows) in &tables {
                if let Some(row) = rows.get(join) {
                    transaction.prepare_cached(insert)?.execute(params_from_iter(row))?;
                }
            }
        }
        if let Some(count) = count {
            transaction.prepare_cached(count)?.execute([i64::try_from(until)?])?;
        }
        transaction.commit()?;
        done = until;
    }
    Ok(joins as f64 / begin.elapsed().as_secs_f64())
}
