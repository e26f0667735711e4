//! `huzhu key`: the keys of a platform's logs, of its own cosigner and of its draws.
//!
//! Shape: `list`, `export-public` and `policy` read what is published, also while the platform is served, and so does `draw`;
//! `rotate` writes to the log and needs the platform stopped.
//!
//! Guarantees: no command shows a secret.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::{Args, Subcommand};
use huzhu_app::ports::{LogReader, LogYear, SequencerError};
use huzhu_domain::jury::VRF_SUITE;
use huzhu_gateways::clock::SystemClock;
use huzhu_gateways::entropy::SystemEntropy;
use huzhu_store::InstanceSecret;
use huzhu_store::log::{KeyRole, LocalSequencer, LogFolder, SequencerSettings};

use crate::config::Config;
use crate::drawing::operator_function;
use crate::output::{Ending, Failure, json as print_json, line};
use crate::wiring::runtime;

#[derive(Debug, Subcommand)]
pub(crate) enum KeyCommand {
    /// List the keys that signed or sign the platform's logs, oldest first.
    List(List),
    /// Make a new key; the log says so, and the old key vouches for it. The platform must be stopped.
    Rotate(Rotate),
    /// Print the public list of keys, for those who check receipts or witness the log.
    ExportPublic(ExportPublic),
    /// Print the policy by which receipts of a year are checked, as a file for `huzhu verify` and other tools.
    #[command(name = "policy")]
    Rules(Rules),
    /// Print the public key of the function that draws get their seeds from, for `huzhu verify draw --key`. It never changes.
    Draw(DrawKey),
}

#[derive(Debug, Args)]
pub(crate) struct DrawKey {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Rotate {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// Which key: that of the newest log, or that of the platform's own cosigner.
    #[arg(value_parser = ["log", "cosigner"])]
    role: String,
}

#[derive(Debug, Args)]
pub(crate) struct ExportPublic {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Rules {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// The year of the log; the newest if it is not named.
    #[arg(value_name = "YEAR")]
    year: Option<u16>,
}

/// One line of the public list.
struct Listed<'a> {
    role: &'a str,
    vkey: &'a str,
    made: &'a str,
}

impl KeyCommand {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        match self {
            Self::List(command) => command.run(json),
            Self::Rotate(command) => command.run(json),
            Self::ExportPublic(command) => command.run(json),
            Self::Rules(command) => command.run(json),
            Self::Draw(command) => command.run(json),
        }
    }
}

impl List {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let text = public_list(&self.data)?;
        let keys: Vec<Listed<'_>> = text.lines().filter_map(listed).collect();
        // The newest of its kind signs: a new year and a change of keys both put their key at the end.
        let signs = |at: usize| {
            let role = keys.get(at).map(|key| key.role);
            !keys.iter().skip(at.saturating_add(1)).any(|later| Some(later.role) == role)
        };
        if json {
            let list: Vec<serde_json::Value> = keys
                .iter()
                .enumerate()
                .map(|(at, key)| {
                    serde_json::json!({ "role": key.role, "key": key.vkey, "made": key.made, "signs": signs(at) })
                })
                .collect();
            print_json(&serde_json::json!({ "keys": list }));
        } else {
            for (at, key) in keys.iter().enumerate() {
                let state = if signs(at) { "signs" } else { "old" };
                line(format_args!("{:<8} {state:<5} {} {}", key.role, key.made, key.vkey));
            }
        }
        Ok(Ending::Done)
    }
}

impl Rotate {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let role: KeyRole = self
            .role
            .parse()
            .map_err(|()| Failure::WrongUse("a key is of the log or the cosigner".to_owned()))?;
        let secret = existing_secret(&self.data)?;
        let config = Config::read(None, &self.data)?;
        let mut settings = SequencerSettings::new(&config.public_name());
        settings.log.outside = config.log.witnesses()?.map(|witnesses| witnesses.rules);
        let (clock, entropy) = (Arc::new(SystemClock::new()), Arc::new(SystemEntropy::new()));
        let log = LocalSequencer::open(&self.data, settings, &secret, clock, entropy)
            .map_err(|error| Failure::Broken(format!("the log in {}: {error}", self.data.display())))?;
        match runtime()?.block_on(log.rotate(role)) {
            Ok(key) if json => {
                print_json(&serde_json::json!({ "role": role.word(), "key": key.vkey.to_string() }));
                Ok(Ending::Done)
            }
            Ok(key) => {
                line(format_args!(
                    "the {} signs with this key from now on, and the log says so:",
                    role.word()
                ));
                line(&key.vkey);
                line("Hand the new list out: huzhu key export-public");
                Ok(Ending::Done)
            }
            Err(SequencerError::TooMuch(why)) => {
                if json {
                    print_json(&serde_json::json!({ "refused": why }));
                } else {
                    line(format_args!("refused: {why}"));
                }
                Ok(Ending::Refused)
            }
            Err(error) => Err(Failure::broken("changing the key", error)),
        }
    }
}

impl ExportPublic {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        print_text("keys", &public_list(&self.data)?, json);
        Ok(Ending::Done)
    }
}

impl Rules {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let log = LogFolder::new(&self.data);
        let text = runtime()?.block_on(async {
            let newest = log.logs().await?.pop().map(|log| log.year);
            match self.year.map(LogYear).or(newest) {
                Some(year) => log.tlog_policy(year).await,
                None => Ok(None),
            }
        });
        let text = text.map_err(|error| Failure::broken("reading the log", error))?;
        print_text("policy", &text.ok_or_else(|| no_log(&self.data))?, json);
        Ok(Ending::Done)
    }
}

impl DrawKey {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let function = operator_function(&existing_secret(&self.data)?);
        if json {
            print_json(&serde_json::json!({ "suite": VRF_SUITE, "key": function.public().to_string() }));
        } else {
            line(function.public());
        }
        Ok(Ending::Done)
    }
}

fn print_text(name: &str, text: &str, json: bool) {
    if json {
        let object: serde_json::Map<String, serde_json::Value> =
            [(name.to_owned(), text.into())].into_iter().collect();
        print_json(&serde_json::Value::Object(object));
    } else {
        line(text.trim_end());
    }
}

/// One line of the public list; nothing for its comments.
fn listed(text: &str) -> Option<Listed<'_>> {
    let mut words = text.split(' ');
    let (role, vkey, made) = (words.next()?, words.next()?, words.next()?);
    (role != "#").then_some(Listed { role, vkey, made })
}

fn public_list(data: &Path) -> Result<String, Failure> {
    let text = LogFolder::new(data).keys().map_err(|error| Failure::broken("reading the log", error))?;
    text.ok_or_else(|| no_log(data))
}

fn no_log(data: &Path) -> Failure {
    Failure::WrongUse(format!(
        "{} has no log yet: it begins, with its keys, when the first thing is put on it",
        data.display()
    ))
}

/// The secret of a folder that exists already; a slip of the keyboard must not make one.
fn existing_secret(data: &Path) -> Result<InstanceSecret, Failure> {
    if !data.join("instance.secret").is_file() {
        let why = format!("{} is no data folder of huzhu: it has no instance.secret", data.display());
        return Err(Failure::WrongUse(why));
    }
    InstanceSecret::open_or_create(data)
        .map_err(|error| Failure::Broken(format!("data folder {}: {error}", data.display())))
}
