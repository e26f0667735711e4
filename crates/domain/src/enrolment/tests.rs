//! Joining, cover day by day, leaving, arrears and lapse; random lives of enrolments.

use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::claim::{Facts, Illness, assess};
use crate::plan::{AgeRejection, ConditionCode, PlanTerms, Severity, sample};

fn uuid(n: u128) -> uuid::Uuid {
    uuid::Uuid::from_u128(n)
}

fn member(n: u128) -> MemberId {
    MemberId::from_uuid(uuid(n))
}

fn period(text: &str) -> PeriodKey {
    text.parse().unwrap()
}

fn fen(minor: u64) -> Amount {
    Amount::from_minor(minor)
}

/// Joined on 1 January 2019 with 90 days of wait, born in 1990, over age in 2050.
fn joined() -> Joined {
    let terms = sample::terms();
    let (birth, day) = (date(1990, 6, 15), date(2019, 1, 1));
    Joined {
        plan: terms.id().clone(),
        version: terms.version(),
        member: member(1),
        payer: member(1),
        relation: None,
        joined: day,
        covered_from: terms.covered_from(day),
        shares_from: terms.shares_from(day),
        band_class: 0,
        over_age_from: terms.age_end_day(birth),
        identity: Digest::from_bytes([1; 32]),
        consent: Digest::from_bytes([2; 32]),
    }
}

fn enrolment() -> Enrolment {
    Enrolment::begin(EnrolmentId::from_uuid(uuid(7)), joined())
}

fn after(events: impl IntoIterator<Item = Result<EnrolmentEvent, EnrolmentRejection>>) -> Enrolment {
    let mut enrolment = enrolment();
    for event in events {
        enrolment.apply(&event.unwrap());
    }
    enrolment
}

fn join_facts() -> JoinFacts {
    JoinFacts {
        joined: joined(),
        plan_open: true,
        version_in_force: PlanVersion(1),
        history_shown: true,
        identity_confirmed: Some(true),
        age: Ok(()),
        credit: Some(Credit { score: 600, least: 600 }),
        unanswered: vec![],
        refusing: vec![],
        relation_allowed: true,
        mandate_given: true,
    }
}

#[test]
fn somebody_joins_when_nothing_speaks_against_it() {
    assert_eq!(Enrolment::join(join_facts()), Ok(EnrolmentEvent::Joined(joined())));
    let unchecked = JoinFacts { identity_confirmed: None, credit: None, ..join_facts() };
    assert_eq!(Enrolment::join(unchecked), Ok(EnrolmentEvent::Joined(joined())));
    let mut child = join_facts();
    (child.joined.payer, child.joined.relation) = (member(2), Some(Relation::Child));
    assert!(Enrolment::join(child).is_ok());
}

/// A change of the facts, and the reason that it makes.
type AgainstJoining = (fn(&mut JoinFacts), JoinRejection);

#[test]
fn the_first_reason_against_joining_is_told() {
    let too_old = || AgeRejection::NotBorn { birth: date(2020, 1, 1), on: date(2019, 1, 1) };
    // From the last reason to the first: each one added must win over those added before.
    let rows: Vec<AgainstJoining> = vec![
        (|f| f.refusing = vec!["cancer".into()], JoinRejection::HealthRefuses { question: "cancer".into() }),
        (
            |f| f.unanswered = vec!["heart".into(), "liver".into()],
            JoinRejection::HealthUnanswered { question: "heart".into() },
        ),
        (
            |f| {
                f.credit = Some(Credit { score: 599, least: 600 });
            },
            JoinRejection::CreditTooLow { score: 599, least: 600 },
        ),
        (
            |f| {
                f.age = Err(AgeRejection::NotBorn { birth: date(2020, 1, 1), on: date(2019, 1, 1) });
            },
            JoinRejection::Age(too_old()),
        ),
        (|f| f.identity_confirmed = Some(false), JoinRejection::IdentityNotConfirmed),
        (|f| f.relation_allowed = false, JoinRejection::RelationNotAllowed),
        (|f| f.mandate_given = false, JoinRejection::MandateMissing),
        (|f| f.history_shown = false, JoinRejection::HistoryNotShown),
        (
            |f| f.version_in_force = PlanVersion(2),
            JoinRejection::VersionNotShown { shown: PlanVersion(1), in_force: PlanVersion(2) },
        ),
        (|f| f.plan_open = false, JoinRejection::PlanClosed),
    ];
    let mut worse = join_facts();
    for (change, expected) in rows {
        let mut only_this = join_facts();
        change(&mut only_this);
        assert_eq!(Enrolment::join(only_this), Err(expected.clone()));
        change(&mut worse);
        assert_eq!(Enrolment::join(worse.clone()), Err(expected));
    }
}

