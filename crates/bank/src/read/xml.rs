//! XML as a bank sends it, read element by element.
//!
//! Guarantees: memory is bounded by [`ELEMENT_MAX`] and [`DEPTH_MAX`] whatever the file; a document type, an entity other than
//! the five of XML itself, another encoding than UTF-8, and text beside elements are refused with the line.

use std::io::{self, BufRead, Read};

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

/// Bytes of one tag or one text at most.
pub const ELEMENT_MAX: usize = 16_384;
/// Elements within each other at most. Messages of banks have about fifteen.
pub const DEPTH_MAX: usize = 32;

/// Why a file of a bank is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}; {remedy}")]
pub struct ReadError {
    /// Line, from 1.
    pub line: u64,
    /// What is wrong.
    pub what: String,
    /// What to do.
    pub remedy: &'static str,
}

pub(super) const ASK_THE_BANK: &str = "take nothing from this file and ask the bank for it again";

/// Counts lines, and stops whoever reads too much at once.
struct Meter<R> {
    inner: R,
    lines: u64,
    since: usize,
}

impl<R: BufRead> Read for Meter<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let ready = self.fill_buf()?;
        let count = ready.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(ready) {
            *to = *from;
        }
        self.consume(count);
        Ok(count)
    }
}

impl<R: BufRead> BufRead for Meter<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.since > ELEMENT_MAX {
            return Err(io::Error::other(format!("a tag or text has more than {ELEMENT_MAX} bytes")));
        }
        let ready = self.inner.fill_buf()?;
        // A large buffer must not carry one element beyond the limit.
        Ok(ready.get(..ELEMENT_MAX).unwrap_or(ready))
    }

    fn consume(&mut self, count: usize) {
        let ready = self.inner.fill_buf().unwrap_or_default();
        let taken = ready.get(..count).unwrap_or(ready);
        let lines = taken.split(|byte| *byte == b'\n').count().saturating_sub(1);
        self.lines = self.lines.saturating_add(u64::try_from(lines).unwrap_or(u64::MAX));
        self.since = self.since.saturating_add(count);
        self.inner.consume(count);
    }
}

/// What comes next in a file. [`Pull::path`] says where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// An element begins.
    Open,
    /// An element ends; [`Pull::text`] is its text, if it holds no elements.
    Close,
    /// The file ends.
    End,
}

/// A file that is read.
pub(super) struct Pull<R: BufRead> {
    reader: Reader<Meter<R>>,
    buffer: Vec<u8>,
    /// Names of the open elements, with `/` between.
    path: String,
    depth: usize,
    /// The last element has ended: it leaves the path before anything else is read.
    ended: bool,
    /// An empty element that has begun must still end.
    empty: bool,
    text: String,
    /// The text belongs to an element without elements.
    leaf: bool,
    currency: Option<String>,
}

impl<R: BufRead> Pull<R> {
    pub(super) fn new(bytes: R) -> Self {
        let mut reader = Reader::from_reader(Meter { inner: bytes, lines: 0, since: 0 });
        let config = reader.config_mut();
        config.check_comments = true;
        config.allow_dangling_amp = false;
        Self {
            reader,
            buffer: Vec::new(),
            path: String::new(),
            depth: 0,
            ended: false,
            empty: false,
            text: String::new(),
            leaf: false,
            currency: None,
        }
    }

    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// The text of the element that ends here, without white space around it.
    pub(super) fn text(&self) -> &str {
        if self.leaf { self.text.trim() } else { "" }
    }

    /// The currency that the last amount names.
    pub(super) fn currency(&self) -> Option<&str> {
        self.currency.as_deref()
    }

    pub(super) fn line(&self) -> u64 {
        self.reader.get_ref().lines.saturating_add(1)
    }

    pub(super) fn refuse(&self, what: impl Into<String>) -> ReadError {
        ReadError { line: self.line(), what: what.into(), remedy: ASK_THE_BANK }
    }

