//! Numbers as a reader wants them: as many digits as they are good for.

use hesscope_spectral::Estimate;

/// Digits of a number that is not random.
const DIGITS: usize = 4;

/// Most digits of a number that has an error.
const MOST_DIGITS: i32 = 7;

/// Superscript digits.
fn superscript(exponent: i32) -> String {
    exponent
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '\u{207b}',
            '0' => '\u{2070}',
            '1' => '\u{b9}',
            '2' => '\u{b2}',
            '3' => '\u{b3}',
            other => char::from_u32(0x2070 + other.to_digit(10).unwrap_or(0)).unwrap_or(other),
        })
        .collect()
}

/// `10` to a power.
pub(crate) fn power_of_ten(exponent: i32) -> String {
    format!("10{}", superscript(exponent))
}

/// A true minus sign in place of a hyphen.
fn minus(text: String) -> String {
    text.replace('-', "\u{2212}")
}

/// An integer with its thousands apart.
pub(crate) fn integer(n: usize) -> String {
    let mut out = n.to_string();
    let digits = out.len();
    for place in (1..digits)
        .rev()
        .filter(|place| (digits - place).is_multiple_of(3))
    {
        out.insert(place, ',');
    }
    out
}

/// The power of ten of the leading digit, after rounding to `digits` of them.
fn exponent(x: f64, digits: usize) -> i32 {
    // The formatter rounds exactly; log10 would not.
    let text = format!("{:.*e}", digits.saturating_sub(1), x.abs());
    text.split_once('e')
        .and_then(|(_, e)| e.parse().ok())
        .unwrap_or(0)
}

/// Whether a number of this leading power reads better without a power of ten.
fn is_plain(exponent: i32) -> bool {
    (-3..6).contains(&exponent)
}

/// Rounds to a multiple of `unit`; decimals are left to the formatter, which rounds them exactly.
fn to_unit(x: f64, unit: f64) -> f64 {
    if unit > 1.0 {
        (x / unit).round() * unit
    } else {
        x
    }
}

/// A number to so many significant digits.
pub(crate) fn significant(x: f64, digits: usize) -> String {
    if !x.is_finite() {
        return "not a number".to_owned();
    }
    if x == 0.0 {
        return "0".to_owned();
    }
    let e = exponent(x, digits);
    if is_plain(e) {
        let decimals = (digits as i32 - 1 - e).max(0) as usize;
        // Whole digits beyond the significant ones are zeros.
        let unit = 10f64.powi((e + 1 - digits as i32).max(0));
        return minus(format!("{:.*}", decimals, to_unit(x, unit)));
    }
    minus(format!(
        "{:.*}\u{d7}{}",
        digits - 1,
        x / 10f64.powi(e),
        power_of_ten(e)
    ))
}

/// A number that is not random.
pub(crate) fn plain(x: f64) -> String {
    significant(x, DIGITS)
}

/// A number without the zeros that a fixed number of digits leaves at its end.
pub(crate) fn short(x: f64) -> String {
    without_zeros(plain(x))
}

fn without_zeros(written: String) -> String {
    if written.contains('\u{d7}') || !written.contains('.') {
        return written;
    }
    let written = written.trim_end_matches('0');
    written.trim_end_matches('.').to_owned()
}

/// A multiple of a step, with the digits that tell it from its neighbours and no zeros behind them.
pub(crate) fn in_steps(x: f64, step: f64) -> String {
    if x == 0.0 || !x.is_finite() {
        return significant(x, DIGITS);
    }
    let digits = exponent(x, 15) - exponent(step, 1) + 1;
    without_zeros(significant(x, digits.clamp(1, 15) as usize))
}

/// A value to the digits its error leaves it, at most seven, without the error.
pub(crate) fn known_within(x: f64, error: f64) -> String {
    if !(x.is_finite() && error.is_finite()) || x == 0.0 {
        return significant(x, DIGITS);
    }
    let digits = if error > 0.0 {
        exponent(x, 7) - exponent(error, 1) + 1
    } else {
        7
    };
    significant(x, digits.clamp(2, 7) as usize)
}

