//! Plan files: TOML in, plan terms or every mistake with its place out; show, diff, JSON Schema.
//!
//! Shape: bytes -> `load` checks size and encoding -> TOML tree with spans -> `walk` checks every value against the table of [`keys`]
//! and remembers where it stands -> `build` makes the parts of the terms -> the domain checks them against each other
//! and its mistakes are put at the places where their values stand.
//!
//! Guarantees: never panics on any bytes; every mistake of a file is reported at once, in the order of the file, each
//! with line, column, rule, message and remedy. A mistake that only follows from another one is held back.
//!
//! Limits: [`MAX_FILE_BYTES`], [`MAX_DEPTH`], [`MAX_MISTAKES`], [`MAX_LIST`]; after an error of TOML's own syntax only
//! such errors are reported, because what was meant cannot be known.

mod build;
mod diff;
pub mod keys;
mod load;
mod money;
mod outline;
mod report;
pub mod rules;
mod scalar;
mod schema;
mod walk;

use huzhu_domain::plan::{PlanTerms, Rule};

pub use diff::{Change, Who, diff};
pub use outline::{Section, outline, show};
pub use report::{Mistake, Report};
pub use schema::schema;

/// Longest plan file that is read, in bytes: protects memory; the largest preset has about 40 KiB.
pub const MAX_FILE_BYTES: usize = 512 * 1024;
/// Deepest nesting of values: protects the stack; presets need 4.
pub const MAX_DEPTH: usize = 16;
/// Most mistakes in one report: protects the reader.
pub const MAX_MISTAKES: usize = 200;
/// Most entries of one list: protects the checks between entries, which take quadratic time.
pub const MAX_LIST: usize = 500;

/// Reads a plan file; `name` is what the report calls it.
///
/// # Errors
/// [`Report`] with every mistake of the file.
///
/// ```
/// let report = huzhu_planfile::check("[plan]\nid = \"My Plan\"\n", "my.toml").unwrap_err();
/// let first = report.mistakes().iter().find(|m| m.rule.code == "P019").unwrap();
/// assert_eq!((first.line, first.column), (2, 6));
/// ```
pub fn check(source: impl AsRef<[u8]>, name: &str) -> Result<PlanTerms, Report> {
    let bytes = source.as_ref();
    let (text, faults) = match load::text(bytes) {
        Ok(text) => match read(text) {
            Ok(terms) => return Ok(terms),
            Err(faults) => (text.to_owned(), faults),
        },
        Err(fault) => (load::shown(bytes, &fault), vec![fault]),
    };
    Err(Report::new(name, text, faults))
}

/// A mistake before lines and columns are counted.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// Bytes of the file.
    pub(crate) span: std::ops::Range<usize>,
    pub(crate) rule: Rule,
    pub(crate) message: String,
    pub(crate) remedy: String,
}

fn read(text: &str) -> Result<PlanTerms, Vec<Fault>> {
    let tree = load::tree(text)?;
    let (form, mut faults) = walk::walk(text, &tree);
    let parts = build::parts(&form, &mut faults);
    let known_broken = form.broken_paths(&faults);
    match PlanTerms::new(parts) {
        Ok(terms) if faults.is_empty() => return Ok(terms),
        Ok(_) => {}
        Err(mistakes) => {
            for mistake in mistakes {
                let follows = |broken: &String| {
                    walk::inside(&mistake.path, broken)
                        || mistake.related.iter().any(|path| walk::touches(broken, path))
                };
                if known_broken.iter().any(follows) {
                    continue;
                }
                faults.push(walk::Located {
                    path: Some(mistake.path.clone()),
                    fault: Fault {
                        span: form.place(&mistake.path),
                        rule: mistake.rule,
                        message: mistake.message,
                        remedy: mistake.remedy,
                    },
                });
            }
        }
    }
    Err(faults.into_iter().map(|located| located.fault).collect())
}
