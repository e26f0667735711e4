//! Who may do what: every call of the document by everybody, with the example of the document as its body.

use std::fmt::Write as _;

use serde_json::Value;

use crate::api_world::Site;

const EVERYBODY: [&str; 6] = ["", "member", "reviewer", "confirmer", "operator", "auditor"];

/// A path with examples for its parameters.
fn filled(path: &str) -> String {
    [
        ("{plan}", "demo-town"),
        ("{version}", "1"),
        ("{period}", "2026-01-1"),
        ("{claim}", "clm_01930000000070008000000000000003"),
        ("{objection}", "obj_01930000000070008000000000000009"),
        ("{evidence}", "evd_01930000000070008000000000000004"),
        ("{enrolment}", "enr_01930000000070008000000000000002"),
        ("{member}", "mem_01930000000070008000000000000001"),
        ("{role}", "auditor"),
        ("{webhook}", "whk_01930000000070008000000000000006"),
        ("{delivery}", "evt_1"),
        ("{number}", "1"),
        ("{year}", "2026"),
        ("{index}", "0"),
    ]
    .into_iter()
    .fold(path.to_owned(), |path, (name, value)| path.replace(name, value))
}

#[tokio::test]
async fn every_call_answers_everybody_as_the_document_says() {
    let document: Value = serde_json::from_str(huzhu_web::openapi::text()).expect("JSON");
    let site = Site::new().await;
    let mut table = String::from("call: nobody member reviewer confirmer operator auditor\n");
    for (path, item) in document["paths"].as_object().expect("paths") {
        let short = path.strip_prefix("/api/v1").expect("the prefix");
        for (method, operation) in item.as_object().expect("operations") {
            let body = &operation["requestBody"]["content"]["application/json"]["example"];
            let method = method.to_uppercase();
            let _ = write!(table, "{method} {short}:");
            for who in EVERYBODY {
                let is_file = operation["requestBody"]["content"].get("application/pdf").is_some();
                let reply = if is_file {
                    let pdf = [("content-type", "application/pdf")];
                    site.call_with(who, &method, &filled(short), &Value::from("%PDF-1.4"), &pdf).await
                } else {
                    site.call(who, &method, &filled(short), body).await
                };
                let status = reply.status.as_str();
                let _ = write!(table, " {status}");
                let mut known = &operation["responses"][status];
                if let Some(name) = known["$ref"].as_str() {
                    known = document.pointer(name.trim_start_matches('#')).expect("a shared answer");
                }
                assert!(
                    known.is_object(),
                    "{method} {short} as {who:?}: {status} is not documented: {}",
                    reply.text()
                );
                let kind = reply.header("content-type").split(';').next().unwrap_or_default().to_owned();
                assert!(
                    reply.bytes.is_empty() || known["content"].get(&kind).is_some(),
                    "{method} {short} as {who:?}: {status} {kind} is not documented"
                );
            }
            table.push('\n');
        }
    }
    insta::assert_snapshot!(table);
}
