//! Our gradient against that of Burn's own reverse mode, which shares no rule with ours.

mod common;

use burn::tensor::Device;
use common::networks::{BatchCnn, Cnn, Concat, Idle, Mlp, Network, Residual};
use common::{autodiff_gradient, close, examples, filled, gradient};
use hesscope_hvp::{Precision, Problem, ProblemOptions};

const LABELS: [u32; 7] = [0, 1, 2, 1, 0, 2, 2];

fn check<N: Network>(name: &str, labels: &[u32]) {
    // Both are sums of the same few thousand products in another order.
    for (precision, tolerance) in [(Precision::F64, 1e-13), (Precision::F32, 2e-5)] {
        let network = filled(N::new(), 5, precision);
        let examples = examples::<N>(labels, 77);
        let expected = autodiff_gradient(&network, &examples, precision);
        // One batch, for statistics of the batch see all of it.
        let options = ProblemOptions {
            precision,
            batch_size: Some(labels.len()),
            ..ProblemOptions::default()
        };
        let problem = Problem::new(
            &network,
            |network: &N, x| network.forward(x),
            examples,
            &Device::flex(),
            options,
        )
        .expect("a network of operations with rules");
        let ours = gradient(&problem);
        assert!(expected.iter().any(|x| x.abs() > 1e-2), "{name}: vacuous");
        close(&ours, &expected, tolerance, name);
    }
}

#[test]
fn of_an_mlp() {
    check::<Mlp>("mlp", &LABELS);
}

#[test]
fn of_normalization_with_running_statistics() {
    check::<Cnn>("running", &LABELS);
}

#[test]
fn of_normalization_with_batch_statistics() {
    check::<BatchCnn>("batch", &LABELS);
}

#[test]
fn of_residual_blocks() {
    check::<Residual>("residual", &LABELS);
}

#[test]
fn of_dense_blocks_and_groups() {
    check::<Concat>("concat", &LABELS);
}

#[test]
fn of_an_unused_parameter() {
    check::<Idle>("idle", &[0, 1, 1]);
}
