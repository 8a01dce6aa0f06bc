//! Where two trees of settings differ.

use serde_json::Value;

/// The first entry in which two JSON values differ, with its dotted name and both values.
pub(crate) fn difference(name: &str, a: &Value, b: &Value) -> Option<(String, String, String)> {
    let null = &Value::Null;
    if let (Some(left), Some(right)) = (a.as_object(), b.as_object()) {
        let keys = left.keys().chain(right.keys());
        // The name first: networks of two kinds differ in everything else as well.
        let mut keys: Vec<&String> = keys.collect();
        keys.sort_by_key(|key| key.as_str() != "name");
        let entry = |key: &String| {
            (
                left.get(key).unwrap_or(null),
                right.get(key).unwrap_or(null),
            )
        };
        return keys.into_iter().find_map(|key| {
            let (a, b) = entry(key);
            difference(&format!("{name}.{key}"), a, b)
        });
    }
    (a != b).then(|| (name.to_owned(), a.to_string(), b.to_string()))
}
