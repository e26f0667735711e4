//! Paths, widths and bundles, with the examples of C2SP.

use super::*;

#[test]
fn paths_are_those_of_c2sp_and_have_one_spelling() {
    let tile = |level, index, width| Resource::Tile(Tile::new(level, index, width).unwrap());
    let bundle = |index, width| Resource::Bundle(Bundle::new(index, width).unwrap());
    let rows = [
        (Resource::Checkpoint, "checkpoint"),
        (tile(0, 0, 256), "tile/0/000"),
        (tile(0, 1_234_067, 256), "tile/0/x001/x234/067"),
        (tile(1, 0, 17), "tile/1/000.p/17"),
        (tile(63, 999, 255), "tile/63/999.p/255"),
        (tile(2, 1_000, 1), "tile/2/x001/000.p/1"),
        (tile(0, u64::MAX, 256), "tile/0/x018/x446/x744/x073/x709/x551/615"),
        (bundle(0, 256), "tile/entries/000"),
        (bundle(273, 112), "tile/entries/273.p/112"),
        (bundle(1_000_000, 256), "tile/entries/x001/x000/000"),
    ];
    for (resource, path) in rows {
        assert_eq!(resource.to_string(), path);
        assert_eq!(Resource::parse(path), Ok(resource), "{path}");
        assert_eq!(resource.is_immutable(), path != "checkpoint");
    }
}

#[test]
fn every_other_path_is_refused() {
    let start = "the path is neither `checkpoint` nor below `tile/`";
    let index = "the index is not made of groups like `x001/x234/067`";
    let level = "the level is neither a number from 0 to 63 nor `entries`";
    let width = "a partial width is a number from 1 to 255";
    let rows = [
        ("", start),
        ("/checkpoint", start),
        ("checkpoint/", start),
        ("tile", start),
        ("../tile/0/000", start),
        ("tile/0", "the path has no index"),
        ("tile/0/", index),
        ("tile/0/0", index),
        ("tile/0/00", index),
        ("tile/0/0000", index),
        ("tile/0/x000", index),
        ("tile/0/000/000", index),
        ("tile/0/x000/000", index),
        ("tile/0/x001/x000", index),
        ("tile/0/001/x000", index),
        ("tile/0/x1/000", index),
        ("tile/0/x001//000", index),
        ("tile/0/x+01/000", index),
        ("tile/0/..", index),
        ("tile/0/x001/../000", index),
        ("tile/0/x018/x446/x744/x073/x709/x551/616", index),
        ("tile/0/x001/x018/x446/x744/x073/x709/x551/615", index),
        ("tile/64/000", level),
        ("tile/00/000", level),
        ("tile/-1/000", level),
        ("tile/Entries/000", level),
        ("tile//000", level),
        ("tile/8/0/000", index),
        ("tile/0/000.p/0", width),
        ("tile/0/000.p/256", width),
        ("tile/0/000.p/01", width),
        ("tile/0/000.p/", width),
        ("tile/0/000.p/1/", width),
        ("tile/0/000.p/1.p/1", width),
        ("tile/0/000.p", index),
    ];
    for (path, expected) in rows {
        assert_eq!(Resource::parse(path).unwrap_err().to_string(), expected, "{path:?}");
    }
}

#[test]
fn a_tree_of_70000_entries_has_the_tiles_that_c2sp_lists() {
    let tiles: Vec<Tile> = Tile::all(70_000).collect();
    let full = |level: u8| tiles.iter().filter(|t| t.level() == level && t.is_full()).count();
    let partial: Vec<(u8, u16)> =
        tiles.iter().filter(|t| !t.is_full()).map(|t| (t.level(), t.width())).collect();
    assert_eq!((full(0), full(1), full(2)), (273, 1, 0));
    assert_eq!(partial, [(0, 112), (1, 17), (2, 1)]);
    let small: Vec<String> = Tile::all(256).map(Tile::path).collect();
    assert_eq!(small, ["tile/0/000", "tile/1/000.p/1"]);
    assert_eq!(Tile::all(0).count() + Bundle::all(0).count(), 0);
    assert_eq!(
        Bundle::all(257).map(Bundle::path).collect::<Vec<_>>(),
        ["tile/entries/000", "tile/entries/001.p/1"]
    );
    assert_eq!(Tile::at(0, u64::MAX, u64::MAX), None);
    assert_eq!(Tile::at(63, 0, u64::MAX), None);
    assert_eq!(Tile::at(7, 0, u64::MAX).map(Tile::width), Some(255));
}

#[test]
fn names_that_no_tile_has_cannot_be_made() {
    assert_eq!(Tile::new(64, 0, 1), None);
    assert_eq!(Tile::new(0, 0, 0), None);
    assert_eq!(Tile::new(0, 0, 257), None);
    assert_eq!(Bundle::new(0, 0), None);
    assert_eq!(Bundle::new(0, 257), None);
}

#[test]
fn a_tile_takes_its_own_bytes_or_those_of_a_wider_one() {
    let tile = Tile::new(0, 0, 2).unwrap();
    let bytes: Vec<u8> = (0..3_u8).flat_map(|n| [n; 32]).collect();
    let hashes = vec![Hash::from_bytes([0; 32]), Hash::from_bytes([1; 32])];
    assert_eq!(tile.hashes(&bytes[..64]), Ok(hashes.clone()));
    assert_eq!(tile.hashes(&bytes), Ok(hashes));
    for length in [0, 32, 63, 65] {
        assert!(tile.hashes(&bytes[..length]).is_err(), "{length}");
    }
    assert!(tile.hashes(&vec![0; 8192 + 32]).is_err());
}

#[test]
fn bundles_round_trip_and_bad_ones_are_refused_with_a_place() {
    let long = vec![9; MAX_ENTRY];
    let entries: Vec<&[u8]> = vec![b"one", b"", &long];
    let bytes = encode_bundle(entries.iter().copied()).unwrap();
    assert_eq!(&bytes[..7], b"\x00\x03one\x00\x00");
    assert_eq!(decode_bundle(&bytes), Ok(entries.clone()));
    assert_eq!(Bundle::new(0, 2).unwrap().entries(&bytes), Ok(entries[..2].to_vec()));
    assert_eq!(encode_bundle([&vec![0; MAX_ENTRY + 1][..]]), None);
    let rows: [(&[u8], &str); 4] = [
        (b"", "byte 0: a bundle has at least one entry"),
        (b"\x00", "byte 0: the length of an entry is cut off"),
        (b"\x00\x01a\x00\x03bc", "byte 3: an entry of 3 bytes is cut off after 2"),
        (&[0; 514], "byte 512: a bundle has at most 256 entries"),
    ];
    for (bytes, expected) in rows {
        assert_eq!(decode_bundle(bytes).unwrap_err().to_string(), expected);
    }
    let short = Bundle::new(0, 3).unwrap().entries(b"\x00\x00\x00\x00").unwrap_err().to_string();
    assert_eq!(short, "byte 4: tile/entries/000.p/3 has 2 entries, 3 are expected");
}
