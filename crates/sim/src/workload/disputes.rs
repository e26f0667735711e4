//! Disputes before anybody judges: assignment, investigations, second reviews, objections and their answers.

use huzhu_app::call::Call;
use huzhu_app::claims::{AssignClaim, EndInvestigation, GiveOpinion, HandInFindings, OrderInvestigation};
use huzhu_app::matter::{MatterKind, MatterQuery, MatterRecord, objection_of};
use huzhu_app::objections::{AnswerObjection, RaiseObjection, WithdrawObjection};
use huzhu_app::ports::{Page, Store as _};
use huzhu_app::record::ClaimRecord;
use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, MemberId, ObjectionId};
use huzhu_domain::member::Role;
use huzhu_domain::objection::{Answer, Ground};
use huzhu_domain::plan::ReasonCode;

use super::{ALL, Village};
use crate::auditor::Finding;
use crate::simulation::deed::Deed;
use crate::simulation::turns::alone;

impl Village {
    pub(super) fn matters(&self, query: &MatterQuery) -> Vec<MatterRecord> {
        alone(self.scene.store().matters(query, &Page::first(ALL))).unwrap_or_default()
    }

    pub(super) fn claim_events(&self, claim: ClaimId) -> Vec<ClaimEvent> {
        let recorded = alone(self.scene.store().stream(&StreamId::Claim(claim))).unwrap_or_default();
        let of_claim = |event| match event {
            Event::Claim(event) => Some(event),
            _ => None,
        };
        recorded.into_iter().filter_map(|one| of_claim(one.event)).collect()
    }

    /// What people do about claims beside the usual way.
    pub(super) fn disputes(&mut self) -> Result<(), Finding> {
        for row in self.claims_in(&["reported", "under-review", "investigating", "on-notice", "objected"]) {
            match row.state {
                "reported" | "under-review" if self.scene.dice.chance(40) => self.assign(&row)?,
                "under-review" if self.scene.dice.chance(60) => self.investigate(&row)?,
                "investigating" if self.scene.dice.chance(300) => self.findings(&row)?,
                "on-notice" if self.scene.dice.chance(80) => self.object(&row)?,
                "objected" => self.objected_day(&row)?,
                _ => {}
            }
        }
        let waiting =
            MatterQuery::InStates(MatterKind::SecondReview, self.scene.plan.clone(), vec!["waiting"]);
        for row in self.matters(&waiting) {
            if self.scene.dice.chance(150) {
                self.second_opinion(&row)?;
            }
        }
        Ok(())
    }

    fn assign(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let role = if self.scene.dice.chance(500) { Role::Operator } else { Role::Reviewer };
        let by = self.staff(role)?;
        let reviewer = self.one_of(Role::Reviewer)?;
        self.scene.act(&by, &Deed::Assign(AssignClaim { claim: row.id, reviewer })).map(drop)
    }

    fn one_of(&mut self, role: Role) -> Result<MemberId, Finding> {
        let call = self.staff(role)?;
        match call.caller {
            huzhu_app::call::Caller::Member { id, .. } => Ok(id),
            _ => Err("staff is nobody".to_owned()),
        }
    }

    fn investigate(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let Some(reviewer) = row.reviewer else { return Ok(()) };
        let deed = Deed::OrderInvestigation(OrderInvestigation {
            claim: row.id,
            investigator: self.one_of(Role::Investigator)?,
            questions: "What happened? 发生了什么?".to_owned(),
            files: Vec::new(),
        });
        let call = self.call(reviewer);
        self.scene.act(&call, &deed).map(drop)
    }

    fn findings(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let asked = self.claim_events(row.id).into_iter().rev().find_map(|event| match event {
            ClaimEvent::InvestigationOrdered { investigator, .. } => Some(investigator),
            _ => None,
        });
        let (Some(asked), Some(reviewer)) = (asked, row.reviewer) else { return Ok(()) };
        let hand_in =
            Deed::HandInFindings(HandInFindings { claim: row.id, findings: "It is as they say.".to_owned() });
        let end = Deed::EndInvestigation(EndInvestigation { claim: row.id });
        let (investigator, reviewer) = (self.call(asked), self.call(reviewer));
        match self.scene.dice.range(0, 9) {
            0 => self.scene.act(&reviewer, &end).map(drop),
            1 => self.scene.race(&[(investigator, hand_in), (reviewer, end)]).map(drop),
            2 => {
                let other = self.staff(Role::Investigator)?;
                self.scene.act(&other, &hand_in).map(drop)
            }
            _ => self.scene.act(&investigator, &hand_in).map(drop),
        }
    }

