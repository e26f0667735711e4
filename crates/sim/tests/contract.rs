//! The store contract on the store in memory.

use huzhu_app::ports::Store;
use huzhu_sim::memory::MemoryStore;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_store_in_memory_keeps_the_contract() {
    huzhu_sim::contract::check_all(async || Box::new(MemoryStore::new()) as Box<dyn Store>).await;
}
