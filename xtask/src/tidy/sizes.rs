//! Sizes: files, functions and crates stay small enough to be read. Clippy refuses functions of more than 70 lines of code
//! (`too_many_lines`); here a waiver of that lint ends, at [`FUNCTION_LIMIT`].
//!
//! The share of comment lines is reported, never enforced: a number is easy to please and a comment is not.

use std::collections::BTreeMap;

use super::lexer::{Kind, Token};
use super::repo::{File, Finding, Repo};

/// Lines at which a file is refused.
const FILE_LIMIT: usize = 800;
/// Lines from which a file should become a folder.
const FILE_TALK: usize = 600;

/// Lines at which a function is refused, comments and blank lines included, whatever lint is waived.
const FUNCTION_LIMIT: usize = 120;

/// Lines of each crate with its inline tests: hoped for, talk first.
const CRATES: &[(&str, usize, usize)] = &[
    ("ledger", 2_500, 4_500),
    ("log", 3_000, 5_000),
    ("bank", 2_000, 4_000),
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
            out.push(Finding::new(&file.path, 1, "file-size", what, "split it by noun into a folder"));
        } else if lines > FILE_TALK {
            let what = format!("{lines} lines, a file should end at about {FILE_TALK}");
            out.push(Finding::new(&file.path, 1, "file-size", what, "think of a folder").into_warning());
        }
        // A table of a test is data, however long.
        let is_test = file.path.contains("/tests/") || file.path.ends_with("tests.rs");
        let functions = if is_test { Vec::new() } else { functions(file) };
        for (line, length) in functions.into_iter().filter(|(_, length)| *length > FUNCTION_LIMIT) {
            let what = format!("a function of {length} lines, the limit is {FUNCTION_LIMIT}");
            out.push(Finding::new(&file.path, line, "function-size", what, "split it by step or by state"));
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
            let path = if room == "xtask" { "xtask".to_owned() } else { format!("crates/{room}") };
            let what = format!("{lines} lines, hoped for {hoped}, talk first at {talk}");
            let remedy = if lines > *talk { "talk before it grows further" } else { "keep an eye on it" };
            out.push(Finding::new(&path, 1, "crate-size", what, remedy).into_warning());
        }
    }
}

/// Each function with a body: its first line and how many lines it has.
fn functions(file: &File) -> Vec<(usize, usize)> {
    let code: Vec<&Token> = file.tokens.iter().filter(|t| t.kind != Kind::Comment).collect();
    let mut out = Vec::new();
    for (index, token) in code.iter().enumerate().filter(|(_, t)| t.kind == Kind::Word && t.text == "fn") {
        let (mut depth, mut brackets) = (0_usize, 0_usize);
        for mark in code.iter().skip(index).filter(|t| t.kind == Kind::Mark) {
            match mark.text.as_str() {
                "{" => depth = depth.saturating_add(1),
                "}" => depth = depth.saturating_sub(1),
                "[" => brackets = brackets.saturating_add(1),
                "]" => brackets = brackets.saturating_sub(1),
                // A signature without a body ends here, but not at the array type `[u8; 4]`.
                ";" if depth == 0 && brackets == 0 => break,
                _ => continue,
            }
            if depth == 0 && mark.text == "}" {
                out.push((token.line, mark.line.saturating_sub(token.line).saturating_add(1)));
                break;
            }
        }
    }
    out
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
    let code: Vec<usize> = file.tokens.iter().filter(|t| t.kind != Kind::Comment).map(|t| t.line).collect();
    let comments = file.tokens.iter().filter(|t| t.kind == Kind::Comment);
    comments.filter(|t| code.binary_search(&t.line).is_err()).map(|t| t.text.lines().count()).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::found;

    #[test]
    fn long_files_are_refused_and_big_crates_are_mentioned() {
        let rows: &[(&str, usize, &[&str])] = &[
            ("crates/web/src/a.rs", 600, &[]),
            ("crates/web/src/a.rs", 601, &["crates/web/src/a.rs:1 file-size (warning)"]),
            ("crates/web/src/a.rs", 800, &["crates/web/src/a.rs:1 file-size (warning)"]),
            ("crates/web/src/a.rs", 801, &["crates/web/src/a.rs:1 file-size"]),
            ("crates/web/tests/it/a.rs", 801, &["crates/web/tests/it/a.rs:1 file-size"]),
            ("docs/a.md", 5_000, &[]),
            ("xtask/src/a.rs", 2_001, &["xtask:1 crate-size (warning)", "xtask/src/a.rs:1 file-size"]),
        ];
        for (path, lines, expected) in rows {
            assert_eq!(found(check, &[(path, &"x\n".repeat(*lines))]), *expected, "{path} {lines}");
        }
    }

    #[test]
    fn long_functions_are_refused() {
        let rows: &[(&str, usize, usize)] =
            &[("fn a() {", 118, 0), ("fn a() {", 119, 1), ("struct A {", 200, 0)];
        for (head, lines, expected) in rows {
            let text = format!("{head}\n{}}}\nfn b() {{}}\n", "x;\n".repeat(*lines));
            assert_eq!(found(check, &[("crates/web/src/a.rs", &text)]).len(), *expected, "{head} {lines}");
        }
    }

    #[test]
    fn only_lines_of_pure_comment_count() {
        let repo = Repo::of(&[("a.rs", "// one\nlet a = 1; // not this\n\n/* two\nthree */\nlet b = 2;\n")]);
        assert!(comment_share(&repo).contains("3 of 5"), "{}", comment_share(&repo));
    }
}
