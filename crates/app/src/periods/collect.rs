//! Collection: what the bank reports about debits, and who bears what did not come.
//!
//! Everybody owes their share from the settlement on; only failed debits are named one by one. What failed stands as arrears
//! and is covered at once by whoever the terms say, so that payouts never rely on money that may not come:
//!
//! | shortfall rule | bears what failed | gets it when arrears come in after all |
//! | --- | --- | --- |
//! | operator | the operator, whole | the operator |
//! | next period | the next period, whole | the surplus |
//! | cut aid | the surplus first, then the claims, fee at its rate | the surplus |
//!
//! What a claimant owes is kept back from the aid here, when it becomes payable, and goes to whoever bore it: before, the
//! claim may still be withdrawn, and afterwards the sum that is sent would change under the hands of whoever sends it.

use huzhu_domain::digest::Digest;
use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent};
use huzhu_domain::id::EnrolmentId;
use huzhu_domain::period::{ClaimAid, Collection, Statement};
use huzhu_domain::plan::{PeriodKey, PlanId, PlanTerms, Shortfall};
use huzhu_domain::settlement::shortfall;
use huzhu_domain::time::{Day, Moment, day_of};
use huzhu_ledger::{Account, Amount, Currency, Line};
use serde::{Deserialize, Serialize};

use super::given_back::give_back;
use super::kept_back::Touched;
use super::{Booking, OfPeriod, period_reference, share_in};
use crate::App;
use crate::call::{Call, Done};
use crate::claims::{end_of, refusal::refused};
use crate::error::{AppError, FieldMistake};
use crate::load::{Loaded, append_claim, append_period};
use crate::permission::Action;
use crate::ports::Unit;
use crate::record::{EnrolmentRecord, PeriodRecord};
use crate::transact::digest_bytes;

/// Debits named in one call: protects the size of a unit. A larger report is for the data plane of settlements.
pub const FAILURES_MAX: usize = 50_000;

/// What collecting would take and pay.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CollectionPreview {
    /// The period.
    pub key: PeriodKey,
    /// Currency of all amounts.
    pub currency: Currency,
    /// The day on which shares are taken.
    pub sharing_day: Day,
    /// Members counted.
    pub headcount: u64,
    /// The share; in banded or capped plans the largest one.
    pub share: Amount,
    /// What all members owe together.
    pub shares_total: Amount,
    /// What each claim is paid when nothing fails.
    pub payable: Vec<ClaimAid>,
    /// Last day on which failed debits are tried again.
    pub retry_until: Option<Day>,
    /// Last day of payout.
    pub payout_until: Option<Day>,
}

/// Records the bank's report on the debits of a period.
#[derive(Clone, Debug, Serialize)]
pub struct CollectPeriod {
    /// The plan.
    pub plan: PlanId,
    /// Which period.
    pub key: PeriodKey,
    /// Enrolments whose debit failed, at most [`FAILURES_MAX`]; all others paid.
    pub failed: Vec<EnrolmentId>,
    /// The report itself; its digest is kept.
    pub report: Vec<u8>,
}

/// Shares were taken. Amounts in minor units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectReceipt {
    /// The period.
    pub key: PeriodKey,
    /// Taken from members.
    pub collected: Amount,
    /// Not taken, now in arrears.
    pub failed: Amount,
    /// Debits that failed.
    pub failures: u64,
    /// What each claim is paid, after cuts and after unpaid shares were kept back.
    pub payable: Vec<ClaimAid>,
    /// Unpaid shares of claimants that were kept back from their aid.
    #[serde(default)]
    pub arrears_deducted: Amount,
    /// What the operator bears of what failed.
    pub borne_by_operator: Amount,
    /// What the next period bears of it.
    pub carried_to_next: Amount,
    /// What the aid was cut by.
    pub aid_cut: Amount,
    /// When payouts are due.
    pub payout_until: Moment,
}

