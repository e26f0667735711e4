//! Claims in dispute as the auditor sees them: where each event must lead, by the rules of mutual aid, sections 5 and 6.
//!
//! Guarantees: nothing here asks the domain what follows; what a jury said is counted from the ballots that the simulator knows.

use huzhu_app::ports::Unit;
use huzhu_domain::claim::{AfterObjection, ClaimEvent, VerdictOutcome};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, MemberId, ObjectionId};
use huzhu_domain::objection::{Answer, ObjectionEvent};
use huzhu_domain::time::{Day, Moment, TimeZone, day_of, midnight, plus_days};

use super::claims::{Case, Origin, Stage};
use super::{Auditor, Finding, ensure};
use crate::simulation::jury_terms::{ASK_DAYS, REVIEW_DAYS, Says};
use crate::simulation::sheet::Sheet;

/// Within which two abuses cost the right to object, and for how long.
const ABUSE_HOURS: i64 = 365 * 24;

/// The first moment after so many days.
pub(super) fn end_after(sheet: &Sheet, from: Moment, days: i64) -> Option<Moment> {
    let zone = TimeZone::get(sheet.zone).ok()?;
    let today: Day = day_of(from, &zone);
    midnight(plus_days(today, days + 1), &zone)
}

impl Auditor {
    /// The steps of a dispute. `None`: the event is none.
    pub(super) fn dispute(
        &mut self,
        id: ClaimId,
        case: &mut Case,
        event: &ClaimEvent,
        unit: &Unit,
    ) -> Result<Option<bool>, Finding> {
        let from = case.stage;
        let fine = match event {
            ClaimEvent::Assigned { reviewer, by, .. } => {
                case.reviewer = Some(*reviewer);
                self.count("claims assigned");
                from == Stage::Open && !self.related(*reviewer, case) && !self.related(*by, case)
            }
            ClaimEvent::InvestigationOrdered { reviewer, investigator, .. } => {
                self.count("investigations ordered");
                case.investigators.insert(*investigator);
                let independent = reviewer != investigator && !case.objectors.contains(investigator);
                from == Stage::Open && independent && !self.related(*investigator, case)
            }
            ClaimEvent::FindingsHandedIn { investigator, .. } => {
                self.count("findings handed in");
                from == Stage::Open && case.investigators.contains(investigator)
            }
            ClaimEvent::InvestigationEnded { .. } => from == Stage::Open,
            ClaimEvent::Objected { objection, by, .. } => self.objected(case, *objection, *by, unit.at)?,
            ClaimEvent::ObjectionDismissed { objection, then, .. }
            | ClaimEvent::ObjectionWithdrawn { objection, then } => self.freed(id, case, *objection, then)?,
            ClaimEvent::ObjectionUpheld { objection, by, .. } => {
                self.count("objections upheld");
                let own = case.recommended.is_some_and(|(who, _)| who == *by);
                let open = case.open_objections.contains(objection);
                case.open_objections.clear();
                (case.stage, case.recommended, case.reviewer) = (Stage::Open, None, Some(*by));
                case.confirmed_by = None;
                from == Stage::Objected && open && !own && !self.related(*by, case)
            }
            ClaimEvent::DeadlinePassed { until } => {
                self.count("deadlines that passed");
                *until <= unit.at
            }
            ClaimEvent::JuryRequested { .. }
            | ClaimEvent::JuryDue { .. }
            | ClaimEvent::JuryDeclined { .. }
            | ClaimEvent::VerdictReached { .. }
            | ClaimEvent::VerdictApplied { .. } => self.before_a_jury(id, case, event, unit)?,
            _ => return Ok(None),
        };
        Ok(Some(fine))
    }

    fn objected(
        &mut self,
        case: &mut Case,
        objection: ObjectionId,
        by: MemberId,
        at: Moment,
    ) -> Result<bool, Finding> {
        self.count("objections raised");
        let from = case.stage;
        let in_time = case.notice_until.is_some_and(|until| at < until);
        ensure(in_time, || "somebody objected after the notice".to_owned())?;
        ensure(case.objectors.insert(by), || format!("{by} objected twice"))?;
        ensure(!self.barred(by, at), || format!("{by} had lost the right to object"))?;
        ensure(!self.related_as_claimant(by, case), || format!("{by} objected to an own claim"))?;
        case.open_objections.insert(objection);
        case.stage = Stage::Objected;
        Ok(matches!(from, Stage::OnNotice | Stage::Objected))
    }

