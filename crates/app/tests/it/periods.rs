//! Periods: shares against a naive count per member, shortfall rules, arrears kept back from aid, over-age members.

use std::collections::BTreeMap;

use huzhu_app::call::Call;
use huzhu_app::claims::OwnClaim;
use huzhu_app::error::AppError;
use huzhu_app::periods::{
    CardSearch, CollectPeriod, OfPeriod, PayClaim, PayIn, PaySource, helped_by, share_in, shared_total,
    year_to_date,
};
use huzhu_app::plans::PublishPlan;
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
        app.collect_period(&operator(), &collect).await.expect("collected");
    }

    /// The operator pays in what it bears.
    async fn operator_pays(&self, amount: Amount, key: PeriodKey) {
        if amount.is_zero() {
            return;
        }
        let confirmation = format!("in {key}").into_bytes();
        let pay_in = PayIn { plan: plan(), source: PaySource::Operator, amount, confirmation };
        self.app.pay_in(&operator(), &pay_in).await.expect("paid in");
    }

    async fn everybody(&self) -> Vec<EnrolmentRecord> {
        self.store.enrolments(&EnrolmentQuery::ByPlan(plan()), &Page::first(1_000)).await.expect("rows")
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
        town.joins(n, plus_days(date(2026, 1, 1), i64::try_from(n % 5).expect("few") * 40)).await;
    }
    let mut books = OwnBooks::default();
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
        let counted = town.counted(first).await;
        let cost = owed.saturating_sub(surplus);
        let level = cost.div_ceil(u64::try_from(counted.len()).expect("few").max(1));
        let shared = books.share_out(&counted, key, level, u64::from(files));
        surplus = (surplus + shared + cost.saturating_sub(shared)) - owed;
        if files {
            let read = app.books(&auditor(), &plan(), &Page::first(1)).await.expect("books");
            let due = read.due_from_operator;
            town.operator_pays(due, key).await;
            let pay = PayClaim { claim: claim(ill), confirmation: b"paid".to_vec() };
            app.pay_claim(&operator(), &pay).await.expect("paid");
        }
        app.close_period(&operator(), &of(key)).await.expect("closed");
    }
    assert!(claims >= 10, "only {claims} claims were paid");
    assert!(books.by_year.values().any(|sum| *sum == 30_000), "nobody reached the cap of the year");
    town.agrees_with(&books).await;
    assert_eq!(town.balance(Account::SurplusCarried).await, i128::from(surplus));
    town.check().await.expect("a sound store");
}

/// What each member would write down: shares by year and by period, claims helped.
#[derive(Default)]
struct OwnBooks {
    by_year: BTreeMap<(u128, i16), u64>,
    by_period: BTreeMap<(u128, PeriodKey), u64>,
    helped: BTreeMap<u128, u64>,
}

impl OwnBooks {
    /// Shares out to everybody counted the same, up to 300.00 in a year. Answers the sum.
    fn share_out(&mut self, counted: &[u128], key: PeriodKey, level: u64, claims: u64) -> u64 {
        let mut shared = 0;
        for n in counted {
            let sum = self.by_year.entry((*n, key.year)).or_default();
            let share = level.min(30_000 - *sum);
            *sum += share;
            shared += share;
            self.by_period.insert((*n, key), share);
            *self.helped.entry(*n).or_default() += claims;
        }
        shared
    }
}

impl Town {
    async fn counted(&self, first: Day) -> Vec<u128> {
        let mut counted: Vec<u128> = Vec::new();
        for n in 1..=20 {
            let row = self.store.enrolment(enrolment(n)).await.expect("a row").expect("an enrolment");
            if row.shares_from <= first && row.ended.is_none_or(|(until, _)| first < until) {
                counted.push(n);
            }
        }
        counted
    }

