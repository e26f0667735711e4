//! The rows of [`huzhu_app::matter`]: one table for what hangs on a claim, a plan or a jury case.

use huzhu_app::codec;
use huzhu_app::matter::{MatterKind, MatterQuery, MatterRecord};
use huzhu_app::ports::Page;
use huzhu_domain::event::StreamId;
use huzhu_domain::id::JuryCaseId;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};

use crate::reader::{list, one};
use crate::rows::{Failure, broken, bytes, count, member_id, optional_moment, parsed, text};

const COLUMNS: &str = "stream, plan, about, member, state, due, body";

fn read(row: &Row<'_>) -> Result<MatterRecord, Failure> {
    let has_member = row.get_ref(3)? != rusqlite::types::ValueRef::Null;
    Ok(MatterRecord {
        stream: codec::parse_stream(text(row, 0)?)?,
        plan: parsed(row, 1)?,
        about: row.get(2)?,
        member: has_member.then(|| member_id(row, 3)).transpose()?,
        state: row.get(4)?,
        until: optional_moment(row, 5)?,
        body: row.get(6)?,
    })
}

/// Replaces the row of a stream.
pub(crate) fn project(db: &Connection, row: &MatterRecord) -> Result<(), Failure> {
    let kind =
        MatterKind::of(&row.stream).ok_or_else(|| broken(format!("{} has another row", row.stream)))?;
    let mut statement = db.prepare_cached(
        "INSERT INTO matter (stream, kind, plan, about, member, state, due, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (stream) DO UPDATE SET plan = excluded.plan, about = excluded.about,
            member = excluded.member, state = excluded.state, due = excluded.due, body = excluded.body",
    )?;
    statement.execute(params![
        row.stream.to_string(),
        kind.word(),
        row.plan.as_str(),
        row.about,
        row.member.map(|id| bytes(id.uuid())),
        row.state,
        row.until.map(codec::moment),
        row.body
    ])?;
    Ok(())
}

/// One row.
pub(crate) fn matter(db: &Connection, stream: &StreamId) -> Result<Option<MatterRecord>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM matter WHERE stream = ?1");
    one(db, &sql, [stream.to_string()], read)
}

/// Rows by query, ordered by the text of the stream.
pub(crate) fn matters(
    db: &Connection,
    query: &MatterQuery,
    page: &Page,
) -> Result<Vec<MatterRecord>, Failure> {
    let after = page.after.as_deref().unwrap_or_default();
    // A cursor that is no stream was not given by us.
    if !after.is_empty() {
        codec::parse_stream(after)?;
    }
    let limit = page.limit;
    let list = |wanted: &str, params: &[&dyn ToSql]| {
        let sql = format!(
            "SELECT {COLUMNS} FROM matter WHERE kind = ?1 AND {wanted} AND stream > ?2 ORDER BY stream LIMIT ?3"
        );
        list(db, &sql, params, read)
    };
    match query {
        MatterQuery::About(kind, about) => list("about = ?4", params![kind.word(), after, limit, about]),
        MatterQuery::ByMember(kind, member) => {
            list("member = ?4", params![kind.word(), after, limit, bytes(member.uuid())])
        }
        MatterQuery::InStates(kind, plan, states) => {
            let marks: Vec<String> = (5..).take(states.len()).map(|n| format!("?{n}")).collect();
            let wanted = format!("plan = ?4 AND state IN ({})", marks.join(", "));
            let (kind, plan) = (kind.word(), plan.as_str());
            let mut params: Vec<&dyn ToSql> = vec![&kind, &after, &limit, &plan];
            params.extend(states.iter().map(|state| state as &dyn ToSql));
            list(&wanted, &params)
        }
    }
}

/// Ballots of a jury case.
pub(crate) fn count_ballots(db: &Connection, case: JuryCaseId) -> Result<u64, Failure> {
    let sql = "SELECT count(*) FROM matter WHERE kind = ?1 AND about = ?2";
    let counted = one(db, sql, params![MatterKind::Ballot.word(), case.to_string()], |row| count(row, 0))?;
    Ok(counted.unwrap_or(0))
}
