//! `huzhu completions` and `huzhu man`: what shells and `man` read, generated from the command line itself.

use std::path::PathBuf;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use crate::output::{Ending, Failure};

/// Print shell completions, to be sourced or put where the shell looks for them.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// Which shell.
    #[arg(value_enum)]
    shell: Shell,
}

/// Write manual pages into a folder.
#[derive(Debug, Args)]
pub(crate) struct Man {
    /// The folder; made if it does not exist.
    #[arg(value_name = "DIR")]
    folder: PathBuf,
}

impl Completions {
    /// Runs the command.
    pub(crate) fn run(self) -> Ending {
        clap_complete::generate(self.shell, &mut super::Cli::command(), "huzhu", &mut std::io::stdout());
        Ending::Done
    }
}

impl Man {
    /// Runs the command.
    pub(crate) fn run(self) -> Result<Ending, Failure> {
        let failed = |error: std::io::Error| Failure::broken("writing manual pages", error);
        std::fs::create_dir_all(&self.folder).map_err(failed)?;
        clap_mangen::generate_to(super::Cli::command(), &self.folder).map_err(failed)?;
        Ok(Ending::Done)
    }
}
