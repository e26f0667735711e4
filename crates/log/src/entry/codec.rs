//! The bytes of entries, both ways.

use super::{Body, Entry, EntryKind, Equation, KeyChange, MAX_MILLIS, ShareTree, VERSION};
use crate::format::FormatError;
use crate::hash::Hash;
use crate::tile::MAX_ENTRY;

/// Bytes of version, kind and time.
pub(super) const HEAD: usize = 10;

/// Version, kind and time.
pub(super) fn head(kind: EntryKind, at: u64) -> Result<Vec<u8>, FormatError> {
    if at > MAX_MILLIS {
        return Err(FormatError::byte(2, "the time is above 2^63 - 1 milliseconds"));
    }
    let mut bytes = vec![VERSION, kind.byte()];
    bytes.extend_from_slice(&at.to_be_bytes());
    Ok(bytes)
}

pub(super) fn encode(entry: &Entry) -> Result<Vec<u8>, FormatError> {
    let mut out = Writer { bytes: head(entry.body.kind(), entry.at)? };
    write_body(&mut out, &entry.body)?;
    if out.bytes.len() > MAX_ENTRY {
        return Err(FormatError::byte(MAX_ENTRY, "an entry has at most 65,535 bytes"));
    }
    Ok(out.bytes)
}

fn write_body(out: &mut Writer, body: &Body) -> Result<(), FormatError> {
    match body {
        Body::Evidence(digest) | Body::Decision(digest) | Body::Objection(digest) | Body::Payout(digest) => {
            out.hash(digest);
        }
        Body::PlanVersion { plan, version, terms } => {
            out.text(plan)?;
            out.bytes.extend_from_slice(&version.to_be_bytes());
            out.hash(terms);
        }
        Body::Roster { plan, period, root, count, counted_at } => {
            out.text(plan)?;
            out.text(period)?;
            out.hash(root);
            out.number(*count);
            out.time(*counted_at)?;
        }
        Body::Notice { plan, period, cards, count } => {
            out.text(plan)?;
            out.text(period)?;
            out.hash(cards);
            out.number(*count);
        }
        Body::Draw { subject, roster, source, result } => {
            out.hash(subject);
            out.hash(roster);
            out.text(source)?;
            out.hash(result);
        }
        Body::Verdict { subject, tally, count } => {
            out.hash(subject);
            out.hash(tally);
            out.number(*count);
        }
        Body::Settlement { plan, period, currency, equation, statement, shares } => {
            out.text(plan)?;
            out.text(period)?;
            out.text(currency)?;
            write_equation(out, equation);
            out.hash(statement);
            write_shares(out, shares.as_ref());
        }
        Body::Key { change, text } => {
            out.bytes.push(change.byte());
            out.text(text)?;
        }
        Body::Consents { root, count } => {
            out.hash(root);
            out.at_least_one(*count)?;
        }
        Body::Tombstone { origin, index } => {
            out.text(origin)?;
            out.number(*index);
        }
        Body::Previous { origin, size, root } => {
            out.text(origin)?;
            out.number(*size);
            out.hash(root);
        }
        Body::DrawRequest { subject, roster, source } => {
            out.hash(subject);
            out.hash(roster);
            out.text(source)?;
        }
    }
    Ok(())
}

fn write_equation(out: &mut Writer, equation: &Equation) {
    let Equation {
        aid,
        fee,
        carried_in,
        surplus_before,
        cost,
        headcount,
        share,
        shares_total,
        surplus,
        borne_by_operator,
        borne_by_sponsor,
        carried_out,
    } = equation;
    for number in [aid, fee, carried_in, surplus_before, cost, headcount] {
        out.number(*number);
    }
    for number in [share, shares_total, surplus, borne_by_operator, borne_by_sponsor, carried_out] {
        out.number(*number);
    }
}

