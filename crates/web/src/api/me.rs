//! Who the caller is, and everything about the own cover.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use huzhu_app::call::Caller;
use huzhu_app::home::{EnrolmentCard, Home, NextDates};
use huzhu_app::identity::GiveIdentity;
use huzhu_app::periods::MemberShare;
use huzhu_app::person::Person;
use huzhu_domain::enrolment::Cover;
use huzhu_ledger::Currency;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::request::{Answer, Member, Strict, done, ok};
use super::sign_in::MemberReceipt;
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::wire::{
    DayText, EnrolmentRef, Instant, MemberRef, Money, PeriodRef, PlanRef, Relation, Role, Sex,
};

/// Who somebody is, as on the identity document.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Person)]
pub(crate) struct PersonBody {
    /// Full name.
    #[schema(min_length = 1, max_length = 120)]
    name: String,
    /// Number of the document, without spaces and hyphens.
    #[serde(deserialize_with = "identity_number")]
    #[schema(pattern = "^[0-9A-Za-z]{4,40}$")]
    identity_number: String,
    /// Day of birth.
    birth: DayText,
    /// Sex as on the document.
    #[serde(default)]
    sex: Option<Sex>,
    /// Province or region; shown on notice cards.
    #[serde(default)]
    #[schema(max_length = 60, required = false)]
    region: String,
}

/// Reads exactly what the pattern of the document says.
fn identity_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
    let text = String::deserialize(deserializer)?;
    if (4..=40).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        Ok(text)
    } else {
        Err(serde::de::Error::custom("expected 4 to 40 letters and digits"))
    }
}

impl PersonBody {
    /// The person, checked by the use cases.
    pub(crate) fn person(self) -> Person {
        Person {
            name: self.name,
            identity_number: self.identity_number,
            birth: self.birth.0,
            sex: self.sex.map(Into::into),
            region: self.region,
        }
    }

    /// Shows a person.
    pub(crate) fn of(person: Person) -> Self {
        Self {
            name: person.name,
            identity_number: person.identity_number,
            birth: DayText(person.birth),
            sex: person.sex.map(Into::into),
            region: person.region,
        }
    }
}

/// The caller.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Me)]
struct MeBody {
    /// Who.
    member: MemberRef,
    /// Roles held.
    roles: Vec<Role>,
    /// Mail address.
    address: String,
    /// As given; `null` before.
    identity: Option<PersonBody>,
}

/// Everything about the own and paid-for enrolments.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Home)]
struct HomeBody {
    /// When it was read.
    now: Instant,
    /// Own enrolments first, then dependants in order of joining.
    enrolments: Vec<EnrolmentBody>,
}

/// One enrolment at a glance.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Enrolment)]
pub(crate) struct EnrolmentBody {
    /// The enrolment.
    enrolment: EnrolmentRef,
    /// The plan.
    plan: PlanRef,
    /// The version agreed to.
    version: u32,
    /// The person covered.
    member: MemberRef,
    /// Their name; empty when erased.
    name: String,
    /// Who pays.
    payer: MemberRef,
    /// How the person is related to the payer; `null`: the payer is covered.
    relation: Option<Relation>,
    /// `covered`, `waiting` or `ended`.
    #[schema(pattern = "^(covered|waiting|ended)$")]
    cover: &'static str,
    /// Why it ended.
    ended_because: Option<&'static str>,
    /// Day of joining.
    joined: DayText,
    /// First day of cover for illness.
    covered_from: DayText,
    /// First day without cover, once ended.
    ended: Option<DayText>,
    /// Unpaid shares.
    arrears: Money,
    /// Shares of this calendar year.
    year_to_date: Money,
    /// Most that the shares of a year can be.
    year_cap: Option<Money>,
    /// Shares so far, newest first.
    shares: Vec<ShareBody>,
    /// What comes next.
    next: NextBody,
}

/// One share.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Share)]
struct ShareBody {
    /// The period.
    period: PeriodRef,
    /// The day on which it is taken.
    sharing_day: DayText,
    /// The share.
    share: Money,
    /// Claims that it helped to pay.
    claims: u32,
}

