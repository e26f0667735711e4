//! What people do in a simulation: one name for each use case, and its answer in one shape.

use huzhu_app::App;
use huzhu_app::call::{Call, Done};
use huzhu_app::claims::{
    AddEvidence, AssignClaim, ConfirmClaim, DescribeClaim, DraftClaim, EndInvestigation, GiveOpinion,
    HandInFindings, OrderInvestigation, OwnClaim, RecommendClaim, RemoveEvidence, RequestEvidence, SendBack,
    TakeClaim,
};
use huzhu_app::error::AppError;
use huzhu_app::identity::GiveIdentity;
use huzhu_app::join::Join;
use huzhu_app::jury::{
    AcceptRequest, AnswerQuestion, Answers, AskQuestion, CastBallot, DeclineRequest, GiveStatement, OfCase,
    OnList, RequestJury, SortQuestion,
};
use huzhu_app::objections::{AnswerObjection, RaiseObjection, WithdrawObjection};
use huzhu_app::periods::{CollectPeriod, LapseUnpaid, OfPeriod, PayClaim, PayIn, RetryArrears};
use huzhu_app::plans::PublishPlan;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::id::{ClaimId, EnrolmentId, EvidenceId, MemberId};
use huzhu_domain::plan::{PlanId, PlanVersion};
use serde::Serialize;

/// What jurors of a simulation write, so that it would be found wherever it stood in plain words.
pub(crate) const MARK: &str = "what only a juror knows";

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
    Assign(AssignClaim),
    OrderInvestigation(OrderInvestigation),
    HandInFindings(HandInFindings),
    EndInvestigation(EndInvestigation),
    GiveOpinion(GiveOpinion),
    Object(RaiseObjection),
    Answer(AnswerObjection),
    TakeBack(WithdrawObjection),
    BeginExam(PlanId),
    HandInExam { plan: PlanId, right: bool },
    OnList(OnList),
    RequestJury(RequestJury),
    GiveStatement(GiveStatement),
    AcceptJury(AcceptRequest),
    DeclineJury(DeclineRequest),
    Vote { juror: MemberId, ballot: CastBallot },
    StepAside(OfCase),
    AskQuestion(AskQuestion),
    SortQuestion(SortQuestion),
    AnswerQuestion(AnswerQuestion),
    PassDeadlines,
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
            Self::Assign(_) => "assign",
            Self::OrderInvestigation(_) => "order investigation",
            Self::HandInFindings(_) => "hand in findings",
            Self::EndInvestigation(_) => "end investigation",
            Self::GiveOpinion(_) => "give second opinion",
            Self::Object(_) => "object",
            Self::Answer(_) => "answer objection",
            Self::TakeBack(_) => "take objection back",
            Self::BeginExam(_) => "begin exam",
            Self::HandInExam { .. } => "hand in exam",
            Self::OnList(_) => "go on or off the list",
            Self::RequestJury(_) => "ask for a jury",
            Self::GiveStatement(_) => "state",
            Self::AcceptJury(_) => "accept jury",
            Self::DeclineJury(_) => "decline jury",
            Self::Vote { .. } => "vote",
            Self::StepAside(_) => "step aside",
            Self::AskQuestion(_) => "ask",
            Self::SortQuestion(_) => "sort question",
            Self::AnswerQuestion(_) => "answer question",
            Self::PassDeadlines => "pass deadlines",
        }
    }

    /// Writes in several units, of which some may be kept although the last one was not.
    pub(crate) const fn in_batches(&self) -> bool {
        matches!(self, Self::OpenNotice(_) | Self::Lapse(_) | Self::PassDeadlines)
    }

    /// May be done without writing anything: it was only read, or done before.
    pub(crate) const fn may_write_nothing(&self) -> bool {
        matches!(self, Self::LookAtFile { .. } | Self::Vote { .. } | Self::BeginExam(_))
    }

    /// Answers without a receipt that is stored under an idempotency key.
    pub(crate) const fn is_unkeyed(&self) -> bool {
        matches!(
            self,
            Self::Lapse(_)
                | Self::LookAtFile { .. }
                | Self::Vote { .. }
                | Self::HandInExam { .. }
                | Self::PassDeadlines
        )
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
                let file = app.evidence_file(call, (*claim).into(), *evidence).await?;
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
            other => other.perform_dispute(app, call).await,
        }
    }

    /// The use cases of disputes.
    async fn perform_dispute(&self, app: &App, call: &Call) -> Result<Acknowledged, AppError> {
        match self {
            Self::Assign(command) => said(app.assign_claim(call, *command).await),
            Self::OrderInvestigation(command) => said(app.order_investigation(call, command).await),
            Self::HandInFindings(command) => said(app.hand_in_findings(call, command).await),
            Self::EndInvestigation(command) => said(app.end_investigation(call, *command).await),
            Self::GiveOpinion(command) => said(app.give_opinion(call, command).await),
            Self::Object(command) => said(app.raise_objection(call, command).await),
            Self::Answer(command) => said(app.answer_objection(call, command).await),
            Self::TakeBack(command) => said(app.withdraw_objection(call, *command).await),
            Self::BeginExam(plan) => said(app.begin_exam(call, plan).await),
            Self::HandInExam { plan, right } => {
                let sheet = app.exam_sheet(call, plan).await?;
                let choose = |answer: u8| if *right { answer } else { (answer + 1).rem_euclid(3) };
                let answers = sheet.questions.iter().map(|question| Some(choose(question.right))).collect();
                said(app.hand_in_exam(call, &Answers { plan: plan.clone(), answers }).await)
            }
            Self::OnList(command) => said(app.set_on_list(call, command).await),
            Self::RequestJury(command) => said(app.request_jury(call, command).await),
            Self::GiveStatement(command) => said(app.give_statement(call, command).await),
            Self::AcceptJury(command) => said(app.accept_jury(call, *command).await),
            Self::DeclineJury(command) => said(app.decline_jury(call, command).await),
            Self::Vote { ballot, .. } => said(app.cast_ballot(call, ballot).await),
            Self::StepAside(command) => said(app.step_aside(call, *command).await),
            Self::AskQuestion(command) => said(app.ask_question(call, command).await),
            Self::SortQuestion(command) => said(app.sort_question(call, *command).await),
            Self::AnswerQuestion(command) => said(app.answer_question(call, command).await),
            Self::PassDeadlines => {
                let passed = app.pass_deadlines().await?;
                json(&(passed.seated, passed.closed, passed.applied, passed.noted), false)
            }
            other => Err(AppError::Broken(format!("nobody does {}", other.word()))),
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
