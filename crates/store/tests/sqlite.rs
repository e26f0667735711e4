//! What only the SQLite store promises: one writer process, its own secret, nothing in clear on disk, sane failures.

use std::path::Path;

use huzhu_app::audit::Finding;
use huzhu_app::ports::{Position, Store, StoreError, Unit};
use huzhu_sim::contract::fixture::{entry, join_unit, member, plan};
use huzhu_store::{InstanceSecret, OpenError, SqliteStore};
use rusqlite::Connection;

fn secret() -> InstanceSecret {
    InstanceSecret::from_bytes([3; 32])
}

fn open(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder, &secret()).expect("a store")
}

/// A second look at the file, past the store.
fn raw(folder: &Path) -> Connection {
    Connection::open(folder.join("huzhu.db")).expect("the file")
}

#[tokio::test]
async fn a_second_opening_is_refused_until_the_first_one_is_gone() {
    let folder = tempfile::tempdir().unwrap();
    let first = open(folder.path());
    let second = SqliteStore::open(folder.path(), &secret());
    assert!(matches!(second, Err(OpenError::InUse(_))), "{second:?}");
    first.commit(join_unit(1)).await.unwrap();
    drop(first);
    let third = open(folder.path());
    assert_eq!(third.commit(join_unit(2)).await, Ok(Position(6)), "positions go on");
}

#[tokio::test]
async fn a_path_with_an_extension_is_the_file_itself() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("data/books.db");
    let store = SqliteStore::open(&file, &secret()).unwrap();
    store.commit(join_unit(1)).await.unwrap();
    assert!(file.exists());
}

#[tokio::test]
async fn another_secret_or_a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let other = SqliteStore::open(folder.path(), &InstanceSecret::from_bytes([4; 32]));
    assert!(matches!(other, Err(OpenError::OtherSecret)), "{other:?}");
    raw(folder.path()).execute("INSERT INTO schema_version (step) VALUES (9999)", []).unwrap();
    let newer = SqliteStore::open(folder.path(), &secret());
    assert!(matches!(newer, Err(OpenError::Newer { found: 9_999, .. })), "{newer:?}");
}

#[tokio::test]
async fn personal_data_never_touches_the_disk_in_clear() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 1..=50 {
        store.commit(join_unit(n)).await.unwrap();
    }
    assert_eq!(store.messages(Some(member(7)), 9).await.unwrap().len(), 1);
    let files = std::fs::read_dir(folder.path()).unwrap();
    for file in files {
        let path = file.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        for clear in ["Member 7", "成员 7"] {
            let found = bytes.windows(clear.len()).any(|w| w == clear.as_bytes());
            assert!(!found, "{clear} stands in {}", path.display());
        }
    }
}

#[tokio::test]
async fn erasing_leaves_no_trace_of_the_key_in_any_file() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.commit(join_unit(1)).await.unwrap();
    let id = *member(1).uuid().as_bytes();
    let sql = "SELECT wrapped FROM owner_key WHERE owner = ?1";
    let key: Vec<u8> = raw(folder.path()).query_row(sql, [id], |row| row.get(0)).unwrap();
    let traces = || {
        let files = std::fs::read_dir(folder.path()).unwrap();
        let bytes = files.map(|file| std::fs::read(file.unwrap().path()).unwrap());
        bytes.filter(|bytes| bytes.windows(key.len()).any(|w| w == key)).count()
    };
    assert_ne!(traces(), 0, "the test can see the key before");
    store.erase(member(1)).await.unwrap();
    assert_eq!(store.unseal(member(1), "person").await, Ok(None));
    assert_eq!(traces(), 0);
}

#[tokio::test]
async fn a_row_moved_to_another_person_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.commit(join_unit(1)).await.unwrap();
    store.commit(join_unit(2)).await.unwrap();
    let [one, two] = [member(1), member(2)].map(|id| *id.uuid().as_bytes());
    let db = raw(folder.path());
    for table in ["sealed", "owner_key"] {
        let column = if table == "sealed" { "bytes" } else { "wrapped" };
        let sql = format!(
            "UPDATE {table} SET {column} = (SELECT {column} FROM {table} WHERE owner = ?1) WHERE owner = ?2"
        );
        db.execute(&sql, [one, two]).unwrap();
        let opened = store.unseal(member(2), "person").await;
        assert!(matches!(opened, Err(StoreError::Broken(_))), "{table}: {opened:?}");
    }
    assert!(store.unseal(member(1), "person").await.unwrap().is_some());
}

