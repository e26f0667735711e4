//! Notes about the log: the mark, the entries, the leaves; and salts.

use std::sync::Arc;

use huzhu_app::ports::{LogMark, LogYear, LoggedEntry, NewLogged, Position, Store};
use jiff::civil::date;

use super::fixture::{at, join_unit, member};

const YEAR: LogYear = LogYear(2019);
const DAY: u64 = 86_400;

const fn mark(position: u64, size: u64) -> LogMark {
    LogMark { position: Position(position), year: YEAR, size }
}

fn noted(index: u64, kind: u8, day: u64, first: u64, last: u64) -> NewLogged {
    let entry = LoggedEntry {
        year: YEAR,
        index,
        kind,
        at: at(DAY * day + index),
        first: Position(first),
        last: Position(last),
    };
    NewLogged { entry, leaves: Vec::new() }
}

pub(super) async fn what_was_put_on_the_log_is_noted_and_found_by_event_kind_and_day(store: &Arc<dyn Store>) {
    assert_eq!(store.log_mark().await, Ok(None));
    let batch = NewLogged { leaves: vec![[7; 32], [8; 32]], ..noted(2, 12, 0, 1, 4) };
    let first = [noted(0, 3, 0, 2, 2), noted(1, 2, 0, 3, 3), batch.clone()];
    // Noted twice, as after a lost reply.
    for _ in 0..2 {
        store.note_logged(&first, mark(4, 3)).await.expect("noted");
    }
    let second = [noted(3, 2, 1, 5, 5), noted(4, 12, 1, 6, 8), noted(5, 2, 2, 9, 9)];
    store.note_logged(&second, mark(9, 6)).await.expect("noted");
    assert_eq!(store.log_mark().await, Ok(Some(mark(9, 6))));
    for (kind, position, index) in [
        (3, 2, Some(0)),
        (2, 3, Some(1)),
        (12, 1, Some(2)),
        (12, 4, Some(2)),
        (12, 5, None),
        (12, 7, Some(4)),
        (2, 4, None),
        (2, 9, Some(5)),
        (2, 10, None),
        (9, 2, None),
    ] {
        let found = store.logged_entry(kind, Position(position)).await.expect("an answer");
        assert_eq!(found.map(|entry| entry.index), index, "kind {kind} of {position}");
    }
    assert_eq!(store.logged_entry(12, Position(3)).await, Ok(Some(batch.entry)));
    assert_eq!(store.logged_leaves(YEAR, 2).await, Ok(batch.leaves));
    assert_eq!(store.logged_leaves(YEAR, 0).await, Ok(Vec::new()));
    assert_eq!(store.logged_leaves(LogYear(2020), 2).await, Ok(Vec::new()));
    let listed = async |kind, from, until, limit| {
        let rows = store.logged_entries(kind, at(DAY * from), at(DAY * until), limit).await;
        rows.expect("rows").iter().map(|entry| entry.index).collect::<Vec<_>>()
    };
    assert_eq!(listed(None, 0, 3, 99).await, [5, 4, 3, 2, 1, 0], "newest first");
    assert_eq!(listed(None, 0, 3, 2).await, [5, 4]);
    assert_eq!(listed(None, 1, 2, 99).await, [4, 3]);
    assert_eq!(listed(Some(2), 0, 3, 99).await, [5, 3, 1]);
    let counts = store.logged_counts(date(2018, 1, 1), date(2030, 1, 1)).await.expect("counts");
    let counted: Vec<(u8, u64)> = counts.iter().map(|(_, kind, count)| (*kind, *count)).collect();
    assert_eq!(
        counted,
        [(2, 1), (2, 1), (12, 1), (2, 1), (3, 1), (12, 1)],
        "by day, newest first, then kind"
    );
    assert_eq!(store.logged_counts(date(2018, 1, 1), date(2018, 2, 1)).await, Ok(Vec::new()));
}

pub(super) async fn a_salt_stays_the_same_until_its_owner_is_erased_and_never_comes_back(
    store: &Arc<dyn Store>,
) {
    assert_eq!(store.salt(member(1), "a").await, Ok(None), "nobody has a key yet");
    store.commit(join_unit(1)).await.expect("kept");
    store.commit(join_unit(2)).await.expect("kept");
    let salt = async |n, label| store.salt(member(n), label).await.expect("an answer");
    let first = salt(1, "a").await;
    assert!(first.is_some());
    assert_eq!(salt(1, "a").await, first);
    assert_ne!(salt(1, "b").await, first);
    assert_ne!(salt(2, "a").await, first);
    store.erase(member(1)).await.expect("erased");
    assert_eq!(salt(1, "a").await, None);
    let (appends, cohorts) = (Vec::new(), Vec::new());
    let later = huzhu_app::ports::Unit { appends, cohorts, answer: None, ..join_unit(1) };
    store.commit(later).await.expect("kept");
    assert_eq!(salt(1, "a").await, None);
    assert!(salt(2, "a").await.is_some());
}
