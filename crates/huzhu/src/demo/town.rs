//! The town before it lives: its plan, its staff, and who joins on which day.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use huzhu_app::App;
use huzhu_app::call::Call;
use huzhu_app::error::AppError;
use huzhu_app::identity::GiveIdentity;
use huzhu_app::join::{Dependant, Join};
use huzhu_app::person::Person;
use huzhu_app::plans::PublishPlan;
use huzhu_app::ports::Entropy;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::claim::Sex;
use huzhu_domain::id::{ClaimId, EnrolmentId, MemberId};
use huzhu_domain::member::Role;
use huzhu_domain::plan::{PeriodKey, PlanTerms, Relation};
use huzhu_domain::time::{Day, Moment, age_years, plus_days};
use huzhu_gateways::entropy::SeededEntropy;
use rand::{Rng as _, RngExt as _};
use rand_chacha::ChaCha20Rng;
use uuid::Uuid;

use super::people;

/// The plan of the demo.
pub(crate) const PLAN: &str = include_str!("../../../../plans/demo-town.toml");
/// Joins under way at once: what a busy platform has, and what lets the store gather commits.
const JOINS_AT_ONCE: usize = 64;
/// Days over which people join; most in the first third.
const JOINING_DAYS: i64 = 30;
/// Age from which somebody joins on their own.
const ADULT_YEARS: i16 = 18;

/// Somebody of the town.
#[derive(Clone, Debug)]
pub(crate) struct Resident {
    pub(crate) enrolment: EnrolmentId,
    pub(crate) member: MemberId,
    pub(crate) payer: MemberId,
    pub(crate) birth: Day,
    pub(crate) sex: Sex,
    pub(crate) joined: Day,
    pub(crate) until: Option<Day>,
    pub(crate) ill: bool,
    /// Pays for nobody else, so that leaving ends one enrolment only.
    pub(crate) alone: bool,
}

/// Who works for the plan.
pub(crate) struct Staff {
    pub(crate) reviewers: Vec<MemberId>,
    pub(crate) confirmers: Vec<MemberId>,
    pub(crate) operator: MemberId,
    pub(crate) auditor: MemberId,
    pub(crate) investigator: MemberId,
    pub(crate) clerk: MemberId,
    /// Members who have passed the exam.
    pub(crate) jurors: Vec<MemberId>,
    /// Enrolments that will pay on the retry, by period.
    pub(crate) retrying: BTreeMap<PeriodKey, Vec<EnrolmentId>>,
}

impl Staff {
    /// A call by the operator.
    pub(crate) fn operator(&self) -> Call {
        Call::member(self.operator, BTreeSet::from([Role::Operator]))
    }

    /// A call by the investigator.
    pub(crate) fn investigator(&self) -> Call {
        Call::member(self.investigator, BTreeSet::from([Role::Investigator]))
    }

    /// A call by the clerk of juries.
    pub(crate) fn clerk(&self) -> Call {
        Call::member(self.clerk, BTreeSet::from([Role::Clerk]))
    }

    /// A call by the reviewer of a claim: always the same one.
    pub(crate) fn reviewer(&self, claim: ClaimId) -> Call {
        Call::member(one_of(&self.reviewers, claim, self.operator), BTreeSet::from([Role::Reviewer]))
    }

    /// A call by the confirmer of a claim: always the same one.
    pub(crate) fn confirmer(&self, claim: ClaimId) -> Call {
        Call::member(one_of(&self.confirmers, claim, self.operator), BTreeSet::from([Role::Confirmer]))
    }
}

fn one_of(list: &[MemberId], claim: ClaimId, otherwise: MemberId) -> MemberId {
    let last = claim.uuid().as_bytes().last().copied().map_or(0, usize::from);
    let index = last.checked_rem(list.len()).unwrap_or_default();
    list.get(index).copied().unwrap_or(otherwise)
}

/// Somebody who will join.
pub(crate) struct Newcomer {
    person: Person,
    day: Day,
    member: MemberId,
    enrolment: EnrolmentId,
    /// Index of the newcomer who pays, for children.
    payer: Option<usize>,
}

/// A UUIDv7 at `now` from the demo's own stream of random numbers.
pub(crate) fn uuid(rng: &mut ChaCha20Rng, now: Moment) -> Uuid {
    SeededEntropy::new(rng.next_u64()).uuid(now)
}

/// Publishes the plan and makes its staff.
pub(crate) async fn found(app: &App, rng: &mut ChaCha20Rng) -> Result<(PlanTerms, Staff), AppError> {
    let system = Call::system();
    app.publish_plan(&system, PublishPlan { text: PLAN.to_owned() }).await?;
    let terms = huzhu_planfile::check(PLAN, "demo-town.toml")
        .map_err(|report| AppError::Broken(report.render(false)))?;
    let mut hired = Vec::new();
    for (name, role) in [
        ("operator", Role::Operator),
        ("reviewer-1", Role::Reviewer),
        ("reviewer-2", Role::Reviewer),
        ("reviewer-3", Role::Reviewer),
        ("confirmer-1", Role::Confirmer),
        ("confirmer-2", Role::Confirmer),
        ("auditor", Role::Auditor),
        ("investigator", Role::Investigator),
        ("clerk", Role::Clerk),
    ] {
        let member = MemberId::from_uuid(uuid(rng, app.clock().now()));
        app.register(&system, member, &format!("{name}@demo.example.org")).await?;
        app.change_role(&system, ChangeRole { member, role: role.word(), grant: true }).await?;
        hired.push((member, role));
    }
    let with = |wanted: Role| {
        hired.iter().filter(|(_, role)| *role == wanted).map(|(id, _)| *id).collect::<Vec<_>>()
    };
    let first = |wanted: Role| with(wanted).first().copied().ok_or(AppError::NotFound("staff"));
    let staff = Staff {
        reviewers: with(Role::Reviewer),
        confirmers: with(Role::Confirmer),
        operator: first(Role::Operator)?,
        auditor: first(Role::Auditor)?,
        investigator: first(Role::Investigator)?,
        clerk: first(Role::Clerk)?,
        jurors: Vec::new(),
        retrying: BTreeMap::new(),
    };
    Ok((terms, staff))
}

