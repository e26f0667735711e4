//! Settlement: claims on notice are cleared, the cost is shared over cohorts, and the books take it in.

use huzhu_domain::claim::State;
use huzhu_domain::event::StreamId;
use huzhu_domain::period::{ClaimAid, CohortShare, Noticed, PeriodRejection, Statement};
use huzhu_domain::plan::{PeriodKey, PlanTerms};
use huzhu_domain::settlement::{self, Cohort, Input, Rules, Settlement};
use huzhu_domain::time::{Day, day_of};
use huzhu_ledger::{Account, Amount, Balances, Side};
use serde::{Deserialize, Serialize};

use super::tree::Settling;
use super::{Booking, OfPeriod, earlier_in_year, period_reference};
use crate::App;
use crate::call::{Call, Done};
use crate::claims::refusal::refused;
use crate::error::AppError;
use crate::load::{append_claim, append_period};
use crate::permission::Action;
use crate::ports::{ReliedOn, Unit};
use crate::record::PeriodRecord;

/// A period was settled. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SettleReceipt {
    /// The period.
    pub key: PeriodKey,
    /// The equation.
    pub statement: Statement,
}

impl App {
    /// Settles a period after its notice: clears the claims that are still on display and fixes what everybody owes.
    pub async fn settle_period(
        &self,
        call: &Call,
        command: &OfPeriod,
    ) -> Result<Done<SettleReceipt>, AppError> {
        self.authorise(call, Action::RunPeriod, self.clock.now()).await?;
        self.catch_up_plan(&command.plan).await?;
        self.transact(call, Action::RunPeriod, &("settle", command), |now| async move {
            let key = command.key;
            let plan = self.load_plan(&command.plan).await?;
            let (period, terms) = self.noticed_period(&plan, key).await?;
            let noticed = period.state.noticed().ok_or(AppError::NotFound("period"))?.clone();
            if period.state.state().word() == "on-notice" && now < noticed.until {
                return Err(PeriodRejection::NoticeRunning { until: noticed.until }.into());
            }
            let periods = self.store.periods(&command.plan).await?;
            // What an earlier period collects decides what it passes on, so that it must have collected first.
            let open = periods.iter().find(|other| other.key < key && other.collection.is_none());
            if let Some(open) = open {
                return Err(refused("period-earlier-one-open", vec![("period", open.key.to_string())]));
            }
            let mut unit = Unit::new(now, call.caller.actor());
            let mut cleared = Vec::with_capacity(noticed.claims.len());
            for one in &noticed.claims {
                let claim = self.open_claim(one.claim).await?;
                // Withdrawn, objected to, before a jury, back in review, or already on a later notice. Relied on: if it comes
                // back on this notice in this very moment, it is looked at again, and not left behind.
                if !stands_in(claim.claim().state(), key) {
                    let stream = StreamId::Claim(one.claim);
                    unit.relied_on.push(ReliedOn::Stream(stream, claim.loaded.events));
                    continue;
                }
                let event = claim.claim().clear(key, now)?;
                unit.appends.push(append_claim(&claim.loaded, vec![event]));
                cleared.push(*one);
            }
            let balances = self.store.balances(&command.plan).await?;
            let settled = settlement_of(terms, key, &noticed, &periods, &cleared, &balances)?;
            // Arrears that come in at this moment belong to the surplus of this statement or of the next one, never to both.
            unit.relied_on.push(ReliedOn::Books(command.plan.clone(), balances));
            let mut statement = statement_of(&noticed, &cleared, &settled);
            // Refused for good before anything is made for long.
            period.state.settle(statement.clone(), now)?;
            let settling = Settling {
                plan: &plan,
                terms,
                key,
                noticed: &noticed,
                periods: &periods,
                cleared: &cleared,
                settled: &settled,
                statement: &statement,
            };
            statement.shares = self.share_tree(&settling).await?;
            let event = period.state.settle(statement.clone(), now)?;
            unit.appends.push(append_period(&period, vec![event]));
            let today = day_of(now, terms.zone());
            Booking::new(terms, today, period_reference(key)).push(
                &mut unit,
                "settled",
                "period settled",
                settled.lines(),
            )?;
            Ok((unit, SettleReceipt { key, statement }))
        })
        .await
    }
}

/// Whether a claim is on display for this period, with no objection and no jury in its way.
pub(super) fn stands_in(state: &State, key: PeriodKey) -> bool {
    matches!(state, State::OnNotice { period, .. } if *period == key)
}

