//! Vectors of certificate transparency, and every small tree against the definition.

use std::collections::BTreeMap;

use super::*;
use crate::hash::leaf_hash;
use crate::tile::Resource;
use crate::writer::TileWriter;

/// MTH of RFC 6962, section 2.1, word for word.
fn naive_root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => empty_root(),
        [leaf] => *leaf,
        _ => {
            let (left, right) = leaves.split_at(naive_split(leaves.len()));
            node_hash(&naive_root(left), &naive_root(right))
        }
    }
}

/// The largest power of two below `length`.
fn naive_split(length: usize) -> usize {
    (0..64).map(|bit| 1_usize << bit).take_while(|power| *power < length).last().unwrap()
}

/// PATH of RFC 6962, section 2.1.1, word for word.
fn naive_path(index: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() <= 1 {
        return Vec::new();
    }
    let split = naive_split(leaves.len());
    let (left, right) = leaves.split_at(split);
    let (mut path, beside) = if index < split {
        (naive_path(index, left), naive_root(right))
    } else {
        (naive_path(index - split, right), naive_root(left))
    };
    path.push(beside);
    path
}

/// SUBPROOF of RFC 6962, section 2.1.2, word for word, over the leaves `from..to` of which roots are remembered.
fn naive_subproof(memo: &mut Memo, old: usize, (from, to): (usize, usize), is_whole: bool) -> Vec<Hash> {
    if from + old == to {
        return if is_whole { Vec::new() } else { vec![memo.root(from, to)] };
    }
    let split = naive_split(to - from);
    let (mut proof, beside) = if old <= split {
        (naive_subproof(memo, old, (from, from + split), is_whole), memo.root(from + split, to))
    } else {
        (naive_subproof(memo, old - split, (from + split, to), false), memo.root(from, from + split))
    };
    proof.push(beside);
    proof
}

/// Roots that were computed before, because the pairs below ask for the same ones again and again.
struct Memo {
    leaves: Vec<Hash>,
    roots: BTreeMap<(usize, usize), Hash>,
}

impl Memo {
    fn root(&mut self, from: usize, to: usize) -> Hash {
        let leaves = &self.leaves[from..to];
        *self.roots.entry((from, to)).or_insert_with(|| naive_root(leaves))
    }
}

fn entries(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|n| n.to_be_bytes().to_vec()).collect()
}

fn leaves(count: u64) -> Vec<Hash> {
    entries(count).iter().map(|entry| leaf_hash(entry)).collect()
}

/// All tiles of a log of `count` entries, partial ones of that size only.
fn tiles(count: u64) -> (TileWriter, BTreeMap<Tile, Vec<u8>>) {
    let mut writer = TileWriter::new();
    let mut files = Vec::new();
    for entry in entries(count) {
        assert!(writer.append(&entry, &mut files));
    }
    files.extend(writer.partials());
    let tiles = files.into_iter().filter_map(|(resource, bytes)| match resource {
        Resource::Tile(tile) => Some((tile, bytes)),
        _ => None,
    });
    let tiles: BTreeMap<Tile, Vec<u8>> = tiles.collect();
    assert_eq!(tiles.keys().copied().collect::<Vec<_>>(), Tile::all(count).collect::<Vec<_>>());
    (writer, tiles)
}

#[test]
fn roots_are_those_of_certificate_transparency() {
    let inputs: [&[u8]; 8] = [
        b"",
        &[0x00],
        &[0x10],
        &[0x20, 0x21],
        &[0x30, 0x31],
        &[0x40, 0x41, 0x42, 0x43],
        &[0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57],
        &[0x60, 0x61, 0x62, 0x63, 0x64, 0x65, 0x66, 0x67, 0x68, 0x69, 0x6a, 0x6b, 0x6c, 0x6d, 0x6e, 0x6f],
    ];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::new();
    for (input, root) in inputs.iter().zip(roots) {
        frontier.append(leaf_hash(input));
        assert_eq!(frontier.root().to_hex(), root);
    }
    // The proofs for the same tree that certificate-transparency-go lists.
    let leaves: Vec<Hash> = inputs.iter().map(|input| leaf_hash(input)).collect();
    let path: Vec<String> =
        InnerTree::new(leaves.clone()).prove(5).unwrap().iter().map(Hash::to_hex).collect();
    let expected = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ];
    assert_eq!(path, expected);
    assert_eq!(naive_path(5, &leaves).iter().map(Hash::to_hex).collect::<Vec<_>>(), expected);
}

#[test]
fn every_small_tree_has_the_root_of_the_definition_in_all_ways_to_compute_it() {
    let all = leaves(600);
    let mut frontier = Frontier::new();
    for size in 0..600_u64 {
        let here = &all[..usize::try_from(size).unwrap()];
        let root = naive_root(here);
        assert_eq!(frontier.root(), root, "frontier of {size}");
        assert_eq!(Frontier::from_parts(size, frontier.subtrees().to_vec()).as_ref(), Some(&frontier));
        assert_eq!(InnerTree::new(here.to_vec()).root(), root, "inner tree of {size}");
        if size < 20 || size % 37 == 0 || (250..260).contains(&size) || (510..515).contains(&size) {
            let (writer, tiles) = tiles(size);
            assert_eq!(writer.root(), root, "writer of {size}");
            assert_eq!(writer.frontier(), frontier, "frontier of the writer of {size}");
            assert_eq!(root_from_tiles(size, &tiles), Ok(root), "tiles of {size}");
        }
        frontier.append(all[usize::try_from(size).unwrap()]);
    }
}

