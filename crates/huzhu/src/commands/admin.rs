//! `huzhu admin`: what an operator does at the machine itself, with the platform stopped.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use huzhu_app::call::Call;
use huzhu_app::plans::PublishPlan;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::id::MemberId;

use crate::config::Config;
use crate::output::{Ending, Failure, json as print_json, line, note};
use crate::wiring::{Folder, runtime};

/// Work of an operator at the machine, with the platform stopped.
#[derive(Debug, Subcommand)]
pub(crate) enum Admin {
    /// Publish a plan file: the first version of a plan, or the next one.
    PublishPlan(PublishFile),
    /// Grant a role to the member with a mail address.
    GrantRole(GrantRole),
    /// Print a new one-time secret with which the first operator claims the role.
    FirstOperator(FirstOperator),
    /// Destroy key and files of a person: nothing personal of them can be read any more; the log keeps tombstones.
    Erase(Erase),
    /// Make a new master key for evidence and destroy the old one: copies of the vault's index that were made before open no
    /// more. Take a backup of the index afterwards.
    RotateVault(RotateVault),
}

#[derive(Debug, Args)]
pub(crate) struct PublishFile {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// The plan file.
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct GrantRole {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// The mail address with which the member signs in.
    #[arg(value_name = "ADDRESS")]
    address: String,
    /// The role.
    #[arg(value_parser = ["reviewer", "confirmer", "operator", "auditor"])]
    role: String,
}

#[derive(Debug, Args)]
pub(crate) struct FirstOperator {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// The member's id, `mem_...`.
    #[arg(value_name = "MEMBER")]
    member: MemberId,
    /// Say it again: this cannot be undone.
    #[arg(long)]
    yes: bool,
}

#[derive(Debug, Args)]
pub(crate) struct RotateVault {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
}

impl Admin {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        match self {
            Self::PublishPlan(command) => command.run(json),
            Self::GrantRole(command) => command.run(json),
            Self::FirstOperator(command) => command.run(json),
            Self::Erase(command) => command.run(json),
            Self::RotateVault(command) => command.run(json),
        }
    }
}

impl PublishFile {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        if let Err(report) = super::plan::read(&self.file)? {
            return Ok(super::plan::refuse(&report, json));
        }
        let text = std::fs::read_to_string(&self.file)
            .map_err(|error| Failure::WrongUse(format!("cannot read {}: {error}", self.file.display())))?;
        let app = Folder::open(&self.data)?.app(super::serve::outside_without_providers());
        let done = runtime()?.block_on(app.publish_plan(&Call::system(), PublishPlan { text }));
        answer(
            json,
            done.map(|done| {
                let published = done.receipt;
                format!(
                    "{} version {} is in force from {}",
                    published.plan, published.version, published.effective
                )
            }),
        )
    }
}

impl GrantRole {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let app = Folder::open_existing(&self.data)?.app(super::serve::outside_without_providers());
        let granted = runtime()?.block_on(async {
            let member = app.member_at(&Call::system(), &self.address).await?;
            let role = huzhu_domain::member::Role::from_word(&self.role)
                .map_or("", huzhu_domain::member::Role::word);
            app.change_role(&Call::system(), ChangeRole { member, role, grant: true }).await?;
            Ok(format!("{member} is {}", self.role))
        });
        answer(json, granted)
    }
}

impl FirstOperator {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let app = Folder::open(&self.data)?.app(super::serve::outside_without_providers());
        let secret = runtime()?.block_on(app.first_operator_secret());
        let secret = secret.map_err(|error| Failure::broken("making a secret", error))?;
        match secret {
            Some(secret) if json => print_json(&serde_json::json!({ "secret": secret })),
            Some(secret) => line(secret),
            None if json => print_json(&serde_json::json!({ "secret": null })),
            None => line("somebody is an operator already"),
        }
        Ok(Ending::Done)
    }
}

impl Erase {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        if !self.yes {
            let why = "erasing a person cannot be undone; say it again with --yes".to_owned();
            return Err(Failure::WrongUse(why));
        }
        let folder = Folder::open_existing(&self.data)?;
        let config = Config::read(None, &self.data)?;
        let (name, witnesses) = (config.public_name(), config.log.witnesses()?);
        let erased = runtime()?.block_on(async {
            let outside = super::serve::outside_without_providers();
            let (app, _) = folder.app_with_witnesses(outside, &name, witnesses)?;
            let erased = app.erase_person(&Call::system(), self.member).await;
            if let Err(error) = crate::feeder::drain(&app).await {
                note(format_args!("the log will hear of it later: {error}"));
            }
            Ok::<_, Failure>(erased)
        })?;
        if erased.is_ok() {
            rotate(&folder)?;
        }
        answer(
            json,
            erased
                .map(|done| format!("{} is erased, with {} files", done.receipt.member, done.receipt.files)),
        )
    }
}

impl RotateVault {
    fn run(self, json: bool) -> Result<Ending, Failure> {
        let wrapped = rotate(&Folder::open_existing(&self.data)?)?;
        answer(json, Ok(format!("a new master key holds the keys of {wrapped} files")))
    }
}

/// Rotates the master key of the vault: what was erased must not come back with an older copy of its index.
fn rotate(folder: &Folder) -> Result<u64, Failure> {
    let wrapped = folder.vault.rotate().map_err(|error| Failure::broken("rotating the master key", error))?;
    note(
        "The master key of evidence is new. Take a backup of vault.db and vault.keys now; older ones of these two open nothing.",
    );
    Ok(wrapped)
}

/// Prints what was done, or why it was refused.
fn answer(json: bool, result: Result<String, huzhu_app::error::AppError>) -> Result<Ending, Failure> {
    use huzhu_app::error::AppError;
    let (text, ending) = match result {
        Ok(text) => (text, Ending::Done),
        Err(AppError::Refused(refusal)) => {
            (format!("refused: {} {:?}", refusal.code, refusal.values), Ending::Refused)
        }
        Err(AppError::NotFound(what)) => (format!("refused: there is no such {what}"), Ending::Refused),
        Err(other) => return Err(Failure::Broken(other.to_string())),
    };
    if json {
        print_json(&serde_json::json!({ "done": ending == Ending::Done, "detail": text }));
    } else {
        line(text);
    }
    Ok(ending)
}
