//! Messages: one for each thing that people are told, written in the unit that brought it about, and never twice.

use huzhu_app::ports::Unit;
use huzhu_app::record::Message;
use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::enrolment::{EndReason, EnrolmentEvent};
use huzhu_domain::event::Event;

use super::{Auditor, Finding, ensure};

impl Auditor {
    /// Checks the messages of a unit against its events.
    pub(super) fn check_mail(&mut self, unit: &Unit) -> Result<(), Finding> {
        for message in &unit.messages {
            // Two workers at once write the same call or reminder; the store keeps one, since its id follows from what it is about.
            let by_time = unit.appends.is_empty() && [CALL, REMINDER].contains(&message.template.as_str());
            let fresh = self.message_ids.insert(message.id);
            ensure(fresh || by_time, || format!("message {} was written twice", message.id))?;
            if fresh {
                self.check_reminder(unit, message)?;
            }
        }
        let mut expected: Vec<&str> = Vec::new();
        for append in &unit.appends {
            // What is given up as soon as it fails is nobody's to pay.
            let is_given_up = |event: &Event| match event {
                Event::Enrolment(EnrolmentEvent::FellIntoArrears { period, .. }) => {
                    let given_up = EnrolmentEvent::ArrearsGivenUp { period: *period };
                    append.events.contains(&Event::Enrolment(given_up))
                }
                _ => false,
            };
            let told = append.events.iter().filter(|event| !is_given_up(event));
            expected.extend(told.filter_map(template));
        }
        expected.sort_unstable();
        // Dependants leave with their payer, who is told once.
        let mut left = false;
        expected.retain(|word| *word != "mail-left" || !std::mem::replace(&mut left, true));
        let mut written: Vec<&str> = unit.messages.iter().map(|message| message.template.as_str()).collect();
        // Time brings them about, and no event: also the call of a reserve whose seat became free by itself.
        written.retain(|word| *word != REMINDER && (*word != CALL || !unit.appends.is_empty()));
        let kept_back = unit.appends.iter().flat_map(|append| &append.events);
        let kept_back = kept_back
            .filter(|event| matches!(event, Event::Enrolment(EnrolmentEvent::ArrearsPaid { .. })))
            .count();
        // Who is paid less is told so.
        let told: Vec<&mut &str> =
            written.iter_mut().filter(|word| **word == "mail-claim-payable-less").collect();
        ensure(told.len() <= kept_back, || "somebody was told of shares that were not kept back".to_owned())?;
        ensure(
            expected.iter().all(|word| *word != "mail-claim-payable")
                || (told.is_empty() == (kept_back == 0)),
            || "shares were kept back and nobody was told".to_owned(),
        )?;
        for word in told {
            *word = "mail-claim-payable";
        }
        written.sort_unstable();
        if Self::is_dispute(unit) {
            // Several people are told, each in their own words; the claimant at least as always.
            let missing = expected.iter().find(|word| !written.contains(word));
            return ensure(missing.is_none(), || format!("nobody wrote {missing:?}, only {written:?}"));
        }
        ensure(written == expected, || {
            format!("messages {written:?} were written, {expected:?} should have been")
        })
    }
}

impl Auditor {
    /// Jurors are reminded of a jury to which they were called, once for each, and by time alone.
    fn check_reminder(&mut self, unit: &Unit, message: &Message) -> Result<(), Finding> {
        let about = message.inbox.as_ref().and_then(|entry| entry.about.clone());
        let Some(about) = about else { return Ok(()) };
        match message.template.as_str() {
            CALL => {
                let first = self.called.insert((about, message.to), false).is_none();
                ensure(first, || format!("{} was called twice to one jury", message.to))
            }
            REMINDER => {
                ensure(unit.appends.is_empty(), || "a reminder came with events".to_owned())?;
                let reminded = self.called.get_mut(&(about, message.to));
                let first = reminded.is_some_and(|reminded| !std::mem::replace(reminded, true));
                ensure(first, || format!("{} was reminded again, or never called", message.to))
            }
            _ => Ok(()),
        }
    }
}

