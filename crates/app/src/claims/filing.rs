//! The verbs of claimants: draft, describe, hand in, complete, withdraw, and the question "what would happen".

use huzhu_domain::claim::{Claim, ClaimEvent, Claimed, Illness};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, EnrolmentId, MemberId};
use huzhu_domain::time::day_of;
use serde::Serialize;

use super::refusal::refused;
use super::{ClaimReceipt, EligibilityView};
use crate::App;
use crate::call::{Call, Done};
use crate::error::AppError;
use crate::load::{LoadedPlan, append_claim};
use crate::permission::Action;
use crate::ports::{Append, Unit};
use crate::record::{ClaimRecord, EnrolmentRecord, Record};
use crate::sign_in::invalid;

/// Begins a claim.
#[derive(Clone, Debug, Serialize)]
pub struct DraftClaim {
    /// Id of the new claim, made by the caller.
    pub claim: ClaimId,
    /// The enrolment of the person who fell ill.
    pub enrolment: EnrolmentId,
    /// What happened.
    pub illness: Illness,
}

/// Changes the description of a draft.
#[derive(Clone, Debug, Serialize)]
pub struct DescribeClaim {
    /// The claim.
    pub claim: ClaimId,
    /// What happened.
    pub illness: Illness,
    /// Events that the claim had when the caller read it; another number by now is [`AppError::Stale`]. `None`: whatever it
    /// says now is overwritten.
    pub expected: Option<u64>,
}

/// A verb on a claim of one's own that needs nothing else.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct OwnClaim {
    /// The claim.
    pub claim: ClaimId,
}

/// Asks what would happen if a claim was handed in today.
#[derive(Clone, Debug, Serialize)]
pub struct CheckEligibility {
    /// The enrolment of the person who fell ill.
    pub enrolment: EnrolmentId,
    /// What happened.
    pub illness: Illness,
}

impl App {
    /// Begins a draft: the payer or the person covered may. Nobody else sees it before it is handed in.
    pub async fn draft_claim(
        &self,
        call: &Call,
        command: &DraftClaim,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        self.transact(call, Action::FileClaim, command, |now| async move {
            let caller = Self::member_of(call)?;
            let enrolment = self.own_enrolment(command.enrolment, caller).await?;
            let plan = self.load_plan(&enrolment.plan).await?;
            check_illness(&plan, &command.illness)?;
            let stream = StreamId::Claim(command.claim);
            if !self.store.stream(&stream).await?.is_empty() {
                return Err(refused("claim-id-used", Vec::new()));
            }
            let claimed = Claimed {
                plan: enrolment.plan.clone(),
                enrolment: enrolment.id,
                member: enrolment.member,
                filed_by: caller,
                illness: command.illness.clone(),
            };
            let claim = Claim::begin(command.claim, claimed.clone());
            let event = ClaimEvent::Drafted(claimed);
            let receipt = ClaimReceipt::after(&claim, &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(Append {
                stream,
                expected: 0,
                events: vec![Event::Claim(event)],
                record: Record::Claim(ClaimRecord::of(&claim)),
            });
            Ok((unit, receipt))
        })
        .await
    }

    /// Changes the description while drafting.
    pub async fn describe_claim(
        &self,
        call: &Call,
        command: &DescribeClaim,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        self.transact(call, Action::FileClaim, command, |now| async move {
            let open = self.own_claim(command.claim, Self::member_of(call)?).await?;
            // In the transaction: whoever writes in between makes the append a conflict, and this is compared again.
            if command.expected.is_some_and(|expected| expected != open.loaded.events) {
                return Err(AppError::Stale("changed-since-read"));
            }
            check_illness(&open.plan, &command.illness)?;
            let event = open.claim().describe(command.illness.clone())?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            Ok((unit, receipt))
        })
        .await
    }

    /// Hands a claim in. It is never refused for being ineligible: people decide, and say why.
    pub async fn report_claim(&self, call: &Call, command: OwnClaim) -> Result<Done<ClaimReceipt>, AppError> {
        self.transact(call, Action::FileClaim, &("report", command), |now| async move {
            let open = self.own_claim(command.claim, Self::member_of(call)?).await?;
            let event = open.claim().report(now, &open.deadlines(now)?)?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            self.tell_claimant(&mut unit, open.claim(), "mail-claim-reported", receipt.until, Vec::new())
                .await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// Says that the evidence asked for is there now.
    pub async fn complete_evidence(
        &self,
        call: &Call,
        command: OwnClaim,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        self.catch_up_before(call, Action::FileClaim, command.claim).await?;
        self.transact(call, Action::FileClaim, &("complete", command), |now| async move {
            let open = self.own_claim(command.claim, Self::member_of(call)?).await?;
            let event = open.claim().complete_evidence(&open.deadlines(now)?)?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            self.tell_claimant(
                &mut unit,
                open.claim(),
                "mail-claim-evidence-complete",
                receipt.until,
                Vec::new(),
            )
            .await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// Takes a claim back, as long as no share has been fixed with it.
    pub async fn withdraw_claim(
        &self,
        call: &Call,
        command: OwnClaim,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        self.catch_up(call, Action::FileClaim, command.claim).await?;
        self.transact(call, Action::FileClaim, &("withdraw", command), |now| async move {
            let open = self.own_claim(command.claim, Self::member_of(call)?).await?;
            let event = open.claim().withdraw()?;
            let receipt = ClaimReceipt::after(open.claim(), &event);
            let mut unit = Unit::new(now, call.caller.actor());
            self.void_jury(&mut unit, open.claim()).await?;
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            self.make_moot(&mut unit, open.claim(), None).await?;
            self.tell_claimant(&mut unit, open.claim(), "mail-claim-withdrawn", None, Vec::new()).await?;
            Ok((unit, receipt))
        })
        .await
    }

    /// What the rules would say to a claim handed in today. Writes nothing.
    pub async fn check_eligibility(
        &self,
        call: &Call,
        command: &CheckEligibility,
    ) -> Result<EligibilityView, AppError> {
        let now = self.clock.now();
        self.authorise(call, Action::FileClaim, now).await?;
        let row = self.own_enrolment(command.enrolment, Self::member_of(call)?).await?;
        let plan = self.load_plan(&row.plan).await?;
        check_illness(&plan, &command.illness)?;
        let terms = plan.terms_on(command.illness.event_date)?;
        let enrolment = self.load_enrolment(row.id).await?;
        let today = day_of(now, terms.zone());
        let found = self.assess_illness(terms, &command.illness, &enrolment.state, today, None, None).await?;
        Ok(EligibilityView::of(&found, terms))
    }

    /// An enrolment that the caller pays for or is covered by. To anybody else it looks like none.
    pub(crate) async fn own_enrolment(
        &self,
        id: EnrolmentId,
        caller: MemberId,
    ) -> Result<EnrolmentRecord, AppError> {
        let row = self.store.enrolment(id).await?;
        row.filter(|row| row.payer == caller || row.member == caller).ok_or(AppError::NotFound("enrolment"))
    }
}

/// Refuses what the terms of the event date do not know. Whether it is covered is a finding, not a mistake.
fn check_illness(plan: &LoadedPlan, illness: &Illness) -> Result<(), AppError> {
    let terms = plan.terms_on(illness.event_date).map_err(|_| invalid("event_date", "before-plan"))?;
    match terms.condition(&illness.condition) {
        Some(_) => Ok(()),
        None => Err(invalid("condition", "unknown-condition")),
    }
}
