//! Use cases: what people can do with a mutual aid plan, who may do it, and what the world must provide.
//!
//! Shape: a command passes through one method of [`App`]: authorise, read, call the domain, write, commit, receipt.
//! Portal, JSON API, CLI and workers call the same methods. Queries go from the edge to `queries` and answer views.

pub mod audit;
pub mod books;
pub mod call;
pub mod card_file;
pub mod claims;
pub mod clocks;
pub mod codec;
pub mod draw_file;
pub mod erase;
pub mod error;
mod event_role;
pub mod home;
pub mod identity;
pub mod inbox;
pub mod join;
pub mod jury;
pub mod leave;
mod load;
pub mod log;
pub mod matter;
pub mod objections;
pub mod periods;
pub mod permission;
pub mod person;
pub mod plans;
pub mod ports;
pub mod record;
pub mod refusal;
pub mod roles;
pub mod sign_in;
pub mod staff;
pub mod statistics;
mod transact;
pub mod webhooks;

use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};

use huzhu_domain::plan::PlanId;

pub use load::LoadedPlan;
use ports::{
    Clock, CreditProvider, Entropy, IdentityProvider, LogReader, Randomness, Secrets, Sequencer, Store, Vault,
};

/// What the world provides to the use cases.
#[derive(Clone)]
pub struct World {
    /// Events and rows.
    pub store: Arc<dyn Store>,
    /// Evidence files.
    pub vault: Arc<dyn Vault>,
    /// Puts entries on the log.
    pub sequencer: Arc<dyn Sequencer>,
    /// Reads the log.
    pub log: Arc<dyn LogReader>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Ids and secrets.
    pub entropy: Arc<dyn Entropy>,
    /// Keyed hashes.
    pub secrets: Arc<dyn Secrets>,
    /// Identity provider; `None`: plans that ask for an identity check take nobody.
    pub identity: Option<Arc<dyn IdentityProvider>>,
    /// Credit provider; `None`: plans that ask for a credit score take nobody.
    pub credit: Option<Arc<dyn CreditProvider>>,
    /// Seeds of draws.
    pub randomness: Arc<dyn Randomness>,
}

/// The use cases of the platform.
pub struct App {
    store: Arc<dyn Store>,
    vault: Arc<dyn Vault>,
    sequencer: Arc<dyn Sequencer>,
    log: Arc<dyn LogReader>,
    feed: tokio::sync::Mutex<log::feed::Feed>,
    tally: tokio::sync::Mutex<statistics::Tally>,
    committed: tokio::sync::Notify,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    secrets: Arc<dyn Secrets>,
    identity: Option<Arc<dyn IdentityProvider>>,
    credit: Option<Arc<dyn CreditProvider>>,
    randomness: Arc<dyn Randomness>,
    /// Plans as they were at a mark of the store.
    plans: RwLock<BTreeMap<PlanId, (u64, Arc<LoadedPlan>)>>,
    evidence: claims::EvidenceLimits,
    pictures: Arc<dyn ports::PictureLooks>,
    shares: Option<Arc<dyn ports::ShareTrees>>,
}

impl App {
    /// Use cases over a world.
    pub fn new(world: World) -> Self {
        let World { store, vault, sequencer, log, clock, entropy, secrets, identity, credit, randomness } =
            world;
        Self {
            store,
            vault,
            sequencer,
            log,
            feed: tokio::sync::Mutex::default(),
            tally: tokio::sync::Mutex::default(),
            committed: tokio::sync::Notify::new(),
            clock,
            entropy,
            secrets,
            identity,
            credit,
            randomness,
            plans: RwLock::new(BTreeMap::new()),
            evidence: claims::EvidenceLimits::USUAL,
            pictures: Arc::new(ports::NoPictures),
            shares: None,
        }
    }

    /// The same use cases with other limits on evidence.
    #[must_use]
    pub fn with_evidence_limits(mut self, limits: claims::EvidenceLimits) -> Self {
        self.evidence = limits;
        self
    }

    /// The same use cases with somebody who looks at pictures of evidence, so that those which look alike are told.
    #[must_use]
    pub fn with_pictures(mut self, pictures: Arc<dyn ports::PictureLooks>) -> Self {
        self.pictures = pictures;
        self
    }

    /// The same use cases with share trees: each settlement commits to the share of every member, who can have a receipt of it.
    #[must_use]
    pub fn with_shares(mut self, shares: Arc<dyn ports::ShareTrees>) -> Self {
        self.shares = Some(shares);
        self
    }

    /// How much evidence is taken.
    pub const fn evidence_limits(&self) -> claims::EvidenceLimits {
        self.evidence
    }

    /// The clock that the use cases ask.
    pub fn clock(&self) -> &dyn Clock {
        self.clock.as_ref()
    }

    /// A new id that nobody can guess, for forms of the edge: the key of a command, and the id of what it makes.
    pub fn fresh_id(&self) -> uuid::Uuid {
        self.entropy.uuid(self.clock.now())
    }

    /// Where the seeds of draws come from.
    pub fn randomness(&self) -> &dyn Randomness {
        self.randomness.as_ref()
    }

    /// The store behind the use cases, for workers and checks; never for pages.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// The published log, for the edge that serves its files.
    pub fn log(&self) -> &Arc<dyn LogReader> {
        &self.log
    }

    fn cached_plan(&self, id: &PlanId, mark: u64) -> Option<Arc<LoadedPlan>> {
        let plans = self.plans.read().unwrap_or_else(PoisonError::into_inner);
        plans.get(id).filter(|(kept, _)| *kept == mark).map(|(_, plan)| Arc::clone(plan))
    }

    fn keep_plan(&self, id: &PlanId, mark: u64, plan: &Arc<LoadedPlan>) {
        let mut plans = self.plans.write().unwrap_or_else(PoisonError::into_inner);
        plans.insert(id.clone(), (mark, Arc::clone(plan)));
    }
}
