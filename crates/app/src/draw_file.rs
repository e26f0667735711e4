//! The public file of a draw: everything that anybody needs to draw again and see that the same jurors come out.
//!
//! Shape: [`DrawFile`] is JSON as `docs/jury/draw.md` describes it. [`DrawFile::publish`] makes one, [`DrawFile::read`] reads one
//! that a stranger wrote, [`DrawFile::check`] computes all of it again. A large roster stands in a file of its own beside it.
//!
//! Guarantees: a file that passes follows from its roster, its source's output and its exclusions in every number; what is no
//! such file ends in a [`DrawFinding`] that names the first thing that is wrong. Sizes are bounded before anything is kept.
//!
//! Limits: the proof of the output is checked by whoever has the curves (`huzhu_gateways::randomness::check`), receipts by whoever
//! knows whom to trust about the log. A file without either shows that the numbers fit together and no more.

use std::fmt::Write as _;

use huzhu_domain::digest::Digest;
use huzhu_domain::jury::{
    DrawRequest, Exclusion, MAX_ROSTER, Order, Roster, RosterError, Seating, SeatingError, SeedProof,
    SeedSource, SkipReason, SourceError, draw,
};
use serde::{Deserialize, Serialize};

mod hex;

use hex::Hex;

/// What every file begins with.
pub const FORMAT: &str = "huzhu.org/draw@v1";
/// Bytes of the longest draw file: bounds what a checker reads from a stranger.
pub const MAX_FILE: usize = 16 << 20;
/// Jurors that may stand in the draw file itself; larger rosters have a file of their own.
pub const MAX_INLINE: u32 = 100_000;
/// Positions drawn at most: bounds order and exclusions.
pub const MAX_DRAWN: u32 = 100_000;
/// Bytes of the longest roster file: 64 digits and a newline for each juror.
pub const MAX_ROSTER_FILE: usize = 65 << 22;
/// Characters of a plan's name, a log's origin and a roster file's name.
const MAX_NAME: usize = 200;

/// A draw as it is published; believed only after [`DrawFile::check`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DrawFile {
    format: String,
    plan: String,
    subject: Hex,
    roster: RosterPart,
    seats: u32,
    reserves: u32,
    source: String,
    request: Hex,
    output: Hex,
    proof: Hex,
    seed: Hex,
    order: Vec<u32>,
    exclusions: Vec<ExclusionPart>,
    jurors: Vec<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    log: Option<LogPlaces>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    receipts: Option<Receipts>,
}

/// The roster, here or in a file beside this one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct RosterPart {
    root: Hex,
    count: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    entries: Option<Vec<Hex>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    file: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ExclusionPart {
    position: u32,
    reason: String,
}

/// Where on the log roster, request and draw are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogPlaces {
    /// The log, by its origin.
    pub origin: String,
    /// Index of the roster's entry.
    pub roster: u64,
    /// Index of the entry of the request, after the roster's.
    pub request: u64,
    /// Index of the entry of the draw, after the request's; nothing before it is logged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw: Option<u64>,
}

/// Receipts of those entries (`.tlog-proof` texts), as far as they are there.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipts {
    /// Of the roster.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub roster: Option<String>,
    /// Of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub request: Option<String>,
    /// Of the draw.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draw: Option<String>,
}

/// How many are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// Jurors.
    pub seats: u32,
    /// Reserves that are told to keep themselves ready.
    pub reserves: u32,
    /// Positions drawn: seats, reserves, and as many more as conflicts may need.
    pub drawn: u32,
}

/// What a draw is published from.
#[derive(Clone, Debug)]
pub struct Drawn<'a> {
    /// Public name of the plan.
    pub plan: &'a str,
    /// What was asked for, as it is on the log.
    pub request: DrawRequest,
    /// Everybody who could be drawn.
    pub roster: &'a Roster,
    /// Name of the file that has the roster ([`roster_file`]), beside this one; `None`: the entries stand in the file itself.
    pub file: Option<&'a str>,
    /// How many are wanted.
    pub wanted: Wanted,
    /// The source's answer.
    pub answer: &'a SeedProof,
    /// Who does not sit.
    pub exclusions: &'a [Exclusion],
    /// Where on the log.
    pub log: Option<LogPlaces>,
    /// Receipts of those places.
    pub receipts: Option<Receipts>,
}

