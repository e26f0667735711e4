//! Hashing pages of the share tree: what [`huzhu_log::share`] defines, for many leaves at once.
//!
//! Shape: a page is 1,024 places (the last one of a roster may be shorter). Messages of one row are laid out with their
//! padding, one block for a leaf and two for a node, and hashed four beside each other where the processor has instructions
//! for SHA-256 (`lanes`), one after the other by the crate `sha2` elsewhere. Tests compare the two with the definition.
//!
//! Salts are the AES-256 encryption of the place under the key of the period: a pseudorandom function that takes a few
//! nanoseconds, so that receipts can be cut later without keeping salts or tree.

use aes::cipher::{Array, BlockCipherEncrypt as _, KeyInit as _};
use huzhu_log::share::{LEAF_BYTES, LEAF_TAG, NODE_BYTES, NODE_TAG, SALT_BYTES};
use huzhu_log::{Hash, PeriodTag, ShareLeaf, ShareNode};
use sha2::{Digest as _, Sha256};

use crate::PAGE;

#[cfg(target_arch = "x86_64")]
mod lanes;

type Block = [u8; 64];
type TwoBlocks = [u8; 128];
type Digest = [u8; 32];

/// What makes the leaves of a period: its tag, and the key of its salts.
#[derive(Clone)]
pub struct LeafMaker {
    period: PeriodTag,
    cipher: aes::Aes256,
}

impl std::fmt::Debug for LeafMaker {
    /// Shows no key.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "LeafMaker({})", self.period)
    }
}

impl LeafMaker {
    /// Leaves of `period` with salts under `key`, which must not be used for anything else.
    pub fn new(period: PeriodTag, key: &[u8; 32]) -> Self {
        Self { period, cipher: aes::Aes256::new(&Array::from(*key)) }
    }

    /// The salts of places from `from`.
    fn salts(&self, from: u64, out: &mut [Array<u8, aes::cipher::consts::U16>]) {
        for (place, salt) in (u128::from(from)..).zip(out.iter_mut()) {
            *salt = Array::from(place.to_be_bytes());
        }
        self.cipher.encrypt_blocks(out);
    }

    /// One leaf.
    pub fn leaf(&self, index: u64, amount: u64, counted: bool) -> ShareLeaf {
        let mut salt = [Array::from([0; SALT_BYTES])];
        self.salts(index, &mut salt);
        let [salt] = salt;
        ShareLeaf { period: self.period, salt: salt.into(), index, amount, counted }
    }
}

/// Buffers for one page, used again for each: 160 kB.
#[derive(Debug)]
pub struct PageTree {
    salts: Vec<Array<u8, aes::cipher::consts::U16>>,
    leaves: Vec<Block>,
    nodes: Vec<TwoBlocks>,
    row: Vec<Summed>,
    digests: Vec<Digest>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Summed {
    hash: Digest,
    sum: u64,
    count: u64,
}

impl PageTree {
    /// Empty buffers.
    pub fn new() -> Self {
        Self {
            salts: vec![Array::from([0; SALT_BYTES]); PAGE],
            leaves: vec![padded::<64>(LEAF_BYTES); PAGE],
            nodes: vec![padded::<128>(NODE_BYTES); PAGE.div_ceil(2)],
            row: Vec::with_capacity(PAGE),
            digests: vec![[0; 32]; PAGE],
        }
    }

    /// The node over the places from `from`, at most [`PAGE`] of them, each with its share and whether it is counted. `None` for
    /// no places. Sums cannot overflow: a page holds 1,024 shares of 32 bits.
    pub fn node(
        &mut self,
        maker: &LeafMaker,
        from: u64,
        shares: impl Iterator<Item = (u32, bool)>,
    ) -> Option<ShareNode> {
        self.lay_out(maker, from, shares);
        self.hash_leaves();
        while self.row.len() > 1 {
            self.hash_row();
        }
        let root = self.row.first()?;
        Some(ShareNode { hash: Hash::from_bytes(root.hash), sum: root.sum, count: root.count })
    }

    /// The nodes of the leaves of a page, for paths.
    pub fn leaf_nodes(
        &mut self,
        maker: &LeafMaker,
        from: u64,
        shares: impl Iterator<Item = (u32, bool)>,
    ) -> Vec<ShareNode> {
        self.lay_out(maker, from, shares);
        self.hash_leaves();
        let node =
            |row: &Summed| ShareNode { hash: Hash::from_bytes(row.hash), sum: row.sum, count: row.count };
        self.row.iter().map(node).collect()
    }