    async fn agrees_with(&self, books: &OwnBooks) {
        let periods = self.store.periods(&plan()).await.expect("periods");
        for row in self.everybody().await {
            let n = (1..=20).find(|n| enrolment(*n) == row.id).expect("a member");
            for (key, _) in periods_of_two_years() {
                let naive = books.by_period.get(&(n, key)).copied().unwrap_or(0);
                assert_eq!(share_in(&periods, &row, key), fen(naive), "member {n} in {key}");
            }
            for year in [2026, 2027] {
                let naive = books.by_year.get(&(n, year)).copied().unwrap_or(0);
                assert_eq!(year_to_date(&periods, &row, year), fen(naive), "member {n} in {year}");
            }
            let own = books.by_period.iter().filter(|((of, _), _)| *of == n);
            assert_eq!(shared_total(&periods, &row), fen(own.map(|(_, share)| share).sum()), "member {n}");
            let helped = books.helped.get(&n).copied().unwrap_or(0);
            assert_eq!(helped_by(&periods, &row), helped, "member {n}");
        }
    }
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
        let next = town.app.period_statement(&plan(), key("2026-03-2")).await.expect("a period");
        let statement = next.statement.expect("a statement");
        let expected = if rule == "next-period" { 6_612 } else { 0 };
        assert_eq!(
            (statement.carried_in, statement.share),
            (fen(u64::try_from(carried).expect("fen")), fen(expected))
        );
        town.check().await.expect("a sound store");
    }
}

/// Seven members, of whom member 2 owes 154.29 of the first period, which the operator bears, and falls ill inside the retry
/// window.
async fn two_owes_and_falls_ill() -> Town {
    let town = Town::new(&[]).await;
    for n in 1..=7 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    town.approves(1).await;
    town.runs(key("2026-03-1"), date(2026, 3, 7), &[2]).await;
    town.on(date(2026, 3, 16));
    town.files(2, 2, date(2026, 3, 15)).await;
    town.approves(2).await;
    town
}

#[tokio::test]
async fn unpaid_shares_stay_owed_until_aid_is_payable_and_then_go_back_to_who_bore_them() {
    // The share of the second period comes in, or is kept back together with the older one.
    for (failed, kept) in [(vec![], 15_429), (vec![2], 30_858)] {
        let town = two_owes_and_falls_ill().await;
        let app = &town.app;
        let view = app.claim_view(&as_member(2), claim(2)).await.expect("a view");
        assert_eq!((view.state, view.aid), ("approved", Some(fen(100_000))));
        assert_eq!(town.balance(Account::Arrears).await, 15_429);
        town.runs(key("2026-03-2"), date(2026, 3, 21), &failed).await;
        for (account, expected) in [
            (Account::Arrears, 0),
            (Account::ArrearsCovered, 0),
            (Account::OperatorGuarantee, 0),
            (Account::AidPayable, 200_000 - kept),
        ] {
            assert_eq!(town.balance(account).await, expected, "{account} with {failed:?}");
        }
        let row = town.store.enrolment(enrolment(2)).await.expect("a row").expect("an enrolment");
        assert_eq!(row.arrears, fen(0));
        for n in [1, 2] {
            let pay = PayClaim { claim: claim(n), confirmation: format!("paid {n}").into_bytes() };
            let paid = app.pay_claim(&operator(), &pay).await.expect("paid").receipt;
            let due = if n == 1 { 100_000 } else { 100_000 - u64::try_from(kept).expect("fen") };
            assert_eq!(paid.aid, fen(due));
        }
        // Two fees of 80.00 and a surplus of 0.06 are left, whichever way the shares came in.
        assert_eq!(town.balance(Account::Bank).await, 16_006);
        assert!(town.mail(2).await.contains(&"mail-claim-payable-less".to_owned()));
        assert!(town.mail(1).await.contains(&"mail-claim-payable".to_owned()));
        for n in [1, 2] {
            let closed = app.close_period(&operator(), &of(key(&format!("2026-03-{n}")))).await;
            assert_eq!(closed.expect("closed").receipt.arrears, fen(0));
        }
        town.check().await.expect("a sound store");
    }
}

