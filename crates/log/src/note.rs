//! Signed notes: text with signature lines below it, and the keys that check them (C2SP signed-note).
//!
//! Shape: [`Vkey`] is a public key with its name, [`Signer`] makes signatures of type 0x01, [`SignedNote`] is what is read and
//! written. Cosignatures with a time (type 0x04) are in [`crate::cosignature`].
//!
//! Guarantees: if the name and id of a signature are those of a known key, the signature must be good, or the whole note is
//! refused; unknown signatures are ignored. Keys of small order are refused, signatures are checked strictly.
//!
//! Limits: at most [`MAX_SIGNATURES`] signatures and [`MAX_NOTE`] bytes; Ed25519 only.

use std::fmt;
use std::str::FromStr;

use ed25519_dalek::{Signer as _, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};

use crate::format::{FormatError, Lines, from_base64, from_hex, to_base64};

/// Bytes of the longest note that is read: room for 32 post-quantum signatures of strangers.
pub const MAX_NOTE: usize = 256 * 1024;

/// Signatures that a note may have. C2SP asks for 16 at least.
pub const MAX_SIGNATURES: usize = 128;

/// Kind of a key and of the signatures it makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeyKind {
    /// Type 0x01: Ed25519 over the text of the note. Logs sign with it.
    Ed25519,
    /// Type 0x04: Ed25519 over time and text of a checkpoint. Witnesses sign with it.
    Cosignature,
}

impl KeyKind {
    /// The byte that stands for it in keys.
    pub const fn byte(self) -> u8 {
        match self {
            Self::Ed25519 => 0x01,
            Self::Cosignature => 0x04,
        }
    }
}

/// A verifier key: name, kind and 32 bytes of Ed25519. Shown as `name+id+base64`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vkey {
    name: String,
    kind: KeyKind,
    id: u32,
    public: VerifyingKey,
}

impl Vkey {
    /// A key from its parts. Refuses names that notes cannot carry, and bytes that are no usable key.
    pub fn new(name: &str, kind: KeyKind, public: &[u8; 32]) -> Result<Self, FormatError> {
        check_name(name)?;
        let key = VerifyingKey::from_bytes(public)
            .map_err(|_| FormatError::whole("the public key is no point of the curve"))?;
        if key.is_weak() {
            return Err(FormatError::whole(
                "the public key has a small order: anything would pass for signed",
            ));
        }
        Ok(Self { name: name.to_owned(), kind, id: key_id(name, kind, public), public: key })
    }

    /// Its name, for a log the origin.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What it signs.
    pub const fn kind(&self) -> KeyKind {
        self.kind
    }

    /// First four bytes of the hash over name, kind and key.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The 32 bytes of the public key.
    pub fn public(&self) -> &[u8; 32] {
        self.public.as_bytes()
    }

    /// True if this key should have made the signature, by name and id.
    pub fn claims(&self, signature: &Signature) -> bool {
        self.id == signature.id && self.name == signature.name
    }

    /// True if `bytes` are this key's Ed25519 signature of `message`. What the message is depends on the kind; see
    /// [`SignedNote::verify`] and [`crate::cosignature::verify`].
    pub(crate) fn is_signed(&self, message: &[u8], bytes: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(bytes);
        self.public.verify_strict(message, &signature).is_ok()
    }
}

impl fmt::Display for Vkey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.public());
        write!(f, "{}+{:08x}+{}", self.name, self.id, to_base64(&bytes))
    }
}

impl FromStr for Vkey {
    type Err = FormatError;

    /// Reads `name+id+base64`. Refuses an id that does not fit the key.
    fn from_str(text: &str) -> Result<Self, FormatError> {
        let wrong = |what: &'static str| FormatError::whole(what);
        let mut parts = text.splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(wrong("a key is written name+id+base64"));
        };
        let bytes = from_base64(key).ok_or_else(|| wrong("the key is not padded base64"))?;
        let (kind, public) = match bytes.split_first() {
            Some((0x01, public)) => (KeyKind::Ed25519, public),
            Some((0x04, public)) => (KeyKind::Cosignature, public),
            _ => return Err(wrong("the kind of the key is neither 0x01 nor 0x04")),
        };
        let public = public.try_into().map_err(|_| wrong("an Ed25519 key has 32 bytes"))?;
        let vkey = Self::new(name, kind, public)?;
        let id = from_hex(id).and_then(|id| <[u8; 4]>::try_from(id).ok()).map(u32::from_be_bytes);
        match id {
            None => Err(wrong("the id of the key is not 8 lower-case hexadecimal digits")),
            Some(id) if id != vkey.id => Err(wrong("the id does not fit the name and the key")),
            Some(_) => Ok(vkey),
        }
    }
}

