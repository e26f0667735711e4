//! Evidence: files of a claim and of disputes about it, told apart by their content, kept in the vault before anybody gets a receipt.
//!
//! Shape: `intake` takes bytes in, in one request or in many, for what `slot` says who may add to; `hand_in` makes a whole file part of the claim; `look` reads it;
//! `sweep` clears away what nobody waits for, and destroys what must go; `kind` tells what a file is.
//!
//! Guarantees: no file stands in memory as a whole, but for pictures while somebody looks at them
//! ([`crate::ports::PictureLooks`]); the digest is computed over the bytes that the vault gives back, so that it
//! speaks of what is kept and not of what passed by; after a refusal nothing is left behind.
//!
//! Limits: between the vault and the store there is no common transaction. The file is kept first: if the process dies in
//! between, a file without a claim is left over until the next sweep, never a claim without its file.

mod hand_in;
mod intake;
mod kind;
mod look;
mod slot;
mod sweep;

use huzhu_domain::claim::FileKind;
use huzhu_domain::digest::Digest;
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId, ObjectionId};
use huzhu_domain::time::Moment;
use serde::{Deserialize, Serialize};

use super::ClaimReceipt;
use crate::App;
use crate::call::{Call, Done};
use crate::error::AppError;
use crate::load::append_claim;
use crate::permission::Action;
use crate::ports::{FileId, OwnerHalf, Pieces, Unit, VaultError};

pub use intake::{BeginUpload, ContinueUpload, ReceiveEvidence, UploadState};
pub use kind::sniff;
pub use look::OpenedEvidence;
pub use sweep::Swept;

/// One million bytes, as people count them.
const MB: u64 = 1_000_000;

/// How much evidence is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EvidenceLimits {
    /// Largest file in bytes. A cheap phone hands in 50 MB on a bad line.
    pub file_bytes: u64,
    /// Largest picture (JPEG, PNG, HEIC) in bytes: the browser of a reviewer must be able to show it.
    pub picture_bytes: u64,
    /// All files of a claim together, in bytes; protects the disk from one claim.
    pub claim_bytes: u64,
    /// All files of an objection together, in bytes; protects the disk from members who object to everything.
    pub dispute_bytes: u64,
    /// Files of one member on their way in at once; protects the disk from what is begun and never ended.
    pub open_uploads: usize,
}

impl EvidenceLimits {
    /// The usual limits.
    pub const USUAL: Self = Self {
        file_bytes: 50 * MB,
        picture_bytes: 30 * MB,
        claim_bytes: 500 * MB,
        dispute_bytes: 100 * MB,
        open_uploads: 20,
    };
}

/// What a file is handed in for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EvidenceOf {
    /// A claim.
    Claim(ClaimId),
    /// The caller's own objection.
    Objection(ObjectionId),
}

impl From<ClaimId> for EvidenceOf {
    fn from(claim: ClaimId) -> Self {
        Self::Claim(claim)
    }
}

impl From<ObjectionId> for EvidenceOf {
    fn from(objection: ObjectionId) -> Self {
        Self::Objection(objection)
    }
}

/// Hands in a file that is in memory.
#[derive(Clone)]
pub struct AddEvidence {
    /// What it is for.
    pub of: EvidenceOf,
    /// Id of the file, made by the caller.
    pub evidence: EvidenceId,
    /// The content.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for AddEvidence {
    /// Shows no content: evidence stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AddEvidence({:?}, {}, {} bytes)", self.of, self.evidence, self.bytes.len())
    }
}

/// Takes a file of a draft back.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct RemoveEvidence {
    /// The claim.
    pub claim: ClaimId,
    /// The file.
    pub evidence: EvidenceId,
}

/// A file was kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceReceipt {
    /// The claim, also where the file is of a dispute about it.
    pub claim: ClaimId,
    /// The file.
    pub evidence: EvidenceId,
    /// Type read from the content.
    pub kind: FileKind,
    /// Length in bytes.
    pub bytes: u64,
    /// SHA-256 of salt and content. The salt is sealed under the key of the person who fell ill: see
    /// [`super::EvidenceView::salt`].
    pub digest: Digest,
    /// When.
    pub at: Moment,
}

impl App {
    /// Hands in a file that is in memory, see [`App::receive_evidence`].
    ///
    /// # Errors
    /// Those of [`App::receive_evidence`].
    pub async fn add_evidence(
        &self,
        call: &Call,
        command: &AddEvidence,
    ) -> Result<Done<EvidenceReceipt>, AppError> {
        let AddEvidence { of, evidence, bytes } = command;
        let length = Some(u64::try_from(bytes.len()).unwrap_or(u64::MAX));
        let receive = ReceiveEvidence { of: *of, evidence: *evidence, length };
        self.receive_evidence(call, receive, &mut AtOnce(Some(bytes.clone()))).await
    }

    /// Takes a file of a draft back and destroys it.
    ///
    /// # Errors
    /// Refusals of the claim; [`AppError::NotFound`] for strangers.
    pub async fn remove_evidence(
        &self,
        call: &Call,
        command: RemoveEvidence,
    ) -> Result<Done<ClaimReceipt>, AppError> {
        let done = self
            .transact(call, Action::FileClaim, &("remove", command), |now| async move {
                let open = self.own_claim(command.claim, Self::member_of(call)?).await?;
                let event = open.claim().remove_evidence(command.evidence)?;
                let receipt = ClaimReceipt::after(open.claim(), &event);
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(append_claim(&open.loaded, vec![event]));
                Ok((unit, receipt))
            })
            .await?;
        // After the commit: if the process dies before this, an unreachable file is left over, which the same request under
        // the same key destroys.
        let open = self.own_claim(command.claim, Self::member_of(call)?).await?;
        if !open.claim().evidence().contains_key(&command.evidence) {
            let (file, _) = self.where_kept(open.claim().claimed().member, command.evidence).await?;
            self.vault.destroy(file).await?;
        }
        Ok(done)
    }

    /// Where the vault keeps a file, and the owner's half of its key. Files from before there were halves stand under the id of
    /// the evidence.
    async fn where_kept(
        &self,
        owner: MemberId,
        evidence: EvidenceId,
    ) -> Result<(FileId, Option<OwnerHalf>), AppError> {
        let sealed = self.store.unseal(owner, &place_name(evidence)).await?;
        let place = sealed.as_deref().and_then(|bytes| {
            let (id, half) = bytes.split_first_chunk::<16>()?;
            Some((FileId(uuid::Uuid::from_bytes(*id)), OwnerHalf(half.try_into().ok()?)))
        });
        match place {
            Some((file, half)) => Ok((file, Some(half))),
            None if sealed.is_some() => {
                Err(AppError::Broken(format!("the place of {evidence} is unreadable")))
            }
            None => Ok((FileId(evidence.uuid()), None)),
        }
    }
}

/// Sealed name of the salt of a file.
pub(super) fn salt_name(evidence: EvidenceId) -> String {
    format!("evidence/{evidence}/salt")
}

/// Sealed name of the place of a file: its name in the vault, then the owner's half of its key.
fn place_name(evidence: EvidenceId) -> String {
    format!("evidence/{evidence}/place")
}

/// A file that is in memory, as one piece.
struct AtOnce(Option<Vec<u8>>);

#[async_trait::async_trait]
impl Pieces for AtOnce {
    async fn next(&mut self) -> Result<Option<Vec<u8>>, VaultError> {
        Ok(self.0.take())
    }
}
