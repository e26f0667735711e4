//! Three crates written by others accept what this one makes, and this one accepts what they make.

use std::collections::BTreeMap;

use ct_merkle::mem_backed_tree::MemoryBackedTree;
use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use huzhu_log::tile::Tile;
use huzhu_log::tree::{
    prove_consistency, prove_inclusion, root_from_tiles, verify_consistency, verify_inclusion,
};
use huzhu_log::{
    Checkpoint, Cosigner, Hash, Resource, SignedCheckpoint, Signer, TileWriter, Vkey, leaf_hash,
};
use sha2::Sha256;
use signed_note::{Note, StandardSigner, StandardVerifier, VerifierList};
use tlog_tiles::{TileHashReader, TileReader};

/// Sizes around every edge of tiles and of trees.
const SIZES: [u64; 18] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 63, 64, 255, 256, 257, 300, 511, 513, 1000];

fn entry(index: u64) -> Vec<u8> {
    format!("entry {index}").into_bytes()
}

struct Log {
    size: u64,
    root: Hash,
    tiles: BTreeMap<Tile, Vec<u8>>,
}

fn log(size: u64) -> Log {
    let mut writer = TileWriter::new();
    let mut files = Vec::new();
    for index in 0..size {
        assert!(writer.append(&entry(index), &mut files));
    }
    files.extend(writer.partials());
    let tiles = files.into_iter().filter_map(|(resource, bytes)| match resource {
        Resource::Tile(tile) => Some((tile, bytes)),
        _ => None,
    });
    Log { size, root: writer.root(), tiles: tiles.collect() }
}

fn bytes(hashes: &[Hash]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| *hash.as_bytes()).collect()
}

fn hashes(bytes: &[u8]) -> Vec<Hash> {
    bytes.chunks(32).map(|chunk| Hash::from_slice(chunk).unwrap()).collect()
}

#[test]
fn ct_merkle_has_the_same_roots_and_proofs_and_accepts_ours() {
    for size in SIZES {
        let ours = log(size);
        let mut theirs = MemoryBackedTree::<Sha256, Vec<u8>>::new();
        (0..size).for_each(|index| theirs.push(entry(index)));
        let root = theirs.root();
        assert_eq!(root.as_bytes().as_slice(), ours.root.as_bytes());
        let stated = RootHash::<Sha256>::new((*ours.root.as_bytes()).into(), size);
        for index in 0..size {
            let path = prove_inclusion(size, index, &ours.tiles).unwrap();
            let their_path = theirs.prove_inclusion(usize::try_from(index).unwrap());
            assert_eq!(their_path.as_bytes(), bytes(&path), "{index} of {size}");
            let proof = InclusionProof::<Sha256>::try_from_bytes(bytes(&path)).unwrap();
            assert!(stated.verify_inclusion(&entry(index), index, &proof).is_ok());
            assert!(stated.verify_inclusion(&entry(index + 1), index, &proof).is_err());
            let leaf = leaf_hash(&entry(index));
            let path = hashes(their_path.as_bytes());
            assert_eq!(verify_inclusion(&leaf, index, size, &path, &ours.root), Ok(()));
        }
        // Theirs proves additions of one and more, never from an empty tree.
        for old in 1..size {
            let proof = prove_consistency(old, size, &ours.tiles).unwrap();
            let added = usize::try_from(size - old).unwrap();
            let their_proof = theirs.prove_consistency(added);
            assert_eq!(their_proof.as_bytes(), bytes(&proof), "{old} to {size}");
            let before = log_root(old);
            let old_root = RootHash::<Sha256>::new((*before.as_bytes()).into(), old);
            let proof = ConsistencyProof::<Sha256>::try_from_bytes(bytes(&proof)).unwrap();
            assert!(stated.verify_consistency(&old_root, &proof).is_ok());
            let proof = hashes(their_proof.as_bytes());
            assert_eq!(verify_consistency((old, &before), (size, &ours.root), &proof), Ok(()));
        }
    }
}

fn log_root(size: u64) -> Hash {
    let mut frontier = huzhu_log::Frontier::new();
    (0..size).for_each(|index| frontier.append(leaf_hash(&entry(index))));
    frontier.root()
}

/// Hands our tiles to the reader of `tlog_tiles`, which checks each against the root.
impl TileReader for Log {
    fn height(&self) -> u8 {
        8
    }

    fn read_tiles(&self, tiles: &[tlog_tiles::Tile]) -> Result<Vec<Vec<u8>>, tlog_tiles::Error> {
        let ours = |tile: &tlog_tiles::Tile| {
            let width = u16::try_from(tile.width()).unwrap();
            let ours = Tile::new(tile.level(), tile.level_index(), width).unwrap();
            let bytes = self.tiles.get(&ours).cloned();
            bytes.ok_or_else(|| tlog_tiles::Error::InvalidInput(format!("{} is asked for", ours.path())))
        };
        tiles.iter().map(ours).collect()
    }

    fn save_tiles(&self, _tiles: &[tlog_tiles::Tile], _data: &[Vec<u8>]) {}
}

