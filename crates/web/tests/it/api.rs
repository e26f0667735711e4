//! Lives through the API: signing in, joining, a claim from draft to decision; retries, versions, pages.

use std::fmt::Write as _;

use axum::body::Body;
use axum::http::Request;
use serde_json::{Value, json};

use crate::api_world::Site;

const ENROLMENT: &str = "enr_01930000000070008000000000000002";
pub(crate) const CLAIM: &str = "clm_01930000000070008000000000000003";
pub(crate) const FILE: &str = "evd_01930000000070008000000000000004";
const NOTHING: Value = Value::Null;

fn identity(number: &str) -> Value {
    json!({"name": "Wang Xiaoming", "identity_number": number, "birth": "1990-03-07", "sex": "male", "region": "Beijing"})
}

fn join() -> Value {
    json!({
        "enrolment": ENROLMENT, "plan": "demo-town", "version": 1, "history_shown": true, "mandate": true,
        "answers": {"serious-illness": false, "examination": false, "hospital": false},
    })
}

fn illness(day: &str) -> Value {
    json!({"condition": "malignant-tumour", "severity": "severe", "event_date": day, "accident": false})
}

async fn joined(site: &Site) {
    let reply = site.call("member", "PUT", "/me/identity", &identity("110101199003070011")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let reply = site.call("member", "POST", "/enrolments", &join()).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}

pub(crate) async fn drafted(site: &Site) {
    joined(site).await;
    site.days(60);
    let draft = json!({"claim": CLAIM, "enrolment": ENROLMENT, "illness": illness("2026-03-01")});
    let reply = site.call("member", "POST", "/claims", &draft).await;
    assert_eq!(reply.status, 201, "{}", reply.text());
}

async fn upload(site: &Site, path: &str, kind: &str, bytes: Vec<u8>) -> crate::api_world::Reply {
    let request = Request::builder()
        .method("PUT")
        .uri(format!("/api/v1{path}"))
        .header("authorization", format!("Bearer {}", site.token("member").await))
        .header("content-type", kind);
    site.send(request.body(Body::from(bytes)).expect("a request")).await
}

#[tokio::test]
async fn a_code_by_mail_gives_a_token_and_signing_out_ends_it() {
    let site = Site::new().await;
    let address = json!({"address": "new@example.org", "language": "zh"});
    assert_eq!(site.call("", "POST", "/sign-in/codes", &address).await.status, 204);
    let code = site.mailed_code().await;
    let wrong = if code == "000000" { "000001" } else { "000000" };
    let reply =
        site.call("", "POST", "/sign-in", &json!({"address": "new@example.org", "code": wrong})).await;
    assert_eq!(reply.problem(), (422, "invalid".to_owned()));
    let reply = site.call("", "POST", "/sign-in", &json!({"address": "new@example.org", "code": code})).await;
    assert_eq!((reply.status.as_u16(), reply.json()["registered"].clone()), (201, json!(true)));
    let bearer = format!("Bearer {}", reply.json()["token"].as_str().expect("a token"));
    let with = [("authorization", bearer.as_str())];
    assert_eq!(site.call_with("", "GET", "/me", &NOTHING, &with).await.json()["address"], "new@example.org");
    assert_eq!(site.call_with("", "POST", "/sign-out", &NOTHING, &with).await.status, 204);
    let after = site.call_with("", "GET", "/me", &NOTHING, &with).await;
    assert_eq!(after.problem(), (401, "sign-in-needed".to_owned()));
    assert_eq!(after.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn joining_gives_a_receipt_whose_digests_can_be_looked_up() {
    let site = Site::new().await;
    joined(&site).await;
    let home = site.get("member", "/me/home").await.json();
    assert_eq!(home["enrolments"][0]["cover"], "waiting");
    assert_eq!(home["enrolments"][0]["year_to_date"], json!({"amount": "0.00", "currency": "CNY"}));
    let consent = site.get("member", &format!("/enrolments/{ENROLMENT}/consent")).await.json();
    let version = site.get("", "/plans/demo-town/versions/1").await.json();
    assert_eq!(consent["plan_digest"], version["digest"]);
    assert_eq!(version["text"], crate::api_world::PLAN);
    for path in ["", "/consent", "/leaving"] {
        let reply = site.get("neighbour", &format!("/enrolments/{ENROLMENT}{path}")).await;
        assert_eq!(reply.problem(), (404, "not-found".to_owned()), "{path}");
    }
    let preview = site.get("member", &format!("/enrolments/{ENROLMENT}/leaving")).await.json();
    let left =
        site.call("member", "POST", &format!("/enrolments/{ENROLMENT}/leaving"), &NOTHING).await.json();
    assert_eq!((&preview["until"], &preview["owed"]), (&left["until"], &left["owed"]));
}

#[tokio::test]
async fn a_retry_under_the_same_key_is_answered_again_and_does_nothing() {
    let site = Site::new().await;
    let reply = site.call("member", "PUT", "/me/identity", &identity("110101199003070011")).await;
    assert_eq!(reply.status, 200, "{}", reply.text());
    let key = [("idempotency-key", "join-1")];
    let first = site.call_with("member", "POST", "/enrolments", &join(), &key).await;
    let again = site.call_with("member", "POST", "/enrolments", &join(), &key).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""));
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(first.json(), again.json());
    let mut other = join();
    other["enrolment"] = json!("enr_01930000000070008000000000000009");
    let reply = site.call_with("member", "POST", "/enrolments", &other, &key).await;
    assert_eq!(reply.problem(), (422, "idempotency-key-reused".to_owned()));
    let reply = site.call("member", "POST", "/enrolments", &other).await;
    assert_eq!(reply.problem(), (409, "already-enrolled".to_owned()));
    for bad in ["", "a b", &"k".repeat(256)] {
        let reply =
            site.call_with("member", "POST", "/enrolments", &other, &[("idempotency-key", bad)]).await;
        assert_eq!(reply.problem(), (400, "bad-idempotency-key".to_owned()), "{bad:?}");
    }
}

#[tokio::test]
async fn a_claim_goes_from_draft_to_decision_by_two_people() {
    let site = Site::new().await;
    drafted(&site).await;
    let claim = format!("/claims/{CLAIM}");
    let file = format!("{claim}/evidence/{FILE}");
    let reply = upload(&site, &file, "application/octet-stream", b"%PDF-1.4 diagnosis".to_vec()).await;
    assert_eq!((reply.status.as_u16(), reply.json()["media_type"].clone()), (201, json!("application/pdf")));
    let reply = upload(&site, &file, "application/pdf", b"%PDF-1.4 another".to_vec()).await;
    assert_eq!(reply.problem(), (409, "claim-evidence-already-added".to_owned()));
    let next = file.replace("04", "05");
    let reply = upload(&site, &next, "application/pdf", b"MZ an executable".to_vec()).await;
    assert_eq!(reply.json()["errors"][0]["code"], "file-type");
    let large = [b"%PDF-1.4".to_vec(), vec![b' '; 50_000_000]].concat();
    let reply = upload(&site, &next, "application/pdf", large).await;
    assert_eq!(
        (reply.status.as_u16(), reply.json()["errors"][0]["code"].clone()),
        (422, json!("file-too-large"))
    );
    assert_eq!(upload(&site, &next, "text/html", b"<p>".to_vec()).await.status, 415);
    let got = site.get("member", &file).await;
    assert_eq!((got.header("content-type"), got.text().as_str()), ("application/pdf", "%PDF-1.4 diagnosis"));
    assert!(got.header("content-disposition").starts_with("attachment"));
    assert_eq!(site.get("neighbour", &file).await.status, 404);
    for (who, method, path, body, state) in [
        ("member", "POST", "/report", NOTHING, "reported"),
        ("reviewer", "POST", "/take", NOTHING, "under-review"),
        (
            "reviewer",
            "POST",
            "/request-evidence",
            json!({"text": "The pathology report, please."}),
            "more-evidence-needed",
        ),
        ("member", "POST", "/complete", NOTHING, "under-review"),
        ("reviewer", "POST", "/recommendation", json!({"advice": "approve"}), "recommended"),
        ("confirmer", "POST", "/return", json!({"text": "Check the grade again."}), "under-review"),
        ("reviewer", "POST", "/recommendation", json!({"advice": "approve"}), "recommended"),
    ] {
        let reply = site.call(who, method, &format!("{claim}{path}"), &body).await;
        assert_eq!(reply.json()["state"], state, "{path}: {}", reply.text());
    }
    let queue = site.get("confirmer", "/plans/demo-town/confirm-queue").await.json();
    assert_eq!(queue["claims"][0]["claim"], CLAIM);
    let decision = site.call("confirmer", "POST", &format!("{claim}/confirmation"), &NOTHING).await.json();
    assert_eq!(decision["claim"]["state"], "approved");
    assert_eq!(decision["aid"], queue["claims"][0]["recommended_aid"]);
    let view = site.get("member", &claim).await.json();
    assert_eq!((&view["own"], &view["aid"]), (&json!(true), &decision["aid"]));
    assert_eq!(site.get("neighbour", &claim).await.problem(), (404, "not-found".to_owned()));
    let preview = site.get("operator", "/plans/demo-town/periods/2026-03-2/preview").await.json();
    assert_eq!(preview["claims"][0]["claim"], CLAIM);
}

#[tokio::test]
async fn a_draft_that_was_changed_meanwhile_is_not_written_over() {
    let site = Site::new().await;
    drafted(&site).await;
    let claim = format!("/claims/{CLAIM}");
    let tag = site.get("member", &claim).await.header("etag").to_owned();
    assert_eq!(tag, "\"1\"");
    let body = illness("2026-02-20");
    let reply = site.call_with("member", "PUT", &claim, &body, &[("if-match", tag.as_str())]).await;
    assert_eq!((reply.status.as_u16(), reply.header("etag")), (200, "\"2\""));
    for malformed in ["two", "", "\"2"] {
        let reply = site.call_with("member", "PUT", &claim, &body, &[("if-match", malformed)]).await;
        assert_eq!(reply.problem(), (400, "malformed".to_owned()), "{malformed}");
    }
    for stale in [tag.as_str(), "\"99\"", "W/\"2\"", "\"x\""] {
        let reply = site.call_with("member", "PUT", &claim, &body, &[("if-match", stale)]).await;
        assert_eq!(reply.problem(), (412, "changed-meanwhile".to_owned()), "{stale}");
    }
    assert_eq!(site.call("member", "PUT", &claim, &illness("2026-02-21")).await.status, 200);
}

#[tokio::test]
async fn pages_of_a_list_join_without_gap_and_a_changed_cursor_is_refused() {
    let site = Site::new().await;
    joined(&site).await;
    let mut seen = Vec::new();
    let mut path = "/audit/events?limit=4".to_owned();
    let all = site.get("auditor", "/audit/events?limit=200").await.json();
    let cursor = loop {
        let page = site.get("auditor", &path).await.json();
        seen.extend(page["events"].as_array().expect("events").clone());
        match page["next"].as_str() {
            Some(next) => path = format!("/audit/events?limit=4&cursor={next}"),
            None => break path.split("cursor=").nth(1).expect("a cursor").to_owned(),
        }
    };
    assert_eq!(json!(seen), all["events"]);
    assert!(seen.len() > 8, "several pages: {}", seen.len());
    let changed = format!("{}{}", if cursor.starts_with('B') { 'C' } else { 'B' }, &cursor[1..]);
    let (malformed, invalid) = ((400, "malformed".to_owned()), (422, "invalid".to_owned()));
    for (query, field, problem) in [
        (format!("cursor={changed}"), "cursor", &invalid),
        ("cursor=AAAAAAAA".to_owned(), "cursor", &invalid),
        ("cursor=".to_owned(), "cursor", &invalid),
        ("limit=0".to_owned(), "limit", &malformed),
        ("limit=201".to_owned(), "limit", &malformed),
        ("limit=-1".to_owned(), "limit", &malformed),
        ("limit=ten".to_owned(), "limit", &malformed),
        ("size=3".to_owned(), "query", &malformed),
    ] {
        let reply = site.get("auditor", &format!("/audit/events?{query}")).await;
        assert_eq!(&reply.problem(), problem, "{query}");
        assert_eq!(reply.json()["errors"][0]["field"], field, "{query}");
    }
    let foreign = site.get("member", &format!("/claims?cursor={cursor}")).await;
    assert_eq!(foreign.problem(), (422, "invalid".to_owned()));
}

#[tokio::test]
async fn problem_bodies_say_what_why_and_what_helps() {
    let site = Site::new().await;
    let mut shown = String::new();
    for (who, method, path, body) in [
        ("", "GET", "/me", NOTHING),
        ("member", "GET", "/audit/events", NOTHING),
        ("member", "GET", "/claims/clm_1", NOTHING),
        ("member", "POST", "/enrolments", join()),
        (
            "member",
            "PUT",
            "/me/identity",
            json!({"name": " ", "identity_number": "1234", "birth": "1800-01-01"}),
        ),
        ("operator", "POST", "/plans", json!({"text": "[plan]\nid = 7\n"})),
    ] {
        let reply = site.call(who, method, path, &body).await;
        let pretty = serde_json::to_string_pretty(&reply.json()).expect("JSON");
        let _ = write!(shown, "{method} {path}\n{pretty}\n\n");
    }
    insta::assert_snapshot!(shown);
}