#[test]
fn a_relation_is_for_dependants_and_only_for_them() {
    for (payer, relation, fits) in [
        (member(1), None, true),
        (member(1), Some(Relation::Child), false),
        (member(2), None, false),
        (member(2), Some(Relation::Child), true),
    ] {
        let mut facts = join_facts();
        (facts.joined.payer, facts.joined.relation) = (payer, relation);
        assert_eq!(Enrolment::join(facts).is_ok(), fits, "joining: {relation:?}");
        let changed = enrolment().change_payer(payer, relation);
        assert_eq!(changed.is_ok(), fits, "another payer: {relation:?}");
    }
}

#[test]
fn cover_and_headcount_follow_the_days() {
    let left = after([enrolment().leave(date(2019, 6, 6))]);
    let left_in_wait = after([enrolment().leave(date(2019, 1, 1))]);
    let waiting = Cover::WaitingUntil(date(2019, 4, 2));
    for (enrolment, day, cover, counted) in [
        (&left, date(2018, 12, 31), waiting, false),
        (&left, date(2019, 1, 1), waiting, false),
        (&left, date(2019, 4, 1), waiting, false),
        (&left, date(2019, 4, 2), Cover::Covered, true),
        (&left, date(2019, 6, 6), Cover::Covered, true),
        (&left, date(2019, 6, 7), Cover::Ended(date(2019, 6, 7), EndReason::Left), false),
        (&left_in_wait, date(2019, 1, 1), waiting, false),
        (&left_in_wait, date(2019, 4, 2), Cover::Ended(date(2019, 1, 2), EndReason::Left), false),
    ] {
        assert_eq!(enrolment.cover(day), cover, "{day}");
        assert_eq!(enrolment.is_counted(day), counted, "{day}");
    }
}

#[test]
fn cover_ends_on_the_birthday_even_when_nobody_has_recorded_it() {
    let (birthday, enrolment) = (date(2050, 6, 15), enrolment());
    let over = Cover::Ended(birthday, EndReason::AgeReached);
    assert_eq!(enrolment.cover(date(2050, 6, 14)), Cover::Covered);
    assert_eq!(enrolment.cover(birthday), over);
    for (today, expected) in [
        (date(2050, 6, 14), Err(EnrolmentRejection::NotOverAge { from: birthday })),
        (birthday, Ok(birthday)),
        // Recorded late: a headcount that has been taken in between stays as it was.
        (date(2050, 7, 8), Ok(date(2050, 7, 8))),
    ] {
        let ended = enrolment.end_over_age(today);
        let expected = expected.map(|until| EnrolmentEvent::Ended {
            until,
            reason: EndReason::AgeReached,
            gives_back: false,
        });
        assert_eq!(ended, expected, "{today}");
    }
    let late = after([enrolment.end_over_age(date(2050, 7, 8))]);
    assert_eq!((late.cover(birthday), late.is_counted(date(2050, 7, 7))), (over, true));
    let for_life = Joined { over_age_from: None, ..joined() };
    let for_life = Enrolment::begin(enrolment.id(), for_life);
    assert_eq!(for_life.end_over_age(birthday), Err(EnrolmentRejection::NoAgeLimit));
    assert_eq!(for_life.cover(date(2090, 1, 1)), Cover::Covered);
}

#[test]
fn leaving_from_the_first_day_of_notice_on_still_owes_that_share() {
    let (key, first) = (period("2019-06-1"), date(2019, 6, 7));
    for (today, owed) in
        [(date(2019, 6, 6), None), (date(2019, 6, 7), Some(key)), (date(2019, 6, 8), Some(key))]
    {
        let enrolment = enrolment();
        assert_eq!(enrolment.owed_on_leaving(today, Some((key, first))), owed, "{today}");
        let left = after([enrolment.leave(today)]);
        assert_eq!(left.is_counted(first), owed.is_some(), "counted and owed are the same: {today}");
    }
    let waiting = enrolment();
    assert_eq!(waiting.owed_on_leaving(date(2019, 3, 8), Some((key, date(2019, 3, 7)))), None);
    assert_eq!(waiting.owed_on_leaving(first, None), None);
}

