//! What only the demo has: looking at the platform as somebody else, the mail it would have sent, and a clock that visitors put
//! forward to see what time brings.
//!
//! Guarantees: outside the demo every address here is like one that does not exist, whatever is sent to it.

use askama::Template;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::header::SET_COOKIE;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode};
use axum::response::Response;
use axum::routing::{get, post};
use huzhu_domain::time::{Moment, TimeZone};
use jiff::SignedDuration;

use super::forms::Fields;
use super::frame::{Answer, PageError, Visit, safe_back, see_other};
use crate::design::Page;
use crate::edge::{Edge, Persona};
use crate::i18n::Locale;
use crate::mail::render_mail;
use crate::problem::Problem;

/// Messages shown in the mailbox.
const MESSAGES: u32 = 30;
/// By how many hours the clock can be put forward at once, each with the key of its name.
const STEPS: [(u16, &str); 3] = [(1, "demo-clock-hour"), (24, "demo-clock-day"), (168, "demo-clock-week")];
/// Batches of announcements that one step writes: what is left over is written by the worker.
const BATCHES: u32 = 100;

/// The routes of the demo.
pub(crate) fn routes() -> Router<Edge> {
    Router::new()
        .route("/demo/persona", post(switch))
        .route("/demo/mailbox", get(mailbox))
        .route("/demo/clock", get(clock).post(put_forward))
}

/// A request to the demo; anywhere else there is no such address.
struct DemoVisit(Visit);

impl FromRequestParts<Edge> for DemoVisit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, PageError> {
        if !edge.config.demo {
            return Err(Problem::not_found().into());
        }
        Visit::from_request_parts(parts, edge).await.map(Self)
    }
}

/// Ends the session and begins one of the persona that was chosen, or none.
async fn switch(DemoVisit(visit): DemoVisit, fields: Fields) -> Answer {
    let (app, config) = (visit.app(), &visit.edge.config);
    let wish = fields.text("persona");
    let cookie = match config.personas.iter().find(|persona| is_meant(persona, wish)) {
        Some(persona) => {
            let begun = app.sign_in_as(persona.member).await?;
            let seconds = begun.until.duration_since(visit.now()).as_secs().max(0);
            config.session_cookie_value(&begun.token, seconds)
        }
        None if wish == "nobody" => config.session_cookie_value("", 0),
        None => return Err(Problem::not_found().into()),
    };
    if let Some(token) = &visit.visitor.token {
        app.sign_out(token).await?;
    }
    let mut response: Response = see_other(back(fields.text("back")));
    let cookie = HeaderValue::from_str(&cookie).map_err(|_| Problem::broken())?;
    response.headers_mut().append(SET_COOKIE, cookie);
    Ok(response)
}

/// A persona is named by its label, by the last part of it, or by the member.
fn is_meant(persona: &Persona, wish: &str) -> bool {
    persona.label == wish
        || persona.label.strip_prefix("persona-") == Some(wish)
        || persona.member.to_string() == wish
}

/// Back to where the visitor was, when that is an address of this site.
fn back(wish: &str) -> &str {
    if wish.is_empty() { "/" } else { safe_back(wish) }
}

#[derive(Template)]
#[template(path = "demo/mailbox.html")]
struct MailboxPage {
    page: Page,
    l: Locale,
    mails: Vec<MailLine>,
}

/// One mail.
struct MailLine {
    subject: String,
    at: String,
    to: String,
    body: String,
    lang: &'static str,
}

/// The newest mail of everybody.
async fn mailbox(DemoVisit(visit): DemoVisit) -> Answer {
    let l = visit.l();
    let messages =
        visit.app().store().messages(None, MESSAGES).await.map_err(huzhu_app::error::AppError::from)?;
    let mut mails = Vec::with_capacity(messages.len());
    for message in &messages {
        let sealed = visit.app().store().unseal(message.to, "contact").await;
        let address = sealed.map_err(huzhu_app::error::AppError::from)?.unwrap_or_default();
        let mail = render_mail(message);
        mails.push(MailLine {
            subject: mail.subject,
            at: l.t1("op-trail-utc", "at", l.moment(message.at, &TimeZone::UTC)),
            to: String::from_utf8_lossy(&address).into_owned(),
            body: mail.body,
            lang: Locale::from_code(&message.language).unwrap_or_default().tag(),
        });
    }
    let shown = MailboxPage { page: visit.page(l.t("demo-mailbox-title")), l, mails };
    visit.render_as(StatusCode::OK, &shown)
}

#[derive(Template)]
#[template(path = "demo/clock.html")]
struct ClockPage {
    page: Page,
    l: Locale,
    now: String,
    /// The time at which the page was made: a second click on the same page changes nothing.
    key: String,
    steps: Vec<(u16, String)>,
    back: String,
}

/// The time in the demo, and buttons that put it forward.
async fn clock(DemoVisit(visit): DemoVisit) -> Answer {
    let l = visit.l();
    let shown = ClockPage {
        page: visit.page(l.t("demo-clock-title")),
        l,
        now: l.t1("op-trail-utc", "at", l.moment(visit.now(), &TimeZone::UTC)),
        key: visit.now().to_string(),
        steps: STEPS.iter().map(|(hours, key)| (*hours, l.t(key))).collect(),
        back: "/demo/clock".to_owned(),
    };
    visit.render_as(StatusCode::OK, &shown)
}

/// Puts the clock forward, and does at once what the workers would do a little later.
async fn put_forward(DemoVisit(visit): DemoVisit, fields: Fields) -> Answer {
    let clock = visit.edge.config.clock.as_ref().ok_or_else(Problem::not_found)?;
    let step = STEPS.iter().find(|(hours, _)| hours.to_string() == fields.text("hours"));
    let (hours, _) = step.ok_or_else(Problem::not_found)?;
    let from: Moment = fields.text("key").parse().map_err(|_| Problem::bad_key())?;
    let to = from.saturating_add(SignedDuration::from_hours(i64::from(*hours))).unwrap_or(from);
    if visit.now() < to {
        clock.put_forward(*hours);
    }
    visit.app().pass_deadlines().await?;
    for _ in 0..BATCHES {
        if !visit.app().announce().await?.more {
            break;
        }
    }
    Ok(see_other(back(fields.text("back"))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use huzhu_domain::id::MemberId;

    #[test]
    fn a_persona_is_named_by_its_label_or_by_its_member_and_nothing_else() {
        let member = MemberId::from_uuid(uuid::Uuid::from_u128(7));
        let persona = Persona { label: "persona-reviewer", member };
        let id = member.to_string();
        for (wish, expected) in [
            ("persona-reviewer", true),
            ("reviewer", true),
            (id.as_str(), true),
            ("", false),
            ("nobody", false),
            ("review", false),
        ] {
            assert_eq!(is_meant(&persona, wish), expected, "{wish:?}");
        }
    }

    #[test]
    fn switching_comes_back_to_this_site_only() {
        for (wish, expected) in [("/staff?x=1", "/staff?x=1"), ("//evil.example", "/me"), ("", "/")] {
            assert_eq!(back(wish), expected, "{wish:?}");
        }
    }
}
