//! The bytes of the journal: what is committed, before it is seen.
//!
//! Shape: the journal is a row of segment files. A segment is a row of frames: length (4 bytes, big-endian), the first 16 bytes
//! of SHA-256 over the body, the body. The first frame of a segment is a [`Snapshot`] of the writer's state when the segment
//! began; each other frame is a [`Record`]: a batch of entries with the signed checkpoint that covers them. One record may
//! reach over the turn of a year, and then has two parts.
//!
//! Guarantees: a record is whole or not there; a segment stands by itself, since its snapshot holds the whole right edge.
//!
//! Limits: which segments are needed, and what is done with records, is the writer's business ([`super::writer`]).

use std::io::{self, Read};

use huzhu_log::Resource;
use huzhu_log::writer::TileWriter;
use sha2::{Digest, Sha256};

use super::growth::edge_from;

/// First bytes of each segment: what it is, and version 1 of the layout.
const MAGIC: &[u8; 4] = b"hzj1";
/// Bytes of the hash in a frame.
const SUM: usize = 16;
/// Bytes in front of a body.
const HEAD: usize = 4 + SUM;

const SNAPSHOT: u8 = b'S';
const RECORD: u8 = b'R';

/// The state of a log's writer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) year: u16,
    pub(crate) origin: String,
    /// The right edge of the tree.
    pub(crate) edge: TileWriter,
    /// The newest checkpoint as it was signed.
    pub(crate) checkpoint: String,
}

/// The first frame of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Snapshot {
    /// True while the files of the segment before may not be durable, so that its records have to be applied again.
    pub(crate) needs_previous: bool,
    /// `None` before the first entry of the first log.
    pub(crate) state: Option<State>,
}

/// What a batch adds to one log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) year: u16,
    pub(crate) origin: String,
    /// Index of the first entry.
    pub(crate) start: u64,
    /// Each with its length in front, as in a bundle, but as many as there are.
    pub(crate) entries: Vec<u8>,
    /// The checkpoint that covers them, signed.
    pub(crate) checkpoint: String,
}

/// One commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) parts: Vec<Part>,
}

impl Part {
    /// The entries one by one.
    pub(crate) fn entries(&self) -> impl Iterator<Item = &[u8]> {
        let mut rest = self.entries.as_slice();
        std::iter::from_fn(move || {
            let (length, behind) = rest.split_first_chunk::<2>()?;
            let (entry, behind) = behind.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
            rest = behind;
            Some(entry)
        })
    }

    /// True if the entries fill their bytes exactly.
    fn is_whole(&self) -> bool {
        let bytes: usize = self.entries().map(|entry| entry.len().saturating_add(2)).sum();
        bytes == self.entries.len()
    }
}

/// The bytes of a new segment up to its first record.
pub(crate) fn begin_segment(snapshot: &Snapshot) -> Vec<u8> {
    let mut body = vec![SNAPSHOT, u8::from(snapshot.needs_previous), u8::from(snapshot.state.is_some())];
    if let Some(state) = &snapshot.state {
        body.extend_from_slice(&state.year.to_be_bytes());
        put(&mut body, state.origin.as_bytes());
        body.extend_from_slice(&state.edge.size().to_be_bytes());
        let partials = state.edge.partials();
        put_length(&mut body, partials.len());
        for (file, bytes) in &partials {
            put(&mut body, file.to_string().as_bytes());
            put(&mut body, bytes);
        }
        put(&mut body, state.checkpoint.as_bytes());
    }
    [MAGIC.as_slice(), &frame(&body)].concat()
}

/// The bytes of a record.
pub(crate) fn encode_record(record: &Record) -> Vec<u8> {
    let mut body = vec![RECORD];
    put_length(&mut body, record.parts.len());
    for part in &record.parts {
        body.extend_from_slice(&part.year.to_be_bytes());
        put(&mut body, part.origin.as_bytes());
        body.extend_from_slice(&part.start.to_be_bytes());
        put(&mut body, &part.entries);
        put(&mut body, part.checkpoint.as_bytes());
    }
    frame(&body)
}

/// Reads a segment record by record, so that a long one takes no more memory than its largest record.
pub(crate) struct SegmentReader {
    bytes: Box<dyn Read>,
    /// The body of the frame that was read last; kept for its memory.
    body: Vec<u8>,
    /// Bytes of the frames so far.
    whole: u64,
    is_torn: bool,
}

