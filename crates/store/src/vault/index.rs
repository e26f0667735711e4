//! The index of the vault: one row for each file, with the vault's half of its key, wrapped.
//!
//! Shape: one SQLite file, `vault.db`, beside the store's. It holds no name, no member and no claim; what the use case notes with a
//! file on its way is encrypted under the file's own half.
//!
//! Guarantees: each change is durable when it returns; a removed row is overwritten (`secure_delete`) and gone from the journal too
//! before [`Index::forget`] returns. Without its row a file is noise.

use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use huzhu_app::ports::FileId;
use huzhu_domain::time::Moment;
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::master::{MasterId, Masters};
use crate::crypto::Key;

/// Name of the file in the data folder.
const FILE: &str = "vault.db";
/// How the file is laid out; a newer program writes a higher number.
const LAYOUT: i64 = 1;

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum State {
    /// Bytes are coming.
    Open,
    /// All bytes are in the staging folder.
    Finished,
    /// It is where files stay.
    Published,
    /// Its key is destroyed, its bytes may be there still.
    Destroyed,
}

impl State {
    const fn number(self) -> i64 {
        match self {
            Self::Open => 0,
            Self::Finished => 1,
            Self::Published => 2,
            Self::Destroyed => 3,
        }
    }

    const fn of(number: i64) -> Self {
        match number {
            0 => Self::Open,
            1 => Self::Finished,
            2 => Self::Published,
            _ => Self::Destroyed,
        }
    }
}

/// A row.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) file: FileId,
    pub(super) state: State,
    /// Bytes of content that are durable.
    pub(super) bytes: u64,
    /// Note and tail, encrypted; empty once the file is accepted.
    pub(super) note: Vec<u8>,
    /// `None` once the file is accepted.
    pub(super) until: Option<Moment>,
    /// An upload in parts that the object store knows of and that is not complete.
    pub(super) parts: Option<String>,
    master: MasterId,
    wrapped: Vec<u8>,
}

/// The index.
#[derive(Debug)]
pub(super) struct Index {
    connection: Mutex<Connection>,
    masters: Mutex<Masters>,
}

