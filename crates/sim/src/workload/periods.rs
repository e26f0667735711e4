//! The work of operators: notice, settlement, collection, retries, lapses, payouts, pay-ins, close; early, late and twice.

use std::collections::{BTreeMap, BTreeSet};

use huzhu_app::call::Call;
use huzhu_app::periods::{
    CollectPeriod, LapseUnpaid, OfPeriod, PayClaim, PayIn, PaySource, RetryArrears, share_in,
};
use huzhu_app::ports::{ClaimQuery, Page, Store as _};
use huzhu_app::record::{ClaimRecord, PeriodRecord};
use huzhu_domain::enrolment::EnrolmentEvent;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::EnrolmentId;
use huzhu_domain::member::Role;
use huzhu_domain::plan::PeriodKey;
use huzhu_ledger::{Account, Amount, Side};

use super::{ALL, Village};
use crate::auditor::Finding;
use crate::simulation::Heard;
use crate::simulation::deed::Deed;
use crate::simulation::turns::alone;

impl Village {
    pub(super) fn periods(&self) -> Vec<PeriodRecord> {
        alone(self.scene.store().periods(&self.scene.plan)).unwrap_or_default()
    }

    pub(super) fn of(&self, key: PeriodKey) -> OfPeriod {
        OfPeriod { plan: self.scene.plan.clone(), key }
    }

    fn operator(&mut self) -> Result<Call, Finding> {
        self.staff(Role::Operator)
    }

    fn lapse(&self) -> Deed {
        Deed::Lapse(LapseUnpaid { plan: self.scene.plan.clone() })
    }

    /// An operator does something; now and then another one does the same at that moment.
    fn operate(&mut self, deed: &Deed) -> Result<Heard, Finding> {
        let call = self.operator()?;
        if !self.scene.dice.chance(150) {
            return self.scene.act(&call, deed);
        }
        let other = self.operator()?;
        let heard = self.scene.race(&[(call, deed.clone()), (other, deed.clone())])?;
        Ok(heard.into_iter().find(Heard::is_done).unwrap_or(Heard::Silence))
    }

    /// What the calendar wants, as far as operators are awake.
    pub(super) fn calendar(&mut self) -> Result<(), Finding> {
        self.notices()?;
        for row in self.periods() {
            let key = row.key;
            match row.state {
                "on-notice" if row.noticed.until <= self.scene.now() && self.scene.dice.chance(800) => {
                    self.settle(&row)?;
                }
                "settled" if row.noticed.sharing_day <= self.scene.today() && self.scene.dice.chance(800) => {
                    self.collect(key)?;
                }
                "collected" if self.scene.dice.chance(300) => {
                    let deed = Deed::Close(self.of(key));
                    self.operate(&deed)?;
                    self.scene.compare_now_and_then()?;
                }
                _ => {}
            }
        }
        self.retries()?;
        self.payouts()?;
        self.pay_ins()?;
        if self.scene.dice.chance(60) {
            let deed = self.lapse();
            self.operate(&deed)?;
        }
        Ok(())
    }

    fn notices(&mut self) -> Result<(), Finding> {
        let Some((_, terms)) = self.terms_now() else {
            return Ok(());
        };
        let calendar = terms.calendar().clone();
        let begun = calendar.last_notice_begun(self.scene.today());
        let mut key = match self.periods().last() {
            Some(last) => calendar.next(last.key),
            None => calendar.period_on_or_after(self.start),
        };
        let mut due = Vec::new();
        while key <= begun {
            due.push(key);
            key = calendar.next(key);
        }
        let skips = self.scene.dice.chance(50);
        let next = if skips { due.last() } else { due.first() };
        let Some(key) = next.copied().filter(|_| self.scene.dice.chance(850)) else {
            return Ok(());
        };
        if self.scene.dice.chance(400) {
            let deed = self.lapse();
            self.operate(&deed)?;
        }
        let open = Deed::OpenNotice(self.of(key));
        if self.scene.dice.chance(100) {
            let (one, other) = (self.operator()?, self.operator()?);
            let lapse = self.lapse();
            self.scene.race(&[(one, open), (other, lapse)])?;
        } else {
            self.operate(&open)?;
        }
        if self.scene.dice.chance(300) {
            let deed = self.lapse();
            self.operate(&deed)?;
        }
        self.scene.compare_now_and_then()
    }

    fn settle(&mut self, row: &PeriodRecord) -> Result<(), Finding> {
        let deed = Deed::Settle(self.of(row.key));
        let shown: Vec<_> = row.noticed.claims.iter().map(|one| one.claim).collect();
        let claim = self
            .scene
            .dice
            .pick(&shown)
            .copied()
            .and_then(|id| alone(self.scene.store().claim(id)).ok().flatten());
        match claim.filter(|_| self.scene.dice.chance(100)) {
            Some(claim) => {
                let withdraw = Deed::Withdraw(huzhu_app::claims::OwnClaim { claim: claim.id });
                let (operator, claimant) = (self.operator()?, self.call(claim.filed_by));
                self.scene.race(&[(operator, deed), (claimant, withdraw)])?;
            }
            None => {
                self.operate(&deed)?;
            }
        }
        self.scene.compare_now_and_then()
    }

