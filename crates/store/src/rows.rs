//! Rows to records and back: the one place that knows column orders.
//!
//! Shape: for each table a list of columns, a function that reads a row selected with that list, and (for projections) a
//! statement that replaces a row. Texts and bytes are read with the codec of `huzhu-app`.

use std::collections::BTreeSet;

use huzhu_app::codec::{self, CodecError};
use huzhu_app::ports::{Actor, Answer, Position, Recorded, StoreError};
use huzhu_app::record::{
    ClaimRecord, CohortDays, CohortRow, EnrolmentRecord, MemberRecord, PeriodRecord, PlanRecord,
    PlanVersionRecord, RefusedAct, Session, SignInCode,
};
use huzhu_domain::claim::State;
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::EndReason;
use huzhu_domain::id::{ClaimId, EnrolmentId, MemberId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{PeriodKey, PlanVersion};
use huzhu_domain::time::{Day, Moment};
use huzhu_ledger::{Amount, Currency, EntryId, JournalEntry};
use rusqlite::Row;

/// What stops a statement: the engine, or what the row holds.
#[derive(Debug)]
pub(crate) enum Failure {
    /// SQLite: the file, the disk, a constraint.
    Engine(rusqlite::Error),
    /// The store's own answer.
    Store(StoreError),
}

impl From<rusqlite::Error> for Failure {
    fn from(error: rusqlite::Error) -> Self {
        Self::Engine(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<CodecError> for Failure {
    fn from(error: CodecError) -> Self {
        broken(error)
    }
}

/// Something that never should be in a row.
pub(crate) fn broken(why: impl std::fmt::Display) -> Failure {
    Failure::Store(StoreError::Broken(why.to_string()))
}

/// The 16 bytes of an id.
pub(crate) fn bytes(uuid: uuid::Uuid) -> [u8; 16] {
    *uuid.as_bytes()
}

/// A count as the engine's integer.
pub(crate) fn integer(count: u64) -> Result<i64, Failure> {
    i64::try_from(count).map_err(broken)
}

/// A count from the engine's integer.
pub(crate) fn count(row: &Row<'_>, at: usize) -> Result<u64, Failure> {
    u64::try_from(row.get::<_, i64>(at)?).map_err(broken)
}

pub(crate) fn uuid(row: &Row<'_>, at: usize) -> Result<uuid::Uuid, Failure> {
    Ok(uuid::Uuid::from_bytes(row.get(at)?))
}

/// The id of a member.
pub(crate) fn member_id(row: &Row<'_>, at: usize) -> Result<MemberId, Failure> {
    uuid(row, at).map(MemberId::from_uuid)
}

fn digest(row: &Row<'_>, at: usize) -> Result<Digest, Failure> {
    Ok(Digest::from_bytes(row.get(at)?))
}

fn optional_digest(row: &Row<'_>, at: usize) -> Result<Option<Digest>, Failure> {
    Ok(row.get::<_, Option<[u8; 32]>>(at)?.map(Digest::from_bytes))
}

/// A text.
pub(crate) fn text<'r>(row: &'r Row<'_>, at: usize) -> Result<&'r str, Failure> {
    let value = row.get_ref(at)?;
    value.as_str().map_err(broken)
}

fn optional_text<'r>(row: &'r Row<'_>, at: usize) -> Result<Option<&'r str>, Failure> {
    let value = row.get_ref(at)?;
    value.as_str_or_null().map_err(broken)
}

/// A text that reads as something.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    row: &Row<'_>,
    at: usize,
) -> Result<T, Failure> {
    text(row, at)?.parse().map_err(broken)
}

fn day(row: &Row<'_>, at: usize) -> Result<Day, Failure> {
    Ok(codec::parse_day(text(row, at)?)?)
}

fn optional_day(row: &Row<'_>, at: usize) -> Result<Option<Day>, Failure> {
    Ok(optional_text(row, at)?.map(codec::parse_day).transpose()?)
}

/// A moment.
pub(crate) fn moment(row: &Row<'_>, at: usize) -> Result<Moment, Failure> {
    Ok(codec::parse_moment(text(row, at)?)?)
}

/// A moment, or none.
pub(crate) fn optional_moment(row: &Row<'_>, at: usize) -> Result<Option<Moment>, Failure> {
    Ok(optional_text(row, at)?.map(codec::parse_moment).transpose()?)
}

fn amount(text: &str) -> Result<Amount, Failure> {
    text.parse().map(Amount::from_minor).map_err(broken)
}

fn actor(row: &Row<'_>, at: usize) -> Result<Actor, Failure> {
    Ok(codec::parse_actor(text(row, at)?)?)
}

/// Columns of an event.
pub(crate) const EVENT: &str = "position, stream, number, at, actor, bytes";

/// Reads an event.
pub(crate) fn event(row: &Row<'_>) -> Result<Recorded, Failure> {
    let bytes = row.get_ref(5)?;
    Ok(Recorded {
        position: Position(count(row, 0)?),
        stream: codec::parse_stream(text(row, 1)?)?,
        number: count(row, 2)?,
        at: moment(row, 3)?,
        actor: actor(row, 4)?,
        event: codec::decode(bytes.as_blob().map_err(broken)?)?,
    })
}

/// Columns of a member.
pub(crate) const MEMBER: &str = "id, contact, identity, roles";

/// Reads a member.
pub(crate) fn member(row: &Row<'_>) -> Result<MemberRecord, Failure> {
    let role = |word| Role::from_word(word).ok_or_else(|| broken(format!("role {word:?}")));
    let roles: Result<BTreeSet<Role>, Failure> = text(row, 3)?.split_ascii_whitespace().map(role).collect();
    Ok(MemberRecord {
        id: member_id(row, 0)?,
        contact: optional_digest(row, 1)?,
        identity: optional_digest(row, 2)?,
        roles: roles?,
    })
}

/// The roles of a member in one column.
pub(crate) fn roles(record: &MemberRecord) -> String {
    let words: Vec<&str> = record.roles.iter().map(|role| role.word()).collect();
    words.join(" ")
}

/// Columns of a plan.
pub(crate) const PLAN: &str = "id, events, open";

/// Reads a plan; its versions are in rows of their own.
pub(crate) fn plan(row: &Row<'_>) -> Result<PlanRecord, Failure> {
    Ok(PlanRecord { id: parsed(row, 0)?, events: count(row, 1)?, open: row.get(2)?, versions: Vec::new() })
}

/// Columns of a version of a plan.
pub(crate) const PLAN_VERSION: &str = "version, published, effective, withdrawn, digest";

/// Reads a version of a plan.
pub(crate) fn plan_version(row: &Row<'_>) -> Result<PlanVersionRecord, Failure> {
    Ok(PlanVersionRecord {
        version: PlanVersion(row.get(0)?),
        published: moment(row, 1)?,
        effective: day(row, 2)?,
        withdrawn: row.get(3)?,
        digest: digest(row, 4)?,
    })
}

/// Columns of an enrolment.
pub(crate) const ENROLMENT: &str = "id, plan, version, member, payer, relation, identity, joined, covered_from, \
    shares_from, band_class, over_age_from, ended_on, ended_why, arrears";

const END_REASONS: [EndReason; 6] = [
    EndReason::Left,
    EndReason::AgeReached,
    EndReason::AidReceived,
    EndReason::Unpaid,
    EndReason::Ineligible,
    EndReason::IllnessInWait,
];

/// Reads an enrolment.
pub(crate) fn enrolment(row: &Row<'_>) -> Result<EnrolmentRecord, Failure> {
    let ended = match (optional_day(row, 12)?, optional_text(row, 13)?) {
        (Some(until), Some(why)) => {
            let reason = END_REASONS.into_iter().find(|reason| reason.word() == why);
            Some((until, reason.ok_or_else(|| broken(format!("end reason {why:?}")))?))
        }
        (None, None) => None,
        _ => return Err(broken("an end without a day or a reason")),
    };
    Ok(EnrolmentRecord {
        id: EnrolmentId::from_uuid(uuid(row, 0)?),
        plan: parsed(row, 1)?,
        version: PlanVersion(row.get(2)?),
        member: member_id(row, 3)?,
        payer: member_id(row, 4)?,
        relation: optional_text(row, 5)?.map(codec::parse_column).transpose()?,
        identity: digest(row, 6)?,
        joined: day(row, 7)?,
        covered_from: day(row, 8)?,
        shares_from: day(row, 9)?,
        band_class: row.get(10)?,
        over_age_from: optional_day(row, 11)?,
        ended,
        arrears: amount(text(row, 14)?)?,
    })
}

/// Columns of a cohort.
pub(crate) const COHORT: &str = "class, since, until, members";

/// Reads a cohort.
pub(crate) fn cohort(row: &Row<'_>) -> Result<CohortRow, Failure> {
    let until = text(row, 2)?;
    let until = (!until.is_empty()).then(|| codec::parse_day(until)).transpose()?;
    Ok(CohortRow {
        days: CohortDays { class: row.get(0)?, from: day(row, 1)?, until },
        count: count(row, 3)?,
    })
}

/// Columns of a claim.
pub(crate) const CLAIM: &str = "id, plan, enrolment, member, filed_by, state, condition, event_date, reported, \
    reviewer, due, period, aid";

/// Reads a claim.
pub(crate) fn claim(row: &Row<'_>) -> Result<ClaimRecord, Failure> {
    let word = text(row, 5)?;
    let state = State::WORDS.into_iter().find(|known| *known == word);
    let reviewer: Option<[u8; 16]> = row.get(9)?;
    let period = optional_text(row, 11)?.map(str::parse::<PeriodKey>);
    Ok(ClaimRecord {
        id: ClaimId::from_uuid(uuid(row, 0)?),
        plan: parsed(row, 1)?,
        enrolment: EnrolmentId::from_uuid(uuid(row, 2)?),
        member: member_id(row, 3)?,
        filed_by: member_id(row, 4)?,
        state: state.ok_or_else(|| broken(format!("claim state {word:?}")))?,
        condition: parsed(row, 6)?,
        event_date: day(row, 7)?,
        reported: optional_moment(row, 8)?,
        reviewer: reviewer.map(|id| MemberId::from_uuid(uuid::Uuid::from_bytes(id))),
        until: optional_moment(row, 10)?,
        period: period.transpose().map_err(broken)?,
        aid: optional_text(row, 12)?.map(amount).transpose()?,
    })
}

/// Columns of a period.
pub(crate) const PERIOD: &str = "plan, period, state, noticed, statement, collection";

/// Words of the states that a period with a row can be in.
const PERIOD_WORDS: [&str; 4] = ["on-notice", "settled", "collected", "closed"];

/// Reads a period.
pub(crate) fn period(row: &Row<'_>) -> Result<PeriodRecord, Failure> {
    let word = text(row, 2)?;
    let state = PERIOD_WORDS.into_iter().find(|known| *known == word);
    Ok(PeriodRecord {
        plan: parsed(row, 0)?,
        key: parsed(row, 1)?,
        state: state.ok_or_else(|| broken(format!("period state {word:?}")))?,
        noticed: codec::parse_column(text(row, 3)?)?,
        statement: optional_text(row, 4)?.map(codec::parse_column).transpose()?,
        collection: optional_text(row, 5)?.map(codec::parse_column).transpose()?,
    })
}

/// Columns of a journal entry.
pub(crate) const ENTRY: &str = "id, date, currency, description, reference, reverses, lines";

/// Reads a journal entry. One that does not balance is broken, not an entry.
pub(crate) fn entry(row: &Row<'_>) -> Result<JournalEntry, Failure> {
    let id = EntryId::from_bytes(row.get(0)?);
    let currency = Currency::parse(text(row, 2)?).map_err(broken)?;
    let lines = codec::parse_column(text(row, 6)?)?;
    let description: String = row.get(3)?;
    let entry = JournalEntry::new(id, day(row, 1)?, currency, description, lines).map_err(broken)?;
    let entry = match optional_text(row, 4)? {
        Some(reference) => entry.with_reference(reference),
        None => entry,
    };
    Ok(match row.get::<_, Option<[u8; 16]>>(5)? {
        Some(other) => entry.marked_as_reversal_of(EntryId::from_bytes(other)),
        None => entry,
    })
}

/// Columns of a session.
pub(crate) const SESSION: &str = "token, member, until";

/// Reads a session.
pub(crate) fn session(row: &Row<'_>) -> Result<Session, Failure> {
    Ok(Session { token: digest(row, 0)?, member: member_id(row, 1)?, until: moment(row, 2)? })
}

/// Columns of a sign-in code.
pub(crate) const SIGN_IN_CODE: &str = "contact, member, code, until, tries";

/// Reads a sign-in code.
pub(crate) fn sign_in_code(row: &Row<'_>) -> Result<SignInCode, Failure> {
    Ok(SignInCode {
        contact: digest(row, 0)?,
        member: member_id(row, 1)?,
        code: digest(row, 2)?,
        until: moment(row, 3)?,
        tries: row.get(4)?,
    })
}

/// Columns of an answer.
pub(crate) const ANSWER: &str = "actor, key, request, receipt, at";

/// Reads an answer.
pub(crate) fn answer(row: &Row<'_>) -> Result<Answer, Failure> {
    Ok(Answer {
        actor: actor(row, 0)?,
        key: row.get(1)?,
        request: digest(row, 2)?,
        receipt: row.get(3)?,
        at: moment(row, 4)?,
    })
}

/// Columns of a refused act.
pub(crate) const REFUSED: &str = "at, actor, action, subject, reason";

/// Reads a refused act.
pub(crate) fn refused(row: &Row<'_>) -> Result<RefusedAct, Failure> {
    Ok(RefusedAct {
        at: moment(row, 0)?,
        actor: actor(row, 1)?,
        action: row.get(2)?,
        subject: row.get(3)?,
        reason: row.get(4)?,
    })
}

/// Columns of a message.
pub(crate) const MESSAGE: &str =
    "message.id, message.recipient, message.language, message.template, message.sealed, message.at,
    message.sent";

/// Where messages are read from, with their places in inboxes.
pub(crate) const MESSAGES: &str =
    "message LEFT JOIN inbox ON inbox.recipient = message.recipient AND inbox.number = message.number";

/// Column after those of a message and of its place in an inbox.
pub(crate) const MESSAGE_NUMBER: usize = 11;

/// A message whose values are still sealed.
pub(crate) struct SealedMessage {
    /// The message without values.
    pub(crate) message: huzhu_app::record::Message,
    /// The values as they stand in the row.
    pub(crate) sealed: Vec<u8>,
}

/// Reads a message with its place in an inbox, whose columns come next.
pub(crate) fn message(row: &Row<'_>) -> Result<SealedMessage, Failure> {
    let message = huzhu_app::record::Message {
        id: uuid(row, 0)?,
        to: member_id(row, 1)?,
        language: row.get(2)?,
        template: row.get(3)?,
        values: Vec::new(),
        at: moment(row, 5)?,
        // The empty text: no mail of its own, see `crate::inbox`.
        sent: match row.get::<_, Option<String>>(6)?.as_deref() {
            Some("") | None => None,
            Some(_) => optional_moment(row, 6)?,
        },
        inbox: crate::inbox::entry(row, 7)?,
    };
    Ok(SealedMessage { message, sealed: row.get(4)? })
}

/// The text of a cohort's end.
pub(crate) fn until(days: &CohortDays) -> String {
    days.until.map(codec::day).unwrap_or_default()
}
