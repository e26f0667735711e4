//! The JSON Schema of plan files, for editors; made from the table of keys.
//!
//! It says what one value may look like. What values must fit each other (ages, caps, days) is said by `check` only.

use huzhu_domain::plan::IcdEdition;
use serde_json::{Map, Value, json};

use crate::MAX_LIST;
use crate::keys::{Key, Kind, ROOT};

/// The JSON Schema (draft 2020-12) of plan files.
pub fn schema() -> Value {
    let mut root = table(ROOT);
    if let Some(root) = root.as_object_mut() {
        root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
        root.insert("title".to_owned(), json!("Huzhu plan file"));
        root.insert("description".to_owned(), json!("The terms of one version of a mutual aid plan."));
    }
    root
}

fn table(keys: &[Key]) -> Value {
    let mut properties = Map::new();
    for key in keys {
        let mut value = kind(key.kind);
        if let Some(value) = value.as_object_mut() {
            value.insert("description".to_owned(), json!(key.about));
        }
        properties.insert(key.name.to_owned(), value);
    }
    let required: Vec<&str> = keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    json!({ "type": "object", "additionalProperties": false, "properties": properties, "required": required })
}

fn list(item: &Value, unique: bool) -> Value {
    json!({ "type": "array", "minItems": 1, "maxItems": MAX_LIST, "uniqueItems": unique, "items": item })
}

fn kind(kind: Kind) -> Value {
    let code = json!({ "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]{0,62}[a-z0-9])?$" });
    let pattern = |pattern: &str| json!({ "type": "string", "pattern": pattern });
    match kind {
        Kind::Words(limit) => {
            let text = json!({ "type": "string", "minLength": 1, "maxLength": limit });
            json!({
                "type": "object", "additionalProperties": false, "required": ["en", "zh"],
                "properties": { "en": text, "zh": text },
            })
        }
        Kind::Code => code,
        Kind::Codes => list(&code, true),
        Kind::Whole(min, i64::MAX) => json!({ "type": "integer", "minimum": min }),
        Kind::Whole(min, max) => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Kind::Flag => json!({ "type": "boolean" }),
        Kind::Amount => {
            json!({ "type": ["string", "integer"], "pattern": "^[0-9]+(\\.[0-9]{1,4})?$", "minimum": 0 })
        }
        Kind::Percent => json!({
            "type": ["string", "integer"], "pattern": "^[0-9]{1,3}(\\.[0-9]{1,2})?\\s*%?$", "minimum": 0, "maximum": 100,
        }),
        Kind::Day => json!({ "type": "string", "format": "date" }),
        Kind::Age => pattern("^[0-9]{1,5} (day|days|year|years)$"),
        Kind::Currency => pattern("^[A-Z]{3}$"),
        Kind::Zone => pattern("^[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*$"),
        Kind::Contact => pattern("^[0-9]{1,5} (working )?days?$"),
        Kind::Choice(words) => json!({ "type": "string", "enum": words }),
        Kind::Choices(words) => list(&json!({ "type": "string", "enum": words }), true),
        Kind::Icd(IcdEdition::Ten) => {
            let one = "[A-Z][0-9][0-9A-Z](\\.[0-9A-Z]{1,4})?";
            list(&pattern(&format!("^{one}(-{one})?$")), true)
        }
        Kind::Icd(IcdEdition::Eleven) => {
            let one = "[0-9A-HJ-NP-Z][A-HJ-NP-Z][0-9][0-9A-HJ-NP-Z](\\.[0-9A-Z]{1,3})?";
            list(&pattern(&format!("^{one}(-{one})?$")), true)
        }
        Kind::Table(keys) => table(keys),
        Kind::Tables(keys) => list(&table(keys), false),
    }
}
