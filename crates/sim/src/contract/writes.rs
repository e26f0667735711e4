//! Units: atomic, ordered by `expected`, refused by name.

use std::sync::Arc;

use huzhu_app::ports::{
    Actor, Constraint, EnrolmentQuery, Page, Position, ReliedOn, SignInChange, Store, StoreError, Unit,
};
use huzhu_app::record::{CohortDays, CohortMove, CohortRow, RefusedAct, Session};
use huzhu_domain::enrolment::{EndReason, EnrolmentEvent};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::member::{MemberEvent, Role};
use huzhu_domain::plan::PlanId;
use huzhu_ledger::Balances;

use super::fixture::{
    act, agreed, answer, append_after, at, begin, cohort, cohort_moves, day, digest, enrolment,
    enrolment_stream, entry, join_unit, joined, member, member_stream, plan, plan_named, registered, unit_of,
};

pub(super) async fn an_empty_store_holds_nothing(store: &Arc<dyn Store>) {
    assert_eq!(store.events(Position(0), 10).await, Ok(vec![]));
    assert_eq!(store.newest_events(None, 10).await, Ok(vec![]));
    assert_eq!(store.stream(&member_stream(1)).await, Ok(vec![]));
    assert_eq!(store.member(member(1)).await, Ok(None));
    assert_eq!(store.plans().await, Ok(vec![]));
    assert_eq!(store.enrolment(enrolment(1)).await, Ok(None));
    assert_eq!(store.cohorts(&plan()).await, Ok(vec![]));
    assert_eq!(store.entries(&plan(), &Page::first(10)).await, Ok(vec![]));
    let balances = store.balances(&plan()).await.expect("balances");
    assert_eq!(balances.iter().count(), 0);
    let nothing = Unit::new(at(0), Actor::System);
    assert_eq!(store.commit(nothing).await, Ok(Position(0)), "a unit may be empty");
}

/// A unit that writes to every table, with one flaw put in by `spoil`.
fn spoilt(spoil: impl FnOnce(&mut Unit)) -> Unit {
    let mut unit = join_unit(2);
    unit.entries.push((plan(), entry(2, 5)));
    unit.sign_in.push(SignInChange::SessionBegun(Session {
        token: digest(2),
        member: member(2),
        until: at(900),
    }));
    unit.refused.push(RefusedAct {
        at: at(2),
        actor: Actor::System,
        action: "join".to_owned(),
        subject: "plan".to_owned(),
        reason: "plan-closed".to_owned(),
    });
    spoil(&mut unit);
    unit
}

/// Units with one flaw each, and what the store says to it; `None`: that it is broken.
fn flaws() -> Vec<(&'static str, Unit, Option<StoreError>)> {
    let nobody = CohortDays { class: 0, from: day(1), until: None };
    let from_nobody = CohortMove { plan: plan(), from: Some(nobody), to: cohort(2) };
    let append = |stream, contact| begin(&member_stream(stream), vec![registered(contact)], at(2));
    let taken = |constraint| Some(StoreError::Taken(constraint));
    vec![
        (
            "conflict",
            spoilt(|u| u.appends.push(append(1, 9))),
            Some(StoreError::Conflict(member_stream(1).to_string())),
        ),
        ("contact", spoilt(|u| u.appends.push(append(3, 1))), taken(Constraint::MemberContact)),
        ("entry", spoilt(|u| u.entries.push((plan(), entry(1, 8)))), taken(Constraint::EntryId)),
        (
            "answer",
            spoilt(|u| u.answer = Some(answer(Actor::Member(member(1)), "join", 1))),
            taken(Constraint::AnswerKey),
        ),
        ("cohort", spoilt(|u| u.cohorts.push(from_nobody)), None),
    ]
}

pub(super) async fn a_unit_is_kept_as_a_whole_or_not_at_all(store: &Arc<dyn Store>) {
    store.commit(join_unit(1)).await.expect("the first one is kept");
    store
        .commit(Unit { entries: vec![(plan(), entry(1, 7))], ..Unit::new(at(1), Actor::System) })
        .await
        .expect("an entry is kept");
    let balances = store.balances(&plan()).await;
    for (flaw, unit, expected) in flaws() {
        let refused = store.commit(unit).await.expect_err(flaw);
        match expected {
            Some(expected) => assert_eq!(refused, expected, "{flaw}"),
            None => assert!(matches!(refused, StoreError::Broken(_)), "{flaw}: {refused}"),
        }
        assert_nothing_of_two(store, flaw).await;
        assert_eq!(store.balances(&plan()).await, balances, "{flaw}");
    }
    let kept = store.commit(spoilt(|_| {})).await;
    assert_eq!(kept, Ok(Position(6)), "without a flaw the unit is kept, and no position was lost");
    assert_eq!(store.unseal(member(2), "person").await.map(|d| d.is_some()), Ok(true));
}

