//! Joining and leaving plans.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{Method, StatusCode};
use huzhu_app::join::{Consent, Dependant, Join, JoinReceipt};
use huzhu_app::leave::LeavePreview;
use huzhu_domain::plan::PlanVersion;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::me::{EnrolmentBody, PersonBody};
use super::request::{Answer, Member, Of, Strict, done, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::wire::{DayText, DigestText, EnrolmentRef, Instant, MemberRef, PeriodRef, PlanRef, Relation};

/// Joins a plan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JoinRequest {
    /// Id of the new enrolment, made by the caller (UUID version 7 in hexadecimal digits).
    enrolment: EnrolmentRef,
    /// The plan.
    plan: PlanRef,
    /// The version that was shown.
    #[serde(deserialize_with = "crate::wire::version")]
    #[schema(minimum = 1)]
    version: u32,
    /// Price history and forecast were shown to the person who agrees.
    history_shown: bool,
    /// The debit mandate is given.
    mandate: bool,
    /// Answers to the health questions by question code: `true` is yes.
    answers: BTreeMap<String, bool>,
    /// Who is to be covered; `null` or missing: the caller.
    #[serde(default)]
    dependant: Option<DependantRequest>,
}

/// Somebody whom the caller pays for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DependantRequest {
    /// Id of the new member, made by the caller.
    member: MemberRef,
    /// How they are related to the caller.
    relation: Relation,
    /// Who they are.
    person: PersonBody,
}

/// The receipt of joining.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JoinReceipt)]
struct JoinBody {
    /// The enrolment.
    enrolment: EnrolmentRef,
    /// The plan.
    plan: PlanRef,
    /// The version agreed to.
    version: u32,
    /// Digest of the plan file's text.
    plan_digest: DigestText,
    /// Who is covered.
    member: MemberRef,
    /// Who pays.
    payer: MemberRef,
    /// Day of joining.
    joined: DayText,
    /// First day of cover for illness.
    covered_from: DayText,
    /// First day on which the person is counted for sharing.
    shares_from: DayText,
    /// Digest of the consent.
    consent: DigestText,
    /// When.
    at: Instant,
}

/// What was consented to.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Consent)]
struct ConsentBody {
    /// The enrolment.
    enrolment: EnrolmentRef,
    /// The plan.
    plan: PlanRef,
    /// The version.
    version: u32,
    /// Digest of the plan file's text.
    plan_digest: DigestText,
    /// Who is covered.
    member: MemberRef,
    /// Who pays.
    payer: MemberRef,
    /// The debit mandate was given.
    mandate: bool,
    /// Price history and forecast were shown.
    history_shown: bool,
    /// Answers to the health questions.
    answers: BTreeMap<String, bool>,
    /// When.
    at: Instant,
    /// Digest of this consent as it stands in the enrolment.
    digest: DigestText,
}

/// What leaving means.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Leaving)]
struct LeavingBody {
    /// Enrolments that end: the one asked about, then dependants who leave with their payer.
    ending: Vec<EnrolmentRef>,
    /// First day without cover.
    until: DayText,
    /// The period whose share is still owed.
    owed: Option<PeriodRef>,
    /// Rejoining starts the waiting period anew; `null` in receipts.
    wait_restarts: Option<bool>,
}

