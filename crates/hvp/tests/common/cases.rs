//! Any rule against definitions that share nothing with it but the value: its push-forward and the
//! derivative of its pull-back against central differences, its pull-back against its push-forward.
//!
//! All in float64. A central difference with step h of a smooth function is off by h²/6 times a third
//! derivative and by the rounding of the value over h; with h = 1e-5 and values of order one that is
//! about 1e-10, so 1e-7 relative is asked for. The adjoint identity holds to rounding: 1e-12.

use std::sync::Arc;

use burn::tensor::Device;
use hesscope_hvp::rules::{Cotangents, Point, Rule, Saved, Sharing};
use hesscope_hvp::{Array, Precision};

use super::Numbers;

const STEP: f64 = 1e-5;
pub const DIRECTIONS: usize = 3;

/// The most elements of an input or a value whose Jacobian is formed densely.
const DENSE: usize = 150;

impl Numbers {
    /// A float64 tensor of numbers spread over (low, high).
    pub fn array(&mut self, shape: &[usize], low: f64, high: f64) -> Array {
        let values = (0..shape.iter().product())
            .map(|_| low + (high - low) * (self.next() + 1.0) / 2.0)
            .collect();
        Array::from_vec(values, shape, Precision::F64, &Device::flex())
    }
}

/// The numbers of a tensor.
pub fn values(array: &Array) -> Vec<f64> {
    array.to_f64().expect("the CPU reads its own memory")
}

/// The inner product of two tensors.
pub fn dot(a: &Array, b: &Array) -> f64 {
    values(a).iter().zip(values(b)).map(|(a, b)| a * b).sum()
}

/// The distance from numbers expected, relative to their norm where that is above one.
pub fn distance(ours: &Array, expected: &[f64]) -> f64 {
    let ours = values(ours);
    assert_eq!(ours.len(), expected.len());
    let norm = |values: Vec<f64>| values.iter().map(|x| x * x).sum::<f64>().sqrt();
    let difference = ours.iter().zip(expected).map(|(a, b)| a - b).collect();
    norm(difference) / norm(expected.to_vec()).max(1.0)
}

fn direction(array: &Array, k: usize) -> Array {
    let shape = array.shape()[1..].to_vec();
    array.slice(0, k, k + 1).reshape(&shape)
}

fn difference(ahead: &Array, behind: &Array) -> Vec<f64> {
    values(ahead)
        .iter()
        .zip(values(behind))
        .map(|(a, b)| (a - b) / (2.0 * STEP))
        .collect()
}

/// The unit vectors of an array of `count` elements, as directions [count, …].
fn unit_vectors(array: &Array, count: usize) -> Array {
    let mut units = vec![0.0; count * count];
    for k in 0..count {
        units[k * count + k] = 1.0;
    }
    Array::from_vec(units, &lift(array, count), Precision::F64, &Device::flex())
}

/// An array's shape with the axis of directions in front.
fn lift(array: &Array, directions: usize) -> Vec<usize> {
    let mut shape = vec![directions];
    shape.extend(array.shape());
    shape
}

/// One rule at one point. `fixed` inputs carry no tangent and want no cotangent.
pub struct Case {
    pub name: &'static str,
    pub rule: Arc<dyn Rule>,
    pub inputs: Vec<Array>,
    pub fixed: Vec<bool>,
}

impl Case {
    fn moved(&self, tangents: &[Option<Array>], k: usize, step: f64) -> Vec<Array> {
        self.inputs
            .iter()
            .zip(tangents)
            .map(|(input, tangent)| match tangent {
                Some(tangent) => input.add(&direction(tangent, k).scale(step)),
                None => input.clone(),
            })
            .collect()
    }

    pub fn wanted(&self) -> Vec<bool> {
        self.fixed.iter().map(|fixed| !fixed).collect()
    }

