//! Rows of objections, jury cases, jurors, ballots and second reviews.

use std::sync::Arc;

use huzhu_app::matter::{MatterKind, MatterQuery};
use huzhu_app::ports::{Page, Store, StoreError};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{BallotId, ClaimId, JuryCaseId, ObjectionId};
use huzhu_domain::jury::{BallotEvent, JurorEvent, JuryCaseEvent};
use huzhu_domain::objection::{Answer, Ground, ObjectionEvent};
use huzhu_domain::plan::PlanVersion;
use huzhu_domain::second_review::{Opinion, SecondReviewEvent};

use super::fixture::{act, at, member, plan, plan_named, uuid};

fn claim(n: u64) -> ClaimId {
    ClaimId::from_uuid(uuid(n))
}

fn objection(n: u64) -> StreamId {
    StreamId::Objection(ObjectionId::from_uuid(uuid(n)))
}

fn case() -> JuryCaseId {
    JuryCaseId::from_uuid(uuid(900))
}

fn ballot(n: u64) -> StreamId {
    StreamId::Ballot(BallotId::from_uuid(uuid(n)))
}

fn raised(about: u64, by: u64) -> Event {
    Event::Objection(ObjectionEvent::Raised {
        claim: claim(about),
        plan: plan(),
        by: member(by),
        ground: Ground::Undisclosed,
        at: at(1),
        until: at(9),
    })
}

/// Objections 3, 1, 2 to claim 1 (by members 1, 1, 2) and 4 to claim 2; 2 is dismissed. Ballots 6 and 5 of one case, the case,
/// a juror, a second review.
async fn fill(store: &Arc<dyn Store>) {
    for (n, about, by) in [(3, 1, 1), (1, 1, 1), (2, 1, 2), (4, 2, 1)] {
        act(store.as_ref(), &objection(n), vec![raised(about, by)]).await.expect("kept");
    }
    let answered = ObjectionEvent::Answered { by: member(8), answer: Answer::Dismissed, at: at(5) };
    act(store.as_ref(), &objection(2), vec![Event::Objection(answered)]).await.expect("kept");
    let requested = JuryCaseEvent::Requested {
        claim: claim(1),
        plan: plan(),
        version: PlanVersion(1),
        round: 0,
        by: member(3),
        asker: huzhu_domain::claim::JuryAsker::Claimant,
        at: at(6),
        until: at(7),
    };
    act(store.as_ref(), &StreamId::JuryCase(case()), vec![Event::JuryCase(requested)]).await.expect("kept");
    for n in [6, 5] {
        let cast = BallotEvent::Cast { case: case(), plan: plan(), sealed: format!("vote {n}"), at: at(8) };
        act(store.as_ref(), &ballot(n), vec![Event::Ballot(cast)]).await.expect("kept");
    }
    let exam = JurorEvent::ExamTaken { right: 9, asked: 10, passed: true, at: at(2) };
    act(store.as_ref(), &StreamId::Juror(plan(), member(4)), vec![Event::Juror(exam)]).await.expect("kept");
    let drawn = SecondReviewEvent::Drawn {
        plan: plan(),
        recommender: member(8),
        confirmer: member(9),
        first: Opinion::Approve,
        at: at(3),
        until: at(90),
    };
    act(store.as_ref(), &StreamId::SecondReview(claim(1)), vec![Event::SecondReview(drawn)])
        .await
        .expect("kept");
}

pub(super) async fn matters_come_in_pages_by_query(store: &Arc<dyn Store>) {
    use MatterKind::{Ballot, Juror, JuryCase, Objection, SecondReview};
    fill(store).await;
    let about = |kind, n| MatterQuery::About(kind, claim(n).to_string());
    for (query, expected) in [
        (about(Objection, 1), vec![objection(1), objection(2), objection(3)]),
        (about(Objection, 2), vec![objection(4)]),
        (about(JuryCase, 1), vec![StreamId::JuryCase(case())]),
        (about(SecondReview, 1), vec![StreamId::SecondReview(claim(1))]),
        (about(SecondReview, 2), vec![]),
        (MatterQuery::ballots_of(case()), vec![ballot(5), ballot(6)]),
        (MatterQuery::ByMember(Objection, member(1)), vec![objection(1), objection(3), objection(4)]),
        (MatterQuery::ByMember(Juror, member(4)), vec![StreamId::Juror(plan(), member(4))]),
        (MatterQuery::ByMember(Ballot, member(1)), vec![]),
        (MatterQuery::InStates(Objection, plan(), vec!["dismissed"]), vec![objection(2)]),
        (
            MatterQuery::InStates(Objection, plan(), vec!["open", "dismissed"]),
            vec![objection(1), objection(2), objection(3), objection(4)],
        ),
        (MatterQuery::InStates(Objection, plan_named("other"), vec!["open"]), vec![]),
        (MatterQuery::InStates(Juror, plan(), vec!["willing"]), vec![StreamId::Juror(plan(), member(4))]),
        (MatterQuery::InStates(Juror, plan(), vec![]), vec![]),
    ] {
        for limit in [1, 2, 100] {
            let mut page = Page::first(limit);
            let mut found = Vec::new();
            loop {
                let rows = store.matters(&query, &page).await.expect("rows");
                let Some(last) = rows.last() else { break };
                page.after = Some(last.stream.to_string());
                for row in rows {
                    assert_eq!(store.matter(&row.stream).await, Ok(Some(row.clone())));
                    found.push(row.stream);
                }
            }
            assert_eq!(found, expected, "{query:?}, pages of {limit}");
        }
    }
    let vote = store.matter(&ballot(5)).await.expect("row").expect("a ballot");
    assert_eq!((vote.member, vote.body.as_str()), (None, "vote 5"));
    let cursor = Page { after: Some("nonsense".to_owned()), limit: 1 };
    let refused = store.matters(&about(Objection, 1), &cursor).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
}

pub(super) async fn a_ballot_is_cast_once(store: &Arc<dyn Store>) {
    let cast = || BallotEvent::Cast { case: case(), plan: plan(), sealed: "v".to_owned(), at: at(8) };
    let unit = || {
        let append = super::fixture::begin(&ballot(5), vec![Event::Ballot(cast())], at(8));
        super::fixture::unit_of(at(8), vec![append])
    };
    store.commit(unit()).await.expect("kept");
    let again = store.commit(unit()).await;
    assert!(matches!(again, Err(StoreError::Conflict(_))), "{again:?}");
}
