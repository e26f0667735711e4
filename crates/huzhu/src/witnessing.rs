//! Outside witnesses of the platform's own log: from the configuration to the port that receipts are read through.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use huzhu_app::ports::{Clock, LogName, LogReader, LogYear, SequencerError};
use huzhu_gateways::witness::{WitnessClient, WitnessConfig, Witnessed, Witnesses};
use huzhu_log::{SignedNote, TlogPolicy};
use huzhu_store::log::{LocalSequencer, LogFolder};
use serde::Deserialize;

use crate::output::Failure;
use crate::stamping::TimestampConfig;

/// How long a receipt waits for a quorum when nothing is configured.
const WAIT_SECONDS: u64 = 3;

/// The section `[log]` of the configuration, see `docs/witness.md`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LogConfig {
    /// Witnesses that are asked, one entry each.
    #[serde(default)]
    witness: Vec<WitnessLine>,
    /// How many of them make a quorum; two thirds and one more when left out. 0: they are asked and nothing depends on it.
    #[serde(default)]
    quorum: Option<usize>,
    /// Instead of both: a file with the lines `witness`, `group` and `quorum` of tlog-policy. Witnesses with an address are asked.
    #[serde(default)]
    rules: Option<PathBuf>,
    /// How long a receipt waits for a quorum before it is cut without one.
    #[serde(default)]
    receipt_wait_seconds: Option<u64>,
    /// A time-stamp authority.
    #[serde(default)]
    pub(crate) timestamp: Option<TimestampConfig>,
}

/// One witness.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct WitnessLine {
    /// What the rules of trust call it: one word.
    name: String,
    /// Its key: name+id+base64.
    vkey: String,
    /// Where checkpoints are handed in: its submission prefix.
    url: String,
}

/// What the configuration comes to.
#[derive(Debug)]
pub(crate) struct OutsideWitnesses {
    /// Lines of tlog-policy.
    pub(crate) rules: String,
    clients: Vec<WitnessClient>,
    wait: Duration,
}

fn wrong(why: impl std::fmt::Display) -> Failure {
    Failure::WrongUse(format!("configuration, log: {why}"))
}

impl LogConfig {
    /// The witnesses and their rules; `None` without any. Refuses rules under which a quorum could lie twice.
    pub(crate) fn witnesses(&self) -> Result<Option<OutsideWitnesses>, Failure> {
        let wait = Duration::from_secs(self.receipt_wait_seconds.unwrap_or(WAIT_SECONDS));
        let rules = match &self.rules {
            Some(_) if !self.witness.is_empty() || self.quorum.is_some() => {
                return Err(wrong("`rules` says it all: leave `witness` and `quorum` out"));
            }
            Some(path) => std::fs::read_to_string(path)
                .map_err(|error| wrong(format_args!("cannot read {}: {error}", path.display())))?,
            None if self.witness.is_empty() => return Ok(None),
            None => self.written()?,
        };
        let parsed =
            TlogPolicy::parse(rules.as_bytes()).map_err(|error| wrong(format_args!("rules: {error}")))?;
        if !parsed.logs().is_empty() {
            return Err(wrong("rules: no lines `log`, those of this platform are put in front"));
        }
        parsed.require_overlap().map_err(wrong)?;
        let mut clients = Vec::new();
        for witness in parsed.witnesses() {
            let Some(url) = &witness.url else { continue };
            let config = WitnessConfig::new(&witness.name, &witness.vkey.to_string(), url).map_err(wrong)?;
            clients.push(WitnessClient::new(config).map_err(wrong)?);
        }
        Ok(Some(OutsideWitnesses { rules, clients, wait }))
    }

    /// The rules for the witnesses that are listed.
    fn written(&self) -> Result<String, Failure> {
        let mut lines = Vec::new();
        for line in &self.witness {
            let witness = WitnessConfig::new(&line.name, &line.vkey, &line.url)
                .map_err(|why| wrong(format_args!("witness: {why}")))?;
            lines.push(format!("witness {} {} {}\n", witness.name, witness.vkey, witness.url));
        }
        let count = self.witness.len();
        let quorum = self.quorum.unwrap_or(count.saturating_mul(2).div_euclid(3).saturating_add(1));
        lines.push(if quorum == 0 {
            "quorum none\n".to_owned()
        } else {
            let names: Vec<&str> = self.witness.iter().map(|line| line.name.as_str()).collect();
            format!("group enough {quorum} {}\nquorum enough\n", names.join(" "))
        });
        Ok(lines.concat())
    }
}

impl OutsideWitnesses {
    /// Puts the witnesses between the sequencer and those who read the log. Nothing is asked before [`Witnesses::run`].
    pub(crate) fn around(
        self,
        sequencer: &Arc<LocalSequencer>,
        folder: &LogFolder,
        clock: Arc<dyn Clock>,
    ) -> WitnessedLog {
        let heads = Arc::new(Heads(Arc::clone(sequencer)));
        let witnesses = Witnesses::new(self.clients, heads, Arc::new(folder.clone()), clock);
        WitnessedLog { folder: folder.clone(), witnesses, wait: self.wait }
    }
}

