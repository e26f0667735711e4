//! Who gets at what: every call of the API and every page that names a thing of somebody, by everybody who could try.
//!
//! Two things are checked. The whole table of route x person is a snapshot, so that a new door is seen in a review. And for whoever
//! has no business with a claim, an id that exists and one that does not are answered with the same bytes: nobody can find out
//! by asking whether a person is ill.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Request;
use axum::http::header::{CONTENT_TYPE, COOKIE};
use huzhu_app::call::Call;
use huzhu_app::person::Person;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::claim::Sex;
use huzhu_domain::member::Role;
use huzhu_domain::plan::Relation;
use jiff::civil::date;
use serde_json::Value;

use crate::pages_world::{CONFIRMER, OPERATOR, REVIEWER, Town, claim, enrolment, member};
use crate::staff_world::{AUDITOR, Seen, Site};

/// The claimant: resident 7, whose claim waits for a reviewer.
const CLAIMANT: u128 = 7;
/// A member of the plan who has nothing to do with it.
const STRANGER: u128 = 10;
/// Somebody who gathers facts, but not those of this claim.
const INVESTIGATOR: u128 = 90_010;
/// Somebody who runs jury cases.
const CLERK: u128 = 90_011;

/// The claimant's wife, for whom the claimant pays and who works as a reviewer.
const RELATIVE: u128 = 90_012;

/// Everybody who tries, the ones who may least first, since those who may change what the next ones see.
const EVERYBODY: [(&str, Option<u128>); 11] = [
    ("nobody", None),
    ("stranger", Some(STRANGER)),
    ("operator", Some(OPERATOR)),
    ("auditor", Some(AUDITOR)),
    ("clerk", Some(CLERK)),
    ("investigator", Some(INVESTIGATOR)),
    // Works as a reviewer and is the claimant: a conflict if there ever was one.
    ("own-reviewer", Some(CLAIMANT)),
    ("relative", Some(RELATIVE)),
    ("confirmer", Some(CONFIRMER)),
    ("reviewer", Some(REVIEWER)),
    ("claimant", Some(CLAIMANT)),
];

/// Pages that name a thing of somebody, with the method.
const PAGES: &[(&str, &str)] = &[
    ("GET", "/me/claims/{claim}"),
    ("GET", "/me/claims/{claim}/files"),
    ("GET", "/me/claims/{claim}/card/{field}"),
    ("GET", "/me/claims/{claim}/files/{evidence}"),
    ("GET", "/me/claims/{claim}/describe"),
    ("GET", "/me/enrolments/{enrolment}"),
    ("GET", "/me/enrolments/{enrolment}/leave"),
    ("GET", "/me/enrolments/{enrolment}/consent.json"),
    ("GET", "/plans/{plan}/notice/{claim}"),
    ("GET", "/staff/claims/{claim}"),
    ("GET", "/staff/claims/{claim}/files/{evidence}"),
    ("GET", "/staff/claims/{claim}/card/{field}"),
    ("POST", "/me/claims/{claim}/report"),
    ("POST", "/me/claims/{claim}/complete"),
    ("GET", "/staff/investigations/{claim}"),
    ("POST", "/staff/investigations/{claim}"),
    ("POST", "/staff/investigations/{claim}/files"),
    ("POST", "/staff/claims/{claim}/take"),
    ("POST", "/staff/claims/{claim}/confirm"),
    ("POST", "/me/claims/{claim}/withdraw"),
];

/// What operators do with a claim whose papers they never see: they name a reviewer, ask for a jury, ask for exceptions, pay.
const BY_OPERATORS: &[(&str, &str)] = &[
    ("GET", "/api/v1/claims/{claim}/reviewers"),
    ("GET", "/api/v1/claims/{claim}/overrides"),
    ("POST", "/api/v1/claims/{claim}/overrides"),
    ("POST", "/api/v1/claims/{claim}/jury-cases"),
    ("POST", "/api/v1/claims/{claim}/payout"),
];

/// Ids in the places of a path: of the claimant, or such as nobody has.
fn filled(path: &str, known: bool) -> String {
    let unknown = |prefix: &str| format!("{prefix}_{:032x}", (9_u128 << 100) + 99);
    let or = |prefix: &str, id: String| if known { id } else { unknown(prefix) };
    let evidence = format!("evd_{:032x}", (4_u128 << 100) + CLAIMANT * 10);
    [
        ("{plan}", "demo-town".to_owned()),
        ("{version}", "1".to_owned()),
        ("{period}", "2026-03-1".to_owned()),
        ("{claim}", or("clm", claim(CLAIMANT).to_string())),
        ("{evidence}", or("evd", evidence.clone())),
        ("{upload}", or("evd", evidence)),
        ("{enrolment}", or("enr", enrolment(CLAIMANT).to_string())),
        ("{member}", or("mem", member(CLAIMANT).to_string())),
        ("{objection}", unknown("obj")),
        ("{case}", unknown("jur")),
        ("{ballot}", unknown("bal")),
        ("{role}", "auditor".to_owned()),
        ("{field}", "name".to_owned()),
        ("{fields}", "name,joined".to_owned()),
        ("{number}", "2".to_owned()),
        ("{year}", "2026".to_owned()),
        ("{index}", "0".to_owned()),
    ]
    .into_iter()
    .fold(path.to_owned(), |path, (name, value)| path.replace(name, &value))
}

/// A route with the body that its document shows.
struct Route {
    method: String,
    path: String,
    body: Value,
    is_api: bool,
}

