//! What products must not depend on: how many directions go together, the mini-batch, the
//! repetition; and how little they may depend on the precision.

mod common;

use burn::tensor::Device;
use common::networks::{BatchCnn, Cnn, Concat, Mlp, Network, Residual};
use common::{Numbers, close, exact, examples, filled, gradient, problem, products};
use hesscope_hvp::{HvpError, Part, Precision, Problem, ProblemOptions};
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
        let options = ProblemOptions {
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
        let options = ProblemOptions {
            batch_size,
            memory,
            ..exact()
        };
        let problem = problem::<N>(&LABELS, 8, options);
        if let Some(size) = batch_size {
            assert_eq!(problem.batch_size(), size.min(LABELS.len()));
        }
        let plan = problem.plan();
        assert!(plan.bytes <= memory, "{plan}");
        let evaluation = problem.evaluate().expect("a pass");
        let mut values = all(&problem, &vectors(&problem, 3));
        values.push(evaluation.loss);
        values.extend(evaluation.logits);
        (values, evaluation.accuracy, plan)
    };
    let (expected, accuracy, _) = with(Some(LABELS.len()), 1 << 30);
    assert!(accuracy.is_some());
    // Sizes that divide 11 and that leave rests of 1, 2 and 3, one larger, and the one that is chosen.
    let sizes = [Some(1), Some(3), Some(4), Some(5), Some(100), None];
    // The least that computes anything, and what leaves room for a little more at once.
    let least = least_memory::<N>();
    let memories = [1, 2, 3, 5, 10].map(|times| times * least);
    let mut plans = Vec::new();
    for (size, memory) in sizes
        .map(|size| (size, 1 << 30))
        .into_iter()
        .chain(memories.map(|memory| (None, memory)))
    {
        let (values, same, plan) = with(size, memory);
        close(
            &values,
            &expected,
            ROUNDING,
            &format!("batches of {size:?}: {plan}"),
        );
        assert_eq!(accuracy, same);
        plans.push((plan.batch_size, plan.directions, plan.side_by_side));
    }
    let chosen = &plans[sizes.len()..];
    assert_eq!(chosen[0], (1, 1, 1), "the least memory");
    assert!(
        chosen[1..].iter().any(|&plan| plan != chosen[0]) && plans[sizes.len() - 1].1 == 8,
        "the memory decides: {plans:?}"
    );
}

/// The bytes below which not even one example and one direction fit, by the error that says so.
fn least_memory<N: Network>() -> usize {
    let network = filled(N::new(), 8, Precision::F64);
    let with = |memory: usize, batch_size: Option<usize>| {
        Problem::new(
            &network,
            |network: &N, x| network.forward(x),
            examples::<N>(&LABELS, 77),
            &Device::flex(),
            ProblemOptions {
                memory,
                batch_size,
                ..exact()
            },
        )
    };
    let need = |memory: usize, batch_size: Option<usize>| match with(memory, batch_size) {
        Err(error @ HvpError::Memory { .. }) => {
            let sentence = error.to_string();
            let HvpError::Memory { need, batch, .. } = error else {
                unreachable!("matched above")
            };
            assert!(
                sentence.contains(&format!("is {memory} bytes"))
                    && sentence.contains(&need.to_string()),
                "{sentence}"
            );
            assert_eq!(
                sentence.contains("lower `batch_size`"),
                batch > 1,
                "{sentence}"
            );
            assert_eq!(batch, batch_size.unwrap_or(1));
            need
        }
        Err(error) => panic!("another error: {error}"),
        Ok(_) => panic!("{memory} bytes are enough"),
    };
    let least = need(0, None);
    assert_eq!(need(least - 1, None), least);
    // A batch that was asked for is not made smaller, for its statistics may be part of the loss.
    let four = need(least, Some(4));
    assert!(four > least, "{four} {least}");
    with(four, Some(4)).expect("what the error asks for is enough");
    least
}

#[test]
fn batches() {
    batches_do_not_matter::<Mlp>();
    batches_do_not_matter::<Cnn>();
    batches_do_not_matter::<Residual>();
    batches_do_not_matter::<Concat>();
}

fn repeats<N: Network>(precision: Precision) {
    let options = ProblemOptions {
        precision,
        batch_size: Some(3),
        directions: 4,
        ..ProblemOptions::default()
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
        let options = ProblemOptions {
            precision,
            batch_size: Some(LABELS.len()),
            ..ProblemOptions::default()
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
    problem.move_to(&moved).expect("a move");
    assert_ne!(all(&problem, &vectors), before);
    problem.move_to(&origin).expect("a move");
    assert_eq!(all(&problem, &vectors), before);
}
