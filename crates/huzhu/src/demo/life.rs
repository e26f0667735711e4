//! The life of the demo's town: people join, fall ill, file; staff review; periods are noticed, shared, paid and closed.
//!
//! Everything goes through the same use cases as on a real platform, on a clock that is moved by hand. The order of what
//! happens follows from the seed alone, so the same seed gives the same summary.

use std::collections::BTreeMap;
use std::sync::Arc;

use huzhu_app::App;
use huzhu_app::call::{Call, Done};
use huzhu_app::claims::{
    AddEvidence, Advice, AskedFor, ConfirmClaim, DraftClaim, OwnClaim, RecommendClaim, RequestEvidence,
    SendBack, TakeClaim,
};
use huzhu_app::error::AppError;
use huzhu_app::periods::{CollectPeriod, LapseUnpaid, OfPeriod, PayClaim, PayIn, PaySource, RetryArrears};
use huzhu_app::ports::Page;
use huzhu_domain::claim::Illness;
use huzhu_domain::enrolment::{Enrolment, EnrolmentEvent};
use huzhu_domain::event::{Event, StreamId};
use huzhu_domain::id::{ClaimId, EnrolmentId, EvidenceId, JuryCaseId, ObjectionId};
use huzhu_domain::plan::{Cause, PeriodKey, PlanId, PlanTerms, ReasonCode};
use huzhu_domain::time::{Day, age_years, midnight, plus_days};
use huzhu_gateways::clock::ManualClock;
use rand::RngExt as _;
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

use super::morbidity;
use super::town::{Resident, Staff};

/// How much more often people fall ill than in the table: a town of 5,000 would otherwise see a claim in three weeks.
/// The summary says so.
pub(crate) const INTENSITY: f64 = 6.0;
/// Chance that somebody leaves on a day.
const LEAVE_ON_A_DAY: f64 = 0.000_2;
/// Chance that a debit fails.
const DEBIT_FAILS: f64 = 0.006;
/// Chance that a failed debit is paid within the retry window.
const RETRY_PAYS: f64 = 0.8;
/// Chance that a reviewer asks for more evidence.
const MORE_EVIDENCE: f64 = 0.25;
/// Chance that the second person sends a claim back.
const SEND_BACK: f64 = 0.08;
/// Chance that an illness turns out to be excluded.
const EXCLUDED: f64 = 0.06;
/// Chance that a claimant withdraws.
const WITHDRAWS: f64 = 0.04;
/// Chance that a reviewer asks somebody outside to look.
const INVESTIGATED: f64 = 0.1;
/// Chance that a claimant who was refused asks for a jury.
const ASKS_JURY: f64 = 0.6;

/// What has to be done for a claim on a day.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    Take,
    Recommend,
    Answer,
    Findings,
    Confirm,
    Pay,
    AnswerObjection(ObjectionId),
    AskJury,
    Judge(JuryCaseId),
}

/// The town while it lives.
pub(crate) struct Life {
    pub(crate) app: Arc<App>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) rng: ChaCha20Rng,
    pub(crate) plan: PlanId,
    pub(crate) terms: PlanTerms,
    pub(crate) staff: Staff,
    pub(crate) residents: Vec<Resident>,
    diary: BTreeMap<Day, Vec<(Step, ClaimId, usize)>>,
}

impl Life {
    /// A town in which nothing has happened since people joined.
    pub(crate) fn new(
        app: Arc<App>,
        clock: Arc<ManualClock>,
        rng: ChaCha20Rng,
        terms: PlanTerms,
        staff: Staff,
        residents: Vec<Resident>,
    ) -> Self {
        let plan = terms.id().clone();
        Self { app, clock, rng, plan, terms, staff, residents, diary: BTreeMap::new() }
    }

