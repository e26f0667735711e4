//! `huzhu settle`: computes one period without a database.

mod columns;
mod import;

use std::path::PathBuf;

use clap::Args;
use huzhu_domain::plan::PlanTerms;
use huzhu_domain::settlement::{Cohort, Input, Rules, Settlement, close};
use huzhu_ledger::{Amount, Currency};
use indicatif::{ProgressBar, ProgressStyle};

use crate::output::{Ending, Failure, json as print_json, line};

pub(crate) use columns::key;

/// Compute one period without a database.
///
/// Amounts are decimal numbers in the plan's currency, without sign and grouping. In plans with age bands, `--headcount` is given once for each band
/// as COUNT:BAND, the bands counted from 1 in the order of the plan file.
///
/// With `--roster` the members come from a file, each share is written into a period folder that never changes, and with
/// `--tree-key` each member can be given a receipt (`huzhu share`). Broken off, the same command goes on where it stopped.
#[derive(Debug, Args)]
pub(crate) struct Settle {
    /// The plan file whose terms rule the period.
    #[arg(long, value_name = "FILE")]
    plan: PathBuf,
    /// Members counted at 0:00 of the first day of notice; COUNT:BAND for each age band.
    #[arg(long, value_name = "N[:BAND]", required_unless_present = "roster", conflicts_with = "roster")]
    headcount: Vec<String>,
    /// The members: a CSV file with columns `id` and `from` (and `band` or `born`, `charged`, `prepaid`, `live` as the plan
    /// needs them), or a roster folder.
    #[arg(long, value_name = "FILE.csv|DIR", conflicts_with = "charged_this_year")]
    roster: Option<PathBuf>,
    /// What each line of the CSV file was charged this year, from the folder that `huzhu collect` made for the period before. New
    /// members stand at the end of the file. In a new year, give a column `charged` of zeros instead.
    #[arg(long, value_name = "DIR", requires = "roster")]
    charged_from: Option<PathBuf>,
    /// First day of notice, at whose 0:00 members of a CSV file are counted.
    #[arg(long, value_name = "DAY", requires = "roster")]
    day: Option<String>,
    /// Public name of the period, such as 2020-06-b.
    #[arg(long, value_name = "NAME", requires = "roster")]
    period: Option<String>,
    /// The period folder to be made.
    #[arg(long, value_name = "DIR", requires = "roster")]
    out: Option<PathBuf>,
    /// Make the share tree, with salts under the key in this file; a new key is made when there is none.
    #[arg(long, value_name = "FILE", requires = "roster")]
    tree_key: Option<PathBuf>,
    /// Aid of one claim; the age band of the claimant after a colon is reported and changes no share.
    #[arg(long, value_name = "AMOUNT[:BAND]")]
    claim: Vec<String>,
    /// A CSV file with a header, a column `aid` and optionally a column `band`.
    #[arg(long, value_name = "FILE.csv")]
    claims: Option<PathBuf>,
    /// Surplus of the period before.
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    surplus: String,
    /// Cost that the period before passed on.
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    carried: String,
    /// What each member was charged earlier in this calendar year, for the yearly cap.
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    charged_this_year: String,
}

/// A claim of the command line or of the file.
struct Claimed {
    aid: Amount,
    band: Option<u8>,
}

/// Rows of a claims file at most: protects the memory of a laptop; a period with more belongs in a database.
const CLAIMS_MAX: usize = 1_000_000;
/// Rows after which the progress bar moves.
const PROGRESS_ROWS: u64 = 10_000;

