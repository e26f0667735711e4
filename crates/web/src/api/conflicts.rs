//! Conflicts with a claim: stepping aside, and exceptions that two others make.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use huzhu_app::call::Done;
use huzhu_app::claims::{AskOverride, DeclareConflict, OfOverride, OverrideReceipt};
use huzhu_domain::id::ClaimId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::request::{Answer, Member, Of, Strict, done, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::wire::{CaseRef, ClaimRef, MemberRef, PlanRef};

/// Why somebody is too close to a claim.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ConflictDeclaration)]
struct ConflictRequest {
    /// In plain words; read only by people who could make an exception.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Somebody stepped aside.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConflictReceipt)]
struct ConflictBody {
    /// The claim, which looks like none to the caller from now on.
    claim: ClaimRef,
}

/// An exception that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = OverrideRequest)]
struct OverrideRequest {
    /// For whom.
    member: MemberRef,
    /// Why nobody else can do it.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Where an exception stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OverrideReceipt)]
struct OverrideReceiptBody {
    /// The claim.
    claim: ClaimRef,
    /// For whom.
    member: MemberRef,
    /// It is in force.
    in_force: bool,
}

/// An exception.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Override)]
struct OverrideBody {
    /// For whom.
    member: MemberRef,
    /// The name; empty where none was given.
    name: String,
    /// Who asked.
    asked_by: MemberRef,
    /// Who agreed; `null`: nobody yet.
    confirmed_by: Option<MemberRef>,
    /// Why; empty after erasure.
    reason: String,
    /// The caller may be the second person.
    may_confirm: bool,
}

/// Somebody with a role who keeps away from a claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Related)]
struct RelatedBody {
    /// Who.
    member: MemberRef,
    /// The name; empty where none was given.
    name: String,
    /// Why: `own`, `relative`, `household`, `hospital`, `employer`, `payee`, `declared`.
    conflicts: Vec<&'static str>,
    /// What they wrote when they stepped aside; empty otherwise.
    reason: String,
}

/// Who is in conflict with a claim, and the exceptions.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConflictDesk)]
struct ConflictDeskBody {
    /// The claim.
    claim: ClaimRef,
    /// The plan.
    plan: PlanRef,
    /// People with a role who keep away from it.
    related: Vec<RelatedBody>,
    /// Exceptions, asked for and in force.
    overrides: Vec<OverrideBody>,
}

pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("review", id, summary);
    let (get, post) = (Method::GET, Method::POST);
    let somebody = "mem_01930000000070008000000000000001";
    let table = table
        .add(
            &post,
            "/claims/{claim}/conflict",
            declare,
            op("declareConflict", "Step aside from a claim that one works on")
                .verb()
                .takes::<ConflictRequest>(json!({"reason": "We work in the same office."}))
                .answers::<ConflictBody>(200),
        )
        .add(
            &post,
            "/jury-cases/{case}/conflict",
            declare_as_juror,
            op("declareConflictAsJuror", "Step aside from a case that one may judge")
                .verb()
                .takes::<ConflictRequest>(json!({"reason": "We work in the same office."}))
                .answers::<ConflictBody>(200),
        );
    table
        .add(
            &get,
            "/claims/{claim}/overrides",
            desk,
            op("getOverrides", "Who is in conflict with a claim, and the exceptions")
                .role("operator or auditor")
                .answers::<ConflictDeskBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/overrides",
            ask,
            op("askOverride", "Ask for an exception from a conflict")
                .role("operator")
                .verb()
                .takes::<OverrideRequest>(
                    json!({"member": somebody, "reason": "Nobody else reads these papers."}),
                )
                .answers::<OverrideReceiptBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/overrides/{member}/confirmation",
            confirm,
            op("confirmOverride", "Agree to an exception as the second person")
                .role("operator or auditor")
                .verb()
                .answers::<OverrideReceiptBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/overrides/{member}/withdrawal",
            withdraw,
            op("withdrawOverride", "Take an exception back")
                .role("operator or auditor")
                .verb()
                .answers::<OverrideReceiptBody>(200),
        )
}

fn stepped_aside(claim: Done<ClaimId>) -> Answer {
    done(StatusCode::OK, claim, |claim| ConflictBody { claim: ClaimRef(claim) })
}

async fn declare(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<ConflictRequest>,
) -> Answer {
    let command = DeclareConflict { claim: id.0, reason: body.reason };
    stepped_aside(edge.app.declare_conflict(&call, &command).await?)
}

async fn declare_as_juror(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<CaseRef>,
    Strict(body): Strict<ConflictRequest>,
) -> Answer {
    stepped_aside(edge.app.declare_conflict_with_case(&call, id.0, &body.reason).await?)
}

async fn desk(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    let desk = edge.app.conflict_desk(&call, id.0).await?;
    let related = |one: huzhu_app::claims::Related| RelatedBody {
        member: MemberRef(one.member),
        name: one.name,
        conflicts: one.conflicts.into_iter().map(huzhu_app::claims::Conflict::word).collect(),
        reason: one.reason,
    };
    let exception = |one: huzhu_app::claims::OverrideView| OverrideBody {
        member: MemberRef(one.member),
        name: one.name,
        asked_by: MemberRef(one.asked_by),
        confirmed_by: one.confirmed_by.map(MemberRef),
        reason: one.reason,
        may_confirm: one.may_confirm,
    };
    ok(ConflictDeskBody {
        claim: id,
        plan: PlanRef(desk.plan),
        related: desk.related.into_iter().map(related).collect(),
        overrides: desk.overrides.into_iter().map(exception).collect(),
    })
}

fn stands(receipt: Done<OverrideReceipt>) -> Answer {
    done(StatusCode::OK, receipt, |receipt| OverrideReceiptBody {
        claim: ClaimRef(receipt.claim),
        member: MemberRef(receipt.member),
        in_force: receipt.in_force,
    })
}

async fn ask(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<OverrideRequest>,
) -> Answer {
    let command = AskOverride { claim: id.0, member: body.member.0, reason: body.reason };
    stands(edge.app.ask_override(&call, &command).await?)
}

async fn confirm(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, member)): Of<(ClaimRef, MemberRef)>,
) -> Answer {
    let of = OfOverride { claim: id.0, member: member.0 };
    stands(edge.app.confirm_override(&call, of).await?)
}

async fn withdraw(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, member)): Of<(ClaimRef, MemberRef)>,
) -> Answer {
    let of = OfOverride { claim: id.0, member: member.0 };
    stands(edge.app.withdraw_override(&call, of).await?)
}
