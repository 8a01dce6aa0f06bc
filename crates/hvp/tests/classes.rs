//! The parts of G by class against their definitions, built out of dense Jacobians.
//!
//! In float64. The Jacobian is ours, pulled back one logit of one example at a time as the gradient of
//! a problem with one example; everything else is written out as sums over examples and classes. What
//! holds by algebra holds to rounding, 1e-12 of the largest entry.

mod common;

use burn::tensor::{Device, TensorData};
use common::networks::{BatchCnn, Cnn, Concat, Mlp, Network, Residual};
use common::{Numbers, close, entries, exact, filled};
use faer::Mat;
use hesscope_hvp::class::{ClassMean, GramMethod};
use hesscope_hvp::{Examples, Part, Problem, ProblemOptions, Terms};
use hesscope_spectral::{LinearOperator, VectorSpace, to_dense};

const ROUNDING: f64 = 1e-12;

type Vector = Vec<f64>;

/// G and its parts, dense, and what they are made of.
struct Dense {
    dim: usize,
    weights: Vec<Vec<f64>>,
    pairs: Vec<Vec<Vector>>,
    own: Vec<Vector>,
    parts: Vec<(Terms, Vec<f64>)>,
}

fn add_outer(matrix: &mut [f64], weight: f64, vector: &[f64]) {
    let dim = vector.len();
    for (j, b) in vector.iter().enumerate() {
        for (i, a) in vector.iter().enumerate() {
            matrix[j * dim + i] += weight * a * b;
        }
    }
}

fn axpy(into: &mut [f64], factor: f64, vector: &[f64]) {
    for (into, value) in into.iter_mut().zip(vector) {
        *into += factor * value;
    }
}

fn minus(a: &[f64], b: &[f64]) -> Vector {
    a.iter().zip(b).map(|(a, b)| a - b).collect()
}

impl Dense {
    /// From the Jacobian [N][C][p], the logits [N][C] and the labels.
    fn new(jacobian: &[Vec<Vector>], logits: &[Vec<f64>], labels: &[u32]) -> Self {
        let (classes, dim) = (logits[0].len(), jacobian[0][0].len());
        let count = labels.len() as f64;
        let mut weights = vec![vec![0.0; classes]; classes];
        let mut pairs = vec![vec![vec![0.0; dim]; classes]; classes];
        // g_ic' and its weight.
        let mut each: Vec<Vec<(f64, Vector)>> = Vec::new();
        for ((rows, z), &label) in jacobian.iter().zip(logits).zip(labels) {
            let total: f64 = z.iter().map(|z| z.exp()).sum();
            let p: Vec<f64> = z.iter().map(|z| z.exp() / total).collect();
            let mut mean = vec![0.0; dim];
            for (p, row) in p.iter().zip(rows) {
                axpy(&mut mean, *p, row);
            }
            let own: Vec<(f64, Vector)> = p
                .iter()
                .zip(rows)
                .map(|(&p, row)| (p, minus(row, &mean)))
                .collect();
            for (other, (w, g)) in own.iter().enumerate() {
                weights[label as usize][other] += w;
                axpy(&mut pairs[label as usize][other], *w, g);
            }
            each.push(own);
        }
        let mut own = vec![vec![0.0; dim]; classes];
        for class in 0..classes {
            let mut weight = 0.0;
            for other in (0..classes).filter(|&other| other != class) {
                weight += weights[class][other];
                let sum = pairs[class][other].clone();
                axpy(&mut own[class], 1.0, &sum);
            }
            if weight > 0.0 {
                own[class].iter_mut().for_each(|x| *x /= weight);
                for other in 0..classes {
                    let weight = weights[class][other];
                    pairs[class][other].iter_mut().for_each(|x| *x /= weight);
                }
            }
        }
        let zeros = || vec![0.0; dim * dim];
        let (mut g, mut a1, mut a2, mut b1, mut b2) = (zeros(), zeros(), zeros(), zeros(), zeros());
        let mut of_class = vec![zeros(); classes];
        for class in 0..classes {
            for other in 0..classes {
                let weight = weights[class][other] / count;
                if other == class {
                    add_outer(&mut a2, weight, &pairs[class][class]);
                } else {
                    add_outer(&mut a1, weight, &own[class]);
                    add_outer(&mut b1, weight, &minus(&pairs[class][other], &own[class]));
                }
            }
        }
        for (own, &label) in each.iter().zip(labels) {
            for (other, (w, vector)) in own.iter().enumerate() {
                add_outer(&mut g, w / count, vector);
                let deviation = minus(vector, &pairs[label as usize][other]);
                add_outer(&mut b2, w / count, &deviation);
                add_outer(&mut of_class[label as usize], w / count, &deviation);
            }
        }
        let sum = |matrices: &[&Vec<f64>]| {
            let mut total = zeros();
            matrices.iter().for_each(|m| axpy(&mut total, 1.0, m));
            total
        };
        let mut parts = vec![
            (Part::A1 + Part::A2, sum(&[&a1, &a2])),
            (Part::G - Part::A1, sum(&[&a2, &b1, &b2])),
            (Part::A2 + Part::B2, sum(&[&a2, &b2])),
            (Part::G.into(), g),
            (Part::A1.into(), a1),
            (Part::A2.into(), a2),
            (Part::B1.into(), b1),
            (Part::B2.into(), b2),
        ];
        for (class, matrix) in of_class.into_iter().enumerate() {
            parts.push((Terms::b2_of(class as u32), matrix));
        }
        Dense {
            dim,
            weights,
            pairs,
            own,
            parts,
        }
    }
}

