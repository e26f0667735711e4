//! Claims as staff see them: queues, and the verbs of the two people who decide.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use huzhu_app::call::{Call, Caller};
use huzhu_app::claims::{
    Advice, AskedFor, ConfirmClaim, RecommendClaim, RequestEvidence, SendBack, TakeClaim,
};
use huzhu_app::permission::Action;
use huzhu_app::staff::{Queue, QueueRow};
use huzhu_domain::claim::Recommendation;
use huzhu_domain::plan::PlanId;
use huzhu_ledger::Currency;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::claims::{ReceiptBody, own};
use super::request::{Answer, Member, Of, Strict, done, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::wire::{ClaimRef, ConditionRef, DayText, Instant, MemberRef, Money, PlanRef, ReasonRef};

/// A text for somebody.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct TextRequest {
    /// In plain words.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// Asks for more evidence.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EvidenceRequest {
    /// What is missing and where to get it, in plain words.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
    /// The things one by one.
    #[serde(default)]
    #[schema(max_items = 10)]
    items: Vec<AskedForBody>,
}

/// Something that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AskedFor)]
struct AskedForBody {
    /// What, in plain words.
    #[schema(min_length = 1, max_length = 200)]
    text: String,
    /// The last day for it, in the zone of the plan: not before the time of the terms is over, and at most 90 days later. Left
    /// out: the last day that the terms give.
    due: Option<DayText>,
}

impl From<AskedForBody> for AskedFor {
    fn from(body: AskedForBody) -> Self {
        Self { text: body.text, due: body.due.map(|day| day.0) }
    }
}

/// What a reviewer advises.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "advice", rename_all = "lowercase", deny_unknown_fields)]
#[schema(as = Advice)]
enum AdviceRequest {
    /// Grant the aid that the terms give.
    Approve {
        /// Proven cost of the treatment; reimbursing plans only.
        #[serde(default)]
        cost: Option<Money>,
    },
    /// Refuse.
    Refuse {
        /// Why: a reason or exclusion of the terms, or the word of a broken rule.
        reason: ReasonRef,
    },
}

/// A claim that waits for somebody.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QueueRow)]
struct RowBody {
    /// The claim.
    claim: ClaimRef,
    /// Word of its state.
    state: &'static str,
    /// Condition.
    condition: ConditionRef,
    /// Event date.
    event_date: DayText,
    /// When it was handed in.
    reported: Option<Instant>,
    /// Whole days since then.
    age_days: i32,
    /// Who examines it, or recommended.
    reviewer: Option<MemberRef>,
    /// That is the caller.
    mine: bool,
    /// When the next step is due.
    until: Option<Instant>,
    /// That has passed.
    overdue: bool,
    /// Aid that was recommended; in the queue of confirmers only.
    recommended_aid: Option<Money>,
    /// Reason that was recommended; in the queue of confirmers only.
    recommended_reason: Option<ReasonRef>,
}

/// Claims that wait, the most urgent first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Queue)]
struct QueueBody {
    /// The plan.
    plan: PlanRef,
    /// The claims, by deadline.
    claims: Vec<RowBody>,
    /// There are more open claims than a queue reads.
    more: bool,
}

/// A claim was decided.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Decision)]
struct DecisionBody {
    /// Where it stands.
    claim: ReceiptBody,
    /// Aid, when approved.
    aid: Option<Money>,
    /// Reason, when refused.
    reason: Option<ReasonRef>,
}

pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("review", id, summary);
    let reviewer = |id, summary| op(id, summary).role("reviewer").verb();
    let confirmer = |id, summary| op(id, summary).role("reviewer or confirmer").verb();
    let (get, post) = (Method::GET, Method::POST);
    let text =
        json!({"text": "Please bring the pathology report; the hospital's records office gives it out."});
    let asked = json!({
        "text": "Please bring the pathology report; the hospital's records office gives it out.",
        "items": [{"text": "Pathology report"}],
    });
    table
        .add(
            &get,
            "/plans/{plan}/review-queue",
            review_queue,
            op("getReviewQueue", "Claims that wait for a reviewer")
                .role("reviewer")
                .answers::<QueueBody>(200),
        )
        .add(
            &get,
            "/plans/{plan}/confirm-queue",
            confirm_queue,
            op("getConfirmQueue", "Claims that wait for a second person")
                .role("reviewer or confirmer")
                .says("To a reviewer who is no confirmer: claims below the limit of the terms (`four_eyes_from`) only.")
                .answers::<QueueBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/take",
            take,
            reviewer("takeClaim", "Take it").answers::<ReceiptBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/request-evidence",
            request_evidence,
            reviewer("requestEvidence", "Ask the claimant for more evidence")
                .says("The claim waits for the item that is due last, and never less than the terms say.")
                .takes::<EvidenceRequest>(asked)
                .answers::<ReceiptBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/recommendation",
            recommend,
            reviewer("recommend", "Recommend a decision")
                .takes::<AdviceRequest>(json!({"advice": "refuse", "reason": "inside-wait"}))
                .answers::<ReceiptBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/confirmation",
            confirm,
            confirmer("confirmClaim", "Confirm the recommendation of somebody else")
                .says("Refusals, and aid from the limit of the terms (`four_eyes_from`) on, need a confirmer.")
                .answers::<DecisionBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/return",
            send_back,
            confirmer("returnClaim", "Send it back to its reviewer")
                .takes::<TextRequest>(text)
                .answers::<ReceiptBody>(200),
        )
}

