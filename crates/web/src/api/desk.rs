//! The desk of reviewers: assignment, what the papers show, investigations, and the blind second review.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::http::{Method, StatusCode};
use huzhu_app::claims::{
    AssignClaim, EndInvestigation, ExamineClaim, GiveOpinion, HandInFindings, InvestigationView, Load,
    MonthAgreement, OrderInvestigation,
};
use huzhu_domain::claim::Undisclosed;
use huzhu_domain::plan::ItemCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::claims::{EligibilityBody, EvidenceBody, ReceiptBody, evidence_body, own};
use super::request::{Answer, Member, Of, Strict, done, ok};
use super::table::{Op, Table};
use crate::edge::Edge;
use crate::problem::Problem;
use crate::wire::{ClaimRef, ConditionRef, DayText, EvidenceRef, Instant, MemberRef, PlanRef, ReasonRef};

/// To whom a claim goes.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct AssignRequest {
    /// A reviewer who is a stranger to the claim.
    reviewer: MemberRef,
}

/// Whether something was left out of the health questions.
#[derive(Clone, Copy, Debug, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
#[schema(as = Undisclosed)]
enum UndisclosedWord {
    /// Nothing is known of.
    #[default]
    Nothing,
    /// It has nothing to do with this illness, and refuses no claim.
    Unrelated,
    /// This illness comes from it.
    Related,
}

/// What the papers show; replaces what was noted before.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Examination)]
struct ExamineRequest {
    /// Whether the definition of the condition is met; left out: not known yet.
    #[serde(default)]
    definition_met: Option<bool>,
    /// Exclusions of the terms that apply.
    #[serde(default)]
    exclusions: Vec<ReasonRef>,
    /// Day of the first diagnosis, where papers show one.
    #[serde(default)]
    first_diagnosed: Option<DayText>,
    /// Whether something was left out of the health questions.
    #[serde(default)]
    undisclosed: UndisclosedWord,
    /// Code of each item of evidence that is there, with the file that shows it.
    #[serde(default)]
    shown: BTreeMap<String, EvidenceRef>,
}

/// What to find out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = InvestigationOrder)]
struct OrderRequest {
    /// Who is asked; a stranger to the claim.
    investigator: MemberRef,
    /// The questions, in plain words.
    #[schema(min_length = 1, max_length = 4000)]
    questions: String,
    /// Files that the investigator may open.
    #[serde(default)]
    files: Vec<EvidenceRef>,
}

/// What was found.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Findings)]
struct FindingsRequest {
    /// In plain words.
    #[schema(min_length = 1, max_length = 4000)]
    findings: String,
}

/// A second opinion.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Opinion)]
struct OpinionRequest {
    /// Left out: grant aid; else why not.
    #[serde(default)]
    refuse: Option<ReasonRef>,
}

/// Somebody to whom work can be given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Load)]
struct LoadBody {
    /// Who.
    member: MemberRef,
    /// The name; empty where none was given.
    name: String,
    /// Claims of the plan that wait for them.
    open: u32,
    /// Of those, late ones.
    late: u32,
}

/// People to whom work can be given, the one with the least to do first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Loads)]
struct LoadsBody {
    /// The people.
    people: Vec<LoadBody>,
}

/// What an investigator sees of a claim.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Investigation)]
struct InvestigationBody {
    /// The claim.
    claim: ClaimRef,
    /// The plan.
    plan: PlanRef,
    /// The name with all but its first character hidden.
    name: String,
    /// Condition.
    condition: ConditionRef,
    /// When it happened.
    event_date: DayText,
    /// What to find out.
    questions: String,
    /// Files that may be opened.
    files: Vec<EvidenceRef>,
    /// Files that the investigator has handed in so far.
    handed_in: Vec<EvidenceRef>,
    /// When the findings are due.
    until: Instant,
}

/// Tasks of an investigator, the most urgent first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Investigations)]
struct InvestigationsBody {
    /// The tasks.
    investigations: Vec<InvestigationBody>,
}

/// A claim that waits for a second opinion.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SecondReview)]
struct SecondReviewBody {
    /// The claim.
    claim: ClaimRef,
    /// When the opinion is due.
    until: Instant,
}

/// Claims that wait for a second opinion, the most urgent first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SecondReviews)]
struct SecondReviewsBody {
    /// The claims.
    claims: Vec<SecondReviewBody>,
}

/// A claim without anything that others made of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = BlindClaim)]
struct BlindBody {
    /// The claim.
    claim: ClaimRef,
    /// The plan.
    plan: PlanRef,
    /// The version whose terms rule it.
    version: u32,
    /// Condition.
    condition: ConditionRef,
    /// When it happened.
    event_date: DayText,
    /// It was an accident.
    accident: bool,
    /// Day of joining.
    joined: DayText,
    /// When it was handed in.
    reported: Option<Instant>,
    /// What the rules say without anything that the first reviewer noted; `null` after erasure of the person.
    eligibility: Option<EligibilityBody>,
    /// The files.
    evidence: Vec<EvidenceBody>,
    /// When the opinion is due.
    until: Instant,
}