/// The next dates of the plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NextDates)]
pub(crate) struct NextBody {
    /// The period on notice, or the next one.
    period: PeriodRef,
    /// First day of its notice.
    notice: Option<DayText>,
    /// Day on which its shares are taken.
    sharing: Option<DayText>,
}

impl NextBody {
    /// Shows the next dates.
    pub(crate) fn of(next: NextDates) -> Self {
        Self {
            period: PeriodRef(next.period),
            notice: next.notice.map(DayText),
            sharing: next.sharing.map(DayText),
        }
    }
}

impl ShareBody {
    fn of(line: &MemberShare, currency: Currency) -> Self {
        Self {
            period: PeriodRef(line.key),
            sharing_day: DayText(line.sharing_day),
            share: Money::of(line.share, currency),
            claims: line.claims,
        }
    }
}

impl EnrolmentBody {
    /// Shows an enrolment.
    pub(crate) fn of(card: EnrolmentCard) -> Self {
        let currency = card.currency;
        let row = card.enrolment;
        let (cover, ended, because) = match card.cover {
            Cover::Covered => ("covered", None, None),
            Cover::WaitingUntil(_) => ("waiting", None, None),
            Cover::Ended(day, reason) => ("ended", Some(day), Some(reason.word())),
        };
        Self {
            enrolment: EnrolmentRef(row.id),
            plan: PlanRef(row.plan),
            version: row.version.0,
            member: MemberRef(row.member),
            name: card.name,
            payer: MemberRef(row.payer),
            relation: row.relation.map(Into::into),
            cover,
            ended_because: because,
            joined: DayText(row.joined),
            covered_from: DayText(row.covered_from),
            ended: ended.or(row.ended.map(|(day, _)| day)).map(DayText),
            arrears: Money::of(row.arrears, currency),
            year_to_date: Money::of(card.year_to_date, currency),
            year_cap: card.year_cap.map(|cap| Money::of(cap, currency)),
            shares: card.shares.iter().map(|line| ShareBody::of(line, currency)).collect(),
            next: NextBody::of(card.next),
        }
    }
}

pub(super) fn add(table: Table) -> Table {
    let person = json!({
        "name": "Wang Xiaoming", "identity_number": "110101199003070011", "birth": "1990-03-07", "sex": "male",
        "region": "Beijing",
    });
    table
        .add(&Method::GET, "/me", me, Op::new("me", "getMe", "Who I am").answers::<MeBody>(200))
        .add(
            &Method::PUT,
            "/me/identity",
            give_identity,
            Op::new("me", "giveIdentity", "Say who I am")
                .says("Once. It is sealed under the member's own key; plans ask for it before joining.")
                .verb()
                .takes::<PersonBody>(person)
                .answers::<MemberReceipt>(200),
        )
        .add(
            &Method::GET,
            "/me/home",
            home,
            Op::new("me", "getHome", "My cover, shares and next dates").answers::<HomeBody>(200),
        )
}

async fn me(State(edge): State<Edge>, Member(call): Member) -> Answer {
    let Caller::Member { id, roles } = &call.caller else {
        return Err(Problem::sign_in_needed());
    };
    ok(MeBody {
        member: MemberRef(*id),
        roles: roles.iter().copied().map(Into::into).collect(),
        address: edge.app.my_address(&call).await?,
        identity: edge.app.my_person(&call).await?.map(PersonBody::of),
    })
}

async fn give_identity(
    State(edge): State<Edge>,
    Member(call): Member,
    Strict(body): Strict<PersonBody>,
) -> Answer {
    let receipt = edge.app.give_identity(&call, GiveIdentity { person: body.person() }).await?;
    done(StatusCode::OK, receipt, |member| MemberReceipt { member: MemberRef(member) })
}

async fn home(State(edge): State<Edge>, Member(call): Member) -> Answer {
    let Home { now, enrolments } = edge.app.home(&call).await?;
    ok(HomeBody { now: Instant(now), enrolments: enrolments.into_iter().map(EnrolmentBody::of).collect() })
}
