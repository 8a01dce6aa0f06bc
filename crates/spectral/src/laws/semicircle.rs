//! Wigner's semicircle.

use std::f64::consts::PI;

/// The density at x.
pub(super) fn density(centre: f64, radius: f64, x: f64) -> f64 {
    let t = (x - centre) / radius;
    2.0 / (PI * radius) * (1.0 - t * t).max(0.0).sqrt()
}

/// `P(X <= x) = 1/2 + (t sqrt(1 - t^2) + asin t) / pi`, `t = (x - c) / r`.
pub(super) fn cdf(centre: f64, radius: f64, x: f64) -> f64 {
    let t = ((x - centre) / radius).clamp(-1.0, 1.0);
    0.5 + (t * (1.0 - t * t).sqrt() + t.asin()) / PI
}
