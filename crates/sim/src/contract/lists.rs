//! Lists by query and page.

use std::sync::Arc;

use huzhu_app::ports::{ClaimQuery, EnrolmentQuery, Page, Store, StoreError};
use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::enrolment::{EndReason, EnrolmentEvent};
use huzhu_domain::event::Event;
use huzhu_domain::plan::{PeriodKey, Relation};

use super::fixture::{
    act, agreed, at, claim_stream, day, digest, drafted, enrolment, enrolment_stream, joined, member, minor,
    plan, plan_named,
};

/// The numbers of enrolments that a query finds, read in pages of `limit`.
async fn enrolments(store: &Arc<dyn Store>, query: &EnrolmentQuery, limit: u32) -> Vec<u64> {
    let mut page = Page::first(limit);
    let mut found = Vec::new();
    loop {
        let rows = store.enrolments(query, &page).await.expect("rows");
        assert!(rows.len() <= usize::try_from(limit).unwrap_or(usize::MAX));
        let Some(last) = rows.last() else { return found };
        page.after = Some(last.id.to_string());
        found.extend(rows.iter().map(|row| number(row.id.uuid())));
    }
}

fn number(uuid: uuid::Uuid) -> u64 {
    let mut low = [0; 8];
    if let Some(bytes) = uuid.as_bytes().last_chunk::<8>() {
        low = *bytes;
    }
    u64::from_be_bytes(low) & 0xffff_ffff
}

const PERIOD: PeriodKey = PeriodKey { year: 2019, month: 1, ordinal: 2 };

/// Enrolments 1 to 5, 7, 9, 12 and 20 of the plan and 6 of another one; 9 has ended and came back as 20, 9 and 12
/// are in arrears.
async fn enrol(store: &Arc<dyn Store>) {
    // Out of order, so that the order of lists is not the order of writing. Odd ones are paid by member 100.
    for n in [9, 3, 12, 1, 7, 5, 2, 4] {
        let mut joined = agreed(n, &plan());
        joined.over_age_from = (n < 10).then(|| day(1_000 - i64::try_from(n).unwrap_or(0)));
        if n % 2 == 1 {
            joined.payer = member(100);
            joined.relation = Some(Relation::Parent);
        }
        let event = Event::Enrolment(EnrolmentEvent::Joined(joined));
        act(store.as_ref(), &enrolment_stream(n), vec![event]).await.expect("joined");
    }
    act(store.as_ref(), &enrolment_stream(6), vec![joined(6, &plan_named("other"))]).await.expect("joined");
    let ended =
        |n, reason| Event::Enrolment(EnrolmentEvent::Ended { until: day(n), reason, gives_back: false });
    for (n, until) in [(4, 60), (7, 70)] {
        let ended = ended(until, EndReason::IllnessInWait);
        act(store.as_ref(), &enrolment_stream(n), vec![ended]).await.expect("fell ill");
    }
    let ended = ended(50, EndReason::Left);
    act(store.as_ref(), &enrolment_stream(9), vec![ended]).await.expect("left");
    let mut again = agreed(20, &plan());
    again.identity = digest(1_000_009);
    let again = Event::Enrolment(EnrolmentEvent::Joined(again));
    act(store.as_ref(), &enrolment_stream(20), vec![again]).await.expect("joined again");
    let fell = EnrolmentEvent::FellIntoArrears { period: PERIOD, amount: minor(5), retry_until: day(40) };
    for n in [12, 3, 9] {
        act(store.as_ref(), &enrolment_stream(n), vec![Event::Enrolment(fell.clone())]).await.expect("kept");
    }
    let paid = EnrolmentEvent::ArrearsPaid { period: PERIOD };
    act(store.as_ref(), &enrolment_stream(3), vec![Event::Enrolment(paid)]).await.expect("paid");
}

