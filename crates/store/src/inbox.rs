//! Inboxes: how messages stand in them, what waits for a digest, what is told to many.
//!
//! Shape: table `inbox` has one row for each message that stands in an inbox, beside its row in `message`; `announcement` has
//! one row for each thing that many are told. A message that is not mailed by itself has the empty text in `message.sent`, so
//! that the outbox, which looks for an absent one, never meets it.

use async_trait::async_trait;
use huzhu_app::codec;
use huzhu_app::inbox::{Announcement, InboxEntry, Shelved};
use huzhu_app::ports::{InboxChange, InboxStore, StoreError};
use huzhu_app::record::Message;
use huzhu_domain::id::MemberId;
use huzhu_domain::preference::{MailWhen, Topic};
use huzhu_domain::time::Moment;
use rusqlite::types::ToSql;
use rusqlite::{Connection, Row, params};
use uuid::Uuid;

use crate::reader::{list, one};
use crate::rows::{self, Failure, broken, bytes, integer};
use crate::sqlite::SqliteStore;

/// Notes how a new message stands in its reader's inbox.
pub(crate) fn shelve(db: &Connection, number: i64, message: &Message) -> Result<(), Failure> {
    let Some(entry) = &message.inbox else { return Ok(()) };
    db.prepare_cached(
        "INSERT INTO inbox (recipient, number, topic, about, mail, at, waits, seen)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?
    .execute(params![
        bytes(message.to.uuid()),
        number,
        entry.topic.word(),
        entry.about.as_ref().map(ToString::to_string),
        entry.mail.word(),
        codec::moment(message.at),
        waits(message),
        entry.read.map(codec::moment)
    ])?;
    Ok(())
}

/// Whether a message waits for a digest.
fn waits(message: &Message) -> bool {
    let digest = |entry: &InboxEntry| matches!(entry.mail, MailWhen::Daily | MailWhen::Weekly);
    message.sent.is_none() && message.inbox.as_ref().is_some_and(digest)
}

/// What stands in `message.sent`: the empty text when no mail of its own is due.
pub(crate) fn sent(message: &Message) -> Option<String> {
    let by_itself = message.inbox.as_ref().is_none_or(|entry| entry.mail == MailWhen::AtOnce);
    message.sent.map(codec::moment).or_else(|| (!by_itself).then(String::new))
}

/// Columns of a message's place in an inbox, in a row that joins the two tables.
pub(crate) const ENTRY: &str = "inbox.topic, inbox.about, inbox.mail, inbox.seen";

/// Reads it from the columns that begin at `at`.
pub(crate) fn entry(row: &Row<'_>, at: usize) -> Result<Option<InboxEntry>, Failure> {
    let Some(topic) = row.get::<_, Option<String>>(at)? else { return Ok(None) };
    let about: Option<String> = row.get(at + 1)?;
    let mail: String = row.get(at + 2)?;
    Ok(Some(InboxEntry {
        topic: Topic::from_word(&topic).ok_or_else(|| broken("an unknown topic"))?,
        about: about.map(|about| codec::parse_stream(&about)).transpose().map_err(broken)?,
        mail: MailWhen::from_word(&mail).ok_or_else(|| broken("an unknown way of mail"))?,
        read: rows::optional_moment(row, at + 3)?,
    }))
}

/// Makes a change that writes no message.
pub(crate) fn change(db: &Connection, change: &InboxChange, now: Moment) -> Result<(), Failure> {
    match change {
        InboxChange::Read { to, ids, read } => read_some(db, *to, ids, read.then_some(now)),
        InboxChange::AllRead { to, until } => {
            let sql = "UPDATE inbox SET seen = ?1 WHERE recipient = ?2 AND number <= ?3 AND seen IS NULL";
            db.prepare_cached(sql)?.execute(params![
                codec::moment(now),
                bytes(to.uuid()),
                integer(*until)?
            ])?;
            Ok(())
        }
        InboxChange::Gathered { digest, messages } => gather(db, digest.to, messages, digest.at),
        InboxChange::Announced(announcement) => announce(db, announcement),
        InboxChange::Told { announcement, after } => {
            // Who was told is of no use once everybody was.
            let sql = match after {
                Some(_) => "UPDATE announcement SET reached = ?1 WHERE id = ?2 AND done = 0",
                None => "UPDATE announcement SET reached = ?1, audience = '', done = 1 WHERE id = ?2",
            };
            db.prepare_cached(sql)?.execute(params![after, bytes(*announcement)])?;
            Ok(())
        }
    }
}

fn read_some(db: &Connection, to: MemberId, ids: &[Uuid], seen: Option<Moment>) -> Result<(), Failure> {
    // A message that was read stays read since then.
    let sql = "UPDATE inbox SET seen = ?1
        WHERE recipient = ?2 AND number = (SELECT number FROM message WHERE id = ?3 AND recipient = ?2)
            AND (seen IS NULL OR ?1 IS NULL)";
    let mut update = db.prepare_cached(sql)?;
    for id in ids {
        update.execute(params![seen.map(codec::moment), bytes(to.uuid()), bytes(*id)])?;
    }
    Ok(())
}

fn gather(db: &Connection, to: MemberId, messages: &[Uuid], at: Moment) -> Result<(), Failure> {
    let number = "(SELECT number FROM message WHERE id = ?2 AND recipient = ?1)";
    let unwait =
        format!("UPDATE inbox SET waits = 0 WHERE recipient = ?1 AND number = {number} AND waits = 1");
    let mut unwait = db.prepare_cached(&unwait)?;
    let mut mark = db.prepare_cached("UPDATE message SET sent = ?1 WHERE id = ?2 AND sent = ''")?;
    for id in messages {
        let waited = unwait.execute(params![bytes(to.uuid()), bytes(*id)])?;
        if waited > 0 {
            mark.execute(params![codec::moment(at), bytes(*id)])?;
        }
    }
    Ok(())
}

fn announce(db: &Connection, announcement: &Announcement) -> Result<(), Failure> {
    db.prepare_cached(
        "INSERT INTO announcement (id, at, audience, template, given, about, reached, done)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0) ON CONFLICT (id) DO NOTHING",
    )?
    .execute(params![
        bytes(announcement.id),
        codec::moment(announcement.at),
        codec::column(&announcement.to),
        announcement.template,
        codec::column(&announcement.values),
        announcement.about.as_ref().map(ToString::to_string),
        announcement.after
    ])?;
    Ok(())
}

fn announcement(row: &Row<'_>) -> Result<Announcement, Failure> {
    let text = |at| row.get::<_, String>(at);
    let about: Option<String> = row.get(5)?;
    Ok(Announcement {
        id: rows::uuid(row, 0)?,
        at: rows::moment(row, 1)?,
        to: codec::parse_column(&text(2)?).map_err(broken)?,
        template: text(3)?,
        values: codec::parse_column(&text(4)?).map_err(broken)?,
        about: about.map(|about| codec::parse_stream(&about)).transpose().map_err(broken)?,
        after: row.get(6)?,
    })
}

impl SqliteStore {
    fn shelved(&self, wanted: &str, params: &[&dyn ToSql]) -> Result<Vec<Shelved>, StoreError> {
        let columns = rows::MESSAGE;
        let sql = format!(
            "SELECT {columns}, {ENTRY}, message.number FROM inbox
             JOIN message ON message.number = inbox.number WHERE {wanted}"
        );
        self.read(|db, people| {
            list(db, &sql, params, |row| {
                let number = rows::count(row, rows::MESSAGE_NUMBER)?;
                let message = crate::people::open_message(db, people, rows::message(row)?)?;
                Ok(Shelved { number, message })
            })
        })
    }
}

#[async_trait]
impl InboxStore for SqliteStore {
    async fn inbox(
        &self,
        to: MemberId,
        unread_only: bool,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Shelved>, StoreError> {
        let before = i64::try_from(before.unwrap_or(u64::MAX)).unwrap_or(i64::MAX);
        let unread = if unread_only { "AND inbox.seen IS NULL" } else { "" };
        let wanted = format!(
            "inbox.recipient = ?1 AND inbox.number < ?2 {unread} ORDER BY inbox.number DESC LIMIT ?3"
        );
        self.shelved(&wanted, params![bytes(to.uuid()), before, limit])
    }

    async fn inbox_message(&self, to: MemberId, id: Uuid) -> Result<Option<Shelved>, StoreError> {
        let wanted = "inbox.recipient = ?1
            AND inbox.number = (SELECT number FROM message WHERE id = ?2 AND recipient = ?1)";
        Ok(self.shelved(wanted, params![bytes(to.uuid()), bytes(id)])?.pop())
    }

    async fn unread(&self, to: MemberId) -> Result<u64, StoreError> {
        let sql = "SELECT count(*) FROM inbox WHERE recipient = ?1 AND seen IS NULL";
        let count = self.read(|db, _| one(db, sql, [bytes(to.uuid())], |row| rows::count(row, 0)))?;
        Ok(count.unwrap_or_default())
    }

    async fn digests_due(
        &self,
        when: MailWhen,
        before: Moment,
        after: Option<MemberId>,
        limit: u32,
    ) -> Result<Vec<MemberId>, StoreError> {
        let sql = "SELECT DISTINCT recipient FROM inbox
            WHERE waits = 1 AND mail = ?1 AND recipient > ?2 AND at < ?3 ORDER BY recipient LIMIT ?4";
        let after = after.map_or([0; 16], |after| bytes(after.uuid()));
        let params = params![when.word(), after, codec::moment(before), limit];
        self.read(|db, _| list(db, sql, params, |row| rows::member_id(row, 0)))
    }

    async fn waiting_for_digest(
        &self,
        to: MemberId,
        when: MailWhen,
        before: Moment,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let wanted = "inbox.waits = 1 AND inbox.mail = ?1 AND inbox.recipient = ?2 AND inbox.at < ?3
            ORDER BY inbox.number LIMIT ?4";
        let params = params![when.word(), bytes(to.uuid()), codec::moment(before), limit];
        let shelved = self.shelved(wanted, params)?;
        Ok(shelved.into_iter().map(|shelved| shelved.message).collect())
    }

    async fn announcements(&self, limit: u32) -> Result<Vec<Announcement>, StoreError> {
        let sql = "SELECT id, at, audience, template, given, about, reached FROM announcement
            WHERE done = 0 ORDER BY at, id LIMIT ?1";
        self.read(|db, _| list(db, sql, [limit], announcement))
    }
}
