//! Analyses of dense matrices with known spectra, and a run around them.

use std::error::Error;

use hesscope_records::{
    Analysis, AnalysisSettings, Effort, EpochRecord, LeadingEffort, Origin, Precision, Spectrum,
    Split, SplitRecord, Subject, TopEigenvalues, UnknownPart,
};
use hesscope_report::RunSummary;
use hesscope_spectral::faer::Mat;
use hesscope_spectral::{
    DenseOperator, OutlierOptions, ProbeKind, Probes, RangeOptions, Reorthogonalisation,
    SlqOptions, SpectralError, SubspaceOptions, deflated_density, outliers, spectral_range,
    subspace_iteration,
};

/// The number of classes of every analysis here.
pub const CLASSES: usize = 10;

/// A matrix with these eigenvalues and eigenvectors that no coordinate shows: two reflections of a diagonal one.
pub fn with_eigenvalues(eigenvalues: &[f64], seed: u64) -> Mat<f64> {
    let n = eigenvalues.len();
    let mut matrix = Mat::from_fn(n, n, |i, j| if i == j { eigenvalues[i] } else { 0.0 });
    for k in 0..2 {
        let mut u = Probes::new(ProbeKind::Gaussian, seed).host(n, k);
        let norm = u.iter().map(|x| x * x).sum::<f64>().sqrt();
        u.iter_mut().for_each(|x| *x /= norm);
        let v: Vec<f64> = (0..n)
            .map(|i| (0..n).map(|j| matrix[(i, j)] * u[j]).sum())
            .collect();
        let uv: f64 = u.iter().zip(&v).map(|(a, b)| a * b).sum();
        matrix = Mat::from_fn(n, n, |i, j| {
            matrix[(i, j)] - 2.0 * (u[i] * v[j] + v[i] * u[j]) + 4.0 * uv * u[i] * u[j]
        });
        // Exactly symmetric, which rounding does not leave it.
        matrix = Mat::from_fn(n, n, |i, j| matrix[(i.min(j), i.max(j))]);
    }
    matrix
}

/// Ten outliers, then a power law, then half of it nearly zero: what G looks like.
pub fn g_like(n: usize) -> Mat<f64> {
    let eigenvalues: Vec<f64> = (0..n)
        .map(|i| match i {
            0..CLASSES => 3.0 * (-0.12 * i as f64).exp(),
            _ if i < n / 2 => 2.0 * ((i - CLASSES + 8) as f64).powf(-1.6),
            _ => 1e-7 / i as f64,
        })
        .collect();
    with_eigenvalues(&eigenvalues, 5)
}

/// A semicircle about zero of radius `edge`: what H looks like.
pub fn semicircle(n: usize, edge: f64) -> Mat<f64> {
    let draws = Probes::new(ProbeKind::Gaussian, 9).host(n * n, 0);
    let scale = edge / (2.0 * (n as f64).sqrt());
    Mat::from_fn(n, n, |i, j| {
        let entry = draws[i.min(j) * n + i.max(j)];
        scale * entry * if i == j { 2f64.sqrt() } else { 1.0 }
    })
}

/// Measures the spectrum of a matrix as the command does that of a network.
pub fn spectrum(matrix: Mat<f64>, pairs: usize, probes: usize) -> Result<Spectrum, SpectralError> {
    spectrum_in(matrix, pairs, probes, SlqOptions::default().steps)
}

/// The same with so many Lanczos steps of each probe.
pub fn spectrum_in(
    matrix: Mat<f64>,
    pairs: usize,
    probes: usize,
    steps: usize,
) -> Result<Spectrum, SpectralError> {
    let op = DenseOperator::<f64>::new(matrix)?;
    let range = spectral_range(&op, &RangeOptions::default())?;
    let options = SubspaceOptions {
        pairs,
        ..SubspaceOptions::default()
    };
    let top = subspace_iteration(&op, &options, None)?;
    let slq_options = SlqOptions {
        probes,
        steps,
        ..SlqOptions::default()
    };
    let density = deflated_density(&op, &top.pairs, &slq_options)?;
    let found = outliers(
        &top.pairs.values,
        &top.pairs.residuals,
        &OutlierOptions::default(),
    )?;
    Ok(Spectrum {
        dimension: op.matrix().nrows(),
        range,
        top: TopEigenvalues {
            values: top.pairs.values,
            residuals: top.pairs.residuals,
            converged: top.pair_converged,
            iterations: top.iterations,
        },
        density,
        outliers: found,
        outlier_candidates: pairs,
        automatic: None,
        laws: Vec::new(),
        products: 128 * probes + top.iterations * (pairs + 10) + 64,
    })
}

