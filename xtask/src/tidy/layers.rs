//! The layer rule: a crate depends on strictly lower layers only, pure crates have no library that does I/O, and some
//! libraries have one home. Read from the `Cargo.toml` files; dev-dependencies are free.

use toml_edit::{DocumentMut, Item};

use super::repo::{File, Finding, Repo};

/// Each crate (folder name) with its layer. `planfile` and `forecast` lie below `app`, which may use them.
const LAYERS: &[(&str, u32)] = &[
    ("ledger", 0),
    ("log", 0),
    ("bank", 10),
    ("domain", 10),
    ("planfile", 20),
    ("forecast", 20),
    ("app", 30),
    ("settle", 40),
    ("store", 40),
    ("gateways", 40),
    ("consortium", 40),
    ("web", 40),
    ("sim", 40),
    ("huzhu", 50),
];

/// Crates that nothing which is shipped may depend on.
const NEVER_SHIPPED: &[&str] = &["sim"];

/// What the pure crates may link: no runtime, no randomness, no files. `serde` must be optional there, see
/// `docs/decisions/0002-event-codec-behind-a-feature.md`.
const PURE: &[(&str, &[&str])] = &[
    ("ledger", &["thiserror", "jiff", "serde"]),
    ("log", &["thiserror", "base64", "sha2", "ed25519-dalek"]),
    ("domain", &["thiserror", "jiff", "uuid", "serde"]),
];

/// Libraries with one home, so that what they do is done in one place.
const HOMES: &[(&str, &[&str])] = &[
    ("rusqlite", &["store"]),
    ("tokio-postgres", &["store"]),
    ("axum", &["web"]),
    ("askama", &["web"]),
    ("fluent-bundle", &["web", "app"]),
    ("utoipa", &["web"]),
    ("reqwest", &["gateways", "store"]),
    ("object_store", &["store"]),
    ("quick-xml", &["bank"]),
    ("lettre", &["gateways"]),
    ("clap", &["huzhu", "xtask"]),
];

const LAYER_REMEDY: &str =
    "move the code to the layer it belongs to, or turn the dependency into a port in crates/app";

/// Checks all crate manifests.
pub(crate) fn check(repo: &Repo, out: &mut Vec<Finding>) {
    for file in repo.files.iter().filter(|f| f.path.ends_with("/Cargo.toml")) {
        let Some(room) = file.room() else { continue };
        let manifest = match file.text.parse::<DocumentMut>() {
            Ok(manifest) => manifest,
            Err(error) => {
                out.push(Finding::new(&file.path, 1, "layers", error.to_string(), "correct the TOML"));
                continue;
            }
        };
        if room != "xtask" && layer(room).is_none() {
            let what = format!("the crate `{room}` has no layer");
            out.push(Finding::new(&file.path, 1, "layers", what, "give it one in xtask/src/tidy/layers.rs"));
        }
        for (name, item) in dependencies(&manifest) {
            check_dependency(file, room, &name, item, out);
        }
    }
}

fn layer(room: &str) -> Option<u32> {
    LAYERS.iter().find(|(name, _)| *name == room).map(|(_, layer)| *layer)
}

/// Normal and build dependencies, also those of one target only.
fn dependencies(manifest: &DocumentMut) -> Vec<(String, &Item)> {
    let mut tables = Vec::new();
    for key in ["dependencies", "build-dependencies"] {
        tables.extend(manifest.get(key));
        if let Some(targets) = manifest.get("target").and_then(Item::as_table_like) {
            tables.extend(targets.iter().filter_map(|(_, target)| target.get(key)));
        }
    }
    let entries = tables.into_iter().filter_map(Item::as_table_like);
    entries.flat_map(|table| table.iter().map(|(name, item)| (name.to_owned(), item))).collect()
}

