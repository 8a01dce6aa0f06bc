//! Spectra and runs at the edge of what there is.

use std::error::Error;

use hesscope_records::{Analysis, EpochRecord, SearchRecord, SplitRecord, TrialRecord};
use hesscope_report::RunSummary;
use hesscope_spectral::{Atom, OutlierOptions, SpectralDensity, outliers};

use crate::page::{assert_balanced, page};
use crate::synthetic;

/// An analysis that knows its spectrum exactly.
fn exact(eigenvalues: &[f64], top: usize) -> Result<Analysis, Box<dyn Error>> {
    let mut analysis = synthetic::analysis("hess", synthetic::g_like(40), 12, 2)?;
    let mut leading = eigenvalues.to_vec();
    leading.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
    leading.truncate(top);
    let zeros = vec![0.0; leading.len()];
    analysis.spectrum.dimension = eigenvalues.len();
    analysis.spectrum.density = SpectralDensity::from_eigenvalues(eigenvalues.to_vec());
    analysis.spectrum.outliers = outliers(&leading, &zeros, &OutlierOptions::default())?;
    analysis.spectrum.top.converged = vec![true; leading.len()];
    analysis.spectrum.top.residuals = zeros;
    analysis.spectrum.top.values = leading;
    Ok(analysis)
}

fn page_of(analyses: Vec<Analysis>) -> Result<String, Box<dyn Error>> {
    let html = page(&synthetic::run(synthetic::epochs(3), analyses))?;
    assert_balanced(&html);
    assert!(
        !html.contains("NaN") && !html.contains("inf\""),
        "a number is none"
    );
    Ok(html)
}

#[test]
fn nothing_trained_and_nothing_analysed() -> Result<(), Box<dyn Error>> {
    let html = page(&RunSummary::default())?;
    assert_balanced(&html);
    assert!(html.contains("No spectrum has been measured"));
    assert!(html.contains("no epoch is on record"));
    assert!(!html.contains("<figure"));
    Ok(())
}

#[test]
fn one_epoch_with_losses_that_have_no_logarithm() -> Result<(), Box<dyn Error>> {
    let mut record: EpochRecord = synthetic::epochs(0)[0].clone();
    let split = |loss, accuracy| {
        Some(SplitRecord {
            loss,
            accuracy,
            top5_accuracy: None,
        })
    };
    record.train = split(0.0, 1.0);
    record.test = split(f64::NAN, 0.5);
    let html = page(&synthetic::run(vec![record], Vec::new()))?;
    assert_balanced(&html);
    assert!(html.contains("not a number"));
    let (_, drawing) = html.split_once("<svg").ok_or("no figure")?;
    let (drawing, _) = drawing.split_once("</svg>").ok_or("an endless figure")?;
    assert!(!drawing.contains("NaN") && !drawing.contains("inf"));
    Ok(())
}

#[test]
fn epochs_that_were_not_evaluated_are_left_out_of_figure_and_summary() -> Result<(), Box<dyn Error>>
{
    let mut records = synthetic::epochs(6);
    let last = records[4].train.ok_or("evaluated")?.loss;
    for record in &mut records {
        if record.epoch % 4 != 0 {
            (record.train, record.test) = (None, None);
        }
    }
    let html = page(&synthetic::run(records.clone(), Vec::new()))?;
    assert_balanced(&html);
    assert!(html.contains("after each epoch that was evaluated"));
    assert!(html.contains("From epoch 0 to epoch 4"));
    assert!(html.contains(", after 4 epochs"));
    assert!(html.contains(&format!("{last:.3}")[..4]));
    // Epochs 1, 2, 3, 5, 6 have four dashes each in the table, epoch 0 has two.
    let (_, table) = html.split_once("Every epoch: loss").ok_or("no table")?;
    let (table, _) = table.split_once("</table>").ok_or("an endless table")?;
    assert_eq!(table.matches('\u{2013}').count(), 5 * 4 + 2, "{table}");
    assert!(!table.contains("top-5"));

    // Not one epoch evaluated: no figure.
    for record in &mut records {
        (record.train, record.test) = (None, None);
    }
    let html = page(&synthetic::run(records, Vec::new()))?;
    assert!(!html.contains("<figure") && html.contains("no epoch is on record"));
    Ok(())
}

