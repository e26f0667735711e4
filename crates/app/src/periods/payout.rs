//! Money paid in by operator and sponsor, payout of aid, and the close of a period.

use huzhu_domain::claim::State;
use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::EndReason;
use huzhu_domain::id::ClaimId;
use huzhu_domain::plan::{PeriodKey, PlanId};
use huzhu_domain::time::{Moment, day_of, plus_days};
use huzhu_ledger::{Account, Amount, Balances, Side};
use serde::{Deserialize, Serialize};

use super::collect::moved;
use super::notice::BATCH_RETRIES;
use super::settle::standing;
use super::{Booking, OfPeriod, push_enrolment};
use crate::App;
use crate::call::{Call, Caller, Done};
use crate::claims::refusal::refused;
use crate::error::AppError;
use crate::load::{append_claim, append_period};
use crate::permission::Action;
use crate::ports::{ClaimQuery, EnrolmentQuery, Page, ReliedOn, Unit};
use crate::record::PeriodRecord;
use crate::sign_in::invalid;
use crate::transact::digest_bytes;

/// Rows read at once while a period is checked before its close.
const PAGE: u32 = 1_000;

/// Records that the bank paid the aid of a claim.
#[derive(Clone, Debug, Serialize)]
pub struct PayClaim {
    /// The claim.
    pub claim: ClaimId,
    /// The bank's confirmation; its digest is kept.
    pub confirmation: Vec<u8>,
}

/// Aid was paid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayReceipt {
    /// The claim.
    pub claim: ClaimId,
    /// The period.
    pub period: PeriodKey,
    /// Aid in minor units.
    pub aid: Amount,
    /// When.
    pub at: Moment,
    /// The enrolment ended with it, as the terms say.
    pub ended: bool,
}

/// A claim of a period, for those who pay it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payout {
    /// The claim.
    pub claim: ClaimId,
    /// Word of its state: `payable` is to be paid, `paid` is done.
    pub state: &'static str,
    /// Aid in minor units as it stands now.
    pub aid: Amount,
    /// When the payout is due.
    pub until: Option<Moment>,
}

/// Who owes shares of a plan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UnpaidShares {
    /// Enrolments with an unpaid share.
    pub enrolments: u64,
    /// Those of them that have not ended: they may have to lapse.
    pub enrolled: u64,
    /// Sum of what they owe, in minor units.
    pub owed: Amount,
}

/// A period was closed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CloseReceipt {
    /// The period.
    pub key: PeriodKey,
    /// Unpaid shares of the whole plan, which stay owed, in minor units.
    pub arrears: Amount,
}

/// Who pays in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PaySource {
    /// The operator, for what it bears.
    Operator,
    /// The sponsor.
    Sponsor,
}

/// Records money that the operator or the sponsor has paid into the custody account.
#[derive(Clone, Debug, Serialize)]
pub struct PayIn {
    /// The plan.
    pub plan: PlanId,
    /// Who.
    pub source: PaySource,
    /// How much, in minor units; at least 1.
    pub amount: Amount,
    /// The bank's confirmation; one confirmation is booked once.
    pub confirmation: Vec<u8>,
}

/// Money was paid in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PayInReceipt {
    /// How much, in minor units.
    pub amount: Amount,
    /// Digest of the confirmation.
    pub confirmation: Digest,
}

impl App {
    /// Records money that the operator or the sponsor has paid into the custody account.
    pub async fn pay_in(&self, call: &Call, command: &PayIn) -> Result<Done<PayInReceipt>, AppError> {
        if command.amount.is_zero() {
            return Err(invalid("amount", "missing"));
        }
        // The confirmation makes the entry's id, so that two pay-ins need two.
        if command.confirmation.is_empty() {
            return Err(invalid("confirmation", "missing"));
        }
        let confirmation = digest_bytes(&command.confirmation);
        let request = (&command.plan, command.source, command.amount, confirmation);
        self.transact(call, Action::RunPeriod, &request, |now| async move {
            let plan = self.load_plan(&command.plan).await?;
            let terms = plan.terms_at(now)?;
            let account = match command.source {
                PaySource::Operator => Account::OperatorGuarantee,
                PaySource::Sponsor => Account::SponsorAccount,
            };
            let mut unit = Unit::new(now, call.caller.actor());
            Booking::new(terms, day_of(now, terms.zone()), format!("pay-in:{confirmation}")).push(
                &mut unit,
                account.code(),
                "paid in",
                moved(Account::Bank, account, command.amount),
            )?;
            Ok((unit, PayInReceipt { amount: command.amount, confirmation }))
        })
        .await
    }

