//! The aid of a claim that a jury granted.

use huzhu_domain::claim::{Facts, granted};
use huzhu_domain::time::day_of;
use huzhu_ledger::Amount;

use super::OpenClaim;
use super::review::cost_name;
use crate::App;
use crate::error::AppError;

impl App {
    /// What the terms give for what was claimed, whatever rule stood against it; at most what is left below the ceiling. Zero when
    /// the table has no amount for it.
    pub(crate) async fn granted_aid(&self, open: &OpenClaim) -> Result<Amount, AppError> {
        let (claim, terms) = (open.claim(), open.terms()?);
        let owner = claim.claimed().member;
        let enrolment = self.load_enrolment(claim.claimed().enrolment).await?.state;
        let person = self.person(owner).await?;
        let reported = day_of(claim.reported().unwrap_or_else(|| self.clock.now()), terms.zone());
        let mut facts = Facts::of(terms, claim.illness(), person.birth, &enrolment, reported);
        let sealed = self.store.unseal(owner, &cost_name(claim.id())).await?;
        facts.cost = sealed
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .map_err(|e| AppError::Broken(format!("cost of {}: {e}", claim.id())))?;
        for row in self.claims_of_person(&enrolment).await? {
            if row.id == claim.id() {
                continue;
            }
            let aid = row.aid.unwrap_or(Amount::ZERO);
            facts.paid_before = facts
                .paid_before
                .checked_add(aid)
                .ok_or_else(|| AppError::Broken("aid of one person does not fit an amount".to_owned()))?;
        }
        Ok(granted(&facts))
    }
}
