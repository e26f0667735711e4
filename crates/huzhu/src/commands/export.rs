//! `huzhu export`: the books of a plan as text for hledger.

use std::fmt::Write as _;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use huzhu_app::call::Call;
use huzhu_app::error::AppError;
use huzhu_domain::plan::PlanId;

use crate::output::{Ending, Failure, json as print_json, line};
use crate::wiring::{Folder, runtime};

/// Export the books of a plan. The platform must be stopped.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The data folder.
    #[arg(long, value_name = "DIR", default_value = "data")]
    data: PathBuf,
    /// The plan; may be left out when there is only one.
    #[arg(long, value_name = "ID")]
    plan: Option<String>,
    /// The format.
    #[arg(long, value_enum, default_value_t = Format::Hledger)]
    format: Format,
    /// The file to write; standard output when left out.
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What the books are written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Journal text that hledger reads.
    Hledger,
    /// The balance of each account.
    Balances,
}

impl Export {
    /// Runs the command.
    pub(crate) fn run(self, json: bool) -> Result<Ending, Failure> {
        let folder = Folder::open_existing(&self.data)?;
        let app = folder.app(super::serve::outside_without_providers());
        let text = runtime()?.block_on(async {
            let plan = match &self.plan {
                Some(text) => {
                    text.parse::<PlanId>().map_err(|error| Failure::WrongUse(format!("--plan: {error}")))?
                }
                None => only_plan(&app).await?,
            };
            let failed = |error| match error {
                AppError::NotFound(_) => {
                    Failure::WrongUse(format!("--plan: this data folder has no plan {plan}"))
                }
                other => Failure::broken("reading the books", other),
            };
            match self.format {
                Format::Hledger => app.export_hledger(&Call::system(), &plan).await.map_err(failed),
                Format::Balances => {
                    let page = huzhu_app::ports::Page::first(1);
                    let books = app.books(&Call::system(), &plan, &page).await.map_err(failed)?;
                    Ok(balances(&books.balances))
                }
            }
        })?;
        match &self.output {
            Some(file) => {
                std::fs::write(file, &text)
                    .map_err(|error| Failure::Broken(format!("cannot write {}: {error}", file.display())))?;
                if json {
                    print_json(&serde_json::json!({ "file": file, "bytes": text.len() }));
                } else {
                    line(format_args!("{}: {} bytes", file.display(), text.len()));
                }
            }
            None if json => print_json(&serde_json::json!({ "text": text })),
            None => line(text.trim_end()),
        }
        Ok(Ending::Done)
    }
}

async fn only_plan(app: &huzhu_app::App) -> Result<PlanId, Failure> {
    let plans = app.store().plans().await.map_err(|error| Failure::broken("reading the plans", error))?;
    match plans.as_slice() {
        [plan] => Ok(plan.id.clone()),
        [] => Err(Failure::WrongUse("this data folder has no plan".to_owned())),
        several => {
            let ids: Vec<&str> = several.iter().map(|plan| plan.id.as_str()).collect();
            Err(Failure::WrongUse(format!("say which plan with --plan: {}", ids.join(", "))))
        }
    }
}

/// One line for each account: name, side, amount.
fn balances(balances: &huzhu_ledger::Balances) -> String {
    let currency = balances.currency();
    let mut text = String::new();
    for (account, _) in balances.iter() {
        let balance = balances.balance(account);
        let amount = huzhu_ledger::amount::decimal(balance.minor, currency);
        // Writing into a string cannot fail.
        let _ = writeln!(text, "{}\t{:?}\t{amount} {}", account.words(), balance.side, currency.code());
    }
    text
}
