//! Paths, tiles, bundles, and proofs over whatever tiles somebody serves.
#![no_main]

use std::collections::BTreeMap;

use huzhu_log::tree::{Tiles, prove_consistency, prove_inclusion, root_from_tiles, verify_consistency, verify_inclusion};
use huzhu_log::{Bundle, Hash, Resource, Tile, TileWriter, decode_bundle, encode_bundle};
use libfuzzer_sys::fuzz_target;

/// The same bytes for every tile, however wrong.
struct Served<'a>(&'a [u8]);

impl Tiles for Served<'_> {
    type Error = ();

    fn tile(&self, tile: Tile) -> Result<Vec<u8>, ()> {
        let length = usize::from(tile.width()) * Hash::LEN;
        Ok(self.0.iter().copied().cycle().take(if self.0.len() % 3 == 0 { self.0.len() } else { length }).collect())
    }
}

fuzz_target!(|data: &[u8]| {
    if let Some(resource) = std::str::from_utf8(data).ok().and_then(|path| Some((path, Resource::parse(path).ok()?))) {
        assert_eq!(resource.1.to_string(), resource.0);
        assert!(!resource.0.contains("..") && !resource.0.starts_with('/'));
    }
    if let Ok(entries) = decode_bundle(data) {
        assert_eq!(encode_bundle(entries.iter().copied()).as_deref(), Some(data));
        let mut files = Vec::new();
        let mut writer = TileWriter::new();
        assert!(entries.iter().all(|entry| writer.append(entry, &mut files)));
        files.extend(writer.partials());
        let tiles: BTreeMap<Tile, Vec<u8>> = files
            .into_iter()
            .filter_map(|(resource, bytes)| if let Resource::Tile(tile) = resource { Some((tile, bytes)) } else { None })
            .collect();
        assert_eq!(root_from_tiles(writer.size(), &tiles), Ok(writer.root()));
    }
    let numbers: Vec<u64> = data.chunks(8).take(3).map(|c| c.iter().fold(0, |n, b| n << 8 | u64::from(*b))).collect();
    let [size, index, old] = numbers.as_slice() else { return };
    // Small trees are quick and have all shapes; one in 64 stays as large as it came.
    let size = &(size >> (index & 63));
    let served = Served(data.get(24..).unwrap_or_default());
    let root = root_from_tiles(*size, &served);
    if let (Ok(path), Ok(root)) = (prove_inclusion(*size, *index, &served), &root) {
        let _ = verify_inclusion(&Hash::digest(data), *index, *size, &path, root);
    }
    if let (Ok(proof), Ok(root)) = (prove_consistency(*old, *size, &served), &root) {
        let _ = verify_consistency((*old, root), (*size, root), &proof);
    }
    let _ = TileWriter::load(*size, &served, data);
    if let Some(bundle) = Bundle::at(*index, *size) {
        let _ = bundle.entries(data);
    }
});
