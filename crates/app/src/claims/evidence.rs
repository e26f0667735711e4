//! Evidence: files of a claim, told apart by their content, kept in the vault before anybody gets a receipt.

use huzhu_domain::claim::{EvidenceFile, FileKind};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId};
use huzhu_domain::time::Moment;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::ClaimReceipt;
use super::refusal::refused;
use crate::App;
use crate::call::{Call, Caller, Done};
use crate::error::{AppError, FieldMistake};
use crate::load::append_claim;
use crate::permission::Action;
use crate::ports::{Sealed, Unit, VaultError};
use crate::transact::digest_bytes;

/// Largest file: protects memory, since a file is encrypted as a whole; a scanned hospital record of 100 pages fits.
pub const EVIDENCE_BYTES_MAX: usize = 20 * 1024 * 1024;

/// Hands in a file.
#[derive(Clone)]
pub struct AddEvidence {
    /// The claim.
    pub claim: ClaimId,
    /// Id of the file, made by the caller.
    pub evidence: EvidenceId,
    /// The content.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for AddEvidence {
    /// Shows no content: evidence stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AddEvidence({}, {}, {} bytes)", self.claim, self.evidence, self.bytes.len())
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
    /// The claim.
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

/// A file in clear.
#[derive(Clone, PartialEq, Eq)]
pub struct EvidenceContent {
    /// Type read from the content.
    pub kind: FileKind,
    /// The content.
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for EvidenceContent {
    /// Shows no content: evidence stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "EvidenceContent({:?}, {} bytes)", self.kind, self.bytes.len())
    }
}

impl App {
    /// Hands in a file: while drafting and later, as long as nobody has recommended. The type is read from the content.
    ///
    /// The file is in the vault before the event is: if the process dies in between, a file without a claim is left over,
    /// never a claim without its file.
    pub async fn add_evidence(
        &self,
        call: &Call,
        command: &AddEvidence,
    ) -> Result<Done<EvidenceReceipt>, AppError> {
        let kind = check_file(&command.bytes)?;
        let content = digest_bytes(&command.bytes);
        let salt = self.entropy.secret();
        let digest = salted(&salt, &command.bytes);
        let bytes = u64::try_from(command.bytes.len()).unwrap_or(u64::MAX);
        let request = (command.claim, command.evidence, content);
        let done = self
            .transact(call, Action::FileClaim, &request, |now| async move {
                let open = self.own_claim(command.claim, Self::member_of(call)?).await?;
                let file = EvidenceFile { kind, bytes, digest, at: now };
                let event = open.claim().add_evidence(command.evidence, file)?;
                self.keep_file(command).await?;
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(append_claim(&open.loaded, vec![event]));
                unit.sealed.push(Sealed {
                    owner: open.claim().claimed().member,
                    name: salt_name(command.evidence),
                    bytes: salt.to_vec(),
                });
                let receipt = EvidenceReceipt {
                    claim: command.claim,
                    evidence: command.evidence,
                    kind,
                    bytes,
                    digest,
                    at: now,
                };
                Ok((unit, receipt))
            })
            .await?;
        // The salted digest is on the log before the uploader hears of it, unless the log does not answer: then later.
        self.await_logged(done.position).await;
        Ok(done)
    }

    /// Takes a file of a draft back and destroys it.
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
        // After the commit: if the process dies before this, an unreachable file is left over.
        self.vault.destroy(command.evidence).await?;
        Ok(done)
    }

    /// A file in clear, for the claimant or for somebody who may read claims. Each look of the latter becomes an event that
    /// the claimant sees.
    pub async fn evidence_file(
        &self,
        call: &Call,
        claim: ClaimId,
        evidence: EvidenceId,
    ) -> Result<EvidenceContent, AppError> {
        let caller = Self::member_of(call)?;
        let kind = match self.own_claim(claim, caller).await {
            Ok(open) => open.claim().evidence().get(&evidence).map(|file| file.kind),
            Err(AppError::NotFound(_)) => Some(self.look_at_file(call, caller, claim, evidence).await?),
            Err(other) => return Err(other),
        };
        let kind = kind.ok_or(AppError::NotFound("file"))?;
        let bytes = self.vault.open(evidence).await?;
        Ok(EvidenceContent { kind, bytes })
    }

    async fn look_at_file(
        &self,
        call: &Call,
        caller: MemberId,
        claim: ClaimId,
        evidence: EvidenceId,
    ) -> Result<FileKind, AppError> {
        // Members without a role learn nothing, not even that there is such a claim.
        match &call.caller {
            Caller::Member { roles, .. } if Action::ReadClaims.allows(roles) => {}
            _ => return Err(AppError::NotFound("claim")),
        }
        // No idempotency key: every look counts.
        let look = Call { key: None, ..call.clone() };
        let done = self
            .transact(&look, Action::ReadClaims, &evidence, |now| async move {
                let open = self.strangers_claim(claim, caller).await?;
                let file = open.claim().evidence().get(&evidence);
                let kind = file.ok_or(AppError::NotFound("file"))?.kind;
                let event = open.claim().open_evidence(evidence, caller)?;
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(append_claim(&open.loaded, vec![event]));
                Ok((unit, kind))
            })
            .await?;
        Ok(done.receipt)
    }

