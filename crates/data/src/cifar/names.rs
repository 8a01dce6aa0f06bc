//! The names of the classes, as the files that come with the data have them.

use std::collections::HashSet;

/// The classes of CIFAR-10.
pub(crate) const CIFAR_10: [&str; 10] = [
    "airplane",
    "automobile",
    "bird",
    "cat",
    "deer",
    "dog",
    "frog",
    "horse",
    "ship",
    "truck",
];

/// The classes of CIFAR-100.
pub(crate) const FINE: [&str; 100] = [
    "apple",
    "aquarium_fish",
    "baby",
    "bear",
    "beaver",
    "bed",
    "bee",
    "beetle",
    "bicycle",
    "bottle",
    "bowl",
    "boy",
    "bridge",
    "bus",
    "butterfly",
    "camel",
    "can",
    "castle",
    "caterpillar",
    "cattle",
    "chair",
    "chimpanzee",
    "clock",
    "cloud",
    "cockroach",
    "couch",
    "crab",
    "crocodile",
    "cup",
    "dinosaur",
    "dolphin",
    "elephant",
    "flatfish",
    "forest",
    "fox",
    "girl",
    "hamster",
    "house",
    "kangaroo",
    "keyboard",
    "lamp",
    "lawn_mower",
    "leopard",
    "lion",
    "lizard",
    "lobster",
    "man",
    "maple_tree",
    "motorcycle",
    "mountain",
    "mouse",
    "mushroom",
    "oak_tree",
    "orange",
    "orchid",
    "otter",
    "palm_tree",
    "pear",
    "pickup_truck",
    "pine_tree",
    "plain",
    "plate",
    "poppy",
    "porcupine",
    "possum",
    "rabbit",
    "raccoon",
    "ray",
    "road",
    "rocket",
    "rose",
    "sea",
    "seal",
    "shark",
    "shrew",
    "skunk",
    "skyscraper",
    "snail",
    "snake",
    "spider",
    "squirrel",
    "streetcar",
    "sunflower",
    "sweet_pepper",
    "table",
    "tank",
    "telephone",
    "television",
    "tiger",
    "tractor",
    "train",
    "trout",
    "tulip",
    "turtle",
    "wardrobe",
    "whale",
    "willow_tree",
    "wolf",
    "woman",
    "worm",
];

/// The superclasses of CIFAR-100.
pub(crate) const COARSE: [&str; 20] = [
    "aquatic_mammals",
    "fish",
    "flowers",
    "food_containers",
    "fruit_and_vegetables",
    "household_electrical_devices",
    "household_furniture",
    "insects",
    "large_carnivores",
    "large_man-made_outdoor_things",
    "large_natural_outdoor_scenes",
    "large_omnivores_and_herbivores",
    "medium_mammals",
    "non-insect_invertebrates",
    "people",
    "reptiles",
    "small_mammals",
    "trees",
    "vehicles_1",
    "vehicles_2",
];

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
        for names in [&CIFAR_10[..], &FINE, &COARSE] {
            let text = names.join("\n") + "\n\n";
            assert_eq!(
                parse(text.as_bytes(), names.len()).unwrap_or_default(),
                names
            );
        }
        // The fine and coarse names are in the order of the alphabet.
        assert!(FINE.is_sorted() && COARSE.is_sorted());
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
