//! The audit trail: everything that happened, newest first, and what was asked for and refused.

use askama::Template;
use axum::extract::Query;
use huzhu_app::permission::Action;
use huzhu_app::ports::{Actor, Position};
use huzhu_domain::time::TimeZone;
use serde::Deserialize;

use crate::design::{NavItem, Page};
use crate::i18n::Locale;
use crate::pages::frame::{Answer, MemberVisit};
use crate::pages::staff::{console, needs, words};

/// Events on one page.
const ROWS: u32 = 50;
/// Refused acts on the first page.
const REFUSED_SHOWN: usize = 20;

#[derive(Deserialize)]
pub(super) struct Wish {
    before: Option<u64>,
}

#[derive(Template)]
#[template(path = "operator/trail.html")]
struct TrailPage {
    page: Page,
    l: Locale,
    ways: Vec<NavItem>,
    rows: Vec<Row>,
    refused: Vec<Refused>,
    first: bool,
    next: String,
    start: String,
}

struct Row {
    position: String,
    at: String,
    what: String,
    who: String,
    stream: String,
    /// Where the claim can be read; empty for other streams.
    href: String,
}

struct Refused {
    at: String,
    what: String,
    who: String,
    subject: String,
    reason: String,
}

/// One page of the trail.
pub(super) async fn page(visit: MemberVisit, Query(wish): Query<Wish>) -> Answer {
    let l = visit.l();
    let trail = visit.app().audit_trail(&visit.call(), wish.before.map(Position), ROWS).await?;
    let at = |at| l.t1("op-trail-utc", "at", l.moment(at, &TimeZone::UTC));
    let reads_claims = needs(&visit, Action::ReadClaims).is_ok();
    let rows = trail.rows.iter().map(|row| Row {
        position: l.count(row.position.0),
        at: at(row.at),
        what: words::event(l, row.kind),
        who: match row.actor {
            Actor::System => words::acted_as(l, row.role),
            Actor::Member(id) => {
                l.t2("op-trail-who", "role", words::acted_as(l, row.role), "id", words::short_id(&id))
            }
        },
        href: if reads_claims && row.stream.starts_with("clm_") {
            format!("/staff/claims/{}", row.stream)
        } else {
            String::new()
        },
        stream: row.stream.clone(),
    });
    let refused = trail.refused.iter().take(REFUSED_SHOWN).map(|act| Refused {
        at: at(act.at),
        what: words::action(l, &act.action),
        who: match act.actor {
            Actor::System => words::acted_as(l, "system"),
            Actor::Member(id) => words::short_id(&id),
        },
        subject: act.subject.clone(),
        reason: act.reason.clone(),
    });
    let shown = TrailPage {
        page: visit.page(l.t("op-trail-title")),
        l,
        ways: console(&visit, "/audit"),
        rows: rows.collect(),
        refused: refused.collect(),
        first: wish.before.is_none(),
        next: trail.next.map_or_else(String::new, |next| format!("/audit?before={}", next.0)),
        start: if wish.before.is_some() { "/audit".to_owned() } else { String::new() },
    };
    visit.render(&shown)
}
