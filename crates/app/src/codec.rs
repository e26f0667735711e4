//! The one codec of what stores keep as bytes: events, and the columns of rows that hold lists.
//!
//! Shape: an event is one version byte, then JSON. Columns are JSON without a version: they are projections and can be
//! made again from the events. Ids of streams, actors, days and moments have one text form each.
//!
//! Guarantees: the same event gives the same bytes on every machine; bytes of an unknown version are refused, never
//! guessed at. The JSON of each variant is pinned by a test: old bytes must be readable forever.
//!
//! Limits: no compression, no encryption; personal data never stands in events.

use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::enrolment::EnrolmentEvent;
use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::jury::{BallotEvent, JurorEvent, JuryCaseEvent};
use huzhu_domain::member::MemberEvent;
use huzhu_domain::objection::ObjectionEvent;
use huzhu_domain::period::PeriodEvent;
use huzhu_domain::second_review::SecondReviewEvent;
use huzhu_domain::time::{Day, Moment};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::ports::Actor;

/// The version that [`encode`] writes as first byte.
pub const VERSION: u8 = 1;

/// Why bytes or texts of a store cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CodecError {
    /// There is not even a version byte.
    #[error("an event of no bytes")]
    Empty,
    /// Written by a newer program, or not by this one at all.
    #[error("events of version {found} are unknown; this program reads version {VERSION}")]
    UnknownVersion {
        /// The first byte.
        found: u8,
    },
    /// The JSON does not fit.
    #[error("{what} cannot be read: {why}")]
    Unreadable {
        /// What was being read: `an event`, `a column`, `a stream`...
        what: &'static str,
        /// What the parser said. Holds no personal data, since events hold none.
        why: String,
    },
}

fn unreadable(what: &'static str, why: impl std::fmt::Display) -> CodecError {
    CodecError::Unreadable { what, why: why.to_string() }
}

/// The bytes of an event.
///
/// # Panics
/// Never: every event is plain data that JSON can hold.
pub fn encode(event: &Event) -> Vec<u8> {
    let mut bytes = vec![VERSION];
    serde_json::to_writer(&mut bytes, event).expect("events are plain data");
    bytes
}

/// Reads what [`encode`] wrote.
pub fn decode(bytes: &[u8]) -> Result<Event, CodecError> {
    match bytes.split_first() {
        None => Err(CodecError::Empty),
        Some((&VERSION, json)) => serde_json::from_slice(json).map_err(|e| unreadable("an event", e)),
        Some((&found, _)) => Err(CodecError::UnknownVersion { found }),
    }
}

/// The JSON of a column that holds a list or a structure ([`huzhu_domain::period::Noticed`], lines of an entry...).
///
/// # Panics
/// Never for the plain data it is meant for.
pub fn column<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("columns are plain data")
}

/// Reads what [`column()`] wrote.
pub fn parse_column<T: DeserializeOwned>(text: &str) -> Result<T, CodecError> {
    serde_json::from_str(text).map_err(|e| unreadable("a column", e))
}

/// The stream that a text names, as its `Display` writes it.
pub fn parse_stream(text: &str) -> Result<StreamId, CodecError> {
    let bad = |e: &dyn std::fmt::Display| unreadable("a stream", e);
    if let Some(rest) = text.strip_prefix("period:") {
        let (plan, key) = rest.split_once(':').ok_or_else(|| bad(&text))?;
        let plan = plan.parse().map_err(|e| bad(&e))?;
        let key = key.parse().map_err(|e| bad(&e))?;
        return Ok(StreamId::Period(plan, key));
    }
    if let Some(plan) = text.strip_prefix("plan:") {
        return plan.parse().map(StreamId::Plan).map_err(|e| bad(&e));
    }
    if let Some(rest) = text.strip_prefix("juror:") {
        let (plan, member) = rest.split_once(':').ok_or_else(|| bad(&text))?;
        let plan = plan.parse().map_err(|e| bad(&e))?;
        return Ok(StreamId::Juror(plan, member.parse().map_err(|e| bad(&e))?));
    }
    if let Some(claim) = text.strip_prefix("second:") {
        return claim.parse().map(StreamId::SecondReview).map_err(|e| bad(&e));
    }
    match text.split_once('_').map(|(prefix, _)| prefix) {
        Some("mem") => text.parse().map(StreamId::Member).map_err(|e| bad(&e)),
        Some("enr") => text.parse().map(StreamId::Enrolment).map_err(|e| bad(&e)),
        Some("clm") => text.parse().map(StreamId::Claim).map_err(|e| bad(&e)),
        Some("obj") => text.parse().map(StreamId::Objection).map_err(|e| bad(&e)),
        Some("jur") => text.parse().map(StreamId::JuryCase).map_err(|e| bad(&e)),
        Some("bal") => text.parse().map(StreamId::Ballot).map_err(|e| bad(&e)),
        _ => Err(bad(&text)),
    }
}

