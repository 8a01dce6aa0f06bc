//! Marchenko and Pastur's law, its zeros left out.

use std::f64::consts::PI;

/// The same law of nonzero eigenvalues with a ratio of at most 1: those of `X X^T` are those of `X^T X`.
pub(super) fn folded(ratio: f64, scale: f64) -> (f64, f64) {
    if ratio > 1.0 {
        (1.0 / ratio, ratio * scale)
    } else {
        (ratio, scale)
    }
}

/// The edges `scale (1 -+ sqrt(ratio))^2`.
pub(super) fn edges(ratio: f64, scale: f64) -> (f64, f64) {
    let root = ratio.sqrt();
    (
        scale * (1.0 - root) * (1.0 - root),
        scale * (1.0 + root) * (1.0 + root),
    )
}

/// The density of the nonzero eigenvalues at x, which integrates to 1.
pub(super) fn density(ratio: f64, scale: f64, x: f64) -> f64 {
    let (q, s) = folded(ratio, scale);
    let (a, b) = edges(q, s);
    if x <= 0.0 {
        return 0.0;
    }
    ((b - x) * (x - a)).max(0.0).sqrt() / (2.0 * PI * q * s * x)
}

/// `P(X <= x)` of the nonzero eigenvalues.
///
/// With `h = (b - a) / 2`, `m = (a + b) / 2` and `x = m - h cos t`, the density's integral is elementary:
/// `(1/(2 pi q s)) [ h sin t + m t - 2 sqrt(ab) atan(sqrt(b/a) tan(t/2)) ]`.
pub(super) fn cdf(ratio: f64, scale: f64, x: f64) -> f64 {
    let (q, s) = folded(ratio, scale);
    let (a, b) = edges(q, s);
    if x <= a {
        return 0.0;
    }
    if x >= b {
        return 1.0;
    }
    // tan(t/2) = sqrt((x - a) / (b - x))
    let tangent = ((x - a) / (b - x)).sqrt();
    let t = 2.0 * tangent.atan();
    let sine = ((x - a) * (b - x)).sqrt();
    let last = if a > 0.0 {
        2.0 * (a * b).sqrt() * ((b / a).sqrt() * tangent).atan()
    } else {
        0.0
    };
    ((sine + 0.5 * (a + b) * t - last) / (2.0 * PI * q * s)).clamp(0.0, 1.0)
}
