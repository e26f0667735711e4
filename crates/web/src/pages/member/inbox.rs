//! Messages: the list, one message with the way to what it is about, what was read. Works without script.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::routing::{get, post};
use huzhu_app::error::AppError;
use huzhu_app::inbox::{MarkRead, Shelved};
use huzhu_domain::id::MessageId;
use huzhu_domain::preference::Topic;
use serde::Deserialize;

use super::super::forms::Fields;
use super::super::frame::{Answer, MemberVisit, see_other};
use crate::design::{NavItem, Page};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::mail;

/// Messages on a page.
const ROWS: u32 = 20;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/inbox", get(list))
        .route("/inbox/read", post(read_all))
        .route("/inbox/{id}", get(show))
        .route("/inbox/{id}/unread", post(unread))
}

#[derive(Deserialize)]
struct Wish {
    before: Option<u64>,
    #[serde(default)]
    only: String,
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "member/inbox.html")]
struct InboxView {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    rows: Vec<Row>,
    unread: u64,
    /// The newest message of the list: what comes later is not marked with it.
    newest: u64,
    unread_only: bool,
    done: String,
    start: String,
    next: String,
    key: String,
}

struct Row {
    href: String,
    subject: String,
    topic: String,
    at: String,
    is_new: bool,
}

async fn list(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let l = visit.l();
    let unread_only = wish.only == "unread";
    let inbox = visit.app().inbox(&visit.call(), unread_only, wish.before, ROWS).await?;
    let only = if unread_only { "only=unread&" } else { "" };
    let home = if unread_only { "/inbox?only=unread" } else { "/inbox" };
    let mut unread_way = NavItem::new(l.t("inbox-unread"), "/inbox?only=unread", unread_only);
    if inbox.unread > 0 {
        unread_way.count = l.count(inbox.unread);
    }
    let done = match wish.done.as_str() {
        "read" => l.t("inbox-done-read"),
        "unread" => l.t("inbox-done-unread"),
        _ => String::new(),
    };
    let shown = InboxView {
        page: visit.page(l.t("inbox-title")),
        l,
        ways: vec![NavItem::new(l.t("inbox-all"), "/inbox", !unread_only), unread_way],
        newest: inbox.messages.first().map_or(0, |newest| newest.number),
        rows: inbox.messages.iter().map(|shelved| row(l, shelved)).collect(),
        unread: inbox.unread,
        unread_only,
        done,
        start: if wish.before.is_some() { home.to_owned() } else { String::new() },
        next: inbox.next.map_or_else(String::new, |next| format!("/inbox?{only}before={next}")),
        key: visit.fresh_key(),
    };
    visit.render(&shown)
}

fn row(l: Locale, shelved: &Shelved) -> Row {
    let message = &shelved.message;
    let entry = message.inbox.as_ref();
    Row {
        href: format!("/inbox/{}", MessageId::from_uuid(message.id)),
        subject: mail::subject(l, &message.template, &message.values),
        topic: entry.map_or_else(String::new, |entry| topic_name(l, entry.topic)),
        at: mail::told_at(l, message),
        is_new: entry.is_some_and(|entry| entry.read.is_none()),
    }
}

/// What people call a topic.
pub(super) fn topic_name(l: Locale, topic: Topic) -> String {
    l.t(match topic {
        Topic::MyClaims => "topic-my-claims",
        Topic::Money => "topic-money",
        Topic::JurorDuty => "topic-juror-duty",
        Topic::Objections => "topic-objections",
        Topic::PlanChanges => "topic-plan-changes",
        Topic::Work => "topic-work",
        Topic::Security => "topic-security",
    })
}

#[derive(Template)]
#[template(path = "member/message.html")]
struct MessageView {
    page: Page,
    l: Locale,
    topic: String,
    at: String,
    text: Vec<String>,
    href: String,
    unread_action: String,
    key: String,
}

/// One message. Opening it is reading it; opening it again changes nothing.
async fn show(mut visit: MemberVisit, Path(id): Path<String>) -> Answer {
    let l = visit.l();
    let id: MessageId = id.parse().map_err(|_| AppError::NotFound("message"))?;
    let shelved = visit.app().inbox_message(&visit.call(), id.uuid()).await?;
    let read = MarkRead::Some { ids: vec![id.uuid()], read: true };
    let unread = visit.app().mark_read(&visit.call(), read).await?;
    let message = &shelved.message;
    let mail = mail::body_in(message, l);
    let row = row(l, &shelved);
    visit.visit.unread = unread;
    let shown = MessageView {
        page: visit.page(mail.subject),
        l,
        topic: row.topic,
        at: row.at,
        text: mail.body.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect(),
        href: mail::link(message).unwrap_or_default(),
        unread_action: format!("/inbox/{id}/unread"),
        key: visit.fresh_key(),
    };
    visit.render(&shown)
}

async fn unread(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    let id: MessageId = id.parse().map_err(|_| AppError::NotFound("message"))?;
    let which = MarkRead::Some { ids: vec![id.uuid()], read: false };
    visit.app().mark_read(&visit.call(), which).await?;
    Ok(see_other("/inbox?done=unread"))
}

/// Marks what the reader has seen in the list, and nothing that came since.
async fn read_all(visit: MemberVisit, fields: Fields) -> Answer {
    let newest = fields.text("newest").parse().unwrap_or(0);
    visit.app().mark_read(&visit.call(), MarkRead::UpTo(newest)).await?;
    Ok(see_other("/inbox?done=read"))
}
