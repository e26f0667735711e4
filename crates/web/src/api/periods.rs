//! Running periods: notice, settlement, collection, payouts, close.

use axum::extract::State;
use axum::http::{Method, StatusCode};
use huzhu_app::periods::{
    CollectPeriod, CollectReceipt, LapseUnpaid, OfPeriod, PayClaim, PayIn, PaySource, PeriodPreview,
    RetryArrears,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::plans::{ClaimAidBody, StatementBody};
use super::request::{Answer, Member, Of, Strict, done, ok};
use super::review::plan_of;
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::wire::{ClaimRef, DayText, DigestText, EnrolmentRef, Instant, Money, PeriodRef, PlanRef};

/// What a period would look like now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PeriodPreview)]
struct PreviewBody {
    /// The period.
    period: PeriodRef,
    /// Word of its state.
    state: &'static str,
    /// First day of notice; the headcount is taken at its 0:00.
    headcount_day: DayText,
    /// Last day of notice.
    notice_last_day: Option<DayText>,
    /// The day on which shares are taken.
    sharing_day: DayText,
    /// Members counted, or who would be.
    headcount: u64,
    /// Claims on display, or approved and waiting.
    claims: Vec<ClaimAidBody>,
    /// Sum of aid.
    aid: Money,
    /// Fee on it.
    fee: Money,
    /// The share that this would give.
    share: Money,
    /// What the operator would bear.
    borne_by_operator: Money,
}

/// What collecting would take and pay.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CollectionPreview)]
struct CollectionBody {
    /// The period.
    period: PeriodRef,
    /// The day on which shares are taken.
    sharing_day: DayText,
    /// Members counted.
    headcount: u64,
    /// The share.
    share: Money,
    /// What all members owe together.
    shares_total: Money,
    /// What each claim is paid when nothing fails.
    payable: Vec<ClaimAidBody>,
    /// Last day on which failed debits are tried again.
    retry_until: Option<DayText>,
    /// Last day of payout.
    payout_until: Option<DayText>,
}

/// Notice has begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = NoticeReceipt)]
struct NoticeBody {
    /// The period.
    period: PeriodRef,
    /// Members counted.
    headcount: u64,
    /// Claims on display.
    claims: u64,
    /// Sum of their aid.
    aid: Money,
    /// End of the notice.
    until: Instant,
    /// The day on which shares are taken.
    sharing_day: DayText,
    /// Enrolments that ended because the age limit was reached.
    over_age: u64,
}

/// A period was settled.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SettleReceipt)]
struct SettleBody {
    /// The period.
    period: PeriodRef,
    /// The equation.
    statement: StatementBody,
}

/// The bank's report on the debits.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct CollectRequest {
    /// Enrolments whose debit failed; all others paid.
    #[schema(max_items = 50_000)]
    failed: Vec<EnrolmentRef>,
    /// The report itself as text; its digest is kept.
    report: String,
}

/// Shares were taken.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CollectReceipt)]
struct CollectBody {
    /// The period.
    period: PeriodRef,
    /// Taken from members.
    collected: Money,
    /// Not taken, now in arrears.
    failed: Money,
    /// Debits that failed.
    failures: u64,
    /// What each claim is paid, after cuts and after unpaid shares of its enrolment were kept back.
    payable: Vec<ClaimAidBody>,
    /// Unpaid shares that were kept back from aid.
    arrears_deducted: Money,
    /// What the operator bears of what failed.
    borne_by_operator: Money,
    /// What the next period bears of it.
    carried_to_next: Money,
    /// What the aid was cut by.
    aid_cut: Money,
    /// When payouts are due.
    payout_until: Instant,
}

/// Arrears that were paid after all.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct RetryRequest {
    /// Enrolments that have paid.
    #[schema(max_items = 50_000)]
    paid: Vec<EnrolmentRef>,
    /// The bank's report as text; its digest goes into the books.
    report: String,
}

/// Arrears were paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ArrearsReceipt)]
struct ArrearsBody {
    /// The period.
    period: PeriodRef,
    /// Enrolments that have paid.
    paid: u64,
    /// How much.
    amount: Money,
}

/// The bank's confirmation.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayRequest {
    /// As text; its digest is kept.
    confirmation: String,
}

/// A claim was paid.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PayReceipt)]
struct PayBody {
    /// The claim.
    claim: ClaimRef,
    /// The period.
    period: PeriodRef,
    /// Aid.
    aid: Money,
    /// When.
    at: Instant,
    /// The enrolment ended with it.
    ended: bool,
}

/// A period was closed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = CloseReceipt)]
struct CloseBody {
    /// The period.
    period: PeriodRef,
    /// Unpaid shares of the whole plan, which stay owed.
    arrears: Money,
}