impl Settle {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        let terms = match super::plan::read(&self.plan)? {
            Ok(terms) => terms,
            Err(report) => return Ok(super::plan::refuse(&report, json)),
        };
        let currency = terms.currency();
        let rules = Rules::of(&terms, Amount::ZERO);
        let claims = self.all_claims(&rules, currency, json)?;
        let aid: Vec<Amount> = claims.iter().map(|claim| claim.aid).collect();
        if let Some(roster) = &self.roster {
            let settled = self.over_roster(roster, &terms, &aid, json)?;
            let root = settled.manifest.head.as_ref().map(|head| head.root.as_str());
            if json {
                let mut value = to_json(&settled.settlement, &claims, currency);
                value["root"] = serde_json::json!(root);
                print_json(&value);
            } else {
                print(&terms, &settled.settlement, claims.len(), currency);
                line(format_args!(
                    "{:>18}  {}",
                    "share tree",
                    root.unwrap_or("none: give --tree-key for receipts")
                ));
            }
            return Ok(Ending::Done);
        }
        let cohorts = self.cohorts(&rules, currency)?;
        let input = Input {
            rules: &rules,
            claims: &aid,
            cohorts: &cohorts,
            surplus_before: amount("--surplus", &self.surplus, currency)?,
            carried_before: amount("--carried", &self.carried, currency)?,
        };
        let settled = close(&input).map_err(|error| Failure::WrongUse(error.to_string()))?;
        if json {
            print_json(&to_json(&settled, &claims, currency));
        } else {
            print(&terms, &settled, claims.len(), currency);
        }
        Ok(Ending::Done)
    }

    fn cohorts(&self, rules: &Rules, currency: Currency) -> Result<Vec<Cohort>, Failure> {
        let charged = amount("--charged-this-year", &self.charged_this_year, currency)?;
        let mut cohorts: Vec<Cohort> = Vec::new();
        for text in &self.headcount {
            let (count, band) = split_band("--headcount", text, rules)?;
            let count = count.replace('_', "").parse::<u64>().map_err(|_| {
                Failure::WrongUse(format!(
                    "--headcount: {count:?} is not a whole number of members, such as 23000000"
                ))
            })?;
            if band.is_none() && rules.weights.len() > 1 {
                let bands = rules.weights.len();
                let why = format!(
                    "--headcount: this plan has {bands} age bands; say how many members each has, such as --headcount 1000:1 --headcount 2000:2"
                );
                return Err(Failure::WrongUse(why));
            }
            let band = band.unwrap_or(0);
            if cohorts.iter().any(|cohort| cohort.band == band) {
                let why = format!("--headcount: band {} is given twice", u32::from(band).saturating_add(1));
                return Err(Failure::WrongUse(why));
            }
            cohorts.push(Cohort { band, count, charged_this_year: charged, prepaid: Amount::ZERO });
        }
        Ok(cohorts)
    }

    fn all_claims(&self, rules: &Rules, currency: Currency, json: bool) -> Result<Vec<Claimed>, Failure> {
        let mut claims = Vec::new();
        for text in &self.claim {
            let (aid, band) = split_band("--claim", text, rules)?;
            claims.push(Claimed { aid: amount("--claim", aid, currency)?, band });
        }
        if let Some(file) = &self.claims {
            read_claims(file, rules, currency, json, &mut claims)?;
        }
        Ok(claims)
    }
}

/// Splits `TEXT[:BAND]`; bands are counted from 1 on the command line and from 0 inside.
fn split_band<'a>(option: &str, text: &'a str, rules: &Rules) -> Result<(&'a str, Option<u8>), Failure> {
    let Some((rest, band)) = text.split_once(':') else {
        return Ok((text, None));
    };
    let bands = rules.weights.len();
    let index = band.parse::<u8>().ok().and_then(|band| band.checked_sub(1));
    match index.filter(|index| usize::from(*index) < bands) {
        Some(index) => Ok((rest, Some(index))),
        None => Err(Failure::WrongUse(format!(
            "{option}: {band:?} is no age band of this plan; it has 1 to {bands}"
        ))),
    }
}

fn amount(option: &str, text: &str, currency: Currency) -> Result<Amount, Failure> {
    Amount::parse(text, currency).map_err(|error| Failure::WrongUse(format!("{option}: {error}")))
}

