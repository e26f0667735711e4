//! What people of the town do not agree on: they object to claims on notice, ask for juries, and judge.

use std::collections::BTreeSet;

use huzhu_app::call::Call;
use huzhu_app::claims::{HandInFindings, OrderInvestigation};
use huzhu_app::error::AppError;
use huzhu_app::jury::{AcceptRequest, Answers, CastBallot, GiveStatement, RequestJury};
use huzhu_app::objections::{AnswerObjection, RaiseObjection};
use huzhu_app::ports::{ClaimQuery, Page};
use huzhu_domain::id::{ClaimId, JuryCaseId, ObjectionId};
use huzhu_domain::jury::Choice;
use huzhu_domain::objection::{Answer, Ground};
use huzhu_domain::time::{Day, plus_days};
use rand::RngExt as _;

use super::life::{Life, Step};

/// Chance that somebody who pays for themselves becomes a juror.
const BECOMES_JUROR: f64 = 0.02;
/// Chance that a juror votes in a case.
const VOTES: f64 = 0.6;
/// Chance that a claim on notice meets an objection.
const OBJECTED: f64 = 0.08;
/// Chance that an objection is found to have been made to hurt somebody.
const ABUSIVE: f64 = 0.15;
/// Claims looked at for objections in one notice.
const CLAIMS_MAX: u32 = 1_000;

/// A refusal is an answer that somebody may get; everything else ends the demo.
fn unless_refused<T>(result: Result<T, AppError>) -> Result<Option<T>, AppError> {
    match result {
        Ok(done) => Ok(Some(done)),
        Err(AppError::Refused(_)) => Ok(None),
        Err(other) => Err(other),
    }
}

impl Life {
    /// Some of those who joined yesterday pass the exam of jurors.
    pub(super) async fn become_jurors(&mut self, today: Day) -> Result<(), AppError> {
        let yesterday = plus_days(today, -1);
        let joined = self.residents.iter().filter(|one| one.joined == yesterday && one.member == one.payer);
        let joined: Vec<_> = joined.map(|one| one.payer).collect();
        for member in joined {
            if !self.rng.random_bool(BECOMES_JUROR) {
                continue;
            }
            let call = Call::member(member, BTreeSet::new());
            if unless_refused(self.app.begin_exam(&call, &self.plan).await)?.is_none() {
                continue;
            }
            let sheet = self.app.exam_sheet(&call, &self.plan).await?;
            let answers = sheet.questions.iter().map(|question| Some(question.right)).collect();
            let handed_in = Answers { plan: self.plan.clone(), answers };
            if self.app.hand_in_exam(&call, &handed_in).await?.receipt.passed {
                self.staff.jurors.push(member);
            }
        }
        Ok(())
    }

    /// The notice has begun: neighbours read the cards, and some object.
    pub(super) async fn object(&mut self, today: Day) -> Result<(), AppError> {
        for claim in self.claims_in("on-notice").await? {
            if !self.rng.random_bool(OBJECTED) {
                continue;
            }
            if let Some(objection) = self.raise_objection(claim, today).await? {
                let days = self.rng.random_range(1..3);
                self.plan_step(today, days, Step::AnswerObjection(objection), claim, 0);
            }
        }
        Ok(())
    }

    async fn raise_objection(&mut self, claim: ClaimId, today: Day) -> Result<Option<ObjectionId>, AppError> {
        let objection = ObjectionId::from_uuid(self.uuid());
        let drawn = self.rng.random_range(0..self.residents.len().max(1));
        let around = self.residents.iter().skip(drawn).chain(self.residents.iter().take(drawn));
        let mut well = around
            .filter(|one| !one.ill && one.until.is_none() && one.joined < today && one.member == one.payer);
        let Some(neighbour) = well.next().map(|one| one.payer) else {
            return Ok(None);
        };
        let text =
            "他加入之前就在这家医院看过同样的病。 He was treated for the same illness before he joined.";
        let command = RaiseObjection { objection, claim, ground: Ground::Undisclosed, text: text.to_owned() };
        let raised = self.app.raise_objection(&Call::member(neighbour, BTreeSet::new()), &command).await;
        Ok(unless_refused(raised)?.map(|_| objection))
    }

    /// Staff answer in writing.
    pub(super) async fn answer_objection(
        &mut self,
        claim: ClaimId,
        objection: ObjectionId,
    ) -> Result<(), AppError> {
        let answer = if self.rng.random_bool(ABUSIVE) { Answer::Abusive } else { Answer::Dismissed };
        let text = "我们向医院核实过：首次就诊在等待期之后。 The hospital confirms that the first visit was after the wait.";
        let command = AnswerObjection { objection, answer, text: text.to_owned() };
        unless_refused(self.app.answer_objection(&self.staff.confirmer(claim), &command).await).map(|_| ())
    }

