//! Files of rules: no panic, the rule of overlap always answers, and whoever is asked for must really sign.
#![no_main]

use std::sync::LazyLock;

use huzhu_log::{SignedCheckpoint, TlogPolicy};
use libfuzzer_sys::fuzz_target;

static CHECKPOINT: LazyLock<SignedCheckpoint> = LazyLock::new(|| {
    include_str!("../../docs/log/vectors/log/checkpoint").parse().expect("the published checkpoint")
});

fuzz_target!(|data: &[u8]| {
    let Ok(rules) = TlogPolicy::parse(data) else { return };
    assert_eq!(rules.text(), data);
    assert_eq!(TlogPolicy::parse(rules.text()).as_ref(), Ok(&rules));
    let holds = rules.require_overlap();
    if rules.needs_no_witness() {
        assert!(holds.is_ok());
    }
    if let Ok(verified) = rules.check(&CHECKPOINT) {
        assert!(verified.cosigned.len() <= verified.known);
        if !rules.needs_no_witness() && verified.is_satisfied {
            assert!(!verified.cosigned.is_empty(), "a quorum of nobody");
        }
    }
});
