//! The worker that turns announcements into messages and gathers digests. The outbox mails what it writes.
//!
//! Guarantees: everything here may be late, cut off or done twice; what it writes has ids that follow from what it is for.

use std::sync::Arc;
use std::time::Duration;

use huzhu_app::App;

/// How long it rests when nobody is left to be told.
const REST: Duration = Duration::from_secs(2);
/// Rests between two looks for digests: they are due once a day.
const DIGESTS_EVERY: u32 = 30;

/// Runs for as long as the process does.
pub(crate) async fn run(app: Arc<App>) {
    let mut rests = 0_u32;
    loop {
        match app.announce().await {
            Ok(announced) if announced.more => continue,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "announcements wait"),
        }
        if rests.is_multiple_of(DIGESTS_EVERY) {
            match app.write_digests().await {
                Ok(digested) if digested.digests > 0 => tracing::info!(?digested, "digests were written"),
                Ok(_) => {}
                Err(error) => tracing::warn!(%error, "digests wait"),
            }
        }
        rests = rests.wrapping_add(1);
        tokio::time::sleep(REST).await;
    }
}
