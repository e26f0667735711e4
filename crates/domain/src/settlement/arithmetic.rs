//! Closing a period over cohorts.
//!
//! Shape: cap the claims, share what is left over the cohorts, let somebody bear what members do not, check the identity.
//! Products are `u128`; whatever could still pass that is a checked operation that answers `TooLarge`.

use super::{Cohort, Due, Excess, Input, InputError, MAX_HEADCOUNT, Model, Rules, Settlement};
use huzhu_ledger::{Amount, Percent};

/// Closes a period. See the module for what is decided where the rules are silent.
///
/// # Errors
/// [`InputError`] when the input contradicts itself or a sum is too large; nothing is half done.
///
/// # Panics
/// When the identity of the module does not hold: a bug, after which no money may move.
pub fn close(input: &Input<'_>) -> Result<Settlement, InputError> {
    let headcount = check(input)?;
    let rules = input.rules;
    let (carried, before) = (input.carried_before.wide(), input.surplus_before.wide());
    let asked = Amount::sum(input.claims.iter().copied()).map_err(|_| InputError::TooLarge)?;
    let mut granted = cap_claims(rules, input.claims, headcount);
    let to_share = (granted.total() + carried - granted.above_cap).saturating_sub(before);

    let levy = if to_share == 0 || headcount == 0 || matches!(rules.model, Model::Sponsor { .. }) {
        Levy::nothing(input)
    } else {
        Levy::raise(input, to_share)?
    };
    let mut missing = to_share.saturating_sub(levy.charged);
    let cut = headcount > 0 && rules.cap_per_year.is_some_and(|cap| cap.excess == Excess::CutAid);
    if missing > 0 && cut && !matches!(rules.model, Model::Sponsor { .. }) {
        // The share stays as it is: with a lower one, members below their cap would pay less and the aid would shrink on.
        let available = (before + levy.charged + granted.above_cap).saturating_sub(carried);
        granted.cut_to(available, rules.fee);
        missing = (granted.total() + carried).saturating_sub(before + levy.charged + granted.above_cap);
    }
    let borne = Borne::of(input, headcount, missing, granted.above_cap);
    finish(input, headcount, asked, granted, levy, &borne, to_share)
}

/// The headcount of an input that does not contradict itself.
fn check(input: &Input<'_>) -> Result<u64, InputError> {
    let rules = input.rules;
    if rules.weights.is_empty() || rules.weights.contains(&0) {
        return Err(InputError::ZeroWeight);
    }
    let bands = rules.weights.len();
    for (at, cohort) in input.cohorts.iter().enumerate() {
        if usize::from(cohort.band) >= bands {
            return Err(InputError::UnknownBand { cohort: at, band: cohort.band, bands });
        }
    }
    if rules.cap_per_claim.is_some_and(|cap| cap.excess == Excess::OtherMembers) {
        return Err(InputError::NoOtherMembers);
    }
    let headcount: u128 = input.cohorts.iter().map(|cohort| u128::from(cohort.count)).sum();
    match u64::try_from(headcount) {
        Ok(headcount) if headcount <= MAX_HEADCOUNT => Ok(headcount),
        _ => Err(InputError::TooManyMembers),
    }
}

/// The aid that is granted, and what of aid and fee is above the cap per claim and borne by others.
struct Granted {
    per_claim: Vec<Amount>,
    aid: Amount,
    fee: Amount,
    above_cap: u128,
}

impl Granted {
    fn new(per_claim: Vec<Amount>, fee: Percent, above_cap: u128) -> Self {
        // What is granted is at most what was asked for, whose sum was checked.
        let aid = Amount::sum(per_claim.iter().copied()).expect("granted aid is at most the aid asked for");
        Self { per_claim, aid, fee: fee.of(aid), above_cap }
    }

    /// Aid and fee.
    fn total(&self) -> u128 {
        self.aid.wide() + self.fee.wide()
    }

    /// Cuts aid in proportion until aid and fee fit into what is available.
    fn cut_to(&mut self, available: u128, fee: Percent) {
        let per_claim = pro_rata(&self.per_claim, self.aid, largest_aid(available, fee));
        *self = Self::new(per_claim, fee, self.above_cap);
    }
}

/// Applies the cap per claim: no claim, with the fee on it, may cost the members more than the cap times the headcount.
fn cap_claims(rules: &Rules, claims: &[Amount], headcount: u64) -> Granted {
    let whole = |above_cap: u128| Granted::new(claims.to_vec(), rules.fee, above_cap);
    let Some(cap) = rules.cap_per_claim else {
        return whole(0);
    };
    if headcount == 0 || matches!(rules.model, Model::Sponsor { .. }) {
        return whole(0);
    }
    let limit = cap.amount.wide() * u128::from(headcount);
    if cap.excess == Excess::CutAid {
        let most = largest_aid(limit, rules.fee);
        return Granted::new(claims.iter().map(|aid| most.min(*aid)).collect(), rules.fee, 0);
    }
    let above = |aid: &Amount| (aid.wide() + rules.fee.of(*aid).wide()).saturating_sub(limit);
    let granted = whole(claims.iter().map(above).sum());
    // The fee is rounded once on the sum and here once for each claim: never let others bear more than there is.
    let most = granted.total();
    Granted { above_cap: granted.above_cap.min(most), ..granted }
}

