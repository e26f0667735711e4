//! What sides and jurors are told of a case, in the unit of the event that causes it.
//!
//! Guarantees: a text for jurors names plan and time and nothing of the claim; it goes to whoever was called, never by how they
//! voted. A side that is staff works from its queue and is told nothing here.
//!
//! Shape: whoever is asked to vote in an open case is told by the worker that writes announcements, batch by batch; reminders are
//! sent by the worker of deadlines, once for each case or call, since their ids follow from what they are about.
//!
//! Limits: a reserve who is called because somebody let the time pass is called by the clock, without an event: the message comes
//! when the worker does, and the juror's page shows the case before. Reminders go to those who have voted, too: whom a message
//! was sent to says nothing about who voted.

use std::collections::BTreeSet;

use huzhu_domain::claim::JuryAsker;
use huzhu_domain::event::StreamId;
use huzhu_domain::id::{JuryCaseId, MemberId};
use huzhu_domain::jury::{CallEnd, CaseState, JuryCase, Side, Votes};
use huzhu_domain::time::Moment;

use super::OpenCase;
use crate::App;
use crate::error::AppError;
use crate::inbox::{Announcement, Audience, Telling, derived_id};
use crate::ports::{Actor, InboxChange, Page, Unit};

/// The id of the message that calls a juror to a case: nobody is called twice.
fn call_key(case: JuryCaseId, juror: MemberId) -> uuid::Uuid {
    derived_id("juror-called", &[&case.to_string(), &juror.to_string()])
}

/// What a juror of a case is told, with the end of the own time.
fn calling(template: &str, case: &JuryCase, until: Moment) -> Telling {
    let about = StreamId::JuryCase(case.id());
    Telling::new(template).about(about).with("plan", case.plan()).until(Some(until))
}

/// A reminder goes out when a quarter of the time is left, at most these hours before its end.
const REMIND_HOURS_MAX: i64 = 24;

impl App {
    /// Tells the claimant, and the member who objected where that one asked for the jury.
    pub(super) async fn tell_sides(
        &self,
        unit: &mut Unit,
        open: &OpenCase,
        template: &str,
        until: Option<Moment>,
    ) -> Result<(), AppError> {
        let (case, claim) = (open.case(), open.claim.claim());
        let mut sides = BTreeSet::from([claim.claimed().filed_by]);
        sides.extend(claim.objectors().values().copied().filter(|who| *who == case.by()));
        let telling = Telling::new(template)
            .about(StreamId::JuryCase(case.id()))
            .with("plan", case.plan())
            .with("claim", case.claim())
            .until(until);
        self.tell_all(unit, Audience::Members(sides.into_iter().collect()), &telling).await
    }

    /// Tells those who are called in `after` and were not in `before` that a case waits for them, each until when.
    pub(super) async fn tell_called(
        &self,
        unit: &mut Unit,
        before: &JuryCase,
        after: &JuryCase,
        votes: &Votes,
    ) -> Result<(), AppError> {
        let had = called(before, unit.at, votes);
        for (juror, until) in called(after, unit.at, votes) {
            if had.iter().all(|(known, _)| *known != juror) {
                let telling = calling("mail-juror-called", after, until);
                let message = self.message(call_key(after.id(), juror), juror, &telling, unit.at).await?;
                unit.messages.push(message);
            }
        }
        Ok(())
    }

    /// Asks everybody who may vote in an open case to do so: in the unit that opens it, and again as a reminder.
    pub(super) fn ask_jurors(unit: &mut Unit, case: &JuryCase, template: &str, until: Moment) {
        let telling = Telling::new(template).with("plan", case.plan()).until(Some(until));
        unit.inbox.push(InboxChange::Announced(Box::new(Announcement {
            id: derived_id(template, &[&case.id().to_string()]),
            to: Audience::Jurors(case.id()),
            template: telling.template,
            values: telling.values,
            about: Some(StreamId::JuryCase(case.id())),
            at: unit.at,
            after: None,
        })));
    }

    /// Reminds the jurors of a case when little of their time is left. Answers whether somebody was to be reminded; doing it
    /// again reminds nobody twice.
    ///
    /// # Errors
    /// When the store does not answer; the next round does it.
    pub(crate) async fn remind_jurors(&self, id: JuryCaseId) -> Result<bool, AppError> {
        let case = self.load_jury_case(id).await?.state;
        let mut unit = Unit::new(self.clock.now(), Actor::System);
        let due = |since, until| remind_at(since, until) <= unit.at && unit.at < until;
        match case.state() {
            CaseState::Open { since, until, .. } if due(*since, *until) => {
                let until = *until;
                Self::ask_jurors(&mut unit, &case, "mail-juror-open-reminder", until);
            }
            CaseState::Sitting { bench, .. } => {
                let calls = bench.calls(unit.at, &self.votes_of(&case).await?);
                let gone = |end| matches!(end, Some(CallEnd::Left(..)));
                for call in calls.into_iter().filter(|call| !gone(call.end) && unit.at < call.until) {
                    let (juror, until) = (call.juror, call.until);
                    // A reserve whose seat became free by time alone was told by nobody yet: the call comes before any reminder.
                    let (key, template) =
                        if self.store.inbox_message(juror, call_key(id, juror)).await?.is_none() {
                            (call_key(id, juror), "mail-juror-called")
                        } else if due(call.since, until) {
                            let parts = [id.to_string(), juror.to_string()];
                            (
                                derived_id("juror-reminder", &parts.each_ref().map(String::as_str)),
                                "mail-juror-reminder",
                            )
                        } else {
                            continue;
                        };
                    if self.store.inbox_message(juror, key).await?.is_none() {
                        let telling = calling(template, &case, until);
                        let message = self.message(key, juror, &telling, unit.at).await?;
                        unit.messages.push(message);
                    }
                }
            }
            _ => {}
        }
        if unit.inbox.is_empty() && unit.messages.is_empty() {
            return Ok(false);
        }
        // Before this line nobody was reminded; after it everybody is or will be, and a second time changes nothing.
        self.store.commit(unit).await?;
        self.committed.notify_one();
        Ok(true)
    }

