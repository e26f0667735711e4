//! Periods and books as the auditor sees them: a roster of people, shares worked out one by one, and every account.

use std::collections::BTreeMap;

use huzhu_app::periods::PaySource;
use huzhu_app::ports::Unit;
use huzhu_domain::enrolment::EndReason;
use huzhu_domain::id::{ClaimId, EnrolmentId};
use huzhu_domain::period::{CohortKey, Collection, Noticed, Statement};
use huzhu_domain::plan::{IllnessInside, PeriodKey, Shortfall};
use huzhu_domain::settlement::naive;
use huzhu_domain::time::{Day, Moment, TimeZone, midnight, plus_days};
use huzhu_ledger::{Account, Amount};

use super::claims::Stage;
use super::{Auditor, Finding, Gathered, ensure};
use crate::simulation::deed::Deed;
use crate::simulation::sheet::{Sheet, Source};

/// A period as the auditor keeps it.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    pub(super) sheet: Sheet,
    pub(super) headcount_day: Day,
    pub(super) sharing_day: Day,
    /// Everybody counted, one by one.
    pub(super) roster: Vec<EnrolmentId>,
    pub(super) display: Vec<(ClaimId, u128)>,
    /// Aid, fee and surplus, once settled.
    pub(super) settled: Option<(u128, u128, u128)>,
    pub(super) collected: bool,
    pub(super) closed: bool,
}

fn minor(amount: u128) -> Amount {
    Amount::from_wide(amount).unwrap_or(Amount::MAX)
}

const fn signed(amount: u128) -> i128 {
    // Amounts of a village are far below this.
    amount.cast_signed()
}

impl Auditor {
    fn debit(&mut self, account: Account, amount: u128) {
        *self.books.entry(account).or_default() += signed(amount);
    }

    fn credit(&mut self, account: Account, amount: u128) {
        *self.books.entry(account).or_default() -= signed(amount);
    }

    fn standing(&self, account: Account) -> i128 {
        self.books.get(&account).copied().unwrap_or(0)
    }

    pub(super) fn notice_opened(
        &mut self,
        key: PeriodKey,
        noticed: &Noticed,
        at: Moment,
    ) -> Result<(), Finding> {
        let today = self.today(at);
        let known = self.versions.iter().find(|(sheet, _)| sheet.version == noticed.version.0);
        let sheet = known.ok_or_else(|| format!("{key} has no plan"))?.0.clone();
        let days = key.ordinal.checked_sub(1).and_then(|i| sheet.periods.get(usize::from(i)).copied());
        let (notice, sharing, next_month) = days.ok_or_else(|| format!("the plan has no period {key}"))?;
        let headcount_day = Day::new(key.year, key.month, notice).map_err(|e| e.to_string())?;
        let in_force = self.sheet_on(headcount_day).map(|sheet| sheet.version);
        ensure(in_force == Some(sheet.version), || format!("{key} is ruled by version {}", sheet.version))?;
        let month = Day::new(key.year, key.month, sharing).map_err(|e| e.to_string())?;
        let sharing_day = if next_month { month.saturating_add(jiff::Span::new().months(1)) } else { month };
        let zone = TimeZone::get(sheet.zone).map_err(|e| e.to_string())?;
        let until = midnight(plus_days(today.max(headcount_day), sheet.notice_days), &zone);
        let dates = (noticed.headcount_day, noticed.sharing_day, Some(noticed.until));
        ensure(dates == (headcount_day, sharing_day, until), || format!("the days of {key} are {dates:?}"))?;
        ensure(!self.periods.contains_key(&key), || format!("{key} was noticed twice"))?;
        let counted = self.people.iter().filter(|(_, person)| person.counted(headcount_day));
        let roster: Vec<EnrolmentId> = counted.map(|(id, _)| *id).collect();
        let shown =
            self.claims.iter().filter(|(_, case)| case.stage == Stage::OnNotice && case.period == Some(key));
        let display: Vec<(ClaimId, u128)> = shown.map(|(id, case)| (*id, case.aid)).collect();
        let listed: Vec<(ClaimId, u128)> =
            noticed.claims.iter().map(|one| (one.claim, one.aid.wide())).collect();
        ensure(listed == display, || format!("{key} displays {listed:?}, not {display:?}"))?;
        let round = Round {
            sheet,
            headcount_day,
            sharing_day,
            roster,
            display,
            settled: None,
            collected: false,
            closed: false,
        };
        self.count_if(today > headcount_day, "notices begun late");
        self.periods.insert(key, round);
        self.check_roster(key, noticed)
    }

