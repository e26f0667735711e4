//! Claims as claimants see them: draft, describe, evidence, hand in, follow, withdraw.

use axum::extract::State;
use axum::http::header::ETAG;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::IntoResponse;
use huzhu_app::call::{Call, Done};
use huzhu_app::claims::{
    CheckEligibility, ClaimReceipt, ClaimView, DescribeClaim, DraftClaim, EligibilityView, EvidenceReceipt,
    OwnClaim, ReceiveEvidence, RemoveEvidence,
};
use huzhu_domain::claim::Illness;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::request::{Answer, FileBody, IfMatch, Member, Of, Paging, Strict, done, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::transfer::{BodyPieces, Taking, send_file};
use crate::wire::{
    ClaimRef, ConditionRef, DayText, DigestText, EnrolmentRef, EvidenceRef, Instant, MemberRef, Money,
    PeriodRef, PlanRef, ReasonRef, Severity,
};

/// The illness in the words of the plan terms.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Illness)]
pub(crate) struct IllnessBody {
    /// Id of the condition in the plan terms.
    condition: ConditionRef,
    /// Grade.
    severity: Severity,
    /// Day of the first diagnosis, or of the accident.
    event_date: DayText,
    /// Caused by an accident.
    accident: bool,
}

impl IllnessBody {
    fn illness(self) -> Illness {
        Illness {
            condition: self.condition.0,
            severity: self.severity.into(),
            event_date: self.event_date.0,
            accident: self.accident,
        }
    }
}

/// Begins a claim.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DraftRequest {
    /// Id of the new claim, made by the caller.
    claim: ClaimRef,
    /// The enrolment of the person who fell ill.
    enrolment: EnrolmentRef,
    /// What happened.
    illness: IllnessBody,
}

/// Asks what would happen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EligibilityRequest {
    /// The enrolment of the person who fell ill.
    enrolment: EnrolmentRef,
    /// What happened.
    illness: IllnessBody,
}

/// Where a claim stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClaimReceipt)]
pub(crate) struct ReceiptBody {
    /// The claim.
    pub(crate) claim: ClaimRef,
    /// Word of the state.
    pub(crate) state: String,
    /// Who has the ball.
    pub(crate) holder: String,
    /// Until when.
    pub(crate) until: Option<Instant>,
}

impl ReceiptBody {
    /// Shows a receipt.
    pub(crate) fn of(receipt: ClaimReceipt) -> Self {
        Self {
            claim: ClaimRef(receipt.claim),
            state: receipt.state,
            holder: receipt.holder,
            until: receipt.until.map(Instant),
        }
    }
}

/// A claim in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ClaimSummary)]
struct SummaryBody {
    /// The claim.
    claim: ClaimRef,
    /// The plan.
    plan: PlanRef,
    /// The person who fell ill.
    member: MemberRef,
    /// Word of the state.
    state: &'static str,
    /// Who has the ball.
    holder: &'static str,
    /// Until when.
    until: Option<Instant>,
    /// Condition.
    condition: ConditionRef,
    /// Event date.
    event_date: DayText,
    /// When it was handed in.
    reported: Option<Instant>,
    /// Aid, once approved.
    aid: Option<Money>,
}

/// A page of claims.
#[derive(Debug, Serialize, ToSchema)]
struct ClaimList {
    /// Newest first.
    claims: Vec<SummaryBody>,
    /// Cursor of the next page; `null` at the end.
    next: Option<String>,
}

/// What one rule says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Finding)]
struct FindingBody {
    /// Word of the rule when broken.
    rule: String,
    /// The rule is kept.
    kept: bool,
    /// The day that decided.
    day: Option<DayText>,
    /// The term of the plan file that the rule comes from.
    term: String,
    /// What would change it: `evidence`, `correction` or `nothing`.
    remedy: String,
}

/// What the rules say.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Eligibility)]
pub(crate) struct EligibilityBody {
    /// The version whose terms were applied.
    version: u32,
    /// In order of precedence.
    findings: Vec<FindingBody>,
    /// Every rule is kept.
    eligible: bool,
    /// Aid before unpaid shares are kept back; zero when a rule is broken.
    aid: Money,
}

impl EligibilityBody {
    /// What the rules say, with amounts in the currency of the plan.
    pub(super) fn of(view: EligibilityView, currency: huzhu_ledger::Currency) -> Self {
        Self {
            version: view.version.0,
            findings: view
                .findings
                .into_iter()
                .map(|one| FindingBody {
                    rule: one.rule,
                    kept: one.kept,
                    day: one.day.map(DayText),
                    term: one.term,
                    remedy: one.remedy,
                })
                .collect(),
            eligible: view.eligible,
            aid: Money::of(view.aid, currency),
        }
    }
}

