//! What the command says when it cannot go on.

use std::error::Error;
use std::fmt::{self, Write as _};

/// One sentence for the user, on one line, and the exit code.
#[derive(Debug)]
pub struct Failure {
    sentence: String,
    code: u8,
}

impl Failure {
    /// Bad input, or a device, a file or a terminal that fails: exit code 2.
    pub fn new(sentence: impl Into<String>) -> Self {
        Failure {
            sentence: sentence.into(),
            code: 2,
        }
    }

    /// A comparison that failed: exit code 1.
    pub fn negative(sentence: impl Into<String>) -> Self {
        Failure {
            sentence: sentence.into(),
            code: 1,
        }
    }

    /// The code to exit with.
    pub fn code(&self) -> u8 {
        self.code
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // What a user wrote may have a line break in it, or codes that a terminal obeys.
        for letter in self.sentence.chars() {
            if letter.is_control() {
                write!(f, "{}", letter.escape_default())?;
            } else {
                f.write_char(letter)?;
            }
        }
        Ok(())
    }
}

/// An error of one of the libraries, whose sentence already names what is at fault. Causes are added
/// where the sentence does not contain them.
impl<E: Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut sentence = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            let text = error.to_string();
            if !sentence.contains(&text) {
                sentence = format!("{sentence}: {text}");
            }
            cause = error.source();
        }
        Failure::new(sentence)
    }
}

#[cfg(test)]
mod tests {
    use super::Failure;

    #[test]
    fn a_sentence_stays_on_its_line() {
        let failure = Failure::new("there is no operator `Hess\n\u{1b}[2J`: é");
        assert_eq!(
            failure.to_string(),
            "there is no operator `Hess\\n\\u{1b}[2J`: é"
        );
    }
}
