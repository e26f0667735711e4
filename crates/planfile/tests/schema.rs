//! The committed JSON Schema is the one that the keys make, and it knows every key of every preset.

use std::path::PathBuf;

use serde_json::Value;

fn plans() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../plans")
}

#[test]
fn the_committed_schema_is_unchanged() {
    let committed = std::fs::read_to_string(plans().join("plan.schema.json")).expect("the committed schema");
    let made = serde_json::to_string_pretty(&huzhu_planfile::schema()).expect("text");
    assert_eq!(
        committed.trim_end(),
        made,
        "write it anew: cargo run -p huzhu-planfile --example schema > plans/plan.schema.json"
    );
}

/// Every table of the schema forbids keys that it does not know and says what each key means.
fn walk(schema: &Value, path: &str, tables: &mut usize) {
    if let Some(properties) = schema.get("properties").and_then(Value::as_object) {
        *tables += 1;
        assert_eq!(schema["additionalProperties"], false, "{path}");
        for required in schema["required"].as_array().expect("a list") {
            assert!(properties.contains_key(required.as_str().expect("a name")), "{path}.{required}");
        }
        for (key, value) in properties {
            let words = path.ends_with("name") || properties.contains_key("zh");
            assert!(words || value.get("description").is_some(), "{path}.{key} says what it means");
            walk(value, &format!("{path}.{key}"), tables);
        }
    }
    if let Some(items) = schema.get("items") {
        walk(items, &format!("{path}[]"), tables);
    }
}

#[test]
fn the_schema_describes_every_table() {
    let mut tables = 0;
    walk(&huzhu_planfile::schema(), "", &mut tables);
    assert!(tables > 25, "{tables}");
}
