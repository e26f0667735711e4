//! The store contract on SQLite.

use std::sync::atomic::{AtomicU32, Ordering};

use huzhu_app::ports::Store;
use huzhu_store::{InstanceSecret, SqliteStore};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_on_sqlite_keeps_the_contract() {
    let folder = tempfile::tempdir().unwrap();
    let made = AtomicU32::new(0);
    huzhu_sim::contract::check_all(async || {
        let n = made.fetch_add(1, Ordering::Relaxed);
        let secret = InstanceSecret::from_bytes([3; 32]);
        let store = SqliteStore::open(&folder.path().join(n.to_string()), &secret);
        Box::new(store.unwrap()) as Box<dyn Store>
    })
    .await;
}