/// A file of a claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Evidence)]
pub(super) struct EvidenceBody {
    /// The file.
    evidence: EvidenceRef,
    /// Media type, read from the content.
    media_type: &'static str,
    /// Length in bytes.
    bytes: u64,
    /// SHA-256 of salt and content.
    digest: DigestText,
    /// The salt, for whoever handed it in only.
    salt: Option<DigestText>,
    /// When it was handed in.
    at: Instant,
}

/// The receipt of a file.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = EvidenceReceipt)]
pub(super) struct EvidenceReceiptBody {
    /// The claim.
    claim: ClaimRef,
    /// The file.
    evidence: EvidenceRef,
    /// Media type, read from the content.
    media_type: &'static str,
    /// Length in bytes.
    bytes: u64,
    /// SHA-256 of salt and content; the salt stands where the file is listed.
    digest: DigestText,
    /// When.
    at: Instant,
}

/// One step of a claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Step)]
struct StepBody {
    /// When.
    at: Instant,
    /// Kind of the event, such as `claim.taken`.
    kind: &'static str,
    /// In which role.
    role: &'static str,
    /// State afterwards.
    state: &'static str,
    /// Who has the ball afterwards.
    holder: &'static str,
    /// Until when.
    until: Option<Instant>,
    /// What was asked for, or why it was sent back.
    text: Option<String>,
}

/// What a reviewer recommends; exactly one of the two.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Recommendation)]
struct RecommendationBody {
    /// Aid to grant.
    aid: Option<Money>,
    /// Reason to refuse.
    reason: Option<ReasonRef>,
}

/// A claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Claim)]
struct ClaimBody {
    /// The claim.
    claim: ClaimRef,
    /// The plan.
    plan: PlanRef,
    /// The version whose terms rule it.
    version: u32,
    /// The enrolment.
    enrolment: EnrolmentRef,
    /// The person who fell ill.
    member: MemberRef,
    /// Who filed it.
    filed_by: MemberRef,
    /// The caller is a claimant here, not staff.
    own: bool,
    /// Name of the person; `null` after erasure.
    name: Option<String>,
    /// Day of joining.
    joined: DayText,
    /// What happened.
    illness: IllnessBody,
    /// Word of the state.
    state: &'static str,
    /// Who has the ball.
    holder: &'static str,
    /// Until when.
    until: Option<Instant>,
    /// When it was handed in.
    reported: Option<Instant>,
    /// What was recommended; for staff only.
    recommendation: Option<RecommendationBody>,
    /// Aid as it stands.
    aid: Option<Money>,
    /// Reason, when refused.
    reason: Option<ReasonRef>,
    /// The period in which it is displayed and shared.
    period: Option<PeriodRef>,
    /// Digest of the bank's confirmation, once paid.
    payout: Option<DigestText>,
    /// What the rules say now; `null` after erasure.
    eligibility: Option<EligibilityBody>,
    /// The files, oldest first.
    evidence: Vec<EvidenceBody>,
    /// What the claimant is asked for, while that is open.
    request: Option<String>,
    /// The same thing by thing, the first due first; empty where the request named none.
    request_items: Vec<ItemBody>,
    /// Every step so far, oldest first.
    timeline: Vec<StepBody>,
}

/// Something that the claimant is asked for.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = RequestedItem)]
struct ItemBody {
    /// What, in plain words.
    text: String,
    /// The last day for it, in the zone of the plan.
    due: DayText,
}

pub(super) fn add(table: Table) -> Table {
    let illness = json!({
        "condition": "malignant-tumour", "severity": "severe", "event_date": "2019-02-14", "accident": false,
    });
    let enrolment = "enr_01930000000070008000000000000002";
    let draft =
        json!({"claim": "clm_01930000000070008000000000000003", "enrolment": enrolment, "illness": illness});
    let op = |id, summary| Op::new("claims", id, summary);
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    add_verbs(table)
        .add(&get, "/claims", list, op("listClaims", "My claims").paged().answers::<ClaimList>(200))
        .add(
            &post,
            "/claims",
            draft_claim,
            op("draftClaim", "Begin a claim").verb().takes::<DraftRequest>(draft).answers::<ReceiptBody>(201),
        )
        .add(
            &post,
            "/claims/eligibility",
            eligibility,
            op("checkEligibility", "What the rules would say today")
                .says("Writes nothing. People decide; this only says what the rules are.")
                .takes::<EligibilityRequest>(json!({"enrolment": enrolment, "illness": illness}))
                .answers::<EligibilityBody>(200),
        )
        .add(
            &get,
            "/claims/{claim}",
            claim,
            op("getClaim", "A claim of mine, or one that I may read as staff")
                .tagged()
                .answers::<ClaimBody>(200),
        )
        .add(
            &put,
            "/claims/{claim}",
            describe,
            op("describeClaim", "Change the description of a draft")
                .verb()
                .tagged()
                .takes::<IllnessBody>(illness)
                .answers::<ReceiptBody>(200),
        )
}