pub(super) async fn enrolments_come_in_pages_by_query(store: &Arc<dyn Store>) {
    enrol(store).await;
    for (query, expected) in [
        (EnrolmentQuery::ByPlan(plan()), &[1, 2, 3, 4, 5, 7, 9, 12, 20][..]),
        (EnrolmentQuery::ByPlan(plan_named("other")), &[6]),
        (EnrolmentQuery::ByPlan(plan_named("none")), &[]),
        (EnrolmentQuery::ByPayer(member(100)), &[1, 3, 5, 7, 9]),
        (EnrolmentQuery::ByPayer(member(2)), &[2]),
        (EnrolmentQuery::ByMember(member(7)), &[7]),
        (EnrolmentQuery::ByMember(member(100)), &[]),
        (EnrolmentQuery::ByIdentity(plan(), digest(1_000_005)), &[5]),
        // Enrolment 9 has ended, and 20 is the same person once more.
        (EnrolmentQuery::ByIdentity(plan(), digest(1_000_009)), &[9, 20]),
        (EnrolmentQuery::ByIdentity(plan_named("other"), digest(1_000_009)), &[]),
        (EnrolmentQuery::OverAge(plan(), day(996)), &[5]),
        (EnrolmentQuery::OverAge(plan(), day(900)), &[]),
        (EnrolmentQuery::InArrears(plan()), &[9, 12]),
        (EnrolmentQuery::InArrears(plan_named("other")), &[]),
        (EnrolmentQuery::EndedIllInWait(plan(), day(59)), &[4, 7]),
        (EnrolmentQuery::EndedIllInWait(plan(), day(60)), &[7]),
        (EnrolmentQuery::EndedIllInWait(plan(), day(70)), &[]),
        (EnrolmentQuery::EndedIllInWait(plan(), day(-1_000)), &[]),
        (EnrolmentQuery::EndedIllInWait(plan_named("other"), day(59)), &[]),
    ] {
        for limit in [1, 2, 100] {
            assert_eq!(enrolments(store, &query, limit).await, expected, "{query:?}, pages of {limit}");
        }
    }
    let query = EnrolmentQuery::ByPlan(plan());
    assert_eq!(store.enrolments(&query, &Page::first(0)).await, Ok(vec![]));
    let cursor = Page { after: Some("nonsense".to_owned()), limit: 1 };
    let refused = store.enrolments(&query, &cursor).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
}

pub(super) async fn a_former_payer_keeps_seeing_the_enrolment(store: &Arc<dyn Store>) {
    let changed = |payer| {
        let payer = member(payer);
        Event::Enrolment(EnrolmentEvent::PayerChanged { payer, relation: None })
    };
    let stream = enrolment_stream(1);
    act(store.as_ref(), &stream, vec![joined(1, &plan()), changed(2)]).await.expect("kept");
    act(store.as_ref(), &stream, vec![changed(3), changed(4)]).await.expect("kept");
    act(store.as_ref(), &stream, vec![changed(2)]).await.expect("kept");
    act(store.as_ref(), &enrolment_stream(2), vec![joined(2, &plan())]).await.expect("kept");
    for (payer, expected) in [(1, &[1][..]), (2, &[1, 2]), (3, &[1]), (4, &[1]), (5, &[])] {
        for limit in [1, 100] {
            let query = EnrolmentQuery::ByPayer(member(payer));
            assert_eq!(enrolments(store, &query, limit).await, expected, "payer {payer}");
        }
    }
    let row = store.enrolment(enrolment(1)).await.expect("row");
    assert_eq!(row.map(|row| row.payer), Some(member(2)));
}

pub(super) async fn claims_come_in_pages_by_query(store: &Arc<dyn Store>) {
    for n in [5, 2, 4, 1, 3] {
        let Event::Claim(ClaimEvent::Drafted(mut claimed)) = drafted(n) else { unreachable!("a draft") };
        if n > 3 {
            claimed.filed_by = member(1);
        }
        let mut events = vec![Event::Claim(ClaimEvent::Drafted(claimed))];
        if n >= 2 {
            events.push(Event::Claim(ClaimEvent::Reported { at: at(n), until: at(100) }));
        }
        if n == 4 {
            events.push(Event::Claim(ClaimEvent::PutOnNotice {
                period: PERIOD,
                aid: minor(9),
                until: at(200),
            }));
        }
        act(store.as_ref(), &claim_stream(n), events).await.expect("kept");
    }
    let other = PeriodKey { ordinal: 1, ..PERIOD };
    for (query, expected) in [
        (ClaimQuery::ByMember(member(1)), &[1, 4, 5][..]),
        (ClaimQuery::ByMember(member(4)), &[4]),
        (ClaimQuery::ByMember(member(9)), &[]),
        (ClaimQuery::ByEnrolment(enrolment(3)), &[3]),
        (ClaimQuery::InStates(plan(), vec!["reported"]), &[2, 3, 5]),
        (ClaimQuery::InStates(plan(), vec!["on-notice", "draft"]), &[1, 4]),
        (ClaimQuery::InStates(plan(), vec![]), &[]),
        (ClaimQuery::InStates(plan_named("other"), vec!["draft"]), &[]),
        (ClaimQuery::InPeriod(plan(), PERIOD), &[4]),
        (ClaimQuery::InPeriod(plan(), other), &[]),
    ] {
        for limit in [1, 2, 100] {
            let mut page = Page::first(limit);
            let mut found = Vec::new();
            loop {
                let rows = store.claims(&query, &page).await.expect("rows");
                let Some(last) = rows.last() else { break };
                page.after = Some(last.id.to_string());
                found.extend(rows.iter().map(|row| number(row.id.uuid())));
            }
            assert_eq!(found, expected, "{query:?}, pages of {limit}");
        }
    }
}
