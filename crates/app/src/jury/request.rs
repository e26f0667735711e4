//! The verbs of the two sides: ask for a jury, say what one has to say, answer the questions of jurors.

use huzhu_domain::claim::JuryAsker;
use huzhu_domain::event::StreamId;
use huzhu_domain::id::{ClaimId, JuryCaseId, MemberId};
use huzhu_domain::jury::{CaseHead, JuryCase, JuryCaseEvent, Side};
use huzhu_domain::time::Moment;
use serde::Serialize;

use super::{CaseReceipt, OpenCase, check_text, statement_name, text_name};
use crate::App;
use crate::call::{Call, Caller, Done};
use crate::claims::refusal::refused;
use crate::error::AppError;
use crate::load::append_claim;
use crate::permission::Action;
use crate::ports::{Sealed, Unit};

/// Asks for a jury.
#[derive(Clone, Debug, Serialize)]
pub struct RequestJury {
    /// Id of the new case, made by the caller.
    pub case: JuryCaseId,
    /// The claim.
    pub claim: ClaimId,
    /// Why, in plain words; 1 to 4,000 characters. Jurors read it.
    pub statement: String,
}

/// Says what one side has to say.
#[derive(Clone, Debug, Serialize)]
pub struct GiveStatement {
    /// The case.
    pub case: JuryCaseId,
    /// In plain words; 1 to 4,000 characters. Jurors read it.
    pub text: String,
}

/// Answers a question of a juror.
#[derive(Clone, Debug, Serialize)]
pub struct AnswerQuestion {
    /// The case.
    pub case: JuryCaseId,
    /// Number of the question.
    pub question: u32,
    /// In plain words; 1 to 4,000 characters. Jurors read it.
    pub text: String,
}

