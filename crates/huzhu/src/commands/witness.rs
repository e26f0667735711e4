//! `huzhu witness`: a witness server (C2SP tlog-witness), for an organisation that is a friend of a platform.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use huzhu_gateways::clock::SystemClock;
use huzhu_gateways::entropy::SystemEntropy;
use huzhu_log::{KeyKind, Vkey};
use huzhu_store::InstanceSecret;
use huzhu_store::log::{FollowedLog, WitnessFolder};
use serde::Deserialize;

use super::serve::stop;
use crate::output::{Ending, Failure, json as print_json, line, note};
use crate::wiring::runtime;

/// Name of the configuration in the data folder.
const FILE: &str = "witness.toml";

/// Be a witness of logs: cosign what continues what was seen before, refuse everything else. The key is made at the first start.
#[derive(Debug, Args)]
pub(crate) struct Witness {
    /// The data folder of the witness; made at the first start. No other witness may use it, nor a copy of it.
    #[arg(long, value_name = "DIR", default_value = "witness-data")]
    data: PathBuf,
    /// Where to listen.
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8090")]
    listen: SocketAddr,
    /// Name and followed logs; `witness.toml` in the data folder when left out.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Print the public key, which logs and verifiers need, and end.
    #[arg(long)]
    show_key: bool,
}

/// The configuration of a witness.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Config {
    /// What it is called for ever: an address without scheme, such as `witness.example.org/w1`.
    name: String,
    /// The logs it follows.
    #[serde(default)]
    log: Vec<LogLine>,
}

/// A log to follow; several entries with one origin are several keys of it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct LogLine {
    /// Its key: name+id+base64.
    vkey: String,
    /// First line of its checkpoints; the name of the key when left out.
    #[serde(default)]
    origin: Option<String>,
}

impl Witness {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        tracing_subscriber::fmt()
            .with_env_filter(
                tracing_subscriber::EnvFilter::try_from_default_env()
                    .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info")),
            )
            .with_writer(std::io::stderr)
            .init();
        let path = self.config.clone().unwrap_or_else(|| self.data.join(FILE));
        let (name, followed) = read(&path)?;
        let origins = followed.len();
        let broken = |error: &dyn std::fmt::Display| {
            Failure::Broken(format!("witness in {}: {error}", self.data.display()))
        };
        let secret = InstanceSecret::open_or_create(&self.data).map_err(|error| broken(&error))?;
        let clock = Arc::new(SystemClock::new());
        let witness = WitnessFolder::open(&self.data, &name, followed, &secret, clock, &SystemEntropy::new())
            .map_err(|error| broken(&error))?;
        if self.show_key {
            if json {
                print_json(&serde_json::json!({ "key": witness.vkey().to_string() }));
            } else {
                line(witness.vkey());
            }
            return Ok(Ending::Done);
        }
        for (origin, size) in witness.sizes() {
            tracing::info!(origin, size, "cosigned so far");
        }
        let runtime = runtime()?;
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::bind(self.listen).await.map_err(|error| {
                Failure::WrongUse(format!("--listen: cannot listen on {}: {error}", self.listen))
            })?;
            let vkey = witness.vkey().clone();
            note(format_args!("witness {vkey}\nlistening on http://{}/ for {origins} log keys", self.listen));
            let served = huzhu_web::witness::serve(Arc::new(witness), listener, stop()).await;
            served.map_err(|error| Failure::broken("serving", error))
        })?;
        Ok(Ending::Done)
    }
}

/// Name and followed logs.
fn read(path: &Path) -> Result<(String, Vec<FollowedLog>), Failure> {
    let wrong = |why: String| Failure::WrongUse(format!("{}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
    let config: Config = toml_edit::de::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    let mut followed = Vec::new();
    for log in config.log {
        let vkey: Vkey = log.vkey.parse().map_err(|error| wrong(format!("vkey `{}`: {error}", log.vkey)))?;
        if vkey.kind() != KeyKind::Ed25519 {
            return Err(wrong(format!("vkey `{vkey}` is no key of a log")));
        }
        let origin = log.origin.unwrap_or_else(|| vkey.name().to_owned());
        if followed.contains(&FollowedLog { origin: origin.clone(), vkey: vkey.clone() }) {
            return Err(wrong(format!("vkey `{vkey}` is there twice")));
        }
        followed.push(FollowedLog { origin, vkey });
    }
    Ok((config.name, followed))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "aid.example.org/log/2026";

    fn key(kind: KeyKind) -> String {
        let signer = huzhu_log::Signer::new(LOG, &[1; 32]).unwrap();
        Vkey::new(LOG, kind, signer.vkey().public()).unwrap().to_string()
    }

    #[test]
    fn a_configuration_names_the_witness_and_the_logs_it_follows() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(FILE);
        let (log, cosigner) = (key(KeyKind::Ed25519), key(KeyKind::Cosignature));
        let entry = |vkey: &str| format!("[[log]]\nvkey = \"{vkey}\"\n");
        for (text, expected) in [
            ("name = \"w\"\n".to_owned(), Ok(0)),
            (format!("name = \"w\"\n{}", entry(&log)), Ok(1)),
            (format!("name = \"w\"\n{}origin = \"other\"\n", entry(&log)), Ok(1)),
            (format!("name = \"w\"\n{0}{0}", entry(&log)), Err("twice")),
            (format!("name = \"w\"\n{}", entry(&cosigner)), Err("no key of a log")),
            (format!("name = \"w\"\n{}", entry("log+1")), Err("name+id+base64")),
            (entry(&log), Err("name")),
            ("name = \"w\"\nlogs = 1\n".to_owned(), Err("logs")),
        ] {
            std::fs::write(&path, &text).unwrap();
            match (read(&path), expected) {
                (Ok((name, logs)), Ok(count)) => assert_eq!((name.as_str(), logs.len()), ("w", count)),
                (Err(Failure::WrongUse(why)), Err(word)) => assert!(why.contains(word), "{text}: {why}"),
                (other, _) => panic!("{text}: {other:?}"),
            }
        }
        assert!(matches!(read(&folder.path().join("none")), Err(Failure::WrongUse(_))));
    }
}
