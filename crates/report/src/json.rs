//! The JSON that a page carries for its script, safe inside a script element.

use serde_json::Value;

/// Significant digits of a number: more than a page shows.
const DIGITS: usize = 5;

/// A number rounded to five significant digits.
pub(crate) fn rounded(x: f64) -> f64 {
    format!("{x:.*e}", DIGITS - 1).parse().unwrap_or(x)
}

/// Each number rounded to five significant digits.
pub(crate) fn all_rounded(values: &[f64]) -> Vec<f64> {
    values.iter().map(|&x| rounded(x)).collect()
}

/// A value as JSON, `null` for a number that is not finite. What could end the script element, or what HTML or a line of
/// script reads otherwise, occurs in strings only, and is written as its code.
pub(crate) fn json(value: &Value) -> String {
    let mut out = value.to_string();
    for c in ['<', '>', '&', '\u{2028}', '\u{2029}'] {
        out = out.replace(c, &format!("\\u{:04x}", u32::from(c)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{all_rounded, json};

    #[test]
    fn numbers_are_short_and_read_back() {
        let of = |values: &[f64]| json(&all_rounded(values).into());
        assert_eq!(of(&[0.0, 1.0, -2.5]), "[0.0,1.0,-2.5]");
        assert_eq!(of(&[123_456.789, 1.234_567e-9]), "[123460.0,1.2346e-9]");
        assert_eq!(of(&[f64::NAN, f64::INFINITY]), "[null,null]");
        for x in [1.2345e-12, -0.033_333, 9.9999e200, 1e-310] {
            assert_eq!(
                serde_json::from_str::<Vec<f64>>(&of(&[x])).ok(),
                Some(vec![x])
            );
        }
    }

    #[test]
    fn a_string_reads_back_and_does_not_end_the_script() {
        let hostile = "</script><!-- \"\\\u{0}\u{7f}\u{2028}&amp; \u{3bb}";
        let json = json(&hostile.into());
        assert_eq!(
            serde_json::from_str::<String>(&json).ok().as_deref(),
            Some(hostile)
        );
        assert!(!json.contains('<') && !json.contains('&') && !json.contains('\u{2028}'));
    }
}