    /// Lives through one day: morning work of the calendar, then people.
    pub(crate) async fn day(
        &mut self,
        today: Day,
        first: PeriodKey,
        last: PeriodKey,
    ) -> Result<(), AppError> {
        if let Some(noon) = midnight(today, self.terms.zone()) {
            self.clock.set(noon.saturating_add(jiff::SignedDuration::from_hours(10)).unwrap_or(noon));
        }
        self.app.pass_deadlines().await?;
        self.calendar(today, first, last).await?;
        self.become_jurors(today).await?;
        self.diary(today).await?;
        self.illness(today).await?;
        self.leaving(today).await
    }

    /// What the plan's calendar wants today.
    async fn calendar(&mut self, today: Day, first: PeriodKey, last: PeriodKey) -> Result<(), AppError> {
        let calendar = self.terms.calendar().clone();
        let operator = self.staff.operator();
        if let Some(key) = calendar.period_starting_on(today).filter(|key| *key >= first) {
            self.app.lapse_unpaid(&operator, &LapseUnpaid { plan: self.plan.clone() }).await?;
            self.app.open_notice(&operator, &self.of(key)).await?;
            self.object(today).await?;
        }
        let mut key = first;
        while key <= last {
            if calendar.sharing_day(key) == Some(today) {
                self.app.settle_period(&operator, &self.of(key)).await?;
                self.collect(key, today).await?;
            }
            if calendar.sharing_day(key).map(|day| plus_days(day, 3)) == Some(today) {
                self.retry(key, today).await?;
            }
            if calendar.payout_deadline(key) == Some(today) {
                self.app.close_period(&operator, &self.of(key)).await?;
            }
            key = calendar.next(key);
        }
        Ok(())
    }

    async fn collect(&mut self, key: PeriodKey, today: Day) -> Result<(), AppError> {
        let operator = self.staff.operator();
        let view = self.app.period_statement(&self.plan, key).await?;
        let headcount_day = view.headcount_day;
        let owes = view.statement.as_ref().is_some_and(|statement| statement.share.minor() > 0);
        let mut failed = Vec::new();
        for resident in &self.residents {
            if !owes || !self.rng.random_bool(DEBIT_FAILS) {
                continue;
            }
            // The row knows who has lapsed or left meanwhile.
            let row = self.app.store().enrolment(resident.enrolment).await?;
            failed.extend(row.filter(|row| row.is_counted(headcount_day)).map(|row| row.id));
        }
        let report =
            format!("demo bank report {key} of {today}: {} debits failed", failed.len()).into_bytes();
        let command = CollectPeriod { plan: self.plan.clone(), key, failed: failed.clone(), report };
        let Done { receipt, .. } = self.app.collect_period(&operator, &command).await?;
        self.pay_in(key).await?;
        let claims: Vec<ClaimId> = receipt.payable.iter().map(|one| one.claim).collect();
        for claim in claims {
            let day = plus_days(today, self.rng.random_range(1..6));
            self.diary.entry(day).or_default().push((Step::Pay, claim, 0));
        }
        let paying =
            failed.into_iter().filter(|_| self.rng.random_bool(RETRY_PAYS)).collect::<Vec<EnrolmentId>>();
        self.staff.retrying.insert(key, paying);
        Ok(())
    }

    /// The operator pays in what it bears: above the caps, and what could not be collected.
    async fn pay_in(&self, key: PeriodKey) -> Result<(), AppError> {
        let operator = self.staff.operator();
        let amount = self.app.books(&operator, &self.plan, &Page::first(1)).await?.due_from_operator;
        if amount.is_zero() {
            return Ok(());
        }
        let confirmation = format!("demo bank confirmation: operator for {key}").into_bytes();
        let command = PayIn { plan: self.plan.clone(), source: PaySource::Operator, amount, confirmation };
        self.app.pay_in(&operator, &command).await?;
        Ok(())
    }

