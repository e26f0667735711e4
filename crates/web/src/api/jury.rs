//! Jury cases: asked for, accepted, argued, judged. What jurors do is in [`super::jurors`].

use axum::extract::{Path, State};
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use huzhu_app::jury::{
    AcceptRequest, AnswerQuestion, CaseReceipt, CaseView, DeclineRequest, GiveStatement, QuestionView,
    RequestJury, SortQuestion, VerdictLine,
};
use huzhu_domain::jury::Count;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::request::{Answer, Member, Of, Strict, done, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::wire::{CaseRef, ClaimRef, ConditionRef, DigestText, Instant, PlanRef, ReasonRef};

/// Asks for a jury.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct JuryRequest {
    /// Id of the new case, made by the caller.
    case: CaseRef,
    /// Why, in plain words; jurors read it.
    #[schema(min_length = 1, max_length = 4000)]
    statement: String,
}

/// What somebody says in a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct StatementRequest {
    /// In plain words; jurors read it.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// Declines a request.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct DeclineBody {
    /// A ground of the plan terms.
    ground: ReasonRef,
}

/// Sorts a question.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct SortBody {
    /// `true`: the side that is asked gets it; `false`: it is set aside.
    pass_on: bool,
}

/// Where a case stands.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JuryCaseReceipt)]
pub(super) struct CaseReceiptBody {
    /// The case.
    case: CaseRef,
    /// Word of its state.
    state: String,
    /// Until when somebody has the ball.
    until: Option<Instant>,
}

impl CaseReceiptBody {
    pub(super) fn of(receipt: CaseReceipt) -> Self {
        Self { case: CaseRef(receipt.case), state: receipt.state, until: receipt.until.map(Instant) }
    }
}

/// A case in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JuryCaseLine)]
struct LineBody {
    /// The case.
    case: CaseRef,
    /// Word of its state.
    state: String,
    /// Until when somebody has the ball.
    until: Option<Instant>,
    /// Questions that wait for the clerk; in the clerk's queue only.
    questions: Option<u32>,
}

/// A question of a juror.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JuryQuestion)]
pub(super) struct QuestionBody {
    /// Its number in the case.
    number: u32,
    /// Which side is asked: `claimant` or `plan`.
    to: &'static str,
    /// `asked`, `passed-on`, `set-aside` or `answered`.
    state: &'static str,
    /// The question.
    text: String,
    /// The answer; empty until there is one.
    answer: String,
}

impl QuestionBody {
    pub(super) fn of(question: QuestionView) -> Self {
        Self {
            number: question.number,
            to: question.to.word(),
            state: question.state.word(),
            text: question.text,
            answer: question.answer,
        }
    }
}

/// How ballots were counted.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[schema(as = BallotCount)]
struct CountBody {
    /// For the claimant.
    for_claimant: u64,
    /// Against.
    against: u64,
    /// Not readable, or cast by somebody who was not called.
    invalid: u64,
    /// Everybody who could have voted.
    electorate: u64,
}

impl CountBody {
    const fn of(count: Count) -> Self {
        let Count { for_claimant, against, invalid, electorate } = count;
        Self { for_claimant, against, invalid, electorate }
    }
}

/// A case for those who have to do with it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JuryCase)]
struct CaseBody {
    /// The case.
    case: CaseRef,
    /// The claim.
    claim: ClaimRef,
    /// The plan.
    plan: PlanRef,
    /// 0 for the first jury of the claim, 1 for the first appeal.
    round: u8,
    /// Word of its state.
    state: &'static str,
    /// Where it stands now: `with-clerk`, `waiting-for-seed`, `voting`, `counting` or `ended`.
    phase: &'static str,
    /// Until when somebody has the ball.
    until: Option<Instant>,
    /// For which side the reader speaks: `claimant` or `plan`.
    side: Option<&'static str>,
    /// What the claimant's side says.
    claimant_says: String,
    /// What the plan's side says.
    plan_says: String,
    /// Questions of jurors.
    questions: Vec<QuestionBody>,
    /// Ballots so far. What they say is not known to anybody before the close.
    turnout: u64,
    /// Everybody who can vote.
    electorate: Option<u64>,
    /// Least number of valid ballots.
    needed: Option<u64>,
    /// The ground on which it was declined.
    declined: Option<ReasonRef>,
    /// The count, once closed.
    count: Option<CountBody>,
    /// `for-claimant`, `against-claimant` or `no-quorum`, once closed.
    ruling: Option<&'static str>,
    /// Until when a larger jury may be asked for.
    appeal_until: Option<Instant>,
}

/// A verdict.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verdict)]
struct VerdictBody {
    /// The case.
    case: CaseRef,
    /// 0 for the first jury of the claim.
    round: u8,
    /// What fell ill.
    condition: ConditionRef,
    /// When the vote ended.
    ended: Instant,
    /// The count.
    count: CountBody,
    /// `for-claimant`, `against-claimant` or `no-quorum`.
    ruling: &'static str,
}

/// How disputes were judged.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Verdicts)]
struct VerdictsBody {
    /// Newest first.
    verdicts: Vec<VerdictBody>,
}

