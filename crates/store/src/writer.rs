//! The one writer: a thread that takes waiting units, applies each on its own and makes them durable together.
//!
//! Shape: jobs come through a queue with a bounded number of places. The writer takes what waits, up to [`BATCH`], begins
//! one transaction, runs the jobs (see [`crate::batch`]), commits once, and only then answers everybody. A batch in which
//! no job is refused needs no savepoints, which are dear; otherwise it is run again with one around each job.
//!
//! Guarantees: nothing is acknowledged before COMMIT has returned with `synchronous = FULL`. A refused job takes nothing
//! along. After any failure of the engine the connection is thrown away and opened again, so that the next batch starts
//! from what is really in the file; everybody in the failed batch hears [`StoreError::Unavailable`], since the batch may
//! have been kept or not. If this thread panics, waiting and later callers hear the same.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use huzhu_app::ports::{LogMark, NewLogged, Position, StoreError, Unit};
use huzhu_domain::event::StreamId;
use huzhu_domain::id::MemberId;
use huzhu_domain::time::Moment;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, TransactionBehavior};
use tokio::sync::{OwnedSemaphorePermit, oneshot};

use crate::batch::{Batch, Heads};
use crate::crypto::Key;
use crate::reader::{BUSY, answer_of};
use crate::rows::Failure;

/// Jobs in one transaction at most: bounds memory and how long the first one waits for its answer.
const BATCH: usize = 1_024;
/// Jobs that may wait; more callers than that wait in line for a place (back pressure instead of memory).
pub(crate) const QUEUE: usize = 4_096;
/// How long the writer waits for one more caller of the batch before: they have just been answered and come back about
/// now. Without it every second batch would hold one job only. Nobody waits for callers that were not there before.
const COMING_BACK: Duration = Duration::from_micros(300);
/// Page cache of the writing connection in kibibytes.
const CACHE_KIB: u32 = 16_384;
/// Pages in the write-ahead log before it is copied into the file: 16 MB.
const CHECKPOINT_PAGES: u32 = 4_000;
/// Statements kept prepared: more than the writer has.
const STATEMENTS: usize = 128;

/// What is to be written.
#[derive(Debug)]
pub(crate) enum Work {
    /// A unit of a use case.
    Commit(Box<Unit>),
    /// The key of a person is destroyed, with what only it could open.
    Erase(MemberId),
    /// Messages were sent.
    MarkSent(Vec<uuid::Uuid>, Moment),
    /// Entries were put on the log.
    NoteLogged(Vec<NewLogged>, LogMark),
}

/// Work with the place to answer to.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) work: Work,
    pub(crate) reply: oneshot::Sender<Result<Position, StoreError>>,
    /// Its place in the queue, free again when the job is taken.
    pub(crate) place: OwnedSemaphorePermit,
}

/// The writing side of one file.
#[derive(Debug)]
pub(crate) struct Writer {
    file: PathBuf,
    people: Key,
    /// See [`huzhu_app::ports::Store::plans_mark`].
    plans_mark: Arc<AtomicU64>,
    open: Option<(Connection, Heads)>,
}

impl Writer {
    /// A writer over a connection that was migrated already.
    pub(crate) fn new(
        file: PathBuf,
        people: Key,
        connection: Connection,
        plans_mark: Arc<AtomicU64>,
    ) -> Result<Self, Failure> {
        let heads = Heads::read(&connection)?;
        let open = Some((connection, heads));
        Ok(Self { file, people, plans_mark, open })
    }

    /// Works until the last sender is gone.
    pub(crate) fn run(mut self, jobs: &Receiver<Job>) {
        let mut before = 1;
        while let Ok(first) = jobs.recv() {
            let (works, replies) = gather(jobs, first, before);
            before = works.len();
            let answers = self.write(&works);
            // After the commit and before anybody hears of it; also when nobody knows whether the batch was kept.
            if works.iter().any(touches_a_plan) {
                self.plans_mark.fetch_add(1, Ordering::Release);
            }
            for (at, reply) in replies.into_iter().enumerate() {
                let answer = match &answers {
                    Ok(answers) => answers.get(at).cloned().unwrap_or_else(stopped),
                    Err(error) => Err(error.clone()),
                };
                // A caller that went away does not matter: the unit is kept all the same.
                reply.send(answer).ok();
            }
        }
    }

    fn write(&mut self, works: &[Work]) -> Result<Vec<Result<Position, StoreError>>, StoreError> {
        let quick = self.transact(works, false);
        let done = match quick {
            Ok(None) => self.transact(works, true),
            quick => quick,
        };
        done.map(Option::unwrap_or_default).map_err(|failure| {
            self.open = None;
            let error = answer_of(failure);
            tracing::error!(%error, "a batch was not committed; the database is opened again");
            match error {
                broken @ StoreError::Broken(_) => broken,
                other => StoreError::Unavailable(other.to_string()),
            }
        })
    }

