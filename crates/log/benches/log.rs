//! Rates of the log, beside bare SHA-256 of the same bytes: `cargo bench -p huzhu-log`.

#![expect(clippy::unwrap_used, reason = "a bench that cannot begin should stop")]

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use huzhu_log::tree::{prove_consistency, prove_inclusion, verify_consistency};
use huzhu_log::{
    Body, Checkpoint, Content, Cosigner, Entry, EntryKind, Frontier, Hash, Receipt, Resource, Signer, Tile,
    TileWriter, TlogPolicy, TlogProof, leaf_hash, salted_digest,
};

/// Entries of one round: two full tiles of level 1 and a rest.
const BATCH: u64 = 131_172;
const ORIGIN: &str = "log.example/2026";

fn entries() -> Vec<Vec<u8>> {
    let entry = |n: u64| Entry { at: n, body: Body::Evidence(Hash::digest(&n.to_be_bytes())) };
    (0..BATCH).map(|n| entry(n).encode().unwrap()).collect()
}

fn appends(criterion: &mut Criterion) {
    let entries = entries();
    let mut group = criterion.benchmark_group("append");
    group.throughput(Throughput::Elements(BATCH)).sample_size(20);
    group.bench_function("bare SHA-256 of the entries", |bench| {
        bench.iter(|| entries.iter().fold(Hash::default(), |_, entry| black_box(Hash::digest(entry))));
    });
    group.bench_function("leaf hashes", |bench| {
        bench.iter(|| entries.iter().fold(Hash::default(), |_, entry| black_box(leaf_hash(entry))));
    });
    group.bench_function("frontier", |bench| {
        bench.iter(|| {
            let mut frontier = Frontier::new();
            for entry in &entries {
                frontier.append(leaf_hash(entry));
            }
            frontier.root()
        });
    });
    group.bench_function("tiles and bundles", |bench| {
        bench.iter(|| {
            let mut writer = TileWriter::new();
            let mut files = Vec::new();
            for entry in &entries {
                assert!(writer.append(entry, &mut files));
            }
            files.extend(writer.partials());
            (writer.root(), files.len())
        });
    });
    group.finish();
}

fn receipts(criterion: &mut Criterion) {
    let (trusted, text) = receipt();
    let tiles = tiles();
    let mut group = criterion.benchmark_group("check");
    group.bench_function("receipt with 4 cosignatures in a log of 131172", |bench| {
        bench.iter(|| {
            let receipt: Receipt = black_box(&text).parse().unwrap();
            receipt.verify(&trusted, None).unwrap()
        });
    });
    group.bench_function("make an inclusion proof", |bench| {
        bench.iter(|| prove_inclusion(BATCH, black_box(70_001), &tiles).unwrap());
    });
    let mut before = Frontier::new();
    entries().iter().take(70_001).for_each(|entry| before.append(leaf_hash(entry)));
    let (old, new) = (before.root(), huzhu_log::tree::root_from_tiles(BATCH, &tiles).unwrap());
    let proof = prove_consistency(70_001, BATCH, &tiles).unwrap();
    group.bench_function("consistency proof", |bench| {
        bench.iter(|| verify_consistency((70_001, &old), (BATCH, &new), black_box(&proof)).unwrap());
    });
    group.finish();
}

fn tiles() -> BTreeMap<Tile, Vec<u8>> {
    let (mut writer, mut files) = (TileWriter::new(), Vec::new());
    for entry in entries() {
        assert!(writer.append(&entry, &mut files));
    }
    files.extend(writer.partials());
    let only = |(resource, bytes)| match resource {
        Resource::Tile(tile) => Some((tile, bytes)),
        _ => None,
    };
    files.into_iter().filter_map(only).collect()
}

/// A receipt for one entry of the log, cosigned by four witnesses of which three must.
fn receipt() -> (TlogPolicy, String) {
    let (salt, file) = ([7; 32], b"a file");
    let digest = salted_digest(&salt, file);
    let (mut writer, mut files) = (TileWriter::new(), Vec::new());
    for (n, mut entry) in (0..).zip(entries()) {
        if n == 70_001_u64 {
            entry = Entry { at: 1, body: Body::Evidence(digest) }.encode().unwrap();
        }
        assert!(writer.append(&entry, &mut files));
    }
    files.extend(writer.partials());
    let tiles: BTreeMap<Tile, Vec<u8>> = files
        .into_iter()
        .filter_map(
            |(resource, bytes)| if let Resource::Tile(tile) = resource { Some((tile, bytes)) } else { None },
        )
        .collect();
    let log = Signer::new(ORIGIN, &[1; 32]).unwrap();
    let mut checkpoint = Checkpoint::new(ORIGIN, BATCH, writer.root()).unwrap().sign(&log);
    let witnesses: Vec<Cosigner> =
        (2..6).map(|seed| Cosigner::new(&format!("witness{seed}.example"), &[seed; 32]).unwrap()).collect();
    for witness in &witnesses {
        let cosignature = witness.cosign(&checkpoint, 1);
        checkpoint.add(cosignature);
    }
    let names =
        ["a", "b", "c", "d"].into_iter().zip(witnesses.iter().map(Cosigner::vkey)).collect::<Vec<_>>();
    let trusted = TlogPolicy::of(&[log.vkey()], &names, 3).unwrap();
    let path = prove_inclusion(BATCH, 70_001, &tiles).unwrap();
    let proof = TlogProof { extra: None, index: 70_001, path, checkpoint };
    let content = Content::File { salt, digest };
    (trusted, Receipt::new(EntryKind::Evidence, 1, content, None, proof).unwrap().to_string())
}

criterion_group!(benches, appends, receipts);
criterion_main!(benches);
