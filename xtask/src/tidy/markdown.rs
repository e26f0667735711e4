//! Documents: relative links lead somewhere, and `ARCHITECTURE.md` names the crates that exist and no others.

use super::repo::{File, Finding, Repo};

/// The document that must name each crate.
const MAP: &str = "ARCHITECTURE.md";

/// Checks every Markdown file.
pub(crate) fn check(repo: &Repo, out: &mut Vec<Finding>) {
    for file in repo.files.iter().filter(|f| f.ending() == "md") {
        check_links(repo, file, out);
    }
    if let Some(map) = repo.file(MAP) {
        check_map(repo, map, out);
    }
}

/// Lines outside code fences, with their numbers.
fn prose(file: &File) -> Vec<(usize, &str)> {
    let mut fenced = false;
    let mut out = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        if line.trim_start().starts_with("```") {
            fenced = !fenced;
        } else if !fenced {
            out.push((index.saturating_add(1), line));
        }
    }
    out
}

fn check_links(repo: &Repo, file: &File, out: &mut Vec<Finding>) {
    for (line, text) in prose(file) {
        for target in targets(text) {
            if let Some(what) = dead(repo, file, target) {
                let remedy = "correct the link or write what it leads to";
                out.push(Finding::new(&file.path, line, "dead-link", what, remedy));
            }
        }
    }
}

/// Targets of `[text](target)`, `![text](target)`, `src="target"` and `href="target"`.
fn targets(line: &str) -> Vec<&str> {
    let mut out = Vec::new();
    for (open, close) in [("](", ')'), ("src=\"", '"'), ("srcset=\"", '"'), ("href=\"", '"')] {
        for (at, _) in line.match_indices(open) {
            let rest = line.get(at.saturating_add(open.len())..).unwrap_or_default();
            // A title may follow the target: [text](target "title").
            let target = rest.split(close).next().unwrap_or_default();
            out.extend(target.split_whitespace().next());
        }
    }
    out
}

fn dead(repo: &Repo, file: &File, target: &str) -> Option<String> {
    if target.contains("://") || target.starts_with("mailto:") {
        return None;
    }
    let (path, anchor) = target.split_once('#').unwrap_or((target, ""));
    let path = if path.is_empty() { file.path.clone() } else { resolve(&file.path, path)? };
    if !repo.paths.contains(path.trim_end_matches('/')) {
        return Some(format!("`{target}` does not exist"));
    }
    let missing_anchor = !anchor.is_empty() && repo.file(&path).is_some_and(|f| !has_anchor(f, anchor));
    missing_anchor.then(|| format!("`{path}` has no heading `#{anchor}`"))
}

/// The path that a relative link leads to; `None` if it leaves the repository.
fn resolve(from: &str, link: &str) -> Option<String> {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in link.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            _ => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

fn has_anchor(file: &File, anchor: &str) -> bool {
    prose(file).iter().filter(|(_, line)| line.starts_with('#')).any(|(_, line)| slug(line) == anchor)
}

/// The anchor that forges give a heading: lower case, blanks as dashes, no punctuation.
fn slug(heading: &str) -> String {
    let text = heading.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|c| c.is_alphanumeric() || *c == ' ' || *c == '-' || *c == '_')
        .map(|c| if c == ' ' { '-' } else { c })
        .collect()
}

fn check_map(repo: &Repo, map: &File, out: &mut Vec<Finding>) {
    let exists = |room: &str| repo.paths.contains(&format!("crates/{room}/Cargo.toml"));
    let mut named = Vec::new();
    for (line, text) in prose(map) {
        for (at, _) in text.match_indices("crates/") {
            let rest = text.get(at.saturating_add("crates/".len())..).unwrap_or_default();
            let room: String = rest.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            if !room.is_empty() && !exists(&room) {
                let what = format!("`crates/{room}` does not exist");
                out.push(Finding::new(
                    MAP,
                    line,
                    "code-map",
                    what,
                    "name what exists; plans belong to issues",
                ));
            }
            named.push(room);
        }
    }
    let manifests =
        repo.paths.iter().filter_map(|path| path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml"));
    for room in manifests.filter(|room| !room.contains('/')) {
        if !named.iter().any(|name| name == room) {
            let what = format!("`crates/{room}` is not named");
            out.push(Finding::new(MAP, 1, "code-map", what, "give it a paragraph in the code map"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::found;

    #[test]
    fn dead_links_are_found() {
        let rows: &[(&str, &[&str])] = &[
            ("[a](docs/b.md)", &[]),
            ("[a](./docs/)", &[]),
            ("[a](docs/c.md)", &["README.md:1 dead-link"]),
            ("[a](https://example.org/c.md)", &[]),
            ("[a](mailto:a@example.org)", &[]),
            ("x\n\n![a](docs/c.png)", &["README.md:3 dead-link"]),
            ("<img src=\"docs/c.png\">", &["README.md:1 dead-link"]),
            ("[a](docs/b.md#two-words)", &[]),
            ("[a](docs/b.md#three)", &["README.md:1 dead-link"]),
            ("# Here\n[a](#here) [b](#there)", &["README.md:2 dead-link"]),
            ("```\n[a](docs/c.md)\n```", &[]),
            ("[a](docs/b.md \"title\")", &[]),
        ];
        for (text, expected) in rows {
            let files = [("README.md", *text), ("docs/b.md", "# B\n## Two words!\n[up](../README.md)")];
            assert_eq!(found(check, &files), *expected, "{text}");
        }
    }

    #[test]
    fn the_code_map_names_the_crates_that_exist() {
        let crates = [("crates/app/Cargo.toml", ""), ("crates/web/Cargo.toml", "")];
        let rows: &[(&str, &[&str])] = &[
            ("`crates/app` and `crates/web`", &[]),
            ("`crates/app`", &["ARCHITECTURE.md:1 code-map"]),
            ("`crates/app` `crates/web/src`\n`crates/gone`", &["ARCHITECTURE.md:2 code-map"]),
        ];
        for (text, expected) in rows {
            let files = [crates.as_slice(), &[("ARCHITECTURE.md", *text)]].concat();
            assert_eq!(found(check, &files), *expected, "{text}");
        }
    }
}
