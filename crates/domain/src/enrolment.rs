//! An enrolment: one person covered by one plan, and who pays for it.
//!
//! Shape: [`Enrolment::join`] decides from facts whether somebody may join; the other verbs end the enrolment or hand
//! it to another payer. Days are civil days of the plan's time zone; every interval is half open: a person whose
//! `shares_until` is day D is counted at 0:00 of D-1 and not at 0:00 of D.

mod join;

pub use join::{Credit, JoinFacts, JoinRejection};

use std::collections::BTreeMap;

use huzhu_ledger::Amount;

use crate::digest::Digest;
use crate::id::{EnrolmentId, MemberId};
use crate::plan::{PeriodKey, PlanId, PlanVersion, Relation};
use crate::time::{Day, plus_days};
use join::relation_fits;

/// Why an enrolment ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum EndReason {
    /// The payer left, or took the dependant out.
    Left,
    /// The age limit of the plan was reached.
    AgeReached,
    /// Aid was paid and the plan pays once.
    AidReceived,
    /// A share stayed unpaid past the retry window.
    Unpaid,
    /// The person turned out never to have been eligible.
    Ineligible,
    /// The illness began inside the waiting period.
    IllnessInWait,
}

impl EndReason {
    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::AgeReached => "age-reached",
            Self::AidReceived => "aid-received",
            Self::Unpaid => "unpaid",
            Self::Ineligible => "ineligible",
            Self::IllnessInWait => "illness-in-wait",
        }
    }
}

/// What was agreed when somebody joined; the payload of [`EnrolmentEvent::Joined`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Joined {
    /// The plan.
    pub plan: PlanId,
    /// The exact version that was shown and agreed to.
    pub version: PlanVersion,
    /// The person covered.
    pub member: MemberId,
    /// Who pays.
    pub payer: MemberId,
    /// How the person covered is related to the payer; `None`: the payer is covered.
    pub relation: Option<Relation>,
    /// The day of joining.
    pub joined: Day,
    /// First day of cover for illness; accidents may be covered from the day after joining.
    pub covered_from: Day,
    /// First day at whose 0:00 the person is counted for sharing.
    pub shares_from: Day,
    /// Year such that the age on 1 January of year Y is `Y - 1 - band_class`; 0 in plans without age bands.
    pub band_class: i16,
    /// First day on which the person is over age, when the plan has an age limit.
    pub over_age_from: Option<Day>,
    /// Keyed hash of the identity number: one person, one enrolment per plan.
    pub identity: Digest,
    /// Digest of the consent: plan text, debit mandate, health answers, as given to the member in the receipt.
    pub consent: Digest,
}

/// What happened to an enrolment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum EnrolmentEvent {
    /// The person joined.
    Joined(Joined),
    /// A debit failed; the share of the period is in arrears.
    FellIntoArrears {
        /// The period of the share.
        period: PeriodKey,
        /// The share in minor units.
        amount: Amount,
        /// Last day on which the debit is tried again.
        retry_until: Day,
    },
    /// Arrears of a period were paid.
    ArrearsPaid {
        /// The period of the share.
        period: PeriodKey,
    },
    /// Nobody asks for the unpaid share of a period any more: shares are given back.
    ArrearsGivenUp {
        /// The period of the share.
        period: PeriodKey,
    },
    /// Somebody else pays from now on.
    PayerChanged {
        /// The new payer.
        payer: MemberId,
        /// How the person covered is related to the new payer; `None`: the person pays for themselves.
        relation: Option<Relation>,
    },
    /// The enrolment ended.
    Ended {
        /// First day without cover and on which the person is no longer counted.
        until: Day,
        /// Why.
        reason: EndReason,
        /// Every share is given back: those that were taken or still are will be refunded, those that fail are given up. False in
        /// events from before, which refunded at once what was charged.
        #[cfg_attr(feature = "codec", serde(default, skip_serializing_if = "is_false"))]
        gives_back: bool,
    },
}