    /// One person, one place; cohorts are the roster grouped.
    fn check_roster(&mut self, key: PeriodKey, noticed: &Noticed) -> Result<(), Finding> {
        let Some(round) = self.periods.get(&key) else {
            return Ok(());
        };
        let mut identities: Vec<_> =
            round.roster.iter().filter_map(|id| self.people.get(id)).map(|p| p.identity).collect();
        let people = identities.len();
        identities.sort_unstable();
        identities.dedup();
        ensure(identities.len() == people, || format!("somebody is counted twice in {key}"))?;
        let mut groups: BTreeMap<CohortKey, u64> = BTreeMap::new();
        for id in &round.roster {
            let class = self.people.get(id).map_or(0, |person| person.class);
            *groups.entry(CohortKey { class, first: self.first_in_year(*id, key) }).or_default() += 1;
        }
        let cohorts: BTreeMap<CohortKey, u64> = noticed.cohorts.iter().map(|c| (c.key, c.count)).collect();
        ensure(cohorts == groups, || {
            format!("the cohorts of {key} are {cohorts:?}, people give {groups:?}")
        })?;
        self.count("notices begun");
        self.count_if(people == 0, "periods without members");
        Ok(())
    }

    /// The first period of the sharing year of `key` on whose roster somebody stands.
    fn first_in_year(&self, id: EnrolmentId, key: PeriodKey) -> PeriodKey {
        let year = self.periods.get(&key).map(|round| round.sharing_day.year());
        let counted = self
            .periods
            .iter()
            .filter(|(_, round)| Some(round.sharing_day.year()) == year && round.roster.contains(&id));
        counted.min_by_key(|(_, round)| round.headcount_day).map_or(key, |(first, _)| *first)
    }

    pub(super) fn settled(&mut self, key: PeriodKey, s: &Statement, together: bool) -> Result<(), Finding> {
        let round = self.periods.get(&key).cloned().ok_or_else(|| format!("{key} was never noticed"))?;
        ensure(round.settled.is_none(), || format!("{key} was settled twice"))?;
        let cleared: Vec<(ClaimId, u128)> = round
            .display
            .iter()
            .filter(|(id, _)| {
                let of_this =
                    |case: &super::claims::Case| case.stage == Stage::Cleared && case.period == Some(key);
                self.claims.get(id).is_some_and(of_this)
            })
            .copied()
            .collect();
        let left = round.display.iter().find(|(id, _)| {
            let stands =
                |case: &super::claims::Case| case.stage == Stage::OnNotice && case.period == Some(key);
            self.claims.get(id).is_some_and(stands)
        });
        ensure(left.is_none(), || format!("{left:?} on display in {key} was left behind"))?;
        let carried = (signed(s.surplus_before.wide()), signed(s.carried_in.wide()));
        let books = (-self.standing(Account::SurplusCarried), self.standing(Account::CostCarried));
        // With others at work the statement may have read the books a moment before arrears came in.
        ensure(together || carried == books, || {
            format!("{key} took over {carried:?}, the books say {books:?}")
        })?;
        let year = round.sharing_day.year();
        let members: Vec<naive::Member> = round
            .roster
            .iter()
            .filter_map(|id| self.people.get(id))
            .map(|person| naive::Member {
                band: round.sheet.band(person.birth, year),
                charged_this_year: minor(person.charged_in(year)),
                prepaid: Amount::ZERO,
            })
            .collect();
        let aids: Vec<Amount> = cleared.iter().map(|(_, aid)| minor(*aid)).collect();
        let rules = round.sheet.rules(self.sponsored);
        let own = naive::close(&rules, &aids, &members, s.surplus_before, s.carried_in);
        Self::compare(key, s, &cleared, &own)?;
        self.take_shares(key, &round, &own)?;
        self.book_settlement(s, &own);
        self.note_settlement(&round, s, &own);
        let aid = own.aid_per_claim.iter().sum();
        self.granted.extend(cleared.iter().map(|(id, _)| *id).zip(own.aid_per_claim.iter().copied()));
        if let Some(round) = self.periods.get_mut(&key) {
            round.settled = Some((aid, own.fee, own.surplus));
        }
        Ok(())
    }

