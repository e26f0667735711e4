//! Sizes: files and crates stay small enough to be read. Function length is clippy's work (`too_many_lines`).
//!
//! The share of comment lines is reported, never enforced: a number is easy to please and a comment is not.

use std::collections::BTreeMap;

use super::lexer::Kind;
use super::repo::{File, Finding, Repo};

/// Lines at which a file is refused.
const FILE_LIMIT: usize = 800;
/// Lines from which a file should become a folder.
const FILE_TALK: usize = 600;

/// Lines of each crate with its inline tests: hoped for, talk first.
const CRATES: &[(&str, usize, usize)] = &[
    ("ledger", 2_500, 4_500),
    ("log", 3_000, 5_000),
    ("domain", 6_000, 11_000),
    ("planfile", 2_500, 5_000),
    ("forecast", 2_500, 5_000),
    ("app", 5_000, 9_000),
    ("settle", 2_500, 5_000),
    ("store", 4_000, 8_000),
    ("gateways", 2_500, 5_000),
    ("consortium", 2_000, 4_000),
    ("web", 6_000, 12_000),
    ("sim", 2_500, 5_000),
    ("huzhu", 2_000, 4_000),
    ("xtask", 2_000, 3_500),
];

/// Checks files against the limit and crates against the table.
pub(crate) fn check(repo: &Repo, out: &mut Vec<Finding>) {
    let mut rooms: BTreeMap<&str, usize> = BTreeMap::new();
    for file in rust(repo) {
        let lines = file.text.lines().count();
        if lines > FILE_LIMIT {
            let what = format!("{lines} lines, the limit is {FILE_LIMIT}");
            out.push(Finding::new(
                &file.path,
                1,
                "file-size",
                what,
                "split it by noun into a folder",
            ));
        } else if lines > FILE_TALK {
            let what = format!("{lines} lines, a file should end at about {FILE_TALK}");
            out.push(Finding::new(&file.path, 1, "file-size", what, "think of a folder").into_warning());
        }
        if let Some(room) = file.room().filter(|_| file.path.contains("/src/")) {
            let total = rooms.entry(room).or_default();
            *total = total.saturating_add(lines);
        }
    }
    for (room, lines) in rooms {
        let Some((_, hoped, talk)) = CRATES.iter().find(|(name, ..)| *name == room) else {
            continue;
        };
        if lines > *hoped {
            let path = if room == "xtask" {
                "xtask".to_owned()
            } else {
                format!("crates/{room}")
            };
            let what = format!("{lines} lines, hoped for {hoped}, talk first at {talk}");
            let remedy = if lines > *talk {
                "talk before it grows further"
            } else {
                "keep an eye on it"
            };
            out.push(Finding::new(&path, 1, "crate-size", what, remedy).into_warning());
        }
    }
}

fn rust(repo: &Repo) -> impl Iterator<Item = &File> {
    repo.files.iter().filter(|f| f.ending() == "rs")
}

/// One line that says which share of the Rust lines is comment (hoped for: 8 to 13 percent).
pub(crate) fn comment_share(repo: &Repo) -> String {
    let (mut comments, mut all) = (0_usize, 0_usize);
    for file in rust(repo) {
        comments = comments.saturating_add(comment_lines(file));
        all = all.saturating_add(file.text.lines().filter(|line| !line.trim().is_empty()).count());
    }
    let percent = comments.saturating_mul(100).checked_div(all).unwrap_or(0);
    format!(
        "tidy: {comments} of {all} Rust lines are comments ({percent} percent, hoped for 8 to 13; not enforced)"
    )
}

/// Lines that hold a comment and nothing else.
fn comment_lines(file: &File) -> usize {
    let code: Vec<usize> = file
        .tokens
        .iter()
        .filter(|t| t.kind != Kind::Comment)
        .map(|t| t.line)
        .collect();
    let comments = file.tokens.iter().filter(|t| t.kind == Kind::Comment);
    comments
        .filter(|t| code.binary_search(&t.line).is_err())
        .map(|t| t.text.lines().count())
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::found;

    #[test]
    fn long_files_are_refused_and_big_crates_are_mentioned() {
        let rows: &[(&str, usize, &[&str])] = &[
            ("crates/web/src/a.rs", 600, &[]),
            (
                "crates/web/src/a.rs",
                601,
                &["crates/web/src/a.rs:1 file-size (warning)"],
            ),
            (
                "crates/web/src/a.rs",
                800,
                &["crates/web/src/a.rs:1 file-size (warning)"],
            ),
            ("crates/web/src/a.rs", 801, &["crates/web/src/a.rs:1 file-size"]),
            (
                "crates/web/tests/it/a.rs",
                801,
                &["crates/web/tests/it/a.rs:1 file-size"],
            ),
            ("docs/a.md", 5_000, &[]),
            (
                "xtask/src/a.rs",
                2_001,
                &["xtask:1 crate-size (warning)", "xtask/src/a.rs:1 file-size"],
            ),
        ];
        for (path, lines, expected) in rows {
            assert_eq!(
                found(check, &[(path, &"x\n".repeat(*lines))]),
                *expected,
                "{path} {lines}"
            );
        }
    }

    #[test]
    fn only_lines_of_pure_comment_count() {
        let repo = Repo::of(&[(
            "a.rs",
            "// one\nlet a = 1; // not this\n\n/* two\nthree */\nlet b = 2;\n",
        )]);
        assert!(
            comment_share(&repo).contains("3 of 5"),
            "{}",
            comment_share(&repo)
        );
    }
}
