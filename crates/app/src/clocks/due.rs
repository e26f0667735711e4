//! What time decides: deadlines that passed are written down, verdicts whose time is up take effect.
//!
//! Guarantees: each claim is a commit of its own, so that one that cannot be done holds up no other; doing it twice does it
//! once; late or never, the outcome is the same, since notice and settlement do the same work before they begin.

use huzhu_domain::claim::{ClaimEvent, JuryOrigin, State, VerdictOutcome};
use huzhu_domain::id::ClaimId;
use huzhu_domain::plan::{PlanId, ReasonCode};
use huzhu_domain::time::Moment;
use huzhu_ledger::Amount;

use super::{Clock, Then};
use crate::App;
use crate::claims::OpenClaim;
use crate::error::AppError;
use crate::load::append_claim;
use crate::ports::{Actor, ClaimQuery, Page, StoreError, Unit};

/// States in which a deadline runs that somebody can miss, and verdicts.
const TIMED: [&str; 9] = [
    "reported",
    "under-review",
    "more-evidence-needed",
    "investigating",
    "recommended",
    "objected",
    "jury-requested",
    "verdict",
    "payable",
];
/// Claims read at once: keeps memory small.
const PAGE: u32 = 500;
/// How often a claim is tried again when others write to it.
const RETRIES: u32 = 8;
/// The reason that a refusal cites when a jury found against a claim that nobody had refused before.
pub(crate) const JURY_REASON: &str = "jury";

/// What one round did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    /// Deadlines that were written down as missed.
    pub noted: u64,
    /// Verdicts that took effect.
    pub applied: u64,
    /// Claims that could not be done, and will be tried in the next round.
    pub failed: u64,
}

impl App {
    /// One round over all plans: notes every deadline that passed since the last one and lets verdicts take effect. Safe to
    /// repeat, and to run twice at once. Claims that fail are counted and written to the operator's log.
    ///
    /// # Errors
    /// When the lists cannot be read.
    pub async fn pass_deadlines(&self) -> Result<Passed, AppError> {
        let mut passed = Passed::default();
        for plan in self.store.plans().await? {
            self.pass_in_states(&plan.id, &TIMED, &mut passed).await?;
        }
        Ok(passed)
    }

    /// Lets all verdicts of a plan take effect whose time is up: whoever opens a notice or settles a period sees the same claims
    /// whether or not a worker was there before.
    ///
    /// # Errors
    /// When one of them cannot be applied: then what depends on it must not go on.
    pub(crate) async fn apply_due_verdicts(&self, plan: &PlanId) -> Result<(), AppError> {
        let mut passed = Passed::default();
        self.pass_in_states(plan, &["verdict"], &mut passed).await?;
        if passed.failed == 0 { Ok(()) } else { Err(AppError::Stale("changed-meanwhile")) }
    }

    async fn pass_in_states(
        &self,
        plan: &PlanId,
        states: &[&'static str],
        passed: &mut Passed,
    ) -> Result<(), AppError> {
        let query = ClaimQuery::InStates(plan.clone(), states.to_vec());
        let mut page = Page::first(PAGE);
        loop {
            let rows = self.store.claims(&query, &page).await?;
            let now = self.clock.now();
            for row in &rows {
                let due = row.until.map_or(row.state == "verdict", |until| until <= now);
                if !due {
                    continue;
                }
                match self.pass_one(row.id).await {
                    Ok(None) => {}
                    Ok(Some(Then::TakesEffect)) => passed.applied = passed.applied.saturating_add(1),
                    Ok(Some(_)) => passed.noted = passed.noted.saturating_add(1),
                    Err(error) => {
                        tracing::warn!(claim = %row.id, %error, "a deadline was not passed on");
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

    /// Does for one claim what time has decided; `None`: nothing.
    async fn pass_one(&self, id: ClaimId) -> Result<Option<Then>, AppError> {
        for _ in 0..RETRIES {
            let now = self.clock.now();
            let open = self.open_claim(id).await?;
            let Some(unit) = self.due_unit(&open, now).await? else { return Ok(None) };
            // The commit point: before it nothing has happened, and the next round does it.
            match self.store.commit(unit).await {
                Ok(_) => {
                    self.committed.notify_one();
                    return Ok(Some(Clock::of_claim(open.claim().state(), now).then));
                }
                Err(StoreError::Conflict(_)) => {}
                Err(other) => return Err(other.into()),
            }
        }
        Err(AppError::Stale("changed-meanwhile"))
    }

    async fn due_unit(&self, open: &OpenClaim, now: Moment) -> Result<Option<Unit>, AppError> {
        let mut unit = Unit::new(now, Actor::System);
        let claim = open.claim();
        if let State::Verdict { until, .. } = claim.state() {
            if until.is_some_and(|until| now < until) {
                return Ok(None);
            }
            let event = self.verdict_event(&mut unit, open, now).await?;
            let (template, values) = outcome_message(&event, open)?;
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            self.tell_claimant(&mut unit, claim, template, None, values).await?;
            return Ok(Some(unit));
        }
        let Ok(event) = claim.miss_deadline(now) else { return Ok(None) };
        unit.appends.push(append_claim(&open.loaded, vec![event]));
        let template = match Clock::of_claim(claim.state(), now).then {
            Then::GoesOnWithout => "mail-claim-late-without",
            _ => "mail-claim-late",
        };
        self.tell_claimant(&mut unit, claim, template, None, Vec::new()).await?;
        Ok(Some(unit))
    }

    /// The event by which a verdict takes effect.
    async fn verdict_event(
        &self,
        unit: &mut Unit,
        open: &OpenClaim,
        now: Moment,
    ) -> Result<ClaimEvent, AppError> {
        let claim = open.claim();
        let (aid, settled) = match claim.state() {
            State::Verdict { origin: JuryOrigin::OnNotice { period, .. }, .. } => {
                (None, self.is_settled(unit, &claim.claimed().plan, *period).await?)
            }
            State::Verdict { for_claimant: true, .. } => (Some(self.aid_by_verdict(open).await?), false),
            _ => (None, false),
        };
        let reason = JURY_REASON.parse::<ReasonCode>();
        let reason = reason.map_err(|e| AppError::Broken(format!("the reason of a jury: {e}")))?;
        Ok(claim.apply_verdict(now, aid, reason, settled)?)
    }

    /// The aid that the terms give for a claim which a jury granted.
    async fn aid_by_verdict(&self, open: &OpenClaim) -> Result<Amount, AppError> {
        let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?;
        self.aid_when_granted(open, &enrolment.state).await
    }
}

/// What the claimant is told when a verdict takes effect.
#[expect(clippy::type_complexity, reason = "a key and its values, as all messages have them")]
fn outcome_message(
    event: &ClaimEvent,
    open: &OpenClaim,
) -> Result<(&'static str, Vec<(&'static str, String)>), AppError> {
    let money = |aid: Amount| Ok::<_, AppError>(aid.decimal(open.terms()?.currency()));
    match event {
        ClaimEvent::VerdictApplied {
            outcome: VerdictOutcome::Approve { aid } | VerdictOutcome::Notice { aid, .. },
            ..
        } => Ok(("mail-claim-verdict-for", vec![("aid", money(*aid)?)])),
        ClaimEvent::VerdictApplied { outcome: VerdictOutcome::Refuse { .. }, .. } => {
            Ok(("mail-claim-verdict-against", Vec::new()))
        }
        other => Err(AppError::Broken(format!("a verdict made {other:?}"))),
    }
}
