//! What products must not depend on: how many directions go together, the mini-batch, the
//! repetition; and how little they may depend on the precision.

mod common;

use common::networks::{BatchCnn, Cnn, Concat, Mlp, Network, Residual};
use common::{Numbers, close, exact, gradient, problem, products};
use hesscope_hvp::{Options, Part, Precision, Problem};
use hesscope_spectral::VectorSpace;

const LABELS: [u32; 11] = [0, 1, 2, 1, 0, 2, 2, 0, 0, 1, 2];

/// The order of sums over a few hundred terms.
const ROUNDING: f64 = 1e-13;

fn vectors(problem: &Problem, count: usize) -> Vec<Vec<f64>> {
    let mut numbers = Numbers(21);
    (0..count)
        .map(|_| numbers.vector(problem.space().dim()))
        .collect()
}

fn all(problem: &Problem, vectors: &[Vec<f64>]) -> Vec<f64> {
    let mut values = gradient(problem);
    for part in Part::ALL {
        values.extend(products(problem, part, vectors).concat());
    }
    values
}

fn directions_do_not_matter<N: Network>() {
    let with = |directions: usize| {
        let options = Options {
            directions,
            ..exact()
        };
        let problem = problem::<N>(&LABELS, 8, options);
        assert_eq!(problem.directions(), directions);
        all(&problem, &vectors(&problem, 9))
    };
    let expected = with(1);
    for directions in [2, 3, 8] {
        close(
            &with(directions),
            &expected,
            ROUNDING,
            &format!("K = {directions}"),
        );
    }
}

#[test]
fn directions() {
    directions_do_not_matter::<Mlp>();
    directions_do_not_matter::<Cnn>();
    directions_do_not_matter::<BatchCnn>();
    directions_do_not_matter::<Residual>();
    directions_do_not_matter::<Concat>();
}

fn batches_do_not_matter<N: Network>() {
    let with = |batch_size: Option<usize>, memory: usize| {
        let options = Options {
            batch_size,
            memory,
            ..exact()
        };
        let problem = problem::<N>(&LABELS, 8, options);
        if let Some(size) = batch_size {
            assert_eq!(problem.batch_size(), size.min(LABELS.len()));
        }
        let evaluation = problem.evaluate().expect("a pass");
        let mut values = all(&problem, &vectors(&problem, 3));
        values.push(evaluation.loss);
        values.extend(evaluation.logits);
        (values, evaluation.accuracy)
    };
    let (expected, accuracy) = with(Some(LABELS.len()), 0);
    // Sizes that divide 11 and that leave rests of 1, 2 and 3, one larger, and the one that is chosen.
    let sizes = [Some(1), Some(3), Some(4), Some(5), Some(100), None];
    for (size, memory) in sizes
        .map(|size| (size, 1 << 30))
        .into_iter()
        .chain([(None, 0)])
    {
        let (values, same) = with(size, memory);
        close(
            &values,
            &expected,
            ROUNDING,
            &format!("batches of {size:?}"),
        );
        assert_eq!(accuracy, same);
    }
}

#[test]
fn batches() {
    batches_do_not_matter::<Mlp>();
    batches_do_not_matter::<Cnn>();
    batches_do_not_matter::<Residual>();
    batches_do_not_matter::<Concat>();
}

fn repeats<N: Network>(precision: Precision) {
    let options = Options {
        precision,
        batch_size: Some(3),
        directions: 4,
        ..Options::default()
    };
    let problem = problem::<N>(&LABELS, 8, options);
    let vectors = vectors(&problem, 5);
    let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<u64>>();
    let first = bits(all(&problem, &vectors));
    for _ in 0..3 {
        assert!(first == bits(all(&problem, &vectors)), "a product changed");
    }
}

#[test]
fn repetition_gives_the_same_bits() {
    repeats::<Cnn>(Precision::F32);
    repeats::<Cnn>(Precision::F64);
    repeats::<BatchCnn>(Precision::F32);
    repeats::<Residual>(Precision::F32);
}

fn precisions_agree<N: Network>(name: &str) {
    let with = |precision: Precision| {
        let options = Options {
            precision,
            batch_size: Some(LABELS.len()),
            ..Options::default()
        };
        // The filled networks hold the same numbers in both precisions.
        problem::<N>(&LABELS, 8, options)
    };
    let (single, double) = (with(Precision::F32), with(Precision::F64));
    let vectors: Vec<Vec<f64>> = vectors(&double, 3)
        .iter()
        .map(|v| v.iter().map(|&x| f64::from(x as f32)).collect())
        .collect();
    close(&gradient(&single), &gradient(&double), 1e-5, name);
    for part in Part::ALL {
        let (ours, expected) = (
            products(&single, part, &vectors).concat(),
            products(&double, part, &vectors).concat(),
        );
        close(&ours, &expected, 1e-5, &format!("{name} {part}"));
        assert!(ours != expected, "float32 rounds");
    }
}

#[test]
fn float32_agrees_with_float64() {
    precisions_agree::<Mlp>("mlp");
    precisions_agree::<Cnn>("running");
    precisions_agree::<BatchCnn>("batch");
    precisions_agree::<Residual>("residual");
    precisions_agree::<Concat>("concat");
}

#[test]
fn moving_away_and_back_changes_nothing() {
    let mut problem = problem::<Cnn>(&LABELS, 8, exact());
    let vectors = vectors(&problem, 2);
    let before = all(&problem, &vectors);
    let origin = problem.point();
    let mut moved = origin.clone();
    problem.space().scale(1.1, &mut moved);
    problem.move_to(&moved);
    assert_ne!(all(&problem, &vectors), before);
    problem.move_to(&origin);
    assert_eq!(all(&problem, &vectors), before);
}
