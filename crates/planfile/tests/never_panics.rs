//! Whatever bytes come in, the answer is terms or a report whose places lie in the file.

use std::path::PathBuf;

use proptest::prelude::*;

fn presets() -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plans");
    let mut texts: Vec<String> = std::fs::read_dir(folder)
        .expect("the folder of presets")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "toml"))
        .map(|path| std::fs::read_to_string(path).expect("a preset"))
        .collect();
    texts.sort();
    texts
}

/// Checks the bytes and that a report can be shown and points into the file.
fn check(bytes: &[u8]) {
    if let Err(report) = huzhu_planfile::check(bytes, "some.toml") {
        assert!(!report.mistakes().is_empty());
        let lines = bytes.split(|b| *b == b'\n').count();
        for mistake in report.mistakes() {
            assert!(mistake.line >= 1 && mistake.line <= lines, "line {} of {lines}", mistake.line);
            assert!(mistake.column >= 1);
            assert!(mistake.span.start <= mistake.span.end);
            assert!(!mistake.message.is_empty() && !mistake.remedy.is_empty());
        }
        let json = report.to_json();
        assert_eq!(json["mistakes"].as_array().map(Vec::len), Some(report.mistakes().len()));
        assert!(report.render(false).contains(report.mistakes()[0].rule.code));
    }
}

/// Pieces that a plan file is made of, to be put in wrong places.
const PIECES: &[&str] = &[
    "[",
    "]",
    "[[",
    "]]",
    "{",
    "}",
    "=",
    "\"",
    "\"\"\"",
    "'",
    "'''",
    ",",
    ".",
    "\n",
    "\r\n",
    "#",
    "\\",
    "\u{feff}",
    "\0",
    "0",
    "-1",
    "1e9",
    "true",
    "2019-02-30",
    "12:00:00",
    "nan",
    "[plan]",
    "[[cover.conditions]]",
    "[aid.table]",
    "aid.table = 1\n",
    "a.b.c = 1\n",
    "plan.id = \"x\"\n",
    "99999999999999999999",
    "疾",
    "\u{202e}",
    "zh = ",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn random_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        check(&bytes);
    }

    #[test]
    fn random_text_never_panics(text in "\\PC{0,200}") {
        check(text.as_bytes());
    }

    #[test]
    fn shuffled_pieces_of_plan_files_never_panic(picks in proptest::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = picks.into_iter().filter_map(|i| PIECES.get(i).copied()).collect();
        check(text.as_bytes());
    }

    #[test]
    fn changed_presets_never_panic(
        preset in 0..11_usize,
        changes in proptest::collection::vec((any::<prop::sample::Index>(), 0..4_u8, 0..PIECES.len()), 1..6),
    ) {
        let mut bytes = presets()[preset].clone().into_bytes();
        for (at, kind, piece) in changes {
            let at = at.index(bytes.len() + 1);
            match kind {
                0 => { bytes.truncate(at); }
                1 => { if at < bytes.len() { bytes.remove(at); } }
                2 => { let end = bytes.len().min(at + 40); bytes.drain(at.min(end)..end); }
                _ => { for (i, b) in PIECES[piece].bytes().enumerate() { bytes.insert(at + i, b); } }
            }
        }
        check(&bytes);
    }
}

/// Every line of every preset is once left out, once doubled and once moved to the end.
#[test]
fn presets_without_a_line_with_a_line_twice_or_moved_never_panic() {
    let mut count = 0;
    for preset in presets() {
        let lines: Vec<&str> = preset.lines().collect();
        for i in 0..lines.len() {
            if lines[i].is_empty() || lines[i].starts_with('#') || i % 5 != count % 5 {
                count += 1;
                continue;
            }
            count += 1;
            let without = [&lines[..i], &lines[i + 1..]].concat();
            let twice = [&lines[..=i], &lines[i..]].concat();
            let moved = [&lines[..i], &lines[i + 1..], &lines[i..=i]].concat();
            for changed in [without, twice, moved] {
                check(changed.join("\n").as_bytes());
            }
        }
    }
}