    async fn retry(&mut self, key: PeriodKey, today: Day) -> Result<(), AppError> {
        let mut paid = Vec::new();
        for enrolment in self.staff.retrying.remove(&key).unwrap_or_default() {
            // Kept back from aid, or given back, since the debit failed: the operator has called the second try off.
            if self.owes(enrolment, key).await? {
                paid.push(enrolment);
            }
        }
        if paid.is_empty() {
            return Ok(());
        }
        let report = format!("demo bank report on retries of {key} of {today}").into_bytes();
        let command = RetryArrears { plan: self.plan.clone(), key, paid, report };
        self.app.retry_arrears(&self.staff.operator(), &command).await?;
        Ok(())
    }

    /// Whether the share of a period is still unpaid.
    async fn owes(&self, enrolment: EnrolmentId, key: PeriodKey) -> Result<bool, AppError> {
        let mut state: Option<Enrolment> = None;
        for recorded in self.app.store().stream(&StreamId::Enrolment(enrolment)).await? {
            let Event::Enrolment(event) = recorded.event else { continue };
            match (&mut state, event) {
                (None, EnrolmentEvent::Joined(joined)) => state = Some(Enrolment::begin(enrolment, joined)),
                (Some(state), event) => state.apply(&event),
                (None, _) => {}
            }
        }
        Ok(state.is_some_and(|state| state.arrears().contains_key(&key)))
    }

    /// What staff and claimants do today.
    async fn diary(&mut self, today: Day) -> Result<(), AppError> {
        for (step, claim, resident) in self.diary.remove(&today).unwrap_or_default() {
            match step {
                Step::Take => self.take(claim, resident, today).await?,
                Step::Recommend => self.recommend(claim, resident, today).await?,
                Step::Answer => self.answer(claim, resident, today).await?,
                Step::Findings => self.findings(claim, resident, today).await?,
                Step::AnswerObjection(objection) => self.answer_objection(claim, objection).await?,
                Step::AskJury => {
                    let payer = self.payer(resident);
                    if let Some(case) = self.ask_jury(claim, &payer).await? {
                        self.plan_step(today, 1, Step::Judge(case), claim, resident);
                    }
                }
                Step::Judge(case) => self.judge(claim, case).await?,
                Step::Confirm => self.confirm(claim, resident, today).await?,
                Step::Pay => {
                    let confirmation = format!("demo bank confirmation of {claim}").into_bytes();
                    let done =
                        self.app.pay_claim(&self.staff.operator(), &PayClaim { claim, confirmation }).await?;
                    if done.receipt.ended {
                        self.end_resident_of(claim, today).await?;
                    }
                }
            }
        }
        Ok(())
    }

    async fn take(&mut self, claim: ClaimId, resident: usize, today: Day) -> Result<(), AppError> {
        let reviewer = self.staff.reviewer(claim);
        self.app.take_claim(&reviewer, TakeClaim { claim }).await?;
        if self.rng.random_bool(WITHDRAWS) {
            return self.app.withdraw_claim(&self.payer(resident), OwnClaim { claim }).await.map(|_| ());
        }
        if self.rng.random_bool(MORE_EVIDENCE) {
            let text = "请补充病理报告或出院小结。 Please add the pathology report or the discharge letter."
                .to_owned();
            let item = "病理报告 Pathology report".to_owned();
            let items = vec![AskedFor { text: item, due: None }];
            self.app.request_evidence(&reviewer, &RequestEvidence { claim, text, items }).await?;
            let answered = self.rng.random_range(2..9);
            self.plan_step(today, answered, Step::Answer, claim, resident);
        } else if self.rng.random_bool(INVESTIGATED) {
            self.investigate(claim, resident, today).await?;
        } else {
            let decided = self.rng.random_range(3..9);
            self.plan_step(today, decided, Step::Recommend, claim, resident);
        }
        Ok(())
    }

    async fn answer(&mut self, claim: ClaimId, resident: usize, today: Day) -> Result<(), AppError> {
        let payer = self.payer(resident);
        self.add_file(&payer, claim, "出院小结 discharge letter").await?;
        self.app.complete_evidence(&payer, OwnClaim { claim }).await?;
        self.plan_step(today, 1, Step::Recommend, claim, resident);
        Ok(())
    }