/// Enrolments lapsed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = LapseReceipt)]
struct LapseBody {
    /// How many.
    lapsed: u64,
}

/// Money paid in by operator or sponsor.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct PayInRequest {
    /// Who.
    source: Source,
    /// How much.
    amount: Money,
    /// The bank's confirmation as text; one confirmation is booked once.
    #[schema(min_length = 1)]
    confirmation: String,
}

/// Who pays in.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum Source {
    /// The operator, for what it bears.
    Operator,
    /// The sponsor.
    Sponsor,
}

/// Money was paid in.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PayInReceipt)]
struct PayInBody {
    /// How much.
    amount: Money,
    /// Digest of the confirmation.
    confirmation: DigestText,
}

pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("periods", id, summary).role("operator");
    let (get, post) = (Method::GET, Method::POST);
    let enrolment = "enr_01930000000070008000000000000002";
    let one = |rest: &str| format!("/plans/{{plan}}/periods/{{period}}/{rest}");
    table
        .add(&get, &one("preview"), preview, op("previewPeriod", "What it would cost now").answers::<PreviewBody>(200))
        .add(&post, &one("notice"), notice, op("openNotice", "Begin the notice").verb().answers::<NoticeBody>(200))
        .add(&post, &one("settlement"), settle, op("settlePeriod", "Settle").verb().answers::<SettleBody>(200))
        .add(
            &get,
            &one("collection"),
            collection,
            op("previewCollection", "What collecting would take and pay").answers::<CollectionBody>(200),
        )
        .add(
            &post,
            &one("collection"),
            collect,
            op("collectPeriod", "Record the bank's report on the debits")
                .verb()
                .takes::<CollectRequest>(json!({"failed": [enrolment], "report": "pain.002 ..."}))
                .answers::<CollectBody>(200),
        )
        .add(
            &post,
            &one("retries"),
            retry,
            op("retryArrears", "Record that arrears were paid after all")
                .verb()
                .takes::<RetryRequest>(json!({"paid": [enrolment], "report": "pain.002 ..."}))
                .answers::<ArrearsBody>(200),
        )
        .add(&post, &one("close"), close, op("closePeriod", "Close").verb().answers::<CloseBody>(200))
        .add(
            &post,
            "/claims/{claim}/payout",
            pay,
            op("payClaim", "Record a payout")
                .says("Never by somebody who recommended or confirmed the claim.")
                .verb()
                .takes::<PayRequest>(json!({"confirmation": "camt.054 ..."}))
                .answers::<PayBody>(200),
        )
        .add(
            &post,
            "/plans/{plan}/lapses",
            lapse,
            op("lapseUnpaid", "End enrolments that stayed unpaid past the retry window")
                .says("Safe to repeat: who has lapsed does so once.")
                .answers::<LapseBody>(200),
        )
        .add(
            &post,
            "/plans/{plan}/pay-ins",
            pay_in,
            op("payIn", "Record money that operator or sponsor paid in")
                .verb()
                .takes::<PayInRequest>(json!({
                    "source": "operator", "amount": {"amount": "100.00", "currency": "CNY"}, "confirmation": "camt.054 ...",
                }))
                .answers::<PayInBody>(200),
        )
}

type Which = Of<(PlanRef, PeriodRef)>;

async fn preview(State(edge): State<Edge>, Member(call): Member, Of((plan, key)): Which) -> Answer {
    let view: PeriodPreview = edge.app.preview_period(&call, &plan.0, key.0).await?;
    let money = |amount| Money::of(amount, view.currency);
    ok(PreviewBody {
        period: key,
        state: view.state,
        headcount_day: DayText(view.headcount_day),
        notice_last_day: view.notice_last_day.map(DayText),
        sharing_day: DayText(view.sharing_day),
        headcount: view.headcount,
        claims: ClaimAidBody::list(&view.claims, view.currency),
        aid: money(view.aid),
        fee: money(view.fee),
        share: money(view.share),
        borne_by_operator: money(view.borne_by_operator),
    })
}

async fn notice(State(edge): State<Edge>, Member(call): Member, Of((plan, key)): Which) -> Answer {
    let receipt = edge.app.open_notice(&call, &OfPeriod { plan: plan.0.clone(), key: key.0 }).await?;
    let currency = edge.app.plan_currency(&plan.0).await?;
    done(StatusCode::OK, receipt, |receipt| NoticeBody {
        period: PeriodRef(receipt.key),
        headcount: receipt.headcount,
        claims: receipt.claims,
        aid: Money::of(receipt.aid, currency),
        until: Instant(receipt.until),
        sharing_day: DayText(receipt.sharing_day),
        over_age: receipt.over_age,
    })
}