/// A verdict with its reasons.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = VerdictWithReasons)]
struct FullVerdictBody {
    /// The verdict.
    verdict: VerdictBody,
    /// Why it had been refused, where it was.
    refused: Option<ReasonRef>,
    /// Least number of valid ballots.
    needed: u64,
    /// Jurors were drawn by lot.
    by_lot: bool,
    /// The first reasons; the tally has all.
    reasons: Vec<ReasonBody>,
    /// Root of the tree of ballots, as it stands on the log.
    root: DigestText,
}

/// A reason in a ballot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BallotReason)]
struct ReasonBody {
    /// `for-claimant` or `against`.
    choice: &'static str,
    /// In the juror's words.
    reason: String,
}

/// Cases in a list.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JuryCases)]
struct LinesBody {
    /// The cases.
    cases: Vec<LineBody>,
}

pub(super) fn add(table: Table) -> Table {
    judged(argued(table))
}

/// Calls of the sides and of the clerk.
fn argued(table: Table) -> Table {
    let op = |id, summary| Op::new("jury", id, summary);
    let verb = |id, summary| op(id, summary).verb();
    let clerk = |id, summary| op(id, summary).role("clerk").verb();
    let (get, post) = (Method::GET, Method::POST);
    let text = || json!({"text": "The ventilator ran for 50 minutes only because it failed."});
    let asked = json!({"case": "jur_01930000000070008000000000000006", "statement": "The wait was over."});
    table
        .add(
            &get,
            "/claims/{claim}/jury-cases",
            list,
            op("listJuryCases", "Juries of a claim").answers::<LinesBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/jury-cases",
            request,
            verb("requestJury", "Ask for a jury").takes::<JuryRequest>(asked).answers::<CaseReceiptBody>(201),
        )
        .add(
            &get,
            "/jury-cases/{case}",
            case,
            op("getJuryCase", "A case, for its sides and the clerk").answers::<CaseBody>(200),
        )
        .add(
            &post,
            "/jury-cases/{case}/statement",
            statement,
            verb("giveStatement", "Say what one side has to say")
                .takes::<StatementRequest>(text())
                .answers::<CaseReceiptBody>(200),
        )
        .add(
            &post,
            "/jury-cases/{case}/questions/{question}/answer",
            answer,
            verb("answerQuestion", "Answer a juror's question")
                .takes::<StatementRequest>(text())
                .answers::<CaseReceiptBody>(200),
        )
        .add(
            &post,
            "/jury-cases/{case}/questions/{question}/sorting",
            sort,
            clerk("sortQuestion", "Pass a question on, or set it aside")
                .takes::<SortBody>(json!({"pass_on": true}))
                .answers::<CaseReceiptBody>(200),
        )
        .add(
            &get,
            "/plans/{plan}/jury-queue",
            queue,
            op("getJuryQueue", "Cases that wait for a clerk").role("clerk").answers::<LinesBody>(200),
        )
        .add(
            &post,
            "/jury-cases/{case}/acceptance",
            accept,
            clerk("acceptJury", "Accept a request: the vote or the draw begins")
                .answers::<CaseReceiptBody>(200),
        )
        .add(
            &post,
            "/jury-cases/{case}/refusal",
            decline,
            clerk("declineJury", "Decline a request on a ground of the terms")
                .takes::<DeclineBody>(json!({"ground": "inside-wait"}))
                .answers::<CaseReceiptBody>(200),
        )
}

/// What everybody reads.
fn judged(table: Table) -> Table {
    let op = |id, summary| Op::new("jury", id, summary).public();
    let get = Method::GET;
    table
        .add(
            &get,
            "/plans/{plan}/verdicts",
            verdicts,
            op("listVerdicts", "How disputes were judged").answers::<VerdictsBody>(200),
        )
        .add(
            &get,
            "/jury-cases/{case}/verdict",
            verdict,
            op("getVerdict", "A verdict with its reasons").answers::<FullVerdictBody>(200),
        )
        .add(
            &get,
            "/jury-cases/{case}/tally",
            tally,
            op("getTally", "All ballots of a closed case, for `huzhu verify ballot`")
                .answers_text("application/json"),
        )
        .add(
            &get,
            "/jury-cases/{case}/draw",
            draw,
            op("getDraw", "The draw of a jury, for `huzhu verify draw`").answers_text("application/json"),
        )
}

async fn list(State(edge): State<Edge>, Member(call): Member, Of(claim): Of<ClaimRef>) -> Answer {
    let cases = edge.app.cases_of_claim(&call, claim.0).await?.into_iter().map(|line| LineBody {
        case: CaseRef(line.case),
        state: line.state,
        until: line.until.map(Instant),
        questions: None,
    });
    ok(LinesBody { cases: cases.collect() })
}

async fn request(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(claim): Of<ClaimRef>,
    Strict(body): Strict<JuryRequest>,
) -> Answer {
    let command = RequestJury { case: body.case.0, claim: claim.0, statement: body.statement };
    done(StatusCode::CREATED, edge.app.request_jury(&call, &command).await?, CaseReceiptBody::of)
}

