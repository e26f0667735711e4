//! What is read of cases: by the sides, by the clerk, by jurors, by everybody.
//!
//! Guarantees: jurors and the public read no name, no file, and nobody who works for the plan; before the close nobody reads more
//! of the votes than how many there are.

use huzhu_domain::claim::{JuryAsker, JuryOrigin, Sex, State};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, JuryCaseId, MemberId};
use huzhu_domain::jury::{
    CaseState, Choice, Count, JuryCase, JuryCaseEvent, Phase, QuestionState, Ruling, Side, needed,
};
use huzhu_domain::plan::{ConditionCode, PlanId, PlanVersion, ReasonCode, Severity};
use huzhu_domain::time::{Day, Moment, age_days, age_years};
use huzhu_log::EntryKind;

use super::{OpenCase, statement_name};
use crate::App;
use crate::call::{Call, Caller};
use crate::error::AppError;
use crate::log::LogPlace;
use crate::matter::{MatterKind, MatterQuery, case_of};
use crate::permission::Action;
use crate::ports::Page;

/// Cases of a plan that a list reads: protects memory.
const CASES_MAX: u32 = 1_000;
/// Reasons that the page of a verdict shows; the tally has all.
pub const REASONS_SHOWN: usize = 100;

/// A question of a juror.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuestionView {
    /// Number.
    pub number: u32,
    /// Which side is asked.
    pub to: Side,
    /// Where it stands.
    pub state: QuestionState,
    /// The question.
    pub text: String,
    /// The answer; empty until there is one.
    pub answer: String,
}

/// A case for those who have to do with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseView {
    /// The case.
    pub case: JuryCaseId,
    /// The claim.
    pub claim: ClaimId,
    /// The plan.
    pub plan: PlanId,
    /// The version whose terms rule it.
    pub version: PlanVersion,
    /// 0 for the first jury of the claim.
    pub round: u8,
    /// In which capacity it was asked for.
    pub asker: JuryAsker,
    /// Word of its state.
    pub state: &'static str,
    /// Where it stands now.
    pub phase: Phase,
    /// For which side the reader speaks; `None`: the clerk, or an auditor.
    pub side: Option<Side>,
    /// What the claimant's side says.
    pub claimant_says: String,
    /// What the plan's side says.
    pub plan_says: String,
    /// A statement of the own side can be given now.
    pub can_state: bool,
    /// Questions: the clerk reads all, a side those that were passed on.
    pub questions: Vec<QuestionView>,
    /// Ballots so far.
    pub turnout: u64,
    /// Everybody who can vote, once the vote began.
    pub electorate: Option<u64>,
    /// Least number of valid ballots, once the vote began.
    pub needed: Option<u64>,
    /// The ground on which it was declined.
    pub declined: Option<ReasonCode>,
    /// Count and ruling, once closed.
    pub verdict: Option<(Count, Ruling)>,
    /// Until when a larger jury may be asked for.
    pub appeal_until: Option<Moment>,
}

/// A case in a list of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseLine {
    /// The case.
    pub case: JuryCaseId,
    /// The claim.
    pub claim: ClaimId,
    /// Word of its state.
    pub state: String,
    /// Until when somebody has the ball.
    pub until: Option<Moment>,
}

/// A case that waits for a clerk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClerkLine {
    /// The case.
    pub case: JuryCaseId,
    /// Word of its state.
    pub state: String,
    /// When the next step is due.
    pub until: Option<Moment>,
    /// That has passed.
    pub overdue: bool,
    /// Questions that wait.
    pub questions: u32,
}

