//! `cargo xtask bench [NAME]`: runs the named benches on a release build, one after the other, on an otherwise quiet machine.
//!
//! A bench compares with a peer or with the limit of the machine and prints a ratio; figures in documents come from here and
//! say on which machine they were measured. A new bench is one line in [`BENCHES`].

use std::path::Path;
use std::process::Command;

use clap::Args;

/// What to run.
#[derive(Args)]
pub(crate) struct Options {
    /// Benches to run (all, if none is named).
    names: Vec<String>,
    /// List the benches with what they show.
    #[arg(long)]
    list: bool,
}

/// One bench.
struct Bench {
    name: &'static str,
    what: &'static str,
    /// Arguments of `cargo`.
    arguments: &'static [&'static str],
}

const BENCHES: &[Bench] = &[
    Bench {
        name: "joins",
        what: "joins through HTTP with consent stored durably, beside bare inserts of the same rows",
        arguments: &load("joins"),
    },
    Bench {
        name: "ballots",
        what: "ballots through HTTP with durable receipts, beside bare inserts of the same rows",
        arguments: &load("ballots"),
    },
    Bench {
        name: "home",
        what: "the my-home page at 500 requests a second with a million members",
        arguments: &load("home"),
    },
    Bench {
        name: "memory",
        what: "resident memory of the server with a million members",
        arguments: &load("memory"),
    },
    Bench { name: "demo", what: "the whole demo after the build", arguments: &load("demo") },
    Bench {
        name: "store",
        what: "joins at the store itself, beside bare inserts of the same rows, by callers at once",
        arguments: &["run", "--release", "--locked", "--package", "huzhu-store", "--example", "joins"],
    },
    Bench {
        name: "log",
        what: "durable entries through the log's sequencer beside the same files bare, waiting times, memory and start by size",
        arguments: &["run", "--release", "--locked", "--package", "huzhu-store", "--example", "log"],
    },
    Bench {
        name: "settle",
        what: "settling up to a hundred million members with and without the share tree, memory, growth, receipts",
        arguments: &[
            "run",
            "--release",
            "--locked",
            "--package",
            "huzhu-settle",
            "--example",
            "scale",
            "--",
            "all",
        ],
    },
    Bench {
        name: "close",
        what: "closing a period by cohorts, up to a hundred million members",
        arguments: &["bench", "--locked", "--package", "huzhu-domain", "--bench", "settlement"],
    },
    Bench {
        name: "draw",
        what: "a draw from a roster of a million: root, order of a jury, everybody in order",
        arguments: &["bench", "--locked", "--package", "huzhu-domain", "--bench", "draw"],
    },
];

/// Arguments for the load generator of the binary.
const fn load(what: &'static str) -> [&'static str; 9] {
    ["run", "--release", "--locked", "--package", "huzhu", "--example", "load", "--", what]
}

/// Runs the benches; true if each ended well.
pub(crate) fn run(root: &Path, options: &Options) -> bool {
    if let Some(unknown) = options.names.iter().find(|name| !BENCHES.iter().any(|b| b.name == name.as_str()))
    {
        eprintln!("bench: there is no bench `{unknown}`; see `cargo xtask bench --list`");
        return false;
    }
    let chosen =
        BENCHES.iter().filter(|b| options.names.is_empty() || options.names.iter().any(|n| n == b.name));
    let mut passed = true;
    for bench in chosen {
        println!("{:<16} {}", bench.name, bench.what);
        if options.list {
            continue;
        }
        let status = Command::new("cargo").args(bench.arguments).current_dir(root).status();
        let ended_well = status.is_ok_and(|status| status.success());
        if !ended_well {
            eprintln!("bench: {} failed", bench.name);
        }
        passed &= ended_well;
    }
    passed
}
