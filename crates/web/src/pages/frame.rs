//! The frame of every page: who visits, what stands around the page, and what is shown when something goes wrong.
//!
//! Shape: a handler takes a [`Visit`] (anybody) or a [`MemberVisit`] (signed in), asks use cases with [`Visit::call`], fills a
//! template whose fields are `page: Page`, `l: Locale` and its own, and answers [`Visit::render`]. Whatever fails becomes a
//! [`PageError`] with `?`; the guard in front of all routes gives it its form.
//!
//! Guarantees: navigation follows roles and never grants anything: use cases authorise. Somebody who must sign in comes back
//! to where they were, and only to this site. A language or theme chosen by a link is remembered in a cookie without secrets.
//!
//! Limits: forms need no token of their own, since the edge refuses posts that come from other sites.

use std::ops::Deref;
use std::sync::Arc;

use askama::Template;
use axum::extract::FromRequestParts;
use axum::http::header::{CONTENT_LANGUAGE, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use huzhu_app::call::{Call, Caller};
use huzhu_app::error::AppError;
use huzhu_app::{App, LoadedPlan};
use huzhu_domain::id::MemberId;
use huzhu_domain::member::Role;
use huzhu_domain::plan::Language;
use huzhu_domain::time::Moment;

use crate::design::{Account, Choice, NavItem, Page, Theme};
use crate::edge::{Edge, LANGUAGE_COOKIE, THEME_COOKIE, Visitor};
use crate::i18n::Locale;
use crate::problem::Problem;

/// Value of the persona switch that signs out.
pub const NOBODY: &str = "nobody";
/// Labels that personas of the demo may have, beside [`NOBODY`]'s.
pub const PERSONA_LABELS: [&str; 14] = [
    "persona-newcomer",
    "persona-member",
    "persona-neighbour",
    "persona-claimant",
    "persona-refused",
    "persona-parent",
    "persona-aided",
    "persona-reviewer",
    "persona-confirmer",
    "persona-investigator",
    "persona-clerk",
    "persona-juror",
    "persona-operator",
    "persona-auditor",
];
/// Where messages are read; the navigation counts the unread ones there.
const INBOX: &str = "/inbox";
/// Where the staff console begins for each role: role, key of the label, address.
const STAFF: [(Role, &str, &str); 6] = [
    (Role::Reviewer, "nav-review", "/staff/review"),
    (Role::Confirmer, "nav-confirm", "/staff/confirm"),
    (Role::Investigator, "nav-investigate", "/staff/investigations"),
    (Role::Clerk, "nav-clerk", "/staff/jury"),
    (Role::Operator, "nav-operator", "/operator"),
    (Role::Auditor, "nav-audit", "/audit"),
];

/// A request for a page by anybody.
#[derive(Clone)]
pub struct Visit {
    /// State of the router.
    pub edge: Edge,
    /// Who asks, and how they like to be answered.
    pub visitor: Visitor,
    /// Messages that they have not read.
    pub unread: u64,
}

/// A request for a page by somebody who is signed in; others are sent to the sign-in page and back.
#[derive(Clone)]
pub struct MemberVisit {
    /// The request.
    pub visit: Visit,
    /// Who.
    pub id: MemberId,
}

impl Deref for MemberVisit {
    type Target = Visit;

    fn deref(&self) -> &Visit {
        &self.visit
    }
}

impl FromRequestParts<Edge> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let visitor = Visitor::from_request_parts(parts, edge).await?;
        let unread = match &visitor.caller {
            Caller::Member { id, .. } => edge.app.unread(*id).await?,
            Caller::Anonymous | Caller::System => 0,
        };
        Ok(Self { edge: edge.clone(), visitor, unread })
    }
}

impl FromRequestParts<Edge> for MemberVisit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        let visit = Visit::from_request_parts(parts, edge).await?;
        match visit.member() {
            Some(id) => Ok(Self { visit, id }),
            None => Err(PageError::SignIn { back: visit.visitor.path }),
        }
    }
}

impl Visit {
    /// The use cases.
    pub const fn app(&self) -> &Arc<App> {
        &self.edge.app
    }

    /// Language of the page.
    pub const fn l(&self) -> Locale {
        self.visitor.locale
    }

    /// Language of the texts of plan terms.
    pub const fn language(&self) -> Language {
        language(self.visitor.locale)
    }

    /// The call of a use case by this visitor.
    pub fn call(&self) -> Call {
        self.visitor.call()
    }

    /// The call of a use case under the key that a form carries, so that a double click is harmless.
    pub fn call_with(&self, key: &str) -> Call {
        self.visitor.call_with(key)
    }

