//! The staff console: queues of claims, and the audit trail.

use huzhu_domain::claim::{ClaimEvent, Recommendation, State};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, MemberId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ConditionCode, PlanId};
use huzhu_domain::time::{Day, Moment};
use huzhu_ledger::Currency;

use crate::App;
use crate::call::Call;
use crate::claims::age_in_days;
use crate::codec;
use crate::error::AppError;
use crate::event_role::role_of;
use crate::permission::Action;
use crate::ports::{Actor, ClaimQuery, Page, Position, Recorded};
use crate::record::{ClaimRecord, RefusedAct};

/// Open claims that a queue reads: protects memory; beyond it the queue says that there is more.
const QUEUE_MAX: u32 = 2_000;

/// Stands for the kind of an event that would tell a decision to somebody who still owes a blind second opinion on it.
const HIDDEN: &str = "claim.hidden";

/// A claim that waits for somebody.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueRow {
    /// The claim.
    pub claim: ClaimId,
    /// Word of its state.
    pub state: &'static str,
    /// Condition in the plan terms.
    pub condition: ConditionCode,
    /// Event date.
    pub event_date: Day,
    /// When it was handed in.
    pub reported: Option<Moment>,
    /// Whole days since then.
    pub age_days: i32,
    /// Who examines it, or recommended.
    pub reviewer: Option<MemberId>,
    /// That is the caller.
    pub mine: bool,
    /// When the next step is due.
    pub until: Option<Moment>,
    /// That has passed.
    pub overdue: bool,
    /// What was recommended; in the queue of confirmers only.
    pub recommendation: Option<Recommendation>,
}

/// Claims that wait, the most urgent first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Queue {
    /// The plan.
    pub plan: PlanId,
    /// Currency of its amounts.
    pub currency: Currency,
    /// The claims, by deadline.
    pub rows: Vec<QueueRow>,
    /// There are more open claims than a queue reads.
    pub more: bool,
}

/// One line of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrailRow {
    /// Place in the whole store.
    pub position: Position,
    /// When.
    pub at: Moment,
    /// Kind of the event, such as `claim.taken`.
    pub kind: &'static str,
    /// The stream: an id, `plan:...` or `period:...`.
    pub stream: String,
    /// Who.
    pub actor: Actor,
    /// In which role, see [`crate::claims::Step::role`].
    pub role: &'static str,
}

/// A page of the audit trail, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditTrail {
    /// What happened.
    pub rows: Vec<TrailRow>,
    /// Where the next page begins; `None` at the end.
    pub next: Option<Position>,
    /// The newest refused acts, on the first page only.
    pub refused: Vec<RefusedAct>,
}

impl App {
    /// Claims that wait for a reviewer, the most urgent first. Claims that the caller is in conflict with are not there.
    pub async fn review_queue(&self, call: &Call, plan: &PlanId) -> Result<Queue, AppError> {
        let states = vec!["reported", "under-review", "more-evidence-needed", "investigating", "objected"];
        self.queue(call, Action::ReviewClaim, plan, states).await
    }

    /// Claims that wait for a second person, the most urgent first. Claims that the caller recommended or is related to are
    /// not there; to somebody who is no confirmer only those are for which the terms ask for none.
    pub async fn confirm_queue(&self, call: &Call, plan: &PlanId) -> Result<Queue, AppError> {
        let mut queue = self.queue(call, Action::ConfirmClaim, plan, vec!["recommended"]).await?;
        queue.rows.retain(|row| !row.mine);
        let is_confirmer = call.has(Role::Confirmer);
        let mut mine = Vec::with_capacity(queue.rows.len());
        for mut row in std::mem::take(&mut queue.rows) {
            let open = self.open_claim(row.claim).await?;
            if let State::Recommended { recommendation, .. } = open.claim().state() {
                if !is_confirmer && open.terms()?.review().needs_confirmer(recommendation.aid()) {
                    continue;
                }
                row.recommendation = Some(recommendation.clone());
            }
            mine.push(row);
        }
        queue.rows = mine;
        Ok(queue)
    }

