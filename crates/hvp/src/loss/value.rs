//! The loss of a row in float64 on the host.

use super::of_row::Loss;

/// z - max z, and log Σ exp(z - max z).
fn shifted(logits: &[f64]) -> (Vec<f64>, f64) {
    let largest = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let shifted: Vec<f64> = logits.iter().map(|z| z - largest).collect();
    let total: f64 = shifted.iter().map(|z| z.exp()).sum();
    (shifted, total.ln())
}

/// p = softmax(z).
pub(crate) fn softmax(logits: &[f64]) -> Vec<f64> {
    let (shifted, log_total) = shifted(logits);
    shifted.iter().map(|z| (z - log_total).exp()).collect()
}

/// σ(z) = 1 / (1 + e^-z).
pub(super) fn logistic(z: f64) -> f64 {
    ((-z).exp() + 1.0).recip()
}

/// log(1 + e^z) without overflow.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

impl Loss {
    /// The loss of one row of logits \[C\] with its target \[C\], which for cross-entropy sums to one and
    /// is smoothed already.
    pub fn value(&self, logits: &[f64], target: &[f64]) -> f64 {
        let each = logits.iter().zip(target);
        let mean = |total: f64| total / logits.len() as f64;
        match self {
            Loss::CrossEntropy { .. } => {
                let (shifted, log_total) = shifted(logits);
                // What a target leaves out may be minus infinity.
                let parts = shifted.iter().zip(target).filter(|&(_, &q)| q != 0.0);
                log_total - parts.map(|(z, q)| q * z).sum::<f64>()
            }
            Loss::MeanSquaredError => mean(each.map(|(z, q)| (z - q) * (z - q)).sum()),
            Loss::BinaryCrossEntropy => mean(each.map(|(z, q)| softplus(*z) - q * z).sum()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(ours: f64, expected: f64) {
        assert!(
            (ours - expected).abs() <= 1e-15 * expected.abs().max(1.0),
            "{ours} is not {expected}"
        );
    }

    #[test]
    fn values_are_those_of_the_definitions() {
        let z = [0.5, -1.25, 2.0];
        let q = [0.2, 0.5, 0.3];
        let total: f64 = z.iter().map(|z: &f64| z.exp()).sum();
        let cross = |c: usize| -(z[c].exp() / total).ln();
        let soft = q[0] * cross(0) + q[1] * cross(1) + q[2] * cross(2);
        close(Loss::default().value(&z, &q), soft);
        close(Loss::default().value(&z, &[0.0, 1.0, 0.0]), cross(1));
        close(
            Loss::MeanSquaredError.value(&z, &q),
            (0.3 * 0.3 + 1.75 * 1.75 + 1.7 * 1.7) / 3.0,
        );
        let binary = |z: f64, q: f64| {
            let s = 1.0 / (1.0 + (-z).exp());
            -(q * s.ln() + (1.0 - q) * (1.0 - s).ln())
        };
        let mean = (binary(z[0], q[0]) + binary(z[1], q[1]) + binary(z[2], q[2])) / 3.0;
        close(Loss::BinaryCrossEntropy.value(&z, &q), mean);
        close(
            Loss::BinaryCrossEntropy.value(&[0.7], &[1.0]),
            binary(0.7, 1.0),
        );
    }

    #[test]
    fn large_logits_neither_overflow_nor_vanish() {
        let one_hot = [1.0, 0.0];
        close(Loss::default().value(&[-800.0, 800.0], &one_hot), 1600.0);
        close(
            Loss::default().value(&[800.0, f64::NEG_INFINITY], &one_hot),
            0.0,
        );
        close(Loss::BinaryCrossEntropy.value(&[-900.0], &[1.0]), 900.0);
        close(Loss::BinaryCrossEntropy.value(&[900.0], &[0.0]), 900.0);
        let small = Loss::BinaryCrossEntropy.value(&[-40.0], &[0.0]);
        assert!((small / (-40.0f64).exp() - 1.0).abs() < 1e-15, "{small}");
    }
}
