//! Objections: raise, read, answer, take back.

use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode};
use huzhu_app::call::Done;
use huzhu_app::claims::ReceiveEvidence;
use huzhu_app::log::ReceiptOf;
use huzhu_app::objections::{
    AnswerObjection, ObjectionLine, ObjectionReceipt, PublicObjection, RaiseObjection, WithdrawObjection,
};
use huzhu_domain::objection;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::claims::{EvidenceBody, EvidenceReceiptBody, evidence_body, receive};
use super::receipts;
use super::request::{Answer, FileBody, Member, Of, Strict, done, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::transfer::{Taking, send_file};
use crate::wire::{ClaimRef, EvidenceRef, Instant, ObjectionRef, PlanRef};

/// What an objection says, in a word.
#[derive(Clone, Copy, Debug, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
enum Ground {
    /// The illness is not as the card says.
    NotAsStated,
    /// It began before the cover did.
    BeforeCover,
    /// Something was kept secret when joining.
    Undisclosed,
    /// The card describes another person than the one who is ill.
    OtherPerson,
    /// Another reason, which the text gives.
    Other,
}

impl From<Ground> for objection::Ground {
    fn from(ground: Ground) -> Self {
        match ground {
            Ground::NotAsStated => Self::NotAsStated,
            Ground::BeforeCover => Self::BeforeCover,
            Ground::Undisclosed => Self::Undisclosed,
            Ground::OtherPerson => Self::OtherPerson,
            Ground::Other => Self::Other,
        }
    }
}

impl From<objection::Ground> for Ground {
    fn from(ground: objection::Ground) -> Self {
        match ground {
            objection::Ground::NotAsStated => Self::NotAsStated,
            objection::Ground::BeforeCover => Self::BeforeCover,
            objection::Ground::Undisclosed => Self::Undisclosed,
            objection::Ground::OtherPerson => Self::OtherPerson,
            objection::Ground::Other => Self::Other,
        }
    }
}

/// How an objection is answered.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = ObjectionAnswer)]
enum AnswerWord {
    /// It is right: the claim goes back to review.
    Upheld,
    /// It changes nothing.
    Dismissed,
    /// It was made to hurt somebody.
    Abusive,
}

/// Objects to a claim.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ObjectionRequest {
    /// Id of the new objection, made by the caller.
    objection: ObjectionRef,
    /// Why, in a word.
    ground: Ground,
    /// Why, in plain words.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// Answers an objection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswerRequest {
    /// How.
    answer: AnswerWord,
    /// Why, in plain words, for the objector and the claimant.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// Where an objection and its claim stand.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ObjectionReceipt)]
struct ReceiptBody {
    /// The objection.
    objection: ObjectionRef,
    /// The claim.
    claim: ClaimRef,
    /// Word of the state of the objection.
    state: String,
    /// When an answer is due, while it is open.
    until: Option<Instant>,
    /// Word of the state of the claim.
    claim_state: String,
}

/// An objection as everybody may read it: no names, no texts.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = PublicObjection)]
struct PublicBody {
    /// Why, in a word.
    ground: Ground,
    /// When it was raised.
    raised: Instant,
    /// Word of its state.
    state: &'static str,
    /// When an answer is due.
    until: Option<Instant>,
    /// When it was answered, taken back or lost its object.
    ended: Option<Instant>,
}

impl PublicBody {
    fn of(seen: &PublicObjection) -> Self {
        Self {
            ground: seen.ground.into(),
            raised: Instant(seen.raised),
            state: seen.state,
            until: seen.until.map(Instant),
            ended: seen.ended.map(Instant),
        }
    }
}

/// The objections to a claim.
#[derive(Debug, Serialize, ToSchema)]
struct PublicObjectionList {
    /// Oldest first.
    objections: Vec<PublicBody>,
}

/// An objection in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ObjectionLine)]
struct LineBody {
    /// The objection.
    objection: ObjectionRef,
    /// The claim.
    claim: ClaimRef,
    /// The plan.
    plan: PlanRef,
    /// What everybody may read of it.
    seen: PublicBody,
}

impl LineBody {
    fn of(line: &ObjectionLine) -> Self {
        Self {
            objection: ObjectionRef(line.id),
            claim: ClaimRef(line.claim),
            plan: PlanRef(line.plan.clone()),
            seen: PublicBody::of(&line.seen),
        }
    }
}

/// Objections in a list.
#[derive(Debug, Serialize, ToSchema)]
struct ObjectionList {
    /// The caller's own, newest first; in the queue by deadline.
    objections: Vec<LineBody>,
}

/// An objection with both sides.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Objection)]
struct ObjectionBody {
    /// The objection.
    line: LineBody,
    /// `objector`, `claimant` or `staff`.
    side: &'static str,
    /// What the objector wrote; `null` once the person who fell ill was erased.
    text: Option<String>,
    /// The written answer.
    answer: Option<String>,
    /// The files of the objector, oldest first; for the objector and for those who may answer.
    evidence: Vec<EvidenceBody>,
    /// How many files there are, also for those who do not see them.
    evidence_count: usize,
    /// The caller may add a file now.
    may_add_evidence: bool,
    /// Word of the state of the claim.
    claim_state: &'static str,
}

#[expect(clippy::too_many_lines, reason = "one row for each call")]
pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("objections", id, summary);
    let (get, post) = (Method::GET, Method::POST);
    let table = add_files(table)
        .add(
            &get,
            "/claims/{claim}/objections",
            public_list,
            op("listObjections", "Objections to a claim on the notice board, without names and texts")
                .public()
                .answers::<PublicObjectionList>(200),
        )
        .add(
            &post,
            "/claims/{claim}/objections",
            raise,
            op("raiseObjection", "Object to a claim on notice")
                .says("Once per member and claim, while the notice runs.")
                .verb()
                .takes::<ObjectionRequest>(json!({
                    "objection": "obj_01930000000070008000000000000009",
                    "ground": "not-as-stated",
                    "text": "The person on the card was at work in that week; I can name others who saw it.",
                }))
                .answers::<ReceiptBody>(201),
        )
        .add(
            &get,
            "/me/objections",
            mine,
            op("listMyObjections", "One's own objections").answers::<ObjectionList>(200),
        );
    table
        .add(
            &get,
            "/objections/{objection}",
            one,
            op("getObjection", "An objection with both sides; for objector, claimant and staff")
                .answers::<ObjectionBody>(200),
        )
        .add(
            &post,
            "/objections/{objection}/withdrawal",
            withdraw,
            op("withdrawObjection", "Take an objection back").verb().answers::<ReceiptBody>(200),
        )
        .add(
            &post,
            "/objections/{objection}/answer",
            answer,
            op("answerObjection", "Answer an objection in writing")
                .says("Never by somebody who recommended the claim or objected to it.")
                .role("reviewer or confirmer")
                .verb()
                .takes::<AnswerRequest>(json!({
                    "answer": "dismissed",
                    "text": "We asked the hospital again. It confirms the diagnosis and the day.",
                }))
                .answers::<ReceiptBody>(200),
        )
        .add(
            &get,
            "/objections/{objection}/receipt",
            receipt,
            op("getObjectionReceipt", "The receipt of an objection, for the objector")
                .answers_text("text/plain"),
        )
        .add(
            &get,
            "/plans/{plan}/objection-queue",
            queue,
            op("getObjectionQueue", "Objections that wait for an answer, by deadline")
                .role("reviewer or confirmer")
                .answers::<ObjectionList>(200),
        )
}

