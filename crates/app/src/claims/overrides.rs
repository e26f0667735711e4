//! Conflicts that people declare with a claim, and exceptions that two others make.
//!
//! Guarantees: why somebody steps aside, and why an exception is made, is sealed under the key of that person; the events say
//! who, for whom and when, and those of exceptions stand on the log. An exception counts only once a second person agreed.

use huzhu_domain::claim::ClaimEvent;
use huzhu_domain::id::{ClaimId, JuryCaseId, MemberId};
use huzhu_domain::plan::PlanId;
use serde::{Deserialize, Serialize};

use super::conflicts::seal;
use super::refusal::refused;
use super::review::check_text;
use super::{Conflict, OpenClaim};
use crate::App;
use crate::call::{Call, Caller, Done};
use crate::error::AppError;
use crate::load::append_claim;
use crate::matter::{MatterQuery, case_of};
use crate::permission::Action;
use crate::ports::{ClaimQuery, Page, Unit};

/// Jury cases of one claim; an appeal is the last.
const CASES_MAX: u32 = 10;
/// Open claims of a plan that a list of exceptions looks through; as many as a queue reads.
const OPEN_MAX: u32 = 2_000;
/// States in which somebody still works on a claim.
const WORKED_ON: [&str; 11] = [
    "reported",
    "under-review",
    "more-evidence-needed",
    "investigating",
    "recommended",
    "approved",
    "refused",
    "on-notice",
    "objected",
    "jury-requested",
    "payable",
];

/// Somebody says that they are too close to a claim.
#[derive(Clone, Debug, Serialize)]
pub struct DeclareConflict {
    /// The claim.
    pub claim: ClaimId,
    /// Why; 1 to 4,000 characters. Read only by those who could make an exception.
    pub reason: String,
}

/// Asks that somebody may work on a claim in spite of a conflict.
#[derive(Clone, Debug, Serialize)]
pub struct AskOverride {
    /// The claim.
    pub claim: ClaimId,
    /// Who would work on it.
    pub member: MemberId,
    /// Why there is nobody else; 1 to 4,000 characters.
    pub reason: String,
}

/// Names an exception, to agree to it or to take it back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OfOverride {
    /// The claim.
    pub claim: ClaimId,
    /// For whom.
    pub member: MemberId,
}

/// Where an exception stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverrideReceipt {
    /// The claim.
    pub claim: ClaimId,
    /// For whom.
    pub member: MemberId,
    /// It is in force.
    pub in_force: bool,
}

/// An exception.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverrideView {
    /// For whom.
    pub member: MemberId,
    /// The name, or nothing where none was given.
    pub name: String,
    /// Who asked.
    pub asked_by: MemberId,
    /// Who agreed; `None`: nobody yet.
    pub confirmed_by: Option<MemberId>,
    /// Why; nothing after erasure.
    pub reason: String,
    /// The caller may be the second person.
    pub may_confirm: bool,
}

/// Somebody with a role who is in conflict with a claim.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// Who.
    pub member: MemberId,
    /// The name, or nothing where none was given.
    pub name: String,
    /// Why they keep away.
    pub conflicts: Vec<Conflict>,
    /// What they wrote, when they declared it themselves.
    pub reason: String,
}

/// Who is in conflict with a claim, and the exceptions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConflictDesk {
    /// The claim.
    pub claim: ClaimId,
    /// The plan.
    pub plan: PlanId,
    /// People with a role who keep away from it.
    pub related: Vec<Related>,
    /// Exceptions, asked for and in force.
    pub overrides: Vec<OverrideView>,
}

