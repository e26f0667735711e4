//! The document that programs are generated from is the one that was reviewed.

use huzhu_web::openapi;

/// Set this variable to write the document anew.
const UPDATE: &str = "HUZHU_UPDATE_OPENAPI";

#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of the test, read here only")]
fn the_committed_document_is_the_one_that_is_served() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi.json");
    if std::env::var(UPDATE).is_ok() {
        std::fs::write(&path, openapi::text()).expect("written");
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == openapi::text(),
        "openapi.json is not what the code says: run this test with {UPDATE}=1"
    );
}

#[test]
fn every_call_has_an_own_name_a_group_and_refers_to_schemas_that_exist() {
    let document: serde_json::Value = serde_json::from_str(openapi::text()).expect("JSON");
    let mut names = std::collections::BTreeSet::new();
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let name = operation["operationId"].as_str().expect("a name");
            assert!(names.insert(name.to_owned()), "{name} is there twice");
            assert!(operation["tags"][0].is_string(), "{method} {path}");
        }
    }
    assert!(names.len() > 60, "{}", names.len());
    let text = document.to_string();
    for after in text.split("\"#").skip(1) {
        let pointer = after.split('"').next().unwrap_or_default();
        assert!(document.pointer(pointer).is_some(), "nothing at {pointer}");
    }
}