    /// Now, by the clock of the use cases.
    pub fn now(&self) -> Moment {
        self.edge.app.clock().now()
    }

    /// A new id for a form: key of the command, and id of what it makes.
    pub fn fresh_key(&self) -> String {
        self.edge.app.fresh_id().to_string()
    }

    /// Who is signed in.
    pub const fn member(&self) -> Option<MemberId> {
        match &self.visitor.caller {
            Caller::Member { id, .. } => Some(*id),
            Caller::Anonymous | Caller::System => None,
        }
    }

    /// Whether the visitor holds a role. For showing links; use cases decide who may do what.
    pub fn has(&self, role: Role) -> bool {
        matches!(&self.visitor.caller, Caller::Member { roles, .. } if roles.contains(&role))
    }

    /// The frame of a page with the navigation that fits the visitor's roles.
    pub fn page(&self, title: impl Into<String>) -> Page {
        let nav = match &self.visitor.caller {
            Caller::Member { roles, .. } if !roles.is_empty() => STAFF
                .iter()
                .filter(|(role, ..)| roles.contains(role))
                .map(|(_, key, href)| (self.l().t(key), (*href).to_owned()))
                .chain([
                    (self.l().t("nav-inbox"), INBOX.to_owned()),
                    (self.l().t("nav-plans"), "/".to_owned()),
                ])
                .collect(),
            Caller::Member { .. } => self.links(&[
                ("nav-home", "/me"),
                ("nav-claims", "/me/claims"),
                ("nav-juror", "/me/juror"),
                ("nav-inbox", INBOX),
                ("nav-plans", "/"),
                ("nav-help", "/help"),
            ]),
            Caller::Anonymous | Caller::System => {
                self.links(&[("nav-plans", "/"), ("nav-help", "/help"), ("nav-verify", "/verify")])
            }
        };
        self.framed(title.into(), nav)
    }

    /// The frame of a page about one plan: its name under the name of the site, its pages in the navigation.
    pub fn plan_page(&self, title: impl Into<String>, plan: &LoadedPlan) -> Page {
        let base = format!("/plans/{}", plan.plan.id);
        let nav = [
            ("nav-plan", ""),
            ("nav-notice", "/notice"),
            ("nav-periods", "/periods"),
            ("nav-verdicts", "/verdicts"),
            ("nav-rules", "/rules"),
        ]
        .map(|(key, rest)| (self.l().t(key), format!("{base}{rest}")));
        Page { plan_name: plan_name(plan, self.l()), ..self.framed(title.into(), nav.to_vec()) }
    }

    /// A page.
    pub fn render(&self, template: &impl Template) -> Result<Response, PageError> {
        self.render_as(StatusCode::OK, template)
    }

    /// A page with a status of its own, such as 422 for a form with mistakes.
    pub fn render_as(&self, status: StatusCode, template: &impl Template) -> Result<Response, PageError> {
        let html = template.render().map_err(|error| {
            tracing::error!(%error, "a page does not render");
            Problem::broken()
        })?;
        let mut response = (status, Html(html)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(self.l().tag()));
        for (name, value) in self.chosen() {
            let cookie = self.edge.config.preference_cookie_value(name, value);
            if let Ok(cookie) = HeaderValue::from_str(&cookie) {
                headers.append(SET_COOKIE, cookie);
            }
        }
        Ok(response)
    }

    /// Preferences that the address of this request chose.
    fn chosen(&self) -> Vec<(&'static str, &'static str)> {
        let query = self.visitor.path.split_once('?').map_or("", |(_, query)| query);
        let has = |name: &str| query.split('&').any(|pair| pair.split('=').next() == Some(name));
        let mut chosen = Vec::new();
        if has("lang") {
            chosen.push((LANGUAGE_COOKIE, self.l().code()));
        }
        if has("theme") {
            let theme = if self.visitor.theme.is_empty() { "auto" } else { self.visitor.theme };
            chosen.push((THEME_COOKIE, theme));
        }
        chosen
    }

