//! A claim: a request for aid on its way from draft to payout.
//!
//! Shape: [`State`] holds the data of each state; a verb takes the time, who acts and values from the frozen terms and
//! answers an event or a [`ClaimRejection`]; [`Claim::apply`] is the only code that changes state. `verbs` has the way to
//! a decision, `disputes` what happens to one: objections and juries, which are aggregates of their own beside the claim.
//!
//! Guarantees: two different people decide; an amount is fixed when it is approved; nothing leaves a final state.

mod card;
mod conflict;
mod disputes;
mod eligibility;
mod event;
mod signal;
mod state;
mod verbs;

pub use card::{Card, HiddenField, Sex, mask_name};
pub use conflict::Override;
pub use disputes::JuryAsker;
pub use eligibility::{
    Citation, Eligibility, Facts, Finding, FindingKind, Judged, Remedy, Undisclosed, WaitOutcome, assess,
    cite, granted_aid,
};
pub use event::{
    AfterObjection, ClaimEvent, Claimed, Dispute, DisputeFile, EvidenceFile, FileKind, Illness, JuryOrigin,
    Recommendation, VerdictOutcome,
};
pub use signal::{Look, Signal, Traces, signals};
pub use state::{Holder, State};
pub use verbs::{ClaimRejection, Deadlines};

use std::collections::{BTreeMap, BTreeSet};

use huzhu_ledger::Amount;

use crate::digest::Digest;
use crate::id::{ClaimId, EvidenceId, JuryCaseId, MemberId, ObjectionId};
use crate::time::Moment;

/// A request for aid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    id: ClaimId,
    claimed: Claimed,
    state: State,
    evidence: BTreeMap<EvidenceId, EvidenceFile>,
    dispute_evidence: BTreeMap<EvidenceId, DisputeFile>,
    reported: Option<Moment>,
    recommender: Option<MemberId>,
    confirmer: Option<MemberId>,
    approved_aid: Option<Amount>,
    returned: u32,
    payout: Option<Digest>,
    objectors: BTreeMap<ObjectionId, MemberId>,
    open_objections: BTreeSet<ObjectionId>,
    verdicts: BTreeMap<JuryCaseId, bool>,
    investigators: BTreeSet<MemberId>,
    missed: BTreeSet<Moment>,
    judged: Judged,
    conflicted: BTreeSet<MemberId>,
    overrides: BTreeMap<MemberId, Override>,
}

impl Claim {
    /// The state after the first event.
    pub const fn begin(id: ClaimId, claimed: Claimed) -> Self {
        Self {
            id,
            claimed,
            state: State::Draft,
            evidence: BTreeMap::new(),
            dispute_evidence: BTreeMap::new(),
            reported: None,
            recommender: None,
            confirmer: None,
            approved_aid: None,
            returned: 0,
            payout: None,
            objectors: BTreeMap::new(),
            open_objections: BTreeSet::new(),
            verdicts: BTreeMap::new(),
            investigators: BTreeSet::new(),
            missed: BTreeSet::new(),
            judged: Judged::NOTHING,
            conflicted: BTreeSet::new(),
            overrides: BTreeMap::new(),
        }
    }

    /// The claim's id.
    pub const fn id(&self) -> ClaimId {
        self.id
    }

    /// What is claimed: plan, enrolment, illness, event date.
    pub const fn claimed(&self) -> &Claimed {
        &self.claimed
    }

    /// Where it stands.
    pub const fn state(&self) -> &State {
        &self.state
    }

    /// The files handed in, by id (and so by time).
    pub const fn evidence(&self) -> &BTreeMap<EvidenceId, EvidenceFile> {
        &self.evidence
    }

    /// Files handed in for objections and jury cases about it, by id. Not among [`Claim::evidence`]: others may see them.
    pub const fn dispute_evidence(&self) -> &BTreeMap<EvidenceId, DisputeFile> {
        &self.dispute_evidence
    }

    /// Files handed in for one dispute, in a jury case by one side, by id.
    pub fn files_of(&self, dispute: Dispute) -> impl Iterator<Item = (EvidenceId, &EvidenceFile)> {
        let files = self.dispute_evidence.iter().filter(move |(_, one)| one.dispute == dispute);
        files.map(|(id, one)| (*id, &one.file))
    }

    /// When it was handed in.
    pub const fn reported(&self) -> Option<Moment> {
        self.reported
    }

    /// The second person who decided.
    pub const fn confirmer(&self) -> Option<MemberId> {
        self.confirmer
    }

    /// Aid granted, in minor units, once approved; what is paid can be less where a cap or a shortfall cut it.
    pub const fn approved_aid(&self) -> Option<Amount> {
        self.approved_aid
    }

    /// How often the confirmer sent it back.
    pub const fn returned(&self) -> u32 {
        self.returned
    }

    /// Digest of the bank's confirmation, once paid.
    pub const fn payout(&self) -> Option<Digest> {
        self.payout
    }

    /// The illness as described.
    pub const fn illness(&self) -> &Illness {
        &self.claimed.illness
    }

    /// The person whose recommendation was decided on, or waits for it.
    pub const fn recommender(&self) -> Option<MemberId> {
        self.recommender
    }

    /// Who objected, by objection; answered ones too.
    pub const fn objectors(&self) -> &BTreeMap<ObjectionId, MemberId> {
        &self.objectors
    }

