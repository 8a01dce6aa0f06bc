//! The names of the classes, as the files that come with the data have them.

use std::collections::HashSet;

/// The classes of CIFAR-10, one a line.
pub(super) const CIFAR_10: &str = include_str!("batches.meta.txt");
/// The classes of CIFAR-100.
pub(super) const FINE: &str = include_str!("fine_label_names.txt");
/// Its superclasses.
pub(super) const COARSE: &str = include_str!("coarse_label_names.txt");

/// The longest name that is believed, in bytes.
const LONGEST: usize = 64;

/// The names in a file, one a line, if they are as many different, short and printable ones as there are classes.
pub(crate) fn parse(content: &[u8], classes: usize) -> Option<Vec<String>> {
    let text = std::str::from_utf8(content).ok()?;
    let names: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    let distinct = names.iter().collect::<HashSet<_>>().len();
    let sane = |name: &&str| name.len() <= LONGEST && !name.chars().any(char::is_control);
    (names.len() == classes && distinct == classes && names.iter().all(sane))
        .then(|| names.into_iter().map(String::from).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn official_names_are_sane() {
        for (names, classes) in [(CIFAR_10, 10), (FINE, 100), (COARSE, 20)] {
            assert!(parse(names.as_bytes(), classes).is_some());
            // As the official files end.
            assert!(parse(format!("{names}\n").as_bytes(), classes).is_some());
        }
        // The fine and coarse names are in the order of the alphabet.
        assert!([FINE, COARSE].iter().all(|names| names.lines().is_sorted()));
    }

    #[test]
    fn odd_names_are_not_believed() {
        let long = format!("a\n{}", "b".repeat(65));
        for text in ["a", "a\na", "a\nb\nc", "a\nb\x07", long.as_str()] {
            assert_eq!(parse(text.as_bytes(), 2), None, "{text:?}");
        }
        assert_eq!(parse(b"a\n\xff", 2), None);
        assert!(parse(b"a\r\n b \r\n", 2).is_some());
    }
}
