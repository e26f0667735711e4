//! A period: half a month (or as the calendar of the plan says) in which claims are gathered, noticed and shared.
//!
//! Shape: notice opens with the headcount and the claims on display; settlement fixes what everybody owes; collection
//! and payouts move the money; closing asserts that nothing is left over. Arithmetic lives in [`crate::settlement`].

use std::collections::BTreeMap;

use huzhu_ledger::Amount;

use crate::digest::Digest;
use crate::id::ClaimId;
use crate::plan::{PeriodKey, PlanId, PlanVersion};
use crate::time::{Day, Moment};

/// Members who owe the same: same age class, first counted in the same period of the calendar year.
///
/// Everybody in a cohort has been counted in every period of the year since `first`, so they share one year-to-date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct CohortKey {
    /// Age class, see [`crate::enrolment::Joined::band_class`]; 0 in plans without age bands.
    pub class: i16,
    /// First period of the calendar year (of the sharing day) at whose headcount the members were counted.
    pub first: PeriodKey,
}

/// A cohort and how many are in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct CohortCount {
    /// Which members.
    pub key: CohortKey,
    /// How many.
    pub count: u64,
}

/// What each member of a cohort owes for the period.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct CohortShare {
    /// Which members.
    pub key: CohortKey,
    /// How many.
    pub count: u64,
    /// What each of them owes, in minor units.
    pub share: Amount,
}

/// A claim with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct ClaimAid {
    /// The claim.
    pub claim: ClaimId,
    /// Aid in minor units.
    pub aid: Amount,
}

/// What is fixed when notice begins; the payload of [`PeriodEvent::NoticeOpened`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Noticed {
    /// The plan version whose terms rule this period.
    pub version: PlanVersion,
    /// The day at whose 0:00 members were counted: the first day of notice.
    pub headcount_day: Day,
    /// End of the notice.
    pub until: Moment,
    /// The day on which shares are taken.
    pub sharing_day: Day,
    /// Who is counted.
    pub cohorts: Vec<CohortCount>,
    /// The claims on display, in order of id.
    pub claims: Vec<ClaimAid>,
    /// Salted digests of the cards on display, in the same order; `None` in events from before there was a log.
    #[cfg_attr(feature = "codec", serde(default, skip_serializing_if = "Option::is_none"))]
    pub cards: Option<Vec<Digest>>,
}

impl Noticed {
    /// Members counted.
    ///
    /// # Panics
    /// When the sum does not fit 64 bits, which no roster does.
    pub fn headcount(&self) -> u64 {
        self.cohorts
            .iter()
            .try_fold(0_u64, |sum, cohort| sum.checked_add(cohort.count))
            .expect("a headcount fits 64 bits")
    }
}

/// The tree of all shares of a period: one leaf for each place of the roster. Its sum is [`Statement::shares_total`] and its count
/// [`Statement::headcount`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct ShareRoot {
    /// The root.
    pub root: Digest,
    /// Places of the roster, from 0, also those of members who do not share.
    pub places: u64,
}

/// The equation of a period; the payload of [`PeriodEvent::Settled`]. Amounts in minor units of the plan's currency.
///
/// `aid + fee + surplus = shares_total + surplus_before + borne_by_operator + borne_by_sponsor + carried_out - carried_in`
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Statement {
    /// Claims shared.
    pub claims: u32,
    /// Sum of aid.
    pub aid: Amount,
    /// Fee on it.
    pub fee: Amount,
    /// Cost carried in from the period before, where terms carry what is above a cap.
    pub carried_in: Amount,
    /// What was left to share: aid + fee + carried in - surplus before, never below zero.
    pub cost: Amount,
    /// Members counted at 0:00 of the first day of notice.
    pub headcount: u64,
    /// The share, the same for everybody; in banded or capped plans the largest one.
    pub share: Amount,
    /// Sum of what all members owe.
    pub shares_total: Amount,
    /// Rounding excess of the period before.
    pub surplus_before: Amount,
    /// Rounding excess carried to the next period.
    pub surplus: Amount,
    /// What the operator pays (above caps).
    pub borne_by_operator: Amount,
    /// What the sponsor pays.
    pub borne_by_sponsor: Amount,
    /// Cost carried to the next period.
    pub carried_out: Amount,
    /// What each cohort owes.
    pub cohorts: Vec<CohortShare>,
    /// What each claim is paid, after cuts by caps.
    pub payable: Vec<ClaimAid>,
    /// The share of every member, where the platform keeps a tree of them.
    #[cfg_attr(feature = "codec", serde(default, skip_serializing_if = "Option::is_none"))]
    pub shares: Option<ShareRoot>,
}

