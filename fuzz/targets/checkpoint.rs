//! Checkpoints: one spelling, and none passes the published rules but the published one.
#![no_main]

use huzhu_log::{Checkpoint, SignedCheckpoint, TlogPolicy};
use libfuzzer_sys::fuzz_target;

const RULES: &[u8] = include_bytes!("../../docs/log/vectors/policy");
const CHECKPOINT: &str = include_str!("../../docs/log/vectors/log/checkpoint");

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), text);
    }
    if let Ok(signed) = text.parse::<SignedCheckpoint>() {
        assert_eq!(signed.to_string(), text);
        let rules = TlogPolicy::parse(RULES).expect("the published file");
        if let Ok(verified) = rules.check(&signed) {
            let published: SignedCheckpoint = CHECKPOINT.parse().expect("the published checkpoint");
            assert_eq!(&verified.checkpoint, published.checkpoint());
            assert!(verified.cosigned.len() <= 3 && verified.is_satisfied == (verified.cosigned.len() == 3));
        }
    }
});