/// What is wrong with a draw file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawFinding {
    /// It is none.
    #[error("this is no draw file: {0}")]
    Unreadable(String),
    /// More than a limit allows.
    #[error("{what}: more than {limit}")]
    TooMuch {
        /// Of what.
        what: &'static str,
        /// The limit.
        limit: usize,
    },
    /// A number or name that cannot be.
    #[error("{0}")]
    Form(String),
    /// The roster stands in a file of its own, which is not there.
    #[error("the roster stands in the file {0}, which was not given")]
    NoRosterFile(String),
    /// The roster.
    #[error("the roster: {0}")]
    Roster(#[from] RosterError),
    /// The roster has another number of jurors.
    #[error("the roster has {found} jurors, {stated} are stated")]
    Count {
        /// What the file says.
        stated: u32,
        /// What was counted.
        found: u32,
    },
    /// The source.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// A hash that does not follow from what it is the hash of.
    #[error("the {what} is {found}, {stated} is stated")]
    Hash {
        /// Which.
        what: &'static str,
        /// What the file says.
        stated: Digest,
        /// What was computed.
        found: Digest,
    },
    /// The output is not what the source gave.
    #[error("the seed is not from its source: {0}")]
    Proof(String),
    /// The order is not the one of the seed.
    #[error("number {step} of the order is {found}, {stated} is stated")]
    Order {
        /// Counted from 1.
        step: usize,
        /// What the file says.
        stated: u32,
        /// What was drawn.
        found: u32,
    },
    /// The exclusions.
    #[error("the exclusions: {0}")]
    Seating(#[from] SeatingError),
    /// Others sit than those who were drawn.
    #[error("the jurors are not those who follow from order and exclusions: {0:?}")]
    Jurors(Vec<u32>),
}

/// A draw that follows from its roster, its output and its exclusions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckedDraw {
    /// Public name of the plan.
    pub plan: String,
    /// What was asked for.
    pub request: DrawRequest,
    /// Everybody who could be drawn.
    pub roster: Roster,
    /// The seed.
    pub seed: Digest,
    /// Who was drawn, in order.
    pub order: Order,
    /// Who does not sit, and why.
    pub exclusions: Vec<Exclusion>,
    /// Who sits.
    pub seating: Seating,
}

impl DrawFile {
    /// The file of a draw.
    ///
    /// # Errors
    /// [`DrawFinding`] when limits are passed or exclusions do not fit; never for a draw that use cases made.
    pub fn publish(drawn: Drawn<'_>) -> Result<Self, DrawFinding> {
        let Drawn { plan, request, roster, file, wanted, answer, exclusions, log, receipts } = drawn;
        let seed = request.seed(&answer.output);
        let order = draw(&seed, roster.count(), wanted.drawn);
        let seating = Seating::of(&order, exclusions, wanted.seats, wanted.reserves)?;
        let entries = || roster.jurors().iter().map(Hex::of).collect();
        let exclusion =
            |one: &Exclusion| ExclusionPart { position: one.position, reason: one.reason.word().to_owned() };
        let published = Self {
            format: FORMAT.to_owned(),
            plan: plan.to_owned(),
            subject: Hex::of(&request.subject),
            roster: RosterPart {
                root: Hex::of(&request.roster),
                count: roster.count(),
                entries: file.is_none().then(entries),
                file: file.map(str::to_owned),
            },
            seats: wanted.seats,
            reserves: wanted.reserves,
            source: request.source.to_string(),
            request: Hex::of(&request.digest()),
            output: Hex(answer.output.clone()),
            proof: Hex(answer.proof.clone()),
            seed: Hex::of(&seed),
            order: order.positions().to_vec(),
            exclusions: exclusions.iter().map(exclusion).collect(),
            jurors: seating.jurors,
            log,
            receipts,
        };
        published.form()?;
        Ok(published)
    }