    fn compare(
        key: PeriodKey,
        s: &Statement,
        cleared: &[(ClaimId, u128)],
        own: &naive::Outcome,
    ) -> Result<(), Finding> {
        let payable: Vec<(ClaimId, u128)> = s.payable.iter().map(|one| (one.claim, one.aid.wide())).collect();
        let expected: Vec<(ClaimId, u128)> =
            cleared.iter().map(|(id, _)| *id).zip(own.aid_per_claim.iter().copied()).collect();
        ensure(payable == expected, || format!("{key} pays {payable:?}, one by one it is {expected:?}"))?;
        let said = [
            s.fee,
            s.surplus,
            s.borne_by_operator,
            s.borne_by_sponsor,
            s.carried_out,
            s.shares_total,
            s.share,
        ]
        .map(Amount::wide);
        let charged = own.dues.iter().sum();
        let largest = own.dues.iter().copied().max().unwrap_or(0);
        let found = [own.fee, own.surplus, own.operator, own.sponsor, own.next_period, charged, largest];
        ensure(said == found, || {
            format!(
                "{key}: fee, surplus, operator, sponsor, next period, shares, share are {said:?}, one by one {found:?}"
            )
        })?;
        ensure(usize::try_from(s.headcount) == Ok(own.dues.len()), || {
            format!("{key} counts {}", s.headcount)
        })?;
        ensure(s.adds_up(), || format!("the statement of {key} does not add up"))
    }

    /// Charges everybody on the roster, once, within the cap of the year.
    fn take_shares(&mut self, key: PeriodKey, round: &Round, own: &naive::Outcome) -> Result<(), Finding> {
        let year = round.sharing_day.year();
        for (id, share) in round.roster.iter().zip(&own.dues) {
            let Some(person) = self.people.get_mut(id) else {
                continue;
            };
            let room = round
                .sheet
                .year_cap
                .map_or(u128::MAX, |(cap, _)| u128::from(cap).saturating_sub(person.charged_in(year)));
            ensure(*share <= room, || {
                format!("{id} is charged {share} in {key}, {room} are left of the year")
            })?;
            let before = person.shares.insert(key, (year, *share));
            ensure(before.is_none(), || format!("{id} was charged twice for {key}"))?;
        }
        Ok(())
    }

    fn book_settlement(&mut self, s: &Statement, own: &naive::Outcome) {
        self.debit(Account::SharesReceivable, own.dues.iter().sum());
        self.debit(Account::OperatorGuarantee, own.operator);
        self.debit(Account::SponsorAccount, own.sponsor);
        self.credit(Account::AidPayable, own.aid_per_claim.iter().sum());
        self.credit(Account::FeeIncome, own.fee);
        self.debit(Account::SurplusCarried, s.surplus_before.wide());
        self.credit(Account::SurplusCarried, own.surplus);
        self.credit(Account::CostCarried, s.carried_in.wide());
        self.debit(Account::CostCarried, own.next_period);
        self.sponsored += own.sponsor;
    }

    fn note_settlement(&mut self, round: &Round, s: &Statement, own: &naive::Outcome) {
        let capped = round.sheet.year_cap.is_some_and(|(cap, _)| {
            let at_cap = |id: &EnrolmentId| {
                self.people.get(id).is_some_and(|p| p.charged_in(round.sharing_day.year()) == u128::from(cap))
            };
            round.roster.iter().any(at_cap)
        });
        self.count("periods settled");
        self.count_if(capped, "members at the cap of the year");
        self.count_if(s.payable.is_empty(), "periods without claims");
        self.count_if(
            !s.payable.is_empty() && s.share.is_zero() && !round.roster.is_empty(),
            "periods paid without shares",
        );
        self.count_if(own.operator > 0, "excess borne by the operator");
        self.count_if(own.sponsor > 0, "periods borne by a sponsor");
        self.count_if(own.next_period > 0, "cost carried to the next period");
        self.count_if(!round.sheet.bands.is_empty() && s.share.minor() > 0, "shares by age band");
        self.count_if(round.sheet.source == Source::Pool && s.share.minor() > 0, "shares of a pool");
        let asked: u128 = round.display.iter().map(|(_, aid)| aid).sum();
        let whole = s.payable.len() == round.display.len();
        self.count_if(whole && own.aid_per_claim.iter().sum::<u128>() < asked, "aid cut by a cap");
    }

