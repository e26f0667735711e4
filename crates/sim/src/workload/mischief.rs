//! Mischief: verbs by the wrong people, at the wrong time, with the wrong things. Every one must change nothing.

use huzhu_app::call::Call;
use huzhu_app::claims::{ConfirmClaim, DraftClaim, OwnClaim, TakeClaim};
use huzhu_app::periods::{CollectPeriod, PayClaim, PayIn, PaySource};
use huzhu_app::roles::ChangeRole;
use huzhu_domain::claim::Illness;
use huzhu_domain::id::{ClaimId, EnrolmentId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{ConditionCode, Severity};
use huzhu_ledger::Amount;

use super::Village;
use crate::auditor::Finding;
use crate::simulation::deed::Deed;

const STATES: [&str; 11] = [
    "draft",
    "reported",
    "under-review",
    "more-evidence-needed",
    "recommended",
    "approved",
    "refused",
    "on-notice",
    "payable",
    "paid",
    "withdrawn",
];

impl Village {
    /// Some wrong things are tried.
    pub(super) fn mischief(&mut self) -> Result<(), Finding> {
        while self.scene.dice.chance(450) {
            let (call, deed) = self.wrong_deed()?;
            self.scene.act(&call, &deed)?;
        }
        Ok(())
    }

    fn wrong_deed(&mut self) -> Result<(Call, Deed), Finding> {
        let anybody = self.anybody();
        let operator = self.staff(Role::Operator)?;
        let claims = self.claims_in(&STATES);
        let claim =
            self.scene.dice.pick(&claims).map_or_else(|| ClaimId::from_uuid(uuid::Uuid::nil()), |row| row.id);
        let enrolments = self.enrolments();
        let enrolment = self
            .scene
            .dice
            .pick(&enrolments)
            .map_or_else(|| EnrolmentId::from_uuid(uuid::Uuid::nil()), |row| row.id);
        let key = self.a_period();
        let plan = self.scene.plan.clone();
        let report = b"nonsense".to_vec();
        Ok(match self.scene.dice.range(0, 16) {
            0 => (anybody, Deed::OpenNotice(self.of(key))),
            1 => (operator, Deed::OpenNotice(self.of(key))),
            2 => (operator, Deed::Settle(self.of(key))),
            3 => {
                let failed = vec![enrolment, enrolment];
                (
                    if self.scene.dice.chance(500) { operator } else { anybody },
                    Deed::Collect(CollectPeriod { plan, key: next_year(key), failed, report }),
                )
            }
            4 => (operator, Deed::Close(self.of(key))),
            5 => (operator, Deed::Pay(PayClaim { claim, confirmation: report })),
            6 => (anybody, Deed::Withdraw(OwnClaim { claim })),
            7 => (anybody, Deed::Confirm(ConfirmClaim { claim })),
            8 => (anybody, Deed::Take(TakeClaim { claim })),
            9 => (self.staff(Role::Reviewer)?, Deed::Take(TakeClaim { claim })),
            10 => (self.staff(Role::Confirmer)?, Deed::Confirm(ConfirmClaim { claim })),
            11 => (anybody, Deed::Leave(enrolment)),
            12 => (anybody, Deed::Report(OwnClaim { claim })),
            13 => {
                let member = match &operator.caller {
                    huzhu_app::call::Caller::Member { id, .. } => *id,
                    _ => return Err("the operator is nobody".to_owned()),
                };
                (operator, Deed::ChangeRole(ChangeRole { member, role: Role::Reviewer.word(), grant: true }))
            }
            14 => (
                operator,
                Deed::PayIn(PayIn {
                    plan,
                    source: PaySource::Operator,
                    amount: Amount::ZERO,
                    confirmation: report,
                }),
            ),
            15 => {
                let condition = ConditionCode::new("no-such-thing").map_err(|e| e.to_string())?;
                let illness = Illness {
                    condition,
                    severity: Severity::Severe,
                    event_date: self.scene.today(),
                    accident: false,
                };
                (
                    anybody,
                    Deed::Draft(DraftClaim { claim: ClaimId::from_uuid(self.uuid()), enrolment, illness }),
                )
            }
            _ => (Call::anonymous(), Deed::Withdraw(OwnClaim { claim })),
        })
    }

    /// A period that was, is, or is still to come.
    fn a_period(&mut self) -> huzhu_domain::plan::PeriodKey {
        let known: Vec<_> = self.periods().into_iter().map(|row| row.key).collect();
        let today = self.scene.today();
        let fallback = huzhu_domain::plan::PeriodKey { year: today.year(), month: today.month(), ordinal: 1 };
        let key = self.scene.dice.pick(&known).copied().unwrap_or(fallback);
        let ahead = self.scene.dice.chance(300);
        self.terms_now().filter(|_| ahead).map_or(key, |(_, terms)| {
            let calendar = terms.calendar();
            calendar.next(calendar.next(calendar.last_notice_begun(today)))
        })
    }
}

const fn next_year(key: huzhu_domain::plan::PeriodKey) -> huzhu_domain::plan::PeriodKey {
    huzhu_domain::plan::PeriodKey { year: key.year.saturating_add(1), ..key }
}