/// The largest aid that, with the fee on it, fits into what is available.
pub(super) fn largest_aid(available: u128, fee: Percent) -> Amount {
    let scale = u128::from(Percent::HUNDRED.hundredths());
    let fits =
        |aid: u128| Amount::from_wide(aid).is_ok_and(|aid| aid.wide() + fee.of(aid).wide() <= available);
    // Division gives it to within one unit of the fee's rounding; the two loops take at most a few steps.
    let exact = (available * scale).div_euclid(scale + u128::from(fee.hundredths()));
    let mut aid = exact.min(u128::from(u64::MAX));
    while aid > 0 && !fits(aid) {
        aid -= 1;
    }
    while fits(aid + 1) {
        aid += 1;
    }
    Amount::from_wide(aid).unwrap_or(Amount::MAX)
}

/// Each aid scaled by `pot / total` and rounded down; nothing when the total is nothing.
pub(super) fn pro_rata(aids: &[Amount], total: Amount, pot: Amount) -> Vec<Amount> {
    let scaled = |aid: &Amount| {
        let part = (aid.wide() * pot.wide()).checked_div(total.wide()).unwrap_or(0);
        // Never above the aid itself, also when there is more in the pot than is owed.
        Amount::from_wide(part.min(aid.wide())).unwrap_or(*aid)
    };
    aids.iter().map(scaled).collect()
}

/// What the members are charged.
struct Levy {
    shares: Vec<Amount>,
    dues: Vec<Due>,
    charged: u128,
    from_prepaid: u128,
}

impl Levy {
    fn nothing(input: &Input<'_>) -> Self {
        let shares = vec![Amount::ZERO; input.rules.weights.len()];
        Self { shares, dues: vec![Due::default(); input.cohorts.len()], charged: 0, from_prepaid: 0 }
    }

    /// Shares a cost over all cohorts, each member up to the room below the yearly cap.
    fn raise(input: &Input<'_>, cost: u128) -> Result<Self, InputError> {
        let scale = Scale::of(input)?;
        let shares = match input.rules.cap_per_year {
            Some(cap) if cap.excess == Excess::OtherMembers => scale.level(input, cost)?,
            _ => scale.shares(&input.rules.weights, cost)?,
        };
        let narrow = |wide: u128| Amount::from_wide(wide).map_err(|_| InputError::TooLarge);
        let mut levy = Self {
            shares: Vec::new(),
            dues: Vec::with_capacity(input.cohorts.len()),
            charged: 0,
            from_prepaid: 0,
        };
        for cohort in input.cohorts {
            let share = narrow(due(input.rules, cohort, &shares))?;
            let from_prepaid = match input.rules.model {
                Model::Pool => share.min(cohort.prepaid),
                Model::After | Model::Sponsor { .. } => Amount::ZERO,
            };
            let to_collect = share.checked_sub(from_prepaid).unwrap_or_default();
            levy.dues.push(Due { share, from_prepaid, to_collect });
            levy.charged += share.wide() * u128::from(cohort.count);
            levy.from_prepaid += from_prepaid.wide() * u128::from(cohort.count);
        }
        levy.shares = shares.into_iter().map(narrow).collect::<Result<_, _>>()?;
        Ok(levy)
    }
}

/// What one member of a cohort can still be charged this year; `None`: anything. Terms may have lowered the cap within the
/// year: then there is no room, never a refund.
fn room(rules: &Rules, cohort: &Cohort) -> Option<u128> {
    rules.cap_per_year.map(|cap| cap.amount.wide().saturating_sub(cohort.charged_this_year.wide()))
}

/// What one member of a cohort pays when these are the shares of the bands.
fn due(rules: &Rules, cohort: &Cohort, shares: &[u128]) -> u128 {
    let share = shares.get(usize::from(cohort.band)).copied().unwrap_or(0);
    room(rules, cohort).map_or(share, |room| share.min(room))
}

/// The sum of all weights, by which a cost is divided.
struct Scale {
    weight: u128,
}

impl Scale {
    fn of(input: &Input<'_>) -> Result<Self, InputError> {
        let weights = &input.rules.weights;
        let weigh = |cohort: &Cohort| {
            let weight = weights.get(usize::from(cohort.band)).copied().unwrap_or(0);
            u128::from(weight) * u128::from(cohort.count)
        };
        let weight = input.cohorts.iter().map(weigh).sum();
        if weight == 0 { Err(InputError::TooLarge) } else { Ok(Self { weight }) }
    }

    /// The share of each band, always rounded up: a cost is covered, and what is too much is carried as surplus.
    fn shares(&self, weights: &[u32], cost: u128) -> Result<Vec<u128>, InputError> {
        let share = |weight: &u32| {
            let product = cost.checked_mul(u128::from(*weight)).ok_or(InputError::TooLarge)?;
            Ok(product.div_ceil(self.weight))
        };
        weights.iter().map(share).collect()
    }

