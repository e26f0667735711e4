//! A draw from a roster of a million: the root that is compared with the log, the order of a jury, and everybody in order. The
//! physical limit beside it: one SHA-256 of 65 bytes for each node of the tree.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use huzhu_domain::digest::Digest;
use huzhu_domain::jury::{Roster, draw};
use huzhu_log::{Hash, node_hash};

const COUNT: u32 = 1_000_000;

fn juror(number: u32) -> Digest {
    Digest::from_bytes(*Hash::digest(&number.to_be_bytes()).as_bytes())
}

fn bench(c: &mut Criterion) {
    let roster = Roster::of((0..COUNT).map(juror).collect()).expect("a million jurors");
    let seed = juror(COUNT);
    let mut group = c.benchmark_group("draw from 1,000,000");
    group.sample_size(10).throughput(Throughput::Elements(u64::from(COUNT)));
    group.bench_function("check the order of the list, compute the root, draw 31 with 15 reserves", |b| {
        b.iter(|| {
            let roster = Roster::new(black_box(roster.jurors()).to_vec()).expect("a million jurors");
            (roster.root(), draw(&seed, roster.count(), 46))
        });
    });
    group.bench_function("draw 31 with 15 reserves", |b| b.iter(|| draw(black_box(&seed), COUNT, 46)));
    group.bench_function("draw everybody", |b| b.iter(|| draw(black_box(&seed), COUNT, COUNT)));
    group.bench_function("limit: two million hashes of a node", |b| {
        let hash = Hash::digest(b"node");
        b.iter(|| (0..2 * COUNT).fold(hash, |below, _| node_hash(&below, &hash)));
    });
    group.finish();
}

criterion_group!(benches, bench);
criterion_main!(benches);
