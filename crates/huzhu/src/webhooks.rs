//! The worker of webhooks: events become deliveries, deliveries are sent.
//!
//! Guarantees: the resume point and every delivery stand in the store; killing the process at any moment loses nothing. A slow
//! receiver holds up nobody else: each endpoint is served by a task of its own, one at a time.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use huzhu_app::App;
use huzhu_app::error::AppError;
use huzhu_app::ports::WebhookSender;
use huzhu_app::webhooks::Endpoint;
use huzhu_domain::id::WebhookId;
use tokio::task::JoinSet;

/// How long it rests between two looks.
const REST: Duration = Duration::from_secs(2);
/// Looks between two sweeps of old deliveries.
const SWEEP_EVERY: u32 = 1_800;

/// Runs for as long as the process does.
pub(crate) async fn run(app: Arc<App>, sender: Arc<dyn WebhookSender>) {
    let mut serving = JoinSet::new();
    let mut busy = BTreeSet::new();
    let mut looks = 0_u32;
    loop {
        while let Some(done) = serving.try_join_next() {
            match done {
                Ok(id) => {
                    busy.remove(&id);
                }
                // Nobody knows whose it was; each of them may be served again.
                Err(error) => {
                    tracing::error!(%error, "a task of webhooks ended");
                    serving.abort_all();
                    busy.clear();
                }
            }
        }
        match round(&app).await {
            Ok(endpoints) => {
                for endpoint in endpoints {
                    if busy.insert(endpoint.id) {
                        serving.spawn(serve(Arc::clone(&app), Arc::clone(&sender), endpoint.id));
                    }
                }
            }
            Err(error) => tracing::warn!(%error, "webhooks wait"),
        }
        if looks.is_multiple_of(SWEEP_EVERY)
            && let Err(error) = app.sweep_webhooks().await
        {
            tracing::warn!(%error, "old deliveries cannot be cleared away");
        }
        looks = looks.wrapping_add(1);
        tokio::time::sleep(REST).await;
    }
}

/// Turns what happened into deliveries; answers the endpoints.
async fn round(app: &App) -> Result<Vec<Endpoint>, AppError> {
    while app.queue_webhooks().await?.more {}
    Ok(app.store().webhooks().await?)
}

/// Sends what is due to one endpoint, pass after pass while it takes everything.
async fn serve(app: Arc<App>, sender: Arc<dyn WebhookSender>, id: WebhookId) -> WebhookId {
    loop {
        match app.deliver_webhook(id, sender.as_ref()).await {
            Ok(delivered) if delivered.failed == 0 && delivered.taken > 0 => {}
            Ok(delivered) => {
                if delivered.failed > 0 {
                    tracing::warn!(webhook = %id, ?delivered, "a receiver did not take everything");
                }
                return id;
            }
            Err(error) => {
                tracing::warn!(webhook = %id, %error, "webhooks wait");
                return id;
            }
        }
    }
}