    /// The next jurors who may vote in an open case, after a place on the list; none once the vote has ended. Whoever is too close
    /// to the claim is not told that there is a case.
    pub(crate) async fn jurors_to_ask(
        &self,
        id: JuryCaseId,
        page: &Page,
    ) -> Result<(Vec<MemberId>, Option<String>), AppError> {
        let open = self.open_case(id).await?;
        let now = self.clock.now();
        match open.case().state() {
            CaseState::Open { until, .. } if now < *until => {}
            _ => return Ok((Vec::new(), None)),
        }
        let (qualified, after) = self.qualified_page(&open, now, page).await?;
        let mut jurors = Vec::with_capacity(qualified.len());
        for juror in qualified {
            if !self.has_conflict(&open, juror).await? {
                jurors.push(juror);
            }
        }
        Ok((jurors, after))
    }

    /// Tells the side that is asked that a question of a juror waits for it; staff find it in their queue.
    pub(super) async fn tell_asked(
        &self,
        unit: &mut Unit,
        open: &OpenCase,
        to: Side,
        until: Option<Moment>,
    ) -> Result<(), AppError> {
        let (case, claim) = (open.case(), open.claim.claim());
        let asked = match to {
            Side::Claimant => claim.claimed().filed_by,
            Side::Plan if claim.objectors().values().any(|who| *who == case.by()) => case.by(),
            Side::Plan => return Ok(()),
        };
        let telling = Telling::new("mail-jury-asked")
            .about(StreamId::JuryCase(case.id()))
            .with("plan", case.plan())
            .with("claim", case.claim())
            .until(until);
        self.tell(unit, asked, &telling).await
    }

    /// Tells a juror that the own question was answered.
    pub(super) async fn tell_answered(
        &self,
        unit: &mut Unit,
        case: &JuryCase,
        juror: MemberId,
    ) -> Result<(), AppError> {
        let telling = Telling::new("mail-juror-answered")
            .about(StreamId::JuryCase(case.id()))
            .with("plan", case.plan())
            .until(case.until());
        self.tell(unit, juror, &telling).await
    }

    /// Tells everybody who was called, and the member who asked for the jury, that there is nothing left to judge. The claimant
    /// who withdrew knows.
    pub(super) async fn tell_voided(&self, unit: &mut Unit, open: &OpenCase) -> Result<(), AppError> {
        let case = open.case();
        let jurors = called(case, unit.at, &self.votes_of(case).await?);
        let telling = Telling::new("mail-juror-voided")
            .about(StreamId::Plan(case.plan().clone()))
            .with("plan", case.plan())
            .until(None);
        let jurors = jurors.into_iter().map(|(juror, _)| juror).collect();
        self.tell_all(unit, Audience::Members(jurors), &telling).await?;
        if case.head().asker == JuryAsker::Objector {
            let telling = Telling::new("mail-jury-voided")
                .about(StreamId::JuryCase(case.id()))
                .with("plan", case.plan())
                .with("claim", case.claim())
                .until(None);
            self.tell(unit, case.by(), &telling).await?;
        }
        Ok(())
    }

    /// Tells everybody who was called that the case is judged.
    pub(super) async fn tell_jurors(&self, unit: &mut Unit, case: &JuryCase) -> Result<(), AppError> {
        let jurors = called(case, unit.at, &self.votes_of(case).await?);
        let telling = Telling::new("mail-juror-judged")
            .about(StreamId::JuryCase(case.id()))
            .with("plan", case.plan())
            .until(None);
        let jurors = jurors.into_iter().map(|(juror, _)| juror).collect();
        self.tell_all(unit, Audience::Members(jurors), &telling).await
    }
}

/// When the reminder of a time to vote is due.
fn remind_at(since: Moment, until: Moment) -> Moment {
    let quarter = until.duration_since(since).checked_div(4).unwrap_or_default();
    let before = quarter.min(jiff::SignedDuration::from_hours(REMIND_HOURS_MAX));
    until.saturating_sub(before).unwrap_or(since)
}

/// Who was called by a moment, and until when.
fn called(case: &JuryCase, now: Moment, votes: &Votes) -> Vec<(MemberId, Moment)> {
    let calls = case.bench().map(|bench| bench.calls(now, votes)).unwrap_or_default();
    calls.into_iter().map(|call| (call.juror, call.until)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reminder_comes_when_a_quarter_is_left_and_a_day_before_at_the_earliest() {
        let at = |hour: i64| Moment::from_second(hour * 3_600).unwrap();
        for (since, until, expected) in [(0, 24, 18), (0, 4, 3), (0, 96, 72), (0, 168, 144), (10, 10, 10)] {
            assert_eq!(remind_at(at(since), at(until)), at(expected), "{since} to {until}");
        }
    }
}