    fn lay_out(&mut self, maker: &LeafMaker, from: u64, shares: impl Iterator<Item = (u32, bool)>) {
        maker.salts(from, &mut self.salts);
        self.row.clear();
        let places = (from..).zip(shares).zip(self.leaves.iter_mut().zip(&self.salts));
        for ((index, (share, counted)), (block, salt)) in places {
            let [tag, rest @ ..] = block;
            *tag = LEAF_TAG;
            let (period, rest) = rest.split_at_mut(16);
            period.copy_from_slice(&maker.period.0);
            let (own_salt, rest) = rest.split_at_mut(SALT_BYTES);
            own_salt.copy_from_slice(salt);
            let (place, rest) = rest.split_at_mut(8);
            place.copy_from_slice(&index.to_be_bytes());
            let (amount, rest) = rest.split_at_mut(8);
            amount.copy_from_slice(&u64::from(share).to_be_bytes());
            if let Some(byte) = rest.first_mut() {
                *byte = u8::from(counted);
            }
            self.row.push(Summed { hash: [0; 32], sum: u64::from(share), count: u64::from(counted) });
        }
    }

    fn hash_leaves(&mut self) {
        let many = self.row.len();
        digest_all(&self.leaves, &mut self.digests, many, LEAF_BYTES);
        for (to, digest) in self.row.iter_mut().zip(&self.digests) {
            to.hash = *digest;
        }
    }

    /// One row up: pairs are hashed, an odd last node rises as it is.
    fn hash_row(&mut self) {
        let (pairs, rest) = self.row.as_chunks::<2>();
        let (many, last) = (pairs.len(), rest.first().copied());
        for ([left, right], block) in pairs.iter().zip(self.nodes.iter_mut()) {
            let [tag, both @ ..] = block;
            *tag = NODE_TAG;
            let (first, second) = both.split_at_mut(48);
            write_summed(first, left);
            write_summed(second, right);
        }
        digest_all(&self.nodes, &mut self.digests, many, NODE_BYTES);
        for at in 0..many {
            let pair = self.row.get(at.saturating_mul(2)..).and_then(|rest| rest.first_chunk::<2>());
            let Some([left, right]) = pair.copied() else { continue };
            let sums = (left.sum.wrapping_add(right.sum), left.count.wrapping_add(right.count));
            if let (Some(to), Some(hash)) = (self.row.get_mut(at), self.digests.get(at)) {
                *to = Summed { hash: *hash, sum: sums.0, count: sums.1 };
            }
        }
        self.row.truncate(many);
        self.row.extend(last);
    }
}

impl Default for PageTree {
    fn default() -> Self {
        Self::new()
    }
}

fn write_summed(to: &mut [u8], node: &Summed) {
    let (hash, rest) = to.split_at_mut(32);
    hash.copy_from_slice(&node.hash);
    let (sum, rest) = rest.split_at_mut(8);
    sum.copy_from_slice(&node.sum.to_be_bytes());
    let (count, _) = rest.split_at_mut(8);
    count.copy_from_slice(&node.count.to_be_bytes());
}

/// Blocks with the padding of a message of `length` bytes (FIPS 180-4, section 5.1.1), the message still zero.
fn padded<const N: usize>(length: usize) -> [u8; N] {
    let mut block = [0; N];
    if let Some(byte) = block.get_mut(length) {
        *byte = 0x80;
    }
    if let Some(end) = block.last_chunk_mut::<8>() {
        *end = (length as u64).wrapping_mul(8).to_be_bytes();
    }
    block
}

/// The digests of the first `many` messages, which are laid out in `N` bytes each with their padding.
fn digest_all<const N: usize>(messages: &[[u8; N]], digests: &mut [Digest], many: usize, length: usize) {
    let (messages, digests) = (messages.get(..many), digests.get_mut(..many));
    let (Some(messages), Some(digests)) = (messages, digests) else { return };
    #[cfg(target_arch = "x86_64")]
    if lanes::digest_all(messages, digests) {
        return;
    }
    portable(messages, digests, length);
}

fn portable<const N: usize>(messages: &[[u8; N]], digests: &mut [Digest], length: usize) {
    for (message, digest) in messages.iter().zip(digests) {
        *digest = Sha256::digest(message.get(..length).unwrap_or_default()).into();
    }
}

#[cfg(test)]
mod tests;
