//! Sending: what is due, how long to wait after a failure, when to give up.
//!
//! Guarantees: waits are computed from the tries that are stored; nobody sleeps over them. An endpoint that fails several times
//! in a row is left alone for the rest of the pass. A receiver that answers 410 is sent nothing more until an operator
//! resumes it.

use std::collections::BTreeSet;
use std::time::Duration;

use huzhu_domain::id::WebhookId;
use huzhu_domain::time::Moment;

use super::record::{Attempt, Delivery, DeliveryState, Endpoint, EndpointState};
use super::signature::signatures;
use crate::App;
use crate::error::AppError;
use crate::inbox::Telling;
use crate::ports::{Actor, Unit, WebhookChange, WebhookReply, WebhookRequest, WebhookSender};

/// Waits between two tries; after the last one the delivery is given up. About three and a half days in all.
const WAITS: [Duration; 10] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
    Duration::from_hours(14),
    Duration::from_hours(20),
    Duration::from_hours(24),
    Duration::from_hours(12),
];
/// Longest wait that a receiver can ask for.
const ASKED_MAX: Duration = Duration::from_hours(24);
/// Waits are longer by up to so many percent, so that what failed together does not come back together.
const JITTER_PERCENT: u32 = 25;
/// Deliveries in one pass: bounds memory, and how long an endpoint is not looked at anew.
const PASS: u32 = 50;
/// Failures in a row that end a pass.
const FAILURES_IN_A_ROW: u32 = 3;
/// The status with which a receiver says that it wants no more.
const GONE: u16 = 410;

/// What a pass has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivered {
    /// Requests that the receiver took.
    pub taken: u32,
    /// Requests that it did not take.
    pub failed: u32,
    /// Deliveries that were given up.
    pub given_up: u32,
}

impl App {
    /// Sends what is due to one endpoint. For the worker: one at a time for each endpoint.
    pub async fn deliver_webhook(
        &self,
        id: WebhookId,
        sender: &dyn WebhookSender,
    ) -> Result<Delivered, AppError> {
        let mut done = Delivered::default();
        let mut in_a_row = 0_u32;
        let endpoint = self.store.webhook(id).await?;
        let Some(endpoint) = &endpoint.filter(|endpoint| endpoint.state == EndpointState::Active) else {
            return Ok(done);
        };
        let mut held_up = BTreeSet::new();
        for delivery in self.store.deliveries_due(endpoint.id, self.clock.now(), PASS).await? {
            if held_up.contains(&delivery.about) {
                continue;
            }
            let about = delivery.about.clone();
            let request = self.request(endpoint, &delivery);
            // If the process dies between this line and the commit, the same request goes out again under the same id.
            let reply = sender.send(&request).await;
            let taken = matches!(reply, WebhookReply::Answered(200..=299, _));
            let after = self.after(delivery, reply);
            let mut unit = Unit::new(self.clock.now(), Actor::System);
            if matches!(after.state, DeliveryState::GivenUp(_)) {
                done.given_up = done.given_up.saturating_add(1);
                self.tell_given_up(&mut unit, endpoint).await?;
            }
            unit.webhooks.push(WebhookChange::Tried(Box::new(after)));
            let gone = matches!(reply, WebhookReply::Answered(GONE, _));
            if gone {
                let state = EndpointState::Gone;
                let (changed, version) = (unit.at, endpoint.version.saturating_add(1));
                let gone = Endpoint { state, version, changed, changed_by: None, ..endpoint.clone() };
                unit.webhooks.push(WebhookChange::Endpoint(Box::new(gone)));
            }
            self.store.commit(unit).await?;
            if taken {
                in_a_row = 0;
                done.taken = done.taken.saturating_add(1);
            } else {
                held_up.insert(about);
                in_a_row = in_a_row.saturating_add(1);
                done.failed = done.failed.saturating_add(1);
            }
            if gone || in_a_row >= FAILURES_IN_A_ROW {
                break;
            }
        }
        Ok(done)
    }

    fn request(&self, endpoint: &Endpoint, delivery: &Delivery) -> WebhookRequest {
        let now = self.clock.now();
        WebhookRequest {
            url: endpoint.url.clone(),
            id: delivery.id.clone(),
            timestamp: now.as_second(),
            signature: signatures(endpoint, &delivery.id, now, &delivery.body),
            body: delivery.body.clone(),
        }
    }

    /// The delivery after a try.
    fn after(&self, mut delivery: Delivery, reply: WebhookReply) -> Delivery {
        let now = self.clock.now();
        let (status, why, asked) = match reply {
            WebhookReply::Answered(status, asked) => (Some(status), "", asked),
            WebhookReply::Failed(why) => (None, why, None),
        };
        let taken = status.is_some_and(|status| (200..=299).contains(&status));
        let why = if taken || status.is_none() { why } else { "status" };
        delivery.attempts.push(Attempt { at: now, status, why: why.to_owned() });
        delivery.state = if taken {
            DeliveryState::Taken(now)
        } else {
            let jitter = self.entropy.below(JITTER_PERCENT.saturating_add(1));
            match wait(delivery.attempts.len(), asked, jitter) {
                Some(wait) => DeliveryState::Waiting(now.saturating_add(wait).unwrap_or(Moment::MAX)),
                None => DeliveryState::GivenUp(now),
            }
        };
        delivery
    }

    /// The operator who registered the endpoint hears that something was given up, once a day at most.
    async fn tell_given_up(&self, unit: &mut Unit, endpoint: &Endpoint) -> Result<(), AppError> {
        let telling = Telling::new("mail-work-webhook-given-up").with("webhook", endpoint.id);
        let day = huzhu_domain::time::day_of(unit.at, &huzhu_domain::time::TimeZone::UTC).to_string();
        let parts = [endpoint.id.to_string(), day];
        let id = crate::inbox::derived_id("webhook given up", &parts.each_ref().map(String::as_str));
        let message = self.message(id, endpoint.created_by, &telling, unit.at).await?;
        unit.messages.push(message);
        Ok(())
    }
}

/// How long to wait after so many tries, `jitter` in percent more; `None`: no more.
fn wait(tries: usize, asked: Option<Duration>, jitter: u32) -> Option<Duration> {
    let usual = *WAITS.get(tries.checked_sub(1)?)?;
    let usual = usual.max(asked.unwrap_or_default().min(ASKED_MAX));
    let more = usual.checked_mul(jitter)?.checked_div(100)?;
    usual.checked_add(more)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_listen_to_the_receiver_and_end_after_days() {
        let minutes = Duration::from_mins;
        for (tries, asked, jitter, expected) in [
            (1, None, 0, Some(Duration::from_secs(5))),
            (1, Some(minutes(10)), 0, Some(minutes(10))),
            (1, Some(Duration::from_hours(90)), 0, Some(ASKED_MAX)),
            (2, Some(Duration::from_secs(1)), 0, Some(minutes(5))),
            (4, None, 25, Some(minutes(150))),
            (10, None, 0, Some(Duration::from_hours(12))),
            (11, None, 0, None),
            (0, None, 0, None),
        ] {
            assert_eq!(wait(tries, asked, jitter), expected, "{tries} {asked:?} {jitter}");
        }
        let all: Duration = WAITS.iter().sum();
        assert!((Duration::from_hours(72)..Duration::from_hours(96)).contains(&all), "{all:?}");
    }
}
