//! Signals of duplicates and rings for the desk: gathers the traces of claims and asks the domain what they have in common.
//!
//! Guarantees: contacts and prints of files are unsealed one claim at a time and compared as keyed hashes; nothing is kept. What a
//! picture looks like is no keyed hash, since likeness must be seen in it; it is sealed like the picture.
//! Signals are told to whoever works on the claim, and change nothing.
//!
//! Limits: the newest [`COMPARED_MAX`] claims of the plan are compared, since each costs some reads.

use std::collections::{BTreeMap, BTreeSet};

use huzhu_domain::claim::{Look, Signal, State, Traces, signals};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::{ClaimId, EvidenceId};
use huzhu_domain::time::age_days;

use super::OpenClaim;
use crate::App;
use crate::call::{Call, Caller};
use crate::error::AppError;
use crate::permission::Action;
use crate::ports::{ClaimQuery, Page};

/// Claims of the plan that are read as rows.
const ROWS_MAX: u32 = 2_000;
/// The newest of them, whose traces are compared.
const COMPARED_MAX: usize = 300;

impl App {
    /// What a claim has in common with claims of other people in its plan; for whoever works on it.
    pub async fn claim_signals(&self, call: &Call, claim: ClaimId) -> Result<Vec<Signal>, AppError> {
        match &call.caller {
            Caller::Member { roles, .. } if Action::ReadClaims.allows(roles) => {}
            _ => return Err(AppError::NotFound("claim")),
        }
        let open = self.readable_claim(call, claim).await?;
        let states: Vec<&'static str> = State::WORDS.into_iter().filter(|word| *word != "draft").collect();
        let query = ClaimQuery::InStates(open.claim().claimed().plan.clone(), states);
        let rows = self.store.claims(&query, &Page::first(ROWS_MAX)).await?;
        let mut others = Vec::new();
        for row in rows.iter().rev().filter(|row| row.id != claim).take(COMPARED_MAX) {
            others.push(self.traces_of(&self.open_claim(row.id).await?).await?);
        }
        let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?.state;
        let illness = open.claim().illness();
        let after = age_days(enrolment.agreed().covered_from, illness.event_date);
        let after_wait = Some(after).filter(|_| !illness.accident);
        Ok(signals(&self.traces_of(&open).await?, &others, after_wait))
    }

    async fn traces_of(&self, open: &OpenClaim) -> Result<Traces, AppError> {
        let claim = open.claim();
        let owner = claim.claimed().member;
        let contacts = self.contacts_of(owner, claim.id()).await?;
        let (mut files, mut looks) = (BTreeSet::new(), BTreeMap::new());
        for evidence in claim.evidence().keys() {
            let print = self.store.unseal(owner, &print_name(*evidence)).await?;
            let Some(print) = print.and_then(|bytes| bytes.try_into().ok()).map(Digest::from_bytes) else {
                continue;
            };
            files.insert(print);
            let look = self.store.unseal(owner, &look_name(*evidence)).await?;
            looks.extend(look.and_then(|bytes| self.look(&bytes)).map(|look| (print, look)));
        }
        let named = !contacts.doctor.trim().is_empty() && !contacts.hospital.trim().is_empty();
        Ok(Traces {
            claim: claim.id(),
            member: owner,
            files,
            looks,
            payee: self.fingerprint(&contacts.payee),
            phone: self.fingerprint(&contacts.phone),
            address: self.fingerprint(&contacts.address),
            doctor: named
                .then(|| self.fingerprint(&format!("{}/{}", contacts.doctor, contacts.hospital)))
                .flatten(),
        })
    }

    /// What a picture looked like to whoever looks now; `None` when another version looked.
    fn look(&self, bytes: &[u8]) -> Option<Look> {
        let (version, look) = bytes.split_first()?;
        (*version == self.pictures.version()).then(|| look.try_into().ok().map(Look)).flatten()
    }

    /// Keyed hash of the content of a file: equal files have equal prints, and nobody without the key can look for one.
    pub(super) fn print_of(&self, content: &Digest) -> [u8; 32] {
        *self.secrets.keyed_hash("file-print", content.bytes()).bytes()
    }
}

/// Sealed name of what a picture looks like: the version of whoever looked, then the look.
pub(super) fn look_name(evidence: EvidenceId) -> String {
    format!("evidence/{evidence}/look")
}

/// Sealed name of the print of a file.
pub(super) fn print_name(evidence: EvidenceId) -> String {
    format!("evidence/{evidence}/print")
}
