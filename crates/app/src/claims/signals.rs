//! Signals of duplicates and rings for the desk: gathers the traces of claims and asks the domain what they have in common.
//!
//! Guarantees: contacts and prints of files are unsealed one claim at a time and compared as keyed hashes; nothing is kept. What a
//! picture looks like is no keyed hash, since likeness must be seen in it; it is sealed like the picture.
//! Signals are told to whoever works on the claim, and change nothing.
//!
//! Shape: claims that share an account, a phone, an address, a doctor or a file are found by an index of keyed hashes
//! ([`crate::ports::Trace`]) among any number, and only their traces are gathered. Likeness has no index: the newest
//! [`PICTURED_MAX`] claims with pictures are compared.

use std::collections::{BTreeMap, BTreeSet};

use huzhu_domain::claim::{Look, Signal, State, Traces, signals};
use huzhu_domain::digest::Digest;
use huzhu_domain::id::{ClaimId, EvidenceId, MemberId};
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::age_days;

use super::{Contacts, OpenClaim};
use crate::App;
use crate::call::{Call, Caller};
use crate::error::AppError;
use crate::permission::Action;
use crate::ports::Trace;

/// The newest claims with pictures, which are looked at for likeness.
const PICTURED_MAX: u32 = 300;
/// The newest claims that share one thing: more of them say nothing new, and a large hospital has many.
const SHARING_MAX: u32 = 100;

impl App {
    /// What a claim has in common with claims of other people in its plan; for whoever works on it.
    pub async fn claim_signals(&self, call: &Call, claim: ClaimId) -> Result<Vec<Signal>, AppError> {
        match &call.caller {
            Caller::Member { roles, .. } if Action::ReadClaims.allows(roles) => {}
            _ => return Err(AppError::NotFound("claim")),
        }
        let open = self.readable_claim(call, claim).await?;
        let traces = self.traces_of(&open).await?;
        let mut others = Vec::new();
        for other in self.sharing(&open, &traces).await? {
            let other = self.open_claim(other).await?;
            let is_filed = !matches!(other.claim().state(), State::Draft);
            if is_filed && other.claim().claimed().plan == open.claim().claimed().plan {
                others.push(self.traces_of(&other).await?);
            }
        }
        let enrolment = self.load_enrolment(open.claim().claimed().enrolment).await?.state;
        let illness = open.claim().illness();
        let after = age_days(enrolment.agreed().covered_from, illness.event_date);
        let after_wait = Some(after).filter(|_| !illness.accident);
        Ok(signals(&traces, &others, after_wait))
    }

    /// Other claims that may have something in common with one, the newest first.
    async fn sharing(&self, open: &OpenClaim, traces: &Traces) -> Result<Vec<ClaimId>, AppError> {
        let mut found = BTreeSet::new();
        let contacts = [traces.payee, traces.phone, traces.address, traces.doctor];
        for print in contacts.into_iter().flatten().chain(traces.files.iter().copied()) {
            found.extend(self.store.claims_with_trace(&print, SHARING_MAX).await?);
        }
        if !traces.looks.is_empty() {
            let pictured = self.pictured(&open.claim().claimed().plan);
            found.extend(self.store.claims_with_trace(&pictured, PICTURED_MAX).await?);
        }
        found.remove(&open.claim().id());
        Ok(found.into_iter().rev().collect())
    }

    /// By what claims are found that share contacts with this one.
    pub(super) fn contact_traces(&self, owner: MemberId, claim: ClaimId, contacts: &Contacts) -> Vec<Trace> {
        let trace = |name: &str, print| Trace { owner, claim, name: name.to_owned(), print };
        vec![
            trace("payee", self.fingerprint(&contacts.payee)),
            trace("phone", self.fingerprint(&contacts.phone)),
            trace("address", self.fingerprint(&contacts.address)),
            trace("doctor", self.doctor(contacts)),
        ]
    }

    /// By what claims are found that have this very file, and in its plan those with pictures. `pictured`: the plan, if it is one.
    pub(super) fn file_traces(
        &self,
        owner: MemberId,
        claim: ClaimId,
        evidence: EvidenceId,
        print: [u8; 32],
        pictured: Option<&PlanId>,
    ) -> Vec<Trace> {
        let file =
            Trace { owner, claim, name: format!("file/{evidence}"), print: Some(Digest::from_bytes(print)) };
        let picture = pictured.map(|plan| Trace {
            owner,
            claim,
            name: "pictured".to_owned(),
            print: Some(self.pictured(plan)),
        });
        std::iter::once(file).chain(picture).collect()
    }

    /// What all claims of a plan with pictures share.
    fn pictured(&self, plan: &PlanId) -> Digest {
        self.secrets.keyed_hash("pictured-claims", plan.as_str().as_bytes())
    }

    fn doctor(&self, contacts: &Contacts) -> Option<Digest> {
        let named = !contacts.doctor.trim().is_empty() && !contacts.hospital.trim().is_empty();
        named.then(|| self.fingerprint(&format!("{}/{}", contacts.doctor, contacts.hospital))).flatten()
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
        Ok(Traces {
            claim: claim.id(),
            member: owner,
            files,
            looks,
            payee: self.fingerprint(&contacts.payee),
            phone: self.fingerprint(&contacts.phone),
            address: self.fingerprint(&contacts.address),
            doctor: self.doctor(&contacts),
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