    pub(super) fn collected(
        &mut self,
        key: PeriodKey,
        collection: &Collection,
        gathered: &mut Gathered,
    ) -> Result<(), Finding> {
        let round = self.periods.get(&key).cloned().ok_or_else(|| format!("{key} was never noticed"))?;
        let (aid, fee, surplus) =
            round.settled.ok_or_else(|| format!("{key} was collected before it was settled"))?;
        ensure(!round.collected, || format!("{key} was collected twice"))?;
        let mut failed = 0;
        for (id, of, amount) in &gathered.fell {
            let share = self.people.get(id).and_then(|person| person.shares.get(of)).map(|(_, share)| *share);
            ensure(*of == key && share == Some(*amount), || {
                format!("{id} owes {amount} for {of}, the share is {share:?}")
            })?;
            failed += amount;
        }
        let shares: u128 = round
            .roster
            .iter()
            .filter_map(|id| self.people.get(id)?.shares.get(&key))
            .map(|(_, share)| *share)
            .sum();
        let taken = (collection.collected.wide(), collection.failed.wide());
        ensure(taken == (shares - failed, failed), || {
            format!("{key} took {taken:?} of {shares}, {failed} failed")
        })?;
        self.credit(Account::SharesReceivable, shares);
        self.debit(Account::Bank, shares - failed);
        self.debit(Account::Arrears, failed);
        self.credit(Account::ArrearsCovered, failed);
        self.count("periods collected");
        self.count_if(failed > 0, "periods with failed debits");
        if let Some(round) = self.periods.get_mut(&key) {
            round.collected = true;
        }
        self.give_back(key, &round, gathered)?;
        let parts = self.cover(&round.sheet, (aid, fee, surplus), failed, gathered);
        self.check_payable(key, &parts, gathered)
    }

    /// Each claim is paid its part less what its people owe: whole shares, the oldest first, as long as something is left.
    fn check_payable(
        &self,
        key: PeriodKey,
        parts: &BTreeMap<ClaimId, u128>,
        gathered: &Gathered,
    ) -> Result<(), Finding> {
        // What everybody owed before anything was kept back.
        let mut owed: BTreeMap<EnrolmentId, BTreeMap<PeriodKey, u128>> = BTreeMap::new();
        for (id, person) in &self.people {
            owed.insert(*id, person.arrears.iter().map(|(of, (amount, _))| (*of, *amount)).collect());
        }
        for (id, of, amount) in &gathered.settled_arrears {
            owed.entry(*id).or_default().insert(*of, *amount);
        }
        let mut kept = Vec::new();
        for (id, part) in parts {
            let enrolment = self.claims.get(id).map(|case| case.enrolment);
            let enrolment = enrolment.ok_or_else(|| format!("{id} was never drafted"))?;
            let mut left = *part;
            let shares = owed.entry(enrolment).or_default();
            while let Some(share) = shares.first_entry().filter(|share| *share.get() < left) {
                let (of, amount) = share.remove_entry();
                left -= amount;
                kept.push((enrolment, of, amount));
            }
            let given = gathered.payable.get(id).copied();
            ensure(given == Some(left), || format!("{key} pays {given:?} for {id}, {left} are due"))?;
        }
        ensure(gathered.payable.len() == parts.len(), || format!("{key} pays a claim it did not grant"))?;
        kept.sort_unstable();
        let mut settled = gathered.settled_arrears.clone();
        settled.sort_unstable();
        ensure(settled == kept, || format!("{key} keeps back {settled:?}, {kept:?} is right"))
    }

