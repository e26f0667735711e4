//! Periods: shares against a naive count per member, shortfall rules, arrears deducted from aid, over-age members.

use std::collections::BTreeMap;

use huzhu_app::claims::{Advice, ConfirmClaim, RecommendClaim, TakeClaim};
use huzhu_app::periods::{
    CollectPeriod, OfPeriod, PayClaim, PayIn, PaySource, helped_by, share_in, shared_total, year_to_date,
};
use huzhu_app::ports::{EnrolmentQuery, Page, Store};
use huzhu_app::record::EnrolmentRecord;
use huzhu_domain::enrolment::EndReason;
use huzhu_domain::plan::PeriodKey;
use huzhu_domain::time::{Day, plus_days};
use huzhu_ledger::{Account, Amount};
use jiff::civil::date;

use crate::world::*;

fn key(text: &str) -> PeriodKey {
    text.parse().expect("a period")
}

fn of(key: PeriodKey) -> OfPeriod {
    OfPeriod { plan: plan(), key }
}

impl Town {
    /// Opens, settles and collects a period whose notice begins on `first`, with these debits failing.
    async fn runs(&self, key: PeriodKey, first: Day, failed: &[u128]) {
        let app = &self.app;
        self.on(first);
        app.open_notice(&operator(), &of(key)).await.expect("notice");
        self.on(plus_days(first, 7));
        app.settle_period(&operator(), &of(key)).await.expect("settled");
        let collect = CollectPeriod {
            plan: plan(),
            key,
            failed: failed.iter().map(|n| enrolment(*n)).collect(),
            report: key.to_string().into_bytes(),
        };
        app.collect_period(&operator(), &collect)
            .await
            .expect("collected");
    }

    /// The operator pays in what it bears.
    async fn operator_pays(&self, amount: Amount, key: PeriodKey) {
        if amount.is_zero() {
            return;
        }
        let confirmation = format!("in {key}").into_bytes();
        let pay_in = PayIn {
            plan: plan(),
            source: PaySource::Operator,
            amount,
            confirmation,
        };
        self.app.pay_in(&operator(), &pay_in).await.expect("paid in");
    }

    async fn everybody(&self) -> Vec<EnrolmentRecord> {
        self.store
            .enrolments(&EnrolmentQuery::ByPlan(plan()), &Page::first(1_000))
            .await
            .expect("rows")
    }
}

/// The first days of notice of two years: on the 7th and the 21st of each month.
fn periods_of_two_years() -> Vec<(PeriodKey, Day)> {
    let mut list = Vec::new();
    for year in [2026, 2027] {
        for month in 1..=12 {
            for (ordinal, day) in [(1, 7), (2, 21)] {
                list.push((PeriodKey { year, month, ordinal }, date(year, month, day)));
            }
        }
    }
    list
}

