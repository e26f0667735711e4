//! `cargo xtask tidy`: the written rules of the house that neither compiler nor clippy checks.
//!
//! Shape: one file per family of rules, each with a `check(&Repo, &mut Vec<Finding>)` and a table of tests. Guarantee:
//! each finding names file, line, rule and remedy; the exit code is a failure if there is an error, warnings alone
//! pass. Limits: rules read text, not types; what a type or a lint can say is said there.

mod glossary;
mod layers;
mod lexer;
mod markdown;
mod names;
mod private;
mod repo;
mod rust;
mod sizes;
mod sql;

use std::path::Path;

use repo::{Finding, Repo};

/// Every rule family. A new family is one line here.
const RULES: &[fn(&Repo, &mut Vec<Finding>)] = &[
    glossary::check,
    layers::check,
    markdown::check,
    names::check,
    private::check,
    rust::check,
    sizes::check,
    sql::check,
];

/// Checks the repository and prints what it finds; true if there is no error.
pub(crate) fn run(root: &Path) -> bool {
    let repo = match Repo::read(root) {
        Ok(repo) => repo,
        Err(error) => {
            eprintln!("tidy: cannot read the repository: {error}");
            return false;
        }
    };
    let mut findings = Vec::new();
    for rule in RULES {
        rule(&repo, &mut findings);
    }
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    let warnings = findings.iter().filter(|f| f.warning).count();
    let errors = findings.len().saturating_sub(warnings);
    println!("{}", sizes::comment_share(&repo));
    println!("tidy: {} files, {errors} errors, {warnings} warnings", repo.files.len());
    errors == 0
}
