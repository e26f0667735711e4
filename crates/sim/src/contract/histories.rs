//! Events in their order, and the row that each stage of a history has.

use std::sync::Arc;

use huzhu_app::audit::{self, Finding};
use huzhu_app::ports::{Actor, Position, Store, Unit};
use huzhu_app::record::Record;
use huzhu_domain::claim::{ClaimEvent, EvidenceFile, FileKind, Recommendation};
use huzhu_domain::enrolment::{EndReason, EnrolmentEvent};
use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::id::EvidenceId;
use huzhu_domain::period::{
    ClaimAid, CohortCount, CohortKey, CohortShare, Collection, Noticed, PeriodEvent, Statement,
};
use huzhu_domain::plan::{PeriodKey, PlanVersion, Relation};

use super::fixture::{
    act, at, begin, claim, claim_stream, cohort_moves, day, digest, drafted, enrolment_stream, illness,
    joined, member, member_stream, minor, plan, plan_named, published, registered, unit_of, uuid,
};

pub(super) async fn events_come_back_in_order_and_unchanged(store: &Arc<dyn Store>) {
    let ann = Actor::Member(member(1));
    let first = Unit {
        actor: ann,
        ..unit_of(
            at(5),
            vec![
                begin(&member_stream(1), vec![registered(1)], at(5)),
                begin(&member_stream(2), vec![registered(2)], at(5)),
            ],
        )
    };
    assert_eq!(store.commit(first).await, Ok(Position(2)), "the position of the last event");
    let stream = StreamId::Plan(plan());
    let second = unit_of(
        // Moments need not rise: order is the order of commits.
        at(3),
        vec![begin(&stream, vec![published(1), Event::Plan(PlanEvent::ClosedToJoining)], at(3))],
    );
    assert_eq!(store.commit(second).await, Ok(Position(4)));
    let all = store.events(Position(0), 100).await.expect("events");
    let seen: Vec<_> =
        all.iter().map(|e| (e.position.0, e.stream.clone(), e.number, e.at, e.actor)).collect();
    assert_eq!(
        seen,
        [
            (1, member_stream(1), 1, at(5), ann),
            (2, member_stream(2), 1, at(5), ann),
            (3, stream.clone(), 1, at(3), Actor::System),
            (4, stream.clone(), 2, at(3), Actor::System),
        ]
    );
    let kinds: Vec<_> = all.iter().map(|e| e.event.clone()).collect();
    let closed = Event::Plan(PlanEvent::ClosedToJoining);
    assert_eq!(kinds, [registered(1), registered(2), published(1), closed]);
    assert_eq!(store.stream(&stream).await, Ok(all[2..].to_vec()));
    assert_eq!(store.events(Position(1), 2).await, Ok(all[1..3].to_vec()));
    assert_eq!(store.events(Position(4), 2).await, Ok(vec![]));
    assert_eq!(store.events(Position(0), 0).await, Ok(vec![]));
    let reversed: Vec<_> = all.iter().rev().cloned().collect();
    assert_eq!(store.newest_events(None, 100).await, Ok(reversed.clone()));
    assert_eq!(store.newest_events(Some(Position(4)), 2).await, Ok(reversed[1..3].to_vec()));
    assert_eq!(store.newest_events(Some(Position(1)), 2).await, Ok(vec![]));
}

/// The whole life of a claim, one event per kind, most kinds on the way to payment.
pub(super) fn claim_events() -> Vec<ClaimEvent> {
    let (reviewer, confirmer, until) = (member(8), member(9), at(500));
    let evidence = EvidenceId::from_uuid(uuid(70));
    let period = key(2);
    let file = EvidenceFile { kind: FileKind::Dicom, bytes: u64::MAX, digest: digest(70), at: at(3) };
    let aid = minor(30_000_000);
    vec![
        ClaimEvent::Described(illness(4)),
        ClaimEvent::EvidenceAdded { evidence, file },
        ClaimEvent::EvidenceRemoved { evidence },
        ClaimEvent::Reported { at: at(5), until },
        ClaimEvent::Taken { reviewer, until },
        ClaimEvent::MoreEvidenceRequested { reviewer, until },
        ClaimEvent::EvidenceCompleted { reviewer, until },
        ClaimEvent::Recommended { reviewer, recommendation: Recommendation::Approve { aid }, until },
        ClaimEvent::Returned { by: confirmer, reviewer, until },
        ClaimEvent::Recommended {
            reviewer,
            recommendation: Recommendation::Refuse { reason: "not-in-cover".parse().expect("a reason") },
            until,
        },
        ClaimEvent::Approved { by: confirmer, aid },
        ClaimEvent::PutOnNotice { period, aid, until },
        ClaimEvent::Cleared { period, aid },
        ClaimEvent::BecamePayable { period, aid: minor(29_999_999), until },
        ClaimEvent::Paid { period, aid: minor(29_999_999), at: at(900), confirmation: digest(99) },
    ]
}

