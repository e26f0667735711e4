//! Personal data, mail, sign-in, staff and what was refused.

use std::sync::Arc;

use huzhu_app::ports::{Actor, Sealed, SignInChange, Store, Trace, Unit};
use huzhu_app::record::{Message, RefusedAct, Session, SignInCode};
use huzhu_domain::event::Event;
use huzhu_domain::id::ClaimId;
use huzhu_domain::member::{MemberEvent, Role};

use super::fixture::{act, at, digest, member, member_stream, message, registered, uuid};

fn seal(owner: u64, name: &str, text: &str) -> Sealed {
    Sealed { owner: member(owner), name: name.to_owned(), bytes: text.as_bytes().to_vec() }
}

async fn keep(store: &Arc<dyn Store>, change: impl FnOnce(&mut Unit)) {
    let mut unit = Unit::new(at(1), Actor::System);
    change(&mut unit);
    store.commit(unit).await.expect("kept");
}

pub(super) async fn personal_data_comes_back_until_the_person_is_erased(store: &Arc<dyn Store>) {
    keep(store, |unit| {
        unit.sealed = vec![
            seal(1, "person", "王小明"),
            seal(1, "contact", ""),
            seal(2, "person", "Ann"),
            seal(1, "claim/1", "first"),
        ];
    })
    .await;
    keep(store, |unit| unit.sealed = vec![seal(1, "claim/1", "second")]).await;
    let read = async |owner, name| {
        let bytes = store.unseal(member(owner), name).await.expect("an answer");
        bytes.map(|bytes| String::from_utf8(bytes).expect("text"))
    };
    for (owner, name, expected) in [
        (1, "person", Some("王小明")),
        (1, "contact", Some("")),
        (2, "person", Some("Ann")),
        (1, "claim/1", Some("second")),
        (1, "claim/2", None),
        (3, "person", None),
    ] {
        assert_eq!(read(owner, name).await.as_deref(), expected, "{owner} {name}");
    }
    keep(store, |unit| unit.messages = vec![message(1, 1), message(2, 2)]).await;
    for _ in 0..2 {
        store.erase(member(1)).await.expect("erasing is repeatable");
        assert_eq!(read(1, "person").await, None);
        assert_eq!(read(1, "claim/1").await, None);
        assert_eq!(store.messages(None, 9).await, Ok(vec![message(2, 2)]));
        assert_eq!(read(2, "person").await.as_deref(), Some("Ann"));
    }
    // A key that was destroyed never comes back: what is sealed or written to the person later is dropped.
    keep(store, |unit| {
        unit.sealed = vec![seal(1, "contact", "new")];
        unit.messages = vec![message(3, 1)];
    })
    .await;
    assert_eq!(read(1, "contact").await, None);
    assert_eq!(read(1, "person").await, None);
    assert_eq!(store.messages(None, 9).await, Ok(vec![message(2, 2)]));
}

pub(super) async fn claims_are_found_by_what_they_share_until_the_person_is_erased(store: &Arc<dyn Store>) {
    let claim = |n| ClaimId::from_uuid(uuid(n));
    let trace = |owner, n, name: &str, print: Option<u64>| Trace {
        owner: member(owner),
        claim: claim(n),
        name: name.to_owned(),
        print: print.map(digest),
    };
    keep(store, |unit| {
        unit.traces = vec![
            trace(1, 11, "payee", Some(7)),
            trace(1, 11, "phone", Some(7)),
            trace(2, 12, "payee", Some(7)),
            trace(3, 13, "payee", Some(8)),
            trace(3, 14, "payee", Some(7)),
        ];
    })
    .await;
    let found = async |print, limit| store.claims_with_trace(&digest(print), limit).await.expect("an answer");
    assert_eq!(found(7, 9).await, [claim(14), claim(12), claim(11)], "newest first, each once");
    assert_eq!(found(7, 2).await, [claim(14), claim(12)]);
    assert_eq!(found(9, 9).await, []);
    // What stood under the name is replaced, or taken away.
    keep(store, |unit| {
        unit.traces =
            vec![trace(2, 12, "payee", Some(8)), trace(3, 14, "payee", None), trace(3, 14, "x", None)];
    })
    .await;
    assert_eq!(found(7, 9).await, [claim(11)]);
    assert_eq!(found(8, 9).await, [claim(13), claim(12)]);
    store.erase(member(3)).await.expect("erased");
    keep(store, |unit| unit.traces = vec![trace(3, 14, "payee", Some(8))]).await;
    assert_eq!(found(8, 9).await, [claim(12)], "of whoever was erased nothing is found, now or later");
}

