//! Settlement rules from plan terms: the one place where the words of a plan become the switches of the arithmetic.

use huzhu_ledger::Amount;

use super::{Cap, Excess, Model, Rules, shortfall};
use crate::plan::{self, PlanTerms};

impl Rules {
    /// The rules of `terms`; `sponsored` is what a sponsor with a limit has paid in earlier periods.
    pub fn of(terms: &PlanTerms, sponsored: Amount) -> Self {
        let sharing = terms.sharing();
        Self {
            model: match &sharing.model {
                plan::Model::After => Model::After,
                plan::Model::Pool { .. } => Model::Pool,
                plan::Model::Sponsor { limit, .. } => Model::Sponsor {
                    room: limit.map(|limit| limit.checked_sub(sponsored).unwrap_or_default()),
                },
            },
            fee: sharing.fee,
            weights: sharing.weights(),
            cap_per_claim: sharing.cap_per_claim.as_ref().map(cap),
            cap_per_year: sharing.cap_per_year.as_ref().map(cap),
        }
    }
}

fn cap(cap: &plan::Cap) -> Cap {
    Cap {
        amount: cap.amount,
        excess: match cap.excess {
            plan::Excess::Operator => Excess::Operator,
            plan::Excess::OtherMembers => Excess::OtherMembers,
            plan::Excess::NextPeriod => Excess::NextPeriod,
            plan::Excess::CutAid => Excess::CutAid,
        },
    }
}

/// Who bears what could not be collected under `terms`.
pub fn shortfall_rule(terms: &PlanTerms) -> shortfall::Rule {
    match terms.sharing().shortfall {
        plan::Shortfall::Operator => shortfall::Rule::Operator,
        plan::Shortfall::NextPeriod => shortfall::Rule::NextPeriod,
        plan::Shortfall::CutAid => shortfall::Rule::CutAid,
    }
}
