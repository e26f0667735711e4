//! The verbs of the clerk: accept a request or decline it on a ground of the terms, pass questions on or set them aside.

use huzhu_domain::claim::{ClaimEvent, JuryOrigin, State};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::JuryCaseId;
use huzhu_domain::plan::{JuryMode, ReasonCode};
use huzhu_domain::time::Moment;
use serde::Serialize;

use super::{CaseReceipt, OpenCase};
use crate::App;
use crate::call::{Call, Done};
use crate::error::AppError;
use crate::load::append_claim;
use crate::permission::Action;
use crate::ports::Unit;

/// Accepts a request: the vote begins, or the roster is fixed and the draw begins.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AcceptRequest {
    /// The case.
    pub case: JuryCaseId,
}

/// Declines a request.
#[derive(Clone, Debug, Serialize)]
pub struct DeclineRequest {
    /// The case.
    pub case: JuryCaseId,
    /// One of the grounds of the plan terms.
    pub ground: ReasonCode,
}

/// Passes a question on, or sets it aside.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct SortQuestion {
    /// The case.
    pub case: JuryCaseId,
    /// Its number.
    pub question: u32,
    /// `true`: the side that is asked gets it.
    pub pass_on: bool,
}

impl App {
    /// A case that a clerk may act on.
    async fn case_of_clerk(&self, call: &Call, id: JuryCaseId) -> Result<OpenCase, AppError> {
        let open = self.open_case(id).await?;
        self.strangers_claim(open.case().claim(), Self::member_of(call)?).await?;
        Ok(open)
    }

    /// Accepts a request. In a draw the seed is asked for once the roster is on the log; when that does not answer now, the
    /// platform asks again later.
    pub async fn accept_jury(
        &self,
        call: &Call,
        command: AcceptRequest,
    ) -> Result<Done<CaseReceipt>, AppError> {
        let done = self
            .transact(call, Action::RunJury, &("accept", command), |now| async move {
                let by = Self::member_of(call)?;
                let open = self.case_of_clerk(call, command.case).await?;
                let jury = open.jury()?;
                let event = match jury.mode {
                    JuryMode::Open { .. } => {
                        let electorate = self.qualified(&open, now).await?.len();
                        let electorate = u64::try_from(electorate).unwrap_or(u64::MAX);
                        let key = self.case_keys(command.case).public();
                        open.case().open(by, &open.involved, jury, electorate, key, now)?
                    }
                    JuryMode::Drawn { .. } => self.roster_event(&open, by, now).await?,
                };
                let receipt = CaseReceipt::after(open.case(), &event);
                let mut unit = Unit::new(now, call.caller.actor());
                let due = open.claim.claim().jury_due(command.case, receipt.until.unwrap_or(now))?;
                unit.appends.push(append_claim(&open.claim.loaded, vec![due]));
                unit.appends
                    .push(self.append_case(command.case, open.loaded.events, vec![event], now).await?);
                self.tell_sides(&mut unit, &open, "mail-jury-accepted", receipt.until).await?;
                if let Some(until) = receipt.until.filter(|_| receipt.state == "open") {
                    Self::ask_jurors(&mut unit, open.case(), "mail-juror-open", until);
                }
                Ok((unit, receipt))
            })
            .await?;
        if done.receipt.state == "drawing" {
            match self.seat_jury(command.case).await {
                Ok(()) => {}
                // The roster is kept and on record; the next round of the platform goes on from here.
                Err(error) => tracing::warn!(%error, case = %command.case, "the jury is drawn later"),
            }
        }
        Ok(done)
    }

    /// Declines a request, on a ground of the terms; the claim stands where it stood.
    pub async fn decline_jury(
        &self,
        call: &Call,
        command: &DeclineRequest,
    ) -> Result<Done<CaseReceipt>, AppError> {
        self.transact(call, Action::RunJury, &("decline", command), |now| async move {
            let by = Self::member_of(call)?;
            let open = self.case_of_clerk(call, command.case).await?;
            let event = open.case().decline(by, &open.involved, command.ground.clone(), open.jury()?, now)?;
            let until = self.until_again(&open, now).await?;
            let mut unit = Unit::new(now, call.caller.actor());
            let settled = match open.claim.claim().state() {
                State::JuryRequested { origin: JuryOrigin::OnNotice { period, .. }, .. } => {
                    self.is_settled(&mut unit, open.case().plan(), *period).await?
                }
                _ => false,
            };
            let ground = command.ground.clone();
            let claim = open.claim.claim().decline_jury(command.case, by, ground, until, settled)?;
            let receipt = CaseReceipt::after(open.case(), &event);
            unit.appends.push(append_claim(&open.claim.loaded, vec![claim]));
            unit.appends.push(self.append_case(command.case, open.loaded.events, vec![event], now).await?);
            self.tell_sides(&mut unit, &open, "mail-jury-declined", until).await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// Until when somebody has the ball on the claim once its request is declined: a refused claimant has what is left of the
    /// first time, a reviewer the usual time anew.
    pub(super) async fn until_again(&self, open: &OpenCase, now: Moment) -> Result<Option<Moment>, AppError> {
        let State::JuryRequested { origin, .. } = open.claim.claim().state() else { return Ok(None) };
        match origin {
            JuryOrigin::OnNotice { .. } => Ok(None),
            JuryOrigin::UnderReview { .. } => Ok(Some(open.claim.deadlines(now)?.review)),
            JuryOrigin::Refused { .. } => {
                let events = self.store.stream(&StreamId::Claim(open.case().claim())).await?;
                let refused = events.iter().rev().find_map(|one| match &one.event {
                    Event::Claim(ClaimEvent::Refused { until, .. }) => Some(*until),
                    _ => None,
                });
                Ok(refused.flatten())
            }
        }
    }

    /// Passes a question on, or sets it aside.
    pub async fn sort_question(
        &self,
        call: &Call,
        command: SortQuestion,
    ) -> Result<Done<CaseReceipt>, AppError> {
        self.catch_up_case(call, Action::RunJury, command.case).await?;
        self.transact(call, Action::RunJury, &("sort", command), |now| async move {
            let by = Self::member_of(call)?;
            let open = self.case_of_clerk(call, command.case).await?;
            let SortQuestion { question, pass_on, .. } = command;
            let event = open.case().sort_question(question, pass_on, by, &open.involved, now)?;
            let asked = open.case().questions().get(&question).map(|one| one.to).filter(|_| pass_on);
            let (mut unit, receipt) = self.one_case_event(call, &open, event, Vec::new(), now).await?;
            if let Some(to) = asked {
                self.tell_asked(&mut unit, &open, to, receipt.until).await?;
            }
            Ok((unit, receipt))
        })
        .await
    }
}