    pub(super) fn next(&mut self) -> Result<Step, ReadError> {
        if std::mem::take(&mut self.ended) {
            let parent = self.path.rfind('/').unwrap_or_default();
            self.path.truncate(parent);
            self.depth = self.depth.saturating_sub(1);
            self.leaf = false;
        }
        if std::mem::take(&mut self.empty) {
            self.ended = true;
            return Ok(Step::Close);
        }
        loop {
            self.reader.get_mut().since = 0;
            self.buffer.clear();
            let mut buffer = std::mem::take(&mut self.buffer);
            let event = self.reader.read_event_into(&mut buffer);
            let done = match event {
                Ok(event) => self.take(&event),
                Err(error) => Err(self.refuse(unreadable(&error))),
            };
            self.buffer = buffer;
            if let Some(step) = done? {
                return Ok(step);
            }
        }
    }

    fn take(&mut self, event: &Event<'_>) -> Result<Option<Step>, ReadError> {
        match event {
            Event::Start(tag) => self.open(tag).map(|()| Some(Step::Open)),
            Event::Empty(tag) => {
                self.open(tag)?;
                self.empty = true;
                Ok(Some(Step::Open))
            }
            Event::End(_) => {
                self.ended = true;
                Ok(Some(Step::Close))
            }
            Event::Text(text) => {
                let text = text.decode().map_err(|_| self.refuse(NOT_UTF8))?;
                self.add(&text).map(|()| None)
            }
            Event::CData(text) => {
                let text = text.decode().map_err(|_| self.refuse(NOT_UTF8))?;
                self.add(&text).map(|()| None)
            }
            Event::GeneralRef(name) => {
                let resolved = if name.is_char_ref() {
                    name.resolve_char_ref().ok().flatten().map(String::from)
                } else {
                    let name = name.decode().unwrap_or_default();
                    quick_xml::escape::resolve_xml_entity(&name).map(str::to_owned)
                };
                let Some(resolved) = resolved else {
                    let name = name.decode().unwrap_or_default();
                    return Err(self.refuse(format!("the entity `&{name};` is not one of XML itself")));
                };
                self.add(&resolved).map(|()| None)
            }
            Event::DocType(_) => Err(self.refuse("a document type is not taken, nor what it would define")),
            Event::Decl(declared) => match declared.encoding() {
                Some(Ok(encoding)) if !encoding.eq_ignore_ascii_case(b"utf-8") => {
                    let encoding = String::from_utf8_lossy(&encoding).into_owned();
                    Err(self.refuse(format!("the file is in {encoding}, not in UTF-8")))
                }
                Some(Err(_)) => Err(self.refuse("the declaration of XML is broken")),
                _ => Ok(None),
            },
            Event::Comment(_) | Event::PI(_) => Ok(None),
            Event::Eof if self.depth > 0 => {
                Err(self.refuse(format!("the file breaks off within {}", self.path)))
            }
            Event::Eof => Ok(Some(Step::End)),
        }
    }

    fn open(&mut self, tag: &BytesStart<'_>) -> Result<(), ReadError> {
        self.depth = self.depth.saturating_add(1);
        if self.depth > DEPTH_MAX {
            return Err(self.refuse(format!("more than {DEPTH_MAX} elements within each other")));
        }
        let name = tag.local_name();
        let name = std::str::from_utf8(name.as_ref()).map_err(|_| self.refuse(NOT_UTF8))?;
        if !self.path.is_empty() {
            self.path.push('/');
        }
        self.path.push_str(name);
        self.text.clear();
        self.leaf = true;
        for attribute in tag.attributes() {
            let attribute = attribute.map_err(|error| self.refuse(error.to_string()))?;
            if attribute.key.as_ref() == b"Ccy" {
                self.currency = Some(String::from_utf8_lossy(&attribute.value).into_owned());
            }
        }
        Ok(())
    }

    fn add(&mut self, text: &str) -> Result<(), ReadError> {
        if self.text.len().saturating_add(text.len()) > ELEMENT_MAX {
            return Err(self.refuse(format!("a text has more than {ELEMENT_MAX} bytes")));
        }
        if self.depth == 0 && !text.trim().trim_start_matches('\u{feff}').is_empty() {
            return Err(self.refuse("text stands outside of the document"));
        }
        self.text.push_str(text);
        Ok(())
    }
}

const NOT_UTF8: &str = "there are bytes that are not UTF-8";

fn unreadable(error: &quick_xml::Error) -> String {
    match error {
        quick_xml::Error::Io(error) => error.to_string(),
        other => format!("this is not well-formed XML: {other}"),
    }
}