fn key(ordinal: u8) -> PeriodKey {
    PeriodKey { year: 2019, month: 1, ordinal }
}

/// Asserts that the row of a stream is what its events replay to.
async fn assert_row(store: &Arc<dyn Store>, stream: &StreamId) {
    let events = store.stream(stream).await.expect("stream");
    let replayed = audit::replay(stream, &events).expect("a history");
    let row = match stream {
        StreamId::Member(id) => store.member(*id).await.expect("row").map(Record::Member),
        StreamId::Plan(id) => store.plan(id).await.expect("row").map(Record::Plan),
        StreamId::Enrolment(id) => store.enrolment(*id).await.expect("row").map(Record::Enrolment),
        StreamId::Claim(id) => store.claim(*id).await.expect("row").map(Record::Claim),
        StreamId::Period(plan, key) => {
            let rows = store.periods(plan).await.expect("rows");
            let row = rows.into_iter().find(|row| row.key == *key);
            row.map(|row| Record::Period(Box::new(row)))
        }
        StreamId::Objection(_)
        | StreamId::JuryCase(_)
        | StreamId::Juror(..)
        | StreamId::Ballot(_)
        | StreamId::SecondReview(_) => store.matter(stream).await.expect("row").map(Record::Matter),
    };
    assert_eq!(row, Some(replayed), "{stream} after {} events", events.len());
}

pub(super) async fn each_stage_of_a_claim_has_its_row(store: &Arc<dyn Store>) {
    let stream = claim_stream(1);
    act(store.as_ref(), &stream, vec![drafted(1)]).await.expect("drafted");
    assert_row(store, &stream).await;
    for event in claim_events() {
        act(store.as_ref(), &stream, vec![Event::Claim(event)]).await.expect("kept");
        assert_row(store, &stream).await;
    }
    let reason: huzhu_domain::plan::ReasonCode = "filed-late".parse().expect("a reason");
    let refused = ClaimEvent::Refused { by: member(9), reason, until: Some(at(700)) };
    for (n, last) in [(2, refused), (3, ClaimEvent::Withdrawn)] {
        let stream = claim_stream(n);
        act(store.as_ref(), &stream, vec![drafted(n), Event::Claim(last)]).await.expect("kept");
        assert_row(store, &stream).await;
    }
}

/// The life of a period with `cohorts` cohorts.
pub(super) fn period_events(cohorts: u8) -> Vec<PeriodEvent> {
    let claims = vec![ClaimAid { claim: claim(1), aid: minor(30_000_000) }];
    let keys: Vec<CohortKey> =
        (1..=cohorts).map(|n| CohortKey { class: -i16::from(n), first: key(n) }).collect();
    let count = |key: &CohortKey| CohortCount { key: *key, count: u64::MAX };
    let share = |key: &CohortKey| CohortShare { key: *key, count: u64::MAX, share: minor(3) };
    vec![
        PeriodEvent::NoticeOpened(Noticed {
            version: PlanVersion(1),
            headcount_day: day(13),
            until: at(86_400 * 3),
            sharing_day: day(27),
            cohorts: keys.iter().map(count).collect(),
            claims: claims.clone(),
            cards: None,
        }),
        PeriodEvent::Settled(Statement {
            claims: 1,
            aid: minor(30_000_000),
            fee: minor(2_400_000),
            carried_in: minor(0),
            cost: minor(32_400_000),
            headcount: 23_000_000,
            share: minor(3),
            shares_total: minor(69_000_000),
            surplus_before: minor(0),
            surplus: minor(u64::MAX),
            borne_by_operator: minor(0),
            borne_by_sponsor: minor(0),
            carried_out: minor(0),
            cohorts: keys.iter().map(share).collect(),
            payable: claims,
            shares: None,
        }),
        PeriodEvent::Collected(Collection {
            collected: minor(68_000_000),
            failed: minor(1_000_000),
            failures: 333_334,
            report: digest(5),
        }),
        PeriodEvent::Closed,
    ]
}

