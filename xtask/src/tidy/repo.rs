//! The files that the rules look at, read once; and what a rule says when it is broken.
//!
//! Rules are functions over [`Repo`], which tests build in memory. Build output, downloaded things and data folders
//! are not part of it.

use std::collections::BTreeSet;
use std::fmt;
use std::fs;
use std::io;
use std::path::Path;

use super::lexer::{Token, lex};

/// Folders that are never looked into: not written by hand.
const SKIPPED: &[&str] = &["target", ".git", "node_modules", "__pycache__"];

/// Where a demo started from the root keeps its data.
const DEMO_DATA: &str = "data";

/// One text file of the repository.
pub(crate) struct File {
    /// Path from the root, with `/`.
    pub(crate) path: String,
    /// Its text.
    pub(crate) text: String,
    /// Its tokens, when it is Rust.
    pub(crate) tokens: Vec<Token>,
}

impl File {
    /// The ending of the name, without the dot.
    pub(crate) fn ending(&self) -> &str {
        self.path.rsplit_once('.').map_or("", |(_, ending)| ending)
    }

    /// The crate folder (`crates/domain` gives `domain`, `xtask/..` gives `xtask`), if it lies in one.
    pub(crate) fn room(&self) -> Option<&str> {
        if self.path.starts_with("xtask/") {
            return Some("xtask");
        }
        self.path.strip_prefix("crates/")?.split_once('/').map(|(room, _)| room)
    }
}

/// All files of the repository.
#[derive(Default)]
pub(crate) struct Repo {
    /// Text files in order of their paths.
    pub(crate) files: Vec<File>,
    /// Every path, folders and pictures included; the root is the empty path.
    pub(crate) paths: BTreeSet<String>,
}

impl Repo {
    /// Reads the repository below `root`.
    pub(crate) fn read(root: &Path) -> io::Result<Self> {
        let mut repo = Self::default();
        repo.read_folder(root, "")?;
        repo.files.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(repo)
    }

    fn read_folder(&mut self, folder: &Path, prefix: &str) -> io::Result<()> {
        self.paths.insert(prefix.trim_end_matches('/').to_owned());
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if SKIPPED.contains(&name.as_str()) || (prefix.is_empty() && name == DEMO_DATA) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                self.read_folder(&entry.path(), &format!("{prefix}{name}/"))?;
            } else {
                // Pictures and other bytes that are not text are known by name only.
                let text = String::from_utf8(fs::read(entry.path())?).ok();
                self.add(format!("{prefix}{name}"), text);
            }
        }
        Ok(())
    }

    fn add(&mut self, path: String, text: Option<String>) {
        self.paths.insert(path.clone());
        if let Some(text) = text {
            let mut file = File { path, text, tokens: Vec::new() };
            if file.ending() == "rs" {
                file.tokens = lex(&file.text);
            }
            self.files.push(file);
        }
    }

    /// The file at this path.
    pub(crate) fn file(&self, path: &str) -> Option<&File> {
        self.files.iter().find(|f| f.path == path)
    }

    /// A repository in memory, for tests of rules.
    #[cfg(test)]
    pub(crate) fn of(files: &[(&str, &str)]) -> Self {
        let mut repo = Self::default();
        for (path, text) in files {
            for (at, _) in path.match_indices('/') {
                repo.paths.insert(path.get(..at).unwrap_or_default().to_owned());
            }
            repo.add((*path).to_owned(), Some((*text).to_owned()));
        }
        repo
    }
}

/// A broken rule: where, which, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// Path from the root.
    pub(crate) path: String,
    /// Line, counted from 1.
    pub(crate) line: usize,
    /// Short name of the rule.
    pub(crate) rule: &'static str,
    /// What was found.
    pub(crate) what: String,
    /// What to do instead.
    pub(crate) remedy: String,
    /// A warning is reported but does not fail the check.
    pub(crate) warning: bool,
}

impl Finding {
    /// A finding that fails the check.
    pub(crate) fn new(path: &str, line: usize, rule: &'static str, what: String, remedy: &str) -> Self {
        Self { path: path.to_owned(), line, rule, what, remedy: remedy.to_owned(), warning: false }
    }

    /// The same as a warning.
    pub(crate) fn into_warning(mut self) -> Self {
        self.warning = true;
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grade = if self.warning { "warning" } else { "error" };
        write!(f, "{}:{}: {grade} [{}] {}; {}", self.path, self.line, self.rule, self.what, self.remedy)
    }
}

/// What a rule finds in files held in memory, one `path:line rule` per finding. For tests of rules.
#[cfg(test)]
pub(crate) fn found(rule: fn(&Repo, &mut Vec<Finding>), files: &[(&str, &str)]) -> Vec<String> {
    let mut out = Vec::new();
    rule(&Repo::of(files), &mut out);
    out.sort();
    out.iter()
        .map(|f| format!("{}:{} {}{}", f.path, f.line, f.rule, if f.warning { " (warning)" } else { "" }))
        .collect()
}
