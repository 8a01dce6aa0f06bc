//! A sweep of made-up analyses.

use std::error::Error;

use hesscope_records::{Analysis, Part, SweepRow};
use hesscope_report::{SweepEntry, SweepFailure, SweepSummary};
use hesscope_spectral::OutlierOutcome;

use crate::synthetic;

/// A row of an analysis, the run's settings made up.
fn row(analysis: &Analysis, dataset: &str, network: &str, seed: u64, loss: f64) -> SweepRow {
    let (settings, spectrum) = (&analysis.settings, &analysis.spectrum);
    let extreme = |pick: fn(f64, f64) -> f64| spectrum.top.values.iter().copied().fold(0.0, pick);
    let counted = |outcome: OutlierOutcome| Some(outcome.decided()?.count as u64);
    let run = format!("runs/{dataset}-{network}-s{seed}");
    SweepRow {
        analysis: format!("{run}/analysis/{}.json", settings.operator),
        run,
        dataset: dataset.to_owned(),
        network: network.to_owned(),
        examples_per_class: (seed > 0).then_some(136),
        epochs: 20,
        seed,
        learning_rate: (seed < 2).then_some(0.1),
        parameters: spectrum.dimension as u64,
        classes: analysis.classes as u64,
        examples: analysis.examples as u64,
        operator: settings.operator.to_string(),
        split: settings.subject.split.to_string(),
        epoch: settings.subject.epoch as u64,
        loss,
        accuracy: analysis.accuracy,
        smallest: extreme(f64::min),
        largest: extreme(f64::max),
        outliers_above: counted(spectrum.outliers.positive),
        outliers_below: counted(spectrum.outliers.negative),
        edge_above: None,
        edge_above_error: None,
        edge_below: None,
        edge_below_error: None,
        mean_eigenvalue: spectrum.density.smooth_average(|x| x).mean,
        mean_eigenvalue_error: spectrum.density.smooth_average(|x| x).standard_error,
        law_above: None,
        law_below: (settings.operator == Part::H.into()).then(|| "semicircle".to_owned()),
        products: spectrum.products as u64,
    }
}

/// Losses that no order of the sample follows, on either side of a power of ten, and one that is no number.
const LOSSES: [f64; 6] = [0.0412, 2.301, 9.5e-4, 11.25, 0.5, f64::NAN];

/// Three operators of six runs: eighteen analyses, in the order of runs.
pub fn sweep() -> Result<SweepSummary, Box<dyn Error>> {
    let analyses = [
        synthetic::analysis(
            "hess",
            &synthetic::g_like(200) + &synthetic::semicircle(200, 0.02),
            30,
            4,
        )?,
        synthetic::analysis("g", synthetic::g_like(200), 30, 4)?,
        synthetic::analysis("h", synthetic::semicircle(200, 0.02), 30, 4)?,
    ];
    let mut entries = Vec::new();
    for (i, (dataset, network)) in [
        ("synth-digits", "small-cnn"),
        ("synth-digits", "mlp"),
        ("mnist", "small-cnn"),
    ]
    .into_iter()
    .enumerate()
    {
        for seed in [0, 10] {
            let loss = LOSSES[2 * i + usize::from(seed > 0)];
            for analysis in &analyses {
                let row = row(analysis, dataset, network, seed, loss);
                let report = format!("{}/report.html", row.run);
                entries.push(SweepEntry::new(row, analysis, Some(report))?);
            }
        }
    }
    Ok(SweepSummary {
        title: "Three networks, two seeds".to_owned(),
        version: "0.1.0".to_owned(),
        entries,
        failures: vec![SweepFailure {
            run: "runs/mnist-vgg11-s0".to_owned(),
            reason: "the loss is not finite in epoch 3; lower the learning rate".to_owned(),
        }],
    })
}
