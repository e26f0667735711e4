//! The demo: a town of invented people that lives through six periods of its plan, through the use cases of everybody.

mod disputes;
mod life;
mod morbidity;
mod paper;
mod people;
mod summary;
mod town;

use std::collections::BTreeSet;
use std::sync::Arc;

use huzhu_app::App;
use huzhu_app::error::AppError;
use huzhu_domain::id::MemberId;
use huzhu_domain::plan::PeriodKey;
use huzhu_domain::time::{Day, Moment, midnight, plus_days};
use huzhu_gateways::clock::ManualClock;
use huzhu_web::edge::Persona;
use indicatif::ProgressBar;
use rand::SeedableRng as _;
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

use life::Life;
pub(crate) use summary::Summary;

/// Periods that the town lives through.
const PERIODS: u8 = 6;
/// Days between the effective day of the plan and the first notice at least: people join and wait first.
const DAYS_BEFORE_NOTICE: i64 = 35;

/// A town that has lived.
pub(crate) struct Demo {
    /// What happened, in figures.
    pub(crate) summary: Summary,
    /// Where the fast clock stopped.
    pub(crate) end: Moment,
    /// Who a visitor can be.
    pub(crate) personas: Vec<Persona>,
}

/// When the demo begins: the morning of the day on which its plan comes into force.
pub(crate) fn start() -> Result<Moment, AppError> {
    let terms = huzhu_planfile::check(town::PLAN, "demo-town.toml")
        .map_err(|report| AppError::Broken(report.render(false)))?;
    midnight(terms.effective(), terms.zone())
        .ok_or_else(|| AppError::Broken("the demo begins outside time".to_owned()))
}

/// Makes the town and lives through its periods.
pub(crate) async fn make(
    app: &Arc<App>,
    clock: &Arc<ManualClock>,
    members: u64,
    seed: u64,
    bar: &ProgressBar,
) -> Result<Demo, AppError> {
    let mut rng = ChaCha20Rng::seed_from_u64(seed);
    let (terms, staff) = town::found(app, &mut rng).await?;
    let now = huzhu_app::ports::Clock::now(clock.as_ref());
    let newcomers = town::newcomers(&mut rng, members, terms.effective(), now);
    let (first, last, end) = span(&terms);
    let days =
        u64::try_from(end.since(terms.effective()).map_or(0, |span| span.get_days())).unwrap_or_default();
    bar.set_length(members.saturating_add(days));
    let mut life = Life::new(Arc::clone(app), Arc::clone(clock), rng, terms, staff, Vec::new());
    let mut today = life.terms.effective();
    while today <= end {
        bar.set_message(today.to_string());
        life.day(today, first, last).await?;
        let joined = town::join_all(app, &life.terms, &newcomers, today, || bar.inc(1)).await?;
        life.residents.extend(joined);
        bar.inc(1);
        today = plus_days(today, 1);
    }
    life.leave_open(end).await?;
    let newcomer = MemberId::from_uuid(life_uuid(&mut life));
    app.register(&huzhu_app::call::Call::system(), newcomer, "newcomer@demo.example.org").await?;
    let summary = Summary::of(app, &life, seed).await?;
    let personas = personas(app, &life, newcomer).await?;
    Ok(Demo { summary, end: huzhu_app::ports::Clock::now(clock.as_ref()), personas })
}

/// First and last period, and the day on which the fast clock stops: the second day of the notice after the last period,
/// so that a visitor finds a notice board that is not empty.
fn span(terms: &huzhu_domain::plan::PlanTerms) -> (PeriodKey, PeriodKey, Day) {
    let calendar = terms.calendar();
    let first = calendar.period_on_or_after(plus_days(terms.effective(), DAYS_BEFORE_NOTICE));
    let last = (1..PERIODS).fold(first, |key, _| calendar.next(key));
    let notice = calendar.notice_first_day(calendar.next(last)).unwrap_or(terms.effective());
    (first, last, plus_days(notice, 1))
}

fn life_uuid(life: &mut Life) -> Uuid {
    let now = huzhu_app::ports::Clock::now(life.clock.as_ref());
    town::uuid(&mut life.rng, now)
}

/// One person for each kind of visitor.
async fn personas(app: &App, life: &Life, newcomer: MemberId) -> Result<Vec<Persona>, AppError> {
    let mut list = Vec::new();
    let mut add = |label: &'static str, member: Option<MemberId>| {
        if let Some(member) = member {
            list.push(Persona { label, member });
        }
    };
    let claimant_in = async |states: Vec<&'static str>| -> Result<Option<MemberId>, AppError> {
        let query = huzhu_app::ports::ClaimQuery::InStates(life.plan.clone(), states);
        let claims = app.store().claims(&query, &huzhu_app::ports::Page::first(1)).await?;
        Ok(claims.first().map(|claim| claim.filed_by))
    };
    let mut well =
        life.residents.iter().filter(|one| !one.ill && one.until.is_none() && one.member == one.payer);
    let parents: BTreeSet<MemberId> =
        life.residents.iter().filter(|one| one.member != one.payer).map(|one| one.payer).collect();
    let parent = parents.into_iter().next();
    add("persona-newcomer", Some(newcomer));
    add("persona-member", well.next().map(|one| one.member));
    let taken: BTreeSet<MemberId> = parent.into_iter().chain(life.staff.jurors.first().copied()).collect();
    add("persona-neighbour", well.find(|one| !taken.contains(&one.member)).map(|one| one.member));
    add("persona-parent", parent);
    add(
        "persona-claimant",
        claimant_in(vec!["reported", "under-review", "more-evidence-needed", "recommended"]).await?,
    );
    add("persona-refused", claimant_in(vec!["refused"]).await?);
    add("persona-aided", claimant_in(vec!["paid"]).await?);
    add("persona-reviewer", life.staff.reviewers.first().copied());
    add("persona-confirmer", life.staff.confirmers.first().copied());
    add("persona-investigator", Some(life.staff.investigator));
    add("persona-clerk", Some(life.staff.clerk));
    add("persona-juror", life.staff.jurors.first().copied());
    add("persona-operator", Some(life.staff.operator));
    add("persona-auditor", Some(life.staff.auditor));
    Ok(list)
}
