//! The bulk of Hess: its energy, what lies below zero, and its upper tail.

use hesscope_records::{Evidence, Finding, Number};
use hesscope_spectral::{Bounded, Estimate, IntervalCount};

use super::bounds::HALF;
use super::counting::some_outliers;
use crate::findings::condition::{
    Statement, at_least, at_most, exact, judge, number, ratio, undecided,
};

/// **Rule.** With P the projection that takes the outlier space of Hess out (the C leading eigenvectors where no outliers
/// are counted), H's share of the energy, `||P H P||_F^2 / (||P H P||_F^2 + ||P G P||_F^2)`, is a half or more.
///
/// Error bar: the 95% interval over the probes, which G and H share. The third term, `2 <P G P, P H P>`, belongs to neither
/// and stands beside.
pub fn energy(evidence: &Evidence) -> Finding {
    let spaces = &evidence.hess_and_g.first;
    let statement = Statement {
        id: "bulk-of-h",
        claim: "The bulk of Hess is mostly H".into(),
        rule: format!(
            "with the outlier space of Hess projected out (the C leading eigenvectors where no outliers are counted), the \
             squared Frobenius norm of H is {HALF} or more of the sum of those of G and H"
        ),
    };
    let split = &evidence.energy;
    let share = bounded("the share of H", &split.second_share);
    let beside = vec![
        exact("the dimension projected out", spaces.dimension as f64),
        estimate("the energy of G", split.first),
        estimate("the energy of H", split.second),
        estimate("twice their inner product", split.cross),
        estimate("the energy of Hess", split.total),
        exact("the number of probes", split.probes as f64),
    ];
    judge(statement, vec![at_least(share, HALF)], beside)
}

/// **Rule.** Hess has an eigenvalue below minus the noise floor; no Ritz value of G lies below it, G being positive
/// semidefinite; and the least eigenvalue of Hess is no further below zero than that of H, to within the floor, as follows
/// where G adds nothing negative (Weyl).
///
/// Error bars: of the number the 95% interval of the quadratures, of the least eigenvalues their residual bounds.
pub fn negative(evidence: &Evidence) -> Finding {
    let below = &evidence.negative;
    let statement = Statement {
        id: "negative-of-h",
        claim: "The negative eigenvalues of Hess are those of H".into(),
        rule: "Hess has at least one eigenvalue below minus the noise floor of the precision, no Ritz value of G lies below \
               it, and the least eigenvalue of Hess lies no further below zero than that of H, to within the floor"
            .into(),
    };
    let (hess, h) = (&evidence.hess, &evidence.h);
    let error = hess.least_error + h.least_error;
    let difference = hess.least - h.least;
    judge(
        statement,
        vec![
            at_least(
                bounded("the number of eigenvalues of Hess below zero", &below.hess),
                1.0,
            ),
            at_least(
                exact("the least Ritz value of G", evidence.g.least),
                -below.floor,
            ),
            at_least(
                number(
                    "the least eigenvalue of Hess less that of H",
                    difference,
                    [difference - error, difference + error],
                ),
                -below.floor,
            ),
        ],
        vec![
            exact("the noise floor", below.floor),
            bounded("the number of eigenvalues of H below zero", &below.h),
            number(
                "the least eigenvalue of Hess",
                hess.least,
                [hess.least - hess.least_error, hess.least],
            ),
            number("that of H", h.least, [h.least - h.least_error, h.least]),
            estimate("the energy of Hess below zero", below.hess_energy),
            estimate("that of H", below.h_energy),
        ],
    )
}

/// **Rule.** Hess has outliers above zero, and the upper tail of its bulk runs from the geometric mean of the bulk's root
/// mean square and its upper edge to the value between bulk and outliers. Taking H out leaves most of it: G has at least
/// half as many eigenvalues there as Hess. Taking G out leaves less: H has at most half as many.
///
/// Error bars: the 95% intervals of the counts, the ends of one against those of the other. The tail belongs to H where both
/// fail, and to both where only the second does.
pub fn tail(evidence: &Evidence) -> Finding {
    let statement = Statement {
        id: "tail-of-g",
        claim: "The upper tail of the bulk of Hess belongs to G, not to H".into(),
        rule: format!(
            "between the geometric mean of the bulk's root mean square and upper edge, and the value between bulk and \
             outliers, G has at least {HALF} as many eigenvalues as Hess, and H at most {HALF} as many"
        ),
    };
    let counts = evidence.tail.as_ref().map_or(Vec::new(), |tail| {
        vec![
            number("the tail", tail.from, [tail.from, tail.to]),
            count("the number of eigenvalues of Hess in it", &tail.hess),
            count("of G", &tail.g),
            count("of H", &tail.h),
        ]
    });
    if let Err(reason) = some_outliers(&evidence.hess, "Hess") {
        return undecided(statement, reason, counts);
    }
    let Some(tail) = &evidence.tail else {
        return undecided(
            statement,
            "the edge of the bulk of Hess lies no higher than its root mean square, so that it has no upper tail",
            counts,
        );
    };
    let of = |part: &IntervalCount, name: &str| {
        ratio(
            format!("the eigenvalues of {name} in the tail over those of Hess"),
            ends(part),
            ends(&tail.hess),
        )
    };
    judge(
        statement,
        vec![
            at_least(of(&tail.g, "G"), HALF),
            at_most(of(&tail.h, "H"), HALF),
        ],
        counts,
    )
}

/// Lower end, value and upper end.
pub fn ends(count: &IntervalCount) -> [f64; 3] {
    let Bounded {
        mean, lower, upper, ..
    } = count.count;
    [lower, mean, upper]
}

/// A count with its interval.
pub fn count(what: &str, count: &IntervalCount) -> Number {
    bounded(what, &count.count)
}

fn bounded(what: &str, bounded: &Bounded) -> Number {
    number(what, bounded.mean, [bounded.lower, bounded.upper])
}

/// Within one standard error.
fn estimate(what: &str, estimate: Estimate) -> Number {
    let error = estimate.standard_error.unwrap_or(f64::INFINITY);
    number(
        what,
        estimate.mean,
        [estimate.mean - error, estimate.mean + error],
    )
}
