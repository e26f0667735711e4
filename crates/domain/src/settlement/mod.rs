//! Settlement arithmetic: what a period costs and who pays how much of it (domain rules, section 7).
//!
//! Shape: plain numbers in, plain numbers out. [`close`] takes the rules, the aid of the claims that go out, the members as
//! cohorts and what the last period left over, and gives a [`Settlement`]. [`shortfall`] says what happens when less was
//! collected than is owed. [`naive`] computes the same member by member; tests and the simulator compare the two.
//!
//! Guarantees: only integers; the identity
//! `aid + fee + carried_before + surplus = charged + surplus_before + operator + sponsor + carried_to_next`
//! is asserted at each close; members of one cohort pay the same to the last minor unit; work grows with cohorts and
//! claims, never with members.
//!
//! Limits: knows no dates, no ids and no plan terms. Which members form a cohort, which day a share counts to and what
//! happens to a share that is not paid is the caller's business.
//!
//! What the rules leave open is decided here once:
//!
//! - Caps protect members: under a sponsor, and in a period that nobody is there to share, they do not apply.
//! - A cost that nobody is there to share is borne by the operator.
//! - Whoever bears what is above the yearly cap bears what is missing, not the rounding: members' rounding counts first.
//! - Above the yearly cap "other members" pay until all are at their cap; what is then still missing is the operator's.
//! - A cost carried over from an earlier period is not cut again: its aid is already granted.

use huzhu_ledger::{Account, Amount, Line, Percent};

mod arithmetic;
pub mod naive;
mod rules;
pub mod shortfall;
#[cfg(test)]
mod tests;

pub use arithmetic::close;
pub use rules::shortfall_rule;

/// How a period is shared, as numbers taken from the plan terms.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Rules {
    /// Where the money comes from.
    pub model: Model,
    /// Fee on aid that is really paid, rounded half up on the sum.
    pub fee: Percent,
    /// The weight of each age band, at least 1 each; `[1]` when everybody pays the same.
    pub weights: Vec<u32>,
    /// The most that one claim (aid and fee) costs one member on average. [`Excess::OtherMembers`] makes no sense here.
    pub cap_per_claim: Option<Cap>,
    /// The most that one member is charged in a calendar year.
    pub cap_per_year: Option<Cap>,
}

/// Where the money comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Model {
    /// Members pay afterwards.
    After,
    /// Shares are drawn from prepaid balances; what a balance lacks is owed like a share of [`Model::After`].
    Pool,
    /// A sponsor pays up to what it still grants (`None`: everything); the operator pays what is above. Share 0.
    Sponsor {
        /// What the sponsor still grants, in minor units.
        room: Option<Amount>,
    },
}

/// A cap and who bears what is above it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cap {
    /// The most one member pays, in minor units.
    pub amount: Amount,
    /// Who bears the rest.
    pub excess: Excess,
}

/// Who bears what is above a cap.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Excess {
    /// The operator.
    Operator,
    /// The members who are still below their cap (yearly cap only).
    OtherMembers,
    /// The members of the next period.
    NextPeriod,
    /// The claimants: aid is cut, in proportion to it where several claims are concerned.
    CutAid,
}

/// Members who owe the same: same band, same shares so far this year, same prepaid balance.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cohort {
    /// Index into [`Rules::weights`].
    pub band: u8,
    /// How many members, by headcount at 0:00 of the first day of notice.
    pub count: u64,
    /// What each was charged in this calendar year before this period.
    pub charged_this_year: Amount,
    /// What each has prepaid (model `pool`; otherwise nothing).
    pub prepaid: Amount,
}

/// Everything that closing a period depends on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Input<'a> {
    /// The rules in force.
    pub rules: &'a Rules,
    /// The aid of each approved and cleared claim.
    pub claims: &'a [Amount],
    /// The members. Order is the caller's; results keep it.
    pub cohorts: &'a [Cohort],
    /// Surplus of the period before.
    pub surplus_before: Amount,
    /// Cost that the period before passed on ([`Settlement::carried_to_next`]).
    pub carried_before: Amount,
}

/// What each member of one cohort is charged.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Due {
    /// The member's share after the yearly cap.
    pub share: Amount,
    /// The part that is drawn from the prepaid balance.
    pub from_prepaid: Amount,
    /// The part that is still to be collected. In a pool plan, a cohort with something here cannot pay its share.
    pub to_collect: Amount,
}