async fn case(State(edge): State<Edge>, Member(call): Member, Of(id): Of<CaseRef>) -> Answer {
    ok(case_body(edge.app.jury_case(&call, id.0).await?))
}

fn case_body(view: CaseView) -> CaseBody {
    CaseBody {
        case: CaseRef(view.case),
        claim: ClaimRef(view.claim),
        plan: PlanRef(view.plan),
        round: view.round,
        state: view.state,
        phase: view.phase.word(),
        until: view.phase.until().map(Instant),
        side: view.side.map(huzhu_domain::jury::Side::word),
        claimant_says: view.claimant_says,
        plan_says: view.plan_says,
        questions: view.questions.into_iter().map(QuestionBody::of).collect(),
        turnout: view.turnout,
        electorate: view.electorate,
        needed: view.needed,
        declined: view.declined.map(ReasonRef),
        count: view.verdict.map(|(count, _)| CountBody::of(count)),
        ruling: view.verdict.map(|(_, ruling)| ruling.word()),
        appeal_until: view.appeal_until.map(Instant),
    }
}

async fn statement(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<CaseRef>,
    Strict(body): Strict<StatementRequest>,
) -> Answer {
    let command = GiveStatement { case: id.0, text: body.text };
    done(StatusCode::OK, edge.app.give_statement(&call, &command).await?, CaseReceiptBody::of)
}

/// Case and question of an address.
fn numbered((case, question): (String, String)) -> Result<(huzhu_domain::id::JuryCaseId, u32), Problem> {
    let case = case.parse().map_err(|_| Problem::not_found())?;
    Ok((case, question.parse().map_err(|_| Problem::not_found())?))
}

async fn answer(
    State(edge): State<Edge>,
    Member(call): Member,
    Path(place): Path<(String, String)>,
    Strict(body): Strict<StatementRequest>,
) -> Answer {
    let (case, question) = numbered(place)?;
    let command = AnswerQuestion { case, question, text: body.text };
    done(StatusCode::OK, edge.app.answer_question(&call, &command).await?, CaseReceiptBody::of)
}

async fn sort(
    State(edge): State<Edge>,
    Member(call): Member,
    Path(place): Path<(String, String)>,
    Strict(body): Strict<SortBody>,
) -> Answer {
    let (case, question) = numbered(place)?;
    let command = SortQuestion { case, question, pass_on: body.pass_on };
    done(StatusCode::OK, edge.app.sort_question(&call, command).await?, CaseReceiptBody::of)
}

async fn queue(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    let cases = edge.app.clerk_queue(&call, &plan.0).await?.into_iter().map(|line| LineBody {
        case: CaseRef(line.case),
        state: line.state,
        until: line.until.map(Instant),
        questions: Some(line.questions),
    });
    ok(LinesBody { cases: cases.collect() })
}

async fn accept(State(edge): State<Edge>, Member(call): Member, Of(id): Of<CaseRef>) -> Answer {
    let receipt = edge.app.accept_jury(&call, AcceptRequest { case: id.0 }).await?;
    done(StatusCode::OK, receipt, CaseReceiptBody::of)
}

async fn decline(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<CaseRef>,
    Strict(body): Strict<DeclineBody>,
) -> Answer {
    let command = DeclineRequest { case: id.0, ground: body.ground.0 };
    done(StatusCode::OK, edge.app.decline_jury(&call, &command).await?, CaseReceiptBody::of)
}

fn verdict_body(line: VerdictLine) -> VerdictBody {
    VerdictBody {
        case: CaseRef(line.case),
        round: line.round,
        condition: ConditionRef(line.condition),
        ended: Instant(line.ended),
        count: CountBody::of(line.count),
        ruling: line.ruling.word(),
    }
}

async fn verdicts(State(edge): State<Edge>, Of(plan): Of<PlanRef>) -> Answer {
    let verdicts = edge.app.verdicts(&plan.0).await?.into_iter().map(verdict_body).collect();
    ok(VerdictsBody { verdicts })
}

async fn verdict(State(edge): State<Edge>, Of(id): Of<CaseRef>) -> Answer {
    let view = edge.app.verdict(id.0).await?;
    let reason =
        |(choice, reason): (huzhu_domain::jury::Choice, String)| ReasonBody { choice: choice.word(), reason };
    ok(FullVerdictBody {
        verdict: verdict_body(view.line),
        refused: view.refused.map(ReasonRef),
        needed: view.needed,
        by_lot: view.by_lot,
        reasons: view.reasons.into_iter().map(reason).collect(),
        root: DigestText(view.root),
    })
}

async fn tally(State(edge): State<Edge>, Of(id): Of<CaseRef>) -> Answer {
    let tally = edge.app.tally_file(id.0).await?.to_json();
    Ok(([(CONTENT_TYPE, "application/json")], tally).into_response())
}

async fn draw(State(edge): State<Edge>, Of(id): Of<CaseRef>) -> Answer {
    let draw = edge.app.published_draw(id.0).await?.file;
    Ok(([(CONTENT_TYPE, "application/json")], draw).into_response())
}
