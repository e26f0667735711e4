//! Resumable uploads as a client of tus 1.0.0 sees them, and files sent in part.

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;

use crate::api::{CLAIM, FILE, drafted};
use crate::api_world::{Reply, Site};

const PDF: &[u8] = b"%PDF-1.7 a diagnosis in some words";

/// Sends a request of tus; `headers` come last and may say otherwise.
async fn tus(
    site: &Site,
    who: &str,
    method: &str,
    path: &str,
    body: &[u8],
    headers: &[(&str, &str)],
) -> Reply {
    let mut request = Request::builder().method(method).uri(path);
    let token = format!("Bearer {}", site.token(who).await);
    for (name, value) in [("authorization", token.as_str()), ("tus-resumable", "1.0.0")] {
        if headers.iter().all(|(own, _)| *own != name) {
            request = request.header(name, value);
        }
    }
    for (name, value) in headers.iter().filter(|(_, value)| !value.is_empty()) {
        request = request.header(*name, *value);
    }
    site.send(request.body(Body::from(body.to_vec())).expect("a request")).await
}

fn uploads() -> String {
    format!("/api/v1/claims/{CLAIM}/uploads")
}

async fn begun(site: &Site) -> String {
    let length = PDF.len().to_string();
    let reply = tus(site, "member", "POST", &uploads(), b"", &[("upload-length", &length)]).await;
    assert_eq!((reply.status.as_u16(), reply.header("tus-resumable")), (201, "1.0.0"), "{}", reply.text());
    assert!(reply.header("upload-expires").ends_with("GMT"), "{}", reply.header("upload-expires"));
    reply.header("location").to_owned()
}

fn part(offset: &str) -> Vec<(&str, &str)> {
    vec![("content-type", "application/offset+octet-stream"), ("upload-offset", offset)]
}

#[tokio::test]
async fn an_upload_is_made_goes_on_and_is_evidence_at_its_end() {
    let site = Site::new().await;
    drafted(&site).await;
    let reply = tus(&site, "member", "OPTIONS", &uploads(), b"", &[]).await;
    assert_eq!((reply.status.as_u16(), reply.header("tus-version")), (204, "1.0.0"));
    assert_eq!(reply.header("tus-extension"), "creation,termination,expiration,checksum");
    assert_eq!(reply.header("tus-max-size"), "50000000");
    let place = begun(&site).await;
    let reply = tus(&site, "member", "PATCH", &place, &PDF[..10], &part("0")).await;
    assert_eq!((reply.status.as_u16(), reply.header("upload-offset")), (204, "10"), "{}", reply.text());
    let reply = tus(&site, "member", "HEAD", &place, b"", &[]).await;
    assert_eq!((reply.status.as_u16(), reply.header("upload-offset")), (200, "10"));
    assert_eq!((reply.header("upload-length"), reply.header("cache-control")), ("34", "no-store"));
    let reply = tus(&site, "member", "PATCH", &place, &PDF[10..], &part("10")).await;
    assert_eq!((reply.status.as_u16(), reply.header("upload-offset")), (204, "34"), "{}", reply.text());
    let reply = tus(&site, "member", "HEAD", &place, b"", &[]).await;
    assert_eq!((reply.header("upload-offset"), reply.header("upload-expires")), ("34", ""));
    let file = place.replace("uploads", "evidence").replace("/api/v1", "");
    assert_eq!(site.get("member", &file).await.bytes, PDF);
    assert_eq!(
        tus(&site, "member", "DELETE", &place, b"", &[]).await.status,
        404,
        "evidence is not given up"
    );
}

