//! Reading a file of a claim. Each look of somebody who works for the plan becomes an event that the claimant sees.

use std::ops::Range;

use huzhu_domain::claim::{EvidenceFile, FileKind};
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId};
use serde::{Deserialize, Serialize};

use super::super::OpenClaim;
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
    /// Opens a file for the claimant or for somebody who may read claims; the look of the latter is on record before a byte is
    /// read.
    ///
    /// # Errors
    /// [`AppError::NotFound`] when there is no such claim or file, or not for this caller.
    pub async fn evidence_file(
        &self,
        call: &Call,
        claim: ClaimId,
        evidence: EvidenceId,
    ) -> Result<OpenedEvidence, AppError> {
        let caller = Self::member_of(call)?;
        let looked = match self.own_claim(claim, caller).await {
            Ok(open) => {
                let file = open.claim().evidence().get(&evidence);
                looked(open.claim().claimed().member, file)?
            }
            Err(AppError::NotFound(_)) => self.look_at_file(call, caller, claim, evidence).await?,
            Err(other) => return Err(other),
        };
        let (file, half) = self.where_kept(looked.owner, evidence).await?;
        Ok(OpenedEvidence { kind: looked.kind, bytes: looked.bytes, file, half })
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

fn looked(owner: MemberId, file: Option<&EvidenceFile>) -> Result<Looked, AppError> {
    let file = file.ok_or(AppError::NotFound("file"))?;
    Ok(Looked { owner, kind: file.kind, bytes: file.bytes })
}
