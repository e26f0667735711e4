//! Proofs and receipts: what is read prints the same again, and a receipt that verifies shows an entry of the published log.
#![no_main]

use std::collections::BTreeMap;
use std::sync::LazyLock;

use huzhu_log::{Content, Receipt, TlogPolicy, TlogProof, decode_bundle};
use libfuzzer_sys::fuzz_target;

static RULES: LazyLock<TlogPolicy> = LazyLock::new(|| {
    TlogPolicy::parse(include_bytes!("../../docs/log/vectors/policy")).expect("the published file")
});

static ENTRIES: LazyLock<BTreeMap<u64, Vec<u8>>> = LazyLock::new(|| {
    let full = decode_bundle(include_bytes!("../../docs/log/vectors/log/tile/entries/000")).expect("a bundle");
    let rest = decode_bundle(include_bytes!("../../docs/log/vectors/log/tile/entries/001.p/44")).expect("a bundle");
    let published = full.into_iter().chain(rest).map(<[u8]>::to_vec);
    // The receipt of a share is of the same log one entry later.
    let share: Receipt = include_str!("../../docs/log/vectors/share.tlog-proof").parse().expect("a receipt");
    let settled = share.entry().and_then(|entry| entry.encode()).expect("an entry");
    (0..).zip(published.chain([settled])).collect()
});

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if let Ok(proof) = text.parse::<TlogProof>() {
        assert_eq!(proof.to_string(), text);
    }
    if let Ok(receipt) = text.parse::<Receipt>() {
        assert_eq!(receipt.to_string(), text);
        let (kind, at, proof) = (receipt.kind(), receipt.at(), receipt.proof().clone());
        let again = match (receipt.content(), receipt.share()) {
            (Content::Public(payload), Some(share)) => Receipt::of_share(at, payload.clone(), share.clone(), proof),
            (content, _) => Receipt::new(kind, at, content.clone(), receipt.inner().cloned(), proof),
        };
        if let Ok(again) = again {
            assert_eq!(again.to_string(), text, "the extra data has two spellings");
        }
        if let Ok(shown) = receipt.verify(&RULES, None) {
            let published = ENTRIES.get(&shown.index);
            assert_eq!(shown.entry.encode().ok().as_ref(), published, "an entry that was never logged");
        }
    }
});