/// The Jacobian [N][C][p] and logits [N][C]: the tangent of the logits along each axis.
fn jacobian(problem: &mut Problem) -> (Vec<Vec<Vector>>, Vec<Vec<f64>>) {
    let classes = problem.classes();
    let logits = problem.evaluate().expect("a pass").logits;
    let rows = logits.chunks(classes).map(<[f64]>::to_vec).collect();
    let columns = common::differences(problem, 1e-4, |problem| {
        problem.evaluate().expect("a pass").logits
    });
    let fine = common::differences(problem, 5e-5, |problem| {
        problem.evaluate().expect("a pass").logits
    });
    // Richardson's extrapolation, which leaves the fourth power of the step.
    let entry = |axis: usize, at: usize| (4.0 * fine[axis][at] - columns[axis][at]) / 3.0;
    let jacobian = (0..logits.len() / classes)
        .map(|example| {
            (0..classes)
                .map(|class| {
                    (0..columns.len())
                        .map(|axis| entry(axis, example * classes + class))
                        .collect()
                })
                .collect()
        })
        .collect();
    (jacobian, rows)
}

/// A problem of a network whose batches are cut anew.
fn problem<N: Network>(labels: &[u32], batch: usize) -> Problem {
    let options = ProblemOptions {
        batch_size: Some(batch),
        directions: 3,
        ..exact()
    };
    common::problem::<N>(labels, 11, options)
}

/// Central differences with extrapolation are good to about this.
const DIFFERENCE: f64 = 1e-9;

