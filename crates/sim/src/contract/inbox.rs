//! Inboxes: reading, digests, announcements.

use std::sync::Arc;

use huzhu_app::inbox::{Announcement, Audience, InboxEntry, Shelved};
use huzhu_app::ports::{Actor, InboxChange, Store, Unit};
use huzhu_app::record::Message;
use huzhu_domain::event::StreamId;
use huzhu_domain::preference::{MailWhen, Topic};

use super::fixture::{at, claim_stream, member, message, plan, uuid};

/// Message `n` to a member, in the inbox.
fn shelved(n: u64, to: u64, mail: MailWhen, about: Option<StreamId>) -> Message {
    let inbox = Some(InboxEntry { topic: Topic::MyClaims, about, mail, read: None });
    Message { inbox, ..message(n, to) }
}

async fn keep(store: &Arc<dyn Store>, now: u64, change: impl FnOnce(&mut Unit)) {
    let mut unit = Unit::new(at(now), Actor::System);
    change(&mut unit);
    store.commit(unit).await.expect("kept");
}

fn read_at(mut message: Message, moment: Option<u64>) -> Message {
    if let Some(entry) = &mut message.inbox {
        entry.read = moment.map(at);
    }
    message
}

fn messages(shelves: Vec<Shelved>) -> Vec<Message> {
    shelves.into_iter().map(|shelved| shelved.message).collect()
}

pub(super) async fn messages_stand_in_the_inbox_of_their_reader_until_erased(store: &Arc<dyn Store>) {
    let now = |n, to, about| shelved(n, to, MailWhen::AtOnce, about);
    let never = shelved(4, 1, MailWhen::Never, Some(StreamId::Plan(plan())));
    let written =
        [now(5, 1, Some(claim_stream(7))), now(6, 2, None), message(8, 1), never.clone(), now(9, 1, None)];
    keep(store, 1, |unit| unit.messages = written.to_vec()).await;
    keep(store, 2, |unit| unit.messages = vec![now(5, 1, None)]).await;
    let inbox = async |before, limit| store.inbox(member(1), false, before, limit).await.expect("an inbox");
    let all = inbox(None, 9).await;
    let expected = vec![written[4].clone(), never.clone(), written[0].clone()];
    assert_eq!(messages(all.clone()), expected, "newest first, codes and the like not, each once");
    assert_eq!(messages(inbox(None, 2).await), expected[..2]);
    assert_eq!(messages(inbox(Some(all[1].number), 9).await), expected[2..]);
    assert_eq!(store.unread(member(1)).await, Ok(3));
    assert_eq!(store.unread(member(3)).await, Ok(0));
    let one = async |to, n| store.inbox_message(member(to), uuid(n)).await.expect("an answer");
    assert_eq!(one(1, 4).await.map(|shelved| shelved.message), Some(never.clone()));
    assert_eq!((one(2, 4).await, one(1, 8).await, one(1, 77).await), (None, None, None));
    let unsent: Vec<_> = store.unsent(9).await.expect("messages").iter().map(|message| message.id).collect();
    assert_eq!(unsent, [uuid(5), uuid(6), uuid(8), uuid(9)], "what is never mailed is not due");
    assert_eq!(store.messages(Some(member(1)), 2).await, Ok(vec![written[4].clone(), never]));
    store.erase(member(1)).await.expect("erased");
    assert_eq!(inbox(None, 9).await, Vec::new());
    assert_eq!(store.unread(member(1)).await, Ok(0));
    assert_eq!(store.unread(member(2)).await, Ok(1));
}

pub(super) async fn what_was_read_stays_read_and_nobody_reads_for_others(store: &Arc<dyn Store>) {
    let written: Vec<Message> = (1..=4).map(|n| shelved(n, 1, MailWhen::AtOnce, None)).collect();
    keep(store, 1, |unit| unit.messages.clone_from(&written)).await;
    let read = |to, ids: &[u64], read| InboxChange::Read {
        to: member(to),
        ids: ids.iter().map(|n| uuid(*n)).collect(),
        read,
    };
    for (now, to, change) in [
        (10, 1, read(1, &[2, 77], true)),
        (11, 2, read(2, &[1], true)),
        (12, 1, read(1, &[2, 3], true)),
        (13, 2, InboxChange::AllRead { to: member(2), until: 99 }),
    ] {
        assert!(to < 3);
        keep(store, now, |unit| unit.inbox = vec![change]).await;
    }
    let inbox =
        async |unread_only| messages(store.inbox(member(1), unread_only, None, 9).await.expect("an inbox"));
    let state = |n: u64, moment| read_at(written[usize::try_from(n - 1).unwrap_or(0)].clone(), moment);
    assert_eq!(
        inbox(false).await,
        [state(4, None), state(3, Some(12)), state(2, Some(10)), state(1, None)],
        "since when it was first read"
    );
    assert_eq!(inbox(true).await, [state(4, None), state(1, None)]);
    keep(store, 14, |unit| unit.inbox = vec![read(1, &[2], false)]).await;
    assert_eq!(store.unread(member(1)).await, Ok(3));
    let third = store.inbox_message(member(1), uuid(3)).await.expect("an answer").expect("a message").number;
    keep(store, 15, |unit| unit.inbox = vec![InboxChange::AllRead { to: member(1), until: third }]).await;
    assert_eq!(
        inbox(false).await,
        [state(4, None), state(3, Some(12)), state(2, Some(15)), state(1, Some(15))],
        "what came later stays unread"
    );
}

