//! The page and the figures of dynamics.

use std::error::Error;
use std::fs;

use hesscope_records::{
    Along, Analysis, Between, Dynamics, DynamicsCell, DynamicsSettings, DynamicsSpectrum, Measure,
    Origin, Part, Split, Transition, TransitionOutcome,
};
use hesscope_report::write_dynamics;

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