fn check<N: Network>(name: &str, labels: &[u32], batch: usize) {
    let mut problem = problem::<N>(labels, batch);
    let (jacobian, logits) = jacobian(&mut problem);
    let dense = Dense::new(&jacobian, &logits, labels);
    let largest = |values: &[f64]| values.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    let scale = largest(&dense.parts[3].1);
    let mut found = std::collections::HashMap::new();
    for (terms, expected) in &dense.parts {
        let matrix = entries(&to_dense(&problem.operator(*terms), 5).expect("products"));
        let far = largest(&minus(&matrix, expected)) / scale;
        assert!(far < DIFFERENCE, "{name}: {terms} is off by {far:e} of G");
        let transposed: Vec<f64> = (0..dense.dim)
            .flat_map(|i| (0..dense.dim).map(move |j| (i, j)))
            .map(|(i, j)| matrix[j * dense.dim + i])
            .collect();
        let far = largest(&minus(&matrix, &transposed)) / scale;
        assert!(far < ROUNDING, "{name}: {terms} is asymmetric by {far:e}");
        let square = Mat::from_fn(dense.dim, dense.dim, |i, j| matrix[j * dense.dim + i]);
        let least = square
            .self_adjoint_eigenvalues(faer::Side::Lower)
            .expect("eigenvalues")[0];
        assert!(least > -1e-13 * scale, "{name}: {terms} has {least:e}");
        found.insert(*terms, matrix);
    }
    let sum = |parts: &[Terms]| {
        let mut total = vec![0.0; dense.dim * dense.dim];
        parts
            .iter()
            .for_each(|part| axpy(&mut total, 1.0, &found[part]));
        total
    };
    let four = [Part::A1, Part::A2, Part::B1, Part::B2].map(Terms::from);
    let far = largest(&minus(&sum(&four), &found[&Part::G.into()])) / scale;
    assert!(far < ROUNDING, "{name}: the four parts miss G by {far:e}");
    let of_classes: Vec<Terms> = (0..N::CLASSES as u32).map(Terms::b2_of).collect();
    let far = largest(&minus(&sum(&of_classes), &found[&Part::B2.into()])) / scale;
    assert!(far < ROUNDING, "{name}: the classes miss B2 by {far:e}");

    means_and_gram(name, &problem, &dense);
}

fn means_and_gram(name: &str, problem: &Problem, dense: &Dense) {
    let weights = problem.class_weights().expect("weights");
    for (class, row) in dense.weights.iter().enumerate() {
        for (other, &weight) in row.iter().enumerate() {
            let ours = weights.pair(class, other);
            assert!((ours - weight).abs() < ROUNDING, "{name}: {ours} {weight}");
        }
        let wrong: f64 = row.iter().sum::<f64>() - row[class];
        assert!((weights.class(class) - wrong).abs() < ROUNDING, "{name}");
    }
    let means = ClassMean::all(&weights);
    let expected: Vec<&Vector> = means
        .iter()
        .map(|&mean| match mean {
            ClassMean::Class(class) => &dense.own[class],
            ClassMean::Pair(class, other) => &dense.pairs[class][other],
        })
        .collect();
    let space = problem.space();
    let vectors = problem.class_means(&means).expect("means");
    for ((mean, vector), expected) in means.iter().zip(&vectors).zip(&expected) {
        let what = format!("{name}: {mean:?}");
        close(&space.to_host(vector), expected, DIFFERENCE, &what);
    }
    let stored = problem
        .mean_gram_by(&means, GramMethod::Stored)
        .expect("a Gram matrix");
    let streamed = problem
        .mean_gram_by(&means, GramMethod::Streamed)
        .expect("a Gram matrix");
    let what = format!("{name}: the Gram matrix");
    close(
        &entries(&streamed.gram),
        &entries(&stored.gram),
        ROUNDING,
        &what,
    );
    let dot = |a: &[f64], b: &[f64]| -> f64 { a.iter().zip(b).map(|(a, b)| a * b).sum() };
    let by_hand = Mat::from_fn(means.len(), means.len(), |i, j| {
        dot(expected[i], expected[j])
    });
    close(
        &entries(&stored.gram),
        &entries(&by_hand),
        DIFFERENCE,
        &what,
    );
    let far = Mat::from_fn(means.len(), means.len(), |i, j| {
        let difference = minus(expected[i], expected[j]);
        dot(&difference, &difference).sqrt()
    });
    // A distance near nothing loses half its digits.
    close(&entries(&stored.distances()), &entries(&far), 1e-6, &what);

    for terms in [
        Part::A1.into(),
        Part::A2.into(),
        Part::B1.into(),
        Part::A1 + Part::A2,
        Part::A1 + Part::A2 + Part::B1,
    ] {
        let spectrum = streamed.spectrum(terms).expect("a spectrum");
        let operator = problem.operator(terms);
        let matrix = to_dense(&operator, 8).expect("products");
        let exact = matrix
            .self_adjoint_eigenvalues(faer::Side::Lower)
            .expect("eigenvalues");
        let largest = exact[dense.dim - 1];
        let mut ours = spectrum.values.clone();
        assert!(ours.windows(2).all(|pair| pair[0] >= pair[1]), "{name}");
        assert!(!ours.is_empty() && ours.iter().all(|&value| value > 0.0));
        ours.resize(dense.dim, 0.0);
        for (ours, exact) in ours.iter().zip(exact.iter().rev()) {
            let far = (ours - exact).abs() / largest;
            assert!(far < ROUNDING, "{name}: {terms} is off by {far:e}");
        }
        let vectors = problem
            .class_eigenvectors(&spectrum, spectrum.values.len())
            .expect("eigenvectors");
        let products = operator.apply(&vectors).expect("products");
        for ((vector, product), &value) in vectors.iter().zip(&products).zip(&spectrum.values) {
            assert!((space.norm(vector) - 1.0).abs() < 1e-8, "{name} {terms}");
            let mut rest = product.clone();
            space.axpy(-value, vector, &mut rest);
            let residual = space.norm(&rest) / largest;
            assert!(residual < 1e-9, "{name} {terms}: residual {residual:e}");
        }
    }
}