/// The published log, with checkpoints that a quorum of outside witnesses cosigned.
#[derive(Clone, Debug)]
pub(crate) struct WitnessedLog {
    folder: LogFolder,
    /// Who is asked.
    pub(crate) witnesses: Arc<Witnesses>,
    wait: Duration,
}

#[async_trait]
impl LogReader for WitnessedLog {
    async fn logs(&self) -> Result<Vec<LogName>, SequencerError> {
        self.folder.logs().await
    }

    async fn checkpoint(&self, year: LogYear) -> Result<Option<String>, SequencerError> {
        self.folder.checkpoint(year).await
    }

    async fn tile(&self, year: LogYear, path: &str) -> Result<Option<Vec<u8>>, SequencerError> {
        self.folder.tile(year, path).await
    }

    async fn cosigned(&self, year: LogYear, index: u64) -> Result<Option<String>, SequencerError> {
        Ok(self.witnesses.covering(year, index, self.wait).await)
    }

    async fn tlog_policy(&self, year: LogYear) -> Result<Option<String>, SequencerError> {
        self.folder.tlog_policy(year).await
    }
}

/// The sequencer as witnesses see it.
struct Heads(Arc<LocalSequencer>);

#[async_trait]
impl Witnessed for Heads {
    async fn head_other_than(&self, text: &str) -> Option<(LogYear, String)> {
        let mut published = self.0.published();
        let head = published.wait_for(|head| {
            head.as_ref().is_some_and(|head| text.is_empty() || !head.checkpoint.starts_with(text))
        });
        head.await.ok()?.as_ref().map(|head| (head.year, head.checkpoint.clone()))
    }

    async fn add_signatures(&self, year: LogYear, note: SignedNote) -> Result<bool, SequencerError> {
        self.0.add_signatures(year, note).await
    }
}

#[cfg(test)]
mod tests {
    use huzhu_log::{Cosigner, Signer};

    use super::*;

    fn lines(count: u8) -> String {
        let line = |number: u8| {
            let vkey =
                Cosigner::new(&format!("w{number}.example"), &[number; 32]).unwrap().vkey().to_string();
            format!(
                "[[witness]]\nname = \"w{number}\"\nvkey = \"{vkey}\"\nurl = \"https://w{number}.example\"\n"
            )
        };
        (1..=count).map(line).collect()
    }

    fn read(text: &str) -> Result<Option<OutsideWitnesses>, Failure> {
        toml_edit::de::from_str::<LogConfig>(text).unwrap().witnesses()
    }

    #[test]
    fn a_quorum_is_two_thirds_and_one_more_unless_more_are_asked_for_and_less_is_refused() {
        for (count, quorum, expected) in [
            (1, None, Some("group enough 1 w1\n")),
            (3, None, Some("group enough 3 w1 w2 w3\n")),
            (4, None, Some("group enough 3 w1 w2 w3 w4\n")),
            (4, Some(4), Some("group enough 4 w1 w2 w3 w4\n")),
            (4, Some(0), Some("quorum none\n")),
            (4, Some(2), None),
            (3, Some(2), None),
            (3, Some(4), None),
        ] {
            let quorum = quorum.map_or(String::new(), |quorum: usize| format!("quorum = {quorum}\n"));
            match (read(&format!("{quorum}{}", lines(count))), expected) {
                (Ok(Some(outside)), Some(line)) => {
                    assert!(outside.rules.contains(line), "{}", outside.rules);
                    assert_eq!(outside.clients.len(), usize::from(count));
                }
                (Err(Failure::WrongUse(_)), None) => {}
                (other, _) => panic!("{count} {quorum}: {other:?}"),
            }
        }
        assert!(matches!(read(""), Ok(None)));
    }

    #[test]
    fn rules_may_come_from_a_file_that_names_no_logs() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("rules");
        let config = format!("rules = \"{}\"\n", path.display());
        let witness = Cosigner::new("w1.example", &[1; 32]).unwrap();
        let log = Signer::new("log.example", &[2; 32]).unwrap();
        for (text, is_taken) in [
            (format!("witness w1 {} https://w1.example/\nquorum w1\n", witness.vkey()), true),
            (format!("witness w1 {}\nquorum w1\n", witness.vkey()), true),
            (format!("log {}\nwitness w1 {}\nquorum w1\n", log.vkey(), witness.vkey()), false),
            (format!("witness w1 {} elsewhere\nquorum w1\n", witness.vkey()), false),
            ("quorum w1\n".to_owned(), false),
        ] {
            std::fs::write(&path, &text).unwrap();
            assert_eq!(read(&config).is_ok(), is_taken, "{text}");
        }
        assert!(read(&format!("{config}quorum = 1\n")).is_err());
        std::fs::remove_file(&path).unwrap();
        assert!(read(&config).is_err());
    }
}
