//! What the clock decides: jurors are called once the seed is known, a vote ends, ballots are counted, a verdict takes effect.
//!
//! Shape: [`App::tick_juries`] does what is due by now, whoever calls it and however late: each step is computed from the clock and
//! the events. A worker calls it every few minutes; a stopped one delays what people see and changes nothing of it.
//!
//! Guarantees: the vote is ended by an event of its own before ballots are read, so that a ballot that was accepted is counted.

use std::collections::BTreeSet;

use huzhu_domain::claim::{Claim, ClaimEvent, JuryOrigin, State};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{BallotId, ClaimId, JuryCaseId};
use huzhu_domain::jury::{CallEnd, CaseState, Count, Counted, JuryCaseEvent, Phase, Ruling};
use huzhu_domain::plan::{PlanId, ReasonCode};
use huzhu_domain::time::{Moment, day_of, plus_days};
use huzhu_ledger::Amount;
use huzhu_log::Hash;
use serde::{Deserialize, Serialize};

use super::seal::leaf;
use super::tally_file::{TALLY_FORMAT, TallyBallot, TallyFile, TallyRules, hex, root_of};
use super::{CaseReceipt, OpenCase};
use crate::App;
use crate::call::{Call, Done};
use crate::claims::end_of;
use crate::claims::refusal::refused;
use crate::error::AppError;
use crate::load::append_claim;
use crate::matter::{MatterKind, MatterQuery, case_of};
use crate::permission::Action;
use crate::ports::{ClaimQuery, Page, Unit};

/// Ballots read at once: bounds memory.
const CHUNK: u32 = 1_000;
/// Cases and claims of a plan that one round looks at; the next round goes on.
const ROUND: u32 = 1_000;
/// The reason of a refusal that a jury decided where nobody had refused before.
const BY_JURY: &str = "by-jury";
/// Why a claim is back with its reviewer when too few voted on a hard case.
const NO_QUORUM: &str = "no-quorum";

/// What a round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ticked {
    /// Juries that were called.
    pub seated: u32,
    /// Cases that were judged.
    pub closed: u32,
    /// Verdicts that took effect.
    pub applied: u32,
    /// Steps that could not be done now; the log of the program says why.
    pub failed: u32,
}

/// A verdict took effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VerdictReceipt {
    /// The claim.
    pub claim: ClaimId,
    /// Word of its state.
    pub state: String,
    /// Aid in minor units, where it was granted.
    pub aid: Option<Amount>,
}

/// A ballot of a case that is being counted or was.
struct Read {
    id: BallotId,
    sealed: String,
    vote: Option<super::seal::Vote>,
    counted: bool,
}

impl App {
    /// Does for all juries of all plans what is due by now.
    ///
    /// # Errors
    /// When the store does not answer. A case that cannot go on now is noted and left for the next round.
    pub async fn tick_juries(&self) -> Result<Ticked, AppError> {
        let mut ticked = Ticked::default();
        for plan in self.store.plans().await? {
            let waiting = vec!["drawing", "open", "sitting", "counting"];
            let query = MatterQuery::InStates(MatterKind::JuryCase, plan.id.clone(), waiting);
            for row in self.store.matters(&query, &Page::first(ROUND)).await? {
                if row.state == "open" && row.until.is_some_and(|until| self.clock.now() < until) {
                    continue;
                }
                let Some(case) = case_of(&row) else { continue };
                let done = match row.state.as_str() {
                    "drawing" => {
                        self.seat_jury(case).await.map(|()| ticked.seated = ticked.seated.saturating_add(1))
                    }
                    _ => self.close_if_due(case).await.map(|closed| {
                        ticked.closed = ticked.closed.saturating_add(u32::from(closed));
                    }),
                };
                if let Err(error) = done {
                    tracing::warn!(%error, %case, "a jury case waits");
                    ticked.failed = ticked.failed.saturating_add(1);
                }
            }
            self.tick_verdicts(&plan.id, &mut ticked).await?;
        }
        Ok(ticked)
    }

    async fn tick_verdicts(&self, plan: &PlanId, ticked: &mut Ticked) -> Result<(), AppError> {
        let query = ClaimQuery::InStates(plan.clone(), vec!["verdict"]);
        for row in self.store.claims(&query, &Page::first(ROUND)).await? {
            if row.until.is_some_and(|until| self.clock.now() < until) {
                continue;
            }
            match self.apply_verdict(&Call::system(), row.id).await {
                Ok(_) => ticked.applied = ticked.applied.saturating_add(1),
                Err(error) => {
                    tracing::warn!(%error, claim = %row.id, "a verdict waits");
                    ticked.failed = ticked.failed.saturating_add(1);
                }
            }
        }
        Ok(())
    }

    /// Ends the vote of a case and counts, if nobody can vote any more.
    async fn close_if_due(&self, id: JuryCaseId) -> Result<bool, AppError> {
        let open = self.open_case(id).await?;
        let votes = self.votes_of(open.case()).await?;
        if open.case().phase(self.clock.now(), &votes) == Phase::Counting {
            self.close_jury(&Call::system(), id).await.map(|_| true)
        } else {
            Ok(false)
        }
    }