/// The verbs on one claim, and its files.
fn add_verbs(table: Table) -> Table {
    let op = |id, summary| Op::new("claims", id, summary);
    let (get, post, put) = (Method::GET, Method::POST, Method::PUT);
    let evidence = "/claims/{claim}/evidence/{evidence}";
    table
        .add(
            &post,
            "/claims/{claim}/report",
            report,
            op("reportClaim", "Hand it in").verb().answers::<ReceiptBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/complete",
            complete,
            op("completeEvidence", "Say that the evidence asked for is there")
                .verb()
                .answers::<ReceiptBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/withdraw",
            withdraw,
            op("withdrawClaim", "Take it back").verb().answers::<ReceiptBody>(200),
        )
        .add(
            &put,
            evidence,
            add_evidence,
            op("addEvidence", "Hand in a file")
                .says("At most 50 MB (a picture 30 MB) unless the operator set other limits. The type is read from the content: PDF, JPEG, PNG, HEIC or DICOM.")
                .verb()
                .takes_file()
                .answers::<EvidenceReceiptBody>(201),
        )
        .add(
            &get,
            evidence,
            file,
            op("getEvidence", "A file in clear").says("Each look of staff is noted.").verb().answers_file(),
        )
        .add(
            &Method::DELETE,
            evidence,
            remove_evidence,
            op("removeEvidence", "Take a file of a draft back").verb().answers::<ReceiptBody>(200),
        )
}

async fn list(State(edge): State<Edge>, Member(call): Member, paging: Paging) -> Answer {
    let claims = edge.app.my_claims(&call).await?;
    let (page, next) = paging.cut("claims", claims, |claim| claim.row.id.to_string())?;
    let claims = page
        .into_iter()
        .map(|one| SummaryBody {
            claim: ClaimRef(one.row.id),
            plan: PlanRef(one.row.plan),
            member: MemberRef(one.row.member),
            state: one.row.state,
            holder: one.holder,
            until: one.row.until.map(Instant),
            condition: ConditionRef(one.row.condition),
            event_date: DayText(one.row.event_date),
            reported: one.row.reported.map(Instant),
            aid: one.row.aid.map(|aid| Money::of(aid, one.currency)),
        })
        .collect();
    ok(ClaimList { claims, next })
}

async fn draft_claim(
    State(edge): State<Edge>,
    Member(call): Member,
    Strict(body): Strict<DraftRequest>,
) -> Answer {
    let command =
        DraftClaim { claim: body.claim.0, enrolment: body.enrolment.0, illness: body.illness.illness() };
    done(StatusCode::CREATED, edge.app.draft_claim(&call, &command).await?, ReceiptBody::of)
}

async fn eligibility(
    State(edge): State<Edge>,
    Member(call): Member,
    Strict(body): Strict<EligibilityRequest>,
) -> Answer {
    let card = edge.app.my_enrolment(&call, body.enrolment.0).await?;
    let command = CheckEligibility { enrolment: body.enrolment.0, illness: body.illness.illness() };
    ok(EligibilityBody::of(edge.app.check_eligibility(&call, &command).await?, card.currency))
}

