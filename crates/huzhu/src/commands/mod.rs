//! The command line: one file per command.

mod plan;
mod settle;

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
    /// Check, show and compare plan files.
    #[command(subcommand)]
    Plan(plan::Plan),
    /// Compute one period without a database.
    Settle(settle::Settle),
}

impl Cli {
    /// Runs the command.
    pub(crate) fn run(self) -> ExitCode {
        let json = self.json;
        let result = match self.command {
            Command::Plan(plan) => plan.run(json),
            Command::Settle(settle) => settle.run(json),
        };
        exit(result, json)
    }
}
