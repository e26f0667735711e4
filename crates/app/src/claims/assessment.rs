//! Gathers the facts of a claim and lets the rules look at them.

use huzhu_domain::claim::{Citation, Claim, Eligibility, Facts, Finding, Illness, assess, granted_aid};
use huzhu_domain::enrolment::Enrolment;
use huzhu_domain::plan::{PlanTerms, PlanVersion};
use huzhu_domain::time::{Day, day_of};
use huzhu_ledger::Amount;
use serde::{Deserialize, Serialize};

use super::OpenClaim;
use crate::App;
use crate::error::AppError;
use crate::ports::{ClaimQuery, EnrolmentQuery, Page};
use crate::record::ClaimRecord;

/// Claims of one enrolment that are looked at for ceilings; far more than anybody files.
const CLAIMS_PER_ENROLMENT: u32 = 1_000;
/// Enrolments of one person in one plan that are looked at for earlier aid: each takes a day at least.
const ENROLMENTS_PER_PERSON: u32 = 10_000;

/// What one rule says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FindingView {
    /// Word of the rule when broken, see [`huzhu_domain::claim::FindingKind::word`].
    pub rule: String,
    /// `true` when it is kept.
    pub kept: bool,
    /// The day that decided.
    pub day: Option<Day>,
    /// The term of the plan file that the rule comes from, such as `waiting.days = 90`.
    pub term: String,
    /// What would change it: word of [`huzhu_domain::claim::Remedy`].
    pub remedy: String,
}

impl FindingView {
    fn of(finding: Finding, cited: &Citation) -> Self {
        Self {
            rule: finding.kind.word().to_owned(),
            kept: finding.kept,
            day: finding.day,
            term: cited.to_string(),
            remedy: finding.kind.remedy().word().to_owned(),
        }
    }
}

/// What the rules say to a claim.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EligibilityView {
    /// The plan version whose terms were applied: the one in force on the event date.
    pub version: PlanVersion,
    /// One finding per rule, in order of precedence.
    pub findings: Vec<FindingView>,
    /// Every rule is kept.
    pub eligible: bool,
    /// Aid in minor units, before unpaid shares are kept back; zero when a rule is broken.
    pub aid: Amount,
}

impl EligibilityView {
    pub(super) fn of(found: &Eligibility, terms: &PlanTerms) -> Self {
        Self {
            version: terms.version(),
            findings: found
                .findings
                .iter()
                .zip(&found.cited)
                .map(|(finding, cited)| FindingView::of(*finding, cited))
                .collect(),
            eligible: found.is_eligible(),
            aid: found.aid,
        }
    }
}

impl App {
    /// What the rules say to a claim as it stands now; `cost` is the proven cost of treatment in reimbursing plans.
    pub(super) async fn assess_claim(
        &self,
        open: &OpenClaim,
        enrolment: &Enrolment,
        cost: Option<Amount>,
    ) -> Result<Eligibility, AppError> {
        let (claim, terms) = (open.claim(), open.terms()?);
        let reported = claim.reported().unwrap_or_else(|| self.clock.now());
        let reported = day_of(reported, terms.zone());
        self.assess_illness(terms, claim.illness(), enrolment, reported, Some(claim), cost).await
    }

    /// The aid that the terms give for a claim which a jury granted, whatever a rule says: the table, the tenure, and what is
    /// left below the ceiling. In reimbursing plans the cost that was proven counts; without one there is nothing to pay.
    pub(crate) async fn aid_when_granted(
        &self,
        open: &OpenClaim,
        enrolment: &Enrolment,
    ) -> Result<Amount, AppError> {
        let (claim, terms) = (open.claim(), open.terms()?);
        let reported = claim.reported().unwrap_or_else(|| self.clock.now());
        let owner = claim.claimed().member;
        let sealed = self.store.unseal(owner, &super::review::cost_name(claim.id())).await?;
        let cost = sealed.map(|bytes| serde_json::from_slice(&bytes)).transpose();
        let cost = cost.map_err(|e| AppError::Broken(format!("cost of {}: {e}", claim.id())))?;
        let reported = day_of(reported, terms.zone());
        let facts = self.facts_of(terms, claim.illness(), enrolment, reported, Some(claim), cost).await?;
        Ok(granted_aid(&facts))
    }

    /// What the rules say to an illness of somebody enrolled; `this` is the claim whose papers were examined, and which is not
    /// counted as an earlier one.
    pub(super) async fn assess_illness(
        &self,
        terms: &PlanTerms,
        illness: &Illness,
        enrolment: &Enrolment,
        reported: Day,
        this: Option<&Claim>,
        cost: Option<Amount>,
    ) -> Result<Eligibility, AppError> {
        Ok(assess(&self.facts_of(terms, illness, enrolment, reported, this, cost).await?))
    }

    /// The facts that the rules look at.
    async fn facts_of<'a>(
        &self,
        terms: &'a PlanTerms,
        illness: &'a Illness,
        enrolment: &Enrolment,
        reported: Day,
        this: Option<&'a Claim>,
        cost: Option<Amount>,
    ) -> Result<Facts<'a>, AppError> {
        let person = self.person(enrolment.agreed().member).await?;
        let mut facts = Facts::of(terms, illness, person.birth, enrolment, reported);
        facts.cost = cost;
        facts.judged = this.map_or_else(Default::default, |claim| claim.judged().clone());
        let rows = self.claims_of_person(enrolment).await?;
        for row in rows.into_iter().filter(|row| Some(row.id) != this.map(Claim::id) && row.aid.is_some()) {
            // Aid that is granted and on its way counts like aid that was paid, or two claims side by side would pass a
            // ceiling that one after the other does not.
            let claim = self.load_claim(row.id).await?.state;
            let aid = claim.state().aid().unwrap_or(Amount::ZERO);
            facts.paid_before = facts
                .paid_before
                .checked_add(aid)
                .ok_or_else(|| AppError::Broken("aid of one person does not fit an amount".to_owned()))?;
            if claim.illness().severity == illness.severity {
                facts.payouts_before = facts.payouts_before.saturating_add(1);
            }
        }
        Ok(facts)
    }

    /// All claims about the person of an enrolment in its plan: those of earlier enrolments too, whichever member the person
    /// was then. A dependant gets a new member id with each enrolment; the keyed hash of the identity number stays.
    pub(crate) async fn claims_of_person(&self, enrolment: &Enrolment) -> Result<Vec<ClaimRecord>, AppError> {
        let agreed = enrolment.agreed();
        let query = EnrolmentQuery::ByIdentity(agreed.plan.clone(), agreed.identity);
        let mut claims = Vec::new();
        for row in self.store.enrolments(&query, &Page::first(ENROLMENTS_PER_PERSON)).await? {
            let query = ClaimQuery::ByEnrolment(row.id);
            claims.extend(self.store.claims(&query, &Page::first(CLAIMS_PER_ENROLMENT)).await?);
        }
        Ok(claims)
    }
}
