//! Inboxes in memory.

use async_trait::async_trait;
use huzhu_app::inbox::{Announcement, Shelved};
use huzhu_app::ports::{InboxChange, InboxStore, StoreError};
use huzhu_app::record::Message;
use huzhu_domain::id::MemberId;
use huzhu_domain::preference::MailWhen;
use huzhu_domain::time::Moment;
use uuid::Uuid;

use super::{MemoryStore, Tables, limit};

/// Whether the outbox sends it.
pub(super) fn is_mailed_by_itself(message: &Message) -> bool {
    message.inbox.as_ref().is_none_or(|entry| entry.mail == MailWhen::AtOnce)
}

fn waits(message: &Message, when: MailWhen, before: Moment) -> bool {
    let wanted = message.inbox.as_ref().is_some_and(|entry| entry.mail == when);
    wanted && message.sent.is_none() && message.at < before
}

impl Tables {
    pub(super) fn change_inbox(&mut self, change: InboxChange, now: Moment) {
        match change {
            InboxChange::Read { to, ids, read } => {
                self.each_message(
                    |_, message| message.to == to && ids.contains(&message.id),
                    |message| {
                        if let Some(entry) = &mut message.inbox {
                            entry.read = read.then(|| entry.read.unwrap_or(now));
                        }
                    },
                );
            }
            InboxChange::AllRead { to, until } => {
                self.each_message(
                    |number, message| message.to == to && number <= until,
                    |message| {
                        if let Some(entry) = &mut message.inbox {
                            entry.read = entry.read.or(Some(now));
                        }
                    },
                );
            }
            InboxChange::Gathered { digest, messages } => {
                let at = digest.at;
                if self.write(*digest) {
                    self.each_message(
                        |_, message| messages.contains(&message.id),
                        |message| {
                            if message.sent.is_none() && !is_mailed_by_itself(message) {
                                message.sent = Some(at);
                            }
                        },
                    );
                }
            }
            InboxChange::Announced(announcement) => {
                if self.announcements.get(&announcement.id).is_none() {
                    self.announcements.insert(announcement.id, (*announcement, false));
                }
            }
            InboxChange::Told { announcement, after } => {
                if let Some((known, done)) = self.announcements.get(&announcement).cloned() {
                    let done = done || after.is_none();
                    self.announcements.insert(announcement, (Announcement { after, ..known }, done));
                }
            }
        }
    }

    fn each_message(&mut self, wanted: impl Fn(u64, &Message) -> bool, change: impl Fn(&mut Message)) {
        let rows = self.messages.rows.iter().filter(|(number, message)| wanted(**number, message));
        let found: Vec<(u64, Message)> = rows.map(|(number, message)| (*number, message.clone())).collect();
        for (number, mut message) in found {
            change(&mut message);
            self.messages.insert(number, message);
        }
    }

    fn shelves(&self, to: MemberId) -> impl DoubleEndedIterator<Item = Shelved> + '_ {
        let rows = self.messages.rows.iter();
        rows.filter(move |(_, message)| message.to == to && message.inbox.is_some())
            .map(|(number, message)| Shelved { number: *number, message: message.clone() })
    }
}

fn is_unread(shelved: &Shelved) -> bool {
    shelved.message.inbox.as_ref().is_some_and(|entry| entry.read.is_none())
}

#[async_trait]
impl InboxStore for MemoryStore {
    async fn inbox(
        &self,
        to: MemberId,
        unread_only: bool,
        before: Option<u64>,
        most: u32,
    ) -> Result<Vec<Shelved>, StoreError> {
        let tables = self.tables();
        let shelves = tables.shelves(to).rev().filter(|shelved| !unread_only || is_unread(shelved));
        let shelves = shelves.filter(|shelved| before.is_none_or(|before| shelved.number < before));
        Ok(shelves.take(limit(most)).collect())
    }

    async fn inbox_message(&self, to: MemberId, id: Uuid) -> Result<Option<Shelved>, StoreError> {
        Ok(self.tables().shelves(to).find(|shelved| shelved.message.id == id))
    }

    async fn unread(&self, to: MemberId) -> Result<u64, StoreError> {
        let unread = self.tables().shelves(to).filter(is_unread).count();
        Ok(u64::try_from(unread).unwrap_or(u64::MAX))
    }

    async fn digests_due(
        &self,
        when: MailWhen,
        before: Moment,
        after: Option<MemberId>,
        most: u32,
    ) -> Result<Vec<MemberId>, StoreError> {
        let tables = self.tables();
        let rows = tables.messages.rows.values().filter(|message| waits(message, when, before));
        let mut members: Vec<MemberId> = rows.map(|message| message.to).collect();
        members.retain(|member| after.is_none_or(|after| *member > after));
        members.sort_unstable();
        members.dedup();
        members.truncate(limit(most));
        Ok(members)
    }

    async fn waiting_for_digest(
        &self,
        to: MemberId,
        when: MailWhen,
        before: Moment,
        most: u32,
    ) -> Result<Vec<Message>, StoreError> {
        let tables = self.tables();
        let rows = tables.messages.rows.values();
        let waiting = rows.filter(|message| message.to == to && waits(message, when, before));
        Ok(waiting.take(limit(most)).cloned().collect())
    }

    async fn announcements(&self, most: u32) -> Result<Vec<Announcement>, StoreError> {
        let tables = self.tables();
        let rows = tables.announcements.rows.values().filter(|(_, done)| !done);
        let mut open: Vec<Announcement> = rows.map(|(announcement, _)| announcement.clone()).collect();
        open.sort_by_key(|announcement| (announcement.at, announcement.id));
        open.truncate(limit(most));
        Ok(open)
    }
}