    fn collect(&mut self, key: PeriodKey) -> Result<(), Finding> {
        let periods = self.periods();
        let many = self.scene.dice.chance(80);
        let mut failed = Vec::new();
        for row in self.enrolments() {
            let owes = !share_in(&periods, &row, key).is_zero();
            if owes && self.scene.dice.chance(if many { 700 } else { 50 }) {
                failed.push(row.id);
            }
        }
        let deed = Deed::Collect(CollectPeriod {
            plan: self.scene.plan.clone(),
            key,
            failed,
            report: format!("report {key}").into_bytes(),
        });
        self.operate(&deed)?;
        self.scene.compare_now_and_then()
    }

    /// Unpaid shares by period, from the streams of those in arrears.
    fn arrears(&self) -> BTreeMap<PeriodKey, Vec<EnrolmentId>> {
        let mut owed: BTreeMap<PeriodKey, Vec<EnrolmentId>> = BTreeMap::new();
        for row in self.enrolments().into_iter().filter(|row| !row.arrears.is_zero()) {
            let mut open = BTreeSet::new();
            for one in alone(self.scene.store().stream(&StreamId::Enrolment(row.id))).unwrap_or_default() {
                match one.event {
                    Event::Enrolment(EnrolmentEvent::FellIntoArrears { period, .. }) => open.insert(period),
                    Event::Enrolment(EnrolmentEvent::ArrearsPaid { period }) => open.remove(&period),
                    _ => false,
                };
            }
            for period in open {
                owed.entry(period).or_default().push(row.id);
            }
        }
        owed
    }

    fn retries(&mut self) -> Result<(), Finding> {
        for (key, owing) in self.arrears() {
            let mut paid = Vec::new();
            for id in owing {
                if self.scene.dice.chance(60) {
                    paid.push(id);
                }
            }
            if paid.is_empty() {
                continue;
            }
            self.confirmations += 1;
            let report = format!("retry report {}", self.confirmations).into_bytes();
            let deed = Deed::Retry(RetryArrears { plan: self.scene.plan.clone(), key, paid, report });
            let open = self.periods().into_iter().find(|row| matches!(row.state, "collected" | "on-notice"));
            match open.filter(|_| self.scene.dice.chance(200)) {
                Some(row) => {
                    let other = if row.state == "collected" {
                        Deed::Close(self.of(row.key))
                    } else {
                        Deed::Settle(self.of(row.key))
                    };
                    let (one, two) = (self.operator()?, self.operator()?);
                    self.scene.race(&[(one, deed), (two, other)])?;
                }
                None => {
                    self.operate(&deed)?;
                }
            }
        }
        Ok(())
    }

    fn payable(&self) -> Vec<ClaimRecord> {
        let query = ClaimQuery::InStates(self.scene.plan.clone(), vec!["payable"]);
        alone(self.scene.store().claims(&query, &Page::first(ALL))).unwrap_or_default()
    }

    fn pay_deed(claim: &ClaimRecord) -> Deed {
        Deed::Pay(PayClaim { claim: claim.id, confirmation: format!("paid {}", claim.id).into_bytes() })
    }

    fn payouts(&mut self) -> Result<(), Finding> {
        let payable = self.payable();
        if let [first, second, ..] = payable.as_slice()
            && self.scene.dice.chance(150)
        {
            let (one, other) = (self.operator()?, self.operator()?);
            self.scene.race(&[(one, Self::pay_deed(first)), (other, Self::pay_deed(second))])?;
            return Ok(());
        }
        for claim in payable {
            if !self.scene.dice.chance(350) {
                continue;
            }
            let heard = self.operate(&Self::pay_deed(&claim))?;
            if let Heard::Refused("payout-money-missing", _) = heard {
                self.scene.auditor.count("payouts without money");
                let sponsor = self.due(Account::SponsorAccount) > Amount::ZERO;
                let source = if sponsor { PaySource::Sponsor } else { PaySource::Operator };
                self.pay_in(source, claim.aid.unwrap_or_default())?;
            }
        }
        Ok(())
    }

    fn due(&self, account: Account) -> Amount {
        let balance =
            alone(self.scene.store().balances(&self.scene.plan)).map(|balances| balances.balance(account));
        balance
            .ok()
            .filter(|balance| balance.side == Side::Debit)
            .and_then(|balance| Amount::from_wide(balance.minor).ok())
            .unwrap_or_default()
    }

    fn pay_in(&mut self, source: PaySource, amount: Amount) -> Result<(), Finding> {
        // Now and then the same confirmation comes twice.
        if !self.scene.dice.chance(50) {
            self.confirmations += 1;
        }
        let confirmation = format!("confirmation {}", self.confirmations).into_bytes();
        let deed = Deed::PayIn(PayIn { plan: self.scene.plan.clone(), source, amount, confirmation });
        self.operate(&deed)?;
        Ok(())
    }

    fn pay_ins(&mut self) -> Result<(), Finding> {
        for (account, source) in
            [(Account::OperatorGuarantee, PaySource::Operator), (Account::SponsorAccount, PaySource::Sponsor)]
        {
            let due = self.due(account);
            if !due.is_zero() && self.scene.dice.chance(100) {
                let part = self.scene.dice.range(1, due.minor());
                let whole = self.scene.dice.chance(500);
                self.pay_in(source, if whole { due } else { Amount::from_minor(part) })?;
            }
        }
        Ok(())
    }
}
