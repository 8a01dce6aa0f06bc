//! Lanczos steps are added until the outliers can be counted.

#[path = "common/diagonal.rs"]
mod diagonal;

use std::cell::Cell;
use std::collections::BTreeSet;

use diagonal::{Diagonal, hessian_like};

use hesscope_measure::{
    LeadingEffort, Observer, OperatorProperties, OutlierCandidates, count_outliers, leading_pairs,
};
use hesscope_spectral::faer::Mat;
use hesscope_spectral::{
    DenseOperator, Keeper, LinearOperator, MemoryKeeper, NoKeeper, OutlierOutcome,
    Reorthogonalisation, UndecidedReason,
};

/// The products said and formed.
#[derive(Default)]
struct Heard {
    expected: Cell<usize>,
    formed: Cell<usize>,
}

impl Observer for Heard {
    fn begin(&self, _: &str, products: usize) {
        self.expected.set(products);
    }

    fn expect(&self, products: usize) {
        self.expected.set(self.expected.get() + products);
    }

    fn advance(&self, products: usize) {
        self.formed.set(self.formed.get() + products);
        assert!(self.formed.get() <= self.expected.get());
    }
}

fn effort(range_steps: usize, most_range_steps: usize) -> LeadingEffort {
    LeadingEffort {
        top: 10,
        starts: 1,
        range_steps,
        most_range_steps,
        reorthogonalisation: Reorthogonalisation::Full,
        subspace_iterations: 60,
        subspace_tolerance: 1e-8,
        seed: 0,
    }
}

const TEN_CLASSES: OperatorProperties = OperatorProperties {
    positive_semidefinite: false,
    classes: 10,
};

#[test]
fn too_few_steps_are_undecided_and_more_are_made_until_every_count_is_tested() {
    let operator = Diagonal::new(hessian_like());
    let count = |range_steps, most| {
        let heard = Heard::default();
        let found = leading_pairs(
            &operator,
            &TEN_CLASSES,
            &effort(range_steps, most),
            &mut NoKeeper,
            &heard,
        )
        .expect("pairs");
        assert_eq!(heard.formed.get(), found.products);
        // What was said to come was not far from what came.
        assert!(heard.expected.get() <= found.products + 2 * 16);
        let (outliers, _) = count_outliers(&found, &TEN_CLASSES, f64::EPSILON).expect("counts");
        (outliers, found.range.steps)
    };
    for steps in [16, 24, 32] {
        let (found, made) = count(steps, steps);
        assert_eq!(made, steps);
        for side in [found.positive, found.negative] {
            let OutlierOutcome::Undecided(UndecidedReason::TooFewEigenvalues { found, needed }) =
                side
            else {
                panic!("{steps} steps: {side:?}");
            };
            assert!(found < needed && needed == 33);
        }
    }
    let (found, made) = count(32, 1000);
    assert_eq!(
        [found.positive.number(), found.negative.number()],
        [Some(9), Some(0)]
    );
    assert!(made > 32 && made < 1000);
    // As many are needed, and no more are made where there are as many from the start.
    assert_eq!(count(made, 1000), (found, made));
}

#[test]
fn a_killed_run_goes_on_to_the_same_bits() {
    let effort = effort(32, 1000);
    let operator = Diagonal::new(hessian_like());
    let undisturbed =
        leading_pairs(&operator, &TEN_CLASSES, &effort, &mut NoKeeper, &()).expect("pairs");
    let steps = undisturbed.range.steps;
    for killed in [10, 32, 33, 41, 60, steps, steps + 1] {
        let mut keeper = MemoryKeeper::default();
        operator.left.set(killed);
        let first = leading_pairs(&operator, &TEN_CLASSES, &effort, &mut keeper, &());
        assert!(first.is_err());
        operator.left.set(usize::MAX);
        let second =
            leading_pairs(&operator, &TEN_CLASSES, &effort, &mut keeper, &()).expect("pairs");
        assert_eq!(
            format!("{second:?}"),
            format!("{undisturbed:?}"),
            "{killed}"
        );
    }
}

