//! The same settlement, computed member by member: an oracle for tests and the simulator, never used to move money.
//!
//! Shape: loops over members, no cohorts, no shared code with [`super::close`] but the words of [`Rules`]. Shares are found by
//! raising them step by step, sums are taken again from the members each time. Where the fast way divides, this one
//! searches, and the other way round.
//!
//! Limits: slow on purpose (members x minor units of the share); amounts whose sums stay far below `u64::MAX`.

use super::{Excess, Model, Rules};
use huzhu_ledger::Amount;

/// One member, with an account of its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Member {
    /// Index into [`Rules::weights`].
    pub band: u8,
    /// Charged in this calendar year before this period.
    pub charged_this_year: Amount,
    /// Prepaid balance.
    pub prepaid: Amount,
}

/// What came out, in minor units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// Aid granted to each claim.
    pub aid_per_claim: Vec<u128>,
    /// Fee on the aid granted.
    pub fee: u128,
    /// What each member is charged, in the order of the input.
    pub dues: Vec<u128>,
    /// What of that is drawn from each prepaid balance.
    pub from_prepaid: Vec<u128>,
    /// Surplus carried to the next period.
    pub surplus: u128,
    /// Borne by the operator.
    pub operator: u128,
    /// Borne by the sponsor.
    pub sponsor: u128,
    /// Passed on to the next period.
    pub next_period: u128,
}

/// Closes a period for these members, with surplus and cost of the period before. Expects rules with weights of at least 1
/// and bands that exist.
pub fn close(
    rules: &Rules,
    claims: &[Amount],
    members: &[Member],
    surplus_before: Amount,
    carried_before: Amount,
) -> Outcome {
    let (before, carried) = (surplus_before.wide(), carried_before.wide());
    let nobody = members.is_empty() || matches!(rules.model, Model::Sponsor { .. });
    let mut aid: Vec<u128> = claims.iter().map(|claim| claim.wide()).collect();
    let above = if nobody { 0 } else { apply_claim_cap(rules, &mut aid, members) };
    let with_fee = |aid: &[u128]| aid.iter().sum::<u128>() + fee_on(rules, aid.iter().sum());

    let wanted = (with_fee(&aid) + carried).saturating_sub(above + before);
    let dues = if nobody || wanted == 0 { vec![0; members.len()] } else { share_all(rules, members, wanted) };
    let charged: u128 = dues.iter().sum();

    let mut missing = wanted.saturating_sub(charged);
    let yearly = rules.cap_per_year.filter(|_| !nobody).map(|cap| cap.excess);
    if missing > 0 && yearly == Some(Excess::CutAid) {
        let there = (before + charged + above).saturating_sub(carried);
        let (pot, asked) = (most_aid(rules, there), aid.iter().sum::<u128>());
        for one in &mut aid {
            *one = (*one * pot).checked_div(asked).unwrap_or(0);
        }
        missing = (with_fee(&aid) + carried).saturating_sub(before + charged + above);
    }
    let (mut operator, mut sponsor, mut next_period) = (0, 0, 0);
    match (rules.model, yearly) {
        (Model::Sponsor { room: None }, _) => sponsor += missing,
        (Model::Sponsor { room: Some(room) }, _) => {
            sponsor += missing.min(room.wide());
            operator += missing.saturating_sub(room.wide());
        }
        (_, Some(Excess::NextPeriod)) => next_period += missing,
        _ => operator += missing,
    }
    match rules.cap_per_claim.map(|cap| cap.excess) {
        Some(Excess::NextPeriod) => next_period += above,
        _ => operator += above,
    }
    let from_prepaid = members.iter().zip(&dues).map(|(member, due)| drawn(rules, member, *due)).collect();
    let surplus = before + charged + operator + sponsor + next_period - carried - with_fee(&aid);
    Outcome {
        fee: fee_on(rules, aid.iter().sum()),
        aid_per_claim: aid,
        dues,
        from_prepaid,
        surplus,
        operator,
        sponsor,
        next_period,
    }
}

/// Rounded half up: the fee is the whole number of minor units nearest to the exact one.
fn fee_on(rules: &Rules, aid: u128) -> u128 {
    let scaled = aid * u128::from(rules.fee.hundredths());
    let (whole, rest) = (scaled.div_euclid(10_000), scaled.rem_euclid(10_000));
    if rest >= 5_000 { whole + 1 } else { whole }
}

/// The most aid that fits with its fee, found by halving.
fn most_aid(rules: &Rules, there: u128) -> u128 {
    let (mut fits, mut too_much) = (0, there + 1);
    while too_much - fits > 1 {
        let middle = (fits + too_much).div_euclid(2);
        if middle + fee_on(rules, middle) <= there {
            fits = middle;
        } else {
            too_much = middle;
        }
    }
    fits
}

/// Cuts each claim to the cap, or gives what of all claims is above it.
fn apply_claim_cap(rules: &Rules, aid: &mut [u128], members: &[Member]) -> u128 {
    let Some(cap) = rules.cap_per_claim else { return 0 };
    let limit: u128 = members.iter().map(|_| cap.amount.wide()).sum();
    let all = aid.iter().sum::<u128>() + fee_on(rules, aid.iter().sum());
    let mut above = 0;
    for one in aid.iter_mut() {
        let cost = *one + fee_on(rules, *one);
        if cost > limit && cap.excess == Excess::CutAid {
            *one = most_aid(rules, limit);
        } else if cost > limit {
            above += cost - limit;
        }
    }
    above.min(all)
}

/// What each member pays: the exact part of the cost, rounded up, up to the room below the yearly cap; and when others step
/// in, everybody's part is raised by the smallest step that somebody feels, until the cost is covered or nobody has room.
fn share_all(rules: &Rules, members: &[Member], cost: u128) -> Vec<u128> {
    let weight = |member: &Member| rules.weights.get(usize::from(member.band)).map_or(0, |w| u128::from(*w));
    let all: u128 = members.iter().map(weight).sum();
    let room = |member: &Member| match rules.cap_per_year {
        None => u128::MAX,
        Some(cap) => cap.amount.wide().saturating_sub(member.charged_this_year.wide()),
    };
    let others_step_in = rules.cap_per_year.is_some_and(|cap| cap.excess == Excess::OtherMembers);
    let mut nominal = cost;
    loop {
        let part = |member: &Member| {
            let exact = nominal * weight(member);
            let down = exact.div_euclid(all);
            if down * all < exact { down + 1 } else { down }
        };
        let dues: Vec<u128> = members.iter().map(|member| part(member).min(room(member))).collect();
        let covered = dues.iter().sum::<u128>() >= cost;
        let exhausted = members.iter().zip(&dues).all(|(member, due)| *due == room(member));
        if covered || exhausted || !others_step_in {
            return dues;
        }
        let next = |member: &Member| (part(member) * all).div_euclid(weight(member)) + 1;
        nominal = members.iter().map(next).min().unwrap_or(nominal);
    }
}

fn drawn(rules: &Rules, member: &Member, due: u128) -> u128 {
    match rules.model {
        Model::Pool => due.min(member.prepaid.wide()),
        Model::After | Model::Sponsor { .. } => 0,
    }
}
