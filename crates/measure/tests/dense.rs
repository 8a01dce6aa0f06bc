//! Spectra beside all eigenvalues of a small network's Hessian and of matrices whose eigenvalues are given.

use std::cell::{Cell, RefCell};

use burn::module::Module;
use burn::nn::{Linear, LinearConfig};
use burn::tensor::{Device, Tensor, TensorData, activation};
use hesscope_hvp::{Examples, Part, Precision, Problem, ProblemOptions};
use hesscope_measure::{
    EffortChoices, GUARDS, LeadingEffort, MAX_PRODUCTS, Observer, OperatorProperties,
    expected_products, leading_pairs, spectrum, spectrum_from,
};
use hesscope_spectral::faer::{Mat, Side};
use hesscope_spectral::{
    AutomaticOutcome, DenseOperator, HostSpace, LinearOperator, NoKeeper, ProbeKind, Probes,
    Reorthogonalisation, VectorSpace, to_dense,
};

#[derive(Module, Debug)]
struct Classifier {
    first: Linear,
    second: Linear,
}

fn problem() -> Problem {
    let device = Device::flex();
    device.seed(3);
    let module = Classifier {
        first: LinearConfig::new(6, 8).init(&device),
        second: LinearConfig::new(8, 3).init(&device),
    };
    let values = Probes::new(ProbeKind::Gaussian, 5).host(40 * 6, 0);
    let examples = Examples {
        inputs: TensorData::new(values, [40, 6]),
        labels: (0..40).map(|i| i % 3).collect(),
    };
    let options = ProblemOptions {
        precision: Precision::F64,
        ..ProblemOptions::default()
    };
    let forward =
        |m: &Classifier, x: Tensor<2>| m.second.forward(activation::tanh(m.first.forward(x)));
    Problem::new(&module, forward, examples, &device, options).expect("a problem")
}

/// What an observer was told.
#[derive(Default)]
struct Heard {
    begun: RefCell<Vec<String>>,
    expected: Cell<usize>,
    products: Cell<usize>,
    notes: Cell<usize>,
}

impl Observer for Heard {
    fn begin(&self, what: &str, products: usize) {
        assert!(products > 0);
        self.begun.borrow_mut().push(what.to_owned());
        self.expected.set(self.products.get() + products);
    }

    fn expect(&self, products: usize) {
        self.expected.set(self.expected.get() + products);
    }

    fn advance(&self, products: usize) {
        self.products.set(self.products.get() + products);
        // No bar overruns.
        assert!(self.products.get() <= self.expected.get());
    }

    fn note(&self, _: &str) {
        self.notes.set(self.notes.get() + 1);
    }
}

#[test]
fn a_spectrum_is_that_of_the_dense_matrix() {
    let problem = problem();
    for part in [Part::Hess, Part::G, Part::H] {
        let operator = problem.operator(part);
        let p = operator.space().dim();
        let mut exact = to_dense(&operator, 8)
            .expect("products")
            .self_adjoint_eigenvalues(Side::Lower)
            .expect("eigenvalues");
        let properties = OperatorProperties::of(&operator);
        assert_eq!(properties.positive_semidefinite, part == Part::G);
        assert_eq!(properties.classes, 3);
        let effort = EffortChoices {
            top: Some(5),
            probes: Some(4),
            lanczos_steps: Some(48),
            ..EffortChoices::default()
        }
        .resolve(p, 3, Precision::F64, 1 << 30);
        assert_eq!(
            effort.leading.reorthogonalisation,
            Reorthogonalisation::Full
        );
        let heard = Heard::default();
        let found = spectrum(&operator, &properties, &effort, 100, &mut NoKeeper, &heard)
            .expect("a spectrum");
        assert_eq!(*heard.begun.borrow(), ["leading eigenpairs", "density"]);
        assert_eq!(heard.products.get(), found.products);
        assert_eq!(found.dimension, p);
        assert!(found.range.lower <= exact[0] && exact[p - 1] <= found.range.upper);
        let trace: f64 = exact.iter().sum();
        exact.sort_by(|a, b| b.abs().total_cmp(&a.abs()));
        for (i, (value, residual)) in found
            .top
            .values
            .iter()
            .zip(&found.top.residuals)
            .enumerate()
        {
            assert!(found.top.converged[i]);
            let error = (value - exact[i]).abs();
            assert!(
                error <= residual + 1e-12 * exact[0].abs(),
                "{part} {i}: {error:e}"
            );
        }
        // The atoms are exact, and the rest of the trace is what the probes say within their error.
        let atoms = found.density.atoms.len();
        assert!(atoms > 0 && atoms <= 5);
        let mean = found.density.smooth_average(|x| x);
        let error = (mean.mean - trace / p as f64).abs();
        assert!(
            error < 6.0 * mean.standard_error.expect("of four probes") + 1e-12,
            "{error:e}"
        );
        // Sharing the pairs changes nothing.
        let leading = leading_pairs(&operator, &properties, &effort.leading, &mut NoKeeper, &())
            .expect("pairs");
        assert!(
            leading
                .pairs
                .values
                .iter()
                .all(|value| value.abs() >= leading.next)
        );
        let sixth = exact[5].abs();
        assert!(
            sixth <= leading.next * (1.0 + 1e-10),
            "{part}: {sixth:e} above {:e}",
            leading.next
        );
        let shared = spectrum_from(
            &leading,
            &operator,
            &properties,
            &effort,
            100,
            &mut NoKeeper,
            &(),
        );
        assert_eq!(shared.expect("a spectrum"), found);
    }
}