    /// Somebody from outside is asked to look at the facts.
    pub(super) async fn investigate(
        &mut self,
        claim: ClaimId,
        resident: usize,
        today: Day,
    ) -> Result<(), AppError> {
        let questions = "首次诊断是什么时候？ When was it first diagnosed?".to_owned();
        let order =
            OrderInvestigation { claim, investigator: self.staff.investigator, questions, files: Vec::new() };
        self.app.order_investigation(&self.staff.reviewer(claim), &order).await?;
        let days = self.rng.random_range(3..8);
        self.plan_step(today, days, Step::Findings, claim, resident);
        Ok(())
    }

    /// What the investigator found, without a word on what should follow.
    pub(super) async fn findings(
        &mut self,
        claim: ClaimId,
        resident: usize,
        today: Day,
    ) -> Result<(), AppError> {
        let findings =
            "医院的首诊日期与申请一致。 The hospital's first date agrees with the claim.".to_owned();
        self.app.hand_in_findings(&self.staff.investigator(), &HandInFindings { claim, findings }).await?;
        self.plan_step(today, 1, Step::Recommend, claim, resident);
        Ok(())
    }

    /// A claimant who was refused asks for a jury. Answers the case.
    pub(super) async fn ask_jury(
        &mut self,
        claim: ClaimId,
        payer: &Call,
    ) -> Result<Option<JuryCaseId>, AppError> {
        let case = JuryCaseId::from_uuid(self.uuid());
        let statement = "加入时我没有任何症状，医生当时也没有要求检查。 I had no symptom when I joined, and no doctor had asked for a test."
            .to_owned();
        let asked = self.app.request_jury(payer, &RequestJury { case, claim, statement }).await;
        Ok(unless_refused(asked)?.map(|_| case))
    }

    /// The clerk lays the case before the jurors.
    pub(super) async fn accept_jury(&mut self, claim: ClaimId, case: JuryCaseId) -> Result<bool, AppError> {
        let accepted = self.app.accept_jury(&self.staff.clerk(), AcceptRequest { case }).await;
        if unless_refused(accepted)?.is_none() {
            return Ok(false);
        }
        let text = "病历中有加入前的检查单。 The record holds a request for a test from before the joining."
            .to_owned();
        let said = self.app.give_statement(&self.staff.reviewer(claim), &GiveStatement { case, text }).await;
        unless_refused(said)?;
        Ok(true)
    }

    /// Jurors read and vote; the vote ends by itself a day later.
    pub(super) async fn judge(&mut self, claim: ClaimId, case: JuryCaseId) -> Result<(), AppError> {
        if !self.accept_jury(claim, case).await? {
            return Ok(());
        }
        let for_claimant: f64 = self.rng.random();
        for juror in self.staff.jurors.clone() {
            if !self.rng.random_bool(VOTES) {
                continue;
            }
            let (choice, reason) = if self.rng.random_bool(for_claimant) {
                (Choice::ForClaimant, "检查单不等于患病。 A request for a test is no illness.")
            } else {
                (Choice::Against, "加入前就该知道了。 It was known before the joining.")
            };
            let ballot = CastBallot { case, choice, reason: reason.to_owned() };
            match self.app.cast_ballot(&Call::member(juror, BTreeSet::new()), &ballot).await {
                // Not yet in the plan for long enough, or ill.
                Ok(_) | Err(AppError::Refused(_) | AppError::NotFound(_)) => {}
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    /// At the end of the fast clock something waits for each persona: a request for the clerk, a case for jurors, an objection
    /// for staff.
    pub(super) async fn leave_open(&mut self, today: Day) -> Result<(), AppError> {
        let refused = self.claims_in("refused").await?;
        // The first ones stay refused, for the persona who was.
        let mut accepted = false;
        for claim in refused.into_iter().skip(1) {
            let record = self.app.store().claim(claim).await?.ok_or(AppError::NotFound("claim"))?;
            let payer = Call::member(record.filed_by, BTreeSet::new());
            let Some(case) = self.ask_jury(claim, &payer).await? else { continue };
            if accepted {
                break;
            }
            accepted = self.accept_jury(claim, case).await?;
        }
        if let Some(claim) = self.claims_in("on-notice").await?.last() {
            self.raise_objection(*claim, today).await?;
        }
        // Somebody has just filed, so that the desk is not empty.
        let well = |one: &super::town::Resident| !one.ill && one.until.is_none() && one.joined < today;
        if let Some(index) = self.residents.iter().rposition(well) {
            self.file(index, today, true).await?;
        }
        Ok(())
    }

    async fn claims_in(&self, state: &'static str) -> Result<Vec<ClaimId>, AppError> {
        let query = ClaimQuery::InStates(self.plan.clone(), vec![state]);
        let claims = self.app.store().claims(&query, &Page::first(CLAIMS_MAX)).await?;
        Ok(claims.into_iter().map(|claim| claim.id).collect())
    }
}
