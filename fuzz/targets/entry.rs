//! Entries: what is read is written back byte for byte.
#![no_main]

use huzhu_log::{Body, Entry};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(entry) = Entry::decode(data) {
        assert_eq!(entry.encode().as_deref(), Ok(data));
        assert!(entry.payload().is_ok_and(|payload| data.ends_with(&payload) && payload.len() + 10 == data.len()));
        let is_salted = entry.body.digest().is_some();
        assert_eq!(is_salted, entry.body.kind().is_salted());
        if let Some(digest) = entry.body.digest() {
            assert_eq!(Body::salted(entry.body.kind(), *digest), Some(entry.body.clone()));
        }
    }
});
