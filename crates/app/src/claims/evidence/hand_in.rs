//! Makes a whole file part of its claim, or of the dispute that it was sent for.
//!
//! The order is what matters: the file is finished, its digest is computed from what the vault gives back, the digest is noted with
//! the file, the file moves to where files stay, and then the event is kept. After a crash at any point the sweep finds the note and
//! asks the claim whether it has a file of this very digest.

use huzhu_domain::claim::{EvidenceFile, FileKind};
use huzhu_domain::digest::Digest;
use sha2::{Digest as _, Sha256};

use super::super::signals::{look_name, print_name};
use super::intake::Note;
use super::kind::is_picture;
use super::{EvidenceReceipt, place_name, salt_name};
use crate::App;
use crate::call::{Call, Done};
use crate::error::AppError;
use crate::load::append_claim;
use crate::ports::{FileId, Sealed, Unit};

/// What was computed over a whole file.
struct Computed {
    bytes: u64,
    /// SHA-256 of the content: tells two requests under one idempotency key apart.
    content: Digest,
    /// SHA-256 of salt and content.
    salted: Digest,
}

impl App {
    /// Hands in a file whose bytes are all there. A refused one is destroyed; one whose fate is not known stays for a repetition or
    /// for the sweep.
    pub(super) async fn hand_in(
        &self,
        call: &Call,
        file: FileId,
        note: Note,
    ) -> Result<Done<EvidenceReceipt>, AppError> {
        let handed_in = self.hand_in_now(call, file, note).await;
        match &handed_in {
            Ok((done, salted)) if done.receipt.digest == *salted => {
                // The event is kept. If forgetting the note fails, the sweep does it.
                if let Err(error) = self.vault.accept(file).await {
                    tracing::warn!(%error, "a file that was handed in is not marked so; the sweep will do it");
                }
                self.await_logged(done.position).await;
            }
            // Answered before: that answer speaks of another file.
            Ok(_) => self.discard(file).await,
            Err(
                AppError::Invalid(_) | AppError::Refused(_) | AppError::NotFound(_) | AppError::Denied { .. },
            ) => {
                self.discard(file).await;
            }
            Err(_) => {}
        }
        handed_in.map(|(done, _)| done)
    }

    /// Destroys a file that was refused. If the vault does not answer, the refusal is said all the same, and the sweep destroys it.
    pub(super) async fn discard(&self, file: FileId) {
        if let Err(error) = self.vault.destroy(file).await {
            tracing::warn!(%error, "a refused file is not destroyed yet; the sweep will do it");
        }
    }

    async fn hand_in_now(
        &self,
        call: &Call,
        file: FileId,
        mut note: Note,
    ) -> Result<(Done<EvidenceReceipt>, Digest), AppError> {
        let computed = self.compute(file, &note).await?;
        let Computed { bytes, content, salted } = computed;
        let kind = note.whole(bytes)?;
        let receipt = |at| EvidenceReceipt {
            claim: note.claim,
            evidence: note.evidence,
            kind,
            bytes,
            digest: salted,
            at,
        };
        // The last answer was lost: the claim has this very file.
        let slot = self.slot(call, note.of()).await?;
        let there = slot.file(note.evidence);
        if let Some(there) = there.filter(|there| there.digest == salted) {
            return Ok((Done { receipt: receipt(there.at), replayed: true, position: None }, salted));
        }
        note.digest = Some(salted);
        self.vault.annotate(file, &note.bytes()?).await?;
        let (note, look) = (&note, self.look_of(file, &note, kind, bytes).await);
        let look = look.as_deref();
        let receipt = |at| EvidenceReceipt {
            claim: note.claim,
            evidence: note.evidence,
            kind,
            bytes,
            digest: salted,
            at,
        };
        let request = (note.claim, note.dispute, note.evidence, content);
        let action = slot.action;
        self.catch_up_before(call, action, note.claim).await?;
        let done = self
            .transact(call, action, &request, |now| async move {
                let slot = self.slot(call, note.of()).await?;
                let kept = EvidenceFile { kind, bytes, digest: salted, at: now };
                let event = slot.add(note.evidence, kept)?;
                self.unused(&slot.open, note.evidence).await?;
                self.vault.publish(file).await?;
                let mut unit = Unit::new(now, call.caller.actor());
                unit.appends.push(append_claim(&slot.open.loaded, vec![event]));
                let place = [file.0.as_bytes().as_slice(), &note.half().0].concat();
                let (salt, owner) = (note.salt.to_vec(), note.about);
                unit.sealed.push(Sealed { owner, name: salt_name(note.evidence), bytes: salt });
                unit.sealed.push(Sealed { owner, name: place_name(note.evidence), bytes: place });
                // Looked for in papers of claims only: what a stranger hands in says nothing about the claimant's hands.
                if note.dispute.is_none() {
                    let print = self.print_of(&content);
                    let bytes = print.to_vec();
                    unit.sealed.push(Sealed { owner, name: print_name(note.evidence), bytes });
                    let plan = &slot.open.claim().claimed().plan;
                    let seen = look.is_some();
                    unit.traces =
                        self.file_traces(owner, note.claim, note.evidence, print, seen.then_some(plan));
                }
                if let Some(look) = look {
                    let bytes = look.to_vec();
                    unit.sealed.push(Sealed { owner, name: look_name(note.evidence), bytes });
                }
                Ok((unit, receipt(now)))
            })
            .await?;
        Ok((done, salted))
    }

    /// What a picture looks like, with the version of whoever looked; `None` for other files and where nobody can tell.
    async fn look_of(&self, file: FileId, note: &Note, kind: FileKind, bytes: u64) -> Option<Vec<u8>> {
        if !is_picture(kind) || note.dispute.is_some() {
            return None;
        }
        let pieces = self.vault.read(file, Some(&note.half()), 0..u64::MAX).await.ok()?;
        let look = self.pictures.look(kind, bytes, pieces).await?;
        Some([&[self.pictures.version()], look.0.as_slice()].concat())
    }

    /// Ends the file and reads it back: what the digest says is what the disk holds.
    async fn compute(&self, file: FileId, note: &Note) -> Result<Computed, AppError> {
        let half = note.half();
        self.vault.finish(file, &half).await?;
        let (mut plain, mut salted) = (Sha256::new(), Sha256::new());
        salted.update(note.salt);
        let mut bytes = 0_u64;
        let mut pieces = self.vault.read(file, Some(&half), 0..u64::MAX).await?;
        while let Some(piece) = pieces.next().await? {
            plain.update(&piece);
            salted.update(&piece);
            bytes = bytes.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
        }
        let digest = |hash: Sha256| Digest::from_bytes(hash.finalize().into());
        Ok(Computed { bytes, content: digest(plain), salted: digest(salted) })
    }
}
