//! What inbox, digests and announcements ask of the store.

use async_trait::async_trait;
use huzhu_domain::id::MemberId;
use huzhu_domain::preference::MailWhen;
use huzhu_domain::time::Moment;
use uuid::Uuid;

use super::StoreError;
use crate::inbox::{Announcement, Shelved};
use crate::record::Message;

/// A change of inboxes, kept with the unit that it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InboxChange {
    /// Messages were read, or are to look unread again. Messages of others are left alone.
    Read {
        /// Whose inbox.
        to: MemberId,
        /// Which messages.
        ids: Vec<Uuid>,
        /// Read or unread.
        read: bool,
    },
    /// Everything up to a number was read.
    AllRead {
        /// Whose inbox.
        to: MemberId,
        /// The newest message that the reader has seen in the list.
        until: u64,
    },
    /// Messages were gathered into a digest. When a digest with this id is there already, nothing at all is done: whatever is
    /// not in that one waits for the next.
    Gathered {
        /// The digest.
        digest: Box<Message>,
        /// What it lists.
        messages: Vec<Uuid>,
    },
    /// Many are to be told. A known id is skipped.
    Announced(Box<Announcement>),
    /// How far an announcement has come.
    Told {
        /// Which.
        announcement: Uuid,
        /// The last place in its audience that was told; `None`: everybody was.
        after: Option<String>,
    },
}

/// The part of the store that keeps inboxes.
#[async_trait]
pub trait InboxStore: Send + Sync {
    /// Messages in an inbox before a number (`None`: from the end), newest first; all of them or the unread ones.
    async fn inbox(
        &self,
        to: MemberId,
        unread_only: bool,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Shelved>, StoreError>;
    /// One message of an inbox.
    async fn inbox_message(&self, to: MemberId, id: Uuid) -> Result<Option<Shelved>, StoreError>;
    /// How many messages of an inbox are unread. Asked with every page.
    async fn unread(&self, to: MemberId) -> Result<u64, StoreError>;
    /// Members after `after`, by id, who have messages written before a moment that wait for a digest of this kind.
    async fn digests_due(
        &self,
        when: MailWhen,
        before: Moment,
        after: Option<MemberId>,
        limit: u32,
    ) -> Result<Vec<MemberId>, StoreError>;
    /// The messages of a member that were written before a moment and wait for a digest of this kind, oldest first.
    async fn waiting_for_digest(
        &self,
        to: MemberId,
        when: MailWhen,
        before: Moment,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError>;
    /// Announcements that not everybody was told of, oldest first.
    async fn announcements(&self, limit: u32) -> Result<Vec<Announcement>, StoreError>;
}
