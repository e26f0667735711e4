//! What time has decided: votes that have ended, verdicts that nobody can appeal any more.
//!
//! Shape: [`App::catch_up_plan`] and [`App::catch_up`] gather what is due and do it in the order of the moments at which it was
//! decided, not in the order in which somebody looked. The worker calls the first; notice, settlement and collection call it
//! before they begin, and verbs on a claim call the second.
//!
//! Guarantees: dates follow from the moment at which something was decided; what a verb finds is what it would have found with a
//! worker that runs every second; doing it twice, or in two processes at once, does it once.

use std::collections::BTreeSet;

use huzhu_domain::claim::{ClaimEvent, JuryOrigin, State, VerdictOutcome};
use huzhu_domain::event::StreamId;
use huzhu_domain::id::{ClaimId, JuryCaseId};
use huzhu_domain::jury::{CaseState, JuryCase, Phase, Votes};
use huzhu_domain::plan::{PlanId, ReasonCode};
use huzhu_domain::time::Moment;
use huzhu_ledger::Amount;

use super::Passed;
use crate::App;
use crate::call::Call;
use crate::claims::OpenClaim;
use crate::error::AppError;
use crate::load::append_claim;
use crate::matter::{MatterKind, MatterQuery, case_of};
use crate::permission::Action;
use crate::ports::{Actor, ClaimQuery, Page, ReliedOn, StoreError, Unit};

/// Rows read at once: keeps memory small.
const PAGE: u32 = 500;
/// How often a verdict is tried again when others write to its claim.
const RETRIES: u32 = 8;
/// The reason that a refusal cites when a jury found against a claim that nobody had refused before.
const JURY_REASON: &str = "by-jury";

/// Something that time has decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Due {
    /// A vote has ended.
    Close(JuryCaseId),
    /// A verdict is final.
    Apply(ClaimId),
}

/// What is due, by the moment at which it was decided.
type Agenda = BTreeSet<(Moment, Due)>;

/// When the vote of a case has ended; `None`: it goes on, or was counted.
fn vote_ended(case: &JuryCase, now: Moment, votes: &Votes) -> Option<Moment> {
    if case.phase(now, votes) != Phase::Counting {
        return None;
    }
    match case.state() {
        CaseState::Open { until, .. } => Some(*until),
        CaseState::Sitting { bench, .. } => Some(bench.ended(now, votes)),
        CaseState::Counting { ended, .. } => Some(*ended),
        CaseState::Requested { .. }
        | CaseState::Declined { .. }
        | CaseState::Drawing { .. }
        | CaseState::Closed { .. }
        | CaseState::Voided => None,
    }
}

impl App {
    /// Does what time has decided in a plan: whoever opens a notice, settles or collects sees the same claims whether or not a
    /// worker was there before.
    ///
    /// # Errors
    /// When something cannot be done: then what depends on it must not go on.
    pub(crate) async fn catch_up_plan(&self, plan: &PlanId) -> Result<(), AppError> {
        let mut passed = Passed::default();
        let agenda = self.agenda_of_plan(plan).await?;
        self.work_off(agenda, &mut passed).await?;
        if passed.failed == 0 { Ok(()) } else { Err(AppError::Stale("changed-meanwhile")) }
    }

    /// Does what time has decided about a claim and about all others of its person, whose aid comes out of one ceiling. No such
    /// claim: nothing. Called before an `action` on the claim, by somebody who may do such things.
    ///
    /// # Errors
    /// When something cannot be done, or the caller may not.
    pub(crate) async fn catch_up(&self, call: &Call, action: Action, claim: ClaimId) -> Result<(), AppError> {
        self.authorise(call, action, self.clock.now()).await?;
        let Some(row) = self.store.claim(claim).await? else { return Ok(()) };
        let enrolment = self.load_enrolment(row.enrolment).await?;
        let mut agenda = Agenda::new();
        for row in self.claims_of_person(&enrolment.state).await? {
            if matches!(row.state, "jury-requested" | "verdict") {
                agenda.extend(self.due_of_claim(row.id).await?);
            }
        }
        let mut passed = Passed::default();
        self.work_off(agenda, &mut passed).await?;
        if passed.failed == 0 { Ok(()) } else { Err(AppError::Stale("changed-meanwhile")) }
    }

    /// The same where only the claim itself matters, and nothing is read of its person's other claims.
    ///
    /// # Errors
    /// As [`App::catch_up`].
    pub(crate) async fn catch_up_before(
        &self,
        call: &Call,
        action: Action,
        claim: ClaimId,
    ) -> Result<(), AppError> {
        match self.store.claim(claim).await? {
            Some(row) if matches!(row.state, "jury-requested" | "verdict") => {
                self.catch_up(call, action, claim).await
            }
            _ => Ok(()),
        }
    }