async fn assert_nothing_of_two(store: &Arc<dyn Store>, flaw: &str) {
    let events = store.events(Position(0), 100).await.expect("events");
    assert_eq!(events.len(), 3, "{flaw}: events of the first unit only");
    assert_eq!(store.member(member(2)).await, Ok(None), "{flaw}");
    assert_eq!(store.enrolment(enrolment(2)).await, Ok(None), "{flaw}");
    let cohorts = store.cohorts(&plan()).await.expect("cohorts");
    assert_eq!(cohorts, [CohortRow { days: cohort(1), count: 1 }], "{flaw}");
    assert_eq!(store.unseal(member(2), "person").await, Ok(None), "{flaw}");
    assert_eq!(store.messages(Some(member(2)), 9).await, Ok(vec![]), "{flaw}");
    assert_eq!(store.session(digest(2)).await, Ok(None), "{flaw}");
    assert_eq!(store.refused(9).await, Ok(vec![]), "{flaw}");
    let answer = store.answer(Actor::Member(member(2)), "join").await;
    assert_eq!(answer, Ok(None), "{flaw}");
    let entries = store.entries(&plan(), &Page::first(9)).await.expect("entries");
    assert_eq!(entries.len(), 1, "{flaw}");
}

pub(super) async fn an_append_on_another_number_is_a_conflict(store: &Arc<dyn Store>) {
    let stream = member_stream(1);
    let conflict = Err(StoreError::Conflict(stream.to_string()));
    let first = begin(&stream, vec![registered(1)], at(1));
    let mut ahead = first.clone();
    ahead.expected = 1;
    assert_eq!(store.commit(unit_of(at(1), vec![ahead])).await, conflict, "one ahead");
    assert_eq!(store.commit(unit_of(at(1), vec![first.clone()])).await, Ok(Position(1)));
    assert_eq!(store.commit(unit_of(at(1), vec![first])).await, conflict, "one behind");
    // Two appends to one stream in one unit are numbered one after the other.
    let before = store.stream(&stream).await.expect("stream");
    let grant = |role| Event::Member(MemberEvent::RoleGranted { role });
    let second = append_after(&before, &stream, vec![grant(Role::Auditor)], at(2));
    let mut third = second.clone();
    assert_eq!(store.commit(unit_of(at(2), vec![second.clone(), third.clone()])).await, conflict);
    third.expected = 2;
    assert_eq!(store.commit(unit_of(at(2), vec![second, third])).await, Ok(Position(3)));
}

pub(super) async fn a_person_has_one_live_enrolment_per_plan(store: &Arc<dyn Store>) {
    let same_person = |n: u64, of: &PlanId| {
        let mut joined = agreed(n, of);
        joined.identity = digest(77);
        vec![Event::Enrolment(EnrolmentEvent::Joined(joined))]
    };
    let taken = Err(StoreError::Taken(Constraint::EnrolmentIdentity));
    let join = async |n: u64, of: &PlanId| {
        act(store.as_ref(), &enrolment_stream(n), same_person(n, of)).await.map(|_| ())
    };
    let elsewhere = plan_named("other");
    assert_eq!(join(1, &plan()).await, Ok(()));
    assert_eq!(join(2, &plan()).await, taken);
    assert_eq!(join(3, &elsewhere).await, Ok(()), "another plan has its own list");
    let found = async |of: &PlanId| {
        let query = EnrolmentQuery::ByIdentity(of.clone(), digest(77));
        let rows = store.enrolments(&query, &Page::first(9)).await.expect("rows");
        rows.iter().map(|row| row.id).collect::<Vec<_>>()
    };
    assert_eq!(found(&plan()).await, [enrolment(1)]);
    // Ending one and beginning another can be one unit.
    let (until, reason, gives_back) = (day(60), EndReason::Left, false);
    let ended = Event::Enrolment(EnrolmentEvent::Ended { until, reason, gives_back });
    let before = store.stream(&enrolment_stream(1)).await.expect("stream");
    let end = append_after(&before, &enrolment_stream(1), vec![ended], at(60));
    let again = begin(&enrolment_stream(2), same_person(2, &plan()), at(60));
    let cohorts = [cohort_moves(&before, &end), cohort_moves(&[], &again)].concat();
    let unit = Unit { appends: vec![end, again], cohorts, ..Unit::new(at(60), Actor::System) };
    store.commit(unit).await.expect("the person may join again");
    // Both are told: it is one person.
    assert_eq!(found(&plan()).await, [enrolment(1), enrolment(2)]);
    assert_eq!(found(&elsewhere).await, [enrolment(3)]);
}

