//! The `OpenAPI` 3.1 document, made from the table of calls, and the same as a page that needs no script.
//!
//! Guarantees: the document has a row for every route under `/api/v1` and no other, since both come from one table; the
//! committed file `openapi.json` is what the binary serves (test `api_document`).

use std::sync::LazyLock;

use askama::Template;
use axum::Router;
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use utoipa::openapi::path::{Operation, PathItem};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContactBuilder, InfoBuilder, LicenseBuilder, OpenApi, OpenApiBuilder, PathsBuilder,
};
use utoipa::{PartialSchema, ToSchema};

use crate::api::table;
use crate::api::table::{PROBLEMS, problem};
use crate::design::{Account, Page, Theme};
use crate::edge::{Edge, Visitor};
use crate::i18n::Locale;
use crate::problem::{Problem, ProblemBody};

/// The document as text; made once.
static TEXT: LazyLock<String> = LazyLock::new(|| {
    let text = serde_json::to_string_pretty(&document());
    format!("{}\n", text.unwrap_or_default())
});

/// Routes of the document and its page.
pub fn routes() -> Router<Edge> {
    Router::new().route("/api/openapi.json", get(json)).route("/api", get(page))
}

/// The document as it is served.
pub fn text() -> &'static str {
    &TEXT
}

/// The document.
pub fn document() -> OpenApi {
    let table = table();
    let mut components = ComponentsBuilder::new();
    let mut problems = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut problems);
    for (name, schema) in table.schemas.into_iter().chain(problems) {
        components = components.schema(name, schema);
    }
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .description(Some("The `token` that `POST /api/v1/sign-in` answers."));
    components = components.security_scheme("bearer", SecurityScheme::Http(bearer.build()));
    for (name, text) in PROBLEMS {
        components = components.response(name, problem(name, text));
    }
    let mut paths = PathsBuilder::new();
    for (path, item) in table.paths {
        paths = paths.path(path, item);
    }
    OpenApiBuilder::new()
        .info(
            InfoBuilder::new()
                .title("Huzhu")
                .version(env!("CARGO_PKG_VERSION"))
                .description(Some(DESCRIPTION))
                .contact(Some(ContactBuilder::new().name(Some("Huzhu")).build()))
                .license(Some(LicenseBuilder::new().name("MIT OR Apache-2.0").build()))
                .build(),
        )
        .components(Some(components.build()))
        .paths(paths.build())
        .build()
}

/// What stands in front of the document.
const DESCRIPTION: &str = "Mutual aid plans: join, claim, review, share. Money is a decimal text with its currency, never a \
float. Instants are RFC 3339 in UTC, days are ISO 8601. Ids of new things are made by the caller, so that a retry is harmless. \
Whatever goes wrong is `application/problem+json` (RFC 9457) with a stable `code`; its `detail` comes in English or Chinese by \
`Accept-Language`.";

async fn json() -> Response {
    let headers = [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-cache")];
    (headers, text()).into_response()
}

/// One call on the page.
struct CallRow {
    method: &'static str,
    path: String,
    summary: String,
    description: String,
    sign_in: bool,
    body: String,
    answers: Vec<(String, String)>,
}

/// Calls of one group.
struct Group {
    name: String,
    calls: Vec<CallRow>,
}

#[derive(Template)]
#[template(path = "api.html")]
struct ApiPage {
    page: Page,
    l: Locale,
    groups: Vec<Group>,
}

async fn page(State(edge): State<Edge>, visitor: Visitor) -> Result<Html<String>, Problem> {
    let l = visitor.locale;
    let page = Page {
        l,
        theme: Theme::from_code(visitor.theme),
        title: l.t("api-title"),
        account: if edge.config.demo || visitor.signed_in() { Account::Hidden } else { Account::SignedOut },
        path: "/api".to_owned(),
        ..Page::default()
    };
    let shown = ApiPage { page, l, groups: groups() };
    shown.render().map(Html).map_err(|error| {
        tracing::error!(%error, "the page of the interface does not render");
        Problem::broken()
    })
}

fn groups() -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for (path, item) in document().paths.paths {
        for (method, operation) in operations(&item) {
            let name = operation.tags.as_ref().and_then(|tags| tags.first()).cloned().unwrap_or_default();
            let call = call_row(method, &path, operation);
            match groups.iter_mut().find(|group| group.name == name) {
                Some(group) => group.calls.push(call),
                None => groups.push(Group { name, calls: vec![call] }),
            }
        }
    }
    groups
}

fn operations(item: &PathItem) -> impl Iterator<Item = (&'static str, &Operation)> {
    [("GET", &item.get), ("POST", &item.post), ("PUT", &item.put), ("DELETE", &item.delete)]
        .into_iter()
        .filter_map(|(method, operation)| operation.as_ref().map(|operation| (method, operation)))
}

fn call_row(method: &'static str, path: &str, operation: &Operation) -> CallRow {
    let json = serde_json::to_value(operation).unwrap_or_default();
    let example = json.pointer("/requestBody/content/application~1json/example");
    let answers = json.get("responses").and_then(|responses| responses.as_object());
    CallRow {
        method,
        path: path.to_owned(),
        summary: operation.summary.clone().unwrap_or_default(),
        description: operation.description.clone().unwrap_or_default(),
        sign_in: operation.security.is_some(),
        body: example.and_then(|example| serde_json::to_string_pretty(example).ok()).unwrap_or_default(),
        answers: answers
            .into_iter()
            .flatten()
            .map(|(status, answer)| {
                let own = answer.get("description").and_then(|text| text.as_str());
                let name = answer.get("$ref").and_then(|name| name.as_str()?.rsplit('/').next());
                let known = PROBLEMS.iter().find(|(known, _)| Some(*known) == name);
                (status.clone(), own.or(known.map(|(_, text)| *text)).unwrap_or_default().to_owned())
            })
            .collect(),
    }
}
