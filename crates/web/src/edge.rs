//! What every request needs: who asks, in which language, and the guards in front of every page.
//!
//! Shape: [`Edge`] is the state of the router; [`Visitor`] is extracted from each request. Guards are middleware:
//! security headers, protection against requests forged by other sites, body limits, rate limits.
//!
//! Guarantees: a token travels in an `HttpOnly` cookie or an `Authorization` header only; an unsafe request that a
//! browser sent from another site is refused before it is read.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, AUTHORIZATION, COOKIE, HOST, ORIGIN};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use huzhu_app::App;
use huzhu_app::call::{Call, Caller};

use crate::i18n::Locale;
use crate::limit::Limits;

/// Name of the session cookie; with the `__Host-` prefix the browser itself refuses it over plain HTTP.
const SESSION_COOKIE_SECURE: &str = "__Host-huzhu-session";
/// Name of the session cookie on a loopback address without TLS.
const SESSION_COOKIE_PLAIN: &str = "huzhu-session";
/// Name of the language cookie.
pub(crate) const LANGUAGE_COOKIE: &str = "huzhu-language";
/// Name of the theme cookie.
pub(crate) const THEME_COOKIE: &str = "huzhu-theme";
/// Longest idempotency key in bytes: keys stand in an index of the store.
pub(crate) const KEY_BYTES_MAX: usize = 255;

/// How the edge is reached.
#[derive(Clone, Debug)]
pub struct EdgeConfig {
    /// `true` behind TLS: cookies are `Secure` and HSTS is sent. `false` is for loopback addresses only.
    pub secure: bool,
    /// `true` in the demo: persona switch and mailbox page exist.
    pub demo: bool,
    /// Persons of the demo that a visitor can switch to; empty in every other mode.
    pub personas: Arc<[Persona]>,
    /// The clock of the demo; `None` in every other mode.
    pub clock: Option<Arc<dyn DemoClock>>,
}

/// The clock of the demo, which a visitor can put forward to see what time brings.
pub trait DemoClock: std::fmt::Debug + Send + Sync {
    /// Puts it forward by so many hours.
    fn put_forward(&self, hours: u16);
}

/// A person of the demo that a visitor can switch to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Persona {
    /// Key of the text in the catalogue that says who this is, such as `persona-claimant`.
    pub label: &'static str,
    /// Who.
    pub member: huzhu_domain::id::MemberId,
}

/// State of the router.
#[derive(Clone)]
pub struct Edge {
    /// The use cases.
    pub app: Arc<App>,
    /// How the edge is reached.
    pub config: EdgeConfig,
    /// Rate limits.
    pub limits: Arc<Limits>,
}

/// Who asks, and how they like to be answered.
#[derive(Clone, Debug)]
pub struct Visitor {
    /// Who.
    pub caller: Caller,
    /// The session token, if one was sent.
    pub token: Option<String>,
    /// Language of the answer.
    pub locale: Locale,
    /// `light`, `dark`, or empty to follow the device.
    pub theme: &'static str,
    /// The idempotency key, if one was sent.
    pub key: Option<String>,
    /// Path and query of the request, for language links and for coming back after sign-in.
    pub path: String,
    /// The demo is running.
    pub demo: bool,
}

impl Visitor {
    /// The call of a use case by this visitor.
    pub fn call(&self) -> Call {
        Call { caller: self.caller.clone(), key: self.key.clone() }
    }

    /// The same call under a key that a form carries, so that a double click is harmless.
    pub fn call_with(&self, key: &str) -> Call {
        let key = Some(key.to_owned()).filter(|key| is_key(key.as_bytes()));
        Call { caller: self.caller.clone(), key: key.or_else(|| self.key.clone()) }
    }

    /// Somebody is signed in.
    pub const fn signed_in(&self) -> bool {
        matches!(self.caller, Caller::Member { .. })
    }
}

/// How somebody likes to be answered; known before it is known who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Preferences {
    /// Language of the answer: `?lang=`, else the cookie, else what the browser accepts.
    pub locale: Locale,
    /// `light`, `dark`, or empty to follow the device: `?theme=`, else the cookie.
    pub theme: &'static str,
}

impl Preferences {
    /// The preferences of a request.
    pub fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let query = uri.query().unwrap_or_default();
        let asked = |name: &str| {
            query.split('&').find_map(|pair| pair.strip_prefix(name).and_then(|rest| rest.strip_prefix('=')))
        };
        let accepted = headers.get(ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok());
        let kept = cookie(headers, LANGUAGE_COOKIE);
        let locale = asked("lang")
            .and_then(Locale::from_code)
            .or_else(|| kept.as_deref().and_then(Locale::from_code))
            .unwrap_or_else(|| Locale::negotiate(accepted));
        let kept = cookie(headers, THEME_COOKIE);
        let theme = match asked("theme").or(kept.as_deref()) {
            Some("light") => "light",
            Some("dark") => "dark",
            _ => "",
        };
        Self { locale, theme }
    }
}

impl FromRequestParts<Edge> for Visitor {
    type Rejection = crate::problem::Problem;

