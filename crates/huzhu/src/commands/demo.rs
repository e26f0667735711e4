//! `huzhu demo`: a whole community on a fast clock, then its portal in real time.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use huzhu_app::App;
use huzhu_app::ports::Clock;
use huzhu_gateways::clock::{ManualClock, OffsetClock, SystemClock};
use huzhu_gateways::entropy::{SeededEntropy, SystemEntropy};
use huzhu_gateways::provider::DemoRegister;
use huzhu_web::edge::DemoClock;
use indicatif::{ProgressBar, ProgressStyle};

use crate::demo::{self, Demo as Made};
use crate::output::{Ending, Failure, json as print_json, line, note};
use crate::wiring::{Folder, Outside, runtime};

/// What the logs of the demo are called after.
const NAME: &str = "demo.example.org";

/// Make a community of invented people, live through six periods on a fast clock, print a summary, then serve the portal on
/// 127.0.0.1:8080. Nothing leaves this machine; mail lands on a page of the portal.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// End after the summary.
    #[arg(long)]
    once: bool,
    /// How many people join.
    #[arg(long, value_name = "N", default_value_t = 5_000, value_parser = clap::value_parser!(u64).range(10..=200_000))]
    members: u64,
    /// The same seed gives the same community and the same summary.
    #[arg(long, value_name = "S", default_value_t = 2018)]
    seed: u64,
    /// Keep the data in this new folder; without it a temporary one is used and removed at the end.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where the portal listens; a loopback address, since personas need no password.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
}

/// The clock of the portal, in the hands of its visitors.
#[derive(Debug)]
struct PortalClock(Arc<OffsetClock>);

impl DemoClock for PortalClock {
    fn put_forward(&self, hours: u16) {
        self.0.advance(std::time::Duration::from_hours(u64::from(hours)));
    }
}

impl Demo {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        if !self.listen.ip().is_loopback() {
            let why = format!(
                "--listen: {} is not a loopback address; the demo lets anybody be anybody",
                self.listen
            );
            return Err(Failure::WrongUse(why));
        }
        let temporary =
            tempfile::tempdir().map_err(|error| Failure::broken("making a temporary folder", error))?;
        let path = self.data.clone().unwrap_or_else(|| temporary.path().join("data"));
        if path.join("instance.secret").exists() {
            let why = format!(
                "--data: {} holds data already; choose a new folder, or serve it with: huzhu serve --data {}",
                path.display(),
                path.display()
            );
            return Err(Failure::WrongUse(why));
        }
        let folder = Folder::open(&path)?;
        let runtime = runtime()?;
        let made = runtime.block_on(self.live(&folder, json))?;
        if json {
            print_json(&made.summary.to_json());
        } else {
            line(&made.summary);
        }
        let sound = made.summary.is_sound();
        if !self.once && sound {
            runtime.block_on(self.serve(&folder, &made))?;
        }
        Ok(if sound { Ending::Done } else { Ending::Refused })
    }

    async fn live(&self, folder: &Folder, json: bool) -> Result<Made, Failure> {
        let start = demo::start().map_err(|error| Failure::broken("reading the demo plan", error))?;
        let clock = Arc::new(ManualClock::new(start));
        let register = Arc::new(DemoRegister);
        let outside = Outside {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(SeededEntropy::new(self.seed)),
            identity: Some(Arc::clone(&register) as _),
            credit: Some(register),
        };
        let app = folder.app_with_log(outside, NAME)?;
        let bar = if json { ProgressBar::hidden() } else { ProgressBar::new(1) };
        if let Ok(style) = ProgressStyle::with_template("{msg:>28} {wide_bar} {pos}/{len} {elapsed}") {
            bar.set_style(style);
        }
        let made = demo::make(&app, &clock, self.members, self.seed, &bar).await;
        bar.finish_and_clear();
        crate::feeder::drain(&app).await.map_err(|error| Failure::broken("feeding the log", error))?;
        made.map_err(|error| Failure::broken("living through the demo", error))
    }

    /// Serves the portal: the clock goes on from where the fast months ended.
    async fn serve(&self, folder: &Folder, made: &Made) -> Result<(), Failure> {
        let register = Arc::new(DemoRegister);
        let system: Arc<dyn Clock> = Arc::new(SystemClock::new());
        let clock = Arc::new(OffsetClock::new(made.end, system));
        let outside = Outside {
            clock: Arc::clone(&clock) as Arc<dyn Clock>,
            entropy: Arc::new(SystemEntropy::new()),
            identity: Some(Arc::clone(&register) as _),
            credit: Some(register),
        };
        let app: Arc<App> = folder.app_with_log(outside, NAME)?;
        drop(tokio::spawn(crate::feeder::run(Arc::clone(&app))));
        drop(tokio::spawn(crate::clocks::run(Arc::clone(&app))));
        drop(tokio::spawn(crate::telling::run(Arc::clone(&app))));
        let listener = tokio::net::TcpListener::bind(self.listen).await.map_err(|error| {
            Failure::WrongUse(format!("--listen: cannot listen on {}: {error}", self.listen))
        })?;
        note(format_args!("\nThe portal of the demo: http://{}/ (Ctrl-C ends it)", self.listen));
        let config = huzhu_web::edge::EdgeConfig {
            secure: false,
            demo: true,
            personas: made.personas.iter().cloned().collect(),
            clock: Some(Arc::new(PortalClock(clock))),
        };
        let edge =
            huzhu_web::edge::Edge { app, config, limits: Arc::new(huzhu_web::limit::Limits::standard()) };
        huzhu_web::serve::serve(edge, listener, super::serve::stop())
            .await
            .map_err(|error| Failure::broken("serving", error))
    }
}
