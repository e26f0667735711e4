//! Puts stores and gateways behind the ports: one data folder, one process.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use huzhu_app::claims::EvidenceLimits;
use huzhu_app::log::NoLog;
use huzhu_app::ports::{
    Clock, CreditProvider, Entropy, IdentityProvider, LogReader, Randomness, Sequencer, Store,
};
use huzhu_app::{App, World};
use huzhu_gateways::entropy::SystemEntropy;
use huzhu_gateways::witness::Witnesses;
use huzhu_store::log::{LocalSequencer, LogFolder, SequencerSettings};
use huzhu_store::{EvidenceVault, InstanceSecret, SqliteStore};

use crate::config::Config;
use crate::output::Failure;
use crate::shares::ShareFolders;
use crate::witnessing::OutsideWitnesses;

/// An opened data folder.
pub(crate) struct Folder {
    path: PathBuf,
    pub(crate) store: Arc<SqliteStore>,
    secret: Arc<InstanceSecret>,
    pub(crate) vault: Arc<EvidenceVault>,
    limits: EvidenceLimits,
    randomness: Arc<dyn Randomness>,
    shares: Arc<ShareFolders>,
}

/// What stands behind the other ports.
pub(crate) struct Outside {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) identity: Option<Arc<dyn IdentityProvider>>,
    pub(crate) credit: Option<Arc<dyn CreditProvider>>,
}

impl Folder {
    /// Opens a data folder; makes it at the first start. Only one process can have it open.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        Self::open_with(path, &Config::read(None, path)?)
    }

    /// The same with a configuration that may stand elsewhere.
    pub(crate) fn open_with(path: &Path, config: &Config) -> Result<Self, Failure> {
        let name = path.display();
        let secret = InstanceSecret::open_or_create(path)
            .map_err(|error| Failure::Broken(format!("data folder {name}: {error}")))?;
        let store = SqliteStore::open(path, &secret)
            .map_err(|error| Failure::Broken(format!("data folder {name}: {error}")))?;
        let vault = EvidenceVault::open(path, config.vault_url(), &secret)
            .map_err(|error| Failure::Broken(format!("data folder {name}: {error}")))?;
        let randomness = config.draw.randomness(&secret)?;
        let shares = ShareFolders::open(path)
            .map_err(|error| Failure::Broken(format!("data folder {name}, share trees: {error}")))?;
        Ok(Self {
            path: path.to_owned(),
            store: Arc::new(store),
            secret: Arc::new(secret),
            vault: Arc::new(vault),
            limits: config.evidence_limits(),
            randomness,
            shares: Arc::new(shares),
        })
    }

    /// Opens a data folder that exists already: checks and exports must not make one by a slip of the keyboard.
    pub(crate) fn open_existing(path: &Path) -> Result<Self, Failure> {
        if path.join("instance.secret").is_file() {
            Self::open(path)
        } else {
            Err(Failure::WrongUse(format!(
                "{} is no data folder of huzhu: it has no instance.secret",
                path.display()
            )))
        }
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// The use cases over this folder, for commands that only look or write a little: the log is read, and what is written
    /// is put on it when the platform is served next.
    pub(crate) fn app(&self, outside: Outside) -> Arc<App> {
        self.app_over(outside, Arc::new(NoLog), Arc::new(self.log()))
    }

    /// The use cases over this folder with the writer of its log and without outside witnesses. `name` is the public name of
    /// the platform, which the first log is called after for ever.
    pub(crate) fn app_with_log(&self, outside: Outside, name: &str) -> Result<Arc<App>, Failure> {
        self.app_with_witnesses(outside, name, None).map(|(app, _)| app)
    }

    /// [`Folder::app_with_log`] with outside witnesses, who are asked once [`Witnesses::run`] is spawned.
    pub(crate) fn app_with_witnesses(
        &self,
        outside: Outside,
        name: &str,
        witnesses: Option<OutsideWitnesses>,
    ) -> Result<(Arc<App>, Option<Arc<Witnesses>>), Failure> {
        let mut settings = SequencerSettings::new(name);
        settings.log.outside = witnesses.as_ref().map(|witnesses| witnesses.rules.clone());
        // Keys of the log are random whatever else is seeded: a folder of the demo may be served later.
        let entropy = Arc::new(SystemEntropy::new());
        let clock = Arc::clone(&outside.clock);
        let sequencer = LocalSequencer::open(&self.path, settings, &self.secret, Arc::clone(&clock), entropy)
            .map_err(|error| Failure::Broken(format!("the log in {}: {error}", self.path.display())))?;
        let sequencer = Arc::new(sequencer);
        let Some(witnesses) = witnesses else {
            return Ok((self.app_over(outside, sequencer, Arc::new(self.log())), None));
        };
        let reader = witnesses.around(&sequencer, &self.log(), clock);
        let asked = Arc::clone(&reader.witnesses);
        Ok((self.app_over(outside, sequencer, Arc::new(reader)), Some(asked)))
    }

    /// What is published of the log.
    pub(crate) fn log(&self) -> LogFolder {
        LogFolder::new(&self.path)
    }

    fn app_over(&self, outside: Outside, sequencer: Arc<dyn Sequencer>, log: Arc<dyn LogReader>) -> Arc<App> {
        let Outside { clock, entropy, identity, credit } = outside;
        let store: Arc<dyn Store> = Arc::clone(&self.store) as Arc<dyn Store>;
        let secrets = Arc::clone(&self.secret) as Arc<dyn huzhu_app::ports::Secrets>;
        let vault = Arc::clone(&self.vault) as Arc<dyn huzhu_app::ports::Vault>;
        let randomness = Arc::clone(&self.randomness);
        let world =
            World { store, vault, sequencer, log, clock, entropy, secrets, identity, credit, randomness };
        let pictures = Arc::new(huzhu_gateways::picture::Looks::default());
        let app = App::new(world).with_evidence_limits(self.limits).with_pictures(pictures);
        Arc::new(app.with_shares(Arc::clone(&self.shares) as Arc<dyn huzhu_app::ports::ShareTrees>))
    }
}

/// A runtime for commands that wait for stores and sockets.
pub(crate) fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::broken("starting the runtime", error))
}
