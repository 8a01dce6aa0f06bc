//! Which loss a row of logits has.

/// The loss of a row of logits, a convex function of them.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Loss {
    /// Softmax cross-entropy, of classes or of probabilities.
    CrossEntropy {
        /// The share ε of a target that is spread evenly over all classes: q becomes
        /// (1 - ε) q + ε / C.
        label_smoothing: f64,
    },
    /// The mean over the C logits of the squared difference to the target, with classes as one-hot
    /// targets.
    MeanSquaredError,
    /// The mean over the C logits of the cross-entropy between a logit's logistic function and its
    /// target in [0, 1].
    BinaryCrossEntropy,
}

impl Default for Loss {
    /// Softmax cross-entropy as it is.
    fn default() -> Self {
        Loss::CrossEntropy {
            label_smoothing: 0.0,
        }
    }
}

impl Loss {
    /// Whether a row's target is a class or a distribution over classes.
    pub(crate) fn is_cross_entropy(&self) -> bool {
        matches!(self, Loss::CrossEntropy { .. })
    }

    /// The name of the loss, for messages.
    pub fn name(&self) -> &'static str {
        match self {
            Loss::CrossEntropy { .. } => "cross-entropy",
            Loss::MeanSquaredError => "mean squared error",
            Loss::BinaryCrossEntropy => "binary cross-entropy",
        }
    }
}