    fn vjp(&self, inputs: &[Array], cotangent: &Array) -> Vec<Option<Array>> {
        let (value, saved) = self.rule.value(inputs);
        let at = Point {
            inputs,
            value: &value,
            saved: &saved,
        };
        self.rule.vjp(at, cotangent, &self.wanted())
    }

    /// All tangents at once, then each alone: an absent tangent must count as zero.
    pub fn tangent_sets(&self, numbers: &mut Numbers) -> Vec<Vec<Option<Array>>> {
        let all: Vec<Option<Array>> = self
            .inputs
            .iter()
            .zip(&self.fixed)
            .map(|(input, &fixed)| {
                (!fixed).then(|| numbers.array(&lift(input, DIRECTIONS), -1.0, 1.0))
            })
            .collect();
        let mut sets = vec![all.clone()];
        for index in (0..all.len()).filter(|&index| all[index].is_some()) {
            let mut alone = vec![None; all.len()];
            alone[index] = all[index].clone();
            sets.push(alone);
        }
        sets
    }

    /// Checks the three derivatives in several directions at once.
    pub fn check(&self) {
        let mut numbers = Numbers(self.name.len() as u64);
        let (value, saved) = self.rule.value(&self.inputs);
        let at = Point {
            inputs: &self.inputs,
            value: &value,
            saved: &saved,
        };
        self.check_saved(&value, &saved);
        let sets = self.tangent_sets(&mut numbers);
        let cotangent = numbers.array(&lift(&value, 1), -1.0, 1.0);
        let cotangents = numbers.array(&lift(&value, DIRECTIONS), -1.0, 1.0);
        let pulled = self.rule.vjp(at, &cotangents, &self.wanted());
        if !self.fixed.contains(&true) {
            let curved = self
                .rule
                .vjp_tangent(at, &sets[0], &cotangent, &self.wanted());
            let bends = curved.iter().any(Option::is_some);
            assert_eq!(self.rule.curved(), bends, "{}: curved", self.name);
        }
        for tangents in &sets {
            let pushed = self.rule.jvp(at, tangents).expect("a tangent came in");
            assert_eq!(
                pushed.shape(),
                lift(&value, DIRECTIONS),
                "{}: shape of jvp",
                self.name
            );
            let curved = self
                .rule
                .vjp_tangent(at, tangents, &cotangent, &self.wanted());
            self.check_shapes(&pulled);
            self.check_shapes(&curved);
            for k in 0..DIRECTIONS {
                self.check_push(tangents, &pushed, k);
                self.check_adjoint(tangents, &pushed, &pulled, &cotangents, k);
                self.check_curvature(tangents, &curved, &cotangent, k);
            }
            self.check_together(at, tangents, &cotangent, &cotangents);
        }
        self.check_alone(at, &sets[0], &cotangent, &cotangents);
        self.check_dense(at, &value);
    }

    /// Cotangents have the shapes of the inputs behind the axis of directions.
    fn check_shapes(&self, pulled: &[Option<Array>]) {
        for (input, pulled) in self.inputs.iter().zip(pulled) {
            if let Some(pulled) = pulled {
                assert_eq!(pulled.shape(), lift(input, DIRECTIONS), "{}", self.name);
            }
        }
    }