    /// Closes a case whose vote has ended, before an `action` in it. No such case, or its vote goes on: nothing.
    ///
    /// # Errors
    /// As [`App::catch_up`].
    pub(crate) async fn catch_up_case(
        &self,
        call: &Call,
        action: Action,
        id: JuryCaseId,
    ) -> Result<(), AppError> {
        self.authorise(call, action, self.clock.now()).await?;
        let case = match self.load_jury_case(id).await {
            Ok(loaded) => loaded.state,
            Err(AppError::NotFound(_)) => return Ok(()),
            Err(other) => return Err(other),
        };
        let votes = self.votes_of(&case).await?;
        match vote_ended(&case, self.clock.now(), &votes) {
            Some(_) => self.catch_up(call, action, case.claim()).await,
            None => Ok(()),
        }
    }

    /// The worker's part: like [`App::catch_up_plan`], but what fails is counted and left for the next round.
    pub(super) async fn decide_by_time(&self, plan: &PlanId, passed: &mut Passed) -> Result<(), AppError> {
        for case in self.cases_in(plan, &["drawing"]).await? {
            match self.seat_jury(case).await {
                Ok(()) => passed.seated = passed.seated.saturating_add(1),
                // Another process has done it meanwhile.
                Err(_) if !self.is_drawing(case).await? => {}
                Err(error) => {
                    tracing::warn!(%error, %case, "a jury is drawn later");
                    passed.failed = passed.failed.saturating_add(1);
                }
            }
        }
        let agenda = self.agenda_of_plan(plan).await?;
        self.work_off(agenda, passed).await
    }

    async fn work_off(&self, mut agenda: Agenda, passed: &mut Passed) -> Result<(), AppError> {
        while let Some((at, due)) = agenda.pop_first() {
            let done = match due {
                Due::Close(case) => self.close_jury(&Call::system(), case).await.map(drop),
                Due::Apply(claim) => self.apply_verdict(claim, at).await,
            };
            match (done, due) {
                (Ok(()), Due::Close(case)) => {
                    passed.closed = passed.closed.saturating_add(1);
                    // The verdict may be final at once, or may have been for long: before whatever was decided later.
                    let claim = self.load_jury_case(case).await?.state.claim();
                    agenda.extend(self.due_of_claim(claim).await?);
                }
                (Ok(()), Due::Apply(_)) => passed.applied = passed.applied.saturating_add(1),
                // Another process has done it meanwhile.
                (Err(_), _) if !self.is_still_due(due).await? => {}
                (Err(error), _) => {
                    tracing::warn!(%error, ?due, "what time has decided waits");
                    passed.failed = passed.failed.saturating_add(1);
                }
            }
        }
        Ok(())
    }

    async fn is_drawing(&self, case: JuryCaseId) -> Result<bool, AppError> {
        Ok(matches!(self.load_jury_case(case).await?.state.state(), CaseState::Drawing { .. }))
    }

    async fn is_still_due(&self, due: Due) -> Result<bool, AppError> {
        let claim = match due {
            Due::Close(case) => self.load_jury_case(case).await?.state.claim(),
            Due::Apply(claim) => claim,
        };
        Ok(self.due_of_claim(claim).await?.is_some_and(|(_, still)| still == due))
    }

    async fn agenda_of_plan(&self, plan: &PlanId) -> Result<Agenda, AppError> {
        let mut agenda = Agenda::new();
        for case in self.cases_in(plan, &["open", "sitting", "counting"]).await? {
            agenda.extend(self.ended_vote(case).await?);
        }
        let query = ClaimQuery::InStates(plan.clone(), vec!["verdict"]);
        let mut page = Page::first(PAGE);
        loop {
            let rows = self.store.claims(&query, &page).await?;
            let now = self.clock.now();
            for row in &rows {
                if row.until.is_none_or(|until| until <= now) {
                    agenda.extend(self.due_of_claim(row.id).await?);
                }
            }
            match rows.last() {
                Some(last) if u32::try_from(rows.len()).is_ok_and(|n| n >= PAGE) => {
                    page.after = Some(last.id.to_string());
                }
                _ => return Ok(agenda),
            }
        }
    }

