//! Spectra known in full, and operators that have them at O(p) a product; for tests and examples alike.
#![allow(dead_code, clippy::unwrap_used)]

#[path = "known_spectrum.rs"]
mod known_spectrum;

use std::path::PathBuf;

use hesscope_spectral::linear_grid;

pub use known_spectrum::KnownSpectrum;

/// In float64.
pub type Spectral = KnownSpectrum<f64>;

/// A spectrum and its name.
#[derive(Clone)]
pub struct Known {
    pub name: String,
    pub values: Vec<f64>,
    /// Whether it has none below zero but by rounding.
    pub psd: bool,
}

fn known(name: &str, psd: bool, values: Vec<f64>) -> Known {
    Known {
        name: name.into(),
        values,
        psd,
    }
}

/// Quantiles `(i + 1/2) / count` of the density on [a, b], by its integral on a fine grid.
pub fn quantiles(a: f64, b: f64, count: usize, density: impl Fn(f64) -> f64) -> Vec<f64> {
    const CELLS: usize = 40_000;
    let width = (b - a) / CELLS as f64;
    let mut sums = vec![0.0];
    for cell in 0..CELLS {
        let mass = density(a + (cell as f64 + 0.5) * width);
        sums.push(sums[cell] + mass);
    }
    (0..count)
        .map(|i| {
            let level = sums[CELLS] * (i as f64 + 0.5) / count as f64;
            let cell = sums.partition_point(|&sum| sum <= level) - 1;
            let share = (level - sums[cell]) / (sums[cell + 1] - sums[cell]);
            a + (cell as f64 + share) * width
        })
        .collect()
}

pub fn semicircle(p: usize, radius: f64) -> Vec<f64> {
    quantiles(-radius, radius, p, |x| {
        (radius * radius - x * x).max(0.0).sqrt()
    })
}

/// Marchenko & Pastur's law of ratio `p / n = ratio` below 1, of variance 1.
pub fn marchenko_pastur(p: usize, ratio: f64) -> Vec<f64> {
    let (lower, upper) = ((1.0 - ratio.sqrt()).powi(2), (1.0 + ratio.sqrt()).powi(2));
    quantiles(lower, upper, p, |x| {
        ((upper - x) * (x - lower)).max(0.0).sqrt() / x
    })
}

/// Ten outliers from 20 to 200 beside the semicircle of radius 1.
pub fn outliers_and_semicircle(p: usize) -> Vec<f64> {
    let mut spectrum = semicircle(p - 10, 1.0);
    spectrum.extend((1..=10).map(|i| 20.0 * f64::from(i)));
    spectrum
}

/// `lambda_i = 1/i`.
pub fn power_law(p: usize) -> Vec<f64> {
    (1..=p).map(|i| 1.0 / i as f64).collect()
}

/// Both signs in equal number, `(-1)^i / i^(1/2)`.
pub fn indefinite(p: usize) -> Vec<f64> {
    (1..=p)
        .map(|i| (if i % 2 == 0 { 1.0 } else { -1.2 }) / (i as f64).sqrt())
        .collect()
}

/// Eight eigenvalues, the rest zeros.
pub fn low_rank(p: usize) -> Vec<f64> {
    (0..p)
        .map(|i| if i < 8 { (i + 1) as f64 } else { 0.0 })
        .collect()
}

/// One eigenvalue, the rest zeros: the spectrum on which few probes err most.
pub fn rank_one(p: usize) -> Vec<f64> {
    (0..p).map(|i| if i == 0 { 1.0 } else { 0.0 }).collect()
}