    async fn recommend(&mut self, claim: ClaimId, resident: usize, today: Day) -> Result<(), AppError> {
        let reviewer = self.staff.reviewer(claim);
        let view = self.app.claim_view(&reviewer, claim).await?;
        let broken = view.eligibility.and_then(|eligibility| {
            eligibility.findings.iter().find(|finding| !finding.kept).map(|finding| finding.rule.clone())
        });
        let advice = match broken {
            Some(rule) => Advice::Refuse { reason: reason(&rule)? },
            None if self.rng.random_bool(EXCLUDED) => Advice::Refuse { reason: self.exclusion()? },
            None => Advice::Approve { cost: None },
        };
        self.app.recommend(&reviewer, &RecommendClaim { claim, advice }).await?;
        let confirmed = self.rng.random_range(1..4);
        self.plan_step(today, confirmed, Step::Confirm, claim, resident);
        Ok(())
    }

    async fn confirm(&mut self, claim: ClaimId, resident: usize, today: Day) -> Result<(), AppError> {
        let confirmer = self.staff.confirmer(claim);
        if !self.rng.random_bool(SEND_BACK) {
            match self.app.confirm_claim(&confirmer, ConfirmClaim { claim }).await {
                // An unpaid share or another payout may have changed the aid since the recommendation: back to review.
                Err(AppError::Refused(refusal)) if refusal.code == "claim-recommendation-outdated" => {}
                Ok(Done { receipt, .. }) => {
                    if receipt.claim.state == "refused" && self.rng.random_bool(ASKS_JURY) {
                        let asked = self.rng.random_range(1..4);
                        self.plan_step(today, asked, Step::AskJury, claim, resident);
                    }
                    return Ok(());
                }
                Err(other) => return Err(other),
            }
        }
        let text = "Please look at the facts again. 请再核对有关事实。".to_owned();
        self.app.send_back(&confirmer, &SendBack { claim, text }).await?;
        self.plan_step(today, 1, Step::Recommend, claim, resident);
        Ok(())
    }

    /// Who falls ill or has an accident today, and files some days later.
    async fn illness(&mut self, today: Day) -> Result<(), AppError> {
        for index in 0..self.residents.len() {
            let Some(resident) = self.residents.get(index) else {
                continue;
            };
            if resident.ill || resident.joined >= today || resident.until.is_some() {
                continue;
            }
            let age = age_years(resident.birth, today);
            let ill = morbidity::illness_on_a_day(age, resident.sex, INTENSITY);
            let hurt = morbidity::accident_on_a_day(INTENSITY);
            let drawn: f64 = self.rng.random();
            if drawn >= chance(ill, hurt) {
                continue;
            }
            self.file(index, today, drawn >= ill).await?;
        }
        Ok(())
    }

    pub(super) async fn file(&mut self, index: usize, today: Day, accident: bool) -> Result<(), AppError> {
        let illness = self.invent_illness(today, accident);
        let (Some(illness), Some(resident)) = (illness, self.residents.get_mut(index)) else {
            return Ok(());
        };
        resident.ill = true;
        let enrolment = resident.enrolment;
        let payer = self.payer(index);
        let claim = ClaimId::from_uuid(self.uuid());
        match self.app.draft_claim(&payer, &DraftClaim { claim, enrolment, illness }).await {
            Ok(_) => {}
            Err(AppError::Refused(_)) => return Ok(()),
            Err(other) => return Err(other),
        }
        self.add_file(&payer, claim, "诊断证明 diagnosis").await?;
        self.add_file(&payer, claim, "病历 hospital record").await?;
        self.app.report_claim(&payer, OwnClaim { claim }).await?;
        let taken = self.rng.random_range(1..6);
        self.plan_step(today, taken, Step::Take, claim, index);
        Ok(())
    }