    async fn cases_in(&self, plan: &PlanId, states: &[&'static str]) -> Result<Vec<JuryCaseId>, AppError> {
        let query = MatterQuery::InStates(MatterKind::JuryCase, plan.clone(), states.to_vec());
        let (mut all, mut page) = (Vec::new(), Page::first(PAGE));
        loop {
            let rows = self.store.matters(&query, &page).await?;
            page.after = rows.last().map(|row| row.stream.to_string());
            let full = u32::try_from(rows.len()).is_ok_and(|found| found >= PAGE);
            let now = self.clock.now();
            let may_be_due = |row: &&_| -> bool { !is_open_until_later(row, now) };
            all.extend(rows.iter().filter(may_be_due).filter_map(case_of));
            if !full {
                return Ok(all);
            }
        }
    }

    async fn ended_vote(&self, id: JuryCaseId) -> Result<Option<(Moment, Due)>, AppError> {
        let case = self.load_jury_case(id).await?.state;
        let votes = self.votes_of(&case).await?;
        Ok(vote_ended(&case, self.clock.now(), &votes).map(|ended| (ended, Due::Close(id))))
    }

    async fn due_of_claim(&self, id: ClaimId) -> Result<Option<(Moment, Due)>, AppError> {
        let claim = self.load_claim(id).await?.state;
        match claim.state() {
            State::JuryRequested { case, .. } => self.ended_vote(*case).await,
            State::Verdict { until: Some(until), .. } => {
                Ok((*until <= self.clock.now()).then_some((*until, Due::Apply(id))))
            }
            State::Verdict { until: None, case, .. } => {
                let ended = self.ended_at(*case).await?;
                Ok(Some((ended, Due::Apply(id))))
            }
            _ => Ok(None),
        }
    }

    /// When the vote of a case ended that was counted.
    async fn ended_at(&self, case: JuryCaseId) -> Result<Moment, AppError> {
        match self.load_jury_case(case).await?.state.state() {
            CaseState::Closed { ended, .. } => Ok(*ended),
            other => Err(AppError::Broken(format!("{case} has a verdict and is {}", other.word()))),
        }
    }

    /// Lets a verdict take effect that is final since `at`.
    async fn apply_verdict(&self, id: ClaimId, at: Moment) -> Result<(), AppError> {
        for _ in 0..RETRIES {
            let open = self.open_claim(id).await?;
            let mut unit = Unit::new(self.clock.now(), Actor::System);
            let event = self.verdict_event(&mut unit, &open, at).await?;
            let (template, mut values) = outcome_message(&event, &open)?;
            values.push(("ruling", self.ruling_of(&event).await?));
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            self.tell_claimant(&mut unit, open.claim(), template, None, values).await?;
            // The commit point: before it nothing has happened, and the next round does it.
            match self.store.commit(unit).await {
                Ok(_) => {
                    self.committed.notify_one();
                    return Ok(());
                }
                Err(StoreError::Conflict(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(AppError::Stale("changed-meanwhile"))
    }

    /// How the jury ruled whose verdict takes effect: the message must not say that members judged where too few voted.
    async fn ruling_of(&self, event: &ClaimEvent) -> Result<String, AppError> {
        let ClaimEvent::VerdictApplied { case, .. } = event else { return Ok(String::new()) };
        match self.load_jury_case(*case).await?.state.state() {
            CaseState::Closed { ruling, .. } => Ok(ruling.word().to_owned()),
            other => Err(AppError::Broken(format!("{case} has a verdict and is {}", other.word()))),
        }
    }

    /// The event by which a verdict takes effect.
    async fn verdict_event(
        &self,
        unit: &mut Unit,
        open: &OpenClaim,
        at: Moment,
    ) -> Result<ClaimEvent, AppError> {
        let claim = open.claim();
        let (aid, settled) = match claim.state() {
            State::Verdict { origin: JuryOrigin::OnNotice { period, .. }, .. } => {
                (None, self.is_settled(unit, &claim.claimed().plan, *period).await?)
            }
            State::Verdict { for_claimant: true, .. } => {
                (Some(self.aid_by_verdict(unit, open).await?), false)
            }
            _ => (None, false),
        };
        let reason = ReasonCode::new(JURY_REASON);
        let reason = reason.map_err(|e| AppError::Broken(format!("the reason of a jury: {e}")))?;
        Ok(claim.apply_verdict(unit.at, aid, reason, settled, open.deadlines(at)?.review)?)
    }

    /// The aid that the terms give for a claim which a jury granted. Relies on the other claims of the person, which share its
    /// ceiling.
    async fn aid_by_verdict(&self, unit: &mut Unit, open: &OpenClaim) -> Result<Amount, AppError> {
        let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?;
        for other in self.claims_of_person(&enrolment.state).await? {
            if other.id != open.claim().id() {
                let events = self.load_claim(other.id).await?.events;
                unit.relied_on.push(ReliedOn::Stream(StreamId::Claim(other.id), events));
            }
        }
        self.aid_when_granted(open, &enrolment.state).await
    }
}

/// Whether the row alone says that a vote goes on, so that the case need not be read.
fn is_open_until_later(row: &crate::matter::MatterRecord, now: Moment) -> bool {
    row.state == "open" && row.until.is_some_and(|until| now < until)
}

/// What the claimant is told when a verdict takes effect.
#[expect(clippy::type_complexity, reason = "a key and its values, as all messages have them")]
fn outcome_message(
    event: &ClaimEvent,
    open: &OpenClaim,
) -> Result<(&'static str, Vec<(&'static str, String)>), AppError> {
    let money = |aid: Amount| Ok::<_, AppError>(aid.decimal(open.terms()?.currency()));
    match event {
        ClaimEvent::VerdictApplied {
            outcome: VerdictOutcome::Approve { aid } | VerdictOutcome::Notice { aid, .. },
            ..
        } => Ok(("mail-claim-verdict-for", vec![("aid", money(*aid)?)])),
        ClaimEvent::VerdictApplied { outcome: VerdictOutcome::Refuse { .. }, .. } => {
            Ok(("mail-claim-verdict-against", Vec::new()))
        }
        ClaimEvent::VerdictApplied { outcome: VerdictOutcome::Review { .. }, .. } => {
            Ok(("mail-claim-verdict-review", Vec::new()))
        }
        other => Err(AppError::Broken(format!("a verdict made {other:?}"))),
    }
}
