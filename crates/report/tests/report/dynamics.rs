//! The page and the figures of dynamics.

use std::error::Error;
use std::fs;

use hesscope_records::{
    Along, Analysis, Between, Dynamics, DynamicsCell, DynamicsSettings, DynamicsSpectrum, Finding,
    FindingVerdict, Measure, Origin, Part, Split, Structure, TailShare, Transition,
    TransitionOutcome,
};
use hesscope_report::write_dynamics;
use hesscope_spectral::Bounded;

use crate::page::{assert_balanced, assert_self_contained};
use crate::synthetic;

const SIZES: [&str; 2] = ["10", "all"];
const EPOCHS: [usize; 3] = [0, 1, 20];

/// A grid of G on a data set of this name, with a separation everywhere but at the first place.
fn dynamics(text: &str) -> Result<(Dynamics, Vec<Analysis>), Box<dyn Error>> {
    let operator = Part::G.into();
    let analysis = synthetic::analysis("g", synthetic::g_like(60), 12, 2)?;
    let measure = |value: f64| Measure {
        value,
        lower: 0.75 * value,
        upper: (value < 30.0).then_some(1.5 * value),
    };
    let bounded = |mean: f64| Bounded {
        mean,
        lower: 0.5 * mean,
        upper: 2.0 * mean,
        level: 0.95,
    };
    let mut cells = Vec::new();
    for (i, size) in SIZES.iter().enumerate() {
        for (j, &epoch) in EPOCHS.iter().enumerate() {
            let apart = i + j > 0;
            cells.push(DynamicsCell {
                size: (*size).to_owned(),
                training_examples: 100,
                examples: 100,
                epoch,
                run: "runs/one".to_owned(),
                loss: 0.5,
                accuracy: 0.875,
                spectra: vec![DynamicsSpectrum {
                    operator,
                    analysis: "analysis/one.json".to_owned(),
                    largest: Some(measure(10.0 + 12.0 * (i + j) as f64)),
                    edge: Some(measure(1.0)),
                    separation: apart.then(|| measure(8.0)),
                    outliers: analysis.spectrum.outliers,
                    apart: Some(apart),
                }],
                tail: Some(TailShare {
                    from: 0.3,
                    to: 3.0,
                    hess: bounded(40.0),
                    g: bounded(30.0),
                    h: bounded(10.0),
                    share_of_g: measure(0.75),
                }),
                structure: apart.then(|| Structure {
                    b1_count: 80,
                    b1_median: 0.125,
                    b2_floor: 1e-6,
                    b2_median: measure(1e-3),
                    b1_over_b2: Some(measure(2.0)),
                    a1_least: 4.5,
                    b2_largest: measure(1.5),
                    a1_over_b2: None,
                }),
            });
        }
    }
    let transition = |along, at: &str, outcome| Transition {
        operator,
        along,
        at: at.to_owned(),
        outcome,
    };
    let between = Between {
        after: "0".to_owned(),
        by: "1".to_owned(),
        agreed: false,
    };
    let dynamics = Dynamics {
        settings: DynamicsSettings {
            rules: 2,
            dataset: text.to_owned(),
            network: "small-cnn".to_owned(),
            split: Split::Train,
            sizes: SIZES
                .map(|size| (size.to_owned(), "hash".to_owned()))
                .to_vec(),
            epochs: EPOCHS.to_vec(),
            operators: vec![operator],
            least_separation: 1.1,
        },
        origin: Origin {
            version: text.to_owned(),
            device: text.to_owned(),
            ..synthetic::origin(&text)
        },
        dimension: 60,
        classes: 10,
        cells,
        transitions: vec![
            transition(Along::Epochs, "10", TransitionOutcome::Appears(between)),
            transition(Along::Epochs, "all", TransitionOutcome::Throughout),
            transition(Along::Sizes, "0", TransitionOutcome::OnAndOff),
            transition(Along::Sizes, "1", TransitionOutcome::Never),
            transition(Along::Sizes, "20", TransitionOutcome::Undecided),
        ],
        findings: vec![Finding {
            id: "b1-and-b2-separate".into(),
            claim: format!("the claim of {text}"),
            paper: "section 3".into(),
            rule: format!("the rule of {text}"),
            verdict: FindingVerdict::Undecided,
            reason: "the reason".into(),
            conditions: Vec::new(),
            beside: Vec::new(),
        }],
    };
    Ok((dynamics, vec![analysis; 6]))
}

