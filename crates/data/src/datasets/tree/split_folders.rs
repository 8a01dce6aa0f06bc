//! Which of some folders holds the images of a split, by its name.
//!
//! Data sets name their splits in many ways: `train`, `Training`, `training_set`, `train-images`, `seg_train`, `val2017`. A
//! name is cut into words, of which those that say nothing of a split are left out. What is left must be the word of one
//! split. The names themselves come before their longer forms.

use std::path::{Path, PathBuf};

/// The words of a folder of training images.
pub(super) const TRAIN: &[&str] = &["train", "training"];

/// The words that any folder of test images may have.
pub(super) const TEST: &[&str] = &[
    "test",
    "testing",
    "val",
    "valid",
    "validation",
    "dev",
    "eval",
    "evaluation",
];

/// Words beside that of the split that say nothing of it.
const BESIDE: &[&str] = &[
    "cls", "data", "dataset", "folder", "images", "image", "img", "imgs", "jpg", "jpeg", "photos",
    "pictures", "png", "seg", "set", "split",
];

/// Two folders that may be the same split.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ambiguous(pub PathBuf, pub PathBuf);

/// The folder of the first of the words that any has: the one of that name, else the one of that name in another case, else
/// the one of a longer form of it.
///
/// # Errors
///
/// Two longer forms of one word.
pub(super) fn find(folders: &[PathBuf], words: &[&str]) -> Result<Option<PathBuf>, Ambiguous> {
    for word in words {
        let exact = folders.iter().find(|folder| folder.ends_with(word));
        let same = |folder: &&PathBuf| name(folder).eq_ignore_ascii_case(word);
        if let Some(found) = exact.or_else(|| folders.iter().find(same)) {
            return Ok(Some(found.clone()));
        }
    }
    for word in words {
        let mut longer = folders
            .iter()
            .filter(|folder| only_word(folder).as_deref() == Some(*word));
        match (longer.next(), longer.next()) {
            (Some(one), Some(other)) => return Err(Ambiguous(one.clone(), other.clone())),
            (Some(found), None) => return Ok(Some(found.clone())),
            (None, _) => {}
        }
    }
    Ok(None)
}

/// Whether one of the words of the folder's name is of a split.
pub(super) fn speaks_of_a_split(folder: &Path) -> bool {
    let found = words(&name(folder));
    found.iter().any(|word| {
        TRAIN
            .iter()
            .chain(TEST)
            .any(|split| is_word(word, split).is_some())
    })
}

fn name(folder: &Path) -> String {
    let name = folder.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// The word of the folder's name that is left when those that say nothing of a split are left out.
fn only_word(folder: &Path) -> Option<String> {
    let found = words(&name(folder));
    let mut left = found
        .iter()
        .filter(|word| !BESIDE.contains(&word.as_str()))
        .map(|word| {
            let mut splits = TRAIN.iter().chain(TEST);
            splits
                .find_map(|split| is_word(word, split))
                .unwrap_or_else(|| word.clone())
        });
    match (left.next(), left.next()) {
        (only, None) => only,
        _ => None,
    }
}

/// The word of the split, where this is it or has one of the others glued to it: `trainset`.
fn is_word(word: &str, split: &str) -> Option<String> {
    let rest = word.strip_prefix(split)?;
    (rest.is_empty() || BESIDE.contains(&rest)).then(|| split.to_owned())
}

/// The words of a name in small letters: runs of letters, of which a capital behind a small letter begins a new one.
fn words(name: &str) -> Vec<String> {
    let mut found = vec![String::new()];
    let mut small = false;
    for letter in name.chars() {
        let begins = !letter.is_alphabetic() || (letter.is_uppercase() && small);
        if begins {
            found.push(String::new());
        }
        small = letter.is_lowercase();
        if letter.is_alphabetic()
            && let Some(word) = found.last_mut()
        {
            word.extend(letter.to_lowercase());
        }
    }
    found.retain(|word| !word.is_empty());
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders(names: &[&str]) -> Vec<PathBuf> {
        names.iter().map(|name| Path::new("d").join(name)).collect()
    }

    fn found(names: &[&str], words: &[&str]) -> Option<String> {
        find(&folders(names), words)
            .expect("not ambiguous")
            .map(|folder| name(&folder))
    }

    #[test]
    fn usual_spellings_of_splits_are_found() {
        for train in [
            "train",
            "Training",
            "TRAIN",
            "training_set",
            "train-images",
            "seg_train",
            "Train Data",
            "train2017",
            "TrainingImages",
            "trainset",
            "Train_Set",
        ] {
            let with_test = [train, "other"];
            assert_eq!(found(&with_test, TRAIN).as_deref(), Some(train));
            assert_eq!(found(&with_test, TEST), None, "{train}");
        }
        for test in [
            "test",
            "Testing",
            "val",
            "VALID",
            "validation",
            "test_set",
            "val2017",
            "seg_test",
            "testset",
            "dev",
            "eval_images",
        ] {
            assert_eq!(found(&[test, "other"], TEST).as_deref(), Some(test));
            assert_eq!(found(&[test, "other"], TRAIN), None, "{test}");
        }
    }

    #[test]
    fn classes_that_contain_the_word_are_no_split() {
        for class in [
            "bullet train",
            "trainer",
            "test tube",
            "valley",
            "contest",
            "developer",
            "strain",
        ] {
            assert_eq!(found(&[class, "cat"], TRAIN), None, "{class}");
            assert_eq!(found(&[class, "cat"], TEST), None, "{class}");
        }
        assert!(speaks_of_a_split(Path::new("d/bullet train")));
        assert!(!speaks_of_a_split(Path::new("d/valley")));
    }

    #[test]
    fn the_name_itself_comes_before_its_longer_forms() {
        assert_eq!(
            found(&["train_images", "training"], TRAIN).as_deref(),
            Some("training")
        );
        assert_eq!(found(&["Train", "train"], TRAIN).as_deref(), Some("train"));
        assert_eq!(found(&["test_set", "val"], TEST).as_deref(), Some("val"));
    }

    #[test]
    fn two_longer_forms_of_one_word_are_ambiguous() {
        let both = folders(&["train_1", "train_2"]);
        let Err(Ambiguous(one, other)) = find(&both, TRAIN) else {
            panic!("one of them was taken");
        };
        assert_eq!([one, other].to_vec(), both);
    }
}
