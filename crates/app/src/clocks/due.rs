//! What the worker does: what time has decided is done, and deadlines that passed are written down.
//!
//! Guarantees: each claim is a commit of its own, so that one that cannot be done holds up no other; doing it twice does it
//! once; late or never, the outcome is the same, since every verb does the same work before it begins, see `decided`.

use huzhu_domain::claim::{ClaimEvent, State};
use huzhu_domain::id::ClaimId;
use huzhu_domain::jury::Phase;
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::Moment;

use super::{Clock, Then};
use crate::App;
use crate::claims::OpenClaim;
use crate::error::AppError;
use crate::load::append_claim;
use crate::matter::{MatterKind, MatterQuery, case_of};
use crate::ports::{Actor, ClaimQuery, Page, StoreError, Unit};

/// States in which a deadline runs that somebody can miss.
const TIMED: [&str; 8] = [
    "reported",
    "under-review",
    "more-evidence-needed",
    "investigating",
    "recommended",
    "objected",
    "jury-requested",
    "payable",
];
/// Claims read at once: keeps memory small.
const PAGE: u32 = 500;
/// How often a claim is tried again when others write to it.
const RETRIES: u32 = 8;

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Juries that were drawn and called.
    pub seated: u64,
    /// Votes that were counted.
    pub closed: u64,
    /// Verdicts that took effect.
    pub applied: u64,
    /// Deadlines that were written down as missed.
    pub noted: u64,
    /// What could not be done, and will be tried in the next round.
    pub failed: u64,
}

impl App {
    /// One round over all plans: draws juries whose seed is known, counts votes that have ended, lets verdicts take effect, and
    /// notes every deadline that passed since the last one. Safe to repeat, and to run twice at once. What fails is counted and
    /// written to the operator's log.
    ///
    /// # Errors
    /// When the lists cannot be read.
    pub async fn pass_deadlines(&self) -> Result<Passed, AppError> {
        let mut passed = Passed::default();
        for plan in self.store.plans().await? {
            self.decide_by_time(&plan.id, &mut passed).await?;
            self.note_missed(&plan.id, &mut passed).await?;
            self.remind(&plan.id, &mut passed).await?;
        }
        Ok(passed)
    }

    /// Reminds jurors whose time to vote is nearly over.
    async fn remind(&self, plan: &PlanId, passed: &mut Passed) -> Result<(), AppError> {
        let query = MatterQuery::InStates(MatterKind::JuryCase, plan.clone(), vec!["open", "sitting"]);
        let mut page = Page::first(PAGE);
        loop {
            let rows = self.store.matters(&query, &page).await?;
            for case in rows.iter().filter_map(case_of) {
                if let Err(error) = self.remind_jurors(case).await {
                    tracing::warn!(%error, %case, "jurors are reminded later");
                    passed.failed = passed.failed.saturating_add(1);
                }
            }
            page.after = rows.last().map(|row| row.stream.to_string());
            if !u32::try_from(rows.len()).is_ok_and(|n| n >= PAGE) {
                return Ok(());
            }
        }
    }

    async fn note_missed(&self, plan: &PlanId, passed: &mut Passed) -> Result<(), AppError> {
        let query = ClaimQuery::InStates(plan.clone(), TIMED.to_vec());
        let mut page = Page::first(PAGE);
        loop {
            let rows = self.store.claims(&query, &page).await?;
            let now = self.clock.now();
            for row in rows.iter().filter(|row| row.until.is_some_and(|until| until <= now)) {
                match self.note_one(row.id).await {
                    Ok(false) => {}
                    Ok(true) => passed.noted = passed.noted.saturating_add(1),
                    Err(error) => {
                        tracing::warn!(claim = %row.id, %error, "a deadline was not noted");
                        passed.failed = passed.failed.saturating_add(1);
                    }
                }
            }
            match rows.last() {
                Some(last) if u32::try_from(rows.len()).is_ok_and(|n| n >= PAGE) => {
                    page.after = Some(last.id.to_string());
                }
                _ => return Ok(()),
            }
        }
    }

    /// Notes for one claim that a deadline passed. Answers whether one did that somebody missed.
    async fn note_one(&self, id: ClaimId) -> Result<bool, AppError> {
        for _ in 0..RETRIES {
            let now = self.clock.now();
            let open = self.open_claim(id).await?;
            let Some((unit, missed)) = self.late_unit(&open, now).await? else { return Ok(false) };
            // The commit point: before it nothing has happened, and the next round does it.
            match self.store.commit(unit).await {
                Ok(_) => {
                    self.committed.notify_one();
                    return Ok(missed);
                }
                Err(StoreError::Conflict(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(AppError::Stale("changed-meanwhile"))
    }

    async fn late_unit(&self, open: &OpenClaim, now: Moment) -> Result<Option<(Unit, bool)>, AppError> {
        let mut unit = Unit::new(now, Actor::System);
        let claim = open.claim();
        if let State::JuryRequested { .. } = claim.state() {
            match self.jury_step(open, now).await? {
                // Nobody missed anything: a reserve was called, and has time of their own.
                Some(Some(event)) => {
                    unit.appends.push(append_claim(&open.loaded, vec![event]));
                    return Ok(Some((unit, false)));
                }
                Some(None) => return Ok(None),
                None => {}
            }
        }
        let Ok(event) = claim.miss_deadline(now) else { return Ok(None) };
        unit.appends.push(append_claim(&open.loaded, vec![event]));
        let template = match Clock::of_claim(claim.state(), now).then {
            Then::GoesOnWithout => "mail-claim-late-without",
            _ => "mail-claim-late",
        };
        self.tell_claimant(&mut unit, claim, template, None, Vec::new()).await?;
        Ok(Some((unit, true)))
    }

    /// What a passed deadline of a claim before a jury means. `None`: the clerk missed it. `Some(None)`: nothing, jurors or the
    /// source of the seed have the ball. `Some(Some(_))`: jurors have it for longer, since reserves were called.
    async fn jury_step(&self, open: &OpenClaim, now: Moment) -> Result<Option<Option<ClaimEvent>>, AppError> {
        let State::JuryRequested { case, until, .. } = open.claim().state() else { return Ok(None) };
        let judged = self.load_jury_case(*case).await?.state;
        let votes = self.votes_of(&judged).await?;
        Ok(match judged.phase(now, &votes) {
            Phase::WithClerk(_) => None,
            Phase::Voting(later) if later > *until => Some(Some(open.claim().jury_due(*case, later)?)),
            Phase::Voting(_) | Phase::WaitingForSeed | Phase::Counting | Phase::Ended => Some(None),
        })
    }
}