    /// One transaction. `None`: nothing was kept, since a job was refused and there were no savepoints around jobs.
    fn transact(
        &mut self,
        works: &[Work],
        savepoints: bool,
    ) -> Result<Option<Vec<Result<Position, StoreError>>>, Failure> {
        let (connection, heads) = match &mut self.open {
            Some(open) => open,
            closed => {
                let connection = connect(&self.file)?;
                let heads = Heads::read(&connection)?;
                closed.insert((connection, heads))
            }
        };
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut batch = Batch::new(&transaction, &self.people, *heads);
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            let answer = if savepoints { batch.run(work)? } else { batch.run_bare(work)? };
            if answer.is_err() && !savepoints {
                return Ok(None);
            }
            answers.push(answer);
        }
        let after = batch.write_sums()?;
        // Dead before this line: nothing of the batch is kept, nobody was told. Dead after it: all of it is kept, and
        // callers who were not told repeat with the same ids.
        transaction.commit()?;
        *heads = after;
        if works.iter().any(|work| matches!(work, Work::Erase(_))) {
            // Old pages with the destroyed key leave the log too, as far as readers let it be cut now.
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(Some(answers))
    }
}

fn touches_a_plan(work: &Work) -> bool {
    match work {
        Work::Commit(unit) => unit.appends.iter().any(|append| matches!(append.stream, StreamId::Plan(_))),
        Work::Erase(_) | Work::MarkSent(..) | Work::NoteLogged(..) => false,
    }
}

type Reply = oneshot::Sender<Result<Position, StoreError>>;

/// The first job with those that wait behind it, and those that come back within moments, up to as many as `before`.
fn gather(jobs: &Receiver<Job>, first: Job, before: usize) -> (Vec<Work>, Vec<Reply>) {
    let (mut works, mut replies) = (Vec::with_capacity(before), Vec::with_capacity(before));
    let mut next = Some(first);
    while let Some(Job { work, reply, place }) = next {
        works.push(work);
        replies.push(reply);
        drop(place);
        if works.len() >= BATCH {
            break;
        }
        next = jobs.try_recv().ok();
        if next.is_none() && works.len() < before {
            next = jobs.recv_timeout(COMING_BACK).ok();
        }
    }
    (works, replies)
}

/// What callers hear when there is no writer any more.
pub(crate) fn stopped<T>() -> Result<T, StoreError> {
    Err(StoreError::Unavailable("the writer has stopped".to_owned()))
}

/// Opens the writing connection.
pub(crate) fn connect(file: &std::path::Path) -> Result<Connection, rusqlite::Error> {
    let connection = Connection::open(file)?;
    connection.busy_timeout(BUSY)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // Statements are prepared once, whatever their values.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.execute_batch(&format!(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA secure_delete = ON;
         PRAGMA wal_autocheckpoint = {CHECKPOINT_PAGES};
         PRAGMA journal_size_limit = 67108864;
         PRAGMA cache_size = -{CACHE_KIB}"
    ))?;
    Ok(connection)
}

#[cfg(test)]
mod tests {
    use super::*;
    use huzhu_app::ports::Sealed;
    use huzhu_sim::contract::fixture::{join_unit, member};

    fn unit(n: u64, bytes: usize) -> Work {
        let mut unit = join_unit(n);
        unit.sealed = vec![Sealed { owner: member(n), name: "person".to_owned(), bytes: vec![7; bytes] }];
        Work::Commit(Box::new(unit))
    }

    fn members(connection: &Connection) -> i64 {
        let sql = "SELECT count(*) FROM member";
        connection.query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// A database that may not grow behaves like a full disk: everybody in the batch hears it, nothing of the batch is
    /// kept, and the writer goes on once there is room.
    #[test]
    fn a_full_disk_is_unavailable_for_the_whole_batch_and_the_writer_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("huzhu.db");
        let mut connection = connect(&file).unwrap();
        crate::schema::migrate(&mut connection).unwrap().unwrap();
        connection.query_row("PRAGMA max_page_count = 150", [], |_| Ok(())).unwrap();
        let mut writer = Writer::new(file.clone(), Key([1; 32]), connection, Arc::default()).ok().unwrap();
        let kept = writer.write(&[unit(1, 10)]).unwrap();
        assert_eq!(kept, [Ok(Position(3))]);
        let heard = writer.write(&[unit(2, 10), unit(3, 1_000_000), unit(4, 10)]);
        assert!(matches!(heard, Err(StoreError::Unavailable(_))), "{heard:?}");
        let reader = Connection::open(&file).unwrap();
        assert_eq!(members(&reader), 1);
        // The connection is opened again, which lifts the limit.
        let kept = writer.write(&[unit(2, 10), unit(3, 1_000_000)]).unwrap();
        assert_eq!(kept, [Ok(Position(6)), Ok(Position(9))]);
        assert_eq!(members(&reader), 3);
    }
}