    /// A condition of the plan that fits: the more common ones more often.
    fn invent_illness(&mut self, today: Day, accident: bool) -> Option<Illness> {
        let cover = self.terms.cover();
        let fitting: Vec<_> = cover
            .conditions
            .iter()
            .filter(|condition| {
                let group = cover.groups.iter().find(|group| group.code == condition.group);
                group.is_some_and(|group| (group.cause == Cause::Accident) == accident)
            })
            .collect();
        // The square puts weight on the first conditions of the file, which are the common ones.
        let draw: f64 = self.rng.random();
        let condition = fitting.get(index_of(draw, fitting.len()))?;
        let severity = *condition.severities.last()?;
        Some(Illness { condition: condition.code.clone(), severity, event_date: today, accident })
    }

    async fn leaving(&mut self, today: Day) -> Result<(), AppError> {
        for index in 0..self.residents.len() {
            let Some(resident) = self.residents.get(index) else {
                continue;
            };
            let may = !resident.ill && resident.until.is_none() && resident.joined < today && resident.alone;
            if !may || !self.rng.random_bool(LEAVE_ON_A_DAY) {
                continue;
            }
            let enrolment = resident.enrolment;
            let payer = self.payer(index);
            // Somebody may have lapsed in the meantime; then there is nothing to leave.
            match self.app.leave(&payer, enrolment).await {
                Ok(Done { receipt, .. }) => self.mark_ended(enrolment, receipt.until),
                Err(AppError::Refused(_)) => self.mark_ended(enrolment, today),
                Err(other) => return Err(other),
            }
        }
        Ok(())
    }

    async fn add_file(&mut self, payer: &Call, claim: ClaimId, title: &str) -> Result<(), AppError> {
        let evidence = EvidenceId::from_uuid(self.uuid());
        let bytes = super::paper::pdf(title);
        self.app.add_evidence(payer, &AddEvidence { of: claim.into(), evidence, bytes }).await?;
        Ok(())
    }

    async fn end_resident_of(&mut self, claim: ClaimId, today: Day) -> Result<(), AppError> {
        if let Some(record) = self.app.store().claim(claim).await? {
            self.mark_ended(record.enrolment, today);
        }
        Ok(())
    }

    fn mark_ended(&mut self, enrolment: EnrolmentId, until: Day) {
        if let Some(resident) = self.residents.iter_mut().find(|resident| resident.enrolment == enrolment) {
            resident.until = Some(until);
        }
    }

    fn exclusion(&self) -> Result<ReasonCode, AppError> {
        let first = self.terms.cover().exclusions.first().map(|exclusion| exclusion.code.clone());
        first.ok_or_else(|| AppError::Broken("the demo plan has no exclusion".to_owned()))
    }

    pub(super) fn plan_step(&mut self, today: Day, days: i64, step: Step, claim: ClaimId, resident: usize) {
        self.diary.entry(plus_days(today, days)).or_default().push((step, claim, resident));
    }

    fn payer(&self, index: usize) -> Call {
        let payer = self.residents.get(index).map(|resident| resident.payer);
        payer.map_or_else(Call::anonymous, |payer| Call::member(payer, std::collections::BTreeSet::new()))
    }

    fn of(&self, key: PeriodKey) -> OfPeriod {
        OfPeriod { plan: self.plan.clone(), key }
    }

    pub(super) fn uuid(&mut self) -> Uuid {
        super::town::uuid(&mut self.rng, huzhu_app::ports::Clock::now(self.clock.as_ref()))
    }
}

fn reason(word: &str) -> Result<ReasonCode, AppError> {
    ReasonCode::new(word).map_err(|error| AppError::Broken(error.to_string()))
}

#[expect(clippy::float_arithmetic, reason = "chances of the demo; no amount of money is computed here")]
fn chance(ill: f64, hurt: f64) -> f64 {
    ill + hurt
}

#[expect(
    clippy::float_arithmetic,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    clippy::cast_precision_loss,
    reason = "an index drawn from 0..len; both lie far below 2^52"
)]
fn index_of(draw: f64, len: usize) -> usize {
    (draw * draw * len as f64) as usize
}
