//! Which events are told to webhooks, and what is said: one pure function, matched without `_`, so that each new event needs
//! a decision here.
//!
//! What is personal, what a claimant has not handed in yet, and what must stay secret for now is not told. Data are ids,
//! words, days and numbers.

use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::enrolment::EnrolmentEvent;
use huzhu_domain::event::{Event, PlanEvent, StreamId};
use huzhu_domain::jury::JuryCaseEvent;
use huzhu_domain::objection::ObjectionEvent;
use huzhu_domain::period::PeriodEvent;
use serde::Serialize;
use serde_json::{Value, json};

use crate::codec;
use crate::ports::Recorded;

/// Kinds of events that can be asked for, in the order in which pages list them.
pub const KINDS: &[&str] = &[
    "plan.published",
    "plan.withdrawn",
    "plan.closed-to-joining",
    "plan.opened-to-joining",
    "enrolment.joined",
    "enrolment.fell-into-arrears",
    "enrolment.arrears-paid",
    "enrolment.arrears-given-up",
    "enrolment.ended",
    "claim.reported",
    "claim.taken",
    "claim.more-evidence-requested",
    "claim.evidence-completed",
    "claim.recommended",
    "claim.returned",
    "claim.approved",
    "claim.refused",
    "claim.put-on-notice",
    "claim.cleared",
    "claim.became-payable",
    "claim.paid",
    "claim.withdrawn",
    "claim.investigation-ordered",
    "claim.investigation-ended",
    "claim.objected",
    "claim.objection-dismissed",
    "claim.objection-withdrawn",
    "claim.objection-upheld",
    "claim.jury-requested",
    "claim.jury-due",
    "claim.jury-declined",
    "claim.verdict-reached",
    "claim.verdict-applied",
    "claim.deadline-passed",
    "period.notice-opened",
    "period.settled",
    "period.collected",
    "period.closed",
    "objection.raised",
    "objection.answered",
    "objection.withdrawn",
    "objection.became-moot",
    "jury-case.requested",
    "jury-case.declined",
    "jury-case.opened",
    "jury-case.roster-committed",
    "jury-case.drawn",
    "jury-case.polls-closed",
    "jury-case.closed",
    "jury-case.voided",
];

/// What is told about an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outgoing {
    /// Kind of the event.
    pub kind: &'static str,
    /// The body.
    pub body: String,
}

/// The body of a request.
#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    timestamp: String,
    data: Value,
}

/// What is told about an event; `None` when nothing is.
#[expect(clippy::match_same_arms, reason = "what is not told has a reason of its own each time")]
pub fn outgoing(recorded: &Recorded) -> Option<Outgoing> {
    let more = match &recorded.event {
        // Who somebody is and what they may do is nobody else's business.
        Event::Member(_) => None,
        Event::Plan(event) => Some(plan(event)),
        Event::Enrolment(event) => enrolment(event),
        Event::Claim(event) => claim(event),
        Event::Period(event) => Some(period(event)),
        Event::Objection(event) => Some(objection(event)),
        Event::JuryCase(event) => jury_case(event),
        // Who judges is not told; a ballot is secret, and how many were cast would show how the vote runs; a second review is
        // blind.
        Event::Juror(_) | Event::Ballot(_) | Event::SecondReview(_) => None,
    }?;
    let kind = codec::kind(&recorded.event);
    let mut data = thing(&recorded.stream);
    merge(&mut data, json!({"stream": recorded.stream.to_string(), "number": recorded.number}));
    merge(&mut data, more);
    Some(Outgoing { kind, body: body(kind, recorded.at, data) })
}

/// The text of a body.
pub(super) fn body(kind: &str, at: huzhu_domain::time::Moment, data: Value) -> String {
    let body = Body { kind, timestamp: at.to_string(), data };
    serde_json::to_string(&body).expect("texts and numbers")
}

fn merge(data: &mut Value, more: Value) {
    if let (Value::Object(data), Value::Object(more)) = (data, more) {
        data.extend(more);
    }
}

/// The ids of the thing that an event is about.
fn thing(stream: &StreamId) -> Value {
    match stream {
        StreamId::Member(id) => json!({"member": id.to_string()}),
        StreamId::Plan(id) => json!({"plan": id.to_string()}),
        StreamId::Enrolment(id) => json!({"enrolment": id.to_string()}),
        StreamId::Claim(id) | StreamId::SecondReview(id) => json!({"claim": id.to_string()}),
        StreamId::Period(plan, key) => json!({"plan": plan.to_string(), "period": key.to_string()}),
        StreamId::Objection(id) => json!({"objection": id.to_string()}),
        StreamId::JuryCase(id) => json!({"jury_case": id.to_string()}),
        StreamId::Juror(plan, _) => json!({"plan": plan.to_string()}),
        StreamId::Ballot(_) => json!({}),
    }
}

