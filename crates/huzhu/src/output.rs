//! How commands end and print: one exit code for each kind of ending, text or `--json`.

use std::io::Write as _;
use std::process::ExitCode;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    /// It did what was asked.
    Done,
    /// A rule or a check said no; the reason was printed.
    Refused,
}

/// Why a command could not do its work.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// The command line or an input file is wrong; the text says what and how to mend it.
    #[error("{0}")]
    WrongUse(String),
    /// Something that should work does not.
    #[error("{0}")]
    Broken(String),
}

impl Failure {
    /// Broken, with what was being done.
    pub(crate) fn broken(doing: &str, error: impl std::fmt::Display) -> Self {
        Self::Broken(format!("{doing}: {error}"))
    }
}

/// The exit code of a result; prints a failure to standard error, as JSON where asked.
pub(crate) fn exit(result: Result<Ending, Failure>, json: bool) -> ExitCode {
    let (code, kind, failure) = match result {
        Ok(Ending::Done) => return ExitCode::SUCCESS,
        Ok(Ending::Refused) => return ExitCode::from(1),
        Err(failure @ Failure::WrongUse(_)) => (2, "wrong-use", failure),
        Err(failure @ Failure::Broken(_)) => (3, "broken", failure),
    };
    let text = if json {
        serde_json::json!({ "error": kind, "detail": failure.to_string() }).to_string()
    } else {
        format!("error: {failure}")
    };
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
    ExitCode::from(code)
}

/// Prints a line to standard output. A closed pipe (`huzhu ... | head`) ends the program quietly.
pub(crate) fn line(text: impl std::fmt::Display) {
    if writeln!(std::io::stdout(), "{text}").is_err() {
        std::process::exit(0);
    }
}

/// Prints a line to standard error: progress, hints, secrets that must not end up in a pipe.
pub(crate) fn note(text: impl std::fmt::Display) {
    // Nobody is left to tell when standard error is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// Prints a JSON value, indented.
pub(crate) fn json(value: &serde_json::Value) {
    line(format_args!("{value:#}"));
}
