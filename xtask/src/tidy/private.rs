//! Nothing of one person's machine in the repository: no paths of home or scratch folders, no hosts of a private
//! network, no signatures of the tools that somebody wrote with.

use super::repo::{Finding, Repo};

/// First folders of paths that exist on one machine only.
const MACHINE_FOLDERS: &[&str] = &["home", "Users", "root", "tmp", "work", "mnt", "scratch"];

/// Those of them that may be the first part of an address of the web edge: a home page, a work queue, a root.
const ADDRESSES: &[&str] = &["home", "root", "work"];

/// Endings of hosts that only a private network knows.
const PRIVATE_HOSTS: &[&str] = &[".internal", ".corp", ".lan", ".intranet"];

/// Signatures of tools.
const SIGNATURES: &[&str] = &["generated with", "co-authored-by:", "as a language model"];

/// Text files in which an absolute path is a value, not a trace: what runs on servers names folders of the server.
const EXEMPT: &[&str] = &["xtask/src/tidy/private.rs", "Cargo.lock"];

/// Checks every text file.
pub(crate) fn check(repo: &Repo, out: &mut Vec<Finding>) {
    for file in repo.files.iter().filter(|f| !EXEMPT.contains(&f.path.as_str())) {
        for (index, line) in file.text.lines().enumerate() {
            if let Some((what, remedy)) = trace(line, file.room() == Some("web")) {
                out.push(Finding::new(&file.path, index.saturating_add(1), "private", what, remedy));
            }
        }
    }
}

fn trace(line: &str, web: bool) -> Option<(String, &'static str)> {
    let mut folders = MACHINE_FOLDERS.iter().filter(|folder| !(web && ADDRESSES.contains(folder)));
    if let Some(path) = folders.find(|folder| names_folder(line, folder)) {
        return Some((
            format!("a path below /{path}/"),
            "use a path in the repository, a setting or a temporary folder",
        ));
    }
    let lower = line.to_lowercase();
    if lower.contains("://")
        && let Some(host) = PRIVATE_HOSTS.iter().find(|host| has_host(&lower, host))
    {
        return Some((format!("a host that ends in {host}"), "name a public address or a setting"));
    }
    let signature = SIGNATURES.iter().find(|signature| lower.contains(*signature))?;
    Some((format!("the signature `{signature}`"), "the text speaks for itself: leave the tool out"))
}

/// True if `/folder/` starts a path: what stands before it is no part of a longer path or address.
fn names_folder(line: &str, folder: &str) -> bool {
    let needle = format!("/{folder}/");
    line.match_indices(&needle).any(|(at, _)| {
        let before = line.get(..at).and_then(|head| head.chars().next_back());
        before.is_none_or(|c| c.is_whitespace() || "\"'`(=:[<,;".contains(c))
    })
}

fn has_host(line: &str, host: &str) -> bool {
    line.match_indices(host).any(|(at, _)| {
        let after = line.get(at.saturating_add(host.len())..).and_then(|tail| tail.chars().next());
        after.is_none_or(|c| !c.is_alphanumeric() && c != '.' && c != '-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::found;

    #[test]
    fn addresses_of_the_web_edge_are_no_folders() {
        let text = "route(\"/home/shares\")";
        assert!(found(check, &[("crates/web/src/a.rs", text)]).is_empty());
        assert_eq!(found(check, &[("crates/app/src/a.rs", text)]).len(), 1);
    }

    #[test]
    fn traces_of_one_machine_are_found() {
        let rows: &[(&str, usize)] = &[
            ("see docs/scale.md", 0),
            ("open /home/someone/huzhu", 1),
            ("`/tmp/x`", 1),
            ("path=\"/root/.cargo\"", 1),
            ("https://example.org/home/page", 0),
            ("GET /members/home/", 0),
            ("the {id}/root/ of the tree", 0),
            ("https://mirror.corp/x", 1),
            ("https://corporation.example/x", 0),
            ("not a link.corp", 0),
            ("Generated with a tool", 1),
        ];
        for (line, expected) in rows {
            assert_eq!(found(check, &[("a.md", line)]).len(), *expected, "{line}");
        }
    }
}