    /// Ends the vote of a case, counts, rules, and tells the claim.
    ///
    /// # Errors
    /// A refusal while somebody can still vote.
    pub async fn close_jury(&self, call: &Call, id: JuryCaseId) -> Result<Done<CaseReceipt>, AppError> {
        let open = self.open_case(id).await?;
        if !matches!(open.case().state(), CaseState::Counting { .. }) {
            // Two commits: a ballot that was accepted before the first one is there when ballots are read after it.
            self.transact(call, Action::RunJury, &("end-vote", id), |now| async move {
                let open = self.open_case(id).await?;
                let votes = self.votes_of(open.case()).await?;
                let event = open.case().close_polls(now, &votes)?;
                self.one_case_event(call, &open, event, Vec::new(), now).await
            })
            .await?;
        }
        let call = &Call { key: None, ..call.clone() };
        self.transact(call, Action::RunJury, &("close", id), |now| async move {
            let open = self.open_case(id).await?;
            let CaseState::Counting { ended, .. } = open.case().state() else {
                return Err(AppError::Stale("changed-meanwhile"));
            };
            let ballots = self.read_ballots(&open).await?;
            let mut count = Count::default();
            let mut leaves: Vec<Hash> = Vec::with_capacity(ballots.len());
            for ballot in &ballots {
                count.add(ballot.vote.as_ref().filter(|_| ballot.counted).map(|vote| vote.choice));
                leaves.push(leaf(id, ballot.id, &ballot.sealed));
            }
            let terms = open.claim.terms()?;
            let last = plus_days(day_of(*ended, terms.zone()), i64::from(terms.review().days.jury_request));
            let counted = Counted {
                subject: self.subject_of(&open).await?,
                key: self.case_keys(id).secret(),
                root: root_of(leaves),
                count,
                appeal_until: Some(end_of(last, terms.zone())),
            };
            let event = open.case().close(counted, open.jury()?, now)?;
            let on_claim = self.told(&open, &event, now).await?;
            let receipt = CaseReceipt::after(open.case(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.claim.loaded, vec![on_claim]));
            unit.appends.push(self.append_case(id, open.loaded.events, vec![event], now).await?);
            Ok((unit, receipt))
        })
        .await
    }

    /// What a closed case means for its claim. Without a quorum the opinion that was there stands: of those who decided, or of the
    /// smaller jury before.
    async fn told(
        &self,
        open: &OpenCase,
        event: &JuryCaseEvent,
        now: Moment,
    ) -> Result<ClaimEvent, AppError> {
        let JuryCaseEvent::Closed { ruling, appeal_until, .. } = event else {
            return Err(AppError::Broken("a case was closed as something else".to_owned()));
        };
        let (claim, case) = (open.claim.claim(), open.case().id());
        let for_claimant = match ruling {
            Ruling::ForClaimant => true,
            Ruling::AgainstClaimant => false,
            Ruling::NoQuorum => match (self.verdict_before(open).await?, claim.state()) {
                (Some(before), _) => before,
                (None, State::JuryRequested { origin: JuryOrigin::OnNotice { .. }, .. }) => true,
                (None, State::JuryRequested { origin: JuryOrigin::UnderReview { .. }, .. }) => {
                    let ground =
                        ReasonCode::new(NO_QUORUM).map_err(|error| AppError::Broken(error.to_string()))?;
                    let until = self.until_again(open, now).await?;
                    return Ok(claim.decline_jury(case, open.case().by(), ground, until)?);
                }
                (None, _) => false,
            },
        };
        Ok(claim.reach_verdict(case, for_claimant, *appeal_until)?)
    }

    /// Ends the case of a claim that is withdrawn while a jury has it.
    pub(crate) async fn void_jury(&self, unit: &mut Unit, claim: &Claim) -> Result<(), AppError> {
        let State::JuryRequested { case, .. } = claim.state() else { return Ok(()) };
        let loaded = self.load_jury_case(*case).await?;
        let event = loaded.state.void(unit.at)?;
        unit.appends.push(self.append_case(*case, loaded.events, vec![event], unit.at).await?);
        Ok(())
    }

    /// What the jury before this one said.
    async fn verdict_before(&self, open: &OpenCase) -> Result<Option<bool>, AppError> {
        let events = self.store.stream(&StreamId::Claim(open.case().claim())).await?;
        Ok(events.iter().rev().find_map(|one| match &one.event {
            Event::Claim(ClaimEvent::VerdictReached { for_claimant, .. }) => Some(*for_claimant),
            _ => None,
        }))
    }

