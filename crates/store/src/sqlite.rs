//! The store on one SQLite file.
//!
//! Shape: reads run where they are called, on reading connections; writes are handed to the writer thread. See
//! [`crate::writer`] for what is durable when.

use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};

use async_trait::async_trait;
use huzhu_app::matter::{MatterQuery, MatterRecord};
use huzhu_app::ports::{
    Actor, Answer, CardPlace, CardQuery, ClaimQuery, EnrolmentQuery, LogMark, LogYear, LoggedEntry,
    NewLogged, Page, Position, Recorded, Store, StoreError, Unit,
};
use huzhu_app::record::{
    ClaimRecord, CohortRow, EnrolmentRecord, MemberRecord, Message, PeriodRecord, PlanRecord, RefusedAct,
    Session, SignInCode,
};
use huzhu_domain::digest::Digest;
use huzhu_domain::event::StreamId;
use huzhu_domain::id::{ClaimId, EnrolmentId, JuryCaseId, MemberId};
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::{Day, Moment};
use huzhu_ledger::{Balances, Currency, JournalEntry};
use rusqlite::{Connection, OptionalExtension, params};
use tokio::sync::{Semaphore, oneshot};

use crate::crypto::Key;
use crate::lists;
use crate::reader::{Readers, list, one};
use crate::rows::{self, Failure, bytes, integer};
use crate::secret::InstanceSecret;
use crate::writer::{self, Job, Work, Writer};
use crate::{cards, logged, matters, people, project, schema};

/// Name of the database in a data folder.
const FILE: &str = "huzhu.db";
/// Name of the file that the writing process holds locked.
const LOCK: &str = "huzhu.lock";

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Folder or lock file cannot be used.
    #[error("the data folder cannot be used: {0}")]
    Folder(#[from] std::io::Error),
    /// Another process writes to this file.
    #[error("another process is using {0}; end it first, or use another data folder")]
    InUse(PathBuf),
    /// The database cannot be used.
    #[error("the database cannot be used: {0}")]
    Database(String),
    /// The database was written by a newer program.
    #[error("the database is at schema step {found}, this program knows {known}; use the newer program")]
    Newer {
        /// Step of the file.
        found: i64,
        /// Last step of this program.
        known: usize,
    },
    /// The secret is not the one that this database was made with.
    #[error(
        "the instance secret is not the one of this database; bring back the file instance.secret that belongs to it"
    )]
    OtherSecret,
}

impl From<rusqlite::Error> for OpenError {
    fn from(error: rusqlite::Error) -> Self {
        Self::Database(error.to_string())
    }
}

impl From<Failure> for OpenError {
    fn from(failure: Failure) -> Self {
        Self::Database(crate::reader::answer_of(failure).to_string())
    }
}

/// The store on one SQLite file. Dropping it ends the writer after the jobs that wait, and frees the file.
#[derive(Debug)]
pub struct SqliteStore {
    jobs: Option<mpsc::Sender<Job>>,
    places: Arc<Semaphore>,
    readers: Readers,
    people: Key,
    /// Counted up by the writer, the only one there is: the lock keeps other processes out.
    plans_mark: Arc<AtomicU64>,
    thread: Option<std::thread::JoinHandle<()>>,
    /// Held until the last part of the store is gone; the system frees it with the process, however that ends.
    _lock: File,
}

impl SqliteStore {
    /// Opens the store in a data folder (or a file with an extension), makes or migrates what is missing, and takes the
    /// write lock.
    ///
    /// # Errors
    /// [`OpenError`], each with what to do about it.
    pub fn open(folder_or_file: &Path, secret: &InstanceSecret) -> Result<Self, OpenError> {
        let is_file = folder_or_file.extension().is_some() && !folder_or_file.is_dir();
        let (folder, file) = if is_file {
            let folder = folder_or_file.parent().filter(|folder| !folder.as_os_str().is_empty());
            (folder.unwrap_or(Path::new(".")), folder_or_file.to_owned())
        } else {
            (folder_or_file, folder_or_file.join(FILE))
        };
        std::fs::create_dir_all(folder)?;
        let lock = lock(&folder.join(LOCK), &file)?;
        let mut connection = writer::connect(&file)?;
        if let Err(found) = schema::migrate(&mut connection)? {
            let known = schema::STEPS.len();
            return Err(OpenError::Newer { found, known });
        }
        check_secret(&connection, secret)?;
        let people = secret.key("personal data");
        let plans_mark = Arc::new(AtomicU64::new(0));
        let writer = Writer::new(file.clone(), people.clone(), connection, Arc::clone(&plans_mark))?;
        let (jobs, waiting) = mpsc::channel();
        let thread = std::thread::Builder::new()
            .name("store writer".to_owned())
            .spawn(move || writer.run(&waiting))?;
        Ok(Self {
            jobs: Some(jobs),
            places: Arc::new(Semaphore::new(writer::QUEUE)),
            readers: Readers::new(file),
            people,
            plans_mark,
            thread: Some(thread),
            _lock: lock,
        })
    }

