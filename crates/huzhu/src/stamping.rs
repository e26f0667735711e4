//! Tokens of a time-stamp authority over the newest checkpoint (RFC 3161), beside the published log.
//!
//! Shape: `log/<year>/timestamp/<entries>.checkpoint` is what was stamped and `<entries>.tsr` the response, so that
//! `openssl ts -verify -data <entries>.checkpoint -in <entries>.tsr -CAfile ...` checks the two.
//!
//! Guarantees: a token is kept only after it was checked; the log does not wait for it. Limits: one token for each turn, so an
//! entry is dated to the hour when the authority is asked each hour.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use huzhu_app::ports::{LogReader as _, LogYear};
use huzhu_gateways::entropy::SystemEntropy;
use huzhu_gateways::timestamp::TimestampClient;
use huzhu_log::SignedCheckpoint;
use huzhu_store::log::LogFolder;
use serde::Deserialize;

use crate::output::Failure;

/// Between two tokens when nothing is configured.
const MINUTES: u64 = 60;
/// The first look at a platform that has just begun, and the pause after a failure at most.
const SOON: Duration = Duration::from_secs(5);

/// The section `[log.timestamp]` of the configuration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct TimestampConfig {
    /// Where the authority is asked.
    url: String,
    /// PEM file of the certificate that it signs with; without one its signature is not checked here.
    #[serde(default)]
    certificate: Option<PathBuf>,
    /// Minutes between two tokens.
    #[serde(default)]
    minutes: Option<u64>,
}

/// Asks for tokens.
#[derive(Debug)]
pub(crate) struct Stamping {
    client: TimestampClient,
    every: Duration,
}

impl TimestampConfig {
    /// Who asks. Reads the certificate.
    pub(crate) fn stamping(&self) -> Result<Stamping, Failure> {
        let wrong = |why: String| Failure::WrongUse(format!("configuration, log.timestamp: {why}"));
        let read = |path: &PathBuf| {
            std::fs::read_to_string(path)
                .map_err(|error| wrong(format!("cannot read {}: {error}", path.display())))
        };
        let certificate = self.certificate.as_ref().map(read).transpose()?;
        let client = TimestampClient::new(&self.url, certificate.as_deref())
            .map_err(|error| wrong(error.to_string()))?;
        let minutes = self.minutes.unwrap_or(MINUTES).max(1);
        Ok(Stamping { client, every: Duration::from_secs(minutes.saturating_mul(60)) })
    }
}

impl Stamping {
    /// Works for as long as the process runs.
    pub(crate) async fn run(self, log: LogFolder) {
        let entropy = SystemEntropy::new();
        loop {
            let pause = match self.turn(&log, &entropy).await {
                Ok(true) => self.every,
                // Nothing to stamp yet.
                Ok(false) => SOON,
                Err(why) => {
                    tracing::warn!(%why, "no time stamp");
                    self.every.min(SOON.saturating_mul(12))
                }
            };
            tokio::time::sleep(pause).await;
        }
    }

    /// Stamps the newest checkpoint, if there is one; true if it has its token.
    async fn turn(&self, log: &LogFolder, entropy: &SystemEntropy) -> Result<bool, String> {
        let years = log.logs().await.map_err(|error| error.to_string())?;
        let Some(year) = years.last().map(|name| name.year) else { return Ok(false) };
        let text = log.checkpoint(year).await.map_err(|error| error.to_string())?;
        let Some(text) = text else { return Ok(false) };
        let signed: SignedCheckpoint = text.parse().map_err(|error| format!("checkpoint: {error}"))?;
        let (folder, size) = (folder(&log.path(), year), signed.checkpoint().size());
        let response = folder.join(format!("{size}.tsr"));
        if response.exists() {
            return Ok(true);
        }
        let stamped = self.client.stamp(text.as_bytes(), entropy).await.map_err(|error| error.to_string())?;
        let kept = keep(&folder.join(format!("{size}.checkpoint")), text.as_bytes())
            .and_then(|()| keep(&response, &stamped.response));
        kept.map_err(|error| format!("{}: {error}", response.display()))?;
        tracing::info!(size, at = stamped.at, checked = stamped.is_verified, "time stamp");
        Ok(true)
    }
}

fn folder(log: &Path, year: LogYear) -> PathBuf {
    log.join(format!("{:04}", year.0)).join("timestamp")
}

/// Puts a file in its place as a whole. Durable when it returns, but for its name.
fn keep(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    let beside = path.with_extension("new");
    let mut file = std::fs::File::create(&beside)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&beside, path)
}