#[tokio::test]
async fn shares_read_off_cohorts_equal_a_naive_count_per_member_over_two_years() {
    // Nobody pays more than 300.00 in a calendar year; the rest is the operator's.
    let cap = "cap_per_year = { amount = \"300\", excess = \"operator\" }\nshortfall = \"operator\"";
    let town = Town::new(&[("shortfall = \"operator\"", cap)]).await;
    let app = &town.app;
    for n in 1..=20 {
        town.joins(
            n,
            plus_days(date(2026, 1, 1), i64::try_from(n % 5).expect("few") * 40),
        )
        .await;
    }
    // Member -> (year, shared in it), shares by period, claims helped: everything that each member would write down.
    let mut year_sums: BTreeMap<(u128, i16), u64> = BTreeMap::new();
    let mut own_books: BTreeMap<(u128, PeriodKey), u64> = BTreeMap::new();
    let mut helped: BTreeMap<u128, u64> = BTreeMap::new();
    let (mut surplus, mut claims) = (0_u64, 0_usize);
    // By day of joining, so that everybody's wait is over.
    let falls_ill: [u128; 12] = [5, 10, 15, 20, 1, 6, 11, 16, 2, 7, 12, 17];
    for (key, first) in periods_of_two_years() {
        let ill = falls_ill.get(claims).copied().unwrap_or(0);
        let files = key.month % 2 == 0 && key.ordinal == 1 && ill > 0;
        if files {
            claims += 1;
            town.on(plus_days(first, -2));
            town.files(ill, ill, plus_days(first, -3)).await;
            town.approves(ill).await;
        }
        town.runs(key, first, &[]).await;
        let owed: u64 = if files { 108_000 } else { 0 };
        let mut counted: Vec<u128> = Vec::new();
        for n in 1..=20 {
            let row = town
                .store
                .enrolment(enrolment(n))
                .await
                .expect("a row")
                .expect("an enrolment");
            if row.shares_from <= first && row.ended.is_none_or(|(until, _)| first < until) {
                counted.push(n);
            }
        }
        let cost = owed.saturating_sub(surplus);
        let level = cost.div_ceil(u64::try_from(counted.len()).expect("few").max(1));
        let mut charged = 0;
        for n in &counted {
            let sum = year_sums.entry((*n, key.year)).or_default();
            let share = level.min(30_000 - *sum);
            *sum += share;
            charged += share;
            own_books.insert((*n, key), share);
            *helped.entry(*n).or_default() += u64::from(files);
        }
        surplus = (surplus + charged + cost.saturating_sub(charged)) - owed;
        if files {
            let due = app
                .books(&auditor(), &plan(), &Page::first(1))
                .await
                .expect("books")
                .due_from_operator;
            town.operator_pays(due, key).await;
            let pay = PayClaim {
                claim: claim(ill),
                confirmation: b"paid".to_vec(),
            };
            app.pay_claim(&operator(), &pay).await.expect("paid");
        }
        app.close_period(&operator(), &of(key)).await.expect("closed");
    }
    assert!(claims >= 10, "only {claims} claims were paid");
    assert!(
        year_sums.values().any(|sum| *sum == 30_000),
        "nobody reached the cap of the year"
    );
    let periods = town.store.periods(&plan()).await.expect("periods");
    for row in town.everybody().await {
        let n = (1..=20).find(|n| enrolment(*n) == row.id).expect("a member");
        for (key, _) in periods_of_two_years() {
            let naive = own_books.get(&(n, key)).copied().unwrap_or(0);
            assert_eq!(share_in(&periods, &row, key), fen(naive), "member {n} in {key}");
        }
        for year in [2026, 2027] {
            let naive = year_sums.get(&(n, year)).copied().unwrap_or(0);
            assert_eq!(
                year_to_date(&periods, &row, year),
                fen(naive),
                "member {n} in {year}"
            );
        }
        let total: u64 = own_books
            .iter()
            .filter(|((of, _), _)| *of == n)
            .map(|(_, share)| share)
            .sum();
        assert_eq!(shared_total(&periods, &row), fen(total), "member {n}");
        assert_eq!(
            helped_by(&periods, &row),
            helped.get(&n).copied().unwrap_or(0),
            "member {n}"
        );
    }
    assert_eq!(town.balance(Account::SurplusCarried).await, i128::from(surplus));
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn the_shortfall_rule_of_the_terms_decides_who_bears_what_failed() {
    // Seven owe 154.29 each for 1,000.00 and its fee; three debits fail, which is 462.87; the surplus is 0.03.
    // Cut: 1,080.03 - 462.87 = 617.16 are there; 571.44 with its fee of 45.72 is exactly that.
    for (rule, paid, operator_bears, carried, surplus) in [
        ("operator", 100_000, 46_287, 0, 3),
        ("next-period", 100_000, 0, 46_287, 3),
        ("cut-aid", 57_144, 0, 0, 0),
    ] {
        let town = Town::new(&[("shortfall = \"operator\"", &format!("shortfall = \"{rule}\""))]).await;
        for n in 1..=7 {
            town.joins(n, date(2026, 1, 10)).await;
        }
        town.on(date(2026, 3, 2));
        town.files(1, 1, date(2026, 3, 1)).await;
        town.approves(1).await;
        town.runs(key("2026-03-1"), date(2026, 3, 7), &[5, 6, 7]).await;
        let claim = town.store.claim(claim(1)).await.expect("a row").expect("a claim");
        assert_eq!((claim.state, claim.aid), ("payable", Some(fen(paid))), "{rule}");
        for (account, expected) in [
            (Account::AidPayable, i128::from(paid)),
            (Account::OperatorGuarantee, operator_bears),
            (Account::CostCarried, carried),
            (Account::SurplusCarried, surplus),
            (Account::Arrears, 46_287),
            (Account::ArrearsCovered, 46_287),
            (Account::Bank, 61_716),
        ] {
            assert_eq!(town.balance(account).await, expected, "{account} under {rule}");
        }
        // What was carried is shared by the next period: 462.87 - 0.03 over seven is 66.12.
        town.runs(key("2026-03-2"), date(2026, 3, 21), &[]).await;
        let next = town
            .app
            .period_statement(&plan(), key("2026-03-2"))
            .await
            .expect("a period");
        let statement = next.statement.expect("a statement");
        let expected = if rule == "next-period" { 6_612 } else { 0 };
        assert_eq!(
            (statement.carried_in, statement.share),
            (fen(u64::try_from(carried).expect("fen")), fen(expected))
        );
        town.check().await.expect("a sound store");
    }
}

#[tokio::test]
async fn unpaid_shares_are_deducted_from_aid_once() {
    let town = Town::new(&[]).await;
    let app = &town.app;
    for n in 1..=7 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    town.approves(1).await;
    town.runs(key("2026-03-1"), date(2026, 3, 7), &[2]).await;
    // Member 2 owes 154.29 and falls ill inside the retry window: 1,000.00 less 154.29.
    town.on(date(2026, 3, 16));
    town.files(2, 2, date(2026, 3, 15)).await;
    app.take_claim(&reviewer(), TakeClaim { claim: claim(2) })
        .await
        .expect("taken");
    let advice = RecommendClaim {
        claim: claim(2),
        advice: Advice::Approve { cost: None },
    };
    app.recommend(&reviewer(), &advice).await.expect("recommended");
    let decided = app
        .confirm_claim(&confirmer(), ConfirmClaim { claim: claim(2) })
        .await
        .expect("confirmed");
    assert_eq!(decided.receipt.aid, Some(fen(84_571)));
    assert_eq!(decided.receipt.arrears_deducted, fen(15_429));
    assert_eq!(town.balance(Account::Arrears).await, 0);
    let row = town
        .store
        .enrolment(enrolment(2))
        .await
        .expect("a row")
        .expect("an enrolment");
    assert_eq!(row.arrears, fen(0));
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn people_over_age_leave_before_the_headcount_and_nobody_is_counted_late() {
    let town = Town::new(&[]).await;
    let app = &town.app;
    town.joins(1, date(2026, 1, 10)).await;
    town.joins(2, date(2026, 3, 6)).await;
    town.joins(3, date(2026, 3, 7)).await;
    for (n, birth) in [(4, date(1966, 3, 7)), (5, date(1966, 3, 8))] {
        town.joins_under(n, date(2026, 1, 10), member(n), None, birth)
            .await;
    }
    town.on(date(2026, 3, 7));
    let notice = app
        .open_notice(&operator(), &of(key("2026-03-1")))
        .await
        .expect("notice")
        .receipt;
    // Counted: 1, 2 (shares from the 7th) and 5 (sixty tomorrow); not 3 (from the 8th) and 4 (sixty today).
    assert_eq!((notice.headcount, notice.over_age), (3, 1));
    let row = town
        .store
        .enrolment(enrolment(4))
        .await
        .expect("a row")
        .expect("an enrolment");
    assert_eq!(row.ended, Some((date(2026, 3, 7), EndReason::AgeReached)));
    assert_eq!(town.mail(4).await, ["mail-age-reached"]);
    assert_eq!(
        code(app.open_notice(&operator(), &of(key("2026-03-1"))).await),
        "period-wrong-state"
    );
    assert_eq!(
        code(app.open_notice(&operator(), &of(key("2026-02-2"))).await),
        "period-later-one-open"
    );
    // A period without claims closes with a statement.
    town.on(date(2026, 3, 14));
    let statement = app
        .settle_period(&operator(), &of(key("2026-03-1")))
        .await
        .expect("settled")
        .receipt
        .statement;
    assert_eq!(
        (statement.headcount, statement.share, statement.cost),
        (3, fen(0), fen(0))
    );
}

#[tokio::test]
async fn a_claim_withdrawn_during_the_notice_is_not_shared() {
    let town = Town::new(&[]).await;
    let app = &town.app;
    for n in 1..=4 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    town.on(date(2026, 3, 2));
    for n in [1, 2] {
        town.files(n, n, date(2026, 3, 1)).await;
        town.approves(n).await;
    }
    town.on(date(2026, 3, 7));
    app.open_notice(&operator(), &of(key("2026-03-1")))
        .await
        .expect("notice");
    app.withdraw_claim(&as_member(2), huzhu_app::claims::OwnClaim { claim: claim(2) })
        .await
        .expect("withdrawn");
    assert_eq!(app.notice_board(&plan()).await.expect("a board").cards.len(), 1);
    town.on(date(2026, 3, 14));
    let statement = app
        .settle_period(&operator(), &of(key("2026-03-1")))
        .await
        .expect("settled")
        .receipt
        .statement;
    assert_eq!((statement.claims, statement.share), (1, fen(27_000)));
    assert_eq!(
        code(app.settle_period(&operator(), &of(key("2026-03-1"))).await),
        "period-wrong-state"
    );
}
