//! What a loss says at a batch of logits on the device: the seeds of the pass.

use super::of_row::Loss;
use crate::array::Array;

/// The loss's derivatives at a batch of logits, every row of them times the row's weight: one over
/// the number of rows that count in the whole data set, so that batches add up to the mean, or zero.
pub(crate) struct Seeds {
    /// The gradient in the logits, [1, rows, C].
    pub gradient: Array,
    /// What the Hessian in the logits is made of.
    pub hessian: Hessian,
}

/// The Hessian of the loss in the logits, one block [C, C] a row.
// Tensors of GPUs are large, and there is one of these for each batch.
#[allow(clippy::large_enum_variant)]
pub(crate) enum Hessian {
    /// w (diag(p) - p pᵀ).
    Softmax {
        /// p = softmax(z), [1, rows, C].
        probabilities: Array,
        /// w, [1, rows, 1].
        weights: Array,
    },
    /// A diagonal that broadcasts to [1, rows, C].
    Diagonal(Array),
}

/// σ(z) = 1 / (1 + e^-z), which keeps its small tail.
fn logistic(z: &Array) -> Array {
    z.neg().exp().add_scalar(1.0).recip()
}

/// p = softmax(z) of each row of logits [rows, C].
pub(crate) fn softmax(logits: &Array) -> Array {
    let exponentials = logits.sub(&logits.max_dim(1)).exp();
    exponentials.div(&exponentials.sum_dim(1))
}

impl Seeds {
    /// At logits [rows, C], targets [rows, C] and the weights of the rows, [rows, 1].
    pub fn at(loss: Loss, logits: &Array, targets: &Array, weights: &Array) -> Self {
        let per_logit = 1.0 / logits.shape()[1] as f64;
        match loss {
            Loss::CrossEntropy { .. } => {
                let probabilities = softmax(logits);
                Seeds {
                    gradient: probabilities.sub(targets).mul(weights).unsqueeze(),
                    hessian: Hessian::Softmax {
                        probabilities: probabilities.unsqueeze(),
                        weights: weights.unsqueeze(),
                    },
                }
            }
            Loss::MeanSquaredError => {
                let scaled = weights.scale(2.0 * per_logit);
                Seeds {
                    gradient: logits.sub(targets).mul(&scaled).unsqueeze(),
                    hessian: Hessian::Diagonal(scaled.unsqueeze()),
                }
            }
            Loss::BinaryCrossEntropy => {
                let scaled = weights.scale(per_logit);
                let (yes, no) = (logistic(logits), logistic(&logits.neg()));
                // σ - q without the difference of two numbers near one: (1 - q) σ - q (1 - σ).
                let up = targets.neg().add_scalar(1.0).mul(&yes);
                Seeds {
                    gradient: up.sub(&targets.mul(&no)).mul(&scaled).unsqueeze(),
                    hessian: Hessian::Diagonal(yes.mul(&no).mul(&scaled).unsqueeze()),
                }
            }
        }
    }

    /// S ż for tangents of the logits [K, rows, C], with S the Hessian of the loss in the logits.
    pub fn curvature(&self, tangent: &Array) -> Array {
        match &self.hessian {
            Hessian::Softmax {
                probabilities,
                weights,
            } => {
                let mean = tangent.mul(probabilities).sum_dim(2);
                tangent.sub(&mean).mul(probabilities).mul(weights)
            }
            Hessian::Diagonal(diagonal) => tangent.mul(diagonal),
        }
    }

    /// Numbers that seeds for `rows` rows of `classes` logits hold, and those they need besides while
    /// they are made; for the account of memory.
    pub fn numbers(rows: usize, classes: usize) -> (usize, usize) {
        (2 * rows * classes + rows, 4 * rows * classes)
    }
}

#[cfg(test)]
mod tests {
    //! In float64, with central differences of step 1e-5: off by 1e-10 times a third derivative of
    //! order one, and by rounding over the step, 1e-11.

    use super::*;
    use crate::loss::SplitMix64;
    use crate::precision::Precision;
    use burn::tensor::Device;

    const STEP: f64 = 1e-5;
    const DIFFERENCE: f64 = 1e-9;

    const LOSSES: [Loss; 3] = [
        Loss::CrossEntropy {
            label_smoothing: 0.0,
        },
        Loss::MeanSquaredError,
        Loss::BinaryCrossEntropy,
    ];

    fn array(values: &[f64], shape: &[usize]) -> Array {
        Array::from_vec(values.to_vec(), shape, Precision::F64, &Device::flex())
    }

    fn values(array: &Array) -> Vec<f64> {
        array.to_f64().expect("the CPU reads its own memory")
    }

    struct Case {
        loss: Loss,
        rows: usize,
        classes: usize,
        logits: Vec<f64>,
        targets: Vec<f64>,
        weights: Vec<f64>,
    }