#[cfg(feature = "codec")]
#[expect(clippy::trivially_copy_pass_by_ref, reason = "the form that serde asks for")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

/// Why a verb on an enrolment was refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum EnrolmentRejection {
    /// The enrolment has ended.
    #[error("the enrolment ended on {until}")]
    Ended {
        /// First day without cover.
        until: Day,
    },
    /// Nothing is owed for this period.
    #[error("nothing is owed for period {period}")]
    NothingOwed {
        /// The period.
        period: PeriodKey,
    },
    /// The share of this period is already in arrears.
    #[error("the share of period {period} is already in arrears")]
    AlreadyInArrears {
        /// The period.
        period: PeriodKey,
    },
    /// The retry window is still open.
    #[error("the debit is tried again until {until}")]
    RetryWindowOpen {
        /// Last day of the window.
        until: Day,
    },
    /// The person has not reached the age limit.
    #[error("the age limit is reached on {from}")]
    NotOverAge {
        /// First day over age.
        from: Day,
    },
    /// The plan has no age limit.
    #[error("the plan has no age limit")]
    NoAgeLimit,
    /// A dependant needs a relation to the payer, somebody who pays for themselves has none.
    #[error("a dependant needs a relation to the payer, somebody who pays for themselves has none")]
    RelationDoesNotFit,
}

/// An unpaid share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arrears {
    /// The share in minor units.
    pub amount: Amount,
    /// Last day on which the debit is tried again.
    pub retry_until: Day,
}

/// How an enrolment stands on a day, computed and never stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cover {
    /// Covered for illness.
    Covered,
    /// Waiting; cover for illness begins on the day.
    WaitingUntil(Day),
    /// Ended; the day is the first without cover.
    Ended(Day, EndReason),
}

/// One person covered by one plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enrolment {
    id: EnrolmentId,
    joined: Joined,
    payer: MemberId,
    relation: Option<Relation>,
    arrears: BTreeMap<PeriodKey, Arrears>,
    ended: Option<(Day, EndReason)>,
    gives_back: bool,
}

impl Enrolment {
    /// The state after the first event.
    pub fn begin(id: EnrolmentId, joined: Joined) -> Self {
        let (payer, relation) = (joined.payer, joined.relation);
        Self { id, joined, payer, relation, arrears: BTreeMap::new(), ended: None, gives_back: false }
    }

    /// The enrolment's id.
    pub const fn id(&self) -> EnrolmentId {
        self.id
    }

    /// What was agreed at the beginning.
    pub const fn agreed(&self) -> &Joined {
        &self.joined
    }

    /// Who pays now.
    pub const fn payer(&self) -> MemberId {
        self.payer
    }

    /// How the person covered is related to who pays now.
    pub const fn relation(&self) -> Option<Relation> {
        self.relation
    }

    /// Unpaid shares by period.
    pub const fn arrears(&self) -> &BTreeMap<PeriodKey, Arrears> {
        &self.arrears
    }

    /// First day without cover, and why, once ended.
    pub const fn ended(&self) -> Option<(Day, EndReason)> {
        self.ended
    }

    /// Whether every share is given back, see [`EnrolmentEvent::Ended`].
    pub const fn gives_back(&self) -> bool {
        self.gives_back
    }

    /// First day without cover, and why: what was recorded, or the age limit if that comes first. Time decides over
    /// cover, not whether the end at the age limit was recorded in time.
    pub fn ends(&self) -> Option<(Day, EndReason)> {
        let over_age = self.joined.over_age_from.map(|from| (from, EndReason::AgeReached));
        [self.ended, over_age].into_iter().flatten().min_by_key(|(until, _)| *until)
    }

    /// Sum of unpaid shares in minor units.
    pub fn owed(&self) -> Amount {
        Amount::sum(self.arrears.values().map(|arrears| arrears.amount)).expect("arrears fit an amount")
    }

