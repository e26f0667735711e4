//! The desk of a reviewer: what the papers show, who works on what, and to whom a claim goes.

use std::collections::{BTreeMap, BTreeSet};

use huzhu_domain::claim::{Judged, State, Undisclosed};
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ItemCode, PlanTerms, ReasonCode};
use huzhu_domain::time::{Day, Moment};
use serde::Serialize;

use super::refusal::refused;
use super::{ClaimReceipt, OpenClaim};
use crate::App;
use crate::call::{Call, Done};
use crate::error::AppError;
use crate::inbox::Telling;
use crate::load::append_claim;
use crate::permission::Action;
use crate::ports::{ClaimQuery, Page, Unit};
use crate::sign_in::invalid;

/// Open claims of a plan that loads are counted over; as many as a queue reads.
const OPEN_MAX: u32 = 2_000;

/// Gives a claim to a reviewer.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct AssignClaim {
    /// The claim.
    pub claim: ClaimId,
    /// To whom.
    pub reviewer: MemberId,
}

/// Notes what the papers show; replaces what was noted before.
#[derive(Clone, Debug, Serialize)]
pub struct ExamineClaim {
    /// The claim.
    pub claim: ClaimId,
    /// Whether the definition of the condition is met; `None`: not known yet.
    pub definition_met: Option<bool>,
    /// Exclusions of the terms that apply.
    pub exclusions: BTreeSet<ReasonCode>,
    /// Day of the first diagnosis, where papers show one.
    pub first_diagnosed: Option<Day>,
    /// Something that was not said when joining.
    pub undisclosed: Undisclosed,
    /// Items of evidence that are there, each with the file that shows it.
    pub shown: BTreeMap<ItemCode, EvidenceId>,
}

/// Somebody to whom work can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// Who.
    pub member: MemberId,
    /// The name, or nothing where none was given.
    pub name: String,
    /// Claims of this plan that wait for them.
    pub open: u32,
    /// Of those, late ones.
    pub late: u32,
}

