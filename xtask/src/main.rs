//! House automation: `cargo xtask ci`, `cargo xtask tidy`, `cargo xtask bench`.
//!
//! One file (or folder) per command. Nothing here is shipped to users. A written rule of the house has its check here,
//! in a lint, in a type or in a test; see `ARCHITECTURE.md` for the list.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line talks through its standard streams"
)]

mod bench;
mod ci;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(name = "cargo xtask", about = "House automation of Huzhu")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every check, as on a laptop so in CI.
    Ci(ci::Options),
    /// Check the written rules of the house that no compiler checks.
    Tidy,
    /// Run the named benches on a release build.
    Bench(bench::Options),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let root = repository_root();
    let passed = match cli.command {
        Command::Ci(options) => ci::run(&root, &options),
        Command::Tidy => tidy::run(&root),
        Command::Bench(options) => bench::run(&root, &options),
    };
    if passed { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The folder above this package: commands work from any folder of the repository.
fn repository_root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or_else(|| here.to_path_buf(), Path::to_path_buf)
}
