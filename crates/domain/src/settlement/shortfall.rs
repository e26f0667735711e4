//! What happens when less was collected than is owed.
//!
//! Shape: [`resolve`] takes what is there and what was granted and says what each claim is paid now, what the fee is and who
//! bears the rest. The pro-rata rule is a clause of a plan that ran and that a court upheld in 2024: the fee comes off at
//! its rate, the rest is split over the claims in proportion to their aid.
//!
//! The fee is on aid that is really paid (section 7), so that "at its rate" means: of 108 collected at 8 percent, 100 are
//! aid and 8 are fee. Each claim's part is rounded down; what that leaves, less than one minor unit for each claim and one
//! for the fee, is the remainder and goes to the surplus.

use super::InputError;
use super::arithmetic::{largest_aid, pro_rata};
use huzhu_ledger::{Amount, Percent};

/// Who bears what could not be collected.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rule {
    /// The claims, in proportion to their aid, after the fee at its rate.
    CutAid,
    /// The next period: claims are paid in full, the rest is carried.
    NextPeriod,
    /// The operator: claims are paid in full.
    Operator,
}

/// What is paid although not everything was collected. All amounts in minor units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Outcome {
    /// What each claim is paid, in the order of the input.
    pub paid: Vec<Amount>,
    /// Fee on what is paid.
    pub fee: Amount,
    /// What claimants lose against the aid granted.
    pub aid_cut: Amount,
    /// What is there and not paid out: to the surplus.
    pub remainder: Amount,
    /// What the operator adds.
    pub borne_by_operator: Amount,
    /// What the next period is asked for.
    pub carried_to_next: Amount,
}

/// Pays claims from `available` (what was collected, plus surplus and whatever others bore at the close). With enough
/// there, everything is paid and the rest is the remainder.
///
/// # Errors
/// [`InputError::TooLarge`] when the aid together is above what an [`Amount`] keeps.
///
/// # Panics
/// When what is paid is not what is there plus what others add: a bug, after which no money may move.
pub fn resolve(
    rule: Rule,
    available: Amount,
    claims: &[Amount],
    fee: Percent,
) -> Result<Outcome, InputError> {
    let aid = Amount::sum(claims.iter().copied()).map_err(|_| InputError::TooLarge)?;
    let owed = aid.checked_add(fee.of(aid)).ok_or(InputError::TooLarge)?;
    let missing = owed.checked_sub(available).unwrap_or_default();
    let paid = match rule {
        Rule::CutAid if !missing.is_zero() => pro_rata(claims, aid, largest_aid(available.wide(), fee)),
        Rule::CutAid | Rule::NextPeriod | Rule::Operator => claims.to_vec(),
    };
    let (borne_by_operator, carried_to_next) = match rule {
        Rule::CutAid => (Amount::ZERO, Amount::ZERO),
        Rule::NextPeriod => (Amount::ZERO, missing),
        Rule::Operator => (missing, Amount::ZERO),
    };
    let paid_sum = Amount::sum(paid.iter().copied()).map_err(|_| InputError::TooLarge)?;
    let fee = fee.of(paid_sum);
    let sources = available.wide() + borne_by_operator.wide() + carried_to_next.wide();
    let uses = paid_sum.wide() + fee.wide();
    assert!(sources >= uses, "more is paid than is there: {uses} of {sources} minor units");
    Ok(Outcome {
        paid,
        fee,
        aid_cut: aid.checked_sub(paid_sum).unwrap_or_default(),
        remainder: Amount::from_wide(sources - uses).map_err(|_| InputError::TooLarge)?,
        borne_by_operator,
        carried_to_next,
    })
}
