//! What the estimates need to know of an operator beside its products.

use hesscope_hvp::Operator;
use hesscope_records::Part;
use hesscope_spectral::OutlierOptions;

/// Properties of an operator that bear on how its spectrum is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OperatorProperties {
    /// Whether it has no eigenvalue below zero but by rounding.
    pub positive_semidefinite: bool,
    /// Number of classes, C: about as many outliers are to be expected.
    pub classes: usize,
}

impl OperatorProperties {
    /// Those of a part of the Hessian: parts of G have no eigenvalue below zero.
    pub fn of(operator: &Operator) -> Self {
        OperatorProperties {
            positive_semidefinite: !operator.terms().contains(Part::H),
            classes: operator.problem().classes(),
        }
    }

    /// The rule that counts outliers: up to twice as many as there are classes.
    pub(crate) fn outlier_options(&self) -> OutlierOptions {
        OutlierOptions {
            most: Some(2 * self.classes.max(1)),
            ..OutlierOptions::default()
        }
    }
}