    /// The dense Jacobian in each input, a column an element of it: as the push-forward of all unit
    /// tangents together, as the transpose of the pull-back of all unit cotangents, and by central
    /// differences.
    fn check_dense(&self, at: Point, value: &Array) {
        let count = |array: &Array| array.shape().iter().product::<usize>();
        let outputs = count(value);
        if outputs > DENSE {
            return;
        }
        let rows = self
            .rule
            .vjp(at, &unit_vectors(value, outputs), &self.wanted());
        for (index, input) in self.inputs.iter().enumerate() {
            let size = count(input);
            if self.fixed[index] || size > DENSE {
                continue;
            }
            let mut tangents = vec![None; self.inputs.len()];
            tangents[index] = Some(unit_vectors(input, size));
            let pushed = self.rule.jvp(at, &tangents).expect("a tangent came in");
            let columns = values(&pushed);
            let pulled = values(rows[index].as_ref().expect("a wanted cotangent"));
            for column in 0..size {
                let ahead = self.rule.value(&self.moved(&tangents, column, STEP)).0;
                let behind = self.rule.value(&self.moved(&tangents, column, -STEP)).0;
                let expected = difference(&ahead, &behind);
                for (row, expected) in expected.iter().enumerate() {
                    let entry = columns[column * outputs + row];
                    let off = (entry - expected).abs() / expected.abs().max(1.0);
                    let name = self.name;
                    assert!(off < 1e-7, "{name}: entry {row}, {column} off by {off:e}");
                    let transposed = pulled[row * size + column];
                    let off = (entry - transposed).abs() / entry.abs().max(1.0);
                    assert!(off < 1e-12, "{name}: transpose {row}, {column}: {off:e}");
                }
            }
        }
    }

    /// Both terms of the tangent of the pull-back at once are the sum of each alone, and zero where
    /// neither is there.
    fn check_together(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        cotangents: &Array,
    ) {
        let pull = |primal, tangent| {
            let pair = Cotangents { primal, tangent };
            self.rule.pull_tangent(at, tangents, pair, &self.wanted())
        };
        let wanted = |pulled: Vec<Option<Array>>| -> Vec<Option<Array>> {
            let wanted = pulled.into_iter().zip(&self.fixed);
            wanted
                .map(|(pulled, fixed)| pulled.filter(|_| !fixed))
                .collect()
        };
        let both = wanted(pull(Some(cotangent), Some(cotangents)));
        let curved = wanted(
            self.rule
                .vjp_tangent(at, tangents, cotangent, &self.wanted()),
        );
        let linear = wanted(self.rule.vjp(at, cotangents, &self.wanted()));
        for (index, both) in both.iter().enumerate() {
            let expected = match (&curved[index], &linear[index]) {
                (Some(curved), Some(linear)) => Some(curved.add(linear)),
                (curved, linear) => curved.clone().or(linear.clone()),
            };
            let (Some(both), Some(expected)) = (both, &expected) else {
                assert_eq!(both.is_some(), expected.is_some(), "{}", self.name);
                continue;
            };
            let error = distance(both, &values(expected));
            assert!(
                error < 1e-12,
                "{}: pull_tangent of input {index} is off by {error:e}",
                self.name
            );
        }
        assert!(
            pull(None, None).iter().all(Option::is_none),
            "{}",
            self.name
        );
    }

    /// The cotangent of an input is the same where no other is wanted.
    fn check_alone(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangent: &Array,
        cotangents: &Array,
    ) {
        let pull = |wanted: &[bool]| {
            let pair = Cotangents {
                primal: Some(cotangent),
                tangent: Some(cotangents),
            };
            self.rule.pull_tangent(at, tangents, pair, wanted)
        };
        let together = pull(&self.wanted());
        for index in (0..self.inputs.len()).filter(|&index| !self.fixed[index]) {
            let mut wanted = vec![false; self.inputs.len()];
            wanted[index] = true;
            let alone = pull(&wanted);
            let [alone, together] = [&alone[index], &together[index]]
                .map(|pulled| pulled.as_ref().expect("a wanted cotangent"));
            let error = distance(alone, &values(together));
            let name = self.name;
            assert!(
                error < 1e-12,
                "{name}: input {index} alone, off by {error:e}"
            );
        }
    }

