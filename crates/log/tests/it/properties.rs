//! Properties over random trees, paths and bytes.

use std::collections::BTreeMap;

use huzhu_log::tile::{Bundle, Tile, decode_bundle, encode_bundle};
use huzhu_log::tree::{
    prove_consistency, prove_inclusion, root_from_tiles, verify_consistency, verify_inclusion,
};
use huzhu_log::{
    Checkpoint, Entry, Frontier, Hash, InnerTree, Receipt, Resource, SignedCheckpoint, SignedNote,
    TileWriter, TlogPolicy, TlogProof, leaf_hash,
};
use proptest::prelude::*;

type Files = BTreeMap<Resource, Vec<u8>>;

/// Writes entries in batches with a checkpoint after each, as a sequencer does.
fn write(entries: &[Vec<u8>], batch: usize) -> (TileWriter, Files) {
    let (mut writer, mut files) = (TileWriter::new(), Vec::new());
    let mut all = Files::new();
    for entries in entries.chunks(batch.max(1)) {
        for entry in entries {
            assert!(writer.append(entry, &mut files));
        }
        files.extend(writer.partials());
        all.extend(files.drain(..));
    }
    (writer, all)
}

fn tiles(files: &Files) -> BTreeMap<Tile, Vec<u8>> {
    let only = |(resource, bytes): (&Resource, &Vec<u8>)| match resource {
        Resource::Tile(tile) => Some((*tile, bytes.clone())),
        _ => None,
    };
    files.iter().filter_map(only).collect()
}

