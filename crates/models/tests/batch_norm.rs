//! BatchNorm against its formulas, and its gradient against finite differences, all in float64.

use burn::{
    module::{Module, Param},
    tensor::{DType, Device, Tensor, TensorData},
};
use hesscope_models::{BatchNorm, BnMode, Buffer};

const N: usize = 5;
const C: usize = 3;
const EPSILON: f64 = 1e-5;

fn tensor<const D: usize>(values: &[f64], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(
        TensorData::new(values.to_vec(), shape),
        (device, DType::F64),
    )
}

fn values<const D: usize>(tensor: Tensor<D>) -> Vec<f64> {
    tensor.into_data().iter::<f64>().collect()
}

fn layer(device: &Device) -> BatchNorm {
    BatchNorm {
        weight: Param::from_tensor(tensor(&[1.5, -0.5, 0.8], [C], device)),
        bias: Param::from_tensor(tensor(&[0.1, 0.2, -0.3], [C], device)),
        running_mean: Buffer::new(tensor(&[0.3, -0.1, 0.0], [C], device)),
        running_var: Buffer::new(tensor(&[1.2, 0.7, 2.0], [C], device)),
        epsilon: EPSILON,
        momentum: 0.1,
    }
}

/// Some irregular numbers.
fn input(count: usize) -> Vec<f64> {
    (0..count)
        .map(|i| (1.7 * i as f64 + 0.3).sin() + 0.1 * (i % 7) as f64)
        .collect()
}

/// Mean and biased variance of each channel of `[n, C, pixels]`.
fn moments(x: &[f64], pixels: usize) -> Vec<(f64, f64)> {
    let channel = |c: usize| {
        x.chunks_exact(pixels)
            .enumerate()
            .filter(move |(k, _)| k % C == c)
            .flat_map(|(_, p)| p)
    };
    let moment = |c: usize| {
        let count = channel(c).count() as f64;
        let mean = channel(c).sum::<f64>() / count;
        (
            mean,
            channel(c).map(|v| (v - mean).powi(2)).sum::<f64>() / count,
        )
    };
    (0..C).map(moment).collect()
}

/// The layer's formula with given statistics.
fn normalised(x: &[f64], pixels: usize, stats: &[(f64, f64)]) -> Vec<f64> {
    let (weight, bias) = ([1.5, -0.5, 0.8], [0.1, 0.2, -0.3]);
    let one = |(i, v): (usize, &f64)| {
        let c = i / pixels % C;
        weight[c] * (v - stats[c].0) / (stats[c].1 + EPSILON).sqrt() + bias[c]
    };
    x.iter().enumerate().map(one).collect()
}

fn assert_close(found: &[f64], wanted: &[f64]) {
    assert_eq!(found.len(), wanted.len());
    for (i, (a, b)) in found.iter().zip(wanted).enumerate() {
        assert!(
            (a - b).abs() <= 1e-12 * (1.0 + b.abs()),
            "entry {i}: {a} for {b}"
        );
    }
}

#[test]
fn running_mode_uses_the_running_statistics_and_leaves_them() {
    let device = Device::flex();
    let layer = layer(&device);
    let x = input(N * C * 4);
    let y = layer.forward(tensor(&x, [N, C, 2, 2], &device), BnMode::Running);
    assert_close(
        &values(y),
        &normalised(&x, 4, &[(0.3, 1.2), (-0.1, 0.7), (0.0, 2.0)]),
    );
    assert_close(&values(layer.running_mean.value()), &[0.3, -0.1, 0.0]);
}

#[test]
fn batch_and_train_mode_normalise_alike_and_only_train_updates() {
    // On images and on features, with and without autodiff.
    for pixels in [4, 1] {
        for device in [Device::flex(), Device::flex().autodiff()] {
            let x = input(N * C * pixels);
            let stats = moments(&x, pixels);
            let forward = |layer: &BatchNorm, mode| match pixels {
                1 => values(layer.forward(tensor(&x, [N, C], &device), mode)),
                _ => values(layer.forward(tensor(&x, [N, C, 2, 2], &device), mode)),
            };
            let layer = layer(&device);
            assert_close(
                &forward(&layer, BnMode::Batch),
                &normalised(&x, pixels, &stats),
            );
            assert_close(&values(layer.running_mean.value()), &[0.3, -0.1, 0.0]);
            assert_close(&values(layer.running_var.value()), &[1.2, 0.7, 2.0]);

            assert_close(
                &forward(&layer, BnMode::Train),
                &normalised(&x, pixels, &stats),
            );
            let count = (N * pixels) as f64;
            let blend = |old: [f64; C], new: &dyn Fn(usize) -> f64| -> Vec<f64> {
                (0..C).map(|c| 0.9 * old[c] + 0.1 * new(c)).collect()
            };
            let mean = blend([0.3, -0.1, 0.0], &|c| stats[c].0);
            let unbiased = blend([1.2, 0.7, 2.0], &|c| stats[c].1 * count / (count - 1.0));
            assert_close(&values(layer.running_mean.value()), &mean);
            assert_close(&values(layer.running_var.value()), &unbiased);
            assert!(!layer.running_var.value().is_require_grad());
        }
    }
}

#[test]
fn the_gradient_agrees_with_finite_differences_in_every_mode() {
    let device = Device::flex().autodiff();
    let shape = [N, C, 2, 2];
    let x = input(N * C * 4);
    // A fixed weighting of the outputs makes them one number.
    let weights: Vec<f64> = (0..x.len()).map(|i| (0.9 * i as f64).cos()).collect();
    let number = |x: &[f64], mode| -> f64 {
        let plain = device.clone().without_autodiff();
        let y = values(layer(&plain).forward(tensor(x, shape, &plain), mode));
        y.iter().zip(&weights).map(|(y, w)| y * w).sum()
    };
    for mode in [BnMode::Running, BnMode::Batch, BnMode::Train] {
        let leaf = tensor(&x, shape, &device).require_grad();
        let y = layer(&device).forward(leaf.clone(), mode);
        let gradients = (y * tensor(&weights, shape, &device)).sum().backward();
        let gradient = values(leaf.grad(&gradients).expect("a gradient"));
        for i in [0, 7, 20, 41, x.len() - 1] {
            let step = 1e-5;
            let (mut up, mut down) = (x.clone(), x.clone());
            up[i] += step;
            down[i] -= step;
            let difference = (number(&up, mode) - number(&down, mode)) / (2.0 * step);
            assert!(
                (gradient[i] - difference).abs() < 1e-8,
                "{mode:?} {i}: {} for {difference}",
                gradient[i]
            );
        }
    }
}

#[test]
fn one_example_leaves_finite_running_statistics() {
    let device = Device::flex();
    let layer = layer(&device);
    let _ = layer.forward(tensor(&[1.0, 2.0, 3.0], [1, C], &device), BnMode::Train);
    assert_close(
        &values(layer.running_var.value()),
        &[0.9 * 1.2, 0.9 * 0.7, 0.9 * 2.0],
    );
}

#[test]
fn moving_to_validation_and_back_keeps_the_statistics() {
    let device = Device::flex().autodiff();
    let layer = layer(&device);
    let valid = layer.valid();
    assert!(!valid.running_mean.value().is_autodiff());
    assert!(
        layer.running_mean.value().is_autodiff(),
        "the original stays where it was"
    );
    let back = valid.train();
    assert!(back.running_mean.value().is_autodiff() && back.weight.is_require_grad());
    assert_close(&values(back.running_var.value()), &[1.2, 0.7, 2.0]);
}
