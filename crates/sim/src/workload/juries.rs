//! Juries: who learns to judge, who asks for one, clerks, ballots, stepping aside, appeals, and the worker that comes when it wants.

use huzhu_app::call::Call;
use huzhu_app::claims::OwnClaim;
use huzhu_app::jury::{
    AcceptRequest, AnswerQuestion, AskQuestion, CastBallot, DeclineRequest, GiveStatement, OfCase, OnList,
    RequestJury, SortQuestion,
};
use huzhu_app::matter::{MatterKind, MatterQuery, case_of};
use huzhu_app::ports::Store as _;
use huzhu_app::record::ClaimRecord;
use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{JuryCaseId, MemberId};
use huzhu_domain::jury::{Choice, JuryCaseEvent, Side};
use huzhu_domain::member::Role;
use huzhu_domain::plan::ReasonCode;

use super::Village;
use crate::auditor::{Finding, ensure};
use crate::simulation::deed::{Deed, MARK};
use crate::simulation::jury_terms::GROUND;
use crate::simulation::turns::alone;

impl Village {
    /// The worker comes, or does not; now and then it is there twice.
    pub(super) fn worker(&mut self) -> Result<(), Finding> {
        let deed = Deed::PassDeadlines;
        if self.scene.dice.chance(350) {
            self.scene.auditor.count("days without a worker");
            return Ok(());
        }
        if self.scene.dice.chance(100) {
            self.scene.auditor.count("two workers at once");
            return self.scene.race(&[(Self::system(), deed.clone()), (Self::system(), deed)]).map(drop);
        }
        self.scene.act(&Self::system(), &deed).map(drop)
    }

    /// Some learn for the exam, some go off the list.
    pub(super) fn exams(&mut self) -> Result<(), Finding> {
        let plan = self.scene.plan.clone();
        for _ in 0..2 {
            if !self.scene.dice.chance(400) {
                continue;
            }
            let call = self.anybody();
            if self.scene.dice.chance(100) {
                let willing = self.scene.dice.chance(500);
                self.scene.act(&call, &Deed::OnList(OnList { plan: plan.clone(), willing }))?;
                continue;
            }
            if self.scene.act(&call, &Deed::BeginExam(plan.clone()))?.is_done() {
                let right = self.scene.dice.chance(900);
                self.scene.act(&call, &Deed::HandInExam { plan: plan.clone(), right })?;
            }
        }
        Ok(())
    }

