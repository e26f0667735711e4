//! The form of a file in the vault: chunks that are encrypted one by one, so that any part can be written and read alone.
//!
//! Shape: four magic bytes, then one record for each 64 KiB of content: nonce (24 bytes), ciphertext, tag (16 bytes). The last
//! record is the only one that may be shorter; an empty file has one record of nothing. Associated data of a record: a label, the
//! name of the file, the number of the record, and whether it is the last one.
//!
//! Guarantees: a changed, moved, doubled, dropped or cut record does not open, nor does one of another file. Nonces are random and
//! of 24 bytes, so that a record that is written again after a crash shares its nonce with nothing.

use std::ops::Range;

use hkdf::Hkdf;
use huzhu_app::ports::{FileId, OwnerHalf};
use sha2::Sha256;

use crate::crypto::{DoesNotOpen, Key, NONCE_BYTES, NoRandomness};

/// First bytes of every file: what it is, and version 2 of the layout.
pub(super) const MAGIC: [u8; 4] = *b"hzv2";
/// Bytes of content in a record.
pub(super) const CHUNK_BYTES: usize = 64 * 1024;
/// The same, for places in files.
const CHUNK: u64 = 64 * 1024;
/// Bytes that a record adds to its content: nonce and tag.
const ADDED_BYTES: usize = NONCE_BYTES + 16;
const ADDED: u64 = 40;
const HEADER: u64 = 4;
const RECORD: u64 = CHUNK + ADDED;

/// The key of the content, from both halves.
pub(super) fn content_key(file: FileId, half: &Key, owner: &OwnerHalf) -> Key {
    derive(&[half.0.as_slice(), &owner.0].concat(), &[b"huzhu evidence content ", file.0.as_bytes()])
}

/// The key of note and tail, from the vault's half alone: a sweep reads notes without any person's key.
pub(super) fn note_key(file: FileId, half: &Key) -> Key {
    derive(&half.0, &[b"huzhu evidence note ", file.0.as_bytes()])
}

fn derive(secret: &[u8], info: &[&[u8]]) -> Key {
    let mut key = [0; 32];
    Hkdf::<Sha256>::new(Some(b"huzhu evidence vault"), secret)
        .expand_multi_info(info, &mut key)
        .expect("32 bytes are within the limit of HKDF");
    Key(key)
}

fn place(file: FileId, number: u64, last: bool) -> Vec<u8> {
    [b"huzhu evidence chunk ".as_slice(), file.0.as_bytes(), &number.to_be_bytes(), &[u8::from(last)]]
        .concat()
}

/// Encrypts a record.
pub(super) fn seal(
    key: &Key,
    file: FileId,
    number: u64,
    last: bool,
    clear: &[u8],
) -> Result<Vec<u8>, NoRandomness> {
    key.seal(&place(file, number, last), clear)
}

/// Decrypts a record.
pub(super) fn open(
    key: &Key,
    file: FileId,
    number: u64,
    last: bool,
    record: &[u8],
) -> Result<Vec<u8>, DoesNotOpen> {
    key.open(&place(file, number, last), record)
}

/// Bytes of a file on disk that holds this many full records and nothing else.
pub(super) const fn bytes_of_full(records: u64) -> u64 {
    HEADER.saturating_add(records.saturating_mul(RECORD))
}

/// What the length of a file on disk says about its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    /// Bytes on disk.
    pub(super) stored: u64,
    /// Records.
    pub(super) records: u64,
    /// Bytes of content.
    pub(super) content: u64,
}

impl Shape {
    /// # Errors
    /// When no file has this length.
    pub(super) fn of(stored: u64) -> Result<Self, DoesNotOpen> {
        let body = stored.checked_sub(HEADER).filter(|body| *body >= ADDED).ok_or(DoesNotOpen)?;
        let records = body.div_ceil(RECORD);
        let added = records.checked_mul(ADDED).ok_or(DoesNotOpen)?;
        let content = body.checked_sub(added).ok_or(DoesNotOpen)?;
        // A last record of nothing stands in an empty file only.
        let lowest = records.saturating_sub(1).saturating_mul(CHUNK);
        if content > lowest || (records == 1 && content == 0) {
            Ok(Self { stored, records, content })
        } else {
            Err(DoesNotOpen)
        }
    }

