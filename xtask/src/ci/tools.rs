//! The programs that the checks call and that are not part of a Rust toolchain: one table with the reason for each.
//!
//! What is missing is installed where that is possible without a question (cargo tools anywhere, system packages on Debian as
//! root) and named otherwise. Nothing is skipped in silence.

use std::path::Path;
use std::process::{Command, Stdio};

/// A program from outside.
pub(crate) struct Tool {
    /// Command that shows the tool is there: program and arguments, ending with success.
    probe: &'static [&'static str],
    /// Where it comes from.
    source: Source,
    /// What it is for.
    why: &'static str,
    /// Only `ci --full` needs it.
    full: bool,
}

#[derive(Clone, Copy)]
enum Source {
    /// A crate and its features, for `cargo install --locked`; no features mean its default ones.
    Crate(&'static str, Option<&'static str>),
    /// A package of Debian and its relatives.
    Debian(&'static str),
}

const TOOLS: &[Tool] = &[
    Tool {
        probe: &["cargo", "nextest", "--version"],
        // Without the updater, whose TLS and archives are a large part of the build.
        source: Source::Crate("cargo-nextest", Some("default-no-update")),
        why: "runs the tests, each in a process of its own",
        full: false,
    },
    Tool {
        probe: &["cargo", "deny", "--version"],
        source: Source::Crate("cargo-deny", None),
        why: "licences, bans and sources of every library",
        full: false,
    },
    Tool {
        probe: &["hledger", "--version"],
        source: Source::Debian("hledger"),
        why: "a foreign program that checks the exported books",
        full: false,
    },
    Tool {
        probe: &["xmllint", "--version"],
        source: Source::Debian("libxml2-utils"),
        why: "checks bank files against the published schemas",
        full: true,
    },
    Tool {
        probe: &["chromium", "--version"],
        source: Source::Debian("chromium"),
        why: "browser journeys with an accessibility audit",
        full: true,
    },
    Tool {
        // Fails without output when no font covers Chinese.
        probe: &["sh", "-c", "fc-list :lang=zh family | grep -q ."],
        source: Source::Debian("fonts-noto-cjk"),
        why: "Chinese pages in pictures and print",
        full: true,
    },
    Tool {
        probe: &["node", "--version"],
        source: Source::Debian("nodejs"),
        why: "drives the browser",
        full: true,
    },
    Tool {
        probe: &["npm", "--version"],
        source: Source::Debian("npm"),
        why: "fetches the accessibility rules",
        full: true,
    },
    Tool {
        probe: &["python3", "-c", "import venv, ensurepip"],
        source: Source::Debian("python3-venv"),
        why: "runs schemathesis against the API",
        full: true,
    },
];

/// Installs what is missing; the error names what could not be.
pub(crate) fn provide(root: &Path, full: bool) -> Result<(), String> {
    let missing = || TOOLS.iter().filter(|tool| (full || !tool.full) && !works(tool));
    let packages: Vec<&str> = missing().filter_map(|tool| tool.source.debian()).collect();
    if !packages.is_empty() && is_debian_root() {
        println!("tools: installing {}", packages.join(" "));
        let quiet = ["-qq", "-o", "Dpkg::Use-Pty=0"];
        let options = ["install", "-y", "--no-install-recommends"];
        // A failure shows below, when the tool is still missing.
        run_quietly(Command::new("apt-get").args(quiet).arg("update"));
        let mut install = Command::new("apt-get");
        install.env("DEBIAN_FRONTEND", "noninteractive");
        run_quietly(install.args(quiet).args(options).args(&packages));
    }
    for (name, features) in missing().filter_map(|tool| tool.source.cargo()) {
        println!("tools: cargo install {name} --locked (takes some minutes, once)");
        let mut install = Command::new("cargo");
        // Outside the repository, so that its toolchain file and lints do not apply.
        install.args(["install", name, "--locked"]).current_dir(root.parent().unwrap_or(root));
        if let Some(features) = features {
            install.args(["--no-default-features", "--features", features]);
        }
        let _ = install.stdin(Stdio::null()).status();
    }
    let still: Vec<String> = missing().map(Tool::explain).collect();
    if still.is_empty() { Ok(()) } else { Err(still.join("; ")) }
}

impl Tool {
    fn explain(&self) -> String {
        let how = match self.source {
            Source::Crate(name, _) => format!("cargo install {name} --locked"),
            Source::Debian(name) => {
                format!("apt-get install {name}, or the package of that name in your system")
            }
        };
        format!("missing: {} ({}): {how}", self.probe.first().unwrap_or(&""), self.why)
    }
}

impl Source {
    fn debian(self) -> Option<&'static str> {
        match self {
            Source::Debian(name) => Some(name),
            Source::Crate(..) => None,
        }
    }

    fn cargo(self) -> Option<(&'static str, Option<&'static str>)> {
        match self {
            Source::Crate(name, features) => Some((name, features)),
            Source::Debian(_) => None,
        }
    }
}

fn works(tool: &Tool) -> bool {
    let Some((program, arguments)) = tool.probe.split_first() else {
        return false;
    };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn is_debian_root() -> bool {
    let id = Command::new("id").arg("-u").output();
    let is_root = id.is_ok_and(|out| String::from_utf8_lossy(&out.stdout).trim() == "0");
    is_root && Path::new("/etc/debian_version").exists()
}

fn run_quietly(command: &mut Command) {
    let _ = command.stdin(Stdio::null()).stdout(Stdio::null()).status();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_tool_says_what_it_is_for_and_where_it_comes_from() {
        for tool in TOOLS {
            assert!(tool.probe.len() > 1 && tool.why.len() > 10, "{}", tool.explain());
        }
        let absent = Tool {
            probe: &["no-such-program-here", "--version"],
            source: Source::Debian("no-such-package"),
            why: "nothing at all",
            full: true,
        };
        assert!(!works(&absent));
        assert!(absent.explain().contains("apt-get install no-such-package"));
    }
}