    impl Case {
        fn new(loss: Loss, rows: usize, classes: usize) -> Self {
            let mut numbers = SplitMix64::new(classes as u64);
            let mut draw =
                |count: usize| -> Vec<f64> { (0..count).map(|_| numbers.uniform()).collect() };
            let logits = draw(rows * classes).iter().map(|u| 4.0 * u - 2.0).collect();
            let mut targets = draw(rows * classes);
            if matches!(loss, Loss::CrossEntropy { .. }) {
                for row in targets.chunks_mut(classes) {
                    let total: f64 = row.iter().sum();
                    row.iter_mut().for_each(|q| *q /= total);
                }
            }
            // One row is ignored.
            let weights = (0..rows).map(|row| 0.3 * (row % 3) as f64).collect();
            Case {
                loss,
                rows,
                classes,
                logits,
                targets,
                weights,
            }
        }

        fn seeds(&self, logits: &[f64]) -> Seeds {
            let shape = [self.rows, self.classes];
            Seeds::at(
                self.loss,
                &array(logits, &shape),
                &array(&self.targets, &shape),
                &array(&self.weights, &[self.rows, 1]),
            )
        }

        fn value(&self, logits: &[f64]) -> f64 {
            let rows = logits
                .chunks(self.classes)
                .zip(self.targets.chunks(self.classes));
            rows.zip(&self.weights)
                .map(|((z, q), weight)| weight * self.loss.value(z, q))
                .sum()
        }

        fn moved(&self, along: &[f64], step: f64) -> Vec<f64> {
            let each = self.logits.iter().zip(along);
            each.map(|(z, v)| z + step * v).collect()
        }

        fn check(&self) {
            let seeds = self.seeds(&self.logits);
            let gradient = values(&seeds.gradient);
            assert_eq!(seeds.gradient.shape(), [1, self.rows, self.classes]);
            let count = self.rows * self.classes;
            let mut numbers = SplitMix64::new(17);
            let tangents: Vec<f64> = (0..3 * count).map(|_| numbers.uniform() - 0.5).collect();
            let curvature = seeds.curvature(&array(&tangents, &[3, self.rows, self.classes]));
            assert_eq!(curvature.shape(), [3, self.rows, self.classes]);
            let curvature = values(&curvature);
            for k in 0..3 {
                let range = k * count..(k + 1) * count;
                let along = &tangents[range.clone()];
                let (ahead, behind) = (self.moved(along, STEP), self.moved(along, -STEP));

                let slope: f64 = gradient.iter().zip(along).map(|(g, v)| g * v).sum();
                let expected = (self.value(&ahead) - self.value(&behind)) / (2.0 * STEP);
                let name = self.loss.name();
                assert!(
                    (slope - expected).abs() < DIFFERENCE,
                    "{name}: the gradient is off by {:e}",
                    slope - expected
                );

                let (ahead, behind) = (self.seeds(&ahead), self.seeds(&behind));
                let both = values(&ahead.gradient)
                    .into_iter()
                    .zip(values(&behind.gradient));
                for (ours, (ahead, behind)) in curvature[range].iter().zip(both) {
                    let expected = (ahead - behind) / (2.0 * STEP);
                    assert!(
                        (ours - expected).abs() < DIFFERENCE,
                        "{name}: the curvature is off by {:e}",
                        ours - expected
                    );
                }
            }
            assert!(gradient.iter().any(|g| g.abs() > 1e-2));
            assert!(curvature.iter().any(|g| g.abs() > 1e-3));
        }
    }

    #[test]
    fn gradients_and_curvatures_are_those_of_the_value() {
        for loss in LOSSES {
            Case::new(loss, 5, 4).check();
            Case::new(loss, 2, 2).check();
        }
        Case::new(Loss::BinaryCrossEntropy, 4, 1).check();
        Case::new(Loss::MeanSquaredError, 4, 1).check();
    }

    #[test]
    fn binary_cross_entropy_keeps_its_tails() {
        let at = |z: f64, q: f64, precision: Precision| {
            let array = |x: f64| Array::from_vec(vec![x], &[1, 1], precision, &Device::flex());
            let seeds = Seeds::at(Loss::BinaryCrossEntropy, &array(z), &array(q), &array(1.0));
            let one = array(1.0).unsqueeze();
            (
                values(&seeds.gradient)[0],
                values(&seeds.curvature(&one))[0],
            )
        };
        for precision in [Precision::F32, Precision::F64] {
            for (z, q, sign) in [(-30.0, 0.0, 1.0), (30.0, 1.0, -1.0)] {
                let (gradient, curvature) = at(z, q, precision);
                let tail = (-30.0f64).exp();
                assert!((sign * gradient / tail - 1.0).abs() < 1e-5, "{gradient:e}");
                assert!((curvature / tail - 1.0).abs() < 1e-5, "{curvature:e}");
            }
            assert_eq!(at(900.0, 0.0, precision), (1.0, 0.0));
            assert_eq!(at(-900.0, 1.0, precision), (-1.0, 0.0));
        }
    }
}