pub(super) fn add(table: Table) -> Table {
    let join = json!({
        "enrolment": "enr_01930000000070008000000000000002", "plan": "demo-town", "version": 1,
        "history_shown": true, "mandate": true, "answers": {"ill-now": false},
    });
    table
        .add(
            &Method::POST,
            "/enrolments",
            join_plan,
            Op::new("enrolments", "join", "Join a plan, for oneself or for a dependant")
                .says("The receipt names the exact version and the digests of plan text and consent.")
                .verb()
                .takes::<JoinRequest>(join)
                .answers::<JoinBody>(201),
        )
        .add(
            &Method::GET,
            "/enrolments/{enrolment}",
            enrolment,
            Op::new("enrolments", "getEnrolment", "One enrolment of mine").answers::<EnrolmentBody>(200),
        )
        .add(
            &Method::GET,
            "/enrolments/{enrolment}/consent",
            consent,
            Op::new("enrolments", "getConsent", "What I consented to, with its digest")
                .answers::<ConsentBody>(200),
        )
        .add(
            &Method::GET,
            "/enrolments/{enrolment}/leaving",
            leave_preview,
            Op::new("enrolments", "previewLeaving", "What leaving would mean")
                .verb()
                .answers::<LeavingBody>(200),
        )
        .add(
            &Method::POST,
            "/enrolments/{enrolment}/leaving",
            leave,
            Op::new("enrolments", "leave", "Leave, in one step").verb().answers::<LeavingBody>(200),
        )
}

async fn join_plan(
    State(edge): State<Edge>,
    Member(call): Member,
    Strict(body): Strict<JoinRequest>,
) -> Answer {
    let dependant = body.dependant.map(|dependant| Dependant {
        member: dependant.member.0,
        relation: dependant.relation.into(),
        person: dependant.person.person(),
    });
    let command = Join {
        enrolment: body.enrolment.0,
        plan: body.plan.0,
        version: PlanVersion(body.version),
        history_shown: body.history_shown,
        mandate: body.mandate,
        answers: body.answers,
        dependant,
    };
    done(StatusCode::CREATED, edge.app.join(&call, command).await?, join_body)
}

fn join_body(receipt: JoinReceipt) -> JoinBody {
    JoinBody {
        enrolment: EnrolmentRef(receipt.enrolment),
        plan: PlanRef(receipt.plan),
        version: receipt.version.0,
        plan_digest: DigestText(receipt.plan_digest),
        member: MemberRef(receipt.member),
        payer: MemberRef(receipt.payer),
        joined: DayText(receipt.joined),
        covered_from: DayText(receipt.covered_from),
        shares_from: DayText(receipt.shares_from),
        consent: DigestText(receipt.consent),
        at: Instant(receipt.at),
    }
}

async fn enrolment(State(edge): State<Edge>, Member(call): Member, Of(id): Of<EnrolmentRef>) -> Answer {
    ok(EnrolmentBody::of(edge.app.my_enrolment(&call, id.0).await?))
}

async fn consent(State(edge): State<Edge>, Member(call): Member, Of(id): Of<EnrolmentRef>) -> Answer {
    let (consent, digest) = edge.app.consent(&call, id.0).await?;
    let Consent { enrolment, plan, version, plan_digest, member, payer, mandate, history_shown, answers, at } =
        consent;
    ok(ConsentBody {
        enrolment: EnrolmentRef(enrolment),
        plan: PlanRef(plan),
        version: version.0,
        plan_digest: DigestText(plan_digest),
        member: MemberRef(member),
        payer: MemberRef(payer),
        mandate,
        history_shown,
        answers,
        at: Instant(at),
        digest: DigestText(digest),
    })
}

async fn leave_preview(State(edge): State<Edge>, Member(call): Member, Of(id): Of<EnrolmentRef>) -> Answer {
    let LeavePreview { ending, until, owed, wait_restarts } = edge.app.leave_preview(&call, id.0).await?;
    ok(LeavingBody {
        ending: ending.into_iter().map(EnrolmentRef).collect(),
        until: DayText(until),
        owed: owed.map(PeriodRef),
        wait_restarts: Some(wait_restarts),
    })
}

async fn leave(State(edge): State<Edge>, Member(call): Member, Of(id): Of<EnrolmentRef>) -> Answer {
    done(StatusCode::OK, edge.app.leave(&call, id.0).await?, |receipt| LeavingBody {
        ending: receipt.ended.into_iter().map(EnrolmentRef).collect(),
        until: DayText(receipt.until),
        owed: receipt.owed.map(PeriodRef),
        wait_restarts: None,
    })
}