#[test]
fn inclusion_proofs_from_tiles_are_those_of_the_definition_and_verify_for_their_leaf_only() {
    for size in [1, 2, 3, 4, 5, 7, 8, 9, 31, 33, 255, 256, 257, 300, 511, 513] {
        let leaves = leaves(size);
        let root = naive_root(&leaves);
        let (_, tiles) = tiles(size);
        let inner = InnerTree::new(leaves.clone());
        for index in 0..size {
            let at = usize::try_from(index).unwrap();
            let path = prove_inclusion(size, index, &tiles).unwrap();
            assert_eq!(path, naive_path(at, &leaves), "{index} of {size}");
            assert_eq!(inner.prove(index).as_ref(), Some(&path), "{index} of {size}");
            assert_eq!(verify_inclusion(&leaves[at], index, size, &path, &root), Ok(()));
            let other = leaf_hash(b"another");
            assert_eq!(verify_inclusion(&other, index, size, &path, &root), Err(ProofError::OtherRoot));
            let beside = (index + 1) % size;
            if size > 1 {
                assert!(verify_inclusion(&leaves[at], beside, size, &path, &root).is_err());
            }
            let mut longer = path.clone();
            longer.push(other);
            assert_eq!(
                verify_inclusion(&leaves[at], index, size, &longer, &root),
                Err(ProofError::Length(longer.len()))
            );
            if let Some((_, shorter)) = path.split_last() {
                assert!(verify_inclusion(&leaves[at], index, size, shorter, &root).is_err());
            }
        }
        assert_eq!(prove_inclusion(size, size, &tiles), Err(TreeError::NoSuchEntry { index: size, size }));
        assert_eq!(inner.prove(size), None);
    }
}

#[test]
fn consistency_proofs_of_all_pairs_up_to_300_are_those_of_the_definition_and_verify() {
    let mut memo = Memo { leaves: leaves(300), roots: BTreeMap::new() };
    let roots: Vec<Hash> = (0..=300).map(|size| memo.root(0, size)).collect();
    for new in 0..=300_u64 {
        let (_, tiles) = tiles(new);
        let new_root = &roots[usize::try_from(new).unwrap()];
        for old in 0..=new {
            let at = usize::try_from(old).unwrap();
            let whole = (0, usize::try_from(new).unwrap());
            let proof = if old == 0 { Vec::new() } else { naive_subproof(&mut memo, at, whole, true) };
            // From tiles only some: folding a tile for each pair would take a minute.
            if new < 70 || (new > 250 && old % 7 == new % 7) {
                assert_eq!(prove_consistency(old, new, &tiles), Ok(proof.clone()), "{old} to {new}");
            }
            assert_eq!(verify_consistency((old, &roots[at]), (new, new_root), &proof), Ok(()));
            if old > 0 {
                let wrong = (old, &roots[at - 1]);
                assert!(verify_consistency(wrong, (new, new_root), &proof).is_err(), "{old} to {new}");
            }
            if old > 0 && old < new {
                let wrong = leaf_hash(b"another");
                assert!(verify_consistency((old, &roots[at]), (new, &wrong), &proof).is_err());
                let mut longer = proof.clone();
                longer.push(wrong);
                assert!(verify_consistency((old, &roots[at]), (new, new_root), &longer).is_err());
                let shorter = proof.split_last().map_or(&[][..], |(_, rest)| rest);
                assert!(verify_consistency((old, &roots[at]), (new, new_root), shorter).is_err());
            }
        }
    }
}

#[test]
fn a_log_that_went_back_is_named_so() {
    let root = empty_root();
    assert_eq!(verify_consistency((2, &root), (1, &root), &[]), Err(ProofError::WentBack { old: 2, new: 1 }));
    let none = BTreeMap::new();
    assert_eq!(prove_consistency(2, 1, &none), Err(TreeError::NotOlder { old: 2, new: 1 }));
}

#[test]
fn the_tiles_that_are_asked_for_suffice() {
    for size in [1, 255, 256, 257, 70_000] {
        let (_, tiles) = tiles(size);
        let only = |names: Vec<Tile>| -> BTreeMap<Tile, Vec<u8>> {
            names.into_iter().map(|tile| (tile, tiles[&tile].clone())).collect()
        };
        let root = root_from_tiles(size, &tiles).unwrap();
        assert_eq!(root_from_tiles(size, &only(tiles_for_root(size))), Ok(root));
        for index in [0, size - 1, size >> 1] {
            let few = only(tiles_for_inclusion(size, index).unwrap());
            let path = prove_inclusion(size, index, &few).unwrap();
            assert_eq!(verify_inclusion(&leaf_hash(&index.to_be_bytes()), index, size, &path, &root), Ok(()));
            let few = only(tiles_for_consistency(index, size).unwrap());
            assert!(prove_consistency(index, size, &few).is_ok());
        }
    }
    assert_eq!(tiles_for_inclusion(5, 5), None);
    assert_eq!(tiles_for_consistency(6, 5), None);
}

#[test]
fn a_missing_or_short_tile_is_named() {
    let (_, mut tiles) = tiles(300);
    let tile = Tile::new(0, 1, 44).unwrap();
    let bytes = tiles.remove(&tile).unwrap();
    assert_eq!(root_from_tiles(300, &tiles), Err(TreeError::Read(tile)));
    tiles.insert(tile, bytes[..bytes.len() - 1].to_vec());
    let error = root_from_tiles(300, &tiles).unwrap_err();
    let TreeError::Damaged(error) = error else { panic!("{error:?}") };
    assert_eq!(error.to_string(), "byte 1407: tile/0/001.p/44 has 1407 bytes, 1408 are expected");
}
