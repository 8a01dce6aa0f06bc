//! The spectra that estimators of traces are tried on.
#![allow(dead_code, clippy::unwrap_used)]

use std::f64::consts::PI;
use std::path::{Path, PathBuf};

use safetensors::SafeTensors;

/// The p mid-quantiles of a distribution function on an interval, by bisection.
fn quantiles(p: usize, lower: f64, upper: f64, cumulative: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..p)
        .map(|i| {
            let level = (i as f64 + 0.5) / p as f64;
            let (mut a, mut b) = (lower, upper);
            for _ in 0..60 {
                let middle = 0.5 * (a + b);
                if cumulative(middle) < level {
                    a = middle;
                } else {
                    b = middle;
                }
            }
            0.5 * (a + b)
        })
        .collect()
}

/// The semicircle of radius 1.
pub fn semicircle(p: usize) -> Vec<f64> {
    quantiles(p, -1.0, 1.0, |x| {
        0.5 + (x * (1.0 - x * x).max(0.0).sqrt() + x.asin()) / PI
    })
}

/// Ten outliers from 20 to 200 beside the semicircle of radius 1.
pub fn outliers_and_semicircle(p: usize) -> Vec<f64> {
    let mut spectrum = semicircle(p - 10);
    spectrum.extend((1..=10).map(|i| 20.0 * f64::from(i)));
    spectrum
}

/// Marchenko-Pastur of ratio 1/4 and unit variance: on [1/4, 9/4].
pub fn marchenko_pastur(p: usize) -> Vec<f64> {
    let (a, b) = (0.25, 2.25);
    // With x = mid - half cos t the density's integral is smooth.
    let cells = 4000;
    let (mid, half) = (0.5 * (a + b), 0.5 * (b - a));
    let mut table = vec![0.0];
    for cell in 0..cells {
        let t = (cell as f64 + 0.5) * PI / cells as f64;
        let x = mid - half * t.cos();
        table.push(table[cell] + (half * t.sin()).powi(2) / x);
    }
    let total = table[cells];
    quantiles(p, a, b, |x| {
        let t = ((mid - x) / half).clamp(-1.0, 1.0).acos() * cells as f64 / PI;
        let cell = (t as usize).min(cells - 1);
        (table[cell] + (t - cell as f64) * (table[cell + 1] - table[cell])) / total
    })
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

pub const REFERENCES: [&str; 6] = [
    "cnn_eval",
    "densenet_block_eval",
    "mlp_eval",
    "resnet_block_eval",
    "vgg_bn_eval",
    "vgg_bn_train",
];

/// The eigenvalues of a reference network's exact Hessian, from the folder that `HESSCOPE_SHARED` names or `../shared`
/// beside the workspace.
pub fn reference(name: &str) -> Vec<f64> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        PathBuf::from,
    );
    let path = shared.join("reference").join(format!("{name}.safetensors"));
    let missing = format!("{} is missing: set HESSCOPE_SHARED", path.display());
    let bytes = std::fs::read(&path).expect(&missing);
    let tensors = SafeTensors::deserialize(&bytes).unwrap();
    let data = tensors.tensor("hessian.eigenvalues").unwrap().data();
    let (values, rest) = data.as_chunks::<8>();
    assert!(rest.is_empty());
    values
        .iter()
        .map(|bytes| f64::from_le_bytes(*bytes))
        .collect()
}