impl App {
    /// Says that the caller is too close to a claim they can see because they work on it. It looks like none to them afterwards.
    pub async fn declare_conflict(
        &self,
        call: &Call,
        command: &DeclareConflict,
    ) -> Result<Done<ClaimId>, AppError> {
        let reason = check_text(&command.reason)?;
        self.transact(call, Action::DeclareConflict, command, |now| async move {
            let by = Self::member_of(call)?;
            let open = self.worked_on(call, command.claim, by).await?;
            let events = open.claim().declare_conflict(by, &open.deadlines(now)?)?;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, events));
            unit.sealed.push(seal(by, declared_name(command.claim), &reason)?);
            Ok((unit, command.claim))
        })
        .await
    }

    /// The same for a juror, who knows the case and not the claim.
    pub async fn declare_conflict_with_case(
        &self,
        call: &Call,
        case: JuryCaseId,
        reason: &str,
    ) -> Result<Done<ClaimId>, AppError> {
        let claim = self.load_jury_case(case).await?.state.claim();
        self.declare_conflict(call, &DeclareConflict { claim, reason: reason.to_owned() }).await
    }

    /// Asks that somebody may work on a claim in spite of a conflict. It changes nothing until a second person agrees.
    pub async fn ask_override(
        &self,
        call: &Call,
        command: &AskOverride,
    ) -> Result<Done<OverrideReceipt>, AppError> {
        let reason = check_text(&command.reason)?;
        self.transact(call, Action::AskOverride, command, |now| async move {
            let by = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, by).await?;
            let event = open.claim().ask_override(command.member, by)?;
            self.store.member(command.member).await?.ok_or(AppError::NotFound("member"))?;
            if self.conflicts(command.member, command.claim).await?.is_empty() {
                return Err(refused("override-not-needed", Vec::new()));
            }
            let name = override_name(command.claim);
            let mut unit = decided(&open, event, now, call);
            unit.sealed.push(seal(command.member, name, &reason)?);
            Ok((unit, receipt(command.claim, command.member, false)))
        })
        .await
    }

    /// Agrees to an exception as the second person.
    pub async fn confirm_override(
        &self,
        call: &Call,
        command: OfOverride,
    ) -> Result<Done<OverrideReceipt>, AppError> {
        self.transact(call, Action::ConfirmOverride, &("confirm-override", command), |now| async move {
            let by = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, by).await?;
            let event = open.claim().confirm_override(command.member, by)?;
            Ok((decided(&open, event, now, call), receipt(command.claim, command.member, true)))
        })
        .await
    }

    /// Takes an exception back: by anybody who could have agreed to it.
    pub async fn withdraw_override(
        &self,
        call: &Call,
        command: OfOverride,
    ) -> Result<Done<OverrideReceipt>, AppError> {
        self.transact(call, Action::ConfirmOverride, &("withdraw-override", command), |now| async move {
            let by = Self::member_of(call)?;
            let open = self.strangers_claim(command.claim, by).await?;
            let event = open.claim().withdraw_override(command.member, by)?;
            Ok((decided(&open, event, now, call), receipt(command.claim, command.member, false)))
        })
        .await
    }

    /// Who is in conflict with a claim, and the exceptions; for those who may make one.
    pub async fn conflict_desk(&self, call: &Call, claim: ClaimId) -> Result<ConflictDesk, AppError> {
        self.authorise(call, Action::ConfirmOverride, self.clock.now()).await?;
        let caller = Self::member_of(call)?;
        let open = self.strangers_claim(claim, caller).await?;
        let mut related = Vec::new();
        for member in self.store.staff().await? {
            let ties = self.ties_of(member.id).await?;
            let conflicts = self.conflicts_with(member.id, &ties, &open).await?;
            if !conflicts.is_empty() {
                let reason = self.unsealed(member.id, &declared_name(claim)).await?;
                related.push(Related {
                    member: member.id,
                    name: self.name_of(member.id).await?,
                    conflicts,
                    reason,
                });
            }
        }
        let overrides = self.overrides_of(&open, call, caller).await?;
        Ok(ConflictDesk { claim, plan: open.claim().claimed().plan.clone(), related, overrides })
    }

    /// Exceptions of all open claims that the caller may see, those that wait for a second person first.
    pub async fn open_overrides(&self, call: &Call) -> Result<Vec<(ClaimId, OverrideView)>, AppError> {
        self.authorise(call, Action::ConfirmOverride, self.clock.now()).await?;
        let caller = Self::member_of(call)?;
        let ties = self.ties_of(caller).await?;
        let mut list = Vec::new();
        for plan in self.store.plans().await? {
            let query = ClaimQuery::InStates(plan.id, WORKED_ON.to_vec());
            for row in self.store.claims(&query, &Page::first(OPEN_MAX)).await? {
                let open = self.open_claim(row.id).await?;
                if open.claim().overrides().is_empty() || self.is_barred(caller, &ties, &open).await? {
                    continue;
                }
                let views = self.overrides_of(&open, call, caller).await?;
                list.extend(views.into_iter().map(|view| (row.id, view)));
            }
        }
        list.sort_by_key(|(claim, view)| (view.confirmed_by.is_some(), *claim, view.member));
        Ok(list)
    }

    async fn overrides_of(
        &self,
        open: &OpenClaim,
        call: &Call,
        caller: MemberId,
    ) -> Result<Vec<OverrideView>, AppError> {
        let may =
            matches!(&call.caller, Caller::Member { roles, .. } if Action::ConfirmOverride.allows(roles));
        let mut views = Vec::new();
        for (member, one) in open.claim().overrides() {
            views.push(OverrideView {
                member: *member,
                name: self.name_of(*member).await?,
                asked_by: one.asked_by,
                confirmed_by: one.confirmed_by,
                reason: self.unsealed(*member, &override_name(open.claim().id())).await?,
                may_confirm: may && open.claim().confirm_override(*member, caller).is_ok(),
            });
        }
        Ok(views)
    }

    /// A claim that the caller sees because they work on it or may judge it.
    async fn worked_on(&self, call: &Call, claim: ClaimId, by: MemberId) -> Result<OpenClaim, AppError> {
        let Caller::Member { roles, .. } = &call.caller else { return Err(AppError::SignInNeeded) };
        if Action::ReadClaims.allows(roles) {
            return self.strangers_claim(claim, by).await;
        }
        if Action::Investigate.allows(roles)
            && let Ok(open) = self.investigated_claim(claim, by).await
        {
            return Ok(open);
        }
        for row in self.store.matters(&MatterQuery::cases_of(claim), &Page::first(CASES_MAX)).await? {
            let Some(case) = case_of(&row) else { continue };
            if Action::RunJury.allows(roles) {
                return self.strangers_claim(claim, by).await;
            }
            if self.docket(call, case).await.is_ok() {
                return self.open_claim(claim).await;
            }
        }
        Err(AppError::NotFound("claim"))
    }
}

fn decided(open: &OpenClaim, event: ClaimEvent, now: huzhu_domain::time::Moment, call: &Call) -> Unit {
    let mut unit = Unit::new(now, call.caller.actor());
    unit.appends.push(append_claim(&open.loaded, vec![event]));
    unit
}

const fn receipt(claim: ClaimId, member: MemberId, in_force: bool) -> OverrideReceipt {
    OverrideReceipt { claim, member, in_force }
}

fn declared_name(claim: ClaimId) -> String {
    format!("claim/{claim}/conflict")
}

fn override_name(claim: ClaimId) -> String {
    format!("claim/{claim}/override")
}