fn write_shares(out: &mut Writer, shares: Option<&ShareTree>) {
    match shares {
        None => out.bytes.push(0),
        Some(ShareTree { root, sum, count }) => {
            out.bytes.push(1);
            out.hash(root);
            out.number(*sum);
            out.number(*count);
        }
    }
}

pub(super) fn decode(bytes: &[u8]) -> Result<Entry, FormatError> {
    if bytes.len() > MAX_ENTRY {
        return Err(FormatError::byte(MAX_ENTRY, "an entry has at most 65,535 bytes"));
    }
    let mut input = Reader { bytes, at: 0 };
    match input.byte()? {
        VERSION => {}
        other => return Err(FormatError::byte(0, format!("version {other:#04x} is not known"))),
    }
    let kind = input.byte()?;
    let kind = EntryKind::from_byte(kind)
        .ok_or_else(|| FormatError::byte(1, format!("kind {kind:#04x} is not known")))?;
    let at = input.time()?;
    let body = read_body(&mut input, kind)?;
    if input.at < bytes.len() {
        let what = format!("{} bytes too many", bytes.len().saturating_sub(input.at));
        return Err(FormatError::byte(input.at, what));
    }
    Ok(Entry { at, body })
}

fn read_body(input: &mut Reader<'_>, kind: EntryKind) -> Result<Body, FormatError> {
    Ok(match kind {
        EntryKind::Evidence => Body::Evidence(input.hash()?),
        EntryKind::Decision => Body::Decision(input.hash()?),
        EntryKind::Objection => Body::Objection(input.hash()?),
        EntryKind::Payout => Body::Payout(input.hash()?),
        EntryKind::PlanVersion => Body::PlanVersion {
            plan: input.text()?,
            version: u32::from_be_bytes(input.take()?),
            terms: input.hash()?,
        },
        EntryKind::Roster => Body::Roster {
            plan: input.text()?,
            period: input.text()?,
            root: input.hash()?,
            count: input.number()?,
            counted_at: input.time()?,
        },
        EntryKind::Notice => Body::Notice {
            plan: input.text()?,
            period: input.text()?,
            cards: input.hash()?,
            count: input.number()?,
        },
        EntryKind::Draw => Body::Draw {
            subject: input.hash()?,
            roster: input.hash()?,
            source: input.text()?,
            result: input.hash()?,
        },
        EntryKind::Verdict => {
            Body::Verdict { subject: input.hash()?, tally: input.hash()?, count: input.number()? }
        }
        EntryKind::Settlement => Body::Settlement {
            plan: input.text()?,
            period: input.text()?,
            currency: input.text()?,
            equation: read_equation(input)?,
            statement: input.hash()?,
            shares: read_shares(input)?,
        },
        EntryKind::Key => Body::Key { change: input.change()?, text: input.text()? },
        EntryKind::Consents => Body::Consents { root: input.hash()?, count: input.at_least_one()? },
        EntryKind::Tombstone => Body::Tombstone { origin: input.text()?, index: input.number()? },
        EntryKind::Previous => {
            Body::Previous { origin: input.text()?, size: input.number()?, root: input.hash()? }
        }
        EntryKind::DrawRequest => {
            Body::DrawRequest { subject: input.hash()?, roster: input.hash()?, source: input.text()? }
        }
    })
}

fn read_equation(input: &mut Reader<'_>) -> Result<Equation, FormatError> {
    Ok(Equation {
        aid: input.number()?,
        fee: input.number()?,
        carried_in: input.number()?,
        surplus_before: input.number()?,
        cost: input.number()?,
        headcount: input.number()?,
        share: input.number()?,
        shares_total: input.number()?,
        surplus: input.number()?,
        borne_by_operator: input.number()?,
        borne_by_sponsor: input.number()?,
        carried_out: input.number()?,
    })
}

fn read_shares(input: &mut Reader<'_>) -> Result<Option<ShareTree>, FormatError> {
    let at = input.at;
    match input.byte()? {
        0 => Ok(None),
        1 => Ok(Some(ShareTree { root: input.hash()?, sum: input.number()?, count: input.number()? })),
        other => Err(FormatError::byte(at, format!("0x00 or 0x01 is expected, not {other:#04x}"))),
    }
}

