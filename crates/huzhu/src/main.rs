//! `huzhu`: the one binary. Wires stores, gateways and edges to the use cases, and holds the command line.
//!
//! Exit codes: 0 ok, 1 refused (a rule or a check said no), 2 wrong use, 3 broken.

mod clocks;
mod commands;
mod config;
mod demo;
mod drawing;
mod feeder;
mod output;
mod published;
mod shares;
mod stamping;
mod telling;
mod webhooks;
mod wiring;
mod witnessing;

use std::process::ExitCode;

use clap::Parser;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let cli = commands::Cli::parse();
    cli.run()
}