    fn links(&self, list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(key, href)| (self.l().t(key), (*href).to_owned())).collect()
    }

    fn framed(&self, title: String, links: Vec<(String, String)>) -> Page {
        let path = without_choices(&self.visitor.path);
        let here = path.split('?').next().unwrap_or_default().to_owned();
        let fits = |href: &str| here == href || (href != "/" && here.starts_with(&format!("{href}/")));
        let current =
            links.iter().map(|(_, href)| href.clone()).filter(|href| fits(href)).max_by_key(String::len);
        let nav = links
            .into_iter()
            .map(|(label, href)| {
                let is_current = Some(&href) == current.as_ref();
                let unread = if href == INBOX { self.unread } else { 0 };
                let count = if unread > 0 { self.l().count(unread) } else { String::new() };
                NavItem { count, ..NavItem::new(label, href, is_current) }
            })
            .collect();
        let account = match self.member() {
            Some(_) => Account::SignedIn { name: self.l().t("account-home"), home: "/me".to_owned() },
            None => Account::SignedOut,
        };
        Page {
            l: self.l(),
            theme: Theme::from_code(self.visitor.theme),
            title,
            nav,
            account,
            path,
            personas: self.personas(),
            mailbox_href: if self.visitor.demo { "/demo/mailbox".to_owned() } else { String::new() },
            ..Page::default()
        }
    }

    fn personas(&self) -> Vec<Choice> {
        if !self.visitor.demo {
            return Vec::new();
        }
        let nobody = Choice::new(NOBODY, self.l().t("persona-nobody"), self.member().is_none());
        let personas = self.edge.config.personas.iter().map(|persona| {
            let chosen = self.member() == Some(persona.member);
            Choice::new(persona.member.to_string(), self.l().t(persona.label), chosen)
        });
        std::iter::once(nobody).chain(personas).collect()
    }
}

/// What a page answers instead of itself.
#[derive(Debug)]
pub enum PageError {
    /// A problem; the guard shows it as a page with status, code, what happened and what helps.
    Problem(Problem),
    /// Sign in, then come back.
    SignIn {
        /// Path and query to come back to.
        back: String,
    },
}

impl From<AppError> for PageError {
    fn from(error: AppError) -> Self {
        Self::Problem(error.into())
    }
}

impl From<Problem> for PageError {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        match self {
            Self::Problem(problem) => problem.into_response(),
            Self::SignIn { back } => {
                see_other(&format!("/sign-in?back={}", encoded(&without_choices(&back))))
            }
        }
    }
}

/// What a page handler answers.
pub type Answer = Result<Response, PageError>;

/// Sends the browser to another page after a form was accepted.
pub fn see_other(address: &str) -> Response {
    Redirect::to(address).into_response()
}

/// Where to go after signing in: `back` when it is an address of this site, else the member's home.
pub fn safe_back(back: &str) -> &str {
    let own = back.starts_with('/')
        && !back.starts_with("//")
        && !back.starts_with("/sign-in")
        && back.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if own { back } else { "/me" }
}

/// A text as it may stand in the query of an address.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for half in [byte >> 4, byte & 0xF] {
                let digit = char::from_digit(u32::from(half), 16).unwrap_or('0');
                out.push(digit.to_ascii_uppercase());
            }
        }
    }
    out
}

/// The language of plan terms for a locale.
pub const fn language(locale: Locale) -> Language {
    match locale {
        Locale::En => Language::En,
        Locale::Zh => Language::Zh,
    }
}

/// The name of a plan: that of its newest version.
pub fn plan_name(plan: &LoadedPlan, locale: Locale) -> String {
    let newest = plan.plan.versions().last();
    newest.map_or_else(String::new, |version| version.terms.identity().name.get(language(locale)).to_owned())
}

/// Path and query without the choices of language and theme, which links add by themselves.
fn without_choices(path: &str) -> String {
    let Some((path, query)) = path.split_once('?') else {
        return path.to_owned();
    };
    let kept: Vec<&str> = query
        .split('&')
        .filter(|pair| !["lang", "theme"].contains(&pair.split('=').next().unwrap_or_default()))
        .collect();
    if kept.is_empty() { path.to_owned() } else { format!("{path}?{}", kept.join("&")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_come_back_to_this_site_only() {
        for (back, expected) in [
            ("/me/claims", "/me/claims"),
            ("/plans/a/join?step=2", "/plans/a/join?step=2"),
            ("//evil.example", "/me"),
            ("https://evil.example", "/me"),
            ("/\\evil.example", "/me"),
            ("/a\r\nSet-Cookie: x", "/me"),
            ("/sign-in", "/me"),
            ("", "/me"),
        ] {
            assert_eq!(safe_back(back), expected, "{back:?}");
        }
    }

    #[test]
    fn links_of_language_and_theme_are_not_carried_on() {
        for (path, expected) in [
            ("/", "/"),
            ("/?lang=zh", "/"),
            ("/me?theme=dark&step=2&lang=en", "/me?step=2"),
            ("/me?language=x", "/me?language=x"),
        ] {
            assert_eq!(without_choices(path), expected, "{path}");
        }
    }

    #[test]
    fn addresses_in_a_query_are_encoded() {
        assert_eq!(encoded("/me?a=1&b=互"), "/me%3Fa%3D1%26b%3D%E4%BA%92");
    }
}
