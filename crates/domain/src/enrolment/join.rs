//! Joining: from facts to an enrolment, or the first reason against it.

use super::{Enrolment, EnrolmentEvent, Joined};
use crate::id::MemberId;
use crate::plan::{PlanVersion, Relation};

/// The facts about somebody who wants to join, gathered by the use case.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "independent yes-or-no facts, each with a name of its own")]
pub struct JoinFacts {
    /// What would be agreed.
    pub joined: Joined,
    /// `true` when the plan takes new members on that day.
    pub plan_open: bool,
    /// The version now in force, which must be the one shown.
    pub version_in_force: PlanVersion,
    /// The member was shown the price history and a forecast.
    pub history_shown: bool,
    /// What the identity provider answered; `None` where the terms ask for no identity check.
    pub identity_confirmed: Option<bool>,
    /// What is wrong with the age, if anything.
    pub age: Result<(), crate::plan::AgeRejection>,
    /// Score of the credit provider and the least score the terms ask for; `None` where they ask for none.
    pub credit: Option<Credit>,
    /// Ids of health questions without an answer.
    pub unanswered: Vec<String>,
    /// Ids of health questions whose answer refuses.
    pub refusing: Vec<String>,
    /// The terms allow this relation.
    pub relation_allowed: bool,
    /// The payer has agreed to the debit mandate.
    pub mandate_given: bool,
}

/// A credit score beside what the terms ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credit {
    /// The score that the provider gave.
    pub score: u32,
    /// The least score that the terms accept.
    pub least: u32,
}

/// Why somebody may not join, in order of precedence.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JoinRejection {
    /// The plan takes no new members.
    #[error("the plan takes no new members")]
    PlanClosed,
    /// Another version than the one in force was shown.
    #[error("version {shown} was shown, but version {in_force} is in force")]
    VersionNotShown {
        /// What the member saw.
        shown: PlanVersion,
        /// What is in force.
        in_force: PlanVersion,
    },
    /// Nobody can be enrolled without having been shown the price history and a forecast.
    #[error("the price history and the forecast were not shown")]
    HistoryNotShown,
    /// The debit mandate is missing.
    #[error("the debit mandate was not given")]
    MandateMissing,
    /// The plan does not cover this relation.
    #[error("the plan does not cover this relation")]
    RelationNotAllowed,
    /// Name and identity number do not belong together.
    #[error("name and identity number do not belong together")]
    IdentityNotConfirmed,
    /// Too young or too old.
    #[error("{0}")]
    Age(crate::plan::AgeRejection),
    /// The credit score is too low.
    #[error("the credit score is {score}, the plan asks for {least}")]
    CreditTooLow {
        /// The score.
        score: u32,
        /// What the terms ask for.
        least: u32,
    },
    /// A health question has no answer.
    #[error("the health question {question} has no answer")]
    HealthUnanswered {
        /// The question's id in the plan terms.
        question: String,
    },
    /// An answer to a health question refuses.
    #[error("the answer to the health question {question} refuses")]
    HealthRefuses {
        /// The question's id in the plan terms.
        question: String,
    },
}

impl Enrolment {
    /// Decides whether somebody may join. Reasons come in the order of [`JoinRejection`]; the first one is returned.
    pub fn join(facts: JoinFacts) -> Result<EnrolmentEvent, JoinRejection> {
        let JoinFacts { joined, .. } = &facts;
        if !facts.plan_open {
            return Err(JoinRejection::PlanClosed);
        }
        if joined.version != facts.version_in_force {
            return Err(JoinRejection::VersionNotShown {
                shown: joined.version,
                in_force: facts.version_in_force,
            });
        }
        if !facts.history_shown {
            return Err(JoinRejection::HistoryNotShown);
        }
        if !facts.mandate_given {
            return Err(JoinRejection::MandateMissing);
        }
        if !facts.relation_allowed || !relation_fits(joined.member, joined.payer, joined.relation) {
            return Err(JoinRejection::RelationNotAllowed);
        }
        if facts.identity_confirmed == Some(false) {
            return Err(JoinRejection::IdentityNotConfirmed);
        }
        facts.age.map_err(JoinRejection::Age)?;
        if let Some(Credit { score, least }) = facts.credit.filter(|credit| credit.score < credit.least) {
            return Err(JoinRejection::CreditTooLow { score, least });
        }
        if let Some(question) = facts.unanswered.into_iter().next() {
            return Err(JoinRejection::HealthUnanswered { question });
        }
        if let Some(question) = facts.refusing.into_iter().next() {
            return Err(JoinRejection::HealthRefuses { question });
        }
        Ok(EnrolmentEvent::Joined(facts.joined))
    }
}

/// A relation is given for dependants and only for them.
pub(super) fn relation_fits(member: MemberId, payer: MemberId, relation: Option<Relation>) -> bool {
    (member == payer) == relation.is_none()
}
