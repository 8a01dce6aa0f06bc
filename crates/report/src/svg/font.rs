//! Size, weight and colour of a text, and about how wide it is.

use super::ink::Ink;
use crate::text::names::unbroken;

/// The font of a text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Font {
    pub(crate) size: f64,
    pub(crate) bold: bool,
    pub(crate) ink: Ink,
}

impl Font {
    pub(crate) const fn regular(size: f64, ink: Ink) -> Self {
        Self {
            size,
            bold: false,
            ink,
        }
    }

    pub(crate) const fn bold(size: f64, ink: Ink) -> Self {
        Self {
            size,
            bold: true,
            ink,
        }
    }

    /// About the width of a text, somewhat generous: the reader's font is not known.
    pub(crate) fn width(self, text: &str) -> f64 {
        let narrow = if self.bold { 0.65 } else { 0.57 };
        // Hangul, ideographs and pictures fill a square.
        let of = |c: char| {
            if c >= '\u{1100}' && !('\u{1e00}'..'\u{2e80}').contains(&c) {
                1.1
            } else {
                narrow
            }
        };
        self.size * text.chars().map(of).sum::<f64>()
    }

    /// The text, or as much of its beginning as fits with an ellipsis.
    pub(crate) fn cut(self, text: &str, width: f64) -> String {
        if self.width(text) <= width {
            return text.to_owned();
        }
        let mut kept = String::new();
        for c in text.chars() {
            kept.push(c);
            if self.width(&kept) + self.width("\u{2026}") > width {
                kept.pop();
                break;
            }
        }
        kept + "\u{2026}"
    }

    /// The lines of a text broken between words, each at most `width`; a word longer than that is cut.
    pub(crate) fn lines(self, text: &str, width: f64) -> Vec<String> {
        let mut lines: Vec<String> = Vec::new();
        for word in unbroken(text).split(' ') {
            match lines.last_mut() {
                Some(line) if self.width(&format!("{line} {word}")) <= width => {
                    line.push(' ');
                    line.push_str(word);
                }
                _ => lines.push(self.cut(word, width)),
            }
        }
        lines
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_between_words_and_a_long_word_is_cut() {
        let font = Font::regular(10.0, Ink::Text);
        assert_eq!(font.lines("one two three", 40.0), ["one two", "three"]);
        assert_eq!(
            font.lines("a nonbreaking\u{a0}pair", 60.0),
            ["a", "nonbreaki\u{2026}"]
        );
        assert_eq!(
            font.cut("\u{732b}\u{732b}\u{732b}\u{732b}", 30.0),
            "\u{732b}\u{732b}\u{2026}"
        );
        assert_eq!(font.cut("cat", 30.0), "cat");
    }
}
