//! The name that was probably meant.

/// How alike two names must be, from 0 to 1, for one to be taken for the other; that of the command line's parser.
const ALIKE: f64 = 0.7;

/// Shortest name in which one slip is told from another name.
const SHORTEST: usize = 3;

/// The known name that is most like `name`, upper and lower case being the same, if one is like it: one slip away, or else by
/// Jaro's likeness, which takes no account of letters that changed places in short names.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let likeness = known.into_iter().map(|known| {
        let other = known.to_lowercase();
        let long = name.chars().count() >= SHORTEST;
        let slip = long && strsim::osa_distance(&name, &other) <= 1;
        let likeness = strsim::jaro(&name, &other);
        (if slip { 1.0 + likeness } else { likeness }, known)
    });
    let alike = likeness.filter(|&(likeness, _)| likeness > ALIKE);
    let nearest = alike.max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map(|(_, known)| known)
}

/// The beginning of a remedy where one of the known names is like `name`, as in "did you mean `mnist`? else "; nothing where
/// none is.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map_or_else(String::new, |name| format!("did you mean `{name}`? else "))
}

#[cfg(test)]
mod tests {
    use super::{did_you_mean, nearest};

    #[test]
    fn slips_of_the_finger_are_seen_through() {
        let known = [
            "synth-digits",
            "mnist",
            "fashion-mnist",
            "cifar-10",
            "folder",
        ];
        for (name, meant) in [
            ("minst", Some("mnist")),
            ("MNIST", Some("mnist")),
            ("cifar10", Some("cifar-10")),
            ("fashion_mnist", Some("fashion-mnist")),
            ("synthdigits", Some("synth-digits")),
            ("fodler", Some("folder")),
            ("svhn", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
        let devices = ["cpu", "ndarray", "vulkan", "cuda"];
        assert_eq!(nearest("cup", devices), Some("cpu"));
        assert_eq!(nearest("q", ["g", "h"]), None);
        assert_eq!(did_you_mean("minst", known), "did you mean `mnist`? else ");
        assert_eq!(did_you_mean("svhn", known), "");
    }
}