    /// The reading connections, for the doctor.
    pub(crate) const fn readers(&self) -> &Readers {
        &self.readers
    }

    /// Reads with the key of the people's keys at hand.
    pub(crate) fn read<T>(
        &self,
        work: impl FnOnce(&Connection, &Key) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.readers.with(|db| work(db, &self.people))
    }

    async fn write(&self, work: Work) -> Result<Position, StoreError> {
        let (reply, answer) = oneshot::channel();
        let (Some(jobs), Ok(place)) = (&self.jobs, Arc::clone(&self.places).acquire_owned().await) else {
            return writer::stopped();
        };
        if jobs.send(Job { work, reply, place }).is_err() {
            return writer::stopped();
        }
        answer.await.unwrap_or_else(|_| writer::stopped())
    }
}

/// Columns of a message with its place in an inbox.
fn messages_columns() -> String {
    [rows::MESSAGE, crate::inbox::ENTRY].join(", ")
}

impl Drop for SqliteStore {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the store's writer had stopped with a panic");
        }
    }
}

fn lock(path: &Path, file: &Path) -> Result<File, OpenError> {
    let lock = File::options().create(true).truncate(false).write(true).open(path)?;
    match lock.try_lock() {
        Ok(()) => Ok(lock),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse(file.to_owned())),
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}