async fn claim(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    let view = edge.app.claim_view(&call, id.0).await?;
    let tag = tag(version_of(&view));
    let mut response = axum::Json(claim_body(view)).into_response();
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

/// Events of the claim so far.
fn version_of(view: &ClaimView) -> u64 {
    u64::try_from(view.timeline.len()).unwrap_or(u64::MAX)
}

fn tag(version: u64) -> HeaderValue {
    HeaderValue::from_str(&format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

async fn describe(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    IfMatch(expected): IfMatch,
    Strict(body): Strict<IllnessBody>,
) -> Answer {
    let command = DescribeClaim { claim: id.0, illness: body.illness(), expected };
    let receipt = edge.app.describe_claim(&call, &command).await?;
    let now = version_of(&edge.app.claim_view(&call, id.0).await?);
    let mut response = done(StatusCode::OK, receipt, ReceiptBody::of)?;
    response.headers_mut().insert(ETAG, tag(now));
    Ok(response)
}

async fn report(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    own(edge.app.report_claim(&call, OwnClaim { claim: id.0 }).await?)
}

async fn complete(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    own(edge.app.complete_evidence(&call, OwnClaim { claim: id.0 }).await?)
}

async fn withdraw(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    own(edge.app.withdraw_claim(&call, OwnClaim { claim: id.0 }).await?)
}

/// The answer to a verb on a claim.
pub(super) fn own(receipt: Done<ClaimReceipt>) -> Answer {
    done(StatusCode::OK, receipt, ReceiptBody::of)
}

async fn add_evidence(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, evidence)): Of<(ClaimRef, EvidenceRef)>,
    FileBody(mut pieces, length): FileBody,
) -> Answer {
    let command = ReceiveEvidence { of: id.into(), evidence: evidence.0, length };
    receive(&edge, &call, command, &mut pieces).await
}

/// Takes the bytes of a file in and answers its receipt.
pub(super) async fn receive(
    edge: &Edge,
    call: &Call,
    command: ReceiveEvidence,
    pieces: &mut BodyPieces,
) -> Answer {
    let received = edge.app.receive_evidence(call, command, pieces).await;
    if received.is_err() {
        pieces.drain().await;
    }
    done(StatusCode::CREATED, received?, |receipt: EvidenceReceipt| EvidenceReceiptBody {
        claim: ClaimRef(receipt.claim),
        evidence: EvidenceRef(receipt.evidence),
        media_type: receipt.kind.media_type(),
        bytes: receipt.bytes,
        digest: DigestText(receipt.digest),
        at: Instant(receipt.at),
    })
}

async fn file(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, evidence)): Of<(ClaimRef, EvidenceRef)>,
    headers: HeaderMap,
) -> Answer {
    let opened = edge.app.evidence_file(&call, id.0.into(), evidence.0).await?;
    // Never shown inside the site's own pages by accident: the browser is told to save it, and what is in it runs nowhere.
    send_file(&edge.app, &opened, evidence.0, &headers, Taking::Saved).await
}

async fn remove_evidence(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, evidence)): Of<(ClaimRef, EvidenceRef)>,
) -> Answer {
    own(edge.app.remove_evidence(&call, RemoveEvidence { claim: id.0, evidence: evidence.0 }).await?)
}

fn claim_body(view: ClaimView) -> ClaimBody {
    let currency = view.currency;
    let money = |amount| Money::of(amount, currency);
    ClaimBody {
        claim: ClaimRef(view.id),
        plan: PlanRef(view.plan),
        version: view.version.0,
        enrolment: EnrolmentRef(view.enrolment),
        member: MemberRef(view.member),
        filed_by: MemberRef(view.filed_by),
        own: view.own,
        name: view.person.map(|person| person.name),
        joined: DayText(view.joined),
        illness: IllnessBody {
            condition: ConditionRef(view.illness.condition),
            severity: view.illness.severity.into(),
            event_date: DayText(view.illness.event_date),
            accident: view.illness.accident,
        },
        state: view.state,
        holder: view.holder,
        until: view.until.map(Instant),
        reported: view.reported.map(Instant),
        recommendation: view.recommendation.map(|advice| RecommendationBody::of(advice, currency)),
        aid: view.aid.map(money),
        reason: view.reason.map(ReasonRef),
        period: view.period.map(PeriodRef),
        payout: view.payout.map(DigestText),
        eligibility: view.eligibility.map(|found| EligibilityBody::of(found, currency)),
        evidence: view.evidence.iter().map(evidence_body).collect(),
        request: view.request,
        request_items: view
            .request_items
            .into_iter()
            .map(|item| ItemBody { text: item.text, due: DayText(item.due) })
            .collect(),
        timeline: view.timeline.into_iter().map(step_body).collect(),
    }
}

impl RecommendationBody {
    fn of(advice: huzhu_domain::claim::Recommendation, currency: huzhu_ledger::Currency) -> Self {
        use huzhu_domain::claim::Recommendation;
        match advice {
            Recommendation::Approve { aid } => Self { aid: Some(Money::of(aid, currency)), reason: None },
            Recommendation::Refuse { reason } => Self { aid: None, reason: Some(ReasonRef(reason)) },
        }
    }
}

/// A file of a claim.
pub(super) fn evidence_body(file: &huzhu_app::claims::EvidenceView) -> EvidenceBody {
    EvidenceBody {
        evidence: EvidenceRef(file.id),
        media_type: file.kind.media_type(),
        bytes: file.bytes,
        digest: DigestText(file.digest),
        salt: file.salt.map(DigestText),
        at: Instant(file.at),
    }
}

fn step_body(step: huzhu_app::claims::Step) -> StepBody {
    StepBody {
        at: Instant(step.at),
        kind: step.kind,
        role: step.role,
        state: step.state,
        holder: step.holder,
        until: step.until.map(Instant),
        text: step.text,
    }
}