impl SegmentReader {
    /// Reads the beginning of a segment; `None` if it is damaged.
    pub(crate) fn begin(mut bytes: Box<dyn Read>) -> io::Result<Option<(Snapshot, Self)>> {
        let mut magic = [0; 4];
        if fill(bytes.as_mut(), &mut magic)? < magic.len() || magic != *MAGIC {
            return Ok(None);
        }
        let mut segment = Self { bytes, body: Vec::new(), whole: length_of(MAGIC), is_torn: false };
        let snapshot = segment.frame(read_snapshot)?;
        Ok(snapshot.map(|snapshot| (snapshot, segment)))
    }

    /// The next record; `None` at the end.
    pub(crate) fn record(&mut self) -> io::Result<Option<Record>> {
        self.frame(read_record)
    }

    /// True if bytes follow the last record that are none: the torn end of a write that nobody was told about, or damage. Known
    /// when there is no further record.
    pub(crate) const fn is_torn(&self) -> bool {
        self.is_torn
    }

    /// Bytes up to the end of what was read.
    pub(crate) const fn whole(&self) -> u64 {
        self.whole
    }

    fn frame<T>(&mut self, read: impl FnOnce(&[u8]) -> Option<T>) -> io::Result<Option<T>> {
        if self.is_torn {
            return Ok(None);
        }
        let mut head = [0; HEAD];
        let found = fill(self.bytes.as_mut(), &mut head)?;
        self.is_torn = found > 0;
        let Some((length, expected)) = head.split_first_chunk::<4>().filter(|_| found == HEAD) else {
            return Ok(None);
        };
        let length = u64::from(u32::from_be_bytes(*length));
        self.body.clear();
        // No memory is taken for a length that nothing follows.
        self.bytes.as_mut().take(length).read_to_end(&mut self.body)?;
        if length_of(&self.body) < length || sum(&self.body) != *expected {
            return Ok(None);
        }
        let body = read(&self.body);
        if body.is_some() {
            self.is_torn = false;
            self.whole = self.whole.saturating_add(length_of(&head)).saturating_add(length);
        }
        Ok(body)
    }
}