impl Statement {
    /// What a member of this cohort owes; zero for a cohort that was not counted.
    pub fn share_of(&self, key: CohortKey) -> Amount {
        self.cohorts.iter().find(|cohort| cohort.key == key).map_or(Amount::ZERO, |cohort| cohort.share)
    }

    /// Whether the equation above holds, the cohorts sum to headcount and shares, and the payouts to the aid.
    pub fn adds_up(&self) -> bool {
        let sum = |amounts: &[Amount]| amounts.iter().map(|amount| amount.wide()).sum::<u128>();
        let uses = sum(&[self.aid, self.fee, self.surplus, self.carried_in]);
        let sources = sum(&[
            self.shares_total,
            self.surplus_before,
            self.borne_by_operator,
            self.borne_by_sponsor,
            self.carried_out,
        ]);
        let shares = self.cohorts.iter().try_fold(0_u128, |total, cohort| {
            let shares = cohort.share.wide().checked_mul(u128::from(cohort.count))?;
            total.checked_add(shares)
        });
        let members: u128 = self.cohorts.iter().map(|cohort| u128::from(cohort.count)).sum();
        let payable: Vec<Amount> = self.payable.iter().map(|claim| claim.aid).collect();
        uses == sources
            && shares == Some(self.shares_total.wide())
            && members == u128::from(self.headcount)
            && sum(&payable) == self.aid.wide()
            && usize::try_from(self.claims) == Ok(self.payable.len())
    }
}

/// What the bank reported about the debits; the payload of [`PeriodEvent::Collected`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Collection {
    /// Taken from members, in minor units.
    pub collected: Amount,
    /// Not taken, now in arrears, in minor units.
    pub failed: Amount,
    /// Debits that failed.
    pub failures: u64,
    /// Digest of the bank's report.
    pub report: Digest,
}

/// What happened to a period.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum PeriodEvent {
    /// Notice began.
    NoticeOpened(Noticed),
    /// The share was fixed.
    Settled(Statement),
    /// The shares were taken.
    Collected(Collection),
    /// All payouts are done and the books agree.
    Closed,
}

/// Where a period stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PeriodState {
    /// Claims are being gathered; notice has not begun.
    Gathering,
    /// Claims are on display.
    OnNotice,
    /// The share is fixed, debits are under way.
    Settled,
    /// Shares are taken, payouts are under way.
    Collected,
    /// Done.
    Closed,
}

impl PeriodState {
    /// The stable word in URLs, JSON, stores and message keys.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Gathering => "gathering",
            Self::OnNotice => "on-notice",
            Self::Settled => "settled",
            Self::Collected => "collected",
            Self::Closed => "closed",
        }
    }
}

/// Why a verb on a period was refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PeriodRejection {
    /// The period is in a state that does not know this verb.
    #[error("a period that is {state} cannot be {verb}")]
    WrongState {
        /// The state's word.
        state: &'static str,
        /// What was tried, as a past participle.
        verb: &'static str,
    },
    /// The first day of notice has not come.
    #[error("notice begins on {day}")]
    TooEarlyForNotice {
        /// The first day of notice.
        day: Day,
    },
    /// Notice is still running.
    #[error("notice runs until {until}")]
    NoticeRunning {
        /// Its end.
        until: Moment,
    },
    /// The sharing day has not come.
    #[error("shares are taken on {day}")]
    TooEarlyForSharing {
        /// The sharing day.
        day: Day,
    },
    /// What was collected and what failed do not add up to what is owed, or debits failed over nothing.
    #[error("collected and failed must add up to what is owed")]
    DoesNotAddUp,
    /// A payout is outstanding.
    #[error("{count} payouts are outstanding")]
    PayoutsOutstanding {
        /// How many.
        count: usize,
    },
}

/// One period of one plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    plan: PlanId,
    key: PeriodKey,
    state: PeriodState,
    noticed: Option<Noticed>,
    statement: Option<Statement>,
    collection: Option<Collection>,
}

impl Period {
    /// The state before the first event.
    pub const fn new(plan: PlanId, key: PeriodKey) -> Self {
        Self { plan, key, state: PeriodState::Gathering, noticed: None, statement: None, collection: None }
    }

    /// The plan.
    pub const fn plan(&self) -> &PlanId {
        &self.plan
    }

