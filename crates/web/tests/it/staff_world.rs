//! The town of the pages behind the router, with an auditor, and a browser without a screen.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, COOKIE, LOCATION};
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt as _;
use huzhu_app::call::Call;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::member::Role;
use huzhu_domain::time::{Day, Moment};
use huzhu_web::edge::{Edge, EdgeConfig, Persona};
use huzhu_web::limit::Limits;
use tower::ServiceExt as _;

use crate::pages_world::{OPERATOR, REVIEWER, Town, member};

/// Staff.
pub(crate) const AUDITOR: u128 = 90_004;

/// The town behind the router.
pub(crate) struct Site {
    pub(crate) town: Town,
    router: Router,
}

/// What came back.
pub(crate) struct Seen {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Seen {
    /// Where the browser is sent.
    pub(crate) fn location(&self) -> &str {
        self.headers.get(LOCATION).map_or("", |value| value.to_str().expect("text"))
    }

    /// A header as text; empty when it is not there.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The hidden key of the form that posts to `action`.
    pub(crate) fn key(&self, action: &str) -> &str {
        let form = self.body.split_once(&format!("action=\"{action}\"")).expect("the form is there").1;
        let value = form.split_once("name=\"key\" value=\"").expect("it has a key").1;
        value.split_once('"').expect("an end").0
    }
}

/// Noon of a day in the zone of the plan.
pub(crate) fn noon(day: Day) -> Moment {
    day.at(12, 0, 0, 0).in_tz("Asia/Shanghai").expect("a time").timestamp()
}

impl Site {
    /// A town behind the router; in the demo with a persona for the reviewer and the operator.
    pub(crate) async fn over(town: Town, demo: bool) -> Self {
        town.app.register(&Call::system(), member(AUDITOR), "auditor@example.org").await.expect("registered");
        let command = ChangeRole { member: member(AUDITOR), role: Role::Auditor.word(), grant: true };
        town.app.change_role(&Call::system(), command).await.expect("a role");
        let personas = [
            Persona { label: "persona-reviewer", member: member(REVIEWER) },
            Persona { label: "persona-operator", member: member(OPERATOR) },
        ];
        let config = EdgeConfig {
            secure: false,
            demo,
            personas: if demo { Arc::new(personas) } else { Arc::from([]) },
            clock: None,
        };
        let edge = Edge { app: Arc::clone(&town.app), config, limits: Arc::new(Limits::none()) };
        Self { town, router: huzhu_web::router(edge) }
    }

    /// Asks for a page as member `n`, or as nobody.
    pub(crate) async fn get(&self, n: Option<u128>, path: &str) -> Seen {
        let request = Request::get(path).header(COOKIE, self.cookie(n).await);
        self.send(request.body(Body::empty()).expect("a request")).await
    }

    /// Posts a form as member `n`, or as nobody.
    pub(crate) async fn post(&self, n: Option<u128>, path: &str, fields: &[(&str, &str)]) -> Seen {
        let body: Vec<String> =
            fields.iter().map(|(name, value)| format!("{name}={}", encoded(value))).collect();
        let request = Request::post(path)
            .header(COOKIE, self.cookie(n).await)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        self.send(request.body(Body::from(body.join("&"))).expect("a request")).await
    }

    /// Posts a form with a file.
    pub(crate) async fn upload(&self, n: u128, path: &str, fields: &[(&str, &str)], file: &str) -> Seen {
        let mut body = String::new();
        for (name, value) in fields {
            write!(body, "--edge\r\ncontent-disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .expect("a text takes more text");
        }
        write!(
            body,
            "--edge\r\ncontent-disposition: form-data; name=\"file\"; filename=\"a.csv\"\r\n\
             content-type: text/csv\r\n\r\n{file}\r\n--edge--\r\n"
        )
        .expect("a text takes more text");
        let request = Request::post(path)
            .header(COOKIE, self.cookie(Some(n)).await)
            .header(CONTENT_TYPE, "multipart/form-data; boundary=edge");
        self.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// Gets a page, fills in the key of the form on it and posts that; answers what the post answered.
    pub(crate) async fn submit(&self, n: u128, page: &str, action: &str, fields: &[(&str, &str)]) -> Seen {
        let seen = self.get(Some(n), page).await;
        assert_eq!(seen.status, StatusCode::OK, "{page}: {}", seen.body);
        let key = seen.key(action).to_owned();
        let mut all = vec![("key", key.as_str())];
        all.extend_from_slice(fields);
        self.post(Some(n), action, &all).await
    }

    async fn cookie(&self, n: Option<u128>) -> String {
        match n {
            Some(n) => format!("huzhu-session={}", self.town.session(n).await),
            None => String::new(),
        }
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> Seen {
        let response = self.router.clone().oneshot(request).await.expect("an answer");
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes();
        Seen {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }
}

/// A text as it stands in a form.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("a text takes more text");
        }
        out
    })
}

/// What every page keeps: known texts only, one heading, small, no style or script of its own.
pub(crate) fn check_page(name: &str, html: &str) {
    assert!(html.len() < 60_000, "{name} has {} bytes", html.len());
    assert_eq!(html.matches("<h1").count(), 1, "{name}: headings of the page");
    assert!(!html.contains(" style=") && !html.contains("<style"), "{name} has a style of its own");
    assert!(!html.contains("<script>") && !html.contains("onclick"), "{name} has a script of its own");
    let missing = html.split('[').skip(1).filter_map(|rest| rest.split_once(']')).find(|(word, _)| {
        word.contains('-') && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    });
    assert!(missing.is_none(), "{name} lacks the text {missing:?}");
    for form in html.split("<form ").skip(1) {
        let form = form.split("</form>").next().unwrap_or_default();
        let posts = form.starts_with("method=\"post\"") || form.contains(" method=\"post\"");
        let keyed =
            form.contains("name=\"key\"") || form.contains("/demo/persona") || form.contains("/plans/check");
        assert!(!posts || keyed, "{name} has a form without a key: {form}");
    }
}
