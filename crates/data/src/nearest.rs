//! The name that was probably meant.

/// How alike two names must be, from 0 to 1, for one to be taken for the other; that of the command line's parser.
const ALIKE: f64 = 0.7;

/// The known name that is most like `name`, upper and lower case being the same, if one is like it.
pub(crate) fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let name = name.to_lowercase();
    let likeness = known
        .into_iter()
        .map(|known| (strsim::jaro(&name, &known.to_lowercase()), known));
    let alike = likeness.filter(|&(likeness, _)| likeness > ALIKE);
    let nearest = alike.max_by(|a, b| a.0.total_cmp(&b.0));
    nearest.map(|(_, known)| known)
}

#[cfg(test)]
mod tests {
    use super::nearest;

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
            ("svhn", None),
            ("", None),
        ] {
            assert_eq!(nearest(name, known), meant, "{name}");
        }
    }
}