#[test]
fn an_unpaid_share_is_retried_until_the_last_day_and_then_ends_the_enrolment() {
    let (key, last) = (period("2019-06-1"), date(2019, 6, 26));
    let unpaid = after([enrolment().fall_into_arrears(key, fen(3), last)]);
    assert_eq!((unpaid.owed(), unpaid.retry_until()), (fen(3), Some(last)));
    assert_eq!(unpaid.lapse(key, last), Err(EnrolmentRejection::RetryWindowOpen { until: last }));
    assert_eq!(
        unpaid.lapse(key, date(2019, 6, 27)),
        Ok(EnrolmentEvent::Ended { until: date(2019, 6, 28), reason: EndReason::Unpaid, gives_back: false })
    );
    let other = period("2019-06-2");
    let nothing = Err(EnrolmentRejection::NothingOwed { period: other });
    assert_eq!(unpaid.lapse(other, date(2019, 7, 27)), nothing);
    assert_eq!(unpaid.pay_arrears(other), nothing);
    assert_eq!(unpaid.fall_into_arrears(other, fen(0), last), nothing);
    assert_eq!(
        unpaid.fall_into_arrears(key, fen(3), last),
        Err(EnrolmentRejection::AlreadyInArrears { period: key })
    );
    let paid = after([enrolment().fall_into_arrears(key, fen(3), last), unpaid.pay_arrears(key)]);
    assert_eq!((paid.owed(), paid.retry_until()), (fen(0), None));
    assert_eq!(paid.lapse(key, date(2019, 6, 27)), Err(EnrolmentRejection::NothingOwed { period: key }));
}

#[test]
fn what_is_owed_stays_owed_after_the_end_and_nothing_ends_twice() {
    let key = period("2019-06-1");
    let left = after([
        enrolment().leave(date(2019, 6, 7)),
        enrolment().fall_into_arrears(key, fen(3), date(2019, 6, 26)),
    ]);
    let ended = EnrolmentRejection::Ended { until: date(2019, 6, 8) };
    assert_eq!(left.leave(date(2019, 6, 9)), Err(ended));
    assert_eq!(left.lapse(key, date(2019, 6, 27)), Err(ended));
    assert_eq!(left.end_over_age(date(2051, 1, 1)), Err(ended));
    assert_eq!(left.change_payer(member(2), Some(Relation::Child)), Err(ended));
    assert_eq!(left.pay_arrears(key), Ok(EnrolmentEvent::ArrearsPaid { period: key }));
}

#[test]
fn shares_that_are_given_back_leave_nothing_owed_then_or_later() {
    let (first, second) = (period("2019-06-1"), period("2019-06-2"));
    let unpaid = after([enrolment().fall_into_arrears(first, fen(3), date(2019, 6, 26))]);
    assert_eq!(unpaid.give_up_arrears(first), Err(EnrolmentRejection::NothingOwed { period: first }));
    let mut ended = unpaid.clone();
    for event in unpaid.end_giving_back(date(2019, 6, 20)).unwrap() {
        ended.apply(&event);
    }
    assert_eq!(ended.ended(), Some((date(2019, 6, 20), EndReason::IllnessInWait)));
    assert!(ended.gives_back() && !unpaid.gives_back());
    assert_eq!(ended.owed(), fen(0));
    assert_eq!(ended.pay_arrears(first), Err(EnrolmentRejection::NothingOwed { period: first }));
    // A period that was under way fails later.
    ended.apply(&ended.fall_into_arrears(second, fen(4), date(2019, 7, 12)).unwrap());
    assert_eq!(ended.owed(), fen(4));
    ended.apply(&ended.give_up_arrears(second).unwrap());
    assert_eq!(ended.owed(), fen(0));
    assert_eq!(
        ended.end_giving_back(date(2019, 7, 1)),
        Err(EnrolmentRejection::Ended { until: date(2019, 6, 20) })
    );
}

#[test]
fn a_claim_of_an_enrolment_in_arrears_is_granted_inside_the_first_window() {
    let terms: PlanTerms = sample::terms();
    let (first, second) = (period("2019-06-1"), period("2019-06-2"));
    let unpaid = after([
        enrolment().fall_into_arrears(first, fen(3), date(2019, 6, 26)),
        enrolment().fall_into_arrears(second, fen(4), date(2019, 7, 12)),
    ]);
    for (event_date, aid) in [(date(2019, 6, 26), fen(30_000_000)), (date(2019, 6, 27), fen(0))] {
        let illness = Illness {
            condition: ConditionCode::new("malignant-tumour").unwrap(),
            severity: Severity::Severe,
            event_date,
            accident: false,
        };
        let facts = Facts::of(&terms, &illness, date(1990, 6, 15), &unpaid, date(2019, 7, 1));
        assert_eq!(assess(&facts).aid, aid, "{event_date}");
    }
}