#[test]
fn the_page_has_transitions_figures_and_every_number() -> Result<(), Box<dyn Error>> {
    let (dynamics, analyses) = dynamics("mnist")?;
    let folder = tempfile::tempdir()?;
    let files = write_dynamics(&dynamics, &analyses, folder.path())?;
    assert_eq!(files.figures.len(), 4);
    for file in &files.figures {
        assert!(fs::metadata(file)?.len() > 1000, "{}", file.display());
    }
    let html = fs::read_to_string(files.html)?;
    assert_balanced(&html);
    assert_self_contained(&html);
    for part in [
        "<h2>Findings</h2>",
        "<th scope=\"row\">B1 and B2 separate</th>",
        "<strong>Undecided: </strong>the claim of mnist.",
        "<td>Section 3</td>",
        "<td>30.00 (15.00 to 60.00)</td>",
        "<td>0.7500 (0.5625 to 1.125)</td>",
        "<td>2.000 (1.500 to 3.000)</td>",
        "<td>4.500</td>",
        "<td>appear between 0 and 1 (not confirmed by neighbours)</td>",
        "<td>not seen: apart throughout</td>",
        "<td>not located: more than one change</td>",
        "<td>not seen: never apart</td>",
        "<td>undecided</td>",
        "<td>8.000 (6.000 to 12.00)</td>",
        "<td>34.00 (25.50 or more)</td>",
        "<td>87.50</td>",
        "<th scope=\"row\">all examples</th>",
    ] {
        assert!(html.contains(part), "{part}");
    }
    // The line of the first size begins at its second place: no value, no line.
    assert!(html.contains("Last outlier over the edge"));
    // The same again, byte for byte.
    let again = tempfile::tempdir()?;
    let files = write_dynamics(&dynamics, &analyses, again.path())?;
    assert_eq!(fs::read_to_string(files.html)?, html);
    Ok(())
}

#[test]
fn a_track_without_values_says_so() -> Result<(), Box<dyn Error>> {
    let (mut dynamics, analyses) = dynamics("mnist")?;
    for cell in &mut dynamics.cells {
        cell.spectra[0].separation = None;
    }
    let folder = tempfile::tempdir()?;
    let files = write_dynamics(&dynamics, &analyses, folder.path())?;
    let html = fs::read_to_string(files.html)?;
    // Along epochs and along sizes, in both layouts.
    assert_eq!(html.matches("no value on this grid").count(), 4);
    Ok(())
}

#[test]
fn hostile_text_of_dynamics_stays_text() -> Result<(), Box<dyn Error>> {
    let (dynamics, analyses) = dynamics("</h2><script>alert('&')</script>\"")?;
    let folder = tempfile::tempdir()?;
    let files = write_dynamics(&dynamics, &analyses, folder.path())?;
    let html = fs::read_to_string(files.html)?;
    assert_balanced(&html);
    assert_self_contained(&html);
    Ok(())
}

#[test]
fn analyses_that_are_not_those_of_the_cells_are_refused() -> Result<(), Box<dyn Error>> {
    let (dynamics, mut analyses) = dynamics("mnist")?;
    analyses.pop();
    let folder = tempfile::tempdir()?;
    let error = write_dynamics(&dynamics, &analyses, folder.path()).expect_err("refused");
    assert!(error.to_string().contains("6 spectra"), "{error}");
    assert!(!folder.path().join("dynamics.html").exists());
    Ok(())
}