struct Writer {
    bytes: Vec<u8>,
}

impl Writer {
    fn hash(&mut self, hash: &Hash) {
        self.bytes.extend_from_slice(hash.as_bytes());
    }

    fn number(&mut self, number: u64) {
        self.bytes.extend_from_slice(&number.to_be_bytes());
    }

    fn time(&mut self, millis: u64) -> Result<(), FormatError> {
        check_time(self.bytes.len(), millis)?;
        self.number(millis);
        Ok(())
    }

    fn at_least_one(&mut self, count: u64) -> Result<(), FormatError> {
        check_count(self.bytes.len(), count)?;
        self.number(count);
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), FormatError> {
        check_text(self.bytes.len(), text)?;
        let length = u16::try_from(text.len())
            .map_err(|_| FormatError::byte(self.bytes.len(), "a text has at most 65,535 bytes"))?;
        self.bytes.extend_from_slice(&length.to_be_bytes());
        self.bytes.extend_from_slice(text.as_bytes());
        Ok(())
    }
}

struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn slice(&mut self, length: usize) -> Result<&'a [u8], FormatError> {
        let end = self.at.saturating_add(length);
        let slice = self.bytes.get(self.at..end).ok_or_else(|| {
            let there = self.bytes.len().saturating_sub(self.at);
            FormatError::byte(self.at, format!("cut off: {length} bytes are expected, {there} are there"))
        })?;
        self.at = end;
        Ok(slice)
    }

    fn take<const N: usize>(&mut self) -> Result<[u8; N], FormatError> {
        let at = self.at;
        self.slice(N)?.try_into().map_err(|_| FormatError::byte(at, "cut off"))
    }

    fn byte(&mut self) -> Result<u8, FormatError> {
        Ok(u8::from_be_bytes(self.take()?))
    }

    fn number(&mut self) -> Result<u64, FormatError> {
        Ok(u64::from_be_bytes(self.take()?))
    }

    fn time(&mut self) -> Result<u64, FormatError> {
        let at = self.at;
        let millis = self.number()?;
        check_time(at, millis)?;
        Ok(millis)
    }

    fn at_least_one(&mut self) -> Result<u64, FormatError> {
        let at = self.at;
        let count = self.number()?;
        check_count(at, count)?;
        Ok(count)
    }

    fn hash(&mut self) -> Result<Hash, FormatError> {
        Ok(Hash::from_bytes(self.take()?))
    }

    fn text(&mut self) -> Result<String, FormatError> {
        let at = self.at;
        let length = u16::from_be_bytes(self.take()?);
        let bytes = self.slice(usize::from(length))?;
        let text = std::str::from_utf8(bytes).map_err(|_| FormatError::byte(at, "the text is not UTF-8"))?;
        check_text(at, text)?;
        Ok(text.to_owned())
    }

    fn change(&mut self) -> Result<KeyChange, FormatError> {
        let at = self.at;
        let byte = self.byte()?;
        KeyChange::ALL
            .into_iter()
            .find(|change| change.byte() == byte)
            .ok_or_else(|| FormatError::byte(at, format!("{byte:#04x} is no known change of keys")))
    }
}

fn check_time(at: usize, millis: u64) -> Result<(), FormatError> {
    if millis > MAX_MILLIS {
        return Err(FormatError::byte(at, "the time is above 2^63 - 1 milliseconds"));
    }
    Ok(())
}

fn check_count(at: usize, count: u64) -> Result<(), FormatError> {
    if count == 0 {
        return Err(FormatError::byte(at, "the count is zero"));
    }
    Ok(())
}

fn check_text(at: usize, text: &str) -> Result<(), FormatError> {
    if text.is_empty() || text.contains(char::is_control) {
        return Err(FormatError::byte(at, "the text is empty or has control characters"));
    }
    Ok(())
}
