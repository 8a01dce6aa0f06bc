//! Kernels of GPUs against the host, in float32: products of matrices of all shapes, the space of parameters, and the
//! operators of whole networks. Every rule on a GPU is checked where it is checked on the host.
#![cfg(feature = "gpu")]

mod common;

use burn::tensor::Device;
use common::gpu::{assert_close, gpu, moved};
use common::networks::{BatchCnn, Cnn, Concat, Mlp, Network, Residual};
use common::{Numbers, exact, examples, filled};
use faer::Mat;
use hesscope_hvp::rules::batch_norm_relu::BatchNormRelu;
use hesscope_hvp::rules::batch_norm_train::BatchNormTrain;
use hesscope_hvp::rules::{Point, Rule};
use hesscope_hvp::{Array, Descent, ParameterSpace, Part, Precision, Problem, ProblemOptions};
use hesscope_spectral::VectorSpace;

fn shapes(m: usize, k: usize, n: usize) -> [Vec<usize>; 2] {
    [vec![m, k], vec![k, n]]
}

#[test]
fn products_of_matrices_are_the_hosts() {
    let device = gpu();
    let mut numbers = Numbers(3);
    let mut check = |name: &str, [left, right]: [Vec<usize>; 2]| {
        let [a, b] = [left, right].map(|shape| numbers.array(&shape, -1.0, 1.0));
        let [on_a, on_b] = [&a, &b].map(|array| moved(array, &device));
        assert_close(name, "product", &on_a.matmul(&on_b), &a.matmul(&b));
        // The same numbers in another order of memory.
        let turned = |array: &Array| array.transpose().to_data().expect("host memory");
        let [turned_a, turned_b] = [&a, &b]
            .map(|array| Array::from_data(turned(array), Precision::F32, &device).transpose());
        assert_close(name, "left turned", &turned_a.matmul(&on_b), &a.matmul(&b));
        assert_close(name, "right turned", &on_a.matmul(&turned_b), &a.matmul(&b));
        assert_close(
            name,
            "both turned",
            &turned_a.matmul(&turned_b),
            &a.matmul(&b),
        );
    };
    for (m, k, n) in [
        (1, 1, 1),
        (1, 7, 5),
        (5, 7, 1),
        (3, 100, 64),
        (64, 16, 64),
        (65, 17, 63),
        (130, 9, 200),
        // Of quads in both directions, in tiles of every size.
        (64, 8, 136),
        (132, 36, 60),
        (260, 64, 200),
        (128, 601, 68),
    ] {
        check(&format!("{m} x {k} x {n}"), shapes(m, k, n));
    }
    // Tiles of 128, and more of them than a device has processors.
    check("large", [vec![20, 140, 33], vec![20, 33, 70]]);
    // Long contractions, which are cut, and one that cannot be.
    check("long", shapes(3, 4096, 5));
    check("long batch", [vec![2, 1, 3, 1024], vec![1, 3, 1024, 70]]);
    check("long prime", shapes(2, 2053, 3));
    check("broadcast left", [vec![1, 4, 3], vec![2, 3, 5]]);
    check("broadcast both", [vec![2, 1, 4, 3], vec![1, 3, 3, 5]]);
}

#[test]
fn the_same_product_has_the_same_bits() {
    let device = gpu();
    let mut numbers = Numbers(4);
    let [a, b] =
        [[70, 3000], [3000, 20]].map(|shape| moved(&numbers.array(&shape, -1.0, 1.0), &device));
    let product = || a.matmul(&b).to_f64().expect("the device");
    assert_eq!(product(), product());
}

#[test]
fn vectors_of_parameters_are_multiplied_and_combined_as_on_the_host() {
    // Neighbours that go together and such that do not, fewer and more than there are units.
    for dim in [1, 64, 3 * 512 * 64 + 777, 5 * (1 << 18) + 4] {
        let spaces =
            [gpu(), Device::flex()].map(|device| ParameterSpace::new(dim, Precision::F32, device));
        let mut numbers = Numbers(5);
        let host: Vec<Vec<f64>> = (0..13).map(|_| numbers.vector(dim)).collect();
        let [ours, theirs] = spaces.each_ref().map(|space| {
            let vectors = host.iter().map(|vector| space.from_host(vector));
            vectors.collect::<Vec<Array>>()
        });
        // Inner products of independent numbers are of the order of the root of the dimension, and rounded to 6e-8 of each
        // term.
        let rounding = 1e-6 * (dim as f64).sqrt();
        for (first, last) in [(2, 9), (9, 2), (13, 0), (1, 1)] {
            let gram = |space: &ParameterSpace, vectors: &[Array]| {
                space.gram(&vectors[..first], &vectors[last..])
            };
            let off = gram(&spaces[0], &ours) - gram(&spaces[1], &theirs);
            assert!(off.norm_max() < rounding, "{dim}: {}", off.norm_max());
        }
        let [one, other] = [(&spaces[0], &ours), (&spaces[1], &theirs)]
            .map(|(space, vectors)| space.dot(&vectors[0], &vectors[1]));
        assert!((one - other).abs() < rounding, "{dim}: {one} for {other}");
        for terms in [1, 6, 13] {
            let coefficients = Mat::from_fn(terms, 3, |i, j| 0.3 * i as f64 - 0.7 * j as f64 + 0.1);
            let combined = spaces[0].combine(&ours[..terms], coefficients.as_ref());
            let expected = spaces[1].combine(&theirs[..terms], coefficients.as_ref());
            for (ours, expected) in combined.iter().zip(&expected) {
                assert_close("combine", "vector", ours, expected);
            }
        }
        let [moved, expected] =
            [(&spaces[0], &ours), (&spaces[1], &theirs)].map(|(space, vectors)| {
                let mut moved = vectors[0].clone();
                space.axpy(-0.3, &vectors[1], &mut moved);
                moved
            });
        assert_close("axpy", "vector", &moved, &expected);
    }
}