fn plan(event: &PlanEvent) -> Value {
    match event {
        PlanEvent::Published { version, effective, digest, .. } => json!({
            "version": version.0, "effective": effective.to_string(), "digest": digest.to_string(),
        }),
        PlanEvent::Withdrawn { version } => json!({"version": version.0}),
        PlanEvent::ClosedToJoining | PlanEvent::OpenedToJoining => json!({}),
    }
}

fn enrolment(event: &EnrolmentEvent) -> Option<Value> {
    match event {
        EnrolmentEvent::Joined(joined) => {
            Some(json!({"plan": joined.plan.to_string(), "version": joined.version.0}))
        }
        EnrolmentEvent::FellIntoArrears { period, .. }
        | EnrolmentEvent::ArrearsPaid { period }
        | EnrolmentEvent::ArrearsGivenUp { period, .. } => Some(json!({"period": period.to_string()})),
        // Who pays for whom is a matter of the people concerned.
        EnrolmentEvent::PayerChanged { .. } => None,
        EnrolmentEvent::Ended { until, .. } => Some(json!({"until": until.to_string()})),
    }
}

#[expect(clippy::match_same_arms, reason = "what is not told has a reason of its own each time")]
fn claim(event: &ClaimEvent) -> Option<Value> {
    match event {
        // A draft is the claimant's own until it is handed in.
        ClaimEvent::Drafted(_)
        | ClaimEvent::Described(_)
        | ClaimEvent::EvidenceAdded { .. }
        | ClaimEvent::EvidenceRemoved { .. }
        // What was added to a dispute is for those who decide it.
        | ClaimEvent::DisputeEvidenceAdded { .. }
        // Who looked at which file is for the audit trail.
        | ClaimEvent::EvidenceOpened { .. }
        | ClaimEvent::CardOpened { .. } => None,
        ClaimEvent::Reported { .. } => Some(json!({"state": "reported"})),
        ClaimEvent::MoreEvidenceRequested { .. } => Some(json!({"state": "more-evidence-needed"})),
        // What was recommended is not decided yet, and stays inside until it is.
        ClaimEvent::Recommended { .. } => Some(json!({"state": "recommended"})),
        ClaimEvent::Taken { .. } | ClaimEvent::EvidenceCompleted { .. } | ClaimEvent::Returned { .. } => {
            Some(json!({"state": "under-review"}))
        }
        ClaimEvent::Approved { .. } => Some(json!({"state": "approved"})),
        ClaimEvent::Refused { .. } => Some(json!({"state": "refused"})),
        ClaimEvent::PutOnNotice { .. } => Some(json!({"state": "on-notice"})),
        ClaimEvent::Cleared { .. } => Some(json!({"state": "cleared"})),
        ClaimEvent::BecamePayable { .. } => Some(json!({"state": "payable"})),
        ClaimEvent::Paid { .. } => Some(json!({"state": "paid"})),
        ClaimEvent::Withdrawn => Some(json!({"state": "withdrawn"})),
        // Who works on what stays inside; findings are part of the evidence.
        ClaimEvent::Assigned { .. }
        | ClaimEvent::Examined { .. }
        | ClaimEvent::FindingsHandedIn { .. }
        // Who is too close to whom is for those who may make an exception.
        | ClaimEvent::ConflictDeclared { .. }
        | ClaimEvent::OverrideAsked { .. }
        | ClaimEvent::OverrideConfirmed { .. }
        | ClaimEvent::OverrideWithdrawn { .. } => None,
        ClaimEvent::InvestigationOrdered { .. } => Some(json!({"state": "investigating"})),
        ClaimEvent::Objected { .. } => Some(json!({"state": "objected"})),
        ClaimEvent::JuryRequested { .. } => Some(json!({"state": "jury-requested"})),
        ClaimEvent::VerdictReached { .. } => Some(json!({"state": "verdict"})),
        // What these lead to depends on what was before; the next event says it.
        ClaimEvent::InvestigationEnded { .. }
        | ClaimEvent::ObjectionDismissed { .. }
        | ClaimEvent::ObjectionWithdrawn { .. }
        | ClaimEvent::ObjectionUpheld { .. }
        | ClaimEvent::JuryDue { .. }
        | ClaimEvent::JuryDeclined { .. }
        | ClaimEvent::VerdictApplied { .. }
        | ClaimEvent::DeadlinePassed { .. } => Some(json!({})),
    }
}