    /// Reads a file that anybody may have written.
    ///
    /// # Errors
    /// [`DrawFinding::Unreadable`] and what else can be seen without the roster.
    pub fn read(bytes: &[u8]) -> Result<Self, DrawFinding> {
        if bytes.len() > MAX_FILE {
            return Err(DrawFinding::TooMuch { what: "bytes of a draw file", limit: MAX_FILE });
        }
        let file: Self =
            serde_json::from_slice(bytes).map_err(|error| DrawFinding::Unreadable(error.to_string()))?;
        file.form()?;
        Ok(file)
    }

    /// The file as it is published.
    #[must_use]
    pub fn to_json(&self) -> String {
        // Numbers, texts and lists only: nothing that has no JSON.
        serde_json::to_string_pretty(self).map(|text| text + "\n").unwrap_or_default()
    }

    /// Name of the roster's own file, if it has one.
    #[must_use]
    pub fn roster_file(&self) -> Option<&str> {
        self.roster.file.as_deref()
    }

    /// Where on the log, as far as the file says.
    #[must_use]
    pub const fn log(&self) -> Option<&LogPlaces> {
        self.log.as_ref()
    }

    /// Receipts, as far as the file has them.
    #[must_use]
    pub const fn receipts(&self) -> Option<&Receipts> {
        self.receipts.as_ref()
    }

    /// Computes everything again. `roster_file` is the content of the file that [`DrawFile::roster_file`] names; `prove` checks
    /// that the source gave this output for this request, and says why not.
    ///
    /// # Errors
    /// The first [`DrawFinding`], in the order in which a draw is made.
    pub fn check(
        &self,
        roster_file: Option<&[u8]>,
        prove: &dyn Fn(&DrawRequest, &SeedProof) -> Result<(), String>,
    ) -> Result<CheckedDraw, DrawFinding> {
        let roster = self.read_roster(roster_file)?;
        same("root of the roster", &self.roster.root, roster.root())?;
        let source: SeedSource = self.source.parse()?;
        let subject = self.subject.digest("subject")?;
        let request = DrawRequest { subject, roster: roster.root(), source };
        same("digest of the request", &self.request, request.digest())?;
        let answer = SeedProof { output: self.output.0.clone(), proof: self.proof.0.clone() };
        prove(&request, &answer).map_err(DrawFinding::Proof)?;
        let seed = request.seed(&answer.output);
        same("seed", &self.seed, seed)?;
        let drawn = u32::try_from(self.order.len()).unwrap_or(u32::MAX);
        let order = draw(&seed, roster.count(), drawn);
        if order.positions().len() < self.order.len() {
            return Err(DrawFinding::Form("the order has more positions than the roster".to_owned()));
        }
        let pairs = (1_usize..).zip(self.order.iter().zip(order.positions()));
        for (step, (stated, found)) in pairs {
            if stated != found {
                return Err(DrawFinding::Order { step, stated: *stated, found: *found });
            }
        }
        let exclusions = self.read_exclusions()?;
        let seating = Seating::of(&order, &exclusions, self.seats, self.reserves)?;
        if seating.jurors != self.jurors {
            return Err(DrawFinding::Jurors(seating.jurors));
        }
        Ok(CheckedDraw { plan: self.plan.clone(), request, roster, seed, order, exclusions, seating })
    }