/// A closed period. All amounts in minor units.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Settlement {
    /// Aid granted to each claim, in the order of the input; below the input where aid was cut.
    pub aid_per_claim: Vec<Amount>,
    /// Sum of the aid granted.
    pub aid: Amount,
    /// Fee on that sum.
    pub fee: Amount,
    /// What caps took off the aid asked for.
    pub aid_cut: Amount,
    /// Surplus that the period before left.
    pub surplus_before: Amount,
    /// Cost that the period before passed on.
    pub carried_before: Amount,
    /// Aid + fee + carried - surplus of before; nothing when the surplus is larger.
    pub cost: Amount,
    /// The part of the cost that members are asked to share: without what is above the cap per claim.
    pub shared_cost: Amount,
    /// Enrolments that share.
    pub headcount: u64,
    /// The share of each band before the yearly cap, in the order of the weights.
    pub shares: Vec<Amount>,
    /// What each member of each cohort is charged, in the order of the input.
    pub dues: Vec<Due>,
    /// All shares together.
    pub charged: Amount,
    /// The part of all shares that is drawn from prepaid balances.
    pub from_prepaid: Amount,
    /// Rounding excess carried to the next period.
    pub surplus: Amount,
    /// What the operator bears.
    pub borne_by_operator: Amount,
    /// What the sponsor bears.
    pub borne_by_sponsor: Amount,
    /// Cost that the next period takes over.
    pub carried_to_next: Amount,
}

/// Why a period cannot be closed, in order of precedence. Plan files that pass `huzhu plan check` give none of these.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum InputError {
    /// No band, or a band whose members would pay nothing.
    #[error("each age band needs a weight of at least 1")]
    ZeroWeight,
    /// A cohort names a band that has no weight.
    #[error("cohort {cohort} is in band {band}, the rules have {bands} bands")]
    UnknownBand {
        /// Which cohort, counted from 0.
        cohort: usize,
        /// Its band.
        band: u8,
        /// How many bands there are.
        bands: usize,
    },
    /// The cap per claim concerns all members alike, so that there are no others.
    #[error("what is above the cap per claim cannot be borne by other members: all are at the cap")]
    NoOtherMembers,
    /// More members than [`MAX_HEADCOUNT`].
    #[error("at most {MAX_HEADCOUNT} members can share, so that no product passes 128 bits")]
    TooManyMembers,
    /// A sum is above what an [`Amount`] keeps.
    #[error("a sum of this period is too large to be kept")]
    TooLarge,
}

/// The most members of one period: a hundred billion. Keeps products of amounts, weights and counts within 128 bits.
pub const MAX_HEADCOUNT: u64 = 100_000_000_000;

impl Settlement {
    /// The share of a plan in which everybody pays the same (the first band's share otherwise).
    pub fn share(&self) -> Amount {
        self.shares.first().copied().unwrap_or_default()
    }

    /// What is left to be collected from members.
    pub fn to_collect(&self) -> Amount {
        self.charged.checked_sub(self.from_prepaid).unwrap_or_default()
    }

    /// The lines of the journal entry that books this close. Balanced by the identity above; empty when nothing moved (a
    /// period without claims that uses no surplus), for which no entry is written.
    pub fn lines(&self) -> Vec<Line> {
        let debits = [
            (Account::SharesReceivable, self.to_collect()),
            (Account::PrepaidBalances, self.from_prepaid),
            (Account::OperatorGuarantee, self.borne_by_operator),
            (Account::SponsorAccount, self.borne_by_sponsor),
        ];
        let credits = [(Account::AidPayable, self.aid), (Account::FeeIncome, self.fee)];
        let mut lines: Vec<Line> =
            debits.into_iter().map(|(account, amount)| Line::debit(account, amount)).collect();
        lines.extend(credits.into_iter().map(|(account, amount)| Line::credit(account, amount)));
        // Only the change of what is carried is booked, so that a quiet period moves nothing.
        let grown = |account, debit: Amount, credit: Amount| match debit.checked_sub(credit) {
            Some(more) => Line::debit(account, more),
            None => Line::credit(account, credit.checked_sub(debit).unwrap_or_default()),
        };
        lines.push(grown(Account::SurplusCarried, self.surplus_before, self.surplus));
        lines.push(grown(Account::CostCarried, self.carried_to_next, self.carried_before));
        lines.retain(|line| !line.amount.is_zero());
        lines
    }
}
