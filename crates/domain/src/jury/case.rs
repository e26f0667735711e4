//! One judgment of one claim: from the request over roster, draw and vote to the ruling.
//!
//! Shape: [`CaseState`] has the data of each state; a verb takes the time, who acts and the frozen terms and answers an event or
//! a [`JuryRejection`]; [`JuryCase::apply`] is the only code that changes state. [`JuryCase::phase`] says where the case stands at
//! a moment: it is computed from the clock and from who has voted, so nothing depends on a worker that runs in time.
//!
//! Guarantees: who has to do with the claim neither accepts, declines nor judges; nobody votes after the end; ballots are counted
//! once, after a mark that no ballot comes behind.

use std::collections::{BTreeMap, BTreeSet};

use super::bench::{Bench, CallEnd};
use super::event::{CaseHead, JuryCaseEvent, JuryRejection, Side, order_of};
use super::seed::{DrawRequest, SeedProof};
use super::tally::{Count, Ruling, needed, seats};
use crate::claim::JuryAsker;
use crate::digest::Digest;
use crate::id::{ClaimId, JuryCaseId, MemberId};
use crate::plan::{Asker, Jury, JuryMode, PlanId, PlanVersion, ReasonCode};
use crate::time::Moment;

/// Questions of jurors that a case takes: protects clerks and readers.
pub const QUESTIONS_MAX: u32 = 50;

/// When those who voted did. In an open vote nobody asks, and it may be empty.
pub type Votes = BTreeMap<MemberId, Moment>;

/// Where a case stands, with the data that only this state has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CaseState {
    /// Waits for the clerk.
    Requested {
        /// When the clerk's first step is due.
        until: Moment,
    },
    /// Not accepted.
    Declined {
        /// Ground of the plan terms.
        ground: ReasonCode,
    },
    /// Every qualified juror may vote.
    Open {
        /// Public key of the case.
        key: Digest,
        /// When voting began.
        since: Moment,
        /// When it ends.
        until: Moment,
        /// Qualified jurors when it began.
        electorate: u64,
    },
    /// Who can be drawn is fixed; the seed is not known yet.
    Drawing {
        /// Everybody who can be drawn, in the order of the roster.
        roster: Vec<MemberId>,
        /// What the source is asked.
        request: DrawRequest,
        /// Since when.
        since: Moment,
    },
    /// Jurors drawn by lot vote.
    Sitting {
        /// Public key of the case.
        key: Digest,
        /// Who sits.
        bench: Bench,
    },
    /// Nobody can vote any more; the ballots are being counted.
    Counting {
        /// When the case was ripe for its verdict.
        ended: Moment,
        /// Public key of the case.
        key: Digest,
        /// Who sat, where jurors were drawn.
        bench: Option<Bench>,
        /// Everybody who could have voted.
        electorate: u64,
    },
    /// Judged.
    Closed {
        /// When the case was ripe for its verdict.
        ended: Moment,
        /// Secret key of the case.
        key: Digest,
        /// Root of the tree of ballots.
        root: Digest,
        /// The count.
        count: Count,
        /// What follows.
        ruling: Ruling,
        /// Until when a larger jury may be asked for.
        appeal_until: Option<Moment>,
        /// When it was counted.
        at: Moment,
        /// Who sat, where jurors were drawn.
        bench: Option<Bench>,
    },
    /// The claim was withdrawn.
    Voided,
}

impl CaseState {
    /// All states' words, in the order of the life of a case.
    pub const WORDS: [&'static str; 8] =
        ["requested", "declined", "open", "drawing", "sitting", "counting", "closed", "voided"];

    /// The stable word for the state in JSON, stores and message keys.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Requested { .. } => "requested",
            Self::Declined { .. } => "declined",
            Self::Open { .. } => "open",
            Self::Drawing { .. } => "drawing",
            Self::Sitting { .. } => "sitting",
            Self::Counting { .. } => "counting",
            Self::Closed { .. } => "closed",
            Self::Voided => "voided",
        }
    }
}

/// Where a case stands at a moment, and who has the ball.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The clerk has the ball, until then.
    WithClerk(Moment),
    /// The source of the seed has it.
    WaitingForSeed,
    /// Jurors have it, until then at most.
    Voting(Moment),
    /// Time is up, or everybody has voted: the platform counts.
    Counting,
    /// It has ended.
    Ended,
}