#[tokio::test]
async fn a_claim_that_is_withdrawn_after_approval_forgives_no_unpaid_share() {
    let town = two_owes_and_falls_ill().await;
    town.app.withdraw_claim(&as_member(2), OwnClaim { claim: claim(2) }).await.expect("withdrawn");
    town.runs(key("2026-03-2"), date(2026, 3, 21), &[]).await;
    assert_eq!(town.balance(Account::Arrears).await, 15_429);
    assert_eq!(town.balance(Account::ArrearsCovered).await, 15_429);
    assert_eq!(town.balance(Account::OperatorGuarantee).await, 15_429);
    let row = town.store.enrolment(enrolment(2)).await.expect("a row").expect("an enrolment");
    assert_eq!(row.arrears, fen(15_429));
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
        town.joins_under(n, date(2026, 1, 10), member(n), None, birth).await;
    }
    town.on(date(2026, 3, 7));
    let notice = app.open_notice(&operator(), &of(key("2026-03-1"))).await.expect("notice").receipt;
    // Counted: 1, 2 (shares from the 7th) and 5 (sixty tomorrow); not 3 (from the 8th) and 4 (sixty today).
    assert_eq!((notice.headcount, notice.over_age), (3, 1));
    let row = town.store.enrolment(enrolment(4)).await.expect("a row").expect("an enrolment");
    assert_eq!(row.ended, Some((date(2026, 3, 7), EndReason::AgeReached)));
    assert_eq!(town.mail(4).await, ["mail-age-reached"]);
    assert_eq!(code(app.open_notice(&operator(), &of(key("2026-03-1"))).await), "period-wrong-state");
    assert_eq!(code(app.open_notice(&operator(), &of(key("2026-02-2"))).await), "period-later-one-open");
    // A period without claims closes with a statement.
    town.on(date(2026, 3, 14));
    let statement =
        app.settle_period(&operator(), &of(key("2026-03-1"))).await.expect("settled").receipt.statement;
    assert_eq!((statement.headcount, statement.share, statement.cost), (3, fen(0), fen(0)));
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
    app.open_notice(&operator(), &of(key("2026-03-1"))).await.expect("notice");
    app.withdraw_claim(&as_member(2), huzhu_app::claims::OwnClaim { claim: claim(2) })
        .await
        .expect("withdrawn");
    let board = app.search_cards(&plan(), &CardSearch::default(), None, 9).await.expect("a board");
    assert_eq!(board.cards.len(), 1);
    town.on(date(2026, 3, 14));
    let statement =
        app.settle_period(&operator(), &of(key("2026-03-1"))).await.expect("settled").receipt.statement;
    assert_eq!((statement.claims, statement.share), (1, fen(27_000)));
    assert_eq!(code(app.settle_period(&operator(), &of(key("2026-03-1"))).await), "period-wrong-state");
}

#[tokio::test]
async fn the_same_key_gives_the_same_receipt_and_books_once() {
    let town = Town::new(&[]).await;
    let app = &town.app;
    for n in 1..=4 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    town.approves(1).await;
    town.runs(key("2026-03-1"), date(2026, 3, 7), &[]).await;
    let pay = PayClaim { claim: claim(1), confirmation: b"paid".to_vec() };
    let keyed = Call { key: Some("pay-1".to_owned()), ..operator() };
    let first = app.pay_claim(&keyed, &pay).await.expect("paid");
    let again = app.pay_claim(&keyed, &pay).await.expect("the same answer");
    assert_eq!((first.replayed, again.replayed), (false, true));
    assert_eq!(first.receipt, again.receipt);
    assert_eq!(town.balance(Account::Bank).await, 8_000);
    assert_eq!(code(app.pay_claim(&operator(), &pay).await), "claim-wrong-state");
    let other = PayClaim { claim: claim(1), confirmation: b"another".to_vec() };
    let clash = app.pay_claim(&keyed, &other).await;
    assert_eq!(clash, Err(AppError::Stale("key-used-for-another-request")));
    // The refusal above is on record.
    let trail = app.audit_trail(&auditor(), None, 5).await.expect("a trail");
    assert_eq!(trail.rows[0].kind, "enrolment.ended");
    assert!(trail.refused.iter().any(|act| act.reason == "claim-wrong-state"));
    let next = app.audit_trail(&auditor(), trail.next, 5).await.expect("a trail");
    assert!(next.rows[0].position < trail.rows[4].position);
}

