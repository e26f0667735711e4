//! Journal entries and balances.

use std::sync::Arc;

use huzhu_app::ports::{Actor, Constraint, Page, Store, StoreError, Unit};
use huzhu_domain::plan::PlanId;
use huzhu_ledger::{Account, Amount, Balances, Currency, EntryId, JournalEntry, Line};

use super::fixture::{at, day, entry, plan, plan_named};

fn unit(entries: Vec<(PlanId, JournalEntry)>) -> Unit {
    Unit { entries, ..Unit::new(at(1), Actor::System) }
}

async fn book(store: &Arc<dyn Store>, entries: &[JournalEntry]) -> Result<(), StoreError> {
    let entries = entries.iter().map(|entry| (plan(), entry.clone())).collect();
    store.commit(unit(entries)).await.map(|_| ())
}

pub(super) async fn entries_are_kept_once_and_in_order(store: &Arc<dyn Store>) {
    let all: Vec<JournalEntry> = [5_u128, 3, 9, 1, 7].iter().map(|n| entry(*n, 10)).collect();
    let (first, rest) = all.split_at(2);
    book(store, first).await.expect("two entries");
    // The same entries again, and in one unit twice: skipped.
    book(store, first).await.expect("skipped");
    book(store, &[rest, rest].concat()).await.expect("three more, once");
    let taken = Err(StoreError::Taken(Constraint::EntryId));
    assert_eq!(book(store, &[entry(5, 11)]).await, taken, "other content under a known id");
    let elsewhere = store.commit(unit(vec![(plan_named("other"), entry(5, 10))])).await;
    assert_eq!(elsewhere.map(|_| ()), taken, "an id is used in one plan only");
    let undo = first[0].reverse(EntryId::new(100), day(28), "typed twice");
    book(store, std::slice::from_ref(&undo)).await.expect("a reversal");
    let expected = [all, vec![undo]].concat();
    assert_eq!(store.entries(&plan(), &Page::first(100)).await, Ok(expected.clone()));
    for (after, limit, from, to) in
        [(None, 2, 0, 2), (Some("2"), 2, 2, 4), (Some("4"), 9, 4, 6), (Some("6"), 9, 6, 6), (None, 0, 0, 0)]
    {
        let page = Page { after: after.map(str::to_owned), limit };
        assert_eq!(store.entries(&plan(), &page).await, Ok(expected[from..to].to_vec()), "{page:?}");
    }
}

pub(super) async fn balances_are_the_sum_of_the_entries(store: &Arc<dyn Store>) {
    let mut folded = Balances::new(Currency::CNY);
    for n in 1..=20_u64 {
        let entry = entry(u128::from(n), n * n);
        folded.apply(&entry).expect("one currency");
        book(store, &[entry]).await.expect("booked");
    }
    assert_eq!(store.balances(&plan()).await, Ok(folded.clone()));
    // Skipped and refused entries do not count.
    book(store, &[entry(3, 9)]).await.expect("skipped");
    book(store, &[entry(3, 10)]).await.expect_err("refused");
    let yen = JournalEntry::new(
        EntryId::new(500),
        day(1),
        Currency::JPY,
        "another currency",
        entry(500, 1).lines().to_vec(),
    );
    let refused = book(store, &[entry(21, 1), yen.expect("balanced")]).await;
    assert!(matches!(refused, Err(StoreError::Broken(_))), "{refused:?}");
    assert_eq!(store.balances(&plan()).await, Ok(folded));
    let other = plan_named("other");
    let first = store.commit(unit(vec![(other.clone(), entry(600, 4))])).await;
    first.expect("another plan has books of its own");
    let balances = store.balances(&other).await.expect("balances");
    assert_eq!(balances.totals(Account::AidPayable).credits, 4);
}

pub(super) async fn the_largest_amounts_do_not_wrap(store: &Arc<dyn Store>) {
    let huge = |n| {
        let lines = vec![
            Line::debit(Account::SharesReceivable, Amount::MAX),
            Line::credit(Account::AidPayable, Amount::MAX),
        ];
        JournalEntry::new(EntryId::new(n), day(1), Currency::CNY, "huge", lines).expect("balanced")
    };
    for n in [1, 2, u128::MAX] {
        book(store, &[huge(n)]).await.expect("booked");
    }
    let totals = store.balances(&plan()).await.map(|balances| balances.totals(Account::AidPayable));
    assert_eq!(totals.map(|totals| totals.credits), Ok(3 * u128::from(u64::MAX)));
    let entries = store.entries(&plan(), &Page::first(9)).await;
    assert_eq!(entries, Ok(vec![huge(1), huge(2), huge(u128::MAX)]));
}