fn theirs(hash: &Hash) -> tlog_tiles::Hash {
    tlog_tiles::Hash(*hash.as_bytes())
}

#[test]
fn tlog_tiles_recomputes_the_root_from_our_tiles_and_accepts_our_proofs() {
    for size in [1, 2, 3, 255, 256, 257, 300, 513, 1000, 70_000] {
        let ours = log(size);
        let root = theirs(&ours.root);
        let reader = TileHashReader::new(size, root, &ours);
        assert_eq!(tlog_tiles::tree_hash(size, &reader).unwrap(), root);
        assert_eq!(root_from_tiles(size, &ours.tiles), Ok(ours.root));
        for index in [0, size >> 1, size - 1] {
            let path = prove_inclusion(size, index, &ours.tiles).unwrap();
            let proof = tlog_tiles::prove_record(size, index, &reader).unwrap();
            assert_eq!(proof, path.iter().map(theirs).collect::<Vec<_>>());
            let leaf = tlog_tiles::record_hash(&entry(index));
            assert!(tlog_tiles::check_record(&proof, size, root, index, leaf).is_ok());
        }
        for old in [1, size >> 1, size - 1].into_iter().filter(|old| *old > 0) {
            let proof = prove_consistency(old, size, &ours.tiles).unwrap();
            let proof: Vec<_> = proof.iter().map(theirs).collect();
            assert_eq!(tlog_tiles::prove_tree(size, old, &reader).unwrap(), proof);
            assert!(tlog_tiles::check_tree(&proof, size, root, old, theirs(&log_root(old))).is_ok());
        }
    }
}

#[test]
fn a_tile_with_one_flipped_bit_is_refused_by_tlog_tiles_and_by_us() {
    let mut ours = log(300);
    let root = theirs(&ours.root);
    for tile in ours.tiles.keys().copied().collect::<Vec<_>>() {
        ours.tiles.get_mut(&tile).unwrap()[40 % usize::from(tile.width() * 32)] ^= 1;
        let reader = TileHashReader::new(ours.size, root, &ours);
        // Its reader leaves tiles unchecked where the right edge has fewer tiles than subtrees, so the proof is checked too.
        let is_refused = (0..300).any(|index| {
            let leaf = tlog_tiles::record_hash(&entry(index));
            tlog_tiles::prove_record(300, index, &reader)
                .and_then(|proof| tlog_tiles::check_record(&proof, 300, root, index, leaf))
                .is_err()
        });
        assert!(is_refused, "{}", tile.path());
        let by_us = root_from_tiles(300, &ours.tiles);
        let proofs = (0..300).all(|index| {
            prove_inclusion(300, index, &ours.tiles).is_ok_and(|path| {
                verify_inclusion(&leaf_hash(&entry(index)), index, 300, &path, &ours.root).is_ok()
            })
        });
        assert!(by_us != Ok(ours.root) || !proofs, "{}", tile.path());
        ours.tiles.get_mut(&tile).unwrap()[40 % usize::from(tile.width() * 32)] ^= 1;
    }
}

#[test]
fn signed_note_and_tlog_tiles_accept_our_checkpoints_and_we_accept_theirs() {
    let origin = "log.example/2026";
    let signer = Signer::new(origin, &[5; 32]).unwrap();
    let witness = Cosigner::new("witness.example", &[6; 32]).unwrap();
    let mut signed = Checkpoint::new(origin, 300, log_root(300)).unwrap().sign(&signer);
    let cosignature = witness.cosign(&signed, 1_700_000_000);
    signed.add(cosignature);

    let verifier = StandardVerifier::new(&signer.vkey().to_string()).unwrap();
    let note = Note::from_bytes(signed.to_string().as_bytes()).unwrap();
    let (good, unknown) = note.verify(&VerifierList::new(vec![Box::new(verifier.clone())])).unwrap();
    assert_eq!((good.len(), unknown.len()), (1, 1), "the cosignature is of a kind it does not know");
    let checkpoint = tlog_tiles::Checkpoint::from_bytes(note.text()).unwrap();
    assert_eq!((checkpoint.origin(), checkpoint.size()), (origin, 300));
    assert_eq!(checkpoint.hash().0, *log_root(300).as_bytes());

    let changed = Note::from_bytes(signed.to_string().replace("\n300\n", "\n299\n").as_bytes()).unwrap();
    assert!(changed.verify(&VerifierList::new(vec![Box::new(verifier)])).is_err());

    // The key of the documentation of Go's `note` package, and a checkpoint that `signed_note` signs with it.
    let theirs =
        StandardSigner::new("PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz")
            .unwrap();
    let vkey: Vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse().unwrap();
    let text = Checkpoint::new("PeterNeumann", 300, log_root(300)).unwrap().to_string();
    let mut note = Note::new(text.as_bytes(), &[]).unwrap();
    note.add_sigs(&[&theirs]).unwrap();
    let read: SignedCheckpoint = String::from_utf8(note.to_bytes()).unwrap().parse().unwrap();
    assert_eq!(read.note().verify(&[vkey]).map(|keys| keys.len()), Ok(1));
}