#[test]
fn a_small_network_has_its_whole_spectrum_by_default() {
    let problem = problem();
    for part in [Part::Hess, Part::G, Part::H] {
        let operator = problem.operator(part);
        let p = operator.space().dim();
        let exact = to_dense(&operator, 8)
            .expect("products")
            .self_adjoint_eigenvalues(Side::Lower)
            .expect("eigenvalues");
        let properties = OperatorProperties::of(&operator);
        let effort = EffortChoices::default().resolve(p, 3, Precision::F64, 1 << 30);
        let heard = Heard::default();
        let found = spectrum(&operator, &properties, &effort, 1000, &mut NoKeeper, &heard)
            .expect("a spectrum");
        // A Lanczos run of p steps, which serves the density too, and the block.
        assert_eq!(heard.products.get(), found.products);
        let eigenvalues = found.density.eigenvalues().expect("an exact density");
        let largest = exact.iter().fold(0.0f64, |m, value| m.max(value.abs()));
        assert_eq!(eigenvalues.len(), p);
        for (value, truth) in eigenvalues.iter().zip(&exact) {
            assert!(
                (value - truth).abs() < 1e-10 * largest,
                "{part}: {value} {truth}"
            );
        }
        let zeros = found.density.share_in(-1e-9, 1e-9, 0.95).expect("a share");
        let truth = exact.iter().filter(|value| value.abs() <= 1e-9).count();
        assert_eq!((zeros.mean * p as f64).round() as usize, truth);
        assert_eq!(zeros.lower, zeros.upper);
    }
}

/// A matrix of these eigenvalues with a basis that looks random.
fn matrix(values: &[f64]) -> DenseOperator {
    let p = values.len();
    let random = Mat::from_fn(p, p, |i, j| {
        (((i * 31 + j * 17 + i * j) % 101) as f64 * 12.9898).sin() * 43758.5453 % 1.0
    });
    let basis = random.qr().compute_Q();
    let diagonal = Mat::from_fn(p, p, |i, j| if i == j { values[i] } else { 0.0 });
    let product = &basis * &diagonal * basis.transpose();
    let symmetric = Mat::from_fn(p, p, |i, j| 0.5 * (product[(i, j)] + product[(j, i)]));
    DenseOperator::new(symmetric).expect("a symmetric matrix")
}

#[test]
fn outliers_are_counted_and_an_error_of_the_density_is_met() {
    let mut values: Vec<f64> = (0..150).map(|i| 0.5 + f64::from(i) / 150.0).collect();
    values.extend([20.0, 17.0, 14.0]);
    let operator = matrix(&values);
    let properties = OperatorProperties {
        positive_semidefinite: true,
        classes: 3,
    };
    let choices = EffortChoices {
        range_steps: Some(153),
        density_error: Some(0.05),
        ..EffortChoices::default()
    };
    let effort = choices.resolve(153, 3, Precision::F64, 1 << 30);
    assert_eq!(effort.max_products, Some(MAX_PRODUCTS));
    let heard = Heard::default();
    let found = spectrum(
        &operator,
        &properties,
        &effort,
        1 << 20,
        &mut NoKeeper,
        &heard,
    )
    .expect("a spectrum");
    assert_eq!(
        found.outliers.to_string(),
        "3 positive outliers, 0 negative outliers"
    );
    assert_eq!(found.outlier_candidates, 2 * 3 + 1 + 12);
    let automatic = found.automatic.expect("an error was asked for");
    assert_eq!(automatic.outcome, AutomaticOutcome::Met);
    assert_eq!(heard.notes.get(), automatic.assessments.len());
    assert_eq!(found.density.atoms.len(), 3);
}

