//! Reading text and bytes strictly: one error type that says what is wrong and where, and the few spellings (decimal, base64,
//! hexadecimal) that all formats of the log are made of.

use std::borrow::Cow;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// Where a reader stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line of a text, counted from 1.
    Line(usize),
    /// A byte of binary data, counted from 0.
    Byte(usize),
    /// The whole input.
    Whole,
}

/// Text or bytes that are not in the format they should be in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormatError {
    /// Where.
    pub place: Place,
    /// What is wrong there.
    pub what: Cow<'static, str>,
}

impl FormatError {
    /// An error in a line, counted from 1.
    pub fn line(line: usize, what: impl Into<Cow<'static, str>>) -> Self {
        Self { place: Place::Line(line), what: what.into() }
    }

    /// An error at a byte, counted from 0.
    pub fn byte(at: usize, what: impl Into<Cow<'static, str>>) -> Self {
        Self { place: Place::Byte(at), what: what.into() }
    }

    /// An error of the whole input.
    pub fn whole(what: impl Into<Cow<'static, str>>) -> Self {
        Self { place: Place::Whole, what: what.into() }
    }

    /// The same error, seen from a text in which the lines read so far come first.
    #[must_use]
    pub fn below(self, lines: usize) -> Self {
        match self.place {
            Place::Line(line) => Self { place: Place::Line(line.saturating_add(lines)), ..self },
            Place::Byte(_) | Place::Whole => {
                Self { place: Place::Line(lines.saturating_add(1)), what: self.what }
            }
        }
    }
}

impl fmt::Display for FormatError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Line(line) => write!(f, "line {line}: {}", self.what),
            Place::Byte(at) => write!(f, "byte {at}: {}", self.what),
            Place::Whole => f.write_str(&self.what),
        }
    }
}

impl std::error::Error for FormatError {}

/// The lines of a text, each ended by a newline, the last one too.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    rest: &'a str,
    /// Lines read so far.
    read: usize,
}

impl<'a> Lines<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { rest: text, read: 0 }
    }

    /// Lines read so far, which is the number of the last one.
    pub(crate) fn read(&self) -> usize {
        self.read
    }

    /// What has not been read.
    pub(crate) fn rest(&self) -> &'a str {
        self.rest
    }

    /// The next line without its newline; nothing at the end.
    pub(crate) fn next(&mut self) -> Result<Option<&'a str>, FormatError> {
        if self.rest.is_empty() {
            return Ok(None);
        }
        self.read = self.read.saturating_add(1);
        let Some((line, rest)) = self.rest.split_once('\n') else {
            return Err(FormatError::line(self.read, "the line does not end with a newline"));
        };
        self.rest = rest;
        Ok(Some(line))
    }

    /// The next line, which must be there.
    pub(crate) fn expect(&mut self, what: &'static str) -> Result<&'a str, FormatError> {
        match self.next()? {
            Some(line) => Ok(line),
            None => Err(FormatError::line(self.read.saturating_add(1), format!("{what} is missing"))),
        }
    }

    /// The next line after the word that it must begin with and one blank.
    pub(crate) fn field(&mut self, word: &'static str) -> Result<&'a str, FormatError> {
        let line = self.expect(word)?;
        line.strip_prefix(word)
            .and_then(|rest| rest.strip_prefix(' '))
            .ok_or_else(|| self.wrong(format!("`{word} ...` is expected here")))
    }

    /// An error in the line read last.
    pub(crate) fn wrong(&self, what: impl Into<Cow<'static, str>>) -> FormatError {
        FormatError::line(self.read, what)
    }
}

/// A decimal number in its one spelling: no sign, no leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let is_plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let is_short = text == "0" || !text.starts_with('0');
    if is_plain && is_short { text.parse().ok() } else { None }
}

/// Bytes from padded standard base64 (RFC 4648, section 4) in its one spelling.
pub(crate) fn from_base64(text: &str) -> Option<Vec<u8>> {
    STANDARD.decode(text).ok()
}

/// Padded standard base64 of bytes.
pub(crate) fn to_base64(bytes: &[u8]) -> String {
    STANDARD.encode(bytes)
}

/// Bytes from lower-case hexadecimal digits.
pub(crate) fn from_hex(text: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> = text.bytes().map(hex_digit).collect();
    let digits = digits?;
    if !digits.len().is_multiple_of(2) {
        return None;
    }
    Some(digits.chunks_exact(2).map(|pair| pair.iter().fold(0, |byte, digit| byte << 4 | digit)).collect())
}

fn hex_digit(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

/// Lower-case hexadecimal digits of bytes.
pub(crate) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let digit = |nibble: u8| char::from(DIGITS.get(usize::from(nibble)).copied().unwrap_or(b'0'));
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_decimal_number_has_one_spelling() {
        let rows = [
            ("0", Some(0)),
            ("7", Some(7)),
            ("18446744073709551615", Some(u64::MAX)),
            ("18446744073709551616", None),
            ("", None),
            ("00", None),
            ("07", None),
            ("+7", None),
            ("-7", None),
            (" 7", None),
            ("7 ", None),
            ("٧", None),
        ];
        for (text, expected) in rows {
            assert_eq!(decimal(text), expected, "{text:?}");
        }
    }

    #[test]
    fn base64_and_hexadecimal_have_one_spelling() {
        let base64 =
            [("AA==", Some(vec![0])), ("AB==", None), ("AA", None), ("AA==\n", None), ("_w==", None)];
        for (text, expected) in base64 {
            assert_eq!(from_base64(text), expected, "{text:?}");
        }
        let hex =
            [("00ff", Some(vec![0, 255])), ("00FF", None), ("0", None), ("", Some(vec![])), ("0g", None)];
        for (text, expected) in hex {
            assert_eq!(from_hex(text), expected, "{text:?}");
        }
        assert_eq!(to_hex(&[0, 0x9a, 255]), "009aff");
    }

    #[test]
    fn lines_are_counted_and_each_ends_with_a_newline() {
        let mut lines = Lines::new("a\n\nlast");
        assert_eq!(lines.next(), Ok(Some("a")));
        assert_eq!(lines.next(), Ok(Some("")));
        assert_eq!(lines.next().unwrap_err().to_string(), "line 3: the line does not end with a newline");
        assert_eq!(Lines::new("").expect("the size").unwrap_err().to_string(), "line 1: the size is missing");
    }
}
