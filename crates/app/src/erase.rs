//! Erasing a person: the key under which everything personal was sealed is destroyed, with the files of their claims.
//!
//! Shape: the event first, which nobody can take back; then the log hears of it, files and key go. What is left are ids,
//! keyed hashes and salted digests that nobody can open any more; the log stays valid and holds a tombstone for each entry
//! whose file or salt is gone.
//!
//! Limits: files cannot be read from older copies once the master key of the vault was rotated, unless that copy holds the master
//! key too. Of other personal data, copies that were made of the instance secret *and* of the database before can still be read by
//! whoever holds both; the operations page says how long copies are kept. A consent stands on the log together with others: its salt is
//! destroyed, the entry gets no tombstone, and `docs/log.md` says why.

use huzhu_domain::claim::State;
use huzhu_domain::id::MemberId;
use serde::{Deserialize, Serialize};

use crate::App;
use crate::call::{Call, Caller, Done};
use crate::claims::refusal::refused;
use crate::error::AppError;
use crate::load::append_member;
use crate::permission::Action;
use crate::ports::{ClaimQuery, Page, Unit};

/// Claims of one person that are looked at: nobody files more.
const CLAIMS_MAX: u32 = 1_000;

/// A person was erased.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErasureReceipt {
    /// Who it was.
    pub member: MemberId,
    /// Files that were destroyed.
    pub files: u64,
}

impl App {
    /// Erases a person. Another operator than the person decides it; whoever sits at the machine itself may too. Refused
    /// while a claim of the person is open, since its evidence may still be needed.
    ///
    /// If the process dies after the event and before the end, calling again finishes the work.
    pub async fn erase_person(
        &self,
        call: &Call,
        member: MemberId,
    ) -> Result<Done<ErasureReceipt>, AppError> {
        self.authorise(call, Action::ErasePerson, self.clock.now()).await?;
        let files = self.vault_files_of(member).await?;
        let receipt = ErasureReceipt { member, files: u64::try_from(files.len()).unwrap_or(u64::MAX) };
        let done = if self.load_member(member).await?.state.is_erased() {
            Done { receipt, replayed: true, position: None }
        } else {
            self.decide_erasure(call, receipt).await?
        };
        // The entries of what is about to be destroyed need their salts; a log that does not answer delays nothing: its
        // entries are made without them later.
        self.await_logged(done.position).await;
        for file in files {
            self.vault.destroy(file).await?;
        }
        self.destroy_uploads_of(member).await?;
        self.store.erase(member).await?;
        Ok(done)
    }

    async fn decide_erasure(
        &self,
        call: &Call,
        receipt: ErasureReceipt,
    ) -> Result<Done<ErasureReceipt>, AppError> {
        let receipt = &receipt;
        self.transact(call, Action::ErasePerson, receipt, |now| async move {
            if self.has_open_claim(receipt.member).await? {
                return Err(refused("erasure-claim-open", Vec::new()));
            }
            let loaded = self.load_member(receipt.member).await?;
            let by = match &call.caller {
                Caller::Member { id, .. } => Some(*id),
                Caller::Anonymous | Caller::System => None,
            };
            let event = loaded.state.erase(by);
            let event = event.map_err(|why| refused(crate::roles::code(why), Vec::new()))?;
            let mut unit = Unit::new(now, call.caller.actor());
            unit.appends.push(append_member(&loaded, vec![event]));
            Ok((unit, receipt.clone()))
        })
        .await
    }

    async fn has_open_claim(&self, member: MemberId) -> Result<bool, AppError> {
        let rows = self.store.claims(&ClaimQuery::ByMember(member), &Page::first(CLAIMS_MAX)).await?;
        for row in rows.iter().filter(|row| row.member == member) {
            let claim = self.load_claim(row.id).await?.state;
            if needs_evidence(claim.state()) {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

/// Whether the evidence of a claim may still be needed for a decision.
const fn needs_evidence(state: &State) -> bool {
    match state {
        State::Draft | State::Refused { .. } | State::Paid { .. } | State::Withdrawn => false,
        State::Reported { .. }
        | State::UnderReview { .. }
        | State::MoreEvidenceNeeded { .. }
        | State::Investigating { .. }
        | State::Recommended { .. }
        | State::Approved { .. }
        | State::OnNotice { .. }
        | State::Objected { .. }
        | State::JuryRequested { .. }
        | State::Verdict { .. }
        | State::Cleared { .. }
        | State::Payable { .. } => true,
    }
}