    async fn queue(
        &self,
        call: &Call,
        action: Action,
        plan: &PlanId,
        states: Vec<&'static str>,
    ) -> Result<Queue, AppError> {
        let now = self.clock.now();
        self.authorise(call, action, now).await?;
        let caller = Self::member_of(call)?;
        let loaded = self.load_plan(plan).await?;
        let newest = &loaded.plan.versions().last().ok_or(AppError::NotFound("plan"))?.terms;
        let query = ClaimQuery::InStates(plan.clone(), states);
        let found = self.store.claims(&query, &Page::first(QUEUE_MAX)).await?;
        let more = u32::try_from(found.len()).is_ok_and(|found| found >= QUEUE_MAX);
        let ties = self.ties_of(caller).await?;
        let mut rows: Vec<QueueRow> = Vec::with_capacity(found.len());
        for row in found {
            let open = self.open_claim(row.id).await?;
            // A claim that was objected to was approved: whoever may still look at it blindly does that first.
            let blind = row.state == "objected" && self.blind_since(call, row.id).await?.is_some();
            if !blind && !self.is_barred(caller, &ties, &open).await? {
                let age_days = age_in_days(row.reported, now, newest.zone());
                rows.push(queue_row(row, caller, now, age_days));
            }
        }
        rows.sort_by_key(|row| (row.until.unwrap_or(Moment::MAX), row.claim));
        Ok(Queue { plan: plan.clone(), currency: newest.currency(), rows, more })
    }

    /// What happened on the whole platform, newest first, with what was asked for and refused.
    pub async fn audit_trail(
        &self,
        call: &Call,
        before: Option<Position>,
        limit: u32,
    ) -> Result<AuditTrail, AppError> {
        self.authorise(call, Action::ReadAudit, self.clock.now()).await?;
        let recorded = self.store.newest_events(before, limit).await?;
        let full = u32::try_from(recorded.len()).is_ok_and(|found| found >= limit);
        let next = recorded.last().map(|one| one.position).filter(|at| full && at.0 > 1);
        let mut rows = Vec::with_capacity(recorded.len());
        for one in &recorded {
            let blind = match one.stream {
                StreamId::Claim(claim) => self.blind_since(call, claim).await?,
                _ => None,
            };
            let mut kind = codec::kind(&one.event);
            if blind.is_some_and(|since| one.at >= since) {
                kind = HIDDEN;
            }
            rows.push(TrailRow {
                position: one.position,
                at: one.at,
                kind,
                stream: one.stream.to_string(),
                actor: one.actor,
                role: self.role_in_trail(one).await?,
            });
        }
        let refused = if before.is_none() { self.store.refused(limit).await? } else { Vec::new() };
        Ok(AuditTrail { rows, next, refused })
    }

    /// The one verb of two roles is handing in a file: whoever was asked to investigate the claim is none of its claimants.
    async fn role_in_trail(&self, one: &Recorded) -> Result<&'static str, AppError> {
        if let (StreamId::Claim(claim), Event::Claim(ClaimEvent::EvidenceAdded { .. }), Actor::Member(by)) =
            (&one.stream, &one.event, one.actor)
            && self.load_claim(*claim).await?.state.investigators().contains(&by)
        {
            return Ok("investigator");
        }
        Ok(role_of(&one.event, one.actor))
    }
}

fn queue_row(row: ClaimRecord, caller: MemberId, now: Moment, age_days: i32) -> QueueRow {
    QueueRow {
        claim: row.id,
        state: row.state,
        condition: row.condition,
        event_date: row.event_date,
        reported: row.reported,
        age_days,
        reviewer: row.reviewer,
        mine: row.reviewer == Some(caller),
        until: row.until,
        overdue: row.until.is_some_and(|until| until < now),
        recommendation: None,
    }
}