pub(super) async fn a_mail_address_belongs_to_one_member(store: &Arc<dyn Store>) {
    let nobody = Event::Member(MemberEvent::Registered { contact: None });
    for (n, event, expected) in [
        (1, registered(1), Ok(Position(1))),
        (2, registered(1), Err(StoreError::Taken(Constraint::MemberContact))),
        (3, nobody.clone(), Ok(Position(2))),
        (4, nobody, Ok(Position(3))),
        (2, registered(2), Ok(Position(4))),
    ] {
        assert_eq!(act(store.as_ref(), &member_stream(n), vec![event]).await, expected, "member {n}");
    }
    // Another event of the same member keeps the address.
    let granted = Event::Member(MemberEvent::RoleGranted { role: Role::Auditor });
    act(store.as_ref(), &member_stream(1), vec![granted]).await.expect("kept");
    let found = store.member_by_contact(digest(1)).await.expect("found");
    assert_eq!(found.map(|row| row.id), Some(member(1)));
    assert_eq!(store.member_by_contact(digest(9)).await, Ok(None));
}

pub(super) async fn a_unit_that_relied_on_what_has_changed_is_a_conflict(store: &Arc<dyn Store>) {
    store.commit(join_unit(1)).await.expect("kept");
    let books = |entries: &[u128]| {
        let mut balances = Balances::new(entry(1, 7).currency());
        for n in entries {
            balances.apply(&entry(*n, 7)).expect("one currency");
        }
        ReliedOn::Books(plan(), balances)
    };
    let stream = |n, events| ReliedOn::Stream(member_stream(n), events);
    let enrolled = |ids: &[u64]| {
        let ids = ids.iter().map(|n| enrolment(*n)).collect();
        ReliedOn::Enrolments(EnrolmentQuery::ByPlan(plan()), ids)
    };
    for (n, relied_on, fine) in [
        (1, stream(1, 2), true),
        (2, stream(1, 1), false),
        (2, stream(9, 0), true),
        (3, stream(9, 1), false),
        (3, books(&[]), false),
        (3, books(&[1, 2]), true),
        (4, books(&[1, 2]), false),
        (5, enrolled(&[]), false),
        (5, enrolled(&[1]), true),
        (6, enrolled(&[2]), false),
        (6, enrolled(&[1, 2]), false),
    ] {
        let unit = Unit {
            relied_on: vec![relied_on.clone()],
            entries: vec![(plan(), entry(n, 7))],
            ..Unit::new(at(1), Actor::System)
        };
        let done = store.commit(unit).await;
        assert_eq!(done.is_ok(), fine, "{relied_on:?}: {done:?}");
        assert!(fine || matches!(done, Err(StoreError::Conflict(_))), "{relied_on:?}: {done:?}");
    }
    let kept = store.entries(&plan(), &Page::first(10)).await.expect("entries");
    assert_eq!(kept, [entry(1, 7), entry(2, 7), entry(3, 7), entry(5, 7)], "a conflict keeps nothing");
}

pub(super) async fn a_repeated_request_hears_that_it_was_answered(store: &Arc<dyn Store>) {
    let ann = Actor::Member(member(1));
    let unit = || Unit {
        answer: Some(answer(ann, "k-1", 1)),
        ..unit_of(at(1), vec![begin(&member_stream(1), vec![registered(1)], at(1))])
    };
    assert_eq!(store.commit(unit()).await, Ok(Position(1)));
    // Also a conflict by now; the caller must hear of the answer.
    assert_eq!(store.commit(unit()).await, Err(StoreError::Taken(Constraint::AnswerKey)));
    assert_eq!(store.answer(ann, "k-1").await, Ok(Some(answer(ann, "k-1", 1))));
    assert_eq!(store.answer(ann, "k-2").await, Ok(None));
    assert_eq!(store.answer(Actor::System, "k-1").await, Ok(None));
    let other = Unit { answer: Some(answer(Actor::System, "k-1", 2)), ..Unit::new(at(2), Actor::System) };
    assert_eq!(store.commit(other).await, Ok(Position(1)), "keys of different people never meet");
}