#[tokio::test]
async fn a_sponsor_pays_up_to_its_limit_and_the_operator_the_rest() {
    let model = "model = \"sponsor\"\nsponsor = { en = \"A mill\", zh = \"磨坊\" }\nsponsor_limit = \"1500\"";
    let town = Town::new(&[("model = \"after\"", model)]).await;
    for n in 1..=4 {
        town.joins(n, date(2026, 1, 10)).await;
    }
    for (n, first, sponsor, operator) in
        [(1, date(2026, 3, 7), 108_000, 0), (2, date(2026, 3, 21), 42_000, 66_000)]
    {
        town.on(plus_days(first, -1));
        town.files(n, n, plus_days(first, -2)).await;
        town.approves(n).await;
        let ordinal = u8::try_from(n).expect("small");
        let key = PeriodKey { year: 2026, month: 3, ordinal };
        town.runs(key, first, &[]).await;
        let statement = town.app.period_statement(&plan(), key).await.expect("a period").statement;
        let statement = statement.expect("a statement");
        assert_eq!((statement.share, statement.shares_total), (fen(0), fen(0)));
        assert_eq!((statement.borne_by_sponsor, statement.borne_by_operator), (fen(sponsor), fen(operator)));
    }
    town.check().await.expect("a sound store");
}

#[tokio::test]
async fn age_bands_share_by_weight_and_the_class_of_a_member_never_needs_a_birth_date() {
    let bands = "bands = [{ age_to = 39, weight = 1 }, { age_from = 40, weight = 3 }]";
    let town = Town::new(&[("rounding = \"up\"", &format!("rounding = \"up\"\n{bands}"))]).await;
    for (n, birth) in
        [(1, date(1990, 6, 1)), (2, date(1986, 1, 2)), (3, date(1986, 1, 1)), (4, date(1970, 1, 1))]
    {
        town.joins_banded(n, date(2026, 1, 10), birth).await;
    }
    town.on(date(2026, 3, 2));
    town.files(1, 1, date(2026, 3, 1)).await;
    town.approves(1).await;
    town.runs(key("2026-03-1"), date(2026, 3, 7), &[4]).await;
    // On 1 January 2026 members 3 and 4 are 40 and older: 1,080.00 over weights 1 + 1 + 3 + 3 is 135.00 each.
    let periods = town.store.periods(&plan()).await.expect("periods");
    let shares: Vec<u64> =
        town.everybody().await.iter().map(|row| share_in(&periods, row, key("2026-03-1")).minor()).collect();
    assert_eq!(shares, [13_500, 13_500, 40_500, 40_500]);
    assert_eq!(town.balance(Account::Arrears).await, 40_500);
}

#[tokio::test]
async fn a_plan_with_equal_shares_cannot_share_by_age_later() {
    let town = Town::new(&[]).await;
    let second = PLAN
        .replace("version = 1", "version = 2")
        .replace("effective = 2026-01-01", "effective = 2026-03-01")
        .replace("fee = \"8\"", "fee = \"7\"");
    let bands = "bands = [{ age_to = 39, weight = 1 }, { age_from = 40, weight = 3 }]";
    let text = second.replace("rounding = \"up\"", &format!("rounding = \"up\"\n{bands}"));
    assert_ne!(text, second);
    let by_age = town.app.publish_plan(&operator(), PublishPlan { text }).await;
    assert_eq!(code(by_age), "plan-bands-after-equal");
    let equal = town.app.publish_plan(&operator(), PublishPlan { text: second }).await;
    assert_eq!(equal.expect("published").receipt.version.0, 2);
}
