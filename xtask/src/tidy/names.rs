//! Names of files, folders and modules that say nothing: a thing without a home shows a missing noun.

use super::lexer::Kind;
use super::repo::{Finding, Repo};

const FORBIDDEN: &[&str] =
    &["utils", "util", "common", "shared", "core", "helpers", "helper", "types", "misc", "stuff", "manager"];

const REMEDY: &str = "find the noun that this is about and name it so";

/// Checks the names of paths below `crates/`, `xtask/`, `fuzz/` and `e2e/`, and of inline modules.
pub(crate) fn check(repo: &Repo, out: &mut Vec<Finding>) {
    let ours = |path: &str| ["crates/", "xtask/", "fuzz/", "e2e/"].iter().any(|top| path.starts_with(top));
    for path in repo.paths.iter().filter(|path| ours(path)) {
        let last = path.rsplit('/').next().unwrap_or(path);
        let stem = last.split('.').next().unwrap_or(last);
        if FORBIDDEN.contains(&stem) {
            out.push(Finding::new(path, 1, "names", format!("`{stem}` says nothing"), REMEDY));
        }
    }
    for file in &repo.files {
        for pair in file.tokens.windows(2) {
            let [first, second] = pair else { continue };
            let is_module = first.kind == Kind::Word && first.text == "mod" && second.kind == Kind::Word;
            if is_module && FORBIDDEN.contains(&second.text.as_str()) {
                let what = format!("the module `{}` says nothing", second.text);
                out.push(Finding::new(&file.path, second.line, "names", what, REMEDY));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::found;

    #[test]
    fn names_that_say_nothing_are_refused() {
        let rows: &[(&str, &str, &[&str])] = &[
            ("crates/web/src/page.rs", "mod money;", &[]),
            ("crates/web/src/utils.rs", "", &["crates/web/src/utils.rs:1 names"]),
            ("crates/web/src/common/page.rs", "", &["crates/web/src/common:1 names"]),
            ("crates/core/Cargo.toml", "", &["crates/core:1 names"]),
            ("crates/web/src/lib.rs", "//! x\npub mod helpers {}", &["crates/web/src/lib.rs:2 names"]),
            ("crates/web/src/lib.rs", "// mod utils\nlet s = \"mod utils\";", &[]),
            ("docs/common.md", "", &[]),
        ];
        for (path, text, expected) in rows {
            assert_eq!(found(check, &[(path, text)]), *expected, "{path}: {text}");
        }
    }
}
