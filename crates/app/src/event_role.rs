//! In which role somebody did something, as timelines and the audit trail show it.

use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::event::Event;
use huzhu_domain::jury::JuryCaseEvent;
use huzhu_domain::objection::ObjectionEvent;

use crate::ports::Actor;

/// The word for the role that an event was made in: `claimant`, `reviewer`, `confirmer`, `staff`, `operator`, `member` or
/// `system`. It follows from the event, since each verb belongs to one role.
#[expect(clippy::match_same_arms, reason = "each stream says for itself in which role it is written")]
pub(crate) const fn role_of(event: &Event, actor: Actor) -> &'static str {
    if matches!(actor, Actor::System) {
        return "system";
    }
    match event {
        Event::Claim(event) => claim_role(event),
        Event::Plan(_) | Event::Period(_) => "operator",
        Event::Enrolment(_) | Event::Member(_) => "member",
        Event::Objection(ObjectionEvent::Answered { .. }) | Event::SecondReview(_) => "reviewer",
        Event::Objection(_) => "member",
        Event::JuryCase(event) => case_role(event),
        Event::Juror(_) | Event::Ballot(_) => "juror",
    }
}

const fn case_role(event: &JuryCaseEvent) -> &'static str {
    match event {
        JuryCaseEvent::Requested { .. }
        | JuryCaseEvent::StatementGiven { .. }
        | JuryCaseEvent::QuestionAnswered { .. } => "member",
        JuryCaseEvent::SteppedAside { .. } | JuryCaseEvent::QuestionAsked { .. } => "juror",
        JuryCaseEvent::Declined { .. }
        | JuryCaseEvent::Opened { .. }
        | JuryCaseEvent::RosterCommitted { .. }
        | JuryCaseEvent::QuestionPassedOn { .. }
        | JuryCaseEvent::QuestionSetAside { .. } => "clerk",
        JuryCaseEvent::Drawn { .. }
        | JuryCaseEvent::PollsClosed { .. }
        | JuryCaseEvent::Closed { .. }
        | JuryCaseEvent::Voided { .. } => "system",
    }
}

#[expect(clippy::match_same_arms, reason = "each verb says for itself whose it is")]
const fn claim_role(event: &ClaimEvent) -> &'static str {
    match event {
        ClaimEvent::Drafted(_)
        | ClaimEvent::Described(_)
        | ClaimEvent::EvidenceAdded { .. }
        | ClaimEvent::EvidenceRemoved { .. }
        | ClaimEvent::Reported { .. }
        | ClaimEvent::EvidenceCompleted { .. }
        | ClaimEvent::Withdrawn => "claimant",
        ClaimEvent::Objected { .. } | ClaimEvent::ObjectionWithdrawn { .. } => "member",
        // By whoever speaks for a side, which is not told.
        ClaimEvent::JuryRequested { .. } | ClaimEvent::DisputeEvidenceAdded { .. } => "member",
        ClaimEvent::JuryDue { .. }
        | ClaimEvent::JuryDeclined { .. }
        | ClaimEvent::VerdictReached { .. }
        | ClaimEvent::VerdictApplied { .. } => "clerk",
        ClaimEvent::FindingsHandedIn { .. } => "investigator",
        ClaimEvent::Taken { .. }
        | ClaimEvent::Assigned { .. }
        | ClaimEvent::Examined { .. }
        | ClaimEvent::InvestigationOrdered { .. }
        | ClaimEvent::InvestigationEnded { .. }
        | ClaimEvent::ObjectionDismissed { .. }
        | ClaimEvent::ObjectionUpheld { .. }
        | ClaimEvent::MoreEvidenceRequested { .. }
        | ClaimEvent::Recommended { .. } => "reviewer",
        ClaimEvent::Returned { .. } | ClaimEvent::Approved { .. } | ClaimEvent::Refused { .. } => "confirmer",
        ClaimEvent::EvidenceOpened { .. }
        | ClaimEvent::CardOpened { .. }
        | ClaimEvent::ConflictDeclared { .. }
        | ClaimEvent::OverrideAsked { .. }
        | ClaimEvent::OverrideConfirmed { .. }
        | ClaimEvent::OverrideWithdrawn { .. } => "staff",
        ClaimEvent::DeadlinePassed { .. } => "system",
        ClaimEvent::PutOnNotice { .. }
        | ClaimEvent::Cleared { .. }
        | ClaimEvent::BecamePayable { .. }
        | ClaimEvent::Paid { .. } => "operator",
    }
}
