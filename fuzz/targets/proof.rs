//! Proofs and receipts: what is read prints the same again, and a receipt that verifies shows an entry of the published log.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use huzhu_log::{Receipt, TlogPolicy, TlogProof, decode_bundle};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<TlogPolicy> = LazyLock::new(|| {
    TlogPolicy::parse(include_bytes!("../../docs/log/vectors/policy")).expect("the published file")
});

static ENTRIES: LazyLock<BTreeMap<u64, Vec<u8>>> = LazyLock::new(|| {
    let full = decode_bundle(include_bytes!("../../docs/log/vectors/log/tile/entries/000")).expect("a bundle");
    let rest = decode_bundle(include_bytes!("../../docs/log/vectors/log/tile/entries/001.p/44")).expect("a bundle");
    (0..).zip(full.into_iter().chain(rest).map(<[u8]>::to_vec)).collect()
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(proof) = text.parse::<TlogProof>() {
        assert_eq!(proof.to_string(), text);
    }
    if let Ok(receipt) = text.parse::<Receipt>() {
        assert_eq!(receipt.to_string(), text);
        let again = Receipt::new(
            receipt.kind(),
            receipt.at(),
            receipt.content().clone(),
            receipt.inner().cloned(),
            receipt.proof().clone(),
        );
        if let Ok(again) = again {
            assert_eq!(again.to_string(), text, "the extra data has two spellings");
        }
        if let Ok(shown) = receipt.verify(&RULES, None) {
            let published = ENTRIES.get(&shown.index);
            assert_eq!(shown.entry.encode().ok().as_ref(), published, "an entry that was never logged");
        }
    }
});
