//! Text made safe inside SVG.

/// Escapes text for element content and quoted attributes; what XML forbids is replaced.
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\t' | '\n' => out.push(c),
            '\u{fffe}' | '\u{ffff}' => out.push(char::REPLACEMENT_CHARACTER),
            c if c.is_control() => out.push(char::REPLACEMENT_CHARACTER),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn markup_and_control_characters_do_not_survive() {
        assert_eq!(
            escape("<b a='1'>\"&\"\u{0}\u{1b}\n"),
            "&lt;b a=&#39;1&#39;&gt;&quot;&amp;&quot;\u{fffd}\u{fffd}\n"
        );
    }
}