    /// Who asks for a jury, and what goes on before those that are there.
    pub(super) fn juries(&mut self) -> Result<(), Finding> {
        let now = self.scene.now();
        for row in self.claims_in(&["refused", "under-review", "on-notice", "jury-requested", "verdict"]) {
            let in_time = row.until.is_some_and(|until| now < until);
            let claimant = self.call(row.filed_by);
            match row.state {
                "refused" if in_time && self.scene.dice.chance(150) => self.ask(claimant, &row)?,
                "refused" if self.scene.dice.chance(2) => self.ask(claimant, &row)?,
                "under-review" if self.scene.dice.chance(25) => {
                    let operator = self.staff(Role::Operator)?;
                    self.ask(operator, &row)?;
                }
                "on-notice" => self.ask_after_objection(&row)?,
                "jury-requested" => self.case_day(&row)?,
                "verdict" if self.scene.dice.chance(200) => {
                    let call =
                        if self.scene.dice.chance(500) { claimant } else { self.staff(Role::Operator)? };
                    self.ask(call, &row)?;
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn ask(&mut self, call: Call, row: &ClaimRecord) -> Result<(), Finding> {
        let ask = |village: &mut Self| {
            let case = JuryCaseId::from_uuid(village.uuid());
            let statement = "I did not know. 我不知道。".to_owned();
            Deed::RequestJury(RequestJury { case, claim: row.id, statement })
        };
        let first = ask(self);
        if self.scene.dice.chance(100) {
            let second = ask(self);
            return self.scene.race(&[(call.clone(), first), (call, second)]).map(drop);
        }
        self.scene.act(&call, &first).map(drop)
    }

    fn ask_after_objection(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let objections = self.matters(&MatterQuery::objections_to(row.id));
        let dismissed = objections.iter().find(|one| one.state == "dismissed");
        match dismissed.and_then(|one| one.member) {
            Some(by) if self.scene.dice.chance(300) => {
                let call = self.call(by);
                self.ask(call, row)
            }
            _ => Ok(()),
        }
    }

    fn case_day(&mut self, row: &ClaimRecord) -> Result<(), Finding> {
        let open = ["requested", "drawing", "open", "sitting", "counting"];
        let cases = self.matters(&MatterQuery::cases_of(row.id));
        let Some(found) = cases.iter().find(|case| open.contains(&case.state.as_str())) else {
            // The list may be from a moment ago: others have acted since.
            let now = alone(self.scene.store().claim(row.id)).ok().flatten();
            let there = now.is_none_or(|now| now.state != "jury-requested");
            return ensure(there, || format!("{} is before a jury that is not there", row.id));
        };
        let Some(case) = case_of(found) else { return Ok(()) };
        match found.state.as_str() {
            "requested" => self.clerk_day(row, case),
            "open" => {
                let willing =
                    MatterQuery::InStates(MatterKind::Juror, self.scene.plan.clone(), vec!["willing"]);
                let jurors: Vec<MemberId> =
                    self.matters(&willing).into_iter().filter_map(|juror| juror.member).collect();
                self.ballots(row, case, &jurors, 250)
            }
            "sitting" => {
                let drawn = self.drawn(case);
                self.ballots(row, case, &drawn, 350)
            }
            _ => Ok(()),
        }
    }

    /// Everybody whom the lot named, first one first.
    fn drawn(&self, case: JuryCaseId) -> Vec<MemberId> {
        let mut roster = Vec::new();
        for one in alone(self.scene.store().stream(&StreamId::JuryCase(case))).unwrap_or_default() {
            match one.event {
                Event::JuryCase(JuryCaseEvent::RosterCommitted { roster: all, .. }) => roster = all,
                Event::JuryCase(JuryCaseEvent::Drawn { order, .. }) => {
                    let at = |at: &u32| usize::try_from(*at).ok().and_then(|at| roster.get(at)).copied();
                    return order.iter().filter_map(at).collect();
                }
                _ => {}
            }
        }
        Vec::new()
    }

    fn clerk_day(&mut self, row: &ClaimRecord, case: JuryCaseId) -> Result<(), Finding> {
        let clerk = self.staff(Role::Clerk)?;
        let accept = Deed::AcceptJury(AcceptRequest { case });
        let ground = ReasonCode::new(GROUND).map_err(|e| e.to_string())?;
        let decline = Deed::DeclineJury(DeclineRequest { case, ground });
        let claimant = self.call(row.filed_by);
        match self.scene.dice.range(0, 99) {
            0..=49 => self.scene.act(&clerk, &accept).map(drop),
            50..=57 => self.scene.act(&clerk, &decline).map(drop),
            58..=60 => {
                let other = self.staff(Role::Clerk)?;
                self.scene.race(&[(clerk, accept), (other, decline)]).map(drop)
            }
            61..=63 => {
                let withdraw = Deed::Withdraw(OwnClaim { claim: row.id });
                self.scene.race(&[(clerk, accept), (claimant, withdraw)]).map(drop)
            }
            64..=70 => {
                let reviewer = self.staff(Role::Reviewer)?;
                let text = "The terms ask for more. 条款要求更多。".to_owned();
                self.scene.act(&reviewer, &Deed::GiveStatement(GiveStatement { case, text })).map(drop)
            }
            _ => Ok(()),
        }
    }

    fn vote(&mut self, case: JuryCaseId, juror: MemberId) -> (Call, Deed) {
        let choice = if self.scene.dice.chance(550) { Choice::ForClaimant } else { Choice::Against };
        let reason = format!("{MARK} {}", choice.word());
        (self.call(juror), Deed::Vote { juror, ballot: CastBallot { case, choice, reason } })
    }

    fn ballots(
        &mut self,
        row: &ClaimRecord,
        case: JuryCaseId,
        jurors: &[MemberId],
        rate: u32,
    ) -> Result<(), Finding> {
        for juror in jurors {
            if !self.scene.dice.chance(rate) {
                continue;
            }
            let (call, vote) = self.vote(case, *juror);
            let aside = Deed::StepAside(OfCase { case });
            match self.scene.dice.range(0, 99) {
                0..=11 => {
                    // The same juror from two windows at once, and perhaps of two minds.
                    let (again, other) = self.vote(case, *juror);
                    self.scene.race(&[(call, vote), (again, other)])?;
                }
                12..=19 => {
                    self.scene.act(&call, &aside)?;
                }
                20..=25 => {
                    self.scene.race(&[(call.clone(), vote), (call, aside)])?;
                }
                26..=30 => {
                    let worker = (Self::system(), Deed::PassDeadlines);
                    self.scene.race(&[(call, vote), worker])?;
                }
                31..=32 => {
                    let (claimant, claim) = (self.call(row.filed_by), row.id);
                    let withdraw = Deed::Withdraw(OwnClaim { claim });
                    self.scene.race(&[(call, vote), (claimant, withdraw)])?;
                }
                33..=40 => self.question(row, case, &call)?,
                _ => {
                    self.scene.act(&call, &vote)?;
                    if self.scene.dice.chance(100) {
                        let (again, other) = self.vote(case, *juror);
                        self.scene.act(&again, &other)?;
                    }
                }
            }
        }
        if self.scene.dice.chance(100) {
            let stranger = self.one_in_the_village();
            let (call, vote) = self.vote(case, stranger);
            self.scene.act(&call, &vote)?;
        }
        let early = self.scene.peek(case);
        ensure(!early, || format!("the tally of {case} is out before its close"))
    }

    fn one_in_the_village(&mut self) -> MemberId {
        let index = self.scene.dice.index(self.villagers.len());
        self.villagers.get(index).map_or_else(|| MemberId::from_uuid(uuid::Uuid::nil()), |one| one.member)
    }

    fn question(&mut self, row: &ClaimRecord, case: JuryCaseId, juror: &Call) -> Result<(), Finding> {
        let (text, to) = ("Since when? 从何时起?".to_owned(), Side::Claimant);
        self.scene.act(juror, &Deed::AskQuestion(AskQuestion { case, to, text }))?;
        let question = u32::try_from(self.scene.dice.range(1, 3)).unwrap_or(1);
        let clerk = self.staff(Role::Clerk)?;
        let pass_on = self.scene.dice.chance(700);
        self.scene.act(&clerk, &Deed::SortQuestion(SortQuestion { case, question, pass_on }))?;
        let claimant = self.call(row.filed_by);
        let answer = AnswerQuestion { case, question, text: "Since Monday. 从周一起。".to_owned() };
        self.scene.act(&claimant, &Deed::AnswerQuestion(answer)).map(drop)
    }

    /// The worker comes until nothing is left to do: then no claim may wait for what time has decided.
    pub(super) fn last_worker(&mut self) -> Result<(), Finding> {
        for _ in 0..200 {
            self.scene.act(&Self::system(), &Deed::PassDeadlines)?;
            let now = self.scene.now();
            let due = |row: &ClaimRecord| row.until.is_none_or(|until| until <= now);
            let waiting = self.claims_in(&["verdict"]).iter().any(due);
            if !waiting && self.scene.auditor.nothing_waits(now).is_ok() {
                break;
            }
        }
        let now = self.scene.now();
        for row in self.claims_in(&["verdict"]) {
            let events = self.claim_events(row.id);
            let last = events.iter().rev().find(|event| matches!(event, ClaimEvent::VerdictReached { .. }));
            let stuck = row.until.is_none_or(|until| until <= now);
            ensure(!stuck, || format!("{} waits for its verdict for ever: {last:?}", row.id))?;
        }
        self.scene.auditor.nothing_waits(now)
    }
}
