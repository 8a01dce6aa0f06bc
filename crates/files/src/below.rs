//! Names in files, of other files.

use std::path::{Component, Path};

/// Whether a name leads to something below the folder it is joined to: parts of names alone, with no `..` and no root.
///
/// Whoever joins a name out of a file asks this first, since the file may be anyone's. Links are not looked at.
pub fn is_below(name: impl AsRef<Path>) -> bool {
    let name = name.as_ref();
    let plain = |part| matches!(part, Component::Normal(_));
    name.components().next().is_some() && name.components().all(plain)
}

#[cfg(test)]
mod tests {
    use super::is_below;

    #[test]
    fn names_that_lead_out_are_told() {
        for name in ["a", "a.json", "figures/a.svg", "..a", "a..", "a/b/../c"] {
            assert_eq!(is_below(name), !name.contains("/../"), "{name}");
        }
        for name in ["", "..", "../a", "/a", "/", "a/../../b", "./a"] {
            assert!(!is_below(name), "{name}");
        }
    }
}