/// Refuses names that are empty or have blanks, `+` or control characters.
pub(crate) fn check_name(name: &str) -> Result<(), FormatError> {
    if name.is_empty() {
        return Err(FormatError::whole("the name of the key is empty"));
    }
    if name.contains(|c: char| c.is_whitespace() || c < ' ' || c == '+') {
        return Err(FormatError::whole("the name of the key has a blank, a plus or a control character"));
    }
    Ok(())
}

/// SHA-256(name, newline, kind, public key), the first four bytes.
fn key_id(name: &str, kind: KeyKind, public: &[u8; 32]) -> u32 {
    let mut hasher = Sha256::new();
    hasher.update(name.as_bytes());
    hasher.update([b'\n', kind.byte()]);
    hasher.update(public);
    let [a, b, c, d, ..] = <[u8; 32]>::from(hasher.finalize());
    u32::from_be_bytes([a, b, c, d])
}

/// One signature line: name, id, and bytes whose meaning depends on the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

impl Signature {
    /// A signature that `vkey` is said to have made.
    pub(crate) fn by(vkey: &Vkey, bytes: Vec<u8>) -> Self {
        Self { name: vkey.name.clone(), id: vkey.id, bytes }
    }

    /// Name of the key.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Id of the key.
    pub const fn id(&self) -> u32 {
        self.id
    }

    /// The signature without the id.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Reads one line without its newline: em dash, blank, name, blank, base64 of id and signature.
    pub fn parse(line: &str) -> Result<Self, FormatError> {
        let wrong = |what: &'static str| FormatError::whole(what);
        let rest = line
            .strip_prefix("— ")
            .ok_or_else(|| wrong("a signature line begins with an em dash and a blank"))?;
        let (name, encoded) =
            rest.split_once(' ').ok_or_else(|| wrong("a signature line has a name and base64"))?;
        check_name(name)?;
        let bytes = from_base64(encoded).ok_or_else(|| wrong("the signature is not padded base64"))?;
        match bytes.split_first_chunk::<4>() {
            Some((id, rest)) if !rest.is_empty() => {
                Ok(Self { name: name.to_owned(), id: u32::from_be_bytes(*id), bytes: rest.to_vec() })
            }
            _ => Err(wrong("a signature has more than the 4 bytes of the key's id")),
        }
    }
}

impl fmt::Display for Signature {
    /// The line without its newline.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = self.id.to_be_bytes().to_vec();
        bytes.extend_from_slice(&self.bytes);
        write!(f, "— {} {}", self.name, to_base64(&bytes))
    }
}

/// Text with its signatures.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<Signature>,
}

/// Why a note is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoteError {
    /// A signature bears name and id of a known key, and that key did not make it.
    #[error("the signature of `{name}` (key {id:08x}) is false")]
    FalseSignature {
        /// Name of the key.
        name: String,
        /// Id of the key.
        id: u32,
    },
    /// No known key signed.
    #[error("no known key signed")]
    Unsigned,
}

impl SignedNote {
    /// A note without signatures yet. Refuses text that does not end with a newline or has other control characters.
    pub fn new(text: &str) -> Result<Self, FormatError> {
        check_text(text)?;
        Ok(Self { text: text.to_owned(), signatures: Vec::new() })
    }

    /// A note of text that is known to be well-formed.
    pub(crate) fn from_checked(text: String) -> Self {
        Self { text, signatures: Vec::new() }
    }

