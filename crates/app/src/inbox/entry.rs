//! Values of inboxes: how a message stands in one, and what is told to many.

use huzhu_domain::event::StreamId;
use huzhu_domain::id::{JuryCaseId, MemberId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::PlanId;
use huzhu_domain::preference::{MailWhen, Topic};
use huzhu_domain::time::Moment;
use serde::{Deserialize, Serialize};

use crate::record::Message;

/// How a message stands in the inbox of its reader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxEntry {
    /// Its kind.
    pub topic: Topic,
    /// What it is about: pages link there.
    pub about: Option<StreamId>,
    /// When it is mailed, as its reader wanted it when it was written.
    pub mail: MailWhen,
    /// When it was read.
    pub read: Option<Moment>,
}

/// A message of an inbox with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shelved {
    /// Number in the order of writing; later messages have larger ones.
    pub number: u64,
    /// The message; [`Message::inbox`] is there.
    pub message: Message,
}

/// Whom an announcement is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Audience {
    /// These members, each once.
    Members(Vec<MemberId>),
    /// Everybody who pays for a live enrolment of a plan, once.
    Payers(PlanId),
    /// Everybody with a role.
    Staff(Role),
    /// Everybody who may vote in an open jury case.
    Jurors(JuryCaseId),
}

/// Something that many are told. It is kept with the event that caused it; a worker turns it into messages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Its id; ids of its messages follow from it.
    pub id: uuid::Uuid,
    /// For whom.
    pub to: Audience,
    /// Key of the text in the message catalogue.
    pub template: String,
    /// Values of the text, the same for everybody. They are kept in clear: nothing personal about anybody.
    pub values: Vec<(String, String)>,
    /// What it is about.
    pub about: Option<StreamId>,
    /// When it was written.
    pub at: Moment,
    /// The last place in its audience that was told.
    pub after: Option<String>,
}