    /// Last day of the retry window of the oldest unpaid share; `None` when nothing is owed.
    pub fn retry_until(&self) -> Option<Day> {
        self.arrears.values().map(|arrears| arrears.retry_until).min()
    }

    /// What is kept back of `aid` for unpaid shares, in minor units by period: whole shares, the oldest period first, as
    /// long as something of the aid is left to pay. The rest stays owed.
    pub fn keep_back(&self, aid: Amount) -> Vec<(PeriodKey, Amount)> {
        let mut left = aid;
        let mut kept = Vec::new();
        for (period, arrears) in &self.arrears {
            match left.checked_sub(arrears.amount) {
                Some(rest) if !rest.is_zero() => left = rest,
                Some(_) | None => break,
            }
            kept.push((*period, arrears.amount));
        }
        kept
    }

    /// How the enrolment stands on `day`.
    pub fn cover(&self, day: Day) -> Cover {
        match self.ends() {
            Some((until, reason)) if day >= until => Cover::Ended(until, reason),
            Some(_) | None if day < self.joined.covered_from => Cover::WaitingUntil(self.joined.covered_from),
            Some(_) | None => Cover::Covered,
        }
    }

    /// Whether the person is counted at 0:00 of `day`. Only recorded ends matter here: once somebody was counted, no
    /// later day may change it, or the shares of a period would no longer add up to what was charged.
    pub fn is_counted(&self, day: Day) -> bool {
        self.joined.shares_from <= day && self.ended.is_none_or(|(until, _)| day < until)
    }

    /// The first period of those given (notice day first) whose share would still be owed when leaving on `today`:
    /// leaving on or after the first day of notice still owes that period's share.
    pub fn owed_on_leaving(&self, today: Day, notice_open: Option<(PeriodKey, Day)>) -> Option<PeriodKey> {
        notice_open.filter(|(_, first)| *first <= today && self.is_counted(*first)).map(|(key, _)| key)
    }

    /// Ends the enrolment at the end of `today`, in one step.
    pub fn leave(&self, today: Day) -> Result<EnrolmentEvent, EnrolmentRejection> {
        self.end(plus_days(today, 1), EndReason::Left)
    }

    /// Ends the enrolment for a reason other than leaving; `until` is the first day without cover.
    pub fn end(&self, until: Day, reason: EndReason) -> Result<EnrolmentEvent, EnrolmentRejection> {
        self.check_live()?;
        Ok(EnrolmentEvent::Ended { until, reason, gives_back: false })
    }

    /// Ends the enrolment because the illness began inside the wait, under terms that give all shares back: unpaid ones are given
    /// up with it. What was taken, and what a period that is under way still takes, is refunded by whoever runs the books.
    pub fn end_giving_back(&self, until: Day) -> Result<Vec<EnrolmentEvent>, EnrolmentRejection> {
        self.check_live()?;
        let end = EnrolmentEvent::Ended { until, reason: EndReason::IllnessInWait, gives_back: true };
        let unpaid = self.arrears.keys().map(|period| EnrolmentEvent::ArrearsGivenUp { period: *period });
        Ok(std::iter::once(end).chain(unpaid).collect())
    }

    /// Gives up the unpaid share of a period, once shares are given back.
    pub fn give_up_arrears(&self, period: PeriodKey) -> Result<EnrolmentEvent, EnrolmentRejection> {
        if self.gives_back && self.arrears.contains_key(&period) {
            Ok(EnrolmentEvent::ArrearsGivenUp { period })
        } else {
            Err(EnrolmentRejection::NothingOwed { period })
        }
    }

