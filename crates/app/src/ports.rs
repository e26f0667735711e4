//! Everything that use cases ask of the world. `dyn` stands at this one seam.
//!
//! Shape: [`Store`] keeps events with the rows that follow from them, one [`Unit`] at a time; [`Vault`] keeps evidence;
//! [`Sequencer`] puts entries on the tamper-evident log and [`LogReader`] reads it; the rest are clock, randomness,
//! secrets, providers and mail. Each method says whether its work is durable when it returns, whether it may be repeated,
//! and what it excludes.

mod cards;
mod inbox;
mod pictures;
mod shares;
mod webhooks;

use async_trait::async_trait;
use huzhu_domain::digest::Digest;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, EnrolmentId, JuryCaseId, MemberId};
use huzhu_domain::jury::{DrawRequest, SeedProof, SeedSource};
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::{Day, Moment};
use huzhu_ledger::{Balances, JournalEntry};

use crate::matter::{MatterQuery, MatterRecord};
use crate::record::{
    ClaimRecord, CohortMove, CohortRow, EnrolmentRecord, MemberRecord, Message, PeriodRecord, PlanRecord,
    Record, RefusedAct, Session, SignInCode,
};

pub use cards::{CardPlace, CardQuery, DISPLAY_STATES, PUBLIC_STATES};
pub use inbox::{InboxChange, InboxStore};
pub use pictures::{NoPictures, PictureLooks};
pub use shares::{Roster, RosterPlace, ShareHead, ShareJob, ShareTrees};
pub use webhooks::{
    DeliveryCounts, WebhookChange, WebhookReply, WebhookRequest, WebhookSender, WebhookStore,
};

/// Place of an event in the order of the whole store, counted from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position(pub u64);

/// Who did something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Actor {
    /// A signed-in member.
    Member(MemberId),
    /// The platform itself: the calendar, the first start, the demo's clock.
    System,
}

/// An event as it was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// Place in the whole store.
    pub position: Position,
    /// The aggregate.
    pub stream: StreamId,
    /// Number within the stream, from 1.
    pub number: u64,
    /// When it happened.
    pub at: Moment,
    /// Who did it.
    pub actor: Actor,
    /// What happened.
    pub event: Event,
}

/// New events of one stream, with the row that the aggregate has after them.
#[derive(Clone, Debug, PartialEq)]
pub struct Append {
    /// The aggregate.
    pub stream: StreamId,
    /// Events that the stream had when it was read; another number by now is a [`StoreError::Conflict`].
    pub expected: u64,
    /// What happened, oldest first; never empty.
    pub events: Vec<Event>,
    /// The projection of the aggregate after these events; replaces the row of the stream.
    pub record: Record,
}

/// Bytes sealed under the key of a person; erasing the person destroys the key.
#[derive(Clone, PartialEq, Eq)]
pub struct Sealed {
    /// Whose key.
    pub owner: MemberId,
    /// What it is: `person`, `contact`, `claim/clm_.../request/1`.
    pub name: String,
    /// The bytes in clear; adapters encrypt them before they touch a disk.
    pub bytes: Vec<u8>,
}

/// A keyed hash that claims share which have something in common: an account, a phone, a file. It finds them among any number, and
/// says nothing to whoever has no key of the instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// The person who fell ill; erasing the person takes the trace away.
    pub owner: MemberId,
    /// The claim.
    pub claim: ClaimId,
    /// What it is of the claim, once each: `payee`, `file/evd_...`.
    pub name: String,
    /// The hash; `None`: the claim has no such thing any more.
    pub print: Option<Digest>,
}

impl std::fmt::Debug for Sealed {
    /// Shows no content: personal data stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Sealed({}, {}, {} bytes)", self.owner, self.name, self.bytes.len())
    }
}

/// The stored answer to a request that carried an idempotency key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Who asked. Keys of different people never meet.
    pub actor: Actor,
    /// The key the caller made.
    pub key: String,
    /// Digest of the request, so that the same key with another body is told apart.
    pub request: Digest,
    /// The receipt of the use case as JSON.
    pub receipt: String,
    /// When it was given.
    pub at: Moment,
}