/// The files of an objection.
fn add_files(table: Table) -> Table {
    let op = |id, summary| Op::new("objections", id, summary);
    let file = "/objections/{objection}/evidence/{evidence}";
    table
        .add(
            &Method::PUT,
            file,
            add_evidence,
            op("addObjectionEvidence", "Hand in a file for one's own objection, while it is open")
                .says("At most 10 files, 100 MB together and 50 MB each (a picture 30 MB). The type is read from the content: PDF, JPEG, PNG, HEIC or DICOM. The claimant is told how many there are, and sees none.")
                .verb()
                .takes_file()
                .answers::<EvidenceReceiptBody>(201),
        )
        .add(
            &Method::GET,
            file,
            evidence,
            op("getObjectionEvidence", "A file in clear; for the objector and those who may answer")
                .says("Each look of staff is noted.")
                .verb()
                .answers_file(),
        )
        .add(
            &Method::GET,
            "/objections/{objection}/evidence/{evidence}/receipt",
            evidence_receipt,
            op("getObjectionEvidenceReceipt", "The receipt of a file of an objection, as c2sp.org/tlog-proof")
                .says("503 with Retry-After while it is not on the log yet.")
                .answers_text("text/plain"),
        )
}

fn receipt_answer(status: StatusCode, receipt: Done<ObjectionReceipt>) -> Answer {
    done(status, receipt, |receipt| ReceiptBody {
        objection: ObjectionRef(receipt.objection),
        claim: ClaimRef(receipt.claim),
        state: receipt.state,
        until: receipt.until.map(Instant),
        claim_state: receipt.claim_state,
    })
}

