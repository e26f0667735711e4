//! The table of checks. A new check is one entry here.
//!
//! The order is chosen so that quick answers come first, and so that little is compiled twice: clippy and rustdoc share the
//! checked dependencies, the tests and the doc tests share the built ones.

/// One check.
pub(crate) struct Step {
    /// Name for `--only`.
    pub(crate) name: &'static str,
    /// What it shows when it passes.
    pub(crate) what: &'static str,
    /// Only with `--full`.
    pub(crate) full: bool,
    /// How it is done.
    pub(crate) action: Action,
}

/// How a check is done.
pub(crate) enum Action {
    /// `cargo` with arguments and environment.
    Cargo { arguments: &'static [&'static str], env: &'static [(&'static str, &'static str)] },
    /// The rules of `cargo xtask tidy`.
    Tidy,
    /// Known vulnerabilities, where the database can be fetched.
    Advisories,
    /// Each file of [`GENERATED`] is what its command makes.
    Generated,
    /// A script of the repository, run by bash; "not checked" as long as it does not exist.
    Script(&'static str),
}

/// A committed file that a command makes.
pub(crate) struct Generated {
    /// Path from the root.
    pub(crate) path: &'static str,
    /// Arguments of `cargo`; what it prints is the file.
    pub(crate) command: &'static [&'static str],
}

/// Generated files that no test compares already.
pub(crate) const GENERATED: &[Generated] = &[];

pub(crate) const STEPS: &[Step] = &[
    quick("fmt", "the code is formatted", cargo(&["fmt", "--all", "--check"])),
    quick("tidy", "the written rules of the house hold", Action::Tidy),
    quick(
        "clippy",
        "no lint of compiler or clippy fires",
        cargo(&["clippy", "--locked", "--workspace", "--all-targets", "--", "-D", "warnings"]),
    ),
    quick(
        "tests",
        "every test passes",
        cargo(&["nextest", "run", "--locked", "--workspace", "--profile", "ci"]),
    ),
    quick(
        "doctests",
        "examples in the documentation run",
        cargo(&["test", "--locked", "--workspace", "--doc"]),
    ),
    quick(
        "docs",
        "the documentation builds, every link in it leads somewhere",
        Action::Cargo {
            arguments: &["doc", "--locked", "--workspace", "--no-deps"],
            env: &[("RUSTDOCFLAGS", "-D warnings")],
        },
    ),
    quick(
        "deny",
        "licences, bans and sources of all libraries are in order",
        cargo(&["deny", "--locked", "--all-features", "check", "licenses", "bans", "sources"]),
    ),
    quick("advisories", "no library has a known vulnerability", Action::Advisories),
    quick("generated", "generated files are up to date", Action::Generated),
    slow("release", "the release build", cargo(&["build", "--release", "--locked"])),
    slow(
        "demo",
        "the demo lives through its periods",
        cargo(&["run", "--release", "--locked", "--", "demo", "--once"]),
    ),
    slow(
        "simulator",
        "a thousand seeds of the simulator without a finding",
        Action::Cargo {
            arguments: &[
                "nextest",
                "run",
                "--release",
                "--locked",
                "--package",
                "huzhu-sim",
                "--profile",
                "full",
            ],
            env: &[("HUZHU_SEEDS", "1000")],
        },
    ),
    slow(
        "kills",
        "nothing acknowledged is lost when the process is killed two hundred times",
        Action::Cargo {
            arguments: &[
                "nextest",
                "run",
                "--release",
                "--locked",
                "--package",
                "huzhu",
                "--profile",
                "full",
            ],
            env: &[("HUZHU_KILLS", "200")],
        },
    ),
    slow(
        "books",
        "hledger accepts the exported books and has the same balances",
        Action::Script("e2e/books.sh"),
    ),
    slow(
        "draw",
        "a Python script draws a thousand random rosters as Rust does, and both refuse the forgeries",
        Action::Script("e2e/draw.sh"),
    ),
    slow(
        "shares",
        "a Python script accepts the receipts of shares as Huzhu does, and both refuse every change of one",
        Action::Script("e2e/shares.sh"),
    ),
    slow(
        "bank",
        "files for a bank fit the published schemas and are read back by a crate of others",
        Action::Script("e2e/bank.sh"),
    ),
    slow(
        "vault",
        "1 GB of evidence in little memory; broken uploads go on; nothing is left of what was refused or erased; S3",
        Action::Script("e2e/vault.sh"),
    ),
    slow(
        "log",
        "foreign verifiers accept the log after 20 kills of its writer, and refuse every change of it",
        Action::Script("e2e/log.sh"),
    ),
    slow(
        "api",
        "schemathesis finds no difference between the API and its document",
        Action::Script("e2e/api.sh"),
    ),
    slow(
        "webhooks",
        "the verifier library of the standard accepts every webhook, also after a kill, and refuses every change",
        Action::Script("e2e/webhooks.sh"),
    ),
    slow(
        "witness",
        "outside witnesses, ours and foreign, and a time-stamp authority",
        Action::Script("e2e/witness.sh"),
    ),
    slow("pages", "no page has an accessibility finding", Action::Script("e2e/pages.sh")),
];

const fn quick(name: &'static str, what: &'static str, action: Action) -> Step {
    Step { name, what, full: false, action }
}

const fn slow(name: &'static str, what: &'static str, action: Action) -> Step {
    Step { name, what, full: true, action }
}

const fn cargo(arguments: &'static [&'static str]) -> Action {
    Action::Cargo { arguments, env: &[] }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_steps_are_unique() {
        let mut names: Vec<&str> = STEPS.iter().map(|step| step.name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all);
    }
}
