//! How disputes were judged, for everybody.

use askama::Template;
use axum::Router;
use axum::extract::Path;
use axum::routing::get;
use huzhu_app::error::AppError;
use huzhu_domain::jury::Choice;
use huzhu_domain::plan::PlanId;
use huzhu_domain::time::day_of;

use super::super::frame::{Answer, Visit, plan_name};
use super::super::phrases;
use super::super::public::chain;
use super::{exam_words, words};
use crate::design::{Fact, Page};
use crate::edge::Edge;
use crate::i18n::Locale;

/// Verdicts on one page: keeps it small; the newest are first.
const SHOWN_MAX: usize = 100;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/plans/{id}/verdicts", get(list)).route("/verdicts/{case}", get(verdict))
}

#[derive(Template)]
#[template(path = "jury/verdicts.html")]
struct ListPage {
    page: Page,
    l: Locale,
    rows: Vec<Line>,
}

struct Line {
    href: String,
    when: String,
    what: String,
    ruling: String,
    votes: String,
}

async fn list(visit: Visit, Path(id): Path<String>) -> Answer {
    let l = visit.l();
    let id = PlanId::new(&id).map_err(|_| AppError::NotFound("plan"))?;
    let plan = words::plan(&visit, &id).await?;
    let newest = plan.plan.versions().last().map(|version| &version.terms);
    let terms = newest.ok_or(AppError::NotFound("plan"))?;
    let rows = visit.app().verdicts(&id).await?;
    let line = |row: &huzhu_app::jury::VerdictLine| Line {
        href: format!("/verdicts/{}", row.case),
        when: l.day_short(day_of(row.ended, terms.zone())),
        what: phrases::condition(l, terms, &row.condition),
        ruling: words::ruling(l, row.ruling),
        votes: format!("{} : {}", l.count(row.count.for_claimant), l.count(row.count.against)),
    };
    let title = format!("{} · {}", l.t("verdicts-title"), plan_name(&plan, l));
    visit.render(&ListPage {
        page: visit.plan_page(title, &plan),
        l,
        rows: rows.iter().take(SHOWN_MAX).map(line).collect(),
    })
}

#[derive(Template)]
#[template(path = "jury/verdict.html")]
struct VerdictPage {
    page: Page,
    l: Locale,
    base: String,
    plan_href: String,
    ruling: String,
    count: String,
    bar: String,
    by_lot: bool,
    facts: Vec<Fact>,
    reasons: Vec<(String, String)>,
    root: String,
    chain: String,
}

async fn verdict(visit: Visit, Path(id): Path<String>) -> Answer {
    let l = visit.l();
    let view = visit.app().verdict(words::jury_case_id(&id)?).await?;
    let plan = words::plan(&visit, &view.plan).await?;
    let terms = words::terms(&plan, view.version)?;
    let mut facts = vec![
        Fact::new(l.t("verdicts-what"), phrases::condition(l, terms, &view.line.condition)),
        Fact::new(l.t("verdicts-when"), l.moment(view.line.ended, terms.zone())),
    ];
    if let Some(code) = &view.refused {
        facts.push(Fact::new(l.t("docket-refused"), super::super::member::reason_text(l, terms, code)));
    }
    let part = l.t1("exam-percent", "n", exam_words::percent(view.threshold));
    let reason = |(choice, text): (Choice, String)| {
        let side = match choice {
            Choice::ForClaimant => l.t("docket-for"),
            Choice::Against => l.t("docket-against"),
        };
        (side, text)
    };
    visit.render(&VerdictPage {
        page: visit.plan_page(l.t("verdict-title"), &plan),
        l,
        base: format!("/api/v1/jury-cases/{}", view.line.case),
        plan_href: format!("/plans/{}/verdicts", view.plan),
        ruling: words::ruling(l, view.line.ruling),
        count: words::count(l, view.line.count),
        bar: l.t3("verdict-bar", "part", part, "needed", view.needed, "shown", l.count(view.needed)),
        by_lot: view.by_lot,
        facts,
        reasons: view.reasons.into_iter().map(reason).collect(),
        root: view.root.to_string(),
        chain: chain(view.logged),
    })
}