    /// All ballots of a case by their ids, opened.
    async fn read_ballots(&self, open: &OpenCase) -> Result<Vec<Read>, AppError> {
        let id = open.case().id();
        let keys = self.case_keys(id);
        // In a jury drawn by lot only those count who sat when they voted.
        let sat: Option<BTreeSet<BallotId>> = match open.case().bench() {
            None => None,
            Some(bench) => {
                let votes = self.votes_of(open.case()).await?;
                let calls = bench.calls(self.clock.now(), &votes);
                let voted = calls.iter().filter(|call| matches!(call.end, Some(CallEnd::Voted(_))));
                Some(voted.map(|call| self.ballot_of(id, call.juror)).collect())
            }
        };
        let (mut all, mut page) = (Vec::new(), Page::first(CHUNK));
        loop {
            let rows = self.store.matters(&MatterQuery::ballots_of(id), &page).await?;
            page.after = rows.last().map(|row| row.stream.to_string());
            let full = u32::try_from(rows.len()).is_ok_and(|found| found >= CHUNK);
            for row in rows {
                let StreamId::Ballot(ballot) = row.stream else { continue };
                let vote = keys.open(id, ballot, &row.body);
                let counted = vote.is_some() && sat.as_ref().is_none_or(|sat| sat.contains(&ballot));
                all.push(Read { id: ballot, sealed: row.body, vote, counted });
            }
            if !full {
                return Ok(all);
            }
        }
    }

    /// The public tally of a closed case, for everybody.
    ///
    /// # Errors
    /// [`AppError::NotFound`] before the close.
    pub async fn tally_file(&self, id: JuryCaseId) -> Result<TallyFile, AppError> {
        let missing = || AppError::NotFound("tally");
        let open = self.open_case(id).await.map_err(|_| missing())?;
        let CaseState::Closed { key, root, count, ruling, bench, .. } = open.case().state() else {
            return Err(missing());
        };
        let events = self.store.stream(&StreamId::JuryCase(id)).await?;
        let subject = events.iter().find_map(|one| match &one.event {
            Event::JuryCase(JuryCaseEvent::Closed { subject, .. }) => Some(*subject),
            _ => None,
        });
        let jury = open.jury()?;
        let ballots = self.read_ballots(&open).await?.into_iter().map(|ballot| {
            let (choice, nonce, reason) = match ballot.vote {
                Some(vote) => (Some(vote.choice), Some(hex(&vote.nonce)), Some(vote.reason)),
                None => (None, None, None),
            };
            let (id, sealed, counted) = (ballot.id.to_string(), ballot.sealed, ballot.counted);
            TallyBallot { ballot: id, sealed, counted, choice, nonce, reason }
        });
        Ok(TallyFile {
            format: TALLY_FORMAT.to_owned(),
            plan: open.case().plan().to_string(),
            version: open.case().version().0,
            case: id.to_string(),
            round: open.case().round(),
            subject: subject.ok_or_else(missing)?,
            public_key: self.case_keys(id).public(),
            secret_key: *key,
            rules: TallyRules {
                by_lot: bench.is_some(),
                threshold: jury.threshold.hundredths(),
                needed: huzhu_domain::jury::needed(jury, count.electorate),
            },
            count: *count,
            ruling: *ruling,
            root: *root,
            ballots: ballots.collect(),
        })
    }

    /// A verdict takes effect, once nobody may ask for a larger jury any more. Aid is what the terms give for the facts of now.
    ///
    /// # Errors
    /// A refusal before that time, or when the terms have no amount for what was claimed.
    pub async fn apply_verdict(&self, call: &Call, id: ClaimId) -> Result<Done<VerdictReceipt>, AppError> {
        self.transact(call, Action::RunJury, &("apply-verdict", id), |now| async move {
            let open = self.open_claim(id).await?;
            let State::Verdict { origin, for_claimant, .. } = open.claim().state() else {
                return Err(refused(
                    "claim-wrong-state",
                    vec![
                        ("state", open.claim().state().word().to_owned()),
                        ("verb", "decided by its verdict".to_owned()),
                    ],
                ));
            };
            let (aid, settled) = match origin {
                JuryOrigin::OnNotice { period, .. } => {
                    let plan = &open.claim().claimed().plan;
                    (None, self.load_period(plan, *period).await?.state.statement().is_some())
                }
                JuryOrigin::Refused { .. } | JuryOrigin::UnderReview { .. } if *for_claimant => {
                    let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?;
                    let aid = self.aid_when_granted(&open, &enrolment.state).await?;
                    if aid.is_zero() {
                        return Err(refused("claim-nothing-to-pay", Vec::new()));
                    }
                    (Some(aid), false)
                }
                JuryOrigin::Refused { .. } | JuryOrigin::UnderReview { .. } => (None, false),
            };
            let reason = ReasonCode::new(BY_JURY).map_err(|error| AppError::Broken(error.to_string()))?;
            let event = open.claim().apply_verdict(now, aid, reason, settled)?;
            let mut after = open.claim().clone();
            after.apply(&event);
            let receipt = VerdictReceipt {
                claim: id,
                state: after.state().word().to_owned(),
                aid: after.state().aid(),
            };
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            Ok((unit, receipt))
        })
        .await
    }
}