impl App {
    /// What collecting a settled period would take and pay. Writes nothing.
    pub async fn collection_preview(
        &self,
        call: &Call,
        of: &OfPeriod,
    ) -> Result<CollectionPreview, AppError> {
        self.authorise(call, Action::RunPeriod, self.clock.now()).await?;
        let plan = self.load_plan(&of.plan).await?;
        let (period, terms) = self.noticed_period(&plan, of.key).await?;
        let noticed = period.state.noticed().ok_or(AppError::NotFound("period"))?;
        let statement = period.state.statement().ok_or(AppError::NotFound("statement"))?;
        Ok(CollectionPreview {
            key: of.key,
            currency: terms.currency(),
            sharing_day: noticed.sharing_day,
            headcount: statement.headcount,
            share: statement.share,
            shares_total: statement.shares_total,
            payable: statement.payable.clone(),
            retry_until: terms.calendar().retry_last_day(of.key),
            payout_until: terms.calendar().payout_deadline(of.key),
        })
    }

    /// Records the bank's report on the debits: what failed becomes arrears, the shortfall rule of the terms decides who bears
    /// it, and the claims become payable.
    pub async fn collect_period(
        &self,
        call: &Call,
        command: &CollectPeriod,
    ) -> Result<Done<CollectReceipt>, AppError> {
        let ids = distinct(&command.failed, "failed")?;
        let ids = &ids;
        let report = digest_bytes(&command.report);
        let request = (&command.plan, command.key, ids, report);
        self.authorise(call, Action::RunPeriod, self.clock.now()).await?;
        // A cut of aid leaves more below the ceiling of its claimant: verdicts from before come before.
        self.catch_up_plan(&command.plan).await?;
        self.transact(call, Action::RunPeriod, &request, |now| async move {
            self.decide_collection(call, command, ids, report, now).await
        })
        .await
    }

    async fn decide_collection(
        &self,
        call: &Call,
        command: &CollectPeriod,
        ids: &[EnrolmentId],
        report: Digest,
        now: Moment,
    ) -> Result<(Unit, CollectReceipt), AppError> {
        let key = command.key;
        let plan = self.load_plan(&command.plan).await?;
        let (period, terms) = self.noticed_period(&plan, key).await?;
        let Some(statement) = period.state.statement() else {
            let state = period.state.state().word().to_owned();
            let values = vec![("state", state), ("verb", "collected".to_owned())];
            return Err(refused("period-wrong-state", values));
        };
        let periods = self.store.periods(&command.plan).await?;
        let mut unit = Unit::new(now, call.caller.actor());
        let retry_until = terms.calendar().retry_last_day(key).ok_or(AppError::NotFound("period"))?;
        let (mut failed, mut touched) = (Amount::ZERO, Touched::default());
        for id in ids {
            let loaded = self.load_enrolment(*id).await?;
            let (share, event) =
                self.note_failure(&mut unit, terms, &periods, key, &loaded, retry_until).await?;
            touched.note(loaded, event);
            failed = failed
                .checked_add(share)
                .ok_or_else(|| AppError::Broken("failed shares do not fit an amount".to_owned()))?;
        }
        let noticed = period.state.noticed().ok_or(AppError::NotFound("period"))?;
        let giving_back = self.giving_back(&mut unit, terms, noticed.headcount_day).await?;
        let collected = statement.shares_total.checked_sub(failed);
        let collected = collected.ok_or_else(|| refused("period-does-not-add-up", Vec::new()))?;
        let borne = Borne::of(terms, statement, failed)?;
        let failures = u64::try_from(ids.len()).unwrap_or(u64::MAX);
        let collection = Collection { collected, failed, failures, report };
        let today = day_of(now, terms.zone());
        let event = period.state.collect(collection, today)?;
        unit.appends.push(append_period(&period, vec![event]));
        let due = terms.calendar().payout_deadline(key).ok_or(AppError::NotFound("period"))?;
        let payout_until = end_of(due, terms.zone());
        book_collection(&mut unit, terms, today, key, &collection, &borne)?;
        give_back(&mut unit, &mut touched, terms, &periods, key, giving_back)?;
        let (payable, arrears_deducted) =
            self.keep_back(&mut unit, &mut touched, &plan, today, &borne.payable).await?;
        touched.push(&mut unit);
        self.make_payable(&mut unit, terms, key, &borne.payable, &payable, payout_until).await?;
        let receipt = CollectReceipt {
            key,
            collected,
            failed,
            failures,
            payable,
            arrears_deducted,
            borne_by_operator: borne.operator,
            carried_to_next: borne.next_period,
            aid_cut: borne.aid_cut,
            payout_until,
        };
        Ok((unit, receipt))
    }

