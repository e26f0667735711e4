//! Which entry of the log events went into, and how far the log was fed.
//!
//! Shape: table `logged` has one row for each entry that came from events, `log_mark` one row. Both are notes about the
//! log and can be made again from it and the events.

use huzhu_app::codec;
use huzhu_app::ports::{LogMark, LogYear, LoggedEntry, NewLogged, Position};
use huzhu_domain::time::{Day, Moment};
use rusqlite::{Connection, Row, params};

use crate::reader::{list, one};
use crate::rows::{self, Failure, broken, integer};

const COLUMNS: &str = "year, number, kind, at, first_position, last_position";

fn entry(row: &Row<'_>) -> Result<LoggedEntry, Failure> {
    Ok(LoggedEntry {
        year: LogYear(row.get(0)?),
        index: rows::count(row, 1)?,
        kind: row.get(2)?,
        at: rows::moment(row, 3)?,
        first: Position(rows::count(row, 4)?),
        last: Position(rows::count(row, 5)?),
    })
}

/// How far.
pub(crate) fn mark(db: &Connection) -> Result<Option<LogMark>, Failure> {
    one(db, "SELECT position, year, size FROM log_mark", [], |row| {
        Ok(LogMark {
            position: Position(rows::count(row, 0)?),
            year: LogYear(row.get(1)?),
            size: rows::count(row, 2)?,
        })
    })
}

/// Notes entries and the mark after them.
pub(crate) fn note(db: &Connection, entries: &[NewLogged], mark: LogMark) -> Result<(), Failure> {
    let mut insert = db.prepare_cached(&format!(
        "INSERT INTO logged ({COLUMNS}, leaves) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (year, number) DO UPDATE SET kind = excluded.kind, at = excluded.at,
            first_position = excluded.first_position, last_position = excluded.last_position,
            leaves = excluded.leaves"
    ))?;
    for NewLogged { entry, leaves } in entries {
        let at = codec::moment(entry.at);
        let (index, first, last) = (integer(entry.index)?, integer(entry.first.0)?, integer(entry.last.0)?);
        insert.execute(params![entry.year.0, index, entry.kind, at, first, last, leaves.concat()])?;
    }
    db.prepare_cached(
        "INSERT INTO log_mark (only, position, year, size) VALUES (1, ?1, ?2, ?3)
         ON CONFLICT (only) DO UPDATE SET position = excluded.position, year = excluded.year, size = excluded.size",
    )?
    .execute(params![integer(mark.position.0)?, mark.year.0, integer(mark.size)?])?;
    Ok(())
}

/// The entry of a kind that holds an event. Entries of one kind do not overlap: the last one that begins at or before the
/// event is the only one that can hold it.
pub(crate) fn of(db: &Connection, kind: u8, position: Position) -> Result<Option<LoggedEntry>, Failure> {
    let sql = format!(
        "SELECT {COLUMNS} FROM logged WHERE kind = ?1 AND first_position <= ?2 ORDER BY first_position DESC LIMIT 1"
    );
    let found = one(db, &sql, params![kind, integer(position.0)?], entry)?;
    Ok(found.filter(|entry| position <= entry.last))
}

/// The leaves of an entry.
pub(crate) fn leaves(db: &Connection, year: LogYear, index: u64) -> Result<Vec<[u8; 32]>, Failure> {
    let sql = "SELECT leaves FROM logged WHERE year = ?1 AND number = ?2";
    let found = one(db, sql, params![year.0, integer(index)?], |row| Ok(row.get::<_, Vec<u8>>(0)?))?;
    let found = found.unwrap_or_default();
    let (leaves, rest) = found.as_chunks::<32>();
    if rest.is_empty() { Ok(leaves.to_vec()) } else { Err(broken("leaves of an entry are cut")) }
}

/// Entries by time, newest first.
pub(crate) fn between(
    db: &Connection,
    kind: Option<u8>,
    from: Moment,
    until: Moment,
    limit: u32,
) -> Result<Vec<LoggedEntry>, Failure> {
    let sql = format!(
        "SELECT {COLUMNS} FROM logged WHERE at >= ?1 AND at < ?2 AND (?3 IS NULL OR kind = ?3)
         ORDER BY at DESC, year DESC, number DESC LIMIT ?4"
    );
    list(db, &sql, params![codec::moment(from), codec::moment(until), kind, limit], entry)
}

/// Entries by day and kind. Moments are text that begins with the day in UTC.
pub(crate) fn counts(db: &Connection, from: Day, until: Day) -> Result<Vec<(Day, u8, u64)>, Failure> {
    let sql = "SELECT substr(at, 1, 10), kind, count(*) FROM logged WHERE at >= ?1 AND at < ?2
        GROUP BY 1, 2 ORDER BY 1 DESC, 2";
    list(db, sql, params![codec::day(from), codec::day(until)], |row| {
        let day: String = row.get(0)?;
        Ok((day.parse().map_err(broken)?, row.get(1)?, rows::count(row, 2)?))
    })
}