/// Why the index does not answer.
#[derive(Debug, thiserror::Error)]
pub(super) enum IndexError {
    #[error("{0}")]
    Database(#[from] rusqlite::Error),
    #[error("{0}")]
    Keys(#[from] std::io::Error),
    #[error("a row of the vault does not open with the keys that are there")]
    NoKey,
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn place(file: FileId) -> Vec<u8> {
    [b"vault half of ".as_slice(), file.0.as_bytes()].concat()
}

const COLUMNS: &str = "id, master, wrapped, state, bytes, note, until, parts";

fn entry(row: &Row<'_>) -> Result<Entry, rusqlite::Error> {
    let until: Option<i64> = row.get(6)?;
    Ok(Entry {
        file: FileId(uuid::Uuid::from_bytes(row.get(0)?)),
        master: row.get(1)?,
        wrapped: row.get(2)?,
        state: State::of(row.get(3)?),
        bytes: u64::try_from(row.get::<_, i64>(4)?).unwrap_or(0),
        note: row.get(5)?,
        until: until.map(|at| Moment::from_millisecond(at).unwrap_or(Moment::MAX)),
        parts: row.get(7)?,
    })
}

impl Index {
    /// Opens the index of a data folder with its master keys; makes both at the first start.
    pub(super) fn open(folder: &Path, secret: Key) -> Result<Self, IndexError> {
        let connection = Connection::open(folder.join(FILE))?;
        connection.execute_batch(
            "PRAGMA journal_mode = WAL;
             PRAGMA synchronous = FULL;
             PRAGMA secure_delete = ON;
             PRAGMA cache_size = -1024;
             CREATE TABLE IF NOT EXISTS file (
                 id BLOB NOT NULL PRIMARY KEY,
                 master BLOB NOT NULL, -- which master key
                 wrapped BLOB NOT NULL, -- the vault's half, encrypted under it; empty when destroyed
                 state INTEGER NOT NULL,
                 bytes INTEGER NOT NULL,
                 note BLOB NOT NULL,
                 until INTEGER, -- milliseconds UTC
                 parts TEXT
             );
             CREATE INDEX IF NOT EXISTS file_staged ON file (until) WHERE until IS NOT NULL;",
        )?;
        let layout: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if layout > LAYOUT {
            return Err(std::io::Error::other("vault.db was written by a newer program").into());
        }
        connection.execute_batch(&format!("PRAGMA user_version = {LAYOUT}"))?;
        let files: i64 = connection.query_row("SELECT count(*) FROM file", [], |row| row.get(0))?;
        let masters = Masters::open(folder, secret, files > 0)?;
        let index = Self { connection: Mutex::new(connection), masters: Mutex::new(masters) };
        if held(&index.masters).len() > 1 {
            // A rotation that was cut off: go on with it.
            index.rewrap()?;
        }
        Ok(index)
    }

    /// Begins a file: makes its half and keeps it wrapped.
    pub(super) fn begin(
        &self,
        file: FileId,
        note: impl FnOnce(&Key) -> Result<Vec<u8>, IndexError>,
        until: Moment,
    ) -> Result<(), IndexError> {
        let random = |error: crate::crypto::NoRandomness| std::io::Error::other(error.to_string());
        let half = Key::random().map_err(random)?;
        let (master, wrapped) = {
            let masters = held(&self.masters);
            let (id, key) = masters.newest()?;
            (id, key.wrap(&place(file), &half).map_err(random)?)
        };
        held(&self.connection).execute(
            "INSERT INTO file (id, master, wrapped, state, bytes, note, until) VALUES (?1, ?2, ?3, 0, 0, ?4, ?5)",
            params![file.0.as_bytes(), master, wrapped, note(&half)?, until.as_millisecond()],
        )?;
        Ok(())
    }

    /// A file with the vault's half of its key; `None` when there is no such file any more.
    pub(super) fn find(&self, file: FileId) -> Result<Option<(Entry, Key)>, IndexError> {
        let sql = format!("SELECT {COLUMNS} FROM file WHERE id = ?1 AND state < 3");
        let found = held(&self.connection).query_row(&sql, [file.0.as_bytes()], entry).optional()?;
        found.map(|found| Ok((self.half(&found)?, found)).map(|(half, found)| (found, half))).transpose()
    }

    /// Files on their way in, in the order of their ends.
    pub(super) fn staged(&self) -> Result<Vec<(Entry, Key)>, IndexError> {
        let sql =
            format!("SELECT {COLUMNS} FROM file WHERE until IS NOT NULL AND state < 3 ORDER BY until, id");
        let found = self.list(&sql)?;
        found
            .into_iter()
            .map(|entry| Ok((self.half(&entry)?, entry)).map(|(half, entry)| (entry, half)))
            .collect()
    }

    /// Files whose key is destroyed and whose bytes may be there still.
    pub(super) fn destroyed(&self) -> Result<Vec<Entry>, IndexError> {
        self.list(&format!("SELECT {COLUMNS} FROM file WHERE state = 3"))
    }

    fn list(&self, sql: &str) -> Result<Vec<Entry>, IndexError> {
        let connection = held(&self.connection);
        let mut statement = connection.prepare_cached(sql)?;
        let rows = statement.query_map([], entry)?;
        Ok(rows.collect::<Result<Vec<_>, _>>()?)
    }

    fn half(&self, entry: &Entry) -> Result<Key, IndexError> {
        let masters = held(&self.masters);
        let master = masters.key(entry.master).ok_or(IndexError::NoKey)?;
        master.unwrap_key(&place(entry.file), &entry.wrapped).map_err(|_| IndexError::NoKey)
    }

    /// Notes how far a file is.
    pub(super) fn save(&self, file: FileId, state: State, bytes: u64, note: &[u8]) -> Result<(), IndexError> {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        held(&self.connection).execute(
            "UPDATE file SET state = ?2, bytes = ?3, note = ?4 WHERE id = ?1 AND state < 3",
            params![file.0.as_bytes(), state.number(), bytes, note],
        )?;
        Ok(())
    }

    /// Notes that a file is where files stay.
    pub(super) fn published(&self, file: FileId) -> Result<(), IndexError> {
        let sql = "UPDATE file SET state = 2, parts = NULL WHERE id = ?1 AND state < 3";
        held(&self.connection).execute(sql, [file.0.as_bytes()])?;
        Ok(())
    }

    /// Notes an upload in parts before its first part is sent.
    pub(super) fn sending(&self, file: FileId, parts: Option<&str>) -> Result<(), IndexError> {
        let sql = "UPDATE file SET parts = ?2 WHERE id = ?1";
        held(&self.connection).execute(sql, params![file.0.as_bytes(), parts])?;
        Ok(())
    }

    /// Forgets the note.
    pub(super) fn accept(&self, file: FileId) -> Result<(), IndexError> {
        let sql = "UPDATE file SET note = x'', until = NULL WHERE id = ?1 AND state = 2";
        held(&self.connection).execute(sql, [file.0.as_bytes()])?;
        Ok(())
    }

    /// Destroys the half of a file's key; the row stays as a reminder that bytes are to be removed.
    pub(super) fn destroy(&self, file: FileId) -> Result<(), IndexError> {
        let connection = held(&self.connection);
        let sql = "UPDATE file SET state = 3, wrapped = x'', note = x'', until = NULL WHERE id = ?1";
        if connection.execute(sql, [file.0.as_bytes()])? > 0 {
            empty_journal(&connection)?;
        }
        Ok(())
    }

    /// Removes the row of a file whose bytes are gone.
    pub(super) fn forget(&self, file: FileId) -> Result<(), IndexError> {
        held(&self.connection)
            .execute("DELETE FROM file WHERE id = ?1 AND state = 3", [file.0.as_bytes()])?;
        Ok(())
    }

    /// Makes a new master key, wraps all halves under it, and destroys the old ones. Answers the number of halves.
    ///
    /// The new key is durable before a row needs it, and the old ones are there until no row needs them: a rotation that is cut off
    /// goes on at the next start.
    pub(super) fn rotate(&self) -> Result<u64, IndexError> {
        held(&self.masters).add()?;
        self.rewrap()
    }

    fn rewrap(&self) -> Result<u64, IndexError> {
        let random = |error: crate::crypto::NoRandomness| std::io::Error::other(error.to_string());
        let mut masters = held(&self.masters);
        let (newest, key) = masters.newest()?;
        let mut connection = held(&self.connection);
        let transaction = connection.transaction()?;
        let mut wrapped = 0_u64;
        {
            let sql = format!("SELECT {COLUMNS} FROM file WHERE master <> ?1 AND state < 3");
            let mut select = transaction.prepare(&sql)?;
            let mut update =
                transaction.prepare("UPDATE file SET master = ?2, wrapped = ?3 WHERE id = ?1")?;
            let mut rows = select.query([newest])?;
            while let Some(row) = rows.next()? {
                let entry = entry(row)?;
                let old = masters.key(entry.master).ok_or(IndexError::NoKey)?;
                let place = place(entry.file);
                let half = old.unwrap_key(&place, &entry.wrapped).map_err(|_| IndexError::NoKey)?;
                update.execute(params![
                    entry.file.0.as_bytes(),
                    newest,
                    key.wrap(&place, &half).map_err(random)?
                ])?;
                wrapped = wrapped.saturating_add(1);
            }
        }
        transaction.commit()?;
        empty_journal(&connection)?;
        masters.keep_newest()?;
        Ok(wrapped)
    }
}

/// Moves the journal into the file and cuts it: what was overwritten there is gone from the journal too.
fn empty_journal(connection: &Connection) -> Result<(), rusqlite::Error> {
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))
}
