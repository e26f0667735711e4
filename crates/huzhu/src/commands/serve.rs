//! `huzhu serve`: a platform from a data folder.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use clap::Args;
use huzhu_app::App;
use huzhu_app::claims::Swept;
use huzhu_app::ports::{Clock, Mailer, ProviderError, Store};
use huzhu_app::record::Message;
use huzhu_gateways::clock::SystemClock;
use huzhu_gateways::entropy::SystemEntropy;
use huzhu_gateways::mail::{RenderedMail, Renderer, SmtpMailer};
use huzhu_gateways::outbox::Outbox;
use huzhu_gateways::webhook::HttpWebhooks;
use huzhu_web::edge::{Edge, EdgeConfig};
use huzhu_web::limit::Limits;

use crate::config::Config;
use crate::output::{Ending, Failure, note};
use crate::stamping::TimestampConfig;
use crate::wiring::{Folder, Outside, runtime};

/// How long the outbox rests when there was nothing to send.
const OUTBOX_REST: Duration = Duration::from_secs(2);
/// How long the sweep of uploads rests.
const SWEEP_REST: Duration = Duration::from_hours(1);
/// How long one mail may take.
const MAIL_LIMIT: Duration = Duration::from_secs(20);

/// Serve a platform from a data folder. At the first start a one-time secret is printed, with which the first operator
/// claims the role.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The data folder; made at the first start.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Mail server, providers and public address; `huzhu.toml` in the data folder when left out.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print mail to standard error instead of sending it; on loopback addresses only.
    #[arg(long)]
    print_mail: bool,
    /// No rate limits, for load measurements; on loopback addresses only.
    #[arg(long)]
    no_rate_limits: bool,
}

impl Serve {
    /// Runs the command.
    pub(crate) fn run(self, _json: bool) -> Result<Ending, Failure> {
        tracing_subscriber::fmt()
            .with_env_filter(
                tracing_subscriber::EnvFilter::try_from_default_env()
                    .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
            )
            .with_writer(std::io::stderr)
            .init();
        let config = Config::read(self.config.as_deref(), &self.data)?;
        let local = self.listen.ip().is_loopback();
        if !local && !config.is_https() {
            return Err(Failure::WrongUse(format!(
                "--listen: {} can be reached from other machines; set public_url = \"https://...\" in the configuration and put a \
                 server with TLS in front",
                self.listen
            )));
        }
        if !local && (self.print_mail || self.no_rate_limits) {
            let why = "--print-mail and --no-rate-limits are for loopback addresses only".to_owned();
            return Err(Failure::WrongUse(why));
        }
        let folder = Folder::open_with(&self.data, &config)?;
        runtime()?.block_on(self.serve(&folder, &config))?;
        Ok(Ending::Done)
    }

