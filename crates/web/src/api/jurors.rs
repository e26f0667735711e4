//! What jurors do: the exam, the list, the calendar, the docket, the ballot with its receipt.

use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::http::{Method, StatusCode};
use axum::response::IntoResponse;
use huzhu_app::jury::tally_file::BallotReceipt;
use huzhu_app::jury::{Answers, AskQuestion, CastBallot, Docket, OfCase, OnList};
use huzhu_domain::jury::exam::{ExamAnswer, ExamQuestion};
use huzhu_domain::jury::{Choice, Side};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::json;
use utoipa::ToSchema;
use utoipa::openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, SchemaType, Type};

use super::jury::{CaseReceiptBody, QuestionBody};
use super::request::{Answer, Member, Of, Strict, done, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::wire::{CaseRef, ConditionRef, DayText, Instant, PlanRef, ReasonRef, whole};

/// Where somebody stands on the way to be a juror.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JurorStatus)]
struct StatusBody {
    /// `new`, `in-exam`, `failed`, `willing`, `resigned` or `struck-off`.
    state: &'static str,
    /// When the exam was passed.
    passed: Option<Instant>,
    /// From when a failed exam can be taken again.
    again_from: Option<Instant>,
    /// Nothing keeps the caller from judging by the terms of today.
    qualified: bool,
}

/// On the list of jurors, or off it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ListRequest {
    /// `true`: on it.
    willing: bool,
}

/// A question of the exam.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExamQuestion)]
struct ExamQuestionBody {
    /// Its name; texts stand in the portal.
    name: &'static str,
    /// What can be answered: a letter for a sentence, or a number with its unit.
    answers: Vec<String>,
}

/// An exam.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Exam)]
struct ExamBody {
    /// The questions, in the order asked.
    questions: Vec<ExamQuestionBody>,
}

/// An exam handed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AnswersRequest {
    /// Numbers of the answers from 0, in the order of the questions; null where nothing was chosen.
    #[schema(schema_with = answer_numbers)]
    #[serde(deserialize_with = "numbers")]
    answers: Vec<Option<u8>>,
}

/// Reads the numbers of answers.
fn numbers<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Option<u8>>, D::Error> {
    let given = Vec::<Option<serde_json::Number>>::deserialize(deserializer)?;
    given.iter().map(|number| number.as_ref().map(whole).transpose()).collect()
}

/// A list of numbers of answers, each of them maybe null. A question has at most 256 answers.
fn answer_numbers() -> Schema {
    let number = ObjectBuilder::new()
        .schema_type(SchemaType::from_iter([Type::Integer, Type::Null]))
        .minimum(Some(0))
        .maximum(Some(u8::MAX));
    let text = "Numbers of the answers from 0, in the order of the questions; null where nothing was chosen.";
    ArrayBuilder::new().items(number).description(Some(text)).build().into()
}

/// How an exam ended.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ExamResult)]
struct ResultBody {
    /// Right answers.
    right: u16,
    /// Questions asked.
    asked: u16,
    /// That is enough.
    passed: bool,
    /// When it can be taken again.
    again_from: Option<Instant>,
}

/// A case in a juror's calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JurorCase)]
struct CalendarLine {
    /// The case.
    case: CaseRef,
    /// The plan.
    plan: PlanRef,
    /// Until when the caller can vote; null: not any more.
    until: Option<Instant>,
    /// The caller has a ballot there.
    voted: bool,
    /// The ruling, once there is one.
    ruling: Option<&'static str>,
}

/// A juror's calendar.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = JurorCalendar)]
struct CalendarBody {
    /// Cases to judge first, then cases judged.
    cases: Vec<CalendarLine>,
}

/// A case as its jurors read it: no name, no file, nobody who works for the plan.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Docket)]
struct DocketBody {
    /// The case.
    case: CaseRef,
    /// The plan.
    plan: PlanRef,
    /// The version whose terms rule it.
    version: u32,
    /// 0 for the first jury of the claim.
    round: u8,
    /// Until when the caller can vote.
    until: Instant,
    /// What fell ill.
    condition: ConditionRef,
    /// By accident.
    accident: bool,
    /// When.
    event_date: DayText,
    /// Completed years then.
    age: Option<i16>,
    /// Days in the plan then.
    days_in_plan: i32,
    /// Why it was refused.
    refused: Option<ReasonRef>,
    /// What the claimant's side says.
    claimant_says: String,
    /// What the plan's side says.
    plan_says: String,
    /// Questions that were passed on.
    questions: Vec<QuestionBody>,
    /// Ballots so far.
    turnout: u64,
    /// Everybody who can vote.
    electorate: u64,
    /// Least number of valid ballots.
    needed: u64,
}

