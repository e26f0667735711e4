//! One target for all witnesses, one task for each of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use huzhu_app::ports::{Clock, LogReader, LogYear, SequencerError};
use huzhu_log::tree::{prove_consistency, tiles_for_consistency};
use huzhu_log::witness::AddCheckpoint;
use huzhu_log::{Hash, Signature, SignedCheckpoint, SignedNote, Tile, TlogPolicy};
use tokio::sync::watch;
use tokio::time::{Instant, timeout_at};

use super::{Answer, WitnessClient, WitnessFault};

/// How long a target stays when too few witnesses answer and a newer checkpoint waits.
pub const ROUND: Duration = Duration::from_secs(5);
/// How long the others get once a quorum has answered.
const MOMENT: Duration = Duration::from_millis(300);
/// Pause after a first failure of a witness; doubled after each further one, up to the longest.
const PAUSE: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_mins(1);
/// Sizes that a witness may name, one after the other, before it is left alone for a while.
const CONFLICTS: usize = 3;

/// The log that is witnessed.
#[async_trait]
pub trait Witnessed: Send + Sync {
    /// The newest published checkpoint as soon as its text is not `text`; `None` when there will be no more.
    async fn head_other_than(&self, text: &str) -> Option<(LogYear, String)>;

    /// Puts checked cosignatures beside the published checkpoint, if that still has this text; false if not.
    async fn add_signatures(&self, year: LogYear, note: SignedNote) -> Result<bool, SequencerError>;
}

/// All outside witnesses of a platform.
pub struct Witnesses {
    clients: Vec<WitnessClient>,
    log: Arc<dyn Witnessed>,
    reader: Arc<dyn LogReader>,
    clock: Arc<dyn Clock>,
    board: Mutex<Board>,
    /// Counts changes of the board.
    changes: watch::Sender<u64>,
}

/// What is being cosigned and what was.
#[derive(Default)]
struct Board {
    target: Option<Target>,
    /// The largest checkpoint of each log that a quorum cosigned.
    cosigned: BTreeMap<LogYear, SignedCheckpoint>,
}

impl Board {
    /// Puts the target on the board; if a quorum has cosigned it, it is for receipts too.
    fn settle(&mut self, mut target: Target) {
        target.is_satisfied = target.rules.check(&target.signed).is_ok_and(|verified| verified.is_satisfied);
        if target.is_satisfied {
            self.cosigned.insert(target.year, target.signed.clone());
        }
        self.target = Some(target);
    }
}

#[derive(Clone)]
struct Target {
    year: LogYear,
    signed: SignedCheckpoint,
    /// The rules of trust of that log.
    rules: Arc<TlogPolicy>,
    /// Positions of the witnesses that cosigned it.
    done: BTreeSet<usize>,
    is_satisfied: bool,
}

impl Target {
    fn text(&self) -> &str {
        self.signed.note().text()
    }
}

impl std::fmt::Debug for Witnesses {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.clients.iter().map(|client| &client.config().name)).finish()
    }
}

impl Witnesses {
    /// These witnesses for this log. Nothing is asked before [`Witnesses::run`].
    #[must_use]
    pub fn new(
        clients: Vec<WitnessClient>,
        log: Arc<dyn Witnessed>,
        reader: Arc<dyn LogReader>,
        clock: Arc<dyn Clock>,
    ) -> Arc<Self> {
        let (changes, _) = watch::channel(0);
        Arc::new(Self { clients, log, reader, clock, board: Mutex::default(), changes })
    }

    /// Works until there will be no more checkpoints. To be spawned.
    pub async fn run(self: Arc<Self>) {
        let mut tasks = tokio::task::JoinSet::new();
        for index in 0..self.clients.len() {
            tasks.spawn(Arc::clone(&self).follow(index));
        }
        let mut text = String::new();
        while let Some((year, head)) = self.log.head_other_than(&text).await {
            match self.aim(year, &head).await {
                Ok(aimed) => {
                    text = aimed;
                    self.round().await;
                }
                Err(why) => {
                    tracing::error!(%year, %why, "a published checkpoint cannot be handed to witnesses");
                    tokio::time::sleep(ROUND).await;
                }
            }
        }
        tasks.shutdown().await;
    }

    /// The newest checkpoint with a quorum that covers entry `index`, waited for at most `wait`; `None` if there is none by then.
    pub async fn covering(&self, year: LogYear, index: u64, wait: Duration) -> Option<String> {
        let deadline = Instant::now().checked_add(wait)?;
        let mut changes = self.changes.subscribe();
        loop {
            let cosigned = self.board().cosigned.get(&year).cloned();
            if let Some(signed) = cosigned.filter(|signed| signed.checkpoint().size() > index) {
                return Some(signed.to_string());
            }
            timeout_at(deadline, changes.changed()).await.ok()?.ok()?;
        }
    }

    /// Locks, also after a panic elsewhere: each change of the board is whole.
    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn changed(&self) {
        self.changes.send_modify(|count| *count = count.wrapping_add(1));
    }

    /// Makes a published checkpoint the target and answers its text.
    async fn aim(&self, year: LogYear, head: &str) -> Result<String, String> {
        let signed: SignedCheckpoint = head.parse().map_err(|error| format!("{error}"))?;
        let rules = self.reader.tlog_policy(year).await.map_err(|error| error.to_string())?;
        let rules = rules.ok_or_else(|| "the log has no rules of trust".to_owned())?;
        let rules = TlogPolicy::parse(rules.as_bytes()).map_err(|error| error.to_string())?;
        let text = signed.note().text().to_owned();
        // Cosignatures from before the last start make a quorum, but each witness is asked all the same: one that has seen more
        // since then is how this platform learns that it was brought back from an old copy.
        let target =
            Target { year, signed, rules: Arc::new(rules), done: BTreeSet::new(), is_satisfied: false };
        self.board().settle(target);
        self.changed();
        Ok(text)
    }

