//! Every fact of the platform, in past tense, and the stream that each one belongs to.

use crate::claim::ClaimEvent;
use crate::digest::Digest;
use crate::enrolment::EnrolmentEvent;
use crate::id::{BallotId, ClaimId, EnrolmentId, JuryCaseId, MemberId, ObjectionId};
use crate::jury::{BallotEvent, JurorEvent, JuryCaseEvent};
use crate::member::MemberEvent;
use crate::objection::ObjectionEvent;
use crate::period::PeriodEvent;
use crate::plan::{PeriodKey, PlanId, PlanVersion};
use crate::second_review::SecondReviewEvent;
use crate::time::Day;

/// The aggregate that an event belongs to. Events of one stream are numbered from 1 without gaps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum StreamId {
    /// A member.
    Member(MemberId),
    /// A plan with its versions.
    Plan(PlanId),
    /// An enrolment.
    Enrolment(EnrolmentId),
    /// A claim.
    Claim(ClaimId),
    /// A period of a plan.
    Period(PlanId, PeriodKey),
    /// An objection to a claim on notice.
    Objection(ObjectionId),
    /// A jury's judgment of a claim.
    JuryCase(JuryCaseId),
    /// What makes a member a juror of a plan: exam, will, standing.
    Juror(PlanId, MemberId),
    /// One vote.
    Ballot(BallotId),
    /// The blind second review of a decided claim.
    SecondReview(ClaimId),
}

impl std::fmt::Display for StreamId {
    /// `mem_...`, `plan:ID`, `enr_...`, `clm_...`, `period:ID:2019-01-2`, `obj_...`, `jur_...`, `juror:ID:mem_...`, `bal_...`,
    /// `second:clm_...`; the text is the key in stores.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Member(id) => write!(f, "{id}"),
            Self::Plan(id) => write!(f, "plan:{id}"),
            Self::Enrolment(id) => write!(f, "{id}"),
            Self::Claim(id) => write!(f, "{id}"),
            Self::Period(plan, key) => write!(f, "period:{plan}:{key}"),
            Self::Objection(id) => write!(f, "{id}"),
            Self::JuryCase(id) => write!(f, "{id}"),
            Self::Juror(plan, member) => write!(f, "juror:{plan}:{member}"),
            Self::Ballot(id) => write!(f, "{id}"),
            Self::SecondReview(claim) => write!(f, "second:{claim}"),
        }
    }
}

/// What happened to a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum PlanEvent {
    /// A version was published; it comes into force on its effective day.
    Published {
        /// The version.
        version: PlanVersion,
        /// The plan file as text; terms are parsed from it, never from anything else.
        text: String,
        /// Digest of the text.
        digest: Digest,
        /// First day in force.
        effective: Day,
    },
    /// A published version was withdrawn before its effective day.
    Withdrawn {
        /// The version.
        version: PlanVersion,
    },
    /// The plan takes no new members from now on.
    ClosedToJoining,
    /// The plan takes new members again.
    OpenedToJoining,
}

/// Every fact of the platform.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Event {
    /// Of a member.
    Member(MemberEvent),
    /// Of a plan.
    Plan(PlanEvent),
    /// Of an enrolment.
    Enrolment(EnrolmentEvent),
    /// Of a claim.
    Claim(ClaimEvent),
    /// Of a period.
    Period(PeriodEvent),
    /// Of an objection.
    Objection(ObjectionEvent),
    /// Of a jury case.
    JuryCase(JuryCaseEvent),
    /// Of a juror.
    Juror(JurorEvent),
    /// Of a ballot.
    Ballot(BallotEvent),
    /// Of a second review.
    SecondReview(SecondReviewEvent),
}