/// For or against.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Choice)]
enum ChoiceWord {
    /// The claimant is right.
    ForClaimant,
    /// What was decided before stands.
    Against,
}

/// A ballot.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct BallotRequest {
    /// For or against.
    choice: ChoiceWord,
    /// Why; published after the close, without a name.
    #[schema(min_length = 1, max_length = 4000)]
    reason: String,
}

/// Which side is asked.
#[derive(Clone, Copy, Debug, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
#[schema(as = Side)]
enum SideWord {
    /// Who wants aid.
    Claimant,
    /// Whoever speaks for the decision.
    Plan,
}

/// A question to one side.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AskRequest {
    /// Which side.
    to: SideWord,
    /// In plain words.
    #[schema(min_length = 1, max_length = 4000)]
    text: String,
}

/// The receipt of a ballot.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BallotReceipt)]
struct BallotReceiptBody {
    /// What it is.
    format: String,
    /// The case.
    case: String,
    /// The ballot.
    ballot: String,
    /// Stands in the ballot, and nobody else can know it before the close.
    nonce: String,
    /// Leaf of the ballot in the tree of the case.
    digest: String,
}

impl BallotReceiptBody {
    fn of(receipt: BallotReceipt) -> Self {
        let BallotReceipt { format, case, ballot, nonce, digest } = receipt;
        Self { format, case, ballot, nonce, digest }
    }
}

pub(super) fn add(table: Table) -> Table {
    voting(learning(table))
}

/// The way to be a juror.
fn learning(table: Table) -> Table {
    let op = |id, summary| Op::new("jurors", id, summary);
    let verb = |id, summary| op(id, summary).verb();
    let (get, post) = (Method::GET, Method::POST);
    table
        .add(
            &get,
            "/plans/{plan}/juror",
            status,
            op("getJurorStatus", "Where one stands on the way to be a juror").answers::<StatusBody>(200),
        )
        .add(
            &post,
            "/plans/{plan}/juror",
            on_list,
            verb("setOnJurorList", "Go on the list of jurors, or off it")
                .takes::<ListRequest>(json!({"willing": true}))
                .answers_nothing(),
        )
        .add(
            &post,
            "/plans/{plan}/juror/exam",
            begin,
            verb("beginExam", "Begin the exam, or go on with it").answers::<ExamBody>(200),
        )
        .add(
            &post,
            "/plans/{plan}/juror/exam/answers",
            hand_in,
            verb("handInExam", "Hand the exam in")
                .takes::<AnswersRequest>(json!({"answers": [0, 2, null]}))
                .answers::<ResultBody>(200),
        )
        .add(
            &get,
            "/me/jury-cases",
            calendar,
            op("getJurorCalendar", "Cases to judge, and cases judged").answers::<CalendarBody>(200),
        )
}

/// What jurors do.
fn voting(table: Table) -> Table {
    let op = |id, summary| Op::new("jurors", id, summary);
    let verb = |id, summary| op(id, summary).verb();
    let (get, post) = (Method::GET, Method::POST);
    let once = "The same ballot again answers the same receipt, with or without a key; another one is refused. Nothing is kept \
                under the key, which would name the juror beside the ballot.";
    let ballot = json!({"choice": "for-claimant", "reason": "The wait was over on that day."});
    let ask = json!({"to": "claimant", "text": "Since when?"});
    table
        .add(
            &get,
            "/jury-cases/{case}/docket",
            docket,
            op("getDocket", "A case as its jurors read it").verb().answers::<DocketBody>(200),
        )
        .add(
            &post,
            "/jury-cases/{case}/ballot",
            cast,
            verb("castBallot", "Cast a ballot")
                .says(once)
                .takes::<BallotRequest>(ballot)
                .answers::<BallotReceiptBody>(201),
        )
        .add(
            &get,
            "/jury-cases/{case}/ballot",
            receipt,
            op("getBallotReceipt", "The receipt of one's ballot").answers_text("application/json"),
        )
        .add(
            &post,
            "/jury-cases/{case}/questions",
            question,
            verb("askQuestion", "Ask one side, through the clerk")
                .takes::<AskRequest>(ask)
                .answers::<CaseReceiptBody>(201),
        )
        .add(
            &post,
            "/jury-cases/{case}/step-aside",
            aside,
            verb("stepAside", "Step aside from a jury; costs nothing").answers::<CaseReceiptBody>(200),
        )
}

async fn status(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    let status = edge.app.juror_status(&call, &plan.0).await?;
    ok(StatusBody {
        state: status.word,
        passed: status.passed.map(Instant),
        again_from: status.again_from.map(Instant),
        qualified: status.has_jury && status.missing.is_none(),
    })
}