    /// Records a payout. Nobody pays a claim that they confirmed or recommended, or whose people they are related to; never
    /// more than is at the bank.
    pub async fn pay_claim(&self, call: &Call, command: &PayClaim) -> Result<Done<PayReceipt>, AppError> {
        let confirmation = digest_bytes(&command.confirmation);
        let request = ("pay", command.claim, confirmation);
        self.catch_up_before(call, Action::RunPeriod, command.claim).await?;
        self.transact(call, Action::RunPeriod, &request, |now| async move {
            let open = match call.caller {
                Caller::Member { id, .. } => {
                    let open = self.strangers_claim(command.claim, id).await?;
                    let decided = [open.claim().confirmer(), open.claim().recommender()];
                    if decided.contains(&Some(id)) {
                        return Err(refused("payout-same-person", Vec::new()));
                    }
                    open
                }
                Caller::System | Caller::Anonymous => self.open_claim(command.claim).await?,
            };
            let terms = open.terms()?;
            let event = open.claim().pay(now, confirmation)?;
            let State::Payable { period, aid, .. } = *open.claim().state() else {
                return Err(AppError::Broken(format!("{} was paid without being payable", command.claim)));
            };
            let balances = self.store.balances(terms.id()).await?;
            check_money(&balances, aid)?;
            let today = day_of(now, terms.zone());
            let mut unit = Unit::new(now, call.caller.actor());
            // Two payouts at once must not spend the same money.
            unit.relied_on.push(ReliedOn::Books(terms.id().clone(), balances));
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            let booking = Booking::new(terms, today, command.claim.to_string());
            booking.push(
                &mut unit,
                "payout-sent",
                "payout sent",
                moved(Account::AidPayable, Account::PayoutsClearing, aid),
            )?;
            booking.push(
                &mut unit,
                "payout-arrived",
                "payout confirmed by the bank",
                moved(Account::PayoutsClearing, Account::Bank, aid),
            )?;
            let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?;
            let ended = terms.leaving().end_after_aid && enrolment.state.ended().is_none();
            if ended {
                // From tomorrow on: a headcount taken today stays as it is.
                let event = enrolment.state.end(plus_days(today, 1), EndReason::AidReceived)?;
                push_enrolment(&mut unit, &enrolment, vec![event]);
            }
            let values = vec![("aid", aid.decimal(terms.currency())), ("period", period.to_string())];
            self.tell_claimant(&mut unit, open.claim(), "mail-claim-paid", None, values).await?;
            Ok((unit, PayReceipt { claim: command.claim, period, aid, at: now, ended }))
        })
        .await
    }

    /// The claims of a period with what each is paid, by claim; those that carry no aid are not there.
    pub async fn payouts(&self, call: &Call, of: &OfPeriod) -> Result<Vec<Payout>, AppError> {
        self.authorise(call, Action::RunPeriod, self.clock.now()).await?;
        let query = ClaimQuery::InPeriod(of.plan.clone(), of.key);
        let mut page = Page::first(PAGE);
        let mut list = Vec::new();
        loop {
            let rows = self.store.claims(&query, &page).await?;
            list.extend(rows.iter().filter_map(|row| {
                Some(Payout { claim: row.id, state: row.state, aid: row.aid?, until: row.until })
            }));
            match rows.last() {
                Some(last) if u32::try_from(rows.len()).is_ok_and(|n| n >= PAGE) => {
                    page.after = Some(last.id.to_string());
                }
                _ => return Ok(list),
            }
        }
    }

