//! Reading the file, line by line. Names are octets without meaning, as C2SP asks.

use super::{
    BTreeMap, BTreeSet, FormatError, KeyKind, LogKey, MAX_FILE, Party, Quorum, TlogPolicy, Vkey, Witness,
    decimal,
};

/// What the lines so far defined.
#[derive(Default)]
struct Draft {
    logs: Vec<LogKey>,
    witnesses: Vec<Witness>,
    parties: Vec<Party>,
    /// Position of each name among the parties.
    names: BTreeMap<Vec<u8>, usize>,
    /// Parties that are a member of a group already.
    taken: BTreeSet<usize>,
    /// Of the line `quorum`.
    quorum: Option<Quorum>,
}

pub(super) fn parse(text: &[u8]) -> Result<TlogPolicy, FormatError> {
    if text.len() > MAX_FILE {
        return Err(FormatError::whole(format!("the file has more than {MAX_FILE} bytes")));
    }
    let mut draft = Draft::default();
    let mut rest = text;
    let mut number = 0_usize;
    while !rest.is_empty() {
        number = number.saturating_add(1);
        let wrong = |what: String| FormatError::line(number, what);
        let end = rest.iter().position(|byte| *byte == b'\n');
        let end = end.ok_or_else(|| wrong("the line does not end with a newline".to_owned()))?;
        let (line, behind) = rest.split_at(end);
        rest = behind.get(1..).unwrap_or_default();
        if line.iter().any(|byte| (*byte < 0x20 && *byte != b'\t') || *byte == 0x7f) {
            return Err(wrong("control characters other than the tab are refused".to_owned()));
        }
        let words: Vec<&[u8]> =
            line.split(|byte| *byte == b' ' || *byte == b'\t').filter(|word| !word.is_empty()).collect();
        draft.line(&words).map_err(wrong)?;
    }
    let quorum = draft
        .quorum
        .ok_or_else(|| FormatError::line(number.saturating_add(1), "the line `quorum` is missing"))?;
    let Draft { logs, witnesses, parties, .. } = draft;
    Ok(TlogPolicy { text: text.to_vec(), logs, witnesses, parties, quorum })
}

impl Draft {
    fn line(&mut self, words: &[&[u8]]) -> Result<(), String> {
        let Some((first, rest)) = words.split_first() else {
            return Ok(());
        };
        match (*first, rest) {
            (comment, _) if comment.starts_with(b"#") => Ok(()),
            (b"log", [vkey]) => self.log(vkey, None),
            (b"log", [vkey, url]) => self.log(vkey, Some(url)),
            (b"log", _) => Err("`log` is followed by a key and at most an address".to_owned()),
            (b"witness", [name, vkey]) => self.witness(name, vkey, None),
            (b"witness", [name, vkey, url]) => self.witness(name, vkey, Some(url)),
            (b"witness", _) => {
                Err("`witness` is followed by a name, a key and at most an address".to_owned())
            }
            (b"group", [name, threshold, members @ ..]) if !members.is_empty() => {
                self.group(name, threshold, members)
            }
            (b"group", _) => {
                Err("`group` is followed by a name, a number and one or more members".to_owned())
            }
            (b"quorum", [name]) => self.quorum(name),
            (b"quorum", _) => Err("`quorum` is followed by one name".to_owned()),
            (other, _) => Err(format!(
                "`{}` is none of log, witness, group, quorum",
                String::from_utf8_lossy(other).chars().take(40).collect::<String>()
            )),
        }
    }

    fn log(&mut self, vkey: &[u8], url: Option<&[u8]>) -> Result<(), String> {
        let vkey = key(vkey, KeyKind::Ed25519)?;
        if self.logs.iter().any(|log| log.vkey.public() == vkey.public()) {
            return Err("another log has the same key".to_owned());
        }
        self.logs.push(LogKey { vkey, url: url.map(show) });
        Ok(())
    }

    fn witness(&mut self, name: &[u8], vkey: &[u8], url: Option<&[u8]>) -> Result<(), String> {
        let vkey = key(vkey, KeyKind::Cosignature)?;
        if self.witnesses.iter().any(|witness| witness.vkey.public() == vkey.public()) {
            return Err("another witness has the same key".to_owned());
        }
        self.define(name, Party::Witness(self.witnesses.len()))?;
        self.witnesses.push(Witness { name: show(name), vkey, url: url.map(show) });
        Ok(())
    }

    fn group(&mut self, name: &[u8], threshold: &[u8], members: &[&[u8]]) -> Result<(), String> {
        let threshold = match threshold {
            b"all" => members.len(),
            b"any" => 1,
            number => std::str::from_utf8(number)
                .ok()
                .and_then(decimal)
                .and_then(|number| usize::try_from(number).ok())
                .filter(|number| (1..=members.len()).contains(number))
                .ok_or_else(|| format!("a group needs all, any or a number from 1 to {}", members.len()))?,
        };
        let mut found = Vec::with_capacity(members.len());
        for member in members {
            let party = self.find(member)?;
            if !self.taken.insert(party) {
                return Err(format!("`{}` is a member already", show(member)));
            }
            found.push(party);
        }
        self.define(name, Party::Group { threshold, members: found })
    }

    fn quorum(&mut self, name: &[u8]) -> Result<(), String> {
        if self.quorum.is_some() {
            return Err("there is a second line `quorum`".to_owned());
        }
        self.quorum = Some(if name == b"none" { Quorum::Nobody } else { Quorum::Party(self.find(name)?) });
        Ok(())
    }

    fn define(&mut self, name: &[u8], party: Party) -> Result<(), String> {
        if name == b"none" {
            return Err("the name `none` is taken: it stands for no quorum".to_owned());
        }
        if self.names.insert(name.to_vec(), self.parties.len()).is_some() {
            return Err(format!("`{}` is defined twice", show(name)));
        }
        self.parties.push(party);
        Ok(())
    }

    fn find(&self, name: &[u8]) -> Result<usize, String> {
        let found = self.names.get(name).copied();
        found.ok_or_else(|| format!("`{}` is not defined above", show(name)))
    }
}

fn key(text: &[u8], kind: KeyKind) -> Result<Vkey, String> {
    let text = std::str::from_utf8(text).map_err(|_| "the key is not UTF-8".to_owned())?;
    let vkey: Vkey = text.parse().map_err(|error: FormatError| error.to_string())?;
    if vkey.kind() != kind {
        return Err(format!("the key must be of type {:#04x}, not {:#04x}", kind.byte(), vkey.kind().byte()));
    }
    Ok(vkey)
}

fn show(octets: &[u8]) -> String {
    String::from_utf8_lossy(octets).into_owned()
}
