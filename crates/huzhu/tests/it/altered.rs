//! An operator with an editor: `huzhu doctor` finds one changed byte of history, in the database or on the log.

use std::path::Path;
use std::process::Command;

use super::doctor;
use super::server::HUZHU;

/// Findings of the doctor.
fn findings(data: &Path) -> Vec<String> {
    let output = Command::new(HUZHU).args(["doctor", "--json", "--data"]).arg(data).output().unwrap();
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1), "{report}");
    let found = report["findings"].as_array().unwrap();
    found.iter().map(|finding| finding.as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_changed_byte_of_history_or_of_the_log_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let demo = Command::new(HUZHU)
        .args(["demo", "--once", "--members", "300", "--seed", "5", "--data"])
        .arg(&data)
        .output()
        .unwrap();
    assert!(demo.status.success(), "{}", String::from_utf8_lossy(&demo.stderr));
    doctor::finds_nothing(&data);

    // Each of these would change what was decided, paid, agreed to or handed in; rows are left as they are on purpose, so
    // that the log is what tells.
    let db = rusqlite::Connection::open(data.join("huzhu.db")).unwrap();
    let kinds = [
        "claim.approved",
        "claim.evidence-added",
        "claim.paid",
        "enrolment.joined",
        "period.settled",
        "plan.published",
    ];
    for kind in kinds {
        let sql = "SELECT position, at, actor, bytes FROM event WHERE kind = ?1 ORDER BY position LIMIT 1";
        let (position, at, actor, bytes): (i64, String, String, Vec<u8>) = db
            .query_row(sql, [kind], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?)))
            .unwrap();
        let write = |at: &str, actor: &str, bytes: &[u8]| {
            let sql = "UPDATE event SET at = ?1, actor = ?2, bytes = ?3 WHERE position = ?4";
            db.execute(sql, rusqlite::params![at, actor, bytes, position]).unwrap();
        };
        let moved = at.replacen(".0", ".1", 1);
        let salted = !["claim.evidence-added", "period.settled", "plan.published"].contains(&kind);
        let mut versions =
            vec![(moved, actor.clone(), bytes.clone()), (at.clone(), actor.clone(), altered(&bytes))];
        if salted {
            versions.push((at.clone(), "system".to_owned(), bytes.clone()));
        }
        for (changed_at, changed_actor, changed_bytes) in versions {
            write(&changed_at, &changed_actor, &changed_bytes);
            let found = findings(&data);
            let told = found.iter().any(|finding| finding.starts_with("log of"));
            assert!(told, "{kind} at {changed_at} by {changed_actor}: {found:?}");
        }
        write(&at, &actor, &bytes);
    }
    doctor::finds_nothing(&data);

    let year = std::fs::read_dir(data.join("log")).unwrap().map(|entry| entry.unwrap().path());
    let year = year.filter(|path| path.is_dir()).min().unwrap();
    let bundle = first_file(&year.join("tile/entries"));
    let bytes = std::fs::read(&bundle).unwrap();
    for at in [2, bytes.len().div_euclid(2), bytes.len() - 1] {
        let mut changed = bytes.clone();
        changed[at] ^= 1;
        std::fs::write(&bundle, changed).unwrap();
        assert!(!findings(&data).is_empty(), "byte {at} of {}", bundle.display());
    }
    std::fs::write(&bundle, bytes).unwrap();
    doctor::finds_nothing(&data);
}

/// A letter of a plan's text changed; of other events one digit of the first digest, or the last digit where there is none.
fn altered(bytes: &[u8]) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    if let Some(at) = bytes.windows(8).position(|w| w == b"currency") {
        changed[at] = b'k';
        return changed;
    }
    let digest = bytes.windows(64).position(|w| w.iter().all(u8::is_ascii_hexdigit));
    let at = digest.unwrap_or_else(|| bytes.iter().rposition(u8::is_ascii_digit).unwrap());
    changed[at] = if changed[at] == b'1' { b'2' } else { b'1' };
    changed
}

/// The full or the widest partial bundle of the first entries.
fn first_file(folder: &Path) -> std::path::PathBuf {
    let full = folder.join("000");
    if full.is_file() {
        return full;
    }
    let partial = std::fs::read_dir(folder.join("000.p")).unwrap().map(|entry| entry.unwrap().path());
    partial.max_by_key(|path| path.file_name().unwrap().to_str().unwrap().parse::<u16>().unwrap()).unwrap()
}