    /// Lets the rule of the sheet bear what failed. Answers the aid that is left of each claim.
    fn cover(
        &mut self,
        sheet: &Sheet,
        (aid, fee, surplus): (u128, u128, u128),
        failed: u128,
        gathered: &Gathered,
    ) -> BTreeMap<ClaimId, u128> {
        match sheet.shortfall {
            Shortfall::Operator => self.debit(Account::OperatorGuarantee, failed),
            Shortfall::NextPeriod => self.debit(Account::CostCarried, failed),
            Shortfall::CutAid => return self.cut(sheet, (aid, fee, surplus), failed, gathered),
        }
        self.count_if(failed > 0, "shortfall borne whole");
        gathered.payable.keys().map(|id| (*id, self.granted(*id))).collect()
    }

    fn cut(
        &mut self,
        sheet: &Sheet,
        (aid, fee, surplus): (u128, u128, u128),
        failed: u128,
        gathered: &Gathered,
    ) -> BTreeMap<ClaimId, u128> {
        let there = (aid + fee + surplus).saturating_sub(failed);
        let mut parts: BTreeMap<ClaimId, u128> =
            gathered.payable.keys().map(|id| (*id, self.granted(*id))).collect();
        if surplus >= failed {
            self.debit(Account::SurplusCarried, failed);
            return parts;
        }
        // The most aid that fits with its fee, found by trying one minor unit after the other.
        let most = (0..=aid).rev().find(|some| some + sheet.fee_on(*some) <= there).unwrap_or(0);
        for part in parts.values_mut() {
            *part = (*part * most).checked_div(aid).unwrap_or(0);
        }
        let paid: u128 = parts.values().sum();
        let fee_left = sheet.fee_on(paid);
        self.debit(Account::AidPayable, aid - paid);
        self.debit(Account::FeeIncome, fee - fee_left);
        // What is there and not needed is surplus; what is needed and not there is the next period's.
        let left = signed(surplus) + signed(aid - paid) + signed(fee - fee_left) - signed(failed);
        let (rest, missing) = if left < 0 { (0, left.unsigned_abs()) } else { (left.unsigned_abs(), 0) };
        self.debit(Account::SurplusCarried, surplus);
        self.credit(Account::SurplusCarried, rest);
        self.debit(Account::CostCarried, missing);
        self.count("aid cut by a shortfall");
        parts
    }

    /// What the settlement granted to a claim, before a shortfall.
    fn granted(&self, id: ClaimId) -> u128 {
        self.granted.get(&id).copied().unwrap_or(0)
    }

    pub(super) fn closed(&mut self, key: PeriodKey) -> Result<(), Finding> {
        let unpaid = |case: &super::claims::Case| {
            case.period == Some(key) && matches!(case.stage, Stage::Cleared | Stage::Payable)
        };
        ensure(!self.claims.values().any(unpaid), || format!("{key} was closed with payouts outstanding"))?;
        let round = self.periods.get_mut(&key).ok_or_else(|| format!("{key} was never noticed"))?;
        ensure(round.collected && !round.closed, || format!("{key} was closed out of turn"))?;
        round.closed = true;
        self.count("periods closed");
        Ok(())
    }

    pub(super) fn payout(&mut self, aid: u128) {
        self.debit(Account::AidPayable, aid);
        self.credit(Account::Bank, aid);
    }

    /// Arrears that were paid, or kept back from aid that became payable in the same unit. Nothing else settles them.
    pub(super) fn move_arrears(&mut self, gathered: &Gathered, deed: &Deed) -> Result<(), Finding> {
        let kept_back = !gathered.payable.is_empty();
        ensure(gathered.settled_arrears.is_empty() || kept_back || matches!(deed, Deed::Retry(_)), || {
            format!("unpaid shares were forgiven: {:?}", gathered.settled_arrears)
        })?;
        for (_, key, amount) in &gathered.settled_arrears {
            self.credit(Account::Arrears, *amount);
            self.debit(Account::ArrearsCovered, *amount);
            self.debit(if kept_back { Account::AidPayable } else { Account::Bank }, *amount);
            let rule = self.periods.get(key).map(|round| round.sheet.shortfall);
            let back = if rule == Some(Shortfall::Operator) {
                Account::OperatorGuarantee
            } else {
                Account::SurplusCarried
            };
            self.credit(back, *amount);
            self.count(if kept_back { "arrears deducted from aid" } else { "arrears paid" });
        }
        Ok(())
    }