#[tokio::test]
async fn the_doctor_finds_what_was_changed_behind_the_stores_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    for n in 1..=5 {
        let booked = Unit { entries: vec![(plan(), entry(u128::from(n), n))], ..join_unit(n) };
        store.commit(booked).await.unwrap();
    }
    assert_eq!(store.check(&mut |_| {}).await.unwrap(), []);
    let db = raw(folder.path());
    let check = async |sql: &str, undo: &str, expected: &[fn(&Finding) -> bool]| {
        db.execute_batch(sql).unwrap();
        let findings = store.check(&mut |_| {}).await.unwrap();
        assert_eq!(findings.len(), expected.len(), "{sql}: {findings:?}");
        for (finding, expected) in findings.iter().zip(expected) {
            assert!(expected(finding), "{sql}: {finding:?}");
        }
        db.execute_batch(undo).unwrap();
    };
    check(
        "UPDATE enrolment SET arrears = '7' WHERE rowid = 2",
        "UPDATE enrolment SET arrears = '0' WHERE rowid = 2",
        &[|f| matches!(f, Finding::RowDiffers { .. })],
    )
    .await;
    check(
        "UPDATE cohort SET members = members + 1 WHERE rowid = 1",
        "UPDATE cohort SET members = members - 1 WHERE rowid = 1",
        &[|f| matches!(f, Finding::CohortDiffers { .. })],
    )
    .await;
    check(
        "UPDATE balance SET credits = '16' WHERE account = 'aid_payable'",
        "UPDATE balance SET credits = '15' WHERE account = 'aid_payable'",
        &[|f| matches!(f, Finding::BalancesDiffer { .. }), |f| matches!(f, Finding::Books { .. })],
    )
    .await;
    check(
        "UPDATE event SET bytes = x'02' WHERE position = 4",
        "",
        &[|f| matches!(f, Finding::Unreadable(_))],
    )
    .await;
    // Losing an event: its stream is cut, its position is missing, its rows stand without a beginning.
    check(
        "DELETE FROM event WHERE position = 4",
        "",
        &[
            |f| matches!(f, Finding::Engine(_)),
            |f| matches!(f, Finding::PositionGap { after: 3, found: 5 }),
            |f| matches!(f, Finding::LostEvents { .. }),
        ],
    )
    .await;
}

/// A table that is gone for a while stands for any failure of the engine inside a batch.
#[tokio::test]
async fn a_failure_of_the_engine_is_heard_as_unavailable_and_the_writer_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let store = open(folder.path());
    store.commit(join_unit(1)).await.unwrap();
    let db = raw(folder.path());
    db.execute_batch("ALTER TABLE enrolment RENAME TO elsewhere").unwrap();
    for _ in 0..2 {
        let heard = store.commit(join_unit(2)).await;
        assert!(matches!(heard, Err(StoreError::Unavailable(_))), "{heard:?}");
    }
    assert_eq!(store.member(member(2)).await, Ok(None), "nothing of it is kept");
    db.execute_batch("ALTER TABLE elsewhere RENAME TO enrolment").unwrap();
    assert_eq!(store.commit(join_unit(2)).await, Ok(Position(6)), "no position was lost");
    assert_eq!(store.check(&mut |_| {}).await.unwrap(), []);
}

/// Each list that a page or a worker reads stands on an index: no statement scans a table that grows with members.
#[tokio::test]
async fn no_list_scans_a_table_that_grows_with_members() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path()));
    let db = raw(folder.path());
    for sql in [
        "SELECT id FROM member WHERE contact = x'00'",
        "SELECT id FROM member WHERE roles <> '' ORDER BY id",
        "SELECT bytes FROM event WHERE stream = 's' ORDER BY number",
        "SELECT bytes FROM event WHERE position > 5 ORDER BY position LIMIT 9",
        "SELECT payer FROM enrolment WHERE id IN (SELECT id FROM enrolment WHERE payer = x'00' AND id > x'00'
            UNION SELECT enrolment FROM former_payer WHERE payer = x'00' AND enrolment > x'00'
            ORDER BY 1 LIMIT 9) AND id > x'00' ORDER BY id LIMIT 9",
        "SELECT payer FROM enrolment WHERE member = x'00' AND id > x'00' ORDER BY id LIMIT 9",
        "SELECT payer FROM enrolment WHERE id IN (SELECT id FROM enrolment WHERE plan = 'p' AND identity = x'00'
            AND ended_on IS NULL UNION SELECT id FROM enrolment WHERE plan = 'p' AND identity = x'00'
            AND ended_on IS NOT NULL) AND id > x'00' ORDER BY id LIMIT 9",
        "SELECT payer FROM enrolment WHERE plan = 'p' AND over_age_from <= '2019' AND ended_on IS NULL
            AND id > x'00' ORDER BY id LIMIT 9",
        "SELECT payer FROM enrolment WHERE plan = 'p' AND arrears <> '0' AND id > x'00' ORDER BY id LIMIT 9",
        "SELECT payer FROM enrolment WHERE plan = 'p' AND id > x'00' ORDER BY id LIMIT 9",
        "SELECT aid FROM claim WHERE plan = 'p' AND state IN ('a', 'b') AND id > x'00' ORDER BY id LIMIT 9",
        "SELECT aid FROM claim WHERE plan = 'p' AND period = '1' AND id > x'00' ORDER BY id LIMIT 9",
        "SELECT aid FROM claim WHERE enrolment = x'00' AND id > x'00' ORDER BY id LIMIT 9",
        "SELECT id FROM message WHERE sent IS NULL ORDER BY number LIMIT 9",
        "SELECT id FROM message WHERE recipient = x'00' ORDER BY number DESC LIMIT 9",
        "SELECT lines FROM entry WHERE plan = 'p' AND number > 5 ORDER BY number LIMIT 9",
        "DELETE FROM session WHERE until < '2019'",
    ] {
        let mut plan = db.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
        let steps = plan.query_map([], |row| row.get::<_, String>(3)).unwrap();
        let steps: Vec<String> = steps.map(Result::unwrap).collect();
        let grows = ["SCAN event", "SCAN enrolment", "SCAN claim", "SCAN message", "SCAN entry", "SCAN session"];
        let scans = |step: &&String| {
            grows.iter().any(|table| step.starts_with(table)) && !step.contains("message_unsent")
        };
        assert_eq!(steps.iter().find(scans), None, "{sql}");
        assert!(
            !steps.iter().any(|step| step == "SCAN member"),
            "{sql}: {steps:?}"
        );
    }
}