/// Reads until the buffer is full or the end comes; answers the bytes read.
fn fill(bytes: &mut dyn Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut found = 0;
    while let Some(rest) = buffer.get_mut(found..).filter(|rest| !rest.is_empty()) {
        match bytes.read(rest) {
            Ok(0) => break,
            Ok(more) => found = found.saturating_add(more),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

fn length_of(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn frame(body: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEAD.saturating_add(body.len()));
    put_length(&mut bytes, body.len());
    bytes.extend_from_slice(&sum(body));
    bytes.extend_from_slice(body);
    bytes
}

fn sum(body: &[u8]) -> [u8; SUM] {
    let hash: [u8; 32] = Sha256::digest(body).into();
    std::array::from_fn(|at| hash.get(at).copied().unwrap_or_default())
}

/// A length in 4 bytes. Batches are limited far below what fits; a longer one would not be read back.
fn put_length(out: &mut Vec<u8>, length: usize) {
    out.extend_from_slice(&u32::try_from(length).unwrap_or(u32::MAX).to_be_bytes());
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) {
    put_length(out, bytes.len());
    out.extend_from_slice(bytes);
}

/// Reads bodies field by field.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk::<N>()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn length(&mut self) -> Option<usize> {
        usize::try_from(u32::from_be_bytes(self.take()?)).ok()
    }

    fn bytes(&mut self) -> Option<&'a [u8]> {
        let length = self.length()?;
        let (bytes, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        Some(bytes)
    }

    fn text(&mut self) -> Option<String> {
        String::from_utf8(self.bytes()?.to_vec()).ok()
    }

    fn flag(&mut self) -> Option<bool> {
        match self.take()? {
            [0] => Some(false),
            [1] => Some(true),
            [_] => None,
        }
    }
}

fn read_snapshot(body: &[u8]) -> Option<Snapshot> {
    let mut fields = Fields(body.strip_prefix(&[SNAPSHOT])?);
    let needs_previous = fields.flag()?;
    let state = if fields.flag()? { Some(read_state(&mut fields)?) } else { None };
    fields.0.is_empty().then_some(Snapshot { needs_previous, state })
}

fn read_state(fields: &mut Fields<'_>) -> Option<State> {
    let year = u16::from_be_bytes(fields.take()?);
    let origin = fields.text()?;
    let size = u64::from_be_bytes(fields.take()?);
    let mut partials = Vec::new();
    for _ in 0..fields.length()? {
        let file = Resource::parse(&fields.text()?).ok()?;
        partials.push((file, fields.bytes()?.to_vec()));
    }
    let edge = edge_from(size, &partials)?;
    let checkpoint = fields.text()?;
    Some(State { year, origin, edge, checkpoint })
}

fn read_record(body: &[u8]) -> Option<Record> {
    let mut fields = Fields(body.strip_prefix(&[RECORD])?);
    let mut parts = Vec::new();
    for _ in 0..fields.length()? {
        let year = u16::from_be_bytes(fields.take()?);
        let origin = fields.text()?;
        let start = u64::from_be_bytes(fields.take()?);
        let entries = fields.bytes()?.to_vec();
        let checkpoint = fields.text()?;
        let part = Part { year, origin, start, entries, checkpoint };
        parts.push(part.is_whole().then_some(part)?);
    }
    fields.0.is_empty().then_some(Record { parts })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Eq)]
    struct Segment {
        snapshot: Snapshot,
        records: Vec<Record>,
        is_torn: bool,
        whole: usize,
    }

    fn read_segment(bytes: &[u8]) -> Option<Segment> {
        let bytes = Box::new(io::Cursor::new(bytes.to_vec()));
        let (snapshot, mut segment) = SegmentReader::begin(bytes).unwrap()?;
        let records = std::iter::from_fn(|| segment.record().unwrap()).collect();
        let whole = usize::try_from(segment.whole()).unwrap();
        Some(Segment { snapshot, records, is_torn: segment.is_torn(), whole })
    }

    fn part(start: u64, entries: &[&[u8]]) -> Part {
        let entries = huzhu_log::encode_bundle(entries.iter().copied()).unwrap();
        Part { year: 2026, origin: "a/log/2026".to_owned(), start, entries, checkpoint: "c\n".to_owned() }
    }

    fn segment() -> (Snapshot, Vec<Record>, Vec<u8>, Vec<usize>) {
        let mut edge = TileWriter::new();
        (0..600).for_each(|_| assert!(edge.append(b"entry", &mut Vec::new())));
        let state = State { year: 2026, origin: "a/log/2026".to_owned(), edge, checkpoint: "b\n".to_owned() };
        let snapshot = Snapshot { needs_previous: true, state: Some(state) };
        let records = vec![
            Record { parts: vec![part(600, &[b"one", b""])] },
            Record { parts: vec![part(602, &[b"key"]), Part { year: 2027, ..part(0, &[b"previous"]) }] },
        ];
        let mut bytes = begin_segment(&snapshot);
        let mut ends = vec![bytes.len()];
        for record in &records {
            bytes.extend(encode_record(record));
            ends.push(bytes.len());
        }
        (snapshot, records, bytes, ends)
    }

    #[test]
    fn a_segment_is_read_back_and_cut_anywhere_keeps_its_whole_records() {
        let (snapshot, records, bytes, ends) = segment();
        let first = records[0].parts[0].entries().collect::<Vec<_>>();
        assert_eq!(first, [b"one".as_slice(), b""]);
        for cut in 0..=bytes.len() {
            let read = read_segment(&bytes[..cut]);
            let whole = ends.iter().filter(|end| **end <= cut).count();
            match whole.checked_sub(1) {
                None => assert_eq!(read, None, "{cut}"),
                Some(whole) => {
                    let read = read.unwrap();
                    assert_eq!(
                        (&read.snapshot, read.records.as_slice()),
                        (&snapshot, &records[..whole]),
                        "{cut}"
                    );
                    assert_eq!((read.is_torn, read.whole), (!ends.contains(&cut), ends[whole]), "{cut}");
                }
            }
        }
    }

    #[test]
    fn a_changed_byte_ends_the_segment_before_its_record() {
        let (_, records, bytes, ends) = segment();
        for at in (0..bytes.len()).step_by(7) {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            let whole = ends.iter().filter(|end| **end <= at).count();
            let read = read_segment(&changed).map(|read| (read.records.len(), read.is_torn));
            assert_eq!(read, whole.checked_sub(1).map(|whole| (whole, true)), "{at}");
        }
        assert_eq!(records.len(), 2);
    }

    #[test]
    fn an_empty_state_is_a_state() {
        for needs_previous in [false, true] {
            let snapshot = Snapshot { needs_previous, state: None };
            let bytes = begin_segment(&snapshot);
            let whole = bytes.len();
            let read = read_segment(&bytes).unwrap();
            assert_eq!(read, Segment { snapshot, records: Vec::new(), is_torn: false, whole });
        }
    }
}
