//! What happens to a jury case. These payloads are a durable format: see the codec in `huzhu-app`.

use super::draw::Order;
use super::seed::{DrawRequest, SeedProof};
use super::tally::{Count, Ruling};
use crate::claim::JuryAsker;
use crate::digest::Digest;
use crate::id::{ClaimId, JuryCaseId, MemberId};
use crate::plan::{PlanId, PlanVersion, ReasonCode};
use crate::time::Moment;

/// One of the two sides of a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum Side {
    /// Who wants aid.
    Claimant,
    /// Whoever speaks for the decision: a reviewer or a confirmer.
    Plan,
}

impl Side {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Claimant, Self::Plan];

    /// The stable word in URLs, JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Claimant => "claimant",
            Self::Plan => "plan",
        }
    }
}

/// What happened to a jury case.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "codec", derive(serde::Serialize, serde::Deserialize), serde(rename_all = "snake_case"))]
pub enum JuryCaseEvent {
    /// A jury was asked for; why is sealed under the claimant's key.
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
        /// In which capacity.
        asker: JuryAsker,
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
    /// The clerk accepted it, and every qualified juror may vote.
    Opened {
        /// The plan.
        plan: PlanId,
        /// The clerk.
        by: MemberId,
        /// Public key that ballots are encrypted to.
        key: Digest,
        /// When voting began.
        at: Moment,
        /// When it ends.
        until: Moment,
        /// Qualified jurors at that time.
        electorate: u64,
    },
    /// The clerk accepted it; who can be drawn is fixed, and the source of the seed is named. Stands on the log before the
    /// source is asked.
    RosterCommitted {
        /// The plan.
        plan: PlanId,
        /// The clerk.
        by: MemberId,
        /// Everybody who can be drawn, in the order of the roster.
        roster: Vec<MemberId>,
        /// What the draw is for, the root of the roster, and the source.
        request: DrawRequest,
        /// When.
        at: Moment,
    },
    /// The seed is known, the jurors are drawn and called.
    Drawn {
        /// What was asked.
        request: DrawRequest,
        /// The source's answer.
        answer: SeedProof,
        /// Positions of those drawn, first one first; at least seats and reserves that have no conflict, if there are so many.
        order: Vec<u32>,
        /// Positions of those who have a conflict.
        conflicts: Vec<u32>,
        /// Seats of this jury.
        seats: u16,
        /// Days of 24 hours that each juror has to vote, from the call on.
        days: u16,
        /// Public key that ballots are encrypted to.
        key: Digest,
        /// When.
        at: Moment,
    },
    /// A juror who was drawn does not want to sit, which needs no reason.
    SteppedAside {
        /// Who.
        juror: MemberId,
        /// When.
        at: Moment,
    },
    /// One side says what it has to say, or says it anew; the text is sealed under the claimant's key.
    StatementGiven {
        /// Which side.
        side: Side,
        /// Who.
        by: MemberId,
        /// When.
        at: Moment,
    },
    /// A juror wants to know something; the text is sealed under the claimant's key.
    QuestionAsked {
        /// Number, from 1.
        question: u32,
        /// Which side is asked.
        to: Side,
        /// Who asks.
        by: MemberId,
        /// When.
        at: Moment,
    },
    /// The clerk passed a question on.
    QuestionPassedOn {
        /// Number.
        question: u32,
        /// The clerk.
        by: MemberId,
        /// When.
        at: Moment,
    },
    /// The clerk did not pass a question on: it asks for what nobody may know, or was asked before.
    QuestionSetAside {
        /// Number.
        question: u32,
        /// The clerk.
        by: MemberId,
        /// When.
        at: Moment,
    },
    /// The side that was asked answered; the text is sealed under the claimant's key.
    QuestionAnswered {
        /// Number.
        question: u32,
        /// Who.
        by: MemberId,
        /// When.
        at: Moment,
    },
    /// Nobody can vote any more. Written before ballots are counted, so that none comes while they are.
    PollsClosed {
        /// When the case was ripe for its verdict, whenever somebody looked.
        ended: Moment,
    },
    /// The key was released and the ballots were counted.
    Closed {
        /// Salted digest of claim and jury, the same as of its draw.
        subject: Digest,
        /// Secret key of the case: from now on everybody can read all ballots.
        key: Digest,
        /// Root of the tree of ballots.
        root: Digest,
        /// The count.
        count: Count,
        /// What follows.
        ruling: Ruling,
        /// Until when a larger jury may be asked for; `None`: the ruling is final.
        appeal_until: Option<Moment>,
        /// When.
        at: Moment,
    },
    /// The claim was withdrawn before the end.
    Voided {
        /// When.
        at: Moment,
    },
}

/// The order of a draw as events hold it.
pub(super) fn order_of(positions: &[u32]) -> Order {
    Order::stated(positions.to_vec())
}

/// Why a verb of a jury case is refused, in order of precedence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JuryRejection {
    /// The terms have no jury.
    #[error("the terms of this claim have no jury")]
    NoJury,
    /// Not by this asker.
    #[error("the terms let others ask for a jury")]
    MayNotAsk,
    /// No larger jury is left.
    #[error("the terms have no further jury after this one")]
    NoAppealLeft,
    /// The verb is none of this state.
    #[error("a case that is {state} cannot be {verb}")]
    WrongState {
        /// Word of the state.
        state: &'static str,
        /// What was tried.
        verb: &'static str,
    },
    /// Whoever acts has to do with the claim.
    #[error("who has to do with the claim cannot act on its case")]
    Involved,
    /// No such ground in the terms.
    #[error("`{ground}` is no ground on which these terms let a request be declined")]
    UnknownGround {
        /// What was cited.
        ground: ReasonCode,
    },
    /// Nobody can be drawn.
    #[error("nobody can be drawn")]
    NobodyToDraw,
    /// Voting is over.
    #[error("voting ended at {until}")]
    VotingOver {
        /// When.
        until: Moment,
    },
    /// Somebody can still vote.
    #[error("voting goes on until {until}")]
    VotingRuns {
        /// Until when at most.
        until: Moment,
    },
    /// The juror was not drawn, or not called yet.
    #[error("this juror is not called")]
    NotCalled,
    /// The juror stepped aside, or let the own time pass.
    #[error("this juror was replaced")]
    Replaced,
    /// The juror has voted.
    #[error("this juror has voted")]
    AlreadyVoted,
    /// There is no such question, or it has another state.
    #[error("there is no such question to be {verb}")]
    NoSuchQuestion {
        /// What was tried.
        verb: &'static str,
    },
    /// More than the case takes, or a second one of the same juror.
    #[error("a case takes {limit} questions, one of each juror")]
    TooManyQuestions {
        /// The limit.
        limit: u32,
    },
}

/// What a case begins with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseHead {
    /// Its id.
    pub id: JuryCaseId,
    /// The claim.
    pub claim: ClaimId,
    /// The plan.
    pub plan: PlanId,
    /// The version whose terms are frozen into the case.
    pub version: PlanVersion,
    /// 0 for the first jury of the claim, 1 for the first appeal.
    pub round: u8,
    /// Who asked.
    pub by: MemberId,
    /// In which capacity.
    pub asker: JuryAsker,
    /// When.
    pub requested: Moment,
}