    /// Keeps the file. A file that is there already under this id must be the same one: ids come from callers, and nobody
    /// may write over the file of somebody else.
    async fn keep_file(&self, command: &AddEvidence) -> Result<(), AppError> {
        match self.vault.open(command.evidence).await {
            Err(VaultError::Missing) => Ok(self.vault.keep(command.evidence, command.bytes.clone()).await?),
            Ok(there) if there == command.bytes => Ok(()),
            Ok(_) => Err(refused("evidence-id-used", Vec::new())),
            Err(other) => Err(other.into()),
        }
    }
}

/// Sealed name of the salt of a file.
pub(super) fn salt_name(evidence: EvidenceId) -> String {
    format!("evidence/{evidence}/salt")
}

/// SHA-256 of salt and content.
fn salted(salt: &[u8; 32], bytes: &[u8]) -> Digest {
    let mut hash = Sha256::new();
    hash.update(salt);
    hash.update(bytes);
    Digest::from_bytes(hash.finalize().into())
}

fn check_file(bytes: &[u8]) -> Result<FileKind, AppError> {
    let mistake =
        |code, values| Err(AppError::Invalid(vec![FieldMistake { field: "file".to_owned(), code, values }]));
    if bytes.is_empty() {
        return mistake("file-empty", Vec::new());
    }
    if bytes.len() > EVIDENCE_BYTES_MAX {
        return mistake(
            "file-too-large",
            vec![("limit", EVIDENCE_BYTES_MAX.to_string()), ("found", bytes.len().to_string())],
        );
    }
    sniff(bytes).map_or_else(|| mistake("file-type", Vec::new()), Ok)
}

/// The type of a file by its first bytes; `None` for everything that evidence cannot be. The name is never asked.
pub fn sniff(bytes: &[u8]) -> Option<FileKind> {
    /// Where a PDF must begin: readers accept some bytes of junk before it, and scanners write them.
    const PDF_WITHIN: usize = 1_024;
    /// Brands of HEIC pictures (ISO/IEC 23008-12); `mif1` and `msf1` are what phones write for a single picture or a burst.
    const HEIC_BRANDS: [&[u8]; 8] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"];
    let at = |from: usize, to: usize| bytes.get(from..to);
    if bytes.starts_with(b"\xFF\xD8\xFF") {
        Some(FileKind::Jpeg)
    } else if bytes.starts_with(b"\x89PNG\r\n\x1A\n") {
        Some(FileKind::Png)
    } else if at(4, 8) == Some(b"ftyp".as_slice())
        && at(8, 12).is_some_and(|brand| HEIC_BRANDS.contains(&brand))
    {
        Some(FileKind::Heic)
    } else if at(128, 132) == Some(b"DICM".as_slice()) {
        Some(FileKind::Dicom)
    } else if bytes
        .get(..bytes.len().min(PDF_WITHIN))
        .is_some_and(|head| head.windows(5).any(|five| five == b"%PDF-"))
    {
        Some(FileKind::Pdf)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_file_is_read_from_its_content() {
        let dicom = [vec![0_u8; 128], b"DICM\x02\x00".to_vec()].concat();
        let short_dicom = [vec![0_u8; 127], b"DICM".to_vec()].concat();
        let late_pdf = [vec![b' '; 1_000], b"%PDF-1.7".to_vec()].concat();
        let too_late_pdf = [vec![b' '; 1_024], b"%PDF-1.7".to_vec()].concat();
        for (bytes, expected) in [
            (b"%PDF-1.4\n".to_vec(), Some(FileKind::Pdf)),
            (late_pdf, Some(FileKind::Pdf)),
            (too_late_pdf, None),
            (b"\xFF\xD8\xFF\xE0\x00\x10JFIF".to_vec(), Some(FileKind::Jpeg)),
            (b"\xFF\xD8".to_vec(), None),
            (b"\x89PNG\r\n\x1A\n\x00".to_vec(), Some(FileKind::Png)),
            (b"\x89PNG\n\x1A\n".to_vec(), None),
            (b"\x00\x00\x00\x18ftypheic\x00\x00".to_vec(), Some(FileKind::Heic)),
            (b"\x00\x00\x00\x18ftypmif1\x00\x00".to_vec(), Some(FileKind::Heic)),
            (b"\x00\x00\x00\x18ftypisom\x00\x00".to_vec(), None),
            (dicom, Some(FileKind::Dicom)),
            (short_dicom, None),
            (b"<html><script>".to_vec(), None),
            (b"PK\x03\x04".to_vec(), None),
            (b"".to_vec(), None),
        ] {
            assert_eq!(sniff(&bytes), expected, "{:?}", bytes.get(..12));
        }
    }

    #[test]
    fn an_empty_a_large_and_a_foreign_file_are_told_apart() {
        let code = |bytes: &[u8]| match check_file(bytes) {
            Err(AppError::Invalid(mistakes)) => mistakes[0].code,
            other => panic!("{other:?}"),
        };
        assert_eq!(code(b""), "file-empty");
        assert_eq!(code(&vec![0; EVIDENCE_BYTES_MAX + 1]), "file-too-large");
        assert_eq!(code(b"MZ\x90\x00"), "file-type");
        let mut largest = b"%PDF-1.4".to_vec();
        largest.resize(EVIDENCE_BYTES_MAX, 0);
        assert_eq!(check_file(&largest).expect("a file"), FileKind::Pdf);
    }
}
