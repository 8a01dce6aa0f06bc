//! The operators against their definitions: Hess against central differences of the gradient, G
//! against Jᵀ S J from central differences of the logits, and what holds between them.
//!
//! In float64. A central difference with step 1e-5 is off by about 1e-10 times a third derivative
//! and by rounding over the step, 1e-11; relative to the largest entry 1e-8 is asked for. What holds
//! by algebra holds to 1e-13.

mod common;

use common::networks::{BatchCnn, Cnn, Concat, Idle, Mlp, Network, Residual};
use common::{
    Numbers, close, differences, distance, entries, exact, gauss_newton, gradient, problem,
    products,
};
use faer::Mat;
use hesscope_hvp::{Part, Problem, ProblemOptions};
use hesscope_spectral::{LinearOperator, VectorSpace, to_dense};

const STEP: f64 = 1e-5;
const DIFFERENCE: f64 = 1e-8;
const ROUNDING: f64 = 1e-13;

const LABELS: [u32; 5] = [0, 1, 2, 1, 0];

fn dense(problem: &Problem, part: Part) -> Vec<f64> {
    entries(&to_dense(&problem.operator(part), 8).expect("products"))
}

fn check<N: Network>(name: &str, labels: &[u32]) {
    let options = ProblemOptions {
        batch_size: Some(labels.len()),
        ..exact()
    };
    let mut problem = problem::<N>(labels, 11, options);
    let dim = problem.space().dim();
    let [hess, g, h] = Part::MAIN.map(|part| dense(&problem, part));

    let expected = differences(&mut problem, STEP, gradient).concat();
    close(&hess, &expected, DIFFERENCE, &format!("{name}: Hess"));

    let logits = |problem: &Problem| problem.evaluate().expect("a pass").logits;
    let jacobian = differences(&mut problem, STEP, logits);
    let expected = gauss_newton(&jacobian, &logits(&problem), N::CLASSES);
    close(&g, &expected, DIFFERENCE, &format!("{name}: G"));

    let both: Vec<f64> = g.iter().zip(&h).map(|(g, h)| g + h).collect();
    close(&hess, &both, ROUNDING, &format!("{name}: Hess = G + H"));

    for (part, matrix) in [("Hess", &hess), ("G", &g), ("H", &h)] {
        let transposed: Vec<f64> = (0..dim)
            .flat_map(|i| (0..dim).map(move |j| matrix[j * dim + i]))
            .collect();
        close(
            matrix,
            &transposed,
            ROUNDING,
            &format!("{name}: {part} is symmetric"),
        );
    }
    assert!(
        h.iter().any(|x| x.abs() > 1e-3),
        "{name}: H vanishes, so the tests of it say nothing"
    );

    let matrix = Mat::from_fn(dim, dim, |i, j| g[j * dim + i]);
    let eigenvalues = matrix
        .self_adjoint_eigenvalues(faer::Side::Lower)
        .expect("eigenvalues");
    let (least, largest) = (eigenvalues[0], eigenvalues[dim - 1]);
    assert!(
        least > -1e-14 * largest && largest > 1e-3,
        "{name}: G has the eigenvalues {least:e} … {largest:e}"
    );
    // N examples with C - 1 free probabilities each leave no more than N (C - 1) directions curved.
    let rank = eigenvalues.iter().filter(|&&e| e > 1e-12 * largest).count();
    let most = labels.len() * (N::CLASSES - 1);
    assert!(rank <= most, "{name}: G has rank {rank} of at most {most}");
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
fn of_two_classes_and_an_unused_parameter() {
    check::<Idle>("idle", &[0, 1, 1, 0]);
}

#[test]
fn of_one_example() {
    check::<Mlp>("one example", &[2]);
}

#[test]
fn of_one_example_a_class() {
    check::<Mlp>("one a class", &[0, 1, 2]);
}

#[test]
fn of_classes_without_examples() {
    check::<Mlp>("empty classes", &[1, 1, 1]);
}

#[test]
fn an_unused_parameter_has_zero_rows() {
    let problem = problem::<Idle>(&[0, 1, 1], 3, exact());
    let mut start = 0;
    let mut found = false;
    for parameter in problem.parameters() {
        let range = start..start + parameter.len();
        start = range.end;
        if parameter.path != "idle" {
            continue;
        }
        found = true;
        let dim = problem.space().dim();
        assert_eq!(range.len(), 5);
        assert!(gradient(&problem)[range.clone()].iter().all(|&x| x == 0.0));
        for part in Part::MAIN {
            let matrix = dense(&problem, part);
            for column in matrix.chunks(dim) {
                assert!(column[range.clone()].iter().all(|&x| x == 0.0), "{part}");
            }
            let columns = &matrix[range.start * dim..range.end * dim];
            assert!(columns.iter().all(|&x| x == 0.0), "{part}");
        }
    }
    assert!(found, "the parameters are {:?}", problem.parameters());
}

#[test]
fn products_are_linear() {
    let problem = problem::<Cnn>(&LABELS, 11, exact());
    let dim = problem.space().dim();
    let mut numbers = Numbers(4);
    let (a, b) = (numbers.vector(dim), numbers.vector(dim));
    let mixed: Vec<f64> = a.iter().zip(&b).map(|(a, b)| 2.0 * a - 0.3 * b).collect();
    for part in Part::MAIN {
        let [a, b, mixed] = &products(&problem, part, &[a.clone(), b.clone(), mixed.clone()])[..]
        else {
            unreachable!("three vectors have three products")
        };
        let expected: Vec<f64> = a.iter().zip(b).map(|(a, b)| 2.0 * a - 0.3 * b).collect();
        close(mixed, &expected, ROUNDING, part.name());
        assert!(distance(a, b) > 0.1, "two vectors have two products");
    }
}

#[test]
fn an_empty_block_has_no_products() {
    let problem = problem::<Mlp>(&LABELS, 11, exact());
    for part in Part::MAIN {
        let none = problem.operator(part).apply(&[]).expect("no products");
        assert!(none.is_empty());
    }
}
