//! Whom to believe about a log: the same options for all commands that check one.

use std::path::PathBuf;

use clap::Args;
use huzhu_log::tlog_policy::{Cosigned, TlogPolicy, Verified};
use jiff::Timestamp;
use serde_json::{Value, json};

use crate::output::Failure;

/// Where the keys come from that are believed.
#[derive(Debug, Args)]
pub(crate) struct Trust {
    /// File that says which logs and witnesses to believe (c2sp.org/tlog-policy).
    #[arg(long = "policy", value_name = "FILE", conflicts_with = "vkey")]
    rules: Option<PathBuf>,
    /// Key of a log, as it was published: name+id+base64. Asks for no witness. May be given several times.
    #[arg(long, value_name = "KEY")]
    vkey: Vec<String>,
}

impl Trust {
    /// The rules that were given; nothing if none were.
    pub(crate) fn given(&self) -> Result<Option<TlogPolicy>, Failure> {
        if let Some(path) = &self.rules {
            let wrong = |why: String| Failure::WrongUse(format!("{}: {why}", path.display()));
            let text = std::fs::read(path).map_err(|error| wrong(error.to_string()))?;
            return TlogPolicy::parse(&text).map(Some).map_err(|error| wrong(error.to_string()));
        }
        if self.vkey.is_empty() {
            return Ok(None);
        }
        let logs: Vec<String> = self.vkey.iter().map(|key| format!("log {key}\n")).collect();
        let text = logs.concat() + "quorum none\n";
        let rules = TlogPolicy::parse(text.as_bytes());
        rules.map(Some).map_err(|error| Failure::WrongUse(format!("--vkey: {}", error.what)))
    }
}

/// Who signed, in sentences.
pub(crate) fn signed_by(verified: &Verified) -> Vec<String> {
    let mut lines = vec![format!("the log's key signed its head: {}", verified.log)];
    if verified.known > 0 {
        let names: Vec<String> = verified.cosigned.iter().map(cosigner).collect();
        let names = if names.is_empty() { "nobody".to_owned() } else { names.join(", ") };
        let count = verified.cosigned.len();
        lines.push(format!("{count} of {} known witnesses cosigned that head: {names}", verified.known));
    }
    lines
}

/// The same for programs.
pub(crate) fn signed_by_json(verified: &Verified) -> Value {
    let cosigned: Vec<Value> = verified
        .cosigned
        .iter()
        .map(|witness| json!({ "witness": witness.name, "at": seconds(witness.at) }))
        .collect();
    json!({ "key": verified.log.to_string(), "cosigned": cosigned, "known_witnesses": verified.known })
}

fn cosigner(witness: &Cosigned) -> String {
    format!("{} at {}", witness.name, seconds(witness.at))
}

/// A time in seconds since 1970, for people; the bare number if no calendar has it.
pub(crate) fn seconds(at: u64) -> String {
    let time = i64::try_from(at).ok().and_then(|at| Timestamp::from_second(at).ok());
    time.map_or_else(|| format!("{at} s"), |time| time.to_string())
}

/// A time in milliseconds since 1970, for people.
pub(crate) fn milliseconds(at: u64) -> String {
    let time = i64::try_from(at).ok().and_then(|at| Timestamp::from_millisecond(at).ok());
    time.map_or_else(|| format!("{at} ms"), |time| time.to_string())
}
