//! Formulas in plain HTML.

use maud::{Markup, html};

/// A formula in which `_{…}` is lowered and `^{…}` raised.
pub(crate) fn formula(text: &str) -> Markup {
    let mut parts: Vec<(char, &str)> = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("_{").into_iter().chain(rest.find("^{")).min() {
        let (before, after) = rest.split_at(at);
        let Some((inside, behind)) = after[2..].split_once('}') else {
            break;
        };
        let kind = if after.starts_with('_') { '_' } else { '^' };
        parts.extend([(' ', before), (kind, inside)]);
        rest = behind;
    }
    parts.push((' ', rest));
    html! {
        span class="formula" {
            @for (kind, part) in parts {
                @match kind {
                    '_' => sub { (part) },
                    '^' => sup { (part) },
                    _ => (part),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::formula;

    #[test]
    fn what_is_lowered_and_raised_is_marked() {
        let html = formula("g_{c} g_{c}^{T} < x").into_string();
        let inside = "g<sub>c</sub> g<sub>c</sub><sup>T</sup> &lt; x";
        assert_eq!(html, format!("<span class=\"formula\">{inside}</span>"));
        assert!(formula("a_{b").into_string().contains(">a_{b<"));
    }
}
