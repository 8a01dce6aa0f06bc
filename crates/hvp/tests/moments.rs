//! Fisher matrices and the covariance of gradients against sums over the gradients of single examples.

mod common;

use burn::tensor::{Device, TensorData};
use common::networks::{BatchCnn, Cnn, Mlp, Network};
use common::{close, entries, exact, examples, filled, gradient, problem};
use hesscope_hvp::{Examples, Moment, Part, Problem, ProblemOptions};
use hesscope_spectral::{LinearOperator, VectorSpace, to_dense};

const LABELS: [u32; 6] = [0, 1, 2, 1, 0, 2];
const ROUNDING: f64 = 1e-12;

/// The gradient of each example alone, as the gradient of a problem that has no other.
fn gradients<N: Network>(labels: &[u32]) -> Vec<Vec<f64>> {
    let all = examples::<N>(labels, 77);
    let shape = all.inputs.shape().to_vec();
    let size: usize = shape[1..].iter().product();
    let values: Vec<f64> = all.inputs.iter::<f64>().collect();
    let network = filled(N::new(), 11, exact().precision);
    labels
        .iter()
        .zip(values.chunks(size))
        .map(|(&label, values)| {
            let mut one = shape.clone();
            one[0] = 1;
            let alone = Problem::new(
                &network,
                |network: &N, x| network.forward(x),
                Examples {
                    inputs: TensorData::new(values.to_vec(), one),
                    labels: vec![label],
                },
                &Device::flex(),
                exact(),
            );
            gradient(&alone.expect("a problem"))
        })
        .collect()
}

fn second_moment(vectors: &[Vec<f64>]) -> Vec<f64> {
    let dim = vectors[0].len();
    let mut matrix = vec![0.0; dim * dim];
    for vector in vectors {
        for j in 0..dim {
            for i in 0..dim {
                matrix[j * dim + i] += vector[i] * vector[j] / vectors.len() as f64;
            }
        }
    }
    matrix
}

fn dense(problem: &Problem, moment: Moment) -> Vec<f64> {
    let operator = problem.moment(moment).expect("an operator");
    entries(&to_dense(&operator, 5).expect("products"))
}

fn in_batches<N: Network>(batch: usize) -> Problem {
    let options = ProblemOptions {
        batch_size: Some(batch),
        directions: 3,
        ..exact()
    };
    problem::<N>(&LABELS, 11, options)
}

fn check<N: Network>(name: &str) {
    let problem = in_batches::<N>(4);
    let mut vectors = gradients::<N>(&LABELS);
    let fisher = dense(&problem, Moment::EmpiricalFisher);
    close(&fisher, &second_moment(&vectors), ROUNDING, name);
    let space = problem.space();
    let rows = problem.row_gradients().expect("gradients");
    let norms = problem.gradient_norms().expect("norms");
    assert_eq!((rows.len(), norms.len()), (vectors.len(), vectors.len()));
    for ((row, norm), vector) in rows.iter().zip(norms).zip(&vectors) {
        close(&space.to_host(row), vector, ROUNDING, name);
        let expected = vector.iter().map(|x| x * x).sum::<f64>().sqrt();
        assert!((norm - expected).abs() < ROUNDING * expected, "{name}");
    }
    let mean = gradient(&problem);
    for vector in &mut vectors {
        for (x, mean) in vector.iter_mut().zip(&mean) {
            *x -= mean;
        }
    }
    let covariance = dense(&problem, Moment::GradientCovariance);
    close(&covariance, &second_moment(&vectors), ROUNDING, name);
}

#[test]
fn are_those_of_the_gradients() {
    check::<Mlp>("mlp");
    check::<Cnn>("cnn");
}

#[test]
fn the_monte_carlo_fisher_does_not_depend_on_batches() {
    let drawn = |batch: usize, seed: u64, samples: usize| {
        dense(
            &in_batches::<Mlp>(batch),
            Moment::MonteCarloFisher { seed, samples },
        )
    };
    let whole = drawn(6, 3, 2);
    close(&drawn(4, 3, 2), &whole, ROUNDING, "in batches");
    assert!(common::distance(&drawn(6, 4, 2), &whole) > 1e-3);
    assert!(common::distance(&drawn(6, 3, 1), &whole) > 1e-3);
}

