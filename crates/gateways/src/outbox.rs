//! The worker that takes unsent messages from the store and hands them to the mailer.
//!
//! Guarantees: a message is marked as sent only after the mailer took it, so it is sent at least once; one that the
//! mailer took is not handed over again by the same outbox, even while the store cannot mark it. A message that fails
//! waits longer after each failure and meanwhile holds nobody else up.
//!
//! Limits: what failed how often is known in memory only and starts anew with the process. A message that never succeeds
//! is tried every six hours for ever; more than [`BATCH`] of them would hold up the rest.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use huzhu_app::ports::{Clock, Mailer, Store, StoreError};
use huzhu_app::record::Message;
use huzhu_domain::time::Moment;
use uuid::Uuid;

/// Unsent messages looked at in one pass: protects memory.
pub const BATCH: u32 = 1_000;

/// Messages sent before they are marked: bounds how many are sent twice when the process dies.
const MARK_EVERY: usize = 32;

/// Failures in a row that end a pass: the server is down, and each try may cost the whole time limit.
const FAILURES_IN_A_ROW: u32 = 5;

/// Pause after the first failure of a message, doubled after each further one.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// Longest pause between two tries of a message.
const LONGEST_PAUSE: Duration = Duration::from_hours(6);

/// The part of the store that an outbox needs.
#[async_trait]
pub trait MessageQueue: Send + Sync {
    /// As [`Store::unsent`].
    async fn unsent(&self, limit: u32) -> Result<Vec<Message>, StoreError>;
    /// As [`Store::mark_sent`].
    async fn mark_sent(&self, ids: &[Uuid], at: Moment) -> Result<(), StoreError>;
}

#[async_trait]
impl MessageQueue for Arc<dyn Store> {
    async fn unsent(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
        Store::unsent(self.as_ref(), limit).await
    }

    async fn mark_sent(&self, ids: &[Uuid], at: Moment) -> Result<(), StoreError> {
        Store::mark_sent(self.as_ref(), ids, at).await
    }
}

/// What one pass did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Delivery {
    /// Messages that the mailer took and the store marked.
    pub sent: usize,
    /// Messages that the mailer did not take; they wait for a later pass.
    pub failed: usize,
}

/// How a message has failed so far.
#[derive(Clone, Copy, Debug)]
struct Failure {
    times: u32,
    not_before: Moment,
}

/// Takes messages from a queue to a mailer. One per store: two of them would send everything twice.
pub struct Outbox<Q> {
    queue: Q,
    mailer: Arc<dyn Mailer>,
    clock: Arc<dyn Clock>,
    failures: BTreeMap<Uuid, Failure>,
    /// Taken by the mailer and not yet marked.
    unmarked: Vec<Uuid>,
}

impl<Q> std::fmt::Debug for Outbox<Q> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Outbox({} failing, {} unmarked)", self.failures.len(), self.unmarked.len())
    }
}

impl<Q: MessageQueue> Outbox<Q> {
    /// An outbox that has sent nothing yet.
    pub const fn new(queue: Q, mailer: Arc<dyn Mailer>, clock: Arc<dyn Clock>) -> Self {
        Self { queue, mailer, clock, failures: BTreeMap::new(), unmarked: Vec::new() }
    }

    /// One pass over the oldest unsent messages. The caller decides when the next one comes; a pass that sent
    /// something may be followed at once.
    ///
    /// # Errors
    /// When the store does not answer. Messages that the mailer took by then are marked by the next pass.
    pub async fn deliver_once(&mut self) -> Result<Delivery, StoreError> {
        let mut delivery = Delivery { sent: self.mark().await?, failed: 0 };
        let messages = self.queue.unsent(BATCH).await?;
        self.failures.retain(|id, _| messages.iter().any(|message| message.id == *id));
        let mut in_a_row = 0;
        for message in &messages {
            let now = self.clock.now();
            if self.failures.get(&message.id).is_some_and(|failure| now < failure.not_before) {
                continue;
            }
            // If the process dies after this line and before the mark, the message is sent again by the next one.
            match self.mailer.send(message).await {
                Ok(()) => {
                    in_a_row = 0;
                    self.failures.remove(&message.id);
                    self.unmarked.push(message.id);
                }
                Err(error) => {
                    in_a_row += 1;
                    delivery.failed += 1;
                    let times = self.note_failure(message.id, now);
                    tracing::warn!(message = %message.id, times, why = error.why, "mail not sent");
                }
            }
            if self.unmarked.len() >= MARK_EVERY {
                delivery.sent += self.mark().await?;
            }
            if in_a_row >= FAILURES_IN_A_ROW {
                break;
            }
        }
        delivery.sent += self.mark().await?;
        Ok(delivery)
    }

