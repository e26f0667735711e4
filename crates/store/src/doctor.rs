//! What only this engine can check: the file itself, and rows that no stream leads to.

use huzhu_app::audit::{self, Finding};
use huzhu_app::ports::StoreError;
use rusqlite::Connection;

use crate::reader::{list, one};
use crate::rows::{self, Failure};
use crate::sqlite::SqliteStore;

/// Tables of projections, with the pattern of the streams that their rows follow from.
const PROJECTIONS: &[(&str, &str)] = &[
    ("member", "mem\\_%"),
    ("plan", "plan:%"),
    ("enrolment", "enr\\_%"),
    ("claim", "clm\\_%"),
    ("period", "period:%"),
];

impl SqliteStore {
    /// Checks the file, then everything that [`audit::check`] checks. `progress` is told how many events were looked at.
    /// Run it on a store at rest.
    ///
    /// # Errors
    /// When the store does not answer. What it holds and should not is a [`Finding`].
    pub async fn check(&self, progress: &mut (dyn FnMut(u64) + Send)) -> Result<Vec<Finding>, StoreError> {
        let mut findings = self.readers().with(engine)?;
        findings.extend(audit::check(self, progress).await?);
        Ok(findings)
    }
}

fn engine(db: &Connection) -> Result<Vec<Finding>, Failure> {
    let said = list(db, "PRAGMA integrity_check", [], |row| Ok(row.get::<_, String>(0)?))?;
    let mut findings: Vec<Finding> =
        said.into_iter().filter(|line| line != "ok").map(Finding::Engine).collect();
    for (table, streams) in PROJECTIONS {
        let sql = format!("SELECT count(*) FROM {table}");
        let rows = one(db, &sql, [], |row| rows::count(row, 0))?.unwrap_or_default();
        let sql = "SELECT count(*) FROM event WHERE number = 1 AND stream LIKE ?1 ESCAPE '\\'";
        let streams = one(db, sql, [streams], |row| rows::count(row, 0))?.unwrap_or_default();
        if rows != streams {
            let why = format!("table {table} has {rows} rows for {streams} streams");
            findings.push(Finding::Engine(why));
        }
    }
    Ok(findings)
}