    /// Makes the claims of a period payable: `granted` is what is left of each after cuts, `payable` what is left of that after
    /// unpaid shares were kept back.
    async fn make_payable(
        &self,
        unit: &mut Unit,
        terms: &PlanTerms,
        key: PeriodKey,
        granted: &[ClaimAid],
        payable: &[ClaimAid],
        until: Moment,
    ) -> Result<(), AppError> {
        for (one, before) in payable.iter().zip(granted) {
            let open = self.open_claim(one.claim).await?;
            let event = open.claim().become_payable(key, one.aid, until)?;
            unit.appends.push(append_claim(&open.loaded, vec![event]));
            let kept = before.aid.checked_sub(one.aid).unwrap_or(Amount::ZERO);
            let mut values = vec![("aid", one.aid.decimal(terms.currency())), ("period", key.to_string())];
            let template = if kept.is_zero() {
                "mail-claim-payable"
            } else {
                values.push(("share", kept.decimal(terms.currency())));
                "mail-claim-payable-less"
            };
            self.tell_claimant(unit, open.claim(), template, Some(until), values).await?;
        }
        Ok(())
    }

    /// Puts one failed debit into arrears. Answers the share, and what happened to the enrolment.
    async fn note_failure(
        &self,
        unit: &mut Unit,
        terms: &PlanTerms,
        periods: &[PeriodRecord],
        key: PeriodKey,
        loaded: &Loaded<Enrolment>,
        retry_until: Day,
    ) -> Result<(Amount, EnrolmentEvent), AppError> {
        let share = share_in(periods, &EnrolmentRecord::of(&loaded.state), key);
        if loaded.state.agreed().plan != *terms.id() || share.is_zero() {
            return Err(refused("period-not-counted", vec![("enrolment", loaded.state.id().to_string())]));
        }
        let event = loaded.state.fall_into_arrears(key, share, retry_until)?;
        if loaded.state.gives_back() {
            // Nobody will ask for it again.
            return Ok((share, event));
        }
        let values = vec![
            ("plan", terms.id().to_string()),
            ("period", key.to_string()),
            ("share", share.decimal(terms.currency())),
            ("until", retry_until.to_string()),
        ];
        self.write_to(unit, loaded.state.payer(), "mail-share-failed", values).await?;
        Ok((share, event))
    }
}

/// Who bears what was not collected.
struct Borne {
    payable: Vec<ClaimAid>,
    operator: Amount,
    next_period: Amount,
    aid_cut: Amount,
    fee_cut: Amount,
    from_surplus: Amount,
}

impl Borne {
    /// Applies the shortfall rule of the terms to a settled period of which `failed` was not collected.
    fn of(terms: &PlanTerms, statement: &Statement, failed: Amount) -> Result<Self, AppError> {
        let mut borne = Self {
            payable: statement.payable.clone(),
            operator: Amount::ZERO,
            next_period: Amount::ZERO,
            aid_cut: Amount::ZERO,
            fee_cut: Amount::ZERO,
            from_surplus: Amount::ZERO,
        };
        match terms.sharing().shortfall {
            Shortfall::Operator => borne.operator = failed,
            Shortfall::NextPeriod => borne.next_period = failed,
            Shortfall::CutAid => borne.cut(terms, statement, failed)?,
        }
        Ok(borne)
    }

