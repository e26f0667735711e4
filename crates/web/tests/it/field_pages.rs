//! What investigators see and hand in: with and without script, once, and only who was asked.

use axum::http::{Request, StatusCode};
use huzhu_app::call::Call;
use huzhu_app::claims::OrderInvestigation;
use huzhu_app::roles::ChangeRole;
use huzhu_domain::member::Role;
use huzhu_web::i18n::Locale;
use serde_json::Value;

use crate::pages_world::{PDF, REVIEWER, Town, by, claim, member};
use crate::staff_world::{Seen, Site, check_page};

const INVESTIGATOR: u128 = 90_020;
const STRANGER: u128 = 90_021;

/// A town in which somebody is asked about claim 7, which a reviewer has taken.
async fn site() -> Site {
    let site = Site::over(Town::lived(12).await, false).await;
    let app = &site.town.app;
    for n in [INVESTIGATOR, STRANGER] {
        app.register(&Call::system(), member(n), &format!("i{n}@example.org")).await.expect("registered");
        let command = ChangeRole { member: member(n), role: Role::Investigator.word(), grant: true };
        app.change_role(&Call::system(), command).await.expect("a role");
    }
    let reviewer = by(REVIEWER, Some(Role::Reviewer));
    let take = huzhu_app::claims::TakeClaim { claim: claim(7) };
    app.take_claim(&reviewer, take).await.expect("taken");
    let order = OrderInvestigation {
        claim: claim(7),
        investigator: member(INVESTIGATOR),
        questions: "When was it first found?".to_owned(),
        files: Vec::new(),
    };
    app.order_investigation(&reviewer, &order).await.expect("ordered");
    site
}

async fn call(site: &Site, n: u128, method: &str, path: &str, key: &str, kind: &str, body: &[u8]) -> Seen {
    let request = Request::builder().method(method).uri(path).header("content-type", kind);
    let request = request.header("idempotency-key", key);
    let request = request.header("authorization", format!("Bearer {}", site.town.session(n).await));
    site.send(request.body(body.to_vec().into()).expect("a request")).await
}

/// What the script of the page sends, twice each, as after lost answers.
#[tokio::test]
async fn the_queue_of_a_phone_hands_in_each_thing_once() {
    let site = site().await;
    let id = claim(7);
    let file = format!("/api/v1/claims/{id}/evidence/evd_00000000000040008000000000000077");
    let findings = format!("/api/v1/claims/{id}/findings");
    let text = br#"{"findings": "The books say 3 March."}"#;
    for (n, expected) in [(STRANGER, StatusCode::NOT_FOUND), (INVESTIGATOR, StatusCode::CREATED)] {
        for again in [false, true] {
            let seen = call(&site, n, "PUT", &file, "k-file", "application/pdf", PDF).await;
            assert_eq!(seen.status, expected, "{}", seen.body);
            assert_eq!(seen.header("idempotency-replayed") == "true", again && n == INVESTIGATOR);
        }
    }
    let listed = call(&site, INVESTIGATOR, "GET", "/api/v1/me/investigations", "k", "text/plain", b"").await;
    let listed: Value = serde_json::from_str(&listed.body).expect("JSON");
    assert_eq!(listed["investigations"][0]["handed_in"].as_array().map(Vec::len), Some(1), "{listed}");
    let other = br#"{"findings": "Something else."}"#;
    for (body, expected) in [
        (&text[..], StatusCode::OK),
        (&text[..], StatusCode::OK),
        (&other[..], StatusCode::UNPROCESSABLE_ENTITY),
    ] {
        let seen = call(&site, INVESTIGATOR, "POST", &findings, "k-text", "application/json", body).await;
        assert_eq!(seen.status, expected, "{}", seen.body);
    }
    let seen = call(&site, INVESTIGATOR, "POST", &findings, "k-new", "application/json", text).await;
    assert_eq!(seen.status, StatusCode::NOT_FOUND, "it is over");
    let desk = site.get(Some(REVIEWER), &format!("/staff/claims/{id}")).await.body;
    assert_eq!(desk.matches("The books say 3 March.").count(), 1, "{desk}");
    assert!(!desk.contains("Something else."));
}

#[tokio::test]
async fn an_investigator_hands_in_files_and_findings_without_script() {
    let site = site().await;
    let task = format!("/staff/investigations/{}", claim(7));
    let page = site.get(Some(INVESTIGATOR), &task).await;
    check_page("task", &page.body);
    let upload = format!("{task}/files");
    let key = page.key(&upload).to_owned();
    let pdf = std::str::from_utf8(PDF).expect("text");
    for n in [STRANGER, REVIEWER] {
        let seen = site.upload(n, &upload, &[("key", &key)], pdf).await;
        assert!(
            [StatusCode::NOT_FOUND, StatusCode::FORBIDDEN].contains(&seen.status),
            "{n}: {}",
            seen.status
        );
    }
    for _ in 0..2 {
        let sent = site.upload(INVESTIGATOR, &upload, &[("key", &key)], pdf).await;
        assert_eq!((sent.status, sent.location()), (StatusCode::SEE_OTHER, task.as_str()), "{}", sent.body);
    }
    let text = site.upload(INVESTIGATOR, &upload, &[("key", &key)], "no picture").await;
    assert_eq!(text.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(text.body.contains("file-error"), "{}", text.body);
    let page = site.get(Some(INVESTIGATOR), &task).await;
    let l = Locale::En;
    let arrived = page.body.split_once(&l.t("field-handed-in")).expect("the list").1;
    assert_eq!(arrived.split("</ul>").next().unwrap_or_default().matches("<li>").count(), 1);
    let empty = site.submit(INVESTIGATOR, &task, &task, &[("findings", " ")]).await;
    assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
    let sent = site.submit(INVESTIGATOR, &task, &task, &[("findings", "The books say 3 March.")]).await;
    assert_eq!(sent.location(), "/staff/investigations?done=findings");
    let list = site.get(Some(INVESTIGATOR), sent.location()).await.body;
    assert!(list.contains(&l.t("probe-done")), "{list}");
}

/// The browser keeps this page: it is the same for everybody.
#[tokio::test]
async fn the_page_without_a_network_says_nothing_about_anybody() {
    let site = site().await;
    let path = "/staff/investigations/offline";
    let nobody = site.get(None, path).await;
    assert_eq!(nobody.status, StatusCode::OK);
    check_page("offline", &nobody.body);
    assert_eq!(site.get(Some(INVESTIGATOR), path).await.body, nobody.body);
    assert!(!nobody.body.contains("clm_") && !nobody.body.contains("mem_"), "{}", nobody.body);
    let worker = site.get(None, "/staff/investigations/worker.js").await;
    assert_eq!(worker.header("content-type"), "text/javascript; charset=utf-8");
    assert_eq!(worker.header("cache-control"), "no-cache");
    // What the phone may keep of a task stands in the page; the name and the illness are not among it.
    let task = site.get(Some(INVESTIGATOR), &format!("/staff/investigations/{}", claim(7))).await.body;
    let kept = task.split_once("<section id=\"field\"").expect("the queue").1;
    let kept = kept.split('>').next().unwrap_or_default();
    assert!(kept.contains("When was it first found?") && !kept.contains("**"), "{kept}");
    let out = site.post(Some(INVESTIGATOR), "/sign-out", &[]).await;
    assert_eq!(out.header("clear-site-data"), "\"storage\"");
}
