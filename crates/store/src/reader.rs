//! Reading connections: a few that are kept open, each with a small page cache of its own.
//!
//! Shape: [`Readers::with`] lends a connection to a closure. Readers see the last committed state and never wait for the
//! writer (WAL). Pages that other programs read stay in the operating system's cache; ours is small on purpose, so that
//! the process stays small with a million members.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use huzhu_app::ports::StoreError;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Params, Row};

use crate::rows::Failure;

/// Idle connections kept at most: each holds its page cache.
const IDLE: usize = 4;
/// Page cache of a reading connection in kibibytes.
const CACHE_KIB: u32 = 2_048;
/// Statements a connection keeps prepared: more than the store has.
const STATEMENTS: usize = 96;
/// How long a connection waits for another process, such as a backup.
pub(crate) const BUSY: Duration = Duration::from_secs(10);

/// The reading connections of one file.
#[derive(Debug)]
pub(crate) struct Readers {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    pub(crate) const fn new(file: PathBuf) -> Self {
        Self { file, idle: Mutex::new(Vec::new()) }
    }

    /// Runs `read` on a connection. Short work only: it runs where it is called.
    pub(crate) fn with<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(|| self.connect(), Ok).map_err(answer)?;
        let done = read(&connection).map_err(answer_of);
        // A connection that failed may be in any state: it is closed instead of kept.
        if done.is_ok() {
            let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
            if idle.len() < IDLE {
                idle.push(connection);
            }
        }
        done
    }

    fn connect(&self) -> Result<Connection, rusqlite::Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        connection.busy_timeout(BUSY)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Without it a statement is prepared anew whenever its values change: a third of the time of reading a plan.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.execute_batch(&format!("PRAGMA cache_size = -{CACHE_KIB}; PRAGMA query_only = ON"))?;
        Ok(connection)
    }
}

/// What callers hear about a failure of the engine.
pub(crate) fn answer(error: rusqlite::Error) -> StoreError {
    use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase, TypeMismatch};
    match error {
        rusqlite::Error::SqliteFailure(failure, _)
            if matches!(failure.code, DatabaseCorrupt | NotADatabase | TypeMismatch) =>
        {
            StoreError::Broken(error.to_string())
        }
        rusqlite::Error::SqliteFailure(..) => StoreError::Unavailable(error.to_string()),
        // Everything else means that a row holds what it never should, or that a statement is wrong.
        error => StoreError::Broken(error.to_string()),
    }
}

/// What callers hear about any failure.
pub(crate) fn answer_of(failure: Failure) -> StoreError {
    match failure {
        Failure::Engine(error) => answer(error),
        Failure::Store(error) => error,
    }
}

/// All rows of a statement.
pub(crate) fn list<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, Failure>,
) -> Result<Vec<T>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(read(row)?);
    }
    Ok(found)
}

/// The first row of a statement.
pub(crate) fn one<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl Fn(&Row<'_>) -> Result<T, Failure>,
) -> Result<Option<T>, Failure> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(read).transpose()
}
