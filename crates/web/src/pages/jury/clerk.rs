//! The clerk's desk: requests to accept or decline, questions to pass on.

use askama::Template;
use axum::Router;
use axum::extract::{Path, Query};
use axum::http::StatusCode;
use axum::routing::{get, post};
use huzhu_app::jury::{AcceptRequest, ClerkLine, DeclineRequest, SortQuestion};
use huzhu_domain::jury::QuestionState;
use huzhu_domain::plan::ReasonCode;
use serde::Deserialize;

use super::super::forms::{Fields, form_errors, wrong};
use super::super::frame::{Answer, MemberVisit, encoded, plan_name, see_other};
use super::super::staff::{console, due};
use super::words::{self, QuestionLine};
use crate::design::{Choice, FieldError, NavItem, Page};
use crate::edge::Edge;
use crate::i18n::Locale;
use crate::problem::Problem;

pub(super) fn routes() -> Router<Edge> {
    Router::new()
        .route("/staff/jury", get(queue))
        .route("/staff/jury/{id}", get(desk))
        .route("/staff/jury/{id}/{verb}", post(act))
}

#[derive(Deserialize)]
struct Wish {
    #[serde(default)]
    plan: String,
}

#[derive(Template)]
#[template(path = "jury/clerk_queue.html")]
struct QueuePage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    plans: Vec<NavItem>,
    rows: Vec<Line>,
}

struct Line {
    href: String,
    name: String,
    state: String,
    tone: &'static str,
    due: String,
    overdue: bool,
    questions: String,
}

async fn queue(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let l = visit.l();
    let plans = visit.app().plan_list().await?;
    let found = match wish.plan.as_str() {
        "" => plans.first(),
        id => plans.iter().find(|one| one.plan.plan.id.as_str() == id),
    };
    let plan = found.ok_or_else(Problem::not_found)?;
    let zone = plan.plan.plan.versions().last().map(|version| version.terms.zone().clone());
    let zone = zone.ok_or_else(Problem::not_found)?;
    let rows = visit.app().clerk_queue(&visit.call(), &plan.plan.plan.id).await?;
    let line = |row: &ClerkLine| {
        let (state, tone) = words::state(l, &row.state);
        Line {
            href: format!("/staff/jury/{}", row.case),
            name: l.t1("juror-case", "id", words::short(row.case)),
            state,
            tone,
            due: row
                .until
                .map_or_else(|| l.t("staff-no-deadline"), |until| due(l, until, visit.now(), &zone)),
            overdue: row.overdue,
            questions: l.count(u64::from(row.questions)),
        }
    };
    let other = |one: &huzhu_app::plans::PlanSummary| {
        let id = &one.plan.plan.id;
        let address = format!("/staff/jury?plan={}", encoded(id.as_str()));
        NavItem::new(plan_name(&one.plan, l), address, *id == plan.plan.plan.id)
    };
    visit.render(&QueuePage {
        page: visit.page(l.t("clerk-title")),
        l,
        ways: console(&visit, "/staff/jury"),
        plans: if plans.len() > 1 { plans.iter().map(other).collect() } else { Vec::new() },
        rows: rows.iter().map(line).collect(),
    })
}

#[derive(Template)]
#[template(path = "jury/clerk.html")]
struct DeskPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    base: String,
    key: String,
    title: String,
    state: String,
    tone: &'static str,
    ball: String,
    waits: bool,
    grounds: Vec<Choice>,
    claimant_says: String,
    plan_says: String,
    questions: Vec<QuestionLine>,
    errors: Vec<FieldError>,
}

async fn desk(visit: MemberVisit, Path(id): Path<String>) -> Answer {
    show(&visit, &id, Vec::new(), StatusCode::OK).await
}

async fn show(visit: &MemberVisit, id: &str, errors: Vec<FieldError>, status: StatusCode) -> Answer {
    let l = visit.l();
    super::super::staff::needs(visit, huzhu_app::permission::Action::RunJury)?;
    let view = visit.app().jury_case(&visit.call(), words::jury_case_id(id)?).await?;
    let plan = words::plan(visit, &view.plan).await?;
    let terms = words::terms(&plan, view.version)?;
    let grounds = terms.jury().map(|jury| jury.not_accepted.as_slice()).unwrap_or_default();
    let (state, tone) = words::state(l, view.state);
    let title = l.t1("juror-case", "id", words::short(view.case));
    let questions = view.questions.into_iter().map(|one| {
        let waits = one.state == QuestionState::Asked;
        words::question(l, one, false, waits)
    });
    let shown = DeskPage {
        page: visit.page(title.clone()),
        l,
        ways: console(visit, "/staff/jury"),
        base: format!("/staff/jury/{}", view.case),
        key: visit.fresh_key(),
        title,
        state,
        tone,
        ball: words::ball(l, view.phase, terms.zone()),
        waits: view.state == "requested",
        grounds: if view.round > 0 {
            Vec::new()
        } else {
            let choice = |one: &huzhu_domain::plan::Reason| {
                Choice::new(one.code.as_str(), one.text.get(visit.language()), false)
            };
            grounds.iter().map(choice).collect()
        },
        claimant_says: words::said(l, &view.claimant_says),
        plan_says: words::said(l, &view.plan_says),
        questions: questions.collect(),
        errors,
    };
    visit.render_as(status, &shown)
}

#[expect(clippy::single_match_else, reason = "both ways of an answer to the form stand side by side")]
async fn act(visit: MemberVisit, Path((id, verb)): Path<(String, String)>, fields: Fields) -> Answer {
    let (case, l) = (words::jury_case_id(&id)?, visit.l());
    let call = super::super::staff::keyed(&visit, &fields)?;
    let done = match verb.as_str() {
        "accept" => visit.app().accept_jury(&call, AcceptRequest { case }).await.map(drop),
        "decline" => match ReasonCode::new(fields.text("ground")) {
            Ok(ground) => visit.app().decline_jury(&call, &DeclineRequest { case, ground }).await.map(drop),
            Err(_) => {
                let errors = vec![wrong("ground", l.t("docket-choice-missing"))];
                return show(&visit, &id, errors, StatusCode::UNPROCESSABLE_ENTITY).await;
            }
        },
        "sort" => {
            let question = fields.text("question").parse().unwrap_or(0);
            let pass_on = fields.text("pass_on") == "yes";
            visit.app().sort_question(&call, SortQuestion { case, question, pass_on }).await.map(drop)
        }
        _ => return Err(Problem::not_found().into()),
    };
    match done {
        Ok(()) => Ok(see_other(&format!("/staff/jury/{id}"))),
        Err(error) => {
            let status = super::super::staff::status_of(&error);
            show(&visit, &id, form_errors(l, error)?, status).await
        }
    }
}