    /// The shares of the smallest nominal cost for which the members, each up to the own room, cover the real one. With
    /// equal weights that is the smallest level L with `sum(min(room, L)) >= cost`. When not even all rooms together
    /// cover it, the level at which everybody is at the cap.
    fn level(&self, input: &Input<'_>, cost: u128) -> Result<Vec<u128>, InputError> {
        let weights = &input.rules.weights;
        let paid = |nominal: u128| {
            let shares = self.shares(weights, nominal)?;
            let each = |cohort: &Cohort| due(input.rules, cohort, &shares) * u128::from(cohort.count);
            Ok::<u128, InputError>(input.cohorts.iter().map(each).sum())
        };
        // At this nominal cost a member of the lightest band is asked for the largest room that there is.
        let widest = |cohort: &Cohort| due(input.rules, cohort, &vec![u128::MAX; weights.len()]);
        let room = input.cohorts.iter().filter(|c| c.count > 0).map(widest).max().unwrap_or(0);
        let mut high = room.checked_mul(self.weight).ok_or(InputError::TooLarge)?.max(cost);
        if paid(high)? < cost {
            return self.shares(weights, high);
        }
        let mut low = cost;
        while low < high {
            let middle = low + (high - low).div_euclid(2);
            if paid(middle)? >= cost {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        self.shares(weights, high)
    }
}

/// Who bears what members do not.
struct Borne {
    operator: u128,
    sponsor: u128,
    next_period: u128,
}

impl Borne {
    fn of(input: &Input<'_>, headcount: u64, missing: u128, above_claim_cap: u128) -> Self {
        let rules = input.rules;
        let mut borne = Self { operator: 0, sponsor: 0, next_period: 0 };
        if let Model::Sponsor { room } = rules.model {
            borne.sponsor = room.map_or(missing, |room| missing.min(room.wide()));
            borne.operator = missing - borne.sponsor;
            return borne;
        }
        match rules.cap_per_year.map(|cap| cap.excess) {
            Some(Excess::NextPeriod) if headcount > 0 => borne.next_period += missing,
            // After a cut nothing is missing but what an earlier period passed on; it cannot be cut any more.
            Some(Excess::NextPeriod | Excess::Operator | Excess::OtherMembers | Excess::CutAid) | None => {
                borne.operator += missing;
            }
        }
        match rules.cap_per_claim.map(|cap| cap.excess) {
            Some(Excess::NextPeriod) => borne.next_period += above_claim_cap,
            Some(Excess::Operator | Excess::OtherMembers | Excess::CutAid) | None => {
                borne.operator += above_claim_cap;
            }
        }
        borne
    }
}

/// Puts the result together and asserts the identity.
fn finish(
    input: &Input<'_>,
    headcount: u64,
    asked: Amount,
    granted: Granted,
    levy: Levy,
    borne: &Borne,
    to_share: u128,
) -> Result<Settlement, InputError> {
    let narrow = |wide: u128| Amount::from_wide(wide).map_err(|_| InputError::TooLarge);
    let owed = granted.total() + input.carried_before.wide();
    let paid =
        levy.charged + input.surplus_before.wide() + borne.operator + borne.sponsor + borne.next_period;
    assert!(paid >= owed, "a period must be covered: owed {owed}, covered {paid} minor units");
    let settlement = Settlement {
        aid: granted.aid,
        fee: granted.fee,
        aid_cut: asked.checked_sub(granted.aid).unwrap_or_default(),
        aid_per_claim: granted.per_claim,
        surplus_before: input.surplus_before,
        carried_before: input.carried_before,
        cost: narrow(owed.saturating_sub(input.surplus_before.wide()))?,
        shared_cost: narrow(to_share)?,
        headcount,
        shares: levy.shares,
        dues: levy.dues,
        charged: narrow(levy.charged)?,
        from_prepaid: narrow(levy.from_prepaid)?,
        surplus: narrow(paid - owed)?,
        borne_by_operator: narrow(borne.operator)?,
        borne_by_sponsor: narrow(borne.sponsor)?,
        carried_to_next: narrow(borne.next_period)?,
    };
    assert_identity(&settlement);
    Ok(settlement)
}

/// The public equation of a period, on the amounts as they are published.
fn assert_identity(s: &Settlement) {
    let sum = |amounts: &[Amount]| amounts.iter().map(|a| a.wide()).sum::<u128>();
    let uses = sum(&[s.aid, s.fee, s.carried_before, s.surplus]);
    let sources =
        sum(&[s.charged, s.surplus_before, s.borne_by_operator, s.borne_by_sponsor, s.carried_to_next]);
    assert_eq!(uses, sources, "the equation of the period does not hold: {s:?}");
    if s.charged > Amount::ZERO && s.aid_cut.is_zero() {
        let bound = u128::from(s.headcount);
        assert!(s.surplus.wide() < bound, "the surplus of a shared period is below the headcount: {s:?}");
    }
}
