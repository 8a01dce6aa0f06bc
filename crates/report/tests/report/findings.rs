//! The section of findings.

use std::error::Error;

use hesscope_records::{
    BulkNumbers, Condition, Evidence, Finding, FindingVerdict, Findings, FindingsSettings,
    LawEffort, LeadingEigenvalues, Number, Origin, OverlapRecord, Part, Relation, SpacePair,
    SpaceRecord, Subject,
};
use hesscope_report::RunSummary;
use hesscope_spectral::{
    Bounded, EnergySplit, Estimate, OutlierOutcome, Outliers, PrincipalAngles, UndecidedReason,
};

use crate::page::{assert_balanced, page};
use crate::synthetic;

fn number(what: &str, lower: Option<f64>, upper: Option<f64>) -> Number {
    Number {
        what: what.into(),
        value: 0.875,
        lower,
        upper,
    }
}

fn finding(claim: &str, verdict: FindingVerdict, holds: Option<bool>) -> Finding {
    Finding {
        id: claim.into(),
        claim: claim.into(),
        paper: "section 3".into(),
        rule: format!("the rule of {claim}"),
        verdict,
        reason: format!("the reason of {claim}"),
        conditions: vec![Condition {
            number: number("a quantity", Some(0.5), None),
            relation: Relation::AtLeast,
            bound: 1.0,
            holds,
        }],
        beside: vec![
            number("a companion", Some(0.875), Some(0.875)),
            number("another", None, None),
        ],
    }
}

fn leading() -> LeadingEigenvalues {
    LeadingEigenvalues {
        operator: Part::Hess.into(),
        values: vec![2.0],
        residuals: vec![0.0],
        next: None,
        outliers: Outliers {
            positive: OutlierOutcome::Undecided(UndecidedReason::RepeatedEigenvalues),
            negative: OutlierOutcome::Undecided(UndecidedReason::RepeatedEigenvalues),
        },
    }
}

fn spaces(text: &str) -> SpacePair {
    let space = |values: &[f64]| SpaceRecord {
        name: text.into(),
        dimension: values.len(),
        eigenvalues: values.to_vec(),
        residuals: vec![1e-6; values.len()],
        counted: true,
        rotation: 0.0,
    };
    SpacePair {
        first: space(&[41.5, 7.25]),
        second: space(&[41.25]),
        overlap: OverlapRecord {
            first: text.into(),
            second: text.into(),
            angles: PrincipalAngles {
                angles: vec![0.0],
                first: 2,
                second: 1,
            },
            overlap: 1.0,
            error: 0.0,
            chance: 0.1,
        },
    }
}

fn findings(text: &str) -> Findings {
    let estimate = Estimate {
        mean: 1.0,
        standard_error: Some(0.1),
    };
    let bounded = Bounded {
        mean: 0.5,
        lower: 0.25,
        upper: 0.75,
        level: 0.95,
    };
    let settings = FindingsSettings {
        rules: 1,
        subject: Subject {
            data_sha256: text.into(),
            ..synthetic::subject()
        },
        analyses: Vec::new(),
        energy_probes: 32,
        law: LawEffort {
            probes: 8,
            steps: 512,
        },
        seed: 0,
    };
    Findings {
        origin: Origin {
            device: text.into(),
            ..synthetic::origin(&settings)
        },
        settings,
        evidence: Evidence {
            dimension: 100,
            examples: 50,
            classes: 10,
            classes_with_examples: 9,
            loss: 0.1,
            accuracy: 0.984,
            hess: leading(),
            g: leading(),
            h: leading(),
            hess_and_g: spaces(text),
            g_and_a1: spaces(text),
            g_without_a1: leading(),
            a1: vec![41.25],
            a2: vec![0.5],
            energy: EnergySplit {
                first: estimate,
                second: estimate,
                cross: estimate,
                total: estimate,
                second_share: bounded,
                probes: 32,
            },
            bulk: BulkNumbers {
                floor: 1e-4,
                to: 2.0,
                hess: bounded,
                g: bounded,
                h: bounded,
                hess_negative: bounded,
                h_negative: bounded,
            },
            bulks: None,
            log_laws: Vec::new(),
            levels: None,
        },
        notes: vec![format!("a note on {text}")],
        findings: vec![
            finding(text, FindingVerdict::Confirmed, Some(true)),
            finding("a second", FindingVerdict::NotConfirmed, Some(false)),
            finding("a third", FindingVerdict::Undecided, None),
        ],
    }
}

fn with(text: &str) -> Result<String, Box<dyn Error>> {
    let run = RunSummary {
        findings: vec![findings(text)],
        ..synthetic::run(synthetic::epochs(1), Vec::new())
    };
    page(&run)
}

#[test]
fn every_verdict_stands_with_its_reason_rule_and_numbers() -> Result<(), Box<dyn Error>> {
    let html = with("a first")?;
    assert_balanced(&html);
    for part in [
        "<h2>Findings</h2>",
        "<h3>Training split, epoch 20</h3>",
        "accuracy 98.40 %",
        "<strong>Confirmed: </strong>a first.",
        "<strong>Not confirmed: </strong>a second.",
        "<strong>Undecided: </strong>a third.",
        "<dd>The reason of a second.</dd>",
        "<td>The rule of a third</td>",
        "<td>Section 3</td>",
        "C = 9 classes",
        "a note on a first.",
        "<td>at least 1</td>",
        "<td>0.5000 or more</td>",
        "<td>exact</td>",
        "<td>unknown</td>",
        "<td>41.500</td>",
        "<td>41.250</td>",
        "<td>7.2500</td>",
    ] {
        assert!(html.contains(part), "{part}");
    }
    Ok(())
}

#[test]
fn hostile_text_of_findings_stays_text() -> Result<(), Box<dyn Error>> {
    let html = with("</td><script>alert('&')</script>\"")?;
    assert_balanced(&html);
    assert!(!html.contains("<script"), "a script came through");
    Ok(())
}

#[test]
fn without_findings_there_is_no_section() -> Result<(), Box<dyn Error>> {
    let html = page(&synthetic::run(synthetic::epochs(1), Vec::new()))?;
    assert!(!html.contains("<h2>Findings"));
    Ok(())
}
