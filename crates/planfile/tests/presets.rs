//! Every preset checks without mistakes.

use std::path::PathBuf;

fn presets() -> Vec<PathBuf> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plans");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the folder of presets")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .collect();
    files.sort();
    files
}

#[test]
fn every_preset_checks_without_mistakes() {
    let files = presets();
    assert_eq!(files.len(), 11);
    for path in files {
        let bytes = std::fs::read(&path).expect("a preset");
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("?");
        if let Err(report) = huzhu_planfile::check(&bytes, name) {
            panic!("{}", report.render(false));
        }
    }
}
