//! The little JSON that a page carries for its script, safe inside a script element.

/// Significant digits of a number: more than a page shows.
const DIGITS: usize = 5;

/// A number to five significant digits, or `null` for one that is not finite.
pub(crate) fn number(x: f64) -> String {
    let Ok(rounded) = format!("{x:.*e}", DIGITS - 1).parse::<f64>() else {
        return "null".to_owned();
    };
    if !rounded.is_finite() {
        return "null".to_owned();
    }
    let (written, scientific) = (format!("{rounded}"), format!("{rounded:e}"));
    if written.len() <= scientific.len() {
        written
    } else {
        scientific
    }
}

/// An array of parts that are JSON already.
pub(crate) fn array(parts: impl IntoIterator<Item = String>) -> String {
    let parts: Vec<String> = parts.into_iter().collect();
    format!("[{}]", parts.join(","))
}

/// An array of numbers.
pub(crate) fn numbers(values: &[f64]) -> String {
    array(values.iter().map(|&x| number(x)))
}

/// A string. What could end the script element, or what HTML or a line of script reads otherwise, is written as its code.
pub(crate) fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => out.push_str(&code(c)),
            c if c.is_control() => out.push_str(&code(c)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

fn code(c: char) -> String {
    format!("\\u{:04x}", u32::from(c))
}

#[cfg(test)]
mod tests {
    use super::{number, numbers, string};

    #[test]
    fn numbers_are_short_and_read_back() {
        assert_eq!(numbers(&[0.0, 1.0, -2.5]), "[0,1,-2.5]");
        assert_eq!(number(123_456.789), "123460");
        assert_eq!(number(1.234_567e-9), "1.2346e-9");
        assert_eq!(number(f64::NAN), "null");
        assert_eq!(number(f64::INFINITY), "null");
        for x in [1.2345e-12, -0.033_333, 9.9999e200, 1e-310] {
            assert_eq!(serde_json::from_str::<f64>(&number(x)).ok(), Some(x));
        }
    }

    #[test]
    fn a_string_reads_back_and_does_not_end_the_script() {
        let hostile = "</script><!-- \"\\\u{0}\u{7f}\u{2028}&amp; \u{3bb}";
        let json = string(hostile);
        assert_eq!(
            serde_json::from_str::<String>(&json).ok().as_deref(),
            Some(hostile)
        );
        assert!(!json.contains('<') && !json.contains('&') && !json.contains('\u{2028}'));
    }
}
