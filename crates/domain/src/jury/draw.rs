//! The draw: which positions of the roster come out, in which order.
//!
//! Shape: SHA-256 over domain tag, seed and a counter gives a stream of 64-bit words; a word below the largest multiple of the
//! bound is a uniform index (others are thrown away); each index swaps one position forward, which is the shuffle of Fisher and
//! Yates, begun and not finished. Only positions that were moved are remembered, so a roster of a million costs what is drawn.
//!
//! Guarantees: uniform without replacement, as far as SHA-256 looks random. Asking for more gives the same order and more behind
//! it, so that reserves can be drawn later without a new seed.

use std::collections::BTreeMap;

use huzhu_log::Hash;

use crate::digest::Digest;

/// What the stream of a draw is hashed under.
const STREAM: &[u8] = b"huzhu.org/draw-stream@v1\n";
/// What the digest of an order is hashed under.
const ORDER: &[u8] = b"huzhu.org/draw-order@v1\n";

/// Positions of a roster in the order in which they were drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order(Vec<u32>);

impl Order {
    /// An order as somebody published it; compare it with what [`draw`] gives.
    pub const fn stated(positions: Vec<u32>) -> Self {
        Self(positions)
    }

    /// The positions, the first one drawn first.
    pub fn positions(&self) -> &[u32] {
        &self.0
    }

    /// SHA-256 over domain tag and the positions in four bytes each, big-endian: what the log's entry of the draw states.
    pub fn digest(&self) -> Digest {
        let positions = self.0.iter().flat_map(|position| position.to_be_bytes());
        let bytes: Vec<u8> = ORDER.iter().copied().chain(positions).collect();
        Digest::from_bytes(*Hash::digest(&bytes).as_bytes())
    }
}

/// Draws `asked` of `count` positions, or all of them if there are fewer.
pub fn draw(seed: &Digest, count: u32, asked: u32) -> Order {
    let mut words = Words::new(seed);
    // What stands at a position, where it is not the position itself.
    let mut moved: BTreeMap<u32, u32> = BTreeMap::new();
    let mut order = Vec::new();
    for step in 0..asked.min(count) {
        let left = count.saturating_sub(step);
        let chosen = step.saturating_add(words.below(left));
        let here = moved.remove(&step).unwrap_or(step);
        // Nobody looks at `step` again, so only the other half of the swap is kept.
        let drawn = if chosen == step { here } else { moved.insert(chosen, here).unwrap_or(chosen) };
        order.push(drawn);
    }
    Order(order)
}

/// Uniform words from a seed.
struct Words<'a> {
    seed: &'a Digest,
    counter: u64,
    block: [u8; 32],
    /// Bytes of the block that were used.
    used: usize,
}

impl<'a> Words<'a> {
    const fn new(seed: &'a Digest) -> Self {
        Self { seed, counter: 0, block: [0; 32], used: 32 }
    }

    fn next(&mut self) -> u64 {
        loop {
            let unused = self.block.get(self.used..).and_then(|rest| rest.first_chunk::<8>());
            if let Some(word) = unused.copied() {
                self.used = self.used.saturating_add(8);
                return u64::from_be_bytes(word);
            }
            self.fill();
        }
    }

    /// The next hash of the stream.
    fn fill(&mut self) {
        let block = [STREAM, self.seed.bytes(), &self.counter.to_be_bytes()].concat();
        self.block = *Hash::digest(&block).as_bytes();
        self.counter = self.counter.wrapping_add(1);
        self.used = 0;
    }

    /// A uniform number below `bound`, which is at least 1.
    fn below(&mut self, bound: u32) -> u32 {
        let bound = u64::from(bound.max(1));
        // 2^64 modulo the bound: so many of the highest words would favour small numbers.
        let excess = (u64::MAX % bound).wrapping_add(1) % bound;
        loop {
            let word = self.next();
            if word <= u64::MAX.wrapping_sub(excess) {
                return u32::try_from(word % bound).unwrap_or(0);
            }
        }
    }
}

#[cfg(test)]
mod tests;
