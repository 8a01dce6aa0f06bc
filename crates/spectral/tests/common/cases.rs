//! Operators and spectra for the tests of moments and determinants.
#![allow(dead_code, clippy::unwrap_used)]

/// Known spectra by name, each of about `p` eigenvalues.
pub fn spectra(p: usize) -> Vec<(&'static str, Vec<f64>)> {
    let unit = |i: usize, n: usize| (i as f64 + 0.5) / n as f64;
    // Quantiles of a density on [a, b], by its cumulative sums.
    let quantiles = |a: f64, b: f64, n: usize, density: &dyn Fn(f64) -> f64| -> Vec<f64> {
        let grid = 20_000;
        let point = |g: usize| a + (b - a) * unit(g, grid);
        let total: f64 = (0..grid).map(|g| density(point(g))).sum();
        let (mut sum, mut values) = (0.0, Vec::with_capacity(n));
        for g in 0..grid {
            sum += density(point(g)) / total;
            while values.len() < n && unit(values.len(), n) <= sum {
                values.push(point(g));
            }
        }
        values.resize(n, b);
        values
    };
    let mut semicircle = quantiles(-1.0, 1.0, p - 12, &|x| (1.0 - x * x).sqrt());
    semicircle.extend((0..9).map(|i| 2.0 + 1.1 * f64::from(i)));
    semicircle.extend([-2.5, -1.9, -1.6]);
    let ratio = 0.4_f64;
    let (low, high) = ((1.0 - ratio.sqrt()).powi(2), (1.0 + ratio.sqrt()).powi(2));
    let mut marchenko = quantiles(low, high, p - 10, &|x| {
        ((high - x) * (x - low)).max(0.0).sqrt() / x
    });
    marchenko.extend((0..10).map(|i| 4.0 + 0.7 * f64::from(i * i)));
    let mut repeated = vec![5.0; 4];
    repeated.extend([4.0, 4.0, 3.5, -3.0, -3.0, -3.0, -2.0]);
    repeated.extend((0..p - 11).map(|i| 1e-8 * (unit(i, p) - 0.3)));
    vec![
        ("outliers and a semicircle", semicircle),
        ("Marchenko-Pastur", marchenko),
        (
            "power law",
            (0..p).map(|i| 100.0 / (i as f64 + 1.0).powf(1.5)).collect(),
        ),
        ("repeated and tiny", repeated),
        (
            "indefinite",
            (0..p)
                .map(|i| {
                    let size = 10.0 / (1.0 + i as f64).sqrt();
                    if i % 3 == 1 { -size } else { size }
                })
                .collect(),
        ),
    ]
}

/// The Hessian spectra of the six exact references, in the folder that `HESSCOPE_SHARED` names.
pub fn reference_spectra() -> Vec<(&'static str, Vec<f64>)> {
    let shared = std::env::var_os("HESSCOPE_SHARED").map_or_else(
        || std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared"),
        Into::into,
    );
    [
        "mlp_eval",
        "cnn_eval",
        "vgg_bn_eval",
        "vgg_bn_train",
        "resnet_block_eval",
        "densenet_block_eval",
    ]
    .into_iter()
    .map(|name| {
        let path = shared.join("reference").join(format!("{name}.safetensors"));
        let bytes = std::fs::read(&path)
            .unwrap_or_else(|error| panic!("{}: {error}; set HESSCOPE_SHARED", path.display()));
        let tensors = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let values = tensors.tensor("hessian.eigenvalues").unwrap();
        let values = values
            .data()
            .chunks_exact(8)
            .map(|chunk| f64::from_le_bytes(chunk.try_into().unwrap()))
            .collect();
        (name, values)
    })
    .collect()
}

/// Runs the estimation to its end, and again from the snapshot after each step, and hands both ends to `compare`.
pub fn stop_everywhere<O, E, Out>(
    op: &O,
    options: &E::Options,
    begin: impl Fn() -> E,
    compare: impl Fn(&Out, &Out),
) where
    O: hesscope_spectral::LinearOperator,
    E: hesscope_spectral::Estimation<O, Output = Out>,
{
    let mut whole = begin();
    let mut kept = vec![whole.snapshot().unwrap().to_owned()];
    while !whole.is_finished() {
        whole.step(op).unwrap();
        kept.push(whole.snapshot().unwrap().to_owned());
    }
    assert!(kept.len() > 3, "only {} snapshots", kept.len());
    let expected = whole.finish(op).unwrap();
    let last = kept.last().unwrap().state.clone();
    for snapshot in kept {
        let mut again = E::restore(op, options, snapshot).unwrap();
        while !again.is_finished() {
            again.step(op).unwrap();
        }
        assert_eq!(again.snapshot().unwrap().state, last);
        compare(&again.finish(op).unwrap(), &expected);
    }
}