/// A value with its standard error to two digits, `None` for an error that is not known.
pub(crate) fn with_error(x: f64, error: Option<f64>) -> String {
    let Some(error) = error else {
        return format!("{} (error unknown)", plain(x));
    };
    if error == 0.0 || !(x.is_finite() && error.is_finite()) {
        return plain(x);
    }
    let last = exponent(error, 2) - 1;
    let lead = exponent(x, DIGITS).max(last + 1);
    if lead - last >= MOST_DIGITS {
        // Written out, the value's digits would hide how small the error is.
        let x = significant(x, MOST_DIGITS as usize);
        return format!("{x} \u{b1} {}", significant(error, 1));
    }
    if is_plain(lead) && last >= -7 {
        let decimals = (-last).max(0) as usize;
        let unit = 10f64.powi(last.max(0));
        let [x, error] = [x, error].map(|v| format!("{:.decimals$}", to_unit(v, unit)));
        minus(format!("{x} \u{b1} {error}"))
    } else {
        let decimals = (lead - last).max(0) as usize;
        let [x, error] = [x, error].map(|v| format!("{:.decimals$}", v / 10f64.powi(lead)));
        minus(format!("({x} \u{b1} {error})\u{d7}{}", power_of_ten(lead)))
    }
}

/// An estimate, scaled.
pub(crate) fn estimate(e: Estimate, scale: f64) -> String {
    let error = e.standard_error.map(|error| error * scale.abs());
    with_error(e.mean * scale, error)
}

/// An accuracy in percent, to so many digits, without its sign.
pub(crate) fn accuracy(share: f64, digits: usize) -> String {
    significant(share * 100.0, digits)
}

/// An exact share in percent.
pub(crate) fn percent_of(fraction: f64) -> String {
    format!("{} %", share(fraction))
}

/// An exact share in percent, to three digits and two of what it lacks to none or to all.
fn share(fraction: f64) -> String {
    let x = fraction * 100.0;
    let lack = x.min(100.0 - x);
    if lack <= 0.0 {
        return significant(x, 3);
    }
    let decimals = (1 - exponent(lack, 2)).clamp(1, 8) as usize;
    format!("{x:.decimals$}")
}

/// Seconds as a reader would say them.
pub(crate) fn duration(seconds: f64) -> String {
    if seconds < 60.0 || !seconds.is_finite() {
        return format!("{} s", significant(seconds, 3));
    }
    let whole = seconds.round() as u64;
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60);
    if hours > 0 {
        format!("{hours} h {minutes} min")
    } else {
        format!("{minutes} min {rest} s")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn significant_digits() {
        assert_eq!(significant(0.0, 4), "0");
        assert_eq!(significant(-1.23456, 4), "\u{2212}1.235");
        assert_eq!(significant(0.00123456, 3), "0.00123");
        assert_eq!(significant(123_456.0, 3), "123000");
        assert_eq!(significant(9.9996, 4), "10.00");
        assert_eq!(significant(1.5e-7, 2), "1.5\u{d7}10\u{207b}\u{2077}");
        assert_eq!(significant(6.022e23, 3), "6.02\u{d7}10\u{b2}\u{b3}");
        assert_eq!(significant(f64::NAN, 3), "not a number");
    }

    #[test]
    fn the_error_decides_the_digits() {
        assert_eq!(with_error(12.3456, Some(0.0321)), "12.346 \u{b1} 0.032");
        assert_eq!(with_error(12344.0, Some(321.0)), "12340 \u{b1} 320");
        assert_eq!(with_error(0.001, Some(0.5)), "0.00 \u{b1} 0.50");
        assert_eq!(with_error(2.5, Some(0.0)), "2.500");
        assert_eq!(with_error(2.5, None), "2.500 (error unknown)");
        assert_eq!(
            with_error(1.2345e-9, Some(2.1e-11)),
            "(1.234 \u{b1} 0.021)\u{d7}10\u{207b}\u{2079}"
        );
        assert_eq!(
            with_error(1.0, Some(1.2e-12)),
            "1.000000 \u{b1} 1\u{d7}10\u{207b}\u{b9}\u{b2}"
        );
    }

    #[test]
    fn residuals_limit_the_digits() {
        assert_eq!(known_within(1.234_567_89, 1e-12), "1.234568");
        assert_eq!(known_within(1.234_567_89, 3e-3), "1.235");
        assert_eq!(known_within(1.234_567_89, 5.0), "1.2");
    }

    #[test]
    fn shares_near_all_are_not_all() {
        assert_eq!(share(1.0), "100");
        assert_eq!(share(0.999_991_6), "99.99916");
        assert_eq!(share(0.25), "25.0");
        assert_eq!(share(1.0 / 3.0), "33.3");
    }

    #[test]
    fn thousands_and_durations() {
        assert_eq!(integer(0), "0");
        assert_eq!(integer(28_143_690), "28,143,690");
        assert_eq!(duration(0.01234), "0.0123 s");
        assert_eq!(duration(83.4), "1 min 23 s");
        assert_eq!(duration(7265.0), "2 h 1 min");
    }
}
