//! Plans and people who run them: publishing and withdrawing versions, opening and closing plans, roles.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use huzhu_app::plans::PublishPlan;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::member;
use huzhu_domain::plan::PlanVersion;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::request::{Answer, Member, Of, Strict, done, ok};
use super::sign_in::{AddressBody, MemberReceipt, member};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::wire::{DayText, MemberRef, PlanRef, Role};

/// A plan file.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PublishRequest {
    /// The text of the file.
    #[schema(max_length = 1_048_576)]
    text: String,
}

/// A version was published.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublishReceipt)]
struct PublishBody {
    /// The plan.
    plan: PlanRef,
    /// The version.
    version: u32,
    /// First day in force.
    effective: DayText,
}

/// A version was withdrawn.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = WithdrawReceipt)]
struct WithdrawBody {
    /// The version.
    version: u32,
}

/// Whether a plan takes new members.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Joining)]
struct OpenBody {
    /// It does.
    open: bool,
}

/// Somebody with a role.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Staff)]
struct StaffBody {
    /// Who.
    member: MemberRef,
    /// Mail address; empty when erased.
    address: String,
    /// Roles held.
    roles: Vec<Role>,
}

/// Everybody with a role.
#[derive(Debug, Serialize, ToSchema)]
struct StaffList {
    /// By member.
    staff: Vec<StaffBody>,
}

pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("operator", id, summary).role("operator");
    table
        .add(
            &Method::POST,
            "/plans",
            publish,
            op("publishPlan", "Publish the next version of a plan, or the first of a new one")
                .says("Every mistake of the file is named with line and column.")
                .verb()
                .takes::<PublishRequest>(json!({"text": "[plan]\nid = \"demo-town\"\n..."}))
                .answers::<PublishBody>(201),
        )
        .add(
            &Method::POST,
            "/plans/{plan}/versions/{version}/withdrawal",
            withdraw,
            op("withdrawVersion", "Withdraw a version that is not yet in force")
                .verb()
                .answers::<WithdrawBody>(200),
        )
        .add(
            &Method::PUT,
            "/plans/{plan}/joining",
            open,
            op("setJoining", "Open or close a plan to new members")
                .verb()
                .takes::<OpenBody>(json!({"open": true}))
                .answers::<OpenBody>(200),
        )
        .add(
            &Method::GET,
            "/staff",
            staff,
            Op::new("operator", "listStaff", "Everybody with a role")
                .role("operator or auditor")
                .answers::<StaffList>(200),
        )
        .add(
            &Method::POST,
            "/staff/lookup",
            lookup,
            op("findMember", "The member with a mail address")
                .takes::<AddressBody>(json!({"address": "ann@example.org"}))
                .answers::<MemberReceipt>(200),
        )
        .add(
            &Method::PUT,
            "/staff/{member}/roles/{role}",
            grant,
            op("grantRole", "Grant a role").says("Never one's own.").verb().answers::<MemberReceipt>(200),
        )
        .add(
            &Method::DELETE,
            "/staff/{member}/roles/{role}",
            revoke,
            op("revokeRole", "Revoke a role").says("Never one's own.").verb().answers::<MemberReceipt>(200),
        )
}

async fn publish(
    State(edge): State<Edge>,
    Member(call): Member,
    Strict(body): Strict<PublishRequest>,
) -> Answer {
    let receipt = edge.app.publish_plan(&call, PublishPlan { text: body.text }).await?;
    done(StatusCode::CREATED, receipt, |receipt| PublishBody {
        plan: PlanRef(receipt.plan),
        version: receipt.version.0,
        effective: DayText(receipt.effective),
    })
}

async fn withdraw(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((plan, version)): Of<(PlanRef, u32)>,
) -> Answer {
    let receipt = edge.app.withdraw_plan_version(&call, &plan.0, PlanVersion(version)).await?;
    done(StatusCode::OK, receipt, |version| WithdrawBody { version: version.0 })
}

async fn open(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(plan): Of<PlanRef>,
    Strict(body): Strict<OpenBody>,
) -> Answer {
    done(StatusCode::OK, edge.app.open_plan(&call, &plan.0, body.open).await?, |open| OpenBody { open })
}

async fn staff(State(edge): State<Edge>, Member(call): Member) -> Answer {
    let staff = edge.app.staff_list(&call).await?.into_iter().map(|view| StaffBody {
        member: MemberRef(view.member.id),
        address: view.address,
        roles: view.member.roles.into_iter().map(Into::into).collect(),
    });
    ok(StaffList { staff: staff.collect() })
}

async fn lookup(State(edge): State<Edge>, Member(call): Member, Strict(body): Strict<AddressBody>) -> Answer {
    member(edge.app.member_at(&call, &body.address.0).await?)
}

async fn grant(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, role)): Of<(MemberRef, Role)>,
) -> Answer {
    let command = ChangeRole { member: id.0, role: member::Role::from(role).word(), grant: true };
    done(StatusCode::OK, edge.app.change_role(&call, command).await?, |id| MemberReceipt {
        member: MemberRef(id),
    })
}

async fn revoke(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, role)): Of<(MemberRef, Role)>,
) -> Answer {
    let command = ChangeRole { member: id.0, role: member::Role::from(role).word(), grant: false };
    done(StatusCode::OK, edge.app.change_role(&call, command).await?, |id| MemberReceipt {
        member: MemberRef(id),
    })
}
