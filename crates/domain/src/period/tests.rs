//! The life of a period: verbs in order only, each at its time, and what must add up.

use std::fmt::Write;

use jiff::civil::date;
use proptest::prelude::*;

use super::*;

fn fen(minor: u64) -> Amount {
    Amount::from_minor(minor)
}

fn key() -> PeriodKey {
    "2019-01-2".parse().unwrap()
}

fn claim(n: u128) -> ClaimId {
    ClaimId::from_uuid(uuid::Uuid::from_u128(n))
}

fn at(text: &str) -> Moment {
    text.parse().unwrap()
}

/// The end of the notice: 0:00 of 24 January in Shanghai.
fn notice_end() -> Moment {
    at("2019-01-23T16:00:00Z")
}

const COHORT: CohortKey = CohortKey { class: 0, first: PeriodKey { year: 2019, month: 1, ordinal: 1 } };

/// The first period that Xiang Hu Bao published: two claims of 300,000.00 and 23 million members.
fn noticed() -> Noticed {
    Noticed {
        version: PlanVersion(1),
        headcount_day: date(2019, 1, 21),
        until: notice_end(),
        sharing_day: date(2019, 1, 28),
        cohorts: vec![CohortCount { key: COHORT, count: 23_000_000 }],
        claims: [1, 2].map(|n| ClaimAid { claim: claim(n), aid: fen(30_000_000) }).to_vec(),
        cards: None,
    }
}

fn statement() -> Statement {
    Statement {
        claims: 2,
        aid: fen(60_000_000),
        fee: fen(4_800_000),
        carried_in: fen(0),
        cost: fen(64_800_000),
        headcount: 23_000_000,
        share: fen(3),
        shares_total: fen(69_000_000),
        surplus_before: fen(0),
        surplus: fen(4_200_000),
        borne_by_operator: fen(0),
        borne_by_sponsor: fen(0),
        carried_out: fen(0),
        cohorts: vec![CohortShare { key: COHORT, count: 23_000_000, share: fen(3) }],
        payable: noticed().claims,
        shares: None,
    }
}

fn collection(collected: u64, failed: u64, failures: u64) -> Collection {
    Collection {
        collected: fen(collected),
        failed: fen(failed),
        failures,
        report: Digest::from_bytes([3; 32]),
    }
}

fn events() -> [PeriodEvent; 4] {
    [
        PeriodEvent::NoticeOpened(noticed()),
        PeriodEvent::Settled(statement()),
        PeriodEvent::Collected(collection(68_999_997, 3, 1)),
        PeriodEvent::Closed,
    ]
}

/// A period after the first `count` events of its life.
fn after(count: usize) -> Period {
    let mut period = Period::new(PlanId::new("sample").unwrap(), key());
    for event in events().iter().take(count) {
        period.apply(event);
    }
    period
}

fn open(period: &Period) -> Result<PeriodEvent, PeriodRejection> {
    period.open_notice(noticed(), date(2019, 1, 21))
}

fn settle(period: &Period) -> Result<PeriodEvent, PeriodRejection> {
    period.settle(statement(), notice_end())
}

fn collect(period: &Period) -> Result<PeriodEvent, PeriodRejection> {
    period.collect(collection(68_999_997, 3, 1), date(2019, 1, 28))
}

fn close(period: &Period) -> Result<PeriodEvent, PeriodRejection> {
    period.close(0)
}

type Verb = fn(&Period) -> Result<PeriodEvent, PeriodRejection>;
const VERBS: [(&str, Verb); 4] = [("open", open), ("settle", settle), ("collect", collect), ("close", close)];