    fn cut(&mut self, terms: &PlanTerms, statement: &Statement, failed: Amount) -> Result<(), AppError> {
        let large = || AppError::Broken("a sum of this period does not fit an amount".to_owned());
        let there = Amount::sum([statement.aid, statement.fee, statement.surplus]).map_err(|_| large())?;
        let available = there.checked_sub(failed).unwrap_or(Amount::ZERO);
        let aids: Vec<Amount> = statement.payable.iter().map(|claim| claim.aid).collect();
        let outcome = shortfall::resolve(shortfall::Rule::CutAid, available, &aids, terms.fee())
            .map_err(|e| AppError::Broken(format!("shortfall: {e}")))?;
        self.payable.iter_mut().zip(&outcome.paid).for_each(|(claim, paid)| claim.aid = *paid);
        self.aid_cut = outcome.aid_cut;
        self.fee_cut = statement.fee.checked_sub(outcome.fee).unwrap_or(Amount::ZERO);
        // The remainder of a cut can be larger than the surplus was, by less than one minor unit for each claim; it is then
        // kept, and what the surplus bears is what neither claims nor fee do.
        let cut = self.aid_cut.checked_add(self.fee_cut).ok_or_else(large)?;
        let rest = failed.checked_sub(cut).unwrap_or(Amount::ZERO);
        self.from_surplus = rest.min(statement.surplus);
        // Only a cost taken over from the period before can be larger than everything that is there.
        self.next_period = rest.checked_sub(self.from_surplus).unwrap_or(Amount::ZERO);
        Ok(())
    }
}

fn book_collection(
    unit: &mut Unit,
    terms: &PlanTerms,
    today: Day,
    key: PeriodKey,
    collection: &Collection,
    borne: &Borne,
) -> Result<(), AppError> {
    let booking = Booking::new(terms, today, period_reference(key));
    booking.push(
        unit,
        "shares-taken",
        "shares taken",
        moved(Account::CollectionsClearing, Account::SharesReceivable, collection.collected),
    )?;
    booking.push(
        unit,
        "shares-arrived",
        "shares arrived at the bank",
        moved(Account::Bank, Account::CollectionsClearing, collection.collected),
    )?;
    booking.push(
        unit,
        "shares-failed",
        "shares not collected",
        moved(Account::Arrears, Account::SharesReceivable, collection.failed),
    )?;
    let cut = borne.aid_cut.checked_add(borne.fee_cut);
    let cut = cut.ok_or_else(|| AppError::Broken("a cut does not fit an amount".to_owned()))?;
    // What rounding down left of a cut goes to the surplus.
    let kept = cut.checked_sub(collection.failed).unwrap_or(Amount::ZERO);
    booking.push(
        unit,
        "shortfall",
        "shares not collected, borne by others for now",
        vec![
            Line::debit(Account::OperatorGuarantee, borne.operator),
            Line::debit(Account::CostCarried, borne.next_period),
            Line::debit(Account::SurplusCarried, borne.from_surplus),
            Line::debit(Account::AidPayable, borne.aid_cut),
            Line::debit(Account::FeeIncome, borne.fee_cut),
            Line::credit(Account::ArrearsCovered, collection.failed),
            Line::credit(Account::SurplusCarried, kept),
        ],
    )
}

/// The two lines that move an amount.
pub(super) fn moved(debit: Account, credit: Account, amount: Amount) -> Vec<Line> {
    vec![Line::debit(debit, amount), Line::credit(credit, amount)]
}

/// Ids in order without repetition.
pub(super) fn distinct(ids: &[EnrolmentId], field: &str) -> Result<Vec<EnrolmentId>, AppError> {
    if ids.len() > FAILURES_MAX {
        return Err(AppError::Invalid(vec![FieldMistake {
            field: field.to_owned(),
            code: "too-many",
            values: vec![("limit", FAILURES_MAX.to_string()), ("found", ids.len().to_string())],
        }]));
    }
    let mut sorted = ids.to_vec();
    sorted.sort_unstable();
    sorted.dedup();
    Ok(sorted)
}
