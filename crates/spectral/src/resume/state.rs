//! The state of an estimation in JSON, with the options it was made with.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::error::snapshot_error::SnapshotError;
use crate::error::spectral_error::SpectralError;

/// What a snapshot's state holds.
#[derive(Serialize, Deserialize)]
struct Record<P, T> {
    estimation: String,
    dim: usize,
    options: P,
    state: T,
}

/// How the options of a snapshot may differ from those it is gone on with.
#[derive(Clone, Copy, Debug, Default)]
pub struct OptionRules<'a> {
    /// Fields that may be larger than in the snapshot.
    pub may_grow: &'a [&'a str],
    /// Fields that do not matter.
    pub free: &'a [&'a str],
}

/// The state of an estimation as a snapshot holds it: with what made it, and the dimension of the operator
/// ([`effective_dim`](crate::LinearOperator::effective_dim)).
pub fn write_state<P: Serialize, T: Serialize>(
    estimation: &'static str,
    dim: usize,
    options: &P,
    state: &T,
) -> Result<String, SpectralError> {
    let record = Record {
        estimation: estimation.to_owned(),
        dim,
        options,
        state,
    };
    serde_json::to_string(&record).map_err(|error| damaged(estimation, &error))
}

/// Reads what [`write_state`] made; an error that says what differs where it belongs to another estimation, operator or
/// other options.
pub fn read_state<P: Serialize, T: DeserializeOwned>(
    estimation: &'static str,
    dim: usize,
    options: &P,
    rules: OptionRules<'_>,
    text: &str,
) -> Result<T, SpectralError> {
    let record: Record<Value, Value> =
        serde_json::from_str(text).map_err(|error| damaged(estimation, &error))?;
    let mut differences = Vec::new();
    let mut compare = |what: &str, there: &str, here: &str| {
        if there != here {
            differences.push(format!("`{what}` is {there} there and {here} here"));
        }
    };
    compare("estimation", &record.estimation, estimation);
    compare("dimension", &record.dim.to_string(), &dim.to_string());
    if differences.is_empty() {
        let asked = serde_json::to_value(options).map_err(|error| damaged(estimation, &error))?;
        differences = option_differences(&record.options, &asked, rules);
    }
    if !differences.is_empty() {
        return Err(SnapshotError::settings(estimation, differences.join(", ")).into());
    }
    if let Some(count) = uncountable(&record.state) {
        let reason = format!("it counts to {count}, as no estimation does");
        return Err(SnapshotError::state(estimation, reason).into());
    }
    serde_json::from_value(record.state).map_err(|error| damaged(estimation, &error))
}

/// Most that an estimation counts to, so that counts can be added and multiplied by sizes.
const MOST: u64 = 1 << 32;

/// A number in a state that no count can be; seeds may be any.
fn uncountable(state: &Value) -> Option<u64> {
    match state {
        Value::Number(number) => number.as_u64().filter(|&number| number > MOST),
        Value::Array(values) => values.iter().find_map(uncountable),
        Value::Object(fields) => {
            let counts = fields.iter().filter(|(name, _)| *name != "seed");
            counts.map(|(_, value)| value).find_map(uncountable)
        }
        _ => None,
    }
}

fn damaged(estimation: &'static str, error: &serde_json::Error) -> SpectralError {
    SnapshotError::state(estimation, error.to_string()).into()
}

/// Where two sets of options differ against the rules, field by field in alphabetical order.
fn option_differences(there: &Value, here: &Value, rules: OptionRules<'_>) -> Vec<String> {
    let (Value::Object(old), Value::Object(new)) = (there, here) else {
        return if there == here {
            Vec::new()
        } else {
            vec![format!("the options are {there} there and {here} here")]
        };
    };
    let mut fields: Vec<&String> = old.keys().chain(new.keys()).collect();
    fields.sort();
    fields.dedup();
    let value = |options: &serde_json::Map<String, Value>, field: &str| {
        options.get(field).cloned().unwrap_or(Value::Null)
    };
    fields
        .into_iter()
        .filter(|field| !rules.free.contains(&field.as_str()))
        .filter_map(|field| {
            let (before, now) = (value(old, field), value(new, field));
            let grown = rules.may_grow.contains(&field.as_str()) && {
                let sizes = (before.as_u64(), now.as_u64());
                matches!(sizes, (Some(before), Some(now)) if before <= now)
            };
            (before != now && !grown).then(|| format!("`{field}` is {before} there and {now} here"))
        })
        .collect()
}
