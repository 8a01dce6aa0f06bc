//! Every loss on whole networks: value and gradient against Burn's own reverse mode of the same loss
//! in Burn's tensors, Hess against central differences of the gradient, and what holds between the
//! parts; targets that are ignored, smoothed or soft, and several rows an example.
//!
//! In float64, with the tolerances of `operators.rs`.

mod common;

use burn::module::{Module, Param};
use burn::tensor::activation::{log_sigmoid, log_softmax};
use burn::tensor::{Device, Tensor, TensorData};
use common::networks::{Cnn, Mlp, Network};
use common::{
    Numbers, close, differences, entries, exact, filled, gradient, products, reverse_mode,
};
use faer::Mat;
use hesscope_hvp::PrecisionExt;
use hesscope_hvp::{
    HvpError, IGNORED, Loss, Objective, Part, Precision, Problem, ProblemOptions, Samples, Targets,
};
use hesscope_spectral::{VectorSpace, to_dense};

const STEP: f64 = 1e-5;
const DIFFERENCE: f64 = 1e-8;
const ROUNDING: f64 = 1e-13;

const COUNT: usize = 7;

fn smoothed(label_smoothing: f64) -> Loss {
    Loss::CrossEntropy { label_smoothing }
}

/// One logit an example.
#[derive(Module, Debug)]
struct Single {
    first: Param<Tensor<2>>,
    last: Param<Tensor<2>>,
}

impl Network for Single {
    const INPUT: [usize; 3] = [1, 2, 2];
    const CLASSES: usize = 1;

    fn new() -> Self {
        let ones = |shape: [usize; 2]| Param::from_tensor(Tensor::ones(shape, &Device::flex()));
        Single {
            first: ones([4, 3]),
            last: ones([3, 1]),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let x = x.flatten::<2>(1, 3).matmul(self.first.val()).tanh();
        x.matmul(self.last.val())
    }
}

/// Two rows of three logits an example.
#[derive(Module, Debug)]
struct Sequence {
    first: Param<Tensor<2>>,
    last: Param<Tensor<2>>,
}

impl Network for Sequence {
    const INPUT: [usize; 3] = [1, 2, 2];
    const CLASSES: usize = 3;

    fn new() -> Self {
        let ones = |shape: [usize; 2]| Param::from_tensor(Tensor::ones(shape, &Device::flex()));
        Sequence {
            first: ones([2, 4]),
            last: ones([4, 3]),
        }
    }