#[test]
fn unpaid_shares_are_kept_back_whole_and_oldest_first_as_long_as_something_is_left_to_pay() {
    let window = date(2019, 7, 26);
    // Noted out of order: the later period first.
    let unpaid = after([
        enrolment().fall_into_arrears(period("2019-06-2"), fen(4), window),
        enrolment().fall_into_arrears(period("2019-07-1"), fen(1), window),
        enrolment().fall_into_arrears(period("2019-06-1"), fen(3), window),
    ]);
    for (aid, kept) in [
        (9, vec![("2019-06-1", 3), ("2019-06-2", 4), ("2019-07-1", 1)]),
        // Nothing would be left of the aid: the last share stays owed.
        (8, vec![("2019-06-1", 3), ("2019-06-2", 4)]),
        // The second share does not fit, and no later one is taken in its place.
        (7, vec![("2019-06-1", 3)]),
        (4, vec![("2019-06-1", 3)]),
        (3, vec![]),
        (0, vec![]),
    ] {
        let kept: Vec<(PeriodKey, Amount)> =
            kept.into_iter().map(|(key, minor)| (period(key), fen(minor))).collect();
        assert_eq!(unpaid.keep_back(fen(aid)), kept, "of an aid of {aid}");
    }
    assert_eq!(enrolment().keep_back(fen(9)), []);
}

/// Something that may happen to an enrolment, on a day of 2019.
#[derive(Clone, Debug)]
enum Step {
    Leave,
    Arrears(u8, u64),
    Pay(u8),
    Lapse(u8),
    Payer(u128),
    OverAge,
}

fn steps() -> impl Strategy<Value = Vec<(i64, Step)>> {
    let step = prop_oneof![
        1 => Just(Step::Leave),
        8 => (1_u8..9, 0_u64..5).prop_map(|(p, fen)| Step::Arrears(p, fen)),
        6 => (1_u8..9).prop_map(Step::Pay),
        1 => (1_u8..9).prop_map(Step::Lapse),
        3 => (1_u128..4).prop_map(Step::Payer),
        1 => Just(Step::OverAge),
    ];
    prop::collection::vec((0_i64..20, step), 0..40)
}

fn attempt(enrolment: &Enrolment, step: &Step, today: Day) -> Result<EnrolmentEvent, EnrolmentRejection> {
    let key = |ordinal| PeriodKey { year: 2019, month: 5, ordinal };
    match *step {
        Step::Leave => enrolment.leave(today),
        Step::Arrears(p, minor) => enrolment.fall_into_arrears(key(p), fen(minor), plus_days(today, 5)),
        Step::Pay(p) => enrolment.pay_arrears(key(p)),
        Step::Lapse(p) => enrolment.lapse(key(p), today),
        Step::Payer(n) => enrolment.change_payer(member(n), (n != 1).then_some(Relation::Child)),
        Step::OverAge => enrolment.end_over_age(today),
    }
}

proptest! {
    #[test]
    fn whatever_happens_a_past_headcount_stays_and_replay_gives_the_same(steps in steps()) {
        let ages = Joined { over_age_from: Some(date(2019, 7, 1)), ..joined() };
        let mut enrolment = Enrolment::begin(enrolment().id(), ages.clone());
        let (mut events, mut today) = (Vec::new(), date(2019, 4, 2));
        for (days, step) in steps {
            today = plus_days(today, days);
            let before = enrolment.clone();
            let Ok(event) = attempt(&enrolment, &step, today) else { continue };
            enrolment.apply(&event);
            events.push(event);
            let (yesterday, owed) = (plus_days(today, -1), enrolment.owed());
            prop_assert_eq!(enrolment.is_counted(yesterday), before.is_counted(yesterday));
            prop_assert!(before.ended().is_none_or(|end| enrolment.ended() == Some(end)), "ended twice");
            prop_assert_eq!(enrolment.relation().is_none(), enrolment.payer() == member(1));
            prop_assert_eq!(owed.is_zero(), enrolment.arrears().is_empty());
            prop_assert_eq!(owed.is_zero(), enrolment.retry_until().is_none());
            if let Some((until, EndReason::Unpaid)) = enrolment.ended() {
                prop_assert!(before.ended().is_some() || before.retry_until().is_some_and(|last| last < until));
            }
        }
        let mut replayed = Enrolment::begin(enrolment.id(), ages);
        for event in &events {
            replayed.apply(event);
        }
        prop_assert_eq!(replayed, enrolment);
    }
}
