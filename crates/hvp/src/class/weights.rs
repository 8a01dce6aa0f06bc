//! The weights P_cc'.

use faer::Mat;

/// How much each pair of classes weighs: P_cc' = Σ_{i in c} p_ic', the sum of the probabilities of class
/// c' over the examples of class c.
#[derive(Clone, Debug, PartialEq)]
pub struct ClassWeights {
    pairs: Mat<f64>,
    examples: f64,
}

impl ClassWeights {
    pub(super) fn new(pairs: Mat<f64>, examples: usize) -> Self {
        ClassWeights {
            pairs,
            examples: examples as f64,
        }
    }

    /// The number of classes, C.
    pub fn classes(&self) -> usize {
        self.pairs.nrows()
    }

    /// The number of examples, N, by which the operators divide.
    pub fn examples(&self) -> f64 {
        self.examples
    }

    /// P_cc', zero for a class without examples.
    pub fn pair(&self, class: usize, other: usize) -> f64 {
        self.pairs[(class, other)]
    }

    /// P_c = Σ_{c' ≠ c} P_cc'.
    pub fn class(&self, class: usize) -> f64 {
        (0..self.classes())
            .filter(|&other| other != class)
            .map(|other| self.pair(class, other))
            .sum()
    }

    /// All P_cc', [C, C].
    pub fn pairs(&self) -> &Mat<f64> {
        &self.pairs
    }
}
