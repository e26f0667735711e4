//! Things that may not stand in Rust code, found by their tokens, so that strings and comments are left alone.
//!
//! Clippy refuses some of them too; here they are refused in every crate and under every `allow`.

use super::lexer::{Kind, Token};
use super::repo::{File, Finding, Repo};

/// A run of tokens that is refused.
struct Ban {
    /// Texts of the tokens, in order.
    tokens: &'static [&'static str],
    /// Where it is refused: an empty list means in every crate.
    rooms: &'static [&'static str],
    /// Short name of the rule.
    rule: &'static str,
    /// What to do instead.
    remedy: &'static str,
}

/// Crates below the edge: their order of iteration reaches members, so it must be defined.
const BELOW_THE_EDGE: &[&str] = &[
    "ledger",
    "log",
    "bank",
    "domain",
    "planfile",
    "forecast",
    "app",
    "settle",
    "store",
    "consortium",
    "sim",
];

const BANS: &[Ban] = &[
    Ban {
        tokens: &["#", "[", "ignore"],
        rooms: &[],
        rule: "no-ignore",
        remedy: "a test runs or is deleted; slow ones scale by HUZHU_SEEDS",
    },
    Ban {
        tokens: &["todo", "!"],
        rooms: &[],
        rule: "no-todo",
        remedy: "build it, or leave the whole thing out",
    },
    Ban { tokens: &["unimplemented", "!"], rooms: &[], rule: "no-todo", remedy: "build it, or leave it out" },
    Ban {
        tokens: &["thread", ":", ":", "sleep"],
        rooms: &[],
        rule: "no-sleep",
        remedy: "wait for a condition, not for a time",
    },
    Ban { tokens: &["HashMap"], rooms: BELOW_THE_EDGE, rule: "defined-order", remedy: "use BTreeMap" },
    Ban { tokens: &["HashSet"], rooms: BELOW_THE_EDGE, rule: "defined-order", remedy: "use BTreeSet" },
];

/// Files that may hold `unsafe`: the hashing kernel of the settlement, see `docs/decisions/0010-share-tree.md`.
const UNSAFE_ALLOWED: &[&str] = &["crates/settle/src/hashing/lanes.rs"];

/// Marks of unfinished work in comments.
const UNFINISHED: &[&str] = &["TODO", "FIXME", "XXX", "HACK"];

/// Checks every Rust file.
pub(crate) fn check(repo: &Repo, out: &mut Vec<Finding>) {
    for file in &repo.files {
        let code: Vec<&Token> = file.tokens.iter().filter(|t| t.kind != Kind::Comment).collect();
        for ban in BANS {
            check_ban(file, &code, ban, out);
        }
        for token in code.iter().filter(|t| t.kind == Kind::Word && t.text == "unsafe") {
            if !UNSAFE_ALLOWED.contains(&file.path.as_str()) {
                let remedy = "find the safe way; the list of exceptions is in xtask/src/tidy/rust.rs";
                out.push(Finding::new(&file.path, token.line, "no-unsafe", "`unsafe`".to_owned(), remedy));
            }
        }
        for token in file.tokens.iter().filter(|t| t.kind == Kind::Comment) {
            check_comment(file, token, out);
        }
    }
}

fn check_ban(file: &File, code: &[&Token], ban: &Ban, out: &mut Vec<Finding>) {
    if !ban.rooms.is_empty() && !file.room().is_some_and(|room| ban.rooms.contains(&room)) {
        return;
    }
    for window in code.windows(ban.tokens.len()) {
        let matches = window
            .iter()
            .zip(ban.tokens)
            .all(|(token, text)| token.text == *text && matches!(token.kind, Kind::Word | Kind::Mark));
        if let (true, Some(first)) = (matches, window.first()) {
            let what = format!("`{}`", ban.tokens.concat());
            out.push(Finding::new(&file.path, first.line, ban.rule, what, ban.remedy));
        }
    }
}

fn check_comment(file: &File, token: &Token, out: &mut Vec<Finding>) {
    for (offset, line) in token.text.lines().enumerate() {
        let mut words = line.split(|c: char| !c.is_alphanumeric());
        if let Some(word) = words.find(|word| UNFINISHED.contains(word)) {
            let remedy = "do it now, or write it into an issue and say here why it is as it is";
            let at = token.line.saturating_add(offset);
            out.push(Finding::new(&file.path, at, "unfinished", format!("`{word}` in a comment"), remedy));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::found;

    fn check_one(path: &str, text: &str, expected: &[&str]) {
        let shown: Vec<String> =
            found(check, &[(path, text)]).iter().map(|f| f.replace(&format!("{path}:"), "")).collect();
        assert_eq!(shown, expected, "{path}: {text}");
    }

    #[test]
    fn banned_tokens_are_found_and_words_in_strings_are_not() {
        check_one("crates/app/src/a.rs", "fn a() {}", &[]);
        check_one("crates/app/src/a.rs", "#[test]\n#[ignore]\nfn a() {}", &["2 no-ignore"]);
        check_one("crates/app/src/a.rs", "#[ignore = \"slow\"]", &["1 no-ignore"]);
        check_one("crates/app/src/a.rs", "\n\ntodo!()", &["3 no-todo"]);
        check_one("crates/app/src/a.rs", "let todo = 1; // todo!()", &[]);
        check_one("crates/app/src/a.rs", "std::thread::sleep(d)", &["1 no-sleep"]);
        check_one("crates/app/src/a.rs", "\"thread::sleep\"", &[]);
        check_one("crates/app/src/a.rs", "unsafe { f() }", &["1 no-unsafe"]);
        check_one("crates/app/src/a.rs", "#![deny(unsafe_code)]", &[]);
    }

    #[test]
    fn maps_without_order_are_refused_below_the_edge_only() {
        check_one("crates/domain/src/a.rs", "use std::collections::HashMap;", &["1 defined-order"]);
        check_one("crates/store/src/a.rs", "HashSet::new()", &["1 defined-order"]);
        check_one("crates/web/src/a.rs", "use std::collections::HashMap;", &[]);
    }

    #[test]
    fn marks_of_unfinished_work_are_found_in_comments() {
        check_one("crates/app/src/a.rs", "/* fine\n FIXME later */", &["2 unfinished"]);
        check_one("crates/app/src/a.rs", "// TODO: later", &["1 unfinished"]);
        check_one("crates/app/src/a.rs", "// a todo list", &[]);
        check_one("crates/app/src/a.rs", "let a = \"TODO\";", &[]);
    }
}