/// The look of a progress bar.
fn bar_style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn read_claims(
    file: &std::path::Path,
    rules: &Rules,
    currency: Currency,
    json: bool,
    claims: &mut Vec<Claimed>,
) -> Result<(), Failure> {
    let name = file.display();
    let wrong = |what: String| Failure::WrongUse(format!("{name}: {what}"));
    let mut reader = csv::Reader::from_path(file).map_err(|error| wrong(error.to_string()))?;
    let headers = reader.headers().map_err(|error| wrong(error.to_string()))?.clone();
    let column = |wanted: &str| headers.iter().position(|header| header.trim() == wanted);
    let aid_column =
        column("aid").ok_or_else(|| wrong("the first line must name a column \"aid\"".to_owned()))?;
    let band_column = column("band");
    let bar = if json { ProgressBar::hidden() } else { ProgressBar::new_spinner() };
    bar.set_style(bar_style("{spinner} {pos} claims read ({per_sec})"));
    for (row, record) in (2_u64..).zip(reader.records()) {
        let record = record.map_err(|error| wrong(error.to_string()))?;
        if claims.len() >= CLAIMS_MAX {
            return Err(wrong(format!(
                "line {row}: more than {CLAIMS_MAX} claims; keep a plan of this size in a database"
            )));
        }
        let text = record.get(aid_column).unwrap_or_default().trim();
        let aid =
            Amount::parse(text, currency).map_err(|error| wrong(format!("line {row}, aid: {error}")))?;
        let band =
            band_column.and_then(|column| record.get(column)).map(str::trim).filter(|text| !text.is_empty());
        let band = match band {
            Some(band) => split_band(&format!("{name}: line {row}, band"), &format!(":{band}"), rules)?.1,
            None => None,
        };
        claims.push(Claimed { aid, band });
        if row.is_multiple_of(PROGRESS_ROWS) {
            bar.set_position(row);
        }
    }
    bar.finish_and_clear();
    Ok(())
}

fn to_json(settled: &Settlement, claims: &[Claimed], currency: Currency) -> serde_json::Value {
    let text = |amount: Amount| amount.decimal(currency);
    serde_json::json!({
        "currency": currency.code(),
        "aid": text(settled.aid),
        "fee": text(settled.fee),
        "cost": text(settled.cost),
        "headcount": settled.headcount,
        "share": text(settled.share()),
        "shares": settled.shares.iter().copied().map(text).collect::<Vec<_>>(),
        "shares_total": text(settled.charged),
        "surplus": text(settled.surplus),
        "surplus_before": text(settled.surplus_before),
        "borne_by_operator": text(settled.borne_by_operator),
        "borne_by_sponsor": text(settled.borne_by_sponsor),
        "carried_to_next": text(settled.carried_to_next),
        "aid_cut": text(settled.aid_cut),
        "claims": claims
            .iter()
            .zip(&settled.aid_per_claim)
            .map(|(claim, paid)| {
                serde_json::json!({
                    "claimed": text(claim.aid),
                    "aid": text(*paid),
                    "band": claim.band.map(|band| u32::from(band).saturating_add(1)),
                })
            })
            .collect::<Vec<_>>(),
    })
}

fn print(terms: &PlanTerms, settled: &Settlement, claims: usize, currency: Currency) {
    let text = |amount: Amount| format!("{} {}", amount.decimal(currency), currency.code());
    line(format_args!("{} version {}", terms.id(), terms.version()));
    for (name, value) in [
        ("claims", claims.to_string()),
        ("aid", text(settled.aid)),
        ("fee", format!("{} ({})", text(settled.fee), terms.fee())),
        ("surplus before", text(settled.surplus_before)),
        ("cost", text(settled.cost)),
        ("headcount", settled.headcount.to_string()),
        ("share", settled.shares.iter().copied().map(text).collect::<Vec<_>>().join(", ")),
        ("all shares", text(settled.charged)),
        ("surplus", text(settled.surplus)),
        ("borne by operator", text(settled.borne_by_operator)),
        ("borne by sponsor", text(settled.borne_by_sponsor)),
        ("carried to next", text(settled.carried_to_next)),
        ("aid cut", text(settled.aid_cut)),
    ] {
        line(format_args!("{name:>18}  {value}"));
    }
}