    fn second_opinion(&mut self, row: &MatterRecord) -> Result<(), Finding> {
        let StreamId::SecondReview(claim) = row.stream else { return Ok(()) };
        let reason = ReasonCode::new("condition-not-met").map_err(|e| e.to_string())?;
        let refuse = self.scene.dice.chance(200).then_some(reason);
        let call = self.staff(Role::Reviewer)?;
        let deed = Deed::GiveOpinion(GiveOpinion { claim, refuse });
        self.scene.act(&call, &deed).map(drop)
    }

    /// Somebody objects; now and then two at once, or while the period is settled.
    fn object(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let (one, first) = (self.anybody(), self.objection(row.id));
        if self.scene.dice.chance(200) {
            let (other, second) = (self.anybody(), self.objection(row.id));
            return self.scene.race(&[(one, first), (other, second)]).map(drop);
        }
        if let Some(key) = row.period.filter(|_| self.scene.dice.chance(100)) {
            let (operator, settle) = (self.staff(Role::Operator)?, Deed::Settle(self.of(key)));
            return self.scene.race(&[(one, first), (operator, settle)]).map(drop);
        }
        self.scene.act(&one, &first).map(drop)
    }

    fn objection(&mut self, claim: ClaimId) -> Deed {
        let objection = ObjectionId::from_uuid(self.uuid());
        let ground = self.scene.dice.pick(&Ground::ALL).copied().unwrap_or(Ground::Other);
        let text = "I saw them running. 我看见他在跑步。".to_owned();
        Deed::Object(RaiseObjection { objection, claim, ground, text })
    }

    fn objected_day(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        if self.scene.dice.chance(60) {
            self.object(row)?;
        }
        for open in self.matters(&MatterQuery::objections_to(row.id)) {
            let (true, Some(objection), Some(by)) = (open.state == "open", objection_of(&open), open.member)
            else {
                continue;
            };
            let objector = self.call(by);
            let back = Deed::TakeBack(WithdrawObjection { objection });
            match self.scene.dice.range(0, 99) {
                0..=29 => {
                    let (call, answer) = self.answer(objection)?;
                    self.scene.act(&call, &answer)?;
                }
                30..=34 => {
                    self.scene.act(&objector, &back)?;
                }
                35..=37 => {
                    let (call, answer) = self.answer(objection)?;
                    self.scene.race(&[(call, answer), (objector, back)])?;
                }
                38..=39 => {
                    let ((one, first), (other, second)) = (self.answer(objection)?, self.answer(objection)?);
                    self.scene.race(&[(one, first), (other, second)])?;
                }
                40..=42 => {
                    let (call, answer) = self.answer(objection)?;
                    if let Some(key) = row.period {
                        let (operator, settle) = (self.staff(Role::Operator)?, Deed::Settle(self.of(key)));
                        self.scene.race(&[(call, answer), (operator, settle)])?;
                    }
                }
                // Papers for an objection, some of which come while it is answered.
                43..=50 => {
                    let paper = self.paper(objection.into());
                    self.scene.act(&objector, &paper)?;
                }
                51..=52 => {
                    let paper = self.paper(objection.into());
                    let (call, answer) = self.answer(objection)?;
                    self.scene.race(&[(call, answer), (objector, paper)])?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn answer(&mut self, objection: ObjectionId) -> Result<(Call, Deed), Finding> {
        let answer = match self.scene.dice.range(0, 9) {
            0..=2 => Answer::Upheld,
            3..=4 => Answer::Abusive,
            _ => Answer::Dismissed,
        };
        let role = if self.scene.dice.chance(500) { Role::Reviewer } else { Role::Confirmer };
        let text = "The hospital confirmed it. 医院已确认。".to_owned();
        Ok((self.staff(role)?, Deed::Answer(AnswerObjection { objection, answer, text })))
    }
}
