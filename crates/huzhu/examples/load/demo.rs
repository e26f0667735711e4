//! How long `huzhu demo --once` takes after the build; the limit is 30 seconds.

use std::process::{Command, Stdio};

use super::{Outcome, now, print, server};

/// Seconds that the demo may take.
const LIMIT: f64 = 30.0;

pub(crate) fn measure() -> Outcome<()> {
    let huzhu = server::huzhu()?;
    let begin = now();
    let status = Command::new(huzhu).args(["demo", "--once"]).stdout(Stdio::null()).status()?;
    let seconds = begin.elapsed().as_secs_f64();
    print(&format!("demo --once: {seconds:.1} s, {:.2} of the {LIMIT:.0} s it may take", seconds / LIMIT));
    if status.success() { Ok(()) } else { Err("the demo failed".into()) }
}