    /// Reads a note with at least one signature.
    pub fn parse(note: &str) -> Result<Self, FormatError> {
        if note.len() > MAX_NOTE {
            let what = format!("a note has at most {MAX_NOTE} bytes, this one has {}", note.len());
            return Err(FormatError::whole(what));
        }
        check_controls(note)?;
        let (text, _) =
            note.rsplit_once("\n\n").ok_or_else(|| FormatError::whole("no blank line before signatures"))?;
        let (text, rest) = note.split_at(text.len().saturating_add(1));
        let before = text.matches('\n').count();
        let mut lines = Lines::new(rest);
        lines.expect("the blank line").map_err(|error| error.below(before))?;
        let mut signatures = Vec::new();
        while let Some(line) = lines.next().map_err(|error| error.below(before))? {
            let at = before.saturating_add(lines.read());
            if signatures.len() == MAX_SIGNATURES {
                return Err(FormatError::line(at, format!("a note has at most {MAX_SIGNATURES} signatures")));
            }
            let above = at.saturating_sub(1);
            signatures.push(Signature::parse(line).map_err(|error| error.below(above))?);
        }
        if signatures.is_empty() {
            let at = before.saturating_add(2);
            return Err(FormatError::line(at, "a signed note has at least one signature"));
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// The text that is signed, with its last newline.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The signatures in their order.
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Adds a signature below the others. A signature of the same key is replaced: a key signs once.
    pub fn add(&mut self, signature: Signature) {
        self.signatures.retain(|other| other.id != signature.id || other.name != signature.name);
        self.signatures.push(signature);
    }

    /// Drops the signatures that `wanted` does not want.
    pub fn keep(&mut self, wanted: impl FnMut(&Signature) -> bool) {
        self.signatures.retain(wanted);
    }

    /// Signs the text with a log's key.
    pub fn sign(&mut self, signer: &Signer) {
        self.add(signer.sign(&self.text));
    }

    /// Checks every signature of type 0x01 whose name and id are those of a key in `known` and answers the keys that signed,
    /// in the order of their lines. Fails if one of them is false or there is none. Keys of another kind are passed over.
    pub fn verify<'a>(&self, known: &'a [Vkey]) -> Result<Vec<&'a Vkey>, NoteError> {
        let mut signed = Vec::new();
        for signature in &self.signatures {
            for key in known.iter().filter(|key| key.kind == KeyKind::Ed25519 && key.claims(signature)) {
                let is_good = <&[u8; 64]>::try_from(signature.bytes.as_slice())
                    .is_ok_and(|bytes| key.is_signed(self.text.as_bytes(), bytes));
                if !is_good {
                    return Err(NoteError::FalseSignature { name: key.name.clone(), id: key.id });
                }
                if !signed.contains(&key) {
                    signed.push(key);
                }
            }
        }
        if signed.is_empty() { Err(NoteError::Unsigned) } else { Ok(signed) }
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        self.signatures.iter().try_for_each(|signature| writeln!(f, "{signature}"))
    }
}

fn check_text(text: &str) -> Result<(), FormatError> {
    check_controls(text)?;
    if !text.ends_with('\n') {
        return Err(FormatError::whole("the text of a note ends with a newline"));
    }
    Ok(())
}

/// C2SP refuses control characters below U+0020 other than the newline.
fn check_controls(text: &str) -> Result<(), FormatError> {
    let is_refused = |byte: u8| byte < 0x20 && byte != b'\n';
    match text.bytes().position(is_refused) {
        None => Ok(()),
        Some(at) => {
            let before = text.bytes().take(at).filter(|byte| *byte == b'\n').count();
            Err(FormatError::line(before.saturating_add(1), "control characters are refused"))
        }
    }
}

/// The secret key of a log: makes signatures of type 0x01.
pub struct Signer {
    key: SigningKey,
    vkey: Vkey,
}

impl Signer {
    /// The key with this name made from 32 secret bytes. The same bytes always give the same key.
    pub fn new(name: &str, seed: &[u8; 32]) -> Result<Self, FormatError> {
        let key = SigningKey::from_bytes(seed);
        let vkey = Vkey::new(name, KeyKind::Ed25519, key.verifying_key().as_bytes())?;
        Ok(Self { key, vkey })
    }

    /// The key that others check with.
    pub const fn vkey(&self) -> &Vkey {
        &self.vkey
    }

    /// Signs a text. What a log may sign, and what never, is the caller's business.
    pub fn sign(&self, text: &str) -> Signature {
        Signature::by(&self.vkey, self.key.sign(text.as_bytes()).to_bytes().to_vec())
    }
}

impl fmt::Debug for Signer {
    /// The secret is not shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signer({})", self.vkey)
    }
}

#[cfg(test)]
mod tests;