    /// What a rule says it keeps is what it keeps.
    fn check_saved(&self, value: &Array, saved: &Saved) {
        let shapes: Vec<Vec<usize>> = self.inputs.iter().map(Array::shape).collect();
        let shapes: Vec<&[usize]> = shapes.iter().map(Vec::as_slice).collect();
        let count = |shape: Vec<usize>| shape.iter().product::<usize>();
        let floats: usize = saved.floats.iter().map(|array| count(array.shape())).sum();
        let indices: usize = saved.indices.iter().map(|array| count(array.shape())).sum();
        let said = self.rule.saved(&shapes, &value.shape());
        assert_eq!(said, floats + indices, "{}: numbers kept", self.name);
        if matches!(
            self.rule.sharing(),
            Sharing::Everything | Sharing::Reordered
        ) {
            let shape = value.shape();
            let way =
                self.rule.scratch(&shapes, &shape) + self.rule.shared_scratch(&shapes, &shape);
            assert_eq!(way, 0, "{}: a view computes nothing", self.name);
        }
    }

    fn check_push(&self, tangents: &[Option<Array>], pushed: &Array, k: usize) {
        let ahead = self.rule.value(&self.moved(tangents, k, STEP)).0;
        let behind = self.rule.value(&self.moved(tangents, k, -STEP)).0;
        let error = distance(&direction(pushed, k), &difference(&ahead, &behind));
        assert!(error < 1e-7, "{}: jvp is off by {error:e}", self.name);
    }

    fn check_adjoint(
        &self,
        tangents: &[Option<Array>],
        pushed: &Array,
        pulled: &[Option<Array>],
        cotangents: &Array,
        k: usize,
    ) {
        let inner = dot(&direction(pushed, k), &direction(cotangents, k));
        let adjoint: f64 = tangents
            .iter()
            .zip(pulled)
            .filter_map(|(tangent, pulled)| {
                tangent.as_ref().map(|tangent| {
                    let pulled = pulled.as_ref().expect("a wanted cotangent");
                    dot(&direction(tangent, k), &direction(pulled, k))
                })
            })
            .sum();
        assert!(
            (inner - adjoint).abs() < 1e-12 * inner.abs().max(1.0),
            "{}: jvp and vjp are not adjoint: {inner} and {adjoint}",
            self.name
        );
    }

    fn check_curvature(
        &self,
        tangents: &[Option<Array>],
        curved: &[Option<Array>],
        cotangent: &Array,
        k: usize,
    ) {
        let ahead = self.vjp(&self.moved(tangents, k, STEP), cotangent);
        let behind = self.vjp(&self.moved(tangents, k, -STEP), cotangent);
        for (index, (ahead, behind)) in ahead.iter().zip(&behind).enumerate() {
            let (Some(ahead), Some(behind)) = (ahead, behind) else {
                assert!(
                    self.fixed[index],
                    "{}: no cotangent of input {index}",
                    self.name
                );
                continue;
            };
            let expected = difference(ahead, behind);
            let error = match &curved[index] {
                Some(curved) => distance(&direction(curved, k), &expected),
                None => distance(&self.inputs[index].scale(0.0), &expected),
            };
            assert!(
                error < 1e-7,
                "{}: vjp_tangent of input {index} is off by {error:e}",
                self.name
            );
        }
    }
}

/// A rule at a point where all inputs move. The name of a case starts with that of its rule.
pub fn case(name: &'static str, rule: impl Rule + 'static, inputs: Vec<Array>) -> Case {
    with_fixed(
        name,
        rule,
        inputs.into_iter().map(|input| (input, false)).collect(),
    )
}

/// A case with inputs that carry no tangent.
pub fn with_fixed(
    name: &'static str,
    rule: impl Rule + 'static,
    inputs: Vec<(Array, bool)>,
) -> Case {
    let (inputs, fixed) = inputs.into_iter().unzip();
    let own = rule.name();
    assert!(!own.is_empty() && name.starts_with(own), "{name} of {own}");
    Case {
        name,
        rule: Arc::new(rule),
        inputs,
        fixed,
    }
}

/// Checks every case; in a build for GPUs, on a GPU too.
pub fn run(cases: Vec<Case>) {
    #[cfg(feature = "gpu")]
    let gpu = super::gpu::gpu();
    for case in cases {
        case.check();
        #[cfg(feature = "gpu")]
        case.check_on(&gpu);
    }
}