    /// Marks what the mailer took; answers how many.
    async fn mark(&mut self) -> Result<usize, StoreError> {
        if self.unmarked.is_empty() {
            return Ok(0);
        }
        self.queue.mark_sent(&self.unmarked, self.clock.now()).await?;
        Ok(std::mem::take(&mut self.unmarked).len())
    }

    /// Answers how often the message has failed by now.
    fn note_failure(&mut self, id: Uuid, now: Moment) -> u32 {
        let times = self.failures.get(&id).map_or(0, |failure| failure.times);
        let pause = 1_u32
            .checked_shl(times)
            .and_then(|factor| FIRST_PAUSE.checked_mul(factor))
            .unwrap_or(LONGEST_PAUSE)
            .min(LONGEST_PAUSE);
        let times = times.saturating_add(1);
        let not_before = now.saturating_add(pause).unwrap_or(Moment::MAX);
        self.failures.insert(id, Failure { times, not_before });
        times
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use huzhu_app::ports::ProviderError;
    use huzhu_domain::id::MemberId;

    use super::*;
    use crate::clock::ManualClock;

    /// A queue and a mailer in memory, with switches for what fails.
    #[derive(Default)]
    struct World {
        messages: Mutex<Vec<Message>>,
        /// Messages that the mailer refuses.
        refused: Mutex<BTreeSet<u128>>,
        /// The store does not answer marks.
        marks_fail: Mutex<bool>,
        /// Every message that the mailer took, in order.
        taken: Mutex<Vec<u128>>,
        /// Every message that the mailer was handed, in order.
        tried: Mutex<Vec<u128>>,
    }

    #[async_trait]
    impl MessageQueue for Arc<World> {
        async fn unsent(&self, limit: u32) -> Result<Vec<Message>, StoreError> {
            let messages = self.messages.lock().unwrap();
            let unsent = messages.iter().filter(|message| message.sent.is_none());
            Ok(unsent.take(usize::try_from(limit).unwrap()).cloned().collect())
        }

        async fn mark_sent(&self, ids: &[Uuid], at: Moment) -> Result<(), StoreError> {
            if *self.marks_fail.lock().unwrap() {
                return Err(StoreError::Unavailable("down".to_owned()));
            }
            for message in self.messages.lock().unwrap().iter_mut().filter(|m| ids.contains(&m.id)) {
                message.sent = Some(at);
            }
            Ok(())
        }
    }

    #[async_trait]
    impl Mailer for World {
        async fn send(&self, message: &Message) -> Result<(), ProviderError> {
            let id = message.id.as_u128();
            self.tried.lock().unwrap().push(id);
            if self.refused.lock().unwrap().contains(&id) {
                return Err(ProviderError { provider: "mail", why: "refused".to_owned() });
            }
            self.taken.lock().unwrap().push(id);
            Ok(())
        }
    }

    struct Scene {
        world: Arc<World>,
        clock: Arc<ManualClock>,
        outbox: Outbox<Arc<World>>,
    }

    /// Messages 1 to `count`, of which some are refused.
    fn scene(count: u128, refused: &[u128]) -> Scene {
        let at: Moment = "2019-01-16T08:00:00Z".parse().unwrap();
        let world = Arc::new(World::default());
        *world.messages.lock().unwrap() = (1..=count)
            .map(|id| Message {
                id: Uuid::from_u128(id),
                to: MemberId::from_uuid(Uuid::from_u128(9)),
                language: "zh".to_owned(),
                template: "mail-code".to_owned(),
                values: Vec::new(),
                at,
                sent: None,
                inbox: None,
            })
            .collect();
        *world.refused.lock().unwrap() = refused.iter().copied().collect();
        let clock = Arc::new(ManualClock::new(at));
        let outbox = Outbox::new(world.clone(), world.clone(), clock.clone());
        Scene { world, clock, outbox }
    }

    impl Scene {
        async fn check(&mut self, wait_seconds: u64, sent: usize, failed: usize) {
            let now = self.clock.advance(Duration::from_secs(wait_seconds));
            let delivery = self.outbox.deliver_once().await;
            assert_eq!(delivery, Ok(Delivery { sent, failed }), "at {now}");
        }
    }

    #[tokio::test]
    async fn messages_are_sent_once_oldest_first_and_marked() {
        let mut scene = scene(100, &[]);
        scene.check(0, 100, 0).await;
        scene.check(0, 0, 0).await;
        assert_eq!(*scene.world.taken.lock().unwrap(), (1..=100).collect::<Vec<_>>());
        let messages = scene.world.messages.lock().unwrap();
        assert!(messages.iter().all(|message| message.sent == Some(message.at)));
    }

    #[tokio::test]
    async fn a_message_that_fails_waits_longer_each_time_and_holds_nobody_up() {
        let mut scene = scene(3, &[1]);
        scene.check(0, 2, 1).await;
        scene.check(29, 0, 0).await; // waits 30 s
        scene.check(1, 0, 1).await;
        scene.check(59, 0, 0).await; // waits 60 s
        scene.check(1, 0, 1).await;
        scene.world.refused.lock().unwrap().clear();
        scene.check(119, 0, 0).await;
        scene.check(1, 1, 0).await;
        assert_eq!(*scene.world.taken.lock().unwrap(), [2, 3, 1]);
    }

    #[tokio::test]
    async fn the_longest_pause_is_six_hours() {
        let mut scene = scene(1, &[1]);
        for _ in 0..40 {
            scene.check(6 * 60 * 60, 0, 1).await;
        }
        scene.check(6 * 60 * 60 - 1, 0, 0).await;
    }

    #[tokio::test]
    async fn a_pass_ends_when_the_server_is_down_and_the_next_goes_beyond() {
        let mut scene = scene(12, &[1, 2, 3, 4, 5, 6, 7, 8, 9]);
        scene.check(0, 0, 5).await;
        assert_eq!(*scene.world.tried.lock().unwrap(), [1, 2, 3, 4, 5]);
        scene.check(1, 3, 4).await; // 6 to 9 fail, 10 to 12 are taken
        assert_eq!(*scene.world.taken.lock().unwrap(), [10, 11, 12]);
    }

    #[tokio::test]
    async fn what_the_mailer_took_is_not_sent_again_while_the_store_cannot_mark_it() {
        let mut scene = scene(3, &[]);
        *scene.world.marks_fail.lock().unwrap() = true;
        assert!(scene.outbox.deliver_once().await.is_err());
        assert!(scene.outbox.deliver_once().await.is_err());
        *scene.world.marks_fail.lock().unwrap() = false;
        scene.check(0, 3, 0).await;
        assert_eq!(*scene.world.taken.lock().unwrap(), [1, 2, 3]);
    }

    #[tokio::test]
    async fn a_dead_process_sends_again_what_it_had_not_marked() {
        let mut before = scene(3, &[]);
        *before.world.marks_fail.lock().unwrap() = true;
        assert!(before.outbox.deliver_once().await.is_err());
        *before.world.marks_fail.lock().unwrap() = false;
        let mut after = Outbox::new(before.world.clone(), before.world.clone(), before.clock.clone());
        assert_eq!(after.deliver_once().await, Ok(Delivery { sent: 3, failed: 0 }));
        assert_eq!(*before.world.taken.lock().unwrap(), [1, 2, 3, 1, 2, 3]);
    }
}
