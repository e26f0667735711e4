//! Reading a file of a claim or of a dispute about one. Each look of somebody who works for the plan becomes an event that the claimant sees.

use std::ops::Range;

use huzhu_domain::claim::{Dispute, EvidenceFile, FileKind};
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId, ObjectionId};
use serde::{Deserialize, Serialize};

use super::super::OpenClaim;
use super::EvidenceOf;
use crate::App;
use crate::call::{Call, Caller};
use crate::error::AppError;
use crate::load::append_claim;
use crate::permission::Action;
use crate::ports::{FileId, OwnerHalf, Pieces, Unit};

/// A file that the caller may read now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedEvidence {
    /// Type read from the content.
    pub kind: FileKind,
    /// Length in bytes.
    pub bytes: u64,
    file: FileId,
    half: Option<OwnerHalf>,
}

/// What a look finds; kept with the idempotency machinery, hence as JSON.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
struct Looked {
    owner: MemberId,
    kind: FileKind,
    bytes: u64,
}

impl App {
    /// Opens a file for whoever handed it in, or for somebody who works on it for the plan; the look of the latter is on record
    /// before a byte is read. A file of an objection is for the objector and for those who may answer it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such thing or file, or not for this caller.
    pub async fn evidence_file(
        &self,
        call: &Call,
        of: EvidenceOf,
        evidence: EvidenceId,
    ) -> Result<OpenedEvidence, AppError> {
        let caller = Self::member_of(call)?;
        let looked = match of {
            EvidenceOf::Claim(claim) => self.look_at_claim(call, caller, claim, evidence).await?,
            EvidenceOf::Objection(objection) => {
                self.look_at_objection(call, caller, objection, evidence).await?
            }
        };
        let (file, half) = self.where_kept(looked.owner, evidence).await?;
        Ok(OpenedEvidence { kind: looked.kind, bytes: looked.bytes, file, half })
    }

    async fn look_at_claim(
        &self,
        call: &Call,
        caller: MemberId,
        claim: ClaimId,
        evidence: EvidenceId,
    ) -> Result<Looked, AppError> {
        match self.own_claim(claim, caller).await {
            Ok(open) => {
                let file = open.claim().evidence().get(&evidence);
                looked(open.claim().claimed().member, file)
            }
            Err(AppError::NotFound(_)) => self.look_at_file(call, caller, claim, evidence).await,
            Err(other) => Err(other),
        }
    }

    async fn look_at_objection(
        &self,
        call: &Call,
        caller: MemberId,
        id: ObjectionId,
        evidence: EvidenceId,
    ) -> Result<Looked, AppError> {
        let objection = self.load_objection(id).await?.state;
        let (claim, dispute) = (objection.claim(), Dispute::Objection(id));
        if objection.by() == caller {
            let open = self.open_claim(claim).await?;
            return disputed(&open, dispute, evidence);
        }
        // Claimants are answered in words, and learn neither who objected nor what a file would tell of them.
        let own = self.own_claim(claim, caller).await.is_ok();
        if own || !call.may(Action::AnswerObjection) {
            return Err(AppError::NotFound("objection"));
        }
        let look = Call { key: None, ..call.clone() };
        let done = self
            .transact(&look, Action::AnswerObjection, &evidence, |now| async move {
                let open = self.readable_claim(call, claim).await?;
                let found = disputed(&open, dispute, evidence)?;
                let event = open.claim().open_evidence(evidence, caller)?;
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(append_claim(&open.loaded, vec![event]));
                Ok((unit, found))
            })
            .await?;
        Ok(done.receipt)
    }

    /// Bytes of an opened file, piece by piece.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when the file was erased.
    pub async fn read_evidence(
        &self,
        opened: &OpenedEvidence,
        range: Range<u64>,
    ) -> Result<Box<dyn Pieces>, AppError> {
        Ok(self.vault.read(opened.file, opened.half.as_ref(), range).await?)
    }

    async fn look_at_file(
        &self,
        call: &Call,
        caller: MemberId,
        claim: ClaimId,
        evidence: EvidenceId,
    ) -> Result<Looked, AppError> {
        // Members without a role learn nothing, not even that there is such a claim; investigators see what was chosen for them.
        let action = match &call.caller {
            Caller::Member { roles, .. } if Action::ReadClaims.allows(roles) => Action::ReadClaims,
            Caller::Member { roles, .. } if Action::Investigate.allows(roles) => Action::Investigate,
            _ => return Err(AppError::NotFound("claim")),
        };
        // No idempotency key: every look counts.
        let look = Call { key: None, ..call.clone() };
        let done = self
            .transact(&look, action, &evidence, |now| async move {
                let open = self.claim_to_look_at(action, claim, caller, evidence).await?;
                let looked = looked(open.claim().claimed().member, open.claim().evidence().get(&evidence))?;
                let event = open.claim().open_evidence(evidence, caller)?;
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(append_claim(&open.loaded, vec![event]));
                Ok((unit, looked))
            })
            .await?;
        Ok(done.receipt)
    }

    async fn claim_to_look_at(
        &self,
        action: Action,
        claim: ClaimId,
        caller: MemberId,
        evidence: EvidenceId,
    ) -> Result<OpenClaim, AppError> {
        if action != Action::Investigate {
            return self.strangers_claim(claim, caller).await;
        }
        let open = self.investigated_claim(claim, caller).await?;
        if self.chosen_files(&open).await?.contains(&evidence) {
            Ok(open)
        } else {
            Err(AppError::NotFound("file"))
        }
    }
}

/// A file of a dispute about a claim.
fn disputed(open: &OpenClaim, dispute: Dispute, evidence: EvidenceId) -> Result<Looked, AppError> {
    let file = open.claim().files_of(dispute).find_map(|(id, file)| (id == evidence).then_some(file));
    looked(open.claim().claimed().member, file)
}

fn looked(owner: MemberId, file: Option<&EvidenceFile>) -> Result<Looked, AppError> {
    let file = file.ok_or(AppError::NotFound("file"))?;
    Ok(Looked { owner, kind: file.kind, bytes: file.bytes })
}