#[test]
fn without_reorthogonalisation_the_pairs_alone_are_candidates() {
    let values: Vec<f64> = (1..=60).map(f64::from).collect();
    let operator = matrix(&values);
    let effort = LeadingEffort {
        top: 4,
        starts: 1,
        range_steps: 30,
        most_range_steps: 30,
        reorthogonalisation: Reorthogonalisation::None,
        subspace_iterations: 400,
        subspace_tolerance: 1e-8,
        seed: 1,
    };
    assert_eq!(expected_products(&effort), 30 + 2 * (4 + GUARDS));
    let properties = OperatorProperties {
        positive_semidefinite: false,
        classes: 3,
    };
    let found = leading_pairs(&operator, &properties, &effort, &mut NoKeeper, &()).expect("pairs");
    assert!(found.ritz.is_empty());
    for (value, exact) in found.pairs.values.iter().zip([60.0, 59.0, 58.0, 57.0]) {
        assert!((value - exact).abs() < 1e-7, "{value}");
    }
    let space: &HostSpace<f64> = operator.space();
    assert!((space.norm(&found.pairs.vectors[0]) - 1.0).abs() < 1e-10);
}

#[test]
fn effort_follows_the_size_of_the_network_and_the_memory() {
    let choices = EffortChoices::default();
    let small = choices.resolve(10_000, 10, Precision::F32, 1 << 30);
    assert_eq!((small.leading.top, small.leading.range_steps), (10, 256));
    assert_eq!(small.leading.most_range_steps, 512);
    assert_eq!((small.probes, small.lanczos_steps), (2, 256));
    assert!(small.from_leading);
    assert_eq!(small.leading.starts, 2);
    let middle = choices.resolve(200_000, 10, Precision::F32, 12 << 30);
    assert_eq!((middle.probes, middle.lanczos_steps), (2, 160));
    assert_eq!(middle.leading.range_steps, 160);
    assert_eq!(small.leading.subspace_iterations, 60);
    assert_eq!(small.leading.reorthogonalisation, Reorthogonalisation::Full);
    assert_eq!(small.max_products, None);
    let large = choices.resolve(10_000_000, 10, Precision::F32, 1 << 30);
    assert_eq!(
        (large.leading.range_steps, large.probes, large.lanczos_steps),
        (56, 1, 56)
    );
    // 26 vectors fit: a quarter without the guards is none, so one pair, and no Lanczos vector is kept.
    assert_eq!(large.leading.top, 1);
    assert_eq!(large.leading.most_range_steps, 56);
    assert_eq!((large.leading.starts, large.from_leading), (1, false));
    let roomy = choices.resolve(10_000_000, 10, Precision::F32, 12 << 30);
    assert_eq!(roomy.leading.most_range_steps, 160);
    assert!(roomy.from_leading);
    // Steps asked for stay.
    let fixed = EffortChoices {
        range_steps: Some(60),
        ..choices
    };
    let fixed = fixed.resolve(10_000, 10, Precision::F32, 1 << 30);
    assert!(!fixed.from_leading);
    let fixed = fixed.leading;
    assert_eq!((fixed.range_steps, fixed.most_range_steps), (60, 60));
    assert_eq!(large.leading.reorthogonalisation, Reorthogonalisation::None);
    let tiny = choices.resolve(5, 10, Precision::F64, 1 << 30);
    assert_eq!((tiny.leading.top, tiny.leading.range_steps), (5, 5));
    assert_eq!(tiny.leading.subspace_tolerance, 1e-8);
    // Every eigenvalue where that takes no more products, unless somebody chose.
    assert_eq!((tiny.probes, tiny.lanczos_steps), (1, 5));
    let whole = choices.resolve(512, 10, Precision::F64, 1 << 30);
    assert_eq!((whole.probes, whole.lanczos_steps), (1, 512));
    let few = EffortChoices {
        lanczos_steps: Some(48),
        ..choices
    };
    let few = few.resolve(30, 10, Precision::F64, 1 << 30);
    assert_eq!((few.probes, few.lanczos_steps), (2, 48));
}