    /// Closes a period once every payout is done, after checking the books: they balance, nothing is receivable that no open
    /// period explains, and unpaid shares equal what enrolments owe and what others bear for them.
    pub async fn close_period(
        &self,
        call: &Call,
        command: &OfPeriod,
    ) -> Result<Done<CloseReceipt>, AppError> {
        self.transact(call, Action::RunPeriod, &("close", command), |now| async move {
            let period = self.load_period(&command.plan, command.key).await?;
            let outstanding = self.outstanding(&command.plan, command.key).await?;
            let event = period.state.close(outstanding)?;
            let owed = self.check_books_at_rest(&command.plan).await?;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_period(&period, vec![event]));
            Ok((unit, CloseReceipt { key: command.key, arrears: owed }))
        })
        .await
    }

    /// Checks the books against what stands behind them. Answers what enrolments owe.
    ///
    /// The parts are read one after the other; when money moved in between, arrears paid at the same moment would look like a
    /// broken sub-ledger, so that the parts are read again.
    async fn check_books_at_rest(&self, plan: &PlanId) -> Result<Amount, AppError> {
        for _ in 0..BATCH_RETRIES {
            let balances = self.store.balances(plan).await?;
            let periods = self.store.periods(plan).await?;
            let owed = self.owed_by_enrolments(plan).await?;
            if self.store.balances(plan).await? == balances {
                check_books(&balances, &periods, owed)?;
                return Ok(owed);
            }
        }
        Err(AppError::Stale("changed-meanwhile"))
    }

    /// Claims of a period that are not paid yet.
    async fn outstanding(&self, plan: &PlanId, key: PeriodKey) -> Result<usize, AppError> {
        let query = ClaimQuery::InPeriod(plan.clone(), key);
        let mut page = Page::first(PAGE);
        let mut count = 0_usize;
        loop {
            let rows = self.store.claims(&query, &page).await?;
            let open = rows.iter().filter(|row| row.state == "cleared" || row.state == "payable").count();
            count = count.saturating_add(open);
            match rows.last() {
                Some(last) if u32::try_from(rows.len()).is_ok_and(|n| n >= PAGE) => {
                    page.after = Some(last.id.to_string());
                }
                _ => return Ok(count),
            }
        }
    }

    /// Who owes shares of a plan. Walks over those in arrears only.
    pub async fn unpaid_shares(&self, call: &Call, plan: &PlanId) -> Result<UnpaidShares, AppError> {
        self.authorise(call, Action::RunPeriod, self.clock.now()).await?;
        let query = EnrolmentQuery::InArrears(plan.clone());
        let mut page = Page::first(PAGE);
        let mut unpaid =
            UnpaidShares { owed: self.owed_by_enrolments(plan).await?, ..UnpaidShares::default() };
        loop {
            let rows = self.store.enrolments(&query, &page).await?;
            for row in &rows {
                unpaid.enrolments = unpaid.enrolments.saturating_add(1);
                unpaid.enrolled = unpaid.enrolled.saturating_add(u64::from(row.ended.is_none()));
            }
            match rows.last() {
                Some(last) if u32::try_from(rows.len()).is_ok_and(|n| n >= PAGE) => {
                    page.after = Some(last.id.to_string());
                }
                _ => return Ok(unpaid),
            }
        }
    }

    /// Sum of the unpaid shares of all enrolments: the sub-ledger of the arrears account. Walks over those in arrears only.
    pub(crate) async fn owed_by_enrolments(&self, plan: &PlanId) -> Result<Amount, AppError> {
        let query = EnrolmentQuery::InArrears(plan.clone());
        let mut page = Page::first(PAGE);
        let mut sum = Amount::ZERO;
        loop {
            let rows = self.store.enrolments(&query, &page).await?;
            let here = Amount::sum(rows.iter().map(|row| row.arrears)).ok();
            sum = here
                .and_then(|here| sum.checked_add(here))
                .ok_or_else(|| AppError::Broken("arrears do not fit an amount".to_owned()))?;
            match rows.last() {
                Some(last) if u32::try_from(rows.len()).is_ok_and(|n| n >= PAGE) => {
                    page.after = Some(last.id.to_string());
                }
                _ => return Ok(sum),
            }
        }
    }
}

/// A payout needs the money at the bank: members' shares, or what operator and sponsor have paid in for what they bear.
fn check_money(balances: &Balances, aid: Amount) -> Result<(), AppError> {
    let there = standing(balances, Account::Bank, Side::Debit)?;
    if aid <= there {
        return Ok(());
    }
    let currency = balances.currency();
    Err(refused(
        "payout-money-missing",
        vec![("needed", aid.decimal(currency)), ("there", there.decimal(currency))],
    ))
}

/// The checks of a close. A difference is a bug or a change from outside: nothing may go on.
fn check_books(balances: &Balances, periods: &[PeriodRecord], owed: Amount) -> Result<(), AppError> {
    let broken = |why: String| Err(AppError::Broken(why));
    if let Some(finding) = balances.audit().first() {
        return broken(finding.to_string());
    }
    let open = periods.iter().filter(|period| period.collection.is_none());
    let expected = Amount::sum(open.filter_map(|period| period.statement.as_ref()).map(|s| s.shares_total));
    let receivable = standing(balances, Account::SharesReceivable, Side::Debit)?;
    if expected != Ok(receivable) {
        return broken(format!("shares receivable are {} minor units without a period", receivable.minor()));
    }
    let arrears = standing(balances, Account::Arrears, Side::Debit)?;
    let covered = standing(balances, Account::ArrearsCovered, Side::Credit)?;
    if arrears != owed || arrears != covered {
        return broken(format!(
            "arrears are {} in the books, {} owed by enrolments, {} covered, in minor units",
            arrears.minor(),
            owed.minor(),
            covered.minor()
        ));
    }
    Ok(())
}