#[tokio::test]
async fn what_a_client_gets_wrong_has_the_status_of_the_protocol() {
    let site = Site::new().await;
    drafted(&site).await;
    let place = begun(&site).await;
    let sum = "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=";
    let octets = ("content-type", "application/offset+octet-stream");
    let at = ("upload-offset", "0");
    for (method, headers, status, code) in [
        ("PATCH", vec![octets, ("upload-offset", "1")], 409, "upload-offset"),
        ("PATCH", vec![octets], 400, "malformed"),
        ("PATCH", vec![octets, ("upload-offset", "-1")], 400, "malformed"),
        ("PATCH", vec![at, ("content-type", "text/plain")], 415, "wrong-media-type"),
        ("PATCH", vec![octets, at, ("tus-resumable", "0.2.2")], 412, "other-tus-version"),
        ("PATCH", vec![octets, at, ("tus-resumable", "")], 412, "other-tus-version"),
        ("PATCH", vec![octets, at, ("upload-checksum", sum)], 460, "upload-checksum"),
        ("PATCH", vec![octets, at, ("upload-checksum", "md5 AAAA")], 400, "malformed"),
    ] {
        let reply = tus(&site, "member", method, &place, PDF, &headers).await;
        assert_eq!(reply.problem(), (status, code.to_owned()), "{headers:?}");
        let kept = tus(&site, "member", "HEAD", &place, b"", &[]).await;
        assert_eq!(kept.header("upload-offset"), "0", "{headers:?}");
    }
    for (headers, status) in [
        (vec![("upload-length", "50000001")], 413),
        (vec![("upload-length", "0")], 422),
        (vec![("upload-length", "many")], 400),
        (vec![], 400),
    ] {
        let reply = tus(&site, "member", "POST", &uploads(), b"", &headers).await;
        assert_eq!(reply.status, status, "{headers:?}: {}", reply.text());
    }
    for method in ["HEAD", "PATCH", "DELETE"] {
        let reply = tus(&site, "neighbour", method, &place, PDF, &part("0")).await;
        assert_eq!(reply.status, 404, "{method}");
    }
    let forged = [("authorization", ""), ("sec-fetch-site", "cross-site")];
    assert_eq!(tus(&site, "member", "POST", &uploads(), b"", &forged).await.status, 403);
    let reply =
        tus(&site, "member", "PATCH", &place, b"PK\x03\x04%PDF- and thirty more bytes here", &part("0"))
            .await;
    assert_eq!(reply.status, 422, "{}", reply.text());
    assert_eq!(tus(&site, "member", "HEAD", &place, b"", &[]).await.status, 404, "a refused upload is over");
}

#[tokio::test]
async fn a_file_is_sent_whole_or_in_part_and_may_do_nothing() {
    let site = Site::new().await;
    drafted(&site).await;
    let path = format!("/claims/{CLAIM}/evidence/{FILE}");
    let full = format!("/api/v1{path}");
    let pdf = [("content-type", "application/pdf")];
    assert_eq!(tus(&site, "member", "PUT", &full, PDF, &pdf).await.status, 201);
    for (range, status, shown, bytes) in [
        ("", 200, "", PDF),
        ("bytes=0-3", 206, "bytes 0-3/34", &PDF[..4]),
        ("bytes=-4", 206, "bytes 30-33/34", &PDF[30..]),
        ("bytes=30-", 206, "bytes 30-33/34", &PDF[30..]),
    ] {
        let reply = site.call_with("member", "GET", &path, &Value::Null, &[("range", range)]).await;
        assert_eq!((reply.status.as_u16(), reply.header("content-range")), (status, shown), "{range}");
        assert_eq!(reply.bytes, bytes, "{range}");
        assert_eq!(reply.header("content-length"), bytes.len().to_string());
        assert_eq!(
            (reply.header("accept-ranges"), reply.header("x-content-type-options")),
            ("bytes", "nosniff")
        );
        assert!(reply.header("content-disposition").starts_with("attachment"));
        assert!(reply.header("content-security-policy").ends_with("sandbox"));
    }
    let headers = [("range", "bytes=34-")];
    let reply = site.call_with("member", "GET", &path, &Value::Null, &headers).await;
    assert_eq!(reply.problem(), (416, "range-beyond-end".to_owned()));
    assert_eq!(reply.header("content-range"), "bytes */34");
}
