//! Reading the inbox. Nobody reads anybody else's.

use huzhu_domain::id::MemberId;
use huzhu_domain::time::Moment;
use uuid::Uuid;

use super::Shelved;
use crate::App;
use crate::call::Call;
use crate::error::AppError;
use crate::ports::{InboxChange, Unit};

/// Messages on one page at most: protects memory.
const PAGE_MAX: u32 = 200;
/// Messages marked by one request at most.
const MARKED_MAX: usize = 500;

/// A page of the inbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxPage {
    /// Newest first.
    pub messages: Vec<Shelved>,
    /// How many are unread in all.
    pub unread: u64,
    /// Where the next page begins; `None` on the last.
    pub next: Option<u64>,
    /// When it was read.
    pub now: Moment,
}

/// Which messages were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkRead {
    /// These, as read or as unread.
    Some {
        /// Which.
        ids: Vec<Uuid>,
        /// Read or unread.
        read: bool,
    },
    /// All up to a number: what came since the list was shown stays unread.
    UpTo(u64),
}

impl App {
    /// A page of the caller's inbox before a number (`None`: the newest).
    pub async fn inbox(
        &self,
        call: &Call,
        unread_only: bool,
        before: Option<u64>,
        limit: u32,
    ) -> Result<InboxPage, AppError> {
        let me = Self::member_of(call)?;
        let limit = limit.clamp(1, PAGE_MAX);
        let mut messages = self.store.inbox(me, unread_only, before, limit.saturating_add(1)).await?;
        let wanted = usize::try_from(limit).unwrap_or(usize::MAX);
        let more = messages.len() > wanted;
        messages.truncate(wanted);
        let next = messages.last().filter(|_| more).map(|last| last.number);
        Ok(InboxPage { messages, unread: self.store.unread(me).await?, next, now: self.clock.now() })
    }

    /// One message of the caller's inbox.
    pub async fn inbox_message(&self, call: &Call, id: Uuid) -> Result<Shelved, AppError> {
        let me = Self::member_of(call)?;
        self.store.inbox_message(me, id).await?.ok_or(AppError::NotFound("message"))
    }

    /// How many messages a member has not read, for the navigation of each page.
    pub async fn unread(&self, member: MemberId) -> Result<u64, AppError> {
        Ok(self.store.unread(member).await?)
    }

    /// Marks messages of the caller; answers how many are unread then. Repeatable; ids of others change nothing.
    pub async fn mark_read(&self, call: &Call, which: MarkRead) -> Result<u64, AppError> {
        let me = Self::member_of(call)?;
        let mut unit = Unit::new(self.clock.now(), call.caller.actor());
        unit.inbox.push(match which {
            MarkRead::Some { mut ids, read } => {
                ids.truncate(MARKED_MAX);
                InboxChange::Read { to: me, ids, read }
            }
            MarkRead::UpTo(until) => InboxChange::AllRead { to: me, until },
        });
        self.store.commit(unit).await?;
        Ok(self.store.unread(me).await?)
    }
}