    /// Which records hold a part of the content, as numbers, and where they stand on disk.
    pub(super) fn records_of(&self, content: &Range<u64>) -> (Range<u64>, Range<u64>) {
        let first = content.start.div_euclid(CHUNK);
        let until = content.end.div_ceil(CHUNK).min(self.records).max(first.saturating_add(1));
        let from = bytes_of_full(first).min(self.stored);
        let to = bytes_of_full(until).min(self.stored);
        (first..until, from..to)
    }

    /// Bytes of a record on disk.
    pub(super) fn record_bytes(&self, number: u64) -> usize {
        let to = bytes_of_full(number.saturating_add(1)).min(self.stored);
        usize::try_from(to.saturating_sub(bytes_of_full(number))).unwrap_or(0)
    }

    /// Whether a record is the last one.
    pub(super) const fn is_last(&self, number: u64) -> bool {
        number.saturating_add(1) == self.records
    }
}

/// Where the content of a record begins.
pub(super) const fn start_of(number: u64) -> u64 {
    number.saturating_mul(CHUNK)
}

/// Full records in this many bytes of content, when their rest waits elsewhere.
pub(super) fn full_records(content: u64) -> Option<u64> {
    (content.rem_euclid(CHUNK) == 0).then(|| content.div_euclid(CHUNK))
}

const _: () = assert!(ADDED_BYTES == 40 && CHUNK_BYTES == 65_536);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_on_disk_says_how_long_the_content_is_or_that_there_is_no_such_file() {
        for (content, records) in [
            (0, 1),
            (1, 1),
            (CHUNK - 1, 1),
            (CHUNK, 1),
            (CHUNK + 1, 2),
            (2 * CHUNK, 2),
            (1_000_000_000, 15_259),
        ] {
            let stored = HEADER + content + records * ADDED;
            assert_eq!(Shape::of(stored), Ok(Shape { stored, records, content }), "{content}");
        }
        for stored in [0, 3, HEADER, HEADER + ADDED - 1, bytes_of_full(1) + 1, bytes_of_full(1) + ADDED] {
            assert_eq!(Shape::of(stored), Err(DoesNotOpen), "{stored}");
        }
    }

    #[test]
    fn a_part_of_the_content_is_found_in_the_records_that_hold_it() {
        let shape = Shape::of(HEADER + 2 * CHUNK + 10 + 3 * ADDED).unwrap();
        for (content, records) in [
            (0..1, 0..1),
            (0..CHUNK, 0..1),
            (0..CHUNK + 1, 0..2),
            (CHUNK..CHUNK + 1, 1..2),
            (CHUNK - 1..2 * CHUNK + 1, 0..3),
            (0..2 * CHUNK + 10, 0..3),
        ] {
            let (found, bytes) = shape.records_of(&content);
            assert_eq!(found, records, "{content:?}");
            assert_eq!(bytes.start, bytes_of_full(records.start));
            assert_eq!(bytes.end, bytes_of_full(records.end).min(shape.stored));
        }
    }

    #[test]
    fn a_record_opens_in_its_place_only() {
        let (file, other) = (FileId(uuid::Uuid::from_u128(1)), FileId(uuid::Uuid::from_u128(2)));
        let key = content_key(file, &Key([1; 32]), &OwnerHalf([2; 32]));
        let record = seal(&key, file, 3, false, b"text").unwrap();
        assert_eq!(open(&key, file, 3, false, &record).unwrap(), b"text");
        assert_eq!(open(&key, file, 4, false, &record), Err(DoesNotOpen));
        assert_eq!(open(&key, file, 3, true, &record), Err(DoesNotOpen));
        assert_eq!(open(&key, other, 3, false, &record), Err(DoesNotOpen));
        for wrong in [
            content_key(file, &Key([1; 32]), &OwnerHalf([3; 32])),
            content_key(file, &Key([3; 32]), &OwnerHalf([2; 32])),
            content_key(other, &Key([1; 32]), &OwnerHalf([2; 32])),
            note_key(file, &Key([1; 32])),
        ] {
            assert_eq!(open(&wrong, file, 3, false, &record), Err(DoesNotOpen));
        }
    }
}