#[test]
fn a_search_is_told_with_every_rate() -> Result<(), Box<dyn Error>> {
    let trial = |learning_rate, loss: Option<f64>| TrialRecord {
        learning_rate,
        train: loss.map(|loss| SplitRecord {
            loss,
            accuracy: 0.875,
            top5_accuracy: None,
        }),
        test: None,
        diverged_in: loss.is_none().then_some(17),
    };
    let mut run = synthetic::run(synthetic::epochs(3), Vec::new());
    let trials = vec![
        trial(0.01, Some(0.75)),
        trial(0.1, Some(0.625)),
        trial(1.0, None),
    ];
    run.search = Some(SearchRecord {
        epochs: 3,
        full_epochs: 3,
        best: 0.1,
        trials: trials.clone(),
    });
    let html = page(&run)?;
    assert_balanced(&html);
    for part in [
        "The learning rate, 0.100,",
        "one of 3 with",
        "as long as the run",
        "87.5",
        "0.625",
        ">17<",
    ] {
        assert!(html.contains(part), "{part}");
    }
    assert!(!html.contains("at the edge of those tried"));
    run.search = Some(SearchRecord {
        epochs: 1,
        full_epochs: 3,
        best: 0.1,
        trials: trials[..2].to_vec(),
    });
    let html = page(&run)?;
    assert!(html.contains("at the edge of those tried"));
    assert!(html.contains("of 1 epoch in place of"));
    Ok(())
}

#[test]
fn the_five_largest_are_told_of_many_classes() -> Result<(), Box<dyn Error>> {
    let mut records = synthetic::epochs(1);
    for split in records
        .iter_mut()
        .flat_map(|record| [&mut record.train, &mut record.test])
        .flatten()
    {
        split.top5_accuracy = Some(0.4321);
    }
    let html = page(&synthetic::run(records, Vec::new()))?;
    assert_balanced(&html);
    assert!(html.contains("Train top-5") && html.contains("Test top-5"));
    assert_eq!(html.matches("43.21").count(), 4);
    Ok(())
}

#[test]
fn a_negative_spectrum_has_no_positive_side() -> Result<(), Box<dyn Error>> {
    let eigenvalues: Vec<f64> = (0..60).map(|i| -2.0 * 0.9f64.powi(i)).collect();
    let html = page_of(vec![exact(&eigenvalues, 30)?])?;
    assert!(html.contains(">\u{2212}10<tspan"));
    // No label of the positive side begins with a plain ten.
    assert!(!html.contains("text-anchor=\"middle\" class=\"f-text\" fill=\"#1b1f24\">10<tspan"));
    Ok(())
}

#[test]
fn an_all_zero_spectrum_says_so() -> Result<(), Box<dyn Error>> {
    let html = page_of(vec![exact(&[0.0; 20], 10)?])?;
    assert!(html.contains("nothing away from zero"));
    assert!(html.contains("100 % near zero"));
    assert!(html.contains("Hess: 0 outliers; C = 10"));
    Ok(())
}

#[test]
fn tiny_and_huge_spectra_are_drawn() -> Result<(), Box<dyn Error>> {
    for scale in [1e-290, 1e-200, 1e200] {
        let eigenvalues: Vec<f64> = (1..40).map(|i| scale * f64::from(i - 20)).collect();
        page_of(vec![exact(&eigenvalues, 10)?])?;
    }
    Ok(())
}