/// A change of the sign-in tables, which are not event streams: they hold nothing but what expires.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SignInChange {
    /// A code was sent; replaces an older one for the same contact.
    CodeSent(SignInCode),
    /// A code was used or given up.
    CodeSpent(Digest),
    /// A session began.
    SessionBegun(Session),
    /// A session ended; the digest of its token.
    SessionEnded(Digest),
}

/// Something that a decision was made on without changing it. When it has changed by the time the unit is kept, the unit is
/// a [`StoreError::Conflict`], so that two decisions at once cannot both spend the same money or the same ceiling.
#[derive(Clone, Debug, PartialEq)]
pub enum ReliedOn {
    /// A stream with the events it had.
    Stream(StreamId, u64),
    /// The balances of a plan's books.
    Books(PlanId, Balances),
    /// A list of enrolments, by id: the whole of what a query answers.
    Enrolments(EnrolmentQuery, Vec<EnrolmentId>),
}

/// Everything one use case writes. All of it is kept, or nothing.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: Actor,
    /// What must not have changed since it was read; streams of [`Unit::appends`] need no mention here.
    pub relied_on: Vec<ReliedOn>,
    /// Events by stream.
    pub appends: Vec<Append>,
    /// Members moving between cohorts.
    pub cohorts: Vec<CohortMove>,
    /// Journal entries by plan. An entry id that exists with the same content is skipped, with other content it is
    /// [`Constraint::EntryId`].
    pub entries: Vec<(PlanId, JournalEntry)>,
    /// Personal data.
    pub sealed: Vec<Sealed>,
    /// By what claims are found that have something in common.
    pub traces: Vec<Trace>,
    /// Mail to be sent.
    pub messages: Vec<Message>,
    /// Inboxes: what was read, what is told to many.
    pub inbox: Vec<InboxChange>,
    /// Webhooks and what is sent to them.
    pub webhooks: Vec<WebhookChange>,
    /// Sign-in tables.
    pub sign_in: Vec<SignInChange>,
    /// What was asked for and refused, for the audit trail.
    pub refused: Vec<RefusedAct>,
    /// The answer to remember.
    pub answer: Option<Answer>,
}

impl Unit {
    /// A unit that writes nothing yet.
    pub const fn new(at: Moment, actor: Actor) -> Self {
        Self {
            at,
            actor,
            relied_on: Vec::new(),
            appends: Vec::new(),
            cohorts: Vec::new(),
            entries: Vec::new(),
            sealed: Vec::new(),
            traces: Vec::new(),
            messages: Vec::new(),
            inbox: Vec::new(),
            webhooks: Vec::new(),
            sign_in: Vec::new(),
            refused: Vec::new(),
            answer: None,
        }
    }
}

/// The named unique constraints of the store; names become rejections, message texts never do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Constraint {
    /// One live enrolment per plan and person.
    EnrolmentIdentity,
    /// One member per mail address.
    MemberContact,
    /// One stored answer per person and idempotency key.
    AnswerKey,
    /// One journal entry per id.
    EntryId,
}

/// What a store can answer instead of a result.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote to a stream since it was read: read again and decide again.
    #[error("somebody else changed {0} in the meantime")]
    Conflict(String),
    /// A unique constraint refused the unit; nothing of it was kept.
    #[error("unique constraint {0:?}")]
    Taken(Constraint),
    /// The store cannot answer now. The unit may have been kept or not: the caller repeats it with the same ids.
    #[error("the store does not answer: {0}")]
    Unavailable(String),
    /// The store holds something it never should: stop and let somebody look.
    #[error("the store is broken: {0}")]
    Broken(String),
}

/// A cut of a long list: rows after `after` in the list's own order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// Key of the last row of the page before, as the list's docs define it; `None` for the first page.
    pub after: Option<String>,
    /// Rows at most.
    pub limit: u32,
}

impl Page {
    /// The first `limit` rows.
    pub const fn first(limit: u32) -> Self {
        Self { after: None, limit }
    }
}

