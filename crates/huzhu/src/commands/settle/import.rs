//! A roster of another system, as CSV, made into columns.
//!
//! | column | needed | meaning |
//! | --- | --- | --- |
//! | `id` | yes | names the enrolment; must not come twice |
//! | `from` | yes | first day counted for sharing, such as 2020-01-31; empty for never |
//! | `band` or `born` | in plans with age bands | age band from 1, or day of birth |
//! | `charged` | in plans with a yearly cap | shares of this calendar year so far, such as 12.34 |
//! | `prepaid` | in plans with a pool | prepaid balance |
//! | `live` | no | `yes` or `no`; without the column everybody is live |
//!
//! The place of an enrolment is the number of its line, from 0 for the first after the header.

use std::path::Path;

use csv::StringRecord;
use huzhu_domain::plan::{Model, PlanTerms};
use huzhu_domain::time::Day;
use huzhu_ledger::Amount;
use huzhu_log::Hash;
use huzhu_settle::roster::{NEVER, Row};
use huzhu_settle::{Roster, RosterWriter};
use indicatif::ProgressBar;

use super::bar_style;
use crate::output::Failure;

/// Lines between two movements of the bar.
const PROGRESS_ROWS: u64 = 100_000;

/// Where each column stands.
struct Columns {
    id: usize,
    from: usize,
    band: Option<usize>,
    born: Option<usize>,
    charged: Option<usize>,
    prepaid: Option<usize>,
    live: Option<usize>,
}

/// Makes the roster in `folder` from `file`, for a headcount on `day`. `charged`: what the first places were charged this year,
/// instead of the column; places behind it are new.
pub(super) fn import(
    file: &Path,
    folder: &Path,
    terms: &PlanTerms,
    day: Day,
    charged: Option<&[u32]>,
    bar: &ProgressBar,
) -> Result<Roster, Failure> {
    let name = file.display();
    let wrong = |what: String| Failure::WrongUse(format!("{name}: {what}"));
    let mut reader = csv::Reader::from_path(file).map_err(|error| wrong(error.to_string()))?;
    let headers = reader.headers().map_err(|error| wrong(error.to_string()))?;
    let columns = Columns::find(headers, terms, charged.is_some());
    let columns = columns.map_err(&wrong)?;
    let is_pool = matches!(terms.sharing().model, Model::Pool { .. });
    let broken = |error: huzhu_settle::SettleError| Failure::WrongUse(error.to_string());
    let beside = folder.with_extension("making");
    if beside.exists() {
        std::fs::remove_dir_all(&beside)
            .map_err(|error| Failure::broken("clearing a broken import", error))?;
    }
    let mut writer =
        RosterWriter::begin(&beside, terms.id().as_str(), day_number(day), is_pool).map_err(broken)?;
    bar.set_style(bar_style("{spinner} {human_pos} enrolments read ({per_sec})"));
    let mut ids = Vec::new();
    let mut record = StringRecord::new();
    let mut line = 1_u64;
    while reader.read_record(&mut record).map_err(|error| wrong(error.to_string()))? {
        line = line.saturating_add(1);
        let row = columns.row(&record, terms, day);
        let (id, mut row) = row.map_err(|what| wrong(format!("line {line}, {what}")))?;
        if let Some(charged) = charged {
            row.charged = charged.get(ids.len()).copied().unwrap_or(0);
        }
        ids.push(short(id));
        writer.push(&row).map_err(broken)?;
        if line.is_multiple_of(PROGRESS_ROWS) {
            bar.set_position(line);
        }
    }
    let before = charged.unwrap_or_default().len();
    if ids.len() < before {
        let what = format!("{} enrolments, {before} stood in the period before", ids.len());
        let remedy = "a place is never given up: keep the line of who has left, with `live` no";
        return Err(wrong(format!("{what}; {remedy}")));
    }
    if ids.is_empty() {
        return Err(wrong("there is no enrolment in the file".to_owned()));
    }
    refuse_twins(file, columns.id, ids).map_err(&wrong)?;
    drop(writer.end().map_err(broken)?);
    std::fs::rename(&beside, folder).map_err(|error| Failure::broken("naming the roster", error))?;
    Roster::open(folder).map_err(broken)
}

/// Days since 1970-01-01, as far as a column can hold them.
pub(super) fn day_number(day: Day) -> u16 {
    let epoch = Day::constant(1970, 1, 1);
    let days = epoch.until(day).map_or(i64::from(NEVER), |span| i64::from(span.get_days()));
    u16::try_from(days.clamp(0, i64::from(NEVER) - 1)).unwrap_or(NEVER)
}

/// 64 bits of SHA-256: memory of 8 bytes for each enrolment to find those that come twice.
fn short(id: &str) -> u64 {
    let digest = Hash::digest(id.as_bytes());
    digest.as_bytes().first_chunk::<8>().copied().map_or(0, u64::from_be_bytes)
}

