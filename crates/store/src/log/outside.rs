//! What the log says about outside witnesses: who is asked, who no longer is, and that the rules of trust were replaced.
//!
//! Shape: the configuration is the wish, the file `sequencer/outside` remembers what the log has said. When the log is opened and
//! the two differ, the difference goes on the log as `key` entries, in one batch; a new year's log says all of it at its beginning.
//!
//! Guarantees: each change is said once, also when the process dies at any point: before a batch is committed, the file says at
//! which size of which log it would begin. Nobody else commits in between, so a log that is larger by then has it.
//!
//! Limits: a witness is known by its key; who keeps it is for people to say. The keys of the platform itself are said when they are made,
//! see [`super::writer`].

use std::collections::BTreeSet;

use huzhu_log::entry::KeyChange;
use huzhu_log::{Hash, Vkey};

use super::disk::Disk;
use super::writer::LogWriter;
use super::{LogError, keys};

/// Where it is remembered.
const FILE: &str = "sequencer/outside";
const HEAD: &str = "huzhu outside witnesses 1";

/// What the log has said, and what it may have said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Said {
    /// Lines of tlog-policy; none before the first witness.
    lines: Vec<String>,
    /// Lines that a batch says which begins at this size of this year's log.
    next: Option<(u16, u64, Vec<String>)>,
}

impl Said {
    fn read(disk: &dyn Disk) -> Result<Self, LogError> {
        let read = disk.read(FILE).map_err(LogError::disk("reading what the log says about witnesses"))?;
        let Some(bytes) = read else { return Ok(Self::default()) };
        String::from_utf8(bytes).ok().and_then(|text| Self::parse(&text)).ok_or_else(|| {
            LogError::Damaged(format!("{FILE} is damaged; bring it back from a copy, or remove it: the log will then name its witnesses again"))
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let (mut lines, mut said) = (text.lines(), Self::default());
        (lines.next()? == HEAD).then_some(())?;
        for line in lines {
            let (word, rest) = line.split_once(' ')?;
            match (word, &mut said.next) {
                ("said", _) => said.lines.push(rest.to_owned()),
                ("from", next @ None) => {
                    let (year, size) = rest.split_once(' ')?;
                    *next = Some((year.parse().ok()?, size.parse().ok()?, Vec::new()));
                }
                ("next", Some((_, _, lines))) => lines.push(rest.to_owned()),
                _ => return None,
            }
        }
        Some(said)
    }

    fn print(&self) -> String {
        let mut text = format!("{HEAD}\n");
        text.extend(self.lines.iter().map(|line| format!("said {line}\n")));
        if let Some((year, size, lines)) = &self.next {
            text.extend([format!("from {year} {size}\n")]);
            text.extend(lines.iter().map(|line| format!("next {line}\n")));
        }
        text
    }

    fn keep(&self, disk: &dyn Disk) -> Result<(), LogError> {
        let kept = disk.keep(FILE, self.print().as_bytes());
        kept.map_err(LogError::disk("keeping what the log says about witnesses"))
    }

    /// Settles what a process that died has left open; `log` is the year and size of the log that takes entries.
    fn settled(mut self, log: (u16, u64)) -> Self {
        if let Some((year, size, lines)) = self.next.take()
            && log > (year, size)
        {
            self.lines = lines;
        }
        self
    }
}

/// Lines without what means nothing.
fn lines_of(outside: Option<&str>) -> Vec<String> {
    let lines = outside.unwrap_or_default().lines().map(str::trim);
    lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(str::to_owned).collect()
}

/// The keys of witnesses in lines of tlog-policy, each once.
fn witnesses(lines: &[String]) -> Result<Vec<Vkey>, LogError> {
    let mut known = BTreeSet::new();
    let mut found = Vec::new();
    for line in lines {
        let mut words = line.split_ascii_whitespace();
        if words.next() != Some("witness") {
            continue;
        }
        let key = words.nth(1).and_then(|word| word.parse::<Vkey>().ok());
        let key = key.ok_or_else(|| LogError::Refused(format!("`{line}` names no key of a witness")))?;
        if known.insert(key.to_string()) {
            found.push(key);
        }
    }
    Ok(found)
}

impl LogWriter {
    /// Says the outside witnesses of the configuration on the log, where it has said something else.
    pub(super) fn say_outside(&mut self) -> Result<(), LogError> {
        let wanted = lines_of(self.settings.outside.as_deref());
        let said = Said::read(self.disk.as_ref())?;
        let Some(state) = self.state.clone() else {
            // Said at the beginning of the first log, as soon as there is one.
            let next = (!wanted.is_empty()).then_some((0, 0, wanted));
            let open = Said { lines: Vec::new(), next };
            return if open == said { Ok(()) } else { open.keep(self.disk.as_ref()) };
        };
        let log = (state.year, state.edge.size());
        let settled = said.clone().settled(log);
        if settled.lines == wanted {
            return if settled == said { Ok(()) } else { settled.keep(self.disk.as_ref()) };
        }
        let (before, now) = (witnesses(&settled.lines)?, witnesses(&wanted)?);
        let mut entries = Vec::new();
        for key in now.iter().filter(|key| !before.contains(key)) {
            entries.push(self.key_entry(KeyChange::WitnessAdded, Some(key))?);
        }
        for key in before.iter().filter(|key| !now.contains(key)) {
            entries.push(self.key_entry(KeyChange::WitnessRetired, Some(key))?);
        }
        let rules = keys::tlog_policy(&self.public_keys(), &state.origin, self.settings.outside.as_deref());
        let digest = Hash::digest(rules.as_bytes()).to_string();
        entries.push(self.key_text_entry(KeyChange::RulesReplaced, digest)?);
        // Dead before this line: nothing was said. Dead after it: the size of the log tells whether the batch was committed.
        Said { next: Some((log.0, log.1, wanted.clone())), ..settled }.keep(self.disk.as_ref())?;
        let slices: Vec<&[u8]> = entries.iter().map(Vec::as_slice).collect();
        let planned = self.plan_growth(state, &slices)?;
        self.carry_out(planned)?;
        Said { lines: wanted, next: None }.keep(self.disk.as_ref())
    }

    /// What a new log says about outside witnesses.
    pub(super) fn outside_entries(&self) -> Result<Vec<Vec<u8>>, LogError> {
        let wanted = witnesses(&lines_of(self.settings.outside.as_deref()))?;
        wanted.iter().map(|key| self.key_entry(KeyChange::WitnessAdded, Some(key))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_said_is_read_back_and_settled_by_the_size_of_the_log() {
        let lines = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        let open = Said {
            lines: lines(&["witness a key", "quorum a"]),
            next: Some((2026, 7, lines(&["witness b key b.org", "quorum b"]))),
        };
        assert_eq!(Said::parse(&open.print()), Some(open.clone()));
        assert_eq!(Said::parse(&Said::default().print()), Some(Said::default()));
        for (log, expected) in [((2026, 7), 0), ((2026, 8), 1), ((2027, 3), 1), ((2025, 9), 0)] {
            let settled = open.clone().settled(log);
            let expected = if expected == 0 { &open.lines } else { &open.next.as_ref().unwrap().2 };
            assert_eq!((&settled.lines, &settled.next), (expected, &None), "{log:?}");
        }
        for wrong in ["", "huzhu outside witnesses 2\n", "huzhu outside witnesses 1\nnext x\n"] {
            assert_eq!(Said::parse(wrong), None, "{wrong}");
        }
    }
}