/// Which enrolments. [`Page::after`] is an enrolment id, and lists are ordered by it, all but one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EnrolmentQuery {
    /// All that a payer pays for or paid for.
    ByPayer(MemberId),
    /// All of a person.
    ByMember(MemberId),
    /// All of a person in a plan, live or ended, by keyed hash of the identity number: whoever comes back, as whichever
    /// member, is the same person.
    ByIdentity(PlanId, Digest),
    /// Live ones of a plan that reach the age limit on or before the day.
    OverAge(PlanId, Day),
    /// Those of a plan with an unpaid share.
    InArrears(PlanId),
    /// Those of a plan that ended for an illness inside the wait and were still counted on the day.
    EndedIllInWait(PlanId, Day),
    /// All of a plan, in the order of joining: the first row stands at place 0 of the roster, and so on without gaps, for ever.
    ByPlan(PlanId),
}

/// Which claims; lists are ordered by claim id, and [`Page::after`] is a claim id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClaimQuery {
    /// Filed by, or about, a member. Not all of a person: a dependant who comes back is another member.
    ByMember(MemberId),
    /// Of an enrolment.
    ByEnrolment(EnrolmentId),
    /// Of a plan, in any of these states (words of [`huzhu_domain::claim::State`]).
    InStates(PlanId, Vec<&'static str>),
    /// Counted in a period of a plan.
    InPeriod(PlanId, huzhu_domain::plan::PeriodKey),
}

/// How far the feeder of the log has come. Everything up to `position` is on the log, in the entries before `size`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LogMark {
    /// The last event that was fed.
    pub position: Position,
    /// The log into which it went.
    pub year: LogYear,
    /// Entries of that log that are accounted for.
    pub size: u64,
}

/// Where on the log events went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedEntry {
    /// Which log.
    pub year: LogYear,
    /// Index of the entry, from 0.
    pub index: u64,
    /// Kind of the entry, as its canonical bytes number it (`huzhu_log::entry`).
    pub kind: u8,
    /// The time in the entry.
    pub at: Moment,
    /// The first event in the entry.
    pub first: Position,
    /// The last event in the entry; the same as `first`, but for batches of consents. Entries of one kind never overlap.
    pub last: Position,
}

/// An entry to be noted, with what its inner tree was made of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewLogged {
    /// The entry.
    pub entry: LoggedEntry,
    /// Leaves of the inner tree (consents, notice cards) in order; empty for other entries. They are salted digests, and
    /// paths to one of them need all of them, also when somebody else among them was erased.
    pub leaves: Vec<[u8; 32]>,
}

/// Keeps events, and the rows that follow from them, in one order.
///
/// Writers are serialised by the store; a use case excludes others by the `expected` numbers of its appends only.
#[async_trait]
pub trait Store: InboxStore + WebhookStore + Send + Sync {
    /// Keeps a unit. Durable when it returns `Ok`. Not repeatable by itself: a repetition is a conflict, except under an
    /// answer key, which turns it into [`Constraint::AnswerKey`]. Answers the position of the unit's last event.
    async fn commit(&self, unit: Unit) -> Result<Position, StoreError>;

    /// All events of a stream, oldest first; empty when there is no such stream.
    async fn stream(&self, stream: &StreamId) -> Result<Vec<Recorded>, StoreError>;
    /// Events of all streams after a position, oldest first.
    async fn events(&self, after: Position, limit: u32) -> Result<Vec<Recorded>, StoreError>;
    /// The newest events of all streams, newest first, before a position (`None`: from the end).
    async fn newest_events(&self, before: Option<Position>, limit: u32) -> Result<Vec<Recorded>, StoreError>;

    /// A member's row.
    async fn member(&self, id: MemberId) -> Result<Option<MemberRecord>, StoreError>;
    /// A member's row by keyed hash of the mail address.
    async fn member_by_contact(&self, contact: Digest) -> Result<Option<MemberRecord>, StoreError>;
    /// Everybody with at least one role, by id.
    async fn staff(&self) -> Result<Vec<MemberRecord>, StoreError>;

    /// All plans, by id.
    async fn plans(&self) -> Result<Vec<PlanRecord>, StoreError>;
    /// One plan.
    async fn plan(&self, id: &PlanId) -> Result<Option<PlanRecord>, StoreError>;
    /// A number that is another one once the stream of any plan has grown, before the commit that grew it is answered. Asked
    /// with every join and every page, so it costs no row.
    async fn plans_mark(&self) -> Result<u64, StoreError>;