/// A case as its jurors read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docket {
    /// The case.
    pub case: JuryCaseId,
    /// The plan.
    pub plan: PlanId,
    /// The version whose terms rule it.
    pub version: PlanVersion,
    /// 0 for the first jury of the claim.
    pub round: u8,
    /// Where it stands now.
    pub phase: Phase,
    /// Until when this juror can vote.
    pub until: Moment,
    /// What fell ill.
    pub condition: ConditionCode,
    /// How severe.
    pub severity: Severity,
    /// By accident.
    pub accident: bool,
    /// When.
    pub event_date: Day,
    /// Completed years then; `None` after erasure.
    pub age: Option<i16>,
    /// Sex as stated.
    pub sex: Option<Sex>,
    /// Days in the plan on the event date.
    pub days_in_plan: i32,
    /// How many files were handed in.
    pub files: usize,
    /// Why it was refused, where it was.
    pub refused: Option<ReasonCode>,
    /// What the claimant's side says.
    pub claimant_says: String,
    /// What the plan's side says.
    pub plan_says: String,
    /// Questions that were passed on, with their answers.
    pub questions: Vec<QuestionView>,
    /// The reader may ask one.
    pub may_ask: bool,
    /// The reader was drawn by lot and may step aside.
    pub may_step_aside: bool,
    /// Ballots so far.
    pub turnout: u64,
    /// Everybody who can vote.
    pub electorate: u64,
    /// Least number of valid ballots.
    pub needed: u64,
}

/// A case in a juror's calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JurorCase {
    /// The case.
    pub case: JuryCaseId,
    /// The plan.
    pub plan: PlanId,
    /// Until when this juror can vote; `None`: not any more.
    pub until: Option<Moment>,
    /// Has a ballot there.
    pub voted: bool,
    /// The ruling, once there is one.
    pub ruling: Option<Ruling>,
}

/// A verdict in the public list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictLine {
    /// The case.
    pub case: JuryCaseId,
    /// 0 for the first jury of the claim.
    pub round: u8,
    /// What fell ill.
    pub condition: ConditionCode,
    /// When the vote ended.
    pub ended: Moment,
    /// The count.
    pub count: Count,
    /// The ruling.
    pub ruling: Ruling,
}

/// A verdict for everybody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VerdictView {
    /// What the list says.
    pub line: VerdictLine,
    /// The plan.
    pub plan: PlanId,
    /// The version whose terms ruled.
    pub version: PlanVersion,
    /// Why it had been refused, where it was.
    pub refused: Option<ReasonCode>,
    /// Least number of valid ballots.
    pub needed: u64,
    /// Part in favour that was enough, in hundredths of a percent.
    pub threshold: u32,
    /// Jurors were drawn by lot.
    pub by_lot: bool,
    /// The first reasons by ballot id, with what they are for; the tally has all.
    pub reasons: Vec<(Choice, String)>,
    /// Root of the tree of ballots.
    pub root: huzhu_domain::digest::Digest,
    /// Where the verdict stands on the log; `None` until it is there.
    pub logged: Option<LogPlace>,
}

impl App {
    /// Cases of a claim, for its claimants and for those who work on claims.
    pub async fn cases_of_claim(&self, call: &Call, claim: ClaimId) -> Result<Vec<CaseLine>, AppError> {
        let caller = Self::member_of(call)?;
        match self.own_claim(claim, caller).await {
            Ok(_) => {}
            Err(AppError::NotFound(what)) => match &call.caller {
                Caller::Member { roles, .. } if Action::ReadClaims.allows(roles) => {
                    self.readable_claim(call, claim).await?;
                }
                _ => return Err(AppError::NotFound(what)),
            },
            Err(other) => return Err(other),
        }
        let rows = self.store.matters(&MatterQuery::cases_of(claim), &Page::first(CASES_MAX)).await?;
        let line = |row: crate::matter::MatterRecord| {
            case_of(&row).map(|case| CaseLine { case, claim, state: row.state.clone(), until: row.until })
        };
        Ok(rows.into_iter().filter_map(line).collect())
    }

