//! The period desk: preview -> notice -> settle -> collect -> pay -> close. Each step shows what would happen before, and the
//! result after.

use askama::Template;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::response::Response;
use huzhu_app::LoadedPlan;
use huzhu_app::error::AppError;
use huzhu_app::periods::{OfPeriod, Payout, PeriodPreview, PeriodView};
use huzhu_app::permission::Action;
use huzhu_domain::period::{Collection, Statement};
use huzhu_domain::plan::{PeriodKey, PlanId, PlanTerms};
use huzhu_domain::time::{Moment, day_of};
use huzhu_ledger::{Amount, Currency};
use serde::Deserialize;

use super::agenda::{Stage, stage};
use crate::design::{EquationTerm, Fact, FieldError, NavItem, Page, Step, StepState};
use crate::i18n::Locale;
use crate::pages::forms::Fields;
use crate::pages::frame::{MemberVisit, PageError, plan_name};
use crate::pages::staff::{console, last_day, needs, words};
use crate::problem::Problem;

/// What a form brought back.
#[derive(Default)]
pub(super) struct Given {
    pub(super) status: StatusCode,
    pub(super) errors: Vec<FieldError>,
    pub(super) fields: Fields,
    pub(super) done: String,
}

#[derive(Deserialize)]
pub(super) struct Wish {
    #[serde(default)]
    done: String,
}

#[derive(Template)]
#[template(path = "operator/period.html")]
struct PeriodPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    trail: Vec<NavItem>,
    errors: Vec<FieldError>,
    done: String,
    kicker: String,
    steps: Vec<Step>,
    now: Now,
    preview: Vec<Fact>,
    equation: Vec<EquationTerm>,
    due: Vec<Fact>,
    collected: Vec<Fact>,
    payouts: Vec<PayoutLine>,
    arrears: Vec<Fact>,
    lapse: bool,
    address: String,
    public: String,
    key: String,
    failed: String,
    report: String,
    paid: String,
}

/// What can be done now.
#[derive(Clone, Debug, Default)]
struct Now {
    /// The step that can be done: `notice`, `settle`, `collect` or `close`; empty for none.
    step: &'static str,
    /// What has to be waited for; empty when nothing has.
    wait: String,
}

/// A payout to be made or made.
struct PayoutLine {
    claim: String,
    short: String,
    aid: String,
    due: String,
    state: String,
    tone: &'static str,
    open: bool,
}

/// The desk of one period.
pub(super) async fn page(
    visit: MemberVisit,
    Path((plan, key)): Path<(String, String)>,
    Query(wish): Query<Wish>,
) -> Result<Response, PageError> {
    let (plan, key) = named(&plan, &key)?;
    show(&visit, &plan, key, Given { done: wish.done, ..Given::default() }).await
}

/// Plan and period of an address; one of the wrong shape is like one that does not exist.
pub(super) fn named(plan: &str, key: &str) -> Result<(PlanId, PeriodKey), Problem> {
    let plan = PlanId::new(plan).map_err(|_| Problem::not_found())?;
    Ok((plan, key.parse().map_err(|_| Problem::not_found())?))
}

/// The desk with what a form brought back.
pub(super) async fn show(
    visit: &MemberVisit,
    id: &PlanId,
    key: PeriodKey,
    given: Given,
) -> Result<Response, PageError> {
    needs(visit, Action::RunPeriod)?;
    let (app, call) = (visit.app(), visit.call());
    let plan = app.plan_summary(id).await?.plan;
    let period = match app.period_statement(id, key).await {
        Ok(period) => Some(period),
        Err(AppError::NotFound("period")) => None,
        Err(other) => return Err(other.into()),
    };
    let of = OfPeriod { plan: id.clone(), key };
    let payouts = app.payouts(&call, &of).await?;
    let preview = match period.as_ref().map_or("gathering", |period| period.state) {
        "gathering" | "on-notice" => Some(app.preview_period(&call, id, key).await?),
        _ => None,
    };
    let due = match period.as_ref().map(|period| period.state) {
        Some("settled") => Some(app.collection_preview(&call, &of).await?),
        _ => None,
    };
    let unpaid = app.unpaid_shares(&call, id).await?;
    let terms = match &period {
        Some(period) => plan.plan.terms_of(period.version),
        None => preview.as_ref().and_then(|preview| plan.plan.terms_on(preview.headcount_day)),
    };
    let terms = terms.ok_or_else(Problem::not_found)?;
    let mut shown = frame(visit, &plan, terms, key, &given);
    let ctx = Ctx { l: visit.l(), currency: terms.currency(), terms, key, now: visit.now() };
    let outstanding = payouts.iter().filter(|one| one.state == "payable").count();
    let at = match (&period, &preview) {
        (Some(period), _) => stage(period, visit.now(), outstanding),
        (None, Some(preview)) => Stage::Gathering(preview.headcount_day),
        (None, None) => Stage::Closed,
    };
    shown.now = ctx.now(at);
    shown.steps = ctx.steps(at);
    shown.preview = preview.as_ref().map_or_else(Vec::new, |preview| ctx.preview(preview));
    if let Some(due) = due {
        shown.due = ctx.due(due.headcount, due.share, due.shares_total);
    }
    if let Some(statement) = period.as_ref().and_then(|period| period.statement.as_ref()) {
        shown.equation = equation(ctx.l, statement, ctx.currency);
    }
    if let Some(collection) = period.as_ref().and_then(|period| period.collection.as_ref()) {
        shown.collected = ctx.collected(collection);
    }
    let has_payouts = period.as_ref().is_some_and(|period: &PeriodView| period.collection.is_some());
    shown.payouts =
        if has_payouts { payouts.iter().map(|one| ctx.payout(one)).collect() } else { Vec::new() };
    if has_payouts && !unpaid.owed.is_zero() {
        shown.arrears = ctx.arrears(unpaid.enrolments, unpaid.owed);
        shown.lapse = unpaid.enrolled > 0 && terms.leaving().end_when_unpaid;
    }
    visit.render_as(given.status, &shown)
}