#[test]
fn one_probe_has_a_band_and_no_standard_error() -> Result<(), Box<dyn Error>> {
    let html = page_of(vec![synthetic::analysis(
        "h",
        synthetic::semicircle(100, 1.0),
        20,
        1,
    )?])?;
    assert!(html.contains("95 % band</text>"));
    // A share has an interval from one probe on.
    assert!(html.contains("near zero:"));
    assert!(html.contains("(error unknown)"));
    Ok(())
}

#[test]
fn two_operators_make_two_panels() -> Result<(), Box<dyn Error>> {
    let g = synthetic::analysis("g", synthetic::g_like(100), 30, 3)?;
    let h = synthetic::analysis("h", synthetic::semicircle(100, 0.1), 30, 3)?;
    let html = page_of(vec![h, g])?;
    assert!(!html.contains("outliers of Hess"));
    Ok(())
}

#[test]
fn one_operator_twice_is_told_apart_by_what_differs() -> Result<(), Box<dyn Error>> {
    let first = synthetic::analysis("g", synthetic::g_like(60), 20, 2)?;
    let mut second = first.clone();
    second.origin.key = "fedcba9876543210".to_owned();
    second.settings.effort.leading.seed = 1;
    let html = page_of(vec![first.clone(), second.clone()])?;
    assert!(html.contains("G (seed 0): 10 positive outliers"));
    assert!(html.contains("G (seed 1): 10 positive outliers"));
    assert!(!html.contains("G (fedcba98)"));
    // Where nothing else differs there is the key.
    second.settings = first.settings.clone();
    let html = page_of(vec![first, second])?;
    assert!(html.contains("G (fedcba98): 10 positive outliers"));
    assert!(html.contains("G (g0123456): 10 positive outliers"));
    Ok(())
}

#[test]
fn undecided_counts_come_with_their_reason() -> Result<(), Box<dyn Error>> {
    let few: Vec<f64> = (1..=5).map(f64::from).collect();
    let html = page_of(vec![exact(&few, 5)?])?;
    assert!(html.contains("Hess: positive outliers: undecided; C = 10"));
    assert!(html.contains("<dd class=\"word\">undecided</dd>"));
    assert!(html.contains("only 5 usable positive leading eigenvalues"));

    let html = page_of(vec![exact(&[1.0; 20], 20)?])?;
    assert!(html.contains("positive eigenvalues repeat"));

    let mut unsure = synthetic::analysis("g", synthetic::g_like(100), 40, 2)?;
    unsure.spectrum.top.residuals = vec![0.02; unsure.spectrum.top.values.len()];
    unsure.spectrum.outliers = outliers(
        &unsure.spectrum.top.values,
        &unsure.spectrum.top.residuals,
        &OutlierOptions::default(),
    )?;
    let html = page_of(vec![unsure])?;
    assert!(html.contains("by the values as they stand, but not within their residuals"));
    Ok(())
}

#[test]
fn outliers_on_both_sides_are_counted_apart() -> Result<(), Box<dyn Error>> {
    let tail = |sign: f64| (0..30).map(move |i| sign / f64::from(i + 1));
    let eigenvalues: Vec<f64> = tail(1.0)
        .chain(tail(-1.0))
        .chain([8e3, 9e3, 1e4, -7e3, -7.5e3])
        .collect();
    let html = page_of(vec![exact(&eigenvalues, 65)?])?;
    assert!(html.contains("Hess: 3 positive and 2 negative outliers; C = 10"));
    assert!(html.contains("<dd>5</dd>"));
    Ok(())
}

#[test]
fn a_density_of_atoms_alone_is_drawn() -> Result<(), Box<dyn Error>> {
    let mut analysis = exact(&[3.0, 1.0, -2.0], 3)?;
    analysis.spectrum.density = SpectralDensity {
        dim: 3,
        exact: true,
        quadratures: Vec::new(),
        atoms: [3.0, 1.0, -2.0]
            .map(|value| Atom {
                value,
                residual: 0.0,
            })
            .to_vec(),
    };
    let html = page_of(vec![analysis])?;
    assert!(html.contains("33.3 %"), "one of three is negative");
    Ok(())
}