    fn related_as_claimant(&self, who: MemberId, case: &Case) -> bool {
        let payer = self.people.get(&case.enrolment).map(|person| person.payer);
        who == case.member || who == case.filed_by || payer == Some(who)
    }

    fn freed(
        &mut self,
        id: ClaimId,
        case: &mut Case,
        objection: ObjectionId,
        then: &AfterObjection,
    ) -> Result<bool, Finding> {
        self.count("objections that changed nothing");
        let open = case.open_objections.remove(&objection);
        let others = !case.open_objections.is_empty();
        let settled = self.is_settled(case);
        let fits = match then {
            AfterObjection::Others => others,
            AfterObjection::Notice { aid, .. } => !others && !settled && aid.wide() == case.aid,
            AfterObjection::NextNotice { aid } => !others && settled && aid.wide() == case.aid,
        };
        ensure(fits, || format!("{id} goes on as {then:?}; others {others}, settled {settled}"))?;
        let from = case.stage;
        case.stage = match then {
            AfterObjection::Others => Stage::Objected,
            AfterObjection::Notice { .. } => Stage::OnNotice,
            AfterObjection::NextNotice { .. } => Stage::Approved,
        };
        Ok(from == Stage::Objected && open)
    }

    /// Whether the period in which a claim stood was settled.
    pub(super) fn is_settled(&self, case: &Case) -> bool {
        case.period.and_then(|key| self.periods.get(&key)).is_some_and(|round| round.settled.is_some())
    }

    /// Two abuses within a year cost the right to object for a year.
    fn barred(&self, who: MemberId, now: Moment) -> bool {
        let hours =
            |from: Moment, to: Moment| to.as_second().saturating_sub(from.as_second()).div_euclid(3_600);
        let abuses = self.abuses.get(&who).cloned().unwrap_or_default();
        abuses.iter().enumerate().any(|(at, last)| {
            let before = abuses.iter().take(at).any(|first| hours(*first, *last) <= ABUSE_HOURS);
            before && hours(*last, now) < ABUSE_HOURS
        })
    }

    /// What happened to an objection by itself.
    pub(super) fn objection_event(&mut self, id: ObjectionId, event: &ObjectionEvent) -> Result<(), Finding> {
        match event {
            ObjectionEvent::Raised { by, .. } => {
                let fresh = self.objections.insert(id, (*by, true)).is_none();
                ensure(fresh, || format!("{id} was raised twice"))
            }
            ObjectionEvent::Answered { by, answer, at } => {
                let (objector, open) = self.objections.get(&id).copied().ok_or("answered before raised")?;
                ensure(open && objector != *by, || format!("{id} was answered by {by}, open: {open}"))?;
                if *answer == Answer::Abusive {
                    self.count("objections found abusive");
                    self.abuses.entry(objector).or_default().push(*at);
                }
                self.objections.insert(id, (objector, false));
                Ok(())
            }
            ObjectionEvent::Withdrawn { .. } | ObjectionEvent::BecameMoot { .. } => {
                self.count("objections taken back or moot");
                let (objector, open) = self.objections.get(&id).copied().ok_or("ended before raised")?;
                self.objections.insert(id, (objector, false));
                ensure(open, || format!("{id} ended twice"))
            }
        }
    }

