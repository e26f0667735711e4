//! `cargo xtask ci`: every check, by one command, on a laptop as in CI.
//!
//! Shape: [`steps::STEPS`] is a table; this file runs it in order, prints the time of each step and a summary. Guarantees: a step
//! that could not run is shown as such, never as passed; later steps run even if an earlier one failed, so that one run
//! shows all there is; the exit code is a failure if any step failed.

mod advisories;
mod steps;
mod tools;

use std::fmt;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;

use steps::{Action, GENERATED, STEPS, Step};

/// Which checks to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Run the slow checks too: a thousand simulator seeds, the release build, the demo, foreign tools, browser journeys.
    #[arg(long)]
    full: bool,
    /// Run these steps only (see --list).
    #[arg(long, value_name = "STEP", num_args = 1.., value_delimiter = ',')]
    only: Vec<String>,
    /// List the steps with what they check.
    #[arg(long)]
    list: bool,
}

/// How a step ended.
enum Outcome {
    Passed,
    /// Something could not be checked here; the reason is printed in the summary.
    NotChecked(String),
    Failed(String),
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Passed => f.write_str("ok"),
            Self::NotChecked(reason) => write!(f, "NOT CHECKED: {reason}"),
            Self::Failed(reason) => write!(f, "FAILED: {reason}"),
        }
    }
}

/// Runs the checks; true if none failed.
pub(crate) fn run(root: &Path, options: &Options) -> bool {
    if options.list {
        for step in STEPS {
            println!("{:<12} {}{}", step.name, step.what, if step.full { " (--full)" } else { "" });
        }
        return true;
    }
    if let Some(unknown) = options.only.iter().find(|name| !STEPS.iter().any(|s| s.name == name.as_str())) {
        eprintln!("ci: there is no step `{unknown}`; see `cargo xtask ci --list`");
        return false;
    }
    let mut done: Vec<(&'static str, Duration, Outcome)> = Vec::new();
    if options.only.is_empty() {
        let (taken, outcome) = timed(|| outcome_of(tools::provide(root, options.full)));
        println!("<== tools: {outcome} ({:.1} s)", taken.as_secs_f64());
        done.push(("tools", taken, outcome));
    }
    for step in STEPS.iter().filter(|step| chosen(step, options)) {
        println!("\n==> {}: {}", step.name, step.what);
        let (taken, outcome) = timed(|| perform(root, step));
        println!("<== {}: {outcome} ({:.1} s)", step.name, taken.as_secs_f64());
        done.push((step.name, taken, outcome));
    }
    print_summary(&done)
}

fn chosen(step: &Step, options: &Options) -> bool {
    if options.only.is_empty() {
        options.full || !step.full
    } else {
        options.only.iter().any(|n| n == step.name)
    }
}

#[expect(clippy::disallowed_methods, reason = "the time of a step is shown to a person and decides nothing")]
fn timed(work: impl FnOnce() -> Outcome) -> (Duration, Outcome) {
    let start = Instant::now();
    let outcome = work();
    (start.elapsed(), outcome)
}

fn outcome_of(result: Result<(), String>) -> Outcome {
    result.map_or_else(Outcome::Failed, |()| Outcome::Passed)
}

fn perform(root: &Path, step: &Step) -> Outcome {
    match &step.action {
        Action::Cargo { arguments, env } => outcome_of(cargo(root, arguments, env)),
        Action::Tidy => {
            if crate::tidy::run(root) {
                Outcome::Passed
            } else {
                Outcome::Failed("see the findings above".to_owned())
            }
        }
        Action::Advisories => advisories::check(root),
        Action::Generated => outcome_of(generated(root)),
        Action::Script(path) if root.join(path).exists() => {
            outcome_of(succeed(Command::new("bash").arg(path).current_dir(root), path))
        }
        Action::Script(path) => Outcome::NotChecked(format!("{path} does not exist yet")),
    }
}

fn cargo(root: &Path, arguments: &[&str], env: &[(&str, &str)]) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(arguments).envs(env.iter().copied()).current_dir(root);
    succeed(&mut command, &format!("cargo {}", arguments.join(" ")))
}

fn succeed(command: &mut Command, shown: &str) -> Result<(), String> {
    match command.stdin(Stdio::null()).status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{shown}: {status}")),
        Err(error) => Err(format!("{shown}: {error}")),
    }
}

/// Makes each generated file again and compares; the remedy is the command that makes it.
fn generated(root: &Path) -> Result<(), String> {
    println!("{} generated files are listed", GENERATED.len());
    for file in GENERATED {
        let arguments = file.command;
        let output = Command::new("cargo").args(arguments).current_dir(root).stdin(Stdio::null()).output();
        let output = output.map_err(|error| format!("cargo {}: {error}", arguments.join(" ")))?;
        let committed = std::fs::read(root.join(file.path)).unwrap_or_default();
        if !output.status.success() {
            return Err(format!(
                "cargo {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        if output.stdout != committed {
            return Err(format!("{} is stale: cargo {} > {0}", file.path, arguments.join(" ")));
        }
    }
    Ok(())
}

fn print_summary(done: &[(&'static str, Duration, Outcome)]) -> bool {
    println!("\n{:<12} {:>9}  result", "step", "seconds");
    for (name, taken, outcome) in done {
        println!("{name:<12} {:>9.1}  {outcome}", taken.as_secs_f64());
    }
    let total: Duration = done.iter().map(|(_, taken, _)| *taken).sum();
    let failed = done.iter().filter(|(.., outcome)| matches!(outcome, Outcome::Failed(_))).count();
    let unchecked = done.iter().filter(|(.., outcome)| matches!(outcome, Outcome::NotChecked(_))).count();
    println!("{:<12} {:>9.1}  {failed} failed, {unchecked} not checked", "all", total.as_secs_f64());
    failed == 0
}