pub(super) async fn a_digest_gathers_what_waits_once(store: &Arc<dyn Store>) {
    let (daily, weekly) = (MailWhen::Daily, MailWhen::Weekly);
    let written = [
        shelved(1, 1, daily, None),
        shelved(2, 2, daily, None),
        shelved(3, 1, weekly, None),
        shelved(4, 1, daily, None),
        shelved(5, 3, daily, None),
        shelved(60, 1, daily, None),
    ];
    keep(store, 1, |unit| unit.messages = written.to_vec()).await;
    assert_eq!(store.unsent(9).await, Ok(Vec::new()), "nothing is mailed by itself");
    let due = async |when, before, after: Option<u64>, limit| {
        store.digests_due(when, at(before), after.map(member), limit).await.expect("members")
    };
    assert_eq!(due(daily, 50, None, 9).await, [1, 2, 3].map(member));
    assert_eq!(due(daily, 50, None, 2).await, [1, 2].map(member));
    assert_eq!(due(daily, 50, Some(1), 9).await, [2, 3].map(member));
    assert_eq!(due(daily, 5, None, 9).await, [1, 2].map(member), "only what was written before");
    assert_eq!(due(weekly, 50, None, 9).await, [member(1)]);
    let waiting = async |to, when, limit| {
        let found = store.waiting_for_digest(member(to), when, at(50), limit).await.expect("messages");
        found.iter().map(|message| message.id).collect::<Vec<_>>()
    };
    assert_eq!(waiting(1, daily, 9).await, [uuid(1), uuid(4)], "oldest first");
    assert_eq!(waiting(1, daily, 1).await, [uuid(1)]);
    let gather = |digest: u64, lists: &[u64]| InboxChange::Gathered {
        digest: Box::new(message(digest, 1)),
        messages: lists.iter().map(|n| uuid(*n)).collect(),
    };
    keep(store, 55, |unit| unit.inbox = vec![gather(100, &[1])]).await;
    // The same digest again, as by a second worker that found more: nothing is done.
    keep(store, 56, |unit| unit.inbox = vec![gather(100, &[1, 4])]).await;
    assert_eq!(waiting(1, daily, 9).await, [uuid(4)], "what the digest does not list waits for the next");
    keep(store, 57, |unit| unit.inbox = vec![gather(101, &[1, 4])]).await;
    assert_eq!(waiting(1, daily, 9).await, Vec::<uuid::Uuid>::new());
    assert_eq!(due(daily, 50, None, 9).await, [2, 3].map(member));
    let unsent: Vec<_> = store.unsent(9).await.expect("messages").iter().map(|message| message.id).collect();
    assert_eq!(unsent, [uuid(100), uuid(101)], "digests are mail");
    let first = store.inbox_message(member(1), uuid(1)).await.expect("an answer").expect("a message");
    assert_eq!(first.message.sent, Some(at(100)), "sent with its digest");
    assert_eq!(store.unread(member(1)).await, Ok(4), "a digest reads nothing, and stands in no inbox");
}

pub(super) async fn an_announcement_goes_on_where_it_came_to_and_ends(store: &Arc<dyn Store>) {
    let announcement = |n: u64| Announcement {
        id: uuid(n),
        to: Audience::Members((1..=3).map(member).collect()),
        template: "mail-plan-published".to_owned(),
        values: vec![("plan".to_owned(), "互助".to_owned())],
        about: Some(StreamId::Plan(plan())),
        at: at(100 - n),
        after: None,
    };
    let payers = Announcement { to: Audience::Payers(plan()), about: None, ..announcement(2) };
    let announced = |one: &Announcement| InboxChange::Announced(Box::new(one.clone()));
    keep(store, 1, |unit| unit.inbox = vec![announced(&announcement(1)), announced(&payers)]).await;
    assert_eq!(store.announcements(9).await, Ok(vec![payers.clone(), announcement(1)]), "oldest first");
    assert_eq!(store.announcements(1).await, Ok(vec![payers.clone()]));
    let told =
        |n, after: Option<&str>| InboxChange::Told { announcement: uuid(n), after: after.map(str::to_owned) };
    keep(store, 2, |unit| unit.inbox = vec![told(2, Some("enr_2")), told(77, None)]).await;
    let further = Announcement { after: Some("enr_2".to_owned()), ..payers.clone() };
    assert_eq!(store.announcements(9).await, Ok(vec![further, announcement(1)]));
    keep(store, 3, |unit| unit.inbox = vec![told(2, None)]).await;
    assert_eq!(store.announcements(9).await, Ok(vec![announcement(1)]));
    // Announced again, as after a lost reply: it is known, and over.
    keep(store, 4, |unit| unit.inbox = vec![announced(&payers), announced(&announcement(1))]).await;
    assert_eq!(store.announcements(9).await, Ok(vec![announcement(1)]));
}
