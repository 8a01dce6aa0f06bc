//! Softmax cross-entropy: the loss, and the seeds it gives the sweep.

use crate::array::Array;

/// What cross-entropy says at a batch of logits, all of it divided by the number of examples of the
/// whole data set, so that batches add up to the mean.
pub(crate) struct CrossEntropy {
    /// p = softmax(z), [1, n, C].
    probabilities: Array,
    /// (p - y) / N, [1, n, C]: the gradient of the mean loss in the logits.
    pub gradient: Array,
    examples: f64,
}

impl CrossEntropy {
    /// At logits [n, C] and one-hot targets [n, C], for a data set of `examples`.
    pub fn at(logits: &Array, targets: &Array, examples: usize) -> Self {
        let probabilities = softmax(logits).unsqueeze();
        let examples = examples as f64;
        CrossEntropy {
            gradient: probabilities
                .sub(&targets.unsqueeze())
                .scale(1.0 / examples),
            probabilities,
            examples,
        }
    }

    /// S ż / N for tangents of the logits [K, n, C], with S = diag(p) - p pᵀ the Hessian of the loss
    /// in the logits of one example: p (ż - p·ż).
    pub fn curvature(&self, tangent: &Array) -> Array {
        let mean = tangent.mul(&self.probabilities).sum_dim(2);
        tangent
            .sub(&mean)
            .mul(&self.probabilities)
            .scale(1.0 / self.examples)
    }
}

/// The softmax of logits [n, C].
pub(crate) fn softmax(logits: &Array) -> Array {
    let shifted = logits.sub(&logits.max_dim(1));
    let exponentials = shifted.exp();
    exponentials.div(&exponentials.sum_dim(1))
}

/// The cross-entropy of one example, -log softmax(z)_label, in float64.
pub(crate) fn example_loss(logits: &[f64], label: usize) -> f64 {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let total: f64 = logits.iter().map(|z| (z - largest).exp()).sum();
    largest + total.ln() - logits[label]
}