    /// Which period.
    pub const fn key(&self) -> PeriodKey {
        self.key
    }

    /// Where it stands.
    pub const fn state(&self) -> &PeriodState {
        &self.state
    }

    /// What was fixed when notice began.
    pub const fn noticed(&self) -> Option<&Noticed> {
        self.noticed.as_ref()
    }

    /// The equation, once settled.
    pub const fn statement(&self) -> Option<&Statement> {
        self.statement.as_ref()
    }

    /// What the bank reported, once collected.
    pub const fn collection(&self) -> Option<&Collection> {
        self.collection.as_ref()
    }

    /// Begins the notice, on its first day or later (a late operator delays nothing else: the headcount stays that of
    /// 0:00 of the first day).
    pub fn open_notice(&self, noticed: Noticed, today: Day) -> Result<PeriodEvent, PeriodRejection> {
        if self.state != PeriodState::Gathering {
            return self.wrong("put on notice");
        }
        if today < noticed.headcount_day {
            return Err(PeriodRejection::TooEarlyForNotice { day: noticed.headcount_day });
        }
        Ok(PeriodEvent::NoticeOpened(noticed))
    }

    /// Fixes the share, after the notice.
    ///
    /// # Panics
    /// When the headcount has changed, the equation does not hold or a claim was not on display with that aid: bugs,
    /// after which no money may move.
    pub fn settle(&self, statement: Statement, now: Moment) -> Result<PeriodEvent, PeriodRejection> {
        match (&self.state, &self.noticed) {
            (PeriodState::OnNotice, Some(noticed)) if now < noticed.until => {
                Err(PeriodRejection::NoticeRunning { until: noticed.until })
            }
            (PeriodState::OnNotice, Some(noticed)) => {
                assert!(
                    noticed.headcount() == statement.headcount,
                    "the headcount changed after notice began"
                );
                assert!(statement.adds_up(), "the statement of {} does not add up", self.key);
                let shown: BTreeMap<ClaimId, Amount> =
                    noticed.claims.iter().map(|c| (c.claim, c.aid)).collect();
                let displayed = |paid: &ClaimAid| shown.get(&paid.claim).is_some_and(|aid| paid.aid <= *aid);
                assert!(statement.payable.iter().all(displayed), "a claim is paid that was not on display");
                Ok(PeriodEvent::Settled(statement))
            }
            _ => self.wrong("settled"),
        }
    }

    /// Records the bank's report on the debits, on the sharing day or later.
    pub fn collect(&self, collection: Collection, today: Day) -> Result<PeriodEvent, PeriodRejection> {
        match (&self.state, &self.noticed, &self.statement) {
            (PeriodState::Settled, Some(noticed), Some(statement)) => {
                if today < noticed.sharing_day {
                    return Err(PeriodRejection::TooEarlyForSharing { day: noticed.sharing_day });
                }
                let sum = collection.collected.checked_add(collection.failed);
                if sum != Some(statement.shares_total)
                    || (collection.failures == 0) != collection.failed.is_zero()
                {
                    return Err(PeriodRejection::DoesNotAddUp);
                }
                Ok(PeriodEvent::Collected(collection))
            }
            _ => self.wrong("collected"),
        }
    }

    /// Closes the period once every payout is done.
    pub fn close(&self, payouts_outstanding: usize) -> Result<PeriodEvent, PeriodRejection> {
        match self.state {
            PeriodState::Collected if payouts_outstanding > 0 => {
                Err(PeriodRejection::PayoutsOutstanding { count: payouts_outstanding })
            }
            PeriodState::Collected => Ok(PeriodEvent::Closed),
            _ => self.wrong("closed"),
        }
    }

    /// The only code that changes state.
    pub fn apply(&mut self, event: &PeriodEvent) {
        match event {
            PeriodEvent::NoticeOpened(noticed) => {
                self.state = PeriodState::OnNotice;
                self.noticed = Some(noticed.clone());
            }
            PeriodEvent::Settled(statement) => {
                self.state = PeriodState::Settled;
                self.statement = Some(statement.clone());
            }
            PeriodEvent::Collected(collection) => {
                self.state = PeriodState::Collected;
                self.collection = Some(*collection);
            }
            PeriodEvent::Closed => self.state = PeriodState::Closed,
        }
    }

    fn wrong<T>(&self, verb: &'static str) -> Result<T, PeriodRejection> {
        Err(PeriodRejection::WrongState { state: self.state.word(), verb })
    }
}

#[cfg(test)]
mod tests;