pub(super) async fn two_writers_at_once_do_not_overwrite_each_other(store: &Arc<dyn Store>) {
    const WRITERS: u64 = 8;
    const EACH: u64 = 10;
    act(store.as_ref(), &member_stream(1), vec![registered(1)]).await.expect("registered");
    let mut writers = Vec::new();
    for _ in 0..WRITERS {
        let store = Arc::clone(store);
        writers.push(tokio::spawn(async move {
            let mut conflicts = 0_u64;
            for _ in 0..EACH {
                loop {
                    let event = Event::Member(MemberEvent::RoleGranted { role: Role::Auditor });
                    match act(store.as_ref(), &member_stream(1), vec![event]).await {
                        Ok(_) => break,
                        Err(StoreError::Conflict(_)) => conflicts += 1,
                        Err(error) => return Err(error),
                    }
                    tokio::task::yield_now().await;
                }
            }
            Ok(conflicts)
        }));
    }
    for writer in writers {
        writer.await.expect("no writer panics").expect("only conflicts");
    }
    let events = store.stream(&member_stream(1)).await.expect("stream");
    let numbers: Vec<u64> = events.iter().map(|event| event.number).collect();
    assert_eq!(numbers, (1..=WRITERS * EACH + 1).collect::<Vec<_>>());
}

pub(super) async fn a_refused_unit_hurts_no_other_at_the_same_time(store: &Arc<dyn Store>) {
    const UNITS: u64 = 90;
    let mut units = Vec::new();
    for n in 1..=UNITS {
        let store = Arc::clone(store);
        // Every third address is taken by the one before.
        let contact = if n.is_multiple_of(3) { n - 1 } else { n };
        units.push(tokio::spawn(async move {
            let mut unit = join_unit(n);
            unit.appends.remove(0);
            unit.appends.push(begin(&member_stream(n), vec![registered(contact)], at(n)));
            store.commit(unit).await
        }));
    }
    let mut kept = 0;
    for (unit, n) in units.into_iter().zip(1_u64..) {
        match unit.await.expect("no panic") {
            Ok(_) => kept += 1,
            Err(error) => assert_eq!(error, StoreError::Taken(Constraint::MemberContact), "unit {n}"),
        }
    }
    assert_eq!(kept, 60, "of each pair with one address exactly one is kept");
    let events = store.events(Position(0), 1_000).await.expect("events");
    assert_eq!(events.len(), 120);
    let counted: u64 = store.cohorts(&plan()).await.expect("cohorts").iter().map(|row| row.count).sum();
    assert_eq!(counted, 60);
}

pub(super) async fn a_row_of_another_stream_is_refused(store: &Arc<dyn Store>) {
    let mut foreign = begin(&member_stream(1), vec![registered(1)], at(1));
    foreign.record = begin(&member_stream(2), vec![registered(2)], at(1)).record;
    let mut kind = begin(&member_stream(1), vec![registered(1)], at(1));
    kind.record = begin(&enrolment_stream(1), vec![joined(1, &plan())], at(1)).record;
    let mut empty = begin(&member_stream(1), vec![registered(1)], at(1));
    empty.events.clear();
    for append in [foreign, kind, empty] {
        let refused = store.commit(unit_of(at(1), vec![append])).await;
        assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
    }
    assert_eq!(store.stream(&member_stream(1)).await, Ok(vec![]));
}

pub(super) async fn cohorts_follow_their_moves(store: &Arc<dyn Store>) {
    for n in [31, 1, 61, 2] {
        let stream = StreamId::Enrolment(enrolment(n));
        act(store.as_ref(), &stream, vec![joined(n, &plan())]).await.expect("joined");
    }
    let row = |n, until, count| CohortRow { days: CohortDays { until, ..cohort(n) }, count };
    assert_eq!(store.cohorts(&plan()).await, Ok(vec![row(1, None, 3), row(2, None, 1)]));
    let left = |until| {
        let (reason, gives_back) = (EndReason::Left, false);
        vec![Event::Enrolment(EnrolmentEvent::Ended { until, reason, gives_back })]
    };
    for (n, until) in [(31, day(40)), (2, day(9)), (1, day(100))] {
        act(store.as_ref(), &enrolment_stream(n), left(until)).await.expect("left");
    }
    let expected =
        vec![row(1, None, 1), row(1, Some(day(40)), 1), row(1, Some(day(100)), 1), row(2, Some(day(9)), 1)];
    assert_eq!(store.cohorts(&plan()).await, Ok(expected), "in order; empty rows are not listed");
    assert_eq!(store.cohorts(&plan_named("other")).await, Ok(vec![]));
}