async fn settle(State(edge): State<Edge>, Member(call): Member, Of((plan, key)): Which) -> Answer {
    let receipt = edge.app.settle_period(&call, &OfPeriod { plan: plan.0.clone(), key: key.0 }).await?;
    let currency = edge.app.plan_currency(&plan.0).await?;
    done(StatusCode::OK, receipt, |receipt| SettleBody {
        period: PeriodRef(receipt.key),
        statement: StatementBody::of(&receipt.statement, currency),
    })
}

async fn collection(State(edge): State<Edge>, Member(call): Member, Of((plan, key)): Which) -> Answer {
    let view = edge.app.collection_preview(&call, &OfPeriod { plan: plan.0, key: key.0 }).await?;
    ok(CollectionBody {
        period: key,
        sharing_day: DayText(view.sharing_day),
        headcount: view.headcount,
        share: Money::of(view.share, view.currency),
        shares_total: Money::of(view.shares_total, view.currency),
        payable: ClaimAidBody::list(&view.payable, view.currency),
        retry_until: view.retry_until.map(DayText),
        payout_until: view.payout_until.map(DayText),
    })
}

async fn collect(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((plan, key)): Which,
    Strict(body): Strict<CollectRequest>,
) -> Answer {
    let command = CollectPeriod {
        plan: plan.0.clone(),
        key: key.0,
        failed: body.failed.into_iter().map(|id| id.0).collect(),
        report: body.report.into_bytes(),
    };
    let receipt = edge.app.collect_period(&call, &command).await?;
    let currency = edge.app.plan_currency(&plan.0).await?;
    done(StatusCode::OK, receipt, |receipt: CollectReceipt| CollectBody {
        period: PeriodRef(receipt.key),
        collected: Money::of(receipt.collected, currency),
        failed: Money::of(receipt.failed, currency),
        failures: receipt.failures,
        payable: ClaimAidBody::list(&receipt.payable, currency),
        arrears_deducted: Money::of(receipt.arrears_deducted, currency),
        borne_by_operator: Money::of(receipt.borne_by_operator, currency),
        carried_to_next: Money::of(receipt.carried_to_next, currency),
        aid_cut: Money::of(receipt.aid_cut, currency),
        payout_until: Instant(receipt.payout_until),
    })
}

async fn retry(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((plan, key)): Which,
    Strict(body): Strict<RetryRequest>,
) -> Answer {
    let command = RetryArrears {
        plan: plan.0.clone(),
        key: key.0,
        paid: body.paid.into_iter().map(|id| id.0).collect(),
        report: body.report.into_bytes(),
    };
    let receipt = edge.app.retry_arrears(&call, &command).await?;
    let currency = edge.app.plan_currency(&plan.0).await?;
    done(StatusCode::OK, receipt, |receipt| ArrearsBody {
        period: PeriodRef(receipt.key),
        paid: receipt.paid,
        amount: Money::of(receipt.amount, currency),
    })
}

async fn close(State(edge): State<Edge>, Member(call): Member, Of((plan, key)): Which) -> Answer {
    let receipt = edge.app.close_period(&call, &OfPeriod { plan: plan.0.clone(), key: key.0 }).await?;
    let currency = edge.app.plan_currency(&plan.0).await?;
    done(StatusCode::OK, receipt, |receipt| CloseBody {
        period: PeriodRef(receipt.key),
        arrears: Money::of(receipt.arrears, currency),
    })
}

async fn pay(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<PayRequest>,
) -> Answer {
    let command = PayClaim { claim: id.0, confirmation: body.confirmation.into_bytes() };
    let receipt = edge.app.pay_claim(&call, &command).await?;
    let currency = edge.app.plan_currency(&plan_of(&edge, id.0).await?).await?;
    done(StatusCode::OK, receipt, |receipt| PayBody {
        claim: ClaimRef(receipt.claim),
        period: PeriodRef(receipt.period),
        aid: Money::of(receipt.aid, currency),
        at: Instant(receipt.at),
        ended: receipt.ended,
    })
}

async fn lapse(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    let receipt = edge.app.lapse_unpaid(&call, &LapseUnpaid { plan: plan.0 }).await?;
    ok(LapseBody { lapsed: receipt.lapsed })
}

async fn pay_in(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(plan): Of<PlanRef>,
    Strict(body): Strict<PayInRequest>,
) -> Answer {
    let currency = edge.app.plan_currency(&plan.0).await?;
    let command = PayIn {
        plan: plan.0,
        source: match body.source {
            Source::Operator => PaySource::Operator,
            Source::Sponsor => PaySource::Sponsor,
        },
        amount: body.amount.in_currency(currency, "amount")?,
        confirmation: body.confirmation.into_bytes(),
    };
    done(StatusCode::OK, edge.app.pay_in(&call, &command).await?, |receipt| PayInBody {
        amount: Money::of(receipt.amount, currency),
        confirmation: DigestText(receipt.confirmation),
    })
}