/// A second opinion was given.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = OpinionReceipt)]
struct OpinionBody {
    /// The claim.
    claim: ClaimRef,
    /// Both would grant aid, or neither would.
    agreed: bool,
}

/// How far first and second reviewers agreed in a month.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = MonthAgreement)]
struct MonthBody {
    /// Year and month.
    #[schema(example = "2026-03")]
    month: String,
    /// Both would grant aid.
    both_approve: u32,
    /// The decision granted aid, the second opinion would not.
    only_first: u32,
    /// The second opinion would grant aid, the decision did not.
    only_second: u32,
    /// Neither would.
    neither: u32,
    /// Cohen's kappa in ten-thousandths; `null` where it is not defined.
    kappa: Option<i64>,
}

/// Agreement month by month, oldest first.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Agreement)]
struct AgreementBody {
    /// The months.
    months: Vec<MonthBody>,
}

#[expect(clippy::too_many_lines, reason = "one row for each call")]
pub(super) fn add(table: Table) -> Table {
    let op = |id, summary| Op::new("review", id, summary);
    let reviewer = |id, summary| op(id, summary).role("reviewer");
    let investigator = |id, summary| op(id, summary).role("investigator");
    let (get, post) = (Method::GET, Method::POST);
    let somebody = "mem_01930000000070008000000000000001";
    let table = table
        .add(
            &post,
            "/claims/{claim}/assignment",
            assign,
            op("assignClaim", "Give it to a reviewer")
                .role("reviewer or operator")
                .verb()
                .takes::<AssignRequest>(json!({"reviewer": somebody}))
                .answers::<ReceiptBody>(200),
        )
        .add(
            &get,
            "/claims/{claim}/reviewers",
            reviewers,
            op("getReviewers", "Reviewers to whom it can be given")
                .role("reviewer or operator")
                .answers::<LoadsBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/examination",
            examine,
            reviewer("examineClaim", "Note what the papers show")
                .verb()
                .takes::<ExamineRequest>(json!({"definition_met": false, "undisclosed": "unrelated"}))
                .answers::<ReceiptBody>(200),
        );
    let table = table
        .add(
            &get,
            "/claims/{claim}/investigators",
            investigators,
            reviewer("getInvestigators", "Investigators who can be asked").answers::<LoadsBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/investigation",
            order,
            reviewer("orderInvestigation", "Ask somebody to gather facts")
                .verb()
                .takes::<OrderRequest>(json!({
                    "investigator": somebody,
                    "questions": "On which day was the illness first found? Please look at the hospital's books.",
                }))
                .answers::<ReceiptBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/investigation/end",
            end,
            reviewer("endInvestigation", "Go on without findings").verb().answers::<ReceiptBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/findings",
            findings,
            investigator("handInFindings", "Hand in what was found")
                .verb()
                .takes::<FindingsRequest>(json!({"findings": "The hospital's books say 3 March."}))
                .answers::<ReceiptBody>(200),
        )
        .add(
            &get,
            "/me/investigations",
            investigations,
            investigator("getInvestigations", "What I was asked to find out")
                .answers::<InvestigationsBody>(200),
        );
    second_reviews_of(table)
}

fn second_reviews_of(table: Table) -> Table {
    let op = |id, summary| Op::new("review", id, summary);
    let (get, post) = (Method::GET, Method::POST);
    table
        .add(
            &get,
            "/plans/{plan}/second-reviews",
            second_reviews,
            op("getSecondReviews", "Claims that wait for a second opinion")
                .role("reviewer")
                .answers::<SecondReviewsBody>(200),
        )
        .add(
            &get,
            "/claims/{claim}/second-review",
            second_review,
            op("getSecondReview", "A drawn claim, without what was decided")
                .role("reviewer")
                .answers::<BlindBody>(200),
        )
        .add(
            &post,
            "/claims/{claim}/opinion",
            opinion,
            op("giveOpinion", "Give a second opinion")
                .role("reviewer")
                .verb()
                .takes::<OpinionRequest>(json!({"refuse": "definition-not-met"}))
                .answers::<OpinionBody>(200),
        )
        .add(
            &get,
            "/plans/{plan}/agreement",
            agreement,
            op("getAgreement", "How far first and second reviewers agree, month by month")
                .public()
                .answers::<AgreementBody>(200),
        )
}

fn loads(people: Vec<Load>) -> Answer {
    let body = |load: Load| LoadBody {
        member: MemberRef(load.member),
        name: load.name,
        open: load.open,
        late: load.late,
    };
    ok(LoadsBody { people: people.into_iter().map(body).collect() })
}