fn frame(
    visit: &MemberVisit,
    plan: &LoadedPlan,
    terms: &PlanTerms,
    key: PeriodKey,
    given: &Given,
) -> PeriodPage {
    let (l, id) = (visit.l(), &plan.plan.id);
    let title = l.t1("op-period-title", "period", key.to_string());
    let typed = |name: &str| given.fields.text(name).to_owned();
    PeriodPage {
        page: visit.page(title.clone()),
        l,
        ways: console(visit, ""),
        trail: vec![
            NavItem::new(l.t("op-today-title"), "/operator", false),
            NavItem::new(plan_name(plan, l), format!("/plans/{id}"), false),
            NavItem::new(key.to_string(), "", true),
        ],
        errors: given.errors.clone(),
        done: done_text(l, &given.done),
        kicker: l.t2("op-period-kicker", "plan", plan_name(plan, l), "version", terms.version().0),
        steps: Vec::new(),
        now: Now::default(),
        preview: Vec::new(),
        equation: Vec::new(),
        due: Vec::new(),
        collected: Vec::new(),
        payouts: Vec::new(),
        arrears: Vec::new(),
        lapse: false,
        address: format!("/operator/periods/{id}/{key}"),
        public: format!("/plans/{id}/periods/{key}"),
        key: visit.fresh_key(),
        failed: typed("failed"),
        report: typed("report"),
        paid: typed("paid"),
    }
}

fn done_text(l: Locale, done: &str) -> String {
    match done {
        "notice" => l.t("op-done-notice"),
        "settle" => l.t("op-done-settle"),
        "collect" => l.t("op-done-collect"),
        "pay" => l.t("op-done-pay"),
        "close" => l.t("op-done-close"),
        "retry" => l.t("op-done-retry"),
        "lapse" => l.t("op-done-lapse"),
        _ => String::new(),
    }
}

/// What the parts of the desk have in common.
struct Ctx<'a> {
    l: Locale,
    currency: Currency,
    terms: &'a PlanTerms,
    key: PeriodKey,
    now: Moment,
}

