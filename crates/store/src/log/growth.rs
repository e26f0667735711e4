//! How a batch grows a log: the files that are new with it and those that nobody needs any more.
//!
//! Shape: [`TileWriter`] is the right edge of the tree and all that a writer has to know of it; [`grow`] adds a batch to it.
//!
//! Guarantees: the files follow from the edge and the entries alone, so that recovery makes the same bytes again. Each
//! checkpoint has its partial files, which tlog-tiles asks for; they go when the full file is there.

use std::collections::BTreeMap;

use huzhu_log::writer::TileWriter;
use huzhu_log::{Bundle, Resource, Tile};

/// The files that a batch makes, with paths below the log's folder.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Files {
    /// New tiles and bundles.
    pub(crate) made: Vec<(Resource, Vec<u8>)>,
    /// Folders of partial files whose full file is among the new ones.
    pub(crate) outgrown: Vec<String>,
}

/// Adds entries; `None`, with the edge in an undefined state, if one of them is too long for a bundle.
pub(crate) fn grow<'a>(edge: &mut TileWriter, entries: impl IntoIterator<Item = &'a [u8]>) -> Option<Files> {
    let (before, mut made) = (edge.size(), Vec::new());
    for entry in entries {
        if !edge.append(entry, &mut made) {
            return None;
        }
    }
    let outgrown = made.iter().filter_map(|(file, _)| outgrown(*file, before)).collect();
    let is_new = |file: &Resource| match file {
        Resource::Tile(tile) => row(tile.level(), before) != row(tile.level(), edge.size()),
        Resource::Bundle(_) => before != edge.size(),
        Resource::Checkpoint => false,
    };
    made.extend(edge.partials().into_iter().filter(|(file, _)| is_new(file)));
    Some(Files { made, outgrown })
}

/// Hashes on a level of tiles.
fn row(level: u8, size: u64) -> u64 {
    size.checked_shr(u32::from(level).saturating_mul(8)).unwrap_or(0)
}

/// The folder of partial files beside a full one, if a log of `size` had any.
fn outgrown(full: Resource, size: u64) -> Option<String> {
    let was = match full {
        Resource::Tile(tile) => Tile::at(tile.level(), tile.index(), size).is_some(),
        Resource::Bundle(bundle) => Bundle::at(bundle.index(), size).is_some(),
        Resource::Checkpoint => false,
    };
    was.then(|| format!("{full}.p"))
}

/// The edge of a log of `size`, from its partial files; `None` if they do not fit it or each other.
pub(crate) fn edge_from(size: u64, partials: &[(Resource, Vec<u8>)]) -> Option<TileWriter> {
    let (mut tiles, mut bundle) = (BTreeMap::new(), [].as_slice());
    for (file, bytes) in partials {
        match file {
            Resource::Tile(tile) => drop(tiles.insert(*tile, bytes.clone())),
            Resource::Bundle(_) => bundle = bytes,
            Resource::Checkpoint => return None,
        }
    }
    TileWriter::load(size, &tiles, bundle).ok()
}

#[cfg(test)]
mod tests {
    use huzhu_log::leaf_hash;

    use super::*;

    fn entries(to: usize) -> Vec<Vec<u8>> {
        (0..to).map(|n| n.to_be_bytes().repeat(1 + n % 5)).collect()
    }

    #[test]
    fn the_files_are_those_of_the_specification_and_outgrown_partial_ones_are_named() {
        let all = entries(70_000);
        let mut roots = Vec::new();
        for step in [1_000, 13_337, 70_000] {
            let (mut edge, mut files) = (TileWriter::new(), BTreeMap::new());
            for step in all.chunks(step) {
                let grown = grow(&mut edge, step.iter().map(Vec::as_slice)).unwrap();
                for (file, bytes) in grown.made {
                    assert_eq!(files.insert(file.to_string(), bytes), None, "{file} is made once");
                }
                for folder in grown.outgrown {
                    assert!(files.contains_key(folder.strip_suffix(".p").unwrap()), "{folder}");
                    let count = files.len();
                    files.retain(|path, _| !path.starts_with(&format!("{folder}/")));
                    assert!(files.len() < count, "{folder} had files");
                }
                let again = edge_from(edge.size(), &edge.partials()).unwrap();
                assert_eq!(again, edge);
            }
            roots.push(edge.root());
            // The example of tlog-tiles for a size of 70,000; no partial file of a place that is full now is left.
            let paths: Vec<&String> = files.keys().filter(|path| path.contains(".p/112")).collect();
            assert_eq!(paths, ["tile/0/273.p/112", "tile/entries/273.p/112"]);
            let count = |start: &str| files.keys().filter(|path| path.starts_with(start)).count();
            assert_eq!(count("tile/0/") - count("tile/0/273.p"), 273);
            assert_eq!(count("tile/entries/") - count("tile/entries/273.p"), 273);
            for tile in Tile::all(70_000) {
                let bytes = &files[&tile.path()];
                assert_eq!(bytes.len(), usize::from(tile.width()) * 32, "{}", tile.path());
            }
            for (index, entry) in all.iter().enumerate().step_by(97) {
                let bundle = Bundle::at(u64::try_from(index >> 8).unwrap(), 70_000).unwrap();
                let tile = Tile::at(0, bundle.index(), 70_000).unwrap();
                let bytes = &files[&bundle.path()];
                assert_eq!(bundle.entries(bytes).unwrap()[index % 256], entry.as_slice(), "{index}");
                let hashes = tile.hashes(&files[&tile.path()]).unwrap();
                assert_eq!(hashes[index % 256], leaf_hash(entry), "{index}");
            }
        }
        assert!(roots.windows(2).all(|pair| pair[0] == pair[1]), "the same root in any steps");
    }

    #[test]
    fn an_edge_is_taken_only_from_files_that_fit() {
        let mut edge = TileWriter::new();
        grow(&mut edge, entries(300).iter().map(Vec::as_slice)).unwrap();
        let partials = edge.partials();
        assert_eq!(edge_from(300, &partials), Some(edge));
        assert_eq!(edge_from(301, &partials), None, "another size");
        assert_eq!(edge_from(300, &partials[1..]), None, "a tile is missing");
        let mut changed = partials.clone();
        changed
            .iter_mut()
            .filter(|(file, _)| matches!(file, Resource::Bundle(_)))
            .for_each(|(_, b)| b[9] ^= 1);
        assert_eq!(edge_from(300, &changed), None, "an entry is not that of its hash");
        assert_eq!(edge_from(0, &[]), Some(TileWriter::new()));
    }

    #[test]
    fn an_entry_that_is_too_long_is_refused() {
        let mut edge = TileWriter::new();
        assert!(grow(&mut edge, [vec![0; 65_535].as_slice()]).is_some());
        assert_eq!(grow(&mut edge, [vec![0; 65_536].as_slice()]), None);
    }
}
