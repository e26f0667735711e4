//! `huzhu verify period`: a settled period from its public folder, and again from its roster for whoever has that.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::Args;
use huzhu_domain::settlement::Rules;
use huzhu_ledger::Amount;
use huzhu_log::{Hash, PeriodTag};
use huzhu_settle::hashing::LeafMaker;
use huzhu_settle::{Job, Period, Roster, SettleError, Watch, settle};
use serde_json::json;

use super::share::equation;
use super::{Report, refuse};
use crate::output::{Ending, Failure};

/// Check a settled period: nodes, root, sums, headcount and equation from its public folder.
///
/// With `--plan`, `--roster` and `--tree-key`, which auditors get, everything is computed again from the roster and compared.
#[derive(Debug, Args)]
pub(crate) struct PeriodCheck {
    /// The period folder.
    #[arg(value_name = "DIR")]
    period: PathBuf,
    /// The plan file whose terms ruled the period.
    #[arg(long, value_name = "FILE", requires_all = ["roster", "tree_key"])]
    plan: Option<PathBuf>,
    /// The roster folder.
    #[arg(long, value_name = "DIR", requires_all = ["plan", "tree_key"])]
    roster: Option<PathBuf>,
    /// The key of the salts.
    #[arg(long, value_name = "FILE", requires_all = ["plan", "roster"])]
    tree_key: Option<PathBuf>,
}

impl PeriodCheck {
    pub(super) fn run(self, json: bool) -> Result<Ending, Failure> {
        let name = self.period.display().to_string();
        let period = match Period::open(&self.period) {
            Ok(period) => period,
            Err(error @ SettleError::File { .. }) => return Err(Failure::Broken(error.to_string())),
            Err(finding) => return Ok(refuse(&name, &finding.to_string(), json)),
        };
        let (named, numbers) = (&period.manifest.named, &period.manifest.numbers);
        let mut proved = vec![
            format!("the public nodes lead to the root {}", period.head.root.to_hex()),
            format!(
                "they carry {} shares that add up to {} {}",
                numbers.headcount, numbers.charged, named.currency
            ),
            equation(&period.manifest),
        ];
        let mut not_proved = vec![
            "that this root is the one on the log: compare it with the entry `settlement` of `huzhu verify log`".to_owned(),
            "that the illnesses were real: review, notice and jury are for that".to_owned(),
        ];
        match (&self.plan, &self.roster, &self.tree_key) {
            (Some(plan), Some(roster), Some(key)) => {
                if let Some(finding) = again(&period, plan, roster, key)? {
                    return Ok(refuse(&name, &finding, json));
                }
                proved.push(
                    "settling again from plan file and roster gives the same root, sums and bytes".to_owned(),
                );
            }
            _ => not_proved.push(
                "that each share was right: its member checks that, or an auditor with the roster".to_owned(),
            ),
        }
        let facts = json!({
            "plan": named.plan,
            "period": named.period,
            "root": period.head.root.to_hex(),
            "sum": period.head.sum,
            "count": period.head.count,
        });
        Ok(Report { proved, not_proved, facts }
            .print(&format!("{name}: this period agrees with itself."), json))
    }
}

/// Settles again in a folder of its own; answers what does not agree.
fn again(
    period: &Period,
    plan: &std::path::Path,
    roster: &std::path::Path,
    key: &std::path::Path,
) -> Result<Option<String>, Failure> {
    let wrong = |error: SettleError| Failure::WrongUse(error.to_string());
    let broken = |error: std::io::Error| Failure::broken("comparing", error);
    let named = &period.manifest.named;
    let Ok(terms) = super::super::plan::read(plan)? else {
        return Err(Failure::WrongUse(format!("{}: see `huzhu plan check`", plan.display())));
    };
    let digest = Hash::digest(&std::fs::read(plan).map_err(broken)?).to_hex();
    if digest != named.terms {
        return Ok(Some(format!("the period was settled under another plan file: {}", named.terms)));
    }
    let roster = Roster::open(roster).map_err(wrong)?;
    let root = roster.root(&Watch::default()).map_err(wrong)?;
    if root.to_hex() != named.roster || roster.manifest.root != named.roster {
        return Ok(Some(
            "the columns of the roster do not lead to the root that the period names".to_owned(),
        ));
    }
    let amount = |text: &String| {
        Amount::parse(text, terms.currency()).map_err(|error| Failure::WrongUse(error.to_string()))
    };
    let claims = named.claims.iter().map(amount).collect::<Result<Vec<_>, _>>()?;
    let maker = LeafMaker::new(PeriodTag::new(&named.plan, &named.period), &super::super::settle::key(key)?);
    let folder = tempfile::tempdir().map_err(broken)?;
    let out = folder.path().join("again");
    let job = Job {
        roster: &roster,
        rules: &Rules::of(&terms, Amount::ZERO),
        claims: &claims,
        surplus_before: amount(&named.surplus_before)?,
        carried_before: amount(&named.carried_before)?,
        period: &named.period,
        currency: terms.currency(),
        terms: &named.terms,
        leaves: Some(&maker),
        folder: &out,
        threads: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
    };
    let settled = settle(&job, &Watch::default()).map_err(wrong)?;
    Ok((settled.manifest != period.manifest).then(|| {
        "settling again gives other numbers: the shares are not those of plan file, roster and key".to_owned()
    }))
}