/// What calls a juror to a case.
const CALL: &str = "mail-juror-called";
/// The reminder of a juror who was called.
const REMINDER: &str = "mail-juror-reminder";

/// What people are told when this happens.
fn template(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::Claim(event) => match event {
            ClaimEvent::Reported { .. } => "mail-claim-reported",
            ClaimEvent::Taken { .. } => "mail-claim-taken",
            ClaimEvent::MoreEvidenceRequested { .. } => "mail-claim-evidence-needed",
            ClaimEvent::EvidenceCompleted { .. } => "mail-claim-evidence-complete",
            ClaimEvent::Recommended { .. } => "mail-claim-recommended",
            ClaimEvent::Returned { .. } => "mail-claim-returned",
            ClaimEvent::Approved { .. } => "mail-claim-approved",
            ClaimEvent::Refused { .. } => "mail-claim-refused",
            ClaimEvent::PutOnNotice { .. } => "mail-claim-on-notice",
            ClaimEvent::BecamePayable { .. } => "mail-claim-payable",
            ClaimEvent::Paid { .. } => "mail-claim-paid",
            ClaimEvent::Withdrawn => "mail-claim-withdrawn",
            ClaimEvent::Assigned { reviewer, by, .. } if reviewer != by => "mail-work-assigned",
            ClaimEvent::Drafted(_)
            | ClaimEvent::Assigned { .. }
            | ClaimEvent::Described(_)
            | ClaimEvent::EvidenceAdded { .. }
            | ClaimEvent::DisputeEvidenceAdded { .. }
            | ClaimEvent::EvidenceRemoved { .. }
            | ClaimEvent::EvidenceOpened { .. }
            | ClaimEvent::CardOpened { .. }
            | ClaimEvent::Examined { .. }
            | ClaimEvent::InvestigationOrdered { .. }
            | ClaimEvent::FindingsHandedIn { .. }
            | ClaimEvent::InvestigationEnded { .. }
            | ClaimEvent::Objected { .. }
            | ClaimEvent::ObjectionDismissed { .. }
            | ClaimEvent::ObjectionWithdrawn { .. }
            | ClaimEvent::ObjectionUpheld { .. }
            | ClaimEvent::JuryRequested { .. }
            | ClaimEvent::JuryDue { .. }
            | ClaimEvent::JuryDeclined { .. }
            | ClaimEvent::VerdictReached { .. }
            | ClaimEvent::VerdictApplied { .. }
            | ClaimEvent::DeadlinePassed { .. }
            | ClaimEvent::ConflictDeclared { .. }
            | ClaimEvent::OverrideAsked { .. }
            | ClaimEvent::OverrideConfirmed { .. }
            | ClaimEvent::OverrideWithdrawn { .. }
            | ClaimEvent::Cleared { .. } => return None,
        },
        Event::Enrolment(event) => match event {
            EnrolmentEvent::Joined(_) => "mail-joined",
            EnrolmentEvent::FellIntoArrears { .. } => "mail-share-failed",
            EnrolmentEvent::Ended { reason: EndReason::Left, .. } => "mail-left",
            EnrolmentEvent::Ended { reason: EndReason::AgeReached, .. } => "mail-age-reached",
            EnrolmentEvent::Ended { reason: EndReason::Unpaid, .. } => "mail-enrolment-lapsed",
            EnrolmentEvent::Ended { .. }
            | EnrolmentEvent::ArrearsPaid { .. }
            | EnrolmentEvent::ArrearsGivenUp { .. }
            | EnrolmentEvent::PayerChanged { .. } => return None,
        },
        Event::Member(_)
        | Event::Plan(_)
        | Event::Period(_)
        | Event::Objection(_)
        | Event::JuryCase(_)
        | Event::Juror(_)
        | Event::Ballot(_)
        | Event::SecondReview(_) => return None,
    })
}