#[test]
fn sides_that_have_no_more_are_decided_at_once() {
    // Rank 10 without a negative eigenvalue, as A1 has it.
    let mut values: Vec<f64> = (0..10).map(|i| 2.0 + f64::from(i)).collect();
    values.extend(vec![0.0; 490]);
    let operator = Diagonal::new(values);
    for positive_semidefinite in [true, false] {
        let properties = OperatorProperties {
            positive_semidefinite,
            classes: 10,
        };
        let found = leading_pairs(&operator, &properties, &effort(64, 256), &mut NoKeeper, &())
            .expect("pairs");
        assert_eq!(found.range.steps, 64);
        let (outliers, candidates) =
            count_outliers(&found, &properties, f64::EPSILON).expect("counts");
        assert_eq!(candidates, 10);
        assert_eq!(outliers.negative.number(), Some(0));
        let positive = outliers.positive.decided().expect("ten eigenvalues");
        assert_eq!(positive.eigenvalues, 10);
    }
}

/// Exactly symmetric about zero, with double eigenvalues, as H of a network with one layer of head is at its start.
#[test]
fn spectra_symmetric_about_zero_have_both_sides_alike() {
    let p = 120;
    let values: Vec<f64> = (0..p)
        .map(|i| {
            let rank = i / 2;
            let modulus = match rank {
                0..40 => 1.2f64.powi(-(rank / 2 * 2)),
                _ => 0.0,
            };
            if i % 2 == 0 { modulus } else { -modulus }
        })
        .collect();
    let random = Mat::from_fn(p as usize, p as usize, |i, j| {
        (((i * 31 + j * 17 + i * j) % 101) as f64 * 12.9898).sin() * 43758.5453 % 1.0
    });
    let basis = random.qr().compute_Q();
    let diagonal = Mat::from_fn(
        p as usize,
        p as usize,
        |i, j| {
            if i == j { values[i] } else { 0.0 }
        },
    );
    let product = &basis * &diagonal * basis.transpose();
    let symmetric = Mat::from_fn(p as usize, p as usize, |i, j| {
        0.5 * (product[(i, j)] + product[(j, i)])
    });
    let operator: DenseOperator = DenseOperator::new(symmetric).expect("a symmetric matrix");
    for (top, iterations) in [(1, 60), (2, 60), (3, 60), (3, 1), (5, 60), (10, 60)] {
        let effort = LeadingEffort {
            top,
            subspace_iterations: iterations,
            ..effort(120, 120)
        };
        let properties = OperatorProperties {
            positive_semidefinite: false,
            classes: 3,
        };
        let found =
            leading_pairs(&operator, &properties, &effort, &mut NoKeeper, &()).expect("pairs");
        let candidates = OutlierCandidates::of(&found, false, 100, f64::EPSILON);
        let side = |sign: f64| -> Vec<f64> {
            let values = candidates.values.iter().map(|value| sign * value);
            values.filter(|value| *value > 0.0).collect()
        };
        let (above, below) = (side(1.0), side(-1.0));
        // Forty of each sign, each of them twice.
        assert_eq!((above.len(), below.len()), (40, 40), "{top} pairs");
        for (place, (one, other)) in above.iter().zip(&below).enumerate() {
            let exact = 1.2f64.powi(-(place as i32 / 2 * 2));
            assert!(
                (one - exact).abs() < 1e-9 && (other - exact).abs() < 1e-9,
                "{place}"
            );
        }
        assert_eq!(candidates.exhausted, [true, true]);
        let (outliers, _) = count_outliers(&found, &properties, f64::EPSILON).expect("counts");
        assert_eq!(outliers.positive.number(), outliers.negative.number());
    }
}

/// The keeper of a process has what the process before kept, whole.
#[test]
fn snapshots_are_of_the_run_and_of_the_iteration() {
    let operator = Diagonal::new(hessian_like());
    let mut keeper = MemoryKeeper::default();
    leading_pairs(&operator, &TEN_CLASSES, &effort(32, 64), &mut keeper, &()).expect("pairs");
    let names: BTreeSet<&str> = ["lanczos", "subspace"].into();
    for name in names {
        assert!(
            keeper
                .load(name, operator.space())
                .expect("a keeper")
                .is_some()
        );
    }
}