    /// A case for one of its sides, or for the clerk. To anybody else there is none.
    pub async fn jury_case(&self, call: &Call, id: JuryCaseId) -> Result<CaseView, AppError> {
        let caller = Self::member_of(call)?;
        let open = self.open_case(id).await?;
        let side = match self.side_of(call, &open, caller).await {
            Ok(side) => Some(side),
            Err(AppError::NotFound(_)) => {
                let may = matches!(&call.caller, Caller::Member { roles, .. }
                    if Action::RunJury.allows(roles) || Action::ReadClaims.allows(roles));
                if !may {
                    return Err(AppError::NotFound("jury-case"));
                }
                self.readable_claim(call, open.case().claim()).await?;
                None
            }
            Err(other) => return Err(other),
        };
        let case = open.case();
        let (now, votes) = (self.clock.now(), self.votes_of(case).await?);
        let head = case.head();
        let (electorate, verdict, appeal_until) = figures(case);
        let can_state = side.is_some_and(|side| case.state_view(side, caller, now).is_ok());
        let questions = self.questions(&open, |state, to| match side {
            None => true,
            Some(side) => to == side && matches!(state, QuestionState::PassedOn | QuestionState::Answered),
        });
        Ok(CaseView {
            case: id,
            claim: head.claim,
            plan: head.plan.clone(),
            version: head.version,
            round: head.round,
            asker: head.asker,
            state: case.word(),
            phase: case.phase(now, &votes),
            side,
            claimant_says: self.case_text(&open, &statement_name(Side::Claimant)).await?,
            plan_says: self.case_text(&open, &statement_name(Side::Plan)).await?,
            can_state,
            questions: questions.await?,
            turnout: self.store.count_ballots(id).await?,
            electorate,
            needed: electorate.map(|all| open.jury().map(|jury| needed(jury, all))).transpose()?,
            declined: match case.state() {
                CaseState::Declined { ground } => Some(ground.clone()),
                _ => None,
            },
            verdict,
            appeal_until,
        })
    }

    /// Cases of a plan that wait for a clerk, the most urgent first. Those that the caller is related to are not there.
    pub async fn clerk_queue(&self, call: &Call, plan: &PlanId) -> Result<Vec<ClerkLine>, AppError> {
        let now = self.clock.now();
        self.authorise(call, Action::RunJury, now).await?;
        let caller = Self::member_of(call)?;
        let states = vec!["requested", "open", "sitting", "drawing"];
        let query = MatterQuery::InStates(MatterKind::JuryCase, plan.clone(), states);
        let mut lines = Vec::new();
        for row in self.store.matters(&query, &Page::first(CASES_MAX)).await? {
            let Some(case) = case_of(&row) else { continue };
            let open = self.open_case(case).await?;
            if self.has_conflict(&open, caller).await? {
                continue;
            }
            let waiting = open.case().questions().values().filter(|one| one.state == QuestionState::Asked);
            let questions = u32::try_from(waiting.count()).unwrap_or(u32::MAX);
            let overdue = row.state == "requested" && row.until.is_some_and(|until| until < now);
            lines.push(ClerkLine { case, state: row.state, until: row.until, overdue, questions });
        }
        lines.sort_by_key(|line| (line.state != "requested" && line.questions == 0, line.until, line.case));
        Ok(lines)
    }

