//! The text of the extra data, both ways: what the entry is made of, line by line.

use super::share::ShareProof;
use super::{Content, HEADER, InnerPath};
use crate::entry::EntryKind;
use crate::format::{FormatError, Lines, decimal, from_base64, from_hex, to_base64, to_hex};
use crate::hash::Hash;
use crate::proof::MAX_PATH;

/// What a receipt states.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Extra {
    pub(super) kind: EntryKind,
    pub(super) at: u64,
    pub(super) content: Content,
    pub(super) inner: Option<InnerPath>,
    pub(super) share: Option<ShareProof>,
}

impl Extra {
    /// Which content belongs to which kind.
    pub(super) fn check_fit(&self) -> Result<(), FormatError> {
        let kind = self.kind;
        let is_message = (kind.is_salted() && kind != EntryKind::Evidence) || kind == EntryKind::Consents;
        let fits = match self.content {
            Content::File { .. } => kind == EntryKind::Evidence,
            Content::Message { .. } => is_message,
            Content::Public(_) => kind != EntryKind::Evidence && !is_message,
        };
        if !fits {
            return Err(FormatError::whole(format!(
                "the content does not belong to an entry of kind {kind}"
            )));
        }
        if self.inner.is_some() != (kind == EntryKind::Consents) {
            return Err(FormatError::whole("an inner path belongs to consents, and to nothing else"));
        }
        if self.share.is_some() && kind != EntryKind::Settlement {
            return Err(super::share::wrong_kind());
        }
        Ok(())
    }

    pub(super) fn write(&self) -> String {
        let head = format!("{HEADER}\nkind {}\nat {}\n", self.kind, self.at);
        let made_of = match &self.content {
            Content::File { salt, digest } => {
                format!("salt {}\ndigest {}\n", to_hex(salt), digest.to_hex())
            }
            Content::Message { salt, message } => {
                format!("salt {}\nmessage {}\n", to_hex(salt), to_base64(message))
            }
            Content::Public(payload) => format!("payload {}\n", to_base64(payload)),
        };
        let inner = self.inner.as_ref().map_or_else(String::new, write_inner);
        let share = self.share.as_ref().map_or_else(String::new, ShareProof::write);
        [head, made_of, inner, share].concat()
    }

    /// Reads the text. Nothing is checked but the form, and that each part belongs to the kind.
    pub(super) fn read(text: &str) -> Result<Self, FormatError> {
        let mut lines = Lines::new(text);
        if lines.expect("the first line")? != HEADER {
            return Err(lines.wrong(format!("the first line is `{HEADER}`")));
        }
        let kind: Result<EntryKind, FormatError> = lines.field("kind")?.parse();
        let kind = kind.map_err(|error| lines.wrong(error.what))?;
        let at =
            decimal(lines.field("at")?).ok_or_else(|| lines.wrong("the time is not a decimal number"))?;
        let content = read_content(&mut lines)?;
        let (mut inner, mut share) = (None, None);
        match lines.next()? {
            None => {}
            Some(line) if line.starts_with("share ") => {
                share = Some(ShareProof::read(line, &mut lines, (kind, at, &content))?);
            }
            Some(line) => inner = Some(read_inner(line, &mut lines)?),
        }
        let extra = Self { kind, at, content, inner, share };
        extra.check_fit()?;
        Ok(extra)
    }
}

fn read_content(lines: &mut Lines<'_>) -> Result<Content, FormatError> {
    let line = lines.expect("`salt ...` or `payload ...`")?;
    if let Some(payload) = line.strip_prefix("payload ") {
        let payload = from_base64(payload);
        return payload.map(Content::Public).ok_or_else(|| lines.wrong("the payload is not padded base64"));
    }
    let salt = line.strip_prefix("salt ").and_then(from_hex).and_then(|salt| salt.try_into().ok());
    let salt = salt.ok_or_else(|| lines.wrong("`salt` and 64 lower-case hexadecimal digits are expected"))?;
    let line = lines.expect("`digest ...` or `message ...`")?;
    if let Some(digest) = line.strip_prefix("digest ") {
        let digest = Hash::from_hex(digest).map_err(|error| lines.wrong(error.what))?;
        return Ok(Content::File { salt, digest });
    }
    let message = line.strip_prefix("message ").and_then(from_base64);
    let message =
        message.ok_or_else(|| lines.wrong("`digest` in hexadecimal or `message` in base64 is expected"))?;
    Ok(Content::Message { salt, message })
}

fn write_inner(inner: &InnerPath) -> String {
    let InnerPath { index, size, path } = inner;
    let path: Vec<String> = path.iter().map(|hash| format!("{hash}\n")).collect();
    format!("inner {index} {size}\n{}", path.concat())
}

fn read_inner(line: &str, lines: &mut Lines<'_>) -> Result<InnerPath, FormatError> {
    let numbers = line.strip_prefix("inner ").and_then(|rest| rest.split_once(' '));
    let numbers = numbers.and_then(|(index, size)| Some((decimal(index)?, decimal(size)?)));
    let (index, size) = numbers.ok_or_else(|| lines.wrong("`inner` and two numbers are expected"))?;
    let mut path = Vec::new();
    while let Some(line) = lines.next()? {
        if path.len() == MAX_PATH {
            return Err(lines.wrong(format!("an inner path has at most {MAX_PATH} hashes")));
        }
        let hash: Result<Hash, FormatError> = line.parse();
        path.push(hash.map_err(|error| lines.wrong(error.what))?);
    }
    Ok(InnerPath { index, size, path })
}
