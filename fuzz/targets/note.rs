//! Signed notes and keys: what is read prints the same again, and only the published note verifies with its key.
#![no_main]

use huzhu_log::{SignedNote, TlogPolicy, Vkey};
use libfuzzer_sys::fuzz_target;

const RULES: &[u8] = include_bytes!("../../docs/log/vectors/policy");
const CHECKPOINT: &str = include_str!("../../docs/log/vectors/log/checkpoint");

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(key) = text.parse::<Vkey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(note) = SignedNote::parse(text) {
        assert_eq!(note.to_string(), text);
        let rules = TlogPolicy::parse(RULES).expect("the published file");
        let keys: Vec<Vkey> = rules.logs().iter().map(|log| log.vkey.clone()).collect();
        if note.verify(&keys).is_ok() {
            let published = SignedNote::parse(CHECKPOINT).expect("the published checkpoint");
            assert_eq!(note.text(), published.text(), "a text that the log never signed");
        }
    }
});