async fn on_list(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(plan): Of<PlanRef>,
    Strict(body): Strict<ListRequest>,
) -> Answer {
    edge.app.set_on_list(&call, &OnList { plan: plan.0, willing: body.willing }).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

async fn begin(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    edge.app.begin_exam(&call, &plan.0).await?;
    let sheet = edge.app.exam_sheet(&call, &plan.0).await?;
    ok(ExamBody { questions: sheet.questions.iter().map(question_body).collect() })
}

fn question_body(question: &ExamQuestion) -> ExamQuestionBody {
    let answers = question.answers.iter().map(|answer| match answer {
        ExamAnswer::Sentence(letter) => (*letter).to_owned(),
        ExamAnswer::Days(n) => format!("{n} days"),
        ExamAnswer::Hours(n) => format!("{n} hours"),
        ExamAnswer::Percent(n) => format!("{}.{:02} %", n.div_euclid(100), n.rem_euclid(100)),
        ExamAnswer::People(n) => format!("{n} people"),
        ExamAnswer::Yes => "yes".to_owned(),
        ExamAnswer::No => "no".to_owned(),
        ExamAnswer::Depends => "depends".to_owned(),
    });
    ExamQuestionBody { name: question.name, answers: answers.collect() }
}

async fn hand_in(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(plan): Of<PlanRef>,
    Strict(body): Strict<AnswersRequest>,
) -> Answer {
    let result = edge.app.hand_in_exam(&call, &Answers { plan: plan.0, answers: body.answers }).await?;
    done(StatusCode::OK, result, |result| ResultBody {
        right: result.right,
        asked: result.asked,
        passed: result.passed,
        again_from: result.again_from.map(Instant),
    })
}

async fn calendar(State(edge): State<Edge>, Member(call): Member) -> Answer {
    let cases = edge.app.juror_calendar(&call).await?.into_iter().map(|line| CalendarLine {
        case: CaseRef(line.case),
        plan: PlanRef(line.plan),
        until: line.until.map(Instant),
        voted: line.voted,
        ruling: line.ruling.map(huzhu_domain::jury::Ruling::word),
    });
    ok(CalendarBody { cases: cases.collect() })
}

async fn docket(State(edge): State<Edge>, Member(call): Member, Of(id): Of<CaseRef>) -> Answer {
    ok(docket_body(edge.app.docket(&call, id.0).await?))
}

fn docket_body(docket: Docket) -> DocketBody {
    DocketBody {
        case: CaseRef(docket.case),
        plan: PlanRef(docket.plan),
        version: docket.version.0,
        round: docket.round,
        until: Instant(docket.until),
        condition: ConditionRef(docket.condition),
        accident: docket.accident,
        event_date: DayText(docket.event_date),
        age: docket.age,
        days_in_plan: docket.days_in_plan,
        refused: docket.refused.map(ReasonRef),
        claimant_says: docket.claimant_says,
        plan_says: docket.plan_says,
        questions: docket.questions.into_iter().map(QuestionBody::of).collect(),
        turnout: docket.turnout,
        electorate: docket.electorate,
        needed: docket.needed,
    }
}

async fn cast(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<CaseRef>,
    Strict(body): Strict<BallotRequest>,
) -> Answer {
    let choice = match body.choice {
        ChoiceWord::ForClaimant => Choice::ForClaimant,
        ChoiceWord::Against => Choice::Against,
    };
    let command = CastBallot { case: id.0, choice, reason: body.reason };
    done(StatusCode::CREATED, edge.app.cast_ballot(&call, &command).await?, BallotReceiptBody::of)
}

async fn receipt(State(edge): State<Edge>, Member(call): Member, Of(id): Of<CaseRef>) -> Answer {
    let receipt = edge.app.ballot_receipt(&call, id.0).await?.to_json();
    Ok(([(CONTENT_TYPE, "application/json")], receipt).into_response())
}

async fn question(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<CaseRef>,
    Strict(body): Strict<AskRequest>,
) -> Answer {
    let to = match body.to {
        SideWord::Claimant => Side::Claimant,
        SideWord::Plan => Side::Plan,
    };
    let command = AskQuestion { case: id.0, to, text: body.text };
    done(StatusCode::CREATED, edge.app.ask_question(&call, &command).await?, CaseReceiptBody::of)
}

async fn aside(State(edge): State<Edge>, Member(call): Member, Of(id): Of<CaseRef>) -> Answer {
    done(StatusCode::OK, edge.app.step_aside(&call, OfCase { case: id.0 }).await?, CaseReceiptBody::of)
}