/// Compares the secret with the one the file was made with; the first start notes it.
fn check_secret(connection: &Connection, secret: &InstanceSecret) -> Result<(), OpenError> {
    let Key(mark) = &secret.key("mark of the database");
    let sql = "SELECT value FROM fact WHERE name = 'secret'";
    let known: Option<[u8; 32]> = connection.query_row(sql, [], |row| row.get(0)).optional()?;
    match known {
        Some(known) if known == *mark => Ok(()),
        Some(_) => Err(OpenError::OtherSecret),
        None => {
            let sql = "INSERT INTO fact (name, value) VALUES ('secret', ?1)";
            connection.execute(sql, [mark])?;
            Ok(())
        }
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn commit(&self, unit: Unit) -> Result<Position, StoreError> {
        self.write(Work::Commit(Box::new(unit))).await
    }

    async fn stream(&self, stream: &StreamId) -> Result<Vec<Recorded>, StoreError> {
        let sql = format!("SELECT {} FROM event WHERE stream = ?1 ORDER BY number", rows::EVENT);
        self.readers.with(|db| list(db, &sql, [stream.to_string()], rows::event))
    }

    async fn events(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        let sql = format!("SELECT {} FROM event WHERE position > ?1 ORDER BY position LIMIT ?2", rows::EVENT);
        self.readers.with(|db| list(db, &sql, params![integer(after.0)?, limit], rows::event))
    }

    async fn newest_events(&self, before: Option<Position>, limit: u32) -> Result<Vec<Recorded>, StoreError> {
        let sql =
            format!("SELECT {} FROM event WHERE position < ?1 ORDER BY position DESC LIMIT ?2", rows::EVENT);
        self.readers.with(|db| {
            let before = before.map_or(Ok(i64::MAX), |before| integer(before.0))?;
            list(db, &sql, params![before, limit], rows::event)
        })
    }

    async fn member(&self, id: MemberId) -> Result<Option<MemberRecord>, StoreError> {
        let sql = format!("SELECT {} FROM member WHERE id = ?1", rows::MEMBER);
        self.readers.with(|db| one(db, &sql, [bytes(id.uuid())], rows::member))
    }

    async fn member_by_contact(&self, contact: Digest) -> Result<Option<MemberRecord>, StoreError> {
        let sql = format!("SELECT {} FROM member WHERE contact = ?1", rows::MEMBER);
        self.readers.with(|db| one(db, &sql, [contact.bytes()], rows::member))
    }

    async fn staff(&self) -> Result<Vec<MemberRecord>, StoreError> {
        let sql = format!("SELECT {} FROM member WHERE roles <> '' ORDER BY id", rows::MEMBER);
        self.readers.with(|db| list(db, &sql, [], rows::member))
    }

    async fn plans(&self) -> Result<Vec<PlanRecord>, StoreError> {
        self.readers.with(lists::plans)
    }

    async fn plan(&self, id: &PlanId) -> Result<Option<PlanRecord>, StoreError> {
        self.readers.with(|db| lists::plan(db, id))
    }

    async fn plans_mark(&self) -> Result<u64, StoreError> {
        Ok(self.plans_mark.load(Ordering::Acquire))
    }

    async fn enrolment(&self, id: EnrolmentId) -> Result<Option<EnrolmentRecord>, StoreError> {
        let sql = format!("SELECT {} FROM enrolment WHERE id = ?1", rows::ENROLMENT);
        self.readers.with(|db| one(db, &sql, [bytes(id.uuid())], rows::enrolment))
    }

    async fn enrolments(
        &self,
        query: &EnrolmentQuery,
        page: &Page,
    ) -> Result<Vec<EnrolmentRecord>, StoreError> {
        self.readers.with(|db| lists::enrolments(db, query, page))
    }

    async fn cohorts(&self, plan: &PlanId) -> Result<Vec<CohortRow>, StoreError> {
        let sql = format!(
            "SELECT {} FROM cohort WHERE plan = ?1 AND members > 0 ORDER BY class, since, until",
            rows::COHORT
        );
        self.readers.with(|db| list(db, &sql, [plan.as_str()], rows::cohort))
    }

    async fn claim(&self, id: ClaimId) -> Result<Option<ClaimRecord>, StoreError> {
        let sql = format!("SELECT {} FROM claim WHERE id = ?1", rows::CLAIM);
        self.readers.with(|db| one(db, &sql, [bytes(id.uuid())], rows::claim))
    }

    async fn claims(&self, query: &ClaimQuery, page: &Page) -> Result<Vec<ClaimRecord>, StoreError> {
        self.readers.with(|db| lists::claims(db, query, page))
    }

    async fn place_of(&self, enrolment: EnrolmentId) -> Result<Option<u64>, StoreError> {
        let sql = "SELECT place FROM enrolment WHERE id = ?1";
        self.readers.with(|db| one(db, sql, [bytes(enrolment.uuid())], |row| rows::count(row, 0)))
    }

    async fn claims_with_trace(&self, print: &Digest, limit: u32) -> Result<Vec<ClaimId>, StoreError> {
        let sql = "SELECT claim FROM trace WHERE print = ?1 GROUP BY claim ORDER BY claim DESC LIMIT ?2";
        let params = params![print.bytes(), limit];
        self.readers.with(|db| list(db, sql, params, |row| rows::uuid(row, 0).map(ClaimId::from_uuid)))
    }

    async fn cards(
        &self,
        query: &CardQuery,
        after: Option<CardPlace>,
        limit: u32,
    ) -> Result<Vec<ClaimRecord>, StoreError> {
        self.readers.with(|db| cards::cards(db, query, after, limit))
    }

    async fn matter(&self, stream: &StreamId) -> Result<Option<MatterRecord>, StoreError> {
        self.readers.with(|db| matters::matter(db, stream))
    }

    async fn matters(&self, query: &MatterQuery, page: &Page) -> Result<Vec<MatterRecord>, StoreError> {
        self.readers.with(|db| matters::matters(db, query, page))
    }

    async fn count_ballots(&self, case: JuryCaseId) -> Result<u64, StoreError> {
        self.readers.with(|db| matters::count_ballots(db, case))
    }

    async fn periods(&self, plan: &PlanId) -> Result<Vec<PeriodRecord>, StoreError> {
        let sql = format!("SELECT {} FROM period WHERE plan = ?1", rows::PERIOD);
        let mut periods = self.readers.with(|db| list(db, &sql, [plan.as_str()], rows::period))?;
        // Texts of keys do not sort like keys once a month has ten periods.
        periods.sort_by_key(|period| period.key);
        Ok(periods)
    }

    async fn entries(&self, plan: &PlanId, page: &Page) -> Result<Vec<JournalEntry>, StoreError> {
        self.readers.with(|db| lists::entries(db, plan, page))
    }

    async fn balances(&self, plan: &PlanId) -> Result<Balances, StoreError> {
        let balances = self.readers.with(|db| project::balances(db, plan))?;
        Ok(balances.unwrap_or_else(|| Balances::new(Currency::CNY)))
    }

    async fn unseal(&self, owner: MemberId, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
        self.readers.with(|db| people::unseal(db, &self.people, owner, name))
    }

    async fn erase(&self, owner: MemberId) -> Result<(), StoreError> {
        self.write(Work::Erase(owner)).await.map(|_| ())
    }

    async fn salt(&self, owner: MemberId, label: &str) -> Result<Option<[u8; 32]>, StoreError> {
        self.readers.with(|db| people::salt(db, &self.people, owner, label))
    }

    async fn log_mark(&self) -> Result<Option<LogMark>, StoreError> {
        self.readers.with(logged::mark)
    }

    async fn note_logged(&self, entries: &[NewLogged], mark: LogMark) -> Result<(), StoreError> {
        self.write(Work::NoteLogged(entries.to_vec(), mark)).await.map(|_| ())
    }

    async fn logged_leaves(&self, year: LogYear, index: u64) -> Result<Vec<[u8; 32]>, StoreError> {
        self.readers.with(|db| logged::leaves(db, year, index))
    }

    async fn logged_entry(&self, kind: u8, of: Position) -> Result<Option<LoggedEntry>, StoreError> {
        self.readers.with(|db| logged::of(db, kind, of))
    }

    async fn logged_entries(
        &self,
        kind: Option<u8>,
        from: Moment,
        until: Moment,
        limit: u32,
    ) -> Result<Vec<LoggedEntry>, StoreError> {
        self.readers.with(|db| logged::between(db, kind, from, until, limit))
    }

    async fn logged_counts(&self, from: Day, until: Day) -> Result<Vec<(Day, u8, u64)>, StoreError> {
        self.readers.with(|db| logged::counts(db, from, until))
    }

    async fn session(&self, token: Digest) -> Result<Option<Session>, StoreError> {
        let sql = format!("SELECT {} FROM session WHERE token = ?1", rows::SESSION);
        self.readers.with(|db| one(db, &sql, [token.bytes()], rows::session))
    }

    async fn sign_in_code(&self, contact: Digest) -> Result<Option<SignInCode>, StoreError> {
        let sql = format!("SELECT {} FROM sign_in_code WHERE contact = ?1", rows::SIGN_IN_CODE);
        self.readers.with(|db| one(db, &sql, [contact.bytes()], rows::sign_in_code))
    }

    async fn answer(&self, actor: Actor, key: &str) -> Result<Option<Answer>, StoreError> {
        let sql = format!("SELECT {} FROM answer WHERE actor = ?1 AND key = ?2", rows::ANSWER);
        let actor = huzhu_app::codec::actor(actor);
        self.readers.with(|db| one(db, &sql, params![actor, key], rows::answer))
    }

    async fn unsent(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        let (columns, from) = (messages_columns(), rows::MESSAGES);
        let sql = format!(
            "SELECT {columns} FROM {from} WHERE message.sent IS NULL ORDER BY message.number LIMIT ?1"
        );
        self.readers.with(|db| lists::messages(db, &self.people, &sql, params![limit]))
    }

    async fn mark_sent(&self, ids: &[uuid::Uuid], at: Moment) -> Result<(), StoreError> {
        self.write(Work::MarkSent(ids.to_vec(), at)).await.map(|_| ())
    }

    async fn messages(&self, to: Option<MemberId>, limit: u32) -> Result<Vec<Message>, StoreError> {
        let select = format!("SELECT {} FROM {}", messages_columns(), rows::MESSAGES);
        self.readers.with(|db| {
            if let Some(to) = to {
                let sql =
                    format!("{select} WHERE message.recipient = ?1 ORDER BY message.number DESC LIMIT ?2");
                lists::messages(db, &self.people, &sql, params![bytes(to.uuid()), limit])
            } else {
                let sql = format!("{select} ORDER BY message.number DESC LIMIT ?1");
                lists::messages(db, &self.people, &sql, params![limit])
            }
        })
    }

    async fn refused(&self, limit: u32) -> Result<Vec<RefusedAct>, StoreError> {
        let sql = format!("SELECT {} FROM refused ORDER BY number DESC LIMIT ?1", rows::REFUSED);
        self.readers.with(|db| list(db, &sql, [limit], rows::refused))
    }
}