impl App {
    /// Gives a claim to a reviewer, from the pile or from a colleague. Whoever gives and whoever gets it are strangers to it. The
    /// new reviewer is told, and nobody else.
    pub async fn assign_claim(
        &self,
        call: &Call,
        command: AssignClaim,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        self.catch_up_before(call, Action::AssignClaim, command.claim).await?;
        self.transact(call, Action::AssignClaim, &("assign", command), |now| async move {
            let by = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, by).await?;
            self.check_role(command.reviewer, Role::Reviewer).await?;
            self.check_independent(command.claim, command.reviewer).await?;
            let event = open.claim().assign(command.reviewer, by, &open.deadlines(now)?)?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            // Whoever takes it from the pile with this verb knows; the claimant is told when somebody begins to read.
            if command.reviewer != by {
                let telling = Telling::new("mail-work-assigned")
                    .with("claim", command.claim)
                    .with("plan", &open.claim().claimed().plan)
                    .until(receipt.until);
                self.tell(&mut unit, command.reviewer, &telling).await?;
            }
            Ok((unit, receipt))
        })
        .await
    }

    /// Notes what the papers show. The rules look at it from then on.
    ///
    /// # Errors
    /// A wrong field for an exclusion or an item that the terms do not know.
    pub async fn examine_claim(
        &self,
        call: &Call,
        command: &ExamineClaim,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        self.catch_up_before(call, Action::ReviewClaim, command.claim).await?;
        self.transact(call, Action::ReviewClaim, command, |now| async move {
            let reviewer = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, reviewer).await?;
            check_known(open.terms()?, command)?;
            let event = open.claim().examine(reviewer, judged(command))?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            Ok((unit, receipt))
        })
        .await
    }

    /// Reviewers to whom a claim can be given, the one with the least to do first. Who is in conflict with it is not there.
    pub async fn reviewers_for(&self, call: &Call, claim: ClaimId) -> Result<Vec<Load>, AppError> {
        self.authorise(call, Action::AssignClaim, self.clock.now()).await?;
        let open = self.strangers_claim(claim, Self::member_of(call)?).await?;
        self.loads(&open, Role::Reviewer).await
    }

    /// People with a role, with what waits for them in the plan of a claim; strangers to the claim only.
    pub(super) async fn loads(&self, open: &OpenClaim, role: Role) -> Result<Vec<Load>, AppError> {
        let now = self.clock.now();
        let waiting = self.work_of(open, role, now).await?;
        let mut loads = Vec::new();
        for member in self.store.staff().await? {
            if !member.roles.contains(&role) {
                continue;
            }
            match self.strangers_claim(open.claim().id(), member.id).await {
                Ok(_) => {}
                Err(AppError::Refused(_) | AppError::NotFound(_)) => continue,
                Err(other) => return Err(other),
            }
            let (count, late) = waiting.get(&member.id).copied().unwrap_or_default();
            loads.push(Load { member: member.id, name: self.name_of(member.id).await?, open: count, late });
        }
        loads.sort_by_key(|load| (load.open, load.member));
        Ok(loads)
    }

    /// Open and late claims of the plan by who has them.
    async fn work_of(
        &self,
        open: &OpenClaim,
        role: Role,
        now: Moment,
    ) -> Result<BTreeMap<MemberId, (u32, u32)>, AppError> {
        let states = match role {
            Role::Investigator => vec!["investigating"],
            _ => vec!["under-review", "more-evidence-needed", "investigating"],
        };
        let query = ClaimQuery::InStates(open.claim().claimed().plan.clone(), states);
        let mut waiting: BTreeMap<MemberId, (u32, u32)> = BTreeMap::new();
        for row in self.store.claims(&query, &Page::first(OPEN_MAX)).await? {
            let who = match role {
                Role::Investigator => match self.load_claim(row.id).await?.state.state() {
                    State::Investigating { investigator, .. } => Some(*investigator),
                    _ => None,
                },
                _ => row.reviewer,
            };
            if let Some(who) = who {
                let (count, late) = waiting.entry(who).or_default();
                *count = count.saturating_add(1);
                *late = late.saturating_add(u32::from(row.until.is_some_and(|until| until < now)));
            }
        }
        Ok(waiting)
    }

    /// The name that somebody gave; nothing where there is none.
    pub(super) async fn name_of(&self, member: MemberId) -> Result<String, AppError> {
        match self.person(member).await {
            Ok(person) => Ok(person.name),
            Err(AppError::NotFound(_)) => Ok(String::new()),
            Err(other) => Err(other),
        }
    }

    /// Refuses to give work to somebody who has not the role for it.
    pub(super) async fn check_role(&self, member: MemberId, role: Role) -> Result<(), AppError> {
        let row = self.store.member(member).await?.ok_or(AppError::NotFound("member"))?;
        if row.roles.contains(&role) { Ok(()) } else { Err(refused("claim-wrong-role", Vec::new())) }
    }
}

/// Required items of evidence that nobody has found yet; empty before anybody examined the claim, and when all are there.
pub(super) fn missing_items(open: &OpenClaim) -> Result<Vec<ItemCode>, AppError> {
    let (claim, terms) = (open.claim(), open.terms()?);
    let judged = claim.judged();
    let Some(condition) = terms.condition(&claim.illness().condition) else { return Ok(Vec::new()) };
    if *judged == Judged::NOTHING {
        return Ok(Vec::new());
    }
    let asked = terms.review().evidence_for(&condition.group);
    let missing = asked.filter(|item| item.required && !judged.shown.contains_key(&item.code));
    Ok(missing.map(|item| item.code.clone()).collect())
}

fn judged(command: &ExamineClaim) -> Judged {
    Judged {
        definition_met: command.definition_met,
        exclusions: command.exclusions.clone(),
        first_diagnosed: command.first_diagnosed,
        undisclosed: command.undisclosed,
        shown: command.shown.clone(),
    }
}

fn check_known(terms: &PlanTerms, command: &ExamineClaim) -> Result<(), AppError> {
    let known = |code: &ReasonCode| terms.cover().exclusions.iter().any(|one| one.code == *code);
    if !command.exclusions.iter().all(known) {
        return Err(invalid("exclusions", "unknown-exclusion"));
    }
    let asked = |code: &ItemCode| terms.review().evidence.iter().any(|item| item.code == *code);
    if command.shown.keys().all(asked) { Ok(()) } else { Err(invalid("shown", "unknown-item")) }
}