impl Phase {
    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::WithClerk(_) => "with-clerk",
            Self::WaitingForSeed => "waiting-for-seed",
            Self::Voting(_) => "voting",
            Self::Counting => "counting",
            Self::Ended => "ended",
        }
    }

    /// Until when somebody has the ball.
    pub const fn until(self) -> Option<Moment> {
        match self {
            Self::WithClerk(until) | Self::Voting(until) => Some(until),
            Self::WaitingForSeed | Self::Counting | Self::Ended => None,
        }
    }
}

/// A question of a juror.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// Which side is asked.
    pub to: Side,
    /// Who asks.
    pub by: MemberId,
    /// Where it stands.
    pub state: QuestionState,
}

/// Where a question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionState {
    /// Waits for the clerk.
    Asked,
    /// Waits for the side that is asked.
    PassedOn,
    /// Not passed on.
    SetAside,
    /// Answered.
    Answered,
}

impl QuestionState {
    /// The stable word in JSON and message keys.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::PassedOn => "passed-on",
            Self::SetAside => "set-aside",
            Self::Answered => "answered",
        }
    }
}

/// A jury case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct JuryCase {
    head: CaseHead,
    state: CaseState,
    statements: BTreeMap<Side, MemberId>,
    questions: BTreeMap<u32, Question>,
    /// Of a draw: request, answer and order, for its public file.
    draw: Option<(DrawRequest, SeedProof)>,
}

impl JuryCase {
    /// A request, if these terms let this asker have a jury. `round`: verdicts that the claim has had.
    pub fn request(
        head: &CaseHead,
        jury: Option<&Jury>,
        until: Moment,
    ) -> Result<JuryCaseEvent, JuryRejection> {
        let jury = jury.ok_or(JuryRejection::NoJury)?;
        let asker = match head.asker {
            JuryAsker::Claimant => Asker::Claimant,
            JuryAsker::Objector => Asker::Objector,
            JuryAsker::Operator => Asker::Operator,
        };
        // An appeal is open to whoever lost, which the claim looks at.
        if head.round == 0 && !jury.asked_by.contains(&asker) {
            return Err(JuryRejection::MayNotAsk);
        }
        if head.round > rounds(jury) {
            return Err(JuryRejection::NoAppealLeft);
        }
        let CaseHead { id: _, claim, plan, version, round, by, asker, requested } = head.clone();
        Ok(JuryCaseEvent::Requested { claim, plan, version, round, by, asker, at: requested, until })
    }

    /// The state after the first event; `None` when it is no first event.
    pub fn begin(id: JuryCaseId, event: &JuryCaseEvent) -> Option<Self> {
        let JuryCaseEvent::Requested { claim, plan, version, round, by, asker, at, until } = event else {
            return None;
        };
        let head = CaseHead {
            id,
            claim: *claim,
            plan: plan.clone(),
            version: *version,
            round: *round,
            by: *by,
            asker: *asker,
            requested: *at,
        };
        Some(Self {
            head,
            state: CaseState::Requested { until: *until },
            statements: BTreeMap::new(),
            questions: BTreeMap::new(),
            draw: None,
        })
    }

    /// Its id.
    pub const fn id(&self) -> JuryCaseId {
        self.head.id
    }

    /// What it began with.
    pub const fn head(&self) -> &CaseHead {
        &self.head
    }

    /// The claim.
    pub const fn claim(&self) -> ClaimId {
        self.head.claim
    }

    /// The plan.
    pub const fn plan(&self) -> &PlanId {
        &self.head.plan
    }

    /// The version whose terms are frozen into the case.
    pub const fn version(&self) -> PlanVersion {
        self.head.version
    }

    /// 0 for the first jury of the claim, 1 for the first appeal.
    pub const fn round(&self) -> u8 {
        self.head.round
    }

    /// Who asked.
    pub const fn by(&self) -> MemberId {
        self.head.by
    }

    /// Where it stands.
    pub const fn state(&self) -> &CaseState {
        &self.state
    }

