//! The worker that does what time decides: notes missed deadlines, lets verdicts take effect.
//!
//! Guarantees: nothing depends on it but the time at which people are told. Whatever it would have done is done by the next
//! notice and the next settlement before they begin.

use std::sync::Arc;
use std::time::Duration;

use huzhu_app::App;

/// How long it rests between two rounds: deadlines are ends of days, so that a minute is soon.
const REST: Duration = Duration::from_mins(1);

/// Runs rounds for as long as the process does. An error is written down and tried again in the next round.
pub(crate) async fn run(app: Arc<App>) {
    loop {
        match app.pass_deadlines().await {
            Ok(passed) if passed.noted + passed.applied + passed.failed > 0 => {
                tracing::info!(
                    noted = passed.noted,
                    applied = passed.applied,
                    failed = passed.failed,
                    "deadlines passed"
                );
            }
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "deadlines were not looked at"),
        }
        tokio::time::sleep(REST).await;
    }
}
