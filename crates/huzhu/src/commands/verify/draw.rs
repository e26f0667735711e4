//! `huzhu verify draw`: draws a jury again from public data alone.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::Args;
use huzhu_app::draw_file::{CheckedDraw, DrawFile, MAX_FILE, MAX_ROSTER_FILE};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::ClaimId;
use huzhu_domain::jury::{DrandRound, SeedSource, SkipReason, subject};
use huzhu_gateways::published::PublishedLog;
use huzhu_gateways::randomness;
use serde_json::{Value, json};

use super::{Report, refuse};
use crate::commands::trust::Trust;
use crate::output::{Ending, Failure};
use crate::wiring::runtime;

mod logged;

/// Draw a jury again from its public file: roster, seed, order and who sits. With --policy or --vkey also what the log says, by
/// the receipts in the file.
#[derive(Debug, Args)]
pub(crate) struct Draw {
    /// The draw file, or its address.
    #[arg(value_name = "FILE|URL")]
    place: String,
    /// The roster, if it stands in a file of its own and not beside the draw file.
    #[arg(long, value_name = "FILE")]
    roster: Option<PathBuf>,
    /// The public key of the operator's function, as the platform published it before the draw.
    #[arg(long, value_name = "HEX")]
    key: Option<String>,
    /// The claim that the jury judges: for those who have its salt.
    #[arg(long, value_name = "clm_...", requires = "salt")]
    claim: Option<String>,
    /// The salt of the subject.
    #[arg(long, value_name = "HEX", requires = "claim")]
    salt: Option<String>,
    /// Which jury of the claim: 0 for the first, 1 for the first appeal.
    #[arg(long, value_name = "N", default_value_t = 0)]
    round: u8,
    #[command(flatten)]
    trust: Trust,
}

/// What somebody knows from elsewhere and holds against the file.
struct Expected {
    key: Option<Digest>,
    subject: Option<Digest>,
}

impl Draw {
    pub(super) fn run(self, json: bool) -> Result<Ending, Failure> {
        let expected = self.expected()?;
        let rules = self.trust.given()?;
        let place = Place::parse(&self.place)?;
        let name = self.place.as_str();
        let file = match DrawFile::read(&place.bytes(MAX_FILE)?) {
            Ok(file) => file,
            Err(finding) => return Ok(refuse(name, &finding.to_string(), json)),
        };
        let roster = match (&self.roster, file.roster_file()) {
            (_, None) => None,
            (Some(path), Some(_)) => Some(read(path, MAX_ROSTER_FILE)?),
            (None, Some(beside)) => Some(place.beside(beside)?),
        };
        let prove =
            |request: &_, answer: &_| randomness::check(request, answer).map_err(|error| error.to_string());
        let checked = match file.check(roster.as_deref(), &prove) {
            Ok(checked) => checked,
            Err(finding) => return Ok(refuse(name, &finding.to_string(), json)),
        };
        if let Err(why) = expected.hold_against(&checked) {
            return Ok(refuse(name, &why, json));
        }
        let mut report = report(&checked, &expected);
        match logged::check(&checked, file.log(), file.receipts(), rules.as_ref()) {
            Ok(seen) => {
                report.proved.extend(seen.proved);
                report.not_proved.splice(0..0, seen.not_proved);
                report.facts["log"] = seen.facts;
            }
            Err(why) => return Ok(refuse(name, &why, json)),
        }
        Ok(report.print(&format!("{name}: this draw is in order."), json))
    }

    fn expected(&self) -> Result<Expected, Failure> {
        let digest = |what: &str, text: &str| -> Result<Digest, Failure> {
            text.parse().map_err(|error| Failure::WrongUse(format!("{what}: {error}")))
        };
        let key = self.key.as_deref().map(|key| digest("--key", key)).transpose()?;
        let subject = match (&self.claim, &self.salt) {
            (Some(claim), Some(salt)) => {
                let claim: ClaimId =
                    claim.parse().map_err(|error| Failure::WrongUse(format!("--claim: {error}")))?;
                Some(subject(digest("--salt", salt)?.bytes(), claim, self.round))
            }
            _ => None,
        };
        Ok(Expected { key, subject })
    }
}

impl Expected {
    fn hold_against(&self, checked: &CheckedDraw) -> Result<(), String> {
        let source = checked.request.source;
        match self.key {
            Some(key) if source != (SeedSource::Vrf { key }) => {
                return Err(format!("the seed is from another source than the key {key}: {source}"));
            }
            _ => {}
        }
        match self.subject {
            Some(subject) if subject != checked.request.subject => {
                Err("the draw is for another claim or jury, or the salt is another one".to_owned())
            }
            _ => Ok(()),
        }
    }
}

