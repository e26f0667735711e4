//! The caller's messages, and how the caller wants to be told.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use huzhu_app::inbox::{ChoosePreferences, MarkRead, PreferencesView, Shelved};
use huzhu_domain::{plan, preference};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::request::{Answer, Member, Paging, Strict, done, make_cursor, ok};
use super::table::{Op, Table};
use crate::edge::{Edge, Visitor};
use crate::i18n::Locale;
use crate::mail;
use crate::problem::Problem;
use crate::wire::{Instant, Language, MailWhen, MessageRef, Topic};

/// Name of the list in its cursors.
const LIST: &str = "messages";

/// One message.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Message)]
struct MessageBody {
    /// The message.
    message: MessageRef,
    /// Its kind.
    topic: Topic,
    /// One line, in the language of the call.
    subject: String,
    /// The text, in the language of the call.
    text: String,
    /// The stream that it is about, such as a claim.
    about: Option<String>,
    /// Path of the page about it.
    link: Option<String>,
    /// When it was written.
    at: Instant,
    /// When it was read; `null` while it is unread.
    read: Option<Instant>,
}

/// A page of messages.
#[derive(Debug, Serialize, ToSchema)]
struct MessageList {
    /// Newest first.
    messages: Vec<MessageBody>,
    /// How many are unread in all.
    unread: u64,
    /// Cursor of the next page; `null` on the last.
    next: Option<String>,
}

/// Messages that were read, or are to look unread.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadRequest {
    /// Which; others than the caller's change nothing.
    #[schema(max_items = 200)]
    messages: Vec<MessageRef>,
    /// Read or unread.
    read: bool,
}

/// Everything up to a message was read.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReadAllRequest {
    /// The newest message that was seen.
    newest: MessageRef,
}

/// What is left to read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Unread)]
struct UnreadBody {
    /// How many messages are unread.
    unread: u64,
}

/// When messages of one kind are mailed.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = TopicChoice)]
struct TopicChoiceBody {
    /// The kind.
    topic: Topic,
    /// When.
    mail: MailWhen,
}

/// How somebody is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Preferences)]
struct PreferencesBody {
    /// The language that was chosen; `null`: that of the page on which the caller last asked for a code.
    chosen_language: Option<Language>,
    /// The language of mails now.
    #[schema(pattern = "^(en|zh)$")]
    language: String,
    /// Every kind of message.
    mail: Vec<TopicChoiceBody>,
}

/// How somebody wants to be told. Kinds that are left out are mailed at once.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PreferencesRequest {
    /// Language of mails; `null`: that of the page on which the caller last asked for a code.
    #[serde(default)]
    language: Option<Language>,
    /// When messages of a kind are mailed.
    #[schema(max_items = 20)]
    mail: Vec<TopicChoiceBody>,
}

impl PreferencesBody {
    fn of(view: PreferencesView) -> Self {
        Self {
            chosen_language: view.chosen_language.map(Into::into),
            language: view.language,
            mail: view
                .mail
                .into_iter()
                .map(|(topic, mail)| TopicChoiceBody { topic: topic.into(), mail: mail.into() })
                .collect(),
        }
    }
}

impl MessageBody {
    fn of(l: Locale, shelved: &Shelved) -> Option<Self> {
        let message = &shelved.message;
        let entry = message.inbox.as_ref()?;
        let mail = mail::body_in(message, l);
        Some(Self {
            message: MessageRef(huzhu_domain::id::MessageId::from_uuid(message.id)),
            topic: entry.topic.into(),
            subject: mail.subject,
            text: mail.body,
            about: entry.about.as_ref().map(ToString::to_string),
            link: mail::link(message),
            at: Instant(message.at),
            read: entry.read.map(Instant),
        })
    }
}

pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("me", id, summary);
    let message = "msg_01930000000070008000000000000005";
    let choice = json!({"language": "zh", "mail": [{"topic": "plan-changes", "mail": "weekly"}]});
    table
        .add(
            &Method::GET,
            "/me/messages",
            list,
            op("listMessages", "My messages").paged().answers::<MessageList>(200),
        )
        .add(
            &Method::POST,
            "/me/messages/read",
            read,
            op("markMessages", "Mark messages as read or unread")
                .takes::<ReadRequest>(json!({"messages": [message], "read": true}))
                .answers::<UnreadBody>(200),
        )
        .add(
            &Method::POST,
            "/me/messages/read-all",
            read_all,
            op("markAllMessages", "Mark everything up to a message as read")
                .says("What came after it stays unread.")
                .takes::<ReadAllRequest>(json!({"newest": message}))
                .answers::<UnreadBody>(200),
        )
        .add(
            &Method::GET,
            "/me/preferences",
            preferences,
            op("getPreferences", "How I am told").answers::<PreferencesBody>(200),
        )
        .add(
            &Method::PUT,
            "/me/preferences",
            choose,
            op("choosePreferences", "Choose how I am told")
                .says("Replaces everything chosen before. Money and security are always mailed at once.")
                .verb()
                .takes::<PreferencesRequest>(choice)
                .answers::<PreferencesBody>(200),
        )
}

async fn list(State(edge): State<Edge>, Member(call): Member, visitor: Visitor, paging: Paging) -> Answer {
    let before = paging.after(LIST)?.map(|number| number.parse()).transpose();
    let before = before.map_err(|_| Problem::field("cursor", "bad-cursor"))?;
    let inbox = edge.app.inbox(&call, false, before, paging.limit).await?;
    ok(MessageList {
        messages: inbox
            .messages
            .iter()
            .filter_map(|shelved| MessageBody::of(visitor.locale, shelved))
            .collect(),
        unread: inbox.unread,
        next: inbox.next.map(|next| make_cursor(LIST, &next.to_string())),
    })
}

async fn read(State(edge): State<Edge>, Member(call): Member, Strict(body): Strict<ReadRequest>) -> Answer {
    let ids = body.messages.iter().map(|message| message.0.uuid()).collect();
    ok(UnreadBody { unread: edge.app.mark_read(&call, MarkRead::Some { ids, read: body.read }).await? })
}

async fn read_all(
    State(edge): State<Edge>,
    Member(call): Member,
    Strict(body): Strict<ReadAllRequest>,
) -> Answer {
    let newest = edge.app.inbox_message(&call, body.newest.0.uuid()).await?.number;
    ok(UnreadBody { unread: edge.app.mark_read(&call, MarkRead::UpTo(newest)).await? })
}

async fn preferences(State(edge): State<Edge>, Member(call): Member) -> Answer {
    ok(PreferencesBody::of(edge.app.my_preferences(&call).await?))
}

async fn choose(
    State(edge): State<Edge>,
    Member(call): Member,
    Strict(body): Strict<PreferencesRequest>,
) -> Answer {
    let mail = body.mail.into_iter().map(|one| (preference::Topic::from(one.topic), one.mail.into()));
    let command =
        ChoosePreferences { language: body.language.map(plan::Language::from), mail: mail.collect() };
    done(StatusCode::OK, edge.app.choose_preferences(&call, command).await?, PreferencesBody::of)
}
