//! Spectra known in full, and operators that have them at O(p) a product.
#![allow(dead_code, clippy::unwrap_used)]

#[path = "known_spectrum.rs"]
mod known_spectrum;

use std::path::PathBuf;

use hesscope_spectral::linear_grid;

/// In float64.
pub type Spectral = known_spectrum::KnownSpectrum<f64>;

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

/// Values at p equal quantiles of a density over [lower, upper].
fn quantiles(lower: f64, upper: f64, p: usize, density: impl Fn(f64) -> f64) -> Vec<f64> {
    const CELLS: usize = 100_000;
    let step = (upper - lower) / CELLS as f64;
    let centre = |cell: usize| lower + (cell as f64 + 0.5) * step;
    let total: f64 = (0..CELLS).map(|cell| density(centre(cell))).sum();
    let mut values = Vec::with_capacity(p);
    let mut sum = 0.0;
    for cell in 0..CELLS {
        sum += density(centre(cell)) / total;
        while values.len() < p && sum >= (values.len() as f64 + 0.5) / p as f64 {
            values.push(centre(cell));
        }
    }
    values.resize(p, upper);
    values
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

/// The spectra of the exact references; `None` without the shared folder, where that is allowed.
pub fn reference_spectra() -> Option<Vec<Known>> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared")),
        PathBuf::from,
    );
    let folder = shared.join("reference");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        let missing = format!("{} is missing: set HESSCOPE_SHARED", folder.display());
        assert!(std::env::var_os("CI").is_none(), "{missing}");
        println!("left out: {missing}");
        return None;
    };
    let mut files: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "safetensors"))
        .collect();
    files.sort();
    assert_eq!(files.len(), 6, "six references in {}", folder.display());
    let mut spectra = Vec::new();
    for path in files {
        let bytes = std::fs::read(&path).unwrap();
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let file = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut names: Vec<&str> = tensors.names().into_iter().collect();
        names.sort_unstable();
        for name in names {
            let Some(operator) = name.strip_suffix(".eigenvalues") else {
                continue;
            };
            let values = tensors
                .tensor(name)
                .unwrap()
                .data()
                .as_chunks::<8>()
                .0
                .iter()
                .map(|bytes| f64::from_le_bytes(*bytes))
                .collect();
            let psd = !matches!(operator, "hessian" | "h");
            spectra.push(known(&format!("{file} {operator}"), psd, values));
        }
    }
    Some(spectra)
}

/// A linear grid a little beyond the spectrum.
pub fn grid_about(values: &[f64], margin: f64, points: usize) -> Vec<f64> {
    let lower = values.iter().copied().fold(f64::INFINITY, f64::min);
    let upper = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    linear_grid(lower - margin, upper + margin, points).unwrap()
}

pub fn norm(values: &[f64]) -> f64 {
    values
        .iter()
        .fold(0.0_f64, |largest, x| largest.max(x.abs()))
}