/// Invents the people of the town and the days on which they join. Children are paid for by an adult who joined before.
pub(crate) fn newcomers(rng: &mut ChaCha20Rng, members: u64, start: Day, now: Moment) -> Vec<Newcomer> {
    let mut list: Vec<Newcomer> = Vec::new();
    let mut adults: Vec<usize> = Vec::new();
    let mut days: Vec<i64> = (0..members).map(|_| joining_day(rng)).collect();
    days.sort_unstable();
    for (number, day) in (1_u64..).zip(days) {
        let age = if adults.is_empty() { 35 } else { people::age(rng) };
        let joined = plus_days(start, day);
        let person = people::person(rng, age, joined, number);
        let is_child = age_years(person.birth, joined) < ADULT_YEARS;
        let payer = is_child.then(|| adults.get(rng.random_range(0..adults.len())).copied()).flatten();
        if payer.is_none() {
            adults.push(list.len());
        }
        list.push(Newcomer {
            person,
            day: joined,
            member: MemberId::from_uuid(uuid(rng, now)),
            enrolment: EnrolmentId::from_uuid(uuid(rng, now)),
            payer,
        });
    }
    list
}

fn joining_day(rng: &mut ChaCha20Rng) -> i64 {
    let first: i64 = rng.random_range(0..JOINING_DAYS);
    let second: i64 = rng.random_range(0..JOINING_DAYS);
    first.min(second)
}

/// Everybody who joins today does, adults first, many at once. `done` is called after each one.
pub(crate) async fn join_all(
    app: &Arc<App>,
    terms: &PlanTerms,
    newcomers: &[Newcomer],
    today: Day,
    done: impl Fn(),
) -> Result<Vec<Resident>, AppError> {
    let mut residents = Vec::new();
    for children in [false, true] {
        let due: Vec<&Newcomer> = newcomers
            .iter()
            .filter(|newcomer| newcomer.day == today && newcomer.payer.is_some() == children)
            .collect();
        for group in due.chunks(JOINS_AT_ONCE) {
            let mut tasks = tokio::task::JoinSet::new();
            for newcomer in group {
                let payer = newcomer
                    .payer
                    .and_then(|payer| newcomers.get(payer))
                    .map_or(newcomer.member, |p| p.member);
                let join = command(terms, newcomer);
                let (app, person, member) = (Arc::clone(app), newcomer.person.clone(), newcomer.member);
                tasks.spawn(async move { join_one(&app, payer, member, person, join).await });
            }
            while let Some(answer) = tasks.join_next().await {
                answer.map_err(|error| AppError::Broken(error.to_string()))??;
                done();
            }
            residents.extend(group.iter().map(|newcomer| resident(newcomers, newcomer, today)));
        }
    }
    Ok(residents)
}

fn resident(newcomers: &[Newcomer], newcomer: &Newcomer, today: Day) -> Resident {
    let payer =
        newcomer.payer.and_then(|payer| newcomers.get(payer)).map_or(newcomer.member, |payer| payer.member);
    let pays_for_others = newcomers
        .iter()
        .any(|other| other.payer.and_then(|p| newcomers.get(p)).is_some_and(|p| p.member == newcomer.member));
    Resident {
        enrolment: newcomer.enrolment,
        member: newcomer.member,
        payer,
        birth: newcomer.person.birth,
        sex: newcomer.person.sex.unwrap_or(Sex::Female),
        joined: today,
        until: None,
        ill: false,
        alone: newcomer.payer.is_none() && !pays_for_others,
    }
}

fn command(terms: &PlanTerms, newcomer: &Newcomer) -> Join {
    let healthy = |question: &huzhu_domain::plan::Question| (question.code.to_string(), !question.refuse_if);
    Join {
        enrolment: newcomer.enrolment,
        plan: terms.id().clone(),
        version: terms.version(),
        history_shown: true,
        mandate: true,
        answers: terms.joining().questions.iter().map(healthy).collect(),
        dependant: newcomer.payer.map(|_| Dependant {
            member: newcomer.member,
            relation: Relation::Child,
            person: newcomer.person.clone(),
        }),
    }
}

async fn join_one(
    app: &App,
    payer: MemberId,
    member: MemberId,
    person: Person,
    join: Join,
) -> Result<(), AppError> {
    let call = Call::member(payer, BTreeSet::new());
    if join.dependant.is_none() {
        let address = format!("{}@demo.example.org", person.identity_number.to_lowercase());
        app.register(&Call::system(), member, &address).await?;
        app.give_identity(&call, GiveIdentity { person }).await?;
    }
    app.join(&call, join).await.map(|_| ())
}
