//! The published schemas, and what is written held against them.

use std::error::Error;

use std::fs;

use hesscope_files::sealed::seal_json;
use hesscope_records::{
    Analysis, AnalysisSettings, Document, Effort, EigenvalueSettings, Eigenvalues, EpochRecord,
    LeadingEffort, Origin, Part, Precision, Spectrum, Split, SplitRecord, Subject, TopEigenvalues,
};
use hesscope_spectral::{
    Atom, Extreme, OutlierOptions, Quadrature, Reorthogonalisation, SpectralDensity, SpectralRange,
    outliers,
};
use serde::Serialize;
use serde_json::{Value, json};

fn subject() -> Subject {
    Subject {
        run_sha256: "0b5e55ed".repeat(8),
        epoch: 20,
        checkpoint_sha256: "c0ffee".repeat(10),
        split: Split::Train,
        data_sha256: "da7a".repeat(16),
        precision: Precision::F32,
    }
}

/// Two leading eigenvalues, of which one has not converged.
fn eigenvalues() -> Eigenvalues {
    let settings = EigenvalueSettings {
        operator: Part::Hess.into(),
        subject: subject(),
        which: Extreme::SmallestAlgebraic,
        pairs: 2,
        window: 4,
        tolerance: 1e-4,
        max_products: 8,
        check_rounds: 0,
        seed: 0,
    };
    Eigenvalues {
        origin: Origin::of(&settings, "cpu", 1.5),
        settings,
        dimension: 40,
        examples: 40,
        values: vec![-3.0, -1.0],
        residuals: vec![1e-9, 1e-2],
        converged: vec![true, false],
        norm: 4.0,
        products: 8,
    }
}

/// The spectrum of a matrix of order 4, with one atom.
fn analysis() -> Result<Analysis, Box<dyn Error>> {
    let settings = AnalysisSettings {
        operator: Part::A1 + Part::A2,
        subject: subject(),
        effort: Effort {
            leading: LeadingEffort {
                top: 2,
                starts: 1,
                range_steps: 64,
                most_range_steps: 64,
                reorthogonalisation: Reorthogonalisation::Full,
                subspace_iterations: 128,
                subspace_tolerance: 1e-6,
                seed: 0,
            },
            probes: 1,
            lanczos_steps: 3,
            from_leading: false,
            atom_fraction: Some(0.01),
            density_error: None,
            max_products: None,
        },
    };
    let top = TopEigenvalues {
        values: vec![3.0, 1.0],
        residuals: vec![1e-9, 1e-8],
        converged: vec![true, false],
        iterations: 3,
    };
    Ok(Analysis {
        origin: Origin::of(&settings, "cpu", 1.5),
        settings,
        examples: 40,
        classes: 3,
        loss: 0.25,
        accuracy: 0.875,
        spectrum: Spectrum {
            dimension: 4,
            range: SpectralRange {
                lower: -0.1,
                upper: 3.1,
                ritz_min: 0.0,
                ritz_max: 3.0,
                residual_min: 0.0,
                residual_max: 1e-9,
                steps: 3,
            },
            outliers: outliers(&top.values, &top.residuals, &OutlierOptions::default())?,
            top,
            density: SpectralDensity {
                dim: 4,
                exact: false,
                quadratures: vec![Quadrature {
                    nodes: vec![0.5, 1.0],
                    weights: vec![0.25, 0.75],
                }],
                atoms: vec![Atom {
                    value: 3.0,
                    residual: 1e-9,
                }],
            },
            automatic: None,
            laws: Vec::new(),
            outlier_candidates: 2,
            products: 12,
        },
    })
}

/// A value as it stands in its file.
fn written<T: Serialize>(value: &T) -> Result<Value, Box<dyn Error>> {
    Ok(serde_json::from_slice(&seal_json(value)?)?)
}

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
    assert_eq!(
        fault(&written(&analysis()?)?, &rules, &rules, "analysis"),
        None
    );
    let rules = schema(Document::Eigenvalues);
    let value = written(&eigenvalues())?;
    assert_eq!(fault(&value, &rules, &rules, "eigenvalues"), None);
    assert_eq!(
        value["settings"]["which"],
        json!("smallest_algebraic"),
        "as it is described"
    );
    let rules = schema(Document::Metrics);
    let split = SplitRecord {
        loss: 0.5,
        accuracy: 0.75,
        top5_accuracy: None,
    };
    for (epoch, train) in [(0, None), (1, Some(split))] {
        let record = EpochRecord {
            epoch,
            learning_rate: train.map(|_| 0.1),
            running_loss: train.map(|split| split.loss),
            train,
            test: train,
        };
        assert_eq!(fault(&written(&record)?, &rules, &rules, "line"), None);
    }
    Ok(())
}

#[test]
fn what_is_not_an_analysis_is_not_valid() -> Result<(), Box<dyn Error>> {
    let rules = schema(Document::Analysis);
    let whole = written(&analysis()?)?;
    let changes: [(&str, Value); 7] = [
        ("/sha256", json!(null)),
        ("/origin/schema", json!(1)),
        ("/settings/operator", json!(3)),
        ("/spectrum/dimension", json!(-1)),
        ("/spectrum/top/values", json!(["1.0"])),
        ("/spectrum/density/quadratures/0/nodes", json!(null)),
        ("/spectrum/outliers/positive", json!({"perhaps": 3})),
    ];
    for (pointer, other) in changes {
        let mut value = whole.clone();
        *value.pointer_mut(pointer).ok_or("no such field")? = other;
        assert!(
            fault(&value, &rules, &rules, "analysis").is_some(),
            "{pointer}"
        );
    }
    for field in ["sha256", "spectrum"] {
        let mut value = whole.clone();
        value.as_object_mut().ok_or("no object")?.remove(field);
        assert!(
            fault(&value, &rules, &rules, "analysis").is_some(),
            "{field}"
        );
    }
    Ok(())
}

#[test]
fn the_published_schemas_are_those_of_this_version() -> Result<(), Box<dyn Error>> {
    let folder = format!("{}/../../docs/schema", env!("CARGO_MANIFEST_DIR"));
    let mut names = Vec::new();
    for document in Document::ALL {
        let name = format!("{}.schema.json", document.name());
        let text = format!(
            "{}\n",
            serde_json::to_string_pretty(&document.json_schema())?
        );
        if std::env::var_os("HESSCOPE_PUBLISH_SCHEMAS").is_some() {
            fs::write(format!("{folder}/{name}"), &text)?;
        }
        let published = fs::read_to_string(format!("{folder}/{name}"))?;
        assert!(
            published == text,
            "write {name} again with `hesscope schema`"
        );
        names.push(name);
    }
    for entry in fs::read_dir(&folder)? {
        let name = entry?.file_name().to_string_lossy().into_owned();
        assert!(names.contains(&name), "{name} is of no document");
    }
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