impl Ctx<'_> {
    fn money(&self, amount: Amount) -> String {
        self.l.money(amount, self.currency)
    }

    fn fact(&self, key: &str, value: String) -> Fact {
        Fact::new(self.l.t(key), value)
    }

    fn today(&self) -> huzhu_domain::time::Day {
        day_of(self.now, self.terms.zone())
    }

    fn now(&self, at: Stage) -> Now {
        let (l, today) = (self.l, self.today());
        let wait = |key: &str, day| Now { step: "", wait: l.t1(key, "day", l.day_in(day, today)) };
        let step = |step| Now { step, wait: String::new() };
        match at {
            Stage::Gathering(day) if day > today => wait("op-wait-notice", day),
            Stage::Gathering(_) => step("notice"),
            Stage::OnNotice(until) => wait("op-wait-settle", last_day(until, self.terms.zone())),
            Stage::ToSettle => step("settle"),
            Stage::Settled(day) if day > today => wait("op-wait-collect", day),
            Stage::Settled(_) => step("collect"),
            Stage::ToClose => step("close"),
            Stage::ToPay(_) | Stage::Closed => Now::default(),
        }
    }

    /// The five steps with their days.
    fn steps(&self, at: Stage) -> Vec<Step> {
        let (l, calendar) = (self.l, self.terms.calendar());
        let reached = match at {
            Stage::Gathering(_) => 0,
            Stage::OnNotice(_) | Stage::ToSettle => 1,
            Stage::Settled(_) => 2,
            Stage::ToPay(_) => 3,
            Stage::ToClose => 4,
            Stage::Closed => 5,
        };
        let settles = calendar.notice_last_day(self.key).map(|day| huzhu_domain::time::plus_days(day, 1));
        let days = [
            ("op-step-notice", calendar.notice_first_day(self.key)),
            ("op-step-settle", settles),
            ("op-step-collect", calendar.sharing_day(self.key)),
            ("op-step-pay", calendar.payout_deadline(self.key)),
            ("op-step-close", None),
        ];
        days.into_iter()
            .enumerate()
            .map(|(index, (key, day))| Step {
                state: match index.cmp(&reached) {
                    std::cmp::Ordering::Less => StepState::Done,
                    std::cmp::Ordering::Equal => StepState::Now,
                    std::cmp::Ordering::Greater => StepState::Next,
                },
                title: l.t(key),
                when: day.map_or_else(String::new, |day| l.day_in(day, self.today())),
                text: String::new(),
            })
            .collect()
    }

    fn preview(&self, preview: &PeriodPreview) -> Vec<Fact> {
        let l = self.l;
        let claims = u64::try_from(preview.claims.len()).unwrap_or(u64::MAX);
        let mut facts = vec![
            self.fact("op-fact-headcount-day", l.day(preview.headcount_day)),
            self.fact("op-fact-headcount", l.members(preview.headcount)),
            self.fact("op-fact-claims", l.count(claims)),
            self.fact("op-fact-aid", self.money(preview.aid)),
            Fact::new(l.t1("op-fact-fee", "rate", l.percent(self.terms.fee())), self.money(preview.fee)),
            self.fact("op-fact-share", self.money(preview.share)),
            self.fact("op-fact-sharing-day", l.day_in(preview.sharing_day, self.today())),
        ];
        if !preview.borne_by_operator.is_zero() {
            facts.push(self.fact("op-fact-operator-bears", self.money(preview.borne_by_operator)));
        }
        facts
    }

    fn due(&self, headcount: u64, share: Amount, total: Amount) -> Vec<Fact> {
        let (l, calendar) = (self.l, self.terms.calendar());
        let mut facts = vec![
            self.fact("op-fact-debits", l.members(headcount)),
            self.fact("op-fact-share", self.money(share)),
            self.fact("op-fact-total", self.money(total)),
        ];
        if let Some(day) = calendar.retry_last_day(self.key) {
            facts.push(self.fact("op-fact-retry", l.day(day)));
        }
        if let Some(day) = calendar.payout_deadline(self.key) {
            facts.push(self.fact("op-fact-payout-day", l.day(day)));
        }
        facts
    }

    fn collected(&self, collection: &Collection) -> Vec<Fact> {
        vec![
            self.fact("op-fact-collected", self.money(collection.collected)),
            self.fact("op-fact-failed", self.money(collection.failed)),
            self.fact("op-fact-failures", self.l.count(collection.failures)),
            self.fact("op-fact-report", collection.report.to_string()),
        ]
    }

    fn arrears(&self, enrolments: u64, owed: Amount) -> Vec<Fact> {
        let mut facts = vec![
            self.fact("op-fact-owing", self.l.count(enrolments)),
            self.fact("op-fact-owed", self.money(owed)),
        ];
        if let Some(day) = self.terms.calendar().retry_last_day(self.key) {
            facts.push(self.fact("op-fact-retry", self.l.day_in(day, self.today())));
        }
        facts
    }

    fn payout(&self, one: &Payout) -> PayoutLine {
        let l = self.l;
        PayoutLine {
            claim: one.claim.to_string(),
            short: words::short_id(&one.claim),
            aid: self.money(one.aid),
            due: one
                .until
                .map_or_else(String::new, |until| l.day_in(last_day(until, self.terms.zone()), self.today())),
            state: words::claim_state(l, one.state),
            tone: if one.state == "paid" { "good" } else { "wait" },
            open: one.state == "payable",
        }
    }
}

/// The equation of a settled period, spelled out.
fn equation(l: Locale, statement: &Statement, currency: Currency) -> Vec<EquationTerm> {
    let money = |amount: Amount| l.money(amount, currency);
    let term = |key: &str, amount: Amount| EquationTerm {
        name: l.t(key),
        value: money(amount),
        ..EquationTerm::default()
    };
    let some = |key: &str, amount: Amount| if amount.is_zero() { None } else { Some(term(key, amount)) };
    let mut terms = vec![
        EquationTerm {
            note: l.t1("op-eq-claims", "count", statement.claims),
            ..term("op-eq-aid", statement.aid)
        },
        term("op-eq-fee", statement.fee),
    ];
    terms.extend(some("op-eq-carried-in", statement.carried_in));
    terms.extend(some("op-eq-surplus-before", statement.surplus_before));
    terms.extend(some("op-eq-operator", statement.borne_by_operator));
    terms.extend(some("op-eq-sponsor", statement.borne_by_sponsor));
    terms.extend(some("op-eq-carried-out", statement.carried_out));
    terms.push(EquationTerm { total: true, ..term("op-eq-cost", statement.cost) });
    terms.push(EquationTerm {
        note: l.t1("op-eq-members", "members", l.members(statement.headcount)),
        total: true,
        ..term("op-eq-share", statement.share)
    });
    terms.push(term("op-eq-total", statement.shares_total));
    terms.push(term("op-eq-surplus", statement.surplus));
    terms
}