    /// Objections without an answer.
    pub const fn open_objections(&self) -> &BTreeSet<ObjectionId> {
        &self.open_objections
    }

    /// Verdicts by case: `true` when the jury found for the claimant.
    pub const fn verdicts(&self) -> &BTreeMap<JuryCaseId, bool> {
        &self.verdicts
    }

    /// Everybody who was asked to gather facts.
    pub const fn investigators(&self) -> &BTreeSet<MemberId> {
        &self.investigators
    }

    /// Deadlines that were noted as passed.
    pub const fn missed(&self) -> &BTreeSet<Moment> {
        &self.missed
    }

    /// What the reviewer found in the papers.
    pub const fn judged(&self) -> &Judged {
        &self.judged
    }

    /// Whether `who` fell ill or files this claim, and so may act on it as a claimant only.
    pub fn is_own(&self, who: MemberId) -> bool {
        who == self.claimed.member || who == self.claimed.filed_by
    }

    /// The only code that changes state.
    pub fn apply(&mut self, event: &ClaimEvent) {
        match event {
            ClaimEvent::Drafted(claimed) => assert!(self.claimed == *claimed, "drafted twice: {}", self.id),
            ClaimEvent::Described(illness) => self.claimed.illness = illness.clone(),
            ClaimEvent::EvidenceAdded { .. }
            | ClaimEvent::DisputeEvidenceAdded { .. }
            | ClaimEvent::EvidenceRemoved { .. } => self.apply_file(event),
            ClaimEvent::Examined { judged, .. } => self.judged = judged.clone(),
            ClaimEvent::Reported { at, .. } => self.reported = Some(*at),
            ClaimEvent::Recommended { reviewer, .. } => self.recommender = Some(*reviewer),
            ClaimEvent::Returned { .. } => {
                self.recommender = None;
                self.returned = self.returned.saturating_add(1);
            }
            ClaimEvent::Approved { by, aid } => {
                self.confirmer = Some(*by);
                self.approved_aid = Some(*aid);
            }
            ClaimEvent::Refused { by, .. } => self.confirmer = Some(*by),
            ClaimEvent::InvestigationOrdered { investigator, .. } => {
                self.investigators.insert(*investigator);
            }
            ClaimEvent::Objected { objection, by, .. } => {
                self.objectors.insert(*objection, *by);
                self.open_objections.insert(*objection);
            }
            ClaimEvent::ObjectionDismissed { objection, .. }
            | ClaimEvent::ObjectionWithdrawn { objection, .. } => {
                self.open_objections.remove(objection);
            }
            ClaimEvent::ObjectionUpheld { .. } => {
                // Whatever else was objected to is looked at again with the claim.
                self.open_objections.clear();
                (self.recommender, self.confirmer, self.approved_aid) = (None, None, None);
            }
            ClaimEvent::VerdictReached { case, for_claimant, .. } => {
                self.verdicts.insert(*case, *for_claimant);
            }
            ClaimEvent::VerdictApplied { outcome: VerdictOutcome::Approve { aid }, .. } => {
                self.approved_aid = Some(*aid);
            }
            ClaimEvent::VerdictApplied { outcome: VerdictOutcome::Review { .. }, .. } => {
                (self.recommender, self.confirmer, self.approved_aid) = (None, None, None);
            }
            ClaimEvent::DeadlinePassed { until } => _ = self.missed.insert(*until),
            ClaimEvent::ConflictDeclared { .. }
            | ClaimEvent::OverrideAsked { .. }
            | ClaimEvent::OverrideConfirmed { .. }
            | ClaimEvent::OverrideWithdrawn { .. } => self.apply_conflict(event),
            ClaimEvent::Paid { confirmation, .. } => self.payout = Some(*confirmation),
            ClaimEvent::EvidenceOpened { .. }
            | ClaimEvent::CardOpened { .. }
            | ClaimEvent::Taken { .. }
            | ClaimEvent::Assigned { .. }
            | ClaimEvent::FindingsHandedIn { .. }
            | ClaimEvent::InvestigationEnded { .. }
            | ClaimEvent::JuryRequested { .. }
            | ClaimEvent::JuryDue { .. }
            | ClaimEvent::JuryDeclined { .. }
            | ClaimEvent::VerdictApplied { .. }
            | ClaimEvent::MoreEvidenceRequested { .. }
            | ClaimEvent::EvidenceCompleted { .. }
            | ClaimEvent::PutOnNotice { .. }
            | ClaimEvent::Cleared { .. }
            | ClaimEvent::BecamePayable { .. } => {}
            // Nobody waits for an answer any more, and none brings the claim back.
            ClaimEvent::Withdrawn => self.open_objections.clear(),
        }
        if let Some(state) = State::after(event) {
            self.state = state;
        }
    }

    fn apply_file(&mut self, event: &ClaimEvent) {
        match event {
            ClaimEvent::EvidenceAdded { evidence, file } => {
                self.evidence.insert(*evidence, file.clone());
            }
            ClaimEvent::DisputeEvidenceAdded { dispute, by, evidence, file } => {
                let file = DisputeFile { dispute: *dispute, by: *by, file: file.clone() };
                self.dispute_evidence.insert(*evidence, file);
            }
            ClaimEvent::EvidenceRemoved { evidence } => _ = self.evidence.remove(evidence),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests;