fn numbered(count: u64) -> Vec<Vec<u8>> {
    (0..count).map(|n| n.to_be_bytes().to_vec()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_proof_verifies_for_the_leaf_that_is_in_and_for_no_other(size in 1_u64..3000, at in any::<prop::sample::Index>(), other in any::<u64>()) {
        let (writer, files) = write(&numbered(size), 1000);
        let index = at.index(usize::try_from(size).unwrap()) as u64;
        let path = prove_inclusion(size, index, &tiles(&files)).unwrap();
        let root = writer.root();
        let leaf = leaf_hash(&index.to_be_bytes());
        prop_assert_eq!(verify_inclusion(&leaf, index, size, &path, &root), Ok(()));
        let other_leaf = leaf_hash(&other.to_be_bytes());
        prop_assert_eq!(verify_inclusion(&other_leaf, index, size, &path, &root).is_ok(), other == index);
        let elsewhere = other.rem_euclid(size);
        prop_assert_eq!(verify_inclusion(&leaf, elsewhere, size, &path, &root).is_ok(), elsewhere == index);
    }

    #[test]
    fn all_ways_to_a_root_agree_whatever_the_batches(size in 0_u64..3000, batch in 1_usize..700) {
        let entries = numbered(size);
        let (writer, files) = write(&entries, batch);
        let leaves: Vec<Hash> = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let mut frontier = Frontier::new();
        for leaf in &leaves {
            frontier.append(*leaf);
        }
        let root = InnerTree::new(leaves).root();
        prop_assert_eq!(writer.root(), root);
        prop_assert_eq!(frontier.root(), root);
        prop_assert_eq!(writer.frontier(), frontier);
        prop_assert_eq!(root_from_tiles(size, &tiles(&files)), Ok(root));
        // Loading what was written gives the same edge, and the files are those that the size asks for.
        let bundle = Bundle::at(size >> 8, size).and_then(|bundle| files.get(&Resource::Bundle(bundle)).cloned());
        let loaded = TileWriter::load(size, &tiles(&files), &bundle.unwrap_or_default()).unwrap();
        prop_assert_eq!(&loaded, &writer);
        for tile in Tile::all(size) {
            prop_assert!(files.contains_key(&Resource::Tile(tile)), "{}", tile.path());
        }
        for bundle in Bundle::all(size) {
            let first = usize::try_from(bundle.index() << 8).unwrap();
            let bytes = files.get(&Resource::Bundle(bundle)).unwrap();
            let here = &entries[first..first + usize::from(bundle.width())];
            prop_assert_eq!(bundle.entries(bytes).unwrap(), here.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }
    }

    #[test]
    fn an_older_tree_is_the_beginning_of_a_newer_one_and_of_no_other(new in 2_u64..3000, at in any::<prop::sample::Index>(), changed in any::<prop::sample::Index>()) {
        let old = at.index(usize::try_from(new).unwrap()) as u64;
        let (writer, files) = write(&numbered(new), 1000);
        let (before, _) = write(&numbered(old), 1000);
        let proof = prove_consistency(old, new, &tiles(&files)).unwrap();
        prop_assert_eq!(verify_consistency((old, &before.root()), (new, &writer.root()), &proof), Ok(()));
        // History with one other entry: no proof from the new tree can hide it.
        if old > 0 {
            let mut entries = numbered(old);
            entries[changed.index(usize::try_from(old).unwrap())].push(1);
            let (forged, _) = write(&entries, 1000);
            prop_assert!(verify_consistency((old, &forged.root()), (new, &writer.root()), &proof).is_err());
        }
    }

    #[test]
    fn paths_are_read_as_they_were_written(level in 0_u8..64, index in any::<u64>(), width in 1_u16..=256) {
        let tile = Resource::Tile(Tile::new(level, index, width).unwrap());
        prop_assert_eq!(Resource::parse(&tile.to_string()), Ok(tile));
        let bundle = Resource::Bundle(Bundle::new(index, width).unwrap());
        prop_assert_eq!(Resource::parse(&bundle.to_string()), Ok(bundle));
    }

    #[test]
    fn a_path_that_is_read_is_the_path_that_is_written(path in "(tile/)?[0-9a-z/.x]{0,30}") {
        if let Ok(resource) = Resource::parse(&path) {
            prop_assert_eq!(resource.to_string(), path);
        }
    }

    #[test]
    fn bundles_are_read_as_they_were_written(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..300), 1..257)) {
        let bytes = encode_bundle(entries.iter().map(Vec::as_slice)).unwrap();
        prop_assert_eq!(decode_bundle(&bytes).unwrap(), entries.iter().map(Vec::as_slice).collect::<Vec<_>>());
    }

    #[test]
    fn proofs_made_up_by_anybody_never_verify_and_never_panic(
        size in any::<u64>(), index in any::<u64>(), old in any::<u64>(),
        hashes in prop::collection::vec(any::<[u8; 32]>(), 0..70),
    ) {
        let path: Vec<Hash> = hashes.into_iter().map(Hash::from_bytes).collect();
        let root = Hash::digest(b"root");
        let leaf = leaf_hash(b"leaf");
        prop_assert!(verify_inclusion(&leaf, index, size, &path, &root).is_err());
        let before = Hash::digest(b"before");
        let is_trivial = old == 0 && path.is_empty();
        prop_assert_eq!(verify_consistency((old, &before), (size, &root), &path).is_ok(), is_trivial);
    }

    #[test]
    fn whatever_is_read_prints_the_same_again(text in "(\\PC|\n){0,200}", bytes in prop::collection::vec(any::<u8>(), 0..100)) {
        if let Ok(note) = SignedNote::parse(&text) {
            prop_assert_eq!(note.to_string(), text.clone());
        }
        if let Ok(read) = text.parse::<Checkpoint>() {
            prop_assert_eq!(read.to_string(), text.clone());
        }
        prop_assert!(text.parse::<SignedCheckpoint>().is_err() || text.contains('—'));
        prop_assert!(text.parse::<TlogProof>().is_err());
        prop_assert!(text.parse::<Receipt>().is_err());
        prop_assert!(TlogPolicy::parse(&bytes).is_err() || bytes.windows(6).any(|window| window == b"quorum"));
        if let Ok(entry) = Entry::decode(&bytes) {
            prop_assert_eq!(entry.encode(), Ok(bytes));
        }
    }
}
