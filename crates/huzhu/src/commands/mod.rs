//! The command line: one file per command.

mod admin;
mod bank;
mod collect;
mod complete;
mod demo;
mod doctor;
mod export;
mod key;
mod monitor;
mod plan;
mod serve;
mod settle;
mod share;
mod trust;
mod verify;
mod witness;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::output::exit;

/// Run an online mutual aid plan: members join for nothing, claims are reviewed and put on notice, what passes is paid and
/// shared equally by all.
#[derive(Debug, Parser)]
#[command(name = "huzhu", version, about, propagate_version = true)]
pub(crate) struct Cli {
    /// Print machine-readable JSON instead of text.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make a community, live through six periods on a fast clock, then serve its portal on 127.0.0.1:8080.
    Demo(demo::Demo),
    /// Serve a platform from a data folder.
    Serve(serve::Serve),
    /// Check, show and compare plan files.
    #[command(subcommand)]
    Plan(plan::Plan),
    /// Compute one period without a database.
    Settle(settle::Settle),
    /// Apply what a bank says became of the debits of a settled period.
    Collect(collect::Collect),
    /// Cut the receipt of one share out of a settled period.
    Share(share::Share),
    /// Write files for a bank, and read what it answers.
    #[command(subcommand)]
    Bank(bank::Bank),
    /// Export the books of a plan.
    Export(export::Export),
    /// Check a data folder: database, event streams, rows, cohorts, books.
    Doctor(doctor::Doctor),
    /// Check receipts and logs: offline, without an account, also those of other platforms.
    #[command(subcommand)]
    Verify(verify::Verify),
    /// Watch a log and cry out when it contradicts itself.
    Monitor(monitor::Monitor),
    /// Be a witness of logs, for platforms of others.
    Witness(witness::Witness),
    /// Keys of the log: list, change, hand out.
    #[command(subcommand)]
    Key(key::KeyCommand),
    /// Work of an operator at the machine: plans, roles, erasure.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Print shell completions.
    Completions(complete::Completions),
    /// Write manual pages into a folder.
    Man(complete::Man),
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> ExitCode {
        let json = self.json;
        let result = match self.command {
            Command::Demo(demo) => demo.run(json),
            Command::Serve(serve) => serve.run(json),
            Command::Plan(plan) => plan.run(json),
            Command::Settle(settle) => settle.run(json),
            Command::Collect(collect) => collect.run(json),
            Command::Share(share) => share.run(),
            Command::Bank(bank) => bank.run(json),
            Command::Export(export) => export.run(json),
            Command::Doctor(doctor) => doctor.run(json),
            Command::Verify(verify) => verify.run(json),
            Command::Monitor(monitor) => monitor.run(json),
            Command::Witness(witness) => witness.run(json),
            Command::Key(key) => key.run(json),
            Command::Admin(admin) => admin.run(json),
            Command::Completions(completions) => Ok(completions.run()),
            Command::Man(man) => man.run(),
        };
        exit(result, json)
    }
}