impl App {
    /// Asks for a jury: the claimant after a refusal, and whoever else the terms let. The statement is sealed under the key of the
    /// person who fell ill.
    pub async fn request_jury(
        &self,
        call: &Call,
        command: &RequestJury,
    ) -> Result<Done<CaseReceipt>, AppError> {
        let statement = check_text("statement", &command.statement)?;
        self.catch_up(call, Action::AskJury, command.claim).await?;
        self.transact(call, Action::AskJury, command, |now| async move {
            let by = Self::member_of(call)?;
            let (open, asker) = self.claim_for_jury(call, command.claim, by).await?;
            let stream = StreamId::JuryCase(command.case);
            if !self.store.stream(&stream).await?.is_empty() {
                return Err(refused("claim-id-used", Vec::new()));
            }
            let deadlines = open.deadlines(now)?;
            let on_claim = open.claim().request_jury(command.case, asker, by, now, &deadlines)?;
            let terms = open.terms()?;
            let head = CaseHead {
                id: command.case,
                claim: command.claim,
                plan: terms.id().clone(),
                version: terms.version(),
                round: u8::try_from(open.claim().verdicts().len()).unwrap_or(u8::MAX),
                by,
                asker,
                requested: now,
            };
            let event = JuryCase::request(&head, terms.jury(), deadlines.clerk)?;
            let case = JuryCase::begin(command.case, &event)
                .ok_or_else(|| AppError::Broken("a request begins no case".to_owned()))?;
            let side = if asker == JuryAsker::Claimant { Side::Claimant } else { Side::Plan };
            let stated = JuryCaseEvent::StatementGiven { side, by, at: now };
            let receipt = CaseReceipt::after(&case, &stated);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![on_claim]));
            unit.appends.push(self.append_case(command.case, 0, vec![event, stated], now).await?);
            unit.sealed.push(Sealed {
                owner: open.claim().claimed().member,
                name: text_name(command.case, &statement_name(side)),
                bytes: statement.as_bytes().to_vec(),
            });
            Ok((unit, receipt))
        })
        .await
    }

    /// The claim as the caller may bring it before a jury, and in which capacity.
    async fn claim_for_jury(
        &self,
        call: &Call,
        claim: ClaimId,
        by: MemberId,
    ) -> Result<(crate::claims::OpenClaim, JuryAsker), AppError> {
        match self.own_claim(claim, by).await {
            Ok(open) => return Ok((open, JuryAsker::Claimant)),
            Err(AppError::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
        let open = self.open_claim(claim).await?;
        if open.claim().objectors().values().any(|who| *who == by) {
            return Ok((open, JuryAsker::Objector));
        }
        // Only whoever works on claims may learn that there is this one.
        let may = matches!(&call.caller,
            Caller::Member { roles, .. } if Action::AssignClaim.allows(roles));
        if may {
            Ok((self.strangers_claim(claim, by).await?, JuryAsker::Operator))
        } else {
            Err(AppError::NotFound("claim"))
        }
    }

    /// For which side somebody speaks in a case. To anybody else there is no such case.
    pub(super) async fn side_of(&self, call: &Call, open: &OpenCase, by: MemberId) -> Result<Side, AppError> {
        match self.own_claim(open.case().claim(), by).await {
            Ok(_) => return Ok(Side::Claimant),
            Err(AppError::NotFound(_)) => {}
            Err(other) => return Err(other),
        }
        let may = matches!(&call.caller,
            Caller::Member { roles, .. } if Action::AnswerObjection.allows(roles));
        if may || open.case().by() == by {
            self.strangers_claim(open.case().claim(), by).await?;
            Ok(Side::Plan)
        } else {
            Err(AppError::NotFound("jury-case"))
        }
    }

    /// Says what one side has to say; until the vote begins it may be said anew.
    pub async fn give_statement(
        &self,
        call: &Call,
        command: &GiveStatement,
    ) -> Result<Done<CaseReceipt>, AppError> {
        let text = check_text("text", &command.text)?;
        self.catch_up_case(call, Action::AskJury, command.case).await?;
        self.transact(call, Action::AskJury, &("statement", command), |now| async move {
            let by = Self::member_of(call)?;
            let open = self.open_case(command.case).await?;
            let side = self.side_of(call, &open, by).await?;
            let event = open.case().state_view(side, by, now)?;
            let sealed = open.sealed(&statement_name(side), text);
            self.one_case_event(call, &open, event, vec![sealed], now).await
        })
        .await
    }

    /// Answers a question that the clerk passed on.
    pub async fn answer_question(
        &self,
        call: &Call,
        command: &AnswerQuestion,
    ) -> Result<Done<CaseReceipt>, AppError> {
        let text = check_text("text", &command.text)?;
        self.catch_up_case(call, Action::AskJury, command.case).await?;
        self.transact(call, Action::AskJury, &("answer", command), |now| async move {
            let by = Self::member_of(call)?;
            let open = self.open_case(command.case).await?;
            let side = self.side_of(call, &open, by).await?;
            let event = open.case().answer(command.question, side, by, now)?;
            let sealed = open.sealed(&format!("answer/{}", command.question), text);
            let (mut unit, receipt) = self.one_case_event(call, &open, event, vec![sealed], now).await?;
            if let Some(question) = open.case().questions().get(&command.question) {
                self.tell_answered(&mut unit, open.case(), question.by).await?;
            }
            Ok((unit, receipt))
        })
        .await
    }

    /// A unit of one event of a case and its receipt.
    pub(super) async fn one_case_event(
        &self,
        call: &Call,
        open: &OpenCase,
        event: JuryCaseEvent,
        sealed: Vec<Sealed>,
        now: Moment,
    ) -> Result<(Unit, CaseReceipt), AppError> {
        let receipt = CaseReceipt::after(open.case(), &event);
        let mut unit = Unit::new(now, call.caller.actor());
        unit.appends.push(self.append_case(open.case().id(), open.loaded.events, vec![event], now).await?);
        unit.sealed = sealed;
        Ok((unit, receipt))
    }
}