    /// One enrolment.
    async fn enrolment(&self, id: EnrolmentId) -> Result<Option<EnrolmentRecord>, StoreError>;
    /// Enrolments by query.
    async fn enrolments(
        &self,
        query: &EnrolmentQuery,
        page: &Page,
    ) -> Result<Vec<EnrolmentRecord>, StoreError>;
    /// How many members stand in each cohort row of a plan, ordered by (class, `shares_from`, `shares_until`).
    async fn cohorts(&self, plan: &PlanId) -> Result<Vec<CohortRow>, StoreError>;

    /// One claim.
    async fn claim(&self, id: ClaimId) -> Result<Option<ClaimRecord>, StoreError>;
    /// Claims by query.
    async fn claims(&self, query: &ClaimQuery, page: &Page) -> Result<Vec<ClaimRecord>, StoreError>;
    /// The place of an enrolment in the roster of its plan, from 0; see [`EnrolmentQuery::ByPlan`].
    async fn place_of(&self, enrolment: EnrolmentId) -> Result<Option<u64>, StoreError>;
    /// Claims that left a trace of this hash, newest first. Reads an index.
    async fn claims_with_trace(&self, print: &Digest, limit: u32) -> Result<Vec<ClaimId>, StoreError>;
    /// Claims whose cards are public, by query: newest period first, newest claim first, those after a place. Reads an index, of
    /// which it touches no more than the rows of the narrowest part of the query.
    async fn cards(
        &self,
        query: &CardQuery,
        after: Option<CardPlace>,
        limit: u32,
    ) -> Result<Vec<ClaimRecord>, StoreError>;

    /// One row of [`crate::matter`].
    async fn matter(&self, stream: &StreamId) -> Result<Option<MatterRecord>, StoreError>;
    /// Rows of [`crate::matter`] by query.
    async fn matters(&self, query: &MatterQuery, page: &Page) -> Result<Vec<MatterRecord>, StoreError>;
    /// How many ballots a jury case has, without reading them.
    async fn count_ballots(&self, case: JuryCaseId) -> Result<u64, StoreError>;

    /// All periods of a plan that have begun their notice, oldest first.
    async fn periods(&self, plan: &PlanId) -> Result<Vec<PeriodRecord>, StoreError>;

    /// Journal entries of a plan in the order in which they were kept; [`Page::after`] is the number of the last one.
    async fn entries(&self, plan: &PlanId, page: &Page) -> Result<Vec<JournalEntry>, StoreError>;
    /// Balances of a plan's books, kept up with each entry.
    async fn balances(&self, plan: &PlanId) -> Result<Balances, StoreError>;

    /// Personal data in clear; `None` when there is none or the person was erased.
    async fn unseal(&self, owner: MemberId, name: &str) -> Result<Option<Vec<u8>>, StoreError>;
    /// Destroys the key of a person. Durable, repeatable.
    async fn erase(&self, owner: MemberId) -> Result<(), StoreError>;

    /// A salt that only the key of a person gives: HMAC-SHA-256 of `label` under it. The same for the same label for ever;
    /// `None` when the person has no key yet or was erased, and then for ever.
    async fn salt(&self, owner: MemberId, label: &str) -> Result<Option<[u8; 32]>, StoreError>;

    /// How far the log was fed; `None` before the first note.
    async fn log_mark(&self) -> Result<Option<LogMark>, StoreError>;
    /// Notes entries with the mark after them, all or nothing. Durable, repeatable. One feeder at a time, by the caller's
    /// care: an older mark replaces a newer one.
    async fn note_logged(&self, entries: &[NewLogged], mark: LogMark) -> Result<(), StoreError>;
    /// The leaves that were noted with an entry; empty when there were none, or no such entry.
    async fn logged_leaves(&self, year: LogYear, index: u64) -> Result<Vec<[u8; 32]>, StoreError>;
    /// The entry of a kind in which an event went.
    async fn logged_entry(&self, kind: u8, of: Position) -> Result<Option<LoggedEntry>, StoreError>;
    /// Entries with their time in `[from, until)`, of one kind or of all, newest first.
    async fn logged_entries(
        &self,
        kind: Option<u8>,
        from: Moment,
        until: Moment,
        limit: u32,
    ) -> Result<Vec<LoggedEntry>, StoreError>;
    /// How many entries each day (UTC) and kind has, newest day first, days in `[from, until)` only.
    async fn logged_counts(&self, from: Day, until: Day) -> Result<Vec<(Day, u8, u64)>, StoreError>;

