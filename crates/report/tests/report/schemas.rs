//! The published schemas, and what is written held against them.

use std::error::Error;

use hesscope_records::Document;
use serde_json::{Value, json};

use crate::synthetic;

/// Words of JSON Schema that say nothing of what is valid.
const WORDS: [&str; 6] = [
    "$schema",
    "$defs",
    "title",
    "description",
    "default",
    "format",
];

/// Fails unless a value is of a type that schemas name.
fn is_of_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "string" => value.is_string(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        _ => false,
    }
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// What is wrong with a value, by a schema of the words that ours are made of; a word unknown here is wrong too.
fn fault(value: &Value, schema: &Value, root: &Value, at: &str) -> Option<String> {
    let Some(rules) = schema.as_object() else {
        return (schema != &json!(true)).then(|| format!("{at} is not allowed"));
    };
    rules.iter().find_map(|(word, rule)| {
        let holds = |fact: bool| (!fact).then(|| format!("{at} breaks {word}: {rule}"));
        match word.as_str() {
            word if WORDS.contains(&word) => None,
            "$ref" => {
                let pointer = rule.as_str()?.trim_start_matches('#');
                fault(value, root.pointer(pointer)?, root, at)
            }
            "const" => holds(value == rule),
            "enum" => holds(list(rule).contains(value)),
            "type" => holds(match rule {
                Value::String(name) => is_of_type(value, name),
                names => list(names)
                    .iter()
                    .any(|name| is_of_type(value, name.as_str().unwrap_or(""))),
            }),
            "minimum" => holds(
                value
                    .as_f64()
                    .is_none_or(|x| x >= rule.as_f64().unwrap_or(f64::MAX)),
            ),
            "required" => list(rule).iter().find_map(|name| {
                let there = value.get(name.as_str()?).is_some();
                (!there).then(|| format!("{at} lacks {name}"))
            }),
            "properties" => rule.as_object()?.iter().find_map(|(name, rule)| {
                fault(value.get(name)?, rule, root, &format!("{at}.{name}"))
            }),
            "additionalProperties" if rule == &json!(false) => {
                let known = schema.get("properties")?.as_object()?;
                let other = value
                    .as_object()?
                    .keys()
                    .find(|name| !known.contains_key(*name))?;
                Some(format!("{at} has {other}"))
            }
            "items" => list(value)
                .iter()
                .enumerate()
                .find_map(|(i, item)| fault(item, rule, root, &format!("{at}[{i}]"))),
            "prefixItems" => list(value)
                .iter()
                .zip(list(rule))
                .find_map(|(item, rule)| fault(item, rule, root, at)),
            "minItems" => holds(list(value).len() as u64 >= rule.as_u64()?),
            "maxItems" => holds(list(value).len() as u64 <= rule.as_u64()?),
            "anyOf" => holds(
                list(rule)
                    .iter()
                    .any(|one| fault(value, one, root, at).is_none()),
            ),
            "oneOf" => {
                let fit = list(rule)
                    .iter()
                    .filter(|one| fault(value, one, root, at).is_none());
                holds(fit.count() == 1)
            }
            _ => Some(format!("the schema says {word}, which is not known here")),
        }
    })
}

fn schema(document: Document) -> Value {
    document.json_schema().to_value()
}

#[test]
fn what_is_written_is_valid() -> Result<(), Box<dyn Error>> {
    let rules = schema(Document::Analysis);
    for analysis in synthetic::three(60)? {
        let value = serde_json::to_value(&analysis)?;
        assert_eq!(fault(&value, &rules, &rules, "analysis"), None);
    }
    let rules = schema(Document::Metrics);
    for record in synthetic::epochs(2) {
        let value = serde_json::to_value(&record)?;
        assert_eq!(fault(&value, &rules, &rules, "line"), None);
    }
    Ok(())
}

#[test]
fn what_is_not_an_analysis_is_not_valid() -> Result<(), Box<dyn Error>> {
    let rules = schema(Document::Analysis);
    let analysis = synthetic::analysis("g", synthetic::g_like(40), 12, 2)?;
    let whole = serde_json::to_value(&analysis)?;
    let changes: [(&str, Value); 5] = [
        ("/schema", json!(2)),
        ("/dimension", json!(-1)),
        ("/top/values", json!(["1.0"])),
        ("/density/quadratures/0/nodes", json!(null)),
        ("/outliers/positive", json!({"perhaps": 3})),
    ];
    for (pointer, other) in changes {
        let mut value = whole.clone();
        *value.pointer_mut(pointer).ok_or("no such field")? = other;
        assert!(
            fault(&value, &rules, &rules, "analysis").is_some(),
            "{pointer}"
        );
    }
    let mut value = whole.clone();
    value.as_object_mut().ok_or("no object")?.remove("range");
    assert!(fault(&value, &rules, &rules, "analysis").is_some());
    Ok(())
}

#[test]
fn every_field_is_described() {
    for document in Document::ALL {
        let rules = schema(document);
        let mut schemas = vec![&rules];
        schemas.extend(
            rules["$defs"]
                .as_object()
                .into_iter()
                .flat_map(|defs| defs.values()),
        );
        for schema in schemas {
            for (name, field) in schema["properties"].as_object().into_iter().flatten() {
                assert!(
                    field.get("description").is_some(),
                    "{}: {name}",
                    document.name()
                );
            }
        }
    }
}