async fn assign(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<AssignRequest>,
) -> Answer {
    own(edge.app.assign_claim(&call, AssignClaim { claim: id.0, reviewer: body.reviewer.0 }).await?)
}

async fn reviewers(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    loads(edge.app.reviewers_for(&call, id.0).await?)
}

async fn examine(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<ExamineRequest>,
) -> Answer {
    let mut shown = BTreeMap::new();
    for (item, file) in body.shown {
        shown.insert(ItemCode::new(&item).map_err(|_| Problem::field("shown", "unknown-item"))?, file.0);
    }
    let command = ExamineClaim {
        claim: id.0,
        definition_met: body.definition_met,
        exclusions: body.exclusions.into_iter().map(|code| code.0).collect(),
        first_diagnosed: body.first_diagnosed.map(|day| day.0),
        undisclosed: match body.undisclosed {
            UndisclosedWord::Nothing => Undisclosed::Nothing,
            UndisclosedWord::Unrelated => Undisclosed::Unrelated,
            UndisclosedWord::Related => Undisclosed::Related,
        },
        shown,
    };
    own(edge.app.examine_claim(&call, &command).await?)
}

async fn investigators(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    loads(edge.app.investigators_for(&call, id.0).await?)
}

async fn order(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<OrderRequest>,
) -> Answer {
    let command = OrderInvestigation {
        claim: id.0,
        investigator: body.investigator.0,
        questions: body.questions,
        files: body.files.into_iter().map(|file| file.0).collect(),
    };
    own(edge.app.order_investigation(&call, &command).await?)
}

async fn end(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    own(edge.app.end_investigation(&call, EndInvestigation { claim: id.0 }).await?)
}

async fn findings(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<FindingsRequest>,
) -> Answer {
    let command = HandInFindings { claim: id.0, findings: body.findings };
    own(edge.app.hand_in_findings(&call, &command).await?)
}

async fn investigations(State(edge): State<Edge>, Member(call): Member) -> Answer {
    let body = |view: InvestigationView| InvestigationBody {
        claim: ClaimRef(view.claim),
        plan: PlanRef(view.plan),
        name: view.name,
        condition: ConditionRef(view.condition),
        event_date: DayText(view.event_date),
        questions: view.questions,
        files: view.files.into_iter().map(EvidenceRef).collect(),
        handed_in: view.handed_in.into_iter().map(EvidenceRef).collect(),
        until: Instant(view.until),
    };
    let list = edge.app.my_investigations(&call).await?;
    ok(InvestigationsBody { investigations: list.into_iter().map(body).collect() })
}

async fn second_reviews(State(edge): State<Edge>, Member(call): Member, Of(plan): Of<PlanRef>) -> Answer {
    let rows = edge.app.second_reviews(&call, &plan.0).await?;
    let body = rows
        .into_iter()
        .map(|row| SecondReviewBody { claim: ClaimRef(row.claim), until: Instant(row.until) });
    ok(SecondReviewsBody { claims: body.collect() })
}

async fn second_review(State(edge): State<Edge>, Member(call): Member, Of(id): Of<ClaimRef>) -> Answer {
    let view = edge.app.second_review(&call, id.0).await?;
    let plan = edge.app.load_plan(&view.plan).await?;
    let currency = plan.plan.terms_of(view.version).ok_or_else(Problem::not_found)?.currency();
    ok(BlindBody {
        claim: id,
        plan: PlanRef(view.plan),
        version: view.version.0,
        condition: ConditionRef(view.illness.condition),
        event_date: DayText(view.illness.event_date),
        accident: view.illness.accident,
        joined: DayText(view.joined),
        reported: view.reported.map(Instant),
        eligibility: view.eligibility.map(|found| EligibilityBody::of(found, currency)),
        evidence: view.evidence.iter().map(evidence_body).collect(),
        until: Instant(view.until),
    })
}

async fn opinion(
    State(edge): State<Edge>,
    Member(call): Member,
    Of(id): Of<ClaimRef>,
    Strict(body): Strict<OpinionRequest>,
) -> Answer {
    let command = GiveOpinion { claim: id.0, refuse: body.refuse.map(|reason| reason.0) };
    done(StatusCode::OK, edge.app.give_opinion(&call, &command).await?, |receipt| OpinionBody {
        claim: ClaimRef(receipt.claim),
        agreed: receipt.agreed,
    })
}

async fn agreement(State(edge): State<Edge>, Of(plan): Of<PlanRef>) -> Answer {
    let body = |month: MonthAgreement| MonthBody {
        month: format!("{:04}-{:02}", month.month.0, month.month.1),
        both_approve: month.counts.both_approve,
        only_first: month.counts.only_first,
        only_second: month.counts.only_second,
        neither: month.counts.neither,
        kappa: month.counts.kappa(),
    };
    let months = edge.app.agreement(&plan.0).await?;
    ok(AgreementBody { months: months.into_iter().map(body).collect() })
}