fn check_dependency(file: &File, room: &str, name: &str, item: &Item, out: &mut Vec<Finding>) {
    let line = line_of(&file.text, name);
    let mut find =
        |what: String, remedy: &str| out.push(Finding::new(&file.path, line, "layers", what, remedy));
    if let Some(target) = name.strip_prefix("huzhu-") {
        if let (Some(own), Some(below)) = (layer(room), layer(target))
            && below >= own
        {
            find(format!("`{room}` (layer {own}) depends on `{target}` (layer {below})"), LAYER_REMEDY);
        }
        if NEVER_SHIPPED.contains(&target) {
            find(format!("`{room}` ships with `{target}`"), "make it a dev-dependency");
        }
        let codec = item
            .get("features")
            .and_then(Item::as_array)
            .is_some_and(|features| features.iter().any(|feature| feature.as_str() == Some("codec")));
        if codec && room != "app" {
            find(
                format!("`{room}` switches the event codec on"),
                "event bytes are made and read in crates/app only",
            );
        }
        return;
    }
    if let Some((_, allowed)) = PURE.iter().find(|(pure, _)| *pure == room)
        && !allowed.contains(&name)
    {
        find(
            format!("the pure crate `{room}` links `{name}`"),
            "layers 0-1 do no I/O and know no clock or randomness",
        );
    }
    if PURE.iter().any(|(pure, _)| *pure == room)
        && name == "serde"
        && item.get("optional").and_then(Item::as_bool) != Some(true)
    {
        find("serde is not optional in a pure crate".to_owned(), "only the feature `codec` may switch it on");
    }
    if let Some((_, homes)) = HOMES.iter().find(|(library, _)| *library == name)
        && !homes.contains(&room)
    {
        find(format!("`{name}` is linked by `{room}`"), &format!("its home is {}", homes.join(" and ")));
    }
}

fn line_of(text: &str, name: &str) -> usize {
    let is_it = |line: &str| {
        let line = line.trim_start();
        line.strip_prefix(name).is_some_and(|rest| rest.starts_with([' ', '.', '=']))
    };
    text.lines().position(is_it).map_or(1, |at| at.saturating_add(1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::repo::found;

    #[test]
    fn crates_depend_on_strictly_lower_layers() {
        let rows: &[(&str, &str, usize)] = &[
            ("domain", "[dependencies]\nhuzhu-ledger.workspace = true", 0),
            ("app", "[dependencies]\nhuzhu-planfile.workspace = true", 0),
            ("ledger", "[dependencies]\nhuzhu-domain.workspace = true", 1),
            ("store", "[dependencies]\nhuzhu-web.workspace = true", 1),
            ("app", "[dependencies]\nhuzhu-store.workspace = true", 1),
            ("app", "[dev-dependencies]\nhuzhu-sim.workspace = true", 0),
            ("huzhu", "[dependencies]\nhuzhu-sim.workspace = true", 1),
            ("app", "[build-dependencies]\nhuzhu-store = { path = \"../store\" }", 1),
            ("app", "[target.'cfg(unix)'.dependencies]\nhuzhu-store.workspace = true", 1),
            ("newcomer", "[dependencies]", 1),
            ("app", "[dependencies]\nhuzhu-domain = { workspace = true, features = [\"codec\"] }", 0),
            ("web", "[dependencies]\nhuzhu-domain = { workspace = true, features = [\"codec\"] }", 1),
            ("xtask-like", "not toml", 1),
        ];
        for (room, manifest, expected) in rows {
            let path = format!("crates/{room}/Cargo.toml");
            assert_eq!(found(check, &[(&path, manifest)]).len(), *expected, "{room}: {manifest}");
        }
    }

    #[test]
    fn pure_crates_and_homes_of_libraries_are_kept() {
        let rows: &[(&str, &str, usize)] = &[
            ("ledger", "thiserror.workspace = true", 0),
            ("ledger", "serde.workspace = true", 1),
            ("domain", "tokio.workspace = true", 1),
            ("domain", "serde = { workspace = true, optional = true }", 0),
            ("domain", "serde.workspace = true", 1),
            ("app", "rusqlite.workspace = true", 1),
            ("store", "rusqlite.workspace = true", 0),
            ("web", "reqwest.workspace = true", 1),
        ];
        for (room, line, expected) in rows {
            let path = format!("crates/{room}/Cargo.toml");
            let manifest = format!("[dependencies]\n{line}");
            assert_eq!(found(check, &[(&path, &manifest)]).len(), *expected, "{room}: {line}");
        }
    }

    #[test]
    fn a_finding_points_at_the_line_of_the_dependency() {
        let manifest = "[package]\n\n[dependencies]\nclap.workspace = true\nhuzhu-web.workspace = true";
        assert_eq!(
            found(check, &[("crates/store/Cargo.toml", manifest)]),
            ["crates/store/Cargo.toml:4 layers", "crates/store/Cargo.toml:5 layers"]
        );
    }
}
