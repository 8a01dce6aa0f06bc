//! The bulk of Hess: how much of it is H's, by energy and by number.

use hesscope_records::{Evidence, Finding, Number};
use hesscope_spectral::Estimate;

use super::bounds::HALF;
use crate::findings::condition::{
    Statement, at_least, bounded, exact, judge, number, share, unknown,
};

/// The paragraph of both findings: "most of the energy in the bulk" is H's. The text does not say what energy is. In
/// numerical linear algebra it is the sum of squares; what the paper shows is a density, in which number counts.
const PAPER: &str = "section 3, \"Attribution of outliers to G and bulk to H\"";

/// **Rule.** With P the projection that takes the outlier space of Hess out (the C leading eigenvectors where no outliers
/// are counted), H's share of the energy, `||P H P||_F^2 / (||P H P||_F^2 + ||P G P||_F^2)`, is a half or more.
///
/// Error bar: the 95% interval over the probes, which G and H share; products are exact, so that there is no truncation. The
/// third term, `2 <P G P, P H P>`, belongs to neither and stands beside.
pub fn energy(evidence: &Evidence) -> Finding {
    let spaces = &evidence.hess_and_g.first;
    let statement = Statement {
        id: "bulk-energy-of-h",
        claim: "Most of the energy in the bulk of Hess, the sum of squares of eigenvalues, is H's"
            .into(),
        paper: PAPER,
        rule: format!(
            "with the outlier space of Hess projected out (the C leading eigenvectors where no outliers are counted), the \
             squared Frobenius norm of H is {HALF} or more of the sum of those of G and H"
        ),
    };
    let split = &evidence.energy;
    let of_h = bounded("the share of H in the sum of squares", &split.second_share);
    let beside = vec![
        exact("the dimension projected out", spaces.dimension as f64),
        estimate("the energy of G within one standard error", split.first),
        estimate("the energy of H within one standard error", split.second),
        estimate(
            "twice their inner product within one standard error",
            split.cross,
        ),
        estimate("the energy of Hess within one standard error", split.total),
        exact("the number of probes", split.probes as f64),
    ];
    judge(statement, vec![at_least(of_h, HALF)], beside)
}

/// **Rule.** Of the eigenvalues of G and of H that lie in the bulk of Hess and are told from zero, from the noise floor to the
/// value between bulk and outliers (the C-th leading eigenvalue where no outliers are counted) and at or below minus the
/// floor, H has a half or more.
///
/// Error bar: the 95% intervals of the numbers, probes and steps included, the ends of one against those of the other.
pub fn numbers(evidence: &Evidence) -> Finding {
    let bulk = &evidence.bulk;
    let statement = Statement {
        id: "bulk-number-of-h",
        claim: "Most of the eigenvalues in the bulk of Hess are H's".into(),
        paper: PAPER,
        rule: format!(
            "of the eigenvalues of G and of H from the noise floor to the value between bulk and outliers of Hess (its C-th \
             leading eigenvalue where no outliers are counted), and at or below minus the floor, H has {HALF} or more"
        ),
    };
    let of_h = share(
        "the share of H in the number of eigenvalues",
        &bulk.g,
        &bulk.h,
    );
    let beside = vec![
        exact("the noise floor", bulk.floor),
        exact("the upper end of the bulk", bulk.to),
        bounded("the number of eigenvalues of Hess in the bulk", &bulk.hess),
        bounded("of G", &bulk.g),
        bounded("of H", &bulk.h),
        bounded("the number of Hess below zero", &bulk.hess_negative),
        bounded("of H below zero", &bulk.h_negative),
    ];
    judge(statement, vec![at_least(of_h, HALF)], beside)
}

/// Within one standard error.
fn estimate(what: &str, estimate: Estimate) -> Number {
    match estimate.standard_error {
        Some(error) => number(
            what,
            estimate.mean,
            [estimate.mean - error, estimate.mean + error],
        ),
        None => unknown(what, estimate.mean),
    }
}