    /// Returns when the next target may come.
    async fn round(&self) {
        let mut deadline = Instant::now() + ROUND;
        let mut changes = self.changes.subscribe();
        let mut has_quorum = false;
        loop {
            let (is_satisfied, is_complete) = {
                let board = self.board();
                let target = board.target.as_ref();
                let is_complete = target.is_none_or(|target| target.done.len() == self.clients.len());
                (target.is_some_and(|target| target.is_satisfied), is_complete)
            };
            if is_complete {
                return;
            }
            if is_satisfied && !has_quorum {
                has_quorum = true;
                deadline = deadline.min(Instant::now() + MOMENT);
            }
            if timeout_at(deadline, changes.changed()).await.is_err() {
                return;
            }
        }
    }

    /// The task of one witness.
    async fn follow(self: Arc<Self>, index: usize) {
        let Some(client) = self.clients.get(index) else { return };
        let name = &client.config().name;
        let mut changes = self.changes.subscribe();
        let mut known = BTreeMap::new();
        let mut pause = PAUSE;
        loop {
            let open = self.board().target.clone().filter(|target| !target.done.contains(&index));
            let Some(target) = open else {
                if changes.changed().await.is_err() {
                    return;
                }
                continue;
            };
            match self.cosigned_by(client, &target, &mut known).await {
                Ok(signature) => {
                    pause = PAUSE;
                    self.take(index, &target, signature).await;
                }
                Err(fault) => {
                    if matches!(fault, WitnessFault::RolledBack(_) | WitnessFault::Inconsistent) {
                        tracing::error!(witness = name, %fault, "a witness contradicts this log");
                    } else {
                        tracing::warn!(witness = name, %fault, ?pause, "not cosigned");
                    }
                    tokio::time::sleep(pause).await;
                    pause = pause.saturating_mul(2).min(LONGEST);
                }
            }
        }
    }

    /// Asks until the witness has cosigned the target or says why not. `known` holds the size it cosigned last, by origin.
    async fn cosigned_by(
        &self,
        client: &WitnessClient,
        target: &Target,
        known: &mut BTreeMap<String, u64>,
    ) -> Result<Signature, WitnessFault> {
        let (origin, size) = (target.signed.checkpoint().origin(), target.signed.checkpoint().size());
        let mut old = known.get(origin).copied().unwrap_or(0);
        for _ in 0..CONFLICTS {
            if old > size {
                return Err(self.ahead(target.year, old).await);
            }
            let proof = self.proof(target.year, old, size).await?;
            let request = AddCheckpoint { old, proof, note: target.signed.note().clone() };
            let now = u64::try_from(self.clock.now().as_second()).unwrap_or(0);
            match client.ask(&request, now).await? {
                Answer::Cosigned(signature) => {
                    known.insert(origin.to_owned(), size);
                    return Ok(signature);
                }
                Answer::Conflict(other) if other == old => {
                    return Err(WitnessFault::Nonsense("a conflict over the size it named".to_owned()));
                }
                Answer::Conflict(other) => {
                    known.insert(origin.to_owned(), other);
                    old = other;
                }
            }
        }
        Err(WitnessFault::Nonsense("another size each time".to_owned()))
    }

    /// A witness that saw more than the target: somebody handed it a newer checkpoint, or this log went back.
    async fn ahead(&self, year: LogYear, size: u64) -> WitnessFault {
        let newest = self.reader.checkpoint(year).await.ok().flatten();
        let newest = newest.and_then(|text| text.parse::<SignedCheckpoint>().ok());
        if newest.is_some_and(|newest| newest.checkpoint().size() < size) {
            WitnessFault::RolledBack(size)
        } else {
            WitnessFault::Ahead(size)
        }
    }

    async fn proof(&self, year: LogYear, old: u64, new: u64) -> Result<Vec<Hash>, WitnessFault> {
        let lost = |why: String| WitnessFault::NoProof(why);
        let wanted = tiles_for_consistency(old, new).ok_or_else(|| lost("sizes".to_owned()))?;
        let mut tiles: BTreeMap<Tile, Vec<u8>> = BTreeMap::new();
        for tile in wanted {
            let bytes =
                self.reader.tile(year, &tile.path()).await.map_err(|error| lost(error.to_string()))?;
            tiles.insert(tile, bytes.ok_or_else(|| lost(format!("{} is missing", tile.path())))?);
        }
        prove_consistency(old, new, &tiles).map_err(|_| lost("the tiles are damaged".to_owned()))
    }

    /// A checked cosignature came in.
    async fn take(&self, index: usize, asked: &Target, signature: Signature) {
        let note = {
            let mut board = self.board();
            // The target has moved on: the next one will cover what this one covers.
            let Some(mut target) = board.target.clone().filter(|target| target.text() == asked.text()) else {
                return;
            };
            target.signed.add(signature.clone());
            target.done.insert(index);
            board.settle(target);
            asked.signed.note().clone()
        };
        self.changed();
        let mut own = note;
        own.keep(|_| false);
        own.add(signature);
        if let Err(error) = self.log.add_signatures(asked.year, own).await {
            tracing::warn!(%error, "a cosignature was not put beside the published checkpoint");
        }
    }
}