fn report(checked: &CheckedDraw, expected: &Expected) -> Report {
    let CheckedDraw { roster, request, order, seating, exclusions, .. } = checked;
    let count = |reason| exclusions.iter().filter(|one| one.reason == reason).count();
    let [conflict, aside, no_show] = SkipReason::ALL.map(count);
    let mut proved = vec![
        format!("the roster has {} jurors, each once, under the root {}", roster.count(), request.roster),
        match request.source {
            SeedSource::Vrf { key } => {
                format!("the seed is the one value that the operator's key {key} gives for this request")
            }
            SeedSource::Drand(DrandRound { beacon, round }) => {
                format!("the seed is from round {round} of the public beacon {beacon}, signed by its key")
            }
        },
        format!("from this seed come these {} positions in this order", order.positions().len()),
        format!(
            "{} jurors sit: the first in that order without {} excluded (conflict {conflict}, stepped aside {aside}, no-show {no_show})",
            seating.jurors.len(),
            exclusions.len()
        ),
    ];
    let mut not_proved = Vec::new();
    if seating.empty > 0 {
        not_proved.push(format!("{} seats are empty: the order is at its end", seating.empty));
    }
    match (request.source, expected.key) {
        (SeedSource::Vrf { .. }, Some(_)) => {
            proved.push("that key is the one that was given with --key".to_owned());
        }
        (SeedSource::Vrf { .. }, None) => not_proved.push(
            "that this is the operator's key of old: give the one that was published with --key".to_owned(),
        ),
        (SeedSource::Drand(_), _) => {}
    }
    if expected.subject.is_some() {
        proved.push("it is the draw for that claim and jury".to_owned());
    } else {
        not_proved
            .push("for which claim: only those who have the salt can see that (--claim, --salt)".to_owned());
    }
    not_proved.push(
        "that everybody who qualified was on the roster: each juror knows the own pseudonym".to_owned(),
    );
    if !exclusions.is_empty() {
        not_proved.push("that the reasons of the exclusions are true".to_owned());
    }
    let excluded: Vec<Value> = exclusions
        .iter()
        .map(|one| json!({ "position": one.position, "reason": one.reason.word() }))
        .collect();
    let facts = json!({
        "plan": checked.plan,
        "subject": request.subject.to_string(),
        "roster": { "root": request.roster.to_string(), "count": roster.count() },
        "source": request.source.to_string(),
        "request": request.digest().to_string(),
        "seed": checked.seed.to_string(),
        "order": order.positions(),
        "order_digest": order.digest().to_string(),
        "exclusions": excluded,
        "jurors": seating.jurors,
        "reserves": seating.reserves,
        "empty_seats": seating.empty,
    });
    Report { proved, not_proved, facts }
}

/// Where a file is published.
pub(super) enum Place {
    File(PathBuf),
    /// The address above it, and its name.
    Web(PublishedLog, String),
}

impl Place {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        if !text.starts_with("http://") && !text.starts_with("https://") {
            return Ok(Self::File(PathBuf::from(text)));
        }
        let wrong = || Failure::WrongUse(format!("{text}: an address is http(s)://host/path/file"));
        let (above, name) = text.rsplit_once('/').ok_or_else(wrong)?;
        if name.is_empty() || above.ends_with('/') {
            return Err(wrong());
        }
        let above = PublishedLog::new(above).map_err(|error| Failure::WrongUse(error.to_string()))?;
        Ok(Self::Web(above, name.to_owned()))
    }

    /// The file there, or a little more than `limit` bytes of it.
    pub(super) fn bytes(&self, limit: usize) -> Result<Vec<u8>, Failure> {
        match self {
            Self::File(path) => read(path, limit),
            Self::Web(above, name) => fetch(above, name, limit),
        }
    }

    fn beside(&self, name: &str) -> Result<Vec<u8>, Failure> {
        match self {
            Self::File(path) => read(&path.with_file_name(name), MAX_ROSTER_FILE),
            Self::Web(above, _) => fetch(above, name, MAX_ROSTER_FILE),
        }
    }
}

/// A file's bytes, and one more where it has more than `limit`, so that whoever reads on sees that it is too long.
pub(super) fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    let broken = |error| Failure::broken(&path.display().to_string(), error);
    let file = File::open(path).map_err(broken)?;
    let limit = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes).map_err(broken)?;
    Ok(bytes)
}

fn fetch(above: &PublishedLog, name: &str, limit: usize) -> Result<Vec<u8>, Failure> {
    let address = format!("{}{name}", above.prefix());
    let fetched = runtime()?.block_on(above.get(name, limit));
    let bytes = fetched.map_err(|error| Failure::broken(&address, error))?;
    bytes.ok_or_else(|| Failure::Broken(format!("{address}: there is no such file")))
}