    /// A case as a juror who may judge it reads it.
    ///
    /// # Errors
    /// Refusals that say what is missing; [`AppError::NotFound`] for members who were not drawn.
    pub async fn docket(&self, call: &Call, id: JuryCaseId) -> Result<Docket, AppError> {
        let juror = Self::member_of(call)?;
        let open = self.open_case(id).await?;
        let (case, now) = (open.case(), self.clock.now());
        let mut votes = self.votes_of(case).await?;
        let phase = case.phase(now, &votes);
        // Whoever voted may read on until the close.
        votes.remove(&juror);
        let until = self.may_judge(&open, juror, now, &votes).await?;
        let claim = open.claim.claim();
        let illness = claim.illness();
        let enrolment = self.load_enrolment(claim.claimed().enrolment).await?.state;
        let person = match self.person(open.owner()).await {
            Ok(person) => Some(person),
            Err(AppError::NotFound(_)) => None,
            Err(other) => return Err(other),
        };
        let electorate = figures(case).0.unwrap_or(0);
        let passed = |state, _| matches!(state, QuestionState::PassedOn | QuestionState::Answered);
        Ok(Docket {
            case: id,
            plan: case.plan().clone(),
            version: case.version(),
            round: case.round(),
            phase,
            until,
            condition: illness.condition.clone(),
            severity: illness.severity,
            accident: illness.accident,
            event_date: illness.event_date,
            age: person.as_ref().map(|person| age_years(person.birth, illness.event_date)),
            sex: person.and_then(|person| person.sex),
            days_in_plan: age_days(enrolment.agreed().joined, illness.event_date),
            files: claim.evidence().len(),
            refused: refused_for(claim.state()),
            claimant_says: self.case_text(&open, &statement_name(Side::Claimant)).await?,
            plan_says: self.case_text(&open, &statement_name(Side::Plan)).await?,
            questions: self.questions(&open, passed).await?,
            may_ask: case.ask(juror, Side::Claimant, &open.involved, now, &votes).is_ok(),
            may_step_aside: case.step_aside(juror, now, &votes).is_ok(),
            turnout: self.store.count_ballots(id).await?,
            electorate,
            needed: needed(open.jury()?, electorate),
        })
    }

    /// The caller's calendar as a juror: cases to judge, and cases judged, newest first.
    pub async fn juror_calendar(&self, call: &Call) -> Result<Vec<JurorCase>, AppError> {
        let juror = Self::member_of(call)?;
        let mine = MatterQuery::ByMember(MatterKind::Juror, juror);
        let mut cases = Vec::new();
        for row in self.store.matters(&mine, &Page::first(CASES_MAX)).await? {
            let states = vec!["open", "sitting", "counting", "closed"];
            let query = MatterQuery::InStates(MatterKind::JuryCase, row.plan.clone(), states);
            for row in self.store.matters(&query, &Page::first(CASES_MAX)).await? {
                if let Some(case) = case_of(&row)
                    && let Some(line) = self.juror_case(juror, case).await?
                {
                    cases.push(line);
                }
            }
        }
        cases.sort_by_key(|line| (line.until.is_none(), line.voted, std::cmp::Reverse(line.case)));
        Ok(cases)
    }

    async fn juror_case(&self, juror: MemberId, id: JuryCaseId) -> Result<Option<JurorCase>, AppError> {
        let voted = self.cast_ballot_of(self.ballot_of(id, juror)).await?.is_some();
        let open = self.open_case(id).await?;
        let (case, now) = (open.case(), self.clock.now());
        let ruling = match case.state() {
            CaseState::Closed { ruling, .. } => Some(*ruling),
            _ => None,
        };
        let until = match case.state() {
            CaseState::Open { .. } | CaseState::Sitting { .. } => {
                let mut votes = self.votes_of(case).await?;
                votes.remove(&juror);
                match self.may_judge(&open, juror, now, &votes).await {
                    Ok(until) => Some(until),
                    Err(AppError::Refused(_) | AppError::NotFound(_)) => None,
                    Err(other) => return Err(other),
                }
            }
            _ => None,
        };
        let shown = until.is_some() || voted;
        Ok(shown.then(|| JurorCase { case: id, plan: case.plan().clone(), until, voted, ruling }))
    }

    /// How disputes of a plan were judged, newest first, for everybody.
    pub async fn verdicts(&self, plan: &PlanId) -> Result<Vec<VerdictLine>, AppError> {
        self.load_plan(plan).await?;
        let query = MatterQuery::InStates(MatterKind::JuryCase, plan.clone(), vec!["closed"]);
        let mut lines = Vec::new();
        for row in self.store.matters(&query, &Page::first(CASES_MAX)).await? {
            let Some(case) = case_of(&row) else { continue };
            lines.extend(verdict_line(&self.open_case(case).await?));
        }
        lines.sort_by_key(|line| std::cmp::Reverse((line.ended, line.case)));
        Ok(lines)
    }