#[test]
fn of_an_mlp() {
    check::<Mlp>("mlp", &[0, 1, 2, 1, 0, 2, 2], 3);
}

#[test]
fn with_empty_classes() {
    check::<Mlp>("empty", &[1, 1, 1, 1], 4);
    check::<Mlp>("one empty", &[2, 0, 2, 0, 0], 2);
}

#[test]
fn with_one_example_a_class() {
    check::<Cnn>("one each", &[2, 0, 1], 2);
}

#[test]
fn of_normalization_with_batch_statistics() {
    check::<BatchCnn>("batch", &[0, 1, 2, 1, 0], 5);
}

#[test]
fn of_branches() {
    check::<Residual>("residual", &[0, 1, 2, 1], 4);
    check::<Concat>("concat", &[1, 0, 0, 1, 2], 2);
}

#[test]
fn hess_less_a_part_is_what_is_left() {
    let problem = problem::<Cnn>(&[0, 1, 2, 1, 0], 2);
    let vectors = [
        Numbers(3).vector(problem.space().dim()),
        Numbers(4).vector(problem.space().dim()),
    ];
    let products = |terms: Terms| {
        let space = problem.space();
        let block: Vec<_> = vectors.iter().map(|v| space.from_host(v)).collect();
        let products = problem.operator(terms).apply(&block).expect("products");
        products.iter().flat_map(|v| space.to_host(v)).collect()
    };
    let whole: Vector = products(Part::Hess.into());
    for part in [Part::A1, Part::A2, Part::B1, Part::B2] {
        let mut sum: Vector = products(Part::Hess - part);
        axpy(&mut sum, 1.0, &products(part.into()));
        close(&sum, &whole, 1e-13, &format!("without {part}"));
        let mut sum: Vector = products(Part::H + part);
        axpy(&mut sum, 1.0, &products(Part::G - part));
        close(&sum, &whole, 1e-13, &format!("h with {part}"));
    }
}

#[test]
fn two_classes_and_a_hundred() {
    use burn::module::Module;
    use burn::nn::{Linear, LinearConfig};
    #[derive(Module, Debug)]
    struct Wide {
        hidden: Linear,
        last: Linear,
    }
    for classes in [2, 100] {
        let wide = Wide {
            hidden: LinearConfig::new(6, 4).init(&Device::flex()),
            last: LinearConfig::new(4, classes).init(&Device::flex()),
        };
        let options = ProblemOptions {
            batch_size: Some(7),
            ..exact()
        };
        let wide = filled(wide, 5, options.precision);
        let labels: Vec<u32> = (0..20).map(|i| (i * 37 + 1) % classes as u32).collect();
        let inputs = TensorData::new(Numbers(9).vector(120), [20, 6]);
        let problem = Problem::new(
            &wide,
            |wide: &Wide, x| {
                let hidden = burn::tensor::activation::tanh(wide.hidden.forward(x));
                wide.last.forward(hidden)
            },
            Examples { inputs, labels },
            &Device::flex(),
            options,
        )
        .expect("a problem");
        let space = problem.space();
        let v = space.from_host(&Numbers(8).vector(space.dim()));
        let product = |terms: Terms| {
            let product = problem.operator(terms).apply(std::slice::from_ref(&v));
            space.to_host(&product.expect("a product")[0])
        };
        let mut sum = vec![0.0; space.dim()];
        for part in [Part::A1, Part::A2, Part::B1, Part::B2] {
            axpy(&mut sum, 1.0, &product(part.into()));
        }
        close(
            &sum,
            &product(Part::G.into()),
            1e-12,
            &format!("C = {classes}"),
        );
        // With two classes there is one wrong class, which does not differ from itself.
        let b1 = product(Part::B1.into())
            .iter()
            .fold(0.0f64, |m, x| m.max(x.abs()));
        assert_eq!(b1 < 1e-14, classes == 2, "C = {classes}: B1 reaches {b1:e}");
    }
}

