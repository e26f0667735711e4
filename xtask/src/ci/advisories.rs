//! Known vulnerabilities of the libraries we link (`RustSec`). The database lives on a git host that some build machines cannot
//! reach; then the step says so in the summary instead of passing.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use super::Outcome;

/// How long the host of the database may take: a blocked network often answers nothing at all.
const PATIENCE: Duration = Duration::from_mins(1);

/// Fetches the database and checks against it.
pub(super) fn check(root: &Path) -> Outcome {
    if let Err(reason) = fetch(root) {
        println!("advisories were not checked: {reason}");
        return Outcome::NotChecked(format!("the advisory database could not be fetched ({reason})"));
    }
    let arguments = ["deny", "--locked", "--all-features", "check", "--disable-fetch", "advisories"];
    super::outcome_of(super::cargo(root, &arguments, &[]))
}

fn fetch(root: &Path) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(["deny", "fetch", "db"]).current_dir(root);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| error.to_string())?;
    let said = wait_or_kill(&mut child)?;
    let status = child.wait().map_err(|error| error.to_string())?;
    if status.success() { Ok(()) } else { Err(last_line(&said)) }
}

/// What the child writes to its error stream until it ends; it is killed when it takes too long.
fn wait_or_kill(child: &mut Child) -> Result<String, String> {
    let (sender, receiver) = mpsc::channel();
    if let Some(mut stream) = child.stderr.take() {
        thread::spawn(move || {
            let mut said = Vec::new();
            // What was read so far is enough: it is shown to a person.
            let _ = stream.read_to_end(&mut said);
            let _ = sender.send(String::from_utf8_lossy(&said).into_owned());
        });
    }
    receiver.recv_timeout(PATIENCE).map_err(|_| {
        let _ = child.kill();
        let _ = child.wait();
        format!("no answer within {} seconds", PATIENCE.as_secs())
    })
}

fn last_line(said: &str) -> String {
    said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("no reason given").to_owned()
}

#[cfg(test)]
mod tests {
    use super::last_line;

    #[test]
    fn the_reason_is_the_last_line_that_says_something() {
        assert_eq!(last_line("a\n  b \n\n"), "b");
        assert_eq!(last_line(""), "no reason given");
    }
}