impl Route {
    /// Names something of one person.
    fn is_personal(&self) -> bool {
        ["{claim}", "{evidence}", "{upload}", "{enrolment}"].iter().any(|name| self.path.contains(name))
    }
}

fn routes() -> Vec<Route> {
    let document: Value = serde_json::from_str(huzhu_web::openapi::text()).expect("JSON");
    let mut routes = Vec::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            routes.push(Route {
                method: method.to_uppercase(),
                path: path.clone(),
                body: operation["requestBody"]["content"]["application/json"]["example"].clone(),
                is_api: true,
            });
        }
    }
    let page = |(method, path): &(&str, &str)| Route {
        method: (*method).to_owned(),
        path: (*path).to_owned(),
        body: Value::Null,
        is_api: false,
    };
    routes.extend(PAGES.iter().map(page));
    routes.retain(Route::is_personal);
    routes
}

async fn site() -> Site {
    let site = Site::over(Town::lived(12).await, false).await;
    let wife = Person {
        name: "李小芳".to_owned(),
        identity_number: "330101198801010025".to_owned(),
        birth: date(1988, 1, 1),
        sex: Some(Sex::Female),
        region: "浙江".to_owned(),
    };
    site.town.join_dependant(CLAIMANT, RELATIVE, Relation::Spouse, wife).await;
    for (n, role) in [
        (INVESTIGATOR, Role::Investigator),
        (CLERK, Role::Clerk),
        (CLAIMANT, Role::Reviewer),
        (RELATIVE, Role::Reviewer),
    ] {
        if ![CLAIMANT, RELATIVE].contains(&n) {
            let address = format!("staff{n}@example.org");
            site.town.app.register(&Call::system(), member(n), &address).await.expect("registered");
        }
        let command = ChangeRole { member: member(n), role: role.word(), grant: true };
        site.town.app.change_role(&Call::system(), command).await.expect("a role");
    }
    site
}

async fn ask(site: &Site, who: Option<u128>, route: &Route, known: bool) -> Seen {
    let mut request = Request::builder().method(route.method.as_str()).uri(filled(&route.path, known));
    if let Some(n) = who {
        let token = site.town.session(n).await;
        request = if route.is_api {
            request.header("authorization", format!("Bearer {token}"))
        } else {
            request.header(COOKIE, format!("huzhu-session={token}"))
        };
    }
    let body = match (&route.body, route.is_api, route.method.as_str()) {
        (Value::Null, false, "POST") => {
            request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded");
            Body::from("key=k-1&true=yes")
        }
        (Value::Null, ..) => Body::empty(),
        (body, ..) => {
            request = request.header(CONTENT_TYPE, "application/json");
            Body::from(body.to_string())
        }
    };
    site.send(request.body(body).expect("a request")).await
}

#[tokio::test]
async fn every_route_answers_every_relation_as_the_table_says() {
    let mut table = String::from("route:");
    for (name, _) in EVERYBODY {
        let _ = write!(table, " {name}");
    }
    table.push('\n');
    let mut doors = BTreeSet::new();
    let reading = site().await;
    for route in routes() {
        // A call that may change something gets a site of its own.
        let own;
        let site = if matches!(route.method.as_str(), "GET" | "HEAD" | "OPTIONS") {
            &reading
        } else {
            own = site().await;
            &own
        };
        let _ = write!(table, "{} {}:", route.method, route.path);
        for (name, who) in EVERYBODY {
            let seen = ask(site, who, &route, true).await;
            let _ = write!(table, " {}", seen.status.as_str());
            let open = seen.status.is_success() || seen.status.as_u16() == 409;
            // What uploads can do is the same for every claim. The notice board is public; this claim is not on it.
            if open
                && route.method != "OPTIONS"
                && ["nobody", "stranger", "clerk", "investigator"].contains(&name)
            {
                doors.insert(format!("{} {} is open to {name}", route.method, route.path));
            }
        }
        table.push('\n');
    }
    assert!(doors.is_empty(), "{doors:#?}");
    insta::assert_snapshot!(table);
}

#[tokio::test]
async fn an_id_that_is_not_for_me_looks_like_one_that_does_not_exist() {
    let site = site().await;
    let mut told = BTreeSet::new();
    for route in routes() {
        for (name, who) in [
            ("stranger", Some(STRANGER)),
            ("clerk", Some(CLERK)),
            ("investigator", Some(INVESTIGATOR)),
            ("operator", Some(OPERATOR)),
            ("relative", Some(RELATIVE)),
        ] {
            if name == "operator" && BY_OPERATORS.contains(&(route.method.as_str(), route.path.as_str())) {
                continue;
            }
            let there = ask(&site, who, &route, true).await;
            let nowhere = ask(&site, who, &route, false).await;
            let plain = |seen: &Seen, known: bool| {
                let ids = ["{claim}", "{evidence}", "{enrolment}"].map(|place| filled(place, known));
                let body = ids.iter().fold(seen.body.clone(), |body, id| body.replace(id, "ID"));
                // What changes from answer to answer without telling anything: keys of forms.
                let body: Vec<&str> = body.lines().filter(|line| !line.contains("name=\"key\"")).collect();
                (seen.status, body.join("\n"))
            };
            if plain(&there, true) != plain(&nowhere, false) {
                told.insert(format!(
                    "{} {} tells {name}: {} for a claim that exists, {} for one that does not",
                    route.method, route.path, there.status, nowhere.status
                ));
            }
        }
    }
    assert!(told.is_empty(), "{told:#?}");
}