/// The text of an actor: `system` or the member's id.
pub fn actor(actor: Actor) -> String {
    match actor {
        Actor::System => "system".to_owned(),
        Actor::Member(id) => id.to_string(),
    }
}

/// Reads what [`actor`] wrote.
pub fn parse_actor(text: &str) -> Result<Actor, CodecError> {
    match text {
        "system" => Ok(Actor::System),
        _ => text.parse().map(Actor::Member).map_err(|e| unreadable("an actor", e)),
    }
}

/// The text of a moment: UTC with nine decimals, so that texts of the years 0 to 9999 sort like the moments.
pub fn moment(at: Moment) -> String {
    format!("{at:.9}")
}

/// Reads what [`moment`] wrote.
pub fn parse_moment(text: &str) -> Result<Moment, CodecError> {
    text.parse().map_err(|e| unreadable("a moment", e))
}

/// The text of a day, `2019-01-28`.
pub fn day(day: Day) -> String {
    day.to_string()
}

/// Reads what [`day`] wrote.
pub fn parse_day(text: &str) -> Result<Day, CodecError> {
    text.parse().map_err(|e| unreadable("a day", e))
}

/// The stable word of an event, such as `enrolment.joined`: for audit trails and filters.
pub const fn kind(event: &Event) -> &'static str {
    match event {
        Event::Member(event) => match event {
            MemberEvent::Registered { .. } => "member.registered",
            MemberEvent::IdentityGiven { .. } => "member.identity-given",
            MemberEvent::RoleGranted { .. } => "member.role-granted",
            MemberEvent::RoleRevoked { .. } => "member.role-revoked",
            MemberEvent::PreferencesChosen(_) => "member.preferences-chosen",
            MemberEvent::Erased => "member.erased",
        },
        Event::Plan(event) => match event {
            PlanEvent::Published { .. } => "plan.published",
            PlanEvent::Withdrawn { .. } => "plan.withdrawn",
            PlanEvent::ClosedToJoining => "plan.closed-to-joining",
            PlanEvent::OpenedToJoining => "plan.opened-to-joining",
        },
        Event::Enrolment(event) => match event {
            EnrolmentEvent::Joined(_) => "enrolment.joined",
            EnrolmentEvent::FellIntoArrears { .. } => "enrolment.fell-into-arrears",
            EnrolmentEvent::ArrearsPaid { .. } => "enrolment.arrears-paid",
            EnrolmentEvent::ArrearsGivenUp { .. } => "enrolment.arrears-given-up",
            EnrolmentEvent::PayerChanged { .. } => "enrolment.payer-changed",
            EnrolmentEvent::Ended { .. } => "enrolment.ended",
        },
        Event::Claim(event) => claim_kind(event),
        Event::Period(event) => match event {
            PeriodEvent::NoticeOpened(_) => "period.notice-opened",
            PeriodEvent::Settled(_) => "period.settled",
            PeriodEvent::Collected(_) => "period.collected",
            PeriodEvent::Closed => "period.closed",
        },
        Event::Objection(event) => match event {
            ObjectionEvent::Raised { .. } => "objection.raised",
            ObjectionEvent::Answered { .. } => "objection.answered",
            ObjectionEvent::Withdrawn { .. } => "objection.withdrawn",
            ObjectionEvent::BecameMoot { .. } => "objection.became-moot",
        },
        Event::JuryCase(event) => match event {
            JuryCaseEvent::Requested { .. } => "jury-case.requested",
            JuryCaseEvent::Declined { .. } => "jury-case.declined",
            JuryCaseEvent::Opened { .. } => "jury-case.opened",
            JuryCaseEvent::RosterCommitted { .. } => "jury-case.roster-committed",
            JuryCaseEvent::Drawn { .. } => "jury-case.drawn",
            JuryCaseEvent::SteppedAside { .. } => "jury-case.stepped-aside",
            JuryCaseEvent::StatementGiven { .. } => "jury-case.statement-given",
            JuryCaseEvent::QuestionAsked { .. } => "jury-case.question-asked",
            JuryCaseEvent::QuestionPassedOn { .. } => "jury-case.question-passed-on",
            JuryCaseEvent::QuestionSetAside { .. } => "jury-case.question-set-aside",
            JuryCaseEvent::QuestionAnswered { .. } => "jury-case.question-answered",
            JuryCaseEvent::PollsClosed { .. } => "jury-case.polls-closed",
            JuryCaseEvent::Closed { .. } => "jury-case.closed",
            JuryCaseEvent::Voided { .. } => "jury-case.voided",
        },
        Event::Juror(event) => match event {
            JurorEvent::ExamBegun { .. } => "juror.exam-begun",
            JurorEvent::ExamTaken { .. } => "juror.exam-taken",
            JurorEvent::Volunteered { .. } => "juror.volunteered",
            JurorEvent::Resigned { .. } => "juror.resigned",
            JurorEvent::StruckOff { .. } => "juror.struck-off",
        },
        Event::Ballot(BallotEvent::Cast { .. }) => "ballot.cast",
        Event::SecondReview(event) => match event {
            SecondReviewEvent::Drawn { .. } => "second-review.drawn",
            SecondReviewEvent::Given { .. } => "second-review.given",
        },
    }
}