    fn before_a_jury(
        &mut self,
        id: ClaimId,
        case: &mut Case,
        event: &ClaimEvent,
        unit: &Unit,
    ) -> Result<bool, Finding> {
        let from = case.stage;
        Ok(match event {
            ClaimEvent::JuryRequested { case: jury, by, .. } => {
                let origin = self.may_ask(case, *by, unit)?;
                (case.origin, case.jury, case.stage) = (Some(origin), Some(*jury), Stage::JuryRequested);
                true
            }
            ClaimEvent::JuryDue { .. } => from == Stage::JuryRequested,
            ClaimEvent::JuryDeclined { until, .. } => {
                let too_few = self.too_few_for_review(case, unit.at);
                self.count_if(too_few.is_none(), "juries declined");
                self.count_if(too_few.is_some(), "hard cases back in review");
                case.stage = match &case.origin {
                    Some(Origin::Refused) => Stage::Refused,
                    Some(Origin::Notice) if self.is_settled(case) => Stage::Approved,
                    Some(Origin::Notice) => Stage::OnNotice,
                    Some(Origin::Review(_)) => Stage::Open,
                    None => return Ok(false),
                };
                let sheet = self.sheet_on(case.illness.event_date);
                let due = too_few.or(Some(unit.at));
                let due = due.and_then(|at| sheet.and_then(|sheet| end_after(sheet, at, REVIEW_DAYS)));
                match &case.origin {
                    Some(Origin::Refused) => *until == case.refused_until,
                    Some(Origin::Review(_)) => *until == due,
                    _ => until.is_none(),
                }
            }
            ClaimEvent::VerdictReached { for_claimant, until, .. } => {
                let (said, appeal) = self.expected_verdict(id, case, unit.at)?;
                ensure(said == *for_claimant, || {
                    format!("the jury of {id} said {said}, not {for_claimant}")
                })?;
                ensure(appeal == *until, || format!("{id} may be appealed until {until:?}, not {appeal:?}"))?;
                case.verdicts.push(said);
                (case.verdict, case.stage) = (Some((said, *until)), Stage::Verdict);
                from == Stage::JuryRequested
            }
            ClaimEvent::VerdictApplied { outcome, .. } => self.verdict_applied(id, case, outcome, unit)?,
            _ => false,
        })
    }

    /// When the vote on a hard case ended for which too few voted, so that its reviewer has the ball again.
    fn too_few_for_review(&self, case: &Case, at: Moment) -> Option<Moment> {
        let panel = self.panels.get(&case.jury?)?;
        let ended = panel.ended(at)?;
        let (says, hard) = (panel.says(), matches!(case.origin, Some(Origin::Review(_))));
        (says == Says::TooFew && hard && case.verdicts.is_empty()).then_some(ended)
    }

    /// Whether somebody may ask for a jury now; answers where the claim stands.
    fn may_ask(&mut self, case: &Case, by: MemberId, unit: &Unit) -> Result<Origin, Finding> {
        let terms = self.sheet_on(case.illness.event_date).and_then(|sheet| sheet.jury);
        let terms = terms.ok_or("a jury was asked for that the plan does not have")?;
        self.count("juries asked for");
        let claimant = self.related_as_claimant(by, case);
        let in_time = |until: Option<Moment>| until.is_some_and(|until| unit.at < until);
        let origin = match case.stage {
            Stage::Refused if claimant && in_time(case.refused_until) && case.verdicts.is_empty() => {
                Origin::Refused
            }
            Stage::OnNotice
                if terms.objectors_ask
                    && case.objectors.contains(&by)
                    && in_time(case.notice_until)
                    && case.verdicts.is_empty() =>
            {
                self.count("juries asked for by objectors");
                Origin::Notice
            }
            Stage::Open if terms.operators_ask && !claimant && case.verdicts.is_empty() => {
                self.count("juries asked for by operators");
                Origin::Review(case.reviewer.ok_or("nobody reviews it")?)
            }
            Stage::Verdict => {
                let (said, until) = case.verdict.ok_or("a verdict that nobody reached")?;
                ensure(in_time(until), || "an appeal came too late".to_owned())?;
                ensure(said != claimant, || "the side that won appeals".to_owned())?;
                let round = case.verdicts.len();
                ensure(round <= usize::from(terms.appeals()), || format!("appeal number {round}"))?;
                self.count("appeals");
                case.origin.clone().ok_or("a verdict without an origin")?
            }
            other => return Err(format!("{by} asked for a jury of a claim that is {other:?}")),
        };
        Ok(origin)
    }

    /// What the jury said, counted from the ballots that were seen, and until when it can be appealed.
    fn expected_verdict(
        &mut self,
        id: ClaimId,
        case: &Case,
        now: Moment,
    ) -> Result<(bool, Option<Moment>), Finding> {
        let panel = case.jury.and_then(|jury| self.panels.get(&jury)).ok_or("a verdict without a jury")?;
        let ended = panel.ended(now).ok_or_else(|| format!("{id} was judged while somebody could vote"))?;
        let says = panel.says();
        let said = match says {
            Says::For => true,
            Says::Against => false,
            Says::TooFew => match (case.verdicts.last(), &case.origin) {
                (Some(before), _) => *before,
                (None, Some(Origin::Notice)) => true,
                (None, Some(Origin::Refused)) => false,
                (None, _) => return Err(format!("too few judged {id}, and it was not sent back")),
            },
        };
        let more = panel.round < panel.terms.appeals();
        let sheet = self.sheet_on(case.illness.event_date).ok_or("there was no plan")?;
        let appeal = if more { end_after(sheet, ended, ASK_DAYS) } else { None };
        self.count(match says {
            Says::For => "verdicts for the claimant",
            Says::Against => "verdicts against the claimant",
            Says::TooFew => "juries without a quorum",
        });
        Ok((said, appeal))
    }