pub(super) async fn messages_are_sent_once_and_read_newest_first(store: &Arc<dyn Store>) {
    // Ids do not say the order.
    for (n, to) in [(5, 1), (3, 2), (9, 1)] {
        keep(store, |unit| unit.messages = vec![message(n, to)]).await;
    }
    keep(store, |unit| unit.messages = vec![message(3, 2)]).await;
    let ids = |messages: Vec<Message>| messages.iter().map(|m| m.id).collect::<Vec<_>>();
    let unsent = async |limit| ids(store.unsent(limit).await.expect("messages"));
    assert_eq!(unsent(9).await, [uuid(5), uuid(3), uuid(9)], "oldest first, each once");
    assert_eq!(unsent(2).await, [uuid(5), uuid(3)]);
    for now in [at(50), at(60)] {
        store.mark_sent(&[uuid(5), uuid(9), uuid(77)], now).await.expect("repeatable");
        assert_eq!(unsent(9).await, [uuid(3)]);
    }
    let all = store.messages(None, 9).await.expect("messages");
    let sent = |n, to| Message { sent: Some(at(50)), ..message(n, to) };
    assert_eq!(all, [sent(9, 1), message(3, 2), sent(5, 1)], "newest first");
    assert_eq!(store.messages(Some(member(1)), 9).await, Ok(vec![sent(9, 1), sent(5, 1)]));
    assert_eq!(store.messages(Some(member(1)), 1).await, Ok(vec![sent(9, 1)]));
    assert_eq!(store.messages(Some(member(3)), 9).await, Ok(vec![]));
}

pub(super) async fn codes_and_sessions_come_and_go(store: &Arc<dyn Store>) {
    let code = |n, tries| SignInCode {
        contact: digest(1),
        member: member(n),
        code: digest(n),
        until: at(900),
        tries,
    };
    let session = |n| Session { token: digest(n), member: member(n), until: at(9_000) };
    let change = async |changes: Vec<SignInChange>| keep(store, |unit| unit.sign_in = changes).await;
    assert_eq!(store.sign_in_code(digest(1)).await, Ok(None));
    change(vec![SignInChange::CodeSent(code(1, 0))]).await;
    change(vec![SignInChange::CodeSent(code(2, 3))]).await;
    assert_eq!(store.sign_in_code(digest(1)).await, Ok(Some(code(2, 3))), "replaced");
    change(vec![
        SignInChange::CodeSpent(digest(1)),
        SignInChange::SessionBegun(session(1)),
        SignInChange::SessionBegun(session(2)),
    ])
    .await;
    assert_eq!(store.sign_in_code(digest(1)).await, Ok(None));
    assert_eq!(store.session(digest(1)).await, Ok(Some(session(1))));
    change(vec![SignInChange::SessionEnded(digest(1))]).await;
    change(vec![SignInChange::SessionEnded(digest(1))]).await;
    assert_eq!(store.session(digest(1)).await, Ok(None));
    assert_eq!(store.session(digest(2)).await, Ok(Some(session(2))));
}

pub(super) async fn refused_acts_are_read_newest_first(store: &Arc<dyn Store>) {
    let act = |n: u64| RefusedAct {
        at: at(n),
        actor: Actor::Member(member(n)),
        action: "join".to_owned(),
        subject: format!("subject {n}"),
        reason: "plan-closed".to_owned(),
    };
    keep(store, |unit| unit.refused = vec![act(3), act(1)]).await;
    keep(store, |unit| unit.refused = vec![act(2), act(2)]).await;
    assert_eq!(store.refused(9).await, Ok(vec![act(2), act(2), act(1), act(3)]));
    assert_eq!(store.refused(1).await, Ok(vec![act(2)]));
}

pub(super) async fn the_staff_is_who_has_a_role(store: &Arc<dyn Store>) {
    let granted = |role| Event::Member(MemberEvent::RoleGranted { role });
    let revoked = |role| Event::Member(MemberEvent::RoleRevoked { role });
    for n in [3, 1, 2] {
        act(store.as_ref(), &member_stream(n), vec![registered(n)]).await.expect("registered");
    }
    for (n, events) in [
        (3, Role::ALL.map(granted).to_vec()),
        (1, vec![granted(Role::Reviewer)]),
        (2, vec![granted(Role::Auditor), revoked(Role::Auditor)]),
    ] {
        act(store.as_ref(), &member_stream(n), events).await.expect("kept");
    }
    let staff = store.staff().await.expect("staff");
    let seen: Vec<_> = staff.iter().map(|row| (row.id, row.roles.len())).collect();
    assert_eq!(seen, [(member(1), 1), (member(3), Role::ALL.len())], "by id");
}