    /// A session by digest of its token.
    async fn session(&self, token: Digest) -> Result<Option<Session>, StoreError>;
    /// The code last sent to a contact.
    async fn sign_in_code(&self, contact: Digest) -> Result<Option<SignInCode>, StoreError>;
    /// A remembered answer.
    async fn answer(&self, actor: Actor, key: &str) -> Result<Option<Answer>, StoreError>;

    /// Messages to be mailed one by one and not yet sent, oldest first.
    async fn unsent(&self, limit: u32) -> Result<Vec<Message>, StoreError>;
    /// Notes that messages were sent. Durable, repeatable.
    async fn mark_sent(&self, ids: &[uuid::Uuid], at: Moment) -> Result<(), StoreError>;
    /// The newest messages, newest first, those that are in no inbox included (for the demo's mailbox).
    async fn messages(&self, to: Option<MemberId>, limit: u32) -> Result<Vec<Message>, StoreError>;
    /// The newest refused acts, newest first.
    async fn refused(&self, limit: u32) -> Result<Vec<RefusedAct>, StoreError>;
}

/// What a vault can answer instead of a file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VaultError {
    /// There is no such file, or its key was destroyed.
    #[error("there is no such file")]
    Missing,
    /// The file does not decrypt: it was changed.
    #[error("the file was changed on disk")]
    Tampered,
    /// Another request is writing this file.
    #[error("another request is writing this file")]
    Busy,
    /// The bytes broke off on their way here; what came is good.
    #[error("the bytes broke off on their way")]
    BrokenOff,
    /// The bytes are not those that the sender meant; nothing of them may be kept.
    #[error("the bytes do not have the check sum that was announced")]
    WrongChecksum,
    /// The vault cannot answer now.
    #[error("the vault does not answer: {0}")]
    Unavailable(String),
}

/// Name of a file in the vault; made by the platform, never by a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FileId(pub uuid::Uuid);

/// One half of the key of a file: 32 random bytes, sealed under the key of the person whom the file is about. The vault keeps the
/// other half under its master key. Without both, the file is noise, so that destroying either of them destroys the file.
#[derive(Clone, PartialEq, Eq)]
pub struct OwnerHalf(pub [u8; 32]);

impl std::fmt::Debug for OwnerHalf {
    /// Shows nothing.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OwnerHalf(secret)")
    }
}

/// A file that is on its way in: begun, and not yet accepted.
#[derive(Clone, PartialEq, Eq)]
pub struct Staged {
    /// The file.
    pub file: FileId,
    /// Bytes that are durable.
    pub bytes: u64,
    /// What the use case noted down with it; kept encrypted.
    pub note: Vec<u8>,
    /// When nobody waits for it any more.
    pub until: Moment,
}

impl std::fmt::Debug for Staged {
    /// Shows no note, which holds secrets.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Staged({:?}, {} bytes, until {})", self.file, self.bytes, self.until)
    }
}

/// Bytes that come or go piece by piece, so that no file stands in memory as a whole.
#[async_trait]
pub trait Pieces: Send {
    /// The next piece, of some kilobytes; `None` at the end.
    async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError>;
}

/// Adds bytes to a file that is on its way in. Dropping it forgets what was not saved.
#[async_trait]
pub trait Intake: Send {
    /// Adds bytes; they may wait in memory, some hundred kilobytes at most.
    async fn write(&mut self, bytes: &[u8]) -> Result<(), VaultError>;
    /// Makes durable, in one step, everything written so far and the note that replaces the one before.
    async fn save(&mut self, note: &[u8]) -> Result<(), VaultError>;
}

