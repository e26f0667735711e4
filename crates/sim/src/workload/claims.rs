//! Claims: what claimants, reviewers and confirmers do on a day, read off the rows.

use huzhu_app::call::Call;
use huzhu_app::claims::{
    AddEvidence, Advice, ConfirmClaim, DescribeClaim, DraftClaim, EvidenceOf, OwnClaim, RecommendClaim,
    RemoveEvidence, RequestEvidence, SendBack, TakeClaim,
};
use huzhu_app::ports::{ClaimQuery, Page, Store as _};
use huzhu_app::record::{ClaimRecord, EnrolmentRecord};
use huzhu_domain::claim::{ClaimEvent, Illness};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, EvidenceId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ConditionCode, ReasonCode, Severity};
use huzhu_domain::time::plus_days;
use huzhu_ledger::Amount;

use super::{ALL, Village};
use crate::auditor::Finding;
use crate::simulation::Heard;
use crate::simulation::deed::Deed;
use crate::simulation::turns::alone;

/// States in which something may still be done.
const OPEN: [&str; 8] = [
    "draft",
    "reported",
    "under-review",
    "more-evidence-needed",
    "recommended",
    "approved",
    "on-notice",
    "refused",
];

impl Village {
    pub(super) fn claims_in(&self, states: &[&'static str]) -> Vec<ClaimRecord> {
        let query = ClaimQuery::InStates(self.scene.plan.clone(), states.to_vec());
        alone(self.scene.store().claims(&query, &Page::first(ALL))).unwrap_or_default()
    }

    /// Every open claim may move on.
    pub(super) fn diary(&mut self) -> Result<(), Finding> {
        for row in self.claims_in(&OPEN) {
            match row.state {
                "draft" => self.draft_day(&row)?,
                "reported" if self.scene.dice.chance(500) => self.take(&row)?,
                "under-review" => self.review_day(&row)?,
                "more-evidence-needed" => self.evidence_day(&row)?,
                "recommended" => self.confirm_day(&row)?,
                "approved" | "on-notice" if self.scene.dice.chance(10) => self.withdraw(&row)?,
                _ => {}
            }
        }
        Ok(())
    }

    /// Somebody falls ill, has an accident, or tries their luck.
    pub(super) fn illness(&mut self) -> Result<(), Finding> {
        if !self.scene.dice.chance(250) {
            return Ok(());
        }
        let rows = self.enrolments();
        let known = self.claims_in(&["approved", "on-notice", "paid", "under-review"]);
        let again = self.scene.dice.chance(250).then(|| self.scene.dice.pick(&known).cloned()).flatten();
        let row = if let Some(claim) = again {
            rows.iter().rev().find(|row| row.member == claim.member).cloned()
        } else {
            let live = self.scene.dice.chance(800);
            let rows: Vec<EnrolmentRecord> =
                rows.into_iter().filter(|row| !live || row.ended.is_none()).collect();
            self.scene.dice.pick(&rows).cloned()
        };
        let Some(row) = row else { return Ok(()) };
        let illness = self.invent_illness()?;
        let claim = ClaimId::from_uuid(self.uuid());
        let call = self.claimant(&row);
        self.scene.act(&call, &Deed::Draft(DraftClaim { claim, enrolment: row.id, illness }))?;
        Ok(())
    }

    fn claimant(&mut self, row: &EnrolmentRecord) -> Call {
        let own = self.scene.dice.chance(100);
        self.call(if own { row.member } else { row.payer })
    }

    fn invent_illness(&mut self) -> Result<Illness, Finding> {
        let dice = &mut self.scene.dice;
        let (condition, severity, accident) = match dice.range(0, 11) {
            0..=4 => ("tumour", Severity::Severe, false),
            5 => ("tumour", Severity::Severe, true),
            6..=7 => ("in-situ", Severity::Mild, false),
            8..=9 => ("injury", Severity::Mild, true),
            10 => ("injury", Severity::Mild, false),
            _ => ("in-situ", Severity::Severe, false),
        };
        let back = match dice.range(0, 19) {
            0 => dice.days(60, 150),
            1 => dice.days(-5, 0),
            2..=6 => dice.days(10, 40),
            _ => dice.days(0, 10),
        };
        let condition = ConditionCode::new(condition).map_err(|e| e.to_string())?;
        let event_date = plus_days(self.scene.today(), -back);
        Ok(Illness { condition, severity, event_date, accident })
    }

    fn draft_day(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let call = self.call(row.filed_by);
        match self.scene.dice.range(0, 19) {
            0..=7 => self.add_file(&call, row.id),
            8..=15 => self.scene.act(&call, &Deed::Report(OwnClaim { claim: row.id })).map(|_| ()),
            16 => {
                let illness = self.invent_illness()?;
                self.scene
                    .act(&call, &Deed::Describe(DescribeClaim { claim: row.id, illness, expected: None }))
                    .map(|_| ())
            }
            17 => match self.a_file(row.id) {
                Some(evidence) => self
                    .scene
                    .act(&call, &Deed::RemoveEvidence(RemoveEvidence { claim: row.id, evidence }))
                    .map(|_| ()),
                None => Ok(()),
            },
            18 => self.withdraw(row),
            _ => Ok(()),
        }
    }

    /// A file of a claim that was not taken back.
    fn a_file(&mut self, claim: ClaimId) -> Option<EvidenceId> {
        let mut files = Vec::new();
        for one in alone(self.scene.store().stream(&StreamId::Claim(claim))).unwrap_or_default() {
            match one.event {
                Event::Claim(ClaimEvent::EvidenceAdded { evidence, .. }) => files.push(evidence),
                Event::Claim(ClaimEvent::EvidenceRemoved { evidence }) => {
                    files.retain(|file| *file != evidence);
                }
                _ => {}
            }
        }
        self.scene.dice.pick(&files).copied()
    }

    fn add_file(&mut self, call: &Call, claim: ClaimId) -> Result<(), Finding> {
        let paper = self.paper(claim.into());
        self.scene.act(call, &paper)?;
        Ok(())
    }

    /// Handing in a file that nobody handed in before.
    pub(super) fn paper(&mut self, of: EvidenceOf) -> Deed {
        let evidence = EvidenceId::from_uuid(self.uuid());
        let bytes = format!("%PDF-1.4 {evidence}").into_bytes();
        Deed::AddEvidence(AddEvidence { of, evidence, bytes })
    }

    fn withdraw(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let call = self.call(row.filed_by);
        self.scene.act(&call, &Deed::Withdraw(OwnClaim { claim: row.id }))?;
        Ok(())
    }

    fn take(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let deed = Deed::Take(TakeClaim { claim: row.id });
        let one = self.staff(Role::Reviewer)?;
        if self.scene.dice.chance(200) {
            let other = self.staff(Role::Reviewer)?;
            self.scene.race(&[(one, deed.clone()), (other, deed)])?;
        } else {
            self.scene.act(&one, &deed)?;
        }
        Ok(())
    }

    fn review_day(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let Some(reviewer) = row.reviewer else {
            return Ok(());
        };
        let call = self.call(reviewer);
        match self.scene.dice.range(0, 99) {
            0..=9 => {
                let text = "Please add the report. 请补充报告。".to_owned();
                self.scene
                    .act(
                        &call,
                        &Deed::RequestEvidence(RequestEvidence { claim: row.id, text, items: Vec::new() }),
                    )
                    .map(|_| ())
            }
            10..=59 => self.recommend(&call, row),
            60..=62 => self.take(row),
            63 => self.withdraw(row),
            64..=67 => match self.a_file(row.id) {
                Some(evidence) => {
                    self.scene.act(&call, &Deed::LookAtFile { claim: row.id, evidence }).map(|_| ())
                }
                None => Ok(()),
            },
            68..=70 => {
                let claimant = self.call(row.filed_by);
                self.add_file(&claimant, row.id)
            }
            71 => {
                let (claimant, evidence) = (self.call(row.filed_by), EvidenceId::from_uuid(self.uuid()));
                let bytes = b"%PDF-1.4 race".to_vec();
                let add = Deed::AddEvidence(AddEvidence { of: row.id.into(), evidence, bytes });
                let recommend = Deed::Recommend(RecommendClaim { claim: row.id, advice: self.approval() });
                self.scene.race(&[(claimant, add), (call, recommend)]).map(|_| ())
            }
            _ => Ok(()),
        }
    }

    fn approval(&mut self) -> Advice {
        let reimbursed = self.terms_now().is_some_and(|(sheet, _)| sheet.reimbursed.is_some());
        let cost = Amount::from_minor(self.scene.dice.range(500, 40_000));
        Advice::Approve { cost: (reimbursed || self.scene.dice.chance(50)).then_some(cost) }
    }

    /// Approve, and when a rule says no, refuse for that rule.
    fn recommend(&mut self, call: &Call, row: &ClaimRecord) -> Result<(), Finding> {
        let reason = |word: &str| ReasonCode::new(word).map_err(|e| e.to_string());
        let advice = match (self.broken.remove(&row.id), self.scene.dice.range(0, 19)) {
            (Some(rule), _) => Advice::Refuse { reason: reason(&rule)? },
            (None, 0) => Advice::Refuse { reason: reason("pre-existing")? },
            (None, 1) => Advice::Refuse { reason: reason("condition-not-met")? },
            (None, 2) => Advice::Refuse { reason: reason("inside-wait")? },
            (None, _) => self.approval(),
        };
        let heard = self.scene.act(call, &Deed::Recommend(RecommendClaim { claim: row.id, advice }))?;
        if let Heard::Refused("claim-not-eligible", values) = &heard {
            let rule = values.split(' ').find_map(|value| value.strip_prefix("rule="));
            self.broken.insert(row.id, rule.unwrap_or("condition-not-met").to_owned());
        }
        if let Heard::Refused("claim-nothing-to-pay", _) = heard {
            self.broken.insert(row.id, "condition-not-met".to_owned());
        }
        Ok(())
    }

    fn evidence_day(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        match self.scene.dice.range(0, 99) {
            0..=9 => {
                let call = self.call(row.filed_by);
                self.add_file(&call, row.id)?;
                self.scene.act(&call, &Deed::Complete(OwnClaim { claim: row.id }))?;
                Ok(())
            }
            10..=14 => {
                let late = row.until.is_some_and(|until| until <= self.scene.now());
                let call = self.staff(Role::Reviewer)?;
                let heard = self.scene.act(&call, &Deed::Take(TakeClaim { claim: row.id }))?;
                self.scene
                    .auditor
                    .count_if(late && heard.is_done(), "claims taken without the evidence asked for");
                Ok(())
            }
            15 => self.withdraw(row),
            _ => Ok(()),
        }
    }

    fn confirm_day(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let confirm = Deed::Confirm(ConfirmClaim { claim: row.id });
        let call = self.staff(Role::Confirmer)?;
        match self.scene.dice.range(0, 99) {
            0..=39 => {
                let heard = self.scene.act(&call, &confirm)?;
                let outdated = matches!(heard, Heard::Refused("claim-recommendation-outdated", _));
                if outdated {
                    self.scene.auditor.count("recommendations outdated");
                    return self.send_back(row);
                }
                Ok(())
            }
            40..=45 => self.send_back(row),
            46..=52 => {
                let other = self.staff(Role::Confirmer)?;
                let text = "Please look again.".to_owned();
                let back = Deed::SendBack(SendBack { claim: row.id, text });
                self.scene.race(&[(call, confirm), (other, back)]).map(|_| ())
            }
            53..=55 => {
                let claimant = self.call(row.filed_by);
                let withdraw = Deed::Withdraw(OwnClaim { claim: row.id });
                self.scene.race(&[(call, confirm), (claimant, withdraw)]).map(|_| ())
            }
            56..=70 => self.confirm_two(row, call, confirm),
            _ => Ok(()),
        }
    }

    fn send_back(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let call = self.staff(Role::Confirmer)?;
        let text = "Please look again. 请再核对。".to_owned();
        self.scene.act(&call, &Deed::SendBack(SendBack { claim: row.id, text }))?;
        Ok(())
    }

    /// Two claims of one person are confirmed at the same moment.
    fn confirm_two(&mut self, row: &ClaimRecord, call: Call, confirm: Deed) -> Result<(), Finding> {
        let rows = self.claims_in(&["recommended"]);
        let second = rows.into_iter().find(|other| other.member == row.member && other.id != row.id);
        let other = self.staff(Role::Confirmer)?;
        match second {
            Some(second) => {
                self.scene.auditor.count("two claims of one person confirmed at once");
                let also = Deed::Confirm(ConfirmClaim { claim: second.id });
                self.scene.race(&[(call, confirm), (other, also)]).map(|_| ())
            }
            None => self.scene.race(&[(call, confirm.clone()), (other, confirm)]).map(|_| ()),
        }
    }
}
