//! Inboxes behind the probe.

use async_trait::async_trait;
use huzhu_app::inbox::{Announcement, Shelved};
use huzhu_app::ports::{InboxStore, StoreError};
use huzhu_app::record::Message;
use huzhu_domain::id::MemberId;
use huzhu_domain::preference::MailWhen;
use huzhu_domain::time::Moment;
use uuid::Uuid;

use super::Probe;

#[async_trait]
impl InboxStore for Probe {
    async fn inbox(
        &self,
        to: MemberId,
        unread_only: bool,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Shelved>, StoreError> {
        self.pause(true).await?;
        self.store.inbox(to, unread_only, before, limit).await
    }
    async fn inbox_message(&self, to: MemberId, id: Uuid) -> Result<Option<Shelved>, StoreError> {
        self.pause(true).await?;
        self.store.inbox_message(to, id).await
    }
    async fn unread(&self, to: MemberId) -> Result<u64, StoreError> {
        self.pause(true).await?;
        self.store.unread(to).await
    }
    async fn digests_due(
        &self,
        when: MailWhen,
        before: Moment,
        after: Option<MemberId>,
        limit: u32,
    ) -> Result<Vec<MemberId>, StoreError> {
        self.pause(true).await?;
        self.store.digests_due(when, before, after, limit).await
    }
    async fn waiting_for_digest(
        &self,
        to: MemberId,
        when: MailWhen,
        before: Moment,
        limit: u32,
    ) -> Result<Vec<Message>, StoreError> {
        self.pause(true).await?;
        self.store.waiting_for_digest(to, when, before, limit).await
    }
    async fn announcements(&self, limit: u32) -> Result<Vec<Announcement>, StoreError> {
        self.pause(true).await?;
        self.store.announcements(limit).await
    }
}
