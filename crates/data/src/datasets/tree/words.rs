//! What the names of folders stand for.

use super::listing::Listing;
use std::collections::HashMap;
use std::path::Path;

/// Files with a line `FOLDER WORDS` a class: ImageNet's own, and one that users may write.
const FILES: [&str; 2] = ["classes.txt", "LOC_synset_mapping.txt"];
/// More than the file of ImageNet's 21,841 synsets has.
const MAX_BYTES: u64 = 1 << 24;

/// The names of the classes: the folder's, followed by the first of the words that a file in `dir` has for it.
///
/// As in `n01440764 tench`: the words alone do not tell ImageNet's two cranes apart.
pub(crate) fn class_names<'a>(dir: &Path, folders: impl Iterator<Item = &'a str>) -> Vec<String> {
    let text = FILES.iter().find_map(|file| read(&dir.join(file)));
    let words: HashMap<&str, &str> = text
        .as_deref()
        .unwrap_or_default()
        .lines()
        .filter_map(entry)
        .collect();
    folders
        .map(|folder| match words.get(folder) {
            Some(words) => format!("{folder} {words}"),
            None => folder.to_owned(),
        })
        .collect()
}

/// The same list with names of folders completed to names of classes.
pub(crate) fn full_names(list: &[String], listing: &Listing, names: &[String]) -> Vec<String> {
    list.iter()
        .map(|class| match listing.find_class(class) {
            Some(found) => names[found].clone(),
            None => class.clone(),
        })
        .collect()
}

/// A file that is missing, too long or no text has no words; names of folders do without.
fn read(path: &Path) -> Option<String> {
    let length = std::fs::metadata(path).ok()?.len();
    (length <= MAX_BYTES).then(|| std::fs::read_to_string(path).ok())?
}

fn entry(line: &str) -> Option<(&str, &str)> {
    let (folder, words) = line.trim().split_once(char::is_whitespace)?;
    let first = words.split(',').next()?.trim();
    (!first.is_empty()).then_some((folder, first))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn words_follow_the_folder_that_they_are_for() {
        let dir = tempfile::tempdir().unwrap();
        let names = |folders: &[&str]| class_names(dir.path(), folders.iter().copied());
        let folders = ["n01440764", "n02012849", "n09"];
        assert_eq!(names(&folders), folders);
        let text = "n01440764 tench, Tinca tinca\r\nn02012849\tcrane\n\nrubbish\nn09 ,\n";
        std::fs::write(dir.path().join("LOC_synset_mapping.txt"), text).unwrap();
        assert_eq!(
            names(&folders),
            ["n01440764 tench", "n02012849 crane", "n09"]
        );
        std::fs::write(dir.path().join("classes.txt"), "n09 thing").unwrap();
        assert_eq!(names(&folders), ["n01440764", "n02012849", "n09 thing"]);
        std::fs::write(dir.path().join("classes.txt"), [0xff, 0xfe]).unwrap();
        assert_eq!(names(&folders)[0], "n01440764 tench");
    }
}
