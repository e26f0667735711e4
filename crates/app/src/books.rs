//! The books of a plan, for auditors and operators, and as text for hledger.

use huzhu_domain::plan::{Language, PlanId};
use huzhu_ledger::{Account, Amount, Balances, Finding, JournalEntry, Side, hledger};

use crate::App;
use crate::call::Call;
use crate::error::AppError;
use crate::permission::Action;
use crate::ports::Page;

/// Entries read at once while the journal is exported.
const EXPORT_PAGE: u32 = 1_000;

/// The books of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Books {
    /// The plan.
    pub plan: PlanId,
    /// What stands on each account that was ever moved.
    pub balances: Balances,
    /// What is wrong with the sums; empty for sound books.
    pub findings: Vec<Finding>,
    /// Unpaid shares summed over enrolments, in minor units: must equal the account `arrears`.
    pub owed_by_enrolments: Amount,
    /// What the operator still has to pay in for what it bears, in minor units.
    pub due_from_operator: Amount,
    /// What the sponsor still has to pay in, in minor units.
    pub due_from_sponsor: Amount,
    /// One page of the journal, oldest first.
    pub entries: Vec<JournalEntry>,
}

impl App {
    /// Balances and a page of the journal.
    pub async fn books(&self, call: &Call, plan: &PlanId, page: &Page) -> Result<Books, AppError> {
        self.authorise(call, Action::ReadAudit, self.clock.now()).await?;
        self.plan_currency(plan).await?;
        let balances = self.store.balances(plan).await?;
        let due = |account, side| {
            let balance = balances.balance(account);
            let minor = if balance.side == side { balance.minor } else { 0 };
            Amount::from_wide(minor).map_err(|e| AppError::Broken(format!("{account}: {e}")))
        };
        Ok(Books {
            plan: plan.clone(),
            findings: balances.audit(),
            owed_by_enrolments: self.owed_by_enrolments(plan).await?,
            due_from_operator: due(Account::OperatorGuarantee, Side::Debit)?,
            due_from_sponsor: due(Account::SponsorAccount, Side::Debit)?,
            entries: self.store.entries(plan, page).await?,
            balances,
        })
    }

    /// The whole journal as text that hledger reads.
    pub async fn export_hledger(&self, call: &Call, plan: &PlanId) -> Result<String, AppError> {
        self.authorise(call, Action::ReadAudit, self.clock.now()).await?;
        let loaded = self.load_plan(plan).await?;
        let newest = &loaded.plan.versions().last().ok_or(AppError::NotFound("plan"))?.terms;
        let mut entries: Vec<JournalEntry> = Vec::new();
        loop {
            // The journal's own numbers begin at 1 and have no gaps, so that the count so far is the last number read.
            let after = (!entries.is_empty()).then(|| entries.len().to_string());
            let more = self.store.entries(plan, &Page { after, limit: EXPORT_PAGE }).await?;
            if more.is_empty() {
                break;
            }
            entries.extend(more);
        }
        Ok(hledger::export(newest.identity().name.get(Language::En), &entries))
    }
}
