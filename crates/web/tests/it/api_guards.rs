//! The guards: forged requests, rate limits, sizes, methods, kinds of content, headers.

use axum::body::Body;
use axum::http::{Request, StatusCode};
use huzhu_web::limit::Limits;
use serde_json::{Value, json};

use crate::api_world::Site;

#[tokio::test]
async fn a_form_from_another_site_is_refused_before_anything_happens() {
    let site = Site::new().await;
    let cookie = format!("__Host-huzhu-session={}", site.token("member").await);
    for (headers, expected) in [
        (vec![("sec-fetch-site", "cross-site")], 403),
        (vec![("sec-fetch-site", "same-site")], 403),
        (vec![("origin", "https://evil.example"), ("host", "huzhu.example")], 403),
        (vec![("origin", "https://huzhu.example"), ("host", "huzhu.example")], 204),
    ] {
        let mut request = Request::builder().method("POST").uri("/api/v1/sign-out").header("cookie", &cookie);
        for (name, value) in &headers {
            request = request.header(*name, *value);
        }
        let reply = site.send(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(reply.status.as_u16(), expected, "{headers:?}");
        if expected == 403 {
            assert_eq!(reply.problem().1, "cross-site-request");
        }
    }
}

#[tokio::test]
async fn the_eleventh_sign_in_within_a_minute_has_to_wait() {
    let site = Site::with(Limits::standard()).await;
    let body = json!({"address": "ann@example.org"});
    for _ in 0..10 {
        assert_eq!(site.call("", "POST", "/sign-in/codes", &body).await.status, StatusCode::NO_CONTENT);
    }
    let reply = site.call("", "POST", "/sign-in/codes", &body).await;
    assert_eq!(reply.problem(), (429, "too-many-requests".to_owned()));
    let seconds: u64 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=7).contains(&seconds), "{seconds}");
    assert_eq!(site.get("", "/plans").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_wrong_method_is_answered_with_the_right_ones() {
    let site = Site::new().await;
    for (method, path, allowed) in [
        ("DELETE", "/plans", "GET,HEAD,POST"),
        ("PUT", "/claims", "GET,HEAD,POST"),
        ("POST", "/me", "GET,HEAD"),
        ("GET", "/sign-in", "POST"),
        ("TRACE", "/me", "GET,HEAD"),
    ] {
        let reply = site.call("member", method, path, &Value::Null).await;
        assert_eq!(reply.problem(), (405, "method-not-allowed".to_owned()), "{method} {path}");
        let mut found: Vec<&str> = reply.header("allow").split(',').map(str::trim).collect();
        found.sort_unstable();
        assert_eq!(found.join(","), allowed, "{method} {path}");
    }
}

#[tokio::test]
async fn wrong_bodies_are_refused_with_the_place_of_the_mistake() {
    let site = Site::new().await;
    let json_type = "application/json";
    let long = "x".repeat(1_100_000);
    for (kind, body, status, code, field) in [
        ("text/plain", "{}", 415, "wrong-media-type", ""),
        ("", "{}", 415, "wrong-media-type", ""),
        (json_type, "", 400, "not-json", ""),
        (json_type, "{\"address\":", 400, "not-json", ""),
        (json_type, "{\"address\":\"a@b.cd\"} x", 400, "not-json", ""),
        (json_type, "[]", 400, "malformed", ""),
        (json_type, "{\"address\":7}", 400, "malformed", "address"),
        (json_type, "{\"address\":\"a@b.cd\",\"size\":1}", 400, "malformed", "size"),
        (json_type, "{\"address\":\"a@b\"}", 400, "malformed", "address"),
        (json_type, "{\"address\":\"a@b.cd\",\"language\":\"fr\"}", 400, "malformed", "language"),
        (json_type, long.as_str(), 413, "too-large", ""),
    ] {
        let request = Request::builder().method("POST").uri("/api/v1/sign-in/codes");
        let request = if kind.is_empty() { request } else { request.header("content-type", kind) };
        let reply = site.send(request.body(Body::from(body.to_owned())).expect("a request")).await;
        let shown: String = body.chars().take(60).collect();
        assert_eq!(reply.problem(), (status, code.to_owned()), "{shown}");
        let problem = reply.json();
        assert_eq!(problem["errors"][0]["field"].as_str().unwrap_or_default(), field, "{shown}: {problem}");
        assert_eq!(reply.header("content-type"), "application/problem+json");
    }
}

#[tokio::test]
async fn ids_of_the_wrong_shape_look_like_ids_that_do_not_exist() {
    let site = Site::new().await;
    let unknown = site.get("member", "/claims/clm_01930000000070008000000000000009").await;
    assert_eq!(unknown.problem(), (404, "not-found".to_owned()));
    for path in [
        "/claims/clm_1",
        "/claims/%00",
        "/claims/%ff",
        "/claims/mem_01930000000070008000000000000009",
        "/plans/NO/periods",
        "/plans/demo-town/periods/2026-13-1",
        "/plans/demo-town/versions/x",
        "/plans/demo-town/versions/4294967296",
        "/nothing",
        "/",
    ] {
        let reply = site.get("member", path).await;
        assert_eq!(reply.json(), unknown.json(), "{path}");
    }
}

#[tokio::test]
async fn problems_speak_the_language_of_the_caller_and_are_pages_elsewhere() {
    let site = Site::new().await;
    for (path, language, kind, words) in [
        ("/api/v1/me", "zh-CN", "application/problem+json", "请先登录"),
        ("/api/v1/me", "en", "application/problem+json", "Please sign in first"),
        ("/no-such-page", "zh", "text/html", "这里没有内容"),
        ("/no-such-page", "en", "text/html", "There is nothing here"),
    ] {
        let request = Request::builder().uri(path).header("accept-language", language);
        let reply = site.send(request.body(Body::empty()).expect("a request")).await;
        assert!(reply.header("content-type").starts_with(kind), "{path}");
        assert!(reply.text().contains(words), "{path} {language}: {}", reply.text());
    }
}

#[tokio::test]
async fn every_answer_carries_the_security_headers() {
    let site = Site::new().await;
    for path in ["/healthz", "/readyz", "/api", "/api/openapi.json", "/api/v1/plans", "/no-such-page"] {
        let reply = site.send(Request::builder().uri(path).body(Body::empty()).expect("a request")).await;
        for (name, part) in [
            ("content-security-policy", "default-src 'none'"),
            ("x-content-type-options", "nosniff"),
            ("strict-transport-security", "max-age=63072000"),
            ("cache-control", "no-"),
        ] {
            assert!(reply.header(name).contains(part), "{path}: {name} is {:?}", reply.header(name));
        }
    }
}

#[tokio::test]
async fn assets_may_be_kept_for_a_year_and_the_page_of_the_interface_reads_in_both_languages() {
    let site = Site::new().await;
    let style = huzhu_web::design::style_href();
    let reply = site.send(Request::builder().uri(&style).body(Body::empty()).expect("a request")).await;
    assert_eq!(reply.header("cache-control"), "public, max-age=31536000, immutable");
    for (language, words) in [("en", "Interface for programs"), ("zh", "程序接口")] {
        let request = Request::builder().uri(format!("/api?lang={language}"));
        let reply = site.send(request.body(Body::empty()).expect("a request")).await;
        assert!(
            reply.text().contains(words) && reply.text().contains("/api/v1/enrolments/{enrolment}/leaving")
        );
    }
}

#[tokio::test]
async fn a_compressed_answer_is_given_to_those_who_take_it() {
    let site = Site::new().await;
    let request = Request::builder().uri("/api/openapi.json").header("accept-encoding", "gzip");
    let reply = site.send(request.body(Body::empty()).expect("a request")).await;
    assert_eq!(reply.header("content-encoding"), "gzip");
    assert!(reply.bytes.len() * 4 < huzhu_web::openapi::text().len(), "{}", reply.bytes.len());
}
