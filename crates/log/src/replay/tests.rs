use std::collections::BTreeMap;
use std::convert::Infallible;

use super::*;
use crate::hash::empty_root;
use crate::tile::Tile;

/// The files of a log in memory.
#[derive(Clone, Default)]
struct Folder(BTreeMap<Resource, Vec<u8>>);

impl Files for Folder {
    type Error = Infallible;

    fn file(&mut self, resource: Resource) -> Result<Option<Vec<u8>>, Infallible> {
        let full = match resource {
            Resource::Tile(tile) => Resource::Tile(tile.full()),
            Resource::Bundle(bundle) => Resource::Bundle(bundle.full()),
            Resource::Checkpoint => resource,
        };
        Ok(self.0.get(&resource).or_else(|| self.0.get(&full)).cloned())
    }
}

/// A log of numbered entries with its heads of every size.
fn log(size: u64) -> (Folder, Vec<Head>) {
    log_with(size, 1)
}

/// A log of numbered entries with its first and last head and one of each `step` sizes.
fn log_with(size: u64, step: u64) -> (Folder, Vec<Head>) {
    let (mut writer, mut files) = (TileWriter::new(), Vec::new());
    let mut heads = vec![Head { size: 0, root: empty_root() }];
    for number in 0..size {
        assert!(writer.append(format!("entry {number}").as_bytes(), &mut files));
        if (number + 1) % step == 0 || number + 1 == size {
            heads.push(Head { size: writer.size(), root: writer.root() });
        }
    }
    files.extend(writer.partials());
    (Folder(files.into_iter().collect()), heads)
}

fn check(files: &Folder, head: Head, earlier: &[Head]) -> Result<Replayed, ReplayError<Infallible>> {
    replay(&mut files.clone(), head, earlier, &mut |_, _| ())
}

#[test]
fn a_log_is_replayed_with_all_its_earlier_heads() {
    for (size, step) in [(0_u64, 1), (1, 1), (2, 1), (255, 1), (256, 1), (257, 1), (700, 1), (65_836, 5_000)]
    {
        let (files, heads) = log_with(size, step);
        let mut seen = Vec::new();
        let done = replay(&mut files.clone(), *heads.last().unwrap(), &heads, &mut |index, entry: &[u8]| {
            seen.push((index, String::from_utf8(entry.to_vec()).unwrap()));
        });
        let tiles = Tile::all(size).count().try_into().unwrap();
        let earlier = heads.len().try_into().unwrap();
        let expected = Replayed { entries: size, bundles: size.div_ceil(256), tiles, earlier };
        assert_eq!(done, Ok(expected), "{size}");
        let expected: Vec<_> = (0..size).map(|number| (number, format!("entry {number}"))).collect();
        assert_eq!(seen, expected);
    }
}

#[test]
fn every_flipped_bit_and_every_missing_file_is_found() {
    let (files, heads) = log(600);
    assert!(files.0.len() > 5);
    for (resource, bytes) in &files.0 {
        let mut without = files.clone();
        without.0.remove(resource);
        assert_eq!(
            check(&without, heads[600], &[]),
            Err(ReplayError::Wrong(Finding::Missing(*resource))),
            "{resource}"
        );
        for at in (0..bytes.len()).step_by(61).chain([bytes.len() - 1]) {
            let mut altered = files.clone();
            altered.0.get_mut(resource).unwrap()[at] ^= 1 << (at % 8);
            let answer = check(&altered, heads[600], &[]);
            assert!(matches!(answer, Err(ReplayError::Wrong(_))), "{resource} byte {at}: {answer:?}");
        }
    }
}

#[test]
fn a_log_that_was_made_anew_with_other_entries_does_not_fit_what_was_signed() {
    let (_, heads) = log(600);
    let (mut files, mut writer) = (Vec::new(), TileWriter::new());
    for number in 0..600 {
        let text = if number == 300 { "entry three hundred".to_owned() } else { format!("entry {number}") };
        assert!(writer.append(text.as_bytes(), &mut files));
    }
    files.extend(writer.partials());
    let files = Folder(files.into_iter().collect());
    let here = Head { size: 600, root: writer.root() };
    for (head, earlier, expected) in [
        (heads[600], vec![], Finding::OtherRoot { size: 600, computed: here.root, stated: heads[600].root }),
        (here, vec![heads[301], heads[300]], Finding::Forked { size: 301 }),
        (here, vec![heads[600]], Finding::Forked { size: 600 }),
        (here, vec![Head { size: 0, root: heads[1].root }], Finding::Forked { size: 0 }),
        (here, vec![Head { size: 601, root: here.root }], Finding::RolledBack { now: 600, before: 601 }),
    ] {
        assert_eq!(check(&files, head, &earlier), Err(ReplayError::Wrong(expected)));
    }
    let common = check(&files, here, &heads[..=300]).unwrap();
    assert_eq!(common.earlier, 301);
}

#[test]
fn a_full_file_does_for_a_partial_one() {
    let (files, heads) = log(512);
    let (older, _) = log(300);
    // The partial tile of the level above differs in its name; it must be there.
    let mut both = files.clone();
    both.0.extend(older.0.into_iter().filter(|(resource, _)| match resource {
        Resource::Tile(tile) => tile.level() > 0,
        _ => false,
    }));
    assert_eq!(check(&both, heads[300], &[]).map(|seen| seen.entries), Ok(300));
}
