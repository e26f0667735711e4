//! Clears away files that nobody waits for any more, and destroys those of a person who is erased.

use huzhu_domain::id::MemberId;
use huzhu_domain::time::Moment;

use super::intake::Note;
use crate::App;
use crate::error::AppError;
use crate::ports::{ClaimQuery, FileId, Page, Staged};

/// Claims of one person that are looked at: nobody files more.
const CLAIMS_MAX: u32 = 1_000;

/// Seconds after its end for which a file is left alone: somebody may be handing it in at this moment.
const GRACE_SECONDS: i64 = 3_600;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Uploads that were given up, and destroyed.
    pub destroyed: u32,
    /// Files whose claim has them, and which a crash left without their mark.
    pub accepted: u32,
}

impl App {
    /// Clears away what nobody waits for any more. Repeatable; meant for the start and for every hour.
    ///
    /// # Errors
    /// When vault or store do not answer; the next sweep goes on.
    pub async fn sweep_uploads(&self) -> Result<Swept, AppError> {
        let grace = jiff::SignedDuration::from_secs(GRACE_SECONDS);
        let before = self.clock.now().saturating_sub(grace).unwrap_or(Moment::MIN);
        self.vault.sweep().await?;
        let mut swept = Swept::default();
        for staged in self.vault.all_staged().await? {
            if staged.until > before {
                continue;
            }
            if self.is_part_of_claim(&staged).await? {
                self.vault.accept(staged.file).await?;
                swept.accepted = swept.accepted.saturating_add(1);
            } else {
                self.vault.destroy(staged.file).await?;
                swept.destroyed = swept.destroyed.saturating_add(1);
            }
        }
        Ok(swept)
    }

    /// Where the vault keeps the files of all claims about a person, and of disputes about these. To be asked while the person's key is there.
    pub(crate) async fn vault_files_of(&self, member: MemberId) -> Result<Vec<FileId>, AppError> {
        let rows = self.store.claims(&ClaimQuery::ByMember(member), &Page::first(CLAIMS_MAX)).await?;
        let mut files = Vec::new();
        for row in rows.iter().filter(|row| row.member == member) {
            let claim = self.load_claim(row.id).await?.state;
            for evidence in claim.evidence().keys().chain(claim.dispute_evidence().keys()) {
                files.push(self.where_kept(member, *evidence).await?.0);
            }
        }
        Ok(files)
    }

    /// Destroys files on their way in that are about a person, or come from them.
    pub(crate) async fn destroy_uploads_of(&self, member: MemberId) -> Result<(), AppError> {
        for staged in self.vault.all_staged().await? {
            let note = Note::read(&staged)?;
            if note.about == member || note.by == member {
                self.vault.destroy(staged.file).await?;
            }
        }
        Ok(())
    }

    /// The claim, or the dispute about it, has a file of this very digest.
    async fn is_part_of_claim(&self, staged: &Staged) -> Result<bool, AppError> {
        let note = Note::read(staged)?;
        let Some(digest) = note.digest else { return Ok(false) };
        let claim = self.load_claim(note.claim).await?.state;
        let file = match note.dispute {
            None => claim.evidence().get(&note.evidence),
            Some(dispute) => claim
                .dispute_evidence()
                .get(&note.evidence)
                .filter(|one| one.dispute == dispute)
                .map(|one| &one.file),
        };
        Ok(file.is_some_and(|file| file.digest == digest))
    }
}