fn queue_body(queue: Queue) -> QueueBody {
    let currency = queue.currency;
    QueueBody {
        plan: PlanRef(queue.plan),
        claims: queue.rows.into_iter().map(|row| row_body(row, currency)).collect(),
        more: queue.more,
    }
}

fn row_body(row: QueueRow, currency: Currency) -> RowBody {
    let (aid, reason) = match row.recommendation {
        Some(Recommendation::Approve { aid }) => (Some(Money::of(aid, currency)), None),
        Some(Recommendation::Refuse { reason }) => (None, Some(ReasonRef(reason))),
        None => (None, None),
    };
    RowBody {
        claim: ClaimRef(row.claim),
        state: row.state,
        condition: ConditionRef(row.condition),
        event_date: DayText(row.event_date),
        reported: row.reported.map(Instant),
        age_days: row.age_days,
        reviewer: row.reviewer.map(MemberRef),
        mine: row.mine,
        until: row.until.map(Instant),
        overdue: row.overdue,
        recommended_aid: aid,
        recommended_reason: reason,
    }
}

async fn review_queue(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    ok(queue_body(edge.app.review_queue(&call, &plan.0).await?))
}

async fn confirm_queue(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    ok(queue_body(edge.app.confirm_queue(&call, &plan.0).await?))
}

async fn take(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    own(edge.app.take_claim(&call, TakeClaim { claim: id.0 }).await?)
}

async fn request_evidence(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<EvidenceRequest>,
) -> Answer {
    let items = body.items.into_iter().map(AskedFor::from).collect();
    own(edge.app.request_evidence(&call, &RequestEvidence { claim: id.0, text: body.text, items }).await?)
}

async fn recommend(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<AdviceRequest>,
) -> Answer {
    let advice = match body {
        // Who may not recommend learns nothing about the claim: the use case refuses before it looks at the cost.
        AdviceRequest::Approve { cost: Some(cost) } if may(&call, Action::ReviewClaim) => {
            let currency = edge.app.plan_currency(&plan_of(&edge, id.0).await?).await?;
            Advice::Approve { cost: Some(cost.in_currency(currency, "cost")?) }
        }
        AdviceRequest::Approve { .. } => Advice::Approve { cost: None },
        AdviceRequest::Refuse { reason } => Advice::Refuse { reason: reason.0 },
    };
    own(edge.app.recommend(&call, &RecommendClaim { claim: id.0, advice }).await?)
}

fn may(call: &Call, action: Action) -> bool {
    matches!(&call.caller, Caller::Member { roles, .. } if action.allows(roles))
}

/// The plan of a claim.
pub(super) async fn plan_of(edge: &Edge, claim: huzhu_domain::id::ClaimId) -> Result<PlanId, Problem> {
    let row = edge.app.store().claim(claim).await.map_err(huzhu_app::error::AppError::from)?;
    row.map(|row| row.plan).ok_or_else(Problem::not_found)
}

async fn confirm(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    let receipt = edge.app.confirm_claim(&call, ConfirmClaim { claim: id.0 }).await?;
    let currency = edge.app.plan_currency(&plan_of(&edge, id.0).await?).await?;
    done(StatusCode::OK, receipt, |receipt| DecisionBody {
        claim: ReceiptBody::of(receipt.claim),
        aid: receipt.aid.map(|aid| Money::of(aid, currency)),
        reason: receipt.reason.map(ReasonRef),
    })
}

async fn send_back(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<TextRequest>,
) -> Answer {
    own(edge.app.send_back(&call, &SendBack { claim: id.0, text: body.text }).await?)
}