    /// The stable word of where it stands.
    pub const fn word(&self) -> &'static str {
        self.state.word()
    }

    /// When the next step is due, as far as it follows from the events alone; [`JuryCase::phase`] knows better.
    pub fn until(&self) -> Option<Moment> {
        match &self.state {
            CaseState::Requested { until } | CaseState::Open { until, .. } => Some(*until),
            CaseState::Sitting { bench, .. } => Some(bench.first_until()),
            CaseState::Drawing { since, .. } => Some(*since),
            CaseState::Counting { ended, .. } => Some(*ended),
            CaseState::Declined { .. } | CaseState::Closed { .. } | CaseState::Voided => None,
        }
    }

    /// Sides that have given a statement, and who gave the last one.
    pub const fn statements(&self) -> &BTreeMap<Side, MemberId> {
        &self.statements
    }

    /// Questions by number.
    pub const fn questions(&self) -> &BTreeMap<u32, Question> {
        &self.questions
    }

    /// The draw: what was asked and what was answered.
    pub const fn draw(&self) -> Option<&(DrawRequest, SeedProof)> {
        self.draw.as_ref()
    }

    /// Who sits or sat, where jurors were drawn.
    pub const fn bench(&self) -> Option<&Bench> {
        match &self.state {
            CaseState::Sitting { bench, .. } => Some(bench),
            CaseState::Counting { bench, .. } | CaseState::Closed { bench, .. } => bench.as_ref(),
            CaseState::Requested { .. }
            | CaseState::Declined { .. }
            | CaseState::Open { .. }
            | CaseState::Drawing { .. }
            | CaseState::Voided => None,
        }
    }

    /// The public key of a case in which somebody may vote.
    pub const fn key(&self) -> Option<Digest> {
        match &self.state {
            CaseState::Open { key, .. }
            | CaseState::Sitting { key, .. }
            | CaseState::Counting { key, .. } => Some(*key),
            CaseState::Requested { .. }
            | CaseState::Declined { .. }
            | CaseState::Drawing { .. }
            | CaseState::Closed { .. }
            | CaseState::Voided => None,
        }
    }

    /// Where it stands at `now`.
    pub fn phase(&self, now: Moment, votes: &Votes) -> Phase {
        match &self.state {
            CaseState::Requested { until } => Phase::WithClerk(*until),
            CaseState::Drawing { .. } => Phase::WaitingForSeed,
            CaseState::Open { until, .. } if now < *until => Phase::Voting(*until),
            CaseState::Sitting { bench, .. } => match bench.open_until(now, votes) {
                Some(until) => Phase::Voting(until),
                None => Phase::Counting,
            },
            CaseState::Open { .. } | CaseState::Counting { .. } => Phase::Counting,
            CaseState::Declined { .. } | CaseState::Closed { .. } | CaseState::Voided => Phase::Ended,
        }
    }

    /// The clerk does not accept the request, on a ground of the terms.
    pub fn decline(
        &self,
        by: MemberId,
        involved: &BTreeSet<MemberId>,
        ground: ReasonCode,
        jury: &Jury,
        now: Moment,
    ) -> Result<JuryCaseEvent, JuryRejection> {
        self.check_requested(by, involved, "declined")?;
        // The grounds were looked at before the first jury; a verdict is not lost because its appeal is declined.
        if self.head.round > 0 {
            return self.wrong("declined, being an appeal,");
        }
        if jury.not_accepted.iter().any(|known| known.code == ground) {
            Ok(JuryCaseEvent::Declined { by, ground, at: now })
        } else {
            Err(JuryRejection::UnknownGround { ground })
        }
    }

    /// The clerk accepts it, and every qualified juror may vote from now on.
    pub fn open(
        &self,
        by: MemberId,
        involved: &BTreeSet<MemberId>,
        jury: &Jury,
        electorate: u64,
        key: Digest,
        now: Moment,
    ) -> Result<JuryCaseEvent, JuryRejection> {
        self.check_requested(by, involved, "opened")?;
        let JuryMode::Open { hours, .. } = jury.mode else { return self.wrong("opened to everybody") };
        let length = jiff::SignedDuration::from_hours(i64::from(hours));
        let until = now.saturating_add(length).unwrap_or(Moment::MAX);
        Ok(JuryCaseEvent::Opened { plan: self.head.plan.clone(), by, key, at: now, until, electorate })
    }

    /// The clerk accepts it, and who can be drawn is fixed. `roster` is in the order of its pseudonyms, and without anybody who
    /// has to do with the claim.
    pub fn commit_roster(
        &self,
        by: MemberId,
        involved: &BTreeSet<MemberId>,
        jury: &Jury,
        roster: Vec<MemberId>,
        request: DrawRequest,
        now: Moment,
    ) -> Result<JuryCaseEvent, JuryRejection> {
        self.check_requested(by, involved, "accepted")?;
        if matches!(jury.mode, JuryMode::Open { .. }) {
            return self.wrong("drawn by lot");
        }
        if roster.is_empty() {
            return Err(JuryRejection::NobodyToDraw);
        }
        Ok(JuryCaseEvent::RosterCommitted { plan: self.head.plan.clone(), by, roster, request, at: now })
    }

    /// The source has answered: the jurors at these positions are called.
    pub fn seat(
        &self,
        answer: SeedProof,
        order: Vec<u32>,
        conflicts: &BTreeSet<u32>,
        jury: &Jury,
        key: Digest,
        now: Moment,
    ) -> Result<JuryCaseEvent, JuryRejection> {
        let (CaseState::Drawing { request, .. }, JuryMode::Drawn { deadline_days, .. }, Some(seats)) =
            (&self.state, jury.mode, seats(jury, self.head.round))
        else {
            return self.wrong("drawn by lot");
        };
        let conflicts = conflicts.iter().copied().collect();
        let (request, days) = (*request, deadline_days);
        Ok(JuryCaseEvent::Drawn { request, answer, order, conflicts, seats, days, key, at: now })
    }

    /// A juror who was drawn steps aside, before or after being called.
    pub fn step_aside(
        &self,
        juror: MemberId,
        now: Moment,
        votes: &Votes,
    ) -> Result<JuryCaseEvent, JuryRejection> {
        let CaseState::Sitting { bench, .. } = &self.state else { return self.wrong("stepped aside from") };
        let position = bench.position(juror).ok_or(JuryRejection::NotCalled)?;
        if bench.has_left(position) {
            return Err(JuryRejection::Replaced);
        }
        match bench.calls(now, votes).iter().find(|call| call.juror == juror).and_then(|call| call.end) {
            None => Ok(JuryCaseEvent::SteppedAside { juror, at: now }),
            Some(CallEnd::Voted(_)) => Err(JuryRejection::AlreadyVoted),
            Some(CallEnd::Left(..)) => Err(JuryRejection::Replaced),
        }
    }

    /// Whether a member may vote now, as far as the case is concerned. Answers until when.
    pub fn check_vote(
        &self,
        juror: MemberId,
        involved: &BTreeSet<MemberId>,
        now: Moment,
        votes: &Votes,
    ) -> Result<Moment, JuryRejection> {
        if involved.contains(&juror) {
            return Err(JuryRejection::Involved);
        }
        match &self.state {
            CaseState::Open { until, .. } if now < *until => match votes.get(&juror) {
                None => Ok(*until),
                Some(_) => Err(JuryRejection::AlreadyVoted),
            },
            CaseState::Open { until, .. } | CaseState::Counting { ended: until, .. } => {
                Err(JuryRejection::VotingOver { until: *until })
            }
            CaseState::Closed { ended, .. } => Err(JuryRejection::VotingOver { until: *ended }),
            CaseState::Sitting { bench, .. } => {
                let calls = bench.calls(now, votes);
                let call = calls.iter().find(|call| call.juror == juror).ok_or(JuryRejection::NotCalled)?;
                match call.end {
                    None => Ok(call.until),
                    Some(CallEnd::Voted(_)) => Err(JuryRejection::AlreadyVoted),
                    Some(CallEnd::Left(..)) => Err(JuryRejection::Replaced),
                }
            }
            CaseState::Requested { .. }
            | CaseState::Declined { .. }
            | CaseState::Drawing { .. }
            | CaseState::Voided => self.wrong("voted on"),
        }
    }

    /// One side says what it has to say; a later statement replaces the one before, until voting ends.
    pub fn state_view(&self, side: Side, by: MemberId, now: Moment) -> Result<JuryCaseEvent, JuryRejection> {
        match &self.state {
            // While jurors vote nothing is replaced: whoever voted first would have judged something else.
            CaseState::Open { .. } | CaseState::Sitting { .. } if self.statements.contains_key(&side) => {
                self.wrong("stated anew")
            }
            CaseState::Requested { .. } | CaseState::Drawing { .. } | CaseState::Sitting { .. } => {
                Ok(JuryCaseEvent::StatementGiven { side, by, at: now })
            }
            CaseState::Open { until, .. } if now < *until => {
                Ok(JuryCaseEvent::StatementGiven { side, by, at: now })
            }
            CaseState::Open { .. }
            | CaseState::Declined { .. }
            | CaseState::Counting { .. }
            | CaseState::Closed { .. }
            | CaseState::Voided => self.wrong("stated"),
        }
    }

    /// A juror who may vote asks one side something.
    pub fn ask(
        &self,
        by: MemberId,
        to: Side,
        involved: &BTreeSet<MemberId>,
        now: Moment,
        votes: &Votes,
    ) -> Result<JuryCaseEvent, JuryRejection> {
        self.check_vote(by, involved, now, votes)?;
        let asked = u32::try_from(self.questions.len()).unwrap_or(u32::MAX);
        if asked >= QUESTIONS_MAX || self.questions.values().any(|question| question.by == by) {
            return Err(JuryRejection::TooManyQuestions { limit: QUESTIONS_MAX });
        }
        Ok(JuryCaseEvent::QuestionAsked { question: asked.saturating_add(1), to, by, at: now })
    }

    /// The clerk passes a question on, or sets it aside.
    pub fn sort_question(
        &self,
        question: u32,
        pass_on: bool,
        by: MemberId,
        involved: &BTreeSet<MemberId>,
        now: Moment,
    ) -> Result<JuryCaseEvent, JuryRejection> {
        if involved.contains(&by) {
            return Err(JuryRejection::Involved);
        }
        self.check_question(question, QuestionState::Asked, "sorted")?;
        Ok(if pass_on {
            JuryCaseEvent::QuestionPassedOn { question, by, at: now }
        } else {
            JuryCaseEvent::QuestionSetAside { question, by, at: now }
        })
    }

    /// The side that was asked answers. Who may speak for a side is for the use case to know.
    pub fn answer(
        &self,
        question: u32,
        side: Side,
        by: MemberId,
        now: Moment,
    ) -> Result<JuryCaseEvent, JuryRejection> {
        let asked = self.check_question(question, QuestionState::PassedOn, "answered")?;
        if asked.to == side {
            Ok(JuryCaseEvent::QuestionAnswered { question, by, at: now })
        } else {
            Err(JuryRejection::NoSuchQuestion { verb: "answered" })
        }
    }

    /// Ends the vote, once nobody can vote any more.
    pub fn close_polls(&self, now: Moment, votes: &Votes) -> Result<JuryCaseEvent, JuryRejection> {
        match (&self.state, self.phase(now, votes)) {
            (_, Phase::Voting(until)) => Err(JuryRejection::VotingRuns { until }),
            (CaseState::Open { until, .. }, _) => Ok(JuryCaseEvent::PollsClosed { ended: *until }),
            (CaseState::Sitting { bench, .. }, _) => {
                Ok(JuryCaseEvent::PollsClosed { ended: bench.ended(now, votes) })
            }
            _ => self.wrong("ended"),
        }
    }

    /// Rules on the count. The electorate of the count is that of the case, whatever the counter thinks.
    pub fn close(&self, counted: Counted, jury: &Jury, now: Moment) -> Result<JuryCaseEvent, JuryRejection> {
        let CaseState::Counting { electorate, .. } = &self.state else { return self.wrong("judged") };
        let count = Count { electorate: *electorate, ..counted.count };
        let ruling = count.ruling(jury, needed(jury, *electorate));
        let appeal_until = counted.appeal_until.filter(|_| self.head.round < rounds(jury));
        let Counted { subject, key, root, .. } = counted;
        Ok(JuryCaseEvent::Closed { subject, key, root, count, ruling, appeal_until, at: now })
    }

    /// The claim was withdrawn.
    pub fn void(&self, now: Moment) -> Result<JuryCaseEvent, JuryRejection> {
        match &self.state {
            CaseState::Requested { .. }
            | CaseState::Open { .. }
            | CaseState::Drawing { .. }
            | CaseState::Sitting { .. }
            | CaseState::Counting { .. } => Ok(JuryCaseEvent::Voided { at: now }),
            CaseState::Declined { .. } | CaseState::Closed { .. } | CaseState::Voided => self.wrong("voided"),
        }
    }

    fn check_requested(
        &self,
        by: MemberId,
        involved: &BTreeSet<MemberId>,
        verb: &'static str,
    ) -> Result<(), JuryRejection> {
        if involved.contains(&by) {
            return Err(JuryRejection::Involved);
        }
        match self.state {
            CaseState::Requested { .. } => Ok(()),
            _ => self.wrong(verb),
        }
    }

    fn check_question(
        &self,
        question: u32,
        state: QuestionState,
        verb: &'static str,
    ) -> Result<Question, JuryRejection> {
        if !matches!(self.state, CaseState::Open { .. } | CaseState::Sitting { .. }) {
            return self.wrong("asked about");
        }
        let found = self.questions.get(&question).filter(|found| found.state == state);
        found.copied().ok_or(JuryRejection::NoSuchQuestion { verb })
    }

    const fn wrong<T>(&self, verb: &'static str) -> Result<T, JuryRejection> {
        Err(JuryRejection::WrongState { state: self.state.word(), verb })
    }

    /// The only code that changes state. `jury`-dependent numbers are in the events.
    pub fn apply(&mut self, event: &JuryCaseEvent) {
        match event {
            JuryCaseEvent::Requested { .. } => {}
            JuryCaseEvent::Declined { ground, .. } => {
                self.state = CaseState::Declined { ground: ground.clone() };
            }
            JuryCaseEvent::Opened { key, at, until, electorate, plan: _, by: _ } => {
                self.state =
                    CaseState::Open { key: *key, since: *at, until: *until, electorate: *electorate };
            }
            JuryCaseEvent::RosterCommitted { roster, request, at, plan: _, by: _ } => {
                self.state = CaseState::Drawing { roster: roster.clone(), request: *request, since: *at };
            }
            JuryCaseEvent::Drawn { request, answer, order, conflicts, seats, days, key, at } => {
                if let CaseState::Drawing { roster, .. } = &self.state {
                    let at_position = |position: &u32| {
                        usize::try_from(*position).ok().and_then(|position| roster.get(position)).copied()
                    };
                    let members: Vec<MemberId> = order.iter().filter_map(at_position).collect();
                    let conflicts = conflicts.iter().copied().collect();
                    let bench = Bench::new(&order_of(order), &members, conflicts, *seats, *at, *days);
                    self.draw = Some((*request, answer.clone()));
                    self.state = CaseState::Sitting { key: *key, bench };
                }
            }
            JuryCaseEvent::SteppedAside { juror, at } => {
                if let CaseState::Sitting { bench, .. } = &mut self.state
                    && let Some(position) = bench.position(*juror)
                {
                    bench.leave(position, *at);
                }
            }
            JuryCaseEvent::StatementGiven { side, by, at: _ } => {
                self.statements.insert(*side, *by);
            }
            JuryCaseEvent::QuestionAsked { question, to, by, at: _ } => {
                self.questions.insert(*question, Question { to: *to, by: *by, state: QuestionState::Asked });
            }
            JuryCaseEvent::QuestionPassedOn { question, .. } => self.turn(*question, QuestionState::PassedOn),
            JuryCaseEvent::QuestionSetAside { question, .. } => self.turn(*question, QuestionState::SetAside),
            JuryCaseEvent::QuestionAnswered { question, .. } => self.turn(*question, QuestionState::Answered),
            JuryCaseEvent::PollsClosed { ended } => {
                let (key, bench, electorate) = match &self.state {
                    CaseState::Open { key, electorate, .. } => (*key, None, *electorate),
                    CaseState::Sitting { key, bench } => {
                        (*key, Some(bench.clone()), u64::from(bench.seats()))
                    }
                    _ => return,
                };
                self.state = CaseState::Counting { ended: *ended, key, bench, electorate };
            }
            JuryCaseEvent::Closed { key, root, count, ruling, appeal_until, at, subject: _ } => {
                let (ended, bench) = match &self.state {
                    CaseState::Counting { ended, bench, .. } => (*ended, bench.clone()),
                    _ => (*at, None),
                };
                self.state = CaseState::Closed {
                    ended,
                    key: *key,
                    root: *root,
                    count: *count,
                    ruling: *ruling,
                    appeal_until: *appeal_until,
                    at: *at,
                    bench,
                };
            }
            JuryCaseEvent::Voided { .. } => self.state = CaseState::Voided,
        }
    }

    fn turn(&mut self, question: u32, state: QuestionState) {
        if let Some(found) = self.questions.get_mut(&question) {
            found.state = state;
        }
    }
}

/// What counting found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counted {
    /// Salted digest of claim and jury.
    pub subject: Digest,
    /// Secret key of the case.
    pub key: Digest,
    /// Root of the tree of ballots.
    pub root: Digest,
    /// The count; its electorate is not looked at.
    pub count: Count,
    /// Until when a larger jury may be asked for, where the terms have one.
    pub appeal_until: Option<Moment>,
}

/// Larger juries that the terms have after the first one.
const fn rounds(jury: &Jury) -> u8 {
    match jury.mode {
        JuryMode::Open { .. } => 0,
        JuryMode::Drawn { appeals, .. } => appeals,
    }
}