    /// What can be seen without the roster.
    fn form(&self) -> Result<(), DrawFinding> {
        let wrong = |what: &str| Err(DrawFinding::Form(what.to_owned()));
        if self.format != FORMAT {
            return Err(DrawFinding::Unreadable(format!("its format is not {FORMAT}")));
        }
        let origin = self.log.as_ref().map(|log| log.origin.as_str());
        for name in [Some(self.plan.as_str()), origin, self.roster_file()].into_iter().flatten() {
            if name.is_empty() || name.len() > MAX_NAME || name.chars().any(char::is_control) {
                return wrong("a name is empty, too long or has control characters");
            }
        }
        if self.roster_file().is_some_and(|name| !is_plain(name)) {
            return wrong(
                "the roster's file is one beside this one, with letters, digits, `.`, `-` and `_` in its name",
            );
        }
        if self.roster.entries.is_some() == self.roster.file.is_some() {
            return wrong("a roster has either its entries here or a file");
        }
        let entries = self.roster.entries.as_ref().map_or(0, Vec::len);
        at_most("jurors in a draw file", entries, MAX_INLINE)?;
        at_most("jurors on a roster", usize::try_from(self.roster.count).unwrap_or(usize::MAX), MAX_ROSTER)?;
        at_most("positions drawn", self.order.len(), MAX_DRAWN)?;
        at_most("exclusions", self.exclusions.len(), MAX_DRAWN)?;
        if self.seats == 0 {
            return wrong("a jury has at least one seat");
        }
        let wanted = self.seats.saturating_add(self.reserves).min(self.roster.count);
        if u32::try_from(self.order.len()).is_ok_and(|drawn| drawn < wanted) {
            return wrong(
                "the order has fewer positions than seats and reserves, though the roster has more",
            );
        }
        let Some(log) = &self.log else { return Ok(()) };
        if log.request <= log.roster || log.draw.is_some_and(|draw| draw <= log.request) {
            return wrong("on the log the roster comes before the request and the request before the draw");
        }
        Ok(())
    }

    fn read_roster(&self, roster_file: Option<&[u8]>) -> Result<Roster, DrawFinding> {
        let roster = match (&self.roster.entries, &self.roster.file, roster_file) {
            (Some(entries), _, _) => {
                let jurors: Result<Vec<Digest>, _> =
                    entries.iter().map(|entry| entry.digest("entry of the roster")).collect();
                Roster::new(jurors?)?
            }
            (None, Some(_), Some(bytes)) => read_roster_file(bytes)?,
            (None, name, _) => return Err(DrawFinding::NoRosterFile(name.clone().unwrap_or_default())),
        };
        if roster.count() == self.roster.count {
            Ok(roster)
        } else {
            Err(DrawFinding::Count { stated: self.roster.count, found: roster.count() })
        }
    }

    fn read_exclusions(&self) -> Result<Vec<Exclusion>, DrawFinding> {
        let read = |part: &ExclusionPart| -> Result<Exclusion, SeatingError> {
            let reason: SkipReason = part.reason.parse()?;
            Ok(Exclusion { position: part.position, reason })
        };
        let exclusions: Result<Vec<Exclusion>, _> = self.exclusions.iter().map(read).collect();
        Ok(exclusions?)
    }
}

/// The content of a roster's own file: each pseudonym in 64 hexadecimal digits on a line, in order.
#[must_use]
pub fn roster_file(roster: &Roster) -> String {
    let mut text = String::new();
    for juror in roster.jurors() {
        let _infallible = writeln!(text, "{juror}");
    }
    text
}

/// Reads such a file.
fn read_roster_file(bytes: &[u8]) -> Result<Roster, DrawFinding> {
    if bytes.len() > MAX_ROSTER_FILE {
        return Err(DrawFinding::TooMuch { what: "bytes of a roster file", limit: MAX_ROSTER_FILE });
    }
    let mut jurors = Vec::with_capacity(bytes.len().div_euclid(65));
    for (number, line) in (1_usize..).zip(bytes.chunks(65)) {
        let digits = line.strip_suffix(b"\n").and_then(|line| std::str::from_utf8(line).ok());
        let juror = digits.and_then(Hex::parse).and_then(|hex| hex.digest("juror").ok());
        let what = || format!("the roster's file, line {number}: not 64 lower-case hexadecimal digits");
        jurors.push(juror.ok_or_else(|| DrawFinding::Form(what()))?);
    }
    Ok(Roster::new(jurors)?)
}

fn same(what: &'static str, stated: &Hex, found: Digest) -> Result<(), DrawFinding> {
    let stated = stated.digest(what)?;
    if stated == found { Ok(()) } else { Err(DrawFinding::Hash { what, stated, found }) }
}

fn at_most(what: &'static str, found: usize, limit: u32) -> Result<(), DrawFinding> {
    let limit = usize::try_from(limit).unwrap_or(usize::MAX);
    if found > limit { Err(DrawFinding::TooMuch { what, limit }) } else { Ok(()) }
}

/// A name that stays in its folder.
fn is_plain(name: &str) -> bool {
    !name.starts_with('.') && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

#[cfg(test)]
mod tests;