    /// Ends the enrolment because the age limit was reached, from the birthday on; recorded late, from `today` on, since
    /// a headcount may have been taken in between. Run it before the headcount of `today`.
    pub fn end_over_age(&self, today: Day) -> Result<EnrolmentEvent, EnrolmentRejection> {
        self.check_live()?;
        match self.joined.over_age_from {
            None => Err(EnrolmentRejection::NoAgeLimit),
            Some(from) if today < from => Err(EnrolmentRejection::NotOverAge { from }),
            Some(from) => Ok(EnrolmentEvent::Ended {
                until: from.max(today),
                reason: EndReason::AgeReached,
                gives_back: false,
            }),
        }
    }

    /// Notes that the debit of a share failed.
    pub fn fall_into_arrears(
        &self,
        period: PeriodKey,
        amount: Amount,
        retry_until: Day,
    ) -> Result<EnrolmentEvent, EnrolmentRejection> {
        if self.arrears.contains_key(&period) {
            return Err(EnrolmentRejection::AlreadyInArrears { period });
        }
        if amount == Amount::ZERO {
            return Err(EnrolmentRejection::NothingOwed { period });
        }
        Ok(EnrolmentEvent::FellIntoArrears { period, amount, retry_until })
    }

    /// Notes that arrears were paid. Possible after the end too: what is owed stays owed.
    pub fn pay_arrears(&self, period: PeriodKey) -> Result<EnrolmentEvent, EnrolmentRejection> {
        if self.arrears.contains_key(&period) {
            Ok(EnrolmentEvent::ArrearsPaid { period })
        } else {
            Err(EnrolmentRejection::NothingOwed { period })
        }
    }

    /// Ends the enrolment because a share stayed unpaid past its retry window, from tomorrow on: a headcount taken today,
    /// before or at the same moment, stays as it is. Events between the end of the window and tomorrow are not payable: see
    /// [`crate::claim::FindingKind::SharesPaid`].
    pub fn lapse(&self, period: PeriodKey, today: Day) -> Result<EnrolmentEvent, EnrolmentRejection> {
        self.check_live()?;
        match self.arrears.get(&period) {
            None => Err(EnrolmentRejection::NothingOwed { period }),
            Some(arrears) if today <= arrears.retry_until => {
                Err(EnrolmentRejection::RetryWindowOpen { until: arrears.retry_until })
            }
            Some(_) => {
                let (until, reason) = (plus_days(today, 1), EndReason::Unpaid);
                Ok(EnrolmentEvent::Ended { until, reason, gives_back: false })
            }
        }
    }

    /// Hands the enrolment to another payer.
    pub fn change_payer(
        &self,
        payer: MemberId,
        relation: Option<Relation>,
    ) -> Result<EnrolmentEvent, EnrolmentRejection> {
        self.check_live()?;
        if !relation_fits(self.joined.member, payer, relation) {
            return Err(EnrolmentRejection::RelationDoesNotFit);
        }
        Ok(EnrolmentEvent::PayerChanged { payer, relation })
    }

    /// The only code that changes state. A second `Joined` on one stream is a bug, not an event.
    pub fn apply(&mut self, event: &EnrolmentEvent) {
        match event {
            EnrolmentEvent::Joined(joined) => assert!(self.joined == *joined, "joined twice: {}", self.id),
            EnrolmentEvent::FellIntoArrears { period, amount, retry_until } => {
                self.arrears.insert(*period, Arrears { amount: *amount, retry_until: *retry_until });
            }
            EnrolmentEvent::ArrearsPaid { period } | EnrolmentEvent::ArrearsGivenUp { period } => {
                self.arrears.remove(period);
            }
            EnrolmentEvent::PayerChanged { payer, relation } => {
                self.payer = *payer;
                self.relation = *relation;
            }
            EnrolmentEvent::Ended { until, reason, gives_back } => {
                self.ended = Some((*until, *reason));
                self.gives_back = *gives_back;
            }
        }
    }

    fn check_live(&self) -> Result<(), EnrolmentRejection> {
        self.ended.map_or(Ok(()), |(until, _)| Err(EnrolmentRejection::Ended { until }))
    }
}

#[cfg(test)]
mod tests;