/// Analyses a matrix as an operator of a network.
pub fn analysis(
    operator: &str,
    matrix: Mat<f64>,
    pairs: usize,
    probes: usize,
) -> Result<Analysis, Box<dyn Error>> {
    let settings = settings(operator, pairs, probes)?;
    Ok(Analysis {
        origin: Origin {
            key: format!("{operator}0123456789abcdef0123456789abcdef"),
            ..origin(&settings)
        },
        settings,
        examples: 1360,
        classes: CLASSES,
        loss: 0.0412,
        accuracy: 0.9919,
        spectrum: spectrum(matrix, pairs, probes)?,
    })
}

/// How a record of these settings came to be.
pub fn origin<S: serde::Serialize>(settings: &S) -> Origin {
    Origin::of(settings, "flex (CPU, 2 threads)", 83.4)
}

/// The training split at epoch 20.
pub fn subject() -> Subject {
    Subject {
        run_sha256: "0b5e55ed".repeat(8),
        epoch: 20,
        checkpoint_sha256: "c0ffee".repeat(10),
        split: Split::Train,
        data_sha256: "da7a".repeat(16),
        precision: Precision::F32,
    }
}

fn settings(operator: &str, top: usize, probes: usize) -> Result<AnalysisSettings, UnknownPart> {
    Ok(AnalysisSettings {
        operator: operator.parse()?,
        subject: subject(),
        effort: Effort {
            leading: LeadingEffort {
                top,
                starts: 1,
                range_steps: 64,
                most_range_steps: 64,
                reorthogonalisation: Reorthogonalisation::None,
                subspace_iterations: 128,
                subspace_tolerance: 1e-6,
                seed: 0,
            },
            probes,
            lanczos_steps: 128,
            from_leading: false,
            atom_fraction: None,
            density_error: None,
            max_products: None,
        },
    })
}

/// Hess, G and H of one made-up network of n parameters.
pub fn three(n: usize) -> Result<Vec<Analysis>, Box<dyn Error>> {
    let (g, h) = (g_like(n), semicircle(n, 0.02));
    let hess = &g + &h;
    Ok(vec![
        analysis("h", h, 40, 8)?,
        analysis("hess", hess, 40, 8)?,
        analysis("g", g, 40, 8)?,
    ])
}

/// A training that went well.
pub fn epochs(count: usize) -> Vec<EpochRecord> {
    (0..=count)
        .map(|epoch| {
            let t = epoch as f64;
            let falling = 2.35 * (-0.23 * t).exp() + 0.018;
            let wiggle = 1.0 + 0.12 * (2.4 * t).sin() * (-0.1 * t).exp();
            EpochRecord {
                epoch,
                learning_rate: (epoch > 0)
                    .then(|| 0.1 * 0.1f64.powi((3 * epoch / (count + 1)) as i32)),
                running_loss: (epoch > 0).then_some(falling * 1.1),
                train: Some(SplitRecord {
                    loss: falling * wiggle,
                    accuracy: 1.0 - 0.89 * (-0.33 * t).exp() * wiggle - 0.002,
                    top5_accuracy: None,
                }),
                test: Some(SplitRecord {
                    loss: falling * wiggle + 0.055,
                    accuracy: 1.0 - 0.88 * (-0.3 * t).exp() * wiggle - 0.014,
                    top5_accuracy: None,
                }),
            }
        })
        .collect()
}

/// A run with these epochs and analyses.
pub fn run(epochs: Vec<EpochRecord>, analyses: Vec<Analysis>) -> RunSummary {
    let pairs = |pairs: &[(&str, &str)]| {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    };
    RunSummary {
        title: "small-cnn on synth-digits".to_owned(),
        version: "0.1.0".to_owned(),
        device: "flex (CPU, 2 threads)".to_owned(),
        config_sha256: "5e771465".repeat(8),
        settings: pairs(&[
            ("dataset", "synth-digits"),
            ("net", "small-cnn"),
            ("examples-per-class", "136"),
            ("epochs", "20"),
            ("batch-size", "128"),
            ("learning-rate", "0.1"),
            ("momentum", "0.9"),
            ("weight-decay", "0.0005"),
            ("seed", "0"),
            ("precision", "f32"),
        ]),
        network: pairs(&[
            (
                "block 1",
                "convolution 3x3, 1 to 16, BatchNorm, ReLU, max-pool 2",
            ),
            (
                "block 2",
                "convolution 3x3, 16 to 32, BatchNorm, ReLU, max-pool 2",
            ),
            ("head", "linear, 2048 to 10"),
        ]),
        parameters: analyses
            .first()
            .map_or(25_450, |analysis| analysis.spectrum.dimension),
        classes: CLASSES,
        epochs,
        search: None,
        analyses,
        overlaps: Vec::new(),
        findings: Vec::new(),
        means: Vec::new(),
        views: Vec::new(),
    }
}