/// A device may leave room behind each row of an array: so do parts of longer rows here.
#[test]
fn rows_that_lie_apart_are_read_as_others() {
    let device = gpu();
    let mut numbers = Numbers(6);
    for channels in [5, 8] {
        // 256 bytes behind each row.
        let long = numbers.array(&[9, channels + 64], -1.0, 1.0);
        let per_channel = numbers.array(&[channels], 0.5, 1.5);
        let norm = BatchNormTrain { epsilon: 1e-3 };
        let found = |long: &Array, per_channel: &Array| {
            let x = long.slice(1, 0, channels);
            let inputs = [x.clone(), per_channel.clone(), per_channel.clone()];
            let cotangent = x.mul(&x).reshape(&[1, 9, channels]);
            let mut all = vec![cotangent.where_positive(&x), x.transpose().matmul(&x)];
            for rule in [&norm as &dyn Rule, &BatchNormRelu { norm }] {
                let (value, saved) = rule.value(&inputs);
                let at = Point {
                    inputs: &inputs,
                    value: &value,
                    saved: &saved,
                };
                let pulled = rule.vjp(at, &cotangent, &[true; 3]);
                all.extend(pulled.into_iter().flatten());
                all.push(value);
            }
            all
        };
        let expected = found(&long, &per_channel);
        let ours = found(&moved(&long, &device), &moved(&per_channel, &device));
        assert_eq!(ours.len(), 2 + 2 * 4);
        for (ours, expected) in ours.iter().zip(&expected) {
            assert_close("rows apart", "an array", ours, expected);
        }
    }
}

#[test]
fn steps_of_descent_are_the_hosts() {
    let device = gpu();
    let mut numbers = Numbers(7);
    let descent = Descent {
        rate: 0.1,
        momentum: 0.9,
        decay: 0.01,
    };
    for shape in [vec![3, 7], vec![4, 8, 2]] {
        let [w, m, g] = [0, 1, 2].map(|_| numbers.array(&shape, -1.0, 1.0));
        let on = |array: &Array| moved(array, &device);
        let (ours, kept) = descent.step(on(&w), Some(on(&m)), on(&g));
        let (expected, expected_kept) = descent.step(w, Some(m), g);
        assert_close("descent", "weight", &ours, &expected);
        assert_close("descent", "momentum", &kept, &expected_kept);
        let blended = on(&expected).blend(0.9, &on(&expected_kept), -0.3);
        let expected = expected.blend(0.9, &expected_kept, -0.3);
        assert_close("blend", "an array", &blended, &expected);
    }
}

fn check_network<N: Network>(name: &str, device: &Device) {
    let labels = [0, 1, 2, 1, 0];
    let open = |device: &Device, options: ProblemOptions| {
        let network = filled(N::new(), 11, options.precision);
        let forward = |network: &N, x| network.forward(x);
        Problem::new(
            &network,
            forward,
            examples::<N>(&labels, 77),
            device,
            options,
        )
        .expect("a network of operations with rules")
    };
    let on_gpu = open(device, ProblemOptions::default());
    let on_host = open(&Device::flex(), exact());
    for part in [Part::Hess, Part::G, Part::H, Part::A1, Part::B2] {
        let difference = on_gpu.difference_from(&on_host, part).expect("products");
        assert!(difference < 1e-5, "{name}: {part} is off by {difference:e}");
    }
    let logits = |problem: &Problem| problem.evaluate().expect("a pass").logits;
    for (ours, expected) in logits(&on_gpu).iter().zip(logits(&on_host)) {
        assert!(
            (ours - expected).abs() < 1e-5,
            "{name}: {ours} for {expected}"
        );
    }
    on_gpu.check_determinism().expect("one function");
}

#[test]
fn operators_of_networks_are_the_hosts() {
    let device = gpu();
    check_network::<Mlp>("mlp", &device);
    check_network::<Cnn>("cnn", &device);
    check_network::<BatchCnn>("cnn with batch normalization", &device);
    check_network::<Residual>("residual", &device);
    check_network::<Concat>("concatenation", &device);
}
