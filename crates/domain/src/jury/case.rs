//! One judgment of one claim: from the request over roster, draw and vote to the ruling.

use crate::digest::Digest;
use crate::id::{ClaimId, JuryCaseId, MemberId};
use crate::plan::{PlanId, PlanVersion, ReasonCode};
use crate::time::Moment;

/// How the ballots of a case were counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize))]
pub struct Count {
    /// For the claimant.
    pub for_claimant: u64,
    /// Against.
    pub against: u64,
    /// Not readable, or cast by somebody who was not called.
    pub invalid: u64,
    /// Everybody who could have voted.
    pub electorate: u64,
}

/// What a case ended with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Ruling {
    /// The jury found for the claimant.
    ForClaimant,
    /// The jury found against the claimant.
    AgainstClaimant,
    /// Too few voted: the opinion that was there stands.
    NoQuorum,
}

/// What happened to a jury case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum JuryCaseEvent {
    /// A jury was asked for.
    Requested {
        /// The claim.
        claim: ClaimId,
        /// Its plan.
        plan: PlanId,
        /// The version whose terms are frozen into the case.
        version: PlanVersion,
        /// 0 for the first jury of the claim, 1 for the first appeal.
        round: u8,
        /// Who asked.
        by: MemberId,
        /// When.
        at: Moment,
        /// When the clerk's first step is due.
        until: Moment,
    },
    /// The clerk did not accept it.
    Declined {
        /// Who.
        by: MemberId,
        /// Ground of the plan terms.
        ground: ReasonCode,
        /// When.
        at: Moment,
    },
    /// Voting began.
    Opened {
        /// Public key that ballots are encrypted to, as text.
        key: String,
        /// When voting began.
        at: Moment,
        /// When it ends.
        until: Moment,
        /// Everybody who can vote.
        electorate: u64,
    },
    /// The key was released and the ballots were counted.
    Closed {
        /// Secret key of the case, as text: from now on everybody can read all ballots.
        key: String,
        /// Root of the tree of ballots.
        root: Digest,
        /// The count.
        count: Count,
        /// What follows.
        ruling: Ruling,
        /// When.
        at: Moment,
    },
    /// The claim was withdrawn before the end.
    Voided {
        /// When.
        at: Moment,
    },
}

/// A jury case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JuryCase {
    id: JuryCaseId,
    claim: ClaimId,
    plan: PlanId,
    version: PlanVersion,
    round: u8,
    by: MemberId,
    state: &'static str,
    until: Option<Moment>,
}

impl JuryCase {
    /// The state after the first event; `None` when it is no first event.
    pub fn begin(id: JuryCaseId, event: &JuryCaseEvent) -> Option<Self> {
        match event {
            JuryCaseEvent::Requested { claim, plan, version, round, by, until, at: _ } => Some(Self {
                id,
                claim: *claim,
                plan: plan.clone(),
                version: *version,
                round: *round,
                by: *by,
                state: "requested",
                until: Some(*until),
            }),
            _ => None,
        }
    }

    /// Its id.
    pub const fn id(&self) -> JuryCaseId {
        self.id
    }

    /// The claim.
    pub const fn claim(&self) -> ClaimId {
        self.claim
    }

    /// The plan.
    pub const fn plan(&self) -> &PlanId {
        &self.plan
    }

    /// The version whose terms are frozen into the case.
    pub const fn version(&self) -> PlanVersion {
        self.version
    }

    /// 0 for the first jury of the claim, 1 for the first appeal.
    pub const fn round(&self) -> u8 {
        self.round
    }

    /// Who asked.
    pub const fn by(&self) -> MemberId {
        self.by
    }

    /// The stable word of where it stands.
    pub const fn word(&self) -> &'static str {
        self.state
    }

    /// Until when the next step is due.
    pub const fn until(&self) -> Option<Moment> {
        self.until
    }

    /// The only code that changes state.
    pub fn apply(&mut self, event: &JuryCaseEvent) {
        (self.state, self.until) = match event {
            JuryCaseEvent::Requested { until, .. } => ("requested", Some(*until)),
            JuryCaseEvent::Declined { .. } => ("declined", None),
            JuryCaseEvent::Opened { until, .. } => ("open", Some(*until)),
            JuryCaseEvent::Closed { .. } => ("closed", None),
            JuryCaseEvent::Voided { .. } => ("voided", None),
        };
    }
}