    async fn from_request_parts(parts: &mut Parts, edge: &Edge) -> Result<Self, Self::Rejection> {
        let bearer = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let bearer = bearer.and_then(|value| value.strip_prefix("Bearer ")).map(str::to_owned);
        let token = bearer.or_else(|| cookie(&parts.headers, edge.config.session_cookie()));
        let token = token.filter(|token| token.len() == 64 && token.bytes().all(|b| b.is_ascii_hexdigit()));
        let caller = match &token {
            Some(token) => edge.app.caller(token).await?,
            None => Caller::Anonymous,
        };
        let Preferences { locale, theme } = Preferences::of(&parts.headers, &parts.uri);
        let key = parts.headers.get("idempotency-key").map(HeaderValue::as_bytes);
        let key = match key {
            None => None,
            Some(bytes) if is_key(bytes) => Some(String::from_utf8_lossy(bytes).into_owned()),
            Some(_) => return Err(crate::problem::Problem::bad_key()),
        };
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str()).to_owned();
        Ok(Self { caller, token, locale, theme, key, path, demo: edge.config.demo })
    }
}

impl EdgeConfig {
    /// Name of the session cookie.
    pub const fn session_cookie(&self) -> &'static str {
        if self.secure { SESSION_COOKIE_SECURE } else { SESSION_COOKIE_PLAIN }
    }

    /// The `Set-Cookie` value that keeps a session for `seconds`, or ends it with 0.
    pub fn session_cookie_value(&self, token: &str, seconds: i64) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!(
            "{}={token}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}",
            self.session_cookie()
        )
    }

    /// The `Set-Cookie` value of a preference that holds no secret.
    pub fn preference_cookie_value(&self, name: &str, value: &str) -> String {
        let secure = if self.secure { "; Secure" } else { "" };
        format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax{secure}")
    }
}

/// A key is 1 to 255 visible ASCII characters: it stands in an index, and a header is trimmed on its way.
fn is_key(bytes: &[u8]) -> bool {
    (1..=KEY_BYTES_MAX).contains(&bytes.len()) && bytes.iter().all(u8::is_ascii_graphic)
}

/// The value of a cookie.
pub(crate) fn cookie(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(own, _)| *own == name)
        .map(|(_, value)| value.to_owned())
}

/// Refuses unsafe requests that a browser sent from another site. Requests without browser headers (programs) carry no
/// cookie of a victim, so they pass; a bearer token is never sent by a browser on its own.
pub(crate) async fn same_site_only(State(_): State<Edge>, request: Request, next: Next) -> Response {
    let safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if safe || request.headers().contains_key(AUTHORIZATION) || is_same_site(request.headers()) {
        return next.run(request).await;
    }
    crate::problem::Problem::forged().into_response()
}

fn is_same_site(headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
    match text(HeaderName::from_static("sec-fetch-site")) {
        Some(site) => site == "same-origin" || site == "none",
        None => match (text(ORIGIN), text(HOST)) {
            (None, _) => true,
            (Some(origin), Some(host)) => origin.split_once("://").is_some_and(|(_, own)| own == host),
            (Some(_), None) => false,
        },
    }
}

/// Headers on every answer. The policy allows no script but our own file, no style but our own sheet, no frame, no form to
/// elsewhere.
pub(crate) async fn security_headers(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let fixed = [
        (
            "content-security-policy",
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; \
             connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("cross-origin-resource-policy", "same-origin"),
        ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
    ];
    for (name, value) in fixed {
        headers.entry(HeaderName::from_static(name)).or_insert(HeaderValue::from_static(value));
    }
    headers.entry("cache-control").or_insert(HeaderValue::from_static("no-store"));
    if edge.config.secure {
        headers.insert(
            "strict-transport-security",
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    response
}

/// Refuses a client that asks too often, with the time after which it may ask again.
pub(crate) async fn rate_limit(State(edge): State<Edge>, request: Request, next: Next) -> Response {
    match edge.limits.check(request.method(), request.uri().path(), &crate::limit::client(&request)) {
        Ok(()) => next.run(request).await,
        Err(seconds) => {
            let mut response = crate::problem::Problem::too_many().into_response();
            let value = HeaderValue::from(seconds);
            response.headers_mut().insert(axum::http::header::RETRY_AFTER, value);
            *response.status_mut() = StatusCode::TOO_MANY_REQUESTS;
            response
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_from_another_site_is_told_apart() {
        for (headers, expected) in [
            (vec![("sec-fetch-site", "same-origin")], true),
            (vec![("sec-fetch-site", "none")], true),
            (vec![("sec-fetch-site", "cross-site")], false),
            (vec![("sec-fetch-site", "same-site")], false),
            (vec![("origin", "https://plan.example"), ("host", "plan.example")], true),
            (vec![("origin", "https://evil.example"), ("host", "plan.example")], false),
            (vec![("origin", "null"), ("host", "plan.example")], false),
            (vec![("host", "plan.example")], true),
        ] {
            let map: HeaderMap = headers
                .iter()
                .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
                .collect();
            assert_eq!(is_same_site(&map), expected, "{headers:?}");
        }
    }
}