/// Keeps evidence files, each encrypted under a key of its own, of which the caller keeps one half ([`OwnerHalf`]).
///
/// A file is begun, gets its bytes, is finished, is published to where files stay, and is accepted once the event that names it is
/// kept. Until then it is [`Staged`], and a sweep can find it after a crash.
#[async_trait]
pub trait Vault: Send + Sync {
    /// Begins a file without bytes. Durable.
    async fn begin(&self, file: FileId, note: &[u8], until: Moment) -> Result<(), VaultError>;
    /// A file on its way in.
    async fn staged(&self, file: FileId) -> Result<Option<Staged>, VaultError>;
    /// All files on their way in.
    async fn all_staged(&self) -> Result<Vec<Staged>, VaultError>;
    /// Goes on after the bytes that are durable. [`VaultError::Busy`] while somebody else does.
    async fn append(&self, file: FileId, half: &OwnerHalf) -> Result<Box<dyn Intake>, VaultError>;
    /// Ends the file: it can be read from now on, and takes no more bytes. Durable, repeatable.
    async fn finish(&self, file: FileId, half: &OwnerHalf) -> Result<(), VaultError>;
    /// Replaces the note. Durable.
    async fn annotate(&self, file: FileId, note: &[u8]) -> Result<(), VaultError>;
    /// Moves a finished file to where files stay. Durable, repeatable.
    async fn publish(&self, file: FileId) -> Result<(), VaultError>;
    /// Forgets the note: the file is no more on its way. Durable, repeatable.
    async fn accept(&self, file: FileId) -> Result<(), VaultError>;
    /// Bytes of a finished file. `half` is `None` for files that were kept before there were halves; their [`FileId`] is the id
    /// of the evidence. A range that goes beyond the end is cut there.
    async fn read(
        &self,
        file: FileId,
        half: Option<&OwnerHalf>,
        range: std::ops::Range<u64>,
    ) -> Result<Box<dyn Pieces>, VaultError>;
    /// Destroys the vault's half of the key, then the bytes, in whatever state the file is. Durable, repeatable.
    async fn destroy(&self, file: FileId) -> Result<(), VaultError>;
    /// Clears away the bytes of files whose key is destroyed already, which a crash left. Repeatable.
    async fn sweep(&self) -> Result<(), VaultError>;
}

/// The year of a log, in UTC. A platform keeps one log a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LogYear(pub u16);

impl std::fmt::Display for LogYear {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

/// The answer to entries that were put on the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sequenced {
    /// The log's name, as its checkpoints say it.
    pub origin: String,
    /// Index of the first of the entries; the others follow without a gap.
    pub first_index: u64,
    /// The signed note that covers them, as published.
    pub checkpoint: String,
}

/// What a sequencer or a log can answer instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SequencerError {
    /// The log cannot answer now. Entries may have been put on it or not: the caller looks at the log before it submits
    /// again.
    #[error("the log does not answer: {0}")]
    Unavailable(String),
    /// A later year has begun: this log takes no entries any more. Nothing was kept.
    #[error("the log of {0} is closed")]
    Closed(LogYear),
    /// An entry of more than 65,535 bytes, or more entries at once than the log takes. Nothing was kept.
    #[error("the log refuses: {0}")]
    TooMuch(String),
    /// The log holds something it never should: stop and let somebody look.
    #[error("the log is broken: {0}")]
    Broken(String),
}

/// Puts entries in one order that nobody can change later (the seam between one operator and a consortium).
#[async_trait]
pub trait Sequencer: Send + Sync {
    /// Appends entries to the log of `year` in this order, without a gap between them. Durable, signed and readable through
    /// [`LogReader`] when it returns `Ok`; all of them or none, also after a crash. Not idempotent: after a lost reply the
    /// caller looks at the tail of the log. Callers are serialised by the sequencer.
    ///
    /// The first submission for a later year begins that year's log, whose first entry (made by the sequencer) names the
    /// root of the log before, and closes the earlier ones. Entries about keys are put on the log by the sequencer itself.
    async fn submit(&self, year: LogYear, entries: Vec<Vec<u8>>) -> Result<Sequenced, SequencerError>;
}

/// A log that was begun.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogName {
    /// The year.
    pub year: LogYear,
    /// The name, as checkpoints say it: `aid.example.org/log/2026`.
    pub origin: String,
}