    async fn serve(&self, folder: &Folder, config: &Config) -> Result<(), Failure> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let entropy = Arc::new(SystemEntropy::new());
        let outside = Outside {
            identity: config.identity(&clock, &entropy)?,
            credit: config.credit(&clock, &entropy)?,
            clock: Arc::clone(&clock),
            entropy,
        };
        let (app, witnesses) =
            folder.app_with_witnesses(outside, &config.public_name(), config.log.witnesses()?)?;
        let witnessing = witnesses.map(|witnesses| tokio::spawn(witnesses.run()));
        let stamping = config.log.timestamp.as_ref().map(TimestampConfig::stamping).transpose()?;
        let stamping = stamping.map(|stamping| tokio::spawn(stamping.run(folder.log())));
        let feeding = tokio::spawn(crate::feeder::run(Arc::clone(&app)));
        let ticking = tokio::spawn(crate::clocks::run(Arc::clone(&app)));
        let secret = app.first_operator_secret().await;
        if let Some(secret) = secret.map_err(|error| Failure::broken("making the first secret", error))? {
            note(format_args!(
                "No operator yet. Sign in, open /first-operator and enter within 24 hours:\n\n  {secret}\n"
            ));
        }
        let store: Arc<dyn Store> = Arc::clone(&folder.store) as _;
        let renderer: Arc<dyn Renderer> = Arc::new(CatalogueMail { store: Arc::clone(&store) });
        let mailer: Option<Arc<dyn Mailer>> = match &config.mail {
            Some(mail) => Some(Arc::new(
                SmtpMailer::new(&mail.server, &mail.sender, MAIL_LIMIT, renderer)
                    .map_err(|error| Failure::WrongUse(format!("configuration, mail: {error}")))?,
            )),
            None if self.print_mail => Some(Arc::new(PrintedMail { renderer })),
            None => None,
        };
        match mailer {
            Some(mailer) => drop(tokio::spawn(deliver(store, mailer, clock))),
            None => note(
                "No mail server is set up: nobody can sign in. Add [mail] to huzhu.toml, or use --print-mail.",
            ),
        }
        drop(tokio::spawn(sweep(Arc::clone(&app))));
        drop(tokio::spawn(crate::telling::run(Arc::clone(&app))));
        let hooks = HttpWebhooks::new(config.webhook_reach());
        let hooks = hooks.map_err(|error| Failure::broken("preparing webhooks", error))?;
        drop(tokio::spawn(crate::webhooks::run(Arc::clone(&app), Arc::new(hooks))));
        let listener = tokio::net::TcpListener::bind(self.listen).await.map_err(|error| {
            Failure::WrongUse(format!("--listen: cannot listen on {}: {error}", self.listen))
        })?;
        note(format_args!("listening on http://{}/", self.listen));
        let limits = if self.no_rate_limits { Limits::none() } else { Limits::standard() };
        let edge_config =
            EdgeConfig { secure: config.is_https(), demo: false, personas: Arc::new([]), clock: None };
        let edge = Edge { app: Arc::clone(&app), config: edge_config, limits: Arc::new(limits) };
        let served = huzhu_web::serve::serve(edge, listener, stop()).await;
        feeding.abort();
        ticking.abort();
        witnessing.iter().chain(&stamping).for_each(tokio::task::JoinHandle::abort);
        // What is left waits for the next start otherwise.
        if let Err(error) = crate::feeder::drain(&app).await {
            tracing::warn!(%error, "the log was not fed at the end");
        }
        served.map_err(|error| Failure::broken("serving", error))
    }
}

/// A world without providers, for commands that look at a data folder.
pub(crate) fn outside_without_providers() -> Outside {
    Outside {
        clock: Arc::new(SystemClock::new()),
        entropy: Arc::new(SystemEntropy::new()),
        identity: None,
        credit: None,
    }
}

/// Ends when the process is asked to stop.
pub(crate) async fn stop() {
    let interrupted = tokio::signal::ctrl_c();
    let terminated = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => {
                signal.recv().await;
            }
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = interrupted => {}
        () = terminated => {}
    }
}

/// Clears away uploads that nobody waits for: at the start and every hour.
async fn sweep(app: Arc<App>) {
    loop {
        match app.sweep_uploads().await {
            Ok(swept) if swept != Swept::default() => tracing::info!(?swept, "uploads were cleared away"),
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, "uploads cannot be cleared away"),
        }
        tokio::time::sleep(SWEEP_REST).await;
    }
}

/// Sends what waits in the outbox, for as long as the process runs. Messages survive a crash in the store.
async fn deliver(store: Arc<dyn Store>, mailer: Arc<dyn Mailer>, clock: Arc<dyn Clock>) {
    let mut outbox = Outbox::new(store, mailer, clock);
    loop {
        match outbox.deliver_once().await {
            Ok(delivery) if delivery.sent > 0 => {}
            Ok(_) => tokio::time::sleep(OUTBOX_REST).await,
            Err(error) => {
                tracing::warn!(%error, "the outbox cannot read the store");
                tokio::time::sleep(OUTBOX_REST).await;
            }
        }
    }
}

/// Mail in the words of the message catalogue.
struct CatalogueMail {
    store: Arc<dyn Store>,
}

#[async_trait]
impl Renderer for CatalogueMail {
    async fn render(&self, message: &Message) -> Result<Option<RenderedMail>, ProviderError> {
        let failed = |why: String| ProviderError { provider: "mail", why };
        let address =
            self.store.unseal(message.to, "contact").await.map_err(|error| failed(error.to_string()))?;
        let Some(address) = address.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return Ok(None);
        };
        let mail = huzhu_web::mail::render_mail(message);
        Ok(Some(RenderedMail { to_address: address, subject: mail.subject, body: mail.body }))
    }
}

/// Mail on standard error, for somebody who tries the platform on their own machine.
struct PrintedMail {
    renderer: Arc<dyn Renderer>,
}

#[async_trait]
impl Mailer for PrintedMail {
    async fn send(&self, message: &Message) -> Result<(), ProviderError> {
        if let Some(mail) = self.renderer.render(message).await? {
            note(format_args!("--- mail to {}\n{}\n\n{}\n---", mail.to_address, mail.subject, mail.body));
        }
        Ok(())
    }
}