    /// A verdict, for everybody.
    ///
    /// # Errors
    /// [`AppError::NotFound`] before the close.
    pub async fn verdict(&self, id: JuryCaseId) -> Result<VerdictView, AppError> {
        let tally = self.tally_file(id).await?;
        let open = self.open_case(id).await?;
        let line = verdict_line(&open).ok_or(AppError::NotFound("verdict"))?;
        let told = tally.ballots.into_iter().filter(|ballot| ballot.counted);
        let reasons = told.filter_map(|ballot| Some((ballot.choice?, ballot.reason?)));
        let closed = self.position_of(id, |event| matches!(event, JuryCaseEvent::Closed { .. })).await?;
        let logged = match closed {
            Some(position) => self.place(EntryKind::Verdict, position).await?,
            None => None,
        };
        Ok(VerdictView {
            line,
            plan: open.case().plan().clone(),
            version: open.case().version(),
            refused: self.refused_before(&open).await?,
            needed: tally.rules.needed,
            threshold: tally.rules.threshold,
            by_lot: tally.rules.by_lot,
            reasons: reasons.take(REASONS_SHOWN).collect(),
            root: tally.root,
            logged,
        })
    }

    /// Why the claim of a case had been refused.
    async fn refused_before(&self, open: &OpenCase) -> Result<Option<ReasonCode>, AppError> {
        use huzhu_domain::claim::ClaimEvent;
        let events = self.store.stream(&StreamId::Claim(open.case().claim())).await?;
        Ok(events.iter().rev().find_map(|one| match &one.event {
            Event::Claim(ClaimEvent::Refused { reason, .. }) => Some(reason.clone()),
            _ => None,
        }))
    }

    async fn questions(
        &self,
        open: &OpenCase,
        shown: impl Fn(QuestionState, Side) -> bool,
    ) -> Result<Vec<QuestionView>, AppError> {
        let mut views = Vec::new();
        for (number, question) in open.case().questions() {
            if shown(question.state, question.to) {
                views.push(QuestionView {
                    number: *number,
                    to: question.to,
                    state: question.state,
                    text: self.case_text(open, &format!("question/{number}")).await?,
                    answer: self.case_text(open, &format!("answer/{number}")).await?,
                });
            }
        }
        Ok(views)
    }
}

/// Electorate, verdict and time to appeal, as far as there are any.
fn figures(case: &JuryCase) -> (Option<u64>, Option<(Count, Ruling)>, Option<Moment>) {
    match case.state() {
        CaseState::Open { electorate, .. } | CaseState::Counting { electorate, .. } => {
            (Some(*electorate), None, None)
        }
        CaseState::Sitting { bench, .. } => (Some(u64::from(bench.seats())), None, None),
        CaseState::Closed { count, ruling, appeal_until, .. } => {
            (Some(count.electorate), Some((*count, *ruling)), *appeal_until)
        }
        CaseState::Requested { .. }
        | CaseState::Declined { .. }
        | CaseState::Drawing { .. }
        | CaseState::Voided => (None, None, None),
    }
}

fn refused_for(state: &State) -> Option<ReasonCode> {
    match state {
        State::JuryRequested { origin: JuryOrigin::Refused { reason }, .. }
        | State::Verdict { origin: JuryOrigin::Refused { reason }, .. } => Some(reason.clone()),
        _ => None,
    }
}

fn verdict_line(open: &OpenCase) -> Option<VerdictLine> {
    let CaseState::Closed { ended, count, ruling, .. } = open.case().state() else { return None };
    Some(VerdictLine {
        case: open.case().id(),
        round: open.case().round(),
        condition: open.claim.claim().illness().condition.clone(),
        ended: *ended,
        count: *count,
        ruling: *ruling,
    })
}