/// The spectra of the studies, p from 200 to 5000.
pub fn known_spectra() -> Vec<Known> {
    let mut outliers = semicircle(1990, 1.0);
    outliers.extend((0..10).map(|i| 2.0 + 0.8 * f64::from(i)));
    let mut repeated = vec![0.0; 500];
    repeated.extend(vec![1.0; 300]);
    repeated.extend(vec![-0.5; 120]);
    repeated.extend((0..80).map(|i| 0.02 * f64::from(i)));
    let mut tiny: Vec<f64> = (0..200)
        .map(|i| 10.0_f64.powf(-14.0 * f64::from(i) / 199.0))
        .collect();
    tiny.extend(vec![0.0; 200]);
    let mut indefinite: Vec<f64> = (0..300)
        .map(|i| 10.0_f64.powf(-5.0 * f64::from(i) / 299.0))
        .collect();
    indefinite.extend((0..200).map(|i| -0.3 * 10.0_f64.powf(-4.0 * f64::from(i) / 199.0)));
    vec![
        known("semicircle, p = 200", false, semicircle(200, 1.0)),
        known("outliers + semicircle, p = 2000", false, outliers),
        known(
            "Marchenko-Pastur 1/2, p = 5000",
            true,
            marchenko_pastur(5000, 0.5),
        ),
        known(
            "Marchenko-Pastur 0.95, p = 1000",
            true,
            marchenko_pastur(1000, 0.95),
        ),
        known(
            "power law i^-1, p = 1000",
            true,
            (1..=1000).map(|i| 1.0 / f64::from(i)).collect(),
        ),
        known(
            "power law i^-2, p = 500",
            true,
            (1..=500).map(|i| f64::from(i).powi(-2)).collect(),
        ),
        known("repeated, p = 1000", false, repeated),
        known("tiny, p = 400", true, tiny),
        known("indefinite, p = 500", false, indefinite),
    ]
}

/// An exact matrix of a reference network.
pub struct Reference {
    pub network: String,
    /// Such as `hessian` or `g`.
    pub matrix: String,
    pub values: Vec<f64>,
}

/// All of them, from the folder that `HESSCOPE_SHARED` names or `shared` beside the workspace; none without it, which CI
/// does not allow.
pub fn references() -> Vec<Reference> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = shared.join("reference");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        let missing = format!("{} is missing: set HESSCOPE_SHARED", folder.display());
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        println!("left out: {missing}");
        return Vec::new();
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "safetensors"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 6, "six references in {}", folder.display());
    let mut references = Vec::new();
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let network = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut names: Vec<&str> = tensors.names().into_iter().collect();
        names.sort_unstable();
        for name in names {
            let Some(matrix) = name.strip_suffix(".eigenvalues") else {
                continue;
            };
            let tensor = tensors.tensor(name).unwrap();
            assert_eq!(tensor.dtype(), safetensors::Dtype::F64);
            let (values, rest) = tensor.data().as_chunks::<8>();
            assert!(rest.is_empty());
            references.push(Reference {
                network: network.clone(),
                matrix: matrix.to_owned(),
                values: values.iter().map(|&b| f64::from_le_bytes(b)).collect(),
            });
        }
    }
    references
}

/// Those of these matrices, with their names.
pub fn reference_spectra(matrices: &[&str]) -> Vec<(String, Vec<f64>)> {
    let mut all = references();
    all.retain(|reference| matrices.contains(&reference.matrix.as_str()));
    let named = |reference: Reference| {
        let name = format!("{} {}", reference.network, reference.matrix);
        (name, reference.values)
    };
    all.into_iter().map(named).collect()
}

/// All of them as known spectra.
pub fn known_references() -> Vec<Known> {
    let named = |reference: Reference| {
        let psd = !matches!(reference.matrix.as_str(), "hessian" | "h");
        let name = format!("{} {}", reference.network, reference.matrix);
        known(&name, psd, reference.values)
    };
    references().into_iter().map(named).collect()
}

/// A linear grid a little beyond the spectrum.
pub fn grid_about(values: &[f64], margin: f64, points: usize) -> Vec<f64> {
    let lower = values.iter().copied().fold(f64::INFINITY, f64::min);
    let upper = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    linear_grid(lower - margin, upper + margin, points).unwrap()
}

/// The largest modulus.
pub fn norm(values: &[f64]) -> f64 {
    values
        .iter()
        .fold(0.0_f64, |largest, x| largest.max(x.abs()))
}
