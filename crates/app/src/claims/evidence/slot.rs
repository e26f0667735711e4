//! What files are added to: a claim, an objection; who may add, how much there is, and whether more is taken.
//!
//! Guarantees: whoever may not add to something learns nothing of it, not even that it is there.

use huzhu_domain::claim::{ClaimEvent, Dispute, EvidenceFile};
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId};
use huzhu_domain::objection::Objection;

use super::super::OpenClaim;
use super::EvidenceOf;
use crate::App;
use crate::call::Call;
use crate::error::AppError;
use crate::permission::Action;

impl EvidenceOf {
    /// What everybody does who adds to it; investigators need a role besides.
    pub(super) const fn action(self) -> Action {
        match self {
            Self::Claim(_) => Action::FileClaim,
            Self::Objection(_) => Action::Object,
        }
    }
}

/// Something that the caller may add files to, as far as it is theirs; [`Slot::add`] says whether it still takes them.
pub(super) struct Slot {
    /// As what the caller adds.
    pub(super) action: Action,
    /// The claim that it is or is about.
    pub(super) open: OpenClaim,
    /// The dispute about the claim; `None`: the claim itself.
    pub(super) dispute: Option<Dispute>,
    by: MemberId,
    objection: Option<Objection>,
}

impl Slot {
    /// Under whose key salt and place of a file are sealed.
    pub(super) const fn owner(&self) -> MemberId {
        self.open.claim().claimed().member
    }

    /// Adds a file, if more are taken.
    pub(super) fn add(&self, evidence: EvidenceId, file: EvidenceFile) -> Result<ClaimEvent, AppError> {
        if let Some(objection) = &self.objection {
            objection.take_file(self.by)?;
        }
        Ok(match self.dispute {
            None => self.open.claim().add_evidence(evidence, file)?,
            Some(dispute) => self.open.claim().add_dispute_evidence(dispute, self.by, evidence, file)?,
        })
    }

    /// A file that is there.
    pub(super) fn file(&self, evidence: EvidenceId) -> Option<&EvidenceFile> {
        match self.dispute {
            None => self.open.claim().evidence().get(&evidence),
            Some(dispute) => {
                self.open.claim().files_of(dispute).find_map(|(id, file)| (id == evidence).then_some(file))
            }
        }
    }

    /// Bytes of all files that are there.
    pub(super) fn bytes(&self) -> u64 {
        let sum = |sum: u64, file: &EvidenceFile| sum.saturating_add(file.bytes);
        match self.dispute {
            None => self.open.claim().evidence().values().fold(0, sum),
            Some(dispute) => self.open.claim().files_of(dispute).map(|(_, file)| file).fold(0, sum),
        }
    }
}

impl App {
    /// What the caller may add files to. To anybody else it looks like nothing.
    pub(super) async fn slot(&self, call: &Call, of: EvidenceOf) -> Result<Slot, AppError> {
        let by = Self::member_of(call)?;
        match of {
            EvidenceOf::Claim(claim) => {
                let (action, open) = self.claim_to_add_to(call, claim).await?;
                Ok(Slot { action, open, dispute: None, by, objection: None })
            }
            EvidenceOf::Objection(id) => {
                let objection = self.load_objection(id).await?.state;
                if objection.by() != by {
                    return Err(AppError::NotFound("objection"));
                }
                let open = self.open_claim(objection.claim()).await?;
                let (action, dispute) = (Action::Object, Some(Dispute::Objection(id)));
                Ok(Slot { action, open, dispute, by, objection: Some(objection) })
            }
        }
    }

    /// The claim that the caller may hand files in for, and as what: their own, or one that they were asked to investigate while
    /// that is open. To anybody else it looks like none.
    async fn claim_to_add_to(&self, call: &Call, claim: ClaimId) -> Result<(Action, OpenClaim), AppError> {
        let caller = Self::member_of(call)?;
        match self.own_claim(claim, caller).await {
            Ok(open) => Ok((Action::FileClaim, open)),
            Err(AppError::NotFound(_)) if call.may(Action::Investigate) => {
                Ok((Action::Investigate, self.investigated_claim(claim, caller).await?))
            }
            Err(other) => Err(other),
        }
    }
}