    /// Shares given back for an illness inside the wait: those that were taken so far. What is unpaid is given up.
    pub(super) fn refund(&mut self, gathered: &mut Gathered) -> Result<(), Finding> {
        let Some(case) = gathered.refused.and_then(|id| self.claims.get(&id)) else {
            return Ok(());
        };
        let id = case.enrolment;
        let ended = gathered.ended.contains(&(id, EndReason::IllnessInWait));
        let rule = self.sheet_on(case.illness.event_date).map(|sheet| sheet.illness_inside);
        let Some(person) = self.people.get(&id).filter(|_| ended) else {
            return Ok(());
        };
        let gives_back = rule == Some(IllnessInside::RefundAndEnd);
        ensure(person.gives_back == gives_back, || format!("{id} gives back: {}", person.gives_back))?;
        if !gives_back {
            return Ok(());
        }
        ensure(person.arrears.is_empty(), || format!("{id} still owes {:?}", person.arrears))?;
        let is_collected = |key: &PeriodKey| self.periods.get(key).is_some_and(|round| round.collected);
        let (taken, on_the_way): (Vec<_>, Vec<_>) =
            person.shares.iter().partition(|(key, _)| is_collected(key));
        let taken: u128 = taken.iter().map(|(_, (_, share))| *share).sum();
        let on_the_way: u128 = on_the_way.iter().map(|(_, (_, share))| *share).sum();
        let keys: Vec<PeriodKey> = person.shares.keys().copied().collect();
        let unpaid: u128 = keys.iter().filter_map(|key| gathered.given_up.remove(&(id, *key))).sum();
        self.debit(Account::SharesRefunded, taken - unpaid);
        self.credit(Account::RefundsPayable, taken - unpaid);
        self.debit(Account::ArrearsCovered, unpaid);
        self.credit(Account::Arrears, unpaid);
        self.count("shares refunded");
        self.count_if(unpaid > 0, "unpaid shares given up");
        self.count_if(on_the_way > 0, "shares on their way when they were given back");
        Ok(())
    }

    /// Shares of a period that were on their way when they were given back.
    fn give_back(&mut self, key: PeriodKey, round: &Round, gathered: &mut Gathered) -> Result<(), Finding> {
        for id in &round.roster {
            let Some(person) = self.people.get(id).filter(|person| person.gives_back) else { continue };
            let share = person.shares.get(&key).map_or(0, |(_, share)| *share);
            ensure(person.arrears.is_empty(), || format!("{id} owes {:?}", person.arrears))?;
            let given_up = gathered.given_up.remove(&(*id, key));
            let fell = gathered.fell.iter().any(|(who, ..)| who == id);
            ensure(given_up.is_some() == fell, || format!("{id} fell: {fell}, given up: {given_up:?}"))?;
            if fell {
                self.debit(Account::ArrearsCovered, share);
                self.credit(Account::Arrears, share);
            } else {
                self.debit(Account::SharesRefunded, share);
                self.credit(Account::RefundsPayable, share);
            }
            self.count_if(share > 0, "shares given back when they arrived");
        }
        Ok(())
    }

    /// Money of operator or sponsor; a confirmation counts once.
    pub(super) fn paid_in(&mut self, unit: &Unit, deed: &Deed) {
        let Deed::PayIn(command) = deed else { return };
        let Some((_, entry)) = unit.entries.first() else {
            return;
        };
        if !self.pay_ins.insert(entry.id().number()) {
            self.count("pay-ins confirmed twice");
            return;
        }
        self.debit(Account::Bank, command.amount.wide());
        let account = match command.source {
            PaySource::Operator => Account::OperatorGuarantee,
            PaySource::Sponsor => Account::SponsorAccount,
        };
        self.credit(account, command.amount.wide());
        self.count("pay-ins");
    }
}