#[test]
fn the_monte_carlo_fisher_has_g_as_its_mean() {
    let problem = in_batches::<Mlp>(6);
    let g = entries(&to_dense(&problem.operator(Part::G), 8).expect("products"));
    let far = |samples: usize| {
        let seeds = 0..6;
        let squares = seeds.map(|seed| {
            let drawn = dense(&problem, Moment::MonteCarloFisher { seed, samples });
            let square: f64 = drawn.iter().zip(&g).map(|(a, b)| (a - b) * (a - b)).sum();
            square / g.iter().map(|x| x * x).sum::<f64>()
        });
        (squares.sum::<f64>() / 6.0).sqrt()
    };
    // The error falls with the root of the number of samples; were the mean another matrix, it would
    // not fall.
    let (few, many) = (far(4), far(256));
    assert!(few < 1.0, "{few}");
    assert!(many < few / 5.0 && many > few / 13.0, "{few} {many}");
}

#[test]
fn gradients_of_a_batch_with_its_statistics_add_up_too() {
    // There an example has no gradient of its own, but J has rows, and their sum is the gradient.
    let problem = in_batches::<BatchCnn>(6);
    let space = problem.space();
    let fisher = problem
        .moment(Moment::EmpiricalFisher)
        .expect("an operator");
    let covariance = problem
        .moment(Moment::GradientCovariance)
        .expect("an operator");
    let v = space.from_host(&common::Numbers(5).vector(space.dim()));
    let apply = |operator: &dyn LinearOperator<Space = _>| {
        let product = operator.apply(std::slice::from_ref(&v)).expect("a product");
        space.to_host(&product[0])
    };
    let mean = problem.gradient().expect("a gradient");
    let along = space.dot(&mean, &v);
    let difference: Vec<f64> = apply(&fisher)
        .iter()
        .zip(space.to_host(&mean))
        .map(|(f, g)| f - along * g)
        .collect();
    close(&apply(&covariance), &difference, 1e-11, "covariance");
}

#[test]
fn no_example_has_a_gradient_of_its_own_under_statistics_of_the_batch() {
    let problem = in_batches::<BatchCnn>(3);
    let error = problem.gradient_norms().expect_err("no norms").to_string();
    assert!(error.contains("depends on the others"), "{error}");
}

#[test]
fn a_choice_of_examples_is_a_data_set_of_its_own() {
    let all = examples::<Mlp>(&LABELS, 77);
    let network = filled(Mlp::new(), 11, exact().precision);
    let gradient_of = |examples: Examples| {
        let problem = Problem::new(
            &network,
            |network: &Mlp, x| network.forward(x),
            examples,
            &Device::flex(),
            exact(),
        );
        gradient(&problem.expect("a problem"))
    };
    let chosen = all.select(&[4, 1, 1]).expect("examples");
    assert_eq!(chosen.labels, [0, 1, 1]);
    let each = gradients::<Mlp>(&LABELS);
    let expected: Vec<f64> = (0..each[0].len())
        .map(|k| (each[4][k] + 2.0 * each[1][k]) / 3.0)
        .collect();
    close(&gradient_of(chosen), &expected, ROUNDING, "a choice");
    let error = all
        .select(&[2, 6])
        .expect_err("no such example")
        .to_string();
    assert!(error.contains("no example 6: there are 6"), "{error}");
}

#[test]
fn no_sample_is_refused() {
    let problem = in_batches::<Mlp>(6);
    let Err(error) = problem.moment(Moment::MonteCarloFisher {
        seed: 0,
        samples: 0,
    }) else {
        panic!("no sample makes no matrix");
    };
    assert!(error.to_string().contains("samples to 1"), "{error}");
}