    fn verdict_applied(
        &mut self,
        id: ClaimId,
        case: &mut Case,
        outcome: &VerdictOutcome,
        unit: &Unit,
    ) -> Result<bool, Finding> {
        let (said, until) = case.verdict.ok_or("a verdict took effect that nobody reached")?;
        ensure(until.is_none_or(|until| until <= unit.at), || format!("{id} could still be appealed"))?;
        let ended = case.jury.and_then(|jury| self.panels.get(&jury)).and_then(|panel| panel.ended(unit.at));
        let at = until.or(ended).ok_or("a verdict took effect before its vote ended")?;
        let origin = case.origin.clone().ok_or("a verdict without an origin")?;
        let due = if said && origin != Origin::Notice { self.aid_by_verdict(id, case)? } else { 0 };
        let settled = self.is_settled(case);
        let review =
            self.sheet_on(case.illness.event_date).and_then(|sheet| end_after(sheet, at, REVIEW_DAYS));
        let from = case.stage;
        let fits = match (outcome, &origin) {
            (VerdictOutcome::Approve { aid }, Origin::Notice) => said && settled && aid.wide() == case.aid,
            (VerdictOutcome::Approve { aid }, _) => said && due > 0 && aid.wide() == due,
            (VerdictOutcome::Refuse { .. }, _) => !said,
            (VerdictOutcome::Notice { aid, until, .. }, Origin::Notice) => {
                said && !settled && aid.wide() == case.aid && Some(*until) == case.notice_until
            }
            (VerdictOutcome::Review { until, .. }, Origin::Refused | Origin::Review(_)) => {
                said && due == 0 && Some(*until) == review
            }
            (VerdictOutcome::Notice { .. } | VerdictOutcome::Review { .. }, _) => false,
        };
        ensure(fits, || {
            format!(
                "the verdict on {id} ({said}, {origin:?}, {due} due, settled {settled}) became {outcome:?}"
            )
        })?;
        match outcome {
            VerdictOutcome::Approve { aid } => (case.stage, case.aid) = (Stage::Approved, aid.wide()),
            VerdictOutcome::Refuse { .. } => (case.stage, case.refused_until) = (Stage::Refused, None),
            VerdictOutcome::Notice { .. } => case.stage = Stage::OnNotice,
            VerdictOutcome::Review { reviewer, .. } => {
                self.count("verdicts without an amount");
                (case.stage, case.recommended, case.reviewer) = (Stage::Open, None, Some(*reviewer));
                case.confirmed_by = None;
            }
        }
        self.count("verdicts that took effect");
        Ok(from == Stage::Verdict)
    }

    /// Nothing is left that time has decided.
    pub(crate) fn nothing_waits(&self, now: Moment) -> Result<(), Finding> {
        for (id, case) in &self.claims {
            let ended = case.jury.and_then(|jury| self.panels.get(&jury)).and_then(|panel| panel.ended(now));
            let waits = case.stage == Stage::JuryRequested && ended.is_some();
            ensure(!waits, || format!("the vote on {id} ended at {ended:?} and nobody counts"))?;
        }
        Ok(())
    }

    /// Whether a unit holds something about a dispute, so that more people are told than the claimant.
    pub(super) fn is_dispute(unit: &Unit) -> bool {
        unit.appends.iter().any(|append| {
            matches!(append.stream, StreamId::Objection(_) | StreamId::JuryCase(_))
                || append.events.iter().any(|event| {
                    matches!(
                        event,
                        Event::Claim(
                            ClaimEvent::Assigned { .. }
                                | ClaimEvent::InvestigationOrdered { .. }
                                | ClaimEvent::FindingsHandedIn { .. }
                                | ClaimEvent::InvestigationEnded { .. }
                                | ClaimEvent::DeadlinePassed { .. }
                                | ClaimEvent::JuryDue { .. }
                                | ClaimEvent::VerdictApplied { .. }
                        )
                    )
                })
        })
    }
}