const fn claim_kind(event: &ClaimEvent) -> &'static str {
    match event {
        ClaimEvent::Drafted(_) => "claim.drafted",
        ClaimEvent::Described(_) => "claim.described",
        ClaimEvent::EvidenceAdded { .. } => "claim.evidence-added",
        ClaimEvent::DisputeEvidenceAdded { .. } => "claim.dispute-evidence-added",
        ClaimEvent::EvidenceRemoved { .. } => "claim.evidence-removed",
        ClaimEvent::EvidenceOpened { .. } => "claim.evidence-opened",
        ClaimEvent::CardOpened { .. } => "claim.card-opened",
        ClaimEvent::Examined { .. } => "claim.examined",
        ClaimEvent::Reported { .. } => "claim.reported",
        ClaimEvent::Taken { .. } => "claim.taken",
        ClaimEvent::MoreEvidenceRequested { .. } => "claim.more-evidence-requested",
        ClaimEvent::EvidenceCompleted { .. } => "claim.evidence-completed",
        ClaimEvent::Recommended { .. } => "claim.recommended",
        ClaimEvent::Returned { .. } => "claim.returned",
        ClaimEvent::Approved { .. } => "claim.approved",
        ClaimEvent::Refused { .. } => "claim.refused",
        ClaimEvent::PutOnNotice { .. } => "claim.put-on-notice",
        ClaimEvent::Cleared { .. } => "claim.cleared",
        ClaimEvent::BecamePayable { .. } => "claim.became-payable",
        ClaimEvent::Paid { .. } => "claim.paid",
        ClaimEvent::Withdrawn => "claim.withdrawn",
        ClaimEvent::Assigned { .. } => "claim.assigned",
        ClaimEvent::InvestigationOrdered { .. } => "claim.investigation-ordered",
        ClaimEvent::FindingsHandedIn { .. } => "claim.findings-handed-in",
        ClaimEvent::InvestigationEnded { .. } => "claim.investigation-ended",
        ClaimEvent::Objected { .. } => "claim.objected",
        ClaimEvent::ObjectionDismissed { .. } => "claim.objection-dismissed",
        ClaimEvent::ObjectionWithdrawn { .. } => "claim.objection-withdrawn",
        ClaimEvent::ObjectionUpheld { .. } => "claim.objection-upheld",
        ClaimEvent::JuryRequested { .. } => "claim.jury-requested",
        ClaimEvent::JuryDue { .. } => "claim.jury-due",
        ClaimEvent::JuryDeclined { .. } => "claim.jury-declined",
        ClaimEvent::VerdictReached { .. } => "claim.verdict-reached",
        ClaimEvent::VerdictApplied { .. } => "claim.verdict-applied",
        ClaimEvent::ConflictDeclared { .. } => "claim.conflict-declared",
        ClaimEvent::OverrideAsked { .. } => "claim.override-asked",
        ClaimEvent::OverrideConfirmed { .. } => "claim.override-confirmed",
        ClaimEvent::OverrideWithdrawn { .. } => "claim.override-withdrawn",
        ClaimEvent::DeadlinePassed { .. } => "claim.deadline-passed",
    }
}

#[cfg(test)]
pub(crate) use tests::all as golden_events;

#[cfg(test)]
mod tests;
