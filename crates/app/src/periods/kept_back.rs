//! What claimants owe is kept back from their aid when it becomes payable.
//!
//! Shape: [`Touched`] holds the enrolments that one collection changes, so that a debit that failed and a share that is kept
//! back in the same report end in one append. Each claim keeps back in order of its id.
//!
//! Guarantees: a share that is kept back counts as paid, and what others bore for it goes back to them in the same entry, just
//! as if it had come in late; a claim that becomes payable is paid, so nothing kept back is ever forgiven.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent};
use huzhu_domain::id::EnrolmentId;
use huzhu_domain::period::ClaimAid;
use huzhu_domain::plan::{PeriodKey, PlanTerms, Shortfall};
use huzhu_domain::time::Day;
use huzhu_ledger::{Account, Amount, Line};

use super::{Booking, push_enrolment};
use crate::App;
use crate::error::AppError;
use crate::load::{Loaded, LoadedPlan};
use crate::ports::Unit;

/// Who gets the money of a share that comes in after all.
pub(super) const fn bearer(terms: &PlanTerms) -> Account {
    match terms.sharing().shortfall {
        Shortfall::Operator => Account::OperatorGuarantee,
        Shortfall::NextPeriod | Shortfall::CutAid => Account::SurplusCarried,
    }
}

/// An enrolment as it was read, as it is now, and what happened in between.
struct Change {
    read: Loaded<Enrolment>,
    now: Enrolment,
    events: Vec<EnrolmentEvent>,
}

impl Change {
    fn of(read: Loaded<Enrolment>) -> Self {
        let now = read.state.clone();
        Self { read, now, events: Vec::new() }
    }

    fn note(&mut self, event: EnrolmentEvent) {
        self.now.apply(&event);
        self.events.push(event);
    }
}

/// The enrolments that one collection changes.
#[derive(Default)]
pub(super) struct Touched(BTreeMap<EnrolmentId, Change>);

impl Touched {
    /// Notes what happened to an enrolment.
    pub(super) fn note(&mut self, read: Loaded<Enrolment>, event: EnrolmentEvent) {
        self.0.entry(read.state.id()).or_insert_with(|| Change::of(read)).note(event);
    }

    /// An enrolment as it is after what was noted.
    pub(super) fn now<'a>(&'a self, read: &'a Loaded<Enrolment>) -> &'a Enrolment {
        self.0.get(&read.state.id()).map_or(&read.state, |change| &change.now)
    }

    /// Whether the share of a period is unpaid after what was noted.
    pub(super) fn owes(&self, id: EnrolmentId, period: PeriodKey) -> bool {
        self.0.get(&id).is_some_and(|change| change.now.arrears().contains_key(&period))
    }

    /// Writes all changes into a unit.
    pub(super) fn push(self, unit: &mut Unit) {
        for change in self.0.into_values().filter(|change| !change.events.is_empty()) {
            push_enrolment(unit, &change.read, change.events);
        }
    }
}

impl App {
    /// Keeps back from each claim what its enrolment owes. Answers what is then paid for each, and what was kept back of all.
    pub(super) async fn keep_back(
        &self,
        unit: &mut Unit,
        touched: &mut Touched,
        plan: &LoadedPlan,
        today: Day,
        claims: &[ClaimAid],
    ) -> Result<(Vec<ClaimAid>, Amount), AppError> {
        let large = || AppError::Broken("what is kept back does not fit an amount".to_owned());
        let (mut payable, mut all) = (Vec::with_capacity(claims.len()), Amount::ZERO);
        for one in claims {
            let open = self.open_claim(one.claim).await?;
            let enrolment = open.claim().claimed().enrolment;
            let change = match touched.0.entry(enrolment) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(free) => free.insert(Change::of(self.load_enrolment(enrolment).await?)),
            };
            let kept = change.now.keep_back(one.aid);
            let sum = Amount::sum(kept.iter().map(|(_, share)| *share)).map_err(|_| large())?;
            let mut lines = vec![
                Line::debit(Account::AidPayable, sum),
                Line::debit(Account::ArrearsCovered, sum),
                Line::credit(Account::Arrears, sum),
            ];
            for (period, share) in kept {
                let (_, ruling) = self.noticed_period(plan, period).await?;
                lines.push(Line::credit(bearer(ruling), share));
                let event = change.now.pay_arrears(period)?;
                change.note(event);
            }
            Booking::new(open.terms()?, today, one.claim.to_string()).push(
                unit,
                "arrears-deducted",
                "arrears deducted from aid",
                lines,
            )?;
            all = all.checked_add(sum).ok_or_else(large)?;
            let aid = one.aid.checked_sub(sum).ok_or_else(large)?;
            payable.push(ClaimAid { claim: one.claim, aid });
        }
        Ok((payable, all))
    }
}
