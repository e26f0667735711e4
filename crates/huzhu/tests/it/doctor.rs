//! `huzhu doctor` on a data folder.

use std::path::Path;
use std::process::Command;

use super::server::HUZHU;

/// Events that were checked; fails when there is a finding.
pub(crate) fn finds_nothing(data: &Path) -> u64 {
    let output = Command::new(HUZHU).args(["doctor", "--json", "--data"]).arg(data).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let why = String::from_utf8_lossy(&output.stderr).into_owned();
    let report: serde_json::Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}{why}"));
    assert_eq!(report["findings"], serde_json::json!([]), "{text}{why}");
    assert_eq!(output.status.code(), Some(0), "{text}{why}");
    report["events"].as_u64().unwrap()
}