/// Reads the published logs. Nothing here locks or changes anything.
#[async_trait]
pub trait LogReader: Send + Sync {
    /// The logs that were begun, oldest first.
    async fn logs(&self) -> Result<Vec<LogName>, SequencerError>;
    /// The newest checkpoint as a signed note; `None` when the log was not begun.
    async fn checkpoint(&self, year: LogYear) -> Result<Option<String>, SequencerError>;
    /// A tile or entry bundle by its C2SP path (`tile/0/x001/067`, `tile/entries/000.p/5`). A partial tile that the newest
    /// checkpoint covers is answered also when a wider one has replaced it. `None`: the log does not reach so far.
    async fn tile(&self, year: LogYear, path: &str) -> Result<Option<Vec<u8>>, SequencerError>;
    /// A checkpoint that covers entry `index` and that outside witnesses cosigned as the policy asks. Waits for it, not for
    /// long; `None` when there is none by then or nobody is asked: then the newest one has to do.
    async fn cosigned(&self, year: LogYear, index: u64) -> Result<Option<String>, SequencerError> {
        let _ = (year, index);
        Ok(None)
    }
    /// The policy by which receipts of this log are checked, as tlog-policy text; `None` when the log was not begun.
    async fn tlog_policy(&self, year: LogYear) -> Result<Option<String>, SequencerError>;
}

/// What time it is. Asked once per use case.
pub trait Clock: Send + Sync {
    /// The current instant, never earlier than an answer given before.
    fn now(&self) -> Moment;
}

/// Ids and secrets that nobody can guess.
pub trait Entropy: Send + Sync {
    /// A UUIDv7 stamped with `now`.
    fn uuid(&self, now: Moment) -> uuid::Uuid;
    /// 32 random bytes.
    fn secret(&self) -> [u8; 32];
    /// A uniform number below `bound` (which is at least 1), for one-time codes.
    fn below(&self, bound: u32) -> u32;
}

/// Hashes under the instance secret, so that guessable inputs (addresses, identity numbers) cannot be tried out.
pub trait Secrets: Send + Sync {
    /// HMAC-SHA-256 of `bytes` under a key of its own for each `purpose`.
    fn keyed_hash(&self, purpose: &'static str, bytes: &[u8]) -> Digest;
}

/// Why there is no seed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RandomnessError {
    /// Nobody has the answer yet: ask again then.
    #[error("the seed is not known before {until}")]
    NotYet {
        /// When the source answers.
        until: Moment,
    },
    /// The source cannot be reached, or gives nothing that its proof bears out. Nobody learnt anything: ask again.
    #[error("the source of the seed does not answer: {0}")]
    Unavailable(String),
    /// The request was made to another source than the one that is set up now. Set that one up again, or withdraw the request
    /// with a reason that everybody can read; never answer it from elsewhere.
    #[error("the request is for another source: {0}")]
    OtherSource(SeedSource),
}

/// Gives the seed of a draw, in two steps: first the source is named and the request put on the log, then the source answers.
///
/// Whoever calls [`Randomness::reveal`] has made the digest of the request durable on the log before, or the draw proves
/// nothing: an operator who sees the answer first can choose what to ask.
#[async_trait]
pub trait Randomness: Send + Sync {
    /// The source for a request that is made now. Of a beacon, a round that does not exist yet. Locks and keeps nothing.
    fn source(&self, now: Moment) -> SeedSource;
    /// The output for a request with its proof, which was checked. The same answer for the same request for ever; repeatable.
    /// There is no second answer: a draw that somebody does not like cannot be made again by asking again.
    async fn reveal(&self, request: &DrawRequest, now: Moment) -> Result<SeedProof, RandomnessError>;
}

/// A provider that does not answer; joining is refused with "try again", never waved through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {provider} provider does not answer: {why}")]
pub struct ProviderError {
    /// `identity` or `credit`.
    pub provider: &'static str,
    /// For the log of the operator; holds no personal data.
    pub why: String,
}

/// Tells whether a name, an identity number and a birth date belong together.
#[async_trait]
pub trait IdentityProvider: Send + Sync {
    /// `true` when they do. Repeatable.
    async fn confirm(&self, person: &crate::person::Person) -> Result<bool, ProviderError>;
}

/// Tells the credit score of a payer.
#[async_trait]
pub trait CreditProvider: Send + Sync {
    /// The score. Repeatable.
    async fn score(&self, person: &crate::person::Person) -> Result<u32, ProviderError>;
}

/// Sends mail.
#[async_trait]
pub trait Mailer: Send + Sync {
    /// Hands one message to the mail server. At least once: a lost reply sends it twice.
    async fn send(&self, message: &Message) -> Result<(), ProviderError>;
}