async fn public_list(State(edge): State<Edge>, Of(claim): Of<ClaimRef>) -> Answer {
    let list = edge.app.objections_to(claim.0).await?;
    ok(PublicObjectionList { objections: list.iter().map(PublicBody::of).collect() })
}

async fn raise(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(claim): Of<ClaimRef>,
    Strict(body): Strict<ObjectionRequest>,
) -> Answer {
    let command = RaiseObjection {
        objection: body.objection.0,
        claim: claim.0,
        ground: body.ground.into(),
        text: body.text,
    };
    receipt_answer(StatusCode::CREATED, edge.app.raise_objection(&call, &command).await?)
}

async fn mine(State(edge): State<Edge>, Member(call): Member) -> Answer {
    let lines = edge.app.my_objections(&call).await?;
    ok(ObjectionList { objections: lines.iter().map(LineBody::of).collect() })
}

async fn queue(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    let lines = edge.app.objection_queue(&call, &plan.0).await?;
    ok(ObjectionList { objections: lines.iter().map(LineBody::of).collect() })
}

async fn one(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ObjectionRef>) -> Answer {
    let view = edge.app.objection_view(&call, id.0).await?;
    ok(ObjectionBody {
        line: LineBody::of(&view.line),
        side: view.side.word(),
        text: view.text,
        answer: view.answer,
        evidence: view.files.iter().map(evidence_body).collect(),
        evidence_count: view.file_count,
        may_add_evidence: view.may_add_files,
        claim_state: view.claim_state,
    })
}

async fn withdraw(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ObjectionRef>) -> Answer {
    let done = edge.app.withdraw_objection(&call, WithdrawObjection { objection: id.0 }).await?;
    receipt_answer(StatusCode::OK, done)
}

async fn answer(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ObjectionRef>,
    Strict(body): Strict<AnswerRequest>,
) -> Answer {
    let answer = match body.answer {
        AnswerWord::Upheld => objection::Answer::Upheld,
        AnswerWord::Dismissed => objection::Answer::Dismissed,
        AnswerWord::Abusive => objection::Answer::Abusive,
    };
    let command = AnswerObjection { objection: id.0, answer, text: body.text };
    receipt_answer(StatusCode::OK, edge.app.answer_objection(&call, &command).await?)
}

async fn receipt(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ObjectionRef>) -> Answer {
    receipts::answer(&edge, &call, ReceiptOf::Objection { objection: id.0 }).await
}

async fn add_evidence(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, evidence)): Of<(ObjectionRef, EvidenceRef)>,
    FileBody(mut pieces, length): FileBody,
) -> Answer {
    let command = ReceiveEvidence { of: id.into(), evidence: evidence.0, length };
    receive(&edge, &call, command, &mut pieces).await
}

async fn evidence(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, evidence)): Of<(ObjectionRef, EvidenceRef)>,
    headers: HeaderMap,
) -> Answer {
    let opened = edge.app.evidence_file(&call, id.into(), evidence.0).await?;
    send_file(&edge.app, &opened, evidence.0, &headers, Taking::Saved).await
}

async fn evidence_receipt(
    State(edge): State<Edge>,
    Member(call): Member,
    Of((id, evidence)): Of<(ObjectionRef, EvidenceRef)>,
) -> Answer {
    let claim = edge.app.objection_view(&call, id.0).await?.line.claim;
    receipts::answer(&edge, &call, ReceiptOf::Evidence { claim, evidence: evidence.0 }).await
}