/// Nobody may be counted twice: names both lines when an id comes again.
fn refuse_twins(file: &Path, column: usize, mut ids: Vec<u64>) -> Result<(), String> {
    ids.sort_unstable();
    let twins: std::collections::BTreeSet<u64> = ids
        .windows(2)
        .filter_map(|pair| pair.first().filter(|first| pair.last() == Some(first)))
        .copied()
        .collect();
    if twins.is_empty() {
        return Ok(());
    }
    // Two ids may share 64 bits: only the texts tell.
    let mut seen = std::collections::BTreeMap::new();
    let mut reader = csv::Reader::from_path(file).map_err(|error| error.to_string())?;
    for (line, record) in (2_u64..).zip(reader.records()) {
        let record = record.map_err(|error| error.to_string())?;
        let id = record.get(column).unwrap_or_default().trim();
        if !twins.contains(&short(id)) {
            continue;
        }
        if let Some(before) = seen.insert(id.to_owned(), line) {
            return Err(format!(
                "line {line}, id: this enrolment stands in line {before} already; nobody may be counted twice"
            ));
        }
    }
    Ok(())
}

impl Columns {
    fn find(headers: &StringRecord, terms: &PlanTerms, charged: bool) -> Result<Self, String> {
        let known = ["id", "from", "band", "born", "charged", "prepaid", "live"];
        if let Some(other) = headers.iter().map(str::trim).find(|header| !known.contains(header)) {
            return Err(format!("the column {other:?} is unknown; known are {}", known.join(", ")));
        }
        let at = |wanted: &str| headers.iter().position(|header| header.trim() == wanted);
        let needed =
            |wanted: &str| at(wanted).ok_or_else(|| format!("the first line must name a column {wanted:?}"));
        let sharing = terms.sharing();
        let columns = Self {
            id: needed("id")?,
            from: needed("from")?,
            band: at("band"),
            born: at("born"),
            charged: match at("charged") {
                Some(_) if charged => {
                    return Err("give the column \"charged\" or --charged-from, not both".to_owned());
                }
                None if sharing.cap_per_year.is_some() && !charged => Some(needed("charged")?),
                found => found,
            },
            prepaid: if matches!(sharing.model, Model::Pool { .. }) {
                Some(needed("prepaid")?)
            } else {
                at("prepaid")
            },
            live: at("live"),
        };
        match (sharing.is_banded(), columns.band, columns.born) {
            (true, None, None) => {
                Err("this plan has age bands: the first line must name a column \"band\" or \"born\""
                    .to_owned())
            }
            (_, Some(_), Some(_)) => {
                Err("give the column \"band\" or the column \"born\", not both".to_owned())
            }
            _ => Ok(columns),
        }
    }

    fn row<'r>(
        &self,
        record: &'r StringRecord,
        terms: &PlanTerms,
        day: Day,
    ) -> Result<(&'r str, Row), String> {
        let text = |at: usize| record.get(at).unwrap_or_default().trim();
        let id = text(self.id);
        if id.is_empty() {
            return Err("id: it is empty; each enrolment needs a name".to_owned());
        }
        let read_day = |name: &str, text: &str| {
            let wrong = |_| format!("{name}: {text:?} is no day such as 2020-01-31");
            text.parse::<Day>().map_err(wrong)
        };
        let from = match text(self.from) {
            "" => NEVER,
            text => day_number(read_day("from", text)?),
        };
        let amount = |name: &str, at: Option<usize>| match at.map(text) {
            None | Some("") => Ok(0),
            Some(text) => {
                let amount =
                    Amount::parse(text, terms.currency()).map_err(|error| format!("{name}: {error}"))?;
                u32::try_from(amount.minor()).map_err(|_| format!("{name}: {text} is too large for a roster"))
            }
        };
        let live = match self.live.map_or("yes", text) {
            "yes" => true,
            "no" => false,
            other => return Err(format!("live: {other:?} is neither yes nor no")),
        };
        let row = Row {
            charged: amount("charged", self.charged)?,
            from,
            band: self.band(record, terms, day)?,
            live,
            prepaid: amount("prepaid", self.prepaid)?,
        };
        Ok((id, row))
    }

    fn band(&self, record: &StringRecord, terms: &PlanTerms, day: Day) -> Result<u8, String> {
        let text = |at: usize| record.get(at).unwrap_or_default().trim();
        let bands = terms.sharing().weights().len();
        if let Some(at) = self.band {
            let text = text(at);
            let band = text.parse::<u8>().ok().and_then(|band| band.checked_sub(1));
            let band = band.filter(|band| usize::from(*band) < bands);
            return band
                .ok_or_else(|| format!("band: {text:?} is no age band of this plan; it has 1 to {bands}"));
        }
        let Some(at) = self.born else { return Ok(0) };
        let text = text(at);
        let born = text.parse::<Day>().map_err(|_| format!("born: {text:?} is no day such as 1980-01-31"))?;
        terms
            .sharing()
            .band_of(born, day)
            .ok_or_else(|| format!("born: nobody born on {text} is in an age band of this plan"))
    }
}
