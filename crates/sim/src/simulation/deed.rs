//! What people do in a simulation: one name for each use case, and its answer in one shape.

use huzhu_app::App;
use huzhu_app::call::{Call, Done};
use huzhu_app::claims::{
    AddEvidence, ConfirmClaim, DescribeClaim, DraftClaim, OwnClaim, RecommendClaim, RemoveEvidence,
    RequestEvidence, SendBack, TakeClaim,
};
use huzhu_app::error::AppError;
use huzhu_app::identity::GiveIdentity;
use huzhu_app::join::Join;
use huzhu_app::periods::{CollectPeriod, LapseUnpaid, OfPeriod, PayClaim, PayIn, RetryArrears};
use huzhu_app::plans::PublishPlan;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::id::{ClaimId, EnrolmentId, EvidenceId, MemberId};
use huzhu_domain::plan::{PlanId, PlanVersion};
use serde::Serialize;

/// A use case with what it is asked.
#[derive(Clone, Debug)]
pub(crate) enum Deed {
    Register { member: MemberId, address: String },
    ChangeRole(ChangeRole),
    GiveIdentity(GiveIdentity),
    Join(Box<Join>),
    Leave(EnrolmentId),
    Publish(PublishPlan),
    WithdrawVersion { plan: PlanId, version: PlanVersion },
    OpenPlan { plan: PlanId, open: bool },
    Draft(DraftClaim),
    Describe(DescribeClaim),
    AddEvidence(AddEvidence),
    RemoveEvidence(RemoveEvidence),
    Report(OwnClaim),
    Complete(OwnClaim),
    Withdraw(OwnClaim),
    LookAtFile { claim: ClaimId, evidence: EvidenceId },
    Take(TakeClaim),
    RequestEvidence(RequestEvidence),
    Recommend(RecommendClaim),
    Confirm(ConfirmClaim),
    SendBack(SendBack),
    OpenNotice(OfPeriod),
    Settle(OfPeriod),
    Collect(CollectPeriod),
    Retry(RetryArrears),
    Lapse(LapseUnpaid),
    Pay(PayClaim),
    PayIn(PayIn),
    Close(OfPeriod),
}

/// A receipt as JSON.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Acknowledged {
    pub(crate) receipt: String,
    pub(crate) replayed: bool,
}

impl Deed {
    /// A short word for the trace and for counting.
    pub(crate) const fn word(&self) -> &'static str {
        match self {
            Self::Register { .. } => "register",
            Self::ChangeRole(_) => "change role",
            Self::GiveIdentity(_) => "give identity",
            Self::Join(_) => "join",
            Self::Leave(_) => "leave",
            Self::Publish(_) => "publish version",
            Self::WithdrawVersion { .. } => "withdraw version",
            Self::OpenPlan { .. } => "open or close plan",
            Self::Draft(_) => "draft",
            Self::Describe(_) => "describe",
            Self::AddEvidence(_) => "add evidence",
            Self::RemoveEvidence(_) => "remove evidence",
            Self::Report(_) => "report",
            Self::Complete(_) => "complete evidence",
            Self::Withdraw(_) => "withdraw",
            Self::LookAtFile { .. } => "look at file",
            Self::Take(_) => "take",
            Self::RequestEvidence(_) => "request evidence",
            Self::Recommend(_) => "recommend",
            Self::Confirm(_) => "confirm",
            Self::SendBack(_) => "send back",
            Self::OpenNotice(_) => "open notice",
            Self::Settle(_) => "settle",
            Self::Collect(_) => "collect",
            Self::Retry(_) => "retry arrears",
            Self::Lapse(_) => "lapse",
            Self::Pay(_) => "pay",
            Self::PayIn(_) => "pay in",
            Self::Close(_) => "close",
        }
    }

    /// Writes in several units, of which some may be kept although the last one was not.
    pub(crate) const fn in_batches(&self) -> bool {
        matches!(self, Self::OpenNotice(_) | Self::Lapse(_))
    }

    /// Answers without a receipt that is stored under an idempotency key.
    pub(crate) const fn is_unkeyed(&self) -> bool {
        matches!(self, Self::Lapse(_) | Self::LookAtFile { .. })
    }

    /// Does it.
    pub(crate) async fn perform(&self, app: &App, call: &Call) -> Result<Acknowledged, AppError> {
        match self {
            Self::Register { member, address } => said(app.register(call, *member, address).await),
            Self::ChangeRole(command) => said(app.change_role(call, *command).await),
            Self::GiveIdentity(command) => said(app.give_identity(call, command.clone()).await),
            Self::Join(command) => said(app.join(call, (**command).clone()).await),
            Self::Leave(enrolment) => said(app.leave(call, *enrolment).await),
            Self::Publish(command) => said(app.publish_plan(call, command.clone()).await),
            Self::WithdrawVersion { plan, version } => {
                said(app.withdraw_plan_version(call, plan, *version).await)
            }
            Self::OpenPlan { plan, open } => said(app.open_plan(call, plan, *open).await),
            Self::Draft(command) => said(app.draft_claim(call, command).await),
            Self::Describe(command) => said(app.describe_claim(call, command).await),
            Self::AddEvidence(command) => said(app.add_evidence(call, command).await),
            Self::RemoveEvidence(command) => said(app.remove_evidence(call, *command).await),
            Self::Report(command) => said(app.report_claim(call, *command).await),
            Self::Complete(command) => said(app.complete_evidence(call, *command).await),
            Self::Withdraw(command) => said(app.withdraw_claim(call, *command).await),
            Self::LookAtFile { claim, evidence } => {
                let file = app.evidence_file(call, *claim, *evidence).await?;
                let mut pieces = app.read_evidence(&file, 0..file.bytes).await?;
                let mut read = 0_u64;
                while let Some(piece) = pieces.next().await? {
                    read = read.saturating_add(u64::try_from(piece.len()).unwrap_or(u64::MAX));
                }
                json(&read, false)
            }
            Self::Take(command) => said(app.take_claim(call, *command).await),
            Self::RequestEvidence(command) => said(app.request_evidence(call, command).await),
            Self::Recommend(command) => said(app.recommend(call, command).await),
            Self::Confirm(command) => said(app.confirm_claim(call, *command).await),
            Self::SendBack(command) => said(app.send_back(call, command).await),
            Self::OpenNotice(command) => said(app.open_notice(call, command).await),
            Self::Settle(command) => said(app.settle_period(call, command).await),
            Self::Collect(command) => said(app.collect_period(call, command).await),
            Self::Retry(command) => said(app.retry_arrears(call, command).await),
            Self::Lapse(command) => json(&app.lapse_unpaid(call, command).await?, false),
            Self::Pay(command) => said(app.pay_claim(call, command).await),
            Self::PayIn(command) => said(app.pay_in(call, command).await),
            Self::Close(command) => said(app.close_period(call, command).await),
        }
    }
}

fn said<R: Serialize>(answer: Result<Done<R>, AppError>) -> Result<Acknowledged, AppError> {
    let Done { receipt, replayed, .. } = answer?;
    json(&receipt, replayed)
}

fn json<R: Serialize>(receipt: &R, replayed: bool) -> Result<Acknowledged, AppError> {
    let receipt = serde_json::to_string(receipt).map_err(|e| AppError::Broken(e.to_string()))?;
    Ok(Acknowledged { receipt, replayed })
}
