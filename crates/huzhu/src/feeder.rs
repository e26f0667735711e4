//! The worker that puts on the log what no caller waited for.
//!
//! Guarantees: whoever hands in a file does not depend on it, since callers help themselves; what was committed while the log
//! did not answer is on it soon after it answers again.

use std::sync::Arc;
use std::time::Duration;

use huzhu_app::App;
use huzhu_app::error::AppError;
use huzhu_app::log::ROUND;

/// How long events gather after the first one: mass events share a batch, and a receipt is there before somebody asks.
const GATHER: Duration = Duration::from_millis(100);
/// How long it rests when nobody calls: what another process left behind, or a log that did not answer.
const REST: Duration = Duration::from_secs(2);

/// Feeds the log for as long as the process runs, or until log and events disagree.
pub(crate) async fn run(app: Arc<App>) {
    loop {
        match app.feed_log(ROUND).await {
            Ok(fed) if fed.more => {}
            Ok(_) => {
                if tokio::time::timeout(REST, app.something_to_log()).await.is_ok() {
                    tokio::time::sleep(GATHER).await;
                }
            }
            // The reason was written down where it was found; it does not heal by itself.
            Err(AppError::Broken(_)) => return,
            Err(error) => {
                tracing::warn!(%error, "the log was not fed");
                tokio::time::sleep(REST).await;
            }
        }
    }
}

/// Feeds what is there and ends.
pub(crate) async fn drain(app: &App) -> Result<(), AppError> {
    while app.feed_log(ROUND).await?.more {}
    Ok(())
}