pub(super) async fn a_plan_and_its_periods_have_their_rows(store: &Arc<dyn Store>) {
    for of in [plan(), plan_named("a-plan")] {
        let stream = StreamId::Plan(of);
        let withdrawn = Event::Plan(PlanEvent::Withdrawn { version: PlanVersion(2) });
        for event in [
            published(1),
            Event::Plan(PlanEvent::ClosedToJoining),
            published(2),
            Event::Plan(PlanEvent::OpenedToJoining),
            withdrawn,
        ] {
            let mark = store.plans_mark().await.expect("a mark");
            act(store.as_ref(), &stream, vec![event]).await.expect("kept");
            assert_row(store, &stream).await;
            assert_ne!(store.plans_mark().await, Ok(mark), "the plan has grown");
        }
    }
    let mark = store.plans_mark().await;
    let plans = store.plans().await.expect("plans");
    let ids: Vec<_> = plans.iter().map(|plan| plan.id.clone()).collect();
    assert_eq!(ids, [plan_named("a-plan"), plan()], "by id");
    assert_eq!(store.plan(&plan_named("none")).await, Ok(None));
    // Ten periods in a month: keys sort as numbers, not as texts.
    for ordinal in [10, 2, 1] {
        let stream = StreamId::Period(plan(), key(ordinal));
        for event in period_events(ordinal) {
            act(store.as_ref(), &stream, vec![Event::Period(event)]).await.expect("kept");
            assert_row(store, &stream).await;
        }
    }
    let periods = store.periods(&plan()).await.expect("periods");
    let keys: Vec<_> = periods.iter().map(|period| period.key).collect();
    assert_eq!(keys, [key(1), key(2), key(10)]);
    assert_eq!(store.periods(&plan_named("a-plan")).await, Ok(vec![]));
    assert_eq!(store.plans_mark().await, mark, "no plan has grown since");
}

pub(super) async fn an_enrolment_has_its_row_until_it_ends(store: &Arc<dyn Store>) {
    let stream = enrolment_stream(1);
    let fell = |ordinal, amount| EnrolmentEvent::FellIntoArrears {
        period: key(ordinal),
        amount: minor(amount),
        retry_until: day(40),
    };
    act(store.as_ref(), &stream, vec![joined(1, &plan())]).await.expect("joined");
    for event in [
        fell(1, 3),
        fell(2, u64::MAX - 3),
        EnrolmentEvent::ArrearsPaid { period: key(1) },
        EnrolmentEvent::PayerChanged { payer: member(5), relation: Some(Relation::ParentInLaw) },
        EnrolmentEvent::Ended { until: day(90), reason: EndReason::IllnessInWait, gives_back: true },
        EnrolmentEvent::ArrearsGivenUp { period: key(2) },
    ] {
        act(store.as_ref(), &stream, vec![Event::Enrolment(event)]).await.expect("kept");
        assert_row(store, &stream).await;
    }
    for (n, reason) in [
        (2, EndReason::Left),
        (3, EndReason::AgeReached),
        (4, EndReason::AidReceived),
        (5, EndReason::Unpaid),
        (6, EndReason::Ineligible),
    ] {
        let stream = enrolment_stream(n);
        let ended = EnrolmentEvent::Ended { until: day(90), reason, gives_back: false };
        let events = vec![joined(n, &plan()), Event::Enrolment(ended)];
        act(store.as_ref(), &stream, events).await.expect("kept");
        assert_row(store, &stream).await;
    }
}

/// The store takes rows from use cases as they are; what is wrong with them comes out in the audit.
pub(super) async fn the_audit_finds_rows_and_cohorts_that_are_wrong(store: &Arc<dyn Store>) {
    let mut wrong = begin(&enrolment_stream(1), vec![joined(1, &plan())], at(1));
    if let Record::Enrolment(row) = &mut wrong.record {
        row.arrears = minor(7);
    }
    let moves = cohort_moves(&[], &wrong);
    let unit = Unit {
        appends: vec![wrong],
        cohorts: [moves.clone(), moves].concat(),
        ..Unit::new(at(1), Actor::System)
    };
    store.commit(unit).await.expect("kept");
    let mut seen = 0;
    let findings = audit::check(store.as_ref(), &mut |events| seen = events).await;
    let findings = findings.expect("the store answers");
    assert_eq!(seen, 1, "progress counts events");
    assert!(
        matches!(
            &findings[..],
            [Finding::RowDiffers { .. }, Finding::CohortDiffers { kept: 2, counted: 1, .. }]
        ),
        "{findings:?}"
    );
}
