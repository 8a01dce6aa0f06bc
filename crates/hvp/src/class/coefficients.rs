//! The small matrix D in A1 = Mᵀ D M and its like.

use faer::Mat;

use super::weights::ClassWeights;
use hesscope_records::{Part, Terms};

/// What each pair of classes adds to the cotangents: the cotangent of example i of class c in class c'
/// is w_ic' times the entry (c, c'), before the part of B2 that is the example's own.
///
/// With `sums` = M v, β_cc' = sums_cc' / P_cc' and γ_c = Σ_{c' ≠ c} sums_cc' / P_c:
///
/// | part | c' ≠ c | c' = c |
/// | --- | --- | --- |
/// | A1 | γ_c / N | 0 |
/// | A2 | 0 | β_cc / N |
/// | B1 | (β_cc' - γ_c) / N | 0 |
/// | B2 | -β_cc' / N | -β_cc / N |
pub(super) fn coefficients(terms: Terms, sums: &Mat<f64>, weights: &ClassWeights) -> Mat<f64> {
    let classes = weights.classes();
    let has = |part: Part| f64::from(u8::from(terms.contains(part)));
    let [a1, a2, b1, b2] = [Part::A1, Part::A2, Part::B1, Part::B2].map(has);
    let within = |class: usize| {
        let counts = terms.class().is_none_or(|only| only as usize == class);
        if counts { b2 } else { 0.0 }
    };
    let gammas: Vec<f64> = (0..classes)
        .map(|class| {
            let wrong = (0..classes).filter(|&other| other != class);
            ratio(
                wrong.map(|other| sums[(class, other)]).sum(),
                weights.class(class),
            )
        })
        .collect();
    Mat::from_fn(classes, classes, |class, other| {
        let beta = ratio(sums[(class, other)], weights.pair(class, other));
        let gamma = gammas[class];
        let between = if class == other {
            a2 * beta
        } else {
            a1 * gamma + b1 * (beta - gamma)
        };
        (between - within(class) * beta) / weights.examples()
    })
}

/// A mean, zero where nothing weighs.
fn ratio(sum: f64, weight: f64) -> f64 {
    if weight > 0.0 { sum / weight } else { 0.0 }
}