    fn forward(&self, x: Tensor<4>) -> Tensor<2> {
        let [n, _, rows, width] = x.dims();
        let x = x.reshape([n * rows, width]).matmul(self.first.val()).tanh();
        x.matmul(self.last.val())
    }
}

fn inputs<N: Network>(count: usize) -> TensorData {
    let [c, h, w] = N::INPUT;
    let values = Numbers(5).vector(count * c * h * w);
    TensorData::new(values, [count, c, h, w])
}

/// Targets in (0, 1), each row's sum one where they are probabilities.
fn values(rows: usize, classes: usize, probabilities: bool) -> TensorData {
    let mut values: Vec<f64> = Numbers(6)
        .vector(rows * classes)
        .iter()
        .map(|x| 0.5 + 0.45 * x)
        .collect();
    if probabilities {
        for row in values.chunks_mut(classes) {
            let total: f64 = row.iter().sum();
            row.iter_mut().for_each(|q| *q /= total);
        }
    }
    TensorData::new(values, [rows, classes])
}

fn labels(rows: usize) -> Vec<u32> {
    (0..rows as u32)
        .map(|row| (row * row + row / 2) % 3)
        .collect()
}

fn try_problem<N: Network>(
    samples: Samples,
    objective: Objective,
    options: ProblemOptions,
) -> Result<Problem, HvpError> {
    Problem::with_objective(
        &filled(N::new(), 9, options.precision),
        |network: &N, x| network.forward(x),
        samples,
        objective,
        &Device::flex(),
        options,
    )
}

fn problem<N: Network>(samples: Samples, objective: Objective) -> Problem {
    try_problem::<N>(samples, objective, exact()).expect("a problem")
}

fn samples<N: Network>(targets: Targets) -> Samples {
    Samples {
        inputs: inputs::<N>(COUNT),
        targets,
        counted: None,
    }
}

/// The targets [rows, C] by definition.
fn dense(targets: &Targets, objective: Objective, classes: usize) -> Vec<f64> {
    let mut dense = match targets {
        Targets::Values(values) => values.iter::<f64>().collect(),
        Targets::Classes(labels) => {
            let mut dense = vec![0.0; labels.len() * classes];
            for (row, &label) in labels.iter().enumerate() {
                dense[row * classes + label as usize] = 1.0;
            }
            dense
        }
    };
    if let Loss::CrossEntropy { label_smoothing } = objective.loss {
        for q in &mut dense {
            *q = (1.0 - label_smoothing) * *q + label_smoothing / classes as f64;
        }
    }
    dense
}

/// The mean loss of some rows in Burn's tensors. Numbers come in as tensors, for Burn's reverse mode
/// takes numbers in float32.
fn in_burn(loss: Loss, z: Tensor<2>, targets: &[f64]) -> Tensor<1> {
    let [rows, classes] = z.dims();
    let device = z.device();
    let tensor = |values: Vec<f64>| {
        let data = TensorData::new(values, [rows, classes]);
        Tensor::<2>::from_data(data, (&device, Precision::F64.dtype()))
    };
    let share = match loss {
        Loss::CrossEntropy { .. } => 1.0 / rows as f64,
        _ => 1.0 / (rows * classes) as f64,
    };
    let share = tensor(vec![share; rows * classes]);
    let q = tensor(targets.to_vec());
    let each = match loss {
        Loss::CrossEntropy { .. } => log_softmax(z, 1).neg() * q,
        Loss::MeanSquaredError => {
            let far = z - q;
            far.clone() * far
        }
        Loss::BinaryCrossEntropy => {
            let other = tensor(targets.iter().map(|q| 1.0 - q).collect());
            (log_sigmoid(z.clone()) * q + log_sigmoid(z.neg()) * other).neg()
        }
    };
    (each * share).sum()
}

fn check<N: Network>(targets: Targets, objective: Objective) {
    let name = format!("{objective:?} of {} logits", N::CLASSES);
    let samples = samples::<N>(targets);
    let mut problem = problem::<N>(samples.clone(), objective);
    assert_eq!(problem.objective(), objective);
    let space = problem.space().clone();
    let lambda = objective.weight_decay;

    let target = dense(&samples.targets, objective, N::CLASSES);
    let network = filled(N::new(), 9, Precision::F64);
    let (value, mut expected) = reverse_mode(&network, &samples.inputs, Precision::F64, |z| {
        in_burn(objective.loss, z, &target)
    });
    let point = space.to_host(&problem.point());
    let penalty = 0.5 * lambda * point.iter().map(|x| x * x).sum::<f64>();
    for (gradient, at) in expected.iter_mut().zip(&point) {
        *gradient += lambda * at;
    }
    let evaluation = problem.evaluate().expect("a pass");
    close(&[evaluation.penalty], &[penalty], ROUNDING, &name);
    close(&[evaluation.loss], &[value + penalty], ROUNDING, &name);
    let classified = matches!(samples.targets, Targets::Classes(_));
    assert_eq!(evaluation.accuracy.is_some(), classified, "{name}");
    close(&gradient(&problem), &expected, ROUNDING, &name);

    let matrix = |problem: &Problem, part: Part| {
        entries(&to_dense(&problem.operator(part), 8).expect("products"))
    };
    let [hess, g, h] = [Part::Hess, Part::G, Part::H].map(|part| matrix(&problem, part));
    let expected = differences(&mut problem, STEP, gradient).concat();
    close(&hess, &expected, DIFFERENCE, &format!("{name}: Hess"));

    let dim = space.dim();
    let sum: Vec<f64> = (0..dim * dim)
        .map(|i| g[i] + h[i] + if i % (dim + 1) == 0 { lambda } else { 0.0 })
        .collect();
    close(&hess, &sum, ROUNDING, &format!("{name}: Hess is the sum"));
    for matrix in [&hess, &g, &h] {
        let transposed: Vec<f64> = (0..dim * dim)
            .map(|i| matrix[i % dim * dim + i / dim])
            .collect();
        close(matrix, &transposed, ROUNDING, &format!("{name}: symmetry"));
        assert!(matrix.iter().any(|x| x.abs() > 1e-3), "{name}: vacuous");
    }
    let g = Mat::from_fn(dim, dim, |i, j| g[j * dim + i]);
    let eigenvalues = g
        .self_adjoint_eigenvalues(faer::Side::Lower)
        .expect("eigenvalues");
    assert!(
        eigenvalues[0] > -1e-14 * eigenvalues[dim - 1],
        "{name}: G has the eigenvalue {:e}",
        eigenvalues[0]
    );
}

#[test]
fn of_classes_smoothed_or_not() {
    for share in [0.0, 0.15] {
        let objective = smoothed(share).into();
        check::<Mlp>(Targets::Classes(labels(COUNT)), objective);
        check::<Cnn>(Targets::Classes(labels(COUNT)), objective);
    }
}

#[test]
fn of_probabilities() {
    for share in [0.0, 0.3] {
        let targets = Targets::Values(values(COUNT, 3, true));
        check::<Mlp>(targets, smoothed(share).into());
    }
}

#[test]
fn of_squares() {
    let objective = Loss::MeanSquaredError.into();
    check::<Mlp>(Targets::Values(values(COUNT, 3, false)), objective);
    check::<Cnn>(Targets::Values(values(COUNT, 3, false)), objective);
    check::<Mlp>(Targets::Classes(labels(COUNT)), objective);
    check::<Single>(Targets::Values(values(COUNT, 1, false)), objective);
}

#[test]
fn of_binary_targets() {
    let objective = Loss::BinaryCrossEntropy.into();
    check::<Mlp>(Targets::Values(values(COUNT, 3, false)), objective);
    check::<Cnn>(Targets::Values(values(COUNT, 3, false)), objective);
    check::<Single>(Targets::Values(values(COUNT, 1, false)), objective);
}

#[test]
fn with_weight_decay() {
    let decayed = |loss| Objective {
        loss,
        weight_decay: 0.37,
    };
    check::<Mlp>(Targets::Classes(labels(COUNT)), decayed(Loss::default()));
    check::<Single>(
        Targets::Values(values(COUNT, 1, false)),
        decayed(Loss::BinaryCrossEntropy),
    );
}

#[test]
fn weight_decay_leaves_g_and_h_alone() {
    let with = |weight_decay: f64| {
        let samples = samples::<Mlp>(Targets::Classes(labels(COUNT)));
        let loss = Loss::default();
        problem::<Mlp>(samples, Objective { loss, weight_decay })
    };
    let (plain, decayed) = (with(0.0), with(0.5));
    let vectors = [Numbers(3).vector(plain.space().dim())];
    for part in [Part::G, Part::H] {
        let [plain, decayed] = [&plain, &decayed].map(|p| products(p, part, &vectors));
        assert_eq!(plain, decayed, "{part}");
    }
    assert_eq!(plain.evaluate().expect("a pass").penalty, 0.0);
}

/// Loss, accuracy, gradient and products.
fn everything(problem: &Problem) -> Vec<f64> {
    let evaluation = problem.evaluate().expect("a pass");
    let mut numbers = Numbers(3);
    let dim = problem.space().dim();
    let vectors: Vec<Vec<f64>> = (0..3).map(|_| numbers.vector(dim)).collect();
    let mut values = vec![evaluation.loss, evaluation.accuracy.unwrap_or(0.0)];
    values.extend(gradient(problem));
    for part in [Part::Hess, Part::G, Part::H] {
        values.extend(products(problem, part, &vectors).concat());
    }
    values
}

#[test]
fn no_smoothing_and_one_hot_probabilities_are_plain_cross_entropy() {
    let classes = labels(COUNT);
    let mut one_hot = vec![0.0; COUNT * 3];
    for (row, &label) in classes.iter().enumerate() {
        one_hot[row * 3 + label as usize] = 1.0;
    }
    let one_hot = Targets::Values(TensorData::new(one_hot, [COUNT, 3]));
    let all = |targets: &Targets, share: f64| {
        everything(&problem::<Mlp>(
            samples::<Mlp>(targets.clone()),
            smoothed(share).into(),
        ))
    };
    let classes = Targets::Classes(classes);
    let plain = all(&classes, 0.0);
    // The loss, and everything from the gradient on: probabilities have no accuracy.
    let soft = all(&one_hot, 0.0);
    assert_eq!((plain[0], &plain[2..]), (soft[0], &soft[2..]));
    assert_eq!(all(&classes, 0.2)[2..], all(&one_hot, 0.2)[2..]);
    assert_ne!(plain, all(&classes, 0.2));
}

/// The samples without the rows that do not count, where a row is an example.
fn without(samples: &Samples, counted: &[bool]) -> Samples {
    let keep = |data: &TensorData| {
        let shape = data.shape().to_vec();
        let values: Vec<f64> = data.iter::<f64>().collect();
        let kept: Vec<f64> = values
            .chunks(values.len() / counted.len())
            .zip(counted)
            .filter(|(_, counted)| **counted)
            .flat_map(|(row, _)| row.to_vec())
            .collect();
        let left = counted.iter().filter(|counted| **counted).count();
        TensorData::new(kept, [&[left], &shape[1..]].concat())
    };
    Samples {
        inputs: keep(&samples.inputs),
        targets: match &samples.targets {
            Targets::Values(values) => Targets::Values(keep(values)),
            Targets::Classes(labels) => Targets::Classes(
                labels
                    .iter()
                    .zip(counted)
                    .filter(|(_, counted)| **counted)
                    .map(|(&label, _)| label)
                    .collect(),
            ),
        },
        counted: None,
    }
}

const COUNTED: [bool; COUNT] = [true, false, true, true, false, false, true];

#[test]
fn ignored_rows_are_as_if_they_were_not_there() {
    let plain = samples::<Mlp>(Targets::Classes(labels(COUNT)));
    let objective = Objective {
        loss: smoothed(0.1),
        weight_decay: 0.2,
    };
    let fewer = problem::<Mlp>(without(&plain, &COUNTED), objective);
    let expected = everything(&fewer);

    let mut ignored = labels(COUNT);
    for (label, counted) in ignored.iter_mut().zip(COUNTED) {
        if !counted {
            *label = IGNORED;
        }
    }
    let by_class = samples::<Mlp>(Targets::Classes(ignored.clone()));
    let by_mark = Samples {
        counted: Some(COUNTED.to_vec()),
        ..plain
    };
    // One row by its class, the others by their marks.
    let mut marks = COUNTED;
    marks[1] = true;
    let mut mixed = labels(COUNT);
    mixed[1] = IGNORED;
    let by_both = Samples {
        targets: Targets::Classes(mixed),
        counted: Some(marks.to_vec()),
        ..by_class.clone()
    };
    for samples in [by_class, by_mark, by_both] {
        for batch_size in [1, 3, COUNT] {
            let options = ProblemOptions {
                batch_size: Some(batch_size),
                ..exact()
            };
            let problem = try_problem::<Mlp>(samples.clone(), objective, options);
            let problem = problem.expect("a problem");
            assert_eq!(problem.counted_rows(), 4);
            assert_eq!(problem.examples(), COUNT);
            close(&everything(&problem), &expected, ROUNDING, "ignored rows");
        }
    }
}

#[test]
fn marked_rows_may_hold_any_values() {
    for loss in [
        Loss::default(),
        Loss::MeanSquaredError,
        Loss::BinaryCrossEntropy,
    ] {
        let plain = samples::<Mlp>(Targets::Values(values(COUNT, 3, true)));
        let expected = everything(&problem::<Mlp>(without(&plain, &COUNTED), loss.into()));
        let Targets::Values(data) = &plain.targets else {
            unreachable!("they are values")
        };
        let spoilt = data.iter::<f64>().collect::<Vec<f64>>();
        let spoilt = spoilt.iter().enumerate();
        let spoilt = spoilt.map(|(i, &q)| if COUNTED[i / 3] { q } else { f64::NAN });
        let marked = Samples {
            targets: Targets::Values(TensorData::new(spoilt.collect(), [COUNT, 3])),
            counted: Some(COUNTED.to_vec()),
            ..plain.clone()
        };
        let marked = problem::<Mlp>(marked, loss.into());
        close(&everything(&marked), &expected, ROUNDING, loss.name());
    }
}

#[test]
fn the_mini_batch_and_the_directions_do_not_matter() {
    let cases = [
        (Loss::default(), values(COUNT, 3, true)),
        (Loss::MeanSquaredError, values(COUNT, 3, false)),
        (Loss::BinaryCrossEntropy, values(COUNT, 3, false)),
    ];
    for (loss, values) in cases {
        let samples = Samples {
            counted: Some(COUNTED.to_vec()),
            ..samples::<Cnn>(Targets::Values(values))
        };
        let with = |batch_size: Option<usize>, directions: usize| {
            let options = ProblemOptions {
                batch_size,
                directions,
                ..exact()
            };
            let problem = try_problem::<Cnn>(samples.clone(), loss.into(), options);
            everything(&problem.expect("a problem"))
        };
        let expected = with(Some(COUNT), 1);
        for (batch_size, directions) in [(Some(1), 3), (Some(2), 2), (Some(5), 3), (None, 8)] {
            let ours = with(batch_size, directions);
            close(&ours, &expected, ROUNDING, loss.name());
        }
    }
}

#[test]
fn several_rows_an_example_are_as_many_examples() {
    // Each of the rows of an example, as an example of the same network with one row.
    let labels: Vec<u32> = vec![0, 2, 1, IGNORED, 2, 2, 0, 1, IGNORED, 1];
    let pairs = inputs::<Sequence>(5);
    let rows = TensorData::new(pairs.iter::<f64>().collect(), [10, 1, 1, 2]);
    let with = |inputs: TensorData, batch_size: usize| {
        let samples = Samples {
            inputs,
            targets: Targets::Classes(labels.clone()),
            counted: None,
        };
        let options = ProblemOptions {
            batch_size: Some(batch_size),
            ..exact()
        };
        let problem = try_problem::<Sequence>(samples, smoothed(0.1).into(), options);
        let problem = problem.expect("a problem");
        let logits = problem.evaluate().expect("a pass").logits;
        assert_eq!(logits.len(), 10 * 3);
        assert_eq!(problem.counted_rows(), 8);
        [everything(&problem), logits].concat()
    };
    let expected = with(rows, 10);
    for batch_size in [1, 2, 3, 5] {
        let ours = with(pairs.clone(), batch_size);
        close(&ours, &expected, ROUNDING, "two rows an example");
    }
}

#[track_caller]
fn refused(samples: Samples, objective: Objective, words: &str) {
    match try_problem::<Mlp>(samples, objective, exact()) {
        Err(error @ HvpError::Input(_)) => {
            let error = error.to_string();
            assert!(error.contains(words), "{error}");
        }
        Err(error) => panic!("another error: {error}"),
        Ok(_) => panic!("no error"),
    }
}

#[test]
fn what_makes_no_loss_is_refused() {
    let plain = || samples::<Mlp>(Targets::Classes(labels(COUNT)));
    let none = Samples {
        counted: Some(vec![false; COUNT]),
        ..plain()
    };
    refused(none, Objective::default(), "no row of the data set counts");
    let none = samples::<Mlp>(Targets::Classes(vec![IGNORED; COUNT]));
    refused(
        none,
        Objective::default(),
        "at least one that is not ignored",
    );

    let decayed = |weight_decay: f64| Objective {
        weight_decay,
        ..Objective::default()
    };
    for bad in [-1e-9, f64::NAN, f64::INFINITY] {
        refused(plain(), decayed(bad), "weight_decay");
    }
    for bad in [-0.1, 1.1, f64::NAN] {
        refused(plain(), smoothed(bad).into(), "label_smoothing");
    }
    refused(plain(), Loss::BinaryCrossEntropy.into(), "Targets::Values");

    let odd = samples::<Mlp>(Targets::Values(values(COUNT, 2, true)));
    refused(odd, Objective::default(), "targets of shape [rows, 3]");
    let twice = samples::<Mlp>(Targets::Classes(labels(2 * COUNT)));
    refused(twice, Objective::default(), "14 targets");
    let short = Samples {
        counted: Some(vec![true; COUNT - 1]),
        ..plain()
    };
    refused(short, Objective::default(), "`counted`");
    let scalar = samples::<Mlp>(Targets::Values(TensorData::new(vec![1.0], [0usize; 0])));
    refused(scalar, Objective::default(), "as many labels");
    // The ends of what is allowed.
    problem::<Mlp>(plain(), decayed(0.0));
    problem::<Mlp>(plain(), smoothed(1.0).into());
}