#[test]
fn every_state_answers_every_verb() {
    let mut table = String::new();
    for count in 0..=4 {
        let period = after(count);
        table.push_str(period.state().word());
        for (name, verb) in VERBS {
            let answer = match verb(&period) {
                Ok(event) => {
                    let mut next = period.clone();
                    next.apply(&event);
                    next.state().word().to_owned()
                }
                Err(rejection) => {
                    assert!(matches!(rejection, PeriodRejection::WrongState { .. }), "{rejection}");
                    "no".to_owned()
                }
            };
            write!(table, " | {name}: {answer}").unwrap();
        }
        table.push('\n');
    }
    insta::assert_snapshot!(table, @r"
    gathering | open: on-notice | settle: no | collect: no | close: no
    on-notice | open: no | settle: settled | collect: no | close: no
    settled | open: no | settle: no | collect: collected | close: no
    collected | open: no | settle: no | collect: no | close: closed
    closed | open: no | settle: no | collect: no | close: no
    ");
}

#[test]
fn notice_opens_on_its_first_day_or_later() {
    for (today, expected) in [
        (date(2019, 1, 20), Err(PeriodRejection::TooEarlyForNotice { day: date(2019, 1, 21) })),
        (date(2019, 1, 21), Ok(PeriodEvent::NoticeOpened(noticed()))),
        (date(2019, 1, 25), Ok(PeriodEvent::NoticeOpened(noticed()))),
    ] {
        assert_eq!(after(0).open_notice(noticed(), today), expected, "{today}");
    }
}

#[test]
fn the_share_is_fixed_at_the_end_of_the_notice_or_later() {
    let running = Err(PeriodRejection::NoticeRunning { until: notice_end() });
    assert_eq!(after(1).settle(statement(), at("2019-01-23T15:59:59.999999999Z")), running);
    assert_eq!(after(1).settle(statement(), notice_end()), Ok(PeriodEvent::Settled(statement())));
    assert!(after(1).settle(statement(), at("2019-02-01T00:00:00Z")).is_ok());
}

#[test]
fn debits_are_reported_from_the_sharing_day_on_and_must_add_up() {
    let early = Err(PeriodRejection::TooEarlyForSharing { day: date(2019, 1, 28) });
    assert_eq!(after(2).collect(collection(69_000_000, 0, 0), date(2019, 1, 27)), early);
    for (report, fits) in [
        (collection(69_000_000, 0, 0), true),
        (collection(68_999_997, 3, 1), true),
        (collection(0, 69_000_000, 23_000_000), true),
        (collection(68_999_999, 0, 0), false),
        (collection(69_000_000, 3, 1), false),
        (collection(u64::MAX, 69_000_001, 1), false),
        (collection(68_999_997, 3, 0), false),
        (collection(69_000_000, 0, 1), false),
    ] {
        let expected =
            if fits { Ok(PeriodEvent::Collected(report)) } else { Err(PeriodRejection::DoesNotAddUp) };
        assert_eq!(after(2).collect(report, date(2019, 1, 28)), expected);
    }
}

#[test]
fn a_period_closes_when_every_payout_is_done() {
    assert_eq!(after(3).close(2), Err(PeriodRejection::PayoutsOutstanding { count: 2 }));
    assert_eq!(after(3).close(0), Ok(PeriodEvent::Closed));
}

#[test]
fn a_statement_adds_up_or_does_not() {
    assert!(statement().adds_up());
    assert_eq!(statement().share_of(COHORT), fen(3));
    assert_eq!(statement().share_of(CohortKey { class: 1, ..COHORT }), fen(0));
    let changes: [fn(&mut Statement); 12] = [
        |s| s.aid = fen(60_000_001),
        |s| s.fee = fen(0),
        |s| s.carried_in = fen(1),
        |s| s.surplus_before = fen(1),
        |s| s.surplus = fen(4_199_999),
        |s| s.borne_by_operator = fen(1),
        |s| s.borne_by_sponsor = fen(1),
        |s| s.carried_out = fen(1),
        |s| s.headcount = 22_999_999,
        |s| s.cohorts[0].share = fen(4),
        |s| s.payable[0].aid = fen(29_999_999),
        |s| s.claims = 3,
    ];
    for (row, change) in changes.into_iter().enumerate() {
        let mut statement = statement();
        change(&mut statement);
        assert!(!statement.adds_up(), "change {row}");
    }
}

fn settle_changed(change: impl Fn(&mut Statement)) {
    let mut statement = statement();
    change(&mut statement);
    let _ = after(1).settle(statement, notice_end());
}

#[test]
#[should_panic(expected = "headcount changed")]
fn a_headcount_that_changed_after_notice_began_is_a_bug() {
    settle_changed(|s| s.headcount = 22_999_999);
}

#[test]
#[should_panic(expected = "does not add up")]
fn a_statement_that_does_not_add_up_is_a_bug() {
    settle_changed(|s| s.surplus = fen(0));
}

#[test]
#[should_panic(expected = "not on display")]
fn paying_a_claim_that_was_not_on_display_is_a_bug() {
    settle_changed(|s| s.payable[0].claim = claim(3));
}

#[test]
#[should_panic(expected = "not on display")]
fn paying_a_claim_more_than_was_on_display_is_a_bug() {
    settle_changed(|s| {
        s.payable[0].aid = fen(30_000_001);
        s.payable[1].aid = fen(29_999_999);
    });
}

proptest! {
    #[test]
    fn whatever_is_tried_verbs_come_in_order_and_replay_gives_the_same(tries in prop::collection::vec(0_usize..4, 0..30)) {
        let (mut period, mut done) = (after(0), Vec::new());
        for at in tries {
            if let Ok(event) = VERBS[at].1(&period) {
                period.apply(&event);
                done.push(at);
                prop_assert_eq!(period.noticed().is_some(), !done.is_empty());
                prop_assert_eq!(period.statement().is_some(), done.len() > 1);
                prop_assert_eq!(period.collection().is_some(), done.len() > 2);
            }
        }
        prop_assert!(done.iter().copied().eq(0..done.len()));
        prop_assert_eq!(after(done.len()), period);
    }
}
