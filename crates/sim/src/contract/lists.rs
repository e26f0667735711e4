//! Lists by query and page.

use std::sync::Arc;

use huzhu_app::ports::{
    CardPlace, CardQuery, ClaimQuery, DISPLAY_STATES, EnrolmentQuery, PUBLIC_STATES, Page, Store, StoreError,
};
use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::enrolment::{EndReason, EnrolmentEvent};
use huzhu_domain::event::Event;
use huzhu_domain::plan::{ConditionCode, PeriodKey, Relation};

use super::fixture::{
    act, agreed, at, claim_stream, day, digest, drafted, enrolment, enrolment_stream, join_unit, joined,
    member, minor, plan, plan_named,
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
        (EnrolmentQuery::ByPlan(plan()), &[9, 3, 12, 1, 7, 5, 2, 4, 20][..]),
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

pub(super) async fn a_roster_is_in_the_order_of_joining_and_keeps_its_places(store: &Arc<dyn Store>) {
    let order = [30, 4, 17, 5];
    for n in order {
        store.commit(join_unit(n)).await.expect("joined");
    }
    // Whoever ends keeps the place, and whoever comes to another plan takes none of this one.
    let end = EnrolmentEvent::Ended { until: day(40), reason: EndReason::Left, gives_back: false };
    act(store.as_ref(), &enrolment_stream(4), vec![Event::Enrolment(end)]).await.expect("ended");
    let other = vec![joined(6, &plan_named("other"))];
    act(store.as_ref(), &enrolment_stream(6), other).await.expect("joined");
    store.commit(join_unit(1)).await.expect("joined");
    for limit in [1, 2, 100] {
        let roster = enrolments(store, &EnrolmentQuery::ByPlan(plan()), limit).await;
        assert_eq!(roster, [30, 4, 17, 5, 1], "pages of {limit}");
    }
    for (n, place) in [(30, Some(0)), (4, Some(1)), (5, Some(3)), (1, Some(4)), (6, Some(0)), (99, None)] {
        assert_eq!(store.place_of(enrolment(n)).await, Ok(place), "{n}");
    }
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

/// Cards 1 to 6 of the plan: number, condition, aid, period, and whether the notice of it is over. 7 has no card, 8 was
/// withdrawn, 9 is of another plan.
async fn put_up(store: &Arc<dyn Store>) {
    let cases = [
        (3, "burn", 9, 2, false),
        (1, "burn", 1_000, 1, true),
        (2, "stroke", 999, 1, true),
        (5, "stroke", 5_000, 2, false),
        (4, "burn", 70_000, 2, false),
        (6, "stroke", 10, 3, false),
        (8, "stroke", 10, 3, false),
        (9, "stroke", 10, 3, false),
    ];
    for (n, condition, aid, ordinal, over) in cases {
        let Event::Claim(ClaimEvent::Drafted(mut claimed)) = drafted(n) else { unreachable!("a draft") };
        claimed.illness.condition = ConditionCode::new(condition).expect("a code");
        if n == 9 {
            claimed.plan = plan_named("other");
        }
        let period = PeriodKey { ordinal, ..PERIOD };
        let mut events = vec![
            ClaimEvent::Drafted(claimed),
            ClaimEvent::Reported { at: at(n), until: at(100) },
            ClaimEvent::PutOnNotice { period, aid: minor(aid), until: at(200) },
        ];
        if over {
            events.push(ClaimEvent::Cleared { period, aid: minor(aid) });
        }
        if n == 8 {
            events.push(ClaimEvent::Withdrawn);
        }
        let events = events.into_iter().map(Event::Claim).collect();
        act(store.as_ref(), &claim_stream(n), events).await.expect("kept");
    }
    act(store.as_ref(), &claim_stream(7), vec![drafted(7)]).await.expect("kept");
}

pub(super) async fn cards_come_by_what_they_show_newest_first(store: &Arc<dyn Store>) {
    put_up(store).await;
    let all = CardQuery::of(plan(), &PUBLIC_STATES);
    let shown = CardQuery::of(plan(), &DISPLAY_STATES);
    let of = |query: &CardQuery, codes: &[&str]| CardQuery {
        conditions: Some(codes.iter().map(|code| ConditionCode::new(code).expect("a code")).collect()),
        ..query.clone()
    };
    let aid = |query: &CardQuery, from: Option<u64>, to: Option<u64>| CardQuery {
        aid_from: from.map(minor),
        aid_to: to.map(minor),
        ..query.clone()
    };
    let within = |query: &CardQuery, from, to| CardQuery {
        periods: Some((PeriodKey { ordinal: from, ..PERIOD }, PeriodKey { ordinal: to, ..PERIOD })),
        ..query.clone()
    };
    for (query, expected) in [
        (all.clone(), &[6, 5, 4, 3, 2, 1][..]),
        (shown.clone(), &[6, 5, 4, 3]),
        (CardQuery::of(plan(), &["cleared"]), &[2, 1]),
        (CardQuery::of(plan(), &[]), &[]),
        (CardQuery::of(plan_named("other"), &PUBLIC_STATES), &[9]),
        (of(&all, &["burn"]), &[4, 3, 1]),
        (of(&all, &["burn", "stroke", "none"]), &[6, 5, 4, 3, 2, 1]),
        (of(&all, &[]), &[]),
        (of(&shown, &["burn"]), &[4, 3]),
        (aid(&all, Some(999), None), &[5, 4, 2, 1]),
        (aid(&all, Some(1_000), None), &[5, 4, 1]),
        (aid(&all, None, Some(999)), &[6, 3, 2]),
        (aid(&all, Some(10), Some(10)), &[6]),
        (aid(&all, Some(11), Some(10)), &[]),
        (aid(&all, Some(5_001), Some(69_999)), &[]),
        (aid(&shown, Some(10), Some(5_000)), &[6, 5]),
        (aid(&of(&all, &["stroke"]), None, Some(1_000)), &[6, 2]),
        (within(&all, 1, 2), &[5, 4, 3, 2, 1]),
        (within(&all, 3, 9), &[6]),
        (within(&all, 2, 1), &[]),
        (within(&aid(&of(&all, &["burn"]), Some(9), None), 2, 3), &[4, 3]),
    ] {
        for limit in [1, 2, 100] {
            let mut place = None;
            let mut found = Vec::new();
            loop {
                let rows = store.cards(&query, place, limit).await.expect("rows");
                assert!(rows.iter().all(|row| query.asks_for(row)), "{query:?}");
                let Some(last) = rows.last() else { break };
                place = CardPlace::of(last);
                found.extend(rows.iter().map(|row| number(row.id.uuid())));
            }
            assert_eq!(found, expected, "{query:?}, pages of {limit}");
        }
    }
}
