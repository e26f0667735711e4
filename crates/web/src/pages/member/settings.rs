//! Settings: language, light or dark, who is signed in, signing out.

use askama::Template;
use axum::Router;
use axum::routing::get;

use super::super::frame::{Answer, MemberVisit};
use crate::design::{Fact, Page, Theme};
use crate::edge::Edge;
use crate::i18n::Locale;

pub(super) fn routes() -> Router<Edge> {
    Router::new().route("/me/settings", get(show))
}

/// A link that chooses something: label, address, whether it is chosen now.
type Choosing = (String, String, bool);

#[derive(Template)]
#[template(path = "member/settings.html")]
struct SettingsPage {
    page: Page,
    l: Locale,
    facts: Vec<Fact>,
    languages: Vec<Choosing>,
    themes: Vec<Choosing>,
}

async fn show(visit: MemberVisit) -> Answer {
    let l = visit.l();
    let address = visit.app().my_address(&visit.call()).await?;
    let identity = Fact {
        href: "/me/identity".to_owned(),
        action: l.t("settings-look"),
        ..Fact::new(l.t("settings-identity"), l.t("settings-identity-value"))
    };
    let telling = Fact {
        href: "/me/settings/messages".to_owned(),
        action: l.t("settings-look"),
        ..Fact::new(l.t("telling-title"), l.t("settings-telling-value"))
    };
    let facts = vec![Fact::new(l.t("sign-in-address"), address), identity, telling];
    let page = visit.page(l.t("settings-title"));
    let languages = Locale::ALL
        .map(|one| (one.name().to_owned(), format!("/me/settings?lang={}", one.code()), one == l))
        .to_vec();
    let themes = [(Theme::Auto, "theme-auto"), (Theme::Light, "theme-light"), (Theme::Dark, "theme-dark")]
        .map(|(theme, key)| (l.t(key), format!("/me/settings?theme={}", theme.code()), theme == page.theme))
        .to_vec();
    visit.render(&SettingsPage { page, l, facts, languages, themes })
}
