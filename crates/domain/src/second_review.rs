//! The blind second review: a sample of decided claims is looked at again by somebody who does not know the decision, and the
//! agreement is published. It changes no decision; where it disagrees, people look.

mod agreement;

pub use agreement::Agreement;

use crate::id::{ClaimId, MemberId};
use crate::plan::{PlanId, ReasonCode};
use crate::time::Moment;

/// What somebody would have decided.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Opinion {
    /// Grant aid.
    Approve,
    /// Refuse.
    Refuse {
        /// Reason code of the plan terms.
        reason: ReasonCode,
    },
}

impl Opinion {
    /// Whether it grants aid.
    pub const fn approves(&self) -> bool {
        matches!(self, Self::Approve)
    }
}

/// What happened to a second review.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum SecondReviewEvent {
    /// The claim was drawn for it when it was decided.
    Drawn {
        /// Its plan.
        plan: PlanId,
        /// Who recommended, and so cannot review it again.
        recommender: MemberId,
        /// Who confirmed, and so cannot review it again.
        confirmer: MemberId,
        /// What was decided.
        first: Opinion,
        /// When.
        at: Moment,
        /// When the second opinion is due.
        until: Moment,
    },
    /// Somebody gave the second opinion.
    Given {
        /// Who.
        by: MemberId,
        /// What.
        second: Opinion,
        /// When.
        at: Moment,
    },
}

/// Why a verb was refused, in order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SecondReviewRejection {
    /// The opinion was given before.
    #[error("the second opinion was given before")]
    AlreadyGiven,
    /// Whoever took part in the decision knows it.
    #[error("whoever took part in the decision cannot review it again")]
    TookPart,
}

/// A second review.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecondReview {
    claim: ClaimId,
    plan: PlanId,
    took_part: [MemberId; 2],
    first: Opinion,
    drawn: Moment,
    until: Moment,
    second: Option<(MemberId, Opinion, Moment)>,
}

impl SecondReview {
    /// The state after the first event; `None` when it is no first event.
    pub fn begin(claim: ClaimId, event: &SecondReviewEvent) -> Option<Self> {
        match event {
            SecondReviewEvent::Drawn { plan, recommender, confirmer, first, at, until } => Some(Self {
                claim,
                plan: plan.clone(),
                took_part: [*recommender, *confirmer],
                first: first.clone(),
                drawn: *at,
                until: *until,
                second: None,
            }),
            SecondReviewEvent::Given { .. } => None,
        }
    }

    /// The claim.
    pub const fn claim(&self) -> ClaimId {
        self.claim
    }

    /// The plan.
    pub const fn plan(&self) -> &PlanId {
        &self.plan
    }

    /// What was decided.
    pub const fn first(&self) -> &Opinion {
        &self.first
    }

    /// When it was drawn.
    pub const fn drawn(&self) -> Moment {
        self.drawn
    }

    /// When the second opinion is due.
    pub const fn until(&self) -> Moment {
        self.until
    }

    /// The second opinion, once given: who, what, when.
    pub const fn second(&self) -> Option<&(MemberId, Opinion, Moment)> {
        self.second.as_ref()
    }

    /// Whether `who` may give the second opinion.
    pub fn may_give(&self, who: MemberId) -> Result<(), SecondReviewRejection> {
        if self.second.is_some() {
            Err(SecondReviewRejection::AlreadyGiven)
        } else if self.took_part.contains(&who) {
            Err(SecondReviewRejection::TookPart)
        } else {
            Ok(())
        }
    }

    /// Gives the second opinion.
    pub fn give(
        &self,
        by: MemberId,
        second: Opinion,
        at: Moment,
    ) -> Result<SecondReviewEvent, SecondReviewRejection> {
        self.may_give(by)?;
        Ok(SecondReviewEvent::Given { by, second, at })
    }

    /// The stable word of where it stands.
    pub fn word(&self) -> &'static str {
        match &self.second {
            None => "waiting",
            Some((_, second, _)) if second.approves() == self.first.approves() => "agreed",
            Some(_) => "disagreed",
        }
    }

    /// The only code that changes state.
    pub fn apply(&mut self, event: &SecondReviewEvent) {
        match event {
            SecondReviewEvent::Drawn { .. } => {}
            SecondReviewEvent::Given { by, second, at } => self.second = Some((*by, second.clone(), *at)),
        }
    }
}