fn period(event: &PeriodEvent) -> Value {
    match event {
        PeriodEvent::NoticeOpened(_) => json!({"state": "on-notice"}),
        PeriodEvent::Settled(_) => json!({"state": "settled"}),
        PeriodEvent::Collected(_) => json!({"state": "collected"}),
        PeriodEvent::Closed => json!({"state": "closed"}),
    }
}

fn objection(event: &ObjectionEvent) -> Value {
    match event {
        ObjectionEvent::Raised { claim, plan, .. } => {
            json!({"claim": claim.to_string(), "plan": plan.to_string(), "state": "raised"})
        }
        ObjectionEvent::Answered { .. } => json!({"state": "answered"}),
        ObjectionEvent::Withdrawn { .. } => json!({"state": "withdrawn"}),
        ObjectionEvent::BecameMoot { .. } => json!({"state": "moot"}),
    }
}

fn jury_case(event: &JuryCaseEvent) -> Option<Value> {
    match event {
        JuryCaseEvent::Requested { claim, plan, round, .. } => Some(json!({
            "claim": claim.to_string(), "plan": plan.to_string(), "round": round, "state": "requested",
        })),
        JuryCaseEvent::Declined { .. } => Some(json!({"state": "declined"})),
        JuryCaseEvent::Opened { until, .. } => Some(json!({"state": "open", "until": until.to_string()})),
        JuryCaseEvent::RosterCommitted { .. } => Some(json!({"state": "roster-committed"})),
        JuryCaseEvent::Drawn { seats, .. } => Some(json!({"state": "drawn", "seats": seats})),
        // What the parties and the jurors say to each other stays among them.
        JuryCaseEvent::SteppedAside { .. }
        | JuryCaseEvent::StatementGiven { .. }
        | JuryCaseEvent::QuestionAsked { .. }
        | JuryCaseEvent::QuestionPassedOn { .. }
        | JuryCaseEvent::QuestionSetAside { .. }
        | JuryCaseEvent::QuestionAnswered { .. } => None,
        JuryCaseEvent::PollsClosed { .. } => Some(json!({"state": "polls-closed"})),
        JuryCaseEvent::Closed { .. } => Some(json!({"state": "closed"})),
        JuryCaseEvent::Voided { .. } => Some(json!({"state": "void"})),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::golden_events;
    use crate::ports::{Actor, Position};
    use huzhu_domain::time::Moment;

    fn recorded(event: Event, stream: StreamId) -> Recorded {
        let at: Moment = "2026-02-05T08:00:00Z".parse().unwrap();
        Recorded { position: Position(7), stream, number: 3, at, actor: Actor::System, event }
    }

    /// A claim stands for every stream here: what an event says must not depend on it.
    fn told(event: Event) -> Option<Outgoing> {
        let stream = StreamId::Claim("clm_01930000000070008000000000000003".parse().unwrap());
        outgoing(&recorded(event, stream))
    }

    #[test]
    fn every_kind_that_can_be_asked_for_is_told_and_no_other() {
        let mut kinds: Vec<&str> =
            golden_events().into_iter().filter_map(told).map(|told| told.kind).collect();
        kinds.sort_unstable();
        kinds.dedup();
        let mut listed = KINDS.to_vec();
        listed.sort_unstable();
        assert_eq!(kinds, listed);
    }

    #[test]
    fn bodies_are_small_and_name_no_member_no_illness_and_no_aid() {
        for event in golden_events() {
            let Some(told) = told(event.clone()) else { continue };
            assert!(told.body.len() < 1_000, "{}", told.body);
            let body: Value = serde_json::from_str(&told.body).unwrap();
            let mut names: Vec<&String> = body.as_object().unwrap().keys().collect();
            names.sort_unstable();
            assert_eq!(names, ["data", "timestamp", "type"]);
            for word in ["mem_", "malignant", "\"aid\"", "evd_", "cause", "text", "identity"] {
                assert!(!told.body.contains(word), "{word} in {}", told.body);
            }
        }
    }

    #[test]
    fn a_body_says_what_it_is_about_and_which_event_of_it() {
        let told = told(Event::Claim(ClaimEvent::Withdrawn)).unwrap();
        assert_eq!(
            told.body,
            r#"{"type":"claim.withdrawn","timestamp":"2026-02-05T08:00:00Z","data":{"claim":"clm_01930000000070008000000000000003","number":3,"state":"withdrawn","stream":"clm_01930000000070008000000000000003"}}"#
        );
    }
}
