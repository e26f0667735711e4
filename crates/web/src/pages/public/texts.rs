//! Short, honest pages about the platform: help, privacy, source.

use askama::Template;
use axum::Router;
use axum::routing::get;

use super::super::frame::{Answer, Visit};
use crate::design::Page;
use crate::edge::Edge;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/help", get(help)).route("/privacy", get(privacy)).route("/source", get(source))
}

/// A page of sections: heading, paragraphs.
#[derive(Template)]
#[template(path = "public/text.html")]
struct TextPage {
    page: Page,
    title: String,
    lead: String,
    sections: Vec<(String, Vec<String>)>,
    links: Vec<(String, String)>,
}

/// Keys of one section: heading, paragraphs.
type Keys = (&'static str, &'static [&'static str]);

fn text(visit: &Visit, title: &str, lead: &str, sections: &[Keys], links: &[(&str, &str)]) -> Answer {
    let l = visit.l();
    visit.render(&TextPage {
        page: visit.page(l.t(title)),
        title: l.t(title),
        lead: l.t(lead),
        sections: sections
            .iter()
            .map(|(heading, keys)| (l.t(heading), keys.iter().map(|key| l.t(key)).collect()))
            .collect(),
        links: links.iter().map(|(key, href)| (l.t(key), (*href).to_owned())).collect(),
    })
}

async fn help(visit: Visit) -> Answer {
    text(
        &visit,
        "help-title",
        "help-lead",
        &[
            ("help-join-title", &["help-join-1", "help-join-2"]),
            ("help-pay-title", &["help-pay-1", "help-pay-2"]),
            ("help-ill-title", &["help-ill-1", "help-ill-2", "help-ill-3"]),
            ("help-refused-title", &["help-refused-1", "help-refused-2"]),
            ("help-leave-title", &["help-leave-1"]),
            ("help-complain-title", &["help-complain-1"]),
        ],
        &[("foot-terms", "/terms"), ("nav-verify", "/verify"), ("privacy-title", "/privacy")],
    )
}

async fn privacy(visit: Visit) -> Answer {
    text(
        &visit,
        "privacy-title",
        "privacy-lead",
        &[
            ("privacy-what-title", &["privacy-what-1", "privacy-what-2"]),
            ("privacy-who-title", &["privacy-who-1", "privacy-who-2"]),
            ("privacy-public-title", &["privacy-public-1"]),
            ("privacy-cookies-title", &["privacy-cookies-1"]),
            ("privacy-rights-title", &["privacy-rights-1"]),
        ],
        &[("nav-help", "/help")],
    )
}

async fn source(visit: Visit) -> Answer {
    text(
        &visit,
        "source-title",
        "source-lead",
        &[
            ("source-what-title", &["source-what-1", "source-what-2"]),
            ("source-run-title", &["source-run-1"]),
        ],
        &[("nav-verify", "/verify")],
    )
}
