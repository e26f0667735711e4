//! What happened in the demo, in figures read back from the store.

use std::collections::BTreeMap;
use std::fmt;

use huzhu_app::App;
use huzhu_app::call::Call;
use huzhu_app::error::AppError;
use huzhu_app::ports::{ClaimQuery, Page};
use huzhu_domain::claim::State;
use huzhu_domain::plan::PeriodKey;
use huzhu_ledger::{Amount, Currency};

use super::life::{INTENSITY, Life};

/// Claims read at once.
const PAGE: u32 = 500;

/// One period.
struct PeriodLine {
    key: PeriodKey,
    state: &'static str,
    headcount: u64,
    claims: u32,
    aid: Amount,
    fee: Amount,
    share: Amount,
    surplus: Amount,
}

/// What happened.
pub(crate) struct Summary {
    plan: String,
    seed: u64,
    currency: Currency,
    members: usize,
    enrolled: u64,
    claims: BTreeMap<&'static str, u64>,
    periods: Vec<PeriodLine>,
    findings: Vec<String>,
}

impl Summary {
    /// Reads what happened, and checks the whole store once.
    pub(crate) async fn of(app: &App, life: &Life, seed: u64) -> Result<Self, AppError> {
        let plan = &life.plan;
        let mut claims = BTreeMap::new();
        for state in State::WORDS {
            let query = ClaimQuery::InStates(plan.clone(), vec![state]);
            let mut page = Page::first(PAGE);
            loop {
                let rows = app.store().claims(&query, &page).await?;
                let Some(last) = rows.last() else { break };
                page.after = Some(last.id.to_string());
                let count = u64::try_from(rows.len()).unwrap_or(u64::MAX);
                *claims.entry(state).or_insert(0_u64) =
                    claims.get(state).copied().unwrap_or(0).saturating_add(count);
            }
        }
        let periods = app
            .period_list(plan)
            .await?
            .into_iter()
            .rev()
            .filter_map(|view| {
                let statement = view.statement?;
                Some(PeriodLine {
                    key: view.key,
                    state: view.state,
                    headcount: statement.headcount,
                    claims: statement.claims,
                    aid: statement.aid,
                    fee: statement.fee,
                    share: statement.share,
                    surplus: statement.surplus,
                })
            })
            .collect();
        let books = app.books(&Call::system(), plan, &Page::first(1)).await?;
        let mut findings: Vec<String> = books.findings.iter().map(ToString::to_string).collect();
        let checked = huzhu_app::audit::check(app.store().as_ref(), &mut |_| {}).await?;
        findings.extend(checked.iter().map(ToString::to_string));
        Ok(Self {
            plan: plan.to_string(),
            seed,
            currency: life.terms.currency(),
            members: life.residents.len(),
            enrolled: app.plan_summary(plan).await?.enrolled,
            claims,
            periods,
            findings,
        })
    }

    /// Books balance and every check of the store passed.
    pub(crate) const fn is_sound(&self) -> bool {
        self.findings.is_empty()
    }

    /// The summary for programs; amounts as decimal strings.
    pub(crate) fn to_json(&self) -> serde_json::Value {
        let text = |amount: Amount| amount.decimal(self.currency);
        serde_json::json!({
            "plan": self.plan,
            "seed": self.seed,
            "currency": self.currency.code(),
            "joined": self.members,
            "enrolled": self.enrolled,
            "claims": self.claims,
            "illness_times_table": INTENSITY,
            "periods": self.periods.iter().map(|period| serde_json::json!({
                "period": period.key.to_string(),
                "state": period.state,
                "headcount": period.headcount,
                "claims": period.claims,
                "aid": text(period.aid),
                "fee": text(period.fee),
                "share": text(period.share),
                "surplus": text(period.surplus),
            })).collect::<Vec<_>>(),
            "books_balanced": self.is_sound(),
            "findings": self.findings,
        })
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = |amount: Amount| amount.decimal(self.currency);
        writeln!(
            f,
            "Plan {} (seed {}): {} people joined, {} are enrolled now",
            self.plan, self.seed, self.members, self.enrolled
        )?;
        writeln!(
            f,
            "People fall ill {INTENSITY} times as often as in the published table, so that a small town has claims.\n"
        )?;
        let currency = self.currency.code();
        writeln!(
            f,
            "{:<10} {:<10} {:>9} {:>7} {:>14} {:>12} {:>10} {:>10}",
            "period",
            "state",
            "headcount",
            "claims",
            format!("aid {currency}"),
            "fee",
            "share",
            "surplus"
        )?;
        for period in &self.periods {
            writeln!(
                f,
                "{:<10} {:<10} {:>9} {:>7} {:>14} {:>12} {:>10} {:>10}",
                period.key.to_string(),
                period.state,
                period.headcount,
                period.claims,
                text(period.aid),
                text(period.fee),
                text(period.share),
                text(period.surplus)
            )?;
        }
        writeln!(f, "\nClaims by where they stand:")?;
        for (state, count) in &self.claims {
            writeln!(f, "{state:>22} {count:>6}")?;
        }
        if self.is_sound() {
            write!(f, "\nBooks balance; every event stream, row, cohort and balance was checked.")
        } else {
            writeln!(f, "\nFINDINGS:")?;
            self.findings.iter().try_for_each(|finding| writeln!(f, "  {finding}"))
        }
    }
}