#[test]
fn what_does_not_exist_is_refused() {
    let problem = problem::<Mlp>(&[0, 0, 2], 3);
    let weights = problem.class_weights().expect("weights");
    assert_eq!(ClassMean::all(&weights).len(), 2 + 2 * 3);
    assert_eq!(ClassMean::among(&[0, 2], &weights).len(), 2 + 4);
    let says = |error: hesscope_hvp::HvpError, text: &str| {
        assert!(error.to_string().contains(text), "{error}");
    };
    let error = problem
        .class_means(&[ClassMean::Class(1)])
        .expect_err("an empty class");
    says(error, "Class(1) does not exist");
    let error = problem
        .class_means(&[ClassMean::Pair(0, 3)])
        .expect_err("no such class");
    says(error, "3 classes apart");
    let gram = problem
        .mean_gram(&ClassMean::among(&[0], &weights))
        .expect("a Gram matrix");
    says(
        gram.spectrum(Part::A1).expect_err("a missing mean"),
        "Class(2)",
    );
    says(
        gram.spectrum(Part::G).expect_err("no low rank"),
        "g has no low rank",
    );
    let v = problem.space().zeros();
    let error = problem
        .operator(Terms::b2_of(3))
        .apply(&[v])
        .expect_err("no such class");
    let cause = std::error::Error::source(&error)
        .expect("a cause")
        .to_string();
    assert!(cause.contains("no class 3"), "{cause}");
    let all = problem
        .mean_gram(&ClassMean::all(&weights))
        .expect("a Gram matrix");
    let spectrum = all.spectrum(Part::A2).expect("a spectrum");
    let error = problem
        .class_eigenvectors(&spectrum, 3)
        .expect_err("two classes only");
    says(error, "2 eigenvalues");
}

#[test]
fn a_part_without_means_has_no_eigenvalues() {
    // The one class that has examples is given the probability zero, so that A2 has no mean.
    let mut problem = problem::<Mlp>(&[1, 1, 1], 3);
    let space = problem.space().clone();
    let mut point = vec![0.0; space.dim()];
    let mut start = 0;
    for parameter in problem.parameters() {
        if parameter.path == "last.bias" {
            point[start] = 1000.0;
        }
        start += parameter.len();
    }
    problem.move_to(&space.from_host(&point)).expect("a move");
    let weights = problem.class_weights().expect("weights");
    let means = ClassMean::all(&weights);
    assert!(!means.contains(&ClassMean::Pair(1, 1)));
    let gram = problem.mean_gram(&means).expect("a Gram matrix");
    let spectrum = gram.spectrum(Part::A2).expect("a spectrum");
    assert!(spectrum.values.is_empty());
    let vectors = problem.class_eigenvectors(&spectrum, 0);
    assert!(vectors.expect("no vectors").is_empty());
    // The mean of A1 is there, and zero: the probabilities are those that it is taken from.
    assert!(means.contains(&ClassMean::Class(1)));
    let spectrum = gram.spectrum(Part::A1).expect("a spectrum");
    assert!(spectrum.values.is_empty());
}
