//! Comparing what the auditor believes with what the store holds.

use std::collections::BTreeSet;

use huzhu_app::audit;
use huzhu_app::periods::{share_in, year_to_date};
use huzhu_app::ports::{Answer, ClaimQuery, EnrolmentQuery, Page, Store, StoreError};
use huzhu_domain::plan::PlanId;
use huzhu_ledger::{Account, Side};

use super::claims::Stage;
use super::{Auditor, Finding, ensure};
use crate::memory::MemoryStore;
use crate::simulation::turns::alone;

/// All rows of a village.
const ALL: u32 = 100_000;

fn told<T>(answer: Result<T, StoreError>) -> Result<T, Finding> {
    answer.map_err(|error| format!("the store itself fails: {error}"))
}

impl Auditor {
    /// After each step: the books stand where the auditor's own do, and nothing was written that it did not see.
    pub(crate) fn quick(&self, store: &MemoryStore, plan: &PlanId) -> Result<(), Finding> {
        let balances = told(alone(store.balances(plan)))?;
        ensure(balances.audit().is_empty(), || format!("the books are unsound: {:?}", balances.audit()))?;
        for account in Account::ALL {
            let balance = balances.balance(*account);
            let minor = balance.minor.cast_signed();
            let kept = if balance.side == Side::Debit { minor } else { -minor };
            let own = self.books.get(account).copied().unwrap_or(0);
            ensure(kept == own, || {
                format!("{account} stands at {kept}, one by one it is {own} (debit above zero)")
            })?;
        }
        let newest = told(alone(store.newest_events(None, 1)))?;
        let last = newest.first().map_or(0, |event| event.position.0);
        ensure(last == self.position, || format!("the store has {last} events, {} were seen", self.position))
    }

    /// After each step of a period: rows, replays, shares, cohorts, messages, control accounts.
    pub(crate) fn full(&self, store: &MemoryStore, plan: &PlanId) -> Result<(), Finding> {
        let findings = told(alone(audit::check(store, &mut |_| {})))?;
        ensure(findings.is_empty(), || format!("the audit of the store finds {findings:?}"))?;
        self.check_shares(store, plan)?;
        self.check_claims(store, plan)?;
        self.check_accounts()?;
        let messages = told(alone(store.messages(None, u32::MAX)))?;
        ensure(messages.len() == self.message_ids.len(), || {
            format!("{} messages, {} were written", messages.len(), self.message_ids.len())
        })
    }

    /// Every member's share of every period, and the year so far.
    fn check_shares(&self, store: &MemoryStore, plan: &PlanId) -> Result<(), Finding> {
        let periods = told(alone(store.periods(plan)))?;
        let rows = told(alone(store.enrolments(&EnrolmentQuery::ByPlan(plan.clone()), &Page::first(ALL))))?;
        ensure(rows.len() == self.people.len(), || {
            format!("{} enrolments, {} joined", rows.len(), self.people.len())
        })?;
        ensure(periods.len() == self.periods.len(), || {
            format!("{} periods, {} were noticed", periods.len(), self.periods.len())
        })?;
        let years: BTreeSet<i16> = periods.iter().map(|period| period.noticed.sharing_day.year()).collect();
        for row in &rows {
            let person = self.people.get(&row.id).ok_or_else(|| format!("{} was never seen", row.id))?;
            ensure(row.arrears.wide() == person.owed(), || format!("{} owes {:?}", row.id, row.arrears))?;
            ensure(row.ended == person.until, || format!("{} ended {:?}", row.id, row.ended))?;
            for period in &periods {
                let share = share_in(&periods, row, period.key).wide();
                let own = person.shares.get(&period.key).map_or(0, |(_, share)| *share);
                ensure(share == own, || {
                    format!("{} owes {share} for {}, one by one it is {own}", row.id, period.key)
                })?;
            }
            for year in &years {
                let (said, own) = (year_to_date(&periods, row, *year).wide(), person.charged_in(*year));
                ensure(said == own, || format!("{} has paid {said} in {year}, not {own}", row.id))?;
            }
        }
        Ok(())
    }

    fn check_claims(&self, store: &MemoryStore, plan: &PlanId) -> Result<(), Finding> {
        let states = huzhu_domain::claim::State::WORDS.to_vec();
        let rows = told(alone(store.claims(&ClaimQuery::InStates(plan.clone(), states), &Page::first(ALL))))?;
        ensure(rows.len() == self.claims.len(), || {
            format!("{} claims, {} were drafted", rows.len(), self.claims.len())
        })?;
        for row in &rows {
            let case = self.claims.get(&row.id).ok_or_else(|| format!("{} was never seen", row.id))?;
            let fits = match case.stage {
                Stage::Draft => row.state == "draft",
                Stage::Open => {
                    ["reported", "under-review", "more-evidence-needed", "investigating"].contains(&row.state)
                }
                Stage::Recommended => row.state == "recommended",
                Stage::Approved => row.state == "approved",
                Stage::Refused => row.state == "refused",
                Stage::OnNotice => row.state == "on-notice",
                Stage::Objected => row.state == "objected",
                Stage::JuryRequested => row.state == "jury-requested",
                Stage::Verdict => row.state == "verdict",
                Stage::Cleared => row.state == "cleared",
                Stage::Payable => row.state == "payable",
                Stage::Paid => row.state == "paid",
                Stage::Withdrawn => row.state == "withdrawn",
            };
            ensure(fits, || format!("{} is {}, not {:?}", row.id, row.state, case.stage))?;
            let aid = case.is_granted().then_some(case.aid);
            ensure(row.aid.map(huzhu_ledger::Amount::wide) == aid, || {
                format!("{} has aid {:?}, not {aid:?}", row.id, row.aid)
            })?;
        }
        Ok(())
    }

    /// Each control account is the sum of what stands behind it.
    fn check_accounts(&self) -> Result<(), Finding> {
        let open = self
            .periods
            .iter()
            .filter(|(_, round)| !round.collected)
            .map(|(key, _)| *key)
            .collect::<Vec<_>>();
        let receivable: u128 = self
            .people
            .values()
            .flat_map(|person| person.shares.iter().filter(|(key, _)| open.contains(key)))
            .map(|(_, (_, share))| *share)
            .sum();
        let owed: u128 = self.people.values().map(super::Person::owed).sum();
        let due = |case: &super::claims::Case, granted: u128| match case.stage {
            Stage::Cleared => granted,
            Stage::Payable => case.aid,
            _ => 0,
        };
        let payable: u128 =
            self.claims.iter().map(|(id, case)| due(case, self.granted.get(id).copied().unwrap_or(0))).sum();
        let checks = [
            (Account::SharesReceivable, receivable.cast_signed()),
            (Account::Arrears, owed.cast_signed()),
            (Account::ArrearsCovered, -owed.cast_signed()),
            (Account::AidPayable, -payable.cast_signed()),
            (Account::CollectionsClearing, 0),
            (Account::PayoutsClearing, 0),
        ];
        for (account, sum) in checks {
            let standing = self.books.get(&account).copied().unwrap_or(0);
            ensure(standing == sum, || format!("{account} stands at {standing}, behind it stand {sum}"))?;
        }
        Ok(())
    }

    /// What was acknowledged under a key is remembered with the same receipt.
    pub(crate) fn remembered(answer: Option<&Answer>, receipt: &str) -> Result<(), Finding> {
        ensure(answer.is_some_and(|answer| answer.receipt == receipt), || {
            format!("a receipt was given that is not kept: {receipt}")
        })
    }
}
