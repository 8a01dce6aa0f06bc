//! Exponential and logarithm that are the same on every platform: `exp` and `ln` of the platform's library may differ in the
//! last bit.

/// `ln x` of a positive normal number, from exactly rounded operations only.
///
/// With `x = 2^e m`, m in [1/sqrt 2, sqrt 2), and `t = (m - 1)/(m + 1)`, `ln m = 2 (t + t^3/3 + t^5/5 + ...)`; |t| < 0.172,
/// so twelve terms leave less than 2^-60.
pub(crate) fn ln_portable(x: f64) -> f64 {
    let bits = x.to_bits();
    let mut exponent = (bits >> 52) as i64 - 1023;
    let mut mantissa = f64::from_bits(bits & ((1 << 52) - 1) | 1023 << 52);
    if mantissa > std::f64::consts::SQRT_2 {
        mantissa *= 0.5;
        exponent += 1;
    }
    let t = (mantissa - 1.0) / (mantissa + 1.0);
    let square = t * t;
    let mut series = 0.0;
    for k in (0..12).rev() {
        series = series * square + 1.0 / f64::from(2 * k + 1);
    }
    exponent as f64 * std::f64::consts::LN_2 + 2.0 * t * series
}

/// `exp x` for x at most 0, from exactly rounded operations only, so that it is the same on every platform; 0 below -700.
///
/// With `x = k ln 2 + r`, |r| <= ln 2 / 2, the series of `exp r` to `r^13` leaves less than 2^-55.
pub(crate) fn exp_portable(x: f64) -> f64 {
    // ln 2 in two parts, the first with zeros at its end so that its product with k is exact.
    const LN_2_HIGH: f64 = 0.693_147_180_369_123_8;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    if x < -700.0 {
        return 0.0;
    }
    let k = (x * std::f64::consts::LOG2_E).round();
    let r = (x - k * LN_2_HIGH) - k * LN_2_LOW;
    let mut series = 1.0;
    for n in (1..=13).rev() {
        series = 1.0 + series * r / f64::from(n);
    }
    series * f64::from_bits(((k as i64 + 1023) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn portable_exp_agrees_with_the_library() {
        let mut x = -1e-12;
        while x > -700.0 {
            let exact = f64::exp(x);
            assert!(
                (exp_portable(x) - exact).abs() <= 4.0 * f64::EPSILON * exact,
                "{x}"
            );
            x *= 1.0137;
        }
        assert_eq!(exp_portable(0.0), 1.0);
        assert_eq!(exp_portable(-701.0), 0.0);
    }

    #[test]
    fn portable_ln_agrees_with_the_library() {
        let mut x = 1e-300;
        while x < 1e300 {
            let exact = f64::ln(x);
            assert!(
                (ln_portable(x) - exact).abs() <= 4.0 * f64::EPSILON * exact.abs().max(1e-3),
                "{x}"
            );
            x *= 1.0173;
        }
        assert_eq!(ln_portable(1.0), 0.0);
    }
}