/// Shares these claims over the members counted, by the rules of the terms.
///
/// What the period before left over is read from the books, not from its statement: arrears that came in since belong to it.
pub(super) fn settlement_of(
    terms: &PlanTerms,
    key: PeriodKey,
    noticed: &Noticed,
    periods: &[PeriodRecord],
    claims: &[ClaimAid],
    balances: &Balances,
) -> Result<Settlement, AppError> {
    let rules = rules_of(terms, periods)?;
    let earlier = earlier_in_year(periods, key, noticed.sharing_day);
    let cohorts = noticed
        .cohorts
        .iter()
        .map(|cohort| {
            let charged = earlier
                .iter()
                .filter_map(|period| period.statement.as_ref())
                .map(|statement| statement.share_of(cohort.key));
            Ok(Cohort {
                band: band_of(terms, cohort.key.class, noticed.sharing_day)?,
                count: cohort.count,
                charged_this_year: Amount::sum(charged)
                    .map_err(|e| AppError::Broken(format!("shares of a year: {e}")))?,
                prepaid: Amount::ZERO,
            })
        })
        .collect::<Result<Vec<Cohort>, AppError>>()?;
    let aids: Vec<Amount> = claims.iter().map(|claim| claim.aid).collect();
    let input = Input {
        rules: &rules,
        claims: &aids,
        cohorts: &cohorts,
        surplus_before: standing(balances, Account::SurplusCarried, Side::Credit)?,
        carried_before: standing(balances, Account::CostCarried, Side::Debit)?,
    };
    settlement::close(&input).map_err(|e| AppError::Broken(format!("period {key}: {e}")))
}

/// The rules of sharing as numbers. A sponsor's limit is what is left of it after the periods before.
pub(super) fn rules_of(terms: &PlanTerms, periods: &[PeriodRecord]) -> Result<Rules, AppError> {
    let used = periods.iter().filter_map(|period| period.statement.as_ref());
    let used = Amount::sum(used.map(|statement| statement.borne_by_sponsor))
        .map_err(|e| AppError::Broken(format!("what the sponsor bore: {e}")))?;
    Ok(Rules::of(terms, used))
}

/// The age band of a class in the year of `sharing_day`. Somebody of class C was C's age on 1 January like a person born on
/// the last day of year C.
pub(super) fn band_of(terms: &PlanTerms, class: i16, sharing_day: Day) -> Result<u8, AppError> {
    let missing = || AppError::Broken(format!("no age band for class {class} on {sharing_day}"));
    let birth = Day::new(class, 12, 31).map_err(|_| missing())?;
    terms.sharing().band_of(birth, sharing_day).ok_or_else(missing)
}

/// What stands on the given side of an account; zero when it stands on the other.
pub(super) fn standing(balances: &Balances, account: Account, side: Side) -> Result<Amount, AppError> {
    let balance = balances.balance(account);
    if balance.side != side {
        return Ok(Amount::ZERO);
    }
    Amount::from_wide(balance.minor).map_err(|e| AppError::Broken(format!("{account}: {e}")))
}

fn statement_of(noticed: &Noticed, claims: &[ClaimAid], settled: &Settlement) -> Statement {
    let cohorts: Vec<CohortShare> = noticed
        .cohorts
        .iter()
        .zip(&settled.dues)
        .map(|(cohort, member)| CohortShare { key: cohort.key, count: cohort.count, share: member.share })
        .collect();
    let payable = claims
        .iter()
        .zip(&settled.aid_per_claim)
        .map(|(claim, aid)| ClaimAid { claim: claim.claim, aid: *aid })
        .collect();
    Statement {
        claims: u32::try_from(claims.len()).unwrap_or(u32::MAX),
        aid: settled.aid,
        fee: settled.fee,
        carried_in: settled.carried_before,
        cost: settled.cost,
        headcount: settled.headcount,
        share: cohorts.iter().map(|cohort| cohort.share).max().unwrap_or_default(),
        shares_total: settled.charged,
        surplus_before: settled.surplus_before,
        surplus: settled.surplus,
        borne_by_operator: settled.borne_by_operator,
        borne_by_sponsor: settled.borne_by_sponsor,
        carried_out: settled.carried_to_next,
        cohorts,
        payable,
        shares: None,
    }
}
