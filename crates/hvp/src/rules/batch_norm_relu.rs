//! Batch normalization with the statistics of the batch and the rectifier behind it, as one operation.

use super::batch_norm_train::BatchNormTrain;
use super::{Cotangents, PerInput, Point, Rule, Saved, numbers, pulled_together};
use crate::array::Array;
use crate::array::host::numbers::reaches;

/// `max(y, 0)` of [`BatchNormTrain`]'s y, with derivative 0 at 0.
///
/// What lies between is neither written nor kept: the rectified value says where y was above zero.
#[derive(Clone, Copy, Debug)]
pub struct BatchNormRelu {
    /// The normalization.
    pub norm: BatchNormTrain,
}

impl Rule for BatchNormRelu {
    fn name(&self) -> &str {
        "batch_norm_relu"
    }

    /// A tangent before it is rectified, or a cotangent after.
    fn scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        self.norm.scratch(inputs, value) + numbers(value)
    }

    /// The normalized images, or the cotangent that passes, beside what the normalization takes.
    fn shared_scratch(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        self.norm.shared_scratch(inputs, value) + numbers(value)
    }

    fn saved(&self, inputs: &[&[usize]], value: &[usize]) -> usize {
        self.norm.saved(inputs, value)
    }

    fn batch_statistics(&self, saved: &Saved) -> Option<[Array; 2]> {
        self.norm.batch_statistics(saved)
    }

    fn value(&self, inputs: &[Array]) -> (Array, Saved) {
        if reaches(&inputs[0]) {
            return self.norm.value_on_host::<true>(inputs);
        }
        let (normalized, saved) = self.norm.value(inputs);
        let shape = normalized.shape();
        let value = normalized.unsqueeze().where_positive(&normalized);
        (value.reshape(&shape), saved)
    }

    fn jvp(&self, at: Point, tangents: &[Option<Array>]) -> Option<Array> {
        let tangent = self.norm.jvp(at, tangents)?;
        Some(tangent.where_positive(at.value))
    }

    pulled_together!();

    /// That of the normalization, of the cotangents where the value is above zero.
    fn pull_tangent(
        &self,
        at: Point,
        tangents: &[Option<Array>],
        cotangents: Cotangents,
        wanted: &[bool],
    ) -> PerInput {
        if let Some(pulled) = self.norm.pull_on_host::<true>(at, cotangents, wanted) {
            return pulled;
        }
        let passed = |cotangent: &Array| cotangent.where_positive(at.value);
        let [primal, tangent] = [cotangents.primal, cotangents.tangent].map(|c| c.map(passed));
        let passed = Cotangents {
            primal: primal.as_ref(),
            tangent: tangent.as_ref(),
        };
        self.norm.pull_tangent(at, tangents, passed, wanted)
    }
}

#[cfg(test)]
mod tests {
    //! The path of the host beside the normalization and the rectifier one after another.

    use super::*;
    use crate::array::host::tests::{close, numbers};
    use crate::rules::activation::Pointwise;

    #[test]
    fn it_is_the_one_after_the_other() {
        let norm = BatchNormTrain { epsilon: 1e-2 };
        let fused = BatchNormRelu { norm };
        for shape in [[1, 1, 1], [3, 2, 5], [5, 3, 70], [2, 40, 9]] {
            let inputs = [
                numbers(&shape, 1),
                numbers(&[shape[1]], 2),
                numbers(&[shape[1]], 3),
            ];
            let (between, saved) = norm.value(&inputs);
            let (value, relu_saved) = Pointwise::Relu.value(std::slice::from_ref(&between));
            let (found, found_saved) = fused.value(&inputs);
            close(&found, &value, 0.0);
            for (found, expected) in found_saved.floats.iter().zip(&saved.floats) {
                close(found, expected, 0.0);
            }
            for directions in [1, 3] {
                let cotangent = numbers(&[&[directions], &shape[..]].concat(), 4);
                let of_relu = Point {
                    inputs: std::slice::from_ref(&between),
                    value: &value,
                    saved: &relu_saved,
                };
                let passed = Pointwise::Relu.vjp(of_relu, &cotangent, &[true]).remove(0);
                let of_norm = Point {
                    inputs: &inputs,
                    value: &between,
                    saved: &saved,
                };
                let expected = norm.vjp(of_norm, &passed.expect("asked"), &[true; 3]);
                let at = Point {
                    inputs: &inputs,
                    value: &found,
                    saved: &found_saved,
                };
                let pulled = fused.vjp(at, &cotangent, &[true; 3]);
                for (found, expected) in pulled.iter().zip(&expected) {
                    let [found, expected] =
                        [found, expected].map(|array| array.as_ref().expect("asked"));
                    close(found, expected, 0.0);
                }
            }
        }
    }

    /// As of the rectifier alone, the derivative at zero is zero.
    #[test]
    fn nothing_passes_where_the_value_is_zero() {
        let rule = BatchNormRelu {
            norm: BatchNormTrain { epsilon: 1e-2 },
        };
        let gamma = numbers(&[1], 1);
        // All numbers of the channel are its mean, so that the value is β.
        for (beta, passes) in [(0.0, false), (1e-3, true)] {
            let x = gamma.zeros_of(&[2, 1, 3]).add_scalar(0.5);
            let beta = gamma.zeros_of(&[1]).add_scalar(beta);
            let inputs = [x, gamma.clone(), beta];
            let (value, saved) = rule.value(&inputs);
            let at = Point {
                inputs: &inputs,
                value: &value,
                saved: &saved,
            };
            let cotangent = value.zeros_of(&[1, 2, 1, 3]).add_scalar(1.0);
            let pulled = rule.vjp(at, &cotangent, &[true; 3]).remove(2);
            let total = pulled.expect("asked").to_f64().expect("numbers")[0];
            assert_eq!(total, if passes { 6.0 } else { 0.0 });
        }
    }
}
